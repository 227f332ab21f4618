"""Every exact engine against brute force, on random small spaces with every combination of features."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest

from exact_instances import frontier_of, random_space, zone_of
from zopa.bargaining import search as exact
from zopa.bargaining.proofs import check
from zopa.bargaining.search import branch_and_bound as tree
from zopa.bargaining.search import certificate, counting, maxmin, nash, pareto
from zopa.bargaining.search import elimination as buckets
from zopa.bargaining.search import enumeration as walks
from zopa.bargaining.search import heuristics as incumbents
from zopa.bargaining.search import multipliers as dual
from zopa.bargaining.search.branch_and_bound import never
from zopa.bargaining.search.decomposition import Refusal, additive

SEEDS = range(25)
MANY = range(25, 2000)


def maximum_nash_welfare(space, zone):
    """Packages with the most gaining parties and then the largest product of their gains."""

    def rank(u):
        gains = [x - r for x, r in zip(u, space.reservation, strict=True) if x > r]
        return len(gains), math.prod(gains)

    best = max((rank(u) for u in zone.values()), default=(0, 0))
    return sorted(x for x, u in zone.items() if rank(u) == best) if best[0] else []


def max_min(space, zone, kind, weights):
    """Packages whose sorted ratios are largest."""
    ideal = [max(u[p] for u in zone.values()) for p in range(len(space.parties))]
    r = space.reservation

    def rank(u):
        if kind == "utilitarian":
            return [sum(u)]
        along = {"egalitarian": [1] * len(u), "proportional": weights}.get(kind)
        along = along or [max(0, b - x) for b, x in zip(ideal, r, strict=True)]
        along = along if any(along) else [1] * len(u)
        return sorted(Fraction(a - b, d) for a, b, d in zip(u, r, along, strict=True) if d)

    best = max(rank(u) for u in zone.values())
    return sorted(x for x, u in zone.items() if rank(u) == best)


def agrees_with_brute_force(seed, limit):
    space = random_space(seed)
    zone = zone_of(space)
    try:
        form = additive(space, limit)
    except Refusal:
        return
    if not form.rows:
        assert set(map(tuple, pareto.frontier(form).points.tolist())) == frontier_of(zone.values())
        assert counting.count(form).low == counting.count(form).high == len(zone)
    runs = nash.nash(form)
    product = max((r.best[0].product for r in runs if r.best), default=0)
    found = sorted({form.package(b.picks) for r in runs for b in r.best if b.product == product})
    assert found == maximum_nash_welfare(space, zone)
    if found:
        members = next(r.members for r in runs if r.best and r.best[0].product == product)
        larger = nash.larger_sets(form, members)
        proof = certificate.nash_proof(form, runs, larger, None)
        check(json.loads(json.dumps(proof)))
    weights = [1 + (seed + p) % 3 for p in range(form.n_parties)]
    for kind in maxmin.KINDS:
        out = maxmin.maxmin(form, kind, weights=weights if kind == "proportional" else None)
        found = sorted(form.package(p) for p in out.picks)
        assert found == (max_min(space, zone, kind, weights) if zone else []), kind
        if zone:
            check(json.loads(json.dumps(certificate.maxmin_proof(out))))


@pytest.mark.parametrize("seed", SEEDS)
def test_frontier_count_and_solutions_equal_brute_force_and_their_proofs_hold(seed):
    agrees_with_brute_force(seed, 20_000)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_where_rules_are_not_joined_but_charged(seed):
    agrees_with_brute_force(seed, 4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY)
def test_thousands_of_random_spaces_equal_brute_force(seed):
    agrees_with_brute_force(seed, 20_000 if seed % 2 else 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_emptiness_is_right_and_proven_both_ways(seed):
    space = random_space(seed)
    answer = exact.is_empty(space, proof=True)
    assert answer.empty == (not zone_of(space))
    if answer.proof is not None:
        check(json.loads(json.dumps(answer.proof)))


@pytest.mark.parametrize("seed", SEEDS)
def test_bucket_elimination_finds_the_same_frontier_and_solutions(seed):
    space = random_space(seed)
    zone = zone_of(space)
    front = buckets.bucket_frontier(space)
    assert set(map(tuple, front.points.tolist())) == frontier_of(zone.values())
    packages = buckets.bucket_package(space, front.points) if len(front.points) else []
    assert [space.utility(x) for x in packages] == [tuple(row) for row in front.points.tolist()]
    assert all(x in zone for x in packages)
    assert exact.engine._nash_from_frontier(space, None, tree.never).value == exact.solve_nash(space).value
    for kind in ("kalai-smorodinsky", "egalitarian", "utilitarian"):
        by_tree, by_frontier = (
            exact.solve_maxmin(space, kind),
            exact.engine._maxmin_from_frontier(space, kind, None, tree.never),
        )
        assert set(by_tree.utilities) == set(by_frontier.utilities), kind


@pytest.mark.parametrize("seed", SEEDS)
def test_all_packages_of_a_frontier_point_are_listed(seed):
    space = random_space(seed)
    zone = zone_of(space)
    points = exact.frontier(space).points[:3]
    wanted = {tuple(row) for row in points.tolist()}
    assert sorted(exact.packages_at(space, points, most=10_000)) == sorted(
        x for x, u in zone.items() if u in wanted
    )


@pytest.mark.parametrize("seed", range(20))
def test_conflicts_and_corrections_are_those_of_the_masks(seed):
    space = random_space(seed, quota=False)
    found = exact.conflicts(space)
    masks = set()
    for x in space.packages():
        held = [*(c.allows(x) for c in space.clauses), *space.accepting(x)]
        masks.add(frozenset(n for n, ok in enumerate(held) if ok))
    maximal = [m for m in masks if not any(m < other for other in masks)]
    everything = set(range(len(found.members)))
    corrections = {frozenset(found.members[k] for k in everything - m) for m in maximal} - {frozenset()}
    assert found.complete
    assert set(found.corrections) == corrections
    hitting = [
        frozenset(h)
        for n in range(1, len(found.members) + 1)
        for h in itertools.combinations(found.members, n)
        if corrections and all(set(h) & c for c in corrections)
    ]
    assert set(found.conflicts) == {h for h in hitting if not any(o < h for o in hitting)}


@pytest.mark.parametrize("seed", SEEDS)
def test_k_best_are_the_k_largest_products_with_all_ties_of_the_last(seed):
    space = random_space(seed, quota=False)
    products = {}
    for x, u in zone_of(space).items():
        gains = [a - r for a, r in zip(u, space.reservation, strict=True)]
        if min(gains) > 0:
            products[x] = math.prod(gains)
    if not products:
        return
    k = 3
    least = sorted(products.values(), reverse=True)[:k][-1]
    found = exact.solve_nash(space, k=k)
    assert sorted(found.packages) == sorted(x for x, n in products.items() if n >= least)


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_nash_equals_that_many_copies_of_a_party(seed):
    space = random_space(seed, quota=False)
    weights = [1 + (seed + p) % 3 for p in range(len(space.parties))]
    rank = {}
    for x, u in zone_of(space).items():
        gains = [a - r for a, r in zip(u, space.reservation, strict=True)]
        if min(gains) > 0:
            rank[x] = math.prod(g**w for g, w in zip(gains, weights, strict=True))
    found = exact.solve_nash(space, weights, proof=True)
    if rank:
        assert sorted(found.packages) == sorted(x for x, n in rank.items() if n == max(rank.values()))
        check(found.proof)


@pytest.mark.parametrize("seed", range(15))
def test_samples_are_members_and_evenly_spread(seed):
    space = random_space(seed, quota=False)
    zone = zone_of(space)
    found = exact.sample(space, 400, seed)
    assert set(found) <= set(zone)
    assert bool(found) == bool(zone)
    if 2 <= len(zone) <= 20:
        counts = np.array([found.count(x) for x in zone])
        expected = 400 / len(zone)
        # chi-square with len(zone) - 1 degrees of freedom, far in the tail
        assert ((counts - expected) ** 2 / expected).sum() < len(zone) + 8 * math.sqrt(2 * len(zone))


@pytest.mark.parametrize("seed", range(15))
def test_certified_bounds_hold_and_halves_count_the_same(seed):
    space = random_space(seed, quota=False, parties=(2,))
    form = additive(space)
    n = len(zone_of(space))
    between = counting.count_between(form)
    assert between.low <= n <= between.high
    assert counting._meet(form) == n


@pytest.mark.parametrize("seed", range(12))
def test_rays_match_every_acceptable_package_up_to_the_stated_factor(seed):
    space = random_space(seed, quota=False, parties=(2, 3))
    zone = zone_of(space)
    try:
        found = exact.rays(space, Fraction(1, 2))
    except Refusal:
        return
    assert found.factor is not None
    front = frontier_of(zone.values())
    assert all(space.utility(x) in front for x in found.packages)
    gains = [
        [a - r for a, r in zip(space.utility(x), space.reservation, strict=True)] for x in found.packages
    ]
    for u in zone.values():
        mine = [a - r for a, r in zip(u, space.reservation, strict=True)]
        if all(g >= f for g, f in zip(mine, found.floor, strict=True)):
            assert any(
                all(h * found.factor >= g for h, g in zip(other, mine, strict=True)) for other in gains
            )


@pytest.mark.parametrize("seed", range(20))
def test_compiled_kernels_equal_their_numpy_twins_bit_for_bit(seed):
    kernels = dual.fast()
    if kernels is None:
        pytest.skip("the extra 'fast' is not installed")
    rng = np.random.default_rng(seed)
    stairs = pareto.merge2(np.zeros((1, 2), np.int64), rng.integers(0, 90, (60, 2)))
    choices = rng.integers(0, 40, (int(rng.integers(1, 9)), 2))
    a, b = kernels.merge2(
        *(np.ascontiguousarray(x) for x in (stairs[:, 0], stairs[:, 1], choices[:, 0], choices[:, 1]))
    )
    assert np.array_equal(np.stack([a, b], axis=1), pareto.merge2(stairs, choices))
    parties = int(rng.integers(3, 7))
    points = rng.integers(0, 30, (3000, parties))
    layout = pareto.packing([30] * parties)
    keys = np.ascontiguousarray(np.unique(layout.pack(points))[::-1])
    packed = kernels.packed_filter(keys, layout.bits, parties, layout.guard)
    assert np.array_equal(packed, pareto.packed_filter(keys, layout.guard))
    if parties == 3:
        rows = layout.unpack(keys)
        values, rank = np.unique(-rows[:, 1], return_inverse=True)
        kept = kernels.sweep3(rank.astype(np.int64), np.ascontiguousarray(rows[:, 2]), len(values))
        assert np.array_equal(rows[kept], layout.unpack(packed))


@pytest.mark.parametrize("seed", range(20))
def test_compiled_annealing_equals_its_numpy_twin_bit_for_bit(seed, monkeypatch):
    if dual.fast() is None:
        pytest.skip("the extra 'fast' is not installed")
    rng = np.random.default_rng(seed)
    groups, parties = int(rng.integers(1, 9)), int(rng.integers(1, 6))
    s = rng.random((4 * groups, parties))
    cheap = np.arange(4 * groups).reshape(groups, 4)
    low, plain = rng.random(parties) * groups, rng.random(parties) < 0.3

    def found():
        chance = np.random.default_rng(seed)
        return incumbents.anneal(s, low, plain, cheap, cheap[:, 0], 20_000, chance, never).tolist()

    fast = found()
    monkeypatch.setattr(incumbents, "fast", lambda: None)
    assert found() == fast


@pytest.mark.parametrize("seed", range(10))
def test_annealing_meets_the_best_package_of_a_small_space(seed):
    rng = np.random.default_rng(seed)
    s, low = rng.random((20, 3)), np.full(3, 2.0)
    cheap = np.arange(20).reshape(5, 4)
    met = incumbents.anneal(s, low, np.zeros(3, bool), cheap, cheap[:, 0], 100_000, rng, never)
    best = max(s[list(p)].sum(axis=0).min() for p in itertools.product(*cheap))
    assert s[met[0]].sum(axis=0).min() == best


@pytest.mark.parametrize("seed", range(20))
def test_the_compiled_walk_equals_its_numpy_twin_with_and_without_rules(seed, monkeypatch):
    if dual.fast() is None:
        pytest.skip("the extra 'fast' is not installed")
    space = random_space(seed, quota=False)
    try:
        form = additive(space, 4)
    except Refusal:
        return
    if not form.possible:
        return
    flat = dual.flatten(form.tables)
    rng = np.random.default_rng(seed)
    n = form.n_parties
    tests = np.concatenate(
        [rng.integers(1, 9, (1, n)), np.eye(n, dtype=np.int64), rng.integers(0, 5, (2, n))]
    )
    floors = tests @ np.array(form.need)
    member = walks.rows_matrix(form.rows, flat) if form.rows else None
    more = {
        "member": member,
        "row_groups": [[g for g, _ in row.parts] for row in form.rows],
        "mu": rng.integers(0, 6, len(form.rows)),
    }
    fast = walks.WalkPlan(flat, tests, **more).run(floors)
    monkeypatch.setattr(walks, "fast", lambda: None)
    plain = walks.WalkPlan(flat, tests, **more).run(floors)
    assert np.array_equal(fast.picks, plain.picks)
    assert fast.status == plain.status == walks.DONE


def test_a_packed_comparison_is_a_comparison_of_every_field():
    rng = np.random.default_rng(1)
    for parties, largest in ((2, 2**31 - 1), (3, 2**20 - 1), (4, 2**15 - 1), (5, 2**11 - 1), (8, 127)):
        layout = pareto.packing([largest] * parties)
        a, b = (rng.integers(0, largest + 1, (500, parties)) for _ in range(2))
        a[:5], b[:5] = largest, largest
        x, y = layout.pack(a), layout.pack(b)
        by_word = (((x | layout.guard) - y) & layout.guard) == layout.guard
        assert np.array_equal(by_word, (a >= b).all(axis=1))
        assert np.array_equal(layout.unpack(x), a)


def test_the_worked_example_of_the_nash_bound():
    # search.md 6.6: budget 0 with (1, 1), 4 with (4, 5); two and three packages left
    assert nash.threshold([1, 1], [0, 1], [1, 1], 28) == 11
    assert nash.threshold([4, 5], [0, 1], [1, 1], 28) == 48
    assert nash.threshold([1, 1], [0, 1], [1, 1], 24) == 10
