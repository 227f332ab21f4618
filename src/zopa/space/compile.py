"""From a case to a :class:`Space`: judgments to integers, rules in chosen readings to clauses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction

import numpy as np

from zopa.case import (
    Basis,
    Case,
    ClauseText,
    Reading,
    Rule,
    all_rules,
    fraction,
    reservation,
    values,
    voters,
    weights,
)
from zopa.errors import NotApplicable, UnknownName
from zopa.space.model import Bonus, Clause, Space, Term

__all__ = [
    "MAX_SCALE",
    "Readings",
    "choose_readings",
    "clause_basis",
    "clause_text",
    "clauses",
    "compile_case",
    "reading_names",
]

MAX_SCALE = 2**20
"""Largest common denominator that is kept exact; beyond it scores are rounded to this many steps."""

Readings = str | Mapping[str, str] | None
"""A named set of readings, or rule -> reading ('off' sets the rule aside), or None for the defaults."""


def choose_readings(case: Case, readings: Readings = None) -> dict[str, str]:
    """The reading of every rule, 'off' where it is set aside.

    Raises
    ------
    UnknownName
        A set, rule or reading that the case does not have.
    """
    rules = all_rules(case)
    chosen = {name: rule.default or _names(rule)[0] for name, rule in rules.items()}
    if readings is None:
        return chosen
    if isinstance(readings, str):
        if readings not in case.readings:
            raise UnknownName("set of readings", readings, case.readings)
        named = case.readings[readings]
        if named.all == "off":
            chosen = dict.fromkeys(rules, "off")
        readings = named.choose
    for name, reading in readings.items():
        if name not in rules:
            raise UnknownName("rule", name, rules)
        if reading not in (known := [*_names(rules[name]), "off"]):
            raise UnknownName(f"reading of {name}", reading, known)
        chosen[name] = reading
    return chosen


def _names(rule: Rule) -> tuple[str, ...]:
    return tuple(rule.readings) or ("as stated",)


def reading_names(case: Case) -> dict[str, tuple[str, ...]]:
    """The readings of every rule, in file order; one called 'as stated' where the rule has just one."""
    return {name: _names(rule) for name, rule in all_rules(case).items()}


def _reading(case: Case, rule: str, reading: str) -> Reading:
    noun = all_rules(case)[rule]
    return noun.readings[reading] if noun.readings else noun


def _parts(reading: Reading) -> list[ClauseText]:
    return ([reading] if reading.when else []) + list(reading.clauses)


def clauses(case: Case, rule: str, reading: str) -> tuple[Clause, ...]:
    """The clauses of one rule in one reading; none for 'off' and for a reading that binds nobody."""
    if reading == "off":
        return ()
    found = []
    for part, text in enumerate(_parts(_reading(case, rule, reading))):
        only_if = tuple(_terms(case, c) for c in text.only_if)
        found += [Clause(rule, _terms(case, when), only_if, reading, part) for when in text.when]
    return tuple(found)


def clause_text(case: Case, clause: Clause) -> ClauseText:
    """The part of the case that a clause was compiled from."""
    return _parts(_reading(case, clause.rule, clause.reading))[clause.part]


def clause_basis(case: Case, clause: Clause) -> Basis:
    """What a clause rests on: its own basis, else that of its reading, else that of its rule."""
    rule = all_rules(case)[clause.rule]
    reading = _reading(case, clause.rule, clause.reading)
    for basis in (_parts(reading)[clause.part], reading, rule):
        if basis.kind != "none":
            return Basis(
                stated=basis.stated,
                inferred=basis.inferred,
                assumed=basis.assumed,
                why=basis.why,
                by=basis.by,
            )
    return Basis(assumed="no basis given", by=case.authors)


def _terms(case: Case, condition: Mapping[str, Iterable[str]]) -> tuple[Term, ...]:
    issues = list(case.issues)
    found = []
    for issue, chosen in condition.items():
        options = list(case.issues[issue].options)
        found.append((issues.index(issue), sum(1 << options.index(o) for o in set(chosen))))
    return tuple(sorted(found))


def compile_case(case: Case, readings: Readings = None, at: str = "best") -> Space:
    """Compile a case, once for each choice of readings.

    Parameters
    ----------
    case : Case
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    at : {"best", "low", "high"}
        Which end of the reservation values to take.

    Raises
    ------
    NotApplicable
        No party whose acceptance counts.
    UnknownName
        A set, rule or reading that the case does not have.
    """
    parties = voters(case)
    if not parties:
        raise NotApplicable("an agreement needs at least one party with `role: party`")
    table = {
        (p, i): [
            w.best * v.best / 100 if not case.parties[p].points else v.best
            for v in values(case, p, i).values()
        ]
        for p in parties
        for i, w in weights(case, p).items()
    }
    floors = {p: sum((min(table[p, i]) for i in case.issues), Fraction(0)) for p in parties}
    bonus = [
        (parties.index(b.party), _terms(case, b.when), fraction(b.points))
        for b in case.interactions
        if b.party in parties
    ]
    for position, _, points in bonus:
        floors[parties[position]] += min(points, Fraction(0))
    limits = []
    for p in parties:
        estimate = reservation(case, p)
        limits.append(floors[p] if estimate is None else getattr(estimate, at))
    numbers = [n for row in table.values() for n in row] + [*limits] + [points for _, _, points in bonus]
    scale = math.lcm(*(n.denominator for n in numbers))
    exact = scale <= MAX_SCALE
    scale = scale if exact else MAX_SCALE
    chosen = choose_readings(case, readings)
    required = case.agreement.required
    names = parties if required is None and case.agreement.at_least is None else (required or ())
    return Space(
        parties=parties,
        issues=tuple(case.issues),
        options=tuple(tuple(issue.options) for issue in case.issues.values()),
        scores=tuple(
            np.array([[round(n * scale) for n in table[p, i]] for p in parties], dtype=np.int64)
            for i in case.issues
        ),
        reservation=tuple(round(n * scale) for n in limits),
        scale=scale,
        required=tuple(p in names for p in parties),
        at_least=case.agreement.at_least or sum(p in names for p in parties),
        clauses=tuple(c for rule, reading in chosen.items() for c in clauses(case, rule, reading)),
        bonuses=tuple(Bonus(p, terms, round(points * scale)) for p, terms, points in bonus),
        exact=exact,
        digest=case.digest,
    )
