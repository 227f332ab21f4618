"""What each solution picks under draws from the words, and what one has to believe for its pick (SMAA by name).

Per draw every party's values are brought to its own 100 points (the spans of its issues add up to 100); the
solutions then choose among the packages that the rules allow and that all parties accept in that draw.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.parallel import Spread, in_parts
from zopa.robustness.compatible_set import Compatible
from zopa.robustness.shares import interval
from zopa.robustness.smaa import entropy, pairwise_winning, rank_acceptability
from zopa.space import Problem

__all__ = [
    "PICKERS",
    "AllowedPackages",
    "CandidateRanks",
    "MethodPicks",
    "PickedPackage",
    "Picks",
    "PointsPerIssue",
    "per_issue",
    "pick_each",
    "picks",
]

FloatArray = NDArray[np.float64]
Points = Mapping[str, FloatArray]
SLACK = 1e-9
MOST_WORK = 60_000_000
"""Draws x packages x parties; beyond it fewer draws are used, and the answer says how many."""
FEWEST = 64
PART = 64
"""Draws in one part of the work."""
KEPT = 3
CONFIDENCE_DRAWS = 128
FEWEST_FOR_CONFIDENCE = 5
"""Draws that pick a package, below which its central weights are too uncertain for a confidence factor."""
POINTS = 100.0


@dataclass(frozen=True)
class PickedPackage:
    """A package that a solution picks in some draws.

    Attributes
    ----------
    share, low, high : share of the draws with an open zone, ties shared equally, with its 95 % interval.
    central : party -> issue -> mean share of the party's 100 points that is at stake there, over the draws that
        pick it: the central weights of SMAA, what one has to believe for this package.
    confidence : share of other draws that pick it when the weights are held at the central ones.
    """

    package: Mapping[str, str]
    share: float
    low: float
    high: float
    central: Mapping[str, Mapping[str, float]]
    confidence: float | None = None


@dataclass(frozen=True)
class MethodPicks:
    """One solution: its most frequent picks, how many different ones there are, and how far they scatter.

    ``entropy`` is in bits, at most ``log2(different)``; ``tied`` is the share of draws in which packages tie.
    """

    packages: tuple[PickedPackage, ...]
    different: int
    entropy: float
    tied: float


@dataclass(frozen=True)
class CandidateRanks:
    """The candidates against one another, for each party alone.

    Attributes
    ----------
    packages : the candidates.
    acceptability : party -> rows of candidates by ranks (rank 1 first): share of the draws.
    winning : party -> share of the draws in which the row's candidate is strictly better than the column's.
    """

    packages: tuple[Mapping[str, str], ...]
    acceptability: Mapping[str, tuple[tuple[float, ...], ...]]
    winning: Mapping[str, tuple[tuple[float, ...], ...]]


@dataclass(frozen=True)
class Picks:
    """What the solutions pick under ``draws`` draws, of which ``open`` leave a package acceptable to all."""

    draws: int
    open: int
    methods: Mapping[str, MethodPicks]
    ranks: CandidateRanks | None = None
    average: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class PointsPerIssue:
    """One party's draws taken apart: values 0 to 1 within an issue, weights that add up to 100, cost of waiting.

    Attributes
    ----------
    values : per issue an array, shape (n_draws, n_options)
    weights : array, shape (n_draws, n_issues)
    cost : array, shape (n_draws,): no agreement is worth minus this, in the same points, against the status quo
    now : array, shape (n_draws, n_issues): value (0 to 1) of the status quo on each issue
    """

    values: tuple[FloatArray, ...]
    weights: FloatArray
    cost: FloatArray
    now: FloatArray

    def worth(self, chosen: Mapping[int, int]) -> FloatArray:
        """What options (issue -> option) are worth in each draw, open issues at best, in points from worst to best package."""
        total = np.zeros(len(self.weights))
        for i, values in enumerate(self.values):
            at = values[:, chosen[i]] if i in chosen else values.max(axis=1)
            total += at * self.weights[:, i]
        return total

    @property
    def no_agreement(self) -> FloatArray:
        """What no agreement is worth in each draw, on the same scale; may lie outside it."""
        floor: FloatArray = (self.now * self.weights).sum(axis=1) - self.cost
        return floor


def per_issue(words: Compatible, points: FloatArray) -> PointsPerIssue:
    """Take the draws of a party apart; see :class:`PointsPerIssue`."""
    zero = np.zeros(len(points))
    gains = [np.column_stack([points[:, v] if v >= 0 else zero for v in row]) for row in words.at]
    low = np.column_stack([g.min(axis=1) for g in gains])
    spans = np.column_stack([np.ptp(g, axis=1) for g in gains])
    safe = np.where(spans > 0, spans, 1.0)
    scale = POINTS / np.maximum(spans.sum(axis=1), 1e-12)
    values = tuple((g - low[:, i : i + 1]) / safe[:, i : i + 1] for i, g in enumerate(gains))
    cost = points[:, words.cost] * scale if words.cost >= 0 else zero
    return PointsPerIssue(values, weights=spans * scale[:, None], cost=cost, now=-low / safe)


@dataclass(frozen=True)
class AllowedPackages:
    """The packages that the rules allow, as pairs of a left and a right half, so that a draw costs one addition each.

    Attributes
    ----------
    numbers : numbers of the packages, ascending.
    split : issues before it make the left half.
    left, right : number of each half per package.
    """

    numbers: NDArray[np.int64]
    split: int
    left: NDArray[np.int64]
    right: NDArray[np.int64]

    @classmethod
    def of(cls, problem: Problem) -> AllowedPackages:
        """Those of a problem whose packages can be listed."""
        sizes = problem.space.sizes
        split = min(range(len(sizes) + 1), key=lambda k: math.prod(sizes[:k]) + math.prod(sizes[k:]))
        numbers = np.flatnonzero(problem.table.admissible)
        left, right = np.divmod(numbers, math.prod(sizes[split:]))
        return cls(numbers, split, left, right)

    def gains(self, party: PointsPerIssue, k: int, weights: FloatArray) -> FloatArray:
        """Points of every package above no agreement in draw k."""
        halves = []
        for issues in (range(self.split), range(self.split, len(weights))):
            total = np.zeros(1)
            for i in issues:
                total = np.add.outer(total, party.values[i][k] * weights[i]).ravel()
            halves.append(total)
        base = float(party.cost[k] - (party.now[k] * weights).sum())
        found: FloatArray = np.take(halves[0] + base, self.left)
        found += np.take(halves[1], self.right)
        return found


def _nash(gains: FloatArray) -> FloatArray:
    all_gain = gains.min(axis=0) > SLACK
    if all_gain.any():
        return np.where(all_gain, gains.prod(axis=0), -1.0)
    positive = gains > SLACK
    counts = positive.sum(axis=0)
    product = np.where(positive, gains, 1.0).prod(axis=0)
    return np.where(counts == counts.max(), product, -1.0)


def _kalai_smorodinsky(gains: FloatArray) -> FloatArray:
    ideal = gains.max(axis=1, keepdims=True)
    can_gain = ideal > SLACK
    shares = gains / np.where(can_gain, ideal, 1.0)
    shares[~can_gain[:, 0]] = 1.0
    return _leximin(shares)


def _leximin(gains: FloatArray) -> FloatArray:
    """1 for the packages with the largest smallest gain, of these with the largest second smallest, and so on."""
    least = gains.min(axis=0)
    at = np.flatnonzero(least >= least.max() - SLACK)
    ranked = np.sort(gains[:, at], axis=0)
    for n in range(1, len(ranked)):
        keep = ranked[n] >= ranked[n].max() - SLACK
        at, ranked = at[keep], ranked[:, keep]
    score = np.zeros(gains.shape[1])
    score[at] = 1.0
    return score


PICKERS: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "nash": _nash,
    "kalai-smorodinsky": _kalai_smorodinsky,
    "egalitarian": _leximin,
    "utilitarian": lambda gains: gains.sum(axis=0),
}
"""Scores of packages by their gains, shape (n_parties, n_packages); the largest are picked."""
Picked = list[tuple[int, dict[str, tuple[int, ...]]]]


def pick_each(
    allowed: AllowedPackages,
    parties: Sequence[PointsPerIssue],
    draws: Sequence[int],
    methods: Sequence[str] = tuple(PICKERS),
    weights: Sequence[FloatArray] | None = None,
) -> Picked:
    """Per draw with an open zone what every method picks: a pure function of these draws, whoever asks it.

    Parameters
    ----------
    allowed : the packages that the rules allow.
    parties : the draws of each party.
    draws : which of them.
    methods : names in :data:`PICKERS`.
    weights : per party weights to be held instead of the drawn ones, for confidence factors.
    """
    found: Picked = []
    for k in draws:
        rows = np.stack(
            [
                allowed.gains(p, k, p.weights[k] if weights is None else weights[n])
                for n, p in enumerate(parties)
            ]
        )
        zone = np.flatnonzero(rows.min(axis=0) >= 0)
        if not zone.size:
            continue
        gains, here = np.take(rows, zone, axis=1), {}
        for method in methods:
            score = PICKERS[method](gains)
            best = score.max()
            tie = score >= best - SLACK * (1 + abs(best))
            here[method] = tuple(int(x) for x in allowed.numbers[zone[tie]])
        found.append((k, here))
    return found


def picks(
    problem: Problem,
    words: Mapping[str, Compatible],
    points: Points,
    more: Sequence[Mapping[str, str]] = (),
    *,
    spread: Spread | None = None,
    about: Mapping[str, Any] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Picks:
    """What the solutions pick under the draws, with the indices of SMAA by their names.

    Parameters
    ----------
    problem : Problem
    words : party -> what its words allow.
    points : party -> its draws.
    more : packages that are ranked beside the most frequent picks.
    spread, about, progress : as in :func:`zopa.parallel.in_parts`.
    """
    allowed = AllowedPackages.of(problem)
    n = min(len(p) for p in points.values())
    work = max(1, allowed.numbers.size * len(words))
    n = min(n, max(FEWEST, MOST_WORK // work))
    parties = {p: per_issue(w, points[p][:n]) for p, w in words.items()}
    parts = in_parts(
        partial(pick_each, allowed, list(parties.values())),
        [range(k, min(n, k + PART)) for k in range(0, n if allowed.numbers.size else 0, PART)],
        name="solutions under the draws",
        about={**(about or {}), "looked at": n},
        spread=spread,
        to_bytes=lambda some: json.dumps(some).encode(),
        from_bytes=_picked_from,
        progress=progress,
    )
    found = [one for some in parts for one in some]
    weights = {p: party.weights for p, party in parties.items()}
    methods = {m: _method(problem, parties, m, [(k, here[m]) for k, here in found], allowed) for m in PICKERS}
    first = [p.package for m in methods.values() for p in m.packages[:1]]
    candidates = list({tuple(p.items()): p for p in (*first, *more)}.values())
    return Picks(
        n,
        open=len(found),
        methods=methods,
        ranks=_ranks(problem, parties, candidates) if len(candidates) > 1 else None,
        average={p: _named(problem, w.mean(axis=0)) for p, w in weights.items()} if n else {},
    )


def _picked_from(raw: bytes) -> Picked:
    return [(int(k), {m: tuple(map(int, ties)) for m, ties in here.items()}) for k, here in json.loads(raw)]


def _named(problem: Problem, weights: FloatArray) -> dict[str, float]:
    return {i: float(w) for i, w in zip(problem.space.issues, weights, strict=True)}


def _method(
    problem: Problem,
    parties: Mapping[str, PointsPerIssue],
    method: str,
    picked: Sequence[tuple[int, tuple[int, ...]]],
    allowed: AllowedPackages,
) -> MethodPicks:
    n = len(picked)
    mass: dict[int, float] = {}
    by: dict[int, list[tuple[int, float]]] = {}
    for k, ties in picked:
        for x in ties:
            mass[x] = mass.get(x, 0.0) + 1 / len(ties)
            by.setdefault(x, []).append((k, 1 / len(ties)))
    best = sorted(mass, key=lambda x: (-mass[x], x))[:KEPT]
    kept = []
    for x in best:
        draws, parts = np.array([k for k, _ in by[x]]), np.array([s for _, s in by[x]])
        central = {
            p: (party.weights[draws] * parts[:, None]).sum(axis=0) / parts.sum()
            for p, party in parties.items()
        }
        kept.append(
            PickedPackage(
                problem.space.names([int(o) for o in np.unravel_index(x, problem.space.sizes)]),
                share=mass[x] / n,
                low=interval(mass[x], n)[0],
                high=interval(mass[x], n)[1],
                central={p: _named(problem, w) for p, w in central.items()},
                confidence=_confidence(parties, method, x, list(central.values()), allowed)
                if len(draws) >= FEWEST_FOR_CONFIDENCE
                else None,
            )
        )
    tied = sum(len(ties) > 1 for _, ties in picked) / n if n else 0.0
    return MethodPicks(
        tuple(kept),
        different=len(mass),
        entropy=entropy(np.array(list(mass.values())) / n) if n else 0.0,
        tied=tied,
    )


def _confidence(
    parties: Mapping[str, PointsPerIssue],
    method: str,
    package: int,
    central: Sequence[FloatArray],
    allowed: AllowedPackages,
) -> float | None:
    """Share of the draws that pick the package when the weights are held at its central ones."""
    draws = range(min(CONFIDENCE_DRAWS, *(len(p.weights) for p in parties.values())))
    found = pick_each(allowed, list(parties.values()), draws, (method,), central)
    won = sum(1 / len(here[method]) for _, here in found if package in here[method])
    return won / len(draws)


def _ranks(
    problem: Problem, parties: Mapping[str, PointsPerIssue], candidates: Sequence[Mapping[str, str]]
) -> CandidateRanks:
    chosen = [problem.space.package(c) for c in candidates]
    acceptability, winning = {}, {}
    for name, p in parties.items():
        worth = np.column_stack([p.worth(dict(enumerate(x))) for x in chosen]).round(9)
        acceptability[name] = tuple(tuple(float(v) for v in row) for row in rank_acceptability(worth))
        winning[name] = tuple(tuple(float(v) for v in row) for row in pairwise_winning(worth))
    return CandidateRanks(tuple(candidates), acceptability, winning)
