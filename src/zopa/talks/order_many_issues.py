"""The order of steps where more issues differ than all subsets can be held of: exact where that can be shown, else between bounds.

States are explored in the order of the least height at which they can be reached (a bottleneck search), so that once the
target comes up its height is the least, and where the search is cut off the height reached so far is a lower bound. Where
no rule binds on the way, an issue that no party loses on is taken as soon as a first step is made, and one that no party
gains on is left to the end: neither raises a height.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from zopa.space import IntArray

__all__ = ["MOST_SEEN", "LongOrder", "long_order"]

MOST_SEEN = 200_000
"""States that are looked at before the search is cut off."""
WIDTH = 200
"""States kept per number of steps by the search for a good order once it is."""
Mask = int
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class LongOrder:
    """A good order of steps and how good it is shown to be.

    Attributes
    ----------
    height : its largest dip, in units of the dips; None where no order was found
    bound : no order has a smaller one; equal to ``height`` where that is proven least. None where there is no order at all
    path : states after each step, as masks
    """

    height: int | None
    bound: int | None
    path: tuple[Mask, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the height is proven least, or that there is no order."""
        return self.height == self.bound


class _Steps:
    """All steps from any state."""

    def __init__(
        self,
        start: IntArray,
        changes: IntArray,
        most: int,
        dip: Callable[[IntArray], IntArray],
        allowed: Callable[[Mask], bool] | None,
    ) -> None:
        k = changes.shape[1]
        sets = [s for size in range(1, most + 1) for s in combinations(range(k), size)]
        self.masks = np.array([sum(1 << j for j in s) for s in sets], dtype=np.int64)
        self.moves = np.array([changes[:, list(s)].sum(axis=1) for s in sets]).T
        self.start, self.changes, self.dip, self.allowed = start, changes, dip, allowed
        self.goal = (1 << k) - 1
        gifts = (changes >= 0).all(axis=0)
        losses = (changes <= 0).all(axis=0) & ~gifts
        self.gifts = [1 << j for j in np.flatnonzero(gifts)] if allowed is None else []
        self.losses = sum(1 << int(j) for j in np.flatnonzero(losses)) if allowed is None else 0

    def worth(self, state: Mask) -> IntArray:
        moved = [j for j in range(self.changes.shape[1]) if state >> j & 1]
        return np.asarray(self.start + self.changes[:, moved].sum(axis=1), dtype=self.changes.dtype)

    def ahead(self, state: Mask) -> tuple[list[Mask], list[int]]:
        """The states one step further, and their dips."""
        here = self.worth(state)
        free = (self.masks & state) == 0
        gift = next((g for g in self.gifts if not state & g), 0) if state else 0
        if gift:
            free &= self.masks == gift
        elif self.losses and (state | self.losses) != self.goal:
            free &= (self.masks & self.losses) == 0
        there = (self.masks[free] | state).tolist()
        deep = self.dip(here[:, None] + self.moves[:, free]).tolist()
        if self.allowed is not None:
            fine = [k for k, s in enumerate(there) if self.allowed(s)]
            there, deep = [there[k] for k in fine], [deep[k] for k in fine]
        return there, deep


def long_order(
    start: IntArray,
    changes: IntArray,
    most: int,
    dip: Callable[[IntArray], IntArray],
    allowed: Callable[[Mask], bool] | None = None,
) -> LongOrder:
    """An order of steps with a small largest dip, and a bound below which no order has one.

    Parameters
    ----------
    start : what the start is worth, shape (n_parties,)
    changes : what moving each issue adds, shape (n_parties, k); k up to 62
    most : issues per step at most
    dip : utilities, shape (n_parties, n) -> dips, shape (n,), whole numbers
    allowed : whether a rule lets a state stand; None where none binds
    """
    steps = _Steps(start, changes, most, dip, allowed)
    before: dict[Mask, Mask] = {0: -1}
    # (least height at which it is reached, issues left, state): of equal heights the nearest to the target first
    heap: list[tuple[float, int, Mask]] = [(-float("inf"), changes.shape[1], 0)]
    while heap:
        height, _, here = heapq.heappop(heap)
        if here == steps.goal:
            path = _back(before, here)
            return LongOrder(int(height), int(height), path)
        if len(before) > MOST_SEEN:
            known = int(dip(steps.worth(steps.goal)[:, None])[0])
            found = _wide(steps)
            bound = max(int(height) if here else known, known)
            return LongOrder(found[0], bound, found[1]) if found else LongOrder(None, bound)
        for there, deep in zip(*steps.ahead(here), strict=True):
            if there not in before:
                before[there] = here
                left = changes.shape[1] - there.bit_count()
                heapq.heappush(heap, (max(height, deep), left, there))
    return LongOrder(None, None)


def _back(before: dict[Mask, Mask], state: Mask) -> tuple[Mask, ...]:
    path = []
    while state:
        path.append(state)
        state = before[state]
    return tuple(reversed(path))


def _wide(steps: _Steps) -> tuple[int, tuple[Mask, ...]] | None:
    """The best order that a beam search finds."""
    beam: list[tuple[float, float, Mask, tuple[Mask, ...]]] = [(-float("inf"), 0.0, 0, ())]
    best: tuple[int, tuple[Mask, ...]] | None = None
    while beam:
        found: dict[Mask, tuple[float, float, Mask, tuple[Mask, ...]]] = {}
        for height, _, here, path in beam:
            for there, deep in zip(*steps.ahead(here), strict=True):
                new = (max(height, deep), float(deep), there, (*path, there))
                if there not in found or new < found[there]:
                    found[there] = new
        ended = found.pop(steps.goal, None)
        if ended and (best is None or ended[0] < best[0]):
            best = (int(ended[0]), ended[3])
        beam = sorted(found.values())[:WIDTH]
    return best
