"""CSV tables beside ``case.yaml``: every cell with its line and column, problems as findings.

One record per line; a cell may stand in double quotes. Empty lines and lines that start with ``#`` are skipped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zopa.casefile.yamldoc import read_text
from zopa.errors import Finding, nearest

__all__ = ["Cell", "Records", "Row", "number", "read_records", "split"]

MOST_CHARACTERS = 2_000
MOST_FINDINGS = 30
"""Per file: a table with a wrong separator should not fill the screen."""


@dataclass(frozen=True)
class Cell:
    """The text of one cell and its 1-based column (in characters)."""

    text: str
    column: int


@dataclass(frozen=True)
class Row:
    """One record: its 1-based line and a cell for every column of the header."""

    line: int
    cells: dict[str, Cell]

    def __getitem__(self, column: str) -> str:
        return self.cells[column].text


@dataclass(frozen=True)
class Records:
    """The sound records of a table, its header, and what was wrong with the rest."""

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: list[Finding]

    def report(self, row: Row, column: str, what: str, hint: str = "") -> None:
        """Add a finding at one cell; past ``MOST_FINDINGS`` the file is broken enough."""
        if len(self.findings) < MOST_FINDINGS:
            at = row.cells[column].column
            self.findings.append(Finding(column, what, hint, self.file, row.line, at))


def split(line: str) -> list[Cell]:
    """The cells of one line.

    >>> [(c.text, c.column) for c in split('a,"b, c",d')]
    [('a', 1), ('b, c', 3), ('d', 10)]
    """
    cells, at = [], 0
    while at <= len(line):
        start = at
        while at < len(line) and line[at] == " ":
            at += 1
        if at < len(line) and line[at] == '"':
            at, text = at + 1, ""
            while at < len(line):
                if line[at] == '"' and line[at + 1 : at + 2] == '"':
                    text, at = text + '"', at + 2
                elif line[at] == '"':
                    break
                else:
                    text, at = text + line[at], at + 1
            comma = line.find(",", at)
        else:
            comma = line.find(",", at)
            text = line[at : comma if comma >= 0 else len(line)].strip()
        cells.append(Cell(text, start + 1))
        at = (comma if comma >= 0 else len(line)) + 1
    return cells


def read_records(root: Path, name: str, columns: Sequence[str], optional: Iterable[str] = ()) -> Records:
    """Read a table with these columns (any order); ``optional`` ones may be left out and are then empty.

    ``columns`` may be empty: then whatever the header says is taken.
    """
    path = root / name
    if not path.is_file():
        what = f"expected a file {name} in the case folder, saw none"
        return Records(
            name, (), (), [Finding("", what, "put the table there, or delete what names it", name)]
        )
    text, findings = read_text(path, name)
    lines = list(_lines(text))
    if findings or not lines:
        findings = findings or [Finding("", "expected a header line, saw an empty file", "", name, 1, 1)]
        return Records(name, (), (), findings)
    first, cells = lines[0]
    findings = list(_header(name, first, cells, columns, tuple(optional)))
    header = tuple(c.text for c in cells)
    if findings:
        return Records(name, header, (), findings)
    rows = []
    for at, found in lines[1:]:
        if len(found) != len(header):
            what = f"expected {len(header)} cells as in the header, saw {len(found)}"
            findings.append(Finding("", what, "put a text that holds a comma in double quotes", name, at, 1))
            continue
        if long := next((c for c in found if len(c.text) > MOST_CHARACTERS), None):
            what = f"expected at most {MOST_CHARACTERS:,} characters, saw {len(long.text):,}"
            findings.append(Finding("", what, "is a quote left open?", name, at, long.column))
            continue
        named = dict(zip(header, found, strict=True))
        named.update({c: Cell("", found[-1].column) for c in optional if c not in named})
        rows.append(Row(at, named))
    return Records(name, header, tuple(rows), findings[:MOST_FINDINGS])


def _lines(text: str) -> Iterator[tuple[int, list[Cell]]]:
    for at, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield at, split(line)


def _header(
    name: str, line: int, cells: Sequence[Cell], columns: Sequence[str], optional: Sequence[str]
) -> Iterator[Finding]:
    seen: set[str] = set()
    known = [*columns, *optional]
    for cell in cells:
        if cell.text in seen:
            yield Finding(
                "", f"expected each column once, saw '{cell.text}' again", "", name, line, cell.column
            )
        elif columns and cell.text not in known:
            close = nearest(cell.text, known)
            hint = f"did you mean '{close}'?" if close else f"columns: {', '.join(known)}"
            yield Finding("", f"no column called '{cell.text}'", hint, name, line, cell.column)
        seen.add(cell.text)
    for column in columns:
        if column not in seen and not any(nearest(c.text, [column]) for c in cells if c.text not in known):
            yield Finding("", f"missing column '{column}'", f"columns: {', '.join(known)}", name, line, 1)


def number(
    records: Records,
    row: Row,
    column: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    empty: float | None = None,
) -> float:
    """The number in a cell; ``nan``, and a finding, when there is none or it is out of range."""
    text = row[column]
    if not text and empty is not None:
        return empty
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and low <= value <= high:
        return value
    saw = f"'{text}'" if text else "nothing"
    if not math.isfinite(value):
        records.report(row, column, f"expected a number, saw {saw}", "write digits, with a dot for decimals")
    elif value < low:
        records.report(row, column, f"expected a number of {low:g} or more, saw {saw}")
    else:
        records.report(row, column, f"expected a number of at most {high:g}, saw {saw}")
    return math.nan
