"""Named ways to pick from the zone, each exact and with all its ties.

Every function takes the gains of the packages in the zone and says which of them it picks, and what its score is
there, in points (``docs/reference/answers.md``). The published
axioms assume a convex set; on a finite set of packages a discrete definition is needed, and ours are named
in each docstring. Floats only ever discard what is clearly worse; Python integers decide.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np

from zopa.errors import NotApplicable
from zopa.space import IntArray
from zopa.space.table import BoolArray, leximin

__all__ = ["SOLUTIONS", "Method", "egalitarian", "kalai_smorodinsky", "nash", "proportional", "utilitarian"]

SLACK = 1e-9
MOST_EXACT = 64
MOST_TIES = 1000
"""How many packages that tie are given."""
SAME_LOGARITHM = Decimal("1e-50")
Picked = tuple[BoolArray, Fraction | None]


def nash(gains: IntArray, powers: Sequence[Fraction] | None = None, *, scale: int = 1) -> Picked:
    """Largest product of the gains above no agreement.

    On a finite set: first the largest number of parties with a positive gain, then the largest product
    of ``gain ** power`` among those, gains in points (the degenerate rule of maximum Nash welfare, Caragiannis et
    al. 2019). Where nobody can gain, every package is picked.

    Parameters
    ----------
    gains : array of int64, shape (n_parties, n_packages)
        Utility above the reservation value, in units of the space; all >= 0.
    powers : sequence of Fraction, optional
        Bargaining powers, positive; all 1 gives Nash (1950), others the weighted solution (Kalai 1977).
    scale : int
        Units per point. Products over different sets of parties are comparable in points only.

    Returns
    -------
    (array of bool, shape (n_packages,); Fraction or None)
        The packages picked, and the product of the gains of those who gain, in points: 0 where nobody gains, None
        with powers.
    """
    parties = gains.shape[0]
    weights = [Fraction(1)] * parties if powers is None else list(powers)
    if len(weights) != parties or min(weights) <= 0:
        raise NotApplicable("weighted Nash needs one positive power per party")
    positive = gains > 0
    counts = positive.sum(axis=0)
    alive = counts == counts.max()
    with np.errstate(divide="ignore"):
        logs = np.where(positive, np.log(np.maximum(gains, 1).astype(float)) - math.log(scale), 0.0)
    score = np.array([float(w / max(weights)) for w in weights]) @ logs
    alive &= score >= score[alive].max() - SLACK * (1 + abs(float(score[alive].max())))
    candidates = np.flatnonzero(alive)
    keys = [tuple(int(g) for g in gains[:, k]) for k in candidates]
    whole = all(w.denominator == 1 and w <= MOST_EXACT for w in weights)
    worth = {key: (_product if whole else _logarithm)(key, weights, scale) for key in set(keys)}
    best = max(worth.values())
    ties = {key for key, w in worth.items() if best - w <= (0 if whole else SAME_LOGARITHM)}
    picked = np.zeros(gains.shape[1], dtype=bool)
    picked[[k for k, key in zip(candidates, keys, strict=True) if key in ties]] = True
    if powers is not None:
        return picked, None
    return picked, Fraction(best) if counts.max() else Fraction(0)


def _product(gains: Sequence[int], powers: Sequence[Fraction], scale: int) -> Any:
    among = [(g, int(w)) for g, w in zip(gains, powers, strict=True) if g > 0]
    return Fraction(math.prod(g**w for g, w in among), scale ** sum(w for _, w in among))


def _logarithm(gains: Sequence[int], powers: Sequence[Fraction], scale: int) -> Any:
    """Logarithm of the product to 60 digits: powers such as 1/3 and 2/3 have no product in whole numbers."""
    with localcontext(prec=60):
        unit = Decimal(scale).ln()
        terms = [
            (Decimal(g).ln() - unit, w / max(powers)) for g, w in zip(gains, powers, strict=True) if g > 0
        ]
        return sum((log * w.numerator / w.denominator for log, w in terms), Decimal(0))


def kalai_smorodinsky(gains: IntArray, *, scale: int = 1) -> Picked:
    """Leximin of each party's gain as a share of its ideal gain in the zone.

    Kalai & Smorodinsky (1975) take the maximal point on the line to the ideal point; on a finite set we
    compare the sorted shares, smallest first. A party that cannot gain at all counts as share 1.

    Returns
    -------
    (array of bool, shape (n_packages,); Fraction)
        The packages picked, and their smallest share; 1 where nobody can gain.
    """
    del scale  # shares have no unit
    ideal = [int(g) for g in gains.max(axis=1)]
    return _leximin_of_ratios(gains, ideal)


def egalitarian(gains: IntArray, *, scale: int = 1) -> Picked:
    """Leximin of the gains: the smallest gain as large as can be, then the second smallest.

    Compares the parties' utilities, which needs a common scale (Kalai 1977; Imai 1983).
    """
    picked = leximin(list(gains))
    return picked, Fraction(int(gains[:, picked].min()), scale)


def proportional(gains: IntArray, shares: Sequence[Fraction], *, scale: int = 1) -> Picked:
    """Leximin of gain / share: gains in the proportion ``shares`` as far as they go (Kalai 1977)."""
    if len(shares) != gains.shape[0] or min(shares) <= 0:
        raise NotApplicable("the proportional solution needs one positive share per party")
    common = math.lcm(*(s.denominator for s in shares))
    picked, smallest = _leximin_of_ratios(gains, [int(s * common) for s in shares])
    return picked, smallest * common / scale


def utilitarian(gains: IntArray, *, scale: int = 1) -> Picked:
    """Largest sum of utilities; the score is the sum of the gains. Needs a common scale of all parties."""
    total = gains.sum(axis=0)
    return total == total.max(), Fraction(int(total.max()), scale)


def _leximin_of_ratios(gains: IntArray, bases: Sequence[int]) -> tuple[BoolArray, Fraction]:
    """Leximin of ``gains[p] / bases[p]``; a base of 0 counts as ratio 1. Exact by cross-multiplication."""
    common = math.lcm(*(b for b in bases if b > 0)) if any(bases) else 1
    factors = [common // b if b > 0 else 0 for b in bases]
    largest = max((int(g.max()) * f for g, f in zip(gains, factors, strict=True)), default=0)
    if max(largest, common) < 2**62 and gains.dtype != object:
        columns = [g * f if f else np.full_like(g, common) for g, f in zip(gains, factors, strict=True)]
        picked = leximin(columns)
        return picked, Fraction(min(int(c[picked][0]) for c in columns), common)
    # 64 bits do not suffice: drop what is clearly worse by floats, decide the rest in Python integers.
    ratios = np.stack(
        [(g / b if b > 0 else np.ones(g.size)).astype(float) for g, b in zip(gains, bases, strict=True)]
    )
    ranked = np.sort(ratios, axis=0)
    alive = np.ones(gains.shape[1], dtype=bool)
    for row in ranked:
        alive &= row >= row[alive].max() * (1 - SLACK) - SLACK
        if alive.sum() < 1000:
            break
    rest = np.flatnonzero(alive)
    exact = [
        np.array([int(v) * f if f else common for v in g[rest]], dtype=object)
        for g, f in zip(gains, factors, strict=True)
    ]
    best = leximin(exact)
    picked = np.zeros(gains.shape[1], dtype=bool)
    picked[rest[best]] = True
    return picked, Fraction(min(int(c[best][0]) for c in exact), common)


@dataclass(frozen=True)
class Method:
    """A named solution: what it asks, where it comes from, and what must be said beside it."""

    title: str
    pick: Callable[..., Picked]
    asks: str
    source: str
    warning: str = ""
    needs: str = ""


_COMMON_SCALE = "compares points of different parties, which assumes that one point means the same to each"

SOLUTIONS: Mapping[str, Method] = {
    "nash": Method("Nash", nash, "the largest product of gains", "Nash 1950"),
    "weighted-nash": Method(
        "Weighted Nash",
        nash,
        "the largest product of gains, by bargaining power",
        "Kalai 1977",
        needs="powers",
    ),
    "kalai-smorodinsky": Method(
        "Kalai-Smorodinsky",
        kalai_smorodinsky,
        "equal shares of what each could gain at best",
        "Kalai & Smorodinsky 1975",
    ),
    "egalitarian": Method(
        "Egalitarian", egalitarian, "the smallest gain as large as can be", "Kalai 1977", _COMMON_SCALE
    ),
    "proportional": Method(
        "Proportional",
        proportional,
        "gains in given proportions",
        "Kalai 1977",
        _COMMON_SCALE,
        needs="powers",
    ),
    "utilitarian": Method(
        "Utilitarian", utilitarian, "the largest sum of utilities", "Harsanyi 1955", _COMMON_SCALE
    ),
}
"""The solutions that we ship; :func:`zopa.solve` also takes a callable of the user's own."""
