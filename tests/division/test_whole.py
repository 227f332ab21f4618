from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.division import WELFARE, whole_items
from zopa.errors import NotApplicable, UnknownName

from .test_winner import CAMP_DAVID, PANAMA, TRUMP


@pytest.mark.parametrize(
    ("table", "expected", "total"),
    [(PANAMA, (64, 68), 132), (CAMP_DAVID, (60, 75), 135), (TRUMP, (80, 68), 148)],
)
def test_the_published_cases_with_whole_items(table, expected, total):
    # derived by brute force over all bundles, two independent computations
    assert whole_items(table, "max-nash").points == (expected,)
    assert whole_items(table, "leximin").points == (expected,)
    assert {sum(v) for v in whole_items(table, "utilitarian").points} == {total}


def test_bill_and_jack_trade_as_nash_published():
    # Nash 1950, Econometrica 18:155-162: gains 12 and 5 over 12 and 6; points here are gains, so the
    # product is over u - r and is found by listing allocations of the reachable points
    bill = dict(book=2, whip=2, ball=2, bat=2, box=4, pen=10, toy=4, knife=6, hat=2)
    jack = dict(book=4, whip=2, ball=1, bat=2, box=1, pen=1, toy=1, knife=2, hat=2)
    best = max(
        (sum(bill[g] for g in bill if g in kept) - 12) * (sum(jack[g] for g in jack if g not in kept) - 6)
        for kept in ({g for g, k in zip(bill, pick, strict=True) if k} for pick in product((0, 1), repeat=9))
        if sum(bill[g] for g in kept) >= 12
    )
    assert best == 60


tables = st.integers(2, 4).flatmap(
    lambda n: st.integers(1, 5).flatmap(
        lambda m: st.lists(st.lists(st.integers(0, 8), min_size=m, max_size=m), min_size=n, max_size=n)
    )
)


def _brute(table, rule):
    n, m = len(table), len(table[0])
    scored = {}
    for owners in product(range(n), repeat=m):
        vector = tuple(sum(table[p][k] for k in range(m) if owners[k] == p) for p in range(n))
        positive = [u for u in vector if u]
        score = {
            "max-nash": (len(positive), prod(positive)),
            "leximin": tuple(sorted(vector)),
            "utilitarian": sum(vector),
        }
        scored.setdefault(score[rule], []).append((vector, owners))
    return scored[max(scored)]


@given(tables, st.sampled_from(sorted(WELFARE)))
def test_the_vectors_and_every_tied_allocation_are_those_of_brute_force(table, rule):
    found = whole_items(table, rule, shown=10_000)
    expected = _brute(table, rule)
    assert set(found.points) == {v for v, _ in expected}
    assert sorted(found.owners) == sorted(o for _, o in expected)
    assert found.n_best == len(expected)


@given(tables)
def test_max_nash_leaves_nobody_envious_once_one_item_is_taken_away(table):
    # Caragiannis et al. 2019 (EF1), where all get something
    found = whole_items(table, "max-nash")
    if not all(all(v) for v in found.points):
        return
    for owners in found.owners:
        for p, q in product(range(len(table)), repeat=2):
            own = sum(table[p][k] for k, o in enumerate(owners) if o == p)
            other = [table[p][k] for k, o in enumerate(owners) if o == q]
            assert p == q or own >= sum(other) - max(other, default=0)


def test_fractions_keep_their_size():
    assert whole_items([[Fraction(1, 3), Fraction(2, 3)], [Fraction(1, 2), Fraction(1, 2)]]).points == (
        (Fraction(2, 3), Fraction(1, 2)),
    )


def test_ties_beyond_the_list_are_still_counted():
    found = whole_items([[1] * 8, [1] * 8], shown=3)
    assert (len(found.owners), found.n_best) == (3, 70)


def test_too_many_vectors_are_refused_with_a_way_out():
    with pytest.raises(NotApplicable, match="fewer items"):
        whole_items([[1, 2, 4, 8, 16], [16, 8, 4, 2, 1]], most=4)


def test_an_unknown_standard_is_named():
    with pytest.raises(UnknownName, match="did you mean 'max-nash'"):
        whole_items([[1], [1]], "max_nash")
