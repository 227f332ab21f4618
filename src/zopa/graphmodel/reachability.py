"""How states are reached: shortest paths from the status quo, and who would have to jump together.

A path is a chain of moves, nobody moving twice running (Li, Kilgour & Hipel 2005; Xu et al. 2010). A state
that no chain of unilateral improvements reaches needs an agreement, or somebody who brings it about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .coalitions import coalition_improvements
from .concepts import subsets
from .model import Model
from .moves import LOW, BoolArray

__all__ = ["Reach", "Step", "smallest_coalitions", "spread"]

NEVER = np.int32(2**30)


@dataclass(frozen=True)
class Step:
    """One move: who, from which state to which, and whether it improves matters for the mover."""

    party: int
    source: int
    target: int
    gain: bool


@dataclass(frozen=True, eq=False)
class Reach:
    """What a set of parties can bring about from one state, and how soon.

    ``distance[k, t]`` is the least number of moves to ``t`` that end with a move of ``movers[k]``.
    """

    model: Model
    start: int
    movers: tuple[int, ...]
    improving: bool
    distance: NDArray[np.int32]

    @property
    def moves(self) -> NDArray[np.int32]:
        """Least number of moves to each state; ``NEVER`` where there is no way; 0 at the start."""
        least: NDArray[np.int32] = (
            self.distance.min(axis=0) if self.movers else np.full(self.model.n_states, NEVER)
        )
        least[self.start] = 0
        return least

    @property
    def states(self) -> BoolArray:
        """The states that can be reached, the start included."""
        return self.moves < NEVER

    def path(self, target: int) -> tuple[Step, ...] | None:
        """A shortest path, or None. Among several: the lowest mover, then the lowest state, from the end."""
        if target == self.start:
            return ()
        if not self.states[target]:
            return None
        steps: list[Step] = []
        left, mover = int(self.moves[target]), -1
        while left:
            step = self._last_step(target, left, mover)
            steps.append(step)
            target, left, mover = step.source, left - 1, step.party
        return tuple(reversed(steps))

    def _last_step(self, target: int, left: int, not_by: int) -> Step:
        for k, j in enumerate(self.movers):
            if j == not_by or self.distance[k, target] != left:
                continue
            rank = self.model.ranks[j]
            for source in self.model.moves[j].sources(target):
                gain = bool(rank[target] > rank[source])
                before = np.delete(self.distance[:, source], k)
                ready = source == self.start if left == 1 else (before == left - 1).any()
                if ready and (gain or not self.improving):
                    return Step(j, int(source), target, gain)
        raise AssertionError("a distance without a path")


def spread(
    model: Model, start: int, movers: Sequence[int] | None = None, *, improving: bool = False
) -> Reach:
    """Everything that ``movers`` (default: all parties) can bring about from ``start``.

    ``improving`` keeps to unilateral improvements, each from the state that it leaves.
    """
    who = tuple(range(len(model.parties)) if movers is None else movers)
    distance = np.full((len(who), model.n_states), NEVER, dtype=np.int32)
    here = np.zeros(model.n_states, dtype=bool)
    here[start] = True
    fresh = [here.copy() for _ in who]
    left = 0
    while any(f.any() for f in fresh):
        left += 1
        following = []
        for k, j in enumerate(who):
            ready = here if left == 1 else np.logical_or.reduce([~here & here, *fresh[:k], *fresh[k + 1 :]])
            new = _one_move(model, j, ready, improving) & (distance[k] == NEVER)
            distance[k, new] = left
            following.append(new)
        fresh = following
    return Reach(model, start, who, improving, distance)


def _one_move(model: Model, party: int, ready: BoolArray, improving: bool) -> BoolArray:
    """The states that one move of the party leads to from any of the ready ones."""
    moves: Any = model.moves[party]
    if improving:
        # some ready source ranks lower than t exactly if the lowest-ranked one does
        low = np.where(ready, -model.ranks[party], LOW).astype(np.int32)
        return (moves.push(low) > -model.ranks[party]) & model.feasible
    back = moves.push(ready) if model.transitive else moves.reverse.step(ready)
    return back & model.feasible


def smallest_coalitions(model: Model, start: int, target: int) -> list[tuple[int, ...]]:
    """The coalitions that could jump from ``start`` to ``target`` with a gain for each member.

    Only those of which no part could do the same; small ones first. Empty where even all together
    would not, because somebody would not gain or the moves do not lead there.
    """
    found: list[tuple[int, ...]] = []
    gains = [i for i in range(len(model.parties)) if model.ranks[i, target] > model.ranks[i, start]]
    for coalition in subsets(gains):
        if any(set(c) <= set(coalition) for c in found):
            continue
        if coalition_improvements(model, [start], coalition)[0, target]:
            found.append(coalition)
    return found
