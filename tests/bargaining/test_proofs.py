"""Honest proofs are accepted; whoever writes a proof by hand can only prove what is true."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import json
import random
from collections import Counter

import numpy as np
import pytest

from exact_instances import frontier_of, random_space, space_of, zone_of
from proof_claims import is_true
from zopa.bargaining import search
from zopa.bargaining.proofs import KINDS, ProofRefused, check, read_proof
from zopa.bargaining.search import certificate
from zopa.bargaining.search.decomposition import Refusal, additive
from zopa.space import Space

MAXMIN = ("kalai-smorodinsky", "egalitarian", "proportional", "utilitarian")


def proofs(space, monkeypatch=None, limit=20_000):
    """A proof of every kind that applies to a space, through JSON; rules are charged where ``limit`` is small."""
    if monkeypatch is not None:
        monkeypatch.setattr(search.engine, "additive", lambda s: additive(s, limit))
    weights = [1 + (7 * p + len(space.issues)) % 4 for p in range(len(space.parties))]
    zone = zone_of(space)
    points = {u: x for x, u in sorted(zone.items(), reverse=True)}
    found = [
        search.solve_nash(space, proof=True),
        search.solve_nash(space, weights, proof=True),
        *(
            search.solve_maxmin(
                space, k, weights=weights if k == "proportional" else None, ties=t, proof=True
            )
            for k in MAXMIN
            for t in (True, False)
        ),
        search.is_empty(space, proof=True),
    ]
    documents = [f.proof for f in found]
    documents.append(certificate.count_proof(space, len(zone)))
    documents.append(certificate.frontier_proof(space, [points[u] for u in frontier_of(points)]))
    return [read_proof(json.dumps(d)) for d in documents]


def accepted_and_true(seed, monkeypatch, limit):
    space = random_space(seed)
    try:
        additive(space, limit)
    except Refusal:
        return Counter()  # answered by another engine, which records no tree
    found = proofs(space, monkeypatch, limit)
    for proof in found:
        assert check(proof).kind == proof["claim"]["kind"]
        assert is_true(proof)
    return Counter((p["claim"]["kind"], p["claim"].get("complete")) for p in found)


def test_every_honest_proof_is_accepted_and_its_claim_is_true(monkeypatch):
    seen = sum((accepted_and_true(seed, monkeypatch, 20_000) for seed in range(40)), Counter())
    assert {kind for kind, _ in seen} == {*KINDS}
    assert min(seen[kind, flag] for kind in MAXMIN for flag in (True, False)) > 10


def test_the_same_where_rules_are_not_joined_but_charged(monkeypatch):
    assert sum((accepted_and_true(seed, monkeypatch, 4) for seed in range(100, 140)), Counter())


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_thousands_of_honest_proofs_are_accepted(first, monkeypatch):
    for seed in range(first, first + 100):
        accepted_and_true(seed, monkeypatch, 20_000 if seed % 3 else 4)


def test_where_nobody_gains_all_acceptable_packages_are_shown_and_proven():
    shown = 0
    for seed in range(60):
        space = random_space(seed)
        zone = zone_of(space)
        best = [max(u[p] for u in zone.values()) for p in range(len(space.parties))] if zone else []
        if not zone or not space.unanimous:
            continue
        nobody = dataclasses.replace(space, reservation=tuple(best))
        tied = zone_of(nobody)
        out = search.solve_nash(nobody, proof=True)
        assert sorted(out.packages) == sorted(tied)
        assert is_true(out.proof)
        check(out.proof)
        if tied:
            shown += 1
            assert out.value == 0
            assert "no acceptable package gives any party a gain" in out.note
            assert out.proof["claim"]["kind"] == "nash"
            ks = search.solve_maxmin(nobody, proof=True)
            assert sorted(ks.packages) == sorted(tied)
            check(ks.proof)
        else:
            assert out.proof["claim"]["kind"] == "empty"
    assert shown > 3


# ---- forgeries with a plan ------------------------------------------------------------------------------------
def two_by_two(**more):
    """Parties p and q, issues a and b; a1 b1 is best by the Nash product (4 x 1)."""
    V = np.array([[[0, 3], [0, 1]], [[2, 0], [0, 1]]])
    return space_of(V, [0, 0], **more)


def document(space, claim, parts=(), groups=None):
    plain = certificate.frontier_proof(space, [])
    plain["claim"] = claim
    if claim["kind"] not in ("member", "count", "frontier"):
        plain |= {"groups": groups or [[i] for i in range(len(space.issues))], "parts": list(parts)}
    return plain


def walk(weights, y=0, patterns=(), rows=()):
    return {"rows": list(rows), "patterns": list(patterns), "tree": [[weights, y, {"walk": [0, 1]}]]}


def test_a_false_optimum_shown_by_patterns_below_zero_is_refused():
    part = walk([1, 1], patterns=[[-5, -5]])
    claim = {"kind": "nash", "packages": [[0, 0]], "complete": False}
    with pytest.raises(ProofRefused, match="patterns"):
        check(document(two_by_two(), claim, [part] * 3))


def test_an_open_zone_shown_as_empty_by_patterns_weights_or_charges_below_zero_is_refused():
    for part, match in (
        (walk([1, 1], patterns=[[-1, -1]]), "patterns"),
        (walk([-1, -1]), "tree entry 0"),
        ({**walk([1, 1]), "tree": [[[-1, -1], 0, 0]]}, "tree entry 0"),
        (walk([1, 1], rows=[[-9, [[0, [0]], [1, [0]]]]]), "row"),
        (walk([1, 1], y=5), "no product is asked for"),
        ({**walk([1, 1]), "tree": []}, "boxes open"),
        ({**walk([1, 1]), "tree": [[[1, 1], 0, {"walk": [0]}]]}, "every group"),
        ({**walk([1, 1]), "tree": [[[1, 1], 0, {"walk": [0, 0]}]]}, "every group"),
        ({**walk([1, 1]), "tree": [[[1, 1], 0, 0]]}, "not closed"),
        ({**walk([1, 1]), "tree": [[[1, 1], 0, {"split": [0, 7]}], [[1, 1], 0, 0]]}, "boxes open"),
    ):
        with pytest.raises(ProofRefused, match=match):
            check(document(two_by_two(), {"kind": "empty"}, [part]))


def test_a_weighted_solution_cannot_be_shown_as_an_unweighted_one():
    space = space_of(np.array([[[2, 5]], [[2, 0]]]), [0, 0])
    honest = search.solve_nash(space, [1, 3], proof=True).proof
    found = check(honest)
    assert "weighted Nash product" in found.statement
    assert "p0 1, p1 3" in found.statement
    for claim in (
        {**honest["claim"], "kind": "nash"},
        {k: v for k, v in {**honest["claim"], "kind": "nash"}.items() if k != "weights"} | {"complete": True},
        {**honest["claim"], "weights": [1]},
        {**honest["claim"], "weights": [1, 3, 1]},
        {**honest["claim"], "weights": [0, 3]},
        {**honest["claim"], "weights": [-1, -3]},
        {**honest["claim"], "kind": "best for all"},
        {**honest["claim"], "kind": ["nash"]},
    ):
        forged = {**honest, "claim": claim}
        if claim["kind"] == "nash" and "weights" not in claim:
            assert is_true(forged)  # by chance: the same package, so the tree may or may not do
            continue
        with pytest.raises(ProofRefused):
            check(forged)


def test_the_verdict_states_the_whole_claim():
    space = dataclasses.replace(two_by_two(), required=(True, False), at_least=1, digest="abc")
    text = check(search.solve_nash(space, [2, 3], proof=True).proof).statement
    for part in (
        "p0 2, p1 3",
        "at least 1 of p0, p1, always including p0",
        "case abc",
        "all are listed",
        "no rules",
    ):
        assert part in text or (part == "all are listed" and "Exactly 1 package" in text)


SHAPES = [
    None,
    True,
    1.0,
    float("nan"),
    float("inf"),
    10**50,
    -1,
    "x",
    [],
    {},
    [[]],
    (1,),
    1 << 5000,
    "\x1b[31m",
    "\ud800",
]


def places(node, path=()):
    """Every place of a document, with its path."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def put(proof, path, value):
    changed = copy.deepcopy(proof)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


def verdict(proof, limit=200_000):
    """valid, refused or not checked: any other end of a check is a fault."""
    try:
        check(proof, limit)
    except ProofRefused:
        return "refused"
    except TimeoutError:
        return "not checked"
    return "valid"


@pytest.mark.slow
def test_whatever_stands_anywhere_in_a_proof_the_verdict_is_true():
    rng = random.Random(1)
    for seed in range(12):
        for proof in proofs(random_space(seed)):
            spots = [p for p in places(proof) if p]
            for path in rng.sample(spots, min(len(spots), 40)):
                forged = put(proof, path, rng.choice(SHAPES))
                if verdict(forged) == "valid":
                    assert is_true(forged)


def test_missing_extra_and_repeated_fields_are_refused():
    for proof in proofs(random_space(3)):
        for path in places(proof):
            node = proof
            for key in path:
                node = node[key]
            if not isinstance(node, dict):
                continue
            for key in node:
                less = copy.deepcopy(proof)
                inner = less
                for step in path:
                    inner = inner[step]
                del inner[key]
                assert verdict(less) == "refused"
            more = put({"": copy.deepcopy(proof)}, ("", *path), {**node, "note": 1})[""]
            assert verdict(more) == "refused"
    text = json.dumps(proof)
    with pytest.raises(ProofRefused, match="twice"):
        read_proof(text.replace('"format":', '"format": "zopa-proof 2", "format":', 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        '{"a":' * 50_000,
        "1e5",
        "NaN",
        '{"a": Infinity}',
        "9" * 10_000,
        "[1.0]",
        '"\\ud800"',
        "nul",
    ],
)
def test_a_text_that_is_no_proof_is_refused_in_words(text):
    with pytest.raises(ProofRefused):
        check(read_proof(text))


def test_parts_must_be_those_that_the_claim_asks_for():
    rng = random.Random(2)
    for seed in range(12):
        for proof in proofs(random_space(seed)):
            if "parts" not in proof:
                continue
            assert verdict({**proof, "parts": [*proof["parts"], rng.choice(proof["parts"])]}) == "refused"
            for n in range(len(proof["parts"])):
                assert verdict({**proof, "parts": proof["parts"][:n] + proof["parts"][n + 1 :]}) == "refused"
                if proof["parts"][n]["tree"]:
                    less = {**proof["parts"][n], "tree": proof["parts"][n]["tree"][:-1]}
                    assert (
                        verdict({**proof, "parts": [*proof["parts"][:n], less, *proof["parts"][n + 1 :]]})
                        == "refused"
                    )


def test_a_tie_left_out_repeated_or_made_up_is_refused():
    for seed in range(15):
        space = random_space(seed)
        for proof in proofs(space):
            claim = proof["claim"]
            if not claim.get("packages") or claim["kind"] == "member":
                continue
            listed = claim["packages"]
            others = [list(x) for x in itertools.islice(space.packages(), 200) if list(x) not in listed]
            forged = [listed[:n] + listed[n + 1 :] for n in range(len(listed))]
            forged += [sorted([*listed, x]) for x in others[:20]] + [
                [listed[0], *listed],
                listed[::-1] + listed[:1],
            ]
            for packages in forged:
                assert verdict({**proof, "claim": {**claim, "packages": packages}}) == "refused"


@pytest.mark.slow
def test_work_is_bounded_whatever_a_file_asks_for():
    space = space_of(np.ones((2, 40, 10), int), [0, 0])
    joined = [list(range(40))]
    assert verdict(document(space, {"kind": "empty"}, [], joined)) == "not checked"
    assert verdict(document(space, {"kind": "frontier", "packages": [[0] * 40]})) == "valid"
    part = {"rows": [], "patterns": [], "tree": [[[0, 0], 0, {"walk": list(range(40))}]]}
    assert verdict(document(space, {"kind": "empty"}, [part])) == "not checked"
    rules = {"rows": [[1, [[g, list(range(10))] for g in range(40)]]], "patterns": [], "tree": []}
    assert verdict(document(space, {"kind": "empty"}, [rules])) == "not checked"
    many = space_of(np.ones((40, 2, 2), int), [1] * 40, required=(False,) * 40, at_least=20)
    assert verdict(document(many, {"kind": "empty"}, [])) == "refused"
    loose = dataclasses.replace(many, reservation=(-1,) * 40)
    closed = {"rows": [], "patterns": [], "tree": [[[0] * 40, 0, {"walk": [0, 1]}]]}
    assert verdict(document(loose, {"kind": "empty"}, [closed])) == "not checked"
    powers = {"kind": "weighted-nash", "weights": [4096, 4096], "packages": [[0] * 40], "complete": True}
    assert verdict(document(space, powers, [part] * 3)) in ("refused", "not checked")
    deep = space_of(np.ones((2, 1000, 2), int), [0, 0])
    part = {"rows": [], "patterns": [], "tree": [[[1, 1], 0, {"walk": list(range(1000))}]]}
    assert verdict(document(deep, {"kind": "empty"}, [part])) == "not checked"


# ---- forgeries by chance --------------------------------------------------------------------------------------
def forge_claim(proof, rng):
    """Another claim about the same problem."""
    sizes = [len(o) for o in proof["problem"]["options"]]
    n = len(proof["problem"]["parties"])

    def package():
        return [rng.randrange(k) for k in sizes]

    old = proof["claim"]
    kind = rng.choice([old["kind"], old["kind"], *KINDS])
    claim = {"kind": kind}
    for field in KINDS[kind]:
        claim[field] = {
            "packages": sorted(package() for _ in range(rng.choice([1, 1, 1, 2, 3]))),
            "complete": rng.random() < 0.5,
            "weights": [rng.randint(1, 4) for _ in range(n)],
            "number": rng.randrange(50),
            "ideal": [package() for _ in range(n)],
        }[field]
        if field in old and rng.random() < 0.5:
            claim[field] = copy.deepcopy(old[field])
    listed = claim.get("packages", [])
    if old.get("packages") and listed and rng.random() < 0.5:
        listed[rng.randrange(len(listed))] = rng.choice(old["packages"])
    if listed and rng.random() < 0.9:
        unique = sorted(map(list, {*map(tuple, listed)}))
        claim["packages"] = unique[: 1 if not claim.get("complete", True) or kind == "member" else None]
    return claim


def forge_problem(problem, rng):
    """The same problem with one number changed."""
    changed = copy.deepcopy(problem)
    p, i = rng.randrange(len(problem["parties"])), rng.randrange(len(problem["issues"]))
    what = rng.choice(["reservation", "scores", "at_least", "required", "clauses", "scale"])
    if what == "reservation":
        changed["reservation"][p] += rng.randint(-8, 8)
    elif what == "scores":
        row = changed["scores"][i][p]
        row[rng.randrange(len(row))] += rng.randint(-8, 8)
    elif what == "at_least":
        changed["at_least"] = rng.randint(1, len(problem["parties"]))
    elif what == "required":
        changed["required"][p] = not changed["required"][p]
    elif what == "scale":
        changed["scale"][p] = rng.randint(1, 4)
    elif changed["clauses"]:
        changed["clauses"].pop(rng.randrange(len(changed["clauses"])))
    return changed


def forge_tree(part, n_groups, columns, sizes, rng):
    """Weights, charges, patterns, bounds and boxes as somebody would write them who wants a small answer."""
    part = copy.deepcopy(part)

    def vector(low):
        return [rng.choice([low, 0, 0, 1, 1, 2, 7, 10**6]) for _ in range(columns)]

    for _ in range(rng.choice([1, 1, 2, 4])):
        what = rng.choice(
            ["weights", "y", "action", "drop", "rows", "charge", "patterns", "fresh", "nothing"]
        )
        tree, rows = part["tree"], part["rows"]
        entry = rng.choice(tree) if tree else None
        if what == "weights" and entry:
            entry[0] = vector(rng.choice([0, -1]))
        elif what == "y" and entry:
            entry[1] = rng.choice([0, 1, entry[1] + 1, entry[1] * 2 + 1, 10**9])
        elif what == "action" and entry:
            g = rng.randrange(n_groups)
            order = rng.sample(range(n_groups), n_groups)
            entry[2] = rng.choice(
                [0, {"walk": order}, {"walk": order[:-1]}, {"split": [g, rng.randrange(sizes[g])]}]
            )
        elif what == "drop" and tree:
            tree.pop(rng.randrange(len(tree)))
        elif what == "rows" and n_groups > 1:
            a, b = rng.sample(range(n_groups), 2)
            joined = [[h, sorted(rng.sample(range(sizes[h]), rng.randint(1, sizes[h])))] for h in (a, b)]
            rows.append([rng.choice([0, 1, 5, 10**6]), joined])
        elif what == "charge" and rows:
            rng.choice(rows)[0] = rng.choice([-5, 0, 1, 10**6])
        elif what == "patterns":
            part["patterns"].append([rng.choice([-1, 0, 1, 3]) for _ in range(columns)])
        elif what == "fresh":
            part["tree"] = [[vector(0), rng.choice([0, 0, 1, 5]), {"walk": list(range(n_groups))}]]
    return part


def forgery(pool, rng):
    """A claim about a problem, most often false, with a certificate made of pieces of honest ones."""
    proof, twin = rng.choice(pool), rng.choice(pool)
    problem = forge_problem(proof["problem"], rng) if rng.random() < 0.2 else proof["problem"]
    forged = {"format": proof["format"], "problem": problem, "claim": forge_claim(proof, rng)}
    if forged["claim"]["kind"] in ("member", "count", "frontier"):
        return forged
    source = proof if "parts" in proof else twin
    groups = source.get("groups", [[i] for i in range(len(problem["issues"]))])
    if sorted(i for g in groups for i in g) != [*range(len(problem["issues"]))]:
        groups = [[i] for i in range(len(problem["issues"]))]
    sizes = [int(np.prod([len(problem["options"][i]) for i in g])) for g in groups]
    columns = len(problem["parties"]) + (forged["claim"]["kind"] == "utilitarian")
    parts = source.get("parts") or [{"rows": [], "patterns": [], "tree": []}]
    parts = [forge_tree(p, len(groups), columns, sizes, rng) if rng.random() < 0.8 else p for p in parts]
    if rng.random() < 0.3:
        parts = parts * rng.choice([2, 3, 8]) if rng.random() < 0.5 else parts[:-1]
    return {**forged, "groups": groups, "parts": parts}


def attack(first, spaces, times):
    """Forge certificates of random claims; every one that is accepted is true. How many were false."""
    rng = random.Random(first)
    false, accepted = 0, 0
    for seed in range(first, first + spaces):
        space = random_space(seed, issues=(2, 4))
        pool = proofs(space)
        for _ in range(times):
            forged = forgery(pool, rng)
            true = is_true(forged)
            found = verdict(forged, 100_000)
            false += not true
            accepted += found == "valid"
            assert true or found != "valid", json.dumps(forged)
    return false, accepted


def test_no_forged_proof_of_a_false_claim_is_accepted():
    false, accepted = attack(0, 12, 300)
    assert false > 2_000
    assert accepted > 10  # the forger knows what a proof looks like


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1400, 40))
def test_none_of_a_hundred_thousand_forged_proofs_of_false_claims_is_accepted(first):
    """Ten runs, more than 10,000 false claims in each."""
    false, _ = attack(first, 40, 460)
    assert false >= 10_000


def test_a_proof_of_another_problem_is_refused():
    """Add a rule that strikes the answer, raise what everybody asks for: the old certificate must not do."""
    for seed in range(15):
        for proof in proofs(random_space(seed)):
            if not proof["claim"].get("packages"):
                continue
            struck = copy.deepcopy(proof)
            terms = [[i, 1 << k] for i, k in enumerate(proof["claim"]["packages"][0])]
            struck["problem"]["clauses"].append({"rule": "new", "when": terms, "only_if": []})
            assert verdict(struck) == "refused"
            raised = copy.deepcopy(proof)
            raised["problem"]["reservation"] = [10**6] * len(raised["problem"]["parties"])
            assert verdict(raised) == "refused"


def test_another_number_of_packages_is_refused():
    for seed in range(15):
        space = random_space(seed)
        for wrong in (-1, 1):
            number = len(zone_of(space)) + wrong
            assert verdict(certificate.count_proof(space, number)) == "refused"


def test_that_the_rules_alone_leave_nothing_has_a_proof():
    proven = [search.is_empty(space, proof=True) for space in map(random_space, range(120))]
    ruled_out = [found for found in proven if "without any option" in found.words]
    assert ruled_out
    for found in ruled_out:
        check(found.proof)
        open_again = copy.deepcopy(found.proof)
        open_again["problem"]["clauses"] = []
        assert verdict(open_again) == "refused"


def test_a_count_that_would_take_too_long_to_find_again_has_no_proof():
    space = space_of(np.random.default_rng(1).integers(0, 10**6, (3, 40, 10)), [10**7] * 3)
    assert certificate.count_proof(space, 1) is None
    assert verdict(certificate.frontier_proof(space, []), limit=1000) == "not checked"


def test_the_worked_example_is_proven_with_its_own_weights_and_a_worse_claim_is_not():
    # by hand: gains, products and the least weighted gain that each product needs
    scores = np.array([[[6, 2], [5, 1], [4, 0]], [[1, 5], [2, 7], [0, 3]]])
    space = space_of(scores, [4, 4])

    def proof(lam, y, packages):
        part = {"rows": [], "patterns": [], "tree": [[lam, y, {"walk": [0, 1, 2]}]]}
        return document(space, {"kind": "nash", "packages": packages, "complete": True}, [part])

    check(proof([1, 1], 11, [[0, 1, 0]]))
    check(proof([4, 5], 48, [[0, 1, 0]]))
    with pytest.raises(ProofRefused, match="as good or better"):
        check(proof([1, 1], 10, [[1, 1, 0]]))
    with pytest.raises(ProofRefused, match="too high"):
        check(proof([1, 1], 12, [[0, 1, 0]]))


def test_one_package_and_one_point_are_said_in_the_singular():
    def said(second):
        space = Space(
            ("A", "B"), ("i",), (("a", "b"),), (np.array([[5, second], [1, 2]]),), reservation=(1, 1)
        )
        zone = [list(x) for x in space.packages() if all(space.accepting(x))]
        made = (certificate.count_proof(space, len(zone)), certificate.frontier_proof(space, zone))
        return [check(json.loads(json.dumps(proof))).statement for proof in made]

    count, frontier = said(0)
    assert count.startswith("Exactly 1 package obeys the rules and is acceptable.")
    assert "has exactly 1 point, one package listed for it: no acceptable" in frontier
    count, frontier = said(3)
    assert count.startswith("Exactly 2 packages obey the rules and are acceptable.")
    assert "has exactly 2 points, one package listed for each: no acceptable" in frontier
