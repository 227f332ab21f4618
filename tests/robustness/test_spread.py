"""Shares of draws: the same for any number of workers, compiled or not, and after a stop; exact counts of acceptance."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zopa
from zopa.case import Case
from zopa.errors import CannotShare
from zopa.parallel import Spread
from zopa.robustness import WordSettings, stress
from zopa.robustness import acceptance as kernel
from zopa.robustness.acceptance import Halves, accepted_at, accepted_counts, gains_at
from zopa.robustness.compatible_set import Compatible
from zopa.space import draws as sampler

WORDS = [
    {"party": "P", "prefers": {"A": "a2"}, "to": {"A": "a1"}},
    {"party": "P", "accepts": {"A": "a1", "B": "b1", "C": "c1"}},
    {"party": "P", "refuses": {"A": "a0", "B": "b1", "C": "c1"}},
    {"party": "Q", "prefers": {"A": "a1"}, "to": {"A": "a2"}},
    {"party": "Q", "accepts": {"A": "a2", "B": "b0", "C": "c1"}},
]
CASE: dict[str, Any] = {
    "title": "t",
    "parties": {p: {"name": p} for p in "PQR"},
    "issues": {i: {"name": i, "now": f"{i.lower()}0", "options": {f"{i.lower()}{k}": f"{k}" for k in range(3)}}
               for i in "ABC"},
    "comparisons": tuple({**w, "assumed": "test"} for w in WORDS),
}  # fmt: skip
DRAWS = 2500  # three chunks


def asked(spread: Spread | None = None, **more: Any) -> dict[str, Any]:
    settings = WordSettings(taken="assumed")
    return stress(
        Case.model_validate(CASE), settings=settings, **{"draws": DRAWS, "spread": spread, **more}
    ).to_dict()


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    return asked()


@pytest.mark.parametrize("workers", [2, pytest.param(7, marks=pytest.mark.slow)])
def test_any_number_of_workers_gives_the_same_answer(alone: dict[str, Any], workers: int) -> None:
    assert asked(Spread(workers)) == alone


def test_a_run_folder_is_gone_on_with_and_another_seed_is_refused(
    alone: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    assert asked(Spread(run_folder=folder)) == alone
    parts = sorted(folder.glob("drawing-values-*.part"))
    assert len(parts) == 3
    parts[1].unlink()
    said: list[str] = []
    assert asked(Spread(run_folder=folder), progress=lambda s, _: said.append(s)) == alone
    assert any("2 of 3 parts were done before" in s for s in said)
    with pytest.raises(CannotShare, match="seed: 1 there, 2 now"):
        asked(Spread(run_folder=folder), seed=2)
    with pytest.raises(CannotShare, match="draws: 2500 there, 2600 now"):
        asked(Spread(run_folder=folder), draws=2600)


@pytest.mark.slow
def test_compiled_and_plain_draws_have_the_same_bits(
    alone: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if sampler.compiled() is None:
        pytest.skip("the extra `fast` is not installed")
    monkeypatch.setattr(sampler, "compiled", lambda *_: None)
    monkeypatch.setattr(kernel, "compiled", lambda *_: None)
    assert asked() == alone


def values(sizes: tuple[int, ...], cost: bool) -> Compatible:
    """A party with a variable for every option but the first of each issue."""
    numbers = itertools.count()
    at = tuple((-1, *(next(numbers) for _ in range(n - 1))) for n in sizes)
    names = tuple((f"i{i}", f"o{k}") for i, row in enumerate(at) for k, v in enumerate(row) if v >= 0)
    return Compatible("P", names + ((("c", ""),) if cost else ()), at, len(names) if cost else -1, ((),), ())


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=5),
    st.integers(1, 1200),
    st.booleans(),
    st.integers(0, 99),
)
def test_counts_of_acceptance_are_those_of_every_package_added_up(
    sizes: list[int], draws: int, compiled: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    words = [values(tuple(sizes), cost) for cost in (True, False)]
    points = [np.rint(rng.normal(size=(draws, len(w.variables))) * 4) for w in words]  # many ties at 0
    space = np.array(list(itertools.product(*map(range, sizes))))
    packages = space[np.sort(rng.choice(len(space), rng.integers(1, len(space) + 1), replace=False))]
    with pytest.MonkeyPatch.context() as patch:
        if not compiled:
            patch.setattr(kernel, "compiled", lambda: None)
        counts, together = accepted_counts(words, Halves.of(packages), points)
    said = np.zeros((2, len(packages), draws), dtype=bool)
    for p, (w, at) in enumerate(zip(words, points, strict=True)):
        for x, package in enumerate(packages.tolist()):
            gain = np.array(w.gain(package), dtype=float)
            said[p, x] = [float(gain @ point) >= 0 for point in at]
    assert np.array_equal(counts, said.sum(axis=2))
    assert np.array_equal(together, said.all(axis=0).sum(axis=1))
    for p, w in enumerate(words):
        assert np.array_equal(accepted_at(w, packages, points[p]), said[p])
        everything = [float(np.dot(w.gain(x), points[p][0])) for x in space.tolist()]
        assert gains_at(w, points[p][0]).tolist() == everything


def test_sums_of_draws_are_exact_in_any_order() -> None:
    at = sampler.uniform_walks(
        np.array([[1.0, -1.0, 0.0]]), [[0, 1], [2]], np.array([2.0, 1.0, 1.0]), 200, np.random.SeedSequence(3)
    )
    assert (at * sampler.GRID == np.rint(at * sampler.GRID)).all()
    assert np.array_equal((at[:, 0] + at[:, 1]) + at[:, 2], at[:, 0] + (at[:, 1] + at[:, 2]))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")
def test_on_ctrl_c_the_command_says_what_is_kept_and_goes_on_with_the_same_answer(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "zopa", "stress", "ukraine-2025", "-r", "B", "--draws", "40000", "--json",
               "--run-folder", str(folder), "--workers", "2"]  # fmt: skip
    env = {"PYTHONPATH": str(Path(zopa.__file__).parents[1]), "PATH": "/usr/bin:/bin"}
    with (tmp_path / "said").open("w") as said:
        heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also where the shell ignores it
        child = subprocess.Popen(command, env=env, stderr=said, stdout=said, preexec_fn=heard)
    deadline = time.monotonic() + 120
    while not list(folder.glob("drawing*.part")) and child.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    assert child.wait(60) == 130, (tmp_path / "said").read_text()
    assert f"finished parts are kept in {folder}" in (tmp_path / "said").read_text()
    kept = len(list(folder.glob("drawing*.part")))
    assert kept < 40
    again = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    fresh = subprocess.run(command[:10], env=env, capture_output=True, text=True, check=True)
    assert again.stdout == fresh.stdout
