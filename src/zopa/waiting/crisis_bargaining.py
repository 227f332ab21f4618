"""Bargaining instead of fighting: closed forms that explain why there is no agreement. Exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from zopa.case import Number, exact

__all__ = ["Attrition", "Obstacle", "attrition", "obstacle"]


@dataclass(frozen=True)
class Attrition:
    """A war of attrition between two: how likely each is to concede per month, and how long it lasts."""

    hazards: tuple[Fraction, Fraction]
    mean_months: Fraction
    concedes_first: tuple[Fraction, Fraction]


def attrition(costs: tuple[Number, Number], prizes: tuple[Number, Number]) -> Attrition:
    """Equilibrium of the war of attrition with known costs ([Hendricks1988]_).

    Party i concedes with hazard ``c_j / v_j``, which keeps the other side indifferent; the mean
    duration is ``1 / (h_1 + h_2)``.

    Parameters
    ----------
    costs : pair
        Cost of waiting per month, above 0.
    prizes : pair
        What each gains when the other concedes, above 0, in the same unit.

    Examples
    --------
    >>> attrition((1, 1), (10, 10)).mean_months
    Fraction(5, 1)
    """
    (c1, c2), (v1, v2) = (tuple(map(exact, pair)) for pair in (costs, prizes))
    if min(c1, c2, v1, v2) <= 0:
        raise ValueError(f"expected costs and prizes above 0, saw {costs} and {prizes}")
    h1, h2 = c2 / v2, c1 / v1
    total = h1 + h2
    return Attrition((h1, h2), 1 / total, (h1 / total, h2 / total))


@dataclass(frozen=True)
class Obstacle:
    """Why no agreement stands: there is no zone, or there is one but some party could not promise to keep it.

    ``surplus`` is the pie less what all can secure alone; ``shifting`` lists the parties (index) whose
    secure value would rise by more than that. ``ranges`` has, for each party, the least that it would
    take and the most that the others could leave it: the bargaining range of [Fearon1995]_.
    """

    kind: Literal["no zone", "a zone but no credible promise", "none"]
    surplus: Fraction
    shifting: tuple[int, ...]
    ranges: tuple[tuple[Fraction, Fraction], ...] = ()


def obstacle(pie: Number, secure: Sequence[Number], later: Sequence[Number]) -> Obstacle:
    """Tell "no zone" from "a zone but no credible promise" ([Powell2006]_, inefficiency condition).

    Parameters
    ----------
    pie : number
        What there is to divide; one unit for all parties (money, territory), not utilities.
    secure, later : sequence of number
        What each party can secure without agreement now and after the shift of power (minmax).

    Notes
    -----
    No zone when ``sum(secure) > pie``. Otherwise a party whose secure value grows by more than the
    surplus ``pie - sum(secure)`` cannot be compensated for not using its coming strength.

    Examples
    --------
    >>> obstacle(100, [50, 30], [75, 10]).kind
    'a zone but no credible promise'
    """
    now, then = [exact(s) for s in secure], [exact(s) for s in later]
    surplus = exact(pie) - sum(now, Fraction(0))
    if surplus < 0:
        return Obstacle("no zone", surplus, ())
    ranges = tuple((s, s + surplus) for s in now)
    shifting = tuple(i for i, (a, b) in enumerate(zip(now, then, strict=True)) if b - a > surplus)
    return Obstacle("a zone but no credible promise" if shifting else "none", surplus, shifting, ranges)
