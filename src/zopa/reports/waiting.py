"""The report's sections on waiting (costs, opening dates, who must ratify) and on what can be split."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from zopa.division import Divided
from zopa.ratification import Ratification, ratifier_sentence, spoiler_sentence, tied_hand_sentences
from zopa.reports.parts import Cell, Figure, Link, Section, Table, cell
from zopa.space import Why
from zopa.study import Study
from zopa.waiting import Delay, Opening, PackageOpening, contest_words, month_name, when

__all__ = ["division_section", "home_section", "waiting_section"]

Row = tuple[Cell | str, ...]
BAND, LINE, OPEN, SHUT = "#56B4E9", "#0072B2", "#009E73", "#b9b9b4"


def _why_parts(why: Why) -> list[str | Link]:
    """A reason with links to its statements."""
    parts: list[str | Link] = [why.text]
    for k, s in enumerate(why.statements):
        parts += [" → " if not k else ", ", Link(s, f"#statement-{s}")]
    return parts


def waiting_section(study: Study) -> Section | None:
    """What waiting costs, month by month, and when a package becomes acceptable to all."""
    d = study.lenses.get("delay")
    if not isinstance(d, Delay):
        return None
    paragraphs: list[tuple[str | Link, ...]] = []
    if d.costless:
        paragraphs.append(("Cost plays no part: ", *_why_parts(d.notes[0]), "."))
        notes = d.notes[1:]
    else:
        paragraphs.append((f"Clock: {d.clock}: {d.clock_means}.",))
        notes = d.notes
    paragraphs += [("Note: ", *_why_parts(n)) for n in notes]
    paragraphs.append((_zone_sentence(d),))
    paragraphs.append((_ripe_sentence(d),))
    if d.attrition is not None:
        mean = float(d.attrition.mean_months)
        paragraphs.append(
            (
                f"As a war of attrition between the two starting positions it would last {mean:.3g} months on average.",
            )
        )
    for end, o in zip(("low", "central", "high"), d.contest, strict=False):
        paragraphs.append((f"What each side could secure alone, {end} figures: {contest_words(o)}.",))
    dates = _openings(d)
    figures = () if d.still else (_curves(d), *((dates,) if d.packages else ()))
    reasons: tuple[Row, ...] = tuple((cell(*_why_parts(w)), w.basis) for w in d.why)
    rest = Table("What these figures rest on", ("figure and its source", "basis"), reasons, folded=d.costless)
    tables = (*((dates.table,) if d.still and d.packages else ()), *((rest,) if reasons else ()))
    title = "What waiting costs, and when the zone opens"
    return Section("waiting", title, tuple(paragraphs), figures, tables)


def _zone_sentence(d: Delay) -> str:
    if d.zone is None:
        return "The rules leave no package under these readings: waiting opens none, whatever it costs."
    at, turns = d.zone.opening, ""
    if at.latest == 0:
        return "The zone is open now, at both ends of every interval: waiting is not what opens it."
    if d.pivotal:
        turns = f" It turns on {' and '.join(d.pivotal)}."
    if set(d.may_be_pivotal) - set(d.pivotal):
        turns += f" Within the intervals it may turn on {', '.join(d.may_be_pivotal)}."
    return f"The zone opens: {when(d.as_of, at)}.{turns}"


def _ripe_sentence(d: Delay) -> str:
    hurting = ", ".join(f"{c.party} {v}" for c, v in zip(d.curves, d.ripeness.hurting, strict=True))
    lasting = {
        "none": "some package acceptable now stays acceptable to all in every month looked at",
        "no zone": "no package is acceptable to all now",
        "a zone but no credible promise": "packages are acceptable to all now, but for each of them waiting will "
        "be worth more to some party later, so its promise to keep it is not credible",
    }[d.obstacle]
    return (
        f"Ripe: {d.ripeness.ripe}. Waiting is worth no more than the best offer on the table to: {hurting}; a way out "
        f"(a package acceptable to all): {d.ripeness.way_out}. Would it last: {lasting} (central figures)."
    )


def _curves(d: Delay) -> Figure:
    data = [
        {"party": c.party, "t": t, "low": float(b.low), "mid": float(b.best), "high": float(b.high),
         "note": f"{c.party}, {month_name(d.as_of, t)}: no agreement is worth {b}"}
        for c in d.curves for t, b in enumerate(c.values)
    ]  # fmt: skip
    x = {"field": "t", "type": "quantitative", "axis": {"title": _axis(d), "tickMinStep": 1}}
    y = {
        "field": "low",
        "type": "quantitative",
        "axis": {"title": "no agreement, points"},
        "scale": {"zero": False},
    }
    spec: dict[str, Any] = {
        "data": {"values": data},
        "facet": {"field": "party", "type": "nominal", "header": {"title": None}, "sort": [c.party for c in d.curves]},
        "columns": 2,
        "spec": {"width": 300, "height": 150, "layer": [
            {"mark": {"type": "area", "color": BAND, "opacity": 0.35, "aria": False}, "encoding": {"x": x, "y": y, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "color": LINE, "strokeWidth": 2, "aria": False}, "encoding": {"x": x, "y": {**y, "field": "mid"}}},
            {"mark": {"type": "point", "color": LINE, "filled": True, "size": 22}, "encoding": {"x": x, "y": {**y, "field": "mid"}, "description": {"field": "note"}}},
        ]},
    }  # fmt: skip
    every = max(1, d.months // 6)
    shown = range(0, d.months + 1, every)
    rows: tuple[Row, ...] = tuple(
        (c.party, c.source or "none on file", *(cell(str(c.values[t]), number=True) for t in shown))
        for c in d.curves
    )
    table = Table(
        "What no agreement is worth", ("party", "cost from", *(month_name(d.as_of, t) for t in shown)), rows
    )
    said = "The value of no agreement to each party by month: the line is the central figure, the band its interval."
    return Figure("cost-curves", "What no agreement is worth, month by month", said, spec, table)


def _axis(d: Delay) -> str:
    return f"months from {month_name(d.as_of, 0)}" if d.as_of else "months from now"


def _openings(d: Delay) -> Figure:
    marks = [_mark(d, p, who, at) for p in d.packages for who, at in _drawn(p)]
    y = {
        "field": "row", "type": "nominal", "sort": None, "scale": {"domain": [m["row"] for m in marks]},
        "axis": {"title": None, "labelLimit": 300},
    }  # fmt: skip
    x = {
        "type": "quantitative",
        "scale": {"domain": [0, d.months]},
        "axis": {"title": _axis(d), "tickMinStep": 1},
    }
    color = {
        "field": "kind", "type": "nominal", "scale": {"domain": ["opens", "may stay shut"], "range": [OPEN, SHUT]},
        "legend": {"title": None, "orient": "bottom"},
    }  # fmt: skip
    note = {"description": {"field": "note"}}
    spec: dict[str, Any] = {
        "width": 420, "height": {"step": 22},
        "layer": [
            {"data": {"values": [m for m in marks if m["kind"]]}, "mark": {"type": "bar", "height": 11},
             "encoding": {"y": y, "x": {**x, "field": "from"}, "x2": {"field": "to"}, "color": color, **note}},
            {"data": {"values": [m for m in marks if m["t"] is not None]}, "mark": {"type": "tick", "thickness": 3, "size": 18, "color": "#1b1b1b"},
             "encoding": {"y": y, "x": {**x, "field": "t"}, **note}},
            {"data": {"values": [m for m in marks if not m["kind"]]}, "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "color": "#4d4d4d"},
             "encoding": {"y": y, "x": {"datum": 0, **x}, "text": {"value": "not in these months"}}},
        ],
    }  # fmt: skip
    rows: tuple[Row, ...] = tuple(
        (p.name, who, cell(when(d.as_of, at)), _barred(p) if who == EVERYBODY else _leaves(d, p, who))
        for p in d.packages
        for who, at in [(EVERYBODY, p.opening), *p.by_party.items()]
    )
    table = Table("Opening months", ("package", "acceptable to", "when", ""), rows, folded=d.still)
    said = (
        "The first month in which each package is acceptable, if nobody moves: from the earliest to the latest month "
        "that the intervals allow, with the central figure as a bar across. Grey: within the intervals it may stay shut "
        "in these months. Parties that accept it from the start are in the table only."
    )
    return Figure("openings", "Opening dates", said, spec, table)


EVERYBODY = "everybody"


def _drawn(p: PackageOpening) -> list[tuple[str, Opening]]:
    """The package as a whole, and the parties that do not accept it from the start whatever the figures."""
    return [(EVERYBODY, p.opening), *((who, at) for who, at in p.by_party.items() if at.latest != 0)]


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
        mark["kind"] = "may stay shut" if at.latest is None else "opens"
    return mark


def _barred(p: PackageOpening) -> str:
    turns = f"turns on {' and '.join(p.pivotal)}" if p.pivotal else ""
    return turns if p.allowed else "; ".join(x for x in ("a rule forbids it", turns) if x)


def _leaves(d: Delay, p: PackageOpening, who: str) -> str:
    month = p.leaves.get(who)
    return "" if month is None else f"from {month_name(d.as_of, month)} on waiting is worth more to it"


def home_section(study: Study) -> Section | None:
    """Win-sets, ratifiers, spoilers, and whose words bind."""
    d = study.lenses.get("ratify")
    if not isinstance(d, Ratification):
        return None
    w = d.win_sets
    names = {p: party.name for p, party in study.case.parties.items()}
    paragraphs: list[tuple[str | Link, ...]] = [(f"{ratifier_sentence(r, names)}.",) for r in d.ratifiers]
    paragraphs += [(f"{spoiler_sentence(x, names)}.",) for x in d.spoilers]
    if d.lines and w.agreed and all(line.common[0] == line.common[1] for line in d.lines):
        paragraphs.append(
            (
                f"Taken one by one, none of these issues can move: {', '.join(line.issue for line in d.lines)}. Taken together, "
                f"{w.agreed:,} packages are acceptable: what one party gives on one issue it gets back on another.",
            )
        )
    paragraphs += [(f"{line}.",) for r in d.ratifiers for line in tied_hand_sentences(r, names)]
    loose = [x for x in d.commitments if not x.binds]
    if d.commitments:
        paragraphs.append(
            (
                f"{len(d.commitments) - len(loose)} of {len(d.commitments)} statements in which a party moves come from somebody who can bind it.",
            )
        )
    words: tuple[Row, ...] = tuple(
        (cell(Link(x.statement, f"#statement-{x.statement}")), x.party, "yes" if x.binds else "no", x.text)
        for x in d.commitments
    )
    tables = (
        (Table("Whose words bind", ("statement", "for", "binds", "because"), words, folded=len(words) > 12),)
        if words
        else ()
    )
    figures = ((_win_sets(d),) if w.admissible else ()) + ((_lines(d),) if d.lines else ())
    return Section(
        "ratification", "Who must agree, who can spoil, whose words bind", tuple(paragraphs), figures, tables
    )


def _win_sets(d: Ratification) -> Figure:
    w = d.win_sets
    bars = [(f"{p} accepts", n) for p, n in w.accepts.items()] + [("all at the table accept", w.at_table)]
    if d.ratifiers or w.agreed != w.at_table:
        bars.append(("left after ratification" if d.ratifiers else "enough for an agreement", w.agreed))
    data = [
        {"row": name, "share": n / w.admissible, "kind": "one" if name.endswith(" accepts") else "all",
         "note": f"{name}: {n:,} of {w.admissible:,} allowed packages"}
        for name, n in bars
    ]  # fmt: skip
    order = [name for name, _ in bars]
    spec: dict[str, Any] = {
        "width": 460, "height": {"step": 26}, "data": {"values": data},
        "mark": {"type": "bar", "height": 14},
        "encoding": {
            "y": {"field": "row", "type": "nominal", "sort": order, "axis": {"title": None, "labelLimit": 300}},
            "x": {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "title": "share of the allowed packages"}},
            "color": {"field": "kind", "type": "nominal", "scale": {"domain": ["one", "all"], "range": [BAND, LINE]}, "legend": None},
            "description": {"field": "note"},
        },
    }  # fmt: skip
    rows: tuple[Row, ...] = tuple(
        (name, cell(f"{n:,}", number=True), cell(f"{100 * n / w.admissible:.0f} %", number=True))
        for name, n in bars
    )
    table = Table(f"Win-sets, of {w.admissible:,} allowed packages", ("", "packages", "share"), rows)
    said = (
        "How many of the allowed packages each party accepts (its win-set), and how many all of them accept."
    )
    return Figure("win-sets", "Win-sets", said, spec, table)


def _lines(d: Ratification) -> Figure:
    data, rows = [], []
    for line in d.lines:
        for who, (low, high) in [*line.accepts.items(), ("all of them", line.common)]:
            ideal = line.ideals.get(who)
            a, b = max(0.0, float(low)), min(100.0, float(high))
            words = f"{a:g} to {b:g}" if low < high else f"{a:g}, as things are"
            data.append({
                "issue": line.issue, "who": who, "from": a, "to": max(b, a + 0.6), "ideal": None if ideal is None else float(ideal),
                "now": float(line.status_quo), "kind": "all" if ideal is None else "one", "note": f"{line.issue}: {who} accepts {words}",
            })  # fmt: skip
            rows.append(
                (
                    line.issue,
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
        "facet": {"field": "issue", "type": "nominal", "sort": [line.issue for line in d.lines], "header": {"title": None}},
        "columns": 2,
        "spec": {"width": 260, "height": {"step": 20}, "layer": [
            {"mark": {"type": "bar", "height": 11}, "encoding": {"y": y, "x": {**x, "field": "from"}, "x2": {"field": "to"}, "color": color, "description": {"field": "note"}}},
            {"mark": {"type": "tick", "thickness": 3, "size": 16, "color": "#1b1b1b", "aria": False}, "encoding": {"y": y, "x": {**x, "field": "ideal"}}},
            {"mark": {"type": "rule", "strokeDash": [4, 3], "color": "#4d4d4d", "aria": False}, "encoding": {"x": {**x, "field": "now"}}},
        ]},
    }  # fmt: skip
    table = Table(
        "Win-sets on the line of each issue", ("issue", "who", "accepts", "best option at"), tuple(rows)
    )
    said = (
        "Each issue taken by itself: a party accepts what is at most as far from its best option (bar across) as things are "
        "now (dashed line). What all accept always holds the present state, sometimes nothing else."
    )
    return Figure("line-win-sets", "Win-sets, issue by issue", said, spec, table)


def division_section(study: Study) -> Section | None:
    """What could be split, by every method that the case has the data for."""
    d = study.lenses.get("divide")
    if not isinstance(d, Divided):
        return None
    reasons: tuple[Row, ...] = tuple((cell(*_why_parts(w)), w.basis) for w in d.why)
    tables = [_split_table(study, d)]
    if reasons:
        tables.append(Table("What these numbers rest on", ("", "basis"), reasons, folded=len(reasons) > 8))
    notes: list[tuple[str | Link, ...]] = []
    for s in d.splits:
        held = [f"{name}: {'yes' if ok else 'no'}" for name, ok in s.properties.items()]
        if held or s.notes:
            notes.append((f"{s.title}: {'; '.join((*held, *s.notes))}.",))
    return Section("division", "What could be split, and how", tuple(notes), (), tuple(tables))


def _split_table(study: Study, d: Divided) -> Table:
    rows: list[Row] = []
    for s in d.splits:
        for k, (party, worth) in enumerate(s.gets.items()):
            items = ", ".join(_part(study, i, x) for i, x in s.shares.get(party, {}).items())
            pays = f"{float(s.pays[party]):+.6g}" if s.pays else ""
            gets = cell(f"{float(worth):.6g}", number=True)
            rows.append((s.title if not k else "", party, items, gets, s.unit, cell(pays, number=True)))
    head = ("method", "party", "items", "gets", "", "receives (+) or pays (-)")
    return Table("What each method gives", head, tuple(rows))


def _part(study: Study, item: str, share: Fraction) -> str:
    division = study.case.division
    name = division.items[item].name if division else item
    return name if share == 1 else f"{share} of {name}"
