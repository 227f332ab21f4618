"""Bueno de Mesquita's expected-utility model ("challenge" model) in named readings.

Source: Scholz, Calbert & Smith 2011 (ICAART 2011, pp. 18-30; J. Theoretical Politics 23:510); equation
numbers are theirs. The paper and the program behind its tables differ; every point of difference is a
switch of :class:`ChallengeReading`. All arrays have the parties on the last axis, so many draws run at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zopa.spatial.one_shot import compromise, weighted_median
from zopa.spatial.voting import support

__all__ = [
    "OFFERS",
    "READINGS",
    "ChallengeReading",
    "ChallengeRound",
    "expected_utilities",
    "play",
    "play_round",
    "risk_exponents",
    "settle",
    "win_probabilities",
]

Array = NDArray[np.float64]
OFFERS = ("stays", "confronted", "compromises", "gives in")
"""What a party's chosen offer was: index into this tuple in :attr:`ChallengeRound.kind`."""


@dataclass(frozen=True)
class ChallengeReading:
    """One meaning of the published model; each field is a point on which programs differ.

    Attributes
    ----------
    votes : ``pair`` (eqs 30-31: the two sides of this contest add up to 1) or ``all`` (the program
        behind the published tables: divided by the votes of all contests together)
    opponent : whose risk exponent enters the opponent's expected utility: ``own`` or ``theirs``
    span : ``first`` (range of the first round), ``current``, or a number
    pick : ``kind`` (confrontation before compromise before giving in, then the least move; among
        compromises the program's lowest place), ``least`` (least move), ``enforceable`` (the offer
        whose maker expects most)
    lowest : among compromises take the lowest place, as the program does; not reflection-invariant
    both : when both expect a gain, the weaker ``concedes`` or nobody moves (``stays``)
    gives_in : whether the octant of giving in is live (the program's test for it is never true)
    q : probability that the status quo lasts when nobody challenges
    """

    votes: Literal["pair", "all"] = "pair"
    opponent: Literal["own", "theirs"] = "theirs"
    span: Literal["first", "current"] | float = "current"
    pick: Literal["kind", "least", "enforceable"] = "least"
    lowest: bool = False
    both: Literal["concedes", "stays"] = "stays"
    gives_in: bool = True
    q: float = 1.0


READINGS: dict[str, ChallengeReading] = {
    "scholz-code": ChallengeReading(
        votes="all", opponent="own", span="first", pick="kind", lowest=True, both="concedes", gives_in=False
    ),
    "scholz-paper": ChallengeReading(),
}


@dataclass(frozen=True)
class ChallengeRound:
    """One round of pressure, seen by each party; leading axes are draws, ``n`` parties.

    Attributes
    ----------
    before, after : shape (..., n), positions
    exponent : shape (..., n), risk exponent r in [0.5, 2]
    partner : shape (..., n), whose offer is taken; -1 where the party stays
    kind : shape (..., n), index into :data:`OFFERS`
    own, other : shape (..., n), expected utilities of challenging the partner and of being
        challenged by it; 0 where the party stays
    """

    before: Array
    after: Array
    exponent: Array
    partner: NDArray[np.intp]
    kind: NDArray[np.intp]
    own: Array
    other: Array


def win_probabilities(x: Array, w: Array, r: Array, span: Array, reading: ChallengeReading) -> Array:
    """P[i, j]: probability that i wins against j, shape (..., n, n); 0 where they stand together.

    ``votes="all"`` raises the distances to the voter's exponent ``r``; ``"pair"`` leaves them linear.
    """
    if reading.votes == "pair":
        votes = support(x, w)
        both = votes + np.swapaxes(votes, -1, -2)
        return np.divide(votes, both, out=np.zeros_like(votes), where=both > 0)
    votes = support(x, w, r, span)
    everything = np.sum(votes, axis=(-1, -2), keepdims=True) * 2
    return np.divide(votes, everything, out=np.zeros_like(votes), where=everything > 0)


def expected_utilities(x: Array, s: Array, P: Array, r: Array, mu: Array, span: Array, *, q: float) -> Array:
    """E[i, j] of i challenging j with exponents ``r`` broadcast to (..., n, n) (eqs 15, 16, 22-24)."""
    gap = x[..., :, None] - x[..., None, :]
    d = np.abs(gap) / span[..., None]
    win, lose, same = 2 - 4 * (0.5 - 0.5 * d) ** r, 2 - 4 * (0.5 + 0.5 * d) ** r, 2 - 4 * 0.5**r
    resist = s[..., None, :]
    e = resist * (P * win + (1 - P) * lose) + (1 - resist) * win - q * same
    if q < 1:
        off = np.abs(x - mu[..., None])[..., :, None] / span[..., None]
        better = 2 - 4 * (0.5 - 0.25 * (off + d)) ** r
        worse = 2 - 4 * (0.5 + 0.25 * (off + d)) ** r
        e = e - (1 - q) * np.where(off < d, better, worse)
    return np.where(gap == 0, 0.0, e) if q == 1 else e


def risk_exponents(E: Array) -> Array:
    """Risk exponents r in [0.5, 2] from expected utilities at r = 1 (eqs 32-33); 1 where all are equal."""
    n = E.shape[-1]
    diagonal = np.eye(n, dtype=bool)
    security = np.sum(np.where(diagonal, 0.0, E), axis=-2)
    top = np.max(security, axis=-1, keepdims=True)
    bottom = np.min(security, axis=-1, keepdims=True)
    width = top - bottom
    flat = width <= 1e-12 * np.maximum(np.abs(top) + np.abs(bottom), 1e-12)
    risk = (2 * security - top - bottom) / np.where(flat, 1.0, width)
    risk = np.where(flat, 0.0, risk)
    return (1 - risk / 3) / (1 + risk / 3)


def _offers(x: Array, own: Array, other: Array, reading: ChallengeReading) -> tuple[Array, NDArray[np.intp]]:
    """Place and kind of the offer from each j to each i, both (..., n, n); kind 0 = no offer."""
    here, there = x[..., :, None], x[..., None, :]
    confronted = (other > own) & (own > 0) & (reading.both == "concedes")
    pressed = (own < 0) & (other > 0)
    compromise_ = pressed & (other > np.abs(own))
    gives_in = pressed & (other < np.abs(own)) & reading.gives_in
    part = np.divide(np.abs(own), other, out=np.zeros_like(own), where=compromise_)
    place = np.where(compromise_, here + (there - here) * part, there + 0 * here)
    kind = confronted * 1 + compromise_ * 2 + gives_in * 3
    return place, np.where(here == there, 0, kind)


def _chosen(
    x: Array, place: Array, kind: NDArray[np.intp], own: Array, other: Array, reading: ChallengeReading
) -> NDArray[np.intp]:
    """Whose offer each i takes, first index on ties; meaningless where there is no offer."""
    move = np.abs(place - x[..., :, None])
    if reading.pick == "enforceable":
        key = np.where(kind > 0, -other, np.inf)
        best = key <= np.min(key, axis=-1, keepdims=True)
        return np.argmin(np.where(best & (kind > 0), move, np.inf), axis=-1)
    if reading.pick == "kind":
        rank = np.where(kind > 0, kind, 9)
        live = rank == np.min(rank, axis=-1, keepdims=True)
    else:
        live = kind > 0
    if reading.lowest:
        a, b = np.abs(own), np.abs(other)
        weighted = (a * x[..., :, None] + b * x[..., None, :]) / np.where(a + b > 0, a + b, 1.0)
        move = np.where(kind == 2, weighted, move)
    return np.argmin(np.where(live & (kind > 0), move, np.inf), axis=-1)


def play_round(x: Array, s: Array, c: Array, span: Array, reading: ChallengeReading) -> ChallengeRound:
    """One round from positions ``x``; all parties move at once. ``span`` has shape (..., 1)."""
    w = c * s
    one = np.ones_like(x)
    mu = weighted_median(x, w)
    plain = win_probabilities(x, w, one, span, reading)
    r = risk_exponents(expected_utilities(x, s, plain, one[..., None], mu, span, q=reading.q))
    P = win_probabilities(x, w, r, span, reading) if reading.votes == "all" else plain
    own = expected_utilities(x, s, P, r[..., :, None], mu, span, q=reading.q)
    view = r[..., None, :] if reading.opponent == "own" else r[..., :, None]
    other = np.swapaxes(expected_utilities(x, s, P, view, mu, span, q=reading.q), -1, -2)
    place, kind = _offers(x, own, other, reading)
    chosen = _chosen(x, place, kind, own, other, reading)

    def at(values: NDArray[Any]) -> NDArray[Any]:
        return np.take_along_axis(values, chosen[..., None], axis=-1)[..., 0]

    got = at(kind) > 0
    return ChallengeRound(
        before=x,
        after=np.where(got, at(place), x),
        exponent=r,
        partner=np.where(got, chosen, -1),
        kind=np.where(got, at(kind), 0),
        own=np.where(got, at(own), 0.0),
        other=np.where(got, at(other), 0.0),
    )


def _span(x: Array, first: Array, reading: ChallengeReading) -> Array:
    """The range that distances are divided by, shape (..., 1); 1 where all stand at one place."""
    if reading.span == "current":
        first = np.ptp(x, axis=-1)[..., None]
    elif reading.span != "first":
        first = np.full_like(first, reading.span)
    return np.where(first > 0, first, 1.0)


def play(
    x: Array, s: Array, c: Array, *, reading: ChallengeReading | None = None, rounds: int = 10
) -> tuple[ChallengeRound, ...]:
    """Rounds of pressure until nobody moves, at most ``rounds`` of them.

    Parameters
    ----------
    x, s, c : arrays, shape (..., n)
        Positions in any unit, salience in [0, 1], capability >= 0.
    reading : ChallengeReading, default ``READINGS["scholz-code"]``

    Returns
    -------
    tuple of ChallengeRound
        Empty when all stand at one place. The model has no stopping rule of its own and need not
        stabilise (Scholz et al., p. 28).
    """
    reading = reading or READINGS["scholz-code"]
    compromise(x, c * s)  # refuses zero total weight
    played: list[ChallengeRound] = []
    first = np.ptp(x, axis=-1)[..., None]
    for _ in range(rounds):
        if not np.any(np.ptp(x, axis=-1) > 0):
            break
        step = play_round(x, s, c, _span(x, first, reading), reading)
        played.append(step)
        if np.array_equal(step.after, x):
            break
        x = step.after
    return tuple(played)


def settle(
    x: Array, s: Array, c: Array, *, reading: ChallengeReading | None = None, rounds: int = 10
) -> Array:
    """Positions after the last round of :func:`play`, for many draws: shape (..., n).

    Draws in which nobody moves any more are left alone, which is what makes this faster than ``play``.
    """
    reading = reading or READINGS["scholz-code"]
    x, s, c = (
        np.array(np.broadcast_to(a, np.broadcast_shapes(x.shape, s.shape, c.shape))) for a in (x, s, c)
    )
    compromise(x, c * s)
    shape, n = x.shape, x.shape[-1]
    x, s, c = x.reshape(-1, n), s.reshape(-1, n), c.reshape(-1, n)
    first = np.ptp(x, axis=-1)[..., None]
    live = np.flatnonzero(first[:, 0] > 0)
    for _ in range(rounds):
        if not live.size:
            break
        at = x[live]
        after = play_round(at, s[live], c[live], _span(at, first[live], reading), reading).after
        x[live] = after
        live = live[np.any(after != at, axis=-1)]
    return x.reshape(shape)
