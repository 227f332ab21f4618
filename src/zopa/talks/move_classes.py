"""What kind of move is the step from one own offer to the next, and how do two parties' moves go together?

Classes of Hindriks, Jonker and Tykhonov (DANS), tested in the order below on changes of utility from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

__all__ = [
    "CLASSES",
    "POSITIVE",
    "SILENT_BELOW",
    "awareness",
    "correlation",
    "move_class",
    "sensitivity",
    "signs",
]

CLASSES = ("silent", "nice", "concession", "unfortunate", "selfish", "fortunate")
POSITIVE = ("fortunate", "nice", "concession")
SILENT_BELOW = Fraction(3, 100)
"""A change of utility below this share of the range counts as none."""

Number = Fraction | float


def move_class(own: Number, other: Number) -> str:
    """The class of a move by the change of the mover's own utility and of another's, both on 0 to 1."""
    small = -SILENT_BELOW < own < SILENT_BELOW
    if small and -SILENT_BELOW < other < SILENT_BELOW:
        return "silent"
    if small and other > 0:
        return "nice"
    if own < 0 <= other:
        return "concession"
    if own <= 0 and other < 0:
        return "unfortunate"
    if own > 0 >= other:
        return "selfish"
    return "fortunate"


def sensitivity(counts: Mapping[str, int]) -> Fraction | None:
    """Positive moves per negative move; None where there is no negative one."""
    good = sum(n for name, n in counts.items() if name in POSITIVE)
    bad = sum(counts.values()) - good
    return Fraction(good, bad) if bad else None


def signs(classes: Sequence[str]) -> list[int]:
    """+1 for each positive move, -1 for each negative one."""
    return [1 if c in POSITIVE else -1 for c in classes]


def awareness(other: Sequence[int], own: Sequence[int]) -> Fraction | None:
    """Share of the points where the other's moves change their sign at which one's own do too; None without any."""
    changes = _changes(other, own)
    return Fraction(sum(mine != 0 for _, mine in changes), len(changes)) if changes else None


def correlation(other: Sequence[int], own: Sequence[int]) -> Fraction | None:
    """+1 where one's own moves change in the other's direction, -1 in the opposite, 0 where not; the mean."""
    changes = _changes(other, own)
    total = sum(
        (mine > 0) - (mine < 0) if theirs > 0 else (mine < 0) - (mine > 0) for theirs, mine in changes
    )
    return Fraction(total, len(changes)) if changes else None


def _changes(other: Sequence[int], own: Sequence[int]) -> list[tuple[int, int]]:
    n = min(len(other), len(own))
    steps = [(other[k] - other[k - 1], own[k] - own[k - 1]) for k in range(1, n)]
    return [(theirs, mine) for theirs, mine in steps if theirs]
