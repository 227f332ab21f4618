"""Views of the record of a case: its entries, what does not hold, and three versions of a record that two changed."""

from __future__ import annotations

from collections.abc import Sequence

from zopa.casefile import RecordCheck, RecordConflict, RecordEntry
from zopa.views.document import Block, Bullets, Cell, Document, Grid, Section, cell, paragraph
from zopa.views.numbers import things

__all__ = ["conflicts", "history", "versions", "visible"]

MOST_ENTRIES = 30
MOST_RECORDS = 4


def visible(text: str, most: int = 300) -> str:
    r"""A text that somebody typed, on one line, with what could steer a terminal shown instead of obeyed.

    >>> visible("a\x1b[2Jb\nc")
    'a\\x1b[2Jb\\nc'
    """
    text = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def history(check: RecordCheck) -> Document:
    """Whether the record holds, its last hash, what another program changed since, and the last entries."""
    blocks: list[Block] = []
    if check.holds:
        blocks.append(paragraph(f"The record holds: {_entries(len(check.entries))}.", tone="yes"))
    else:
        blocks.append(paragraph("The record does not hold.", tone="no"))
        blocks.append(Bullets(tuple((f"Entry {f.number}: {f.what}.",) for f in check.faults)))
    if check.head:
        blocks.append(
            paragraph(f"Hash of the last entry: {check.head}. Noted elsewhere, it shows later changes.")
        )
    if check.outside:
        named = ", ".join(visible(c.record, 60) for c in check.outside[:MOST_RECORDS])
        more = len(check.outside) - MOST_RECORDS
        tail = f" and {more} more" if more > 0 else ""
        blocks.append(
            paragraph(f"Changed by another program since the last entry: {named}{tail}.", tone="note")
        )
    shown = check.entries[-MOST_ENTRIES:]
    if shown:
        caption = "Last entries" if len(check.entries) > len(shown) else "Entries"
        blocks.append(
            Grid(
                caption,
                ("Entry", "When", "Who", "By", "What", "Why"),
                tuple(_row(e) for e in reversed(shown)),
            )
        )
    steps = [f"record CASE --check {check.head}"] if check.head else []
    steps += [f"record CASE --undo {e.number}" for e in check.entries[-1:] if check.holds and e.number > 1]
    return Document("", (Section("record", "Record", tuple(blocks)),), next=tuple(steps) or ("check CASE",))


def _entries(n: int) -> str:
    return things(n, "entry")


def _row(e: RecordEntry) -> tuple[Cell, ...]:
    named = ", ".join(visible(c.record, 60) for c in e.changes[:MOST_RECORDS])
    more = len(e.changes) - MOST_RECORDS
    what = named + (f" and {more} more" if more > 0 else "")
    if e.act.undoes is not None:
        what = f"undo of {e.act.undoes}: {what}"
    at = e.at.replace("T", " ").removesuffix("Z")
    return tuple(
        map(
            cell,
            (str(e.number), visible(at), visible(e.act.who), visible(e.act.via), what, visible(e.act.why)),
        )
    )


def versions(c: RecordConflict) -> tuple[tuple[str, str | None], ...]:
    """The three versions of a record by name; None where it was not there."""
    return ("theirs", c.theirs), ("yours", c.yours), ("before", c.before)


def conflicts(found: Sequence[RecordConflict]) -> Document:
    """Per record: what stands there now, what was to be saved, and what both had before them."""
    blocks: list[Block] = []
    for c in found:
        rows = tuple((cell(w), cell("(not there)" if t is None else t)) for w, t in versions(c))
        blocks.append(Grid(visible(c.record), ("Version", "Text"), rows))
    return Document("", (Section("conflict", "Changed by two people", tuple(blocks)),))
