"""Exchanges of voting positions: the exact record, the reference program, limits and third parties."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.errors import NotApplicable
from zopa.spatial import exchange

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "forecast" / "exchange"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded exchanges are not beside the project")


def load(name, number=float):
    data = json.loads((DATA / f"{name}_input.json").read_text())
    actors, issues = data["actors"], [i["name"] for i in data["issues"]]
    ends = {i["name"]: (number(str(i["lower"])), number(str(i["upper"]))) for i in data["issues"]}
    x, s, c = ([[None] * len(issues) for _ in actors] for _ in range(3))
    for cell in data["cells"]:
        a, p = actors.index(cell["actor"]), issues.index(cell["issue"])
        low, high = ends[cell["issue"]]
        x[a][p] = (number(str(cell["position"])) - low) / (high - low) * 100
        s[a][p], c[a][p] = number(str(cell["salience"])), number(str(cell["power"]))
    return actors, issues, x, s, c


def check(round_, told, actors, issues):
    assert round_.candidates == told["candidates"]
    assert len(round_.executed) == len(told["realized"])
    for e, r in zip(round_.executed, told["realized"], strict=True):
        assert [actors[e.i], issues[e.q], actors[e.j], issues[e.p]] == [r[0], r[1], r[4], r[5]]
        mine = [e.i_from, e.i_to, e.j_from, e.j_to, e.gain]
        assert [float(v) for v in mine] == pytest.approx([r[2], r[3], r[6], r[7], r[8]], abs=1e-9)
    assert [float(v) for v in round_.outcome] == pytest.approx(
        [told["voting_nbs"][i] for i in issues], abs=1e-9
    )


@needs_data
@pytest.mark.parametrize("name", ["sample_data", "copenhagen"])
def test_every_exchange_of_ten_rounds_equals_the_exact_record(name):
    actors, issues, x, s, c = load(name)
    record = json.loads((DATA / f"{name}_equalgain_exact_index_ties.json").read_text())["rounds"]
    for mine, told in zip(exchange.play(x, s, c, rounds=10), record, strict=True):
        check(mine, told, actors, issues)


@needs_data
@pytest.mark.parametrize(("name", "rounds"), [("sample_data", 4), ("copenhagen", 1)])
def test_the_reference_program_agrees_until_its_rounding_noise_decides(name, rounds):
    actors, issues, x, s, c = load(name)
    record = json.loads((DATA / f"{name}_equalgain_deterministic.json").read_text())["rounds"]
    for mine, told in zip(exchange.play(x, s, c, rounds=rounds), record, strict=False):
        check(mine, told, actors, issues)


@needs_data
def test_exact_fractions_take_the_same_exchanges():
    actors, issues, x, s, c = load("sample_data", Fraction)
    record = json.loads((DATA / "sample_data_equalgain_exact_index_ties.json").read_text())["rounds"]
    played = exchange.play(x, s, c, rounds=1)
    assert all(isinstance(e.gain, Fraction) for e in played[0].executed)
    check(played[0], record[0], actors, issues)


@needs_data
def test_check_values_of_the_two_data_sets():
    _, _, x, s, c = load("sample_data")
    first = exchange.play(x, s, c)[0]
    assert (first.candidates, len(first.executed)) == (240, 39)
    assert [e.gain for e in first.executed[:2]] == pytest.approx([1.9736842105, 1.7926363083])
    actors, issues, x, s, c = load("copenhagen")
    first = exchange.play(x, s, c)[0]
    assert (first.candidates, len(first.executed)) == (437, 48)
    e = first.executed[0]
    assert (actors[e.i], issues[e.q], actors[e.j], issues[e.p]) == (
        "USA",
        "Extra",
        "China India",
        "Commitments",
    )
    assert (e.i_from, e.i_to, e.j_from) == (10, 90, 85)
    assert (e.j_to, e.gain) == pytest.approx((21.8937, 3.278817734), abs=5e-5)


def crowd(seed, n, k):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 21, (n, k)) * 5.0
    x[rng.random((n, k)) < 0.1] = np.nan
    x[0] = 0.0
    return x, rng.integers(1, 11, (n, k)) / 10, rng.integers(1, 11, (n, k)) / 10


SHAPE = (st.integers(0, 10**6), st.integers(3, 6), st.integers(2, 3))


@settings(max_examples=30, deadline=None)
@given(*SHAPE)
def test_both_partners_gain_the_same_and_third_parties_what_the_outcomes_say(seed, n, k):
    x, s, c = crowd(seed, n, k)
    r = exchange.play(x, s, c)[0]
    W = np.nansum(np.where(np.isnan(x), np.nan, s * c), axis=0)
    at = x.copy()

    def outcome(p):
        return np.nansum(s[:, p] * c[:, p] * at[:, p]) / W[p]

    for e in r.executed:
        shift_q = abs(e.i_to - e.i_from) * s[e.i, e.q] * c[e.i, e.q] / W[e.q]
        shift_p = abs(e.j_to - e.j_from) * s[e.j, e.p] * c[e.j, e.p] / W[e.p]
        assert shift_p * s[e.i, e.p] - shift_q * s[e.i, e.q] == pytest.approx(e.gain, abs=1e-9)
        assert shift_q * s[e.j, e.q] - shift_p * s[e.j, e.p] == pytest.approx(e.gain, abs=1e-9)
        assert -1e-9 <= min(e.i_to, e.j_to) <= max(e.i_to, e.j_to) <= 100 + 1e-9
        before = outcome(e.q), outcome(e.p)
        at[e.i, e.q], at[e.j, e.p] = e.i_to, e.j_to
        for a in range(n):
            effect = 0.0
            if a not in (e.i, e.j):
                for p, o in zip((e.q, e.p), before, strict=True):
                    if not np.isnan(x[a, p]):
                        effect += s[a, p] * (abs(o - x[a, p]) - abs(outcome(p) - x[a, p]))
            assert e.others[a] == pytest.approx(effect, abs=1e-9)
    assert [outcome(p) for p in range(k)] == pytest.approx(list(r.outcome), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(*SHAPE)
def test_a_mirrored_line_gives_mirrored_exchanges(seed, n, k):
    x, s, c = crowd(seed, n, k)
    plain = exchange.play(x, s, c)[0]
    mirrored = exchange.play(100 - x, s, c)[0]
    # a party exactly on the outcome counts as left of it, and mirroring breaks ties the other way
    starts = [np.nansum(s[:, p] * c[:, p] * x[:, p]) for p in range(k)]
    totals = [np.nansum(np.where(np.isnan(x[:, p]), 0, s[:, p] * c[:, p])) for p in range(k)]
    on_it = any(np.isclose(x[:, p], starts[p] / totals[p]).any() for p in range(k))
    gains = [e.gain for e in plain.executed]
    if on_it or any(abs(a - b) < 1e-6 for i, a in enumerate(gains) for b in gains[:i]):
        return
    best = plain.executed[:1]
    assert [e.gain for e in mirrored.executed[:1]] == pytest.approx([e.gain for e in best])


LINKED = (
    np.array([[85.0, 90.0], [5.0, 0.0]]),
    np.array([[0.6, 0.9], [0.9, 0.4]]),
    np.array([[1.0, 1.0], [1.0, 1.0]]),
)
"""One gives way on the first issue if the other does on the second."""


def limits(low, high, permits=None):
    return exchange.Limits(low, high, permits)


def test_without_limits_the_two_exchange():
    e = exchange.play(*LINKED)[0].executed[0]
    assert {(e.i, e.q), (e.j, e.p)} == {(0, 0), (1, 1)}


def test_a_red_line_cuts_the_move_and_keeps_gains_equal():
    free = exchange.play(*LINKED)[0].executed[0]
    low, high = [[0, 0], [0, 0]], [[100, 100], [100, 100]]
    moved = {free.i: (free.q, free.i_to), free.j: (free.p, free.j_to)}
    assert moved[0][1] < 60
    low[0][0] = 60
    e = exchange.play(*LINKED, limits=limits(low, high))[0].executed[0]
    to = {(e.i, e.q): e.i_to, (e.j, e.p): e.j_to}
    assert to[0, 0] == pytest.approx(60)
    assert 0 < to[1, 1] < moved[1][1]
    assert 0 < e.gain < free.gain


def test_a_red_line_on_the_partys_own_place_leaves_no_exchange():
    low, high = [[85, 0], [0, 0]], [[100, 100], [100, 100]]
    assert exchange.play(*LINKED, limits=limits(low, high))[0].executed == ()


def test_a_conditional_offer_holds_only_for_its_price():
    low, high = [[0, 0], [0, 0]], [[100, 100], [100, 100]]

    def price(at_least):
        def permits(party, issue, to, partner, other, partner_to):
            return not (party == 0 and issue == 0) or (other == 1 and partner_to >= at_least)

        return permits

    reached = exchange.play(*LINKED)[0].executed[0]
    got = {(reached.i, reached.q): reached.i_to, (reached.j, reached.p): reached.j_to}[1, 1]
    assert exchange.play(*LINKED, limits=limits(low, high, price(got - 1)))[0].executed
    assert not exchange.play(*LINKED, limits=limits(low, high, price(got + 1)))[0].executed


def test_too_few_issues_or_no_weight_is_said():
    with pytest.raises(NotApplicable, match="two issues"):
        exchange.play([[1.0], [2.0]], [[1.0], [1.0]], [[1.0], [1.0]])
    x, _, c = LINKED
    with pytest.raises(NotApplicable, match="issue number 2"):
        exchange.play(x, np.array([[1.0, 0.0], [1.0, 0.0]]), c)
    same = exchange.play(np.full((3, 2), 50.0), np.ones((3, 2)), np.ones((3, 2)))[0]
    assert same.executed == ()
    assert same.outcome == (50, 50)


def test_gains_that_differ_by_rounding_only_are_a_tie_and_the_first_pair_goes_first():
    x = np.array([[100 - 1e-9, 100 - 1e-9], [100.0, 100.0], [0.0, 0.0]])
    s = np.array([[0.2, 0.8], [0.2, 0.8], [0.8, 0.2]])
    (played,) = exchange.play(x, s, np.full((3, 2), 0.5))
    assert {played.executed[0].i, played.executed[0].j} == {0, 2}
    x[0] = 90.0
    (played,) = exchange.play(x, s, np.full((3, 2), 0.5))
    assert {played.executed[0].i, played.executed[0].j} == {1, 2}
