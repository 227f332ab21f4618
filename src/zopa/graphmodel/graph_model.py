"""The graph model: parties, states, who can move from where to where, and how each ranks the states.

A state is one option for every issue, or (graph form) just a numbered node.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.errors import UnknownName

from .moves import Arcs, BoolArray, Index, Moves, ProductMoves, RankArray, Rise
from .sets import StateSets

__all__ = ["GraphIssue", "GraphModel", "dense_ranks", "yes_no"]


@dataclass(frozen=True, eq=False)
class GraphIssue:
    """A question, its options, who can settle it alone, and which changes that party can make.

    Attributes
    ----------
    name : str
    options : tuple of str
    holder : int
        Index of the party; -1 when nobody can settle the issue alone.
    permitted : bool array (n_options, n_options), or None
        ``permitted[a, b]``: the holder can change the answer from a to b. Must be transitive, because
        one move may change as much as the holder likes. None permits every change.
    """

    name: str
    options: tuple[str, ...]
    holder: int = -1
    permitted: BoolArray | None = None

    def __post_init__(self) -> None:
        if self.permitted is None:
            return
        n = len(self.options)
        p = np.asarray(self.permitted, dtype=bool) | np.eye(n, dtype=bool)
        if p.shape != (n, n):
            raise ValueError(f"issue {self.name}: permitted must have shape {(n, n)}, got {p.shape}")
        if ((p.astype(int) @ p.astype(int) > 0) & ~p).any():
            raise ValueError(f"issue {self.name}: permitted changes must be transitive; use arcs instead")
        object.__setattr__(self, "permitted", None if p.all() else p)

    def matrix(self) -> BoolArray:
        """The permitted changes as a matrix, also where all are permitted."""
        n = len(self.options)
        return np.ones((n, n), dtype=bool) if self.permitted is None else self.permitted


def yes_no(name: str, holder: int, direction: str = "both") -> GraphIssue:
    """An issue with the options no and yes (0 and 1) that ``holder`` can answer alone.

    ``direction`` is ``both``, ``fwd`` (only from no to yes) or ``back`` (only from yes to no).
    """
    table = {"both": None, "fwd": [[1, 1], [0, 1]], "back": [[1, 0], [1, 1]]}
    if direction not in table:
        raise UnknownName("direction", direction, table)
    permitted = table[direction]
    return GraphIssue(name, ("no", "yes"), holder, None if permitted is None else np.array(permitted, bool))


def dense_ranks(payoffs: NDArray[np.number], feasible: BoolArray) -> RankArray:
    """Payoffs of one party as ranks 0, 1, 2 ... (higher is better, equal is tied); infeasible is -1."""
    ranks = np.full(feasible.shape, -1, dtype=np.int32)
    ranks[feasible] = np.unique(payoffs[feasible], return_inverse=True)[1].astype(np.int32)
    return ranks


@dataclass(frozen=True, eq=False)
class GraphModel:
    """A conflict as a graph model. Give ``issues`` (product form) or ``arcs`` (graph form).

    In product form state ``s`` answers issue k with option ``s // stride[k] % size[k]``; the first issue
    runs fastest, so for yes/no issues bit k of the state's number is the answer to issue k. A move of a
    party changes any of its own issues at once, by permitted changes, to a feasible state; the states
    in between need not be feasible.

    Attributes
    ----------
    parties : tuple of str
    feasible : bool array (n_states,)
    ranks : array (n_parties, n_states)
        Ordinal payoffs; higher is better, equal is tied. Stored as dense int32 ranks; infeasible states are -1.
    issues : tuple of GraphIssue
    arcs : tuple of (sources, targets), one pair of equally long integer sequences per party
    labels : tuple of str
        Names of the states in graph form.

    Raises
    ------
    ValueError
        Shapes that do not fit, an arc to a state that does not exist, no feasible state.
    """

    parties: tuple[str, ...]
    feasible: BoolArray
    ranks: NDArray[Any]
    issues: tuple[GraphIssue, ...] = ()
    arcs: tuple[tuple[Sequence[int] | Index, Sequence[int] | Index], ...] = ()
    labels: tuple[str, ...] = ()
    _shared: dict[str, Any] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        n, size = len(self.parties), len(self.feasible)
        ranks = np.asarray(self.ranks)
        if ranks.shape != (n, size):
            raise ValueError(f"ranks must have shape {(n, size)} (parties, states), got {ranks.shape}")
        if bool(self.issues) == bool(self.arcs):
            raise ValueError("a graph model needs issues or arcs, and not both")
        if self.issues and math.prod(self.sizes) != size:
            raise ValueError(f"the issues make {math.prod(self.sizes)} states, feasible has {size}")
        if self.arcs and len(self.arcs) != n:
            raise ValueError(f"arcs must be given for each of {n} parties, got {len(self.arcs)}")
        if not self.feasible.any():
            raise ValueError("no state is feasible")
        dense = np.stack([dense_ranks(row, self.feasible) for row in ranks])
        object.__setattr__(self, "ranks", dense)

    @property
    def n_states(self) -> int:
        """Number of states, infeasible ones included."""
        return len(self.feasible)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of options per issue."""
        return tuple(len(i.options) for i in self.issues)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """What one step in an issue's option adds to the state's number."""
        return tuple(math.prod(self.sizes[:k]) for k in range(len(self.sizes)))

    @property
    def transitive(self) -> bool:
        """Whether two moves of one party in a row are always one move too (product form)."""
        return not self.arcs

    @property
    def moves(self) -> tuple[Moves, ...]:
        """The moves of each party; computed once, shared with every model made by ``with_ranks``."""
        if "moves" not in self._shared:
            everyone: list[Moves] = [Arcs.of(src, dst, self.feasible) for src, dst in self.arcs]
            for party in range(len(self.parties)) if self.issues else ():
                held = [k for k, i in enumerate(self.issues) if i.holder == party]
                axes = [(self.issues[k].matrix(), self.strides[k]) for k in held]
                everyone.append(ProductMoves(axes, self.feasible))
            self._shared["moves"] = tuple(everyone)
        return self._shared["moves"]

    @property
    def sets(self) -> StateSets:
        """Moves over sets of states; computed once, shared with every model made by ``with_ranks``."""
        if "sets" not in self._shared:
            arcs = [(m.src, m.dst) for m in self.moves if isinstance(m, Arcs)]
            own = [
                [(i.matrix(), self.strides[k]) for k, i in enumerate(self.issues) if i.holder == party]
                for party in range(len(self.parties))
            ]
            self._shared["sets"] = StateSets(self.feasible, own, arcs)
        return self._shared["sets"]

    @cached_property
    def rises(self) -> tuple[Rise, ...]:
        """The unilateral improvements of each party."""
        return tuple(m.rise(r) for m, r in zip(self.moves, self.ranks, strict=True))

    def with_ranks(self, ranks: NDArray[Any]) -> GraphModel:
        """The same states and moves under other preferences."""
        other = replace(self, ranks=ranks)
        object.__setattr__(other, "_shared", self._shared)
        return other

    def with_payoff(self, party: int, payoff: NDArray[Any]) -> GraphModel:
        """The same states and moves where one party has these payoffs instead."""
        ranks = self.ranks.copy()
        ranks[party] = dense_ranks(payoff, self.feasible)
        other = copy(self)
        other.__dict__.pop("rises", None)
        object.__setattr__(other, "ranks", ranks)
        return other

    def option(self, state: int, issue: int) -> int:
        """The option that ``state`` gives to ``issue``."""
        return state // self.strides[issue] % self.sizes[issue]

    def answers(self, issue: int, option: int) -> BoolArray:
        """The states that answer ``issue`` with ``option``, as a mask over all states."""
        column = np.arange(self.sizes[issue]) == option
        repeated: BoolArray = np.tile(
            np.repeat(column, self.strides[issue]), self.n_states // (self.strides[issue] * len(column))
        )
        return repeated

    def state(self, chosen: Mapping[str, str]) -> int:
        """The number of a state given as ``{issue: option}`` (all issues).

        Raises
        ------
        UnknownName
            An issue or option that the model does not have, or an issue left out.
        """
        names = [i.name for i in self.issues]
        for name in chosen:
            if name not in names:
                raise UnknownName("issue", name, names)
        code = 0
        for issue, stride in zip(self.issues, self.strides, strict=True):
            option = chosen.get(issue.name, "")
            if option not in issue.options:
                raise UnknownName(f"option of {issue.name}", option, issue.options)
            code += stride * issue.options.index(option)
        return code

    def names(self, state: int) -> dict[str, str]:
        """A state as ``{issue: option}``; in graph form ``{"state": label}``."""
        if not self.issues:
            return {"state": self.labels[state] if self.labels else str(state)}
        return {i.name: i.options[self.option(state, k)] for k, i in enumerate(self.issues)}

    def targets(self, party: int, state: int) -> Index:
        """The states that the party can reach from ``state`` in one move, ascending."""
        return self.moves[party].targets(state)

    def improvements(self, party: int, state: int) -> Index:
        """The party's unilateral improvements from ``state``, ascending."""
        reach = self.targets(party, state)
        return reach[self.ranks[party, reach] > self.ranks[party, state]]
