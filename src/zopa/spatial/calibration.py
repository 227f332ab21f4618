"""How far forecasts have missed: the distribution of the outcome around a model's place, from settled issues.

A mixture of three parts, each a set of places with masses: the parties' own positions by weight, the model's
place plus the errors it made before (in units of the spread of positions), and where between the ends of the
range held such issues were settled. Every part stays within the range of the positions held. Errors and ends
are folded (both directions count alike), so turning the line around turns the forecast around.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.spatial.one_shot import compromise

__all__ = [
    "DEU", "FLOOR", "LEVELS", "SOURCE", "TABLES", "Calibration", "Distribution", "crps", "distribution", "fit", "spread",
]  # fmt: skip

Array = NDArray[np.float64]
STEPS = 40
FLOOR = 8.0
"""Added to the spread of positions (in places) before errors are scaled by it, so that small spreads do not
make small errors large."""
LEVELS = (0.5, 0.8, 0.9, 0.95)
"""Levels at which intervals are calibrated."""
GRID = 0.005
"""Step of the masses among which a calibration chooses."""
TIE = 1e-6
"""Two intervals whose lengths differ by less (in places) are equally short."""


@dataclass(frozen=True)
class Calibration:
    """What settled issues teach about the errors of one model; places are 0-100.

    Attributes
    ----------
    source : str
    issues : int
    errors : tuple of float
        abs(outcome - the model's place) / (spread + FLOOR) at the levels 1/80, 3/80, ... 79/80.
    ends : tuple of float
        abs(t - 1/2) at the same levels, where t is the outcome as a share of the range held, from 0 to 1.
    shares : (float, float, float)
        Mass of positions, errors and ends in the mixture.
    masses : tuple of (level, mass)
        The shortest interval that holds this mass of the distribution contained the outcome of ``level``
        of the issues (split-conformal rank).
    """

    source: str
    issues: int
    errors: tuple[float, ...]
    ends: tuple[float, ...]
    shares: tuple[float, float, float]
    masses: tuple[tuple[float, float], ...]

    def interval(self, d: Distribution, level: float = 0.8) -> tuple[float, float]:
        """The calibrated interval of a distribution made with this calibration.

        Raises
        ------
        NotApplicable
            A level that was not calibrated.
        """
        known = dict(self.masses)
        if level not in known:
            raise NotApplicable(
                f"no interval was calibrated at {level:g}; choose one of {', '.join(f'{v:g}' for v in known)}"
            )
        low, high = d.shortest([known[level]])
        return float(low[0]), float(high[0])


@dataclass(frozen=True, eq=False)
class Distribution:
    """Places 0-100, ascending, with masses that add up to 1; ``center`` is the model's own place."""

    places: Array
    masses: Array
    center: float | None = None

    def quantile(self, level: float | Sequence[float]) -> Array:
        """Smallest place with at least this much mass up to it."""
        reached = np.cumsum(self.masses)
        index = np.searchsorted(reached, np.asarray(level) - 1e-12)
        return self.places[np.minimum(index, len(self.places) - 1)]

    def below(self, place: float | Sequence[float]) -> Array:
        """Mass at or below a place."""
        reached = np.concatenate(([0.0], np.cumsum(self.masses)))
        return reached[np.searchsorted(self.places, np.asarray(place, dtype=float), side="right")]

    def shortest(self, masses: Sequence[float] | Array) -> tuple[Array, Array]:
        """Ends of the shortest interval that holds each mass, stretched to ``center``.

        Where several are equally short the answer spans them all, so that a symmetric distribution has a
        symmetric interval. Shape of both: that of ``masses``.
        """
        ends, first = np.unique(self.places, return_index=True)
        reached = np.cumsum(self.masses)
        before = np.concatenate(([0.0], reached))[first]
        upto = np.append(before[1:], reached[-1])
        want = before[None, :] + np.asarray(masses, dtype=float)[:, None] - 1e-9
        last = np.searchsorted(upto, want)
        fits = last < len(ends)
        width = np.where(fits, ends[np.minimum(last, len(ends) - 1)] - ends[None, :], np.inf)
        best = width <= np.min(width, axis=1, keepdims=True) + TIE
        low = np.min(np.where(best, ends[None, :], np.inf), axis=1)
        high = np.max(np.where(best, ends[np.minimum(last, len(ends) - 1)], -np.inf), axis=1)
        if self.center is not None:
            low, high = np.minimum(low, self.center), np.maximum(high, self.center)
        return low, high


def spread(x: Array, w: Array) -> float:
    """Standard deviation of the positions by weight, in places."""
    return float(np.sqrt(np.sum(w * (x - compromise(x, w)) ** 2) / np.sum(w)))


def distribution(
    x: Array, w: Array, *, place: float | None = None, calibration: Calibration | None = None
) -> Distribution:
    """The calibrated distribution of the outcome for positions ``x`` 0-100 and weights ``w``, shape (n,).

    Parameters
    ----------
    place : float, optional
        What the model says; the compromise when left out.
    calibration : Calibration, default :data:`DEU`
        That of the same model.
    """
    use = calibration or DEU
    low, high = float(np.min(x)), float(np.max(x))
    center = float(np.clip(compromise(x, w) if place is None else place, low, high))
    errors, ends = np.array(use.errors) * (spread(x, w) + FLOOR), np.array(use.ends)
    own, past, anywhere = use.shares
    middle, half = (low + high) / 2, high - low
    places = np.clip(
        np.concatenate((x, center - errors, center + errors, middle - half * ends, middle + half * ends)),
        low,
        high,
    )
    masses = np.concatenate(
        (
            own * w / np.sum(w),
            np.full(2 * len(errors), past / (2 * len(errors))),
            np.full(2 * len(ends), anywhere / (2 * len(ends))),
        )
    )
    order = np.argsort(places, kind="stable")
    return Distribution(places[order], masses[order], center)


def crps(d: Distribution, outcome: float) -> float:
    """Continuous ranked probability score, in places: E|X - y| - E|X - X'|/2; lower is better."""
    step = np.diff(d.places)
    under = np.cumsum(d.masses)[:-1]
    return float(np.sum(d.masses * np.abs(d.places - outcome)) - np.sum(step * under * (1 - under)))


def fit(
    x: Sequence[Array],
    w: Sequence[Array],
    outcomes: Array,
    *,
    places: Sequence[float] | None = None,
    source: str,
    levels: Sequence[float] = LEVELS,
) -> Calibration:
    """Calibrate a model on settled issues.

    Parameters
    ----------
    x, w : positions 0-100 and weights per issue
    outcomes : array, 0-100
    places : what the model says per issue; the compromise when left out
    source : where the issues are from

    The shares are those of the 0.1 grid with the lowest mean CRPS; the masses of the intervals are the
    smallest of a grid that reach the split-conformal rank, ceil((n + 1) level) of n issues.

    Raises
    ------
    NotApplicable
        Fewer than 20 issues.
    """
    n = len(outcomes)
    if n < 20:
        raise NotApplicable(f"a calibration needs at least 20 settled issues, got {n}")
    said = np.array([compromise(a, b) for a, b in zip(x, w, strict=True)] if places is None else places)
    low, high = np.array([np.min(a) for a in x]), np.array([np.max(a) for a in x])
    scale = np.array([spread(a, b) for a, b in zip(x, w, strict=True)]) + FLOOR
    range_ = np.where(high > low, high - low, 1.0)
    start = Calibration(
        source=source,
        issues=n,
        errors=_quantiles(np.abs(outcomes - np.clip(said, low, high)) / scale),
        ends=_quantiles(np.abs(np.clip((outcomes - low) / range_, 0, 1) - 0.5)),
        shares=(1.0, 0.0, 0.0),
        masses=(),
    )
    table = _with_shares(start, x, w, said, outcomes)
    return replace(table, masses=_masses(table, x, w, said, outcomes, levels))


def _quantiles(values: Array) -> tuple[float, ...]:
    return tuple(float(v) for v in np.round(np.quantile(values, (np.arange(STEPS) + 0.5) / STEPS), 3))


def _masses(
    table: Calibration,
    x: Sequence[Array],
    w: Sequence[Array],
    said: Array,
    outcomes: Array,
    levels: Sequence[float],
) -> tuple[tuple[float, float], ...]:
    """For each level the smallest mass whose shortest intervals contain enough of the outcomes."""
    grid = [k * GRID for k in range(round(1 / GRID) + 1)]
    held = np.zeros(len(grid))
    for a, b, place, y in zip(x, w, said, outcomes, strict=True):
        low, high = distribution(a, b, place=float(place), calibration=table).shortest(grid)
        held += (low - 1e-9 <= y) & (y <= high + 1e-9)
    n = len(outcomes)
    found = []
    for level in levels:
        # from above: small masses are reached by many intervals of length nought, which then span too much
        short = np.flatnonzero(held < min(np.ceil((n + 1) * level), n))
        found.append((float(level), float(grid[min(short[-1] + 1, len(grid) - 1)]) if short.size else 0.0))
    return tuple(found)


def _with_shares(
    table: Calibration, x: Sequence[Array], w: Sequence[Array], said: Array, outcomes: Array
) -> Calibration:
    """The score is quadratic in the shares: score the three parts and their pairs once, then the grid."""
    corners = np.eye(3)
    pairs = list(combinations(range(3), 2))

    def mean_score(shares: Array) -> float:
        mixed = _shared(table, shares)
        return float(
            np.mean(
                [
                    crps(distribution(a, b, place=float(p), calibration=mixed), y)
                    for a, b, p, y in zip(x, w, said, outcomes, strict=True)
                ]
            )
        )

    pure = np.array([mean_score(c) for c in corners])
    half = {pair: mean_score((corners[pair[0]] + corners[pair[1]]) / 2) for pair in pairs}
    best, found = np.inf, (1.0, 0.0, 0.0)
    for i in range(11):
        for j in range(11 - i):
            a = np.array([i, j, 10 - i - j]) / 10
            # a convex combination loses 4 a_i a_j times the gain of the half-half mixture
            score = a @ pure - sum(4 * a[p] * a[q] * ((pure[p] + pure[q]) / 2 - half[p, q]) for p, q in pairs)
            if score < best - 1e-12:
                best, found = float(score), (i / 10, j / 10, (10 - i - j) / 10)
    return _shared(table, found)


def _shared(table: Calibration, shares: Sequence[float] | Array) -> Calibration:
    a, b, c = (float(v) for v in shares)
    return replace(table, shares=(a, b, c))


SOURCE = "DEU I-III: issues of EU legislation, 1996-2019, Arregui & Perarnaud 2021, doi:10.34810/data53"
TABLES: Mapping[str, Calibration] = {
    'compromise': Calibration(source=SOURCE, issues=351,
        errors=(0.016, 0.031, 0.046, 0.074, 0.087, 0.101, 0.12, 0.143, 0.161, 0.174, 0.2, 0.211, 0.248, 0.279, 0.286, 0.299, 0.325, 0.353, 0.373, 0.396, 0.411, 0.428, 0.47, 0.521, 0.54, 0.575, 0.593, 0.613, 0.658, 0.674, 0.729, 0.79, 0.857, 0.893, 0.937, 1.001, 1.091, 1.159, 1.347, 1.702),
        ends=(0, 0, 0, 0, 0, 0.001, 0.077, 0.1, 0.1, 0.1, 0.1, 0.132, 0.15, 0.17, 0.2, 0.2, 0.2, 0.2, 0.207, 0.25, 0.265, 0.3, 0.3, 0.3, 0.362, 0.4, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        shares=(0.2, 0.6, 0.2),
        masses=((0.5, 0.47), (0.8, 0.79), (0.9, 0.875), (0.95, 0.91)),
    ),
    'median': Calibration(source=SOURCE, issues=351,
        errors=(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.116, 0.179, 0.209, 0.26, 0.322, 0.373, 0.419, 0.476, 0.492, 0.533, 0.574, 0.603, 0.659, 0.724, 0.785, 0.87, 0.949, 1.021, 1.059, 1.159, 1.221, 1.313, 1.368, 1.514, 1.6, 1.729, 1.803, 2.03),
        ends=(0, 0, 0, 0, 0, 0.001, 0.077, 0.1, 0.1, 0.1, 0.1, 0.132, 0.15, 0.17, 0.2, 0.2, 0.2, 0.2, 0.207, 0.25, 0.265, 0.3, 0.3, 0.3, 0.362, 0.4, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        shares=(0.4, 0.1, 0.5),
        masses=((0.5, 0.455), (0.8, 0.685), (0.9, 0.78), (0.95, 0.825)),
    ),
    'nash': Calibration(source=SOURCE, issues=351,
        errors=(0.012, 0.027, 0.038, 0.059, 0.08, 0.091, 0.112, 0.148, 0.168, 0.185, 0.203, 0.235, 0.256, 0.272, 0.315, 0.328, 0.356, 0.38, 0.412, 0.432, 0.447, 0.484, 0.505, 0.524, 0.548, 0.57, 0.605, 0.627, 0.655, 0.705, 0.726, 0.794, 0.851, 0.882, 0.91, 0.978, 1.054, 1.137, 1.3, 1.637),
        ends=(0, 0, 0, 0, 0, 0.001, 0.077, 0.1, 0.1, 0.1, 0.1, 0.132, 0.15, 0.17, 0.2, 0.2, 0.2, 0.2, 0.207, 0.25, 0.265, 0.3, 0.3, 0.3, 0.362, 0.4, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        shares=(0.3, 0.6, 0.1),
        masses=((0.5, 0.35), (0.8, 0.79), (0.9, 0.865), (0.95, 0.905)),
    ),
    'election': Calibration(source=SOURCE, issues=351,
        errors=(0, 0, 0, 0, 0, 0, 0.004, 0.012, 0.039, 0.075, 0.15, 0.173, 0.198, 0.225, 0.242, 0.269, 0.289, 0.328, 0.375, 0.43, 0.454, 0.489, 0.52, 0.557, 0.589, 0.647, 0.713, 0.751, 0.8, 0.878, 0.945, 1.032, 1.081, 1.16, 1.209, 1.323, 1.414, 1.592, 1.768, 2.004),
        ends=(0, 0, 0, 0, 0, 0.001, 0.077, 0.1, 0.1, 0.1, 0.1, 0.132, 0.15, 0.17, 0.2, 0.2, 0.2, 0.2, 0.207, 0.25, 0.265, 0.3, 0.3, 0.3, 0.362, 0.4, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        shares=(0.3, 0.3, 0.4),
        masses=((0.5, 0.515), (0.8, 0.73), (0.9, 0.82), (0.95, 0.855)),
    ),
    'pressure': Calibration(source=SOURCE, issues=351,
        errors=(0.002, 0.028, 0.046, 0.068, 0.09, 0.105, 0.119, 0.153, 0.165, 0.198, 0.217, 0.251, 0.28, 0.301, 0.335, 0.356, 0.374, 0.396, 0.414, 0.433, 0.472, 0.519, 0.575, 0.59, 0.613, 0.633, 0.666, 0.709, 0.755, 0.798, 0.848, 0.891, 0.939, 1.005, 1.06, 1.143, 1.208, 1.35, 1.551, 1.776),
        ends=(0, 0, 0, 0, 0, 0.001, 0.077, 0.1, 0.1, 0.1, 0.1, 0.132, 0.15, 0.17, 0.2, 0.2, 0.2, 0.2, 0.207, 0.25, 0.265, 0.3, 0.3, 0.3, 0.362, 0.4, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        shares=(0.4, 0.3, 0.3),
        masses=((0.5, 0.415), (0.8, 0.725), (0.9, 0.795), (0.95, 0.845)),
    ),
    'ktab': Calibration(source=SOURCE, issues=351,
        errors=(0.018, 0.039, 0.052, 0.078, 0.097, 0.106, 0.126, 0.149, 0.164, 0.188, 0.207, 0.243, 0.27, 0.284, 0.306, 0.319, 0.352, 0.371, 0.404, 0.444, 0.469, 0.49, 0.519, 0.554, 0.586, 0.613, 0.629, 0.664, 0.73, 0.765, 0.801, 0.831, 0.875, 0.907, 0.951, 0.988, 1.038, 1.108, 1.244, 1.584),
        ends=(0, 0, 0, 0, 0, 0.001, 0.077, 0.1, 0.1, 0.1, 0.1, 0.132, 0.15, 0.17, 0.2, 0.2, 0.2, 0.2, 0.207, 0.25, 0.265, 0.3, 0.3, 0.3, 0.362, 0.4, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        shares=(0.3, 0.6, 0.1),
        masses=((0.5, 0.27), (0.8, 0.78), (0.9, 0.85), (0.95, 0.91)),
    ),
    'exchange': Calibration(source=SOURCE, issues=321,
        errors=(0, 0.021, 0.06, 0.08, 0.1, 0.117, 0.148, 0.182, 0.204, 0.232, 0.257, 0.28, 0.297, 0.32, 0.342, 0.364, 0.383, 0.398, 0.426, 0.447, 0.477, 0.505, 0.524, 0.547, 0.56, 0.602, 0.617, 0.64, 0.684, 0.715, 0.749, 0.806, 0.867, 0.949, 0.985, 1.054, 1.143, 1.266, 1.596, 1.939),
        ends=(0, 0, 0, 0, 0, 0, 0.083, 0.1, 0.1, 0.1, 0.1, 0.125, 0.15, 0.17, 0.2, 0.2, 0.2, 0.2, 0.233, 0.25, 0.295, 0.3, 0.3, 0.305, 0.396, 0.4, 0.433, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        shares=(0.3, 0.4, 0.3),
        masses=((0.5, 0.385), (0.8, 0.73), (0.9, 0.825), (0.95, 0.865)),
    ),
}  # fmt: skip
"""The calibration of every model in its default reading and number of rounds, fitted by
``python -m benchmarks.deu --fit`` on the data set (CC BY 4.0).

How well they do on issues that they have not seen: ``python -m benchmarks.deu --coverage``, and the page
docs/reference/forecast-models.md. European legislation is consensual: nobody has measured how far these
widths carry to coercive conflicts.
"""
DEU = TABLES["compromise"]
