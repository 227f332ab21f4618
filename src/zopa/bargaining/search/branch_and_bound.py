"""Is there a package with totals >= thresholds? One exact branch and bound for a family of questions.

Max-min solutions raise the thresholds with every better package until nothing is left; emptiness, ideal
points and break-even values are the same question with other thresholds. Every closed node carries integer
weights ``lam`` with ``max over the box of lam . u  <  lam . t``, so the whole search is a proof that a
reader can replay (``checker``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining.search.decomposition import Additive
from zopa.bargaining.search.enumeration import DONE, FULL, LIMIT, Walk, WalkPlan, rows_matrix
from zopa.bargaining.search.heuristics import anneal, climb
from zopa.bargaining.search.linear import maxmin_charges
from zopa.bargaining.search.multipliers import Flat, FloatArray, flatten, simplex_multipliers
from zopa.space import IntArray

__all__ = ["SearchRun", "Stop", "Target", "branch", "never", "search", "split", "toward"]

Stop = Callable[[], bool]
Progress = Callable[[Fraction | None, float], None]
BITS = 52
WALK_STEPS_PER_PARTY = 25_000
EASY_STEPS = 3_000
LEAF_LOG = 40.0
PATTERNS_PER_PARTY = 12
CHEAP = 5  # choices of each group that annealing tries
FIRST_MOVES, MOVES_PER_NODE, MOST_MOVES = 300, 4_000, 60_000_000  # of annealing; the first per group
RECORD_LIMIT = 400_000


def never() -> bool:
    """The stop signal of a search without limits."""
    return False


@dataclass(frozen=True)
class Target:
    """Totals that a package must reach, and along which parties it is to be improved.

    ``floors`` are totals. Where ``toward`` is positive, gains ``u - zero`` are compared as
    ``(u - zero) / toward``; their least is maximised. Where it is 0 the floor is a plain condition.
    """

    floors: tuple[int, ...]
    zero: tuple[int, ...] = ()
    toward: tuple[int, ...] = ()

    def value(self, totals: Sequence[int]) -> Fraction | None:
        """Least gain ratio, or None when nothing is to be improved."""
        ratios = [Fraction(u - z, d) for u, z, d in zip(totals, self.zero, self.toward, strict=True) if d > 0]
        return min(ratios) if ratios else None

    def above(self, value: Fraction, *, ties: bool = False) -> tuple[int, ...]:
        """Thresholds of the packages that are better than ``value`` (or as good)."""
        found = []
        for floor, z, d in zip(self.floors, self.zero, self.toward, strict=True):
            wanted = value * d
            least = (
                -((-wanted.numerator) // wanted.denominator)
                if ties
                else wanted.numerator // wanted.denominator + 1
            )
            found.append(max(floor, z + least) if d > 0 else floor)
        return tuple(found)


def toward(form: Additive, direction: Sequence[int], floors: Sequence[int] | None = None) -> Target:
    """Max-min along ``direction`` over the zone (or over other floors), gains counted from the reservation."""
    return Target(tuple(form.need if floors is None else floors), form.need, tuple(direction))


@dataclass
class SearchRun:
    """Outcome of a search.

    ``best`` is None when no package reaches the floors. ``bound`` is an upper bound on the value when the
    search was stopped; ``log`` is the tree, in the order visited, or None when it grew too large.
    """

    best: tuple[int, ...] | None
    value: Fraction | None
    thresholds: tuple[int, ...]
    proven: bool
    nodes: int = 0
    steps: int = 0
    bound: float | None = None
    log: list[list[object]] | None = field(default_factory=list)
    patterns: list[list[int]] = field(default_factory=list)
    mu: list[int] = field(default_factory=list)
    members: list[tuple[int, ...]] | None = None


@dataclass
class _Node:
    allowed: NDArray[np.bool_]
    y: FloatArray
    mu: float
    bound: float = np.inf


class _TreeSearch:
    """State of one search over one form; see :func:`search`."""

    def __init__(self, form: Additive, target: Target, mu: FloatArray | None, seed: int) -> None:
        self.form, self.target = form, target
        self.flat = flatten(form.tables)
        largest = np.array(form.largest, float)
        along = [
            (b - z) / d for d, b, z in zip(target.toward, form.largest, target.zero, strict=True) if d > 0
        ]
        self.per_value = max(min(along), 1e-3 * max(along), 1.0 / max(target.toward)) if along else 1.0
        scale = [
            d * self.per_value if d > 0 else max(1, big - f)
            for d, big, f in zip(target.toward, form.largest, target.floors, strict=True)
        ]
        self.scale = np.array(scale, float)
        self.s = np.ascontiguousarray(self.flat.v / self.scale)
        self.unit = 2.0**BITS / max(1.0, float((largest / self.scale).max()))
        self.member = rows_matrix(form.rows, self.flat) if form.rows else None
        self.row_groups = [[g for g, _ in row.parts] for row in form.rows]
        if mu is None:
            t = np.array(target.floors, float)
            mu = maxmin_charges(form, self.scale, t) if form.rows else np.zeros(0)
        self.mu_int = np.rint(mu * self.unit).astype(np.int64)
        self.pen_int = np.zeros(len(self.flat.v), np.int64)
        self.const = 0
        if self.member is not None:
            self.pen_int = self.member.astype(np.int64) @ self.mu_int
            self.const = sum(int(m) * (len(g) - 1) for m, g in zip(self.mu_int, self.row_groups, strict=True))
        self.pen = self.pen_int / self.unit
        self.rng = np.random.default_rng(seed)
        pattern = self.rng.choice([3, 4, 5], size=(PATTERNS_PER_PARTY * form.n_parties, form.n_parties))
        self.patterns = pattern.astype(np.int64)
        self.t = np.array(target.floors, np.int64)
        self.leaf_log = LEAF_LOG
        self.best: tuple[int, ...] | None = None
        self.value: Fraction | None = None

    # ---- incumbents -------------------------------------------------------------------------------
    def offer(self, flat_picks: IntArray) -> bool:
        """Take the package if it obeys the rules and reaches the thresholds; raise these."""
        u = self.flat.v[flat_picks].sum(axis=0)
        picks = tuple(int(k) for k in flat_picks - self.flat.start[:-1])
        if (u < self.t).any() or not self.form.obeys(picks):
            return False
        self.best = picks
        self.value = self.target.value([int(x) for x in u])
        if self.value is not None:
            self.t = np.array(self.target.above(self.value), np.int64)
        return True

    def climb(self, picks: IntArray, flat: Flat, where: IntArray | None) -> bool:
        """Best single changes inside a box, then offer what came out."""
        local = picks.copy()
        climb(flat, self.t, self.scale, local)
        return self.offer(local if where is None else where[local])

    def first(self, stop: Stop) -> None:
        """Packages to start from: the zero-loss one of the root, then what annealing makes of it."""
        y = np.full(len(self.t), 1.0 / len(self.t))
        y, _ = simplex_multipliers(self.s, self.flat.start, self.pen, self.t / self.scale, y, stop_at=-np.inf)
        self.root_y = y
        near = self.s @ y - self.pen
        self.zero_loss = self.flat.best(near)
        self.climb(self.zero_loss, self.flat, None)
        self.cheap = np.stack(
            [
                a + np.resize(np.argsort(-near[a:b], kind="stable"), CHEAP)
                for a, b in zip(self.flat.start[:-1], self.flat.start[1:], strict=True)
            ]
        )
        self.anneal(FIRST_MOVES * self.flat.n_groups, stop)

    def anneal(self, moves: int, stop: Stop) -> None:
        """Look for a better package by chance, and climb from what was found."""
        if self.best is not None and self.value is None:
            return
        picks = self.zero_loss if self.best is None else np.array(self.best) + self.flat.start[:-1]
        plain = np.array(self.target.toward) == 0
        low = self.t / self.scale
        for found in anneal(self.s, low, plain, self.cheap, picks, moves=moves, rng=self.rng, stop=stop):
            self.climb(found, self.flat, None)

    # ---- nodes ------------------------------------------------------------------------------------
    def bound(self, node: _Node) -> tuple[IntArray, bool]:
        """Better weights for the box in floats, then in integers: strike choices out, or close the node."""
        sub, _ = self.flat.only(node.allowed)
        keep = node.allowed
        y, value = simplex_multipliers(
            self.s[keep],
            sub.start,
            self.pen[keep] if self.const else np.zeros(len(sub.v)),
            self.t / self.scale,
            node.y,
            node.mu,
            stop_at=-1e-9 - self.const / self.unit,
        )
        node.y, node.bound = y, value + self.const / self.unit
        lam = np.rint(y / self.scale * self.unit).astype(np.int64)
        c = np.where(node.allowed, self.flat.v @ lam - self.pen_int, np.iinfo(np.int64).min // 4)
        top = np.maximum.reduceat(c, self.flat.start[:-1])
        slack = int(top.sum()) + self.const - sum(int(a) * int(b) for a, b in zip(lam, self.t, strict=True))
        if slack >= 0:
            node.allowed = node.allowed & (top[self.flat.group] - c <= slack)
        return lam, slack < 0

    def leaf(self, node: _Node, lam: IntArray, cap: int) -> tuple[IntArray, Walk]:
        """Walk all packages of the box that pass the node's weights and their patterns."""
        sub, where = self.flat.only(node.allowed)
        tests = self.tests(lam)
        floors = tests @ self.t
        floors[0] -= self.const
        member = None if self.member is None else self.member[where]
        plan = WalkPlan(
            sub,
            tests,
            member=member,
            row_groups=self.row_groups,
            mu=self.mu_int if len(self.mu_int) else None,
            spread=member is None,
        )
        out = plan.run(floors, cap=cap, max_steps=WALK_STEPS_PER_PARTY * self.form.n_parties)
        return where[out.picks] if len(out.picks) else out.picks, out

    def learn(self, seen: Walk) -> None:
        """Walk larger boxes when walks are short, smaller ones when they are given up."""
        if seen.status == LIMIT:
            self.leaf_log = max(8.0, self.leaf_log - 2.0)
        elif seen.steps < EASY_STEPS:
            self.leaf_log += 0.1

    def tests(self, lam: IntArray) -> IntArray:
        """The weights of a leaf: the node's, the unit vectors, and the node's times each pattern."""
        return np.concatenate([lam[None], np.eye(len(lam), dtype=np.int64), self.patterns * lam])


def branch(
    flat: Flat, s: FloatArray, pen: FloatArray, allowed: NDArray[np.bool_], y: FloatArray
) -> tuple[int, int]:
    """The group whose choice the weights leave most open, weighted by what hangs on it; its best choice."""
    sub, where = flat.only(allowed)
    c = s[where] @ y - pen[where]
    first = sub.start[:-1]
    top = np.maximum.reduceat(c, first)
    z = np.add.reduceat(np.exp((c - top[sub.group]) / 4e-4), first)
    scaled = s[where]
    spread = (np.maximum.reduceat(scaled, first) - np.minimum.reduceat(scaled, first)).max(axis=1)
    score = np.where(np.diff(sub.start) > 1, (1 - 1 / z) * spread + 1e-3 * spread + 1e-12, -1.0)
    g = int(np.argmax(score))
    a, b = sub.start[g], sub.start[g + 1]
    return g, int(where[a + int(np.argmax(c[a:b]))])


def split(
    flat: Flat, allowed: NDArray[np.bool_], g: int, k: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The box cut in two: group g takes choice k (a flat position), or does not."""
    takes = allowed & (flat.group != g)
    takes[k] = True
    leaves = allowed.copy()
    leaves[k] = False
    return takes, leaves


def search(
    form: Additive,
    target: Target,
    *,
    start: Sequence[int] | None = None,
    above: Fraction | None = None,
    mu: FloatArray | None = None,
    seed: int = 0,
    stop: Stop = never,
    on_progress: Progress | None = None,
    collect: int = 0,
    first_only: bool = False,
) -> SearchRun:
    """Best package along the target, with the tree that proves it; or all packages at the floors.

    Parameters
    ----------
    start : picks, optional
        A package known to reach the floors.
    above : Fraction, optional
        Only better values than this count.
    mu : array, optional
        Charges for the rows in scaled units (their sum over a package bounds what rules cost).
    collect : int
        With nothing to improve: list all packages that reach the floors, at most this many.
    first_only : bool
        Stop at the first package that reaches the floors (emptiness).
    """
    s = _TreeSearch(form, target, mu, seed)
    out = SearchRun(None, None, target.floors, False, patterns=s.patterns.tolist(), mu=s.mu_int.tolist())
    if above is not None:
        s.t = np.array(target.above(above), np.int64)
    if start is not None:
        s.offer(np.array(start, np.int64) + s.flat.start[:-1])
    if collect:
        s.root_y = np.full(len(s.t), 1.0 / len(s.t))
        out.members = []
    else:
        s.first(stop)
    root = _Node(np.ones(len(s.flat.v), bool), s.root_y, 0.05)
    try:
        finished = _grow(s, out, [root], stop, on_progress, collect=collect, first_only=first_only)
    except KeyboardInterrupt:
        finished, out.bound = False, _open_bound(s, [_Node(root.allowed, root.y, root.mu)])
    out.best, out.value, out.thresholds = s.best, s.value, tuple(int(x) for x in s.t)
    out.proven = finished
    if out.members is not None:
        out.members = sorted(set(out.members))
    return out


def _grow(  # noqa: C901 (the search itself)
    s: _TreeSearch,
    out: SearchRun,
    stack: list[_Node],
    stop: Stop,
    on_progress: Progress | None,
    collect: int,
    first_only: bool,
) -> bool:
    """Close the open boxes one by one; False when stopped or the list is too long."""
    while stack:
        if first_only and s.best is not None:
            return True
        if stop():
            out.bound = _open_bound(s, stack)
            return False
        node = stack.pop()
        out.nodes += 1
        if on_progress is not None and out.nodes % 256 == 0:
            on_progress(s.value, _open_bound(s, [*stack, node]))
        if not collect and out.nodes >= 64 and out.nodes & (out.nodes - 1) == 0:
            s.anneal(min(MOVES_PER_NODE * out.nodes, MOST_MOVES), stop)
        box = node.allowed
        lam, closed = s.bound(node)
        if not closed and not collect and _repaired(s, node):
            if s.value is None:
                return True
            # The log keeps one set of weights for a box: what the first ones struck out comes back.
            node.allowed = box
            lam, closed = s.bound(node)
        entry: list[object] = [lam.tolist(), 0]
        if not closed and (walked := _leaf(s, out, node, lam, collect)) is not None:
            if not walked:
                return False
            entry[1] = {"walk": walked}
        elif not closed:
            g, k = branch(s.flat, s.s, s.pen, node.allowed, node.y)
            entry[1] = {"split": [g, k - int(s.flat.start[g])]}
            takes, leaves = split(s.flat, node.allowed, g, k)
            stack.append(_Node(leaves, node.y, 0.004, node.bound))
            stack.append(_Node(takes, node.y, 0.004, node.bound))
        if out.log is not None:
            out.log.append(entry)
            if len(out.log) > RECORD_LIMIT:
                out.log = None
    return True


def _repaired(s: _TreeSearch, node: _Node) -> bool:
    """Whether the zero-loss package of the box, climbed within it, is better than the best."""
    sub, where = s.flat.only(node.allowed)
    picks, improved = sub.best(s.s[where] @ node.y - s.pen[where]), False
    while s.climb(picks, sub, where):
        improved = True
        if s.value is None:
            break
    return improved


def _leaf(s: _TreeSearch, out: SearchRun, node: _Node, lam: IntArray, collect: int) -> list[int] | None:
    """Walk the box if it is small: the order walked, None to branch instead, [] when the list is too long."""
    sizes = np.bincount(s.flat.group[node.allowed], minlength=s.flat.n_groups)
    if np.log(sizes).sum() > s.leaf_log and sizes.max() > 1:
        return None
    while True:
        picks, seen = s.leaf(node, lam, collect + 1 if collect else 1)
        out.steps += seen.steps
        s.learn(seen)
        if out.members is not None:
            if seen.status == FULL or len(out.members) + len(picks) > collect:
                return []
            out.members.extend(tuple(int(k) for k in p - s.flat.start[:-1]) for p in picks)
            return None if seen.status != DONE else seen.order.tolist()
        improved = any(s.offer(p) for p in picks)
        if not improved or s.value is None:
            return seen.order.tolist() if improved or seen.status == DONE else None


def _open_bound(s: _TreeSearch, stack: Sequence[_Node]) -> float:
    """Upper bound on the value over the open boxes (float, for people)."""
    if s.value is None:
        return float("inf")
    worst = max((n.bound for n in stack), default=0.0)
    return float(s.value) + max(0.0, worst) * s.per_value
