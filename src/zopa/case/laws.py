"""The law of a judgment: how likely the numbers of its interval are, where somebody says so.

Uniform between ``low`` and ``high`` unless the judgment names another law. All are given by their quantiles, so that
the same uniform numbers serve every law.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zopa.case.basis import LAWS, Judgment
from zopa.case.interval import Interval

__all__ = ["LAWS", "quantiles"]

FloatArray = NDArray[np.float64]
PERT = 4.0
"""Weight of the best value in the mean of a PERT law (Malcolm et al. 1959)."""


def quantiles(judgment: Judgment | None, interval: Interval, u: FloatArray) -> FloatArray:
    """Numbers of a judgment for uniform ``u`` between 0 and 1.

    Parameters
    ----------
    judgment : Judgment or None
        Its ``law``, ``sd`` and ``chances``; without one, or without a law, uniform.
    interval : Interval
        Least, best and greatest value.
    u : array of float
    """
    low, best, high = (float(x) for x in (interval.low, interval.best, interval.high))
    law = judgment.law if judgment is not None else None
    if judgment is not None and judgment.chances:
        values, weights = np.array(judgment.chances, dtype=float).T
        edges = np.cumsum(weights) / weights.sum()
        found: FloatArray = values[np.minimum(np.searchsorted(edges, u, side="right"), len(values) - 1)]
        return found
    if high <= low:
        return np.full_like(u, best)
    if law == "triangular":
        mode = (best - low) / (high - low)
        found = np.where(u < mode, np.sqrt(mode * u), 1 - np.sqrt((1 - mode) * (1 - u)))
        found = low + (high - low) * found
    elif law == "pert":
        from scipy.special import betaincinv

        mode = (best - low) / (high - low)
        found = low + (high - low) * betaincinv(1 + PERT * mode, 1 + PERT * (1 - mode), u)
    elif law == "normal":
        from scipy.special import ndtr, ndtri

        sd = float(judgment.sd or 0) if judgment is not None else 0.0
        least, most = float(ndtr((low - best) / sd)), float(ndtr((high - best) / sd))
        found = np.clip(best + sd * ndtri(least + u * (most - least)), low, high)
    else:
        found = low + u * (high - low)
    return found
