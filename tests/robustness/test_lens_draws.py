"""Lenses under the draws: stability against the whole graph model, opening months against the exact lens, same bits."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from zopa.case import Case, Interval
from zopa.case.laws import quantiles
from zopa.graphmodel import GraphModel, compile_graph
from zopa.graphmodel.concepts import stable
from zopa.parallel import Spread
from zopa.robustness import WordSettings, stress, words_of
from zopa.robustness.lens_draws import MONTHS, NO_MONTH, OpeningLens, StabilityLens, under_the_draws
from zopa.robustness.shares import draw
from zopa.space import Problem
from zopa.waiting import Clock, Costs, Waiting, delay, worth_of_waiting, zone_opening
from zopa.waiting.opening_month import any_package, one_package

TAKEN = WordSettings(taken="assumed")


def held_case(seed: int) -> Case:
    """Three issues, two of which somebody can settle alone; a few comparisons at random."""
    rng = np.random.default_rng(seed)
    issues: dict[str, Any] = {
        i: {"name": i, "now": f"{i.lower()}0", "options": {f"{i.lower()}{k}": f"{k}" for k in range(n)}}
        for i, n in {"A": 3, "B": 2, "C": 3}.items()
    }
    issues["A"]["holder"], issues["C"]["holder"] = "P", "Q"
    rows = []
    for party in "PQR":
        for i in "ABC":
            a, b = rng.permutation(len(issues[i]["options"]))[:2]
            rows.append(
                {
                    "party": party,
                    "prefers": {i: f"{i.lower()}{a}"},
                    "to": {i: f"{i.lower()}{b}"},
                    "assumed": "test",
                }
            )
    parties = {p: {"name": p} for p in "PQR"}
    return Case.model_validate(
        {"title": "t", "parties": parties, "issues": issues, "comparisons": tuple(rows)}
    )


def test_stability_in_every_draw_is_that_of_the_whole_graph_model() -> None:
    """The lens looks at the states that anybody can bring about; the model here has all packages."""
    seen = set()
    for seed in range(6):
        problem = Problem(held_case(seed))
        words, _ = words_of(problem, TAKEN)
        points = {p: draw(w, 12, seed + k) for k, (p, w) in enumerate(words.items())}
        packages = [problem.space.names(x) for x in ((0, 0, 0), (2, 1, 0), (1, 0, 2))]
        lens = StabilityLens(problem, words, packages)
        found = lens.of(points, np.random.SeedSequence(0))
        model = compile_graph(problem, form="issues").model
        for k in range(12):
            ranks = np.zeros((3, model.n_states))
            for p, (name, w) in enumerate(words.items()):
                for s in range(model.n_states):
                    x = problem.space.package(model.names(s))
                    ranks[p, s] = sum(points[name][k, w.at[i][o]] for i, o in enumerate(x) if w.at[i][o] >= 0)
            whole = GraphModel(model.parties, model.feasible, ranks, model.issues)
            for n, package in enumerate(packages):
                s = model.state(package)
                held = {c: all(stable(whole, p, c)[s] for p in range(3)) for c in ("nash", "seq")}
                expected = 0 if held["nash"] else 1 if held["seq"] else 2
                assert found[k, n] == expected
                seen.add(expected)
    assert seen == {0, 1, 2}


def waiting_case(**ranges: Any) -> Case:
    def party(reservation: Any, *worth: int) -> dict[str, Any]:
        return {
            "name": "x",
            "reservation": {**reservation, "assumed": "t"},
            "weights": {"A": 60, "B": 40},
            "values": {
                "A": dict(zip(("a0", "a1"), worth[:2], strict=True)),
                "B": {"b0": worth[2], "b1": worth[3]},
            },
        }

    issues = {i: {"name": i, "options": {f"{i.lower()}{k}": f"{k}" for k in range(2)}} for i in "AB"}
    costs = {
        "clock": "fixed",
        "months": 12,
        "parties": {
            "P": {"rising": {"start": ranges.get("start", 1), "per_month": ranges.get("per", 0), "unit": "days"},
                  "points_per": {"days": ranges.get("worth", 1)}},
            "Q": {"drift": ranges.get("drift", -1)},
        },
    }  # fmt: skip
    return Case.model_validate(
        {
            "title": "t",
            "as_of": date(2025, 1, 15),
            "issues": issues,
            "parties": {
                "P": party(ranges.get("p", {"best": 60}), 0, 100, 30, 100),
                "Q": party(ranges.get("q", {"best": 70}), 100, 0, 100, 40),
            },
            "comparisons": (
                {"party": "P", "prefers": {"A": "a1"}, "to": {"A": "a0"}, "assumed": "t"},
                {"party": "Q", "prefers": {"A": "a0"}, "to": {"A": "a1"}, "assumed": "t"},
            ),
            "basis": {"assumed": "test"},
            "costs": costs,
        }
    )


WIDE: dict[str, Any] = {
    "start": {"low": 0, "best": 1, "high": 3},
    "worth": {"low": 1, "best": 2, "high": 4},
    "drift": {"low": -6, "best": -2, "high": 0},
    "p": {"low": 20, "best": 60, "high": 90},
    "q": {"low": 30, "best": 70, "high": 90, "law": "triangular"},
}


def months_of(lens: OpeningLens, column: Any) -> list[int | None]:
    return [None if lens.outcomes[k] == NO_MONTH else int(lens.outcomes[k]) for k in column]


def test_without_any_range_the_month_of_every_draw_is_that_of_the_exact_lens() -> None:
    case = waiting_case(drift=-5, p={"best": 70, "low": 70, "high": 70.001})
    packages = [{"A": a, "B": b} for a in ("a0", "a1") for b in ("b0", "b1")]
    lens = OpeningLens(Problem(case), {}, packages)
    found = lens.of({"P": np.zeros((5, 1))}, np.random.SeedSequence(3))
    exact = delay(case, {str(k): p for k, p in enumerate(packages)}, months=MONTHS)
    expected = [exact.zone.opening.central, *(p.opening.central for p in exact.packages[: len(packages)])]  # type: ignore[union-attr]
    assert len(set(expected)) > 2
    for row in found:
        assert months_of(lens, row) == expected


def test_the_month_of_a_draw_is_that_of_the_exact_lens_at_the_numbers_drawn() -> None:
    """Each draw again in fractions by the formula of the lens, with the numbers that its uniform ones stand for."""
    case = waiting_case(**WIDE)
    problem = Problem(case)
    packages = [{"A": a, "B": b} for a in ("a0", "a1") for b in ("b0", "b1")]
    lens = OpeningLens(problem, {}, packages)
    draws = 60
    found = lens.of({"P": np.zeros((draws, 1))}, np.random.SeedSequence(9))
    widths = [b.width for b in lens.bearers]
    u = np.random.Generator(np.random.PCG64(np.random.SeedSequence(9))).random((draws, sum(widths)))
    table = problem.table
    is_open = [any_package(problem.space, table.utilities[:, table.admissible])]
    for p in packages:
        utility = [problem.space.points(x) for x in problem.space.utility(problem.space.package(p))]
        is_open.append(one_package(problem.space, utility))
    seen = set()
    for k in range(draws):
        curves = []
        for n, b in enumerate(lens.bearers):
            own = u[k, sum(widths[:n]) :]
            w = b.waiting

            def at(judgment: Any, interval: Interval, x: float) -> Interval:
                return Interval.of(Fraction(float(quantiles(judgment, interval, np.array([x]))[0])))

            fixed = Waiting(
                end=at(case.parties["PQ"[n]].reservation, w.end, own[0]),
                flow=at(None, w.flow, own[1]),
                worth=at(None, w.worth, own[2]),
                discount=at(None, w.discount, own[3]),
                drift=at(None, w.drift, own[4]),
                costs=Costs(
                    tuple((m, at(None, x, own[6 + j])) for j, (m, x) in enumerate(w.costs.steps)),
                    at(None, w.costs.rise, own[5]),
                ),
            )
            curves.append([worth_of_waiting(fixed, t, Clock("fixed", 12)) for t in range(MONTHS + 1)])
        expected = [zone_opening(curves, o).opening.central for o in is_open]
        assert months_of(lens, found[k]) == expected
        seen |= set(expected)
    assert len(seen) > 4


def test_shares_add_up_and_a_lens_that_does_not_apply_says_why() -> None:
    problem = Problem(waiting_case(**WIDE))
    words, _ = words_of(problem, TAKEN)
    points = {p: draw(w, 300, 1) for p, w in words.items()}
    stability, opening = under_the_draws(problem, words, points, [{"A": "a0", "B": "b1"}], 4)
    assert (stability.draws, stability.shares) == (0, ())
    assert "holder" in stability.why_not
    assert opening.packages[0] == {}
    for row in opening.shares:
        assert sum(s.count for s in row) == 300
    # what any package may do, one package cannot do sooner
    soon = [np.cumsum([s.count for s in row]) for row in opening.shares]
    assert (soon[0] >= soon[1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 7])
def test_lenses_under_the_draws_have_the_same_bits_for_any_number_of_workers(workers: int) -> None:
    case = held_case(1)
    alone = stress(case, settings=TAKEN, draws=700)
    assert alone.lenses[0].draws == 700  # type: ignore[union-attr]
    shared = stress(case, settings=TAKEN, draws=700, spread=Spread(workers))
    assert json.dumps(alone.to_dict()["lenses"]) == json.dumps(shared.to_dict()["lenses"])
