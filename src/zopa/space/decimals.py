"""A number of points as people write it: to the last digit where it has one, else to four decimals."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["decimal"]

DIGITS = 12
"""Significant digits up to which a number is written out in full."""


def decimal(number: Fraction | int | float | None) -> str:
    """The number in full where it ends within twelve digits, else rounded; a dash for None.

    >>> decimal(Fraction(900000001)), decimal(Fraction(1472, 100)), decimal(Fraction(100, 3)), decimal(None)
    ('900000001', '14.72', '33.3333', '–')
    """
    if number is None:
        return "–"
    exact = Fraction(str(number)) if isinstance(number, float) else Fraction(number)
    if exact.denominator == 1:
        return str(exact.numerator)
    short = f"{float(exact):.{DIGITS}g}"
    if "e" not in short and Fraction(short) == exact:
        return short
    return f"{float(exact):.4f}".rstrip("0").rstrip(".") if abs(exact) >= 1 else f"{float(exact):.4g}"
