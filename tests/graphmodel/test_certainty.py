"""What is called certain holds for every completion of the preferences marked unsure, found by enumeration."""

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import zopa
from graphmodel import literal
from graphmodel.random_models import as_sets, graph_model, product_model
from zopa.case import Case
from zopa.graphmodel import CHAIN
from zopa.graphmodel.certainty import Doubt, holds_for_certain, leaves_for_certain
from zopa.graphmodel.preferences import Priorities
from zopa.graphmodel.sentences import MEANING

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "found_in_use" / "42-lenses"
needs_data = pytest.mark.skipif(
    not SHARED.exists(), reason="the inputs found in use are not beside the project"
)


def doubtful(seed, most_unsure=3):
    """A small conflict whose preferences are statements on levels, one to three of them unsure."""
    rng = np.random.default_rng(seed)
    shape, _ = product_model(seed, most_states=12) if seed % 3 else graph_model(seed)
    n, size = len(shape.parties), shape.n_states
    lines = [int(rng.integers(1, 4)) for _ in range(n)]
    own = []
    for count in lines:
        levels = np.sort(rng.integers(1, count + 1, count)).tolist()
        own.append(Priorities(rng.random((count, size)) < 0.5, tuple(levels), (False,) * count))
    places = [(i, k) for i, count in enumerate(lines) for k in range(count)]
    chosen = {places[k] for k in rng.permutation(len(places))[: int(rng.integers(1, most_unsure + 1))]}
    unsure = [np.array([(i, k) in chosen for k in range(count)]) for i, count in enumerate(lines)]
    return with_lines(shape, own), own, unsure


def with_lines(model, own):
    return replace(model, ranks=np.stack([p.payoffs() for p in own]))


def completions(own, unsure):
    """Every way in which the unsure lines can turn out: as written, the other way round, not at all."""
    places = [(i, int(k)) for i, u in enumerate(unsure) for k in np.flatnonzero(u)]
    for turns in itertools.product(("as written", "opposite", "dropped"), repeat=len(places)):
        out = []
        for i, p in enumerate(own):
            holding = p.holding.copy()
            for (j, k), turn in zip(places, turns, strict=True):
                if i == j:
                    # a line that holds everywhere tells no two states apart: it does not count
                    holding[k] = {"as written": holding[k], "opposite": ~holding[k], "dropped": True}[turn]
            out.append(Priorities(holding, p.levels, p.supported))
        yield out


def sets_of(model):
    if model.issues:
        return as_sets(model, model.ranks)
    states = {int(s) for s in np.flatnonzero(model.feasible)}
    arcs = [
        {(a, b) for a, b in zip(np.asarray(src).tolist(), np.asarray(dst).tolist(), strict=True)
         if a != b and {a, b} <= states}
        for src, dst in model.arcs
    ]  # fmt: skip
    return literal.States(states, arcs, [{s: int(row[s]) for s in states} for row in model.ranks])


def verdicts(seed, count):
    """Tell ``count`` of every claim against all completions, judged by the literal definitions."""
    model, own, unsure = doubtful(seed)
    doubts = [Doubt(r, p, u) for r, p, u in zip(model.ranks, own, unsure, strict=True)]
    games = [sets_of(with_lines(model, c)) for c in completions(own, unsure)]
    for state in np.flatnonzero(model.feasible).tolist():
        for i in range(len(model.parties)):
            for concept in CHAIN:
                claimed = holds_for_certain(model, doubts, state, i, concept)
                true = all(literal.CONCEPTS[concept](g, i, state) for g in games)
                count[concept, claimed, true] += 1
            if leaves_for_certain(model, doubts, state, i):
                count["leaves", True, not any(literal.gmr(g, i, state) for g in games)] += 1


def check(seeds):
    count = Counter()
    for seed in seeds:
        verdicts(seed, count)
    for concept in (*CHAIN, "leaves"):
        assert count[concept, True, False] == 0, "a false claim of certainty"
        assert count[concept, True, True] > 20, "and claims are made"
    for concept in CHAIN:
        missed, true = count[concept, False, True], count[concept, True, True]
        assert missed <= 0.02 * (missed + true), (concept, missed, true)
    assert count["nash", False, True] == 0


def test_nothing_is_called_certain_that_some_completion_contradicts():
    check(range(60))


@pytest.mark.slow
def test_nothing_is_called_certain_that_some_completion_contradicts_in_six_hundred_conflicts():
    check(range(60, 660))


def test_one_pair_of_states_is_compared_as_in_every_completion():
    for seed in range(40):
        model, own, unsure = doubtful(seed)
        every = [[c.payoffs() for c in complete] for complete in completions(own, unsure)]
        states = np.arange(model.n_states)
        for i, (p, u) in enumerate(zip(own, unsure, strict=True)):
            doubt = Doubt(model.ranks[i], p, u)
            for here in states.tolist():
                possibly, certainly = doubt.gains(here, slice(None))
                better = np.array([pay[i] > pay[i][here] for pay in every])
                live = model.feasible & model.feasible[here]
                assert (possibly == better.any(axis=0))[live].all()
                assert (certainly == better.all(axis=0))[live].all()
                pairs = doubt.gains(np.full_like(states, here), states)
                assert np.array_equal(pairs[0], possibly)
                assert np.array_equal(pairs[1], certainly)


def test_unsure_lines_on_one_level_count_although_the_numbers_are_equal():
    # of two lines on one level a state fulfils the sure one, the other state the unsure one
    holding = np.array([[True, False], [False, True]])
    doubt = Doubt(np.zeros(2, np.int32), Priorities(holding, (1, 1), (True, True)), np.array([False, True]))
    possibly, certainly = doubt.gains(1, slice(None))
    assert possibly.tolist() == [True, False], (
        "if the unsure line counts the other way round, state 0 is better"
    )
    assert certainly.tolist() == [False, False]


def test_without_doubt_certain_is_what_holds():
    model, _ = product_model(5)
    doubts = [Doubt(r, None, np.zeros(0, bool)) for r in model.ranks]
    sets = as_sets(model, model.ranks)
    for s in sets.feasible:
        for i in range(len(model.parties)):
            for c in CHAIN:
                assert holds_for_certain(model, doubts, s, i, c) == literal.CONCEPTS[c](sets, i, s)


@needs_data
@pytest.mark.parametrize("name", ["cautious", "cautious_opposite"])
def test_an_unsure_sanction_is_no_credible_one(name):
    answer = zopa.stability(zopa.load(SHARED / name), "now", draws=0)
    said = " ".join(w.text for w in answer.examined[0].says)
    if name == "cautious_opposite":
        assert answer.examined[0].cautious is None
        assert "this much is certain" not in said
        return
    assert answer.examined[0].cautious == ("smr", "gmr")
    assert MEANING["smr"] in said
    assert f"this much is certain: {MEANING['sseq']}" not in said


def case_with(lines):
    names = {"A": {"name": "A"}, "B": {"name": "B"}}
    return Case.model_validate({
        "title": "t", "parties": names, "issues": {"i": {"name": "i", "options": {"x": "x"}}},
        "graph": {
            "actions": {"p": {"holder": "A", "yes": "do p"}, "q": {"holder": "B", "yes": "do q"}},
            "preferences": lines, "states": {"now": {"yes": ()}}, "status_quo": "now",
        },
    })  # fmt: skip


def said_of(lines):
    answer = zopa.stability(case_with(lines), "now", draws=0)
    return " ".join(w.text for w in answer.examined[0].says)


def test_what_may_or_may_not_hold_is_not_called_certain_either_way():
    open_ = said_of({"A": ({"holds": "p", "unsure": True},), "B": ("q",)})
    assert "it is certain that B could gain by leaving it" in open_
    assert "A could gain by leaving it, whatever" not in open_.split("Whichever way")[1]
    either = said_of({"A": ({"holds": "p", "unsure": True},), "B": ("not q",)})
    assert "no concept of stability holds in every case" in either
    assert "certain" not in either


def test_a_large_case_with_unsure_lines_is_answered_too():
    size = 13
    actions = {f"a{k}": {"holder": "AB"[k % 2], "yes": f"do {k}"} for k in range(size)}
    case = case_with({"A": ({"holds": "a0", "unsure": True}, "a1"), "B": ("a0 and a1", "a3")})
    graph = type(case.graph).model_validate(case.graph.model_dump(by_alias=True) | {"actions": actions})
    answer = zopa.stability(case.model_copy(update={"graph": graph}), "now", draws=0)
    assert answer.status_quo.cautious is not None
