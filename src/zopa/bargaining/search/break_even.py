"""Break-even reservation values, improvements on a signed package, and the space of a coalition."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from zopa.bargaining.search.branch_and_bound import Stop, Target, never, search
from zopa.bargaining.search.decomposition import Additive, additive
from zopa.bargaining.search.maxmin import coalition_floors
from zopa.bargaining.search.nash import Nash, nash
from zopa.space import Bonus, Space

__all__ = ["break_even", "improve", "restrict"]


def improve(space: Space, signed: Sequence[int], *, stop: Stop = never) -> list[Nash]:
    """Post-settlement: the Nash packages when everybody keeps at least what the signed package gives."""
    return nash(additive(dataclasses.replace(space, reservation=space.utility(signed))), stop=stop)


def restrict(space: Space, members: Sequence[int]) -> Space:
    """The space of a coalition that settles all issues; the others have no say."""
    place = {p: n for n, p in enumerate(members)}
    return dataclasses.replace(
        space,
        parties=tuple(space.parties[p] for p in members),
        scores=tuple(np.ascontiguousarray(s[list(members)]) for s in space.scores),
        reservation=tuple(space.reservation[p] for p in members),
        required=(),
        at_least=0,
        bonuses=tuple(Bonus(place[b.party], b.terms, b.points) for b in space.bonuses if b.party in place),
    )


def break_even(form: Additive, party: int, *, stop: Stop = never) -> tuple[int | None, bool]:
    """Largest reservation value of a party at which the zone is not empty, the others' unchanged.

    As a total; None when the others alone leave no package. The flag says whether it is proven.
    """
    along = tuple(int(q == party) for q in range(form.n_parties))
    best: int | None = None
    proven = True
    for low in coalition_floors(form):
        floors = tuple(0 if q == party else f for q, f in enumerate(low))
        run = search(form, Target(floors, (0,) * form.n_parties, along), stop=stop)
        proven &= run.proven
        if run.value is not None:
            best = max(best or 0, int(run.value))
    return best, proven
