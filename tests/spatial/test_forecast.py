"""From a case to a forecast: where parties stand, what is missing, what the answer holds."""

from datetime import date

import numpy as np
import pytest

import zopa
from spatial.cases import issue, make, party, statement
from zopa.cli.options import open_case
from zopa.errors import NotApplicable, UnknownName
from zopa.spatial import MODELS, forecast
from zopa.spatial import expected_utility as pressure
from zopa.spatial import ktab as smp
from zopa.spatial import one_shot as static
from zopa.spatial.calibration import DEU, distribution


@pytest.fixture(scope="module")
def example():
    return open_case("ukraine-2025")


def test_the_default_is_the_compromise_with_its_calibrated_interval():
    o = forecast(make(), "line")["line"]
    x, w = np.array([0.0, 40.0, 100.0]), np.array([50.0, 40.0, 10.0])
    assert o.outcome == pytest.approx(26.0)
    assert o.nearest == "middle"
    assert o.interval == pytest.approx((0.0, 26 + dict(DEU.half_widths)[0.8]))
    assert "calibrated" in o.contains
    spread = distribution(x, w)
    assert o.quantiles[0.5] == spread.quantile(0.5)
    assert sum(o.option_shares.values()) == pytest.approx(1)
    assert {k: (v.place, v.salience, v.capability) for k, v in zip("ABC", o.levers, strict=True)} == {
        k: pytest.approx((w[i] / 100, w[i] * (x[i] - 26) / 100 / 100, (x[i] - 26) / 100))
        for i, k in enumerate("ABC")
    }
    assert o.exact_levers


def test_input_uncertainty_is_shown_apart_and_says_so():
    o = forecast(make(), "line", draws=4000, seed=3)["line"]
    low, middle, high = o.input_band
    assert low < middle < high
    assert o.interval[1] - o.interval[0] > 5 * (high - low)
    assert "input uncertainty only" in str(o)
    assert o.matters_most.party == "B"
    assert o.matters_most.what == "capability"
    ends = [static.compromise(np.array([0.0, 40, 100]), np.array([50.0, c, 10.0])) for c in (20, 60)]
    assert (o.matters_most.outcome_low, o.matters_most.outcome_high) == pytest.approx(ends)
    exact = forecast(make({"A": party("A", "low"), "B": party("B", "high")}), "line")["line"]
    assert exact.input_band == pytest.approx((50, 50, 50))
    assert exact.bars == ()
    assert exact.matters_most is None


def test_the_same_seed_gives_the_same_answer_and_chance_is_not_global():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - that is the state that must not move
    one, two = (forecast(make(), draws=500, seed=5).to_dict() for _ in range(2))
    other = forecast(make(), draws=500, seed=6).to_dict()
    assert one == two
    assert one != other
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_a_statement_moves_a_party_and_the_latest_one_counts():
    said = {
        "first": statement("A", "high", on=date(2025, 1, 1)),
        "second": statement("A", "middle", "accept", on=date(2025, 2, 1)),
        "same-day": statement("A", "low", "accept", on=date(2025, 1, 1)),
        "later": statement("A", "low", on=date(2025, 6, 1)),
        "refused": statement("A", "high", "oppose", on=date(2025, 3, 1)),
        "unchecked": statement("A", "low", on=date(2025, 2, 2), review={"state": "suggested"}),
    }
    o = forecast(make(statements=said, as_of=date(2025, 4, 1)), "line")["line"]
    a = o.line.stands[0].place
    assert (a.best, a.statements, a.basis) == (40, ("second",), "stated")
    assert [(s.on.month, s.place, s.statement) for s in o.line.snapshots] == [
        (1, 100, "first"),
        (2, 40, "second"),
    ]
    assert [(m.on.month, m.places["A"]) for m in o.moments] == [(1, 100), (2, 40)]
    assert o.moments[-1].outcome == pytest.approx(o.outcome)


def test_several_options_give_an_interval_and_an_entered_place_wins():
    said = {"both": statement("A", "low") | {"options": ("low", "middle")}}
    o = forecast(make(statements=said), "line")["line"]
    assert (o.line.stands[0].place.low, o.line.stands[0].place.best, o.line.stands[0].place.high) == (
        0,
        20,
        40,
    )
    people = {
        "A": party("A", "low", places={"line": {"best": 70, "low": 60, "high": 90, "assumed": "guess"}}),
        "B": party("B", "high"),
    }
    o = forecast(make(people, statements=said), "line")["line"]
    assert (o.line.stands[0].place.best, o.line.stands[0].place.basis) == (70, "assumed")


def test_the_words_of_a_former_office_holder_are_history_not_a_position():
    said = {"old": statement("A", "high") | {"speaker": "ex"}}
    speakers = {"ex": {"name": "Ex", "party": "A", "authority": "former"}}
    o = forecast(make(statements=said, speakers=speakers), "line")["line"]
    assert o.line.stands[0].place.best == 0
    assert o.line.snapshots[0].former


def test_what_is_missing_is_named_with_the_place_to_enter_it():
    with pytest.raises(NotApplicable, match=r"capability of A, B.*parties\.A\.capability"):
        forecast(make({"A": party("A", "low", capability=None), "B": party("B", "high", capability=None)}))
    with pytest.raises(NotApplicable, match=r"at least two parties with a position, found 1.*B: no position"):
        forecast(make({"A": party("A", "low"), "B": {"name": "B", "capability": 5.0}}))
    with pytest.raises(NotApplicable, match="every weight times capability is zero"):
        forecast(make({"A": party("A", "low", capability=0.0), "B": party("B", "high", capability=0.0)}))
    with pytest.raises(NotApplicable, match=r"write `at:`"):
        forecast(make(issues={"line": {"name": "L", "options": {"low": "l", "high": "h", "middle": "m"}}}))
    with pytest.raises(NotApplicable, match=r"choose one of 0\.5, 0\.8"):
        forecast(make(), level=0.7)
    with pytest.raises(UnknownName, match="line"):
        forecast(make(), "lime")
    with pytest.raises(UnknownName, match="pressure"):
        forecast(make(), model="presure")
    with pytest.raises(UnknownName, match="scholz-code"):
        forecast(make(), model="pressure", reading="scholz-cod")
    with pytest.raises(NotApplicable, match="two issues"):
        forecast(make(), model="exchange")


def test_a_party_without_a_position_is_left_out_and_said():
    f = forecast(
        make({"A": party("A", "low"), "B": party("B", "high"), "C": {"name": "C", "capability": 5.0}})
    )
    assert [s.party for s in f["line"].line.stands] == ["A", "B"]
    assert any("line leaves out C" in w for w in f.warnings)


def test_mediators_do_not_press_and_spoilers_do_if_they_can():
    people = {
        "A": party("A", "low"), "B": party("B", "high"), "M": party("M", "high", role="mediator"),
        "S": party("S", "high", capability=None, role="spoiler"),
        "T": party("T", "high", role="spoiler"),
    }  # fmt: skip
    o = forecast(make(people))["line"]
    assert [s.party for s in o.line.stands] == ["A", "B", "T"]
    assert o.line.absent == {"M": "a mediator", "S": "a spoiler without a capability"}


def test_all_at_one_place_end_there():
    people = {p: party(p, "middle") for p in "ABCD"}
    for model in MODELS:
        if model == "exchange":
            continue
        assert forecast(make(people), model=model, draws=20)["line"].outcome == pytest.approx(40)


def test_a_thousand_identical_parties_end_at_their_place():
    people = {
        f"p{k}": party(f"P{k}", "middle", capability={"best": 5, "low": 1, "high": 9, "assumed": "x"})
        for k in range(1000)
    }
    f = forecast(make(people), draws=50)
    assert f["line"].outcome == pytest.approx(40)
    assert f["line"].input_band == pytest.approx((40, 40, 40))
    assert any("models with rounds" in w for w in f.warnings)
    assert forecast(make(people), model="pressure", draws=1)["line"].outcome == pytest.approx(40)


def test_a_users_own_model_is_scored_by_nobody_and_says_so():
    def last(x, s, c):
        return x[-1]

    f = forecast(make(), model=last, draws=50)
    assert (f.model, f["line"].outcome) == ("last", 100)
    assert f["line"].interval is None
    assert "not calibrated" in f["line"].contains
    with pytest.raises(NotApplicable, match="returned nan"):
        forecast(make(), model=lambda x, s, c: float("nan"), draws=5)


def test_a_reading_or_length_that_was_not_measured_has_no_interval():
    case = make()
    assert forecast(case, model="pressure", draws=20)["line"].interval is not None
    assert forecast(case, model="pressure", reading="scholz-paper", draws=20)["line"].interval is None
    assert forecast(case, model="pressure", rounds=3, draws=20)["line"].interval is None


def test_switches_of_ones_own_are_readings_too():
    case = make()
    named = forecast(case, model="ktab", reading="S1P1", draws=2)["line"].outcome
    same = forecast(case, model="ktab", reading=smp.Rules(bargain="S1P1"), draws=2)["line"]
    assert same.outcome == named
    assert same.interval is None
    other = forecast(case, model="ktab", reading=smp.Rules(voting="Cubic", pce="MarkovUniform"), draws=2)
    assert other.to_dict()["question"]["settings"]["reading"]["voting"] == "Cubic"
    code = pressure.READINGS["scholz-code"]
    assert forecast(case, model="pressure", reading=code, draws=2)["line"].outcome == pytest.approx(
        forecast(case, model="pressure", draws=2)["line"].outcome
    )
    with pytest.raises(UnknownName, match="Rules"):
        forecast(case, model="pressure", reading=smp.Rules())
    with pytest.raises(NotApplicable, match="most probable"):
        forecast(case, model="ktab", reading=smp.Rules(transition="Stochastic"))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_answers_on_the_example_and_its_trace_fits_the_outcome(example, model):
    f = forecast(example, model=model, draws=30)
    assert [o.issue for o in f.outlooks] == ["territory", "nato", "force", "sanctions", "seat"]
    for o in f.outlooks:
        places = [s.place.best for s in o.line.stands]
        assert min(places) - 0.01 <= o.outcome <= max(places) + 0.01
        assert {r.split(",")[0] for r, _ in o.readings} == set(MODELS)
        assert o.readings_band[0] <= o.outcome <= o.readings_band[1]
        at = {s.party: s.place.best for s in o.line.stands}
        for step in o.traces.get(model, ()):
            assert step.before == pytest.approx(at[step.party], abs=0.01)
            at[step.party] = step.after
        if model in ("pressure", "ktab"):
            w = np.array([s.salience.best * s.capability.best for s in o.line.stands])
            ends = np.array([at[s.party] for s in o.line.stands])
            assert o.outcome == pytest.approx(float(static.compromise(ends, w)), abs=0.05)
        assert set(o.traces) == {"pressure", "ktab", "exchange"}


def test_the_example_says_what_it_rests_on(example):
    f = zopa.forecast(example, "territory")
    o = f["territory"]
    assert o.assumed == 1
    assert any("mostly on assumptions" in w for w in f.warnings)
    assert o.matters_most.party == "UKR"
    assert "ukr-territory" in o.matters_most.statements
    assert all(w.basis for w in f.why)
    text = str(f)
    assert "territory" in text
    assert "want" not in text
    d = f.to_dict()
    assert d["question"]["settings"]["model"] == "compromise"
    assert d["outlooks"][0]["line"]["stands"][0]["party"] == "US"


def test_a_shift_between_two_governments_is_on_the_record(example):
    o = forecast(example, "seat", draws=10)["seat"]
    us = [(s.place, s.former) for s in o.line.snapshots if s.party == "US"]
    assert us == [(100, True), (0, False)]
    assert [m.places["US"] for m in o.moments] == [100, 0]


TWO = {"line": issue(), "other": issue("Other")}


def two(rules=None, **more):
    people = {
        "A": party("A", "high") | {"weights": {"line": 20.0, "other": 80.0}, "start": {"line": "high", "other": "high"}},
        "B": party("B", "low") | {"weights": {"line": 80.0, "other": 20.0}, "start": {"line": "low", "other": "low"}},
    }  # fmt: skip
    people["A"] |= more
    return make(people, issues=TWO, rules=rules or {})


def moved(case):
    steps = forecast(case, model="exchange", draws=1)["line"].traces["exchange"]
    return [s.after for s in steps if s.party == "A"]


def test_exchanges_keep_red_lines_flexibility_and_conditions():
    (free,) = moved(two())
    assert free == pytest.approx(0)
    (kept,) = moved(two({"r": {"party": "A", "when": {"line": "low"}, "assumed": "x"}}))
    assert kept == pytest.approx(40)
    assert moved(two({"r": {"party": "A", "when": {"line": ("low", "middle")}, "assumed": "x"}})) == []
    (short,) = moved(two(flexibility=30.0))
    assert short == pytest.approx(70)
    priced = {"party": "A", "when": {"line": ("low", "middle")}, "only_if": {"other": "high"}, "assumed": "x"}
    assert moved(two({"r": priced})) == [pytest.approx(0)]
    dear = {**priced, "only_if": {"line": "high"}}
    assert moved(two({"r": dear})) == []
    assert moved(two({"r": {**dear, "party": "B"}})) == [pytest.approx(0)]
