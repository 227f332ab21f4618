"""What a command writes lies in the folder that was named, and never over another case's report."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from case_folder import CASE, write
from zopa.cli import app

RUN = CliRunner()
SRC = Path(__file__).resolve().parents[2] / "src"


def everything(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if "figures" not in str(p))


def test_a_run_writes_into_its_case_or_where_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mine")
    before = everything(tmp_path)
    assert RUN.invoke(app, ["run", "mine"]).exit_code in (0, 1)
    new = ["mine/out", "mine/out/answers.json", "mine/out/report.html"]
    assert everything(tmp_path) == sorted([*before, *new])
    done = RUN.invoke(app, ["run", "typewriters-1975"])
    assert "--out report" in done.output
    assert everything(tmp_path) == sorted([*before, *new])


def test_a_report_of_another_case_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "one")
    write(tmp_path / "two", {"case.yaml": CASE.replace("Water", "Fire")})
    assert RUN.invoke(app, ["run", str(tmp_path / "one"), "--out", str(tmp_path / "out")]).exit_code in (0, 1)
    text = (tmp_path / "out" / "report.html").read_text()
    refused = RUN.invoke(app, ["run", str(tmp_path / "two"), "--out", str(tmp_path / "out")])
    assert "it holds the report of another case, 'Water of two rivers'" in str(refused.exception)
    assert (tmp_path / "out" / "report.html").read_text() == text
    assert RUN.invoke(app, ["run", str(tmp_path / "one"), "--out", str(tmp_path / "out")]).exit_code in (0, 1)


def test_labels_of_emoji_cost_no_report(tmp_path: Path) -> None:
    long = "\U0001f600" * 120
    write(
        tmp_path / "case",
        {"case.yaml": CASE.replace("name: Norway", f"name: {long}").replace("F1: high", f"F1: {long}")},
    )
    done = RUN.invoke(app, ["run", str(tmp_path / "case")])
    assert done.exit_code in (0, 1), done.output
    assert long in (tmp_path / "case" / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["init", "NEW"], ["schema", "--out", "NEW"], ["run", "CASE", "--out", "NEW"], ["read", "story.txt", "--case", "NEW"],
        ["convert", "CASE", "NEW", "--to", "genius"], ["solve", "typewriters-1975", "--method", "nash", "--proof", "NEW"],
        ["rename", "CASE", "party.NO", "NOR"],
    ],
    ids=lambda a: a[0],
)  # fmt: skip
def test_a_disk_that_fills_up_is_a_sentence_and_leaves_nothing_behind(
    tmp_path: Path, arguments: list[str]
) -> None:
    write(tmp_path / "CASE")
    (tmp_path / "story.txt").write_text(
        "Russia's Ivan Petrov said Russia could accept a cease-fire if Ukraine gave up its claim to the harbour.\n"
        "Ukraine's envoy, Olha Marko, rejected any withdrawal of troops.\n" * 3
    )
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    done = subprocess.run(
        [sys.executable, "-m", "zopa", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(SRC)}, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40)),
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr, done.stderr + done.stdout
    assert done.returncode == 2
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert not (tmp_path / "NEW").exists()
