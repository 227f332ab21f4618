"""Do coders agree beyond chance? Percent agreement and Krippendorff's alpha, in exact fractions.

Source: Krippendorff (2011), *Computing Krippendorff's Alpha-Reliability*. A unit is what several coders gave a
value to; values that are missing are simply not there, and a unit with fewer than two values tells nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, Literal

__all__ = ["LEVELS", "Level", "alpha", "percent_agreement"]

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Value = Hashable
Distance = Callable[[Any, Any, Mapping[Any, int]], Fraction]


def _nominal(a: Value, b: Value, _: Mapping[Any, int]) -> Fraction:
    return Fraction(a != b)


def _ordinal(a: Any, b: Any, counts: Mapping[Any, int]) -> Fraction:
    low, high = sorted((a, b))
    between = sum(n for v, n in counts.items() if low <= v <= high)
    return (between - Fraction(counts[a] + counts[b], 2)) ** 2 if a != b else Fraction(0)


def _interval(a: Any, b: Any, _: Mapping[Any, int]) -> Fraction:
    return (Fraction(a) - Fraction(b)) ** 2


def _ratio(a: Any, b: Any, _: Mapping[Any, int]) -> Fraction:
    total = Fraction(a) + Fraction(b)
    return ((Fraction(a) - Fraction(b)) / total) ** 2 if a != b else Fraction(0)


LEVELS: Mapping[str, Distance] = {
    "nominal": _nominal, "ordinal": _ordinal, "interval": _interval, "ratio": _ratio,
}  # fmt: skip
"""Level of measurement -> the squared distance of two values."""


def _pairable(units: Iterable[Sequence[Value]]) -> list[Counter[Value]]:
    return [Counter(u) for u in units if len(u) > 1]


def alpha(units: Iterable[Sequence[Value]], level: Level = "nominal") -> Fraction | None:
    """Krippendorff's alpha: 1 is agreement everywhere, 0 what chance would give; None where it is not defined.

    Parameters
    ----------
    units : iterable of sequences
        Per unit the values that coders gave it. Numbers for ``interval`` and ``ratio`` (there above 0, or 0).
    level : str
        ``nominal``, ``ordinal``, ``interval`` or ``ratio``.

    Returns
    -------
    Fraction or None
        None with fewer than two values to compare, or when all values are the same.

    Examples
    --------
    >>> alpha([("a", "a"), ("b", "b"), ("a", "b")])
    Fraction(4, 9)
    """
    distance = LEVELS[level]
    paired = _pairable(units)
    counts: Counter[Value] = sum(paired, Counter())
    n = counts.total()
    expected = sum(
        (2 * a * b * distance(v, w, counts) for (v, a), (w, b) in combinations(counts.items(), 2)),
        Fraction(0),
    )
    if not expected:
        return None
    observed = Fraction(0)
    for unit in paired:
        within = sum(
            (2 * a * b * distance(v, w, counts) for (v, a), (w, b) in combinations(unit.items(), 2)),
            Fraction(0),
        )
        observed += within / (unit.total() - 1)
    return 1 - (n - 1) * observed / expected


def percent_agreement(units: Iterable[Sequence[Value]]) -> Fraction | None:
    """The share of pairs of values, each pair given to one unit by two coders, that are the same; None without pairs."""
    same = pairs = 0
    for unit in _pairable(units):
        n = unit.total()
        pairs += n * (n - 1) // 2
        same += sum(k * (k - 1) // 2 for k in unit.values())
    return Fraction(same, pairs) if pairs else None
