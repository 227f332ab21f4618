"""View of the agreement of coders: per field, per issue, per kind, and the statements on which they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zopa.study.agreement import CoderAgreement, FieldAgreement
from zopa.views.document import Block, Cell, Document, Grid, Section, cell, paragraph
from zopa.views.history import visible
from zopa.views.labels import Labels
from zopa.views.numbers import count, listed, percent, things

__all__ = ["agreement"]

MOST_SHOWN = 20


def agreement(a: CoderAgreement, labels: Labels) -> Document:
    """The figures first, then where coders differ."""
    who = listed([visible(c, 60) for c in a.coders])
    blocks: list[Block] = [paragraph(f"{things(len(a.coders), 'coder')}: {who}.")]
    blocks.append(_table("Agreement by field", "Field", a.fields, {}))
    issues = labels.case.issues if labels.case else {}
    named = {i: issue.name for i, issue in issues.items()}
    if a.issues:
        blocks.append(_table("Agreement by issue", "Issue", a.issues, named))
    if a.kinds:
        blocks.append(_table("Agreement by kind of statement", "Kind", a.kinds, {}))
    blocks.append(
        paragraph(
            "Alpha is Krippendorff's: 1 is full agreement, 0 what chance would give; above 0.8 is usually called "
            "reliable, 0.667 to 0.8 tentative. Who accepts a suggestion has seen it, so agreement with the reader "
            "is not blind.",
            tone="note",
        )
    )
    if a.queue:
        rows = tuple(
            (
                cell(visible(d.statement, 60)),
                cell(d.field),
                cell("; ".join(_said(c, v) for c, v in d.values.items())),
            )
            for d in a.queue[:MOST_SHOWN]
        )
        blocks.append(Grid(f"Disagreements: {count(len(a.queue))}", ("Statement", "Field", "Coded as"), rows))
    return Document(
        "", (Section("agreement", "How far do coders agree?", tuple(blocks)),), next=("review CASE",)
    )


def _said(coder: str, value: str) -> str:
    return f"{visible(coder, 60)}: {visible(value, 80) or 'none'}"


def _table(caption: str, head: str, rows: Sequence[FieldAgreement], names: Mapping[str, str]) -> Grid:
    shown = []
    for f in rows:
        first = (cell(names.get(f.of, f.of)),) if f.of else ()
        figures = (
            cell(count(f.units), number=True),
            cell("-" if f.percent is None else percent(f.percent), number=True),
            cell("undefined" if f.alpha is None else f"{f.alpha:.3f}", number=True),
        )
        shown.append((*first, cell(f.field), *figures))
    heads = (
        (head, "Statements", "Agreement", "Alpha")
        if rows and not rows[0].of
        else (head, "Field", "Statements", "Agreement", "Alpha")
    )
    made: tuple[tuple[Cell | str, ...], ...] = tuple(shown)
    return Grid(caption, heads, made)
