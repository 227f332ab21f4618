"""All minimal conflicts and corrections without listing packages: seed, shrink, grow.

Members are the clauses of the rules, the acceptances ``u_p >= r_p`` that an agreement cannot do without, and, where
more parties than these must accept, that at least so many do. A map of unexplored sets gives a
maximal seed; a consistent seed yields a minimal correction, an inconsistent one is shrunk to a minimal
conflict (Liffiton, Previti, Malik, Marques-Silva 2016). Every consistency test is exact: a package verified
in integers, or a tree of integer weights.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from zopa.bargaining.search.branch_and_bound import Stop, Target, never, search
from zopa.bargaining.search.decomposition import additive
from zopa.space import Package, Space

__all__ = ["Conflicts", "conflicts", "members_of"]

Member = tuple[str, int]
"""("rule", clause number), ("accept", party number) or ("agreement", number of parties that must accept)."""


@dataclass
class Conflicts:
    """Minimal conflicts and corrections found; what is listed is valid even when not ``complete``."""

    members: tuple[Member, ...]
    conflicts: list[frozenset[Member]] = field(default_factory=list)
    corrections: list[frozenset[Member]] = field(default_factory=list)
    complete: bool = False
    tests: int = 0


def members_of(space: Space) -> tuple[Member, ...]:
    """All members of a space: clauses, vetoes, the number of parties that must accept."""
    found: list[Member] = [("rule", k) for k in range(len(space.clauses))]
    found += [("accept", p) for p, needed in enumerate(space.required) if needed]
    return (*found, ("agreement", space.at_least)) if space.at_least > sum(space.required) else tuple(found)


class _Test:
    """Whether some package satisfies a set of members, with memory."""

    def __init__(self, space: Space, stop: Stop) -> None:
        self.space, self.stop, self.tests = space, stop, 0
        self.members = members_of(space)
        self.packages: list[tuple[frozenset[int], Package]] = []

    def holds(self, package: Package) -> frozenset[int]:
        """Members (by position) that a package satisfies."""
        accepts = self.space.accepting(package)
        allows = [c.allows(package) for c in self.space.clauses]

        def ok(kind: str, k: int) -> bool:
            return allows[k] if kind == "rule" else accepts[k] if kind == "accept" else sum(accepts) >= k

        return frozenset(n for n, member in enumerate(self.members) if ok(*member))

    def __call__(self, some: frozenset[int]) -> bool | None:
        """True with a package kept, False with a proof, None when stopped before either."""
        if any(some <= held for held, _ in self.packages):
            return True
        self.tests += 1
        chosen = [self.members[n] for n in some]
        clauses = tuple(c for k, c in enumerate(self.space.clauses) if ("rule", k) in chosen)
        needed = {p for kind, p in chosen if kind == "accept"}
        at_least = max((k for kind, k in chosen if kind == "agreement"), default=0)
        form = additive(dataclasses.replace(self.space.everybody, clauses=clauses))
        if not form.possible:
            return False
        others = [p for p in range(form.n_parties) if p not in needed]
        known: bool | None = False
        for more in itertools.combinations(others, max(0, at_least - len(needed))):
            accept = needed.union(more)
            floors = tuple(max(0, n) if p in accept else 0 for p, n in enumerate(form.need))
            run = search(
                form, Target(floors, form.need, (0,) * form.n_parties), first_only=True, stop=self.stop
            )
            if run.best is not None:
                self._keep(some, form.package(run.best))
                return True
            known = known if run.proven else None
        return known

    def _keep(self, some: frozenset[int], package: Package) -> None:
        held = self.holds(package)
        if not some <= held:
            raise AssertionError("a package that does not satisfy what it was found for")
        self.packages.append((held, package))

    def grown(self, some: frozenset[int]) -> frozenset[int]:
        """The largest set known to be satisfied together with ``some``."""
        return max((held for held, _ in self.packages if some <= held), key=len)


def conflicts(space: Space, *, most: int = 200, stop: Stop = never) -> Conflicts:
    """All minimal conflicts and minimal corrections, at most ``most`` of both together."""
    members = members_of(space)
    test = _Test(space, stop)
    out = Conflicts(members)
    whole = frozenset(range(len(members)))
    muses: list[frozenset[int]] = []
    mcses: list[frozenset[int]] = []
    while len(muses) + len(mcses) < most and not stop():
        seed = _seed(len(members), muses, mcses)
        if seed is None:
            out.complete = _dual(muses, mcses)
            break
        answer = test(seed)
        if answer is None:
            break
        if answer:
            good = _grow(test, seed, whole)
            if good is None:
                break
            mcses.append(whole - good)
        else:
            bad = _shrink(test, seed)
            if bad is None:
                break
            muses.append(bad)
    out.conflicts = sorted(
        (frozenset(members[k] for k in m) for m in muses), key=lambda m: (len(m), sorted(m))
    )
    out.corrections = sorted(
        (frozenset(members[k] for k in m) for m in mcses), key=lambda m: (len(m), sorted(m))
    )
    out.corrections = [c for c in out.corrections if c]
    out.tests = test.tests
    return out


def _dual(muses: Sequence[frozenset[int]], mcses: Sequence[frozenset[int]], most: int = 50_000) -> bool:
    """Whether the conflicts are all minimal hitting sets of the corrections (Berge): nothing is missing."""
    hitting: set[frozenset[int]] = {frozenset()}
    for c in mcses:
        meet = {h for h in hitting if h & c}
        grown = {h | {k} for h in hitting - meet for k in c}
        hitting = meet | {g for g in grown if not any(m <= g for m in meet)}
        hitting = {h for h in hitting if not any(o < h for o in hitting)}
        if len(hitting) > most:
            return False
    return hitting == set(muses) or (not muses and any(not c for c in mcses))


def _seed(n: int, muses: Sequence[frozenset[int]], mcses: Sequence[frozenset[int]]) -> frozenset[int] | None:
    """A largest set that holds no conflict found and meets every correction found; None if there is none."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if any(not c for c in mcses):
        return None
    rows, low, high = [], [], []
    for m in muses:
        rows.append([float(k in m) for k in range(n)])
        low.append(-np.inf)
        high.append(len(m) - 1.0)
    for c in mcses:
        rows.append([float(k in c) for k in range(n)])
        low.append(1.0)
        high.append(np.inf)
    limits = [LinearConstraint(np.array(rows), np.array(low), np.array(high))] if rows else []
    out = milp(-np.ones(n), integrality=np.ones(n, np.int64), bounds=Bounds(0, 1), constraints=limits)
    return None if out.x is None else frozenset(int(k) for k in np.flatnonzero(out.x > 0.5))


def _grow(test: _Test, some: frozenset[int], whole: frozenset[int]) -> frozenset[int] | None:
    """A maximal consistent set around ``some``; every package found adds all it satisfies."""
    good = test.grown(some)
    for k in sorted(whole - good):
        if k in good:
            continue
        answer = test(good | {k})
        if answer is None:
            return None
        if answer:
            good = test.grown(good | {k})
    return good


def _shrink(test: _Test, some: frozenset[int]) -> frozenset[int] | None:
    """A minimal conflict inside ``some``, by deletion."""
    left = some
    for k in sorted(some):
        answer = test(left - {k})
        if answer is None:
            return None
        if not answer:
            left = left - {k}
    return left
