"""What a package is worth to each party over draws from its words: the range of nine draws in ten, and who accepts how often.

In every draw a party's worst possible package is worth 0 and its best 100, so that the range can stand beside a utility
that rests on assumed numbers. The law is that of :mod:`zopa.robustness.shares`: uniform on what the words allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.robustness.compatible_set import WordSettings
from zopa.robustness.shares import draw
from zopa.robustness.solution_picks import PointsPerIssue, nine_in_ten, per_issue
from zopa.robustness.stress import spoken, words_of
from zopa.space import Problem

__all__ = ["WordDraws", "WorthByWords", "worth_by_words"]

FloatArray = NDArray[np.float64]
SLACK = 1e-9
DRAWS = 256


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
            p: self._own_scale(n) if case.parties[p].points else (0.0, 100.0)
            for n, p in enumerate(self.space.parties)
        }
        self.parties: dict[str, PointsPerIssue] = {}
        if self.space.bonuses or not spoken(problem, settings):
            return
        words, _ = words_of(problem, settings or WordSettings())
        seeds = np.random.SeedSequence(seed).generate_state(len(words))
        try:
            self.parties = {
                p: per_issue(w, draw(w, draws, int(s)))
                for (p, w), s in zip(words.items(), seeds, strict=True)
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

    def _scaled(self, party: str, worth: FloatArray) -> FloatArray:
        low, high = self.ends[party]
        found: FloatArray = low + worth * ((high - low) / 100)
        return found

    def _own_scale(self, n: int) -> tuple[float, float]:
        """The least and the greatest points of a party that has points of its own instead of 100."""
        columns = [scores[n] for scores in self.space.scores]
        low, high = (sum(int(pick(c)) for c in columns) for pick in (min, max))
        return float(self.space.points(low)), float(self.space.points(high))

    def _one(self, package: Mapping[str, str]) -> WorthByWords:
        places = {i: k for k, i in enumerate(self.space.issues)}
        chosen = {places[i]: self.space.options[places[i]].index(o) for i, o in package.items()}
        worth = {p: x.worth(chosen) for p, x in self.parties.items()}
        return WorthByWords(
            dict(package),
            worth={p: nine_in_ten(self._scaled(p, u)) for p, u in worth.items()},
            accepts={p: float((u >= self.parties[p].no_agreement - SLACK).mean()) for p, u in worth.items()},
        )


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
