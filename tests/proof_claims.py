"""Whether the claim of a proof document is true: literally, by listing all packages of its problem."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from functools import lru_cache


def is_true(document) -> bool:
    """Whether the claim holds for the problem in the document; the rest of the document is not looked at."""
    zone = zone_of_problem(json.dumps(document["problem"], sort_keys=True))
    problem, claim = document["problem"], document["claim"]
    kind, packages = claim["kind"], [tuple(x) for x in claim.get("packages", ())]
    if kind == "empty":
        return not zone
    if kind == "count":
        return claim["number"] == len(zone)
    if not all(x in zone for x in packages):
        return False
    if kind == "member":
        return len(packages) == 1
    if kind == "frontier":
        best = [u for u in {*zone.values()} if not any(dominates(w, u) for w in zone.values())]
        return sorted(zone[x] for x in packages) == sorted(best)
    if not packages or len({*packages}) != len(packages):
        return False
    rank = ranking(problem, claim, zone)
    ranks = {x: rank(u) for x, u in zone.items()}
    best = max(ranks.values())
    if claim["complete"]:
        return sorted(packages) == sorted(x for x, r in ranks.items() if r == best)
    first = best if "nash" in kind else best[:1]
    return len(packages) == 1 and all(
        (ranks[x] if "nash" in kind else ranks[x][:1]) == first for x in packages
    )


def dominates(w, u) -> bool:
    return w != u and all(a >= b for a, b in zip(w, u, strict=True))


def ranking(problem, claim, zone):
    """What is compared, larger being better."""
    r, scale, kind = problem["reservation"], problem["scale"], claim["kind"]
    weights = claim.get("weights", [1] * len(r))
    if kind in ("nash", "weighted-nash"):

        def product(u):
            gains = [
                (Fraction(a - b, s), w) for a, b, s, w in zip(u, r, scale, weights, strict=True) if a > b
            ]
            return len(gains), math.prod(g**w for g, w in gains)

        return product
    if kind == "utilitarian":
        return lambda u: [sum(Fraction(a, s) for a, s in zip(u, scale, strict=True))]
    units = [s * w for s, w in zip(scale, weights, strict=True)]
    if kind == "kalai-smorodinsky":
        ideal = [max(u[p] for u in zone.values()) for p in range(len(r))]
        units = [max(0, a - b) for a, b in zip(ideal, r, strict=True)]
        units = units if any(units) else scale
    return lambda u: sorted(Fraction(a - b, d) for a, b, d in zip(u, r, units, strict=True) if d)


@lru_cache(maxsize=500)
def zone_of_problem(text: str) -> dict:
    """Every acceptable package with its utilities."""
    p = json.loads(text)
    found = {}
    for x in itertools.product(*(range(len(o)) for o in p["options"])):

        def hold(terms, x=x):
            return all(mask >> x[i] & 1 for i, mask in terms)

        if any(hold(c["when"]) and not any(map(hold, c["only_if"])) for c in p["clauses"]):
            continue
        u = tuple(
            sum(s[q][k] for s, k in zip(p["scores"], x, strict=True))
            + sum(b["points"] for b in p["bonuses"] if b["party"] == q and hold(b["terms"]))
            for q in range(len(p["parties"]))
        )
        yes = [a >= b for a, b in zip(u, p["reservation"], strict=True)]
        if sum(yes) >= p["at_least"] and all(y or not v for y, v in zip(yes, p["required"], strict=True)):
            found[x] = u
    return found
