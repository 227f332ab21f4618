"""Sets of states as integers, bit ``s`` for state ``s``: what parties can bring about, by whole-word operations.

A Python integer holds a million states in 128 kB, and one move of a party is a few shifts of it, so what a
coalition can reach costs far less than a pass over an array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .moves import BoolArray, Index

__all__ = ["Axis", "StateSets", "as_mask", "as_set", "members"]

Axis = tuple[BoolArray, int]
"""Of an issue that a party holds: the permitted changes, and its stride in the state's number."""


def as_set(mask: NDArray[Any]) -> int:
    """The integer of a mask over the states."""
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def as_mask(states: int, size: int) -> BoolArray:
    """The mask of an integer over ``size`` states."""
    words = np.frombuffer(states.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
    return np.unpackbits(words, count=size, bitorder="little").astype(bool)


def members(states: int, size: int) -> Index:
    """The states of a set, ascending."""
    return np.flatnonzero(as_mask(states, size))


class StateSets:
    """What sets of states lead to, by moves of one party and of coalitions.

    Parameters
    ----------
    feasible : mask over the states
    axes : per party, the issues that it holds (product form)
    arcs : per party, its moves as (source, target) pairs (graph form); instead of ``axes``
    """

    def __init__(
        self,
        feasible: BoolArray,
        axes: Sequence[Sequence[Axis]] = (),
        arcs: Sequence[tuple[Index, Index]] = (),
    ) -> None:
        self.size, self.all = len(feasible), as_set(feasible)
        self._product = not arcs
        self._ahead: list[Callable[[int], int]]
        self._behind: list[Callable[[int], int]]
        if arcs:
            self._ahead = [_along_arcs(src, dst) for src, dst in arcs]
            self._behind = [_along_arcs(dst, src) for src, dst in arcs]
        else:
            self._ahead = [self._along_axes(own) for own in axes]
            self._behind = [self._along_axes([(p.T, stride) for p, stride in own]) for own in axes]

    def _along_axes(self, own: Sequence[Axis]) -> Callable[[int], int]:
        steps = [step for permitted, stride in own for step in self._shifts(permitted, stride)]
        feasible = self.all

        def step(states: int) -> int:
            for mask, shift in steps:
                moved = states & mask
                states |= moved << shift if shift > 0 else moved >> -shift
            return states & feasible

        return step

    def _shifts(self, permitted: BoolArray, stride: int) -> list[tuple[int, int]]:
        """(states with option a, shift to option b) for each permitted change; the changes are transitive."""
        options = len(permitted)
        block = np.repeat(np.eye(options, dtype=bool), stride, axis=1)
        held = [as_set(np.tile(row, self.size // len(row))) for row in block]
        return [(held[a], (b - a) * stride) for a, b in np.argwhere(permitted).tolist() if a != b]

    def reach(self, states: int, movers: Sequence[int], *, backwards: bool = False) -> int:
        """What ``movers`` can bring about from any of ``states``, these included; nobody moves twice running.

        ``backwards``: from where they can bring about one of ``states``.
        """
        moves = self._behind if backwards else self._ahead
        if self._product:
            return self._flood(states, [moves[j] for j in movers])
        last = [0] * len(movers)  # reached with this mover moving last
        changed = True
        while changed:
            changed = False
            for k, j in enumerate(movers):
                ready = states
                for other, found in enumerate(last):
                    if other != k:
                        ready |= found
                new = last[k] | moves[j](ready)
                changed |= new != last[k]
                last[k] = new
        for found in last:
            states |= found
        return states

    @staticmethod
    def _flood(states: int, moves: Sequence[Callable[[int], int]]) -> int:
        """Where two moves of one party in a row are one move: apply each mover until all are quiet."""
        quiet, turn = 0, 0
        while quiet < len(moves):
            new = moves[turn % len(moves)](states)
            quiet = quiet + 1 if new == states else 1
            states, turn = new, turn + 1
        return states

    def behind(self, states: int, party: int) -> int:
        """From where one move of the party leads to one of ``states``; in product form these included."""
        return self._behind[party](states)


def _along_arcs(src: Index, dst: Index) -> Callable[[int], int]:
    ends: dict[int, int] = {}
    for s, t in zip(src.tolist(), dst.tolist(), strict=True):
        ends[s] = ends.get(s, 0) | 1 << t

    def step(states: int) -> int:
        found = 0
        for s, reached in ends.items():
            if states >> s & 1:
                found |= reached
        return found

    return step
