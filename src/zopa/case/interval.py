"""A number with its least, best and greatest value, as exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypeAlias

__all__ = ["ZERO", "Interval", "Number", "exact"]

Number: TypeAlias = Fraction | int | float | str


def exact(figure: Number) -> Fraction:
    """The figure as a fraction; a float counts as the decimal number that it shows.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(figure)) if isinstance(figure, float) else Fraction(figure)


@dataclass(frozen=True)
class Interval:
    """``low <= best <= high``; arithmetic keeps exact corners.

    Each operation takes its arguments as free of each other. Where one figure enters a formula more
    than once the formula works on the corners itself (as in ``zopa.waiting.worth_of_waiting``).
    """

    best: Fraction
    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, *figures: Number) -> Interval:
        """One figure (a point), two (low, high; the middle is best) or three (low, best, high).

        Raises
        ------
        ValueError
            Figures that do not ascend.

        >>> Interval.of(1, 2)
        Interval(best=Fraction(3, 2), low=Fraction(1, 1), high=Fraction(2, 1))
        """
        f = [exact(figure) for figure in figures]
        if sorted(f) != f:
            raise ValueError(f"expected low <= best <= high, saw {', '.join(map(str, f))}")
        best = f[1] if len(f) == 3 else (f[0] + f[-1]) / 2
        return Interval(best=best, low=f[0], high=f[-1])

    @property
    def interval(self) -> Interval:
        """The numbers alone, without what they rest on."""
        return Interval(best=self.best, low=self.low, high=self.high)

    @property
    def is_point(self) -> bool:
        """Whether nothing is left open."""
        return self.low == self.high

    @property
    def is_zero(self) -> bool:
        """Whether it is exactly 0."""
        return self.low == self.high == 0

    @property
    def corners(self) -> tuple[Fraction, ...]:
        """The ends, once each."""
        return (self.low,) if self.is_point else (self.low, self.high)

    def __contains__(self, figure: Number) -> bool:
        return self.low <= exact(figure) <= self.high

    def __add__(self, other: Interval) -> Interval:
        return Interval(best=self.best + other.best, low=self.low + other.low, high=self.high + other.high)

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a, b in product(self.corners, other.corners)]
        return Interval(best=self.best * other.best, low=min(ends), high=max(ends))

    def scaled(self, factor: Number) -> Interval:
        """The interval times one number."""
        return self * Interval.of(factor)

    def __str__(self) -> str:
        if self.is_point:
            return f"{float(self.best):g}"
        return f"{float(self.best):g} ({float(self.low):g} to {float(self.high):g})"


ZERO = Interval.of(0)
