"""Any lens under the draws: in which share of them each shortlisted package holds, and in which month it opens.

A lens is a function of a chunk of draws that says, per draw and package, which of its outcomes comes true. Counts
are whole numbers, so any number of workers gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zopa.case import Judgment, reservation, with_ratifiers
from zopa.case.laws import quantiles
from zopa.errors import NotApplicable
from zopa.parallel import Spread, in_parts
from zopa.robustness.compatible_set import Compatible
from zopa.robustness.shares import Share, share
from zopa.space import Problem, Space

if TYPE_CHECKING:
    from zopa.graphmodel import GraphIssue, GraphModel
    from zopa.waiting import Clock, Waiting

__all__ = ["ANSWERED", "HOLDS", "LENSES", "LensShares", "OpeningLens", "StabilityLens", "under_the_draws"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Points = Mapping[str, FloatArray]
SLACK = 1e-9
MONTHS = 12
MOST_WORK = 40_000_000
"""Draws x states that one package can be moved to x parties; beyond it fewer draws are used."""
PART = 256
"""Draws in one part of the work."""
NO_MONTH = "not in sight"
HOLDS, ANSWERED, LEFT = "no party gains by leaving", "answers deter", "does not hold"


@dataclass(frozen=True)
class LensShares:
    """What one lens says of packages, over draws.

    Attributes
    ----------
    lens : its name in :data:`LENSES`.
    draws : how many draws were looked at.
    outcomes : what can come true of a package, exactly one in each draw.
    packages : the packages; an empty one stands for "any package that the rules allow".
    shares : per package and outcome the share of the draws, with its 95 % interval.
    why_not : why the lens does not apply; then there are no shares.
    """

    lens: str
    draws: int
    outcomes: tuple[str, ...] = ()
    packages: tuple[Mapping[str, str], ...] = ()
    shares: tuple[tuple[Share, ...], ...] = ()
    why_not: str = ""


class _Lens(Protocol):
    """A lens made ready for some packages."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What can come true."""

    @property
    def packages(self) -> tuple[Mapping[str, str], ...]:
        """What it is about."""

    @property
    def most(self) -> int:
        """How many draws can be afforded."""

    def of(self, points: Points, seed: np.random.SeedSequence) -> IntArray:
        """Which outcome comes true, shape (n_draws, n_packages)."""


# ---- will it hold ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class _Around:
    """A package among the packages that anybody can bring about alone, however often: the issues with a holder."""

    issues: tuple[GraphIssue, ...]
    options: IntArray
    feasible: BoolArray
    state: int


class StabilityLens:
    """Whether a package is an equilibrium of the graph model when each party ranks packages by its drawn values.

    Only moves within the issues that somebody can settle alone lead away from a package, so that the others stay
    as they are there, and a few states decide.
    """

    outcomes: tuple[str, ...] = (HOLDS, ANSWERED, LEFT)

    def __init__(
        self, problem: Problem, words: Mapping[str, Compatible], packages: Sequence[Mapping[str, str]]
    ) -> None:
        from zopa.graphmodel import compile_graph

        self.words, self.packages = words, tuple(packages)
        model = compile_graph(problem, form="issues").model
        self.around = [_around(model, problem.space, p) for p in packages]
        self.parties = model.parties

    @property
    def most(self) -> int:
        """How many draws can be afforded."""
        return MOST_WORK // (len(self.parties) * sum(len(a.options) for a in self.around))

    def of(self, points: Points, seed: np.random.SeedSequence) -> IntArray:
        """Which outcome comes true, shape (n_draws, n_packages)."""
        del seed
        return np.column_stack([self._one(a, points) for a in self.around])

    def _one(self, a: _Around, points: Points) -> IntArray:
        from zopa.graphmodel import GraphIssue, GraphModel
        from zopa.graphmodel.concepts import stable

        draws, states = len(next(iter(points.values()))), len(a.options)
        worth = np.stack([_worth(self.words[p], a.options, points[p]) for p in self.parties])
        together = GraphModel(
            self.parties,
            np.tile(a.feasible, draws),
            worth.reshape(len(self.parties), -1),
            (*a.issues, GraphIssue("draw", tuple(map(str, range(draws))))),
        )
        at = np.arange(draws) * states + a.state
        nash, seq = (
            np.logical_and.reduce([stable(together, k, c)[at] for k in range(len(self.parties))])
            for c in ("nash", "seq")
        )
        return np.where(nash, 0, np.where(seq, 1, 2))


def _around(model: GraphModel, space: Space, package: Mapping[str, str]) -> _Around:
    chosen = space.package(package)
    held = [k for k, issue in enumerate(model.issues) if issue.holder >= 0]
    sizes = [model.sizes[k] for k in held]
    options = np.tile(np.array(chosen, dtype=np.int64), (prod(sizes), 1))
    running = 1
    for k, size in zip(held, sizes, strict=True):  # the first issue runs fastest
        options[:, k] = np.arange(len(options)) // running % size
        running *= size
    feasible = np.asarray(model.feasible)[options @ np.array(model.strides, dtype=np.int64)]
    state = int(np.flatnonzero((options == np.array(chosen)).all(axis=1))[0])
    if not feasible[state]:
        raise NotApplicable("a package that a rule forbids is not examined")
    return _Around(tuple(model.issues[k] for k in held), options, feasible, state)


def _worth(words: Compatible, options: IntArray, points: FloatArray) -> FloatArray:
    """What every package is worth in every draw, shape (n_draws, n_packages); sums of draws are exact."""
    total = np.zeros((len(points), len(options)))
    worth = np.column_stack([points, np.zeros(len(points))])  # -1 stands for the way things are
    for i, row in enumerate(words.at):
        total += worth[:, np.array(row)[options[:, i]]]
    return total


# ---- when does it open ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Bearer:
    """One party's waiting with the judgments that give the laws of its figures."""

    waiting: Waiting
    end: Judgment | None
    flow: Judgment | None
    worth: Judgment | None
    discount: Judgment | None
    drift: Judgment | None

    @property
    def width(self) -> int:
        """Uniform numbers that a draw takes."""
        return 6 + len(self.waiting.costs.steps)

    def path(self, u: FloatArray, clock: Clock) -> FloatArray:
        """Value of no agreement in every month, shape (MONTHS + 1, n_draws), for uniform ``u`` (n_draws, width)."""
        w = self.waiting
        end = quantiles(self.end, w.end, u[:, 0])
        flow = quantiles(self.flow, w.flow, u[:, 1])
        worth = quantiles(self.worth, w.worth, u[:, 2])
        discount = quantiles(self.discount, w.discount, u[:, 3])
        drift = quantiles(self.drift, w.drift, u[:, 4])
        rise = quantiles(None, w.costs.rise, u[:, 5])
        steps = [(month, quantiles(None, x, u[:, 6 + n])) for n, (month, x) in enumerate(w.costs.steps)]
        found = []
        for t in range(MONTHS + 1):
            first, length = clock.window(t)
            total = end + drift * t
            for month in range(first + length - 1, first - 1, -1):
                loss = rise * month
                in_force = [x for since, x in steps if since <= month]
                loss = loss + in_force[-1] if in_force else loss
                total = flow - worth * loss + discount * total
            found.append(total)
        return np.array(found)


class OpeningLens:
    """In which month a package becomes acceptable to all, over draws of costs and reservation values.

    Utilities are those of the central judgments; the first row is any package that the rules allow.
    """

    outcomes: tuple[str, ...] = (*map(str, range(MONTHS + 1)), NO_MONTH)

    def __init__(
        self, problem: Problem, words: Mapping[str, Compatible], packages: Sequence[Mapping[str, str]]
    ) -> None:
        from zopa.waiting import Clock, party_cost

        del words
        case, whole = problem.case, with_ratifiers(problem.case)
        own = (problem if whole is case else Problem(whole, problem.readings)).table
        self.space, settings = own.space, case.costs
        floors = [own.space.points(int(row.min())) for row in own.utilities]
        shocks: dict[tuple[str, ...], object] = {}
        borne = [
            party_cost(whole, p, floor, shocks) for p, floor in zip(self.space.parties, floors, strict=True)
        ]
        if all(b.waiting.costless for b in borne) and all(
            (r := reservation(whole, p)) is None or r.interval.is_point for p in self.space.parties
        ):
            raise NotApplicable("no cost of waiting and no range of a reservation value is on file")
        self.clock = Clock(settings.clock, settings.months) if settings else Clock()
        self.bearers = []
        for b in borne:
            given = settings.parties.get(b.party) if settings else None
            end = given.end if given and given.end is not None else whole.parties[b.party].reservation
            self.bearers.append(
                _Bearer(
                    b.waiting,
                    end=end if end is not None and not b.waiting.end.is_point else None,
                    flow=given.flow if given else None,
                    worth=given.points_per.get(b.unit) if given else None,
                    discount=given.discount if given else None,
                    drift=given.drift if given else None,
                )
            )
        self.packages: tuple[Mapping[str, str], ...] = ({}, *packages)
        scale = float(self.space.scale)
        inside = own.utilities[:, own.admissible]
        self.worth = [
            _frontier(inside).astype(float) / scale,
            *(
                np.array(self.space.utility(self.space.package(p)), dtype=float)[:, None] / scale
                for p in packages
            ),
        ]

    @property
    def most(self) -> int:
        """How many draws can be afforded."""
        return max(1, MOST_WORK * 4 // ((MONTHS + 1) * sum(w.size for w in self.worth)))

    def of(self, points: Points, seed: np.random.SeedSequence) -> IntArray:
        """Which outcome comes true, shape (n_draws, n_packages)."""
        draws = len(next(iter(points.values())))
        u = np.random.Generator(np.random.PCG64(seed)).random((draws, sum(b.width for b in self.bearers)))
        paths, first = [], 0
        for b in self.bearers:
            paths.append(b.path(u[:, first : first + b.width], self.clock))
            first += b.width
        levels = np.array(paths)  # (n_parties, months, n_draws)
        return np.column_stack([self._first(worth, levels) for worth in self.worth])

    def _first(self, worth: FloatArray, levels: FloatArray) -> IntArray:
        required = np.array(self.space.required)
        found = np.full(levels.shape[2], MONTHS + 1)
        for t in range(MONTHS, -1, -1):
            accepts = worth[:, None, :] >= levels[:, t, :, None] - SLACK
            agreed = accepts[required].all(axis=0) & (accepts.sum(axis=0) >= self.space.at_least)
            found[agreed.any(axis=1)] = t
        return found


def _frontier(utilities: NDArray[Any]) -> NDArray[Any]:
    """Columns that no other column matches or beats for every party; the order of columns is kept."""
    left = np.unique(utilities, axis=1)
    left = left[:, np.argsort(-left.sum(axis=0), kind="stable")]
    kept: list[NDArray[Any]] = []
    while left.shape[1]:
        best = left[:, :1]
        kept.append(best)
        left = left[:, ~(left <= best).all(axis=0)]
    return np.concatenate(kept, axis=1) if kept else left


# ---- the table ------------------------------------------------------------------------------------------------
Ready = Callable[[Problem, Mapping[str, Compatible], Sequence[Mapping[str, str]]], _Lens]
LENSES: Mapping[str, Ready] = {"stable": StabilityLens, "opening": OpeningLens}
"""Lens -> what makes it ready for a problem and some packages; ready, it is a function of draws."""


@dataclass(frozen=True)
class _Count:
    """How often each outcome of a lens comes true in one part of the draws; depends on the part alone."""

    lens: _Lens

    def __call__(self, part: tuple[Points, np.random.SeedSequence]) -> dict[str, Any]:
        """Counts, shape (n_packages, n_outcomes)."""
        found = self.lens.of(*part)
        n = len(self.lens.outcomes)
        return {"counts": np.stack([np.bincount(column, minlength=n) for column in found.T])}


def under_the_draws(
    problem: Problem,
    words: Mapping[str, Compatible],
    points: Points,
    packages: Sequence[Mapping[str, str]],
    seed: int,
    *,
    spread: Spread | None = None,
    about: Mapping[str, Any] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> tuple[LensShares, ...]:
    """What every lens says of the packages under the draws.

    Parameters
    ----------
    problem : Problem
    words : party -> what its words allow.
    points : party -> its draws.
    packages : full packages that the rules allow.
    seed : of what a lens draws beside the parties' values, such as costs.
    spread, about, progress : as in :func:`zopa.parallel.in_parts`.
    """
    found = []
    for name, ready in LENSES.items():
        try:
            lens = ready(problem, words, packages)
        except NotApplicable as why:
            found.append(LensShares(name, 0, why_not=str(why)))
            continue
        n = min(len(next(iter(points.values()))), lens.most)
        if not n:
            found.append(LensShares(name, 0, why_not="too many states for draws"))
            continue
        starts = range(0, n, PART)
        spawned = np.random.SeedSequence(seed).spawn(len(starts))
        parts = [
            ({p: x[k : min(n, k + PART)] for p, x in points.items()}, s)
            for k, s in zip(starts, spawned, strict=True)
        ]
        counts = in_parts(
            _Count(lens),
            parts,
            name=f"{name} under the draws",
            about={**(about or {}), "looked at": n, "packages": [dict(p) for p in packages]},
            spread=spread,
            progress=progress,
        )
        total = sum((c["counts"] for c in counts), np.zeros((len(lens.packages), len(lens.outcomes)), int))
        rows = tuple(tuple(share(int(x), n) for x in row) for row in total)
        found.append(LensShares(name, n, lens.outcomes, tuple(lens.packages), rows))
    return tuple(found)
