"""Spaces and their tables against lists of packages: random rules, interactions, vetoes and k of n."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from zopa.case import Case
from zopa.space import Bonus, Clause, Problem, Space, Table
from zopa.space.table import leximin, nondominated

SEEDS = range(40)


def random_space(seed: int) -> Space:
    rng = random.Random(seed)
    parties = rng.randint(2, 4)
    sizes = [rng.randint(2, 3) for _ in range(rng.randint(2, 3))]

    def terms() -> tuple[tuple[int, int], ...]:
        chosen = sorted(rng.sample(range(len(sizes)), rng.randint(1, 2)))
        return tuple((i, rng.randint(1, 2 ** sizes[i] - 1)) for i in chosen)

    return Space(
        parties=tuple(f"p{n}" for n in range(parties)),
        issues=tuple(f"i{n}" for n in range(len(sizes))),
        options=tuple(tuple(f"o{k}" for k in range(size)) for size in sizes),
        scores=tuple(np.array([[rng.randint(-3, 4) for _ in range(size)] for _ in range(parties)]) for size in sizes),
        reservation=tuple(rng.randint(-2, 4) for _ in range(parties)),
        required=tuple(rng.random() < 0.4 for _ in range(parties)),
        at_least=rng.randint(1, parties),
        clauses=tuple(
            Clause(f"r{n}", terms(), tuple(terms() for _ in range(rng.randint(0, 2)))) for n in range(rng.randint(0, 3))
        ),
        bonuses=tuple(Bonus(rng.randrange(parties), terms(), rng.randint(-5, 5)) for _ in range(rng.randint(0, 3))),
    )  # fmt: skip


def holds(terms: Any, package: tuple[int, ...]) -> bool:
    return all(package[i] in [k for k in range(8) if mask >> k & 1] for i, mask in terms)


def worth(space: Space, package: tuple[int, ...], p: int) -> int:
    scores = sum(int(space.scores[i][p][k]) for i, k in enumerate(package))
    return scores + sum(b.points for b in space.bonuses if b.party == p and holds(b.terms, package))


def allowed(space: Space, package: tuple[int, ...]) -> bool:
    return all(not holds(c.when, package) or any(holds(a, package) for a in c.only_if) for c in space.clauses)


def makes_an_agreement(space: Space, says: list[bool]) -> bool:
    return all(says[p] for p, veto in enumerate(space.required) if veto) and sum(says) >= space.at_least


@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_says_of_every_package_what_the_definitions_say(seed: int) -> None:
    space = random_space(seed)
    table, n = Table.of(space), len(space.parties)
    for k, x in enumerate(space.packages()):
        utilities = [worth(space, x, p) for p in range(n)]
        says = [u >= r for u, r in zip(utilities, space.reservation, strict=True)]
        fine = allowed(space, x)
        assert (table.package(k), table.number(x)) == (x, k)
        assert list(space.utility(x)) == table.utilities[:, k].tolist() == utilities
        assert list(space.accepting(x)) == table.accepts[:, k].tolist() == says
        assert space.allows(x) == table.admissible[k] == fine
        assert table.zone()[k] == (fine and all(says))
        assert table.agreed[k] == (fine and makes_an_agreement(space, says))
        assert all(low <= u for low, u in zip(space.lowest, utilities, strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_set_of_parties_is_judged_by_the_agreement_rule(seed: int) -> None:
    space = random_space(seed)
    sets = [list(says) for says in itertools.product((False, True), repeat=len(space.parties))]
    enough = [says for says in sets if makes_an_agreement(space, says)]
    assert [says for says in sets if space.agreed(says)] == enough
    assert space.unanimous == all(all(says) for says in enough)


@pytest.mark.parametrize("seed", SEEDS)
def test_settling_issues_keeps_what_the_remaining_packages_are_worth_and_which_are_allowed(seed: int) -> None:
    space = random_space(seed)
    chosen = {0: space.sizes[0] - 1}
    cut = space.settled(chosen)
    kept = [x for x in space.packages() if x[0] == chosen[0]]
    assert [space.names(x) for x in kept] == [cut.names(x) for x in cut.packages()]
    assert [space.utility(x) for x in kept] == [cut.utility(x) for x in cut.packages()]
    assert [space.allows(x) for x in kept] == [cut.allows(x) for x in cut.packages()]


@pytest.mark.parametrize("parties", [2, 3, 4])
def test_the_maximal_points_are_those_that_no_other_point_dominates(parties: int) -> None:
    rng = random.Random(parties)
    for n in [0, 1, 2, *(rng.randint(3, 30) for _ in range(40))]:
        points = np.array([[rng.randint(0, 4) for _ in range(n)] for _ in range(parties)], dtype=np.int64)
        rows = [tuple(points[:, k]) for k in range(n)]
        maximal = [
            k for k, x in enumerate(rows)
            if x not in rows[:k] and not any(y != x and all(b >= a for a, b in zip(x, y, strict=True)) for y in rows)
        ]  # fmt: skip
        assert nondominated(points).tolist() == maximal
        if n:
            best = max(sorted(x) for x in rows)
            assert leximin(list(points)).tolist() == [sorted(x) == best for x in rows]


# -- from judgments to integers


def case(**changes: Any) -> Case:
    def party(a: int, b: int, **own: Any) -> dict[str, Any]:
        return {"name": "P", "points": {"i": {"p": a, "q": b}}} | own

    spec = {
        "title": "t",
        "issues": {"i": {"name": "i", "options": {"p": "P", "q": "Q"}}},
        "parties": {"A": party(3, 0, reservation={"low": 0.4, "best": 1, "high": 1.6}), "B": party(0, 2)},
    }
    return Case.model_validate(spec | changes)


def test_an_end_between_two_utilities_is_the_least_utility_that_reaches_it() -> None:
    problem = Problem(case())
    assert (problem.space.scale, problem.limits_at("low"), problem.limits_at("high")) == (1, (1, 0), (2, 0))
    assert problem.space.reservation == (1, 0)


def test_a_party_without_a_reservation_value_accepts_also_what_an_interaction_takes_from_it() -> None:
    loses = {"party": "B", "when": {"i": ("p",)}, "points": -5.0}
    gains = {"party": "B", "when": {"i": ("q",)}, "points": 4.0}
    problem = Problem(case(interactions=(loses, gains)))
    assert problem.unstated == ("B",)
    assert problem.space.points(problem.space.reservation[1]) == Fraction(-5)
    assert problem.table.accepts[1].all()


def test_a_choice_for_one_rule_keeps_how_the_others_are_read() -> None:
    def rule() -> dict[str, Any]:
        return {"party": "A", "readings": {"n": {"when": ({"i": ("p",)},)}, "w": {"when": ({"i": ("q",)},)}}}

    read = Problem(case(rules={"one": rule(), "two": rule()}), {"one": "w"})
    assert read.with_readings({"two": "w"}).readings == {"one": "w", "two": "w"}
    assert read.with_readings({"two": "off"}).readings == {"one": "w", "two": "off"}
