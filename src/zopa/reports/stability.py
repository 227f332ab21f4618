"""The section on stability: will it hold, who would break it, who can answer; with the state graph."""

from __future__ import annotations

import math
from typing import Any

from zopa.case import Case
from zopa.graphmodel import CHAIN, Stability, Standing, StateGraph
from zopa.reports.parts import Cell, Figure, Link, Section, Table, cell
from zopa.study import Study

__all__ = ["stability_section", "state_graph"]

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9")
WIDTH, HEIGHT = 150, 62
LEVELS = {
    "nash": "nobody could gain by leaving",
    "sseq": "every departure meets a lasting answer in the others' own interest",
    "seq": "every departure meets an answer in the others' own interest",
    "smr": "every departure can be answered for good",
    "gmr": "every departure can be answered",
    "": "somebody could gain by leaving",
}
SHORT = {
    "nash": "nobody leaves", "sseq": "credible, lasting answers", "seq": "credible answers", "smr": "lasting answers",
    "gmr": "answers", "": "does not hold",
}  # fmt: skip


def stability_section(study: Study) -> Section | None:
    """The section, or None where the case does not say who can do what alone."""
    answer, case = study.lenses.get("stability"), study.case
    if not isinstance(answer, Stability):
        return None
    shown = [*answer.examined, *([answer.status_quo] if answer.status_quo else [])]
    paragraphs: list[tuple[str | Link, ...]] = [(f"{s.label}. {s.says[0].text}",) for s in answer.examined]
    paragraphs += [(w.text,) for w in answer.why]
    if case.graph and case.graph.about and answer.form != "issues":
        paragraphs.insert(0, (case.graph.about,))
    paragraphs += [(f"Note: {note}.",) for note in answer.notes]
    picture = state_graph(answer.picture, {p: case.parties[p].name for p in answer.basis})
    tables = [t for s in shown for t in (_sentences(s), _verdicts(answer, s, case))]
    if picture:
        tables.insert(0, _states(answer.picture))
    tables.append(_equilibria(answer))
    if case.graph and answer.form != "issues":
        tables.append(_preferences(case))
    return Section(
        "stability",
        "Will it hold, who would break it, who can answer",
        tuple(paragraphs),
        (picture,) if picture else (),
        tuple(tables),
    )


def _sentences(s: Standing) -> Table:
    rows: list[tuple[Cell | str, ...]] = []
    for w in s.says:
        links: list[str | Link] = []
        for ident in w.statements:
            links += [", "] if links else []
            links.append(Link(ident, f"#statement-{ident}"))
        rows.append((w.text, cell(*links) if links else w.basis))
    done = f" ({'; '.join(s.done)})" if s.name else ""
    return Table(f"{s.label}{done}", ("what can be said about it", "rests on"), tuple(rows))


def _verdicts(answer: Stability, s: Standing, case: Case) -> Table:
    rows: list[tuple[Cell | str, ...]] = []
    for p, counts in answer.basis.items():
        total = sum(counts.values())
        marks = ["holds" if s.stable[c][p] else "–" for c in CHAIN]
        shares = ", ".join(f"{n} {k}" for k, n in counts.items() if n)
        rows.append(
            (
                case.parties[p].name,
                *marks,
                cell(f"{s.rank[p]:,} of {s.states:,}", number=True),
                f"{shares} (of {total})",
            )
        )
    head = ("party", *CHAIN, "place in its order", "its preferences are")
    return Table(
        f"{s.label}: verdict for each party, with what its preferences rest on",
        head,
        tuple(rows),
        folded=True,
    )


def _equilibria(answer: Stability) -> Table:
    rows = []
    for k, s in enumerate(answer.equilibria, 1):
        better = [p for p, b in s.better.items() if b]
        everybody = "all" if s.better and len(better) == len(s.better) else ", ".join(better) or "nobody"
        share = f"{s.shares['seq']:.2f}" if answer.perturbed and s.shares else "–"
        rows.append((
            str(k), s.label, cell(SHORT[s.strength]), "no group leaves unanswered" if "cgmr" in s.coalitions else "a group could leave",
            everybody if s.better else "–", "yes" if s.efficient else "no",
            cell("–" if s.steps is None else str(len(s.steps)), number=True), cell(share, number=True),
        ))  # fmt: skip
    counts = ", ".join(f"{n:,} {c}" for c, n in answer.counts.items())
    caption = (
        f"The best of the states that hold, among {answer.feasible:,} ({counts}). Order: {answer.ranking}"
    )
    head = (
        "", "state", "by", "groups", "better than now for", "efficient", "steps from now",
        f"share of {answer.perturbed:,} variants with credible answers" if answer.perturbed else "robust",
    )  # fmt: skip
    return Table(caption, head, tuple(rows), folded=True)


def _preferences(case: Case) -> Table:
    assert case.graph is not None
    rows: list[tuple[Cell | str, ...]] = []
    for party, wishes in case.graph.preferences.items():
        for k, w in enumerate(wishes, 1):
            links: list[str | Link] = [w.kind if w.kind != "none" else "no basis given"]
            for n, ident in enumerate(w.statements):
                links += [": " if not n else ", ", Link(ident, f"#statement-{ident}")]
            if w.assumed or w.why:
                links.append(f" – {w.assumed or w.why}")
            rows.append((
                case.parties[party].name, cell(str(w.level or k), number=True), w.says or w.holds,
                w.holds + (" (unsure)" if w.unsure else ""), cell(*links),
            ))  # fmt: skip
    head = ("party", "place", "would rather have", "exactly", "rests on")
    return Table("Preferences, most important first, and what each rests on", head, tuple(rows), folded=True)


def state_graph(picture: StateGraph, names: dict[str, str]) -> Figure | None:
    """States from left to right by steps from the status quo; an arrow is a step by one party."""
    if len(picture.nodes) < 2:
        return None
    letters = _letters(picture)
    place = _places(picture)
    nodes = [
        {
            "x": place[n.id][0], "y": place[n.id][1], "label": letters[n.id], "holds": SHORT[n.strength],
            "note": f"{letters[n.id]}: {'; '.join(n.done) or 'nothing is done'}; {LEVELS[n.strength]}",
        }
        for n in picture.nodes
    ]  # fmt: skip
    arrows = [_arrow(e.source, e.target, place) | {
        "party": names[e.party], "kind": "an improvement for it" if e.gain else "not by itself an improvement",
        "note": f"{letters[e.source]} to {letters[e.target]}: {names[e.party]} would {' and '.join(e.does)}",
    } for e in picture.edges]  # fmt: skip
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (
            letters[e.source],
            letters[e.target],
            names[e.party],
            " and ".join(e.does),
            "yes" if e.gain else "no",
        )
        for e in picture.edges
    )
    said = (
        "Each dot is a state, from left to right by the number of steps from the status quo; each arrow a step that one "
        "party can take alone, whole where it helps that party, dashed where it does not. Dots with a dark rim hold. "
        "What is done in each state stands in the table of states below."
    )
    return Figure(
        "state-graph",
        "What one step leads to, and a way to the packages",
        said,
        _spec(nodes, arrows, list(dict.fromkeys(names.values()))),
        Table("Steps", ("from", "to", "party", "what it would do", "helps it"), rows),
    )


def _states(picture: StateGraph) -> Table:
    letters = _letters(picture)
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (letters[n.id], "; ".join(n.done) or "nothing is done", SHORT[n.strength]) for n in picture.nodes
    )
    return Table("States of the picture", ("state", "what is done in it", "holds by"), rows, folded=True)


def _letters(picture: StateGraph) -> dict[int, str]:
    """Named states keep their name; the others are a, b, c ..."""
    out, k = {}, 0
    for n in picture.nodes:
        if n.label != str(n.id):
            out[n.id] = n.label
        else:
            out[n.id] = (chr(97 + k // 26 - 1) if k >= 26 else "") + chr(97 + k % 26)
            k += 1
    return out


def _places(picture: StateGraph) -> dict[int, tuple[float, float]]:
    columns: dict[int, list[int]] = {}
    for n in picture.nodes:
        columns.setdefault(n.column, []).append(n.id)
    tallest = max(len(c) for c in columns.values())
    out = {}
    for x, ids in columns.items():
        for k, ident in enumerate(ids):
            # a little to either side, so that steps within a column do not run through its dots
            out[ident] = (x + 0.13 * (1 if k % 2 else -1) * (len(ids) > 1), (tallest - len(ids)) / 2 + k)
    return out


def _arrow(source: int, target: int, place: dict[int, tuple[float, float]]) -> dict[str, Any]:
    (x, y), (x2, y2) = place[source], place[target]
    angle = math.degrees(math.atan2((x2 - x) * WIDTH, -(y2 - y) * HEIGHT))
    return {
        "x": x,
        "y": y,
        "x2": x2,
        "y2": y2,
        "hx": x + 0.72 * (x2 - x),
        "hy": y + 0.72 * (y2 - y),
        "angle": angle,
    }


def _spec(nodes: list[dict[str, Any]], arrows: list[dict[str, Any]], parties: list[str]) -> dict[str, Any]:
    wide, tall = max(n["x"] for n in nodes), max(n["y"] for n in nodes)

    def scale(field: str, low: float, high: float, flip: bool = False) -> dict[str, Any]:
        return {
            "field": field, "type": "quantitative", "axis": None,
            "scale": {"domain": [low, high], "nice": False, "zero": False, "reverse": flip},
        }  # fmt: skip

    def x(field: str) -> dict[str, Any]:
        return scale(field, -0.5, wide + 0.6)

    def y(field: str) -> dict[str, Any]:
        return scale(field, -0.7, tall + 0.6, flip=True)

    colour = {
        "field": "party", "type": "nominal",
        "scale": {"domain": parties, "range": [PALETTE[k % len(PALETTE)] for k in range(len(parties))]},
        "legend": {"title": "a step by", "orient": "bottom", "columns": 4},
    }  # fmt: skip
    dash = {
        "field": "kind", "type": "nominal",
        "scale": {"domain": ["an improvement for it", "not by itself an improvement"], "range": [[1, 0], [5, 4]]},
        "legend": {"title": None, "orient": "bottom"},
    }  # fmt: skip
    levels = list(SHORT.values())
    rim = {
        "field": "holds", "type": "nominal",
        "scale": {"domain": levels, "range": ["#1b1b1b", "#1b1b1b", "#1b1b1b", "#6d6d6d", "#6d6d6d", "#d0d0cb"]}, "legend": None,
    }  # fmt: skip
    fill = {
        "field": "holds", "type": "nominal",
        "scale": {"domain": levels, "range": ["#f0c400", "#ffe680", "#fff2bf", "#e9e9e4", "#f4f4f1", "#ffffff"]},
        "legend": {"title": "a state holds by", "orient": "right", "columns": 1, "symbolType": "circle", "symbolStrokeColor": "#1b1b1b"},
    }  # fmt: skip
    return {
        "width": int(WIDTH * (wide + 1.1)), "height": int(HEIGHT * (tall + 1.3)),
        "layer": [
            {"data": {"values": arrows}, "mark": {"type": "rule", "strokeWidth": 1.6, "opacity": 0.75},
             "encoding": {"x": x("x"), "y": y("y"), "x2": {"field": "x2"}, "y2": {"field": "y2"}, "color": colour, "strokeDash": dash,
                          "description": {"field": "note"}}},
            {"data": {"values": arrows}, "mark": {"type": "point", "shape": "triangle", "filled": True, "size": 60, "opacity": 1, "aria": False},
             "encoding": {"x": x("hx"), "y": y("hy"), "angle": {"field": "angle", "type": "quantitative", "scale": None}, "color": colour}},
            {"data": {"values": nodes}, "mark": {"type": "point", "shape": "circle", "size": 420, "strokeWidth": 2.5, "opacity": 1},
             "encoding": {"x": x("x"), "y": y("y"), "stroke": rim, "fill": fill, "description": {"field": "note"}}},
            {"data": {"values": nodes}, "mark": {"type": "text", "dy": -17, "fontSize": 12, "fontWeight": "bold", "color": "#1b1b1b", "aria": False},
             "encoding": {"x": x("x"), "y": y("y"), "text": {"field": "label"}}},
        ],
        "resolve": {"scale": {"stroke": "independent"}},
    }  # fmt: skip
