"""In which order can the steps from an opening to a package be taken, so that nobody falls far below its floor?

The maths is in ``order``; here names become indices and come back with their reasons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName
from zopa.space import Answer, IntArray, Package, Problem, Space
from zopa.talks.openings import opening_of
from zopa.talks.order import (
    MOST_ISSUES,
    Orders,
    allowed_states,
    best_orders,
    bridge,
    dips,
    never,
    utilities,
)
from zopa.talks.order_many_issues import long_order

__all__ = [
    "FLOORS",
    "MODES",
    "MOST_TOGETHER",
    "Bridge",
    "MovedIssue",
    "OrderOfSteps",
    "Route",
    "Stop",
    "UnderDraws",
    "order_of_steps",
]

MODES = ("package", "interim")
FLOORS = ("reservation", "status-quo")
MOST_BOUNDED = 60
"""Up to this many differing issues an order is given, with a bound where it is not proven best."""
MOST_TOGETHER = 3
"""Issues that one step may change."""
NOW = "now"
GIVEN = "the package given"

BoolArray = NDArray[np.bool_]
Start = str | Mapping[str, str] | None


@dataclass(frozen=True)
class MovedIssue:
    """One issue moves from an option to another."""

    issue: str
    before: str
    after: str


@dataclass(frozen=True)
class Stop:
    """Where the draft stands after a step.

    Attributes
    ----------
    changes : what the step moved
    utilities, above : per party, in points; ``above`` is utility less floor, negative below the floor
    effects : what the step gives (+) or takes (-), per party, in points
    gives : the party that loses most in the step; None where nobody loses
    deepest : the largest dip here; the party or parties it belongs to are in ``whose``
    broken : rules of the chosen readings that the draft breaks here (only in mode `package`)
    """

    changes: tuple[MovedIssue, ...]
    utilities: Mapping[str, Fraction]
    above: Mapping[str, Fraction]
    effects: Mapping[str, Fraction]
    gives: str | None
    deepest: Fraction
    whose: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Bridge:
    """The exchange of two issues that lowers the height most where all other steps are single issues."""

    changes: tuple[MovedIssue, ...]
    height: Fraction
    saves: Fraction


@dataclass(frozen=True, kw_only=True)
class UnderDraws:
    """How an order of steps fares where the judgments are drawn, in numbers of draws.

    Attributes
    ----------
    draws, law : how many, and by what law (see :func:`zopa.robustness.stress`)
    above : in how many every party stays at or above no agreement at every stop
    below : party -> in how many it falls below at some stop
    breaks : the party that does so most often; None where none does
    """

    draws: int
    law: str
    above: int
    below: Mapping[str, int]
    breaks: str | None


@dataclass(frozen=True)
class Route:
    """The best order of steps from one start.

    Attributes
    ----------
    start : the party whose opening it is, 'now', or 'the package given'
    opening : the start as issue -> option
    issues : the issues that differ
    stops : empty where no path exists or nothing differs
    height : the largest dip after the first step; None where no path exists. Positive: somebody stands that far below
        its floor at the worst moment. In points, or as a share where shares were asked for.
    whose : whose dip it is
    total : sum of positive dips
    tied : whether several orders are equally good
    first_steps : all first steps of best orders
    heights : issues per step -> least height, None where no path exists
    worst, listed : height of the worst order of single issues, and of the order of the case; None where a rule
        forbids it
    below_at_start : how far the worst-off party stands below its floor at the start, which does not count
    start_broken : rules that the start breaks; it is exempt
    safe_from : party -> number of the first step from which it stays at or above its floor; None where it never does
    twice : how often the same party gives most in two steps running
    bridge : None where no exchange helps, or steps of two do not apply
    blocking : without a path: rules without any one of which there would be one; else those that single steps break
    holds : chance that every party stays at or above its reservation value at every stop, each value anywhere in its
        interval alike and independently, all other judgments as they are; None for other floors or without a path
    breaks : the party that most often falls below; None where none does
    drawn : the same under the draws of the stress lens; None where they were not asked for
    bound : no order has a smaller height; less than ``height`` only where more than 20 issues differ and the search was
        cut off
    needs : without a path: the least number of issues per step with which there is one; None if up to three do not do
    """

    start: str
    opening: Mapping[str, str]
    issues: tuple[str, ...]
    stops: tuple[Stop, ...]
    height: Fraction | None
    whose: tuple[str, ...]
    total: Fraction
    tied: bool
    first_steps: tuple[tuple[MovedIssue, ...], ...]
    heights: Mapping[int, Fraction | None]
    worst: Fraction | None
    listed: Fraction | None
    below_at_start: Fraction
    start_broken: tuple[str, ...]
    safe_from: Mapping[str, int | None]
    twice: int
    bridge: Bridge | None
    blocking: tuple[str, ...]
    needs: int | None
    holds: Fraction | None = None
    breaks: str | None = None
    drawn: UnderDraws | None = None
    bound: Fraction | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderOfSteps(Answer):
    """The best order of steps from each start to one target.

    ``unit`` is 'points', or 'share' of what the target gives a party above its floor.
    """

    target: Mapping[str, str]
    named: str
    mode: str
    floors: Mapping[str, Fraction]
    unit: str
    together: int
    routes: tuple[Route, ...]
    outside: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether a path exists from every start."""
        return all(r.height is not None for r in self.routes)


def order_of_steps(
    problem: Problem,
    target: Mapping[str, str],
    start: Start = None,
    *,
    together: int = 2,
    mode: str = "package",
    floor: str | Mapping[str, float] = "reservation",
    shares: bool = False,
    named: str = "",
) -> OrderOfSteps:
    """The order of steps with the least largest dip, from each start to the target.

    Parameters
    ----------
    problem : Problem
    target : issue -> option
    start : party, 'now', issue -> option, or None
        None takes the opening of every party; 'now' the `now` option of every issue, as a package does for the issues that
        it leaves out.
    together : 1 to 3
        Issues that one step may change.
    mode : 'package' or 'interim'
        Whether nothing is agreed until everything is, or every stop must obey the rules.
    floor : 'reservation', 'status-quo', or party -> points
        What a party compares with: no agreement, or what the start gives it (of a signed text or things as they are).
    shares : bool
        Dips as shares of what the target gives each party above its floor, so that they compare between parties.
    named : what the target is called.

    Raises
    ------
    UnknownName
        A party, issue, option, mode or floor that does not exist.
    NotApplicable
        More than 60 issues differ, or more than 20 with interactions; the target breaks a rule in mode `interim`; a floor at the start of an opening;
        shares where the target gives a party nothing above its floor.
    """
    _check(problem, together, mode, floor, start)
    space = problem.space
    goal = space.package(target)
    broken = _broken(space, goal)
    if mode == "interim" and broken:
        said = "; ".join(_says(problem, r) for r in broken)
        raise NotApplicable(f"the target breaks a rule, so no path can end there in mode interim: {said}")
    ask = _Ask(problem, goal, together, mode, floor, shares)
    starts = _starts(problem, start)
    routes = tuple(ask.route(name, package) for name, package in starts)
    floors = {p: space.points(f) for p, f in zip(space.parties, ask.floors(starts[0][1]), strict=True)}
    worth = space.utility(goal)
    outside = tuple(p for p, u in zip(space.parties, worth, strict=True) if space.points(u) < floors[p])
    return OrderOfSteps(
        problem.question(
            "path", target=dict(target), together=together, mode=mode, floor=floor, shares=shares
        ),
        target=space.names(goal),
        named=named,
        mode=mode,
        floors=floors,
        unit="share" if shares else "points",
        together=together,
        routes=routes,
        outside=outside,
        notes=(
            *(
                ()
                if mode == "interim" or not broken
                else (
                    f"the target breaks what was ruled out: {'; '.join(_says(problem, r) for r in broken)}",
                )
            ),
            *problem.remarks,
        ),
    )


def _check(
    problem: Problem, together: int, mode: str, floor: str | Mapping[str, float], start: Start
) -> None:
    if together not in range(1, MOST_TOGETHER + 1):
        raise NotApplicable(f"a step changes 1 to {MOST_TOGETHER} issues; saw {together}")
    if mode not in MODES:
        raise UnknownName("mode", mode, MODES)
    if isinstance(floor, str) and floor not in FLOORS:
        raise UnknownName("floor", floor, FLOORS)
    if not isinstance(floor, str):
        for party in floor:
            if party not in problem.space.parties:
                raise UnknownName("party", party, problem.space.parties)
    if floor == "status-quo" and (start is None or start in problem.space.parties):
        raise NotApplicable(
            "the floor status-quo compares with a signed text or things as they are, not with somebody's opening, where "
            "the opener's own concession would be the worst moment in every order; give as the start `now` or a package"
        )


def _starts(problem: Problem, start: Start) -> list[tuple[str, Package]]:
    space = problem.space
    if start is None:
        return [(p, space.package(opening_of(problem, p).package)) for p in space.parties]
    if start == NOW or not isinstance(start, str):
        issues, given = problem.case.issues, {} if isinstance(start, str) else start
        whole = {i: issue.now for i, issue in issues.items() if issue.now is not None} | dict(given)
        unknown = [i for i in issues if i not in whole]
        if unknown:
            raise NotApplicable(
                "how things are now is not recorded for "
                + ", ".join(issues[i].name for i in unknown)
                + f" (`now` of an issue); name the options of the start: {','.join(f'{i}=...' for i in unknown)}"
            )
        return [(GIVEN if given else NOW, space.package(whole))]
    if start not in space.parties:
        raise UnknownName("start", start, (*space.parties, NOW))
    return [(start, space.package(opening_of(problem, start).package))]


def _broken(space: Space, package: Sequence[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.rule for c in space.clauses if not c.allows(package)))


def _says(problem: Problem, rule: str) -> str:
    noun = problem.rules[rule]
    reading = noun.readings.get(problem.readings.get(rule, ""))
    return (reading.says if reading else "") or noun.says or rule


class _Ask:
    """One question: the same target, floors and rules for every start."""

    def __init__(
        self,
        problem: Problem,
        goal: Package,
        together: int,
        mode: str,
        floor: str | Mapping[str, float],
        shares: bool,
    ) -> None:
        self.problem, self.space, self.goal = problem, problem.space, goal
        self.together, self.mode, self.floor, self.shares = together, mode, floor, shares

    def floors(self, start: Package) -> tuple[int, ...]:
        """In units of the space."""
        space = self.space
        if self.floor == "reservation":
            return space.reservation
        if isinstance(self.floor, str):
            return space.utility(start)
        given = dict(zip(space.parties, space.reservation, strict=True))
        for party, points in self.floor.items():
            exact = Fraction(str(points)) * space.scale
            given[party] = -(-exact.numerator // exact.denominator)  # the least units that reach it
        return tuple(given.values())

    def scales(self, floors: Sequence[int]) -> list[int] | None:
        """What dips are divided by."""
        if not self.shares:
            return None
        room = [u - f for u, f in zip(self.space.utility(self.goal), floors, strict=True)]
        low = [p for p, r in zip(self.space.parties, room, strict=True) if r <= 0]
        if low:
            names = ", ".join(self.problem.case.parties[p].name for p in low)
            raise NotApplicable(
                f"shares need a target above every floor; it is not above that of {names}: ask for points"
            )
        return room

    def route(self, name: str, start: Package) -> Route:
        """The best order from one start."""
        space, goal = self.space, self.goal
        issues = [i for i, (a, b) in enumerate(zip(start, goal, strict=True)) if a != b]
        k = len(issues)
        if k > MOST_ISSUES:
            return self.long_route(name, start, issues)
        floors = self.floors(start)
        worth = utilities(space, start, goal, issues)
        dip, unit = dips(worth, floors, self.scales(floors))
        measure = _Measure(self, start, issues, unit, floors)
        fine = (
            allowed_states(space, start, goal, issues)
            if self.mode == "interim"
            else np.ones(1 << k, dtype=bool)
        )
        free, dip = dip, np.where(fine, dip, never(dip))
        tried = {b: best_orders(dip, k, b, worth) for b in range(1, MOST_TOGETHER + 1)}
        best = tried[self.together]
        stops = tuple(
            measure.stop(worth[:, here], worth[:, there], here, there)
            for here, there in zip((0, *best.path), best.path, strict=False)
        )
        exchange = bridge(dip, k) if k > 1 and self.together > 1 else None
        single = tried[1].height
        holds, breaks = self.holds(worth[:, list(best.path)]) if stops else (None, None)
        height = None if best.height is None else measure.points(best.height)
        return Route(
            start=name,
            opening=space.names(start),
            issues=tuple(space.issues[i] for i in issues),
            stops=stops,
            height=height,
            whose=_whose(stops, height) or measure.stop(worth[:, 0], worth[:, 0], 0, 0).whose
            if height is not None
            else (),
            bound=height,
            total=measure.points(best.total),
            tied=best.ties,
            first_steps=tuple(measure.changes(0, s) for s in best.first),
            heights={b: None if o.height is None else measure.points(o.height) for b, o in tried.items()},
            worst=measure.points(int(dip[1:].max())) if k and fine.all() else None,
            listed=measure.listed(dip, fine),
            below_at_start=measure.points(int(free[0])),
            start_broken=_broken(space, start),
            safe_from=_safe_from(stops, space.parties),
            twice=sum(a.gives is not None and a.gives == b.gives for a, b in pairwise(stops)),
            bridge=None
            if exchange is None or single is None
            else Bridge(
                measure.changes(0, exchange[0]),
                measure.points(exchange[1]),
                measure.points(single - exchange[1]),
            ),
            blocking=self.blocking(start, issues, free) if best.height is None else (),
            needs=next((b for b, o in tried.items() if o.height is not None), None)
            if best.height is None
            else None,
            holds=holds,
            breaks=breaks,
            notes=_route_notes(best, k),
        )

    def long_route(self, name: str, start: Package, issues: Sequence[int]) -> Route:
        """An order over more issues than all subsets can be held of: exact where that is shown, else with its bound."""
        space, goal = self.space, self.goal
        k = len(issues)
        if k > MOST_BOUNDED:
            raise NotApplicable(
                f"{k} issues differ between the start and the target; an order is worked out for up to {MOST_BOUNDED}"
            )
        if any(i in issues for b in space.bonuses for i, _ in b.terms):
            raise NotApplicable(
                f"{k} issues differ and interactions join some of them; the order is then worked out for up to {MOST_ISSUES}"
            )
        floors = self.floors(start)
        changes = np.array(
            [
                [int(space.scores[i][p, goal[i]] - space.scores[i][p, start[i]]) for i in issues]
                for p in range(len(floors))
            ],
            dtype=np.int64 if space.compact else object,
        )
        first = np.array(space.utility(start), dtype=changes.dtype)
        scales = self.scales(floors)
        unit = dips(first[:, None], floors, scales)[1]
        measure = _Measure(self, start, issues, unit, floors)
        bound_by_rules = self.mode == "interim" and bool(space.clauses)
        found = long_order(
            first,
            changes,
            self.together,
            lambda worth: dips(worth, floors, scales)[0],
            (lambda state: not _broken(space, measure.package(state))) if bound_by_rules else None,
        )
        moved = [
            np.asarray(first + changes[:, [j for j in range(k) if s >> j & 1]].sum(axis=1))
            for s in (0, *found.path)
        ]
        states = (0, *found.path)
        stops = tuple(
            measure.stop(moved[n], moved[n + 1], states[n], states[n + 1]) for n in range(len(found.path))
        )
        height = None if found.height is None else measure.points(found.height)
        bound = None if found.bound is None else measure.points(found.bound)
        holds, breaks = self.holds(np.array(moved[1:]).T) if stops else (None, None)
        told = (
            "no order has a smaller largest dip; the number of steps is not compared"
            if found.exact and height is not None
            else "the search was cut off, and no order was found; whether there is one is not known"
            if height is None and found.bound is not None
            else "the search was cut off; the height lies between the bound and that of the order shown"
            if not found.exact
            else ""
        )
        return Route(
            start=name,
            opening=space.names(start),
            issues=tuple(space.issues[i] for i in issues),
            stops=stops,
            height=height,
            whose=_whose(stops, height),
            total=sum((max(s.deepest, Fraction(0)) for s in stops), Fraction(0)),
            tied=False,
            first_steps=(stops[0].changes,) if stops else (),
            heights={b: height if b == self.together else None for b in range(1, MOST_TOGETHER + 1)},
            worst=None,
            listed=None,
            below_at_start=measure.points(int(dips(first[:, None], floors, scales)[0][0])),
            start_broken=_broken(space, start),
            safe_from=_safe_from(stops, space.parties),
            twice=sum(a.gives is not None and a.gives == b.gives for a, b in pairwise(stops)),
            bridge=None,
            blocking=tuple(dict.fromkeys(c.rule for c in space.clauses)) if height is None else (),
            needs=None,
            holds=holds,
            breaks=breaks,
            bound=bound,
            notes=(f"{k} issues differ, too many to compare all orders: {told}",) if told else (),
        )

    def holds(self, worth: IntArray) -> tuple[Fraction | None, str | None]:
        """Chance that no party falls below its reservation value at these stops, and who does most often; exact."""
        if self.floor != "reservation":
            return None, None
        ends = zip(self.problem.limits_at("low"), self.problem.limits_at("high"), strict=True)
        chances = {}
        for party, (low, high), row in zip(self.space.parties, ends, worth, strict=True):
            least = int(row.min())
            chances[party] = (
                min(max(Fraction(least - low, high - low), Fraction(0)), Fraction(1))
                if high > low
                else Fraction(int(least >= low))
            )
        weakest = min(chances, key=lambda q: chances[q])
        return math.prod(chances.values(), start=Fraction(1)), weakest if chances[weakest] < 1 else None

    def blocking(self, start: Package, issues: Sequence[int], free: IntArray) -> tuple[str, ...]:
        """Rules without any one of which there is a path; where there is none such, all that single steps break."""
        space, k = self.space, len(issues)
        rules = tuple(dict.fromkeys(c.rule for c in space.clauses))
        alone = []
        for rule in rules:
            fine = allowed_states(space, start, self.goal, issues, skip=(rule,))
            dip = np.where(fine, free, never(free))
            if best_orders(dip, k, self.together, np.zeros((1, 1 << k), dtype=np.int64)).height is not None:
                alone.append(rule)
        if alone:
            return tuple(alone)
        steps = [list(start) for _ in issues]
        for step, i in zip(steps, issues, strict=True):
            step[i] = self.goal[i]
        return tuple(dict.fromkeys(r for step in steps for r in _broken(space, step)))


class _Measure:
    """States of one route back to names and points."""

    def __init__(
        self, ask: _Ask, start: Package, issues: Sequence[int], unit: int, floors: Sequence[int]
    ) -> None:
        self.ask, self.space, self.start, self.issues = ask, ask.space, start, issues
        self.unit, self.floors = unit, floors
        self.scales = ask.scales(floors)

    def points(self, dip: int) -> Fraction:
        """A dip in points, or as a share."""
        return Fraction(int(dip), self.unit * (1 if self.scales else self.space.scale))

    def package(self, state: int) -> Package:
        """The draft in a state."""
        draft = list(self.start)
        for j, i in enumerate(self.issues):
            if state >> j & 1:
                draft[i] = self.ask.goal[i]
        return tuple(draft)

    def changes(self, here: int, there: int) -> tuple[MovedIssue, ...]:
        """What moves between two states."""
        space = self.space
        return tuple(
            MovedIssue(space.issues[i], space.options[i][self.start[i]], space.options[i][self.ask.goal[i]])
            for j, i in enumerate(self.issues)
            if (here ^ there) >> j & 1
        )

    def stop(self, before: IntArray, after: IntArray, here: int, there: int) -> Stop:
        """One step, with the utilities before and after it."""
        space = self.space
        step = after - before
        p = int(np.argmin(step))
        own = [
            Fraction(int(f - u), 1) / (self.scales[q] if self.scales else space.scale)
            for q, (u, f) in enumerate(zip(after, self.floors, strict=True))
        ]
        deepest = max(own)
        return Stop(
            changes=self.changes(here, there),
            utilities={q: space.points(u) for q, u in zip(space.parties, after, strict=True)},
            above={q: space.points(u - f) for q, u, f in zip(space.parties, after, self.floors, strict=True)},
            effects={q: space.points(d) for q, d in zip(space.parties, step, strict=True)},
            gives=space.parties[p] if step[p] < 0 else None,
            deepest=deepest,
            whose=tuple(q for q, d in zip(space.parties, own, strict=True) if d == deepest),
            broken=_broken(space, self.package(there)),
        )

    def listed(self, dip: IntArray, fine: BoolArray) -> Fraction | None:
        """Height of the order in which the case lists the issues; None where a rule forbids it or nothing differs."""
        states = [(1 << j) - 1 for j in range(1, len(self.issues) + 1)]
        if not states or not all(fine[s] for s in states):
            return None
        return self.points(max(int(dip[s]) for s in states))


def _whose(stops: Sequence[Stop], height: Fraction | None) -> tuple[str, ...]:
    """The parties that stand deepest at the worst stop; none without a step."""
    return next((s.whose for s in stops if s.deepest == height), ())


def _safe_from(stops: Sequence[Stop], parties: Sequence[str]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for party in parties:
        low = [n for n, s in enumerate(stops, start=1) if s.above[party] < 0]
        first = (low[-1] if low else 0) + 1
        found[party] = first if first <= max(len(stops), 1) else None
    return found


def _route_notes(best: Orders, k: int) -> tuple[str, ...]:
    found = []
    if not k:
        found.append("the start is the target: no step is needed")
    if not best.compared:
        found.append("so many orders are equally good that not all were compared by who gives")
    return tuple(found)
