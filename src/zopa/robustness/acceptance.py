"""How many draws make a package acceptable, to each party and to all: the kernel under every share.

A package is cut into two halves of its issues. Packages share halves, so per draw only the distinct halves are
added up, and a package costs one addition per party. The sums are exact (see ``GRID`` of ``zopa.space.draws``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.robustness.compatible_set import Compatible
from zopa.space.draws import compiled

__all__ = ["Halves", "accepted_at", "accepted_counts", "gains_at"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
TILE = 512
"""Draws at a time: so many flags fit in bytes that are added up eight at a time, and the tile stays in the cache."""
ROWS = 64
"""Packages at a time without compiled kernels."""


@dataclass(frozen=True)
class Halves:
    """Packages as pairs of halves: the distinct halves (rows of option numbers), and where those of each package are."""

    cut: int
    first: IntArray
    second: IntArray
    at_first: IntArray
    at_second: IntArray

    @classmethod
    def of(cls, packages: IntArray) -> Halves:
        """Cut where the distinct halves are fewest. ``packages`` has one row of option numbers per package."""
        best: tuple[int, Any, Any, int] | None = None
        for cut in range(packages.shape[1] + 1):
            one = np.unique(packages[:, :cut], axis=0, return_inverse=True)
            two = np.unique(packages[:, cut:], axis=0, return_inverse=True)
            size = len(one[0]) + len(two[0])
            if best is None or size < best[0]:
                best = (size, one, two, cut)
        assert best is not None
        _, one, two, cut = best
        return cls(cut, one[0], two[0], one[1].reshape(-1), two[1].reshape(-1))


def accepted_counts(
    words: Sequence[Compatible], halves: Halves, points: Sequence[FloatArray]
) -> tuple[IntArray, IntArray]:
    """In how many draws each package is acceptable: to each party, shape (parties, packages), and to all of them.

    Parameters
    ----------
    words : one per party
    halves : the packages
    points : per party the draws, shape (draws, n_variables)
    """
    n, draws = len(halves.at_first), len(points[0])
    counts, together = np.zeros((len(words), n), dtype=np.int64), np.zeros(n, dtype=np.int64)
    fast = compiled()
    for start in range(0, draws, TILE):
        tile = [p[start : start + TILE] for p in points]
        left = np.stack(
            [_worth(w, halves.first, 0, at, cost=True) for w, at in zip(words, tile, strict=True)]
        )
        right = np.stack(
            [_worth(w, halves.second, halves.cut, at) for w, at in zip(words, tile, strict=True)]
        )
        add = _count if fast is None else fast.count_accepted
        add(left, right, halves.at_first, halves.at_second, counts, together)
    return counts, together


def _worth(
    words: Compatible, half: IntArray, first: int, points: FloatArray, cost: bool = False
) -> FloatArray:
    """What a half is worth at every point, shape (halves, points); with ``cost`` no agreement is worth 0."""
    at = np.ascontiguousarray(points.T)
    total = np.zeros((len(half), len(points)))
    if cost and words.cost >= 0:
        total += at[words.cost]
    for i in range(half.shape[1]):
        option = np.array(words.at[first + i])[half[:, i]]
        some = option >= 0
        total[some] += at[option[some]]
    return total


def _count(
    left: FloatArray,
    right: FloatArray,
    at_left: IntArray,
    at_right: IntArray,
    counts: IntArray,
    together: IntArray,
) -> None:
    """The twin of the compiled count."""
    for x in range(0, len(at_left), ROWS):
        some = slice(x, x + ROWS)
        both: Any = True
        for p in range(len(left)):
            fine = left[p, at_left[some]] + right[p, at_right[some]] >= 0
            counts[p, some] += _ones(fine)
            both = fine & both
        together[some] += _ones(both)


def _ones(flags: BoolArray) -> IntArray:
    """How many flags are set per row: bytes added up eight at a time; rows of up to 8 x 255 flags."""
    short = -flags.shape[1] % 8
    if short:
        flags = np.pad(flags, ((0, 0), (0, short)))
    words = np.ascontiguousarray(flags).view(np.uint64).sum(axis=1)
    return words.view(np.uint8).reshape(len(flags), 8).sum(axis=1, dtype=np.int64)


def accepted_at(words: Compatible, packages: IntArray, points: FloatArray) -> BoolArray:
    """Whether each package (rows of option numbers) is acceptable at each point, shape (n_packages, n_points)."""
    return _worth(words, packages, 0, points, cost=True) >= 0


def gains_at(words: Compatible, point: FloatArray) -> FloatArray:
    """Gain + c of every package of the space at one point, in package order."""
    total = np.full(1, point[words.cost] if words.cost >= 0 else 0.0)
    worth = np.append(point, 0.0)  # -1 stands for the way things are, which is worth 0
    for row in words.at:
        total = np.add.outer(total, worth[list(row)]).ravel()
    return total
