"""Paths, answers, least changes and metamorphic facts, on random conflicts."""

from dataclasses import replace

import numpy as np
import pytest

from graphmodel import literal
from graphmodel.random_models import graph_model, product_model
from zopa.graphmodel.concepts import stable, subsets, verdicts
from zopa.graphmodel.graph_model import GraphModel, yes_no
from zopa.graphmodel.inverse import OneState, demotions
from zopa.graphmodel.reachability import smallest_coalitions, spread
from zopa.graphmodel.sanctions import departures

SEEDS = range(24)
CONCEPTS = ["nash", "gmr", "smr", "seq", "sseq"]


def conflict(seed):
    return (product_model if seed % 2 else graph_model)(seed)


def first_state(model):
    return int(np.flatnonzero(model.feasible)[0])


def shortest(g, group, start, step):
    """Least number of moves to each state, by search over (state, last mover)."""
    layer, seen, best, d = {(start, None)}, {(start, None)}, {start: 0}, 0
    while layer:
        d += 1
        layer = {(t, j) for s, last in layer for j in group if j != last for t in step(j, s)} - seen
        seen |= layer
        for t, _ in layer:
            best.setdefault(t, d)
    return best


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("improving", [False, True])
def test_paths_are_legal_and_shortest(seed, improving):
    model, g = conflict(seed)
    start = first_state(model)
    step = g.improvements if improving else g.moves
    for group in subsets(range(len(model.parties))):
        reach = spread(model, start, group, improving=improving)
        want = shortest(g, group, start, step)
        assert set(np.flatnonzero(reach.states).tolist()) == set(want)
        for t, d in want.items():
            path = reach.path(t)
            assert len(path) == d
            at, last = start, None
            for s in path:
                assert s.source == at
                assert s.party != last
                assert s.party in group
                assert s.target in step(s.party, at)
                assert s.gain == (s.target in g.improvements(s.party, at))
                at, last = s.target, s.party
            assert at == t
        assert all(reach.path(t) is None for t in g.feasible - set(want))


@pytest.mark.parametrize("seed", SEEDS)
def test_smallest_coalitions_are_those_of_the_definition(seed):
    model, g = conflict(seed)
    start = first_state(model)
    groups = subsets(range(len(model.parties)))
    for t in sorted(g.feasible)[:8]:
        can = [h for h in groups if t in literal.coalition_improvements(g, h, start)]
        least = [h for h in can if not any(set(k) < set(h) for k in can)]
        assert smallest_coalitions(model, start, t) == least


@pytest.mark.parametrize("seed", SEEDS)
def test_departures_and_answers_explain_the_verdicts(seed):
    model, g = conflict(seed)
    v = {c: verdicts(model, c) for c in CONCEPTS}
    for i in range(len(model.parties)):
        for s in sorted(g.feasible)[:6]:
            found = departures(model, s, i)
            assert {t for t, _ in found} == g.improvements(i, s)
            answers = [sanction for _, sanction in found]
            assert v["nash"][i, s] == (not found)
            assert v["gmr"][i, s] == all(answers)
            assert v["seq"][i, s] == all(a and a.credible for a in answers)
            if v["sseq"][i, s]:
                assert all(a.credible and a.final for a in answers)
            for a in filter(None, answers):
                assert a.end in g.not_better(i, s)
                assert all(step.gain for step in a.steps) or not a.credible
                assert a.final == (g.moves(i, a.end) <= g.not_better(i, s))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("concept", CONCEPTS)
def test_demoting_the_named_states_is_enough_and_fewer_are_not(seed, concept):
    model, g = conflict(seed)
    for i in range(len(model.parties)):
        for s in sorted(g.feasible)[:3]:
            found = demotions(model, s, i, concept, at_most=2)
            assert (found == [()]) == bool(stable(model, i, concept)[s])
            for states in found:
                assert holds_without(g, concept, i, s, set(states)), "enough"
                assert not any(holds_without(g, concept, i, s, set(states) - {t}) for t in states), (
                    "none too many"
                )


@pytest.mark.parametrize("seed", SEEDS)
def test_one_state_alone_is_judged_as_among_all(seed):
    model, _ = conflict(seed)
    rng = np.random.default_rng(seed)
    for i in range(len(model.parties)):
        ranks = model.ranks.copy()
        ranks[i] = rng.integers(0, 4, model.n_states)
        changed = model.with_ranks(ranks)
        for concept in CONCEPTS:
            want = stable(changed, i, concept)
            for s in np.flatnonzero(model.feasible)[:6]:
                assert OneState(model, int(s), i, concept).holds(ranks[i]) == want[s]


def holds_without(g, concept, i, s, demoted):
    """The definition where i no longer prefers the demoted states to s; the others stay as they are."""
    better = {t for t in g.feasible if g.rank[i][t] > g.rank[i][s]} - demoted
    step = g.improvements if concept in ("seq", "sseq") else g.moves

    def deters(u):
        return u not in better and (concept in ("gmr", "seq") or not g.moves(i, u) & better)

    return all(
        concept != "nash" and any(deters(u) for u in literal.reach(g, literal.others(g, i), t, step))
        for t in g.moves(i, s) & better
    )


@pytest.mark.parametrize("seed", range(1, 60, 2))
def test_names_of_parties_and_order_of_issues_change_nothing(seed):
    model, _ = product_model(seed)
    n, sizes = len(model.parties), model.sizes
    turn = [*range(1, n), 0]
    issues = tuple(replace(i, holder=turn.index(i.holder) if i.holder >= 0 else -1) for i in model.issues)
    other = GraphModel(tuple(model.parties[k] for k in turn), model.feasible, model.ranks[turn], issues)
    back = tuple(reversed(sizes))
    flipped = np.arange(model.n_states).reshape(back).transpose(*range(len(sizes) - 1, -1, -1)).ravel()
    mirror = GraphModel(
        model.parties, model.feasible[flipped], model.ranks[:, flipped], tuple(reversed(model.issues))
    )
    for concept in [*CONCEPTS, "sim"]:
        want = verdicts(model, concept)
        assert np.array_equal(verdicts(other, concept), want[turn])
        assert np.array_equal(verdicts(mirror, concept), want[:, flipped])


@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_more_moves_for_an_opponent_never_destroy_stability(seed):
    model, _ = graph_model(seed)
    rng = np.random.default_rng(seed)
    extra = rng.integers(0, model.n_states, size=(6, 2))
    for j in range(len(model.parties)):
        arcs = list(model.arcs)
        arcs[j] = (np.r_[arcs[j][0], extra[:, 0]], np.r_[arcs[j][1], extra[:, 1]])
        richer = replace(model, arcs=tuple(arcs))
        for i in set(range(len(model.parties))) - {j}:
            for concept in CONCEPTS:
                assert not (stable(model, i, concept) & ~stable(richer, i, concept)).any()


def test_an_irreversible_answer_is_the_reversible_model_with_those_moves_deleted():
    rng = np.random.default_rng(4)
    for _ in range(20):
        ranks = rng.integers(0, 6, size=(2, 8))
        holders = (0, 1, 0)
        once = tuple(yes_no(f"i{k}", h, "fwd" if k == 0 else "both") for k, h in enumerate(holders))
        free = tuple(yes_no(f"i{k}", h) for k, h in enumerate(holders))
        grid = GraphModel(("A", "B"), np.ones(8, bool), ranks, once)
        whole = GraphModel(("A", "B"), np.ones(8, bool), ranks, free)
        arcs = []
        for p in (0, 1):
            pairs = [(s, int(t)) for s in range(8) for t in whole.targets(p, s) if not (s & 1 and not t & 1)]
            arcs.append(tuple(np.array(pairs).T))
        cut = GraphModel(("A", "B"), np.ones(8, bool), ranks, arcs=tuple(arcs))
        for concept in CONCEPTS:
            assert np.array_equal(verdicts(grid, concept), verdicts(cut, concept))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ranks": np.zeros((2, 3))}, "ranks must have shape"),
        ({"issues": ()}, "needs issues or arcs"),
        ({"feasible": np.zeros(4, bool)}, "no state is feasible"),
        ({"issues": (yes_no("a", 0),)}, "the issues make 2 states"),
        ({"issues": (), "arcs": (((0,), (9,)), ((), ()))}, "outside the 4 states"),
    ],
)
def test_a_model_that_does_not_fit_together_is_refused(change, message):
    fit = {
        "parties": ("A", "B"),
        "feasible": np.ones(4, bool),
        "ranks": np.zeros((2, 4)),
        "issues": (yes_no("a", 0), yes_no("b", 1)),
    }
    with pytest.raises(ValueError, match=message):
        GraphModel(**(fit | change)).moves  # noqa: B018
