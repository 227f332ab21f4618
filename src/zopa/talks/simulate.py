"""Simulated talks: many runs under named protocols and tactics, and where they end. No forecast: "under these tactics"."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.case import Case
from zopa.errors import NotApplicable, UnknownName
from zopa.parallel import Spread, in_parts
from zopa.space import Answer, IntArray, Package, Problem, Readings, Space, Table
from zopa.talks.openings import opening_of
from zopa.talks.protocols import (
    NONE,
    Paths,
    alternate,
    alternate_many,
    fallback,
    fallback_orders,
    single_text,
    zeuthen,
)
from zopa.talks.tactics import EXPONENTS, Bidder, Preferences, Spec, aspirations, bidder, exponent

__all__ = ["PROTOCOLS", "End", "ProtocolRuns", "Simulation", "simulate"]

PROTOCOLS = ("alternating", "single-text", "issue-by-issue", "zeuthen")
MOST_ENDS = 20
BATCH = 250
"""Runs by alternating offers in one part of the work."""
TEXTS = 1000
"""Runs over a single text in one part: its proposals are drawn for all of them together."""

Progress = Callable[[str, float], None]
Arrays = dict[str, IntArray]
ShareOut = Callable[[Callable[[Any], Arrays], Sequence[Any], str], list[Arrays]]


@dataclass(frozen=True)
class End:
    """A package at which runs ended: how many, and what it is worth, in points."""

    package: Mapping[str, str]
    runs: int
    utilities: Mapping[str, Fraction]
    in_zone: bool


@dataclass(frozen=True)
class ProtocolRuns:
    """All runs under one protocol.

    Attributes
    ----------
    protocol : str
    runs, agreed : how many; how many ended in an agreement
    in_zone, efficient : of the agreements, allowed and acceptable to all; those on which no allowed package improves
    ends : the most frequent ends of agreements
    distinct : number of different packages agreed
    stalls : why runs ended without agreement -> how many
    means : mean utility of the agreements per party, in points
    rounds : median round of the agreements; changes of the text for a single text
    """

    protocol: str
    runs: int
    agreed: int
    in_zone: int
    efficient: int
    ends: tuple[End, ...]
    distinct: int
    stalls: Mapping[str, int]
    means: Mapping[str, float]
    rounds: float | None


@dataclass(frozen=True)
class Simulation(Answer):
    """Where talks end under each protocol."""

    protocols: tuple[ProtocolRuns, ...]
    tactics: tuple[str, ...]
    rounds: int
    not_run: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def agreed(self) -> int:
        """Runs that ended in an agreement."""
        return sum(p.agreed for p in self.protocols)


def simulate(
    case: Case | Problem,
    tactics: Spec | Sequence[Spec] | Mapping[str, Spec] = tuple(EXPONENTS),
    *,
    protocols: Sequence[str] = PROTOCOLS[:3],
    runs: int = 1000,
    rounds: int = 100,
    seed: int = 1,
    breakdown: float = 0.0,
    together: int = 2,
    readings: Readings = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Where do talks end under these tactics, why do they stall, and what does a mediator's text change?

    Parameters
    ----------
    case : Case or Problem
    tactics : spec, several specs, or party -> spec
        See :mod:`zopa.talks.tactics`. Of several, every run draws one for each party; a mapping fixes them. Used by
        `alternating`; the order of speakers is drawn for every run.
    protocols : some of ``PROTOCOLS``
        `alternating` offers; a mediator's `single-text`, first put together
        from the openings, issue by issue at random; `issue-by-issue`
        fallback bargaining with a drawn agenda; `zeuthen` for two parties, which is one run.
    runs, rounds : how many runs; rounds until the deadline
    seed : int
        The same seed gives the same runs.
    breakdown : chance per round that alternating talks break off
    together : issues that one proposal of the mediator may change, 1 or 2
    readings : str, mapping or None
    spread : Spread, optional
        How many workers share the runs, and where finished parts of them are kept.
    progress : callable, optional
        Called with words and the share that is done.

    Raises
    ------
    UnknownName
        A protocol, tactic or party that does not exist.
    NotApplicable
        Numbers out of range; a case with too many packages to list; no package that may be offered.
    """
    problem = Problem.of(case, readings)
    for name in protocols:
        if name not in PROTOCOLS:
            raise UnknownName("protocol", name, PROTOCOLS)
    if runs < 1 or rounds < 0 or not 0 <= breakdown < 1 or together not in (1, 2):
        raise NotApplicable(
            "expected at least one run, 0 or more rounds, a chance of breakdown from 0 to below 1, and 1 or 2 issues together"
        )
    specs, fixed = _specs(problem, tactics)
    question = problem.question(
        "simulate",
        protocols=tuple(protocols),
        runs=runs,
        rounds=rounds,
        breakdown=breakdown,
        together=together,
    )
    called = tuple(_called(s) for s in specs)
    about = {"case": question.case, "rules": dict(question.readings), **question.settings, "seed": seed}
    about = {k: v for k, v in about.items() if k != "protocols"} | {"tactics": called, "fixed": fixed}

    def share_out(work: Callable[[Any], Arrays], parts: Sequence[Any], name: str) -> list[Arrays]:
        return in_parts(work, parts, name=name, about=about, spread=spread, progress=progress)

    talks = _Talks(problem, runs, rounds, seed, share_out)
    found, not_run = [], {}
    for name in protocols:
        try:
            if name == "alternating":
                found.append(talks.alternating(specs, fixed, breakdown))
            elif name == "single-text":
                found.append(talks.single_text(together))
            elif name == "issue-by-issue":
                found.append(talks.issue_by_issue())
            else:
                found.append(talks.zeuthen())
        except NotApplicable as why:
            if len(protocols) == 1:
                raise
            not_run[name] = str(why)
    return Simulation(
        replace(question, seed=seed),
        protocols=tuple(found),
        tactics=called,
        rounds=rounds,
        not_run=not_run,
        notes=problem.remarks,
    )


def _called(spec: Spec) -> str:
    return spec if isinstance(spec, str) else getattr(spec, "__name__", "a function of the user")


def _specs(
    problem: Problem, tactics: Spec | Sequence[Spec] | Mapping[str, Spec]
) -> tuple[list[Spec], list[int] | None]:
    """The distinct specs, and which of them each party follows where that is fixed."""
    fixed: list[int] | None = None
    if isinstance(tactics, Mapping):
        for party in tactics:
            if party not in problem.space.parties:
                raise UnknownName("party", party, problem.space.parties)
        missing = [p for p in problem.space.parties if p not in tactics]
        if missing:
            raise NotApplicable(f"a tactic for every party is needed; none is given for {', '.join(missing)}")
        specs: list[Spec] = [tactics[p] for p in problem.space.parties]
        fixed = list(range(len(specs)))
    else:
        specs = [tactics] if isinstance(tactics, str) or callable(tactics) else list(tactics)
    if not specs:
        raise NotApplicable("no tactic is given")
    for spec in specs:
        if isinstance(spec, str):
            exponent(spec)
    return specs, fixed


@dataclass(frozen=True)
class _Runs:
    """Some of the runs: the number of the first, and per run each party's tactic, who speaks when, when talks break off."""

    first: int
    picks: IntArray
    orders: IntArray
    broken: IntArray


@dataclass(frozen=True)
class _Offers:
    """Alternating offers; in arrays where all tactics are time-dependent, else run by run."""

    space: Space
    specs: tuple[Spec, ...]
    own: tuple[Preferences, ...]
    unit: NDArray[np.float64]
    rounds: int
    seed: int

    def __call__(self, runs: _Runs) -> Arrays:
        """Where each run ends and in which round; depends on the runs alone."""
        if all(isinstance(s, str) and exponent(s) is not None for s in self.specs):
            ends, at = self._in_arrays(runs)
        else:
            ends, at = self._run_by_run(runs)
        return {"ends": ends, "at": at}

    def _in_arrays(self, runs: _Runs) -> tuple[IntArray, IntArray]:
        levels = np.array([aspirations(exponent(str(s)) or 1.0, self.rounds) for s in self.specs])
        offers = np.array([[o.worst_at(level) for o in self.own] for level in levels])
        paths = Paths(np.repeat(levels[:, None, :], len(self.own), axis=1), offers)
        return alternate_many(paths, self.unit, runs.picks, runs.orders, self._agreed, runs.broken)

    def _agreed(self, yes: NDArray[np.bool_]) -> NDArray[np.bool_]:
        required = np.array(self.space.required)
        return np.asarray((yes | ~required).all(axis=1) & (yes.sum(axis=1) >= self.space.at_least))

    def _run_by_run(self, runs: _Runs) -> tuple[IntArray, IntArray]:
        n = len(runs.picks)
        ends, at = np.full(n, NONE), np.full(n, self.rounds)
        for k in range(n):
            bidders: list[Bidder] = [
                bidder(
                    self.specs[runs.picks[k, p]],
                    self.own[p],
                    p,
                    self.rounds,
                    np.random.default_rng([self.seed, runs.first + k, p]),
                )
                for p in range(len(self.own))
            ]
            last = int(min(self.rounds, runs.broken[k]))
            ends[k], at[k] = alternate(bidders, runs.orders[k].tolist(), last, self.space.agreed)
        return ends, at


@dataclass(frozen=True)
class _Texts:
    """A mediator's single text from each of some drafts, with the chance that picks among its proposals."""

    table: Table
    together: int

    def __call__(self, part: tuple[IntArray, np.random.Generator]) -> Arrays:
        """The last draft of each run and how often it changed; depends on the part alone."""
        starts, rng = part
        drafts, made = single_text(self.table, starts, self.together, copy.deepcopy(rng))
        return {"ends": drafts, "at": made}


def _joined(found: Sequence[Arrays]) -> tuple[IntArray, IntArray]:
    return np.concatenate([f["ends"] for f in found]), np.concatenate([f["at"] for f in found])


class _Talks:
    """One case, many runs."""

    def __init__(self, problem: Problem, runs: int, rounds: int, seed: int, share_out: ShareOut) -> None:
        self.problem, self.space, self.table = problem, problem.space, problem.table
        self.runs, self.rounds, self.share_out = runs, rounds, share_out
        self.seed = seed
        space, worth = self.space, self.table.utilities
        self.allowed = self.table.admissible
        floors = np.array(space.reservation, dtype=float)[:, None]
        tops = np.array([float(w[self.allowed].max()) if self.allowed.any() else 0.0 for w in worth])[:, None]
        self.unit = np.asarray(
            (worth.astype(float) - floors) / np.maximum(tops - floors, 1.0), dtype=np.float64
        )

    def rng(self, protocol: str) -> np.random.Generator:
        """Chance of one protocol: it does not depend on which others are run."""
        return np.random.default_rng([self.seed, PROTOCOLS.index(protocol)])

    def alternating(self, specs: Sequence[Spec], fixed: list[int] | None, breakdown: float) -> ProtocolRuns:
        """Alternating offers; in arrays where all tactics are time-dependent, else run by run."""
        n, rng = len(self.space.parties), self.rng("alternating")
        own = [Preferences.of(self.unit[p], self.allowed) for p in range(n)]
        if any(not len(o.order) for o in own):
            raise NotApplicable(
                "no package may be offered: rules forbid all, or all are below no agreement for a party"
            )
        picks = np.tile(fixed, (self.runs, 1)) if fixed else rng.integers(len(specs), size=(self.runs, n))
        orders = rng.permuted(np.tile(np.arange(n), (self.runs, 1)), axis=1)
        broken = rng.geometric(breakdown, self.runs) if breakdown else np.full(self.runs, self.rounds + 1)
        if self.rounds == 0:
            return self.result("alternating", np.full(self.runs, NONE), np.zeros(self.runs), broken)
        work = _Offers(
            space=self.space,
            specs=tuple(specs),
            own=tuple(own),
            unit=self.unit,
            rounds=self.rounds,
            seed=self.seed,
        )
        parts = [
            _Runs(k, picks[k : k + BATCH], orders[k : k + BATCH], broken[k : k + BATCH])
            for k in range(0, self.runs, BATCH)
        ]
        ends, at = _joined(self.share_out(work, parts, "talks by alternating offers"))
        return self.result("alternating", ends, at, broken)

    def single_text(self, together: int) -> ProtocolRuns:
        """A mediator's text that takes every issue from the opening of a party drawn for it."""
        rng, chance = self.rng("single-text"), (self.seed, PROTOCOLS.index("single-text"))
        openings = np.array(
            [self.space.package(opening_of(self.problem, p).package) for p in self.space.parties]
        )
        drawn = rng.integers(len(openings), size=(self.runs, openings.shape[1]))
        texts = openings[drawn, np.arange(openings.shape[1])]
        starts = np.array([self.table.number(x) for x in texts.tolist()])
        parts = [
            (starts[k : k + TEXTS], np.random.default_rng([*chance, k]) if k else rng)
            for k in range(0, self.runs, TEXTS)
        ]
        found = self.share_out(_Texts(self.table, together), parts, "talks over a single text")
        drafts, made = _joined(found)
        return self.result("single-text", drafts, made, None)

    def issue_by_issue(self) -> ProtocolRuns:
        """Fallback bargaining on one issue after the other."""
        rng = self.rng("issue-by-issue")
        known: dict[tuple[int, ...], int] = {}
        ends = np.full(self.runs, NONE)
        linked, orders = bool(self.space.clauses), fallback_orders(self.space)
        for k in range(self.runs):
            agenda = tuple(rng.permutation(len(self.space.issues)).tolist())
            key = agenda if linked else ()  # without rules the agenda changes nothing
            if key not in known:
                found = fallback(self.space, agenda, orders)
                known[key] = NONE if found is None else self.table.number(found)
            ends[k] = known[key]
        return self.result("issue-by-issue", ends, np.full(self.runs, len(self.space.issues)), None)

    def zeuthen(self) -> ProtocolRuns:
        """One run over the frontier of the zone."""
        zone = np.flatnonzero(self.table.zone())
        worth = self.table.utilities[:, zone]
        kept: list[Package] = []
        best = None
        for j in np.lexsort((-worth[-1], -worth[0])):
            if best is None or worth[-1][j] > best:
                best = worth[-1][j]
                kept.append(self.table.package(int(zone[j])))
        steps = zeuthen(self.space, kept)
        if not steps:
            return self.result("zeuthen", np.array([NONE]), np.array([0]), None)
        one, two = steps[-1].offers
        theirs, own = self.space.utility(two), self.space.utility(one)
        final = one if own[1] >= theirs[1] else two
        return self.result("zeuthen", np.array([self.table.number(final)]), np.array([len(steps) - 1]), None)

    # -- Where they ended

    def result(self, protocol: str, ends: IntArray, at: Any, broken: IntArray | None) -> ProtocolRuns:
        """Counts of ends. A draft that some needed party would refuse is no agreement."""
        space, table = self.space, self.table
        stalls: Counter[str] = Counter()
        agreed = ends != NONE
        for k in np.flatnonzero(~agreed):
            cut = broken is not None and broken[k] <= self.rounds
            stalls[
                "broke off" if cut else "no option left by the rules" if broken is None else "deadline"
            ] += 1
        for x, runs in Counter(ends[agreed].tolist()).items():
            why = self._refused(x)
            if why:
                stalls[why] += runs
                agreed &= ends != x
        final = ends[agreed]
        counts = Counter(final.tolist())
        zone = {x: bool(table.zone()[x]) for x in counts} if counts else {}
        worth = table.utilities[:, final]
        return ProtocolRuns(
            protocol=protocol,
            runs=len(ends),
            agreed=len(final),
            in_zone=sum(n for x, n in counts.items() if zone[x]),
            efficient=sum(n for x, n in counts.items() if self._efficient(x)),
            ends=tuple(
                self._end(x, n, zone[x])
                for x, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))[:MOST_ENDS]
            ),
            distinct=len(counts),
            stalls=dict(stalls),
            means={p: float(w.mean()) / space.scale for p, w in zip(space.parties, worth, strict=True)}
            if len(final)
            else {},
            rounds=float(np.median(np.asarray(at)[agreed])) if len(final) else None,
        )

    def _end(self, x: int, runs: int, in_zone: bool) -> End:
        package = self.table.package(x)
        worth = zip(self.space.parties, self.space.utility(package), strict=True)
        return End(self.space.names(package), runs, {p: self.space.points(u) for p, u in worth}, in_zone)

    def _refused(self, x: int) -> str:
        """Why the draft at the end is no agreement; empty where it is one."""
        if not self.allowed[x]:
            return "the text is stuck at a draft that breaks a rule"
        accepting = self.space.accepting(self.table.package(x))
        return (
            ""
            if self.space.agreed(accepting)
            else "the last draft is below no agreement for a party that is needed"
        )

    def _efficient(self, x: int) -> bool:
        here = self.table.utilities[:, x][:, None]
        worth = self.table.utilities
        better = self.allowed & (worth >= here).all(axis=0)
        return not bool((worth[:, better] > here).any())
