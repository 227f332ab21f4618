"""Items that cannot be cut: max Nash welfare and leximin among n parties, exact, with all ties."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from zopa.errors import NotApplicable, UnknownName

__all__ = ["WELFARE", "WholeItems", "whole_items"]

Number = Fraction | int
Vector: TypeAlias = tuple[int, ...]


def _nash(vector: Vector) -> tuple[int, ...]:
    positive = [u for u in vector if u > 0]
    return len(positive), math.prod(positive)


def _leximin(vector: Vector) -> tuple[int, ...]:
    return tuple(sorted(vector))


def _sum(vector: Vector) -> tuple[int, ...]:
    return (sum(vector),)


WELFARE: dict[str, Callable[[Vector], tuple[int, ...]]] = {
    "max-nash": _nash,
    "leximin": _leximin,
    "utilitarian": _sum,
}
"""Score of a vector of points, greatest first. Each one prefers a vector to all that it dominates."""


@dataclass(frozen=True)
class WholeItems:
    """The best allocations of whole items by one standard.

    Attributes
    ----------
    points : tuple of tuple of Fraction
        Points of each party in each best vector; more than one only when they tie.
    owners : tuple of tuple of int
        Owner of each item, for every best allocation up to ``shown``, in a fixed order.
    n_best : int
        How many best allocations there are.
    envy : tuple of bool
        For each allocation shown, whether some party prefers another's items to its own.
    """

    rule: str
    points: tuple[tuple[Fraction, ...], ...]
    owners: tuple[tuple[int, ...], ...]
    n_best: int
    envy: tuple[bool, ...]


def whole_items(
    points: Sequence[Sequence[Number]], rule: str = "max-nash", *, shown: int = 20, most: int = 50_000
) -> WholeItems:
    """Allocate whole items so that a welfare standard is as high as it can be.

    Works item by item on the set of vectors of points that can still be reached, dropping those that
    another dominates; exact, because a dominated vector never scores as high.

    Parameters
    ----------
    points : sequence of shape (n_parties, n_items)
        0 or more. ``leximin`` and ``utilitarian`` compare points between parties.
    rule : {'max-nash', 'leximin', 'utilitarian'}
        ``max-nash``: first the greatest number of parties that get anything of worth, then the
        greatest product among them ([Caragiannis2019]_).
    shown : int
        How many best allocations to list.
    most : int
        Reachable vectors to keep at most.

    Raises
    ------
    UnknownName
        No such rule.
    NotApplicable
        Negative points, a ragged table, or more reachable vectors than ``most``.
    """
    if rule not in WELFARE:
        raise UnknownName("welfare standard", rule, WELFARE)
    table, scale = _integers(points)
    n, m = len(table), len(table[0])
    layers: list[dict[Vector, list[tuple[Vector, int]]]] = [{(0,) * n: []}]
    for k in range(m):
        layers.append(_next_layer(layers[-1], [row[k] for row in table], most))
    score = WELFARE[rule]
    best = max(map(score, layers[-1]))
    vectors = sorted(v for v in layers[-1] if score(v) == best)
    counts = _counts(layers)
    owners: list[Vector] = []
    for vector in vectors:
        for found in _allocations(layers, vector, m):
            if len(owners) >= shown:
                break
            owners.append(found)
    return WholeItems(
        rule,
        tuple(tuple(Fraction(u, scale) for u in v) for v in vectors),
        tuple(owners),
        sum(counts[v] for v in vectors),
        tuple(_envious(table, o) for o in owners),
    )


def _integers(points: Sequence[Sequence[Number]]) -> tuple[list[list[int]], int]:
    rows = [[Fraction(x) for x in row] for row in points]
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise NotApplicable("expected points of every party on every item")
    if any(x < 0 for row in rows for x in row):
        raise NotApplicable("expected points of 0 or more on every item, saw a negative one")
    scale = math.lcm(*(x.denominator for row in rows for x in row))
    return [[int(x * scale) for x in row] for row in rows], scale


def _next_layer(
    layer: dict[Vector, list[tuple[Vector, int]]], worth: Sequence[int], most: int
) -> dict[Vector, list[tuple[Vector, int]]]:
    """Vectors after one more item, each with the (vector before, owner) that lead to it."""
    reached: dict[Vector, list[tuple[Vector, int]]] = {}
    for vector in layer:
        for p, w in enumerate(worth):
            new = (*vector[:p], vector[p] + w, *vector[p + 1 :])
            reached.setdefault(new, []).append((vector, p))
    if len(reached) > most:
        raise NotApplicable(
            f"more than {most} vectors of points can be reached; divide fewer items at a time"
        )
    return {v: reached[v] for v in _undominated(list(reached))}


def _undominated(vectors: list[Vector]) -> list[Vector]:
    """The vectors that no other one dominates; by falling sum, so that only kept ones can dominate."""
    vectors.sort(key=lambda v: (-sum(v), v))
    wide = max((max(v) for v in vectors), default=0) > 2**62
    rows = np.array(vectors, dtype=object if wide else np.int64)
    alive = np.ones(len(rows), dtype=bool)
    for i in range(len(rows)):
        if alive[i]:
            alive[i + 1 :] &= ~(rows[i + 1 :] <= rows[i]).all(axis=1)
    return [v for v, keep in zip(vectors, alive, strict=True) if keep]


def _counts(layers: list[dict[Vector, list[tuple[Vector, int]]]]) -> dict[Vector, int]:
    """How many allocations lead to each vector of the last layer."""
    counts = dict.fromkeys(layers[0], 1)
    for layer in layers[1:]:
        counts = {v: sum(counts[before] for before, _ in ways) for v, ways in layer.items()}
    return counts


def _allocations(
    layers: list[dict[Vector, list[tuple[Vector, int]]]], vector: Vector, k: int
) -> Iterator[Vector]:
    if k == 0:
        yield ()
        return
    for before, owner in sorted(layers[k][vector], key=lambda way: way[1]):
        for head in _allocations(layers, before, k - 1):
            yield (*head, owner)


def _envious(table: Sequence[Sequence[int]], owners: Sequence[int]) -> bool:
    def worth(judge: int, owner: int) -> int:
        return sum(x for x, o in zip(table[judge], owners, strict=True) if o == owner)

    return any(worth(p, q) > worth(p, p) for p in range(len(table)) for q in range(len(table)))
