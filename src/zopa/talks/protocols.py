"""Protocols of talks, each named and exact: who speaks when, what ends the talks, and when they stall."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.space import IntArray, Package, Space, Table
from zopa.talks.tactics import TOLERANCE, Bidder
from zopa.talks.text_proposals import TextProposals, allowed_drafts, consent, draft_utilities, ranges

__all__ = [
    "BROKEN", "LEFT", "NONE", "NO_OPTION", "NO_PACKAGE", "ListedText", "ZeuthenStep", "ZoneEngine", "alternate", "annealed_text", "fallback", "fallback_orders", "raiffa", "raiffa_package", "rubinstein", "single_text", "single_text_ends", "zeuthen",
]  # fmt: skip

Agreed = Callable[[Sequence[bool]], bool]
NONE = -1
"""Stands for a package where talks ended without one."""
LEFT = -2
"""The same where a party walked away."""
BROKEN = -3
"""The same where the talks broke off."""
NO_OPTION = -4
"""The same where the rules left no option."""
NO_PACKAGE = -5
"""The same where no package suits all parties."""
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


class ListedText:
    """All changes of drafts that are numbers of packages, tried for many drafts at once."""

    def __init__(self, table: Table, together: int) -> None:
        space = table.space
        self.table, self.worth, self.allowed = table, table.utilities, table.admissible
        sizes = space.sizes
        self.strides = [int(np.prod(sizes[i + 1 :], dtype=np.int64)) for i in range(len(sizes))]
        self.moves = _moves(space, together)

    def trying(self, drafts: IntArray) -> Iterator[tuple[IntArray, NDArray[np.bool_]]]:
        """For every proposal: the drafts after it, and where enough parties do not lose, one gains and no rule breaks."""
        options = [self.table.option(i, drafts) for i in range(len(self.strides))]
        here = self.worth[:, drafts]
        for move in self.moves:
            there = drafts.copy()
            for i, k in move:
                there += self.strides[i] * (k - options[i])
            after = self.worth[:, there]
            gained = (after > here).any(axis=0)
            yield there, consent(self.table.space, after >= here) & gained & self.allowed[there]

    def passing(self, drafts: IntArray) -> list[IntArray]:
        """For every draft, the proposals that pass."""
        fine = np.array([fine for _, fine in self.trying(drafts)])
        return [np.flatnonzero(column) for column in fine.T]

    def after(self, draft: int, proposal: int) -> int:
        """The draft after a proposal."""
        return draft + sum(
            self.strides[i] * (k - int(self.table.option(i, np.asarray(draft))))
            for i, k in self.moves[proposal]
        )


def single_text(
    text: ListedText | TextProposals, starts: IntArray, rng: np.random.Generator, most: IntArray | None = None
) -> tuple[IntArray, IntArray]:
    """A mediator's single text, many runs: a random proposal among those that pass, until none does.

    A proposal passes when enough parties for an agreement do not lose by it and at least one party gains (hill climbing;
    Ehtamo et al. 1999). Where all must agree no party ever loses; under a quota the text may go round in circles, which
    ``most`` changes per run end.

    Parameters
    ----------
    text : the proposals
    starts : the first draft of every run: numbers of packages, or for :class:`TextProposals` options, (runs, n_issues)
    rng : what picks among the proposals that pass
    most : changes after which a run ends, shape (runs,)

    Returns
    -------
    (last draft, number of changes made) of every run
    """
    drafts = np.array(starts, dtype=np.int64)
    made = np.zeros(len(drafts), dtype=np.int64)
    live = np.arange(len(drafts))
    while True:
        if most is not None:
            live = live[made[live] < most[live]]
        if not live.size:
            return drafts, made
        # Runs that share a draft share its proposals.
        distinct, which = np.unique(drafts[live], axis=0, return_inverse=True)
        ahead = text.passing(distinct)
        drawn = rng.random(len(live))
        moved = np.array([bool(ahead[w].size) for w in which])
        for j in np.flatnonzero(moved):
            choices = ahead[which[j]]
            chosen = int(choices[int(drawn[j] * len(choices))])
            drafts[live[j]] = text.after(drafts[live[j]], chosen)
        live = live[moved]
        made[live] += 1


def annealed_text(
    space: Space,
    starts: IntArray,
    together: int,
    proposals: int,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray]:
    """An annealed single text, many runs: on the way a party may accept a loss (Klein, Faratin, Sayama & Bar-Yam 2003).

    The mediator proposes 1 to ``together`` random issues with a random option each, as often as ``proposals`` says. A
    party accepts a loss d, as a share of its range of utilities, with probability exp(-d / T); a proposal passes where
    enough parties for an agreement do and no rule is broken. T falls from ``HOTTEST`` in equal steps to 0.

    Drafts are options, shape (runs, n_issues). Returns the last draft of every run and the number of changes made; they
    are the start of :func:`single_text`, over which only what is a loss for no party passes.
    """
    sizes = np.array(space.sizes)
    spread = np.array(ranges(space), dtype=float)[:, None]
    drafts = np.array(starts, dtype=np.int64)
    made = np.zeros(len(drafts), dtype=np.int64)
    runs, issues_all = drafts.shape
    worth = draft_utilities(space, drafts)
    for k in range(proposals):
        heat = HOTTEST * (1 - k / proposals)
        there = drafts.copy()
        count = rng.integers(1, together + 1, runs)
        issues = rng.permuted(np.tile(np.arange(issues_all), (runs, 1)), axis=1)[:, :together]
        drawn, votes = rng.random((runs, together)), rng.random((len(worth), runs))
        for j in range(issues.shape[1]):
            these = np.flatnonzero(count > j)
            moved = issues[these, j]
            there[these, moved] = (drawn[these, j] * sizes[moved]).astype(np.int64)
        after = draft_utilities(space, there)
        loss = np.maximum((worth - after).astype(float) / spread, 0.0)
        passes = consent(space, votes < np.exp(-loss / heat)) & (there != drafts).any(axis=1)
        passes &= allowed_drafts(space, lambda i, d=there: d[:, i], runs)  # type: ignore[misc]
        drafts[passes] = there[passes]
        worth = np.where(passes, after, worth)
        made += passes
    return drafts, made


def single_text_ends(table: Table, start: Package, together: int) -> set[Package]:
    """Every draft at which a single text from this start can end: all orders of proposals that pass are followed."""
    text = ListedText(table, together)
    seen: set[int] = {table.number(start)}
    layer, ends = np.array(sorted(seen)), set()
    while layer.size:
        stuck = np.ones(len(layer), dtype=bool)
        new: set[int] = set()
        for there, fine in text.trying(layer):
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

    On each issue all parties go down their rankings together until some option is high enough for as many as an agreement
    needs (all of them, or a quota with its vetoes); then the one ranked best on the whole, then the first. Settled issues stay settled; an option that
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
        depth = np.sort(ranks, axis=0)[space.at_least - 1]  # where enough parties have come down to it
        for needed, own in zip(space.required, ranks, strict=True):
            depth = np.maximum(depth, own) if needed else depth
        worst, whole = depth.tolist(), ranks.sum(axis=0).tolist()
        orders.append(sorted(range(scores.shape[1]), key=lambda k: (worst[k], whole[k], k)))
    return orders


def _permitted(space: Space, chosen: dict[int, int]) -> bool:
    draft = [chosen.get(i, 0) for i in range(len(space.sizes))]
    return all(c.allows(draft) for c in space.clauses if all(i in chosen for i in c.issues))


# -- Over the whole zone


class ZoneEngine(Protocol):
    """What protocols over the whole zone ask of the exact engines; utilities and floors in units of the space."""

    def frontier(self) -> Sequence[Package]:
        """A package for every point of the frontier of the zone."""

    def best(self, party: int, floors: Sequence[int]) -> int | None:
        """The most that a party can get where no party gets less than its floor; None where no package is left."""

    def fairest(self, floors: Sequence[int]) -> Package:
        """Of the packages that give no party less than its floor, that of Kalai and Smorodinsky; of equal ones the first."""


def raiffa_package(space: Space, engine: ZoneEngine, steps: int) -> tuple[Package | None, int]:
    """Raiffa's discrete path over the packages of a zone, and where it ends.

    From what no agreement gives, every party's utility rises by 1/n of what it could still gain if no other party fell below
    where it stands. The path ends before the first point that no package reaches; the package is that of Kalai and
    Smorodinsky among those that reach the last point. Depends on no party's scale.

    Returns
    -------
    (package, steps taken); None where the zone is empty, or the path is not at its end after ``steps``
    """
    n = len(space.parties)

    def best(p: int, here: Sequence[Fraction]) -> Sequence[Fraction] | None:
        floors = [math.ceil(u) for u in here]
        top = engine.best(p, floors)
        if top is None:
            return None
        return tuple(Fraction(top) if q == p and top > floors[p] else here[q] for q in range(n))

    start = [Fraction(r) for r in space.reservation]
    if best(0, start) is None:
        return None, 0
    path = raiffa(best, start, steps + 1)
    if len(path) > steps:
        return None, steps
    return engine.fairest([math.ceil(u) for u in (path[-1] if path else start)]), len(path)


# -- Closed forms


def raiffa(
    best: Callable[[int, Sequence[Fraction]], Sequence[Fraction] | None],
    start: Sequence[Fraction],
    steps: int,
) -> list[tuple[Fraction, ...]]:
    """Raiffa's discrete path: from each point to the mean of the points that are best for one party, none worse.

    Parameters
    ----------
    best : (party, point) -> the feasible point best for the party that gives none less than the point; None where none
        does, which ends the path before that point
    start : the point of no agreement
    steps : how many
    """
    found: list[tuple[Fraction, ...]] = []
    here = tuple(start)
    for _ in range(steps):
        tops = [top for p in range(len(here)) if (top := best(p, here)) is not None]
        if len(tops) < len(here):
            return found[:-1]
        ahead = tuple(sum((t[q] for t in tops), Fraction(0)) / len(tops) for q in range(len(here)))
        if ahead == here:
            break
        found.append(ahead)
        here = ahead
    return found


def rubinstein(first: Fraction, second: Fraction) -> Fraction:
    """Share of the first mover in alternating offers without end, by both discount factors (Rubinstein 1982)."""
    return (1 - second) / (1 - first * second)
