"""Necessarily, possibly, never acceptable: each package of one party, with a certificate that anyone can check.

One package: two exact programmes. All packages of a space that can be listed: points found on the way settle
most packages in one pass each, and a certificate settles everything above (or below) its package in the order
that the words give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zopa.robustness.compatible_set import Compatible, WordRow, consistent
from zopa.robustness.inequalities import Vector, settle
from zopa.robustness.verifier import FORMAT
from zopa.space import IntArray, Space

__all__ = [
    "Certificate",
    "Shown",
    "Tabulated",
    "ask_necessary",
    "ask_never",
    "certify",
    "certify_order",
    "contradictions",
    "document",
    "dominated_by",
    "tabulate",
]

BoolArray = NDArray[np.bool_]
WordVerdict = Literal["necessary", "possible", "never"]
BIG = 2**40
"""Whole points with larger entries are added in Python's integers."""
SAFE_SUM = 2**61
"""Sums below it, two of which fit 64 bits."""


@dataclass(frozen=True)
class Shown:
    """Why a claim holds in one alternative: factors of its rows, or a point. ``impossible``: the rows themselves clash."""

    alternative: int
    factors: tuple[Fraction, ...] = ()
    point: Vector | None = None
    impossible: bool = False


@dataclass(frozen=True)
class Certificate:
    """A claim about a package of one party, what shows it, and the words that it rests on.

    With ``than`` it is about the package rather than that one: "necessary" reads "no worse for all numbers".
    """

    claim: str
    package: Mapping[str, str]
    shown: tuple[Shown, ...]
    units: tuple[str, ...]
    than: Mapping[str, str] = field(default_factory=dict)


def _split(rows: Sequence[WordRow]) -> tuple[list[Vector], list[Vector]]:
    return [r.vector for r in rows if not r.strict], [r.vector for r in rows if r.strict]


def _ordered(
    rows: Sequence[WordRow], factors: Sequence[Fraction], scale: Fraction = Fraction(1)
) -> tuple[Fraction, ...]:
    """Factors of weak rows, then of strict rows, in the order of the rows."""
    weak = iter(factors[: sum(not r.strict for r in rows)])
    strict = iter(factors[sum(not r.strict for r in rows) :])
    return tuple(next(strict if r.strict else weak) / scale for r in rows)


def _negative(row: Vector) -> Vector:
    return tuple(-x for x in row)


def ask_necessary(rows: Sequence[WordRow], gain: Vector) -> tuple[Vector | None, tuple[Fraction, ...]]:
    """A point at which the package is refused; else the factors with which the rows add up to its gain."""
    weak, strict = _split(rows)
    point, factors = settle(weak, [*strict, _negative(gain)], len(gain))
    if point is not None:
        return point, ()
    *mine, own = factors
    return None, _ordered(rows, mine, own) if own else ()


def ask_never(rows: Sequence[WordRow], gain: Vector) -> tuple[Vector | None, tuple[Fraction, ...]]:
    """A point at which the package is accepted; else the factors with which the rows add up to its loss."""
    weak, strict = _split(rows)
    point, factors = settle([*weak, gain], strict, len(gain))
    if point is not None:
        return point, ()
    own = factors[len(weak)]
    mine = [*factors[: len(weak)], *factors[len(weak) + 1 :]]
    return None, _ordered(rows, mine, own) if own else ()


def certify(
    words: Compatible, space: Space, package: Sequence[int]
) -> tuple[WordVerdict, tuple[Certificate, ...]]:
    """The verdict on one package, with what shows it: one certificate, or for "possible" one for each side.

    A party whose words contradict one another has no verdict that means anything; ask :func:`contradictions` first.
    """
    return _certified(words, words.gain(package), space.names(package))


def certify_order(
    words: Compatible, space: Space, first: Mapping[str, str], second: Mapping[str, str]
) -> tuple[WordVerdict, tuple[Certificate, ...]]:
    """Whether a package or draft is no worse than another for a party: for all, some or none of its values.

    Both name the same issues; issues that both leave out are taken as equal.
    """
    mine, other = (
        words.partial(
            {space.issues.index(i): space.options[space.issues.index(i)].index(o) for i, o in draft.items()},
            cost=False,
        )
        for draft in (first, second)
    )
    gain = tuple(a - b for a, b in zip(mine, other, strict=True))
    return _certified(words, gain, dict(first), dict(second))


def _certified(
    words: Compatible, gain: Vector, names: Mapping[str, str], than: Mapping[str, str] | None = None
) -> tuple[WordVerdict, tuple[Certificate, ...]]:
    refused: list[Shown] = []
    accepted_: list[Shown] = []
    always: list[Shown] = []
    never: list[Shown] = []
    for k, rows in enumerate(words.alternatives):
        point, factors = consistent(rows, len(gain))
        if point is None:
            clash = Shown(k, tuple(factors), impossible=True)
            always.append(clash)
            never.append(clash)
            continue
        point, proof = ask_necessary(rows, gain)
        (always if point is None else refused).append(Shown(k, proof, point))
        point, proof = ask_never(rows, gain)
        (never if point is None else accepted_).append(Shown(k, proof, point))

    def certificate(claim: str, shown: Sequence[Shown]) -> Certificate:
        units = (
            u
            for s in shown
            for f, r in zip(s.factors, words.alternatives[s.alternative], strict=False)
            if f
            for u in r.units
        )
        return Certificate(claim, dict(names), tuple(shown), tuple(dict.fromkeys(units)), dict(than or {}))

    if not refused:
        return "necessary", (certificate("necessary", always),)
    if not accepted_:
        return "never", (certificate("never", never),)
    return "possible", (certificate("possible", accepted_[:1]), certificate("not necessary", refused[:1]))


def document(words: Compatible, space: Space, certificates: Sequence[Certificate]) -> dict[str, Any]:
    """Certificates as plain data, for :func:`zopa.robustness.verifier.check_certificate`."""
    return {
        "format": FORMAT,
        "party": words.party,
        "issues": {i: list(o) for i, o in zip(space.issues, space.options, strict=True)},
        "variables": [f"top={b}" if a == "top" else f"{a}={b}" if b else a for a, b in words.variables],
        "alternatives": [
            [
                {"kind": r.kind, "units": list(r.units), "strict": r.strict, "vector": list(r.vector)}
                for r in rows
            ]
            for rows in words.alternatives
        ],
        "claims": [
            {"claim": c.claim, "package": dict(c.package), "shown": [_plain(s) for s in c.shown]}
            | ({"than": dict(c.than)} if c.than else {})
            for c in certificates
        ],
    }


def _plain(s: Shown) -> dict[str, Any]:
    if s.point is not None:
        return {"alternative": s.alternative, "point": list(s.point)}
    return {"alternative": s.alternative, "factors": [str(f) for f in s.factors], "impossible": s.impossible}


# ---- a party that contradicts itself --------------------------------------------------------------------------
def contradictions(
    make: Callable[[Sequence[str]], Compatible], most: int = 16
) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of a party's words that cannot all hold; empty where none clash.

    Parameters
    ----------
    make : callable
        The compatible set without some units.
    most : how many sets to look for.
    """
    everything = make(()).statements

    def holds(kept: frozenset[str]) -> bool:
        words = make([u for u in everything if u not in kept])
        return any(consistent(rows, len(words.variables))[0] is not None for rows in words.alternatives)

    if holds(frozenset(everything)):
        return ()
    found: list[tuple[str, ...]] = []
    # Seeds: everything without one unit of every set found so far (a hitting set, tried in order).
    queue: list[frozenset[str]] = [frozenset(everything)]
    tried: set[frozenset[str]] = set()
    while queue and len(found) < most:
        kept = queue.pop(0)
        if kept in tried or holds(kept):
            continue
        tried.add(kept)
        known = next((f for f in found if set(f) <= kept), None)
        smallest = known or _shrink(kept, everything, holds)
        found += [] if known else [smallest]
        queue += [kept - {u} for u in smallest]
    return tuple(sorted(found, key=len))


def _shrink(
    kept: frozenset[str], order: Sequence[str], holds: Callable[[frozenset[str]], bool]
) -> tuple[str, ...]:
    """Leave out one unit after the other as long as the rest still clashes."""
    for unit in order:
        if unit in kept and not holds(kept - {unit}):
            kept -= {unit}
    return tuple(u for u in order if u in kept)


# ---- all packages ---------------------------------------------------------------------------------------------
@dataclass
class Tabulated:
    """Verdicts on all packages of a space, in package order, for one party.

    Attributes
    ----------
    necessary, possible : arrays of bool, shape (n_packages,)
    points : compatible values found on the way.
    programmes : how many linear programmes it took.
    """

    necessary: BoolArray
    possible: BoolArray
    points: list[Vector] = field(default_factory=list)
    programmes: int = 0

    @property
    def never(self) -> BoolArray:
        """Packages that no compatible value makes acceptable."""
        return ~self.possible


class _Listed:
    """The packages asked about, each as a pair of halves of its issues: a pass costs one operation per package."""

    def __init__(self, sizes: Sequence[int], wanted: BoolArray) -> None:
        self.split = min(range(len(sizes) + 1), key=lambda k: prod(sizes[:k]) + prod(sizes[k:]))
        self.wanted, self.numbers = wanted, np.flatnonzero(wanted)
        self.left, self.right = np.divmod(self.numbers, prod(sizes[self.split :]))

    def each(self, rows: Sequence[Sequence[Any]], combine: np.ufunc, dtype: Any, start: Any) -> NDArray[Any]:
        """Per package what its options have in ``rows`` (one row per issue), combined with ``start``."""
        halves = []
        for first, part in ((start, rows[: self.split]), (combine.identity, rows[self.split :])):
            total = np.full(1, first, dtype=dtype)
            for row in part:
                total = combine.outer(total, np.array(row, dtype=dtype)).ravel()
            halves.append(total)
        if dtype is object and max(int(np.abs(h).max()) for h in halves) < SAFE_SUM:
            halves = [h.astype(np.int64) for h in halves]
        found: NDArray[Any] = combine(np.take(halves[0], self.left), np.take(halves[1], self.right))
        return found

    def gains(self, words: Compatible, point: Vector) -> NDArray[Any]:
        """Gain + c at a point of whole numbers; exact."""
        dtype: Any = np.int64 if max(map(abs, point), default=0) < BIG else object
        rows = [[point[v] if v >= 0 else 0 for v in row] for row in words.at]
        return self.each(rows, np.add, dtype, point[words.cost] if words.cost >= 0 else 0)

    def those(self, masks: Sequence[Sequence[bool]]) -> BoolArray:
        """Which packages take an option of the mask on every issue."""
        return self.each(masks, np.logical_and, bool, True)

    def heights(self, words: Compatible) -> IntArray:
        """A number per package that rises with every step up in the order of the words."""
        return self.each([[sum(row) for row in order] for order in words.better], np.add, np.int64, 0)

    def all(self, some: BoolArray) -> BoolArray:
        """A mask of these packages as one of all packages of the space."""
        found = np.zeros_like(self.wanted)
        found[self.numbers] = some
        return found


def tabulate(
    words: Compatible, space: Space, among: BoolArray | None = None, than: Sequence[int] | None = None
) -> Tabulated:
    """Verdicts on all packages.

    Parameters
    ----------
    words : Compatible
    space : Space
    among : array of bool, optional
        Only these packages are asked about (those that the rules allow); the others stay undecided: neither
        necessary nor possible.
    than : package, optional
        Ask whether packages are no worse than this one, instead of acceptable.
    """
    listed = _Listed(space.sizes, np.ones(space.n_packages, dtype=bool) if among is None else among)
    necessary, possible = np.ones(len(listed.numbers), dtype=bool), np.zeros(len(listed.numbers), dtype=bool)
    points: list[Vector] = []
    programmes = 0
    height = listed.heights(words)
    for rows in words.alternatives:
        start, _ = consistent(rows, len(words.variables))
        if start is None:
            continue
        search = _Search(words, space, rows, listed, height, than)
        search.run([start, *points])
        necessary &= search.necessary
        possible |= search.possible
        points = list(dict.fromkeys([*points, *search.points]))
        programmes += search.programmes
    if not points:
        necessary[:] = False
    return Tabulated(listed.all(necessary), listed.all(possible), points, programmes)


def dominated_by(
    words: Mapping[str, Compatible], space: Space, allowed: BoolArray, package: Sequence[int]
) -> dict[str, str] | None:
    """A package that may dominate this one for some compatible values; None if it is necessarily efficient.

    Dominating: no worse for every party, better for one, each party's values chosen within its own set.

    Parameters
    ----------
    words : party -> what its words allow.
    space : Space
    allowed : packages that the rules allow, shape (n_packages,).
    package : one option per issue.
    """
    rest = allowed.copy()
    rest[int(np.ravel_multi_index(tuple(package), space.sizes))] = False
    for w in words.values():
        rest &= tabulate(w, space, rest, package).possible
    for number in np.flatnonzero(rest):
        other = [int(o) for o in np.unravel_index(number, space.sizes)]
        for w in words.values():
            loss = tuple(a - b for a, b in zip(w.gain(package), w.gain(other), strict=True))
            if any(ask_necessary(rows, loss)[0] is not None for rows in w.alternatives):
                return space.names(other)
    return None


class _Search:
    """Section 6.1 of the method: cheap points first, then programmes for packages at the edge of what is open."""

    def __init__(
        self,
        words: Compatible,
        space: Space,
        rows: Sequence[WordRow],
        listed: _Listed,
        height: IntArray,
        than: Sequence[int] | None = None,
    ) -> None:
        self.words, self.space, self.rows, self.listed, self.height = words, space, rows, listed, height
        self.base: Vector = (0,) * len(words.variables) if than is None else words.gain(than)
        self.points: list[Vector] = []
        self.programmes = 0
        n = len(listed.numbers)
        self.necessary, self.possible = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.maybe_necessary, self.maybe_never = np.ones(n, dtype=bool), np.ones(n, dtype=bool)

    def run(self, points: Sequence[Vector]) -> None:
        """Settle every package."""
        for point in points:
            if self._fits(point):
                self._pass(point)
        while True:
            k = self._edge(self.maybe_necessary & ~self.necessary, lowest=True)
            if k is None:
                break
            self._ask(k, ask_necessary)
        while True:
            k = self._edge(self.maybe_never, lowest=False)
            if k is None:
                break
            self._ask(k, ask_never)

    def _fits(self, point: Vector) -> bool:
        values = [(sum(a * b for a, b in zip(r.vector, point, strict=True)), r.strict) for r in self.rows]
        return all(v > 0 or (v == 0 and not strict) for v, strict in values)

    def _edge(self, open_: BoolArray, lowest: bool) -> int | None:
        at = np.flatnonzero(open_)
        if not at.size:
            return None
        height = self.height[at]
        return int(at[np.argmin(height) if lowest else np.argmax(height)])

    def _ask(
        self, k: int, ask: Callable[[Sequence[WordRow], Vector], tuple[Vector | None, tuple[Fraction, ...]]]
    ) -> None:
        package = [int(x) for x in np.unravel_index(self.listed.numbers[k], self.space.sizes)]
        point, _ = ask(
            self.rows, tuple(a - b for a, b in zip(self.words.gain(package), self.base, strict=True))
        )
        self.programmes += 1
        if point is not None:
            self._pass(point)
            return
        order = self.words.better
        if ask is ask_necessary:
            self.necessary |= self.listed.those([[row[x] for row in order[i]] for i, x in enumerate(package)])
        else:
            self.maybe_never &= ~self.listed.those([list(order[i][x]) for i, x in enumerate(package)])

    def _pass(self, point: Vector) -> None:
        self.points.append(point)
        gains = self.listed.gains(self.words, point)
        fine = (gains >= sum(a * b for a, b in zip(self.base, point, strict=True))).astype(bool)
        self.maybe_necessary &= fine
        self.possible |= fine
        self.maybe_never &= ~fine
