"""How far the worth of a package to a party can move within the intervals of the judgments that it is made of.

Each weight lies anywhere in its interval, after which the weights are scaled to add up to 100; each value lies
anywhere in its own. Least and greatest worth are then exact: values at one end, and weights at their upper end for the
issues on which the package does best (or worst), at their lower end for the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from zopa.case.estimates import number_of, once, values, weights
from zopa.case.model import Case

__all__ = ["WorthRanges", "assumed_worth", "worth_range"]

Ends = tuple[int, int]
HUNDREDTHS = 100


def worth_range(case: Case, party: str, package: Mapping[str, str]) -> tuple[Fraction, Fraction]:
    """Least and greatest worth of a full package over the intervals of weights and values, exactly, in points.

    Interactions count with their points, which have no interval. ``rounding`` of the case is not applied.
    """
    value, weight, scale = _whole_numbers(case, party)
    chosen = [value[i][o] for i, o in package.items()]
    if case.parties[party].points:
        low = high = Fraction(sum(v for v, _ in chosen), scale)
    else:
        heavy = [weight[i] for i in package]
        low = -_greatest_mean([-v for v, _ in chosen], heavy) / scale
        high = _greatest_mean([v for _, v in chosen], heavy) / scale
    number = number_of(case)
    for b in case.interactions:
        if b.party == party and all(package[i] in options for i, options in b.when.items()):
            low, high = low + number(b.points), high + number(b.points)
    return low, high


def assumed_worth(case: Case, party: str, package: Mapping[str, str]) -> bool:
    """Whether some number behind the worth of a package is an assumption, or nobody gave it."""
    found = [values(case, party, i)[o] for i, o in package.items()]
    if not case.parties[party].points:
        found += [weights(case, party)[i] for i in package]
    return any(e.gap or e.basis.kind == "assumed" for e in found)


class WorthRanges(Mapping[str, tuple[Fraction, Fraction]]):
    """Party -> (least, greatest) worth of one package, rounded outward to hundredths; made when looked at."""

    __slots__ = ("_case", "_package", "_parties")

    def __init__(self, case: Case, package: Mapping[str, str], parties: Sequence[str]) -> None:
        self._case, self._package, self._parties = case, package, parties

    def __getitem__(self, party: str) -> tuple[Fraction, Fraction]:
        if party not in self._parties:
            raise KeyError(party)
        low, high = worth_range(self._case, party, self._package)
        return Fraction(math.floor(low * HUNDREDTHS), HUNDREDTHS), Fraction(
            math.ceil(high * HUNDREDTHS), HUNDREDTHS
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._parties)

    def __len__(self) -> int:
        return len(self._parties)

    def __repr__(self) -> str:
        return repr(dict(self))


@once
def _whole_numbers(case: Case, party: str) -> tuple[dict[str, dict[str, Ends]], dict[str, Ends], int]:
    """Ends of values and of weights as whole numbers, and how many units of a value make a point."""
    row = {i: values(case, party, i) for i in case.issues}
    heavy = weights(case, party)
    scale = math.lcm(*(x.denominator for r in row.values() for e in r.values() for x in (e.low, e.high)))
    unit = math.lcm(*(x.denominator for e in heavy.values() for x in (e.low, e.high)))
    return (
        {i: {o: (int(e.low * scale), int(e.high * scale)) for o, e in r.items()} for i, r in row.items()},
        {i: (int(e.low * unit), int(e.high * unit)) for i, e in heavy.items()},
        scale,
    )


def _greatest_mean(values: Sequence[int], weights: Sequence[Ends]) -> Fraction:
    """The greatest weighted mean, each weight anywhere between its ends: the largest values get the upper ends.

    It is a ratio of linear functions, so that an end of every weight is best (Charnes & Cooper 1962), and a weight
    goes up exactly where its value lies above the mean.
    """
    above, below = sum(v * w for v, (w, _) in zip(values, weights, strict=True)), sum(w for w, _ in weights)
    best = (above, below)
    for k in sorted(range(len(values)), key=lambda k: -values[k]):
        more = weights[k][1] - weights[k][0]
        above, below = above + values[k] * more, below + more
        if below and (not best[1] or above * best[1] > best[0] * below):
            best = (above, below)
    return Fraction(*best) if best[1] else Fraction(0)
