"""Draws against closed forms, the same bits for the same seed, information in bits, an answer written and taken back."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import zopa
import zopa.errors
from zopa.casefile import init, load
from zopa.cli import app
from zopa.robustness import WordSettings, answer_row, compatible, draw, information, questions, share, stress
from zopa.space import Problem
from zopa.space.draws import CHUNK, chunks, uniform_walks


def walks(
    rows: list[list[float]], groups: list[list[int]], start: list[float], n: int = 8192, seed: int = 1
) -> Any:
    found = [
        uniform_walks(np.array(rows, dtype=float).reshape(-1, len(start)), groups, np.array(start), size, s)
        for size, s in chunks(n, seed)
    ]
    return np.concatenate(found)


def test_in_order_on_a_line_the_draws_have_the_means_of_order_statistics() -> None:
    """0 <= x1 <= x2 <= x3 <= 100, uniform: mean of the i-th smallest is 100 i / (k + 1)."""
    at = walks([[1, 0, 0], [-1, 1, 0], [0, -1, 1]], [[0, 1, 2]], [1.0, 2.0, 3.0])
    error = 4 * 100 * np.sqrt(0.0375 / len(at))
    assert np.allclose(at.mean(axis=0), [25, 50, 75], atol=error)


def test_on_a_simplex_the_draws_have_the_mean_of_the_simplex() -> None:
    """Three issues with one option each, all worth something, spans adding up to at most 100."""
    at = walks([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0], [1], [2]], [1.0, 1.0, 1.0])
    assert (at.sum(axis=1) <= 100 + 1e-9).all()
    assert np.allclose(at.mean(axis=0), [25, 25, 25], atol=4 * 19.4 / np.sqrt(len(at)))


def test_within_a_box_every_part_gets_its_share() -> None:
    at = walks([], [], [0.0, 0.0], n=4096)
    counts = np.histogram2d(at[:, 0], at[:, 1], bins=4, range=[[-100, 100]] * 2)[0]
    expected = len(at) / 16
    assert ((counts - expected) ** 2 / expected).sum() < 45  # chi square, 15 degrees: p below 1e-4 beyond it


def test_chunks_are_seeded_by_their_place_so_that_any_order_gives_the_same_bits() -> None:
    one = walks([[1.0, -1.0]], [[0, 1]], [2.0, 1.0], n=CHUNK * 2 + 100, seed=7)
    parts = [
        uniform_walks(np.array([[1.0, -1.0]]), [[0, 1]], np.array([2.0, 1.0]), size, s)
        for size, s in reversed(chunks(CHUNK * 2 + 100, 7))
    ]
    assert np.array_equal(one, np.concatenate(parts[::-1]))
    assert not np.array_equal(one, walks([[1.0, -1.0]], [[0, 1]], [2.0, 1.0], n=CHUNK * 2 + 100, seed=8))


def test_draws_of_a_party_satisfy_its_words() -> None:
    case = zopa.load(example())
    for party in ("US", "UKR"):
        words = compatible(Problem(case, "B"), party, WordSettings(taken="inferred"))
        points = draw(words, 500, 3)
        for row in words.alternatives[0]:
            assert (points @ np.array(row.vector, dtype=float) >= -1e-9).all()


@pytest.mark.parametrize("p", [0.02, 0.5, 0.97])
def test_intervals_of_shares_cover_at_least_as_often_as_they_say(p: float) -> None:
    rng = np.random.default_rng(1)
    found = [share(int(k), 400) for k in rng.binomial(400, p, 1000)]
    assert np.mean([s.low <= p <= s.high for s in found]) >= 0.94
    assert (share(0, 10).low, share(10, 10).high) == (0.0, 1.0)


def test_information_of_known_kinds() -> None:
    rng = np.random.default_rng(2)
    coin, other = rng.random(20_000) < 0.5, rng.random(20_000) < 0.5
    assert information(coin, coin) == pytest.approx(1, abs=0.001)
    assert information(coin, ~coin) == pytest.approx(1, abs=0.001)
    assert information(coin, other) < 0.001
    rare = rng.random(20_000) < 0.1
    assert information(rare, rare) == pytest.approx(0.469, abs=0.02)  # entropy of 1 in 10


@pytest.mark.slow
def test_under_readings_b_f_and_g_the_zone_of_the_example_is_open_in_nearly_all_draws_from_the_words() -> (
    None
):
    answer = stress(zopa.load(example()), ["B", "F", "G"], draws=100)
    assert answer.drawn is not None
    assert all(o.best > 0.96 for o in answer.drawn.open.values())
    one, again = (stress(zopa.load(example()), ["G"], draws=16).to_dict() for _ in range(2))
    assert again == one


def test_the_example_names_three_questions_to_three_parties_within_their_bounds() -> None:
    found = questions(zopa.load(example()), ["B"], draws=1024)
    assert len(found.best) == 3
    assert len({q.party for q in found.best}) == 3
    for q in found.best:
        assert 0 < q.bits <= q.at_most + 1e-9
        assert q.yes * q.if_yes + (1 - q.yes) * q.if_no == pytest.approx(found.share)
        assert q.id in str(found)


def test_without_numbers_the_questions_are_about_the_package_that_most_but_not_all_draws_accept() -> None:
    case, n = zopa.load("two-farms"), 256
    found = questions(case, draws=n)
    space = Problem.of(case).space
    every = [space.names(x) for x in itertools.product(*map(range, space.sizes))]
    allowed = [p for p in every if space.allows(space.package(p))]
    shares = [questions(case, draws=n, most=0, draft=p).share for p in allowed]
    assert found.share == max(s for s in shares if s < 1)
    assert found.target == allowed[shares.index(found.share)]
    assert found.best[0].bits > 0.1


CASE = """\
title: A pump
parties: {P: {name: Pia}, Q: {name: Quinn}}
speakers: {p: {name: Pia, party: P}}
issues:
  pump: {name: Pump, now: none, options: {none: none, small: small, large: large}}
  pay: {name: Payment, now: nobody, options: {nobody: nobody, half: half each, pia: Pia alone}}
"""
STATEMENTS = """\
statements:
  s1: {source: t, quote: We could live with it., kind: position, speaker: p}
"""


def folder(tmp_path: Path) -> Path:
    path = tmp_path / "case"
    init(path)
    for old in path.rglob("*"):
        if old.is_file() and old.name in ("case.yaml", "statements.yaml", "costs.csv"):
            old.unlink()
    (path / "case.yaml").write_text(CASE)
    sources = path / "sources"
    sources.mkdir(exist_ok=True)
    for old in sources.iterdir():
        old.unlink()
    (sources / "t.txt").write_text("We could live with it.\n")
    (sources / "index.csv").write_text("id,title,file\nt,Talk,t.txt\n")
    (path / "statements.yaml").write_text(STATEMENTS)
    return path


def test_an_answer_is_written_as_a_judgment_with_its_basis_changes_the_verdict_and_can_be_undone(
    tmp_path: Path,
) -> None:
    path = folder(tmp_path)
    before = (path / "case.yaml").read_text()
    asked = next(
        q for q in questions(load(path), draws=512, most=99).best if q.kind == "accepts" and q.party == "P"
    )
    options = ["--draws", "512"]
    done = CliRunner().invoke(app, ["answer", str(path), asked.id, "yes", "--stated", "s1", *options])
    assert done.exit_code == 0, done.output
    row = load(path).comparisons[0]
    assert (row.party, row.accepts, row.stated, row.answers) == ("P", dict(asked.content), ("s1",), asked.id)
    now = stress(load(path), draws=0)
    assert now.parties["P"].necessary > stress_before(before, tmp_path)
    twice = CliRunner().invoke(app, ["answer", str(path), asked.id, "no", "--stated", "s1", *options])
    assert twice.exit_code != 0
    undone = CliRunner().invoke(app, ["answer", str(path), asked.id, "undo"])
    assert undone.exit_code == 0, undone.output
    assert load(path).comparisons == ()


def stress_before(text: str, tmp_path: Path) -> int:
    other = tmp_path / "before"
    other.mkdir()
    (other / "case.yaml").write_text(text)
    return stress(load(other), draws=0).parties["P"].necessary


def test_an_answer_no_is_a_refusal_and_the_other_order() -> None:
    found = questions(zopa.load(example()), ["B"], draws=256, most=10_000).best
    draft = next(q for q in found if q.kind == "accepts")
    assert answer_row(found, draft.id, False, ["s"])["refuses"] == dict(draft.content)
    order = next(q for q in found if q.kind == "prefers")
    assert answer_row(found, order.id, False, ["s"])["prefers"] == dict(order.content["to"])
    with pytest.raises(zopa.errors.UnknownName):
        answer_row(found, "q-none", True, ["s"])


def example() -> str:
    from zopa.cli.options import examples

    return str(examples() / "ukraine-2025")
