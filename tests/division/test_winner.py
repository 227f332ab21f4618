from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from zopa.division import adjusted_winner
from zopa.errors import NotApplicable

# Raiffa 1982 ch. 12; Brams & Taylor 1996 ch. 5 (published: 66 each, Land and water is split)
PANAMA_ITEMS = [
    "US defence rights", "Use rights", "Land and water", "Expansion rights", "Duration",
    "Expansion routes", "Compensation", "Jurisdiction", "US military rights", "Defence role of Panama",
]  # fmt: skip
PANAMA = ([22, 22, 15, 14, 11, 6, 4, 2, 2, 2], [9, 15, 15, 3, 15, 5, 11, 7, 7, 13])
# Brams & Togman 1996; Brams & Taylor 1999 ch. 6 (published: 65.8 each, a sixth of Sinai)
CAMP_ITEMS = ["Sinai", "recognition", "West Bank/Gaza", "Linkage", "Palestinian rights", "Jerusalem"]
CAMP_DAVID = ([35, 10, 20, 10, 5, 20], [55, 5, 10, 5, 20, 5])  # Israel, Egypt
# Brams & Taylor 1999 (published: 72 each, 20 % of the Palm Beach mansion)
TRUMP = ([10, 40, 10, 40], [38, 20, 30, 12])


def test_panama_gives_66_each_and_splits_land_and_water():
    d = adjusted_winner(*PANAMA)
    assert d.points == (66, 66)
    assert PANAMA_ITEMS[d.split] == "Land and water"
    assert d.shares[d.split] == Fraction(2, 15)
    whole = {PANAMA_ITEMS[k] for k, s in enumerate(d.shares) if s == 1}
    assert whole == {"Expansion rights", "US defence rights", "Use rights", "Expansion routes"}


def test_camp_david_gives_395_sixths_each_and_a_sixth_of_sinai_to_israel():
    d = adjusted_winner(*CAMP_DAVID)
    assert d.points == (Fraction(395, 6), Fraction(395, 6))
    assert CAMP_ITEMS[d.split] == "Sinai"
    assert d.shares == (Fraction(1, 6), 1, 1, 1, 0, 1)


def test_trump_gives_72_each_and_a_fifth_of_the_mansion_to_the_other_side():
    d = adjusted_winner(*TRUMP)
    assert d.points == (72, 72)
    assert d.split == 1
    assert d.shares == (0, Fraction(4, 5), 0, 1)


points = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=9).filter(
    lambda rows: any(a for a, _ in rows) and any(b for _, b in rows)
)


@given(points)
def test_on_any_points_the_division_is_equitable_envy_free_and_splits_at_most_one_item(rows):
    a, b = [x for x, _ in rows], [y for _, y in rows]
    d = adjusted_winner(a, b)
    first = sum((Fraction(x) * s for x, s in zip(a, d.shares, strict=True)), Fraction(0)) * 100 / sum(a)
    second = (
        sum((Fraction(y) * (1 - s) for y, s in zip(b, d.shares, strict=True)), Fraction(0)) * 100 / sum(b)
    )
    assert (first, second) == d.points
    assert first == second >= 50
    assert (d.equitable, d.envy_free) == (True, True)
    fractional = [k for k, s in enumerate(d.shares) if 0 < s < 1]
    assert fractional == ([] if d.split is None else [d.split])


@given(points)
def test_no_linear_programme_finds_more_for_one_party_without_loss_to_the_other(rows):
    a, b = [x for x, _ in rows], [y for _, y in rows]
    d = adjusted_winner(a, b)
    assert d.efficient
    # greatest points of the first party, the second keeping what it has
    best = linprog(
        [-x * 100 / sum(a) for x in a],
        A_ub=[[y * 100 / sum(b) for y in b]],
        b_ub=[100 - float(d.points[1])],
        bounds=(0, 1),
    )
    assert -best.fun == pytest.approx(float(d.points[0]), abs=1e-6)


@given(points)
def test_swapping_the_parties_swaps_the_division_up_to_ties(rows):
    a, b = [x for x, _ in rows], [y for _, y in rows]
    assert adjusted_winner(a, b).points == adjusted_winner(b, a).points


def test_items_with_one_ratio_are_named_as_tied():
    assert adjusted_winner([50, 30, 20], [50, 30, 20]).tied == ((0, 1, 2),)


def test_an_item_worth_nothing_to_one_side_goes_to_the_other():
    assert adjusted_winner([100, 0], [0, 100]).shares == (1, 0)
    assert adjusted_winner([100, 0], [0, 100]).points == (100, 100)


@pytest.mark.parametrize(("a", "b"), [([1, -1], [1, 1]), ([0, 0], [1, 1]), ([1], [1, 2])])
def test_points_that_cannot_be_divided_are_refused(a, b):
    with pytest.raises(NotApplicable, match="expected points"):
        adjusted_winner(a, b)
