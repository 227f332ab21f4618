"""How many packages are acceptable, and which points of them nobody dominates: found again issue by issue.

A count and a frontier have no witness shorter than themselves, so this is another way to the same answer than
the search's: whole numbers, one issue after the other, totals that lead to the same end put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from zopa.bargaining.proofs.proof_file import Budget, StatedBonus, StatedClause, StatedProblem, holds

__all__ = ["Sweep"]

Totals = tuple[int, ...]
Points = dict[Totals, int]
"""Utilities of the issues so far, and how many packages of these issues have them."""
Memory = tuple[tuple[int, int], ...]
"""Issues with the options taken, as far as rules and interactions still to come name them."""


class Sweep:
    """All packages of a problem, swept in the order of its issues.

    A rule or an interaction is settled at the last issue that it names.
    """

    def __init__(self, problem: StatedProblem, budget: Budget) -> None:
        self.problem, self.budget = problem, budget
        n = len(problem.issues)
        self.clauses: list[list[StatedClause]] = [[] for _ in range(n)]
        self.bonuses: list[list[StatedBonus]] = [[] for _ in range(n)]
        self.needed = [0] * n  # up to which issue the option of an issue is remembered
        for clause in problem.clauses:
            self.clauses[self._last(clause.issues)].append(clause)
        for bonus in problem.bonuses:
            self.bonuses[self._last({i for i, _ in bonus.terms})].append(bonus)
        self.most, self.least = self._later(max), self._later(min)

    def count(self) -> int:
        """Number of packages that obey the rules and are accepted."""
        return sum(self._points(self._capped).values())

    def frontier(self) -> list[Totals]:
        """Utilities of accepted packages that no other accepted package reaches in every party, sorted."""
        points = self._points(lambda _, points: self._undominated(points))
        return sorted(self._undominated(points))

    def _last(self, issues: Iterable[int]) -> int:
        """The last of these issues; all are remembered until then."""
        last = max(issues, default=0)
        for i in issues:
            self.needed[i] = max(self.needed[i], last)
        return last

    def _later(self, extreme: Callable[..., int]) -> list[Totals]:
        """The most, or the least, that the issues after each issue can add for every party."""
        total = [0] * self.problem.n
        found = [tuple(total)]
        for scores, bonuses in zip(self.problem.scores[:0:-1], self.bonuses[:0:-1], strict=True):
            for p, row in enumerate(scores):
                total[p] += extreme(row)
            for b in bonuses:
                total[b.party] += extreme(0, b.points)
            found.append(tuple(total))
        return found[::-1]

    def _added(self, i: int, have: dict[int, int]) -> Totals | None:
        """What the option of issue i adds for every party, or None where it breaks a rule."""
        self.budget.spend(1 + (len(self.clauses[i]) + len(self.bonuses[i])) // 8)
        if any(c.broken(have) for c in self.clauses[i]):
            return None
        added = [row[have[i]] for row in self.problem.scores[i]]
        for b in self.bonuses[i]:
            added[b.party] += b.points if holds(b.terms, have) else 0
        return tuple(added)

    def _points(self, thin: Callable[[int, Points], Points]) -> Points:
        """Utilities of all accepted packages, thinned after every issue, and how many packages have them."""
        table: dict[Memory, Points] = {(): {(0,) * self.problem.n: 1}}
        for i, options in enumerate(self.problem.options):
            fresh: dict[Memory, Points] = {}
            for memory, points in table.items():
                for k in range(len(options)):
                    have = {**dict(memory), i: k}
                    added = self._added(i, have)
                    if added is None:
                        continue
                    into = fresh.setdefault(tuple(x for x in have.items() if self.needed[x[0]] > i), {})
                    self.budget.spend(len(points))
                    for u, n in points.items():
                        total = _sum(u, added)
                        into[total] = into.get(total, 0) + n
            best = self.most[i]
            table = {
                memory: thin(i, {u: n for u, n in points.items() if self.problem.accepted(_sum(u, best))})
                for memory, points in fresh.items()
            }
        return {u: n for points in table.values() for u, n in points.items()}

    def _capped(self, i: int, points: Points) -> Points:
        """Totals that suffice whatever follows are one total."""
        top = tuple(r - x for r, x in zip(self.problem.reservation, self.least[i], strict=True))
        kept: Points = {}
        for u, n in points.items():
            low = tuple(map(min, u, top))
            kept[low] = kept.get(low, 0) + n
        return kept

    def _undominated(self, points: Iterable[Totals]) -> Points:
        """Totals that no other totals reach in every party."""
        kept: list[Totals] = []
        for u in sorted(points, reverse=True):
            for n, w in enumerate(kept):
                if all(map(int.__ge__, w, u)):
                    self.budget.spend(n + 1)
                    break
            else:
                self.budget.spend(len(kept) + 1)
                kept.append(u)
        return dict.fromkeys(kept, 1)


def _sum(a: Totals, b: Totals) -> Totals:
    """Party by party."""
    return tuple(map(int.__add__, a, b))
