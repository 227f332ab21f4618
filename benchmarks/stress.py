"""What the words alone allow: CPU and wall seconds of the three zones on the example and on a million packages, and
of 100,000 draws x 10,000 packages x 5 parties as a ratio to a plain loop.

python benchmarks/stress.py
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from unittest import mock

import numpy as np

import zopa
from benchmarks._instances import HARD, SMOOTH, arrays, in_words
from zopa.case import Case
from zopa.cli.options import examples
from zopa.robustness import WordSettings, acceptance, check_large, compatible, draw, stress
from zopa.robustness.acceptance import Halves, accepted_counts
from zopa.robustness.large_spaces import any_conceivable, any_sure
from zopa.space import Problem, draws


def million() -> Case:
    """Four parties, six issues with ten options, random orders, an offer and a refusal each."""
    rng = random.Random(1)
    issues = {
        f"i{k}": {"name": f"issue {k}", "now": f"i{k}0", "options": {f"i{k}{n}": f"{n}" for n in range(10)}}
        for k in range(6)
    }
    rows = []
    for party in "PQRS":
        for i, noun in issues.items():
            options = list(noun["options"])
            for _ in range(4):
                x, y = sorted(rng.sample(range(10), 2))
                rows.append(
                    {
                        "party": party,
                        "prefers": {i: options[x]},
                        "to": {i: options[y]},
                        "weakly": True,
                        "assumed": "benchmark",
                    }
                )
        rows.append(
            {
                "party": party,
                "accepts": {i: rng.choice(list(n["options"])) for i, n in issues.items()},
                "assumed": "benchmark",
            }
        )
        rows.append({"party": party, "refuses": {i: f"{i}9" for i in issues}, "assumed": "benchmark"})
    parties = {p: {"name": p} for p in "PQRS"}
    return Case.model_validate(
        {"title": "million", "parties": parties, "issues": issues, "comparisons": tuple(rows)}
    )


def five() -> Case:
    """Five parties, four issues with ten options, orders, an offer and a refusal each: 10,000 packages."""
    rng = random.Random(2)
    issues = {
        f"i{k}": {"name": f"issue {k}", "now": f"i{k}0", "options": {f"i{k}{n}": f"{n}" for n in range(10)}}
        for k in range(4)
    }
    rows: list[dict[str, object]] = []
    for party in "PQRST":
        for i in issues:
            x, y = sorted(rng.sample(range(10), 2))
            rows.append(
                {"party": party, "prefers": {i: f"{i}{x}"}, "to": {i: f"{i}{y}"}, "assumed": "benchmark"}
            )
        rows.append(
            {"party": party, "accepts": {i: f"{i}{rng.randrange(9)}" for i in issues}, "assumed": "benchmark"}
        )
        rows.append({"party": party, "refuses": {i: f"{i}9" for i in issues}, "assumed": "benchmark"})
    parties = {p: {"name": p} for p in "PQRST"}
    return Case.model_validate(
        {"title": "five", "parties": parties, "issues": issues, "comparisons": tuple(rows)}
    )


def timed(name: str, work: Callable[[], object], times: float = 1.0) -> float:
    """CPU and wall seconds, scaled up where only a part was done."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    cpu, wall = (time.process_time() - cpu) * times, (time.perf_counter() - wall) * times
    print(f"{name:58} {cpu:8.2f} s CPU {wall:8.2f} s")
    return cpu


def shares_of_draws() -> None:
    """100,000 draws x 10,000 packages x 5 parties: the draws, the counts, and a plain loop on a part of them."""
    problem = Problem(five())
    words = [compatible(problem, p, WordSettings(taken="assumed")) for p in problem.space.parties]
    packages = np.array(list(itertools.product(*map(range, problem.space.sizes))))
    halves, part, n = Halves.of(packages), 10_240, 100_000
    points = [draw(w, part, k) for k, w in enumerate(words)]
    accepted_counts(words, halves, [p[:10] for p in points])  # compile
    up = n / part

    def plain() -> None:
        for p, w in enumerate(words):
            for x in packages[:100].tolist():
                chosen = [v for i, k in enumerate(x) if (v := w.at[i][k]) >= 0] + [w.cost] * (w.cost >= 0)
                for point in points[p][:20].tolist():
                    _ = sum(point[v] for v in chosen) >= 0

    for name, kernels in (("plain install", None), ("with `fast`", draws.compiled())):
        if name != "plain install" and kernels is None:
            continue
        with (
            mock.patch.object(draws, "compiled", lambda k=kernels: k),
            mock.patch.object(acceptance, "compiled", lambda k=kernels: k),
        ):
            timed(f"100,000 draws of 5 parties, {name}", lambda: [draw(w, part, 1) for w in words], up)
            own = timed(f"  x 10,000 packages, {name}", lambda: accepted_counts(words, halves, points), up)
        loop = timed("  a plain loop, from 20 draws x 100 packages", plain, n / 20 * len(packages) / 100)
        print(f"{'':58} ratio {loop / own:,.0f}")


def large_spaces() -> None:
    """Sure and conceivable on the seven families, 10^30 packages; the bound of the target is 60 s."""
    for family in (*SMOOTH, *HARD):
        for common in (False, True):
            V, r = arrays(family, 4, 50 if family == "goods" else 30, 10, 1000)
            problem = in_words(V, r, common, family)  # 4 options each there
            words = [compatible(problem, p, WordSettings(taken="assumed")) for p in problem.space.parties]
            began = time.process_time()
            sure = any_sure(problem.space, words)
            middle = time.process_time()
            some = any_conceivable(problem.space, words)
            check_large(dict(sure.proof))
            check_large(dict(some.proof))
            print(
                f"{family:10} {float(problem.space.n_packages):.0e} packages  sure {sure.exists!s:5} ({sure.rounds} rounds, "
                f"{middle - began:.2f} s CPU)  conceivable {some.exists!s:5}  with checks {time.process_time() - began:.2f} s CPU",
                flush=True,
            )


def main() -> None:
    shares_of_draws()
    large_spaces()
    example = zopa.load(str(examples() / "ukraine-2025"))
    for name, case, readings, taken in (
        ("example, words only", example, ["A"], "stated"),
        ("example, with its assumptions", example, ["A"], "assumed"),
        ("a million packages", million(), None, "assumed"),
    ):
        began = time.process_time()
        found = stress(case, readings, settings=WordSettings(taken=taken), draws=0)
        spent = time.process_time() - began
        print(
            f"{name:30} {found.packages:>10,} packages  sure {found.sure:,}  conceivable {found.conceivable:,}  {spent:.2f} s CPU"
        )


if __name__ == "__main__":
    main()
