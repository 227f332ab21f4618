"""One state of an analysis in the terms of the case: names of parties, packages, what is done and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zopa.case.graph import Priority
from zopa.space import Why

from . import sentences
from .analysis import Analysis, LeastChange
from .answers import Change, Departure, GraphEdge, Group, Move, Node, Standing, StateGraph
from .coalitions import Around
from .reachability import Reach, UnilateralMove, smallest_coalitions
from .robustness import VerdictShares, pareto_efficient
from .sanctions import Sanction, departures

__all__ = ["Standings"]

MOST_PARTIES = 10
"""The smallest coalitions that could bring a state about are looked for among at most so many parties."""


@dataclass(frozen=True, eq=False)
class Standings:
    """Answers about single states.

    Attributes
    ----------
    analysis : Analysis
    robust : shares of perturbed models, where there are any
    concept : what the least changes and the parties' own pictures are asked about
    """

    analysis: Analysis
    robust: VerdictShares | None
    concept: str

    def standing(self, state: int, full: bool) -> Standing:
        """Everything about one state; departures, groups, doubts and least changes only in ``full``."""
        found, model = self.analysis, self.analysis.model
        parties, ranks, start = model.parties, model.ranks, found.start
        elsewhere = start is not None and start != state
        here = Around(model, state)
        return Standing(
            name=self._name(state),
            package=model.names(state),
            done=self.done(state),
            strength=found.strength(state),
            stable={
                c: {p: bool(v[i, state]) for i, p in enumerate(parties)} for c, v in found.stable.items()
            },
            coalitions=found.coalitions(here),
            rank={p: 1 + int((ranks[i] > ranks[i, state]).sum()) for i, p in enumerate(parties)},
            states=int(model.feasible.sum()),
            better={p: bool(r[state] > r[start]) for p, r in zip(parties, ranks, strict=True)}
            if elsewhere
            else {},
            efficient=bool(pareto_efficient(model, [state])[0]),
            steps=self._path(found.improving, state),
            route=self._path(found.moving, state),
            together=self._together(state) if elsewhere else (),
            shares=self._shares(state, elsewhere),
            sees=self._sees(state),
            **(self._details(here) if full else {}),
        )

    def _details(self, here: Around) -> dict[str, Any]:
        found, model, state = self.analysis, self.analysis.model, here.state
        who = range(len(model.parties))
        sure = found.certainty(state)
        return {
            "departures": tuple(
                self._departure(state, i, int(t), s) for i in who for t, s in departures(model, state, i)
            ),
            "groups": tuple(
                Group(self._parties(g.parties), model.names(g.target), g.answered) for g in found.groups(here)
            ),
            "idle": tuple(model.parties[i] for i in who if not len(model.targets(i, state))),
            "cautious": None if sure is None else sure.holds,
            "leaving": () if sure is None else self._parties(sure.leaving),
            "least": tuple(self._change(c) for c in found.least(state, self.concept)),
        }

    def picture(self, asked: Sequence[int]) -> StateGraph:
        """States that improvements reach from the status quo, nearest first, and a way to each asked state."""
        columns, steps = self.analysis.surroundings(asked)
        parties = self.analysis.model.parties
        nodes = tuple(
            Node(s, self._name(s) or str(s), self.done(s), self.analysis.strength(s), c)
            for s, c in columns.items()
        )
        edges = tuple(
            GraphEdge(s.source, s.target, parties[s.party], self._does(s.source, s.target), s.gain)
            for s in steps
        )
        return StateGraph(nodes, edges)

    def done(self, state: int) -> tuple[str, ...]:
        """What each party does in a state, in words."""
        compiled = self.analysis.compiled
        model, case = compiled.model, compiled.case
        if compiled.form == "moves":
            label = model.labels[state]
            assert case.graph is not None
            return (case.graph.states[label].says or label,)
        if compiled.form == "issues":
            return tuple(f"{i}: {o}" for i, o in model.names(state).items())
        acts: dict[int, list[str]] = {}
        for k, i in enumerate(model.issues):
            if model.option(state, k):
                acts.setdefault(i.holder, []).append(compiled.phrases[k][1])
        return tuple(f"{case.parties[model.parties[p]].name}: {', '.join(a)}" for p, a in acts.items())

    def _name(self, state: int) -> str:
        return next((n for n, k in self.analysis.compiled.named.items() if k == state), "")

    def _parties(self, indices: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.analysis.model.parties[i] for i in indices)

    def _together(self, state: int) -> tuple[tuple[str, ...], ...]:
        model, start = self.analysis.model, self.analysis.start
        if start is None or len(model.parties) > MOST_PARTIES:
            return ()
        return tuple(self._parties(c) for c in smallest_coalitions(model, start, state))

    def _shares(self, state: int, elsewhere: bool) -> dict[str, float]:
        robust = self.robust
        if robust is None:
            return {}
        return {t: robust.share(t, state) for t in robust.counts if elsewhere or t != "better"}

    def _sees(self, state: int) -> dict[str, bool | None] | None:
        found = self.analysis.sees(state, self.concept)
        return None if found is None else dict(zip(self.analysis.model.parties, found, strict=True))

    def _does(self, source: int, target: int) -> tuple[str, ...]:
        model = self.analysis.model
        if not model.issues:
            return (f"move to: {self.done(target)[0]}",)
        return tuple(
            self.analysis.compiled.phrases[k][model.option(target, k)]
            for k in range(len(model.issues))
            if model.option(source, k) != model.option(target, k)
        )

    def _move(self, step: UnilateralMove) -> Move:
        model = self.analysis.model
        does = self._does(step.source, step.target)
        return Move(model.parties[step.party], does, step.gain, model.names(step.target))

    def _path(self, reach: Reach | None, state: int) -> tuple[Move, ...] | None:
        path = None if reach is None else reach.path(state)
        return None if path is None else tuple(self._move(s) for s in path)

    def _departure(self, state: int, party: int, target: int, sanction: Sanction | None) -> Departure:
        model = self.analysis.model
        return Departure(
            party=model.parties[party],
            does=self._does(state, target),
            package=model.names(target),
            why=self._reason(party, state, target),
            answer=None if sanction is None else tuple(self._move(s) for s in sanction.steps),
            credible=sanction is not None and sanction.credible,
            final=sanction is not None and sanction.final,
            end=None if sanction is None else model.names(sanction.end),
            loss=None if sanction is None else self._reason(party, sanction.end, state),
            ways=0 if sanction is None else sanction.states,
        )

    def _reason(self, party: int, worse: int, better: int) -> Why:
        """The preference that decides between two states: the first level on which they differ."""
        compiled = self.analysis.compiled
        own, wishes = compiled.priorities[party], compiled.wishes[party]
        if own is None:
            return Why("")
        levels = np.asarray(own.levels)
        for level in np.unique(levels):
            lines = np.flatnonzero(levels == level)
            before, after = own.holding[lines, worse], own.holding[lines, better]
            if before.sum() != after.sum():
                gained = [wishes[k] for k, a, b in zip(lines, before, after, strict=True) if b and not a]
                return sentences.preference((gained or [wishes[lines[0]]])[0])
        return Why(sentences.ALIKE)

    def _change(self, change: LeastChange) -> Change:
        wishes: Sequence[Priority] = self.analysis.compiled.wishes[change.party]
        edits = tuple(sentences.edit(wishes[e.statement], e.to) for e in change.edits)
        return Change(self.analysis.model.parties[change.party], edits, change.states, change.alone)
