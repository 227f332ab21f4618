"""A figure with its least, central and greatest value, as exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypeAlias

__all__ = ["ZERO", "Band", "Number", "exact"]

Number: TypeAlias = Fraction | int | float | str


def exact(figure: Number) -> Fraction:
    """The figure as a fraction; a float counts as the decimal number that it shows.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(figure)) if isinstance(figure, float) else Fraction(figure)


@dataclass(frozen=True)
class Band:
    """``low <= central <= high``; arithmetic keeps exact corners.

    Each operation takes its arguments as free of each other. Where one figure enters a formula more
    than once the room works on the corners itself (:func:`zopa.costs.waiting.worth_of_waiting`).
    """

    low: Fraction
    central: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if not self.low <= self.central <= self.high:
            raise ValueError(f"expected low <= central <= high, saw {self.low}, {self.central}, {self.high}")

    @classmethod
    def of(cls, *figures: Number) -> Band:
        """One figure (a point), two (low, high; the middle is central) or three.

        >>> Band.of(1, 2)
        Band(low=Fraction(1, 1), central=Fraction(3, 2), high=Fraction(2, 1))
        """
        f = [exact(figure) for figure in figures]
        if len(f) == 1:
            return cls(f[0], f[0], f[0])
        if len(f) == 2:
            return cls(f[0], (f[0] + f[1]) / 2, f[1])
        low, central, high = f
        return cls(low, central, high)

    @property
    def is_point(self) -> bool:
        """Whether nothing is left open."""
        return self.low == self.high

    @property
    def corners(self) -> tuple[Fraction, ...]:
        """The ends, once each."""
        return (self.low,) if self.is_point else (self.low, self.high)

    def __contains__(self, figure: Number) -> bool:
        return self.low <= exact(figure) <= self.high

    def __add__(self, other: Band) -> Band:
        return Band(self.low + other.low, self.central + other.central, self.high + other.high)

    def __mul__(self, other: Band) -> Band:
        ends = [a * b for a, b in product(self.corners, other.corners)]
        return Band(min(ends), self.central * other.central, max(ends))

    def scaled(self, factor: Number) -> Band:
        """The band times one number."""
        return self * Band.of(factor)

    def __str__(self) -> str:
        if self.is_point:
            return f"{float(self.central):g}"
        return f"{float(self.central):g} ({float(self.low):g} to {float(self.high):g})"


ZERO = Band.of(0)
