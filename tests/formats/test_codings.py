"""Coded texts: REFI-QDA and DNA projects in and out, and the networks of a case."""

import io
import sqlite3
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import seeds
from zopa.case import Case
from zopa.casefile import normalise
from zopa.errors import CaseError, NotApplicable
from zopa.formats import convert, discourse_networks, dna, load, plan
from zopa.formats.codings import moment, moment_text, normal_offsets, party_of

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "src" / "zopa" / "examples"
SCHEMA = HERE / "refi_qda_project.xsd"
GUID = "00000000-0000-4000-8000-{:012d}"


def facts(case):
    """What a project holds of each statement, by names instead of ids."""
    found = {}
    for key, s in case.statements.items():
        if s.review.state == "rejected":
            continue
        party = party_of(case, s)
        found[key] = (
            s.quote,
            case.sources[s.source].text[s.start : s.end] if s.start is not None else s.quote,
            s.kind,
            s.stance if s.issue else None,
            moment_text(s.said),
            case.issues[s.issue].name if s.issue else "",
            tuple(case.issues[s.issue].options[o].label for o in s.options) if s.issue else (),
            case.parties[party].name if party else "",
            case.speakers[s.speaker].name if s.speaker else "",
            s.about,
        )
    return found


def project(tmp_path, text, selections, *, stored=None, codes=("Ceasefire", "at once"), cases="", extra=()):
    """A small project of another program; ``selections`` are (start, end) as that program counts."""
    rows = "".join(
        f'<PlainTextSelection guid="{GUID.format(50 + k)}" startPosition="{a}" endPosition="{b}" creatingUser="{GUID.format(1)}">'
        f'<Coding guid="{GUID.format(80 + k)}"><CodeRef targetGUID="{{{GUID.format(11).upper()}}}"/></Coding></PlainTextSelection>'
        for k, (a, b) in enumerate(selections)
    )
    qde = (
        f'<?xml version="1.0"?><Project xmlns="urn:QDA-XML:project:1.0" name="p"><Users><User guid="{GUID.format(1)}" name="Ana"/></Users>'
        f'<CodeBook><Codes><Code guid="{GUID.format(10)}" name="{codes[0]}" isCodable="true">'
        f'<Code guid="{GUID.format(11)}" name="{codes[1]}" isCodable="true"/></Code></Codes></CodeBook>{cases}'
        f'<Sources><TextSource guid="{GUID.format(20)}" name="speech" plainTextPath="internal://t.txt">{rows}</TextSource></Sources></Project>'
    )
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", qde)
        archive.writestr("Sources/T.txt", text.encode() if stored is None else stored)
        for name, data in extra:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["ukraine-2025", "writers-2023"])
def test_a_case_keeps_quotes_codes_speakers_and_dates_through_refi_qda(name, tmp_path):
    case = load(EXAMPLES / name)
    convert(case, tmp_path / "a.qdpx")
    back = load(tmp_path / "a.qdpx")
    assert facts(back) == facts(case)
    assert {s.text for s in back.sources.values()} == {s.text for s in case.sources.values() if s.text}
    assert all(s.review.state == "suggested" for s in back.statements.values())


@pytest.mark.parametrize("name", ["ukraine-2025", "writers-2023"])
def test_the_schema_of_refi_qda_validates_what_is_written(name, tmp_path):
    etree = pytest.importorskip("lxml.etree", reason="lxml comes with the extra dev")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    convert(EXAMPLES / name, tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        tree = etree.fromstring(archive.read("project.qde"))
        named = {e.get("plainTextPath").removeprefix("internal://") for e in tree.iter("{*}TextSource")}
        assert {f"sources/{n}" for n in named} == set(archive.namelist()) - {"project.qde"}
    schema.assertValid(tree)
    tree[0].tag = "{urn:QDA-XML:project:1.0}Nonsense"
    assert not schema.validate(tree)


def test_a_code_book_goes_out_and_in(tmp_path):
    case = load(EXAMPLES / "ukraine-2025")
    convert(case, tmp_path / "a.qdc")
    back = load(tmp_path / "a.qdc")
    assert {i.name: [o.label for o in i.options.values()] for i in back.issues.values()} == {
        i.name: [o.label for o in i.options.values()] for i in case.issues.values()
    }


WORDS = "😀 Minister: \r\nwe accept\r\na ceasefire 🕊 at once.\r\n"


@pytest.mark.parametrize(
    ("counted", "mark"),
    [
        (lambda t: t, False),
        (lambda t: t.replace("\r\n", "\n"), False),
        (lambda t: "".join(c * (1 + (c > "\uffff")) for c in t), False),
        (lambda t: "".join(c * (1 + (c > "\uffff")) for c in t.replace("\r\n", "\n")), False),
        (lambda t: t, True),
        (lambda t: "\ufeff" + t, True),
        (lambda t: t.replace("\r\n", "\n"), True),
    ],
    ids=["code-points", "lf", "utf16", "utf16-lf", "no-mark", "mark", "no-mark-lf"],
)
def test_positions_are_found_however_a_program_counts(counted, mark, tmp_path):
    theirs = counted(WORDS)
    pairs = []
    for words in ("Minister", "accept", "ceasefire", "once"):
        at = theirs.index(words)
        pairs.append((at, at + len(words)))
    text = ("\ufeff" if mark else "") + WORDS
    found = plan(project(tmp_path, text, pairs), tmp_path / "x")
    assert [s.quote for s in found.case.statements.values()] == ["Minister", "accept", "ceasefire", "once"]
    assert all(s.extractor == "Ana" for s in found.case.statements.values())
    source = found.case.sources["speech"]
    for s in found.case.statements.values():
        assert source.text[s.start : s.end] == s.quote


@settings(max_examples=200)
@given(st.text(alphabet="ab \r\n\ufeffe\u0301\u0323\U0001f600\u1100\u1161\u11a8é", max_size=30), st.data())
def test_places_in_a_text_and_in_its_normal_form_agree(raw, data):
    at = normal_offsets(raw)
    places = [at(k) for k in range(len(raw) + 1)]
    assert places == sorted(places)
    assert places[-1] == len(normalise(raw))
    k = data.draw(st.integers(0, len(raw)))
    before, after = raw[:k], raw[k:]
    cut = not (before.endswith("\r") and after.startswith("\n")) and not after.startswith("\ufeff")
    composes = unicodedata.normalize("NFC", before + after) != unicodedata.normalize(
        "NFC", before
    ) + unicodedata.normalize("NFC", after)
    if k and cut and not composes:
        assert at(k) == len(normalise(before))


def test_a_file_of_codes_decides_what_codes_mean(tmp_path):
    path = project(tmp_path, "We accept a ceasefire.", [(3, 9)], codes=("Tone", "agrees"))
    convert(path, tmp_path / "first")
    listed = (tmp_path / "first" / "codes.yaml").read_text(encoding="utf-8")
    assert '"Tone / agrees": {issue: "Tone", option: "agrees"}' in listed
    (tmp_path / "codes.yaml").write_text(
        '"Tone": {skip: "yes"}\n"Tone / agrees": {issue: Ceasefire, option: now, stance: accept, party: North}\n'
    )
    s = plan(path, tmp_path / "x", codes=tmp_path / "codes.yaml").case.statements["s1"]
    assert (s.issue, s.options, s.stance, s.party) == ("ceasefire", ("now",), "accept", "north")
    (tmp_path / "codes.yaml").write_text('"Tone / agrees": {stance: loves}\n')
    with pytest.raises(CaseError, match=r"stance: expected one of demand"):
        plan(path, tmp_path / "x", codes=tmp_path / "codes.yaml")


def test_cases_become_parties_and_what_has_no_place_is_listed(tmp_path):
    cases = f'<Cases><Case guid="{GUID.format(30)}" name="Northland"><SelectionRef targetGUID="{GUID.format(50)}"/></Case></Cases>'
    path = project(tmp_path, "We accept a ceasefire.", [(3, 9), (900, 905)], cases=cases)
    found = plan(path, tmp_path / "x")
    assert found.case.statements["s1"].party == "northland"
    assert [r.what for r in found.fidelity.left_out] == [
        "a passage that is empty, outside its text or very long"
    ]
    assert found.fidelity.left_out[0].place.startswith("p.qdpx/project.qde:1:")


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("traversal", "unsafe name"),
        ("bomb", "zip bomb"),
        ("entity", "document type declaration"),
        ("two", "expected one project.qde"),
        ("cut", "zip archive"),
    ],
)
def test_hostile_projects_are_refused_with_place_and_reason(attack, said, tmp_path, monkeypatch):
    monkeypatch.setattr("zopa.formats.documents.MAX_UNPACKED", 1_000_000)
    path = project(tmp_path, "We accept.", [(3, 9)])
    if attack == "traversal":
        project(tmp_path, "x", [], extra=[("../../etc/cron.d/x.txt", b"x")])
    elif attack == "bomb":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("project.qde", "<Project/>")
            archive.writestr("sources/a.txt", b"\x00" * 2_000_000)
        path.write_bytes(out.getvalue())
    elif attack == "entity":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "project.qde",
                '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><Project xmlns="urn:QDA-XML:project:1.0" name="&e;"/>',
            )
    elif attack == "two":
        project(tmp_path, "x", [], extra=[("other.qde", b"<Project/>")])
    else:
        path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(CaseError, match=said) as caught:
        plan(path, tmp_path / "x", source_format="refi-qda")
    assert caught.value.findings[0].file.startswith("p.qdpx")


def test_a_text_outside_the_archive_is_not_opened(tmp_path):
    (tmp_path / "secret.txt").write_text("secret words")
    path = project(tmp_path, "x", [(0, 6)])
    with zipfile.ZipFile(path) as archive:
        qde = archive.read("project.qde").decode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", qde.replace("internal://t.txt", f"absolute://{tmp_path}/secret.txt"))
    found = plan(path, tmp_path / "x")
    assert not found.case.statements
    assert any("outside the archive" in r.what for r in found.fidelity.left_out)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-02-12T10:00:00Z", "2025-02-12"),
        ("2025-02-01/2025-02-12", "2025-02-01/2025-02-12"),
        ("2025-02-01/", "2025-02-01/"),
    ],
)
def test_dates_of_a_project_are_read_as_days_and_intervals(text, expected):
    from zopa.case.basis import When

    found = moment(text)
    assert moment_text(When(**{"from": None, "to": None, **found})) == expected
    assert moment("yesterday") is moment("2025-13-40") is moment("2025-02-12/2025-02-01") is None


# --- Discourse Network Analyzer


def dna_facts(case):
    found = []
    for s in case.statements.values():
        if s.review.state == "rejected" or s.stance not in dna.PRO or not s.options:
            continue
        party = party_of(case, s)
        for o in s.options:
            found.append((
                s.quote,
                case.speakers[s.speaker].name if s.speaker else "",
                case.parties[party].name if party else "",
                case.issues[s.issue].name,
                case.issues[s.issue].options[o].label,
                bool(dna.PRO[s.stance]),
            ))  # fmt: skip
    return sorted(found)


@pytest.mark.parametrize("name", ["ukraine-2025", "writers-2023"])
def test_a_case_keeps_quotes_persons_organisations_and_concepts_through_dna(name, tmp_path):
    case = load(EXAMPLES / name)
    lost = convert(case, tmp_path / "a.dna")
    back = load(tmp_path / "a.dna")
    assert dna_facts(back) == dna_facts(case)
    assert len(dna_facts(back)) == len(back.statements) > 5
    for s in back.statements.values():
        assert back.sources[s.source].text[s.start : s.end] == s.quote
    silent = [s for s in case.statements.values() if s.stance not in dna.PRO or not s.options]
    assert any("neither accepts nor opposes" in r.what for r in lost.left_out) == bool(silent)


def test_dna_counts_utf_16_units(tmp_path):
    case = seeds.worded()
    convert(case, tmp_path / "a.dna")
    with sqlite3.connect(tmp_path / "a.dna") as base:
        starts = base.execute("SELECT Start, Stop FROM STATEMENTS").fetchall()
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        words = base.execute("SELECT Text FROM DOCUMENTS").fetchone()[0].encode("utf-16-le")
    base.close()
    quotes = [words[2 * a : 2 * b].decode("utf-16-le") for a, b in starts]
    assert quotes == [s.quote for s in case.statements.values()]
    assert dna_facts(load(tmp_path / "a.dna")) == dna_facts(case)


def attacked(tmp_path, *commands):
    convert(seeds.worded(), tmp_path / "a.dna")
    base = sqlite3.connect(tmp_path / "a.dna")
    for command in commands:
        base.execute(command)
    base.commit()
    base.close()
    return tmp_path / "a.dna"


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        (["DROP TABLE CODERS"], "expected a table CODERS"),
        (["ALTER TABLE CODERS RENAME TO X", "CREATE VIEW CODERS AS SELECT ID, Name FROM X"], "plain table CODERS, saw a view"),
        (["ALTER TABLE ENTITIES RENAME COLUMN ChildOf TO Parent"], "columns ChildOf in the table ENTITIES"),
        (["UPDATE VARIABLES SET Variable = Variable || 'x'"], "variables organization and concept"),
        (
            [
                "ALTER TABLE CODERS RENAME TO X",
                "CREATE TABLE CODERS (ID INTEGER, Name TEXT GENERATED ALWAYS AS (hex(zeroblob(40000000))) VIRTUAL)",
                "INSERT INTO CODERS (ID) VALUES (1)",
            ],
            "expected a sound SQLite database",
        ),
    ],
    ids=["missing", "view", "column", "variables", "swelling"],
)  # fmt: skip
def test_databases_that_are_no_plain_project_are_refused(commands, said, tmp_path):
    path = attacked(tmp_path, *commands)
    before = path.read_bytes()
    with pytest.raises(CaseError, match=said):
        plan(path, tmp_path / "x", source_format="dna")
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.dna", "a.dna.fidelity.json"]


def test_a_database_kept_with_a_write_ahead_log_is_read(tmp_path):
    path = attacked(tmp_path, "PRAGMA journal_mode = WAL")
    assert len(load(path).statements) == 2


@pytest.mark.parametrize("size", [100, 5000, 20_000])
def test_a_damaged_database_is_refused(size, tmp_path):
    path = attacked(tmp_path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(CaseError):
        plan(path, tmp_path / "x", source_format="dna")


def test_foreign_concepts_types_and_empty_entities_are_read(tmp_path):
    path = attacked(
        tmp_path,
        "INSERT INTO STATEMENTTYPES (ID, Label) VALUES (2, 'Annotation')",
        "INSERT INTO STATEMENTS (ID, StatementTypeId, DocumentId, Start, Stop, Coder) VALUES (9, 2, 1, 0, 5, 1)",
        "UPDATE ENTITIES SET Value = 'There must be a truce' WHERE Value LIKE 'Ceasefire: %'",
        "DELETE FROM ENTITIES WHERE VariableId = 1 AND Value = ''",
        "UPDATE ENTITIES SET Value = '' WHERE Value = 'Ana'",
        "UPDATE DOCUMENTS SET Notes = 'mine'",
    )
    found = plan(path, tmp_path / "x")
    issue = found.case.issues["there-must-be-a-truce"]
    assert {k: o.label for k, o in issue.options.items()} == {"yes": "yes"}
    assert [s.stance for s in found.case.statements.values()] == ["accept", "oppose"]
    assert not found.case.speakers
    lost = " ".join(r.what for r in found.fidelity.left_out)
    assert "Annotation" in lost
    assert "notes of a document" in lost


# --- networks


@st.composite
def talks(draw):
    return draw(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.booleans()), min_size=1, max_size=12
        )
    )


@settings(max_examples=60)
@given(talks())
def test_networks_are_those_of_their_definition(said):
    case = Case.model_validate({
        "title": "t",
        "parties": {p: {"name": p.upper()} for p in "abc"},
        "issues": {"i": {"name": "I", "options": {o: o for o in "xyz"}}},
        "statements": {
            f"s{k}": {"source": "n", "quote": "q", "kind": "position", "party": p, "issue": "i", "options": (o,), "stance": "accept" if pro else "oppose"}
            for k, (p, o, pro) in enumerate(said)
        },
    })  # fmt: skip
    x = {(p, o, s): int((p, o, s) in said) for p in "abc" for o in "xyz" for s in (True, False)}
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    same = {(p, q): sum(x[p, o, s] * x[q, o, s] for o in "xyz" for s in (True, False)) for p, q in pairs}
    other = {(p, q): sum(x[p, o, s] * x[q, o, not s] for o in "xyz" for s in (True, False)) for p, q in pairs}
    assert discourse_networks.edges(case, "congruence") == {k: w for k, w in same.items() if w}
    assert discourse_networks.edges(case, "conflict") == {k: w for k, w in other.items() if w}
    assert discourse_networks.edges(case, "subtract") == {
        k: same[k] - other[k] for k in pairs if same[k] or other[k]
    }
    two = {(p, f"i: {o}"): x[p, o, True] - x[p, o, False] for p, o, _ in said}
    assert discourse_networks.edges(case, "affiliation") == two


def test_a_network_is_graphml(tmp_path):
    case = seeds.worded()
    case = case.model_copy(
        update={"parties": {**case.parties, "n": case.parties["n"].model_copy(update={"name": 'N <&> "x"'})}}
    )
    convert(case, tmp_path / "a.graphml")
    ns = "{http://graphml.graphdrawing.org/xmlns}"
    root = ET.parse(tmp_path / "a.graphml").getroot()
    nodes = {n.get("id"): n.find(f"{ns}data[@key='label']").text for n in root.iter(f"{ns}node")}
    weights = {
        (nodes[e.get("source")], nodes[e.get("target")]): int(e.find(f"{ns}data").text)
        for e in root.iter(f"{ns}edge")
    }
    assert weights == {('N <&> "x"', "Ceasefire: at once"): 1, ("South", "Ceasefire: at once"): -1}
    with pytest.raises(NotApplicable, match="accept or oppose"):
        convert(seeds.case(), tmp_path / "b.graphml")


CONSTRAINTS = (
    "SELECT 1 FROM ENTITIES GROUP BY VariableId, Value HAVING COUNT(*) > 1",
    "SELECT 1 FROM DATASHORTTEXT GROUP BY StatementId, VariableId HAVING COUNT(*) > 1",
    "SELECT 1 FROM DATABOOLEAN GROUP BY StatementId, VariableId HAVING COUNT(*) > 1",
    "SELECT 1 FROM ENTITIES WHERE LENGTH(Value) >= 191",
    "SELECT 1 FROM DOCUMENTS WHERE LENGTH(Title) >= 191 OR LENGTH(Source) >= 191",
    "SELECT 1 FROM CODERS WHERE LENGTH(Name) >= 191 OR LENGTH(Password) >= 191",
    "SELECT 1 FROM VARIABLES WHERE DataType NOT IN ('boolean', 'integer', 'long text', 'short text')",
    "SELECT 1 FROM STATEMENTS s JOIN DOCUMENTS d ON d.ID = s.DocumentId WHERE s.Start < 0 OR s.Start >= s.Stop OR s.Stop > 2 * LENGTH(d.Text)",
    "SELECT 1 FROM STATEMENTS s WHERE (SELECT COUNT(*) FROM DATASHORTTEXT t WHERE t.StatementId = s.ID) <> 3",
    "SELECT 1 FROM STATEMENTS s WHERE (SELECT COUNT(*) FROM DATABOOLEAN t WHERE t.StatementId = s.ID) <> 1",
)
"""What the schema of DNA 3 demands of its tables, as queries that must find nothing."""


def test_a_written_project_keeps_the_constraints_of_dna(tmp_path):
    case = load(EXAMPLES / "ukraine-2025")
    parties = {p: x.model_copy(update={"name": x.name + " and others" * 30}) for p, x in case.parties.items()}
    lost = convert(case.model_copy(update={"parties": parties}), tmp_path / "a.dna")
    assert any(r.what == "cut to 190 characters" for r in lost.changed)
    base = sqlite3.connect(tmp_path / "a.dna")
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [q for q in CONSTRAINTS if base.execute(q).fetchone()] == []
    with pytest.raises(sqlite3.IntegrityError):
        base.execute(
            "INSERT INTO ENTITIES (VariableId, Value) SELECT VariableId, Value FROM ENTITIES LIMIT 1"
        )
    base.close()
