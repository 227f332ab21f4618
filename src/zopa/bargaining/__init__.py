"""Which agreements all could accept, which of them solutions pick, and why there may be none.

Verbs take a case; the modules below take a :class:`zopa.space.Space`. May not enter: files, clocks, chance.
"""

from zopa.bargaining.solutions import SOLUTIONS
from zopa.bargaining.table import MAX_PACKAGES, Table, nondominated
from zopa.bargaining.zones import Deal, Frontier, Solution, Zone, deal, frontier, solve, tabulate, zone

__all__ = [
    "MAX_PACKAGES", "SOLUTIONS", "Deal", "Frontier", "Solution", "Table", "Zone", "deal", "frontier", "nondominated",
    "solve", "tabulate", "zone",
]  # fmt: skip
