"""What a party learns of the others from their offers, and the tactics that use it.

- :class:`FrequencyModel`: how much an issue matters to the other and how good each option is for it, from how often they
  were offered (HardHeaded and others after it).
- `log-rolling` (Faratin, Sierra & Jennings 2002): of the packages about as good as the aspiration, the nearest to the
  other's last offer, differing issues weighed by what the model says they matter to the other.
- `frequency`: of the same packages, the one that the model says is best for the other.
- `nash-seeker`, `kalai-seeker`: a time-dependent aspiration that falls to what the solution is worth, never below. The
  solution is known to the party: that of all packages that may be offered, with utilities from 0 (no agreement) to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zopa.space import IntArray
from zopa.talks.tactics import TOLERANCE, Bidder, FloatArray, History, Preferences, aspirations

__all__ = [
    "ISO_LEVEL",
    "LEARNING",
    "Everyone",
    "FrequencyModel",
    "Seeker",
    "TradeOff",
    "kalai",
    "model_error",
    "nash",
    "options_of",
]

LEARNING = 0.1
"""What an issue's weight rises by, before weights are made to add up to 1, when the other leaves it unchanged."""
ISO_LEVEL = 0.02
"""How far from the aspiration, on utilities from 0 to 1, a package still counts as on the same level."""


def options_of(packages: IntArray, sizes: Sequence[int]) -> IntArray:
    """Options of packages by their numbers, shape (n_issues, n_packages)."""
    return np.array(
        [packages // math.prod(sizes[i + 1 :]) % sizes[i] for i in range(len(sizes))], dtype=np.int64
    )


class FrequencyModel:
    """What one other party's offers tell of its weights and values.

    Attributes
    ----------
    weights : per issue, adding up to 1
    counts : per issue, how often each option was offered
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.weights = np.full(len(sizes), 1 / len(sizes))
        self.counts = [np.zeros(s) for s in sizes]
        self.last: IntArray | None = None

    def hear(self, package: IntArray) -> None:
        """Learn from one offer, given as the option of every issue."""
        if self.last is not None:
            self.weights = self.weights + LEARNING * (package == self.last)
            self.weights = self.weights / self.weights.sum()
        for row, k in zip(self.counts, package, strict=True):
            row[k] += 1
        self.last = package

    def worth(self, options: IntArray) -> FloatArray:
        """Estimated utility, 0 to 1, of packages by their options, shape (n_issues, n_packages)."""
        total = np.zeros(options.shape[1])
        for weight, row, k in zip(self.weights, self.counts, options, strict=True):
            total += weight * row[k] / max(float(row.max()), 1.0)
        return total


@dataclass(frozen=True)
class Everyone:
    """All parties of talks: the options of every issue, and each one's preferences."""

    sizes: tuple[int, ...]
    preferences: tuple[Preferences, ...]

    @cached_property
    def nash(self) -> int | None:
        """See :func:`nash`."""
        return nash(self.preferences)

    @cached_property
    def kalai(self) -> int | None:
        """See :func:`kalai`."""
        return kalai(self.preferences)


class TradeOff(Bidder):
    """A time-dependent aspiration; of the packages on that level, one that suits the other who spoke last."""

    def __init__(self, exponent: float, nearest: bool, sizes: tuple[int, ...], *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.path = self.falling(aspirations(exponent, self.rounds))
        self.nearest, self.sizes = nearest, sizes
        self.models: dict[int, FrequencyModel] = {}
        self.heard = 0

    def aspiration(self, step: int, history: History) -> float:
        """The level at this moment."""
        del history
        return float(self.path[step])

    def offer(self, step: int, history: History) -> int:
        """The package on the own level that is nearest to the other's last offer, or estimated best for it."""
        self._listen(history)
        own, level = self.own, self.aspiration(step, history)
        low, high = np.searchsorted(
            own.ranked, [level - ISO_LEVEL - TOLERANCE, level + ISO_LEVEL + TOLERANCE]
        )
        band = np.sort(own.order[low:high])
        others = [who for who, _ in history if who != self.me]
        if not len(band) or not others:
            return int(own.worst_at(level))
        model = self.models[others[-1]]
        options = options_of(band, self.sizes)
        if self.nearest:
            assert model.last is not None
            far = (model.weights[:, None] * (options != model.last[:, None])).sum(axis=0)
        else:
            far = -model.worth(options)
        good = band[far <= far.min() + TOLERANCE]
        worth = own.value(good)
        return int(good[np.flatnonzero(worth >= worth.max() - TOLERANCE)[0]])

    def _listen(self, history: History) -> None:
        for who, package in history[self.heard :]:
            if who != self.me:
                model = self.models.setdefault(who, FrequencyModel(self.sizes))
                model.hear(options_of(np.array([package]), self.sizes)[:, 0])
        self.heard = len(history)


class Seeker(Bidder):
    """An aspiration that falls from the best to what a known solution is worth."""

    def __init__(self, exponent: float, solution: int, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        least = float(self.own.value(solution))
        self.path = least + (1 - least) * aspirations(exponent, self.rounds)

    def aspiration(self, step: int, history: History) -> float:
        """The level at this moment."""
        del history
        return float(self.path[step])


def model_error(estimated: FloatArray, true: FloatArray) -> tuple[float, float, float]:
    """How far a model is from what packages are worth: root mean square error, Spearman's and Kendall's (tau-b) rank correlation.

    Parameters
    ----------
    estimated : utilities by the model, 0 to 1
    true : utilities of the same packages, on any scale; set from 0 (worst of these) to 1 (best)

    Returns
    -------
    (error, Spearman, Kendall); a correlation is NaN where either side is the same for all packages
    """
    from scipy.stats import kendalltau, rankdata  # loaded only where models are measured

    room = float(true.max() - true.min()) or 1.0
    error = math.sqrt(float(np.mean((estimated - (true - true.min()) / room) ** 2)))
    if np.ptp(estimated) == 0 or np.ptp(true) == 0:
        return error, math.nan, math.nan
    ranks = np.corrcoef(rankdata(estimated), rankdata(true))[0, 1]
    return error, float(ranks), float(kendalltau(estimated, true).statistic)


def _shared(everyone: Sequence[Preferences]) -> tuple[IntArray, FloatArray]:
    """Packages that every party may offer, and what they are worth to each."""
    common = everyone[0].order
    for other in everyone[1:]:
        common = np.intersect1d(common, other.order)
    common = np.sort(common)
    return common, np.array([own.value(common) for own in everyone])


def nash(everyone: Sequence[Preferences]) -> int | None:
    """The package with the largest product of utilities, of equal ones the first; None where no package suits all."""
    packages, worth = _shared(everyone)
    product = np.maximum(worth, 0.0).prod(axis=0)
    return int(packages[np.flatnonzero(product >= product.max() - TOLERANCE)[0]]) if len(packages) else None


def kalai(everyone: Sequence[Preferences]) -> int | None:
    """The package with the largest smallest utility; of equal ones the largest sum, then the first."""
    packages, worth = _shared(everyone)
    if not len(packages):
        return None
    least = worth.min(axis=0)
    kept = np.flatnonzero(least >= least.max() - TOLERANCE)
    total = worth[:, kept].sum(axis=0)
    return int(packages[kept[np.flatnonzero(total >= total.max() - TOLERANCE)[0]]])
