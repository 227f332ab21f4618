"""In which order should a draft move from one package to another, so that the worst moment is least bad?

States are sets of issues already moved, as bit masks; a step moves 1 to ``most`` issues. ``dip[S]`` says how far
the worst-off party stands below its floor once S has moved. A path's height is the largest dip after its first
step: the target counts, the start does not. Exact dynamic programming over all subsets, O(most k 2^k): the least
over all B of up to ``most`` issues of f(S - B) is a least over one issue of a least over one issue (and so on).

Two passes. The first gives the least height; the second keeps only states no deeper than it and minimises (steps,
sum of positive dips) as an ordinary shortest path. One lexicographic recursion would be wrong: a prefix of least
height may have more steps than needed once a later stop is deeper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.space import IntArray, Package, Space, Term

__all__ = [
    "MOST_ISSUES",
    "Orders",
    "allowed_states",
    "best_orders",
    "bridge",
    "dips",
    "least_height",
    "never",
    "reached",
    "utilities",
]

MOST_ISSUES = 20
"""Up to this many differing issues, all subsets are held at once."""
MOST_TIED = 20_000
"""Tied steps that are compared by who gives; beyond it the first best path is taken."""
NEVER = int(np.iinfo(np.int64).max // 4)
"""Dip of a state that may not be visited, where dips fit 64 bits; see :func:`never`."""

Mask = int
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Orders:
    """The best orders with one largest number of issues per step.

    Attributes
    ----------
    height : int or None
        Least largest dip, in the units of ``dip``; None where no path exists.
    path : tuple of masks
        States after each step, the start left out; among the best, one where the same party rarely gives twice running.
    first : tuple of masks
        All first steps that some best path begins with (height, steps and sum).
    total : int
        Sum of positive dips along the path.
    ties : bool
        Whether more than one best path exists.
    compared : bool
        Whether all tied paths were compared by who gives.
    """

    height: int | None
    path: tuple[Mask, ...] = ()
    first: tuple[Mask, ...] = ()
    total: int = 0
    ties: bool = False
    compared: bool = True

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.path)


def utilities(space: Space, start: Package, target: Package, issues: Sequence[int]) -> IntArray:
    """Utility of every state for every party, shape (n_parties, 2^k), in units of the space.

    Bit j of a state says that ``issues[j]`` has the option of the target; all other issues are as in the start.
    """
    kind = np.int64 if space.compact else object
    worth = np.zeros((len(space.parties), 1 << len(issues)), dtype=kind)
    for p in range(len(space.parties)):
        worth[p, 0] = sum(int(s[p, k]) for s, k in zip(space.scores, start, strict=True))
    for j, i in enumerate(issues):
        change = np.array(
            [int(s) for s in space.scores[i][:, target[i]] - space.scores[i][:, start[i]]], dtype=kind
        )
        worth[:, 1 << j : 2 << j] = worth[:, : 1 << j] + change[:, None]
    for bonus in space.bonuses:
        worth[bonus.party, _holds(bonus.terms, start, target, issues)] += bonus.points
    return worth


def _holds(terms: Sequence[Term], start: Package, target: Package, issues: Sequence[int]) -> BoolArray:
    """In which states all terms hold."""
    states = np.arange(1 << len(issues))
    found = np.ones(len(states), dtype=bool)
    for i, mask in terms:
        before, after = bool(mask >> start[i] & 1), bool(mask >> target[i] & 1)
        if i not in issues or before == after:
            found &= before
        else:
            moved = (states >> issues.index(i) & 1).astype(bool)
            found &= moved if after else ~moved
    return found


def allowed_states(
    space: Space, start: Package, target: Package, issues: Sequence[int], skip: Sequence[str] = ()
) -> BoolArray:
    """Which states no rule forbids; rules named in ``skip`` do not count. The start is exempt."""
    fine = np.ones(1 << len(issues), dtype=bool)
    for clause in space.clauses:
        if clause.rule in skip:
            continue
        broken = _holds(clause.when, start, target, issues)
        for alternative in clause.only_if:
            broken &= ~_holds(alternative, start, target, issues)
        fine &= ~broken
    fine[0] = True
    return fine


def dips(worth: IntArray, floors: Sequence[int], scales: Sequence[int] | None = None) -> tuple[IntArray, int]:
    """Dip of every state as integers, and the unit: dip / unit is in units of the space, or a share.

    Parameters
    ----------
    worth : shape (n_parties, n_states)
    floors : per party, in units of the space
    scales : per party, optional
        What a dip is divided by, so that parties compare: utility of the target less the floor, all positive.
    """
    n = len(floors)
    if scales is None:
        deep = np.max([floors[p] - worth[p] for p in range(n)], axis=0)
        return np.asarray(deep, dtype=worth.dtype), 1
    unit = math.lcm(*scales)
    least = max(int(np.abs(floors[p] - worth[p]).max()) * (unit // scales[p]) for p in range(n))
    kind = np.int64 if least * 64 < NEVER else object
    rows = [(floors[p] - worth[p]).astype(kind) * (unit // scales[p]) for p in range(n)]
    return np.asarray(np.max(rows, axis=0), dtype=kind), unit


def never(dip: IntArray) -> Any:
    """What stands for the dip of a state that may not be visited: more than any dip can be."""
    return math.inf if dip.dtype == object else NEVER


def _layers(k: int) -> list[IntArray]:
    """States by the number of issues moved."""
    states = np.arange(1 << k, dtype=np.int64)
    moved = np.zeros(1 << k, dtype=np.int8)
    for j in range(k):
        moved[1 << j : 2 << j] = moved[: 1 << j] + 1
    order = np.argsort(moved, kind="stable")
    ends = np.cumsum([math.comb(k, c) for c in range(k + 1)])
    return np.split(states[order], ends[:-1])


def _before(levels: list[IntArray], layer: IntArray, k: int) -> Iterator[IntArray]:
    """For each number of issues in the last step, the least of the level before over one issue less.

    A bit that is not set leads to a larger state, which nothing has reached yet.
    """
    for level in levels:
        least = np.full(len(layer), never(level), dtype=level.dtype)
        for j in range(k):
            np.minimum(least, level[layer ^ (1 << j)], out=least)
        yield least


def least_height(dip: IntArray, k: int, most: int = 1) -> IntArray:
    """Least height of a path to every state; :func:`never` where there is none.

    Parameters
    ----------
    dip : shape (2^k,), :func:`never` in states that may not be visited
    k : number of issues
    most : issues per step at most
    """
    levels = [np.full(1 << k, never(dip), dtype=dip.dtype) for _ in range(most)]
    levels[0][0] = -never(dip)
    for layer in _layers(k)[1:]:
        found = np.full(len(layer), never(dip), dtype=dip.dtype)
        for step, least in enumerate(_before(levels, layer, k), start=1):
            np.minimum(found, least, out=found)
            if step < most:
                levels[step][layer] = least
        levels[0][layer] = np.maximum(found, dip[layer])
    return levels[0]


def _cheapest(cost: IntArray, k: int, most: int) -> IntArray:
    """Least sum of ``cost`` over the states of a path to every state; the start costs nothing."""
    far = never(cost)
    levels = [np.full(1 << k, far, dtype=cost.dtype) for _ in range(most)]
    levels[0][0] = 0
    for layer in _layers(k)[1:]:
        found = np.full(len(layer), far, dtype=cost.dtype)
        for step, least in enumerate(_before(levels, layer, k), start=1):
            np.minimum(found, least, out=found)
            if step < most:
                levels[step][layer] = least
        here = cost[layer]
        levels[0][layer] = np.where((here == far) | (found == far), far, found + here)
    return levels[0]


def reached(dip: IntArray, k: int, below: int, most: int) -> int:
    """How many states can be reached through dips below this one; the target is not among them.

    The check that no path is less high: it follows steps from the start and uses nothing of the search.

    Raises
    ------
    AssertionError
        The target is reached: the height claimed is not least.
    """
    steps = [b for b in range(1, 1 << k) if b.bit_count() <= most]
    seen, todo = {0}, [0]
    while todo:
        here = todo.pop()
        for b in steps:
            there = here | b
            if not here & b and there not in seen and dip[there] < below:
                seen.add(there)
                todo.append(there)
    assert (1 << k) - 1 not in seen, "a path with a smaller height exists"
    return len(seen)


def best_orders(dip: IntArray, k: int, most: int, worth: IntArray) -> Orders:
    """The best orders by height, then steps, then the sum of positive dips, then who gives twice running.

    Raises
    ------
    NotApplicable
        More than ``MOST_ISSUES`` issues differ.
    """
    if k > MOST_ISSUES:
        raise NotApplicable(
            f"{k} issues differ between the start and the target; the exact order is worked out for up to {MOST_ISSUES}"
        )
    if not k:
        return Orders(int(dip[0]))
    goal = (1 << k) - 1
    height = least_height(dip, k, most)[goal]
    if height == never(dip):
        return Orders(None)
    inside = dip <= height
    inside[0] = True
    positive = np.where(inside & (dip > 0), dip, 0)
    positive[0] = 0
    step = int(positive.max()) * k + 1  # no sum of dips reaches one step more
    if dip.dtype != object and step > NEVER // (2 * k):
        positive = positive.astype(object)
    cost = np.where(inside, positive + step, never(positive))
    least = _cheapest(cost, k, most)
    return _pick(least, cost, (k, most), worth=worth, height=int(height), step=step)


def _pick(
    least: IntArray, cost: IntArray, size: tuple[int, int], *, worth: IntArray, height: int, step: int
) -> Orders:
    """Among the tied best paths, one where the party that loses most changes most often; all first steps."""
    k, most = size
    goal = (1 << k) - 1
    sets = [b for b in _sets(k, most) if b <= goal]
    before, compared = _tight(least, cost, sets, goal)
    first: set[Mask] = set()
    # state -> who gave last -> (times that the same party gave twice running, path)
    best: dict[Mask, dict[int, tuple[int, tuple[Mask, ...]]]] = {0: {-1: (0, ())}}
    for there in sorted(before, key=lambda s: int(least[s])):
        best[there] = {}
        for here in before[there]:
            giver = _giver(worth[:, there] - worth[:, here])
            if not here:
                first.add(there)
            for last, (again, path) in best[here].items():
                new = (again + (giver == last >= 0), (*path, there))
                best[there][giver] = min(best[there].get(giver, new), new)
    _, path = min(best[goal].values())
    ties = any(len(b) > 1 for b in before.values())
    total = int(least[goal]) - len(path) * step
    return Orders(height, path, tuple(sorted(first)), total, ties, compared)


def _sets(k: int, most: int) -> Iterator[Mask]:
    for a in range(k):
        yield 1 << a
        for b in range(a + 1, k) if most > 1 else ():
            yield 1 << a | 1 << b
            for c in range(b + 1, k) if most > 2 else ():
                yield 1 << a | 1 << b | 1 << c


def _tight(
    least: IntArray, cost: IntArray, sets: Sequence[Mask], goal: Mask
) -> tuple[dict[Mask, list[Mask]], bool]:
    """For every state on a best path, the states before it; and whether all of them were kept."""
    before: dict[Mask, list[Mask]] = {}
    todo, kept = [goal], 0
    while todo:
        there = todo.pop()
        if there in before:
            continue
        wanted = int(least[there]) - int(cost[there])
        found = [there ^ b for b in sets if there & b == b and least[there ^ b] == wanted]
        found = found if kept < MOST_TIED else found[:1]
        before[there] = found
        kept += len(found)
        todo += [s for s in found if s]
    return before, kept < MOST_TIED


def _giver(change: IntArray) -> int:
    """The party that loses most in a step; -1 where nobody loses."""
    p = int(np.argmin(change))
    return p if change[p] < 0 else -1


def bridge(dip: IntArray, k: int) -> tuple[Mask, int] | None:
    """The exchange of two issues that, as the only step of two, lowers the height most; and that height.

    None where no exchange lowers it.
    """
    goal = (1 << k) - 1
    ahead = least_height(dip, k)
    # Backwards: the least height of what remains after a state, that state left out.
    turned = dip[::-1].copy()  # state S of the reversed problem is the complement of S
    turned[0] = dip[goal]
    behind = np.maximum(least_height(turned, k), dip[goal])  # from S to the target, S and target included
    states = np.arange(1 << k)
    after = behind[states ^ goal]
    after[goal] = dip[goal]
    best: tuple[int, Mask] = (int(ahead[goal]), 0)
    for a in range(k):
        for b in range(a + 1, k):
            pair = 1 << a | 1 << b
            free = states[(states & pair) == 0]
            height = int(np.maximum(ahead[free], after[free | pair]).min())
            if height < best[0]:
                best = (height, pair)
    return (best[1], best[0]) if best[1] else None
