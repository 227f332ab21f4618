"""The sections of the main report, in reading order. Numbers lead to their derivation by links."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from zopa.bargaining import SOLUTIONS
from zopa.case import Basis, all_rules, reservation, speaks_for, values, weights
from zopa.casefile import find_quote, line_of
from zopa.reports.figures import conflict_picture, frontier_picture, heat_map, readings_picture, timeline
from zopa.reports.forecast import forecast_section
from zopa.reports.parts import Cell, Link, Section, Table, cell
from zopa.reports.stability import stability_section
from zopa.reports.waiting import division_section, home_section, waiting_section
from zopa.study import Proposal, Study

Row = tuple[Cell | str, ...]

__all__ = [
    "basis_parts",
    "basis_words",
    "deciding",
    "num",
    "proposal_cards",
    "sections",
    "source_pages",
    "terms",
]


def num(value: Fraction | int | float | None) -> str:
    """A number for people: thousands separated, four digits."""
    if value is None:
        return "–"
    if isinstance(value, int) or (
        isinstance(value, Fraction) and value.denominator == 1 and abs(value) >= 1000
    ):
        return f"{int(value):,}"
    return f"{float(value):.4g}"


def basis_parts(basis: Basis) -> list[str | Link]:
    """A basis in words, with links to its statements."""
    found: list[str | Link] = [basis.kind if basis.kind != "none" else "no basis given"]
    for k, s in enumerate(basis.statements):
        found += [": " if not k else ", ", Link(s, f"#statement-{s}")]
    if basis.assumed:
        found.append(f": {basis.assumed}" + (f" ({basis.by})" if basis.by else ""))
    if basis.why:
        found.append(f" – {basis.why}")
    return found


def sections(study: Study) -> list[Section]:
    """All sections after the first screen."""
    found = [make(study) for make in SECTIONS]
    return [s for s in found if s is not None]


def basis_words(study: Study) -> tuple[list[dict[str, Any]], str]:
    """How much rests on what: counts per basis, and one sentence."""
    labels = {"stated": "stated", "inferred": "inferred", "assumed": "assumed", "gap": "said by nobody"}
    counts = {k: sum(row[k] for row in study.basis.values()) for k in labels}
    total = sum(counts.values()) or 1
    shares = [
        {"kind": k, "label": labels[k], "count": n, "percent": round(100 * n / total)}
        for k, n in counts.items()
    ]
    words = ", ".join(f"{n} {labels[k]}" for k, n in counts.items() if n)
    return shares, f"Of {total} judgments: {words}."


def deciding(study: Study) -> list[str | Link]:
    """Which single reading decides, for the first screen."""
    w = study.why_not
    found: list[str | Link] = []
    if w.empty and w.sentences:
        found.append("These cannot all hold: ")
        for k, m in enumerate(w.sentences[0].limits):
            found += [
                "; " if k else "",
                Link(m.id, f"#rule-{m.rule}" if m.rule else f"#why-{m.party}.reservation"),
                f" ({m.text})",
            ]
        found.append(". ")
    for s in w.opens or w.closes:
        effect = f"leaves {s.size}" if w.empty else "closes the zone"
        found += ["Reading ", Link(s.rule, f"#rule-{s.rule}"), f" as “{s.reading}” {effect}. "]
    for name, why in study.closed.items():
        if w.empty or not why.sentences:
            continue
        found.append(f"Under readings {name} no deal exists: ")
        for k, m in enumerate(why.sentences[0].limits):
            found += [
                ", " if k else "",
                Link(m.id, f"#rule-{m.rule}" if m.rule else f"#why-{m.party}.reservation"),
            ]
        found.append(" cannot all hold. ")
        for s in why.opens:
            found += [
                "It opens again if ",
                Link(s.rule, f"#rule-{s.rule}"),
                f" is read as “{s.reading}” ({s.size}). ",
            ]
        break
    return found


def proposal_cards(study: Study) -> list[dict[str, Any]]:
    """The packages worth discussing, for the first screen."""
    return [_card(study, k, p) for k, p in enumerate(study.proposals)]


def terms(study: Study) -> list[dict[str, Any]]:
    """What the packages worth discussing say on each issue, issues on which they differ marked."""
    rows = []
    for i, issue in study.case.issues.items():
        chosen = [p.deal.package[i] for p in study.proposals]
        options = [{"option": o, "label": issue.options[o].label, "href": f"#option-{i}-{o}"} for o in chosen]
        rows.append({"issue": issue.name, "options": options, "differs": len(set(chosen)) > 1})
    return rows


def _card(study: Study, k: int, p: Proposal) -> dict[str, Any]:
    case = study.case
    party, margin = p.tightest
    bars = [
        {"party": name, "utility": num(u), "reservation": num(study.zone.reservation[name]), "width": max(0.0, min(100.0, _percent(study, name, u))),
         "limit": max(0.0, min(100.0, _percent(study, name, study.zone.reservation[name]))), "gain": f"{float(p.deal.gains[name]):+.4g}"}
        for name, u in p.deal.utilities.items()
    ]  # fmt: skip
    blockers = []
    for o in p.objections:
        why = [Link(s, f"#statement-{s}") for s in o.statements]
        others = sorted({r for other in p.objections if other.rule == o.rule for r in [other.reading]})
        blockers.append({
            "party": case.parties[o.party].name if o.party in case.parties else "A rule", "rule": o.rule, "reading": o.reading,
            "text": o.text, "statements": why, "basis": o.basis,
            "moves": _moves(study, o.rule, others),
        })  # fmt: skip
    refusing = [{"party": v.party, "why": v.why} for v in p.views.verdicts if not v.accepts]
    swaps = [str(s) for options in p.views.swaps.values() for s in options[:1]]
    changed = {r: x for r, x in p.readings.items() if x != study.question.readings.get(r)}
    return {
        "letter": chr(65 + k), "options": p.deal.options, "picked_by": p.picked_by, "bars": bars, "blockers": blockers,
        "tightest": case.parties[party].name, "margin": num(margin), "refusing": refusing, "swaps": swaps, "changed": changed,
    }  # fmt: skip


def _moves(study: Study, rule: str, objecting: list[str]) -> str:
    """What would meet an objection: a reading under which the package is allowed, or a change of options."""
    noun = all_rules(study.case)[rule]
    others = [f"“{name}”" for name in noun.readings if name not in objecting]
    if others:
        return f"met if it is read as {' or '.join(others)}"
    return "met only if the rule is set aside"


def _percent(study: Study, party: str, value: Fraction) -> float:
    p = study.space.parties.index(party)
    top = study.space.points(sum(int(scores[p].max()) for scores in study.space.scores))
    bottom = min(Fraction(0), study.space.points(sum(int(scores[p].min()) for scores in study.space.scores)))
    return float(100 * (value - bottom) / (top - bottom)) if top > bottom else 50.0


def _why(study: Study) -> Section:
    """Is there a zone, why (not), and which reading decides."""
    z, w = study.zone, study.why_not
    names = {p: study.case.parties[p].name for p in study.space.parties}
    paragraphs: list[tuple[str | Link, ...]] = [(str(z), " ", Link("How this is computed", "#why-zone"))]
    paragraphs += [("Warning: " + warning,) for warning in z.warnings]
    if not w.empty and w.closes:
        paragraphs += [
            ("The zone closes if ", Link(s.rule, f"#rule-{s.rule}"), f" is read as '{s.reading}': {s.says}.")
            for s in w.closes
        ]
    paragraphs += [
        ("Another reading opens it: ", Link(s.rule, f"#rule-{s.rule}"), f" read as '{s.reading}' ({s.says}) leaves {s.size}.")
        for s in w.opens
    ]  # fmt: skip
    shut = {name: why for name, why in study.closed.items() if why.conflicts}
    pictures = (
        [conflict_picture("", w.sentences)]
        if w.empty
        else [conflict_picture(n, why.sentences) for n, why in list(shut.items())[:2]]
    )
    tables = [_break_even(study, names)]
    for name, why in [("", w)] if w.empty else list(shut.items())[:2]:
        rows = tuple(
            (cell(*_limit_links(k.limits)), cell(str(k.statements), number=True), cell(num(k.shift) if k.shift else "–", number=True),
             cell(num(k.admissible), number=True), cell(num(k.count), number=True))
            for k in why.corrections[:12]
        )  # fmt: skip
        caption = "The least that would have to give" + (f" under readings {name}" if name else "")
        tables.append(
            Table(
                caption,
                (
                    "set aside",
                    "statements",
                    "points of reservation value",
                    "allowed then",
                    "acceptable to all then",
                ),
                rows,
            )
        )
        switches: tuple[Row, ...] = tuple(
            (
                cell(Link(s.rule, f"#rule-{s.rule}")),
                f"'{s.reading}' instead of '{s.instead_of}'",
                s.says,
                cell(s.size, number=True),
            )
            for s in why.opens
        )
        if switches:
            tables.append(
                Table(
                    "Readings that would open the zone" + (f" from {name}" if name else ""),
                    ("rule", "read as", "in words", "acceptable to all then"),
                    switches,
                )
            )
    combos = _combinations(study)
    return Section(
        "zone",
        "Is there a zone, and what decides it",
        tuple(paragraphs),
        tuple(f for f in (readings_picture(study), *pictures) if f),
        tuple(tables) + combos,
    )


def _limit_links(limits: Any) -> list[str | Link]:
    found: list[str | Link] = []
    for m in limits:
        found += [" and "] if found else []
        found.append(Link(m.id, f"#rule-{m.rule}" if m.rule else f"#why-{m.party}.reservation"))
    return found


def _break_even(study: Study, names: dict[str, str]) -> Table:
    z = study.zone
    rows = []
    for p in study.space.parties:
        r = reservation(study.case, p)
        spread = f" ({num(r.low)} to {num(r.high)})" if r and r.low != r.high else ""
        best = z.best.get(p) or ()
        rows.append((
            names[p], cell(Link(num(z.reservation[p]), f"#why-{p}.reservation"), spread, number=True),
            cell(num(z.break_even[p]), number=True), best[0].options if best else "–",
        ))  # fmt: skip
    uniform = num(z.uniform_break_even)
    caption = (
        f"Break-even reservation values: the zone stays open up to these (for all parties alike: {uniform})"
    )
    return Table(
        caption,
        ("party", "reservation value", "zone open up to", "best package of the zone for it"),
        tuple(rows),
    )


def _combinations(study: Study) -> tuple[Table, ...]:
    combos = study.why_not.combinations
    if len(combos) < 2:
        return ()
    rules = list(combos[0].readings)
    rows: tuple[Row, ...] = tuple(
        (
            *(c.readings[r] for r in rules),
            cell(f"{c.admissible:,}", number=True),
            cell(f"{c.count:,}" if c.count else "no deal", number=True),
        )
        for c in combos
    )
    return (
        Table(
            f"All {len(combos)} combinations of readings",
            (*rules, "allowed", "acceptable to all"),
            rows,
            folded=len(rows) > 12,
        ),
    )


def _solutions(study: Study) -> Section:
    parties = study.space.parties
    rows: list[Row] = []
    paragraphs: list[tuple[str | Link, ...]] = []
    for m, s in study.solutions.items():
        for k, d in enumerate(s.deals[:6]):
            title = (
                cell(Link(s.title, f"#why-{m}"), f" ({s.tied} tied)" if s.tied > 1 else "")
                if not k
                else cell("")
            )
            rows.append((title, cell(d.options), *(cell(num(u), number=True) for u in d.utilities.values())))
        if s.warning and s.deals:
            paragraphs.append((f"{s.title} {s.warning}.",))
    for name in parties:
        for d in (study.zone.best.get(name) or ())[:1]:
            rows.append(
                (
                    f"best for {name}",
                    cell(d.options),
                    *(cell(num(u), number=True) for u in d.utilities.values()),
                )
            )
    picture = frontier_picture(study)
    if picture:
        paragraphs.insert(
            0,
            (f"{study.frontier}: nobody can do better there without another doing worse.",),
        )
    table = Table("What each solution picks", ("solution", "package", *parties), tuple(rows))
    return Section(
        "solutions",
        "Efficient packages and named solutions",
        tuple(paragraphs),
        (picture,) if picture else (),
        (table,) if rows else (),
    )


def _positions(study: Study) -> Section:
    case = study.case
    rows = []
    for i, issue in case.issues.items():
        for o, option in issue.options.items():
            share = study.zone.option_shares.get(i, {}).get(o)
            rows.append((
                cell(issue.name, id=f"option-{i}-{o}"), o, option.label, "as it is now" if issue.now == o else "",
                cell(f"{100 * float(share):.0f} %" if share is not None else "–", number=True), cell(*basis_parts(option)) if option.kind != "none" else "",
            ))  # fmt: skip
    table = Table(
        "Issues and options, with the share of the zone's packages that use each",
        ("issue", "", "option", "", "in the zone", "on the list because"),
        tuple(rows),
        folded=True,
    )
    notes: list[tuple[str | Link, ...]] = []
    if study.gaps:
        by_party: dict[str, int] = {}
        for p, _, _ in study.gaps:
            by_party[p] = by_party.get(p, 0) + 1
        notes.append(
            (
                "Nobody said anything on "
                + "; ".join(f"{n} cells of {p}" for p, n in by_party.items())
                + ": they count as anything from 0 to 100, 50 in the middle.",
            )
        )
    return Section("positions", "Who stands where", tuple(notes), (heat_map(study),), (table,))


def _record(study: Study) -> Section | None:
    case = study.case
    if not case.statements:
        return None
    rows = []
    for ident, s in case.statements.items():
        speaker = case.speakers[s.speaker] if s.speaker else None
        party = speaks_for(case, s)
        source = case.sources[s.source]
        hidden = source.access == "do-not-quote"
        at = find_quote(source.text, s.quote, s.prefix, s.suffix, s.start)
        where = f"{s.source}:{line_of(source.text, at[0])}" if at else s.source
        quote = (
            cell("[not quoted: the source is marked do-not-quote]")
            if hidden
            else cell("“", Link(s.quote, f"#quote-{ident}"), "”")
        )
        rows.append((
            cell(ident, id=f"statement-{ident}"), str(s.said or ""), speaker.name if speaker else "the author of the text",
            (party or "nobody") + (f", {speaker.authority}" if speaker else ""), s.kind.replace("_", " "), quote, cell(Link(where, f"#quote-{ident}")),
            s.review.state,
        ))  # fmt: skip
    picture = timeline(study)
    table = Table(
        "Every statement",
        ("id", "said", "by", "for", "kind", "words", "source", "state"),
        tuple(rows),
        folded=True,
    )
    author = [s for s in case.statements.values() if s.kind == "author_claim"]
    notes: list[tuple[str | Link, ...]] = [
        (
            f"{len(case.statements)} statements, {len(case.contacts)} contacts, {len(case.figures)} figures, {len(case.shifts)} shifts of stance are on record.",
        )
    ]
    if author:
        notes.append(
            (
                f"{len(author)} claims are the author's own; they are not put into any party's mouth and bind nobody.",
            )
        )
    extra = []
    if case.shifts:
        shifts = tuple(
            (s.party or "", s.issue or "", s.what, s.direction, f"by the {s.by}")
            for s in case.shifts.values()
        )
        extra.append(Table("Shifts of stance", ("party", "issue", "what", "", "seen"), shifts))
    if case.figures:
        figures = tuple(
            (
                s.of,
                cell(f"{s.value:,g}" if s.value is not None else "no number given", number=True),
                s.unit,
                str(s.as_of or ""),
            )
            for s in case.figures.values()
        )
        extra.append(Table("Figures in the sources", ("of", "value", "unit", "as of"), figures))
    return Section(
        "record",
        "The record: statements and contacts",
        tuple(notes),
        (picture,) if picture else (),
        (*extra, table),
    )


def _rules(study: Study) -> Section | None:
    case = study.case
    rows: list[tuple[Cell | str, ...]] = []
    for ident, rule in all_rules(case).items():
        now = study.question.readings.get(ident, "")
        readings = rule.readings or {"as stated": rule}
        for k, (name, reading) in enumerate(readings.items()):
            basis = reading if reading.kind != "none" else rule
            clause = (
                basis
                if basis.kind != "none"
                else next((c for c in reading.clauses if c.kind != "none"), basis)
            )
            rows.append((
                cell(ident, id=f"rule-{ident}") if not k else cell(""), rule.party or "" if not k else "", name + (" (chosen)" if name == now else ""),
                reading.says or rule.says, cell(*basis_parts(clause)),
            ))  # fmt: skip
    if not rows:
        return None
    table = Table("Rules and their readings", ("rule", "of", "reading", "in words", "rests on"), tuple(rows))
    return Section(
        "rules",
        "Red lines and conditional offers",
        (
            (
                "A rule says which options a party rules out, or accepts only with others. Where a sentence can be read in more than one way, each reading has a name.",
            ),
        ),
        (),
        (table,),
    )


def _judgments(study: Study) -> Section:
    case = study.case
    rows = []
    for p in study.space.parties:
        r = reservation(case, p)
        if r is not None:
            rows.append(_judgment_row(f"{p}.reservation", f"{p}: no agreement", r))
        else:
            rows.append(
                (
                    cell(f"{p}: no agreement", id=f"why-{p}.reservation"),
                    cell("–", number=True),
                    "",
                    cell("nobody gave a reservation value: every package counts as accepted"),
                )
            )
        if not case.parties[p].points:
            rows += [
                _judgment_row(f"{p}.weights.{i}", f"{p}: weight of {i}", w)
                for i, w in weights(case, p).items()
            ]
        rows += [
            _judgment_row(f"{p}.values.{i}.{o}", f"{p}: value of {i} {o}", e)
            for i in case.issues for o, e in values(case, p, i).items()
        ]  # fmt: skip
    note = "Utility of a package = sum over issues of weight × value / 100, on each party's own scale from 0 to 100; where a party has points, they are added. A package is acceptable when its utility is at least the reservation value."
    return Section(
        "judgments",
        "Every number and what it rests on",
        ((note,),),
        (),
        (Table("Judgments", ("about", "best", "interval", "rests on"), tuple(rows), folded=True),),
    )


def _judgment_row(ident: str, title: str, e: Any) -> tuple[Cell | str, ...]:
    spread = f"{num(e.low)} to {num(e.high)}" if e.low != e.high else ""
    basis = cell("nobody said or wrote anything about this") if e.gap else cell(*basis_parts(e.basis))
    return cell(title, id=f"why-{ident}"), cell(num(e.best), number=True), spread, basis


def _rules_link(study: Study) -> tuple[str | Link, ...]:
    return (Link("rules", "#rules"), ", ") if all_rules(study.case) else ()


def _method(study: Study) -> Section:
    rows: list[tuple[Cell | str, ...]] = [
        (cell("Zone", id="why-zone"), "packages that no rule forbids and that every party needed for an agreement accepts (utility ≥ reservation value); counted exactly over all packages, in integers", cell(*_rules_link(study), Link("judgments", "#judgments"))),
        (cell("Frontier"), "packages of the zone for which no other is at least as good for all and better for one; equal points counted once", "Pareto 1906"),
    ]  # fmt: skip
    rows += [
        (
            cell(m.title, id=f"why-{name}"),
            f"picks {m.asks}; all ties are shown" + (f". It {m.warning}" if m.warning else ""),
            m.source,
        )
        for name, m in SOLUTIONS.items()
        if not m.needs
    ]
    rows.append(
        (
            cell("Conflicts"),
            "smallest sets of clauses and acceptances that leave no package, and smallest sets whose setting aside leaves one; all are found by masks over all packages",
            "Reiter 1987",
        )
    )
    q = study.question
    readings = ", ".join(f"{r}: {x}" for r, x in q.readings.items()) or "no rules"
    missing = tuple((f"Not asked: {name}. {needs}",) for name, needs in study.not_asked.items())
    note = (f"zopa {q.version}; case digest {q.case[:16] or 'none'}; readings chosen: {readings}.",)
    return Section(
        "method",
        "How the numbers are made",
        (note, *missing),
        (),
        (Table("Methods", ("answer", "definition", "source or inputs"), tuple(rows)),),
    )


def source_pages(study: Study) -> list[dict[str, Any]]:
    """Every source with its quotes marked: a list of lines, each a list of (text, statement ids) pieces."""
    case = study.case
    pages = []
    for ident, source in case.sources.items():
        spans = []
        for s_id, s in case.statements.items():
            if s.source == ident and (at := find_quote(source.text, s.quote, s.prefix, s.suffix, s.start)):
                spans.append((at[0], at[0] + len(s.quote), s_id))
        hidden = source.access == "do-not-quote"
        pages.append({
            "id": ident, "title": source.title or ident, "publisher": source.publisher, "date": source.date, "licence": source.licence,
            "access": source.access, "lines": [] if hidden else _marked_lines(source.text, spans), "hidden": hidden, "spans": [s for _, _, s in spans],
        })  # fmt: skip
    return pages


def _marked_lines(text: str, spans: list[tuple[int, int, str]]) -> list[list[dict[str, Any]]]:
    cuts = sorted(
        {
            0,
            len(text),
            *(a for a, _, _ in spans),
            *(b for _, b, _ in spans),
            *(i + 1 for i, c in enumerate(text) if c == "\n"),
        }
    )
    starts: dict[int, list[str]] = {}
    for a, _, ident in spans:
        starts.setdefault(a, []).append(ident)
    lines: list[list[dict[str, Any]]] = [[]]
    for a, b in itertools.pairwise(cuts):
        piece = text[a:b]
        marked = any(x <= a and b <= y for x, y, _ in spans)
        lines[-1].append({"text": piece.rstrip("\n"), "marked": marked, "anchors": starts.get(a, [])})
        if piece.endswith("\n"):
            lines.append([])
    return [line for line in lines if line]


SECTIONS: tuple[Callable[[Study], Section | None], ...] = (
    _why,
    _solutions,
    waiting_section,
    home_section,
    division_section,
    stability_section,
    _positions,
    forecast_section,
    _record,
    _rules,
    _judgments,
    _method,
)
"""The sections in reading order; one that has nothing to say returns None."""
