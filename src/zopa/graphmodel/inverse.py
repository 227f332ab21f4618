"""The inverse question: the least change of preferences under which a wished-for state is stable.

Kinsara, Kilgour & Hipel 2015 list all preference orders; here only what matters for one state is looked
at. Two forms: which states a party would have to stop preferring to the wished-for one, and which of its
prioritised statements would have to be dropped or moved.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import UnknownName

from .model import Model
from .moves import BoolArray
from .preferences import by_statements
from .reachability import spread

__all__ = ["Edit", "OneState", "demotions", "edited", "statement_edits"]

_MOST = 50
Lines = list[tuple[int, ...]]
"""Statements level by level, most important first."""


def demotions(
    model: Model, state: int, party: int, concept: str, *, at_most: int = 4
) -> list[tuple[int, ...]]:
    """The smallest sets of states that ``party`` would have to stop preferring to ``state``.

    Parameters
    ----------
    concept : str
        nash, gmr, smr, seq or sseq. The other parties' preferences stay as they are.
    at_most : int
        Largest set looked for.

    Returns
    -------
    list of tuple of int
        All sets of the least size (at most 50), ascending; ``[()]`` when the state is stable already;
        empty when more than ``at_most`` states would be needed.

    Raises
    ------
    UnknownName
        Another concept.
    """
    if concept not in ("nash", "gmr", "smr", "seq", "sseq"):
        raise UnknownName("concept", concept, ("nash", "gmr", "smr", "seq", "sseq"))
    better = model.ranks[party] > model.ranks[party, state]
    clauses = [_ways(model, party, int(t), concept, better) for t in model.improvements(party, state)]
    for size in range(at_most + 1):
        found = {tuple(sorted(c)) for c in _covers(clauses, frozenset(), size)}
        if found:
            return sorted(found)[:_MOST]
    return []


def _ways(model: Model, party: int, left_for: int, concept: str, better: BoolArray) -> list[frozenset[int]]:
    """The ways to deter one departure, each as the states that must no longer be preferred."""
    ways = {frozenset({left_for})}
    if concept != "nash":
        others = [j for j in range(len(model.parties)) if j != party]
        reach = spread(model, left_for, others, improving=concept in ("seq", "sseq"))
        for u in np.flatnonzero(reach.states):
            need = {int(u)} if better[u] else set()
            if concept in ("smr", "sseq"):
                escape = model.targets(party, int(u))
                need |= set(escape[better[escape]].tolist())
            ways.add(frozenset(need))
    return sorted((w for w in ways if not any(v < w for v in ways)), key=lambda w: (len(w), sorted(w)))


def _covers(
    clauses: list[list[frozenset[int]]], chosen: frozenset[int], left: int
) -> Iterator[frozenset[int]]:
    """All unions of one way per clause that add at most ``left`` states to ``chosen``."""
    for k, ways in enumerate(clauses):
        if any(way <= chosen for way in ways):
            continue
        for way in ways:
            if len(way - chosen) <= left:
                yield from _covers(clauses[k + 1 :], chosen | way, left - len(way - chosen))
        return
    yield chosen


class OneState:
    """Stability of one state for one party, quickly, for many preferences of that party.

    What the others can do after a departure does not depend on the party's preferences, so it is worked
    out once per departure.
    """

    def __init__(self, model: Model, state: int, party: int, concept: str) -> None:
        self.model, self.state, self.party, self.concept = model, state, party, concept
        self.targets = model.targets(party, state)
        self._after: dict[int, BoolArray] = {}

    def _reach(self, target: int) -> BoolArray:
        if target not in self._after:
            others = [j for j in range(len(self.model.parties)) if j != self.party]
            credible = self.concept in ("seq", "sseq")
            self._after[target] = spread(self.model, target, others, improving=credible).states
        return self._after[target]

    def holds(self, payoff: NDArray[np.integer]) -> bool:
        """Whether the state is stable for the party if these are its payoffs."""
        better = (payoff > payoff[self.state]) & self.model.feasible
        leaving = [int(t) for t in self.targets if better[t]]
        if self.concept == "nash" or not leaving:
            return not leaving
        bad = self.model.feasible & ~better
        if self.concept in ("smr", "sseq"):
            bad &= ~self.model.moves[self.party].pull(better)
        return all((self._reach(t) & bad).any() for t in leaving)


@dataclass(frozen=True)
class Edit:
    """A change of a party's prioritised statements: one is dropped (``to`` None) or moved to a place.

    Attributes
    ----------
    statement : int
        Its index in the list before the change.
    to : int or None
        Its index in the list without it, when put back.
    """

    statement: int
    to: int | None = None


def statement_edits(
    model: Model,
    state: int,
    party: int,
    concept: str,
    holding: BoolArray,
    levels: Sequence[int],
    *,
    at_most: int = 2,
) -> list[tuple[Edit, ...]]:
    """The smallest changes of a party's statements that make ``state`` stable for it.

    Parameters
    ----------
    holding, levels
        As in :func:`~zopa.graphmodel.preferences.by_statements`. A statement that is moved stands on a
        level of its own.
    at_most : int
        Largest number of edits tried (each further one costs about 10 x statements squared).

    Returns
    -------
    list of tuple of Edit
        All changes of the least number of edits (at most 50); ``[()]`` when it is stable already.
    """
    here = OneState(model, state, party, concept)
    return _least_edits(_lines(levels), lambda lines: here.holds(_payoffs(holding, lines)), at_most)


def edited(holding: BoolArray, levels: Sequence[int], edits: Sequence[Edit]) -> NDArray[np.int64]:
    """A payoff per state after the edits, made one after the other."""
    lines = _lines(levels)
    for e in edits:
        lines = [kept for line in lines if (kept := tuple(m for m in line if m != e.statement))]
        if e.to is not None:
            lines.insert(e.to, (e.statement,))
    return _payoffs(holding, lines)


def _lines(levels: Sequence[int]) -> Lines:
    order = sorted(range(len(levels)), key=lambda k: levels[k])
    return [tuple(g) for _, g in itertools.groupby(order, key=lambda k: levels[k])]


def _payoffs(holding: BoolArray, lines: Lines) -> NDArray[np.int64]:
    kept = [k for line in lines for k in line]
    if not kept:
        return np.zeros(holding.shape[1], dtype=np.int64)
    return by_statements(holding[kept], [n for n, line in enumerate(lines) for _ in line])


def _least_edits(groups: Lines, holds: Callable[[Lines], bool], at_most: int) -> list[tuple[Edit, ...]]:
    layer: list[tuple[tuple[Edit, ...], Lines]] = [((), list(groups))]
    seen = {tuple(groups)}
    for _ in range(at_most + 1):
        found = [edits for edits, lines in layer if holds(lines)]
        if found:
            return found[:_MOST]
        following = []
        for edits, lines in layer:
            for edit, changed in _one_edit(lines):
                if tuple(changed) not in seen and edit.statement not in [e.statement for e in edits]:
                    seen.add(tuple(changed))
                    following.append(((*edits, edit), changed))
        layer = following
    return []


def _one_edit(lines: Lines) -> Iterator[tuple[Edit, Lines]]:
    for k in sorted(k for line in lines for k in line):
        rest = [tuple(m for m in line if m != k) for line in lines]
        rest = [line for line in rest if line]
        yield Edit(k), rest
        for place in range(len(rest) + 1):
            yield Edit(k, place), [*rest[:place], (k,), *rest[place:]]
