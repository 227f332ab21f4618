"""Stability where preference is more, or less, than a ranking: unknown, strong, fuzzy, probable, attitudes.

Each kind of preference says, per party, four relations between states:

``leaves``    the party would move from s to t (where it can)
``punishes``  being at t instead of s is a sanction on the party
``escapes``   the party would not have to put up with t: it counts as a way out of a sanction on s
``credible``  the party would take the step from s to t in order to answer someone else

and one piece of Boolean algebra turns them into verdicts. With a plain ranking this is the matrix form of
Xu, Hipel & Kilgour 2009; it stores state x state tables, so it is for some thousand states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName

from .graph_model import GraphModel
from .moves import Arcs, BoolArray

__all__ = [
    "Relations", "attitudes", "fuzzy", "judge", "plain", "probable", "strength", "unknown",
]  # fmt: skip

MAX_STATES = 4096


@dataclass(frozen=True, eq=False)
class Relations:
    """Four relations per party, each (n_parties, n_states, n_states): ``[i, s, t]`` reads "i, from s, t"."""

    leaves: BoolArray
    punishes: BoolArray
    escapes: BoolArray
    credible: BoolArray


def judge(model: GraphModel, relations: Relations, concept: str) -> BoolArray:
    """Stability of every state for every party, shape (n_parties, n_states).

    Parameters
    ----------
    concept : str
        nash, gmr, smr, seq or sseq, with the relations in place of better and worse.

    Raises
    ------
    UnknownName
        Another concept.
    NotApplicable
        More than 4,096 states.
    """
    if concept not in ("nash", "gmr", "smr", "seq", "sseq"):
        raise UnknownName("concept", concept, ("nash", "gmr", "smr", "seq", "sseq"))
    if model.n_states > MAX_STATES:
        raise NotApplicable(
            f"relations between states need at most {MAX_STATES} states, got {model.n_states}"
        )
    steps = [_table(model, i) for i in range(len(model.parties))]
    credible = [step & relations.credible[i] for i, step in enumerate(steps)]
    out = np.zeros((len(steps), model.n_states), dtype=bool)
    for i, step in enumerate(steps):
        leaves = step & relations.leaves[i]
        if concept == "nash":
            out[i] = ~leaves.any(axis=1)
            continue
        bad = relations.punishes[i] & model.feasible
        if concept in ("smr", "sseq"):
            bad = bad & ~_product(relations.escapes[i], step.T)
        moving = credible if concept in ("seq", "sseq") else steps
        answered = _product(bad, _chains([m for j, m in enumerate(moving) if j != i]).T)
        out[i] = ~(leaves & ~answered).any(axis=1)
    return out & model.feasible


def _table(model: GraphModel, party: int) -> BoolArray:
    table = np.zeros((model.n_states, model.n_states), dtype=bool)
    moves = model.moves[party]
    if isinstance(moves, Arcs):
        table[moves.src, moves.dst] = True
        return table
    for s in np.flatnonzero(model.feasible):
        table[s, moves.targets(int(s))] = True
    return table


def _product(a: BoolArray, b: BoolArray) -> BoolArray:
    return a.astype(np.float32) @ b.astype(np.float32) > 0


def _chains(steps: Sequence[BoolArray]) -> BoolArray:
    """Which states chains of steps lead to from which, nobody moving twice running."""
    first = [step.copy() for step in steps]
    changed = True
    while changed:
        changed = False
        for k, step in enumerate(steps):
            follow = np.logical_or.reduce([np.zeros_like(step), *(f for j, f in enumerate(first) if j != k)])
            new = step | _product(step, follow)
            changed |= not np.array_equal(new, first[k])
            first[k] = new
    return np.logical_or.reduce(first)


def _pairs(model: GraphModel) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Ranks of t and of s, broadcast to (n_parties, s, t)."""
    return model.ranks[:, None, :], model.ranks[:, :, None]


def plain(model: GraphModel) -> Relations:
    """The ranking itself: better, not better."""
    there, here = _pairs(model)
    better = there > here
    return Relations(better, ~better, better, better)


def unknown(model: GraphModel, unsure: BoolArray, kind: str) -> Relations:
    """Some pairs cannot be compared (Li, Hipel, Kilgour & Fang 2004).

    Parameters
    ----------
    unsure : bool array (n_parties, n_states, n_states)
        Symmetric: where it is not known which of two states a party prefers.
    kind : str
        ``a`` i leaves towards better or unknown, and an unknown state is no sanction; ``b`` i leaves
        towards better only, no sanction; ``c`` as a, but unknown is a sanction; ``d`` as b, a sanction.
        Others answer by better or unknown moves in all four.
    """
    if kind not in tuple("abcd"):
        raise UnknownName("kind of unknown preference", kind, "abcd")
    there, here = _pairs(model)
    unsure = unsure & ~np.eye(model.n_states, dtype=bool)
    better = (there > here) & ~unsure
    maybe = better | unsure
    worse = (there <= here) & ~unsure
    punishes = worse if kind in "ab" else worse | unsure
    return Relations(maybe if kind in "ac" else better, punishes, maybe if kind in "ab" else better, maybe)


def strength(model: GraphModel, strong: BoolArray) -> Relations:
    """Strong stability: only a state that is strongly worse deters (Hamouda, Kilgour & Hipel 2004, 2006).

    Parameters
    ----------
    strong : bool array (n_parties, n_states, n_states)
        ``strong[i, s, t]``: i strongly prefers t to s. Counts only where i prefers t to s at all.

    A state is weakly stable when it is stable by :func:`plain` and not by this.
    """
    there, here = _pairs(model)
    better = there > here
    much_worse = (strong & better).transpose(0, 2, 1)
    return Relations(better, much_worse, ~much_worse, better)


def fuzzy(degree: NDArray[np.floating], threshold: Sequence[float]) -> Relations:
    """Graded preferences (Bashar, Kilgour & Hipel 2012).

    Parameters
    ----------
    degree : float array (n_parties, n_states, n_states)
        ``degree[i, t, s]``: to what degree i prefers t to s, 0 to 1.
    threshold : float per party, above 0 and up to 1
        i counts t as an improvement over s when degree(t, s) - degree(s, t) reaches it.
    """
    gamma = np.asarray(threshold, dtype=float)[:, None, None]
    if not ((gamma > 0) & (gamma <= 1)).all():
        raise ValueError(f"thresholds lie above 0 and up to 1, got {list(threshold)}")
    gain = degree.transpose(0, 2, 1) - degree  # [i, s, t] = degree(t, s) - degree(s, t)
    better = gain >= gamma
    return Relations(better, ~better, better, better)


def probable(chance: NDArray[np.floating], alpha: float, beta: float = 0.5, gamma: float = 0.5) -> Relations:
    """Probabilistic preferences (Rego & dos Santos 2015).

    Parameters
    ----------
    chance : float array (n_parties, n_states, n_states)
        ``chance[i, s, t]``: probability that i prefers s to t.
    alpha, beta, gamma : float
        i leaves s for t when chance(t, s) > 1 - alpha; t is a sanction on s when chance(s, t) > beta;
        others answer by moves with chance > gamma.
    """
    over = chance.transpose(0, 2, 1)  # [i, s, t] = chance that t is preferred to s
    punishes = chance > beta
    return Relations(over > 1 - alpha, punishes, ~punishes, over > gamma)


def attitudes(model: GraphModel, attitude: NDArray[np.integer]) -> Relations:
    """Parties that care about each other (Inohara, Hipel & Walker 2007).

    Parameters
    ----------
    attitude : int array (n_parties, n_parties)
        ``attitude[i, j]`` is 1 where i wishes j well, -1 where ill, 0 where it does not care. i moves
        from s to t only when each j it wishes well prefers t, and each j it wishes ill does not.
        A sanction is any state that i would not count as such an improvement over s.
    """
    there, here = _pairs(model)
    better = there > here
    out = np.ones_like(better)
    for i, row in enumerate(attitude):
        for j, sign in enumerate(row):
            if sign:
                out[i] &= better[j] if sign > 0 else ~better[j]
    return Relations(out, ~out, out, out)
