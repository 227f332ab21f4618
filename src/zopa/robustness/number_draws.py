"""Draws of the case's own numbers by their laws, in place of uniform draws from all that the words allow.

Weights, values and reservation values are drawn from their intervals (uniform, or the law that a judgment names) and
kept where they satisfy every inequality of the party's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from zopa.case import Interval, Judgment
from zopa.case.estimates import reservation, values, weights
from zopa.case.laws import quantiles
from zopa.errors import NotApplicable
from zopa.robustness.compatible_set import Compatible
from zopa.space import Problem

__all__ = ["NumberRoom", "number_room"]

FloatArray = NDArray[np.float64]
ROUNDS = 200
"""How often a chunk may be filled up; fewer than about one draw in two hundred that fits is too few."""
Number = tuple[Judgment | None, Interval]


@dataclass(frozen=True)
class NumberRoom:
    """The numbers of one party with their laws, and the rows that a draw must satisfy.

    Attributes
    ----------
    values : per issue and option.
    weights : per issue; drawn weights are scaled to add up to 100, and are all 100 for a party with points.
    floor : the reservation value, or None.
    now : per issue the option of the status quo, or -1.
    """

    words: Compatible
    values: tuple[tuple[Number, ...], ...]
    weights: tuple[Number, ...]
    floor: Number | None
    now: tuple[int, ...]
    points: bool = False

    def chunk(self, k: int, size: int, seed: np.random.SeedSequence) -> FloatArray:
        """Chunk ``k`` of the draws, shape (size, n_variables); depends on the seed alone.

        Raises
        ------
        NotApplicable
            Too few draws of the numbers fit the words.
        """
        del k
        rng = np.random.Generator(np.random.PCG64(seed))
        kept: list[FloatArray] = []
        n = 0
        for _ in range(ROUNDS):
            found = self._fitting(self._drawn(size, rng))
            kept.append(found)
            n += len(found)
            if n >= size:
                return np.concatenate(kept)[:size]
        raise NotApplicable(
            f"the numbers of {self.words.party} hardly ever fit its words ({n} of {ROUNDS * size:,} draws); `--waiting open` "
            "lets no agreement be better than the status quo, and `zopa stress` names the words that the numbers break"
        )

    def _drawn(self, size: int, rng: np.random.Generator) -> FloatArray:
        w = np.column_stack([quantiles(*x, rng.random(size)) for x in self.weights])
        if not self.points:
            w = 100 * w / np.maximum(w.sum(axis=1, keepdims=True), 1e-12)
        found = np.zeros((size, len(self.words.variables)))
        base = np.zeros(size)
        for i, options in enumerate(self.values):
            v = np.column_stack([quantiles(*x, rng.random(size)) for x in options]) * w[:, i : i + 1] / 100
            still = v[:, self.now[i]] if self.now[i] >= 0 else np.zeros(size)
            base += still
            gains = v - still[:, None]
            for k, at in enumerate(self.words.at[i]):
                if at >= 0:
                    found[:, at] = gains[:, k]
            for t, (kind, issue) in enumerate(self.words.variables):
                if kind == "top" and issue == self._issue(i):
                    found[:, t] = gains.max(axis=1)
        floor = quantiles(*self.floor, rng.random(size)) if self.floor is not None else np.zeros(size)
        if self.words.cost >= 0:
            found[:, self.words.cost] = base - floor
        return found

    def _issue(self, i: int) -> str:
        at = next((v for v in self.words.at[i] if v >= 0), None)
        return "" if at is None else self.words.variables[at][0]

    def _fitting(self, points: FloatArray) -> FloatArray:
        fits = np.zeros(len(points), dtype=bool)
        for rows in self.words.alternatives:
            here = np.ones(len(points), dtype=bool)
            for row in rows:
                worth = points @ np.array(row.vector, dtype=float)
                here &= worth > 0 if row.strict else worth >= -1e-9
            fits |= here
        return points[fits]


def number_room(problem: Problem, words: Compatible) -> NumberRoom:
    """The numbers of a party in a case, with their laws."""
    case, space, name = problem.case, problem.space, words.party
    party = case.parties[name]
    floor = reservation(case, name)
    now = []
    for issue, options in zip(space.issues, space.options, strict=True):
        still = case.issues[issue].now
        now.append(-1 if still is None else options.index(still))
    full = Interval(Fraction(100), Fraction(100), Fraction(100))
    return NumberRoom(
        words,
        values=tuple(
            tuple((party.values.get(i, {}).get(o), values(case, name, i)[o]) for o in options)
            for i, options in zip(space.issues, space.options, strict=True)
        ),
        weights=tuple(
            (None, full) if party.points else (party.weights.get(i), weights(case, name)[i])
            for i in space.issues
        ),
        floor=None if floor is None else (party.reservation, floor),
        now=tuple(now),
        points=bool(party.points),
    )
