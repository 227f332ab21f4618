"""From a case to lines: where each party stands on an issue, since when, how much it cares, how strong it is.

A position comes from the party's own entry ``places``; else from the latest accepted statement in which it
demands, prefers or accepts an option with a place; else from its starting option. Every statement date is a
snapshot, so the record can be watched moving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zopa.case import Basis, Case, Estimate, accepted, all_rules, quantity, speaks_for, start, weights
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Readings, choose_readings, clauses
from zopa.space.model import Clause
from zopa.spatial.exchange import Limits

__all__ = ["Field", "Input", "Line", "Snapshot", "Stand", "field", "limits", "line", "lines_of"]

Array = NDArray[np.float64]
Permits = Callable[[int, int, float, int, int, float], bool]
WISHES = ("demand", "prefer", "accept")
"""Stances that say where a party stands, strongest first; on one day the strongest counts."""


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
    """A party on one line: place 0-100, salience (its weight) 0-100, capability 0-100.

    ``flexibility`` is how many places it can be moved at most, None where nobody entered it.
    """

    party: str
    place: Input
    salience: Input
    capability: Input
    flexibility: float | None = None


@dataclass(frozen=True)
class Snapshot:
    """Where a statement put a party; ``former`` when a predecessor in office said it."""

    on: date
    party: str
    place: float
    low: float
    high: float
    statement: str
    says: str
    former: bool = False


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
    """Several lines as arrays: positions and saliences party by issue (NaN where absent), capabilities.

    ``x``, ``s`` and ``c`` hold the central estimates, the pairs ``*_range`` the intervals; salience is 0-1.
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
    snapshots = tuple(_snapshots(case, issue))
    stands, absent, missing = [], {}, []
    for name, party in case.parties.items():
        if party.role == "observer":
            absent[name] = "observes only"
            continue
        place = _place(case, name, issue, snapshots)
        if place is None:
            absent[name] = (
                f"no position: no statement with a stance, no parties.{name}.start.{issue}, no parties.{name}.places.{issue}"
            )
            continue
        strength = quantity(case, name, "capability")
        if strength is None:
            missing.append(name)
            continue
        room = quantity(case, name, "flexibility")
        stands.append(
            Stand(name, place, _input(weights(case, name)[issue], "weight"), _input(strength, "capability"),
                  None if room is None else float(room.best))
        )  # fmt: skip
    if missing:
        raise NotApplicable(
            f"a forecast needs the capability of {', '.join(missing)}: how strongly each can press, 0-100; "
            f"write parties.{missing[0]}.capability, with a basis"
        )
    if len(stands) < 2:
        raise NotApplicable(
            f"a forecast on '{issue}' needs at least two parties with a position, found {len(stands)}; "
            + "; ".join(f"{p}: {why}" for p, why in absent.items())
        )
    if not sum(s.salience.best * s.capability.best for s in stands) > 0:
        raise NotApplicable(
            f"on '{issue}' every weight times capability is zero, so nobody pulls; give a party with a position "
            f"a weight and a capability above zero (parties.{stands[0].party}.weights.{issue})"
        )
    noun = case.issues[issue]
    return Line(issue, noun.name, noun.scale, options, tuple(stands), absent, snapshots)


def _input(e: Estimate, says: str) -> Input:
    basis = "gap" if e.gap else e.basis.kind
    return Input(
        float(e.best),
        float(e.low),
        float(e.high),
        basis,
        e.basis.statements,
        e.basis.why or e.basis.assumed or says,
    )


def _snapshots(case: Case, issue: str) -> Iterable[Snapshot]:
    """Dated places in order of date; of several on one day the strongest stance, then the later statement."""
    at = {k: o.at for k, o in case.issues[issue].options.items()}
    found: dict[tuple[date, str], tuple[int, Snapshot]] = {}
    for ident, s in accepted(case).items():
        party = speaks_for(case, s)
        places = [p for o in s.options if (p := at.get(o)) is not None]
        if s.issue != issue or s.stance not in WISHES or party is None or not places or s.said is None:
            continue
        on = s.said.end or s.said.start
        if on is None or (case.as_of is not None and on > case.as_of):
            continue
        speaker = case.speakers.get(s.speaker or "")
        former = speaker is not None and speaker.authority == "former"
        shot = Snapshot(
            on, party, sum(places) / len(places), min(places), max(places), ident, s.about or s.quote, former
        )
        rank = WISHES.index(s.stance)
        if (on, party) not in found or rank <= found[on, party][0]:
            found[on, party] = (rank, shot)
    return (shot for _, (_, shot) in sorted(found.items(), key=lambda item: item[0][0]))


def _place(case: Case, name: str, issue: str, snapshots: tuple[Snapshot, ...]) -> Input | None:
    entered = quantity(case, name, "places", issue)
    if entered is not None:
        return _input(entered, "entered place")
    own = [s for s in snapshots if s.party == name]
    if own and not own[-1].former:
        last = own[-1]
        return Input(last.place, last.low, last.high, "stated", (last.statement,), last.says)
    option, basis = start(case, name).get(issue, ("", Basis()))
    at = case.issues[issue].options[option].at if option else None
    if at is None:
        return None
    label = case.issues[issue].options[option].label
    return Input(at, at, at, basis.kind, basis.statements, f"opens with: {label}")


def field(lines: tuple[Line, ...]) -> Field:
    """Lines as arrays, parties in the order in which the lines name them."""
    parties = tuple(dict.fromkeys(s.party for ln in lines for s in ln.stands))
    shape = (len(parties), len(lines))
    x, s = ([np.full(shape, np.nan) for _ in range(3)] for _ in range(2))
    c = [np.zeros(len(parties)) for _ in range(3)]
    for k, ln in enumerate(lines):
        for stand in ln.stands:
            a = parties.index(stand.party)
            for grid, given, unit in ((x, stand.place, 1), (s, stand.salience, 100)):
                for g, v in zip(grid, (given.best, given.low, given.high), strict=True):
                    g[a, k] = v / unit
            for vector, v in zip(
                c, (stand.capability.best, stand.capability.low, stand.capability.high), strict=True
            ):
                vector[a] = v
    return Field(
        parties, tuple(ln.issue for ln in lines), x[0], s[0], c[0], (x[1], x[2]), (s[1], s[2]), (c[1], c[2])
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
                _wall(case, lines[k], clause.when[0][1], a, k, f.x, low, high)
    for k, ln in enumerate(lines):
        for stand in ln.stands:
            a = f.parties.index(stand.party)
            if stand.flexibility is not None:
                low[a, k] = max(low[a, k], f.x[a, k] - stand.flexibility)
                high[a, k] = min(high[a, k], f.x[a, k] + stand.flexibility)
    ask = _conditions(case, lines, f, offers) if offers else None
    return Limits([[float(v) for v in row] for row in low], [[float(v) for v in row] for row in high], ask)


def _wall(case: Case, ln: Line, mask: int, a: int, k: int, x: Array, low: Array, high: Array) -> None:
    """No further than the last option before the nearest forbidden one on either side of the own place."""
    order = list(case.issues[ln.issue].options)
    own = x[a, k]
    if np.isnan(own):
        return
    forbidden = [at for o, _, at in ln.options if mask >> order.index(o) & 1]
    free = [at for o, _, at in ln.options if not mask >> order.index(o) & 1]
    above, below = [v for v in forbidden if v > own], [v for v in forbidden if v < own]
    if above:
        high[a, k] = max([own, *(v for v in free if v < min(above))])
    if below:
        low[a, k] = min([own, *(v for v in free if v > max(below))])


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
