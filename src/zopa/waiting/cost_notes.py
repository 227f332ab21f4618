"""Answers about waiting in words: months, openings, contests, and what to know before using the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from zopa.case import Case, Interval, accepted
from zopa.space import Why

from .crisis_bargaining import Obstacle
from .no_agreement import Clock, Opening
from .party_costs import PartyCost, quoted

__all__ = ["contest_words", "month_name", "notes", "when"]

SPEAKS_OF_COST = re.compile(r"\b(prices?|costs?|costly|expensive|inflation)\b", re.IGNORECASE)
"""Words by which a statement or a figure is taken to speak of a cost."""


def month_name(as_of: date | None, month: int) -> str:
    """``2025-09`` for a month counted from ``as_of``; ``month 7`` without a date.

    >>> month_name(date(2025, 2, 13), 11)
    '2026-01'
    """
    if as_of is None:
        return f"month {month}"
    total = as_of.year * 12 + as_of.month - 1 + month
    return f"{total // 12}-{total % 12 + 1:02d}"


def when(as_of: date | None, at: Opening) -> str:
    """An opening with the names of its months."""
    if at.earliest is None:
        return "not in the months looked at"

    def name(month: int | None) -> str:
        return (
            "not in the months looked at" if month is None else f"month {month} ({month_name(as_of, month)})"
        )

    if at.earliest == at.latest:
        return name(at.central) if as_of else f"month {at.central}"
    return f"{name(at.central)}; at the earliest {name(at.earliest)}, at the latest {name(at.latest)}"


def contest_words(o: Obstacle) -> str:
    """What a contest explains, in words."""
    if o.kind == "no zone":
        return f"no zone: what all could secure alone exceeds the pie by {float(-o.surplus):g}"
    ranges = ", ".join(f"{float(low):g} to {float(high):g}" for low, high in o.ranges)
    kept = "a promise could be kept" if o.kind == "none" else o.kind
    return f"{kept}; surplus {float(o.surplus):g}; bargaining range of each party: {ranges}"


def notes(
    case: Case, borne: Sequence[PartyCost], curves: Sequence[Sequence[Interval]], clock: Clock
) -> tuple[Why, ...]:
    """What the reader must know before using the figures."""
    on_file = any(b.source for b in borne)
    found = [] if on_file else [_no_cost_on_file(case)]
    without = [case.parties[b.party].name for b in borne if not b.source]
    if on_file and without:
        found.append(Why(f"no cost is on file for {', '.join(without)}"))
    for b in borne:
        found += [Why(text) for text in _party_notes(b, case.parties[b.party].name)]
    flat = all(band == curve[0] for curve in curves for band in curve)
    if clock.kind == "rolling" and flat and any(not b.waiting.costless for b in borne):
        found.append(
            Why(
                "on a rolling clock a constant cost does not move the value of no agreement; for costs that "
                "add up write `clock: from-date`, for an end that comes nearer `clock: fixed`"
            )
        )
    return tuple(found)


def _party_notes(b: PartyCost, name: str) -> Iterator[str]:
    if b.source and b.waiting.costless:
        worth = "its loss is 0" if b.waiting.costs.is_zero else f"one {b.unit} is worth 0 points to it"
        yield f"cost plays no part for {name}: {worth}"
    if b.set_aside:
        yield f"the figures of costs.csv win over the model '{b.set_aside}' of {name}"
    if b.source == "prices":
        yield f"the price model of {name} is an upper bound: nobody substitutes"
    if not b.waiting.discount.is_point:
        yield f"the band of {name} holds for every discount factor in its interval and may be wider than need be"


def _no_cost_on_file(case: Case) -> Why:
    """What the sources do say about costs and prices when no figure is on file."""
    spoken = [i for i, s in accepted(case).items() if SPEAKS_OF_COST.search(f"{s.quote} {s.about}")]
    figures = [i for i, f in case.figures.items() if SPEAKS_OF_COST.search(f"{f.of} {f.unit}")]
    text = "no cost of waiting is on file (no costs.csv, no model)"
    if not figures:
        text += ", and the sources state no cost figure"
    else:
        text += f"; figures that may be costs: {', '.join(figures)}"
    if spoken:
        remark = all(case.statements[i].kind == "author_claim" for i in spoken)
        who = "only the author's remark speaks" if remark else "these statements speak"
        text += f"; {who} of prices or costs: " + "; ".join(quoted(case, i) for i in spoken)
    return Why(text, tuple(spoken))
