"""From words to numbers: stances, ranks and intervals as exact fractions, each with its basis.

The conventions (``nouns.STANCES``, ``nouns.WEIGHT_WORDS``, rank order centroid) are ours and are named in
every answer that rests on them. Nothing is invented silently: a cell on which nobody said anything is
``silent``, anywhere from 0 to 100, and is counted as a gap.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Concatenate, ParamSpec, TypeVar

from zopa.case.interval import Interval
from zopa.case.model import STANCES, WEIGHT_WORDS, Basis, Case, Judgment, Party, Rule, Statement

__all__ = [
    "Estimate",
    "accepted",
    "all_rules",
    "estimate",
    "fraction",
    "gaps",
    "meant",
    "noise",
    "number_of",
    "once",
    "reservation",
    "share_by_basis",
    "speaks_for",
    "start",
    "values",
    "voters",
    "weights",
]

NOBODY = Basis(assumed="nothing was said or written about this", by="zopa")
GAP = "gap"


@dataclass(frozen=True)
class Estimate(Interval):
    """An interval with its basis. ``gap`` marks a cell on which nobody said anything."""

    basis: Basis
    gap: bool = False


P = ParamSpec("P")
T = TypeVar("T")


def once(answer: Callable[Concatenate[Case, P], T]) -> Callable[Concatenate[Case, P], T]:
    """Work something out once per case: a case is never changed, so what follows from it is kept with it."""

    @functools.wraps(answer)
    def kept(case: Case, /, *args: P.args, **named: P.kwargs) -> T:
        memo = case.derived
        key = (answer.__name__, *args, *named.items())
        if key not in memo:
            memo[key] = answer(case, *args, **named)
        return memo[key]

    return kept


def fraction(number: float | int | str) -> Fraction:
    """The decimal or fraction that a person typed, exactly: 0.35 is 7/20."""
    if isinstance(number, float) and number.is_integer():
        return Fraction(int(number))
    return Fraction(str(number))


LONG = 15
"""Significant digits from which a number was written by a machine, not by a person."""


@functools.lru_cache(maxsize=100_000)
def meant(number: float | int | str) -> Fraction:
    """The number without binary noise: 14.719999999999999 is 14.72, and 0.35 and 1e-12 stay what they are.

    Sums and products of binary fractions miss the decimal that was meant by a few units in the last place. A
    number with at least 15 significant digits counts as noisy when a decimal with nine places lies within 1e-13
    of it (relative above 1), or one of 13 digits within four units in its last place.
    """
    typed = fraction(number)
    if not isinstance(number, float) or len(repr(number)) < LONG:
        return typed
    digits = re.sub(r"e.*|[^0-9]", "", repr(number)).lstrip("0")
    if len(digits) < LONG:
        return typed
    exact = Decimal(repr(number))
    near = Fraction(round(exact, 9))
    if abs(near - typed) <= Fraction(1, 10**13) * max(Fraction(1), abs(typed)):
        return near
    short = Fraction(f"{exact:.12e}")
    return short if abs(short - typed) <= 4 * Fraction(math.ulp(number)) else typed


def noise(number: float | int | str | None) -> bool:
    """Whether a number is off a decimal by binary noise."""
    if not isinstance(number, float) or number.is_integer() or len(repr(number)) < LONG:
        return False
    return meant(number) != fraction(number)


@once
def voters(case: Case) -> tuple[str, ...]:
    """The parties whose acceptance counts, in file order."""
    return tuple(name for name, party in case.parties.items() if party.role == "party")


@once
def accepted(case: Case) -> dict[str, Statement]:
    """The statements that may reach the model: accepted or edited ones."""
    return {k: s for k, s in case.statements.items() if s.review.state in ("accepted", "edited")}


def _basis(case: Case, party: Party, own: Basis) -> Basis:
    if not (own.stated or own.inferred or own.assumed):
        memo, key = case.derived, ("basis", id(party))
        if key not in memo:
            memo[key] = _first_basis(case, party.basis, case.basis)
        found: Basis = memo[key]
        return found
    return _first_basis(case, own)


def _first_basis(case: Case, *given: Basis | None) -> Basis:
    for basis in given:
        if basis is not None and basis.kind != "none":
            return Basis(
                stated=basis.stated,
                inferred=basis.inferred,
                assumed=basis.assumed,
                why=basis.why,
                by=basis.by,
            )
    return Basis(assumed="no reason given", by=case.authors)


def number_of(case: Case) -> Callable[[float | int | str], Fraction]:
    """How this case wants its numbers read: as they were meant, or as they were typed."""
    return fraction if case.numbers == "as typed" else meant


def _numbers(case: Case, j: Judgment, ranks: int = 0) -> tuple[Fraction, Fraction, Fraction]:
    """(low, best, high) of a value judgment; rank r of n ranks is 100 (n - r) / (n - 1), a lone rank is 100."""
    if j.word is not None:
        low, best, high = STANCES[j.word]
        return Fraction(low), Fraction(best), Fraction(high)
    if j.rank is not None:
        value = Fraction(100 * max(ranks - j.rank, 0), ranks - 1) if ranks > 1 else Fraction(100)
        step = Fraction(100, max(ranks - 1, 1))
        return max(Fraction(0), value - step), value, min(Fraction(100), value + step)
    number = number_of(case)
    if j.best is None:
        assert j.low is not None
        assert j.high is not None
        low_, high_ = number(j.low), number(j.high)
        return low_, (low_ + high_) / 2, high_
    best_ = number(j.best)
    return (
        (number(j.low) if j.low is not None else best_),
        best_,
        (number(j.high) if j.high is not None else best_),
    )


@once
def weights(case: Case, name: str) -> dict[str, Estimate]:
    """Weight of every issue for a party, adding up to 100.

    Plain numbers must add up to 100 already. Words are ratios, ranks become rank order centroid weights
    (Barron & Barrett 1996), intervals enter with their middle; these are scaled to 100 at 0.01 steps. An
    issue that is left out weighs 0 beside numbers, ``medium`` beside words, and is a gap.
    """
    party = case.parties[name]
    given = party.weights
    if party.points:
        return {
            i: Estimate(Fraction(0), Fraction(0), Fraction(0), _basis(case, party, Basis()))
            for i in case.issues
        }
    if not given:
        equal = _to_hundred({i: Fraction(1) for i in case.issues})
        return {i: Estimate(w, Fraction(0), Fraction(100), NOBODY, gap=True) for i, w in equal.items()}
    raw, spread = {}, {}
    plain = all(j.best is not None for j in given.values())
    n = len(given)
    for issue in case.issues:
        j = given.get(issue)
        if j is None:
            raw[issue] = (
                Fraction(0)
                if plain or any(g.rank for g in given.values())
                else Fraction(WEIGHT_WORDS["medium"])
            )
            spread[issue] = (raw[issue], raw[issue])
        elif j.word is not None:
            raw[issue] = Fraction(WEIGHT_WORDS[j.word])
            spread[issue] = (raw[issue] / 2, raw[issue] * 3 / 2)
        elif j.rank is not None:
            # Rank order centroid: 1/n * sum over k >= rank of 1/k.
            raw[issue] = sum((Fraction(1, k) for k in range(min(j.rank, n), n + 1)), Fraction(0)) / n * 100
            spread[issue] = (raw[issue] / 2, raw[issue] * 3 / 2)
        else:
            low, raw[issue], high = _numbers(case, j)
            spread[issue] = (low, high)
    total = sum(raw.values())
    if not total:
        raw, total = {i: Fraction(1) for i in case.issues}, Fraction(len(case.issues))
    best = raw if plain else _to_hundred(raw)
    scale = 100 / total
    return {
        i: Estimate(
            best[i],
            min(spread[i][0] * scale, best[i]),
            max(spread[i][1] * scale, best[i]),
            _basis(case, party, given[i]) if i in given else NOBODY,
            gap=i not in given,
        )
        for i in case.issues
    }


def _to_hundred(raw: dict[str, Fraction], steps: int = 10_000) -> dict[str, Fraction]:
    """Scale to a sum of exactly 100 in steps of 0.01, by largest remainder."""
    total = sum(raw.values())
    exact = {k: v * steps / total for k, v in raw.items()}
    floor = {k: int(v) for k, v in exact.items()}
    order = sorted(raw, key=lambda k: (floor[k] - exact[k], list(raw).index(k)))
    for k in order[: steps - sum(floor.values())]:
        floor[k] += 1
    return {k: Fraction(v * 100, steps) for k, v in floor.items()}


@once
def values(case: Case, name: str, issue: str) -> dict[str, Estimate]:
    """Value of every option of an issue for a party (0-100, or raw points where the party has points).

    A value written in the case wins; else the latest accepted statement with a stance on the option;
    else ``silent``, marked as a gap.
    """
    party = case.parties[name]
    options = case.issues[issue].options
    if party.points:
        basis = _basis(case, party, Basis())
        number = number_of(case)
        raw = {o: number(party.points.get(issue, {}).get(o, 0)) for o in options}
        return {o: Estimate(v, v, v, basis) for o, v in raw.items()}
    given = party.values.get(issue, {})
    ranks = max((j.rank or 0 for j in given.values()), default=0)
    said = _stances(case, name, issue)
    found = {}
    for option in options:
        if option in given:
            low, best, high = _numbers(case, given[option], ranks)
            found[option] = Estimate(best, low, high, _basis(case, party, given[option]))
        elif option in said:
            ident, word = said[option]
            a, b, c = STANCES[word]
            found[option] = Estimate(Fraction(b), Fraction(a), Fraction(c), Basis(stated=(ident,)))
        else:
            found[option] = Estimate(Fraction(50), Fraction(0), Fraction(100), NOBODY, gap=True)
    return found


@once
def _stances(case: Case, name: str, issue: str) -> dict[str, tuple[str, str]]:
    """Latest accepted stance per option: option -> (statement id, stance)."""
    found: dict[str, tuple[str, str]] = {}
    for ident, s in _by_date(accepted(case)):
        if s.issue == issue and s.stance and speaks_for(case, s) == name:
            for option in s.options:
                found[option] = (ident, s.stance)
    return found


def _by_date(statements: dict[str, Statement]) -> Iterable[tuple[str, Statement]]:
    def when(item: tuple[str, Statement]) -> str:
        said = item[1].said
        return str((said.end or said.start) if said else "")

    return sorted(statements.items(), key=when)


def speaks_for(case: Case, s: Statement) -> str | None:
    """The party that a statement counts for."""
    if s.party is not None or s.speaker is None:
        return s.party
    speaker = case.speakers.get(s.speaker)
    return speaker.party if speaker else None


def estimate(case: Case, j: Judgment, party: str = "") -> Estimate:
    """A number or interval with its basis: its own, else its party's, else that of the case."""
    low, best, high = _numbers(case, j)
    for basis in (j, case.parties[party].basis if party else None, case.basis):
        if basis is not None and basis.kind != "none":
            return Estimate(best, low, high, Basis(**{k: getattr(basis, k) for k in Basis.model_fields}))
    return Estimate(best, low, high, Basis(assumed="no reason given", by=case.authors))


@once
def reservation(case: Case, name: str) -> Estimate | None:
    """Utility of no agreement for a party, or None where nobody gave one."""
    party = case.parties[name]
    if party.reservation is None:
        return None
    low, best, high = _numbers(case, party.reservation)
    return Estimate(best, low, high, _basis(case, party, party.reservation))


def start(case: Case, name: str) -> dict[str, tuple[str, Basis]]:
    """Starting position: option per issue with its basis; from the case, else from accepted demands."""
    party = case.parties[name]
    found = {}
    for issue in case.issues:
        if issue in party.start:
            found[issue] = (party.start[issue], _basis(case, party, party.start_basis.get(issue, Basis())))
            continue
        wished = [
            (STANCES[word][1], option, ident)
            for option, (ident, word) in _stances(case, name, issue).items()
            if word in ("demand", "prefer", "accept")
        ]
        if wished:
            _, option, ident = max(wished, key=lambda w: w[0])
            found[issue] = (option, Basis(stated=(ident,)))
    return found


@once
def all_rules(case: Case) -> dict[str, Rule]:
    """The rules of the case, and those that follow from accepted statements and red-line stances.

    A red line, and a conditional offer with ``when`` and ``only_if``, bind as rules under the statement's
    id unless a rule of the case cites that statement already. A value ``red-line`` binds as a rule
    ``party-issue-option``.
    """
    rules = dict(case.rules)
    cited = {
        ident
        for rule in case.rules.values()
        for part in (
            rule,
            *rule.readings.values(),
            *rule.clauses,
            *(c for r in rule.readings.values() for c in r.clauses),
        )
        for ident in part.statements
    }
    for ident, s in accepted(case).items():
        party = speaks_for(case, s)
        if party is None or ident in cited or ident in rules:
            continue
        said = s.about or s.quote
        if s.when:
            rules[ident] = Rule(
                party=party, says=said, when=s.when, only_if=s.only_if, stated=(ident,), firmness=s.firmness
            )
        elif s.stance == "red-line" and s.issue and s.options:
            rules[ident] = Rule(
                party=party, says=said, when=({s.issue: s.options},), stated=(ident,), firmness=s.firmness
            )
    for name in voters(case):
        for issue, given in case.parties[name].values.items():
            for option, j in given.items():
                if j.word == "red-line":
                    basis = _basis(case, case.parties[name], j)
                    rules[f"{name}-{issue}-{option}"] = Rule(
                        party=name, when=({issue: (option,)},), **basis.model_dump()
                    )
    return rules


@once
def share_by_basis(case: Case, name: str | None = None) -> dict[str, int]:
    """How many judgments rest on what: counts of ``stated``, ``inferred``, ``assumed``, ``gap``."""
    counts = {"stated": 0, "inferred": 0, "assumed": 0, GAP: 0}
    for party in [name] if name else voters(case):
        cells = [e for i in case.issues for e in values(case, party, i).values()]
        cells += list(weights(case, party).values()) if not case.parties[party].points else []
        r = reservation(case, party)
        cells += (
            [r] if r is not None else [Estimate(Fraction(0), Fraction(0), Fraction(100), NOBODY, gap=True)]
        )
        for cell in cells:
            counts[GAP if cell.gap else cell.basis.kind] += 1
    return counts


@once
def gaps(case: Case) -> list[tuple[str, str, str]]:
    """(party, issue, option) on which nobody said anything; option is empty for a weight."""
    found = []
    for party in voters(case):
        if case.parties[party].points:
            continue
        found += [(party, i, "") for i, w in weights(case, party).items() if w.gap]
        found += [(party, i, o) for i in case.issues for o, e in values(case, party, i).items() if e.gap]
    return found
