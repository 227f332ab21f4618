import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.case import Interval
from zopa.errors import NotApplicable
from zopa.waiting import (
    ces_loss,
    corners,
    price_push,
    price_push_band,
    real_income_change,
)


@pytest.mark.parametrize(
    ("share", "substitution", "cut", "percent"),
    [
        # Bachmann et al. 2022, table 2 columns 3 and 4: published 1.5 and 2.3 % of GNE
        (0.04, 0.04, 0.10, 1.569),
        (0.01, 0.10, 0.30, 2.343),
        # derived from the formula, two independent computations
        (0.04, 0.04, 0.08, 0.945),
        (0.04, 0.10, 0.10, 0.679),
        (0.04, 0.22, 0.10, 0.505),
        (0.012, 0.10, 0.30, 2.751),
        (0.012, 0.18, 0.30, 1.043),
        (0.012, 0.04, 0.30, 15.890),
        (0.0095, 0.10, 0.30, 2.238),
    ],
)
def test_the_ces_cut_off_meets_its_figures(share, substitution, cut, percent):
    assert 100 * ces_loss(share, substitution, cut) == pytest.approx(percent, abs=6e-4)


def test_the_interval_of_the_cut_off_a_year_and_a_month():
    year = corners(
        ces_loss, Interval.of("0.03", "0.04", "0.05"), Interval.of("0.04", "0.1", "0.22"), Interval.of("0.08")
    )
    assert [round(100 * float(x), 3) for x in (year.low, year.best, year.high)] == [0.289, 0.485, 1.150]
    month = year.scaled("1/12")
    assert [round(100 * float(x), 3) for x in (month.low, month.high)] == [0.024, 0.096]


def test_first_and_second_order_formulas_would_be_wrong_for_a_cut_off():
    # Hulten .42 %, second order 2.02 %, exact 1.57 % (energy -10 %)
    alpha = sigma = 0.04
    e, rho = 0.9, (sigma - 1) / sigma
    cost = alpha * e**rho / (alpha * e**rho + 1 - alpha)
    hulten, second = 1 - e**alpha, -(alpha + (cost - alpha) / 2) * math.log(e)
    assert [round(100 * x, 2) for x in (hulten, second, ces_loss(alpha, sigma, 0.1))] == [0.42, 2.02, 1.57]


@pytest.mark.parametrize(
    ("share", "substitution", "cut", "limit"),
    [
        (0.3, 1, 0.2, 1 - 0.8**0.3),
        (0.3, 0, 0.2, 0.2),
        (0.3, 1e-9, 0.2, 0.2),
        (0.3, 0.5, 1, 1),
        (0.3, 1, 1, 1),
        (0, 0.5, 0.5, 0),
        (0.3, 2, 1, 1 - 0.7**2),
        (1, 0.5, 0.4, 0.4),
    ],
)
def test_the_limits_of_the_cut_off(share, substitution, cut, limit):
    assert ces_loss(share, substitution, cut) == pytest.approx(limit, abs=1e-7)


def test_no_jump_where_the_formula_changes_hands():
    for sigma in (1 - 1e-7, 1 - 1e-8, 1 - 1e-9, 1 + 1e-9, 1 + 1e-8):
        assert ces_loss(0.3, sigma, 0.4) == pytest.approx(ces_loss(0.3, 1, 0.4), rel=1e-6)


unit = st.floats(0.001, 0.999)
sigmas = st.floats(0.01, 3)


@given(unit, sigmas, unit, unit, sigmas, unit)
def test_the_loss_grows_with_share_and_cut_and_falls_with_substitution(a, s, c, a2, s2, c2):
    lo = ces_loss(min(a, a2), max(s, s2), min(c, c2))
    hi = ces_loss(max(a, a2), min(s, s2), max(c, c2))
    assert lo <= ces_loss(a, s, c) + 1e-12
    assert ces_loss(a, s, c) <= hi + 1e-12
    assert 0 <= lo <= hi + 1e-12 <= 1 + 2e-12


@given(unit, unit, sigmas, sigmas, unit, unit, unit, unit, unit)
def test_no_point_inside_leaves_the_corners_of_the_cut_off(a, a2, s, s2, c, c2, x, y, z):
    bands = [Interval.of(*sorted(pair)) for pair in ((a, a2), (s, s2), (c, c2))]
    loss = corners(ces_loss, *bands)
    inside = [float(b.low) + t * float(b.high - b.low) for b, t in zip(bands, (x, y, z), strict=True)]
    assert float(loss.low) - 1e-12 <= ces_loss(*inside) <= float(loss.high) + 1e-12


def test_gains_from_trade_as_published():
    # Arkolakis, Costinot & Rodriguez-Clare 2012: published 1.4 and .7 %
    assert -100 * real_income_change(0.93, 1, -5) == pytest.approx(1.441, abs=5e-4)
    assert -100 * real_income_change(0.93, 1, -10) == pytest.approx(0.723, abs=5e-4)
    assert real_income_change(0.9, 0.9, -5) == 0


@given(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.05, 1), st.floats(1, 12))
def test_two_steps_of_home_share_make_the_whole_step(a, b, c, eps):
    steps = (1 + real_income_change(a, b, -eps)) * (1 + real_income_change(b, c, -eps))
    assert steps == pytest.approx(1 + real_income_change(a, c, -eps))


MILLER_BLAIR = [[0.15, 0.25], [0.20, 0.05]]  # Miller & Blair 2009, ch. 2


def test_the_worked_input_output_table():
    assert price_push(MILLER_BLAIR, [0.65, 0.70]) == pytest.approx([1, 1])
    inverse = np.linalg.inv(np.eye(2) - np.array(MILLER_BLAIR))
    assert inverse == pytest.approx(np.array([[1.2541, 0.3300], [0.2640, 1.1221]]), abs=5e-5)
    assert 100 * price_push(MILLER_BLAIR, [0.065, 0]) == pytest.approx([8.15, 2.15], abs=6e-3)


def test_no_pass_through_moves_no_price_and_rounds_add_up():
    assert price_push(MILLER_BLAIR, [0.065, 0], 0) == pytest.approx([0, 0])
    total, layer = np.zeros(2), np.array([0.065, 0])
    for _ in range(200):  # the series phi v + (phi A')(phi v) + ...
        layer = 0.5 * layer
        total += layer
        layer = np.array(MILLER_BLAIR).T @ layer
    assert price_push(MILLER_BLAIR, [0.065, 0], 0.5) == pytest.approx(total)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_consumer_prices_grow_with_the_rise_and_the_pass_through(r, r2, phi, phi2):
    def band(rise, through):
        return price_push_band(MILLER_BLAIR, [0.1, 0.02], [0.4, 0.6], rise=rise, pass_through=through)

    whole = band(Interval.of(*sorted((r, r2))), Interval.of(*sorted((phi, phi2))))
    for one in (r, r2):
        for share in (phi, phi2):
            assert band(Interval.of(one), Interval.of(share)).best in Interval.of(
                whole.low - Interval.of(1e-12).low, whole.high + Interval.of(1e-12).low
            )


@pytest.mark.parametrize(
    ("table", "rise", "complaint"),
    [
        ([[0.1, 0.2]], [0.1], "square"),
        ([[0.1, -0.2], [0, 0]], [0.1, 0], "0 or more"),
        ([[0.1, 0.2], [0, 0.1]], [0.1], "each of 2 sectors"),
        ([[0.5, 0.5], [0.5, 0.5]], [0.1, 0.1], "singular or unproductive"),
        ([[float("nan")]], [0.1], "finite"),
    ],
)
def test_tables_that_have_no_prices_are_refused(table, rise, complaint):
    with pytest.raises(NotApplicable, match=complaint):
        price_push(table, rise)


@pytest.mark.parametrize("args", [(1.2, 0.1, 0.1), (0.1, -1, 0.1), (0.1, 0.1, 1.5)])
def test_arguments_outside_their_range_are_refused(args):
    with pytest.raises(ValueError, match="expected"):
        ces_loss(*args)
    with pytest.raises(ValueError, match="home goods"):
        real_income_change(0, 1, -5)
    with pytest.raises(ValueError, match="negative"):
        real_income_change(0.5, 1, 5)
