"""What a case is: parties, issues, statements, rules, judgments, and words turned into numbers.

May not enter: files, any lens.
"""

from zopa.case.access_marks import hidden_records, redacted
from zopa.case.changes import is_reading, reading_of
from zopa.case.comparisons import PackageWords
from zopa.case.costs import CostRow, CostSettings, PartyCosts, TradeShock
from zopa.case.dates import as_of, day_asked, days_of_change, undated
from zopa.case.division import Division
from zopa.case.estimates import (
    Estimate,
    accepted,
    all_rules,
    estimate,
    fraction,
    gaps,
    noise,
    number_of,
    once,
    reservation,
    share_by_basis,
    speaks_for,
    start,
    values,
    voters,
    weights,
)
from zopa.case.interval import ZERO, Interval, Number, exact
from zopa.case.meant import fits_what_was_meant, readings_left
from zopa.case.model import (
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
    Outcome,
    Party,
    Reading,
    ReadingSet,
    Rule,
    Shift,
    Source,
    Speaker,
    Statement,
    When,
)
from zopa.case.on_record import MOST_UNSOURCED, UNREAD, OnRecord, breaks, cited, on_record, uncarried
from zopa.case.positions import Snapshot, latest, place, pressing, quantity, snapshots
from zopa.case.ratifiers import with_ratifiers, with_votes
from zopa.case.schema import json_schema
from zopa.case.worth_range import WorthRanges, assumed_worth, worth_range

__all__ = [
    "MOST_UNSOURCED",
    "STANCES",
    "UNREAD",
    "WEIGHT_WORDS",
    "ZERO",
    "Basis",
    "Case",
    "ClauseText",
    "Contact",
    "CostRow",
    "CostSettings",
    "Division",
    "Estimate",
    "Expected",
    "Figure",
    "Interval",
    "Issue",
    "Judgment",
    "Number",
    "OnRecord",
    "Option",
    "Outcome",
    "PackageWords",
    "Party",
    "PartyCosts",
    "Reading",
    "ReadingSet",
    "Rule",
    "Shift",
    "Snapshot",
    "Source",
    "Speaker",
    "Statement",
    "TradeShock",
    "When",
    "WorthRanges",
    "accepted",
    "all_rules",
    "as_of",
    "assumed_worth",
    "breaks",
    "cited",
    "day_asked",
    "days_of_change",
    "estimate",
    "exact",
    "fits_what_was_meant",
    "fraction",
    "gaps",
    "hidden_records",
    "is_reading",
    "json_schema",
    "latest",
    "noise",
    "number_of",
    "on_record",
    "once",
    "place",
    "pressing",
    "quantity",
    "reading_of",
    "readings_left",
    "redacted",
    "reservation",
    "share_by_basis",
    "snapshots",
    "speaks_for",
    "start",
    "uncarried",
    "undated",
    "values",
    "voters",
    "weights",
    "with_ratifiers",
    "with_votes",
    "worth_range",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """``zopa.case.load`` of version 0.1 goes on working; the folder is read one floor above, by ``zopa.load``."""
    if name == "load":
        from importlib import import_module

        return import_module("zopa.casefile").load
    raise AttributeError(f"module 'zopa.case' has no attribute '{name}'")
