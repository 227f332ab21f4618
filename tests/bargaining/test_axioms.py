"""Solution x axiom: every cell that holds is tested on random sets, every cell that fails has a witness.

The same table stands in docs/reference/axioms.md; a test compares the two. Sets are finite lists of utility
vectors, as packages give them; the solutions return all ties, so the axioms are stated for sets of picks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from oracles import dominates
from strategies import for_all
from zopa.bargaining import SOLUTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "axioms.md"
Point = tuple[int, ...]


@dataclass(frozen=True)
class World:
    """Gains of some packages, and what an axiom may do to them."""

    points: tuple[Point, ...]
    more: tuple[Point, ...] = ()
    order: tuple[int, ...] = (1, 0)
    factors: tuple[int, ...] = (1, 1)
    zero: tuple[int, ...] = (0, 0)


def pick(method: str, points: tuple[Point, ...], limits: tuple[int, ...] | None = None) -> set[Point]:
    """What a solution picks; ``limits`` are the reservation values (default 0). Powers are 2 for the first party."""
    zone = [p for p in points if all(u >= r for u, r in zip(p, limits or (0,) * len(p), strict=True))]
    gains = np.array(zone, dtype=np.int64).T - np.array(limits or (0,) * len(zone[0]))[:, None]
    how = SOLUTIONS[method]
    powers = [Fraction(2)] + [Fraction(1)] * (len(zone[0]) - 1)
    chosen, _ = how.pick(gains, powers) if how.needs else how.pick(gains)
    return {zone[k] for k in np.flatnonzero(chosen)}


def times(p: Point, factors: tuple[int, ...]) -> Point:
    return tuple(u * f for u, f in zip(p, factors, strict=True))


def plus(p: Point, shift: tuple[int, ...]) -> Point:
    return tuple(u + s for u, s in zip(p, shift, strict=True))


def swap(p: Point, order: tuple[int, ...]) -> Point:
    return tuple(p[k] for k in order)


def ideal(points: tuple[Point, ...]) -> Point:
    return tuple(max(column) for column in zip(*points, strict=True))


# -- the axioms; True where the solution does what the axiom asks in this world


def pareto(m: str, w: World) -> bool:
    return not any(dominates(q, p) for p in pick(m, w.points) for q in w.points)


def weak_pareto(m: str, w: World) -> bool:
    return not any(all(a > b for a, b in zip(q, p, strict=True)) for p in pick(m, w.points) for q in w.points)


def anonymity(m: str, w: World) -> bool:
    other = tuple(swap(p, w.order) for p in w.points)
    return pick(m, other) == {swap(p, w.order) for p in pick(m, w.points)}


def symmetry(m: str, w: World) -> bool:
    """On a set that no exchange of the first two parties changes, the picks are not changed by it either."""
    order = (1, 0, *range(2, len(w.order)))
    both = tuple(dict.fromkeys([*w.points, *(swap(p, order) for p in w.points)]))
    picked = pick(m, both)
    return {swap(p, order) for p in picked} == picked


def scale(m: str, w: World) -> bool:
    return degenerate_scale(m, w) if any(min(p) > 0 for p in w.points) else True


def degenerate_scale(m: str, w: World) -> bool:
    other = tuple(times(p, w.factors) for p in w.points)
    return pick(m, other) == {times(p, w.factors) for p in pick(m, w.points)}


def common_scale(m: str, w: World) -> bool:
    unit = (w.factors[0],) * len(w.factors)
    return degenerate_scale(m, World(w.points, factors=unit))


def translation(m: str, w: World) -> bool:
    other = tuple(plus(p, w.zero) for p in w.points)
    return pick(m, other, w.zero) == {plus(p, w.zero) for p in pick(m, w.points)}


def contraction(m: str, w: World) -> bool:
    """What is picked from the larger set and stays in the smaller one is exactly what is picked there."""
    left = pick(m, (*w.points, *w.more)) & set(w.points)
    return not left or pick(m, w.points) == left


def party_monotonicity(m: str, w: World) -> bool:
    if ideal(w.points) != ideal((*w.points, *w.more)):
        return True
    before, after = pick(m, w.points), pick(m, (*w.points, *w.more))
    return all(a >= b for p in after for a, b in zip(p, map(min, zip(*before, strict=True)), strict=True))


def share_monotonicity(m: str, w: World) -> bool:
    best = ideal(w.points)
    if best != ideal((*w.points, *w.more)):
        return True

    def smallest(picked: set[Point]) -> Fraction:
        return min(
            min(Fraction(u, b) if b else Fraction(1) for u, b in zip(p, best, strict=True)) for p in picked
        )

    return smallest(pick(m, (*w.points, *w.more))) >= smallest(pick(m, w.points))


def gain_monotonicity(m: str, w: World) -> bool:
    return min(map(min, pick(m, (*w.points, *w.more)))) >= min(map(min, pick(m, w.points)))


def indifferent_party(m: str, w: World) -> bool:
    """A further party to whom all packages are worth the same changes no pick."""
    return {p[:-1] for p in pick(m, tuple((*p, abs(w.zero[0])) for p in w.points))} == pick(m, w.points)


AXIOMS: dict[str, Callable[[str, World], bool]] = {
    "Pareto": pareto,
    "weak Pareto": weak_pareto,
    "anonymity": anonymity,
    "symmetry": symmetry,
    "scale invariance": scale,
    "scale invariance where nothing gains for all": degenerate_scale,
    "common scale invariance": common_scale,
    "translation invariance": translation,
    "contraction consistency": contraction,
    "restricted monotonicity, each party": party_monotonicity,
    "restricted monotonicity, smallest share": share_monotonicity,
    "monotonicity, smallest gain": gain_monotonicity,
    "indifferent party": indifferent_party,
}

EDGES = ((10, 0), (0, 10))
WITNESSES: dict[tuple[str, str], World] = {
    **{
        (axiom, m): World(((1, 2), (2, 1)))
        for axiom in ("anonymity", "symmetry")
        for m in ("weighted-nash", "proportional")
    },
    ("scale invariance", "egalitarian"): World(((9, 2), (4, 4)), factors=(1, 3)),
    ("scale invariance", "utilitarian"): World(((9, 2), (4, 4)), factors=(1, 3)),
    ("scale invariance", "proportional"): World(((9, 2), (4, 4)), factors=(3, 1)),
    **{
        ("scale invariance where nothing gains for all", m): World(((0, 1), (1, 0)), factors=(1, 2))
        for m in ("nash", "weighted-nash", "egalitarian", "utilitarian")
    },
    ("scale invariance where nothing gains for all", "proportional"): World(((0, 1), (1, 0)), factors=(3, 1)),
    # Where no package gains for all, the products compared are of different parties with different powers.
    ("common scale invariance", "weighted-nash"): World(((0, 1), (1, 0)), factors=(2, 2)),
    ("contraction consistency", "kalai-smorodinsky"): World(((6, 4), (4, 6)), ((12, 0),)),
    **{
        ("restricted monotonicity, each party", m): World((*EDGES, (3, 9)), ((7, 6),))
        for m in SOLUTIONS
    },
    ("restricted monotonicity, smallest share", "nash"): World((*EDGES, (4, 4)), ((3, 9),)),
    ("restricted monotonicity, smallest share", "weighted-nash"): World((*EDGES, (4, 4)), ((9, 1),)),
    ("restricted monotonicity, smallest share", "egalitarian"): World(((100, 0), (0, 10), (30, 3)), ((4, 4),)),
    ("restricted monotonicity, smallest share", "proportional"): World((*EDGES, (4, 4)), ((9, 3),)),
    ("restricted monotonicity, smallest share", "utilitarian"): World((*EDGES, (6, 6)), ((4, 9),)),
    ("monotonicity, smallest gain", "nash"): World(((3, 3),), ((2, 7),)),
    ("monotonicity, smallest gain", "weighted-nash"): World(((3, 3),), ((9, 1),)),
    ("monotonicity, smallest gain", "kalai-smorodinsky"): World(((3, 3),), ((10, 2),)),
    ("monotonicity, smallest gain", "proportional"): World(((3, 3),), ((9, 2),)),
    ("monotonicity, smallest gain", "utilitarian"): World(((3, 3),), ((0, 7),)),
}  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two to four parties, one to seven packages, many ties and zeros."""
    n = draw(st.integers(2, 4))
    point = st.tuples(*[st.integers(0, draw(st.sampled_from([2, 5, 30])))] * n)
    points = draw(st.lists(point, min_size=1, max_size=6, unique=True))
    more = draw(st.lists(point, max_size=3))
    if draw(st.booleans()):
        # Keep the ideal point, so that the restricted axioms have something to say.
        more = [tuple(min(a, b) for a, b in zip(p, ideal(tuple(points)), strict=True)) for p in more]
    return World(
        tuple(points),
        tuple(more),
        tuple(draw(st.permutations(range(n)))),
        tuple(draw(st.lists(st.integers(1, 7), min_size=n, max_size=n))),
        tuple(draw(st.lists(st.integers(-9, 9), min_size=n, max_size=n))),
    )


@for_all(st.sampled_from(list(AXIOMS)), worlds(), examples=1_200, thorough=5_000)
def test_an_axiom_holds_for_every_solution_without_a_witness_against_it(axiom: str, world: World) -> None:
    for method in SOLUTIONS:
        if (axiom, method) not in WITNESSES:
            assert AXIOMS[axiom](method, world), f"{method} breaks {axiom}"


@pytest.mark.parametrize("cell", WITNESSES, ids=" / ".join)
def test_a_witness_shows_that_the_solution_breaks_the_axiom(cell: tuple[str, str]) -> None:
    axiom, method = cell
    assert not AXIOMS[axiom](method, WITNESSES[cell])


def cells() -> str:
    """The table as it stands in the documentation."""
    head = f"| axiom | {' | '.join(SOLUTIONS)} |\n|{'---|' * (len(SOLUTIONS) + 1)}\n"
    rows = [
        f"| {a} | {' | '.join('fails' if (a, m) in WITNESSES else 'holds' for m in SOLUTIONS)} |"
        for a in AXIOMS
    ]
    return head + "\n".join(rows) + "\n"


def shown(points: set[Point] | tuple[Point, ...]) -> str:
    return " ".join(f"({', '.join(map(str, p))})" for p in sorted(points, reverse=True))


def witnesses() -> str:
    """The witnesses as they stand in the documentation; picks are computed, not remembered."""
    rows = ["| axiom | solution | gains of the packages | change | picks before | picks after |", "|---|---|---|---|---|---|"]  # fmt: skip
    for axiom in AXIOMS:
        for method in SOLUTIONS:
            w = WITNESSES.get((axiom, method))
            if w is None:
                continue
            before = pick(method, w.points)
            if w.more:
                change, after = f"{shown(w.more)} is added", pick(method, (*w.points, *w.more))
            elif w.factors != (1, 1):
                by = " and ".join(map(str, w.factors))
                change, after = (
                    f"gains times {by}",
                    pick(method, tuple(times(p, w.factors) for p in w.points)),
                )
            else:
                change, after = (
                    "the parties change places",
                    pick(method, tuple(swap(p, w.order) for p in w.points)),
                )
            rows.append(
                f"| {axiom} | {method} | {shown(w.points)} | {change} | {shown(before)} | {shown(after)} |"
            )
    return "\n".join(rows) + "\n"


def test_the_documentation_has_this_table_and_these_witnesses() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert cells() in text
    assert witnesses() in text
