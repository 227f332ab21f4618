"""The documentation says what the program does: commands, files and snippets are checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from architecture_page import PAGE, rendered
from zopa.case import Case
from zopa.casefile.yamldoc import parse_yaml
from zopa.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"(?:`|bin/|^)zopa ([a-z][a-z-]+)", page.read_text(encoding="utf-8"), flags=re.M))
    assert named <= set(COMMANDS), named - set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_pages_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [c for c in COMMANDS if f"zopa {c}" not in readme] == []


def test_the_snippets_of_the_case_file_page_are_readable_cases() -> None:
    page = (ROOT / "docs" / "reference" / "case-file.md").read_text(encoding="utf-8")
    snippets = re.findall(r"```yaml\n(.*?)```", page, flags=re.S)
    assert snippets
    for text in snippets:
        doc = parse_yaml(text, "case.yaml")
        assert doc.findings == []
        two = {"a": {"name": "A"}, "lower": {"name": "B"}}
        issues = {
            "pump": {"name": "p", "options": {"halves": "h", "lower-pays": "l"}},
            "water": {"name": "w", "options": {"shared": "s", "quota": "q"}},
        }
        Case.model_validate({"title": "t", "parties": two, "issues": issues, **doc.data})


def test_the_architecture_page_lists_every_module_as_its_docstring_has_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page) == page, "python tests/architecture_page.py writes the list anew"
