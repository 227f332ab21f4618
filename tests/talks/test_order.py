"""The order of steps: equal to brute force over all orders, published figures, and laws that must hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from zopa.errors import NotApplicable
from zopa.talks.order import best_orders, bridge, dips, least_height, never, reached

FORBIDDEN = 10**9


def partitions(k: int, most: int) -> Iterator[list[int]]:
    """Every path from nothing moved to everything moved, as the list of states after each step."""

    def walk(state: int, path: list[int]) -> Iterator[list[int]]:
        if state == (1 << k) - 1:
            yield path
            return
        left = [j for j in range(k) if not state >> j & 1]
        for size in range(1, most + 1):
            for moved in itertools.combinations(left, size):
                there = state | sum(1 << j for j in moved)
                yield from walk(there, [*path, there])

    return walk(0, [])


def brute(dip: list[int], k: int, most: int) -> tuple[int, int, int, set[int]] | None:
    """Least (height, steps, sum of positive dips), and the first steps of all paths that reach it."""
    found = []
    for path in partitions(k, most):
        deep = [dip[s] for s in path]
        if max(deep) < FORBIDDEN:
            found.append(((max(deep), len(path), sum(d for d in deep if d > 0)), path[0]))
    if not found:
        return None
    best = min(key for key, _ in found)
    return (*best, {first for key, first in found if key == best})


def check(dip: np.ndarray, worth: np.ndarray, k: int, most: int) -> None:
    plain = [FORBIDDEN if d == never(dip) else int(d) for d in dip]
    truth = brute(plain, k, most)
    found = best_orders(dip, k, most, worth)
    if truth is None:
        assert found.height is None
        return
    assert (found.height, found.steps, found.total, set(found.first)) == truth
    walked = list(zip((0, *found.path), found.path, strict=False))
    assert all(a & b == a and 1 <= (a ^ b).bit_count() <= most for a, b in walked)
    assert max(plain[s] for s in found.path) == truth[0]
    assert reached(dip, k, truth[0], most) >= 1


def cases(seed: int, n: int, most_k: int) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    rng = np.random.default_rng(seed)
    for _ in range(n):
        k, parties = int(rng.integers(1, most_k + 1)), int(rng.integers(1, 5))
        wide = int(rng.choice([2, 9, 60]))  # narrow ranges make ties
        worth = np.zeros((parties, 1 << k), dtype=np.int64)
        for j, change in enumerate(rng.integers(-wide, wide + 1, (k, parties))):
            worth[:, 1 << j : 2 << j] = worth[:, : 1 << j] + change[:, None]
        if rng.random() < 0.3:  # an interaction
            worth[0, rng.random(1 << k) < 0.2] += int(rng.integers(-wide, wide + 1))
        dip, _ = dips(worth, rng.integers(-wide, wide + 1, parties).tolist())
        if rng.random() < 0.4:  # rules
            barred = rng.random(1 << k) < rng.choice([0.1, 0.5])
            barred[[0, -1]] = False
            dip = np.where(barred, never(dip), dip)
        yield dip, worth, k


def test_the_best_order_equals_brute_force_over_all_orders_of_up_to_five_issues() -> None:
    for dip, worth, k in cases(1, 400, 5):
        for most in (1, 2, 3):
            check(dip, worth, k, most)


@pytest.mark.slow
def test_the_best_order_equals_brute_force_over_all_orders_of_up_to_seven_issues() -> None:
    for dip, worth, k in cases(2, 3000, 7):
        check(dip, worth, k, 1)
        if k <= 6:
            check(dip, worth, k, 2)


def test_the_bridge_is_the_pair_that_lowers_the_height_most_when_all_other_steps_are_single() -> None:
    for dip, _, k in cases(3, 200, 5):
        plain = [FORBIDDEN if d == never(dip) else int(d) for d in dip]
        single = [max(plain[s] for s in path) for path in partitions(k, 1)]
        best = min(single)
        paths = [
            p
            for p in partitions(k, 2)
            if sum((a ^ b).bit_count() == 2 for a, b in zip((0, *p), p, strict=False)) == 1
        ]
        with_pair = min((max(plain[s] for s in p) for p in paths), default=best)
        found = bridge(dip, k)
        if with_pair < best:
            assert found is not None
            assert found[1] == with_pair
        else:
            assert found is None


def test_more_issues_per_step_never_raise_the_height_and_no_height_is_below_that_of_the_target() -> None:
    for dip, _, k in cases(4, 300, 7):
        heights = [least_height(dip, k, most)[-1] for most in (1, 2, 3)]
        assert heights[0] >= heights[1] >= heights[2] >= dip[-1]


def test_floors_lowered_by_a_number_lower_the_height_by_that_number() -> None:
    for dip, worth, k in cases(5, 100, 7):
        if never(dip) in dip:
            continue
        assert best_orders(dip - 7, k, 2, worth).height == best_orders(dip, k, 2, worth).height - 7


def test_one_more_party_never_lowers_the_height() -> None:
    for dip, worth, k in cases(6, 150, 6):
        more = np.maximum(dip, -worth[0] % 13 - 6)
        for most in (1, 2):
            assert least_height(more, k, most)[-1] >= least_height(dip, k, most)[-1]


def test_a_least_height_prefix_may_have_more_steps_than_needed() -> None:
    """One lexicographic recursion would keep three steps here: {a}, {a, b}, all. Two do: {a, b}, all."""
    dip = np.array([0, 1, 9, 5, 9, 9, 9, 6])
    worth = np.zeros((1, 8), dtype=np.int64)
    found = best_orders(dip, 3, 2, worth)
    assert (found.height, found.steps) == (6, 2)


def test_dips_in_shares_are_compared_exactly_also_where_their_unit_is_beyond_64_bits() -> None:
    worth = np.array([[0, 3, 5, 9], [10, 8, 6, 7]], dtype=np.int64)
    scales = [10**19 + 37, 10**19 + 91]
    dip, unit = dips(worth, [9, 9], scales)
    assert dip.dtype == object
    assert unit == scales[0] * scales[1]
    assert list(dip) == [
        max((9 - int(worth[0, s])) * scales[1], (9 - int(worth[1, s])) * scales[0]) for s in range(4)
    ]
    assert best_orders(dip, 2, 1, worth).height == min(max(dip[1], dip[3]), max(dip[2], dip[3]))


def test_more_than_twenty_issues_are_refused_with_the_number() -> None:
    with pytest.raises(NotApplicable, match="21 issues differ"):
        best_orders(np.zeros(1, dtype=np.int64), 21, 1, np.zeros((1, 1)))


def test_the_certificate_refuses_a_height_that_is_not_least() -> None:
    dip = np.array([0, 1, 5, 2])
    assert reached(dip, 2, 2, 1) == 2
    with pytest.raises(AssertionError, match="smaller height"):
        reached(dip, 2, 6, 1)
