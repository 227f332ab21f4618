"""Coders' agreement: the published figures, brute force, and who the coders of a case are."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import zopa
from case_folder import STATEMENTS, write
from zopa.casefile import Coding, add_codings, load, set_value, start_record
from zopa.cli import app
from zopa.errors import CaseError, NotApplicable
from zopa.study.reliability import alpha, percent_agreement

# Krippendorff 2011, sections C to E: four coders, twelve units; and section B: two coders, ten units.
FOUR = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
TWO = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")


def units(rows: tuple[str, ...]) -> list[list[int]]:
    return [[int(v) for v in unit if v != "."] for unit in zip(*(r.split() for r in rows), strict=True)]


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_example_of_four_coders(level: Any, published: float) -> None:
    found = alpha(units(FOUR), level)
    assert found is not None
    assert round(float(found), 3) == published


def test_the_published_example_of_two_coders() -> None:
    found = alpha(units(TWO))
    assert found is not None
    assert round(float(found), 3) == 0.095
    assert percent_agreement(units(TWO)) == Fraction(6, 10)


def test_one_value_only_leaves_alpha_undefined() -> None:
    assert alpha([[1, 1], [1, 1]]) is None
    assert alpha([]) is None
    assert alpha([[1], [2]]) is None
    assert percent_agreement([[1, 1], [1, 1]]) == 1
    assert percent_agreement([[1]]) is None


def by_definition(data: list[list[int]], level: str) -> Fraction | None:
    """1 - D_o / D_e from all ordered pairs, value by value."""
    paired = [u for u in data if len(u) > 1]
    every = [v for u in paired for v in u]

    def delta(a: int, b: int) -> Fraction:
        if level == "nominal":
            return Fraction(int(a != b))
        if level == "interval":
            return Fraction((a - b) ** 2)
        if level == "ratio":
            return Fraction(a - b, a + b) ** 2 if a != b else Fraction(0)
        low, high = min(a, b), max(a, b)
        steps = sum((every.count(g) for g in range(low, high + 1)), Fraction(0))
        return (steps - Fraction(every.count(low) + every.count(high), 2)) ** 2 if a != b else Fraction(0)

    n = len(every)
    if n < 2:
        return None
    expected = sum(delta(a, b) for a, b in permutations(every, 2)) / Fraction(n * (n - 1))
    observed = sum(
        sum(delta(a, b) for a, b in permutations(u, 2)) / Fraction(len(u) - 1) for u in paired
    ) / Fraction(n)
    return 1 - observed / expected if expected else None


@given(
    st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=6),
    st.sampled_from(["nominal", "ordinal", "interval", "ratio"]),
)
def test_alpha_is_what_its_definition_gives(data: list[list[int]], level: Any) -> None:
    assert alpha(data, level) == by_definition(data, level)


@given(st.lists(st.lists(st.integers(1, 4), max_size=3), max_size=6), st.integers(1, 9))
def test_alpha_does_not_change_with_names_order_or_scale(data: list[list[int]], factor: int) -> None:
    assert alpha(data) == alpha([[chr(96 + v) for v in reversed(u)] for u in reversed(data)])
    for level in ("interval", "ratio"):
        assert alpha(data, level) == alpha([[factor * v for v in u] for u in data], level)  # type: ignore[arg-type]
    assert alpha(data, "ordinal") == alpha([[v**3 for v in u] for u in data], "ordinal")


MORE = (
    STATEMENTS
    + """\
  s2: {source: note, quote: Nothing else, kind: report, speaker: min, issue: fees, options: [E1], stance: accept,
       extractor: words, review: {state: suggested}}
  s3: {source: note, quote: The minister said, kind: position, speaker: min, issue: fees, options: [E2, E1], stance: demand}
"""
)


def test_reviewers_reader_and_codings_are_the_coders(tmp_path: Path) -> None:
    write(tmp_path, {"statements.yaml": MORE})
    start_record(tmp_path)
    with pytest.raises(NotApplicable, match=r"codings\.csv"):
        zopa.agreement(load(tmp_path))
    set_value(tmp_path, "statements.s2.stance", "oppose")
    set_value(tmp_path, "statements.s2.review", {"state": "edited", "by": "ann"})
    found = zopa.agreement(load(tmp_path))
    assert set(found.coders) == {"ann", "reader"}
    assert [(d.statement, d.field, d.values) for d in found.queue] == [
        ("s2", "stance", {"ann": "oppose", "reader": "accept"})
    ]
    assert {f.field: f.percent for f in found.fields}["stance"] == 0
    assert {f.field: f.percent for f in found.fields}["issue"] == 1
    add_codings(tmp_path, [Coding("ben", "s3", "stance", "accept"), Coding("ben", "s3", "options", "E1|E2")])
    add_codings(tmp_path, [Coding("ben", "s3", "stance", "demand")])  # thought again
    found = zopa.agreement(load(tmp_path))
    assert "ben" in found.coders
    assert [d.statement for d in found.queue] == ["s2"]
    (row,) = (f for f in found.issues if f.of == "fees" and f.field == "options")
    assert (row.units, row.percent) == (2, 1)


def test_two_cases_are_two_coders_of_the_same_words(tmp_path: Path) -> None:
    a, b = tmp_path / "anna", tmp_path / "ben"
    write(a, {"statements.yaml": MORE})
    write(b, {"statements.yaml": MORE.replace("s3:", "t3:").replace("stance: demand", "stance: prefer")})
    done = CliRunner().invoke(app, ["agreement", str(a), str(b), "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.output)["answer"]
    assert answer["coders"] == ["anna", "ben"]
    assert [(d["statement"], d["field"]) for d in answer["queue"]] == [("s3", "stance")]
    assert {f["field"]: f["units"] for f in answer["fields"]}["kind"] == 3
    assert "Krippendorff" in CliRunner().invoke(app, ["agreement", str(a), str(b)]).output
    assert CliRunner().invoke(app, ["agreement", str(a), str(b), "--level", "stance=odd"]).exit_code != 0


def test_a_row_that_is_not_right_is_located(tmp_path: Path) -> None:
    write(
        tmp_path, {"codings.csv": "coder,statement,field,value\nann,s1,mood,x\nann,s9,kind,x\n,s1,kind,x\n"}
    )
    with pytest.raises(CaseError) as refused:
        zopa.agreement(load(tmp_path))
    assert [f.line for f in refused.value.findings] == [2, 3, 4]
    write(tmp_path, {"codings.csv": "who,what\n"})
    with pytest.raises(CaseError, match="columns"):
        zopa.agreement(load(tmp_path))


@pytest.mark.parametrize("name", ["trade-2020", "writers-2023"])
def test_the_closed_examples_were_coded_twice_and_show_where_the_coders_differ(name: str) -> None:
    found = zopa.agreement(zopa.load(name))
    assert found.coders == ("second", "reviewer")
    by_field = {f.field: f for f in found.fields}
    assert by_field["party"].percent == 1
    assert found.queue
