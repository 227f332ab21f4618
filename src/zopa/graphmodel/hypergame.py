"""Level-1 hypergames: each party judges by its own picture of the conflict (Bennett 1977; Wang et al. 1988).

All pictures share one set of states. A state that a party does not see is not "stable for it", however
few moves it sees there: such states are listed apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .concepts import stable
from .graph_model import GraphModel
from .moves import BoolArray

__all__ = ["Hypergame", "hypergame"]


@dataclass(frozen=True, eq=False)
class Hypergame:
    """Verdicts of each party in its own picture; both arrays have shape (n_parties, n_states).

    Attributes
    ----------
    seen : which states exist in the party's picture.
    holds : which of them are stable for the party in its picture.
    """

    seen: BoolArray
    holds: BoolArray

    @property
    def equilibria(self) -> BoolArray:
        """The states that every party sees and finds stable in its own picture."""
        return np.logical_and.reduce(self.holds)


def hypergame(pictures: Sequence[GraphModel], concept: str) -> Hypergame:
    """Judge by one picture per party, in the order of the parties.

    Raises
    ------
    ValueError
        Not one picture per party, or pictures with different states.
    """
    parties = pictures[0].parties
    if len(pictures) != len(parties):
        raise ValueError(f"one picture per party: {len(parties)} needed, got {len(pictures)}")
    if len({p.n_states for p in pictures}) > 1:
        raise ValueError("all pictures need the same states; mark those that a party does not see infeasible")
    return Hypergame(
        np.stack([p.feasible for p in pictures]),
        np.stack([stable(p, i, concept) for i, p in enumerate(pictures)]),
    )
