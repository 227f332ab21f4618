"""Protocols of talks, each named and exact: who speaks when, what ends the talks, and when they stall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.space import IntArray, Package, Space, Table
from zopa.talks.tactics import TOLERANCE, Bidder

__all__ = [
    "LEFT", "NONE", "ZeuthenStep", "alternate", "annealed_text", "fallback", "fallback_orders", "raiffa", "rubinstein", "single_text", "single_text_ends", "zeuthen",
]  # fmt: skip

Agreed = Callable[[Sequence[bool]], bool]
NONE = -1
"""Stands for a package where talks ended without one."""
LEFT = -2
"""The same where a party walked away."""
HOTTEST = 0.1
"""Loss, as a share of a party's range, that it accepts at first with probability 1/e over an annealed text."""


# -- Alternating offers


def alternate(
    bidders: Sequence[Bidder],
    order: Sequence[int],
    rounds: int,
    agreed: Agreed,
    *,
    walk_away: bool = False,
    breakdown: float = 0.0,
) -> tuple[int, int]:
    """Stacked alternating offers, one run: the package (``NONE`` without agreement) and the round, from 0.

    In each round every party in turn answers the standing offer and, where it refuses, replaces it by its own: the
    clock of NegMAS. The talks end when those who accepted the standing offer, its author included, make an agreement.

    With ``walk_away`` a party for whom going on is worth less than no agreement now (see :meth:`Bidder.leaves`; talks
    break off with chance ``breakdown`` per round) takes a standing offer that is not below no agreement, else leaves:
    ``LEFT`` and the round.
    """
    standing, yes = NONE, [False] * len(bidders)
    history: list[tuple[int, int]] = []
    for step in range(rounds):
        for p in order:
            me = bidders[p]
            leaves = walk_away and me.leaves(step, history, breakdown)
            if standing != NONE and (
                me.accepts(standing, step, history)
                or (leaves and me.own.value(standing) >= me.floor(step) - TOLERANCE)
            ):
                yes[p] = True
                if agreed(yes):
                    return standing, step
                continue
            if leaves:
                return LEFT, step
            standing = me.offer(step, history)
            history.append((p, standing))
            yes = [q == p for q in range(len(bidders))]
            if agreed(yes):
                return standing, step
    return NONE, rounds


# -- Monotonic concession with Zeuthen's rule


@dataclass(frozen=True)
class ZeuthenStep:
    """Both offers and their risks after a step; ``concedes`` says who moves next (both at equal risks)."""

    offers: tuple[Package, Package]
    risks: tuple[Fraction, Fraction]
    concedes: tuple[int, ...]


def zeuthen(space: Space, candidates: Sequence[Package]) -> tuple[ZeuthenStep, ...]:
    """Monotonic concession of two parties over candidates (usually the frontier), from each one's best.

    The smaller risk concedes, to its own best candidate that makes its product of gains exceed the other's; at equal
    risks both do, each against the offers before the step (Harsanyi 1956; Rosenschein & Zlotkin 1994).

    Raises
    ------
    NotApplicable
        Other than two parties: there are several definitions for more, and they differ (Endriss 2006).
    """
    if len(space.parties) != 2:
        raise NotApplicable(
            "Zeuthen's rule is for two parties: for more there are several definitions, which differ"
        )
    gain = {
        x: tuple(u - r for u, r in zip(space.utility(x), space.reservation, strict=True)) for x in candidates
    }
    gain = {x: g for x, g in gain.items() if min(g) >= 0}
    if not gain:
        return ()
    offers = [max(gain, key=lambda x, p=p: (gain[x][p], gain[x][1 - p])) for p in (0, 1)]  # type: ignore[misc]
    found: list[ZeuthenStep] = []
    while True:
        one, two = offers
        met = gain[one][1] >= gain[two][1] or gain[two][0] >= gain[one][0]
        risks = tuple(_risk(gain[offers[p]][p], gain[offers[1 - p]][p]) for p in (0, 1))
        moving = () if met else tuple(p for p in (0, 1) if risks[p] <= risks[1 - p])
        found.append(ZeuthenStep((one, two), (risks[0], risks[1]), moving))
        if met:
            return tuple(found)
        ahead = [_concession(gain, offers, p) if p in moving else offers[p] for p in (0, 1)]
        if ahead == offers:
            return tuple(found)
        offers = ahead


def _risk(own: int, other: int) -> Fraction:
    """What is lost by taking the other's offer, as a share of what is lost without agreement."""
    return Fraction(own - other, own) if own else Fraction(0)


def _concession(gain: dict[Package, tuple[int, ...]], offers: Sequence[Package], p: int) -> Package:
    """The own best candidate whose product of gains exceeds that of the other's offer."""
    theirs = gain[offers[1 - p]][0] * gain[offers[1 - p]][1]
    better = [x for x, g in gain.items() if g[0] * g[1] > theirs and g[p] < gain[offers[p]][p]]
    return max(better, key=lambda x: (gain[x][p], gain[x][1 - p])) if better else offers[p]


# -- A mediator's single text


def _moves(space: Space, together: int) -> list[tuple[tuple[int, int], ...]]:
    """All proposals: one to ``together`` issues, each with an option."""
    found: list[tuple[tuple[int, int], ...]] = []
    for size in range(1, together + 1):
        for issues in combinations(range(len(space.sizes)), size):
            found += [
                tuple(zip(issues, ks, strict=True))
                for ks in product(*(range(space.sizes[i]) for i in issues))
            ]
    return found


class _Text:
    """All changes of a draft, tried for many drafts at once."""

    def __init__(self, table: Table, together: int) -> None:
        space = table.space
        self.table, self.worth, self.allowed = table, table.utilities, table.admissible
        sizes = space.sizes
        self.strides = [int(np.prod(sizes[i + 1 :], dtype=np.int64)) for i in range(len(sizes))]
        self.moves = _moves(space, together)

    def passing(self, drafts: IntArray, options: IntArray) -> Iterator[tuple[IntArray, NDArray[np.bool_]]]:
        """For every proposal: the drafts after it, and where no party loses, one gains and no rule is broken.

        ``options`` holds the drafts' options, shape (n_issues, n_drafts).
        """
        here = self.worth[:, drafts]
        for move in self.moves:
            there = drafts.copy()
            for i, k in move:
                there += self.strides[i] * (k - options[i])
            after = self.worth[:, there]
            yield there, (after >= here).all(axis=0) & (after > here).any(axis=0) & self.allowed[there]

    def options(self, drafts: IntArray) -> IntArray:
        """Options of drafts, shape (n_issues, n_drafts)."""
        return np.array([self.table.option(i, drafts) for i in range(len(self.strides))])


def single_text(
    table: Table, starts: IntArray, together: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """A mediator's single text, many runs: a random proposal among those that pass, until none does.

    A proposal passes when no party loses and at least one gains (hill climbing; Ehtamo et al. 1999). Returns the last
    draft of every run and the number of changes made.
    """
    text = _Text(table, together)
    drafts = np.array(starts, dtype=np.int64)
    made = np.zeros(len(drafts), dtype=np.int64)
    live = np.arange(len(drafts))
    while live.size:
        now = drafts[live]
        # Runs that share a draft share its proposals.
        distinct, which = np.unique(now, return_inverse=True)
        ahead: list[list[int]] = [[] for _ in distinct]
        for there, fine in text.passing(distinct, text.options(distinct)):
            for d in np.flatnonzero(fine):
                ahead[d].append(int(there[d]))
        drawn = rng.random(len(live))
        moved = np.array([bool(ahead[w]) for w in which])
        for j in np.flatnonzero(moved):
            choices = ahead[which[j]]
            drafts[live[j]] = choices[int(drawn[j] * len(choices))]
        live = live[moved]
        made[live] += 1
    return drafts, made


def annealed_text(
    table: Table, starts: IntArray, together: int, proposals: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """An annealed single text, many runs: on the way a party may accept a loss (Klein, Faratin, Sayama & Bar-Yam 2003).

    The mediator proposes 1 to ``together`` random issues with a random option each, as often as ``proposals`` says. A
    party accepts a loss d, as a share of its range of utilities, with probability exp(-d / T); a proposal passes where
    all do and no rule is broken. T falls from ``HOTTEST`` in equal steps to 0; then only proposals that no party loses
    on and some party gains by pass, as in :func:`single_text`, until none does.

    Returns the last draft of every run and the number of changes made.
    """
    space = table.space
    sizes = space.sizes
    text = _Text(table, together)
    worth = table.utilities
    spread = np.array([max(int(w.max()) - int(w.min()), 1) for w in worth], dtype=float)[:, None]
    drafts = np.array(starts, dtype=np.int64)
    made = np.zeros(len(drafts), dtype=np.int64)
    runs = len(drafts)
    for k in range(proposals):
        heat = HOTTEST * (1 - k / proposals)
        there = drafts.copy()
        count = rng.integers(1, together + 1, runs)
        issues = rng.permuted(np.tile(np.arange(len(sizes)), (runs, 1)), axis=1)[:, :together]
        drawn, votes = rng.random((runs, together)), rng.random((len(worth), runs))
        for j in range(issues.shape[1]):
            for i in range(len(sizes)):
                these = np.flatnonzero((issues[:, j] == i) & (count > j))
                new = (drawn[these, j] * sizes[i]).astype(np.int64)
                there[these] += text.strides[i] * (new - table.option(i, drafts[these]))
        loss = np.maximum((worth[:, drafts] - worth[:, there]).astype(float) / spread, 0.0)
        passes = (votes < np.exp(-loss / heat)).all(axis=0) & text.allowed[there] & (there != drafts)
        drafts = np.where(passes, there, drafts)
        made += passes
    ends, changes = single_text(table, drafts, together, rng)
    return ends, made + changes


def single_text_ends(table: Table, start: Package, together: int) -> set[Package]:
    """Every draft at which a single text from this start can end: all orders of proposals that pass are followed."""
    text = _Text(table, together)
    seen: set[int] = {table.number(start)}
    layer, ends = np.array(sorted(seen)), set()
    while layer.size:
        stuck = np.ones(len(layer), dtype=bool)
        new: set[int] = set()
        for there, fine in text.passing(layer, text.options(layer)):
            stuck &= ~fine
            new |= set(there[fine].tolist()) - seen
        ends |= {table.package(int(x)) for x in layer[stuck]}
        seen |= new
        layer = np.array(sorted(new), dtype=np.int64)
    return ends


# -- Issue by issue


def fallback(
    space: Space, agenda: Sequence[int], orders: Sequence[Sequence[int]] | None = None
) -> Package | None:
    """Issue by issue in the order of an agenda, each by fallback bargaining (Brams & Kilgour 2001).

    On each issue all parties go down their rankings together until some option is high enough for all: the option whose
    worst rank is best, then the one ranked best on the whole, then the first. Settled issues stay settled; an option that
    breaks a rule whose issues are all settled is out. None where no option is left. ``orders`` are those of
    :func:`fallback_orders`, where they are known.
    """
    orders = orders or fallback_orders(space)
    chosen: dict[int, int] = {}
    for i in agenda:
        found = next((k for k in orders[i] if _permitted(space, {**chosen, i: k})), None)
        if found is None:
            return None
        chosen[i] = found
    return tuple(chosen[i] for i in range(len(space.sizes)))


def fallback_orders(space: Space) -> list[list[int]]:
    """Per issue its options in the order of fallback bargaining, whatever has been settled."""
    orders = []
    for scores in space.scores:
        ranks = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
        worst, whole = ranks.max(axis=0).tolist(), ranks.sum(axis=0).tolist()
        orders.append(sorted(range(scores.shape[1]), key=lambda k: (worst[k], whole[k], k)))
    return orders


def _permitted(space: Space, chosen: dict[int, int]) -> bool:
    draft = [chosen.get(i, 0) for i in range(len(space.sizes))]
    return all(c.allows(draft) for c in space.clauses if all(i in chosen for i in c.issues))


# -- Closed forms


def raiffa(
    best: Callable[[int, Sequence[Fraction]], Sequence[Fraction]], start: Sequence[Fraction], steps: int
) -> list[tuple[Fraction, ...]]:
    """Raiffa's discrete path: from each point to the mean of the points that are best for one party, none worse.

    Parameters
    ----------
    best : (party, point) -> the feasible point best for the party that gives none less than the point
    start : the point of no agreement
    steps : how many
    """
    found, here = [], tuple(start)
    for _ in range(steps):
        tops = [best(p, here) for p in range(len(here))]
        ahead = tuple(sum((t[q] for t in tops), Fraction(0)) / len(tops) for q in range(len(here)))
        if ahead == here:
            break
        found.append(ahead)
        here = ahead
    return found


def rubinstein(first: Fraction, second: Fraction) -> Fraction:
    """Share of the first mover in alternating offers without end, by both discount factors (Rubinstein 1982)."""
    return (1 - second) / (1 - first * second)
