"""Why there is no deal: minimal conflicting sets, minimal corrections, and which reading decides.

Every clause of a rule in its chosen reading, and every acceptance that an agreement needs, is one *limit*.
The minimal sets of limits whose setting aside leaves a package are the minimal corrections, and the minimal sets
that meet every correction are exactly the minimal conflicts (Reiter 1987; Liffiton & Sakallah 2008).
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from zopa.bargaining.engines import Blocks, Engine, Stop, engine_for, never
from zopa.bargaining.listing import smallest
from zopa.bargaining.search.decomposition import minimal_coalitions
from zopa.case import Case, readings_left, reservation
from zopa.counts import things
from zopa.space import Answer, Clause, Problem, Readings, Space, clause_basis, clause_text, decimal

__all__ = [
    "Combination",
    "Conflict",
    "Correction",
    "Limit",
    "Switch",
    "WhyNot",
    "blocked",
    "limits_of",
    "minimal_hitting_sets",
    "why_not",
]

MOST_CONFLICTS = 2_000
MOST_COMBINATIONS = 4_096
MOST_SEARCHED = 64
MOST_LOOKS = 4e9
FIRMNESS = {"hedged": 1, "stated": 2, None: 2, "firm": 3}


@dataclass(frozen=True)
class Limit:
    """One thing that can rule a package out: a clause of a rule, or an acceptance that is needed.

    ``id`` is that of the rule where it has one clause, ``RULE/1``, ``RULE/2``, ... where it has several.
    ``kind`` is ``rule``, ``acceptance`` or ``agreement`` (at least k parties). ``statements`` are the ids
    behind it; empty for assumptions and reservation values. ``says`` and ``formal`` are the two halves of
    the text of a rule: its words, and its option ids.
    """

    id: str
    kind: str
    text: str
    party: str | None = None
    rule: str | None = None
    reading: str | None = None
    basis: str = "assumed"
    statements: tuple[str, ...] = ()
    firmness: int = 2
    says: str = ""
    formal: str = ""


@dataclass(frozen=True)
class Conflict:
    """Limits that together leave no package, while any of them left out does."""

    limits: tuple[Limit, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """The statement ids that conflict, in the order of the case."""
        return tuple(dict.fromkeys(s for limit in self.limits for s in limit.statements))

    @property
    def assumed(self) -> bool:
        """Whether a limit in it rests on no statement."""
        return any(not limit.statements for limit in self.limits)


@dataclass(frozen=True)
class Correction:
    """Limits whose setting aside leaves a package, while keeping any of them does not.

    ``admissible`` and ``count`` are the packages then allowed, and those of them acceptable to all; None where
    packages were not counted.
    ``statements`` counts the statements that would have to give, ``firmness`` adds up how firmly they were
    made, ``shift`` is the least number of points by which reservation values in it would have to move.
    """

    limits: tuple[Limit, ...]
    admissible: int | None
    count: int | None
    statements: int
    firmness: int
    shift: Fraction = Fraction(0)


@dataclass(frozen=True)
class Switch:
    """One rule read otherwise, all else as chosen: what it does to the zone.

    ``open`` tells whether a zone exists then; the counts are None where packages were not counted.
    """

    rule: str
    reading: str
    instead_of: str
    admissible: int | None
    count: int | None
    says: str = ""
    statements: tuple[str, ...] = ()
    open: bool = False

    @property
    def size(self) -> str:
        """The zone in words: "20,738 packages", "a zone", "no deal"."""
        if not self.open:
            return "no deal"
        return "a zone" if self.count is None else things(self.count, "package")


@dataclass(frozen=True)
class Combination:
    """One choice of readings for all rules, and the size of the zone under it."""

    readings: Mapping[str, str]
    admissible: int
    count: int


@dataclass(frozen=True)
class WhyNot(Answer):
    """What rules a deal out, and the least that would have to give.

    Attributes
    ----------
    empty : bool
        Whether there is no deal under the chosen readings; when False the lists below are empty.
    conflicts : all minimal conflicts, fewest limits first; ``complete`` tells whether all were listed.
    corrections : all minimal corrections, cheapest first (statements, firmness, shift).
    switches : every other reading of one rule, and setting it aside, with the zone that it leaves.
    opens, closes : the switches that turn no deal into a zone, and a zone into no deal.
    combinations : all combinations of readings, where there are not too many.
    """

    empty: bool
    conflicts: tuple[Conflict, ...]
    corrections: tuple[Correction, ...]
    switches: tuple[Switch, ...]
    combinations: tuple[Combination, ...] = ()
    complete: bool = True
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def opens(self) -> tuple[Switch, ...]:
        """Switches to another reading after which a deal exists although there is none now."""
        return tuple(s for s in self.switches if self.empty and s.open and s.reading != "off")

    @property
    def closes(self) -> tuple[Switch, ...]:
        """Switches to another reading after which no deal exists although there is one now."""
        return tuple(s for s in self.switches if not self.empty and not s.open)

    @property
    def sentences(self) -> tuple[Conflict, ...]:
        """The conflicts rule by rule: the clauses of one rule are one limit, supersets are dropped."""
        merged: dict[frozenset[str], Conflict] = {}
        for c in self.conflicts:
            limits = [
                _merge([m for m in c.limits if (m.rule or m.id) == key])
                for key in dict.fromkeys(m.rule or m.id for m in c.limits)
            ]
            merged.setdefault(frozenset(m.id for m in limits), Conflict(tuple(limits)))
        return tuple(c for key, c in merged.items() if not any(other < key for other in merged))


def _merge(limits: Sequence[Limit]) -> Limit:
    """One limit for the clauses of one rule: what they say once, then each formal part."""
    if len(limits) == 1:
        return replace(limits[0], id=limits[0].rule or limits[0].id)
    ids = tuple(dict.fromkeys(s for m in limits for s in m.statements))
    said = list(dict.fromkeys(m.says for m in limits if m.says))
    text = (
        "; ".join(said) + f" ({'; '.join(m.formal for m in limits)})"
        if said
        else "; ".join(m.formal for m in limits)
    )
    return replace(limits[0], id=limits[0].rule or limits[0].id, text=text, statements=ids)


def limits_of(problem: Problem) -> list[Limit]:
    """All limits of a problem: clauses, then the acceptances that are needed, then the number of acceptances."""
    return [*_clause_limits(problem), *_acceptance_limits(problem)]


def _clause_limits(problem: Problem) -> Iterator[Limit]:
    case, rules = problem.case, problem.rules
    together = [c.rule for c in problem.space.clauses]
    parts = dict.fromkeys(together, 0)
    for clause in problem.space.clauses:
        basis, rule = clause_basis(case, clause), rules[clause.rule]
        reading = rule.readings.get(clause.reading, rule)
        says = clause_text(case, clause).says or reading.says or rule.says
        formal = _formal(problem.space, clause)
        parts[clause.rule] += 1
        several = together.count(clause.rule) > 1
        yield Limit(
            id=f"{clause.rule}/{parts[clause.rule]}" if several else clause.rule,
            kind="rule",
            text=f"{says} ({formal})" if says else formal,
            party=rule.party,
            rule=clause.rule,
            reading=clause.reading,
            basis=basis.kind,
            statements=basis.statements,
            firmness=FIRMNESS[rule.firmness],
            says=says,
            formal=formal,
        )


def _acceptance_limits(problem: Problem) -> Iterator[Limit]:
    case, space = problem.case, problem.space
    for p, name in enumerate(space.parties):
        if space.required[p]:
            estimate = reservation(case, name)
            least = decimal(space.points(space.reservation[p]))
            yield Limit(
                id=f"accept-{name}",
                kind="acceptance",
                text=f"{case.parties[name].name} accepts nothing below {least} points",
                party=name,
                basis=estimate.basis.kind if estimate else "assumed",
                statements=estimate.basis.statements if estimate else (),
            )
    if space.at_least > sum(space.required):
        text = f"at least {space.at_least} of {len(space.parties)} parties accept"
        yield Limit(id="agreement", kind="agreement", text=text)


def _formal(space: Space, clause: Clause) -> str:
    """A clause by its option ids: "T1 or T2 only with N3 or N4", "not F4"."""

    def words(terms: Iterable[tuple[int, int]]) -> str:
        parts = []
        for i, mask in terms:
            parts.append(" or ".join(o for k, o in enumerate(space.options[i]) if mask >> k & 1))
        return " with ".join(parts)

    when = words(clause.when)
    return (
        f"{when} only with " + ", or ".join(words(a) for a in clause.only_if)
        if clause.only_if
        else f"not {when}"
    )


def why_not(case: Case | Problem, readings: Readings = None, *, stop: Stop = never) -> WhyNot:
    """Smallest conflicting sets of statements, and the least that would have to give.

    Raises
    ------
    UnknownName
        A reading that the case does not have.
    """
    problem = Problem.of(case, readings)
    return blocked(problem, engine_for(problem, "why_not", stop=stop))


def blocked(problem: Problem, engine: Engine, draft: Mapping[int, int] | None = None) -> WhyNot:
    """Why an engine finds no package; ``draft`` are issues that have been settled."""
    settled = draft or {}
    limits, blocks = limits_of(problem), engine.blocks()
    conflicts = [Conflict(tuple(limits[k] for k in sorted(c))) for c in _conflicts(blocks)[0]]
    conflicts.sort(key=lambda c: (c.assumed, len(c.statements), len(c.limits), [m.id for m in c.limits]))
    corrections = [
        _correction(engine, limits, chosen) for chosen in (blocks.corrections if blocks.empty else ())
    ]
    corrections.sort(
        key=lambda c: (c.statements, c.firmness, c.shift, len(c.limits), [m.id for m in c.limits])
    )
    notes = list(problem.remarks)
    if not blocks.complete:
        notes.append("not all conflicts were found before the search was stopped; those listed are minimal")
    survey = _Survey(problem, engine, settled)
    combinations, too_many = survey.combinations()
    return WhyNot(
        problem.question("why_not"),
        empty=blocks.empty,
        conflicts=tuple(conflicts),
        corrections=tuple(corrections),
        switches=tuple(survey.switches()),
        combinations=combinations,
        complete=blocks.complete and _conflicts(blocks)[1],
        notes=(*notes, *too_many),
    )


def _conflicts(blocks: Blocks) -> tuple[Sequence[frozenset[int]], bool]:
    if not blocks.empty:
        return (), True
    if blocks.complete:
        return minimal_hitting_sets(blocks.corrections, MOST_CONFLICTS)
    return blocks.conflicts, False


def minimal_hitting_sets(sets: Sequence[frozenset[int]], most: int) -> tuple[list[frozenset[int]], bool]:
    """All minimal sets that share an element with each of ``sets`` (Berge 1989), and whether all were kept.

    >>> minimal_hitting_sets([frozenset({1, 2}), frozenset({2, 3})], 10)
    ([frozenset({2}), frozenset({1, 3})], True)
    """
    found: list[frozenset[int]] = [frozenset()] if sets else []
    complete = True
    for s in sorted(sets, key=lambda s: (len(s), sorted(s))):
        hit = [h for h in found if h & s]
        grown = {h | {e} for h in found if not h & s for e in s}
        found = smallest(hit + sorted(grown, key=sorted))
        if len(found) > most:
            found, complete = found[:most], False
    return found, complete


def _correction(engine: Engine, limits: Sequence[Limit], chosen: frozenset[int]) -> Correction:
    """What setting these limits aside leaves, and what it costs.

    Every package that it leaves violates all of them (they are minimal), so the least shift of reservation values
    is their sum less the largest sum of utilities.
    """
    space = engine.space
    members = tuple(limits[k] for k in sorted(chosen))
    moved = [space.parties.index(m.party) for m in members if m.kind == "acceptance" and m.party]
    required = tuple(needed and p not in moved for p, needed in enumerate(space.required))
    kept = dataclasses.replace(
        space, required=required, clauses=tuple(c for k, c in enumerate(space.clauses) if k not in chosen)
    )
    eased = engine.at(kept)
    voting = space.at_least > sum(space.required) and all(m.kind != "agreement" for m in members)
    ways = minimal_coalitions(kept) if voting else [tuple(np.flatnonzero(required))]
    floors = [
        tuple(
            r if p in way else low
            for p, (r, low) in enumerate(zip(space.reservation, space.lowest, strict=True))
        )
        for way in ways
    ]
    admissible = eased.count(space.lowest, quick=True)
    left = eased.count(None if voting else floors[0], quick=True)
    shift = Fraction(0)
    if moved:
        sums = [s for f in floors if (s := eased.largest_sum(moved, f)) is not None]
        shift = sum((space.points(space.reservation[p]) for p in moved), Fraction(0)) - max(sums)
    return Correction(
        members,
        admissible=admissible.low if admissible.exact else None,
        count=left.low if left.exact else None,
        statements=len({s for m in members for s in m.statements}),
        firmness=sum(m.firmness for m in members if m.kind == "rule" and m.statements),
        shift=shift,
    )


class _Survey:
    """The zone under every other reading of one rule, and under all combinations of readings."""

    def __init__(self, problem: Problem, engine: Engine, settled: Mapping[int, int]) -> None:
        self.problem, self.engine, self.settled = problem, engine, settled
        left = readings_left(problem.case)
        self.names = {name: left.get(name, ("as stated",)) for name in problem.rules}

    def under(self, readings: Mapping[str, str]) -> Engine:
        """The engine under other readings."""
        space = self.problem.reread(readings)
        clauses = space.settled(self.settled).clauses if self.settled else space.clauses
        return self.engine.at(replace(self.engine.space, clauses=clauses))

    def size(self, readings: Mapping[str, str]) -> tuple[int | None, int | None, bool]:
        """Packages allowed and agreed, None where they were not counted; whether any is agreed."""
        there = self.under(readings)
        allowed, agreed = there.count(self.engine.space.lowest, quick=True), there.count(quick=True)
        opened = agreed.low > 0 if agreed.exact else bool(there.member())
        return allowed.low if allowed.exact else None, agreed.low if agreed.exact else None, opened

    def switches(self) -> Iterator[Switch]:
        """Every other reading of one rule, and setting it aside."""
        chosen, rules = self.problem.readings, self.problem.rules
        for name, now in chosen.items():
            for reading in [*self.names[name], "off"]:
                if reading == now:
                    continue
                allowed, agreed, opened = self.size({**chosen, name: reading})
                noun = rules[name].readings.get(reading, rules[name])
                yield Switch(
                    name,
                    reading,
                    now,
                    admissible=allowed,
                    count=agreed,
                    says="set aside" if reading == "off" else noun.says,
                    statements=noun.statements or rules[name].statements,
                    open=opened,
                )

    def combinations(self) -> tuple[tuple[Combination, ...], tuple[str, ...]]:
        """All choices of readings with their sizes; or a note that there are too many."""
        readings = {name: names for name, names in self.names.items() if len(names) > 1}
        total = math.prod(len(names) for names in readings.values())
        most = MOST_COMBINATIONS if self.problem.listable else MOST_SEARCHED
        too_many = (f"{total:,} combinations of readings are too many to list; single changes are shown",)
        if total > most or (self.problem.listable and total * self.problem.space.n_packages > MOST_LOOKS):
            return (), too_many
        found = []
        for choice in itertools.product(*readings.values()):
            picked = dict(zip(readings, choice, strict=True))
            allowed, agreed, _ = self.size({**self.problem.readings, **picked})
            if allowed is None or agreed is None:
                return (), ("combinations of readings were not counted; single changes are shown",)
            found.append(Combination(picked, allowed, agreed))
        return tuple(found), ()
