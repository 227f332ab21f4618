"""Shares of people or cases, with the interval that they allow."""

from __future__ import annotations

from math import sqrt

__all__ = ["wilson"]


def wilson(count: int, total: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """The 95 % score interval of a share ([Wilson1927]_); (0, 1) where nobody was asked.

    >>> tuple(round(v, 4) for v in wilson(81, 263))
    (0.2553, 0.3662)
    """
    if total == 0:
        return (0.0, 1.0)
    p, f = count / total, z * z / total
    centre, half = (p + f / 2) / (1 + f), z / (1 + f) * sqrt(p * (1 - p) / total + f / (4 * total))
    return (max(0.0, centre - half), min(1.0, centre + half))
