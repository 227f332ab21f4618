"""What coalitions can claim: Shapley value, core with a certificate either way, nucleolus.

Shapley and core are exact fractions. A coalition is a bit mask: bit p stands for party p.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from zopa.errors import NotApplicable

__all__ = ["Core", "as_game", "core", "nucleolus", "shapley"]

Number = Fraction | int
Game = Sequence[Fraction]
"""Worth of each coalition, by bit mask, length ``2**n_parties``; entry 0 is 0."""


def as_game(
    worth: Mapping[str, Number], parties: Sequence[str], separator: str = "+"
) -> tuple[Fraction, ...]:
    """A table ``{"A+B": 118, ...}`` as a game; coalitions left out are worth what their best partition is.

    >>> [int(x) for x in as_game({"A": 1, "B": 2, "A+B": 5}, ["A", "B"])]
    [0, 1, 2, 5]
    """
    given: dict[int, Fraction] = {0: Fraction(0)}
    for name, value in worth.items():
        members = name.split(separator)
        unknown = [p for p in members if p not in parties]
        if unknown or len(set(members)) != len(members):
            raise NotApplicable(f"coalition {name!r}: expected different parties out of {', '.join(parties)}")
        given[sum(1 << parties.index(p) for p in members)] = Fraction(value)
    game: list[Fraction] = []
    for mask in range(1 << len(parties)):
        if mask in given:
            game.append(given[mask])
            continue
        best, part = Fraction(0), (mask - 1) & mask
        while part:
            best = max(best, game[part] + game[mask ^ part])
            part = (part - 1) & mask
        game.append(best)
    return tuple(game)


def _size(game: Game) -> int:
    n = len(game).bit_length() - 1
    if len(game) != 1 << n or n == 0 or game[0] != 0:
        raise NotApplicable(
            f"expected the worth of all 2^n coalitions with 0 for the empty one, saw {len(game)}"
        )
    return n


def shapley(game: Game) -> tuple[Fraction, ...]:
    """Average over all orders of what a party adds when it joins ([Shapley1953]_).

    >>> [str(x) for x in shapley([0, 0, 0, 118, 0, 84, 50, 121])]
    ['172/3', '121/3', '70/3']
    """
    n = _size(game)
    orders = [Fraction(math.factorial(k) * math.factorial(n - k - 1), math.factorial(n)) for k in range(n)]
    return tuple(
        sum(
            (
                orders[mask.bit_count()] * (game[mask | 1 << p] - game[mask])
                for mask in range(len(game))
                if not mask >> p & 1
            ),
            Fraction(0),
        )
        for p in range(n)
    )


@dataclass(frozen=True)
class Core:
    """Whether all can be given so much that no coalition does better alone; with proof either way.

    Attributes
    ----------
    empty : bool
    point : tuple of Fraction or None
        A division of the whole in the core; None when it is empty.
    needed : Fraction
        Least total that satisfies every coalition; the core is empty when it exceeds the whole.
    weights : tuple of (int, Fraction)
        Balanced weights on coalitions (bit mask): every party's coalitions have weights that sum to
        1, and the weighted worths sum to ``needed``. The proof of emptiness ([Shapley1967]_).
    """

    empty: bool
    point: tuple[Fraction, ...] | None
    needed: Fraction
    weights: tuple[tuple[int, Fraction], ...]


def core(game: Game) -> Core:
    """Core test by the exact balancedness programme (simplex in fractions).

    Maximises the weighted worth of coalitions over balanced weights; its dual prices are the
    cheapest division that satisfies every coalition.

    Examples
    --------
    >>> verdict = core([0, 0, 0, 118, 0, 84, 50, 121])
    >>> verdict.empty, verdict.needed
    (True, Fraction(126, 1))
    """
    n = _size(game)
    worth = [Fraction(x) for x in game]
    basis = [1 << p for p in range(n)]
    inverse = [[Fraction(int(r == c)) for c in range(n)] for r in range(n)]
    level = [Fraction(1)] * n
    while True:
        prices = [sum((worth[basis[r]] * inverse[r][c] for r in range(n)), Fraction(0)) for c in range(n)]
        entering = next((s for s in range(1, len(worth)) if worth[s] > _sum(prices, s)), None)  # Bland's rule
        if entering is None:
            break
        column = [_sum(inverse[r], entering) for r in range(n)]
        _, _, row = min((level[r] / column[r], basis[r], r) for r in range(n) if column[r] > 0)
        _pivot(inverse, level, column, row)
        basis[row] = entering
    needed = sum(prices, Fraction(0))
    weights = tuple(sorted((s, x) for s, x in zip(basis, level, strict=True) if x))
    if needed > worth[-1]:
        return Core(True, None, needed, weights)
    spare = (worth[-1] - needed) / n
    return Core(False, tuple(p + spare for p in prices), needed, weights)


def _sum(values: Sequence[Fraction], mask: int) -> Fraction:
    return sum((v for p, v in enumerate(values) if mask >> p & 1), Fraction(0))


def _pivot(
    inverse: list[list[Fraction]], level: list[Fraction], column: Sequence[Fraction], row: int
) -> None:
    pivot = column[row]
    inverse[row] = [x / pivot for x in inverse[row]]
    level[row] /= pivot
    for r in range(len(level)):
        if r != row and column[r]:
            inverse[r] = [x - column[r] * y for x, y in zip(inverse[r], inverse[row], strict=True)]
            level[r] -= column[r] * level[row]


def nucleolus(game: Game) -> tuple[float, ...]:
    """The division whose coalitions' complaints, greatest first, are lexicographically least ([Schmeidler1969]_).

    By a sequence of linear programmes in floating point (HiGHS); good to about 1e-7. Nobody is held to
    at least its own worth (the prenucleolus); the two agree wherever joining never costs a coalition.

    >>> [round(x, 4) for x in nucleolus([0, 0, 0, 118, 0, 84, 50, 121])]
    [74.3333, 40.3333, 6.3333]
    """
    import numpy as np
    from scipy.optimize import linprog

    n = _size(game)
    masks = np.arange(1, len(game) - 1)
    rows = (masks[:, None] >> np.arange(n) & 1).astype(float)
    worth = np.array([float(x) for x in game[1:-1]])
    fixed, level = np.ones((1, n)), np.array([float(game[-1])])
    while np.linalg.matrix_rank(fixed) < n:
        # least e with worth - rows x <= e for the coalitions that are not settled yet
        result = linprog(
            [*[0.0] * n, 1.0],
            A_ub=np.hstack([-rows, -np.ones((len(rows), 1))]),
            b_ub=-worth,
            A_eq=np.hstack([fixed, np.zeros((len(fixed), 1))]),
            b_eq=level,
            bounds=(None, None),
            method="highs",
        )
        tight = np.asarray(result.ineqlin.marginals) < -1e-9  # complaints that are e in every optimum
        fixed = np.vstack([fixed, rows[tight]])
        level = np.concatenate([level, worth[tight] - result.fun])
        spanned = np.array(
            [np.linalg.matrix_rank(np.vstack([fixed, r])) == np.linalg.matrix_rank(fixed) for r in rows]
        )
        rows, worth = rows[~spanned], worth[~spanned]
    return tuple(float(x) for x in np.linalg.lstsq(fixed, level, rcond=None)[0])
