"""Exact package search in spaces that nobody can enumerate, with proofs that anyone can check.

Scores are integers, a utility is a sum over groups of issues, and that structure is what makes answers exact
at any size. May not enter: files, clocks, chance without a seed.
"""

from zopa.bargaining.exact.additive import Refusal
from zopa.bargaining.exact.counting import Count
from zopa.bargaining.exact.engine import (
    Description,
    Emptiness,
    Outcome,
    count,
    describe,
    frontier,
    is_empty,
    packages_at,
    rays,
    sample,
    solve_maxmin,
    solve_nash,
)
from zopa.bargaining.exact.marco import Conflicts, conflicts
from zopa.bargaining.exact.near import coalition_products, diverse, fewest_changes, improve
from zopa.bargaining.exact.pareto import Frontier, TooLarge
from zopa.bargaining.exact.rays import Rays
from zopa.bargaining.exact.recount import check

__all__ = [
    "Conflicts", "Count", "Description", "Emptiness", "Frontier", "Outcome", "Rays", "Refusal", "TooLarge", "check",
    "coalition_products", "conflicts", "count", "describe", "diverse", "fewest_changes", "frontier", "improve",
    "is_empty", "packages_at", "rays", "sample", "solve_maxmin", "solve_nash",
]  # fmt: skip
