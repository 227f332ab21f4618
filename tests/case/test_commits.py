"""A case folder as git has it in a commit: compared by the command, and refused where there is none."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.casefile import at_commit
from zopa.cli import app
from zopa.errors import CaseError

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "trade-2020"
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a case inside a folder, in two commits: the second asks less of the United Kingdom's side."""
    case = tmp_path / "work" / "talks"
    shutil.copytree(EXAMPLE, case)
    git(tmp_path, "init", "-q", "work")
    git(case, "add", ".")
    git(case, "commit", "-qm", "first")
    text = (case / "case.yaml").read_text(encoding="utf-8")
    (case / "case.yaml").write_text(
        text.replace("firmness: firm\n    when: {level: L2}", "firmness: firm\n    when: {level: [L1, L2]}"),
        encoding="utf-8",
    )
    git(case, "commit", "-qam", "second")
    return case


def test_two_commits_of_a_folder_are_compared(folder: Path) -> None:
    done = CliRunner().invoke(app, ["compare", f"{folder}@HEAD~1", f"{folder}@HEAD", "--json"])
    assert done.exit_code == 0, done.output
    assert "uk-alignment" in done.stdout
    before = json.loads(CliRunner().invoke(app, ["zone", f"{folder}@HEAD~1", "--json"]).stdout)
    after = json.loads(CliRunner().invoke(app, ["zone", str(folder), "--json"]).stdout)
    assert (before["answer"]["count"], after["answer"]["count"]) == (10, 1)  # only F0 with L0 and T1 is left


def test_a_commit_and_a_day_go_together_and_nothing_is_changed(folder: Path) -> None:
    before = sorted((p, p.stat().st_mtime_ns) for p in folder.rglob("*"))
    assert at_commit(folder, "HEAD").statements == at_commit(folder, _branch(folder)).statements
    early = json.loads(
        CliRunner().invoke(app, ["show", f"{folder}@HEAD", "--as-of", "2020-03-01", "--json"]).stdout
    )
    assert early["answer"]["as_of"] == "2020-03-01"
    assert sorted((p, p.stat().st_mtime_ns) for p in folder.rglob("*")) == before


def _branch(folder: Path) -> str:
    done = subprocess.run(
        ["git", "branch", "--show-current"], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "HEAD~7", "", "HEAD:case.yaml"])
def test_what_is_no_commit_is_refused(folder: Path, revision: str) -> None:
    with pytest.raises(CaseError, match="expected a date or a commit"):
        at_commit(folder, revision)
    assert not (folder / "x").exists()


def test_a_folder_outside_of_any_repository_is_refused(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "alone")
    done = CliRunner().invoke(app, ["zone", f"{tmp_path / 'alone'}@HEAD"])
    assert done.exit_code != 0
    assert "expected a date or a commit" in str(done.exception)
