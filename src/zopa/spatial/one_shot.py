"""Forecasts without rounds: mean, median, Nash bargaining, the probabilistic Condorcet election.

All functions work on the last axis (the parties) of plain arrays, so ``(n,)`` is one situation and
``(draws, n)`` many at once. A weight is capability times salience.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName
from zopa.spatial.voting import support

__all__ = [
    "MEDIANS",
    "bisect",
    "compromise",
    "condorcet_election",
    "levers",
    "nash_point",
    "weighted_median",
]

Array = NDArray[np.float64]

MEDIANS = ("lower", "upper", "middle", "condorcet", "snapped")
"""Conventions of the weighted median; they differ only where the weights leave a choice."""


def _total(x: Array, w: Array) -> Array:
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(w))):
        raise NotApplicable("positions and weights must be numbers, found one that is not (NaN or infinite)")
    total = np.sum(w, axis=-1, keepdims=True)
    if not np.all(total > 0):
        raise NotApplicable(
            "all weights (capability times salience) are zero, so nobody pulls anywhere; "
            "enter a salience and a capability above zero for at least one party with a position"
        )
    return total


def compromise(x: Array, w: Array) -> Array:
    """Weighted mean of the positions ``x``, shape ``(..., n)`` -> ``(...)``.

    Hardest to beat on average error (Achen 2006, in Thomson et al., *The European Union Decides*).

    Raises
    ------
    NotApplicable
        All weights are zero.
    """
    return np.sum(w * x, axis=-1) / _total(x, w)[..., 0]


def levers(x: Array, s: Array, c: Array) -> tuple[Array, Array, Array]:
    """Exact change of the compromise per unit of each party's position, salience and capability.

    With w = c s, W its sum and O the compromise: dO/dx = w/W, dO/ds = c (x - O)/W and
    dO/dc = s (x - O)/W. Same units as ``x``, ``s`` and ``c``.
    """
    w = c * s
    total = _total(x, w)
    pull = (x - compromise(x, w)[..., None]) / total
    return w / total, c * pull, s * pull


def weighted_median(x: Array, w: Array, convention: str = "lower") -> Array:
    """A position that minimises the weighted distance to all, shape ``(..., n)`` -> ``(...)``.

    Parameters
    ----------
    x, w : arrays, shape (..., n)
    convention : str
        ``lower`` and ``upper``: the ends of the interval of minimisers; ``middle``: its middle;
        ``condorcet``: the held position that no other beats by weight times distance gained, lower one
        of ties (the same as ``lower``, found by another road); ``snapped``: the place where half the
        weight is reached by linear interpolation, moved to the nearest held position.

    Raises
    ------
    NotApplicable
        All weights are zero.
    """
    if convention not in MEDIANS:
        raise UnknownName("median convention", convention, MEDIANS)
    x, w = np.broadcast_arrays(x, w)
    total = _total(x, w)
    if convention == "condorcet":
        return _condorcet_median(x, w / total)
    order = np.argsort(x, axis=-1, kind="stable")
    place = np.take_along_axis(x, order, axis=-1)
    weight = np.take_along_axis(w, order, axis=-1) / total
    reached = np.cumsum(weight, axis=-1)
    # Sums of decimal fractions miss one half by an ulp or so: a tie must stay a tie.
    low = _pick(place, np.argmax(reached >= 0.5 - 1e-12, axis=-1))
    high = _pick(place, np.argmax((reached > 0.5 + 1e-12) & (weight > 0), axis=-1))
    if convention == "snapped":
        at = _interpolated(place, weight, reached)
        return _pick(place, np.argmin(np.abs(place - at[..., None]), axis=-1))
    return {"lower": low, "upper": high, "middle": (low + high) / 2}[convention]


def _pick(values: Array, index: NDArray[np.intp]) -> Array:
    return np.take_along_axis(values, index[..., None], axis=-1)[..., 0]


def _condorcet_median(x: Array, w: Array) -> Array:
    spread = np.sum(w[..., None, :] * np.abs(x[..., :, None] - x[..., None, :]), axis=-1)
    scale = np.ptp(x, axis=-1)[..., None]
    best = spread <= np.min(spread, axis=-1, keepdims=True) + 1e-12 * scale
    return np.min(np.where(best, x, np.inf), axis=-1)


def _interpolated(place: Array, weight: Array, reached: Array) -> Array:
    """Where the cumulative weight, read at the middle of each party's step, crosses one half."""
    middle = reached - weight / 2
    flat = (-1, place.shape[-1])
    found = [np.interp(0.5, m, p) for m, p in zip(middle.reshape(flat), place.reshape(flat), strict=True)]
    return np.asarray(found, dtype=float).reshape(place.shape[:-1])


def nash_point(
    x: Array, w: Array, *, stake: Array | float = 1.0, disagreement: float = -1.0, span: float = 100.0
) -> Array:
    """Asymmetric Nash bargaining point with quadratic loss, shape ``(..., n)`` -> ``(...)``.

    Maximises sum w log(u(z) - d) with u = 1 - stake ((x - z)/span)^2 and the same d for all. The worse
    the disagreement, the nearer the compromise. The objective is concave, so its derivative is bisected.

    Parameters
    ----------
    stake : array, shape (..., n), or 1
        How much of the loss a party feels, 0-1; salience is put here or in ``w``.
    disagreement : float
        Utility of no agreement, at most 0 (the utility at the far end of the line).

    Raises
    ------
    NotApplicable
        All weights are zero, or the disagreement utility is above 0.
    """
    if disagreement > 0:
        raise NotApplicable("a Nash point on the whole line needs a disagreement utility of at most 0")
    _total(x, w)

    def uphill(z: Array) -> NDArray[np.bool_]:
        gap = x - z[..., None]
        gain = np.maximum(1.0 - disagreement - stake * (gap / span) ** 2, 1e-300)
        return np.sum(w * stake * gap / gain, axis=-1) > 0

    return bisect(uphill, np.min(x, axis=-1), np.max(x, axis=-1))


def bisect(uphill: Callable[[Array], NDArray[np.bool_]], low: Array, high: Array) -> Array:
    """Where a concave objective stops rising between ``low`` and ``high``."""
    for _ in range(60):
        z = (low + high) / 2
        up = uphill(z)
        low, high = np.where(up, z, low), np.where(up, high, z)
    return (low + high) / 2


def condorcet_election(x: Array, w: Array, *, span: float = 100.0) -> Array:
    """Probability of each party's position in a probabilistic Condorcet election, shape ``(..., n)``.

    Votes are proportional to weight times utility gained, u = 1 - distance/span; a contest is won with
    the share of the votes; p is proportional to the product of a position's winning shares (KTAB's
    conditional model). Parties at one place share it: their probabilities are averaged before
    normalising, so that a place does not win by being held often.
    """
    _total(x, w)
    least = 1e-8 * np.max(w, axis=-1)[..., None, None]  # a share of the weights: their unit does not matter
    votes = least + support(x, w) / span
    share = votes / (votes + np.swapaxes(votes, -1, -2))
    logs = np.sum(np.log(share), axis=-1)
    p = np.exp(logs - np.max(logs, axis=-1, keepdims=True))
    together = np.sum(x[..., :, None] == x[..., None, :], axis=-1)
    p = p / together
    return p / np.sum(p, axis=-1, keepdims=True)
