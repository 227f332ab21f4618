"""Which of two packages is better for whom; efficiency; proofs of zones, and forgeries of them."""

from __future__ import annotations

import copy
import itertools
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from typer.testing import CliRunner

import zopa
from word_cases import TAKEN, Row, case_of, words
from zopa.cli import app
from zopa.errors import NotApplicable
from zopa.robustness import (
    BadCertificate,
    better,
    check_zone_proof,
    compatible,
    dominated_by,
    shown_claims,
    stress,
    zone_proof,
)
from zopa.robustness.stress import words_of
from zopa.space import Problem

ISSUES = {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"]}


def random_case(rng: random.Random, parties: str = "PQ", rules: bool = False) -> Any:
    def package() -> dict[str, str]:
        return {i: rng.choice(o) for i, o in ISSUES.items()}

    rows: list[Row] = []
    for party in parties:
        for _ in range(rng.randint(1, 3)):
            form = rng.choice(["accepts", "refuses", "prefers"])
            row: Row = {form: package()}
            if form == "prefers":
                row |= {"to": package(), "weakly": rng.random() < 0.5}
            rows += words(row, party=party)
    more: dict[str, Any] = {}
    if rules:
        one = package()
        more["rules"] = {"r": {"says": "not this", "when": {i: (o,) for i, o in one.items()}, "assumed": "t"}}
    return case_of(rows, ISSUES, **more)


def possible(problem: Problem, party: str, *extra: tuple[Any, float]) -> bool:
    """Whether some values of the party also give these rows at least so much; by another solver."""
    w = compatible(problem, party, TAKEN)
    for rows in w.alternatives:
        a = [*([-float(x) for x in r.vector] for r in rows), *([-float(x) for x in e] for e, _ in extra)]
        b = [*(-1.0 if r.strict else 0.0 for r in rows), *(-least for _, least in extra)]
        done = linprog([0] * len(w.variables), A_ub=a, b_ub=b, bounds=(None, None), method="highs")
        if done.status == 0:
            return True
    return False


@pytest.mark.parametrize("cases", [8, pytest.param(120, marks=pytest.mark.slow)])
def test_orders_of_two_packages_and_efficiency_are_those_of_another_solver(cases: int) -> None:
    rng, seen = random.Random(21), set()
    for _ in range(cases):
        problem = Problem(random_case(rng))
        if not all(possible(problem, p) for p in problem.space.parties):
            continue
        packages = list(problem.space.packages())
        sets, _ = words_of(problem, TAKEN)
        for x, y in rng.sample(list(itertools.permutations(packages, 2)), 6):
            answer = better(problem, problem.space.names(x), problem.space.names(y), settings=TAKEN)
            for party, verdict in answer.parties.items():
                gx, gy = (np.array(sets[party].gain(k)) for k in (x, y))
                up, down = gx - gy, gy - gx
                ahead = not possible(problem, party, (down, 1.0))
                behind = not possible(problem, party, (up, 1.0))
                never_behind = not possible(problem, party, (down, 0.0))
                never_ahead = not possible(problem, party, (up, 0.0))
                expected = (
                    "better" if never_behind else "worse" if never_ahead else "equal" if ahead and behind
                    else "no worse" if ahead else "no better" if behind else "open"
                )  # fmt: skip
                assert verdict.order == expected
                assert shown_claims(answer.proofs[party])
                seen.add(expected)
        x = rng.choice(packages)
        dominated = dominated_by(sets, problem.space, problem.table.admissible, x)
        slow = any(
            all(possible(problem, p, (np.array(w.gain(y)) - np.array(w.gain(x)), 0.0)) for p, w in sets.items())
            and any(possible(problem, p, (np.array(w.gain(y)) - np.array(w.gain(x)), 1.0)) for p, w in sets.items())
            for y in packages if y != x
        )  # fmt: skip
        assert (dominated is not None) == slow
    assert {"better", "worse", "open"} <= seen


def test_drafts_are_compared_on_the_issues_that_they_name() -> None:
    problem = Problem(case_of(words({"prefers": {"A": "a2"}, "to": {"A": "a1"}})))
    answer = better(problem, {"A": "a2"}, {"A": "a1"}, settings=TAKEN)
    assert answer.parties["P"].order == "better"
    assert "the first is better for all numbers" in str(answer)
    with pytest.raises(NotApplicable):
        better(problem, {"A": "a2"}, {"B": "b1"}, settings=TAKEN)


def forged(proof: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    new = copy.deepcopy(proof)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            places.append((node, key))
            if isinstance(value, dict | list):
                walk(value)

    walk(new)
    node, key = rng.choice(places)
    value = node[key]
    way = rng.randrange(4)
    if way == 0 and isinstance(node, list):
        del node[key]
    elif isinstance(value, bool):
        node[key] = not value
    elif isinstance(value, int):
        node[key] = value + rng.choice([-1, 1])
    elif isinstance(value, str):
        node[key] = rng.choice(
            ["a0", "a1", "b1", "1", "0", "sure", "not sure", "conceivable", "not conceivable", "necessary", "never",
             "possible", "not necessary", "costly", "as-now", "open", "stated", "assumed", "X", "as set"]
        )  # fmt: skip
    elif isinstance(value, list) and value:
        node[key] = value[::-1] if way == 1 else value[:-1]
    else:
        node[key] = rng.choice([None, [], {}, 1, "x"])
    return new


def truth(proof: dict[str, Any], case: Any) -> dict[str, Any]:
    """The zones of every package under the settings and readings of a proof, by enumeration and another solver."""
    from zopa.robustness import WordSettings
    from zopa.robustness.stress import problems_of

    settings = WordSettings(**proof["settings"])
    found: dict[str, Any] = {}
    names = [n for n in proof["readings"]]
    problems = problems_of(case, None if names == ["as set"] else names)
    first = next(iter(problems.values()))
    for x in first.space.packages():
        must, may = [], []
        for p in problems.values():
            sets, _ = words_of(p, settings)
            ok = p.space.allows(x)
            refuse, accept = [], []
            for w in sets.values():
                e = [float(v) for v in w.gain(x)]
                for sign, store in ((-1.0, refuse), (1.0, accept)):
                    hits = []
                    for rows in w.alternatives:
                        a = [[-float(v) for v in r.vector] for r in rows] + [[-sign * v for v in e]]
                        b = [-1.0 if r.strict else 0.0 for r in rows] + [-1.0 if sign < 0 else 0.0]
                        done = linprog([0] * len(e), A_ub=a, b_ub=b, bounds=(None, None), method="highs")
                        hits.append(done.status == 0)
                    store.append(any(hits))
            must.append(ok and not any(refuse))
            may.append(ok and all(accept))
        found[json.dumps(first.space.names(x))] = (all(must), any(may))
    return found


@pytest.mark.parametrize("tries", [120, pytest.param(3000, marks=pytest.mark.slow)])
def test_a_proof_of_zones_is_accepted_and_no_forgery_of_it_shows_anything_false(tries: int) -> None:
    rng, refused, known = random.Random(9), 0, {}
    made = []
    while len(made) < 6:
        case = random_case(rng, rules=True)
        packages = list(Problem(case).space.packages())
        chosen = [Problem(case).space.names(x) for x in rng.sample(packages, 3)]
        proof = json.loads(json.dumps(zone_proof(case, chosen, settings=TAKEN)))
        claims = check_zone_proof(proof, case)
        assert len(claims) == 6, "each package is sure or not, and conceivable or not"
        made.append((case, proof))
    for _ in range(tries):
        n = rng.randrange(len(made))
        case, proof = made[n]
        other = forged(proof, rng)
        try:
            claims = check_zone_proof(other, case)
        except BadCertificate:
            refused += 1
            continue
        key = (n, json.dumps([other["settings"], other["readings"]]))
        if key not in known:
            known[key] = truth(other, case)
        for zone, package in claims:
            ordered = {i: package[i] for i in ISSUES}
            sure, conceivable = known[key][json.dumps(ordered)]
            expected = {
                "sure": sure,
                "not sure": not sure,
                "conceivable": conceivable,
                "not conceivable": not conceivable,
            }
            assert expected[zone], (zone, package)
    assert refused > tries * 0.6


def test_a_proof_of_one_case_is_refused_for_another_and_checked_by_the_command(tmp_path: Path) -> None:
    from zopa.cli.options import examples

    name = str(examples() / "ukraine-2025")
    file = tmp_path / "zones.json"
    run = CliRunner()
    shown = stress(zopa.load(name), ["B"], draws=0).shown[0].package
    parts = [x for i, o in shown.items() for x in ("--package", f"{i}={o}")]
    done = run.invoke(app, ["stress", name, "-r", "B", "--draws", "0", *parts, "--proof", str(file)])
    assert done.exit_code == 0, done.output
    checked = run.invoke(app, ["check-proof", str(file), name])
    assert checked.exit_code == 0, checked.output
    assert "valid: packages by zone: not sure" in checked.output
    alone = run.invoke(app, ["check-proof", str(file)])
    assert (alone.exit_code, "name it after the file" in alone.output.replace("\n", " ")) == (1, True)
    other = run.invoke(app, ["check-proof", str(file), str(examples() / "harbour-sport-park")])
    assert other.exit_code == 1
    assert "refused" in other.output
