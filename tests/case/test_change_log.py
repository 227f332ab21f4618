"""The record of a case: every act is in it, any can be undone, and what was tampered with is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from case_folder import CASE, STATEMENTS, write
from zopa.casefile import (
    acting,
    check_record,
    note_outside,
    read_record,
    rename,
    set_value,
    start_record,
    texts_at,
    undo,
)
from zopa.casefile.change_log import RECORD
from zopa.casefile.pieces import applied, changes, joined, merged, split
from zopa.cli import app
from zopa.errors import CaseError, EditConflict, NotApplicable, UnknownName

FILES = ("case.yaml", "statements.yaml", "sources/note.txt", "sources/sources.csv")


def folder_text(folder: Path) -> dict[str, str]:
    return {n: (folder / n).read_text() for n in FILES}


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case with a record of five acts."""
    write(tmp_path)
    start_record(tmp_path)
    with acting("anna", "zopa serve", "better words"):
        set_value(tmp_path, "title", "Two rivers")
        set_value(tmp_path, "parties.NO.reservation", 40)
    with acting("ben"):
        rename(tmp_path, "party.NO", "NOR")
        set_value(tmp_path, "statements.s1.about", "high flow for shared fees")
    return tmp_path


def test_every_act_is_one_entry_with_who_why_and_the_records_that_changed(case: Path) -> None:
    start, title, floor, renamed, about = read_record(case)
    assert {c.record for c in start.changes} == set(FILES)
    assert (title.act.who, title.act.via, title.act.why) == ("anna", "zopa serve", "better words")
    assert [c.record for c in title.changes] == ["title"]
    assert [c.record for c in floor.changes] == ["parties.NO"]
    assert {c.record for c in renamed.changes} == {"parties.NO", "parties.NOR"}
    assert [c.record for c in about.changes] == ["statements.s1"]
    assert about.act.who == "ben"


def test_a_folder_without_a_record_gets_none_and_the_commands_say_how_to_start_one(tmp_path: Path) -> None:
    write(tmp_path)
    set_value(tmp_path, "title", "Other")
    assert not (tmp_path / RECORD).exists()
    with pytest.raises(NotApplicable, match="--start"):
        check_record(tmp_path)
    assert CliRunner().invoke(app, ["record", str(tmp_path), "--start"]).exit_code == 0
    with pytest.raises(NotApplicable):
        start_record(tmp_path)


def test_every_state_of_the_folder_can_be_had_again(case: Path) -> None:
    entries = read_record(case)
    assert texts_at(entries) == folder_text(case)
    assert texts_at(entries, 1)["case.yaml"] == CASE
    assert "Two rivers" in texts_at(entries, 2)["case.yaml"]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_any_entry_can_be_undone_and_the_undo_too(case: Path, number: int) -> None:
    entries = read_record(case)
    before = folder_text(case)
    if number == 3:  # the party was renamed since
        with pytest.raises(EditConflict, match="entry 4: undo that first"):
            undo(case, 3)
        assert folder_text(case) == before
        return
    undo(case, number)
    last = read_record(case)[-1]
    assert last.act.undoes == number
    old, new = texts_at(entries, number - 1), texts_at(entries, number)
    for c in entries[number - 1].changes:
        assert split(c.file, (case / c.file).read_text()).get(c.record) == split(c.file, old[c.file]).get(
            c.record
        )
    undo(case, last.number)
    assert folder_text(case) == before
    undo(case, last.number + 1)
    assert check_record(case).holds
    assert new


def test_undo_of_all_acts_in_turn_gives_the_first_folder_back(case: Path) -> None:
    for number in (5, 4, 3, 2):
        undo(case, number)
    assert (case / "case.yaml").read_text() == CASE
    assert (case / "statements.yaml").read_text() == STATEMENTS


def test_an_undo_that_the_case_cannot_stand_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    start_record(tmp_path)
    set_value(tmp_path, "parties.DK", {"name": "Denmark"})
    set_value(tmp_path, "speakers.min.party", "DK")
    before = (tmp_path / "case.yaml").read_text()
    with pytest.raises(CaseError, match="DK"):
        undo(tmp_path, 2)
    assert (tmp_path / "case.yaml").read_text() == before
    with pytest.raises(UnknownName):
        undo(tmp_path, 9)
    with pytest.raises(NotApplicable):
        undo(tmp_path, 1)


def test_what_a_text_editor_changed_is_noted_as_such_and_can_be_undone(case: Path) -> None:
    path = case / "case.yaml"
    path.write_text(path.read_text().replace("Minister", "Prime Minister"))
    assert [c.record for c in check_record(case).outside] == ["speakers.min"]
    set_value(case, "title", "Third")
    noted, act = read_record(case)[-2:]
    assert (noted.act.who, noted.act.via) == ("", "another program")
    assert [c.record for c in noted.changes] == ["speakers.min"]
    assert [c.record for c in act.changes] == ["title"]
    undo(case, noted.number)
    assert "Prime" not in path.read_text()
    assert "Third" in path.read_text()


def test_files_that_come_and_go_are_followed(case: Path) -> None:
    (case / "sources" / "new.txt").write_text("New words.\n")
    assert note_outside(case)
    assert not note_outside(case)
    (case / "sources" / "new.txt").unlink()
    assert note_outside(case)
    undo(case, read_record(case)[-1].number)
    assert (case / "sources" / "new.txt").read_text() == "New words.\n"
    undo(case, read_record(case)[-1].number)
    assert not (case / "sources" / "new.txt").exists()
    assert check_record(case).holds


def lines_of(case: Path) -> list[bytes]:
    return (case / RECORD).read_bytes().splitlines(keepends=True)


def spoil(line: bytes) -> bytes:
    assert line.count(b'"anna"') == 1
    return line.replace(b'"anna"', b'"carl"')


TAMPERED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "an entry changed": (lambda a: [a[0], a[1], spoil(a[2]), *a[3:]], 3),
    "the last entry changed": (lambda a: [*a[:4], a[4].replace(b'"ben"', b'"eva"')], 5),
    "a text in it changed": (lambda a: [a[0], a[1].replace(b"Two rivers", b"Two livers"), *a[2:]], 2),
    "an entry removed": (lambda a: [*a[:2], *a[3:]], 3),
    "the first entry removed": (lambda a: a[1:], 1),
    "two entries in another order": (lambda a: [a[0], a[2], a[1], *a[3:]], 2),
    "an entry twice": (lambda a: [*a[:3], a[2], *a[3:]], 3),
    "half an entry": (lambda a: [*a[:2], a[2][:50] + b"\n", *a[3:]], 3),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_changed_removed_or_moved_entry_is_found_and_named(case: Path, what: str) -> None:
    tamper, number = TAMPERED[what]
    (case / RECORD).write_bytes(b"".join(tamper(lines_of(case))))
    check = check_record(case)
    assert number in [f.number for f in check.faults]
    assert not check.holds
    with pytest.raises(CaseError):
        undo(case, 2)
    done = CliRunner().invoke(app, ["record", str(case)])
    assert done.exit_code == 1
    assert f"Entry {number}: " in done.output


def rehashed(line: bytes, old: bytes, new: bytes) -> bytes:
    """A line changed by somebody who knows how its own hash is made."""
    from zopa.casefile.change_log import _canonical, _hash

    assert old in line
    body = json.loads(line.replace(old, new))
    return _canonical({**body, "hash": _hash(body)}) + b"\n"


def test_an_entry_with_its_own_hash_made_anew_is_found_by_the_next_one(case: Path) -> None:
    a = lines_of(case)
    (case / RECORD).write_bytes(b"".join([a[0], rehashed(a[1], b'"anna"', b'"carl"'), *a[2:]]))
    assert [f.number for f in check_record(case).faults] == [2]


def test_a_cut_tail_is_found_by_a_hash_noted_elsewhere(case: Path) -> None:
    head = check_record(case).head
    earlier = read_record(case)[2].hash
    assert check_record(case, head).holds
    assert check_record(case, earlier[:16]).holds
    (case / RECORD).write_bytes(b"".join(lines_of(case)[:-1]))
    assert check_record(case).holds  # the chain alone cannot know
    assert check_record(case).outside  # but the folder has what the record has not
    assert not check_record(case, head).holds
    assert not check_record(case, "").faults
    assert not check_record(case, "ab").holds
    done = CliRunner().invoke(app, ["record", str(case), "--check", head, "--json"])
    assert done.exit_code == 1
    assert json.loads(done.output)["answer"]["faults"]


def test_entries_are_data(tmp_path: Path) -> None:
    write(tmp_path)
    start_record(tmp_path)
    hostile = 'x\n{"number":9}\x1b[2J\u202e\u2028\r'
    with acting(hostile, hostile, hostile):
        set_value(tmp_path, "title", "Other")
    raw = (tmp_path / RECORD).read_bytes()
    assert raw.count(b"\n") == 2
    assert raw.isascii()
    assert not any(b < 32 and b != 10 for b in raw)
    assert read_record(tmp_path)[1].act.why == hostile
    shown = CliRunner().invoke(app, ["record", str(tmp_path)]).output
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_command_undoes_and_says_what_stands_in_the_way(case: Path) -> None:
    done = CliRunner().invoke(app, ["record", str(case), "--undo", "5", "--why", "wrong", "--json"])
    assert done.exit_code == 0, done.output
    last = json.loads(done.output)["answer"]["entries"][-1]
    assert (last["undoes"], last["why"], last["via"]) == (5, "wrong", "zopa record")
    done = CliRunner().invoke(app, ["record", str(case), "--undo", "3"])
    assert isinstance(done.exception, EditConflict)
    assert "theirs" in done.output


def test_the_record_is_lost_without_harm(case: Path) -> None:
    (case / RECORD).unlink()
    set_value(case, "title", "Fourth")
    start_record(case)
    assert check_record(case).holds


BITS = [*"ab: #\n-'\"|\r", "a:\n", "  b: 1\n", "  c: 2\n", "# r\n", "  # s\n"]
YAML = st.lists(st.sampled_from(BITS), max_size=30).map("".join)


@given(st.sampled_from(["case.yaml", "costs.csv", "x.txt"]), YAML, YAML)
def test_the_pieces_are_the_text_and_changes_lead_from_one_text_to_the_other(
    name: str, a: str, b: str
) -> None:
    old, new = split(name, a), split(name, b)
    assert "".join(old.values()) == a
    found = changes(name, a, b)
    if found and found[0].record != name:
        assert list(applied(old, found).items()) == list(new.items())
    elif a != b:
        assert (found[0].before, found[0].after) == (a, b)
    assert merged(name, a, b, a) == (b, ())
    assert merged(name, a, a, b) == (b, ())


def test_both_sides_of_a_merge_are_kept_also_where_one_empties_a_section() -> None:
    base = "title: T\nrules:\n  r1: {a: 1}\n"
    theirs = "title: T\n"
    yours = base + "  r2: {b: 2}\n"
    assert merged("case.yaml", base, theirs, yours) == ("title: T\nrules:\n  r2: {b: 2}\n", ())
    assert merged("case.yaml", base, yours, theirs) == ("title: T\nrules:\n  r2: {b: 2}\n", ())
    text, clash = merged("case.yaml", base, base.replace(": 1", ": 3"), base.replace(": 1", ": 4"))
    assert text is None
    assert [(c.record, c.before, c.theirs, c.yours) for c in clash] == [
        ("rules.r1", "  r1: {a: 1}\n", "  r1: {a: 3}\n", "  r1: {a: 4}\n")
    ]
    assert joined({"a": "a", "b": "b\n", "c": "c"}) == "a\nb\nc"
