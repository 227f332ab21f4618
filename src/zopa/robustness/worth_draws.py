"""What a package is worth to each party over draws from its words: the range of nine draws in ten, and who accepts how often.

In every draw a party's worst possible package is worth 0 and its best 100, so that the range can stand beside a utility
that rests on assumed numbers. The law is that of :mod:`zopa.robustness.shares`: uniform on what the words allow.
Ranges come from whole numbers of tenths of a point, so that whoever has the same draws (the page of the report) finds
the same ranges.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.robustness.compatible_set import Compatible, WordSettings
from zopa.robustness.shares import draw
from zopa.robustness.solution_picks import PointsPerIssue, per_issue
from zopa.robustness.stress import spoken, words_of
from zopa.space import Problem

__all__ = ["TENTHS", "PartyDraws", "WordDraws", "WorthByWords", "worth_by_words"]

IntArray = NDArray[np.int64]
SLACK = 1e-9
DRAWS = 256
TENTHS = 10
"""Whole numbers that make a point of the draws."""
KEPT = 32
"""Parties whose draws are kept, by their words: other reservation values or readings leave the words as they are."""


@dataclass(frozen=True)
class WorthByWords:
    """One package under the draws.

    Attributes
    ----------
    package : issue -> option.
    worth : party -> (low, high) in points from its worst to its best package, 0 to 100 unless the party has points of
        its own; nine draws in ten lie between.
    accepts : party -> share of the draws in which the package is no worse than no agreement.
    """

    package: Mapping[str, str]
    worth: Mapping[str, tuple[float, float]]
    accepts: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class PartyDraws:
    """One party's draws.

    Attributes
    ----------
    points : as they were drawn.
    tenths : per issue what each option is worth in tenths of a point above the worst, shape (n_draws, n_options); in
        every draw the worst package is worth 0 and the best 1,000.
    """

    points: PointsPerIssue
    tenths: tuple[IntArray, ...]

    def worth(self, chosen: Mapping[int, int]) -> IntArray:
        """What options (issue -> option) are worth in each draw, open issues at their best, in tenths of a point."""
        each = (t[:, chosen[i]] if i in chosen else t.max(axis=1) for i, t in enumerate(self.tenths))
        return sum(each, np.zeros(len(self.points.weights), dtype=np.int64))


@lru_cache(maxsize=KEPT)
def _drawn(words: Compatible, draws: int, seed: int) -> PartyDraws:
    points = per_issue(words, draw(words, draws, seed))
    ends = np.rint(
        np.cumsum(points.weights, axis=1) * TENTHS
    )  # sums are rounded: the weights still make 1,000
    weights = np.diff(ends, axis=1, prepend=0.0)
    values = (np.rint(v * weights[:, [i]]) for i, v in enumerate(points.values))
    return PartyDraws(points, tuple(v.astype(np.int64) for v in values))


def _nine_draws_in_ten(worth: IntArray) -> tuple[int, int]:
    """The range that a twentieth of the draws lies below, and another above; rounded outward.

    The quantiles are interpolated as by ``numpy.quantile``, in whole numbers.
    """
    ordered = [int(x) for x in np.sort(worth)]

    def between(share: int) -> Fraction:
        k, part = divmod(share * (len(ordered) - 1), 100)
        return Fraction(ordered[k] * (100 - part) + ordered[k + bool(part)] * part, 100)

    return math.floor(between(5)), math.ceil(between(95))


class WordDraws:
    """The draws of every party of a problem, taken once and asked about packages often; falsy where there are none.

    There are none where no party's words say anything about what it could accept, where points depend on several issues
    at once (`interactions`), or where the words leave no room for draws.
    """

    def __init__(
        self, problem: Problem, settings: WordSettings | None = None, draws: int = DRAWS, seed: int = 1
    ) -> None:
        self.space, case = problem.space, problem.case
        self.ends = {
            p: self._own_scale(n) if case.parties[p].points else (Fraction(0), Fraction(100))
            for n, p in enumerate(self.space.parties)
        }
        self.parties: dict[str, PartyDraws] = {}
        if self.space.bonuses or not spoken(problem, settings):
            return
        words, _ = words_of(problem, settings or WordSettings())
        seeds = np.random.SeedSequence(seed).generate_state(len(words))
        try:
            self.parties = {
                p: _drawn(w, draws, int(s)) for (p, w), s in zip(words.items(), seeds, strict=True)
            }
        except NotApplicable:
            return

    def __bool__(self) -> bool:
        return bool(self.parties)

    def worth(self, packages: Sequence[Mapping[str, str]]) -> tuple[WorthByWords, ...]:
        """What the packages are worth, each once. What a partial one leaves open counts at its best, rules aside."""
        if not self:
            return ()
        return tuple(self._one(x) for x in {tuple(x.items()): x for x in packages}.values())

    def _range(self, party: str, worth: IntArray) -> tuple[float, float]:
        """In points of the party, rounded outward to hundredths."""
        start, end = self.ends[party]
        low, high = (start + (end - start) * x / (100 * TENTHS) for x in _nine_draws_in_ten(worth))
        return math.floor(100 * low) / 100, math.ceil(100 * high) / 100

    def _own_scale(self, n: int) -> tuple[Fraction, Fraction]:
        """The least and the greatest points of a party that has points of its own instead of 100."""
        columns = [scores[n] for scores in self.space.scores]
        low, high = (sum(int(pick(c)) for c in columns) for pick in (min, max))
        return self.space.points(low), self.space.points(high)

    def _one(self, package: Mapping[str, str]) -> WorthByWords:
        places = {i: k for k, i in enumerate(self.space.issues)}
        chosen = {places[i]: self.space.options[places[i]].index(o) for i, o in package.items()}
        return WorthByWords(
            dict(package),
            worth={p: self._range(p, x.worth(chosen)) for p, x in self.parties.items()},
            accepts={p: _share(x.points, chosen) for p, x in self.parties.items()},
        )


def _share(points: PointsPerIssue, chosen: Mapping[int, int]) -> float:
    """Share of the draws in which what was chosen is no worse than no agreement."""
    return float((points.worth(chosen) >= points.no_agreement - SLACK).mean())


def worth_by_words(
    problem: Problem,
    packages: Sequence[Mapping[str, str]],
    *,
    settings: WordSettings | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> tuple[WorthByWords, ...]:
    """What the words of each party say about what these packages are worth to it; nothing where they say nothing.

    Parameters
    ----------
    problem : Problem
    packages : full ones, or partial ones.
    settings : WordSettings, optional
    draws, seed : int
        As of :func:`zopa.robustness.stress.stress`: the same seed gives the same draws there.
    """
    return WordDraws(problem, settings, draws, seed).worth(packages) if packages else ()
