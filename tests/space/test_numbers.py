"""Exact means exact: own denominators of any size, binary noise taken off and said, rounding only on request."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from oracles import Oracle
from strategies import Spec, case_of, for_all, small_cases
from zopa.bargaining import frontier, judge, solve, why_not, zone
from zopa.case import Case, noise
from zopa.case.estimates import meant
from zopa.casefile import load
from zopa.space import Problem

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
NOISY = SHARED / "found_in_use" / "43-binary-noise"
GENIUS = SHARED / "genius" / "additive_scenarios_with_oracle.json"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (14.719999999999999, "14.72"), (0.1 + 0.2, "0.3"), (sum([0.1] * 100), "10"), (0.1 + 0.2 - 0.3, "0"),
        (100 * 0.10714285714299999, "10.7142857143"), (-13.600000000000001, "-13.6"),
    ],
)  # fmt: skip
def test_binary_noise_is_recognised(typed: float, number: str) -> None:
    assert noise(typed)
    assert meant(typed) == Fraction(number)


@pytest.mark.parametrize(
    "typed", [14.72, 0.35, 1e-12, 5, 123456789.25, 0.168414574098, 14.7200000001, 33.333333333333336, 0.1234567890123456, "1/3"]
)  # fmt: skip
def test_what_a_person_typed_is_kept(typed: Any) -> None:
    assert not noise(typed)
    assert meant(typed) == Fraction(str(typed))


@pytest.mark.skipif(not NOISY.exists(), reason="the inputs that failed in use are not here")
def test_the_noisy_case_has_53_points_or_as_typed_55_and_says_so() -> None:
    problem = Problem(load(NOISY))
    cleaned = frontier(problem)
    assert (cleaned.points, cleaned.packages) == (53, 75)
    assert "parties.p0.points.i0.i0o2 14.719999999999999 as 14.72" in cleaned.note
    typed = frontier(problem.with_values({"numbers": "as typed"}))
    assert (typed.points, typed.packages, typed.note) == (55, 78, "")


def test_every_answer_says_that_noise_was_taken_off_and_how_far_rounding_reaches() -> None:
    points = {"x": {"p": 14.719999999999999, "q": 3}, "y": {"p": 0, "q": 1.23456}}
    case = case_of(
        {
            "title": "t",
            "issues": {i: {"name": i, "options": {o: o for o in row}} for i, row in points.items()},
            "parties": {"a": {"name": "A", "points": points, "reservation": 2.0}},
            "rounding": 0.1,
        }
    )
    said = [
        " ".join(zone(case).warnings), frontier(case).note, solve(case, "nash").note, " ".join(why_not(case).notes),
        " ".join(judge(case, {"x": "p", "y": "q"}).notes), " ".join(judge(case, {"x": "p"}).notes),
    ]  # fmt: skip
    for text in said:
        assert "parties.a.points.x.p 14.719999999999999 as 14.72" in text
        assert "a utility may be off by up to 0.1 points, a reservation value by 0.05" in text
    assert solve(case, "utilitarian").deals[0].utilities["a"] == Fraction("15.9")


HUGE = 7**60


@for_all(small_cases(voting=False), examples=25, thorough=300)
def test_numbers_that_64_bits_do_not_hold_are_exact(spec: Spec) -> None:
    """Every score over a huge denominator, and one point more in the first issue: the same counts, packages, ties."""
    if any("points" not in party for party in spec["parties"].values()):
        return

    def tiny(number: Any, more: int = 0) -> str:
        exact = Fraction(str(number)) / HUGE + more
        return f"{exact.numerator}/{exact.denominator}"

    small: dict[str, Any] = {**spec, "parties": {}}
    for name, party in spec["parties"].items():
        small["parties"][name] = {
            **party, "points": {i: {o: tiny(n, i == "i0") for o, n in row.items()} for i, row in party["points"].items()}
        }  # fmt: skip
        small["parties"][name].pop("reservation", None)
    small["interactions"] = tuple({**b, "points": tiny(b["points"])} for b in spec["interactions"])
    plain = {
        **spec,
        "parties": {
            n: {k: v for k, v in p.items() if k != "reservation"} for n, p in spec["parties"].items()
        },
    }
    a, b = Problem(case_of(plain)), Problem(case_of(small))
    assert b.space.compact == (b.space.scale == 1)
    za, zb = zone(a), zone(b)
    assert (za.admissible, za.count, za.count_low) == (zb.admissible, zb.count, zb.count_low)
    assert {p: None if v is None else v / HUGE + 1 for p, v in za.break_even.items()} == zb.break_even
    fa, fb = frontier(a), frontier(b)
    assert (fa.points, fa.packages) == (fb.points, fb.packages)
    assert [d.package for d in fa.deals] == [d.package for d in fb.deals]
    truth = Oracle(plain)
    for method in ("nash", "kalai-smorodinsky", "egalitarian", "utilitarian"):
        sa, sb = solve(a, method), solve(b, method)
        assert [d.package for d in sa.deals] == [d.package for d in sb.deals], method
    assert [tuple(d.package.values()) for d in solve(b, "nash").deals] == truth.options(truth.nash())
    if truth.packages:
        draft = truth.packages[-1]
        va, vb = judge(a, draft), judge(b, draft)
        assert [v.accepts for v in va.verdicts] == [v.accepts for v in vb.verdicts]
        assert (va.improvable, [d.package for d in va.improvements]) == (
            vb.improvable,
            [d.package for d in vb.improvements],
        )


@pytest.mark.skipif(not GENIUS.exists(), reason="the scenarios of other tools are not here")
@pytest.mark.parametrize("factor", [1, 100])
def test_the_74_scenarios_as_files_and_spreadsheets_hold_them_have_their_exact_frontiers(factor: int) -> None:
    for x in json.loads(GENIUS.read_text(encoding="utf-8")):
        if x["outcomes"] > 100_000 and factor == 1:
            continue
        case = scenario(x, factor)
        found = frontier(case)
        expected = x["exact"]["frontier_points"], x["exact"]["frontier_packages"]
        assert (found.points, found.packages) == expected, x["scenario"]


def scenario(x: dict[str, Any], factor: int) -> Case:
    """A scenario as a case whose numbers are what binary arithmetic makes of them."""
    issues = {
        f"i{i}": {"name": f"i{i}", "options": {f"o{k}": f"o{k}" for k in range(len(issue["options"]))}}
        for i, issue in enumerate(x["issues"])
    }
    parties = {
        f"p{n}": {
            "name": f"p{n}",
            "points": {f"i{i}": {f"o{k}": v * factor for k, v in enumerate(row)} for i, row in enumerate(p["contribution"])},
        }
        for n, p in enumerate(x["parties"])
    }  # fmt: skip
    return Case.model_validate({"title": "scenario", "issues": issues, "parties": parties})
