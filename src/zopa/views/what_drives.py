"""View of what drives the zone: a tornado, Sobol indices, break-even values, and a map of two numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zopa.robustness.drivers import DecisionMap, Drivers
from zopa.views import worth
from zopa.views.document import Block, Cell, Chart, Document, Grid, Section, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import count, percent, points, things

__all__ = ["blocks", "decision_map", "drivers"]

COLOURS = ("#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#0072B2", "#8a6d00", "#8c8c8c")
MOST_COLOURS = len(COLOURS)


def drivers(d: Drivers, labels: Labels) -> Document:
    """What drives the zone."""
    return Document("", (Section("drivers", "", tuple(blocks(d, labels))),), next=("zone CASE",))


def blocks(d: Drivers, labels: Labels) -> Iterator[Block]:
    """Everything that the answer says."""
    looked = "all" if d.complete else "a sample of"
    yield paragraph(
        f"At the central numbers all parties accept {percent(d.share)} of {looked} {things(d.packages, 'package')} that the "
        "rules allow. What follows is how far this share moves with the numbers."
    )
    if not d.bars:
        yield paragraph("No number of the case, moved within its interval, changes it.")
        return
    yield _tornado(d, labels)
    if d.sobol:
        yield _sobol(d, labels)
    if d.map is not None:
        yield _map(d.map, labels)
    yield paragraph(
        "Break-even values are exact, and are for this package: ",
        *labels.package(d.package),
        ".",
        tone="small",
    )
    rows = tuple(
        (
            cell(labels.party(b.party), head=True),
            cell(_number(b.path, labels)),
            cell(points(b.best), number=True),
            cell(points(b.at), number=True),
        )
        for b in d.break_even
    )
    yield Grid(
        worth.by_assumed(
            "Values at which a party's verdict on the package changes, the others central", labels
        ),
        ("party", "number", "now", "break-even"),
        rows,
        folded=True,
    )


def _number(path: str, labels: Labels) -> str:
    """What a number is, by its address."""
    _, _, kind, *rest = path.split(".")
    if kind == "reservation":
        return "reservation value"
    if kind == "weights":
        return f"weight of {labels.issue(rest[0])}"
    return f"value of {labels.option(rest[0], rest[1]).text}"


def _tornado(d: Drivers, labels: Labels) -> Chart:
    rows: list[tuple[Cell | str, ...]] = []
    data = []
    for b in d.bars:
        name = f"{labels.party(b.party)}: {_number(b.path, labels)}"
        rows.append(
            (
                cell(name, head=True),
                *(cell(points(x), number=True) for x in (b.low, b.high)),
                *(cell(percent(x), number=True) for x in (b.at_low, b.at_high)),
            )
        )
        low, high = sorted((b.at_low, b.at_high))
        note = f"{name}: {percent(b.at_low)} at {points(b.low)}, {percent(b.at_high)} at {points(b.high)}"
        data.append({"name": name, "low": low, "high": high, "note": note})
    grid = Grid(
        worth.by_assumed("Share of packages acceptable to all, one number at a time", labels),
        ("number", "low", "high", "share at low", "share at high"),
        tuple(rows),
    )

    def spec() -> dict[str, Any]:
        y = {
            "field": "name",
            "type": "nominal",
            "sort": [x["name"] for x in data],
            "axis": {"title": None, "labelLimit": 150},
        }
        axis = {"title": "share of packages acceptable to all", "format": "%", "tickCount": 4}
        return {
            "width": 170,
            "height": {"step": 18},
            "layer": [
                {
                    "data": {"values": data},
                    "mark": {"type": "bar", "color": COLOURS[0], "height": 11},
                    "encoding": {
                        "y": y,
                        "x": {"field": "low", "type": "quantitative", "axis": axis},
                        "x2": {"field": "high"},
                        "description": {"field": "note"},
                    },
                },
                {
                    "data": {"values": [{"at": d.share}]},
                    "mark": {"type": "rule", "color": "#1b1b1b"},
                    "encoding": {"x": {"field": "at", "type": "quantitative"}},
                },
            ],
        }

    said = f"Bars from the share at one end of a number's interval to the share at the other; the line is {percent(d.share)}, with all numbers central."
    return Chart("tornado", "One number at a time", said, spec, grid)


def _sobol(d: Drivers, labels: Labels) -> Chart:
    data, rows = [], []
    for s in d.sobol:
        name = f"{labels.party(s.party)}: {s.group}"
        for kind, at, (low, high) in (
            ("alone (first order)", s.first, s.first_interval),
            ("with all it takes part in (total)", s.total, s.total_interval),
        ):
            data.append(
                {
                    "name": name,
                    "kind": kind,
                    "at": at,
                    "low": low,
                    "high": high,
                    "note": f"{name}, {kind}: {at:.2f} ({low:.2f} to {high:.2f})",
                }
            )
        rows.append(
            (
                cell(name, head=True),
                cell(f"{s.first:.2f}", number=True),
                cell(f"{s.first_interval[0]:.2f} to {s.first_interval[1]:.2f}", number=True),
                cell(f"{s.total:.2f}", number=True),
                cell(f"{s.total_interval[0]:.2f} to {s.total_interval[1]:.2f}", number=True),
            )
        )
    grid = Grid(
        "Share of the variance (Sobol indices), with 95 % bootstrap intervals",
        ("numbers", "first order", "interval", "total", "interval"),
        tuple(rows),
    )

    def spec() -> dict[str, Any]:
        y = {
            "field": "name",
            "type": "nominal",
            "sort": [x["name"] for x in data[::2]],
            "axis": {"title": None, "labelLimit": 150},
        }
        x = {
            "field": "at",
            "type": "quantitative",
            "axis": {"title": "share of the variance", "tickCount": 4},
        }
        shape = {
            "field": "kind",
            "type": "nominal",
            "scale": {"range": ["circle", "diamond"]},
            "legend": {"title": None, "orient": "bottom", "columns": 1, "labelLimit": 260},
        }
        colour = {
            "field": "kind",
            "type": "nominal",
            "scale": {"range": [COLOURS[5], COLOURS[1]]},
            "legend": None,
        }
        return {
            "width": 170,
            "height": {"step": 20},
            "data": {"values": data},
            "layer": [
                {
                    "mark": {"type": "rule", "strokeWidth": 1.5},
                    "encoding": {
                        "y": y,
                        "x": {"field": "low", "type": "quantitative"},
                        "x2": {"field": "high"},
                        "color": colour,
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 50},
                    "encoding": {
                        "y": y,
                        "x": x,
                        "shape": shape,
                        "color": colour,
                        "description": {"field": "note"},
                    },
                },
            ],
        }

    said = "For each group of numbers, how much of the variance of that share it explains alone, and with all that it takes part in."
    return Chart("sobol", "All numbers at once", said, spec, grid)


def decision_map(m: DecisionMap, labels: Labels) -> Document:
    """The Nash package by two numbers."""
    return Document("", (Section("map", "", (_map(m, labels),)),), next=("solve CASE --method nash",))


def _map(m: DecisionMap, labels: Labels) -> Chart:
    x, y = (f"{labels.party(p.split('.')[1])}: {_number(p, labels)}" for p in (m.x, m.y))
    names = ["none", *(f"package {k + 1}" for k in range(len(m.packages)))]
    data = [
        {"x": a, "y": b, "w": names[w + 1], "note": f"{x} {a:.1f}, {y} {b:.1f}: {names[w + 1]}"}
        for b, row in zip(m.rows, m.winners, strict=True)
        for a, w in zip(m.columns, row, strict=True)
    ]

    def axis(field: str, title: str) -> dict[str, Any]:
        return {
            "field": field,
            "type": "quantitative",
            "scale": {"zero": False},
            "axis": {"title": title, "tickCount": 4},
        }

    def spec() -> dict[str, Any]:
        colour = {
            "field": "w",
            "type": "nominal",
            "scale": {
                "domain": names,
                "range": ["#e0e0e0", *(COLOURS[k % MOST_COLOURS] for k in range(len(names) - 1))],
            },
            "legend": {"title": None, "orient": "bottom", "columns": 2},
        }
        return {
            "width": 230,
            "height": 230,
            "layer": [
                {
                    "data": {"values": data},
                    "mark": {
                        "type": "square",
                        "size": round((230 / max(1, len(m.columns) - 1)) ** 2),
                        "opacity": 0.8,
                    },
                    "encoding": {
                        "x": axis("x", x),
                        "y": axis("y", y),
                        "color": colour,
                        "description": {"field": "note"},
                    },
                },
                {
                    "data": {"values": [{"x": a, "y": b} for a, b in m.borders]},
                    "mark": {"type": "point", "filled": True, "size": 12, "color": "#1b1b1b"},
                    "encoding": {"x": axis("x", x), "y": axis("y", y)},
                },
            ],
        }

    share = {
        k: sum(row.count(k) for row in m.winners) / max(1, len(data)) for k in range(-1, len(m.packages))
    }
    rows: list[tuple[Cell | str, ...]] = [
        (
            names[k + 1],
            cell(*(labels.package(m.packages[k]) if k >= 0 else ("no package is acceptable to all",))),
            cell(percent(s), number=True),
        )
        for k, s in share.items()
        if s
    ]
    said = f"Which package the Nash solution picks by {x} and {y}; dots are borders, each within {m.within:g} of the true one."
    if not m.complete:
        said += f" The pick is among a sample of {count(m.looked)} packages."
    grid = Grid("Packages of the map", ("name", "package", "share of the cells"), tuple(rows))
    return Chart("decision-map", "Which package, by two numbers", said, spec, grid)
