"""All packages in one table: the engine up to ``MAX_PACKAGES``, and what every other answer is compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any

import numpy as np

from zopa.bargaining.engines import MOST_SHOWN, Blocks, Edge, Engine, Pick, Top
from zopa.bargaining.search import Count
from zopa.bargaining.solutions import MOST_TIES, SOLUTIONS
from zopa.errors import NotApplicable
from zopa.space import IntArray, Package, Space, Table
from zopa.space.table import BoolArray, nondominated

__all__ = ["Listing", "distinct", "smallest", "violations"]

METHOD = "listing"


class Listing:
    """Answers by looking at every package.

    Parameters
    ----------
    space : Space
    tabulate : callable
        Gives the table, where it has been made already; by default it is made on first use.
    """

    name = METHOD

    def __init__(self, space: Space, tabulate: Callable[[Space], Table] = Table.of) -> None:
        self.space, self._tabulate = space, tabulate
        self._lowest = space.lowest
        self._kept: dict[tuple[int, ...], BoolArray] = {}

    @cached_property
    def table(self) -> Table:
        """All packages with their utilities."""
        return self._tabulate(self.space)

    def at(self, space: Space) -> Engine:
        """A variant; the utilities are shared where it has the same scores."""
        if space.scores is self.space.scores and space.bonuses is self.space.bonuses:
            return Listing(space, lambda s: self.table.at(s))
        return Listing(space)

    def _reaching(self, floors: Sequence[int]) -> BoolArray:
        """Packages that the rules allow and that give every party at least its floor."""
        key = tuple(floors)
        if key not in self._kept:
            table, space = self.table, self.space
            ok = table.admissible.copy()
            for p, (floor, low) in enumerate(zip(key, self._lowest, strict=True)):
                if floor > low:
                    ok &= table.accepts[p] if floor == space.reservation[p] else table.utilities[p] >= floor
            self._kept[key] = ok
        return self._kept[key]

    def _packages(self, numbers: IntArray, most: int) -> tuple[Package, ...]:
        return tuple(self.table.package(int(k)) for k in numbers[:most])

    def count(self, floors: Sequence[int] | None = None, *, quick: bool = False) -> Count:
        """See :class:`Engine`."""
        del quick
        n = int(np.count_nonzero(self.table.agreed if floors is None else self._reaching(floors)))
        return Count(n, n, METHOD)

    def member(self) -> bool | None:
        """See :class:`Engine`."""
        return bool(self.table.agreed.any())

    def highest(
        self, parties: Sequence[int], zero: Sequence[int], floors: Sequence[int], shown: int = 0
    ) -> Top | None:
        """See :class:`Engine`."""
        inside = self._reaching(floors)
        row: IntArray = self.table.utilities
        gains = [row[p] - zero[p] if zero[p] else row[p] for p in parties]
        if row.dtype == object or np.count_nonzero(inside) * 8 < inside.size:
            numbers = np.flatnonzero(inside)
            gains = [g[numbers] for g in gains]
        else:  # a number below all others is quicker than to take out what is inside
            numbers, outside = None, np.iinfo(row.dtype).min
            gains[0] = np.where(inside, gains[0], outside)
        least = reduce(np.minimum, gains)
        if not least.size or (numbers is None and not inside.any()):
            return None
        best = least.max()
        ties = np.flatnonzero(least == best) if shown else np.arange(0)
        found = self._packages(ties if numbers is None else numbers[ties], min(shown, MOST_SHOWN))
        return Top(self.space.points(best), found)

    def _of(self, party: int, numbers: IntArray) -> IntArray:
        """What the numbered packages are worth to a party."""
        row: IntArray = self.table.utilities[party]
        return row if numbers.size == row.size else row.take(numbers)

    def largest_sum(
        self, parties: Sequence[int], floors: Sequence[int], *, proven: bool = False
    ) -> Fraction | None:
        """See :class:`Engine`."""
        del proven
        inside = np.flatnonzero(self._reaching(floors))
        if not inside.size:
            return None
        return self.space.points(np.sum([self._of(p, inside) for p in parties], axis=0).max())

    def shares(self) -> Mapping[int, Sequence[Fraction]]:
        """See :class:`Engine`."""
        number = self.count(self.space.reservation).low
        if not number:
            return {}
        # Packages left over are counted by their options on the issues to come, the first issue outermost.
        found, left = {}, self.table.zone()
        for i, size in enumerate(self.space.sizes):
            left = left.reshape(size, -1)
            counts = np.count_nonzero(left, axis=1) if i == 0 else left.sum(axis=1)
            found[i] = [Fraction(int(c), number) for c in counts]
            left = left.sum(axis=0, dtype=np.int64)
        return found

    def frontier(self) -> Edge:
        """See :class:`Engine`."""
        numbers = np.flatnonzero(self.table.zone())
        points = self.table.utilities[:, numbers]
        kept = nondominated(points)
        if not kept.size:
            return Edge(0, (), 0)
        rows = [tuple(int(u) for u in points[:, k]) for k in kept]
        order = sorted(range(len(rows)), key=lambda n: [-u for u in rows[n]])
        # Only packages whose sum equals a kept point's sum can stand on one.
        codes, sums = set(rows), points.sum(axis=0)
        near = np.flatnonzero(np.isin(sums.astype(sums.dtype), sums[kept])) if sums.dtype != object else None
        among = range(points.shape[1]) if near is None else near
        on = sum(tuple(int(u) for u in points[:, k]) in codes for k in among)
        return Edge(len(rows), self._packages(numbers[kept[order]], len(rows)), on)

    def solve(
        self,
        method: str | Callable[..., Any],
        powers: Sequence[Fraction] | None = None,
        *,
        agreed: bool = False,
        proof: bool = False,
    ) -> Pick:
        """See :class:`Engine`; a callable takes the gains, shape (n_parties, n_packages), in units of the space."""
        del proof  # a list proves nothing to somebody who does not list
        numbers = np.flatnonzero(self.table.agreed if agreed else self.table.zone())
        if not numbers.size:
            return Pick((), 0, None)
        limits = np.array(self.space.reservation, dtype=self.table.utilities.dtype)[:, None]
        gains = self.table.utilities[:, numbers] - limits
        if callable(method):
            picked, value = _own(method, gains), None
        else:
            given = {} if powers is None else {"powers" if "nash" in method else "shares": powers}
            picked, value = SOLUTIONS[method].pick(gains, scale=self.space.scale, **given)
            if method == "utilitarian" and value is not None:
                value += self.space.points(sum(self.space.reservation))
        chosen = numbers[picked]
        return Pick(self._packages(chosen, MOST_TIES), int(chosen.size), value)

    def blocks(self) -> Blocks:
        """See :class:`Engine`: the minimal ones among the sets of limits that packages violate."""
        sets = distinct(violations(self.table))
        if not sets or frozenset() in sets:
            return Blocks(not sets)
        return Blocks(True, tuple(smallest(sets)))


def _own(method: Callable[..., Any], gains: IntArray) -> BoolArray:
    scores = np.asarray(method(gains))
    if scores.shape != (gains.shape[1],):
        raise NotApplicable(
            f"your solution must return one score per package, shape ({gains.shape[1]},); saw {scores.shape}"
        )
    picked: BoolArray = scores == scores.max()
    return picked


def violations(table: Table) -> IntArray:
    """The set of limits that every package violates, as bit words, shape (n_words, n_packages)."""
    space = table.space
    rows: list[BoolArray] = [table.violates(c) for c in space.clauses]
    rows += [~table.accepts[p] for p in range(len(space.parties)) if space.required[p]]
    if space.at_least > sum(space.required):
        rows.append(table.accepts.sum(axis=0) < space.at_least)
    words = np.zeros((max(1, -(-len(rows) // 62)), space.n_packages), dtype=np.int64)
    for bit, row in enumerate(rows):
        words[bit // 62] |= row.astype(np.int64) << (bit % 62)
    return words


def distinct(words: IntArray) -> list[frozenset[int]]:
    """The different sets among bit words."""
    unique = np.unique(words, axis=1) if words.shape[0] > 1 else np.unique(words[0])[None, :]
    return [
        frozenset(62 * w + b for w, word in enumerate(column) for b in range(62) if int(word) >> b & 1)
        for column in unique.T
    ]


def smallest(sets: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """The sets that hold no other of them, smallest first."""
    kept: list[frozenset[int]] = []
    for candidate in sorted(sets, key=lambda s: (len(s), sorted(s))):
        if not any(k <= candidate for k in kept):
            kept.append(candidate)
    return kept
