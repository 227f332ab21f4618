"""View of the stability answer: will it hold, who would break it, who can answer; with the state graph."""

from __future__ import annotations

import math
import shlex
from collections.abc import Collection, Sequence
from typing import Any

from zopa.case import Case
from zopa.graphmodel import CHAIN, Stability, Standing, StateGraph
from zopa.views.document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Document,
    Grid,
    Heading,
    Paragraph,
    Section,
    Spans,
    cell,
    paragraph,
)
from zopa.views.labels import Labels
from zopa.views.numbers import sentence, things

__all__ = ["LEVELS", "SHORT", "blocks", "stability", "state_graph", "summary", "tested"]

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9")
WIDTH, HEIGHT = 150, 62
LEVELS = {
    "nash": "no party has a unilateral improvement",
    "sseq": "every unilateral improvement meets a lasting, credible sanction",
    "seq": "every unilateral improvement meets a credible sanction",
    "smr": "every unilateral improvement meets a lasting sanction",
    "gmr": "every unilateral improvement can be sanctioned",
    "": "some party has a unilateral improvement that no sanction meets",
}
SHORT = {
    "nash": "no improvement", "sseq": "credible, lasting sanctions", "seq": "credible sanctions", "smr": "lasting sanctions",
    "gmr": "sanctions", "": "not stable",
}  # fmt: skip
"""A sanction is a response by which the others take the gain back; credible where each move of it is an improvement."""


GLOSS = (
    "A package holds if no party has a unilateral improvement, a move that it can make alone and gains by, or if each such "
    "move meets a sanction, a response of the others that takes the gain back."
)


def stability(answer: Stability, labels: Labels) -> Document:
    """Will it hold, who would break it, who can answer."""
    named = next((s.name for s in answer.examined if s.name), "NAME")
    section = Section("stability", "", blocks(answer, labels))
    return Document(
        "",
        (section,),
        next=(f"stability CASE --package {shlex.quote(named)}", "stability CASE --concept nash"),
    )


def tested(answer: Stability, labels: Labels) -> tuple[Block, ...]:
    """Whether each package holds, in a sentence or two, and the verdicts in a table."""
    found: list[Block] = [paragraph(GLOSS)]
    alike = _alike(answer.examined)
    items: list[Spans] = [
        (f"{_upper(s.label)}: ", " ".join(w.text for w in s.says[:2] if w.text not in alike))
        for s in answer.examined
    ]
    shown = [text for text in alike if text in {w.text for s in answer.examined for w in s.says[:2]}]
    found.append(Bullets((*items, *(("The same for each: ", text) for text in shown))))
    found += [_verdicts(answer, s, labels) for s in answer.examined]
    return tuple(found)


def summary(answer: Stability) -> Bullets:
    """One line per examined state, and where unilateral improvements lead."""
    lines = [f"{_upper(s.label)}: {s.says[0].text}" for s in answer.examined]
    return Bullets(tuple((text,) for text in (*lines, *(w.text for w in answer.why[:1]))))


def blocks(answer: Stability, labels: Labels) -> tuple[Block, ...]:
    """The verdict on each examined state, then the status quo, the picture and the equilibria."""
    case = labels.case
    found: list[Block] = []
    if case and case.graph and case.graph.about and answer.form != "issues":
        found.append(paragraph(case.graph.about))
    for s in answer.examined:
        holds = all(s.stable[answer.concept].values())
        found.append(Paragraph((f"{s.label}: {s.says[0].text}",), "yes" if holds else "no"))
    found += [paragraph(w.text) for w in answer.why]
    found += [paragraph(sentence(note), tone="note") for note in answer.notes]
    every = (*answer.examined, *([answer.status_quo] if answer.status_quo else []))
    alike = _alike(every)
    for s in every:
        found += [*_sentences(s, labels, alike), _verdicts(answer, s, labels)]
    if alike:
        found += [Heading("The same for each"), Bullets(tuple((text,) for text in alike))]
    picture = state_graph(answer.picture, {p: labels.party(p) for p in answer.basis})
    if picture:
        found += [picture, _states(answer.picture)]
    found.append(_equilibria(answer, labels))
    if case and case.graph and answer.form != "issues":
        found.append(_preferences(case, labels))
    return tuple(found)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _alike(every: Sequence[Standing]) -> tuple[str, ...]:
    """The sentences that are the same for each of several states, to be said once; never the first, the verdict."""
    if len(every) < 2:
        return ()
    first, *others = ([w.text for w in s.says[1:] if not w.statements] for s in every)
    return tuple(text for text in first if all(text in other for other in others))


def _sentences(s: Standing, labels: Labels, alike: Collection[str] = ()) -> tuple[Block, ...]:
    """What can be said about one state, each sentence with the statements that it rests on."""
    done = f" ({'; '.join(s.done)})" if s.name else ""
    items: list[Spans] = []
    for w in s.says:
        if w.text in alike:
            continue
        behind: Spans = (" (", *labels.statements(w.statements), ")") if w.statements else ()
        items.append((w.text, *behind))
    return (Heading(f"{_upper(s.label)}{done}"), Bullets(tuple(items)))


def _verdicts(answer: Stability, s: Standing, labels: Labels) -> Grid:
    rows: list[tuple[Cell | str, ...]] = []
    for p, counts in answer.basis.items():
        total = sum(counts.values())
        marks = ["holds" if s.stable[c][p] else "–" for c in CHAIN]
        shares = ", ".join(f"{n} {k}" for k, n in counts.items() if n)
        place = cell(f"{s.rank[p]:,} of {s.states:,}", number=True)
        rows.append((labels.party(p), *marks, place, f"{shares} (of {total})"))
    head = ("party", *CHAIN, "place in its order", "its preferences are")
    return Grid(
        f"{_upper(s.label)}: verdict for each party, with what its preferences rest on",
        head,
        tuple(rows),
        folded=True,
    )


def _equilibria(answer: Stability, labels: Labels) -> Grid:
    rows = []
    for k, s in enumerate(answer.equilibria, 1):
        better = labels.parties(p for p, b in s.better.items() if b)
        whom = "all" if s.better and len(better) == len(s.better) else ", ".join(better) or "none"
        share = f"{s.shares['seq']:.2f}" if answer.perturbed and s.shares else "–"
        rows.append(
            (
                str(k),
                s.label,
                cell(SHORT[s.strength]),
                "none without a response" if "cgmr" in s.coalitions else "one could leave",
                whom if s.better else "–",
                "yes" if s.efficient else "no",
                cell("–" if s.steps is None else str(len(s.steps)), number=True),
                cell(share, number=True),
            )
        )
    counts = ", ".join(f"{c} {n:,}" for c, n in answer.counts.items())
    if answer.perceived:
        counts += "; as perceived " + ", ".join(f"{c} {n:,}" for c, n in answer.perceived.items())
    caption = f"Equilibria among {things(answer.feasible, 'state')}: {counts}. The best, {answer.ranking}"
    head = (
        "",
        "state",
        "stable by",
        "coalitions",
        "better than the status quo for",
        "efficient",
        "moves from the status quo",
        f"share of {things(answer.perturbed, 'variant')} with credible sanctions"
        if answer.perturbed
        else "robust",
    )
    return Grid(caption, head, tuple(rows), folded=len(rows) > 10)


def _preferences(case: Case, labels: Labels) -> Grid:
    assert case.graph is not None
    rows: list[tuple[Cell | str, ...]] = []
    for party, wishes in case.graph.preferences.items():
        for k, w in enumerate(wishes, 1):
            basis: Spans = (w.kind if w.kind != "none" else "no basis given",)
            if w.statements:
                basis += (": ", *labels.statements(w.statements))
            if w.assumed or w.why:
                basis += (f" – {w.assumed or w.why}",)
            rows.append(
                (
                    labels.party(party),
                    cell(str(w.level or k), number=True),
                    w.says or w.holds,
                    w.holds + (" (unsure)" if w.unsure else ""),
                    cell(*basis),
                )
            )
    head = ("party", "rank", "prefers that", "exactly", "rests on")
    return Grid("Preferences, most important first, and what each rests on", head, tuple(rows), folded=True)


def state_graph(picture: StateGraph, names: dict[str, str]) -> Chart | None:
    """States from left to right by steps from the status quo; an arrow is a step by one party."""
    if len(picture.nodes) < 2:
        return None
    letters = _letters(picture)
    place = _places(picture)
    nodes = [
        {
            "x": place[n.id][0],
            "y": place[n.id][1],
            "label": letters[n.id],
            "holds": SHORT[n.strength],
            "note": f"{letters[n.id]}: {'; '.join(n.done) or 'nothing is done'}; {LEVELS[n.strength]}",
        }
        for n in picture.nodes
    ]
    arrows = [
        _arrow(e.source, e.target, place)
        | {
            "party": names[e.party],
            "kind": "an improvement for it" if e.gain else "no improvement by itself",
            "note": f"{letters[e.source]} to {letters[e.target]}: {names[e.party]} would {' and '.join(e.does)}",
        }
        for e in picture.edges
    ]
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
        "Each dot is a state, from top to bottom by the number of moves from the status quo; each arrow is a move that one "
        "party can make alone, solid where it is an improvement for that party, dashed where it is not. Dots with a dark "
        "rim are stable. The table of states below says what is done in each."
    )
    return Chart(
        "state-graph",
        "Where unilateral moves lead from the status quo",
        said,
        lambda: _spec(nodes, arrows, list(dict.fromkeys(names.values()))),
        Grid(
            "Moves", ("from", "to", "party", "what it would do", "an improvement for it"), rows, folded=True
        ),
    )


def _states(picture: StateGraph) -> Grid:
    letters = _letters(picture)
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (letters[n.id], "; ".join(n.done) or "nothing is done", SHORT[n.strength]) for n in picture.nodes
    )
    return Grid("States of the picture", ("state", "what is done in it", "stable by"), rows, folded=True)


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
            "field": field,
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": [low, high], "nice": False, "zero": False, "reverse": flip},
        }

    def x(field: str) -> dict[str, Any]:
        return scale(field, -0.5, wide + 0.6)

    def y(field: str) -> dict[str, Any]:
        return scale(field, -0.7, tall + 0.6, flip=True)

    colour = {
        "field": "party",
        "type": "nominal",
        "scale": {"domain": parties, "range": [PALETTE[k % len(PALETTE)] for k in range(len(parties))]},
        "legend": {"title": "a move by", "orient": "bottom", "columns": 4},
    }
    dash = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": ["an improvement for it", "no improvement by itself"], "range": [[1, 0], [5, 4]]},
        "legend": {"title": None, "orient": "bottom"},
    }
    levels = list(SHORT.values())
    rim = {
        "field": "holds",
        "type": "nominal",
        "scale": {
            "domain": levels,
            "range": ["#1b1b1b", "#1b1b1b", "#1b1b1b", "#6d6d6d", "#6d6d6d", "#d0d0cb"],
        },
        "legend": None,
    }
    fill = {
        "field": "holds",
        "type": "nominal",
        "scale": {
            "domain": levels,
            "range": ["#f0c400", "#ffe680", "#fff2bf", "#e9e9e4", "#f4f4f1", "#ffffff"],
        },
        "legend": {
            "title": "stable by",
            "orient": "right",
            "columns": 1,
            "symbolType": "circle",
            "symbolStrokeColor": "#1b1b1b",
        },
    }
    return {
        "width": int(WIDTH * (wide + 1.1)),
        "height": int(HEIGHT * (tall + 1.3)),
        "layer": [
            {
                "data": {"values": arrows},
                "mark": {"type": "rule", "strokeWidth": 1.6, "opacity": 0.75},
                "encoding": {
                    "x": x("x"),
                    "y": y("y"),
                    "x2": {"field": "x2"},
                    "y2": {"field": "y2"},
                    "color": colour,
                    "strokeDash": dash,
                    "description": {"field": "note"},
                },
            },
            {
                "data": {"values": arrows},
                "mark": {
                    "type": "point",
                    "shape": "triangle",
                    "filled": True,
                    "size": 60,
                    "opacity": 1,
                    "aria": False,
                },
                "encoding": {
                    "x": x("hx"),
                    "y": y("hy"),
                    "angle": {"field": "angle", "type": "quantitative", "scale": None},
                    "color": colour,
                },
            },
            {
                "data": {"values": nodes},
                "mark": {"type": "point", "shape": "circle", "size": 420, "strokeWidth": 2.5, "opacity": 1},
                "encoding": {
                    "x": x("x"),
                    "y": y("y"),
                    "stroke": rim,
                    "fill": fill,
                    "description": {"field": "note"},
                },
            },
            {
                "data": {"values": nodes},
                "mark": {
                    "type": "text",
                    "dy": -17,
                    "fontSize": 12,
                    "fontWeight": "bold",
                    "color": "#1b1b1b",
                    "aria": False,
                },
                "encoding": {"x": x("x"), "y": y("y"), "text": {"field": "label"}},
            },
        ],
        "resolve": {"scale": {"stroke": "independent"}},
    }
