"""From a case to a forecast: where parties stand, what is missing, what the answer holds."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import zopa
from spatial.cases import issue, make, party, statement
from zopa.cli.options import open_case
from zopa.errors import NotApplicable, UnknownName
from zopa.spatial import MODELS, expected_utility, forecast, ktab, one_shot
from zopa.spatial.calibration import DEU, TABLES, distribution


@pytest.fixture(scope="module")
def example():
    return open_case("ukraine-2025")


def test_the_default_is_the_compromise_with_its_calibrated_interval():
    o = forecast(make(), "line")["line"]
    x, w = np.array([0.0, 40.0, 100.0]), np.array([50.0, 40.0, 10.0])
    assert o.outcome == pytest.approx(26.0)
    assert o.nearest == "middle"
    assert o.interval == pytest.approx(DEU.interval(distribution(x, w), 0.8))
    assert o.held == (0, 100)
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
    answer = forecast(make(), "line", draws=4000, seed=3)
    o = answer["line"]
    low, middle, high = o.input_band
    assert low < middle < high
    assert o.interval[1] - o.interval[0] > 5 * (high - low)
    assert "input uncertainty only" in str(answer)
    assert o.matters_most.party == "B"
    assert o.matters_most.what == "capability"
    ends = [one_shot.compromise(np.array([0.0, 40, 100]), np.array([50.0, c, 10.0])) for c in (20, 60)]
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
    with pytest.raises(NotApplicable, match="every salience times capability is zero"):
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
    assert any("only when asked for (--model): pressure, ktab, exchange" in w for w in f.warnings)
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
    same = forecast(case, model="ktab", reading=ktab.Rules(bargain="S1P1"), draws=2)["line"]
    assert same.outcome == named
    assert same.interval is None
    other = forecast(case, model="ktab", reading=ktab.Rules(voting="Cubic", pce="MarkovUniform"), draws=2)
    assert other.to_dict()["question"]["settings"]["reading"]["voting"] == "Cubic"
    code = expected_utility.READINGS["scholz-code"]
    assert forecast(case, model="pressure", reading=code, draws=2)["line"].outcome == pytest.approx(
        forecast(case, model="pressure", draws=2)["line"].outcome
    )
    with pytest.raises(UnknownName, match="Rules"):
        forecast(case, model="pressure", reading=ktab.Rules())
    drawn = [
        forecast(case, model="ktab", reading=ktab.Rules(transition="Stochastic"), draws=1, seed=s)
        for s in (3, 3, 4)
    ]
    assert drawn[0]["line"].outcome == drawn[1]["line"].outcome != drawn[2]["line"].outcome
    assert any("at random" in w for w in drawn[0].warnings)


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
            assert o.outcome == pytest.approx(float(one_shot.compromise(ends, w)), abs=0.05)
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


def test_saliences_and_capabilities_of_single_issues_are_used_as_they_stand():
    people = {
        "A": party("A", "low", weight=100.0, saliences={"line": 80.0}, capability=300.0),
        "B": party(
            "B", "high", weight=100.0, saliences={"line": 20.0}, capability=10.0, capabilities={"line": 600.0}
        ),
    }
    o = forecast(make(people))["line"]
    assert o.outcome == pytest.approx(100 * 20 * 600 / (80 * 300 + 20 * 600))
    assert [(s.salience.best, s.capability.best) for s in o.line.stands] == [(80, 300), (20, 600)]
    with_two = {k: v | {"start": {"line": v["start"]["line"], "other": "low"}} for k, v in people.items()}
    with_two["A"] |= {"saliences": {"line": 80.0, "other": 70.0}, "weights": {"line": 50.0, "other": 50.0}}
    case = make(with_two, issues=TWO)
    with pytest.raises(NotApplicable, match="one capability per party"):
        forecast(case, model="ktab")
    del with_two["B"]["capabilities"]
    told = forecast(make(with_two, issues=TWO), model="ktab").warnings
    assert any("those of A were scaled to 100" in w for w in told)


def test_ktab_runs_with_the_settings_of_the_case():
    given = {"voting": "Cubic", "bargain": "S1P1", "adjust": {"A": {"A": 0.2}, "B": {"C": 0.5}}}
    o = forecast(make(ktab=given), model="ktab", draws=1)
    x, c = np.array([[0.0], [40.0], [100.0]]), np.array([50.0, 40.0, 10.0])
    follows = np.array([[0.2, 0, 0], [0, 1, 0.5], [0, 0, 1]])
    rules = ktab.Rules(voting="Cubic", bargain="S1P1")
    turns = ktab.play(x, np.ones((3, 1)), c, rules=rules, turns=30, accommodation=follows)
    assert o["line"].outcome == pytest.approx(float(one_shot.compromise(turns[-1].after[:, 0], c)))
    assert o["line"].interval is None
    plain = forecast(make(ktab={}), model="ktab", draws=1)["line"]
    assert plain.interval is not None
    assert plain.outcome == forecast(make(), model="ktab", draws=1)["line"].outcome


def test_where_all_agree_the_answer_says_so_and_stays_there():
    f = forecast(make({p: party(p, "middle") for p in "ABC"}))
    o = f["line"]
    assert o.all_agree
    assert o.interval == (40, 40)
    assert "all parties on the line hold 40" in o.contains
    assert any("had such agreement" in w for w in f.warnings)


def test_shares_of_options_are_those_of_the_model_shown():
    case = make()
    x, w = np.array([0.0, 40.0, 100.0]), np.array([50.0, 40.0, 10.0])
    places = np.array([0, 40, 100])
    for model in ("compromise", "median", "nash", "election", "pressure", "ktab"):
        o = forecast(case, model=model, draws=1)["line"]
        d = distribution(x, w, place=o.outcome, calibration=TABLES[model])
        nearest = np.argmin(np.abs(d.places[:, None] - places), axis=1)
        shares = [float(d.masses[nearest == k].sum()) for k in range(3)]
        assert list(o.option_shares.values()) == pytest.approx(shares, abs=0.02), model
    assert forecast(case, model=lambda x, s, c: 3.0, draws=1)["line"].option_shares == {}


def test_nothing_is_drawn_where_nothing_is_uncertain():
    calls = []

    def last(x, s, c):
        calls.append(x)
        return x[-1]

    f = forecast(make({"A": party("A", "low"), "B": party("B", "high")}), model=last, sensitivity=False)
    assert len(calls) == 1
    assert f.question.settings["draws"] == 0
    assert not f["line"].uncertain


def test_an_option_without_a_place_is_named_as_the_cause():
    lines = {"line": {"name": "L", "options": {**issue()["options"], "open": {"label": "open"}}}}
    people = {
        "A": party("A", "low"),
        "B": party("B", "high"),
        "C": party("C", "open"),
        "D": party("D", "open"),
    }
    del people["D"]["start"]
    said = {"s1": statement("D", "open")}
    f = forecast(make(people, issues=lines, statements=said))
    assert f["line"].line.absent == {
        "C": "its start is 'open', which has no place; write issues.line.options.open.at (0 to 100)",
        "D": "its statement s1 names 'open', which has no place; write issues.line.options.open.at (0 to 100)",
    }


def test_a_model_that_is_played_anew_leaves_sensitivities_out_unless_asked():
    f = forecast(make(), model="ktab", draws=2)
    assert f["line"].levers == f["line"].bars == ()
    assert any("sensitivity=True" in w for w in f.warnings)
    deep = forecast(make(), model="ktab", draws=2, sensitivity=True)
    assert len(deep["line"].levers) == 3
    assert deep["line"].bars[0].party == "B"


def test_a_stop_keeps_what_is_done_and_says_what_is_not():
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 7

    f = forecast(make(), model="ktab", draws=50, sensitivity=True, stop=stop)
    o = f["line"]
    assert o.interval is not None
    assert o.levers == ()
    assert f.question.settings["draws"] == 7
    assert any("from 7 of 50 draws" in w for w in f.warnings)
    at_once = forecast(make(), draws=50, stop=lambda: True)
    assert at_once.question.settings["draws"] == 0
    assert at_once["line"].interval is not None


def test_progress_counts_the_plays_of_long_steps():
    told = []
    forecast(make(), model="ktab", draws=5, sensitivity=True, progress=lambda *step: told.append(step))
    assert ("draws of the inputs", 0.6) in told
    assert any(step.startswith("what each number does") and done > 0.9 for step, done in told)


FOUND = Path(__file__).resolve().parents[3] / "shared" / "data" / "found_in_use" / "42-lenses"


@pytest.mark.skipif(not FOUND.is_dir(), reason="the inputs found in use are not beside the project")
def test_inputs_found_in_use_are_answered_as_their_page_says():
    same = forecast(open_case(str(FOUND / "same")))["x"]
    assert (same.interval, same.all_agree) == ((50, 50), True)
    far = forecast(open_case(str(FOUND / "far")))["x"]
    assert far.interval == (0, 100)
    missing = forecast(open_case(str(FOUND / "start_no_at")))["x"].line.absent
    assert missing == {
        "A": "its start is 'mid', which has no place; write issues.x.options.mid.at (0 to 100)"
    }
