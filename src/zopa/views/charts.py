"""Charts of the main report: the frontier, and statements and contacts by date. Narrow enough for a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zopa.bargaining import Deal
from zopa.case import Case, accepted, speaks_for
from zopa.study import Study
from zopa.views import worth
from zopa.views.bargaining import worth_cell
from zopa.views.document import Cell, Chart, Grid, Link, cell
from zopa.views.labels import Labels
from zopa.views.numbers import day, points, things

__all__ = ["frontier_chart", "timeline"]

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9")
SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
MOST_LINES = 120
PER_ROW = 4
BOTTOM = {"title": None, "orient": "bottom", "columns": 2}


def frontier_chart(
    study: Study, picked: Sequence[tuple[str, Deal]], labels: Labels, words: worth.ByWords = worth.NOTHING
) -> Chart | None:
    """Two parties: the utility plane; more: one line per package of the frontier."""
    deals = study.frontier.deals
    if not deals:
        return None
    step = max(1, len(deals) // MOST_LINES)
    shown = deals[::step]
    parties = study.space.parties
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (name, *(worth_cell(d, p, labels, words) for p in d.utilities)) for name, d in picked
    )
    grid = Grid(
        worth.ranged("Utility of the packages", [d.package for _, d in picked], parties, labels, words),
        ("package", *labels.parties(parties)),
        rows,
    )
    said = (
        f"{things(study.frontier.points, 'point')} of the frontier in grey"
        + (f" (every {step}th is drawn)" if step > 1 else "")
        + ", the packages of this report in colour, the reservation value of each party in black."
    )
    make = _plane if len(parties) == 2 else _parallel
    return Chart(
        "frontier", "What each party would get", said, lambda: make(study, shown, picked, labels), grid
    )


def _marks(names: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    color = {
        "field": "d",
        "type": "nominal",
        "scale": {"domain": list(names), "range": list(PALETTE[: len(names)])},
        "legend": BOTTOM,
    }
    shape = {
        "field": "d",
        "type": "nominal",
        "scale": {"domain": list(names), "range": list(SHAPES[: len(names)])},
    }
    return color, shape


def _parallel(
    study: Study, shown: Sequence[Deal], picked: Sequence[tuple[str, Deal]], labels: Labels
) -> dict[str, Any]:
    thin = [
        {"d": k, "party": labels.party(p), "u": float(u)}
        for k, d in enumerate(shown)
        for p, u in d.utilities.items()
    ]
    thick = [
        {"d": name, "party": labels.party(p), "u": float(u), "note": f"{name}: {labels.party(p)} {points(u)}"}
        for name, d in picked
        for p, u in d.utilities.items()
    ]
    limits = [
        {
            "party": labels.party(p),
            "u": float(r),
            "note": f"{labels.party(p)}: no agreement is worth {points(r)}",
        }
        for p, r in study.zone.reservation.items()
    ]
    names = labels.parties(study.space.parties)
    y = {
        "field": "party",
        "type": "nominal",
        "sort": names,
        "axis": {"title": None, "grid": True, "labelLimit": 150},
    }
    x = {
        "field": "u",
        "type": "quantitative",
        "axis": {"title": "utility, each party's own scale", "tickCount": 5},
        "scale": {"zero": True},
    }
    color, shape = _marks([name for name, _ in picked])
    order = {"order": {"field": "party", "sort": None}}
    note = {"description": {"field": "note"}}
    return {
        "width": 230,
        "height": {"step": 58},
        "layer": [
            {
                "data": {"values": thin},
                "mark": {
                    "type": "line",
                    "strokeWidth": 0.6,
                    "opacity": 0.35,
                    "color": "#8c8c8c",
                    "aria": False,
                    "orient": "vertical",
                },
                "encoding": {"x": x, "y": y, "detail": {"field": "d"}, **order},
            },
            {
                "data": {"values": limits},
                "mark": {"type": "tick", "thickness": 4, "size": 34, "color": "#1b1b1b"},
                "encoding": {"x": x, "y": y, **note},
            },
            {
                "data": {"values": thick},
                "mark": {"type": "line", "strokeWidth": 2.2, "aria": False, "orient": "vertical"},
                "encoding": {"x": x, "y": y, "color": color, **order},
            },
            {
                "data": {"values": thick},
                "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": color, "shape": shape, **note},
            },
        ],
    }


def _plane(
    study: Study, shown: Sequence[Deal], picked: Sequence[tuple[str, Deal]], labels: Labels
) -> dict[str, Any]:
    a, b = study.space.parties
    cloud: list[dict[str, float]] = []
    if study.table is not None:
        numbers = np.flatnonzero(study.table.zone())
        rows = study.table.utilities[:, numbers[:: max(1, numbers.size // 800)]] / study.space.scale
        cloud = [{"x": float(x), "y": float(y)} for x, y in rows.T]
    edge = [{"x": float(d.utilities[a]), "y": float(d.utilities[b])} for d in shown]
    thick = [
        {
            "d": name,
            "x": float(d.utilities[a]),
            "y": float(d.utilities[b]),
            "note": f"{name}: {labels.party(a)} {points(d.utilities[a])}, {labels.party(b)} {points(d.utilities[b])}",
        }
        for name, d in picked
    ]
    r = study.zone.reservation
    none = [{"x": float(r[a]), "y": float(r[b]), "note": "no agreement"}]
    x = {
        "field": "x",
        "type": "quantitative",
        "axis": {"title": f"utility of {labels.party(a)}"},
        "scale": {"zero": False},
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": {"title": f"utility of {labels.party(b)}"},
        "scale": {"zero": False},
    }
    color, shape = _marks([name for name, _ in picked])
    point = {"type": "point", "filled": True}
    note = {"description": {"field": "note"}}
    return {
        "width": 290,
        "height": 260,
        "layer": [
            {
                "data": {"values": cloud},
                "mark": {**point, "size": 12, "color": "#b9b9b4", "opacity": 0.6, "aria": False},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": edge},
                "mark": {"type": "line", "point": True, "color": "#4d4d4d", "strokeWidth": 1, "aria": False},
                "encoding": {"x": x, "y": y, "order": {"field": "x"}},
            },
            {
                "data": {"values": none},
                "mark": {"type": "point", "shape": "cross", "filled": True, "size": 160, "color": "#1b1b1b"},
                "encoding": {"x": x, "y": y, **note},
            },
            {
                "data": {"values": thick},
                "mark": {**point, "size": 130, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": color, "shape": shape, **note},
            },
        ],
    }


def timeline(case: Case, labels: Labels) -> Chart | None:
    """Statements and contacts by date, one column per party."""
    dots, rows = _statements(case, labels), _contacts(case, labels)
    found = sorted([*dots, *rows], key=lambda pair: (pair[0]["date"], pair[0]["when"]))
    if not found:
        return None
    lanes = [*(p.name for p in case.parties.values()), "others", "contacts"]
    used = [x for x in lanes if any(d["lane"] == x for d, _ in found)]
    grid = Grid(
        "Statements and contacts by date",
        ("date", "party", "who", "what"),
        tuple(row for _, row in found),
        folded=True,
    )
    said = "Statements and contacts by date; a period stands at its beginning. Point at a mark to read it."
    return Chart(
        "timeline", "Who said what, when", said, lambda: _timeline([d for d, _ in found], used), grid
    )


Dot = dict[str, Any]
Row = tuple[Cell | str, ...]


def _statements(case: Case, labels: Labels) -> list[tuple[Dot, Row]]:
    found: list[tuple[Dot, Row]] = []
    for ident, s in accepted(case).items():
        start = (s.said.start or s.said.end) if s.said else None
        if start is None:
            continue
        party = speaks_for(case, s)
        lane = labels.party(party) if party else "others"
        words = s.about or labels.quotable(ident) or "not quoted"
        when = day(s.said)
        dot = {
            "lane": lane,
            "date": start.isoformat(),
            "when": when,
            "what": "statement",
            "note": f"{when}, {labels.speaker(ident)}: {words}",
        }
        found.append((dot, (when, lane, labels.speaker(ident), cell(Link(words, f"#statement-{ident}")))))
    return found


def _contacts(case: Case, labels: Labels) -> list[tuple[Dot, Row]]:
    found: list[tuple[Dot, Row]] = []
    for c in case.contacts.values():
        start = (c.when.start or c.when.end) if c.when else None
        if start is None:
            continue
        kind = "contact" if c.realised else "planned contact"
        when = day(c.when)
        who = ", ".join(case.speakers[w].name if w in case.speakers else labels.party(w) for w in c.who)
        dot = {
            "lane": "contacts",
            "date": start.isoformat(),
            "when": when,
            "what": kind,
            "note": f"{when}, {c.what}",
        }
        found.append((dot, (when, "contacts", who, f"{c.what} ({kind})")))
    return found


def _timeline(dots: Sequence[Mapping[str, Any]], lanes: Sequence[str]) -> dict[str, Any]:
    seen: dict[tuple[str, str], int] = {}
    data = []
    for dot in dots:
        key = (dot["lane"], dot["when"])
        rank = seen[key] = seen.get(key, -1) + 1
        data.append({**dot, "across": rank % PER_ROW, "down": rank // PER_ROW})
    kinds = ["statement", "contact", "planned contact"]
    return {
        "data": {"values": data},
        "width": {"step": 50, "for": "position"},
        "height": {"step": 34, "for": "position"},
        "mark": {"type": "point", "filled": True, "size": 40, "opacity": 1},
        "encoding": {
            "y": {
                "field": "when",
                "type": "ordinal",
                "sort": list(dict.fromkeys(d["when"] for d in data)),
                "axis": {"title": None, "labelLimit": 120, "grid": True, "tickBand": "extent"},
            },
            "yOffset": {
                "field": "down",
                "type": "ordinal",
                "scale": {"domain": list(range(max(d["down"] for d in data) + 1))},
            },
            "x": {
                "field": "lane",
                "type": "nominal",
                "sort": list(lanes),
                "axis": {
                    "title": None,
                    "orient": "top",
                    "labelAngle": -40,
                    "labelLimit": 110,
                    "grid": True,
                    "tickBand": "extent",
                },
            },
            "xOffset": {"field": "across", "type": "ordinal", "scale": {"domain": list(range(PER_ROW))}},
            "color": {
                "field": "what",
                "type": "nominal",
                "scale": {"domain": kinds, "range": ["#0072B2", "#D55E00", "#8a6d00"]},
                "legend": {"title": None, "orient": "bottom"},
            },
            "shape": {
                "field": "what",
                "type": "nominal",
                "scale": {"domain": kinds, "range": ["circle", "square", "diamond"]},
            },
            "description": {"field": "note"},
        },
    }
