"""A case folder in, a :class:`Case` out; or every problem at once, located, causes only.

Each piece (a party, an issue, a rule, a statement) is validated by itself, so that one broken piece
does not hide the problems of the others; references to a broken piece are not reported again.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zopa.case import costs, division, forecast, graph
from zopa.case import model as nouns
from zopa.case.model import Case
from zopa.casefile.anchors import digest, normalise
from zopa.casefile.checks import Pieces, cross_check
from zopa.casefile.costs_file import CostData, read_costs
from zopa.casefile.graph_checks import graph_findings
from zopa.casefile.yamldoc import Document, read_text, read_yaml
from zopa.errors import CaseError, Finding, nearest

__all__ = ["case_digest", "inspect", "load"]

Model = TypeVar("Model", bound=BaseModel)

GROUPS: Mapping[str, type[BaseModel]] = {
    "parties": nouns.Party, "speakers": nouns.Speaker, "issues": nouns.Issue, "rules": nouns.Rule,
    "readings": nouns.ReadingSet,
}  # fmt: skip
LISTS: Mapping[str, type[BaseModel]] = {"interactions": nouns.Interaction, "expect": nouns.Expected}
RECORDS: Mapping[str, type[BaseModel]] = {
    "statements": nouns.Statement, "contacts": nouns.Contact, "figures": nouns.Figure, "shifts": nouns.Shift,
}  # fmt: skip
LENS_PARTS: tuple[type[BaseModel], ...] = (
    costs.CostSettings, division.Division, costs.PartyCosts, costs.Cutoff, costs.ImportShare, costs.PricePush, costs.Rising, costs.TradeShock, costs.Contest,
    division.Item, division.Claims, forecast.KtabSettings,
)  # fmt: skip
FROM_OTHER_FILES = {*RECORDS, "sources", "cost_rows", "tables", "digest", "folder"}


def load(folder: str | Path) -> Case:
    """Load a case from its folder (or from the path of its ``case.yaml``).

    Raises
    ------
    CaseError
        The folder is not sound; ``findings`` holds every problem, located. Nothing is half-loaded.
    """
    case, findings = inspect(folder)
    if case is None or findings:
        raise CaseError(findings)
    return case


def inspect(folder: str | Path) -> tuple[Case | None, list[Finding]]:
    """The case, or None, and all findings in file order (empty when the folder is sound)."""
    root = Path(folder)
    if root.is_file():
        root = root.parent
    path = root / "case.yaml"
    if not root.is_dir():
        return None, [
            Finding(
                "", "expected a case folder, saw nothing there", "`zopa init FOLDER` makes one", str(folder)
            )
        ]
    if not path.exists():
        return None, [
            Finding(
                "", "expected a file case.yaml in this folder", "`zopa init FOLDER` makes one", str(folder)
            )
        ]
    main = read_yaml(path, "case.yaml")
    pieces = Pieces(main)
    _read_main(main, pieces)
    sources, source_findings = _read_sources(root)
    pieces.sources = sources
    pieces.declared["sources"] = {p.stem for p in (root / "sources").glob("*.txt")}
    path = root / "statements.yaml"
    records = read_yaml(path, "statements.yaml") if path.exists() or path.is_symlink() else None
    if records is not None:
        pieces.records = records
        _read_records(records, pieces)
    findings = [*main.findings, *(records.findings if records else []), *source_findings]
    cost_data = CostData()
    if isinstance(main.data, dict):
        findings += cross_check(pieces) + graph_findings(pieces)
        cost_data = read_costs(root, pieces)
    findings += cost_data.findings
    order = {"case.yaml": 0, "statements.yaml": 1}
    findings.sort(key=lambda f: (order.get(f.file, 2), f.file, f.line, f.column))
    if findings:
        return None, findings
    fields: dict[str, Any] = {**pieces.top, **pieces.groups, **pieces.lists, **pieces.record_groups}
    fields |= {"sources": sources, "cost_rows": cost_data.rows, "tables": cost_data.tables}
    fields |= {"digest": case_digest(root), "folder": str(root)}
    return Case.model_validate(fields), []


def case_digest(root: Path) -> str:
    """sha256 over the case's files, in a fixed order."""
    total = hashlib.sha256()
    names = ["case.yaml", "statements.yaml", "sources/sources.csv"]
    names += sorted(p.name for p in root.glob("*.csv"))
    names += sorted(f"sources/{p.name}" for p in (root / "sources").glob("*.txt"))
    for name in names:
        if (root / name).is_file():
            total.update(name.encode() + b"\0" + (root / name).read_bytes() + b"\0")
    return total.hexdigest()


def _read_main(doc: Document, pieces: Pieces) -> None:
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
    known = [n for n in Case.model_fields if n not in FROM_OTHER_FILES]
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


def _head(doc: Document, raw: dict[str, Any], pieces: Pieces) -> None:
    """The plain fields; those that are sound are kept even when others are not."""
    try:
        head = nouns.Head.model_validate(raw)
    except ValidationError as error:
        bad = {e["loc"][0] for e in error.errors(include_url=False)}
        doc.findings += [
            _finding(doc, (), e)
            for e in _causes(doc, (), error)
            if e["type"] != "missing" or len(e["loc"]) > 1
        ]
        head = nouns.Head.model_validate({"title": "-", **{k: v for k, v in raw.items() if k not in bad}})
    pieces.top = {name: getattr(head, name) for name in nouns.Head.model_fields}


def _group(doc: Document, key: str, model: type[Model], pieces: Pieces) -> dict[str, Model]:
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
                f"expected a mapping from id to {_ONE.get(key, 'entry')}, saw {_saw(raw)}",
                f"write `{key}:` and below it one indented `id:` per entry",
            )
        )
        pieces.declared[key] = None
        return {}
    pieces.declared.setdefault(key, set(raw))
    found = {}
    for name, value in raw.items():
        item = _validate(doc, (key, name), model, value)
        if item is not None:
            found[name] = item
    return found


_ONE = {
    "parties": "party", "issues": "issue", "rules": "rule", "speakers": "speaker", "readings": "set of readings",
    "statements": "statement",
}  # fmt: skip


def _list(doc: Document, key: str, model: type[Model]) -> tuple[Model, ...]:
    raw = doc.data.get(key)
    if raw is None:
        return ()
    if not isinstance(raw, tuple):
        doc.findings.append(
            doc.finding((key,), f"expected a list, saw {_saw(raw)}", "start each entry with '- '")
        )
        return ()
    items = [_validate(doc, (key, i), model, value) for i, value in enumerate(raw)]
    return tuple(item for item in items if item is not None)


def _read_records(doc: Document, pieces: Pieces) -> None:
    if doc.data is None and not doc.findings:
        return
    if not isinstance(doc.data, dict):
        if doc.data is not None:
            doc.findings.append(doc.finding((), f"expected 'statements:', saw {_saw(doc.data)}"))
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


def _read_sources(root: Path) -> tuple[dict[str, nouns.Source], list[Finding]]:
    found: dict[str, nouns.Source] = {}
    rows, findings = _read_rows(root / "sources" / "sources.csv")
    for path in sorted((root / "sources").glob("*.txt")):
        name = f"sources/{path.name}"
        text, problems = read_text(path, name)
        findings += problems
        at, row = rows.pop(path.stem, (1, {}))
        if problems:
            continue
        text = normalise(text)
        if row.get("sha256") and row["sha256"] != digest(text):
            findings.append(
                Finding(
                    "",
                    "the text has changed since it was registered: its sha256 differs from sources.csv",
                    f"if the change is meant, write sha256 {digest(text)}",
                    name,
                    1,
                    1,
                )
            )
            continue
        fields = {
            k: v for k, v in row.items() if k in nouns.Source.model_fields and k not in ("file", "text") and v
        }
        try:
            found[path.stem] = nouns.Source.model_validate(
                {**fields, "sha256": digest(text), "file": name, "text": text}
            )
        except ValidationError as error:
            findings += [
                Finding(f"{path.stem}.{e['loc'][0]}", *_words(e), _TABLE, at, 1)
                for e in error.errors(include_url=False)
            ]
    for ident, (at, _) in rows.items():
        what, hint = f"expected a file sources/{ident}.txt, saw none", "put the text there, or delete the row"
        findings.append(Finding(ident, what, hint, _TABLE, at, 1))
    return found, findings


_TABLE = "sources/sources.csv"
_COLUMNS = ["id", *(n for n in nouns.Source.model_fields if n not in ("file", "text"))]


def _read_rows(table: Path) -> tuple[dict[str, tuple[int, dict[str, str]]], list[Finding]]:
    """Publication data by source id: line in the table, and its fields."""
    rows: dict[str, tuple[int, dict[str, str]]] = {}
    if not table.exists():
        return rows, []
    text, findings = read_text(table, _TABLE)
    reader = csv.DictReader(io.StringIO(text), strict=True)

    def problem(what: str, hint: str = "") -> None:
        findings.append(Finding("", what, hint, _TABLE, max(reader.line_num, 1), 1))

    try:
        columns = [c.strip() for c in reader.fieldnames or ()]
        if findings or not columns:
            return rows, findings
        reader.fieldnames = columns
        if "id" not in columns:
            problem("missing column 'id'", "the id is the file name without .txt")
            return rows, findings
        for name in columns:
            if name not in _COLUMNS:
                close = nearest(name, _COLUMNS)
                known = f"did you mean '{close}'?" if close else "known columns: " + ", ".join(_COLUMNS)
                problem(f"unknown column '{name}'", known)
        for row in reader:
            if row.get(None):
                problem(f"expected {len(columns)} fields, saw more", "put a field that has a comma in quotes")
                row.pop(None)
            ident = (row["id"] or "").strip()
            if not ident or ident in rows:
                what = f"expected each id once, saw '{ident}' again" if ident else "expected an id"
                problem(what, "the id is the file name without .txt")
                continue
            rows[ident] = reader.line_num, {k: (v or "").strip() for k, v in row.items()}
    except csv.Error as error:
        problem(f"expected comma-separated values: {error}")
    return rows, findings


def _validate(doc: Document, path: tuple[str | int, ...], model: type[Model], value: object) -> Model | None:
    """The noun, or what is sound of it (for further checks; with findings no case is built), or None."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        doc.findings += [_finding(doc, path, e) for e in _causes(doc, path, error)]
        bad = {e["loc"][0] for e in error.errors(include_url=False) if e["loc"]}
        if not isinstance(value, dict) or not bad or bad & _NEEDED:
            return None
        rest = {k: v for k, v in value.items() if k not in bad}
        # Of a table of judgments only the refused entries go, so that the others are still checked.
        refused = {tuple(e["loc"][:2]) for e in error.errors(include_url=False)}
        for k in bad & _TABLES:
            if isinstance(value[k], dict) and (str(k),) not in refused:
                rest[k] = {name: entry for name, entry in value[k].items() if (k, name) not in refused}
        try:
            return model.model_validate({k: v for k, v in _STANDS_IN.items() if k in bad} | rest)
        except ValidationError:
            return None


_STANDS_IN = {"name": "-", "kind": "report"}
_TABLES = {"weights", "values", "start"}
_NEEDED = {"when", "only_if", "clauses", "readings"}  # a rule without these would be another rule


def _causes(doc: Document, path: tuple[str | int, ...], error: ValidationError) -> list[ErrorDetails]:
    """Drop what follows from a refused value, and 'missing key' beside a misspelling of that key."""
    listed = [
        e for e in error.errors(include_url=False)
        if not doc.consequence((*path, *(e["loc"][:-1] if e["type"] == "missing" else e["loc"])))
    ]  # fmt: skip
    extra = [e["loc"] for e in listed if e["type"] == "extra_forbidden"]
    return [
        e for e in listed
        if not (
            e["type"] == "missing"
            and any(loc[:-1] == e["loc"][:-1] and nearest(str(loc[-1]), [str(e["loc"][-1])]) for loc in extra)
        )
    ]  # fmt: skip


def _finding(doc: Document, path: tuple[str | int, ...], error: ErrorDetails) -> Finding:
    loc = (*path, *error["loc"])
    what, hint = _words(error)
    if error["type"] == "missing":
        loc = loc[:-1]
    elif error["type"] == "extra_forbidden":
        hint = _known_key(error)
    return doc.finding(loc, what, hint)


def _known_key(error: ErrorDetails) -> str:
    models: tuple[type[BaseModel], ...] = (
        *GROUPS.values(), *LISTS.values(), *RECORDS.values(), nouns.Option, nouns.Judgment, nouns.Reading,
        nouns.ClauseText, nouns.Basis, nouns.Review, nouns.Agreement, nouns.NoAgreement, *LENS_PARTS,
        graph.Graph, graph.Action, graph.Never, graph.Priority, graph.GraphState, graph.GraphMove, graph.Picture,
    )  # fmt: skip
    known = [name for model in models for name in model.model_fields]
    key = str(error["loc"][-1])
    close = nearest(key, dict.fromkeys(known))
    if close == key:
        return f"'{key}' belongs elsewhere: see `zopa schema`"
    return f"did you mean '{close}'?" if close else "delete it, or see `zopa schema`"


def _words(error: ErrorDetails) -> tuple[str, str]:
    """A validation error as (expected ..., saw ...) and a hint."""
    kind, saw, context = error["type"], error.get("input"), error.get("ctx") or {}
    if kind == "zopa":
        return error["msg"], str(context.get("hint", ""))
    if kind == "missing":
        return f"missing key '{error['loc'][-1]}'", "add it"
    if kind == "extra_forbidden":
        return "unknown key", ""
    if kind == "literal_error":
        allowed = [w.strip(" '") for w in str(context["expected"]).replace(" or ", ", ").split(",")]
        close = nearest(str(saw), allowed)
        return (
            f"expected one of {', '.join(allowed)}; saw {_saw(saw)}",
            f"did you mean '{close}'?" if close else "",
        )
    table = {
        "string_type": (
            "a text",
            "put it in quotes" if isinstance(saw, int | float) or hasattr(saw, "isoformat") else "",
        ),
        "float_type": ("a number", "write digits, with a dot for decimals"),
        "int_type": ("a whole number", ""),
        "bool_type": ("true or false", ""),
        "date_type": ("a date such as 2025-02-13", "write it without quotes"),
        "finite_number": ("an ordinary number", "infinity and NaN cannot be weighed"),
        "dict_type": ("a mapping 'key: value'", "indent the entries below the key"),
        "model_type": ("a mapping 'key: value'", "indent the entries below the key"),
        "tuple_type": ("a list", "write [a, b], or one '- ' per line"),
        "string_too_short": ("a text that is not empty", ""),
        "string_too_long": ("a shorter text", ""),
        "too_short": ("at least one entry", ""),
    }
    if kind in table:
        expected, hint = table[kind]
        return f"expected {expected}, saw {_saw(saw)}", hint
    bounds = [
        f"{sign} {context[k]:g}"
        for k, sign in (("ge", "at least"), ("le", "at most"), ("gt", "more than"))
        if k in context
    ]
    if bounds:
        return f"expected a number {' and '.join(bounds)}, saw {_saw(saw)}", ""
    return f"{error['msg'][0].lower()}{error['msg'][1:]}, saw {_saw(saw)}", ""


def _saw(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple | list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
