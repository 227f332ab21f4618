"""The engine says what the literal definitions say, on random conflicts of both forms."""

import numpy as np
import pytest

from graphmodel import literal
from graphmodel.random_models import answers, graph_model, product_model
from zopa.graphmodel.coalitions import COALITION_CONCEPTS, Around
from zopa.graphmodel.concepts import CONCEPTS, equilibria, stable, subsets, verdicts
from zopa.graphmodel.limited_move import limited_move, nonmyopic
from zopa.graphmodel.preference_structures import judge, plain

SOME = range(80)
MANY = range(80, 3_200)


def states(mask):
    return set(np.flatnonzero(mask).tolist())


def conflict(seed, parties=None):
    return (product_model if seed % 2 else graph_model)(seed, parties)


def check_individual(seed):
    model, sets = conflict(seed)
    for i in range(len(model.parties)):
        for concept in literal.CONCEPTS:
            want = literal.stable_states(sets, concept, i)
            assert states(stable(model, i, concept)) == want, (seed, concept, i)
        if model.issues:
            told = {s: t for s, t in answers(model).items() if s in sets.feasible}
            want = {s for s in sets.feasible if literal.sim(sets, i, s, told)}
            assert states(stable(model, i, "sim")) == want, (seed, "sim", i)


def check_coalitions(seed):
    model, sets = conflict(seed)
    live = sorted(sets.feasible)
    around = [Around(model, s) for s in live]
    judges = {"cnash": literal.cnash, "cgmr": literal.cgmr, "csmr": literal.csmr, "cseq": literal.cseq}
    for coalition in subsets(range(len(model.parties))):
        for concept, judge_one in judges.items():
            got = [COALITION_CONCEPTS[concept](here, coalition) for here in around]
            want = [judge_one(sets, coalition, s) for s in live]
            assert got == want, (seed, concept, coalition)


def check_foresight(seed):
    model, sets = conflict(seed, parties=2)
    order = sorted(sets.feasible)
    for h in (1, 2, 3, 4):
        got = limited_move(model, h)
        for i in (0, 1):
            want = {s for s in order if literal.anticipated(sets, i, s, h, order) == s}
            assert states(got[i]) == want, (seed, h, i)


@pytest.mark.parametrize("seed", SOME)
def test_every_individual_concept_is_its_definition(seed):
    check_individual(seed)


@pytest.mark.slow
def test_every_individual_concept_is_its_definition_on_three_thousand_conflicts():
    for seed in MANY:
        check_individual(seed)


@pytest.mark.parametrize("seed", range(40))
def test_every_coalition_concept_is_its_definition(seed):
    check_coalitions(seed)


@pytest.mark.slow
def test_every_coalition_concept_is_its_definition_on_a_thousand_conflicts():
    for seed in MANY[:1_000]:
        check_coalitions(seed)


@pytest.mark.parametrize("seed", range(60))
def test_limited_moves_are_their_definition(seed):
    check_foresight(seed)


@pytest.mark.slow
def test_limited_moves_are_their_definition_on_three_thousand_conflicts():
    for seed in MANY:
        check_foresight(seed)


def check_nonmyopic(seed, horizons=range(40, 80)):
    model, _ = conflict(seed, parties=2)
    far = np.logical_and.reduce([limited_move(model, h) for h in horizons])
    assert np.array_equal(nonmyopic(model), far)


@pytest.mark.parametrize("seed", range(30))
def test_a_nonmyopic_state_is_stable_at_every_long_horizon(seed):
    check_nonmyopic(seed)


@pytest.mark.slow
def test_nonmyopic_states_are_those_on_three_thousand_conflicts():
    for seed in range(30, 3_030):
        check_nonmyopic(seed, range(40, 56))


@pytest.mark.parametrize("seed", SOME)
def test_the_matrix_form_and_the_array_form_agree(seed):
    model, _ = conflict(seed)
    for concept in ("nash", "gmr", "smr", "seq", "sseq"):
        assert np.array_equal(judge(model, plain(model), concept), verdicts(model, concept)), concept


@pytest.mark.parametrize("seed", SOME)
def test_stronger_concepts_are_included_in_weaker_ones(seed):
    model, _ = conflict(seed)
    v = {c: verdicts(model, c) for c in CONCEPTS if c != "sim"}
    for strong, weak in [("nash", "sseq"), ("sseq", "seq"), ("seq", "gmr"), ("sseq", "smr"), ("smr", "gmr")]:
        assert not (v[strong] & ~v[weak]).any(), (strong, weak)


def test_a_mixed_equilibrium_asks_each_party_for_its_own_concept():
    model, _ = product_model(7)
    names = ["nash", "seq+sim", "gmr", "smr"][: len(model.parties)]
    want = model.feasible.copy()
    for i, name in enumerate(names):
        want &= np.logical_or.reduce([stable(model, i, part) for part in name.split("+")])
    assert np.array_equal(equilibria(model, names), want)
