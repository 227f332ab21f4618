"""Proposals of a mediator over a single text, by what each changes: packages are never listed.

A proposal moves one issue or two. Utilities add up over issues, so what a pair of moves gives is what its two moves give;
interactions and rules are looked up for the issues that they join alone. Works for any number of packages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable
from zopa.space import IntArray, Space, Term

__all__ = ["TextProposals", "allowed_drafts", "consent", "draft_utilities", "ranges"]

BoolArray = NDArray[np.bool_]
OptionOf = Callable[[int], IntArray]
MOST_PROPOSALS = 1_000_000
MOST_JOINED = 10_000_000
"""Combinations of the issues that interactions join, looked through for a party's best and worst package."""


def consent(space: Space, yes: BoolArray) -> BoolArray:
    """Whether those who say yes are enough by the agreement rule, shape (n_parties, n) -> (n,)."""
    needed = np.array(space.required)[:, None]
    return np.asarray((yes | ~needed).all(axis=0) & (yes.sum(axis=0) >= space.at_least))


def _holds(space: Space, terms: Sequence[Term], option_of: OptionOf, n: int) -> BoolArray:
    fine = np.ones(n, dtype=bool)
    for i, mask in terms:
        fine &= np.array([bool(mask >> k & 1) for k in range(space.sizes[i])])[option_of(i)]
    return fine


def allowed_drafts(space: Space, option_of: OptionOf, n: int) -> BoolArray:
    """Which of n drafts no rule forbids; ``option_of`` gives their options of an issue."""
    allowed = np.ones(n, dtype=bool)
    for clause in space.clauses:
        bad = _holds(space, clause.when, option_of, n)
        for alternative in clause.only_if:
            bad &= ~_holds(space, alternative, option_of, n)
        allowed &= ~bad
    return allowed


def _added(space: Space, option_of: OptionOf, n: int) -> IntArray:
    """What interactions add, shape (n_parties, n)."""
    found = np.zeros((len(space.parties), n), dtype=np.int64 if space.compact else object)
    for bonus in space.bonuses:
        found[bonus.party] += np.where(_holds(space, bonus.terms, option_of, n), bonus.points, 0)
    return found


def draft_utilities(space: Space, drafts: IntArray) -> IntArray:
    """Utilities of drafts given as options, shape (n, n_issues) -> (n_parties, n)."""
    total = _added(space, lambda i: drafts[:, i], len(drafts))
    for i, scores in enumerate(space.scores):
        total = total + scores[:, drafts[:, i]]
    return np.asarray(total)


def ranges(space: Space) -> list[int]:
    """Per party the difference between its best and its worst package, rules aside; at least 1.

    Raises
    ------
    NotApplicable
        Interactions that join too many issues.
    """
    joined = sorted({i for b in space.bonuses for i, _ in b.terms})
    sizes = [space.sizes[i] for i in joined]
    n = math.prod(sizes)
    if n > MOST_JOINED:
        raise NotApplicable(
            f"interactions join issues with {n:,} combinations; a party's range is worked out for at most {MOST_JOINED:,}"
        )
    options = dict(zip(joined, np.unravel_index(np.arange(n), sizes), strict=True)) if joined else {}
    together = _added(space, lambda i: options[i], n)
    for i in joined:
        together = together + space.scores[i][:, options[i]]
    apart = [s for i, s in enumerate(space.scores) if i not in joined]
    return [
        max(int(row.max()) - int(row.min()) + sum(int(s[p].max()) - int(s[p].min()) for s in apart), 1)
        for p, row in enumerate(together)
    ]


class TextProposals:
    """All proposals of one issue up to ``together``, in the order of :func:`zopa.talks.protocols.single_text`.

    Raises
    ------
    NotApplicable
        More than a million proposals.
    """

    def __init__(self, space: Space, together: int) -> None:
        self.space, sizes = space, space.sizes
        starts = np.concatenate([[0], np.cumsum(sizes)])
        self.issue = np.repeat(np.arange(len(sizes)), sizes)
        self.option = np.concatenate([np.arange(s) for s in sizes])
        nothing = int(starts[-1])  # stands for no second move
        pairs = list(combinations(range(len(sizes)), 2)) if together > 1 else []
        count = nothing + sum(sizes[i] * sizes[j] for i, j in pairs)
        if count > MOST_PROPOSALS:
            raise NotApplicable(
                f"{count:,} proposals of {together} issues are too many to compare (at most {MOST_PROPOSALS:,}); "
                "let a proposal change one issue (--together 1)"
            )
        first, second = [np.arange(nothing)], [np.full(nothing, nothing)]
        for i, j in pairs:
            first.append(np.repeat(starts[i] + np.arange(sizes[i]), sizes[j]))
            second.append(np.tile(starts[j] + np.arange(sizes[j]), sizes[i]))
        self.first, self.second = np.concatenate(first), np.concatenate(second)
        self.issue, self.option = np.append(self.issue, -1), np.append(self.option, 0)

    def passing(self, drafts: IntArray) -> list[IntArray]:
        """For every draft, given as options, the proposals that pass: enough parties do not lose, one gains, no rule breaks."""
        return [self._passing(draft) for draft in drafts]

    def after(self, draft: IntArray, proposal: int) -> IntArray:
        """The draft after a proposal."""
        found = draft.copy()
        for move in (self.first[proposal], self.second[proposal]):
            if self.issue[move] >= 0:
                found[self.issue[move]] = self.option[move]
        return found

    def _passing(self, draft: IntArray) -> IntArray:
        space = self.space
        gains = np.concatenate(
            [s - s[:, [k]] for s, k in zip(space.scores, draft, strict=True)]
            + [np.zeros((len(space.parties), 1), dtype=space.scores[0].dtype)],
            axis=1,
        )
        change = gains[:, self.first] + gains[:, self.second]
        if space.bonuses:
            change = change + self._interactions(draft)
        fine = np.flatnonzero(consent(space, change >= 0) & (change > 0).any(axis=0))
        if space.clauses and fine.size:
            fine = fine[allowed_drafts(space, lambda i: self._option(draft, i, fine), fine.size)]
        return fine

    def _option(self, draft: IntArray, issue: int, these: IntArray | slice) -> IntArray:
        """The option of one issue after each of these proposals."""
        found = np.full(self.first[these].shape, draft[issue])
        for move in (self.first[these], self.second[these]):
            found = np.where(self.issue[move] == issue, self.option[move], found)
        return found

    def _interactions(self, draft: IntArray) -> IntArray:
        every = slice(None)
        now = _added(self.space, lambda i: draft[[i]], 1)
        return np.asarray(_added(self.space, lambda i: self._option(draft, i, every), len(self.first)) - now)
