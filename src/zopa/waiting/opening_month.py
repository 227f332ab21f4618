"""From the parties' curves to the zone: the month it opens, who is pivotal, whether it is ripe, whether it lasts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np

from zopa.case import Interval
from zopa.space import IntArray, Space

from .no_agreement import Opening

__all__ = ["Ripeness", "ZoneOpening", "any_package", "breaking", "one_package", "ripeness", "zone_opening"]

Levels = Sequence[Fraction]
"""One no-agreement value per party, in points."""
FAR = 2**62
"""Beyond every utility that a space can hold."""
IsOpen = Callable[[Levels], bool]
Verdict = Literal["yes", "possibly", "no", "unknown"]


@dataclass(frozen=True)
class ZoneOpening:
    """When an agreement first becomes possible, and on whom that turns.

    Attributes
    ----------
    opening : Opening
        First month, as an interval. Month 0: it is open already.
    pivotal : tuple of int
        Parties (all of them, ascending) whose no-agreement value, had it stayed where it was a month
        before, would have kept the zone shut in the central case.
    may_be_pivotal : tuple of int
        Parties that are pivotal in the central case, at either end, or when they alone are at their
        most patient and all others at their least.
    """

    opening: Opening
    pivotal: tuple[int, ...]
    may_be_pivotal: tuple[int, ...]


def one_package(space: Space, utility: Sequence[Fraction]) -> IsOpen:
    """Test whether one package with these utilities (points) makes an agreement."""
    return lambda levels: space.agreed([u >= r for u, r in zip(utility, levels, strict=True)])


def any_package(space: Space, utilities: IntArray) -> IsOpen:
    """Test whether one of many packages makes an agreement.

    ``utilities`` has shape (n_parties, n_packages), in the space's units; packages that a rule forbids
    are left out by the caller.
    """
    required = np.array(space.required)

    def is_open(levels: Levels) -> bool:
        units = [-((-r.numerator * space.scale) // r.denominator) for r in levels]
        needed = np.array([min(max(u, -FAR), FAR) for u in units], dtype=np.int64)
        accepts = utilities >= needed[:, None]
        agreed = accepts[required].all(axis=0) & (accepts.sum(axis=0) >= space.at_least)
        return bool(agreed.any())

    return is_open


def _search(paths: Sequence[Sequence[Fraction]], is_open: IsOpen) -> tuple[int | None, tuple[int, ...]]:
    """First open month along one path per party, and the parties that kept it shut the month before."""
    month = _first_open(list(zip(*paths, strict=True)), is_open)
    if month is None or month == 0:
        return month, ()
    now = [path[month] for path in paths]
    held = [[*now[:p], paths[p][month - 1], *now[p + 1 :]] for p in range(len(paths))]
    return month, tuple(p for p, levels in enumerate(held) if not is_open(levels))


def _first_open(months: Sequence[Levels], is_open: IsOpen) -> int | None:
    """First month whose levels are open; by halving where no level ever rises."""
    if all(a >= b for now, then in pairwise(months) for a, b in zip(now, then, strict=True)):
        found = bisect_left(months, True, key=is_open)
        return found if found < len(months) else None
    return next((t for t, levels in enumerate(months) if is_open(levels)), None)


def zone_opening(curves: Sequence[Sequence[Interval]], is_open: IsOpen) -> ZoneOpening:
    """First month in which an agreement is possible, with exact ends and the pivotal parties.

    Parameters
    ----------
    curves : one sequence of Interval per party
        No-agreement value by month, months 0, 1, 2, ...
    is_open : callable
        Whether an agreement exists at given values; must not become false when a value falls.

    Notes
    -----
    The earliest month takes every party at the low end of its band, the latest at the high end. The
    earliest is always attained; the latest is where no value rises, else it is a bound.
    """
    low = [[band.low for band in curve] for curve in curves]
    mid = [[band.best for band in curve] for curve in curves]
    high = [[band.high for band in curve] for curve in curves]
    earliest, first = _search(low, is_open)
    central, pivotal = _search(mid, is_open)
    latest, last = _search(high, is_open)
    may = {*first, *pivotal, *last}
    for p in range(len(curves)):
        _, alone = _search([*low[:p], high[p], *low[p + 1 :]], is_open)
        if p in alone:
            may.add(p)
    return ZoneOpening(Opening(earliest, central, latest), pivotal, tuple(sorted(may)))


def breaking(curve: Sequence[Interval], utility: Fraction, agreed_in: int = 0) -> int | None:
    """First month after ``agreed_in`` in which waiting would be worth more than the package, central case.

    A party for which such a month is in sight cannot promise to keep the package by its interest alone.
    """
    return next((t for t in range(agreed_in + 1, len(curve)) if curve[t].best > utility), None)


@dataclass(frozen=True)
class Ripeness:
    """Zartman's two conditions: a stalemate that hurts every pivotal party, and a way out.

    ``hurting`` has one verdict per party: whether waiting is worth no more than the best offer that
    it has seen (``unknown`` without an offer).
    """

    hurting: tuple[Verdict, ...]
    way_out: Verdict
    ripe: Verdict


def _all_of(verdicts: Sequence[Verdict]) -> Verdict:
    for worst in ("no", "unknown", "possibly"):
        if worst in verdicts:
            return worst
    return "yes"


def ripeness(
    waiting: Sequence[Interval], best_offer: Sequence[Fraction | None], way_out: Verdict
) -> Ripeness:
    """Whether the moment is ripe, as far as the figures carry ([Zartman2000]_).

    Parameters
    ----------
    waiting : sequence of Interval
        No-agreement value of every party now.
    best_offer : sequence of Fraction or None
        Utility of the best offer that the party has seen; None when there is none on record.
    way_out : {'yes', 'possibly', 'no', 'unknown'}
        Whether the zone holds a package.
    """
    hurting: list[Verdict] = []
    for value, offer in zip(waiting, best_offer, strict=True):
        if offer is None:
            hurting.append("unknown")
        elif value.high <= offer:
            hurting.append("yes")
        else:
            hurting.append("possibly" if value.low <= offer else "no")
    return Ripeness(tuple(hurting), way_out, _all_of([*hurting, way_out]))
