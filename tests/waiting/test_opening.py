from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zopa.case import Interval
from zopa.space import Space
from zopa.waiting import (
    Clock,
    Costs,
    Opening,
    Waiting,
    breaking,
    opening_of,
    ripeness,
    worth_of_waiting,
    zone_opening,
)
from zopa.waiting.opening_month import any_package, one_package

from .test_no_agreement import FIRST, SECOND, curve


def space(n, **more):
    return Space(tuple("ABCD"[:n]), (), (), (), (0,) * n, **more)


def test_the_zone_opens_for_the_worked_package_in_month_32_and_the_second_party_is_pivotal():
    curves = [curve(FIRST, Clock(), 40), curve(SECOND, Clock(), 40)]
    zone = zone_opening(curves, one_package(space(2), [Fraction(35), Fraction(33)]))
    assert zone.opening == Opening(32, 32, 32)
    assert zone.pivotal == (1,)
    assert zone.may_be_pivotal == (1,)


def falling(start, speed):
    """A party whose value falls by ``speed`` (low, central, high cost) a month."""
    waiting = Waiting(end=Interval.of(start), costs=Costs(((0, Interval.of(*speed)),)))
    return [worth_of_waiting(waiting, t, Clock("from-date")) for t in range(25)]


def test_two_parties_in_one_month_are_both_pivotal():
    zone = zone_opening([falling(50, (1, 2, 4))] * 2, one_package(space(2), [Fraction(40), Fraction(40)]))
    assert zone.opening == Opening(3, 5, 10)
    assert zone.pivotal == (0, 1)


def test_a_zone_that_is_open_already_has_no_pivot():
    zone = zone_opening([falling(30, (1, 1, 1))], one_package(space(1), [Fraction(40)]))
    assert (zone.opening, zone.pivotal) == (Opening(0, 0, 0), ())


def test_whoever_may_come_last_may_be_pivotal():
    # party A opens in months 2..8, party B in month 5: either may be last
    zone = zone_opening(
        [falling(48, (1, 4, 4)), falling(45, (1, 1, 1))], one_package(space(2), [Fraction(40), Fraction(40)])
    )
    assert zone.opening == Opening(5, 5, 8)
    assert zone.pivotal == (1,)
    assert zone.may_be_pivotal == (0, 1)


def test_where_two_of_three_suffice_the_slowest_is_not_waited_for():
    curves = [falling(41, (1, 1, 1)), falling(44, (1, 1, 1)), falling(60, (1, 1, 1))]
    some = space(3, required=(True, False, False), at_least=2)
    assert zone_opening(curves, one_package(some, [Fraction(40)] * 3)).opening == Opening(4, 4, 4)
    assert zone_opening(curves, one_package(space(3), [Fraction(40)] * 3)).opening == Opening(20, 20, 20)


speeds = st.lists(st.integers(0, 4), min_size=3, max_size=3).map(sorted).map(tuple)


@given(st.lists(st.tuples(st.integers(20, 60), speeds), min_size=1, max_size=3), st.integers(20, 60))
def test_under_unanimity_the_zone_opens_with_the_last_party(rows, utility):
    curves = [falling(start, speed) for start, speed in rows]
    n = len(rows)
    zone = zone_opening(curves, one_package(space(n), [Fraction(utility)] * n))
    single = [opening_of(c, Interval.of(utility)) for c in curves]

    def last(name):
        months = [getattr(o, name) for o in single]
        return None if None in months else max(months)

    assert zone.opening == Opening(last("earliest"), last("central"), last("latest"))
    if zone.opening.central:
        assert zone.pivotal == tuple(p for p, o in enumerate(single) if o.central == zone.opening.central)


@given(
    st.lists(st.tuples(st.integers(20, 60), speeds), min_size=2, max_size=2),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), min_size=1, max_size=6),
)
def test_the_zone_over_many_packages_opens_with_the_first_of_them(rows, packages):
    curves = [falling(start, speed) for start, speed in rows]
    whole = zone_opening(curves, any_package(space(2), np.array(packages).T)).opening
    each = [zone_opening(curves, one_package(space(2), [Fraction(u) for u in p])).opening for p in packages]
    for name in ("earliest", "central", "latest"):
        months = [getattr(o, name) for o in each if getattr(o, name) is not None]
        assert getattr(whole, name) == (min(months) if months else None)


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=7, max_size=7), min_size=1, max_size=3),
    st.booleans(),
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
)
def test_the_first_open_month_and_the_pivots_are_those_of_looking_at_every_month(
    levels, falling_only, utility
):
    rows = [sorted(row, reverse=True) if falling_only else row for row in levels]
    curves = [[Interval.of(x) for x in row] for row in rows]
    n = len(rows)
    zone = zone_opening(curves, one_package(space(n), [Fraction(u) for u in utility[:n]]))
    accepts = [[u >= x for x in row] for u, row in zip(utility, rows, strict=False)]
    month = next((t for t in range(7) if all(a[t] for a in accepts)), None)
    assert zone.opening == Opening(month, month, month)
    late = [p for p in range(n) if month and not accepts[p][month - 1]]
    assert list(zone.pivotal) == late


def test_acceptance_is_exact_to_the_last_unit_of_the_scale():
    test = any_package(space(1, scale=1000), np.array([[33_000]]))
    assert test([Fraction(33)])
    assert not test([Fraction(33) + Fraction(1, 10**9)])
    assert test([Fraction(33) - Fraction(1, 10**9)])
    assert test([Fraction(-(10**30))])
    assert not test([Fraction(10**30)])


def test_a_party_that_grows_stronger_can_not_promise_for_long():
    rising = [
        worth_of_waiting(Waiting(end=Interval.of(40), drift=Interval.of(1, 2)), t, Clock("rolling", 0))
        for t in range(13)
    ]
    assert breaking(rising, Fraction(46)) == 5  # 40 + 1.5 t first exceeds 46 in month 5
    assert breaking(rising, Fraction(46), agreed_in=4) == 5
    assert (
        breaking(rising, Fraction(46), agreed_in=5) == 6
    )  # the month of the agreement itself does not count
    assert breaking(falling(40, (1, 1, 1)), Fraction(46)) is None


def test_ripe_needs_a_stalemate_that_hurts_everybody_and_a_way_out():
    hurt, unsure, well = Interval.of(30), Interval.of(30, 50), Interval.of(60)
    assert ripeness([hurt, hurt], [Fraction(40), Fraction(30)], "yes").ripe == "yes"
    assert ripeness([hurt, hurt], [Fraction(40), Fraction(30)], "no").ripe == "no"
    assert ripeness([hurt, unsure], [Fraction(40), Fraction(40)], "yes").hurting == ("yes", "possibly")
    assert ripeness([hurt, unsure], [Fraction(40), Fraction(40)], "yes").ripe == "possibly"
    assert ripeness([well, unsure], [Fraction(40), Fraction(40)], "yes").ripe == "no"
    assert ripeness([hurt, hurt], [Fraction(40), None], "yes").ripe == "unknown"


def test_whether_waiting_hurts_is_exact_at_the_offer():
    for figures, verdict in [((40, 50), "possibly"), ((30, 40), "yes"), ((41, 50), "no"), ((40,), "yes")]:
        assert ripeness([Interval.of(*figures)], [Fraction(40)], "yes").hurting == (verdict,)
