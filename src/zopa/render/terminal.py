"""A document for the terminal, by Rich, and as plain text."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from zopa.views.document import (
    Block,
    Builder,
    Bullets,
    Cell,
    Chart,
    Document,
    Grid,
    Heading,
    Link,
    Paragraph,
    Passage,
    Section,
    Shares,
    Spans,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["plain_text", "show"]

STYLES = {
    "yes": "bold green", "no": "bold red", "unsure": "bold yellow", "warning": "yellow", "key": "", "note": "", "small": "dim",
}  # fmt: skip
WIDTH = 120
BAR = 12


def plain_text(document: Document, width: int = WIDTH) -> str:
    """The document as text without colours."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        color_system=None,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        soft_wrap=True,
    )
    show(document, console)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n")


def show(document: Document, console: Console) -> None:
    """Print the document; folded tables, the annex and what needs a browser are left out."""
    several = len(document.sections) > 1
    if document.title:
        console.print(document.title, style="bold", markup=False)
    for section in document.sections:
        if section.annex or section.live:
            continue
        if several and section.title:
            console.print(f"\n{section.title}", style="bold", markup=False)
        _show_section(section, console)


def _show_section(section: Section, console: Console) -> None:
    if section.fold:
        console.print(section.fold, markup=False)
        return
    for block in section.blocks:
        for line in _renderables(block):
            console.print(line)


def _words(spans: Spans) -> str:
    """The spans as text; after the words of a link, in brackets, what to type for it in a command."""
    return "".join(s if isinstance(s, str) else _link(s) for s in spans)


def _link(link: Link) -> str:
    if link.verb:
        return f"({link.text[:1].lower()}{link.text[1:]}: zopa {link.verb})"
    return f"{link.text} [{link.key}]" if link.key and link.key != link.text else link.text


def _renderables(block: Block) -> list[RenderableType]:
    from rich.text import Text

    match block:
        case Paragraph(parts, tone):
            lead = {"warning": "Warning: ", "note": "Note: "}.get(tone, "")
            return [Text(lead + _words(parts), style=STYLES.get(tone, ""))]
        case Heading(text):
            return [Text(f"\n{text}", style="bold")]
        case Bullets(items):
            return [Text("  - " + _words(item)) for item in items]
        case Shares(words):
            return [Text(words)]
        case Chart(grid=grid) | (Grid() as grid):
            shown = bool(grid.rows) and not grid.folded
            return _table(grid) if shown else []
        case Passage() | Builder():
            return []


def _table(grid: Grid) -> list[RenderableType]:
    """The caption, the rows, then as lines the rows of which one cell counts for all columns."""
    from rich.text import Text

    wide = [row for row in grid.rows if any(isinstance(c, Cell) and c.span > 1 for c in row)]
    lines = [": ".join(_cell(c, False) for c in row) for row in wide]
    rows = tuple(row for row in grid.rows if row not in wide)
    caption = [Text(f"\n{grid.caption}", style="italic")] if grid.caption else []
    return [*caption, *([_grid(replace(grid, rows=rows))] if rows else []), *map(Text, lines)]


def _grid(grid: Grid) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    bars = any(isinstance(c, Cell) and c.bar is not None for row in grid.rows for c in row)
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        padding=(0, 2, 0, 0),
    )
    for k, head in enumerate(grid.head):
        column = [row[k] for row in grid.rows if k < len(row)]
        numeric = all(isinstance(c, Cell) and c.number for c in column)
        table.add_column(Text(head), justify="right" if numeric else "left", overflow="fold")
    for row in grid.rows:
        cells = [_cell(c, bars) for c in row] + [""] * (len(grid.head) - len(row))
        table.add_row(*(Text(t) for t in cells))
    return table


def _cell(c: Cell | str, bars: bool) -> str:
    if isinstance(c, str):
        return c
    words = _words(c.parts)
    if not bars or c.bar is None:
        return words
    full = round(BAR * min(1.0, max(0.0, c.bar)))
    drawn = ["█"] * full + ["·"] * (BAR - full)
    if c.mark is not None:
        drawn[min(BAR - 1, max(0, round(BAR * c.mark)))] = "|"
    return f"{''.join(drawn)} {words}"
