"""A utility with what is not known about it: its range, by the words or by the intervals of the judgments, and its share.

A utility rests on numbers that are often somebody's assumption. Beside it stands, where the party's words can be drawn
from, the range of nine draws in ten and the share of the draws that accept; else the range within the intervals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from zopa.case import assumed_worth, share_by_basis, worth_range
from zopa.views.labels import Labels
from zopa.views.numbers import percent, points

if TYPE_CHECKING:
    from zopa.robustness import WorthByWords

__all__ = [
    "BY_INTERVALS",
    "BY_WORDS",
    "NOTHING",
    "NO_RANGE",
    "ByWords",
    "beside",
    "between",
    "bracketed",
    "by_assumed",
    "by_words",
    "ranged",
]

NO_RANGE = "no range given"
"""Stands beside a utility that rests on assumed numbers without an interval."""
BY_WORDS = "by words alone: range of nine draws in ten, share of draws that accept"
BY_INTERVALS = "range within the intervals of the judgments"


@dataclass(frozen=True)
class ByWords:
    """What words say of packages: options of a package -> party -> (low, high, share of the draws that accept)."""

    of: Mapping[tuple[str, ...], Mapping[str, tuple[float, float, float]]]

    def beside(self, package: Mapping[str, str], party: str) -> str:
        """The range and the share of one party; empty where nothing was drawn."""
        found = self.of.get(tuple(package.values()), {}).get(party)
        return "" if found is None else f"{between(*found[:2])}; {percent(found[2])}"


NOTHING = ByWords({})


def by_words(found: Iterable[WorthByWords]) -> ByWords:
    """As the answer of :func:`zopa.robustness.worth_by_words` gives it."""
    return ByWords(
        {tuple(x.package.values()): {p: (*x.worth[p], x.accepts[p]) for p in x.worth} for x in found}
    )


def between(low: Fraction | float, high: Fraction | float) -> str:
    """A range in whole points, rounded outward.

    >>> between(Fraction("61.2"), Fraction("96.01"))
    '61–97'
    """
    dash = " to " if low < 0 else "–"
    return f"{math.floor(low)}{dash}{math.ceil(high)}"


def beside(package: Mapping[str, str], party: str, labels: Labels, words: ByWords = NOTHING) -> str:
    """What stands in brackets beside the utility of a full package; empty where nothing is left open."""
    told = words.beside(package, party)
    if told or labels.case is None:
        return told
    low, high = worth_range(labels.case, party, package)
    if low < high:
        return between(low, high)
    return NO_RANGE if assumed_worth(labels.case, party, package) else ""


def bracketed(
    utility: Fraction, package: Mapping[str, str], party: str, labels: Labels, words: ByWords = NOTHING
) -> str:
    """The utility of a package with its brackets, as one text."""
    told = beside(package, party, labels, words)
    return points(utility) + (f" [{told}]" if told else "")


def ranged(
    caption: str,
    packages: Iterable[Mapping[str, str]],
    parties: Iterable[str],
    labels: Labels,
    words: ByWords = NOTHING,
) -> str:
    """The caption of a table with what the brackets hold, where there are any."""
    known = list(parties)
    found = {bool(words.beside(x, p)) for x in packages for p in known if beside(x, p, labels, words)}
    notes = [note for kind, note in ((True, BY_WORDS), (False, BY_INTERVALS)) if kind in found]
    return f"{caption}; in brackets, {'; or '.join(notes)}" if notes else caption


def by_assumed(caption: str, labels: Labels) -> str:
    """The caption of a table whose numbers have no range of their own, marked where judgments behind them are assumed."""
    counts = share_by_basis(labels.case) if labels.case is not None else {}
    given = counts.get("stated", 0) + counts.get("inferred", 0)
    if sum(counts.values()) == given:
        return caption
    return f"{caption}; by {'partly assumed numbers' if given else 'the assumed numbers'}"
