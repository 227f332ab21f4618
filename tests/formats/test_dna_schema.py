"""The tables of a written .dna project are those that the Discourse Network Analyzer 3 makes.

Retyped from ``Sql.createTables`` (SQLite) of DNA 3, repository leifeld-lab/dna at 35a40a8 (the same at 4bcf3c0 and in
leifeld/dna): column, type, whether it must be filled (!), default, and what it refers to (>). Its rows on opening:
coder 1 Admin with a salted hash (jasypt's StrongPasswordEncryptor), version and date, a statement type with four
variables and nine attributes, and a relation for each pair of coders (``addCoder``).
"""

import base64
import hashlib
import re
import sqlite3
from contextlib import closing
from itertools import permutations

import pytest

from formats import seeds
from zopa.formats import convert, load

RGB = "Red INTEGER! 0, Green INTEGER! 0, Blue INTEGER! 0"
MAY = "AddDocuments EditDocuments DeleteDocuments ImportDocuments AddStatements EditStatements DeleteStatements EditAttributes EditRegex EditStatementTypes EditCoders EditCoderRelations ViewOthersDocuments EditOthersDocuments ViewOthersStatements EditOthersStatements"
DATA = "ID INTEGER!, StatementId INTEGER! >STATEMENTS, VariableId INTEGER! >VARIABLES"
TABLES = {
    "SETTINGS": "Property TEXT, Value TEXT!",
    "CODERS": f"ID INTEGER!, Name TEXT!, {RGB}, Refresh INTEGER! 0, FontSize INTEGER! 14, Password TEXT!, PopupWidth INTEGER 300, "
    "ColorByCoder INTEGER! 0, PopupDecoration INTEGER! 0, PopupAutoComplete INTEGER! 1, "
    + ", ".join(f"Permission{p} INTEGER! 1" for p in MAY.split()),
    "DOCUMENTS": "ID INTEGER!, Title TEXT!, Text TEXT!, Coder INTEGER >CODERS, Author TEXT! '', Source TEXT! '', "
    "Section TEXT! '', Notes TEXT! '', Type TEXT! '', Date INTEGER!",
    "STATEMENTTYPES": f"ID INTEGER!, Label TEXT!, {RGB}",
    "VARIABLES": "ID INTEGER!, Variable TEXT!, DataType TEXT! 'short text', StatementTypeId INTEGER >STATEMENTTYPES",
    "VARIABLELINKS": "ID INTEGER!, SourceVariableId INTEGER >VARIABLES, TargetVariableId INTEGER >VARIABLES",
    "REGEXES": f"Label TEXT, {RGB}",
    "CODERRELATIONS": "ID INTEGER!, Coder INTEGER >CODERS, OtherCoder INTEGER >CODERS, viewStatements INTEGER! 1, "
    "editStatements INTEGER! 1, viewDocuments INTEGER! 1, editDocuments INTEGER! 1",
    "STATEMENTS": "ID INTEGER!, StatementTypeId INTEGER >STATEMENTTYPES, DocumentId INTEGER >DOCUMENTS, Start INTEGER!, "
    "Stop INTEGER!, Coder INTEGER >CODERS",
    "DATABOOLEAN": f"{DATA}, Value INTEGER! 1",
    "DATAINTEGER": f"{DATA}, Value INTEGER! 0",
    "ENTITIES": "ID INTEGER!, VariableId INTEGER! >VARIABLES, Value TEXT! '', Red INTEGER, Green INTEGER, Blue INTEGER, "
    "ChildOf INTEGER >ENTITIES",
    "DATASHORTTEXT": f"{DATA}, Entity INTEGER! >ENTITIES",
    "DATALONGTEXT": f"{DATA}, Value TEXT ''",
    "ATTRIBUTEVARIABLES": "ID INTEGER!, VariableId INTEGER! >VARIABLES, AttributeVariable TEXT!",
    "ATTRIBUTEVALUES": "ID INTEGER!, EntityId INTEGER! >ENTITIES, AttributeVariableId INTEGER! >ATTRIBUTEVARIABLES, AttributeValue TEXT! ''",
}
UNIQUE = {
    "VARIABLES": {"Variable", "StatementTypeId"}, "ENTITIES": {"VariableId", "Value"},
    "DATABOOLEAN": {"StatementId", "VariableId"}, "DATAINTEGER": {"StatementId", "VariableId"},
    "DATASHORTTEXT": {"StatementId", "VariableId"}, "DATALONGTEXT": {"StatementId", "VariableId"},
    "ATTRIBUTEVARIABLES": {"VariableId", "AttributeVariable"}, "ATTRIBUTEVALUES": {"EntityId", "AttributeVariableId"},
}  # fmt: skip
REFUSED = [
    "INSERT INTO CODERS (Name, Password, FontSize) VALUES ('a', 'b', 100)",
    "INSERT INTO CODERS (Name, Password, Red) VALUES ('a', 'b', 256)",
    "INSERT INTO CODERS (Name, Password) VALUES (printf('%0191d', 0), 'b')",
    "INSERT INTO CODERS (Name, Password, PermissionEditRegex) VALUES ('a', 'b', 2)",
    "INSERT INTO CODERRELATIONS (Coder, OtherCoder) VALUES (1, 1)",
    "INSERT INTO VARIABLES (Variable, DataType, StatementTypeId) VALUES ('x', 'date', 1)",
    "INSERT INTO VARIABLES (Variable, StatementTypeId) VALUES ('person', 1)",
    "INSERT INTO STATEMENTS (StatementTypeId, DocumentId, Start, Stop, Coder) VALUES (1, 1, 5, 5, 1)",
    "INSERT INTO STATEMENTS (StatementTypeId, DocumentId, Start, Stop, Coder) VALUES (1, 99, 1, 5, 1)",
    "INSERT INTO ENTITIES (VariableId, Value) SELECT VariableId, Value FROM ENTITIES LIMIT 1",
    "INSERT INTO DOCUMENTS (Title, Text, Date, Type) VALUES ('a', 'b', 1, printf('%0191d', 0))",
]


@pytest.fixture
def base(tmp_path):
    convert(seeds.worded(), tmp_path / "a.dna")
    with closing(sqlite3.connect(tmp_path / "a.dna")) as base:
        base.execute("PRAGMA foreign_keys = ON")
        yield base


def made(base, table):
    """The columns of a table, written as above."""
    links = {row[3]: row[2] for row in base.execute(f"PRAGMA foreign_key_list({table})")}
    assert {row[6] for row in base.execute(f"PRAGMA foreign_key_list({table})")} <= {"CASCADE"}
    found = []
    for _, name, kind, needed, default, _key in base.execute(f"PRAGMA table_info({table})"):
        parts = [name, kind + "!" * needed, default or "", f">{links[name]}" if name in links else ""]
        found.append(" ".join(p for p in parts if p))
    return ", ".join(found)


def test_the_tables_and_columns_are_those_of_dna_3(base):
    there = {row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert there == set(TABLES)
    assert {table: made(base, table) for table in TABLES} == TABLES
    keys = {t: [r[1] for r in base.execute(f"PRAGMA table_info({t})") if r[5]] for t in TABLES}
    assert keys == {t: [re.match(r"\w+", columns)[0]] for t, columns in TABLES.items()}
    unique = {}
    for table in TABLES:
        for _, index, is_unique, origin, _ in base.execute(f"PRAGMA index_list({table})"):
            if is_unique and origin == "u":
                unique[table] = {row[2] for row in base.execute(f"PRAGMA index_info({index})")}
    assert unique == UNIQUE


@pytest.mark.parametrize("command", REFUSED)
def test_what_dna_refuses_is_refused(command, base):
    with pytest.raises(sqlite3.IntegrityError):
        base.execute(command)


def test_the_rows_that_dna_needs_on_opening_are_there(base):
    assert dict(base.execute("SELECT Property, Value FROM SETTINGS"))["version"].startswith("3")
    assert set(dict(base.execute("SELECT Property, Value FROM SETTINGS"))) == {"version", "date"}
    coders = dict(base.execute("SELECT ID, Name FROM CODERS"))
    assert coders[1] == "Admin"
    assert len(coders) > 1
    allowed = " AND ".join(f"Permission{p} = 1" for p in MAY.split())
    assert base.execute(f"SELECT COUNT(*) FROM CODERS WHERE {allowed}").fetchone() == (len(coders),)
    pairs = set(base.execute("SELECT Coder, OtherCoder FROM CODERRELATIONS"))
    assert pairs == set(permutations(coders, 2))
    variables = list(
        base.execute("SELECT ID, Variable, DataType, StatementTypeId FROM VARIABLES ORDER BY ID")
    )
    assert variables == [
        (1, "person", "short text", 1), (2, "organization", "short text", 1), (3, "concept", "short text", 1),
        (4, "agreement", "boolean", 1),
    ]  # fmt: skip
    attributes = set(base.execute("SELECT VariableId, AttributeVariable FROM ATTRIBUTEVARIABLES"))
    assert attributes == {(v, a) for v in (1, 2, 3) for a in ("Type", "Alias", "Notes")}
    lonely = "SELECT COUNT(*) FROM ENTITIES e WHERE (SELECT COUNT(*) FROM ATTRIBUTEVALUES v WHERE v.EntityId = e.ID) <> 3"
    assert base.execute(lonely).fetchone() == (0,)


def test_the_password_is_the_one_that_is_told(base):
    for (stored,) in base.execute("SELECT Password FROM CODERS"):
        raw = base64.b64decode(stored)
        salt, digest = raw[:16], raw[16:]
        found = hashlib.sha256(salt + b"zopa").digest()
        for _ in range(99_999):
            found = hashlib.sha256(found).digest()
        assert digest == found
        break


def test_authors_of_documents_come_back(tmp_path):
    case = seeds.worded()
    talk = case.sources["talk"].model_copy(update={"author": "Ana Lyst; UN"})
    convert(case.model_copy(update={"sources": {"talk": talk}}), tmp_path / "a.dna")
    assert [s.author for s in load(tmp_path / "a.dna").sources.values()] == ["Ana Lyst; UN"]
