"""Two people and a text editor change one case at once: merged, or shown with all three versions; nothing is lost."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from case_folder import CASE, write
from zopa.casefile import (
    REMOVED,
    acting,
    check,
    check_record,
    note_outside,
    read_record,
    save_text,
    save_values,
    set_value,
    start_record,
    undo,
    version_of,
)
from zopa.casefile import concurrent_edit as module
from zopa.casefile.change_log import RECORD
from zopa.casefile.pieces import split
from zopa.errors import CannotWrite, CaseError, EditConflict

SRC = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write(tmp_path)
    start_record(tmp_path)
    return tmp_path


def test_saves_to_different_records_are_both_kept(case: Path) -> None:
    anna, ben = version_of(case, "title"), version_of(case, "parties.NO.reservation")
    save_values(case, {"title": "A"}, {anna.record: anna})
    save_values(case, {"parties.NO.reservation": 45}, {ben.record: ben})
    text = (case / "case.yaml").read_text()
    assert "title: A\n" in text
    assert "reservation: 45\n" in text


def test_saves_to_one_record_are_refused_with_theirs_yours_and_before(case: Path) -> None:
    seen = version_of(case, "parties.NO.reservation")
    save_values(case, {"parties.NO.reservation": 45}, {"parties.NO": seen})
    for version in (seen, str(seen)):  # with the text in hand, and by its hash alone, as a form sends it
        with pytest.raises(EditConflict) as refused:
            save_values(case, {"parties.NO.reservation": 50}, {"parties.NO": version})
        (c,) = refused.value.conflicts
        assert "reservation: 45" in c.theirs
        assert "reservation: 30" in c.before
        assert c.yours == "parties.NO.reservation: 50\n"
        assert c.before == seen.text
    assert "reservation: 45\n" in (case / "case.yaml").read_text()


def test_the_same_new_record_made_twice_is_refused_and_a_removed_one_is_shown(case: Path) -> None:
    save_values(case, {"parties.DK": {"name": "Denmark"}}, {})
    with pytest.raises(EditConflict, match=r"parties\.DK"):
        save_values(case, {"parties.DK": {"name": "Danmark"}}, {"parties.DK": ""})
    seen = version_of(case, "parties.DK")
    save_values(case, {"parties.DK": REMOVED}, {"parties.DK": seen})
    with pytest.raises(EditConflict) as refused:
        save_values(case, {"parties.DK.name": "D"}, {"parties.DK": seen})
    assert refused.value.conflicts[0].theirs is None


def test_a_whole_text_is_merged_with_what_was_saved_meanwhile(case: Path) -> None:
    before = (case / "case.yaml").read_text()
    set_value(case, "title", "By form")
    save_text(case, "case.yaml", before.replace("name: Minister", "name: The minister"), before)
    text = (case / "case.yaml").read_text()
    assert "By form" in text
    assert "The minister" in text
    with pytest.raises(EditConflict):
        save_text(case, "case.yaml", before.replace("Water of two rivers", "By text"), before)


def test_a_merge_that_the_case_cannot_stand_is_refused(case: Path) -> None:
    before = (case / "case.yaml").read_text()
    save_values(case, {"parties.DK": {"name": "Denmark"}}, {})
    now = (case / "case.yaml").read_text()
    save_text(case, "case.yaml", before, now)  # takes Denmark out again
    with pytest.raises(CaseError):
        save_text(case, "case.yaml", now.replace("party: SE}", "party: DK}"), now)
    assert not check(case)


def test_an_editor_that_saves_between_look_and_write_is_not_overwritten(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = case / "case.yaml"
    plain, done = module.set_values, []

    def slow(*args: object, **more: object) -> None:
        if not done:
            done.append(path.write_text(path.read_text().replace("name: Minister", "name: By hand")))
        plain(*args, **more)

    monkeypatch.setattr(module, "set_values", slow)
    seen = version_of(case, "title")
    save_values(case, {"title": "A"}, {"title": seen})
    assert "By hand" in path.read_text()
    assert "title: A" in path.read_text()


ADDRESSES = (
    "title", "parties.NO.reservation", "parties.SE.about", "speakers.min.name", "issues.flow.name",
    "issues.fees.name", "statements.s1.about",
)  # fmt: skip


@dataclass
class Story:
    """One random interleaving: who holds which version, what was saved, what was refused."""

    folder: Path
    dice: random.Random
    seen: dict[str, tuple[str, str]] = field(default_factory=dict)
    buffers: dict[str, str] = field(default_factory=dict)
    saved: list[tuple[str, str, str]] = field(default_factory=list)
    refused: int = 0
    written: int = 0
    count: int = 0

    def value(self, address: str) -> str | float:
        self.count += 1
        return (
            10 + (1000 + self.count) / 10_000 if address.endswith("reservation") else f"text{self.count}end"
        )

    def person(self, who: str) -> None:
        if who not in self.seen or self.dice.random() < 0.4:
            address = self.dice.choice(ADDRESSES)
            self.seen[who] = (address, str(version_of(self.folder, address)))
            return
        address, version = self.seen.pop(who)
        record, value = version_of(self.folder, address).record, self.value(address)
        try:
            with acting(who):
                save_values(self.folder, {address: value}, {record: version})
        except EditConflict as error:
            (c,) = error.conflicts
            assert version_of(self.folder, address) != version
            assert str(value) in c.yours
            assert c.before is None or version_of_text(c.before) == version
            self.refused += 1
        else:
            self.saved.append((record, version, str(value)))

    def editor(self) -> None:
        name = self.dice.choice(("case.yaml", "statements.yaml"))
        path = self.folder / name
        if name not in self.buffers or self.dice.random() < 0.3:
            self.buffers[name] = path.read_text()
            return
        old = self.buffers.pop(name)
        word = self.dice.choice(("Sweden", "Norway", "Minister", "one", "two"))
        new = (
            old.replace("    speaker", "    # seen\n    speaker", 1)
            if name[0] == "s"
            else old.replace(word, word + "x", 1)
        )
        path.write_text(new)  # as editors do: without a look at the file
        self.written += 1
        if self.dice.random() < 0.5:
            note_outside(self.folder)

    def step(self) -> None:
        self.dice.choice((lambda: self.person("anna"), lambda: self.person("ben"), self.editor))()


def version_of_text(text: str) -> str:
    from zopa.casefile.change_log import digest

    return digest(text)


def interleaving(folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> Story:
    write(folder)
    start_record(folder)
    story = Story(folder, random.Random(seed))
    plain, depth = module.set_values, []

    def interrupted(*args: object, **more: object) -> None:
        """Between the look at a record and the writing of it, somebody else may do something."""
        if not depth and story.dice.random() < 0.3:
            depth.append(1)
            try:
                story.dice.choice((lambda: story.person("cleo"), story.editor))()
            finally:
                depth.pop()
        plain(*args, **more)

    monkeypatch.setattr(module, "set_values", interrupted)
    for _ in range(9):
        story.step()
    monkeypatch.undo()
    note_outside(folder)
    return story


def nothing_is_lost(story: Story) -> None:
    """Every save is in the record with the version it replaced; the record leads to the folder as it stands."""
    found = check_record(story.folder)
    assert found.holds, found.faults
    assert found.outside == ()
    for record, version, value in story.saved:
        entries = [
            c
            for e in found.entries
            for c in e.changes
            if c.record == record
            and c.after is not None
            and value in c.after
            and value not in (c.before or "")
        ]
        assert entries, (record, value)
        assert version_of_text(entries[0].before or "") == version or entries[0].before is None
    assert not check(story.folder)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_between_two_people_and_a_text_editor(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_is_lost(interleaving(tmp_path, seed, monkeypatch))


@pytest.mark.slow
def test_nothing_is_lost_in_500_interleavings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [interleaving(tmp_path / str(n), 1_000 + n, monkeypatch) for n in range(500)]
    for story in stories:
        nothing_is_lost(story)
    assert sum(s.refused for s in stories) > 30
    assert sum(len(s.saved) for s in stories) > 500
    assert sum(s.written for s in stories) > 300


def test_the_test_of_interleavings_would_find_a_lost_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = interleaving(tmp_path, 3, monkeypatch)
    story.saved.append(("title", str(version_of(tmp_path, "title")), "never written"))
    with pytest.raises(AssertionError):
        nothing_is_lost(story)


def test_threads_that_save_at_once_lose_nothing(case: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def save(n: int) -> None:
        save_values(case, {f"parties.P{n}": {"name": f"Party {n}"}}, {})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(save, range(12)))
    assert {f"parties.P{n}" for n in range(12)} <= set(split("case.yaml", (case / "case.yaml").read_text()))
    found = check_record(case)
    assert found.holds
    assert len(found.entries) == 13


WRITER = """
import sys
from zopa.casefile import save_values, version_of
folder = sys.argv[1]
for n in range(100000):
    record = ("title", "parties.NO")[n % 2]
    address = ("title", "parties.NO.about")[n % 2]
    save_values(folder, {address: f"text{n}end"}, {record: version_of(folder, address)})
    print(n, flush=True)
"""


@pytest.mark.slow
def test_a_kill_in_the_middle_of_writing_loses_at_most_the_act_in_flight(case: Path) -> None:
    import os
    import signal
    import time

    dice = random.Random(7)
    for _ in range(25):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(case)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SRC)},
        ) as child:
            assert child.stdout is not None
            told = [child.stdout.readline()]
            time.sleep(dice.random() / 10)
            child.send_signal(signal.SIGKILL)
            told += child.stdout.readlines()
        last = int([t for t in told if t.endswith("\n")][-1])
        assert not check(case)  # completes an act that was listed
        found = check_record(case)
        assert found.holds, found.faults
        assert found.outside == ()
        written = [c.after for e in found.entries[1:] for c in e.changes]
        assert any(f"text{last}end" in (t or "") for t in written)
        assert not (case / ".zopa-journal").exists()


def test_a_record_that_cannot_be_written_stops_the_change(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zopa.casefile import write as writer

    plain = writer._stage

    def full(temporary: Path, target: Path | None, content: str | bytes) -> bool:
        if target is not None and target.name == RECORD:
            raise OSError(28, "")
        return plain(temporary, target, content)

    monkeypatch.setattr(writer, "_stage", full)
    with pytest.raises(CannotWrite, match="disk is full"):
        set_value(case, "title", "A")
    assert (case / "case.yaml").read_text() == CASE
    monkeypatch.undo()
    assert len(read_record(case)) == 1
    with pytest.raises(Exception, match="9"):
        undo(case, 9)
