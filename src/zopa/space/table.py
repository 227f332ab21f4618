"""All packages of a space as arrays: the engine up to ``MAX_PACKAGES``, and the oracle of the others.

Packages are numbered in the order of :meth:`Space.packages`, the last issue running fastest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.space.compiled import Clause, IntArray, Package, Space, Term

__all__ = ["MAX_PACKAGES", "BoolArray", "Table", "leximin", "nondominated"]

MAX_PACKAGES = 10_000_000
MAX_KEPT = 1_000_000
"""In larger tables the masks of clauses are not kept."""
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """Every package of a space with its utilities.

    Attributes
    ----------
    space : Space
    utilities : array of int64, shape (n_parties, n_packages)
        In units of ``1 / space.scale`` point; Python's integers where 64 bits do not hold them.
    """

    space: Space
    utilities: IntArray
    masks: dict[Clause, BoolArray] = field(default_factory=dict, repr=False, compare=False)

    def at(self, space: Space) -> Table:
        """The same packages and utilities under other rules, reservation values or another agreement rule."""
        return self if space is self.space else Table(space, self.utilities, self.masks)

    @classmethod
    def of(cls, space: Space) -> Table:
        """Tabulate a space.

        Raises
        ------
        NotApplicable
            More than ``MAX_PACKAGES`` packages.
        """
        if space.n_packages > MAX_PACKAGES:
            raise NotApplicable(
                f"{space.n_packages:,} packages are too many to list (at most {MAX_PACKAGES:,}); "
                "zone, frontier, solve, why_not and judge answer by search instead"
            )
        dtype = np.int64 if space.compact else object
        rows = np.empty((len(space.parties), space.n_packages), dtype=dtype)
        *early, last = space.scores
        for p in range(len(space.parties)):
            total = np.zeros(1, dtype=dtype)
            for scores in early:
                total = np.add.outer(total, scores[p]).ravel()
            np.add.outer(total, last[p], out=rows[p].reshape(total.size, -1))
        table = cls(space, rows)
        for bonus in space.bonuses:
            rows[bonus.party, table.holds(bonus.terms)] += bonus.points
        rows.setflags(write=False)
        return table

    def holds(self, terms: Sequence[Term]) -> BoolArray:
        """Packages in which all terms hold, shape (n_packages,)."""
        sizes = self.space.sizes
        # Blocks of issues between the mentioned ones are one axis each, so that numpy's limit of
        # dimensions is never met.
        mentioned = sorted({i for i, _ in terms})
        axes: list[int] = []
        at = 0
        for i in mentioned:
            axes += [math.prod(sizes[at:i]), sizes[i]]
            at = i + 1
        axes.append(math.prod(sizes[at:]))
        result = np.ones((1,) * len(axes), dtype=bool)
        for issue, mask in terms:
            axis = 2 * mentioned.index(issue) + 1
            shape = [1] * len(axes)
            shape[axis] = sizes[issue]
            allowed = np.array([bool(mask >> k & 1) for k in range(sizes[issue])])
            result = result & allowed.reshape(shape)
        return np.broadcast_to(result, axes).reshape(-1)

    def violates(self, clause: Clause) -> BoolArray:
        """Packages that a clause rules out, shape (n_packages,)."""
        if clause in self.masks:
            return self.masks[clause]
        bad = self.holds(clause.when)
        for alternative in clause.only_if:
            bad = bad & ~self.holds(alternative)
        if self.space.n_packages <= MAX_KEPT:
            self.masks[clause] = bad
        return bad

    @cached_property
    def admissible(self) -> BoolArray:
        """Packages that no rule forbids."""
        allowed = np.ones(self.space.n_packages, dtype=bool)
        for clause in self.space.clauses:
            allowed &= ~self.violates(clause)
        return allowed

    @cached_property
    def accepts(self) -> BoolArray:
        """Whether a party accepts a package (utility >= reservation), shape (n_parties, n_packages)."""
        return self.reaching(self.space.reservation)

    def reaching(self, floors: Sequence[int]) -> BoolArray:
        """Which parties get at least these utilities, shape (n_parties, n_packages)."""
        ok: BoolArray = self.utilities >= np.array(floors, dtype=self.utilities.dtype)[:, None]
        return ok

    def zone(self, parties: Sequence[int] | None = None) -> BoolArray:
        """Admissible packages that all these parties (default: all) accept."""
        rows = self.accepts if parties is None else self.accepts[list(parties)]
        return self.admissible & rows.all(axis=0)

    @cached_property
    def agreed(self) -> BoolArray:
        """Admissible packages that pass the agreement rule: every veto holder, and at least k in all."""
        if self.space.unanimous:
            return self.zone()
        ok = self.admissible & (self.accepts.sum(axis=0) >= self.space.at_least)
        for p, needed in enumerate(self.space.required):
            if needed:
                ok = ok & self.accepts[p]
        return ok

    def package(self, number: int) -> Package:
        """The options of a package by its number."""
        return tuple(int(k) for k in np.unravel_index(number, self.space.sizes))

    def number(self, package: Sequence[int]) -> int:
        """The number of a package by its options."""
        return int(np.ravel_multi_index(tuple(package), self.space.sizes))

    def option(self, issue: int, numbers: IntArray) -> IntArray:
        """Option of one issue in each of the numbered packages."""
        sizes = self.space.sizes
        return numbers // math.prod(sizes[issue + 1 :]) % sizes[issue]


def nondominated(points: IntArray) -> IntArray:
    """Positions of the distinct maximal points, in ascending order of position.

    Parameters
    ----------
    points : array of int64, shape (n_parties, n_points)

    Returns
    -------
    array of int64, shape (n_maximal,)
        The first position of every point that no other point dominates. A point dominates another when
        it is at least as good for all and better for one; equal points count once.
    """
    n = points.shape[1]
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    if points.dtype == object:
        points = np.stack([np.unique(row, return_inverse=True)[1] for row in points]).astype(np.int64)
    if points.shape[0] == 2:
        return _staircase(points)
    order = np.lexsort(
        (np.arange(n), *(-points[p] for p in range(points.shape[0] - 1, 0, -1)), -points.sum(axis=0))
    )
    # A point with the largest sum among those left is maximal; what it covers goes.
    left = np.ascontiguousarray(points[:, order])
    kept = []
    while order.size:
        kept.append(int(order[0]))
        covered = (left <= left[:, :1]).all(axis=0)
        left, order = left[:, ~covered], order[~covered]
    return np.sort(np.array(kept, dtype=np.int64))


def _staircase(points: IntArray) -> IntArray:
    """Two parties: in descending order of the first, those that beat every earlier one for the second."""
    order = np.lexsort((np.arange(points.shape[1]), -points[1], -points[0]))
    second = points[1, order]
    keep = np.ones(order.size, dtype=bool)
    keep[1:] = second[1:] > np.maximum.accumulate(second)[:-1]
    return np.sort(order[keep])


def leximin(columns: Sequence[IntArray]) -> BoolArray:
    """Which entries have the lexicographically largest sorted vector (smallest value first).

    Parameters
    ----------
    columns : sequence of arrays, each of shape (n,)
        One array per party; int64, or object arrays of Python integers where 64 bits do not suffice.

    Returns
    -------
    array of bool, shape (n,)
        All ties.
    """
    ranked = np.sort(np.stack(list(columns)), axis=0)
    alive = np.ones(ranked.shape[1], dtype=bool)
    for row in ranked:
        alive &= row == row[alive].max()
    return alive
