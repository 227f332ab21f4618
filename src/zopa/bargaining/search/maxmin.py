"""The max-min family: Kalai-Smorodinsky, egalitarian, proportional, and the largest sum.

All are one question along a direction D > 0: the packages of the zone whose least gain ratio
``(u_p - zero_p) / D_p`` is largest, ties broken by the next ratio (leximin). A value T is best when no
package reaches the thresholds just above it, so every proof is a proof of emptiness (``tree``).

Where less than unanimity agrees, the zone is a union over the smallest sufficient coalitions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from zopa.bargaining.search.branch_and_bound import SearchRun, Stop, Target, never, search
from zopa.bargaining.search.decomposition import Additive, minimal_coalitions
from zopa.bargaining.search.multipliers import FloatArray

__all__ = ["KINDS", "MaxMin", "coalition_floors", "ideal_point", "maxmin"]

KINDS = ("kalai-smorodinsky", "egalitarian", "proportional", "utilitarian")
TIES = 5_000


@dataclass
class MaxMin:
    """Outcome of a max-min search.

    ``picks`` are all leximin-best packages (one attaining the value where ties were not asked for or were
    too many to list, see ``all_ties``); ``value`` is the least ratio; ``ideal`` holds one package per party
    that attains its ideal point where the kind needs it.
    """

    kind: str
    form: Additive
    zero: tuple[int, ...] = ()
    toward: tuple[int, ...] = ()
    picks: list[tuple[int, ...]] = field(default_factory=list)
    value: Fraction | None = None
    proven: bool = True
    all_ties: bool = False
    bound: float | None = None
    nodes: int = 0
    steps: int = 0
    ideal: list[tuple[int, ...]] = field(default_factory=list)
    parts: list[SearchRun] = field(default_factory=list)

    def ratios(self, picks: Sequence[int]) -> tuple[Fraction, ...]:
        """Gain ratios of a package, smallest first."""
        u = self.form.totals(picks)
        return tuple(
            sorted(Fraction(x - z, d) for x, z, d in zip(u, self.zero, self.toward, strict=True) if d > 0)
        )


def coalition_floors(form: Additive) -> list[tuple[int, ...]]:
    """Least totals of every way to agree, one per smallest sufficient coalition, repeats left out."""
    need = [max(n, 0) for n in form.need]
    ways = [
        tuple(n if p in coalition or p >= len(form.space.parties) else 0 for p, n in enumerate(need))
        for coalition in minimal_coalitions(form.space)
    ]
    return list(dict.fromkeys(ways))


def _best(
    form: Additive,
    zero: Sequence[int],
    toward: Sequence[int],
    *,
    above: Fraction | None = None,
    floors: Sequence[tuple[int, ...]] | None = None,
    mu: FloatArray | None = None,
    stop: Stop = never,
    on_progress: Callable[[Fraction | None, float], None] | None = None,
) -> tuple[SearchRun | None, list[SearchRun]]:
    """Best value over all ways to agree, and the searches, one per way."""
    best: SearchRun | None = None
    runs = []
    for low in coalition_floors(form) if floors is None else floors:
        target = Target(low, tuple(zero), tuple(toward))
        run = search(form, target, above=above, mu=mu, stop=stop, on_progress=on_progress)
        runs.append(run)
        if run.best is not None:
            best, above = run, run.value
    return best, runs


def _closed(
    form: Additive,
    zero: Sequence[int],
    toward: Sequence[int],
    value: Fraction,
    runs: Sequence[SearchRun],
    ties: bool,
) -> list[SearchRun]:
    """The runs that the checker expects: one per distinct raised floors, in order."""
    kept: dict[tuple[int, ...], SearchRun] = {}
    for low, run in zip(coalition_floors(form), runs, strict=True):
        kept.setdefault(Target(low, tuple(zero), tuple(toward)).above(value, ties=ties), run)
    for raised, run in kept.items():
        run.thresholds = raised
    return list(kept.values())


def ideal_point(
    form: Additive, *, mu: FloatArray | None = None, stop: Stop = never
) -> tuple[list[int], list[tuple[int, ...]], list[SearchRun], bool] | None:
    """Largest total of every party over the zone, a package that attains each, the proofs; None if empty."""
    best, packages, parts, proven = [], [], [], True
    for p in range(form.n_parties):
        along = [int(q == p) for q in range(form.n_parties)]
        found, runs = _best(form, form.need, along, mu=mu, stop=stop)
        proven &= all(r.proven for r in runs)
        if found is None or found.best is None or found.value is None:
            return None
        best.append(form.need[p] + int(found.value))
        packages.append(found.best)
        parts += _closed(form, form.need, along, found.value, runs, ties=False)
    return best, packages, parts, proven


def maxmin(
    form: Additive,
    kind: str = "kalai-smorodinsky",
    *,
    weights: Sequence[int] | None = None,
    ties: bool = True,
    mu: FloatArray | None = None,
    stop: Stop = never,
    on_progress: Callable[[Fraction | None, float], None] | None = None,
) -> MaxMin:
    """The max-min solution of a kind over the zone, by default leximin-refined with all ties.

    Parameters
    ----------
    weights : per party, optional
        The direction of ``proportional``.
    ties : bool
        Refine by leximin and list all packages; otherwise one package with the best least ratio.
    """
    out = MaxMin(kind, form)
    if not form.possible:
        return out
    need = list(form.need)
    if kind == "kalai-smorodinsky":
        found = ideal_point(form, mu=mu, stop=stop)
        if found is None:
            out.proven = not stop()
            return out
        ideal, out.ideal, out.parts, out.proven = found
    if kind == "utilitarian":
        form = out.form = form.with_sum()
        need, toward = [*need, 0], [0] * (form.n_parties - 1) + [1]
    elif kind == "kalai-smorodinsky":
        toward = [max(0, b - n) for b, n in zip(ideal, need, strict=True)]
    else:
        toward = list(weights) if weights is not None and kind == "proportional" else [1] * form.n_parties
    if not any(toward):
        toward = [1] * form.n_parties
    out.zero, out.toward = tuple(need), tuple(toward)
    best, runs = _best(form, need, toward, mu=mu, stop=stop, on_progress=on_progress)
    out.nodes, out.steps = sum(r.nodes for r in runs), sum(r.steps for r in runs)
    out.proven &= all(r.proven for r in runs)
    if best is None or best.best is None or best.value is None:
        return out
    out.picks, out.value = [best.best], best.value
    if not all(r.proven for r in runs):
        out.bound = max((r.bound for r in runs if r.bound is not None), default=None)
    if not ties or not out.proven:
        out.parts += _closed(form, need, toward, best.value, runs, ties=False)
        return out
    return _list_ties(out, runs, stop, mu)


def _list_ties(out: MaxMin, runs: Sequence[SearchRun], stop: Stop, mu: FloatArray | None) -> MaxMin:
    """All packages with the best least ratio, and the leximin-best of them."""
    assert out.value is not None
    members: list[tuple[int, ...]] = []
    listed, raised = (
        [],
        [Target(low, out.zero, out.toward).above(out.value, ties=True) for low in coalition_floors(out.form)],
    )
    for floors in dict.fromkeys(raised):
        plain = Target(floors, out.zero, (0,) * len(floors))
        run = search(out.form, plain, collect=TIES, mu=mu, stop=stop)
        listed.append(run)
        members += run.members or []
        if not run.proven:
            break
    if all(r.proven for r in listed):
        ranks = {p: out.ratios(p) for p in set(members)}
        top = max(ranks.values())
        out.picks = sorted((p for p, rank in ranks.items() if rank == top), key=out.form.package)
        out.all_ties = True
        out.parts += listed
        return out
    out.parts += _closed(out.form, out.zero, out.toward, out.value, runs, ties=False)
    return _leximin(out, mu, stop)


def _leximin(out: MaxMin, mu: FloatArray | None, stop: Stop) -> MaxMin:
    """Refine level by level where the packages with the best least ratio are too many to list."""
    assert out.value is not None
    levels = {
        tuple(Target(low, out.zero, out.toward).above(out.value, ties=True)): frozenset[int]()
        for low in coalition_floors(out.form)
    }
    states = [(floors, exempt) for floors, exempt in levels.items()]
    free = [p for p, d in enumerate(out.toward) if d > 0]
    for _ in range(len(free) - 1):
        best: Fraction | None = None
        winners: dict[tuple[tuple[int, ...], frozenset[int]], tuple[int, ...]] = {}
        for floors, exempt in states:
            for p in (q for q in free if q not in exempt):
                gone = exempt | {p}
                along = [0 if q in gone else d for q, d in enumerate(out.toward)]
                target = Target(floors, out.zero, tuple(along))
                run = search(out.form, target, mu=mu, stop=stop)
                if not run.proven or run.best is None or run.value is None:
                    continue
                if best is None or run.value > best:
                    best, winners = run.value, {}
                if run.value == best:
                    winners[target.above(best, ties=True), gone] = run.best
        if best is None:
            return out
        states = list(winners)
        out.picks = sorted(
            set(winners.values()), key=lambda k: (tuple(-r for r in out.ratios(k)), out.form.package(k))
        )
        top = out.ratios(out.picks[0])
        out.picks = [k for k in out.picks if out.ratios(k) == top]
    return out
