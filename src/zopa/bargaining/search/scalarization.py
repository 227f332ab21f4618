"""A frontier too large to list, by rays: every acceptable package is matched up to a stated factor.

Fix D_1 = 1 and let the other D_p run over a geometric grid with ratio 1 + d. Some ray of the grid has
``D_p <= g_p / g_1 <= (1 + d) D_p`` for a given package with gains g, and the best package along that ray has
every gain at least g_p / (1 + d) (Papadimitriou and Yannakakis 2000, the gap routine). Gains below a floor
are not promised anything.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from zopa.bargaining.search.branch_and_bound import Stop, Target, never, search
from zopa.bargaining.search.decomposition import Additive, Refusal
from zopa.bargaining.search.maxmin import coalition_floors, ideal_point
from zopa.space import Package

__all__ = ["Rays", "directions", "ray_frontier"]

UNIT = 1 << 20


@dataclass(frozen=True)
class Rays:
    """Packages found along rays and what they promise.

    ``factor`` = 1 + d: every package of the zone in which each party gains at least ``floor`` (units) is
    matched by one of these in every party's gain up to that factor. None when not all rays were finished.
    """

    packages: tuple[Package, ...]
    rays: int
    factor: Fraction | None
    floor: tuple[int, ...]


def ray_frontier(
    form: Additive,
    d: Fraction = Fraction(1, 4),
    *,
    share: Fraction = Fraction(1, 10),
    most: int = 2000,
    stop: Stop = never,
) -> Rays:
    """Non-dominated packages along a grid of rays.

    Parameters
    ----------
    d : Fraction
        Step of the grid.
    share : Fraction
        Gains below this share of a party's ideal gain are not promised anything.
    most : int
        Most rays shot.

    Raises
    ------
    Refusal
        The grid has more than ``most`` rays, or less than unanimity agrees.
    """
    if not form.space.unanimous:
        raise Refusal("rays go through one zone; here several coalitions can agree")
    found = ideal_point(form, stop=stop) if form.possible else None
    if found is None:
        return Rays((), 0, Fraction(1) + d, (0,) * form.n_parties)
    gains = [b - n for b, n in zip(found[0], form.need, strict=True)]
    if min(gains) <= 0:
        raise Refusal("a party cannot gain; rays need a direction in which all do")
    floor = [max(1, math.ceil(g * share)) for g in gains]
    grids = []
    for p in range(1, form.n_parties):
        low, high = Fraction(floor[p], gains[0]), Fraction(gains[p], floor[0])
        steps = math.ceil(math.log(high / low) / math.log(1 + d)) + 1
        grids.append(sorted({math.floor(low * (1 + d) ** k * UNIT) for k in range(steps)} - {0}))
    n = math.prod(len(g) for g in grids)
    if n > most:
        raise Refusal(f"a grid with step {float(d):g} has {n} rays; at most {most} are shot")
    widest = max((Fraction(b, a) for g in grids for a, b in itertools.pairwise(g)), default=Fraction(1))
    packages: dict[Package, None] = {}
    finished = True
    for rest in itertools.product(*grids):
        picks = _one(form, (UNIT, *rest), stop)
        if picks is None or stop():
            finished = False
            break
        packages[form.package(picks)] = None
    return Rays(tuple(packages), n, max(widest, 1 + d) if finished else None, tuple(floor))


def _one(form: Additive, along: tuple[int, ...], stop: Stop) -> tuple[int, ...] | None:
    """Best package along a ray; among those, one with the largest sum, which nothing dominates."""
    (low,) = coalition_floors(form)
    ray = Target(low, form.need, along)
    best = search(form, ray, stop=stop)
    if best.best is None or best.value is None or not best.proven:
        return None
    wide = form.with_sum()
    floors = (*ray.above(best.value, ties=True), 0)
    most = Target(floors, wide.need, (0,) * form.n_parties + (1,))
    last = search(wide, most, start=best.best, stop=stop)
    return last.best if last.proven else None


def directions(n: int, parties: int, seed: int) -> list[tuple[int, ...]]:
    """Random directions around the diagonal, for spot checks of a frontier."""
    rng = np.random.default_rng(seed)
    rows = rng.dirichlet(np.full(parties, 3.0), n)
    return [tuple(max(1, int(x * UNIT)) for x in row) for row in rows]
