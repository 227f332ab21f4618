"""Draws of uncertain inputs: the same bits for the same seed, however the chunks are shared out.

A law is an assumption like any other: uniform on marginals is not uniform on weights times values.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHUNK", "GRID", "chunks", "compiled", "uniform_walks"]

CHUNK = 1024
"""Draws per chunk; fixed, so that no result depends on how many workers share the chunks."""
GRID = 2.0**38
"""Draws are whole multiples of 1 / GRID, so that sums of marginals below 2**15 are exact in any order: what is counted
depends neither on the machine's linear algebra nor on its threads."""
FloatArray = NDArray[np.float64]


def compiled() -> Any:
    """The compiled kernels, or None in the plain install."""
    if find_spec("numba") is None:
        return None
    from zopa.space import draw_kernels

    return draw_kernels


def chunks(draws: int, seed: int) -> list[tuple[int, np.random.SeedSequence]]:
    """The sizes of the chunks of so many draws, each with its own seed."""
    n = -(-draws // CHUNK)
    seeds = np.random.SeedSequence(seed).spawn(n)
    return [(min(CHUNK, draws - k * CHUNK), s) for k, s in enumerate(seeds)]


def uniform_walks(
    rows: FloatArray,
    groups: Sequence[Sequence[int]],
    start: FloatArray,
    size: int,
    seed: np.random.SeedSequence,
    sweeps: int = 60,
    bound: float = 100.0,
) -> FloatArray:
    """Points of a cone within a bounded body, each the end of a walk of its own; uniform as the walks grow long.

    The body holds the points whose spans add up to at most ``bound``: the span of a group of variables is from the
    least to the largest of them and 0. Variables in no group lie between ``-bound`` and ``bound``. A sweep draws
    every variable anew, uniformly on what the others leave it (Gibbs sampling), so that no step is refused.

    Parameters
    ----------
    rows : array, shape (n_rows, n_variables)
        ``rows @ point >= 0``.
    groups : variables per group.
    start : array, shape (n_variables,)
        A point with all rows above 0.
    size : number of points.
    seed : SeedSequence
    sweeps : length of each walk.
    bound : float

    Returns
    -------
    array, shape (size, n_variables)
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    n = rows.shape[1]
    group_of = {v: own for g in groups if len(own := list(g)) for v in own}
    spans = [float(max(0.0, *start[list(g)]) - min(0.0, *start[list(g)])) for g in groups if len(g)]
    scale = bound / 2 / max(sum(spans), float(np.abs(start).max()), 1e-12)
    at = np.tile(start * scale, (size, 1))
    values = at @ rows.T
    touched = [np.flatnonzero(rows[:, v]) for v in range(n)]
    fast = compiled()
    where = _where(groups, touched, n)
    for _ in range(sweeps):
        chance = rng.random((n, size))
        if fast is None:
            _sweep(at, values, chance, rows, touched, group_of, bound)
        else:
            fast.sweep(at, values, chance, rows, bound, *where)
    found: FloatArray = np.rint(at * GRID) / GRID
    return found


def _where(
    groups: Sequence[Sequence[int]], touched: Sequence[NDArray[np.int64]], n: int
) -> tuple[NDArray[np.int64], ...]:
    """For the compiled sweep: the group of each variable, the variables of each group, the rows of each variable."""
    at = {v: k for k, g in enumerate(groups) for v in g}
    return (np.array([at.get(v, -1) for v in range(n)], dtype=np.int64), *_flat(groups), *_flat(touched))


def _flat(lists: Sequence[Sequence[int] | NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lists one after the other, and where each begins and ends."""
    ends = np.cumsum([0, *(len(x) for x in lists)]).astype(np.int64)
    return np.array([v for x in lists for v in x], dtype=np.int64), ends


def _sweep(
    at: FloatArray,
    values: FloatArray,
    chance: FloatArray,
    rows: FloatArray,
    touched: Sequence[NDArray[np.int64]],
    group_of: dict[int, list[int]],
    bound: float,
) -> None:
    """The twin of the compiled sweep."""
    size, n = at.shape
    groups = {id(g): g for g in group_of.values()}.values()
    total = sum((_span(at, g) for g in groups), np.zeros(size))
    for v in range(n):
        low, high = np.full(size, -bound), np.full(size, bound)
        group = group_of.get(v)
        before = _span(at, group) if group else 0.0
        if group:
            others = at[:, [w for w in group if w != v]]
            top, least = others.max(axis=1, initial=0.0), others.min(axis=1, initial=0.0)
            left = bound - (total - before)
            low, high = top - left, least + left
        for r in touched[v]:
            edge = at[:, v] - values[:, r] / rows[r, v]
            if rows[r, v] > 0:
                low = np.maximum(low, edge)
            else:
                high = np.minimum(high, edge)
        new = low + chance[v] * np.maximum(high - low, 0.0)
        values[:, touched[v]] += np.outer(new - at[:, v], rows[touched[v], v])
        at[:, v] = new
        if group:
            total = total - before + _span(at, group)


def _span(at: FloatArray, group: list[int]) -> FloatArray:
    chosen = at[:, group]
    return chosen.max(axis=1, initial=0.0) - chosen.min(axis=1, initial=0.0)
