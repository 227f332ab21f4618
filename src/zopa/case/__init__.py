"""The nouns of a case, and how they come in from YAML with file:line:column.

May not enter: any maths beyond turning words into numbers, any lens.
"""

from zopa.case.costs import CostRow, CostSettings, PartyCosts, TradeShock
from zopa.case.division import Division
from zopa.case.judgments import (
    Estimate,
    accepted,
    all_rules,
    estimate,
    fraction,
    gaps,
    reservation,
    share_by_basis,
    speaks_for,
    start,
    values,
    voters,
    weights,
)
from zopa.case.load import case_digest, inspect, load
from zopa.case.matrices import PriceTable, TradeTables
from zopa.case.nouns import (
    STANCES,
    WEIGHT_WORDS,
    Basis,
    Case,
    ClauseText,
    Contact,
    Expected,
    Figure,
    Issue,
    Judgment,
    Option,
    Party,
    Reading,
    ReadingSet,
    Rule,
    Shift,
    Source,
    Speaker,
    Statement,
    When,
    json_schema,
)
from zopa.case.text import digest, find_quote, line_of, normalise

__all__ = [
    "STANCES", "WEIGHT_WORDS", "Basis", "Case", "ClauseText", "Contact", "CostRow", "CostSettings",
    "Division", "Estimate", "Expected", "Figure", "Issue",
    "Judgment", "Option", "Party", "PartyCosts", "PriceTable", "Reading", "ReadingSet", "Rule", "Shift", "Source", "Speaker", "Statement", "TradeShock", "TradeTables",
    "When", "accepted", "all_rules", "case_digest", "digest", "estimate", "find_quote", "fraction", "gaps", "inspect", "json_schema", "line_of", "load",
    "normalise", "reservation", "share_by_basis", "speaks_for", "start", "values", "voters", "weights",
]  # fmt: skip
