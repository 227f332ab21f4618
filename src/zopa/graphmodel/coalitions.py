"""Coalition stability: whether a group of parties would leave together, and could be answered.

CI_H(s) are the states that coalition H can bring about by moves of its members (nobody twice running) and
that every member strictly prefers to s. Definitions (Kilgour, Hipel, Fang & Peng 2001; Inohara & Hipel
2008); "bad" means not strictly better than s for at least one member of H:

=====  =========================================================================================
cnash  CI_H(s) is empty
cgmr   from each t in CI_H(s) the others can reach a bad state
csmr   ... a bad state from which H cannot reach any state that all members prefer to s
cseq   ... a bad state by coalition improvements of groups among the others, no group twice running
=====  =========================================================================================

A state is coalition-stable when it is stable for every nonempty coalition, single parties included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from zopa.errors import NotApplicable, UnknownName

from .concepts import closure, subsets
from .model import Model
from .moves import BoolArray, Index, Values

__all__ = [
    "COALITION_CONCEPTS",
    "cgmr",
    "cnash",
    "coalition_improvements",
    "coalition_stable",
    "cseq",
    "csmr",
    "equilibrium_jumps",
    "reachable",
]

States = Sequence[int] | Index
_CSEQ_STATES = 4096
_CHUNK = 2**22


def reachable(model: Model, state: int, coalition: Sequence[int]) -> BoolArray:
    """The states that the coalition can bring about from ``state``, as a mask (``state`` included)."""
    return _reached(model, [state], coalition)[0]


def _reached(model: Model, states: States, coalition: Sequence[int]) -> BoolArray:
    start = np.zeros((len(states), model.n_states), dtype=bool)
    start[np.arange(len(states)), states] = True
    if model.transitive:
        return _flood(model, start, coalition)
    arcs: list[Any] = [model.moves[j] for j in coalition]
    last = np.zeros((len(coalition), *start.shape), dtype=bool)  # reached with this member moving last
    changed = True
    while changed:
        changed = False
        for k, moves in enumerate(arcs):
            ready = start | np.delete(last, k, axis=0).any(axis=0)
            new = moves.reverse.step(ready)
            changed |= bool((new & ~last[k]).any())
            last[k] |= new
    return start | last.any(axis=0)


def _flood(model: Model, found: Values, coalition: Sequence[int]) -> Values:
    quiet, turn = 0, 0
    while quiet < len(coalition):
        new = model.moves[coalition[turn % len(coalition)]].push(found) & model.feasible
        quiet = quiet + 1 if np.array_equal(new, found) else 1
        found, turn = new, turn + 1
    return found


def coalition_improvements(model: Model, states: States, coalition: Sequence[int]) -> BoolArray:
    """CI_H(s) for each of ``states``, as masks of shape (len(states), n_states)."""
    return _reached(model, states, coalition) & _better(model, states, coalition)


def _better(model: Model, states: States, coalition: Sequence[int]) -> BoolArray:
    out = np.ones((len(states), model.n_states), dtype=bool)
    for i in coalition:
        out &= model.ranks[i] > model.ranks[i, states][:, None]
    return out


def _rest(model: Model, coalition: Sequence[int]) -> list[int]:
    return [j for j in range(len(model.parties)) if j not in coalition]


def cnash(model: Model, states: States, coalition: Sequence[int]) -> BoolArray:
    """No coalition improvement."""
    return np.logical_not(coalition_improvements(model, states, coalition).any(axis=1))


def _answered(model: Model, states: States, coalition: Sequence[int], bad: BoolArray) -> BoolArray:
    """Whether from every coalition improvement the others can reach a bad state."""
    improving = coalition_improvements(model, states, coalition)
    safe = closure(model, bad, _rest(model, coalition))
    return np.logical_not((improving & ~safe.astype(bool)).any(axis=1))


def cgmr(model: Model, states: States, coalition: Sequence[int]) -> BoolArray:
    """Every coalition improvement has an answer by any moves of the others."""
    return _answered(model, states, coalition, ~_better(model, states, coalition))


def csmr(model: Model, states: States, coalition: Sequence[int]) -> BoolArray:
    """Every coalition improvement has an answer from which the coalition cannot escape."""
    better = _better(model, states, coalition)
    escape = closure(model, better, list(coalition)).astype(bool)
    return _answered(model, states, coalition, ~escape & ~better)


def cseq(model: Model, states: States, coalition: Sequence[int]) -> BoolArray:
    """Every coalition improvement has an answer by improvements of groups among the others.

    Raises
    ------
    NotApplicable
        More than 4,096 feasible states: group improvements need a state x state table.
    """
    live = np.flatnonzero(model.feasible)
    if len(live) > _CSEQ_STATES:
        raise NotApplicable(f"cseq needs at most {_CSEQ_STATES} feasible states; this model has {len(live)}")
    steps = [
        coalition_improvements(model, live, group)[:, live].astype(np.float32)
        for group in subsets(_rest(model, coalition))
    ]
    bad = ~_better(model, states, coalition)
    safe = _group_chains(steps, bad[:, live].T, model.transitive)
    improving = coalition_improvements(model, states, coalition)[:, live]
    return np.logical_not((improving & ~safe.T).any(axis=1))


def _group_chains(steps: list[np.ndarray], bad: BoolArray, transitive: bool) -> BoolArray:
    """From which states (rows) a chain of group steps ends in a bad state (per column)."""
    if transitive and steps:  # then a group's two steps in a row are one, and the order rule is idle
        steps = [np.maximum.reduce(steps)]
    first = [np.zeros_like(bad) for _ in steps]
    changed = True
    while changed:
        changed = False
        for k, step in enumerate(steps):
            ahead = bad.copy()
            for other, value in enumerate(first):
                if other != k or transitive:
                    ahead |= value
            new = step @ ahead.astype(np.float32) > 0
            changed |= not np.array_equal(new, first[k])
            first[k] = new
    return np.logical_or.reduce([bad, *first])


COALITION_CONCEPTS: Mapping[str, Callable[[Model, States, Sequence[int]], BoolArray]] = {
    "cnash": cnash,
    "cseq": cseq,
    "csmr": csmr,
    "cgmr": cgmr,
}


def coalition_stable(
    model: Model, concept: str, states: States | None = None, *, largest: int | None = None
) -> BoolArray:
    """Whether each of ``states`` is stable for every coalition (of at most ``largest`` members).

    Parameters
    ----------
    concept : str
        A key of ``COALITION_CONCEPTS``.
    states : sequence of int, optional
        Default: all feasible states, ascending.

    Raises
    ------
    UnknownName
        A concept that is not in ``COALITION_CONCEPTS``.
    """
    if concept not in COALITION_CONCEPTS:
        raise UnknownName("coalition concept", concept, COALITION_CONCEPTS)
    judge = COALITION_CONCEPTS[concept]
    asked = np.flatnonzero(model.feasible) if states is None else np.asarray(states, dtype=np.intp)
    out = np.ones(len(asked), dtype=bool)
    for coalition in subsets(range(len(model.parties))):
        if largest is None or len(coalition) <= largest:
            for part in _chunks(len(asked), model.n_states):
                out[part] &= judge(model, asked[part], coalition)
    return out


def _chunks(n: int, width: int) -> Iterator[slice]:
    """Slices of at most a few million cells."""
    step = max(1, _CHUNK // width)
    return (slice(k, k + step) for k in range(0, n, step))


def equilibrium_jumps(model: Model, among: BoolArray) -> list[tuple[int, int, tuple[int, ...]]]:
    """Pairs of equilibria between which a coalition jumps, each member gaining: (from, to, coalition).

    Parameters
    ----------
    among : bool array (n_states,)
        The equilibria, under whichever concept. Coalitions of two members or more, small ones first;
        a larger coalition is listed only where no part of it makes the same jump.
    """
    states = np.flatnonzero(among)
    jumps: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    for coalition in subsets(range(len(model.parties))):
        if len(coalition) < 2:
            continue
        found = coalition_improvements(model, states, coalition)[:, states]
        for a, b in np.argwhere(found):
            known = jumps.setdefault((int(states[a]), int(states[b])), [])
            if not any(set(c) <= set(coalition) for c in known):
                known.append(coalition)
    return [(s, t, c) for (s, t), groups in sorted(jumps.items()) for c in groups]
