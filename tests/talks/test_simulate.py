"""Protocols and tactics: published runs step for step, closed forms, batches equal to single runs, clear ends."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import zopa
from published import data, scorable
from zopa.case import Case
from zopa.cli import app
from zopa.errors import CannotShare, NotApplicable, UnknownName
from zopa.parallel import Spread
from zopa.space import Problem
from zopa.talks.bidders import bidder
from zopa.talks.protocols import (
    NONE,
    ListedText,
    alternate,
    fallback,
    raiffa,
    rubinstein,
    single_text,
    single_text_ends,
    zeuthen,
)
from zopa.talks.tactics import (
    EXPONENTS,
    NEGMAS_REACH,
    NEGMAS_SLACK,
    Preferences,
    aspirations,
    exponent,
    negmas_exponent,
)
from zopa.talks.time_dependent import Paths, alternate_many

CASE = zopa.load("ukraine-2025")


def space(k: int, v: int, p: int, seed: int) -> np.ndarray:
    """The seeded near zero-sum space of the comparison: utilities of all packages, shape (p, v^k)."""
    r = np.random.default_rng(seed)
    vals = r.random((p, k, v))
    vals = vals - vals.mean(axis=0, keepdims=True) + 0.1 * r.random((p, k, v))
    vals -= vals.min(axis=2, keepdims=True)
    vals /= vals.max(axis=2, keepdims=True)
    w = r.random((p, k)) + 0.05
    w /= w.sum(axis=1, keepdims=True)
    out = []
    for q in range(p):
        total = np.zeros(1)
        for i in range(k):
            total = np.add.outer(total, w[q, i] * vals[q, i]).ravel()
        out.append(total)
    return np.array(out)


def one_run(worth: np.ndarray, spec: str, rounds: int = 100) -> tuple[int, int]:
    own = [Preferences.of(u, np.ones(u.size, dtype=bool), NEGMAS_SLACK, NEGMAS_REACH) for u in worth]
    bidders = [bidder(spec, o, p, rounds, np.random.default_rng(p)) for p, o in enumerate(own)]
    return alternate(bidders, range(len(own)), rounds, all)


@pytest.mark.parametrize(
    ("parties", "agreed"),
    [
        (2, (0.644937, 0.694919)),
        (3, (0.4751, 0.7715, 0.5817)),
        (5, (0.439, 0.5478, 0.5242, 0.4525, 0.4932)),
    ],
)
def test_boulware_against_boulware_ends_where_negmas_ends(parties: int, agreed: tuple[float, ...]) -> None:
    worth = space(3, 10, parties, 7)
    package, step = one_run(worth, "boulware")
    digits = 6 if parties == 2 else 4
    assert tuple(worth[:, package].round(digits)) == agreed
    if parties == 2:
        assert (package, step) == (442, 77)  # v4, v4, v2
        assert one_run(worth, "linear")[0] == 442


@pytest.mark.slow
def test_five_parties_in_a_million_packages_end_where_negmas_ends() -> None:
    """Only with its rule of the nearest package: the next one above the level is another, and so is the agreement.

    Figures of a run of NegMAS 0.16.0.
    """
    worth = space(6, 10, 5, 7)
    package, step = one_run(worth, "boulware")
    assert tuple(worth[:, package].round(6)) == (0.487149, 0.369401, 0.569159, 0.498122, 0.535580)
    assert step == 90


@pytest.mark.parametrize(("k", "rounds", "agreed"), [(4, 1000, (0.6488, 0.6294)), (6, 100, (0.5215, 0.5387))])
def test_larger_spaces_end_there_too(k: int, rounds: int, agreed: tuple[float, float]) -> None:
    worth = space(k, 10, 2, 7)
    package, _ = one_run(worth, "boulware", rounds)
    assert tuple(worth[:, package].round(4)) == agreed


@pytest.mark.parametrize("spec", ["micro", "tit-for-tat", "hardliner"])
def test_pairs_that_reach_no_agreement_there(spec: str) -> None:
    assert one_run(space(3, 10, 2, 7), spec) == (NONE, 100)


def test_the_exponent_of_negmas_is_the_inverse_of_ours_both_ways() -> None:
    for name, theirs in (("boulware", 4), ("linear", 1), ("conceder", 0.25)):
        assert negmas_exponent(EXPONENTS[name]) == theirs
        assert negmas_exponent(theirs) == EXPONENTS[name]
        t = np.arange(1, 11) / 11
        assert np.allclose(aspirations(EXPONENTS[name], 10), 1 - t**theirs)
    assert exponent("time-dependent:0.5") == 0.5
    with pytest.raises(NotApplicable, match="positive number"):
        exponent("time-dependent:-1")
    with pytest.raises(UnknownName, match="boulware"):
        exponent("boulwar")


@pytest.mark.parametrize("parties", [2, 3, 5])
def test_a_batch_ends_where_each_run_alone_ends(parties: int) -> None:
    worth, rounds, rng = space(2, 6, parties, 3), 40, np.random.default_rng(0)
    own = [Preferences.of(u, np.ones(u.size, dtype=bool)) for u in worth]
    names = list(EXPONENTS)
    levels = np.array([aspirations(e, rounds) for e in EXPONENTS.values()])
    paths = Paths(
        np.repeat(levels[:, None, :], parties, axis=1),
        np.array([[o.worst_at(x) for o in own] for x in levels]),
    )
    picks = rng.integers(3, size=(60, parties))
    orders = rng.permuted(np.tile(np.arange(parties), (60, 1)), axis=1)
    ends, at = alternate_many(
        paths, [o.value for o in own], picks, orders, lambda yes: yes.all(axis=1), np.full(60, rounds + 1)
    )
    for k in range(60):
        bidders = [bidder(names[picks[k, p]], own[p], p, rounds, rng) for p in range(parties)]
        assert alternate(bidders, orders[k].tolist(), rounds, all) == (ends[k], at[k])


def pruitt() -> Problem:
    return Problem(scorable(data("cases/pruitt_lewis_1975.json")))


def test_zeuthen_takes_twelve_steps_on_pruitt_and_lewis_at_equal_risks_to_the_nash_package() -> None:
    problem = pruitt()
    sp, table = problem.space, problem.table
    points = {}
    for n in range(sp.n_packages):
        points.setdefault(tuple(table.utilities[:, n].tolist()), []).append(table.package(n))
    frontier = [
        x
        for u, xs in points.items()
        for x in xs
        if not any(v[0] >= u[0] and v[1] >= u[1] and v != u for v in points)
    ]
    assert len(frontier) == 25
    steps = zeuthen(sp, frontier)
    letters = ["".join("ABCDEFGHI"[k] for k in x) for s in steps for x in s.offers]
    assert letters == (
        [
            "AAA",
            "III",
            "AAB",
            "HII",
            "AAC",
            "GII",
            "AAD",
            "FII",
            "AAE",
            "EII",
            "AAF",
            "DII",
            "AAG",
            "CII",
            "AAH",
            "BII",
            "AAI",
            "AII",
            "ABI",
            "AHI",
            "ACI",
            "AGI",
            "ADI",
            "AFI",
            "AEI",
            "AEI",
        ]
    )
    assert len(steps) - 1 == 12
    assert all(s.risks[0] == s.risks[1] for s in steps)
    assert [sp.points(u) for u in sp.utility(steps[-1].offers[0])] == [2600, 2600]
    (result,) = zopa.simulate(problem, protocols=["zeuthen"]).protocols
    assert list(result.ends[0].package.values()) == ["A", "E", "I"]
    assert result.rounds == 12


def test_a_single_text_from_the_middle_of_pruitt_and_lewis_is_stuck_by_single_issues_and_has_seven_ends_by_pairs() -> (
    None
):
    table, middle = pruitt().table, (4, 4, 4)
    assert single_text_ends(table, middle, 1) == {middle}
    ends = single_text_ends(table, middle, 2)
    assert {"".join("ABCDEFGHI"[k] for k in x) for x in ends} == {f"A{m}I" for m in "BCDEFGH"}
    found, made = single_text(
        ListedText(table, 2), np.full(60, table.number(middle)), np.random.default_rng(1)
    )
    assert {table.package(int(x)) for x in found} <= ends
    assert made.min() >= 1


def test_rubinsteins_first_mover() -> None:
    assert round(float(rubinstein(Fraction(9, 10), Fraction(9, 10))), 6) == 0.526316
    assert round(float(rubinstein(Fraction(9, 10), Fraction(8, 10))), 6) == 0.714286


def test_the_discrete_path_of_raiffa_on_a_set_of_kalai_and_smorodinsky() -> None:
    def best(p: int, d: object) -> tuple[Fraction, Fraction]:
        x, y = d  # type: ignore[misc]
        if p == 0:  # the largest u1 with u2 >= y: (1, 0.7) is a corner
            return (
                (Fraction(1), y) if y <= Fraction(7, 10) else (1 - (y - Fraction(7, 10)) * Fraction(10, 3), y)
            )
        return (x, 1 - Fraction(3, 10) * x)

    path = raiffa(best, (Fraction(0), Fraction(0)), 4)
    assert path == [
        (Fraction(1, 2), Fraction(1, 2)),
        (Fraction(3, 4), Fraction(27, 40)),
        (Fraction(7, 8), Fraction(29, 40)),
        (Fraction(43, 48), Fraction(117, 160)),
    ]


def test_fallback_bargaining_takes_the_option_whose_worst_rank_is_best() -> None:
    points = {"A": {"x": {"1": 10, "2": 9, "3": 0}}, "B": {"x": {"1": 0, "2": 5, "3": 10}}}
    parties = {p: {"name": p, "points": x} for p, x in points.items()}
    case = Case.model_validate(
        {"title": "t", "parties": parties, "issues": {"x": {"name": "X", "options": {o: o for o in "123"}}}}
    )
    assert fallback(Problem(case).space, [0]) == (1,)


def test_the_example_under_three_protocols() -> None:
    answer = zopa.simulate(CASE, runs=300, seed=4, readings="A")
    again = zopa.simulate(CASE, runs=300, seed=4, readings="A")
    assert answer.protocols == again.protocols
    assert [p.protocol for p in answer.protocols] == ["alternating", "single-text", "issue-by-issue"]
    for p in answer.protocols:
        assert p.runs == 300
        assert p.agreed + sum(p.stalls.values()) == 300
        assert sum(e.runs for e in p.ends) <= p.agreed
        assert 0 <= p.efficient <= p.agreed
        assert all(e.in_zone for e in p.ends)
    alone = zopa.simulate(CASE, runs=300, seed=4, readings="A", protocols=["single-text"])
    assert alone.protocols[0] == answer.protocols[1]
    assert "Under these tactics" in str(answer)


def small() -> Case:
    points = {"A": {"x": {"1": 10, "2": 6, "3": 0}}, "B": {"x": {"1": 0, "2": 6, "3": 10}}}
    parties = {p: {"name": p, "points": x, "reservation": 1} for p, x in points.items()}
    return Case.model_validate(
        {"title": "t", "parties": parties, "issues": {"x": {"name": "X", "options": {o: o for o in "123"}}}}
    )


def alternating(**given: object) -> object:
    return zopa.simulate(small(), protocols=["alternating"], **given).protocols[0]  # type: ignore[arg-type]


def test_parties_that_concede_meet_and_parties_that_never_do_reach_the_deadline() -> None:
    met = alternating(tactics="linear", runs=20)
    assert (met.agreed, met.ends[0].package) == (20, {"x": "2"})  # type: ignore[attr-defined]
    assert alternating(tactics="hardliner", runs=20).stalls == {"deadline": 20}  # type: ignore[attr-defined]
    assert alternating(tactics={"A": "hardliner", "B": "conceder"}, runs=5).agreed == 0  # type: ignore[attr-defined]
    assert alternating(tactics="linear", rounds=0, runs=5).stalls == {"deadline": 5}  # type: ignore[attr-defined]


def test_talks_may_break_off_and_a_quota_needs_fewer() -> None:
    broken = alternating(tactics="boulware", breakdown=0.5, runs=200)
    assert broken.stalls["broke off"] > 150  # type: ignore[attr-defined]
    lone = small().model_copy(
        update={"agreement": small().agreement.model_copy(update={"required": ("A",), "at_least": 1})}
    )
    one = zopa.simulate(lone, "hardliner", protocols=["alternating"], runs=20).protocols[0]
    assert one.agreed == 20
    assert {e.package["x"] for e in one.ends} == {"1"}


def test_a_users_own_tactic_is_called_with_the_history() -> None:
    told: list[int] = []

    def patient(history: object) -> int | None:
        told.append(len(history))  # type: ignore[arg-type]
        return 1

    met = alternating(tactics={"A": "linear", "B": patient}, runs=4)
    assert (met.agreed, met.ends[0].package) == (4, {"x": "2"})  # type: ignore[attr-defined]
    assert max(told) > 3


def test_an_end_below_no_agreement_for_a_needed_party_is_no_agreement() -> None:
    careless = alternating(tactics={"A": "linear", "B": lambda _history: 0}, runs=3)
    assert careless.agreed == 0  # type: ignore[attr-defined]
    assert list(careless.stalls) == ["the last draft is below no agreement for a party that is needed"]  # type: ignore[attr-defined]


def test_wrong_settings_are_refused_with_what_would_do() -> None:
    for given, error, said in (
        ({"protocols": ["auction"]}, UnknownName, "alternating"),
        ({"tactics": "tough"}, UnknownName, "hardliner"),
        ({"tactics": []}, NotApplicable, "no tactic"),
        ({"runs": 0}, NotApplicable, "at least one run"),
    ):
        with pytest.raises(error, match=said):
            zopa.simulate(small(), **given)  # type: ignore[arg-type]
    with pytest.raises(NotApplicable, match="two parties"):
        zopa.simulate(CASE, protocols=["zeuthen"])


def test_a_party_that_is_given_no_tactic_draws_one_and_the_others_keep_theirs() -> None:
    answer = zopa.simulate(CASE, {"RUS": "conceder"}, protocols=["alternating"], runs=40)
    assert answer.question.settings["tactics"] == {"RUS": "conceder"}
    assert answer.tactics == ("boulware", "linear", "conceder")
    assert "Russia conceder" in str(answer)
    every = [{"RUS": "conceder", **dict.fromkeys(("US", "UKR", "EUR"), t)} for t in answer.tactics]
    alike = [zopa.simulate(CASE, t, protocols=["alternating"], runs=40).protocols[0].distinct for t in every]
    assert answer.protocols[0].distinct > max(alike)


def test_the_command_gives_the_same_as_the_verb() -> None:
    run = CliRunner().invoke(
        app, ["simulate", "ukraine-2025", "-r", "A", "--runs", "50", "--seed", "9", "--json"]
    )
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)["answer"]["protocols"]
    assert [p["agreed"] for p in told] == [
        p.agreed for p in zopa.simulate(CASE, runs=50, seed=9, readings="A").protocols
    ]


@pytest.mark.parametrize("tactics", [("boulware", "conceder"), ("random", "tit-for-tat")])
def test_any_number_of_workers_and_a_run_folder_give_the_same_talks(
    tmp_path: Path, tactics: tuple[str, ...]
) -> None:
    few = {
        "runs": 600,
        "rounds": 12,
        "seed": 4,
        "breakdown": 0.01,
        "protocols": ("alternating", "single-text"),
    }
    small = zopa.load("harbour-sport-park")
    alone = zopa.simulate(small, tactics, **few)
    assert zopa.simulate(small, tactics, spread=Spread(2, run_folder=tmp_path / "run"), **few) == alone
    parts = sorted((tmp_path / "run").glob("*.part"))
    assert [p.name[:-12] for p in parts] == ["talks-by-alternating-offers"] * 3 + ["talks-over-a-single-text"]
    parts[1].unlink()
    assert zopa.simulate(small, tactics, spread=Spread(run_folder=tmp_path / "run"), **few) == alone
    with pytest.raises(CannotShare, match="runs: 600 there, 500 now"):
        zopa.simulate(small, tactics, spread=Spread(run_folder=tmp_path / "run"), **{**few, "runs": 500})


def test_a_single_text_in_several_parts_gives_the_same_talks_for_any_number_of_workers() -> None:
    few = {"runs": 2300, "seed": 4, "protocols": ("single-text",)}
    alone = zopa.simulate(zopa.load("harbour-sport-park"), **few)
    assert zopa.simulate(zopa.load("harbour-sport-park"), spread=Spread(3), **few) == alone


def test_a_function_of_the_user_works_in_other_processes() -> None:
    def first_always(history: object) -> int | None:
        return 0

    few = {"runs": 600, "rounds": 8, "protocols": ("alternating",)}
    found = zopa.simulate(zopa.load("harbour-sport-park"), first_always, spread=Spread(2), **few)
    assert found.to_dict() == zopa.simulate(zopa.load("harbour-sport-park"), first_always, **few).to_dict()


def test_runs_without_chance_that_are_the_same_run_end_as_when_each_is_talked(monkeypatch) -> None:
    asked = {
        "tactics": ["tit-for-tat", "relative-tit-for-tat", "linear"],
        "runs": 12,
        "protocols": ["alternating"],
    }
    case = zopa.load("harbour-sport-park")
    once = zopa.simulate(case, **asked).to_dict()
    monkeypatch.setattr(sys.modules["zopa.talks.simulate"], "STEADY", set())
    assert zopa.simulate(case, **asked).to_dict() == once
