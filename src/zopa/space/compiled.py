"""The compiled case: arrays, bit masks, exact integers, clauses.

Names become indices here and come back here; they never enter the maths. Everything is
immutable: :func:`dataclasses.replace` makes variants. May not enter: files, clocks, chance.

Utilities are integers in units of ``1 / scale`` point. One exact scale serves all parties: acceptance and
dominance compare numbers of one party only and would not need it, but the egalitarian, proportional and
utilitarian solutions compare points of several. Nothing is rounded to fit: what 64 bits do not hold is held in
Python's integers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from operator import getitem

import numpy as np
from numpy.typing import NDArray

from zopa.errors import UnknownName

__all__ = ["Bonus", "Clause", "IntArray", "Package", "Space", "Term"]

IntArray = NDArray[np.int64]
Term = tuple[int, int]
"""(issue index, bit mask of options): the package's option of that issue is in the mask."""
Package = tuple[int, ...]
"""One option index per issue, in issue order."""


@dataclass(frozen=True)
class Clause:
    """One rule in one reading: whenever all terms of ``when`` hold, one of ``only_if`` must hold.

    ``only_if`` is a tuple of alternatives, each a conjunction of terms; empty means that the
    combination ``when`` is ruled out. ``rule`` is the rule's id in the case; ``reading`` and ``part`` tell
    which of its readings and which clause of that reading this is.
    """

    rule: str
    when: tuple[Term, ...]
    only_if: tuple[tuple[Term, ...], ...] = ()
    reading: str = ""
    part: int = 0

    def allows(self, package: Sequence[int]) -> bool:
        """Whether the package respects this clause."""
        if not all(mask >> package[i] & 1 for i, mask in self.when):
            return True
        return any(all(mask >> package[i] & 1 for i, mask in alt) for alt in self.only_if)

    @cached_property
    def issues(self) -> tuple[int, ...]:
        """The issues that this clause mentions, ascending."""
        terms = list(self.when) + [t for alt in self.only_if for t in alt]
        return tuple(sorted({i for i, _ in terms}))


@dataclass(frozen=True)
class Bonus:
    """``points`` added to a party's utility when all ``terms`` hold (an interaction)."""

    party: int
    terms: tuple[Term, ...]
    points: int


@dataclass(frozen=True)
class Space:
    """Parties, issues and options as indices, with exact integer scores.

    Attributes
    ----------
    parties, issues : tuple of str
    options : tuple of tuple of str
        Option ids per issue.
    scores : tuple of arrays of int64, one per issue, shape (n_parties, n_options)
        Score of an option for a party, in units of ``1 / scale`` point; may be negative. Python's integers in
        arrays of objects where utilities do not fit 64 bits (see ``compact``).
    reservation : tuple of int
        A package is acceptable to party p when its utility >= ``reservation[p]`` (same units).
        A party without a stated or assumed value has the least utility it can get.
    scale : int
        Units per point.
    required : tuple of bool
        Whose acceptance no agreement can do without (a veto).
    at_least : int
        How many parties in all must accept (``len(parties)`` = unanimity).
    clauses : tuple of Clause
    bonuses : tuple of Bonus
    digest : str
        Digest of the case that this was compiled from; empty for a space built by hand.
    """

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    scores: tuple[IntArray, ...]
    reservation: tuple[int, ...]
    scale: int = 1
    required: tuple[bool, ...] = ()
    at_least: int = 0
    clauses: tuple[Clause, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    digest: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.required:
            object.__setattr__(self, "required", (True,) * len(self.parties))
        if not self.at_least:
            object.__setattr__(self, "at_least", len(self.parties))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Number of options per issue."""
        return tuple(len(o) for o in self.options)

    @property
    def n_packages(self) -> int:
        """Number of packages before any rule, as an exact integer."""
        return math.prod(self.sizes)

    @property
    def compact(self) -> bool:
        """Whether utilities fit 64 bits."""
        return all(s.dtype != object for s in self.scores)

    @property
    def everybody(self) -> Space:
        """The same where every party must accept: what the zone is, whatever the agreement rule."""
        return replace(self, required=(), at_least=0)

    def settled(self, chosen: Mapping[int, int]) -> Space:
        """The space in which these issues have been settled: each keeps one option.

        Parameters
        ----------
        chosen : issue index -> option index
        """
        keep = {i: [k] for i, k in chosen.items()}
        every = [keep.get(i, list(range(size))) for i, size in enumerate(self.sizes)]

        def cut(terms: Sequence[Term]) -> tuple[Term, ...]:
            return tuple((i, mask >> chosen[i] & 1 if i in chosen else mask) for i, mask in terms)

        return replace(
            self,
            options=tuple(tuple(o[k] for k in ks) for o, ks in zip(self.options, every, strict=True)),
            scores=tuple(np.ascontiguousarray(s[:, ks]) for s, ks in zip(self.scores, every, strict=True)),
            clauses=tuple(
                replace(c, when=cut(c.when), only_if=tuple(cut(a) for a in c.only_if)) for c in self.clauses
            ),
            bonuses=tuple(replace(b, terms=cut(b.terms)) for b in self.bonuses),
        )

    def coalition(self, members: Sequence[int]) -> Space:
        """The space of a coalition that settles all issues; the others have no say."""
        place = {p: n for n, p in enumerate(members)}
        return replace(
            self,
            parties=tuple(self.parties[p] for p in members),
            scores=tuple(np.ascontiguousarray(s[list(members)]) for s in self.scores),
            reservation=tuple(self.reservation[p] for p in members),
            required=(),
            at_least=0,
            bonuses=tuple(Bonus(place[b.party], b.terms, b.points) for b in self.bonuses if b.party in place),
        )

    @property
    def lowest(self) -> tuple[int, ...]:
        """Per party a utility that no package is below: a reservation value that binds nobody."""
        low = [sum(int(s[p].min()) for s in self.scores) for p in range(len(self.parties))]
        for b in self.bonuses:
            low[b.party] += min(b.points, 0)
        return tuple(low)

    @property
    def unanimous(self) -> bool:
        """Whether an agreement needs every party."""
        return all(self.required) or self.at_least >= len(self.parties)

    def utility(self, package: Sequence[int]) -> tuple[int, ...]:
        """Utility of one package for every party, exact, in units of ``1 / scale`` point."""
        totals = [0] * len(self.parties)
        for issue, option in enumerate(package):
            for p in range(len(totals)):
                totals[p] += int(self.scores[issue][p, option])
        for b in self.bonuses:
            if all(mask >> package[i] & 1 for i, mask in b.terms):
                totals[b.party] += b.points
        return tuple(totals)

    def points(self, units: int | np.integer) -> Fraction:
        """Integer units as points."""
        return Fraction(int(units), self.scale)

    def allows(self, package: Sequence[int]) -> bool:
        """Whether no rule forbids the package."""
        return all(c.allows(package) for c in self.clauses)

    def accepting(self, package: Sequence[int]) -> tuple[bool, ...]:
        """Which parties accept the package: utility >= reservation."""
        return tuple(u >= r for u, r in zip(self.utility(package), self.reservation, strict=True))

    def agreed(self, accepting: Sequence[bool]) -> bool:
        """Whether this set of accepting parties makes an agreement."""
        vetoes = all(a or not need for a, need in zip(accepting, self.required, strict=True))
        return vetoes and sum(accepting) >= self.at_least

    def package(self, names: Mapping[str, str]) -> Package:
        """Indices of a full package given as ``{issue: option}``.

        Raises
        ------
        UnknownName
            An issue or option that the case does not have, or an issue left out.
        """
        for issue in names:
            if issue not in self.issues:
                raise UnknownName("issue", issue, self.issues)
        chosen = []
        for i, issue in enumerate(self.issues):
            option = names.get(issue, "")
            if option not in self.options[i]:
                raise UnknownName(f"option of {issue}", option, self.options[i])
            chosen.append(self.options[i].index(option))
        return tuple(chosen)

    def names(self, package: Sequence[int]) -> dict[str, str]:
        """A package as ``{issue: option}``, in issue order."""
        return dict(zip(self.issues, map(getitem, self.options, package), strict=True))

    def packages(self) -> Iterator[Package]:
        """All packages in order, the last issue running fastest. Small spaces only."""
        return itertools.product(*(range(k) for k in self.sizes))
