"""Answers without a list of packages, in spaces of any size: the exact searches of ``search`` behind one face."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from zopa.bargaining import search
from zopa.bargaining.engines import MOST_SHOWN, Blocks, Edge, Engine, Pick, Stop, Top, never
from zopa.bargaining.search import Count, Refusal, TooLarge
from zopa.bargaining.search.branch_and_bound import Target
from zopa.bargaining.search.branch_and_bound import search as tree_search
from zopa.bargaining.search.counting import MOST_COUNTED_SINGLY
from zopa.bargaining.search.counting import count as count_form
from zopa.bargaining.search.decomposition import Additive, additive
from zopa.bargaining.search.elimination import bucket_frontier
from zopa.bargaining.search.engine import packages_at
from zopa.bargaining.search.first_packages import first_packages
from zopa.bargaining.search.pareto import frontier as pareto_frontier
from zopa.bargaining.solutions import MOST_TIES, SOLUTIONS
from zopa.errors import NotApplicable
from zopa.space import IntArray, Package, Space

__all__ = ["Search"]

TIES = 5_000
MOST_WEIGHT = 4_096
MESHES = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(3))
MOST_RAYS = 150
MOST_POINTS = 20_000
"""How many frontier points are turned into packages; all are counted."""


class Search:
    """Answers by dynamic programming and branch and bound over groups of issues.

    Parameters
    ----------
    space : Space
    stop : callable
        Asked now and then during long work.
    progress : callable, optional
        Gets a sentence now and then.
    """

    name = "search"

    def __init__(
        self,
        space: Space,
        stop: Stop = never,
        progress: Callable[[str], None] | None = None,
        *,
        form: Additive | None = None,
    ) -> None:
        self.space, self.stop, self.progress = space, stop, progress
        if form is not None:
            self.__dict__["form"] = form
        if not space.compact:
            raise NotApplicable(
                "the numbers of this case need more than 64 bits, and there are too many packages to list; "
                "`rounding: 0.01` in the case rounds them, and every answer then says by how much it may be off"
            )

    def at(self, space: Space) -> Engine:
        """A variant of the space; where only reservation values differ, its groups are the same."""
        mine = self.space
        same = space.scores is mine.scores and space.bonuses is mine.bonuses and space.clauses == mine.clauses
        return Search(space, self.stop, self.progress, form=self.__dict__.get("form") if same else None)

    @cached_property
    def form(self) -> Additive:
        """The space as a sum over groups of issues, everybody needed.

        Raises
        ------
        Refusal
            Interactions hang together too widely.
        """
        return additive(self.space.everybody)

    def _needing(self, floors: Sequence[int], space: Space | None = None) -> Additive:
        """The form with other reservation values, and with another agreement rule."""
        needed = dataclasses.replace(space or self.space.everybody, reservation=tuple(floors))
        need = tuple(f - s for f, s in zip(floors, self.form.shift, strict=True))
        return dataclasses.replace(self.form, space=needed, need=need)

    def count(self, floors: Sequence[int] | None = None, *, quick: bool = False) -> Count:
        """See :class:`Engine`; bounds, with the reason as the method, where the number is not known."""
        space = self.space if floors is None else None
        floors = self.space.reservation if floors is None else floors
        try:
            if not self.form.possible:
                return Count(0, 0, "no package obeys the rules")
            return count_form(self._needing(floors, space), stop=self.stop, quick=quick)
        except Refusal as why:
            if quick:
                return Count(0, self.space.n_packages, str(why))
            there = search.is_empty(
                dataclasses.replace(space or self.space.everybody, reservation=tuple(floors)), stop=self.stop
            ).empty
            return (
                Count(0, 0, str(why))
                if there
                else Count(int(there is False), self.space.n_packages, str(why))
            )

    def member(self) -> bool | None:
        """See :class:`Engine`."""
        empty = search.is_empty(self.space, stop=self.stop).empty
        return None if empty is None else not empty

    def highest(
        self, parties: Sequence[int], zero: Sequence[int], floors: Sequence[int], shown: int = 0
    ) -> Top | None:
        """See :class:`Engine`."""
        try:
            form = self._needing(floors)
        except Refusal:
            return self._highest_point(parties, zero, floors)
        if not form.possible:
            return None
        toward = tuple(int(p in parties) for p in range(form.n_parties))
        low = tuple(max(0, n) for n in form.need)
        target = Target(low, tuple(z - s for z, s in zip(zero, form.shift, strict=True)), toward)
        run = tree_search(form, target, stop=self.stop)
        if run.best is None or run.value is None:
            return None
        value = run.value / self.space.scale
        if not shown:
            return Top(value, (), False, run.proven)
        found, complete = self._members(form, target.above(run.value, ties=True))
        if not complete:
            return Top(value, (form.package(run.best),), False, run.proven)
        return Top(value, found[: min(shown, MOST_SHOWN)], True, run.proven)

    def _members(self, form: Additive, floors: Sequence[int]) -> tuple[tuple[Package, ...], bool]:
        """All packages with totals of at least the floors, in package order; whether they are all."""
        plain = Target(tuple(floors), form.need, (0,) * form.n_parties)
        run = tree_search(form, plain, collect=TIES, stop=self.stop)
        return tuple(sorted(form.package(p) for p in set(run.members or ()))), run.proven

    def _points(self, floors: Sequence[int]) -> IntArray:
        """Frontier points of the packages that reach the floors, where the issues do not fall into groups."""
        space = dataclasses.replace(self.space.everybody, reservation=tuple(floors))
        return bucket_frontier(space, stop=self.stop).points

    def _highest_point(
        self, parties: Sequence[int], zero: Sequence[int], floors: Sequence[int]
    ) -> Top | None:
        points = self._points(floors)
        if not len(points):
            return None
        least = (points - np.array(zero))[:, list(parties)].min(axis=1)
        return Top(self.space.points(least.max()), (), False)

    def largest_sum(
        self, parties: Sequence[int], floors: Sequence[int], *, proven: bool = False
    ) -> Fraction | None:
        """See :class:`Engine`: the sum is one more total, to be raised."""
        try:
            form = self._needing(floors)
        except Refusal:
            points = self._points(floors)
            return self.space.points(points[:, list(parties)].sum(axis=1).max()) if len(points) else None
        if not form.possible:
            return None
        rows = list(parties)
        tables = tuple(np.column_stack([t, t[:, rows].sum(axis=1)]) for t in form.tables)
        shift = sum(form.shift[p] for p in rows)
        wide = dataclasses.replace(form, tables=tables, shift=(*form.shift, shift), need=(*form.need, 0))
        low = tuple(max(0, n) for n in wide.need)
        target = Target(low, wide.need, (*(0,) * form.n_parties, 1))
        run = tree_search(wide, target, stop=self.stop)
        if run.value is None or (proven and not run.proven):
            return None
        return (run.value + shift) / self.space.scale

    def shares(self) -> Mapping[int, Sequence[Fraction]]:
        """See :class:`Engine`; only where packages can be counted option by option in no time."""
        try:
            small = math.prod(len(t) for t in self.form.tables) <= MOST_COUNTED_SINGLY
        except Refusal:
            return {}
        whole = self.count(self.space.reservation) if small else None
        if whole is None or not whole.exact or not whole.low:
            return {}
        return {
            i: [
                Fraction(self.at(self.space.settled({i: k})).count(self.space.reservation).low, whole.low)
                for k in range(size)
            ]
            for i, size in enumerate(self.space.sizes)
        }

    # ---- frontier ----------------------------------------------------------------------------------------
    def frontier(self) -> Edge:
        """See :class:`Engine`; beyond what can be held, a part of it with a stated guarantee."""
        space = self.space.everybody
        try:
            form = self._needing(self.space.reservation)
            form.without_rows("the frontier")
        except Refusal:
            return self._frontier_by_elimination(space)
        if not form.possible:
            return Edge(0, (), 0)
        try:
            found = first_packages(form, stop=self.stop)
            return self._edge(len(found.packages), found.packages, found.number)
        except TooLarge:
            pass
        try:
            points = pareto_frontier(form, stop=self.stop).points
            step = -(-len(points) // MOST_POINTS)
            return self._edge(len(points), tuple(packages_at(space, points[:: max(1, step)])), None)
        except (TooLarge, Refusal) as why:
            return self._rays(space, why)

    @staticmethod
    def _edge(points: int, packages: tuple[Package, ...], on: int | None) -> Edge:
        step = -(-len(packages) // MOST_POINTS)
        shown = packages[:: max(1, step)]
        note = f"{len(shown):,} of the points have a package listed" if len(shown) < points else ""
        return Edge(points, shown, on, note)

    def _frontier_by_elimination(self, space: Space) -> Edge:
        try:
            points = bucket_frontier(space, stop=self.stop).points
            return Edge(len(points), tuple(packages_at(space, points)), None)
        except (TooLarge, Refusal) as why:
            return self._rays(space, why)

    def _rays(self, space: Space, why: Exception) -> Edge:
        """A part of the frontier: as fine a fan of rays as can be shot in reasonable time."""
        for mesh in MESHES:
            try:
                part = search.rays(space, mesh, most=MOST_RAYS, stop=self.stop)
            except Refusal:
                continue
            promise = (
                f"; every acceptable package is matched in every gain up to a factor {float(part.factor):g}"
                if part.factor
                else ""
            )
            note = f"a part of the frontier, found along {part.rays} rays{promise} ({why})"
            return Edge(len(part.packages), tuple(part.packages), None, note)
        return Edge(0, (), None, f"the frontier was not found: {why}")

    # ---- solutions ---------------------------------------------------------------------------------------
    def solve(
        self,
        method: str | Callable[..., Any],
        powers: Sequence[Fraction] | None = None,
        *,
        agreed: bool = False,
        proof: bool = False,
    ) -> Pick:
        """See :class:`Engine`."""
        if not isinstance(method, str):
            raise NotApplicable(
                f"your own solution needs a list of all packages; {self.space.n_packages:.3g} are too many"
            )
        space = self.space if agreed else self.space.everybody
        weights, factor = _whole(powers) if powers is not None else (None, Fraction(1))
        title = SOLUTIONS[method].title

        def tell(value: object, bound: float) -> None:
            if self.progress is not None:
                self.progress(f"{title}: best so far {value}, bound {bound:.6g}")

        if method in ("nash", "weighted-nash"):
            out = search.solve_nash(space, weights, proof=proof, stop=self.stop, on_progress=tell)
        else:
            out = search.solve_maxmin(
                space, method, weights=weights, proof=proof, stop=self.stop, on_progress=tell
            )
        if not out.packages:
            return Pick((), 0, None, proven=out.proven, gap=out.gap, proof=out.proof)
        value, tied = self._value(method, out, factor), len(out.packages)
        if not out.complete and list(out.utilities[0]) == list(
            self.space.reservation
        ):  # nobody gains: all tie
            number = self.count(self.space.reservation)
            tied = number.low if number.exact else tied
        return Pick(
            tuple(out.packages[:MOST_TIES]),
            tied,
            value,
            complete=out.complete,
            proven=out.proven,
            gap=out.gap,
            proof=out.proof,
        )

    def _value(self, method: str, out: search.SearchOutcome, factor: Fraction) -> Fraction | None:
        """The score in points, as ``solutions`` defines it."""
        gains = [u - r for u, r in zip(out.utilities[0], self.space.reservation, strict=True)]
        if method == "weighted-nash" or out.value is None:
            return None
        if method == "nash":
            among = [g for g in gains if g > 0]
            return Fraction(math.prod(among), self.space.scale ** len(among)) if among else Fraction(0)
        if method == "kalai-smorodinsky":
            return out.value if any(gains) else Fraction(1)
        return out.value * factor / self.space.scale

    # ---- conflicts ---------------------------------------------------------------------------------------
    def blocks(self) -> Blocks:
        """See :class:`Engine`, by seed, shrink and grow."""
        found = search.conflicts(self.space, stop=self.stop)
        place = {member: k for k, member in enumerate(found.members)}
        corrections = tuple(frozenset(place[m] for m in c) for c in found.corrections if c)
        conflicts = tuple(frozenset(place[m] for m in c) for c in found.conflicts)
        if not conflicts and not corrections:
            return Blocks(self.member() is False, complete=found.complete)
        if found.complete:
            return Blocks(bool(conflicts), corrections)
        return Blocks(self.member() is False, corrections, conflicts, False)


def _whole(powers: Sequence[Fraction]) -> tuple[list[int], Fraction]:
    """Powers as whole numbers without a common factor, and what they were multiplied by."""
    common = math.lcm(*(p.denominator for p in powers))
    numbers = [int(p * common) for p in powers]
    divisor = math.gcd(*numbers)
    if max(numbers) // divisor > MOST_WEIGHT:
        raise NotApplicable(
            f"powers must be ratios of whole numbers up to {MOST_WEIGHT:,}; these need {max(numbers) // divisor:,}"
        )
    return [n // divisor for n in numbers], Fraction(common, divisor)
