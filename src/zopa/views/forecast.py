"""View of the forecast: positions over time with a fan, the spread, what moves it, the trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from zopa.case import Case
from zopa.spatial import Forecast, Outlook, Stand
from zopa.views.document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Document,
    Grid,
    Heading,
    Link,
    Section,
    Spans,
    cell,
    paragraph,
)
from zopa.views.labels import Labels
from zopa.views.numbers import day, listed, percent, sentence

__all__ = ["blocks", "forecast"]

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9", "#4d4d4d", "#a05195")
BANDS = (0.9, 0.8, 0.5)
MOST_MOVES = 60
TAKEN = "taken to stand here"
"""Marks a place that is a judgment about the present, not a dated statement: no shift is drawn to it."""


GLOSS = (
    "Each line runs from 0 to 100. The outcome is the mean of the parties' positions, weighted by capability times "
    "weight: no dynamic model did better on 351 settled issues of European legislation. The calibrated interval is as "
    "wide as it had to be to contain the stated share of those outcomes."
)


def forecast(f: Forecast, labels: Labels, trace: str = "") -> Document:
    """The outcome on each line, with its interval and what moves it most; ``trace`` names the model whose moves are added."""
    found: list[Block] = [paragraph(f.title + ".")]
    for o in f.outlooks:
        found += [Heading(f"{o.line.name} ({o.line.scale or '0 to 100'})"), Bullets(tuple(_lines(o, labels)))]
    found += [paragraph(sentence(w), tone="warning") for w in f.warnings]
    if trace:
        found += [replace(t, folded=False) for t in _traces(f, labels, trace)]
    first = f.outlooks[0].issue
    more = "--model pressure --trace" if f.model == "compromise" else "--json"
    return Document(
        "", (Section("forecast", "", tuple(found)),), next=(f"forecast CASE --issue {first} {more}",)
    )


def _lines(o: Outlook, labels: Labels) -> list[Spans]:
    nearest = labels.option(o.issue, o.nearest)
    nearest = (
        nearest
        if nearest.to
        else Link(next((t for k, t, _ in o.line.options if k == o.nearest), o.nearest), key=o.nearest)
    )
    lines: list[Spans] = [(f"outcome {o.outcome:.1f}, nearest option: ", nearest)]
    if o.interval is not None:
        low, high = o.interval
        lines.append((f"{100 * o.level:.0f} % interval {low:.0f} to {high:.0f}, {o.contains}",))
    else:
        lines.append((f"no interval: {o.contains}",))
    if o.option_shares:
        shares = listed(f"{labels.option(o.issue, k).text} {percent(v)}" for k, v in o.option_shares.items())
        lines.append((f"nearest option under this model's calibrated distribution: {shares}",))
    low, _, high = o.input_band
    band = f"{low:.0f} to {high:.0f}" if o.uncertain else "none, because no number entered has an interval"
    lines.append((f"input uncertainty only (80 %): {band}",))
    least, most = o.readings_band
    told = ", ".join(f"{label} {place:.0f}" for label, place in o.readings)
    lines.append((f"models and readings: {least:.0f} to {most:.0f} ({told})",))
    if (top := o.matters_most) is not None:
        basis = labels.statements(top.statements) or (top.basis,)
        lines.append(
            (
                f"matters most: {top.what} of {labels.party(top.party)} ({top.low:g} to {top.high:g} moves the outcome "
                f"{top.outcome_low:.0f} to {top.outcome_high:.0f}) (",
                *basis,
                ")",
            )
        )
    return lines


def blocks(f: Forecast, labels: Labels) -> tuple[Block, ...]:
    """The section of the report: outcomes, positions on the record, intervals, what moves them."""
    told: list[Block] = [paragraph(GLOSS), Bullets(tuple((_sentence(o),) for o in f.outlooks))]
    told += [paragraph(sentence(w), tone="warning") for w in f.warnings]
    record = _record_picture(labels, f)
    charts = (record, _spread_picture(f)) if record else (_spread_picture(f),)
    return (
        *told,
        *charts,
        _matters(f, labels),
        _stands(f, labels),
        _levers(f, labels),
        _readings(f),
        *_traces(f, labels),
    )


def _sentence(o: Outlook) -> str:
    label = next(text for k, text, _ in o.line.options if k == o.nearest)
    text = f"{o.line.name}: {o.outcome:.0f}, nearest to “{label}”"
    if o.interval is not None:
        text += f"; calibrated {100 * o.level:.0f} % interval {o.interval[0]:.0f} to {o.interval[1]:.0f}"
    low, _, high = o.input_band
    least, most = o.readings_band
    return (
        text + f"; uncertain inputs alone {low:.0f} to {high:.0f}; over all models {least:.0f} to {most:.0f}."
    )


def _now(case: Case | None, f: Forecast) -> date | None:
    dates = [s.on for o in f.outlooks for s in o.line.snapshots]
    return (case.as_of if case else None) or max(dates, default=None)


def _record_picture(labels: Labels, f: Forecast) -> Chart | None:
    """Small charts, one per line: places by date, arrows where a party moved, the fan at the end."""
    now = _now(labels.case, f)
    if now is None or not any(o.line.snapshots for o in f.outlooks):
        return None
    first = min(s.on for o in f.outlooks for s in o.line.snapshots)
    span = max(timedelta(days=20), now - first)
    parties = list(dict.fromkeys(s.party for o in f.outlooks for s in o.line.stands))
    data: list[dict[str, Any]] = []
    rows: list[tuple[Cell | str, ...]] = []
    for o in f.outlooks:
        data += _fan(o, _instant(now) + span * 0.02 * len(parties), _instant(now) + span * 0.5)
        for stand in o.line.stands:
            # beside each other, so that intervals can be told apart
            points, told = _path(o, stand, now, span * 0.02 * parties.index(stand.party), labels)
            data += points
            rows += told
    said = (
        "For every issue, where statements put each party and where it is taken to stand now (bars: its interval); "
        "a triangle marks a shift between two statements, up or down. The dashed line is the compromise; after the last date the fan "
        "widens to the calibrated intervals, whenever the issue is settled. Point at a mark to read the sentence."
    )
    return Chart(
        "forecast-record",
        "Positions on the record, and the forecast",
        said,
        lambda: _record_spec(data, labels.parties(parties), [o.line.name for o in f.outlooks]),
        Grid("Positions by date", ("issue", "party", "date", "place", "words"), tuple(rows), folded=True),
    )


def _bands(o: Outlook) -> list[tuple[float, tuple[float, float]]]:
    """The calibrated intervals, widest first."""
    return [(level, o.intervals[level]) for level in BANDS if level in o.intervals]


def _instant(on: date) -> datetime:
    return datetime(on.year, on.month, on.day)


def _fan(o: Outlook, now: datetime, end: datetime) -> list[dict[str, Any]]:
    name = o.line.name
    found: list[dict[str, Any]] = [
        {"kind": "middle", "issue": name, "date": _instant(m.on).isoformat(), "place": m.outcome}
        for m in o.moments
    ]
    found += [
        {"kind": "middle", "issue": name, "date": d.isoformat(), "place": o.outcome} for d in (now, end)
    ]
    for level, (low, high) in _bands(o):
        label = f"{100 * level:.0f} %"
        note = f"{o.issue}: {label} interval {low:.0f} to {high:.0f} (calibrated)"
        for d, a, b in ((now, o.outcome, o.outcome), (end, low, high)):
            found.append(
                {
                    "kind": "fan",
                    "issue": name,
                    "date": d.isoformat(),
                    "low": a,
                    "high": b,
                    "band": label,
                    "note": note,
                }
            )
    found += [
        {"kind": "option", "issue": name, "date": end.isoformat(), "place": at, "label": k}
        for k, _, at in o.line.options
    ]
    return found


def _path(
    o: Outlook, stand: Stand, now: date, aside: timedelta, labels: Labels
) -> tuple[list[dict[str, Any]], list[tuple[Cell | str, ...]]]:
    """The party's dated places, then its present one, with a triangle wherever the place changed."""
    name, who = o.line.name, labels.party(stand.party)
    shots = [s for s in o.line.snapshots if s.party == stand.party]
    points: list[dict[str, Any]] = []
    rows: list[tuple[Cell | str, ...]] = []
    places: list[tuple[date, float, str, tuple[str, ...]]] = []
    for s in shots:
        says = s.says + (" (said by a predecessor)" if s.former else "")
        places.append((s.on, float(s.place), says, (s.statement,)))
    here = stand.place
    if not places or places[-1][0] < now or places[-1][1] != here.best:
        places.append((now, here.best, f"{TAKEN} ({here.basis}): {here.says}", here.statements))
    before: float | None = None
    for on, at, says, statements in places:
        note = f"{who}, {day(on)}: {at:g}. {says}"
        base = {
            "issue": name,
            "party": who,
            "date": (_instant(on) + (aside if on == now else timedelta())).isoformat(),
            "place": at,
            "note": note,
        }
        points.append({"kind": "at", **base})
        if before is not None and abs(at - before) > 0.5 and not says.startswith(TAKEN):
            way = "up" if at > before else "down"
            points.append(
                {"kind": f"shift {way}", **base, "note": f"{who} from {before:g} to {at:g}. {says}"}
            )
        rows.append((name, who, day(on), cell(f"{at:g}", number=True), _words(says, statements, labels)))
        before = at
    points.append(
        {
            "kind": "interval",
            "issue": name,
            "party": who,
            "date": (_instant(now) + aside).isoformat(),
            "low": stand.place.low,
            "high": stand.place.high,
            "note": f"{who}: {stand.place.low:g} to {stand.place.high:g}",
        }
    )
    return points, rows


def _words(says: str, statements: tuple[str, ...], labels: Labels) -> Cell:
    return cell(says, *((" (", *labels.statements(statements), ")") if statements else ()))


def _record_spec(data: list[dict[str, Any]], parties: list[str], names: list[str]) -> dict[str, Any]:
    x = {
        "field": "date",
        "type": "temporal",
        "axis": {"title": None, "format": "%b %Y", "labelAngle": 0, "tickCount": 3},
    }
    y = {
        "field": "place",
        "type": "quantitative",
        "scale": {"domain": [0, 100]},
        "axis": {"title": None, "values": [0, 50, 100]},
    }
    low, high = {**y, "field": "low"}, {"field": "high"}
    color = {
        "field": "party",
        "type": "nominal",
        "scale": {"domain": parties, "range": list(PALETTE[: len(parties)])},
        "legend": {"title": None, "orient": "bottom"},
    }
    note = {"description": {"field": "note"}}

    def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind === '{kind}'"}], "mark": mark, "encoding": encoding}

    triangle = {"type": "point", "filled": True, "size": 150, "opacity": 1}
    return {
        "data": {"values": data},
        "facet": {
            "row": {
                "field": "issue",
                "type": "nominal",
                "sort": names,
                "header": {
                    "title": None,
                    "labelAngle": 0,
                    "labelAlign": "left",
                    "labelAnchor": "start",
                    "labelOrient": "top",
                    "labelFontWeight": "bold",
                    "labelPadding": 2,
                },
            }
        },
        "spacing": 10,
        "spec": {
            "width": 300,
            "height": 96,
            "layer": [
                layer(
                    "fan",
                    {"type": "area", "opacity": 0.22, "color": "#4d4d4d"},
                    {"x": x, "y": low, "y2": high, "detail": {"field": "band"}, **note},
                ),
                layer(
                    "middle",
                    {"type": "line", "strokeDash": [5, 4], "color": "#1b1b1b", "aria": False},
                    {"x": x, "y": y},
                ),
                layer(
                    "interval",
                    {"type": "rule", "strokeWidth": 4, "opacity": 0.35},
                    {"x": x, "y": low, "y2": high, "color": color, **note},
                ),
                layer(
                    "at",
                    {"type": "line", "strokeWidth": 1.5, "aria": False},
                    {"x": x, "y": y, "color": color},
                ),
                layer(
                    "at",
                    {"type": "point", "filled": True, "size": 70, "opacity": 1},
                    {"x": x, "y": y, "color": color, **note},
                ),
                layer(
                    "shift up", {**triangle, "shape": "triangle-up"}, {"x": x, "y": y, "color": color, **note}
                ),
                layer(
                    "shift down",
                    {**triangle, "shape": "triangle-down"},
                    {"x": x, "y": y, "color": color, **note},
                ),
                layer(
                    "option",
                    {
                        "type": "text",
                        "align": "left",
                        "dx": 6,
                        "fontSize": 11,
                        "color": "#4d4d4d",
                        "aria": False,
                    },
                    {"x": x, "y": y, "text": {"field": "label"}},
                ),
            ],
        },
    }


def _spread_picture(f: Forecast) -> Chart:
    """Nested bands per line: the calibrated distribution, the input band, every model's answer."""
    bands: list[dict[str, Any]] = []
    ticks: list[dict[str, Any]] = []
    rows: list[tuple[Cell | str, ...]] = []
    for o in f.outlooks:
        name = o.line.name
        for level, (low, high) in _bands(o):
            what = f"calibrated {100 * level:.0f} %"
            note = f"{o.issue}, {what}: {low:.0f} to {high:.0f}"
            bands.append({"issue": name, "low": low, "high": high, "what": what, "note": note})
        low10, _, high10 = o.input_band
        bands.append(
            {
                "issue": name,
                "low": low10,
                "high": high10,
                "what": "input uncertainty only, 80 %",
                "note": f"{o.issue}, input uncertainty only: {low10:.0f} to {high10:.0f}",
            }
        )
        ticks += [
            {"issue": name, "place": place, "what": "a model in a reading", "note": f"{label}: {place:.0f}"}
            for label, place in o.readings
        ]
        ticks.append(
            {"issue": name, "place": o.outcome, "what": "outcome", "note": f"{o.issue}: {o.outcome:.1f}"}
        )
        spans = [f"{low:.0f} to {high:.0f}" for _, (low, high) in reversed(_bands(o))]
        spans += ["–"] * (len(BANDS) - len(spans)) + [f"{low10:.0f} to {high10:.0f}"]
        shares = ", ".join(f"{k} {100 * v:.0f} %" for k, v in o.option_shares.items())
        rows.append(
            (name, cell(f"{o.outcome:.0f}", number=True), *(cell(v, number=True) for v in spans), shares)
        )
    said = (
        "Wide bars: calibrated intervals around the outcome. Narrow bar: how far the uncertain inputs alone move the "
        "compromise, which is far too narrow to be a forecast. Diamond: the outcome; lines: what each model and reading says."
    )
    head = (
        "issue",
        "outcome",
        "50 % interval",
        "80 % interval",
        "90 % interval",
        "inputs only, 80 %",
        "nearest option, by the distribution of the model",
    )
    return Chart(
        "forecast-spread",
        "How sure, and about what",
        said,
        lambda: _spread_spec(bands + ticks),
        Grid("Intervals of the outcome", head, tuple(rows)),
    )


def _spread_spec(data: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = ["calibrated 90 %", "calibrated 80 %", "calibrated 50 %", "input uncertainty only, 80 %"]
    x = {
        "type": "quantitative",
        "scale": {"domain": [0, 100]},
        "axis": {"title": "place on the issue's line"},
    }
    y = {"field": "issue", "type": "nominal", "sort": None, "axis": {"title": None}}
    color = {
        "field": "what",
        "type": "nominal",
        "scale": {"domain": kinds, "range": ["#dcdcd8", "#bdd7e7", "#6baed6", "#08306b"]},
        "legend": {"title": None, "orient": "bottom", "columns": 2},
    }
    note = {"description": {"field": "note"}}

    def bar(what: str, size: int) -> dict[str, Any]:
        return {
            "transform": [{"filter": {"field": "what", "equal": what}}],
            "mark": {"type": "bar", "size": size},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": color, **note},
        }

    at = {"x": {**x, "field": "place"}, "y": y, **note}
    return {
        "width": 250,
        "height": {"step": 46},
        "data": {"values": data},
        "layer": [
            *(bar(what, size) for what, size in zip(kinds, (26, 26, 26, 8), strict=True)),
            {
                "transform": [{"filter": {"field": "what", "equal": "a model in a reading"}}],
                "mark": {"type": "tick", "color": "#D55E00", "thickness": 2, "size": 18},
                "encoding": at,
            },
            {
                "transform": [{"filter": {"field": "what", "equal": "outcome"}}],
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "filled": True,
                    "color": "#D55E00",
                    "size": 130,
                    "opacity": 1,
                },
                "encoding": at,
            },
        ],
    }


def _number(o: Outlook, stand: Stand, what: str) -> Cell:
    given = {"place": stand.place, "weight": stand.salience, "capability": stand.capability}[what]
    spread = f" ({given.low:g} to {given.high:g})" if given.low != given.high else ""
    anchor = f"why-{stand.party}.capability" if what == "capability" and o is not None else ""
    return cell(f"{given.best:g}{spread}", number=True, id=anchor)


def _stands(f: Forecast, labels: Labels) -> Grid:
    rows: list[tuple[Cell | str, ...]] = []
    seen: set[str] = set()
    for o in f.outlooks:
        for s in o.line.stands:
            strength = (
                _number(o, s, "capability")
                if s.party not in seen
                else cell(f"{s.capability.best:g}", number=True)
            )
            seen.add(s.party)
            rows.append(
                (
                    o.line.name,
                    labels.party(s.party),
                    cell(_number(o, s, "place").parts[0], number=True, id=f"why-{s.party}.places.{o.issue}"),
                    cell(Link(f"{s.salience.best:g}", f"#why-{s.party}.weights.{o.issue}"), number=True),
                    strength,
                    cell(s.place.basis + ": ", *_words(s.place.says, s.place.statements, labels).parts),
                    s.capability.basis,
                )
            )
    head = ("issue", "party", "place", "weight", "capability", "the place rests on", "the capability is")
    return Grid("Who stands where on each line, and how strongly", head, tuple(rows), folded=True)


def _matters(f: Forecast, labels: Labels) -> Grid:
    rows = tuple(
        (
            o.line.name,
            f"{b.what} of {labels.party(b.party)}",
            cell(f"{b.low:g} to {b.high:g}", number=True),
            cell(f"{b.outcome_low:.1f} to {b.outcome_high:.1f}", number=True),
            _words(b.basis, b.statements, labels),
        )
        for o in f.outlooks
        for b in o.bars[:4]
    )
    head = ("issue", "number", "its interval", "moves the outcome", "rests on")
    return Grid("Which single number matters most", head, rows)


def _levers(f: Forecast, labels: Labels) -> Grid:
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (
            o.line.name,
            labels.party(v.party),
            *(cell(f"{n:+.2f}", number=True) for n in (v.place, v.salience, v.capability)),
        )
        for o in f.outlooks
        for v in o.levers
    )
    head = (
        "issue",
        "party",
        "per place of its position",
        "per point of its weight",
        "per point of its capability",
    )
    return Grid("Levers: how far the outcome moves (exact)", head, rows, folded=True)


def _readings(f: Forecast) -> Grid:
    labels = list(dict.fromkeys(label for o in f.outlooks for label, _ in o.readings))
    rows: list[tuple[Cell | str, ...]] = []
    for label in labels:
        told = [dict(o.readings).get(label) for o in f.outlooks]
        rows.append((label, *(cell(f"{v:.0f}" if v is not None else "–", number=True) for v in told)))
    return Grid(
        "What every model says, in every reading",
        ("model, reading", *(o.line.name for o in f.outlooks)),
        tuple(rows),
        folded=True,
    )


def _traces(f: Forecast, labels: Labels, only: str = "") -> tuple[Grid, ...]:
    found = []
    for model in dict.fromkeys(m for o in f.outlooks for m in o.traces):
        if only and model != only:
            continue
        moves = sorted((s for o in f.outlooks for s in o.traces.get(model, ())), key=lambda s: s.round)
        if not moves:
            continue
        rows = tuple(
            (
                str(s.round),
                labels.issue(s.issue),
                labels.party(s.party),
                f"{s.kind} {labels.party(s.partner)}",
                cell(f"{s.before:.1f} to {s.after:.1f}", number=True),
                f"{s.of} {s.own:.2f}, {s.other:.2f}",
            )
            for s in moves[:MOST_MOVES]
        )
        more = f", the first {MOST_MOVES} of {len(moves)} moves" if len(moves) > MOST_MOVES else ""
        head = ("round", "issue", "who moves", "how", "from, to", "weighed")
        found.append(Grid(f"Round by round in the model {model}{more}", head, rows, folded=True))
    return tuple(found)
