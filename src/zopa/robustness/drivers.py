"""Which of the case's numbers drive the zone: break-even values, a tornado, Sobol indices, a map of two drivers.

The answer watched is the share of admissible packages that all parties accept. A driver is one number of the case,
or a group of numbers that move together (the weights of one party, its values, its reservation value).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining import engine_for
from zopa.case import Case, Interval, Judgment
from zopa.case.estimates import reservation, values, weights
from zopa.case.laws import quantiles
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Answer, Problem, Readings

__all__ = [
    "BreakEven",
    "DecisionMap",
    "Driver",
    "Drivers",
    "SobolIndex",
    "TornadoBar",
    "decision_map",
    "drivers",
    "sobol",
]

FloatArray = NDArray[np.float64]
MOST_PACKAGES = 1500
"""Packages whose share in the zone is watched: a fixed sample beyond it."""
MOST_BARS = 15
SAMPLES = 256
RESAMPLES = 400
CELLS = 24
MOST_MAPPED = 100_000
"""Packages among which a map by weights or values looks for the winner: a fixed sample beyond it."""
FLOOR = "reservation value"
WITHIN = 0.01
"""Points between a border that is shown and the true one."""


@dataclass(frozen=True)
class Driver:
    """One number of the case: its address, whose it is, the group it moves with, its interval."""

    path: str
    party: str
    group: str
    low: float
    best: float
    high: float


@dataclass(frozen=True)
class TornadoBar:
    """One driver at its low and its high end, all others central: the share of packages in the zone."""

    path: str
    party: str
    low: float
    high: float
    at_low: float
    at_high: float


@dataclass(frozen=True)
class SobolIndex:
    """One group of drivers: its share of the variance alone (first) and with all it takes part in (total).

    Each has a 95 % bootstrap interval (low, high).
    """

    party: str
    group: str
    first: float
    first_interval: tuple[float, float]
    total: float
    total_interval: tuple[float, float]


@dataclass(frozen=True)
class BreakEven:
    """The exact value of one number at which a party's verdict on the package changes, within the scale."""

    path: str
    party: str
    best: Fraction
    at: Fraction


@dataclass(frozen=True)
class Drivers(Answer):
    """What drives the zone.

    Attributes
    ----------
    share : share of the packages looked at that all accept, at the central numbers.
    packages : how many were looked at; ``complete``: whether these are all that the rules allow.
    bars : the tornado, largest swing first.
    sobol : first-order and total indices per party and group; empty where nothing varies.
    variance : variance of the share over the intervals.
    package, break_even : the package watched, and the values at which a party's verdict on it changes.
    map : which package the Nash solution picks, by the two numbers of the largest swings; None where there are not two.
    """

    share: float
    packages: int
    complete: bool
    bars: tuple[TornadoBar, ...]
    sobol: tuple[SobolIndex, ...]
    variance: float
    package: Mapping[str, str]
    break_even: tuple[BreakEven, ...]
    map: DecisionMap | None = None


@dataclass(frozen=True)
class DecisionMap(Answer):
    """Which package the Nash solution picks, by two numbers of the case.

    Attributes
    ----------
    x, y : addresses of the two drivers.
    columns, rows : values of the first and of the second driver.
    winners : per row the winner of every column: a position in ``packages``, or -1 where no package is acceptable.
    borders : points (x, y) at which the winner changes along x or along y, each within ``within`` of the true border.
    looked, complete : packages among which the solution picks, and whether no other that the rules allow could win.
    """

    x: str
    y: str
    columns: tuple[float, ...]
    rows: tuple[float, ...]
    winners: tuple[tuple[int, ...], ...]
    packages: tuple[Mapping[str, str], ...]
    borders: tuple[tuple[float, float], ...]
    within: float
    looked: int = 0
    complete: bool = True


class _Model:
    """The numbers of a case as one row, and what they make of a fixed set of packages."""

    def __init__(self, problem: Problem, numbers: NDArray[np.int64]) -> None:
        self.problem, self.space, self.numbers = problem, problem.space, numbers
        case, space = problem.case, problem.space
        self.options = np.array(np.unravel_index(numbers, space.sizes)).T
        self.drivers: list[Driver] = []
        self.judgments: list[tuple[Judgment | None, Interval]] = []
        self.places: list[tuple[str, int, int, int]] = []
        table = problem.table
        n_issues, most = len(space.issues), max(space.sizes)
        self.floor = np.array([float(space.points(r)) for r in space.reservation])
        self.weight = np.full((len(space.parties), n_issues), 100.0)
        self.value = np.zeros((len(space.parties), n_issues, most))
        for p, name in enumerate(space.parties):
            self._read(case, p, name)
        central = self.utilities(*self._numbers(np.array([d.best for d in self.drivers])))
        exact = (table.utilities[:, numbers].astype(object) / space.scale).astype(float)
        self.extra = exact - central
        """Interactions, and what rounding took off."""
        self.inner = np.array([kind != "floor" for kind, *_ in self.places], dtype=bool)
        self._last: tuple[bytes, FloatArray] | None = None

    def _read(self, case: Case, p: int, name: str) -> None:
        party = case.parties[name]
        floor = reservation(case, name)
        if floor is not None:
            self._add(
                ("floor", p, 0, 0),
                (f"parties.{name}.reservation", name, FLOOR),
                party.reservation,
                floor,
            )
        for i, issue in enumerate(self.space.issues):
            if not party.points:
                w = weights(case, name)[issue]
                self.weight[p, i] = float(w.best)
                self._add(
                    ("weight", p, i, 0),
                    (f"parties.{name}.weights.{issue}", name, "weights"),
                    party.weights.get(issue),
                    w,
                )
            found = values(case, name, issue)
            for k, option in enumerate(self.space.options[i]):
                v = found[option]
                self.value[p, i, k] = float(v.best)
                given = party.values.get(issue, {}).get(option)
                self._add(
                    ("value", p, i, k), (f"parties.{name}.values.{issue}.{option}", name, "values"), given, v
                )

    def _add(
        self,
        place: tuple[str, int, int, int],
        about: tuple[str, str, str],
        judgment: Judgment | None,
        v: Interval,
    ) -> None:
        if v.low < v.high:
            self.drivers.append(Driver(*about, low=float(v.low), best=float(v.best), high=float(v.high)))
            self.judgments.append((judgment, v))
            self.places.append(place)

    def _numbers(self, row: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        floor, weight, value = self.floor.copy(), self.weight.copy(), self.value.copy()
        for (kind, p, i, k), x in zip(self.places, row, strict=True):
            if kind == "floor":
                floor[p] = x
            elif kind == "weight":
                weight[p, i] = x
            else:
                value[p, i, k] = x
        return floor, weight, value

    def utilities(self, _floor: FloatArray, weight: FloatArray, value: FloatArray) -> FloatArray:
        """Utility of every package for every party, shape (n_parties, n_packages), without interactions."""
        points = np.array([bool(self.problem.case.parties[p].points) for p in self.space.parties])
        total = np.where(points, 100.0, np.maximum(weight.sum(axis=1), 1e-12))
        worth = value * (weight / total[:, None])[:, :, None]
        found = np.zeros((len(worth), len(self.options)))
        for i in range(worth.shape[1]):
            found += worth[:, i, self.options[:, i]]
        return found

    def gains(self, row: FloatArray) -> FloatArray:
        """Utility less reservation value of every package, for one row of numbers.

        Rows that differ in reservation values only share the utilities of the row before.
        """
        numbers = self._numbers(row)
        same = row[self.inner].tobytes()
        if self._last is None or self._last[0] != same:
            self._last = same, self.utilities(*numbers) + self.extra
        gains: FloatArray = self._last[1] - numbers[0][:, None]
        return gains

    def share(self, row: FloatArray) -> float:
        """Share of the packages that all accept."""
        return float((self.gains(row) >= -1e-9).all(axis=0).mean())

    @property
    def best(self) -> FloatArray:
        """All drivers at their best values."""
        return np.array([d.best for d in self.drivers])


def _looked_at(problem: Problem, seed: int) -> tuple[NDArray[np.int64], bool]:
    allowed = np.flatnonzero(problem.table.admissible)
    if not allowed.size:
        raise NotApplicable("the rules leave no package")
    if allowed.size <= MOST_PACKAGES:
        return allowed, True
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    return np.sort(rng.choice(allowed, MOST_PACKAGES, replace=False)), False


def drivers(
    case: Case | Problem,
    readings: Readings = None,
    *,
    package: Mapping[str, str] | None = None,
    samples: int = SAMPLES,
    cells: int = CELLS,
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Drivers:
    """Which numbers drive the zone.

    Parameters
    ----------
    case : Case or Problem
    readings : str, mapping or None
    package : the package whose break-even values are asked; default: the one with the largest smallest gain.
    samples : a power of 2; base samples of the Sobol indices.
    cells : columns and rows of the map of the two numbers that move the share most.
    seed : int

    Raises
    ------
    NotApplicable
        The rules leave no package, or there are too many to list.
    """
    tell = progress or (lambda _: None)
    problem = Problem.of(case, readings)
    numbers, complete = _looked_at(problem, seed)
    model = _Model(problem, numbers)
    tell("one number at a time")
    share = model.share(model.best)
    bars = []
    for k, d in enumerate(model.drivers):
        ends = []
        for x in (d.low, d.high):
            row = model.best
            row[k] = x
            ends.append(model.share(row))
        bars.append(TornadoBar(d.path, d.party, d.low, d.high, at_low=ends[0], at_high=ends[1]))
    bars = [b for b in bars if (b.at_low, b.at_high) != (share, share)]
    bars.sort(key=lambda b: (-abs(b.at_high - b.at_low), b.path))
    tell("all numbers at once")
    indices, variance = _groups(model, samples, seed) if model.drivers else ((), 0.0)
    at = int(model.gains(model.best).min(axis=0).argmax())
    chosen = dict(package) if package else problem.space.names([int(x) for x in model.options[at]])
    return Drivers(
        problem.question("drivers", samples=samples),
        share=share,
        packages=len(numbers),
        complete=complete,
        bars=tuple(bars[:MOST_BARS]),
        sobol=indices,
        variance=variance,
        package=chosen,
        break_even=tuple(_break_even(problem, chosen)),
        map=_map(
            problem, bars[0].path, bars[1].path, cells=cells, within=WITHIN, seed=seed, most=MOST_PACKAGES
        )
        if len(bars) > 1
        else None,
    )


def sobol(
    f: Callable[[FloatArray], FloatArray],
    draw: Callable[[FloatArray], FloatArray],
    groups: Sequence[Sequence[int]],
    width: int,
    samples: int = SAMPLES,
    seed: int = 1,
) -> tuple[list[tuple[float, tuple[float, float], float, tuple[float, float]]], float]:
    """First-order and total indices of groups of inputs, each with a 95 % bootstrap interval, and the variance.

    Saltelli's scheme with quasi-random points and the estimators of Saltelli et al. 2010; the bootstrap draws rows
    with the seed, so that the same seed gives the same bits.

    Parameters
    ----------
    f : rows of inputs, shape (n, width) -> outputs, shape (n,)
    draw : uniform numbers, shape (n, width) -> inputs
    groups : inputs per group.
    width : number of inputs.
    samples : a power of 2.
    """
    from scipy.stats import qmc

    both = qmc.Sobol(2 * width, rng=np.random.default_rng(seed)).random(samples)
    both = np.clip(both, 1e-9, 1 - 1e-9)
    a, b = draw(both[:, :width]), draw(both[:, width:])
    mixed = []
    for group in groups:
        m = a.copy()
        m[:, list(group)] = b[:, list(group)]
        mixed.append(f(m))
    fa, fb = f(a), f(b)
    variance = float(np.var(np.concatenate([fa, fb])))
    if variance == 0:
        return [(0.0, (0.0, 0.0), 0.0, (0.0, 0.0)) for _ in groups], 0.0
    fm = np.array(mixed)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    one, all_ = _saltelli(fa, fb, fm)
    again = [_saltelli(fa[at], fb[at], fm[:, at]) for at in rng.integers(0, samples, (RESAMPLES, samples))]
    ends = np.quantile(np.array(again), (0.025, 0.975), axis=0)  # (ends, first or total, groups)
    rows = [
        (
            float(one[k]),
            (float(ends[0, 0, k]), float(ends[1, 0, k])),
            float(all_[k]),
            (float(ends[0, 1, k]), float(ends[1, 1, k])),
        )
        for k in range(len(groups))
    ]
    return rows, variance


def _saltelli(fa: FloatArray, fb: FloatArray, fm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """First-order and total indices by the estimators of Saltelli et al. 2010, table 2 (b) and (f)."""
    variance = max(float(np.var(np.concatenate([fa, fb]))), 1e-300)
    mean = float(np.concatenate([fa, fb]).mean())
    first: FloatArray = ((fb - mean) * (fm - fa)).mean(axis=1) / variance
    total: FloatArray = ((fa - fm) ** 2).mean(axis=1) / (2 * variance)
    return first, total


def _groups(model: _Model, samples: int, seed: int) -> tuple[tuple[SobolIndex, ...], float]:
    names = list(dict.fromkeys((d.party, d.group) for d in model.drivers))
    groups = [[k for k, d in enumerate(model.drivers) if (d.party, d.group) == name] for name in names]

    def draw(u: FloatArray) -> FloatArray:
        columns = [quantiles(j, v, u[:, k]) for k, (j, v) in enumerate(model.judgments)]
        return np.column_stack(columns)

    def f(rows: FloatArray) -> FloatArray:
        return np.array([model.share(row) for row in rows])

    rows, variance = sobol(f, draw, groups, len(model.drivers), samples, seed)
    found = [
        SobolIndex(*name, first=r[0], first_interval=r[1], total=r[2], total_interval=r[3])
        for name, r in zip(names, rows, strict=True)
    ]
    found.sort(key=lambda s: -s.total)
    return tuple(found), variance


def _break_even(problem: Problem, package: Mapping[str, str]) -> list[BreakEven]:
    """Per number the exact value at which its party's verdict on the package changes, the others central."""
    case, space = problem.case, problem.space
    chosen = space.package(package)
    found = []
    for p, name in enumerate(space.parties):
        party = case.parties[name]
        floor = space.points(space.reservation[p])
        utility = space.points(int(space.utility(chosen)[p]))
        gain = utility - floor
        if reservation(case, name) is not None:
            found.append(BreakEven(f"parties.{name}.reservation", name, floor, utility))
        if party.points:
            continue
        w = {i: e.best for i, e in weights(case, name).items()}
        total = sum(w.values())
        for i, issue in enumerate(space.issues):
            option = space.options[i][chosen[i]]
            value = values(case, name, issue)[option].best
            if w[issue]:
                at = value - gain * total / w[issue]
                found.append(BreakEven(f"parties.{name}.values.{issue}.{option}", name, value, at))
            # (S + x v) / (T + x) = r - b, with S and T over the other issues and b the interactions
            rest = utility * total - w[issue] * value
            bonus = (
                utility
                - sum(
                    (
                        values(case, name, j)[space.options[n][chosen[n]]].best * w[j]
                        for n, j in enumerate(space.issues)
                    ),
                    Fraction(0),
                )
                / total
            )
            aim = floor - bonus
            rest = rest - bonus * total
            if value != aim:
                at = (aim * (total - w[issue]) - rest) / (value - aim)
                found.append(BreakEven(f"parties.{name}.weights.{issue}", name, w[issue], at))
    return [b for b in found if 0 <= b.at <= 100]


def decision_map(
    case: Case | Problem,
    x: str,
    y: str,
    readings: Readings = None,
    *,
    cells: int = CELLS,
    within: float = WITHIN,
    seed: int = 1,
) -> DecisionMap:
    """The Nash package by two numbers of the case, with the borders between packages by bisection.

    Parameters
    ----------
    case : Case or Problem
    x, y : addresses of two numbers with an interval, such as ``parties.P.reservation``.
    readings : str, mapping or None
    cells : columns and rows.
    within : how near a border point is to the true border.

    Raises
    ------
    UnknownName
        No such number with an interval.
    """
    return _map(Problem.of(case, readings), x, y, cells=cells, within=within, seed=seed, most=MOST_MAPPED)


def _could_win(problem: Problem, drivers: Sequence[Driver], most: int) -> NDArray[np.int64] | None:
    """Numbers of the packages that a solution can pick by these drivers; None where they are more than ``most``.

    With two reservation values only these are the frontier of what is acceptable at their lower ends.
    """
    space = problem.space
    if all(d.group == FLOOR for d in drivers):
        low = list(space.reservation)
        for d in drivers:
            p = space.parties.index(d.party)
            low[p] = min(low[p], math.floor(Fraction(d.low) * space.scale))
        engine = engine_for(problem, "frontier")
        edge = engine.at(replace(space.everybody, reservation=tuple(low))).frontier()
        if not edge.note:
            return np.array(
                [int(np.ravel_multi_index(x, space.sizes)) for x in edge.packages], dtype=np.int64
            )
    allowed = np.flatnonzero(problem.table.admissible)
    return allowed if allowed.size <= most else None


def _map(problem: Problem, x: str, y: str, *, cells: int, within: float, seed: int, most: int) -> DecisionMap:
    sample, complete = _looked_at(problem, seed)
    model = _Model(problem, sample)
    paths = [d.path for d in model.drivers]
    for path in (x, y):
        if path not in paths:
            raise UnknownName("number with an interval", path, paths)
    numbers = _could_win(problem, [model.drivers[paths.index(path)] for path in (x, y)], most)
    if numbers is not None:
        model, complete = _Model(problem, numbers), True
    at = [paths.index(x), paths.index(y)]

    def winner(a: float, b: float) -> int:
        row = model.best
        row[at] = a, b
        gains = model.gains(row)
        zone = np.flatnonzero((gains >= -1e-9).all(axis=0))
        if not zone.size:
            return -1
        product = np.maximum(gains[:, zone], 0).prod(axis=0)
        return int(zone[product.argmax()])

    first, second = (model.drivers[k] for k in at)
    columns, rows = (np.linspace(d.low, d.high, cells).tolist() for d in (first, second))
    table = [[winner(a, b) for a in columns] for b in rows]
    borders = []
    for k, m in itertools.product(range(cells), range(cells - 1)):
        if table[k][m] != table[k][m + 1]:
            along_x = partial(winner, b=rows[k])
            borders.append((_border(along_x, columns[m], columns[m + 1], within), rows[k]))
        if table[m][k] != table[m + 1][k]:
            along_y = partial(winner, columns[k])
            borders.append((columns[k], _border(along_y, rows[m], rows[m + 1], within)))
    known = sorted({w for line in table for w in line if w >= 0})
    return DecisionMap(
        model.problem.question("decision_map", x=x, y=y, within=within),
        x,
        y,
        columns=tuple(columns),
        rows=tuple(rows),
        winners=tuple(tuple(known.index(w) if w >= 0 else -1 for w in line) for line in table),
        packages=tuple(model.space.names([int(o) for o in model.options[w]]) for w in known),
        borders=tuple(borders),
        within=within,
        looked=len(model.numbers),
        complete=complete,
    )


def _border(winner: Callable[[float], int], low: float, high: float, within: float) -> float:
    """A place between low and high at which the winner changes from that at low."""
    start = winner(low)
    while high - low > within:
        middle = (low + high) / 2
        if winner(middle) == start:
            low = middle
        else:
            high = middle
    return (low + high) / 2
