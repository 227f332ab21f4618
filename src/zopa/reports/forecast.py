"""The report's section on the forecast: positions over time with a fan, the spread, what moves it, the trace."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from zopa.case import Case
from zopa.reports.parts import Cell, Figure, Link, Section, Table, cell
from zopa.spatial import Forecast, Outlook, Stand
from zopa.study import Study

__all__ = ["forecast_section"]

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9", "#4d4d4d", "#a05195")
BANDS = (0.9, 0.8, 0.5)
MOST_MOVES = 60
TAKEN = "taken to stand here"
"""Marks a place that is a judgment about the present, not a dated statement: no shift is drawn to it."""


def forecast_section(study: Study) -> Section | None:
    """Where pressure leads, or nothing when the case has no lines."""
    f = study.lenses.get("forecast")
    if not isinstance(f, Forecast):
        return None
    told: list[tuple[str | Link, ...]] = [
        (
            "Each line runs from 0 to 100. The outcome is the mean of the positions, weighted by capability times "
            "weight; no dynamic model does better on 351 settled issues of European legislation. How far off it was "
            "there gives the width.",
        )
    ]
    told += [(_sentence(o),) for o in f.outlooks]
    told += [("Warning: " + w,) for w in f.warnings]
    record = _record_picture(study.case, f)
    pictures = (record, _spread_picture(f)) if record else (_spread_picture(f),)
    return Section(
        "forecast", "Where pressure leads", tuple(told), pictures,
        (_stands(f), _matters(f), _levers(f), _readings(f), *_traces(f)),
    )  # fmt: skip


def _sentence(o: Outlook) -> str:
    label = next(text for k, text, _ in o.line.options if k == o.nearest)
    text = f"{o.line.name}: {o.outcome:.0f}, nearest to {o.nearest} ({label})."
    if o.interval is not None:
        text += f" {100 * o.level:.0f} % interval {o.interval[0]:.0f} to {o.interval[1]:.0f}, calibrated;"
    low, _, high = o.input_band
    least, most = o.readings_band
    return (
        text
        + f" input uncertainty only: {low:.0f} to {high:.0f}; over models and readings: {least:.0f} to {most:.0f}."
    )


def _now(case: Case, f: Forecast) -> date | None:
    dates = [s.on for o in f.outlooks for s in o.line.snapshots]
    return case.as_of or max(dates, default=None)


def _record_picture(case: Case, f: Forecast) -> Figure | None:
    """Small charts, one per line: places by date, arrows where a party moved, the fan at the end."""
    now = _now(case, f)
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
            points, told = _path(o, stand, now, span * 0.02 * parties.index(stand.party))
            data += points
            rows += told
    said = (
        "For every issue, where statements put each party and where it is taken to stand now (bars: its interval); "
        "a triangle marks a shift between two statements, up or down. The dashed line is the compromise; after the last date the fan "
        "widens to the calibrated intervals, whenever the issue is settled. Point at a mark to read the sentence."
    )
    return Figure(
        "forecast-record", "Positions on the record, and where pressure leads", said,
        _record_spec(data, parties, [o.line.name for o in f.outlooks]),
        Table("Positions by date", ("issue", "party", "date", "place", "words"), tuple(rows)),
    )  # fmt: skip


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
    o: Outlook, stand: Stand, now: date, aside: timedelta
) -> tuple[list[dict[str, Any]], list[tuple[Cell | str, ...]]]:
    """The party's dated places, then its present one, with a triangle wherever the place changed."""
    name = o.line.name
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
        note = f"{stand.party}, {on}: {at:g}. {says}"
        base = {
            "issue": name,
            "party": stand.party,
            "date": (_instant(on) + (aside if on == now else timedelta())).isoformat(),
            "place": at,
            "note": note,
        }
        points.append({"kind": "at", **base})
        if before is not None and abs(at - before) > 0.5 and not says.startswith(TAKEN):
            way = "up" if at > before else "down"
            points.append(
                {"kind": f"shift {way}", **base, "note": f"{stand.party} from {before:g} to {at:g}. {says}"}
            )
        rows.append((name, stand.party, str(on), cell(f"{at:g}", number=True), _words(says, statements)))
        before = at
    points.append({
        "kind": "interval", "issue": name, "party": stand.party, "date": (_instant(now) + aside).isoformat(), "low": stand.place.low,
        "high": stand.place.high, "note": f"{stand.party}: {stand.place.low:g} to {stand.place.high:g}",
    })  # fmt: skip
    return points, rows


def _words(says: str, statements: tuple[str, ...]) -> Cell:
    links = [part for s in statements for part in (" ", Link(s, f"#statement-{s}"))]
    return cell(says, *links)


def _record_spec(data: list[dict[str, Any]], parties: list[str], names: list[str]) -> dict[str, Any]:
    x = {
        "field": "date",
        "type": "temporal",
        "axis": {"title": None, "format": "%d %b %Y", "labelAngle": 0, "tickCount": 4},
    }
    y = {
        "field": "place",
        "type": "quantitative",
        "scale": {"domain": [0, 100]},
        "axis": {"title": None, "values": [0, 50, 100]},
    }
    low, high = {**y, "field": "low"}, {"field": "high"}
    color = {"field": "party", "type": "nominal", "scale": {"domain": parties, "range": list(PALETTE[: len(parties)])},
             "legend": {"title": None, "orient": "bottom"}}  # fmt: skip
    note = {"description": {"field": "note"}}

    def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind === '{kind}'"}], "mark": mark, "encoding": encoding}

    triangle = {"type": "point", "filled": True, "size": 150, "opacity": 1}
    return {
        "data": {"values": data},
        "facet": {"row": {"field": "issue", "type": "nominal", "sort": names,
                          "header": {"title": None, "labelAngle": 0, "labelAlign": "left", "labelAnchor": "start", "labelOrient": "top",
                                     "labelFontWeight": "bold", "labelPadding": 2}}},
        "spacing": 10,
        "spec": {"width": 600, "height": 110, "layer": [
            layer("fan", {"type": "area", "opacity": 0.22, "color": "#4d4d4d"}, {"x": x, "y": low, "y2": high, "detail": {"field": "band"}, **note}),
            layer("middle", {"type": "line", "strokeDash": [5, 4], "color": "#1b1b1b", "aria": False}, {"x": x, "y": y}),
            layer("interval", {"type": "rule", "strokeWidth": 4, "opacity": 0.35}, {"x": x, "y": low, "y2": high, "color": color, **note}),
            layer("at", {"type": "line", "strokeWidth": 1.5, "aria": False}, {"x": x, "y": y, "color": color}),
            layer("at", {"type": "point", "filled": True, "size": 70, "opacity": 1}, {"x": x, "y": y, "color": color, **note}),
            layer("shift up", {**triangle, "shape": "triangle-up"}, {"x": x, "y": y, "color": color, **note}),
            layer("shift down", {**triangle, "shape": "triangle-down"}, {"x": x, "y": y, "color": color, **note}),
            layer("option", {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "color": "#4d4d4d", "aria": False},
                  {"x": x, "y": y, "text": {"field": "label"}}),
        ]},
    }  # fmt: skip


def _spread_picture(f: Forecast) -> Figure:
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
        bands.append({"issue": name, "low": low10, "high": high10, "what": "input uncertainty only, 80 %",
                      "note": f"{o.issue}, input uncertainty only: {low10:.0f} to {high10:.0f}"})  # fmt: skip
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
        "issue", "outcome", "50 % interval", "80 % interval", "90 % interval", "inputs only, 80 %",
        "nearest option, by the distribution of the model",
    )  # fmt: skip
    return Figure(
        "forecast-spread",
        "How sure, and of what",
        said,
        _spread_spec(bands + ticks),
        Table("Intervals of the outcome", head, tuple(rows)),
    )


def _spread_spec(data: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = ["calibrated 90 %", "calibrated 80 %", "calibrated 50 %", "input uncertainty only, 80 %"]
    x = {
        "type": "quantitative",
        "scale": {"domain": [0, 100]},
        "axis": {"title": "place on the issue's line"},
    }
    y = {"field": "issue", "type": "nominal", "sort": None, "axis": {"title": None}}
    color = {"field": "what", "type": "nominal", "scale": {"domain": kinds, "range": ["#dcdcd8", "#bdd7e7", "#6baed6", "#08306b"]},
             "legend": {"title": None, "orient": "bottom", "columns": 2}}  # fmt: skip
    note = {"description": {"field": "note"}}

    def bar(what: str, size: int) -> dict[str, Any]:
        return {"transform": [{"filter": {"field": "what", "equal": what}}], "mark": {"type": "bar", "size": size},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": color, **note}}  # fmt: skip

    at = {"x": {**x, "field": "place"}, "y": y, **note}
    return {
        "width": 560, "height": {"step": 46}, "data": {"values": data},
        "layer": [
            *(bar(what, size) for what, size in zip(kinds, (26, 26, 26, 8), strict=True)),
            {"transform": [{"filter": {"field": "what", "equal": "a model in a reading"}}],
             "mark": {"type": "tick", "color": "#D55E00", "thickness": 2, "size": 18}, "encoding": at},
            {"transform": [{"filter": {"field": "what", "equal": "outcome"}}],
             "mark": {"type": "point", "shape": "diamond", "filled": True, "color": "#D55E00", "size": 130, "opacity": 1}, "encoding": at},
        ],
    }  # fmt: skip


def _number(o: Outlook, stand: Stand, what: str) -> Cell:
    given = {"place": stand.place, "weight": stand.salience, "capability": stand.capability}[what]
    spread = f" ({given.low:g} to {given.high:g})" if given.low != given.high else ""
    anchor = f"why-{stand.party}.capability" if what == "capability" and o is not None else ""
    return cell(f"{given.best:g}{spread}", number=True, id=anchor)


def _stands(f: Forecast) -> Table:
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
            rows.append((
                o.line.name, s.party, cell(_number(o, s, "place").parts[0], number=True, id=f"why-{s.party}.places.{o.issue}"),
                cell(Link(f"{s.salience.best:g}", f"#why-{s.party}.weights.{o.issue}"), number=True), strength,
                cell(s.place.basis + ": ", *_words(s.place.says, s.place.statements).parts), s.capability.basis,
            ))  # fmt: skip
    head = ("issue", "party", "place", "weight", "capability", "the place rests on", "the capability is")
    return Table("Who stands where on each line, and how strongly", head, tuple(rows), folded=True)


def _matters(f: Forecast) -> Table:
    rows = tuple(
        (
            o.line.name, f"{b.what} of {b.party}", cell(f"{b.low:g} to {b.high:g}", number=True),
            cell(f"{b.outcome_low:.1f} to {b.outcome_high:.1f}", number=True), _words(b.basis, b.statements),
        )
        for o in f.outlooks for b in o.bars[:4]
    )  # fmt: skip
    head = ("issue", "number", "its interval", "moves the outcome", "rests on")
    return Table("Which single number matters most", head, rows)


def _levers(f: Forecast) -> Table:
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (o.line.name, v.party, *(cell(f"{n:+.2f}", number=True) for n in (v.place, v.salience, v.capability)))
        for o in f.outlooks for v in o.levers
    )  # fmt: skip
    head = (
        "issue",
        "party",
        "per place of its position",
        "per point of its weight",
        "per point of its capability",
    )
    return Table("Levers: how far the outcome moves (exact)", head, rows, folded=True)


def _readings(f: Forecast) -> Table:
    labels = list(dict.fromkeys(label for o in f.outlooks for label, _ in o.readings))
    rows: list[tuple[Cell | str, ...]] = []
    for label in labels:
        told = [dict(o.readings).get(label) for o in f.outlooks]
        rows.append((label, *(cell(f"{v:.0f}" if v is not None else "–", number=True) for v in told)))
    return Table(
        "What every model says, in every reading",
        ("model, reading", *(o.line.name for o in f.outlooks)),
        tuple(rows),
        folded=True,
    )


def _traces(f: Forecast) -> tuple[Table, ...]:
    found = []
    for model in dict.fromkeys(m for o in f.outlooks for m in o.traces):
        moves = sorted((s for o in f.outlooks for s in o.traces.get(model, ())), key=lambda s: s.round)
        if not moves:
            continue
        rows = tuple(
            (str(s.round), s.issue, s.party, f"{s.kind} {s.partner}", cell(f"{s.before:.1f} to {s.after:.1f}", number=True),
             f"{s.of} {s.own:.2f}, {s.other:.2f}")
            for s in moves[:MOST_MOVES]
        )  # fmt: skip
        more = f", the first {MOST_MOVES} of {len(moves)} moves" if len(moves) > MOST_MOVES else ""
        head = ("round", "issue", "who moves", "how", "from, to", "weighed")
        found.append(Table(f"Round by round in the model {model}{more}", head, rows, folded=True))
    return tuple(found)
