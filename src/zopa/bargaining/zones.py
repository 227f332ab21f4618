"""Is there a deal all could accept? Counts, break-even values, frontier, solutions, in words and numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from zopa import __version__
from zopa.bargaining.solutions import SOLUTIONS
from zopa.case import Case, reservation
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Answer, IntArray, Question, Readings, Space, choose_readings, compile_case
from zopa.space.table import Table, nondominated

__all__ = [
    "Deal",
    "Frontier",
    "Solution",
    "Zone",
    "ask",
    "deal",
    "frontier",
    "solve",
    "tabulate",
    "winning_coalitions",
    "zone",
    "zone_warnings",
]

LARGE_SHARE = Fraction(3, 10)
"""A zone larger than this share of the admissible packages says more about the reservation values than
about the dispute: flagged."""


@dataclass(frozen=True)
class Deal:
    """One package with what it is worth to each party, in points of the party's own scale."""

    package: Mapping[str, str]
    utilities: Mapping[str, Fraction]
    gains: Mapping[str, Fraction]

    @property
    def options(self) -> str:
        """The option ids in issue order, as one word list."""
        return " ".join(self.package.values())

    def __str__(self) -> str:
        worth = ", ".join(f"{p} {float(u):g}" for p, u in self.utilities.items())
        return f"{self.options} ({worth})"


@dataclass(frozen=True)
class Zone(Answer):
    """Whether packages exist that no rule forbids and every party accepts, and how robustly.

    Attributes
    ----------
    packages, admissible, count, agreed : int
        All packages; those that no rule forbids; those of them that every party accepts; those that pass
        the agreement rule of the case (the same as ``count`` when everybody is needed).
    share : Fraction or None
        ``count / admissible``; None when every package is forbidden.
    break_even : party -> Fraction or None
        Largest reservation value of that party, the others' unchanged, at which the zone is not empty.
    uniform_break_even : Fraction or None
        The same for one value shared by all: the largest smallest utility of any admissible package.
    count_low, count_high : int
        ``count`` with all reservation values at the low / high end of their intervals; None where not counted.
    unstated : parties without any reservation value (they accept everything here).
    option_shares : issue -> option -> share of the zone's packages that use it.
    best : party -> the packages of the zone that are best for it (at most ``MOST_TIES`` shown).
    closest : when the zone is empty, the admissible packages with the smallest largest shortfall.
    shortfall : Fraction
        How many points that largest shortfall is; 0 when the zone is not empty.
    exact : bool
        Whether the counts are exact; otherwise ``count`` and ``agreed`` are certified lower bounds.
    """

    packages: int
    admissible: int
    count: int
    agreed: int
    share: Fraction | None
    reservation: Mapping[str, Fraction]
    break_even: Mapping[str, Fraction | None]
    uniform_break_even: Fraction | None
    count_low: int | None
    count_high: int | None
    unstated: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    option_shares: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    best: Mapping[str, tuple[Deal, ...]] = field(default_factory=dict)
    closest: tuple[Deal, ...] = ()
    shortfall: Fraction = Fraction(0)
    exact: bool = True

    @property
    def empty(self) -> bool:
        """No package passes the agreement rule."""
        return self.agreed == 0


@dataclass(frozen=True)
class Frontier(Answer):
    """Members of the zone that nobody can improve without another's loss.

    ``deals`` has one package per distinct utility point; ``packages`` counts all packages on these points.
    """

    deals: tuple[Deal, ...]
    points: int
    packages: int | None
    note: str = ""


@dataclass(frozen=True)
class Solution(Answer):
    """What a solution picks from the zone, with all ties in package order.

    ``proven`` tells whether nothing better exists; otherwise ``gap`` is how much better, relatively, a package
    could still be. ``proof`` is the saved form for ``zopa check-proof``, where one was asked for.
    """

    method: str
    title: str
    asks: str
    deals: tuple[Deal, ...]
    tied: int
    value: Fraction | None = None
    parties: tuple[str, ...] = ()
    warning: str = ""
    proven: bool = True
    gap: float = 0.0
    proof: Mapping[str, Any] | None = None
    note: str = ""


MOST_TIES = 1000


def ask(case: Case, verb: str, readings: Readings, **settings: Any) -> Question:
    """The question that an answer remembers."""
    return Question(
        verb, case.digest, choose_readings(case, readings), settings, version=__version__, of=case
    )


def tabulate(case: Case, readings: Readings = None) -> Table:
    """All packages of the case under these readings."""
    return Table.of(compile_case(case, readings))


def deal(space: Space, package: Sequence[int]) -> Deal:
    """A package by its option indices, with utilities and gains in points."""
    utilities = space.utility(package)
    return Deal(
        space.names(package),
        {p: space.points(u) for p, u in zip(space.parties, utilities, strict=True)},
        {p: space.points(u - r) for p, u, r in zip(space.parties, utilities, space.reservation, strict=True)},
    )


def _deals(table: Table, numbers: IntArray, most: int = MOST_TIES) -> tuple[Deal, ...]:
    return tuple(deal(table.space, table.package(int(k))) for k in numbers[:most])


def zone(case: Case, readings: Readings = None, *, table: Table | None = None) -> Zone:
    """The answer of :func:`zopa.zone`, by listing all packages."""
    table = table or tabulate(case, readings)
    space = table.space
    admissible = int(table.admissible.sum())
    inside = table.zone()
    count = int(inside.sum())
    agreed = int(table.agreed.sum())
    stated = {p: reservation(case, p) for p in space.parties}
    numbers = np.flatnonzero(inside)
    shortfall, closest = Fraction(0), np.zeros(0, dtype=np.int64)
    if not agreed and admissible:
        lacking = (np.array(space.reservation)[:, None] - table.utilities).max(axis=0)
        lacking = np.where(table.admissible, lacking, lacking.max() + 1)
        shortfall = space.points(int(lacking.min()))
        closest = np.flatnonzero(lacking == lacking.min())
    best = {}
    for p, name in enumerate(space.parties):
        row = table.utilities[p, numbers]
        best[name] = _deals(table, numbers[row == row.max()], 20) if count else ()
    return Zone(
        ask(case, "zone", readings),
        packages=space.n_packages,
        admissible=admissible,
        count=count,
        agreed=agreed,
        share=Fraction(count, admissible) if admissible else None,
        reservation={p: space.points(r) for p, r in zip(space.parties, space.reservation, strict=True)},
        break_even=_break_even(table),
        uniform_break_even=_uniform(table),
        count_low=_count_at(case, table, readings, "low"),
        count_high=_count_at(case, table, readings, "high"),
        unstated=tuple(p for p, r in stated.items() if r is None),
        warnings=zone_warnings(count, admissible, stated, space),
        option_shares=_option_shares(table, numbers),
        best=best,
        closest=_deals(table, closest, 20),
        shortfall=shortfall,
    )


def _break_even(table: Table) -> dict[str, Fraction | None]:
    found: dict[str, Fraction | None] = {}
    n = len(table.space.parties)
    for p, name in enumerate(table.space.parties):
        others = table.zone([q for q in range(n) if q != p])
        found[name] = table.space.points(table.utilities[p, others].max()) if others.any() else None
    return found


def _uniform(table: Table) -> Fraction | None:
    if not table.admissible.any():
        return None
    return table.space.points(table.utilities[:, table.admissible].min(axis=0).max())


def _count_at(case: Case, table: Table, readings: Readings, at: str) -> int:
    limits = compile_case(case, readings, at)
    bound = np.array([-(-r * table.space.scale // limits.scale) for r in limits.reservation], dtype=np.int64)
    return int((table.admissible & (table.utilities >= bound[:, None]).all(axis=0)).sum())


def _option_shares(table: Table, numbers: IntArray) -> dict[str, dict[str, Fraction]]:
    if not numbers.size:
        return {}
    found = {}
    for i, issue in enumerate(table.space.issues):
        counts = np.bincount(table.option(i, numbers), minlength=table.space.sizes[i])
        found[issue] = {
            o: Fraction(int(c), numbers.size) for o, c in zip(table.space.options[i], counts, strict=True)
        }
    return found


def zone_warnings(count: int, admissible: int, stated: Mapping[str, Any], space: Space) -> tuple[str, ...]:
    """What must be said beside a count: an uninformative zone, missing reservation values, rounding."""
    found = []
    if admissible and Fraction(count, admissible) > LARGE_SHARE:
        found.append(
            f"{100 * count / admissible:.0f} % of the allowed packages are acceptable to all: the reservation "
            "values are so low that the zone says little; look at the break-even values first"
        )
    missing = [p for p, r in stated.items() if r is None]
    if missing:
        found.append(f"no reservation value for {', '.join(missing)}: every package counts as accepted there")
    if not space.exact:
        found.append(
            "fractions with a very large common denominator were rounded; exact for the rounded case"
        )
    return tuple(found)


def frontier(case: Case, readings: Readings = None, *, table: Table | None = None) -> Frontier:
    """The answer of :func:`zopa.frontier`, by listing all packages.

    ``deals`` are sorted by the first party's utility, descending, one package (the first in package order)
    for each point.
    """
    table = table or tabulate(case, readings)
    numbers = np.flatnonzero(table.zone())
    points = table.utilities[:, numbers]
    kept = nondominated(points)
    order = (
        np.lexsort(tuple(-points[p, kept] for p in range(points.shape[0] - 1, -1, -1))) if kept.size else kept
    )
    kept = kept[order]
    codes = {tuple(points[:, k]) for k in kept}
    best = points.max(axis=1) if kept.size else None
    packages = 0
    if best is not None:
        # Only packages whose sum equals a kept point's sum can stand on one.
        sums = np.isin(points.sum(axis=0), points[:, kept].sum(axis=0))
        packages = sum(tuple(points[:, k]) in codes for k in np.flatnonzero(sums))
    return Frontier(
        ask(case, "frontier", readings), _deals(table, numbers[kept], kept.size), int(kept.size), packages
    )


def solve(
    case: Case,
    method: str | Callable[[IntArray], Any] = "nash",
    readings: Readings = None,
    *,
    powers: Mapping[str, float] | None = None,
    coalition: Sequence[str] | None = None,
    table: Table | None = None,
) -> Solution:
    """The answer of :func:`zopa.solve`, by listing all packages."""
    table = table or tabulate(case, readings)
    space = table.space
    names = tuple(coalition or space.parties)
    for name in names:
        if name not in space.parties:
            raise UnknownName("party", name, space.parties)
    rows = [space.parties.index(name) for name in names]
    title, asks, warning, pick = _method(method)
    if isinstance(method, str) and SOLUTIONS[method].needs:
        if powers is None:
            raise NotApplicable(f"{method} needs powers: one positive number per party")
        given = [Fraction(str(powers.get(name, 0))) for name in names]
    else:
        given = None
    numbers = np.flatnonzero(table.zone(rows))
    question = ask(case, "solve", readings, method=title, powers=dict(powers or {}), coalition=names)
    name = method if isinstance(method, str) else title
    if not numbers.size:
        return Solution(question, name, title, asks, (), 0, None, names, warning)
    limits = np.array(space.reservation, dtype=np.int64)[rows][:, None]
    gains = table.utilities[rows][:, numbers] - limits
    picked, value = pick(gains, given) if given is not None else pick(gains)
    if value is not None and name in ("nash", "egalitarian", "proportional"):
        value = value / space.scale ** (len(rows) if name == "nash" else 1)
    if name == "utilitarian" and value is not None:
        value = space.points(int(value) + sum(int(r) for r in limits[:, 0]))
    chosen = numbers[picked]
    return Solution(
        question, name, title, asks, _deals(table, chosen), int(chosen.size), value, names, warning
    )


def winning_coalitions(space: Space) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of parties whose acceptance makes an agreement, in party order."""
    needed = {p for p, r in zip(space.parties, space.required, strict=True) if r}
    free = [p for p in space.parties if p not in needed]
    missing = max(0, space.at_least - len(needed))
    return tuple(
        tuple(p for p in space.parties if p in needed or p in chosen)
        for chosen in itertools.combinations(free, missing)
    )


def _method(method: str | Callable[[IntArray], Any]) -> tuple[str, str, str, Callable[..., Any]]:
    if isinstance(method, str):
        if method not in SOLUTIONS:
            raise UnknownName("solution", method, SOLUTIONS)
        m = SOLUTIONS[method]
        return m.title, m.asks, m.warning, m.pick
    own = method

    def pick(gains: IntArray) -> tuple[Any, None]:
        scores = np.asarray(own(gains))
        if scores.shape != (gains.shape[1],):
            raise NotApplicable(
                f"your solution must return one score per package, shape ({gains.shape[1]},); saw {scores.shape}"
            )
        return scores == scores.max(), None

    return getattr(own, "__name__", "your own"), "your own score", "", pick
