"""A package with what it is worth to each party."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from zopa.case import Case, breaks, uncarried
from zopa.space import Space, decimal

__all__ = ["Deal", "deal", "deals", "marked"]


@dataclass(frozen=True)
class Deal:
    """One package with what it is worth to each party, in points of the party's own scale.

    ``breaks`` are the accepted refusals and red lines that no rule carries and that it goes against.
    """

    package: Mapping[str, str]
    utilities: Mapping[str, Fraction]
    gains: Mapping[str, Fraction]
    breaks: tuple[str, ...] = ()

    @property
    def options(self) -> str:
        """The option ids in issue order, as one word list."""
        return " ".join(self.package.values())

    def __str__(self) -> str:
        worth = ", ".join(f"{p} {decimal(u)}" for p, u in self.utilities.items())
        return f"{self.options} ({worth})"


def deal(space: Space, package: Sequence[int]) -> Deal:
    """A package by its option indices, with utilities and gains in points."""
    utilities = space.utility(package)
    return Deal(
        space.names(package),
        {p: space.points(u) for p, u in zip(space.parties, utilities, strict=True)},
        {p: space.points(u - r) for p, u, r in zip(space.parties, utilities, space.reservation, strict=True)},
    )


def deals(space: Space, packages: Iterable[Sequence[int]]) -> tuple[Deal, ...]:
    """Several packages; numbers that recur are made once."""
    rows = list(packages)
    if not rows:
        return ()
    chosen = np.array(rows, dtype=np.intp).T
    totals = np.sum([scores[:, k] for scores, k in zip(space.scores, chosen, strict=True)], axis=0)
    for bonus in space.bonuses:
        holds = np.logical_and.reduce([[mask >> int(k) & 1 for k in chosen[i]] for i, mask in bonus.terms])
        totals[bonus.party, holds] += bonus.points
    points: dict[int, Fraction] = {}

    def worth(units: int) -> Fraction:
        found = points.get(units)
        if found is None:
            found = points[units] = Fraction(units, space.scale)
        return found

    utilities = [list(map(worth, row)) for row in totals.tolist()]
    gains = [[worth(u - r) for u in row] for row, r in zip(totals.tolist(), space.reservation, strict=True)]
    parties = space.parties
    return tuple(
        Deal(space.names(x), dict(zip(parties, u, strict=True)), dict(zip(parties, g, strict=True)))
        for x, u, g in zip(rows, zip(*utilities, strict=True), zip(*gains, strict=True), strict=True)
    )


def marked(case: Case, found: tuple[Deal, ...]) -> tuple[Deal, ...]:
    """The deals with the refusals that each goes against although no rule carries them."""
    if not uncarried(case):
        return found
    return tuple(replace(d, breaks=breaks(case, d.package)) for d in found)
