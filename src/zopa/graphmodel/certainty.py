"""What holds whichever way the preferences marked unsure turn out.

A line of a party's preferences that is marked unsure may count as written, count as its opposite, or not
count at all. Of two states a party then prefers one *possibly* (in some of these ways) or *certainly* (in
all of them). A state is stable for certain when every departure that is possibly an improvement meets a
sanction that is certainly none for the leaver, by steps that are certainly improvements for those who take
them where the concept asks for credible ones, and no possible improvement is a way out of it.

This is the cautious reading of unknown preferences (Li, Hipel, Kilgour & Fang 2004) with one difference:
there others also answer by steps that may be improvements, so their verdict need not survive every outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .graph_model import GraphModel
from .moves import BoolArray, Index
from .preferences import Priorities
from .reachability import Preferred, spread
from .sets import as_mask, as_set

__all__ = ["Doubt", "holds_for_certain", "leaves_for_certain"]


@dataclass(frozen=True, eq=False)
class Doubt:
    """One party's preferences with what is unsure in them.

    Attributes
    ----------
    rank : its ranks of the states as written
    priorities : its statements; None where the ranks are all there is
    unsure : per statement, whether it may count, count the other way round, or not at all
    """

    rank: NDArray[np.int32]
    priorities: Priorities | None
    unsure: BoolArray

    def gains(self, here: int | Index, there: int | Index | slice) -> tuple[BoolArray, BoolArray]:
        """Whether ``there`` is possibly, and whether it is certainly better than ``here``."""
        if self.priorities is None or not self.unsure.any():
            better = self.rank[there] > self.rank[here]
            return better, better
        holding, levels = self.priorities.holding, np.asarray(self.priorities.levels)
        possibly = certainly = np.zeros_like(self.rank[there], dtype=bool)
        for level in np.unique(levels)[::-1]:
            own = levels == level
            sure, open_ = holding[own & ~self.unsure], holding[own & self.unsure]
            gain = sure[:, there].sum(axis=0) - _column(sure[:, here]).sum(axis=0)
            spare = (open_[:, there] != _column(open_[:, here])).sum(axis=0)
            possibly = (gain + spare > 0) | ((gain + spare == 0) & possibly)
            certainly = (gain - spare > 0) | ((gain - spare == 0) & certainly)
        return possibly, certainly


def _column(held: BoolArray) -> NDArray[np.int64]:
    counted = held.astype(np.int64)
    return counted[:, None] if counted.ndim == 1 else counted


def holds_for_certain(
    model: GraphModel, doubts: Sequence[Doubt], state: int, party: int, concept: str
) -> bool:
    """Whether the state is stable for the party under ``concept`` however the unsure preferences turn out."""
    possibly = doubts[party].gains(state, slice(None))[0] & model.feasible
    leaving = [t for t in model.targets(party, state).tolist() if possibly[t]]
    if concept == "nash" or not leaving:
        return not leaving
    bad = model.feasible & ~possibly
    if concept in ("smr", "sseq"):
        bad &= ~as_mask(model.sets.behind(as_set(possibly), party), model.n_states)
    if concept in ("gmr", "smr"):
        return _can_be_brought(model, party, leaving, bad)
    sure = tuple(_certainly(d) for d in doubts)
    return all(_credibly(model, party, t, bad, sure) for t in leaving)


def leaves_for_certain(model: GraphModel, doubts: Sequence[Doubt], state: int, party: int) -> bool:
    """Whether the party certainly gains by some departure, whatever the others do."""
    certainly = doubts[party].gains(state, slice(None))[1] & model.feasible
    leaving = [t for t in model.targets(party, state).tolist() if certainly[t]]
    safe = [_can_be_brought(model, party, [t], model.feasible & ~certainly) for t in leaving]
    return not all(safe)


def _others(model: GraphModel, party: int) -> list[int]:
    return [j for j in range(len(model.parties)) if j != party]


def _can_be_brought(model: GraphModel, party: int, starts: Sequence[int], ends: BoolArray) -> bool:
    """Whether from each of ``starts`` the others can bring about one of ``ends``, by any moves."""
    safe = model.sets.reach(as_set(ends), _others(model, party), backwards=True)
    return all(safe >> t & 1 for t in starts)


def _credibly(model: GraphModel, party: int, start: int, ends: BoolArray, sure: Sequence[Preferred]) -> bool:
    """The same by steps that are certainly improvements, for one start."""
    reach = spread(model, start, _others(model, party), preferred=sure)
    return bool(ends[reach.found].any())


def _certainly(doubt: Doubt) -> Preferred:
    return lambda source, target: doubt.gains(source, target)[1]
