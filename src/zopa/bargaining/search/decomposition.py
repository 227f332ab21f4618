"""The form that every engine works on: a sum over independent groups of issues, plus leftover rules.

Issues that share a rule or an interaction are joined into one group whose choices are the joint options
that the group's rules allow (joined issues). Where a joint group would be too large, its rules stay as
**rows**: boxes of choices that must not all be taken. An engine honours the rows or refuses.

Scores are shifted so that the least total of every party is zero; packed words and the counting
programme rely on it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zopa.errors import ZopaError
from zopa.space import Clause, IntArray, Package, Space

__all__ = ["Additive", "BoolArray", "JoinedRule", "Refusal", "additive", "clause_boxes", "minimal_coalitions"]

BoolArray = NDArray[np.bool_]

JOINT_LIMIT = 20_000
BOX_LIMIT = 4_096


class Refusal(ZopaError):
    """The engine cannot honour everything in the case; the message says what. The next one answers."""


@dataclass(frozen=True)
class JoinedRule:
    """A forbidden box: at most ``len(parts) - 1`` of the parts may hold.

    ``parts`` pairs a group with the mask of its choices that fall in the box.
    """

    parts: tuple[tuple[int, BoolArray], ...]


@dataclass(frozen=True)
class Additive:
    """Totals as a sum over groups.

    Attributes
    ----------
    groups : tuple of tuple of int
        Issues of each group; together all issues, once each.
    choices : tuple of arrays, one per group, shape (n_choices, len(group))
        Option index of each issue of the group.
    tables : tuple of arrays of int64, one per group, shape (n_choices, n_parties)
        Scores >= 0; the least of every party in every group is 0.
    shift : tuple of int
        Utility = total + shift.
    need : tuple of int
        Reservation values as totals.
    rows : tuple of JoinedRule
        Rules that span groups.
    """

    space: Space
    groups: tuple[tuple[int, ...], ...]
    choices: tuple[IntArray, ...]
    tables: tuple[IntArray, ...]
    shift: tuple[int, ...]
    need: tuple[int, ...]
    rows: tuple[JoinedRule, ...] = ()

    @property
    def n_parties(self) -> int:
        """Number of parties."""
        return len(self.shift)

    @property
    def possible(self) -> bool:
        """Whether every group has a choice left that its own rules allow."""
        return all(len(t) for t in self.tables)

    @property
    def largest(self) -> tuple[int, ...]:
        """Largest total of every party, leftover rows aside."""
        best = np.zeros(self.n_parties, np.int64)
        for t in self.tables:
            best += t.max(axis=0)
        return tuple(int(b) for b in best)

    def package(self, picks: Sequence[int] | IntArray) -> Package:
        """One pick per group as a package of the space."""
        package = [0] * len(self.space.issues)
        for group, table, pick in zip(self.groups, self.choices, picks, strict=True):
            for issue, option in zip(group, table[int(pick)], strict=True):
                package[issue] = int(option)
        return tuple(package)

    def picks(self, package: Sequence[int]) -> tuple[int, ...] | None:
        """The pick of every group that makes this package, or None where a group rules it out."""
        found = []
        for group, table in zip(self.groups, self.choices, strict=True):
            hit = np.flatnonzero((table == [package[i] for i in group]).all(axis=1))
            if not hit.size:
                return None
            found.append(int(hit[0]))
        return tuple(found)

    def totals(self, picks: Sequence[int]) -> tuple[int, ...]:
        """Totals of one pick per group."""
        rows = [t[int(k)] for t, k in zip(self.tables, picks, strict=True)]
        return tuple(int(v) for v in np.sum(rows, axis=0))

    def obeys(self, picks: Sequence[int]) -> bool:
        """Whether no leftover row is filled."""
        if not self.rows:
            return True
        inside, first, sizes = self._filled
        return not bool((inside[first + picks].sum(axis=0) == sizes).any())

    @cached_property
    def _filled(self) -> tuple[BoolArray, IntArray, IntArray]:
        """Which choices are in which rows, one group after the other; where groups begin; parts per row."""
        first = np.cumsum([0, *(len(t) for t in self.tables[:-1])])
        inside = np.zeros((sum(len(t) for t in self.tables), len(self.rows)), bool)
        for i, row in enumerate(self.rows):
            for g, mask in row.parts:
                inside[first[g] : first[g] + len(mask), i] = mask
        return inside, first, np.array([len(row.parts) for row in self.rows])

    def with_sum(self) -> Additive:
        """The same with the sum of all parties as one more party, without a floor of its own."""
        tables = tuple(np.column_stack([t, t.sum(axis=1)]) for t in self.tables)
        shift, need = (*self.shift, sum(self.shift)), (*self.need, 0)
        return replace(self, tables=tables, shift=shift, need=need)

    def without_rows(self, engine: str) -> None:
        """Raise Refusal when rules are left that span groups."""
        if self.rows:
            raise Refusal(f"{engine} works on independent groups; {len(self.rows)} rules span groups")


def minimal_coalitions(space: Space) -> list[tuple[int, ...]]:
    """Smallest sets of parties whose acceptance makes an agreement, in fixed order."""
    n = len(space.parties)
    vetoes = [p for p in range(n) if space.required[p]]
    others = [p for p in range(n) if not space.required[p]]
    more = max(0, min(space.at_least, n) - len(vetoes))
    return [tuple(sorted([*vetoes, *extra])) for extra in itertools.combinations(others, more)]


def additive(space: Space, limit: int = JOINT_LIMIT) -> Additive:
    """The space as a sum over groups.

    Interactions always join their issues. Rules join theirs where everything that hangs together has at
    most ``limit`` combinations; the others become rows.

    Raises
    ------
    Refusal
        An interaction joins more than ``limit`` combinations, or a rule is too wide to be written as
        boxes.
    """
    links = _Links(space.sizes)
    for bonus in space.bonuses:
        links.join([i for i, _ in bonus.terms])
    widest = max(
        (links.size_with([i for i, _ in b.terms]) for b in space.bonuses if len(b.terms) > 1), default=1
    )
    if widest > limit:
        raise Refusal(f"interactions join {widest} combinations in one group; at most {limit} are listed")
    whole = _Links(space.sizes)
    for issues in [*([i for i, _ in b.terms] for b in space.bonuses), *(c.issues for c in space.clauses)]:
        whole.join(issues)
    local: list[Clause] = []
    spanning: list[Clause] = []
    for clause in space.clauses:
        if whole.size_with(clause.issues) <= limit:
            links.join(clause.issues)
        inside = len({links.root(i) for i in clause.issues}) <= 1
        (local if inside else spanning).append(clause)
    groups = links.groups()
    choices, tables, shift = [], [], [0] * len(space.parties)
    for group in groups:
        listed = _joint_choices(space, group, local)
        table = _joint_scores(space, group, listed)
        least = table.min(axis=0) if len(table) else np.zeros(len(space.parties), np.int64)
        choices.append(listed)
        tables.append(table - least)
        shift = [s + int(v) for s, v in zip(shift, least, strict=True)]
    form = Additive(space, groups, tuple(choices), tuple(tables), tuple(shift), _need(space, shift))
    return _with_rows(form, spanning) if spanning else form


class _Links:
    """Which issues have been joined so far (union-find with the product of option counts)."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.parent = list(range(len(sizes)))
        self.product = list(sizes)

    def root(self, i: int) -> int:
        while self.parent[i] != i:
            i = self.parent[i]
        return i

    def size_with(self, issues: Sequence[int]) -> int:
        return math.prod(self.product[r] for r in {self.root(i) for i in issues})

    def join(self, issues: Sequence[int]) -> None:
        roots = sorted({self.root(i) for i in issues})
        for other in roots[1:]:
            self.parent[other] = roots[0]
            self.product[roots[0]] *= self.product[other]

    def groups(self) -> tuple[tuple[int, ...], ...]:
        found: dict[int, list[int]] = {}
        for i in range(len(self.parent)):
            found.setdefault(self.root(i), []).append(i)
        return tuple(tuple(g) for g in found.values())


def _product(sizes: Sequence[int], issues: Sequence[int]) -> int:
    return math.prod(sizes[i] for i in issues)


def _holds(terms: Sequence[tuple[int, int]], column: dict[int, IntArray], sizes: Sequence[int]) -> BoolArray:
    """For each listed joint choice, whether all terms hold."""
    held: BoolArray = np.ones(len(next(iter(column.values()))), bool)
    for issue, mask in terms:
        inside = np.array([mask >> k & 1 for k in range(sizes[issue])], bool)
        held &= inside[column[issue]]
    return held


def _joint_choices(space: Space, group: tuple[int, ...], local: Sequence[Clause]) -> IntArray:
    grid = np.indices([space.sizes[i] for i in group], dtype=np.int64).reshape(len(group), -1)
    column = dict(zip(group, grid, strict=True))
    allowed: BoolArray = np.ones(grid.shape[1], bool)
    for clause in local:
        if not set(clause.issues) <= set(group):
            continue
        met: BoolArray = np.zeros(grid.shape[1], bool)
        for alternative in clause.only_if:
            met |= _holds(alternative, column, space.sizes)
        allowed &= ~_holds(clause.when, column, space.sizes) | met
    return np.ascontiguousarray(grid[:, allowed].T)


def _joint_scores(space: Space, group: tuple[int, ...], listed: IntArray) -> IntArray:
    table = np.zeros((len(listed), len(space.parties)), np.int64)
    if not len(listed):
        return table
    for j, issue in enumerate(group):
        table += space.scores[issue].T[listed[:, j]]
    column = {issue: listed[:, j] for j, issue in enumerate(group)}
    for bonus in space.bonuses:
        here = all(i in column for i, _ in bonus.terms) if bonus.terms else 0 in group
        if here:
            table[_holds(bonus.terms, column, space.sizes), bonus.party] += bonus.points
    return table


def clause_boxes(clause: Clause) -> Iterator[dict[int, int]]:
    """The clause as forbidden boxes ``{issue: mask}``: all of ``when``, and one term of each way out broken."""
    ways = math.prod(len(a) for a in clause.only_if)
    if ways > BOX_LIMIT:
        raise Refusal(f"rule {clause.rule} expands to {ways} boxes; at most {BOX_LIMIT} are written out")
    for broken in itertools.product(*clause.only_if):
        box: dict[int, int] = {}
        for issue, mask in clause.when:
            box[issue] = box.get(issue, -1) & mask
        for issue, mask in broken:
            box[issue] = box.get(issue, -1) & ~mask
        yield box


def _with_rows(form: Additive, clauses: Sequence[Clause]) -> Additive:
    """Add the spanning clauses as rows; a box inside one group strikes choices out."""
    where = {issue: (g, j) for g, group in enumerate(form.groups) for j, issue in enumerate(group)}
    keep = [np.ones(len(t), bool) for t in form.tables]
    merged: dict[tuple[object, ...], tuple[int, int, BoolArray, BoolArray]] = {}
    rows: list[JoinedRule] = []
    for box in (b for clause in clauses for b in clause_boxes(clause)):
        parts: dict[int, BoolArray] = {}
        for issue, mask in box.items():
            g, j = where[issue]
            inside = np.array([mask >> k & 1 for k in range(form.space.sizes[issue])], bool)
            parts[g] = parts.get(g, np.ones(len(form.tables[g]), bool)) & inside[form.choices[g][:, j]]
        if not all(m.any() for m in parts.values()):
            continue
        if len(parts) == 1:
            ((g, inside),) = parts.items()
            keep[g] &= ~inside
        elif len(parts) == 2:
            (a, ma), (b, mb) = sorted(parts.items(), key=lambda item: (int(item[1].sum()), item[0]))
            key = (a, b, ma.tobytes())
            old = merged.get(key)
            merged[key] = (a, b, ma, mb if old is None else old[3] | mb)
        else:
            rows.append(JoinedRule(tuple(sorted(parts.items(), key=lambda item: item[0]))))
    rows = [JoinedRule(((a, ma), (b, mb))) for a, b, ma, mb in merged.values()] + rows
    tables, choices, shift = [], [], list(form.shift)
    for table, listed, k in zip(form.tables, form.choices, keep, strict=True):
        least = table[k].min(axis=0) if k.any() else np.zeros(form.n_parties, np.int64)
        tables.append(table[k] - least)
        choices.append(listed[k])
        shift = [s + int(v) for s, v in zip(shift, least, strict=True)]
    cut = [JoinedRule(tuple((g, m[keep[g]]) for g, m in row.parts)) for row in rows]
    alive = tuple(row for row in cut if all(m.any() for _, m in row.parts))
    need = _need(form.space, shift)
    return replace(
        form, choices=tuple(choices), tables=tuple(tables), shift=tuple(shift), need=need, rows=alive
    )


def _need(space: Space, shift: Sequence[int]) -> tuple[int, ...]:
    return tuple(r - s for r, s in zip(space.reservation, shift, strict=True))
