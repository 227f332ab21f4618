"""Small inputs on which earlier versions were wrong, with what is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.bargaining import frontier, judge, solve, why_not, zone
from zopa.case import Case, values
from zopa.casefile import load
from zopa.cli import app
from zopa.space import Problem

FOUND = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "found_in_use"
pytestmark = pytest.mark.skipif(not FOUND.exists(), reason="the inputs that failed in use are not here")
SIZES = ["small", "large"]


def case(folder: str) -> Case:
    return load(next(FOUND.glob(folder.partition("/")[0] + "*")) / folder.partition("/")[2])


def test_a_lone_first_rank_is_worth_everything() -> None:
    views = judge(case("27/case"), {"x": "p"})
    first = next(v for v in views.verdicts if v.party == "a")
    assert (first.accepts, first.utility) == (True, 100)


def test_options_that_tie_for_the_first_rank_are_both_worth_everything() -> None:
    answer = zone(case("28/case"))
    assert answer.count == 2
    assert {float(e.best) for e in values(case("28/case"), "a", "y").values()} == {100}


def test_a_clause_of_a_rule_has_another_name_than_the_rule() -> None:
    several = case("29/case")
    answer = why_not(several)
    named = {m.id for c in answer.corrections for m in c.limits if m.rule}
    assert named
    assert not named & set(several.rules)
    assert {i.partition("/")[0] for i in named} <= set(several.rules)
    assert zone(several, {"x-above-y": "off"}).count == 1


def test_large_numbers_are_shown_to_the_last_digit() -> None:
    shown = CliRunner().invoke(app, ["zone", str(next(FOUND.glob("31*")) / "case")]).output
    assert "900000001" in shown.replace(",", "")
    assert "9e+08" not in shown


@pytest.mark.parametrize("size", SIZES)
def test_the_frontier_and_break_even_values_under_k_of_n(size: str) -> None:
    problem = Problem(case(f"41/k_of_n/{size}"))
    assert [tuple(d.utilities.values()) for d in frontier(problem).deals] == [(4, 4, 2), (2, 2, 3)]
    assert zone(problem).break_even["p"] == 4


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("proof", [False, True])
def test_where_nobody_gains_the_package_is_shown_with_value_0(size: str, proof: bool) -> None:
    problem = Problem(case(f"41/nobody_gains/{size}"))
    answer = solve(problem, "nash", proof=proof)
    assert next(iter(answer.deals[0].package.values())) == "x"
    assert answer.value == 0
    assert "no package gives any party a gain" in answer.note
    assert solve(problem, "kalai-smorodinsky").value == 1


@pytest.mark.parametrize("size", SIZES)
def test_the_value_of_the_proportional_solution(size: str) -> None:
    problem = Problem(case(f"41/proportional_value/{size}"))
    powers = dict(zip(problem.space.parties, (0.5, 1.0), strict=True))
    assert solve(problem, "proportional", powers=powers).value == 4


@pytest.mark.parametrize("size", SIZES)
def test_the_shift_of_a_correction_of_two_acceptances(size: str) -> None:
    both = next(c for c in why_not(case(f"41/shift_of_two/{size}")).corrections if len(c.limits) == 2)
    assert both.shift == 3


@pytest.mark.parametrize("size", SIZES)
def test_the_uniform_break_even_of_negative_utilities(size: str) -> None:
    assert zone(case(f"41/uniform_negative/{size}")).uniform_break_even == -4
