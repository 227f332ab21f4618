"""Draws from what the words allow: how often the zone is open, how often a package is acceptable to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.parallel import Spread, in_parts
from zopa.robustness.acceptance import Halves, accepted_at, accepted_counts, gains_at
from zopa.robustness.compatible_set import Compatible, consistent
from zopa.robustness.inequalities import settle
from zopa.robustness.number_draws import NumberRoom, number_room
from zopa.space import Problem, Space
from zopa.space.draws import FEW, chunks, uniform_walks

__all__ = [
    "Drawn",
    "PackageShare",
    "Room",
    "Share",
    "accepted_by",
    "draw",
    "interval",
    "looked_at",
    "room",
    "share",
    "shares",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
LOOKED_AT = 2000
WITNESSES = 300
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


def interval(count: float, draws: int) -> tuple[float, float]:
    """The exact binomial interval of a share (Clopper & Pearson 1934), 95 %."""
    from scipy.special import betaincinv

    low = float(betaincinv(count, draws - count + 1, 0.025)) if count else 0.0
    high = float(betaincinv(count + 1, draws - count, 0.975)) if count < draws else 1.0
    return low, high


def share(count: int, draws: int) -> Share:
    """The share with its exact binomial interval."""
    return Share(count, draws, *interval(count, draws))


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
    law: str = "words"


@dataclass(frozen=True)
class Room:
    """Where the draws of a party come from: per alternative its rows and a point inside; variables per issue."""

    alternatives: tuple[tuple[FloatArray, FloatArray], ...]
    groups: tuple[tuple[int, ...], ...]

    def chunk(self, k: int, size: int, seed: np.random.SeedSequence, load: bool = True) -> FloatArray:
        """Chunk k of the draws; alternatives in turn. Without ``load`` no compiled kernels are loaded for it."""
        rows, inside = self.alternatives[k % len(self.alternatives)]
        return uniform_walks(rows, self.groups, inside, size, seed, load=load)


def room(words: Compatible) -> Room:
    """What a party's words leave to be drawn from.

    Raises
    ------
    NotApplicable
        The words make two things exactly equal, or contradict one another.
    """
    width = len(words.variables)
    found = []
    for rows in words.alternatives:
        if consistent(rows, width)[0] is None:
            continue
        vectors = list(dict.fromkeys(r.vector for r in rows if any(r.vector)))
        start, _ = settle([], vectors, width)
        if start is None:
            raise NotApplicable(
                f"the words of {words.party} make two things exactly equal; draws need some room"
            )
        found.append((np.array(vectors, dtype=float).reshape(-1, width), np.array(start, dtype=float)))
    if not found:
        raise NotApplicable(f"the words of {words.party} cannot all hold")
    groups: dict[str, list[int]] = {}
    for v, (issue, option) in enumerate(words.variables):
        if option:
            groups.setdefault(option if issue == "top" else issue, []).append(v)
    return Room(tuple(found), tuple(map(tuple, groups.values())))


def draw(words: Compatible, draws: int, seed: int) -> FloatArray:
    """Points of a party's compatible set, uniform in marginals; alternatives in turn. Shape (draws, n_variables).

    Raises
    ------
    NotApplicable
        The words make two things exactly equal, or contradict one another.
    """
    body = room(words)
    return np.concatenate(
        [body.chunk(k, size, s, load=draws >= FEW) for k, (size, s) in enumerate(chunks(draws, seed))]
    )


def accepted_by(words: Compatible, packages: IntArray, points: FloatArray) -> BoolArray:
    """Whether each package (rows of option numbers) is acceptable at each point, shape (n_packages, n_points)."""
    return accepted_at(words, packages, points)


@dataclass(frozen=True)
class _Part:
    """A chunk of the draws: its number, its size, a seed per party."""

    number: int
    size: int
    seeds: tuple[np.random.SeedSequence, ...]


@dataclass(frozen=True)
class _Draws:
    """What is counted in one chunk of draws; depends on the chunk alone."""

    words: tuple[Compatible, ...]
    bodies: tuple[Room | NumberRoom, ...]
    looked: Halves
    witnesses: IntArray
    allowed: tuple[BoolArray, ...]
    sizes: tuple[int, ...]
    keep: bool

    def __call__(self, part: _Part) -> dict[str, Any]:
        """Counts per party and for all, draws with an open zone per reading, and the points where they are kept."""
        points = [b.chunk(part.number, part.size, s) for b, s in zip(self.bodies, part.seeds, strict=True)]
        counts, together = accepted_counts(self.words, self.looked, points)
        found = {"counts": counts, "together": together, "open": self._open(points)}
        return found | ({f"points {p}": x for p, x in enumerate(points)} if self.keep else {})

    def _open(self, points: Sequence[FloatArray]) -> IntArray:
        """In how many draws some allowed package is acceptable to all: witnesses first, then every package."""
        n = len(points[0])
        open_ = np.zeros((len(self.allowed), n), dtype=bool)
        possible = np.array([a.any() for a in self.allowed], dtype=bool)
        self._witness(self.witnesses, points, np.arange(n), open_)
        for k in range(n):
            if (open_[:, k] | ~possible).all():
                continue
            fine = np.logical_and.reduce(
                [gains_at(w, x[k]) >= 0 for w, x in zip(self.words, points, strict=True)]
            )
            found = []
            for r, allowed in enumerate(self.allowed):
                at = -1 if open_[r, k] else int(np.argmax(fine & allowed))
                if at >= 0 and fine[at] and allowed[at]:
                    open_[r, k] = True
                    found.append(at)
            if found:  # it may be one for later draws, too
                packages = np.array(np.unravel_index(sorted(set(found)), self.sizes)).T
                self._witness(packages, points, np.arange(k + 1, n), open_)
        return open_.sum(axis=1)

    def _witness(
        self, packages: IntArray, points: Sequence[FloatArray], draws: IntArray, open_: BoolArray
    ) -> None:
        if not len(packages) or not len(draws):
            return
        fine = np.logical_and.reduce(
            [accepted_at(w, packages, x[draws]) for w, x in zip(self.words, points, strict=True)]
        )
        numbers = np.ravel_multi_index(tuple(packages.T), self.sizes)
        for r, allowed in enumerate(self.allowed):
            open_[r, draws] |= fine[allowed[numbers]].any(axis=0)


def shares(
    problems: Mapping[str, Problem],
    words: Mapping[str, Compatible],
    draws: int = 4096,
    seed: int = 1,
    *,
    more: Sequence[Mapping[str, str]] = (),
    law: Literal["words", "numbers"] = "words",
    keep: bool = True,
    spread: Spread | None = None,
    about: Mapping[str, Any] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> tuple[Drawn, dict[str, FloatArray]]:
    """The shares, and the draws of every party that they come from.

    Parameters
    ----------
    problems : name of readings -> problem; the packages shown are those of the first.
    words : party -> what its words allow.
    draws, seed : int
    more : further packages to look at.
    law : ``words``: uniform on what the words allow; ``numbers``: the case's numbers by their laws, where they fit.
    keep : whether the draws are returned; else an empty mapping.
    spread, about : as in :func:`zopa.parallel.in_parts`.
    progress : callable (step, share done), optional
    """
    first = next(iter(problems.values()))
    space = first.space
    seeds = np.random.SeedSequence(seed).generate_state(len(words))
    streams = [chunks(draws, int(own)) for own in seeds]
    parts = [
        _Part(k, some[0][0], tuple(s for _, s in some)) for k, some in enumerate(zip(*streams, strict=True))
    ]
    allowed = np.flatnonzero(first.table.admissible)
    looked = looked_at(space, allowed, more, seed)
    packages = np.array(np.unravel_index(looked, space.sizes)).T
    any_allowed = np.flatnonzero(np.logical_or.reduce([p.table.admissible for p in problems.values()]))
    step = max(1, any_allowed.size // WITNESSES)
    work = _Draws(
        words=tuple(words.values()),
        bodies=tuple(number_room(first, w) if law == "numbers" else room(w) for w in words.values()),
        looked=Halves.of(packages),
        witnesses=np.array(np.unravel_index(any_allowed[::step], space.sizes)).T,
        allowed=tuple(p.table.admissible for p in problems.values()),
        sizes=space.sizes,
        keep=keep,
    )
    found = in_parts(
        work,
        parts,
        name="drawing values",
        about={**(about or {}), "draws": draws, "seed": seed, "law": law},
        spread=spread,
        progress=progress,
    )
    opened = sum((f["open"] for f in found), np.zeros(len(problems), dtype=np.int64))
    together = sum((f["together"] for f in found), np.zeros(len(packages), dtype=np.int64))
    counts = sum((f["counts"] for f in found), np.zeros((len(words), len(packages)), dtype=np.int64))
    points = {p: np.concatenate([f[f"points {i}"] for f in found]) for i, p in enumerate(words) if keep}
    best = np.lexsort((looked, -together))[:KEPT]
    kept = tuple(
        PackageShare(
            space.names([int(x) for x in packages[k]]),
            share(int(together[k]), draws),
            {p: share(int(counts[i, k]), draws) for i, p in enumerate(words)},
        )
        for k in best
    )
    open_ = {name: share(int(n), draws) for name, n in zip(problems, opened, strict=True)}
    return Drawn(draws, seed, open_, kept, len(looked), law), points


def looked_at(space: Space, allowed: IntArray, more: Sequence[Mapping[str, str]], seed: int) -> IntArray:
    """Numbers of the packages looked at: some of the allowed ones, and those asked for; none where none is allowed."""
    if not allowed.size:
        return allowed
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    looked = rng.choice(allowed, min(LOOKED_AT, allowed.size), replace=False)
    extra = [int(np.ravel_multi_index(space.package(p), space.sizes)) for p in more]
    return np.unique(np.concatenate([looked, np.array(extra, dtype=looked.dtype)]))
