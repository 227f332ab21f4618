"""Where a party's words put its reservation value: a result, not an input.

With H and L the worth of its best and its worst package, no agreement is worth r = 100 (-c - L) / (H - L). The ratio is
least and greatest at solutions of a linear programme with H - L = 1 (Charnes & Cooper 1962), one for every choice of
the best and the worst option of each issue that the words leave open.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from zopa.robustness.compatible_set import Compatible, WordRow, consistent

__all__ = ["implied_reservation"]

MOST_CHOICES = 64
Floats = list[float]


def implied_reservation(words: Compatible) -> tuple[float, float] | None:
    """The least and the greatest reservation value that fit, in points; infinite where the words set no bound.

    None where the words leave more than ``MOST_CHOICES`` choices of best and worst options, or contradict one another.
    """
    choices = [_ends(order) for order in words.better]
    if math.prod(len(c) for c in choices) * len(words.alternatives) > MOST_CHOICES:
        return None
    low, high = math.inf, -math.inf
    for rows in words.alternatives:
        if consistent(rows, len(words.variables))[0] is None:
            continue
        for ends in itertools.product(*choices):
            least, most = _programme(words, rows, ends)
            low, high = min(low, least), max(high, most)
    return (low, high) if low <= high else None


def _ends(order: tuple[tuple[bool, ...], ...]) -> list[tuple[int, int]]:
    """Pairs (best, worst) of options that may be so, by the order of the words."""
    n = range(len(order))
    best = [k for k in n if not any(order[o][k] and not order[k][o] for o in n)]
    worst = [k for k in n if not any(order[k][o] and not order[o][k] for o in n)]
    return [(b, w) for b in best for w in worst if b != w or len(order) == 1]


def _programme(
    words: Compatible, rows: tuple[WordRow, ...], ends: tuple[tuple[int, int], ...]
) -> tuple[float, float]:
    from scipy.optimize import linprog

    width = len(words.variables)

    def row(*terms: tuple[int, int, int]) -> Floats:
        found = [0.0] * width
        for i, k, factor in terms:
            if words.at[i][k] >= 0:
                found[words.at[i][k]] += factor
        return found

    known = [[float(x) for x in r.vector] for r in rows]
    for i, (best, worst) in enumerate(ends):
        for k in range(len(words.at[i])):
            known += [row((i, best, 1), (i, k, -1)), row((i, k, 1), (i, worst, -1))]
    lows = row(*((i, worst, 1) for i, (_, worst) in enumerate(ends)))
    span = row(*((i, k, f) for i, pair in enumerate(ends) for k, f in zip(pair, (1, -1), strict=True)))
    ratio = -np.array(lows)
    if words.cost >= 0:
        ratio[words.cost] -= 1
    found = []
    for sign in (1.0, -1.0):
        done = linprog(
            sign * ratio,
            A_ub=-np.array(known),
            b_ub=np.zeros(len(known)),
            A_eq=np.array([span]),
            b_eq=[1.0],
            bounds=(None, None),
            method="highs",
        )
        if done.status == 2:
            return math.inf, -math.inf
        found.append(-sign * math.inf if done.fun is None else sign * 100 * float(done.fun))
    return found[0], found[1]
