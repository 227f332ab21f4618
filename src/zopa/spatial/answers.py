"""What a forecast says: per line the outcome, its calibrated spread, the input spread, levers, traces. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zopa.space import Answer, Why
from zopa.spatial.lines import Line
from zopa.spatial.models import ForecastStep

__all__ = ["Bar", "Forecast", "Lever", "Moment", "Outlook"]


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
    held : (low, high)
        Lowest and highest position held: no interval goes beyond.
    interval : (low, high) or None
        The shortest that contained the outcome in ``level`` of past issues; None for a model, reading or
        number of rounds that was not calibrated.
    contains : str
        What the interval rests on, in words.
    intervals : level -> (low, high), at every calibrated level; empty where there is none.
    quantiles : level -> place of the model's calibrated distribution; empty where there is none.
    option_shares : option -> share of that distribution which is nearest to the option's place.
    uncertain, draws : whether a number has an interval, and how many draws of the inputs were made
    input_band : (low, median, high)
        10 %, 50 % and 90 % of the outcome over the draws of the inputs: input uncertainty only. All three
        are the outcome where nothing was drawn.
    readings : (label, place)
        What every model and reading says at the central estimates.
    levers, bars : see :class:`Lever`, :class:`Bar`; bars by swing, largest first. Empty where the model
        must be played anew for each and they were not asked for.
    exact_levers : whether the levers are derivatives (compromise) or differences over one point.
    traces : model -> moves, round by round, for every model with rounds that can be run here.
    moments : the compromise at each date of the record.
    assumed : share of the weights (capability times salience) that rest on an assumption or on nothing.
    """

    line: Line
    outcome: float
    nearest: str
    held: tuple[float, float]
    interval: tuple[float, float] | None
    level: float
    contains: str
    intervals: Mapping[float, tuple[float, float]]
    quantiles: Mapping[float, float]
    option_shares: Mapping[str, float]
    uncertain: bool
    draws: int
    input_band: tuple[float, float, float]
    readings: tuple[tuple[str, float], ...]
    levers: tuple[Lever, ...]
    exact_levers: bool
    bars: tuple[Bar, ...]
    traces: Mapping[str, tuple[ForecastStep, ...]]
    moments: tuple[Moment, ...]
    assumed: float

    @property
    def issue(self) -> str:
        """The issue's id."""
        return self.line.issue

    @property
    def all_agree(self) -> bool:
        """Whether every party on the line holds the same position."""
        return self.held[0] == self.held[1]

    @property
    def matters_most(self) -> Bar | None:
        """The single number whose interval moves the outcome most."""
        return self.bars[0] if self.bars and self.bars[0].swing > 0 else None

    @property
    def readings_band(self) -> tuple[float, float]:
        """Lowest and highest place that any shipped model and reading gives."""
        places = [place for _, place in self.readings]
        return min(places), max(places)


@dataclass(frozen=True)
class Forecast(Answer):
    """What a model says about one or several lines; ``outlooks`` in the order of the case."""

    model: str
    title: str
    outlooks: tuple[Outlook, ...]
    why: tuple[Why, ...]
    warnings: tuple[str, ...] = ()

    def __getitem__(self, issue: str) -> Outlook:
        return next(o for o in self.outlooks if o.issue == issue)
