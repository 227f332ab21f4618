"""Mean, median, Nash point and the probabilistic election: definitions, invariances, levers."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from zopa.errors import NotApplicable, UnknownName
from zopa.spatial import one_shot

PLACE = st.integers(0, 100).map(float)
WEIGHT = st.integers(0, 20).map(lambda k: k / 20)


@st.composite
def situations(draw, least=1):
    n = draw(st.integers(least, 7))
    x = np.array(draw(st.lists(PLACE, min_size=n, max_size=n)))
    s = np.array(draw(st.lists(WEIGHT, min_size=n, max_size=n)))
    c = np.array(draw(st.lists(WEIGHT, min_size=n, max_size=n)))
    assume((s * c).sum() > 0)
    return x, s, c


def models():
    return {
        "compromise": lambda x, w: float(one_shot.compromise(x, w)),
        "middle median": lambda x, w: float(one_shot.weighted_median(x, w, "middle")),
        "Nash": lambda x, w: float(one_shot.nash_point(x, w)),
        "election": lambda x, w: float(one_shot.condorcet_election(x, w) @ x),
    }


@settings(max_examples=40, deadline=None)
@given(situations(), st.sampled_from(sorted(models())), st.randoms(use_true_random=False))
def test_naming_units_and_mirrors_do_not_matter(situation, name, random):
    x, s, c = situation
    model, w = models()[name], s * c
    plain = model(x, w)
    order = list(range(len(x)))
    random.shuffle(order)
    assert model(x[order], w[order]) == pytest.approx(plain, abs=1e-6)
    assert model(x, w * 7) == pytest.approx(plain, abs=1e-4)
    assert model(100 - x, w) == pytest.approx(100 - plain, abs=1e-6)
    assert x.min() - 1e-9 <= plain <= x.max() + 1e-9


@settings(max_examples=30, deadline=None)
@given(situations())
def test_moving_and_stretching_the_line_moves_and_stretches_mean_and_median(situation):
    x, s, c = situation
    for convention in one_shot.MEDIANS:
        plain = one_shot.weighted_median(x, s * c, convention)
        assert one_shot.weighted_median(3 * x - 8, s * c, convention) == pytest.approx(3 * plain - 8)
    assert one_shot.compromise(3 * x - 8, s * c) == pytest.approx(3 * one_shot.compromise(x, s * c) - 8)


@settings(max_examples=60, deadline=None)
@given(situations())
def test_the_median_interval_is_where_the_weighted_distance_is_least(situation):
    x, s, c = situation
    w = s * c
    cost = {v: float(np.sum(w * abs(x - v))) for v in x}
    best = [v for v in cost if cost[v] <= min(cost.values()) + 1e-9]
    assert one_shot.weighted_median(x, w, "lower") == min(best)
    assert one_shot.weighted_median(x, w, "upper") == max(best)
    assert one_shot.weighted_median(x, w, "condorcet") == min(best)
    assert one_shot.weighted_median(x, w, "snapped") in x


def test_median_conventions_part_where_weights_leave_a_choice():
    x, w = np.array([0.0, 10.0, 90.0, 100.0]), np.ones(4)
    found = {k: float(one_shot.weighted_median(x, w, k)) for k in one_shot.MEDIANS}
    assert found == {"lower": 10, "upper": 90, "middle": 50, "condorcet": 10, "snapped": 10}
    with pytest.raises(UnknownName, match="lower"):
        one_shot.weighted_median(x, w, "lover")


@settings(max_examples=40, deadline=None)
@given(situations(2))
def test_levers_of_the_compromise_are_its_derivatives(situation):
    x, s, c = situation
    slopes = one_shot.levers(x, s, c)
    step = 1e-6
    for which, lever in enumerate(slopes):
        for i in range(len(x)):
            up, down = [a.copy() for a in (x, s, c)], [a.copy() for a in (x, s, c)]
            up[which][i] += step
            down[which][i] -= step
            rise = one_shot.compromise(up[0], up[1] * up[2]) - one_shot.compromise(down[0], down[1] * down[2])
            assert lever[i] == pytest.approx(rise / (2 * step), abs=1e-3, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(situations(), st.sampled_from([0, -1, -3]))
def test_the_nash_point_maximises_the_weighted_product_of_gains(situation, disagreement):
    x, s, c = situation
    w = s * c
    grid = np.linspace(0, 100, 1001)

    def score(z):
        gain = 1 - disagreement - ((x[:, None] - z) / 100) ** 2
        return np.sum(w[:, None] * np.log(np.maximum(gain, 1e-300)), axis=0)

    found = float(one_shot.nash_point(x, w, disagreement=disagreement))
    assert score(np.array([found])) >= score(grid).max() - 1e-9


def test_a_nash_point_needs_a_disagreement_that_is_no_better_than_the_far_end_of_the_line():
    with pytest.raises(NotApplicable, match="at most 0"):
        one_shot.nash_point(np.array([0.0, 100.0]), np.ones(2), disagreement=0.01)


@settings(max_examples=30, deadline=None)
@given(situations())
def test_the_nash_point_becomes_the_compromise_when_no_agreement_is_terrible(situation):
    x, s, c = situation
    far = float(one_shot.nash_point(x, s * c, disagreement=-1e7))
    assert far == pytest.approx(float(one_shot.compromise(x, s * c)), abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(situations())
def test_the_election_by_hand(situation):
    x, s, c = situation
    w, n = s * c, len(x)
    u = 1 - abs(x[:, None] - x[None, :]) / 100
    p = np.ones(n)
    for i, j in itertools.product(range(n), range(n)):
        ours = 1e-8 * max(w) + sum(max(0.0, w[k] * (u[k, i] - u[k, j])) for k in range(n))
        theirs = 1e-8 * max(w) + sum(max(0.0, w[k] * (u[k, j] - u[k, i])) for k in range(n))
        p[i] *= ours / (ours + theirs)
    places = {v: np.mean(p[x == v]) for v in x}
    total = sum(places.values())
    found = one_shot.condorcet_election(x, w)
    assert found.sum() == pytest.approx(1)
    for v in places:
        assert found[x == v].sum() == pytest.approx(places[v] / total, rel=1e-6, abs=1e-12)


def test_many_situations_at_once_equal_one_by_one():
    rng = np.random.default_rng(3)
    x, w = rng.uniform(0, 100, (6, 5)), rng.uniform(0.1, 1, (6, 5))
    for model in (
        one_shot.compromise,
        one_shot.weighted_median,
        one_shot.nash_point,
        one_shot.condorcet_election,
    ):
        assert model(x, w) == pytest.approx(np.array([model(a, b) for a, b in zip(x, w, strict=True)]))
    for convention in one_shot.MEDIANS:
        one = [one_shot.weighted_median(a, b, convention) for a, b in zip(x, w, strict=True)]
        assert one_shot.weighted_median(x, w, convention) == pytest.approx(np.array(one))


@pytest.mark.parametrize(
    "model", [one_shot.compromise, one_shot.weighted_median, one_shot.nash_point, one_shot.condorcet_election]
)
def test_zero_total_weight_says_what_to_enter(model):
    with pytest.raises(NotApplicable, match="enter a salience and a capability above zero"):
        model(np.array([1.0, 2.0]), np.zeros(2))
    with pytest.raises(NotApplicable, match="NaN"):
        model(np.array([1.0, np.nan]), np.ones(2))


def test_a_thousand_parties_at_one_place_end_there():
    x, w = np.full(1000, 42.0), np.ones(1000)
    assert one_shot.compromise(x, w) == pytest.approx(42)
    assert one_shot.weighted_median(x, w) == 42
    assert one_shot.nash_point(x, w) == 42
    assert one_shot.condorcet_election(x, w) == pytest.approx(np.full(1000, 0.001))
