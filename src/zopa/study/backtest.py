"""Did the agreement lie where the words put it? Zones and predictors against outcomes that are known by now.

Everything is computed on the case as of a day before the outcome; the outcome is read here only, to be compared.
Measures: coverage with size and bits, lead time, log score, rank, Brier score and hits per issue, and for every stated
share how often it came true. Intervals come from resampling negotiations, never issues: the issues of one negotiation
move together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from zopa.case import Case, Outcome, accepted, day_asked, days_of_change, on_record, start, undated, voters
from zopa.counts import things
from zopa.errors import NotApplicable, UnknownName
from zopa.parallel import Spread, in_parts
from zopa.robustness import Stress, stress
from zopa.space import Answer, Problem, Question
from zopa.spatial import forecast
from zopa.study.gates import Gates, GatesChecked, check_gates
from zopa.study.opened_splits import SplitOpening, open_split

__all__ = [
    "PREDICTORS",
    "ZONES",
    "Backtest",
    "Covered",
    "Reliability",
    "Scored",
    "Trial",
    "backtest",
    "measures",
    "predictions",
    "score",
]

Figure = tuple[float, float, float]
"""A mean with the ends of its 95 % interval."""
Stated = dict[str, tuple[tuple[float, bool], ...]]
Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
RESAMPLES, SEED = 2_000, 1
BEFORE_OUTCOME, BY_SAYING = "before-outcome", "said:"
DEAL, PICKS = "deal", "picks"
DRAWS, CLASSES = 256, 10
SMOOTH = 0.01
"""Share of every prediction that is spread evenly over all allowed packages, so that a miss costs, but not all."""
BEST = 36.0
"""The exponents below were fitted on points from 0 to 36; a party's best package is set to that."""
THEORIES: Mapping[str, Mapping[str, float]] = {
    "difference": {"difference": -0.25},
    "sum": {"sum": 0.6},
    "smallest": {"smallest": 0.55},
    "nash": {"nash": 8.0},
    "blend": {"sum": 0.29, "smallest": 0.46},
}
"""Predictor -> measure of :func:`measures` -> its exponent, fitted on the training dialogues of CaSiNo (two parties)."""

ZONES: Mapping[str, str] = {
    "sure": "zone at the high ends of the reservation values",
    "central": "zone at the best estimates",
    "conceivable": "zone at the low ends of the reservation values",
}
PREDICTORS: Mapping[str, str] = {
    "uniform": "every allowed package alike",
    "difference": "equal gains: exp(-0.25 |difference|)",
    "sum": "large sums: exp(0.6 sum)",
    "smallest": "nobody left behind: exp(0.55 smallest)",
    "nash": "Nash product to the power 8",
    "blend": "nobody left behind, then large sums: exp(0.46 smallest + 0.29 sum)",
    "majority": "where most parties start, issue by issue",
    "status-quo": "as it is now, where an option says so",
    "forecast": "nearest options under the calibrated forecast",
}
"""Baselines and theories."""
MEASURES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(ZONES, ("covered", "size", "bits", "log_score", "lead")),
    **dict.fromkeys(PREDICTORS, ("log_score", "rank", "top_five", "brier", "hit")),
    DEAL: ("brier", "chance_brier"),
}
"""Zone, predictor or ``deal`` -> its measures, as a gate names them: ``central.covered``."""


@dataclass(frozen=True)
class Covered:
    """A zone against the outcome.

    ``bits`` is log2(allowed / size) if it holds the outcome, else 0. ``since`` is the first day from which the zone
    holds it until the cut, and ``lead`` the days from then to the outcome; None where it does not hold it at the cut,
    or where days or enough words are missing.
    """

    covered: bool
    size: float
    bits: float
    log_score: float
    since: date | None = None
    lead: int | None = None


@dataclass(frozen=True)
class Scored:
    """A predictor against the outcome of one case.

    ``log_score`` in bits, lower is better; ``rank`` with ties at their mean; ``brier`` and ``hit`` are means over
    the issues that were agreed.
    """

    log_score: float
    rank: float
    top_five: float
    brier: float
    hit: float


@dataclass(frozen=True)
class Trial:
    """One case: when it was cut, what came of it, and how zones and predictors did.

    ``on_record`` is the share of agreed options that a statement of that day mentions: of the others nobody can
    say that they were known. ``undated`` counts judgments that may be hindsight, ``published_later`` records that were
    said by the cut and published after it. ``enough`` says whether enough was on record at the cut for a verdict, and
    ``issues_agreed`` how many of the ``issues`` the outcome names. ``chance`` is the share of the draws of :func:`zopa.stress` in which some
    package is acceptable to all. ``stated`` holds every stated share with whether it came true: per predictor the
    options of the agreed issues, under ``picks`` the packages that solutions pick under the draws.
    """

    title: str
    digest: str
    as_of: date
    outcome: date | None
    deal: bool
    open: bool
    packages: int
    admissible: int
    on_record: float | None
    undated: int
    zones: Mapping[str, Covered]
    scores: Mapping[str, Scored]
    published_later: int = 0
    enough: bool = True
    issues: int = 0
    issues_agreed: int = 0
    chance: float | None = None
    stated: Mapping[str, tuple[tuple[float, bool], ...]] = field(default_factory=dict)

    @property
    def days(self) -> int | None:
        """Days from the cut to the outcome."""
        return (self.outcome - self.as_of).days if self.outcome else None


@dataclass(frozen=True)
class Reliability:
    """Stated shares from ``low`` to ``high``: how many, their mean, and how often they came true, with its interval."""

    low: float
    high: float
    count: int
    stated: float
    happened: tuple[float, float, float]


@dataclass(frozen=True)
class Backtest(Answer):
    """All cases, and the mean of every measure with its interval: zone or predictor -> measure -> (mean, low, high).

    ``deal_brier`` scores whether the central zone was open against whether there was a deal, ``chance_brier`` the share
    of draws with an open zone. ``calibration`` is per predictor, ``deal`` for that share, ``picks`` for solutions.
    ``gates`` are those of a file written before, ``openings`` the log of test cases; see :mod:`zopa.study.gates` and
    :mod:`zopa.study.opened_splits`.
    """

    rows: tuple[Trial, ...]
    means: Mapping[str, Mapping[str, Figure]]
    deal_brier: float
    chance_brier: float | None = None
    calibration: Mapping[str, tuple[Reliability, ...]] = field(default_factory=dict)
    gates: GatesChecked | None = None
    openings: tuple[SplitOpening, ...] = ()
    seed: int = SEED
    resamples: int = RESAMPLES


def backtest(
    cases: Sequence[Case],
    as_of: date | str = "before-outcome",
    *,
    allow_undated: bool = False,
    gates: Gates | None = None,
    test_log: str | Path | None = None,
    again: bool = False,
    spread: Spread | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Backtest:
    """Score zones and predictors on cases whose outcome is known.

    Parameters
    ----------
    cases : sequence of Case
        Each with an ``outcome``.
    as_of : date or str
        The day at which each case is cut, or ``before-outcome``: the day before its outcome. With ``said:`` before
        either, what was said by then and published later counts.
    allow_undated : bool
        Whether judgments that nothing dates may count; they may be hindsight, and each row says how many there are.
    gates : Gates, optional
        What is asked of the figures, as :func:`zopa.study.gates.read_gates` reads it from a file written before.
    test_log : path, optional
        These are test cases, opened once per release: a dated line is added to this log before any figure is computed.
    again : bool
        Whether test cases that this release opened already may be opened once more.
    spread : Spread, optional
        How many workers share the cases, and where finished ones are kept.
    progress : callable (step, share done), optional

    Raises
    ------
    NotApplicable
        A case without an outcome, without its date where that is needed, cut after it, or with undated judgments; test cases that
        this release opened already.
    UnknownName
        A gate on a measure that there is none of.
    """
    if not cases:
        raise NotApplicable("a backtest needs at least one case with an outcome")
    for gate in gates.gates if gates else ():  # a wrong name is told before the run, not after it
        _known(gate.measure), _known(gate.minus or gate.measure)
    for case in cases:
        _then(case, as_of, allow_undated)
    openings: tuple[SplitOpening, ...] = ()
    if test_log is not None:
        seen = gates.digest if gates else ""
        openings = open_split(test_log, [c.digest for c in cases], gates=seen, again=again)
    rows = in_parts(
        partial(_row, as_of=as_of, allow_undated=allow_undated),
        cases,
        name="scoring cases",
        about={"cases": [c.digest for c in cases], "as_of": str(as_of), "allow_undated": allow_undated},
        spread=spread,
        to_bytes=_to_bytes,
        from_bytes=TypeAdapter(Trial).validate_json,
        progress=progress,
    )
    question = Question(
        "backtest", ",".join(c.digest for c in cases), settings={"as_of": str(as_of)}, seed=SEED
    )
    found = _measured(rows)
    return Backtest(
        question,
        rows=tuple(rows),
        means={n: {m: _interval(v) for m, v in of.items()} for n, of in found.items() if n != DEAL},
        deal_brier=float(found[DEAL]["brier"].mean()),
        chance_brier=float(found[DEAL]["chance_brier"].mean()) if "chance_brier" in found[DEAL] else None,
        calibration=_calibration(rows),
        gates=check_gates(gates, partial(_figure, found)) if gates else None,
        openings=openings,
    )


def _to_bytes(row: Trial) -> bytes:
    return json.dumps(asdict(row), default=str).encode()


def _then(case: Case, as_of: date | str, allow_undated: bool) -> tuple[Case, Outcome]:
    """The case as of the cut, and its outcome."""
    outcome = case.outcome
    if outcome is None:
        raise NotApplicable(f"'{case.title}' has no `outcome:`: what was agreed, or none")
    then = case.at(_cut(case, outcome, as_of))
    found = undated(then)
    if found and not allow_undated:
        raise NotApplicable(
            f"'{case.title}' has {things(len(found), 'entry')} without a date, which may be hindsight: "
            f"{', '.join(found[:3])}{', ...' if len(found) > 3 else ''}; give them statements as basis, or allow them"
        )
    return then, outcome


def _row(case: Case, as_of: date | str, allow_undated: bool) -> Trial:
    then, outcome = _then(case, as_of, allow_undated)
    assert then.cut is not None
    problem = Problem(then)
    table = problem.table
    zones, scores = score(problem, outcome.options) if outcome.options else ({}, {})
    chance, stated = _drawn(problem, outcome.options)
    if outcome.options:
        stated = {**_option_shares(problem, outcome.options), **stated}
    if outcome.options and outcome.date is not None:
        zones = _since(case, then, outcome, zones)
    return Trial(
        title=case.title,
        digest=then.digest,
        as_of=then.cut,
        outcome=outcome.date,
        deal=bool(outcome.options),
        open=bool(table.agreed.any()),
        packages=problem.space.n_packages,
        admissible=int(table.admissible.sum()),
        on_record=_on_record(then, outcome),
        undated=len(undated(then)),
        zones=zones,
        scores=scores,
        published_later=then.published_later,
        enough=on_record(then).enough,
        issues=len(then.issues),
        issues_agreed=sum(i in then.issues for i in outcome.options),
        chance=chance,
        stated=stated,
    )


def _cut(case: Case, outcome: Outcome, as_of: date | str) -> date | str:
    if isinstance(as_of, str) and as_of.removeprefix(BY_SAYING) == BEFORE_OUTCOME:
        if outcome.date is None:
            raise NotApplicable(f"the outcome of '{case.title}' has no date; write `date:` under `outcome:`")
        return as_of.replace(BEFORE_OUTCOME, str(outcome.date - timedelta(days=1)))
    day, _ = day_asked(as_of)
    if outcome.date is not None and day >= outcome.date:
        raise NotApplicable(f"'{case.title}' ended on {outcome.date}; a cut on {day} is no test")
    return as_of


def _on_record(case: Case, outcome: Outcome) -> float | None:
    said = {(s.issue, o) for s in accepted(case).values() if s.issue for o in s.options}
    agreed = outcome.options.items()
    return sum(pair in said for pair in agreed) / len(agreed) if agreed else None


def _since(case: Case, then: Case, outcome: Outcome, zones: Mapping[str, Covered]) -> dict[str, Covered]:
    """The zones with the first day from which each holds the outcome until the cut: days of the record, backwards."""
    assert then.cut is not None
    assert outcome.date is not None
    holding = {name for name, zone in zones.items() if zone.covered}
    found: dict[str, date] = {}
    for day in reversed([d for d in days_of_change(case) if d <= then.cut]):
        if not holding:
            break
        holding &= _holding(case.at(f"{BY_SAYING * then.by_saying}{day}"), outcome.options)
        found |= dict.fromkeys(holding, day)
    return {
        name: replace(zone, since=found[name], lead=(outcome.date - found[name]).days)
        if name in found
        else zone
        for name, zone in zones.items()
    }


def _holding(case: Case, agreed: Mapping[str, str]) -> set[str]:
    """The zones that hold the outcome; none where too little is on record for a verdict."""
    if not on_record(case).enough:
        return set()
    try:
        problem = Problem(case)
        hit = _agreed(problem, agreed)
        return {name for name, zone in _zones(problem).items() if (zone & hit).any()}
    except NotApplicable:
        return set()


def _drawn(problem: Problem, agreed: Mapping[str, str]) -> tuple[float | None, Stated]:
    """What draws from the compatible values say: the share with an open zone, and what solutions pick."""
    try:
        answer = stress(problem, draws=DRAWS, seed=SEED)
    except NotApplicable:
        return None, {}
    if not isinstance(answer, Stress) or answer.drawn is None:
        return None, {}
    chance = next(iter(answer.drawn.open.values())).best
    if answer.picks is None or not agreed:
        return chance, {}
    picked = [p for of in answer.picks.methods.values() for p in of.packages]
    return chance, {
        PICKS: tuple((p.share, all(p.package.get(i) == o for i, o in agreed.items())) for p in picked)
    }


def _option_shares(problem: Problem, agreed: Mapping[str, str]) -> Stated:
    """What each predictor gives each option of the agreed issues, and whether it was agreed."""
    out = {}
    for name, p in predictions(problem).items():
        pairs: list[tuple[float, bool]] = []
        for issue in (i for i in agreed if i in problem.case.issues):
            options = list(problem.case.issues[issue].options)
            shares = np.bincount(_option_of(problem, issue), weights=p, minlength=len(options)).tolist()
            pairs += [(x, o == agreed[issue]) for x, o in zip(shares, options, strict=True)]
        out[name] = tuple(pairs)
    return out


# ---------------------------------------------------------------- one case


def score(
    problem: Problem, agreed: Mapping[str, str], smooth: float = SMOOTH
) -> tuple[dict[str, Covered], dict[str, Scored]]:
    """Zones and predictors of a problem against what was agreed: an option per issue, some issues may be left out.

    An option that the case does not have is a miss of everything. ``smooth`` is the share of every prediction that
    is spread evenly over the allowed packages.
    """
    table = problem.table
    allowed = table.admissible
    hit = _agreed(problem, agreed)
    zones = {name: _covered(zone, allowed, hit, smooth) for name, zone in _zones(problem).items()}
    scores = {}
    for name, p in predictions(problem).items():
        mixed = (1 - smooth) * p + smooth * _even(allowed)
        scores[name] = _scored(problem, mixed, hit, agreed, _given(mixed, hit, allowed, smooth))
    return zones, scores


def _agreed(problem: Problem, agreed: Mapping[str, str]) -> BoolArray:
    """The packages that have all agreed options."""
    ok = np.ones(problem.space.n_packages, dtype=bool)
    for issue, option in agreed.items():
        names = list(problem.case.issues[issue].options) if issue in problem.case.issues else []
        ok &= _option_of(problem, issue) == names.index(option) if option in names else False
    return ok


def _option_of(problem: Problem, issue: str) -> NDArray[np.int64]:
    """The option of every package on an issue, by number."""
    sizes, at = problem.space.sizes, problem.space.issues.index(issue)
    found: NDArray[np.int64] = np.arange(problem.space.n_packages) // math.prod(sizes[at + 1 :]) % sizes[at]
    return found


def _zones(problem: Problem) -> dict[str, BoolArray]:
    table = problem.table
    ends = {
        "sure": problem.limits_at("high"),
        "central": problem.space.reservation,
        "conceivable": problem.limits_at("low"),
    }
    return {name: _agree(problem, table.reaching(floors)) for name, floors in ends.items()}


def _agree(problem: Problem, accepts: BoolArray) -> BoolArray:
    """Allowed packages that pass the agreement rule, given who accepts what."""
    ok: BoolArray = problem.table.admissible & (accepts.sum(axis=0) >= problem.space.at_least)
    for party, needed in enumerate(problem.space.required):
        if needed:
            ok = ok & accepts[party]
    return ok


def _covered(zone: BoolArray, allowed: BoolArray, hit: BoolArray, smooth: float) -> Covered:
    """Measures 1 to 3 for a zone: as a prediction it is even inside and has the smoothing outside."""
    size, total = int(zone.sum()), int(allowed.sum())
    inside = bool((zone & hit).any())
    p = (1 - smooth) * _even(zone) + smooth * _even(allowed)
    return Covered(
        covered=inside,
        size=size / total if total else 0.0,
        bits=math.log2(total / size) if inside else 0.0,
        log_score=_bits(_given(p, hit, allowed, smooth)),
    )


def _given(p: Array, hit: BoolArray, allowed: BoolArray, smooth: float) -> float:
    """What a prediction gives the outcome; one that no allowed package has gets the smoothing of one package."""
    return max(float(p[hit].sum()), smooth / max(1, int(allowed.sum())))


def _even(packages: BoolArray) -> Array:
    n = packages.sum()
    return packages / n if n else np.zeros(len(packages))


def _bits(p: float) -> float:
    return -math.log2(p) if p > 0 else math.inf


def _scored(problem: Problem, p: Array, hit: BoolArray, agreed: Mapping[str, str], given: float) -> Scored:
    best = float(p[hit].max(initial=0.0))
    above, ties = int((p > best + 1e-15).sum()), int((np.abs(p - best) <= 1e-15).sum())
    brier, right = [], []
    for issue, option in agreed.items():
        names = list(problem.case.issues[issue].options) if issue in problem.case.issues else []
        shares = (
            np.bincount(_option_of(problem, issue), weights=p, minlength=len(names)) if names else np.zeros(0)
        )
        truth = np.array([n == option for n in names], dtype=float)
        brier.append(float(((shares - truth) ** 2).sum()) + (0.0 if option in names else 1.0))
        top = np.isclose(shares, shares.max(initial=0.0), rtol=0, atol=1e-12)
        right.append(float((top * truth).sum() / max(1, top.sum())))
    return Scored(
        log_score=_bits(given),
        rank=above + (ties + 1) / 2,
        top_five=min(1.0, max(0.0, (5 - above) / max(1, ties))),
        brier=float(np.mean(brier)),
        hit=float(np.mean(right)),
    )


def measures(problem: Problem) -> dict[str, Array]:
    """What theories of agreement look at, per package, in points from 0 to 36 for each party.

    The largest difference between two parties' points (``difference``), their ``sum``, the ``smallest``, and the
    logarithm of the product of gains over no agreement, each at least half a point (``nash``).
    """
    allowed, space = problem.table.admissible, problem.space
    worth = problem.table.utilities.astype(float)
    most = np.maximum(worth[:, allowed].max(axis=1, initial=0.0), 1e-9)[:, None] if allowed.any() else 1.0
    points = worth * BEST / most
    floor = np.array(space.reservation, dtype=float)[:, None] * BEST / most
    return {
        "difference": points.max(axis=0) - points.min(axis=0),
        "sum": points.sum(axis=0),
        "smallest": points.min(axis=0),
        "nash": np.log(np.maximum(points - floor, 0.5)).sum(axis=0),
    }


def predictions(problem: Problem) -> dict[str, Array]:
    """What each predictor gives every package: probabilities over the allowed ones."""
    allowed, space = problem.table.admissible, problem.space
    of = measures(problem)
    logs = {
        "uniform": np.zeros(space.n_packages),
        **{name: np.sum([k * of[m] for m, k in powers.items()], axis=0) for name, powers in THEORIES.items()},
        "majority": _per_issue(problem, _majority(problem)),
        "status-quo": _per_issue(problem, {i: {x.now: 1.0} for i, x in problem.case.issues.items() if x.now}),
    }
    if (shares := _forecast(problem)) is not None:
        logs["forecast"] = _per_issue(problem, shares)
    return {name: _normal(log, allowed) for name, log in logs.items()}


def _normal(logs: Array, allowed: BoolArray) -> Array:
    if not allowed.any():
        return np.zeros(len(logs))
    p: Array = np.where(allowed, np.exp(logs - logs[allowed].max()), 0.0)
    return p / p.sum()


def _per_issue(problem: Problem, shares: Mapping[str, Mapping[str, float]]) -> Array:
    """Issues taken to be independent: the sum of log shares, each mixed with an even share."""
    total = np.zeros(problem.space.n_packages)
    for issue, given in shares.items():
        names = list(problem.case.issues[issue].options)
        p = np.array([given.get(o, 0.0) for o in names])
        total += np.log((1 - SMOOTH) * p + SMOOTH / len(names))[_option_of(problem, issue)]
    return total


def _majority(problem: Problem) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for issue in problem.case.issues:
        at = [found_at[0] for p in voters(problem.case) if (found_at := start(problem.case, p).get(issue))]
        if at:
            found[issue] = {o: at.count(o) / len(at) for o in at}
    return found


def _forecast(problem: Problem) -> dict[str, dict[str, float]] | None:
    try:
        answer = forecast(problem, draws=1, sensitivity=False)
    except NotApplicable:
        return None
    return {o.line.issue: dict(o.option_shares) for o in answer.outlooks if o.option_shares} or None


# ---------------------------------------------------------------- all cases


def _measured(rows: Sequence[Trial]) -> dict[str, dict[str, Array]]:
    """Zone, predictor or ``deal`` -> measure -> its value per case; NaN where a case has none."""
    brier = np.array([float(r.open - r.deal) ** 2 for r in rows])
    found: dict[str, dict[str, Array]] = {DEAL: {"brier": brier}}
    if all(r.chance is not None for r in rows):
        found[DEAL]["chance_brier"] = np.array([((r.chance or 0.0) - r.deal) ** 2 for r in rows])
    scored = [r for r in rows if r.deal]
    for part, names in (("zones", ZONES), ("scores", PREDICTORS)):
        for name in names:
            if scored and all(name in getattr(r, part) for r in scored):
                each = [getattr(r, part)[name] for r in scored]
                table = {m: np.array([_number(getattr(x, m)) for x in each]) for m in MEASURES[name]}
                found[name] = {m: v for m, v in table.items() if not np.isnan(v).all()}
    return found


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _interval(values: Array) -> Figure:
    """The mean over the cases that have a value, and its interval from resampled cases.

    Quantiles are observed means, not points between two of them: a log score may be infinite.
    """
    there = values[~np.isnan(values)]
    picks = np.random.default_rng(SEED).integers(0, len(there), (RESAMPLES, len(there)))
    low, high = np.quantile(there[picks].mean(axis=1), [0.025, 0.975], method="nearest")
    return float(there.mean()), float(low), float(high)


def _figure(found: Mapping[str, Mapping[str, Array]], measure: str, minus: str) -> Figure | None:
    """What a gate asks for; None where the cases have no such value."""
    given = [found.get(name, {}).get(of) for name, of in map(_known, [measure, *([minus] if minus else [])])]
    there = [v for v in given if v is not None]
    if len(there) < len(given):
        return None
    if len({len(v) for v in there}) > 1:
        raise NotApplicable(f"{measure} and {minus} are of different cases: one counts failed talks too")
    values = there[0] - there[1] if minus else there[0]
    return None if np.isnan(values).all() else _interval(values)


def _known(measure: str) -> tuple[str, str]:
    name, _, of = measure.partition(".")
    if of not in MEASURES.get(name, ()):
        raise UnknownName("measure", measure, [f"{n}.{m}" for n, ms in MEASURES.items() for m in ms])
    return name, of


def _calibration(rows: Sequence[Trial]) -> dict[str, tuple[Reliability, ...]]:
    """Stated shares in classes against how often they came true."""
    names = dict.fromkeys(n for r in rows for n in r.stated)
    out = {n: _reliability([r.stated.get(n, ()) for r in rows]) for n in names}
    if chances := [((r.chance, r.deal),) for r in rows if r.chance is not None]:
        out[DEAL] = _reliability(chances)
    return {n: of for n, of in out.items() if of}


def _reliability(cases: Sequence[Sequence[tuple[float, bool]]]) -> tuple[Reliability, ...]:
    """Ten classes, those that are not empty; whole cases are drawn again."""
    counts, stated, true = (np.zeros((len(cases), CLASSES)) for _ in range(3))
    for k, pairs in enumerate(cases):
        for share, came in pairs:
            at = min(int(share * CLASSES + 1e-9), CLASSES - 1)
            counts[k, at] += 1
            stated[k, at] += share
            true[k, at] += came
    picks = np.random.default_rng(SEED).integers(0, len(cases), (RESAMPLES, len(cases)))
    found = []
    for at in np.flatnonzero(counts.sum(axis=0)).tolist():
        n, hits, total = counts[picks, at].sum(axis=1), true[picks, at].sum(axis=1), counts[:, at].sum()
        low, high = np.quantile(hits[n > 0] / n[n > 0], [0.025, 0.975], method="nearest")
        found.append(
            Reliability(
                low=at / CLASSES,
                high=(at + 1) / CLASSES,
                count=int(total),
                stated=float(stated[:, at].sum() / total),
                happened=(float(true[:, at].sum() / total), float(low), float(high)),
            )
        )
    return tuple(found)
