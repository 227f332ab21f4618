"""How states are reached: shortest paths from the status quo, and who would have to jump together.

A path is a chain of moves, nobody moving twice running (Li, Kilgour & Hipel 2005; Xu et al. 2010). A state
that no chain of unilateral improvements reaches needs an agreement, or somebody who brings it about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .coalitions import Around
from .concepts import subsets
from .graph_model import GraphModel
from .moves import LOW, BoolArray, Index

__all__ = ["NEVER", "Preferred", "Reach", "UnilateralMove", "smallest_coalitions", "spread"]

NEVER = np.int32(2**30)
Preferred = Callable[[Index, Index], BoolArray]
"""(sources, targets) -> whether each target is preferred to its source."""
_DENSE = 4
"""A frontier whose moves fill this part of all states is followed by whole arrays."""
_SPARSE = 256
"""States that are fewer than this part of all are sorted."""


@dataclass(frozen=True)
class UnilateralMove:
    """One move: who, from which state to which, and whether it improves matters for the mover."""

    party: int
    source: int
    target: int
    gain: bool


@dataclass(frozen=True, eq=False)
class Reach:
    """What a set of parties can bring about from one state, and how soon.

    ``layers[d - 1][k]`` are the states, ascending, for which ``d`` is the least number of moves that end with
    a move of ``movers[k]``.
    """

    model: GraphModel
    start: int
    movers: tuple[int, ...]
    improving: bool
    layers: tuple[tuple[Index, ...], ...]

    @cached_property
    def _nearest(self) -> tuple[Index, Index]:
        layers = [np.concatenate(layer) for layer in self.layers]
        found = np.concatenate([np.array([self.start], dtype=np.intp), *layers])
        far = np.repeat(np.arange(len(layers) + 1), [1, *map(len, layers)])
        states, first = np.unique(found, return_index=True)
        return states, far[first]

    @property
    def found(self) -> Index:
        """The states that can be reached, the start included, ascending."""
        return self._nearest[0]

    @property
    def distance(self) -> Index:
        """Least number of moves to each state of ``found``."""
        return self._nearest[1]

    @cached_property
    def moves(self) -> NDArray[np.int32]:
        """Least number of moves to each state of the model; ``NEVER`` where there is no way."""
        least = np.full(self.model.n_states, NEVER)
        least[self.found] = self.distance
        return least

    @property
    def states(self) -> BoolArray:
        """The states that can be reached, the start included, as a mask."""
        return self.moves < NEVER

    def path(self, target: int) -> tuple[UnilateralMove, ...] | None:
        """A shortest path, or None. Among several: the lowest mover, then the lowest state, from the end."""
        if not _has(self.found, target):
            return None
        steps: list[UnilateralMove] = []
        left, mover = int(self.distance[np.searchsorted(self.found, target)]), -1
        while left:
            step = self._last_step(target, left, mover)
            steps.append(step)
            target, left, mover = step.source, left - 1, step.party
        return tuple(reversed(steps))

    def _last_step(self, target: int, left: int, not_by: int) -> UnilateralMove:
        for k, j in enumerate(self.movers):
            if j == not_by or not _has(self.layers[left - 1][k], target):
                continue
            rank = self.model.ranks[j]
            for source in self.model.moves[j].sources(target):
                gain = bool(rank[target] > rank[source])
                if (gain or not self.improving) and self._ready(int(source), left - 1, k):
                    return UnilateralMove(j, int(source), target, gain)
        raise AssertionError("a distance without a path")

    def _ready(self, state: int, moves: int, not_by: int) -> bool:
        """Whether so many moves lead to the state, the last one by another mover."""
        if moves == 0:
            return state == self.start
        layer = self.layers[moves - 1]
        return any(_has(found, state) for k, found in enumerate(layer) if k != not_by)


def _has(ascending: Index, state: int) -> bool:
    place = int(np.searchsorted(ascending, state))
    return place < len(ascending) and int(ascending[place]) == state


def spread(
    model: GraphModel,
    start: int,
    movers: Sequence[int] | None = None,
    *,
    improving: bool = False,
    preferred: Sequence[Preferred] | None = None,
) -> Reach:
    """Everything that ``movers`` (default: all parties) can bring about from ``start``.

    ``improving`` keeps to unilateral improvements, each from the state that it leaves; ``preferred`` to moves
    that this test of the mover allows (one test per party of the model).
    """
    who = tuple(range(len(model.parties)) if movers is None else movers)
    seen = [np.zeros(model.n_states, dtype=bool) for _ in who]
    here = np.array([start], dtype=np.intp)
    layers: list[tuple[Index, ...]] = []
    fresh: list[Index] = []
    while not layers or any(len(f) for f in fresh):
        following = []
        for k, j in enumerate(who):
            ready = [f for other, f in enumerate(fresh) if other != k] if layers else [here]
            new = _one_move(model, j, ready, improving, preferred[j] if preferred else None)
            new = new[~seen[k][new] & (new != start)]
            seen[k][new] = True
            following.append(new)
        fresh = following
        layers.append(tuple(fresh))
    return Reach(model, start, who, improving, tuple(layers[:-1]))


def _one_move(
    model: GraphModel, party: int, ready: Sequence[Index], improving: bool, preferred: Preferred | None
) -> Index:
    """The states, ascending, that one move of the party leads to from any of the ready ones."""
    moves, rank = model.moves[party], model.ranks[party]
    few = sum(map(len, ready)) * moves.width * _DENSE < model.n_states or not model.transitive
    if few or preferred:
        sources = np.concatenate([*ready, np.zeros(0, dtype=np.intp)])
        source, target = moves.ahead(_distinct(sources, model.n_states))
        if preferred:
            target = target[preferred(source, target)]
        elif improving:
            target = target[rank[target] > rank[source]]
        return _distinct(target, model.n_states)
    mask = np.zeros(model.n_states, dtype=bool)
    for states in ready:
        mask[states] = True
    if improving:
        # some ready source ranks lower than t exactly if the lowest-ranked one does
        low = np.where(mask, -rank, LOW).astype(np.int32)
        return np.flatnonzero((moves.push(low) > -rank) & model.feasible)
    return np.flatnonzero(moves.push(mask) & model.feasible)


def _distinct(states: Index, n_states: int) -> Index:
    """Each state once, ascending: by sorting a few, by marking many."""
    if len(states) * _SPARSE < n_states:
        return np.unique(states)
    mask = np.zeros(n_states, dtype=bool)
    mask[states] = True
    return np.flatnonzero(mask)


def smallest_coalitions(model: GraphModel, start: int, target: int) -> list[tuple[int, ...]]:
    """The coalitions that could jump from ``start`` to ``target`` with a gain for each member.

    Only those of which no part could do the same; small ones first. Empty where even all together
    would not, because somebody would not gain or the moves do not lead there.
    """
    found: list[tuple[int, ...]] = []
    gains = [i for i in range(len(model.parties)) if model.ranks[i, target] > model.ranks[i, start]]
    here = Around(model, start)
    for coalition in subsets(gains):
        if any(set(c) <= set(coalition) for c in found):
            continue
        if here.improvements(coalition) >> target & 1:
            found.append(coalition)
    return found
