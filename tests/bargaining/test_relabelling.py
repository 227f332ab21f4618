"""What must not change: names, order, units. And what does."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles import Oracle
from strategies import Spec, case_of, for_all, small_cases
from zopa.bargaining import SOLUTIONS, frontier, solve, why_not, zone

SHUFFLE = st.randoms(use_true_random=False)
METHODS = [m for m, how in SOLUTIONS.items() if not how.needs]


def deals(spec: Spec, method: str) -> set[frozenset[tuple[str, str]]]:
    answer = solve(case_of(spec), method)
    return {frozenset(d.package.items()) for d in answer.deals}


def summary(spec: Spec) -> dict[str, Any]:
    """Everything that names and order may not touch; utilities by party."""
    case = case_of(spec)
    z, f, w = zone(case), frontier(case), why_not(case)
    return {
        "counts": (z.admissible, z.count, z.agreed, z.count_low, z.count_high, z.shortfall),
        "break-even": dict(z.break_even),
        "frontier": {frozenset(d.utilities.items()) for d in f.deals},
        "packages": f.packages,
        "conflicts": sorted(len(c.limits) for c in w.conflicts),
        "corrections": sorted(
            (c.admissible, c.count, c.statements, c.shift, len(c.limits)) for c in w.corrections
        ),
    } | {m: deals(spec, m) for m in METHODS}


def shuffled(mapping: dict[str, Any], random: Any) -> dict[str, Any]:
    keys = list(mapping)
    random.shuffle(keys)
    return {k: mapping[k] for k in keys}


@for_all(small_cases(), SHUFFLE)
def test_the_order_of_parties_issues_and_options_changes_nothing(spec: Spec, random: Any) -> None:
    other = spec | {
        "parties": shuffled(spec["parties"], random),
        "rules": shuffled(spec.get("rules", {}), random),
        "issues": {
            i: issue | {"options": shuffled(issue["options"], random)}
            for i, issue in shuffled(spec["issues"], random).items()
        },
    }
    assert summary(other) == summary(spec)


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Every key and text that is one of the names, by its new name."""
    if isinstance(value, dict):
        return {names.get(k, k): renamed(v, names) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(renamed(v, names) for v in value)
    return names.get(value, value) if isinstance(value, str) else value


@for_all(small_cases())
def test_the_names_of_parties_issues_and_options_change_nothing(spec: Spec) -> None:
    words = [*spec["parties"], *spec["issues"]] + [o for i in spec["issues"].values() for o in i["options"]]
    # Other alphabets, spaces, and an order that sorts the other way round.
    names = {w: f"{chr(0x044F - k)} {w} ☮" for k, w in enumerate(words)}
    assert summary(renamed(spec, names)) == renamed_summary(summary(spec), names)


def renamed_summary(s: Any, names: dict[str, str]) -> Any:
    if isinstance(s, dict):
        return {names.get(k, k): renamed_summary(v, names) for k, v in s.items()}
    if isinstance(s, set | frozenset | tuple | list):
        return type(s)(renamed_summary(v, names) for v in s)
    return names.get(s, s) if isinstance(s, str) else s


def rescaled(spec: Spec, factors: dict[str, tuple[int, int]]) -> Spec:
    """Every party's points, reservation value and interactions times its factor, points moved by its shift."""
    first = next(iter(spec["issues"]))
    parties = {}
    for p, party in spec["parties"].items():
        times, shift = factors[p]
        parties[p] = party | {
            "points": {
                i: {o: v * times + (shift if i == first else 0) for o, v in row.items()}
                for i, row in party["points"].items()
            }
        }
        if "reservation" in party:
            parties[p]["reservation"] = {k: v * times + shift for k, v in party["reservation"].items()}
    bonuses = tuple(
        b | {"points": b["points"] * factors[b["party"]][0]} for b in spec.get("interactions", ())
    )
    return spec | {"parties": parties, "interactions": bonuses}


SCALES = st.lists(st.tuples(st.integers(1, 9), st.integers(-5, 5)), min_size=4, max_size=4)


@for_all(small_cases().filter(lambda s: "points" in s["parties"]["P0"]), SCALES)
def test_nash_and_kalai_smorodinsky_do_not_depend_on_a_partys_unit_or_zero(
    spec: Spec, scales: list[tuple[int, int]]
) -> None:
    other = rescaled(spec, dict(zip(spec["parties"], scales, strict=False)))
    assert deals(other, "kalai-smorodinsky") == deals(spec, "kalai-smorodinsky")
    one, two = zone(case_of(spec)), zone(case_of(other))
    assert (one.admissible, one.count, one.agreed) == (two.admissible, two.count, two.agreed)
    assert frontier(case_of(spec)).packages == frontier(case_of(other)).packages
    truth = Oracle(spec)
    if not any(min(truth.gain(k)) > 0 for k in truth.zone):
        return  # somebody can gain nowhere: see test_axioms for what Nash does then
    assert deals(other, "nash") == deals(spec, "nash")
    powers = dict(zip(spec["parties"], (1, 2, 3, 1), strict=False))
    picks = [
        {frozenset(d.package.items()) for d in solve(case_of(s), "weighted-nash", powers=powers).deals}
        for s in (spec, other)
    ]
    assert picks[0] == picks[1]


@for_all(small_cases().filter(lambda s: "points" in s["parties"]["P0"]), SCALES)
def test_a_common_unit_and_any_zero_leave_every_solution_alone(
    spec: Spec, scales: list[tuple[int, int]]
) -> None:
    times = scales[0][0]
    factors = {p: (times, shift) for p, (_, shift) in zip(spec["parties"], scales, strict=False)}
    other = rescaled(spec, factors)
    for method in METHODS:
        assert deals(other, method) == deals(spec, method)


ONE_ISSUE: Spec = {
    "title": "two options",
    "issues": {"i": {"name": "i", "options": {"mine": "m", "even": "e"}}},
    "parties": {
        "P0": {"name": "P0", "points": {"i": {"mine": 9.0, "even": 4.0}}, "reservation": {"best": 0.0}},
        "P1": {"name": "P1", "points": {"i": {"mine": 2.0, "even": 4.0}}, "reservation": {"best": 0.0}},
    },
}


def test_one_partys_unit_decides_the_egalitarian_and_the_utilitarian_choice() -> None:
    tripled = rescaled(ONE_ISSUE, {"P0": (1, 0), "P1": (3, 0)})
    assert deals(ONE_ISSUE, "egalitarian") == {frozenset({("i", "even")})}
    assert deals(tripled, "egalitarian") == {frozenset({("i", "mine")})}
    assert deals(ONE_ISSUE, "utilitarian") == {frozenset({("i", "mine")})}
    assert deals(tripled, "utilitarian") == {frozenset({("i", "even")})}


@for_all(small_cases(), st.integers(0, 3))
def test_a_higher_reservation_value_never_enlarges_the_zone(spec: Spec, rise: int) -> None:
    truth = Oracle(spec)
    p = truth.parties[0]
    party = spec["parties"][p]
    limit = float(truth.limit(p)) + rise
    other = spec | {"parties": spec["parties"] | {p: party | {"reservation": limit}}}
    assert zone(case_of(other)).count <= zone(case_of(spec)).count
    even = zone(case_of(spec)).break_even[p]
    if even is not None:
        at = spec | {"parties": spec["parties"] | {p: party | {"reservation": float(even)}}}
        above = spec | {"parties": spec["parties"] | {p: party | {"reservation": float(even) + 0.001}}}
        assert zone(case_of(at)).count > 0
        assert zone(case_of(above)).count == 0
