"""What a view is made of: plain data, no markup. Every renderer shows the same document.

A document is a title and sections; a section is a row of blocks: paragraphs with links, lists, grids, charts,
passages of a source. A link leads to a place of the same document (a statement, a rule, a judgment).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Block",
    "Builder",
    "Bullets",
    "Cell",
    "Chart",
    "Document",
    "Grid",
    "Heading",
    "Link",
    "Paragraph",
    "Passage",
    "Section",
    "Shares",
    "Span",
    "Spans",
    "Tone",
    "cell",
    "paragraph",
    "plain",
]

Tone = Literal["", "yes", "no", "unsure", "warning", "key", "note", "small"]
Shade = Literal["", "best", "good", "middling", "poor", "barred", "unknown"]


@dataclass(frozen=True)
class Link:
    """A text that leads to a place of the same document (``#why-zone``).

    ``note`` is a longer text shown on demand; ``key`` is what a user types in a command to name the same thing.
    ``lang`` is the language of the text where it is not that of the document: a quote stays in its own.
    ``verb`` is the command that shows in a terminal what words that only point there lead to.
    """

    text: str
    to: str = ""
    note: str = ""
    key: str = ""
    lang: str = ""
    verb: str = ""


Span = str | Link
Spans = tuple[Span, ...]


def plain(spans: Spans) -> str:
    """The spans as one text, links by their words."""
    return "".join(s if isinstance(s, str) else s.text for s in spans)


@dataclass(frozen=True)
class Paragraph:
    """A row of texts and links; ``tone`` says what it is: a verdict, a warning, a remark."""

    parts: Spans
    tone: Tone = ""


def paragraph(*parts: Span, tone: Tone = "") -> Paragraph:
    """A paragraph from texts and links."""
    return Paragraph(parts, tone)


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; each item is a row of texts and links."""

    items: tuple[Spans, ...]


@dataclass(frozen=True)
class Shares:
    """Parts of a whole as one bar: (kind, words, count)."""

    words: str
    parts: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Cell:
    """A cell of a grid: texts and links in a row.

    ``number`` aligns to the right, ``id`` is an anchor, ``head`` makes it the head of its row, ``shade`` colours it.
    ``bar`` draws a bar from 0 to 1, ``mark`` a line across it, on the scale that all bars of the grid share.
    ``span`` and ``down`` are the columns and rows that the cell fills; rows below leave it out.
    """

    parts: Spans
    number: bool = False
    id: str = ""
    head: bool = False
    shade: Shade = ""
    bar: float | None = None
    mark: float | None = None
    span: int = 1
    down: int = 1


def cell(
    *parts: Span,
    number: bool = False,
    id: str = "",
    head: bool = False,
    shade: Shade = "",
    bar: float | None = None,
    mark: float | None = None,
    span: int = 1,
    down: int = 1,
) -> Cell:
    """A cell from texts and links."""
    return Cell(parts, number=number, id=id, head=head, shade=shade, bar=bar, mark=mark, span=span, down=down)


@dataclass(frozen=True)
class Grid:
    """A table: a caption, column heads, rows with one cell or text per column.

    ``folded`` hides the rows until asked for; ``compare`` marks packages side by side, stacked on narrow screens.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    folded: bool = False
    compare: bool = False


@dataclass(frozen=True)
class Chart:
    """A grid with its picture: a title, a description in words, and a function that makes the Vega-Lite spec.

    The spec is made only by the renderer that draws it. Marks whose encoding has a ``description`` show it
    when pointed at.
    """

    name: str
    title: str
    description: str
    spec: Callable[[], dict[str, Any]]
    grid: Grid


@dataclass(frozen=True)
class Passage:
    """A source with its quoted words marked. ``lines`` hold (text, marked, statement ids that begin here)."""

    id: str
    title: str
    meta: str
    lines: tuple[tuple[tuple[str, bool, tuple[str, ...]], ...], ...]
    hidden: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True)
class Builder:
    """A form in which a reader puts a draft together, judged by the page itself; only the page shows it."""

    data: Mapping[str, Any]


Block = Paragraph | Heading | Bullets | Shares | Grid | Chart | Passage | Builder


@dataclass(frozen=True)
class Section:
    """One section. ``fold`` shows only this line until the section is asked for; ``annex`` is printed on demand.

    ``live`` is for the screen of a browser that runs scripts, and left out everywhere else.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    fold: str = ""
    annex: bool = False
    live: bool = False

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts of the section, in order."""
        return tuple(b for b in self.blocks if isinstance(b, Chart))

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The grids of the section outside its charts, in order."""
        return tuple(b for b in self.blocks if isinstance(b, Grid))

    @property
    def paragraphs(self) -> tuple[Spans, ...]:
        """The rows of texts and links of the section, in order."""
        return tuple(b.parts for b in self.blocks if isinstance(b, Paragraph))


@dataclass(frozen=True)
class Document:
    """A view of one answer. ``next`` holds the commands that lead on; ``CASE`` stands for the case's name."""

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    next: tuple[str, ...] = ()
    footer: str = ""

    def blocks(self) -> Iterator[Block]:
        """All blocks, in reading order."""
        for section in self.sections:
            yield from section.blocks
