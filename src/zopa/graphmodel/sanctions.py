"""Why a state is or is not stable for a party: the moves away from it, and the answers to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .model import Model
from .moves import BoolArray, Index
from .reachability import NEVER, Reach, Step, spread

__all__ = ["Answer", "Departure", "changes", "departures"]


@dataclass(frozen=True)
class Answer:
    """What the others could do after a departure, so that the leaver is no better off than before.

    Attributes
    ----------
    steps : tuple of Step
        Their moves, from the state after the departure.
    credible : bool
        Each step is an improvement for the one who makes it.
    final : bool
        The leaver has no move from there to a state it prefers to the one it left.
    states : int
        Number of end states that answer equally well in these two respects.
    """

    steps: tuple[Step, ...]
    credible: bool
    final: bool
    states: int

    @property
    def end(self) -> int:
        """The state where it ends."""
        return self.steps[-1].target


@dataclass(frozen=True)
class Departure:
    """A unilateral improvement of one party away from a state, and the best answer of the others."""

    party: int
    source: int
    target: int
    answer: Answer | None


def departures(model: Model, state: int, party: int) -> tuple[Departure, ...]:
    """The party's unilateral improvements from ``state``, best for it first, each with its answer.

    Of several answers the one shown is, in this order: credible, final, with the fewest moves, with the
    fewest changes, the lowest state number.
    """
    targets = model.improvements(party, state)
    order = np.lexsort((targets, changes(model, state, targets), -model.ranks[party, targets]))
    return tuple(
        Departure(party, state, int(t), _answer(model, state, party, int(t))) for t in targets[order]
    )


def changes(model: Model, state: int, others: Index) -> Index:
    """How many issues each of ``others`` answers differently from ``state``; 1 in graph form."""
    if not model.issues:
        return np.ones(len(others), dtype=np.intp)
    count = np.zeros(len(others), dtype=np.intp)
    for size, stride in zip(model.sizes, model.strides, strict=True):
        count += others // stride % size != state // stride % size
    return count


def _answer(model: Model, state: int, party: int, left_for: int) -> Answer | None:
    rank = model.ranks[party]
    others = [j for j in range(len(model.parties)) if j != party]
    bad = model.feasible & (rank <= rank[state])
    final = bad & (np.asarray(model.moves[party].pull(rank)) <= rank[state])
    for credible in (True, False):
        reach = spread(model, left_for, others, improving=credible)
        for lasting in (True, False):
            ends = reach.states & (final if lasting else bad)
            if ends.any():
                return Answer(_nearest(reach, ends), credible, lasting, int(ends.sum()))
    return None


def _nearest(reach: Reach, ends: BoolArray) -> tuple[Step, ...]:
    found = np.flatnonzero(ends)
    far = reach.moves[found]
    assert (far < NEVER).all()
    best = found[np.lexsort((found, changes(reach.model, reach.start, found), far))[0]]
    path = reach.path(int(best))
    assert path
    return path
