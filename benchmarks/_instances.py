"""Random negotiation instances with integer scores: the families and seeds of the search benchmarks.

``V[p, m, k]`` is the score of option k of issue m for party p, ``r[p]`` the reservation value. The random
numbers are drawn in a fixed order: the same arguments give the same instance.
"""

from __future__ import annotations

import itertools

import numpy as np

from zopa.case import Case
from zopa.space import Clause, Problem, Space

SMOOTH = ("uniform", "opposed", "spatial")
HARD = ("flat", "zerosum", "goods", "subsetsum")


def smooth(
    P: int, M: int, K: int, S: int, family: str, seed: int, rho: float
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([seed, P, M, K])
    weights = rng.dirichlet(np.ones(M), size=P)
    x = np.linspace(0, 1, K)
    if family == "uniform":
        v = rng.random((P, M, K))
    elif family == "opposed":
        up = rng.integers(0, 2, (P, M))
        for m in range(M):
            if up[:, m].min() == up[:, m].max():
                up[rng.integers(P), m] ^= 1
        curve = np.exp(rng.normal(0, 0.5, (P, M)))
        v = np.where(up[:, :, None] == 1, x, 1 - x) ** curve[:, :, None]
    else:
        ideal = rng.random((P, M))
        curve = np.exp(rng.normal(0.2, 0.4, (P, M)))
        v = 1 - np.abs(x - ideal[:, :, None]) ** curve[:, :, None]
    v = v - v.min(2, keepdims=True)
    v = v / np.maximum(v.max(2, keepdims=True), 1e-12)
    V = np.rint(weights[:, :, None] * v * S).astype(np.int64)
    return V, np.floor(rho * V.max(2).sum(1)).astype(np.int64)


def hard(P: int, M: int, K: int, S: int, kind: str, seed: int, rho: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([seed, P, M, K, 77])
    if kind == "flat":
        V = rng.integers(0, S + 1, (P, M, K))
        V -= V.min(2, keepdims=True)
    elif kind == "zerosum":
        pie = rng.integers(S // 2, S + 1, (M, K))
        share = rng.dirichlet(np.ones(P), (M, K))
        V = np.rint(share * pie[:, :, None]).astype(np.int64).transpose(2, 0, 1).copy()
        V -= V.min(2, keepdims=True)
    elif kind == "goods":
        worth = rng.integers(1, S + 1, (P, M))
        V = np.zeros((P, M, P), np.int64)
        for p in range(P):
            V[p, :, p] = worth[p]
        rho = 0
    else:
        weight = rng.integers(S // 2, S + 1, M)
        x = np.linspace(0, 1, K)
        V = np.zeros((P, M, K), np.int64)
        for p in range(P):
            up = rng.integers(0, 2, M)
            own = np.rint(weight * rng.uniform(0.9, 1.1, M))
            V[p] = np.rint(np.where(up[:, None] == 1, x[None], 1 - x[None]) * own[:, None])
    V = np.ascontiguousarray(V).astype(np.int64)
    return V, np.floor(rho * V.max(2).sum(1)).astype(np.int64)


def arrays(
    family: str, P: int, M: int, K: int, S: int, seed: int = 1, rho: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    rho = (0.6 / P if family == "zerosum" else 0.35) if rho is None else rho
    return (smooth if family in SMOOTH else hard)(P, M, K, S, family, seed, rho)


def space_of(V: np.ndarray, r: np.ndarray) -> Space:
    P, M, K = V.shape
    return Space(
        parties=tuple(f"p{i}" for i in range(P)),
        issues=tuple(f"i{m}" for m in range(M)),
        options=tuple(tuple(f"o{k}" for k in range(K)) for _ in range(M)),
        scores=tuple(np.ascontiguousarray(V[:, m, :]) for m in range(M)),
        reservation=tuple(int(x) for x in r),
    )


def space(family: str, P: int, M: int, K: int, S: int, seed: int = 1, rho: float | None = None) -> Space:
    return space_of(*arrays(family, P, M, K, S, seed, rho))


def global_rules(M: int, K: int, pairs: int, offers: int, x0: tuple[int, ...]) -> tuple[Clause, ...]:
    """Random forbidden pairs and conditional offers over all issues, half of them on options of ``x0``."""
    rng = np.random.default_rng([9, M, K, pairs])
    rules = []
    for i in range(pairs):
        a, b = (int(j) for j in rng.choice(M, 2, replace=False))
        ka, kb, u = int(rng.integers(K)), int(rng.integers(K)), rng.random()
        if i >= pairs // 2:
            ka = int(x0[a])
            if u >= 0.7:
                kb = int(x0[b])
        rules.append(Clause(f"F{i}", ((a, 1 << ka), (b, 1 << kb))))
    rng = np.random.default_rng([13, M, K, offers])
    for i in range(offers):
        a, b = (int(j) for j in rng.choice(M, 2, replace=False))
        ka, u = int(rng.integers(K)), rng.random()
        if u < 0.5:
            ka = int(x0[a])
        allowed = sum(1 << int(k) for k in rng.choice(K, K // 2, replace=False))
        rules.append(Clause(f"O{i}", ((a, 1 << ka),), (((b, allowed),),)))
    return tuple(rules)


def in_words(V: np.ndarray, r: np.ndarray, common: bool, title: str) -> Problem:
    """An instance told in words only: orders by its scores, offers just above and refusals just below what is needed.

    Parameters
    ----------
    V, r : scores and reservation values, shapes (parties, issues, options) and (parties,).
    common : whether every party also accepts the package of the largest sum, so that a sure one exists.
    """
    parties, issues, options = V.shape
    every, rng = np.arange(issues), np.random.default_rng(5)
    rows: list[dict[str, object]] = []

    def package(x: np.ndarray) -> dict[str, str]:
        return {f"i{m}": f"o{x[m]}" for m in range(issues)}

    for p in range(parties):
        for m in range(issues):
            order = np.argsort(V[p, m], kind="stable")
            rows += [
                {"party": f"p{p}", "prefers": {f"i{m}": f"o{a}"}, "to": {f"i{m}": f"o{b}"}, "weakly": True}
                for b, a in itertools.pairwise(order)
                if V[p, m, a] > V[p, m, b]
            ]
        best, worst = V[p].argmax(1), V[p].argmin(1)
        for _ in range(3):
            offer, refusal = best.copy(), worst.copy()
            for m in rng.permutation(issues):
                lower, higher = offer.copy(), refusal.copy()
                lower[m], higher[m] = worst[m], best[m]
                offer = lower if V[p, every, lower].sum() >= r[p] else offer
                refusal = higher if V[p, every, higher].sum() < r[p] else refusal
            rows.append({"party": f"p{p}", "accepts": package(offer)})
            if V[p, every, refusal].sum() < r[p]:
                rows.append({"party": f"p{p}", "refuses": package(refusal)})
        if common:
            rows.append({"party": f"p{p}", "accepts": package(V.sum(0).argmax(1))})
    names = [f"o{k}" for k in range(options)]
    case = {
        "title": title,
        "parties": {f"p{p}": {"name": f"p{p}"} for p in range(parties)},
        "issues": {f"i{m}": {"name": f"i{m}", "options": {o: o for o in names}} for m in range(issues)},
        "comparisons": tuple({"assumed": "a seeded instance", **row} for row in rows),
    }
    return Problem(Case.model_validate(case))
