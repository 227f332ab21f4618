"""The verbs ``start`` and ``path``: how could they get there, with targets by the name of a solution.

The lens itself knows no solutions; this floor knows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from zopa.bargaining import SOLUTIONS, solve
from zopa.case import Case
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Problem, Readings, reading_names
from zopa.talks import OrderOfSteps, StartingPositions, order_of_steps, starting_positions

__all__ = ["path", "start"]

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
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    if day is not None:
        earlier = problem.case.at(day)
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
    readings: Readings = None,
) -> OrderOfSteps:
    """In which order can the steps to a package be taken, so that nobody falls far below its floor on the way?

    Parameters
    ----------
    case : Case or Problem
    target : name of a solution, or issue -> option
        Of tied packages the first.
    start : party, 'now', issue -> option, or None
        The opening of a party, things as they are, a package; None takes every party's opening in turn.
    together : 1, 2 or 3
        Issues that one step may change.
    mode : 'package' or 'interim'
        Nothing is agreed until everything is; or every stop must obey the rules.
    floor : 'reservation', 'status-quo', or party -> points
    shares : bool
        Dips as shares of what the target gives above the floor.
    readings : str, mapping or None

    Raises
    ------
    UnknownName
        A solution, party, issue, option, mode or floor that does not exist.
    NotApplicable
        No package to go to; a target that the rules forbid in mode `interim`; more than 20 issues that differ.
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
    return order_of_steps(
        problem, target, start, together=together, mode=mode, floor=floor, shares=shares, named=named
    )
