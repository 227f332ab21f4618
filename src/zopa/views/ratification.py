"""View of the two-level game: who must ratify, who can spoil, which statements bind."""

from __future__ import annotations

from typing import Any

from zopa.ratification import Ratification, Ratifier, Spoiler
from zopa.views.document import Block, Bullets, Cell, Chart, Document, Grid, Section, Spans, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import be, count, gain, listed, percent, short, things

__all__ = ["blocks", "ratification", "ratifier_sentence", "spoiler_sentence", "verdict"]

Row = tuple[Cell | str, ...]
BAND, LINE = "#56B4E9", "#0072B2"


def ratifier_sentence(r: Ratifier, labels: Labels) -> str:
    """What a ratifier would ratify, and what that leaves of the zone."""
    lost = "none" if not r.at_table else percent(1 - r.ratified / r.at_table)
    return (
        f"{labels.party(r.party)} would ratify {count(r.accepts)} of {things(r.admissible, 'allowed package')}; of the "
        f"{count(r.at_table)} that all parties at the table accept, {count(r.ratified)} would pass ratification ({lost} would not)"
    )


def spoiler_sentence(s: Spoiler, labels: Labels) -> str:
    """How much of the zone a party outside the agreement would refuse."""
    seat = "" if s.seat else ", no seat at the table"
    needed = "its acceptance is needed" if s.needed else "an agreement can be made without it"
    share = (
        "no value of no agreement is recorded for it"
        if s.refuses is None
        else f"{percent(s.refuses)} of the zone is worth less to it than no agreement"
    )
    return f"{labels.party(s.party)} ({s.role}{seat}): {needed}; {share}"


def _sentences(d: Ratification, labels: Labels) -> list[str]:
    return [
        *(ratifier_sentence(r, labels) for r in d.ratifiers),
        *(spoiler_sentence(s, labels) for s in d.spoilers),
    ]


def ratification(d: Ratification, labels: Labels) -> Document:
    """Whether an agreement would be ratified, who accepts how much, which statements do not bind."""
    found: list[Block] = [paragraph(verdict(d), tone="yes" if d.ratifiable else "no")]
    if d.win_sets.admissible:
        found.append(_win_sets(d, labels))
    told: list[Spans] = [(text,) for text in (*_sentences(d, labels), *_tied_hands(d, labels))]
    for line in d.lines:
        low, high = line.common
        now = short(line.status_quo)
        reach = (
            f"only the status quo ({now}) is"
            if low == high
            else f"{short(low)} to {short(high)} is (status quo {now})"
        )
        told.append((f"{labels.issue(line.issue)} alone: {reach} acceptable to all",))
    told += [
        (labels.statement(w.statement), f", for {labels.party(w.party)}: {w.text}")
        for w in d.commitments
        if not w.binds
    ]
    if told:
        found.append(Bullets(tuple(told)))
    return Document("", (Section("ratification", "", tuple(found)),), next=("zone CASE",))


def verdict(d: Ratification) -> str:
    """Whether an agreement would be ratified."""
    sets = d.win_sets
    if not sets.admissible:
        return "The rules leave no package, so there is nothing to ratify."
    if not sets.at_table:
        return (
            "The only allowed package is not acceptable to all at the table."
            if sets.admissible == 1
            else f"None of the {count(sets.admissible)} allowed packages is acceptable to all at the table."
        )
    left = f"{count(sets.agreed)} of {things(sets.admissible, 'allowed package')} {'makes' if sets.agreed == 1 else 'make'} an agreement"
    if not d.ratifiers:
        return f"{left}; no party of the case is a ratifier."
    return f"{left} that would be ratified; {count(sets.at_table)} {be(sets.at_table)} acceptable to all at the table."


def _tied_hands(d: Ratification, labels: Labels) -> list[str]:
    """What the need to ratify brings the party at the table, by proposer."""
    return [
        f"If {labels.party(proposer)} makes the last offer, the need to ratify changes what {labels.party(r.ratifies)} "
        f"gets by {gain(change)} points"
        for r in d.ratifiers
        for proposer, change in r.gains.items()
        if change is not None and r.ratifies is not None
    ]


def blocks(d: Ratification, labels: Labels) -> tuple[Block, ...]:
    """The section of the report: win-sets, ratifiers, spoilers, and which statements bind."""
    w = d.win_sets
    found: list[Block] = [paragraph(text + ".") for text in _sentences(d, labels)]
    if d.lines and w.agreed and all(line.common[0] == line.common[1] for line in d.lines):
        found.append(
            paragraph(
                f"Taken one by one, none of these issues can move: {listed(labels.issue(line.issue) for line in d.lines)}. Taken "
                f"together, {things(w.agreed, 'package')} {be(w.agreed)} acceptable: what a party gives on one issue it gets back on another."
            )
        )
    found += [paragraph(text + ".") for text in _tied_hands(d, labels)]
    loose = [x for x in d.commitments if not x.binds]
    if d.commitments:
        found.append(
            paragraph(
                f"{len(d.commitments) - len(loose)} of {things(len(d.commitments), 'statement')} in which a party moves were made by a speaker who can bind it."
            )
        )
    if w.admissible:
        found.append(_win_sets(d, labels))
    if d.lines:
        found.append(_lines(d, labels))
    words: tuple[Row, ...] = tuple(
        (cell(labels.statement(x.statement)), labels.party(x.party), "yes" if x.binds else "no", x.text)
        for x in d.commitments
    )
    if words:
        found.append(
            Grid(
                "Which statements bind",
                ("statement", "for", "binds", "because"),
                words,
                folded=len(words) > 6,
            )
        )
    return tuple(found)


def _win_sets(d: Ratification, labels: Labels) -> Grid:
    w = d.win_sets
    bars = [(f"{labels.party(p)} accepts", n) for p, n in w.accepts.items()] + [
        ("all at the table accept", w.at_table)
    ]
    if d.ratifiers or w.agreed != w.at_table:
        bars.append(("left after ratification" if d.ratifiers else "enough for an agreement", w.agreed))
    rows: tuple[Row, ...] = tuple(
        (name, cell(f"{n:,}", number=True), cell(percent(n / w.admissible), bar=n / w.admissible))
        for name, n in bars
    )
    caption = f"Win-sets: how many of {things(w.admissible, 'allowed package')} each party accepts, and how many all of them accept"
    return Grid(caption, ("", "packages", "share"), rows)


def _lines(d: Ratification, labels: Labels) -> Chart:
    data, rows = [], []
    for line in d.lines:
        issue = labels.issue(line.issue)
        for who, (low, high) in [
            *((labels.party(p), s) for p, s in line.accepts.items()),
            ("all of them", line.common),
        ]:
            ideal = {labels.party(p): x for p, x in line.ideals.items()}.get(who)
            a, b = max(0.0, float(low)), min(100.0, float(high))
            words = f"{a:g} to {b:g}" if low < high else f"{a:g}, the status quo"
            data.append(
                {
                    "issue": issue,
                    "who": who,
                    "from": a,
                    "to": max(b, a + 0.6),
                    "ideal": None if ideal is None else float(ideal),
                    "now": float(line.status_quo),
                    "kind": "all" if ideal is None else "one",
                    "note": f"{issue}: {who} accepts {words}",
                }
            )
            rows.append(
                (
                    issue,
                    who,
                    cell(words),
                    cell("" if ideal is None else f"{float(ideal):g}", number=True),
                )
            )
    order = list(dict.fromkeys(x["who"] for x in data))
    y = {"field": "who", "type": "nominal", "sort": order, "axis": {"title": None}}
    x = {
        "type": "quantitative",
        "scale": {"domain": [0, 100]},
        "axis": {"title": "place on the issue's line"},
    }
    color = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": ["one", "all"], "range": [BAND, LINE]},
        "legend": None,
    }
    spec: dict[str, Any] = {
        "data": {"values": data},
        "facet": {
            "field": "issue",
            "type": "nominal",
            "sort": [labels.issue(line.issue) for line in d.lines],
            "header": {"title": None},
        },
        "columns": 1,
        "spec": {
            "width": 220,
            "height": {"step": 20},
            "layer": [
                {
                    "mark": {"type": "bar", "height": 11},
                    "encoding": {
                        "y": y,
                        "x": {**x, "field": "from"},
                        "x2": {"field": "to"},
                        "color": color,
                        "description": {"field": "note"},
                    },
                },
                {
                    "mark": {"type": "tick", "thickness": 3, "size": 16, "color": "#1b1b1b", "aria": False},
                    "encoding": {"y": y, "x": {**x, "field": "ideal"}},
                },
                {
                    "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#4d4d4d", "aria": False},
                    "encoding": {"x": {**x, "field": "now"}},
                },
            ],
        },
    }
    table = Grid(
        "Win-sets on the line of each issue",
        ("issue", "party", "accepts", "best option at"),
        tuple(rows),
        folded=True,
    )
    said = (
        "Each issue taken alone: a party accepts what is at most as far from its best option (line across) as the status quo "
        "(dashed). What all accept always contains the status quo, sometimes nothing else."
    )
    return Chart("line-win-sets", "Win-sets, issue by issue", said, lambda: spec, table)
