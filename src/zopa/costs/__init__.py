"""What waiting costs, when the zone opens, who must ratify."""

from .band import Band
from .home import LineWinSet, Ratifier, Spoiler, WinSets, Words
from .models import autarky_loss, ces_loss, corners, price_push, price_push_band, real_income_change
from .outlook import Curve, Delay, PackageOpening, delay
from .party import PartyCost, party_cost
from .ratify import TiedHand, settle, tied_hand, win_set, win_set_of_all
from .trade import Shift, TradeTable, trade_shock
from .waiting import CLOCKS, Clock, Costs, Opening, Waiting, opening, worth_of_waiting
from .war import Attrition, Obstacle, attrition, bargaining_range, first_mover_share, obstacle
from .wording import contest_words, month_name, when
from .zone import Ripeness, ZoneOpening, breaking, ripeness, zone_opening

__all__ = [
    "CLOCKS",
    "Attrition",
    "Band",
    "Clock",
    "Costs",
    "Curve",
    "Delay",
    "LineWinSet",
    "Obstacle",
    "Opening",
    "PackageOpening",
    "PartyCost",
    "Ratifier",
    "Ripeness",
    "Shift",
    "Spoiler",
    "TiedHand",
    "TradeTable",
    "Waiting",
    "WinSets",
    "Words",
    "ZoneOpening",
    "attrition",
    "autarky_loss",
    "bargaining_range",
    "breaking",
    "ces_loss",
    "contest_words",
    "corners",
    "delay",
    "first_mover_share",
    "month_name",
    "obstacle",
    "opening",
    "party_cost",
    "price_push",
    "price_push_band",
    "real_income_change",
    "ripeness",
    "settle",
    "tied_hand",
    "trade_shock",
    "when",
    "win_set",
    "win_set_of_all",
    "worth_of_waiting",
    "zone_opening",
]
