"""Check a saved number of packages or a saved frontier: found again, issue by issue, in plain integers.

A count and a frontier have no witness shorter than themselves, so this is another way to the same answer.
Shares no code with the engines; reads nothing but the proof.
"""

from collections.abc import Callable, Iterator
from json import dumps, loads
from typing import Any

from zopa.bargaining.proofs import verify_tree as checker

__all__ = ["LIMIT", "check"]

LIMIT = 5_000_000

Totals = tuple[int, ...]
Points = dict[Totals, int]
Problem = dict[str, Any]


class _Problem:
    """The problem of a proof; a rule or an interaction is settled at the last issue that it names."""

    def __init__(self, problem: Problem, steps: Iterator[int]) -> None:
        self.steps, self.options, self.scores = steps, problem["options"], problem["scores"]
        self.reservation, self.parties = problem["reservation"], range(len(problem["parties"]))
        self.nothing: Totals = (0,) * len(self.parties)
        self.required, self.at_least = problem["required"], problem["at_least"]
        named = [{i for i, _ in sum(c["only_if"], c["when"])} for c in problem["clauses"]]
        met = [{i for i, _ in terms} for _, terms, _ in problem["bonuses"]]
        self.clauses = [
            (max(issues, default=0), c["when"], c["only_if"])
            for issues, c in zip(named, problem["clauses"], strict=True)
        ]
        self.bonuses = [
            (max(issues, default=0), *b) for issues, b in zip(met, problem["bonuses"], strict=True)
        ]
        self.needed = [
            max((max(issues) for issues in (*named, *met) if i in issues), default=0)
            for i in range(len(self.options))
        ]

    def gains(self, i: int, have: dict[int, int]) -> Totals | None:
        """What the option of issue i adds for every party, or None where it breaks a rule."""
        for at, when, only_if in self.clauses:
            if at == i and _met(when, have) and not any(_met(w, have) for w in only_if):
                return None
        added = [self.scores[i][q][have[i]] for q in self.parties]
        for at, q, terms, points in self.bonuses:
            added[q] += points if at == i and _met(terms, have) else 0
        return tuple(added)

    def accepted(self, u: Totals) -> bool:
        """Whether enough parties, and all that are required, reach their reservation values."""
        yes = [x >= r for x, r in zip(u, self.reservation, strict=True)]
        return sum(yes) >= self.at_least and all(y or not v for y, v in zip(yes, self.required, strict=True))

    def utility(self, package: list[int]) -> Totals:
        """Utilities of a package that must be in the zone."""
        if len(package) != len(self.options):
            raise ValueError("a package names too many or too few options")
        total, have = self.nothing, {}
        for i, k in enumerate(package):
            if not 0 <= k < len(self.options[i]):
                raise ValueError("a package names an option that is not there")
            have[i] = k
            added = self.gains(i, have)
            if added is None:
                raise ValueError("a package breaks a rule")
            total = _sum(total, added)
        if not self.accepted(total):
            raise ValueError("a package is refused")
        return total

    def sweep(self, thin: Callable[[int, Points], Points]) -> Points:
        """Totals of all packages that obey the rules, thinned after every issue, and how many have them."""
        table: dict[tuple[tuple[int, int], ...], Points] = {(): {self.nothing: 1}}
        for i, options in enumerate(self.options):
            fresh: dict[tuple[tuple[int, int], ...], Points] = {}
            for memory, points in table.items():
                for k in range(len(options)):
                    have = {**dict(memory), i: k}
                    added = self.gains(i, have)
                    if added is None:
                        continue
                    into = fresh.setdefault(tuple(x for x in have.items() if self.needed[x[0]] > i), {})
                    for u, n in points.items():
                        self.step()
                        total = _sum(u, added)
                        into[total] = into.get(total, 0) + n
            best = self.later(i, max)
            table = {
                memory: thin(i, {u: n for u, n in points.items() if self.accepted(_sum(u, best))})
                for memory, points in fresh.items()
            }
        return {u: n for points in table.values() for u, n in points.items()}

    def later(self, i: int, most: Callable[..., int]) -> Totals:
        """The most, or the least, that what is settled after issue i can add for every party."""
        total = [sum(most(scores[q]) for scores in self.scores[i + 1 :]) for q in self.parties]
        for at, q, _, points in self.bonuses:
            total[q] += most(0, points) if at > i else 0
        return tuple(total)

    def capped(self, i: int, points: Points) -> Points:
        """Totals that suffice whatever follows are one total."""
        top = tuple(r - x for r, x in zip(self.reservation, self.later(i, min), strict=True))
        kept: Points = {}
        for u, n in points.items():
            low = tuple(map(min, u, top))
            kept[low] = kept.get(low, 0) + n
        return kept

    def undominated(self, _: int, points: Points) -> Points:
        """Totals that no other totals reach in every party."""
        kept: list[Totals] = []
        for u in sorted(points, reverse=True):
            for w in kept:
                self.step()
                if all(map(int.__ge__, w, u)):
                    break
            else:
                kept.append(u)
        return {u: points[u] for u in kept}

    def step(self) -> None:
        """Count one step."""
        if next(self.steps, None) is None:
            raise TimeoutError("the limit of steps was reached")


def _sum(a: Totals, b: Totals) -> Totals:
    """Party by party."""
    return tuple(map(int.__add__, a, b))


def _met(terms: list[list[int]], have: dict[int, int]) -> bool:
    """Whether every named issue has one of the named options."""
    return all(mask >> have[i] & 1 for i, mask in terms)


def check(proof: Any, limit: int = LIMIT) -> None:
    """Verify a saved answer; a proof by boxes goes to the ``checker``.

    Raises
    ------
    ValueError
        What is wrong with it.
    TimeoutError
        It was not checked within so many steps.
    """
    claim = proof["claim"]
    if claim["kind"] not in ("count", "frontier"):
        checker.check(proof, limit)  # type: ignore[no-untyped-call]
        return
    proof = loads(dumps(proof), parse_float=int, parse_constant=int)  # whole numbers only
    p = _Problem(proof["problem"], iter(range(limit)))
    points = [p.utility(x) for x in claim["packages"]]
    if claim["kind"] == "count":
        if claim["number"] != sum(p.sweep(p.capped).values()):
            raise ValueError("the number of acceptable packages is another")
    elif sorted(points) != sorted(p.undominated(0, p.sweep(p.undominated))):
        raise ValueError("the frontier is another")
