"""Nouns of what waiting costs: the ``costs`` section of ``case.yaml`` and the rows of ``costs.csv``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from zopa.case.basis import Basis, Noun, Number, Quantity, Text

__all__ = [
    "Contest",
    "CostRow",
    "CostSettings",
    "Cutoff",
    "ImportShare",
    "PartyCosts",
    "PricePush",
    "Rising",
    "TradeShock",
]

ONE_POINT = "points"
"""The unit that needs no conversion."""


class CostRow(Basis):
    """One line of ``costs.csv``: what a party loses per month or year, from a day on, until its next line."""

    party: str
    start: date | None = Field(None, alias="from", description="none: from the beginning")
    low: Number
    central: Number
    high: Number
    unit: Text
    per: Literal["month", "year"]
    line: int = 0


class Cutoff(Noun):
    """Part of an input is cut off: aggregate CES. Loss in % of income a year."""

    share: Quantity = Field(description="cost share of the input in income before the cut, 0 to 1")
    substitution: Quantity = Field(description="elasticity of substitution, 0 or more")
    cut: Quantity = Field(description="share of the input that is lost, 0 to 1")


class ImportShare(Noun):
    """Trade falls from one import share to another (Armington). Loss in % of income a year."""

    before: Quantity = Field(description="share of imports in spending before, 0 to below 1")
    after: Quantity = Field(description="the same without a deal")
    elasticity: Quantity = Field(description="trade elasticity, negative")


class PricePush(Noun):
    """A cost item gets dearer: input-output prices. Loss in % of income a year; an upper bound."""

    table: Text = Field(
        description="CSV: one row per sector, then one per cost item; a column per sector, and `basket`"
    )
    item: Text = Field(description="the row of the item that gets dearer")
    rise: Quantity = Field(description="relative price rise, 0.2 = 20 %")
    pass_through: Quantity | None = Field(
        None, description="share of extra cost passed on, 0 to 1; default 1"
    )


class Rising(Noun):
    """A loss that starts somewhere and grows by the same amount each month."""

    start: Quantity | None = Field(None, description="loss in month 0; default 0")
    per_month: Quantity = Field(description="growth of the monthly loss in every month")
    unit: Text = ONE_POINT


class TradeShock(Noun):
    """Exact hat algebra on the user's trade tables (Caliendo-Parro). Loss in % of income a year."""

    country: Text = Field(description="the party's name in the tables")
    flows: Text = Field(
        "trade.csv", description="importer, exporter, sector, value; tariff, tariff_after, barrier"
    )
    inputs: Text = Field("inputs.csv", description="country, input, sector, share")
    elasticities: Text = Field("elasticities.csv", description="sector, elasticity")


class PartyCosts(Noun):
    """What one party bears and expects while there is no agreement, and at most one model of its loss."""

    flow: Quantity | None = Field(None, description="points per month that the status quo yields; default 0")
    end: Quantity | None = Field(
        None, description="utility expected at the end of the horizon; default the reservation value"
    )
    drift: Quantity | None = Field(
        None, description="points by which that expectation moves per month; default 0"
    )
    discount: Quantity | None = Field(None, description="monthly discount factor, above 0 up to 1; default 1")
    points_per: dict[str, Quantity] = Field(
        default_factory=dict,
        description="points that one unit of loss is worth, per unit; 0: cost plays no part",
    )
    cutoff: Cutoff | None = None
    import_share: ImportShare | None = None
    prices: PricePush | None = None
    rising: Rising | None = None
    trade: TradeShock | None = None

    @property
    def models(self) -> Mapping[str, Noun]:
        """The models that are filled in, by name."""
        named = {m: getattr(self, m) for m in ("cutoff", "import_share", "prices", "rising", "trade")}
        return {name: model for name, model in named.items() if model is not None}


class Contest(Noun):
    """What could be settled by force: the pie, and what each party can secure of it alone, now and later."""

    pie: Number = Field(100, description="what there is to divide")
    unit: Text = "% of the pie"
    secure: dict[str, Quantity] = Field(
        min_length=2, description="chance of winning less the cost of fighting"
    )
    later: dict[str, Quantity] = Field(default_factory=dict, description="the same after a shift of power")


class CostSettings(Noun):
    """How the cost of no deal is turned into what no agreement is worth, month by month."""

    clock: Literal["rolling", "fixed", "from-date"] = Field(
        "rolling",
        description="look ahead the same number of months, or to a fixed end, or count costs from as_of",
    )
    months: Annotated[int, Field(ge=0, le=240)] = Field(
        12, description="the horizon, or the month of the end"
    )
    parties: dict[str, PartyCosts] = Field(default_factory=dict)
    contest: Contest | None = None
