"""How a party bids and accepts in simulated talks, by the field's names.

A tactic is a spec in words: ``boulware``, ``linear``, ``conceder``, ``time-dependent:E`` (E < 1 concedes late),
``hardliner``, ``random``, ``micro``, ``tit-for-tat`` (absolute), ``relative-tit-for-tat``, ``averaged-tit-for-tat:W`` (over
W offers), ``random-tit-for-tat:M`` (a random term of up to M), ``log-rolling:E``, ``frequency:E``, ``nash-seeker:E``,
``kalai-seeker:E`` (see :mod:`zopa.talks.opponent_model`); behind a plus sign, when it accepts (see
:mod:`zopa.talks.acceptance_conditions`). Or a callable ``f(history) -> package number or None`` (None accepts), where
history is a list of (party, package number).

Time-dependent (Faratin, Sierra & Jennings 1998): a(t) = u_min + (1 - t^(1/E)) (u_max - u_min), where u_min is the
reservation value. NegMAS writes 1 - t^e with e = 1 / E. The offer is the worst package at or above a(t), of equal ones
the first of the space; a standing offer at or above a(t) is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName
from zopa.space import IntArray

__all__ = [
    "EXPONENTS",
    "NEGMAS_REACH",
    "NEGMAS_SLACK",
    "NUMBERED",
    "TACTICS",
    "AveragedTitForTat",
    "Bidder",
    "Micro",
    "Preferences",
    "RandomBidder",
    "RandomTitForTat",
    "Timed",
    "TitForTat",
    "UserTactic",
    "aspirations",
    "exponent",
    "named",
    "negmas_exponent",
]

FloatArray = NDArray[np.float64]
History = Sequence[tuple[int, int]]
Spec = str | Callable[[History], int | None]

EXPONENTS = {"boulware": 0.25, "linear": 1.0, "conceder": 4.0}
NUMBERED: Mapping[str, float] = {
    "time-dependent": 1.0, "averaged-tit-for-tat": 3.0, "random-tit-for-tat": 0.05, "log-rolling": 0.25, "frequency": 0.25,
    "nash-seeker": 0.25, "kalai-seeker": 0.25,
}  # fmt: skip
"""Tactics with a number behind a colon, and the number where none is given."""
TACTICS = (*EXPONENTS, "hardliner", "random", "micro", "tit-for-tat", "relative-tit-for-tat", *NUMBERED)
NEGMAS_SLACK = 1e-4
"""How far below the aspiration NegMAS looks for an offer and accepts one; agreements equal its own only with it."""
NEGMAS_REACH = 1e-6
"""How far below that level NegMAS still takes a package, where it is nearer to the level than the next one above."""
TOLERANCE = 1e-12
"""Two utilities from 0 to 1 closer than this count as equal: they are floats here."""


def named(spec: str) -> tuple[str, float]:
    """The tactic of a spec and its number (0 where it has none); what stands behind a plus sign is left out.

    Raises
    ------
    UnknownName
        No tactic of that name.
    NotApplicable
        A number that the tactic cannot have.
    """
    plain = spec.partition("+")[0].strip()
    name, sign, number = plain.partition(":")
    if name in EXPONENTS and not sign:
        return "time-dependent", EXPONENTS[name]
    if name not in NUMBERED:
        if plain not in TACTICS:
            raise UnknownName("tactic", plain, TACTICS)
        return plain, 0.0
    try:
        found = float(number) if sign else NUMBERED[name]
    except ValueError:
        found = 0.0
    whole = name != "averaged-tit-for-tat" or found.is_integer()
    if not (0 < found < 1e6 and whole):
        raise NotApplicable(f"expected {name}:N with a positive number N, saw '{plain}'")
    return name, found


def exponent(spec: str) -> float | None:
    """The exponent E of a time-dependent tactic that accepts what it would offer; None where it is another one.

    Raises
    ------
    UnknownName, NotApplicable
        As :func:`named`.
    """
    name, number = named(spec)
    return number if name == "time-dependent" and "+" not in spec else None


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
        cls,
        worth: FloatArray,
        allowed: NDArray[np.bool_],
        slack: float = 0.0,
        reach: float = 0.0,
        least: float = 0.0,
    ) -> Preferences:
        """Sort the packages that may be offered and are not below ``least``, what no agreement is worth at the end."""
        offered = np.flatnonzero(allowed & (worth >= min(least, 0.0) - TOLERANCE))
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
    """One party in one run: what it offers in a round, and whether it accepts.

    ``floors`` is what no agreement is worth to it in each round and at the deadline, from 0 (now) down; None where
    waiting costs nothing.
    """

    def __init__(
        self,
        own: Preferences,
        me: int,
        rounds: int,
        rng: np.random.Generator,
        floors: FloatArray | None = None,
    ) -> None:
        self.own, self.me, self.rounds, self.rng, self.floors = own, me, rounds, rng, floors
        self.level = 1.0

    def floor(self, step: int) -> float:
        """What no agreement is worth in a round."""
        return 0.0 if self.floors is None else float(self.floors[step])

    def falling(self, path: FloatArray) -> FloatArray:
        """An aspiration from 1 to 0 as one from 1 to what no agreement is worth by then."""
        if self.floors is None:
            return path
        floors = self.floors[: self.rounds]
        return np.asarray(floors + (1 - floors) * path, dtype=np.float64)

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

    def leaves(self, step: int, history: History, breakdown: float) -> bool:
        """Whether going on is worth less than no agreement now.

        Going on: what it will aspire to in the next round, or no agreement by then where talks break off. Nobody leaves
        in the last round, which ends the talks anyhow.
        """
        if step + 1 >= self.rounds:
            return False
        hoped = self.aspiration(step + 1, history)
        ahead = (1 - breakdown) * hoped + breakdown * self.floor(step + 1)
        return ahead < self.floor(step) - TOLERANCE


class Timed(Bidder):
    """A time-dependent aspiration, that of an exponent."""

    def __init__(self, e: float, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.path = self.falling(aspirations(e, self.rounds))

    def aspiration(self, step: int, history: History) -> float:
        """The utility at or above which it offers and accepts."""
        del history
        return float(self.path[step])


class RandomBidder(Bidder):
    """Offers any package that is not below no agreement, and accepts what is as good as one drawn."""

    def offer(self, step: int, history: History) -> int:
        """A package number."""
        del step, history
        return int(self.rng.choice(self.own.order))

    def accepts(self, package: int, step: int, history: History) -> bool:
        """Whether the standing offer will do."""
        return bool(self.own.value(package) >= self.own.value(self.offer(step, history)))


class TitForTat(Bidder):
    """Concedes what the other conceded between its last two offers."""

    def aspiration(self, step: int, history: History) -> float:
        """The utility at or above which it offers and accepts."""
        heard = [float(self.own.value(x)) for who, x in history if who != self.me]
        mine = [float(self.own.value(x)) for who, x in history if who == self.me]
        level = mine[-1] if mine else 1.0
        wanted = self.answer(level, heard) if mine and len(heard) > 1 else level
        return min(max(wanted, self.floor(step)), 1.0)

    def answer(self, level: float, heard: Sequence[float]) -> float:
        """The next level, by the last own one and what the other's offers were worth."""
        return level - (heard[-1] - heard[-2])


class AveragedTitForTat(TitForTat):
    """In proportion to what the other conceded over its last ``window`` offers; with a window of 1, relative."""

    def __init__(self, window: float, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.window = int(window)

    def answer(self, level: float, heard: Sequence[float]) -> float:
        """The next level, by the last own one and what the other's offers were worth."""
        before, now = heard[max(len(heard) - 1 - self.window, 0)], heard[-1]
        return level * before / now if now > 0 else level


class RandomTitForTat(TitForTat):
    """Absolute, and a random term of up to ``most`` either way; drawn once for each offer heard."""

    def __init__(self, most: float, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.most, self.drawn = most, [0.0, 0.0]

    def answer(self, level: float, heard: Sequence[float]) -> float:
        """The next level, by the last own one and what the other's offers were worth."""
        while len(self.drawn) <= len(heard):
            self.drawn.append(float(self.rng.uniform(-self.most, self.most)))
        return super().answer(level, heard) + self.drawn[len(heard)]


class Micro(Bidder):
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
        """A package number."""
        del step
        return self._next(history)

    def accepts(self, package: int, step: int, history: History) -> bool:
        """Whether the standing offer will do."""
        del step
        mine = {x for who, x in history if who == self.me}
        theirs = {x for who, x in history if who != self.me}
        ahead = len(mine) if len(theirs) >= len(mine) else len(mine) - 1
        lowest = self.best_first[min(ahead, len(self.best_first) - 1)]
        return bool(self.own.value(package) >= self.own.value(lowest) - TOLERANCE)


class UserTactic(Bidder):
    """A function of the user: what it offers; None accepts."""

    def __init__(self, call: Callable[[History], int | None], *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.call = call

    def offer(self, step: int, history: History) -> int:
        """A package number."""
        del step
        found = self.call(history)
        return self.own.best if found is None else int(found)

    def accepts(self, package: int, step: int, history: History) -> bool:
        """Whether the standing offer will do."""
        del package, step
        return self.call(history) is None
