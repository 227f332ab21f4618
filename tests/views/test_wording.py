"""Texts for users keep to docs/style.md and to one word per concept of the glossary."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STYLE = ROOT / "docs" / "style.md"
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
ROOMS = ("views", "render", "cli", "workbench")
SHARED = {
    "item", "attribute", "dimension", "value", "level", "outcome", "state", "evaluation", "constraint", "parameter",
    "rule", "method", "claim", "interpretation", "option (of a decision maker)", "zopa", "bid", "power", "agent", "actor",
}  # fmt: skip
"""Words of the glossary's last column that also have a meaning of their own."""


def table(page: Path, column: int) -> list[str]:
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    return [row.strip("|").split("|")[column].strip() for row in rows]


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module that a user may see: literals, the texts of f-strings, docstrings of commands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and node.body
        and isinstance(node.body[0], ast.Expr) and not (isinstance(node, ast.FunctionDef) and path.parent.name == "cli")
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in hidden:
            yield node.lineno, node.value


def texts() -> Iterator[tuple[str, str]]:
    for path in [
        *(p for room in ROOMS for p in sorted((ROOT / "src" / "zopa" / room).rglob("*.py"))),
        ROOT / "src/zopa/errors.py",
    ]:
        for line, text in literals(path):
            yield f"{path.relative_to(ROOT)}:{line}", text
    for path in sorted((ROOT / "src" / "zopa").rglob("*.j2")):
        for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{n}", re.sub(r"\{[#%].*?[#%]\}", "", text)
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if path == STYLE or path.name == "architecture.md" or "decisions" in path.parts:
            continue
        for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{n}", text


ALL = list(texts())


@pytest.mark.parametrize("turn", table(STYLE, 0))
def test_no_text_has_a_turn_that_the_style_page_bans(turn: str) -> None:
    found = re.compile(rf"\b{re.escape(turn)}\b", re.IGNORECASE)
    assert [f"{where}: {text.strip()[:90]}" for where, text in ALL if found.search(text)] == []


def test_one_word_stands_for_one_concept() -> None:
    others = {w.strip() for cell in table(GLOSSARY, 2) for w in cell.split(",")} - SHARED - {""}
    assert {"player", "payoff", "stakeholder", "bundle"} <= others
    found = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(others)))})s?\b")
    pages = [(where, text) for where, text in ALL if "docs/" not in where and "README" not in where]
    assert [
        f"{where}: {found.search(text)[0]}" for where, text in pages if " " in text and found.search(text)
    ] == []  # type: ignore[index]


def test_the_check_sees_the_texts_that_it_is_about() -> None:
    words = " ".join(text for _, text in ALL)
    assert "is acceptable to all parties" in words
    assert "Is there a deal all could accept?" in words
    assert "where the zone is empty" not in words
