"""Which agreements all could accept, which of them solutions pick, and why there may be none.

Verbs take a case; the modules below take a :class:`zopa.space.Space`. May not enter: files, clocks, chance.
"""

from zopa.bargaining.conflicts import Conflict, Correction, Limit, Switch, WhyNot
from zopa.bargaining.drafts import Logroll, Swap, Verdict, Views, judge
from zopa.bargaining.proofs import check
from zopa.bargaining.search import Description
from zopa.bargaining.solutions import SOLUTIONS
from zopa.bargaining.verbs import describe, frontier, prove_frontier, prove_zone, solve, why_not, zone
from zopa.bargaining.zones import Deal, Frontier, Solution, Zone, deal, tabulate, winning_coalitions
from zopa.space.table import MAX_PACKAGES, Table, nondominated

__all__ = [
    "MAX_PACKAGES", "SOLUTIONS", "Conflict", "Correction", "Deal", "Description", "Frontier", "Limit", "Logroll", "Solution", "Swap",
    "Switch", "Table", "Verdict", "Views", "WhyNot", "Zone", "check", "deal", "describe", "frontier", "judge", "nondominated", "prove_frontier", "prove_zone", "solve",
    "tabulate", "why_not", "winning_coalitions", "zone",
]  # fmt: skip
