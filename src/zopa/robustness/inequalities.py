"""Systems of homogeneous linear inequalities, decided exactly: a point, or a combination that shows there is none.

Phase one of the simplex method in whole numbers (integer pivoting, Edmonds 1967): every entry of the table is a
minor of the data, so nothing is ever rounded. 64 bits are used as long as they suffice, then Python's integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Vector", "combination", "settle"]

Vector = tuple[int, ...]
SAFE = 2**30
"""Entries below it may be multiplied and subtracted in 64 bits."""


def settle(
    weak: Sequence[Vector], strict: Sequence[Vector], width: int
) -> tuple[Vector | None, list[Fraction]]:
    """A point with ``row . g >= 0`` for weak rows and ``> 0`` for strict ones, in whole numbers; or why none is.

    Returns
    -------
    point : tuple of int, or None where there is none
    factors : list of Fraction
        Without a point: one factor >= 0 per row (weak rows first), of which those of strict rows add up to 1, so
        that the rows times their factors add up to the zero vector (Motzkin 1936). Else empty.
    """
    columns = [(*row, 0) for row in weak] + [(*row, 1) for row in strict]
    target = (0,) * width + (1,)
    factors, against = combination(columns, target)
    if factors is not None:
        return None, factors
    return _primitive(against[:width]), []


def _primitive(vector: Sequence[int]) -> Vector:
    common = gcd(*vector) or 1
    return tuple(v // common for v in vector)


def combination(columns: Sequence[Vector], target: Vector) -> tuple[list[Fraction] | None, Vector]:
    """Factors >= 0 with which the columns add up to the target; else ``y`` with y.column >= 0 and y.target < 0.

    Raises
    ------
    ValueError
        Columns of another height than the target.
    """
    m, n = len(target), len(columns)
    if any(len(c) != m for c in columns):
        raise ValueError("columns and target differ in height")
    signs = [-1 if t < 0 else 1 for t in target]
    body = [
        [signs[i] * c[i] for c in columns] + [int(i == k) for k in range(m)] + [signs[i] * target[i]]
        for i in range(m)
    ]
    prices = [-sum(row[j] for row in body) for j in range(n)] + [0] * m + [-sum(abs(t) for t in target)]
    table, basis, unit = _minimise(_table([*body, prices]), list(range(n, n + m)), n)
    if table[-1, -1] < 0:
        return None, tuple(signs[i] * (int(table[-1, n + i]) - unit) for i in range(m))
    factors = [Fraction(0)] * n
    for i, j in enumerate(basis):
        if j < n:
            factors[j] = Fraction(int(table[i, -1]), unit)
    return factors, ()


def _table(rows: Sequence[Sequence[int]]) -> NDArray[Any]:
    large = max(max(map(max, rows)), -min(map(min, rows))) >= SAFE
    return np.array(rows, dtype=object if large else np.int64)


def _minimise(table: NDArray[Any], basis: list[int], n: int) -> tuple[NDArray[Any], list[int], int]:
    """Pivot until no structural column lowers the sum of the artificial ones; Bland's rule once it drags on."""
    unit, step, patience = 1, 0, 4 * len(basis)
    while True:
        falling = np.flatnonzero(table[-1, :n] < 0)
        if not falling.size or table[-1, -1] == 0:
            return table, basis, unit
        step += 1
        j = int(falling[0] if step > patience else falling[np.argmin(table[-1, falling])])
        i = _leaving(table, basis, j)
        table, unit = _pivot(table, i, j, unit)
        basis[i] = j


def _leaving(table: NDArray[Any], basis: list[int], j: int) -> int:
    """The row of the smallest ratio; of those that tie, the one whose basic column comes first."""
    rows = np.flatnonzero(table[:-1, j] > 0)
    best, ratio = -1, Fraction(0)
    for i in map(int, rows):
        here = Fraction(int(table[i, -1]), int(table[i, j]))
        if best < 0 or here < ratio or (here == ratio and basis[i] < basis[best]):
            best, ratio = i, here
    return best


def _pivot(table: NDArray[Any], i: int, j: int, unit: int) -> tuple[NDArray[Any], int]:
    if table.dtype != object and int(np.abs(table).max()) >= SAFE:
        table = table.astype(object)
    pivot, row = int(table[i, j]), table[i].copy()
    rest = table[:, j].copy()
    table = (table * pivot - np.outer(rest, row)) // unit
    table[i] = row
    return table, pivot
