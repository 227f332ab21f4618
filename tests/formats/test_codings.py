"""Coded texts: REFI-QDA and DNA projects in and out, and the networks of a case."""

import io
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.casefile import normalise
from zopa.errors import CaseError
from zopa.formats import convert, load, plan
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
