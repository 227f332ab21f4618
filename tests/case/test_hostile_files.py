"""Cut off, wrongly encoded, huge, looping: a clear message each, never a traceback."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from case_folder import CASE, SOURCE, STATEMENTS, findings, spoiled, table, write
from strategies import for_all
from zopa.casefile import inspect, load

TINY = """\
title: "t"
parties:
  NO: {name: N, points: {i: {a: 1, b: 0}}}
issues:
  i:
    name: I
    options: {a: yes, b: 'no'}
rules:
  r: {when: [{i: [a]}], assumed: "é"}
"""


def test_a_case_cut_off_at_any_byte_loads_or_says_what_is_wrong(tmp_path: Path) -> None:
    raw = TINY.encode()
    path = tmp_path / "case.yaml"
    for end in range(len(raw) + 1):
        path.write_bytes(raw[:end])
        case, found = inspect(tmp_path)
        assert (case is None) == bool(found)
        assert all(str(f).encode() and f.line >= 1 for f in found)
    assert case is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["case.yaml", "statements.yaml", "sources/sources.csv", "sources/note.txt"])
def test_every_file_of_a_case_may_be_cut_off_at_any_byte(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    raw = (tmp_path / name).read_bytes()
    for end in range(len(raw)):
        (tmp_path / name).write_bytes(raw[:end])
        case, found = inspect(tmp_path)
        assert (case is None) == bool(found)
        assert all(str(f).encode() for f in found)


@given(st.data())
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_bytes_written_over_a_case_never_end_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    raw = bytearray(TINY.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"&a ", b"*a", b"!!x ", b"- ", b": ", b"\t", b"{", b"]", b"%", b"\xff"])
        )  # fmt: skip
    folder = tmp_path_factory.mktemp("spoiled")
    (folder / "case.yaml").write_bytes(bytes(raw))
    case, found = inspect(folder)
    assert (case is None) == bool(found)
    assert all(str(f).encode() for f in found)


def only(found: list) -> str:
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize("name", ["case.yaml", "statements.yaml", "sources/note.txt"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t.replace("o", "ø").encode("latin-1"), "expected UTF-8 text, saw byte 0xf8"),
        (lambda t: t.encode("utf-16"), "expected UTF-8 text, saw byte 0xff"),
        (lambda t: t.encode("utf-16-le"), "expected text, saw a NUL character"),
        (lambda t: t.encode("utf-32"), "expected UTF-8 text, saw byte 0xff"),
        (lambda t: t.encode() + b"\0", "expected text, saw a NUL character"),
        (lambda t: t.encode() + b"\xed\xa0\x80", "expected UTF-8 text, saw byte 0xed"),
    ],
    ids=["Latin-1", "UTF-16", "UTF-16 without a mark", "UTF-32", "a NUL", "half a surrogate pair"],
)
def test_a_wrong_encoding_is_one_message(tmp_path: Path, name: str, spoil, words: str) -> None:
    text = {"case.yaml": CASE, "statements.yaml": STATEMENTS, "sources/note.txt": SOURCE}[name]
    message = only(findings(tmp_path, {name: spoil(text)}))
    assert message.startswith(name)
    assert words in message


def test_the_byte_that_is_not_utf8_is_located(tmp_path: Path) -> None:
    raw = CASE.encode().replace(b"Norway", b"Norv\xe8ge")
    assert findings(tmp_path, {"case.yaml": raw})[0].place == "case.yaml:4:15"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    plain = load(write(tmp_path / "plain"))
    windows = {
        "case.yaml": b"\xef\xbb\xbf" + CASE.replace("\n", "\r\n").encode(),
        "statements.yaml": b"\xef\xbb\xbf" + STATEMENTS.replace("\n", "\r\n").encode(),
        "sources/note.txt": b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode(),
        "sources/sources.csv": b"\xef\xbb\xbf" + table().replace("\n", "\r\n").encode(),
    }
    other = load(write(tmp_path / "windows", windows))
    aside = {"digest": "", "folder": ""}
    assert other.model_copy(update=aside) == plain.model_copy(update=aside)
    assert other.sources["note"].text == SOURCE


def test_fifty_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    write(tmp_path)
    with (tmp_path / "case.yaml").open("r+b") as f:
        f.truncate(50_000_000)
    _, found = inspect(tmp_path)
    assert only(found).startswith("case.yaml: expected at most 8 MB, saw 50.0 MB")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected 'title:', 'parties:', 'issues:' ..., saw no such keys"),
        ("# only a comment\n", "expected 'title:', 'parties:', 'issues:' ..., saw no such keys"),
        ("- a\n- b\n", "expected 'title:', 'parties:', 'issues:' ..., saw no such keys"),
        ("just words", "expected 'title:', 'parties:', 'issues:' ..., saw no such keys"),
        ("%YAML 1.1\n---\n" + CASE, "case.yaml:1:1: expected no directive, saw '%YAML 1.1'"),
        ("# x\n\n%TAG ! !a\n---\n" + CASE, "case.yaml:3:1: expected no directive"),
        (CASE + "---\n" + CASE, "expected a single document"),
        ("&a\ntitle: *a\n", "case.yaml:1:1: expected no anchors or aliases"),
        (CASE.replace("\n  NO:", "\n\tNO:"), "indent with spaces, not tabs"),
        (CASE.replace("title: Water", "title: Water: the"), "put a text that contains ': ' in quotes"),
        ("title: " + "[" * 20_000, "expected at most 30 levels of nesting"),
        ("".join(" " * n + "a:\n" for n in range(2_000)), "expected at most 30 levels of nesting"),
        ("title: a\x07b\n", "case.yaml:1:9: expected YAML, saw a mistake: unacceptable character"),
    ],
)
def test_what_is_not_a_case_at_all_is_one_message(tmp_path: Path, text: str, words: str) -> None:
    assert words in only(findings(tmp_path, {"case.yaml": text}))


def test_an_alias_that_holds_itself_is_refused(tmp_path: Path) -> None:
    text = spoiled("flow: {F1: 100, F2: 0}", "flow: &loop {F1: 100, F2: *loop}")
    assert "expected no anchors or aliases" in only(findings(tmp_path, {"case.yaml": text}))


def test_a_bomb_of_aliases_is_refused_without_unfolding_it(tmp_path: Path) -> None:
    letters = "abcdefghij"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in itertools.pairwise(letters)
    )
    found = findings(tmp_path, {"case.yaml": CASE + bomb})
    assert {f.what for f in found} == {"unknown key", "expected no anchors or aliases ('&', '*')"}
    assert len(found) == 2 * len(letters)


def test_nesting_beyond_thirty_levels_is_refused_where_yaml_could_still_read_it(tmp_path: Path) -> None:
    text = spoiled("title: Water of two rivers", "title: " + "[" * 50 + "]" * 50)
    message = only(findings(tmp_path, {"case.yaml": text}))
    assert "expected at most 30 levels of nesting" in message


def test_a_folder_or_a_pipe_in_the_place_of_the_case_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").mkdir()
    _, found = inspect(tmp_path)
    assert only(found) == "case.yaml: expected a text file, saw a folder or a device"
    (tmp_path / "case.yaml").rmdir()
    os.mkfifo(tmp_path / "case.yaml")
    _, found = inspect(tmp_path)
    assert only(found) == "case.yaml: expected a text file, saw a folder or a device"


def test_a_link_to_nothing_is_reported(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "statements.yaml").unlink()
    (tmp_path / "statements.yaml").symlink_to(tmp_path / "gone.yaml")
    _, found = inspect(tmp_path)
    assert only(found) == "statements.yaml: cannot be read: No such file or directory"


def test_yes_no_and_times_stay_words(tmp_path: Path) -> None:
    text = spoiled("title: Water of two rivers", "title: yes", CASE).replace("name: Norway", "name: 12:30")
    case = load(write(tmp_path, {"case.yaml": text}))
    assert case.title == "yes"
    assert case.parties["NO"].name == "12:30"


def test_a_name_of_three_hundred_thousand_letters_is_not_printed_in_full(tmp_path: Path) -> None:
    text = CASE.replace("    party: SE\n    when", f"    party: {'S' * 300_000}\n    when")
    assert "no party called 'SSS" in only(findings(tmp_path, {"case.yaml": text}))
    text = CASE + f'? "{"k" * 1_000}"\n: 1\n'
    assert "expected a key of at most 200" in only(findings(tmp_path, {"case.yaml": text}))


ODD_VALUES = [
    "[]",
    "{}",
    "null",
    "3",
    "-1",
    "abc",
    "[1, 2]",
    "{a: b}",
    "2025-01-01",
    "true",
    "''",
    ".nan",
    "[{a: [b]}]",
]
COSTS = "party,from,low,central,high,unit,basis\nSE,,1,2,3,points per month,assumed: a figure\n"
SMALL = {
    "case.yaml": CASE,
    "statements.yaml": STATEMENTS,
    "sources/note.txt": SOURCE,
    "sources/sources.csv": table(),
    "costs.csv": COSTS,
}
SLIPS = st.tuples(
    st.sampled_from(sorted(SMALL)), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 5),
    st.sampled_from(ODD_VALUES), st.sampled_from("{}[]:,-&*!?#'\"\t 0aé%@`|>"),
)  # fmt: skip


@for_all(SLIPS, SLIPS, examples=80)
def test_slips_of_the_pen_in_any_file_end_in_messages(one: tuple, two: tuple) -> None:
    """A line lost, doubled, moved in or out, a value of another kind, a stray character; twice."""
    files = dict(SMALL)
    for name, at, column, kind, value, stray in (one, two):
        lines = files[name].split("\n")
        k = at % len(lines)
        line = lines[k]
        c = column % (len(line) + 1)
        lines[k : k + 1] = [
            [],
            [line, line],
            ["  " + line],
            [line[2:]],
            [f"{line.split(':')[0]}: {value}"],
            [line[:c] + stray + line[c:]],
        ][kind]
        files[name] = "\n".join(lines)
    with tempfile.TemporaryDirectory() as folder:
        findings(Path(folder), files)
