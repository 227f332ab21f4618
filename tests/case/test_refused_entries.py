"""One refused entry of a table of judgments neither hides the others' mistakes nor causes new ones."""

from __future__ import annotations

from pathlib import Path

from zopa.casefile import inspect

CASE = """title: two issues
parties:
  A:
    name: A
    weights: {one: sixty, twoo: 30, two: 40}
    values: {one: {x: prefr}, thre: {x: 10}}
issues:
  one: {name: One, options: {x: X, y: Y}}
  two: {name: Two, options: {x: X, y: Y}}
"""


def test_a_refused_weight_or_value_leaves_the_other_mistakes_and_adds_none(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    case, found = inspect(tmp_path)
    assert case is None
    assert [f.path for f in found] == [
        "parties.A.weights.one",
        "parties.A.weights.twoo",
        "parties.A.values.one.x",
        "parties.A.values.thre",
    ]
