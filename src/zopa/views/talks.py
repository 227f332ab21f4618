"""Views of how they could get there: openings side by side, the order of steps as staircases, flags with their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from zopa.talks import (
    Asked,
    Audit,
    Distance,
    Flag,
    Invalid,
    JointGain,
    ModelError,
    MovedIssue,
    OrderOfSteps,
    ProtocolRuns,
    Quality,
    Route,
    Simulation,
    StartingPositions,
    Stop,
    TalksAudited,
)
from zopa.talks.order import MOST_ISSUES
from zopa.views import worth
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
from zopa.views.numbers import count, day, gain, listed, percent, points, sentence, short, things

__all__ = [
    "audit",
    "opening_blocks",
    "openings",
    "path",
    "path_blocks",
    "route_sentence",
    "simulation",
    "simulation_blocks",
]

Row = tuple[Cell | str, ...]
LINE, LIGHT, FLOOR, DEEP = "#0072B2", "#bfdcee", "#1b1b1b", "#D55E00"
MOST_COLUMNS = 6
SOURCES = {
    "start": "starting position of the case",
    "demand": "latest demand",
    "prefer": "latest preference",
    "judgment": "best option by the judgments",
}
FLAGS = {
    "own-offer": "{party} opens with this on {issue}, and its own conditional offer would accept another answer.",
    "left-before": "{party} opens with this on {issue}, and said that another answer could be accepted.",
    "called-positioning": "A commentator calls what {party} said on {issue} positioning.",
    "no-other-party": "{party} opens with this on {issue}, and no other party ever accepted or asked for it.",
}


# -- Openings


def openings(d: StartingPositions, labels: Labels) -> Document:
    """Where each party opens, what separates them, and which demands may be positioning."""
    usual = labels.case.as_of if labels.case else None
    dated = f"As of {day(d.as_of)}" if d.as_of and d.as_of != usual else labels.dated()
    return Document(
        "Starting positions",
        (Section("openings", "Starting positions", opening_blocks(d, labels)),),
        dated,
        ("path CASE", labels.to_explain()),
    )


def opening_blocks(
    d: StartingPositions, labels: Labels, words: worth.ByWords = worth.NOTHING
) -> tuple[Block, ...]:
    """The openings as blocks of a section."""
    found: list[Block] = [paragraph(_rest(d, labels)), _side_by_side(d, labels, words)]
    if d.flags:
        found.append(Heading("Demands that may be positioning"))
        found.append(
            paragraph(
                "A flag shows two sentences and no verdict: the demand may be an opening stance or a limit.",
                tone="note",
            )
        )
        found.append(Bullets(tuple(_flag(f, labels) for f in d.flags)))
    if d.distances:
        found.append(_apart(d.distances, labels))
    if d.asked:
        found.append(_asks(d, labels))
    found += [paragraph(sentence(n), tone="small") for n in d.notes]
    return tuple(found)


def _rest(d: StartingPositions, labels: Labels) -> str:
    parts = []
    for o in d.openings:
        kinds = listed(f"{n} {kind}" for kind, n in o.bases.items())
        parts.append(f"{labels.party(o.party)}: {kinds}")
    return "What the openings rest on, issue by issue. " + "; ".join(parts) + "."


def _side_by_side(d: StartingPositions, labels: Labels, words: worth.ByWords) -> Grid:
    rows = []
    for k, first in enumerate(d.openings[0].choices if d.openings else ()):
        cells: list[Cell | str] = [cell(labels.issue(first.issue), head=True)]
        for o in d.openings:
            choice = o.choices[k]
            spans: list[Any] = []
            for option in choice.options:
                spans += [" or "] if spans else []
                spans.append(labels.option(choice.issue, option))
            said = choice.basis.statements
            rest: Spans = (
                (f" ({choice.basis.kind}: ", *labels.statements(said), ")")
                if said
                else (f" ({choice.basis.kind})",)
            )
            cells.append(cell(*spans, *rest))
        rows.append(tuple(cells))
    last = [cell("worth to the party itself", head=True)]
    last += [
        cell(
            f"{worth.bracketed(o.utility, o.package, o.party, labels, words)} (no agreement {short(o.reservation)})"
        )
        for o in d.openings
    ]
    rows.append(tuple(last))
    caption = "The openings, side by side"
    for o in d.openings[:1]:
        caption = worth.ranged(caption, [o.package], [o.party], labels, words)
    return Grid(caption, ("issue", *labels.parties(o.party for o in d.openings)), tuple(rows))


def _flag(f: Flag, labels: Labels) -> Spans:
    text = FLAGS[f.kind].format(party=labels.party(f.party), issue=labels.issue(f.issue))
    option = labels.option(f.issue, f.option)
    found: list[Any] = [f"{labels.issue(f.issue)}, ", option, f". {text} "]
    for ident in f.statements:
        found += [*labels.quoted(ident), " "]
    found.append("– ")
    for ident in f.against:
        found += [*labels.quoted(ident), " "]
    return tuple(found)


def _apart(distances: Sequence[Distance], labels: Labels) -> Grid:
    rows: list[Row] = []
    for d in distances:
        a, b = d.parties
        rows.append(
            (
                cell(f"{labels.party(a)} and {labels.party(b)}", head=True),
                cell(str(len(d.issues)), number=True),
                cell(listed(f"{labels.issue(i)} {short(x)}" for i, x in d.places.items()) or "–"),
                cell(f"{labels.party(a)} {points(d.losses[a])}, {labels.party(b)} {points(d.losses[b])}"),
            )
        )
    return Grid(
        worth.by_assumed("How far apart the openings are", labels),
        (
            "parties",
            "issues that differ",
            "places apart on lines from 0 to 100",
            "points that each would lose at the other's",
        ),
        tuple(rows),
        folded=True,
    )


def _asks(d: StartingPositions, labels: Labels) -> Grid:
    parties = [o.party for o in d.openings]
    rows: list[Row] = []
    for name in d.targets:
        own = {a.party: a for a in d.asked if a.package == name}
        rows.append((cell(name, head=True), *(cell(_concession(own[p]), number=True) for p in parties)))
    return Grid(
        worth.by_assumed(
            "What each package would ask of each party: points given up from its opening, and their share of what the "
            "opening gives above no agreement (shares compare between parties, points do not)",
            labels,
        ),
        ("package", *labels.parties(parties)),
        tuple(rows),
    )


def _concession(a: Asked) -> str:
    share = "no share: the opening is not above no agreement" if a.share is None else percent(a.share)
    below = ", below no agreement" if a.share is not None and a.share > 1 else ""
    return f"{points(a.concession)} ({share}{below})"


# -- The order of steps


def path(d: OrderOfSteps, labels: Labels) -> Document:
    """The best order of steps from each start."""
    return Document(
        "The order of steps",
        (Section("path", f"The order of steps to {_target(d)}", path_blocks(d, labels)),),
        next=("start CASE", "path CASE --together 3", "path CASE --mode interim"),
    )


def _target(d: OrderOfSteps) -> str:
    if d.named.startswith("package "):
        return d.named
    return f"the {d.named} package" if d.named else "the package given"


def path_blocks(d: OrderOfSteps, labels: Labels) -> tuple[Block, ...]:
    """The order of steps as blocks of a section."""
    found: list[Block] = []
    if d.outside:
        names = listed(labels.parties(d.outside))
        found.append(
            paragraph(
                f"The target lies below the floor of {names}, so no order can end well for it.",
                tone="warning",
            )
        )
    if len(d.routes) == 1:
        found.append(paragraph(route_sentence(d, d.routes[0], labels), tone=_tone(d.routes[0])))
    else:
        found.append(
            Bullets(tuple((f"{route_sentence(d, r, labels)}{_in_turn(r, labels)}",) for r in d.routes))
        )
    if any(r.stops for r in d.routes):
        found.append(_staircase(d, labels))
    if any(len(r.issues) <= MOST_ISSUES for r in d.routes):
        found.append(_heights(d, labels))
    for r in d.routes:
        found += _route(d, r, labels)
    together = "one issue" if d.together == 1 else f"up to {d.together} issues"
    rules = (
        "Every stop obeys the rules; the start is exempt."
        if d.mode == "interim"
        else "Nothing is agreed until everything is, so stops may break rules; where they do, the table says so."
    )
    floor = d.question.settings.get("floor")
    compared = {
        "reservation": "A floor is what no agreement is worth to the party.",
        "status-quo": "A floor is what the start is worth to the party.",
    }
    meant = compared.get(str(floor), "The floors are those that were asked for.")
    found.append(
        paragraph(
            f"{meant} A step changes {together}. {rules} The start does not count and the target does. Exact: no other order has a "
            "smaller largest dip; among those, the fewest steps, then the smallest sum of dips.",
            tone="small",
        )
    )
    found += [paragraph(sentence(n), tone="small") for n in d.notes]
    return tuple(found)


def _in_turn(r: Route, labels: Labels) -> str:
    """Which issues each step moves."""
    steps = [listed(labels.issue(c.issue) for c in s.changes) for s in r.stops]
    return f" In turn: {'; '.join(f'({n}) {step}' for n, step in enumerate(steps, 1))}." if steps else ""


def _tone(r: Route) -> Any:
    return "no" if r.height is None else "yes" if r.height <= 0 else "unsure"


def _start(r: Route, labels: Labels) -> str:
    if r.start == "now":
        return "From the status quo"
    return (
        "From the package given"
        if r.start.startswith("the ")
        else f"From the opening of {labels.party(r.start)}"
    )


def _dip(x: Fraction, unit: str) -> str:
    return percent(abs(x)) if unit == "share" else f"{points(abs(x))} points"


def route_sentence(d: OrderOfSteps, r: Route, labels: Labels) -> str:
    """The result for one start, in one or two sentences."""
    start = _start(r, labels)
    if r.height is None and r.bound is not None:
        return f"{start} no order was found before the search was cut off; there may be one."
    if r.height is None:
        why = listed(labels.rule(x).text for x in r.blocking)
        with_more = (
            f" Steps of {r.needs} issues have one."
            if r.needs
            else " Steps of up to three issues have none either."
        )
        return (
            f"{start} there is no order in which every stop obeys the rules. What blocks: {why}.{with_more}"
        )
    who = listed(labels.parties(r.whose))
    if not r.issues:
        place = (
            f"{_dip(r.height, d.unit)} {'above' if r.height < 0 else 'below'}" if r.height else "exactly at"
        )
        return f"{start} no step is needed: it is the target. The least well-off party ({who}) stands {place} its floor."
    n = len(r.stops)
    lead = f"{start} {things(len(r.issues), 'issue')} {'changes' if len(r.issues) == 1 else 'change'} in {things(n, 'step')}."
    if r.height <= 0:
        told = f"No party falls below its floor; the smallest margin is {_dip(r.height, d.unit)} ({who})."
    else:
        told = f"At the worst moment {who} stands {_dip(r.height, d.unit)} below its floor, and no order does better."
    if r.bound is not None and r.bound < r.height:
        least = f"{_dip(r.bound, d.unit)} {'below' if r.bound > 0 else 'above'}"
        told = f"At the worst moment {who} stands {_dip(r.height, d.unit)} {'below' if r.height > 0 else 'above'} its floor; whatever the order, no better than {least}."
    return f"{lead} {told}"


def _heights(d: OrderOfSteps, labels: Labels) -> Grid:
    def shown(x: Fraction | None) -> Cell:
        if x is None:
            return cell("no order", number=True)
        return cell(percent(x) if d.unit == "share" else gain(-x), number=True)

    rows: tuple[Row, ...] = tuple(
        (
            cell(_start(r, labels), head=True),
            shown(r.worst),
            shown(r.listed),
            *(shown(r.heights[b]) for b in sorted(r.heights)),
        )
        for r in d.routes
        if len(r.issues) <= MOST_ISSUES and r.issues
    )
    what = (
        "How far below its floor the worst-off party falls, as a share"
        if d.unit == "share"
        else "Where the worst-off party stands at the worst moment: points above (+) or below (-) its floor"
    )
    return Grid(
        worth.by_assumed(what, labels),
        ("start", "worst order", "order of the case", "one issue a step", "two at once", "three at once"),
        rows,
    )


def _change(c: MovedIssue, labels: Labels) -> Spans:
    return (
        f"{labels.issue(c.issue)}: ",
        labels.option(c.issue, c.before),
        " → ",
        labels.option(c.issue, c.after),
    )


def _changes(changes: Sequence[MovedIssue], labels: Labels) -> Spans:
    found: list[Any] = []
    for c in changes:
        found += ["; "] if found else []
        found += _change(c, labels)
    return tuple(found)


def _route(d: OrderOfSteps, r: Route, labels: Labels) -> list[Block]:
    if not r.stops:  # of a start that is the target the sentence above says so
        return [paragraph(sentence(n), tone="small") for n in r.notes] if r.issues else []
    parties = list(r.stops[0].utilities)
    rows: list[Row] = [
        (
            str(n),
            cell(*_changes(s.changes, labels)),
            *(_effect(s, p) for p in parties),
            cell(_note(s, r, labels)),
        )
        for n, s in enumerate(r.stops, start=1)
    ]
    told = f"{_start(r, labels)}: points above (+) or below (-) the floor after each step, and what the step changed"
    grid = Grid(
        worth.by_assumed(told, labels),
        ("step", "what moves", *labels.parties(parties), ""),
        tuple(rows),
        folded=len(d.routes) > 1,
    )
    remarks: list[Spans] = []
    if r.bridge and r.bridge.saves > 0:
        remarks.append(
            (
                f"{_start(r, labels)}, the exchange that helps most: ",
                *_changes(r.bridge.changes, labels),
                f". Alone it brings the worst moment from {_moment(r.heights[1], d)} to {_moment(r.bridge.height, d)}.",
            )
        )
    if r.holds is not None:
        told = f"With reservation values anywhere in their intervals, the order keeps all parties at or above them with a chance of {percent(r.holds)}"
        weak = f"; {labels.party(r.breaks)} falls below most often" if r.breaks else ""
        remarks.append((f"{told}{weak}.",))
    if r.drawn is not None:
        what = "values that the words allow" if r.drawn.law == "words" else "numbers of the case"
        told = f"Under {things(r.drawn.draws, 'draw')} of the {what}, no party falls below no agreement at any step in {percent(Fraction(r.drawn.above, r.drawn.draws))}"
        weak = (
            f"; {labels.party(r.drawn.breaks)} does most often, in {percent(Fraction(r.drawn.below[r.drawn.breaks], r.drawn.draws))}"
            if r.drawn.breaks
            else ""
        )
        remarks.append((f"{told}{weak}.",))
    if len(r.first_steps) > 1:
        remarks.append((f"{len(r.first_steps)} first steps are equally good.",))
    if r.start_broken:
        broken = listed(labels.rule(x).text for x in r.start_broken)
        remarks.append((f"The start itself breaks what was ruled out: {broken}.",))
    return [
        grid,
        *([Bullets(tuple(remarks))] if remarks else []),
        *(paragraph(sentence(n), tone="small") for n in r.notes),
    ]


def _moment(x: Fraction | None, d: OrderOfSteps) -> str:
    if x is None:
        return "no order"
    return f"{_dip(x, d.unit)} {'below' if x > 0 else 'above'} the floor"


def _effect(s: Stop, party: str) -> Cell:
    here, step = s.above[party], s.effects[party]
    moved = f" ({gain(step)})" if step else ""
    return cell(f"{gain(here)}{moved}", number=True, shade="poor" if here < 0 else "")


def _note(s: Stop, r: Route, labels: Labels) -> str:
    found = []
    if s.deepest == r.height and r.height is not None and r.height > 0:
        found.append(f"worst moment, {listed(labels.parties(s.whose))}")
    if s.broken:
        found.append("breaks: " + "; ".join(labels.rule(x).text for x in s.broken))
    return "; ".join(found)


def _staircase(d: OrderOfSteps, labels: Labels) -> Chart:
    parties = list(d.floors)[:MOST_COLUMNS]
    walked = [r for r in d.routes if r.stops]
    starts = [_start(r, labels) for r in walked]
    values = []
    for r, start in zip(walked, starts, strict=True):
        for n, s in enumerate(r.stops, start=1):
            moved = " and ".join(labels.issue(c.issue) for c in s.changes)
            for p in parties:
                note = f"{start}, step {n} ({moved}): {labels.party(p)} {gain(s.above[p])}"
                values.append(
                    {
                        "start": start,
                        "party": labels.party(p),
                        "step": n,
                        "above": float(s.above[p]),
                        "note": note,
                    }
                )
    rows: tuple[Row, ...] = tuple(
        (cell(start, head=True), str(n), *(cell(gain(s.above[p]), number=True) for p in parties))
        for r, start in zip(walked, starts, strict=True)
        for n, s in enumerate(r.stops, start=1)
    )
    table = Grid(
        worth.by_assumed("Points above the floor after each step", labels),
        ("start", "step", *labels.parties(parties)),
        rows,
        folded=True,
    )
    said = (
        "One row per start, one column per party: what the draft gives the party after each step, in points above (+) or "
        "below (-) its floor, which is the dashed line. Orange: below the floor."
    )
    names = labels.parties(parties)
    return Chart(
        "staircase", "The steps, party by party", said, lambda: _stairs(values, starts, names), table
    )


def _stairs(
    values: Sequence[Mapping[str, Any]], starts: Sequence[str], parties: Sequence[str]
) -> dict[str, Any]:
    """One row of small charts per start; all rows have the same scales."""
    low, high = (f(float(v["above"]) for v in values) for f in (min, max))
    steps = list(range(1, 1 + max(int(v["step"]) for v in values)))
    x = {
        "field": "step",
        "type": "ordinal",
        "scale": {"domain": steps, "paddingInner": 0, "paddingOuter": 0},
        "axis": {"title": None, "labelAngle": 0, "ticks": False},
    }
    y = {
        "field": "above",
        "type": "quantitative",
        "scale": {"domain": [min(low, 0), max(high, 0)], "nice": True},
        "axis": {"title": None, "tickCount": 4},
    }
    color = {"condition": {"test": "datum.above < 0", "value": DEEP}, "value": LIGHT}
    layers = [
        {
            "mark": {"type": "bar"},
            "encoding": {"x": x, "y": y, "color": color, "description": {"field": "note"}},
        },
        {
            "mark": {"type": "tick", "thickness": 3, "bandSize": 19, "color": LINE, "aria": False},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": FLOOR, "aria": False},
            "encoding": {"y": {"datum": 0, "type": "quantitative"}},
        },
    ]
    row = {
        "column": {
            "field": "party",
            "type": "nominal",
            "sort": list(parties),
            "header": {"title": None, "labelLimit": 220},
        }
    }
    return {
        "vconcat": [
            {
                "title": {"text": start, "anchor": "start", "fontSize": 13, "fontWeight": "normal"},
                "data": {"values": [v for v in values if v["start"] == start]},
                "facet": row,
                "spacing": 12,
                "spec": {"width": 112, "height": 84, "layer": layers},
            }
            for start in starts
        ],
    }


# -- The audit of a record

ENDS = {"agreed": "agreed", "walk-away": "ended without agreement", "open": "no end on record"}
PICKS = {
    "nash": "Nash",
    "egalitarian": "egalitarian",
    "kalai-smorodinsky": "Kalai-Smorodinsky",
    "utilitarian": "largest sum of gains",
}
MEASURED = {
    "nash": "product of gains",
    "egalitarian": "smallest gain",
    "kalai-smorodinsky": "smallest share of an ideal gain",
    "utilitarian": "sum of gains",
}
MOST_RUNS = 200
EFFICIENT, NOT_EFFICIENT = "efficient", "not efficient"


def audit(d: Audit, labels: Labels) -> Document:
    """What a record of offers left on the table, and how the parties moved."""
    n = len(d.runs)
    found: list[Block] = [paragraph(_agreed(d), tone="yes" if d.agreed else "no")]
    if n == 1:
        found += _one_run(d.runs[0], labels)
    else:
        found.append(_all_runs(d, labels))
    points_ = _plane(d, labels)
    found += [points_] if points_ else []
    bad = [(r, i) for r in d.runs for i in r.invalid]
    if bad:
        found.append(Heading("Offers that the case cannot hold"))
        found.append(
            Bullets(
                tuple(
                    (f"{i.place or 'offer'}: {_whose_offer(r, i, labels)}{_why(i.why, labels)}",)
                    for r, i in bad[:MOST_RUNS]
                )
            )
        )
    found += [paragraph(sentence(x), tone="small") for x in d.notes]
    return Document(
        "Audit of the offers",
        (Section("audit", "What the record shows", tuple(found)),),
        next=("path CASE", "frontier CASE"),
    )


def _whose_offer(r: TalksAudited, i: Invalid, labels: Labels) -> str:
    who = labels.party(i.party) if i.party else r.run
    return f"{who}: " if who else ""


def _why(why: str, labels: Labels) -> str:
    if not why.startswith("breaks "):
        return why
    return "it breaks: " + "; ".join(labels.rule(r).text for r in why.removeprefix("breaks ").split(", "))


def _agreed(d: Audit) -> str:
    n = len(d.runs)
    if n == 1:
        r = d.runs[0]
        closed = [f"round {r.at}" if r.at.isdigit() else r.at] if r.at else []
        closed += [f"accepted last by {r.by}"] if r.by else []
        if d.agreed:
            return f"The talks ended in an agreement{' (' + ', '.join(closed) + ')' if closed else ''}."
        if r.outcome == "open":
            return (
                "The record holds no agreement that the case can hold."
                if r.invalid
                else "The record has no end: no offer is marked as accepted."
            )
        return "The talks ended without agreement."
    text = f"{count(d.agreed)} of {things(n, 'talk')} ended in an agreement."
    if d.agreed:
        text += f" {percent(d.efficient)} of the agreements are efficient; on average they reach {percent(d.joint)} of the largest sum of utilities."
    return text


def _one_run(r: TalksAudited, labels: Labels) -> list[Block]:
    found: list[Block] = []
    if r.agreement:
        found += _quality(r.agreement, labels)
    if r.first_in_zone:
        by = f" ({labels.party(r.first_party)})" if r.first_party else ""
        found.append(
            paragraph(
                f"Offer {r.first_in_zone} of {r.offers}{by} was the first that all parties would have accepted; {things(r.rounds_after, 'offer') if r.rounds_after else 'no offer'} followed it."
            )
        )
    else:
        found.append(paragraph("No offer of the record was acceptable to all parties."))
    if r.partial:
        found.append(
            paragraph(
                f"{things(r.partial, 'offer')} left issues open; no figure counts what is open.", tone="small"
            )
        )
    two = len(r.behaviour) == 2
    rows: list[Row] = [
        (
            cell(labels.party(b.party), head=True),
            cell(str(b.offers), number=True),
            cell(points(b.conceded), number=True),
            cell(points(b.largest), number=True),
            cell(percent(b.conceding), number=True),
            cell(listed(f"{k} {name}" for name, k in b.classes.items()) or "–"),
            cell(points(b.sensitivity), number=True),
            *(_share_or_dash(x) for x in ((b.awareness, b.correlation) if two else ())),
        )
        for b in r.behaviour
    ]
    head = (
        "party",
        "offers",
        "points given up",
        "largest step",
        "share of moves that concede",
        "moves",
        "positive per negative",
        *(("turns that follow the other's", "in the same direction, less opposite") if two else ()),
    )
    found.append(Grid("How each party moved", head, tuple(rows)))
    return found


def _share_or_dash(x: Fraction | None) -> Cell:
    return cell("–" if x is None else percent(x), number=True)


def _quality(q: Quality, labels: Labels) -> list[Block]:
    parts = [f"{labels.party(p)} {points(u)}" for p, u in q.utilities.items()]
    found: list[Block] = [
        paragraph("What was agreed: ", *labels.package(q.package), f". It is worth {listed(parts)}.")
    ]
    if q.shares:
        told = [f"{percent(s)} of the largest {MEASURED[m]}" for m, s in q.shares.items() if s < 1]
        if told:
            found.append(paragraph(f"Of what the zone allows it reaches {listed(told)}."))
    if q.fairness:
        low, high = q.fairness
        found.append(
            paragraph(
                f"Of the most that a party could gain in the zone, the party served least gets {percent(low)} and the one served "
                f"best {percent(high)}."
            )
        )
    if not q.in_zone:
        why = [f"it is below no agreement for {listed(labels.parties(q.below))}"] if q.below else []
        why += ["it breaks: " + "; ".join(labels.rule(r).text for r in q.broken)] if q.broken else []
        quota = " The agreement rule of the case is met all the same." if q.agreed and q.below else ""
        found.append(paragraph(f"It lies outside the zone: {listed(why)}.{quota}", tone="warning"))
    picks = [PICKS[m] for m, s in q.shares.items() if s == 1]
    if picks:
        found.append(paragraph(f"It is a package that these solutions pick: {listed(picks)}."))
    if q.efficient:
        found.append(paragraph("It is efficient: no allowed package gives one party more and none less."))
    elif q.joint_gain:
        share = (
            f" All gains above no agreement could grow by a factor of {float(1 / q.efficiency):.2f}."
            if q.efficiency and q.efficiency < 1
            else ""
        )
        found.append(paragraph("Left on the table: ", *_swap(q.joint_gain, labels), f".{share}"))
        if q.smallest_change and q.smallest_change.package != q.joint_gain.package:
            found.append(paragraph("With the fewest changes: ", *_swap(q.smallest_change, labels), "."))
    return found


def _swap(g: JointGain, labels: Labels) -> Spans:
    found: list[Any] = []
    for issue in g.changed:
        found += ["; "] if found else []
        found += [
            f"{labels.issue(issue)}: ",
            labels.option(issue, g.before[issue]),
            " → ",
            labels.option(issue, g.package[issue]),
        ]
    gains = listed(f"{labels.party(p)} {gain(x)}" for p, x in g.gains.items())
    return (*found, f" ({gains})")


def _all_runs(d: Audit, labels: Labels) -> Grid:
    rows: list[Row] = []
    for r in d.runs[:MOST_RUNS]:
        q = r.agreement
        rows.append(
            (
                cell(r.run, head=True),
                ENDS[r.outcome] if r.outcome != "open" or not r.invalid else "nothing that the case can hold",
                cell(percent(q.joint) if q else "–", number=True),
                cell(percent(q.efficiency) if q else "–", number=True),
                cell(
                    points(q.joint_gain.smallest) if q and q.joint_gain else "–" if not q else "0",
                    number=True,
                ),
                cell(str(r.first_in_zone or "–"), number=True),
                cell(listed(PICKS[m] for m, s in q.shares.items() if s == 1) if q else ""),
            )
        )
    more = f" (the first {MOST_RUNS})" if len(d.runs) > MOST_RUNS else ""
    return Grid(
        worth.by_assumed(f"The talks one by one{more}", labels),
        (
            "talks",
            "end",
            "share of the largest sum",
            "efficiency",
            "least that each party could still gain",
            "first acceptable offer",
            "equals the package of",
        ),
        tuple(rows),
    )


def _plane(d: Audit, labels: Labels) -> Chart | None:
    """Every agreement against the frontier: party against party for two, by the share of what was possible for more."""
    made = [(r.run, r.agreement) for r in d.runs if r.agreement]
    if not made:
        return None
    return (
        _against_frontier(d, made, labels)
        if len(made[0][1].utilities) == 2
        else _shares_reached(made, labels)
    )


def _against_frontier(d: Audit, made: Sequence[tuple[str, Quality]], labels: Labels) -> Chart:
    a, b = made[0][1].utilities
    values: list[dict[str, Any]] = []
    for run, q in made:
        note = f"{run or 'agreement'}: {labels.party(a)} {points(q.utilities[a])}, {labels.party(b)} {points(q.utilities[b])}"
        kind = EFFICIENT if q.efficient else NOT_EFFICIENT
        values.append({"a": float(q.utilities[a]), "b": float(q.utilities[b]), "kind": kind, "note": note})
    best = [{"a": float(u[a]), "b": float(u[b]), "order": n} for n, u in enumerate(d.frontier)]
    names = (labels.party(a), labels.party(b))
    rows: list[Row] = [
        (
            cell(run or "agreement", head=True),
            *(cell(points(u), number=True) for u in q.utilities.values()),
            EFFICIENT if q.efficient else NOT_EFFICIENT,
        )
        for run, q in made[:MOST_RUNS]
    ]
    rows += [
        (cell("frontier", head=True), *(cell(points(u[p]), number=True) for p in (a, b)), "")
        for u in d.frontier[:MOST_RUNS]
    ]
    table = Grid(
        worth.by_assumed("Utilities of the agreements and of the frontier", labels),
        ("talks", *names, ""),
        tuple(rows),
        folded=True,
    )
    line = " The line joins the packages on which no allowed package improves." if best else ""
    said = (
        "Every agreement by what it is worth to the two parties; orange ones leave something that both could gain."
        + line
    )

    def spec() -> dict[str, Any]:
        x = {"field": "a", "type": "quantitative", "axis": {"title": names[0]}}
        y = {"field": "b", "type": "quantitative", "axis": {"title": names[1]}}
        color = {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": [EFFICIENT, NOT_EFFICIENT], "range": [LINE, DEEP]},
            "legend": {"title": None, "orient": "bottom"},
        }
        frontier = {
            "data": {"values": best},
            "mark": {
                "type": "line",
                "color": FLOOR,
                "strokeDash": [4, 3],
                "point": {"color": FLOOR, "size": 12},
            },
            "encoding": {"x": x, "y": y, "order": {"field": "order"}},
        }
        agreements = {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.7},
            "encoding": {"x": x, "y": y, "color": color, "description": {"field": "note"}},
        }
        return {"width": 300, "height": 300, "layer": [*([frontier] if best else []), agreements]}

    return Chart("agreements", "The agreements, party against party", said, spec, table)


def _shares_reached(made: Sequence[tuple[str, Quality]], labels: Labels) -> Chart:
    """More than two parties: the share of all gains that each agreement reaches, the frontier at 100 %."""
    shown = [(run or "agreement", q) for run, q in made[:MOST_RUNS]]
    values = [
        {
            "run": run,
            "share": float(q.efficiency),
            "kind": EFFICIENT if q.efficient else NOT_EFFICIENT,
            "note": f"{run}: {percent(q.efficiency)} of what was possible for all",
        }
        for run, q in shown
        if q.efficiency is not None
    ]
    parties = list(made[0][1].utilities)
    rows: tuple[Row, ...] = tuple(
        (
            cell(run, head=True),
            cell(percent(q.efficiency), number=True),
            *(cell(points(u), number=True) for u in q.utilities.values()),
            EFFICIENT if q.efficient else NOT_EFFICIENT,
        )
        for run, q in shown
    )
    table = Grid(
        worth.by_assumed("What each agreement reaches", labels),
        ("talks", "share of the gains possible", *labels.parties(parties), ""),
        rows,
        folded=True,
    )
    said = (
        "How far every agreement lies from the frontier: the share of the gains above no agreement that it reaches, where all "
        "gains grow alike. 100 % can still leave something for some; orange ones do."
    )

    def spec() -> dict[str, Any]:
        color = {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": [EFFICIENT, NOT_EFFICIENT], "range": [LINE, DEEP]},
            "legend": {"title": None, "orient": "bottom"},
        }
        return {
            "width": 320,
            "height": {"step": 18},
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 0.9},
            "encoding": {
                "x": {
                    "field": "share",
                    "type": "quantitative",
                    "scale": {"domain": [0, 1]},
                    "axis": {"title": "share of the gains possible for all", "format": "%"},
                },
                "y": {
                    "field": "run",
                    "type": "nominal",
                    "sort": "-x",
                    "axis": {"title": None, "grid": True},
                },
                "color": color,
                "description": {"field": "note"},
            },
        }

    return Chart("agreements", "The agreements against the frontier", said, spec, table)


# -- Simulated talks

PROTOCOL = {
    "alternating": "alternating offers",
    "single-text": "a mediator's single text",
    "issue-by-issue": "issue by issue",
    "zeuthen": "monotonic concession (Zeuthen)",
    "annealed-text": "an annealed single text",
    "raiffa": "the discrete path of Raiffa",
}
STALLED = {
    "deadline": "the deadline passes",
    "the text is stuck at a draft that breaks a rule": "the text ends at a draft that breaks a rule",
    "broke off": "the talks break off",
    "a party walked away": "a party walks away",
    "no option left by the rules": "the rules leave no option on some issue",
}
"""Why talks end without agreement, where the reason is no sentence of its own."""


def simulation(d: Simulation, labels: Labels) -> Document:
    """Where talks end under each protocol."""
    return Document(
        "Simulated talks",
        (Section("simulation", "Where talks end", simulation_blocks(d, labels)),),
        next=("path CASE", "simulate CASE --tactic tit-for-tat --runs 100"),
    )


def simulation_blocks(
    d: Simulation, labels: Labels, words: worth.ByWords = worth.NOTHING
) -> tuple[Block, ...]:
    """Simulated talks as blocks of a section."""
    found: list[Block] = [Bullets(tuple((_runs_sentence(p),) for p in d.protocols))]
    for p in d.protocols:
        if p.frees:
            found.append(
                paragraph(
                    "Proposals change one issue. An exchange of two would free the draft at which the text is most often stuck: ",
                    *_swap(p.frees, labels),
                    ".",
                )
            )
        if p.model_error:
            found.append(paragraph(_model_sentence(p.model_error), tone="small"))
    parties = list(next((p.means for p in d.protocols if p.means), {}))
    rows: list[Row] = [
        (
            cell(PROTOCOL[p.protocol], head=True),
            cell(percent(Fraction(p.agreed, p.runs)), number=True),
            cell(
                percent(Fraction(p.efficient, p.agreed)) if p.agreed and p.efficient is not None else "–",
                number=True,
            ),
            cell(count(p.distinct), number=True),
            *(cell(points(p.means.get(q)), number=True) for q in parties),
        )
        for p in d.protocols
    ]
    head = (
        "protocol",
        "agreed",
        "of these efficient",
        "different packages",
        *(f"mean of {labels.party(q)}" for q in parties),
    )
    found.append(Grid(worth.by_assumed("Where talks end", labels), head, tuple(rows)))
    if any(p.means for p in d.protocols):
        found.append(_where(d, labels))
    for p in d.protocols:
        if p.ends:
            found.append(_ends(p, labels, words))
    found += [
        paragraph(f"Not run: {PROTOCOL[name]}. {sentence(why)}", tone="small")
        for name, why in d.not_run.items()
    ]
    found.append(paragraph(_conditions(d, labels), tone="small"))
    found += [paragraph(sentence(n), tone="small") for n in d.notes]
    return tuple(found)


def _conditions(d: Simulation, labels: Labels) -> str:
    """Under what the talks were run."""
    ran, set_ = {p.protocol for p in d.protocols}, d.question.settings
    parts = ["Under these tactics, these rules of talks and the judgments of the case; no forecast."]
    if "alternating" in ran:
        fixed = set_.get("tactics") or {}
        own = f" ({listed(f'{labels.party(p)} {t}' for p, t in fixed.items())})" if fixed else ""
        others = any(t.startswith(("log-rolling", "frequency", "micro", "random")) for t in d.tactics)
        offered = "" if others else "; the worst package at or above a party's aspiration is offered"
        parts.append(f"Tactics of alternating offers: {listed(d.tactics)}{own}{offered}.")
    if ran & {"single-text", "annealed-text"}:
        parts.append("A single text first takes each issue from an opening drawn at random.")
    parts.append(f"Deadline after {things(d.rounds, 'round')}.")
    falling = set_.get("no_agreement") or {}
    told = [
        f"{labels.party(p)} {points(v[0])} to {points(v[-1])}" for p, v in falling.items() if v[0] != v[-1]
    ]
    if told:
        parts.append(f"What no agreement is worth goes from the start to the deadline: {listed(told)}.")
    elif falling:
        parts.append("The case has no cost of waiting, so what no agreement is worth stays as it is.")
    parts.append(f"The same seed ({d.question.seed}) gives the same talks.")
    return " ".join(parts)


def _runs_sentence(p: ProtocolRuns) -> str:
    lead = PROTOCOL[p.protocol]
    text = f"{lead[:1].upper()}{lead[1:]}: {count(p.agreed)} of {things(p.runs, 'talk')} {'ends' if p.agreed == 1 else 'end'} in an agreement"
    if p.agreed:
        text += "" if p.efficient is None else f", {count(p.efficient)} of them efficient"
        outside = p.agreed - p.in_zone
        text += (
            f", {count(outside)} below no agreement for a party that the agreement rule can do without"
            if outside
            else ""
        )
    why = "; ".join(f"in {count(n)} {STALLED.get(reason, reason)}" for reason, n in p.stalls.items())
    return f"{text}. {'Without agreement: ' + why + '.' if why else ''}".strip()


def _model_sentence(e: ModelError) -> str:
    ranks = (
        f"; rank correlation {e.spearman:.2f} (Spearman) and {e.kendall:.2f} (Kendall)"
        if e.spearman is not None and e.kendall is not None
        else "; the models rank no package above another"
    )
    return (
        f"What the parties' models of one another say of {things(e.packages, 'package')} when talks end, against the judgments of "
        f"the case: root mean square error {e.error:.2f} on a scale from 0 to 1{ranks} (means over {things(e.models, 'model')})."
    )


def _ends(p: ProtocolRuns, labels: Labels, words: worth.ByWords) -> Grid:
    parties = list(p.ends[0].utilities)
    rows: list[Row] = [
        (
            cell(*labels.package(e.package)),
            cell(count(e.runs), number=True),
            *(
                cell(worth.bracketed(e.utilities[q], e.package, q, labels, words), number=True)
                for q in parties
            ),
        )
        for e in p.ends[:5]
    ]
    return Grid(
        worth.ranged(
            f"Most frequent ends, {PROTOCOL[p.protocol]}",
            [e.package for e in p.ends[:5]],
            parties,
            labels,
            words,
        ),
        ("package", "talks", *labels.parties(parties)),
        tuple(rows),
        folded=True,
    )


def _where(d: Simulation, labels: Labels) -> Chart:
    values: list[dict[str, Any]] = [
        {
            "protocol": PROTOCOL[p.protocol],
            "party": labels.party(q),
            "mean": u,
            "note": f"{PROTOCOL[p.protocol]}: {labels.party(q)} {points(u)} on average",
        }
        for p in d.protocols
        for q, u in p.means.items()
    ]
    rows: tuple[Row, ...] = tuple(
        (cell(str(v["party"]), head=True), str(v["protocol"]), cell(points(float(v["mean"])), number=True))
        for v in values
    )
    floors = [
        {"party": labels.party(p), "worth": float(u), "note": f"no agreement: {labels.party(p)} {points(u)}"}
        for p, u in d.no_agreement.items()
    ]
    rows += tuple(
        (cell(labels.party(p), head=True), "no agreement", cell(points(u), number=True))
        for p, u in d.no_agreement.items()
    )
    caption = worth.by_assumed("Mean utility of the agreements", labels)
    table = Grid(caption, ("party", "protocol", "mean"), rows, folded=True)
    names = list(dict.fromkeys(v["protocol"] for v in values))
    parties = list(dict.fromkeys(v["party"] for v in values))

    def spec() -> dict[str, Any]:
        palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
        y = {
            "field": "party",
            "type": "nominal",
            "sort": parties,
            "axis": {"title": None, "grid": True, "labelLimit": 220},
        }
        x = {"type": "quantitative", "scale": {"zero": False}}
        title = {"axis": {"title": "mean utility, each party's own scale"}}
        dots = {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {
                "x": {"field": "mean", **x, **title},
                "y": y,
                "color": {
                    "field": "protocol",
                    "type": "nominal",
                    "scale": {"domain": names, "range": palette[: len(names)]},
                    "legend": {"title": None, "orient": "bottom", "columns": 1},
                },
                "shape": {"field": "protocol", "type": "nominal", "scale": {"domain": names}},
                "description": {"field": "note"},
            },
        }
        bars = {
            "data": {"values": floors},
            "mark": {"type": "tick", "thickness": 3, "size": 22, "color": FLOOR},
            "encoding": {
                "x": {"field": "worth", **x, **title},
                "y": y,
                "description": {"field": "note"},
            },
        }
        return {
            "width": 320,
            "height": {"step": 34},
            "data": {"values": values},
            "layer": [*([bars] if floors else []), dots],
        }

    return Chart(
        "talks-ends",
        "What each party gets where talks end in an agreement",
        "Mean utility of the agreements, party by party. The black bar is what no agreement is worth to the party.",
        spec,
        table,
    )
