"""Discourse Network Analyzer: `.dna` project files (SQLite), in and out.

The file is copied into memory and read there, with nothing but SELECT allowed; the file itself is never opened by
SQLite. A statement's person becomes a speaker, its organisation a party, its concept an issue or an option, and
agreement or disagreement the stance *accept* or *oppose*. Start and stop count UTF-16 units of the text.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import permutations, product
from typing import Any

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.formats.codings import (
    CodedDocument,
    CodedPassage,
    CodeMeaning,
    carried,
    coded_case,
    meanings,
    party_of,
    spans,
    utf16_offsets,
)
from zopa.formats.documents import refuse
from zopa.formats.fidelity import Fidelity, left_out
from zopa.formats.names import label

__all__ = ["read", "recognise", "write"]

MAGIC = b"SQLite format 3\x00"
NEEDED: Mapping[str, tuple[str, ...]] = {
    "DOCUMENTS": ("ID", "Title", "Text", "Coder", "Author", "Source", "Section", "Notes", "Type", "Date"),
    "STATEMENTS": ("ID", "StatementTypeId", "DocumentId", "Start", "Stop", "Coder"),
    "VARIABLES": ("ID", "Variable", "DataType", "StatementTypeId"),
    "STATEMENTTYPES": ("ID", "Label"),
    "ENTITIES": ("ID", "VariableId", "Value", "ChildOf"),
    "DATASHORTTEXT": ("StatementId", "VariableId", "Entity"),
    "DATABOOLEAN": ("StatementId", "VariableId", "Value"),
    "CODERS": ("ID", "Name"),
}
"""The tables and columns that are read."""
MOST_ROWS = 500_000
MOST_STEPS = 2_000
"""How many times a million steps of SQLite's machine, at most."""
LONGEST = 190
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
Row = tuple[Any, ...]


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a file is an SQLite database with the tables of a project."""
    raw = next(iter(files.values())) if len(files) == 1 else b""
    return raw.startswith(MAGIC) and b"DATASHORTTEXT" in raw and b"STATEMENTS" in raw


# --- in


def read(files: Mapping[str, bytes], source: str, codes: str = "") -> tuple[Case, Fidelity]:
    """A case from a project; statements are suggested.

    Parameters
    ----------
    codes : str, optional
        A file that says what each concept is read as.

    Raises
    ------
    CaseError
        Not a sound database, tables or columns are missing or are views, too many rows.
    """
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("dna")
    with _opened(raw, name) as base:
        tables = {table: _rows(base, table, columns, name) for table, columns in NEEDED.items()}
        others = _others(base)
    found = _Dna(name, tables, fidelity)
    return found.case(codes, others, source), fidelity


@contextmanager
def _opened(raw: bytes, file: str) -> Iterator[sqlite3.Connection]:
    """A copy of the database in memory, on which only SELECT from its tables is possible."""
    copy = bytearray(raw)
    copy[18:20] = b"\x01\x01"  # a write-ahead log cannot be opened in memory; what was saved is read
    steps = 0

    def patience() -> int:
        nonlocal steps
        steps += 1
        return int(steps > MOST_STEPS)

    def allowed(action: int, *_: object) -> int:
        return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY

    with closing(sqlite3.connect(":memory:")) as base:
        try:
            base.deserialize(bytes(copy))
            base.execute("PRAGMA trusted_schema = OFF")
            base.execute("PRAGMA query_only = ON")
            base.set_progress_handler(patience, 1_000_000)
            base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 50_000_000)
            base.set_authorizer(allowed)
            yield base
        except (sqlite3.Error, OverflowError, MemoryError, UnicodeDecodeError) as error:
            refuse(
                file, f"expected a sound SQLite database, saw a mistake: {str(error)[:200]}", "is it damaged?"
            )


def _rows(base: sqlite3.Connection, table: str, columns: Sequence[str], file: str) -> list[Row]:
    kinds = base.execute(
        "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (table,)
    ).fetchall()
    if not kinds:
        refuse(
            file, f"expected a table {table}, saw none", "is this a project of DNA 3? open and save it there"
        )
    if kinds[0][0] != "table" or re.match(r"\s*create\s+virtual", str(kinds[0][1]), re.I):
        refuse(
            file,
            f"expected a plain table {table}, saw a {str(kinds[0][0])[:20]}",
            "this is no project of DNA",
        )
    listed = ", ".join(f'"{c}"' for c in columns)
    # A quoted name that is no column would be read as a text by SQLite; the header row tells.
    present = {d[0].casefold() for d in base.execute(f"SELECT * FROM {table} LIMIT 0").description}
    missing = [c for c in columns if c.casefold() not in present]
    if missing:
        refuse(
            file,
            f"expected the columns {', '.join(missing)} in the table {table}, saw none",
            "is this a project of DNA 3?",
        )
    found = base.execute(f"SELECT {listed} FROM {table} LIMIT {MOST_ROWS + 1}").fetchall()
    if len(found) > MOST_ROWS:
        refuse(file, f"expected at most {MOST_ROWS:,} rows in the table {table}, saw more")
    return found


def _others(base: sqlite3.Connection) -> dict[str, int]:
    """How many rows other tables hold that a case has no place for."""
    found = {}
    for table in ("DATAINTEGER", "DATALONGTEXT", "ATTRIBUTEVALUES", "REGEXES"):
        try:
            said = " WHERE AttributeValue <> ''" if table == "ATTRIBUTEVALUES" else ""
            found[table] = len(base.execute(f"SELECT 1 FROM {table}{said} LIMIT {MOST_ROWS}").fetchall())
        except sqlite3.Error:
            continue
    return {table: count for table, count in found.items() if count}


def _text(value: object) -> str:
    return (
        value if isinstance(value, str) else "" if value is None or isinstance(value, bytes) else str(value)
    )


@dataclass
class _Dna:
    """The rows of a project."""

    file: str
    tables: Mapping[str, list[Row]]
    fidelity: Fidelity

    def case(self, codes: str, others: Mapping[str, int], source: str) -> Case:
        """Put the case together."""
        names = self.roles()
        if not names:
            refuse(
                source,
                "expected statements with the variables organization and concept, saw none",
                "rename the variables in DNA, or export them so",
            )
        entities = {row[0]: _text(row[2]) for row in self.tables["ENTITIES"]}
        values: dict[Any, dict[str, str]] = {}
        for statement, variable, entity in self.tables["DATASHORTTEXT"]:
            if variable in names:
                values.setdefault(statement, {})[names[variable]] = entities.get(entity, "")
        for statement, variable, value in self.tables["DATABOOLEAN"]:
            if names.get(variable) == "agreement":
                values.setdefault(statement, {})["agreement"] = "accept" if value == 1 else "oppose"
        concepts = [
            _text(v)
            for _, variable, v, _ in self.tables["ENTITIES"]
            if names.get(variable) == "concept" and _text(v).strip()
        ]
        parties = [
            _text(v)
            for _, variable, v, _ in self.tables["ENTITIES"]
            if names.get(variable) == "organization" and _text(v).strip()
        ]
        read_as = meanings(((label(c),) for c in dict.fromkeys(concepts)), codes, self.fidelity)
        documents, order = self.documents()
        passages = list(self.passages(values, names, read_as, order, documents))
        for table, count in others.items():
            self.fidelity.leave(f"values in the table {table}", self.file, count)
        nested = sum(row[3] is not None for row in self.tables["ENTITIES"])
        if nested:
            self.fidelity.leave("which entities are parts of others (ChildOf)", self.file, nested)
        if not documents:
            refuse(source, "expected at least one document in the project, saw none")
        title = self.file.rpartition(".")[0] or "project"
        return coded_case(title, documents, passages, read_as.values(), parties, self.fidelity)

    def roles(self) -> dict[Any, str]:
        """What each variable is, by its name, for statement types with an organisation and a concept."""
        known = {
            "person": "person",
            "organization": "organization",
            "organisation": "organization",
            "concept": "concept",
            "agreement": "agreement",
        }
        kinds: dict[Any, dict[Any, str]] = {}
        for ident, variable, _, kind in self.tables["VARIABLES"]:
            role = known.get(_text(variable).strip().casefold())
            if role:
                kinds.setdefault(kind, {})[ident] = role
        labels = {ident: _text(text) for ident, text in self.tables["STATEMENTTYPES"]}
        used = {
            kind: roles for kind, roles in kinds.items() if {"organization", "concept"} <= set(roles.values())
        }
        for ident, text in labels.items():
            count = sum(row[1] == ident for row in self.tables["STATEMENTS"])
            if ident not in used and count:
                self.fidelity.leave(
                    f"statements of the type '{label(text)[:60]}', which has no organisation and concept",
                    self.file,
                    count,
                )
        return {ident: role for roles in used.values() for ident, role in roles.items()}

    def documents(self) -> tuple[list[CodedDocument], dict[Any, int]]:
        """The texts, and their place in the list by their id."""
        found: list[CodedDocument] = []
        order: dict[Any, int] = {}
        for ident, title, text, _, author, publisher, section, notes, kind, day in self.tables["DOCUMENTS"]:
            for what, value in (("section", section), ("notes", notes), ("type", kind)):
                if _text(value).strip():
                    self.fidelity.leave(f"the {what} of a document", f"{self.file}, document {ident}")
            order[ident] = len(found)
            found.append(
                CodedDocument(
                    title=_text(title) or f"document {ident}",
                    text=_text(text),
                    date=_day(day),
                    publisher=_text(publisher),
                    author=_text(author),
                )
            )
        return found, order

    def passages(
        self,
        values: Mapping[Any, Mapping[str, str]],
        names: Mapping[Any, str],
        read_as: Mapping[tuple[str, ...], CodeMeaning],
        order: Mapping[Any, int],
        documents: Sequence[CodedDocument],
    ) -> Iterator[CodedPassage]:
        """The statements, in the order of the file."""
        coders = {ident: _text(name) for ident, name in self.tables["CODERS"]}
        kinds = {row[3] for row in self.tables["VARIABLES"] if row[0] in names}
        at = {k: utf16_offsets(d.text) for k, d in enumerate(documents)}
        for ident, kind, document, start, stop, coder in self.tables["STATEMENTS"]:
            place = f"{self.file}, statement {ident}"
            if kind not in kinds:
                continue
            if document not in order or not all(isinstance(v, int) and 0 <= v < 2**31 for v in (start, stop)):
                self.fidelity.leave("a statement without a document or place", place)
                continue
            k, says = order[document], values.get(ident, {})
            concept = label(says.get("concept", "")) if says.get("concept", "").strip() else ""
            means = read_as.get((concept,), CodeMeaning())
            stance = means.stance or says.get("agreement", "")
            yield CodedPassage(
                document=k,
                start=at[k](start),
                end=at[k](stop),
                codes=(replace(means, stance=stance if means.issue else ""),) if concept else (),
                speaker=says.get("person", "").strip(),
                party=says.get("organization", "").strip(),
                coder=coders.get(coder, ""),
                place=place,
            )


def _day(seconds: object) -> str:
    if isinstance(seconds, int) and 0 < abs(seconds) < 10**11:
        try:
            return datetime.fromtimestamp(seconds, UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return ""
    return ""


# --- out

_PERMISSIONS = [
    f"Permission{p}"
    for p in ("AddDocuments", "EditDocuments", "DeleteDocuments", "ImportDocuments", "AddStatements", "EditStatements",
              "DeleteStatements", "EditAttributes", "EditRegex", "EditStatementTypes", "EditCoders", "EditCoderRelations",
              "ViewOthersDocuments", "EditOthersDocuments", "ViewOthersStatements", "EditOthersStatements")
]  # fmt: skip
_KEY = "INTEGER PRIMARY KEY NOT NULL"


def _brief(column: str, default: str = "") -> str:
    """A text that DNA keeps below 191 characters."""
    return f"TEXT NOT NULL{default} CHECK (LENGTH({column}) < 191)"


def _within(column: str, low: int, high: int, default: int) -> str:
    return f"INTEGER NOT NULL DEFAULT {default} CHECK ({column} BETWEEN {low} AND {high})"


def _linked(table: str, needed: str = "") -> str:
    return f"INTEGER{needed} REFERENCES {table}(ID) ON DELETE CASCADE"


def _data(column: str, kind: str) -> dict[str, str]:
    needed = " NOT NULL"
    return {
        "ID": _KEY, "StatementId": _linked("STATEMENTS", needed), "VariableId": _linked("VARIABLES", needed), column: kind,
    }  # fmt: skip


_RGB = {c: _within(c, 0, 255, 0) for c in ("Red", "Green", "Blue")}
_EMPTY, _NEEDED = " DEFAULT ''", " NOT NULL"
_TYPES = "'boolean', 'integer', 'long text', 'short text'"
SCHEMA: Mapping[str, Mapping[str, str]] = {
    "SETTINGS": {"Property": "TEXT PRIMARY KEY", "Value": "TEXT NOT NULL"},
    "CODERS": {"ID": _KEY, "Name": _brief("Name"), **_RGB, "Refresh": _within("Refresh", 0, 9999, 0),
               "FontSize": _within("FontSize", 1, 99, 14), "Password": _brief("Password"),
               "PopupWidth": "INTEGER DEFAULT 300 CHECK (PopupWidth BETWEEN 100 AND 9999)", "ColorByCoder": _within("ColorByCoder", 0, 1, 0),
               "PopupDecoration": _within("PopupDecoration", 0, 1, 0), "PopupAutoComplete": _within("PopupAutoComplete", 0, 1, 1),
               **{p: _within(p, 0, 1, 1) for p in _PERMISSIONS}},
    "CODERRELATIONS": {"ID": _KEY, "Coder": _linked("CODERS"), "OtherCoder": _linked("CODERS") + " CHECK (Coder != OtherCoder)",
                       **{r: _within(r, 0, 1, 1) for r in ("viewStatements", "editStatements", "viewDocuments", "editDocuments")}},
    "DOCUMENTS": {"ID": _KEY, "Title": _brief("Title"), "Text": "TEXT NOT NULL", "Coder": _linked("CODERS"),
                  **{c: _brief(c, _EMPTY) for c in ("Author", "Source", "Section")}, "Notes": "TEXT NOT NULL DEFAULT ''",
                  "Type": _brief("Type", _EMPTY), "Date": "INTEGER NOT NULL"},
    "STATEMENTTYPES": {"ID": _KEY, "Label": _brief("Label"), **_RGB},
    "VARIABLES": {"ID": _KEY, "Variable": _brief("Variable"),
                  "DataType": f"TEXT NOT NULL DEFAULT 'short text' CHECK (DataType IN ({_TYPES}))", "StatementTypeId": _linked("STATEMENTTYPES")},
    "VARIABLELINKS": {"ID": _KEY, "SourceVariableId": _linked("VARIABLES"),
                      "TargetVariableId": _linked("VARIABLES") + " CHECK (TargetVariableId != SourceVariableId)"},
    "REGEXES": {"Label": "TEXT PRIMARY KEY CHECK (LENGTH(Label) < 191)", **_RGB},
    "STATEMENTS": {"ID": _KEY, "StatementTypeId": _linked("STATEMENTTYPES"), "DocumentId": _linked("DOCUMENTS"),
                   "Start": "INTEGER NOT NULL CHECK (Start >= 0)", "Stop": "INTEGER NOT NULL CHECK (Start < Stop)", "Coder": _linked("CODERS")},
    "DATABOOLEAN": _data("Value", "INTEGER NOT NULL DEFAULT 1"), "DATAINTEGER": _data("Value", "INTEGER NOT NULL DEFAULT 0"),
    "ENTITIES": {"ID": _KEY, "VariableId": _linked("VARIABLES", _NEEDED), "Value": _brief("Value", _EMPTY),
                 **{c: f"INTEGER CHECK ({c} BETWEEN 0 AND 255)" for c in _RGB}, "ChildOf": _linked("ENTITIES") + " CHECK (ChildOf > 0)"},
    "DATASHORTTEXT": _data("Entity", _linked("ENTITIES", _NEEDED)), "DATALONGTEXT": _data("Value", "TEXT DEFAULT ''"),
    "ATTRIBUTEVARIABLES": {"ID": _KEY, "VariableId": _linked("VARIABLES", _NEEDED), "AttributeVariable": _brief("AttributeVariable")},
    "ATTRIBUTEVALUES": {"ID": _KEY, "EntityId": _linked("ENTITIES", _NEEDED), "AttributeVariableId": _linked("ATTRIBUTEVARIABLES", _NEEDED),
                        "AttributeValue": _brief("AttributeValue", _EMPTY)},
}  # fmt: skip
"""Tables and columns of a project of DNA 3, as its Sql.createTables makes them in SQLite."""
_UNIQUE: Mapping[str, tuple[str, str]] = {
    "VARIABLES": ("Variable", "StatementTypeId"), "ENTITIES": ("VariableId", "Value"),
    **dict.fromkeys(("DATABOOLEAN", "DATAINTEGER", "DATASHORTTEXT", "DATALONGTEXT"), ("StatementId", "VariableId")),
    "ATTRIBUTEVARIABLES": ("VariableId", "AttributeVariable"), "ATTRIBUTEVALUES": ("EntityId", "AttributeVariableId"),
}  # fmt: skip
_ROLES = {
    "person": (1, "short text"),
    "organization": (2, "short text"),
    "concept": (3, "short text"),
    "agreement": (4, "boolean"),
}
_ATTRIBUTES = tuple(product(("person", "organization", "concept"), ("Type", "Alias", "Notes")))
PRO = {"demand": 1, "prefer": 1, "accept": 1, "oppose": 0, "red-line": 0}
PASSWORD = "zopa"


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """A project with the statements that say yes or no to an option: one concept per option ("issue: option").

    Raises
    ------
    NotApplicable
        No statement says yes or no to an option with a text at hand.
    """
    fidelity = Fidelity("dna")
    found = {}
    for ident, span in spans(case, fidelity).items():
        s = case.statements[ident]
        if not s.issue or not s.options or s.stance not in PRO:
            fidelity.leave("a statement that neither accepts nor opposes an option", f"statements.{ident}")
        else:
            found[ident] = span
    if not found:
        raise NotApplicable(
            "a DNA project needs statements that accept or oppose an option, with the texts of their sources"
        )
    keys = (
        "source",
        "quote",
        "prefix",
        "suffix",
        "start",
        "end",
        "speaker",
        "party",
        "issue",
        "options",
        "extractor",
    )
    patterns = [
        "title", "parties.*.name", "speakers.*.name", "speakers.*.party", "issues.*.name", "issues.*.options.*.label",
        *(f"sources.*.{f}" for f in ("title", "text", "sha256", "file", "date", "publisher", "author")), *carried(found, keys),
        *(("statements", s, "stance") for s in case.statements if case.statements[s].stance in ("accept", "oppose")),
        *(("statements", s, "kind") for s in found if case.statements[s].kind == "position"),
    ]  # fmt: skip
    for ident, s in case.statements.items():
        source = case.sources.get(s.source)
        if ident in found and s.said and source and str(s.said) == source.date:
            patterns += [("statements", ident, "said"), ("statements", ident, "said", "**")]
    left_out(case, patterns, fidelity)
    for ident in found:
        stance = case.statements[ident].stance
        if stance not in ("accept", "oppose"):
            fidelity.change(
                f"the stance '{stance}' is written as {'agreement' if PRO[stance or 'accept'] else 'disagreement'}",
                f"statements.{ident}",
            )
    fidelity.change(f"the coder has the password '{PASSWORD}', because DNA asks for one")
    with closing(sqlite3.connect(":memory:")) as base:
        for table, columns in SCHEMA.items():
            parts = [f"{c} {k}" for c, k in columns.items()]
            parts += [f"UNIQUE ({', '.join(_UNIQUE[table])})"] if table in _UNIQUE else []
            base.execute(f"CREATE TABLE {table} ({', '.join(parts)})")
        _fill(base, case, found, fidelity)
        base.commit()
        raw = base.serialize()
    fidelity.keep("documents", sum(bool(s.text) for s in case.sources.values()))
    fidelity.keep("statements", len(found))
    return {"": raw}, fidelity


def _insert(base: sqlite3.Connection, table: str, **values: object) -> None:
    marks = ", ".join("?" * len(values))
    base.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))


def _cut(text: str, place: str, fidelity: Fidelity) -> str:
    plain = label(text)
    if len(plain) > LONGEST:
        fidelity.change(f"cut to {LONGEST} characters", place)
    return plain[:LONGEST]


def _furnish(base: sqlite3.Connection, coders: Mapping[str, int]) -> None:
    """What DNA puts into every new project: settings, a statement type, its variables and attributes, coders and what they may see."""
    _insert(base, "SETTINGS", Property="version", Value="3.0")
    _insert(base, "SETTINGS", Property="date", Value="2022-01-01")
    _insert(base, "STATEMENTTYPES", ID=1, Label="DNA Statement", Red=239, Green=208, Blue=51)
    for role, (ident, kind) in _ROLES.items():
        _insert(base, "VARIABLES", ID=ident, Variable=role, DataType=kind, StatementTypeId=1)
    for name, ident in coders.items():
        _insert(base, "CODERS", ID=ident, Name=name, Red=255, Green=255, Blue=0, Password=_hashed(PASSWORD))
    for one, other in permutations(coders.values(), 2):
        _insert(base, "CODERRELATIONS", Coder=one, OtherCoder=other)
    for ident, (role, attribute) in enumerate(_ATTRIBUTES, 1):
        _insert(base, "ATTRIBUTEVARIABLES", ID=ident, VariableId=_ROLES[role][0], AttributeVariable=attribute)


class _Entities:
    """Persons, organisations and concepts, each once, with its attributes empty."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self.base = base
        self.known: dict[tuple[str, str], int] = {}

    def of(self, role: str, text: str) -> int:
        """The id of an entity, made where it is new."""
        if (role, text) not in self.known:
            number = self.known[role, text] = len(self.known) + 1
            row = {
                "ID": number,
                "VariableId": _ROLES[role][0],
                "Value": text,
                "Red": 0,
                "Green": 0,
                "Blue": 0,
            }
            _insert(self.base, "ENTITIES", **row)
            for attribute in (k for k, (owner, _) in enumerate(_ATTRIBUTES, 1) if owner == role):
                _insert(self.base, "ATTRIBUTEVALUES", EntityId=number, AttributeVariableId=attribute)
        return self.known[role, text]


def _fill(
    base: sqlite3.Connection, case: Case, found: Mapping[str, tuple[int, int]], fidelity: Fidelity
) -> None:
    coders = {"Admin": 1}
    for key in found:
        coders.setdefault(label(case.statements[key].extractor or "Admin")[:LONGEST], len(coders) + 1)
    _furnish(base, coders)
    documents = {k: n for n, k in enumerate((k for k, s in case.sources.items() if s.text), 1)}
    units: dict[str, Any] = {}
    for key, ident in documents.items():
        source = case.sources[key]
        units[key] = _units(source.text)
        _insert(
            base, "DOCUMENTS", ID=ident, Title=_cut(source.title or key, f"sources.{key}.title", fidelity), Text=source.text, Coder=1,
            Source=_cut(source.publisher, f"sources.{key}.publisher", fidelity) if source.publisher else "",
            Author=_cut(source.author, f"sources.{key}.author", fidelity) if source.author else "",
            Date=_seconds(source.date, f"sources.{key}.date", fidelity),
        )  # fmt: skip
    entities = _Entities(base)
    count = 0
    for key, (start, end) in found.items():
        s = case.statements[key]
        speaker, party = case.speakers.get(s.speaker or ""), case.parties.get(party_of(case, s))
        names = {"person": speaker.name if speaker else "", "organization": party.name if party else ""}
        for option in s.options:
            issue = case.issues[s.issue or ""]
            concept = f"{issue.name}: {issue.options[option].label}"
            count += 1
            at = units[s.source]
            _insert(base, "STATEMENTS", ID=count, StatementTypeId=1, DocumentId=documents[s.source], Start=at[start], Stop=at[end],
                    Coder=coders[label(s.extractor or "Admin")[:LONGEST]])  # fmt: skip
            for role, text in {**names, "concept": concept}.items():
                short = _cut(text, f"statements.{key}", fidelity) if text else ""
                _insert(
                    base,
                    "DATASHORTTEXT",
                    StatementId=count,
                    VariableId=_ROLES[role][0],
                    Entity=entities.of(role, short),
                )
            _insert(base, "DATABOOLEAN", StatementId=count, VariableId=4, Value=PRO[s.stance or "accept"])


def _units(text: str) -> list[int]:
    """UTF-16 units before each code point, and in all."""
    found = [0]
    for c in text:
        found.append(found[-1] + 1 + (c > "\uffff"))
    return found


def _seconds(day: str, place: str, fidelity: Fidelity) -> int:
    try:
        found = date.fromisoformat(day[:10])
    except ValueError:
        fidelity.change("a document without a day is dated 1970-01-01", place)
        return 0
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp())


def _hashed(password: str) -> str:
    """A password as DNA stores it: salted, SHA-256 a hundred thousand times, in base 64."""
    salt = b"zopa exports dna"
    found = salt + password.encode()
    for _ in range(100_000):
        found = hashlib.sha256(found).digest()
    return base64.b64encode(salt + found).decode("ascii")
