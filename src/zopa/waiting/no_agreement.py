"""What no agreement is worth to a party, month by month, and when a package opens.

Everything is exact: figures are fractions, so a tie at the reservation value is a tie. May not enter:
cases, names of parties, files, clocks of the machine.

``V(t) = sum_{s<L} d^s (w - k c(m+s)) + d^L (E + g t)`` where the clock says from which month ``m`` and
over how many months ``L`` one looks ahead (:class:`Clock`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from zopa.case import ZERO, Interval
from zopa.errors import UnknownName

__all__ = ["CLOCKS", "Clock", "Costs", "Opening", "Waiting", "opening_of", "worth_of_waiting"]

ClockKind = Literal["rolling", "fixed", "from-date"]
CLOCKS: dict[str, str] = {
    "rolling": "each month the party looks the same number of months ahead; with constant costs the "
    "value of no agreement does not move",
    "fixed": "the party looks ahead to one fixed month, after which the end value holds",
    "from-date": "costs count from month 0 on: the value of holding out t months, as seen from month 0",
}
ONE = Interval.of(1)


@dataclass(frozen=True)
class Clock:
    """How far a party looks ahead; ``months`` is the horizon (rolling) or the end month (fixed)."""

    kind: ClockKind = "rolling"
    months: int = 12

    def __post_init__(self) -> None:
        if self.kind not in CLOCKS:
            raise UnknownName("clock", self.kind, CLOCKS)
        if self.months < 0:
            raise ValueError(f"expected 0 or more months, saw {self.months}")

    def window(self, month: int) -> tuple[int, int]:
        """First month of the sum and number of months in it, seen from ``month``."""
        if self.kind == "from-date":
            return 0, month
        return month, self.months if self.kind == "rolling" else max(0, self.months - month)

    def __str__(self) -> str:
        if self.kind == "rolling":
            return f"rolling horizon of {self.months} months"
        return f"fixed end in month {self.months}" if self.kind == "fixed" else "costs counted from month 0"


@dataclass(frozen=True)
class Costs:
    """Monthly loss: the step in force plus ``rise`` for every month since month 0.

    ``steps`` holds (month, loss per month), ascending; before the first step the loss is 0.
    """

    steps: tuple[tuple[int, Interval], ...] = ()
    rise: Interval = ZERO

    def at(self, month: int) -> Interval:
        """Loss in one month."""
        loss = ZERO
        for start, figure in self.steps:
            if start > month:
                break
            loss = figure
        return loss if self.rise.is_zero else loss + self.rise.scaled(month)

    @property
    def is_zero(self) -> bool:
        """Whether nothing is ever lost or gained."""
        figures = [self.rise, *(figure for _, figure in self.steps)]
        return all(f.is_zero for f in figures)


@dataclass(frozen=True)
class Waiting:
    """What one party bears and expects while there is no agreement.

    Attributes
    ----------
    end : Interval
        Utility (points) that the party expects when its horizon ends (E).
    flow : Interval
        Points per month that the status quo yields (w).
    costs : Costs
        Loss per month in the user's unit (c).
    worth : Interval
        Points per unit of loss (k), 0 or more.
    discount : Interval
        Monthly discount factor (d), above 0 up to 1.
    drift : Interval
        Points by which the expected end value moves per month (g); above 0 for a party that expects
        to gain by waiting.
    """

    end: Interval
    flow: Interval = ZERO
    costs: Costs = field(default_factory=Costs)
    worth: Interval = ONE
    discount: Interval = ONE
    drift: Interval = ZERO

    def __post_init__(self) -> None:
        if self.worth.low < 0:
            raise ValueError(f"points per unit of loss: expected 0 or more, saw {self.worth}")
        if not 0 < self.discount.low <= self.discount.high <= 1:
            raise ValueError(f"discount: expected above 0 and up to 1, saw {self.discount}")

    @property
    def costless(self) -> bool:
        """Whether cost plays no part: no loss, or a loss that is worth no points."""
        return self.worth.is_zero or self.costs.is_zero


def _coefficients(
    flows: Sequence[Fraction], losses: Sequence[Fraction], worth: Fraction, end: Fraction
) -> list[Fraction]:
    """V as a polynomial in the discount factor, lowest power first."""
    return [w - worth * c for w, c in zip(flows, losses, strict=True)] + [end]


def _at(coefficients: Sequence[Fraction], x: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _range(coefficients: Sequence[Fraction], x: Interval) -> tuple[Fraction, Fraction]:
    """Least and greatest value over the interval x (within (0, 1]).

    Exact when all coefficients after the first have one sign (the polynomial is then monotone);
    otherwise the two monotone parts give bounds that the value cannot leave.
    """
    head, tail = coefficients[0], coefficients[1:]
    if x.is_point or all(c >= 0 for c in tail) or all(c <= 0 for c in tail):
        ends = [_at(coefficients, corner) for corner in x.corners]
        return min(ends), max(ends)
    up = [head, *(max(c, Fraction(0)) for c in tail)]
    down = [Fraction(0), *(min(c, Fraction(0)) for c in tail)]
    return _at(up, x.low) + _at(down, x.high), _at(up, x.high) + _at(down, x.low)


def worth_of_waiting(waiting: Waiting, month: int, clock: Clock) -> Interval:
    """No-agreement value of one party in one month, as a band with exact corners.

    The value rises with flow, end and drift and falls with the loss; it is linear in the points per
    unit of loss, so both ends of that are tried. An interval for the discount factor enters through
    :func:`_range`.

    Examples
    --------
    >>> steady = Waiting(end=Interval.of(40), flow=Interval.of(2), costs=Costs(((0, Interval.of("1/2")),)),
    ...                  worth=Interval.of("3/2"), discount=Interval.of("0.98"))
    >>> round(float(worth_of_waiting(steady, 0, Clock("rolling", 12)).best), 4)
    44.8439
    """
    start, length = clock.window(month)
    losses = [waiting.costs.at(start + s) for s in range(length)]
    end = waiting.end + waiting.drift.scaled(month)
    best = _at(
        _coefficients([waiting.flow.best] * length, [c.best for c in losses], waiting.worth.best, end.best),
        waiting.discount.best,
    )
    lows = [
        _range(
            _coefficients([waiting.flow.low] * length, [c.high for c in losses], k, end.low), waiting.discount
        )[0]
        for k in waiting.worth.corners
    ]
    highs = [
        _range(
            _coefficients([waiting.flow.high] * length, [c.low for c in losses], k, end.high),
            waiting.discount,
        )[1]
        for k in waiting.worth.corners
    ]
    return Interval(best=best, low=min(lows), high=max(highs))


@dataclass(frozen=True)
class Opening:
    """First month in which something holds: at the earliest, centrally, at the latest; None = not in sight."""

    earliest: int | None
    central: int | None
    latest: int | None

    def __str__(self) -> str:
        if self.earliest is None:
            return "not in sight"
        if self.earliest == self.latest:
            return f"month {self.central}"
        central = "not in sight" if self.central is None else f"month {self.central}"
        latest = "not in sight" if self.latest is None else self.latest
        return f"{central} ({self.earliest} at the earliest, {latest} at the latest)"


def _first(holds: Sequence[bool]) -> int | None:
    return next((month for month, yes in enumerate(holds) if yes), None)


def opening_of(curve: Sequence[Interval], utility: Interval) -> Opening:
    """First month in which a package with this utility is acceptable (utility >= no agreement)."""
    return Opening(
        _first([utility.high >= r.low for r in curve]),
        _first([utility.best >= r.best for r in curve]),
        _first([utility.low >= r.high for r in curve]),
    )
