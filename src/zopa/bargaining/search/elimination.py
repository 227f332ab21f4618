"""Interactions and rules that hang together in long chains: elimination with a frontier per context.

Issues are taken one by one. A **context** is what the issues still open to later interactions or rules have
been given; each context keeps its own non-dominated totals. When the last partner of an issue has been
placed the issue leaves the context, and the frontiers of the contexts that become equal are merged
(bucket elimination; cost times K to the width).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zopa.bargaining.search.decomposition import Refusal, clause_boxes
from zopa.bargaining.search.pareto import CAP, ParetoPoints, TooLarge, non_dominated
from zopa.space import IntArray, Package, Space

__all__ = ["Plan", "bucket_frontier", "bucket_package", "bucket_plan"]

MAX_CONTEXTS = 10_000

Context = tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """Order of the issues, who is open after each, and what can be added up or checked there.

    ``open[n]`` are the issues in the context after step n; ``bonuses[n]`` and ``boxes[n]`` those whose last
    issue is placed at step n.
    """

    order: tuple[int, ...]
    open: tuple[tuple[int, ...], ...]
    bonuses: tuple[tuple[int, ...], ...]
    boxes: tuple[tuple[dict[int, int], ...], ...]
    contexts: int


def bucket_plan(space: Space) -> Plan:
    """Greedy order with few open issues.

    Raises
    ------
    Refusal
        More contexts than ``MAX_CONTEXTS`` at the widest place.
    """
    boxes = [box for c in space.clauses for box in clause_boxes(c)]
    scopes = [{i for i, _ in b.terms} for b in space.bonuses] + [set(box) for box in boxes]
    beside: list[set[int]] = [set() for _ in space.sizes]
    for scope in scopes:
        for i in scope:
            beside[i] |= scope - {i}
    order: list[int] = []
    placed: set[int] = set()
    opened: list[tuple[int, ...]] = []
    widest = 1
    while len(order) < len(space.sizes):
        best = min(
            (i for i in range(len(space.sizes)) if i not in placed),
            key=lambda i: (_open_size(space, placed | {i}, beside), i),
        )
        before = [j for j in placed if beside[j] - placed]
        widest = max(widest, math.prod(space.sizes[j] for j in before) * space.sizes[best])
        order.append(best)
        placed.add(best)
        opened.append(tuple(sorted(j for j in placed if beside[j] - placed)))
        if widest > MAX_CONTEXTS:
            raise Refusal(
                f"rules and interactions keep {widest} contexts open at once; at most {MAX_CONTEXTS}"
            )
    rank = {i: n for n, i in enumerate(order)}
    last = [max((rank[i] for i in scope), default=0) for scope in scopes]
    n_bonus = len(space.bonuses)
    return Plan(
        tuple(order),
        tuple(opened),
        tuple(tuple(b for b in range(n_bonus) if last[b] == n) for n in range(len(order))),
        tuple(
            tuple(box for box, at in zip(boxes, last[n_bonus:], strict=True) if at == n)
            for n in range(len(order))
        ),
        widest,
    )


def _open_size(space: Space, placed: set[int], beside: Sequence[set[int]]) -> int:
    return math.prod(space.sizes[j] for j in placed if beside[j] - placed)


class _Elimination:
    """Layers of frontiers per context, forwards; packages, backwards."""

    def __init__(self, space: Space, everything: bool) -> None:
        self.space, self.plan = space, bucket_plan(space)
        self.shift = np.array(space.lowest, np.int64)
        self.need = np.zeros_like(self.shift) if everything else np.array(space.reservation) - self.shift
        self.soft = not space.unanimous
        self.rest = self._rest()

    def _rest(self) -> list[IntArray]:
        """Most that later steps can add, per step."""
        space, gain = self.space, []
        for n, i in enumerate(self.plan.order):
            step = (space.scores[i].max(axis=1) - space.scores[i].min(axis=1)).astype(np.int64)
            for b in self.plan.bonuses[n]:
                bonus = space.bonuses[b]
                step[bonus.party] += abs(bonus.points)
            gain.append(step)
        rest = [np.zeros(len(space.parties), np.int64)]
        for step in reversed(gain[1:]):
            rest.append(rest[-1] + step)
        return rest[::-1]

    def choices(self, n: int, context: dict[int, int]) -> list[tuple[int, IntArray]]:
        """Options of the issue of step n that the rules allow in this context, with what they add (>= 0)."""
        space, issue, found = self.space, self.plan.order[n], []
        for k in range(space.sizes[issue]):
            have = {**context, issue: k}
            if any(all(mask >> have[i] & 1 for i, mask in box.items()) for box in self.plan.boxes[n]):
                continue
            add = np.array([int(s[k]) - int(s.min()) for s in space.scores[issue]], np.int64)
            for b in self.plan.bonuses[n]:
                bonus = space.bonuses[b]
                met = all(mask >> have[i] & 1 for i, mask in bonus.terms)
                add[bonus.party] += (bonus.points if met else 0) - min(0, bonus.points)
            found.append((k, add))
        return found

    def forward(self, cap: int, stop: Callable[[], bool]) -> list[dict[Context, IntArray]]:
        layers: list[dict[Context, IntArray]] = [{(): np.zeros((1, len(self.space.parties)), np.int64)}]
        opened: tuple[int, ...] = ()
        for n, issue in enumerate(self.plan.order):
            fresh: dict[Context, list[IntArray]] = {}
            held = 0
            for context, points in layers[-1].items():
                named = dict(zip(opened, context, strict=True))
                for k, add in self.choices(n, named):
                    have = {**named, issue: k}
                    grown = points + add
                    if not self.soft:
                        grown = grown[(grown + self.rest[n] >= self.need).all(axis=1)]
                    held += len(grown)
                    fresh.setdefault(tuple(have[i] for i in self.plan.open[n]), []).append(grown)
            if stop() or held > cap:
                raise TooLarge(held, cap, n, len(self.plan.order))
            merged = {c: non_dominated(np.concatenate(some)) for c, some in fresh.items()}
            layers.append({c: points for c, points in merged.items() if len(points)})
            opened = self.plan.open[n]
        return layers

    def back(self, layers: Sequence[dict[Context, IntArray]], total: IntArray) -> Package:
        """One package with this total."""
        package = [0] * len(self.plan.order)
        context: dict[int, int] = {}
        for n in range(len(self.plan.order) - 1, -1, -1):
            issue = self.plan.order[n]
            opened = self.plan.open[n - 1] if n else ()
            context, total = self._one_back(n, issue, opened, layers[n], context, total)
            package[issue] = context.pop(issue)
        return tuple(package)

    def _one_back(
        self,
        n: int,
        issue: int,
        opened: tuple[int, ...],
        layer: dict[Context, IntArray],
        after: dict[int, int],
        total: IntArray,
    ) -> tuple[dict[int, int], IntArray]:
        for before, points in layer.items():
            named = dict(zip(opened, before, strict=True))
            if any(named[i] != k for i, k in after.items() if i in named):
                continue
            for k, add in self.choices(n, named):
                if issue in after and after[issue] != k:
                    continue
                if (points == total - add).all(axis=1).any():
                    return {**named, issue: k}, total - add
        raise AssertionError("a total without a package")


def bucket_frontier(
    space: Space, *, everything: bool = False, cap: int = CAP, stop: Callable[[], bool] = lambda: False
) -> ParetoPoints:
    """The frontier of the zone (or of all packages that the rules allow) of a space of small width.

    Raises
    ------
    Refusal, TooLarge
        Too many contexts open at once, or more than ``cap`` totals held.
    """
    run = _Elimination(space, everything)
    final = run.forward(cap, stop)[-1]
    points = next(iter(final.values())) if final else np.zeros((0, len(space.parties)), np.int64)
    points = points + run.shift
    if not everything and len(points):
        points = points[
            [space.agreed([u >= r for u, r in zip(row, space.reservation, strict=True)]) for row in points]
        ]
    return ParetoPoints(points, f"bucket elimination, {run.plan.contexts} contexts at the widest place")


def bucket_package(space: Space, points: IntArray, stop: Callable[[], bool] = lambda: False) -> list[Package]:
    """One package for each of these frontier points."""
    run = _Elimination(space, everything=False)
    layers = run.forward(CAP, stop)
    return [run.back(layers, np.asarray(row) - run.shift) for row in points]
