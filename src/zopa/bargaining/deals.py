"""A package with what it is worth to each party."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

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
    rows = [list(map(tuple, scores.T.tolist())) for scores in space.scores]
    points: dict[int, Fraction] = {}

    def worth(units: int) -> Fraction:
        if units not in points:
            points[units] = space.points(units)
        return points[units]

    found = []
    for x in packages:
        total = [
            sum(column) for column in zip(*(row[k] for row, k in zip(rows, x, strict=True)), strict=True)
        ]
        if space.bonuses:
            total = list(space.utility(x))
        found.append(
            Deal(
                space.names(x),
                {p: worth(u) for p, u in zip(space.parties, total, strict=True)},
                {p: worth(u - r) for p, u, r in zip(space.parties, total, space.reservation, strict=True)},
            )
        )
    return tuple(found)


def marked(case: Case, found: tuple[Deal, ...]) -> tuple[Deal, ...]:
    """The deals with the refusals that each goes against although no rule carries them."""
    if not uncarried(case):
        return found
    return tuple(replace(d, breaks=breaks(case, d.package)) for d in found)
