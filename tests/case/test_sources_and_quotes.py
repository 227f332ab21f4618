"""A quote is where it says it is, word for word, or it is an error."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import strategies as st

from case_folder import CASE, SOURCE, STATEMENTS, findings, spoiled, table, write
from strategies import for_all
from zopa.casefile import digest, find_quote, line_of, load, normalise

LETTERS = st.sampled_from("ab \n\r\u00e9e\u0301\u05e9\u202e\u0639\U0001f54a\ufe0f\u2019\u201c\ufeff")
WORDS = st.text(LETTERS, max_size=40)


@for_all(st.text(max_size=60) | WORDS, examples=200)
def test_normalising_twice_is_normalising_once(raw: str) -> None:
    text = normalise(raw)
    if not raw.startswith("\ufeff\ufeff"):
        assert normalise(text) == text
    assert "\r" not in text
    assert unicodedata.is_normalized("NFC", text)


@for_all(WORDS)
def test_a_mark_and_other_line_ends_give_the_same_text_and_digest(raw: str) -> None:
    plain = raw.replace("\r", "").removeprefix("\ufeff")
    windows = "\ufeff" + plain.replace("\n", "\r\n")
    mac = plain.replace("\n", "\r")
    if not plain.startswith("\ufeff"):
        assert normalise(windows) == normalise(mac) == normalise(plain)
        assert digest(normalise(windows)) == digest(normalise(plain))


@for_all(WORDS, st.integers(0, 40), st.integers(1, 8), st.integers(0, 3), st.integers(0, 3), examples=200)
def test_every_span_of_a_text_is_found_again_where_it_stands(
    raw: str, start: int, length: int, before: int, after: int
) -> None:
    text = normalise(raw)
    quote = text[start : start + length]
    if not quote:
        return
    end = start + len(quote)
    everywhere = [k for k in range(len(text)) if text.startswith(quote, k)]
    assert find_quote(text, quote) == everywhere
    assert find_quote(text, quote, start=start) == [start]
    prefix, suffix = text[max(0, start - before) : start], text[end : end + after]
    there = find_quote(text, quote, prefix, suffix)
    assert start in there
    assert there == [
        k for k in everywhere if text[:k].endswith(prefix) and text.startswith(suffix, k + len(quote))
    ]
    assert line_of(text, start) == text[:start].count("\n") + 1


def test_offsets_are_code_points_also_beside_emoji_and_right_to_left_text() -> None:
    text = normalise("\ufeff\U0001f54a\ufe0f \u05e9\u05dc\u05d5\u05dd e\u0301lan\r\nélan")
    assert text == "\U0001f54a\ufe0f שלום élan\nélan"
    assert find_quote(text, "שלום") == [3]
    assert find_quote(text, "élan") == [8, 13]
    assert find_quote(text, "élan", start=13) == [13]
    assert find_quote(text, "élan", prefix="\n") == [13]
    assert line_of(text, 13) == 2


QUOTE = "high flow only with shared fees"


@pytest.mark.parametrize(
    ("quote", "what", "hint"),
    [
        ("high flow only with split fees", "the quote is not in sources/note.txt word for word",
         "line 1 agrees up to 'igh flow only with s', then says 'hared fees. Nothing else was s'"),
        ("High flow", "the quote is not in sources/note.txt word for word", "copy the words from the source"),
        ("was said", None, None),
        ("said", "the quote stands 2 times (lines 1, 2)", "add `prefix:` or `suffix:` with the text just before or"),
    ],
)  # fmt: skip
def test_a_quote_stands_once_in_its_source(
    tmp_path: Path, quote: str, what: str | None, hint: str | None
) -> None:
    found = findings(tmp_path, {"statements.yaml": spoiled(QUOTE, quote, STATEMENTS)})
    if what is None:
        assert found == []
        return
    assert [(f.what, f.place) for f in found] == [(what, "statements.yaml:4:12")]
    assert found[0].hint.startswith(hint or "")


def test_prefix_suffix_or_start_tell_two_equal_quotes_apart(tmp_path: Path) -> None:
    for extra in ("prefix: 'minister '", "suffix: ':'", f"start: {SOURCE.index('said')}"):
        text = spoiled(QUOTE, f"said\n    {extra}", STATEMENTS)
        assert findings(tmp_path, {"statements.yaml": text}) == []


@pytest.mark.parametrize(
    ("extra", "path", "what"),
    [
        ("start: 3", "statements.s1.start", f"the quote stands at {SOURCE.index(QUOTE)}, not at 3"),
        (
            f"end: {len(SOURCE)}",
            "statements.s1.end",
            f"the quote ends at {SOURCE.index(QUOTE) + len(QUOTE)}, not at",
        ),
    ],
)
def test_a_noted_place_must_be_the_place(tmp_path: Path, extra: str, path: str, what: str) -> None:
    found = findings(tmp_path, {"statements.yaml": spoiled(QUOTE, f"{QUOTE}\n    {extra}", STATEMENTS)})
    assert [f.path for f in found] == [path]
    assert found[0].what.startswith(what)


def test_a_statement_of_an_unknown_source_names_the_known_ones(tmp_path: Path) -> None:
    found = findings(tmp_path, {"statements.yaml": spoiled("source: note", "source: nota", STATEMENTS)})
    assert [(f.path, f.hint) for f in found] == [("statements.s1.source", "did you mean 'note'?")]


def test_a_text_that_changed_after_it_was_registered_is_one_message(tmp_path: Path) -> None:
    other = SOURCE.replace("shared", "split")
    found = findings(tmp_path, {"sources/note.txt": other})
    assert [f.place for f in found] == ["sources/note.txt:1:1"]
    assert "its sha256 differs from sources.csv" in found[0].what
    assert digest(normalise(other)) in found[0].hint


TABLES = [
    ("id,title\nnote,A\nnote,B\n", ["sources/sources.csv:3:1: expected each id once, saw 'note' again"]),
    ("id,title\nnote,A\n,B\n", ["sources/sources.csv:3:1: expected an id"]),
    (
        "id,title\nnote,A\n\ngone,B\n",
        ["sources/sources.csv:4:1: gone: expected a file sources/gone.txt, saw none"],
    ),
    ("id,titel\nnote,A\n", ["sources/sources.csv:1:1: unknown column 'titel'"]),
    ("title,date\nA,2025\n", ["sources/sources.csv:1:1: missing column 'id'"]),
    ("id,title\nnote,A,B\n", ["sources/sources.csv:2:1: expected 2 fields, saw more"]),
    (
        'id,title\nnote,"A\n',
        ["sources/sources.csv:2:6: expected a quote at the end of this cell, saw the end of the file"],
    ),
    (
        "id,access\nnote,secret\n",
        ["sources/sources.csv:2:1: note.access: expected one of public, restricted"],
    ),
    (
        "id,title\nnote," + "x" * 140_000 + "\n",
        ["sources/sources.csv:2:6: expected at most 20,000 characters, saw 140,000"],
    ),
    ("", []),
    ("id\n", []),
    ("id, title \nnote,A\n", []),
]


@pytest.mark.parametrize(("text", "messages"), TABLES)
def test_the_table_of_sources_is_checked_row_by_row(tmp_path: Path, text: str, messages: list[str]) -> None:
    found = findings(tmp_path, {"sources/sources.csv": text})
    assert [str(f)[: len(m)] for f, m in zip(found, messages, strict=True)] == messages


def test_a_source_without_a_row_is_fine_and_carries_its_digest(tmp_path: Path) -> None:
    write(tmp_path, {"sources/more.txt": "e\u0301"})
    source = load(tmp_path).sources["more"]
    assert (source.text, source.sha256, source.file) == ("é", digest("é"), "sources/more.txt")
    assert load(tmp_path).sources["note"].title == "A note"


@pytest.mark.parametrize("broken", ["statements: [", "- a\n", b"\xff"])
def test_statements_that_cannot_be_read_are_not_also_missed(tmp_path: Path, broken: str | bytes) -> None:
    found = findings(tmp_path, {"statements.yaml": broken})
    assert [f.file for f in found] == ["statements.yaml"]


def test_the_digest_of_a_case_changes_with_any_of_its_files(tmp_path: Path) -> None:
    base = load(write(tmp_path / "a")).digest
    assert load(write(tmp_path / "b")).digest == base
    changed = {
        "case.yaml": CASE + "# a remark\n",
        "statements.yaml": STATEMENTS + "\n",
        "sources/more.txt": "more",
        "sources/sources.csv": table() + "\n",
    }
    digests = {
        load(write(tmp_path / name.replace("/", "-"), {name: text})).digest for name, text in changed.items()
    }
    assert len(digests | {base}) == 5


def test_a_table_of_sources_beside_the_case_is_not_silently_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"sources.csv": "id,date\nnote,2025-01-01\n"})
    found = findings(tmp_path)
    assert [f.file for f in found] == ["sources.csv"]
    assert "sources/sources.csv" in found[0].hint
