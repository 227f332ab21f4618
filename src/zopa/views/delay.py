"""View of the delay answer: what waiting costs, month by month, and when a package becomes acceptable to all."""

from __future__ import annotations

from typing import Any

from zopa.space import Why
from zopa.views.document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Document,
    Grid,
    Heading,
    Section,
    Spans,
    cell,
    paragraph,
)
from zopa.views.labels import Labels
from zopa.views.numbers import listed
from zopa.waiting import Curve, Delay, Opening, PackageOpening, contest_words, month_name, when

__all__ = ["blocks", "costless_line", "delay", "opening_sentence", "reason"]

Row = tuple[Cell | str, ...]
BAND, LINE, OPEN, SHUT = "#56B4E9", "#0072B2", "#009E73", "#b9b9b4"
TO_ALL = "all parties"


def reason(why: Why, labels: Labels) -> Spans:
    """A reason with links to its statements."""
    return (why.text, *((" (", *labels.statements(why.statements), ")") if why.statements else ()))


def delay(d: Delay, labels: Labels) -> Document:
    """What waiting costs, when the zone opens and on whom that turns, who must ratify, which statements bind."""
    found: list[Block] = [*_head(d, labels), paragraph(opening_sentence(d, labels))]
    found.append(
        Grid(
            "What no agreement is worth",
            ("party", "cost from", "loses a month", "now", f"in month {d.months}"),
            tuple(
                (
                    labels.party(c.party),
                    c.source or "none recorded",
                    _loss(c),
                    cell(str(c.values[0]), number=True),
                    cell(str(c.values[d.months]), number=True),
                )
                for c in d.curves
            ),
        )
    )
    found.append(Heading("When a package becomes acceptable to all if no party moves"))
    found.append(Bullets(tuple(_package_line(d, p, labels) for p in d.packages)))
    found += [paragraph(_ripe_sentence(d, labels)), *_contest(d)]
    if d.why:
        found += [Heading("The figures rest on"), Bullets(tuple((w.text,) for w in d.why))]
    return Document("", (Section("waiting", "", tuple(found)),), next=(labels.to_judge(),))


def _package_line(d: Delay, p: PackageOpening, labels: Labels) -> Spans:
    turns = f"; it turns on {listed(labels.parties(p.pivotal))}" if p.pivotal else ""
    barred = "" if p.allowed else " (a rule forbids it)"
    leaves = "".join(
        f"; from month {month} ({month_name(d.as_of, month)}) waiting is worth more to {labels.party(party)}"
        for party, month in p.leaves.items()
    )
    return (f"{p.name}{barred}: {when(d.as_of, p.opening)}{turns}{leaves}",)


def _loss(c: Curve) -> str:
    first, last = c.loss
    if not c.source:
        return "–"
    return f"{first} {c.unit}" if first == last else f"{first}, later {last} {c.unit}"


def costless_line(d: Delay) -> str:
    """One line where no cost of waiting is recorded; empty elsewhere."""
    return "No cost of waiting is recorded, so waiting does not change the result." if d.costless else ""


def _head(d: Delay, labels: Labels) -> list[Block]:
    if d.costless:
        line = costless_line(d).removesuffix(".")
        first = paragraph(f"{line}: ", *reason(d.notes[0], labels), ".")
        return [first, *(paragraph(*reason(n, labels), tone="note") for n in d.notes[1:])]
    clock = paragraph(f"Clock: {d.clock}: {d.clock_means}.")
    return [clock, *(paragraph(*reason(n, labels), tone="note") for n in d.notes)]


def blocks(d: Delay, labels: Labels) -> tuple[Block, ...]:
    """The section of the report: the opening, ripeness, curves, dates, and what the figures rest on."""
    found: list[Block] = [
        *_head(d, labels),
        paragraph(opening_sentence(d, labels)),
        paragraph(_ripe_sentence(d, labels)),
        *_contest(d),
    ]
    dates = _openings(d, labels)
    if not d.still:
        found += [_curves(d, labels), *((dates,) if d.packages else ())]
    elif d.packages:
        found.append(dates.grid)
    reasons: tuple[Row, ...] = tuple((cell(*reason(w, labels)), w.basis) for w in d.why)
    if reasons:
        found.append(
            Grid("What these figures rest on", ("figure and its source", "basis"), reasons, folded=d.costless)
        )
    return tuple(found)


def _contest(d: Delay) -> list[Block]:
    found: list[Block] = []
    if d.attrition is not None:
        found.append(
            paragraph(
                f"War of attrition between the two starting positions: {float(d.attrition.mean_months):.3g} months on average until one concedes."
            )
        )
    for end, o in zip(("low", "central", "high"), d.contest, strict=False):
        found.append(paragraph(f"What each side could secure alone, {end} figures: {contest_words(o)}."))
    return found


def opening_sentence(d: Delay, labels: Labels) -> str:
    """When the zone opens, and on whom that turns."""
    if d.zone is None:
        return "The rules leave no package under these readings: waiting opens none."
    at, turns = d.zone.opening, ""
    if at.latest == 0:
        return "The zone is open now, at both ends of every interval; waiting does not open it."
    if d.pivotal:
        turns = f" It turns on {listed(labels.parties(d.pivotal))}."
    if set(d.may_be_pivotal) - set(d.pivotal):
        turns += f" Within the intervals it may turn on {listed(labels.parties(d.may_be_pivotal), 'or')}."
    return f"The zone opens: {when(d.as_of, at)}.{turns}"


def _ripe_sentence(d: Delay, labels: Labels) -> str:
    hurting = ", ".join(
        f"{labels.party(c.party)} {v}" for c, v in zip(d.curves, d.ripeness.hurting, strict=True)
    )
    lasting = {
        "none": "some package that is acceptable now stays acceptable to all in every month examined",
        "no zone": "no package is acceptable to all now",
        "a zone but no credible promise": "packages are acceptable to all now, but each of them will be worth less than "
        "waiting to some party later, so its commitment to it is not credible",
    }[d.obstacle]
    return (
        f"Ripe for settlement (waiting hurts every party, and a way out exists): {d.ripeness.ripe}. Waiting is worth no more "
        f"than the best offer on the table to: {hurting}. A way out, a package acceptable to all: {d.ripeness.way_out}. "
        f"Commitment: {lasting} (central figures)."
    )


def _curves(d: Delay, labels: Labels) -> Chart:
    data = [
        {
            "party": labels.party(c.party),
            "t": t,
            "low": float(b.low),
            "mid": float(b.best),
            "high": float(b.high),
            "note": f"{labels.party(c.party)}, {month_name(d.as_of, t)}: no agreement is worth {b}",
        }
        for c in d.curves
        for t, b in enumerate(c.values)
    ]
    x = {"field": "t", "type": "quantitative", "axis": {"title": _axis(d), "tickMinStep": 1}}
    y = {
        "field": "low",
        "type": "quantitative",
        "axis": {"title": "no agreement, points"},
        "scale": {"zero": False},
    }
    spec: dict[str, Any] = {
        "data": {"values": data},
        "facet": {
            "field": "party",
            "type": "nominal",
            "header": {"title": None},
            "sort": [labels.party(c.party) for c in d.curves],
        },
        "columns": 1,
        "spec": {
            "width": 290,
            "height": 110,
            "layer": [
                {
                    "mark": {"type": "area", "color": BAND, "opacity": 0.35, "aria": False},
                    "encoding": {"x": x, "y": y, "y2": {"field": "high"}},
                },
                {
                    "mark": {"type": "line", "color": LINE, "strokeWidth": 2, "aria": False},
                    "encoding": {"x": x, "y": {**y, "field": "mid"}},
                },
                {
                    "mark": {"type": "point", "color": LINE, "filled": True, "size": 22},
                    "encoding": {"x": x, "y": {**y, "field": "mid"}, "description": {"field": "note"}},
                },
            ],
        },
    }
    every = max(1, d.months // 6)
    shown = range(0, d.months + 1, every)
    rows: tuple[Row, ...] = tuple(
        (
            labels.party(c.party),
            c.source or "none recorded",
            *(cell(str(c.values[t]), number=True) for t in shown),
        )
        for c in d.curves
    )
    table = Grid(
        "What no agreement is worth", ("party", "cost from", *(month_name(d.as_of, t) for t in shown)), rows
    )
    said = "The value of no agreement to each party by month: the line is the central figure, the band its interval."
    return Chart("cost-curves", "What no agreement is worth, month by month", said, lambda: spec, table)


def _axis(d: Delay) -> str:
    return f"months from {month_name(d.as_of, 0)}" if d.as_of else "months from now"


def _openings(d: Delay, labels: Labels) -> Chart:
    marks = [_mark(d, p, labels.party(who), at) for p in d.packages for who, at in _drawn(p)]
    y = {
        "field": "row",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": [m["row"] for m in marks]},
        "axis": {"title": None, "labelLimit": 150},
    }
    x = {
        "type": "quantitative",
        "scale": {"domain": [0, d.months]},
        "axis": {"title": _axis(d), "tickMinStep": 1},
    }
    color = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": ["opens", "may stay closed"], "range": [OPEN, SHUT]},
        "legend": {"title": None, "orient": "bottom"},
    }
    note = {"description": {"field": "note"}}
    spec: dict[str, Any] = {
        "width": 230,
        "height": {"step": 24},
        "layer": [
            {
                "data": {"values": [m for m in marks if m["kind"]]},
                "mark": {"type": "bar", "height": 11},
                "encoding": {
                    "y": y,
                    "x": {**x, "field": "from"},
                    "x2": {"field": "to"},
                    "color": color,
                    **note,
                },
            },
            {
                "data": {"values": [m for m in marks if m["t"] is not None]},
                "mark": {"type": "tick", "thickness": 3, "size": 18, "color": "#1b1b1b"},
                "encoding": {"y": y, "x": {**x, "field": "t"}, **note},
            },
            {
                "data": {"values": [m for m in marks if not m["kind"]]},
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "color": "#4d4d4d"},
                "encoding": {"y": y, "x": {"datum": 0, **x}, "text": {"value": "beyond the horizon"}},
            },
        ],
    }
    rows: tuple[Row, ...] = tuple(
        (
            p.name,
            labels.party(who),
            cell(when(d.as_of, at)),
            _barred(p, labels) if who == TO_ALL else _leaves(d, p, who),
        )
        for p in d.packages
        for who, at in [(TO_ALL, p.opening), *p.by_party.items()]
    )
    table = Grid("Opening months", ("package", "acceptable to", "when", ""), rows, folded=d.still)
    said = (
        "The first month in which each package is acceptable, if no party moves: from the earliest to the latest month "
        "that the intervals allow, with the central figure as a line across. Grey: within the intervals it may stay closed "
        "in these months. Parties that accept it from the start are in the table only."
    )
    return Chart("openings", "Opening dates", said, lambda: spec, table)


def _drawn(p: PackageOpening) -> list[tuple[str, Opening]]:
    """The package as a whole, and the parties that do not accept it from the start whatever the figures."""
    return [(TO_ALL, p.opening), *((who, at) for who, at in p.by_party.items() if at.latest != 0)]


def _mark(d: Delay, p: PackageOpening, who: str, at: Opening) -> dict[str, Any]:
    label = f"{p.name}: {who}"
    mark: dict[str, Any] = {
        "row": label,
        "t": at.central,
        "kind": "",
        "note": f"{label}: {when(d.as_of, at)}",
    }
    if at.earliest is not None:
        last = d.months if at.latest is None else at.latest
        mark |= {"from": at.earliest, "to": max(last, at.earliest + 0.15)}
        mark["kind"] = "may stay closed" if at.latest is None else "opens"
    return mark


def _barred(p: PackageOpening, labels: Labels) -> str:
    turns = f"turns on {listed(labels.parties(p.pivotal))}" if p.pivotal else ""
    return turns if p.allowed else "; ".join(x for x in ("a rule forbids it", turns) if x)


def _leaves(d: Delay, p: PackageOpening, who: str) -> str:
    month = p.leaves.get(who)
    return "" if month is None else f"from {month_name(d.as_of, month)} waiting is worth more to it"
