"""Draws of the case's own numbers: laws kept, words kept, the same acceptance as the case itself."""

from __future__ import annotations

import numpy as np
import pytest

import zopa
from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.robustness import WordSettings, compatible, stress
from zopa.robustness.number_draws import number_room
from zopa.space import Problem


def case_with(reservation: object, rows: tuple[object, ...] = ()) -> Case:
    return Case.model_validate(
        {
            "title": "t",
            "issues": {
                "A": {"name": "A", "now": "a0", "options": {"a0": "0", "a1": "1"}},
                "B": {"name": "B", "now": "b0", "options": {"b0": "0", "b1": "1"}},
            },
            "parties": {
                "P": {
                    "name": "P",
                    "reservation": reservation,
                    "weights": {"A": {"best": 60}, "B": {"best": 40}},
                    "values": {
                        "A": {"a0": {"best": 20}, "a1": {"best": 100}},
                        "B": {
                            "b0": {"best": 100},
                            "b1": {"low": 0, "best": 50, "high": 100, "law": "triangular"},
                        },
                    },
                }
            },
            "comparisons": rows,
        }
    )


def test_with_fixed_numbers_a_draw_accepts_what_the_case_accepts() -> None:
    case = case_with({"best": 70})
    problem = Problem(case)
    words = compatible(problem, "P", WordSettings(waiting="open"))
    points = number_room(problem, words).chunk(0, 200, np.random.SeedSequence(1))
    accepts = problem.table.accepts[0]
    for k, x in enumerate(problem.space.packages()):
        if x[1] == 0:
            assert ((points @ np.array(words.gain(x), dtype=float) >= -1e-9) == accepts[k]).all()


def test_a_law_of_a_value_is_the_law_of_the_share_that_accepts() -> None:
    """(a1, b1) is worth 60 + .4 v, with v triangular on 0, 50, 100: at least 70 with probability 1 - F(25) = .875."""
    answer = stress(case_with({"best": 70}), settings=WordSettings(waiting="open"), law="numbers", draws=4096,
                    packages=[{"A": "a1", "B": "b1"}])  # fmt: skip
    assert answer.asked[0].all == pytest.approx(0.875, abs=4 * np.sqrt(0.875 * 0.125 / 4096))
    assert answer.drawn is not None
    assert answer.drawn.law == "numbers"
    assert "the law of its interval" in str(answer)


def test_draws_that_do_not_fit_the_words_are_left_out_and_too_few_are_an_error() -> None:
    fits = {"party": "P", "prefers": {"A": "a1", "B": "b1"}, "to": {"A": "a0", "B": "b0"}, "stated": ("s",)}
    case = case_with({"best": 70}, (fits,))
    problem = Problem(case)
    words = compatible(problem, "P", WordSettings(waiting="open"))
    points = number_room(problem, words).chunk(0, 500, np.random.SeedSequence(1))
    for row in words.alternatives[0]:
        assert (points @ np.array(row.vector, dtype=float) >= -1e-9).all()
    never = {"party": "P", "prefers": {"A": "a0"}, "to": {"A": "a1"}, "stated": ("s",)}
    problem = Problem(case_with({"best": 70}, (never,)))
    words = compatible(problem, "P", WordSettings(waiting="open"))
    with pytest.raises(NotApplicable, match="hardly ever fit"):
        number_room(problem, words).chunk(0, 10, np.random.SeedSequence(1))


def test_the_bundled_example_can_be_drawn_by_its_numbers() -> None:
    from zopa.robustness import Stress

    answer = stress(
        zopa.load("harbour-sport-park"), settings=WordSettings(waiting="open"), law="numbers", draws=64
    )
    assert isinstance(answer, Stress)
    assert answer.drawn is not None
