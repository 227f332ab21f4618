"""What solutions pick under draws: held against the exact solutions of the bargaining room, draw by draw."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from word_cases import TAKEN, case_of, words
from zopa.bargaining import SOLUTIONS
from zopa.robustness import compatible, draw, picks
from zopa.robustness.solution_picks import PICKERS, AllowedPackages, per_issue, pick_each
from zopa.space import Problem

ISSUES = {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"], "C": ["c0", "c1", "c2"]}


def problem() -> Problem:
    rows = [
        *words({"prefers": {"A": "a2"}, "to": {"A": "a1"}}, {"accepts": {"A": "a1", "B": "b1", "C": "c1"}}),
        *words(
            {"accepts": {"A": "a2", "B": "b1", "C": "c1"}},
            {"refuses": {"A": "a0", "B": "b1", "C": "c2"}},
            party="Q",
        ),
    ]
    rules = {"r": {"says": "not both", "when": {"A": ("a2",), "C": ("c2",)}, "assumed": "t"}}
    return Problem(case_of(rows, ISSUES, rules=rules))


@pytest.mark.parametrize("draws", [40, pytest.param(2000, marks=pytest.mark.slow)])
def test_picks_of_every_draw_are_those_of_the_exact_solutions(draws: int) -> None:
    p = problem()
    sets = [compatible(p, party, TAKEN) for party in p.space.parties]
    parts = [per_issue(w, draw(w, draws, k)) for k, w in enumerate(sets)]
    allowed = AllowedPackages.of(p)
    assert 0 < allowed.numbers.size < p.space.n_packages
    opened = dict(pick_each(allowed, parts, range(draws)))
    packages = list(p.space.packages())
    for k in range(draws):
        gains = []
        for part in parts:
            one = [
                sum(part.weights[k, i] * (part.values[i][k, o] - part.now[k, i]) for i, o in enumerate(x))
                + part.cost[k]
                for x in packages
            ]
            gains.append([int(Fraction(float(v)).limit_denominator(10**12) * 10**9) for v in one])
        table = np.array(gains, dtype=np.int64)
        zone = np.flatnonzero((table >= 0).all(axis=0) & p.table.admissible)
        assert (k in opened) == bool(zone.size)
        if not zone.size:
            continue
        for name in PICKERS:
            exact = set(zone[SOLUTIONS[name].pick(table[:, zone], scale=10**9)[0]])
            assert exact & set(opened[k][name]), (k, name)


def test_any_split_of_the_draws_gives_the_same_picks() -> None:
    p = problem()
    parts = [per_issue(w, draw(w, 60, 1)) for w in (compatible(p, x, TAKEN) for x in p.space.parties)]
    allowed = AllowedPackages.of(p)
    together = pick_each(allowed, parts, range(60))
    assert together == [*pick_each(allowed, parts, range(17)), *pick_each(allowed, parts, range(17, 60))]


def test_the_points_of_every_draw_add_up_to_a_hundred_and_give_back_the_acceptances() -> None:
    p = problem()
    for party in p.space.parties:
        w = compatible(p, party, TAKEN)
        points = draw(w, 100, 3)
        part = per_issue(w, points)
        assert np.allclose(part.weights.sum(axis=1), 100)
        gains = AllowedPackages.of(p).gains(part, 5, part.weights[5])
        for n, number in enumerate(AllowedPackages.of(p).numbers):
            package = [int(o) for o in np.unravel_index(number, p.space.sizes)]
            raw = float(np.array(w.gain(package)) @ points[5])
            assert (gains[n] >= 0) == (raw >= 0)


def test_shares_of_picks_add_up_and_central_weights_are_means_of_draws() -> None:
    p = problem()
    sets = {party: compatible(p, party, TAKEN) for party in p.space.parties}
    points = {party: draw(w, 300, 2) for party, w in sets.items()}
    found = picks(p, sets, points, [{"A": "a1", "B": "b1", "C": "c1"}])
    assert (found.draws, found.open) == (300, 300)
    for method in found.methods.values():
        assert 0 < sum(x.share for x in method.packages) <= 1 + 1e-9
        assert method.entropy <= np.log2(method.different) + 1e-9
        for x in method.packages:
            assert x.low <= x.share <= x.high
            assert all(sum(w.values()) == pytest.approx(100) for w in x.central.values())
    assert found.ranks is not None
    for table in found.ranks.acceptability.values():
        assert np.allclose(np.sum(table, axis=1), 1)
