"""Verdicts against all extreme rays of a party's cone, found by brute force."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from word_cases import TAKEN, Row, case_of, words
from zopa.robustness import compatible, contradictions, tabulate
from zopa.space import Problem

Whole = list[int]


def nullspace(rows: list[Whole], n: int) -> list[Whole]:
    """A basis in whole numbers of what is orthogonal to all rows."""
    table = [[Fraction(x) for x in row] for row in rows]
    pivots: list[int] = []
    for column in range(n):
        lead = next((r for r in range(len(pivots), len(table)) if table[r][column]), None)
        if lead is None:
            continue
        at = len(pivots)
        table[at], table[lead] = table[lead], table[at]
        table[at] = [x / table[at][column] for x in table[at]]
        for r in range(len(table)):
            if r != at and table[r][column]:
                factor = table[r][column]
                table[r] = [a - factor * b for a, b in zip(table[r], table[at], strict=True)]
        pivots.append(column)
    basis = []
    for free in (c for c in range(n) if c not in pivots):
        vector = [Fraction(int(c == free)) for c in range(n)]
        for r, column in enumerate(pivots):
            vector[column] = -table[r][free]
        scale = int(np.lcm.reduce([x.denominator for x in vector]))
        basis.append([int(x * scale) for x in vector])
    return basis


def rays(rows: list[Whole], n: int) -> list[Whole]:
    """Generators of {g: rows g >= 0}: both directions of its lines, and its extreme rays across them."""
    lines = nullspace(rows, n)
    found = [*lines, *([-x for x in line] for line in lines)]
    need = n - 1 - len(lines)
    if need < 0:
        return found
    for chosen in itertools.combinations(rows, need):
        ray = nullspace([*chosen, *lines], n)
        if len(ray) != 1:
            continue
        for sign in (1, -1):
            g = [sign * x for x in ray[0]]
            if g not in found and all(np.dot(row, g) >= 0 for row in rows):
                found.append(g)
    return found


def verdict(weak: list[Whole], strict: list[Whole], e: Whole, generators: list[Whole]) -> str | None:
    """By generators alone; None where the strict rows cannot hold."""
    if any(not any(np.dot(b, g) > 0 for g in generators) for b in strict):
        return None
    worth = [int(np.dot(e, g)) for g in generators]
    if min(worth, default=0) >= 0:
        return "necessary"
    if max(worth) > 0:
        return "possible"
    face = [g for g, w in zip(generators, worth, strict=True) if w == 0]
    return "possible" if all(any(np.dot(b, g) > 0 for g in face) for b in strict) else "never"


def random_rows(rng: random.Random, issues: dict[str, list[str]]) -> list[Row]:
    def package() -> dict[str, str]:
        return {i: rng.choice(o) for i, o in issues.items()}

    rows: list[Row] = []
    for _ in range(rng.randint(1, 4)):
        form = rng.choice(["accepts", "refuses", "prefers"])
        row: Row = {form: package()}
        if form == "prefers":
            row |= {"to": package(), "weakly": rng.random() < 0.5}
        rows.append(row)
    return words(*rows)


@pytest.mark.parametrize("cases", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_verdicts_are_those_of_all_extreme_rays(cases: int) -> None:
    rng, seen = random.Random(6), {"necessary": 0, "possible": 0, "never": 0, "clash": 0}
    for n in range(cases):
        small = {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"]}
        large = {**small, "C": ["c0", "c1", "c2"]}
        issues = large if cases > 100 and n % 10 == 0 else small
        problem = Problem(case_of(random_rows(rng, issues), issues))
        w = compatible(problem, "P", TAKEN)
        (rows,) = w.alternatives
        weak = [list(r.vector) for r in rows if not r.strict]
        strict = [list(r.vector) for r in rows if r.strict]
        generators = rays([*weak, *strict], len(w.variables))
        table = tabulate(w, problem.space)
        clash = bool(contradictions(lambda out, p=problem: compatible(p, "P", TAKEN, out)))
        for k, package in enumerate(problem.space.packages()):
            expected = verdict(weak, strict, list(w.gain(package)), generators)
            assert (expected is None) == clash
            if expected is None:
                seen["clash"] += 1
                break
            found = "necessary" if table.necessary[k] else "possible" if table.possible[k] else "never"
            assert found == expected
            seen[found] += 1
    assert all(seen.values()), seen
