"""Listing, search and a literal brute force say the same about random small cases: every number, tie and word."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import pytest

from oracles import Oracle
from strategies import Spec, case_of
from zopa.bargaining import engines, frontier, judge, solve, why_not, zone
from zopa.space import Problem, problem

METHODS = ("nash", "weighted-nash", "kalai-smorodinsky", "egalitarian", "proportional", "utilitarian")


@contextmanager
def by_search() -> Iterator[None]:
    """Answer as if nothing could be listed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "MAX_PACKAGES", 0)
        patch.setattr(problem, "MAX_PACKAGES", 0)
        yield


def random_spec(seed: int) -> Spec:
    """A small case with any mix of: k of n, vetoes, ties, negative values, mixed units, twins, rules, interactions."""
    rng = random.Random(seed)
    table = {f"i{n}": [f"{'abcd'[n]}{k}" for k in range(rng.randint(1, 3))] for n in range(rng.randint(1, 4))}
    parties = [f"P{n}" for n in range(rng.randint(1, 4))]
    spec: Spec = {
        "title": "random",
        "issues": {i: {"name": i, "options": {o: o for o in names}} for i, names in table.items()},
        "parties": {p: {"name": p} for p in parties},
        "rules": {},
    }
    low, high = rng.choice([(0, 3), (-5, 5), (-9, -1), (0, 40), (0, 1), (0, 0)])
    for n, p in enumerate(parties):
        step = rng.choice([1.0, 1.0, 0.5, 0.25, 0.1])
        points = {
            i: {o: round(rng.randint(low, high) * step, 2) for o in names} for i, names in table.items()
        }
        if n and rng.random() < 0.15:
            points = spec["parties"]["P0"]["points"]
        best = sum(max(row.values()) for row in points.values())
        worst = sum(min(row.values()) for row in points.values())
        spec["parties"][p]["points"] = points
        if rng.random() < 0.9:
            middle = round(worst + (best - worst) * rng.choice([0, 0.3, 0.5, 0.7, 0.9, 1.0, 1.1]), 2)
            spec["parties"][p]["reservation"] = {
                "best": middle, "low": round(middle - rng.choice([0.0, 1.0]), 2), "high": round(middle + rng.choice([0.0, 1.25]), 2),
            }  # fmt: skip
    for n in range(rng.choice([0, 0, 1, 2, 3])):
        spec["rules"][f"r{n}"] = _rule(rng, table, parties)
    spec["interactions"] = tuple(
        {"party": rng.choice(parties), "when": _condition(rng, table), "points": float(rng.randint(-4, 4))}
        for _ in range(rng.choice([0, 0, 1, 2]))
    )
    if rng.random() < 0.35:
        required = tuple(p for p in parties if rng.random() < 0.3)
        spec["agreement"] = {
            "required": required,
            "at_least": rng.randint(max(1, len(required)), len(parties)),
        }
    return spec


def _condition(rng: random.Random, table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    chosen = rng.sample(sorted(table), rng.randint(1, min(2, len(table))))
    return {i: tuple(rng.sample(table[i], rng.randint(1, min(2, len(table[i]))))) for i in chosen}


def _clause(rng: random.Random, table: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "when": tuple(_condition(rng, table) for _ in range(rng.randint(1, 2))),
        "only_if": tuple(_condition(rng, table) for _ in range(rng.randint(0, 2))),
    }


def _rule(rng: random.Random, table: dict[str, list[str]], parties: list[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"firmness": rng.choice([None, "hedged", "firm"])}
    if rng.random() < 0.7:
        rule["party"] = rng.choice(parties)
    if rng.random() < 0.6:
        return rule | _clause(rng, table) | {"clauses": (_clause(rng, table),) * rng.choice([0, 1])}
    return rule | {"readings": {"one": _clause(rng, table), "two": {"says": "binds nobody"}}}


def answers(spec: Spec, seed: int) -> dict[str, Any]:
    """Everything that the verbs say, as data; the settings are drawn from the seed."""
    rng = random.Random(seed + 1)
    case = case_of(spec)
    p = Problem(case)
    parties = list(p.space.parties)
    powers = {q: rng.choice([0.5, 1.0, 2.0, 3.0, 0.25]) for q in parties}
    coalition = rng.sample(parties, rng.randint(1, len(parties)))
    package = {i: rng.choice(list(issue["options"])) for i, issue in spec["issues"].items()}
    part = dict(rng.sample(sorted(package.items()), rng.randint(0, len(package) - 1)))
    found: dict[str, Any] = {"zone": zone(p), "frontier": frontier(p), "why_not": why_not(p)}
    for m in METHODS:
        given = powers if m in ("weighted-nash", "proportional") else None
        found[m] = solve(p, m, powers=given)
        found[f"{m} of some"] = solve(p, m, powers=given, coalition=coalition)
    found["judge"], found["judge part"] = judge(p, package), judge(p, part)
    return {k: v.to_dict() for k, v in found.items()}


def difference(a: Any, b: Any, where: str = "") -> str:
    """The first place where two answers differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        return next((d for k in {**a, **b} if (d := difference(a.get(k), b.get(k), f"{where}.{k}"))), "")
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return next(
            (
                d
                for n, (x, y) in enumerate(zip(a, b, strict=True))
                if (d := difference(x, y, f"{where}[{n}]"))
            ),
            "",
        )
    return "" if a == b else f"{where}: {a!r} is not {b!r}"


def literal(spec: Spec, said: dict[str, Any], seed: int) -> str:
    """Where an answer differs from what looking at every package gives; empty where it does not."""
    truth, number = Oracle(spec), _number
    z, everyone = said["zone"], range(len(truth.parties))
    expected: dict[str, Any] = {
        "packages": len(truth.packages), "admissible": len(truth.admissible), "count": len(truth.zone),
        "agreed": len(truth.agreed), "count_low": truth.zone_at("low"), "count_high": truth.zone_at("high"),
        "break_even": {p: number(truth.break_even(p)) for p in truth.parties}, "uniform_break_even": number(truth.uniform()),
        "share": number(Fraction(len(truth.zone), len(truth.admissible))) if truth.admissible else None,
    }  # fmt: skip
    if wrong := difference({k: z[k] for k in expected}, expected, "zone"):
        return wrong
    for n, p in enumerate(truth.parties):
        top = max((truth.worth[k][n] for k in truth.zone), default=None)
        best = [truth.packages[k] for k in truth.zone if truth.worth[k][n] == top][:20]
        if [d["package"] for d in z["best"][p]] != best:
            return f"zone.best.{p}"
    short = min((truth.shortfall(k) for k in truth.admissible), default=None)
    closest = [truth.packages[k] for k in truth.admissible if truth.shortfall(k) == short][:20]
    if [d["package"] for d in z["closest"]] != ([] if truth.agreed else closest):
        return "zone.closest"
    edge = {truth.worth[k] for k in truth.efficient()}
    f = said["frontier"]
    if (f["points"], f["packages"]) != (len(edge), len(truth.efficient())):
        return f"frontier: {f['points']}, {f['packages']} is not {len(edge)}, {len(truth.efficient())}"
    first = [
        truth.packages[min(k for k in truth.zone if truth.worth[k] == u)] for u in sorted(edge, reverse=True)
    ]
    if [d["package"] for d in f["deals"]] != first:
        return "frontier.deals"
    rng = random.Random(seed + 1)
    powers = [Fraction(str(rng.choice([0.5, 1.0, 2.0, 3.0, 0.25]))) for _ in everyone]
    scores = {
        "nash": (truth.nash(), _nash_value),
        "weighted-nash": (truth.nash([int(4 * w) for w in powers]), lambda _g: None),
        "kalai-smorodinsky": (truth.kalai_smorodinsky(), None),
        "egalitarian": (truth.egalitarian(), min),
        "proportional": (
            truth.proportional(powers),
            lambda g: min(x / w for x, w in zip(g, powers, strict=True)),
        ),
        "utilitarian": (truth.utilitarian(), lambda g: sum(g) + sum(truth.limits)),
    }
    for method, (picked, value) in scores.items():
        s = said[method]
        if [d["package"] for d in s["deals"]] != [truth.packages[k] for k in picked] or s["tied"] != len(
            picked
        ):
            return (
                f"{method}: {[d['package'] for d in s['deals']]} is not {[truth.packages[k] for k in picked]}"
            )
        if picked and value is not None and s["value"] != number(value(truth.gain(picked[0]))):
            return f"{method}.value: {s['value']} is not {value(truth.gain(picked[0]))}"
    w = said["why_not"]
    conflicts, corrections = truth.conflicts_and_corrections() if not truth.agreed else (set(), set())
    if {frozenset(m["id"] for m in c["limits"]) for c in w["conflicts"]} != conflicts or w["empty"] == bool(
        truth.agreed
    ):
        return "why_not.conflicts"
    if {frozenset(m["id"] for m in c["limits"]) for c in w["corrections"]} != corrections:
        return "why_not.corrections"
    return next((bad for c in w["corrections"] if (bad := _correction(truth, c))), "")


def _correction(truth: Oracle, c: dict[str, Any]) -> str:
    named, aside = dict(truth.named_limits()), {m["id"] for m in c["limits"]}
    rules = {name for name, _ in truth.bounds} - aside
    everything = range(len(truth.packages))
    allowed = [k for k in everything if not any(named[r](k) for r in rules)]
    left = [k for k in allowed if not any(bad(k) for name, bad in named.items() if name not in aside)]
    waived = [n for n, p in enumerate(truth.parties) if f"accept-{p}" in aside]
    shift = min(sum((max(-truth.gain(k)[n], Fraction(0)) for n in waived), Fraction(0)) for k in left)
    found = (c["admissible"], c["count"], c["shift"])
    return "" if found == (len(allowed), len(left), _number(shift)) else f"correction {aside}: {found}"


def _nash_value(gains: tuple[Fraction, ...]) -> Fraction:
    among = [g for g in gains if g > 0]
    return math.prod(among, start=Fraction(1)) if among else Fraction(0)


def _number(value: Fraction | None) -> Any:
    return None if value is None else int(value) if value.denominator == 1 else float(value)


def check(seed: int) -> None:
    spec = random_spec(seed)
    listed = answers(spec, seed)
    with by_search():
        searched = answers(spec, seed)
    assert difference(listed, searched) == "", (seed, spec)
    assert literal(spec, listed, seed) == "", (seed, spec)


@pytest.mark.parametrize("block", range(6))
def test_listing_search_and_brute_force_agree_on_random_cases(block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(50))
def test_listing_search_and_brute_force_agree_on_thousands_of_random_cases(block: int) -> None:
    for seed in range(1_000 + block * 40, 1_000 + block * 40 + 40):
        check(seed)
