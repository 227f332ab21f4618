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
    from scipy.stats import beta, norm, triang

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
        found = triang.ppf(u, (best - low) / (high - low), loc=low, scale=high - low)
    elif law == "pert":
        mode = (best - low) / (high - low)
        found = low + (high - low) * beta.ppf(u, 1 + PERT * mode, 1 + PERT * (1 - mode))
    elif law == "normal":
        sd = float(judgment.sd or 0) if judgment is not None else 0.0
        least, most = float(norm.cdf(low, best, sd)), float(norm.cdf(high, best, sd))
        found = np.clip(norm.ppf(least + u * (most - least), best, sd), low, high)
    else:
        found = low + u * (high - low)
    return found
