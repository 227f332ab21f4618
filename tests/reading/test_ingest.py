"""Texts come into a folder by one call, without a terminal."""

import time

import pytest

from zopa.casefile import load
from zopa.cli.options import still_working
from zopa.errors import CaseError, UnknownName
from zopa.reading import Extract, prepare
from zopa.reading.ingest import ingest, replace_source
from zopa.reading.sources.files import Incoming, open_bytes
from zopa.reading.structure import draft

TEXT = (
    "Russia's Ivan Petrov said Russia could accept a cease-fire if Ukraine gave up its claim to the harbour.\n"
    "Ukraine's envoy, Olha Marko, rejected any withdrawal of troops. She said Ukraine wanted security guarantees.\n"
    "Petrov promised to continue the talks on the border and the troops."
)


@pytest.fixture
def folder(tmp_path):
    ingest([Incoming("story", TEXT)], tmp_path / "case")
    return tmp_path / "case"


def test_a_text_makes_a_case_and_says_what_was_added(tmp_path):
    done = ingest([Incoming("story", TEXT, notes=("one note",))], tmp_path / "case")
    (added,) = done.sources
    assert done.made
    assert added.new
    assert added.source == "story"
    assert added.records["statements"] == len(load(tmp_path / "case").statements) > 2
    assert added.notes[0] == "one note"


def test_the_same_text_again_adds_nothing_and_says_so(folder):
    before = load(folder).statements
    done = ingest([Incoming("story", TEXT)], folder)
    assert not done.made
    assert not done.sources[0].new
    assert "in the case already" in done.sources[0].notes[-1]
    assert load(folder).statements == before


def test_a_text_whose_records_were_lost_is_read_again(folder):
    before = load(folder).statements
    (folder / "statements.yaml").write_text("statements: {}\n", encoding="utf-8")
    done = ingest([Incoming("story", TEXT)], folder)
    assert done.sources[0].source == "story"
    assert load(folder).statements == before
    assert list(load(folder).sources) == ["story"]


def test_another_reader_can_stand_in_for_the_rules(tmp_path):
    read_by = []

    def nothing(text, case):
        read_by.append(case.title)
        return Extract(text, ())

    done = ingest([Incoming("story", TEXT)], tmp_path / "case", reader=nothing)
    assert read_by
    assert set(done.sources[0].records.values()) == {0}


def test_a_text_that_names_no_known_state_drafts_a_case_of_its_speakers(tmp_path):
    text = "Acme said it would raise wages by 4 percent. The drivers’ union said it wanted 6 percent. Sam Fox, the union president, said the offer was dead."
    ingest([Incoming("story", text)], tmp_path / "case")
    case = load(tmp_path / "case")
    assert {p.name for p in case.parties.values()} == {"Acme", "Drivers’ union"}
    assert {s.name: s.party for s in case.speakers.values()}["Sam Fox"] == "drivers-union"


def test_a_text_with_one_speaker_drafts_a_case_with_a_party_to_be_named(tmp_path):
    ingest([Incoming("story", "The mayor said the bridge would stay closed.")], tmp_path / "case")
    assert {p.name for p in load(tmp_path / "case").parties.values()} == {"Mayor", "Party 1 (to be named)"}


def test_a_newer_version_takes_over_what_still_stands(folder):
    newer = Incoming("x", "HARBOUR TALKS.\n" + TEXT.replace("promised to continue", "refused to continue"))
    done = replace_source(newer, folder, "story")
    listed = load(folder).statements.values()
    assert any(s.source == done.source for s in listed)
    assert done.changed == sum(s.source == "story" for s in listed)
    assert done.changed == 1
    assert replace_source(newer, folder, "story") is None
    with pytest.raises(UnknownName):
        replace_source(newer, folder, "nothing")


def test_a_draft_marks_every_option_as_assumed_and_gives_no_value():
    from zopa.reading import prepare

    drafted = draft([prepare(TEXT)]).to_dict()
    assert set(drafted["parties"]) == {"russia", "ukraine"}
    assert all("assumed" in o for i in drafted["issues"].values() for o in i["options"].values())
    assert not any({"weights", "values", "reservation"} & set(p) for p in drafted["parties"].values())


def test_more_records_than_a_case_may_hold_are_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("zopa.casefile.record.MAX_BYTES", 500)
    text = "The mayor of Lenn said on Monday that the town would not sign. The union demanded a vote.\n" * 9
    with pytest.raises(CaseError, match="read the text in parts") as refused:
        ingest([Incoming("long", text)], tmp_path / "case")
    assert "nothing was changed" in str(refused.value)
    assert not (tmp_path / "case" / "statements.yaml").exists()
    assert not (tmp_path / "case" / "sources").exists()


def test_a_text_that_takes_long_is_named_on_standard_error(capsys):
    with still_working(False, "reading long (9 characters)", after=0.0):
        time.sleep(0.05)
    assert capsys.readouterr().err == "reading long (9 characters) ...\n"
    with still_working(True, "reading", after=0.0):
        time.sleep(0.05)
    assert capsys.readouterr() == ("", "")


def test_the_two_limits_are_said_together():
    with pytest.raises(CaseError, match=r"20 MB, and the text in it 8,000,000 characters"):
        prepare("a" * 8_000_001)
    with pytest.raises(CaseError, match=r"20 MB, and the text in it 8,000,000 characters"):
        open_bytes(b"a" * 20_000_001, "a.txt")
