"""Views of the case itself: what was said, what moved, options, rules, judgments, sources."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from zopa.case import Basis, Case, Statement, accepted, all_rules, reservation, speaks_for, values, weights
from zopa.casefile import find_quote, line_of
from zopa.space import choose_readings
from zopa.space import clauses as clauses_of
from zopa.views import worth
from zopa.views.charts import timeline
from zopa.views.document import Block, Cell, Grid, Link, Passage, Shade, Span, Spans, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import count, day, listed, percent, points, sentence, things

__all__ = [
    "gaps_sentence",
    "judgments",
    "moved",
    "options",
    "positions",
    "rules",
    "said",
    "sources",
    "statements",
]

Row = tuple[Cell | str, ...]
STANCES = {
    "red-line": "rules out",
    "demand": "demands",
    "conditional": "could accept on a condition",
    "accept": "could accept",
    "prefer": "prefers",
    "oppose": "opposes",
}
"""What a stance is called in a sentence with the party as its subject; in the order of the report."""


def said(case: Case, labels: Labels) -> list[Block]:
    """What each party said it demands, rules out and could accept, with the words."""
    found: list[Block] = []
    silent = []
    for party in case.parties:
        own = [
            (k, s) for k, s in accepted(case).items() if speaks_for(case, s) == party and s.stance in STANCES
        ]
        own.sort(key=lambda pair: list(STANCES).index(pair[1].stance or ""))
        if own:
            rows = _positions(own, labels)
            found.append(Grid(labels.party(party), ("position", "words"), rows, compare=True))
        else:
            silent.append(labels.party(party))
    if silent and found:
        found.append(paragraph(f"No position of {listed(silent)} is on record.", tone="note"))
    return found


def _positions(own: list[tuple[str, Statement]], labels: Labels) -> tuple[Row, ...]:
    """One row per position, with all the words that state it."""
    groups: dict[Spans, list[Span]] = {}
    for ident, s in own:
        words = groups.setdefault(_position(s, labels), [])
        words += [*(("; ",) if words else ()), *labels.quoted(ident)]
    return tuple((cell(*position), cell(*words)) for position, words in groups.items())


def _position(s: Statement, labels: Labels) -> Spans:
    found: list[Span] = [f"{labels.issue(s.issue or '')}: {STANCES[s.stance or '']}"]
    for k, o in enumerate(s.options):
        found += [" or " if k else " ", labels.option(s.issue or "", o)]
    return tuple(found)


def moved(case: Case, labels: Labels) -> list[Block]:
    """Changes of position with the words before and after."""
    rows: list[Row] = []
    for s in case.shifts.values():
        pair = [cell(*labels.quoted(x)) if x else cell("–") for x in (s.before, s.after)]
        who = ": ".join(
            x
            for x in (labels.party(s.party) if s.party else "", labels.issue(s.issue) if s.issue else "")
            if x
        )
        rows.append((f"{who}. {sentence(s.what or s.direction)} (seen by the {s.by})", *pair))
    head = ("what moved", "before", "after")
    found: list[Block] = [Grid("Shifts of position", head, tuple(rows), compare=True)] if rows else []
    return found


def options(case: Case, labels: Labels, shares: dict[str, dict[str, Any]]) -> Grid:
    """Issues and options with the share of the zone's packages that use each, and why each is listed."""
    rows = []
    for i, issue in case.issues.items():
        for o, option in issue.options.items():
            share = shares.get(i, {}).get(o)
            rows.append(
                (
                    cell(issue.name, id=f"option-{i}-{o}"),
                    option.label,
                    "the status quo" if issue.now == o else "",
                    cell(percent(share), number=True),
                    cell(*labels.basis(option)) if option.kind != "none" else "",
                )
            )
    head = ("issue", "option", "", "in the zone", "listed because")
    return Grid(
        "Issues and options, with the share of the zone's packages that use each",
        head,
        tuple(rows),
        folded=True,
    )


def positions(case: Case, parties: tuple[str, ...], labels: Labels) -> Grid:
    """Issue by party: the value of each option, shaded, each number with a sign as well as a colour."""
    barred = _barred(case)
    rows: list[Row] = []
    judged = {(p, i): values(case, p, i) for p in parties for i in case.issues}
    for i, issue in case.issues.items():
        for k, (o, option) in enumerate(issue.options.items()):
            row: list[Cell | str] = [cell(issue.name, down=len(issue.options))] if not k else []
            row.append(cell(Link(option.label, f"#option-{i}-{o}", key=o)))
            for p in parties:
                e = judged[p, i][o]
                shade, sign = _shade(case, p, [float(x.best) for x in judged[p, i].values()], float(e.best))
                if (p, i, o) in barred:
                    shade, sign = "barred", "⊘"
                elif e.gap:
                    shade, sign = "unknown", "?"
                row.append(
                    cell(
                        Link(points(e.best), f"#why-{p}.values.{i}.{o}"),
                        f" [{worth.between(e.low, e.high)}]" if e.low < e.high and not e.gap else "",
                        f" {sign}",
                        number=True,
                        shade=shade,
                    )
                )
            rows.append(tuple(row))
    caption = "Value of each option to each party, from worst (–) over middling (·) to best (+); ⊘ ruled out by a rule of the party, ? no source"
    if any(e.low < e.high and not e.gap for row in judged.values() for e in row.values()):
        caption += "; in brackets, the interval of the judgment"
    return Grid(worth.by_assumed(caption, labels), ("issue", "option", *labels.parties(parties)), tuple(rows))


def _shade(case: Case, party: str, found: list[float], value: float) -> tuple[Shade, str]:
    low, high = (min(found), max(found)) if case.parties[party].points else (0.0, 100.0)
    level = 100 * (value - low) / (high - low) if high > low else 50.0
    if level >= 60:
        return ("best" if level >= 85 else "good"), "+"
    return ("middling", "·") if level >= 40 else ("poor", "–")


def _barred(case: Case) -> set[tuple[str, str, str]]:
    """(party, issue, option) that a red line of the party rules out under the default readings."""
    return set(_red_lines(case))


def _red_lines(case: Case) -> Iterator[tuple[str, str, str]]:
    issues = list(case.issues)
    every = all_rules(case)
    for rule, reading in choose_readings(case).items():
        party = every[rule].party
        for c in clauses_of(case, rule, reading):
            if party and len(c.when) == 1 and not c.only_if:
                issue, mask = c.when[0]
                for k, o in enumerate(case.issues[issues[issue]].options):
                    if mask >> k & 1:
                        yield party, issues[issue], o


def gaps_sentence(gaps: tuple[tuple[str, str, str], ...], labels: Labels) -> str:
    """On how many values nothing was said; empty where there is none."""
    by_party: dict[str, int] = {}
    for p, _, _ in gaps:
        by_party[p] = by_party.get(p, 0) + 1
    if not by_party:
        return ""
    each = listed(f"{things(n, 'value')} of {labels.party(p)}" for p, n in by_party.items())
    return f"No source was found for {each}. Each may be anything from 0 to 100; 50 is used."


def statements(case: Case, labels: Labels) -> list[Block]:
    """Every statement, and the figures of the sources."""
    found: list[Block] = [
        paragraph(
            f"On record: {things(len(case.statements), 'statement')}, {things(len(case.contacts), 'contact')}, "
            f"{things(len(case.figures), 'figure')} and {things(len(case.shifts), 'shift of position')}."
        )
    ]
    author = sum(s.kind == "author_claim" for s in case.statements.values())
    if author:
        found.append(
            paragraph(
                "1 claim is the author's own. It counts for no party and binds none."
                if author == 1
                else f"{author} claims are the author's own. They count for no party and bind none."
            )
        )
    picture = timeline(case, labels)
    if picture:
        found.append(picture)
    if case.figures:
        rows = tuple(
            (s.of, cell(_figure(s.value), number=True), s.unit, day(s.as_of)) for s in case.figures.values()
        )
        found.append(Grid("Figures in the sources", ("of", "value", "unit", "as of"), rows, folded=True))
    head = ("said", "by", "for", "kind", "words", "source", "state")
    found.append(
        Grid(
            "Every statement", head, tuple(_statement(k, case, labels) for k in case.statements), folded=True
        )
    )
    return found


def _figure(value: float | None) -> str:
    if value is None:
        return "no number given"
    return count(int(value)) if value == int(value) else f"{value:,g}"


def _statement(ident: str, case: Case, labels: Labels) -> Row:
    s = case.statements[ident]
    speaker = case.speakers[s.speaker] if s.speaker else None
    source = case.sources[s.source]
    at = find_quote(source.text, s.quote, s.prefix, s.suffix, s.start)
    where = (
        f"{source.title or s.source}, line {line_of(source.text, at[0])}" if at else source.title or s.source
    )
    quote = labels.in_marks(ident)
    words = (
        cell(Link(quote, f"#quote-{ident}", lang=labels.language(ident)))
        if quote
        else cell("[not quoted: the source is marked do-not-quote]")
    )
    return (
        cell(day(s.said) or "–", id=f"statement-{ident}"),
        labels.speaker(ident),
        (labels.party_of(ident) or "no party") + (f", {speaker.authority}" if speaker else ""),
        s.kind.replace("_", " "),
        words,
        cell(Link(where, f"#quote-{ident}")),
        s.review.state,
    )


def rules(case: Case, labels: Labels, chosen: dict[str, str]) -> Grid | None:
    """Every rule with its readings and what each rests on."""
    rows: list[Row] = []
    for ident, rule in all_rules(case).items():
        readings = rule.readings or {"as stated": rule}
        for k, (name, reading) in enumerate(readings.items()):
            basis: Basis = reading if reading.kind != "none" else rule
            if basis.kind == "none":
                basis = next((c for c in reading.clauses if c.kind != "none"), basis)
            head = cell(
                labels.party(rule.party) if rule.party else "no party", id=f"rule-{ident}", down=len(readings)
            )
            chosen_mark = " (chosen)" if name == chosen.get(ident, "") and len(readings) > 1 else ""
            rows.append(
                (
                    *((head,) if not k else ()),
                    cell((reading.says or rule.says or ident) + chosen_mark),
                    cell(*labels.basis(basis)),
                )
            )
    if not rows:
        return None
    return Grid(
        "Rules and their readings",
        ("party", "what it rules out, or accepts only with something else", "rests on"),
        tuple(rows),
    )


def judgments(case: Case, parties: tuple[str, ...], labels: Labels) -> list[Block]:
    """Every number with its interval and its basis; equal bases of a party are shown once."""
    found: list[Block] = []
    for p in parties:
        groups: dict[Spans, list[tuple[str, str, Any]]] = {}
        for ident, title, e in _judged(case, p, labels):
            if e is None:
                basis: Spans = ("no reservation value was given: every package counts as accepted",)
            else:
                basis = ("no source",) if e.gap else labels.basis(e.basis)
            groups.setdefault(basis, []).append((ident, title, e))
        rows: list[Row] = []
        for basis, members in groups.items():
            for k, (ident, title, e) in enumerate(members):
                best = "–" if e is None else points(e.best)
                spread = f"{points(e.low)} to {points(e.high)}" if e is not None and e.low != e.high else ""
                last = (cell(*basis, down=len(members)),) if not k else ()
                rows.append((cell(title, id=f"why-{ident}"), cell(best, number=True), spread, *last))
        found.append(
            Grid(
                f"Judgments about {labels.party(p)}",
                ("about", "best", "interval", "rests on"),
                tuple(rows),
                folded=True,
            )
        )
    return found


def _judged(case: Case, p: str, labels: Labels) -> Iterator[tuple[str, str, Any]]:
    yield f"{p}.reservation", "no agreement (reservation value)", reservation(case, p)
    if not case.parties[p].points:
        for i, w in weights(case, p).items():
            yield f"{p}.weights.{i}", f"weight of {labels.issue(i)}", w
    for i in case.issues:
        for o, e in values(case, p, i).items():
            yield f"{p}.values.{i}.{o}", f"{labels.issue(i)}: {labels.option(i, o).text}", e


def sources(case: Case) -> list[Block]:
    """Every source with its quotes marked, line by line."""
    found: list[Block] = []
    for ident, source in case.sources.items():
        spans = []
        for s_id, s in case.statements.items():
            if s.source == ident and (at := find_quote(source.text, s.quote, s.prefix, s.suffix, s.start)):
                spans.append((at[0], at[0] + len(s.quote), s_id))
        hidden = source.access == "do-not-quote"
        meta = " · ".join(
            x for x in (source.author, source.publisher, day(source.date or None), source.licence) if x
        )
        lines = () if hidden else _marked_lines(source.text, spans)
        found.append(
            Passage(
                id=ident,
                title=source.title or ident,
                meta=meta,
                lines=lines,
                hidden=tuple(s for _, _, s in spans) if hidden else (),
                lang=source.language,
            )
        )
    return found


Piece = tuple[str, bool, tuple[str, ...]]


def _marked_lines(text: str, spans: list[tuple[int, int, str]]) -> tuple[tuple[Piece, ...], ...]:
    ends = {0, len(text), *(i + 1 for i, c in enumerate(text) if c == "\n")}
    cuts = sorted(ends | {a for a, _, _ in spans} | {b for _, b, _ in spans})
    starts: dict[int, list[str]] = {}
    for a, _, ident in spans:
        starts.setdefault(a, []).append(ident)
    lines: list[list[Piece]] = [[]]
    for a, b in itertools.pairwise(cuts):
        piece = text[a:b]
        marked = any(x <= a and b <= y for x, y, _ in spans)
        lines[-1].append((piece.rstrip("\n"), marked, tuple(starts.get(a, ()))))
        if piece.endswith("\n"):
            lines.append([])
    return tuple(tuple(line) for line in lines if line)
