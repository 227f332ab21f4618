"""One face for the package search: which engine answers is decided by the structure of the case.

Every function takes a :class:`zopa.space.Space` and honours all its rules; an engine that cannot refuses and
the next one answers. Nothing is enumerated: these answers hold in spaces of any size. A search that is
stopped returns the best found with a bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from zopa.bargaining.search import certificate, counting, maxmin, nash, pareto
from zopa.bargaining.search.branch_and_bound import SearchRun, Stop, Target, never, search
from zopa.bargaining.search.counting import Count
from zopa.bargaining.search.decomposition import Additive, Refusal, additive
from zopa.bargaining.search.elimination import bucket_frontier, bucket_package, bucket_plan
from zopa.bargaining.search.multipliers import fast
from zopa.bargaining.search.pareto import CAP, ParetoPoints
from zopa.bargaining.search.scalarization import Rays, ray_frontier
from zopa.counts import things
from zopa.space import IntArray, Package, Space

__all__ = [
    "Emptiness", "SearchOutcome", "SearchPlan", "count", "describe_search", "frontier", "is_empty", "packages_at", "rays", "sample",
    "solve_maxmin", "solve_nash",
]  # fmt: skip


@dataclass(frozen=True)
class SearchOutcome:
    """What a solution picks, and how sure that is.

    Attributes
    ----------
    packages : tuple of packages, all that tie, in package order (k best: best first)
    utilities : tuple of tuple of int, in units of ``1 / scale`` point
    value : Fraction or None
        Nash: the product of the gains in units; max-min: the least ratio; largest sum: the sum in units.
    engine : str
        In words, what answered.
    proven : bool
        Whether nothing better exists, by integers.
    bound : float or None
        When not proven: no package has a larger value than this.
    proof : dict or None
        The saved form for ``check-proof``; None where it was not asked for, is too large, or not proven.
    note : str
        What the reader must know (who stays at the reservation value, ties not listed).
    complete : bool
        Whether all packages that tie are listed.
    """

    engine: str
    proven: bool
    packages: tuple[Package, ...] = ()
    utilities: tuple[tuple[int, ...], ...] = ()
    value: Fraction | None = None
    bound: float | None = None
    proof: dict[str, Any] | None = None
    note: str = ""
    complete: bool = True

    @property
    def gap(self) -> float:
        """How much better, relatively, a package could still be; 0 when proven."""
        if self.proven:
            return 0.0
        if not self.value or self.bound is None:
            return math.inf
        return max(0.0, self.bound / float(self.value) - 1.0)


@dataclass(frozen=True)
class Emptiness:
    """Whether the zone is empty: True or False, or None when the search was stopped before it knew."""

    empty: bool | None
    package: Package | None
    words: str
    proof: dict[str, Any] | None = None


# ---- frontier -----------------------------------------------------------------------------------------------
def frontier(space: Space, *, everything: bool = False, cap: int = CAP, stop: Stop = never) -> ParetoPoints:
    """All distinct points of the zone (or of all packages that the rules allow) that nobody dominates.

    Raises
    ------
    TooLarge
        More than ``cap`` candidates; :func:`rays` gives a part of it with a stated guarantee.
    Refusal
        Rules or interactions hang together too widely.
    """
    try:
        form = additive(space)
        form.without_rows("the frontier")
    except Refusal:
        return bucket_frontier(space, everything=everything, cap=cap, stop=stop)
    floors = (0,) * form.n_parties if everything else None
    return pareto.frontier(form, floors, cap=cap, stop=stop)


def packages_at(space: Space, points: IntArray, *, most: int = 1) -> list[Package]:
    """Packages behind frontier points: up to ``most`` for each."""
    try:
        form = additive(space)
    except Refusal:
        return bucket_package(space, points)
    return [package for some in pareto.packages_at(form, points, most) for package in some]


def rays(space: Space, d: Fraction = Fraction(1, 4), *, most: int = 2000, stop: Stop = never) -> Rays:
    """A part of a frontier that is too large to list, with a stated (1 + d) guarantee."""
    return ray_frontier(additive(space), d, most=most, stop=stop)


# ---- solutions ------------------------------------------------------------------------------------------------
def solve_nash(
    space: Space,
    weights: Sequence[int] | None = None,
    *,
    k: int = 1,
    proof: bool = False,
    stop: Stop = never,
    on_progress: Callable[[int, float], None] | None = None,
) -> SearchOutcome:
    """The package with the largest (weighted) product of gains, all ties, or the ``k`` best.

    Where no package gives every party a gain, the largest sets of parties that can gain together are taken.
    Where less than unanimity agrees, the best over all ways to agree.

    Raises
    ------
    Refusal
        Interactions hang together too widely for every engine.
    """
    try:
        form = additive(space)
    except Refusal:
        return _nash_from_frontier(space, weights, stop)
    runs = nash.nash(form, weights, k=k, stop=stop, on_progress=on_progress)
    # Products over different parties are comparable in points only.
    worth = {
        b.picks: (Fraction(b.product, space.scale ** sum(r.weights)), b, r) for r in runs for b in r.best
    }
    ranked = sorted(worth.values(), key=lambda w: (-w[0], form.package(w[1].picks)))
    engine = "dual multipliers and an integer walk" + (
        ", charges for rules that span issues" if form.rows else ""
    )
    if not ranked:
        if not all(r.proven for r in runs):
            return SearchOutcome(engine=engine, proven=False, note="stopped")
        return _nobody_gains(form, weights, engine, proof=proof, stop=stop)
    least = ranked[min(k, len(ranked)) - 1][0]
    kept = [b for value, b, _ in ranked if value >= least]
    members = ranked[0][2].members
    proven = all(r.proven for r in runs)
    stay = [space.parties[p] for p in range(form.n_parties) if p not in members]
    said = [f"{', '.join(stay)} cannot gain together with the others"] if stay else []
    strict = any(r.strict for r in runs)
    said += ["ties are too many to list them all"] if strict else []
    saved = None
    if proof and proven and k == 1:
        saved = certificate.nash_proof(form, runs, nash.larger_sets(form, members, stop), weights)
    return SearchOutcome(
        packages=tuple(form.package(b.picks) for b in kept),
        utilities=tuple(_utilities(form, b.totals) for b in kept),
        value=Fraction(ranked[0][1].product),
        engine=engine,
        proven=proven,
        bound=max((r.bound for r in runs if r.bound is not None), default=None),
        proof=saved,
        note="; ".join(said),
        complete=not strict,
    )


def _nobody_gains(
    form: Additive, weights: Sequence[int] | None, engine: str, *, proof: bool, stop: Stop
) -> SearchOutcome:
    """Nash where no acceptable package gives any party a gain: all acceptable packages are as good."""
    space = form.space
    known = is_empty(space, proof=proof, stop=stop)
    if known.package is None:
        empty = bool(known.empty)
        return SearchOutcome(
            engine=engine, proven=empty, proof=known.proof, note="the zone is empty" if empty else "stopped"
        )
    plain = (0,) * form.n_parties
    runs = [
        search(form, Target(floors, form.need, plain), collect=maxmin.TIES, stop=stop)
        for floors in maxmin.coalition_floors(form)
    ]
    complete = all(r.proven for r in runs)
    listed = sorted({form.package(m) for r in runs for m in r.members or ()}) if complete else [known.package]
    note = "no acceptable package gives any party a gain"
    saved = None
    if proof:
        larger = nash.larger_sets(form, (), stop)
        saved = certificate.no_gain_proof(form, listed, larger, runs if complete else None, weights)
    return SearchOutcome(
        packages=tuple(listed),
        utilities=tuple(space.utility(x) for x in listed),
        value=Fraction(0),
        engine=engine,
        proven=True,
        proof=saved,
        note=note if complete else f"{note}; acceptable packages are too many to list them all",
        complete=complete,
    )


def _utilities(form: Additive, totals: Sequence[int]) -> tuple[int, ...]:
    n = len(form.space.parties)
    return tuple(int(t) + s for t, s in zip(totals[:n], form.shift[:n], strict=True))


def _nash_from_frontier(space: Space, weights: Sequence[int] | None, stop: Stop) -> SearchOutcome:
    """Nash read off a frontier found by bucket elimination: a best product stands on the frontier."""
    front = bucket_frontier(space, stop=stop)
    w = list(weights or [1] * len(space.parties))
    gains = [[int(u) - r for u, r in zip(row, space.reservation, strict=True)] for row in front.points]
    rank = [
        (
            sum(g > 0 for g in row),
            math.prod(Fraction(g, space.scale) ** x for g, x in zip(row, w, strict=True) if g > 0),
        )
        for row in gains
    ]
    if not rank:
        return SearchOutcome(engine=front.method, proven=True, note="the zone is empty")
    best = max(rank)
    points = front.points[[n for n, r in enumerate(rank) if r == best]]
    note = "one package for each best point"
    return SearchOutcome(
        packages=tuple(bucket_package(space, points, stop)),
        utilities=tuple(tuple(int(u) for u in row) for row in points),
        value=Fraction(best[1] if best[0] else 0),
        engine=front.method,
        proven=True,
        note=note if best[0] else f"no acceptable package gives any party a gain; {note}",
        complete=False,
    )


def solve_maxmin(
    space: Space,
    kind: str = "kalai-smorodinsky",
    *,
    weights: Sequence[int] | None = None,
    ties: bool = True,
    proof: bool = False,
    stop: Stop = never,
    on_progress: Callable[[Fraction | None, float], None] | None = None,
) -> SearchOutcome:
    """A max-min solution over the zone: ``kalai-smorodinsky``, ``egalitarian``, ``proportional`` or
    ``utilitarian`` (the largest sum), refined by leximin with all ties.

    Raises
    ------
    Refusal
        Interactions hang together too widely for every engine.
    """
    try:
        form = additive(space)
    except Refusal:
        return _maxmin_from_frontier(space, kind, weights, stop)
    out = maxmin.maxmin(form, kind, weights=weights, ties=ties, stop=stop, on_progress=on_progress)
    engine = f"branch and bound, {out.nodes} nodes" + (
        ", charges for rules that span issues" if form.rows else ""
    )
    if not out.picks:
        saved = is_empty(space, proof=True, stop=stop).proof if proof and out.proven else None
        note = "the zone is empty" if out.proven else "stopped"
        return SearchOutcome(engine=engine, proven=out.proven, proof=saved, note=note)
    value = out.value
    if kind == "utilitarian" and value is not None:
        value += sum(form.shift)
    picks = sorted(out.picks, key=form.package)
    return SearchOutcome(
        packages=tuple(form.package(p) for p in picks),
        utilities=tuple(_utilities(form, out.form.totals(p)) for p in picks),
        value=value,
        engine=engine,
        proven=out.proven,
        bound=out.bound,
        proof=certificate.maxmin_proof(out) if proof else None,
        note="" if out.all_ties or not ties else "ties are too many to list them all",
        complete=out.all_ties or not ties,
    )


def _maxmin_from_frontier(
    space: Space, kind: str, weights: Sequence[int] | None, stop: Stop
) -> SearchOutcome:
    """Leximin-best points of a frontier found by bucket elimination."""
    front = bucket_frontier(space, stop=stop)
    if not len(front.points):
        return SearchOutcome(engine=front.method, proven=True, note="the zone is empty")
    ideal = [int(u) for u in front.points.max(axis=0)]
    n, r = len(space.parties), list(space.reservation)
    along = list(weights) if weights and kind == "proportional" else [1] * n
    if kind == "kalai-smorodinsky":
        gains = [max(0, b - x) for b, x in zip(ideal, r, strict=True)]
        along = gains if any(gains) else along

    def rank(row: IntArray) -> list[Fraction]:
        if kind == "utilitarian":
            return [Fraction(int(row.sum()))]
        return sorted(Fraction(int(u) - z, d) for u, z, d in zip(row, r, along, strict=True) if d)

    ranks = [rank(row) for row in front.points]
    best = max(ranks)
    points = front.points[[n for n, x in enumerate(ranks) if x == best]]
    return SearchOutcome(
        packages=tuple(bucket_package(space, points, stop)),
        utilities=tuple(tuple(int(u) for u in row) for row in points),
        value=best[0],
        engine=front.method,
        proven=True,
        note="one package for each best point",
        complete=False,
    )


# ---- emptiness, counting ----------------------------------------------------------------------------------------
def is_empty(space: Space, *, proof: bool = False, stop: Stop = never) -> Emptiness:
    """Whether no package is acceptable, with a package or the weights that show it."""
    try:
        form = additive(space)
    except Refusal:
        front = bucket_frontier(space, stop=stop)
        package = bucket_package(space, front.points[:1], stop)[0] if len(front.points) else None
        saved = certificate.member_proof(space, package) if proof and package else None
        return Emptiness(package is None, package, front.method, saved)
    if not form.possible:
        saved = certificate.ruled_out_proof(form, len(maxmin.coalition_floors(form))) if proof else None
        return Emptiness(True, None, "the rules leave some issues without any option", saved)
    runs: list[SearchRun] = []
    for floors in maxmin.coalition_floors(form):
        run = search(form, Target(floors, form.need, (0,) * form.n_parties), first_only=True, stop=stop)
        runs.append(run)
        if run.best is not None:
            package = form.package(run.best)
            saved = certificate.member_proof(space, package) if proof else None
            return Emptiness(False, package, "this package obeys the rules and is accepted", saved)
        if not run.proven:
            return Emptiness(None, None, "stopped before it was known")
    saved = certificate.empty_proof(form, runs) if proof else None
    return Emptiness(True, None, _in_words(form, runs), saved)


def _in_words(form: Additive, runs: Sequence[SearchRun]) -> str:
    """Why the zone is empty, for people: the weights and what the best package for them leaves open."""
    if len(runs) > 1 or not runs[0].log or runs[0].nodes > 1 or form.rows or runs[0].log[0][1] != 0:
        nodes = sum(r.nodes for r in runs)
        return f"in each of {nodes} boxes that together hold all packages, some party is left short"
    lam = np.array(runs[0].log[0][0], dtype=object)
    best = sum(int((t.astype(object) @ lam).max()) for t in form.tables)
    short = Fraction(
        sum(int(x) * n for x, n in zip(lam, runs[0].thresholds, strict=True)) - best, int(lam.max())
    )
    weights = ", ".join(
        f"{name} {float(Fraction(int(x), int(lam.max()))):.3f}"
        for name, x in zip(form.space.parties, lam, strict=True)
        if x
    )
    points = float(short / form.space.scale)
    return f"with the weights {weights}, even the package best for them leaves the parties {points:.3g} points short"


def count(space: Space, *, stop: Stop = never) -> Count:
    """Number of acceptable packages: exact, or certified bounds where the states are too many.

    Raises
    ------
    Refusal
        Rules or interactions span too many issues.
    """
    form = additive(space)
    return counting.count(form, stop=stop) if form.possible else Count(0, 0, "no package obeys the rules")


def sample(space: Space, n: int, seed: int, *, stop: Stop = never) -> list[Package]:
    """Uniform members of the zone."""
    return counting.sample(additive(space), n, seed, stop=stop)


# ---- describe -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SearchPlan:
    """How a space falls into groups, and per verb what answers within the search: (what, how, cost)."""

    structure: str
    by_verb: dict[str, tuple[tuple[str, str, str], ...]]

    def lines(self, verb: str) -> tuple[tuple[str, str, str], ...]:
        """What answers a verb."""
        return self.by_verb[verb]


def describe_search(space: Space) -> SearchPlan:
    """How a search answers each verb about this space, and at what cost."""
    speed = "compiled kernels" if fast() is not None else "numpy; 'zopa[fast]' is quicker"
    try:
        form = additive(space.everybody)
    except Refusal as why:
        structure = f"{things(len(space.issues), 'issue')} whose interactions hang together ({why})"
        try:
            width = f"{bucket_plan(space).contexts} contexts at the widest place"
        except Refusal as wide:
            width = str(wide)
        there = (("", f"bucket elimination, {width}", speed),)
        read = (("", "read off the frontier", "small"),)
        return SearchPlan(
            structure, {"frontier": there, "zone": there, "solve": read, "why_not": there, "judge": there}
        )
    joined = sum(len(g) > 1 for g in form.groups)
    largest = max(len(t) for t in form.tables) if form.tables else 0
    structure = (
        f"{things(len(form.groups), 'independent group of issues')} ({joined} joined by rules or interactions, at most "
        f"{things(largest, 'joint option')}), {things(len(form.rows), 'rule')} across groups"
    )
    edge, number = _frontier_plan(form), _count_plan(form)
    hard = "seconds to minutes" if form.n_parties > 5 else "well under a second for most"
    conflicts = ("", "seed, shrink and grow, each by integer weights", "milliseconds a test")
    return SearchPlan(
        structure,
        {
            "zone": (
                ("count", *number),
                ("emptiness and break-even values", "integer weights", "milliseconds"),
            ),
            "frontier": (("", *edge),),
            "solve": (
                ("Nash", "dual multipliers, integer walk, proof", speed),
                ("max-min", "branch and bound, proof", hard),
            ),
            "why_not": (conflicts,),
            "judge": (("improvements", *edge), ("conflicts", *conflicts[1:])),
        },
    )


def _frontier_plan(form: Additive) -> tuple[str, str]:
    if form.rows:
        return "bucket elimination, else rays: rules span groups", "depends on how far the rules reach"
    if not form.possible:
        return "no package obeys the rules", "nothing"
    size, exact = pareto.forecast(form)
    engine = {2: "merged staircases", 3: "sweep or dense table"}.get(
        form.n_parties, "packed words or dense table"
    )
    over = "; more than is held, rays instead" if size > CAP else ""
    return engine, f"{'' if exact else 'about '}{size:,} points{over}"


def _count_plan(form: Additive) -> tuple[str, str]:
    if form.rows:
        return "not answered: rules span groups", "bounds only"
    if not form.possible:
        return "no package obeys the rules", "nothing"
    states = math.prod(max(0, n) + 1 for n in form.need)
    fits = states <= counting.MAX_STATES
    return "need table with residues" if fits else "meet in the middle or bounds", f"{states:,} states"
