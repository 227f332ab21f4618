"""A case folder in, a :class:`Case` out; or every problem at once, located, causes only.

Each piece (a party, an issue, a rule, a statement) is validated by itself, so that one broken piece
does not hide the problems of the others; references to a broken piece are not reported again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from zopa.case import model as nouns
from zopa.case.model import NOT_WRITTEN, Case
from zopa.casefile import csvdoc
from zopa.casefile.anchors import digest, normalise
from zopa.casefile.checks import MAX_FINDINGS, Pieces, cross_check
from zopa.casefile.folder import CaseFiles
from zopa.casefile.messages import causes, finding_of, saw, validate, words
from zopa.casefile.section_checks import check_sections
from zopa.casefile.write import finish
from zopa.casefile.yamldoc import YamlDocument, read_yaml
from zopa.errors import CannotWrite, CaseError, Finding, nearest

__all__ = [
    "CASE_FILE",
    "RECORDS_FILE",
    "SOURCES_FILE",
    "SOURCE_COLUMNS",
    "case_digest",
    "check",
    "examine",
    "inspect",
    "load",
]

CASE_FILE, RECORDS_FILE, SOURCES_FILE = "case.yaml", "statements.yaml", "sources/sources.csv"
Model = TypeVar("Model", bound=BaseModel)

GROUPS: Mapping[str, type[BaseModel]] = {
    "parties": nouns.Party, "speakers": nouns.Speaker, "issues": nouns.Issue, "rules": nouns.Rule,
    "readings": nouns.ReadingSet,
}  # fmt: skip
LISTS: Mapping[str, type[BaseModel]] = {"interactions": nouns.Interaction, "expect": nouns.Expected}
RECORDS: Mapping[str, type[BaseModel]] = {
    "statements": nouns.Statement, "contacts": nouns.Contact, "figures": nouns.Figure, "shifts": nouns.Shift,
}  # fmt: skip
SOURCE_COLUMNS = ("id", *(n for n in nouns.Source.model_fields if n not in ("file", "text")))
MOST_SOURCES = 10_000
MOST_TEXT = 200_000_000
"""Characters of all sources together."""


def load(folder: str | Path) -> Case:
    """Load a case from its folder, from the path of its ``case.yaml``, or by the name of a bundled example.

    Raises
    ------
    CaseError
        The folder is not sound; ``findings`` holds every problem, located. Nothing is half-loaded.
    """
    case, findings = inspect(folder)
    if case is None or findings:
        raise CaseError(findings)
    return case.opened


def check(folder: str | Path) -> list[Finding]:
    """Every problem of a case folder, located, in file order; empty when the case is sound."""
    return inspect(folder)[1]


def inspect(
    folder: str | Path, instead: Mapping[str, str | None] | None = None
) -> tuple[Case | None, list[Finding]]:
    """The case, or None, and all findings in file order (empty when the folder is sound).

    ``instead`` holds texts by file name that are read in place of the files: an edit before it is saved.
    """
    case, pieces = examine(folder, instead)
    return case, pieces.findings


def examine(
    folder: str | Path, instead: Mapping[str, str | None] | None = None
) -> tuple[Case | None, Pieces]:
    """As :func:`inspect`, with the pieces: what stands where, and where each name is used."""
    files, problem = _open(folder, instead or {})
    if files is None:
        return None, Pieces(YamlDocument(CASE_FILE), findings=[problem])
    main = read_yaml(files, CASE_FILE)
    pieces = Pieces(main)
    _read_main(main, pieces)
    pieces.sources, source_findings = _read_sources(files)
    pieces.declared["sources"] = {n[8:-4] for n in files.names("sources/*.txt")}
    records = read_yaml(files, RECORDS_FILE) if files.has(RECORDS_FILE) else None
    if records is not None:
        pieces.records = records
        _read_records(records, pieces)
    findings = [*main.findings, *(records.findings if records else []), *source_findings]
    extra: dict[str, Any] = {}
    if isinstance(main.data, dict):
        findings += cross_check(pieces)
        extra = check_sections(files, pieces, findings)
    order = {CASE_FILE: 0, RECORDS_FILE: 1}
    findings.sort(key=lambda f: (order.get(f.file, 2), f.file, f.line, f.column))
    pieces.findings = findings[:MAX_FINDINGS]
    if findings:
        return None, pieces
    fields: dict[str, Any] = {**pieces.top, **pieces.groups, **pieces.lists, **pieces.record_groups, **extra}
    fields |= {"sources": pieces.sources, "digest": case_digest(files), "folder": str(files.root)}
    return Case.model_validate(fields), pieces


def _instead(name: str) -> str:
    """What a user may have meant by a name at which there is nothing."""
    examples = sorted(p.name for p in (Path(__file__).parents[1] / "examples").iterdir() if p.is_dir())
    close = nearest(Path(name).name, examples)
    if close:
        return f"did you mean the example '{close}'?"
    return f"`zopa init FOLDER` makes one; the examples are {', '.join(examples)}"


def _open(folder: str | Path, instead: Mapping[str, str | None]) -> tuple[CaseFiles | None, Finding]:
    """The files of a folder, or what is wrong with its path; an act that was stopped in it is completed."""
    root, hint = Path(folder), "`zopa init FOLDER` makes one"
    try:
        root = root if root.exists() else _bundled(str(folder)) or root
        root = root.parent if root.is_file() else root
        nothing = not root.is_dir()
    except (OSError, ValueError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        return None, Finding("", what, "", str(folder))
    if nothing:
        return None, Finding(
            "", "expected a case folder, saw nothing there", _instead(str(folder)), str(folder)
        )
    try:
        finish(root)
    except CannotWrite as error:
        what = f"an interrupted change of this folder cannot be completed: {error.why}"
        return None, Finding("", what, "make the folder writable, or copy it", str(folder))
    files = CaseFiles(root, instead)
    if not files.has(CASE_FILE) or (CASE_FILE not in instead and not (root / CASE_FILE).exists()):
        return None, Finding("", "expected a file case.yaml in this folder", hint, str(folder))
    return files, Finding("", "")


def _bundled(name: str) -> Path | None:
    """The folder of a case that comes with zopa, by its name."""
    here = Path(__file__).parents[1] / "examples" / name
    return here if re.fullmatch(r"[\w-]+", name) and here.is_dir() else None


def case_digest(files: CaseFiles) -> str:
    """sha256 over the case's files, in a fixed order."""
    total = hashlib.sha256()
    names = [CASE_FILE, RECORDS_FILE, SOURCES_FILE, *files.names("*.csv"), *files.names("sources/*.txt")]
    for name in names:
        if files.is_file(name):
            total.update(name.encode("utf-8", "surrogateescape") + b"\0" + files.raw(name) + b"\0")
    return total.hexdigest()


def _read_main(doc: YamlDocument, pieces: Pieces) -> None:
    if doc.findings and doc.data is None:
        return
    if not isinstance(doc.data, dict):
        doc.findings.append(
            doc.finding(
                (),
                "expected 'title:', 'parties:', 'issues:' ..., saw no such keys",
                "`zopa init FOLDER` makes a starter case",
            )
        )
        return
    known = [n for n in Case.model_fields if n not in NOT_WRITTEN]
    for key in doc.data:
        if key not in known:
            where = "statements.yaml" if key in RECORDS else "the folder sources/" if key == "sources" else ""
            close = nearest(key, known)
            hint = (
                f"move it to {where}"
                if where
                else f"did you mean '{close}'?"
                if close
                else "known keys: " + ", ".join(known)
            )
            doc.findings.append(doc.finding((key,), "unknown key", hint))
    for key in ("title", "parties", "issues"):
        if key not in doc.data and not any(nearest(k, [key]) for k in doc.data if k not in known):
            doc.findings.append(doc.finding((), f"missing key '{key}'", _MISSING[key]))
    for key, model in GROUPS.items():
        pieces.groups[key] = _group(doc, key, model, pieces)
    for key, model in LISTS.items():
        pieces.lists[key] = _list(doc, key, model)
    head = {k: v for k, v in doc.data.items() if k in nouns.Head.model_fields}
    _head(doc, head, pieces)


_MISSING = {
    "title": "write `title: ...` as the first line",
    "parties": "write `parties:` with one entry per party",
    "issues": "write `issues:` with one entry per issue",
}


def _head(doc: YamlDocument, raw: dict[str, Any], pieces: Pieces) -> None:
    """The plain fields; those that are sound are kept even when others are not."""
    try:
        head = nouns.Head.model_validate(raw)
    except ValidationError as error:
        bad = {e["loc"][0] for e in error.errors(include_url=False)}
        doc.findings += [
            finding_of(doc, (), e)
            for e in causes(doc, (), error)
            if e["type"] != "missing" or len(e["loc"]) > 1
        ]
        head = nouns.Head.model_validate({"title": "-", **{k: v for k, v in raw.items() if k not in bad}})
    pieces.top = {name: getattr(head, name) for name in nouns.Head.model_fields}


def _group(doc: YamlDocument, key: str, model: type[Model], pieces: Pieces) -> dict[str, Model]:
    raw = doc.data.get(key)
    if doc.consequence((key,)) or (key not in doc.data and any(nearest(k, [key]) for k in doc.data)):
        pieces.declared[key] = None  # what it holds is not known, so no name is missing from it
    if raw is None:
        if key in _MISSING:
            pieces.declared[key] = None
        if key in doc.data and key in _MISSING and not doc.consequence((key,)):
            doc.findings.append(
                doc.finding((key,), f"expected one entry per {_ONE[key]}, saw nothing", _MISSING[key])
            )
        return {}
    if not isinstance(raw, dict):
        doc.findings.append(
            doc.finding(
                (key,),
                f"expected a mapping from id to {_ONE.get(key, 'entry')}, saw {saw(raw)}",
                f"write `{key}:` and below it one indented `id:` per entry",
            )
        )
        pieces.declared[key] = None
        return {}
    pieces.declared.setdefault(key, set(raw))
    found = {}
    for name, value in raw.items():
        item = validate(doc, (key, name), model, value)
        if item is not None:
            found[name] = item
    return found


_ONE = {
    "parties": "party", "issues": "issue", "rules": "rule", "speakers": "speaker", "readings": "set of readings",
    "statements": "statement",
}  # fmt: skip


def _list(doc: YamlDocument, key: str, model: type[Model]) -> tuple[Model, ...]:
    raw = doc.data.get(key)
    if raw is None:
        return ()
    if not isinstance(raw, tuple):
        doc.findings.append(
            doc.finding((key,), f"expected a list, saw {saw(raw)}", "start each entry with '- '")
        )
        return ()
    items = [validate(doc, (key, i), model, value) for i, value in enumerate(raw)]
    return tuple(item for item in items if item is not None)


def _read_records(doc: YamlDocument, pieces: Pieces) -> None:
    if doc.data is None and not doc.findings:
        return
    if not isinstance(doc.data, dict):
        if doc.data is not None:
            doc.findings.append(doc.finding((), f"expected 'statements:', saw {saw(doc.data)}"))
        pieces.declared |= dict.fromkeys(RECORDS)
        return
    for key in doc.data:
        if key not in RECORDS:
            close = nearest(key, RECORDS)
            doc.findings.append(
                doc.finding(
                    (key,),
                    "unknown key",
                    f"did you mean '{close}'?" if close else "known keys: " + ", ".join(RECORDS),
                )
            )
    for key, model in RECORDS.items():
        pieces.record_groups[key] = _group(doc, key, model, pieces)


def _read_sources(files: CaseFiles) -> tuple[dict[str, nouns.Source], list[Finding]]:
    found: dict[str, nouns.Source] = {}
    rows, findings = _read_rows(files)
    names = files.names("sources/*.txt")
    total = 0
    if len(names) > MOST_SOURCES:
        what = f"expected at most {MOST_SOURCES:,} texts in sources/, saw {len(names):,}"
        return {}, [*findings, Finding("", what, "split the case", "sources")]
    for name in names:
        ident = name[8:-4]
        text, problems = files.text(name)
        findings += problems
        at, row = rows.pop(ident, (1, {}))
        if problems:
            continue
        text = normalise(text)
        total += len(text)
        if total > MOST_TEXT:
            what = f"expected at most {MOST_TEXT / 1e6:g} million characters in all sources, saw more"
            return found, [*findings, Finding("", what, "split the case", name)]
        if row.get("sha256") and row["sha256"] != digest(text):
            what = "the text has changed since it was registered: its sha256 differs from sources.csv"
            hint = f"if the change is meant, write sha256 {digest(text)}"
            findings.append(Finding("", what, hint, name, 1, 1))
            continue
        fields = {k: v for k, v in row.items() if k in SOURCE_COLUMNS and k != "id" and v}
        try:
            found[ident] = nouns.Source.model_validate(
                {**fields, "sha256": digest(text), "file": name, "text": text}
            )
        except ValidationError as error:
            findings += [
                Finding(f"{ident}.{e['loc'][0]}", *words(e), SOURCES_FILE, at, 1)
                for e in error.errors(include_url=False)
            ]
    for ident, (at, _) in rows.items():
        what, hint = f"expected a file sources/{ident}.txt, saw none", "put the text there, or delete the row"
        findings.append(Finding(ident, what, hint, SOURCES_FILE, at, 1))
    return found, findings


def _read_rows(files: CaseFiles) -> tuple[dict[str, tuple[int, dict[str, str]]], list[Finding]]:
    """Publication data by source id: line in the table, and its fields. A row may end early."""
    rows: dict[str, tuple[int, dict[str, str]]] = {}
    if files.has("sources.csv"):
        what = "sources.csv beside case.yaml is not read, so titles and dates of sources would be missing"
        return {}, [Finding("", what, f"move it to {SOURCES_FILE}", "sources.csv", 1, 1)]
    if not files.has(SOURCES_FILE):
        return rows, []
    text, findings = files.text(SOURCES_FILE)
    _, lines = csvdoc.rows(text)
    if findings or not lines:
        return rows, findings

    def problem(cell: csvdoc.CsvCell, what: str, hint: str = "", column: int = 1) -> None:
        findings.append(Finding("", what, hint, SOURCES_FILE, cell.line, column))

    head, *body = lines
    columns = [c.text for c in head]
    if "id" not in columns:
        problem(head[0], "missing column 'id'", "the id is the file name without .txt")
        return rows, findings
    for name in columns:
        if name not in SOURCE_COLUMNS:
            close = nearest(name, SOURCE_COLUMNS)
            known = f"did you mean '{close}'?" if close else "known columns: " + ", ".join(SOURCE_COLUMNS)
            problem(head[0], f"unknown column '{name}'", known)
    for cells in body:
        if spoiled := csvdoc.spoiled(cells, 20_000):
            problem(spoiled[0], spoiled[1], spoiled[2], spoiled[0].column)
            continue
        if len(cells) > len(columns):
            what = f"expected {len(columns)} fields, saw more"
            problem(cells[0], what, "put a field that has a comma in quotes")
        row = {c: "" for c in columns} | {c: cell.text for c, cell in zip(columns, cells, strict=False)}
        ident = row["id"]
        if not ident or ident in rows:
            what = f"expected each id once, saw '{ident}' again" if ident else "expected an id"
            problem(cells[0], what, "the id is the file name without .txt")
            continue
        rows[ident] = cells[0].line, row
    return rows, findings
