"""Everything about one state, and the ranking of all of them, in the words of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zopa.case.graph import Priority
from zopa.errors import NotApplicable
from zopa.space import Why

from . import answers as say
from .coalitions import cgmr, coalition_improvements, coalition_stable
from .compile import Compiled, picture_of
from .concepts import subsets, verdicts
from .hypergame import hypergame
from .inverse import Edit, OneState, demotions, edited, statement_edits
from .limited_move import nonmyopic
from .moves import BoolArray, Index
from .preference_structures import MAX_STATES, judge, unknown
from .reachability import NEVER, Reach, Step, smallest_coalitions, spread
from .robustness import Shares, pareto_efficient
from .sanctions import Departure, departures

__all__ = ["CHAIN", "Room"]

CHAIN = ("nash", "sseq", "seq", "smr", "gmr")
"""Strongest first."""
MOST_COALITIONS = 64
MOST_NODES = 40
MOST_COMPARED = 500
MOST_CHANGES = 3
FAR_STATES = 1024


@dataclass(frozen=True, eq=False)
class Room:
    """One compiled case, with what is computed once for all its states."""

    compiled: Compiled

    @cached_property
    def stable(self) -> dict[str, BoolArray]:
        """Concept -> verdict per party and state; ``nonmyopic`` too for two parties and not too many states."""
        model = self.compiled.model
        found = {c: verdicts(model, c) for c in CHAIN}
        if len(model.parties) == 2 and model.feasible.sum() <= FAR_STATES:
            found["nonmyopic"] = nonmyopic(model)
        return found

    @cached_property
    def equilibria(self) -> dict[str, BoolArray]:
        """Concept -> the states that are stable for every party."""
        return {c: np.logical_and.reduce(v) for c, v in self.stable.items()}

    @property
    def start(self) -> list[int]:
        """The status quo, or nothing."""
        return [] if self.compiled.status_quo is None else [self.compiled.status_quo]

    @cached_property
    def drifting(self) -> Reach | None:
        """What improvements alone reach from the status quo."""
        return spread(self.compiled.model, self.start[0], improving=True) if self.start else None

    @cached_property
    def roaming(self) -> Reach | None:
        """What any moves reach from the status quo."""
        return spread(self.compiled.model, self.start[0]) if self.start else None

    @cached_property
    def largest(self) -> int:
        """The largest coalition looked at, so that there are at most some dozens."""
        n = len(self.compiled.model.parties)
        return max(
            k
            for k in range(1, n + 1)
            if sum(1 for c in subsets(range(n)) if len(c) <= k) <= MOST_COALITIONS or k == 1
        )

    @cached_property
    def notes(self) -> list[str]:
        """What limits the answer."""
        model = self.compiled.model
        notes = []
        if self.largest < len(model.parties):
            notes.append(f"groups of more than {self.largest} parties were not examined")
        if not self.start:
            notes.append("the case names no status quo, so nothing is compared with it")
        idle = [p for k, p in enumerate(model.parties) if not self._can_move(k)]
        if idle:
            notes.append(
                f"{', '.join(idle)} can do nothing alone here; a state is stable for it for want of moves"
            )
        return notes

    def _can_move(self, party: int) -> bool:
        model = self.compiled.model
        if model.issues:
            return any(i.holder == party for i in model.issues)
        return bool(len(model.arcs[party][0]))

    def strength(self, state: int) -> str:
        """The strongest concept under which the state is an equilibrium; empty for none."""
        return next((c for c in CHAIN if self.equilibria[c][state]), "")

    # --- ranking ------------------------------------------------------------------------------------

    def best(self, most: int) -> list[int]:
        """The best equilibria, in the order of :attr:`Stability.ranking`."""
        model = self.compiled.model
        level = np.full(model.n_states, len(CHAIN))
        for k, c in reversed(list(enumerate(CHAIN))):
            level[self.equilibria[c]] = k
        pool = np.flatnonzero(level < len(CHAIN))
        places = model.ranks[:, pool].sum(axis=0)
        gains = self._gains(pool)
        keep = min(max(2**22 // model.n_states, most), MOST_COMPARED)
        if len(pool) > keep:
            self.notes.append(
                f"of {len(pool):,} states that hold, {keep:,} were compared in full: by concept, gains over the "
                "status quo and ranks"
            )
        pool = pool[np.lexsort((pool, -places, ~gains, level[pool]))[:keep]]
        against_all = coalition_stable(model, "cgmr", pool, largest=self.largest)
        efficient = pareto_efficient(model, pool)
        far = self.drifting.moves[pool] if self.drifting else np.zeros(len(pool), np.int32)
        places, gains = model.ranks[:, pool].sum(axis=0), self._gains(pool)
        order = np.lexsort((pool, -places, far, ~efficient, ~gains, ~against_all, level[pool]))
        return [int(s) for s in pool[order][:most]]

    def _gains(self, states: Index) -> BoolArray:
        if not self.start:
            return np.zeros(len(states), dtype=bool)
        ranks = self.compiled.model.ranks
        return np.logical_and.reduce(ranks[:, states] > ranks[:, self.start])

    def drift(self, most: int) -> list[int]:
        """Equilibria (credible answers) that improvements alone reach from the status quo, nearest first."""
        if self.drifting is None:
            return []
        found = np.flatnonzero(self.drifting.states & self.equilibria["seq"])
        found = found[found != self.start[0]]
        return [int(s) for s in found[np.lexsort((found, self.drifting.moves[found]))][:most]]

    # --- one state ----------------------------------------------------------------------------------

    def standing(self, state: int, robust: Shares | None, full: bool, concept: str) -> say.Standing:
        """Everything about one state; departures, groups, doubts and least changes only in ``full``."""
        model, parties = self.compiled.model, self.compiled.model.parties
        ranks = model.ranks
        start = self.start[0] if self.start else None
        tests = {} if robust is None else {t: robust.share(t, state) for t in robust.counts}
        if start in (None, state):
            tests.pop("better", None)
        groups = self._groups(state) if full else ()
        return say.Standing(
            next((n for n, k in self.compiled.named.items() if k == state), ""),
            model.names(state),
            self.done(state),
            self.strength(state),
            {c: {p: bool(v[i, state]) for i, p in enumerate(parties)} for c, v in self.stable.items()},
            self._coalitions(state),
            {p: 1 + int((ranks[i] > ranks[i, state]).sum()) for i, p in enumerate(parties)},
            int(model.feasible.sum()),
            {} if start in (None, state) else {p: bool(ranks[i, state] > ranks[i, start]) for i, p in enumerate(parties)},
            bool(pareto_efficient(model, [state])[0]),
            self._path(self.drifting, state),
            self._path(self.roaming, state),
            () if start in (None, state) or len(parties) > 10 else tuple(
                tuple(parties[i] for i in c) for c in smallest_coalitions(model, start, state)
            ),
            tests,
            tuple(d for i in range(len(parties)) for d in self._departures(state, i)) if full else (),
            groups,
            tuple(p for i, p in enumerate(parties) if not len(model.targets(i, state))) if full else (),
            self._cautious(state) if full else None,
            self._sees(state) if full else None,
            self._least(state, concept) if full else (),
        )  # fmt: skip

    def done(self, state: int) -> tuple[str, ...]:
        """What each party does in a state, in words."""
        model, case = self.compiled.model, self.compiled.case
        if self.compiled.form == "moves":
            label = model.labels[state]
            assert case.graph is not None
            return (case.graph.states[label].says or label,)
        if self.compiled.form == "issues":
            return tuple(f"{i}: {o}" for i, o in model.names(state).items())
        acts: dict[int, list[str]] = {}
        for k, i in enumerate(model.issues):
            if model.option(state, k):
                acts.setdefault(i.holder, []).append(self.compiled.phrases[k][1])
        return tuple(f"{case.parties[model.parties[p]].name}: {', '.join(a)}" for p, a in acts.items())

    def _words(self, source: int, target: int) -> tuple[str, ...]:
        model = self.compiled.model
        if not model.issues:
            return (f"move to: {self.done(target)[0]}",)
        return tuple(
            self.compiled.phrases[k][model.option(target, k)]
            for k in range(len(model.issues))
            if model.option(source, k) != model.option(target, k)
        )

    def _move(self, step: Step) -> say.Move:
        model = self.compiled.model
        return say.Move(
            model.parties[step.party],
            self._words(step.source, step.target),
            step.gain,
            model.names(step.target),
        )

    def _path(self, reach: Reach | None, state: int) -> tuple[say.Move, ...] | None:
        path = None if reach is None else reach.path(state)
        return None if path is None else tuple(self._move(s) for s in path)

    def _departures(self, state: int, party: int) -> list[say.Departure]:
        return [self._departure(d) for d in departures(self.compiled.model, state, party)]

    def _departure(self, d: Departure) -> say.Departure:
        model = self.compiled.model
        head = (
            model.parties[d.party],
            self._words(d.source, d.target),
            model.names(d.target),
            self._reason(d.party, d.source, d.target),
        )
        if d.answer is None:
            return say.Departure(*head, None)
        end = d.answer.end
        return say.Departure(
            *head,
            tuple(self._move(s) for s in d.answer.steps),
            d.answer.credible,
            d.answer.final,
            model.names(end),
            self._reason(d.party, end, d.source),
            d.answer.states,
        )

    def _reason(self, party: int, worse: int, better: int) -> Why:
        """The preference that decides between two states: the first level on which they differ."""
        own, wishes = self.compiled.priorities[party], self.compiled.wishes[party]
        if own is None:
            return Why("")
        levels = np.asarray(own.levels)
        for level in np.unique(levels):
            members = np.flatnonzero(levels == level)
            before, after = own.holding[members, worse], own.holding[members, better]
            if before.sum() != after.sum():
                gained = [wishes[k] for k, a, b in zip(members, before, after, strict=True) if b and not a]
                return _preference(gained or [wishes[members[0]]])
        return Why("it ranks the two alike")

    def _coalitions(self, state: int) -> tuple[str, ...]:
        model = self.compiled.model
        found = ["cnash"] if coalition_stable(model, "cnash", [state], largest=self.largest)[0] else []
        for concept in ("csmr", "cgmr"):
            if found or coalition_stable(model, concept, [state], largest=self.largest)[0]:
                found.append(concept)
        return tuple(found)

    def _groups(self, state: int) -> tuple[say.Group, ...]:
        """Groups of two or more that could leave together, where no part of them could do the same as well."""
        model = self.compiled.model
        alone = [i for i in range(len(model.parties)) if len(model.improvements(i, state))]
        leaving = [{i} for i in alone]
        unanswered = [{i} for i in alone if not self.stable["gmr"][i, state]]
        out = []
        for group in subsets(range(len(model.parties))):
            gains = coalition_improvements(model, [state], group)[0]
            if not 1 < len(group) <= self.largest or not gains.any():
                continue
            answered = bool(cgmr(model, [state], group)[0])
            known = leaving if answered else unanswered
            if any(g <= set(group) for g in known):
                continue
            leaving.append(set(group))
            unanswered += [] if answered else [set(group)]
            targets = np.flatnonzero(gains)
            least = model.ranks[np.array(group)][:, targets].min(axis=0)  # best for the worst-off member
            best = int(targets[np.lexsort((targets, -least))[0]])
            out.append(say.Group(tuple(model.parties[i] for i in group), model.names(best), answered))
        return tuple(out)

    def _least(self, state: int, concept: str) -> tuple[say.Change, ...]:
        """Least changes of preferences that would make the state stable, for each party where it is not."""
        model, out = self.compiled.model, []
        for i in map(int, np.flatnonzero(~self.stable[concept][:, state])):
            own, party = self.compiled.priorities[i], model.parties[i]
            if own is None:
                states = demotions(model, state, i, concept)
                out.append(say.Change(party, (), len(states[0]) if states else None, True))
                continue
            found = statement_edits(model, state, i, concept, own.holding, own.levels, at_most=1)
            for edits in found[:MOST_CHANGES]:
                words = tuple(self._edit_words(i, e) for e in edits)
                payoff = edited(own.holding, own.levels, edits)
                out.append(say.Change(party, words, None, self._still(state, concept, i, payoff)))
        return tuple(out)

    def _still(self, state: int, concept: str, party: int, payoff: NDArray[np.int64]) -> bool:
        """Whether the state stays stable for the others if the party's payoffs change to these."""
        if concept not in ("seq", "sseq"):  # only there does it matter what the party gains from a step
            return True
        model = self.compiled.model
        ranks = model.ranks.astype(np.int64)
        ranks[party] = payoff
        changed = model.with_ranks(ranks)
        now = np.flatnonzero(self.stable[concept][:, state])
        return all(OneState(changed, state, int(j), concept).holds(model.ranks[j]) for j in now)

    def _edit_words(self, party: int, e: Edit) -> str:
        wish = self.compiled.wishes[party][e.statement]
        what = f"'{wish.says or wish.holds}'"
        return f"{what} did not count" if e.to is None else f"{what} stood in place {e.to + 1}"

    def _cautious(self, state: int) -> tuple[str, ...] | None:
        unsure = self._unsure
        if unsure is None:
            return None
        model = self.compiled.model
        relations = unknown(model, unsure, "a")
        return tuple(c for c in CHAIN if judge(model, relations, c)[:, state].all())

    @cached_property
    def _unsure(self) -> BoolArray | None:
        """Pairs of states that differ first in a preference marked unsure, per party."""
        compiled = self.compiled
        if not any(w.unsure for wishes in compiled.wishes for w in wishes):
            return None
        n = compiled.model.n_states
        if n > MAX_STATES:
            raise NotApplicable(f"unsure preferences need at most {MAX_STATES} states, this case has {n}")
        out = np.zeros((len(compiled.wishes), n, n), dtype=bool)
        for i, (own, wishes) in enumerate(zip(compiled.priorities, compiled.wishes, strict=True)):
            if own is None:
                continue
            even = np.ones((n, n), dtype=bool)
            levels = np.asarray(own.levels)
            for level in np.unique(levels):
                members = np.flatnonzero(levels == level)
                count = own.holding[members].sum(axis=0)
                differ = even & (count[:, None] != count[None, :])
                if any(wishes[k].unsure for k in members):
                    out[i] |= differ
                even &= ~differ
        return out

    def _sees(self, state: int) -> dict[str, bool | None] | None:
        graph = self.compiled.case.graph
        if graph is None or not graph.pictures:
            return None
        parties = self.compiled.model.parties
        found = hypergame([picture_of(self.compiled, p) for p in parties], "seq")
        return {
            p: bool(found.holds[i, state]) if found.seen[i, state] else None for i, p in enumerate(parties)
        }

    # --- the picture --------------------------------------------------------------------------------

    def picture(self, asked: Sequence[int]) -> say.StateGraph:
        """States that improvements reach from the status quo, nearest first, and a way to each asked state."""
        if self.drifting is None or self.roaming is None:
            return say.StateGraph((), ())
        model, moves = self.compiled.model, self.drifting.moves
        near = np.flatnonzero(moves < NEVER)
        columns = {int(s): int(moves[s]) for s in near[np.lexsort((near, moves[near]))][:MOST_NODES]}
        steps: dict[tuple[int, int, int], Step] = {}
        for s in list(columns):
            for i in range(len(model.parties)):
                for t in model.improvements(i, s):
                    if int(t) in columns:
                        steps[i, s, int(t)] = Step(i, s, int(t), True)
        for state in asked:
            for k, step in enumerate(self.roaming.path(state) or (), 1):
                columns.setdefault(step.target, k)
                steps.setdefault((step.party, step.source, step.target), step)
        nodes = tuple(self._node(s, c) for s, c in columns.items())
        edges = tuple(
            say.Edge(s.source, s.target, model.parties[s.party], self._words(s.source, s.target), s.gain)
            for s in steps.values()
        )
        return say.StateGraph(nodes, edges)

    def _node(self, state: int, column: int) -> say.Node:
        name = next((n for n, k in self.compiled.named.items() if k == state), "")
        return say.Node(state, name or str(state), self.done(state), self.strength(state), column)


def _preference(wishes: Sequence[Priority]) -> Why:
    first = wishes[0]
    kind = first.kind if first.kind != "none" else "assumed"
    return Why(f"{first.says or first.holds}; {kind}", first.statements, basis=kind)
