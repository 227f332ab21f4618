"""The figures of the main report as Vega-Lite specs, each with a description and a table twin."""

from __future__ import annotations

from typing import Any

import numpy as np

from zopa.bargaining import Conflict
from zopa.case import Case, all_rules, speaks_for, values
from zopa.reports.parts import Cell, Figure, Link, Table, cell
from zopa.space import choose_readings
from zopa.space import clauses as clauses_of
from zopa.study import Study

__all__ = ["conflict_picture", "frontier_picture", "heat_map", "readings_picture", "timeline"]

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9")
SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
MOST_LINES = 160
PER_ROW = 7


def frontier_picture(study: Study) -> Figure | None:
    """Two parties: the utility plane; more: parallel lines, one per package of the frontier."""
    if not study.frontier.deals:
        return None
    parties = study.space.parties
    step = max(1, len(study.frontier.deals) // MOST_LINES)
    shown = study.frontier.deals[::step]
    picked = [(f"{chr(65 + k)}: {p.picked_by[0]}", p.deal) for k, p in enumerate(study.proposals)]
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (name, cell(d.options), *(cell(f"{float(u):.4g}", number=True) for u in d.utilities.values()))
        for name, d in picked
    )
    table = Table("Utility of the packages worth discussing", ("", "package", *parties), rows)
    limits = {p: float(r) for p, r in study.zone.reservation.items()}
    said = (
        f"The {study.frontier.points:,} packages of the frontier as thin lines"
        + (f" (every {step}th is drawn)" if step > 1 else "")
        + ", the packages worth discussing as thick ones, the reservation value of each party as a bar."
    )
    spec = _plane(study, shown, picked) if len(parties) == 2 else _parallel(shown, picked, limits, parties)
    return Figure("frontier", "What each party would get", said, spec, table)


def _parallel(shown: Any, picked: Any, limits: dict[str, float], parties: tuple[str, ...]) -> dict[str, Any]:
    thin = [{"d": k, "party": p, "u": float(u)} for k, d in enumerate(shown) for p, u in d.utilities.items()]
    thick = [
        {"d": name, "party": p, "u": float(u), "note": f"{name}: {p} {float(u):.4g} ({d.options})"}
        for name, d in picked for p, u in d.utilities.items()
    ]  # fmt: skip
    names = [name for name, _ in picked]
    x = {
        "field": "party",
        "type": "nominal",
        "sort": list(parties),
        "axis": {"title": None, "labelAngle": 0, "grid": True},
        "scale": {"padding": 0.35},
    }
    y = {
        "field": "u",
        "type": "quantitative",
        "axis": {"title": "utility on the party's own scale"},
        "scale": {"zero": True},
    }
    color = {
        "field": "d",
        "type": "nominal",
        "scale": {"domain": names, "range": list(PALETTE[: len(names)])},
        "legend": {"title": None, "orient": "bottom", "columns": 2},
    }
    shape = {"field": "d", "type": "nominal", "scale": {"domain": names, "range": list(SHAPES[: len(names)])}}
    return {
        "width": 640, "height": 330,
        "layer": [
            {"data": {"values": thin}, "mark": {"type": "line", "strokeWidth": 0.6, "opacity": 0.35, "color": "#8c8c8c", "aria": False},
             "encoding": {"x": x, "y": y, "detail": {"field": "d"}}},
            {"data": {"values": [{"party": p, "u": r, "note": f"{p}: no agreement is worth {r:g}"} for p, r in limits.items()]},
             "mark": {"type": "tick", "thickness": 4, "size": 44, "color": "#1b1b1b"}, "encoding": {"x": x, "y": y, "description": {"field": "note"}}},
            {"data": {"values": thick}, "mark": {"type": "line", "strokeWidth": 2.5, "aria": False}, "encoding": {"x": x, "y": y, "color": color}},
            {"data": {"values": thick}, "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
             "encoding": {"x": x, "y": y, "color": color, "shape": shape, "description": {"field": "note"}}},
        ],
    }  # fmt: skip


def _plane(study: Study, shown: Any, picked: Any) -> dict[str, Any]:
    a, b = study.space.parties
    cloud: list[dict[str, float]] = []
    if study.table is not None:
        numbers = np.flatnonzero(study.table.zone())
        rows = study.table.utilities[:, numbers[:: max(1, numbers.size // 1500)]] / study.space.scale
        cloud = [{"x": float(x), "y": float(y)} for x, y in rows.T]
    edge = [{"x": float(d.utilities[a]), "y": float(d.utilities[b])} for d in shown]
    thick = [
        {"d": name, "x": float(d.utilities[a]), "y": float(d.utilities[b]), "note": f"{name}: {d}"}
        for name, d in picked
    ]
    r = study.zone.reservation
    names = [name for name, _ in picked]
    x = {"field": "x", "type": "quantitative", "axis": {"title": f"utility of {a}"}, "scale": {"zero": False}}
    y = {"field": "y", "type": "quantitative", "axis": {"title": f"utility of {b}"}, "scale": {"zero": False}}
    color = {
        "field": "d",
        "type": "nominal",
        "scale": {"domain": names, "range": list(PALETTE[: len(names)])},
        "legend": {"title": None, "orient": "bottom", "columns": 2},
    }
    shape = {"field": "d", "type": "nominal", "scale": {"domain": names, "range": list(SHAPES[: len(names)])}}
    point = {"type": "point", "filled": True}
    return {
        "width": 560, "height": 400,
        "layer": [
            {"data": {"values": cloud}, "mark": {**point, "size": 14, "color": "#b9b9b4", "opacity": 0.6, "aria": False}, "encoding": {"x": x, "y": y}},
            {"data": {"values": edge}, "mark": {"type": "line", "point": True, "color": "#4d4d4d", "strokeWidth": 1, "aria": False}, "encoding": {"x": x, "y": y, "order": {"field": "x"}}},
            {"data": {"values": [{"x": float(r[a]), "y": float(r[b]), "note": "no agreement"}]}, "mark": {"type": "point", "shape": "cross", "filled": True, "size": 160, "color": "#1b1b1b"}, "encoding": {"x": x, "y": y, "description": {"field": "note"}}},
            {"data": {"values": thick}, "mark": {**point, "size": 150, "opacity": 1}, "encoding": {"x": x, "y": y, "color": color, "shape": shape, "description": {"field": "note"}}},
        ],
    }  # fmt: skip


def heat_map(study: Study) -> Figure:
    """Issue by party: value of each option, with a sign as well as a colour; red lines are crossed."""
    case = study.case
    cells: list[dict[str, Any]] = []
    rows: list[tuple[Cell | str, ...]] = []
    barred = _barred(case)
    for i, issue in case.issues.items():
        for o, option in issue.options.items():
            label = f"{o}  {option.label}"
            row: list[Any] = [i, cell(Link(o, f"#option-{i}-{o}")), option.label]
            for p in study.space.parties:
                e = values(case, p, i)[o]
                low, high = _range_of(case, p, i)
                level = 100 * (float(e.best) - low) / (high - low) if high > low else 50.0
                sign = (
                    "⊘"
                    if (p, i, o) in barred
                    else "?"
                    if e.gap
                    else "+"
                    if level >= 60
                    else "·"
                    if level >= 40
                    else "–"
                )
                cells.append({"issue": issue.name, "option": label, "party": p, "value": level, "sign": sign,
                              "note": f"{p}, {i} {o}: {float(e.best):g} ({'nobody said' if e.gap else e.basis.kind})"})  # fmt: skip
                row.append(
                    cell(Link(f"{float(e.best):g}", f"#why-{p}.values.{i}.{o}"), f" {sign}", number=True)
                )
            rows.append(tuple(row))
    parties = study.space.parties
    encoding_x = {
        "field": "party",
        "type": "nominal",
        "sort": list(parties),
        "axis": {"title": None, "orient": "top", "labelAngle": 0},
    }
    encoding_y = {
        "field": "option",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "labelLimit": 560},
    }
    spec = {
        "data": {"values": cells},
        "facet": {"row": {"field": "issue", "type": "nominal", "sort": [issue.name for issue in case.issues.values()],
                          "header": {"title": None, "labelAngle": 0, "labelAlign": "left", "labelAnchor": "start",
                    "labelOrient": "top", "labelFontWeight": "bold", "labelPadding": 2}}},
        "spacing": 6,
        "resolve": {"scale": {"y": "independent"}},
        "spec": {
            "width": 64 * len(parties), "height": {"step": 19},
            "layer": [
                {"mark": {"type": "rect", "stroke": "#fff"},
                 "encoding": {"x": encoding_x, "y": encoding_y, "description": {"field": "note"},
                              "color": {"field": "value", "type": "quantitative", "scale": {"domain": [0, 50, 100], "range": ["#f4a582", "#f7f7f4", "#92c5de"]},
                                        "legend": {"title": "value to the party", "orient": "bottom", "gradientLength": 220}}}},
                {"mark": {"type": "text", "fontSize": 13, "fontWeight": "bold", "color": "#1b1b1b", "aria": False},
                 "encoding": {"x": encoding_x, "y": encoding_y, "text": {"field": "sign"}}},
            ],
        },
    }  # fmt: skip
    said = (
        "Value of every option to every party, from worst (orange, –) over middling (·) to best (blue, +); "
        "⊘ marks an option that a statement or an assumption of the party rules out under the chosen readings, ? a cell on which nobody said anything."
    )
    return Figure(
        "heat-map",
        "Who stands where on each option",
        said,
        spec,
        Table("Values, each linked to its basis", ("issue", "option", "", *parties), tuple(rows)),
    )


def _range_of(case: Case, party: str, issue: str) -> tuple[float, float]:
    if not case.parties[party].points:
        return 0.0, 100.0
    found = [float(e.best) for e in values(case, party, issue).values()]
    return min(found), max(found)


def _barred(case: Case) -> set[tuple[str, str, str]]:
    """(party, issue, option) that a red line of the party rules out under the default readings."""
    found = set()
    issues = list(case.issues)
    for rule, reading in choose_readings(case).items():
        party = all_rules(case)[rule].party
        for c in clauses_of(case, rule, reading):
            if party and len(c.when) == 1 and not c.only_if:
                issue, mask = c.when[0]
                for k, o in enumerate(case.issues[issues[issue]].options):
                    if mask >> k & 1:
                        found.add((party, issues[issue], o))
    return found


def readings_picture(study: Study) -> Figure | None:
    """How many packages all could accept under each named set of readings."""
    if not study.reading_rows:
        return None
    data = [
        {"set": f"{r.name}  {r.says}", "count": r.count, "label": f"{r.count:,}" if r.count else "no deal",
         "note": f"{r.name}: {r.count:,} of {r.admissible:,} allowed packages"}
        for r in study.reading_rows
    ]  # fmt: skip
    y = {"field": "set", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 620}}
    x = {
        "field": "count",
        "type": "quantitative",
        "axis": {"title": "packages acceptable to all", "tickCount": 4},
    }
    spec = {
        "data": {"values": data}, "width": 300, "height": {"step": 26},
        "layer": [
            {"mark": {"type": "bar", "color": "#0072B2"}, "encoding": {"x": x, "y": y, "description": {"field": "note"}}},
            {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "color": "#1b1b1b", "aria": False}, "encoding": {"x": x, "y": y, "text": {"field": "label"}}},
        ],
    }  # fmt: skip
    rows = tuple(
        (r.name, r.says, cell(f"{r.admissible:,}", number=True), cell(f"{r.count:,}" if r.count else "no deal", number=True),
         cell("–" if r.frontier_points is None else f"{r.frontier_points:,}", number=True), r.nash.options if r.nash else "–")
        for r in study.reading_rows
    )  # fmt: skip
    head = ("", "reading", "allowed", "acceptable to all", "frontier points", "Nash package")
    return Figure(
        "readings",
        "What each set of readings leaves",
        "Size of the zone under each named set of readings.",
        spec,
        Table("Zone by set of readings", head, rows),
    )


def conflict_picture(name: str, conflicts: tuple[Conflict, ...]) -> Figure | None:
    """Minimal conflicts as columns of dots: a row per rule, a column per set that cannot all hold."""
    if not conflicts:
        return None
    shown = conflicts[:12]
    limits = list({m.id: m for c in shown for m in c.limits}.values())
    label = {
        m.id: f"{m.party or ''}: {m.rule or m.id}"
        + (f" ({m.reading})" if m.reading not in (None, "as stated") else "")
        for m in limits
    }
    dots = [
        {"set": str(k + 1), "limit": label[m.id], "basis": m.basis, "note": f"conflict {k + 1}: {m.text}"}
        for k, c in enumerate(shown) for m in c.limits
    ]  # fmt: skip
    y = {
        "field": "limit",
        "type": "nominal",
        "sort": [label[m.id] for m in limits],
        "axis": {"title": None, "grid": True, "labelLimit": 560},
    }
    x = {
        "field": "set",
        "type": "nominal",
        "sort": None,
        "axis": {
            "title": "conflict (all dots of a column cannot hold together)",
            "labelAngle": 0,
            "orient": "top",
        },
    }
    spec = {
        "data": {"values": dots}, "width": {"step": 60}, "height": {"step": 30},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 3, "color": "#a8a8a3", "aria": False}, "encoding": {"x": x, "y": y, "detail": {"field": "set"}}},
            {"mark": {"type": "point", "filled": True, "size": 260, "opacity": 1},
             "encoding": {"x": x, "y": y, "description": {"field": "note"},
                          "color": {"field": "basis", "type": "nominal", "scale": {"domain": ["stated", "inferred", "assumed"], "range": ["#0072B2", "#8a6d00", "#D55E00"]}, "legend": {"title": "rests on", "orient": "bottom"}},
                          "shape": {"field": "basis", "type": "nominal", "scale": {"domain": ["stated", "inferred", "assumed"], "range": ["circle", "diamond", "square"]}}}},
        ],
    }  # fmt: skip
    rows = tuple(
        (str(k + 1), label[m.id], m.text, cell(*_ids(m.statements, m.basis)))
        for k, c in enumerate(shown)
        for m in c.limits
    )
    said = (
        f"Under readings {name}, each column is a smallest set of sentences that cannot all hold."
        if name
        else "Each column is a smallest set of sentences that cannot all hold."
    )
    return Figure(
        "conflicts" + (f"-{name}" if name else ""),
        "Which sentences rule a deal out",
        said,
        spec,
        Table("Minimal conflicts", ("conflict", "rule", "what it says", "statements"), rows),
    )


def _ids(statements: tuple[str, ...], basis: str) -> list[str | Link]:
    found: list[str | Link] = []
    for s in statements:
        found += [", "] if found else []
        found.append(Link(s, f"#statement-{s}"))
    return found or [basis]


def timeline(study: Study) -> Figure | None:
    """Statements and contacts by date, one lane per party."""
    case = study.case
    dots: list[dict[str, Any]] = []
    rows: list[tuple[Cell | str, ...]] = []
    for ident, s in case.statements.items():
        if s.said and (s.said.start or s.said.end) and s.review.state in ("accepted", "edited"):
            party = speaks_for(case, s) or "others"
            start = s.said.start or s.said.end
            assert start is not None
            who = case.speakers[s.speaker].name if s.speaker else "the author"
            dots.append(
                {
                    "lane": party,
                    "date": start.isoformat(),
                    "when": str(s.said),
                    "what": "statement",
                    "note": f"{s.said}, {who}: {s.about or s.quote}",
                }
            )
            rows.append((str(s.said), party, who, cell(Link(s.about or s.quote, f"#statement-{ident}"))))
    for c in case.contacts.values():
        if c.when and (c.when.start or c.when.end):
            start = c.when.start or c.when.end
            assert start is not None
            kind = "contact" if c.realised else "planned contact"
            dots.append(
                {
                    "lane": "contacts",
                    "date": start.isoformat(),
                    "when": str(c.when),
                    "what": kind,
                    "note": f"{c.when}, {c.what}",
                }
            )
            rows.append((str(c.when), "contacts", ", ".join(c.who), f"{c.what} ({kind})"))
    if not dots:
        return None
    lanes = [*study.space.parties, "others", "contacts"]
    seen: dict[tuple[str, str], int] = {}
    for dot in dots:
        key = (dot["lane"], dot["when"])
        rank = seen[key] = seen.get(key, -1) + 1
        dot["across"], dot["down"] = rank % PER_ROW, rank // PER_ROW
    kinds = ["statement", "contact", "planned contact"]
    used = sorted({(d["date"], d["when"]) for d in dots})
    spec = {
        "data": {"values": dots}, "width": {"step": 84, "for": "position"}, "height": {"step": 64, "for": "position"},
        "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
        "encoding": {
            "x": {"field": "when", "type": "ordinal", "sort": list(dict.fromkeys(w for _, w in used)), "axis": {"title": None, "labelAngle": -28, "labelLimit": 190}},
            "xOffset": {"field": "across", "type": "ordinal", "scale": {"domain": list(range(PER_ROW))}},
            "y": {"field": "lane", "type": "nominal", "sort": [x for x in lanes if any(d["lane"] == x for d in dots)], "axis": {"title": None, "grid": True, "tickBand": "extent"}},
            "yOffset": {"field": "down", "type": "ordinal", "scale": {"domain": list(range(max(d["down"] for d in dots) + 1))}},
            "color": {"field": "what", "type": "nominal", "scale": {"domain": kinds, "range": ["#0072B2", "#D55E00", "#8a6d00"]}, "legend": {"title": None, "orient": "bottom"}},
            "shape": {"field": "what", "type": "nominal", "scale": {"domain": kinds, "range": ["circle", "square", "diamond"]}},
            "description": {"field": "note"},
        },
    }  # fmt: skip
    rows.sort(key=lambda r: str(r[0]))
    said = "Statements and contacts by date; a period is placed at its beginning. Point at a mark to read it."
    return Figure(
        "timeline",
        "Who said what, when",
        said,
        spec,
        Table("Statements and contacts by date", ("date", "party", "who", "what"), tuple(rows)),
    )
