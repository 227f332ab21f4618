"""Draws from what the words allow: how often the zone is open, how often a package is acceptable to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from zopa.errors import NotApplicable
from zopa.robustness.compatible_set import Compatible, consistent
from zopa.robustness.inequalities import settle
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
    low = float(beta.ppf(0.025, count, draws - count + 1)) if count else 0.0
    high = float(beta.ppf(0.975, count + 1, draws - count)) if count < draws else 1.0
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
    chosen = np.zeros((len(packages), len(words.variables)))
    for i, row in enumerate(words.at):
        at = np.array(row)[packages[:, i]]
        chosen[np.flatnonzero(at >= 0), at[at >= 0]] = 1.0
    if words.cost >= 0:
        chosen[:, words.cost] = 1.0
    fine: NDArray[np.bool_] = chosen @ points.T >= 0
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
    opened = {name: share(_opened(p, words, points), draws) for name, p in problems.items()}
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


def _opened(problem: Problem, words: Mapping[str, Compatible], points: Mapping[str, FloatArray]) -> int:
    """In how many draws some allowed package is acceptable to all: witnesses first, then every package."""
    allowed = np.flatnonzero(problem.table.admissible)
    if not allowed.size:
        return 0
    step = max(1, allowed.size // 300)
    n = len(next(iter(points.values())))
    left = np.arange(n)
    packages = np.array(np.unravel_index(allowed[::step], problem.space.sizes)).T
    fine = np.logical_and.reduce([accepted_by(w, packages, points[p]) for p, w in words.items()])
    left = left[~fine.any(axis=0)]
    everything = np.array(np.unravel_index(allowed, problem.space.sizes)).T
    closed = 0
    while left.size:
        k, left = left[0], left[1:]
        ok = np.ones(len(everything), dtype=bool)
        for p, w in words.items():
            rest = np.flatnonzero(ok)
            ok[rest] = accepted_by(w, everything[rest], points[p][k : k + 1])[:, 0]
            if not ok.any():
                break
        if not ok.any():
            closed += 1
            continue
        witness = everything[ok][:1]
        also = np.logical_and.reduce([accepted_by(w, witness, points[p][left])[0] for p, w in words.items()])
        left = left[~also]
    return n - closed
