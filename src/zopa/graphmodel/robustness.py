"""How robust a verdict is: the share of perturbed preference models in which it holds.

What people do by hand ("go through this exercise four or five different times"), a thousand times: the
order of a party's statements is disturbed, and statements that no sentence supports may drop out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.case import Estimate, fraction, values, weights

from .compile import CompiledGraph
from .concepts import stable
from .graph_model import GraphModel
from .moves import BoolArray
from .preferences import Priorities, by_statements

__all__ = ["VerdictShares", "pareto_efficient", "perturbed", "shares", "variants"]

DROP, SWAPS = 0.3, 3

Draw = Callable[[np.random.Generator], NDArray[np.float64]]


def perturbed(
    model: GraphModel, priorities: Sequence[Priorities], draws: int, *, seed: int, swaps: int, drop: float
) -> Iterator[GraphModel]:
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
class VerdictShares:
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
    models: Iterable[GraphModel], states: Sequence[int], *, status_quo: int, concepts: Sequence[str]
) -> VerdictShares:
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
    return VerdictShares(draws, tuple(map(int, asked)), {k: tuple(map(int, v)) for k, v in totals.items()})


def pareto_efficient(model: GraphModel, states: Sequence[int] | NDArray[np.intp]) -> BoolArray:
    """Whether no feasible state is better for one party and worse for none, for each of ``states``."""
    out = np.zeros(len(states), dtype=bool)
    live = model.ranks[:, model.feasible]
    for k, s in enumerate(states):
        own = model.ranks[:, [s]]
        out[k] = not ((live >= own).all(axis=0) & (live > own).any(axis=0)).any()
    return out


def variants(compiled: CompiledGraph, draws: int, seed: int) -> tuple[str, Iterator[GraphModel]] | None:
    """What is varied (priorities or utilities), and the variants; None where preferences are a ranking, which says nothing of its doubt.

    Parties with priorities: three exchanges of neighbouring levels, and lines that no statement states drop
    out with probability 0.3. Parties with utilities: each weight and value uniformly within its interval.
    A case that has both kinds of parties is varied in its utilities only.
    """
    own = [p for p in compiled.priorities if p is not None]
    if len(own) == len(compiled.priorities):
        return "priorities", perturbed(compiled.model, own, draws, seed=seed, swaps=SWAPS, drop=DROP)
    ranked = set(compiled.case.graph.rankings) if compiled.case.graph else set()
    doubtful = {
        k: _utility(compiled, p)
        for k, p in enumerate(compiled.model.parties)
        if compiled.form == "issues" and compiled.priorities[k] is None and p not in ranked
    }
    return ("utilities", _drawn(compiled.model, doubtful, draws, seed)) if doubtful else None


def _drawn(model: GraphModel, doubtful: dict[int, Draw], draws: int, seed: int) -> Iterator[GraphModel]:
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        payoffs = model.ranks.astype(np.float64)
        for k, draw in doubtful.items():
            payoffs[k] = draw(rng)
        yield model.with_ranks(payoffs)


def _utility(compiled: CompiledGraph, party: str) -> Draw:
    """One draw of a party's utility of every state."""
    case, model = compiled.case, compiled.model
    weight = weights(case, party)
    scale = [None if case.parties[party].points else weight[i.name] for i in model.issues]
    value = [_ends(list(values(case, party, i.name).values())) for i in model.issues]
    fixed = np.zeros(model.n_states)
    for bonus in case.interactions:
        if bonus.party == party:
            terms = [
                np.logical_or.reduce([compiled.answered(i, o) for o in options])
                for i, options in bonus.when.items()
            ]
            fixed[np.logical_and.reduce(terms)] += float(fraction(bonus.points))

    def draw(rng: np.random.Generator) -> NDArray[np.float64]:
        total = fixed.copy()
        for k, (low, high) in enumerate(value):
            column = rng.uniform(low, high)
            w = scale[k]
            if w is not None:
                column = column * rng.uniform(float(w.low), float(w.high)) / 100
            column = np.repeat(column, model.strides[k])
            total += np.tile(column, model.n_states // len(column))
        # what differs by less than rounding is tied
        return np.round(total, 9)

    return draw


def _ends(cells: list[Estimate]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([float(e.low) for e in cells]), np.array([float(e.high) for e in cells])
