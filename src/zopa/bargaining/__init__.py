"""Which agreements all could accept, which of them solutions pick, and why there may be none.

Each verb has a module and is written once, over the engines (``engines``): a list of all packages, or a search.
Verbs take a case or a :class:`zopa.space.Problem`. May not enter: files, clocks, chance.
"""

from zopa.bargaining.deals import Deal, deal, marked
from zopa.bargaining.engines import Description, Engine, choose, engine_for
from zopa.bargaining.engines import describe as describe_problem
from zopa.bargaining.frontier import Frontier, frontier, prove_frontier
from zopa.bargaining.judge import Logroll, Swap, Verdict, Views, judge
from zopa.bargaining.proofs import check
from zopa.bargaining.solutions import SOLUTIONS
from zopa.bargaining.solve import Solution, solve, winning_coalitions
from zopa.bargaining.standing import STATES, AnswerState, OtherReading, standing
from zopa.bargaining.why_not import Conflict, Correction, Limit, Switch, WhyNot, why_not
from zopa.bargaining.zone import Zone, prove_zone, zone
from zopa.case import Case
from zopa.space import MAX_PACKAGES, Problem, Readings

__all__ = [
    "MAX_PACKAGES",
    "SOLUTIONS",
    "STATES",
    "AnswerState",
    "Conflict",
    "Correction",
    "Deal",
    "Description",
    "Engine",
    "Frontier",
    "Limit",
    "Logroll",
    "OtherReading",
    "Solution",
    "Swap",
    "Switch",
    "Verdict",
    "Views",
    "WhyNot",
    "Zone",
    "check",
    "choose",
    "deal",
    "describe",
    "engine_for",
    "frontier",
    "judge",
    "marked",
    "prove_frontier",
    "prove_zone",
    "solve",
    "standing",
    "why_not",
    "winning_coalitions",
    "zone",
]  # fmt: skip


def describe(case: Case | Problem, readings: Readings = None) -> Description:
    """Which engine will answer each question about this case, why, and what it will cost."""
    return describe_problem(Problem.of(case, readings))
