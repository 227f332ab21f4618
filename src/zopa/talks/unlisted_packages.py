"""One party's preferences over packages that are never listed: two halves of the issues, each sorted once.

The issues that rules and interactions join are in the first half, so a combination of it is allowed or not whatever the
second half holds. The worst package at or above a level is, for each allowed combination of the first half, one search in
the sorted second half (Horowitz & Sahni 1974). Packages are numbered as everywhere: the last issue runs fastest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.space import IntArray, Space
from zopa.talks.tactics import TOLERANCE, FloatArray

__all__ = ["HalvedPreferences", "halved"]

BALANCE = 100
"""The second half may hold this many times the combinations of the first: levels asked for at once."""
MOST_IN_A_HALF = 10_000_000
AT_ONCE = 1_000_000
"""Searches in one array operation."""
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class HalvedPreferences:
    """One party's packages, from 0 (no agreement) to 1 (its best); see the head of this module.

    Attributes
    ----------
    sizes : options of every issue
    first : the issues of the first half
    worth_first, allowed : of every combination of the first half
    numbers_first : what it adds to the number of a package; only of those allowed
    offered_first : the worth of those allowed
    ranked, numbers : the second half in ascending order of worth
    rows : per issue of the second half, the worth of its options
    slack, reach : as in :class:`zopa.talks.tactics.Preferences`
    room, base : utility 0 is ``base`` in the units of the halves, and 1 is ``base + room``; whole units make ties exact
    """

    sizes: tuple[int, ...]
    first: tuple[int, ...]
    worth_first: FloatArray
    allowed: BoolArray
    offered_first: FloatArray
    numbers_first: IntArray
    ranked: FloatArray
    numbers: IntArray
    rows: dict[int, FloatArray]
    slack: float = 0.0
    reach: float = 0.0
    room: float = 1.0
    base: float = 0.0

    @classmethod
    def of(
        cls,
        rows: Sequence[FloatArray],
        *,
        joined: Iterable[int] = (),
        extra: FloatArray | None = None,
        allowed: BoolArray | None = None,
        slack: float = 0.0,
        reach: float = 0.0,
        room: float = 1.0,
        base: float = 0.0,
    ) -> HalvedPreferences:
        """Sort both halves.

        Parameters
        ----------
        rows : per issue the worth of its options, in units of which ``base`` and ``room`` say what 0 and 1 are
        joined : issues that rules or interactions join, in ascending order
        extra, allowed : over the combinations of the joined issues, what interactions add and what no rule forbids

        Raises
        ------
        NotApplicable
            A half with too many combinations.
        """
        sizes = tuple(len(r) for r in rows)
        first, second = _halves(sizes, tuple(joined))
        worth, places = _sums(rows, sizes, first)
        n_joined = math.prod(sizes[i] for i in joined)
        rest = len(worth) // max(n_joined, 1)  # the joined issues come first, so the others run fastest
        if extra is not None:
            worth = worth + np.repeat(extra, rest)
        fine = np.ones(len(worth), dtype=bool) if allowed is None else np.repeat(allowed, rest)
        behind, numbers = _sums(rows, sizes, second)
        order = np.argsort(behind, kind="stable")
        return cls(
            sizes=sizes,
            first=first,
            worth_first=worth,
            allowed=fine,
            offered_first=worth[fine],
            numbers_first=places[fine],
            ranked=behind[order],
            numbers=numbers[order],
            rows={i: rows[i] for i in second},
            slack=slack,
            reach=reach,
            room=room,
            base=base,
        )

    @property
    def best(self) -> int:
        """The package that is worth most."""
        return int(self.worst_at(np.array([np.inf]))[0])

    def value(self, packages: IntArray | int) -> FloatArray:
        """What packages are worth, by their numbers."""
        x = np.asarray(packages, dtype=np.int64)
        combination = np.zeros(x.shape, dtype=np.int64)
        for i in self.first:
            combination = combination * self.sizes[i] + self._option(i, x)
        total = self.worth_first[combination]
        for i, row in self.rows.items():
            total = total + row[self._option(i, x)]
        return np.asarray((total - self.base) / self.room, dtype=np.float64)

    def _option(self, issue: int, packages: IntArray) -> IntArray:
        return packages // math.prod(self.sizes[issue + 1 :]) % self.sizes[issue]

    def worst_at(self, level: FloatArray | float) -> IntArray:
        """The worst package at or above each level, of equal ones the first; the best where none is."""
        levels = np.atleast_1d(np.asarray(level, dtype=np.float64)) - self.slack
        found = np.empty(len(levels), dtype=np.int64)
        some = max(1, AT_ONCE // max(len(self.offered_first), 1))
        for k in range(0, len(levels), some):
            found[k : k + some] = self._search(levels[k : k + some])
        return found if np.ndim(level) else found[0]

    def _search(self, levels: FloatArray) -> IntArray:
        ahead, last = self.offered_first, len(self.ranked) - 1
        close = TOLERANCE * self.room
        top = ahead.max() + self.ranked[-1]
        wanted = np.minimum(levels * self.room + self.base, top)[:, None]
        at = np.searchsorted(self.ranked, wanted - ahead - close)
        total = np.where(at <= last, ahead + self.ranked[np.minimum(at, last)], np.inf)
        best = total.min(axis=1, keepdims=True)
        if self.reach:
            under = ahead + self.ranked[np.maximum(at - 1, 0)]
            below = np.where((at > 0) & (under <= wanted), under, -np.inf).max(axis=1, keepdims=True)
            near = (below >= wanted - self.reach * self.room) & (wanted - below < np.abs(best - wanted))
            best = np.where(near, below, best)
        place = np.searchsorted(self.ranked, best - ahead - close)
        place = np.minimum(place, last)
        here = np.abs(ahead + self.ranked[place] - best) <= close
        numbers = np.where(here, self.numbers_first + self.numbers[place], np.iinfo(np.int64).max)
        return np.asarray(numbers.min(axis=1), dtype=np.int64)


def _halves(sizes: Sequence[int], joined: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Both halves of the issues: the joined ones and as many others as balance the work."""
    first, second = list(joined), [i for i in range(len(sizes)) if i not in joined]

    def size(issues: Sequence[int]) -> int:
        return math.prod(sizes[i] for i in issues)

    while second and size(first) * BALANCE < size(second):
        first.append(second.pop(0))
    most = max(size(first), size(second))
    if most > MOST_IN_A_HALF or math.prod(sizes) >= 2**62:
        raise NotApplicable(
            f"alternating offers search the two halves of the issues for an offer, and of {math.prod(sizes):,} packages a half "
            f"has {most:,} combinations (at most {MOST_IN_A_HALF:,}); the other protocols take any number"
        )
    return tuple(first), tuple(second)


def _sums(
    rows: Sequence[FloatArray], sizes: Sequence[int], issues: Sequence[int]
) -> tuple[FloatArray, IntArray]:
    """Worth of all combinations of some issues, and what each adds to the number of a package."""
    worth, numbers = np.zeros(1), np.zeros(1, dtype=np.int64)
    for i in issues:
        stride = math.prod(sizes[i + 1 :])
        worth = np.add.outer(worth, rows[i]).ravel()
        numbers = np.add.outer(numbers, stride * np.arange(sizes[i], dtype=np.int64)).ravel()
    return worth, numbers


def halved(space: Space) -> list[HalvedPreferences]:
    """The preferences of every party of a space, with its rules and interactions.

    Raises
    ------
    NotApplicable
        A half with too many combinations; no package that a party may offer.
    """
    joined = sorted(
        {i for c in space.clauses for i in c.issues} | {i for b in space.bonuses for i, _ in b.terms}
    )
    sizes = space.sizes
    _halves(sizes, tuple(joined))  # says what is too large before anything is worked out
    n = math.prod(sizes[i] for i in joined)
    if n > MOST_IN_A_HALF:
        raise NotApplicable(
            f"rules and interactions join issues with {n:,} combinations; talks are worked out for at most {MOST_IN_A_HALF:,}"
        )
    options = (
        dict(zip(joined, np.unravel_index(np.arange(n), [sizes[i] for i in joined]), strict=True))
        if joined
        else {}
    )

    def holds(terms: Iterable[tuple[int, int]]) -> BoolArray:
        fine = np.ones(n, dtype=bool)
        for i, mask in terms:
            fine &= np.array([bool(mask >> k & 1) for k in range(sizes[i])])[options[i]]
        return fine

    allowed = np.ones(n, dtype=bool)
    for clause in space.clauses:
        broken = holds(clause.when)
        for alternative in clause.only_if:
            broken &= ~holds(alternative)
        allowed &= ~broken
    if not allowed.any():
        raise NotApplicable("no package may be offered: rules forbid all")
    found = []
    for p, floor in enumerate(space.reservation):
        extra = np.zeros(n)
        for bonus in space.bonuses:
            if bonus.party == p:
                extra[holds(bonus.terms)] += float(bonus.points)
        raw = [np.asarray(s[p], dtype=np.float64) for s in space.scores]
        own = extra + _sums(raw, sizes, joined)[0]
        top = float(own[allowed].max()) + sum(float(r.max()) for i, r in enumerate(raw) if i not in joined)
        if top < floor:
            raise NotApplicable("no package may be offered: all are below no agreement for a party")
        room = max(top - floor, 1.0)
        base = float(floor) if top > floor else floor - 1.0  # where nothing can be gained, that is the best
        made = HalvedPreferences.of(raw, joined=joined, extra=extra, allowed=allowed, room=room, base=base)
        found.append(made)
    return found
