"""Tactics and acceptance conditions by their formulas, written a second time; talks over packages that are not listed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zopa
from published import data, scorable
from zopa.case import Case
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Problem
from zopa.talks import time_dependent
from zopa.talks.bidders import bidder
from zopa.talks.opponent_model import ISO_LEVEL, LEARNING, Everyone, FrequencyModel, model_error
from zopa.talks.protocols import HOTTEST, LEFT, NONE, alternate, annealed_text, single_text, single_text_ends
from zopa.talks.tactics import EXPONENTS, Preferences, aspirations
from zopa.talks.text_proposals import TextProposals
from zopa.talks.time_dependent import Paths, alternate_many
from zopa.talks.unlisted_packages import HalvedPreferences, halved

ROUNDS = 20
SIZES = (3, 4, 2)
PACKAGES = math.prod(SIZES)


def preferences(seed: int, parties: int = 2) -> list[Preferences]:
    """Random utilities from 0 to 1 of all packages, in hundredths, so that some tie."""
    rng = np.random.default_rng(seed)
    worth = rng.integers(0, 101, (parties, PACKAGES)) / 100
    worth[:, 0] = 1.0
    return [Preferences.of(w, np.ones(PACKAGES, dtype=bool)) for w in worth]


def one(spec: Any, own: Sequence[Preferences], me: int = 0, **more: Any) -> Any:
    return bidder(
        spec, own[me], me, ROUNDS, np.random.default_rng(1), everyone=Everyone(SIZES, tuple(own)), **more
    )


histories = st.lists(st.tuples(st.integers(0, 1), st.integers(0, PACKAGES - 1)), max_size=12)
seeds = st.integers(0, 1000)


# -- Bidding


@given(seeds, histories, st.integers(1, 5))
def test_tit_for_tat_answers_by_its_formula(seed: int, history: list[tuple[int, int]], window: int) -> None:
    own = preferences(seed)
    u = own[0].worth
    heard = [u[x] for who, x in history if who == 1]
    mine = [u[x] for who, x in history if who == 0]
    last = mine[-1] if mine else 1.0
    absolute = relative = averaged = last
    if mine and len(heard) > 1:
        absolute = last - (heard[-1] - heard[-2])
        if heard[-1] > 0:
            relative = last * heard[-2] / heard[-1]
            averaged = last * heard[max(0, len(heard) - 1 - window)] / heard[-1]

    def clip(x: float) -> float:
        return min(max(x, 0.0), 1.0)

    assert one("tit-for-tat", own).aspiration(3, history) == pytest.approx(clip(absolute))
    assert one("relative-tit-for-tat", own).aspiration(3, history) == pytest.approx(clip(relative))
    assert one(f"averaged-tit-for-tat:{window}", own).aspiration(3, history) == pytest.approx(clip(averaged))
    noisy = one("random-tit-for-tat:0.1", own)
    level = noisy.aspiration(3, history)
    assert level == noisy.aspiration(3, history)  # drawn once for each offer heard
    assert abs(level - clip(absolute)) <= 0.1 + 1e-12


def test_the_frequency_model_learns_weights_from_what_stays_and_values_from_what_is_offered() -> None:
    model = FrequencyModel((2, 3))
    for offer in ((0, 0), (0, 2), (0, 2), (1, 2)):
        model.hear(np.array(offer))
    a, b, up = Fraction(1, 2), Fraction(1, 2), Fraction(str(LEARNING))
    for kept in ((1, 0), (1, 1), (0, 1)):
        a, b = a + up * kept[0], b + up * kept[1]
        a, b = a / (a + b), b / (a + b)
    assert np.allclose(model.weights, [float(a), float(b)])
    packages = np.array([[0, 1, 1], [2, 2, 1]])
    expected = [a + b, a * Fraction(1, 3) + b, a * Fraction(1, 3)]
    assert np.allclose(model.worth(packages), [float(x) for x in expected])


@given(seeds, histories, st.integers(0, ROUNDS - 1), st.booleans())
def test_trade_offs_pick_what_a_search_by_hand_picks(
    seed: int, history: list[tuple[int, int]], step: int, nearest: bool
) -> None:
    own = preferences(seed)
    u = own[0].worth
    found = one("log-rolling:1" if nearest else "frequency:1", own).offer(step, history)
    level = float(aspirations(1.0, ROUNDS)[step])
    everything = list(itertools.product(*(range(s) for s in SIZES)))
    band = [n for n in range(PACKAGES) if abs(u[n] - level) <= ISO_LEVEL + 1e-9]
    heard = [everything[x] for who, x in history if who == 1]
    if not band or not heard:
        above = [n for n in range(PACKAGES) if u[n] >= level - 1e-12] or [int(np.argmax(u))]
        assert found == min(above, key=lambda n: (u[n], n))
        return
    weights = [1 / 3] * 3
    for before, now in itertools.pairwise(heard):
        weights = [w + LEARNING * (x == y) for w, x, y in zip(weights, before, now, strict=True)]
        weights = [w / sum(weights) for w in weights]
    counts = [[sum(x[i] == k for x in heard) for k in range(SIZES[i])] for i in range(3)]

    def badness(n: int) -> float:
        x = everything[n]
        if nearest:
            return sum(w for w, a, b in zip(weights, x, heard[-1], strict=True) if a != b)
        return -sum(w * c[k] / max(c) for w, c, k in zip(weights, counts, x, strict=True))

    least = min(map(badness, band))
    good = [n for n in band if badness(n) <= least + 1e-9]
    assert found == min(good, key=lambda n: (-u[n], n))


@given(seeds, st.integers(2, 3))
def test_seekers_fall_to_the_solution_that_brute_force_finds_and_never_below(seed: int, parties: int) -> None:
    own = preferences(seed, parties)
    worth = np.array([o.worth for o in own])
    product = max(range(PACKAGES), key=lambda n: (round(float(worth[:, n].prod()), 12), -n))
    least = max(range(PACKAGES), key=lambda n: (worth[:, n].min(), round(float(worth[:, n].sum()), 9), -n))
    for spec, solution in (("nash-seeker:1", product), ("kalai-seeker:1", least)):
        seeker = one(spec, own)
        goal = worth[0, solution]
        for step in range(ROUNDS):
            t = (step + 1) / (ROUNDS + 1)
            assert seeker.aspiration(step, []) == pytest.approx(goal + (1 - t) * (1 - goal))
            assert seeker.own.value(seeker.offer(step, [])) >= goal - 1e-12


# -- Accepting


@given(seeds, histories, st.integers(0, ROUNDS - 1), st.integers(0, PACKAGES - 1))
def test_acceptance_conditions_hold_by_their_formulas(
    seed: int, history: list[tuple[int, int]], step: int, package: int
) -> None:
    own = preferences(seed)
    u, t = own[0].worth, (step + 1) / (ROUNDS + 1)
    history = [*history, (1, package)]
    mine = float(u[one("linear", own).offer(step, history)])
    heard = [u[x] for who, x in history if who == 1]
    y = u[package]
    follows = y >= mine - 1e-12
    for spec, expected in (
        ("linear+AC_next:1.5,0.1", 1.5 * y + 0.1 >= mine - 1e-12),
        ("linear+AC_next", follows),
        ("hardliner+AC_const:0.6", y >= 0.6 - 1e-12),
        ("hardliner+AC_time:0.5", t >= 0.5),
        ("linear+AC_combi:0.5,3", follows or (t >= 0.5 and y >= max(heard[-3:]))),
    ):
        assert one(spec, own).accepts(package, step, history) == expected, spec


def test_an_acceptance_condition_lets_a_hardliner_close_at_the_end() -> None:
    worth = np.array([np.linspace(0, 1, PACKAGES), np.linspace(1, 0, PACKAGES)])
    own = [Preferences.of(w, np.ones(PACKAGES, dtype=bool)) for w in worth]
    assert alternate([one("hardliner", own, p) for p in (0, 1)], (0, 1), ROUNDS, all) == (NONE, ROUNDS)
    tough = [one("hardliner", own, 0), one("hardliner+AC_time:0.9", own, 1)]
    package, step = alternate(tough, (0, 1), ROUNDS, all)
    assert (package, step) == (PACKAGES - 1, math.ceil(0.9 * (ROUNDS + 1)) - 1)


@pytest.mark.parametrize(
    ("spec", "error", "said"),
    [
        ("boulware+AC_never", UnknownName, "AC_next"),
        ("boulware+AC_next:1", NotApplicable, "2 numbers"),
        ("boulware+AC_combi:0.9,0.5", NotApplicable, "2 numbers"),
        ("averaged-tit-for-tat:1.5", NotApplicable, "positive number"),
        ("log-rolling:x", NotApplicable, "positive number"),
    ],
)
def test_a_tactic_that_cannot_be_is_refused_with_what_would_do(spec: str, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        zopa.simulate(zopa.load("harbour-sport-park"), spec, runs=2, protocols=["alternating"])


@pytest.mark.parametrize(
    "spec",
    [
        "log-rolling", "frequency", "nash-seeker", "kalai-seeker", "averaged-tit-for-tat", "random-tit-for-tat",
        "boulware+AC_combi", "conceder+AC_next:1.1,0",
    ],
)  # fmt: skip
def test_every_tactic_gives_the_same_talks_again_and_accounts_for_all(spec: str) -> None:
    case = zopa.load("harbour-sport-park")
    given = {"runs": 12, "rounds": 15, "protocols": ["alternating"], "seed": 5}
    (found,) = zopa.simulate(case, spec, **given).protocols  # type: ignore[arg-type]
    assert found.agreed + sum(found.stalls.values()) == 12
    assert zopa.simulate(case, spec, **given).protocols == (found,)  # type: ignore[arg-type]


# -- Waiting, leaving


def small(reservation: int = 4) -> Case:
    points = {"A": {"x": {"1": 10, "2": 6, "3": 0}}, "B": {"x": {"1": 0, "2": 6, "3": 10}}}
    parties = {p: {"name": p, "points": x, "reservation": reservation} for p, x in points.items()}
    return Case.model_validate(
        {"title": "t", "parties": parties, "issues": {"x": {"name": "X", "options": {o: o for o in "123"}}}}
    )


@given(seeds, st.sampled_from([0.0, 0.2]), st.sampled_from(sorted(EXPONENTS)))
def test_a_party_leaves_when_going_on_is_worth_less_than_no_agreement_now(
    seed: int, breakdown: float, spec: str
) -> None:
    floors = np.minimum(np.random.default_rng(seed).uniform(-1, 0, ROUNDS + 1).cumsum() / 8, 0)
    floors[0] = 0
    me = one(spec, preferences(seed), floors=floors)
    path = [
        floors[s] + (1 - floors[s]) * float(aspirations(EXPONENTS[spec], ROUNDS)[s]) for s in range(ROUNDS)
    ]
    for step in range(ROUNDS):
        hoped = path[step + 1] if step + 1 < ROUNDS else None
        going_on = None if hoped is None else (1 - breakdown) * hoped + breakdown * floors[step + 1]
        assert me.leaves(step, [], breakdown) == (going_on is not None and going_on < floors[step] - 1e-12)


def test_waiting_that_costs_more_than_can_be_hoped_for_ends_talks_and_free_waiting_does_not() -> None:
    given: dict[str, Any] = {"protocols": ["alternating"], "runs": 10, "rounds": 10, "walk_away": True}
    tough = {"A": "hardliner", "B": "hardliner"}
    assert zopa.talks.simulate(small(), tough, **given).protocols[0].stalls == {"deadline": 10}
    # B's best is worth 10 and no agreement 4 now, but far less after one round: it concedes at once and then leaves.
    falls = {"B": [4, -200, -400]}
    left = zopa.talks.simulate(
        small(), {"A": "hardliner", "B": "conceder"}, no_agreement=falls, **given
    ).protocols[0]
    assert left.stalls == {"a party walked away": 10}


def test_an_offer_that_is_not_below_no_agreement_is_taken_before_leaving() -> None:
    own = preferences(2)
    floors = np.linspace(0, -80, ROUNDS + 1)
    both = [one("conceder", own, 0), one("conceder", own, 1, floors=floors)]
    package, step = alternate(both, (0, 1), ROUNDS, all, walk_away=True)
    assert step == 0
    assert package != LEFT
    assert own[1].value(package) >= 0
    assert alternate(both, (1, 0), ROUNDS, all, walk_away=True) == (LEFT, 0)


def test_falling_reservation_values_let_talks_end_below_what_no_agreement_is_worth_now() -> None:
    case = small(7)  # the middle is worth 6
    given: dict[str, Any] = {"protocols": ["alternating"], "runs": 8, "rounds": 20, "tactics": "linear"}
    assert zopa.talks.simulate(case, **given).agreed == 0
    falling = zopa.talks.simulate(case, no_agreement={"A": [7, 1], "B": [7, 1]}, **given).protocols[0]
    assert falling.agreed == 8
    assert falling.ends[0].package == {"x": "2"}
    assert not falling.ends[0].in_zone
    only_one = zopa.talks.simulate(case, no_agreement={"A": [7, 1]}, **given).protocols[0]
    assert only_one.agreed == 0
    with pytest.raises(UnknownName):
        zopa.talks.simulate(case, no_agreement={"Z": [1]}, **given)
    with pytest.raises(NotApplicable, match="one or more numbers"):
        zopa.talks.simulate(case, no_agreement={"A": []}, **given)


def test_costs_of_waiting_come_from_the_case() -> None:
    case = small(7)
    costs = {"parties": {p: {"drift": -1} for p in ("A", "B")}}
    case = Case.model_validate({**case.model_dump(exclude_unset=True), "costs": costs})
    delay = zopa.delay(case, months=6)
    given: dict[str, Any] = {"protocols": ["alternating"], "runs": 20, "rounds": 12}
    paths = {c.party: [float(v.best) for v in c.values] for c in delay.curves}
    assert all(path[-1] != path[0] for path in paths.values())
    waiting = zopa.simulate(case, months=6, **given).protocols
    assert waiting == zopa.talks.simulate(case, no_agreement=paths, **given).protocols
    assert zopa.simulate(case, **given).protocols == zopa.talks.simulate(case, **given).protocols
    for wrong in ({"months": 0}, {"months": 3, "no_agreement": paths}):
        with pytest.raises(NotApplicable, match="month"):
            zopa.simulate(case, **wrong, **given)


# -- A single text that may lose on the way


def test_an_annealed_text_takes_the_steps_of_a_replay_by_hand() -> None:
    table = Problem(scorable(data("cases/pruitt_lewis_1975.json"))).table
    runs, proposals, together = 5, 60, 2
    ends, made = annealed_text(
        table.space, np.full((runs, 3), 4), together, proposals, np.random.default_rng(3)
    )
    rng = np.random.default_rng(3)
    drafts, changes = [[4, 4, 4] for _ in range(runs)], [0] * runs
    u = table.utilities
    spread = [int(w.max() - w.min()) for w in u]
    for k in range(proposals):
        heat = HOTTEST * (1 - k / proposals)
        count = rng.integers(1, together + 1, runs)
        issues = rng.permuted(np.tile(np.arange(3), (runs, 1)), axis=1)[:, :together]
        drawn, votes = rng.random((runs, together)), rng.random((2, runs))
        for r in range(runs):
            there = list(drafts[r])
            for j in range(count[r]):
                there[issues[r, j]] = int(drawn[r, j] * 9)
            before, after = (int(table.number(tuple(x))) for x in (drafts[r], there))
            losses = [max(int(u[p, before] - u[p, after]), 0) / spread[p] for p in (0, 1)]
            if there != drafts[r] and all(votes[p, r] < math.exp(-losses[p] / heat) for p in (0, 1)):
                drafts[r], changes[r] = there, changes[r] + 1
    assert ends.tolist() == drafts
    assert made.tolist() == changes
    assert [4, 4, 4] not in drafts


def test_an_annealed_text_leaves_a_draft_that_a_text_without_losses_is_stuck_at() -> None:
    problem = Problem(scorable(data("cases/pruitt_lewis_1975.json")))
    table, middle = problem.table, (4, 4, 4)
    assert single_text_ends(table, middle, 1) == {middle}
    drafts, _ = annealed_text(table.space, np.full((50, 3), 4), 1, 500, np.random.default_rng(1))
    ends, _ = single_text(TextProposals(table.space, 1), drafts, np.random.default_rng(1))
    assert {tuple(x) for x in ends.tolist()} != {middle}
    for x in {tuple(x) for x in ends.tolist()}:
        assert single_text_ends(table, x, 1) == {x}
    (found,) = zopa.simulate(problem, protocols=["annealed-text"], runs=40).protocols
    assert found.agreed + sum(found.stalls.values()) == 40


# -- Packages that are not listed


@st.composite
def games(draw: st.DrawFn) -> Case:
    """Two or three parties, with a rule and an interaction now and then."""
    sizes = draw(st.lists(st.integers(2, 3), min_size=2, max_size=4))
    issues = {
        f"i{k}": {"name": f"i{k}", "options": {f"o{j}": f"o{j}" for j in range(n)}}
        for k, n in enumerate(sizes)
    }
    names = ["P", "Q", "R"][: draw(st.integers(2, 3))]
    parties = {}
    for name in names:
        points = {f"i{k}": {f"o{j}": draw(st.integers(0, 9)) for j in range(n)} for k, n in enumerate(sizes)}
        parties[name] = {"name": name, "points": points, "reservation": draw(st.integers(0, 6))}
    given: dict[str, Any] = {"title": "t", "parties": parties, "issues": issues}
    if draw(st.booleans()):
        when, then = {"i0": ("o0",)}, {"i1": ("o1",)}
        given["rules"] = {
            "r": {"says": "r", "readings": {"x": {"says": "x", "when": when, "only_if": (then,)}}}
        }
    return Case.model_validate(given)


@given(games(), seeds)
def test_preferences_without_a_list_are_those_with_one(case: Case, seed: int) -> None:
    problem = Problem(case)
    table, space = problem.table, problem.space
    try:
        unlisted = halved(space)
    except NotApplicable:
        assert any(
            not (table.admissible & (table.utilities[p] >= space.reservation[p])).any()
            for p in range(len(space.parties))
        )
        return
    levels = np.random.default_rng(seed).uniform(0, 1.1, 12)
    for p, own in enumerate(unlisted):
        gains = table.utilities[p].astype(float) - space.reservation[p]
        if not (gains[table.admissible] > 0).any():
            assert own.value(own.best) == 1
            continue
        unit = gains / own.room
        listed = Preferences.of(unit, table.admissible)
        assert np.allclose(own.value(np.arange(space.n_packages)), unit)
        assert own.worst_at(levels).tolist() == listed.worst_at(levels).tolist()
        assert own.best == table.number(table.package(own.best))
        assert unit[own.best] == pytest.approx(listed.ranked[-1])


def test_halves_follow_negmas_where_they_are_asked_to() -> None:
    rng = np.random.default_rng(4)
    rows = [rng.random(7) / 4 for _ in range(4)]
    total = rows[0]
    for row in rows[1:]:
        total = np.add.outer(total, row).ravel()
    levels = rng.uniform(0, 1, 300)
    for reach in (0.0, 1e-3):
        own = HalvedPreferences.of(rows, slack=1e-4, reach=reach)
        listed = Preferences.of(total, np.ones(total.size, dtype=bool), 1e-4, reach)
        assert own.worst_at(levels).tolist() == listed.worst_at(levels).tolist()


@pytest.mark.parametrize(
    "tactics", [("boulware", "linear"), ("conceder", "tit-for-tat"), ("linear+AC_next",)]
)
def test_talks_without_a_list_end_where_those_with_one_end(
    monkeypatch: pytest.MonkeyPatch, tactics: tuple[str, ...]
) -> None:
    case = zopa.load("ukraine-2025")
    given: dict[str, Any] = {
        "runs": 12,
        "rounds": 12,
        "readings": "A",
        "protocols": ["alternating", "issue-by-issue"],
    }
    listed = zopa.simulate(case, tactics, **given).protocols
    monkeypatch.setattr(Problem, "listable", False)
    unlisted = zopa.simulate(case, tactics, **given).protocols
    for one_, other in zip(listed, unlisted, strict=True):
        assert one_.ends == other.ends
        assert (one_.agreed, one_.stalls, one_.rounds) == (other.agreed, other.stalls, other.rounds)
        assert other.efficient is None


def wide(issues: int) -> Case:
    rng = np.random.default_rng(issues)
    names = {
        f"i{k}": {"name": f"i{k}", "options": {f"o{j}": f"o{j}" for j in range(10)}} for k in range(issues)
    }
    points = [{i: {f"o{j}": int(rng.integers(0, 100)) for j in range(10)} for i in names} for _ in ("A", "B")]
    parties = {p: {"name": p, "points": x, "reservation": 10} for p, x in zip("AB", points, strict=True)}
    return Case.model_validate({"title": "t", "parties": parties, "issues": names})


@pytest.mark.slow
def test_talks_over_ten_to_the_eleven_packages_end_in_the_zone() -> None:
    case = wide(11)
    answer = zopa.simulate(case, ("boulware", "linear"), runs=50, rounds=30)
    by_offers = answer.protocols[0]
    assert by_offers.agreed == by_offers.in_zone == 50
    assert not answer.not_run
    assert answer.agreed == 150
    assert "None" not in str(answer)


def test_too_many_packages_and_tactics_that_need_a_list_are_refused_with_the_reason() -> None:
    for case, tactic, said in (
        (wide(20), "linear", "a half has"),
        (wide(11), "micro", "needs a list"),
    ):
        with pytest.raises(NotApplicable, match=said):
            zopa.simulate(case, tactic, protocols=["alternating"], runs=2)


def test_many_different_runs_go_together_as_each_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = preferences(9, 3)
    levels = np.array([aspirations(e, ROUNDS) for e in EXPONENTS.values()])
    paths = Paths(
        np.repeat(levels[:, None, :], 3, axis=1), np.array([[o.worst_at(x) for o in own] for x in levels])
    )
    rng = np.random.default_rng(0)
    picks = rng.integers(3, size=(400, 3))
    orders = rng.permuted(np.tile(np.arange(3), (400, 1)), axis=1)
    broken = rng.integers(1, 40, 400)

    def quota(yes: np.ndarray) -> np.ndarray:
        return np.asarray(yes[:, 0] & (yes.sum(axis=1) >= 2))

    found = []
    for few in (0, 10_000):
        monkeypatch.setattr(time_dependent, "FEW", few)
        found.append(alternate_many(paths, [o.value for o in own], picks, orders, quota, broken))
    assert all((a == b).all() for a, b in zip(*found, strict=True))
    for k in range(60):
        bidders = [one(list(EXPONENTS)[picks[k, p]], own, p) for p in range(3)]
        package, step = alternate(
            bidders,
            orders[k].tolist(),
            min(ROUNDS, int(broken[k])),
            lambda yes: bool(quota(np.array([yes]))[0]),
        )
        assert package == found[0][0][k]
        assert package == NONE or step == found[0][1][k]


# -- How far a model of the other is from the truth


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=12))
def test_the_error_of_a_model_is_counted_pair_by_pair(pairs: list[tuple[int, int]]) -> None:
    a, b = (np.array(x, dtype=float) for x in zip(*pairs, strict=True))
    error, spearman, kendall = model_error(a / 6, b)
    room = max(b) - min(b) or 1
    by_hand = math.sqrt(sum((x / 6 - (y - min(b)) / room) ** 2 for x, y in pairs) / len(pairs))
    assert error == pytest.approx(by_hand)
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(spearman)
        return
    two = list(itertools.combinations(pairs, 2))
    sign = [((x > u) - (x < u), (y > v) - (y < v)) for (x, y), (u, v) in two]
    ties = [math.sqrt(sum(s[k] != 0 for s in sign)) for k in (0, 1)]
    assert kendall == pytest.approx(sum(s * t for s, t in sign) / (ties[0] * ties[1]))
    rank = [[sum(w < v for w in x) + (sum(w == v for w in x) + 1) / 2 for v in x] for x in (list(a), list(b))]
    mean = (len(pairs) + 1) / 2
    moment = [
        sum((p - mean) * (q - mean) for p, q in zip(x, y, strict=True))
        for x, y in itertools.product(rank, rank)
    ]
    assert spearman == pytest.approx(moment[1] / math.sqrt(moment[0] * moment[3]))


def test_talks_tell_the_error_of_their_models_and_others_have_none() -> None:
    case = wide(3)
    told = zopa.simulate(case, "frequency", protocols=["alternating"], runs=3, rounds=30)
    error = told.protocols[0].model_error
    assert error is not None
    assert (error.models, error.packages) == (6, 1000)
    assert 0 < error.error < 1
    assert error.spearman is not None
    assert error.spearman > 0  # offers tell something
    assert "root mean square error" in str(told)
    assert (
        zopa.simulate(case, "tit-for-tat", protocols=["alternating"], runs=3, rounds=9)
        .protocols[0]
        .model_error
        is None
    )


def test_a_text_stuck_by_single_issues_names_the_exchange_that_frees_it() -> None:
    points = {
        "A": {"x": {"1": 0, "2": 9}, "y": {"1": 3, "2": 0}, "z": {"1": 1, "2": 1}},
        "B": {"x": {"1": 3, "2": 0}, "y": {"1": 0, "2": 9}, "z": {"1": 1, "2": 1}},
    }
    start = {"x": "1", "y": "1", "z": "1"}
    parties = {
        p: {"name": p, "points": x, "start": {i: o for i, o in start.items()}} for p, x in points.items()
    }
    issues = {i: {"name": i, "options": {"1": f"{i}1", "2": f"{i}2"}} for i in "xyz"}
    case = Case.model_validate({"title": "t", "parties": parties, "issues": issues})
    answer = zopa.simulate(case, protocols=["single-text"], runs=5, together=1)
    frees = answer.protocols[0].frees
    assert frees is not None
    assert (frees.changed, frees.smallest) == (("x", "y"), 6)
    assert frees.gains == {"A": 6, "B": 6}
    assert "would free the draft" in str(answer)
    assert zopa.simulate(case, protocols=["single-text"], runs=5).protocols[0].frees is None
