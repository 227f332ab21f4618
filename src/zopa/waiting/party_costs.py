"""What waiting costs a party of a case: its row of ``costs.csv``, else its model, else nothing; with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from zopa.case import (
    ZERO,
    Basis,
    Case,
    CostRow,
    Interval,
    Judgment,
    PartyCosts,
    TradeShock,
    estimate,
    reservation,
)
from zopa.casefile import PriceTable, TradeTables, find_quote, line_of
from zopa.space import Why

from .income_loss import ces_loss, corners, price_push_band, real_income_change
from .no_agreement import Costs, Waiting
from .trade import TradeTable, trade_shock

__all__ = ["PartyCost", "month_of", "party_cost", "quoted", "resting_on"]

ALWAYS = -(10**6)
"""Month of a cost row without a date: it has always been in force."""
INCOME = "% of income"
NOTHING = PartyCosts()
MODELS = {
    "cutoff": "aggregate CES for an input that is cut off",
    "import_share": "Armington welfare from import shares",
    "prices": "input-output cost push; an upper bound: nobody substitutes",
    "rising": "a loss that grows by the same amount every month",
    "trade": "exact hat algebra on the trade tables of the case",
}


@dataclass(frozen=True)
class PartyCost:
    """What one party bears while there is no agreement, and where that comes from.

    ``source`` is ``costs.csv``, the name of a model, or empty; losses are ``unit`` per month.
    ``set_aside`` names a model that the file wins over.
    """

    party: str
    waiting: Waiting
    source: str
    unit: str
    set_aside: str
    why: tuple[Why, ...]


def month_of(day: date | None, as_of: date | None) -> int:
    """Calendar month of a day, counted from the month of ``as_of`` (0)."""
    if day is None or as_of is None:
        return ALWAYS
    return (day.year - as_of.year) * 12 + day.month - as_of.month


def quoted(case: Case, ident: str) -> str:
    """A statement with its words and their place, ``s1: «words» (sources/a.txt:3)``; only the place where
    the source is not to be quoted.
    """
    s = case.statements[ident]
    source = case.sources.get(s.source)
    at = find_quote(source.text, s.quote, s.prefix, s.suffix, s.start) if source else []
    place = f" ({source.file}:{line_of(source.text, at[0])})" if source and at else ""
    if source and source.access == "do-not-quote":
        return f"{ident}{place}"
    return f"{ident}: «{s.quote}»{place}"


def resting_on(case: Case, basis: Basis) -> str:
    """The basis in words, with the sentences behind it."""
    if basis.kind in ("stated", "inferred"):
        why = f"; {basis.why}" if basis.why else ""
        return f"{basis.kind}: " + "; ".join(quoted(case, i) for i in basis.statements) + why
    by = f" ({basis.by})" if basis.by else ""
    return f"assumed: {basis.assumed}{by}" if basis.assumed else "no basis given"


def _reason(case: Case, text: str, basis: Basis) -> Why:
    return Why(f"{text}; {resting_on(case, basis)}", basis.statements, basis=basis.kind)


class _Figures:
    """Turns judgments of one party into bands and keeps the reasons."""

    def __init__(self, case: Case, party: str) -> None:
        self.case, self.party = case, party
        self.name = case.parties[party].name
        self.why: list[Why] = []

    def band(self, j: Judgment | None, default: Interval, text: str) -> Interval:
        """The band of a judgment; ``text`` says what it is, with {} for the figure."""
        if j is None:
            return default
        e = estimate(self.case, j, self.party)
        band = e.interval
        self.why.append(_reason(self.case, text.format(band), e.basis))
        return band


def party_cost(
    case: Case,
    party: str,
    floor: Fraction = Fraction(0),
    shocks: dict[tuple[str, ...], object] | None = None,
) -> PartyCost:
    """What one party of the case bears, with every figure's reason.

    Parameters
    ----------
    floor : Fraction
        Least utility that the party can get: its value of no agreement when nobody gave one.
    shocks : dict, optional
        Solved trade tables by their files, filled here; several parties share one.
    """
    settings = case.costs.parties.get(party, NOTHING) if case.costs else NOTHING
    read = _Figures(case, party)
    rows = [row for row in case.cost_rows if row.party == party]
    model = next(iter(settings.models), "")
    costs, unit, source = Costs(), "points", ""
    if rows:
        costs, unit, source = _from_rows(read, rows), rows[0].unit, "costs.csv"
    elif model:
        costs, unit, source = _from_model(read, settings, model, {} if shocks is None else shocks)
    worth = Interval.of(1)
    if unit in settings.points_per:
        text = f"one {unit} is worth {{}} points to {read.name}"
        worth = read.band(settings.points_per[unit], worth, text)
    r = reservation(case, party)
    end = Interval.of(floor) if r is None else r.interval
    if settings.end is None and r is not None:
        read.why.append(
            _reason(case, f"no agreement is worth {end} to {read.name} before these costs", r.basis)
        )
    waiting = Waiting(
        end=read.band(settings.end, end, f"{read.name} expects {{}} points at the end of the horizon"),
        flow=read.band(settings.flow, ZERO, f"the status quo yields {{}} points per month to {read.name}"),
        costs=costs,
        worth=worth,
        discount=read.band(settings.discount, Interval.of(1), f"{read.name} discounts by {{}} per month"),
        drift=read.band(settings.drift, ZERO, f"what {read.name} expects moves by {{}} points per month"),
    )
    set_aside = model if rows and model else ""
    return PartyCost(party, waiting, source, unit, set_aside, tuple(read.why))


def _from_rows(read: _Figures, rows: list[CostRow]) -> Costs:
    steps = []
    for row in rows:
        band = Interval.of(row.low, row.central, row.high)
        since = f" from {row.start:%Y-%m}" if row.start else ""
        text = f"costs.csv:{row.line}: {read.name} loses {band} {row.unit} per {row.per}{since}"
        read.why.append(_reason(read.case, text, row))
        monthly = band.scaled(Fraction(1, 12)) if row.per == "year" else band
        steps.append((month_of(row.start, read.case.as_of), monthly))
    return Costs(tuple(sorted(steps, key=lambda step: step[0])))


def _from_model(
    read: _Figures, settings: PartyCosts, model: str, shocks: dict[tuple[str, ...], object]
) -> tuple[Costs, str, str]:
    if settings.rising is not None:
        m = settings.rising
        start = read.band(m.start, ZERO, f"{read.name} loses {{}} {m.unit} a month at first")
        rise = read.band(m.per_month, ZERO, f"the monthly loss of {read.name} grows by {{}} {m.unit} a month")
        return Costs(((ALWAYS, start),), rise), m.unit, model
    yearly = _yearly_loss(read, settings, shocks).scaled(100)
    read.why.append(
        Why(
            f"{read.name} loses {yearly.scaled(1)} {INCOME} a year ({MODELS[model]}{_files(settings)})",
            basis="model",
        )
    )
    return Costs(((ALWAYS, yearly.scaled(Fraction(1, 12))),)), INCOME, model


def _files(settings: PartyCosts) -> str:
    if settings.prices is not None:
        return f"; {settings.prices.table}"
    if (trade := settings.trade) is not None:
        return f"; {trade.flows}, {trade.inputs}, {trade.elasticities}"
    return ""


def _yearly_loss(read: _Figures, settings: PartyCosts, shocks: dict[tuple[str, ...], object]) -> Interval:
    """Loss of income a year as a share, from the one model that is filled in."""
    one, name = Interval.of(1), read.name
    if (cut := settings.cutoff) is not None:
        share = read.band(cut.share, one, f"{{}} of the cost of {name} is the input that is cut off")
        sigma = read.band(cut.substitution, one, f"the elasticity of substitution of {name} is {{}}")
        lost = read.band(cut.cut, one, f"{name} loses {{}} of that input")
        return corners(ces_loss, share, sigma, lost)
    if (imports := settings.import_share) is not None:
        before = read.band(imports.before, one, f"imports are {{}} of the spending of {name}")
        after = read.band(imports.after, one, f"without a deal imports are {{}} of the spending of {name}")
        eps = read.band(imports.elasticity, one, f"the trade elasticity of {name} is {{}}")
        return corners(lambda b, a, e: -real_income_change(1 - b, 1 - a, e), before, after, eps)
    if (prices := settings.prices) is not None:
        table: PriceTable = read.case.tables[(prices.table,)]
        rise = read.band(prices.rise, one, f"{prices.item} gets dearer by {{}}")
        phi = read.band(prices.pass_through, one, "sectors pass {} of extra cost on")
        parts, direct = table.items[prices.item]
        return price_push_band(
            table.coefficients, parts, table.basket, rise=rise, pass_through=phi, direct=direct
        )
    assert settings.trade is not None
    return _trade_loss(read.case, settings.trade, shocks)


def _trade_loss(case: Case, trade: TradeShock, shocks: dict[tuple[str, ...], object]) -> Interval:
    key = (trade.flows, trade.inputs, trade.elasticities)
    tables: TradeTables = case.tables[key]
    if key not in shocks:
        before = TradeTable(
            np.array(tables.flows),
            np.array(tables.inputs),
            np.array(tables.elasticities),
            np.array(tables.tariffs),
            tables.countries,
            tables.sectors,
        )
        after = trade_shock(before, tariffs=np.array(tables.tariffs_after), barrier=np.array(tables.barriers))
        shocks[key] = after.real_income
    income = shocks[key]
    assert isinstance(income, np.ndarray)
    return Interval.of(-float(income[tables.countries.index(trade.country)]))
