"""The whole frontier of a sum over groups: partial packages that another beats are dropped early.

If a partial package dominates another on the same groups, every completion of it dominates the same
completion of the other (Nemhauser and Ullmann 1969). So the frontier grows group by group:

* lists of distinct non-dominated totals: 2 parties by merging staircases, 3 by a sweep, 4 and more in
  packed words with one comparison for all parties;
* a dense table over the totals of all parties but one, holding the best total of the last, as soon as
  that is the cheaper way. It is exact as well: totals are integers.

A package that dominates an acceptable one is acceptable, so the frontier of the zone is the acceptable part
of the whole frontier, and totals that cannot reach the reservation values any more are dropped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining.search.decomposition import Additive, Refusal
from zopa.bargaining.search.multipliers import fast
from zopa.space import IntArray, Package

__all__ = [
    "Packed",
    "ParetoPoints",
    "TooLarge",
    "forecast",
    "frontier",
    "merge2",
    "non_dominated",
    "packages_at",
    "packed_filter",
    "packing",
]

CAP = 20_000_000
DENSE_BYTES = 700_000_000
MAX_LAYERS = 3_000_000
FEW_POINTS, FEW_SUMS = 10_000, 200_000
"""Up to so many, loading compiled kernels would take longer than they save."""
LIST_COST = 400.0  # a candidate in a list against a cell of a dense table


class TooLarge(Refusal):
    """The frontier outgrew the cap; carries the size reached."""

    def __init__(self, reached: int, cap: int, done: int, of: int) -> None:
        self.reached = reached
        super().__init__(
            f"the frontier has {reached} points after {done} of {of} groups; at most {cap} candidates are held"
        )


@dataclass(frozen=True)
class ParetoPoints:
    """Distinct non-dominated points.

    Attributes
    ----------
    points : array of int64, shape (n_points, n_parties)
        Utilities in units of ``1 / scale`` point, rows descending by party 0, then 1, ...
    method : str
        In words, what found them.
    exact : bool
        Whether every point of the frontier is there.
    """

    points: IntArray
    method: str
    exact: bool = True


# ---- filters ------------------------------------------------------------------------------------------
def _descending(points: IntArray) -> IntArray:
    """Distinct rows, descending by the first column, then the next."""
    if len(points) == 0:
        return points
    points = points[np.lexsort(-points.T[::-1])]
    fresh = np.ones(len(points), bool)
    fresh[1:] = (points[1:] != points[:-1]).any(axis=1)
    return np.ascontiguousarray(points[fresh])


def merge2(points: IntArray, choices: IntArray) -> IntArray:
    """Numpy twin of ``kernels.merge2``: non-dominated sums of a staircase and choices."""
    sums = (points[:, None, :] + choices[None, :, :]).reshape(-1, 2)
    if int(sums.max(initial=0)) < 2**31:
        key = np.sort(sums[:, 0] << 32 | sums[:, 1])[::-1]
        a, b = key >> 32, key & 0xFFFFFFFF
    else:
        sums = _descending(sums)
        a, b = sums[:, 0], sums[:, 1]
    keep = np.ones(len(b), bool)
    keep[1:] = b[1:] > np.maximum.accumulate(b)[:-1]
    return np.stack([a[keep], b[keep]], axis=1)


@dataclass(frozen=True)
class Packed:
    """All totals of a vector in one unsigned word: value bits and a guard bit on top, party 0 highest."""

    bits: int
    parties: int

    @property
    def guard(self) -> np.uint64:
        """The word with all guard bits set."""
        return np.uint64(sum(1 << (self.bits * (p + 1) - 1) for p in range(self.parties)))

    def pack(self, points: IntArray) -> NDArray[np.uint64]:
        """Words of rows of totals."""
        word = np.zeros(len(points), np.uint64)
        for p in range(self.parties):
            word = word << np.uint64(self.bits) | points[:, p].astype(np.uint64)
        return word

    def unpack(self, words: NDArray[np.uint64]) -> IntArray:
        """Rows of totals of words."""
        mask = np.uint64((1 << (self.bits - 1)) - 1)
        columns = [
            (words >> np.uint64(self.bits * (self.parties - 1 - p)) & mask).astype(np.int64)
            for p in range(self.parties)
        ]
        return np.stack(columns, axis=1)


def packing(largest: Sequence[int]) -> Packed | None:
    """The word layout for these largest totals, or None when they need more than 64 bits."""
    bits = max(1, max(largest, default=1)).bit_length() + 1
    return Packed(bits, len(largest)) if bits * len(largest) <= 64 else None


def packed_filter(keys: NDArray[np.uint64], guard: np.uint64) -> NDArray[np.uint64]:
    """Numpy twin of ``kernels.packed_filter``: distinct words descending, those no earlier one beats."""
    kept = np.empty(0, np.uint64)
    # Small steps: the first words kept beat most of those after them, which are then not compared among themselves.
    for begin in range(0, len(keys), 256):
        left = keys[begin : begin + 256]
        for a in range(0, len(kept), 512):
            beaten = np.equal((kept[None, a : a + 512] - left[:, None]) & guard, guard)
            left = left[~np.any(beaten, axis=1)]
            if not len(left):
                break
        if len(left):
            raised = left | guard
            inner = np.equal((raised[None, :] - left[:, None]) & guard, guard)
            inner &= np.tri(len(left), k=-1, dtype=bool)
            kept = np.concatenate([kept, raised[~inner.any(axis=1)]])
    return kept & ~guard


def _columns_filter(points: IntArray) -> IntArray:
    """Any number of parties and bits: rows descending, chunk against what is kept. Slow and plain."""
    kept = points[:0]
    for begin in range(0, len(points), 512):
        left = points[begin : begin + 512]
        for a in range(0, len(kept), 512):
            beaten = (kept[None, a : a + 512] >= left[:, None]).all(axis=2)
            left = left[~np.any(beaten, axis=1)]
        if len(left):
            inner = (left[None] >= left[:, None]).all(axis=2)
            inner &= np.arange(len(left))[None, :] < np.arange(len(left))[:, None]
            kept = np.concatenate([kept, left[~inner.any(axis=1)]])
    return kept


def non_dominated(points: IntArray) -> IntArray:
    """Distinct non-dominated rows, descending by party 0, then 1, ... Totals must be >= 0."""
    parties = points.shape[1]
    if len(points) == 0:
        return points
    if parties == 1:
        return points[points[:, 0].argmax()][None]
    if parties == 2:
        return merge2(points[:0] if len(points) == 0 else np.zeros((1, 2), np.int64), points)
    k = fast() if len(points) > FEW_POINTS else None
    layout = packing([int(v) for v in points.max(axis=0)])
    if layout is not None:
        keys = np.unique(layout.pack(points))[::-1]
        if parties == 3 and k is not None:
            points = layout.unpack(keys)
        else:
            keys = np.ascontiguousarray(keys)
            if k is None:
                return layout.unpack(packed_filter(keys, layout.guard))
            return layout.unpack(k.packed_filter(keys, layout.bits, parties, layout.guard))
    else:
        points = _descending(points)
    if parties == 3 and k is not None:
        values, rank = np.unique(-points[:, 1], return_inverse=True)
        return points[k.sweep3(rank.astype(np.int64), np.ascontiguousarray(points[:, 2]), len(values))]
    return _columns_filter(points)


# ---- the grower -----------------------------------------------------------------------------------------
class _Reach:
    """Which totals can still end in the zone, given what the remaining groups can add."""

    def __init__(self, form: Additive, floors: Sequence[int] | None) -> None:
        space = form.space
        if floors is not None:
            self.need, self.required, self.at_least = list(floors), [True] * form.n_parties, form.n_parties
        elif space.unanimous:
            self.need, self.required, self.at_least = list(form.need), [True] * form.n_parties, form.n_parties
        else:
            self.need, self.required, self.at_least = list(form.need), list(space.required), space.at_least

    def low(self, rest: IntArray) -> IntArray:
        """Least total of every party that can still do; 0 where the party is not needed."""
        all_needed = self.at_least >= len(self.need)
        low = [
            n - int(r) if (q or all_needed) else 0
            for n, r, q in zip(self.need, rest, self.required, strict=True)
        ]
        return np.maximum(np.array(low, np.int64), 0)

    def __call__(self, points: IntArray, rest: IntArray) -> IntArray:
        can = points + rest >= np.array(self.need)
        if all(self.required) or self.at_least >= len(self.need):
            return points[can.all(axis=1)]
        return points[can[:, self.required].all(axis=1) & (can.sum(axis=1) >= self.at_least)]


@dataclass(frozen=True)
class _Plan:
    """Groups in the order of work, their non-dominated choices, and what is still to come after each."""

    order: list[int]
    choices: list[IntArray]
    rest: list[IntArray]
    done: list[IntArray]


def _plan(form: Additive) -> _Plan:
    choices = [non_dominated(t) for t in form.tables]
    order = sorted(range(len(choices)), key=lambda g: (len(choices[g]), g))
    tops = [choices[g].max(axis=0) for g in order]
    total = sum(tops, np.zeros(form.n_parties, np.int64))
    done = list(np.cumsum(tops, axis=0)) if tops else []
    return _Plan(order, [choices[g] for g in order], [total - d for d in done], done)


def frontier(
    form: Additive,
    floors: Sequence[int] | None = None,
    *,
    cap: int = CAP,
    stop: Callable[[], bool] = lambda: False,
) -> ParetoPoints:
    """All distinct points of the zone that no other point dominates.

    Parameters
    ----------
    floors : totals, optional
        Least totals instead of the reservation values (0 = the frontier of all packages).

    Raises
    ------
    TooLarge
        More than ``cap`` candidates in one step.
    Refusal
        Rules span the groups.
    """
    form.without_rows("the frontier")
    if not form.possible:
        return ParetoPoints(np.zeros((0, form.n_parties), np.int64), "no package obeys the rules")
    plan, reach = _plan(form), _Reach(form, floors)
    layers = _layers(form, plan, reach, cap, stop)
    method = (
        "dense table"
        if layers[1]
        else {2: "merged staircases", 3: "sweep"}.get(form.n_parties, "packed words")
    )
    points = _descending(layers[0] + np.array(form.shift, np.int64))
    return ParetoPoints(points, f"successive Pareto sums, {method}")


def _layers(
    form: Additive, plan: _Plan, reach: _Reach, cap: int, stop: Callable[[], bool]
) -> tuple[IntArray, bool]:
    points = np.zeros((1, form.n_parties), np.int64)
    costs = _dense_costs(plan, reach)
    per = LIST_COST * (1 if form.n_parties > 2 else 0.15)
    for m, choices in enumerate(plan.choices):
        if stop():
            raise TooLarge(len(points), cap, m, len(plan.choices))
        candidates = len(points) * len(choices)
        if costs[m] < candidates * per * (len(plan.choices) - m) or (
            cap < candidates and costs[m] < math.inf
        ):
            return _dense(plan, reach, points, m, stop), True
        if candidates > cap:
            raise TooLarge(len(points), cap, m, len(plan.choices))
        points = reach(_grow(points, choices), plan.rest[m])
    return points, False


def _grow(points: IntArray, choices: IntArray) -> IntArray:
    """Non-dominated sums of points and choices."""
    if points.shape[1] == 2:
        k = fast() if len(points) * len(choices) > FEW_SUMS else None
        if k is None:
            return merge2(points, choices)
        a, b = k.merge2(
            *(np.ascontiguousarray(x) for x in (points[:, 0], points[:, 1], choices[:, 0], choices[:, 1]))
        )
        return np.stack([a, b], axis=1)
    if len(choices) == 1:
        return points + choices[0]
    return non_dominated((points[:, None, :] + choices[None, :, :]).reshape(-1, points.shape[1]))


# ---- the dense table --------------------------------------------------------------------------------------
def _windows(plan: _Plan, reach: _Reach, m: int) -> tuple[IntArray, IntArray]:
    """Least useful and largest possible totals after group m."""
    return reach.low(plan.rest[m]), plan.done[m]


def _dense_costs(plan: _Plan, reach: _Reach) -> list[float]:
    """Work of the dense table from each group on, infinite where it would be too large."""
    last = _last(plan)
    axes = _axes(plan)
    width = 2 if int(plan.done[-1][last]) < 16_000 else 4
    if int(plan.done[-1][last]) >= 2**30:
        return [math.inf] * len(plan.choices)
    costs, total = [], 0.0
    for n in range(len(plan.choices) - 1, -1, -1):
        low, high = _windows(plan, reach, n)
        cells = float(np.prod(np.maximum(high - low + 1, 0)[axes].astype(float)))
        total += cells * len(plan.choices[n]) * width / 2 + 20_000.0 * len(plan.choices[n])
        if cells * width > DENSE_BYTES:
            total = math.inf
        costs.append(total)
    return costs[::-1]


def _last(plan: _Plan) -> int:
    """The party whose total is stored instead of being an axis: the one with the largest."""
    return int(np.argmax(plan.done[-1]))


def _axes(plan: _Plan) -> list[int]:
    return [p for p in range(len(plan.done[-1])) if p != _last(plan)]


def _dense(plan: _Plan, reach: _Reach, points: IntArray, m: int, stop: Callable[[], bool]) -> IntArray:
    axes, last = _axes(plan), _last(plan)
    top = int(plan.done[-1][last])
    dtype = np.int16 if top < 16_000 else np.int32
    empty = dtype(-16_384 if dtype is np.int16 else -(2**30))
    high = points.max(axis=0) if len(points) else np.zeros(points.shape[1], np.int64)
    low = points.min(axis=0) if len(points) else high
    table = np.full([int(high[p] - low[p]) + 1 for p in axes], empty, dtype)
    if len(points):
        ascending = points[np.argsort(points[:, last], kind="stable")]
        table[tuple(ascending[:, p] - low[p] for p in axes)] = ascending[:, last]
    for n in range(m, len(plan.choices)):
        if stop():
            raise TooLarge(int((table > empty // 2).sum()), CAP, n, len(plan.choices))
        new_low, new_high = _windows(plan, reach, n)
        fresh = np.full([max(0, int(new_high[p] - new_low[p]) + 1) for p in axes], empty, dtype)
        for choice in plan.choices[n]:
            _shift_max(
                table, fresh, [int(low[p] + choice[p] - new_low[p]) for p in axes], dtype(choice[last])
            )
        table, low = fresh, new_low
    found = _dense_points(table, empty // 2, [int(low[p]) for p in axes], axes, last)
    return reach(found, np.zeros_like(low))


def _shift_max(old: NDArray[Any], new: NDArray[Any], offset: Sequence[int], add: Any) -> None:
    """new[c + offset] = max(new[c + offset], old[c] + add), in blocks that stay in the cache."""
    into, out = [], []
    for size, room, o in zip(old.shape, new.shape, offset, strict=True):
        a, b = max(0, -o), min(size, room - o)
        if a >= b:
            return
        into.append(slice(a, b))
        out.append(slice(a + o, b + o))
    source, sink = old[tuple(into)], new[tuple(out)]
    rows = max(1, 100_000 // max(1, source[0].size if source.ndim > 1 else 1))
    for a in range(0, len(source), rows):
        part = source[a : a + rows] + add
        np.maximum(sink[a : a + rows], part, out=sink[a : a + rows])


def _dense_points(
    table: NDArray[Any], empty: Any, low: Sequence[int], axes: Sequence[int], last: int
) -> IntArray:
    """Cells whose value beats every cell further out on all axes."""
    best = table
    for axis in range(table.ndim):
        flipped = np.flip(best, axis)
        best = np.flip(np.maximum.accumulate(flipped, axis=axis), axis)
    keep = (table == best) & (table > empty)
    for axis in range(table.ndim):
        inner = [slice(None)] * table.ndim
        outer = [slice(None)] * table.ndim
        inner[axis], outer[axis] = slice(0, -1), slice(1, None)
        keep[tuple(inner)] &= table[tuple(inner)] > best[tuple(outer)]
    where = np.nonzero(keep)
    points = np.empty((len(where[0]), table.ndim + 1), np.int64)
    for column, p, offset in zip(where, axes, low, strict=True):
        points[:, p] = column + offset
    points[:, last] = table[keep]
    return points


# ---- forecast, packages -------------------------------------------------------------------------------------
def forecast(form: Additive, probe: int = 200_000) -> tuple[int, bool]:
    """Expected number of points and whether it is exact: run until ``probe`` candidates, then extrapolate.

    Growth in the number of groups is polynomial, about n ** (2 (P - 1)) at most; the last two layers give
    the local exponent. The resolution caps it: (largest total + 1) ** (P - 1).
    """
    plan, reach = _plan(form), _Reach(form, None)
    points, sizes = np.zeros((1, form.n_parties), np.int64), [1]
    for m, choices in enumerate(plan.choices):
        if len(points) * len(choices) > probe:
            half = max(1, m // 2)
            slope = math.log(max(1.01, sizes[m] / max(1, sizes[half]))) / math.log(max(1.01, m / half))
            slope = min(slope, 2.0 * (form.n_parties - 1))
            guess = sizes[m] * (len(plan.choices) / max(1, m)) ** slope
            tops = sorted(int(d) + 1 for d in plan.done[-1])
            return int(min(guess, math.prod(tops[:-1]))), False
        points = reach(_grow(points, choices), plan.rest[m])
        sizes.append(len(points))
    return len(points), True


def packages_at(form: Additive, points: IntArray, most: int = 1000) -> list[list[Package]]:
    """Packages behind frontier points, at most ``most`` each, in package order.

    A total t after a group came from a choice o iff t - o is in the layer before, so every step back leads
    to a package.

    Raises
    ------
    TooLarge
        The layers together hold too many totals.
    """
    form.without_rows("listing packages")
    totals = points - np.array(form.shift, np.int64)
    if not len(points):
        return []
    plan, reach = _plan(form), _Reach(form, [int(x) for x in totals.min(axis=0)])
    layer = np.zeros((1, form.n_parties), np.int64)
    layers, held = [{(0,) * form.n_parties}], 1
    for m, choices in enumerate(plan.choices):
        layer = reach(_grow(layer, choices), plan.rest[m])
        layers.append(set(map(tuple, layer.tolist())))
        held += len(layer)
        if held > MAX_LAYERS:
            raise TooLarge(held, MAX_LAYERS, m, len(plan.choices))
    rows = [[tuple(row) for row in form.tables[g].tolist()] for g in plan.order]
    found = []
    for total in totals.tolist():
        here: list[Package] = []
        for picks in _back(rows, layers, len(rows), tuple(total)):
            ordered = [0] * len(rows)
            for g, k in zip(plan.order, picks, strict=True):
                ordered[g] = k
            here.append(form.package(ordered))
            if len(here) >= most:
                break
        found.append(sorted(here))
    return found


def _back(
    rows: Sequence[Sequence[tuple[int, ...]]],
    layers: Sequence[set[tuple[int, ...]]],
    m: int,
    total: tuple[int, ...],
) -> Iterator[list[int]]:
    """All ways to reach a total with the first m groups, as choice numbers."""
    if m == 0:
        yield []
        return
    for k, row in enumerate(rows[m - 1]):
        before = tuple(t - v for t, v in zip(total, row, strict=True))
        if before in layers[m - 1]:
            for head in _back(rows, layers, m - 1, before):
                yield [*head, k]
