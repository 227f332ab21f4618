"""``zopa.stability`` on cases: the example, issues with holders, listed moves, unsure preferences."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

import zopa
from zopa.case import Case
from zopa.casefile import load
from zopa.errors import NotApplicable, UnknownName
from zopa.formats.gmcr import read_gmcr
from zopa.graphmodel import CHAIN, compile_graph, stability
from zopa.graphmodel.analysis import Analysis
from zopa.graphmodel.coalitions import coalition_stable
from zopa.graphmodel.concepts import equilibria
from zopa.graphmodel.reachability import spread
from zopa.space import compile_case
from zopa.study import explain, verify

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


@pytest.fixture(scope="module")
def case():
    return load(EXAMPLE)


@pytest.fixture(scope="module")
def answer(case):
    return zopa.stability(case, draws=100)


def by_name(answer, name):
    return next(s for s in answer.examined if s.name == name)


def said(standing):
    return " ".join(w.text for w in standing.says)


def test_continued_war_is_nash_stable_and_improvements_alone_lead_there(answer):
    war = by_name(answer, "continued-war")
    assert war.strength == "nash"
    assert not war.departures
    assert [m.party for m in war.steps] == ["EUR", "UKR"]
    assert all(m.gain for m in war.steps)
    assert "continued-war" in [s.name for s in answer.drift]
    assert "Reachable from the status quo by unilateral improvements" in said(war)
    assert "they could agree on better" in said(war)


def test_the_compromise_holds_by_credible_answers_and_takes_all_four(answer):
    deal = by_name(answer, "compromise")
    for concept in ("sseq", "seq", "smr", "gmr"):
        assert all(deal.stable[concept].values())
    assert {p for p, ok in deal.stable["nash"].items() if not ok} == {"UKR"}
    assert all(deal.better.values())
    assert deal.efficient
    assert deal.steps is None
    assert deal.together == (("US", "RUS", "UKR", "EUR"),)
    assert deal.rank == {"US": 3, "RUS": 13, "UKR": 60, "EUR": 7}
    assert deal.states == 720
    assert "cgmr" in deal.coalitions
    assert "It takes all 4 parties moving together: no smaller group would gain." in said(deal)


def test_the_one_departure_names_who_answers_and_why_with_statement_ids(answer):
    (departure,) = by_name(answer, "compromise").departures
    assert departure.party == "UKR"
    assert departure.does == ("take up accession to NATO again",)
    assert departure.why.statements == ("ukr-condition",)
    assert [m.party for m in departure.answer] == ["RUS"]
    assert departure.credible
    assert departure.final
    assert departure.ways == 12
    assert departure.loss.statements == ("ukr-condition",)


def test_the_share_that_a_statement_states_stands_beside_every_verdict(answer, case):
    counted = {
        p: [sum(w.kind == k for w in wishes) for k in ("stated", "inferred", "assumed")]
        for p, wishes in case.graph.preferences.items()
    }
    assert {p: list(c.values()) for p, c in answer.basis.items()} == counted
    for s in (*answer.examined, answer.status_quo):
        us = counted["US"]
        assert f"United States {us[0]} of {sum(us)}" in s.says[-1].text


def test_equilibria_come_in_the_stated_order(answer, case):
    assert answer.counts == {"nash": 2, "sseq": 104, "seq": 114, "smr": 172, "gmr": 240}
    compiled = compile_graph(case)
    model, start = compiled.model, compiled.status_quo
    sets = [set(np.flatnonzero(equilibria(model, c)).tolist()) for c in CHAIN]
    live = np.flatnonzero(model.feasible)
    against_groups = dict(zip(live.tolist(), coalition_stable(model, "cgmr"), strict=True))
    far = spread(model, start, improving=True)

    def key(s):
        ranks = model.ranks[:, s]
        dominated = (
            (ranks <= model.ranks[:, live].T).all(axis=1) & (ranks < model.ranks[:, live].T).any(axis=1)
        ).any()
        return (
            next(k for k, found in enumerate(sets) if s in found),
            not against_groups[s],
            not (ranks > model.ranks[:, start]).all(),
            bool(dominated),
            len(far.path(s)) if far.path(s) is not None else 10**6,
            -int(ranks.sum()),
            s,
        )

    order = sorted(sets[-1], key=key)
    assert [compiled.state(s.package) for s in answer.equilibria] == order[: len(answer.equilibria)]
    assert Analysis(compiled).best(150) == order[:150]
    assert answer.equilibria[2].name == "compromise"


def test_holds_asks_for_the_concept_that_was_named(case):
    assert stability(case, "compromise", draws=0).holds
    strict = stability(case, "compromise", concept="nash", draws=0)
    assert not strict.holds
    (change,) = strict.examined[0].least
    assert change.party == "UKR"
    assert change.alone
    assert change.edits == ("'accession to NATO stays open' did not count",)


def test_a_package_may_be_named_listed_or_answered(case):
    done = case.graph.states["compromise"].yes
    names = stability(case, "compromise", draws=0).examined[0].package
    assert stability(case, done, draws=0).examined[0].package == names
    assert stability(case, dict.fromkeys(done, "yes"), draws=0).examined[0].package == names


def test_answers_are_plain_data_and_the_same_for_the_same_seed(case):
    first, again = (stability(case, "compromise", draws=30, seed=3).to_dict() for _ in range(2))
    assert json.dumps(first) == json.dumps(again)
    assert first["question"]["seed"] == 3


@pytest.mark.parametrize(
    ("package", "error", "words"),
    [
        ("compromis", UnknownName, "did you mean 'compromise'"),
        (["US_EASE", "US_PUNISH"], NotApplicable, "cannot come about"),
        (["US_AIDE"], UnknownName, "did you mean 'US_AID'"),
        ({"US_AID": "maybe"}, UnknownName, "option of US_AID"),
    ],
)
def test_a_package_that_does_not_exist_is_refused(case, package, error, words):
    with pytest.raises(error, match=words):
        stability(case, package, draws=0)


def test_an_unknown_concept_is_refused(case):
    with pytest.raises(UnknownName, match="concept"):
        stability(case, concept="nasch")


def test_without_anyone_who_can_act_alone_the_question_does_not_apply(case):
    issues = {n: i.model_copy(update={"holder": None}) for n, i in case.issues.items()}
    with pytest.raises(NotApplicable, match="who can do what alone"):
        stability(case.model_copy(update={"graph": None, "issues": issues}))


def held(seed):
    """A small case with holders, an irreversible option, a rule, an interaction and numeric values."""
    rng = np.random.default_rng(seed)
    options = {"x": ("a", "b"), "y": ("c", "d", "e"), "z": ("f", "g")}
    return Case.model_validate({
        "title": "t",
        "parties": {
            p: {
                "name": p, "weights": {"x": 20.0, "y": 50.0, "z": 30.0}, "reservation": 10.0,
                "values": {i: {o: float(rng.integers(0, 101)) for o in os} for i, os in options.items()},
            }
            for p in ("A", "B")
        },
        "issues": {
            "x": {"name": "x", "holder": "A", "now": "a", "options": {"a": {"label": "a"}, "b": {"label": "b", "irreversible": True}}},
            "y": {"name": "y", "holder": "B", "now": "c", "options": {o: o for o in options["y"]}},
            "z": {"name": "z", "now": "f", "options": {o: o for o in options["z"]}},
        },
        "rules": {"r": {"party": "A", "when": {"y": ("e",)}, "only_if": {"z": ("g",)}, "assumed": "test"}},
        "interactions": ({"party": "B", "when": {"x": ("b",), "y": ("d",)}, "points": 7.0},),
    })  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_a_bargaining_case_yields_its_graph_model_without_a_second_file(seed):
    case = held(seed)
    space, model = compile_case(case), compile_graph(case).model
    codes = {p: model.state(space.names(p)) for p in space.packages()}
    for p, code in codes.items():
        assert model.feasible[code] == space.allows(p)
    sound = [p for p in codes if space.allows(p)]
    for i in range(2):
        for a, b in itertools.combinations(sound, 2):
            ua, ub = space.utility(a)[i], space.utility(b)[i]
            ra, rb = model.ranks[i, codes[a]], model.ranks[i, codes[b]]
            assert (ua > ub) == (ra > rb)
            assert (ua == ub) == (ra == rb)
    for a in sound:
        for i, issue in enumerate(("x", "y")):
            want = {
                codes[b] for b in sound
                if b != a and all(a[k] == b[k] for k in range(3) if k != i)
                and not (issue == "x" and a[0] == 1)
            }  # fmt: skip
            assert set(model.targets(i, codes[a]).tolist()) == want


def test_utilities_are_drawn_from_their_intervals_and_nowhere_else():
    case = held(2)
    sure = stability(case, {"x": "a", "y": "d", "z": "f"}, draws=20)
    assert sure.varied.startswith("with weights and values drawn")
    shares = sure.examined[0].shares
    assert set(shares.values()) <= {0.0, 1.0}, "numbers without an interval do not vary"
    assert shares["seq"] == float(all(sure.examined[0].stable["seq"].values()))
    spread = {"best": 50.0, "low": 0.0, "high": 100.0}
    data = case.model_dump(by_alias=True, exclude_defaults=True)
    for p in ("A", "B"):
        data["parties"][p]["values"]["y"] = dict.fromkeys("cde", spread)
    open_case = Case.model_validate(data)
    doubtful = stability(open_case, {"x": "b", "y": "d", "z": "f"}, draws=300)
    # B holds y, and e is ruled out without g: d beats c in half of the draws but for the 7 points with b
    assert 0.4 < doubtful.examined[0].shares["nash"] < 0.75
    assert doubtful.to_dict() == stability(open_case, {"x": "b", "y": "d", "z": "f"}, draws=300).to_dict()


def test_a_package_of_issues_is_examined_and_nobody_settles_an_open_issue_alone():
    answer = stability(held(1), {"x": "a", "y": "d", "z": "f"}, draws=0)
    assert answer.form == "issues"
    assert answer.status_quo.package == {"x": "a", "y": "c", "z": "f"}
    for d in answer.examined[0].departures:
        assert d.package["z"] == "f"
        assert d.does[0].startswith("settle ")
    assert sum(answer.basis["A"].values()) > 0


def test_readings_that_leave_no_package_are_said_so(case):
    package = {i: next(iter(x.options)) for i, x in case.issues.items()}
    with pytest.raises(NotApplicable, match="no package at all"):
        stability(case, package, "E", draws=0)


def listed_moves(**change):
    """Party B can go 0 -> 1 -> 2, but never twice running; A can go back from 1."""
    graph = {
        "states": {"zero": {}, "one": {}, "two": {"says": "the far end"}},
        "moves": (
            {"party": "B", "from": "zero", "to": "one"},
            {"party": "B", "from": "one", "to": "two"},
            {"party": "A", "from": "one", "to": "zero"},
        ),
        "rankings": {"A": (("zero",), ("one",), ("two",)), "B": (("two",), ("one",), ("zero",))},
        "ranking_basis": {"A": {"assumed": "test"}},
        "status_quo": "zero",
    }  # fmt: skip
    return Case.model_validate({
        "title": "t", "parties": {"A": {"name": "A"}, "B": {"name": "B"}},
        "issues": {"i": {"name": "i", "options": {"x": "x"}}}, "graph": graph | change,
    })  # fmt: skip


def test_moves_that_are_listed_one_by_one_need_not_be_transitive():
    answer = stability(listed_moves(), "two", draws=0)
    assert answer.form == "moves"
    two = answer.examined[0]
    assert two.strength == "nash"
    assert two.steps is None, "B may not move twice running and A would not go on"
    assert two.together == ()
    assert answer.basis["A"] == {"stated": 0, "inferred": 0, "assumed": 1}


def test_two_parties_are_also_asked_how_far_they_look_ahead():
    from graphmodel.test_gmcr_files import chicken

    case = read_gmcr(json.dumps(chicken()))
    answer = stability(case, {i: "yes" for i in case.issues}, concept="gmr", draws=0)
    both = answer.examined[0]
    assert both.strength == "smr"  # not credible: the victim of a departure has no gain from answering
    assert all(both.stable["nonmyopic"].values())
    assert "neither party would leave it (non-myopic stable)" in said(both)
    assert answer.counts["nonmyopic"] == 1


def test_pictures_are_judged_by_their_owners(case):
    seen = {"pictures": {"UKR": {"unseen": ("UA_NONATO",)}, "RUS": {"preferences": {"US": ("US_PUNISH",)}}}}
    graph = type(case.graph).model_validate(case.graph.model_dump(by_alias=True) | seen)
    answer = stability(case.model_copy(update={"graph": graph}), "compromise", draws=0)
    assert answer.examined[0].sees["UKR"] is None
    assert answer.examined[0].sees["US"] is True
    assert "Ukraine would not see this state coming" in said(answer.examined[0])


def test_sentences_speak_of_steps_and_not_of_motives(answer):
    for s in (*answer.examined, answer.status_quo):
        for word in (" wants", "should", "enemy", "aggressor", "bluff"):
            assert word not in said(s)


def test_a_line_of_preferences_can_be_followed_back_to_its_sentence(case):
    step = explain(case, "US.prefers.2")
    assert step.title == "preference 2 of United States: no backing of NATO membership"
    assert step.text == "not US_NATO"
    texts = [s.id for _, s in step.lines()]
    assert "us-nato" in texts
    assert "trump-nato" in texts
    assert explain(case, "actions.UA_MIN").title == "Ukraine could alone sign the partnership on minerals"
    with pytest.raises(UnknownName):
        explain(case, "US.prefers.9")


def test_the_example_expects_what_the_literal_definitions_give(case):
    asked = tuple(e for e in case.expect if e.answer.startswith("stability."))
    (checked,) = verify(case.model_copy(update={"expect": asked}))
    assert checked.ok
    assert checked.found == {"nash": 2, "sseq": 104, "seq": 114, "smr": 172, "gmr": 240}


def test_a_stopped_search_keeps_what_is_done_and_says_what_is_not(case):
    told = []
    full = stability(case, "compromise", draws=0, progress=lambda step, done: told.append((step, done)))
    assert told[0] == ("verdicts on all states", 0.0)
    assert [d for _, d in told] == sorted(d for _, d in told)
    assert told[-1][1] < 1
    halted = stability(case, "compromise", draws=0, stop=lambda: True)
    assert halted.examined == full.examined, "the package asked for is always examined"
    assert halted.counts == full.counts
    assert halted.status_quo is None
    assert halted.equilibria == halted.drift == ()
    undone = 1 + len(full.equilibria) + len(full.drift)
    assert f"stopped early: {undone} states were not examined" in halted.notes
    assert not [n for n in full.notes if "stopped" in n]
