"""The reservation value that words imply: closed forms, draws within it, questions on readings and on swaps."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zopa
from word_cases import TAKEN, case_of, words
from zopa.case import Case
from zopa.robustness import WordSettings, answer_row, compatible, draw, questions
from zopa.robustness.implied_value import implied_reservation
from zopa.robustness.solution_picks import per_issue
from zopa.space import Problem

ISSUES = {"A": ["a0", "a1"], "B": ["b0", "b1"]}


def test_with_as_now_and_one_good_and_one_bad_option_the_value_is_anywhere_between() -> None:
    """g(a1) > 0 > g(b1): no agreement is worth -L = |g(b1)| of H - L = g(a1) + |g(b1)|: all of 0 to 100."""
    rows = words({"prefers": {"A": "a1"}, "to": {"A": "a0"}}, {"prefers": {"B": "b0"}, "to": {"B": "b1"}})
    w = compatible(Problem(case_of(rows, ISSUES)), "P", WordSettings(taken="assumed", waiting="as-now"))
    assert implied_reservation(w) == pytest.approx((0, 100))


def test_an_offer_of_both_puts_it_at_fifty_at_most() -> None:
    """Accepting a1 and b1 says g(a1) >= |g(b1)|, so that |g(b1)| / (g(a1) + |g(b1)|) <= 1/2."""
    rows = words(
        {"prefers": {"A": "a1"}, "to": {"A": "a0"}},
        {"prefers": {"B": "b0"}, "to": {"B": "b1"}},
        {"accepts": {"A": "a1", "B": "b1"}},
    )
    problem = Problem(case_of(rows, ISSUES))
    w = compatible(problem, "P", WordSettings(taken="assumed", waiting="as-now"))
    assert implied_reservation(w) == pytest.approx((0, 50))
    costly = implied_reservation(compatible(problem, "P", TAKEN))
    assert costly is not None
    assert costly[0] == -math.inf, "waiting may cost any amount"
    refused = words(
        {"prefers": {"A": "a1"}, "to": {"A": "a0"}},
        {"prefers": {"B": "b0"}, "to": {"B": "b1"}},
        {"refuses": {"A": "a1", "B": "b1"}},
    )
    w = compatible(Problem(case_of(refused, ISSUES)), "P", WordSettings(taken="assumed", waiting="as-now"))
    assert implied_reservation(w) == pytest.approx((50, 100))


def test_every_draw_lies_within_the_implied_interval() -> None:
    rows = words(
        {"prefers": {"A": "a1"}, "to": {"A": "a0"}},
        {"prefers": {"B": "b1"}, "to": {"B": "b0"}},
        {"refuses": {"A": "a1", "B": "b0"}},
        {"accepts": {"A": "a1", "B": "b1"}},
    )
    w = compatible(Problem(case_of(rows, ISSUES)), "P", WordSettings(taken="assumed", waiting="open"))
    found = implied_reservation(w)
    assert found is not None
    part = per_issue(w, draw(w, 400, 3))
    at = (part.now * part.weights).sum(axis=1) - part.cost
    assert (at >= found[0] - 1e-6).all()
    assert (at <= found[1] + 1e-6).all()
    assert np.ptp(at) > 10


def test_questions_ask_which_reading_was_meant_and_whether_a_swap_would_do() -> None:
    case = zopa.load("ukraine-2025")
    found = questions(case, ["B", "C"], draws=256, most=10_000)
    meanings = [q for q in found.best if q.kind == "means"]
    assert meanings
    for q in meanings:
        assert q.content["reading"] in {Problem(case, n).readings[q.content["rule"]] for n in ("B", "C")}
        assert q.yes == pytest.approx(0.5)
        row = answer_row(found.best, q.id, True, ["s"])
        assert row["means"] == {q.content["rule"]: q.content["reading"]}
    swaps = [
        q for q in found.best
        if q.kind == "accepts" and sum(found.target[i] != o for i, o in q.content.items()) == 1
    ]  # fmt: skip
    assert swaps
    assert len({q.id for q in found.best}) == len(found.best)
    text = str(found)
    assert "do you mean this" in text
    assert "if it said instead" in text


@given(st.integers(0, 10_000))
def test_a_reservation_value_is_on_the_scale_of_the_case_also_where_values_do_not_span_it(seed: int) -> None:
    """Utilities by brute force: numbers of the case fit the row exactly where its reservation value is in the interval."""
    rng = np.random.default_rng(seed)
    values = [sorted(map(int, rng.choice(np.arange(0, 101, 5), 3, replace=False))) for _ in "AB"]
    weight = int(rng.integers(5, 96))
    low, high = sorted(map(int, rng.choice(101, 2, replace=False)))
    case = Case.model_validate(
        {
            "title": "t",
            "issues": {
                i: {
                    "name": i,
                    "now": f"{i}{rng.integers(3)}",
                    "options": {f"{i}{k}": f"{k}" for k in range(3)},
                }
                for i in "AB"
            },
            "parties": {
                "P": {
                    "name": "P",
                    "reservation": {"low": low, "best": (low + high) / 2, "high": high, "assumed": "t"},
                    "weights": {"A": weight, "B": 100 - weight},
                    "values": {
                        i: {f"{i}{k}": v for k, v in enumerate(values[n])} for n, i in enumerate("AB")
                    },
                }
            },
        }
    )
    problem = Problem(case)
    words = compatible(problem, "P", WordSettings(taken="assumed", waiting="open"))
    rows = [r for r in words.alternatives[0] if r.units == ("parties.P.reservation",)]
    assert len(rows) == 2
    centre = words.central(problem)
    for r in (0, low - 1, low, (low + high) // 2, high, high + 1, 100):
        # another reservation value moves the cost of no agreement alone
        point = list(centre)
        point[words.cost] += Fraction(low + high, 2) - r
        fits = all(sum(a * b for a, b in zip(row.vector, point, strict=True)) >= 0 for row in rows)
        assert fits == (low <= r <= high)
