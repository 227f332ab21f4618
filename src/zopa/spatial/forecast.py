"""The verb: from a case to what the models say about its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zopa._version import __version__
from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.space import Answer, Question, Readings, Why, choose_readings
from zopa.spatial import calibration as calibrated
from zopa.spatial.lines import Field, Line, field, limits, line, lines_of
from zopa.spatial.models import (
    LARGE,
    MODELS,
    Model,
    Own,
    Setting,
    Step,
    Switches,
    heavy,
    is_default,
    outcomes,
    resolve,
    steps,
)
from zopa.spatial.sensitivity import (
    Outlook,
    assumed_share,
    band,
    bars,
    draws_of,
    levers,
    moments,
    option_shares,
)
from zopa.spatial.sensitivity import readings as all_readings

__all__ = ["Forecast", "forecast"]

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
JOINT_DRAWS = 200
"""Most draws for models that treat all lines together, one draw at a time."""


@dataclass(frozen=True)
class Forecast(Answer):
    """What the models say about one or several lines; ``outlooks`` in the order of the case."""

    model: str
    title: str
    outlooks: tuple[Outlook, ...]
    why: tuple[Why, ...]
    warnings: tuple[str, ...] = ()

    def __getitem__(self, issue: str) -> Outlook:
        return next(o for o in self.outlooks if o.issue == issue)

    def __str__(self) -> str:
        return "\n".join([f"{self.title}", *(str(o) for o in self.outlooks), *self.warnings])


def forecast(
    case: Case,
    issue: str | Sequence[str] | None = None,
    *,
    model: str | Own = "compromise",
    reading: str | Switches | None = None,
    rounds: int | None = None,
    readings: Readings = None,
    level: float = 0.8,
    draws: int = 10_000,
    seed: int = 1,
) -> Forecast:
    """Where pressure leads on an issue, or on every issue whose options have places.

    Parameters
    ----------
    case : Case
    issue : str or sequence of str, optional
        All lines of the case when left out. Models that treat lines together always see all of them.
    model : str or callable
        A name of :data:`MODELS`, or a function of positions (0-100), saliences (0-1) and capabilities of the
        parties on one line that returns a place.
    reading : str, pressure.Reading or smp.Rules, optional
        A named meaning of the model, where it has several, or switches of one's own for ``pressure`` and
        ``ktab`` (all of KTAB's vote, victory, election, bargain and risk rules).
    rounds : int, optional
    readings : str, mapping or None
        Which readings of the case's rules limit exchanges.
    level : float
        Level of the calibrated interval: 0.5, 0.8, 0.9 or 0.95.
    draws, seed : int
        Draws of the inputs for the band of input uncertainty.

    Raises
    ------
    UnknownName
        No such issue, model or reading.
    NotApplicable
        What is missing, and where to enter it.
    """
    known = lines_of(case)
    asked = known if issue is None else (issue,) if isinstance(issue, str) else tuple(issue)
    if not asked:
        raise NotApplicable(
            f"a forecast needs an issue whose options have places; write `at:` (0 to 100) under issues.{next(iter(case.issues))}.options"
        )
    levels = [v for v, _ in calibrated.DEU.half_widths]
    if level not in levels:
        raise NotApplicable(
            f"no interval was calibrated at {level:g}; choose one of {', '.join(f'{v:g}' for v in levels)}"
        )
    found, setting = resolve(model, reading, rounds)
    name = model if isinstance(model, str) else found.title
    asked_lines = tuple(line(case, i) for i in asked)
    together = _all_lines(case, known, asked_lines)
    f = field(together)
    setting = replace(setting, limits=limits(case, together, readings))
    if found.joint is None:
        f = field(asked_lines)
    elif name == "exchange" and len(f.issues) < 2:
        raise NotApplicable(
            "an exchange needs at least two issues whose options have a place; write `at:` under both"
        )
    used = draws if found.joint is None else min(draws, JOINT_DRAWS)
    many = draws_of(f, found, setting, used, seed)
    central = outcomes(found, f.x, f.s, f.c, setting)
    wide = field(together)
    told = _traces(wide, name, setting)
    outlooks = []
    for ln in asked_lines:
        k = f.issues.index(ln.issue)
        shown = all_readings(wide, wide.issues.index(ln.issue), setting)
        outlooks.append(_outlook(ln, f, k, name, found, setting, central, many, level, told, shown))
    settings = {
        "model": name, "reading": setting.reading, "rounds": setting.rounds, "draws": used, "level": level,
        "calibration": calibrated.DEU.source,
    }  # fmt: skip
    return Forecast(
        Question("forecast", case.digest, choose_readings(case, readings), settings, seed, __version__, of=case),
        name, found.title, tuple(outlooks), _reasons(outlooks), _warnings(outlooks, found, used, draws),
    )  # fmt: skip


def _traces(f: Field, name: str, setting: Setting) -> dict[str, tuple[Step, ...]]:
    """The moves in every model with rounds; the asked model as asked, the others in their default form."""
    told = {}
    for other, model in MODELS.items():
        alone = other == "exchange" and len(f.issues) < 2
        if (
            not model.rounds
            or alone
            or (other != name and heavy(other, len(f.parties)))
            or (other == "ktab" and np.isnan(f.x).any())
        ):
            continue
        run = (
            setting
            if other == name
            else Setting(next(iter(model.readings), ""), model.rounds, setting.limits)
        )
        told[other] = steps(other, f.x, f.s, f.c, run, f.parties, f.issues)
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
    ln: Line, f: Field, k: int, name: str, model: Model, setting: Setting, central: np.ndarray, many: np.ndarray,
    level: float, told: Mapping[str, tuple[Step, ...]], shown: tuple[tuple[str, float], ...],
) -> Outlook:  # fmt: skip
    place = float(central[k])
    x = np.array([s.place.best for s in ln.stands])
    w = np.array([s.salience.best * s.capability.best for s in ln.stands])
    spread = calibrated.distribution(x, w)
    known = calibrated.intervals(name if is_default(name, setting) else "", place)
    interval = known.get(level)
    contains = (
        f"calibrated: this wide around this model's place it held {100 * level:.0f} % of settled issues of European legislation"
        if interval
        else "not calibrated: this model was not measured in this form; only the input band is shown"
    )
    return Outlook(
        ln, place, ln.nearest(place), interval, level, contains, known,
        {q: float(v) for q, v in zip(LEVELS, spread.quantile(LEVELS), strict=True)},
        option_shares(ln, spread), band(many[:, k]), shown, levers(f, k, model, setting),
        model is MODELS["compromise"], bars(f, k, ln, model, setting),
        {m: tuple(s for s in moves if s.issue == ln.issue) for m, moves in told.items()}, moments(ln), assumed_share(ln.stands),
    )  # fmt: skip


def _reasons(outlooks: Sequence[Outlook]) -> tuple[Why, ...]:
    told = [
        Why(f"{s.party} is taken to stand at {s.place.best:g} on {o.issue}: {s.place.says}",
            s.place.statements, (), s.place.basis)
        for o in outlooks for s in o.line.stands
    ]  # fmt: skip
    for o in outlooks:
        if (top := o.matters_most) is not None:
            told.append(
                Why(f"on {o.issue} the {top.what} of {top.party} matters most: between {top.low:g} and {top.high:g} "
                    f"the outcome moves by {top.swing:.1f}", top.statements, (), top.basis)
            )  # fmt: skip
    return tuple(told)


def _warnings(outlooks: Sequence[Outlook], model: Model, used: int, draws: int) -> tuple[str, ...]:
    told = [
        "Widths were measured on European legislation, which is consensual; how far they carry to other disputes is not known."
    ]
    soft = [o for o in outlooks if o.assumed > 0.5]
    if soft:
        told.append(
            "Weights and capabilities rest mostly on assumptions (" + ", ".join(f"{o.issue} {100 * o.assumed:.0f} %" for o in soft)
            + "): read the shares as what follows from them."
        )  # fmt: skip
    if used < draws:
        told.append(f"The input band of {model.title} is from {used} draws.")
    if max(len(o.line.stands) for o in outlooks) > LARGE:
        told.append(f"With more than {LARGE} parties, models with rounds are run only when asked for.")
    for o in outlooks:
        told += [f"{o.issue} leaves out {party}: {reason}" for party, reason in o.line.absent.items()]
    return tuple(told)
