"""The tutorial runs: its files are written, its commands are given, and they print what is shown."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorials" / "from-a-text-to-a-report.md"
ARTICLE = ROOT / "src" / "zopa" / "examples" / "ukraine-2025" / "sources" / "report.txt"


@pytest.mark.slow
def test_a_transcript_a_treaty_draft_and_an_article_go_from_file_to_report(tmp_path, monkeypatch):
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, body in re.findall(r"^```text (\S+)\n(.*?)^```", page, re.M | re.S):
        Path(name).write_text(body, encoding="utf-8")
    Path("article.txt").write_text(ARTICLE.read_text(encoding="utf-8"), encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.M | re.S)
    assert len(blocks) > 10
    for block in blocks:
        command, *shown = block.splitlines()
        result = CliRunner().invoke(app, shlex.split(command.removeprefix("$ zopa ")))
        assert result.exit_code in (0, 1), result.output
        assert [line for line in shown if line not in result.output] == [], result.output
    for case in ("wages", "senna", "article"):
        report = (Path(case) / "out" / "report.html").read_text(encoding="utf-8")
        assert "Not enough is on record" in report
    assert "We cannot accept 6 percent" in (Path("wages") / "out" / "report.html").read_text(encoding="utf-8")
    assert (Path("example") / "report.html").exists()
