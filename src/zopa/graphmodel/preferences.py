"""Ordinal preferences as ranks: prioritised statements with levels, direct rankings with ties.

Ranks are compared, never added: a statement of a higher level outweighs all lower ones together
(Hipel et al. 1997; Peng 1999). Within one level, the number of statements that hold decides, so
statements of one level are tied (Mota et al.).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .moves import BoolArray

__all__ = ["Priorities", "by_ranking", "by_statements"]

_ROOM = 2**62


def by_statements(holding: BoolArray, levels: Sequence[int]) -> NDArray[np.int64]:
    """A payoff per state, higher is better, from prioritised statements.

    Parameters
    ----------
    holding : bool array (n_statements, n_states)
        Where each statement holds.
    levels : sequence of int, length n_statements
        1 is the most important; equal levels are tied. Any number of statements: payoffs are ranked
        anew before they could overflow.

    Raises
    ------
    ValueError
        Not one level per statement.
    """
    if len(levels) != len(holding):
        raise ValueError(f"one level per statement: {len(holding)} needed, got {len(levels)}")
    order = np.asarray(levels)
    payoff = np.zeros(holding.shape[1], dtype=np.int64)
    top = 0
    for level in np.unique(order):
        members = holding[order == level]
        if (top + 1) * (len(members) + 1) >= _ROOM:
            payoff = np.unique(payoff, return_inverse=True)[1].astype(np.int64)
            top = int(payoff.max())
        payoff = payoff * (len(members) + 1) + members.sum(axis=0)
        top = (top + 1) * (len(members) + 1) - 1
    return payoff


def by_ranking(groups: Iterable[Iterable[int]], feasible: BoolArray) -> NDArray[np.int64]:
    """A payoff per state from groups of tied states, best first.

    Raises
    ------
    ValueError
        A feasible state left out or listed twice, or a state that is infeasible; says which.
    """
    listed = [list(group) for group in groups]
    payoff = np.zeros(len(feasible), dtype=np.int64)
    seen = np.zeros(len(feasible), dtype=np.int64)
    for place, group in enumerate(listed):
        for state in group:
            if not 0 <= state < len(feasible) or not feasible[state]:
                raise ValueError(f"the ranking lists state {state}, which is not feasible")
            payoff[state] = len(listed) - place
            seen[state] += 1
    for what, states in (("lists twice", seen > 1), ("leaves out", feasible & (seen == 0))):
        if states.any():
            raise ValueError(f"the ranking {what} state {', '.join(map(str, np.flatnonzero(states)[:5]))}")
    return payoff


@dataclass(frozen=True, eq=False)
class Priorities:
    """A party's prioritised statements as arrays.

    Attributes
    ----------
    holding : bool array (n_statements, n_states)
    levels : tuple of int
        1 is the most important; equal is tied.
    supported : tuple of bool
        Whether a sentence on record supports the statement.
    """

    holding: BoolArray
    levels: tuple[int, ...]
    supported: tuple[bool, ...]

    def payoffs(self) -> NDArray[np.int64]:
        """A payoff per state, higher is better."""
        return by_statements(self.holding, self.levels)
