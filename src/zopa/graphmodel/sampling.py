"""Variants of a case's graph model: disturbed orders of priorities, utilities drawn from their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from zopa.case import Estimate, fraction, values, weights

from .compile import Compiled
from .model import Model
from .robustness import perturbed

__all__ = ["PRIORITIES", "UTILITIES", "variants"]

PRIORITIES = "with the order of preferences disturbed"
UTILITIES = "with weights and values drawn from their intervals"
DROP, SWAPS = 0.3, 3

Draw = Callable[[np.random.Generator], NDArray[np.float64]]


def variants(compiled: Compiled, draws: int, seed: int) -> tuple[str, Iterator[Model]] | None:
    """What is varied, and the variants; None where preferences are a ranking, which says nothing of its doubt.

    Parties with priorities: three exchanges of neighbouring levels, and lines that no statement states drop
    out with probability 0.3. Parties with utilities: each weight and value uniformly within its interval.
    A case that has both kinds of parties is varied in its utilities only.
    """
    own = [p for p in compiled.priorities if p is not None]
    if len(own) == len(compiled.priorities):
        return PRIORITIES, perturbed(compiled.model, own, draws, seed=seed, swaps=SWAPS, drop=DROP)
    ranked = set(compiled.case.graph.rankings) if compiled.case.graph else set()
    doubtful = {
        k: _utility(compiled, p)
        for k, p in enumerate(compiled.model.parties)
        if compiled.form == "issues" and compiled.priorities[k] is None and p not in ranked
    }
    return (UTILITIES, _drawn(compiled.model, doubtful, draws, seed)) if doubtful else None


def _drawn(model: Model, doubtful: dict[int, Draw], draws: int, seed: int) -> Iterator[Model]:
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        payoffs = model.ranks.astype(np.float64)
        for k, draw in doubtful.items():
            payoffs[k] = draw(rng)
        yield model.with_ranks(payoffs)


def _utility(compiled: Compiled, party: str) -> Draw:
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
