from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from zopa.division import as_game, core, divide_claims, nucleolus, shapley
from zopa.errors import NotApplicable

# Raiffa 1982 ch. 17; PON Three-Party Coalition Exercise
RAIFFA = as_game({"A+B": 118, "A+C": 84, "B+C": 50, "A+B+C": 121}, ["A", "B", "C"])


def test_the_three_party_coalition_exercise():
    assert shapley(RAIFFA) == (Fraction(172, 3), Fraction(121, 3), Fraction(70, 3))
    verdict = core(RAIFFA)
    assert verdict.empty
    assert verdict.needed == 126  # the pairwise demands 76 + 42 + 8
    assert verdict.weights == ((0b011, Fraction(1, 2)), (0b101, Fraction(1, 2)), (0b110, Fraction(1, 2)))
    assert nucleolus(RAIFFA) == pytest.approx((223 / 3, 121 / 3, 19 / 3), abs=1e-7)


games = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.integers(-5, 30), min_size=2**n - 1, max_size=2**n - 1).map(
        lambda v: [Fraction(0), *map(Fraction, v)]
    )
)


def _rows(game):
    n = len(game).bit_length() - 1
    return [[s >> p & 1 for p in range(n)] for s in range(1, len(game))]


@given(games)
def test_the_core_test_agrees_with_a_linear_programme_and_proves_itself(game):
    verdict = core(game)
    lp = linprog(
        [1] * len(_rows(game)[0]),
        A_ub=[[-x for x in r] for r in _rows(game)],
        b_ub=[-float(v) for v in game[1:]],
        bounds=(None, None),
    )
    assert float(verdict.needed) == pytest.approx(lp.fun, abs=1e-7)
    if verdict.empty:
        for p in range(len(game).bit_length() - 1):
            assert sum(w for s, w in verdict.weights if s >> p & 1) == 1
        assert sum(w * game[s] for s, w in verdict.weights) == verdict.needed > game[-1]
    else:
        assert sum(verdict.point) == game[-1]
        assert all(
            sum(x for p, x in enumerate(verdict.point) if s >> p & 1) >= game[s] for s in range(1, len(game))
        )


@given(games)
def test_shapley_is_the_mean_over_all_orders(game):
    n = len(game).bit_length() - 1
    total, orders = [Fraction(0)] * n, list(permutations(range(n)))
    for order in orders:
        mask = 0
        for p in order:
            total[p] += game[mask | 1 << p] - game[mask]
            mask |= 1 << p
    assert shapley(game) == tuple(t / len(orders) for t in total)


@given(games)
@settings(max_examples=30)
def test_the_nucleolus_divides_the_whole_and_lies_in_the_core_when_there_is_one(game):
    x = nucleolus(game)
    assert sum(x) == pytest.approx(float(game[-1]), abs=1e-6)
    if not core(game).empty:
        assert all(
            sum(v for p, v in enumerate(x) if s >> p & 1) >= float(game[s]) - 1e-6
            for s in range(1, len(game))
        )


@pytest.mark.parametrize("estate", [100, 200, 300, 400, 500])
def test_the_nucleolus_of_a_bankruptcy_game_is_the_talmud_rule(estate):
    # Aumann & Maschler 1985: two independent ways to the same numbers
    claims = [100, 200, 300]
    game = [
        Fraction(max(0, estate - sum(d for p, d in enumerate(claims) if not s >> p & 1))) for s in range(8)
    ]
    assert nucleolus(game) == pytest.approx([float(x) for x in divide_claims(estate, claims)], abs=1e-7)


def test_a_coalition_left_out_is_worth_its_best_partition():
    game = as_game({"A": 3, "B": 1, "A+C": 7}, ["A", "B", "C"])
    assert [int(v) for v in game] == [0, 3, 1, 4, 0, 7, 1, 8]


def test_a_coalition_of_strangers_is_refused():
    with pytest.raises(NotApplicable, match="out of A, B"):
        as_game({"A+X": 1}, ["A", "B"])
    with pytest.raises(NotApplicable, match="coalitions"):
        shapley([Fraction(0), Fraction(1), Fraction(2)])
