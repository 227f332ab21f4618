"""The how-to pages run: their files are written, their commands print what is shown, their Python is true."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.cli import app

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"


@pytest.mark.parametrize("page", ["delay.md", "ratification.md", "division.md", "stability.md"])
def test_the_page_runs(page, tmp_path, monkeypatch):
    text = (PAGES / page).read_text()
    monkeypatch.chdir(tmp_path)
    for name, body in re.findall(r"^```\w+ (\S+)\n(.*?)^```", text, re.M | re.S):
        Path(name).write_text(body)
    consoles = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    assert consoles
    for block in consoles:
        command, *shown = block.splitlines()
        result = CliRunner().invoke(app, shlex.split(command.removeprefix("$ zopa ")))
        assert result.exit_code in (0, 1), result.output  # 1: too little is on record for a verdict
        assert [line for line in shown if line not in result.output.splitlines()] == []
    failed, tried = doctest.testfile(str(PAGES / page), module_relative=False)
    assert tried
    assert failed == 0


def test_every_work_that_a_docstring_cites_is_in_the_bibliography():
    root = PAGES.parents[1]
    listed = set(re.findall(r"\*\*(\w+)\*\*", (root / "docs" / "reference" / "bibliography.md").read_text()))
    cited = {
        key
        for path in (root / "src").rglob("*.py")
        for key in re.findall(r"\[(\w+?\d{4})\]_", path.read_text())
    }
    assert cited
    assert cited - listed == set()
