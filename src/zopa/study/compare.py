"""Two cases side by side, or one at two dates: what was said since, what moved, and what that did to the zone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining import Deal, deal, zone
from zopa.case import (
    Basis,
    Case,
    Estimate,
    OnRecord,
    Rule,
    Statement,
    accepted,
    all_rules,
    gaps,
    on_record,
    reservation,
    speaks_for,
    values,
    voters,
    weights,
)
from zopa.space import Answer, Problem, Readings

__all__ = ["Comparison", "Difference", "Effect", "Moved", "Side", "compare"]

MOST_SHOWN = 3
"""Packages shown of those that entered or left."""


@dataclass(frozen=True)
class Side:
    """One of the two cases: its day, its digest, and what its zone holds."""

    title: str
    as_of: date | None
    digest: str
    packages: int
    admissible: int
    count: int
    agreed: int

    @property
    def open(self) -> bool:
        """Whether some package passes the agreement rule."""
        return self.agreed > 0


@dataclass(frozen=True)
class Moved:
    """The latest word of a party on an issue, before and now. An id of a statement is empty where there was none."""

    party: str
    issue: str
    before: str
    after: str
    direction: str = "changed"


@dataclass(frozen=True)
class Difference:
    """One part of the case that differs: its address, how it was and is in words, and the statements behind it.

    ``kind`` is ``issue``, ``option``, ``rule``, ``reading``, ``judgment``, ``party`` or ``agreement``.
    """

    kind: str
    address: str
    before: str
    after: str
    statements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What the newer zone would be without one change. ``decides`` if that alone would open or close it again."""

    address: str
    kind: str
    count_without: int
    decides: bool
    statements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison(Answer):
    """What changed from one case to another, or from one date to another of the same case.

    Attributes
    ----------
    old, new : Side
    said, withdrawn : ids of accepted statements that are only in the newer, only in the older case.
    moves : parties whose latest word on an issue is another one.
    changes : parts of the case that differ.
    effects : what undoing each change alone would do to the newer zone.
    kept, entered, left : int or None
        Packages of both zones, of the newer only, of the older only, on the issues that both cases have; None
        where there are too many to list. ``entered_with_new_options`` of the entered ones use an option that the
        older case does not have.
    newcomers, leavers : of those, the ones with the largest product of gains.
    questions : (party, issue, option) on which nobody said anything, now but not before.
    """

    old: Side
    new: Side
    said: tuple[str, ...]
    withdrawn: tuple[str, ...]
    moves: tuple[Moved, ...]
    changes: tuple[Difference, ...]
    effects: tuple[Effect, ...]
    kept: int | None
    entered: int | None
    left: int | None
    entered_with_new_options: int | None
    newcomers: tuple[Deal, ...]
    leavers: tuple[Deal, ...]
    questions: tuple[tuple[str, str, str], ...]
    earlier: Case

    def to_dict(self) -> dict[str, object]:
        """The comparison as plain data, without the older case itself."""
        return {k: v for k, v in super().to_dict().items() if k != "earlier"}

    @property
    def records(self) -> tuple[OnRecord, ...]:
        """What the newer and the older case rest on."""
        before = replace(on_record(self.earlier), silent=False)  # what was said since may be all there is
        return (*super().records, before)

    @property
    def turned(self) -> str:
        """``opened``, ``closed``, ``stayed open`` or ``stayed closed``."""
        if self.old.open == self.new.open:
            return "stayed open" if self.new.open else "stayed closed"
        return "opened" if self.new.open else "closed"


def compare(old: Case | Problem, new: Case | Problem, readings: Readings = None) -> Comparison:
    """What changed from an older case to a newer one.

    Parameters
    ----------
    old, new : Case or Problem
        Two cases, or two dates of one: ``compare(case.at("2025-02-13"), case.at("2025-11-25"))``.
    readings : str, mapping or None
        Under which readings both are asked; None takes every rule's default in each.

    Returns
    -------
    Comparison
        Zones are compared on the issues that both cases have: a package of these is in a zone if it can be
        completed there.
    """
    before, after = Problem.of(old, readings), Problem.of(new, readings)
    said, gone = _statements(before.case, after.case)
    changes = tuple(_changes(before, after))
    sides = _side(before), _side(after)
    crossed = _crossed(before, after)
    return Comparison(
        question=after.question("compare", older=before.case.digest, older_as_of=before.case.as_of),
        old=sides[0],
        new=sides[1],
        said=said,
        withdrawn=gone,
        moves=tuple(_moves(before.case, after.case)),
        changes=changes,
        effects=tuple(_effects(before, after, changes, sides)),
        kept=crossed.kept,
        entered=crossed.entered,
        left=crossed.left,
        entered_with_new_options=crossed.with_new_options,
        newcomers=crossed.newcomers,
        leavers=crossed.leavers,
        questions=tuple(sorted(set(gaps(after.case)) - set(gaps(before.case)))),
        earlier=before.case,
    )


def _side(problem: Problem) -> Side:
    found = zone(problem)
    case = problem.case
    return Side(
        case.title,
        case.as_of,
        case.digest,
        packages=found.packages,
        admissible=found.admissible,
        count=found.count,
        agreed=found.agreed,
    )


# ---------------------------------------------------------------- words


def _statements(old: Case, new: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    before, after = accepted(old), accepted(new)
    return (
        tuple(sorted((k for k in after if k not in before), key=lambda k: _when(after[k]))),
        tuple(k for k in before if k not in after),
    )


def _when(s: Statement) -> date:
    said = s.said
    return (said.end or said.start or date.min) if said else date.min


def _latest(case: Case) -> dict[tuple[str, str], str]:
    """The latest accepted word of each party on each issue: the last in date order, then in file order."""
    found: dict[tuple[str, str], str] = {}
    for ident, s in accepted(case).items():
        party = speaks_for(case, s)
        if party is None or s.issue is None or not (s.options or s.stance):
            continue
        there = found.get((party, s.issue))
        if there is None or _when(s) >= _when(case.statements[there]):
            found[party, s.issue] = ident
    return found


def _moves(old: Case, new: Case) -> Iterator[Moved]:
    before, after = _latest(old), _latest(new)
    reported = {s.after: s.direction for s in new.shifts.values() if s.after}
    for (party, issue), now in after.items():
        then = before.get((party, issue), "")
        if now == then:
            continue
        a, b = old.statements.get(then), new.statements[now]
        if a is None or (a.stance, set(a.options)) != (b.stance, set(b.options)):
            yield Moved(party, issue, then, now, reported.get(now, "changed" if then else "first word"))


# ---------------------------------------------------------------- the case


def _changes(old: Problem, new: Problem) -> Iterator[Difference]:
    a, b = old.case, new.case
    for issue in {**a.issues, **b.issues}:
        if issue not in a.issues or issue not in b.issues:
            yield Difference("issue", issue, _there(issue, a.issues), _there(issue, b.issues))
            continue
        was, now = a.issues[issue].options, b.issues[issue].options
        for option in {**was, **now}:
            if option not in was or option not in now:
                basis = (now if option in now else was)[option].statements
                yield Difference(
                    "option",
                    f"{issue}.{option}",
                    was[option].label if option in was else "",
                    now[option].label if option in now else "",
                    basis,
                )
    yield from _rules(old, new)
    for party in voters(b):
        if party in a.parties:
            yield from _judgments(a, b, party)
    for party in {**a.parties, **b.parties}:
        if (party in a.parties) != (party in b.parties):
            yield Difference("party", party, _there(party, a.parties), _there(party, b.parties))
    if a.agreement != b.agreement:
        yield Difference("agreement", "agreement", repr(a.agreement), repr(b.agreement))


def _there(name: str, known: Mapping[str, object]) -> str:
    return "there" if name in known else ""


def _rules(old: Problem, new: Problem) -> Iterator[Difference]:
    was, now = all_rules(old.case), all_rules(new.case)
    for name in {**was, **now}:
        a, b = was.get(name), now.get(name)
        if a is None or b is None:
            rule = a or b
            assert rule is not None
            yield Difference("rule", name, _read(old, name), _read(new, name), _behind(rule))
        elif old.readings[name] != new.readings[name]:
            yield Difference("reading", name, old.readings[name], new.readings[name], _behind(b))
        elif a != b:
            yield Difference("rule", name, _read(old, name), _read(new, name), _behind(b))


def _read(problem: Problem, rule: str) -> str:
    return problem.readings.get(rule, "")


def _behind(rule: Rule) -> tuple[str, ...]:
    parts: list[Basis] = [rule, *rule.readings.values(), *rule.clauses]
    return tuple(dict.fromkeys(s for part in parts for s in part.statements))


def _judgments(old: Case, new: Case, party: str) -> Iterator[Difference]:
    pairs: list[tuple[str, Estimate | None, Estimate | None]] = [
        (f"{party}.reservation", reservation(old, party), reservation(new, party))
    ]
    was, now = weights(old, party), weights(new, party)
    pairs += [(f"{party}.weights.{i}", was[i], now[i]) for i in now if i in was]
    for issue in new.issues:
        if issue in old.issues:
            a, b = values(old, party, issue), values(new, party, issue)
            pairs += [(f"{party}.values.{issue}.{o}", a[o], b[o]) for o in b if o in a]
    for address, before, after in pairs:
        was_told, is_told = _told(before), _told(after)
        if was_told != is_told:
            yield Difference("judgment", address, was_told, is_told, after.basis.statements if after else ())


def _told(e: Estimate | None) -> str:
    if e is None or e.gap:
        return ""
    spread = f" ({float(e.low):g} to {float(e.high):g})" if e.low != e.high else ""
    return f"{float(e.best):g}{spread}"


# ---------------------------------------------------------------- what did it


def _effects(
    old: Problem, new: Problem, changes: Sequence[Difference], sides: tuple[Side, Side]
) -> Iterator[Effect]:
    """The newer zone with each change undone, alone; judgments of a party together."""
    before, after = sides
    if after.packages > new.space.n_packages or not new.listable:
        return
    groups: dict[tuple[str, str], list[Difference]] = {}
    for c in changes:
        key = ("party", c.address.split(".")[0]) if c.kind == "judgment" else (c.kind, c.address)
        groups.setdefault(key, []).append(c)
    for (kind, address), parts in groups.items():
        undone = _undone(old, new, kind, address)
        if undone is None:
            continue
        count = int(undone.table.agreed.sum())
        if count != after.agreed:
            said = tuple(dict.fromkeys(s for c in parts for s in c.statements))
            decides = before.open != after.open and (count > 0) == before.open
            yield Effect(address, "judgments" if parts[0].kind == "judgment" else kind, count, decides, said)


def _undone(old: Problem, new: Problem, kind: str, address: str) -> Problem | None:
    """The newer problem without one change; None where that cannot be asked."""
    case, was = new.case, all_rules(old.case)
    if kind == "option":
        issue, option = address.split(".", 1)
        if option not in case.issues[issue].options:
            return None
        ban = Rule(when=({issue: (option,)},), assumed="not in the older case")
        return _again(new, _with_rules(case, {**case.rules, f"no {address}": ban}))
    if kind in ("rule", "reading") and address in new.readings:
        reading = old.readings.get(address, "off")
        if address in was and kind == "rule":
            return (
                _again(new, _with_rules(case, {**case.rules, address: was[address]}))
                if _fits(case, was[address])
                else None
            )
        return new.with_readings({address: reading})
    if kind == "rule":
        rule = was[address]
        if old.readings[address] == "off" or not _fits(case, rule):
            return None
        fixed = rule.model_copy(update={"default": old.readings[address] if rule.readings else None})
        return _again(new, _with_rules(case, {**case.rules, address: fixed}))
    if kind == "party" and address in case.parties and address in old.case.parties:
        return _again(
            new, case.model_copy(update={"parties": {**case.parties, address: old.case.parties[address]}})
        )
    if kind == "agreement":
        return _again(new, case.model_copy(update={"agreement": old.case.agreement}))
    return None


def _with_rules(case: Case, rules: Mapping[str, Rule]) -> Case:
    """The case with other rules."""
    return case.model_copy(update={"rules": dict(rules)})


def _again(problem: Problem, case: Case) -> Problem:
    """Another case under the same readings, as far as it has the rules."""
    rules = all_rules(case)
    kept = {
        k: v
        for k, v in problem.readings.items()
        if k in rules and v in (*rules[k].readings, "as stated", "off")
    }
    return Problem(case, kept)


def _fits(case: Case, rule: Rule) -> bool:
    """Whether the case has every issue and option that a rule names."""
    parts = [
        rule,
        *rule.readings.values(),
        *rule.clauses,
        *(c for r in rule.readings.values() for c in r.clauses),
    ]
    return all(
        issue in case.issues and set(options) <= set(case.issues[issue].options)
        for part in parts
        for condition in (*part.when, *part.only_if)
        for issue, options in condition.items()
    )


# ---------------------------------------------------------------- packages


@dataclass(frozen=True)
class _Crossed:
    kept: int | None = None
    entered: int | None = None
    left: int | None = None
    with_new_options: int | None = None
    newcomers: tuple[Deal, ...] = ()
    leavers: tuple[Deal, ...] = ()


def _crossed(old: Problem, new: Problem) -> _Crossed:
    """Packages of the two zones, on common issues, as numbers over the options of both."""
    if not (old.listable and new.listable):
        return _Crossed()
    shared = [i for i in old.case.issues if i in new.case.issues]
    options = {i: list({**old.case.issues[i].options, **new.case.issues[i].options}) for i in shared}
    if not shared or math.prod(map(len, options.values())) >= 2**62:
        return _Crossed()
    (rows_a, keys_a), (rows_b, keys_b) = (_keys(p, options) for p in (old, new))
    fresh, lost = ~np.isin(keys_b, keys_a), ~np.isin(keys_a, keys_b)
    entered, left = np.unique(keys_b[fresh]), np.unique(keys_a[lost])
    novel = np.zeros(len(rows_b), dtype=bool)
    for issue in shared:
        unknown = [o not in old.case.issues[issue].options for o in new.case.issues[issue].options]
        novel |= np.array(unknown)[_column(new, issue, rows_b)]
    return _Crossed(
        kept=len(np.unique(keys_b)) - len(entered),
        entered=len(entered),
        left=len(left),
        with_new_options=len(np.unique(keys_b[fresh & novel])),
        newcomers=_largest(new, rows_b[fresh]),
        leavers=_largest(old, rows_a[lost]),
    )


def _keys(problem: Problem, options: Mapping[str, list[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the packages in the zone, and a number over the shared issues for each of them."""
    rows = np.flatnonzero(problem.table.agreed)
    keys = np.zeros(len(rows), dtype=np.int64)
    for issue, names in options.items():
        places = np.array([names.index(o) for o in problem.case.issues[issue].options], dtype=np.int64)
        keys = keys * len(names) + places[_column(problem, issue, rows)]
    return rows, keys


def _column(problem: Problem, issue: str, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    sizes, at = problem.space.sizes, problem.space.issues.index(issue)
    found: NDArray[np.int64] = rows // math.prod(sizes[at + 1 :]) % sizes[at]
    return found


def _largest(problem: Problem, rows: NDArray[np.int64]) -> tuple[Deal, ...]:
    """The packages with the largest products of gains, among these; exact among the ones shown."""
    if not len(rows):
        return ()
    floor = np.array(problem.space.reservation, dtype=float)[:, None]
    gains = np.maximum(problem.table.utilities[:, rows].astype(float) - floor, 0.0)
    best = rows[np.argsort(-np.log(gains + 1e-9).sum(axis=0), kind="stable")[:MOST_SHOWN]]
    deals = [deal(problem.space, problem.table.package(int(k))) for k in best]
    return tuple(sorted(deals, key=lambda d: -math.prod(d.gains.values(), start=Fraction(1))))
