"""What a forecast's inputs do to it: draws over their intervals, levers, one number at a time, other models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.spatial import calibration, one_shot
from zopa.spatial.answers import Bar, Lever, Moment
from zopa.spatial.lines import Field, Line, Stand
from zopa.spatial.models import LARGE, MODELS, ForecastModel, Setting, heavy, outcomes

__all__ = [
    "Watch",
    "affordable_draws",
    "assumed_share",
    "band",
    "bars",
    "draws_of",
    "is_uncertain",
    "levers",
    "moments",
    "option_shares",
    "played_anew",
    "readings",
]

Array = NDArray[np.float64]
LARGEST = 2_000_000
"""Most cells of one piece of the draws."""
DRAWS, JOINT_DRAWS, FEWEST = 10_000, 100, 20
"""Draws of the inputs when the user names no number: at most, for models that take one draw at a time, and
at least."""


@dataclass
class Watch:
    """Tells how far a long step is and hears whether to stop; ``stopped`` names the step that was cut short."""

    progress: Callable[[str, float], None] = field(default=lambda _step, _done: None)
    stop: Callable[[], bool] = field(default=lambda: False)
    stopped: str = ""

    def over(self, step: str, done: int, total: int) -> bool:
        """Report that ``done`` of ``total`` parts of a step are done; whether the user wants to stop."""
        self.progress(step, done / total)
        if self.stop() and done < total:
            self.stopped = self.stopped or step
        return bool(self.stopped)


def is_uncertain(f: Field) -> bool:
    """Whether any number of the field has an interval."""
    return any(bool(np.any(low < high)) for low, high in (f.x_range, f.s_range, f.c_range))


def affordable_draws(f: Field, model: ForecastModel, setting: Setting) -> int:
    """How many draws take a few seconds: fewer where time grows with the square of the parties."""
    pairs = len(f.parties) ** 2
    if model.joint is not None:
        return max(FEWEST, min(JOINT_DRAWS, 50_000 // pairs))
    if not model.pairwise:
        return DRAWS
    return max(FEWEST, min(DRAWS, 40_000_000 // (pairs * max(1, model.rounds and setting.rounds))))


def draws_of(
    f: Field, model: ForecastModel, setting: Setting, draws: int, seed: int, watch: Watch | None = None
) -> Array:
    """Outcomes (draws, k) over triangular draws of all inputs, in pieces that fit in memory.

    Fewer rows when the watch says stop.
    """
    watch = watch or Watch()
    rng = np.random.default_rng(seed)
    cells = f.x.size * (len(f.parties) if model.pairwise else 1)
    piece = max(1, draws if model.joint is not None else LARGEST // cells)
    found: list[Array] = []
    for done in range(0, draws, piece):
        if model.joint is None and watch.over("draws of the inputs", done, draws):
            break
        size = min(piece, draws - done)
        found.append(
            outcomes(
                model, *_drawn(f, size, rng), setting, lambda k, n: watch.over("draws of the inputs", k, n)
            )
        )
    return np.concatenate(found) if found else np.empty((0, len(f.issues)))


def _drawn(f: Field, draws: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    def triangle(best: Array, ends: tuple[Array, Array], shape: tuple[int, ...]) -> Array:
        u = rng.random((draws, *shape))
        low, high = ends
        width = high - low
        turn = np.divide(best - low, width, out=np.zeros_like(best), where=width > 0)
        up = low + np.sqrt(u * width * (best - low))
        down = high - np.sqrt((1 - u) * width * (high - best))
        return np.where(u < turn, up, down)

    x, s = triangle(f.x, f.x_range, f.x.shape), triangle(f.s, f.s_range, f.s.shape)
    # one draw for all issues: a party's capability is one number, or moves alike on all of them
    return x, s, triangle(f.c, f.c_range, (len(f.parties), 1))


def band(values: Array) -> tuple[float, float, float]:
    """10 %, 50 % and 90 % quantiles."""
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)


Change: TypeAlias = tuple[str, int, float]
"""(``place``, ``weight`` or ``capability``; party; new value in the field's units)."""


def _with(
    f: Field, k: int, changes: list[Change], model: ForecastModel, setting: Setting, watch: Watch
) -> Array | None:
    """Outcome on line ``k`` under each change of one number, all changes at once; None when cut short."""
    x, s, c = (np.repeat(a[None], len(changes), axis=0) for a in (f.x, f.s, f.c))
    for row, (what, a, value) in enumerate(changes):
        if what == "place":
            x[row, a, k] = value
        elif what == "weight":
            s[row, a, k] = value
        elif model.single is None and np.ptp(f.c[a]) == 0:
            c[row, a] = value
        else:
            c[row, a, k] = value
    if model.single is not None:
        x, s, c, k = x[..., k : k + 1], s[..., k : k + 1], c[..., k : k + 1], 0
    step = f"what each number does on {f.issues[k]}"
    found = outcomes(model, x, s, c, setting, lambda done, n: watch.over(step, done, n))
    return found[:, k] if len(found) == len(changes) else None


def played_anew(f: Field, model: ForecastModel) -> bool:
    """Whether each lever and bar costs a run of the model: these are made only when asked for."""
    return model.joint is not None or (model.pairwise and len(f.parties) > LARGE)


def levers(
    f: Field, k: int, model: ForecastModel, setting: Setting, watch: Watch | None = None
) -> tuple[Lever, ...]:
    """Derivatives for the compromise, central differences over one point for every other model."""
    on = [int(a) for a in np.flatnonzero(~np.isnan(f.x[:, k]))]
    if model is MODELS["compromise"]:
        dx, ds, dc = one_shot.levers(f.x[on, k], f.s[on, k], f.c[on, k])
        return tuple(
            Lever(f.parties[a], float(dx[m]), float(ds[m]) / 100, float(dc[m])) for m, a in enumerate(on)
        )
    changes: list[Change] = []
    for a in on:
        for what, now, unit in (
            ("place", f.x[a, k], 1.0),
            ("weight", f.s[a, k], 0.01),
            ("capability", f.c[a, k], 1.0),
        ):
            least = -np.inf if what == "place" else 1e-9
            changes += [(what, a, max(float(now) + step * unit, least)) for step in (-0.5, 0.5)]
    found = _with(f, k, changes, model, setting, watch or Watch())
    if found is None:
        return ()
    slopes = np.diff(found.reshape(len(on), 3, 2), axis=-1)[..., 0]
    return tuple(Lever(f.parties[a], *(float(v) for v in slopes[m])) for m, a in enumerate(on))


def bars(
    f: Field, k: int, ln: Line, model: ForecastModel, setting: Setting, watch: Watch | None = None
) -> tuple[Bar, ...]:
    """One number at a time to its low and high end, the others at their central estimates."""
    wide = [
        (stand.party, what, given)
        for stand in ln.stands
        for what, given in (
            ("place", stand.place),
            ("weight", stand.salience),
            ("capability", stand.capability),
        )
        if given.low < given.high
    ]
    if not wide:
        return ()
    changes: list[Change] = [
        (what, f.parties.index(party), value / (100 if what == "weight" else 1))
        for party, what, given in wide
        for value in (given.low, given.high)
    ]
    ends = _with(f, k, changes, model, setting, watch or Watch())
    if ends is None:
        return ()
    found = [
        Bar(
            party=party,
            what=what,
            low=given.low,
            high=given.high,
            outcome_low=float(low),
            outcome_high=float(high),
            basis=given.basis,
            statements=given.statements,
        )
        for (party, what, given), (low, high) in zip(wide, ends.reshape(-1, 2), strict=True)
    ]
    return tuple(sorted(found, key=lambda b: -b.swing))


def readings(
    f: Field, k: int, setting: Setting, known: dict[tuple[str, str], Array] | None = None
) -> tuple[tuple[str, float], ...]:
    """Every shipped model in every reading on line ``k``, at the central estimates.

    Models that treat lines together see all lines; one that cannot be applied here, or is too slow for so
    many parties, is left out; readings of a model that all agree are shown once. ``known`` keeps the places
    on all lines by model and reading, so that nothing is played twice.
    """
    known = {} if known is None else known
    found: list[tuple[str, float]] = []
    for name, model in MODELS.items():
        if (name == "exchange" and len(f.issues) < 2) or heavy(name, *f.x.shape):
            continue
        own: list[tuple[str, float]] = []
        for reading in model.readings or ("",):
            try:
                place = _place(f, k, name, Setting(reading, model.rounds, setting.limits), known)
            except NotApplicable:
                continue
            own.append((f"{name}, {reading}" if reading else name, place))
        alike = own and max(p for _, p in own) - min(p for _, p in own) < 1e-9
        found += [(name, own[0][1])] if alike else own
    return tuple(found)


def _place(f: Field, k: int, name: str, run: Setting, known: dict[tuple[str, str], Array]) -> float:
    model = MODELS[name]
    if model.single is not None or (name == "ktab" and np.isnan(f.x).any()):
        keep = ~np.isnan(f.x[:, k])
        x, s, c = (a[keep, k : k + 1] for a in (f.x, f.s, f.c))
        return float(outcomes(model, x, s, c, run)[0])
    at = (name, str(run.reading))
    if at not in known:
        known[at] = outcomes(model, f.x, f.s, f.c, run)
    return float(known[at][k])


def option_shares(ln: Line, d: calibration.Distribution) -> dict[str, float]:
    """Mass nearest to each option's place; options at one place share it."""
    shares = {o: 0.0 for o, _, _ in ln.options}
    at = np.array([place for _, _, place in ln.options])
    gap = np.abs(d.places[:, None] - at[None, :])
    near = gap <= np.min(gap, axis=1, keepdims=True) + 1e-9
    mass = (near / near.sum(axis=1, keepdims=True) * d.masses[:, None]).sum(axis=0)
    return {o: float(m) for o, m in zip(shares, mass, strict=True)}


def moments(ln: Line) -> tuple[Moment, ...]:
    """The compromise at every date on which somebody's place is known, with later places standing in.

    A party that had said nothing yet is taken at its present place.
    """
    now = {s.party: s.place.best for s in ln.stands}
    strength = np.array([s.salience.best * s.capability.best for s in ln.stands])
    told: list[Moment] = []
    at: dict[str, float] = dict(now)
    first = {s.party: s for s in reversed(ln.snapshots)}
    for party, shot in first.items():
        if party in at:
            at[party] = float(shot.place)
    for on in sorted({s.on for s in ln.snapshots}):
        at.update({s.party: float(s.place) for s in ln.snapshots if s.on == on and s.party in now})
        x = np.array([at[s.party] for s in ln.stands])
        told.append(Moment(on, float(one_shot.compromise(x, strength)), dict(at)))
    return tuple(told)


def assumed_share(stands: tuple[Stand, ...]) -> float:
    """Share of the total weight whose salience or capability rests on an assumption or on nothing."""
    weight = [s.salience.best * s.capability.best for s in stands]
    soft = [
        w
        for w, s in zip(weight, stands, strict=True)
        if {s.salience.basis, s.capability.basis} & {"assumed", "gap", "none"}
    ]
    return float(sum(soft) / sum(weight)) if sum(weight) else 1.0
