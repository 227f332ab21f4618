"""Individual stability: what each concept of foresight says about every state, for every party.

Definitions and sources (Phi_i(s): the states that i does not strictly prefer to s):

========  ==========================================================================================
nash      i has no unilateral improvement (UI) from s. Nash 1950
gmr       each UI can be answered by the others, by any moves, ending in Phi_i(s). Howard 1971
smr       as gmr, and i has no escape from that answer to a state it prefers to s. Howard 1971
seq       as gmr, but the others move only by UIs of their own. Fraser & Hipel 1979, 1984
sseq      as seq, and i has no escape. Rego & Vieira 2017
sim       each UI can be met by simultaneous UIs of others from s. Fraser & Hipel 1984; product form
========  ==========================================================================================

The others may move in any order, each several times but not twice running (Fang, Hipel & Kilgour 1993).
A state is an equilibrium when it is stable for every party.

How: the worst that the others can do to i from each state is a least fixpoint over whole state arrays,
so no state x state matrix exists at any time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from zopa.errors import NotApplicable, UnknownName

from .graph_model import GraphModel
from .moves import LOW, BoolArray, RankArray, Values

__all__ = [
    "CONCEPTS",
    "closure",
    "equilibria",
    "gmr",
    "nash",
    "seq",
    "sim",
    "smr",
    "sseq",
    "stable",
    "subsets",
    "verdicts",
]


def closure(model: GraphModel, f: Values, movers: Sequence[int], *, improving: bool = False) -> Values:
    """Greatest ``f`` over the states that ``movers`` can bring about from each state, and itself.

    Parameters
    ----------
    f : array (..., n_states), int32 or bool
    movers : sequence of int
        They move in any order, any number of times, nobody twice running.
    improving : bool
        Each step must be an improvement for its mover from the state that it leaves. One-dimensional
        int32 ``f`` only.
    """
    low: Any = False if f.dtype == bool else LOW
    f = np.where(model.feasible, f, low).astype(f.dtype, copy=False)
    if model.transitive:
        return _sweep(model, f, movers, improving, low)
    arcs: list[Any] = [(model.rises if improving else model.moves)[j] for j in movers]
    first = [np.full_like(f, low) for _ in movers]  # the best when this mover goes first
    changed = True
    while changed:
        changed = False
        for k, moves in enumerate(arcs):
            ahead = f.copy()
            for other, value in enumerate(first):
                if other != k:
                    np.maximum(ahead, value, out=ahead)
            new = moves.step(ahead)
            changed |= not np.array_equal(new, first[k])
            first[k] = new
    for value in first:
        f = np.maximum(f, value)
    return f


def _sweep(model: GraphModel, f: Values, movers: Sequence[int], improving: bool, low: Any) -> Values:
    """The same where two moves of one party in a row are one: apply each mover until all are quiet."""
    quiet, turn = 0, 0
    while quiet < len(movers):
        j = movers[turn % len(movers)]
        new = np.maximum(f, model.rises[j].up(f)) if improving else model.moves[j].pull(f)
        new = np.where(model.feasible, new, low).astype(f.dtype, copy=False)
        quiet = quiet + 1 if np.array_equal(new, f) else 1
        f, turn = new, turn + 1
    return f


def _opponents(model: GraphModel, party: int) -> list[int]:
    return [j for j in range(len(model.parties)) if j != party]


def _worst(model: GraphModel, party: int, value: RankArray, improving: bool) -> RankArray:
    """The least ``value`` that the others can bring about from each state."""
    return -closure(model, -value, _opponents(model, party), improving=improving)


def _reply(model: GraphModel, party: int) -> RankArray:
    """The best rank that the party can have by moving once more, or staying."""
    return model.moves[party].pull(model.ranks[party])


def nash(model: GraphModel, party: int) -> BoolArray:
    """No unilateral improvement."""
    return _reply(model, party) <= model.ranks[party]


def _answered(model: GraphModel, party: int, improving: bool) -> BoolArray:
    # a move that is no improvement is "answered" by itself, so the reach may replace the UIs
    worst = _worst(model, party, model.ranks[party], improving)
    worst = np.where(model.feasible, worst, LOW)
    return model.moves[party].pull(worst) <= model.ranks[party]


def _answered_for_good(model: GraphModel, party: int, improving: bool) -> BoolArray:
    worst = _worst(model, party, _reply(model, party), improving)
    worst = np.where(model.feasible, worst, LOW)
    return model.rises[party].up(worst) <= model.ranks[party]


def gmr(model: GraphModel, party: int) -> BoolArray:
    """Every improvement has an answer by any moves of the others."""
    return _answered(model, party, improving=False)


def smr(model: GraphModel, party: int) -> BoolArray:
    """Every improvement has an answer from which the party cannot escape."""
    return _answered_for_good(model, party, improving=False)


def seq(model: GraphModel, party: int) -> BoolArray:
    """Every improvement has a credible answer: each step improves matters for its mover."""
    return _answered(model, party, improving=True)


def sseq(model: GraphModel, party: int) -> BoolArray:
    """Every improvement has a credible answer from which the party cannot escape."""
    return _answered_for_good(model, party, improving=True)


def sim(model: GraphModel, party: int) -> BoolArray:
    """Every improvement can be met by simultaneous improvements of others from the same state.

    Raises
    ------
    NotApplicable
        In graph form: only moves that change separate issues can be made at the same time.
    """
    if not model.transitive:
        raise NotApplicable("simultaneous sanctions need issues with holders; this model has explicit arcs")
    rank, out = model.ranks[party], np.zeros(model.n_states, dtype=bool)
    for s in np.flatnonzero(model.feasible):
        ours = model.improvements(party, int(s)) - s
        joint = np.zeros(1, dtype=np.intp)  # changes by the others together; that none moves is no sanction
        for j in _opponents(model, party):
            joint = (np.r_[0, model.improvements(j, int(s)) - s][:, None] + joint).ravel()
        met = s + ours[:, None] + joint
        out[s] = bool((model.feasible[met] & (rank[met] <= rank[s])).any(axis=1).all())
    return out


CONCEPTS: Mapping[str, Callable[[GraphModel, int], BoolArray]] = {
    "nash": nash,
    "sseq": sseq,
    "seq": seq,
    "smr": smr,
    "gmr": gmr,
    "sim": sim,
}
"""Name to test, strongest first (sim stands beside the chain nash => sseq => seq, smr => gmr)."""


def stable(model: GraphModel, party: int, concept: str) -> BoolArray:
    """The states that are stable for ``party`` under ``concept``, as a mask.

    Raises
    ------
    UnknownName
        A concept that is not in ``CONCEPTS``.
    """
    if concept not in CONCEPTS:
        raise UnknownName("concept", concept, CONCEPTS)
    return CONCEPTS[concept](model, party) & model.feasible


def verdicts(model: GraphModel, concept: str) -> BoolArray:
    """Stability under one concept for all parties, shape (n_parties, n_states)."""
    return np.stack([stable(model, i, concept) for i in range(len(model.parties))])


def equilibria(model: GraphModel, concept: str | Sequence[str]) -> BoolArray:
    """The states that are stable for every party, as a mask.

    ``concept`` is one name for all, or one per party (a mixed equilibrium). ``seq+sim`` asks for either
    of the two for each party.
    """
    names = [concept] * len(model.parties) if isinstance(concept, str) else list(concept)
    if len(names) != len(model.parties):
        raise ValueError(f"one concept per party: {len(model.parties)} needed, got {len(names)}")
    out = model.feasible.copy()
    for party, name in enumerate(names):
        out &= np.logical_or.reduce([stable(model, party, part) for part in name.split("+")])
    return out


def subsets(members: Sequence[int]) -> list[tuple[int, ...]]:
    """All nonempty subsets, small ones first."""
    sizes = range(1, len(members) + 1)
    return [c for k in sizes for c in itertools.combinations(members, k)]
