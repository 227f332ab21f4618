"""The main job: all lenses that the case has data for, and the packages worth discussing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from zopa import __version__
from zopa.bargaining import (
    MAX_PACKAGES,
    SOLUTIONS,
    Deal,
    Frontier,
    Solution,
    Table,
    Views,
    WhyNot,
    Zone,
    frontier,
    judge,
    nondominated,
    solve,
    why_not,
    winning_coalitions,
    zone,
)
from zopa.case import Case, all_rules, gaps, share_by_basis, voters
from zopa.costs import delay
from zopa.division import divide
from zopa.errors import NotApplicable
from zopa.graphmodel import stability
from zopa.space import (
    Answer,
    Question,
    Readings,
    Space,
    choose_readings,
    clause_basis,
    clauses,
    compile_case,
    plain,
    reading_names,
)
from zopa.spatial import forecast

__all__ = ["Found", "Objection", "Proposal", "ReadingRow", "Study", "run"]

Progress = Callable[[str], None]
MOST_PROPOSALS = 5
MOST_TESTED = 3
"""How many packages are shown side by side and tested."""


@dataclass(frozen=True)
class Objection:
    """A statement of a party that, in some reading, rules a proposal out."""

    party: str
    rule: str
    reading: str
    text: str
    statements: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class Proposal:
    """A package worth discussing: who puts it forward as a method, who could block it, what would move them.

    Attributes
    ----------
    deal : Deal
    picked_by : titles of the solutions that pick it.
    readings : what was chosen for it to be possible, where it needs another reading than the default.
    objections : rules that forbid it in some other reading than the chosen one.
    tightest : the party with the smallest gain, and that gain in points.
    views : what everybody says to it.
    """

    deal: Deal
    picked_by: tuple[str, ...]
    readings: Mapping[str, str]
    objections: tuple[Objection, ...]
    tightest: tuple[str, Fraction]
    views: Views


@dataclass(frozen=True)
class ReadingRow:
    """One named set of readings and what it leaves."""

    name: str
    says: str
    readings: Mapping[str, str]
    admissible: int
    count: int
    frontier_points: int | None
    nash: Deal | None


Lens = Callable[[Case, Sequence[Proposal], Readings], Answer]
MONTHS = 24
"""How far the main job looks ahead when it asks what waiting costs."""


def _delay(case: Case, proposals: Sequence[Proposal], readings: Readings) -> Answer:
    named = {f"package {chr(65 + k)}": p.deal.package for k, p in enumerate(proposals)}
    return delay(case, named, readings, months=MONTHS)


def _divide(case: Case, _: Sequence[Proposal], readings: Readings) -> Answer:
    return divide(case, readings=readings)


def _hold(case: Case, proposals: Sequence[Proposal], _: Readings) -> Answer:
    """Whether the first packages would hold, where issues have holders."""
    if not proposals:
        raise NotApplicable("whether a package holds needs a package acceptable to all")
    first = proposals[:MOST_TESTED]
    if any(p.readings != first[0].readings for p in first):
        first = first[:1]
    named = {f"package {chr(65 + k)}": p.deal.package for k, p in enumerate(first)}
    return stability(case, named, first[0].readings, draws=0, most=0)


def _stability(case: Case, _proposals: Sequence[Proposal], _: Readings) -> Answer:
    """The graph section of the case."""
    if case.graph is None:
        raise NotApplicable("the wider conflict needs a `graph` section: who can do what alone")
    return stability(case)


LENSES: Mapping[str, Lens] = {
    "hold": _hold,
    "stability": _stability,
    "forecast": lambda case, _proposals, _readings: forecast(case),
    "delay": _delay,
    "divide": _divide,
}
"""Further lenses of the main job: name -> question. One that lacks its data in a case raises
:class:`NotApplicable`, which says what it needs."""


@dataclass(frozen=True)
class Study(Answer):
    """Everything that the main job found out. ``case`` is the case itself, left out of ``to_dict``.

    ``closed`` holds, for each named set of readings without a deal, why not. ``lenses`` holds the answers of
    the further lenses for which the case has data, ``not_asked`` what each of the others would need.
    """

    case: Case
    space: Space
    table: Table | None
    zone: Zone
    why_not: WhyNot
    frontier: Frontier
    solutions: Mapping[str, Solution]
    proposals: tuple[Proposal, ...]
    reading_rows: tuple[ReadingRow, ...]
    closed: Mapping[str, WhyNot]
    basis: Mapping[str, Mapping[str, int]]
    gaps: tuple[tuple[str, str, str], ...]
    lenses: Mapping[str, Answer] = field(default_factory=dict)
    not_asked: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """All answers as plain data, without the case and its table."""
        kept = (
            "question",
            "zone",
            "why_not",
            "frontier",
            "solutions",
            "proposals",
            "reading_rows",
            "closed",
            "basis",
            "gaps",
            "lenses",
            "not_asked",
        )
        return {name: plain(getattr(self, name)) for name in kept} | {"title": self.case.title}

    @property
    def verdict(self) -> str:
        """The first sentence of the report."""
        if not self.zone.empty:
            return "There is a zone of possible agreement under these readings."
        if any(s.open for s in self.why_not.switches if s.reading != "off"):
            return "No deal under these readings; another reading of one statement would open a zone."
        return "No deal under these readings."


def run(
    case: Case,
    readings: Readings = None,
    *,
    progress: Progress | None = None,
    patience: Callable[[], Callable[[], bool]] | None = None,
) -> Study:
    """Run the main job.

    Parameters
    ----------
    case : Case
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    progress : callable, optional
        Called with a few words at the start of each step.
    patience : callable, optional
        Called at the start of each long step; gives the ``stop`` of that step, for spaces too large to list.
    """
    tell = progress or (lambda _: None)
    fresh = patience or (lambda: lambda: False)
    space = compile_case(case, readings)
    table = None
    if space.n_packages <= MAX_PACKAGES:
        tell("listing packages")
        table = Table.of(space)
    tell("is there a zone")
    found = zone(case, readings, table=table, stop=fresh())
    tell("what conflicts, and which reading decides")
    why = why_not(case, readings, table=table, stop=fresh())
    tell("frontier")
    edge = frontier(case, readings, table=table, stop=fresh())
    tell("solutions")
    solutions = {
        m: solve(case, m, readings, table=table, stop=fresh())
        for m, method in SOLUTIONS.items()
        if not method.needs
    }
    tell("named readings")
    rows = tuple(_row(case, table, name) for name in case.readings)
    closed = {r.name: why_not(case, r.name, table=_reread(case, table, r.name)) for r in rows if not r.count}
    tell("packages worth discussing")
    proposals = _proposals(
        Found(case, choose_readings(case, readings), space, table, found, edge, solutions, why)
    )
    basis = {p: share_by_basis(case, p) for p in voters(case)}
    lenses, not_asked = _ask_lenses(case, proposals, readings, tell)
    return Study(
        Question("run", case.digest, choose_readings(case, readings), version=__version__, of=case),
        case, space, table, found, why, edge, solutions, proposals, rows, closed, basis, tuple(gaps(case)), lenses, not_asked,
    )  # fmt: skip


def _ask_lenses(
    case: Case, proposals: tuple[Proposal, ...], readings: Readings, tell: Progress
) -> tuple[dict[str, Answer], dict[str, str]]:
    answers, missing = {}, {}
    for name, question in LENSES.items():
        tell(name)
        try:
            answers[name] = question(case, proposals, readings)
        except NotApplicable as needs:
            missing[name] = str(needs)
    return answers, missing


def _reread(case: Case, table: Table | None, readings: Readings) -> Table | None:
    """The same utilities under other readings, without tabulating again; None where nothing was listed."""
    return None if table is None else Table(compile_case(case, readings), table.utilities)


def _row(case: Case, table: Table | None, name: str) -> ReadingRow:
    other = _reread(case, table, name)
    nash = solve(case, "nash", name, table=other)
    if other is None:
        size = zone(case, name)
        admissible, count, points = size.admissible, size.count, None
    else:
        inside = other.zone()
        admissible, count = int(other.admissible.sum()), int(inside.sum())
        points = int(nondominated(other.utilities[:, np.flatnonzero(inside)]).size)
    return ReadingRow(
        name, case.readings[name].says, choose_readings(case, name), admissible, count, points,
        nash.deals[0] if nash.deals else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What the main job knows when it looks for packages worth discussing."""

    case: Case
    chosen: Mapping[str, str]
    space: Space
    table: Table | None
    zone: Zone
    frontier: Frontier
    solutions: Mapping[str, Solution]
    why: WhyNot


Pick = tuple[Deal, str, Mapping[str, str]]
"""A package, why it is proposed, and the readings under which it is possible."""


def _proposals(f: Found) -> tuple[Proposal, ...]:
    """Distinct picks; those of several solutions are one proposal."""
    merged: dict[tuple[str, ...], tuple[Deal, list[str], Mapping[str, str]]] = {}
    for d, label, readings in _picks(f):
        merged.setdefault(tuple(d.package.values()), (d, [], readings))[1].append(label)
    return tuple(
        Proposal(
            d, tuple(labels), readings, _objections(f.case, d, readings, f.chosen),
            min(((p, g) for p, g in d.gains.items()), key=lambda pair: pair[1]),
            judge(f.case, d.package, readings, table=_reread(f.case, f.table, readings)),
        )
        for d, labels, readings in _most_different(list(merged.values())[:MOST_PROPOSALS])
    )  # fmt: skip


def _most_different(found: list[tuple[Deal, list[str], Mapping[str, str]]]) -> list[Any]:
    """The first, then those that differ most from the ones before, so that the first few are a real choice."""
    ordered = found[:1]
    while len(ordered) < len(found):
        rest = [x for x in found if x not in ordered]
        apart = [
            min(sum(x[0].package[i] != y[0].package[i] for i in x[0].package) for y in ordered) for x in rest
        ]
        ordered.append(rest[apart.index(max(apart))])
    return ordered


def _picks(f: Found) -> Iterator[Pick]:
    """The solutions' picks; without a zone, the Nash picks of the readings that would open one."""
    if f.zone.agreed and not f.zone.count:
        # Not everybody accepts anything, but enough parties do: what each smallest winning coalition picks.
        for names in winning_coalitions(f.space):
            for d in solve(f.case, "nash", f.chosen, coalition=names, table=f.table).deals[:1]:
                yield d, "Nash of " + ", ".join(names), f.chosen
    elif any(s.deals for s in f.solutions.values()):
        picked = [(d, s.title, f.chosen) for s in f.solutions.values() for d in s.deals[:2]]
        yield from picked
        for d in _spread(f, [d for d, _, _ in picked]):
            yield d, "on the frontier, unlike the others", f.chosen
    else:
        opened = False
        for switch in sorted(f.why.switches, key=lambda s: (s.reading == "off", -(s.count or 0))):
            if not switch.open or (switch.reading == "off" and opened):
                continue
            readings = {**f.chosen, switch.rule: switch.reading}
            label = f"Nash, if {switch.rule} is {'set aside' if switch.reading == 'off' else 'read as ' + switch.reading}"
            for d in solve(f.case, "nash", readings, table=_reread(f.case, f.table, readings)).deals[:1]:
                opened = True
                yield d, label, readings


def _spread(f: Found, have: list[Deal]) -> list[Deal]:
    """A frontier package that differs from the picks in the most issues, so that talks have a real choice."""
    if len({tuple(d.package.values()) for d in have}) >= MOST_PROPOSALS or not f.frontier.deals:
        return []
    options = np.array([f.space.package(d.package) for d in f.frontier.deals])
    picked = np.array([f.space.package(d.package) for d in have])
    distance = np.min((options[:, None, :] != picked[None, :, :]).sum(axis=2), axis=1)
    # Among those where the worst-off party does not do badly, the most different one.
    worst = np.array([float(min(d.gains.values())) for d in f.frontier.deals])
    distance = np.where(worst >= np.median(worst), distance, -1)
    best = int(np.lexsort((np.arange(len(worst)), -worst, -distance))[0])
    return [f.frontier.deals[best]] if distance[best] > 0 else []


def _objections(
    case: Case, d: Deal, readings: Mapping[str, str], chosen: Mapping[str, str]
) -> tuple[Objection, ...]:
    found = []
    rules = all_rules(case)
    package = [list(case.issues[i].options).index(o) for i, o in d.package.items()]
    for rule, names in reading_names(case).items():
        for reading in names:
            if reading == readings[rule] and reading == chosen[rule]:
                continue
            broken = [c for c in clauses(case, rule, reading) if not c.allows(package)]
            if not broken:
                continue
            noun = rules[rule].readings.get(reading, rules[rule])
            bases = [clause_basis(case, c) for c in broken]
            found.append(
                Objection(rules[rule].party or "", rule, reading, noun.says or rules[rule].says or rule,
                          tuple(dict.fromkeys(s for b in bases for s in b.statements)), bases[0].kind)
            )  # fmt: skip
    return tuple(found)
