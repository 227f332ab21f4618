"""The main job writes a report that stands alone, and hostile text stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from zopa.case import Case
from zopa.casefile import load
from zopa.render import report
from zopa.study import run

EXAMPLES = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples"
HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} & "quoted" \'&#39;'


@pytest.fixture
def written(example_report: list[Path]) -> Path:
    return example_report[0].parent


def test_the_report_is_one_file_that_names_no_other(written: Path) -> None:
    html = (written / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", html)
    assert not re.findall(r"@import|url\((?!#)", html)


def test_page_one_says_verdict_packages_blockers_basis_and_what_to_ask(written: Path) -> None:
    html = (written / "report.html").read_text(encoding="utf-8")
    first = html[html.index('<section id="answer"') : html.index('<section id="demands"')]
    for words in (
        "There is a zone",
        "51,771",
        "Three packages worth discussing",
        "who could block it",
        "In January Zelensky said that he could accept a cease-fire",
        "Volodymyr Zelensky, January 2025",
        "gains least",
        "169 are assumed",
        "What to ask next, and whom",
    ):
        assert words in first


def test_the_answers_are_json_that_remembers_its_question(written: Path) -> None:
    answers = json.loads((written / "answers.json").read_text(encoding="utf-8"))
    assert answers["zone"]["count"] == 51771
    assert len(answers["question"]["case"]) == 64
    assert answers["closed"]["E"]["conflicts"]


def hostile_case() -> Case:
    two = {"a": {"label": HOSTILE}, "b": {"label": "plain"}}
    party = {"name": HOSTILE, "values": {"i": {"a": 100.0, "b": 0.0}}, "reservation": 10.0}
    return Case.model_validate(
        {
            "title": HOSTILE,
            "parties": {"x": party, "y": {**party, "values": {"i": {"a": 0.0, "b": 100.0}}}},
            "issues": {"i": {"name": HOSTILE, "options": two}},
            "rules": {"r": {"party": "x", "says": HOSTILE, "when": {"i": ("b",)}, "assumed": HOSTILE}},
            "statements": {
                "s": {"source": "t", "quote": HOSTILE, "kind": "demand", "about": HOSTILE, "said": 2025}
            },
            "sources": {"t": {"title": HOSTILE, "file": "sources/t.txt", "text": f"{HOSTILE}\nmore"}},
        }
    )


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    report(run(hostile_case()), tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "alert(1)" in html
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "49" not in re.sub(r"\d{3,}|#\w+", "", re.search(r"<title>.*?</title>", html, re.S)[0])  # type: ignore[index]
    for picture in (tmp_path / "figures").glob("*.svg"):
        assert "<img" not in picture.read_text(encoding="utf-8")
        assert "<script" not in picture.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_source_marked_do_not_quote_leaves_no_words_behind(tmp_path: Path) -> None:
    case = load(EXAMPLES / "ukraine-2025")
    secret = {k: s.model_copy(update={"access": "do-not-quote"}) for k, s in case.sources.items()}
    report(run(case.model_copy(update={"sources": secret})), tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    for s in case.statements.values():
        assert s.quote not in html
