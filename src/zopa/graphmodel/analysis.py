"""What the graph model says about the states of one compiled case: numbers and sets only, no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .certainty import Doubt, holds_for_certain, leaves_for_certain
from .coalitions import Around, cgmr, holds_for_all
from .compile import CompiledGraph, picture_of
from .concepts import subsets, verdicts
from .graph_model import GraphModel
from .hypergame import Hypergame, hypergame
from .inverse import Edit, OneState, demotions, edited, statement_edits
from .limited_move import nonmyopic
from .moves import BoolArray, Index
from .reachability import Reach, UnilateralMove, spread
from .robustness import pareto_efficient
from .sets import members

__all__ = ["CHAIN", "Analysis", "Certainty", "LeastChange", "LeavingGroup"]

CHAIN = ("nash", "sseq", "seq", "smr", "gmr")
"""Strongest first."""
MOST_COALITIONS = 64
MOST_NODES = 40
MOST_COMPARED = 500
MOST_CHANGES = 3
FAR_STATES = 1024


@dataclass(frozen=True)
class LeavingGroup:
    """A coalition that could leave a state with a gain for each member, to the best such state; indices."""

    parties: tuple[int, ...]
    target: int
    answered: bool


@dataclass(frozen=True)
class LeastChange:
    """A least change of a party's preferences that would make a state stable for it; see ``answers.Change``."""

    party: int
    edits: tuple[Edit, ...]
    states: int | None
    alone: bool


@dataclass(frozen=True)
class Certainty:
    """Concepts that hold for certain, and parties that would leave for certain, whatever the others did."""

    holds: tuple[str, ...]
    leaving: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Analysis:
    """One compiled case, with what is computed once for all its states."""

    compiled: CompiledGraph

    @property
    def model(self) -> GraphModel:
        """The graph model."""
        return self.compiled.model

    @cached_property
    def stable(self) -> dict[str, BoolArray]:
        """Concept -> verdict per party and state; ``nonmyopic`` too for two parties and not too many states."""
        found = {c: verdicts(self.model, c) for c in CHAIN}
        if len(self.model.parties) == 2 and self.model.feasible.sum() <= FAR_STATES:
            found["nonmyopic"] = nonmyopic(self.model)
        return found

    @cached_property
    def equilibria(self) -> dict[str, BoolArray]:
        """Concept -> the states that are stable for every party."""
        return {c: np.logical_and.reduce(v) for c, v in self.stable.items()}

    @property
    def start(self) -> int | None:
        """The status quo."""
        return self.compiled.status_quo

    @cached_property
    def improving(self) -> Reach | None:
        """What improvements alone reach from the status quo."""
        return None if self.start is None else spread(self.model, self.start, improving=True)

    @cached_property
    def moving(self) -> Reach | None:
        """What any moves reach from the status quo."""
        return None if self.start is None else spread(self.model, self.start)

    @cached_property
    def largest(self) -> int:
        """The largest coalition looked at, so that there are at most some dozens."""
        sizes = range(1, len(self.model.parties) + 1)
        coalitions = [len(c) for c in subsets(range(len(self.model.parties)))]
        return max(k for k in sizes if k == 1 or sum(s <= k for s in coalitions) <= MOST_COALITIONS)

    @cached_property
    def idle(self) -> tuple[int, ...]:
        """Parties that can do nothing alone in any state."""
        return tuple(k for k in range(len(self.model.parties)) if not self._can_move(k))

    def _can_move(self, party: int) -> bool:
        if self.model.issues:
            return any(i.holder == party for i in self.model.issues)
        return bool(len(self.model.arcs[party][0]))

    def strength(self, state: int) -> str:
        """The strongest concept under which the state is an equilibrium; empty for none."""
        return next((c for c in CHAIN if self.equilibria[c][state]), "")

    def gains(self, states: Index) -> BoolArray:
        """Whether every party prefers each of the states to the status quo."""
        if self.start is None:
            return np.zeros(len(states), dtype=bool)
        ranks = self.model.ranks
        return np.logical_and.reduce(ranks[:, states] > ranks[:, [self.start]])

    # --- all states ---------------------------------------------------------------------------------

    @cached_property
    def _level(self) -> NDArray[np.intp]:
        level = np.full(self.model.n_states, len(CHAIN))
        for k, c in reversed(list(enumerate(CHAIN))):
            level[self.equilibria[c]] = k
        return level

    @property
    def compared(self) -> tuple[int, int]:
        """How many states that hold are compared in full to rank them, and how many there are."""
        keep = min(max(2**22 // self.model.n_states, 10), MOST_COMPARED)
        holding = int((self._level < len(CHAIN)).sum())
        return min(keep, holding), holding

    def best(self, most: int) -> list[int]:
        """The best equilibria, in the order of ``Stability.ranking``."""
        level, pool = self._level, np.flatnonzero(self._level < len(CHAIN))
        places, gains = self.model.ranks[:, pool].sum(axis=0), self.gains(pool)
        keep = max(self.compared[0], most)
        pool = pool[np.lexsort((pool, -places, ~gains, level[pool]))[:keep]]
        against_all = np.array([self._unanswered_by_none(int(s)) for s in pool], dtype=bool)
        efficient = pareto_efficient(self.model, pool)
        far = self.improving.moves[pool] if self.improving else np.zeros(len(pool), np.int32)
        places, gains = self.model.ranks[:, pool].sum(axis=0), self.gains(pool)
        order = np.lexsort((pool, -places, far, ~efficient, ~gains, ~against_all, level[pool]))
        return [int(s) for s in pool[order][:most]]

    def _unanswered_by_none(self, state: int) -> bool:
        return holds_for_all(Around(self.model, state), "cgmr", self.largest)

    def drift(self, most: int) -> list[int]:
        """Equilibria (credible answers) that improvements alone reach from the status quo, nearest first."""
        if self.improving is None:
            return []
        here = self.equilibria["seq"][self.improving.found] & (self.improving.distance > 0)
        found, far = self.improving.found[here], self.improving.distance[here]
        return [int(s) for s in found[np.lexsort((found, far))][:most]]

    # --- one state ----------------------------------------------------------------------------------

    def coalitions(self, here: Around) -> tuple[str, ...]:
        """The coalition concepts under which no coalition would leave, strongest first."""
        found = ["cnash"] if holds_for_all(here, "cnash", self.largest) else []
        for concept in ("csmr", "cgmr"):
            if found or holds_for_all(here, concept, self.largest):
                found.append(concept)
        return tuple(found)

    def groups(self, here: Around) -> list[LeavingGroup]:
        """Groups of two or more that could leave together, where no part of them could do the same as well."""
        model, state = self.model, here.state
        alone = [i for i in range(len(model.parties)) if here.improvements([i])]
        leaving = [{i} for i in alone]
        unanswered = [{i} for i in alone if not self.stable["gmr"][i, state]]
        out = []
        for group in subsets(range(len(model.parties))):
            if not 1 < len(group) <= self.largest or not here.improvements(group):
                continue
            answered = cgmr(here, group)
            if any(g <= set(group) for g in (leaving if answered else unanswered)):
                continue
            leaving.append(set(group))
            unanswered += [] if answered else [set(group)]
            targets = members(here.improvements(group), model.n_states)
            least = model.ranks[np.array(group)][:, targets].min(axis=0)  # best for the worst-off member
            out.append(LeavingGroup(group, int(targets[np.lexsort((targets, -least))[0]]), answered))
        return out

    def least(self, state: int, concept: str) -> list[LeastChange]:
        """Least changes of preferences that would make the state stable, for each party where it is not."""
        out = []
        for i in np.flatnonzero(~self.stable[concept][:, state]).tolist():
            own = self.compiled.priorities[i]
            if own is None:
                states = demotions(self.model, state, i, concept)
                out.append(LeastChange(i, (), len(states[0]) if states else None, True))
                continue
            found = statement_edits(self.model, state, i, concept, own.holding, own.levels, at_most=1)
            for edits in found[:MOST_CHANGES]:
                payoff = edited(own.holding, own.levels, edits)
                out.append(LeastChange(i, edits, None, self._still(state, concept, i, payoff)))
        return out

    def _still(self, state: int, concept: str, party: int, payoff: NDArray[np.int64]) -> bool:
        """Whether the state stays stable for the others if the party's payoffs change to these."""
        if concept not in ("seq", "sseq"):  # only there does it matter what the party gains from a step
            return True
        changed = self.model.with_payoff(party, payoff)
        now = np.flatnonzero(self.stable[concept][:, state]).tolist()
        return all(OneState(changed, state, j, concept).holds(self.model.ranks[j]) for j in now)

    def certainty(self, state: int) -> Certainty | None:
        """What holds however the preferences marked unsure turn out; None where none is marked."""
        if not any(w.unsure for wishes in self.compiled.wishes for w in wishes):
            return None
        parties = range(len(self.model.parties))
        holds = tuple(
            c for c in CHAIN if all(holds_for_certain(self.model, self._doubts, state, i, c) for i in parties)
        )
        leaving = tuple(i for i in parties if leaves_for_certain(self.model, self._doubts, state, i))
        return Certainty(holds, leaving)

    @cached_property
    def _doubts(self) -> list[Doubt]:
        rows = zip(self.model.ranks, self.compiled.priorities, self.compiled.wishes, strict=True)
        return [Doubt(rank, own, np.array([w.unsure for w in wishes], bool)) for rank, own, wishes in rows]

    # --- what each party sees -----------------------------------------------------------------------

    @property
    def has_pictures(self) -> bool:
        """Whether the case gives some party a picture of its own."""
        return bool(self.compiled.case.graph and self.compiled.case.graph.pictures)

    @cached_property
    def _pictures(self) -> list[GraphModel]:
        return [picture_of(self.compiled, p) for p in self.model.parties]

    @cached_property
    def perceived(self) -> Mapping[str, Hypergame]:
        """Concept -> verdicts of each party in its own picture; empty where nobody has one."""
        return {c: hypergame(self._pictures, c) for c in CHAIN} if self.has_pictures else {}

    def sees(self, state: int, concept: str) -> list[bool | None] | None:
        """Per party: whether the state holds in its own picture; None where it does not see the state."""
        if not self.has_pictures:
            return None
        found = self.perceived[concept]
        return [bool(h[state]) if s[state] else None for s, h in zip(found.seen, found.holds, strict=True)]

    # --- the picture --------------------------------------------------------------------------------

    def surroundings(self, asked: Sequence[int]) -> tuple[dict[int, int], list[UnilateralMove]]:
        """States that improvements reach from the status quo, nearest first, and a way to each asked state.

        Returns
        -------
        columns : state -> steps from the status quo
        steps
        """
        if self.improving is None or self.moving is None:
            return {}, []
        found, far = self.improving.found, self.improving.distance
        near = np.lexsort((found, far))[:MOST_NODES]
        columns = dict(zip(found[near].tolist(), far[near].tolist(), strict=True))
        steps: dict[tuple[int, int, int], UnilateralMove] = {}
        for s in list(columns):
            for i in range(len(self.model.parties)):
                for t in self.model.improvements(i, s).tolist():
                    if t in columns:
                        steps[i, s, t] = UnilateralMove(i, s, t, True)
        for state in asked:
            for k, step in enumerate(self.moving.path(state) or (), 1):
                columns.setdefault(step.target, k)
                steps.setdefault((step.party, step.source, step.target), step)
        return columns, list(steps.values())
