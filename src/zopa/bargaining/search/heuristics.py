"""Good packages without a proof: the tree closes sooner the better the best package known to it.

:func:`climb` takes best single changes. :func:`anneal` changes two groups at random in many chains at once
and forgives a loss the less often the larger it is; what it lowers is not the least gain, which most moves
leave alone, but the sum of squares of what the parties miss to an aim a little above the best known.
All of it in integers and with one stream of chance, so that the compiled twins find the same packages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining.search.multipliers import Flat, FloatArray, fast
from zopa.space import IntArray

__all__ = ["anneal", "anneal_numpy", "climb", "climb_numpy"]

UNIT = 1 << 20
MOST_MISSED = 1 << 28  # its square, summed over 100 parties, stays below 2**63
CHAINS = 64
AIMS = np.geomspace(0.006, 0.05, CHAINS) * UNIT  # cases differ in which of them finds most
HOT, COLD = 0.16, 0.02  # of the squared aim
BLOCK = 2048
SHOWN = 8
QUANTILES = -np.log((np.arange(256) + 0.5) / 256)


def climb(flat: Flat, low: IntArray, scale: FloatArray, picks: IntArray) -> None:
    """Best single changes of ``picks`` until the least ``(u - low) / scale`` cannot be raised; in place."""
    k = fast()
    step = climb_numpy if k is None else k.climb
    step(flat.start, flat.v, low.astype(float), scale, picks)


def climb_numpy(start: IntArray, v: IntArray, low: FloatArray, scale: FloatArray, picks: IntArray) -> float:
    """Numpy twin of ``kernels.climb``: same moves, ties by position."""
    group = np.repeat(np.arange(len(start) - 1), np.diff(start))
    u = v[picks].sum(axis=0).astype(float)
    now = float(((u - low) / scale).min())
    for _ in range(4 * (len(start) - 1)):
        x = (u - v[picks][group] + v - low) / scale
        least, total = x.min(axis=1), x.sum(axis=1)
        here = ((u - low) / scale).min()
        k = int(np.lexsort((-total, -np.round(least, 12)))[0])
        better = least[k] > here + 1e-12 or (
            least[k] > here - 1e-12 and total[k] > ((u - low) / scale).sum() + 1e-9
        )
        now = float(here)
        if not better:
            return now
        u += v[k] - v[picks[group[k]]]
        picks[group[k]] = k
    return now


def anneal(
    s: FloatArray,
    low: FloatArray,
    plain: NDArray[np.bool_],
    cheap: IntArray,
    picks: IntArray,
    moves: int,
    rng: np.random.Generator,
    stop: Callable[[], bool],
) -> IntArray:
    """The best packages that annealing met, best first, at most ``SHOWN``: shape (n, n_groups).

    After Kirkpatrick, Gelatt, Vecchi (1983), Optimization by simulated annealing, Science 220. Nothing is
    promised: they are packages to start from.

    Parameters
    ----------
    s : array, shape (n_choices, n_parties)
        Scaled scores; ``low`` are the scaled totals to be reached, then surpassed.
    plain : per party
        Whether ``low`` is only a condition, not to be surpassed.
    cheap : array of int, shape (n_groups, n)
        Positions in ``s`` of the choices to try, per group.
    picks : array, shape (n_groups,)
        The package to start from, as positions in ``s``.
    moves : int
        Changes to try, over all chains.
    stop : callable
        True ends it with what was met so far.
    """
    v = np.rint(s * UNIT).astype(np.int64)
    floor = np.rint(low * UNIT).astype(np.int64)
    aim = floor + np.where(plain, 0, AIMS.astype(np.int64)[:, None])
    chains = np.repeat(picks[None], CHAINS, axis=0)
    kept = chains.copy()
    least = np.full(CHAINS, np.iinfo(np.int64).min)
    steps = max(1, moves // CHAINS)
    k = fast()
    run = anneal_numpy if k is None else k.anneal
    for first in range(0, steps, BLOCK):
        if stop():
            break
        heat = HOT * (COLD / HOT) ** (np.arange(first, min(first + BLOCK, steps)) / steps)
        words = rng.integers(0, 1 << 56, (CHAINS, len(heat)))
        run(v, floor, aim, plain, cheap, chains, kept, least, words, heat, AIMS * AIMS, QUANTILES)
    return kept[np.argsort(-least, kind="stable")[:SHOWN]]


def anneal_numpy(
    v: Any,
    floor: Any,
    aim: Any,
    plain: Any,
    cheap: Any,
    chains: Any,
    kept: Any,
    least: Any,
    words: Any,
    heat: Any,
    per_chain: Any,
    quantiles: Any,
) -> None:
    """Move every chain once per column of ``words``; in place. ``kept`` are the packages with most ``least``.

    A word holds the two groups (16 bits each), a choice of each and the quantile of the loss that is
    forgiven (8 bits each).
    """
    groups, choices = cheap.shape
    every = np.arange(len(chains))
    u = v[chains].sum(axis=1)

    def missed(u: IntArray) -> IntArray:
        short = np.minimum(np.maximum(aim - u, 0), MOST_MISSED)
        return np.asarray((short * short).sum(axis=1))

    def margin(u: IntArray) -> IntArray:
        x = u - floor
        return np.asarray(np.where(plain & (x >= 0), np.iinfo(np.int64).max, x).min(axis=1))

    energy = missed(u)
    for word, hot in zip(words.T, heat, strict=True):
        a, b = ((word & 0xFFFF) * groups) >> 16, (((word >> 24) & 0xFFFF) * groups) >> 16
        take_a = cheap[a, (((word >> 16) & 0xFF) * choices) >> 8]
        take_b = np.where(a == b, take_a, cheap[b, (((word >> 40) & 0xFF) * choices) >> 8])
        after = u + v[take_a] - v[chains[every, a]]
        after += np.where((a == b)[:, None], 0, v[take_b] - v[chains[every, b]])
        new = missed(after)
        go = np.flatnonzero(new <= energy + (hot * per_chain * quantiles[word >> 48]).astype(np.int64))
        u[go], energy[go] = after[go], new[go]
        chains[go, a[go]] = take_a[go]
        chains[go, b[go]] = take_b[go]
        reached = margin(u[go])
        better = reached > least[go]
        least[go[better]] = reached[better]
        kept[go[better]] = chains[go[better]]
