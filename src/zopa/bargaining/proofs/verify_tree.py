"""Trees of boxes: the only packages that reach some floors (and a product) are those that a tree leaves.

A box holds, for every group of issues, the joint choices that are still possible. Non-negative whole weights
say how much the best package of the box could score; what falls short is struck out, and a box in which
everything falls short is closed. The rest is split in two, or walked package by package. Nothing in a tree is
believed: it only says where to look, and every bound is computed here from the problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from zopa.bargaining.proofs.proof_file import (
    Budget,
    StatedBonus,
    StatedClause,
    StatedProblem,
    holds,
    need,
    read_list,
    read_record,
    read_whole,
)

__all__ = ["GainProduct", "RuleRow", "TreePart", "Trees"]

Box = list[list[int]]
"""For every group the numbers of the choices that are left."""
Package = tuple[int, ...]
Values = tuple[int, ...]


@dataclass(frozen=True)
class GainProduct:
    """A product of gains to be reached: ``weights`` per party that is multiplied, and the least product.

    Never empty: a tree for no product has None in its place.
    """

    weights: Mapping[int, int]
    least: int


@dataclass(frozen=True)
class RuleRow:
    """Choices that a rule keeps from being taken all at once: ``inside`` has those of every group it joins.

    A package that takes none of them in two groups or more pays ``charge`` for all but one.
    """

    charge: int
    inside: Mapping[int, frozenset[int]]


@dataclass(frozen=True, kw_only=True)
class TreePart:
    """One tree as the document gives it, its rows already verified.

    ``charges[g][k]`` is what choice k of group g pays for the rows that it is inside of, ``inside[g][k]`` a mask
    of these rows, ``joins[g]`` a mask of all rows that the group is in. ``spare`` is what all rows give back,
    because a package takes at most all but one of the choices of a row.
    """

    rows: tuple[RuleRow, ...]
    charges: tuple[dict[int, int], ...]
    inside: tuple[dict[int, int], ...]
    joins: tuple[int, ...]
    spare: int
    patterns: tuple[Values, ...]
    tree: list[Any]


class Trees:
    """The parts of a proof, read one after the other, each for the floors that the claim asks for.

    Parameters
    ----------
    problem : StatedProblem
    groups, parts : as the document has them
    budget : Budget
        Spent by one for every choice that is looked at.
    with_sum : bool
        Add one more party, whose utility is the sum of all utilities in a common unit (``share`` times each).
    """

    def __init__(
        self, problem: StatedProblem, groups: object, parts: object, budget: Budget, share: Values = ()
    ) -> None:
        self.problem, self.budget, self.share = problem, budget, share
        self.width = problem.n + bool(share)
        self.groups = self._read_groups(groups)
        self.group_of = {i: g for g, issues in enumerate(self.groups) for i in issues}
        self.clauses_at: dict[int, list[StatedClause]] = {}
        for c in problem.clauses:
            for i in c.issues or range(len(problem.issues)):
                self.clauses_at.setdefault(i, []).append(c)
        self.bonuses_at: dict[int, list[StatedBonus]] = {}
        for b in problem.bonuses:
            places = {self.group_of[i] for i, _ in b.terms} or {self.group_of[0]}
            need(len(places) == 1, "groups: an interaction joins issues of two groups")
            self.bonuses_at.setdefault(places.pop(), []).append(b)
        self.parts = iter(read_list(parts, "parts"))
        self.choices: list[dict[int, dict[int, int]]] = []
        self.values: list[dict[int, Values]] = []
        for g in range(len(self.groups)):
            self._list_choices(g)
        columns = range(self.width)
        self.least = tuple(
            sum(min((u[p] for u in v.values()), default=0) for v in self.values) for p in columns
        )

    # ---- the groups ---------------------------------------------------------------------------------------
    def _read_groups(self, value: object) -> list[list[int]]:
        last = len(self.problem.issues) - 1
        groups = [
            [read_whole(i, "groups", 0, last) for i in read_list(g, "groups")]
            for g in read_list(value, "groups")
        ]
        need(
            sorted(i for g in groups for i in g) == [*range(last + 1)],
            "groups: every issue must stand there once",
        )
        need(all(groups), "groups: a group without issues")
        return groups

    def _list_choices(self, g: int) -> None:
        """Joint choices of a group that no rule about them breaks, by number, and what each is worth."""
        issues, problem = self.groups[g], self.problem
        clauses, bonuses = self._clauses(issues), self.bonuses_at.get(g, [])
        every = [range(len(problem.options[i])) for i in issues]
        self.budget.spend(prod(map(len, every)) * (1 + len(clauses) + len(bonuses)))
        choices, values = {}, {}
        for number, options in enumerate(product(*every)):
            have = dict(zip(issues, options, strict=True))
            if any(c.broken(have) for c in clauses):
                continue
            u = [sum(problem.scores[i][p][k] for i, k in have.items()) for p in range(problem.n)]
            for b in bonuses:
                u[b.party] += b.points if holds(b.terms, have) else 0
            choices[number], values[number] = have, self._columns(u)
        self.choices.append(choices)
        self.values.append(values)

    def _clauses(self, issues: Iterable[int]) -> list[StatedClause]:
        """The clauses that name one of these issues, once each."""
        return list({id(c): c for i in issues for c in self.clauses_at.get(i, [])}.values())

    def _columns(self, u: Sequence[int]) -> Values:
        """Utilities, and their sum in the common unit where the claim asks for it."""
        return (*u, sum(s * x for s, x in zip(self.share, u, strict=True))) if self.share else tuple(u)

    # ---- parts ----------------------------------------------------------------------------------------------
    def reaching(self, floors: Sequence[int], wanted: GainProduct | None = None) -> list[Package]:
        """All packages that obey the rules, reach the floors and the product, as the next part shows.

        Whether a package is accepted by enough parties is for the caller to put into the floors.
        """
        part = self._read_part(next(self.parts, None))
        floors = [max(x, low) for x, low in zip(floors, self.least, strict=True)]
        found: list[Package] = []
        stack: list[Box | None] = [[list(x) for x in self.choices] if all(self.choices) else None]
        for n, entry in enumerate(part.tree):
            where = f"tree entry {n}"
            need(bool(stack), f"{where}: no box is open")
            weights, y, action = read_list(entry, where, 3)
            lam = tuple(read_whole(x, where, 0) for x in read_list(weights, where, self.width))
            least = self._least_score(lam, read_whole(y, where, 0), floors, wanted)
            box, slack = self._strike(stack.pop(), lam, least, part)
            if type(action) is int:
                need(action == 0 and box is None, f"{where}: the box is not closed by its weights")
            elif type(action) is dict and "split" in action:
                stack += self._split(box, read_record(action, where, ("split",))["split"], where)
            else:
                order = read_list(read_record(action, where, ("walk",))["walk"], where)
                need(
                    all(type(g) is int for g in order) and sorted(order) == [*range(len(self.groups))],
                    f"{where}: not every group once",
                )
                found += self._walk(box, lam, slack, floors, wanted, part=part, order=order) if box else []
        need(not stack, "the tree leaves boxes open")
        return found

    def end(self) -> None:
        """Refuse the proof if it has more parts than the claim asks for."""
        need(next(self.parts, None) is None, "there are more parts than the claim asks for")

    def _read_part(self, value: object) -> TreePart:
        need(value is not None, "there are fewer parts than the claim asks for")
        part = read_record(value, "part", ("rows", "patterns", "tree"))
        rows = tuple(self._read_row(r) for r in read_list(part["rows"], "rows"))
        patterns = tuple(
            tuple(read_whole(x, "patterns", 0) for x in read_list(p, "patterns", self.width))
            for p in read_list(part["patterns"], "patterns")
        )
        charges: tuple[dict[int, int], ...] = tuple({} for _ in self.groups)
        inside: tuple[dict[int, int], ...] = tuple({} for _ in self.groups)
        joins = [0] * len(self.groups)
        for n, row in enumerate(rows):
            for g, numbers in row.inside.items():
                self.budget.spend(len(numbers) * (1 + n // 64))
                joins[g] |= 1 << n
                for k in numbers:
                    charges[g][k] = charges[g].get(k, 0) + row.charge
                    inside[g][k] = inside[g].get(k, 0) | 1 << n
        return TreePart(
            rows=rows,
            charges=charges,
            inside=inside,
            joins=tuple(joins),
            spare=sum(row.charge * (len(row.inside) - 1) for row in rows),
            patterns=patterns,
            tree=read_list(part["tree"], "tree"),
        )

    def _read_row(self, value: object) -> RuleRow:
        """A row, once it is clear that the rules forbid to take its choices all at once."""
        charge, joined = read_list(value, "row", 2)
        inside: dict[int, list[int]] = {}
        for pair in read_list(joined, "row"):
            group, numbers = read_list(pair, "row", 2)
            g = read_whole(group, "row", 0, len(self.groups) - 1)
            need(g not in inside, "row: a group stands twice")
            inside[g] = [read_whole(k, "row", 0) for k in read_list(numbers, "row")]
            need(all(k in self.choices[g] for k in inside[g]), "row: a choice that is not there")
        need(len(inside) > 1, "row: fewer than two groups")
        issues = {i for g in inside for i in self.groups[g]}
        clauses = self._clauses(issues)
        self.budget.spend(prod(map(len, inside.values())) * (1 + len(clauses)))
        for numbers in product(*inside.values()):
            have = {i: o for g, k in zip(inside, numbers, strict=True) for i, o in self.choices[g][k].items()}
            need(any(c.broken(have) for c in clauses), "row: it does not follow from the rules")
        return RuleRow(read_whole(charge, "row", 0), {g: frozenset(ks) for g, ks in inside.items()})

    # ---- bounds ---------------------------------------------------------------------------------------------
    def _worth(self, weights: Values, g: int, k: int) -> int:
        """Weighted utility of a choice."""
        return sum(x * u for x, u in zip(weights, self.values[g][k], strict=True))

    def _strike(self, box: Box | None, lam: Values, least: int, part: TreePart) -> tuple[Box | None, int]:
        """The box without the choices whose best package scores less than ``least``, and what it may lose.

        None where nothing is left.
        """
        if box is None:
            return None, -1
        self.budget.spend(sum(map(len, box)))
        worth = [
            {k: self._worth(lam, g, k) - part.charges[g].get(k, 0) for k in ks} for g, ks in enumerate(box)
        ]
        top = [max(w.values()) for w in worth]
        slack = sum(top) + part.spare - least
        if slack < 0:
            return None, slack
        return [[k for k in ks if t - w[k] <= slack] for ks, w, t in zip(box, worth, top, strict=True)], slack

    def _least_score(self, lam: Values, y: int, floors: Sequence[int], wanted: GainProduct | None) -> int:
        """Least weighted utility of a package that reaches the floors and the product.

        ``y`` is the least weighted gain that the product needs, as the inequality of the weighted arithmetic
        and geometric mean gives it: with W the sum of the weights w, a package with
        ``prod g ** w >= least`` has ``prod w ** w * (lam . g) ** W >= W ** W * prod lam ** w * least``.
        """
        plain = sum(x * f for x, f in zip(lam, floors, strict=True))
        if wanted is None:
            need(y == 0, "a bound on a product, but no product is asked for")
            return plain
        w, total = wanted.weights, sum(wanted.weights.values())
        self.budget.spend(1 + total * max(lam).bit_length() // 1_000)
        goal = total**total * prod(lam[p] ** x for p, x in w.items()) * wanted.least
        need(
            y == 0 or prod(x**x for x in w.values()) * (y - 1) ** total < goal,
            "the bound on the product is too high",
        )
        reservation = self.problem.reservation
        start = sum(x * (reservation[p] if p in w else floors[p]) for p, x in enumerate(lam))
        return max(start + y, plain)

    # ---- what is left of a box --------------------------------------------------------------------------------
    def _split(self, box: Box | None, split: object, where: str) -> list[Box | None]:
        """The box in two: without the choice, and (to be looked at first) with it."""
        group, choice = read_list(split, where, 2)
        g = read_whole(group, where, 0, len(self.groups) - 1)
        k = read_whole(choice, where, 0)
        if box is None:
            return [None, None]
        halves = [x for x in box[g] if x != k], [x for x in box[g] if x == k]
        return [[*box[:g], half, *box[g + 1 :]] if half else None for half in halves]

    def _walk(
        self,
        box: Box,
        lam: Values,
        slack: int,
        floors: Sequence[int],
        wanted: GainProduct | None,
        part: TreePart,
        order: list[Any],
    ) -> list[Package]:
        """All packages of the box that reach the floors and the product, one group of ``order`` after the other.

        The first test is the box's own: what a package loses against the best choices, and what it is charged
        for rows, may not exceed ``slack``. Each pattern gives another test, with the weights times the pattern.
        """
        tests = [tuple(x * z for x, z in zip(lam, pattern, strict=True)) for pattern in part.patterns]
        self.budget.spend(sum(map(len, box)) * (1 + len(tests)))
        left = [slack, *(-sum(x * f for x, f in zip(t, floors, strict=True)) for t in tests)]
        place = {g: depth for depth, g in enumerate(order)}
        ending = [0] * len(order)  # rows whose last group stands here
        for n, row in enumerate(part.rows):
            ending[max(place[g] for g in row.inside)] |= 1 << n
        levels = []
        for depth, g in enumerate(order):
            worth = {
                k: [
                    self._worth(lam, g, k) - part.charges[g].get(k, 0),
                    *(self._worth(t, g, k) for t in tests),
                ]
                for k in box[g]
            }
            top = [max(column) for column in zip(*worth.values(), strict=True)]
            left = [left[0], *(a + b for a, b in zip(left[1:], top[1:], strict=True))]
            level = []
            for k, x in worth.items():
                inside = part.inside[g].get(k, 0)
                loss = [a - b for a, b in zip(top, x, strict=True)]
                level.append((loss, k, inside & ending[depth], part.joins[g] & ~inside))
            levels.append(sorted(level))
        paths = self._paths(levels, left, [row.charge for row in part.rows])
        found = []
        for path in paths:
            have = {i: o for g, k in zip(order, path, strict=True) for i, o in self.choices[g][k].items()}
            package = tuple(have[i] for i in range(len(have)))
            if self._reaches(package, floors, wanted):
                found.append(package)
        return found

    def _paths(
        self, levels: list[list[tuple[list[int], int, int, int]]], left: list[int], charges: list[int]
    ) -> list[list[int]]:
        """One choice per level, all tests passed: depth first, without recursion.

        ``missed`` marks the rows of which a choice was not taken. A row that is missed again is charged;
        one that ends without a miss is broken.
        """
        found: list[list[int]] = []
        stack: list[tuple[int, list[int], int, Any]] = [(0, left, 0, None)]
        while stack:
            depth, left, missed, path = stack.pop()
            if depth == len(levels):
                found.append(_unroll(path))
                continue
            self.budget.spend(1)
            for loss, k, ends, misses in levels[depth]:
                if loss[0] > left[0]:
                    break
                self.budget.spend(1)
                now = [a - b for a, b in zip(left, loss, strict=True)]
                if ends & ~missed or min(now) < 0:
                    continue
                if again := misses & missed:
                    now[0] -= _charged(again, charges)
                    if now[0] < 0:
                        continue
                stack.append((depth + 1, now, missed | misses, (path, k)))
        return found

    def _reaches(self, package: Package, floors: Sequence[int], wanted: GainProduct | None) -> bool:
        """Whether a package obeys the rules and reaches the floors and the product."""
        self.budget.spend(1 + len(package) + len(self.problem.clauses) + len(self.problem.bonuses))
        if self.problem.broken(dict(enumerate(package))):
            return False
        u = self.problem.utility(package)
        if any(x < f for x, f in zip(self._columns(u), floors, strict=True)):
            return False
        r = self.problem.reservation
        return wanted is None or prod((u[p] - r[p]) ** w for p, w in wanted.weights.items()) >= wanted.least


def _charged(rows: int, charges: Sequence[int]) -> int:
    total = 0
    while rows:
        n = rows.bit_length() - 1
        total += charges[n]
        rows ^= 1 << n
    return total


def _unroll(path: Any) -> list[int]:
    picks = []
    while path is not None:
        path, k = path
        picks.append(k)
    return picks[::-1]
