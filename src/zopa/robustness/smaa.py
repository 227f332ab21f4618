"""Stochastic multicriteria acceptability analysis: the indices of SMAA-2 from values that were drawn already.

Lahdelma & Salminen 2001; Tervonen & Figueira 2008. All functions take ``values``, the worth of every alternative in
every draw, shape (n_draws, n_alternatives), larger is better. Ties are shared equally and never broken by place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "central_weights",
    "confidence_factors",
    "entropy",
    "first_shares",
    "pairwise_winning",
    "rank_acceptability",
]

FloatArray = NDArray[np.float64]


def first_shares(values: FloatArray) -> FloatArray:
    """Per draw what each alternative has of the first rank: 1, or an equal part of it; shape (n_draws, n)."""
    first = values == values.max(axis=1, keepdims=True)
    shared: FloatArray = first / first.sum(axis=1, keepdims=True)
    return shared


def rank_acceptability(values: FloatArray) -> FloatArray:
    """Share of the draws in which an alternative has a rank; shape (n, n): alternatives by ranks, best rank first.

    Alternatives that tie share the ranks that they fill together. Every row and every column adds up to 1.
    """
    draws, n = values.shape
    above = (values[:, None, :] > values[:, :, None]).sum(axis=2)
    level = (values[:, None, :] == values[:, :, None]).sum(axis=2)
    ranks = np.arange(n)
    within = (ranks >= above[:, :, None]) & (ranks < (above + level)[:, :, None])
    found: FloatArray = (within / level[:, :, None]).sum(axis=0) / draws
    return found


def central_weights(weights: FloatArray, first: FloatArray) -> FloatArray:
    """Mean weights of the draws in which an alternative is first: what one has to believe for it.

    Parameters
    ----------
    weights : array, shape (n_draws, n_weights)
    first : array, shape (n_draws, n), as :func:`first_shares` gives it

    Returns
    -------
    array, shape (n, n_weights)
        Rows of nan for an alternative that is never first: undefined, not 0.
    """
    total = first.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = (first.T @ weights) / total[:, None]
    found[total == 0] = np.nan
    return found


def confidence_factors(measured: FloatArray, central: FloatArray) -> FloatArray:
    """Share of the other draws in which an alternative is first when the weights are held at its central ones.

    Parameters
    ----------
    measured : array, shape (n_draws, n, n_weights)
        Worth of every alternative on every criterion before weighing.
    central : array, shape (n, n_weights)
        As :func:`central_weights` gives it; an alternative without has no factor (nan).
    """
    found = np.full(len(central), np.nan)
    for k, weights in enumerate(central):
        if not np.isnan(weights).any():
            found[k] = first_shares(measured @ weights)[:, k].mean()
    return found


def pairwise_winning(values: FloatArray) -> FloatArray:
    """Share of the draws in which the row is strictly better than the column; ties count for neither. Shape (n, n)."""
    found: FloatArray = (values[:, :, None] > values[:, None, :]).mean(axis=0)
    return found


def entropy(shares: FloatArray) -> float:
    """Of shares that add up to 1, in bits: 0 where one alternative has all, log2(n) where n have the same."""
    p = np.asarray(shares, dtype=float)
    p = p[p > 0]
    return max(0.0, float(-(p * np.log2(p)).sum()))
