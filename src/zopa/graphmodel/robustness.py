"""How robust a verdict is: the share of perturbed preference models in which it holds.

What people do by hand ("go through this exercise four or five different times"), a thousand times: the
order of a party's statements is disturbed, and statements that no sentence supports may drop out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.case import Estimate, fraction, values, weights

from .compile import CompiledGraph
from .concepts import stable
from .graph_model import GraphIssue, GraphModel
from .moves import BoolArray
from .preferences import Priorities, by_statements

__all__ = ["VerdictShares", "pareto_efficient", "perturbed", "shares", "variants"]

DROP, SWAPS = 0.3, 3

Payoffs = NDArray[Any]
"""Of all parties in one variant, shape (n_parties, n_states)."""
Draw = Callable[[np.random.Generator], NDArray[np.float64]]


BLOCK = 2**17
"""States of all variants that are examined together, at most."""


def perturbed(
    priorities: Sequence[Priorities], draws: int, *, seed: int, swaps: int, drop: float
) -> Iterator[Payoffs]:
    """Payoffs of disturbed preferences, arrays (n_parties, n_states).

    Parameters
    ----------
    swaps : int
        Exchanges of neighbouring levels per party and draw, at random places.
    drop : float
        Probability with which each unsupported statement is left out of a draw.
    """
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.stack([_disturbed(p, rng, swaps, drop) for p in priorities])


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
    model: GraphModel,
    variants: Iterable[Payoffs],
    states: Sequence[int],
    *,
    status_quo: int,
    concepts: Sequence[str],
) -> VerdictShares:
    """Count over variants of a model how often each state is an equilibrium, better than the status quo, efficient."""
    asked = np.asarray(states, dtype=np.intp)
    totals = {test: np.zeros(len(asked), dtype=int) for test in (*concepts, "better", "efficient")}
    draws = 0
    # The variants side by side are one model: between them lies an issue that nobody can settle.
    for payoffs in _batched(variants, max(1, BLOCK // model.n_states)):
        together = _side_by_side(model, payoffs)
        shape = (len(payoffs), model.n_states)
        for concept in concepts:
            held = np.ones((len(payoffs), len(asked)), dtype=bool)
            for party in range(len(model.parties)):
                held &= stable(together, party, concept).reshape(shape)[:, asked]
            totals[concept] += held.sum(axis=0)
        ranks = together.ranks.reshape(-1, *shape)
        better = (ranks[:, :, asked] > ranks[:, :, [status_quo]]).all(axis=0)
        totals["better"] += better.sum(axis=0)
        totals["efficient"] += _efficient(ranks, model.feasible, asked).sum(axis=0)
        draws += len(payoffs)
    return VerdictShares(draws, tuple(map(int, asked)), {k: tuple(map(int, v)) for k, v in totals.items()})


def _batched(variants: Iterable[Payoffs], size: int) -> Iterator[list[Payoffs]]:
    """Lists of up to ``size`` variants."""
    left = iter(variants)
    while batch := list(islice(left, size)):
        yield batch


def _side_by_side(model: GraphModel, payoffs: Sequence[Payoffs]) -> GraphModel:
    """One model of several variants; state ``s`` of variant ``k`` is ``k * n_states + s``."""
    n, k = model.n_states, len(payoffs)
    start = np.arange(k)[:, None] * n
    return GraphModel(
        parties=model.parties,
        feasible=np.tile(model.feasible, k),
        ranks=np.concatenate(payoffs, axis=1),
        issues=(*model.issues, GraphIssue("variant", tuple(map(str, range(k))))) if model.issues else (),
        arcs=tuple(
            ((start + np.asarray(src)).ravel(), (start + np.asarray(dst)).ravel()) for src, dst in model.arcs
        ),
    )


def pareto_efficient(model: GraphModel, states: Sequence[int] | NDArray[np.intp]) -> BoolArray:
    """Whether no feasible state is better for one party and worse for none, for each of ``states``."""
    return _efficient(model.ranks[:, None, :], model.feasible, states)[0]


def _efficient(
    ranks: NDArray[Any], feasible: BoolArray, states: Sequence[int] | NDArray[np.intp]
) -> BoolArray:
    """The same in several variants: ranks (n_parties, n_variants, n_states) to (n_variants, len(states))."""
    out = np.zeros((ranks.shape[1], len(states)), dtype=bool)
    live = ranks[:, :, feasible]
    for k, s in enumerate(states):
        own = ranks[:, :, [s]]
        better = np.logical_and((live >= own).all(axis=0), (live > own).any(axis=0))
        out[:, k] = ~better.any(axis=1)
    return out


def variants(compiled: CompiledGraph, draws: int, seed: int) -> tuple[str, Iterator[Payoffs]] | None:
    """What is varied (priorities or utilities), and the payoffs of each variant; None where preferences are a ranking, which says nothing of its doubt.

    Parties with priorities: three exchanges of neighbouring levels, and lines that no statement states drop
    out with probability 0.3. Parties with utilities: each weight and value uniformly within its interval.
    A case that has both kinds of parties is varied in its utilities only.
    """
    own = [p for p in compiled.priorities if p is not None]
    if len(own) == len(compiled.priorities):
        return "priorities", perturbed(own, draws, seed=seed, swaps=SWAPS, drop=DROP)
    ranked = set(compiled.case.graph.rankings) if compiled.case.graph else set()
    doubtful = {
        k: _utility(compiled, p)
        for k, p in enumerate(compiled.model.parties)
        if compiled.form == "issues" and compiled.priorities[k] is None and p not in ranked
    }
    return ("utilities", _drawn(compiled.model, doubtful, draws, seed)) if doubtful else None


def _drawn(model: GraphModel, doubtful: dict[int, Draw], draws: int, seed: int) -> Iterator[Payoffs]:
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        payoffs = model.ranks.astype(np.float64)
        for k, draw in doubtful.items():
            payoffs[k] = draw(rng)
        yield payoffs


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
