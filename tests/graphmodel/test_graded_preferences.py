"""Unknown, strong, fuzzy, probable preferences and attitudes, against their definitions word for word."""

from dataclasses import replace

import numpy as np
import pytest

from graphmodel.literal import others, reach
from graphmodel.random_models import graph_model, product_model
from zopa.graphmodel.concepts import stable, verdicts
from zopa.graphmodel.hypergame import hypergame
from zopa.graphmodel.preference_structures import attitudes, fuzzy, judge, plain, probable, strength, unknown

SEEDS = range(16)
CONCEPTS = ["nash", "gmr", "smr", "seq", "sseq"]


def conflict(seed):
    return (product_model if seed % 2 else graph_model)(seed, None)


def literal(g, concept, leaves, punishes, escapes, credible):
    """Stable (party, state) pairs; the four words are functions (party, s, t) -> bool."""

    def moving(j, s):
        return {t for t in g.moves(j, s) if concept in ("gmr", "smr") or credible(j, s, t)}

    def deterred(i, s, t):
        for u in reach(g, others(g, i), t, moving):
            stuck = not any(escapes(i, s, v) for v in g.moves(i, u))
            if punishes(i, s, u) and (stuck or concept in ("gmr", "seq")):
                return True
        return False

    return {
        (i, s)
        for i in g.parties
        for s in g.feasible
        if all(concept != "nash" and deterred(i, s, t) for t in g.moves(i, s) if leaves(i, s, t))
    }


def check(model, sets, relations, words):
    for concept in CONCEPTS:
        got = {(int(i), int(s)) for i, s in np.argwhere(judge(model, relations, concept))}
        assert got == literal(sets, concept, *words), concept


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", "abcd")
def test_unknown_preferences_are_the_four_types_of_their_paper(seed, kind):
    model, g = conflict(seed)
    n = model.n_states
    unsure = np.random.default_rng(seed).random((len(model.parties), n, n)) < 0.15
    unsure |= unsure.transpose(0, 2, 1)

    def word(i, s, t):
        if s != t and unsure[i, s, t]:
            return "U"
        return "+" if g.rank[i][t] > g.rank[i][s] else "-~"

    leave, punish, escape = {
        "a": ("+U", "-~", "+U"), "b": ("+", "-~", "+U"), "c": ("+U", "-~U", "+"), "d": ("+", "-~U", "+"),
    }[kind]  # fmt: skip
    words = (
        lambda i, s, t: word(i, s, t) in leave,
        lambda i, s, t: word(i, s, t) in punish,
        lambda i, s, t: word(i, s, t) in escape,
        lambda i, s, t: word(i, s, t) in "+U",
    )
    check(model, g, unknown(model, unsure, kind), words)


@pytest.mark.parametrize("seed", SEEDS)
def test_strong_stability_needs_a_sanction_that_is_strongly_worse(seed):
    model, g = conflict(seed)
    gap = 2
    strong = (model.ranks[:, None, :] - model.ranks[:, :, None]) >= gap

    def much_worse(i, s, t):
        return model.ranks[i, s] - model.ranks[i, t] >= gap

    def better(i, s, t):
        return g.rank[i][t] > g.rank[i][s]

    words = (better, much_worse, lambda i, s, t: not much_worse(i, s, t), better)
    check(model, g, strength(model, strong), words)
    for concept in CONCEPTS:
        assert not (judge(model, strength(model, strong), concept) & ~verdicts(model, concept)).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_fuzzy_preferences_follow_their_thresholds(seed):
    model, g = conflict(seed)
    rng = np.random.default_rng(seed)
    n, size = model.ranks.shape
    degree = rng.random((n, size, size))
    degree = degree / (degree + degree.transpose(0, 2, 1))
    gamma = rng.choice([0.1, 0.3, 0.7], size=n)

    def better(i, s, t):
        return degree[i, t, s] - degree[i, s, t] >= gamma[i]

    words = (better, lambda i, s, t: not better(i, s, t), better, better)
    check(model, g, fuzzy(degree, gamma), words)


@pytest.mark.parametrize("seed", SEEDS)
def test_probabilistic_preferences_follow_their_three_numbers(seed):
    model, g = conflict(seed)
    rng = np.random.default_rng(seed)
    n, size = model.ranks.shape
    chance = rng.random((n, size, size))
    chance = chance / (chance + chance.transpose(0, 2, 1))
    words = (
        lambda i, s, t: chance[i, t, s] > 1 - 0.6,
        lambda i, s, t: chance[i, s, t] > 0.4,
        lambda i, s, t: not chance[i, s, t] > 0.4,
        lambda i, s, t: chance[i, t, s] > 0.7,
    )
    check(model, g, probable(chance, 0.6, 0.4, 0.7), words)


@pytest.mark.parametrize("seed", SEEDS)
def test_certain_preferences_are_the_crisp_ones_whichever_way_they_are_written(seed):
    model, _ = conflict(seed)
    better = (model.ranks[:, :, None] > model.ranks[:, None, :]).astype(float)
    none = np.zeros(better.shape, dtype=bool)
    selfish = np.eye(len(model.parties), dtype=int)
    for concept in CONCEPTS:
        want = verdicts(model, concept)
        for kind in "abcd":
            assert np.array_equal(judge(model, unknown(model, none, kind), concept), want)
        assert np.array_equal(judge(model, fuzzy(better, [1.0] * len(model.parties)), concept), want)
        assert np.array_equal(judge(model, attitudes(model, selfish), concept), want)


@pytest.mark.parametrize("seed", SEEDS)
def test_attitudes_replace_improvements_by_relational_ones(seed):
    model, g = conflict(seed)
    table = np.random.default_rng(seed).integers(-1, 2, size=(len(model.parties),) * 2)

    def wanted(i, s, t):
        for j in g.parties:
            if table[i, j] == 1 and not g.rank[j][t] > g.rank[j][s]:
                return False
            if table[i, j] == -1 and not g.rank[j][s] >= g.rank[j][t]:
                return False
        return True

    words = (wanted, lambda i, s, t: not wanted(i, s, t), wanted, wanted)
    check(model, g, attitudes(model, table), words)


def test_the_four_types_of_unknown_preference_run_from_hard_to_easy_to_satisfy():
    for seed in SEEDS:
        model, _ = conflict(seed)
        n = model.n_states
        unsure = np.random.default_rng(seed).random((len(model.parties), n, n)) < 0.2
        unsure |= unsure.transpose(0, 2, 1)
        for concept in CONCEPTS:
            v = {k: judge(model, unknown(model, unsure, k), concept) for k in "abcd"}
            for hard, easy in ("ab", "ac", "bd", "cd"):
                assert not (v[hard] & ~v[easy]).any(), (seed, concept, hard, easy)


def test_plain_relations_are_the_ranking():
    model, _ = product_model(3)
    assert np.array_equal(judge(model, plain(model), "seq"), verdicts(model, "seq"))


@pytest.mark.parametrize("seed", range(8))
def test_each_party_judges_in_its_own_picture_and_sees_only_that(seed):
    base, _ = conflict(seed)
    rng = np.random.default_rng(seed)
    pictures = []
    for _ in base.parties:
        unseen = base.feasible & (rng.random(base.n_states) < 0.8)
        unseen[np.flatnonzero(base.feasible)[0]] = True
        ranks = rng.integers(0, 5, base.ranks.shape)
        pictures.append(replace(base, feasible=unseen, ranks=ranks))
    found = hypergame(pictures, "seq")
    for i, picture in enumerate(pictures):
        assert np.array_equal(found.seen[i], picture.feasible)
        assert np.array_equal(found.holds[i], stable(picture, i, "seq"))
    assert np.array_equal(found.equilibria, found.holds.all(axis=0))


@pytest.mark.slow
def test_graded_preferences_are_their_definitions_on_three_thousand_conflicts():
    for seed in range(100, 3_100):
        for kind in "abcd"[seed % 4]:
            test_unknown_preferences_are_the_four_types_of_their_paper(seed, kind)
        test_strong_stability_needs_a_sanction_that_is_strongly_worse(seed)
        test_fuzzy_preferences_follow_their_thresholds(seed)
        test_probabilistic_preferences_follow_their_three_numbers(seed)
        test_attitudes_replace_improvements_by_relational_ones(seed)
