"""A case as a workbook for a spreadsheet program, in and out: one sheet per noun, drop-down lists, a read-me sheet.

A row is a party, an issue, a statement ...; a column is a field, with ``/`` between a field and what lies in
it (``weights/water``). Lists and mappings inside a cell are JSON. Formulas are never evaluated and never written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from zopa.case import STANCES, Case
from zopa.case.model import KINDS
from zopa.errors import CaseError, Finding
from zopa.formats.documents import refuse
from zopa.formats.fidelity import Fidelity, left_out
from zopa.formats.grids import CellGrid, letters, packed, sheets_of, workbook_parts

__all__ = ["read", "recognise", "write"]

README = "read me"
GROUPS = (
    "parties",
    "issues",
    "rules",
    "statements",
    "speakers",
    "readings",
    "contacts",
    "figures",
    "shifts",
    "sources",
)
PART = 30_000
"""Characters of a text per cell; a spreadsheet holds 32,767."""
_JSON = re.compile(r'-?\d.*|true|false|null|[\[{"].*', re.S)
_NOTES = (
    "This workbook is a case of zopa. One sheet is one kind of thing, one row is one of them, one column is one field.",
    "A column such as weights/water is the field 'water' inside 'weights'; add columns and rows as you need.",
    'Leave empty what nobody said. Lists are written like ["a", "b"]. A number in quotation marks is a text.',
    "A formula is not evaluated when the workbook is read. Back to a case: zopa convert FILE.xlsx FOLDER",
)
_HELP = {
    "id": "A short name without spaces, used by the other sheets.",
    "stance": "How the party stands to the options.", "party": "The id of a party, from the sheet 'parties'.",
    "issue": "The id of an issue, from the sheet 'issues'.", "kind": "What sort of statement it is.",
    "role": "What the party is at the table.", "review/state": "Only accepted and edited statements count.",
}  # fmt: skip
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "parties": ("name", "role"), "issues": ("name",),
    "statements": ("source", "quote", "kind", "party", "issue", "options", "stance", "review/state"),
}  # fmt: skip
_LISTS: Mapping[str, tuple[str, ...]] = {
    "stance": tuple(STANCES), "kind": KINDS, "role": ("party", "ratifier", "mediator", "spoiler", "observer"),
    "review/state": ("suggested", "accepted", "edited", "rejected"),
}  # fmt: skip


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a workbook that was written as one of a case."""
    if len(files) != 1:
        return False
    name, raw = next(iter(files.items()))
    if not raw.startswith(b"PK\x03\x04") or b"xl/workbook.xml" not in raw:
        return False
    try:
        return {README, "parties", "issues"} <= {g.name for g in sheets_of(raw, name, Fidelity(""))}
    except CaseError:
        return False


def _cell(value: Any) -> str:
    """A value as the text of a cell; a text that would be taken for something else is quoted."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and not _JSON.fullmatch(value) and value == value.strip():
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _typed(value: Any) -> Any:
    """JSON as a case holds it: tuples for lists, dates for texts that are one."""
    if isinstance(value, list):
        return tuple(_typed(v) for v in value)
    if isinstance(value, dict):
        return {k: _typed(v) for k, v in value.items()}
    return _date(value) if isinstance(value, str) else value


def _date(text: str) -> str | date:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
    except ValueError:
        return text


def _value(text: str, file: str, place: str) -> Any:
    if not _JSON.fullmatch(text):
        return text
    if isinstance(day := _date(text), date):
        return day
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text[0] in '[{"':
            refuse(
                file, f"{place}: expected JSON in the cell, saw {text[:40]!r}", 'write a list like ["a", "b"]'
            )
        return text
    return found if isinstance(found, str) else _typed(found)


def _flat(value: Any, path: tuple[str, ...] = ()) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping) and value and len(path) < 6:
        for key, inner in value.items():
            yield from _flat(inner, (*path, str(key).replace("~", "~0").replace("/", "~1")))
    else:
        yield "/".join(path), value


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The workbook of a case."""
    fidelity = Fidelity("workbook")
    data = case.model_dump(exclude_defaults=True, by_alias=True)
    data.pop("digest", None)
    left_out(
        case,
        [f"{key}.**" for key in data if key != "cost_rows"] + [k for k in data if k != "cost_rows"],
        fidelity,
    )
    data.pop("cost_rows", None)
    sheets = {README: _inner([[line] for line in _NOTES], {})}
    head = {k: v for k, v in data.items() if k not in GROUPS}
    sheets["case"] = _inner([["field", "value"], *([path, _cell(v)] for path, v in _flat(head))], {})
    for group in GROUPS:
        nouns: Mapping[str, Any] = data.get(group, {})
        if not nouns and group not in ("parties", "issues", "statements"):
            continue
        rows = {ident: dict(_flat(noun)) for ident, noun in nouns.items()}
        columns = list(
            dict.fromkeys((*_COLUMNS.get(group, ()), *(c for row in rows.values() for c in row if c)))
        )
        body = [
            [_cell(ident), *(_cell(row[c]) if c in row else "" for c in columns)]
            for ident, row in rows.items()
        ]
        sheets[group] = _inner([["id", *columns], *body], _choices(case, ["id", *columns]))
        fidelity.keep(group, len(nouns))
    texts = [
        [_cell(i), str(k), s.text[k * PART : (k + 1) * PART]]
        for i, s in case.sources.items()
        for k in range(-(-len(s.text) // PART))
    ]
    if texts:
        sheets["texts"] = _inner([["source", "part", "text"], *texts], {})
    return {"": packed(workbook_parts(sheets))}, fidelity


def _choices(case: Case, columns: Iterable[str]) -> dict[int, tuple[str, str]]:
    """Column -> (formula of a list or nothing, help)."""
    found = {}
    for k, name in enumerate(columns):
        choice = ""
        if name in _LISTS and len(",".join(_LISTS[name])) < 250:
            choice = '"' + ",".join(_LISTS[name]) + '"'
        elif name in ("party", "issue"):
            group = "parties" if name == "party" else "issues"
            choice = f"{group}!$A$2:$A${len(getattr(case, group)) + 200}"
        if choice or name in _HELP:
            found[k] = (choice, _HELP.get(name, ""))
    return found


def _inner(rows: list[list[str]], choices: Mapping[int, tuple[str, str]]) -> str:
    lines = []
    for r, row in enumerate(rows, 1):
        cells = "".join(_xml_cell(f"{letters(c)}{r}", text) for c, text in enumerate(row) if text != "")
        lines.append(f'<row r="{r}">{cells}</row>')
    rules = "".join(
        f'<dataValidation type="{"list" if choice else "none"}" allowBlank="1" showInputMessage="1" '
        f'sqref="{letters(c)}2:{letters(c)}5000" prompt={quoteattr(said or " ")}>'
        + (f"<formula1>{escape(choice)}</formula1>" if choice else "")
        + "</dataValidation>"
        for c, (choice, said) in choices.items()
    )
    held = f'<dataValidations count="{len(choices)}">{rules}</dataValidations>' if choices else ""
    return f"<sheetData>{''.join(lines)}</sheetData>{held}"


def _xml_cell(at: str, text: str) -> str:
    if re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", text) and f"{float(text):.15g}" == text:
        return f'<c r="{at}"><v>{text}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def read(files: Mapping[str, bytes], source: str) -> tuple[Case, Fidelity]:
    """The case in a workbook.

    Raises
    ------
    CaseError
        A row without an id, an id twice, cells that a case cannot hold.
    """
    del source
    file, raw = next(iter(files.items()))
    fidelity = Fidelity("workbook")
    data: dict[str, Any] = {}
    texts: dict[str, dict[int, str]] = {}
    for grid in sheets_of(raw, file, fidelity):
        if grid.name == "case":
            _head(grid, data, file)
        elif grid.name == "texts":
            for row in grid.rows[1:]:
                ident, part, text = (*row, "", "", "")[:3]
                texts.setdefault(str(_value(ident, file, "texts")), {})[
                    int(part) if part.isdecimal() else 0
                ] = text
        elif grid.name in GROUPS:
            data[grid.name] = _group(grid, file)
            fidelity.keep(grid.name, len(data[grid.name]))
        elif grid.name != README:
            fidelity.leave("a sheet that is none of a case's", f"{file}, {grid.name}")
    for noun in data.get("sources", {}).values():
        noun |= {k: v.isoformat() for k, v in noun.items() if isinstance(v, date)}
    case = Case.model_validate({k: v for k, v in data.items() if v != {}})
    sources = {
        i: s.model_copy(update={"text": "".join(t for _, t in sorted(texts.get(i, {}).items()))})
        for i, s in case.sources.items()
    }
    return case.model_copy(update={"sources": sources}), fidelity


def _head(grid: CellGrid, data: dict[str, Any], file: str) -> None:
    for row in grid.rows[1:]:
        path, text = (*row, "", "")[:2]
        if path and text != "":
            _put(data, path, _value(text, file, f"sheet case, {path}"), file)


def _group(grid: CellGrid, file: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    columns = grid.rows[0]
    for k, row in enumerate(grid.rows[1:], 2):
        ident = (
            str(json.loads(row[0]))
            if row[0].startswith('"') and row[0].endswith('"') and len(row[0]) > 1
            else row[0]
        )
        place = f"sheet {grid.name}, row {k}"
        if not ident or ident in found:
            what = (
                f"expected an id of its own in the first column, saw {ident[:40]!r}"
                if ident
                else "expected an id in the first column, saw none"
            )
            raise CaseError([Finding(place, what, "", file)], "nothing was read")
        found[ident] = {}
        for path, text in zip(columns[1:], row[1:], strict=False):
            if path and text != "":
                _put(found[ident], path, _value(text, file, f"{place}, {path}"), file)
    return found


def _put(data: dict[str, Any], path: str, value: Any, file: str) -> None:
    *way, last = (p.replace("~1", "/").replace("~0", "~") for p in path.split("/"))
    here = data
    for step in way[:20]:
        here = here.setdefault(step, {})
        if not isinstance(here, dict):
            refuse(
                file,
                f"the column '{path[:60]}' lies inside a field that has a value of its own",
                "keep one of the two",
            )
    here[last] = value
