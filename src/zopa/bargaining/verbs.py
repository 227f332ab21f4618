"""The verbs: one question each, answered by listing packages or, where there are too many, by search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from zopa.bargaining import conflicts, large, zones
from zopa.bargaining.conflicts import WhyNot
from zopa.bargaining.large import Stop, never
from zopa.bargaining.search import Description, Emptiness, is_empty
from zopa.bargaining.search import describe as describe_space
from zopa.bargaining.search.certificate import count_proof, frontier_proof
from zopa.bargaining.zones import Frontier, Solution, Zone
from zopa.case import Case
from zopa.space import IntArray, Readings, Space, compile_case
from zopa.space.table import MAX_PACKAGES, Table

__all__ = ["describe", "frontier", "prove_frontier", "prove_zone", "solve", "why_not", "zone"]


def _too_many(case: Case, readings: Readings, table: Table | None) -> Space | None:
    """The compiled case when its packages cannot be listed."""
    if table is not None:
        return None
    space = compile_case(case, readings)
    return space if space.n_packages > MAX_PACKAGES else None


def zone(case: Case, readings: Readings = None, *, table: Table | None = None, stop: Stop = never) -> Zone:
    """Is there a deal all could accept?

    Parameters
    ----------
    case : Case
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    table : Table, optional
        The tabulated case, when the caller has it already.
    stop : callable, optional
        Asked during long work in spaces too large to list; True ends it with what is known.

    Raises
    ------
    UnknownName
        A reading that the case does not have.
    """
    space = _too_many(case, readings, table)
    if space is not None:
        return large.zone(case, space, readings, stop)
    return zones.zone(case, readings, table=table)


def frontier(
    case: Case, readings: Readings = None, *, table: Table | None = None, stop: Stop = never
) -> Frontier:
    """The packages of the zone that nobody can improve without another's loss.

    All distinct points, exactly; where they are too many to hold, a part of them with a stated guarantee
    (see ``note``). Arguments as for :func:`zone`.
    """
    space = _too_many(case, readings, table)
    if space is not None:
        return large.frontier(case, space, readings, stop)
    return zones.frontier(case, readings, table=table)


def solve(
    case: Case,
    method: str | Callable[[IntArray], Any] = "nash",
    readings: Readings = None,
    *,
    powers: Mapping[str, float] | None = None,
    coalition: Sequence[str] | None = None,
    proof: bool = False,
    table: Table | None = None,
    stop: Stop = never,
    progress: Callable[[str], None] | None = None,
) -> Solution:
    """The package that a solution picks from the zone, with all ties.

    Parameters
    ----------
    case : Case
    method : str or callable
        A name in :data:`SOLUTIONS`, or a callable that takes the gains, shape (n_parties, n_packages), and
        returns one score per package; the largest scores are picked.
    powers : party -> positive number, optional
        Bargaining powers of ``weighted-nash``, proportions of ``proportional``.
    coalition : parties, optional
        Whose acceptance and gains count; default all. The coalition settles every issue.
    proof : bool
        Keep a proof that nothing is better, for ``zopa check-proof``.
    stop, progress : callables, optional
        In long searches: True from ``stop`` ends with the best found and its gap; ``progress`` gets a sentence.

    Raises
    ------
    UnknownName
        No such method, party or reading.
    NotApplicable
        The method needs powers, a power is not positive, or a callable meets a space too large to list.
    """
    space = _too_many(case, readings, table)
    if space is None and proof and isinstance(method, str):
        space = compile_case(case, readings)
    if space is not None:
        return large.solve(
            case, space, method, readings, powers, coalition, proof=proof, stop=stop, progress=progress
        )
    return zones.solve(case, method, readings, powers=powers, coalition=coalition, table=table)


def why_not(
    case: Case, readings: Readings = None, *, table: Table | None = None, stop: Stop = never
) -> WhyNot:
    """Smallest conflicting sets of statements, and the least that would have to give.

    Raises
    ------
    UnknownName
        A reading that the case does not have.
    """
    space = _too_many(case, readings, table)
    if space is not None:
        return large.why_not(case, space, readings, stop)
    return conflicts.why_not(case, readings, table=table)


def prove_zone(
    case: Case, readings: Readings = None, *, known: Zone | None = None, stop: Stop = never
) -> Emptiness:
    """A package that is acceptable, or integer weights that show that none is, with the saved proof.

    The proof is of the number of acceptable packages where that can be counted again in plain integers.
    ``known`` is the answer of :func:`zone`, when the caller has it already.
    """
    space = compile_case(case, readings)
    found = is_empty(space, proof=True, stop=stop)
    if found.package is None:
        return found
    known = known or zone(case, readings, stop=stop)
    counted = count_proof(space, known.agreed) if known.exact else None
    return replace(found, proof=counted) if counted else found


def prove_frontier(
    case: Case, readings: Readings = None, *, known: Frontier | None = None
) -> dict[str, Any] | None:
    """The saved frontier, to be found again by ``zopa check-proof``; None where only a part of it was found."""
    space, known = compile_case(case, readings), known or frontier(case, readings)
    if len(known.deals) < known.points or (known.packages is None and known.note):
        return None
    place = [{name: k for k, name in enumerate(options)} for options in space.options]
    packages = [[at[o] for at, o in zip(place, d.package.values(), strict=True)] for d in known.deals]
    return frontier_proof(space, packages)


def describe(case: Case, readings: Readings = None) -> Description:
    """Which engine will answer each question about this case, why, and what it will cost."""
    return describe_space(compile_case(case, readings))
