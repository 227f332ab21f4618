"""Check a proof document and say in words what it shows.

Everything that a claim says is computed again from the problem in the document; the rest of the document only
says where to look. ``docs/reference/proofs.md`` has the format and every inequality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil, floor, lcm, prod

from zopa.bargaining.proofs.proof_file import (
    KINDS,
    MOST_WEIGHT,
    WITHOUT_TREES,
    Budget,
    ProofRefused,
    StatedProblem,
    need,
    need_format,
    read_bool,
    read_list,
    read_problem,
    read_record,
    read_whole,
)
from zopa.bargaining.proofs.verify_count import Sweep
from zopa.bargaining.proofs.verify_tree import GainProduct, Trees
from zopa.bargaining.proofs.wording import ClaimShown, statement

__all__ = ["LIMIT", "ProvenClaim", "check"]

LIMIT = 10_000_000
"""Steps after which a check gives up, unless told otherwise."""

Package = tuple[int, ...]


@dataclass(frozen=True)
class ProvenClaim:
    """A claim that holds for the numbers in its document.

    Attributes
    ----------
    kind : str
    statement : str
        The whole claim in words: which packages count, what none of them exceeds, with which weights.
    packages : tuple of dict
        The packages that it names, ``{issue: option}``.
    problem : StatedProblem
        The numbers that it is about. Nothing here ties them to a case.
    """

    kind: str
    statement: str
    packages: tuple[dict[str, str], ...]
    problem: StatedProblem = field(repr=False)


def check(document: object, limit: int = LIMIT) -> ProvenClaim:
    """Verify a proof.

    Raises
    ------
    ProofRefused
        The document does not prove what it claims, or is no proof; the message says why.
    TimeoutError
        It was not checked within so many steps; that is no verdict.
    """
    need_format(document)
    kind = _kind(document)
    trees = () if kind in WITHOUT_TREES else ("groups", "parts")
    top = read_record(document, "proof", ("format", "problem", "claim", *trees))
    claim = read_record(top["claim"], "claim", ("kind", *KINDS[kind]))
    budget = Budget(limit)
    problem = read_problem(top["problem"])
    shown = _read_claim(problem, claim, budget)
    if trees:
        share = _common_unit(problem) if kind == "utilitarian" else ()
        parts = Trees(problem, top["groups"], top["parts"], budget, share)
        _verify_trees(_Zone(problem, budget, parts), claim, shown)
        parts.end()
    elif kind == "count":
        need(Sweep(problem, budget).count() == shown.number, "the number of acceptable packages is another")
    elif kind == "frontier":
        points = sorted(problem.utility(x) for x in shown.packages)
        need(points == Sweep(problem, budget).frontier(), "the frontier has other points")
    if kind in ("nash", "weighted-nash"):
        shown = replace(shown, gaining=len(_gains(problem, shown.packages[0])))
    named = tuple(
        {i: o[k] for i, o, k in zip(problem.issues, problem.options, x, strict=True)} for x in shown.packages
    )
    return ProvenClaim(kind, statement(problem, shown), named, problem)


def _kind(document: object) -> str:
    """The kind of claim, one of :data:`KINDS`."""
    claim = document.get("claim") if type(document) is dict else None
    kind = claim.get("kind") if type(claim) is dict else None
    if type(kind) is not str or kind not in KINDS:
        raise ProofRefused(f"claim: expected a mapping with one of the kinds {', '.join(KINDS)}")
    return kind


def _read_claim(p: StatedProblem, claim: Mapping[str, object], budget: Budget) -> ClaimShown:
    """What the claim says, every package of it in the zone."""
    kind, complete = str(claim["kind"]), True
    if "complete" in claim:
        complete = read_bool(claim["complete"], "claim.complete")
    packages = _read_packages(p, claim.get("packages", []), "claim.packages", budget)
    need(
        all(a < b for a, b in pairwise(packages)),
        "claim.packages: not in ascending order, or one stands twice",
    )
    one = kind == "member" or not complete
    if "packages" in claim and kind != "frontier":
        need(
            len(packages) == 1 if one else bool(packages),
            "claim.packages: their number does not fit the claim",
        )
    weights: tuple[int, ...] = ()
    if "weights" in claim:
        given = read_list(claim["weights"], "claim.weights", p.n)
        weights = tuple(read_whole(w, "claim.weights", 1, MOST_WEIGHT) for w in given)
    number = read_whole(claim["number"], "claim.number", 0, 10**3_000) if "number" in claim else 0
    return ClaimShown(kind, tuple(packages), complete, weights, number)


def _read_packages(p: StatedProblem, value: object, where: str, budget: Budget) -> list[Package]:
    packages = []
    for x in read_list(value, where):
        budget.spend(1 + len(p.clauses) + len(p.bonuses))
        packages.append(p.read_package(x, where))
    return packages


# ---- claims shown by trees ------------------------------------------------------------------------------------
class _Zone:
    """The acceptable packages above some floors, as the parts of the proof show them."""

    def __init__(self, problem: StatedProblem, budget: Budget, trees: Trees) -> None:
        self.problem, self.budget, self.trees = problem, budget, trees

    def reaching(self, raised: Mapping[int, int], wanted: GainProduct | None = None) -> set[Package]:
        """Acceptable packages that reach the raised floors and the product: one part for each way to agree.

        A way to agree is a smallest sufficient coalition: all whose acceptance is required, and as many of the
        others as are still needed. Ways with the same floors are one.
        """
        p, least = self.problem, self.trees.least
        vetoes = [q for q in range(p.n) if p.required[q]]
        others = [q for q in range(p.n) if not p.required[q]]
        found: set[Package] = set()
        seen: set[tuple[int, ...]] = set()
        for more in combinations(others, max(0, p.at_least - len(vetoes))):
            self.budget.spend(1)
            accept = {q: p.reservation[q] for q in (*vetoes, *more)}
            floors = tuple(max(x, accept.get(q, x), raised.get(q, x)) for q, x in enumerate(least))
            if floors not in seen:
                seen.add(floors)
                found.update(self.trees.reaching(floors, wanted))
        return found


def _verify_trees(zone: _Zone, claim: Mapping[str, object], shown: ClaimShown) -> None:
    if shown.kind == "empty":
        need(not zone.reaching({}), "an acceptable package is left")
    elif shown.kind in ("nash", "weighted-nash"):
        _verify_nash(zone, shown)
    else:
        _verify_maxmin(zone, shown, claim)


def _gains(p: StatedProblem, package: Package) -> dict[int, int]:
    """The parties that gain, and how much."""
    pairs = zip(p.utility(package), p.reservation, strict=True)
    return {q: u - r for q, (u, r) in enumerate(pairs) if u > r}


def _verify_nash(zone: _Zone, shown: ClaimShown) -> None:
    """That no more parties can gain together, and then that no product of gains is larger."""
    p, weights = zone.problem, shown.weights or (1,) * zone.problem.n
    gains = [_gains(p, x) for x in shown.packages]
    zone.budget.spend(len(gains) * sum(weights) // 100)
    values = {(len(g), prod(Fraction(x, p.scale[q]) ** weights[q] for q, x in g.items())) for g in gains}
    need(len(values) == 1, "the packages listed are not equally good")
    size, value = values.pop()
    ties: set[Package] = set()
    for n in range(p.n, max(size, 1) - 1, -1):
        for some in combinations(range(p.n), n):
            wanted = None
            if n == size:
                units = value * prod(p.scale[q] ** weights[q] for q in some)
                least = ceil(units) if shown.complete else floor(units) + 1
                wanted = GainProduct({q: weights[q] for q in some}, least)
            found = zone.reaching({q: p.reservation[q] + 1 for q in some}, wanted)
            need(n == size or not found, "more parties can gain together")
            ties |= found
    if size == 0 and shown.complete:
        ties = zone.reaching({})
    expected = {*shown.packages} if shown.complete else set()
    need(ties == expected, "another package is as good or better")


def _common_unit(p: StatedProblem) -> tuple[int, ...]:
    """How many common units one unit of each party is."""
    unit = lcm(*p.scale)
    return tuple(unit // s for s in p.scale)


def _direction(zone: _Zone, shown: ClaimShown, claim: Mapping[str, object]) -> dict[int, tuple[int, int]]:
    """From which value and in which unit each column is counted; columns left out do not count."""
    p = zone.problem
    if shown.kind == "utilitarian":
        return {p.n: (0, 1)}
    if shown.kind == "kalai-smorodinsky":
        packages = _read_packages(
            p, read_list(claim["ideal"], "claim.ideal", p.n), "claim.ideal", zone.budget
        )
        ideal = [p.utility(x)[q] for q, x in enumerate(packages)]
        for q, best in enumerate(ideal):
            need(
                not zone.reaching({q: best + 1}), f"{p.parties[q]} can get more than its ideal package gives"
            )
        if any(best > r for best, r in zip(ideal, p.reservation, strict=True)):
            pairs = enumerate(zip(ideal, p.reservation, strict=True))
            return {q: (r, best - r) for q, (best, r) in pairs if best > r}
    weights = shown.weights or (1,) * p.n
    return {q: (p.reservation[q], p.scale[q] * weights[q]) for q in range(p.n)}


def _verify_maxmin(zone: _Zone, shown: ClaimShown, claim: Mapping[str, object]) -> None:
    """That no smallest ratio is larger, and, where the list is complete, that the list is leximin-best."""
    p, line = zone.problem, _direction(zone, shown, claim)

    def ratios(package: Package) -> list[Fraction]:
        u = (
            *p.utility(package),
            sum(s * x for s, x in zip(_common_unit(p), p.utility(package), strict=True)),
        )
        return sorted(Fraction(u[q] - zero, unit) for q, (zero, unit) in line.items())

    value = ratios(shown.packages[0])[0]
    if not shown.complete:
        better = zone.reaching({q: zero + value * unit // 1 + 1 for q, (zero, unit) in line.items()})
        need(not better, "another package is better")
        return
    tied = zone.reaching({q: zero - (-value * unit // 1) for q, (zero, unit) in line.items()})
    rank = {x: ratios(x) for x in tied}
    best = max(rank.values(), default=None)
    need(
        [x for x in sorted(tied) if rank[x] == best] == [*shown.packages],
        "another package is as good or better",
    )
