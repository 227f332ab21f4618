from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.division import CLAIMS, divide_claims, knaster, side_payments
from zopa.errors import NotApplicable, UnknownName

# Luce & Raiffa 1957 sec. 14.9 (published adjusted shares 6455, 4855, 6689)
BIDS = [[10000, 2000, 500, 800], [4000, 1000, 1500, 2000], [7000, 4000, 2000, 1000]]


def test_the_heirs_of_luce_and_raiffa():
    k = knaster(BIDS)
    assert k.winners == (0, 2, 2, 1)
    assert k.fair == (Fraction(13300, 3), Fraction(8500, 3), Fraction(14000, 3))
    assert k.surplus == Fraction(18200, 3)
    assert k.total == (Fraction(58100, 9), Fraction(43700, 9), Fraction(60200, 9))
    assert k.cash == (Fraction(-31900, 9), Fraction(25700, 9), Fraction(6200, 9))
    assert [int(t) for t in k.total] == [6455, 4855, 6688]


bids = st.integers(1, 5).flatmap(
    lambda n: st.integers(1, 5).flatmap(
        lambda m: st.lists(
            st.lists(st.fractions(0, 100, max_denominator=20), min_size=m, max_size=m), min_size=n, max_size=n
        )
    )
)


@given(bids)
def test_money_sums_to_zero_and_everybody_gets_a_fair_share(table):
    k = knaster(table)
    assert sum(k.cash) == 0
    assert k.surplus >= 0
    assert all(t >= f for t, f in zip(k.total, k.fair, strict=True))
    for p, row in enumerate(table):
        received = sum((row[i] for i, w in enumerate(k.winners) if w == p), Fraction(0))
        assert received + k.cash[p] == k.total[p]


def test_ragged_or_negative_bids_are_refused():
    for table in ([[1, 2], [1]], [[1, -2]], []):
        with pytest.raises(NotApplicable, match="expected"):
            knaster(table)


@given(
    st.integers(2, 4).flatmap(
        lambda n: st.tuples(
            st.lists(st.lists(st.integers(0, 100), min_size=n, max_size=n), min_size=1, max_size=6),
            st.lists(st.integers(0, 60), min_size=n, max_size=n),
            st.lists(st.fractions("1/4", 4, max_denominator=8), min_size=n, max_size=n),
        )
    )
)
def test_side_payments_sum_to_zero_and_gain_the_same_for_all(game):
    utilities, reservation, per_money = game
    deal = side_payments(utilities, reservation, per_money)
    assert sum(deal.money) == 0
    best = utilities[deal.packages[0]]
    gains = {
        Fraction(u) / k + m - Fraction(r) / k
        for u, r, k, m in zip(best, reservation, per_money, deal.money, strict=True)
    }
    assert gains == {deal.gain}
    surplus = [
        sum(Fraction(u - r) / k for u, r, k in zip(row, reservation, per_money, strict=True))
        for row in utilities
    ]
    assert deal.gain * len(reservation) == max(surplus)


# Aumann & Maschler 1985, J. Econ. Theory 36:195-213, claims 100, 200, 300
TALMUD = {
    100: (Fraction(100, 3),) * 3,
    200: (50, 75, 75),
    300: (50, 100, 150),
    400: (50, 125, 225),
    500: (Fraction(200, 3), Fraction(500, 3), Fraction(800, 3)),
}
AWARDS = {
    100: (Fraction(100, 3),) * 3,
    200: (Fraction(200, 3),) * 3,
    300: (100,) * 3,
    400: (100, 150, 150),
    500: (100, 200, 200),
}
LOSSES = {
    100: (0, 0, 100),
    200: (0, 50, 150),
    300: (0, 100, 200),
    400: (Fraction(100, 3), Fraction(400, 3), Fraction(700, 3)),
    500: (Fraction(200, 3), Fraction(500, 3), Fraction(800, 3)),
}


@pytest.mark.parametrize(
    ("rule", "table"), [("talmud", TALMUD), ("equal-awards", AWARDS), ("equal-losses", LOSSES)]
)
def test_the_estates_of_the_talmud(rule, table):
    assert {e: divide_claims(e, [100, 200, 300], rule) for e in table} == table


def test_proportional_claims():
    assert divide_claims(300, [100, 200, 300], "proportional") == (50, 100, 150)


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=6),
    st.fractions(0, 1, max_denominator=12),
    st.sampled_from(sorted(CLAIMS)),
)
def test_every_rule_uses_the_estate_up_and_stays_between_nothing_and_the_claim(claims, part, rule):
    estate = part * sum(claims)
    awards = divide_claims(estate, claims, rule)
    assert sum(awards) == estate
    assert all(0 <= x <= d for x, d in zip(awards, claims, strict=True))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=6), st.fractions(0, 1, max_denominator=12))
def test_equal_losses_is_the_dual_of_equal_awards_and_talmud_is_its_own(claims, part):
    estate = part * sum(claims)
    rest = sum(claims) - estate

    def dual(rule):
        return tuple(d - x for d, x in zip(claims, divide_claims(rest, claims, rule), strict=True))

    assert divide_claims(estate, claims, "equal-losses") == dual("equal-awards")
    assert divide_claims(estate, claims, "talmud") == dual("talmud")


def test_an_estate_that_covers_all_claims_needs_no_rule():
    with pytest.raises(NotApplicable, match="up to their sum"):
        divide_claims(700, [100, 200, 300])
    with pytest.raises(UnknownName, match="did you mean 'talmud'"):
        divide_claims(1, [2], "talmut")
