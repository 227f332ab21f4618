"""The verbs in spaces too large to list: the exact engines answer in the same words.

Verbs take a case; :mod:`zopa.bargaining.exact` takes a space. May not enter: files, clocks, chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from zopa.bargaining import exact
from zopa.bargaining.exact.near import restrict
from zopa.bargaining.solutions import SOLUTIONS
from zopa.bargaining.zones import Deal, Frontier, Solution, ask, deal
from zopa.case import Case
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Answer, Readings, Space, compile_case

__all__ = ["Proven", "describe", "frontier_large", "prove"]

MOST_WEIGHT = 1 << 12
KINDS = {"kalai-smorodinsky", "egalitarian", "proportional", "utilitarian"}


@dataclass(frozen=True)
class Proven(Answer):
    """What a solution picks, how sure that is, and the proof.

    Attributes
    ----------
    solution : Solution
    engine : str
        In words, what answered.
    proven : bool
        Whether integers show that nothing better exists.
    gap : float
        How much better, relatively, a package could still be; 0 when proven.
    note : str
        What must be said beside it; empty for nothing.
    proof : mapping or None
        The saved form that ``zopa check-proof`` reads.
    """

    solution: Solution
    engine: str
    proven: bool
    gap: float = 0.0
    note: str = ""
    proof: Mapping[str, Any] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        if not self.solution.deals:
            return f"{self.solution.title}: no deal to pick from ({self.note or self.engine})"
        sure = "proven" if self.proven else f"best found; at most {100 * self.gap:.3g} % better is possible"
        return f"{self.solution} ({sure}; {self.engine})" + (f"\nnote: {self.note}" if self.note else "")


def prove(
    case: Case,
    method: str = "nash",
    readings: Readings = None,
    *,
    powers: Mapping[str, float] | None = None,
    coalition: Sequence[str] | None = None,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Any, float], None] | None = None,
) -> Proven:
    """The package that a solution picks, in a space of any size, with its proof.

    Parameters
    ----------
    case : Case
    method : str
        A name in :data:`SOLUTIONS`.
    powers : party -> positive number, optional
        Bargaining powers of ``weighted-nash``, proportions of ``proportional``.
    coalition : parties, optional
        Whose acceptance and gains count; the coalition settles every issue.
    stop : callable
        Asked now and then; True ends the search with the best found and its gap.
    on_progress : callable, optional
        Told the best value so far and a bound.

    Raises
    ------
    UnknownName
        No such method, party or reading.
    NotApplicable
        The method needs powers, or interactions hang together too widely for every engine.
    """
    if method not in SOLUTIONS:
        raise UnknownName("solution", method, SOLUTIONS)
    space = compile_case(case, readings)
    names = tuple(coalition or space.parties)
    for name in names:
        if name not in space.parties:
            raise UnknownName("party", name, space.parties)
    if coalition:
        space = restrict(space, [space.parties.index(n) for n in names])
    weights = _weights(method, names, powers)
    try:
        if method in KINDS:
            found = exact.solve_maxmin(
                space, method, weights=weights, proof=True, stop=stop, on_progress=on_progress
            )
        else:
            found = exact.solve_nash(space, weights, proof=True, stop=stop, on_progress=on_progress)
    except exact.Refusal as why:
        raise NotApplicable(f"no engine can answer this exactly: {why}") from why
    how = SOLUTIONS[method]
    question = ask(case, "solve", readings, method=method, powers=dict(powers or {}), coalition=names)
    deals = tuple(deal(space, p) for p in found.packages)
    solution = Solution(
        question, method, how.title, how.asks, deals, len(deals), _points(space, method, found.value), names, how.warning
    )  # fmt: skip
    return Proven(question, solution, found.engine, found.proven, found.gap, found.note, found.proof)


def _weights(method: str, names: Sequence[str], powers: Mapping[str, float] | None) -> list[int] | None:
    if not SOLUTIONS[method].needs:
        return None
    if powers is None or any(powers.get(n, 0) <= 0 for n in names):
        raise NotApplicable(f"{method} needs powers: one positive number per party")
    given = [Fraction(str(powers[n])) for n in names]
    whole = math.lcm(*(g.denominator for g in given))
    numbers = [int(g * whole) for g in given]
    shared = math.gcd(*numbers)
    numbers = [n // shared for n in numbers]
    if max(numbers) > MOST_WEIGHT:
        raise NotApplicable(
            f"powers must be ratios of whole numbers up to {MOST_WEIGHT}; these need {max(numbers)}"
        )
    return numbers


def _points(space: Space, method: str, value: Fraction | None) -> Fraction | None:
    """A value in points: products by the scale of every gain, gains and sums by one scale."""
    if value is None or method in ("kalai-smorodinsky", "weighted-nash"):
        return value
    return value / space.scale ** (len(space.parties) if method == "nash" else 1)


def frontier_large(
    case: Case, readings: Readings = None, *, stop: Callable[[], bool] = lambda: False
) -> Frontier:
    """The frontier of a space too large to list, one package for every point.

    ``packages`` counts those shown: how many stand behind each point is not counted.

    Raises
    ------
    NotApplicable
        It has too many points, or rules span too many issues.
    """
    space = compile_case(case, readings)
    try:
        found = exact.frontier(space, stop=stop)
        deals: tuple[Deal, ...] = tuple(
            deal(space, p) for p in exact.packages_at(space, found.points, most=1)
        )
    except exact.Refusal as why:
        raise NotApplicable(f"this frontier is not listed: {why}") from why
    return Frontier(ask(case, "frontier", readings), deals, len(found.points), len(deals))


def describe(case: Case, readings: Readings = None) -> exact.Description:
    """Which engine answers which question about the case, why, and what it will cost."""
    return exact.describe(compile_case(case, readings))
