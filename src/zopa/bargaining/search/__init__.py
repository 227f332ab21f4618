"""Exact package search in spaces that nobody can enumerate, with proofs that anyone can check.

Scores are integers, a utility is a sum over groups of issues, and that structure is what makes answers exact
at any size. May not enter: files, clocks, chance without a seed.
"""

from zopa.bargaining.search.counting import Count
from zopa.bargaining.search.decomposition import Refusal
from zopa.bargaining.search.engine import (
    Emptiness,
    SearchOutcome,
    count,
    frontier,
    is_empty,
    packages_at,
    rays,
    sample,
    solve_maxmin,
    solve_nash,
)
from zopa.bargaining.search.marco import Conflicts, conflicts
from zopa.bargaining.search.multipliers import load_kernels
from zopa.bargaining.search.pareto import ParetoPoints, TooLarge
from zopa.bargaining.search.scalarization import Rays

__all__ = [
    "Conflicts",
    "Count",
    "Emptiness",
    "ParetoPoints",
    "Rays",
    "Refusal",
    "SearchOutcome",
    "TooLarge",
    "conflicts",
    "count",
    "frontier",
    "is_empty",
    "load_kernels",
    "packages_at",
    "rays",
    "sample",
    "solve_maxmin",
    "solve_nash",
]  # fmt: skip
