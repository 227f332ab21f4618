"""What a section of a report is made of: plain data, no markup. One template turns it into a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Cell", "Figure", "Link", "Section", "Table", "cell"]


@dataclass(frozen=True)
class Link:
    """A text that leads to a place of the same page (``#why-zone``) and may carry a longer note."""

    text: str
    to: str = ""
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: texts and links in a row; ``number`` aligns to the right, ``id`` is an anchor."""

    parts: tuple[Link, ...]
    number: bool = False
    id: str = ""
    tone: str = ""


def cell(*parts: str | Link, number: bool = False, id: str = "", tone: str = "") -> Cell:
    """A cell from texts and links."""
    return Cell(tuple(Link(p) if isinstance(p, str) else p for p in parts), number, id, tone)


@dataclass(frozen=True)
class Table:
    """A table with a caption; ``rows`` hold one :class:`Cell` or text per column."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A Vega-Lite picture with its title, a description in words, and the same data as a table.

    Marks that carry an encoding ``description`` show it when pointed at.
    """

    name: str
    title: str
    description: str
    spec: dict[str, Any]
    table: Table


@dataclass(frozen=True)
class Section:
    """One section of the report. ``paragraphs`` are rows of texts and links, shown in order."""

    id: str
    title: str
    paragraphs: tuple[tuple[str | Link, ...], ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    lists: tuple[tuple[tuple[str | Link, ...], ...], ...] = field(default=())
