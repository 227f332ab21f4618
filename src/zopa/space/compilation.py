"""From a case to a :class:`Space`: judgments to exact integers, rules in chosen readings to clauses."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from zopa.case import (
    Basis,
    Case,
    ClauseText,
    Judgment,
    Reading,
    Rule,
    all_rules,
    noise,
    number_of,
    reading_of,
    reservation,
    values,
    voters,
    weights,
)
from zopa.case.meant import readings_left
from zopa.errors import NotApplicable, UnknownName
from zopa.space.compiled import Bonus, Clause, Space, Term

__all__ = [
    "Compiled",
    "Readings",
    "choose_readings",
    "clause_basis",
    "clause_text",
    "clauses",
    "compile_utilities",
    "reading_names",
]

WORD = 2**61
"""What the utilities of all parties together must stay below to be held in 64 bits; else Python's integers."""
SHOWN = 3

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
    for name, left in readings_left(case).items():
        chosen[name] = chosen[name] if chosen[name] in (*left, "off") else left[0]
    chosen |= {rule: v for p, v in case.changed.items() if (rule := reading_of(p)) in rules}
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


@dataclass(frozen=True)
class Compiled:
    """The judgments of a case as integers, before any rule.

    Attributes
    ----------
    space : Space
        Without clauses.
    ends : "low" and "high" -> reservation values there, in units of the space, rounded up (utilities are
        integers, so ``utility >= value`` stays exact).
    unstated : parties without a reservation value.
    remarks : what every answer must say about its numbers.
    """

    space: Space
    ends: Mapping[str, tuple[int, ...]]
    unstated: tuple[str, ...]
    remarks: tuple[str, ...]


def compile_utilities(case: Case) -> Compiled:
    """Scores, reservation values and interactions as integers in one exact scale.

    The scale is the least common denominator of all numbers. Where utilities in that scale do not fit 64 bits,
    the arrays hold Python's integers; nothing is rounded unless the case asks for it (``rounding``).

    Raises
    ------
    NotApplicable
        No party whose acceptance counts.
    """
    parties = voters(case)
    if not parties:
        raise NotApplicable("an agreement needs at least one party with `role: party`")
    rounded, number = _rounding(case), number_of(case)
    table = {(p, i): _scores(case, p, i, rounded) for p in parties for i in case.issues}
    bonus = [
        (parties.index(b.party), _terms(case, b.when), rounded(number(b.points)))
        for b in case.interactions
        if b.party in parties
    ]
    stated = {p: reservation(case, p) for p in parties}
    limits = {p: rounded(r.best) for p, r in stated.items() if r is not None}
    others = [*limits.values(), *(points for _, _, points in bonus)]
    scale = _scale(table.values(), others)
    units = {key: [n * scale // below for n in above] for key, (above, below) in table.items()}
    bonuses = tuple(Bonus(p, terms, int(points * scale)) for p, terms, points in bonus)
    floors = {p: sum(min(units[p, i]) for i in case.issues) for p in parties}
    for b in bonuses:
        floors[parties[b.party]] += min(b.points, 0)
    held = tuple(int(limits[p] * scale) if p in limits else floors[p] for p in parties)
    largest = sum(max(map(abs, row)) for row in units.values())
    largest += sum(abs(b.points) for b in bonuses) + sum(map(abs, held))
    dtype = np.int64 if largest < WORD else object
    required = case.agreement.required
    names = parties if required is None and case.agreement.at_least is None else (required or ())
    space = Space(
        parties=parties,
        issues=tuple(case.issues),
        options=tuple(tuple(issue.options) for issue in case.issues.values()),
        scores=tuple(np.array([units[p, i] for p in parties], dtype=dtype) for i in case.issues),
        reservation=held,
        scale=scale,
        required=tuple(p in names for p in parties),
        at_least=case.agreement.at_least or sum(p in names for p in parties),
        bonuses=bonuses,
        digest=case.digest,
    )
    ends = {
        end: tuple(
            held[k] if r is None else math.ceil(rounded(getattr(r, end)) * scale)
            for k, r in enumerate(stated.values())
        )
        for end in ("low", "high")
    }
    unstated = tuple(p for p, r in stated.items() if r is None)
    return Compiled(space, ends, unstated, tuple(_remarks(case, space)))


Ratios = tuple[list[int], int]
"""Fractions over one denominator, not reduced: far cheaper to multiply than one by one."""


def _scores(case: Case, party: str, issue: str, rounded: Callable[[Fraction], Fraction]) -> Ratios:
    """What each option of an issue adds to a party's utility, in points."""
    above, below = _over_one([v.best for v in values(case, party, issue).values()])
    if not case.parties[party].points:
        share = weights(case, party)[issue].best
        above, below = [share.numerator * n for n in above], below * share.denominator * 100
    return (
        (above, below) if case.rounding is None else _over_one([rounded(Fraction(n, below)) for n in above])
    )


def _over_one(numbers: list[Fraction]) -> Ratios:
    ratios = [n.as_integer_ratio() for n in numbers]
    below = math.lcm(*(d for _, d in ratios))
    return [n * (below // d) for n, d in ratios], below


def _scale(rows: Collection[Ratios], others: Collection[Fraction]) -> int:
    """The least common denominator of all numbers, each in its lowest terms."""
    common = math.lcm(*(below for _, below in rows), *(n.denominator for n in others))
    shared = math.gcd(
        common,
        *(n * (common // below) for above, below in rows for n in above),
        *(n.numerator * (common // n.denominator) for n in others),
    )
    return common // shared


def _rounding(case: Case) -> Callable[[Fraction], Fraction]:
    if case.rounding is None:
        return lambda n: n
    step = number_of(case)(case.rounding)
    return lambda n: round(n / step) * step


def _remarks(case: Case, space: Space) -> Iterator[str]:
    noisy = list(_noisy(case)) if case.numbers == "as meant" else []
    if noisy:
        number = number_of(case)
        shown = ", ".join(f"{where} {n!r} as {float(number(n)):.12g}" for where, n in noisy[:SHOWN])
        more = f" and {len(noisy) - SHOWN} more" if len(noisy) > SHOWN else ""
        yield (
            f"binary noise was taken off {len(noisy)} numbers: {shown}{more}; "
            "`numbers: as typed` in the case keeps them"
        )
    if case.rounding is not None:
        step = number_of(case)(case.rounding)
        most = max(
            len(space.issues) + sum(b.party == p for b in space.bonuses) for p in range(len(space.parties))
        )
        yield (
            f"numbers were rounded to multiples of {float(step):g} points, as the case asks: a utility may be off "
            f"by up to {float(most * step / 2):g} points, a reservation value by {float(step / 2):g}"
        )


def _noisy(case: Case) -> Iterator[tuple[str, float | str]]:
    """Every number of the parties that carries binary noise, with its path in the case."""
    for name in voters(case):
        party, path = case.parties[name], f"parties.{name}"
        rows: list[tuple[str, Mapping[str, Any]]] = [(f"{path}.weights", party.weights)]
        rows += [(f"{path}.values.{i}", row) for i, row in party.values.items()]
        rows += [(f"{path}.points.{i}", row) for i, row in party.points.items()]
        rows += [(path, {"reservation": party.reservation})] if party.reservation else []
        for where, row in rows:
            for key, j in row.items():
                for n in (j.best, j.low, j.high) if isinstance(j, Judgment) else (j,):
                    if n is not None and noise(n):
                        yield f"{where}.{key}", n
    for k, b in enumerate(case.interactions):
        if noise(b.points):
            yield f"interactions.{k}.points", b.points
