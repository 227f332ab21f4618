"""What the words alone allow: CPU seconds of the three zones on the example and on a million packages.

python benchmarks/stress.py
"""

from __future__ import annotations

import random
import time

import zopa
from zopa.case import Case
from zopa.cli.options import examples
from zopa.robustness import WordSettings, stress


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


def main() -> None:
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
