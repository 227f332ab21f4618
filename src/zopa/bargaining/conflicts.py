"""Why there is no deal: minimal conflicting sets, minimal corrections, and which reading decides.

Every clause of a rule in its chosen reading, and every acceptance that an agreement needs, is one *limit*.
Each package violates some set of limits; the minimal ones among these sets are exactly the minimal
corrections (set them aside and a package remains), and the minimal sets that meet every correction are
exactly the minimal conflicts (Reiter 1987; Liffiton & Sakallah 2008). Up to ``MAX_PACKAGES`` all are found,
by bit masks over all packages.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from zopa.bargaining.zones import ask, tabulate
from zopa.case import Case, all_rules, reservation
from zopa.space import (
    Answer,
    Clause,
    IntArray,
    Readings,
    Space,
    choose_readings,
    clause_basis,
    clause_text,
    clauses,
    reading_names,
)
from zopa.space.table import BoolArray, Table

__all__ = [
    "Combination",
    "Conflict",
    "Correction",
    "Limit",
    "Switch",
    "WhyNot",
    "limits_of",
    "minimal_hitting_sets",
    "violations",
    "why_not",
]

MOST_CONFLICTS = 2_000
MOST_COMBINATIONS = 4_096
FIRMNESS = {"hedged": 1, "stated": 2, None: 2, "firm": 3}


@dataclass(frozen=True)
class Limit:
    """One thing that can rule a package out: a clause of a rule, or an acceptance that is needed.

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
        return "a zone" if self.count is None else f"{self.count:,} packages"


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


def limits_of(case: Case, space: Space) -> list[Limit]:
    """All limits of a compiled case, clauses first, in the order of the violation bits."""
    rules = all_rules(case)
    found = []
    parts: dict[tuple[str, int], int] = {}
    for clause in space.clauses:
        basis, rule = clause_basis(case, clause), rules[clause.rule]
        reading = rule.readings.get(clause.reading, rule)
        says = clause_text(case, clause).says or reading.says or rule.says
        formal = _formal(case, clause)
        count = parts[clause.rule, 0] = parts.get((clause.rule, 0), 0) + 1
        found.append(
            Limit(
                id=clause.rule if count == 1 else f"{clause.rule}/{count}",
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
        )
    for p, name in enumerate(space.parties):
        if space.required[p]:
            r = float(space.points(space.reservation[p]))
            estimate = reservation(case, name)
            found.append(
                Limit(
                    f"accept-{name}",
                    "acceptance",
                    f"{case.parties[name].name} accepts nothing below {r:g} points",
                    name,
                    basis=estimate.basis.kind if estimate else "assumed",
                    statements=estimate.basis.statements if estimate else (),
                )
            )
    if space.at_least > sum(space.required):
        found.append(
            Limit(
                "agreement", "agreement", f"at least {space.at_least} of {len(space.parties)} parties accept"
            )
        )
    return found


def _formal(case: Case, clause: Clause) -> str:
    """A clause by its option ids: "T1 or T2 only with N3 or N4", "not F4"."""
    issues = list(case.issues)

    def words(terms: Iterable[tuple[int, int]]) -> str:
        parts = []
        for i, mask in terms:
            options = list(case.issues[issues[i]].options)
            parts.append(" or ".join(o for k, o in enumerate(options) if mask >> k & 1))
        return " with ".join(parts)

    when = words(clause.when)
    return (
        f"{when} only with " + ", or ".join(words(a) for a in clause.only_if)
        if clause.only_if
        else f"not {when}"
    )


def violations(table: Table) -> IntArray:
    """The set of limits that every package violates, as bit words, shape (n_words, n_packages)."""
    space = table.space
    rows: list[BoolArray] = [table.violates(c) for c in space.clauses]
    rows += [~table.accepts[p] for p in range(len(space.parties)) if space.required[p]]
    if space.at_least > sum(space.required):
        rows.append(table.accepts.sum(axis=0) < space.at_least)
    words = np.zeros((max(1, -(-len(rows) // 62)), space.n_packages), dtype=np.int64)
    for bit, row in enumerate(rows):
        words[bit // 62] |= row.astype(np.int64) << (bit % 62)
    return words


def why_not(
    case: Case, readings: Readings = None, *, within: BoolArray | None = None, table: Table | None = None
) -> WhyNot:
    """The answer of :func:`zopa.why_not`, by listing all packages.

    ``within``, shape (n_packages,), looks only at some packages, for example the completions of a draft.
    """
    table = table or tabulate(case, readings)
    words = violations(table)
    if within is not None:
        words = words[:, within]
    sets = _distinct(words)
    limits = limits_of(case, table.space)
    empty = bool(sets) and frozenset() not in sets
    minimal = _minimal(sets) if empty else []
    hitting, complete = minimal_hitting_sets(minimal, MOST_CONFLICTS)
    conflicts = [Conflict(tuple(limits[k] for k in sorted(h))) for h in hitting] if empty else []
    conflicts.sort(key=lambda c: (c.assumed, len(c.statements), len(c.limits), [m.id for m in c.limits]))
    corrections = [_correction(table, words, within, limits, m) for m in minimal]
    corrections.sort(
        key=lambda c: (c.statements, c.firmness, c.shift, len(c.limits), [m.id for m in c.limits])
    )
    switches, combinations, notes = _survey(case, table, choose_readings(case, readings), within)
    return WhyNot(
        ask(case, "why_not", readings),
        empty,
        tuple(conflicts),
        tuple(corrections),
        switches,
        combinations,
        complete,
        notes,
    )


def _distinct(words: IntArray) -> list[frozenset[int]]:
    unique = np.unique(words, axis=1) if words.shape[0] > 1 else np.unique(words[0])[None, :]
    return [
        frozenset(62 * w + b for w, word in enumerate(column) for b in range(62) if int(word) >> b & 1)
        for column in unique.T
    ]


def _minimal(sets: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    kept: list[frozenset[int]] = []
    for candidate in sorted(sets, key=lambda s: (len(s), sorted(s))):
        if not any(k <= candidate for k in kept):
            kept.append(candidate)
    return kept


def minimal_hitting_sets(sets: Sequence[frozenset[int]], most: int) -> tuple[list[frozenset[int]], bool]:
    """All minimal sets that share an element with each of ``sets`` (Berge 1989), and whether all were kept.

    >>> minimal_hitting_sets([frozenset({1, 2}), frozenset({2, 3})], 10)
    ([frozenset({2}), frozenset({1, 3})], True)
    """
    found: list[frozenset[int]] = [frozenset()] if sets else []
    complete = True
    for s in sets:
        hit = [h for h in found if h & s]
        grown = {h | {e} for h in found if not h & s for e in s}
        found = _minimal(hit + sorted(grown, key=sorted))
        if len(found) > most:
            found, complete = found[:most], False
    return found, complete


def _correction(
    table: Table, words: IntArray, within: BoolArray | None, limits: list[Limit], chosen: frozenset[int]
) -> Correction:
    space = table.space
    rule_bits = sum(1 for limit in limits if limit.kind == "rule")
    kept = np.zeros(words.shape[0], dtype=np.int64)
    rules_only = np.zeros(words.shape[0], dtype=np.int64)
    for bit in range(len(limits)):
        if bit not in chosen:
            kept[bit // 62] |= np.int64(1) << (bit % 62)
            if bit < rule_bits:
                rules_only[bit // 62] |= np.int64(1) << (bit % 62)
    left = ~(words & kept[:, None]).any(axis=0)
    admissible = int((~(words & rules_only[:, None]).any(axis=0)).sum())
    members = tuple(limits[k] for k in sorted(chosen))
    shift = Fraction(0)
    rows = [space.parties.index(m.party) for m in members if m.kind == "acceptance" and m.party]
    if rows:
        utilities = table.utilities[rows] if within is None else table.utilities[rows][:, within]
        lacking = np.array([space.reservation[p] for p in rows])[:, None] - utilities[:, left]
        shift = space.points(int(np.maximum(lacking, 0).sum(axis=0).min()))
    return Correction(
        members,
        admissible,
        int(left.sum()),
        statements=len({s for m in members for s in m.statements}),
        firmness=sum(m.firmness for m in members if m.kind == "rule" and m.statements),
        shift=shift,
    )


def _survey(
    case: Case, table: Table, chosen: Mapping[str, str], within: BoolArray | None
) -> tuple[tuple[Switch, ...], tuple[Combination, ...], tuple[str, ...]]:
    """The zone under every other reading of one rule, and under all combinations of readings."""
    space, rules, names = table.space, all_rules(case), reading_names(case)
    accepted = _accepted(table)
    if within is not None:
        accepted = accepted & within
    scope = within if within is not None else np.ones(space.n_packages, dtype=bool)
    allowed: dict[tuple[str, str], BoolArray] = {}
    for rule in rules:
        for reading in [*names[rule], "off"]:
            ok = np.ones(space.n_packages, dtype=bool)
            for clause in clauses(case, rule, reading):
                ok &= ~table.violates(clause)
            allowed[rule, reading] = ok

    def count(choice: Mapping[str, str]) -> tuple[int, int]:
        ok = scope.copy()
        for rule, reading in choice.items():
            ok &= allowed[rule, reading]
        return int(ok.sum()), int((ok & accepted).sum())

    switches = []
    for rule, now in chosen.items():
        for reading in [*names[rule], "off"]:
            if reading != now:
                admissible, size = count({**chosen, rule: reading})
                noun = rules[rule].readings.get(reading, rules[rule])
                ids = noun.statements or rules[rule].statements
                says = "set aside" if reading == "off" else noun.says
                switches.append(Switch(rule, reading, now, admissible, size, says, ids, size > 0))
    open_rules = [r for r in rules if len(names[r]) > 1]
    total = math.prod(len(names[r]) for r in open_rules)
    if total > MOST_COMBINATIONS or total * space.n_packages > 4e9:
        return (
            tuple(switches),
            (),
            (f"{total:,} combinations of readings are too many to list; single changes are shown",),
        )
    combinations = []
    for choice in itertools.product(*(names[r] for r in open_rules)):
        picked = dict(zip(open_rules, choice, strict=True))
        admissible, size = count({**chosen, **picked})
        combinations.append(Combination(picked, admissible, size))
    return tuple(switches), tuple(combinations), ()


def _accepted(table: Table) -> BoolArray:
    """Packages with all the acceptances that an agreement needs, whatever the rules say."""
    accepted = table.accepts.sum(axis=0) >= table.space.at_least
    for p, needed in enumerate(table.space.required):
        if needed:
            accepted = accepted & table.accepts[p]
    return accepted
