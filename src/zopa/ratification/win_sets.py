"""Who must ratify: win-sets on a line and in a space, what a tied hand gains, who can spoil.

A ratifier is a party that has no seat at the table and whose acceptance the agreement needs all the
same ([Putnam1988]_); so in a space it is one more required party.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from zopa.case import Number, exact
from zopa.space import IntArray

__all__ = [
    "Segment",
    "TiedHand",
    "best_reply",
    "tied_hand_in_space",
    "win_set",
    "win_set_of_all",
]

Segment = tuple[Fraction, Fraction]
BoolArray = NDArray[np.bool_]


def win_set(ideal: Number, status_quo: Number) -> Segment:
    """What a ratifier accepts on a line: everything at most as far from its ideal as the status quo.

    ``[r - |q - r|, r + |q - r|]`` ([RomerRosenthal1978]_).

    >>> [int(end) for end in win_set(60, 40)]
    [40, 80]
    """
    r, q = exact(ideal), exact(status_quo)
    return r - abs(q - r), r + abs(q - r)


def win_set_of_all(ideals: Iterable[Number], status_quo: Number) -> Segment:
    """What all ratifiers accept. Never empty: the status quo is always in it, sometimes alone."""
    sets = [win_set(r, status_quo) for r in ideals]
    if not sets:
        raise ValueError("expected at least one ratifier")
    return max(lo for lo, _ in sets), min(hi for _, hi in sets)


@dataclass(frozen=True)
class TiedHand:
    """Outcome with and without the home ratifier, and what that is worth to the negotiator.

    ``gain`` is positive when the tied hand helps. ``None`` outcomes: no agreement is possible.
    """

    free: Fraction | None
    tied: Fraction | None
    gain: Fraction | None


def best_reply(utilities: IntArray, proposer: int, holder: int, accepted: BoolArray) -> int | None:
    """What the holder gets from the accepted package that is best for the proposer; the least over ties.

    ``utilities`` has shape (n_parties, n_packages), ``accepted`` (n_packages,). None: nothing is accepted.
    """
    if not accepted.any():
        return None
    mine, other = utilities[holder][accepted], utilities[proposer][accepted]
    return int(mine[other == other.max()].min())


def tied_hand_in_space(
    utilities: IntArray,
    reservation: Sequence[int],
    *,
    proposer: int,
    holder: int,
    table: Sequence[int],
    ratifiers: Sequence[int],
) -> TiedHand:
    """What ratifiers gain ``holder`` when ``proposer`` makes the last offer over packages (in units).

    ``table`` lists the parties that must accept anyway. Ties of the proposer are broken against the
    holder, so a gain shown here does not rest on goodwill.
    """
    ok = utilities >= np.asarray(reservation, dtype=np.int64)[:, None]
    free, tied = (
        best_reply(utilities, proposer, holder, np.all(ok[list(who)], axis=0))
        for who in (table, [*table, *ratifiers])
    )
    gain = None if free is None or tied is None else Fraction(tied - free)
    return TiedHand(None if free is None else Fraction(free), None if tied is None else Fraction(tied), gain)
