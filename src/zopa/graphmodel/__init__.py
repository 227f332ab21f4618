"""Stability: whether a package will hold, who would leave it, who could answer and how credibly.

The graph model for conflict resolution (Kilgour, Hipel & Fang 1987), exact for any number of parties.
May not enter: files, clocks, chance other than by a seed.
"""

from .analysis import CHAIN
from .answers import Departure, Group, Move, Stability, Standing, StateGraph
from .compile import CompiledGraph, compile_graph
from .concepts import CONCEPTS
from .graph_model import GraphIssue, GraphModel, yes_no
from .sentences import MEANING
from .stability import stability

__all__ = [
    "CHAIN",
    "CONCEPTS",
    "MEANING",
    "CompiledGraph",
    "Departure",
    "GraphIssue",
    "GraphModel",
    "Group",
    "Move",
    "Stability",
    "Standing",
    "StateGraph",
    "compile_graph",
    "stability",
    "yes_no",
]  # fmt: skip
