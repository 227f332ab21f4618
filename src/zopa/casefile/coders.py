"""Who coded a statement how: ``codings.csv`` of a case, the reviewer's decisions, and what the reader suggested.

``codings.csv`` has the columns coder, statement, field, value: one row per judgment of a second coder. What the
reader of ``zopa read`` first suggested is known where the record was kept then (:mod:`zopa.casefile.change_log`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zopa.case import Case
from zopa.case.records import Statement
from zopa.casefile.change_log import kept, read_record
from zopa.casefile.folder import CaseFiles
from zopa.casefile.pieces import split
from zopa.casefile.write import fingerprint, one_step
from zopa.casefile.yamldoc import parse_yaml
from zopa.errors import CaseError, Finding

__all__ = ["CODED", "CODINGS_FILE", "READER", "Coding", "add_codings", "codings_of", "first_suggested"]

CODINGS_FILE = "codings.csv"
COLUMNS = ("coder", "statement", "field", "value")
CODED = ("kind", "party", "issue", "options", "stance", "strength")
"""The fields of a statement that coders judge."""
READER = "reader"
"""The name of the machine among the coders."""


@dataclass(frozen=True)
class Coding:
    """What one coder says about one field of one statement; options are joined by ``|`` in the order of their names."""

    coder: str
    statement: str
    field: str
    value: str


def codings_of(folder: str | Path, case: Case) -> list[Coding]:
    """All codings of a case: of the reviewers, of the reader, and of ``codings.csv``.

    The party of a statement without one of its own is the party that its speaker speaks for.

    Raises
    ------
    CaseError
        A row of ``codings.csv`` is not right; every problem, located.
    """
    root = Path(folder)
    found = list(_rows(CaseFiles(root), case.statements))
    suggested = first_suggested(root)
    for ident, s in case.statements.items():
        if s.review.state in ("accepted", "edited"):
            found += _of(s.review.by or "reviewer", ident, s, case)
        if ident in suggested:
            found += _of(READER, ident, suggested[ident], case)
        elif s.extractor and s.review.state in ("suggested", "accepted") and not s.history:
            found += _of(READER, ident, s, case)  # nobody changed it
    return found


def _of(coder: str, ident: str, s: Any, case: Case) -> Iterator[Coding]:
    def field(name: str) -> Any:
        return s.get(name) if isinstance(s, Mapping) else getattr(s, name, None)

    for name in CODED:
        value = field(name)
        if name == "party" and not value and field("speaker") in case.speakers:
            value = case.speakers[field("speaker")].party
        if isinstance(value, list | tuple):
            value = "|".join(sorted(map(str, value)))
        yield Coding(coder, ident, name, "" if value is None else str(value))


def first_suggested(root: Path) -> dict[str, Mapping[str, Any]]:
    """Statement -> how the record has it when it was first suggested."""
    first: dict[str, Mapping[str, Any]] = {}
    for entry in read_record(root) if kept(root) else ():
        for c in entry.changes:
            if c.file != "statements.yaml" or c.after is None:
                continue
            parts = split(c.file, c.after) if c.record == c.file else {c.record: c.after}
            for record, text in parts.items():
                section, _, ident = record.partition(".")
                if section == "statements" and ident and ident not in first:
                    said = _suggestion(text, ident)
                    if said is not None:
                        first[ident] = said
    return first


def _suggestion(text: str, ident: str) -> Mapping[str, Any] | None:
    data: Any = parse_yaml("statements:\n" + text, "record.jsonl").data
    try:
        one = data["statements"][ident]
        return one if one["review"]["state"] == "suggested" else None
    except (KeyError, TypeError):
        return None


def _rows(files: CaseFiles, statements: Mapping[str, Statement]) -> Iterator[Coding]:
    if not files.has(CODINGS_FILE):
        return
    text, findings = files.text(CODINGS_FILE)
    if findings:
        raise CaseError(findings)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        what = f"expected the columns {', '.join(COLUMNS)}; {', '.join(missing)} not found"
        raise CaseError([Finding("", what, "name them in the first line", CODINGS_FILE, 1, 1)])
    for row in reader:
        coder, ident, name, value = ((row[c] or "").strip() for c in COLUMNS)
        what = ""
        if not coder:
            what = "expected the name of a coder, saw an empty cell"
        elif ident not in statements:
            what = f"there is no statement called '{ident}'"
        elif name not in CODED:
            what = f"expected one of {', '.join(CODED)}, saw '{name}'"
        if what:
            findings.append(Finding("", what, "", CODINGS_FILE, reader.line_num, 1))
            continue
        if name == "options":
            value = "|".join(sorted(v.strip() for v in value.split("|")))
        yield Coding(coder, ident, name, value)
    if findings:
        raise CaseError(findings)


def add_codings(folder: str | Path, codings: Iterable[Coding]) -> None:
    """Write codings into ``codings.csv``; a later judgment of a coder takes the place of an earlier one."""
    root = Path(folder)
    was = fingerprint(root / CODINGS_FILE)
    files = CaseFiles(root)
    text, findings = files.text(CODINGS_FILE) if files.has(CODINGS_FILE) else ("", [])
    if findings:
        raise CaseError(findings, "nothing was changed")
    rows = {(r["coder"], r["statement"], r["field"]): r["value"] for r in csv.DictReader(io.StringIO(text))}
    rows |= {(c.coder, c.statement, c.field): c.value for c in codings}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *((*key, value) for key, value in rows.items())])
    with one_step(root) as act:
        act.write(CODINGS_FILE, out.getvalue(), was)
