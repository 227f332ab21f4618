"""All packages of a box that pass integer tests: the walk that closes every proof.

A test is a vector of non-negative integer weights with a floor: ``weights . u >= floor``. Partial choices
that cannot reach a floor with the best remaining choices are dropped. Leftover rules are kept as rows;
the first test may carry a charge per row, because with active rules complementary slackness makes the
reduced costs of many choices equal and a plain walk would not end.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining.search.decomposition import JoinedRule
from zopa.bargaining.search.multipliers import Flat, fast
from zopa.space import IntArray

__all__ = ["DONE", "FULL", "LIMIT", "Walk", "WalkPlan", "rows_matrix", "visit_numpy"]

DONE, FULL, LIMIT = 0, 1, 2
CHUNK = 1 << 15


@dataclass(frozen=True)
class Walk:
    """What a walk found: ``picks`` are positions in the flat table, one per group, sorted."""

    picks: IntArray
    steps: int
    status: int
    order: IntArray


def rows_matrix(rows: Sequence[JoinedRule], flat: Flat) -> NDArray[np.uint8]:
    """``member[choice, row]`` for all choices of the flat table."""
    member = np.zeros((len(flat.v), len(rows)), np.uint8)
    for i, row in enumerate(rows):
        for g, mask in row.parts:
            member[flat.start[g] : flat.start[g + 1], i] = mask
    return member


class WalkPlan:
    """A box made ready to be walked: its groups in order, its choices ranked, its rules indexed.

    Parameters
    ----------
    flat : Flat
        The box: only the choices that it allows.
    tests : array of int64, shape (n_tests, n_parties)
    member, row_groups, mu : optional
        Rules that span groups, see :func:`rows_matrix`; ``mu`` charges test 0 (floor 0 in its terms).
    spread : bool
        Widest groups first (small boxes); otherwise the least costly deviation first.
    """

    def __init__(
        self,
        flat: Flat,
        tests: IntArray,
        *,
        member: NDArray[np.uint8] | None = None,
        row_groups: Sequence[Sequence[int]] = (),
        mu: IntArray | None = None,
        spread: bool = False,
    ) -> None:
        c = flat.v @ tests.T
        n_rows = 0 if member is None else member.shape[1]
        self.charges = np.zeros(n_rows, np.int64) if mu is None else mu
        if n_rows and member is not None:
            c[:, 0] -= member @ self.charges
        row_groups = row_groups[:n_rows]
        self.order = _order(flat, c, row_groups, spread)
        rank = np.empty_like(self.order)
        rank[self.order] = np.arange(len(self.order))
        self.index = np.lexsort((-c[:, 0], rank[flat.group]))
        self.start = np.concatenate([[0], np.cumsum(np.diff(flat.start)[self.order])]).astype(np.int64)
        self.c = np.ascontiguousarray(c[self.index])
        none = np.zeros((1, 0), np.uint8)
        self.member = none if member is None else np.ascontiguousarray(member[self.index])
        self.row_size = np.array([len(g) for g in row_groups], np.int64)
        level = np.array([rank[g] for groups in row_groups for g in groups], np.int64)
        row = np.repeat(np.arange(n_rows), self.row_size)
        self.level_rows = row[np.argsort(level, kind="stable")]
        counts = np.bincount(level, minlength=len(self.order))
        self.level_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    def run(
        self,
        floors: IntArray,
        *,
        product: tuple[Sequence[int], NDArray[np.float64], float] | None = None,
        cap: int = 1 << 14,
        max_steps: int = 1 << 62,
    ) -> Walk:
        """Packages with ``tests @ u - charges >= floors``, and a gain product of at least ``product[2]``.

        Parameters
        ----------
        floors : array of int64, shape (n_tests,)
        product : (zero, powers, target), optional
            Product over p of (u_p - zero_p) ** powers_p must be >= target (float; integers decide later).
            Tests 1 to n_parties must then be the unit vectors.
        cap, max_steps : int
            Most packages returned, most partial choices kept.
        """
        zero, power, target = product if product is not None else ((), np.zeros(0), -1.0)
        arguments = (
            self.start,
            self.c,
            floors,
            np.array(zero, np.int64),
            np.array(power, np.float64),
            float(target),
            self.member,
            self.row_size,
            self.charges,
            self.level_ptr,
            self.level_rows,
            cap,
            max_steps,
        )
        k = fast()
        found, steps, status = visit_numpy(*arguments) if k is None else k.visit(*arguments)
        picks = np.empty((len(found), len(self.order)), np.int64)
        picks[:, self.order] = self.index[found]
        picks = picks[np.lexsort(picks.T[::-1])] if len(picks) else picks
        return Walk(picks, int(steps), int(status), self.order)


def _order(flat: Flat, c: IntArray, row_groups: Sequence[Sequence[int]], spread: bool) -> IntArray:
    first = flat.start[:-1]
    if spread:
        width = np.maximum.reduceat(c, first) - np.minimum.reduceat(c, first)
        scale = np.maximum(width.max(axis=0), 1)
        return np.argsort(-(width / scale).sum(axis=1), kind="stable").astype(np.int64)
    top = np.maximum.reduceat(c[:, 0], first)
    loss = np.repeat(top, np.diff(flat.start)) - c[:, 0]
    loss[flat.best(c[:, 0])] = np.iinfo(np.int64).max
    least = np.minimum.reduceat(loss, first)
    if not row_groups:
        return np.argsort(least, kind="stable").astype(np.int64)
    return _rows_first(flat.n_groups, least, row_groups)


def _rows_first(n: int, least: IntArray, row_groups: Sequence[Sequence[int]]) -> IntArray:
    """Next comes the group with most rows to groups already placed, then most rows, then the least deviation."""
    beside = np.zeros((n, n), np.int64)
    degree = np.zeros(n, np.int64)
    for groups in row_groups:
        for g in groups:
            degree[g] += 1
            beside[g, list(groups)] += 1
    np.fill_diagonal(beside, 0)
    rank = np.empty(n, np.int64)
    rank[np.argsort(least, kind="stable")] = np.arange(n)
    unit = n * (int(degree.max(initial=0)) + 1)  # one row to a group placed outweighs everything else
    key = degree * n + n - 1 - rank
    order = np.empty(n, np.int64)
    for i in range(n):
        g = int(np.argmax(key))
        order[i] = g
        key += beside[g] * unit
        key[order[: i + 1]] = -1
    return order


def visit_numpy(  # noqa: C901 (one loop over levels)
    start: Any,
    c: Any,
    floor: Any,
    zero: Any,
    power: Any,
    target: Any,
    member: Any,
    row_size: Any,
    mu: Any,
    level_ptr: Any,
    level_rows: Any,
    cap: int,
    max_steps: int,
) -> tuple[NDArray[np.int32], int, int]:
    """The walk in whole-array steps; same packages as the compiled one when it ends by itself."""
    levels, width = len(start) - 1, c.shape[1]
    n_rows = len(row_size)
    first = start[:-1]
    rest = np.zeros((levels + 1, width), np.int64)
    rest[:-1] = np.maximum.reduceat(c, first)[::-1].cumsum(axis=0)[::-1]
    base = np.zeros((levels + 1, width), np.int64)
    base[:-1] = c[first][::-1].cumsum(axis=0)[::-1]
    second = [c[a, 0] - c[a + 1, 0] if b - a > 1 else 4 * 10**18 for a, b in itertools.pairwise(start)]
    gap = np.append(np.minimum.accumulate(np.array(second, np.int64)[::-1])[::-1], 4 * 10**18)
    found: list[NDArray[np.int32]] = []
    n_found = steps = 0

    def finish(acc: IntArray, path: NDArray[np.int32]) -> int:
        good = (acc >= floor).all(axis=1) if not n_rows else (acc[:, 1:] >= floor[1:]).all(axis=1)
        if target >= 0:
            gains = (acc[:, 1 : 1 + len(zero)] - zero).astype(np.float64)
            good &= np.prod(np.where(good[:, None], gains, 1.0) ** power, axis=1) >= target
        found.append(path[good])
        return int(good.sum())

    stack = [
        (
            0,
            np.zeros((1, width), np.int64),
            np.zeros((1, levels), np.int32),
            np.zeros((1, 2 * n_rows), np.int16),
        )
    ]
    while stack:
        level, acc, path, marks = stack.pop()
        if len(acc) > CHUNK:
            for a in range((len(acc) - 1) // CHUNK * CHUNK, -1, -CHUNK):
                b = a + CHUNK
                stack.append((level, acc[a:b], path[a:b], marks[a:b]))
            continue
        if level == levels:
            n_found += finish(acc, path)
            if n_found > cap:
                return np.concatenate(found)[:cap], steps, FULL
            continue
        a, b = start[level], start[level + 1]
        grown, paths, rows = [], [], []
        for o in range(a, b):
            limit = acc + (c[o] + rest[level + 1])
            good = (limit >= floor).all(axis=1)
            if not good.any():
                continue
            after = acc[good] + c[o]
            mark = marks[good]
            if n_rows:
                touch = level_rows[level_ptr[level] : level_ptr[level + 1]]
                into = touch[member[o, touch] > 0]
                off = touch[member[o, touch] == 0]
                after[:, 0] -= (mark[:, n_rows + off] > 0) @ mu[off]
                mark = mark.copy()
                mark[:, into] += 1
                mark[:, n_rows + off] += 1
                alive = (mark[:, into] < row_size[into]).all(axis=1)
                alive &= after[:, 0] + rest[level + 1, 0] >= floor[0]
                after, mark = after[alive], mark[alive]
                step = path[good][alive].copy()
            else:
                step = path[good].copy()
            step[:, level] = o
            grown.append(after)
            paths.append(step)
            rows.append(mark)
        if not grown:
            continue
        acc, path, marks = np.concatenate(grown), np.concatenate(paths), np.concatenate(rows)
        steps += len(acc)
        if steps > max_steps:
            return np.concatenate([*found, np.zeros((0, levels), np.int32)]), steps, LIMIT
        if not n_rows and level + 1 < levels:
            forced = acc[:, 0] + rest[level + 1, 0] - floor[0] < gap[level + 1]
            if forced.any():
                full = path[forced].copy()
                full[:, level + 1 :] = first[level + 1 :]
                n_found += finish(acc[forced] + base[level + 1], full)
                acc, path, marks = acc[~forced], path[~forced], marks[~forced]
        if len(acc):
            stack.append((level + 1, acc, path, marks))
    return np.concatenate([*found, np.zeros((0, levels), np.int32)]), steps, DONE
