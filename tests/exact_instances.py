"""Random small spaces with every combination of features, and the published instances."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from zopa.space import Bonus, Clause, Space

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "instances"


def space_of(V, r, **more) -> Space:
    """A space from scores ``V[p, m, k]`` and reservation values."""
    P, M, K = V.shape
    return Space(
        parties=tuple(f"p{i}" for i in range(P)),
        issues=tuple(f"i{m}" for m in range(M)),
        options=tuple(tuple(f"o{k}" for k in range(K)) for _ in range(M)),
        scores=tuple(np.ascontiguousarray(V[:, m, :]).astype(np.int64) for m in range(M)),
        reservation=tuple(int(x) for x in r),
        **more,
    )


def random_space(
    seed: int, *, rules: bool = True, quota: bool = True, parties=(2, 3, 4), issues=(2, 5)
) -> Space:
    """A small space: ragged options, negative scores, ties, clauses, bonuses, vetoes."""
    rng = np.random.default_rng([seed, 20])
    P = int(rng.choice(parties))
    M = int(rng.integers(*issues, endpoint=True))
    sizes = [int(k) for k in rng.integers(1, 5, M)]
    S = int(rng.choice([2, 5, 30]))
    scores = tuple(rng.integers(-S // 2, S + 1, (P, k)).astype(np.int64) for k in sizes)
    top = sum(s.max(axis=1) for s in scores)
    low = sum(s.min(axis=1) for s in scores)
    r = [int(a + (b - a) * f) for a, b, f in zip(low, top, rng.uniform(0.2, 0.75, P), strict=True)]

    def term():
        i = int(rng.integers(M))
        return (i, int(rng.integers(1, 2 ** sizes[i])))

    clauses, bonuses = [], []
    if rules and rng.random() < 0.7:
        for n in range(int(rng.integers(1, 4))):
            when = tuple(term() for _ in range(int(rng.integers(0, 3))))
            ways = tuple(
                tuple(term() for _ in range(int(rng.integers(1, 3)))) for _ in range(int(rng.integers(0, 3)))
            )
            clauses.append(Clause(f"R{n}", when, ways) if when or ways else Clause(f"R{n}", (term(),)))
    if rules and rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 3))):
            terms = tuple(term() for _ in range(int(rng.integers(1, 3))))
            bonuses.append(Bonus(int(rng.integers(P)), terms, int(rng.integers(-S, S + 1))))
    more = {}
    if quota and rng.random() < 0.4:
        required = tuple(bool(x) for x in rng.random(P) < 0.4)
        more = {"required": required, "at_least": int(rng.integers(max(1, sum(required)), P + 1))}
    return Space(
        parties=tuple(f"p{i}" for i in range(P)),
        issues=tuple(f"i{m}" for m in range(M)),
        options=tuple(tuple(f"o{k}" for k in range(n)) for n in sizes),
        scores=scores,
        reservation=tuple(r),
        clauses=tuple(clauses),
        bonuses=tuple(bonuses),
        **more,
    )


def zone_of(space: Space) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Brute force: every package of the zone with its utilities."""
    found = {}
    for x in itertools.product(*(range(k) for k in space.sizes)):
        if space.allows(x) and space.agreed(space.accepting(x)):
            found[x] = space.utility(x)
    return found


def frontier_of(points) -> set[tuple[int, ...]]:
    """Brute force: points that no other dominates."""
    distinct = set(points)
    return {
        a
        for a in distinct
        if not any(b != a and all(x >= y for x, y in zip(b, a, strict=True)) for b in distinct)
    }


def oracles(name: str) -> list[dict]:
    """Entries of the published oracle file, or a skip with the reason."""
    path = DATA / "oracles.json"
    if not path.exists():
        pytest.skip("the published instances are not beside this checkout")
    if str(DATA) not in sys.path:
        sys.path.append(str(DATA))
    return json.loads(path.read_text())[name]


def instance(entry: dict) -> Space:
    """The space of an oracle entry."""
    sys.path.append(str(DATA)) if str(DATA) not in sys.path else None
    import check

    V, r = check.instance(entry)
    assert check.digest(V, r) == entry.get("digest", check.digest(V, r))
    return space_of(V, r)
