"""The verbs ``start``, ``path`` and ``simulate``: how could they get there, with solutions and costs of waiting.

The lens itself knows no solutions and no costs; this floor knows all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from zopa.bargaining import SOLUTIONS, solve
from zopa.bargaining.engines import Engine, engine_for, engine_named
from zopa.case import Case
from zopa.errors import NotApplicable, UnknownName
from zopa.robustness.path_draws import path_draws
from zopa.space import Package, Problem, Readings, reading_names
from zopa.talks import OrderOfSteps, Route, Simulation, StartingPositions, order_of_steps, starting_positions
from zopa.talks import simulate as run_talks
from zopa.talks.tactics import EXPONENTS, Spec
from zopa.waiting import delay

__all__ = ["path", "simulate", "start", "with_draws"]

PICKED = tuple(name for name, method in SOLUTIONS.items() if not method.needs)
"""Solutions that pick from the zone without further data."""


def start(
    case: Case | Problem,
    readings: Readings = None,
    *,
    as_of: date | str | None = None,
    targets: Mapping[str, Mapping[str, str]] | None = None,
) -> StartingPositions:
    """Where does each party open, what separates them, what does each solution ask of each, what may be positioning?

    Parameters
    ----------
    case : Case or Problem
    readings : str, mapping or None
    as_of : date, optional
        The record up to this day; default: all of it.
    targets : name -> package, optional
        Drafts to hold the openings against, besides the packages that the solutions pick.

    Raises
    ------
    UnknownName
        An issue or option of a target that the case does not have.
    """
    problem = Problem.of(case, readings)
    day = None
    if as_of is not None:
        earlier = problem.case.at(as_of)
        day = earlier.cut
        known = reading_names(earlier)  # a rule or reading whose words came later is not there
        problem = Problem(
            earlier,
            {r: x for r, x in problem.readings.items() if x in (*known.get(r, ()), "off") and r in known},
        )
    picked: dict[str, Mapping[str, str]] = dict(targets or {})
    for name in PICKED:
        found = solve(problem, name)
        if found.deals:
            picked.setdefault(SOLUTIONS[name].title, found.deals[0].package)
    return starting_positions(problem, picked, day)


def path(
    case: Case | Problem,
    target: str | Mapping[str, str] = "nash",
    start: str | Mapping[str, str] | None = None,
    *,
    together: int = 2,
    mode: str = "package",
    floor: str | Mapping[str, float] = "reservation",
    shares: bool = False,
    draws: int = 0,
    law: Literal["words", "numbers"] = "numbers",
    seed: int = 1,
    readings: Readings = None,
) -> OrderOfSteps:
    """In which order can the steps to a package be taken, so that nobody falls far below its floor on the way?

    Parameters
    ----------
    case : Case or Problem
    target : name of a solution, or issue -> option
        Of tied packages the first.
    start : party, 'now', issue -> option, or None
        The opening of a party, things as they are, a package (issues that it leaves out stand as they are now); None takes
        every party's opening in turn.
    together : 1, 2 or 3
        Issues that one step may change.
    mode : 'package' or 'interim'
        Nothing is agreed until everything is; or every stop must obey the rules.
    floor : 'reservation', 'status-quo', or party -> points
    shares : bool
        Dips as shares of what the target gives above the floor.
    draws, law, seed :
        How many draws of the judgments tell how often the order keeps all parties at or above no agreement, as in
        :func:`zopa.stress`: their numbers by their laws, or uniform on what the words allow. 0 for none.
    readings : str, mapping or None

    Raises
    ------
    UnknownName
        A solution, party, issue, option, mode or floor that does not exist.
    NotApplicable
        No package to go to; a target that the rules forbid in mode `interim`; more than 60 issues that differ; draws
        that cannot be made, or beside another floor than no agreement.
    """
    problem = Problem.of(case, readings)
    named = ""
    if isinstance(target, str):
        if target not in PICKED:
            raise UnknownName("solution", target, PICKED)
        named = SOLUTIONS[target].title
        found = solve(problem, target)
        if not found.deals:
            raise NotApplicable(f"{named} picks no package here, so there is nowhere to go")
        target = found.deals[0].package
    answer = order_of_steps(
        problem, target, start, together=together, mode=mode, floor=floor, shares=shares, named=named
    )
    if not draws:
        return answer
    if floor != "reservation":
        raise NotApplicable("draws tell how often parties stay above no agreement; leave the floor as it is")
    return with_draws(answer, problem, draws, seed, law)


def with_draws(
    answer: OrderOfSteps,
    problem: Problem,
    draws: int,
    seed: int = 1,
    law: Literal["words", "numbers"] = "numbers",
) -> OrderOfSteps:
    """The orders of steps with the share of the draws in which nobody falls below no agreement on the way.

    Raises
    ------
    NotApplicable
        Draws that cannot be made.
    """
    walked = [r for r in answer.routes if r.stops]
    drawn = path_draws(problem, [_packages(r) for r in walked], draws, seed, law)
    under = {r.start: d for r, d in zip(walked, drawn, strict=True)}
    return replace(
        answer,
        question=replace(answer.question, seed=seed),
        routes=tuple(replace(r, drawn=under.get(r.start)) for r in answer.routes),
    )


def _packages(route: Route) -> list[dict[str, str]]:
    """The package after each step."""
    here, packages = dict(route.opening), []
    for stop in route.stops:
        here |= {c.issue: c.after for c in stop.changes}
        packages.append(dict(here))
    return packages


def simulate(
    case: Case | Problem,
    tactics: Spec | Sequence[Spec] | Mapping[str, Spec] = tuple(EXPONENTS),
    *,
    months: int | None = None,
    readings: Readings = None,
    **settings: Any,
) -> Simulation:
    """Where do talks end under these tactics, why do they stall, and what does a mediator's text change?

    Parameters
    ----------
    case : Case or Problem
    tactics : spec, several specs, or party -> spec
    months : int, optional
        How long alternating talks last until the deadline. What no agreement is worth then falls from month to month by
        the costs of waiting of the case (see :func:`zopa.delay`, central figures); left out, waiting costs nothing.
    readings : str, mapping or None
    settings
        All others of :func:`zopa.talks.simulate`: protocols, runs, rounds, seed, breakdown, together, walk_away,
        no_agreement, spread, progress.

    Raises
    ------
    UnknownName
        A protocol, tactic or party that does not exist.
    NotApplicable
        Numbers out of range; a case with too many packages; no package that may be offered; ``months`` beside
        ``no_agreement``.
    """
    problem = Problem.of(case, readings)
    if months is not None:
        if settings.get("no_agreement"):
            raise NotApplicable("give what no agreement is worth over time, or months, not both")
        if months < 1:
            raise NotApplicable(f"expected talks of at least one month, saw {months}")
        curves = delay(problem, months=months).curves
        known = {
            c.party: [float(v.best) for v in c.values] for c in curves if c.party in problem.space.parties
        }
        settings = {**settings, "no_agreement": known}
    return run_talks(problem, tactics, engine=_ZoneOf(problem), **settings)


class _ZoneOf:
    """The zone of a problem by the exact engines: packages are listed only where there are few enough."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.space = problem, problem.space.everybody

    def frontier(self) -> Sequence[Package]:
        """A package for every point of the frontier of the zone."""
        edge = engine_for(self.problem, "frontier").frontier()
        if edge.note or edge.points > len(edge.packages):
            told = edge.note or f"{edge.points:,} points are too many to go along"
            raise NotApplicable(f"concessions along the frontier need all of it: {told}")
        return edge.packages

    @cached_property
    def _engine(self) -> Engine:
        name = "listing" if self.problem.listable else "search"
        return engine_named(name, self.problem)

    def best(self, party: int, floors: Sequence[int]) -> int | None:
        """The most that a party can get where no party gets less than its floor; None where no package is left."""
        top = self._engine.at(self.space).highest((party,), (0,) * len(floors), floors)
        if top is None:
            return None
        if not top.proven:
            raise NotApplicable("the search for what a party can still gain was cut off")
        return int(top.value * self.space.scale)

    def fairest(self, floors: Sequence[int]) -> Package:
        """Of the packages that give no party less than its floor, that of Kalai and Smorodinsky."""
        return (
            self._engine.at(replace(self.space, reservation=tuple(floors)))
            .solve("kalai-smorodinsky")
            .packages[0]
        )
