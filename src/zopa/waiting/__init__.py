"""What waiting costs, and when the zone opens.

The room of the verb ``delay``; a package cannot have the name of a verb. May not enter: files, chance.
"""

from .cost_notes import contest_words, month_name, when
from .crisis_bargaining import Attrition, Obstacle, attrition, obstacle
from .delay import Curve, Delay, PackageOpening, delay
from .income_loss import ces_loss, corners, price_push, price_push_band, real_income_change
from .no_agreement import CLOCKS, Clock, Costs, Opening, Waiting, opening_of, worth_of_waiting
from .opening_month import Ripeness, ZoneOpening, breaking, ripeness, zone_opening
from .party_costs import PartyCost, party_cost
from .trade import TradeCounterfactual, TradeTable, trade_shock

__all__ = [
    "CLOCKS",
    "Attrition",
    "Clock",
    "Costs",
    "Curve",
    "Delay",
    "Obstacle",
    "Opening",
    "PackageOpening",
    "PartyCost",
    "Ripeness",
    "TradeCounterfactual",
    "TradeTable",
    "Waiting",
    "ZoneOpening",
    "attrition",
    "breaking",
    "ces_loss",
    "contest_words",
    "corners",
    "delay",
    "month_name",
    "obstacle",
    "opening_of",
    "party_cost",
    "price_push",
    "price_push_band",
    "real_income_change",
    "ripeness",
    "trade_shock",
    "when",
    "worth_of_waiting",
    "zone_opening",
]
