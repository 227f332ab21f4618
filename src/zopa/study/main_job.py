"""The main job: all lenses that the case has data for, and the packages worth discussing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from zopa import __version__
from zopa.bargaining import (
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
    choose_readings,
    clause_basis,
    clauses,
    compile_case,
    plain,
    reading_names,
)
from zopa.spatial import forecast

__all__ = ["Objection", "Proposal", "ReadingRow", "Study", "run", "with_readings"]

Progress = Callable[[str], None]
MOST_PROPOSALS = 5


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
    frontier_points: int
    nash: Deal | None


Lens = Callable[[Case, Sequence[Proposal], Readings], Answer]
MONTHS = 24
"""How far the main job looks ahead when it asks what waiting costs."""


def _delay(case: Case, proposals: Sequence[Proposal], readings: Readings) -> Answer:
    named = {f"package {chr(65 + k)}": p.deal.package for k, p in enumerate(proposals)}
    return delay(case, named, readings, months=MONTHS)


def _divide(case: Case, _: Sequence[Proposal], readings: Readings) -> Answer:
    return divide(case, readings=readings)


def _stability(case: Case, proposals: Sequence[Proposal], _: Readings) -> Answer:
    """The graph section of the case; without one, whether the first proposal would hold."""
    if case.graph is not None:
        return stability(case)
    if not proposals:
        raise NotApplicable("whether a package holds needs a package acceptable to all")
    return stability(case, proposals[0].deal.package, proposals[0].readings, draws=0)


LENSES: Mapping[str, Lens] = {
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
    table: Table
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
        if any(s.count for s in self.why_not.switches if s.reading != "off"):
            return "No deal under these readings; another reading of one statement would open a zone."
        return "No deal under these readings."


def run(case: Case, readings: Readings = None, *, progress: Progress | None = None) -> Study:
    """Run the main job.

    Parameters
    ----------
    case : Case
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    progress : callable, optional
        Called with a few words at the start of each step.
    """
    tell = progress or (lambda _: None)
    tell("listing packages")
    table = Table.of(compile_case(case, readings))
    tell("is there a zone")
    found = zone(case, readings, table=table)
    tell("what conflicts, and which reading decides")
    why = why_not(case, readings, table=table)
    tell("frontier")
    edge = frontier(case, readings, table=table)
    tell("solutions")
    solutions = {
        m: solve(case, m, readings, table=table) for m, method in SOLUTIONS.items() if not method.needs
    }
    tell("named readings")
    rows = tuple(_row(case, table, name) for name in case.readings)
    closed = {
        r.name: why_not(case, r.name, table=with_readings(case, table, r.name)) for r in rows if not r.count
    }
    tell("packages worth discussing")
    proposals = _proposals(case, choose_readings(case, readings), table, solutions, why)
    basis = {p: share_by_basis(case, p) for p in voters(case)}
    lenses, not_asked = _ask_lenses(case, proposals, readings, tell)
    return Study(
        Question("run", case.digest, choose_readings(case, readings), version=__version__),
        case, table, found, why, edge, solutions, proposals, rows, closed, basis, tuple(gaps(case)), lenses, not_asked,
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


def with_readings(case: Case, table: Table, readings: Readings) -> Table:
    """The same utilities under other readings, without tabulating again."""
    return Table(compile_case(case, readings), table.utilities)


def _row(case: Case, table: Table, name: str) -> ReadingRow:
    other = with_readings(case, table, name)
    inside = other.zone()
    nash = solve(case, "nash", name, table=other)
    points = nondominated(other.utilities[:, np.flatnonzero(inside)]).size
    return ReadingRow(
        name, case.readings[name].says, choose_readings(case, name), int(other.admissible.sum()), int(inside.sum()),
        int(points), nash.deals[0] if nash.deals else None,
    )  # fmt: skip


def _proposals(
    case: Case, chosen: Mapping[str, str], table: Table, solutions: Mapping[str, Solution], why: WhyNot
) -> tuple[Proposal, ...]:
    """Distinct picks of the solutions; without a zone, the Nash picks of the readings that would open one."""
    picks: dict[tuple[str, ...], tuple[Deal, list[str], Mapping[str, str], Table]] = {}
    if not table.zone().any() and table.agreed.any():
        # Not everybody accepts anything, but enough parties do: what each smallest winning coalition picks.
        for names in winning_coalitions(table.space):
            for d in solve(case, "nash", chosen, coalition=names, table=table).deals[:1]:
                picks.setdefault(tuple(d.package.values()), (d, [], chosen, table))[1].append(
                    "Nash of " + ", ".join(names)
                )
    elif any(s.deals for s in solutions.values()):
        for s in solutions.values():
            for d in s.deals[:2]:
                picks.setdefault(tuple(d.package.values()), (d, [], chosen, table))[1].append(s.title)
        for d in _spread(table, [v[0] for v in picks.values()]):
            picks.setdefault(
                tuple(d.package.values()), (d, ["on the frontier, unlike the others"], chosen, table)
            )
    else:
        for switch in sorted(why.switches, key=lambda s: (s.reading == "off", -s.count)):
            if not switch.count or (switch.reading == "off" and picks):
                continue
            readings = {**chosen, switch.rule: switch.reading}
            other = with_readings(case, table, readings)
            label = f"Nash, if {switch.rule} is {'set aside' if switch.reading == 'off' else 'read as ' + switch.reading}"
            for d in solve(case, "nash", readings, table=other).deals[:1]:
                picks.setdefault(tuple(d.package.values()), (d, [], readings, other))[1].append(label)
    return tuple(
        Proposal(
            d, tuple(labels), readings, _objections(case, d, readings, chosen),
            min(((p, g) for p, g in d.gains.items()), key=lambda pair: pair[1]),
            judge(case, d.package, readings, table=using),
        )
        for d, labels, readings, using in list(picks.values())[:MOST_PROPOSALS]
    )  # fmt: skip


def _spread(table: Table, have: list[Deal]) -> list[Deal]:
    """A frontier package that differs from the picks in the most issues, so that talks have a real choice."""
    from zopa.bargaining import deal

    numbers = np.flatnonzero(table.zone())
    kept = numbers[nondominated(table.utilities[:, numbers])]
    if len(have) >= MOST_PROPOSALS or not kept.size:
        return []
    space = table.space
    options = np.stack([table.option(i, kept) for i in range(len(space.issues))])
    picked = np.array([space.package(d.package) for d in have])
    distance = np.min((options.T[:, None, :] != picked[None, :, :]).sum(axis=2), axis=1)
    # Among the most different ones, the one whose worst-off party gains most.
    gains = (table.utilities[:, kept] - np.array(space.reservation)[:, None]).min(axis=0)
    half = gains >= np.median(gains)
    distance = np.where(half, distance, -1)
    best = np.lexsort((kept, -gains, -distance))[0]
    return [deal(space, table.package(int(kept[best])))] if distance[best] > 0 else []


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
