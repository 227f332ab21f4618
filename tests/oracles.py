"""Brute force over every package of a small case, written from the definitions: lists, sets and fractions only.

Reads the spec, not the compiled case, and shares no code with zopa; slow on purpose.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import cached_property
from typing import Any

Package = dict[str, str]
Vector = tuple[Fraction, ...]


def number(x: float | int) -> Fraction:
    """The decimal that was typed."""
    return Fraction(str(x))


def holds(condition: dict[str, tuple[str, ...]], package: Package) -> bool:
    return all(package[issue] in options for issue, options in condition.items())


class Oracle:
    """Every package of a spec, judged one by one."""

    def __init__(self, spec: dict[str, Any], readings: dict[str, str] | None = None) -> None:
        self.spec, self.readings = spec, readings or {}
        self.parties = list(spec["parties"])
        names = [list(i["options"]) for i in spec["issues"].values()]
        self.packages: list[Package] = [
            dict(zip(spec["issues"], choice, strict=True)) for choice in itertools.product(*names)
        ]

    # -- worth

    def utility(self, party: str, package: Package) -> Fraction:
        p = self.spec["parties"][party]
        if "points" in p:
            total = sum((number(p["points"][i][o]) for i, o in package.items()), Fraction(0))
        else:
            total = sum(
                (number(p["weights"][i]) * number(p["values"][i][o]) / 100 for i, o in package.items()),
                Fraction(0),
            )
        for bonus in self.spec.get("interactions", ()):
            if bonus["party"] == party and holds(bonus["when"], package):
                total += number(bonus["points"])
        return total

    @cached_property
    def worth(self) -> list[Vector]:
        return [tuple(self.utility(p, x) for p in self.parties) for x in self.packages]

    def limit(self, party: str, at: str = "best") -> Fraction:
        """The reservation value; without one, the least that the party's scores can add up to."""
        p = self.spec["parties"][party]
        if "reservation" in p:
            return number(p["reservation"][at])
        floor = sum((min(map(number, row.values())) for row in p["points"].values()), Fraction(0))
        for bonus in self.spec.get("interactions", ()):
            if bonus["party"] == party:
                floor += min(number(bonus["points"]), Fraction(0))
        return floor

    @cached_property
    def limits(self) -> Vector:
        return tuple(self.limit(p) for p in self.parties)

    # -- rules

    def parts(self, rule: str) -> list[tuple[dict[str, Any], tuple[Any, ...]]]:
        """(when, only_if alternatives) of a rule in its chosen reading."""
        r = self.spec["rules"][rule]
        reading = self.readings.get(rule)
        if reading == "off":
            return []
        chosen = r["readings"][reading or next(iter(r["readings"]))] if "readings" in r else r
        return [
            (when, part.get("only_if", ()))
            for part in (chosen, *chosen.get("clauses", ()))
            for when in part.get("when", ())
        ]

    @cached_property
    def bounds(self) -> list[tuple[str, Any]]:
        """Every limit by name, with a test that says whether a package (by its number) violates it."""

        def breaks(when: Any, only_if: Any) -> Any:
            return lambda k: (
                holds(when, self.packages[k]) and not any(holds(a, self.packages[k]) for a in only_if)
            )

        found = []
        for rule in self.spec.get("rules", {}):
            for n, (when, only_if) in enumerate(self.parts(rule), 1):
                several = len(self.parts(rule)) > 1
                found.append((f"{rule}/{n}" if several else rule, breaks(when, only_if)))
        return found

    def allowed(self, k: int) -> bool:
        return not any(bad(k) for _, bad in self.bounds)

    @cached_property
    def admissible(self) -> list[int]:
        return [k for k in range(len(self.packages)) if self.allowed(k)]

    # -- acceptance

    def accepts(self, k: int) -> list[bool]:
        return [u >= r for u, r in zip(self.worth[k], self.limits, strict=True)]

    @property
    def vetoes(self) -> list[str]:
        agreement = self.spec.get("agreement")
        return self.parties if agreement is None else list(agreement["required"])

    @property
    def at_least(self) -> int:
        agreement = self.spec.get("agreement")
        return len(self.parties) if agreement is None else agreement["at_least"]

    def passes(self, k: int) -> bool:
        """Every veto holder accepts, and so do enough parties in all."""
        says = dict(zip(self.parties, self.accepts(k), strict=True))
        return all(says[p] for p in self.vetoes) and sum(says.values()) >= self.at_least

    @cached_property
    def zone(self) -> list[int]:
        return [k for k in self.admissible if all(self.accepts(k))]

    @cached_property
    def agreed(self) -> list[int]:
        return [k for k in self.admissible if self.passes(k)]

    def zone_at(self, at: str) -> int:
        limits = [self.limit(p, at) for p in self.parties]
        return sum(all(u >= r for u, r in zip(self.worth[k], limits, strict=True)) for k in self.admissible)

    def break_even(self, party: str) -> Fraction | None:
        n = self.parties.index(party)
        fine = [k for k in self.admissible if all(a for m, a in enumerate(self.accepts(k)) if m != n)]
        return max((self.worth[k][n] for k in fine), default=None)

    def uniform(self) -> Fraction | None:
        return max((min(self.worth[k]) for k in self.admissible), default=None)

    def shortfall(self, k: int) -> Fraction:
        return max(r - u for u, r in zip(self.worth[k], self.limits, strict=True))

    # -- frontier and solutions

    def efficient(self) -> list[int]:
        """Members of the zone that no member dominates."""
        points = {self.worth[k] for k in self.zone}
        best = {p for p in points if not any(dominates(q, p) for q in points)}
        return [k for k in self.zone if self.worth[k] in best]

    def gain(self, k: int) -> Vector:
        return tuple(u - r for u, r in zip(self.worth[k], self.limits, strict=True))

    def nash(self, powers: list[int] | None = None) -> list[int]:
        powers = powers or [1] * len(self.parties)

        def score(k: int) -> tuple[int, Fraction]:
            gains = self.gain(k)
            return sum(g > 0 for g in gains), math.prod(
                (g**w for g, w in zip(gains, powers, strict=True) if g > 0), start=Fraction(1)
            )

        return best_of(self.zone, score)

    def egalitarian(self) -> list[int]:
        return best_of(self.zone, lambda k: sorted(self.gain(k)))

    def proportional(self, shares: list[Fraction]) -> list[int]:
        return best_of(self.zone, lambda k: sorted(g / s for g, s in zip(self.gain(k), shares, strict=True)))

    def kalai_smorodinsky(self) -> list[int]:
        ideal = [
            max((self.gain(k)[n] for k in self.zone), default=Fraction(0)) for n in range(len(self.parties))
        ]
        return best_of(
            self.zone,
            lambda k: sorted(g / b if b else Fraction(1) for g, b in zip(self.gain(k), ideal, strict=True)),
        )

    def utilitarian(self) -> list[int]:
        return best_of(self.zone, lambda k: sum(self.worth[k]))

    def options(self, numbers: list[int]) -> list[tuple[str, ...]]:
        return [tuple(self.packages[k].values()) for k in numbers]

    # -- why there is no deal

    def named_limits(self) -> list[tuple[str, Any]]:
        """Clauses, then the acceptances that an agreement needs, then the number of acceptances."""
        found = list(self.bounds)
        for n, p in enumerate(self.parties):
            if p in self.vetoes:
                found.append((f"accept-{p}", lambda k, n=n: not self.accepts(k)[n]))
        if self.at_least > len(self.vetoes):
            found.append(("agreement", lambda k: sum(self.accepts(k)) < self.at_least))
        return found

    def conflicts_and_corrections(self) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
        """All minimal conflicting sets and all minimal corrections, by looking at every subset of the limits."""
        named = self.named_limits()
        names = [name for name, _ in named]
        violated = [frozenset(name for name, bad in named if bad(k)) for k in range(len(self.packages))]
        violated = list(set(violated))

        def possible(kept: frozenset[str]) -> bool:
            return any(not v & kept for v in violated)

        everything = frozenset(names)
        subsets = [
            frozenset(s) for size in range(len(names) + 1) for s in itertools.combinations(names, size)
        ]
        return (
            smallest([s for s in subsets if not possible(s)]),
            smallest([s for s in subsets if possible(everything - s)]),
        )


def smallest(sets: list[frozenset[str]]) -> set[frozenset[str]]:
    """The sets that contain no other of them; ``sets`` ascending in size."""
    kept: list[frozenset[str]] = []
    for s in sets:
        if not any(k <= s for k in kept):
            kept.append(s)
    return set(kept)


def dominates(a: Vector, b: Vector) -> bool:
    return a != b and all(x >= y for x, y in zip(a, b, strict=True))


def best_of(numbers: list[int], score: Any) -> list[int]:
    """All numbers with the largest score, ascending."""
    scores = {k: score(k) for k in numbers}
    best = max(scores.values(), default=None)
    return [k for k in numbers if scores[k] == best]
