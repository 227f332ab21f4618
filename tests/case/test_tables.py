import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.casefile import CaseFiles, inspect
from zopa.casefile.csvdoc import number, read_records, split

plain_text = st.text(
    st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs", "Zl", "Zp", "Cc"]), max_size=12
)


@given(st.lists(plain_text, min_size=1, max_size=6))
def test_quoted_cells_are_read_as_the_csv_module_writes_them(cells):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
    assert [c.text for c in split(out.getvalue())] == cells


@given(plain_text)
def test_any_line_gives_cells_with_rising_columns_inside_the_line(line):
    columns = [c.column for c in split(line)]
    assert columns == sorted(set(columns))
    assert columns[0] == 1
    assert columns[-1] <= len(line) + 1


def test_comments_empty_lines_and_columns_in_any_order(tmp_path):
    (tmp_path / "t.csv").write_text("# a note\nb,a\n\n 2 ,1\n# more\n4,3\n")
    records = read_records(CaseFiles(tmp_path), "t.csv", ("a", "b"))
    assert [(row.line, row["a"], row["b"]) for row in records.rows] == [(4, "1", "2"), (6, "3", "4")]
    assert number(records, records.rows[0], "a") == 1
    assert records.findings == []


def test_a_file_that_is_missing_empty_or_not_text_is_a_finding(tmp_path):
    (tmp_path / "empty.csv").write_text("\n")
    (tmp_path / "bytes.csv").write_bytes(b"a,b\n\xff,1\n")
    for name, what in (
        ("none.csv", "saw none"),
        ("empty.csv", "saw an empty file"),
        ("bytes.csv", "expected UTF-8"),
    ):
        (finding,) = read_records(CaseFiles(tmp_path), name, ("a", "b")).findings
        assert what in finding.what
        assert finding.file == name


def test_numbers_that_are_none_end_in_one_finding_each_up_to_a_limit(tmp_path):
    rows = "".join("x,inf,nan,-1\n" for _ in range(20))
    (tmp_path / "t.csv").write_text("a,b,c,d\n" + rows)
    records = read_records(CaseFiles(tmp_path), "t.csv", ("a", "b", "c", "d"))
    for row in records.rows:
        for column in "abcd":
            number(records, row, column, low=0)
    assert len(records.findings) == 30
    assert [f.place for f in records.findings[:4]] == ["t.csv:2:1", "t.csv:2:3", "t.csv:2:7", "t.csv:2:11"]


def test_the_blank_rows_found_in_use_are_skipped():
    folder = (
        Path(__file__).resolve().parents[3]
        / "shared"
        / "data"
        / "found_in_use"
        / "34-blank-rows-of-a-spreadsheet"
    )
    if not folder.exists():
        pytest.skip("the inputs found in use are not beside this checkout")
    assert inspect(folder / "case")[1] == []
