from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.case import Interval
from zopa.errors import UnknownName
from zopa.waiting import Clock, Costs, Opening, Waiting, opening_of, worth_of_waiting


def curve(waiting, clock, months):
    return [worth_of_waiting(waiting, t, clock) for t in range(months + 1)]


def test_the_annuity_and_the_worked_value():
    # closed form: (1 - d^T) / (1 - d) = 10.764; w 2, c .5, k 1.5, E 40 gives 44.8439
    assert float(
        worth_of_waiting(
            Waiting(end=Interval.of(0), flow=Interval.of(1), discount=Interval.of("0.98")),
            0,
            Clock("rolling", 12),
        ).best
    ) == pytest.approx(10.764, abs=5e-4)
    steady = Waiting(
        end=Interval.of(40),
        flow=Interval.of(2),
        costs=Costs(((0, Interval.of("0.5")),)),
        worth=Interval.of("1.5"),
        discount=Interval.of("0.98"),
    )
    d = Fraction(98, 100)
    assert worth_of_waiting(steady, 0, Clock("rolling", 12)) == Interval.of(
        (2 - Fraction(3, 4)) * (1 - d**12) / (1 - d) + d**12 * 40
    )
    assert float(worth_of_waiting(steady, 0, Clock("rolling", 12)).best) == pytest.approx(44.8439, abs=5e-5)


FIRST = Waiting(end=Interval.of(30), flow=Interval.of(1), costs=Costs(rise=Interval.of("0.05")))
SECOND = Waiting(end=Interval.of(30), flow=Interval.of(1), costs=Costs(rise=Interval.of("0.02")))


def test_the_worked_switching_months_and_the_exact_tie_in_month_32():
    # rolling 12 months, loss growing by a a month: r(t) = 12 - a (12 t + 66) + 30
    one, two = curve(FIRST, Clock(), 40), curve(SECOND, Clock(), 40)
    for t in range(41):
        assert one[t].best == Fraction("38.7") - Fraction("0.6") * t
        assert two[t].best == Fraction("40.68") - Fraction("0.24") * t
    assert opening_of(one, Interval.of(35)) == Opening(7, 7, 7)
    assert one[7].best == Fraction("34.5")
    assert opening_of(two, Interval.of(33)) == Opening(32, 32, 32)
    assert two[32].best == 33


def test_on_a_rolling_clock_constant_costs_never_move_the_value():
    flat = Waiting(end=Interval.of(30), costs=Costs(((0, Interval.of(1)),)))
    assert len(set(curve(flat, Clock("rolling", 12), 24))) == 1
    assert worth_of_waiting(flat, 5, Clock("rolling", 12)).best == 18


def test_with_a_fixed_end_only_the_months_that_are_left_count():
    flat = Waiting(end=Interval.of(30), flow=Interval.of(2), costs=Costs(((0, Interval.of(1)),)))
    assert [b.best for b in curve(flat, Clock("fixed", 3), 5)] == [33, 32, 31, 30, 30, 30]


def test_from_a_date_costs_add_up():
    flat = Waiting(end=Interval.of(30), costs=Costs(((0, Interval.of(1)), (2, Interval.of(3)))))
    assert [b.best for b in curve(flat, Clock("from-date"), 4)] == [30, 29, 28, 25, 22]


def test_a_party_that_expects_to_gain_sees_its_value_rise():
    gaining = Waiting(end=Interval.of(40), drift=Interval.of("1/2"), costs=Costs(((0, Interval.of("1/4")),)))
    assert [b.best for b in curve(gaining, Clock("rolling", 4), 2)] == [39, Fraction("39.5"), 40]


def test_cost_plays_no_part_when_nothing_is_lost_or_a_loss_is_worth_nothing():
    assert Waiting(end=Interval.of(3)).costless
    assert Waiting(end=Interval.of(3), costs=Costs(((0, Interval.of(1)),)), worth=Interval.of(0)).costless
    assert not FIRST.costless


def test_an_interval_of_costs_gives_an_interval_of_months():
    wide = Waiting(end=Interval.of(40), costs=Costs(((0, Interval.of(1, 2, 4)),)))
    assert opening_of(curve(wide, Clock("from-date"), 12), Interval.of(32)) == Opening(2, 4, 8)
    assert opening_of(curve(wide, Clock("from-date"), 6), Interval.of(32)) == Opening(2, 4, None)
    assert str(Opening(2, 4, None)) == "month 4 (2 at the earliest, not in sight at the latest)"
    assert str(Opening(0, 0, 0)) == "month 0"
    assert str(Opening(None, None, None)) == "not in sight"


quarters = st.integers(-20, 20).map(lambda n: Fraction(n, 4))
triples = st.lists(quarters, min_size=3, max_size=3).map(lambda v: Interval.of(*sorted(v)))
positive = st.lists(st.integers(0, 8).map(lambda n: Fraction(n, 4)), min_size=3, max_size=3).map(
    lambda v: Interval.of(*sorted(v))
)
discounts = st.lists(st.integers(1, 20).map(lambda n: Fraction(n, 20)), min_size=3, max_size=3).map(
    lambda v: Interval.of(*sorted(v))
)
clocks = st.builds(Clock, st.sampled_from(["rolling", "fixed", "from-date"]), st.integers(0, 6))
parties = st.builds(
    Waiting,
    end=triples,
    flow=triples,
    costs=st.builds(lambda a, b, rise: Costs(((0, a), (3, b)), rise), triples, triples, triples),
    worth=positive,
    discount=discounts,
    drift=triples,
)


def corner_party(w, pick):
    """One party with every band at a point; ``pick`` chooses an end by name."""

    def at(name, band):
        return Interval.of(band.low if pick[name] else band.high)

    steps = tuple((m, at("costs", b)) for m, b in w.costs.steps)
    return Waiting(
        at("end", w.end), at("flow", w.flow), Costs(steps, at("costs", w.costs.rise)), at("worth", w.worth),
        at("discount", w.discount), at("drift", w.drift),
    )  # fmt: skip


NAMES = ["end", "flow", "costs", "worth", "discount", "drift"]


@given(parties, clocks, st.integers(0, 8))
def test_the_ends_of_the_band_are_the_extremes_over_all_corners(w, clock, month):
    from itertools import product

    band = worth_of_waiting(w, month, clock)
    values = [
        worth_of_waiting(corner_party(w, dict(zip(NAMES, bits, strict=True))), month, clock).best
        for bits in product((True, False), repeat=len(NAMES))
    ]
    assert band.low <= min(values)
    assert max(values) <= band.high
    assert band.low <= band.best <= band.high
    if w.discount.is_point:
        assert (band.low, band.high) == (min(values), max(values))


@given(parties, clocks, st.integers(0, 8), st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_no_inner_point_leaves_the_band(w, clock, month, where):
    def inner(band, quarter):
        return Interval.of(band.low + Fraction(quarter, 4) * (band.high - band.low))

    e, f, c, k, d, g = where
    point = Waiting(
        inner(w.end, e), inner(w.flow, f), Costs(tuple((m, inner(b, c)) for m, b in w.costs.steps), inner(w.costs.rise, c)),
        inner(w.worth, k), inner(w.discount, d), inner(w.drift, g),
    )  # fmt: skip
    assert worth_of_waiting(point, month, clock).best in worth_of_waiting(w, month, clock)


@given(parties, clocks, st.integers(0, 8), positive)
def test_more_cost_never_makes_waiting_worth_more(w, clock, month, extra):
    dearer = Costs(tuple((m, b + extra) for m, b in w.costs.steps), w.costs.rise)
    more = worth_of_waiting(Waiting(w.end, w.flow, dearer, w.worth, w.discount, w.drift), month, clock)
    less = worth_of_waiting(w, month, clock)
    assert (more.low <= less.low, more.best <= less.best, more.high <= less.high) == (True, True, True)


def test_settings_out_of_range_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        Waiting(end=Interval.of(1), worth=Interval.of(-1))
    with pytest.raises(ValueError, match="up to 1"):
        Waiting(end=Interval.of(1), discount=Interval.of(2))
    with pytest.raises(UnknownName, match="did you mean 'rolling'"):
        Clock("roling")
    with pytest.raises(ValueError, match="low <= best <= high"):
        Interval.of(3, 2, 4)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_value_that_turns_inside_the_interval_of_discounts_stays_in_the_band(sign):
    def worth(*discount):
        flow, loss = Interval.of(4 * sign), Costs(((0, Interval.of(4 * sign)), (1, Interval.of(0))))
        waiting = Waiting(end=Interval.of(-4 * sign), flow=flow, costs=loss, discount=Interval.of(*discount))
        return worth_of_waiting(waiting, 0, Clock("rolling", 2))

    # 4 d - 4 d^2, or its mirror: 1 at d = 1/2 and nearer to 0 at both ends
    assert [worth(d).best for d in ("1/5", "1/2", "9/10")] == [sign * v for v in ONE_TURN]
    band = worth("1/5", "9/10")
    assert band.low <= min(sign * v for v in ONE_TURN)
    assert max(sign * v for v in ONE_TURN) <= band.high


ONE_TURN = (Fraction(16, 25), Fraction(1), Fraction(9, 25))
