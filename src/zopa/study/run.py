"""The main job: all lenses that the case has data for, and the packages worth discussing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from zopa.bargaining import (
    SOLUTIONS,
    AnswerState,
    Deal,
    Frontier,
    Solution,
    Views,
    WhyNot,
    Zone,
    engine_for,
    frontier,
    judge,
    solve,
    standing,
    why_not,
    winning_coalitions,
    zone,
)
from zopa.case import (
    MOST_UNSOURCED,
    Case,
    fits_what_was_meant,
    gaps,
    readings_left,
    share_by_basis,
    voters,
)
from zopa.division import divide
from zopa.errors import NotApplicable
from zopa.graphmodel import stability
from zopa.ratification import ratify
from zopa.robustness import WorthByWords, drivers, questions, spoken, stress, worth_by_words
from zopa.space import (
    Answer,
    Problem,
    Readings,
    Space,
    Table,
    clause_basis,
    plain,
    reading_names,
)
from zopa.spatial import forecast
from zopa.study.talks import with_draws
from zopa.talks import Simulation, StartingPositions, order_of_steps, simulate, starting_positions
from zopa.waiting import delay

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


Lens = Callable[[Problem, Sequence[Proposal]], Answer]
MOST_SIMULATED = 1_000_000
"""Packages up to which the main job simulates talks."""
MONTHS = 24
"""How far the main job looks ahead when it asks what waiting costs."""


def _delay(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    named = {f"package {chr(65 + k)}": p.deal.package for k, p in enumerate(proposals)}
    return delay(problem, named, months=MONTHS)


def _divide(problem: Problem, _: Sequence[Proposal]) -> Answer:
    return divide(problem)


def _hold(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    """Whether the first packages would hold, where issues have holders."""
    if not proposals:
        raise NotApplicable("whether a package holds needs a package acceptable to all")
    first = proposals[:MOST_TESTED]
    if any(p.readings != first[0].readings for p in first):
        first = first[:1]
    named = {f"package {chr(65 + k)}": p.deal.package for k, p in enumerate(first)}
    return stability(problem.with_readings(first[0].readings), named, draws=0, most=0)


def _stability(problem: Problem, _: Sequence[Proposal]) -> Answer:
    """The graph section of the case."""
    if problem.case.graph is None:
        raise NotApplicable("the wider conflict needs a `graph` section: who can do what alone")
    return stability(problem)


def _start(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    """Openings, held against the first packages."""
    named = {f"package {chr(65 + k)}": p.deal.package for k, p in enumerate(proposals[:MOST_TESTED])}
    answer = starting_positions(problem, named)
    if all(set(o.sources) == {"judgment"} for o in answer.openings):
        raise NotApplicable(
            "starting positions need a `start`, a demand or a preference of at least one party"
        )
    return answer


def _path(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    """The order of steps from every opening to the first package."""
    if not proposals:
        raise NotApplicable("an order of steps needs a package acceptable to all")
    _start(problem, ())
    first = proposals[0]
    chosen = problem.with_readings(first.readings)
    found = order_of_steps(chosen, first.deal.package, named="package A")
    if not spoken(chosen):
        return found
    try:
        return with_draws(found, chosen, DRAWS, law="words")
    except NotApplicable:  # no room for draws: the order stands without its share
        return found


def _simulate(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    """Where talks end by known tactics, in spaces small enough for a report."""
    if problem.space.n_packages > MOST_SIMULATED:
        raise NotApplicable(
            f"simulated talks in a report need at most {MOST_SIMULATED:,} packages; ask for them alone"
        )
    _start(problem, ())
    return simulate(problem.with_readings(proposals[0].readings) if proposals else problem, runs=RUNS)


RUNS = 300
"""Simulated talks of the main job, for each protocol."""
DRAWS = 256
"""Draws of the main job from what the words allow."""


def _stress(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    """What the words alone allow, where there are words about what a party could accept."""
    if not spoken(problem):
        raise NotApplicable("what the words alone allow needs statements with a stance, or `comparisons`")
    if not problem.listable:
        raise NotApplicable(
            f"{problem.space.n_packages:,} packages are too many for a report; ask `zopa stress` alone"
        )
    return stress(problem, draws=DRAWS, packages=[p.deal.package for p in proposals[:MOST_TESTED]])


def _questions(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    """What to ask about the first package of the report."""
    if not proposals or not spoken(problem):
        raise NotApplicable(
            "what to ask about a package needs a package that all could accept, and words on record"
        )
    first = proposals[0]
    chosen = problem.with_readings(first.readings)
    return questions(chosen, chosen.readings, draws=DRAWS, draft=first.deal.package)


def _drivers(problem: Problem, proposals: Sequence[Proposal]) -> Answer:
    """Which numbers of the case drive the zone, where packages can be listed and some number has an interval."""
    if not problem.listable:
        raise NotApplicable("what drives the zone needs packages that can be listed")
    first = proposals[0] if proposals else None
    chosen = problem.with_readings(first.readings) if first else problem
    found = drivers(chosen, package=first.deal.package if first else None, samples=SAMPLES, cells=MAP_CELLS)
    if not found.bars:
        raise NotApplicable("what drives the zone needs numbers with an interval that move it")
    return found


SAMPLES = 64
"""Base samples of the Sobol indices in the main job."""
MOST_ENDS = 5
"""Ends of simulated talks that are shown for each protocol."""
MAP_CELLS = 16
"""Columns and rows of the map of two numbers in the main job."""

LENSES: Mapping[str, Lens] = {
    "stress": _stress,
    "drivers": _drivers,
    "questions": _questions,
    "hold": _hold,
    "stability": _stability,
    "forecast": lambda problem, _proposals: forecast(problem),
    "delay": _delay,
    "ratify": lambda problem, _proposals: ratify(problem),
    "divide": _divide,
    "start": _start,
    "path": _path,
    "simulate": _simulate,
}
"""Further lenses of the main job: name -> question. One that lacks its data in a case raises
:class:`NotApplicable`, which says what it needs."""


@dataclass(frozen=True)
class Study(Answer):
    """Everything that the main job found out. ``case`` is the case itself, left out of ``to_dict``.

    ``closed`` holds, for each named set of readings without a deal, why not. ``lenses`` holds the answers of
    the further lenses for which the case has data, ``not_asked`` what each of the others would need. ``by_words`` is
    what the words alone say the packages shown are worth to each party.
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
    standing: AnswerState | None = None
    by_words: tuple[WorthByWords, ...] = ()

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
            "standing",
            "by_words",
        )
        return {name: plain(getattr(self, name)) for name in kept} | {
            "title": self.case.title,
            "state": self.state,
        }

    @property
    def state(self) -> str:
        """One of :data:`zopa.bargaining.STATES`."""
        return self.zone.state


def run(
    case: Case | Problem,
    readings: Readings = None,
    *,
    most_unsourced: Fraction | float = MOST_UNSOURCED,
    progress: Progress | None = None,
    patience: Callable[[], Callable[[], bool]] | None = None,
    lenses: Collection[str] = LENSES,
) -> Study:
    """Run the main job.

    Parameters
    ----------
    case : Case or Problem
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    most_unsourced : number between 0 and 1
        The largest share of judgments without any source with which a verdict is given.
    progress : callable, optional
        Called with a few words at the start of each step.
    patience : callable, optional
        Called at the start of each long step; gives the ``stop`` of that step, for spaces too large to list.
    lenses : names of :data:`LENSES`
        The further lenses to ask; all of them unless some are named.
    """
    tell = progress or (lambda _: None)
    fresh = patience or (lambda: lambda: False)
    problem = Problem.of(case, readings)
    if problem.listable:
        tell("listing packages")
        _ = problem.table
    tell("is there a zone")
    found = zone(problem, most_unsourced=most_unsourced, stop=fresh())
    tell("what conflicts, and which reading decides")
    why = why_not(problem, stop=fresh())
    tell("frontier")
    edge = frontier(problem, stop=fresh())
    tell("solutions")
    solutions = {
        m: solve(problem, m, most_unsourced=most_unsourced, stop=fresh())
        for m, method in SOLUTIONS.items()
        if not method.needs
    }
    tell("named readings")
    named = {name: problem.with_readings(name) for name in problem.case.readings}
    rows = tuple(_row(other, name, fresh()) for name, other in named.items())
    closed = {
        r.name: why_not(named[r.name], stop=fresh())
        for r in rows
        if not r.count and fits_what_was_meant(problem.case, r.readings)
    }
    tell("packages worth discussing")
    proposals = _proposals(Found(problem, found, edge, solutions, why))
    answers, not_asked = _ask_lenses(problem, proposals, lenses, tell)
    shown = [
        *(p.deal.package for p in proposals),
        *(d.package for s in solutions.values() for d in s.deals[:1]),
        *(d.package for best in found.best.values() for d in best[:1]),
        *_of_talks(answers),
    ]
    return Study(
        problem.question("run"),
        case=problem.case,
        space=problem.space,
        table=problem.table if problem.listable else None,
        zone=found,
        why_not=why,
        frontier=edge,
        solutions=solutions,
        proposals=proposals,
        reading_rows=rows,
        closed=closed,
        basis={p: share_by_basis(problem.case, p) for p in voters(problem.case)},
        gaps=tuple(gaps(problem.case)),
        lenses=answers,
        not_asked=not_asked,
        standing=standing(problem, most_unsourced=most_unsourced),
        by_words=worth_by_words(problem, shown),
    )


def _ask_lenses(
    problem: Problem, proposals: tuple[Proposal, ...], chosen: Collection[str], tell: Progress
) -> tuple[dict[str, Answer], dict[str, str]]:
    answers, missing = {}, {}
    for name, question in LENSES.items():
        if name not in chosen:
            continue
        tell(name)
        try:
            answers[name] = question(problem, proposals)
        except NotApplicable as needs:
            missing[name] = str(needs)
    return answers, missing


def _of_talks(answers: Mapping[str, Answer]) -> Iterator[Mapping[str, str]]:
    """The packages that the talks lenses show: openings, and where simulated talks end most often."""
    opened, simulated = answers.get("start"), answers.get("simulate")
    if isinstance(opened, StartingPositions):
        yield from (o.package for o in opened.openings)
    if isinstance(simulated, Simulation):
        yield from (e.package for p in simulated.protocols for e in p.ends[:MOST_ENDS])


def _row(problem: Problem, name: str, stop: Callable[[], bool]) -> ReadingRow:
    space, engine = problem.space, engine_for(problem, "zone", stop=stop)
    nash = solve(problem, "nash", most_unsourced=None, stop=stop)
    return ReadingRow(
        name,
        problem.case.readings[name].says,
        problem.readings,
        admissible=engine.count(space.lowest).low,
        count=engine.count(space.reservation).low,
        frontier_points=frontier(problem, stop=stop).points if problem.listable else None,
        nash=nash.deals[0] if nash.deals else None,
    )


@dataclass(frozen=True)
class Found:
    """What the main job knows when it looks for packages worth discussing."""

    problem: Problem
    zone: Zone
    frontier: Frontier
    solutions: Mapping[str, Solution]
    why: WhyNot


Suggested = tuple[Deal, str, Mapping[str, str]]
"""A package, why it is proposed, and the readings under which it is possible."""


def _proposals(f: Found) -> tuple[Proposal, ...]:
    """Distinct picks; those of several solutions are one proposal."""
    merged: dict[tuple[str, ...], tuple[Deal, list[str], Mapping[str, str]]] = {}
    for d, label, readings in _picks(f):
        merged.setdefault(tuple(d.package.values()), (d, [], readings))[1].append(label)
    return tuple(
        Proposal(
            d,
            tuple(labels),
            readings,
            objections=_objections(f.problem, d, readings),
            tightest=min(((p, g) for p, g in d.gains.items()), key=lambda pair: pair[1]),
            views=judge(f.problem.with_readings(readings), d.package),
        )
        for d, labels, readings in _most_different(list(merged.values())[:MOST_PROPOSALS])
    )


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


def _picks(f: Found) -> Iterator[Suggested]:
    """The solutions' picks; without a zone, the Nash picks of the readings that would open one."""
    if f.zone.agreed and not f.zone.count:
        # Not everybody accepts anything, but enough parties do: what each smallest winning coalition picks.
        for names in winning_coalitions(f.problem.space):
            for d in solve(f.problem, "nash", coalition=names, most_unsourced=None).deals[:1]:
                yield d, "Nash of " + ", ".join(names), f.problem.readings
    elif any(s.deals for s in f.solutions.values()):
        picked = [(d, s.title, f.problem.readings) for s in f.solutions.values() for d in s.deals[:2]]
        yield from picked
        for d in _spread(f, [d for d, _, _ in picked]):
            yield d, "on the frontier, unlike the others", f.problem.readings
    else:
        opened = False
        for switch in sorted(f.why.switches, key=lambda s: (s.reading == "off", -(s.count or 0))):
            if not switch.open or (switch.reading == "off" and opened):
                continue
            other = f.problem.with_readings({switch.rule: switch.reading})
            label = f"Nash, if {switch.rule} is {'set aside' if switch.reading == 'off' else 'read as ' + switch.reading}"
            for d in solve(other, "nash", most_unsourced=None).deals[:1]:
                opened = True
                yield d, label, other.readings


def _spread(f: Found, have: list[Deal]) -> list[Deal]:
    """A frontier package that differs from the picks in the most issues, so that talks have a real choice."""
    if len({tuple(d.package.values()) for d in have}) >= MOST_PROPOSALS or not f.frontier.deals:
        return []
    options = np.array([f.problem.space.package(d.package) for d in f.frontier.deals])
    picked = np.array([f.problem.space.package(d.package) for d in have])
    distance = np.min((options[:, None, :] != picked[None, :, :]).sum(axis=2), axis=1)
    # Among those where the worst-off party does not do badly, the most different one.
    worst = np.array([float(min(d.gains.values())) for d in f.frontier.deals])
    distance = np.where(worst >= np.median(worst), distance, -1)
    best = int(np.lexsort((np.arange(len(worst)), -worst, -distance))[0])
    return [f.frontier.deals[best]] if distance[best] > 0 else []


def _objections(problem: Problem, d: Deal, readings: Mapping[str, str]) -> tuple[Objection, ...]:
    case, rules, chosen = problem.case, problem.rules, problem.readings
    left = readings_left(case)
    found = []
    package = problem.space.package(d.package)
    for rule, names in reading_names(case).items():
        for reading in names:
            if reading == readings[rule] and reading == chosen[rule]:
                continue
            if reading not in left.get(rule, names):
                continue
            broken = [c for c in problem.clauses_of(rule, reading) if not c.allows(package)]
            if not broken:
                continue
            noun = rules[rule].readings.get(reading, rules[rule])
            bases = [clause_basis(case, c) for c in broken]
            found.append(
                Objection(
                    rules[rule].party or "",
                    rule,
                    reading,
                    noun.says or rules[rule].says or rule,
                    tuple(dict.fromkeys(s for b in bases for s in b.statements)),
                    bases[0].kind,
                )
            )
    return tuple(found)
