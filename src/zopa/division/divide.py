"""The verb ``divide``: what a case says could be split, split by every method that it has the data for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from zopa.case import WEIGHT_WORDS, Basis, Case, Division, Judgment, estimate, fraction
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Answer, Problem, Readings, Table, Why

from .adjusted_winner import adjusted_winner, as_points
from .cooperative import as_game, core, nucleolus, shapley
from .indivisible import whole_items
from .transfers import CLAIMS, divide_claims, knaster, side_payments

__all__ = ["METHODS", "Divided", "Split", "divide"]


@dataclass(frozen=True)
class Split:
    """One division.

    Attributes
    ----------
    shares : party -> item -> share of the item (0 to 1); empty where no items are divided.
    gets : party -> what it ends with, in ``unit`` by its own points or bids.
    pays : party -> money received (+) or paid (-); sums to 0; empty without money.
    split : items that are divided between parties.
    properties : name -> whether the division has it, checked on the result.
    notes : what else must be known: ties, warnings.
    """

    method: str
    title: str
    unit: str
    gets: Mapping[str, Fraction]
    shares: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    pays: Mapping[str, Fraction] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    properties: Mapping[str, bool] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Divided(Answer):
    """The divisions, in the order of the methods, and what the numbers rest on."""

    splits: tuple[Split, ...]
    why: tuple[Why, ...]

    @property
    def divided(self) -> bool:
        """Whether some method divides something; where none does, the notes of the splits say why."""
        return any(split.gets for split in self.splits)


@dataclass(frozen=True)
class _Data:
    """The division section of a case with numbers as fractions."""

    case: Case
    division: Division
    problem: Problem
    points: dict[str, dict[str, Fraction]]
    bids: dict[str, dict[str, Fraction]]

    @property
    def items(self) -> list[str]:
        return list(self.division.items)

    def name(self, item: str) -> str:
        return self.division.items[item].name

    def table(self, numbers: dict[str, dict[str, Fraction]]) -> list[list[Fraction]]:
        return [[row[item] for item in self.items] for row in numbers.values()]


class _Missing(NotApplicable):
    """The case does not have what a method needs; with no method named, the method is left out."""


def _needs(condition: object, method: str, what: str) -> None:
    if not condition:
        raise _Missing(f"{method} needs {what} under `division:` in case.yaml")


def _worth_something(d: _Data) -> list[list[Fraction]]:
    """The points by party and item, each party with some above 0."""
    empty = [d.case.parties[p].name for p, row in d.points.items() if not any(row.values())]
    if empty:
        raise NotApplicable(
            f"{' and '.join(empty)} gave no points above 0 to any item, so there is no share to compare"
        )
    return d.table(d.points)


def _adjusted(d: _Data) -> list[Split]:
    _needs(d.items and len(d.points) == 2, "adjusted-winner", "items and the points of exactly two parties")
    first, second = d.points
    rows = _worth_something(d)
    found = adjusted_winner(rows[0], rows[1])
    notes = [
        f"{d.name(i)} cannot be shared in parts: agree on a substitute such as time or money"
        for k, i in enumerate(d.items)
        if k == found.split and not d.division.items[i].divisible
    ]
    notes += [
        f"equal ratios for {', '.join(d.name(d.items[k]) for k in group)}: the points do not depend on their order, the allocation does"
        for group in found.tied
    ]
    shares = {
        first: {i: s for i, s in zip(d.items, found.shares, strict=True) if s},
        second: {i: 1 - s for i, s in zip(d.items, found.shares, strict=True) if s != 1},
    }
    properties = {"envy-free": found.envy_free, "equitable": found.equitable, "efficient": found.efficient}
    split = () if found.split is None else (d.items[found.split],)
    gets = dict(zip((first, second), found.points, strict=True))
    return [
        Split(
            "adjusted-winner",
            TITLES["adjusted-winner"],
            "of 100 points",
            gets=gets,
            shares=shares,
            split=split,
            properties=properties,
            notes=tuple(notes),
        )
    ]


WARNING = "compares points between the parties: each side's points are scaled to 100"


def _whole(rule: str) -> Callable[[_Data], list[Split]]:
    def run(d: _Data) -> list[Split]:
        _needs(d.items and len(d.points) >= 2, rule, "items and the points of two parties or more")
        parties = list(d.points)
        scaled = dict(zip(parties, map(as_points, _worth_something(d)), strict=True))
        found = whole_items(list(scaled.values()), rule)
        splits = []
        for owners, envy in zip(found.owners, found.envy, strict=True):
            shares = {
                p: {i: Fraction(1) for i, o in zip(d.items, owners, strict=True) if parties[o] == p}
                for p in parties
            }
            gets = {p: sum((scaled[p][d.items.index(i)] for i in shares[p]), Fraction(0)) for p in parties}
            notes = [f"{found.n_best} allocations tie"] if found.n_best > 1 else []
            notes += [WARNING] if rule != "max-nash" else []
            splits.append(
                Split(
                    rule,
                    TITLES[rule],
                    "of 100 points",
                    gets=gets,
                    shares=shares,
                    properties={"envy-free": not envy},
                    notes=tuple(notes),
                )
            )
        return splits

    return run


def _knaster(d: _Data) -> list[Split]:
    _needs(d.items and len(d.bids) >= 2, "knaster", "items and the bids of two parties or more")
    if not any(any(row.values()) for row in d.bids.values()):
        raise NotApplicable("no party bid more than 0 for any item, so there is nothing to settle")
    parties = list(d.bids)
    found = knaster(d.table(d.bids))
    shares = {
        p: {i: Fraction(1) for i, w in zip(d.items, found.winners, strict=True) if parties[w] == p}
        for p in parties
    }
    notes = [
        f"{' and '.join(parties[q] for q in tied)} bid the same for {d.name(i)}; the first of them gets it"
        for i, tied in zip(d.items, found.tied, strict=True)
        if len(tied) > 1
    ]
    properties = {
        "everybody has a fair share": all(t >= f for t, f in zip(found.total, found.fair, strict=True))
    }
    gets, pays = dict(zip(parties, found.total, strict=True)), dict(zip(parties, found.cash, strict=True))
    unit = d.division.money or "money"
    return [
        Split(
            "knaster",
            TITLES["knaster"],
            unit,
            gets=gets,
            shares=shares,
            pays=pays,
            properties=properties,
            notes=tuple(notes),
        )
    ]


def _claims(d: _Data) -> list[Split]:
    claims = d.division.claims
    _needs(claims, "claims", "`claims`")
    assert claims is not None
    parties, amounts = list(claims.of), [estimate(d.case, j, p).best for p, j in claims.of.items()]
    unit = claims.unit or "of the estate"
    return [
        Split(
            "claims",
            f"Claims: {rule.replace('-', ' ')}",
            unit,
            dict(zip(parties, divide_claims(fraction(claims.estate), amounts, rule), strict=True)),
        )
        for rule in CLAIMS
    ]


def _coalitions(d: _Data) -> list[Split]:
    _needs(d.division.coalitions, "coalitions", "`coalitions`")
    parties = list(dict.fromkeys(p.strip() for c in d.division.coalitions for p in c.split("+")))
    worth = {
        "+".join(p.strip() for p in c.split("+")): estimate(d.case, j).best
        for c, j in d.division.coalitions.items()
    }
    game = as_game(worth, parties)
    verdict = core(game)
    total = f"{float(verdict.needed):g} would be needed, {float(game[-1]):g} is there"
    blocked = " and ".join(_coalition(parties, mask) for mask, _ in verdict.weights if mask != len(game) - 1)
    notes = (
        (f"the core is empty: no division keeps {blocked} from doing better alone; {total}",)
        if verdict.empty
        else ("the core is not empty: some division leaves no coalition with a reason to go alone",)
    )
    splits = [
        Split("coalitions", "Shapley value", "", dict(zip(parties, shapley(game), strict=True)), notes=notes)
    ]
    if len(parties) > 1:
        values = [Fraction(repr(x)).limit_denominator(10**6) for x in nucleolus(game)]
        splits.append(
            Split(
                "coalitions",
                "Nucleolus",
                "",
                dict(zip(parties, values, strict=True)),
                notes=("by linear programmes, to six decimals",),
            )
        )
    if verdict.point is not None:
        splits.append(
            Split("coalitions", "A division in the core", "", dict(zip(parties, verdict.point, strict=True)))
        )
    return splits


def _coalition(parties: list[str], mask: int) -> str:
    return "+".join(p for k, p in enumerate(parties) if mask >> k & 1)


def _side_payments(d: _Data) -> list[Split]:
    given = d.division.points_per_money
    _needs(given, "side-payments", "`points_per_money` for every party")
    table = d.problem.table
    space = table.space
    if missing := [p for p in space.parties if p not in given]:
        raise NotApplicable(f"side-payments need points_per_money for {', '.join(missing)} too")
    allowed = np.flatnonzero(table.admissible)
    if not allowed.size:
        return []
    per = [estimate(d.case, given[p], p).best for p in space.parties]
    rows, positions = _richest(table, allowed, per)
    deal = side_payments(rows, [space.points(r) for r in space.reservation], per)
    if deal.gain < 0:
        return [
            Split(
                "side-payments",
                TITLES["side-payments"],
                "",
                {},
                notes=("no payment makes any package acceptable to all",),
            )
        ]
    best = space.names(table.package(int(positions[deal.packages[0]])))
    notes = [f"the package {' '.join(best.values())}; money counts the same at every level (linear)"]
    notes += [f"{len(deal.packages)} packages tie"] if len(deal.packages) > 1 else []
    return [
        Split(
            "side-payments",
            "Side payments, gain shared equally",
            d.division.money or "money",
            dict.fromkeys(space.parties, deal.gain),
            {},
            dict(zip(space.parties, deal.money, strict=True)),
            notes=tuple(notes),
        )
    ]


def _richest(
    table: Table, allowed: np.ndarray, per: list[Fraction]
) -> tuple[list[list[Fraction]], np.ndarray]:
    """The packages whose total in money is greatest, as points: found in floats, settled in fractions."""
    total = sum(table.utilities[p, allowed] / float(k) for p, k in enumerate(per))
    near = allowed[total >= total.max() - 1e-9 * max(1.0, abs(float(total.max())))]
    points = table.space.points
    return [[points(int(u)) for u in table.utilities[:, k]] for k in near], near


TITLES = {
    "adjusted-winner": "Adjusted Winner",
    "max-nash": "Whole items, max Nash welfare",
    "leximin": "Whole items, leximin",
    "knaster": "Knaster's sealed bids",
    "claims": "Claims",
    "coalitions": "Coalitions",
    "side-payments": "Side payments",
}

METHODS: dict[str, Callable[[_Data], list[Split]]] = {
    "adjusted-winner": _adjusted,
    "max-nash": _whole("max-nash"),
    "leximin": _whole("leximin"),
    "knaster": _knaster,
    "claims": _claims,
    "coalitions": _coalitions,
    "side-payments": _side_payments,
}


def divide(case: Case | Problem, method: str | None = None, readings: Readings = None) -> Divided:
    """How could what is at stake be split?

    Parameters
    ----------
    case : Case
        With a ``division`` section: items with points (numbers or words) or bids, claims, coalitions.
    method : str, optional
        One of :data:`METHODS`; default every one that the case has the data for.
    readings : str, mapping or None
        Only for side payments, which need the packages that the rules leave.

    Raises
    ------
    UnknownName
        No such method.
    NotApplicable
        The case has nothing to divide, or not what the method needs.
    """
    problem = Problem.of(case, readings)
    case = problem.case
    if method is not None and method not in METHODS:
        raise UnknownName("method of division", method, METHODS)
    if case.division is None:
        raise NotApplicable(
            "dividing needs a `division:` section in case.yaml: items with points or bids, claims, or coalitions"
        )
    data = _Data(
        case,
        case.division,
        problem,
        _numbers(case, case.division.points),
        _numbers(case, case.division.bids),
    )
    splits: list[Split] = []
    for name in [method] if method else METHODS:
        try:
            splits += METHODS[name](data)
        except _Missing:
            if method:
                raise
        except NotApplicable as error:
            if method:
                raise
            splits.append(Split(name, TITLES[name], "", {}, notes=(str(error),)))
    if not splits:
        raise NotApplicable(
            "no method applies: give items with points or bids of two parties or more, claims, or coalitions"
        )
    return Divided(
        problem.question("divide", method=method or "all"), tuple(splits), tuple(_why(case, case.division))
    )


def _number(case: Case, party: str, j: Judgment) -> Fraction:
    return Fraction(WEIGHT_WORDS[j.word]) if j.word is not None else estimate(case, j, party).best


def _numbers(case: Case, given: Mapping[str, Mapping[str, Judgment]]) -> dict[str, dict[str, Fraction]]:
    return {party: {item: _number(case, party, j) for item, j in row.items()} for party, row in given.items()}


def _why(case: Case, division: Division) -> list[Why]:
    """What the numbers rest on, one reason for each basis that a party's numbers of one kind share."""
    claims = division.claims
    given: list[tuple[str, str, str, Basis]] = [
        (f"{kind} of {party}", item, party, j)
        for kind, rows in (("points", division.points), ("bids", division.bids))
        for party, row in rows.items()
        for item, j in row.items()
    ]
    given += (
        [("claims", p, p, j if j.kind != "none" else claims) for p, j in claims.of.items()] if claims else []
    )
    given += [("worth of coalitions", c, "", j) for c, j in division.coalitions.items()]
    given += [("points per unit of money", p, p, j) for p, j in division.points_per_money.items()]
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for kind, what, party, own in given:
        ranked = (own, division.basis, case.parties[party].basis if party else None, case.basis)
        basis = next((b for b in ranked if b is not None and b.kind != "none"), own)
        text = (
            f"{basis.kind}: {basis.assumed or basis.why or ', '.join(basis.statements) or 'no basis given'}"
        )
        found.setdefault((kind, text, basis.statements), []).append(what)
    return [
        Why(f"{kind} ({', '.join(whats)}): {text}", ids, basis=text.split(":")[0])
        for (kind, text, ids), whats in found.items()
    ]
