from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.ratification import win_set, win_set_of_all
from zopa.ratification.win_sets import best_reply, tied_hand_in_space

places = st.integers(0, 100).map(Fraction)


def test_win_sets_of_romer_and_rosenthal():
    assert win_set(60, 40) == (40, 80)
    assert win_set(30, 40) == (20, 40)
    assert win_set(40, 40) == (40, 40)
    assert win_set_of_all([60, 50], 40) == (40, 60)
    assert win_set_of_all([60, 30], 40) == (40, 40)  # only the status quo is left


@given(places, places, places)
def test_the_status_quo_is_always_in_the_win_set_and_members_are_no_farther_than_it(r, q, x):
    low, high = win_set(r, q)
    assert low <= q <= high
    assert (low <= x <= high) == (abs(x - r) <= abs(q - r))


def test_over_packages_a_ratifier_moves_the_last_offer():
    #           packages:      a   b   c
    utilities = np.array([[10, 40, 70], [90, 60, 20], [0, 50, 60]])
    hand = tied_hand_in_space(utilities, (5, 10, 30), proposer=1, holder=0, table=[0, 1], ratifiers=[2])
    assert (hand.free, hand.tied, hand.gain) == (10, 40, 30)
    shut = tied_hand_in_space(utilities, (5, 10, 99), proposer=1, holder=0, table=[0, 1], ratifiers=[2])
    assert (shut.free, shut.tied, shut.gain) == (10, None, None)


def test_where_the_last_offer_has_equals_the_holder_is_not_taken_to_get_the_better_one():
    utilities = np.array([[10, 40, 70], [50, 50, 20]])
    everything = np.ones(3, dtype=bool)
    assert best_reply(utilities, proposer=1, holder=0, accepted=everything) == 10
    assert best_reply(utilities, proposer=0, holder=1, accepted=everything) == 20
    assert best_reply(utilities, proposer=1, holder=0, accepted=~everything) is None


def test_a_win_set_needs_a_ratifier():
    with pytest.raises(ValueError, match="at least one"):
        win_set_of_all([], 3)
