"""What the words say a package is worth: closed forms, and the shares of the stress lens."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from word_cases import TAKEN, case_of, words
from zopa import load
from zopa.case import Case
from zopa.robustness import WordDraws, stress, worth_by_words
from zopa.space import Problem

TWO = {"A": ["a0", "a1"], "B": ["b0", "b1"]}
UP = words(
    {"prefers": {"A": "a1"}, "to": {"A": "a0"}},
    {"prefers": {"B": "b1"}, "to": {"B": "b0"}},
    {"accepts": {"A": "a1", "B": "b0"}},
)
DRAWS = 4096
ERROR = 4 * 100 * math.sqrt(0.05 * 0.95 / DRAWS)
"""Four standard errors of a quantile of a uniform law."""


def test_of_two_issues_the_better_option_of_one_is_worth_its_weight_which_is_uniform() -> None:
    found = worth_by_words(
        Problem.of(case_of(UP, TWO)),
        [{"A": "a1", "B": "b0"}, {"A": "a1", "B": "b1"}, {"A": "a0", "B": "b0"}, {"A": "a0"}],
        settings=TAKEN,
        draws=DRAWS,
    )
    one, best, worst, partial = (x.worth["P"] for x in found)
    assert one == (pytest.approx(5, abs=ERROR), pytest.approx(95, abs=ERROR))
    assert best == (100, 100)
    assert worst == (0, 0)
    assert partial == (pytest.approx(5, abs=ERROR), pytest.approx(95, abs=ERROR)), (
        "the open issue at its best"
    )


def test_the_shares_are_those_of_the_stress_lens_for_the_same_seed() -> None:
    rows = UP + words({"refuses": {"A": "a0", "B": "b1"}}, party="Q")
    case = case_of(rows, TWO)
    packages = [{"A": a, "B": b} for a in TWO["A"] for b in TWO["B"]]
    asked = stress(case, settings=TAKEN, draws=300, packages=packages).asked
    found = worth_by_words(Problem.of(case), packages, settings=TAKEN, draws=300)
    assert [x.accepts for x in found] == [a.parties for a in asked]


def test_without_words_about_what_a_party_could_accept_nothing_is_said() -> None:
    silent = case_of([], TWO)
    assert not WordDraws(Problem.of(silent))
    assert worth_by_words(Problem.of(silent), [{"A": "a1", "B": "b1"}]) == ()
    joined = Case.model_validate(
        case_of(UP, TWO).model_dump()
        | {"interactions": ({"party": "P", "when": {"A": ("a1",)}, "points": 3},)}
    )
    assert worth_by_words(Problem.of(joined), [{"A": "a1", "B": "b1"}], settings=TAKEN) == ()


def test_a_party_with_points_of_its_own_is_told_in_them() -> None:
    rows = [r | {"party": "P"} for r in UP]
    case = case_of(rows, TWO)
    points = {"A": {"a0": 0, "a1": 1000}, "B": {"b0": 100, "b1": 600}}
    own = case.model_copy(
        update={"parties": {"P": case.parties["P"].model_validate({"name": "P", "points": points})}}
    )
    packages = [{"A": "a0", "B": "b0"}, {"A": "a1", "B": "b1"}]
    worst, best = (x.worth["P"] for x in worth_by_words(Problem.of(own), packages, settings=TAKEN))
    assert worst == (100, 100)
    assert best == (1600, 1600)


def test_a_range_holds_the_quantiles_of_the_draws_within_a_tenth_and_the_rounding_of_each_issue() -> None:
    problem = Problem.of(load("two-farms"))
    space, drawn = problem.space, WordDraws(problem)
    for numbers in itertools.product(*map(range, space.sizes)):
        told = drawn.worth([space.names(numbers)])[0].worth
        for p, (low, high) in told.items():
            ends = np.quantile(drawn.parties[p].points.worth(dict(enumerate(numbers))), [0.05, 0.95])
            error = 0.1 + 0.1 * len(space.sizes)
            assert ends[0] - error <= low <= ends[0] + error - 0.1
            assert ends[1] - error + 0.1 <= high <= ends[1] + error


def test_draws_are_made_anew_only_where_the_words_are_others() -> None:
    problem = Problem.of(load("two-farms"))
    one = WordDraws(problem).parties
    party, other = one
    lower = WordDraws(problem.with_values({f"parties.{party}.reservation": 12})).parties
    assert all(lower[p] is one[p] for p in one)
    fewer = [c for c in problem.case.comparisons if c.party != party]
    case = problem.case.model_copy(update={"comparisons": tuple(fewer)})
    changed = WordDraws(Problem.of(case)).parties
    same = [all(map(np.array_equal, changed[p].tenths, one[p].tenths)) for p in (party, other)]
    assert same == [False, True]
