"""The saved form of an answer: the problem in integers, the claim, and the trees that show it.

Plain dicts and lists, ready for JSON. ``checker`` reads it and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zopa.bargaining.proofs.verify_count import LIMIT
from zopa.bargaining.search.branch_and_bound import Found
from zopa.bargaining.search.decomposition import Additive
from zopa.bargaining.search.maxmin import MaxMin
from zopa.bargaining.search.nash import Nash, threshold
from zopa.space import Space

__all__ = [
    "FORMAT", "count_proof", "empty_proof", "frontier_proof", "maxmin_proof", "member_proof", "nash_proof", "problem",
    "ruled_out_proof",
]  # fmt: skip

FORMAT = "zopa-proof 1"


def problem(space: Space) -> dict[str, Any]:
    """The space as plain integers and names."""
    return {
        "digest": space.digest,
        "parties": list(space.parties),
        "issues": list(space.issues),
        "options": [list(o) for o in space.options],
        "scores": [s.tolist() for s in space.scores],
        "reservation": list(space.reservation),
        "scale": space.scale,
        "required": list(space.required),
        "at_least": space.at_least,
        "clauses": [
            {"rule": c.rule, "when": _terms(c.when), "only_if": [_terms(a) for a in c.only_if]}
            for c in space.clauses
        ],
        "bonuses": [[b.party, _terms(b.terms), b.points] for b in space.bonuses],
    }


def _terms(terms: Sequence[tuple[int, int]]) -> list[list[int]]:
    return [[i, mask] for i, mask in terms]


def _number(form: Additive, g: int) -> list[int]:
    """Number of every choice of a group among all combinations of its options, rules aside."""
    dims = tuple(form.space.sizes[i] for i in form.groups[g])
    return [int(k) for k in np.ravel_multi_index(tuple(form.choices[g].T), dims)]


def _part(
    form: Additive,
    log: Sequence[Sequence[Any]],
    mu: Sequence[int],
    patterns: Sequence[Sequence[int]],
    bound: Any,
) -> dict[str, Any]:
    numbers = [_number(form, g) for g in range(len(form.groups))]
    rows = [
        [m, [[g, [numbers[g][int(k)] for k in np.flatnonzero(mask)]] for g, mask in row.parts]]
        for m, row in zip(mu or [0] * len(form.rows), form.rows, strict=True)
    ]
    tree = []
    for lam, action in log:
        if isinstance(action, Mapping) and "split" in action:
            g, k = action["split"]
            action = {"split": [g, numbers[g][k]]}
        tree.append([lam, bound(lam), action])
    return {"rows": rows, "patterns": [list(p) for p in patterns], "tree": tree}


def _document(
    form: Additive, claim: Mapping[str, Any], parts: Sequence[dict[str, Any] | None]
) -> dict[str, Any] | None:
    if any(p is None for p in parts):
        return None
    return {
        "format": FORMAT,
        "problem": problem(form.space),
        "claim": {"sum": False, **claim},
        "groups": [list(g) for g in form.groups],
        "parts": list(parts),
    }


def _tree_part(form: Additive, run: Found) -> dict[str, Any] | None:
    if run.log is None or not run.proven:
        return None
    return _part(form, run.log, run.mu, run.patterns, lambda _lam: 0)


def _from_ideal(out: MaxMin) -> bool:
    """Whether the direction is the ideal gain, as the checker works it out from the ideal packages."""
    ideal = [out.form.totals(k)[p] for p, k in enumerate(out.ideal)]
    gains = tuple(max(0, b - n) for b, n in zip(ideal, out.form.need, strict=True))
    return out.kind == "kalai-smorodinsky" and gains == out.toward


def member_proof(form: Additive, package: Sequence[int]) -> dict[str, Any] | None:
    """That a package is in the zone."""
    return _document(form, {"kind": "member", "packages": [list(package)]}, [])


def _listed(space: Space, claim: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT, "problem": problem(space), "claim": {"sum": False, **claim}, "groups": [], "parts": [],
    }  # fmt: skip


def count_proof(space: Space, number: int, package: Sequence[int]) -> dict[str, Any] | None:
    """That so many packages are in the zone, this one among them; None where ``recount`` would not end."""
    packages, steps = 1, 0
    states = math.prod(max(0, r - low) + 1 for r, low in zip(space.reservation, space.lowest, strict=True))
    if any(len(c.issues) > 1 for c in space.clauses) or any(len(b.terms) > 1 for b in space.bonuses):
        states = space.n_packages  # what open rules need remembered is not worth a closer bound
    for size in space.sizes:
        steps += min(packages, states) * size
        packages *= size
    if steps > LIMIT:
        return None
    return _listed(space, {"kind": "count", "number": number, "packages": [list(package)]})


def frontier_proof(space: Space, packages: Sequence[Sequence[int]]) -> dict[str, Any]:
    """That these packages stand for all points of the zone that nobody can improve without another's loss."""
    return _listed(space, {"kind": "frontier", "packages": sorted(map(list, packages))})


def empty_proof(form: Additive, runs: Sequence[Found]) -> dict[str, Any] | None:
    """That the zone is empty; one run per way to agree."""
    return _document(form, {"kind": "empty", "packages": []}, [_tree_part(form, r) for r in runs])


def ruled_out_proof(form: Additive, ways: int) -> dict[str, Any] | None:
    """That the rules leave a group of issues without any choice; ``ways`` is the number of ways to agree."""
    closed = {"rows": [], "patterns": [], "tree": [[[0] * form.n_parties, 0, 0]]}
    return _document(form, {"kind": "empty", "packages": []}, [closed] * ways)


def nash_proof(
    form: Additive, runs: Sequence[Nash], larger: Sequence[Found], weights: Sequence[int]
) -> dict[str, Any] | None:
    """That the packages listed are all that attain the largest product (k = 1)."""
    product = max(r.best[0].product for r in runs if r.best)
    strict = any(r.strict for r in runs)
    best = {b.picks: r.members for r in runs for b in r.best if b.product == product}
    claim = {
        "kind": "nash",
        "size": len(next(iter(best.values()))),
        "weights": list(weights),
        "product": product,
        "ties": not strict,
        "packages": sorted(list(form.package(k)) for k in best)[: 1 if strict else None],
    }
    parts: list[dict[str, Any] | None] = [_tree_part(form, r) for r in larger]
    for r in runs:
        if r.empty is not None:
            parts.append(_tree_part(form, r.empty))
            continue
        if r.log is None or not r.proven:
            return None
        parts.append(
            _part(
                form, r.log, r.mu, [], lambda lam, r=r: threshold(lam, r.members, r.weights, product + strict)
            )
        )
    return _document(form, claim, parts)


def maxmin_proof(out: MaxMin) -> dict[str, Any] | None:
    """That the packages listed are best for the party worst off, then the next."""
    if not out.picks or not out.proven:
        return None
    claim = {
        "kind": "maxmin",
        "sum": out.kind == "utilitarian",
        "zero": {"regret": "ideal", "utilitarian": "none"}.get(out.kind, "reservation"),
        "along": [] if out.ideal and _from_ideal(out) else list(out.toward),
        "ideal": [list(out.form.package(k)) for k in out.ideal],
        "ties": out.all_ties,
        "packages": sorted(list(out.form.package(k)) for k in out.picks),
    }
    return _document(out.form, claim, [_tree_part(out.form, r) for r in out.parts])
