"""Proof documents: the problem in integers, the claim, and the trees that show it.

Plain dicts and lists, ready for JSON, in the format of ``docs/reference/proofs.md``. The verifiers in
``zopa.bargaining.proofs`` read them and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from zopa.bargaining.proofs import FORMAT, LIMIT
from zopa.bargaining.search.branch_and_bound import SearchRun
from zopa.bargaining.search.decomposition import Additive
from zopa.bargaining.search.maxmin import MaxMin
from zopa.bargaining.search.nash import Nash, threshold
from zopa.space import Space

__all__ = [
    "count_proof", "empty_proof", "frontier_proof", "maxmin_proof", "member_proof", "nash_proof", "no_gain_proof",
    "problem_of", "ruled_out_proof",
]  # fmt: skip

Document = dict[str, Any]
Part = dict[str, Any]


def problem_of(space: Space) -> Document:
    """The space as plain integers and names."""
    return {
        "digest": space.digest,
        "parties": list(space.parties),
        "issues": list(space.issues),
        "options": [list(o) for o in space.options],
        "scores": [s.tolist() for s in space.scores],
        "reservation": [int(r) for r in space.reservation],
        "scale": [int(space.scale)] * len(space.parties),
        "required": [bool(r) for r in space.required],
        "at_least": int(space.at_least),
        "clauses": [
            {"rule": c.rule, "when": _terms(c.when), "only_if": [_terms(a) for a in c.only_if]}
            for c in space.clauses
        ],
        "bonuses": [
            {"party": int(b.party), "terms": _terms(b.terms), "points": int(b.points)} for b in space.bonuses
        ],
    }


def _terms(terms: Sequence[tuple[int, int]]) -> list[list[int]]:
    return [[int(i), int(mask)] for i, mask in terms]


# ---- claims that are found again ----------------------------------------------------------------------------
def _plain(space: Space, claim: Mapping[str, Any]) -> Document:
    return {"format": FORMAT, "problem": problem_of(space), "claim": dict(claim)}


def member_proof(space: Space, package: Sequence[int]) -> Document:
    """That a package is in the zone."""
    return _plain(space, {"kind": "member", "packages": [_listed(package)]})


def count_proof(space: Space, number: int) -> Document | None:
    """That so many packages are in the zone; None where to count them again would take too long."""
    packages, steps = 1, 0
    states = math.prod(max(0, r - low) + 1 for r, low in zip(space.reservation, space.lowest, strict=True))
    if any(len(c.issues) > 1 for c in space.clauses) or any(len(b.terms) > 1 for b in space.bonuses):
        states = space.n_packages  # what open rules need remembered is not worth a closer bound
    for size in space.sizes:
        steps += 2 * min(packages, states) * size
        packages *= size
    return _plain(space, {"kind": "count", "number": int(number)}) if steps <= LIMIT else None


def frontier_proof(space: Space, packages: Sequence[Sequence[int]]) -> Document:
    """That these packages stand for all points of the zone that nobody can improve without another's loss."""
    return _plain(space, {"kind": "frontier", "packages": sorted(map(_listed, packages))})


def _listed(package: Sequence[int]) -> list[int]:
    return [int(k) for k in package]


# ---- claims shown by trees ------------------------------------------------------------------------------------
def _document(form: Additive, claim: Mapping[str, Any], parts: Sequence[Part | None]) -> Document | None:
    if any(p is None for p in parts):
        return None
    groups = [[int(i) for i in g] for g in form.groups]
    return {**_plain(form.space, claim), "groups": groups, "parts": list(parts)}


def _numbers(form: Additive, g: int) -> list[int]:
    """Number of every choice of a group among all combinations of its options, rules aside."""
    dims = tuple(form.space.sizes[i] for i in form.groups[g])
    return [int(k) for k in np.ravel_multi_index(tuple(form.choices[g].T), dims)]


def _part(
    form: Additive,
    log: Sequence[Sequence[Any]],
    mu: Sequence[int],
    patterns: Sequence[Sequence[int]],
    bound: Callable[[Any], int],
) -> Part:
    numbers = [_numbers(form, g) for g in range(len(form.groups))]
    rows = [
        [int(m), [[int(g), [numbers[g][int(k)] for k in np.flatnonzero(mask)]] for g, mask in row.parts]]
        for m, row in zip(mu or [0] * len(form.rows), form.rows, strict=True)
    ]
    tree = []
    for lam, action in log:
        if isinstance(action, Mapping) and "split" in action:
            g, k = action["split"]
            action = {"split": [int(g), numbers[g][k]]}
        tree.append([lam, bound(lam), action])
    return {"rows": rows, "patterns": [list(p) for p in patterns], "tree": tree}


def _tree(form: Additive, run: SearchRun) -> Part | None:
    if run.log is None or not run.proven:
        return None
    n = form.n_parties
    alone = [[int(p == q) for q in range(n)] for p in range(n)]
    return _part(form, run.log, run.mu, [*alone, *run.patterns], lambda _: 0)


def empty_proof(form: Additive, runs: Sequence[SearchRun]) -> Document | None:
    """That the zone is empty; one run per way to agree."""
    return _document(form, {"kind": "empty"}, [_tree(form, r) for r in runs])


def ruled_out_proof(form: Additive, ways: int) -> Document | None:
    """That the rules leave a group of issues without any choice; ``ways`` is the number of ways to agree."""
    closed: Part = {"rows": [], "patterns": [], "tree": [[[0] * form.n_parties, 0, 0]]}
    return _document(form, {"kind": "empty"}, [closed] * ways)


def _nash_claim(weights: Sequence[int] | None) -> Document:
    if weights is None:
        return {"kind": "nash"}
    return {"kind": "weighted-nash", "weights": [int(w) for w in weights]}


def nash_proof(
    form: Additive, runs: Sequence[Nash], larger: Sequence[SearchRun], weights: Sequence[int] | None
) -> Document | None:
    """That the packages listed are all that attain the largest product (k = 1)."""
    scale = form.space.scale

    def worth(run: Nash, product: int) -> Fraction:
        """The product in points: products over different parties are comparable in points only."""
        return Fraction(product, scale ** sum(run.weights))

    value = max(worth(r, r.best[0].product) for r in runs if r.best)
    strict = any(r.strict for r in runs)
    best = {b.picks for r in runs for b in r.best if worth(r, b.product) == value}
    packages = sorted(_listed(form.package(k)) for k in best)
    claim = {**_nash_claim(weights), "packages": packages[: 1 if strict else None], "complete": not strict}
    parts: list[Part | None] = [_tree(form, r) for r in larger]
    for r in runs:
        if r.empty is not None:
            parts.append(_tree(form, r.empty))
            continue
        if r.log is None or not r.proven:
            return None
        units = value * scale ** sum(r.weights)
        least = math.floor(units) + 1 if strict else math.ceil(units)
        parts.append(_part(form, r.log, r.mu, [], _threshold(r, least)))
    return _document(form, claim, parts)


def _threshold(run: Nash, product: int) -> Callable[[Any], int]:
    return lambda lam: threshold(lam, run.members, run.weights, product)


def no_gain_proof(
    form: Additive,
    packages: Sequence[Sequence[int]],
    larger: Sequence[SearchRun],
    listed: Sequence[SearchRun] | None,
    weights: Sequence[int] | None,
) -> Document | None:
    """That no party can gain; ``listed`` shows that these are all acceptable packages, None that one is."""
    some = sorted(map(_listed, packages))
    claim = {
        **_nash_claim(weights),
        "packages": some if listed is not None else some[:1],
        "complete": listed is not None,
    }
    return _document(form, claim, [_tree(form, r) for r in (*larger, *(listed or ()))])


def maxmin_proof(out: MaxMin) -> Document | None:
    """That the packages listed are best for the party worst off, then the next."""
    if not out.picks or not out.proven:
        return None
    packages = sorted(_listed(out.form.package(k)) for k in out.picks)
    claim: Document = {
        "kind": out.kind,
        "packages": packages[: None if out.all_ties else 1],
        "complete": out.all_ties,
    }
    if out.kind == "kalai-smorodinsky":
        claim["ideal"] = [_listed(out.form.package(k)) for k in out.ideal]
    if out.kind == "proportional":
        claim["weights"] = list(out.toward)
    return _document(out.form, claim, [_tree(out.form, r) for r in out.parts])
