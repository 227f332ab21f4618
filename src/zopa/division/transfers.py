"""Divisions settled in money: Knaster's sealed bids, side payments, claims on an estate. Exact fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from zopa.errors import NotApplicable, UnknownName

__all__ = ["CLAIMS", "Knaster", "SidePayments", "divide_claims", "knaster", "side_payments"]

Number = Fraction | int


@dataclass(frozen=True)
class Knaster:
    """Sealed bids on whole items, settled in cash.

    Attributes
    ----------
    winners : tuple of int
        Who gets each item (the first of the highest bidders).
    tied : tuple of tuple of int
        All highest bidders per item.
    fair : tuple of Fraction
        Own total of bids over n: what each thinks that a fair share is worth.
    surplus : Fraction
        What is left after everybody has a fair share; shared equally.
    total : tuple of Fraction
        Fair share plus a part of the surplus: what each ends with, by its own bids.
    cash : tuple of Fraction
        What each receives (+) or pays (-); sums to 0.
    """

    winners: tuple[int, ...]
    tied: tuple[tuple[int, ...], ...]
    fair: tuple[Fraction, ...]
    surplus: Fraction
    total: tuple[Fraction, ...]
    cash: tuple[Fraction, ...]


def knaster(bids: Sequence[Sequence[Number]]) -> Knaster:
    """Give each item to its highest bidder and settle in cash ([LuceRaiffa1957]_, section 14.9).

    Parameters
    ----------
    bids : sequence of shape (n_parties, n_items)
        Money, 0 or more; bids need not have a common sum.

    Examples
    --------
    >>> heirs = knaster([[10000, 2000, 500, 800], [4000, 1000, 1500, 2000], [7000, 4000, 2000, 1000]])
    >>> heirs.winners, [round(float(c), 2) for c in heirs.cash]
    ((0, 2, 2, 1), [-3544.44, 2855.56, 688.89])
    """
    n = len(bids)
    if not n or any(len(row) != len(bids[0]) for row in bids):
        raise NotApplicable("expected one bid of every party on every item")
    table = [[Fraction(b) for b in row] for row in bids]
    if any(b < 0 for row in table for b in row):
        raise NotApplicable("expected bids of 0 or more, saw a negative one")
    columns = list(zip(*table, strict=True))
    tied = tuple(tuple(p for p, b in enumerate(col) if b == max(col)) for col in columns)
    winners = tuple(group[0] for group in tied)
    fair = tuple(sum(row, Fraction(0)) / n for row in table)
    received = [sum((table[p][k] for k, w in enumerate(winners) if w == p), Fraction(0)) for p in range(n)]
    surplus = sum(received, Fraction(0)) - sum(fair, Fraction(0))
    total = tuple(f + surplus / n for f in fair)
    return Knaster(
        winners, tied, fair, surplus, total, tuple(t - r for t, r in zip(total, received, strict=True))
    )


@dataclass(frozen=True)
class SidePayments:
    """The package worth most in money, and who pays whom.

    ``packages`` are the positions of all packages with the greatest total; ``money`` (received +, paid
    -) belongs to the first of them and sums to 0; ``gain`` is what each gains over no agreement, in
    money, the same for all. ``gain`` below 0: no side payment makes any package acceptable to all.
    """

    packages: tuple[int, ...]
    money: tuple[Fraction, ...]
    gain: Fraction


def side_payments(
    utilities: Sequence[Sequence[Number]], reservation: Sequence[Number], per_money: Sequence[Number]
) -> SidePayments:
    """Let money make up for the package: maximise the total, split the gain equally (Nash).

    Parameters
    ----------
    utilities : sequence of shape (n_packages, n_parties)
        Points of each package.
    reservation : sequence, (n_parties,)
        No-agreement value in points.
    per_money : sequence, (n_parties,)
        Points that one unit of money is worth to each, above 0 (linear): the analyst's figure.

    Examples
    --------
    >>> deal = side_payments([[80, 10], [50, 50]], [20, 20], [1, 2])
    >>> deal.packages, [str(m) for m in deal.money], str(deal.gain)
    ((0,), ['-65/2', '65/2'], '55/2')
    """
    if not utilities:
        raise NotApplicable("expected at least one package")
    if any(Fraction(k) <= 0 for k in per_money):
        raise NotApplicable("expected points per unit of money above 0 for every party")
    worth = [[Fraction(u) / k for u, k in zip(row, per_money, strict=True)] for row in utilities]
    totals = [sum(row, Fraction(0)) for row in worth]
    best = tuple(k for k, t in enumerate(totals) if t == max(totals))
    floor = [Fraction(r) / k for r, k in zip(reservation, per_money, strict=True)]
    gain = (totals[best[0]] - sum(floor, Fraction(0))) / len(floor)
    money = tuple(r + gain - u for r, u in zip(floor, worth[best[0]], strict=True))
    return SidePayments(best, money, gain)


def _equal_awards(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """min(claim, level), the level chosen so that the estate is used up."""
    left, awards = estate, [Fraction(0)] * len(claims)
    rising = sorted(range(len(claims)), key=lambda i: claims[i])
    for done, i in enumerate(rising):
        awards[i] = min(claims[i], left / (len(claims) - done))
        left -= awards[i]
    return awards


def _equal_losses(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    losses = _equal_awards(sum(claims, Fraction(0)) - estate, claims)
    return [d - loss for d, loss in zip(claims, losses, strict=True)]


def _talmud(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    halves, total = [d / 2 for d in claims], sum(claims, Fraction(0))
    if 2 * estate <= total:
        return _equal_awards(estate, halves)
    return [d - x for d, x in zip(claims, _equal_awards(total - estate, halves), strict=True)]


def _proportional(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    total = sum(claims, Fraction(0))
    return [d * estate / total if total else Fraction(0) for d in claims]


CLAIMS: dict[str, Callable[[Fraction, Sequence[Fraction]], list[Fraction]]] = {
    "proportional": _proportional,
    "equal-awards": _equal_awards,
    "equal-losses": _equal_losses,
    "talmud": _talmud,
}


def divide_claims(estate: Number, claims: Sequence[Number], rule: str = "talmud") -> tuple[Fraction, ...]:
    """Divide an estate that is smaller than the claims on it ([AumannMaschler1985]_).

    Parameters
    ----------
    estate : number
        0 up to the sum of the claims.
    claims : sequence of number, 0 or more
    rule : {'proportional', 'equal-awards', 'equal-losses', 'talmud'}

    Raises
    ------
    UnknownName
        No such rule.
    NotApplicable
        A negative claim, or an estate that covers all claims (nothing to ration).

    Examples
    --------
    >>> [int(x) for x in divide_claims(400, [100, 200, 300])]
    [50, 125, 225]
    """
    if rule not in CLAIMS:
        raise UnknownName("claims rule", rule, CLAIMS)
    e, d = Fraction(estate), [Fraction(c) for c in claims]
    if any(c < 0 for c in d) or not 0 <= e <= sum(d, Fraction(0)):
        raise NotApplicable("expected claims of 0 or more and an estate of 0 up to their sum")
    return tuple(CLAIMS[rule](e, d))
