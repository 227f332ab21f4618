"""Sobol indices of a published function, laws against their moments, tornado and break-even against the zone itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import zopa
from zopa.bargaining import zone
from zopa.case import Case
from zopa.case.basis import Judgment
from zopa.case.interval import Interval
from zopa.case.laws import quantiles
from zopa.robustness.drivers import decision_map, drivers, sobol
from zopa.space import Problem

A, B = 7.0, 0.1


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_the_ishigami_function_are_those_of_its_closed_form() -> None:
    """Ishigami & Homma 1990; variance and its parts by integration over [-pi, pi]."""
    first = 0.5 * (1 + B * np.pi**4 / 5) ** 2
    second = A**2 / 8
    both = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = first + second + both
    expected = np.array([first, second, 0]) / variance
    totals = np.array([first + both, second, both]) / variance
    assert np.allclose(expected, [0.3139, 0.4424, 0], atol=5e-5)
    assert np.allclose(totals, [0.5576, 0.4424, 0.2437], atol=5e-5)
    rows, found = sobol(ishigami, lambda u: (2 * u - 1) * np.pi, [[0], [1], [2]], 3, samples=1024)
    assert found == pytest.approx(variance, rel=0.02)
    assert np.allclose([r[0] for r in rows], expected, atol=0.04)
    assert np.allclose([r[2] for r in rows], totals, atol=0.04)
    for (one, (low, high), all_, (least, most)), e, t in zip(rows, expected, totals, strict=True):
        assert low <= one <= high
        assert least <= all_ <= most
        assert low - 0.02 <= e <= high + 0.02
        assert least - 0.02 <= t <= most + 0.02


def test_numbers_that_move_together_are_one_driver() -> None:
    """x + y + z with x and y as one group: its share is 2/3, and there are no interactions."""
    rows, variance = sobol(lambda x: x.sum(axis=1), lambda u: u, [[0, 1], [2]], 3, samples=1024)
    assert variance == pytest.approx(3 / 12, rel=0.02)
    assert np.allclose([r[0] for r in rows], [2 / 3, 1 / 3], atol=0.02)
    assert np.allclose([r[2] for r in rows], [2 / 3, 1 / 3], atol=0.02)


def test_the_indices_are_those_of_another_library_and_the_same_seed_gives_the_same_bits() -> None:
    from scipy.stats import qmc, sobol_indices

    def draw(u: np.ndarray) -> np.ndarray:
        return (2 * u - 1) * np.pi

    rows, _ = sobol(ishigami, draw, [[0], [1], [2]], 3, samples=256, seed=5)
    assert sobol(ishigami, draw, [[0], [1], [2]], 3, samples=256, seed=5)[0] == rows
    u = np.clip(qmc.Sobol(6, rng=np.random.default_rng(5)).random(256), 1e-9, 1 - 1e-9)
    a, b = draw(u[:, :3]), draw(u[:, 3:])
    mixed = [np.where(np.arange(3) == k, b, a) for k in range(3)]
    parts = {
        "f_A": ishigami(a)[None],
        "f_B": ishigami(b)[None],
        "f_AB": np.array([ishigami(m) for m in mixed])[:, None],
    }
    found = sobol_indices(func=parts, n=256)
    assert np.allclose([r[0] for r in rows], np.ravel(found.first_order), atol=1e-9)
    assert np.allclose([r[2] for r in rows], np.ravel(found.total_order), atol=1e-9)


@pytest.mark.slow
def test_bootstrap_intervals_of_first_and_total_indices_cover_about_as_often_as_they_say() -> None:
    """60 runs at 512 samples: of a true 95 %, fewer than 85 % in four series has a chance below one in a hundred."""
    hits, runs = np.zeros(5), 60
    for seed in range(runs):
        rows, _ = sobol(ishigami, lambda u: (2 * u - 1) * np.pi, [[0], [1], [2]], 3, samples=512, seed=seed)
        for k, (interval, e) in enumerate(
            (
                (rows[0][1], 0.3139),
                (rows[1][1], 0.4424),
                (rows[0][3], 0.5576),
                (rows[1][3], 0.4424),
                (rows[2][3], 0.2437),
            )
        ):
            hits[k] += interval[0] <= e <= interval[1]
    assert (hits / runs >= 0.85).all()


U = (np.arange(20_000) + 0.5) / 20_000


@pytest.mark.parametrize(
    ("law", "mean", "sd"),
    [
        ({}, 40, 60 / np.sqrt(12)),
        ({"law": "uniform"}, 40, 60 / np.sqrt(12)),
        ({"law": "triangular"}, (10 + 30 + 70) / 3, np.sqrt((100 + 900 + 4900 - 300 - 700 - 2100) / 18)),
        ({"law": "pert"}, (10 + 4 * 30 + 70) / 6, None),
        ({"law": "normal", "sd": 4}, 30, 4),
        ({"chances": ((10, 1), (20, 3))}, 17.5, np.sqrt(18.75)),
    ],
)
def test_laws_have_the_moments_of_their_names(law: dict[str, object], mean: float, sd: float | None) -> None:
    judgment = Judgment(low=10, best=30, high=70, **law)  # type: ignore[arg-type]
    x = quantiles(judgment, Interval(30, 10, 70), U)
    assert x.mean() == pytest.approx(mean, rel=2e-3)
    assert sd is None or x.std() == pytest.approx(sd, rel=5e-3)
    assert x.min() >= 10
    assert x.max() <= 70
    assert (np.diff(x) >= 0).all()


def test_a_law_that_lacks_what_it_needs_is_an_error_at_its_place(tmp_path: Path) -> None:
    text = """\
title: t
parties:
  P:
    name: P
    reservation: {low: 10, high: 30, law: normal, assumed: t}
    weights: {A: 100}
    values: {A: {a: {best: 5, law: pert}, b: {low: 0, high: 9, chances: [[50, 1]], assumed: t}}}
issues: {A: {name: A, options: {a: a, b: b}}}
"""
    (tmp_path / "case.yaml").write_text(text)
    found = "\n".join(map(str, zopa.check(tmp_path)))
    assert "case.yaml:5" in found
    assert "`sd` with `law: normal`" in found
    assert "low and high beside `law`" in found
    assert "numbers between low and high" in found


def small() -> Case:
    def party(low: int, high: int, *worth: int) -> dict[str, object]:
        a, b = worth[:3], worth[3:]
        return {
            "name": "x",
            "reservation": {"low": low, "best": (low + high) / 2, "high": high, "assumed": "t"},
            "weights": {"A": {"low": 20, "best": 60, "high": 80}, "B": {"low": 30, "best": 40, "high": 50}},
            "values": {
                "A": {
                    f"a{k}": {"best": v, "low": max(0, v - 10), "high": min(100, v + 10)}
                    for k, v in enumerate(a)
                },
                "B": {f"b{k}": {"best": v} for k, v in enumerate(b)},
            },
        }

    issues = {n: {"name": n, "options": {f"{n.lower()}{k}": f"{k}" for k in range(3)}} for n in "AB"}
    return Case.model_validate(
        {
            "title": "t",
            "issues": issues,
            "parties": {
                "P": party(20, 60, 0, 50, 100, 0, 60, 100),
                "Q": party(20, 60, 100, 60, 0, 100, 30, 0),
            },
        }
    )


def test_each_bar_of_the_tornado_is_the_zone_with_that_number_changed() -> None:
    case = small()
    found = drivers(case, samples=16)
    assert found.complete
    assert found.share == pytest.approx(zone(case).count / found.packages)
    assert found.bars
    for bar in found.bars:
        if ".weights." in bar.path:
            continue  # plain weights of a case must add up to 100
        for at, share in ((bar.low, bar.at_low), (bar.high, bar.at_high)):
            assert zone(case.with_({bar.path: at})).count / found.packages == pytest.approx(share)
    groups = {(s.party, s.group) for s in found.sobol}
    assert groups == {(p, g) for p in "PQ" for g in ("reservation value", "weights", "values")}
    assert found.variance > 0


def test_at_its_break_even_value_a_number_leaves_its_party_indifferent() -> None:
    case = small()
    found = drivers(case, samples=16)
    assert {b.path.split(".")[2] for b in found.break_even} == {"reservation", "values", "weights"}
    for b in found.break_even:
        if ".weights." in b.path:
            issue = b.path.split(".")[3]
            p = Problem(case)
            at = p.space.parties.index(b.party)
            w = {i: j.best for i, j in case.parties[b.party].weights.items()} | {issue: float(b.at)}
            worth = sum(
                w[i] * case.parties[b.party].values[i][o].best
                for i, o in found.package.items()  # type: ignore[operator]
            ) / sum(w.values())  # type: ignore[arg-type]
            assert worth == pytest.approx(float(p.space.points(p.space.reservation[at])))
            continue
        changed = Problem(case.with_({b.path: float(b.at)}))
        at = changed.space.parties.index(b.party)
        utility = changed.space.utility(changed.space.package(found.package))[at]
        assert float(changed.space.points(int(utility) - changed.space.reservation[at])) == pytest.approx(
            0, abs=1e-6
        )


def test_the_map_names_the_nash_package_of_every_cell_and_borders_are_where_it_changes() -> None:
    from zopa.bargaining import solve

    case = small()
    x, y = "parties.P.reservation", "parties.Q.reservation"
    found = decision_map(case, x, y, cells=7, within=0.01)
    assert len({w for row in found.winners for w in row}) > 1
    for b, row in zip(found.rows[::3], found.winners[::3], strict=True):
        for a, w in zip(found.columns, row, strict=True):
            picked = [d.package for d in solve(case.with_({x: round(a, 6), y: round(b, 6)}), "nash").deals]
            assert (found.packages[w] in picked) if w >= 0 else not picked
    assert {x in found.columns for x, _ in found.borders} == {True, False}, "along x and along y"
    for a, b in found.borders:
        along_x = b in found.rows and a not in found.columns
        sides = []
        for step in (-0.02, 0.02):
            at = {x: round(a + step * along_x, 6), y: round(b + step * (not along_x), 6)}
            sides.append([d.package for d in solve(case.with_(at), "nash").deals])
        assert sides[0] != sides[1]


def test_the_main_job_has_the_map_of_the_two_numbers_that_move_the_zone_most() -> None:
    case = small()
    found = drivers(case, samples=16, cells=5)
    assert found.map is not None
    assert (found.map.x, found.map.y) == (found.bars[0].path, found.bars[1].path)
    assert replace(found.map, question=None) == replace(
        decision_map(case, found.map.x, found.map.y, cells=5), question=None
    )
