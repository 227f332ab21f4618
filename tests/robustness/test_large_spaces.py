"""Spaces too large to list: the same answers as by listing where one can, proofs that hold, forgeries that do not."""

from __future__ import annotations

import copy
import itertools
import random
from typing import Any

import numpy as np
import pytest
from benchmarks._instances import in_words

from exact_instances import instance, oracles
from zopa.case import Case
from zopa.robustness import BadCertificate, WordSettings, compatible, contradictions, stress, tabulate
from zopa.robustness.large_spaces import Exists, any_conceivable, any_sure
from zopa.robustness.large_verifier import check_large
from zopa.space import Problem

TAKEN = WordSettings(taken="assumed")
Row = dict[str, Any]
FAMILIES = ("uniform", "opposed", "spatial", "flat", "zerosum", "goods", "subsetsum")


def random_case(rng: random.Random) -> Case:
    """Two parties, three issues, words at random, a rule or none."""
    issues = {f"i{m}": [f"o{k}" for k in range(rng.randint(2, 4))] for m in range(3)}
    rows: list[Row] = []
    for party in "PQ":
        for _ in range(rng.randint(2, 6)):
            kind = rng.choice(["accepts", "refuses", "order", "order"])
            if kind == "order":
                i = rng.choice(list(issues))
                a, b = rng.sample(issues[i], 2)
                row: Row = {"prefers": {i: a}, "to": {i: b}, "weakly": rng.random() < 0.5}
            else:
                row = {kind: {i: rng.choice(o) for i, o in issues.items()}}
            rows.append({"party": party, "assumed": "test", **row})
    if rng.random() < 0.25:  # a party that refuses the best that there is for it
        rows += [
            {"party": "Q", "assumed": "test", "prefers": {i: a}, "to": {i: b}, "weakly": True}
            for i, options in issues.items()
            for b, a in itertools.pairwise(options)
        ]
        rows.append({"party": "Q", "assumed": "test", "refuses": {i: o[-1] for i, o in issues.items()}})
    rules = {}
    if rng.random() < 0.5:
        a, b = rng.sample(list(issues), 2)
        rules = {"r": {"when": {a: (issues[a][0],), b: (issues[b][0],)}, "assumed": "test"}}
    nouns = {
        i: {
            "name": i,
            "options": {o: o for o in options},
            **({"now": options[0]} if rng.random() < 0.5 else {}),
        }
        for i, options in issues.items()
    }
    return Case.model_validate(
        {"title": "t", "parties": {p: {"name": p} for p in "PQ"}, "issues": nouns, "rules": rules,
         "comparisons": tuple(rows)}
    )  # fmt: skip


def clashes(problem: Problem, party: str) -> bool:
    return bool(contradictions(lambda out: compatible(problem, party, TAKEN, out)))


def held(found: Exists, zone: str) -> None:
    """The proof says what the answer says."""
    said, _ = check_large(dict(found.proof))
    assert said == f"{zone} {'holds one' if found.exists else 'is empty'}"


@pytest.mark.parametrize("cases", [12, pytest.param(600, marks=pytest.mark.slow)])
def test_large_and_listed_spaces_have_the_same_answers(cases: int) -> None:
    rng = random.Random(3)
    seen, tried = (
        {("sure", True): 0, ("sure", False): 0, ("conceivable", True): 0, ("conceivable", False): 0},
        0,
    )
    while tried < cases:
        problem = Problem(random_case(rng))
        if any(clashes(problem, p) for p in "PQ"):
            continue
        tried += 1
        words = [compatible(problem, p, TAKEN) for p in "PQ"]
        allowed = problem.table.admissible
        listed = [tabulate(w, problem.space) for w in words]
        must = allowed & np.logical_and.reduce([t.necessary for t in listed])
        may = allowed & np.logical_and.reduce([t.possible for t in listed])
        for zone, mask, ask in (("sure", must, any_sure), ("conceivable", may, any_conceivable)):
            found = ask(problem.space, words)
            assert found.exists is bool(mask.any())
            seen[zone, bool(mask.any())] += 1
            if found.exists:
                assert mask[problem.table.number(problem.space.package(found.package))]
            held(found, zone)
    assert all(seen.values()), seen


def family(name: str, common: bool, parties: int = 4, issues: int = 30, options: int = 10) -> Problem:
    """Words about a seeded instance: orders by its scores, offers just above and refusals just below what it needs."""
    oracles("nash_maxmin")  # skips where the instances are not
    entry = {"family": name, "P": parties, "M": issues, "K": options, "S": 1000, "seed": 1, "rho": 0.35}
    space = instance(entry)
    V, r = np.stack(space.scores, axis=1), np.array(space.reservation)
    return in_words(V, r, common, name)


@pytest.mark.parametrize(
    "name", ["goods", *(pytest.param(n, marks=pytest.mark.slow) for n in FAMILIES if n != "goods")]
)
@pytest.mark.parametrize("common", [False, True])
def test_among_many_packages_a_sure_one_is_found_or_ruled_out_by_a_proof(name: str, common: bool) -> None:
    problem = family(name, common, issues=50 if name == "goods" else 30)  # as many options as parties there
    assert problem.space.n_packages >= 10**30
    words = [compatible(problem, p, TAKEN) for p in problem.space.parties]
    found = any_sure(problem.space, words, offered(words, problem))
    assert found.exists is (True if common else found.exists)
    assert found.exists is not None
    held(found, "sure")
    other = any_conceivable(problem.space, words, offered(words, problem))
    assert other.exists is not None
    held(other, "conceivable")
    if found.exists:
        assert other.exists


def offered(words: Any, problem: Problem) -> list[tuple[int, ...]]:
    rows = {tuple(c.accepts.items()): c.accepts for c in problem.case.comparisons if c.accepts}
    return [problem.space.package(x) for x in rows.values()]


def test_a_forged_proof_is_refused() -> None:
    names = {f"i{m}": {"name": "i", "options": {o: o for o in ("a", "b", "c")}} for m in range(4)}
    top = {i: "c" for i in names}
    rows: list[Row] = [{"party": "P", "assumed": "t", "accepts": top}]
    rows += [{"party": "Q", "assumed": "t", "prefers": {i: "c"}, "to": {i: "a"}} for i in names]
    parties = {p: {"name": p} for p in "PQ"}
    problem = Problem(
        Case.model_validate({"title": "t", "parties": parties, "issues": names, "comparisons": tuple(rows)})
    )
    words = [compatible(problem, p, TAKEN) for p in problem.space.parties]
    found = any_sure(problem.space, words)
    assert found.exists is False
    proof = dict(found.proof)
    held(found, "sure")
    other = copy.deepcopy(proof)
    other["proof"]["problem"]["scores"][0][0][1] -= 1
    with pytest.raises(BadCertificate, match="other numbers"):
        check_large(other)
    other = copy.deepcopy(proof)
    point = other["words"][0]["claims"][0]["shown"][0]["point"]
    point[0] -= 1000
    with pytest.raises(BadCertificate):
        check_large(other)
    other = copy.deepcopy(proof)
    other["values"].pop()
    with pytest.raises(BadCertificate, match="one per party"):
        check_large(other)
    other = copy.deepcopy(proof)
    other["empty"] = False
    other["package"] = problem.space.names((0,) * 4)
    with pytest.raises(BadCertificate, match="not every party"):
        check_large(other)


def test_the_verb_answers_where_packages_are_too_many_to_list(tmp_path: Any) -> None:
    issues = {f"i{m}": {"name": f"Issue {m}", "options": {o: o for o in "abc"}} for m in range(30)}
    top = {i: "c" for i in issues}
    order = [
        {"party": p, "assumed": "t", "prefers": {i: "c"}, "to": {i: o}, "weakly": True}
        for p in "PQ" for i in issues for o in "ab"
    ]  # fmt: skip
    parties = {p: {"name": p} for p in "PQ"}

    def asked(*rows: Row, **more: Any) -> Any:
        spec = {"title": "t", "parties": parties, "issues": issues, "comparisons": (*order, *rows)}
        return stress(Case.model_validate(spec), settings=TAKEN, **more)

    both = [{"party": p, "assumed": "t", "accepts": top} for p in "PQ"]
    agreed, half = asked(*both), asked(both[0])
    refused = asked(both[0], {"party": "Q", "assumed": "t", "refuses": top})
    assert (agreed.sure.exists, agreed.possible, agreed.sure.package) == (True, True, top)
    assert (half.sure.exists, half.possible, half.silent) == (False, True, ())
    assert (refused.sure.exists, refused.possible) == (False, False)
    for found in (agreed, half, refused):
        held(found.sure, "sure")
        held(found.conceivable["as set"], "conceivable")
        assert "too many to list" in str(found)
    assert "no package is acceptable to all" in str(refused)
    stopped = asked(both[0], stop=lambda: True)
    assert (stopped.sure.exists, stopped.possible) == (None, True)
    assert "Not known" in str(stopped)
    clash = asked(*both, {"party": "Q", "assumed": "t", "refuses": top})
    assert clash.clashes
    assert "cannot all hold" in str(clash)
