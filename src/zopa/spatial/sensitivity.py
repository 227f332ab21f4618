"""What a forecast says about one line: centre, calibrated spread, input spread, readings, levers, trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.spatial import calibration as calibrated
from zopa.spatial import one_shot as static
from zopa.spatial.lines import Field, Line, Stand
from zopa.spatial.models import LARGE, MODELS, Model, Setting, Step, heavy, outcomes

__all__ = [
    "Bar",
    "Lever",
    "Moment",
    "Outlook",
    "assumed_share",
    "band",
    "bars",
    "draws_of",
    "levers",
    "moments",
    "option_shares",
    "readings",
]

Array = NDArray[np.float64]
LARGEST = 2_000_000
"""Most cells of one piece of the draws."""


@dataclass(frozen=True)
class Lever:
    """How far the outcome moves per place of a party's position, point of weight, point of capability."""

    party: str
    place: float
    salience: float
    capability: float


@dataclass(frozen=True)
class Bar:
    """One uncertain number of a party: the outcome with it at its low and at its high end."""

    party: str
    what: str
    low: float
    high: float
    outcome_low: float
    outcome_high: float
    basis: str
    statements: tuple[str, ...] = ()

    @property
    def swing(self) -> float:
        """How far the outcome moves from one end to the other, without sign."""
        return abs(self.outcome_high - self.outcome_low)


@dataclass(frozen=True)
class Moment:
    """The compromise on a date of the record, with everybody's place then."""

    on: date
    outcome: float
    places: Mapping[str, float]


@dataclass(frozen=True)
class Outlook:
    """The forecast on one line.

    Attributes
    ----------
    outcome : float
        The model's place, 0-100, at the central estimates; ``nearest`` is the option there.
    interval : (low, high) or None
        Around the outcome, ``level`` of past issues inside it; None for a model that was not calibrated.
    contains : str
        What the interval contains, in words.
    intervals : level -> (low, high), at every calibrated level; empty for a model that was not.
    quantiles : level -> place of the default distribution. Its atoms at the ends of the line make its
        10-90 % range wider than the 80 % interval; the score is its merit, coverage is the interval's.
    option_shares : option -> share of that distribution which is nearest to the option's place.
    input_band : (low, median, high)
        10 %, 50 % and 90 % of the outcome over draws of the inputs: input uncertainty only.
    readings : (label, place)
        What every model and reading says at the central estimates.
    levers, bars : see :class:`Lever`, :class:`Bar`; bars by swing, largest first.
    exact_levers : whether the levers are derivatives (compromise) or differences over one point.
    traces : model -> moves, round by round, for every model with rounds that can be run here.
    moments : the compromise at each date of the record.
    assumed : share of the weights (capability times salience) that rest on an assumption or on nothing.
    """

    line: Line
    outcome: float
    nearest: str
    interval: tuple[float, float] | None
    level: float
    contains: str
    intervals: Mapping[float, tuple[float, float]]
    quantiles: Mapping[float, float]
    option_shares: Mapping[str, float]
    input_band: tuple[float, float, float]
    readings: tuple[tuple[str, float], ...]
    levers: tuple[Lever, ...]
    exact_levers: bool
    bars: tuple[Bar, ...]
    traces: Mapping[str, tuple[Step, ...]]
    moments: tuple[Moment, ...]
    assumed: float

    @property
    def issue(self) -> str:
        """The issue's id."""
        return self.line.issue

    @property
    def matters_most(self) -> Bar | None:
        """The single number whose interval moves the outcome most."""
        return self.bars[0] if self.bars and self.bars[0].swing > 0 else None

    @property
    def readings_band(self) -> tuple[float, float]:
        """Lowest and highest place that any shipped model and reading gives."""
        places = [place for _, place in self.readings]
        return min(places), max(places)

    def __str__(self) -> str:
        text = f"{self.issue}: {self.outcome:.0f} of 100, nearest {self.nearest}"
        if self.interval is not None:
            text += f"; {100 * self.level:.0f} % interval {self.interval[0]:.0f} to {self.interval[1]:.0f} ({self.contains})"
        low, _, high = self.input_band
        return text + f"; input uncertainty only: {low:.0f} to {high:.0f}"


def draws_of(f: Field, model: Model, setting: Setting, draws: int, seed: int) -> Array:
    """Outcomes (draws, k) over triangular draws of all inputs, in pieces that fit in memory."""
    rng = np.random.default_rng(seed)
    piece = max(1, LARGEST // f.x.size)
    sizes = [min(piece, draws - done) for done in range(0, draws, piece)]
    return np.concatenate([outcomes(model, *_drawn(f, size, rng), setting) for size in sizes])


def _drawn(f: Field, draws: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    def triangle(best: Array, ends: tuple[Array, Array]) -> Array:
        u = rng.random((draws, *best.shape))
        low, high = ends
        width = high - low
        turn = np.divide(best - low, width, out=np.zeros_like(best), where=width > 0)
        up = low + np.sqrt(u * width * (best - low))
        down = high - np.sqrt((1 - u) * width * (high - best))
        return np.where(u < turn, up, down)

    return triangle(f.x, f.x_range), triangle(f.s, f.s_range), triangle(f.c, f.c_range)


def band(values: Array) -> tuple[float, float, float]:
    """10 %, 50 % and 90 % quantiles."""
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)


Change: TypeAlias = tuple[str, int, float]
"""(``place``, ``weight`` or ``capability``; party; new value in the field's units)."""


def _with(f: Field, k: int, changes: list[Change], model: Model, setting: Setting) -> Array:
    """Outcome on line ``k`` under each change of one number, all changes at once."""
    lead = (len(changes),)
    x, s, c = (np.repeat(a[None], lead[0], axis=0) for a in (f.x, f.s, f.c))
    for row, (what, a, value) in enumerate(changes):
        if what == "place":
            x[row, a, k] = value
        elif what == "weight":
            s[row, a, k] = value
        else:
            c[row, a] = value
    if model.single is not None:
        return outcomes(model, x[..., k : k + 1], s[..., k : k + 1], c, setting)[:, 0]
    return outcomes(model, x, s, c, setting)[:, k]


def levers(f: Field, k: int, model: Model, setting: Setting) -> tuple[Lever, ...]:
    """Derivatives for the compromise, central differences over one point for every other model."""
    on = [int(a) for a in np.flatnonzero(~np.isnan(f.x[:, k]))]
    if model.rounds and len(on) > LARGE:
        return ()
    if model is MODELS["compromise"]:
        dx, ds, dc = static.levers(f.x[on, k], f.s[on, k], f.c[on])
        return tuple(
            Lever(f.parties[a], float(dx[m]), float(ds[m]) / 100, float(dc[m])) for m, a in enumerate(on)
        )
    changes: list[Change] = []
    for a in on:
        for what, now, unit in (
            ("place", f.x[a, k], 1.0),
            ("weight", f.s[a, k], 0.01),
            ("capability", f.c[a], 1.0),
        ):
            least = -np.inf if what == "place" else 1e-9
            changes += [(what, a, max(float(now) + step * unit, least)) for step in (-0.5, 0.5)]
    found = _with(f, k, changes, model, setting).reshape(len(on), 3, 2)
    slopes = found[..., 1] - found[..., 0]
    return tuple(Lever(f.parties[a], *(float(v) for v in slopes[m])) for m, a in enumerate(on))


def bars(f: Field, k: int, ln: Line, model: Model, setting: Setting) -> tuple[Bar, ...]:
    """One number at a time to its low and high end, the others at their central estimates.

    Empty for models with rounds among very many parties, as are their levers.
    """
    if model.rounds and len(ln.stands) > LARGE:
        return ()
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
    ends = _with(f, k, changes, model, setting).reshape(-1, 2)
    found = [
        Bar(party, what, given.low, given.high, float(low), float(high), given.basis, given.statements)
        for (party, what, given), (low, high) in zip(wide, ends, strict=True)
    ]
    return tuple(sorted(found, key=lambda b: -b.swing))


def readings(f: Field, k: int, setting: Setting) -> tuple[tuple[str, float], ...]:
    """Every shipped model in every reading on line ``k``, at the central estimates.

    Models that treat lines together see all lines; one that cannot be applied here, or is too slow for so
    many parties, is left out; readings of a model that all agree are shown once.
    """
    found: list[tuple[str, float]] = []
    for name, model in MODELS.items():
        if (name == "exchange" and len(f.issues) < 2) or heavy(name, len(f.parties)):
            continue
        one = replace(f, issues=f.issues[k : k + 1], x=f.x[:, k : k + 1], s=f.s[:, k : k + 1])
        alone = model.single is not None or (name == "ktab" and np.isnan(f.x).any())
        use, at = (one, 0) if alone else (f, k)
        keep = ~np.isnan(use.x[:, at]) if alone else np.ones(len(f.parties), dtype=bool)
        own: list[tuple[str, float]] = []
        for reading in model.readings or ("",):
            run = Setting(reading, model.rounds, setting.limits)
            try:
                place = outcomes(model, use.x[keep], use.s[keep], use.c[keep], run)[at]
            except NotApplicable:
                continue
            own.append((f"{name}, {reading}" if reading else name, float(place)))
        alike = own and max(p for _, p in own) - min(p for _, p in own) < 1e-9
        found += [(name, own[0][1])] if alike else own
    return tuple(found)


def option_shares(ln: Line, d: calibrated.Distribution) -> dict[str, float]:
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
        told.append(Moment(on, float(static.compromise(x, strength)), dict(at)))
    return tuple(told)


def assumed_share(stands: tuple[Stand, ...]) -> float:
    """Share of the total weight whose salience or capability rests on an assumption or on nothing."""
    weight = [s.salience.best * s.capability.best for s in stands]
    soft = [
        w for w, s in zip(weight, stands, strict=True)
        if {s.salience.basis, s.capability.basis} & {"assumed", "gap", "none"}
    ]  # fmt: skip
    return float(sum(soft) / sum(weight)) if sum(weight) else 1.0
