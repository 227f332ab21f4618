"""One converter for all formats: what is recognised, carried, listed and refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zopa
from zopa.case import Case
from zopa.casefile import inspect
from zopa.cli import app
from zopa.errors import CannotWrite, CaseError, NotApplicable, UnknownName
from zopa.formats import FORMATS, Fidelity, convert, load, plan
from zopa.formats.fidelity import left_out

ROOT = Path(__file__).resolve().parents[2]
FOUND = ROOT.parent / "shared" / "data" / "found_in_use"
KTAB = ROOT.parent / "shared" / "data" / "forecast" / "ktab"
EXAMPLE = ROOT / "src" / "zopa" / "examples" / "ukraine-2025"
needs_found = pytest.mark.skipif(
    not FOUND.is_dir(), reason="the faults found in use are not beside the project"
)
needs_ktab = pytest.mark.skipif(not KTAB.is_dir(), reason="the KTAB examples are not beside the project")
SMALL = "Fish, a quota, 2, 1,\nActor,Description,Power,Pstn,Sal,\nNorth, , 150.5, 0.00, 80,\nSouth, x, 50.5, 100, 10,\n"
MODEL = {
    "options": [{"name": "a"}, {"name": "b"}],
    "decisionMakers": [
        {"name": "A", "options": [0], "preferences": [[[1, "Y"]]], "weights": [3]},
        {"name": "B", "options": [1], "preferences": [[[0, "N"]]]},
    ],
}


def run(*words):
    return CliRunner().invoke(app, ["convert", *map(str, words)])


def small(folder, text=SMALL, name="fish.csv"):
    place = folder / name
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return place


@needs_found
@pytest.mark.parametrize("name", ["domain.xml", "sheet.xml"])
def test_foreign_xml_is_refused_with_what_it_is(name, tmp_path):
    with pytest.raises(CaseError, match="GENIUS domain" if name == "domain.xml" else "spreadsheet in XML"):
        convert(FOUND / "32-any-xml-becomes-an-empty-case" / name, tmp_path / "out")
    with pytest.raises(CaseError, match="this is no KTAB scenario, XML: it is a"):
        convert(FOUND / "32-any-xml-becomes-an-empty-case" / name, tmp_path / "out", source_format="ktab-xml")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.xml", b"<rss><channel/></rss>", "a news feed"),
        ("a.xml", b"<?xml version='1.0'?><!-- x --><o:thing xmlns:o='u'/>", "XML file with the root <thing>"),
        ("votes.soc", b"# TITLE\n1: A\n", r"kind '\.soc'.*\n.*zopa formats lists what can be read"),
        ("a.dna", b"SQLite format 3\x00...", "an SQLite database"),
        ("a.pdf", b"%PDF-1.7", "a PDF"),
        ("a.gz", b"\x1f\x8b\x08", "a gzip archive"),
        ("empty.csv", b"", "an empty file"),
        ("r.xlsx", bytes(range(256)) * 8, "neither text nor of a known kind, although its name ends in '.xlsx'"),
        ("r.docx", b"PK\x03\x04" + bytes(range(256)), "a zip archive"),
        ("ru.txt", "\u043f\u0440\u0438\u0432\u0435\u0442 ".encode() * 40, r"a file of the kind '\.txt'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_what_can(name, raw, said, tmp_path):
    with pytest.raises(CaseError, match=said):
        convert(small(tmp_path, raw, name), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_what_was_named_is_made(tmp_path):
    for target in ("no/x.xlsx", "no/case", "no/no/x.csv"):
        with pytest.raises(CannotWrite, match=r"there is no folder .*/no"):
            convert(small(tmp_path, SMALL), tmp_path / target)
    assert not (tmp_path / "no").exists()


def test_a_device_is_refused_in_one_plain_line():
    with pytest.raises(CaseError) as caught:
        convert("/dev/null", "x")
    assert [f.what for f in caught.value.findings] == ["expected a file, saw a device or a pipe"]
    assert str(caught.value).count("nothing was read") == 1


def test_a_format_is_known_by_its_content_whatever_its_ending(tmp_path):
    assert plan(small(tmp_path, SMALL, "fish.txt"), tmp_path / "o").source_format == "ktab-csv"
    assert plan(small(tmp_path, json.dumps(MODEL), "m.json"), tmp_path / "o").source_format == "gmcr"
    assert set(load(tmp_path / "fish.txt").parties) == {"north", "south"}
    assert zopa.load(tmp_path / "fish.txt").digest


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_the_encoding_is_found_and_a_guess_is_said(encoding, tmp_path):
    place = small(tmp_path, SMALL.replace("North", "Médine").encode(encoding))
    fidelity = convert(place, tmp_path / "out")
    assert load(tmp_path / "out").parties["medine"].name == "Médine"
    guessed = any("Windows-1252" in r.what and ":3:" in r.place for r in fidelity.changed)
    assert guessed == (encoding in ("latin-1", "cp1252"))


@pytest.mark.parametrize(
    ("raw", "place"), [(SMALL.encode() + b"W\x81, , 1, 2, 3", ":5:2"), (SMALL.encode() + b"\x00", ":5"),
                       (SMALL.encode("utf-16")[:-1], ":4")])  # fmt: skip
def test_bytes_of_no_encoding_are_refused_with_their_place(raw, place, tmp_path):
    with pytest.raises(CaseError) as caught:
        convert(small(tmp_path, raw), tmp_path / "out", source_format="ktab-csv")
    assert place in caught.value.findings[0].place


@needs_ktab
@pytest.mark.parametrize(
    "name", ["dummyData_3Dim.csv", "dummyData_3Dim-no-final-comma.csv", "dummyData_3Dim.xml"]
)
def test_examples_of_ktab_load_with_their_own_numbers_and_come_back(name, tmp_path):
    assert run(KTAB / name, tmp_path / "case").exit_code == 0
    case, findings = inspect(tmp_path / "case")
    assert findings == []
    assert max(p.capability.best for p in case.parties.values()) > 100
    assert all(p.saliences and not p.weights for p in case.parties.values())
    back = tmp_path / f"back{Path(name).suffix}"
    done = run(tmp_path / "case", back)
    assert done.exit_code == 0, done.output
    assert load(back).model_dump(exclude={"digest", "title"}) == case.model_dump(exclude={"digest", "title"})


@needs_found
@pytest.mark.parametrize("name", ["smpExample_filled.xml", "smpExample_caps50.xml"])
def test_parameters_of_a_ktab_xml_are_kept_and_a_csv_lists_them(name, tmp_path):
    source = FOUND / "42-lenses" / "ktab_xml_parameters" / name
    convert(source, tmp_path / "case")
    case = load(tmp_path / "case")
    assert (case.ktab.victory, case.ktab.pce, case.ktab.voting) == ("Linear", "MarkovIncentive", "PropCbc")
    assert case.ktab.seed == "03507583219545544127"
    assert case.ktab.adjust["bob"] == {"bob": 0.75, "alice": 0.07}
    assert case.parties["alice"].about == "One of the SMP actors"
    assert convert(tmp_path / "case", tmp_path / "back.xml").lossless
    assert load(tmp_path / "back.xml").model_dump(exclude={"digest"}) == load(source).model_dump(
        exclude={"digest"}
    )
    lost = convert(tmp_path / "case", tmp_path / "back.csv")
    assert [r.what for r in lost.left_out] == ["ktab"]


@needs_found
def test_everything_that_a_gmcr_file_does_not_hold_is_listed(tmp_path):
    lost = convert(FOUND / "42-lenses" / "gmcr_loss", tmp_path / "x.gmcr")
    said = " ".join(map(str, lost.left_out))
    for word in (
        "graph.preferences.A.0.unsure",
        "graph.states.now",
        "status_quo",
        "graph.pictures.A.preferences",
    ):
        assert word in said
    assert json.loads((tmp_path / "x.gmcr.fidelity.json").read_text())["left_out"]


def test_a_loss_is_listed_and_exits_with_1_unless_lossy_and_strict_writes_nothing(tmp_path):
    place = small(tmp_path, json.dumps(MODEL), "m.gmcr")
    done = run(place, tmp_path / "a")
    assert (done.exit_code, "decisionMakers[0].weights" in done.output) == (1, True)
    assert inspect(tmp_path / "a")[1] == []
    assert run(place, tmp_path / "b", "--lossy").exit_code == 0
    done = run(place, tmp_path / "c", "--strict")
    assert (done.exit_code, (tmp_path / "c").exists()) == (1, False)
    with pytest.raises(NotApplicable, match="would be left out"):
        convert(place, tmp_path / "c", strict=True)
    report = json.loads((tmp_path / "a" / "fidelity.json").read_text())
    assert (report["from"], report["to"], report["lossless"]) == ("gmcr", "case", False)


def test_nothing_written_in_a_case_is_lost_in_silence(tmp_path):
    """What no pattern covers is listed; with no pattern at all, everything is."""
    case = load(EXAMPLE)
    fidelity = Fidelity("none")
    left_out(case, (), fidelity)
    listed = {r.what.split(":")[0] for r in fidelity.left_out}
    written = {
        k for k in case.model_dump(exclude_defaults=True) if k not in ("digest", "folder", "cost_rows")
    }
    assert {w.replace("_", " ") for w in written} <= listed
    for goal in ("x.csv", "x.xml", "x.gmcr"):
        found = plan(case, tmp_path / goal)
        kinds = {r.what.split(":")[0] for r in found.fidelity.left_out}
        assert {"rules", "statements", "sources", "texts of sources"} <= kinds, goal


def test_an_ending_that_says_nothing_and_unknown_names_are_refused(tmp_path):
    with pytest.raises(NotApplicable, match=r"endings that do: .*\.csv, .*\.gmcr, .*\.xml"):
        convert(EXAMPLE, tmp_path / "x.txt")
    with pytest.raises(UnknownName, match="ktab-csv"):
        convert(EXAMPLE, tmp_path / "x", target_format="ktab-cvs")
    with pytest.raises(NotApplicable, match="already"):
        convert(EXAMPLE, tmp_path / "x", target_format="case")
    with pytest.raises(CaseError):
        convert(tmp_path / "nowhere", tmp_path / "x")


def test_the_table_of_formats_is_listed_in_both_ways():
    done = CliRunner().invoke(app, ["formats", "--json"])
    assert [f["name"] for f in json.loads(done.output)["answer"]] == list(FORMATS)
    shown = CliRunner().invoke(app, ["formats"]).output
    assert all(name in shown for name in FORMATS)


def test_a_case_made_from_any_format_can_be_asked_in_one_step(tmp_path):
    assert isinstance(load(small(tmp_path)), Case)
    asked = CliRunner().invoke(app, ["forecast", str(tmp_path / "fish.csv"), "--draws", "1"])
    assert asked.exit_code == 0, asked.output
    unsaid = CliRunner().invoke(app, ["zone", str(tmp_path / "fish.csv")])
    assert unsaid.exit_code == 1
    assert "Not enough is on record" in unsaid.output


def test_the_list_of_formats_says_what_is_not_carried_each_way():
    done = CliRunner().invoke(app, ["formats", "--json"])
    rows = {r["name"]: r for r in json.loads(done.output)["answer"]}
    assert set(rows) == set(FORMATS)
    assert all(r["carries"] for r in rows.values())
    assert all(r["not_out"] for r in rows.values() if r["read"] and r["written"])
    assert rows["refi-qda"]["not_in"].startswith("notes, links")
