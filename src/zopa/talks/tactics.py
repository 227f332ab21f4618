"""How a party bids and accepts in simulated talks, by the field's names.

A tactic is a spec in words: ``boulware``, ``linear``, ``conceder``, ``time-dependent:E`` (E < 1 concedes late),
``hardliner``, ``random``, ``micro``, ``tit-for-tat`` (absolute), ``relative-tit-for-tat``; or a callable
``f(history) -> package number or None`` (None accepts), where history is a list of (party, package number).

Time-dependent (Faratin, Sierra & Jennings 1998): a(t) = u_min + (1 - t^(1/E)) (u_max - u_min), where u_min is the
reservation value. NegMAS writes 1 - t^e with e = 1 / E. The offer is the worst package at or above a(t), of equal ones
the first of the space; a standing offer at or above a(t) is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName
from zopa.space import IntArray

__all__ = [
    "EXPONENTS",
    "NEGMAS_REACH",
    "NEGMAS_SLACK",
    "TACTICS",
    "Bidder",
    "Preferences",
    "aspirations",
    "bidder",
    "exponent",
    "negmas_exponent",
]

FloatArray = NDArray[np.float64]
History = Sequence[tuple[int, int]]
Spec = str | Callable[[History], int | None]

EXPONENTS = {"boulware": 0.25, "linear": 1.0, "conceder": 4.0}
TACTICS = (
    *EXPONENTS,
    "time-dependent:E",
    "hardliner",
    "random",
    "micro",
    "tit-for-tat",
    "relative-tit-for-tat",
)
NEGMAS_SLACK = 1e-4
"""How far below the aspiration NegMAS looks for an offer and accepts one; agreements equal its own only with it."""
NEGMAS_REACH = 1e-6
"""How far below that level NegMAS still takes a package, where it is nearer to the level than the next one above."""
TOLERANCE = 1e-12
"""Two utilities from 0 to 1 closer than this count as equal: they are floats here."""


def exponent(spec: str) -> float | None:
    """The exponent E of a time-dependent tactic; None where the tactic is another one.

    Raises
    ------
    UnknownName
        No tactic of that name.
    NotApplicable
        An exponent that is not a positive number.
    """
    if spec in EXPONENTS:
        return EXPONENTS[spec]
    name, _, number = spec.partition(":")
    if name == "time-dependent":
        try:
            found = float(number)
        except ValueError:
            found = 0.0
        if not 0 < found < 1e6:
            raise NotApplicable(f"expected time-dependent:E with a positive number E, saw '{spec}'")
        return found
    if spec not in TACTICS:
        raise UnknownName("tactic", spec, TACTICS)
    return None


def negmas_exponent(e: float) -> float:
    """The exponent of NegMAS for ours, and ours for that of NegMAS."""
    return 1 / e


def aspirations(e: float, rounds: int) -> FloatArray:
    """a(t) from 1 to 0 for every round, t = (round + 1) / (rounds + 1)."""
    t = np.arange(1, rounds + 1) / (rounds + 1)
    return np.asarray(1 - t ** (1 / e), dtype=np.float64)


@dataclass(frozen=True)
class Preferences:
    """One party's packages in ascending order of utility, from 0 (no agreement) to 1 (its best); sorted once.

    ``worth`` is the utility of every package; ``order`` holds only packages that may be offered, ``ranked`` their utilities.
    ``slack`` and ``reach`` are those of NegMAS: what is offered and accepted may be ``slack`` below the aspiration, and of
    the packages around that level the nearest is offered, if it is not more than ``reach`` below.
    """

    worth: FloatArray
    order: IntArray
    ranked: FloatArray
    slack: float = 0.0
    reach: float = 0.0

    @classmethod
    def of(
        cls, worth: FloatArray, allowed: NDArray[np.bool_], slack: float = 0.0, reach: float = 0.0
    ) -> Preferences:
        """Sort the packages that may be offered and are not below no agreement."""
        offered = np.flatnonzero(allowed & (worth >= -TOLERANCE))
        order = offered[np.argsort(worth[offered], kind="stable")]
        return cls(worth, order, worth[order], slack, reach)

    @property
    def best(self) -> int:
        """The package that is worth most."""
        return int(self.order[-1])

    def value(self, packages: IntArray | int) -> FloatArray:
        """What packages are worth, by their numbers."""
        return np.asarray(self.worth[packages], dtype=np.float64)

    def worst_at(self, level: FloatArray | float) -> IntArray:
        """The worst package at or above each level, of equal ones the first; the best where none is."""
        ranked, wanted = self.ranked, np.asarray(level) - self.slack
        at = np.searchsorted(ranked, wanted - TOLERANCE)
        at = np.minimum(at, len(ranked) - 1)
        if self.reach:
            below = np.maximum(at - 1, 0)
            near = (ranked[below] >= wanted - self.reach) & (
                wanted - ranked[below] < np.abs(ranked[at] - wanted)
            )
            at = np.where(near, below, at)
        first = np.searchsorted(ranked, ranked[at] - TOLERANCE)
        return np.asarray(self.order[first], dtype=np.int64)


class Bidder:
    """One party in one run: what it offers in a round, and whether it accepts."""

    def __init__(self, own: Preferences, me: int, rounds: int, rng: np.random.Generator) -> None:
        self.own, self.me, self.rounds, self.rng = own, me, rounds, rng
        self.level = 1.0

    def aspiration(self, step: int, history: History) -> float:
        """The utility at or above which it offers and accepts."""
        del step, history
        return self.level

    def offer(self, step: int, history: History) -> int:
        """A package number."""
        return int(self.own.worst_at(self.aspiration(step, history)))

    def accepts(self, package: int, step: int, history: History) -> bool:
        """Whether the standing offer will do."""
        return bool(self.own.value(package) >= self.aspiration(step, history) - self.own.slack - TOLERANCE)


class _Timed(Bidder):
    def __init__(self, e: float, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.path = aspirations(e, self.rounds)

    def aspiration(self, step: int, history: History) -> float:
        del history
        return float(self.path[step])


class _Random(Bidder):
    def offer(self, step: int, history: History) -> int:
        del step, history
        return int(self.rng.choice(self.own.order))

    def accepts(self, package: int, step: int, history: History) -> bool:
        return bool(self.own.value(package) >= self.own.value(self.offer(step, history)))


class _TitForTat(Bidder):
    """Concedes what the last other party conceded (absolute), or in its proportion (relative)."""

    relative = False

    def aspiration(self, step: int, history: History) -> float:
        del step
        heard = [float(self.own.value(x)) for who, x in history if who != self.me]
        mine = [float(self.own.value(x)) for who, x in history if who == self.me]
        level = mine[-1] if mine else 1.0
        if len(heard) < 2 or not mine:
            return level
        before, now = heard[-2], heard[-1]
        if not self.relative:
            return min(max(level - (now - before), 0.0), 1.0)
        return min(max(level * before / now, 0.0), 1.0) if now > 0 else level


class _RelativeTitForTat(_TitForTat):
    relative = True


class _Micro(Bidder):
    """MiCRO (de Jonge 2022): the next own package only when the other has made as many different offers."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.best_first = self.own.order[::-1]

    def _next(self, history: History) -> int:
        mine = {x for who, x in history if who == self.me}
        theirs = {x for who, x in history if who != self.me}
        if len(theirs) >= len(mine) and len(mine) < len(self.best_first):
            return int(self.best_first[len(mine)])
        return int(self.best_first[int(self.rng.integers(len(mine)))])  # repeats one of its own, seeded

    def offer(self, step: int, history: History) -> int:
        del step
        return self._next(history)

    def accepts(self, package: int, step: int, history: History) -> bool:
        del step
        mine = {x for who, x in history if who == self.me}
        theirs = {x for who, x in history if who != self.me}
        ahead = len(mine) if len(theirs) >= len(mine) else len(mine) - 1
        lowest = self.best_first[min(ahead, len(self.best_first) - 1)]
        return bool(self.own.value(package) >= self.own.value(lowest) - TOLERANCE)


class _Callable(Bidder):
    def __init__(self, call: Callable[[History], int | None], *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.call = call

    def offer(self, step: int, history: History) -> int:
        del step
        found = self.call(history)
        return self.own.best if found is None else int(found)

    def accepts(self, package: int, step: int, history: History) -> bool:
        del package, step
        return self.call(history) is None


def bidder(spec: Spec, own: Preferences, me: int, rounds: int, rng: np.random.Generator) -> Bidder:
    """The bidder of a spec.

    Raises
    ------
    UnknownName
        No tactic of that name.
    """
    if not isinstance(spec, str):
        return _Callable(spec, own, me, rounds, rng)
    e = exponent(spec)
    if e is not None:
        return _Timed(e, own, me, rounds, rng)
    kinds: dict[str, type[Bidder]] = {
        "hardliner": Bidder,
        "random": _Random,
        "micro": _Micro,
        "tit-for-tat": _TitForTat,
        "relative-tit-for-tat": _RelativeTitForTat,
    }
    return kinds[spec](own, me, rounds, rng)
