"""A package with what it is worth to each party."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from zopa.case import Case, WorthRanges, breaks, uncarried
from zopa.space import Space, decimal

__all__ = ["Deal", "Worth", "deal", "deals", "marked"]


class Worth(Mapping[str, Fraction]):
    """Party -> points, kept as whole numbers of ``1 / scale`` point: a frontier has thousands, and few are looked at."""

    __slots__ = ("_scale", "_units")

    def __init__(self, units: Mapping[str, int], scale: int) -> None:
        self._units, self._scale = units, scale

    def __getitem__(self, party: str) -> Fraction:
        return Fraction(self._units[party], self._scale)

    def __iter__(self) -> Iterator[str]:
        return iter(self._units)

    def __len__(self) -> int:
        return len(self._units)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True)
class Deal:
    """One package with what it is worth to each party, in points of the party's own scale.

    ``breaks`` are the accepted refusals and red lines that no rule carries and that it goes against. ``ranges`` are the
    least and the greatest utility within the intervals of the judgments (:func:`zopa.case.worth_range`).
    """

    package: Mapping[str, str]
    utilities: Mapping[str, Fraction]
    gains: Mapping[str, Fraction]
    breaks: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict, compare=False)

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
    """Several packages, as :func:`deal` makes one."""
    rows = list(packages)
    if not rows:
        return ()
    chosen = np.array(rows, dtype=np.intp).T
    totals = np.sum([scores[:, k] for scores, k in zip(space.scores, chosen, strict=True)], axis=0)
    for bonus in space.bonuses:
        holds = np.logical_and.reduce([[mask >> int(k) & 1 for k in chosen[i]] for i, mask in bonus.terms])
        totals[bonus.party, holds] += bonus.points
    limits = np.array(space.reservation, dtype=totals.dtype)

    def worth(units: list[int]) -> Worth:
        return Worth(dict(zip(space.parties, units, strict=True)), space.scale)

    return tuple(
        Deal(space.names(x), worth(u), worth(g))
        for x, u, g in zip(rows, totals.T.tolist(), (totals.T - limits).tolist(), strict=True)
    )


def marked(case: Case, found: tuple[Deal, ...]) -> tuple[Deal, ...]:
    """The deals with the refusals that each goes against although no rule carries them, and with the ranges of their worth."""
    open_ = uncarried(case)
    return tuple(
        replace(
            d,
            breaks=breaks(case, d.package) if open_ else (),
            ranges=WorthRanges(case, d.package, tuple(d.utilities)),
        )
        for d in found
    )
