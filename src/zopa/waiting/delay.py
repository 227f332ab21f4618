"""The verb ``delay``: what waiting costs, when the zone opens, whose value it turns on, whether it would last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from zopa.case import Case, Interval, estimate, start, voters, with_ratifiers
from zopa.errors import NotApplicable
from zopa.space import Answer, Problem, Readings, Space, Table, Why

from .cost_notes import month_name, notes
from .crisis_bargaining import Attrition, Obstacle, attrition, obstacle
from .no_agreement import CLOCKS, Clock, Opening, opening_of, worth_of_waiting
from .opening_month import (
    Ripeness,
    Verdict,
    ZoneOpening,
    any_package,
    breaking,
    one_package,
    ripeness,
    zone_opening,
)
from .party_costs import PartyCost, party_cost

__all__ = ["Curve", "Delay", "PackageOpening", "delay"]

Package: TypeAlias = Mapping[str, str]
MOST_MONTHS = 240


@dataclass(frozen=True)
class Curve:
    """What no agreement is worth to one party, by month, and where the cost in it comes from.

    ``loss`` is what it loses per month, in ``unit``, in the first and in the last month looked at.
    """

    party: str
    values: tuple[Interval, ...]
    source: str
    unit: str
    loss: tuple[Interval, Interval]
    costless: bool


@dataclass(frozen=True)
class PackageOpening:
    """When one package becomes acceptable to each party and to all, and who would later leave it.

    ``pivotal`` and ``may_be_pivotal`` are party ids; ``leaves`` has the first later month in which
    waiting would be worth more than the package, for the parties that accept it before (central case).
    """

    name: str
    package: Mapping[str, str]
    utilities: Mapping[str, Fraction]
    allowed: bool
    opening: Opening
    by_party: Mapping[str, Opening]
    pivotal: tuple[str, ...]
    may_be_pivotal: tuple[str, ...]
    leaves: Mapping[str, int]


@dataclass(frozen=True)
class Delay(Answer):
    """What waiting does to the dispute.

    Attributes
    ----------
    months : int
        Months 0 to ``months`` were looked at; month 0 is the month of ``as_of``.
    clock : str
        How far a party looks ahead, in words; ``clock_means`` explains it.
    curves : tuple of Curve
        One for each party whose acceptance counts, ratifiers included.
    zone : ZoneOpening or None
        Over all packages that no rule forbids; None when the rules leave none: waiting changes no rule.
    pivotal, may_be_pivotal : tuple of str
        Parties on whom the opening of the zone turns.
    packages : tuple of PackageOpening
        The package asked for, and the parties' starting positions.
    ripeness : Ripeness
        Whether waiting is worth no more than the best offer on the table, for each party in order;
        ``unknown`` where no offer or no cost is on record: a stalemate that costs nothing does not hurt.
    obstacle : str
        ``no zone``, ``a zone but no credible promise`` or ``none``, in the months looked at: whether
        some package acceptable now stays acceptable to all in every month.
    contest : tuple of Obstacle
        The same explanation from the case's ``costs.contest``, at the low, central and high ends.
    attrition : Attrition or None
        For two parties that both bear a cost: how long until one concedes, in months.
    notes : tuple of Why
        What the reader must know before using the figures.
    why : tuple of Why
        Every figure used, with the line and the sentences that it rests on.
    """

    months: int
    as_of: date | None
    clock: str
    clock_means: str
    curves: tuple[Curve, ...]
    zone: ZoneOpening | None
    pivotal: tuple[str, ...]
    may_be_pivotal: tuple[str, ...]
    packages: tuple[PackageOpening, ...]
    ripeness: Ripeness
    obstacle: str
    contest: tuple[Obstacle, ...]
    attrition: Attrition | None
    notes: tuple[Why, ...]
    why: tuple[Why, ...]

    @property
    def costless(self) -> bool:
        """Whether cost plays no part for anybody."""
        return all(c.costless for c in self.curves)

    @property
    def still(self) -> bool:
        """Whether no agreement is worth the same to everybody in every month."""
        return all(band == c.values[0] for c in self.curves for band in c.values)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, with the month names beside the numbers."""
        return {
            **super().to_dict(),
            "costless": self.costless,
            "months_named": [month_name(self.as_of, t) for t in range(self.months + 1)],
        }


def delay(
    case: Case | Problem,
    package: Package | Mapping[str, Package] | None = None,
    readings: Readings = None,
    *,
    months: int = 12,
) -> Delay:
    """What does waiting cost, and when does the zone open?

    Parameters
    ----------
    case : Case or Problem
    package : mapping, optional
        A full package (issue -> option) to follow beside the starting positions, or several by name.
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    months : int
        How many months to look at, from the month of the case's ``as_of``.

    Raises
    ------
    UnknownName
        An issue, option or reading that the case does not have.
    NotApplicable
        ``months`` below 0 or above 240, or a case too large to list.
    """
    if not 0 <= months <= MOST_MONTHS:
        raise NotApplicable(f"expected 0 to {MOST_MONTHS} months, saw {months}")
    problem = Problem.of(case, readings)
    case, whole = problem.case, with_ratifiers(problem.case)
    table = (problem if whole is case else Problem(whole, problem.readings)).table
    space = table.space
    settings = case.costs
    clock = Clock(settings.clock, settings.months) if settings else Clock()
    borne = _borne(whole, table)
    values = [[worth_of_waiting(b.waiting, t, clock) for t in range(months + 1)] for b in borne]
    inside = np.ascontiguousarray(table.utilities[:, table.admissible])
    zone = zone_opening(values, any_package(space, inside)) if inside.size else None
    asked = _named(package)
    packages = _packages(whole, space, asked, values)
    curves = tuple(_curve(b, v) for b, v in zip(borne, values, strict=True))
    return Delay(
        problem.question("delay", months=months, packages=asked),
        months=months,
        as_of=case.as_of,
        clock=str(clock),
        clock_means=CLOCKS[clock.kind],
        curves=curves,
        zone=zone,
        pivotal=_parties(space, zone.pivotal if zone else ()),
        may_be_pivotal=_parties(space, zone.may_be_pivotal if zone else ()),
        packages=packages,
        ripeness=ripeness([v[0] for v in values], _best_offers(case, space, curves), _way_out(zone)),
        obstacle=_obstacle(space, inside, values),
        contest=_contest(case),
        attrition=_attrition(case, space, borne),
        notes=notes(case, borne, values, clock),
        why=tuple(w for b in borne for w in b.why),
    )


def _borne(case: Case, table: Table) -> list[PartyCost]:
    """What each party bears; trade tables that several parties name are solved once."""
    shocks: dict[tuple[str, ...], object] = {}
    floors = [table.space.points(int(row.min())) for row in table.utilities]
    return [party_cost(case, p, floor, shocks) for p, floor in zip(table.space.parties, floors, strict=True)]


def _curve(b: PartyCost, values: list[Interval]) -> Curve:
    losses = b.waiting.costs.at(0), b.waiting.costs.at(len(values) - 1)
    return Curve(b.party, tuple(values), b.source, b.unit, losses, b.waiting.costless)


def _parties(space: Space, indices: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(space.parties[p] for p in indices)


def _starts(case: Case) -> dict[str, dict[str, str]]:
    """Complete starting positions, by party."""
    found = {p: {i: option for i, (option, _) in start(case, p).items()} for p in voters(case)}
    return {p: package for p, package in found.items() if len(package) == len(case.issues)}


def _named(package: Package | Mapping[str, Package] | None) -> dict[str, dict[str, str]]:
    """Packages by name, whatever way they were given."""
    found: dict[str, dict[str, str]] = {}
    for key, value in (package or {}).items():
        if isinstance(value, Mapping):
            found[key] = dict(value)
        else:
            found.setdefault("the package asked for", {})[key] = value
    return found


def _packages(
    case: Case, space: Space, asked: Mapping[str, Package], values: list[list[Interval]]
) -> tuple[PackageOpening, ...]:
    named = {**asked, **{f"starting position of {p}": package for p, package in _starts(case).items()}}
    return tuple(_package(space, name, package, values) for name, package in named.items())


def _package(
    space: Space, name: str, package: Mapping[str, str], values: list[list[Interval]]
) -> PackageOpening:
    chosen = space.package(package)
    utility = [space.points(u) for u in space.utility(chosen)]
    zone = zone_opening(values, one_package(space, utility))
    by_party = [opening_of(v, Interval.of(u)) for v, u in zip(values, utility, strict=True)]
    leaves = {
        p: month
        for p, v, u, o in zip(space.parties, values, utility, by_party, strict=True)
        if o.central is not None and (month := breaking(v, u, o.central)) is not None
    }
    return PackageOpening(
        name=name,
        package=space.names(chosen),
        utilities=dict(zip(space.parties, utility, strict=True)),
        allowed=space.allows(chosen),
        opening=zone.opening,
        by_party=dict(zip(space.parties, by_party, strict=True)),
        pivotal=_parties(space, zone.pivotal),
        may_be_pivotal=_parties(space, zone.may_be_pivotal),
        leaves=leaves,
    )


def _best_offers(case: Case, space: Space, curves: tuple[Curve, ...]) -> list[Fraction | None]:
    """Utility of the best starting position of another party; None where waiting costs the party nothing."""
    offers = {p: space.utility(space.package(package)) for p, package in _starts(case).items()}
    return [
        None
        if curves[k].costless
        else max((space.points(u[k]) for q, u in offers.items() if q != p), default=None)
        for k, p in enumerate(space.parties)
    ]


def _way_out(zone: ZoneOpening | None) -> Verdict:
    if zone is None or zone.opening.earliest != 0:
        return "no"
    return "yes" if zone.opening.latest == 0 else "possibly"


def _obstacle(space: Space, inside: np.ndarray, values: list[list[Interval]]) -> str:
    if not inside.size:
        return "no zone"
    is_open = any_package(space, inside)
    if not is_open([v[0].best for v in values]):
        return "no zone"
    lasting = is_open([max(band.best for band in v) for v in values])
    return "none" if lasting else "a zone but no credible promise"


def _contest(case: Case) -> tuple[Obstacle, ...]:
    if case.costs is None or case.costs.contest is None:
        return ()
    contest = case.costs.contest
    secure = {p: estimate(case, j, p) for p, j in contest.secure.items()}
    later = {p: estimate(case, j, p) for p, j in contest.later.items()}
    return tuple(
        obstacle(
            contest.pie,
            [getattr(e, end) for e in secure.values()],
            [getattr(later.get(p, e), end) for p, e in secure.items()],
        )
        for end in ("low", "best", "high")
    )


def _attrition(case: Case, space: Space, borne: list[PartyCost]) -> Attrition | None:
    """Two parties: cost per month in points against what each gains when the other takes its start."""
    starts = _starts(case)
    if len(space.parties) != 2 or len(starts) != 2:
        return None
    own = [space.utility(space.package(starts[p])) for p in space.parties]
    prizes = space.points(own[0][0] - own[1][0]), space.points(own[1][1] - own[0][1])
    costs = [b.waiting.costs.at(0).best * b.waiting.worth.best for b in borne]
    if min(*prizes, *costs) <= 0:
        return None
    return attrition((costs[0], costs[1]), prizes)
