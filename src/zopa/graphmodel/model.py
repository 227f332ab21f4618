"""The graph model: parties, states, who can move from where to where, and how each ranks the states.

A state is one option for every issue, or (graph form) just a numbered node. Moves are never stored as
pairs of states when they have product structure: a party that holds issues can change those and nothing
else, so its moves are transforms along the axes of the state array (:class:`Grid`). Explicit arcs
(:class:`Arcs`) serve models without that structure.

Both kinds of moves answer the same three questions about an array ``f`` over the states:

``pull(f)[s]``
    greatest value of ``f`` over the states the party can reach from ``s`` in one move, and ``s`` itself
``push(f)[t]``
    greatest value of ``f`` over the states from which the party can reach ``t``, and ``t`` itself
``Rise.up(f)[s]``
    greatest value of ``f`` over the party's unilateral improvements from ``s``; ``LOW`` if it has none
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zopa.errors import UnknownName

__all__ = ["LOW", "Arcs", "Grid", "Issue", "Model", "Moves", "dense_ranks", "yes_no"]

BoolArray = NDArray[np.bool_]
RankArray = NDArray[np.int32]
Index = NDArray[np.intp]

LOW = np.int32(-(2**30))
"""Less than every rank and every negated rank: what an infeasible state is worth in a transform."""


@dataclass(frozen=True, eq=False)
class Issue:
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


def yes_no(name: str, holder: int, direction: str = "both") -> Issue:
    """An issue with the options no and yes (0 and 1) that ``holder`` can answer alone.

    ``direction`` is ``both``, ``fwd`` (only from no to yes) or ``back`` (only from yes to no).
    """
    table = {"both": None, "fwd": [[1, 1], [0, 1]], "back": [[1, 0], [1, 1]]}
    if direction not in table:
        raise UnknownName("direction", direction, table)
    permitted = table[direction]
    return Issue(name, ("no", "yes"), holder, None if permitted is None else np.array(permitted, bool))


def dense_ranks(payoffs: NDArray[np.number], feasible: BoolArray) -> RankArray:
    """Payoffs of one party as ranks 0, 1, 2 ... (higher is better, equal is tied); infeasible is -1."""
    ranks = np.full(feasible.shape, -1, dtype=np.int32)
    ranks[feasible] = np.unique(payoffs[feasible], return_inverse=True)[1].astype(np.int32)
    return ranks


@dataclass(frozen=True, eq=False)
class Model:
    """A conflict as a graph model. Give ``issues`` (product form) or ``arcs`` (graph form).

    In product form state ``s`` answers issue k with option ``s // stride[k] % size[k]``; the first issue
    runs fastest, so for yes/no issues bit k of the state's number is the answer to issue k. A move of a
    party changes any of its own issues at once, by permitted changes, to a feasible state; the states
    in between need not be feasible.

    Attributes
    ----------
    parties : tuple of str
    feasible : bool array (n_states,)
    ranks : int32 array (n_parties, n_states)
        Ordinal; higher is better, equal is tied. Stored densely; infeasible states are -1.
    issues : tuple of Issue
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
    ranks: RankArray
    issues: tuple[Issue, ...] = ()
    arcs: tuple[tuple[Sequence[int] | Index, Sequence[int] | Index], ...] = ()
    labels: tuple[str, ...] = ()
    _shared: dict[str, tuple[Moves, ...]] = field(default_factory=dict, repr=False)

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
            everyone: Iterable[Moves]
            if self.arcs:
                everyone = [Arcs.of(src, dst, self.feasible) for src, dst in self.arcs]
            else:
                everyone = [Grid(self.issues, p, self.feasible) for p in range(len(self.parties))]
            self._shared["moves"] = tuple(everyone)
        return self._shared["moves"]

    @cached_property
    def rises(self) -> tuple[Rise, ...]:
        """The unilateral improvements of each party."""
        return tuple(m.rise(r) for m, r in zip(self.moves, self.ranks, strict=True))

    def with_ranks(self, ranks: NDArray[np.integer]) -> Model:
        """The same states and moves under other preferences."""
        return replace(self, ranks=ranks)

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


class Moves:
    """What one party can change alone; see the module's text for the three questions."""

    feasible: BoolArray

    def pull(self, f: NDArray[np.generic]) -> NDArray[np.generic]:
        """Greatest ``f`` over one move ahead and staying. ``f`` has the states on its last axis."""
        raise NotImplementedError

    def push(self, f: NDArray[np.generic]) -> NDArray[np.generic]:
        """Greatest ``f`` over one move back and staying."""
        raise NotImplementedError

    def targets(self, state: int) -> Index:
        """The feasible states one move ahead of ``state``, ascending."""
        raise NotImplementedError

    def sources(self, state: int) -> Index:
        """The feasible states one move behind ``state``, ascending."""
        raise NotImplementedError

    def rise(self, rank: RankArray) -> Rise:
        """The part of the moves that improves ``rank``."""
        raise NotImplementedError


class Rise:
    """The unilateral improvements of one party under one ranking."""

    def up(self, f: RankArray) -> RankArray:
        """Greatest ``f`` over the improvements from each state; ``LOW`` where there is none."""
        raise NotImplementedError


class Grid(Moves):
    """Moves along the axes of the issues that a party holds. Nothing is stored per pair of states."""

    def __init__(self, issues: Sequence[Issue], party: int, feasible: BoolArray) -> None:
        self.feasible = feasible
        stride = 1
        own: list[tuple[BoolArray, int]] = []
        for issue in issues:
            if issue.holder == party:
                own.append((issue.matrix(), stride))
            stride *= len(issue.options)
        self._own = own
        self._axes = _merge_free_axes(own)

    def pull(self, f: NDArray[np.generic]) -> NDArray[np.generic]:
        out = f.copy()
        for permitted, stride in self._axes:
            _along(out, permitted, stride)
        return out

    def push(self, f: NDArray[np.generic]) -> NDArray[np.generic]:
        out = f.copy()
        for permitted, stride in self._axes:
            _along(out, permitted.T, stride)
        return out

    def targets(self, state: int) -> Index:
        return self._line(state, [(p, stride) for p, stride in self._own])

    def sources(self, state: int) -> Index:
        return self._line(state, [(p.T, stride) for p, stride in self._own])

    def _line(self, state: int, own: list[tuple[BoolArray, int]]) -> Index:
        reach = np.array([state])
        for permitted, stride in own:
            here = state // stride % len(permitted)
            steps = (np.flatnonzero(permitted[here]) - here) * stride
            reach = (reach[:, None] + steps).ravel()
        reach.sort()
        return reach[self.feasible[reach] & (reach != state)]

    def rise(self, rank: RankArray) -> Rise:
        return _GridRise(self._own, rank)


def _merge_free_axes(own: list[tuple[BoolArray, int]]) -> list[tuple[BoolArray, int]]:
    """Neighbouring issues whose every change is permitted act as one issue with more options."""
    axes: list[tuple[BoolArray, int]] = []
    for permitted, stride in own:
        if axes and permitted.all() and axes[-1][0].all() and axes[-1][1] * len(axes[-1][0]) == stride:
            n = len(axes[-1][0]) * len(permitted)
            axes[-1] = (np.ones((n, n), dtype=bool), axes[-1][1])
        else:
            axes.append((permitted, stride))
    return axes


def _along(out: NDArray[np.generic], permitted: BoolArray, stride: int) -> None:
    """Replace, in place, each value by the greatest over the permitted changes of one axis."""
    view = out.reshape(-1, len(permitted), stride)
    if len(permitted) == 2:
        low, high = view[:, 0], view[:, 1]
        if permitted[0, 1]:
            np.maximum(low, high, out=low)
        if permitted[1, 0]:
            np.maximum(high, low, out=high)
    elif permitted.all():
        view[...] = view.max(axis=1, keepdims=True)
    else:
        old = view.copy()
        for a, row in enumerate(permitted):
            view[:, a] = old[:, row].max(axis=1)


class _GridRise(Rise):
    """Improvements on a grid, by sorting: O(states) per use after one sort.

    Split a party's slice of the state array into groups inside which every change is permitted (one
    group per combination of answers to its directed issues). Within a target group, in order of
    falling rank, "the best f among the states that rank strictly higher than s" is a running maximum,
    read off at the number of such states.
    """

    def __init__(self, own: list[tuple[BoolArray, int]], rank: RankArray) -> None:
        self.size = len(rank)
        directed = [(p, stride) for p, stride in own if not p.all()]
        free = _offsets([(len(p), stride) for p, stride in own if p.all()])
        combos, allowed = _combinations(directed)
        other = _others(own, self.size)
        base = rank.astype(np.int64)
        top = int(base.max()) + 1
        row = np.arange(len(other), dtype=np.int64)[:, None] * (top + 2)
        self._targets: list[tuple[Index, list[tuple[Index, Index]]]] = []
        for b, add in enumerate(combos):
            cells = other[:, None] + (free + add)
            fall = top - base[cells]
            order = np.argsort(fall, axis=1, kind="stable")
            keys = (row + np.take_along_axis(fall, order, axis=1)).ravel()
            reads = []
            for a in np.flatnonzero(allowed[:, b]):
                states = other[:, None] + (free + combos[a])
                ahead = np.searchsorted(keys, (row + top - base[states]).ravel())
                # one spare column per row, at its front, for "nothing ranks higher"
                place = ahead + np.repeat(np.arange(len(other)), len(free))
                reads.append((states.ravel(), place))
            self._targets.append((np.take_along_axis(cells, order, axis=1), reads))

    def up(self, f: RankArray) -> RankArray:
        out = np.full(self.size, LOW, dtype=np.int32)
        for cells, reads in self._targets:
            best = np.empty((cells.shape[0], cells.shape[1] + 1), dtype=np.int32)
            best[:, 0] = LOW
            np.take(f, cells, out=best[:, 1:], mode="clip")
            np.maximum.accumulate(best, axis=1, out=best)
            flat = best.ravel()
            for states, place in reads:
                out[states] = np.maximum(out[states], flat[place])
        return out


def _offsets(axes: Sequence[tuple[int, int]]) -> Index:
    """State numbers of all combinations over axes given as (size, stride), the first running fastest."""
    out = np.zeros(1, dtype=np.intp)
    for size, stride in axes:
        out = (np.arange(size)[:, None] * stride + out).ravel()
    return out


def _others(own: list[tuple[BoolArray, int]], size: int) -> Index:
    """State numbers with every own issue at its first option: one per combination of the others."""
    states = np.arange(size)
    for permitted, stride in own:
        states = states[states // stride % len(permitted) == 0]
    return states


def _combinations(directed: list[tuple[BoolArray, int]]) -> tuple[Index, BoolArray]:
    """State numbers of the answers to the directed issues, and which can change into which."""
    combos = _offsets([(len(p), stride) for p, stride in directed])
    allowed = np.ones((1, 1), dtype=bool)
    for permitted, _ in directed:
        allowed = np.kron(permitted, allowed).astype(bool)
    return combos, allowed


class Arcs(Moves, Rise):
    """Explicit moves, sorted by source. Arcs from or to infeasible states are left out."""

    def __init__(self, src: Index, dst: Index, feasible: BoolArray) -> None:
        order = np.lexsort((dst, src))
        self.src, self.dst, self.feasible = src[order], dst[order], feasible
        self._heads = np.flatnonzero(np.r_[True, self.src[1:] != self.src[:-1]][: len(self.src)])

    @classmethod
    def of(cls, src: Sequence[int] | Index, dst: Sequence[int] | Index, feasible: BoolArray) -> Arcs:
        """Moves from two equally long sequences of states; repeated arcs and loops are dropped."""
        s, d = np.asarray(src, dtype=np.intp), np.asarray(dst, dtype=np.intp)
        if s.shape != d.shape or s.ndim != 1:
            raise ValueError("arcs need equally many sources and targets")
        if len(s) and not (0 <= min(s.min(), d.min()) and max(s.max(), d.max()) < len(feasible)):
            raise ValueError(f"an arc leads outside the {len(feasible)} states")
        pairs = np.unique(np.stack([s, d], axis=1), axis=0)
        keep = feasible[pairs[:, 0]] & feasible[pairs[:, 1]] & (pairs[:, 0] != pairs[:, 1])
        return cls(pairs[keep, 0], pairs[keep, 1], feasible)

    def step(self, f: NDArray[np.generic]) -> NDArray[np.generic]:
        """Greatest ``f`` over one move ahead, staying left out; lowest value where there is no move."""
        out = np.full_like(f, False if f.dtype == bool else LOW)
        if len(self.src):
            out[..., self.src[self._heads]] = np.maximum.reduceat(f[..., self.dst], self._heads, axis=-1)
        return out

    def up(self, f: RankArray) -> RankArray:
        return self.step(f)

    def pull(self, f: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.maximum(f, self.step(f))

    def push(self, f: NDArray[np.generic]) -> NDArray[np.generic]:
        return self._back.pull(f)

    @cached_property
    def _back(self) -> Arcs:
        return Arcs(self.dst, self.src, self.feasible)

    def targets(self, state: int) -> Index:
        lo, hi = np.searchsorted(self.src, [state, state + 1])
        return self.dst[lo:hi]

    def sources(self, state: int) -> Index:
        return self._back.targets(state)

    def rise(self, rank: RankArray) -> Arcs:
        keep = rank[self.dst] > rank[self.src]
        return Arcs(self.src[keep], self.dst[keep], self.feasible)
