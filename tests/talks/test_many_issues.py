"""Orders of more issues than all subsets can be held of: equal to the exact ones where both apply, honest where cut off;
and how often an order keeps all parties above no agreement under draws of the judgments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import zopa
from zopa.case import Case
from zopa.cli import app
from zopa.errors import NotApplicable
from zopa.robustness import WordSettings, words_of
from zopa.space import Problem
from zopa.talks import order_many_issues
from zopa.talks.order import best_orders, dips, never
from zopa.talks.order_many_issues import long_order

FLOORS = (0, 0, 0)


def states(start: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """What every subset of the issues is worth, one issue at a time."""
    k = changes.shape[1]
    worth = np.zeros((len(start), 1 << k), dtype=np.int64)
    worth[:, 0] = start
    for j in range(k):
        worth[:, 1 << j : 2 << j] = worth[:, : 1 << j] + changes[:, j : j + 1]
    return worth


def random_game(seed: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(-20, 21, 3), rng.integers(-9, 10, (3, k))


def dip(worth: np.ndarray) -> np.ndarray:
    return dips(worth, FLOORS)[0]


def height_of(path: tuple[int, ...], worth: np.ndarray, most: int, k: int) -> int:
    """The largest dip along a path, which must be one: each step adds one to so many issues, up to all."""
    here = 0
    for there in path:
        assert there & here == here
        assert 1 <= (there ^ here).bit_count() <= most
        here = there
    assert here == (1 << k) - 1
    return int(max(dip(worth)[list(path)]))


@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(1, 3), st.booleans())
def test_the_height_is_that_of_the_exact_method(seed: int, k: int, most: int, ruled: bool) -> None:
    start, changes = random_game(seed, k)
    worth = states(start, changes)
    fine = np.ones(1 << k, dtype=bool)
    if ruled:
        fine = np.random.default_rng(seed + 1).random(1 << k) < 0.7
        fine[[0, -1]] = True
    deep = np.where(fine, dip(worth), never(worth))
    exact = best_orders(deep, k, most, worth)
    found = long_order(start, changes, most, dip, (lambda s: bool(fine[s])) if ruled else None)
    assert found.exact
    assert found.height == exact.height
    if found.height is not None:
        assert height_of(found.path, worth, most, k) == found.height
        assert all(fine[s] for s in found.path)


@given(st.integers(0, 10_000), st.integers(4, 8), st.integers(1, 2), st.integers(1, 40))
def test_where_the_search_is_cut_off_the_least_height_lies_between_the_bound_and_the_order_found(
    seed: int, k: int, most: int, seen: int
) -> None:
    start, changes = random_game(seed, k)
    worth = states(start, changes)
    exact = best_orders(dip(worth), k, most, worth).height
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_many_issues, "MOST_SEEN", seen)
        found = long_order(start, changes, most, dip)
    assert found.height is not None
    assert found.bound is not None
    assert exact is not None
    assert found.bound <= exact <= found.height
    assert height_of(found.path, worth, most, k) == found.height


def many(k: int, seed: int = 1) -> Case:
    """Two options per issue; each party has its best at one end of it."""
    rng = np.random.default_rng(seed)
    issues = {f"i{n}": {"name": f"i{n}", "options": {"a": "a", "b": "b"}} for n in range(k)}
    parties = {}
    for name in ("P", "Q"):
        change = rng.integers(-9, 10, k)
        points = {f"i{n}": {"a": max(-int(c), 0), "b": max(int(c), 0)} for n, c in enumerate(change)}
        parties[name] = {"name": name, "points": points, "reservation": 40}
    return Case.model_validate({"title": "t", "parties": parties, "issues": issues})


def test_an_order_of_24_issues_says_how_good_it_is_shown_to_be() -> None:
    case = many(24)
    a, b = ({f"i{n}": o for n in range(24)} for o in "ab")
    answer = zopa.path(case, b, a)
    (route,) = answer.routes
    assert len(route.issues) == 24
    assert route.height is not None
    assert route.bound is not None
    assert route.bound <= route.height
    assert route.height == max(s.deepest for s in route.stops)
    assert "24 issues differ" in route.notes[0]
    page = str(answer)
    assert ("no order does better" in page or "No party falls below" in page) == (route.bound == route.height)
    one = zopa.path(case, b, a, together=1).routes[0]
    assert one.height is not None
    assert one.bound is not None
    assert route.bound <= one.height
    with pytest.raises(NotApplicable, match="up to 60"):
        zopa.path(many(61), {f"i{n}": "b" for n in range(61)}, {f"i{n}": "a" for n in range(61)})


# -- Under draws


CASE = zopa.load("ukraine-2025")


@pytest.mark.parametrize("law", ["numbers", "words"])
def test_draws_are_counted_as_a_sum_by_hand_counts_them(law: Any) -> None:
    problem = Problem(CASE, "A")
    answer = zopa.path(problem, "nash", "RUS", draws=300, law=law, seed=3)
    (route,) = answer.routes
    assert route.drawn is not None
    packages, here = [], dict(route.opening)
    for stop in route.stops:
        here |= {c.issue: c.after for c in stop.changes}
        packages.append(problem.space.package(here))
    from zopa.robustness.number_draws import number_room
    from zopa.robustness.shares import room
    from zopa.space.draws import chunks

    words, _ = words_of(problem, WordSettings(waiting="open") if law == "numbers" else WordSettings())
    seeds = np.random.SeedSequence(3).generate_state(len(words))
    together = np.ones(300, dtype=bool)
    for own, seed in zip(words.values(), seeds, strict=True):
        body = number_room(problem, own) if law == "numbers" else room(own)
        points = np.concatenate([body.chunk(k, n, s) for k, (n, s) in enumerate(chunks(300, int(seed)))])
        kept = np.ones(300, dtype=bool)
        for x in packages:
            kept &= points @ np.array(own.gain(x), dtype=float) >= -1e-9
        assert route.drawn.below[own.party] == int((~kept).sum())
        together &= kept
    assert route.drawn.above == int(together.sum())
    assert answer.question.seed == 3
    assert "draws" in str(answer)


def test_judgments_without_a_range_hold_in_every_draw_or_in_none() -> None:
    case = many(6)
    a, b = ({f"i{n}": o for n in range(6)} for o in "ab")
    (route,) = zopa.path(case, b, a, draws=64).routes
    assert route.height is not None
    assert route.drawn is not None
    assert route.drawn.above == (64 if route.height <= 0 else 0)
    assert zopa.path(case, b, a, draws=64).routes == (route,)


def test_draws_beside_another_floor_are_refused_and_the_command_counts_as_the_verb() -> None:
    with pytest.raises(NotApplicable, match="leave the floor"):
        zopa.path(CASE, "nash", "RUS", draws=10, floor={"RUS": 50}, readings="A")
    run = CliRunner().invoke(app, ["path", "ukraine-2025", "-r", "A", "--from", "RUS", "--draws", "64"])
    assert "64 draws of the numbers" in " ".join(run.output.split()), run.output
