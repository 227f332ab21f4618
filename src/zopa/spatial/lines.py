"""From a case to lines: where each party stands on an issue, how much it cares, how strong it is; as arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.case import (
    Case,
    Estimate,
    Snapshot,
    accepted,
    all_rules,
    place,
    pressing,
    quantity,
    snapshots,
    speaks_for,
    weights,
)
from zopa.case.positions import WISHES
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Readings, choose_readings, clauses
from zopa.space.compiled import Clause
from zopa.spatial.exchange import Limits

__all__ = ["Field", "Input", "Line", "Stand", "field", "limits", "line", "lines_of"]

Array = NDArray[np.float64]
Permits = Callable[[int, int, float, int, int, float], bool]


@dataclass(frozen=True)
class Input:
    """One number of a party with its interval and its basis; ``says`` is how it reads in words."""

    best: float
    low: float
    high: float
    basis: str
    statements: tuple[str, ...] = ()
    says: str = ""


@dataclass(frozen=True)
class Stand:
    """A party on one line: place 0-100, salience 0-100 (its weight where none was entered), capability.

    ``flexibility`` is how many places it can be moved at most, None where nobody entered it.
    """

    party: str
    place: Input
    salience: Input
    capability: Input
    flexibility: float | None = None


@dataclass(frozen=True)
class Line:
    """An issue as a line from 0 to 100 and everybody on it.

    ``options`` are (id, label, place) in file order; ``absent`` says why a party is not on the line.
    """

    issue: str
    name: str
    scale: str
    options: tuple[tuple[str, str, float], ...]
    stands: tuple[Stand, ...]
    absent: Mapping[str, str]
    snapshots: tuple[Snapshot, ...]

    def nearest(self, place: float) -> str:
        """The option whose place is nearest; of two equally near ones the first."""
        return min(self.options, key=lambda o: abs(o[2] - place))[0]


@dataclass(frozen=True, eq=False)
class Field:
    """Several lines as arrays, party by issue: positions and saliences (NaN where absent), capabilities.

    ``x``, ``s`` and ``c`` hold the central estimates, the pairs ``*_range`` the intervals; salience is 0-1.
    A party's capability on a line where it is absent is that of its first line.
    """

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    x: Array
    s: Array
    c: Array
    x_range: tuple[Array, Array]
    s_range: tuple[Array, Array]
    c_range: tuple[Array, Array]


def lines_of(case: Case) -> tuple[str, ...]:
    """The issues that are lines: at least two of their options have a place."""
    return tuple(
        i for i, issue in case.issues.items() if sum(o.at is not None for o in issue.options.values()) > 1
    )


def line(case: Case, issue: str) -> Line:
    """The parties on one issue's line.

    Raises
    ------
    UnknownName
        The case has no such issue.
    NotApplicable
        Options without places, fewer than two parties with a position, or a party on the line without
        capability or weight; the message says what to enter and where.
    """
    if issue not in case.issues:
        raise UnknownName("issue", issue, case.issues)
    options = tuple((k, o.label, o.at) for k, o in case.issues[issue].options.items() if o.at is not None)
    if len(options) < 2:
        raise NotApplicable(
            f"a forecast on '{issue}' needs the places of at least two options; "
            f"write `at:` (0 to 100) under issues.{issue}.options"
        )
    stands, absent, missing = [], {}, []
    presses = pressing(case)
    for name, party in case.parties.items():
        if name not in presses:
            able = party.capability is not None or party.capabilities
            absent[name] = f"a {party.role}" + ("" if able else " without a capability")
        elif (found := place(case, name, issue)) is None:
            absent[name] = _placeless(case, name, issue)
        elif (strength := quantity(case, name, "capability", issue)) is None:
            missing.append(name)
        else:
            reach = quantity(case, name, "flexibility")
            salience = quantity(case, name, "saliences", issue) or weights(case, name)[issue]
            most = None if reach is None else float(reach.best)
            stands.append(Stand(name, _input(*found), _input(salience), _input(strength), most))
    _complain(issue, stands, absent, missing)
    noun = case.issues[issue]
    return Line(
        issue=issue,
        name=noun.name,
        scale=noun.scale,
        options=options,
        stands=tuple(stands),
        absent=absent,
        snapshots=snapshots(case, issue),
    )


def _placeless(case: Case, name: str, issue: str) -> str:
    """Why a party has no position on a line: nothing entered, or an option that has no place."""
    options = case.issues[issue].options
    said = [
        (ident, o)
        for ident, s in accepted(case).items()
        if s.issue == issue and s.stance in WISHES and speaks_for(case, s) == name
        for o in s.options
        if o in options and options[o].at is None
    ]
    option = case.parties[name].start.get(issue, "")
    if option in options and options[option].at is None:
        return f"its start is '{option}', which has no place; write issues.{issue}.options.{option}.at (0 to 100)"
    if said:
        ident, o = said[-1]
        return f"its statement {ident} names '{o}', which has no place; write issues.{issue}.options.{o}.at (0 to 100)"
    return f"no position: no statement with a stance, no parties.{name}.start.{issue}, no parties.{name}.places.{issue}"


def _complain(issue: str, stands: list[Stand], absent: Mapping[str, str], missing: list[str]) -> None:
    if missing:
        raise NotApplicable(
            f"a forecast needs the capability of {', '.join(missing)}: how strongly each can press, on one scale for all; "
            f"write parties.{missing[0]}.capability, with a basis"
        )
    if len(stands) < 2:
        raise NotApplicable(
            f"a forecast on '{issue}' needs at least two parties with a position, found {len(stands)}; "
            + "; ".join(f"{p}: {why}" for p, why in absent.items())
        )
    if not sum(s.salience.best * s.capability.best for s in stands) > 0:
        raise NotApplicable(
            f"on '{issue}' every salience times capability is zero, so the forecast is undefined; give a party with a "
            f"position a weight and a capability above zero (parties.{stands[0].party}.weights.{issue})"
        )


def _input(e: Estimate, says: str = "") -> Input:
    basis = "gap" if e.gap else e.basis.kind
    words = says or e.basis.why or e.basis.assumed
    return Input(float(e.best), float(e.low), float(e.high), basis, e.basis.statements, words)


def field(lines: tuple[Line, ...]) -> Field:
    """Lines as arrays, parties in the order in which the lines name them."""
    parties = tuple(dict.fromkeys(s.party for ln in lines for s in ln.stands))
    shape = (len(parties), len(lines))
    x, s = ([np.full(shape, np.nan) for _ in range(3)] for _ in range(2))
    c = [np.full(shape, np.nan) for _ in range(3)]
    for k, ln in enumerate(lines):
        for stand in ln.stands:
            a = parties.index(stand.party)
            for grid, given, unit in (
                (x, stand.place, 1),
                (s, stand.salience, 100),
                (c, stand.capability, 1),
            ):
                for g, v in zip(grid, (given.best, given.low, given.high), strict=True):
                    g[a, k] = v / unit
    for g in c:
        first = g[np.arange(len(parties)), np.argmax(~np.isnan(g), axis=1)]
        g[:] = np.where(np.isnan(g), first[:, None], g)
    return Field(
        parties=parties,
        issues=tuple(ln.issue for ln in lines),
        x=x[0],
        s=s[0],
        c=c[0],
        x_range=(x[1], x[2]),
        s_range=(s[1], s[2]),
        c_range=(c[1], c[2]),
    )


def limits(case: Case, lines: tuple[Line, ...], readings: Readings = None) -> Limits:
    """Red lines, conditional offers and flexibility as limits on exchanges.

    A party does not move into or past options that its own red line rules out, nor further than its
    flexibility; it moves into an option that it offered on a condition only if the partner's move, and the
    other parties' places, meet the condition. Only rules with a party are its own.
    """
    f = field(lines)
    low, high = np.zeros(f.x.shape), np.full(f.x.shape, 100.0)
    offers: list[tuple[int, Clause]] = []
    issues = list(case.issues)
    chosen = choose_readings(case, readings)
    for name, rule in all_rules(case).items():
        if rule.party not in f.parties or chosen[name] == "off":
            continue
        a = f.parties.index(rule.party)
        for clause in clauses(case, name, chosen[name]):
            if clause.only_if:
                offers.append((a, clause))
            elif len(clause.when) == 1 and issues[clause.when[0][0]] in f.issues:
                k = f.issues.index(issues[clause.when[0][0]])
                floor, ceiling = _walls(case, lines[k], clause.when[0][1], f.x[a, k])
                low[a, k], high[a, k] = max(low[a, k], floor), min(high[a, k], ceiling)
    for k, ln in enumerate(lines):
        for stand in ln.stands:
            a = f.parties.index(stand.party)
            if stand.flexibility is not None:
                low[a, k] = max(low[a, k], f.x[a, k] - stand.flexibility)
                high[a, k] = min(high[a, k], f.x[a, k] + stand.flexibility)
    ask = _conditions(case, lines, f, offers) if offers else None
    return Limits([[float(v) for v in row] for row in low], [[float(v) for v in row] for row in high], ask)


def _walls(case: Case, ln: Line, mask: int, own: float) -> tuple[float, float]:
    """The last free option before the nearest forbidden one on either side of the own place, or an end."""
    if np.isnan(own):
        return 0.0, 100.0
    order = list(case.issues[ln.issue].options)
    forbidden = [at for o, _, at in ln.options if mask >> order.index(o) & 1]
    free = [at for o, _, at in ln.options if not mask >> order.index(o) & 1]
    above, below = [v for v in forbidden if v > own], [v for v in forbidden if v < own]
    high = max([own, *(v for v in free if v < min(above))]) if above else 100.0
    low = min([own, *(v for v in free if v > max(below))]) if below else 0.0
    return low, high


def _conditions(case: Case, lines: tuple[Line, ...], f: Field, offers: list[tuple[int, Clause]]) -> Permits:
    """The question that an exchange asks both movers, from their conditional offers."""
    issues = list(case.issues)
    orders = {i: list(case.issues[i].options) for i in case.issues}
    column = {issues.index(i): k for k, i in enumerate(f.issues)}

    def holds(term: tuple[int, int], place: float) -> bool:
        k = column[term[0]]
        option = lines[k].nearest(place)
        return bool(term[1] >> orders[f.issues[k]].index(option) & 1)

    def permits(party: int, issue: int, to: float, partner: int, other: int, partner_to: float) -> bool:
        places = {k: f.x[party, k] for k in range(len(f.issues))}
        met = {k: f.x[partner, k] for k in range(len(f.issues))}
        places[issue], met[other] = to, partner_to
        for owner, clause in offers:
            if owner != party or not any(column.get(i) == issue for i, _ in clause.when):
                continue
            if any(i not in column for i, _ in clause.when):
                continue
            if not all(holds(term, places[column[term[0]]]) for term in clause.when):
                continue
            if holds_already(clause, f.x[party, issue], issue):
                continue
            if not any(
                all(t[0] in column and holds(t, met[column[t[0]]]) for t in alt) for alt in clause.only_if
            ):
                return False
        return True

    def holds_already(clause: Clause, own: float, issue: int) -> bool:
        """A party whose own place is in the offered region did not make that region conditional here."""
        return all(holds(t, own) for t in clause.when if column.get(t[0]) == issue)

    return permits
