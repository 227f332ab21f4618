"""Who supports whom in a duel between two positions: votes by weight times distance gained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_prefix_sums", "by_voter", "duels"]

Array = NDArray[np.float64]
FEW = 40
"""Up to this many parties the definition itself is as fast as prefix sums."""


def duels(x: Array, w: Array, r: Array | None = None, span: Array | float = 1.0) -> Array:
    """Support[i, j]: votes for i's position against j's, summed over the voters who prefer it.

    Parameters
    ----------
    x, w : arrays, shape (..., n)
    r : array, shape (..., n), optional
        Exponents to which each voter's distances, divided by ``span``, are raised; linear when left out.
    span : array, shape (..., 1), or float
        Only with ``r``: linear votes come in the unit of ``x``.

    Returns
    -------
    array, shape (..., n, n)
    """
    if r is None:
        return by_prefix_sums(x, w) if x.ndim == 1 and x.size > FEW else by_voter(x, w)
    return by_voter(x, w, r, span)


def by_voter(x: Array, w: Array, r: Array | None = None, span: Array | float = 1.0) -> Array:
    """Votes for i over j summed over the voters on i's side, straight from the definition."""
    apart = np.abs(x[..., :, None] - x[..., None, :]) / np.asarray(span)[..., None]
    if r is not None:
        apart = apart ** r[..., :, None]
    total = np.zeros(apart.shape)
    for k in range(x.shape[-1]):
        row = w[..., k, None] * apart[..., k, :]
        total += np.maximum(row[..., None, :] - row[..., :, None], 0.0)
    return total


def by_prefix_sums(x: Array, w: Array) -> Array:
    """The same for linear distances by prefix sums, O(n^2 log n)."""
    order = np.argsort(x, kind="stable")
    y, v = x[order], w[order]
    weight = np.concatenate(([0.0], np.cumsum(v)))
    moment = np.concatenate(([0.0], np.cumsum(v * y)))
    low, high = y[:, None], y[None, :]  # meaningful where low <= high
    upto_low = np.searchsorted(y, y, side="right")
    below_high = np.searchsorted(y, y, side="left")
    middle = np.searchsorted(y, (low + high) / 2, side="left")
    a, b = upto_low[:, None], np.maximum(middle, upto_low[:, None])
    for_low = weight[a] * (high - low) + (high + low) * (weight[b] - weight[a]) - 2 * (moment[b] - moment[a])
    c = np.maximum(below_high[None, :], b)
    for_high = (weight[-1] - weight[c]) * (high - low)
    for_high += 2 * (moment[c] - moment[b]) - (high + low) * (weight[c] - weight[b])
    ordered = np.triu(np.maximum(for_low, 0.0), 1) + np.triu(np.maximum(for_high, 0.0), 1).T
    ordered[low == high] = 0.0
    support = np.empty_like(ordered)
    support[np.ix_(order, order)] = ordered
    return support
