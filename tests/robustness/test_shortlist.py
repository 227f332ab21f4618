"""The approval committee against brute force over all committees; the shortlist of a small case."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from word_cases import TAKEN, case_of, words
from zopa.robustness import committee, draw, shortlist
from zopa.robustness.shortlist import score, undominated
from zopa.robustness.stress import problems_of, words_of


@pytest.mark.parametrize("rounds", [25, pytest.param(400, marks=pytest.mark.slow)])
def test_the_committee_is_the_best_of_all_committees(rounds: int) -> None:
    rng = np.random.default_rng(3)
    for _ in range(rounds):
        n, voters = int(rng.integers(2, 11)), int(rng.integers(1, 30))
        approves = rng.random((n, voters)) < rng.uniform(0.1, 0.7)
        for rule in ("coverage", "pav"):
            for size in (1, 2, 3):
                chosen, bound, proven = committee(approves, size, rule, 10_000)  # type: ignore[arg-type]
                best = max(
                    score(approves[list(c)], rule) for c in itertools.combinations(range(n), min(size, n))
                )
                assert proven
                assert score(approves[list(chosen)], rule) == pytest.approx(best)
                assert bound >= best - 1e-6


def test_coverage_rises_with_the_size_and_a_package_that_all_approve_is_always_in() -> None:
    rng = np.random.default_rng(5)
    approves = rng.random((12, 60)) < 0.3
    found = [score(approves[list(committee(approves, k)[0])]) for k in (1, 2, 3, 4)]
    assert found == sorted(found)
    approves[4] = True
    assert 4 in committee(approves, 1)[0]
    assert 4 in committee(approves, 3, "pav")[0]


def test_leaving_dominated_candidates_out_costs_no_coverage() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        approves = rng.random((9, 14)) < 0.4
        kept = undominated(approves)
        for k in (1, 2, 3):
            alone = score(approves[list(committee(approves, k)[0])])
            assert score(approves[kept][list(committee(approves[kept], k)[0])]) == alone


def test_the_shortlist_of_a_small_case_covers_what_can_be_covered_and_says_what_breaks_it() -> None:
    issues = {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"]}
    rows = [
        *words({"prefers": {"A": "a2"}, "to": {"A": "a1"}}, {"prefers": {"A": "a1"}, "to": {"A": "a0"}}),
        *words({"prefers": {"B": "b1"}, "to": {"B": "b0"}}, {"refuses": {"A": "a2", "B": "b0"}}, party="Q"),
    ]
    problems = problems_of(case_of(rows, issues), None)
    first = next(iter(problems.values()))
    sets, _ = words_of(first, TAKEN)
    points = {p: draw(w, 128, 4) for p, w in sets.items()}
    found = shortlist(problems, sets, points)
    assert found is not None
    assert (found.complete, found.proven) == (True, True)
    assert found.covered == pytest.approx(found.possible)
    assert sum(m.added for m in found.members) == pytest.approx(found.covered)
    for m in found.members:
        assert m.alone >= m.added
        for party, share in m.parties.items():
            assert (party in m.breaks) == (share < 0.99)
