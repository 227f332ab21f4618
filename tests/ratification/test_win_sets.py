from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.ratification import settle, tied_hand, win_set, win_set_of_all
from zopa.ratification.win_sets import best_reply, tied_hand_in_space

places = st.integers(0, 100).map(Fraction)


def test_win_sets_of_romer_and_rosenthal():
    assert win_set(60, 40) == (40, 80)
    assert win_set(30, 40) == (20, 40)
    assert win_set(40, 40) == (40, 40)
    assert win_set_of_all([60, 50], 40) == (40, 60)
    assert win_set_of_all([60, 30], 40) == (40, 40)  # only the status quo is left


def test_a_setter_gets_its_ideal_the_mirror_of_the_status_quo_or_nothing():
    # the three cases of Romer & Rosenthal 1978: ratifier at 60
    assert settle(70, win_set(60, 40)) == 70
    assert settle(100, win_set(60, 40)) == 80
    assert settle(100, win_set(60, 90)) == 90


@given(places, places, places)
def test_the_status_quo_is_always_in_the_win_set_and_members_are_no_farther_than_it(r, q, x):
    low, high = win_set(r, q)
    assert low <= q <= high
    assert (low <= x <= high) == (abs(x - r) <= abs(q - r))


@given(places, places, places)
def test_no_accepted_point_suits_the_setter_better(proposer, ratifier, status_quo):
    low, high = win_set(ratifier, status_quo)
    got = settle(proposer, (low, high))
    assert low <= got <= high
    assert all(abs(x - proposer) >= abs(got - proposer) for x in range(int(low), int(high) + 1))


def test_a_tied_hand_can_gain_and_can_cost():
    assert tied_hand(100, 60, 45, 40).gain == 10  # 80 without, 50 with the ratifier; ideal 60
    assert tied_hand(70, 60, 30, 40).gain == -10  # the ratifier leaves the status quo only


@given(places, places, places, places)
def test_a_tied_hand_shrinks_what_can_be_agreed(proposer, negotiator, ratifier, status_quo):
    hand = tied_hand(proposer, negotiator, ratifier, status_quo)
    assert abs(hand.tied - proposer) >= abs(hand.free - proposer)


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
