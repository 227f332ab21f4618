"""Small conflicts from the literature and from other programs' examples.

``expected`` is what the definitions give (the oracle); ``published`` is what a source prints. The two are
kept apart: where they differ, the test says why.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from zopa.graphmodel.coalitions import COALITION_CONCEPTS, Around, coalition_improvements, coalition_stable
from zopa.graphmodel.concepts import equilibria, stable
from zopa.graphmodel.graph_model import GraphModel, yes_no
from zopa.graphmodel.limited_move import limited_move, nonmyopic
from zopa.graphmodel.sets import members

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "gmcr"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the reference cases are not beside the project")

NUMBERED = ["Prisoners", "SyriaIraq", "Cuban", "Elmira"]
CODED = [
    "g2x2_prisoners_dilemma", "g2x2_chicken", "g2x2_stag_hunt", "cuban_fraser_hipel_reversible",
    "cuban_irreversible_strike", "elmira_published",
]  # fmt: skip


def read(name):
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def states(mask):
    return np.flatnonzero(mask).tolist()


def by_option(data):
    """A model of the files that use decimal state codes."""
    parties = data["dms"]
    issues = tuple(yes_no(o["name"], parties.index(o["owner"]), o["direction"]) for o in data["options"])
    size = 2 ** len(issues)
    feasible = np.isin(np.arange(size), data["states"])
    ranks = np.zeros((len(parties), size), dtype=int)
    for i, party in enumerate(parties):
        for place, group in enumerate(data["ranking_best_to_worst"][party]):
            ranks[i, group] = -place
    return GraphModel(tuple(parties), feasible, ranks, issues)


def by_number(data):
    """A model, and the decimal code of each numbered state."""
    parties = data["dms"]
    code = {s["n"]: s["decimal"] for s in data["states"]}
    issues = tuple(yes_no(o["name"], parties.index(o["owner"][0]), o["direction"]) for o in data["options"])
    size = 2 ** len(issues)
    ranks = np.zeros((len(parties), size), dtype=int)
    for i, party in enumerate(parties):
        for n, payoff in enumerate(data["payoffs"][party], 1):
            ranks[i, code[n]] = payoff
    return GraphModel(tuple(parties), np.isin(np.arange(size), list(code.values())), ranks, issues), code


def check_moves(model, data, code):
    number = {c: n for n, c in code.items()}
    for i, party in enumerate(data["dms"]):
        for n, reach in data["moves"][party].items():
            assert [number[t] for t in model.targets(i, code[int(n)])] == reach


@needs_data
@pytest.mark.parametrize("name", NUMBERED)
def test_example_models_of_another_program_come_out_as_defined(name):
    data = read(name)
    model, code = by_number(data)
    check_moves(model, data, code)
    check_expected(model, data, code)


def check_expected(model, data, code):
    number = {c: n for n, c in code.items()}
    want = data["expected_by_definition"]
    for concept, expected in want["equilibria"].items():
        asked = "seq+sim" if concept == "seq_or_sim_per_dm" else concept
        assert [number[s] for s in states(equilibria(model, asked))] == expected, concept
    for concept, per_party in want["stable"].items():
        for i, party in enumerate(data["dms"]):
            assert [number[s] for s in states(stable(model, i, concept))] == per_party[party]
    live = np.array(states(model.feasible))
    for concept in ("nash", "gmr"):
        got = live[coalition_stable(model, f"c{concept}")]
        assert [number[s] for s in got] == want[f"coalition_{concept}_all_coalitions"]
    for h, expected in want.get("limited_move", {}).items():
        assert [number[s] for s in states(limited_move(model, int(h)).all(axis=0))] == expected
    if "nonmyopic" in want:
        assert [number[s] for s in states(nonmyopic(model).all(axis=0))] == want["nonmyopic"]


@needs_data
def test_states_that_a_party_does_not_see_only_look_stable_when_their_moves_are_deleted():
    data = read("SI_misp")
    arcs = []
    for party in data["dms"]:
        pairs = [(int(a) - 1, b - 1) for a, reach in data["moves"][party].items() for b in reach]
        arcs.append(tuple(zip(*pairs, strict=True)))
    n = len(data["states"])
    model = GraphModel(
        tuple(data["dms"]),
        np.ones(n, bool),
        np.array([data["payoffs"][p] for p in data["dms"]]),
        arcs=tuple(arcs),
    )
    check_expected(model, data, {k + 1: k for k in range(n)} | {})
    unseen = {s for p in data["dms"] for s in data["misperceived"][p]}
    assert unseen & set(data["expected_by_definition"]["equilibria"]["nash"]), "the artefact itself"


@needs_data
@pytest.mark.parametrize("name", CODED)
def test_published_conflicts_come_out_as_defined(name):
    data = read(name)
    model = by_option(data)
    for concept, per_party in data["stability"].items():
        for i, party in enumerate(data["dms"]):
            assert states(stable(model, i, concept)) == per_party[party], (concept, party)
    for concept, expected in data["computed_equilibria"].items():
        if concept == "seq_mutual_sim":
            got = equilibria(model, "seq") | equilibria(model, "seq+sim")
        else:
            got = equilibria(model, {"seq_or_sim_mixed": "seq+sim"}.get(concept, concept))
        assert states(got) == expected, concept
    live = np.array(states(model.feasible))
    assert live[coalition_stable(model, "cnash")].tolist() == data["computed_coalition_nash"]
    for h, expected in data.get("computed_limited_move", {}).items():
        assert states(limited_move(model, int(h)).all(axis=0)) == expected
    if "computed_nonmyopic" in data:
        assert states(nonmyopic(model).all(axis=0)) == data["computed_nonmyopic"]


@needs_data
def test_elmira_has_the_published_equilibria_and_the_published_jump():
    # Fang, Hipel & Kilgour 1993: strong equilibria 5, 8, 9; GMR and SMR also 1, 4; {MoE, Uniroyal} jump 5 -> 8
    data = read("elmira_published")
    model = by_option(data)
    paper = {int(code): int(label.split()[-1]) for code, label in data["labels"].items()}
    paper |= dict.fromkeys((8, 9, 24, 25), 9)  # the four states in which Uniroyal abandons the plant
    for concept in ("nash", "seq"):
        assert {paper[s] for s in states(equilibria(model, concept))} == {5, 8, 9}
    for concept in ("gmr", "smr"):
        assert {paper[s] for s in states(equilibria(model, concept))} == {1, 4, 5, 8, 9}
    settled = equilibria(model, "nash")
    leaving = coalition_improvements(model, states(settled), (0, 1)) & settled
    jumps = {(paper[states(settled)[a]], paper[int(t)]) for a, t in np.argwhere(leaving)}
    assert jumps == {(5, 8)}


@needs_data
def test_a_program_that_treats_a_coalition_as_one_party_prints_a_state_that_one_member_would_leave():
    # Published (handout of GMCR+, fig. 30) as Nash for the coalition {MoE, Uniroyal}: number 9 = paper state 7.
    # By the definitions it is not: Uniroyal alone has an improvement there.
    model, code = by_number(read("Elmira"))
    assert model.improvements(1, code[9]).size
    assert not stable(model, 1, "nash")[code[9]]


# Ordinal 2x2 games, retyped from any text book; cooperate is "yes"; states 0 to 3 = neither, row, column, both.
GAMES = {
    "prisoner's dilemma": (
        [2, 1, 4, 3],
        [2, 4, 1, 3],
        {"nash": [0], "gmr": [0, 3], "smr": [0, 3], "seq": [0, 3]},
    ),
    "chicken": (
        [1, 2, 4, 3],
        [1, 4, 2, 3],
        {"nash": [1, 2], "gmr": [1, 2, 3], "smr": [1, 2, 3], "seq": [1, 2]},
    ),
    "stag hunt": ([2, 1, 3, 4], [2, 3, 1, 4], {"nash": [0, 3], "gmr": [0, 3], "smr": [0, 3], "seq": [0, 3]}),
}


@pytest.mark.parametrize("name", GAMES)
def test_the_classic_games_have_their_text_book_equilibria(name):
    row, column, want = GAMES[name]
    issues = (yes_no("row cooperates", 0), yes_no("column cooperates", 1))
    model = GraphModel(("Row", "Column"), np.ones(4, bool), np.array([row, column]), issues)
    assert {c: states(equilibria(model, c)) for c in want} == want


def test_mutual_cooperation_in_chicken_rests_on_a_threat_that_is_not_credible():
    row, column, _ = GAMES["chicken"]
    issues = (yes_no("row cooperates", 0), yes_no("column cooperates", 1))
    model = GraphModel(("Row", "Column"), np.ones(4, bool), np.array([row, column]), issues)
    assert equilibria(model, "gmr")[3]
    assert not equilibria(model, "seq")[3]


def test_an_answer_that_needs_two_moves_of_one_party_running_is_no_answer():
    # A gains from 0 to 1; only B could go on, 1 -> 2 -> 3, each step a gain for B; only 3 is bad for A
    ranks = np.array([[1, 2, 3, 0], [0, 0, 1, 2]])
    arcs = (((0,), (1,)), ((1, 2), (2, 3)))
    model = GraphModel(("A", "B"), np.ones(4, bool), ranks, arcs=arcs)
    for concept in ("gmr", "seq"):
        assert not stable(model, 0, concept)[0]
        assert not COALITION_CONCEPTS[f"c{concept}"](Around(model, 0), (0,))
    # with a third party that can take the second step, it is one
    ranks = np.vstack([ranks, [0, 0, 1, 2]])
    model = GraphModel(("A", "B", "C"), np.ones(4, bool), ranks, arcs=(*arcs, ((2,), (3,))))
    for concept in ("gmr", "seq"):
        assert stable(model, 0, concept)[0]
        assert COALITION_CONCEPTS[f"c{concept}"](Around(model, 0), (0,))


def test_nobody_moves_twice_running_when_moves_are_not_transitive():
    # party 2 can go 0 -> 1 -> 2, party 1 cannot move: 2 is out of reach for the two together
    ranks = np.zeros((2, 3))
    model = GraphModel(("1", "2"), np.ones(3, bool), ranks, arcs=(((), ()), ((0, 1), (1, 2))))
    assert members(model.sets.reach(1, (0, 1)), 3).tolist() == [0, 1]
