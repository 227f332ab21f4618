"""Intervals of weights and values as rows: the case's own numbers satisfy them on whatever scale they were given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from strategies import for_all
from word_cases import TAKEN
from zopa.case import Case
from zopa.robustness import certify, compatible, contradictions
from zopa.space import Problem

OPTIONS = ("a", "b", "c")


def case_of(party: dict[str, Any], issues: int) -> Case:
    names = [f"i{k}" for k in range(issues)]
    table = {i: {"name": i, "options": {o: o for o in OPTIONS}, "now": "a"} for i in names}
    return Case.model_validate({"title": "t", "issues": table, "parties": {"P": {"name": "P", **party}}})


@st.composite
def judged(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """Values that need not run from 0 to 100, some with intervals around them; weights that add up to 100."""
    n = draw(st.integers(1, 3))
    values: dict[str, Any] = {}
    for k in range(n):
        best = draw(st.lists(st.integers(5, 95), min_size=3, max_size=3, unique=True))
        row = {}
        for o, x in zip(OPTIONS, best, strict=True):
            low, high = draw(st.integers(0, 4)), draw(st.integers(0, 4))
            given = {"best": x, "assumed": "a guess"}
            row[o] = given | ({"low": x - low, "high": x + high} if draw(st.booleans()) else {})
        values[f"i{k}"] = row
    cuts = [0, *sorted(draw(st.lists(st.integers(1, 99), min_size=n - 1, max_size=n - 1))), 100]
    weights = {}
    for k in range(n):
        w = cuts[k + 1] - cuts[k]
        weights[f"i{k}"] = {"best": w, "low": w / 2, "high": min(w * 2, 100), "assumed": "a guess"}
    return {"values": values, "weights": weights}, n


@for_all(judged())
def test_the_central_numbers_satisfy_the_rows_of_their_own_intervals(
    given: tuple[dict[str, Any], int],
) -> None:
    party, n = given
    problem = Problem.of(case_of(party, n))
    found = compatible(problem, "P", TAKEN)
    centre = found.central(problem)
    for rows in found.alternatives:
        for r in rows:
            assert sum(a * b for a, b in zip(r.vector, centre, strict=True)) >= 0, r


def test_an_interval_around_the_best_option_is_no_contradiction() -> None:
    """The best option may be worth 60 to 80: its own value is the end of the range, not 60 to 80 % of it."""
    guess = {"assumed": "a guess"}
    values = {
        "i0": {"a": {"best": 20, **guess}, "b": {"best": 40, **guess}, "c": {"low": 60, "high": 80, **guess}}
    }
    case = case_of({"values": values}, 1)
    assert not contradictions(lambda out: compatible(Problem.of(case), "P", TAKEN, out))


@pytest.mark.parametrize(("low", "high"), [(30, 40), (40, 50)])
def test_a_value_is_read_between_the_values_of_the_worst_and_the_best_option(low: int, high: int) -> None:
    """Worst 20, best 70: 30 to 40 is a fifth to two fifths of the range; by hand, g(b) = share x g(c), now worth 0."""
    guess = {"assumed": "a guess"}
    values = {
        "i0": {
            "a": {"best": 20, **guess},
            "b": {"low": low, "best": (low + high) // 2, "high": high, **guess},
            "c": {"best": 70, **guess},
        }
    }
    found = compatible(Problem.of(case_of({"values": values}, 1)), "P", TAKEN)
    rows = [r.vector for rows in found.alternatives for r in rows if r.kind == "interval"]
    at = [found.variables.index(("i0", o)) for o in "bc"]
    for share, fits in ((low - 21, False), (low - 19, True), (high - 21, True), (high - 19, False)):
        point = np.zeros(len(found.variables))
        point[at] = share / 50, 1
        assert all(np.dot(r, point) >= -1e-9 for r in rows) == fits, share
    assert certify(found, Problem.of(case_of({"values": values}, 1)).space, [1])[0] in (
        "necessary",
        "possible",
    )
