"""Two ways to answer the same questions about a space, and which of them answers.

Every verb is written once, over this face; the two implementations are :class:`~zopa.bargaining.listing.Listing`,
which lists all packages, and :class:`~zopa.bargaining.searching.Search`, which needs no list. Both are exact; a
search that was stopped, or that cannot know a number, says so in what it returns. What the numbers mean is written
in ``docs/reference/answers.md``.

Utilities, reservation values and floors are in units of the space; values that come back are points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from zopa.bargaining.search import Count
from zopa.bargaining.search.decomposition import Additive, Refusal, additive
from zopa.counts import things
from zopa.space import MAX_PACKAGES, Package, Problem, Space

__all__ = [
    "Blocks", "Description", "Edge", "Engine", "Pick", "Stop", "Top", "choose", "describe", "engine_for", "engine_named",
    "never",
]  # fmt: skip

Stop = Callable[[], bool]
"""Asked now and then during long work; True ends it with the best found so far."""

MOST_SHOWN = 20
"""How many packages that tie for a maximum are given with it."""
QUICK = 2_000
"""Up to so many packages a list is the fastest way to everything."""
MOST_LISTED = 20_000
"""From so many packages on a solution is sooner found by search than by listing."""


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True)
class Top:
    """A largest value, in points, and packages that attain it (the first ones, in package order)."""

    value: Fraction
    packages: tuple[Package, ...] = ()
    complete: bool = True
    proven: bool = True


@dataclass(frozen=True)
class Edge:
    """The frontier: its points, the first package on each, and how many packages are on it.

    ``packages`` are in descending order of the first party's utility, then the second's; ``on`` is None where the
    packages were not counted, and ``note`` says where only a part was found.
    """

    points: int
    packages: tuple[Package, ...]
    on: int | None
    note: str = ""


@dataclass(frozen=True)
class Pick:
    """What a solution picks: packages in package order, how many tie, its score in points.

    ``complete`` tells whether all ties are known.
    """

    packages: tuple[Package, ...]
    tied: int
    value: Fraction | None
    complete: bool = True
    proven: bool = True
    gap: float = 0.0
    proof: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Blocks:
    """Why nothing is acceptable, as positions of the space's limits (:func:`zopa.bargaining.why_not.limits_of`).

    ``corrections`` are all minimal sets whose setting aside leaves a package; ``conflicts`` is only filled where
    they are not ``complete``.
    """

    empty: bool
    corrections: tuple[frozenset[int], ...] = ()
    conflicts: tuple[frozenset[int], ...] = ()
    complete: bool = True


class Engine(Protocol):
    """What both implementations answer about one space."""

    space: Space
    name: str

    def at(self, space: Space) -> Engine:
        """The same engine on a variant: other rules, reservation values, settled issues."""

    def count(self, floors: Sequence[int] | None = None, *, quick: bool = False) -> Count:
        """How many packages the rules allow that give every party at least its floor.

        Without floors: those that pass the agreement rule at the reservation values. ``quick`` gives up what takes
        more than a moment.
        """

    def member(self) -> bool | None:
        """Whether a package passes the agreement rule; None where that is not known."""

    def highest(
        self, parties: Sequence[int], zero: Sequence[int], floors: Sequence[int], shown: int = 0
    ) -> Top | None:
        """The largest least ``utility - zero`` of these parties among packages that reach the floors.

        With ``shown``, the first packages that attain it. None where no package reaches the floors.
        """

    def largest_sum(
        self, parties: Sequence[int], floors: Sequence[int], *, proven: bool = False
    ) -> Fraction | None:
        """The largest sum of these parties' utilities, in points, among packages that reach the floors."""

    def shares(self) -> Mapping[int, Sequence[Fraction]]:
        """Per issue, which share of the zone uses each option; empty where that was not counted."""

    def frontier(self) -> Edge:
        """Members of the zone that nobody can improve without another's loss."""

    def solve(
        self,
        method: str | Callable[..., Any],
        powers: Sequence[Fraction] | None = None,
        *,
        agreed: bool = False,
        proof: bool = False,
    ) -> Pick:
        """What a solution picks from the zone (``agreed``: from the packages that pass the agreement rule)."""

    def blocks(self) -> Blocks:
        """Minimal corrections of a space where nothing is acceptable."""


# ---- choice ---------------------------------------------------------------------------------------------------
def choose(problem: Problem, verb: str) -> str:
    """The fastest exact way to answer a verb: ``listing`` or ``search``.

    The frontier and the solutions come sooner by search once there are some thousand packages, where the rules do
    not span independent groups of issues; everything that counts packages is listed up to ``MAX_PACKAGES``.
    """
    size = problem.space.n_packages
    if size > MAX_PACKAGES:
        return "search"
    if size <= QUICK or verb not in ("frontier", "solve") or not problem.space.compact:
        return "listing"
    if verb == "solve" and (problem.tabulated or size <= MOST_LISTED):
        return "listing"
    form = _form(problem)
    if form is None or form.rows or not form.possible:
        return "listing"
    return "search" if verb == "frontier" or max(form.largest) < LARGEST else "listing"


def _form(problem: Problem) -> Additive | None:
    """The space as a sum over groups of issues, made once; None where issues hang together too widely."""
    if "form" not in problem.kept:
        try:
            problem.kept["form"] = additive(problem.space.everybody)
        except Refusal:
            problem.kept["form"] = None
    found: Additive | None = problem.kept["form"]
    return found


LARGEST = 2**40
"""Largest total with which the searches for solutions keep their integer weights precise."""


def engine_for(
    problem: Problem, verb: str, *, stop: Stop = never, progress: Callable[[str], None] | None = None
) -> Engine:
    """The engine that answers a verb."""
    return engine_named(choose(problem, verb), problem, stop=stop, progress=progress)


def engine_named(
    name: str, problem: Problem, *, stop: Stop = never, progress: Callable[[str], None] | None = None
) -> Engine:
    """One of the two engines, by name."""
    if name == "search":
        from zopa.bargaining.searching import Search

        return Search(problem.space, stop, progress, form=problem.kept.get("form"))
    from zopa.bargaining.listing import Listing

    return Listing(problem.space, lambda _: problem.table)


# ---- describe -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Description:
    """Which engine will answer which question, why, and what it will cost."""

    size: int
    structure: str
    lines: tuple[tuple[str, str, str], ...] = field(default=())

    def __str__(self) -> str:
        head = (
            f"{self.size:.3g} packages; {self.structure}"
            if self.size > MAX_PACKAGES
            else f"{things(self.size, 'package')}; {self.structure}"
        )
        return "\n".join([head, *(f"{what}: {engine} ({cost})" for what, engine, cost in self.lines)])


VERBS = ("zone", "frontier", "solve", "why_not", "judge")


def describe(problem: Problem) -> Description:
    """What will answer each question about this problem, and at what cost."""
    from zopa.bargaining.search.engine import describe_search

    search = describe_search(problem.space)
    lines = []
    for verb in VERBS:
        name = choose(problem, verb)
        if name == "listing":
            done = ", listed already" if problem.tabulated else ""
            lines.append(
                (verb, "listing of all packages", f"{things(problem.space.n_packages, 'package')}{done}")
            )
        else:
            lines += [
                (f"{verb}: {what}" if what else verb, how, cost) for what, how, cost in search.lines(verb)
            ]
    return Description(problem.space.n_packages, search.structure, tuple(lines))
