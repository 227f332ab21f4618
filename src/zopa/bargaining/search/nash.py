"""The Nash product over a sum: multipliers bound it, integers decide, few packages are left to look at.

Weighted AM-GM: for integers ``lam >= 0`` (positive for the parties of the product), weights ``w`` with sum W
and gains ``g > 0``::

    prod g_p ** w_p  <=  prod w_p ** w_p * (lam . g / W) ** W / prod lam_p ** w_p .

So a package with product at least N has ``lam . g >= y``, the least integer with
``y ** W >= W ** W * prod lam_p ** w_p * N / prod w_p ** w_p``, and loses at most ``L(lam) - y`` against the
best package for the weights ``lam``. The gap is of second order, so one vector usually does.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from zopa.bargaining.search.branch_and_bound import SearchRun, Stop, Target, branch, never, search, split
from zopa.bargaining.search.decomposition import Additive, BoolArray, minimal_coalitions
from zopa.bargaining.search.enumeration import DONE, FULL, WalkPlan, rows_matrix
from zopa.bargaining.search.linear import nash_charges
from zopa.bargaining.search.multipliers import FloatArray, flatten, nash_multipliers
from zopa.space import IntArray

__all__ = ["Best", "Nash", "larger_sets", "nash", "nash_over", "threshold"]

WALK_STEPS = 30_000
CAP = 4096
UNIT_BITS = 52
FIRST_SHARE = 4096  # the first walk of a box may lose so small a part of its budget; then four times as much


def threshold(lam: Sequence[int], members: Sequence[int], weights: Sequence[int], product: int) -> int:
    """Least ``lam . g`` of a package whose weighted gain product is at least ``product``."""
    total = sum(weights)
    top = total**total * product * math.prod(int(lam[p]) ** w for p, w in zip(members, weights, strict=True))
    return _root_up(-(-top // math.prod(w**w for w in weights)), total)


def _root_up(n: int, k: int) -> int:
    """Least y >= 0 with y ** k >= n."""
    if n <= 0:
        return 0
    y = 1 << -(-n.bit_length() // k)
    while True:  # Newton from above
        z = ((k - 1) * y + n // y ** (k - 1)) // k
        if z >= y:
            break
        y = z
    return y if y**k >= n else y + 1


@dataclass(frozen=True)
class Best:
    """A package as picks, its totals and its weighted gain product."""

    picks: tuple[int, ...]
    totals: tuple[int, ...]
    product: int


@dataclass
class Nash:
    """Outcome of a Nash search.

    ``best`` holds all packages with a product of at least the k-th best product, best first (ties included).
    ``members`` are the parties whose gains are multiplied; those left out stay at their reservation value.
    ``strict``: ties were too many to list; only that nothing is better is shown.
    ``bound`` is an upper bound on the product when the search was stopped.
    """

    members: tuple[int, ...]
    weights: tuple[int, ...]
    floors: tuple[int, ...]
    best: list[Best] = field(default_factory=list)
    proven: bool = True
    bound: float | None = None
    nodes: int = 0
    steps: int = 0
    log: list[list[object]] | None = field(default_factory=list)
    mu: list[int] = field(default_factory=list)
    empty: SearchRun | None = None
    strict: bool = False


class _Kept:
    """The packages found so far and the product that counts: that of the k-th best package."""

    def __init__(
        self, form: Additive, floors: IntArray, members: Sequence[int], weights: Sequence[int], k: int
    ) -> None:
        self.form, self.floors, self.members, self.weights, self.k = form, floors, members, weights, k
        self.found: dict[tuple[int, ...], Best] = {}
        self.strict = False
        self.top = 0

    def offer(self, picks: Sequence[int] | IntArray) -> None:
        key = tuple(int(x) for x in picks)
        if key in self.found or not self.form.obeys(key):
            return
        totals = self.form.totals(key)
        if any(u < f for u, f in zip(totals, self.floors, strict=True)):
            return
        gains = [totals[p] - self.form.need[p] for p in self.members]
        product = math.prod(g**w for g, w in zip(gains, self.weights, strict=True))
        if self.strict:
            if product <= (self.top if self.k == 1 else self.least):
                return
            if self.k == 1:
                # Boxes closed so far hold nothing above the old product, so no tie of the new one either.
                self.strict, self.found = False, {}
        self.found[key] = Best(key, totals, product)
        self.top = max(self.top, product)
        if len(self.found) > 4 * CAP:
            self.trim()
            # Ties that fill the list are not collected: the search goes on for what is strictly better.
            self.strict = self.k == 1 and len(self.found) > CAP

    def trim(self) -> None:
        least = self.least
        self.found = {k: b for k, b in self.found.items() if b.product >= least}

    @property
    def least(self) -> int:
        """Product of the k-th best package; 1 while there are fewer (every gain is at least 1)."""
        if len(self.found) < self.k:
            return 1
        if self.k == 1:
            return self.top
        return heapq.nlargest(self.k, (b.product for b in self.found.values()))[-1]

    @property
    def wanted(self) -> int:
        """Least product worth finding: a tie with the k-th best, or better when ties are too many."""
        return self.least + self.strict

    def ranked(self) -> list[Best]:
        self.trim()
        return sorted(self.found.values(), key=lambda b: (-b.product, self.form.package(b.picks)))


class _NashSearch:
    """One Nash search over one set of members; see :func:`nash_over`."""

    def __init__(
        self, form: Additive, floors: Sequence[int], members: Sequence[int], weights: Sequence[int], k: int
    ) -> None:
        self.form, self.members, self.weights = form, tuple(members), tuple(weights)
        self.flat = flatten(form.tables)
        self.floors = np.array(floors, np.int64)
        for p in members:
            self.floors[p] = max(self.floors[p], form.need[p] + 1)
        ideal = [form.largest[p] - form.need[p] for p in range(form.n_parties)]
        self.scale = np.array([max(1, x) for x in ideal], float)
        self.s = np.ascontiguousarray(self.flat.v / self.scale)
        self.kept = _Kept(form, self.floors, self.members, self.weights, k)
        self.member = rows_matrix(form.rows, self.flat) if form.rows else None
        self.row_groups = [[g for g, _ in row.parts] for row in form.rows]
        self.mu = np.zeros(len(form.rows), np.int64)
        self.pen = np.zeros(len(self.flat.v))
        self.const = 0
        self.unit = 0.0

    def multipliers(self, allowed: BoolArray) -> FloatArray:
        """Dual multipliers of the box for the members; 0 for the others."""
        inside, where = self.flat.only(allowed)
        cols = list(self.members)
        zero = np.array([self.form.need[p] for p in cols]) / self.scale[cols]
        w = np.array(self.weights, float)
        pen = self.pen[where]
        # the constant of the rows is one more total that everybody shares: fold it into the first group
        shift = np.zeros(len(where))
        shift[: inside.start[1]] = -self.const / self.unit if self.unit else 0.0
        y, _ = nash_multipliers(
            np.ascontiguousarray(self.s[where][:, cols]), inside.start, pen + shift, zero, w
        )
        full = np.zeros(self.form.n_parties)
        full[cols] = y
        return full

    def charge(self, mu: FloatArray) -> None:
        """Take charges for the rows (in the scale of the dual)."""
        largest = np.array(self.form.largest, float)
        rough = sum(
            w * b / max(1.0, b - n)
            for w, b, n in zip(
                self.weights,
                largest[list(self.members)],
                np.array(self.form.need)[list(self.members)],
                strict=True,
            )
        )
        self.unit = 2.0 ** (UNIT_BITS - 4) / max(1.0, rough * 4)
        self.mu = np.rint(mu * self.unit).astype(np.int64)
        assert self.member is not None
        self.pen = (self.member.astype(np.int64) @ self.mu) / self.unit
        self.const = sum(int(m) * (len(g) - 1) for m, g in zip(self.mu, self.row_groups, strict=True))

    def integers(self, y: FloatArray) -> IntArray:
        """Multipliers as integers, at least 1 for members, losses within 64 bits."""
        rate = y / self.scale
        unit = self.unit or 2.0**UNIT_BITS / max(
            1e-300, float(rate.max()), float(rate @ np.array(self.form.largest, float))
        )
        lam = np.rint(np.minimum(rate * unit, 2.0**58)).astype(np.int64)
        lam[list(self.members)] = np.maximum(lam[list(self.members)], 1)
        return lam

    def climb(self, allowed: BoolArray, y: FloatArray) -> None:
        """From the zero-loss package, best single changes of the sum of w log gain; integers decide."""
        sub, where = self.flat.only(allowed)
        picks = sub.best(self.s[where] @ y - self.pen[where])
        need = np.array(self.form.need)
        cols = list(self.members)
        w = np.array(self.weights, float)
        v = sub.v[:, cols].astype(float)
        u = v[picks].sum(axis=0)
        for _ in range(3 * sub.n_groups):
            gain = u - v[picks][sub.group] + v - need[cols]
            score = (
                np.where(
                    gain > 0, np.log(np.maximum(gain, 1e-9) / self.scale[cols]), gain / self.scale[cols] - 50
                )
                @ w
            )
            here = u - need[cols]
            now = (
                np.where(
                    here > 0, np.log(np.maximum(here, 1e-9) / self.scale[cols]), here / self.scale[cols] - 50
                )
                @ w
            )
            best = int(np.argmax(score))
            if score[best] <= now + 1e-12:
                break
            u += v[best] - v[picks[sub.group[best]]]
            picks[sub.group[best]] = best
        self.kept.offer(where[picks] - self.flat.start[:-1])

    def budget(self, lam: IntArray, allowed: BoolArray) -> tuple[int, IntArray, IntArray]:
        """What a package as good as the k-th best may lose in this box; reduced scores; their maxima."""
        c = self.flat.v @ lam
        if self.member is not None:
            c = c - self.member.astype(np.int64) @ self.mu
        c = np.where(allowed, c, np.iinfo(np.int64).min // 4)
        top = np.maximum.reduceat(c, self.flat.start[:-1])
        wanted = max(self.wanted(lam), sum(int(a) * int(b) for a, b in zip(lam, self.floors, strict=True)))
        return int(top.sum()) + self.const - wanted, c, top

    def wanted(self, lam: IntArray) -> int:
        """Least lam . u of a package whose product is at least that of the k-th best."""
        base = sum(int(lam[p]) * self.form.need[p] for p in self.members)
        rest = sum(int(lam[q]) * int(self.floors[q]) for q in range(len(lam)) if q not in self.members)
        return base + rest + threshold(lam.tolist(), self.members, self.weights, self.kept.wanted)

    def look(self, allowed: BoolArray, lam: IntArray, steps: int) -> tuple[int, int, list[int]]:
        """Walk all packages of the box within the budget, in rounds that double it; raise the best."""
        sub, where = self.flat.only(allowed)
        member = None if self.member is None else self.member[where]
        tests = np.concatenate([lam[None], np.eye(len(lam), dtype=np.int64)])
        total = sum(self.weights)
        power = np.zeros(len(lam))
        power[list(self.members)] = np.array(self.weights) / total
        plan = WalkPlan(
            sub, tests, member=member, row_groups=self.row_groups, mu=self.mu if len(self.mu) else None
        )
        used, share, order = 0, FIRST_SHARE, plan.order.tolist()
        while True:
            budget, _, top = self.budget(lam, allowed)
            if budget < 0:
                return DONE, used, order
            floors = np.concatenate([[0], self.floors])
            floors[0] = int(top.sum()) - budget // share
            least = self.kept.wanted
            target = math.exp(_log(least) / total) * (1 - 1e-12)
            out = plan.run(floors, product=(self._zeros(), power, target), cap=CAP, max_steps=steps)
            used += out.steps
            for picks in out.picks:
                self.kept.offer(where[picks] - self.flat.start[:-1])
            if out.status == FULL:
                if self.kept.wanted > least:
                    continue
                if self.kept.strict:
                    return FULL, used, order
                self.kept.strict = True
                continue
            if out.status != DONE:
                return out.status, used, order
            if share == 1:
                return DONE, used, order
            share = max(1, share // 4)

    def _zeros(self) -> list[int]:
        """Zero points of the gains; a party outside the product gets power 0 and any zero below its total."""
        return [self.form.need[p] if p in self.members else -1 for p in range(self.form.n_parties)]


def _log(n: int) -> float:
    """Natural logarithm of a big integer."""
    shift = max(0, n.bit_length() - 900)
    return math.log(n >> shift) + shift * math.log(2)


def nash_over(
    form: Additive,
    floors: Sequence[int],
    members: Sequence[int],
    weights: Sequence[int],
    *,
    k: int = 1,
    mu: FloatArray | None = None,
    start: Sequence[Sequence[int]] = (),
    stop: Stop = never,
    on_progress: Callable[[int, float], None] | None = None,
) -> Nash:
    """Best weighted products of the gains of ``members`` among packages with totals >= ``floors``.

    Raises nothing when there is none: ``best`` is then empty, and ``proven`` says whether that is proven.
    """
    out = Nash(tuple(members), tuple(weights), tuple(int(f) for f in floors))
    s = _NashSearch(form, floors, members, weights, k)
    if form.rows:
        s.charge(mu if mu is not None else nash_charges(form, out.members, out.weights, s.floors.tolist())[0])
        out.mu = s.mu.tolist()
    for picks in start:
        s.kept.offer(picks)
    stack = [np.ones(len(s.flat.v), bool)]
    try:
        _close(s, out, stack, stop, on_progress)
    except KeyboardInterrupt:
        out.proven, out.bound = False, _bound(s, [*stack, np.ones(len(s.flat.v), bool)])
    out.best, out.strict = s.kept.ranked(), s.kept.strict
    return out


def _close(
    s: _NashSearch,
    out: Nash,
    stack: list[BoolArray],
    stop: Stop,
    on_progress: Callable[[int, float], None] | None,
) -> None:
    while stack:
        allowed = stack.pop()
        out.nodes += 1
        y = s.multipliers(allowed)
        lam = s.integers(y)
        s.climb(allowed, y)
        if stop():
            stack.append(allowed)
            out.proven, out.bound = False, _bound(s, stack)
            break
        budget, c, top = s.budget(lam, allowed)
        entry: list[object] = [lam.tolist(), 0]
        if budget >= 0:
            allowed = allowed & (top[s.flat.group] - c <= budget)
            status, used, order = s.look(allowed, lam, WALK_STEPS)
            out.steps += used
            if status == FULL:
                out.proven, out.bound = False, float(s.kept.least)
                break
            entry[1] = {"walk": order}
            if status != DONE:
                g, choice = branch(s.flat, s.s, s.pen, allowed, y)
                entry[1] = {"split": [g, choice - int(s.flat.start[g])]}
                takes, leaves = split(s.flat, allowed, g, choice)
                stack += [leaves, takes]
        if out.log is not None:
            out.log.append(entry)
        if on_progress is not None and stack:
            on_progress(s.kept.least, _bound(s, stack))


def _bound(s: _NashSearch, stack: Sequence[BoolArray]) -> float:
    """Upper bound on the product over the open boxes (float, for people)."""
    worst = 0.0
    for allowed in stack:
        y = s.multipliers(allowed)
        lam = s.integers(y).astype(object)
        c = [int(x) if ok else -1 for x, ok in zip(s.flat.v.astype(object) @ lam, allowed, strict=True)]
        top = sum(max(c[a:b]) for a, b in zip(s.flat.start[:-1], s.flat.start[1:], strict=True))
        slack = top - sum(int(lam[p]) * s.form.need[p] for p in s.members)
        total = sum(s.weights)
        if slack > 0:
            value = total * math.log(slack / total) + sum(
                w * (math.log(w) - math.log(int(lam[p]))) for p, w in zip(s.members, s.weights, strict=True)
            )
            worst = max(worst, math.exp(min(700.0, value)))
    return worst


def nash(
    form: Additive,
    weights: Sequence[int] | None = None,
    *,
    k: int = 1,
    stop: Stop = never,
    on_progress: Callable[[int, float], None] | None = None,
) -> list[Nash]:
    """Nash over the zone, one outcome per way to agree that attains the best product.

    Where no package of the zone gives every party a gain, the largest sets of parties that can gain together
    are taken, and their product (maximum Nash welfare).
    """
    n = form.n_parties
    if not form.possible:
        return []
    w = list(weights) if weights is not None else [1] * n
    everyone = tuple(range(n))
    for size in range(n, 0, -1):
        outcomes = []
        for members in itertools.combinations(everyone, size):
            for floors in _ways(form, members):
                inner = [w[p] for p in members]
                if size < n:
                    run = _reach(form, floors, stop)
                    if run.best is None and run.proven:
                        outcomes.append(Nash(members, tuple(inner), floors, empty=run))
                        continue
                outcomes.append(
                    nash_over(form, floors, members, inner, k=k, stop=stop, on_progress=on_progress)
                )
        alive = [o for o in outcomes if o.best or not o.proven]
        if alive:
            return outcomes
    return []


def _ways(form: Additive, members: Sequence[int]) -> list[tuple[int, ...]]:
    """Floors of the ways to agree in which all of ``members`` gain; one if these are enough."""
    ways = []
    for coalition in minimal_coalitions(form.space):
        wanted = tuple(
            form.need[p] + 1 if p in members else (max(form.need[p], 0) if p in coalition else 0)
            for p in range(form.n_parties)
        )
        ways.append(wanted)
    return list(dict.fromkeys(ways))


def _reach(form: Additive, floors: Sequence[int], stop: Stop) -> SearchRun:
    """Whether some package reaches the floors."""
    plain = Target(tuple(floors), tuple(form.need), (0,) * form.n_parties)
    return search(form, plain, first_only=True, stop=stop)


def larger_sets(form: Additive, members: Sequence[int], stop: Stop = never) -> list[SearchRun]:
    """Proofs that no larger set of parties than ``members`` can gain together, one per way to agree."""
    runs = []
    for size in range(form.n_parties, len(members), -1):
        for some in itertools.combinations(range(form.n_parties), size):
            runs += [_reach(form, floors, stop) for floors in _ways(form, some)]
    return runs
