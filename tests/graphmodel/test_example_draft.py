"""The draft graph model of the example conflict comes out as its reference describes it."""

import numpy as np
import pytest

from graphmodel.draft import FILE, load
from zopa.graphmodel.coalitions import coalition_improvements, coalition_stable
from zopa.graphmodel.concepts import CONCEPTS, equilibria, stable
from zopa.graphmodel.inverse import demotions, statement_edits
from zopa.graphmodel.reachability import smallest_coalitions, spread
from zopa.graphmodel.robustness import pareto_efficient, perturbed, shares
from zopa.graphmodel.sanctions import departures

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the reference cases are not beside the project")

WAR = 1281  # {US_AID, UA_MIN, EU_AID}


@pytest.fixture(scope="module")
def draft():
    return load()


def states(mask):
    return np.flatnonzero(mask).tolist()


def test_all_equilibrium_sets_are_the_recorded_ones(draft):
    data, model, _ = draft
    assert model.feasible.sum() == data["results"]["feasible_states"] == 720
    for concept, want in data["results"]["equilibria"].items():
        assert states(equilibria(model, concept)) == want, concept


def test_all_individual_verdicts_have_the_recorded_counts(draft):
    data, model, _ = draft
    for concept, per_party in data["results"]["stable_states_per_dm_count"].items():
        for i, party in enumerate(model.parties):
            assert stable(model, i, concept).sum() == per_party[party], (concept, party)


@pytest.mark.parametrize("name", ["status_quo", "compromise"])
def test_status_quo_and_compromise_have_the_recorded_verdicts_ranks_and_improvements(draft, name):
    data, model, _ = draft
    state, want = data[f"{name}_state"], data["results"][name]
    for concept, parties in want["stable_for"].items():
        assert [p for i, p in enumerate(model.parties) if stable(model, i, concept)[state]] == parties
    for i, party in enumerate(model.parties):
        assert 1 + (model.ranks[i] > model.ranks[i, state]).sum() == want["rank_of_720"][party]
        assert model.improvements(i, state).tolist() == want["unilateral_improvements"][party]


def test_continued_war_is_nash_stable_and_reached_by_improvements_alone(draft):
    data, model, _ = draft
    start = data["status_quo_state"]
    reach = spread(model, start, improving=True)
    want = data["results"]["reachable_from_status_quo_by_unilateral_improvements"]
    assert states(reach.states) == sorted([start, *want])
    assert equilibria(model, "nash")[WAR]
    path = reach.path(WAR)
    assert [model.parties[s.party] for s in path] == ["Europe", "Ukraine"]
    assert all(s.gain for s in path)
    assert [s for s in states(reach.states & equilibria(model, "seq"))] == [1024, WAR]


def test_the_compromise_is_better_for_all_and_reached_only_by_all_four_together(draft):
    data, model, _ = draft
    start, package = data["status_quo_state"], data["compromise_state"]
    better = (model.ranks > model.ranks[:, [start]]).all(axis=0)
    assert states(better) == data["results"]["strictly_better_than_status_quo_for_all"]
    efficient = [s for s in states(better) if pareto_efficient(model, [s])[0]]
    assert efficient == data["results"]["of_these_pareto_efficient"]
    assert package in efficient
    assert spread(model, start, improving=True).path(package) is None
    assert len(spread(model, start).path(package)) == 4
    assert smallest_coalitions(model, start, package) == [(0, 1, 2, 3)]


def test_coalition_improvements_have_the_recorded_counts(draft):
    data, model, _ = draft
    asked = [data["status_quo_state"], data["compromise_state"]]
    for row in data["results"]["coalition_improvements_count"]:
        coalition = [model.parties.index(p) for p in row["coalition"]]
        found = coalition_improvements(model, asked, coalition)
        assert found.sum(axis=1).tolist() == [row["from_status_quo"], row["from_compromise"]]
        assert found[0, asked[1]] == row["compromise_among_those_from_status_quo"]
    assert coalition_stable(model, "cgmr", [asked[1]])[0]


def test_the_one_departure_from_the_compromise_meets_a_credible_answer(draft):
    data, model, _ = draft
    package = data["compromise_state"]
    found = [(model.parties[i], *d) for i in range(4) for d in departures(model, package, i)]
    assert [(party, target) for party, target, _ in found] == [("Ukraine", 851)]
    answer = found[0][2]
    ends = data["results"]["compromise"]["credible_sanctions_on_ukraine_improvement"]["851"]
    assert answer.credible
    assert answer.final
    assert answer.states == len(ends) == 12
    assert answer.end in ends
    assert [model.parties[s.party] for s in answer.steps] == ["Russia"]
    assert model.names(answer.end)["RU_CF"] == "no"


def test_robustness_shares_are_those_of_the_reference(draft):
    data, model, priorities = draft
    start, package = data["status_quo_state"], data["compromise_state"]
    variants = perturbed(priorities, 300, seed=1, swaps=3, drop=0.3)
    result = shares(model, variants, [package, 1024, WAR], status_quo=start, concepts=["nash", "gmr", "seq"])
    assert result.draws == 300
    assert result.share("gmr", package) == 1.0
    # 0.79, 0.31, 0.86 in 1,000 draws; standard error in 300 draws at most 0.03
    assert result.share("seq", package) == pytest.approx(0.79, abs=0.09)
    assert result.share("nash", package) == pytest.approx(0.31, abs=0.09)
    assert result.share("better", package) == pytest.approx(0.86, abs=0.09)
    assert result.share("nash", 1024) == result.share("nash", WAR) == 1.0


def test_the_same_seed_gives_the_same_shares(draft):
    _, model, priorities = draft
    once, again = (
        shares(
            model,
            perturbed(priorities, 20, seed=5, swaps=3, drop=0.3),
            [979],
            status_quo=1,
            concepts=["seq"],
        )
        for _ in range(2)
    )
    assert once == again


def test_variants_side_by_side_are_judged_as_one_after_the_other(draft):
    data, model, priorities = draft
    start, asked = data["status_quo_state"], [data["compromise_state"], data["status_quo_state"], 1024]
    payoffs = list(perturbed(priorities, 30, seed=2, swaps=3, drop=0.3))
    result = shares(model, payoffs, asked, status_quo=start, concepts=list(CONCEPTS)[:5])
    single = [model.with_ranks(p) for p in payoffs]
    for k, s in enumerate(asked):
        for concept in list(CONCEPTS)[:5]:
            assert result.counts[concept][k] == sum(equilibria(m, concept)[s] for m in single)
        assert result.counts["efficient"][k] == sum(pareto_efficient(m, [s])[0] for m in single)
        assert result.counts["better"][k] == sum((m.ranks[:, s] > m.ranks[:, start]).all() for m in single)


def test_the_least_change_makes_the_compromise_nash_stable_for_ukraine(draft):
    data, model, priorities = draft
    package, ukraine = data["compromise_state"], 2
    assert demotions(model, package, ukraine, "nash") == [(851,)]
    p = priorities[ukraine]
    edits = statement_edits(model, package, ukraine, "nash", p.holding, p.levels)
    assert edits
    assert all(len(e) == 1 for e in edits)
    assert statement_edits(model, package, 0, "nash", priorities[0].holding, priorities[0].levels) == [()]
