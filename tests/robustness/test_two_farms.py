"""The example from words alone, against the derivation by hand in docs/explanation/words-alone.md."""

from __future__ import annotations

import itertools

from scipy.optimize import linprog

import zopa
from zopa.robustness import check_zone_proof, stress, zone_proof
from zopa.robustness.compatible_set import WordSettings
from zopa.robustness.stress import words_of
from zopa.robustness.verdicts import tabulate
from zopa.space import Problem

SURE = {("none", "meter", "closed"), ("half", "meter", "open"), ("none", "turns", "closed")}


def test_the_two_packages_derived_by_hand_are_sure_and_nine_are_conceivable() -> None:
    case = zopa.load("two-farms")
    answer = stress(case, draws=128)
    assert (answer.sure, answer.unchanged, answer.agreements, answer.conceivable) == (3, True, 2, 9)
    assert {tuple(x.package.values()) for x in answer.shown if x.zone == "sure"} == SURE - {
        ("none", "turns", "closed")
    }
    problem = Problem(case)
    sets, clashes = words_of(problem, WordSettings())
    assert not any(clashes.values())
    tables = [tabulate(w, problem.space) for w in sets.values()]
    names = [tuple(problem.space.names(x).values()) for x in problem.space.packages()]
    found = {n for k, n in enumerate(names) if all(t.necessary[k] for t in tables)}
    assert found == SURE
    assert answer.shortlist is not None
    assert all(tuple(m.package.values()) != ("none", "turns", "closed") for m in answer.shortlist.members)
    assert len(check_zone_proof(zone_proof(case, [x.package for x in answer.shown]), case)) == 4


def test_another_solver_with_the_inequalities_of_the_page_finds_the_same() -> None:
    """Variables half, upper, meter, nights, open, c; the tables of the page typed in."""
    at = {"half": 0, "upper": 1, "meter": 2, "nights": 3, "open": 4, "c": 5}

    def row(**terms: float) -> list[float]:
        found = [0.0] * 6
        for name, x in terms.items():
            found[at[name]] = x
        return found

    upper = [
        (row(meter=1), 1), (row(nights=-1), 1), (row(half=1, meter=1, c=1), 0),
        (row(half=1, meter=1, open=1, c=1), 0), (row(upper=-1, meter=-1, c=-1), 1),
        (row(upper=-1, meter=-1, open=-1, c=-1), 1), (row(c=1), 0),
    ]  # fmt: skip
    pairs = itertools.permutations([row(), row(half=1), row(upper=1)], 2)
    rank = [([o - a + b for o, a, b in zip(row(open=1), x, y, strict=True)], 0) for x, y in pairs]
    lower = [
        *rank, (row(open=1), 1), (row(meter=1), 0), (row(nights=-1), 1), (row(half=-1, meter=-1, c=-1), 1), (row(c=1), 0),
    ]  # fmt: skip

    def possible(rows: list[tuple[list[float], int]], extra: list[float], least: float) -> bool:
        a = [[-x for x in r] for r, _ in rows] + [[-x for x in extra]]
        b = [-float(n) for _, n in rows] + [-least]
        return linprog([0] * 6, A_ub=a, b_ub=b, bounds=(None, None), method="highs").status == 0

    sure, conceivable = set(), 0
    for package in itertools.product(
        ["none", "half", "upper"], ["turns", "meter", "nights"], ["closed", "open"]
    ):
        worth = row(c=1, **{o: 1 for o in package if o in at})
        less = [-x for x in worth]
        if not any(possible(rows, less, 1) for rows in (upper, lower)):
            sure.add(package)
        conceivable += all(possible(rows, worth, 0) for rows in (upper, lower))
    assert sure == SURE
    assert conceivable == 9
