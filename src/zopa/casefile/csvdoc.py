"""CSV tables of a case folder: every cell with its line and column, problems as findings.

What spreadsheets write is read: commas, semicolons or tabs between the cells (found from the header, or said
by a first line ``sep=;``), a byte order mark, quoted cells with line breaks, empty rows and empty cells at the
end of a row, and a decimal comma where the comma does not separate. Lines that start with ``#`` are skipped.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from zopa.casefile.folder import CaseFiles
from zopa.errors import Finding, nearest

__all__ = [
    "CsvCell",
    "CsvRecords",
    "CsvRow",
    "add_row",
    "fill_row",
    "number",
    "read_records",
    "rows",
    "split",
    "spoiled",
]

MOST_CHARACTERS = 2_000
MOST_FINDINGS = 30
"""Per file: a table with a wrong separator should not fill the screen."""
SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True)
class CsvCell:
    """The text of one cell, its 1-based column (in characters) and line; ``open`` where a quote is not closed."""

    text: str
    column: int
    line: int = 0
    open: bool = False


@dataclass(frozen=True)
class CsvRow:
    """One record: its 1-based line and a cell for every column of the header."""

    line: int
    cells: dict[str, CsvCell]

    def __getitem__(self, column: str) -> str:
        return self.cells[column].text


@dataclass(frozen=True)
class CsvRecords:
    """The sound records of a table, its header, and what was wrong with the rest."""

    file: str
    header: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    findings: list[Finding]
    separator: str = field(default=",", kw_only=True)

    def report(self, row: CsvRow, column: str, what: str, hint: str = "") -> None:
        """Add a finding at one cell; past ``MOST_FINDINGS`` the file is broken enough."""
        if len(self.findings) < MOST_FINDINGS:
            cell = row.cells[column]
            self.findings.append(Finding(column, what, hint, self.file, cell.line or row.line, cell.column))


def split(line: str, separator: str = ",") -> list[CsvCell]:
    """The cells of one line.

    >>> [(c.text, c.column) for c in split('a,"b, c",d')]
    [('a', 1), ('b, c', 3), ('d', 10)]
    """
    return next(_records(line, separator))


def rows(text: str) -> tuple[str, list[list[CsvCell]]]:
    """The separator of a table, and the cells of each row that is neither empty nor a remark."""
    at, separator = 0, ""
    first, _, _ = text.partition("\n")
    if (said := re.fullmatch(r'\s*"?sep=(.)"?\s*', first)) is not None:
        at, separator = len(first) + 1, said[1]
    lines = [
        line for line in text[at:].split("\n") if line.strip(" ,;\t\r") and not line.lstrip().startswith("#")
    ]
    head = lines[0] if lines else ""
    separator = separator or max(SEPARATORS, key=lambda s: (len(split(head, s)), -SEPARATORS.index(s)))
    start = text.count("\n", 0, at) + 1
    found: list[list[CsvCell]] = []
    width = 0
    for cells in _records(text[at:], separator, start):
        if cells[0].text.startswith("#") or not any(c.text or c.open for c in cells):
            continue
        width = width or len(_trimmed(cells, 1))
        found.append(_trimmed(cells, width))
    return separator, found


def _trimmed(cells: list[CsvCell], width: int) -> list[CsvCell]:
    """Without the empty cells that a spreadsheet writes beyond the header."""
    end = len(cells)
    while end > width and not cells[end - 1].text and not cells[end - 1].open:
        end -= 1
    return cells[:end]


def _records(text: str, separator: str, line: int = 1) -> Iterator[list[CsvCell]]:
    """Records one after the other; a quoted cell may run over several lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    at, length = 0, len(text)
    begin = 0  # where the line at hand begins
    while at <= length:
        cells: list[CsvCell] = []
        end = text.find("\n", at)
        end = end if end >= 0 else length
        if '"' not in text[at:end] or text.startswith("#", at):
            for part in text[at:end].split(separator):
                cells.append(CsvCell(part.strip(), at - begin + 1, line))
                at += len(part) + 1
        else:
            while True:
                cell, at, passed = _cell(text, at, separator, begin, line)
                cells.append(cell)
                if passed:
                    line += passed
                    begin = text.rfind("\n", 0, at) + 1
                if at >= length or text[at] == "\n":
                    at += 1
                    break
                at += 1
        yield cells
        line += 1
        begin = at


def _cell(text: str, at: int, separator: str, begin: int, line: int) -> tuple[CsvCell, int, int]:
    """One cell, where it ends, and how many line ends it holds."""
    start = at
    while at < len(text) and text[at] == " ":
        at += 1
    if text[at : at + 1] != '"':
        end = _bare_end(text, at, separator)
        return CsvCell(text[at:end].strip(), start - begin + 1, line), end, 0
    parts = []
    at += 1
    while True:
        quote = text.find('"', at)
        if quote < 0:
            return CsvCell(text[at:], start - begin + 1, line, open=True), len(text), text.count("\n", start)
        parts.append(text[at:quote])
        if text[quote + 1 : quote + 2] != '"':
            break
        parts.append('"')
        at = quote + 2
    end = _bare_end(text, quote + 1, separator)
    return CsvCell("".join(parts), start - begin + 1, line), end, text.count("\n", start, quote)


def _bare_end(text: str, at: int, separator: str) -> int:
    ends = [e for e in (text.find(separator, at), text.find("\n", at)) if e >= 0]
    return min(ends, default=len(text))


def read_records(
    files: CaseFiles, name: str, columns: Sequence[str], optional: Iterable[str] = ()
) -> CsvRecords:
    """Read a table with these columns (any order); ``optional`` ones may be left out and are then empty.

    ``columns`` may be empty: then whatever the header says is taken.
    """
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
        what = "expected the name of a table in the case folder, saw a path that leads out of it"
        return CsvRecords(name, (), (), [Finding("", what, "put the table beside case.yaml", name)])
    if not files.has(name):
        what = f"expected a file {name} in the case folder, saw none"
        return CsvRecords(
            name, (), (), [Finding("", what, "put the table there, or delete what names it", name)]
        )
    text, findings = files.text(name)
    separator, lines = rows(text)
    if findings or not lines:
        findings = findings or [Finding("", "expected a header line, saw an empty file", "", name, 1, 1)]
        return CsvRecords(name, (), (), findings)
    cells, *body = lines
    findings = list(_header(name, cells, columns, tuple(optional)))
    header = tuple(c.text for c in cells)
    if findings:
        return CsvRecords(name, header, (), findings)
    sound = [
        row for found in body if (row := _row(name, header, found, tuple(optional), findings)) is not None
    ]
    return CsvRecords(name, header, tuple(sound), findings[:MOST_FINDINGS], separator=separator)


def _row(
    name: str,
    header: tuple[str, ...],
    cells: list[CsvCell],
    optional: tuple[str, ...],
    findings: list[Finding],
) -> CsvRow | None:
    line = cells[0].line
    if bad := spoiled(cells):
        findings.append(Finding("", bad[1], bad[2], name, bad[0].line, bad[0].column))
        return None
    end = cells[-1].column + len(cells[-1].text) + 1
    if len(cells) != len(header):
        what = f"expected {len(header)} cells as in the header, saw {len(cells)}"
        findings.append(Finding("", what, "put a text that holds a comma in double quotes", name, line, 1))
        return None
    named = dict(zip(header, cells, strict=True))
    named.update({c: CsvCell("", end, line) for c in optional if c not in named})
    return CsvRow(line, named)


def spoiled(cells: Sequence[CsvCell], most: int = MOST_CHARACTERS) -> tuple[CsvCell, str, str] | None:
    """A cell that cannot be meant, what is wrong with it, and a hint."""
    for cell in cells:
        if cell.open:
            what = "expected a quote at the end of this cell, saw the end of the file"
            return cell, what, "close the quote, or delete the one it opens with"
        if len(cell.text) > most:
            what = f"expected at most {most:,} characters, saw {len(cell.text):,}"
            return cell, what, "is a quote left open?"
    return None


def _header(
    name: str, cells: Sequence[CsvCell], columns: Sequence[str], optional: Sequence[str]
) -> Iterator[Finding]:
    seen: set[str] = set()
    known = [*columns, *optional]
    for cell in cells:
        if cell.text in seen:
            yield Finding(
                "", f"expected each column once, saw '{cell.text}' again", "", name, cell.line, cell.column
            )
        elif columns and cell.text not in known:
            close = nearest(cell.text, known)
            hint = f"did you mean '{close}'?" if close else f"columns: {', '.join(known)}"
            yield Finding("", f"no column called '{cell.text}'", hint, name, cell.line, cell.column)
        seen.add(cell.text)
    for column in columns:
        if column not in seen and not any(nearest(c.text, [column]) for c in cells if c.text not in known):
            what, hint = f"missing column '{column}'", f"columns: {', '.join(known)}"
            yield Finding("", what, hint, name, cells[0].line, 1)


def number(
    records: CsvRecords,
    row: CsvRow,
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
    if records.separator != "," and re.fullmatch(r"[+-]?\d+,\d+", text):
        text = text.replace(",", ".")
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


def add_row(text: str, fields: Mapping[str, str], columns: Sequence[str]) -> str:
    """The table with one more row; its remarks, order and separator stay. A new table gets ``columns``."""
    separator, lines = rows(text)
    header = [c.text for c in lines[0]] if lines else list(columns)
    missing = [c for c in columns if c not in header and fields.get(c)]
    if not lines:
        text = text.rstrip("\n") + ("\n" if text.strip() else "") + _line(header, separator)
    elif missing:  # rows that end early have empty cells there
        at = lines[0][0].line - 1
        every = text.split("\n")
        tail = "\r" if every[at].endswith("\r") else ""
        every[at] = every[at].rstrip("\r ").rstrip(separator) + separator + separator.join(missing) + tail
        text = "\n".join(every)
        header += missing
    if text and not text.endswith("\n"):
        text += "\n"
    return text + _line([fields.get(c, "") for c in header], separator)


def fill_row(text: str, ident: str, fields: Mapping[str, str], columns: Sequence[str]) -> str:
    """The table with cells of one row filled, or a row added where none has the id; every other line stays.

    The text as it was where the row does not stand on lines of its own.
    """
    separator, lines = rows(text)
    header = [c.text for c in lines[0]] if lines else []
    key = header.index("id") if "id" in header else 0
    row = next((r for r in lines[1:] if key < len(r) and r[key].text == ident), None)
    if row is None:
        return add_row(text, {**fields, "id": ident}, columns)
    missing = [c for c in fields if c not in header]
    every = text.split("\n")
    wide = [c.text for c in row] + [""] * (len(header) - len(row))
    wide = [fields.get(name, cell) for name, cell in zip(header, wide, strict=False)] + [
        fields[c] for c in missing
    ]
    first, last = row[0].line, max(c.line + c.text.count("\n") for c in row)
    every[first - 1 : last] = [_line(wide, separator).removesuffix("\n")]
    if missing:
        at = lines[0][0].line - 1
        every[at] = every[at].rstrip("\r ").rstrip(separator) + separator + separator.join(missing)
    whole = "\n".join(every)
    after = [[c.text for c in r] for r in rows(whole)[1][1:]]
    meant = [wide if r is row else [c.text for c in r] for r in lines[1:]]
    sound = all(a[: len(m)] == m and not any(a[len(m) :]) for a, m in zip(after, meant, strict=False))
    return whole if sound and len(after) == len(meant) else text


def _line(cells: Sequence[str], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerow(cells)
    return out.getvalue()
