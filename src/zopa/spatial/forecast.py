"""The verb: from a case to what the models say about its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.space import Problem, Readings, Why
from zopa.spatial import calibration, ktab
from zopa.spatial.answers import Forecast, Outlook
from zopa.spatial.lines import Field, Line, field, limits, line, lines_of
from zopa.spatial.models import (
    MODELS,
    RUNS,
    ForecastModel,
    ForecastStep,
    Own,
    Setting,
    Switches,
    heavy,
    is_default,
    outcomes,
    resolve,
    steps,
)
from zopa.spatial.sensitivity import (
    FEWEST,
    Watch,
    affordable_draws,
    assumed_share,
    band,
    bars,
    draws_of,
    is_uncertain,
    levers,
    moments,
    option_shares,
    played_anew,
)
from zopa.spatial.sensitivity import readings as all_readings

__all__ = ["forecast"]

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, eq=False)
class _Run:
    """One model played on the lines of a case, and what was drawn around it."""

    name: str
    model: ForecastModel
    setting: Setting
    field: Field
    central: NDArray[np.float64]
    drawn: NDArray[np.float64]
    uncertain: bool
    lines: int


def forecast(
    case: Case | Problem,
    issue: str | Sequence[str] | None = None,
    *,
    model: str | Own = "compromise",
    reading: str | Switches | None = None,
    rounds: int | None = None,
    readings: Readings = None,
    level: float = 0.8,
    draws: int | None = None,
    seed: int = 1,
    sensitivity: bool | None = None,
    progress: Callable[[str, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Forecast:
    """Where pressure leads on an issue, or on every issue whose options have places.

    Parameters
    ----------
    case : Case or Problem
    issue : str or sequence of str, optional
        All lines of the case when left out. Models that treat lines together always see all of them.
    model : str or callable
        A name of :data:`MODELS`, or a function of positions (0-100), saliences (0-1) and capabilities of the
        parties on one line that returns a place.
    reading : str, expected_utility.ChallengeReading or ktab.Rules, optional
        A named meaning of the model, where it has several, or switches of one's own for ``pressure`` and
        ``ktab``. When left out, KTAB's model runs with the ``ktab`` settings of the case, where it has them.
    rounds : int, optional
    readings : str, mapping or None
        Which readings of the case's rules limit exchanges.
    level : float
        Level of the calibrated interval: 0.5, 0.8, 0.9 or 0.95.
    draws, seed : int
        Draws of the inputs for the band of input uncertainty; as many as take a few seconds when left out,
        none where no number is uncertain.
    sensitivity : bool, optional
        Whether to compute levers and bars. When left out: yes, unless the model has to be played anew for
        every one of them.
    progress : callable (step, share done 0-1), optional
    stop : callable, optional
        True ends the draws and sensitivities early; the answer holds what is done and says so.

    Raises
    ------
    UnknownName
        No such issue, model or reading.
    NotApplicable
        What is missing, and where to enter it.
    """
    problem = Problem.of(case, readings)
    case = problem.case
    known = lines_of(case)
    asked = known if issue is None else (issue,) if isinstance(issue, str) else tuple(issue)
    if not asked:
        raise NotApplicable(
            f"a forecast needs an issue whose options have places; write `at:` (0 to 100) under issues.{next(iter(case.issues))}.options"
        )
    if level not in calibration.LEVELS:
        raise NotApplicable(
            f"no interval was calibrated at {level:g}; choose one of {', '.join(f'{v:g}' for v in calibration.LEVELS)}"
        )
    found, setting = resolve(model, reading, rounds)
    name = model if isinstance(model, str) else found.title
    asked_lines = tuple(line(case, i) for i in asked)
    together = _all_lines(case, known, asked_lines)
    wide = field(together)
    setting = replace(setting, limits=limits(case, together, problem.readings), seed=seed)
    if name == "ktab" and reading is None:
        setting = _as_in_the_case(case, wide, setting)
    f = wide if found.joint is not None else field(asked_lines)
    if name == "exchange" and len(f.issues) < 2:
        raise NotApplicable(
            "an exchange needs at least two issues whose options have a place; write `at:` under both"
        )
    watch = Watch()
    watch = Watch(progress or watch.progress, stop or watch.stop)
    watch.progress(f"playing {found.title}", 0.0)
    central, played = _central(f, found, setting)
    uncertain = is_uncertain(f)
    wanted = 0 if not uncertain else affordable_draws(f, found, setting) if draws is None else draws
    run = _Run(
        name=name,
        model=found,
        setting=setting,
        field=f,
        central=central,
        drawn=draws_of(f, found, setting, wanted, seed, watch),
        uncertain=uncertain,
        lines=len(together),
    )
    deep = sensitivity if sensitivity is not None else not played_anew(f, found)
    places = {(name, str(setting.reading)): central} if is_default(name, setting) and found.joint else {}
    told = {} if watch.stopped else _traces(wide, run, played, places)
    outlooks = []
    for number, ln in enumerate(asked_lines):
        if watch.over("all models on every line", number, len(asked_lines)):
            shown: tuple[tuple[str, float], ...] = ((name, float(central[f.issues.index(ln.issue)])),)
        else:
            shown = all_readings(wide, wide.issues.index(ln.issue), setting, places)
        outlooks.append(_outlook(ln, run, level, told, shown, watch if deep else None))
    settings = {
        "model": name,
        "reading": setting.reading,
        "rounds": setting.rounds,
        "draws": len(run.drawn),
        "level": level,
        "calibration": calibration.DEU.source,
    }
    return Forecast(
        question=replace(problem.question("forecast", **settings), seed=seed),
        model=name,
        title=found.title,
        outlooks=tuple(outlooks),
        why=_reasons(outlooks),
        warnings=(*_warnings(outlooks, run), *_unfinished(run, wanted, draws, deep, watch)),
    )


def _central(
    f: Field, model: ForecastModel, setting: Setting
) -> tuple[NDArray[np.float64], tuple[object, ...] | None]:
    if model.joint is not None:
        return model.joint(f.x, f.s, f.c, setting)
    return outcomes(model, f.x, f.s, f.c, setting), None


def _as_in_the_case(case: Case, f: Field, setting: Setting) -> Setting:
    """KTAB's settings of the case, where it has some: all nine rules and how far ideals follow positions."""
    given = case.ktab
    if given is None:
        return setting
    rules = ktab.Rules(
        victory=given.victory,
        voting="Prop" if given.voting == "Proportional" else given.voting,
        pce=given.pce,
        transition=given.transition,
        risk_range=given.risk_range,
        risk_adjust=given.risk_adjust,
        commit=given.commit,
        bargain=given.bargain,
        perspective=given.perspective,
    )
    follows = None
    if given.adjust:
        follows = np.eye(len(f.parties))
        for party, row in given.adjust.items():
            for other, share in row.items():
                if party in f.parties and other in f.parties:
                    follows[f.parties.index(party), f.parties.index(other)] = share
    plain = rules == ktab.Rules() and follows is None
    return setting if plain else replace(setting, reading=rules, accommodation=follows)


def _traces(
    f: Field, run: _Run, played: tuple[object, ...] | None, places: dict[tuple[str, str], NDArray[np.float64]]
) -> dict[str, tuple[ForecastStep, ...]]:
    """The moves in every model with rounds; the asked model as asked, the others in their default form.

    ``places`` gets the outcomes of the models that had to be played for it.
    """
    told, name = {}, run.name
    for other, model in MODELS.items():
        alone = other == "exchange" and len(f.issues) < 2
        if not model.rounds or alone or (other != name and heavy(other, *f.x.shape)):
            continue
        if other == name:
            told[other] = steps(other, f, run.setting, played)
            continue
        plain = Setting(next(iter(model.readings), ""), model.rounds, run.setting.limits)
        rounds = None
        try:
            if model.joint is not None:
                places[other, str(plain.reading)], rounds = model.joint(f.x, f.s, f.c, plain)
            told[other] = steps(other, f, plain, rounds)
        except NotApplicable:
            continue
    return told


def _all_lines(case: Case, known: tuple[str, ...], asked: tuple[Line, ...]) -> tuple[Line, ...]:
    """The asked lines and every other that can be read, in the order of the case."""
    lines = {ln.issue: ln for ln in asked}
    for i in known:
        if i not in lines:
            try:
                lines[i] = line(case, i)
            except NotApplicable:
                continue
    return tuple(lines[i] for i in known if i in lines)


def _outlook(
    ln: Line,
    run: _Run,
    level: float,
    told: Mapping[str, tuple[ForecastStep, ...]],
    shown: tuple[tuple[str, float], ...],
    watch: Watch | None,
) -> Outlook:
    k = run.field.issues.index(ln.issue)
    place = float(run.central[k])
    x = np.array([s.place.best for s in ln.stands])
    w = np.array([s.salience.best * s.capability.best for s in ln.stands])
    held = (float(np.min(x)), float(np.max(x)))
    table = calibration.TABLES.get(run.name) if is_default(run.name, run.setting) else None
    d = None if table is None else calibration.distribution(x, w, place=place, calibration=table)
    intervals = {} if d is None or table is None else {v: table.interval(d, v) for v in calibration.LEVELS}
    return Outlook(
        line=ln,
        outcome=place,
        nearest=ln.nearest(place),
        held=held,
        interval=intervals.get(level),
        level=level,
        contains=_contains(table, level, held),
        intervals=intervals,
        quantiles=(
            {} if d is None else {q: float(v) for q, v in zip(QUANTILES, d.quantile(QUANTILES), strict=True)}
        ),
        option_shares={} if d is None else option_shares(ln, d),
        uncertain=run.uncertain,
        draws=len(run.drawn),
        input_band=band(run.drawn[:, k]) if len(run.drawn) else (place, place, place),
        readings=shown,
        levers=() if watch is None else levers(run.field, k, run.model, run.setting, watch),
        exact_levers=run.model is MODELS["compromise"],
        bars=() if watch is None else bars(run.field, k, ln, run.model, run.setting, watch),
        traces={m: tuple(s for s in moves if s.issue == ln.issue) for m, moves in told.items()},
        moments=moments(ln),
        assumed=assumed_share(ln.stands),
    )


def _contains(table: calibration.Calibration | None, level: float, held: tuple[float, float]) -> str:
    if held[0] == held[1]:
        return f"all parties on the line hold {held[0]:g}, and no interval goes beyond the positions held"
    if table is None:
        return "not calibrated: this model was not measured in this form; only the input band is shown"
    return (
        f"calibrated: intervals made this way contained {100 * level:.0f} % of {table.issues} settled issues of "
        "European legislation that they had not seen"
    )


def _reasons(outlooks: Sequence[Outlook]) -> tuple[Why, ...]:
    told = [
        Why(
            f"{s.party} is taken to stand at {s.place.best:g} on {o.issue}: {s.place.says}",
            s.place.statements,
            (),
            s.place.basis,
        )
        for o in outlooks
        for s in o.line.stands
    ]
    for o in outlooks:
        if (top := o.matters_most) is not None:
            told.append(
                Why(
                    f"on {o.issue} the {top.what} of {top.party} matters most: between {top.low:g} and {top.high:g} "
                    f"the outcome moves by {top.swing:.1f}",
                    top.statements,
                    (),
                    top.basis,
                )
            )
    return tuple(told)


def _warnings(outlooks: Sequence[Outlook], run: _Run) -> list[str]:
    told = [
        "Widths were measured on European legislation, which is consensual; how far they carry to other disputes is not known."
    ]
    soft = [o for o in outlooks if o.assumed > 0.5]
    if soft:
        told.append(
            "Weights and capabilities rest mostly on assumptions ("
            + ", ".join(f"{o.issue} {100 * o.assumed:.0f} %" for o in soft)
            + "): read the shares as what follows from them."
        )
    told += [
        f"All parties on {o.issue} hold {o.held[0]:g}; no issue of the calibration had such agreement."
        for o in outlooks
        if o.all_agree
    ]
    size = len(run.field.parties), max(len(run.field.issues), run.lines)
    left = [m for m in MODELS if m != run.name and heavy(m, *size)]
    if left:
        told.append(
            f"With so many parties and issues, these are run only when asked for (--model): {', '.join(left)}."
        )
    for o in outlooks:
        told += [f"{o.issue} leaves out {party}: {reason}" for party, reason in o.line.absent.items()]
    return told + _of_ktab(run)


def _of_ktab(run: _Run) -> list[str]:
    if run.name != "ktab":
        return []
    f, rules = run.field, run.setting.reading
    over = [p for p, total in zip(f.parties, f.s.sum(axis=1), strict=True) if total > 1 + 1e-9]
    told = []
    if over:
        told.append(
            f"KTAB's model takes saliences that add up to at most 100; those of {', '.join(over)} were scaled to 100."
        )
    if isinstance(rules, ktab.Rules) and rules.transition == "Stochastic":
        told.append(
            f"KTAB draws its bargains at random here: the outcome is the mean of {RUNS} runs, the moves are those of the first."
        )
    return told


def _unfinished(run: _Run, wanted: int, draws: int | None, deep: bool, watch: Watch) -> list[str]:
    """What was cut short or left out, and how to get it."""
    told = []
    done = len(run.drawn)
    if done < wanted:
        told.append(
            f"Stopped early: the input band is from {done} of {wanted} draws."
            if done
            else "Stopped early: no inputs were drawn, so there is no input band."
        )
    elif run.uncertain and draws is None and wanted < 1000:
        told.append(
            f"The input band of {run.model.title} is from {wanted} draws"
            + (", the fewest that give one." if wanted == FEWEST else ".")
        )
    if watch.stopped:
        told.append(
            f"Stopped early: {watch.stopped} was not finished; other models and what each number does are left out "
            "where they would have followed."
        )
    elif not deep:
        told.append(
            "What each single number does was left out, because the model must be played anew for each: "
            "ask for it with --sensitivity (sensitivity=True)."
        )
    return told
