"""Limited-move and non-myopic stability for two parties (Kilgour 1985; Zagare 1984; Brams & Wittman 1981).

G_0(i, s) = s. With h moves left, i looks at where each of its moves t would end, G_{h-1}(j, t), takes the
best for itself and moves there unless staying at s is at least as good. Ties between moves: the first in
state order; staying wins a tie. s is L_h-stable for i when G_h(i, s) = s, so L_1 is Nash. A state is
non-myopic stable when it is L_h-stable for every h from some h on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zopa.errors import NotApplicable

from .graph_model import GraphModel
from .moves import BoolArray, Index

__all__ = ["limited_move", "nonmyopic"]


def _horizons(model: GraphModel) -> Iterator[tuple[Index, Index]]:
    """(G_h(0, .), G_h(1, .)) for h = 1, 2, ... without end."""
    if len(model.parties) != 2:
        raise NotApplicable(
            f"limited-move stability is defined here for two parties; this model has {len(model.parties)}"
        )
    live = np.flatnonzero(model.feasible)
    ahead = [[model.targets(i, int(s)) for s in live] for i in (0, 1)]
    ends = (np.arange(model.n_states), np.arange(model.n_states))
    while True:
        fresh = (ends[0].copy(), ends[1].copy())
        for i in (0, 1):
            rank = model.ranks[i]
            for s, moves in zip(live, ahead[i], strict=True):
                outcomes = ends[1 - i][moves]
                best = outcomes[np.argmax(rank[outcomes])] if len(moves) else s
                fresh[i][s] = s if rank[s] >= rank[best] else best
        ends = fresh
        yield ends


def limited_move(model: GraphModel, horizon: int) -> BoolArray:
    """L_h stability for h = ``horizon``, shape (2, n_states).

    Raises
    ------
    NotApplicable
        Not two parties: the extensions to more disagree with each other.
    """
    if horizon < 1:
        raise ValueError(f"horizon must be 1 or more, got {horizon}")
    for h, ends in enumerate(_horizons(model), 1):
        if h == horizon:
            return np.stack([(e == np.arange(model.n_states)) & model.feasible for e in ends])
    raise AssertionError("the horizons never end")


def nonmyopic(model: GraphModel) -> BoolArray:
    """Non-myopic stability, shape (2, n_states).

    G_h depends on G_{h-1} alone, so the sequence runs into a cycle; a state must be stable all along it.
    """
    seen: dict[bytes, int] = {}
    stays: list[BoolArray] = []
    for h, ends in enumerate(_horizons(model)):
        key = ends[0].tobytes() + ends[1].tobytes()
        if key in seen:
            return np.logical_and.reduce(stays[seen[key] :])
        seen[key] = h
        stays.append(np.stack([(e == np.arange(model.n_states)) & model.feasible for e in ends]))
    raise AssertionError("the horizons never end")
