"""SMAA by name: closed forms, two published examples, undefined where undefined."""

from __future__ import annotations

import math

import numpy as np
import pytest

from zopa.robustness.smaa import (
    central_weights,
    confidence_factors,
    entropy,
    first_shares,
    pairwise_winning,
    rank_acceptability,
)

DRAWS = 200_000


def uniform_weights(n: int, draws: int = DRAWS, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(n), draws)


def near(found: object, expected: object, spread: float = 0.5, draws: int = DRAWS) -> bool:
    return bool(np.allclose(found, expected, atol=4.5 * spread / math.sqrt(draws)))  # type: ignore[arg-type]


def test_two_criteria_three_alternatives_closed_form() -> None:
    """a = (1, 0), b = (0, 1), c = (.6, .6): rank 1 in .4, .4, .2; central weights of a (.8, .2); c over a .6."""
    w = uniform_weights(2)
    values = w @ np.array([[1, 0], [0, 1], [0.6, 0.6]]).T
    assert near(rank_acceptability(values)[:, 0], [0.4, 0.4, 0.2])
    assert near(central_weights(w, first_shares(values))[0], [0.8, 0.2])
    assert near(pairwise_winning(values)[2, 0], 0.6)
    assert entropy(np.array([0.4, 0.4, 0.2])) == pytest.approx(1.5219280948873621)


def test_three_criteria_four_alternatives_closed_form() -> None:
    w = uniform_weights(3)
    values = w @ np.vstack([np.eye(3), [0.4, 0.4, 0.4]]).T
    assert near(rank_acceptability(values)[:, 0], [0.32, 0.32, 0.32, 0.04])
    assert near(pairwise_winning(values)[3, 0], 0.64)


def test_weights_in_a_stated_order_have_the_rank_order_centroid_as_mean() -> None:
    w = -np.sort(-uniform_weights(3), axis=1)
    centre = central_weights(w, np.ones((DRAWS, 1)))[0]
    assert near(centre, np.array([11, 5, 2]) / 18)


def test_an_alternative_better_on_everything_has_all_and_the_other_has_no_central_weights() -> None:
    w = uniform_weights(3, 500)
    measured = np.repeat(np.array([[[1.0, 1, 1], [0, 0.5, 0]]]), 500, axis=0)
    values = np.einsum("dac,dc->da", measured, w)
    assert rank_acceptability(values).tolist() == [[1, 0], [0, 1]]
    centre = central_weights(w, first_shares(values))
    assert np.isnan(centre[1]).all()
    assert np.isnan(confidence_factors(measured, centre)).tolist() == [False, True]
    assert entropy(first_shares(values).mean(axis=0)) == 0
    once = values.copy()
    once[7] = [0, 1]
    assert np.array_equal(central_weights(w, first_shares(once))[1], w[7])


def test_ties_are_shared_and_every_rank_is_given_out_once() -> None:
    values = np.array([[1.0, 1, 0], [2, 1, 1], [1, 1, 1]])
    found = rank_acceptability(values)
    assert np.allclose(found.sum(axis=0), 1)
    assert np.allclose(found.sum(axis=1), 1)
    assert found[0].tolist() == pytest.approx([(0.5 + 1 + 1 / 3) / 3, (0.5 + 1 / 3) / 3, (1 / 3) / 3])
    assert pairwise_winning(values)[0].tolist() == pytest.approx([0, 1 / 3, 2 / 3])


def test_ranks_are_those_of_a_plain_sort() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        values = rng.integers(0, 4, (7, 5)).astype(float)
        slow = np.zeros((5, 5))
        for row in values:
            for k, v in enumerate(row):
                above, level = int((row > v).sum()), int((row == v).sum())
                slow[k, above : above + level] += 1 / level / 7
        assert np.allclose(rank_acceptability(values), slow)


TRIAL = {"Heparin": ((20, 116), (40, 96), (1, 135)), "Enoxaparin": ((8, 121), (32, 97), (5, 124))}
"""Events and patients without: proximal and distal thrombosis, major bleeding (Geerts et al. 1996, NEJM 335:701)."""
SCALES = ((0, 0.25), (0.15, 0.4), (0, 0.1))
PUBLISHED = 10_000


def test_the_published_thrombolytics_example_number_by_number() -> None:
    """Outputs of R package smaa 0.3 (10,000 draws), recomputed from the trial behind them: within its sampling error."""
    rng = np.random.default_rng(7)
    parts = [
        [1 - (rng.beta(a, b, DRAWS) - lo) / (hi - lo) for (a, b), (lo, hi) in zip(row, SCALES, strict=True)]
        for row in TRIAL.values()
    ]
    measured = np.transpose(np.array(parts), (2, 0, 1))
    w = uniform_weights(3, seed=8)
    values = np.einsum("dac,dc->da", measured, w)
    ranks = rank_acceptability(values)
    assert near(ranks, [[0.3504, 0.6496], [0.6496, 0.3504]], draws=PUBLISHED)
    centre = central_weights(w, first_shares(values))
    published = np.array([[0.1865097, 0.2772205, 0.5362698], [0.40731, 0.3641477, 0.2285423]])
    assert near(centre, published, spread=0.25, draws=3504)
    assert near(confidence_factors(measured, published), [0.6682, 0.8956], draws=PUBLISHED)
    assert near(pairwise_winning(values)[0, 1], 0.3504, draws=PUBLISHED)
    fixed = measured @ np.array([0.5, 0.2, 0.3])
    assert near(rank_acceptability(fixed)[0], [0.1279, 0.8721], spread=0.34, draws=PUBLISHED)
    assert entropy(np.array([0.3504, 0.6496])) == pytest.approx(0.9344248, abs=5e-8)


HANSEN = np.array([
    [0.0244, 0.2601, 0.3195, 0.3216, 0.0744], [0.1450, 0.3298, 0.2559, 0.2207, 0.0486],
    [0.6002, 0.1156, 0.0980, 0.0616, 0.1246], [0.0768, 0.1304, 0.1895, 0.2254, 0.3779],
    [0.1536, 0.1641, 0.1371, 0.1707, 0.3745],
])  # fmt: skip
"""Rank acceptabilities of five antidepressants (R package smaa, 10,000 draws; Hansen et al. 2005)."""


def test_rankings_that_have_the_published_shares_of_the_antidepressants_give_them_back() -> None:
    """Any 10,000 rankings with these margins must give the published table back.

    The table cannot be made again from its causes: what is missing are the 10,000 measurements of the five drugs on the
    six criteria and the 10,000 weights (published as compressed files of R objects only), or the distributions that
    they were drawn from (log odds per drug and criterion with their covariances, baseline risks, scale of each
    criterion).
    """
    left = np.rint(HANSEN * PUBLISHED).astype(int)
    assert (left.sum(axis=0) == PUBLISHED).all()
    assert (left.sum(axis=1) == PUBLISHED).all()
    rankings = []
    while left.any():  # Birkhoff: take out one ranking after the other, as often as it fits
        order = _assignment(left)
        times = min(left[k, order[k]] for k in range(5))
        rankings.append(np.tile(-np.array(order, dtype=float), (times, 1)))
        for k in range(5):
            left[k, order[k]] -= times
    values = np.concatenate(rankings)
    assert np.allclose(rank_acceptability(values), HANSEN, atol=1e-12)
    assert np.allclose(first_shares(values).mean(axis=0), HANSEN[:, 0], atol=1e-12)


CENTRAL = np.array([
    [0.23197, 0.08990, 0.26602, 0.11608, 0.11423, 0.18179], [0.28921, 0.17153, 0.13239, 0.12949, 0.13952, 0.13787],
    [0.09041, 0.17209, 0.17868, 0.16479, 0.19704, 0.19699], [0.27591, 0.06593, 0.31360, 0.12331, 0.09967, 0.12159],
    [0.28673, 0.17649, 0.07904, 0.24193, 0.11974, 0.09606],
])  # fmt: skip
"""Their published central weights on six criteria."""


def test_published_central_weights_of_the_antidepressants_are_parts_of_one_mean_of_weights() -> None:
    """First ranks weighted by central weights are the mean of all weights: 1/6 each, uniform on the simplex."""
    assert np.allclose(CENTRAL.sum(axis=1), 1, atol=5e-5)
    spread = math.sqrt(5 / (36 * 7))
    assert near(HANSEN[:, 0] @ CENTRAL, np.full(6, 1 / 6), spread=spread, draws=PUBLISHED)
    rng = np.random.default_rng(3)
    w, first = rng.dirichlet(np.ones(6), 20_000), rng.choice(5, 20_000, p=HANSEN[:, 0])
    picked = np.eye(5)[first]
    assert np.allclose(picked.mean(axis=0) @ central_weights(w, picked), w.mean(axis=0), atol=1e-12)


def _assignment(left: np.ndarray) -> list[int]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.where(left > 0, 0, 1))
    assert all(left[r, c] > 0 for r, c in zip(rows, columns, strict=True))
    return [int(c) for c in columns]
