"""Coalition stability: whether a group of parties would leave together, and could be answered.

CI_H(s) are the states that coalition H can bring about by moves of its members (nobody twice running) and
that every member strictly prefers to s. Definitions (Kilgour, Hipel, Fang & Peng 2001; Inohara & Hipel
2008); "bad" means not strictly better than s for at least one member of H:

=====  =========================================================================================
cnash  CI_H(s) is empty
cgmr   from each t in CI_H(s) the others can reach a bad state
csmr   ... a bad state from which H cannot reach any state that all members prefer to s
cseq   ... a bad state by coalition improvements of groups among the others, no group twice running
=====  =========================================================================================

A state is coalition-stable when it is stable for every nonempty coalition, single parties included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName

from .concepts import subsets
from .graph_model import GraphModel
from .moves import BoolArray, Index
from .sets import as_mask, as_set

__all__ = [
    "COALITION_CONCEPTS",
    "Around",
    "cgmr",
    "cnash",
    "coalition_improvements",
    "coalition_stable",
    "cseq",
    "csmr",
    "holds_for_all",
]

States = Sequence[int] | Index
_CSEQ_STATES = 4096


class Around:
    """One state and what coalitions could do from it; sets of states are integers (:mod:`.sets`)."""

    def __init__(self, model: GraphModel, state: int) -> None:
        self.model, self.state = model, state
        self.better = [as_set(row > row[state]) for row in model.ranks]
        """Per party, the states that it strictly prefers."""
        self._wanted: dict[tuple[int, ...], int] = {}

    def preferred(self, coalition: Sequence[int]) -> int:
        """The states that every member strictly prefers."""
        found = self.model.sets.all
        for i in coalition:
            found &= self.better[i]
        return found

    def improvements(self, coalition: Sequence[int]) -> int:
        """CI_H: what the coalition can bring about and every member strictly prefers."""
        key = tuple(coalition)
        if key not in self._wanted:
            reached = self.model.sets.reach(1 << self.state, coalition)
            self._wanted[key] = reached & self.preferred(coalition)
        return self._wanted[key]

    def answered(self, coalition: Sequence[int], bad: int) -> bool:
        """Whether from every coalition improvement the others can bring about a bad state."""
        wanted = self.improvements(coalition)
        rest = [j for j in range(len(self.model.parties)) if j not in coalition]
        return not wanted & ~self.model.sets.reach(bad, rest, backwards=True) if wanted else True


def coalition_improvements(model: GraphModel, states: States, coalition: Sequence[int]) -> BoolArray:
    """CI_H(s) for each of ``states``, as masks of shape (len(states), n_states)."""
    found = [Around(model, int(s)).improvements(coalition) for s in states]
    return np.array([as_mask(f, model.n_states) for f in found]).reshape(len(found), model.n_states)


def cnash(here: Around, coalition: Sequence[int]) -> bool:
    """No coalition improvement."""
    return not here.improvements(coalition)


def cgmr(here: Around, coalition: Sequence[int]) -> bool:
    """Every coalition improvement has an answer by any moves of the others."""
    return here.answered(coalition, here.model.sets.all & ~here.preferred(coalition))


def csmr(here: Around, coalition: Sequence[int]) -> bool:
    """Every coalition improvement has an answer from which the coalition cannot escape."""
    if not here.improvements(coalition):
        return True
    sets = here.model.sets
    escape = sets.reach(here.preferred(coalition), coalition, backwards=True)
    return here.answered(coalition, sets.all & ~escape)


def cseq(here: Around, coalition: Sequence[int]) -> bool:
    """Every coalition improvement has an answer by improvements of groups among the others.

    Raises
    ------
    NotApplicable
        More than 4,096 feasible states: group improvements need a state x state table.
    """
    model = here.model
    live = np.flatnonzero(model.feasible)
    if len(live) > _CSEQ_STATES:
        raise NotApplicable(f"cseq needs at most {_CSEQ_STATES} feasible states; this model has {len(live)}")
    rest = tuple(j for j in range(len(model.parties)) if j not in coalition)
    steps = _group_steps(model, rest)
    bad = ~as_mask(here.preferred(coalition), model.n_states)[live]
    safe = _group_chains(steps, bad[:, None], model.transitive)[:, 0]
    return not (as_mask(here.improvements(coalition), model.n_states)[live] & ~safe).any()


@lru_cache(maxsize=32)
def _group_steps(model: GraphModel, rest: tuple[int, ...]) -> tuple[NDArray[np.float32], ...]:
    """Per group of the others, its improvements as a table over the feasible states."""
    live = np.flatnonzero(model.feasible)
    return tuple(
        coalition_improvements(model, live, group)[:, live].astype(np.float32) for group in subsets(rest)
    )


def _group_chains(steps: Sequence[NDArray[np.float32]], bad: BoolArray, transitive: bool) -> BoolArray:
    """From which states (rows) a chain of group steps ends in a bad state (per column)."""
    if transitive and steps:  # then a group's two steps in a row are one, and the order rule is idle
        steps = [np.maximum.reduce(steps)]
    first = [np.zeros_like(bad) for _ in steps]
    changed = True
    while changed:
        changed = False
        for k, step in enumerate(steps):
            ahead = bad.copy()
            for other, value in enumerate(first):
                if other != k or transitive:
                    ahead |= value
            new = step @ ahead.astype(np.float32) > 0
            changed |= not np.array_equal(new, first[k])
            first[k] = new
    return np.logical_or.reduce([bad, *first])


COALITION_CONCEPTS: Mapping[str, Callable[[Around, Sequence[int]], bool]] = {
    "cnash": cnash,
    "cseq": cseq,
    "csmr": csmr,
    "cgmr": cgmr,
}


def coalition_stable(
    model: GraphModel, concept: str, states: States | None = None, *, largest: int | None = None
) -> BoolArray:
    """Whether each of ``states`` is stable for every coalition (of at most ``largest`` members).

    Parameters
    ----------
    concept : str
        A key of ``COALITION_CONCEPTS``.
    states : sequence of int, optional
        Default: all feasible states, ascending.

    Raises
    ------
    UnknownName
        A concept that is not in ``COALITION_CONCEPTS``.
    """
    if concept not in COALITION_CONCEPTS:
        raise UnknownName("coalition concept", concept, COALITION_CONCEPTS)
    asked = np.flatnonzero(model.feasible) if states is None else states
    return np.array([holds_for_all(Around(model, int(s)), concept, largest) for s in asked], dtype=bool)


def holds_for_all(here: Around, concept: str, largest: int | None = None) -> bool:
    """Whether the state is stable for every coalition of at most ``largest`` members."""
    n = len(here.model.parties)
    coalitions = (c for c in subsets(range(n)) if largest is None or len(c) <= largest)
    return all(COALITION_CONCEPTS[concept](here, c) for c in coalitions)
