"""The frontier together with the first package on each point and the number of packages on all of them.

Groups are added one by one. Of a partial package all that matters later is its total, the first package (in package
order) that has it, and how many have it: groups hold different issues, so the first package of a total plus a
choice is the first package of that total plus the choice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zopa.bargaining.search.decomposition import Additive
from zopa.bargaining.search.pareto import TooLarge, _grow, _plan, _Reach
from zopa.space import IntArray, Package

__all__ = ["FirstPackages", "first_packages"]

MOST_CANDIDATES = 4_000_000
SMALL = 2**62


@dataclass(frozen=True)
class FirstPackages:
    """Frontier packages, one per point, descending by the first party's utility; ``number`` are on all points."""

    packages: tuple[Package, ...]
    number: int


def first_packages(form: Additive, *, stop: Callable[[], bool] = lambda: False) -> FirstPackages:
    """The frontier of the zone, by its first packages.

    Raises
    ------
    TooLarge
        More candidates in one step than are held; :func:`zopa.bargaining.search.pareto.frontier` may still find
        the points.
    """
    plan, reach, space = _plan(form), _Reach(form, None), form.space
    strides = [math.prod(space.sizes[i + 1 :]) for i in range(len(space.sizes))]
    kind = np.int64 if space.n_packages < SMALL else object
    points = np.zeros((1, form.n_parties), np.int64)
    number, ways = np.zeros(1, kind), np.ones(1, kind)
    for m, g in enumerate(plan.order):
        table, codes = _useful(form, g, plan.choices[m], strides, kind)
        if stop() or len(points) * len(table) > MOST_CANDIDATES:
            raise TooLarge(len(points), MOST_CANDIDATES, m, len(plan.order))
        grown = reach(_grow(points, plan.choices[m]), plan.rest[m])
        sums = (points[:, None, :] + table[None, :, :]).reshape(-1, form.n_parties)
        into = _places(grown, sums)
        kept = into >= 0
        first = (number[:, None] + codes[None, :]).reshape(-1)[kept]
        number, ways = _merged(into[kept], first, np.repeat(ways, len(table))[kept], len(grown))
        points = grown
    order = np.lexsort(-points.T[::-1]) if len(points) else np.zeros(0, np.int64)
    columns = [number[order] // stride % size for stride, size in zip(strides, space.sizes, strict=True)]
    packages = tuple(zip(*(c.tolist() for c in columns), strict=True))
    return FirstPackages(packages, int(ways.sum()) if len(points) else 0)


def _useful(
    form: Additive, g: int, choices: IntArray, strides: list[int], kind: type
) -> tuple[IntArray, IntArray]:
    """Choices of a group that no other beats, repeats kept, and what each adds to the number of a package."""
    table = form.tables[g]
    keep = _places(choices, table) >= 0
    group, listed = form.groups[g], form.choices[g][keep]
    codes: IntArray = np.zeros(len(listed), kind)
    for j, issue in enumerate(group):
        codes = codes + listed[:, j].astype(kind) * strides[issue]
    return table[keep], codes


def _places(among: IntArray, rows: IntArray) -> IntArray:
    """Position in ``among`` (distinct rows) of each row, -1 where it is not there."""
    if not len(among):
        return np.full(len(rows), -1, np.int64)
    size = [int(v) + 1 for v in np.maximum(among.max(axis=0), rows.max(axis=0))]
    if math.prod(size) >= SMALL:
        where = {row: k for k, row in enumerate(map(tuple, among.tolist()))}
        return np.array([where.get(row, -1) for row in map(tuple, rows.tolist())], np.int64)
    radix = np.array([math.prod(size[p + 1 :]) for p in range(len(size))], np.int64)
    have, want = among @ radix, rows @ radix
    order = np.argsort(have)
    at = np.minimum(np.searchsorted(have[order], want), len(have) - 1)
    return np.where(have[order][at] == want, order[at], -1)


def _merged(into: IntArray, first: IntArray, ways: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """The least number and the sum of ways for each place."""
    total = np.zeros(size, ways.dtype)
    np.add.at(total, into, ways)
    order = np.argsort(first, kind="stable")[::-1]
    least = np.zeros(size, first.dtype)
    least[into[order]] = first[order]  # the last written is the least
    return least, total
