"""Adjusted Winner: two parties, divisible items, exact fractions ([BramsTaylor1996]_, ch. 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from zopa.errors import NotApplicable

__all__ = ["AdjustedWinner", "adjusted_winner", "as_points"]

Number = Fraction | int
HUNDRED = Fraction(100)


def as_points(values: Sequence[Number], total: Number = 100) -> tuple[Fraction, ...]:
    """The same proportions as points that sum to ``total``.

    Raises
    ------
    NotApplicable
        A negative value, or nothing of any worth.
    """
    figures = [Fraction(v) for v in values]
    if any(f < 0 for f in figures):
        raise NotApplicable("expected points of 0 or more on every item, saw a negative one")
    whole = sum(figures, Fraction(0))
    if not whole:
        raise NotApplicable("expected points on at least one item, saw none")
    return tuple(f * total / whole for f in figures)


@dataclass(frozen=True)
class AdjustedWinner:
    """An equitable division of divisible items between two parties.

    Attributes
    ----------
    shares : tuple of Fraction
        Share of each item that goes to the first party, in item order.
    points : pair of Fraction
        What each gets, out of 100. Equal.
    split : int or None
        The item that is divided; None when the items come out whole.
    tied : tuple of tuple of int
        Groups of items with the same ratio of points, where more than one item is in the group. The
        points do not depend on their order, the allocation does: here the order of the list decides.
    envy_free, equitable, efficient : bool
        Checked on the result, not assumed.
    """

    shares: tuple[Fraction, ...]
    points: tuple[Fraction, Fraction]
    split: int | None
    tied: tuple[tuple[int, ...], ...]
    envy_free: bool
    equitable: bool
    efficient: bool


def adjusted_winner(first: Sequence[Number], second: Sequence[Number]) -> AdjustedWinner:
    """Divide items between two parties by their points.

    Items are sorted by the ratio of the first party's points to the second's, falling; the first
    takes a prefix, the second the rest, and at most one item is split so that both get the same.

    Parameters
    ----------
    first, second : sequence of number, same length
        Points on each item, 0 or more; each side is scaled to sum to 100.

    Raises
    ------
    NotApplicable
        Lists of different length, negative points, or no points at all.

    Examples
    --------
    >>> division = adjusted_winner([10, 40, 10, 40], [38, 20, 30, 12])
    >>> [str(s) for s in division.shares], str(division.points[0]), division.split
    (['0', '4/5', '0', '1'], '72', 1)
    """
    if len(first) != len(second):
        raise NotApplicable(f"expected points on the same items, saw {len(first)} and {len(second)}")
    a, b = as_points(first), as_points(second)
    order = sorted(range(len(a)), key=lambda k: _falling(a[k], b[k]))
    shares = [Fraction(0)] * len(a)
    mine, theirs = Fraction(0), HUNDRED  # the first has nothing yet, the second everything
    split = None
    for k in order:
        if a[k] + b[k] == 0:
            continue
        t = min(Fraction(1), (theirs - mine) / (a[k] + b[k]))
        shares[k] = t
        mine, theirs = mine + a[k] * t, theirs - b[k] * t
        if mine == theirs:
            split = k if t < 1 else None
            break
    envy_free, efficient = _checks(a, b, shares)
    return AdjustedWinner(
        shares=tuple(shares),
        points=(mine, theirs),
        split=split,
        tied=_ties(a, b, order),
        envy_free=envy_free,
        equitable=mine == theirs,
        efficient=efficient,
    )


def _falling(a: Fraction, b: Fraction) -> tuple[int, Fraction]:
    """Sort key for the ratio a/b, greatest first; b = 0 before all, worthless items last."""
    if a == b == 0:
        return 2, Fraction(0)
    return (0, Fraction(0)) if b == 0 else (1, -a / b)


def _ties(a: Sequence[Fraction], b: Sequence[Fraction], order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[k] for k in order[:1]]
    for before, k in pairwise(order):
        if _falling(a[before], b[before]) == _falling(a[k], b[k]):
            groups[-1].append(k)
        else:
            groups.append([k])
    return tuple(tuple(g) for g in groups if len(g) > 1)


def _checks(a: Sequence[Fraction], b: Sequence[Fraction], shares: Sequence[Fraction]) -> tuple[bool, bool]:
    """Envy-freeness (both value their part at half or more) and efficiency, from the allocation alone.

    A division is efficient when no item of which the first holds some has a lower ratio a/b than an
    item of which the second holds some (no trade can then help both).
    """
    mine = sum((x * s for x, s in zip(a, shares, strict=True)), Fraction(0))
    theirs = sum((y * (1 - s) for y, s in zip(b, shares, strict=True)), Fraction(0))
    held = [k for k, s in enumerate(shares) if s > 0 and a[k] + b[k]]
    left = [k for k, s in enumerate(shares) if s < 1 and a[k] + b[k]]
    trades = any(a[k] * b[m] < a[m] * b[k] for k in held for m in left)
    return mine >= HUNDRED / 2 and theirs >= HUNDRED / 2, not trades
