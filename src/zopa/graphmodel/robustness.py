"""How robust a verdict is: the share of perturbed preference models in which it holds.

What people do by hand ("go through this exercise four or five different times"), a thousand times: the
order of a party's statements is disturbed, and statements that no sentence supports may drop out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .concepts import stable
from .model import Model
from .moves import BoolArray
from .preferences import by_statements

__all__ = ["Priorities", "Shares", "pareto_efficient", "perturbed", "shares"]


@dataclass(frozen=True, eq=False)
class Priorities:
    """A party's prioritised statements as arrays.

    Attributes
    ----------
    holding : bool array (n_statements, n_states)
    levels : tuple of int
        1 is the most important; equal is tied.
    supported : tuple of bool
        Whether a sentence on record supports the statement.
    """

    holding: BoolArray
    levels: tuple[int, ...]
    supported: tuple[bool, ...]

    def payoffs(self) -> NDArray[np.int64]:
        """A payoff per state, higher is better."""
        return by_statements(self.holding, self.levels)


def perturbed(
    model: Model, priorities: Sequence[Priorities], draws: int, *, seed: int, swaps: int, drop: float
) -> Iterator[Model]:
    """Models with disturbed preferences.

    Parameters
    ----------
    swaps : int
        Exchanges of neighbouring levels per party and draw, at random places.
    drop : float
        Probability with which each unsupported statement is left out of a draw.
    """
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield model.with_ranks(np.stack([_disturbed(p, rng, swaps, drop) for p in priorities]))


def _disturbed(p: Priorities, rng: np.random.Generator, swaps: int, drop: float) -> NDArray[np.int64]:
    found, place = np.unique(np.asarray(p.levels), return_inverse=True)
    order = np.arange(len(found))
    for k in rng.integers(0, max(len(found) - 1, 1), size=swaps if len(found) > 1 else 0):
        order[[k, k + 1]] = order[[k + 1, k]]
    kept = np.array(p.supported) | (rng.random(len(p.levels)) >= drop)
    return by_statements(p.holding[kept], np.argsort(order)[place][kept].tolist())


@dataclass(frozen=True)
class Shares:
    """In how many of ``draws`` models each of ``states`` passed each test.

    Tests: each concept (stable for all parties), ``better`` (than the status quo, for all), ``efficient``
    (no state is better for one party and worse for none).
    """

    draws: int
    states: tuple[int, ...]
    counts: dict[str, tuple[int, ...]]

    def share(self, test: str, state: int) -> float:
        """The share of models in which the state passes the test."""
        return self.counts[test][self.states.index(state)] / self.draws


def shares(
    models: Iterable[Model], states: Sequence[int], *, status_quo: int, concepts: Sequence[str]
) -> Shares:
    """Count over models how often each state is an equilibrium, better than the status quo, efficient."""
    asked = np.asarray(states, dtype=np.intp)
    totals = {test: np.zeros(len(asked), dtype=int) for test in (*concepts, "better", "efficient")}
    draws = 0
    for model in models:
        draws += 1
        for concept in concepts:
            held = np.ones(len(asked), dtype=bool)
            for party in range(len(model.parties)):
                if held.any():
                    held &= stable(model, party, concept)[asked]
            totals[concept] += held
        totals["better"] += (model.ranks[:, asked] > model.ranks[:, [status_quo]]).all(axis=0)
        totals["efficient"] += pareto_efficient(model, asked)
    return Shares(draws, tuple(map(int, asked)), {k: tuple(map(int, v)) for k, v in totals.items()})


def pareto_efficient(model: Model, states: Sequence[int] | NDArray[np.intp]) -> BoolArray:
    """Whether no feasible state is better for one party and worse for none, for each of ``states``."""
    out = np.zeros(len(states), dtype=bool)
    live = model.ranks[:, model.feasible]
    for k, s in enumerate(states):
        own = model.ranks[:, [s]]
        out[k] = not ((live >= own).all(axis=0) & (live > own).any(axis=0)).any()
    return out
