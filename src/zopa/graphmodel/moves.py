"""What a party can change alone, as transforms of arrays over the states.

Moves are never stored as pairs of states when they have product structure: a party that holds issues can
change those and nothing else, so its moves are transforms along the axes of the state array
(:class:`ProductMoves`). Explicit arcs (:class:`Arcs`) serve models without that structure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LOW", "Arcs", "BoolArray", "Index", "Moves", "ProductMoves", "RankArray", "Rise", "Values"]

BoolArray = NDArray[np.bool_]
RankArray = NDArray[np.int32]
Index = NDArray[np.intp]
Values = NDArray[Any]
"""bool or int32, the states on the last axis."""

LOW = np.int32(-(2**30))
"""Less than every rank and every negated rank: what an infeasible state is worth in a transform."""

WIDE = 32
"""Columns from which whole rows at a time are faster."""

Axis = tuple[BoolArray, int]
"""Of an issue that the party holds: the permitted changes, and its stride in the state's number."""


class Moves:
    """What one party can change alone."""

    feasible: BoolArray

    def pull(self, f: Values) -> Values:
        """Greatest ``f`` over one move ahead and staying. ``f`` has the states on its last axis."""
        raise NotImplementedError

    def push(self, f: Values) -> Values:
        """Greatest ``f`` over one move back and staying."""
        raise NotImplementedError

    def targets(self, state: int) -> Index:
        """The feasible states one move ahead of ``state``, ascending."""
        raise NotImplementedError

    def sources(self, state: int) -> Index:
        """The feasible states one move behind ``state``, ascending."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """The greatest number of states that a move can lead to, and staying."""
        raise NotImplementedError

    def ahead(self, states: Index) -> tuple[Index, Index]:
        """All moves from the given states as equally long arrays of sources and targets."""
        raise NotImplementedError

    def rise(self, rank: RankArray) -> Rise:
        """The part of the moves that improves ``rank``."""
        raise NotImplementedError


class Rise:
    """The unilateral improvements of one party under one ranking."""

    def up(self, f: RankArray) -> RankArray:
        """Greatest ``f`` over the improvements from each state; ``LOW`` where there is none."""
        raise NotImplementedError


class ProductMoves(Moves):
    """Moves along the axes of the issues that a party holds. Nothing is stored per pair of states."""

    def __init__(self, own: list[Axis], feasible: BoolArray) -> None:
        self.feasible = feasible
        self._own = own
        self._axes = _merge_free_axes(own)

    def pull(self, f: Values) -> Values:
        """Greatest ``f`` over one move ahead and staying."""
        out = f.copy()
        for permitted, stride in self._axes:
            _along(out, permitted, stride)
        return out

    def push(self, f: Values) -> Values:
        """Greatest ``f`` over one move back and staying."""
        out = f.copy()
        for permitted, stride in self._axes:
            _along(out, permitted.T, stride)
        return out

    def targets(self, state: int) -> Index:
        """The feasible states one move ahead."""
        return self._line(state, [(p, stride) for p, stride in self._own])

    def sources(self, state: int) -> Index:
        """The feasible states one move behind."""
        return self._line(state, [(p.T, stride) for p, stride in self._own])

    def _line(self, state: int, own: list[Axis]) -> Index:
        reach = np.array([state])
        for permitted, stride in own:
            here = state // stride % len(permitted)
            steps = (np.flatnonzero(permitted[here]) - here) * stride
            reach = (reach[:, None] + steps).ravel()
        reach.sort()
        return reach[self.feasible[reach] & (reach != state)]

    @property
    def width(self) -> int:
        """The greatest number of states that a move can lead to, and staying."""
        return math.prod(len(p) for p, _ in self._own)

    def ahead(self, states: Index) -> tuple[Index, Index]:
        """All moves from the given states as equally long arrays of sources and targets."""
        source = target = states
        for permitted, stride in self._own:
            here = source // stride % len(permitted)
            which, option = np.nonzero(permitted[here])
            target = target[which] + (option - here[which]) * stride
            source = source[which]
        keep = self.feasible[target] & (target != source)
        return source[keep], target[keep]

    def rise(self, rank: RankArray) -> Rise:
        """The part of the moves that improves ``rank``."""
        return _ProductRise(self._own, rank)


def _merge_free_axes(own: list[Axis]) -> list[Axis]:
    """Neighbouring issues whose every change is permitted act as one issue with more options."""
    axes: list[Axis] = []
    for permitted, stride in own:
        if axes and permitted.all() and axes[-1][0].all() and axes[-1][1] * len(axes[-1][0]) == stride:
            n = len(axes[-1][0]) * len(permitted)
            axes[-1] = (np.ones((n, n), dtype=bool), axes[-1][1])
        else:
            axes.append((permitted, stride))
    return axes


def _along(out: Values, permitted: BoolArray, stride: int) -> None:
    """Replace, in place, each value by the greatest over the permitted changes of one axis."""
    view = out.reshape(-1, len(permitted), stride)
    if len(permitted) == 2:
        low, high = view[:, 0], view[:, 1]
        if permitted[0, 1]:
            np.maximum(low, high, out=low)
        if permitted[1, 0]:
            np.maximum(high, low, out=high)
    elif permitted.all():
        view[...] = view.max(axis=1, keepdims=True)
    else:
        old = view.copy()
        for a, row in enumerate(permitted):
            view[:, a] = old[:, row].max(axis=1)


class _ProductRise(Rise):
    """Improvements on a grid, by sorting: O(states) per use after one sort.

    Split a party's slice of the state array into groups inside which every change is permitted (one
    group per combination of answers to its directed issues). Within a target group, in order of
    falling rank, "the best f among the states that rank strictly higher than s" is a running maximum,
    read off at the number of such states.
    """

    def __init__(self, own: list[Axis], rank: RankArray) -> None:
        self.size = len(rank)
        directed = [(p, stride) for p, stride in own if not p.all()]
        free = _offsets([(len(p), stride) for p, stride in own if p.all()])
        combos, allowed = _combinations(directed)
        other = _others(own, self.size)
        n = len(other)
        base = rank.astype(np.int64)
        top = int(base.max()) + 1
        column = np.arange(n, dtype=np.int64) * (top + 2)
        self._targets: list[tuple[Index, list[tuple[Index | slice, Index]]]] = []
        for b, add in enumerate(combos):
            # One column per combination of the others' answers: the running maximum then works on whole rows.
            cells = (free + add)[:, None] + other
            fall = top - base[cells]
            order = np.argsort(fall, axis=0, kind="stable")
            keys = (column + np.take_along_axis(fall, order, axis=0)).T.ravel()
            reads: list[tuple[Index | slice, Index]] = []
            for a in np.flatnonzero(allowed[:, b]):
                states = ((free + combos[a])[:, None] + other).ravel()
                ahead = np.searchsorted(keys, (column + top - base[states].reshape(-1, n)).T.ravel())
                # one spare row, at the front, for "nothing ranks higher"
                rank_ = ahead.reshape(n, -1).T - np.arange(n) * len(free)
                place = (rank_ * n + np.arange(n)).ravel()
                everywhere = len(states) == self.size
                reads.append((slice(None), place[np.argsort(states)]) if everywhere else (states, place))
            self._targets.append((np.take_along_axis(cells, order, axis=0), reads))

    def up(self, f: RankArray) -> RankArray:
        """Greatest ``f`` over the improvements from each state."""
        out = np.full(self.size, LOW, dtype=np.int32)
        for cells, reads in self._targets:
            best = np.empty((cells.shape[0] + 1, cells.shape[1]), dtype=np.int32)
            best[0] = LOW
            np.take(f, cells, out=best[1:], mode="clip")
            _running_maximum(best)
            flat = best.ravel()
            for states, place in reads:
                out[states] = np.maximum(out[states], flat[place])
        return out


def _running_maximum(rows: RankArray) -> None:
    """Replace, in place, each row by the greatest of it and those before it."""
    if rows.shape[1] < WIDE:
        np.maximum.accumulate(rows, axis=0, out=rows)
        return
    # accumulate goes down the columns one by one
    for before, row in pairwise(rows):
        np.maximum(before, row, out=row)


def _offsets(axes: Sequence[tuple[int, int]]) -> Index:
    """State numbers of all combinations over axes given as (size, stride), the first running fastest."""
    out = np.zeros(1, dtype=np.intp)
    for size, stride in axes:
        out = (np.arange(size)[:, None] * stride + out).ravel()
    return out


def _others(own: list[Axis], size: int) -> Index:
    """State numbers with every own issue at its first option: one per combination of the others."""
    states = np.arange(size)
    for permitted, stride in own:
        states = states[states // stride % len(permitted) == 0]
    return states


def _combinations(directed: list[Axis]) -> tuple[Index, BoolArray]:
    """State numbers of the answers to the directed issues, and which can change into which."""
    combos = _offsets([(len(p), stride) for p, stride in directed])
    allowed = np.ones((1, 1), dtype=bool)
    for permitted, _ in directed:
        allowed = np.kron(permitted, allowed).astype(bool)
    return combos, allowed


class Arcs(Moves, Rise):
    """Explicit moves, sorted by source. Arcs from or to infeasible states are left out."""

    def __init__(self, src: Index, dst: Index, feasible: BoolArray) -> None:
        order = np.lexsort((dst, src))
        self.src, self.dst, self.feasible = src[order], dst[order], feasible
        self._heads = np.flatnonzero(np.r_[True, self.src[1:] != self.src[:-1]][: len(self.src)])

    @classmethod
    def of(cls, src: Sequence[int] | Index, dst: Sequence[int] | Index, feasible: BoolArray) -> Arcs:
        """Moves from two equally long sequences of states; repeated arcs and loops are dropped."""
        s, d = np.asarray(src, dtype=np.intp), np.asarray(dst, dtype=np.intp)
        if s.shape != d.shape or s.ndim != 1:
            raise ValueError("arcs need equally many sources and targets")
        if len(s) and (min(s.min(), d.min()) < 0 or max(s.max(), d.max()) >= len(feasible)):
            raise ValueError(f"an arc leads outside the {len(feasible)} states")
        pairs = np.unique(np.stack([s, d], axis=1), axis=0)
        keep = feasible[pairs[:, 0]] & feasible[pairs[:, 1]] & (pairs[:, 0] != pairs[:, 1])
        return cls(pairs[keep, 0], pairs[keep, 1], feasible)

    def step(self, f: Values) -> Values:
        """Greatest ``f`` over one move ahead, staying left out; lowest value where there is no move."""
        out = np.full_like(f, False if f.dtype == bool else LOW)
        if len(self.src):
            out[..., self.src[self._heads]] = np.maximum.reduceat(f[..., self.dst], self._heads, axis=-1)
        return out

    def up(self, f: RankArray) -> RankArray:
        """Greatest ``f`` over the improvements from each state."""
        return self.step(f)

    def pull(self, f: Values) -> Values:
        """Greatest ``f`` over one move ahead and staying."""
        return np.maximum(f, self.step(f))

    def push(self, f: Values) -> Values:
        """Greatest ``f`` over one move back and staying."""
        return self.reverse.pull(f)

    @cached_property
    def reverse(self) -> Arcs:
        """The same moves, backwards."""
        return Arcs(self.dst, self.src, self.feasible)

    def targets(self, state: int) -> Index:
        """The feasible states one move ahead."""
        lo, hi = np.searchsorted(self.src, [state, state + 1])
        return self.dst[lo:hi]

    def sources(self, state: int) -> Index:
        """The feasible states one move behind."""
        return self.reverse.targets(state)

    @property
    def width(self) -> int:
        """The greatest number of states that a move can lead to, and staying."""
        return 1 + int(np.bincount(self.src).max(initial=0))

    def ahead(self, states: Index) -> tuple[Index, Index]:
        """All moves from the given states as equally long arrays of sources and targets."""
        keep = np.isin(self.src, states)
        return self.src[keep], self.dst[keep]

    def rise(self, rank: RankArray) -> Arcs:
        """The part of the moves that improves ``rank``."""
        keep = rank[self.dst] > rank[self.src]
        return Arcs(self.src[keep], self.dst[keep], self.feasible)
