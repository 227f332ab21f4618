import numpy as np

from graphmodel import literal
from graphmodel.games_2x2 import NAMES, PAGE, games, model, page, variants
from graphmodel.random_models import answers, as_sets
from zopa.graphmodel.concepts import equilibria
from zopa.graphmodel.limited_move import limited_move, nonmyopic


def test_there_are_78_games_of_which_12_look_the_same_to_both_players():
    # Rapoport & Guyer 1966: 78; 12 of them symmetric
    assert len(games()) == 78
    symmetric = [
        g
        for g in games()
        if any(v[0][::-1] == v[0] and v[3][::-1] == v[3] and v[1] == v[2][::-1] for v in variants(g))
    ]
    assert len(symmetric) == 12


def test_every_game_has_the_equilibria_of_the_literal_definitions():
    for game in games():
        m = model(game)
        g = as_sets(m, m.ranks)
        for concept in literal.CONCEPTS:
            assert set(np.flatnonzero(equilibria(m, concept)).tolist()) == literal.equilibria(g, concept)
        sim = {s for s in g.feasible if all(literal.sim(g, i, s, answers(m)) for i in g.parties)}
        assert set(np.flatnonzero(equilibria(m, "sim")).tolist()) == sim
        for h in (1, 2, 3, 4, 5):
            for i in g.parties:
                want = [s for s in range(4) if literal.anticipated(g, i, s, h, [0, 1, 2, 3]) == s]
                assert np.flatnonzero(limited_move(m, h)[i]).tolist() == want


def test_every_game_has_a_sequential_equilibrium_and_the_classics_are_where_they_belong():
    assert all(equilibria(model(g), "seq").any() for g in games())
    dilemma, chicken, stag, deadlock = NAMES
    outcomes = {
        g: {tuple(map(int, model(g).ranks[:, s] + 1)) for s in np.flatnonzero(equilibria(model(g), "nash"))}
        for g in NAMES
    }
    assert outcomes == {
        dilemma: {(2, 2)}, chicken: {(2, 4), (4, 2)}, stag: {(4, 4), (2, 2)}, deadlock: {(3, 3)}
    }  # fmt: skip
    far = {
        tuple(map(int, model(dilemma).ranks[:, s] + 1))
        for s in np.flatnonzero(nonmyopic(model(dilemma)).all(0))
    }
    assert far == {(2, 2), (3, 3)}  # Brams & Wittman 1981


def test_the_page_of_the_documentation_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/graphmodel/games_2x2.py"
