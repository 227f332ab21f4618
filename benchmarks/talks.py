"""Talks against their targets, and beside NegMAS in the same run.

    python -m benchmarks.talks                                ours alone
    python -m benchmarks.talks --negmas FOLDER                beside NegMAS, in an environment made there
    ZOPA_PEERS=venv/bin/python python -m benchmarks.talks     beside NegMAS, which that interpreter has

Times are CPU seconds of one thread. Equal semantics, so agreements are compared: time-dependent tactics on utilities
from 0 to 1, NegMAS's clock, slack and nearest package. Not compared: MiCRO's repetition, tit for tat.
"alone" is one run with nothing prepared (NegMAS: issues, utilities and the run); "sorted" has the preferences sorted before, as a run
among many; "batch" is many runs with drawn tactics and orders of speakers, sorting included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import zopa
from zopa.space import Problem
from zopa.talks.order import best_orders, dips
from zopa.talks.protocols import NONE
from zopa.talks.tactics import EXPONENTS, NEGMAS_REACH, NEGMAS_SLACK, FloatArray, Preferences, aspirations
from zopa.talks.time_dependent import Paths, alternate_many, alternate_timed
from zopa.talks.unlisted_packages import HalvedPreferences

SIZES = {1_000: 3, 10_000: 4, 1_000_000: 6}
PARTIES = (2, 3, 5)
ROUNDS = 100
RUNS = 1_000_000
AGAIN = 20


def clock(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    out = work()
    return time.process_time() - start, out


def arrays(k: int, v: int, p: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Near zero-sum values and weights, seeded."""
    r = np.random.default_rng(seed)
    vals = r.random((p, k, v))
    vals = vals - vals.mean(axis=0, keepdims=True) + 0.1 * r.random((p, k, v))
    vals -= vals.min(axis=2, keepdims=True)
    vals /= vals.max(axis=2, keepdims=True)
    w = r.random((p, k)) + 0.05
    return vals, w / w.sum(axis=1, keepdims=True)


def utilities(vals: np.ndarray, w: np.ndarray) -> np.ndarray:
    rows = []
    for values, weights in zip(vals, w, strict=True):
        total = np.zeros(1)
        for i, row in enumerate(values):
            total = np.add.outer(total, weights[i] * row).ravel()
        rows.append(total)
    return np.array(rows)


def order_of_steps() -> None:
    rng = np.random.default_rng(1)
    k = 20
    worth = np.zeros((4, 1 << k), dtype=np.int64)
    for j, change in enumerate(rng.integers(-50, 51, (k, 4))):
        worth[:, 1 << j : 2 << j] = worth[:, : 1 << j] + change[:, None]
    dip, _ = dips(worth, [20] * 4)
    for most in (1, 2, 3):
        spent, found = clock(lambda most=most: best_orders(dip, k, most, worth))
        print(
            f"order of steps, 20 issues, up to {most} a step: {spent:.2f} s (height {found.height}, {found.steps} steps)"
        )


def example() -> None:
    problem = Problem(zopa.load("ukraine-2025"), "G")
    _ = problem.table
    spent, answer = clock(lambda: zopa.simulate(problem))
    print(f"1,000 talks of the example under {len(answer.protocols)} protocols: {spent:.2f} s")


def batch(worth: FloatArray) -> float:
    """Talks per second among many, sorting included."""
    n = len(worth)

    def run() -> Any:
        own = [Preferences.of(u, np.ones(u.size, dtype=bool), NEGMAS_SLACK, NEGMAS_REACH) for u in worth]
        levels = np.array([aspirations(e, ROUNDS) for e in EXPONENTS.values()])
        offers = np.array([[o.worst_at(x) for o in own] for x in levels])
        paths = Paths(np.repeat(levels[:, None, :], n, axis=1), offers, NEGMAS_SLACK)
        rng = np.random.default_rng(2)
        picks = rng.integers(3, size=(RUNS, n))
        orders = np.argsort(rng.random((RUNS, n)), axis=1)
        return alternate_many(
            paths,
            [o.value for o in own],
            picks,
            orders,
            lambda yes: yes.all(axis=1),
            np.full(RUNS, ROUNDS + 1),
        )

    spent, (ends, _) = clock(run)
    assert (ends != NONE).any()
    return RUNS / spent


def one(vals: FloatArray, w: FloatArray) -> tuple[float, float, tuple[int, int]]:
    """CPU seconds of one run of Boulware tactics, alone and with preferences sorted before; package and round."""
    levels = aspirations(EXPONENTS["boulware"], ROUNDS)
    speakers = np.arange(len(vals))

    def sort() -> list[HalvedPreferences]:
        return [
            HalvedPreferences.of(list(v * x[:, None]), slack=NEGMAS_SLACK, reach=NEGMAS_REACH)
            for v, x in zip(vals, w, strict=True)
        ]

    def paths(own: list[HalvedPreferences]) -> Paths:
        offers = np.array([[o.worst_at(levels) for o in own]])
        return Paths(np.repeat(levels[None, None], len(own), axis=1), offers, NEGMAS_SLACK)

    def talk(own: list[HalvedPreferences], known: Paths) -> tuple[int, int]:
        return alternate_timed(
            known, [o.value for o in own], 0 * speakers, speakers, lambda yes: yes.all(axis=1)
        )

    def alone() -> tuple[int, int]:
        own = sort()
        return talk(own, paths(own))

    own = sort()
    known = paths(own)
    agreed = alone()
    first, _ = clock(lambda: [alone() for _ in range(AGAIN)])
    then, _ = clock(lambda: [talk(own, known) for _ in range(AGAIN)])
    return first / AGAIN, then / AGAIN, agreed


def negmas() -> str:
    """An interpreter that has NegMAS: that of ZOPA_PEERS, or one made in the folder named behind --negmas."""
    if "--negmas" in sys.argv:
        folder = Path(sys.argv[sys.argv.index("--negmas") + 1])
        python = folder / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "negmas>=0.16,<0.17"], check=True)
        return str(python)
    return os.environ.get("ZOPA_PEERS", "").split(":")[0]


def beside(vals: np.ndarray, w: np.ndarray) -> dict[str, Any] | None:
    """Two or more Boulware negotiators of NegMAS on the same arrays; None where it is not installed."""
    peer = negmas()
    if not peer:
        return None
    script = Path(__file__).with_name("_negmas_talks.py")
    data = json.dumps({"values": vals.tolist(), "weights": w.tolist(), "rounds": ROUNDS})
    done = subprocess.run([peer, str(script)], input=data, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-500:], file=sys.stderr)
        return None
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    order_of_steps()
    example()
    for size, k in SIZES.items():
        for n in PARTIES:
            vals, w = arrays(k, 10, n)
            worth = utilities(vals, w)
            rate = batch(worth)
            alone, sorted_, (package, step) = one(vals, w)
            print(f"{size:>9,} packages, {n} parties: alone {alone * 1e3:.2f} ms, sorted before {sorted_ * 1e3:.3f} ms, "
                  f"{rate:,.0f} talks a second in a batch; Boulware agree in round {step}", end="")  # fmt: skip
            theirs = beside(vals, w)
            if theirs:
                same = theirs["agreement"] is not None and np.allclose(
                    theirs["utilities"], worth[:, package], atol=1e-9
                )
                s = theirs["seconds"]
                print(f"; NegMAS {s * 1e3:.0f} ms: {s / alone:,.0f}x alone, {s / sorted_:,.0f}x sorted before, "
                      f"{rate * s:,.0f}x in a batch; agreement {'equal' if same else 'DIFFERS'}", end="")  # fmt: skip
            print(flush=True)


if __name__ == "__main__":
    main()
