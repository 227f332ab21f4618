"""Ratification: who must accept an agreement at home, who can spoil it, whose statements bind.

May not enter: files, clocks, chance.
"""

from .commitments import Commitment, commitments
from .two_level import LineWinSet, Ratification, Ratifier, Spoiler, WinSets, ratify
from .win_sets import TiedHand, win_set, win_set_of_all

__all__ = [
    "Commitment",
    "LineWinSet",
    "Ratification",
    "Ratifier",
    "Spoiler",
    "TiedHand",
    "WinSets",
    "commitments",
    "ratify",
    "win_set",
    "win_set_of_all",
]
