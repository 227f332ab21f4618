from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.waiting import attrition, obstacle


def test_a_war_of_attrition_with_equal_stakes_lasts_five_months():
    # closed form: hazard c/v = 1/10 each, mean 1 / (1/10 + 1/10)
    war = attrition((1, 1), (10, 10))
    assert war.hazards == (Fraction(1, 10), Fraction(1, 10))
    assert war.mean_months == 5
    assert war.concedes_first == (Fraction(1, 2), Fraction(1, 2))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 30), st.integers(1, 30))
def test_the_hazards_keep_the_other_side_indifferent(c1, c2, v1, v2):
    h1, h2 = attrition((c1, c2), (v1, v2)).hazards
    assert h2 * v1 == c1
    assert h1 * v2 == c2


def test_the_range_of_a_contest_is_fearons():
    # chances .6 and .4, costs .1 and .15: each secures its chance less its cost, and can get its chance and the
    # other's cost
    o = obstacle(1, ["0.5", "0.25"], ["0.5", "0.25"])
    assert o.ranges == ((Fraction(1, 2), Fraction(3, 4)), (Fraction(1, 4), Fraction(1, 2)))


def test_no_zone_is_told_from_a_zone_without_a_credible_promise():
    assert obstacle(100, [60, 50], [60, 50]).kind == "no zone"
    all_of_it = obstacle(100, [60, 40], [60, 40])  # one division is left, and it is one
    assert (all_of_it.kind, all_of_it.ranges) == ("none", ((60, 60), (40, 40)))
    shift = obstacle(100, [50, 30], [75, 10])
    assert (shift.kind, shift.surplus, shift.shifting) == ("a zone but no credible promise", 20, (0,))
    assert obstacle(100, [50, 30], [70, 10]).kind == "none"  # a shift as large as the surplus can be paid for


def test_figures_out_of_range_are_refused():
    for costs, prizes in (((0, 1), (1, 1)), ((1, 1), (1, 0)), ((1, -1), (1, 1))):
        with pytest.raises(ValueError, match="expected"):
            attrition(costs, prizes)
