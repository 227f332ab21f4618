"""The published instances: digests, products, fractions and counts that other programs found."""

from __future__ import annotations

import dataclasses
import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import zopa
from exact_instances import DATA, instance, oracles
from zopa.bargaining import search as exact
from zopa.bargaining.proofs import check
from zopa.bargaining.search import enumeration as walks
from zopa.bargaining.search import maxmin, nash, pareto
from zopa.bargaining.search import multipliers as dual
from zopa.bargaining.search.decomposition import additive
from zopa.casefile import load
from zopa.space import Bonus, Clause, compile_case


def ideal_gains(form):
    return [b - n for b, n in zip(form.largest, form.need, strict=True)]


def small(entry):
    return entry["P"] <= 3 or (entry["S"] <= 100 and entry["M"] * entry["P"] < 120)


@pytest.mark.slow
def test_frontiers_equal_the_published_digests():
    entries = oracles("frontier")
    import check  # beside the data

    for entry in entries:
        if entry["frontier"] > 60_000 or (entry["P"] >= 4 and dual.fast() is None):
            continue
        found = exact.frontier(instance(entry))
        assert check.points_digest(found.points) == entry["frontier_digest"], entry


def test_all_nash_products_are_those_published_and_nothing_ties_unseen():
    for entry in oracles("nash_maxmin"):
        if dual.fast() is None and entry["M"] > 20:
            continue
        found = exact.solve_nash(instance(entry))
        assert found.proven
        assert str(found.value) == entry["nash_product"]
        assert len(found.packages) == entry["nash_packages"]


def test_nash_proofs_of_large_instances_pass_the_checker():
    for entry in oracles("nash_maxmin")[::24]:
        found = exact.solve_nash(instance(entry), proof=True)
        check(json.loads(json.dumps(found.proof)))


def test_max_min_values_of_two_and_three_parties_are_those_published():
    for entry in oracles("nash_maxmin"):
        if entry["P"] > 3:
            continue
        form = additive(instance(entry))
        found = maxmin._best(form, form.need, ideal_gains(form))[0]
        assert found.proven
        assert found.value == Fraction(entry["maxmin"]), entry


@pytest.mark.slow
def test_max_min_values_of_five_parties_are_those_published():
    for entry in oracles("nash_maxmin"):
        if entry["P"] != 5 or entry["family"] in ("subsetsum", "goods"):
            continue
        form = additive(instance(entry))
        assert maxmin._best(form, form.need, ideal_gains(form))[0].value == Fraction(entry["maxmin"]), entry


def test_counts_are_those_published_to_the_last_digit():
    for entry in oracles("count"):
        if entry["S"] > 1000 or entry["K"] > 10 or entry["S"] == 300 or entry["P"] > 3:
            continue
        found = exact.count(instance(entry))
        assert found.exact
        assert str(found.low) == str(entry["acceptable"])


def test_chains_of_interactions_have_the_published_frontiers():
    entries = oracles("chain")
    from check import points_digest
    from rules import chain

    for entry in entries:
        if entry["M"] > 20:
            continue
        space = instance(entry)
        W = chain(entry["P"], entry["M"], entry["K"], entry["S"])
        P, M, K = W.shape[0], W.shape[1], W.shape[2]
        bonuses = tuple(
            Bonus(p, ((m, 1 << k), (m + 1, 1 << j)), int(W[p, m, k, j]))
            for p in range(P) for m in range(M) for k in range(K) for j in range(K)
        )  # fmt: skip
        found = exact.frontier(dataclasses.replace(space, bonuses=bonuses), everything=True)
        assert points_digest(found.points) == entry["frontier_digest"]


def ruled(entry):
    sys.path.append(str(DATA)) if str(DATA) not in sys.path else None
    from check import rules_of

    space = instance(entry)
    clauses = (Clause(f"R{n}", tuple((m, 1 << k) for m, k in f)) for n, f in enumerate(rules_of(entry)))
    return dataclasses.replace(space, clauses=tuple(clauses))


@pytest.mark.slow
def test_nash_under_rules_is_that_published_and_proven():
    for entry in oracles("rules"):
        if dual.fast() is None and entry["M"] > 20 and entry.get("global_forbids"):
            continue
        found = exact.solve_nash(ruled(entry), proof=entry["M"] == 20)
        assert found.proven
        assert str(found.value) == entry["nash_product"], entry
        if found.proof:
            check(json.loads(json.dumps(found.proof)))


def test_products_of_coalitions_are_those_published():
    entry = oracles("coalitions")
    products = entry["nash_product"]
    space = instance(entry)
    some = [k for n, k in enumerate(products) if n % 20 == 0]
    for key in some:
        members = (
            [int(p) for p in key.replace(",", " ").split()]
            if "," in key or " " in key
            else [int(p) for p in key]
        )
        found = exact.solve_nash(space.coalition(members))
        assert str(found.value) == str(products[key])


def test_the_post_settlement_package_is_the_published_one():
    entry = oracles("post_settlement")
    entry = entry[0] if isinstance(entry, list) else entry
    space = instance(entry)
    found = exact.solve_nash(dataclasses.replace(space, reservation=space.utility(entry["signed"])))
    totals = space.utility(found.packages[0])
    assert [t - s for t, s in zip(totals, entry["signed_totals"], strict=True)] == entry["nash_gains"]


def test_numpy_alone_gives_the_same_answers(monkeypatch):
    for module in (dual, pareto, walks):
        monkeypatch.setattr(module, "fast", lambda: None)
    for entry in oracles("nash_maxmin")[::40]:
        assert str(exact.solve_nash(instance(entry)).value) == entry["nash_product"]
    for entry in oracles("frontier")[:8]:
        import check

        assert check.points_digest(exact.frontier(instance(entry)).points) == entry["frontier_digest"]


def test_a_search_that_is_stopped_says_how_far_it_got():
    entry = next(
        e for e in oracles("nash_maxmin") if e["P"] == 8 and e["M"] == 60 and e["family"] == "zerosum"
    )
    form = additive(instance(entry))
    calls = iter(range(10**9))
    found = maxmin._best(form, form.need, ideal_gains(form), stop=lambda: next(calls) > 90)[0]
    assert not found.proven
    assert found.best is not None
    best_known = Fraction(entry["maxmin"]) if "maxmin" in entry else Fraction(entry["maxmin_best_known"])
    assert found.value <= best_known <= found.bound + 1e-9


def test_a_key_press_ends_a_search_with_its_best():
    entry = next(
        e for e in oracles("nash_maxmin") if e["P"] == 8 and e["M"] == 60 and e["family"] == "zerosum"
    )
    form = additive(instance(entry))
    calls = iter(range(10**9))

    def stop():
        if next(calls) > 90:
            raise KeyboardInterrupt
        return False

    found = maxmin._best(form, form.need, ideal_gains(form), stop=stop)[0]
    assert found.best is not None
    assert not found.proven


def copied(space, copies, seed):
    """The issues and rules of a space several times over, with fresh scores and no interactions."""
    rng = np.random.default_rng(seed)
    n, parties = len(space.issues), len(space.parties)
    shifted = lambda terms, by: tuple((i + by, mask) for i, mask in terms)  # noqa: E731
    sizes = [k for _ in range(copies) for k in space.sizes]
    scores = tuple(rng.integers(0, 60, (parties, k)).astype(np.int64) for k in sizes)
    clauses = tuple(
        Clause(f"{c.rule}-{m}", shifted(c.when, m * n), tuple(shifted(way, m * n) for way in c.only_if))
        for m in range(copies)
        for c in space.clauses
    )
    top = [sum(int(s[p].max()) for s in scores) for p in range(parties)]
    return dataclasses.replace(
        space,
        issues=tuple(f"{i}-{m}" for m in range(copies) for i in space.issues),
        options=tuple(o for _ in range(copies) for o in space.options),
        scores=scores,
        clauses=clauses,
        bonuses=(),
        reservation=tuple(int(0.35 * t) for t in top),
        required=(),
        at_least=0,
    )


@pytest.mark.parametrize("readings", ["C", "F", "G"])
def test_the_rules_of_the_example_on_a_large_case_give_the_same_from_two_engines(readings):
    example = Path(zopa.__file__).parent / "examples" / "ukraine-2025"
    space = copied(compile_case(load(example), readings), 4, 7)
    assert space.n_packages > 10**20
    joined, charged = additive(space), additive(space, 1)
    assert not joined.rows
    assert charged.rows
    products = [max(r.best[0].product for r in nash.nash(form) if r.best) for form in (joined, charged)]
    assert products[0] == products[1]
    for kind in ("egalitarian", "utilitarian"):
        a, b = (maxmin.maxmin(form, kind, ties=False) for form in (joined, charged))
        assert a.proven
        assert b.proven
        if kind == "egalitarian":
            assert a.value == b.value
        else:
            assert a.value + a.form.shift[-1] == b.value + b.form.shift[-1]
