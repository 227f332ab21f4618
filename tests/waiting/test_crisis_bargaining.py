from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.waiting import attrition, bargaining_range, first_mover_share, obstacle


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


def test_rubinsteins_shares():
    assert first_mover_share("0.9", "0.9") == Fraction(10, 19)
    assert float(first_mover_share("0.9", "0.9")) == pytest.approx(0.526316, abs=5e-7)
    assert float(first_mover_share("0.9", "0.8")) == pytest.approx(0.714286, abs=5e-7)


@given(st.fractions(0, "0.99"), st.fractions(0, "0.99"))
def test_the_other_side_is_as_well_off_taking_the_offer_as_offering_next_round(d1, d2):
    assert 1 - first_mover_share(d1, d2) == d2 * first_mover_share(d2, d1)


def test_fearons_range():
    assert bargaining_range("0.6", "0.1", "0.15") == (Fraction(1, 2), Fraction(3, 4))
    assert bargaining_range("0.1", "0.2", "0.95") == (0, 1)


def test_the_range_of_a_contest_is_fearons():
    # secure: .6 - .1 and .4 - .15
    o = obstacle(1, ["0.5", "0.25"], ["0.5", "0.25"])
    assert o.ranges[0] == bargaining_range("0.6", "0.1", "0.15")
    assert o.ranges[1] == bargaining_range("0.4", "0.15", "0.1")


def test_no_zone_is_told_from_a_zone_without_a_credible_promise():
    assert obstacle(100, [60, 50], [60, 50]).kind == "no zone"
    shift = obstacle(100, [50, 30], [75, 10])
    assert (shift.kind, shift.surplus, shift.shifting) == ("a zone but no credible promise", 20, (0,))
    assert obstacle(100, [50, 30], [70, 10]).kind == "none"  # a shift as large as the surplus can be paid for


@pytest.mark.parametrize(
    "call",
    [lambda: attrition((0, 1), (1, 1)), lambda: first_mover_share(1, 1), lambda: bargaining_range(2, 0, 0)],
)
def test_figures_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match="expected"):
        call()
