"""How to split what can be split: items between parties, money, claims, the gains of coalitions."""

from .adjusted_winner import AdjustedWinner, adjusted_winner, as_points
from .cooperative import Core, as_game, core, nucleolus, shapley
from .divide import METHODS, Divided, Split, divide
from .indivisible import WELFARE, WholeItems, whole_items
from .transfers import CLAIMS, Knaster, SidePayments, divide_claims, knaster, side_payments

__all__ = [
    "CLAIMS",
    "METHODS",
    "WELFARE",
    "AdjustedWinner",
    "Core",
    "Divided",
    "Knaster",
    "SidePayments",
    "Split",
    "WholeItems",
    "adjusted_winner",
    "as_game",
    "as_points",
    "core",
    "divide",
    "divide_claims",
    "knaster",
    "nucleolus",
    "shapley",
    "side_payments",
    "whole_items",
]
