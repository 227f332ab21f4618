"""Tables in CSV, HTML, XLSX and DOCX files as plain grids of text, and back; no formula is evaluated, nothing fetched.

A merged cell counts for every row and column that it covers. Struck and deleted text is not read, inserted
text is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from xml.sax.saxutils import escape as xml_escape

from zopa.formats.documents import Element, decode, number, refuse, unzip, xml_tree, zipped
from zopa.formats.fidelity import Fidelity

__all__ = [
    "CellGrid",
    "grids_of",
    "kind_of",
    "letters",
    "office_parts",
    "packed",
    "sheets_of",
    "workbook_parts",
    "write_grid",
]

MOST_CELLS = 400_000
MOST_COLUMNS = 200
MOST_TEXT = 20_000


@dataclass
class CellGrid:
    """A table: its name and its rows of cells, all equally long."""

    name: str
    rows: list[list[str]] = field(default_factory=list)

    def squared(self) -> CellGrid:
        """The same with every row equally long and without empty rows and columns at the end."""
        width = max((len(r) for r in self.rows), default=0)
        rows = [r + [""] * (width - len(r)) for r in self.rows]
        while rows and not any(rows[-1]):
            rows.pop()
        used = [k for k in range(width) if any(r[k] for r in rows)]
        return CellGrid(self.name, [r[: used[-1] + 1] if used else [] for r in rows])


def kind_of(name: str, raw: bytes) -> str:
    """``docx``, ``xlsx``, ``html``, ``csv`` or nothing, by content and ending."""
    if raw.startswith(b"PK\x03\x04"):
        if b"word/document.xml" in raw:
            return "docx"
        return "xlsx" if b"xl/workbook.xml" in raw else ""
    if re.search(rb"<table[\s>]", raw[:2_000_000], re.I):
        return "html"
    return "csv" if name.lower().endswith((".csv", ".tsv")) and raw.strip() else ""


def grids_of(name: str, raw: bytes, fidelity: Fidelity) -> list[CellGrid]:
    """All tables of a file that are not empty.

    Raises
    ------
    CaseError
        Not readable, or larger than a table that people make.
    """
    kind = kind_of(name, raw)
    readers: Mapping[str, Callable[[bytes, str, Fidelity], list[CellGrid]]] = {
        "csv": _csv,
        "html": _html,
        "xlsx": _xlsx,
        "docx": _docx,
    }
    if kind not in readers:
        refuse(name, "expected a table in a CSV, HTML, XLSX or DOCX file, saw none")
    found = [g.squared() for g in readers[kind](raw, name, fidelity)]
    return [g for g in found if g.rows]


def _clean(text: str) -> str:
    plain = "".join(
        " " if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" else c
        for c in text
    )
    lines = [re.sub(r"[ \u00a0\u200b\u202f\u00ad]+", " ", line).strip() for line in plain.split("\n")]
    return "\n".join(line for line in lines if line)[:MOST_TEXT]


class _Sheet:
    """A grid that grows cell by cell, with merged areas."""

    def __init__(self, name: str, file: str) -> None:
        self.name, self.file = name, file
        self.cells: dict[tuple[int, int], str] = {}

    def put(self, row: int, column: int, text: str) -> None:
        if column < MOST_COLUMNS:
            self.cells[row, column] = text
        if len(self.cells) > MOST_CELLS:
            refuse(self.file, f"expected a table of at most {MOST_CELLS:,} cells, saw more", "split the file")

    def span(self, row: int, column: int, rows: int, columns: int, text: str) -> None:
        for r in range(row, row + min(rows, 2_000)):
            for c in range(column, column + min(columns, MOST_COLUMNS)):
                self.put(r, c, text)

    def grid(self) -> CellGrid:
        rows: dict[int, dict[int, str]] = {}
        for (r, c), text in self.cells.items():
            rows.setdefault(r, {})[c] = text
        found = [[rows[r].get(c, "") for c in range(max(rows[r]) + 1)] for r in sorted(rows)]
        return CellGrid(self.name, [r for r in found if any(r)])


def _csv(raw: bytes, file: str, fidelity: Fidelity) -> list[CellGrid]:
    text = decode(raw, file, fidelity)
    first = text[:20_000]
    mark = max(",;\t", key=lambda m: sum(line.count(m) for line in first.splitlines()[:20]))
    grid = CellGrid(file)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    cells = 0
    try:
        for row in lines:
            cells += len(row)
            if cells > MOST_CELLS:
                refuse(file, f"expected a table of at most {MOST_CELLS:,} cells, saw more", "split the file")
            plain = [_clean(cell) for cell in row[:MOST_COLUMNS]]
            grid.rows.append([c[1:] if re.match(r"'[=+\-@]", c) else c for c in plain])
    except csv.Error as error:
        refuse(
            file, f"expected CSV, saw a mistake: {error}", "is a quotation mark left open?", lines.line_num
        )
    grid.rows = [r for r in grid.rows if any(r)]
    return [grid]


class _TableParser(HTMLParser):
    """The outermost tables of a page; text of nested tables belongs to the cell around it."""

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.sheets: list[_Sheet] = []
        self.depth = self.row = self.hidden = 0
        self.words: list[str] | None = None
        self.size = (1, 1)

    def _close(self) -> None:
        if self.words is None or not self.sheets:
            return
        sheet = self.sheets[-1]
        column = next(c for c in range(MOST_COLUMNS + 1) if (self.row, c) not in sheet.cells)
        sheet.span(self.row, column, *self.size, _clean("".join(self.words)))
        self.words = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag in ("script", "style", "del", "s", "strike", "template"):
            self.hidden += 1
        elif tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.sheets.append(_Sheet(f"table {len(self.sheets) + 1}", self.file))
                self.row = -1
        elif self.depth == 1 and tag == "tr":
            self._close()
            self.row += 1
        elif self.depth == 1 and tag in ("td", "th"):
            self._close()
            self.row = max(self.row, 0)
            given = dict(attrs)
            spans = [str(given.get(k) or "1") for k in ("rowspan", "colspan")]
            rows, columns = (int(v) if re.fullmatch(r"[1-9]\d{0,2}", v) else 1 for v in spans)
            self.words, self.size = [], (rows, columns)
        elif tag in ("br", "p", "li", "div") and self.words is not None:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag in ("script", "style", "del", "s", "strike", "template"):
            self.hidden = max(0, self.hidden - 1)
        elif tag == "table" and self.depth:
            if self.depth == 1:
                self._close()
            self.depth -= 1
        elif self.depth == 1 and tag in ("td", "th", "tr"):
            self._close()

    def handle_data(self, data: str) -> None:
        """Text of the open cell."""
        if self.words is not None and not self.hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def _html(raw: bytes, file: str, fidelity: Fidelity) -> list[CellGrid]:
    text = decode(raw, file, fidelity)
    if len(text) > 5_000_000 or text.count("<") > 500_000:
        refuse(file, "expected a page of at most 5 MB, saw more", "save only the table")
    if "<![" in text or text.count("<!--") > text.count("-->"):
        text = re.sub(r"<!--.{0,20000}?-->", " ", text, flags=re.S).replace("<!", "&lt;!")
    parser = _TableParser(file)
    try:
        parser.feed(text)
        parser.close()
    except (AssertionError, ValueError) as error:
        refuse(file, f"expected HTML, saw a mistake: {error}")
    parser._close()
    return [s.grid() for s in parser.sheets]


# --- Office files; the XML is read directly, so that limits hold


def _tree(members: Mapping[str, bytes], name: str, file: str) -> Element:
    if name not in members:
        refuse(file, f"expected {name} in the file, saw none", "is the file damaged?")
    return xml_tree(decode(members[name], f"{file}/{name}"), f"{file}/{name}")


def _noted(raw: bytes, file: str, fidelity: Fidelity) -> Mapping[str, bytes]:
    members = unzip(
        raw, file, lambda n: n.endswith((".xml", ".rels", ".bin")) and not n.startswith("customXml")
    )
    if any(n.endswith("vbaProject.bin") for n in members):
        fidelity.leave("macros, which are not read", file)
    links = sum(n.startswith(("xl/externalLinks/",)) and n.endswith(".xml") for n in members)
    if links:
        fidelity.leave("links to other files, which are not followed", file, links)
    return members


def _xlsx(raw: bytes, file: str, fidelity: Fidelity) -> list[CellGrid]:
    return sheets_of(raw, file, fidelity, _clean)


def sheets_of(raw: bytes, file: str, fidelity: Fidelity, clean: Callable[[str], str] = str) -> list[CellGrid]:
    """Every sheet of a workbook as text, each cell put through ``clean``."""
    members = _noted(raw, file, fidelity)
    shared: list[str] = []
    if "xl/sharedStrings.xml" in members:
        shared = [
            "".join(t.text for t in si.walk() if t.tag == "t")
            for si in _tree(members, "xl/sharedStrings.xml", file).all("si")
        ]
    book = _tree(members, "xl/workbook.xml", file)
    targets = {
        e.attributes.get("Id", ""): e.attributes.get("Target", "")
        for e in (
            _tree(members, "xl/_rels/workbook.xml.rels", file).children
            if "xl/_rels/workbook.xml.rels" in members
            else ()
        )
    }
    found = []
    for sheet in book.all("sheets", "sheet"):
        target = targets.get(sheet.attributes.get("id", ""), "").removeprefix("/xl/").removeprefix("xl/")
        if f"xl/{target}" not in members:
            continue
        found.append(
            _sheet(
                _tree(members, f"xl/{target}", file),
                sheet.attributes.get("name", "sheet"),
                file,
                shared,
                fidelity,
                clean,
            )
        )
    return found


def _sheet(
    root: Element,
    name: str,
    file: str,
    shared: Sequence[str],
    fidelity: Fidelity,
    clean: Callable[[str], str],
) -> CellGrid:
    sheet = _Sheet(name, file)
    formulas = 0
    for row in root.all("sheetData", "row"):
        for cell in row.all("c"):
            at = _address(cell.attributes.get("r", ""))
            if at is None:
                continue
            if cell.find("f") is not None:
                formulas += 1
            sheet.put(*at, clean(_value(cell, shared)))
    for merge in root.all("mergeCells", "mergeCell"):
        ends = [_address(part) for part in merge.attributes.get("ref", "").split(":")]
        start, stop = (*ends, None, None)[:2]
        if start is not None and stop is not None:
            size = (stop[0] - start[0] + 1, stop[1] - start[1] + 1)
            sheet.span(*start, *size, sheet.cells.get(start, ""))
    if formulas:
        fidelity.change(
            "formulas are not evaluated; the value that was saved with them is read",
            f"{file}, {name}",
            formulas,
        )
    return sheet.grid()


def _value(cell: Element, shared: Sequence[str]) -> str:
    kind, text = cell.attributes.get("t", "n"), cell.words("v")
    if kind == "inlineStr":
        return "".join(t.text for t in cell.walk() if t.tag == "t")
    if kind == "s":
        return shared[int(text)] if text.isascii() and text.isdecimal() and int(text) < len(shared) else ""
    if kind == "b":
        return {"1": "yes", "0": "no"}.get(text, text)
    found = number(text)
    if found is not None and "." in text and kind == "n":
        return f"{float(found):.15g}"
    return text


def _address(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})", text)
    if not found:
        return None
    column = 0
    for c in found[1].upper():
        column = column * 26 + ord(c) - 64
    return int(found[2]) - 1, column - 1


def _docx(raw: bytes, file: str, fidelity: Fidelity) -> list[CellGrid]:
    members = _noted(raw, file, fidelity)
    root = _tree(members, "word/document.xml", file)
    remarks = members.get("word/comments.xml", b"").count(b"<w:comment ")
    if remarks:
        fidelity.leave("comments, which --from word reads", file, remarks)
    tables = [e for e in root.walk() if e.tag == "tbl"]
    inner = {id(e) for t in tables for e in t.walk() if e.tag == "tbl" and e is not t}
    found = []
    for k, table in enumerate((t for t in tables if id(t) not in inner), 1):
        sheet = _Sheet(f"table {k}", file)
        for r, row in enumerate(e for e in table.children if e.tag == "tr"):
            column = 0
            for cell in (e for e in row.children if e.tag == "tc"):
                column = _word_cell(sheet, cell, r, column)
        found.append(sheet.grid())
    struck = sum(e.tag == "del" for e in root.walk())
    if struck:
        fidelity.change("deleted text of tracked changes is not read, inserted text is", file, struck)
    return found


def _word_cell(sheet: _Sheet, cell: Element, row: int, column: int) -> int:
    wide, merge = 1, None
    for e in cell.all("tcPr"):
        for one in e.children:
            if one.tag == "gridSpan" and re.fullmatch(r"[1-9]\d?", one.attributes.get("val", "")):
                wide = int(one.attributes["val"])
            if one.tag == "vMerge":
                merge = one.attributes.get("val", "continue")
    if merge == "continue":
        text = sheet.cells.get((row - 1, column), "")
    else:
        text = "\n".join(_paragraph(p) for p in cell.walk() if p.tag == "p")
    sheet.span(row, column, 1, wide, _clean(text))
    return column + wide


def _paragraph(paragraph: Element) -> str:
    words: list[str] = []
    waiting = list(reversed(paragraph.children))
    while waiting:
        e = waiting.pop()
        if e.tag in ("del", "moveFrom", "p", "tbl"):
            continue
        if e.tag == "r" and any(
            x.tag in ("strike", "dstrike") and x.attributes.get("val", "1") not in ("0", "false")
            for x in e.all("rPr")
            for x in x.children
        ):
            continue
        if e.tag == "t":
            words.append(e.text)
        elif e.tag in ("tab", "br", "cr"):
            words.append(" ")
        waiting += reversed(e.children)
    return "".join(words)


# --- out


def write_grid(grid: CellGrid, kind: str) -> bytes:
    """The grid as a file of a kind; cells that begin with = + - @ stay text."""
    if kind == "csv":
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerows([[f"'{c}" if re.match(r"[=+\-@]", c) else c for c in row] for row in grid.rows])
        return out.getvalue().encode("utf-8", "replace")
    if kind == "html":
        head, *body = [[escape(c).replace("\n", "<br>") for c in row] for row in grid.rows]
        lines = [
            "<!DOCTYPE html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(grid.name)}</title></head><body><table>',
        ]
        lines.append("<tr>" + "".join(f"<th>{c}</th>" for c in head) + "</tr>")
        lines += ["<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in body]
        return "\n".join([*lines, "</table></body></html>", ""]).encode("utf-8", "replace")
    return packed(_word_parts(grid)) if kind == "docx" else packed(_excel_parts(grid))


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>{}</Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = '<Relationship Id="rId1" Type="{}/{}" Target="{}"/>'
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_MAIN = "application/vnd.openxmlformats-officedocument."


def packed(parts: Mapping[str, str]) -> bytes:
    """The parts of an Office file as its archive; the same parts give the same bytes."""
    declared = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return zipped({name: (declared + text).encode("utf-8", "replace") for name, text in parts.items()})


def _word_parts(grid: CellGrid) -> dict[str, str]:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

    def cell(text: str, bold: bool) -> str:
        look = "<w:rPr><w:b/></w:rPr>" if bold else ""
        lines = "".join(
            f'<w:p><w:r>{look}<w:t xml:space="preserve">{xml_escape(line)}</w:t></w:r></w:p>'
            for line in text.split("\n")
        )
        return f'<w:tc><w:tcPr><w:tcW w:w="2400" w:type="dxa"/></w:tcPr>{lines}</w:tc>'

    rows = "".join(
        "<w:tr>" + "".join(cell(c, k == 0) for c in row) + "</w:tr>" for k, row in enumerate(grid.rows)
    )
    width, column = len(grid.rows[0]), '<w:gridCol w:w="2400"/>'
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    body = (
        f'<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{xml_escape(grid.name)}</w:t></w:r></w:p>'
        f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{border}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{column * width}</w:tblGrid>{rows}</w:tbl><w:p/>"
        '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>'
    )
    main = f'<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>'
    return office_parts("word/document.xml", "wordprocessingml.document.main", main, {})


def office_parts(name: str, kind: str, main: str, others: Mapping[str, str]) -> dict[str, str]:
    """The parts of an Office file from its main part and those beside it (``comments``, ``styles``)."""
    folder, _, file = name.rpartition("/")
    family = kind.partition(".")[0]
    kinds = "".join(
        f'<Override PartName="/{part}" ContentType="{_MAIN}{sort}+xml"/>'
        for part, sort in [(name, kind), *((f"{folder}/{o}.xml", f"{family}.{o}") for o in others)]
    )
    links = "".join(
        _RELATION.format(_OFFICE, o, f"{o}.xml").replace('"rId1"', f'"rId{k}"')
        for k, o in enumerate(others, 1)
    )
    return {
        "[Content_Types].xml": _TYPES.format(kinds),
        "_rels/.rels": _RELATIONS.format(_RELATION.format(_OFFICE, "officeDocument", name)),
        name: main,
        **({f"{folder}/_rels/{file}.rels": _RELATIONS.format(links)} if others else {}),
        **{f"{folder}/{o}.xml": text for o, text in others.items()},
    }


def _excel_parts(grid: CellGrid) -> dict[str, str]:
    rows = "".join(
        f'<row r="{r}">'
        + "".join(_text_cell(f"{letters(c)}{r}", text) for c, text in enumerate(row) if text)
        + "</row>"
        for r, row in enumerate(grid.rows, 1)
    )
    return workbook_parts({"positions": f"<sheetData>{rows}</sheetData>"})


def _text_cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{xml_escape(text)}</t></is></c>'


def workbook_parts(sheets: Mapping[str, str]) -> dict[str, str]:
    """The parts of a workbook from the inner XML of its sheets."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    numbers = list(enumerate(sheets, 1))
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="{_MAIN}spreadsheetml.worksheet+xml"/>'
        for k, _ in numbers
    )
    listed = "".join(f'<sheet name="{xml_escape(n)}" sheetId="{k}" r:id="rId{k}"/>' for k, n in numbers)
    links = "".join(
        _RELATION.format(_OFFICE, "worksheet", f"worksheets/sheet{k}.xml").replace('"rId1"', f'"rId{k}"')
        for k, _ in numbers
    )
    return {
        "[Content_Types].xml": _TYPES.format(
            f'<Override PartName="/xl/workbook.xml" ContentType="{_MAIN}spreadsheetml.sheet.main+xml"/>{kinds}'
        ),
        "_rels/.rels": _RELATIONS.format(_RELATION.format(_OFFICE, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(links),
        **{
            f"xl/worksheets/sheet{k}.xml": f'<worksheet xmlns="{main}">{sheets[n]}</worksheet>'
            for k, n in numbers
        },
    }


def letters(column: int) -> str:
    """The name of a column of a sheet, counted from 0: A, B, ... AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
