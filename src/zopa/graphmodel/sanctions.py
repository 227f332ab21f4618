"""Why a state is or is not stable for a party: the moves away from it, and the answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .graph_model import GraphModel
from .moves import BoolArray, Index
from .reachability import Reach, UnilateralMove, spread

__all__ = ["Sanction", "changes", "departures"]


@dataclass(frozen=True)
class Sanction:
    """What the others could do after a departure, so that the leaver is no better off than before.

    Attributes
    ----------
    steps : tuple of UnilateralMove
        Their moves, from the state after the departure.
    credible : bool
        Each step is an improvement for the one who makes it.
    final : bool
        The leaver has no move from there to a state it prefers to the one it left.
    states : int
        Number of end states that answer equally well in these two respects.
    """

    steps: tuple[UnilateralMove, ...]
    credible: bool
    final: bool
    states: int

    @property
    def end(self) -> int:
        """The state where it ends."""
        return self.steps[-1].target


def departures(model: GraphModel, state: int, party: int) -> tuple[tuple[int, Sanction | None], ...]:
    """Where the party's unilateral improvements from ``state`` lead, best for it first, each with its sanction.

    Of several sanctions the one given is, in this order: credible, final, with the fewest moves, with the
    fewest changes, the lowest state number.
    """
    targets = model.improvements(party, state)
    order = np.lexsort((targets, changes(model, state, targets), -model.ranks[party, targets]))
    rank = model.ranks[party]
    bad = model.feasible & (rank <= rank[state])
    final = bad & (np.asarray(model.moves[party].pull(rank)) <= rank[state]) if len(targets) else bad
    return tuple((t, _sanction(model, party, t, (final, bad))) for t in targets[order].tolist())


def changes(model: GraphModel, state: int, others: Index) -> Index:
    """How many issues each of ``others`` answers differently from ``state``; 1 in graph form."""
    if not model.issues:
        return np.ones(len(others), dtype=np.intp)
    count = np.zeros(len(others), dtype=np.intp)
    for size, stride in zip(model.sizes, model.strides, strict=True):
        count += others // stride % size != state // stride % size
    return count


def _sanction(model: GraphModel, party: int, left_for: int, ends: Sequence[BoolArray]) -> Sanction | None:
    """``ends`` are the states from which the party has no way out, and all that it does not prefer."""
    others = [j for j in range(len(model.parties)) if j != party]
    for credible in (True, False):
        reach = spread(model, left_for, others, improving=credible)
        for lasting, wanted in zip((True, False), ends, strict=True):
            here = wanted[reach.found]
            if here.any():
                return Sanction(_nearest(reach, here), credible, lasting, int(here.sum()))
    return None


def _nearest(reach: Reach, ends: BoolArray) -> tuple[UnilateralMove, ...]:
    """The path to the nearest of the marked states of ``reach.found``."""
    found, far = reach.found[ends], reach.distance[ends]
    best = found[np.lexsort((found, changes(reach.model, reach.start, found), far))[0]]
    path = reach.path(int(best))
    assert path
    return path
