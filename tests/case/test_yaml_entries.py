"""A file read entry by entry says what it says when it is parsed in one go."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import zopa
from zopa.casefile.yaml_entries import read_entries
from zopa.casefile.yamldoc import parse_yaml

EXAMPLES = Path(zopa.__file__).parent / "examples"
FILES = sorted(EXAMPLES.glob("*/*.yaml"))
LINES = (
    "a:", "a: 1", "b:", "b: |", "b: >-", "c: {x: 1,", "c: [1, 2]", "  x: 1", "  y:", "    z: 'q", "    w: \"q", "  v: |+",
    "   text", "    - one", "  - two", "- three", "# remark", "  # remark", "", "  ", "---", "...", "%YAML 1.2", "  ? k", "  : v",
    "}", "x'", '"', "  x: &a 1", "  y: *a", "\ta: 1", "    deep: {p: [1, {q: 2}]}", "  k: !!str 1", "plain", "  plain: more",
    "     text: more", " n: 1", "a : 2", "'q': 1", "  'q': 1", "  1: x", "date: 2025-01-01", "  x: a\u2028b: 2",
)  # fmt: skip


def same(text: str) -> bool:
    """Whether the entries gave an answer; if so it is that of the whole."""
    whole, cut = parse_yaml(text, "f"), read_entries(text, "f")
    if cut is None:
        return False
    assert not whole.findings
    assert repr(cut.data) == repr(whole.data), "the same values in the same order"
    assert cut.places == whole.places
    assert cut.entries == whole.entries
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_example_is_read_entry_by_entry_and_says_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert same(text)
    assert same(text.replace("\n", "\r\n"))


@given(st.lists(st.sampled_from(LINES), max_size=9))
@example(["a:", "  x: 1", "  x: 1"])
@example(["a: 1", "b:", "  y:", "    - one", "  # remark", "  x: 1", "", "c: [1, 2]"])
def test_lines_in_any_order_say_the_same_or_are_left_to_the_whole(lines: list[str]) -> None:
    same("\n".join(lines))


@given(
    st.integers(0, 3000),
    st.sampled_from([*string.punctuation, "\n", "\n\n", " ", "  ", "\t", "a", ": ", "\n# r\n"]),
)
@settings(max_examples=60)
def test_a_character_put_anywhere_into_a_case_says_the_same(at: int, put: str) -> None:
    text = TWO
    at %= len(text)
    same(text[:at] + put + text[at:])


TWO = (EXAMPLES / "two-farms" / "case.yaml").read_text(encoding="utf-8")[:3000].rpartition("\n")[0]


def test_what_was_read_can_be_changed_without_harm_to_the_next_reader() -> None:
    first = read_entries("a:\n  x: {k: 1}\n", "f")
    assert first is not None
    first.data["a"]["x"]["k"] = 2
    again = read_entries("a:\n  x: {k: 1}\n", "f")
    assert again is not None
    assert again.data == {"a": {"x": {"k": 1}}}


def test_a_file_with_too_many_levels_is_left_to_the_whole() -> None:
    deep = "{x: " * 29 + "1" + "}" * 29
    assert same(f"a:\n  b: {deep[4:-1]}\n")
    assert not same(f"a:\n  b: {{x: {deep}}}\n")
