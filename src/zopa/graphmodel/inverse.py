"""The inverse question: the least change of preferences under which a wished-for state is stable.

Kinsara, Kilgour & Hipel 2015 list all preference orders; here only what matters for one state is looked
at. Two forms: which states a party would have to stop preferring to the wished-for one, and which of its
prioritised statements would have to be dropped or moved.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import UnknownName

from .graph_model import GraphModel
from .moves import BoolArray, Index
from .preferences import by_statements
from .reachability import spread
from .sets import as_mask, as_set

__all__ = ["Edit", "OneState", "demotions", "edited", "statement_edits"]

_MOST = 50
Lines = list[tuple[int, ...]]
"""Statements level by level, most important first."""


def demotions(
    model: GraphModel, state: int, party: int, concept: str, *, at_most: int = 4
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
        Sets of the least size (all, or 50 of them), ascending; ``[()]`` when the state is stable already;
        empty when more than ``at_most`` states would be needed, or there are so many ways that 50,000
        attempts find none.

    Raises
    ------
    UnknownName
        Another concept.
    """
    if concept not in ("nash", "gmr", "smr", "seq", "sseq"):
        raise UnknownName("concept", concept, ("nash", "gmr", "smr", "seq", "sseq"))
    better = model.ranks[party] > model.ranks[party, state]
    ways = _Ways(model, party, concept, better, at_most)
    clauses = sorted((ways.deterring(int(t)) for t in model.improvements(party, state)), key=len)
    search = _Covers()
    for size in range(at_most + 1):
        covers = (tuple(sorted(c)) for c in search.of(clauses, frozenset(), size))
        found = list(itertools.islice(dict.fromkeys(covers), _MOST))
        if found:
            return sorted(found)
    return []


Way = frozenset[int]


@dataclass(frozen=True)
class _Ways:
    """How a party could be deterred from a departure: the states that it must no longer prefer."""

    model: GraphModel
    party: int
    concept: str
    better: BoolArray
    at_most: int

    def deterring(self, left_for: int) -> dict[Way, None]:
        """The smallest ways to deter one departure, of at most so many states, small ones first."""
        ways = {frozenset({left_for})}
        if self.concept != "nash":
            others = [j for j in range(len(self.model.parties)) if j != self.party]
            reach = spread(self.model, left_for, others, improving=self.concept in ("seq", "sseq"))
            ways |= {self._needed(u) for u in self._cheap(reach.found)}
        if frozenset() in ways:
            return {frozenset(): None}
        least = [w for w in ways if not any(v in ways for v in _proper_parts(w))]
        return dict.fromkeys(sorted(least, key=lambda w: (len(w), sorted(w))))

    @property
    def _lasting(self) -> bool:
        return self.concept in ("smr", "sseq")

    def _cheap(self, ends: Index) -> list[int]:
        """The ends that deter once at most so many states are no longer preferred."""
        cost = self.better[ends].astype(np.intp)
        if self._lasting:
            source, target = self.model.moves[self.party].ahead(ends)
            escapes = source[self.better[target]]
            cost += np.bincount(np.searchsorted(ends, escapes), minlength=len(ends))
        if (cost == 0).any():
            return [int(ends[np.argmin(cost)])]
        return [int(u) for u in ends[cost <= self.at_most]]

    def _needed(self, end: int) -> Way:
        escapes = self.model.targets(self.party, end) if self._lasting else np.zeros(0, dtype=np.intp)
        wanted = np.append(escapes, end)
        return frozenset(wanted[self.better[wanted]].tolist())


def _proper_parts(way: Way) -> Iterator[Way]:
    for size in range(len(way)):
        yield from map(frozenset, itertools.combinations(way, size))


class _Covers:
    """Unions of one way per departure; gives up after so many attempts."""

    def __init__(self, patience: int = 50_000) -> None:
        self.left = patience

    def of(self, clauses: Sequence[Mapping[Way, None]], chosen: Way, spare: int) -> Iterator[Way]:
        """All unions of one way per clause that add at most ``spare`` states to ``chosen``."""
        for k, ways in enumerate(clauses):
            if chosen in ways or any(part in ways for part in _proper_parts(chosen)):
                continue
            for way in ways if spare else ():
                self.left -= 1
                if self.left < 0:
                    return
                if len(way - chosen) <= spare:
                    yield from self.of(clauses[k + 1 :], chosen | way, spare - len(way - chosen))
            return
        yield chosen


class OneState:
    """Stability of one state for one party, quickly, for many preferences of that party.

    What the others can do after a departure does not depend on the party's preferences, so it is worked
    out once per departure, or backwards from all states that deter at once.
    """

    def __init__(self, model: GraphModel, state: int, party: int, concept: str) -> None:
        self.model, self.state, self.party, self.concept = model, state, party, concept
        self.others = [j for j in range(len(model.parties)) if j != party]
        self.targets = model.targets(party, state)
        self._after: dict[int, Index] = {}

    def _reach(self, target: int) -> Index:
        if target not in self._after:
            self._after[target] = spread(self.model, target, self.others, improving=True).found
        return self._after[target]

    def holds(self, payoff: NDArray[np.integer]) -> bool:
        """Whether the state is stable for the party if these are its payoffs."""
        return self.holds_where(as_set(payoff > payoff[self.state]) & self.model.sets.all)

    def holds_where(self, better: int) -> bool:
        """Whether it is stable if these (a set as an integer) are the states that the party prefers to it."""
        sets = self.model.sets
        leaving = [t for t in self.targets.tolist() if better >> t & 1]
        if self.concept == "nash" or not leaving:
            return not leaving
        bad = sets.all & ~better
        if self.concept in ("smr", "sseq"):
            bad &= ~sets.behind(better, self.party)
        if self.concept in ("gmr", "smr"):
            safe = sets.reach(bad, self.others, backwards=True)
            return all(safe >> t & 1 for t in leaving)
        deters = as_mask(bad, self.model.n_states)
        return all(deters[self._reach(t)].any() for t in leaving)


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
    model: GraphModel,
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
    here, order = OneState(model, state, party, concept), _Order(model, state, holding)
    return _least_edits(_lines(levels), lambda lines: here.holds_where(order.better(lines)), at_most)


class _Order:
    """Which states a party prefers to one state, for many orders of its statements."""

    def __init__(self, model: GraphModel, state: int, holding: BoolArray) -> None:
        self.all, self.state, self.holding = model.sets.all, state, holding
        self._levels: dict[tuple[int, ...], tuple[int, int]] = {}

    def better(self, lines: Lines) -> int:
        """The states preferred, as a set: on the first level that tells them apart, more statements hold."""
        even, better = self.all, 0
        for line in lines:
            more, same = self._level(line)
            better |= even & more
            even &= same
        return better

    def _level(self, line: tuple[int, ...]) -> tuple[int, int]:
        """The states where more of one level's statements hold than in the state, and where as many do."""
        if line not in self._levels:
            count = self.holding[list(line)].sum(axis=0)
            self._levels[line] = as_set(count > count[self.state]), as_set(count == count[self.state])
        return self._levels[line]


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
