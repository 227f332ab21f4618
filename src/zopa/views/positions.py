"""Views of positions: issue by party with the words behind each cell, and one party's words over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zopa.case import Case, accepted, latest, speaks_for
from zopa.views.document import Block, Cell, Document, Grid, Section, Span, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import day, sentence, things
from zopa.views.record import STANCES

__all__ = ["at_the_table", "over_time", "position_table"]

Row = tuple[Cell | str, ...]


def at_the_table(case: Case) -> tuple[str, ...]:
    """Whose positions a table shows: parties, and ratifiers and spoilers."""
    return tuple(p for p, x in case.parties.items() if x.role in ("party", "ratifier", "spoiler"))


def position_table(case: Case, labels: Labels) -> Document:
    """The latest position of each party on each issue; what was agreed stands apart and is no position."""
    parties = at_the_table(case)
    agreed = case.outcome.options if case.outcome else {}
    rows = []
    for i, issue in case.issues.items():
        row: list[Cell | str] = [cell(issue.name, head=True)]
        row += [_stands(case, p, i, labels) for p in parties]
        if case.outcome:
            row.append(issue.options[agreed[i]].label if i in agreed else "–")
        rows.append(tuple(row))
    head = ("issue", *labels.parties(parties), *(("agreed",) if case.outcome else ()))
    caption = "The latest position of each party on each issue, with who said it and when"
    note = "A cell shows what was said, or a starting position that was entered and is marked so; – where neither is on record."
    blocks = (Grid(caption, head, tuple(rows), compare=True), paragraph(note, tone="note"))
    return Document("Positions", (Section("positions", "Positions", blocks),))


def _stands(case: Case, party: str, issue: str, labels: Labels) -> Cell:
    parts: list[Span] = []
    found = latest(case, party, issue)
    if found is not None:
        ident, options = found
        says = " or ".join(labels.option(issue, o).text for o in options)
        former = ident and _speaker_authority(case, ident) == "former"
        told = " (an earlier government)" if former else "" if ident else " (entered as start)"
        parts += [f"{says}{told}", *((". ", *labels.quoted(ident)) if ident else ())]
    for ident, s in accepted(case).items():
        if s.issue == issue and s.stance == "red-line" and speaks_for(case, s) == party and s.options:
            says = " or ".join(labels.option(issue, o).text for o in s.options)
            parts += ["; " if parts else "", f"rules out: {says}. ", *labels.quoted(ident)]
    return cell(*parts) if parts else cell("–")


def _speaker_authority(case: Case, ident: str) -> str:
    speaker = case.speakers.get(case.statements[ident].speaker or "")
    return speaker.authority if speaker else ""


def over_time(case: Case, party: str, labels: Labels) -> Document:
    """What a party said on each issue, the earliest first; then shifts of position, and contacts that it took part in."""
    own = {k: s for k, s in accepted(case).items() if speaks_for(case, s) == party}
    sections = [
        Section(
            f"issue-{i or 'none'}", case.issues[i].name if i else "On no issue of the case", tuple(blocks)
        )
        for i in (*case.issues, None)
        if (blocks := list(_on_issue(case, [k for k, s in own.items() if s.issue == i], labels)))
    ]
    told = [(day(c.when) or "–", c.what, "took place" if c.realised else "planned")
            for c in case.contacts.values() if _took_part(case, party, c.who)]  # fmt: skip
    shifts = [
        (case.issues[s.issue].name if s.issue else "–", sentence(s.what or s.direction),
         *(cell(*labels.quoted(x)) if x else "–" for x in (s.before, s.after)))
        for s in case.shifts.values() if s.party == party
    ]  # fmt: skip
    if shifts:
        grid = Grid(
            "Shifts of position", ("issue", "what moved", "before", "after"), tuple(shifts), compare=True
        )
        sections.append(Section("shifts", "What moved", (grid,)))
    if told:
        grid = Grid("Contacts", ("when", "what", ""), tuple(told))
        sections.append(Section("contacts", "Contacts", (grid,)))
    if not sections:
        sections = [
            Section(
                "none",
                "",
                (paragraph(f"Nothing that {labels.party(party)} said is on record.", tone="note"),),
            )
        ]
    subtitle = f"{things(len(own), 'statement')} on record"
    return Document(labels.party(party), tuple(sections), subtitle)


def _on_issue(case: Case, idents: Sequence[str], labels: Labels) -> Iterator[Block]:
    dated = sorted(idents, key=lambda k: str(case.statements[k].said or ""))
    rows: list[Row] = []
    for ident in dated:
        s = case.statements[ident]
        stance = STANCES.get(s.stance or "", s.kind.replace("_", " "))
        options = " or ".join(labels.option(s.issue or "", o).text for o in s.options)
        rows.append((day(s.said) or "–", f"{stance} {options}".strip(), cell(*labels.quoted(ident))))
    if rows:
        yield Grid("By date", ("said", "position", "words"), tuple(rows), compare=True)


def _took_part(case: Case, party: str, who: Sequence[str]) -> bool:
    return any(w == party or (w in case.speakers and case.speakers[w].party == party) for w in who)
