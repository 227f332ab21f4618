"""How many packages are acceptable, exactly, and uniform samples of them.

``ways[s]`` = number of ways to complete the package when the parties still need totals ``s`` (clipped at 0).
For one more group ``ways'[s] = sum over its choices v of ways[max(s - v, 0)]``: on a table padded with its
edge, one shifted addition per choice. Counts exceed 64 bits, so residues modulo several primes are kept and
joined by the Chinese remainder theorem.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining.search.decomposition import Additive, Refusal, minimal_coalitions
from zopa.space import IntArray, Package

__all__ = ["Count", "count", "count_between", "sample", "share"]

MAX_STATES = 30_000_000
MAX_WORK = 2e11
QUICK_WORK = 1e9
MEET_LIMIT = 4_000_000
MOST_COUNTED_SINGLY = 500_000
"""Up to so many packages are simply added up and counted."""

Table = NDArray[np.uint64]


@dataclass(frozen=True)
class Count:
    """Number of acceptable packages: ``low <= n <= high``, equal when exact."""

    low: int
    high: int
    method: str

    @property
    def exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high


def _primes(bits: int, total_bits: int) -> list[int]:
    """Primes just below ``2 ** bits`` whose product exceeds ``2 ** total_bits``."""
    found: list[int] = []
    n, product = 2**bits - 1, 1
    while product.bit_length() <= total_bits + 1:
        if _is_prime(n):
            found.append(n)
            product *= n
        n -= 2
    return found


def _is_prime(n: int) -> bool:
    """Miller-Rabin with the first twelve primes, exact below 2 ** 64."""
    small = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    if n < 41:
        return n in small
    if any(n % p == 0 for p in small):
        return False
    d, r = n - 1, 0
    while d % 2 == 0:
        d, r = d // 2, r + 1
    for a in small:
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


@dataclass(frozen=True)
class _Needs:
    """The counting programme in one direction: groups, what each party needs, where needs can lie."""

    tables: list[IntArray]
    times: list[IntArray]  # how many choices share these scores
    need: tuple[int, ...]
    low: list[tuple[int, ...]]  # least need worth a state before group m
    high: list[tuple[int, ...]]  # largest need that can still be met before group m


def _needs(tables: Sequence[IntArray], need: Sequence[int]) -> _Needs:
    merged, times = [], []
    for t in tables:
        rows, counts = np.unique(t, axis=0, return_counts=True)
        merged.append(rows)
        times.append(counts)
    order = sorted(range(len(merged)), key=lambda g: len(merged[g]))
    merged, times = [merged[g] for g in order], [times[g] for g in order]
    need = tuple(max(0, int(n)) for n in need)
    tops = [t.max(axis=0) for t in merged]
    rest = np.sum(tops, axis=0) if tops else np.zeros(len(need), np.int64)
    low, high = [need], [need]
    gone = np.zeros(len(need), np.int64)
    for top in tops:
        gone, rest = gone + top, rest - top
        high.append(tuple(int(min(n, r)) for n, r in zip(need, rest, strict=True)))
        low.append(tuple(int(max(0, n - g)) for n, g in zip(need, gone, strict=True)))
    return _Needs(merged, times, need, low, high)


def _shape(n: _Needs, m: int) -> tuple[int, ...]:
    return tuple(max(0, h - lo + 1) for lo, h in zip(n.low[m], n.high[m], strict=True))


def _states(n: _Needs) -> int:
    return max(math.prod(_shape(n, m)) for m in range(len(n.low)))


def _step(n: _Needs, m: int, after: Table, prime: int, stop: Callable[[], bool] = lambda: False) -> Table:
    """Ways before group m from those after it, modulo one prime; :class:`Refusal` where it is stopped.

    A need above ``high`` cannot be met (0 ways); one below ``low`` does not occur from the start; a need
    clipped at 0 is an entry of the table only while ``low`` is 0.
    """
    out = np.zeros(_shape(n, m), np.uint64)
    if out.size == 0 or after.size == 0:
        return out
    room = prime.bit_length()
    burst, pending = max(1, 2 ** (64 - room) - 1), 1
    for v, t in zip(n.tables[m], n.times[m], strict=True):
        if stop():
            raise Refusal("counting was stopped")
        if pending + int(t) > burst:
            out %= np.uint64(prime)
            pending = 1
        pending += int(t)
        _add_shifted(n, m, out, after, v, times=int(t), prime=prime)
    out %= np.uint64(prime)
    return out


def _add_shifted(n: _Needs, m: int, out: Table, after: Table, v: IntArray, times: int, prime: int) -> None:
    """out[s] += times * after[max(s - v, 0)], the part where s <= v reading the edge."""
    pieces = [(out, after)]
    for axis, shift in enumerate(int(x) for x in v):
        low, low2 = n.low[m][axis], n.low[m + 1][axis]
        high, high2 = n.high[m][axis], n.high[m + 1][axis]
        split = []
        for sink, source in pieces:
            head = [slice(None)] * out.ndim
            a, b = max(low, low2 + shift), min(high, high2 + shift)
            if a <= b:
                tail = [slice(None)] * out.ndim
                tail[axis], head[axis] = (
                    slice(a - low, b - low + 1),
                    slice(a - shift - low2, b - shift - low2 + 1),
                )
                split.append((sink[tuple(tail)], source[tuple(head)]))
            if low2 == 0 and low < shift:  # needs below the shift are met: read the entry at 0
                edge, first = [slice(None)] * out.ndim, [slice(None)] * out.ndim
                edge[axis], first[axis] = slice(0, min(shift, high + 1) - low), slice(0, 1)
                split.append((sink[tuple(edge)], source[tuple(first)]))
        pieces = split
    for sink, source in pieces:
        if times == 1:
            np.add(sink, source, out=sink)
        else:
            np.add(
                sink,
                source * np.uint64(times) if times * prime < 2**63 else source * np.uint64(times % prime),
                out=sink,
            )


def _bits(n: _Needs) -> int:
    """Word size of the residues: room for the longest run of additions between two reductions."""
    longest = max((int(t.max()) for t in n.times), default=1)
    width = max((int(t.sum()) for t in n.times), default=1)
    return 62 - min(max(longest.bit_length(), width.bit_length()), 24)


def _check_size(n: _Needs, packages: int, stop_work: float) -> None:
    states = _states(n)
    work = sum(math.prod(_shape(n, m)) * len(n.tables[m]) for m in range(len(n.tables)))
    rounds = packages.bit_length() / _bits(n) + 1
    if states > MAX_STATES or work * rounds > stop_work:
        raise Refusal(f"counting would need {states} states and {work * rounds:.1e} additions")


def _ways(
    tables: Sequence[IntArray], need: Sequence[int], stop: Callable[[], bool], work: float = MAX_WORK
) -> int:
    """Number of choices, one per table, whose totals are >= need."""
    packages = math.prod(len(t) for t in tables)
    if packages == 0:
        return 0
    n = _needs(tables, need)
    _check_size(n, packages, work)
    value, modulus = 0, 1
    for prime in _primes(_bits(n), packages.bit_length()):
        table: Table = np.ones(_shape(n, len(n.tables)), np.uint64)
        for m in range(len(n.tables) - 1, -1, -1):
            table = _step(n, m, table, prime, stop)
        residue = int(table.reshape(-1)[0]) if table.size else 0
        value += modulus * ((residue - value) * pow(modulus, -1, prime) % prime)
        modulus *= prime
    return value


def _over_coalitions(form: Additive, ways: Callable[[Sequence[int]], int]) -> int:
    """Packages acceptable to at least one sufficient coalition, by inclusion and exclusion on their unions.

    Grouping by who must accept: the number for a set of parties is the number of packages that all of them
    accept; the union over the minimal coalitions follows with signs.
    """
    coalitions = [frozenset(c) for c in minimal_coalitions(form.space)]
    signs: dict[frozenset[int], int] = {}
    for c in coalitions:
        fresh: dict[frozenset[int], int] = {c: 1}
        for s, sign in signs.items():
            fresh[s | c] = fresh.get(s | c, 0) - sign
        for s, sign in fresh.items():
            signs[s] = signs.get(s, 0) + sign
    total = 0
    for s, sign in signs.items():
        if sign:
            total += sign * ways([n if p in s else 0 for p, n in enumerate(form.need)])
    return total


def count(form: Additive, *, stop: Callable[[], bool] = lambda: False, quick: bool = False) -> Count:
    """Number of packages in the zone: exact where the states fit, certified bounds otherwise.

    ``quick`` refuses what takes more than a moment.

    Raises
    ------
    Refusal
        Rules span the groups, or it was stopped.
    """
    packages = math.prod(len(t) for t in form.tables)
    if packages <= MOST_COUNTED_SINGLY:
        n = _singly(form)
        return Count(n, n, "one by one")
    form.without_rows("counting")
    try:
        work = QUICK_WORK if quick else MAX_WORK
        n = _over_coalitions(form, lambda need: _ways(form.tables, need, stop, work))
        return Count(n, n, "need table with residues")
    except Refusal:
        if stop() or quick:
            raise
    if form.n_parties == 2 and form.space.unanimous and _halves(form) is not None:
        n = _meet(form)
        return Count(n, n, "meet in the middle")
    return count_between(form, stop=stop)


def _singly(form: Additive) -> int:
    """Packages of a small space, one by one."""
    sizes = [len(t) for t in form.tables]
    at = np.indices(sizes).reshape(len(sizes), -1)
    totals = sum(
        (t[k] for t, k in zip(form.tables, at, strict=True)), np.zeros((1, form.n_parties), np.int64)
    )
    accepts = totals >= np.array(form.need)
    ok = accepts.sum(axis=1) >= form.space.at_least
    ok &= accepts[:, np.flatnonzero(form.space.required)].all(axis=1)
    for row in form.rows:
        ok &= ~np.logical_and.reduce([mask[at[g]] for g, mask in row.parts])
    return int(ok.sum())


def count_between(form: Additive, *, work: float = 2e10, stop: Callable[[], bool] = lambda: False) -> Count:
    """Certified bounds on a coarser grid: scores rounded down count too few, rounded up too many."""
    form.without_rows("counting")
    steps = 2000
    while True:
        try:
            low, high = _on_grid(form, steps, stop, work)
            return Count(low, high, f"bounds on a grid of {steps} steps per party")
        except Refusal:
            if stop() or steps < 4:
                raise
            steps = steps * 2 // 3


def _on_grid(form: Additive, steps: int, stop: Callable[[], bool], work: float) -> tuple[int, int]:
    """Bounds of a union over coalitions: at least the largest of them, at most the sum of all."""
    needs = [[n if p in c else 0 for p, n in enumerate(form.need)] for c in minimal_coalitions(form.space)]
    low = max(_coarse(form, need, steps, False, stop, work) for need in needs)
    return low, sum(_coarse(form, need, steps, True, stop, work) for need in needs)


def _coarse(
    form: Additive, need: Sequence[int], steps: int, up: bool, stop: Callable[[], bool], work: float
) -> int:
    cell = np.array([max(max(0, n) // steps, 1) for n in need], np.int64)
    tables = [-(-t // cell) if up else t // cell for t in form.tables]
    return _ways(tables, [-(-max(0, n) // int(c)) for n, c in zip(need, cell, strict=True)], stop, work)


# ---- meet in the middle -----------------------------------------------------------------------------------
def _halves(form: Additive) -> tuple[list[IntArray], list[IntArray]] | None:
    """Two halves of at most MEET_LIMIT packages each, or None."""
    halves: tuple[list[IntArray], list[IntArray]] = ([], [])
    size = [1, 1]
    for t in sorted(form.tables, key=len, reverse=True):
        k = 0 if size[0] <= size[1] else 1
        halves[k].append(t)
        size[k] *= len(t)
    return None if max(size) > 10 * MEET_LIMIT else halves


def _sums(tables: Sequence[IntArray]) -> IntArray:
    total = np.zeros((1, 2), np.int64)
    for t in tables:
        total = (total[:, None, :] + t[None, :, :]).reshape(-1, 2)
    return total


def _meet(form: Additive) -> int:
    """Pairs of half packages whose sums reach both needs: sort by one party, count ranks of the other."""
    halves = _halves(form)
    assert halves is not None
    a, b = (_sums(h) for h in halves)
    need = form.need
    a = a[np.argsort(need[0] - a[:, 0], kind="stable")]  # what it asks of party 0 ascending
    b = b[np.argsort(-b[:, 0], kind="stable")]
    partners = np.searchsorted(-b[:, 0], -(need[0] - a[:, 0]), side="right")
    order = np.argsort(b[:, 1], kind="stable")
    ask = np.searchsorted(b[order, 1], need[1] - a[:, 1], side="left")
    rank = np.empty(len(b), np.int64)
    rank[order] = np.arange(len(b))
    return _dominance_pairs(rank, partners, ask)


def _dominance_pairs(rank: IntArray, partners: IntArray, ask: IntArray) -> int:
    """Sum over i of #{j < partners[i] : rank[j] >= ask[i]}, a bit of the rank at a time (wavelet counts)."""
    total = np.zeros(len(ask), np.int64)
    values, end, at = rank, partners.copy(), np.zeros(len(ask), np.int64)
    for bit in range(len(rank).bit_length(), -1, -1):
        ones = values >> bit & 1
        zeros_before = np.concatenate([[0], np.cumsum(1 - ones)])
        n_zero = int(zeros_before[-1])
        want = ask >> bit & 1
        here0, end0 = zeros_before[at], zeros_before[end]
        ones_in = (end - end0) - (at - here0)
        total += np.where(want == 0, ones_in, 0)
        at = np.where(want == 0, here0, n_zero + at - here0)
        end = np.where(want == 0, end0, n_zero + end - end0)
        values = np.concatenate([values[ones == 0], values[ones == 1]])
    return int((total + (end - at)).sum())


# ---- sampling ---------------------------------------------------------------------------------------------
def sample(form: Additive, n: int, seed: int, *, stop: Callable[[], bool] = lambda: False) -> list[Package]:
    """``n`` independent packages of the zone, each with the same probability; [] when the zone is empty.

    Walks the counting programme forwards, every choice with probability proportional to the exact number of
    packages behind it. Needs unanimity and independent groups.
    """
    form.without_rows("sampling")
    if not form.space.unanimous:
        raise Refusal(
            "uniform sampling walks one set of reservation values; here several coalitions can agree"
        )
    if not form.possible:
        return []
    rng = np.random.default_rng(seed)
    plan = _needs(form.tables, form.need)
    packages = math.prod(len(t) for t in form.tables)
    _check_size(plan, packages, MAX_WORK / 4)
    primes = _primes(_bits(plan), packages.bit_length())
    groups = len(plan.tables)
    order = sorted(range(groups), key=lambda g: len(np.unique(form.tables[g], axis=0)))
    stride = max(1, math.isqrt(groups))
    kept = {groups: [np.ones(_shape(plan, groups), np.uint64) for _ in primes]}
    layer = kept[groups]
    for m in range(groups - 1, -1, -1):
        if stop():
            raise Refusal("sampling was stopped")
        layer = [_step(plan, m, t, p) for t, p in zip(layer, primes, strict=True)]
        if m % stride == 0:
            kept[m] = layer
    if _exact(kept[0], (0,) * form.n_parties, primes) == 0:
        return []
    states = np.tile(np.array(plan.need, np.int64), (n, 1))
    picks = np.zeros((n, groups), np.int64)
    block: dict[int, list[Table]] = {}
    for m in range(groups):
        if m + 1 not in kept and m + 1 not in block:
            block = _block(plan, kept, m + 1, primes)
        after = kept.get(m + 1) or block[m + 1]
        _walk_one(form, plan, order[m], m, after, primes=primes, states=states, picks=picks, rng=rng)
    return [form.package(row) for row in picks]


def _block(
    plan: _Needs, kept: dict[int, list[Table]], m: int, primes: Sequence[int]
) -> dict[int, list[Table]]:
    """Layers m up to the next kept one, worked out again."""
    top = min(k for k in kept if k >= m)
    layer, block = kept[top], {}
    for j in range(top - 1, m - 1, -1):
        layer = [_step(plan, j, t, p) for t, p in zip(layer, primes, strict=True)]
        block[j] = layer
    return block


def _exact(layer: Sequence[Table], index: tuple[int, ...], primes: Sequence[int]) -> int:
    value, modulus = 0, 1
    for table, prime in zip(layer, primes, strict=True):
        residue = int(table[index]) if table.size else 0
        value += modulus * ((residue - value) * pow(modulus, -1, prime) % prime)
        modulus *= prime
    return value


def _walk_one(
    form: Additive,
    plan: _Needs,
    group: int,
    m: int,
    after: Sequence[Table],
    primes: Sequence[int],
    states: IntArray,
    picks: IntArray,
    rng: np.random.Generator,
) -> None:
    """Choose the option of one group for every sample; states become what is needed after it."""
    table = form.tables[group]
    low, high = np.array(plan.low[m + 1]), np.array(plan.high[m + 1])
    for state in np.unique(states, axis=0):
        mine = np.flatnonzero((states == state).all(axis=1))
        left = np.maximum(state - table, 0)
        weights = [_exact(after, tuple(row - low), primes) if (row <= high).all() else 0 for row in left]
        total = sum(weights)
        edges = np.cumsum(np.array(weights, dtype=object))
        for i in mine:
            ticket = _below(rng, total)
            k = next(j for j, edge in enumerate(edges) if ticket < edge)
            picks[i, group] = k
            states[i] = left[k]


def _below(rng: np.random.Generator, n: int) -> int:
    """A uniform integer in [0, n) of any size."""
    bits = n.bit_length()
    while True:
        words = [int(w) for w in rng.integers(0, 2**32, -(-bits // 32), dtype=np.uint64)]
        value = sum(w << (32 * i) for i, w in enumerate(words)) >> (-(-bits // 32) * 32 - bits)
        if value < n:
            return value


def share(count: Count, form: Additive) -> tuple[Fraction, Fraction]:
    """Share of all packages that the rules allow which are acceptable, as bounds."""
    everything = math.prod(len(t) for t in form.tables)
    return (
        (Fraction(count.low, everything), Fraction(count.high, everything))
        if everything
        else (Fraction(0), Fraction(0))
    )
