"""A proof that has been tampered with is refused: packages, weights, trees, rules, ties, claims."""

from __future__ import annotations

import copy
import json
import random

import numpy as np
import pytest

from exact_instances import frontier_of, random_space, space_of, zone_of
from zopa.bargaining import search as exact
from zopa.bargaining.proofs import certificate

REFUSED = (ValueError, KeyError, IndexError, TypeError)


def proofs(seed):
    space = random_space(seed)
    found = [exact.solve_nash(space, proof=True).proof]
    found += [
        exact.solve_maxmin(space, kind, proof=True).proof
        for kind in ("kalai-smorodinsky", "egalitarian", "regret", "utilitarian")
    ]
    found.append(exact.is_empty(space, proof=True).proof)
    points = {u: x for x, u in sorted(zone_of(space).items(), reverse=True)}
    if points:
        found.append(certificate.count_proof(space, len(zone_of(space)), next(iter(points.values()))))
        found.append(certificate.frontier_proof(space, [points[u] for u in frontier_of(points)]))
    return space, [json.loads(json.dumps(p)) for p in found if p]


def swapped(proof, space, rng):
    """The proof with another package of the space in place of one that it names."""
    other = list(rng.choice(list(space.packages())))
    changed = copy.deepcopy(proof)
    n = rng.randrange(len(changed["claim"]["packages"]))
    if other in changed["claim"]["packages"]:
        return None
    if proof["claim"]["kind"] == "frontier" and space.utility(other) in map(
        space.utility, changed["claim"]["packages"]
    ):
        return None  # another package on the same point stands for it as well
    changed["claim"]["packages"][n] = other
    return changed


@pytest.mark.parametrize("seed", range(12))
def test_another_package_is_refused(seed):
    space, found = proofs(seed)
    rng = random.Random(seed)
    for proof in found:
        if not proof["claim"]["packages"] or proof["claim"]["kind"] in ("member", "count"):
            continue
        for _ in range(5):
            changed = swapped(proof, space, rng)
            if changed is not None:
                with pytest.raises(REFUSED):
                    exact.check(changed)


@pytest.mark.parametrize("seed", range(12))
def test_a_tie_left_out_or_made_up_is_refused(seed):
    space, found = proofs(seed)
    for proof in found:
        claim = proof["claim"]
        if claim["kind"] in ("member", "empty", "count"):
            continue
        for n in range(len(claim["packages"])):
            changed = copy.deepcopy(proof)
            del changed["claim"]["packages"][n]
            with pytest.raises(REFUSED):
                exact.check(changed)
        for extra in space.packages():
            if list(extra) not in claim["packages"]:
                changed = copy.deepcopy(proof)
                changed["claim"]["packages"].append(list(extra))
                with pytest.raises(REFUSED):
                    exact.check(changed)
                break


@pytest.mark.parametrize("seed", range(12))
def test_a_leaf_or_a_part_left_out_is_refused(seed):
    _, found = proofs(seed)
    for proof in found:
        for n, part in enumerate(proof["parts"]):
            for changed in (copy.deepcopy(proof), copy.deepcopy(proof)):
                if changed["parts"][n]["tree"]:
                    del changed["parts"][n]["tree"][-1]
                    with pytest.raises(REFUSED):
                        exact.check(changed)
            changed = copy.deepcopy(proof)
            del changed["parts"][n]
            with pytest.raises(REFUSED):
                exact.check(changed)
            assert part["tree"]


@pytest.mark.parametrize("seed", range(15))
def test_a_false_claim_is_never_accepted_whatever_is_flipped(seed):
    """Flip one number anywhere outside the problem; when the checker accepts, the claim must be unchanged."""
    space, found = proofs(seed)
    rng = random.Random(seed)
    for proof in found:
        if proof["claim"]["kind"] in ("member", "count"):
            continue  # another member of the zone is as true
        for _ in range(25):
            changed = copy.deepcopy(proof)
            spots = list(numbers({k: changed[k] for k in ("claim", "groups", "parts")}))
            holder, key = rng.choice(spots)
            old = holder[key]
            holder[key] = (
                rng.choice([old + 1, old - 1, -old, 0, old * 10 + 1])
                if not isinstance(old, bool)
                else not old
            )
            try:
                exact.check(changed)
            except (*REFUSED, TimeoutError, OverflowError):
                continue
            shown = space.utility if proof["claim"]["kind"] == "frontier" else tuple
            assert sorted(map(shown, changed["claim"]["packages"])) == sorted(
                map(shown, proof["claim"]["packages"])
            )
    assert zone_of(space) is not None


def numbers(node):
    """Every (container, key) that holds a number."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(value, bool | int):
            yield node, key
        else:
            yield from numbers(value)


@pytest.mark.parametrize("seed", range(15))
def test_a_proof_of_another_problem_is_refused(seed):
    """Raise a reservation value, drop a rule, add a rule that strikes the answer: the old tree must not do."""
    space, found = proofs(seed)
    for proof in found:
        if not proof["claim"]["packages"]:
            continue
        changed = copy.deepcopy(proof)
        best = changed["claim"]["packages"][0]
        terms = [[i, 1 << k] for i, k in enumerate(best)]
        changed["problem"]["clauses"].append({"rule": "new", "when": terms, "only_if": []})
        with pytest.raises(REFUSED):
            exact.check(changed)
        changed = copy.deepcopy(proof)
        changed["problem"]["reservation"] = [1000 + u for u in space.utility(best)]
        with pytest.raises(REFUSED):
            exact.check(changed)


@pytest.mark.parametrize("seed", range(12))
def test_another_number_of_packages_is_refused(seed):
    _, found = proofs(seed)
    for proof in found:
        if proof["claim"]["kind"] == "count":
            for wrong in (-1, 1):
                changed = copy.deepcopy(proof)
                changed["claim"]["number"] += wrong
                with pytest.raises(ValueError, match="number"):
                    exact.check(changed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_a_count_and_a_frontier_found_again_equal_brute_force(first):
    for seed in range(first, first + 50):
        space = random_space(seed)
        zone = zone_of(space)
        points = {u: x for x, u in zone.items()}
        if zone:
            exact.check(certificate.count_proof(space, len(zone), next(iter(zone))))
            exact.check(certificate.frontier_proof(space, [points[u] for u in frontier_of(points)]))


def test_that_the_rules_alone_leave_nothing_has_a_proof():
    proven = [exact.is_empty(space, proof=True) for space in map(random_space, range(120))]
    ruled_out = [found for found in proven if "without any option" in found.words]
    assert ruled_out
    for found in ruled_out:
        exact.check(found.proof)
        open_again = copy.deepcopy(found.proof)
        open_again["problem"]["clauses"] = []
        with pytest.raises(REFUSED):
            exact.check(open_again)


def test_a_count_that_would_take_too_long_to_find_again_has_no_proof():
    space = space_of(np.random.default_rng(1).integers(0, 10**6, (3, 40, 10)), [10**7] * 3)
    assert certificate.count_proof(space, 1, [0] * 40) is None
    with pytest.raises(TimeoutError):
        exact.check(certificate.frontier_proof(space, []), limit=1000)


def test_fractions_in_a_proof_are_refused():
    _, found = proofs(1)
    changed = copy.deepcopy(found[0])
    changed["parts"][0]["tree"][0][0][0] += 0.5
    with pytest.raises(REFUSED):
        exact.check(changed)


def test_the_checker_is_short_and_imports_nothing_of_ours():
    import ast
    import inspect

    from zopa.bargaining.proofs import verify_tree as checker

    source = inspect.getsource(checker)
    code = [ln for ln in source.splitlines() if ln.strip() and not ln.strip().startswith("#")]
    docs = sum(
        len(ast.get_docstring(n, clean=False).splitlines())
        for n in ast.walk(ast.parse(source))
        if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(n)
    )
    assert len(code) - docs < 150
    assert "zopa" not in {
        n.module.split(".")[0] for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)
    }
    assert "numpy" not in source


def test_the_worked_example_is_proven_with_its_own_weights_and_a_worse_claim_is_not():
    # search.md 6.6, all by hand
    problem = {
        "parties": ["a", "b"], "issues": ["1", "2", "3"], "options": [["0", "1"]] * 3,
        "scores": [[[6, 2], [1, 5]], [[5, 1], [2, 7]], [[4, 0], [0, 3]]],
        "reservation": [4, 4], "scale": 1, "required": [True, True], "at_least": 2, "clauses": [], "bonuses": [],
    }  # fmt: skip

    def proof(lam, y, product, packages):
        return {
            "problem": problem,
            "claim": {"kind": "nash", "size": 2, "weights": [1, 1], "product": product, "packages": packages, "sum": False, "ties": True},
            "groups": [[0], [1], [2]],
            "parts": [{"rows": [], "patterns": [], "tree": [[lam, y, {"order": [0, 1, 2]}]]}],
        }  # fmt: skip

    exact.check(proof([1, 1], 11, 28, [[0, 1, 0]]))
    exact.check(proof([4, 5], 48, 28, [[0, 1, 0]]))
    with pytest.raises(ValueError, match="as good or better"):
        exact.check(proof([1, 1], 10, 24, [[1, 1, 0]]))
    with pytest.raises(ValueError, match="bound is too high"):
        exact.check(proof([1, 1], 12, 28, [[0, 1, 0]]))
