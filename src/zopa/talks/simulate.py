"""Simulated talks: many runs under named protocols and tactics, and where they end. No forecast: "under these tactics"."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from operator import ge, sub
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.case import Case
from zopa.errors import NotApplicable, UnknownName
from zopa.parallel import Spread, in_parts
from zopa.space import Answer, IntArray, Package, Problem, Readings, Space, Table
from zopa.talks.audit import JointGain
from zopa.talks.bidders import UNLISTED, bidder, check_spec
from zopa.talks.openings import opening_of
from zopa.talks.opponent_model import Everyone, model_error, options_of
from zopa.talks.protocols import (
    BROKEN,
    LEFT,
    NO_OPTION,
    NO_PACKAGE,
    NONE,
    ListedText,
    ZoneEngine,
    alternate,
    annealed_text,
    fallback,
    fallback_orders,
    raiffa_package,
    single_text,
    zeuthen,
)
from zopa.talks.tactics import EXPONENTS, TOLERANCE, Bidder, Preferences, Spec, aspirations, exponent, named
from zopa.talks.text_proposals import TextProposals
from zopa.talks.time_dependent import Paths, alternate_many
from zopa.talks.unlisted_packages import HalvedPreferences, halved

__all__ = ["PROTOCOLS", "End", "ModelError", "ProtocolRuns", "Simulation", "simulate"]

PROTOCOLS = ("alternating", "single-text", "issue-by-issue", "zeuthen", "annealed-text", "raiffa")
MOST_ENDS = 20
STALLS = {
    NONE: "deadline",
    LEFT: "a party walked away",
    BROKEN: "broke off",
    NO_OPTION: "no option left by the rules",
    NO_PACKAGE: "no package is at or above no agreement for all",
}
MOST_NUMBERED = 2**62
"""Beyond so many packages their numbers are Python's integers."""
STEADY = {
    *EXPONENTS,
    "time-dependent",
    "hardliner",
    "tit-for-tat",
    "relative-tit-for-tat",
    "averaged-tit-for-tat",
}
"""Tactics without chance: runs with the same tactics, order of speakers and last round are the same run."""
MODELLED = 50
"""In the first so many runs models of the other parties are measured."""
MODEL_SAMPLE = 1000
"""On so many packages."""
DRAWN = -1
"""Stands for a tactic that is drawn for every run."""
BATCH = 250
"""Runs by alternating offers in one part of the work."""
PROPOSALS = 1000
"""Proposals over an annealed text before it turns to gains alone."""
TEXTS = 1000
"""Runs over a single text in one part: its proposals are drawn for all of them together."""

Progress = Callable[[str, float], None]
Arrays = dict[str, NDArray[Any]]
ShareOut = Callable[[Callable[[Any], Arrays], Sequence[Any], str], list[Arrays]]


@dataclass(frozen=True)
class End:
    """A package at which runs ended: how many, and what it is worth, in points."""

    package: Mapping[str, str]
    runs: int
    utilities: Mapping[str, Fraction]
    in_zone: bool


@dataclass(frozen=True, kw_only=True)
class ModelError:
    """How far the parties' models of one another were from the truth when talks ended: means.

    Attributes
    ----------
    models, packages : how many were measured, in the first runs; on how many packages, evenly spaced over all
    error : root mean square, on utilities from 0 to 1
    spearman, kendall : rank correlations, None where none is defined
    """

    models: int
    packages: int
    error: float
    spearman: float | None
    kendall: float | None


@dataclass(frozen=True)
class ProtocolRuns:
    """All runs under one protocol.

    Attributes
    ----------
    protocol : str
    runs, agreed : how many; how many ended in an agreement
    in_zone, efficient : of the agreements, allowed and acceptable to all; those on which no allowed package improves
        (None where the packages are too many to list)
    ends : the most frequent ends of agreements
    distinct : number of different packages agreed
    stalls : why runs ended without agreement -> how many
    means : mean utility of the agreements per party, in points
    rounds : median round of the agreements: offers all round, changes of a text, issues settled, steps
    model_error : of tactics that model the others (`log-rolling`, `frequency`)
    frees : of a text whose proposals change one issue: the exchange of two that would free the draft at which it is most
        often stuck; None where none does, and where proposals may change two anyhow
    """

    protocol: str
    runs: int
    agreed: int
    in_zone: int
    efficient: int | None
    ends: tuple[End, ...]
    distinct: int
    stalls: Mapping[str, int]
    means: Mapping[str, float]
    rounds: float | None
    model_error: ModelError | None = None
    frees: JointGain | None = None


@dataclass(frozen=True)
class Simulation(Answer):
    """Where talks end under each protocol; ``no_agreement`` is what it is worth to each party now, in points."""

    protocols: tuple[ProtocolRuns, ...]
    tactics: tuple[str, ...]
    rounds: int
    not_run: Mapping[str, str]
    notes: tuple[str, ...] = ()
    no_agreement: Mapping[str, Fraction] = field(default_factory=dict)

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
    walk_away: bool = False,
    no_agreement: Mapping[str, Sequence[float]] | None = None,
    engine: ZoneEngine | None = None,
    readings: Readings = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Where do talks end under these tactics, why do they stall, and what does a mediator's text change?

    Parameters
    ----------
    case : Case or Problem
    tactics : spec, several specs, or party -> spec
        See :mod:`zopa.talks.tactics`. Of several, every run draws one for each party; a mapping fixes them, and a party
        that it leaves out draws from the time-dependent ones. Used by
        `alternating`; the order of speakers is drawn for every run.
    protocols : some of ``PROTOCOLS``
        `alternating` offers; a mediator's `single-text`, first put together
        from the openings, issue by issue at random; `issue-by-issue`
        fallback bargaining with a drawn agenda; `zeuthen` for two parties, which is one run; `annealed-text`: a
        mediator's single text over which parties at first accept losses; `raiffa`: his discrete path, which is one run.
    runs, rounds : how many runs; rounds until the deadline
        A round is one offer by every party, one change of a text, one issue settled, one step of `zeuthen` or `raiffa`.
        At the deadline a text as it stands is put to the parties. `annealed-text` ends by its own proposals.
    seed : int
        The same seed gives the same runs.
    breakdown : chance per round that talks break off; `zeuthen`, `raiffa` and `annealed-text` do not
    together : issues that one proposal of the mediator may change, 1 or 2
    walk_away : whether a party leaves alternating talks when going on is worth less than no agreement now
    no_agreement : party -> points
        What no agreement is worth to it over time, at even distances from the start of alternating talks to the
        deadline; what is left out stays as it is. Aspirations fall to it (see :func:`zopa.study.talks.simulate`, which
        takes it from the costs of waiting).
    engine : ZoneEngine, optional
        What `raiffa` asks, and `zeuthen` where packages are too many to list; :func:`zopa.simulate` gives it.
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
        Numbers out of range; what a protocol or tactic cannot do with so many packages; no package that may be offered.
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
        **({"tactics": {p: _called(s) for p, s in tactics.items()}} if isinstance(tactics, Mapping) else {}),
        **({"walk_away": True} if walk_away else {}),
        **(
            {"no_agreement": {p: [float(x) for x in v] for p, v in no_agreement.items()}}
            if no_agreement
            else {}
        ),
    )
    called = tuple(dict.fromkeys(_called(s) for s in specs))
    about = {"case": question.case, "rules": dict(question.readings), **question.settings, "seed": seed}
    about = {k: v for k, v in about.items() if k != "protocols"} | {
        "tactics": tuple(_called(s) for s in specs),
        "fixed": fixed,
    }

    def share_out(work: Callable[[Any], Arrays], parts: Sequence[Any], name: str) -> list[Arrays]:
        return in_parts(work, parts, name=name, about=about, spread=spread, progress=progress)

    talks = _Talks(problem, runs, rounds, seed, share_out)
    talks.walk_away, talks.breakdown, talks.engine = walk_away, breakdown, engine
    if no_agreement:
        talks.floors = _floors(problem, no_agreement, rounds, talks.room)
    found, not_run = [], {}
    for name in protocols:
        try:
            found.append(talks.under(name, specs, fixed, together))
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
        no_agreement={
            p: problem.space.points(r)
            for p, r in zip(problem.space.parties, problem.space.reservation, strict=True)
        },
    )


def _called(spec: Spec) -> str:
    return spec if isinstance(spec, str) else getattr(spec, "__name__", "a function of the user")


def _specs(
    problem: Problem, tactics: Spec | Sequence[Spec] | Mapping[str, Spec]
) -> tuple[list[Spec], list[int] | None]:
    """The distinct specs, and which of them each party follows where that is fixed; ``DRAWN`` is one of the first."""
    fixed: list[int] | None = None
    if isinstance(tactics, Mapping):
        for party in tactics:
            if party not in problem.space.parties:
                raise UnknownName("party", party, problem.space.parties)
        drawn = () if set(problem.space.parties) <= set(tactics) else tuple(EXPONENTS)
        specs: list[Spec] = [*drawn, *tactics.values()]
        at = {party: len(drawn) + k for k, party in enumerate(tactics)}
        fixed = [at.get(p, DRAWN) for p in problem.space.parties]
    else:
        specs = [tactics] if isinstance(tactics, str) or callable(tactics) else list(tactics)
    if not specs:
        raise NotApplicable("no tactic is given")
    for spec in specs:
        check_spec(spec)
    return specs, fixed


def _floors(
    problem: Problem, given: Mapping[str, Sequence[float]], rounds: int, room: Sequence[float]
) -> NDArray[np.float64]:
    """What no agreement is worth per party, in each round and at the deadline, 0 being what it is worth now."""
    space = problem.space
    for party in given:
        if party not in space.parties:
            raise UnknownName("party", party, space.parties)
    found = np.zeros((len(space.parties), rounds + 1))
    for party, points in given.items():
        p = space.parties.index(party)
        path = np.asarray(points, dtype=np.float64)
        if path.ndim != 1 or not path.size or not np.isfinite(path).all():
            raise NotApplicable(f"expected what no agreement is worth to {party} as one or more numbers")
        at = np.interp(
            np.linspace(0, 1, rounds + 1),
            np.linspace(0, 1, max(path.size, 2)),
            np.resize(path, max(path.size, 2)),
        )
        found[p] = (at - float(space.points(space.reservation[p]))) * space.scale / room[p]
    return np.minimum(found, 1.0)


@dataclass(frozen=True)
class _Runs:
    """Some of the runs: the number of the first, and per run each party's tactic, who speaks when, when talks break off."""

    first: int
    picks: IntArray
    orders: IntArray
    broken: IntArray


@dataclass(frozen=True, kw_only=True)
class _Offers:
    """Alternating offers; in arrays where all tactics are time-dependent, else run by run."""

    space: Space
    specs: tuple[Spec, ...]
    everyone: tuple[Preferences, ...]
    floors: NDArray[np.float64] | None
    rounds: int
    seed: int
    walk_away: bool
    breakdown: float

    def __call__(self, runs: _Runs) -> Arrays:
        """Where each run ends and in which round; depends on the runs alone."""
        timed = all(isinstance(s, str) and exponent(s) is not None for s in self.specs)
        if timed and not self.walk_away:
            ends, at = self._in_arrays(runs)
            return {"ends": ends, "at": at}
        ends, at, errors = self._run_by_run(runs)
        return {"ends": ends, "at": at, "errors": errors}

    def _in_arrays(self, runs: _Runs) -> tuple[IntArray, IntArray]:
        levels = np.array([aspirations(exponent(str(s)) or 1.0, self.rounds) for s in self.specs])
        wanted = np.repeat(levels[:, None, :], len(self.everyone), axis=1)
        if self.floors is not None:
            least = self.floors[None, :, : self.rounds]
            wanted = least + (1 - least) * wanted
        offers = np.array(
            [[o.worst_at(x) for o, x in zip(self.everyone, row, strict=True)] for row in wanted]
        )
        worth = [o.value for o in self.everyone]
        return alternate_many(
            Paths(wanted, offers), worth, runs.picks, runs.orders, self._agreed, runs.broken
        )

    def _agreed(self, yes: NDArray[np.bool_]) -> NDArray[np.bool_]:
        required = np.array(self.space.required)
        return np.asarray((yes | ~required).all(axis=1) & (yes.sum(axis=1) >= self.space.at_least))

    def _run_by_run(self, runs: _Runs) -> tuple[IntArray, IntArray, NDArray[Any]]:
        n = len(runs.picks)
        errors: list[tuple[float, float, float]] = []
        ends, at = np.full(n, NONE), np.full(n, self.rounds)
        everyone = Everyone(self.space.sizes, self.everyone)
        steady = all(isinstance(s, str) and s.partition(":")[0] in STEADY for s in self.specs)
        known: dict[tuple[int, ...], int] = {}
        for k in range(n):
            last = int(min(self.rounds, runs.broken[k]))
            same = known.setdefault((last, *runs.picks[k].tolist(), *runs.orders[k].tolist()), k)
            if steady and same < k:
                ends[k], at[k] = ends[same], at[same]
                continue
            bidders: list[Bidder] = [
                bidder(
                    self.specs[runs.picks[k, p]],
                    own,
                    p,
                    self.rounds,
                    np.random.default_rng([self.seed, runs.first + k, p]),
                    everyone=everyone,
                    floors=None if self.floors is None else self.floors[p],
                )
                for p, own in enumerate(self.everyone)
            ]
            ends[k], at[k] = alternate(
                bidders,
                runs.orders[k].tolist(),
                last,
                self.space.agreed,
                walk_away=self.walk_away,
                breakdown=self.breakdown,
            )
            if runs.first + k < MODELLED:
                errors += self._model_errors(bidders)
        return ends, at, np.array(errors, dtype=float).reshape(-1, 3)

    def _model_errors(self, bidders: Sequence[Bidder]) -> list[tuple[float, float, float]]:
        """Of every model that a party has made of another."""
        found = []
        for each in bidders:
            models = getattr(getattr(each, "bidder", each), "models", {})
            for other, model in models.items():
                sample = _sampled(self.space.n_packages)
                estimated = model.worth(options_of(sample, self.space.sizes))
                found.append(model_error(estimated, self.everyone[other].value(sample)))
        return found


@dataclass(frozen=True)
class _Texts:
    """A mediator's single text from each of some drafts, with the chance that picks among its proposals.

    Drafts are options, shape (runs, n_issues), when they come and when they go.
    """

    space: Space
    table: Table | None
    together: int
    annealed: bool = False

    def __call__(self, part: tuple[IntArray, np.random.Generator, IntArray | None]) -> Arrays:
        """The last draft of each run and how often it changed; depends on the part alone."""
        drafts, rng, most = part
        rng = copy.deepcopy(rng)
        before = np.zeros(len(drafts), dtype=np.int64)
        if self.annealed:
            drafts, before = annealed_text(self.space, drafts, self.together, PROPOSALS, rng)
        if self.table is None:
            drafts, made = single_text(TextProposals(self.space, self.together), drafts, rng, most)
        else:
            numbers = np.ravel_multi_index(tuple(drafts.T), self.space.sizes)
            ends, made = single_text(ListedText(self.table, self.together), numbers, rng, most)
            drafts = np.array(np.unravel_index(ends, self.space.sizes)).T
        return {"ends": drafts, "at": before + made}


def _sampled(packages: int) -> IntArray:
    """Packages on which models are measured, evenly spaced over all."""
    return np.unique(np.linspace(0, packages - 1, min(packages, MODEL_SAMPLE)).astype(np.int64))


def _mean_error(found: Sequence[Arrays], packages: int) -> ModelError | None:
    rows = np.concatenate([f["errors"] for f in found if "errors" in f] or [np.empty((0, 3))])
    if not len(rows):
        return None
    known = rows[~np.isnan(rows[:, 1])]
    return ModelError(
        models=len(rows),
        packages=len(_sampled(packages)),
        error=float(rows[:, 0].mean()),
        spearman=float(known[:, 1].mean()) if len(known) else None,
        kendall=float(known[:, 2].mean()) if len(known) else None,
    )


def _joined(found: Sequence[Arrays]) -> tuple[IntArray, IntArray]:
    return np.concatenate([f["ends"] for f in found]), np.concatenate([f["at"] for f in found])


class _Talks:
    """One case, many runs."""

    def __init__(self, problem: Problem, runs: int, rounds: int, seed: int, share_out: ShareOut) -> None:
        self.problem, self.space = problem, problem.space
        self.runs, self.rounds, self.share_out = runs, rounds, share_out
        self.seed = seed
        self.walk_away, self.breakdown = False, 0.0
        self.engine: ZoneEngine | None = None
        self.floors: NDArray[np.float64] | None = None

    @cached_property
    def table(self) -> Table:
        """All packages; raises NotApplicable where they are too many."""
        return self.problem.table

    @cached_property
    def room(self) -> list[float]:
        """Per party, what its best allowed package gives above no agreement, in units of the space; at least 1."""
        space = self.space
        if not self.problem.listable:
            return [own.room for own in self.unlisted]
        allowed = self.table.admissible
        tops = [float(w[allowed].max()) if allowed.any() else 0.0 for w in self.table.utilities]
        return [max(top - float(r), 1.0) for top, r in zip(tops, space.reservation, strict=True)]

    @cached_property
    def unlisted(self) -> list[HalvedPreferences]:
        """Every party's preferences over packages that are too many to list."""
        return halved(self.space)

    def preferences(self, specs: Sequence[Spec]) -> list[Any]:
        """Every party's preferences, sorted once.

        Raises
        ------
        NotApplicable
            No package that may be offered; tactics that need a list of packages which are too many for one.
        """
        if not self.problem.listable:
            for spec in specs:
                if not isinstance(spec, str) or named(spec)[0] not in UNLISTED:
                    raise NotApplicable(
                        f"{self.space.n_packages:,} packages are too many to list, and {_called(spec)} needs a list; "
                        f"without one: {', '.join((*EXPONENTS, *UNLISTED))}"
                    )
            return list(self.unlisted)
        allowed, found = self.table.admissible, []
        for p, room in enumerate(self.room):
            gains = self.table.utilities[p].astype(float) - float(self.space.reservation[p])
            # A party that can gain nothing has one level only, which is its best.
            some = bool((gains[allowed] > 0).any())
            unit = gains / room if some else np.where(gains >= 0, 1.0, -1.0)
            least = 0.0 if self.floors is None else float(self.floors[p].min())
            found.append(Preferences.of(np.asarray(unit, dtype=np.float64), allowed, least=least))
        if any(not len(o.order) for o in found):
            raise NotApplicable(
                "no package may be offered: rules forbid all, or all are below no agreement for a party"
            )
        return found

    def rng(self, protocol: str, *part: int) -> np.random.Generator:
        """Chance of one protocol: it does not depend on which others are run. ``part`` is for what is drawn beside it."""
        own = (len(PROTOCOLS), *part) if part else ()
        return np.random.default_rng([self.seed, PROTOCOLS.index(protocol), *own])

    def alternating(self, specs: Sequence[Spec], fixed: list[int] | None) -> ProtocolRuns:
        """Alternating offers; in arrays where all tactics are time-dependent, else run by run."""
        n, rng = len(self.space.parties), self.rng("alternating")
        everyone = self.preferences(specs)
        picks = np.tile(fixed or [DRAWN] * n, (self.runs, 1))
        if DRAWN in picks[0]:
            several = len(EXPONENTS) if fixed else len(specs)
            picks = np.where(picks == DRAWN, rng.integers(several, size=(self.runs, n)), picks)
        orders = rng.permuted(np.tile(np.arange(n), (self.runs, 1)), axis=1)
        broken = self.broken(rng)
        if self.rounds == 0:
            return self.result("alternating", np.full(self.runs, NONE), np.zeros(self.runs))
        work = _Offers(
            space=self.space,
            specs=tuple(specs),
            everyone=tuple(everyone),
            floors=self.floors,
            rounds=self.rounds,
            seed=self.seed,
            walk_away=self.walk_away,
            breakdown=self.breakdown,
        )
        parts = [
            _Runs(k, picks[k : k + BATCH], orders[k : k + BATCH], broken[k : k + BATCH])
            for k in range(0, self.runs, BATCH)
        ]
        done = self.share_out(work, parts, "talks by alternating offers")
        ends, at = _joined(done)
        ends = np.where((ends == NONE) & (broken <= self.rounds), BROKEN, ends)
        error = _mean_error(done, self.space.n_packages)
        return replace(self.result("alternating", ends, at), model_error=error)

    def broken(self, rng: np.random.Generator) -> IntArray:
        """The round before which each run breaks off; beyond the deadline where it does not."""
        if not self.breakdown:
            return np.full(self.runs, self.rounds + 1)
        return rng.geometric(self.breakdown, self.runs)

    def _starts(self, rng: np.random.Generator) -> IntArray:
        """Texts that take every issue from the opening of a party drawn for it."""
        openings = np.array(
            [self.space.package(opening_of(self.problem, p).package) for p in self.space.parties]
        )
        drawn = rng.integers(len(openings), size=(self.runs, openings.shape[1]))
        return np.asarray(openings[drawn, np.arange(openings.shape[1])])

    def _text(self, protocol: str, together: int, most: IntArray | None) -> tuple[IntArray, IntArray]:
        """The number of the last draft of every run, and how often it changed."""
        annealed = protocol == "annealed-text"
        chance, rng = (self.seed, PROTOCOLS.index(protocol)), self.rng(protocol)
        starts = self._starts(rng)
        parts = []
        for k in range(0, self.runs, TEXTS):
            own = (1, k) if annealed else (k,)
            part = np.random.default_rng([*chance, *own]) if annealed or k else rng
            parts.append((starts[k : k + TEXTS], part, None if most is None else most[k : k + TEXTS]))
        work = _Texts(self.space, self.table if self.problem.listable else None, together, annealed)
        name = "an annealed text" if annealed else "a single text"
        drafts, made = _joined(self.share_out(work, parts, f"talks over {name}"))
        numbers = [self.number(x) for x in drafts.tolist()]
        return self.numbers(numbers), made

    def annealed_text(self, together: int) -> ProtocolRuns:
        """A mediator's text over which parties at first accept losses."""
        return self.result("annealed-text", *self._text("annealed-text", together, None))

    def single_text(self, together: int) -> ProtocolRuns:
        """A mediator's text that takes every issue from the opening of a party drawn for it."""
        broken = self.broken(self.rng("single-text", 1))
        drafts, made = self._text("single-text", together, np.minimum(broken + 1, self.rounds))
        found = self.result("single-text", np.where(made > broken, BROKEN, drafts), made)
        return replace(found, frees=self._frees(drafts)) if together == 1 else found

    def _frees(self, drafts: IntArray) -> JointGain | None:
        """The exchange of two issues that gives most to who gains least, from the most frequent last draft."""
        counts = Counter(drafts.tolist())
        draft = self.package(min(counts, key=lambda x: (-counts[x], x)))
        try:
            text, here, space = TextProposals(self.space, 2), np.array(draft), self.space
        except NotApplicable:  # too many exchanges to compare
            return None
        worth = np.array(space.utility(draft), dtype=object)
        ahead = [tuple(text.after(here, int(m)).tolist()) for m in text.passing(here[None])[0]]
        if not ahead:
            return None
        best = max(ahead, key=lambda x: sorted(np.array(space.utility(x), dtype=object) - worth))
        gains = dict(
            zip(
                space.parties,
                map(space.points, np.array(space.utility(best), dtype=object) - worth),
                strict=True,
            )
        )
        changed = tuple(i for i, a, b in zip(space.issues, draft, best, strict=True) if a != b)
        return JointGain(space.names(best), space.names(draft), changed, gains, min(gains.values()))

    def issue_by_issue(self) -> ProtocolRuns:
        """Fallback bargaining on one issue after the other."""
        rng = self.rng("issue-by-issue")
        known: dict[tuple[int, ...], int] = {}
        issues, broken = len(self.space.issues), self.broken(self.rng("issue-by-issue", 1))
        ends = []
        linked, orders = bool(self.space.clauses), fallback_orders(self.space)
        for k in range(self.runs):
            agenda = tuple(rng.permutation(len(self.space.issues)).tolist())
            key = agenda if linked else ()  # without rules the agenda changes nothing
            if key not in known:
                found = fallback(self.space, agenda, orders)
                known[key] = NO_OPTION if found is None else self.number(found)
            last = min(int(broken[k]), self.rounds)
            ends.append(known[key] if issues <= last else BROKEN if broken[k] <= self.rounds else NONE)
        return self.result("issue-by-issue", self.numbers(ends), np.full(self.runs, issues))

    def zeuthen(self) -> ProtocolRuns:
        """One run over the frontier of the zone."""
        if len(self.space.parties) != 2:
            zeuthen(self.space, ())  # says why not
        if not self.problem.listable:
            kept = list(self._asked("zeuthen").frontier())
        else:
            zone = np.flatnonzero(self.table.zone())
            worth = self.table.utilities[:, zone]
            kept, best = [], None
            for j in np.lexsort((-worth[-1], -worth[0])):
                if best is None or worth[-1][j] > best:
                    best = worth[-1][j]
                    kept.append(self.table.package(int(zone[j])))
        steps = zeuthen(self.space, kept)
        if not steps:
            return self.result("zeuthen", self.numbers([NO_PACKAGE]), np.array([0]))
        if len(steps) - 1 > self.rounds:
            return self.result("zeuthen", self.numbers([NONE]), np.array([self.rounds]))
        one, two = steps[-1].offers
        theirs, own = self.space.utility(two), self.space.utility(one)
        final = one if own[1] >= theirs[1] else two
        return self.result("zeuthen", self.numbers([self.number(final)]), np.array([len(steps) - 1]))

    def raiffa(self) -> ProtocolRuns:
        """One run from no agreement along the discrete path."""
        engine = self._asked("raiffa")
        final, steps = raiffa_package(self.space, engine, self.rounds)
        empty = final is None and engine.best(0, self.space.reservation) is None
        end = NO_PACKAGE if empty else NONE if final is None else self.number(final)
        return self.result("raiffa", self.numbers([end]), np.array([steps]))

    def _asked(self, protocol: str) -> ZoneEngine:
        if self.engine is None:
            raise NotApplicable(f"{protocol} asks the exact engines: call zopa.simulate, which gives them")
        return self.engine

    def under(
        self, protocol: str, specs: Sequence[Spec], fixed: list[int] | None, together: int
    ) -> ProtocolRuns:
        """All runs under one protocol."""
        if protocol == "alternating":
            return self.alternating(specs, fixed)
        if protocol == "single-text":
            return self.single_text(together)
        if protocol == "annealed-text":
            return self.annealed_text(together)
        if protocol == "issue-by-issue":
            return self.issue_by_issue()
        return self.zeuthen() if protocol == "zeuthen" else self.raiffa()

    # -- Where they ended

    def numbers(self, found: Sequence[int]) -> IntArray:
        """Numbers of packages as an array, in Python's integers where 64 bits may not hold them."""
        return np.array(found, dtype=np.int64 if self.space.n_packages < MOST_NUMBERED else object)

    def number(self, package: Sequence[int]) -> int:
        """The number of a package, as in a table of all."""
        found = 0
        for k, size in zip(package, self.space.sizes, strict=True):
            found = found * size + k
        return found

    def package(self, number: int) -> Package:
        """The package of a number."""
        found = []
        for size in reversed(self.space.sizes):
            number, k = divmod(number, size)
            found.append(k)
        return tuple(reversed(found))

    def result(self, protocol: str, ends: IntArray, at: Any) -> ProtocolRuns:
        """Counts of ends. A draft that some needed party would refuse is no agreement."""
        space = self.space
        agreed = np.asarray(ends >= 0, dtype=bool)
        stalls = Counter(STALLS[int(x)] for x in ends[~agreed])
        rounds = np.asarray(at)
        later = self.floors is not None and protocol in ("alternating", "single-text", "issue-by-issue")
        kinds = Counter(
            zip(
                ends[agreed].tolist(), (rounds[agreed] if later else 0 * rounds[agreed]).tolist(), strict=True
            )
        )
        for (x, step), runs in kinds.items():
            why = self._refused(x, int(step) if later else None)
            if why:
                stalls[why] += runs
                agreed &= ~((ends == x) & ((rounds == step) if later else True))
        final = ends[agreed]
        counts = Counter(final.tolist())
        worth = {x: space.utility(self.package(x)) for x in counts}
        zone = {x: self._allowed(x) and all(map(ge, worth[x], space.reservation)) for x in counts}
        listed = self.problem.listable
        most = sorted(counts.items(), key=lambda c: (-c[1], c[0]))[:MOST_ENDS]
        return ProtocolRuns(
            protocol=protocol,
            runs=len(ends),
            agreed=len(final),
            in_zone=sum(n for x, n in counts.items() if zone[x]),
            efficient=sum(n for x, n in counts.items() if self._efficient(x)) if listed else None,
            ends=tuple(self._end(x, n, zone[x]) for x, n in most),
            distinct=len(counts),
            stalls=dict(stalls),
            means={
                p: sum(float(u[q]) * counts[x] for x, u in worth.items()) / len(final) / space.scale
                for q, p in enumerate(space.parties)
            }
            if len(final)
            else {},
            rounds=float(np.median(rounds[agreed])) if len(final) else None,
        )

    def _end(self, x: int, runs: int, in_zone: bool) -> End:
        package = self.package(x)
        worth = zip(self.space.parties, self.space.utility(package), strict=True)
        return End(self.space.names(package), runs, {p: self.space.points(u) for p, u in worth}, in_zone)

    def _allowed(self, x: int) -> bool:
        package = self.package(x)
        return all(c.allows(package) for c in self.space.clauses)

    def _refused(self, x: int, step: int | None) -> str:
        """Why the draft at the end is no agreement; empty where it is one."""
        if not self._allowed(x):
            return "the text is stuck at a draft that breaks a rule"
        package = self.package(x)
        accepting = self.space.accepting(package)
        if step is not None and self.floors is not None:
            gains = map(sub, self.space.utility(package), self.space.reservation)
            accepting = tuple(
                float(g) / room >= float(floor) - TOLERANCE
                for g, room, floor in zip(gains, self.room, self.floors[:, step], strict=True)
            )
        return (
            ""
            if self.space.agreed(accepting)
            else "the last draft is below no agreement for a party that is needed"
        )

    def _efficient(self, x: int) -> bool:
        here = self.table.utilities[:, x][:, None]
        worth = self.table.utilities
        better = self.table.admissible & (worth >= here).all(axis=0)
        return not bool((worth[:, better] > here).any())
