"""A sealed line holds for the same case, question and answers, and for nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zopa
from everything import folder_with_everything
from zopa.case import Case
from zopa.cli import app
from zopa.errors import NotApplicable
from zopa.study import Seal


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return zopa.load(folder_with_everything(tmp_path))


def test_a_line_holds_for_the_same_case_and_names_what_differs(case: Case) -> None:
    line = str(zopa.seal(case))
    assert line == str(zopa.seal(case))
    assert zopa.verify_seal(line, case).holds
    other = zopa.verify_seal(line, case.with_({"parties.NO.reservation": 31}))
    assert set(other.differs) == {"case", "asked", "answers"}
    assert not other.holds
    assert "other judgments" in str(other)
    assert set(zopa.verify_seal(line, case.model_copy(update={"digest": "d"})).differs) >= {"case"}


def test_where_only_the_files_differ_that_is_said(case: Case) -> None:
    held = zopa.verify_seal(str(zopa.seal(case)), case.model_copy(update={"digest": "d"}))
    assert ("only the digest of the files differs" in str(held)) == (set(held.differs) == {"case"})
    assert set(held.differs) == {"case"}


def test_the_day_in_the_line_is_applied(case: Case) -> None:
    line = str(zopa.seal(case.at("2025-01-01")))
    assert " at=2025-01-01 " in line
    assert zopa.verify_seal(f"published: {line}\n", case).holds
    assert zopa.verify_seal(line, case.at("2024-01-01")).differs


def test_a_cut_by_the_day_of_saying_stands_in_the_line(case: Case) -> None:
    line = str(zopa.seal(case.at("said:2025-01-01")))
    assert " at=said:2025-01-01 " in line
    assert zopa.verify_seal(line, case).holds
    assert line != str(zopa.seal(case.at("2025-01-01")))


def test_files_that_changed_after_the_cut_change_the_case_and_no_answer(case: Case) -> None:
    line = str(zopa.seal(case.at("2025-01-01")))
    changed = case.model_copy(update={"digest": "e" * 64})
    assert zopa.verify_seal(line, changed).differs == ("case",)


def test_any_letter_of_the_line_that_was_changed_is_noticed(case: Case) -> None:
    line = str(zopa.seal(case))
    body = line.removeprefix("zopa-seal ").split(" seal=")[0]
    assert line.endswith(hashlib.sha256(body.encode()).hexdigest())
    for at in range(len("zopa-seal version="), len(line)):
        changed = line[:at] + ("0" if line[at] != "0" else "1") + line[at + 1 :]
        with pytest.raises(NotApplicable):
            Seal.read(changed)
    with pytest.raises(NotApplicable, match="expected a line"):
        Seal.read("nothing")


def test_a_line_of_another_version_with_the_same_answers_holds_and_says_so(case: Case) -> None:
    made = zopa.seal(case)
    older = Seal("0.0.1", made.at, made.case, made.asked, made.answers)
    check = zopa.verify_seal(str(older), case)
    assert check.holds
    assert "made with version 0.0.1" in str(check)


def test_the_commands_end_with_0_or_1(case: Case, tmp_path: Path) -> None:
    run, file = CliRunner().invoke, tmp_path / "sealed.txt"
    assert run(app, ["seal", case.folder, "--out", str(file)]).exit_code == 0
    assert run(app, ["verify-seal", str(file), case.folder]).exit_code == 0
    changed = run(
        app, ["verify-seal", str(file), case.folder, "--set", "parties.NO.reservation=90", "--json"]
    )
    assert changed.exit_code == 1
    assert '"answers"' in changed.stdout
