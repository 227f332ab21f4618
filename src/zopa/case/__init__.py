"""The nouns of a case, and how they come in from YAML with file:line:column.

May not enter: any maths beyond turning words into numbers, any lens.
"""

from zopa.case.judgments import (
    Estimate,
    accepted,
    all_rules,
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
from zopa.case.spatial import Snapshot, place, quantity, snapshots
from zopa.case.text import digest, find_quote, line_of, normalise

__all__ = [
    "STANCES", "WEIGHT_WORDS", "Basis", "Case", "ClauseText", "Contact", "Estimate", "Expected", "Figure", "Issue",
    "Judgment", "Option", "Party", "Reading", "ReadingSet", "Rule", "Shift", "Snapshot", "Source", "Speaker", "Statement",
    "When", "accepted", "all_rules", "case_digest", "digest", "find_quote", "fraction", "gaps", "inspect", "json_schema", "line_of", "load",
    "normalise", "place", "quantity", "reservation", "share_by_basis", "snapshots", "speaks_for", "start", "values", "voters", "weights",
]  # fmt: skip
