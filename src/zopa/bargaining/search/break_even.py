"""Around a package and below the best: improvements, fewest changes, diverse near-best, coalitions."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zopa.bargaining.search.branch_and_bound import Stop, Target, never, search
from zopa.bargaining.search.decomposition import Additive, additive
from zopa.bargaining.search.maxmin import coalition_floors
from zopa.bargaining.search.nash import Nash, nash
from zopa.space import Bonus, Package, Space

__all__ = ["Changes", "break_even", "coalition_products", "diverse", "fewest_changes", "improve", "restrict"]


@dataclass(frozen=True)
class Changes:
    """A package that gives everybody more than the signed one, with as few changed issues as possible."""

    package: Package | None
    changed: tuple[int, ...]
    proven: bool


def improve(space: Space, signed: Sequence[int], *, stop: Stop = never) -> list[Nash]:
    """Post-settlement: the Nash packages when everybody keeps at least what the signed package gives."""
    return nash(additive(dataclasses.replace(space, reservation=space.utility(signed))), stop=stop)


def fewest_changes(
    space: Space, signed: Sequence[int], gain: Sequence[int], *, stop: Stop = never
) -> Changes:
    """Fewest issues to change so that every party gains at least ``gain`` (units) over the signed package.

    The number of unchanged issues is one more total to be maximised, so the proof is that of ``tree``.
    """
    target = [u + g for u, g in zip(space.utility(signed), gain, strict=True)]
    form = additive(dataclasses.replace(space, reservation=tuple(target), required=(), at_least=0))
    if not form.possible:
        return Changes(None, (), True)
    tables = []
    for group, listed, table in zip(form.groups, form.choices, form.tables, strict=True):
        same = (listed == np.array([signed[i] for i in group])).sum(axis=1)
        tables.append(np.column_stack([table, same]))
    wide = dataclasses.replace(form, tables=tuple(tables), shift=(*form.shift, 0), need=(*form.need, 0))
    floors = (*(max(0, n) for n in form.need), 0)
    run = search(wide, Target(floors, wide.need, (0,) * form.n_parties + (1,)), stop=stop)
    if run.best is None:
        return Changes(None, (), run.proven)
    package = form.package(run.best)
    return Changes(package, tuple(i for i, k in enumerate(package) if k != signed[i]), run.proven)


def diverse(space: Space, n: int, *, pool: int = 500, stop: Stop = never) -> list[Package]:
    """``n`` packages from the ``pool`` best by Nash product that differ in as many issues as possible.

    Greedy: the best first, then always the one whose nearest chosen package is farthest.
    """
    form = additive(space)
    ranked = [form.package(b.picks) for r in nash(form, k=pool, stop=stop) for b in r.best]
    if not ranked:
        return []
    table = np.array(ranked)
    chosen = [0]
    nearest = (table != table[0]).sum(axis=1)
    while len(chosen) < min(n, len(ranked)):
        k = int(np.argmax(nearest))
        if nearest[k] == 0:
            break
        chosen.append(k)
        nearest = np.minimum(nearest, (table != table[k]).sum(axis=1))
    return [ranked[k] for k in chosen]


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


def coalition_products(
    space: Space, *, smallest: int = 2, stop: Stop = never
) -> dict[tuple[int, ...], Nash | None]:
    """Nash of every coalition of at least ``smallest`` parties; None where its zone is empty."""
    found: dict[tuple[int, ...], Nash | None] = {}
    n = len(space.parties)
    for size in range(smallest, n + 1):
        for members in itertools.combinations(range(n), size):
            runs = [r for r in nash(additive(restrict(space, members)), stop=stop) if r.best]
            found[members] = max(runs, key=lambda r: r.best[0].product) if runs else None
    return found


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
