"""Which packages of the zone can nobody improve without another's loss?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zopa.bargaining.deals import Deal, deals, marked
from zopa.bargaining.engines import Edge, Stop, engine_for, engine_named, never
from zopa.bargaining.search.certificate import frontier_proof
from zopa.case import Case
from zopa.space import Answer, Problem, Readings

__all__ = ["Frontier", "frontier", "frontier_of", "prove_frontier"]


@dataclass(frozen=True)
class Frontier(Answer):
    """Members of the zone that nobody can improve without another's loss.

    ``deals`` has one package per distinct utility point (the first in package order), descending by the first
    party's utility; ``packages`` counts all packages on these points, None where they were not counted.
    """

    deals: tuple[Deal, ...]
    points: int
    packages: int | None
    note: str = ""


def frontier_of(problem: Problem, stop: Stop = never) -> Edge:
    """The frontier by the fastest exact engine; a search that found only a part gives way to a list."""
    engine = engine_for(problem, "frontier", stop=stop)
    found = engine.frontier()
    if found.on is None and engine.name == "search" and problem.listable:
        return engine_named("listing", problem).frontier()
    return found


def frontier(case: Case | Problem, readings: Readings = None, *, stop: Stop = never) -> Frontier:
    """The packages of the zone that nobody can improve without another's loss.

    All distinct points, exactly; where they are too many to hold, a part of them with a stated guarantee
    (see ``note``). Arguments as for :func:`zone`.
    """
    problem = Problem.of(case, readings)
    found = frontier_of(problem, stop)
    note = "; ".join(filter(None, [found.note, *problem.remarks]))
    return Frontier(
        problem.question("frontier"),
        marked(problem.case, deals(problem.space, found.packages)),
        found.points,
        found.on,
        note,
    )


def prove_frontier(
    case: Case | Problem, readings: Readings = None, *, known: Frontier | None = None
) -> dict[str, Any] | None:
    """The saved frontier, to be found again by ``zopa check-proof``; None where only a part of it was found."""
    problem = Problem.of(case, readings)
    space, known = problem.space, known or frontier(problem)
    if len(known.deals) < known.points or (known.packages is None and known.note):
        return None
    place = [{name: k for k, name in enumerate(options)} for options in space.options]
    packages = [[at[o] for at, o in zip(place, d.package.values(), strict=True)] for d in known.deals]
    return frontier_proof(space.everybody, packages)
