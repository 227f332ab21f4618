"""Draws of uncertain inputs: the same bits for the same seed, however the chunks are shared out.

A law is an assumption like any other: uniform on marginals is not uniform on weights times values.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHUNK", "FEW", "GRID", "chunks", "compiled", "uniform_walks"]

CHUNK = 1024
"""Draws per chunk; fixed, so that no result depends on how many workers share the chunks."""
GRID = 2.0**38
"""Draws are whole multiples of 1 / GRID, so that sums of marginals below 2**15 are exact in any order: what is counted
depends neither on the machine's linear algebra nor on its threads."""
KERNELS = "zopa.space.draw_kernels"
FEW = 512
"""Draws below which loading the kernels takes longer than their twin."""
FloatArray = NDArray[np.float64]


def compiled(load: bool = True) -> Any:
    """The compiled kernels, or None in the plain install; without ``load`` only if they are loaded already."""
    if not load and KERNELS not in sys.modules:
        return None
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
    load: bool = True,
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
    load : whether the compiled kernels may be loaded for it; the bits are the same without them.

    Returns
    -------
    array, shape (size, n_variables)
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    parts = [list(g) for g in groups if len(g)]
    part_of = {v: k for k, g in enumerate(parts) for v in g}
    scale = bound / 2 / max(sum(float(_span(start[g])) for g in parts), float(np.abs(start).max()), 1e-12)
    at = np.tile((start * scale)[:, None], (1, size))
    values = np.tile((rows @ start * scale)[:, None], (1, size))
    fast = compiled(load)
    if fast is None:
        _walk(at, values, rows, parts, rng, sweeps=sweeps, bound=bound)
    else:
        at, values = np.ascontiguousarray(at.T), np.ascontiguousarray(values.T)
        touched = [np.flatnonzero(rows[:, v]).tolist() for v in range(len(start))]
        where = (np.array([part_of.get(v, -1) for v in range(len(start))]), *_flat(parts), *_flat(touched))
        for _ in range(sweeps):
            fast.sweep(at, values, rng.random((len(start), size)), rows, bound, *where)
        at = at.T
    found: FloatArray = np.rint(at.T * GRID) / GRID
    return found


def _flat(lists: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lists one after the other, and where each begins and ends."""
    ends = np.cumsum([0, *(len(x) for x in lists)]).astype(np.int64)
    return np.array([v for x in lists for v in x], dtype=np.int64), ends


def _walk(
    at: FloatArray,
    values: FloatArray,
    rows: FloatArray,
    parts: Sequence[list[int]],
    rng: np.random.Generator,
    sweeps: int,
    bound: float,
) -> None:
    """The twin of the compiled sweeps: one row per variable and per inequality, so that every step works on whole rows."""
    size = at.shape[1]
    part_of = {v: k for k, g in enumerate(parts) for v in g}
    spans = [_span(at[g]) for g in parts]
    steps = [_step(rows, v, parts[part_of[v]] if v in part_of else []) for v in range(rows.shape[1])]
    for _ in range(sweeps):
        total = sum(spans, np.zeros(size))
        for v, (others, falling, rising, factors) in enumerate(steps):
            here, part = at[v], part_of.get(v)
            if part is None:
                low, high = np.full(size, -bound), np.full(size, bound)
            else:
                rest, left = at[others], bound - (total - spans[part])
                low, high = rest.max(axis=0, initial=0.0) - left, rest.min(axis=0, initial=0.0) + left
            touched = [*falling, *rising]
            edges = here - values[touched] / factors
            low = np.maximum(low, edges[len(falling) :].max(axis=0, initial=-np.inf))
            high = np.minimum(high, edges[: len(falling)].min(axis=0, initial=np.inf))
            new = low + rng.random(size) * np.maximum(high - low, 0.0)
            values[touched] += (new - here) * factors
            at[v] = new
            if part is not None:
                now = _span(at[parts[part]])
                total = total - spans[part] + now
                spans[part] = now


def _step(
    rows: FloatArray, v: int, part: Sequence[int]
) -> tuple[list[int], list[int], list[int], FloatArray]:
    """For a variable: the others of its group, the rows that it lowers, those that it raises, and its factors."""
    falling, rising = np.flatnonzero(rows[:, v] < 0).tolist(), np.flatnonzero(rows[:, v] > 0).tolist()
    return [w for w in part if w != v], falling, rising, rows[[*falling, *rising], v][:, None]


def _span(at: FloatArray) -> FloatArray:
    """From the least to the largest of the rows and 0."""
    span: FloatArray = at.max(axis=0, initial=0.0) - at.min(axis=0, initial=0.0)
    return span
