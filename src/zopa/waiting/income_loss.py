"""Loss of income without a deal, in closed form, for parties that have no figure of their own.

A user's own figure (``costs.csv``) always wins over these. Losses are shares of income (0.0157 = 1.57 %).
None of them uses a first- or second-order approximation: those are wrong for a cut-off, by a factor
of three and more (see ``docs/how-to/delay.md``). Intervals are exact corners, because every model is
monotone in each argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zopa.case import Interval
from zopa.errors import NotApplicable

__all__ = ["ces_loss", "corners", "price_push", "price_push_band", "real_income_change"]

FloatArray = NDArray[np.float64]


def corners(model: Callable[..., float], *bands: Interval) -> Interval:
    """Exact range of a model that is monotone in each argument, given bands for the arguments.

    A function monotone in each argument (in whatever direction, which may depend on the other
    arguments) takes its extremes at corners of the box.

    >>> corners(lambda a, b: a - b, Interval.of(1, 2), Interval.of(0, 1)).high
    Fraction(2, 1)
    """
    central = model(*(float(b.best) for b in bands))
    ends = [model(*(float(x) for x in point)) for point in product(*(b.corners for b in bands))]
    return Interval.of(min(*ends, central), central, max(*ends, central))


def _need(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: expected {low:g} to {high:g}, saw {value:g}")


def ces_loss(share: float, substitution: float, cut: float) -> float:
    """Share of income lost when part of one input is cut off (aggregate CES).

    With ``e = 1 - cut`` and ``rho = (substitution - 1) / substitution`` the loss is
    ``1 - (share e^rho + 1 - share)^(1/rho)`` ([Bachmann2022]_).

    Parameters
    ----------
    share : float
        Cost share of the input before the cut (alpha), 0 to 1.
    substitution : float
        Elasticity of substitution (sigma), 0 or more. 0 gives ``cut``, 1 gives ``1 - e^share``.
    cut : float
        Share of the input that is lost, 0 to 1.

    Returns
    -------
    float
        Grows with ``share`` and ``cut``, falls with ``substitution``.

    Examples
    --------
    >>> round(100 * ces_loss(0.04, 0.04, 0.10), 3)
    1.569
    """
    _need("share", share, 0, 1)
    _need("substitution", substitution, 0, math.inf)
    _need("cut", cut, 0, 1)
    if share == 0 or cut == 0:
        return 0.0
    if substitution == 0 or share == 1:
        return cut
    rho = 1 - 1 / substitution
    if cut == 1:
        return 1.0 if rho <= 0 else -math.expm1(math.log1p(-share) / rho)
    left = math.log1p(-cut)
    if abs(rho * left) < 1e-9:  # sigma = 1 and its neighbours: Cobb-Douglas with its first correction
        return -math.expm1(share * left * (1 + rho * left * (1 - share) / 2))
    if rho * left > 30:  # e^rho overflows as sigma goes to 0
        log_mean = np.logaddexp(math.log(share) + rho * left, math.log1p(-share)) / rho
        return -math.expm1(float(log_mean))
    return -math.expm1(math.log1p(share * math.expm1(rho * left)) / rho)


def real_income_change(before: float, after: float, elasticity: float) -> float:
    """Change of real income when the share spent on home goods moves from ``before`` to ``after``.

    ``(after / before)^(1 / elasticity) - 1`` ([Arkolakis2012]_).

    Parameters
    ----------
    before, after : float
        Share of home goods in spending (one minus the import share), above 0, up to 1.
    elasticity : float
        Trade elasticity, negative.

    Examples
    --------
    >>> round(100 * real_income_change(0.93, 1, -5), 3)
    -1.441
    """
    for name, share in (("before", before), ("after", after)):
        if not 0 < share <= 1:
            raise ValueError(f"{name}: expected a share of home goods above 0 and up to 1, saw {share:g}")
    if not elasticity < 0:
        raise ValueError(f"elasticity: expected a negative number, saw {elasticity:g}")
    return math.expm1(math.log(after / before) / elasticity)


def price_push(table: ArrayLike, rise: ArrayLike, pass_through: float = 1.0) -> FloatArray:
    """Prices after a rise in primary or imported cost (Leontief cost push): an upper bound.

    ``dp = pass_through (A' dp + rise)``: no substitution, and every sector passes the given share of
    its extra cost on. With full pass-through this is ``(I - A')^-1 rise`` ([MillerBlair2009]_, ch. 2).

    Parameters
    ----------
    table : array, shape (n, n)
        Input of row sector per unit of output of column sector, at prices of 1.
    rise : array, shape (n,)
        Extra cost per unit of output, before any sector raises its price.
    pass_through : float
        0 to 1.

    Returns
    -------
    array, shape (n,)
        Relative rise of each sector's price.

    Raises
    ------
    NotApplicable
        The table is not square, has a negative entry, does not fit ``rise``, or needs more than one
        unit of input per unit of output (then no finite prices exist).
    """
    _need("pass_through", pass_through, 0, 1)
    a, v = np.asarray(table, dtype=float), np.asarray(rise, dtype=float)
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        raise NotApplicable(f"expected a square input-output table, saw shape {a.shape}")
    if v.shape != a.shape[:1]:
        raise NotApplicable(f"expected one cost rise for each of {a.shape[0]} sectors, saw shape {v.shape}")
    if not (np.isfinite(a).all() and np.isfinite(v).all()) or (a < 0).any():
        raise NotApplicable("expected finite input coefficients of 0 or more")
    if not a.size:
        return v
    passed = pass_through * a
    radius = float(np.abs(np.linalg.eigvals(passed)).max())
    if radius >= 1 - 1e-12:
        raise NotApplicable(
            f"the table is singular or unproductive (spectral radius {radius:.4g}, expected below 1): "
            "some sectors need more than one unit of input per unit of output"
        )
    return np.asarray(np.linalg.solve(np.eye(len(a)) - passed.T, pass_through * v), dtype=np.float64)


def price_push_band(
    table: ArrayLike,
    cost_share: ArrayLike,
    basket: Sequence[float],
    *,
    rise: Interval,
    pass_through: Interval,
    direct: float = 0.0,
) -> Interval:
    """Rise of consumer prices when one cost item gets dearer, with exact corners.

    ``cost_share`` (n,) is the item's share in each sector's cost, ``rise`` its relative price rise,
    ``basket`` (n,) the consumer's weights, ``direct`` the item's own weight in the basket. Monotone in
    ``rise`` and ``pass_through``.
    """
    share, weights = np.asarray(cost_share, dtype=float), np.asarray(basket, dtype=float)
    if weights.shape != share.shape:
        raise NotApplicable(f"expected {len(share)} basket weights, saw {len(weights)}")
    if (share < 0).any() or (weights < 0).any() or direct < 0:
        raise NotApplicable("expected cost shares and basket weights of 0 or more")
    return corners(
        lambda r, phi: float(weights @ price_push(table, share * r, phi)) + direct * r, rise, pass_through
    )
