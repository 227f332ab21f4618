"""Who supports whom in a contest between two positions: votes by weight times distance gained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_prefix_sums", "by_voter", "support"]

Array = NDArray[np.float64]
FEW = 40
"""Up to this many parties the definition itself is as fast as prefix sums."""


def support(x: Array, w: Array, r: Array | None = None, span: Array | float = 1.0) -> Array:
    """Support[i, j]: votes for i's position against j's, summed over the voters who prefer it.

    Parameters
    ----------
    x, w : arrays, shape (..., n)
    r : array, shape (..., n), optional
        Exponents to which each voter's distances, divided by ``span``, are raised; linear when left out.
    span : array, shape (..., 1), or float
        What distances are divided by.

    Returns
    -------
    array, shape (..., n, n)
    """
    return (by_voter if x.shape[-1] <= FEW else by_prefix_sums)(x, w, r, span)


def _votes(x: Array, r: Array | None, span: Array | float) -> Array:
    """Distance of voter k from position j, scaled and raised: shape (..., k, j)."""
    apart = np.abs(x[..., :, None] - x[..., None, :]) / np.asarray(span)[..., None]
    return apart if r is None else apart ** r[..., :, None]


def by_voter(x: Array, w: Array, r: Array | None = None, span: Array | float = 1.0) -> Array:
    """Votes for i over j summed over the voters on i's side, straight from the definition: O(n^3)."""
    apart = _votes(x, r, span)
    total = np.zeros(apart.shape)
    for k in range(x.shape[-1]):
        row = w[..., k, None] * apart[..., k, :]
        total += np.maximum(row[..., None, :] - row[..., :, None], 0.0)
    return total


def by_prefix_sums(x: Array, w: Array, r: Array | None = None, span: Array | float = 1.0) -> Array:
    """The same in O(n^2 log n): a voter prefers the lower of two positions exactly below their midpoint.

    So the votes for the lower position are a difference of two prefix sums over the voters in order of
    position, whatever the exponents.
    """
    order = np.argsort(x, axis=-1, kind="stable")
    x, w = np.take_along_axis(x, order, -1), np.take_along_axis(w, order, -1)
    votes = w[..., :, None] * _votes(x, None if r is None else np.take_along_axis(r, order, -1), span)
    n = x.shape[-1]
    upto = np.zeros((*x.shape[:-1], n + 1, n))  # [m, j]: votes that the m lowest voters have against j
    np.cumsum(votes, axis=-2, out=upto[..., 1:, :])
    middle = (x[..., :, None] + x[..., None, :]) / 2
    rows = zip(x.reshape(-1, n), middle.reshape(-1, n * n), strict=True)
    count = np.stack([np.searchsorted(row, ask) for row, ask in rows]).reshape(middle.shape)
    against_high = np.take_along_axis(upto, count, axis=-2)  # by the voters below the midpoint of i and j
    against_low = np.swapaxes(against_high, -1, -2)
    everybody = upto[..., -1, :]
    for_low = against_high - against_low
    for_high = (everybody[..., :, None] - against_low) - (everybody[..., None, :] - against_high)
    ahead = np.triu(np.ones((n, n), dtype=bool), 1) & (x[..., :, None] < x[..., None, :])
    votes = np.where(ahead, np.maximum(for_low, 0.0), 0.0)
    votes = votes + np.swapaxes(np.where(ahead, np.maximum(for_high, 0.0), 0.0), -1, -2)
    back = np.argsort(order, axis=-1)
    votes = np.take_along_axis(votes, back[..., :, None], -2)
    return np.take_along_axis(votes, back[..., None, :], -1)
