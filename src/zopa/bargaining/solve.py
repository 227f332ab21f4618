"""Which package does a named solution pick from the zone?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zopa.bargaining.deals import Deal, deals, marked
from zopa.bargaining.engines import Engine, Pick, Stop, engine_for, engine_named, never
from zopa.bargaining.solutions import SOLUTIONS, Method
from zopa.bargaining.standing import AnswerState, standing
from zopa.case import MOST_UNSOURCED, Case
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Answer, IntArray, Problem, Readings, Space

__all__ = ["Solution", "solve", "winning_coalitions"]


@dataclass(frozen=True)
class Solution(Answer):
    """What a solution picks from the zone, with all ties in package order.

    ``value`` is the score that it maximises, in points (``docs/reference/answers.md``). ``proven`` tells whether
    nothing better exists; otherwise ``gap`` is how much better, relatively, a package could still be. ``proof`` is
    the saved form for ``zopa check-proof``, where one was asked for. ``standing`` tells whether the record allows a
    verdict, and whether it depends on a reading; None for the pick of a coalition, or inside another answer.
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
    standing: AnswerState | None = None

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, with its state where that was asked."""
        return super().to_dict() | ({"state": self.standing.state} if self.standing else {})


def solve(
    case: Case | Problem,
    method: str | Callable[[IntArray], Any] = "nash",
    readings: Readings = None,
    *,
    powers: Mapping[str, float] | None = None,
    coalition: Sequence[str] | None = None,
    proof: bool = False,
    most_unsourced: Fraction | float | None = MOST_UNSOURCED,
    stop: Stop = never,
    progress: Callable[[str], None] | None = None,
) -> Solution:
    """The package that a solution picks from the zone, with all ties.

    Parameters
    ----------
    case : Case or Problem
    method : str or callable
        A name in :data:`SOLUTIONS`, or a callable that takes the gains, shape (n_parties, n_packages), and
        returns one score per package; the largest scores are picked.
    powers : party -> positive number, optional
        Bargaining powers of ``weighted-nash``, proportions of ``proportional``.
    coalition : parties, optional
        Whose acceptance and gains count; default all. The coalition settles every issue.
    proof : bool
        Keep a proof that nothing is better, for ``zopa check-proof``.
    most_unsourced : number between 0 and 1, or None
        The largest share of judgments without any source with which a verdict is given; None does not ask.
    stop, progress : callables, optional
        In long searches: True from ``stop`` ends with the best found and its gap; ``progress`` gets a sentence.

    Raises
    ------
    UnknownName
        No such method, party or reading.
    NotApplicable
        The method needs powers, a power is not positive, or a callable meets a space too large to list.
    """
    problem = Problem.of(case, readings)
    about = _method(method)
    names = tuple(dict.fromkeys(coalition or problem.space.parties))
    for name in names:
        if name not in problem.space.parties:
            raise UnknownName("party", name, problem.space.parties)
    given = _powers(method, about, powers, names)
    members = [problem.space.parties.index(name) for name in names]
    inner = problem.space if names == problem.space.parties else problem.space.coalition(members)
    found = _picked(problem, inner, method, given, proof=proof, stop=stop, progress=progress)
    question = problem.question("solve", method=about.title, powers=dict(powers or {}), coalition=names)
    return Solution(
        question,
        method=method if isinstance(method, str) else about.title,
        title=about.title,
        asks=about.asks,
        deals=marked(problem.case, deals(problem.space, found.packages)),
        tied=found.tied,
        value=found.value,
        parties=names,
        warning=about.warning,
        proven=found.proven,
        gap=found.gap,
        proof=found.proof,
        note="; ".join([*_notes(method, names, inner, found), *problem.remarks]),
        standing=None
        if most_unsourced is None
        else standing(
            problem, most_unsourced=most_unsourced, known=_passes(problem, names, found), stop=stop
        ),
    )


def _passes(problem: Problem, names: tuple[str, ...], found: Pick) -> bool | None:
    """Whether a package passes the agreement rule, where a pick among all parties tells."""
    if names != problem.space.parties:
        return None
    if found.packages:
        return True
    return False if found.proven and problem.space.unanimous else None


def _picked(
    problem: Problem,
    inner: Space,
    method: Any,
    powers: Sequence[Fraction] | None,
    *,
    proof: bool,
    stop: Stop,
    progress: Callable[[str], None] | None,
) -> Pick:
    """By the engine that is chosen; where a search misses ties or the best, by a list if there can be one."""

    def ask(engine: Engine) -> Pick:
        return engine.at(inner).solve(method, powers, proof=proof)

    able = problem.listable
    if proof and isinstance(method, str) and problem.space.compact:
        found = ask(engine_named("search", problem, stop=stop, progress=progress))
        if found.complete and found.proven:
            return found
        listed = ask(engine_named("listing", problem)) if able else found
        return dataclasses.replace(listed, proof=found.proof)
    engine = engine_for(problem, "solve", stop=stop if not able else _patient(stop), progress=progress)
    if callable(method) and able:
        engine = engine_named("listing", problem)
    try:
        found = ask(engine)
    except NotApplicable:
        if engine.name != "search" or not able:
            raise
        return ask(engine_named("listing", problem))
    if engine.name == "search" and able and not (found.complete and found.proven):
        return ask(engine_named("listing", problem))
    return found


MOST_LOOKS = 2_000


def _patient(stop: Stop) -> Stop:
    """Stop a search that takes longer than a list would."""
    looks = 0

    def give_up() -> bool:
        nonlocal looks
        looks += 1
        return looks > MOST_LOOKS or stop()

    return give_up


def _notes(method: object, names: Sequence[str], space: Space, found: Pick) -> list[str]:
    """Who stays at the reservation value under Nash, and ties that are not listed."""
    notes = []
    if found.packages and method in ("nash", "weighted-nash"):
        utilities = space.utility(found.packages[0])
        stay = [n for n, u, r in zip(names, utilities, space.reservation, strict=True) if u <= r]
        if len(stay) == len(names):
            notes.append("no package gives any party a gain: every acceptable package is picked")
        elif stay:
            notes.append(f"{', '.join(stay)} cannot gain together with the others")
    if not found.complete:
        notes.append("ties are too many to list them all")
    return notes


def _powers(
    method: object, about: Method, powers: Mapping[str, float] | None, names: Sequence[str]
) -> list[Fraction] | None:
    if not about.needs:
        return None
    given = [Fraction(str((powers or {}).get(name, 0))) for name in names]
    if min(given) <= 0:
        raise NotApplicable(f"{method} needs powers: one positive number per party")
    return given


def _method(method: str | Callable[[IntArray], Any]) -> Method:
    if callable(method):
        return Method(getattr(method, "__name__", "your own"), method, "your own score", "")
    if method not in SOLUTIONS:
        raise UnknownName("solution", method, SOLUTIONS)
    return SOLUTIONS[method]


def winning_coalitions(space: Space) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of parties whose acceptance makes an agreement, in party order."""
    from zopa.bargaining.search.decomposition import minimal_coalitions

    return tuple(tuple(space.parties[p] for p in c) for c in minimal_coalitions(space))
