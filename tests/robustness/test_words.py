"""What words imply: worked examples, a second solver on random cases, certificates and their forgeries."""

from __future__ import annotations

import copy
import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import zopa
from word_cases import TAKEN, Row, case_of, words
from zopa.robustness import (
    BadCertificate,
    WordSettings,
    better,
    certify,
    check_certificate,
    compatible,
    contradictions,
    document,
    stress,
    tabulate,
)
from zopa.robustness.inequalities import combination, settle
from zopa.space import Problem

S1 = [
    {"prefers": {"A": "a2"}, "to": {"A": "a1"}, "weakly": True},
    {"prefers": {"A": "a1"}, "to": {"A": "a0"}, "weakly": True},
]
S2 = {"prefers": {"B": "b0"}, "to": {"B": "b1"}}
S3 = {"accepts": {"A": "a1", "B": "b1"}}
S4 = {"refuses": {"A": "a2", "B": "b1"}}


def verdict(problem: Problem, party: str, *options: str, settings: WordSettings = TAKEN) -> str:
    package = problem.space.package(dict(zip(problem.space.issues, options, strict=True)))
    found, certificates = certify(compatible(problem, party, settings), problem.space, package)
    check_certificate(document(compatible(problem, party, settings), problem.space, certificates))
    return found


@pytest.mark.parametrize(
    ("package", "costly", "as_now"),
    [
        (("a0", "b0"), "necessary", "necessary"), (("a1", "b0"), "necessary", "necessary"),
        (("a2", "b0"), "necessary", "necessary"), (("a1", "b1"), "necessary", "necessary"),
        (("a2", "b1"), "necessary", "necessary"), (("a0", "b1"), "possible", "never"),
    ],
)  # fmt: skip
def test_the_worked_example_of_one_party_with_three_statements(
    package: Any, costly: str, as_now: str
) -> None:
    problem = Problem(case_of(words(*S1, S2, S3)))
    assert verdict(problem, "P", *package) == costly
    assert verdict(problem, "P", *package, settings=WordSettings(taken="assumed", waiting="as-now")) == as_now


def test_a_refusal_of_what_follows_from_an_offer_is_a_contradiction_named_by_its_smallest_set() -> None:
    problem = Problem(case_of(words(*S1, S2, S3, S4)))
    found = contradictions(lambda out: compatible(problem, "P", TAKEN, out))
    assert [set(f) for f in found] == [{"comparisons.0", "comparisons.3", "comparisons.4"}]
    answer = stress(problem, settings=TAKEN)
    assert answer.parties["P"].clashes == found
    assert answer.parties["P"].never == 0, "a party that contradicts itself counts as unknown"


def test_the_published_example_of_uta_gms() -> None:
    """Three alternatives on three criteria; a3 better than a2 (R package ror; Greco, Mousseau & Slowinski 2008)."""
    rows = [(1, 1, 1), (2, 1, 1.1), (2, 0.5, 3)]
    levels = [sorted({r[k] for r in rows}) for k in range(3)]
    issues = {f"g{k}": [f"g{k}-{n}" for n in range(len(levels[k]))] for k in range(3)}
    names = [{f"g{k}": f"g{k}-{levels[k].index(r[k])}" for k in range(3)} for r in rows]
    for strictly, possible in (
        (False, [[1, 1, 0], [1, 1, 0], [1, 1, 1]]),
        (True, [[1, 0, 0], [1, 1, 0], [1, 1, 1]]),
    ):
        orders = [
            {"prefers": {i: o[n + 1]}, "to": {i: o[n]}, "weakly": not strictly}
            for i, o in issues.items()
            for n in range(len(o) - 1)
        ]
        problem = Problem(case_of(words(*orders, {"prefers": names[2], "to": names[1]}), issues))
        known = compatible(problem, "P", TAKEN)
        weak = [r.vector for r in known.alternatives[0] if not r.strict]
        strict = [r.vector for r in known.alternatives[0] if r.strict]
        gain = [known.gain(problem.space.package(n)) for n in names]
        must, may = np.zeros((3, 3), int), np.zeros((3, 3), int)
        for a, b in itertools.product(range(3), repeat=2):
            less = tuple(y - x for x, y in zip(gain[a], gain[b], strict=True))
            more = tuple(-x for x in less)
            must[a, b] = settle(weak, [*strict, less], len(less))[0] is None
            if a != b:
                order = better(problem, names[a], names[b], settings=TAKEN).parties["P"].order
                assert must[a, b] == (order in ("better", "no worse", "equal"))
            may[a, b] = settle([*weak, more], strict, len(less))[0] is not None
            if a != b:
                assert may[a, b] == (order != "worse")
        assert must.tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
        assert may.tolist() == possible


def test_two_preferences_against_each_other_are_named_as_the_pair() -> None:
    problem = Problem(
        case_of(
            words(
                {"prefers": {"A": "a1"}, "to": {"A": "a2"}}, {"prefers": {"A": "a2"}, "to": {"A": "a1"}}, S2
            )
        )
    )
    found = contradictions(lambda out: compatible(problem, "P", TAKEN, out))
    assert found == (("comparisons.0", "comparisons.1"),)


# ---- a second solver, which builds its own rows ---------------------------------------------------------------
def random_rows(rng: random.Random, issues: dict[str, list[str]]) -> list[Row]:
    def package() -> dict[str, str]:
        return {i: rng.choice(o) for i, o in issues.items()}

    rows: list[Row] = []
    for _ in range(rng.randint(1, 5)):
        kind = rng.choice(["accepts", "refuses", "prefers", "order"])
        if kind == "order":
            i = rng.choice(list(issues))
            a, b = rng.sample(issues[i], 2)
            rows.append({"prefers": {i: a}, "to": {i: b}, "weakly": rng.random() < 0.5})
        elif kind == "prefers":
            rows.append({"prefers": package(), "to": package(), "weakly": rng.random() < 0.5})
        else:
            rows.append({kind: package()})
    return words(*rows)


def by_linprog(rows: list[Row], issues: dict[str, list[str]], extra: list[tuple[list[float], float]]) -> bool:
    """Whether some values satisfy the words and the extra rows (vector, least value)."""
    names = [(i, o) for i, options in issues.items() for o in options[1:]] + ["c"]
    a, b = [[-float(n == "c") for n in names]], [0.0]
    for r in rows:
        if r.get("accepts"):
            row, least = gain(names, r["accepts"], 1), 0.0
        elif r.get("refuses"):
            row, least = [-x for x in gain(names, r["refuses"], 1)], 1.0
        else:
            row = [x - y for x, y in zip(gain(names, r["prefers"], 0), gain(names, r["to"], 0), strict=True)]
            least = 0.0 if r["weakly"] else 1.0
        a.append([-x for x in row])
        b.append(-least)
    for row, least in extra:
        a.append([-x for x in row])
        b.append(-least)
    done = linprog([0] * len(names), A_ub=a, b_ub=b, bounds=(None, None), method="highs")
    assert done.status in (0, 2)
    return bool(done.status == 0)


def gain(names: list[Any], package: dict[str, str], cost: int) -> list[float]:
    return [float(cost if n == "c" else package.get(n[0]) == n[1]) for n in names]


@pytest.mark.parametrize("cases", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_verdicts_are_those_of_another_solver_and_their_certificates_are_accepted(cases: int) -> None:
    rng, seen = random.Random(14), {"necessary": 0, "possible": 0, "never": 0, "clash": 0}
    for _ in range(cases):
        issues = {n: [f"{n}{k}" for k in range(rng.randint(2, 3))] for n in "ABC"[: rng.randint(1, 3)]}
        rows = random_rows(rng, issues)
        problem = Problem(case_of(rows, issues))
        known = compatible(problem, "P", TAKEN)
        names = [(i, o) for i, options in issues.items() for o in options[1:]] + ["c"]
        if not by_linprog(rows, issues, []):
            assert contradictions(lambda out, p=problem: compatible(p, "P", TAKEN, out))
            seen["clash"] += 1
            continue
        table = tabulate(known, problem.space)
        for k, package in enumerate(problem.space.packages()):
            e = gain(names, problem.space.names(package), 1)
            must = not by_linprog(rows, issues, [([-x for x in e], 1.0)])
            may = by_linprog(rows, issues, [(e, 0.0)])
            found, certificates = certify(known, problem.space, package)
            assert found == ("necessary" if must else "possible" if may else "never")
            assert (bool(table.necessary[k]), bool(table.possible[k])) == (must, may)
            shown = check_certificate(document(known, problem.space, certificates))
            assert shown[0] == (found, problem.space.names(package))
            seen[found] += 1
    assert all(seen.values()), seen


@pytest.mark.parametrize("cases", [12, pytest.param(1000, marks=pytest.mark.slow)])
def test_smallest_contradictions_clash_and_lose_their_clash_without_any_one_statement(cases: int) -> None:
    rng, found = random.Random(3), 0
    issues = {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"]}
    for _ in range(cases):
        rows = [r for _ in range(3) for r in random_rows(rng, issues)]
        problem = Problem(case_of(rows, issues))
        for clash in contradictions(lambda out, p=problem: compatible(p, "P", TAKEN, out), most=4):
            mine = [rows[int(u.split(".")[1])] for u in clash if u != "waiting"]
            assert not by_linprog(mine, issues, [])
            assert all(by_linprog([r for r in mine if r is not one], issues, []) for one in mine)
            found += 1
    assert found


@pytest.mark.parametrize("systems", [200, pytest.param(5000, marks=pytest.mark.slow)])
def test_a_system_has_a_point_or_a_combination_that_shows_it_has_none(systems: int) -> None:
    rng = random.Random(1)
    for _ in range(systems):
        n, m = rng.randint(1, 6), rng.randint(1, 9)
        big = rng.choice([1, 3, 10**12])
        columns = [tuple(rng.randint(-big, big) for _ in range(n)) for _ in range(m)]
        target = tuple(rng.randint(-big, big) for _ in range(n))
        factors, against = combination(columns, target)
        if factors is not None:
            assert all(f >= 0 for f in factors)
            assert [sum(f * c[i] for f, c in zip(factors, columns, strict=True)) for i in range(n)] == list(
                target
            )
        else:
            assert all(sum(a * x for a, x in zip(against, c, strict=True)) >= 0 for c in columns)
            assert sum(a * x for a, x in zip(against, target, strict=True)) < 0


# ---- forgeries ------------------------------------------------------------------------------------------------
def forged(doc: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The document with one thing changed that it depends on."""
    new = copy.deepcopy(doc)
    claim = rng.choice(new["claims"])
    part = rng.choice(claim["shown"])
    way = rng.randrange(5)
    if way == 0:
        key = "point" if "point" in part else "factors"
        k = rng.randrange(len(part[key])) if part[key] else 0
        if part[key]:
            value = Fraction(part[key][k]) + rng.choice([-1, 1])
            part[key][k] = str(value)
    elif way == 1:
        claim["claim"] = {
            "necessary": "never",
            "never": "necessary",
            "possible": "never",
            "not necessary": "possible",
        }[claim["claim"]]
    elif way == 2:
        claim["shown"] = []
    elif way == 3:
        rows = new["alternatives"][part["alternative"]]
        row = rng.choice(rows)
        row["vector"][rng.randrange(len(row["vector"]))] += 1
    else:
        new[rng.choice(["more", "format"])] = "x"
    return new


def holds(doc: dict[str, Any]) -> bool:
    """Whether a document is true by a search of its own: its claims under its own rows."""
    try:
        check_certificate(doc)
    except BadCertificate:
        return False
    for claim in doc["claims"]:
        e = [
            float(v == "c" or v in {f"{i}={o}" for i, o in claim["package"].items()})
            for v in doc["variables"]
        ]
        answers = []
        for rows in doc["alternatives"]:
            a = [[-float(x) for x in r["vector"]] for r in rows]
            b = [-1.0 if r["strict"] else 0.0 for r in rows]
            extra, least = {"necessary": ([-x for x in e], 1.0), "not necessary": ([-x for x in e], 1.0)}.get(
                claim["claim"], (e, 0.0)
            )
            done = linprog(
                [0] * len(e),
                A_ub=[*a, [-x for x in extra]],
                b_ub=[*b, -least],
                bounds=(None, None),
                method="highs",
            )
            answers.append(done.status == 0)
        assert any(answers) == (claim["claim"] in ("possible", "not necessary")), "a false claim was accepted"
    return True


@pytest.mark.parametrize("tries", [150, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_forged_certificate_of_a_false_claim_is_accepted(tries: int) -> None:
    rng, refused = random.Random(5), 0
    problem = Problem(case_of(words(*S1, S2, S3)))
    documents = []
    for waiting in ("costly", "as-now"):
        known = compatible(problem, "P", WordSettings(taken="assumed", waiting=waiting))
        documents += [
            document(known, problem.space, certify(known, problem.space, p)[1])
            for p in problem.space.packages()
        ]
    for _ in range(tries):
        refused += not holds(forged(rng.choice(documents), rng))
    assert refused > tries * 0.7


# ---- properties and the example -------------------------------------------------------------------------------
@pytest.mark.parametrize("cases", [15, pytest.param(400, marks=pytest.mark.slow)])
def test_a_further_statement_never_takes_a_necessary_verdict_away_nor_adds_a_possible_one(cases: int) -> None:
    rng = random.Random(8)
    issues = {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"]}
    for _ in range(cases):
        rows = random_rows(rng, issues)
        few, all_ = (Problem(case_of(r, issues)) for r in (rows[:-1] or rows, rows))
        if contradictions(lambda out, p=all_: compatible(p, "P", TAKEN, out)):
            continue
        before, after = (tabulate(compatible(p, "P", TAKEN), p.space) for p in (few, all_))
        assert not (before.necessary & ~after.necessary).any()
        assert not (after.possible & ~before.possible).any()
        assert not (after.necessary & ~after.possible).any()


def test_open_questions_of_an_offer_are_answered_by_the_best_known_option_or_the_words_are_set_aside() -> (
    None
):
    known = Problem(case_of(words(*S1, {"accepts": {"B": "b1"}})))
    assert verdict(known, "P", "a2", "b1") == "necessary"
    assert verdict(known, "P", "a1", "b1") == "possible"
    many = {f"i{k}": [f"i{k}{n}" for n in "abcd"] for k in range(5)}
    problem = Problem(case_of(words({"accepts": {"i0": "i0a"}}), many))
    found = compatible(problem, "P", TAKEN)
    assert [u.why for u in found.unused] == ["completion"]


def test_a_refused_draft_is_refused_however_its_open_questions_are_answered() -> None:
    problem = Problem(case_of(words({"refuses": {"B": "b1"}})))
    for a in ("a0", "a1", "a2"):
        assert verdict(problem, "P", a, "b1") == "never"


def test_nothing_is_certain_for_russia_in_the_example_and_the_answer_says_why() -> None:
    answer = stress(zopa.load(_example()), ["B", "F", "G"], draws=0)
    russia = answer.parties["RUS"]
    assert (russia.necessary, russia.never, russia.silent) == (0, 0, True)
    assert answer.sure == 0
    assert [(z.admissible, z.central) for z in answer.readings] == [
        (72900, 51771),
        (43740, 31262),
        (29160, 20738),
    ]
    assert "Russia: no term of its own is on record" in str(answer)


def _example() -> str:
    from zopa.cli.options import examples

    return str(examples() / "ukraine-2025")
