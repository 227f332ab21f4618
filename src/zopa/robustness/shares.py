"""Draws from what the words allow: how often the zone is open, how often a package is acceptable to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.robustness.compatible_set import Compatible, consistent
from zopa.robustness.inequalities import settle
from zopa.robustness.verdicts import gains
from zopa.space import Problem
from zopa.space.draws import chunks, uniform_walks

__all__ = ["Drawn", "PackageShare", "Share", "accepted_by", "draw", "share", "shares"]

FloatArray = NDArray[np.float64]
LOOKED_AT = 2000
KEPT = 5


@dataclass(frozen=True)
class Share:
    """A share of the draws with its 95 % interval (Clopper & Pearson 1934): sampling only, not the law."""

    count: int
    draws: int
    low: float
    high: float

    @property
    def best(self) -> float:
        """The share itself."""
        return self.count / self.draws


def share(count: int, draws: int) -> Share:
    """The share with its exact binomial interval."""
    from scipy.special import betaincinv

    low = float(betaincinv(count, draws - count + 1, 0.025)) if count else 0.0
    high = float(betaincinv(count + 1, draws - count, 0.975)) if count < draws else 1.0
    return Share(count, draws, low, high)


@dataclass(frozen=True)
class PackageShare:
    """A package: in which share of the draws it is acceptable to all, and to each party."""

    package: Mapping[str, str]
    all: Share
    parties: Mapping[str, Share]


@dataclass(frozen=True)
class Drawn:
    """What the draws say: the zone open per set of readings; of the packages looked at, those acceptable most often."""

    draws: int
    seed: int
    open: Mapping[str, Share]
    packages: tuple[PackageShare, ...]
    looked_at: int


def draw(words: Compatible, draws: int, seed: int) -> FloatArray:
    """Points of a party's compatible set, uniform in marginals; alternatives in turn. Shape (draws, n_variables).

    Raises
    ------
    NotApplicable
        The words make two things exactly equal, or contradict one another.
    """
    width = len(words.variables)
    bodies = []
    for rows in words.alternatives:
        if consistent(rows, width)[0] is None:
            continue
        vectors = list(dict.fromkeys(r.vector for r in rows if any(r.vector)))
        start, _ = settle([], vectors, width)
        if start is None:
            raise NotApplicable(
                f"the words of {words.party} make two things exactly equal; draws need some room"
            )
        inside = np.array(start, dtype=float)
        bodies.append((np.array(vectors, dtype=float).reshape(-1, width), inside))
    if not bodies:
        raise NotApplicable(f"the words of {words.party} cannot all hold")
    groups: dict[str, list[int]] = {}
    for v, (issue, option) in enumerate(words.variables):
        if option:
            groups.setdefault(option if issue == "top" else issue, []).append(v)
    found = []
    for k, (size, chunk) in enumerate(chunks(draws, seed)):
        vectors_, inside = bodies[k % len(bodies)]
        found.append(uniform_walks(vectors_, list(groups.values()), inside, size, chunk))
    return np.concatenate(found)


def accepted_by(words: Compatible, packages: NDArray[np.int64], points: FloatArray) -> NDArray[np.bool_]:
    """Whether each package (rows of option numbers) is acceptable at each point, shape (n_packages, n_points)."""
    # Added issue by issue: a product of matrices would keep every core busy for longer than the sums take.
    worth = np.vstack([points.T, np.zeros(len(points))])  # the last row is what -1 stands for: 0
    total = np.tile(worth[words.cost], (len(packages), 1))
    for row, chosen in zip(words.at, packages.T, strict=True):
        total += worth[np.array(row)[chosen]]
    fine: NDArray[np.bool_] = total >= 0
    return fine


def shares(
    problems: Mapping[str, Problem],
    words: Mapping[str, Compatible],
    draws: int = 4096,
    seed: int = 1,
    *,
    more: Sequence[Mapping[str, str]] = (),
    progress: Callable[[str], None] | None = None,
) -> tuple[Drawn, dict[str, FloatArray]]:
    """The shares, and the draws of every party that they come from.

    Parameters
    ----------
    problems : name of readings -> problem; the packages shown are those of the first.
    words : party -> what its words allow.
    draws, seed : int
    more : further packages to look at.
    """
    first = next(iter(problems.values()))
    space = first.space
    seeds = np.random.SeedSequence(seed).generate_state(len(words))
    points = {}
    for (party, w), own in zip(words.items(), seeds, strict=True):
        (progress or (lambda _: None))(f"drawing values of {party}")
        points[party] = draw(w, draws, int(own))
    opened = {name: share(n, draws) for name, n in _opened(problems, words, points).items()}
    allowed = np.flatnonzero(first.table.admissible)
    if not allowed.size:
        return Drawn(draws, seed, opened, (), 0), points
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    looked = np.unique(rng.choice(allowed, min(LOOKED_AT, allowed.size), replace=False))
    extra = [int(np.ravel_multi_index(space.package(p), space.sizes)) for p in more]
    looked = np.unique(np.concatenate([looked, np.array(extra, dtype=looked.dtype)]))
    packages = np.array(np.unravel_index(looked, space.sizes)).T
    by = {p: accepted_by(w, packages, points[p]) for p, w in words.items()}
    together = np.logical_and.reduce([by[p] for p in words])
    counts = together.sum(axis=1)
    best = np.lexsort((looked, -counts))[:KEPT]
    kept = tuple(
        PackageShare(
            space.names([int(x) for x in packages[k]]),
            share(int(counts[k]), draws),
            {p: share(int(by[p][k].sum()), draws) for p in words},
        )
        for k in best
    )
    return Drawn(draws, seed, opened, kept, len(looked)), points


def _opened(
    problems: Mapping[str, Problem], words: Mapping[str, Compatible], points: Mapping[str, FloatArray]
) -> dict[str, int]:
    """In how many draws some allowed package is acceptable to all: witnesses first, then every package."""
    n = len(next(iter(points.values())))
    opened = dict.fromkeys(problems, 0)
    left = {k: _unwitnessed(p, words, points) for k, p in problems.items() if p.table.admissible.any()}
    opened |= {name: n - int(waiting.sum()) for name, waiting in left.items()}
    for k in range(n):
        asking = [name for name, waiting in left.items() if waiting[k]]
        if not asking:
            continue
        # The readings of rules change which packages are allowed, not what they are worth.
        fine = np.logical_and.reduce([gains(w, points[p][k]) >= 0 for p, w in words.items()])
        for name in asking:
            found = np.flatnonzero(fine & problems[name].table.admissible)
            if found.size:
                witness = np.array(np.unravel_index(found[:1], problems[name].space.sizes)).T
                also = left[name] & _acceptable(words, witness, points)[0]
                also[k] = True
                opened[name] += int(also.sum())
                left[name] &= ~also
    return opened


def _unwitnessed(
    problem: Problem, words: Mapping[str, Compatible], points: Mapping[str, FloatArray]
) -> NDArray[np.bool_]:
    """The draws in which none of a few hundred allowed packages, evenly spread, is acceptable to all."""
    allowed = np.flatnonzero(problem.table.admissible)
    few = allowed[:: max(1, allowed.size // 300)]
    packages = np.array(np.unravel_index(few, problem.space.sizes)).T
    none: NDArray[np.bool_] = np.logical_not(_acceptable(words, packages, points).any(axis=0))
    return none


def _acceptable(
    words: Mapping[str, Compatible], packages: NDArray[np.int64], points: Mapping[str, FloatArray]
) -> NDArray[np.bool_]:
    """Whether each package is acceptable to all at each draw, shape (n_packages, n_draws)."""
    every: NDArray[np.bool_] = np.logical_and.reduce(
        [accepted_by(w, packages, points[p]) for p, w in words.items()]
    )
    return every
