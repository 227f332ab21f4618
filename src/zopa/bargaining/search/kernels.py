"""Compiled inner loops (extra ``fast``). Each has a numpy twin that returns the same bits.

Twins: :func:`merge2` and :func:`sweep3`, :func:`packed_filter` in ``pareto``; :func:`visit` in ``walks``;
:func:`climb` and :func:`anneal` in ``incumbents``. The dual's float steps (:func:`stats`, :func:`newton`)
only guide the search; integers decide elsewhere.
Imported only by ``fast()`` of the module that uses it, never at import of the room.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any

import numpy as np

from zopa.bargaining.search.heuristics import MOST_MISSED
from zopa.bargaining.search.multipliers import newton as _newton

try:
    from numba import njit
except ImportError:  # importable without the extra; ``dual.fast`` then never uses it

    def njit(**_options):  # type: ignore[no-redef,unused-ignore]
        """Leave the function as it is."""
        return lambda function: function


__all__ = ["anneal", "climb", "load", "merge2", "newton", "packed_filter", "stats", "sweep3", "visit"]

U = np.uint64


@njit(cache=True)
def merge2(a, b, oa, ob):
    """Non-dominated sums of a 2-party staircase (a descending, b ascending) and option vectors."""
    n, k = len(a), len(oa)
    runs_a = np.empty((2, n * k), np.int64)
    runs_b = np.empty((2, n * k), np.int64)
    start = np.zeros(k + 1, np.int64)
    for j in range(k):
        for i in range(n):
            runs_a[0, j * n + i] = a[i] + oa[j]
            runs_b[0, j * n + i] = b[i] + ob[j]
        start[j + 1] = (j + 1) * n
    src = 0
    while k > 1:
        dst = 1 - src
        out = 0
        half = (k + 1) // 2
        fresh = np.zeros(half + 1, np.int64)
        for j in range(half):
            i, ie = start[2 * j], start[2 * j + 1]
            h = ie
            he = start[2 * j + 2] if 2 * j + 2 <= k else h
            best = np.int64(-1)
            while i < ie or h < he:
                left = h >= he or (
                    i < ie
                    and (
                        runs_a[src, i] > runs_a[src, h]
                        or (runs_a[src, i] == runs_a[src, h] and runs_b[src, i] >= runs_b[src, h])
                    )
                )
                if left:
                    x, y = runs_a[src, i], runs_b[src, i]
                    i += 1
                else:
                    x, y = runs_a[src, h], runs_b[src, h]
                    h += 1
                if y > best:
                    best = y
                    runs_a[dst, out] = x
                    runs_b[dst, out] = y
                    out += 1
            fresh[j + 1] = out
        start = fresh
        k = half
        src = dst
    return runs_a[src, : start[k]].copy(), runs_b[src, : start[k]].copy()


@njit(cache=True)
def sweep3(rank, value, n_ranks):
    """Which of the points are not dominated: sorted descending, ``rank`` 0 = largest second total."""
    tree = np.full(n_ranks + 1, np.int64(-1), np.int64)
    keep = np.zeros(len(rank), np.bool_)
    for i in range(len(rank)):
        j = rank[i] + 1
        best = np.int64(-1)
        while j > 0:
            if tree[j] > best:
                best = tree[j]
            j -= j & -j
        if value[i] > best:
            keep[i] = True
            j = rank[i] + 1
            while j <= n_ranks:
                if tree[j] < value[i]:
                    tree[j] = value[i]
                j += j & -j
    return keep


CHUNK, BLOCK, GROUP = 2048, 32, 16


@njit(cache=True)
def _select(keys, lo, hi, mid, shift, mask):
    """Partition keys[lo:hi] so that position ``mid`` holds its field's order statistic."""
    hi -= 1
    while lo < hi:
        pivot = (keys[(lo + hi) // 2] >> shift) & mask
        i, j = lo, hi
        while i <= j:
            while (keys[i] >> shift) & mask < pivot:
                i += 1
            while (keys[j] >> shift) & mask > pivot:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                i += 1
                j -= 1
        if mid <= j:
            hi = j
        elif mid >= i:
            lo = i
        else:
            return


@njit(cache=True)
def _kd_order(keys, lo, hi, bits, parties):
    stack = np.empty((64, 3), np.int64)
    stack[0, 0], stack[0, 1], stack[0, 2] = lo, hi, 0
    top = 1
    mask = U((1 << (bits - 1)) - 1)
    while top:
        top -= 1
        a, b, depth = stack[top, 0], stack[top, 1], stack[top, 2]
        if b - a <= BLOCK:
            continue
        mid = a + ((b - a) // 2 + BLOCK - 1) // BLOCK * BLOCK
        if mid >= b:
            mid = a + BLOCK
        shift = U(bits * (parties - 1 - depth % parties))
        _select(keys, a, b, mid, shift, mask)
        stack[top, 0], stack[top, 1], stack[top, 2] = a, mid, depth + 1
        stack[top + 1, 0], stack[top + 1, 1], stack[top + 1, 2] = mid, b, depth + 1
        top += 2


@njit(cache=True)
def _maxima(keys, lo, hi, bits, parties, out):
    """Field-wise maximum of each block of keys[lo:hi] into out[lo // BLOCK ...]."""
    mask = U((1 << (bits - 1)) - 1)
    for start in range(lo, hi, BLOCK):
        word = U(0)
        for p in range(parties):
            shift = U(bits * p)
            best = U(0)
            for i in range(start, min(start + BLOCK, hi)):
                v = (keys[i] >> shift) & mask
                if v > best:
                    best = v
            word |= best << shift
        out[start // BLOCK] = word


@njit(cache=True)
def packed_filter(keys, bits, parties, guard):
    """Non-dominated keys among distinct packed words, sorted descending."""
    n = len(keys)
    levels = 1
    while CHUNK * (2**levels - 1) < n + CHUNK:
        levels += 1
    room = CHUNK * (2**levels)
    store = np.zeros(room, np.uint64)
    top1 = np.zeros(room // BLOCK + 1, np.uint64)
    top2 = np.zeros(room // (BLOCK * GROUP) + levels + 1, np.uint64)
    count = np.zeros(levels, np.int64)
    kept = np.empty(n, np.uint64)
    n_kept = 0
    scratch = np.empty(room, np.uint64)
    for begin in range(0, n, CHUNK):
        first = n_kept
        for i in range(begin, min(begin + CHUNK, n)):
            x = keys[i]
            beaten = False
            for level in range(levels - 1, -1, -1):
                if count[level] == 0:
                    continue
                off = CHUNK * (2**level - 1)
                end = off + count[level]
                for g in range(off, end, BLOCK * GROUP):
                    if ((top2[g // (BLOCK * GROUP)] | guard) - x) & guard != guard:
                        continue
                    for b in range(g, min(g + BLOCK * GROUP, end), BLOCK):
                        if ((top1[b // BLOCK] | guard) - x) & guard != guard:
                            continue
                        hit = False
                        for j in range(b, min(b + BLOCK, end)):
                            hit |= ((store[j] | guard) - x) & guard == guard
                        if hit:
                            beaten = True
                            break
                    if beaten:
                        break
                if beaten:
                    break
            if not beaten:
                for j in range(first, n_kept):
                    if ((kept[j] | guard) - x) & guard == guard:
                        beaten = True
                        break
            if not beaten:
                kept[n_kept] = x
                n_kept += 1
        # merge what this chunk kept into the first free level that is big enough
        size = n_kept - first
        scratch[:size] = kept[first:n_kept]
        level = 0
        while level < levels - 1 and (count[level] or size > CHUNK * 2**level):
            if count[level]:
                off = CHUNK * (2**level - 1)
                scratch[size : size + count[level]] = store[off : off + count[level]]
                size += count[level]
                count[level] = 0
            level += 1
        off = CHUNK * (2**level - 1)
        store[off : off + size] = scratch[:size]
        count[level] = size
        _kd_order(store, off, off + size, bits, parties)
        _maxima(store, off, off + size, bits, parties, top1)
        mask = U((1 << (bits - 1)) - 1)
        for g in range(off, off + size, BLOCK * GROUP):
            word = U(0)
            for p in range(parties):
                shift = U(bits * p)
                best = U(0)
                for b in range(g, min(g + BLOCK * GROUP, off + size), BLOCK):
                    v = (top1[b // BLOCK] >> shift) & mask
                    if v > best:
                        best = v
                word |= best << shift
            top2[g // (BLOCK * GROUP)] = word
    return kept[:n_kept].copy()


@njit(cache=True, fastmath=True)
def stats(start, s, pen, y, mu):
    """Compiled twin of ``dual.stats``; floats that only guide."""
    n = s.shape[1]
    value = 0.0
    hard = 0.0
    grad = np.zeros(n)
    cov = np.zeros((n, n))
    c = np.empty(len(s))
    mean = np.empty(n)
    for g in range(len(start) - 1):
        a, b = start[g], start[g + 1]
        top = -np.inf
        for i in range(a, b):
            x = -pen[i]
            for p in range(n):
                x += s[i, p] * y[p]
            c[i] = x
            if x > top:
                top = x
        z = 0.0
        for i in range(a, b):
            d = (c[i] - top) / mu
            c[i] = np.exp(d) if d > -40.0 else 0.0
            z += c[i]
        mean[:] = 0.0
        for i in range(a, b):
            w = c[i] / z
            if w == 0.0:
                continue
            for p in range(n):
                x = w * s[i, p]
                mean[p] += x
                for q in range(p + 1):
                    cov[p, q] += x * s[i, q]
        for p in range(n):
            grad[p] += mean[p]
            for q in range(p + 1):
                cov[p, q] -= mean[p] * mean[q]
        hard += top
        value += top + mu * np.log(z)
    for p in range(n):
        for q in range(p):
            cov[q, p] = cov[p, q]
    return value, hard, grad, cov


newton = njit(cache=True)(FunctionType(_newton.__code__, {**_newton.__globals__, "stats": stats}))


@njit(cache=True)
def climb(start, v, low, scale, picks):
    """Best single changes of ``picks`` until the least (u - low) / scale cannot be raised; in place."""
    groups, n = len(start) - 1, v.shape[1]
    u = np.zeros(n)
    for g in range(groups):
        for p in range(n):
            u[p] += v[picks[g], p]
    for _ in range(4 * groups):
        now = np.inf
        total = 0.0
        for p in range(n):
            x = (u[p] - low[p]) / scale[p]
            now = min(now, x)
            total += x
        best, best_sum, best_g, best_k = now, total, -1, -1
        for g in range(groups):
            old = picks[g]
            for k in range(start[g], start[g + 1]):
                least = np.inf
                total = 0.0
                for p in range(n):
                    x = (u[p] - v[old, p] + v[k, p] - low[p]) / scale[p]
                    total += x
                    if x < least:
                        least = x
                        if least < best - 1e-12:
                            break
                if least > best + 1e-12 or (least > best - 1e-12 and total > best_sum + 1e-9):
                    best, best_sum, best_g, best_k = least, total, g, k
        if best_g < 0:
            return now
        for p in range(n):
            u[p] += v[best_k, p] - v[picks[best_g], p]
        picks[best_g] = best_k
    return now


@njit(cache=True)
def anneal(v, floor, aim, plain, cheap, chains, kept, least, words, heat, per_chain, quantiles):
    """Compiled twin of ``incumbents.anneal_numpy``: every chain by itself, all in integers."""
    groups, choices = cheap.shape
    n = v.shape[1]
    after = np.empty(n, np.int64)
    u = np.empty(n, np.int64)
    for r in range(len(chains)):
        picks = chains[r]
        energy = np.int64(0)
        for p in range(n):
            u[p] = 0
            for g in range(groups):
                u[p] += v[picks[g], p]
            short = min(max(aim[r, p] - u[p], 0), MOST_MISSED)
            energy += short * short
        for i in range(words.shape[1]):
            word = words[r, i]
            a, b = ((word & 0xFFFF) * groups) >> 16, (((word >> 24) & 0xFFFF) * groups) >> 16
            take_a = cheap[a, (((word >> 16) & 0xFF) * choices) >> 8]
            take_b = take_a if a == b else cheap[b, (((word >> 40) & 0xFF) * choices) >> 8]
            most = energy + np.int64(heat[i] * per_chain[r] * quantiles[word >> 48])
            new = np.int64(0)
            for p in range(n):
                x = u[p] + v[take_a, p] - v[picks[a], p]
                if a != b:
                    x += v[take_b, p] - v[picks[b], p]
                after[p] = x
                short = min(max(aim[r, p] - x, 0), MOST_MISSED)
                new += short * short
                if new > most:
                    break
            if new > most:
                continue
            u[:] = after
            energy = new
            picks[a], picks[b] = take_a, take_b
            reached = np.iinfo(np.int64).max
            for p in range(n):
                x = u[p] - floor[p]
                if not plain[p] or x < 0:
                    reached = min(reached, x)
            if reached > least[r]:
                least[r] = reached
                kept[r] = picks


@njit(cache=True)
def visit(start, c, floor, zero, power, target, member, row_size, mu, level_ptr, level_rows, cap, max_steps):
    """Compiled twin of ``walks.visit_numpy``: depth first, one choice per level, best first."""
    levels, width = len(start) - 1, c.shape[1]
    n_rows, parties = len(row_size), len(zero)
    # room[g]: what every test has left at level g if all later levels take their best
    room = np.zeros((levels + 1, width), np.int64)
    room[0] = -floor
    loss = c.copy()
    ahead = np.zeros((levels + 1, width), np.int64)
    gap = np.full(levels + 1, np.int64(4 * 10**18))
    for g in range(levels - 1, -1, -1):
        a, b = start[g], start[g + 1]
        for j in range(width):
            top = c[a, j]
            for i in range(a, b):
                top = max(top, c[i, j])
            for i in range(a, b):
                loss[i, j] -= top
            room[0, j] += top
            ahead[g, j] = ahead[g + 1, j] + loss[a, j]
        gap[g] = gap[g + 1]
        if b - a > 1:
            gap[g] = min(gap[g], c[a, 0] - c[a + 1, 0])
    at = np.zeros(levels + 1, np.int64)
    inside = np.zeros(n_rows, np.int64)
    outside = np.zeros(n_rows, np.int64)
    done_rows = np.zeros(levels + 1, np.bool_)
    charged = np.zeros(levels + 1, np.int64)
    found = np.empty((cap, levels), np.int32)
    n_found = 0
    steps = 0
    g = 0
    at[0] = start[0]
    while g >= 0:
        if done_rows[g]:  # undo what the last choice of this level did to the rows
            done_rows[g] = False
            o = at[g] - 1
            for q in range(level_ptr[g], level_ptr[g + 1]):
                r = level_rows[q]
                if member[o, r]:
                    inside[r] -= 1
                else:
                    outside[r] -= 1
        if at[g] >= start[g + 1]:
            g -= 1
            continue
        o = at[g]
        at[g] += 1
        if room[g, 0] - charged[g] + loss[o, 0] < 0:
            at[g] = start[g + 1]
            continue
        before, lost, after = room[g], loss[o], room[g + 1]
        sign = np.int64(0)
        for j in range(width):  # no way out of the loop: many tests at once
            after[j] = before[j] + lost[j]
            sign |= after[j]
        if sign < 0:
            continue
        good = True
        charge = charged[g]
        if n_rows:
            for q in range(level_ptr[g], level_ptr[g + 1]):
                r = level_rows[q]
                if member[o, r]:
                    if inside[r] + 1 == row_size[r]:
                        good = False
                elif outside[r]:
                    charge += mu[r]
            if not good or after[0] < charge:
                continue
        steps += 1
        if steps > max_steps:
            return found[:n_found].copy(), steps, 2
        last = g + 1 == levels
        if not last and n_rows == 0 and after[0] < gap[g + 1]:
            for j in range(1, width):
                if after[j] + ahead[g + 1, j] < 0:
                    good = False
                    break
            if not good:
                continue
            last = True
        if last:
            if target >= 0.0:
                product = 1.0
                for p in range(parties):
                    product *= (
                        np.float64(after[1 + p] + ahead[g + 1, 1 + p] + floor[1 + p] - zero[p]) ** power[p]
                    )
                if product < target:
                    continue
            if n_found == cap:
                return found.copy(), steps, 1
            for h in range(g + 1):
                found[n_found, h] = at[h] - 1
            for h in range(g + 1, levels):
                found[n_found, h] = start[h]
            n_found += 1
            continue
        if n_rows:
            for q in range(level_ptr[g], level_ptr[g + 1]):
                r = level_rows[q]
                if member[o, r]:
                    inside[r] += 1
                else:
                    outside[r] += 1
            done_rows[g] = True
        charged[g + 1] = charge
        g += 1
        at[g] = start[g]
    return found[:n_found].copy(), steps, 0


_WHOLE, _TABLE, _REAL, _REALS = "int64[::1]", "int64[:,::1]", "float64[::1]", "float64[:,::1]"
_SIGNATURES: Mapping[Any, tuple[str, ...]] = {
    merge2: (_WHOLE,) * 4,
    sweep3: (_WHOLE, _WHOLE, "int64"),
    packed_filter: ("uint64[::1]", "int64", "int64", "uint64"),
    newton: (_WHOLE, _REALS, *(_REAL,) * 4, *("float64",) * 5),
    climb: (_WHOLE, _TABLE, _REAL, _REAL, _WHOLE),
    anneal: (
        *(
            _TABLE,
            _WHOLE,
            _TABLE,
            "boolean[::1]",
            _TABLE,
            _TABLE,
            _TABLE,
            _WHOLE,
            _TABLE,
            _REAL,
            _REAL,
            _REAL,
        ),
    ),
    visit: (
        *(_WHOLE, _TABLE, _WHOLE, _WHOLE, _REAL, "float64", "uint8[:,::1]"),
        *(_WHOLE, _WHOLE, _WHOLE, _WHOLE, "int64", "int64"),
    ),
}


def load() -> None:
    """Load or compile every kernel for what it is called with, so that no later call waits for it."""
    for kernel, parts in _SIGNATURES.items():
        kernel.compile(f"({', '.join(parts)})")
