"""Talks against their targets, and beside NegMAS in the same run.

    python -m benchmarks.talks                                ours alone
    ZOPA_PEERS=venv/bin/python python -m benchmarks.talks     beside NegMAS, which that interpreter has

Times are CPU seconds of one thread. Equal semantics, so agreements are compared: time-dependent tactics on utilities
from 0 to 1, worst package at or above the aspiration, NegMAS's clock. Not compared: MiCRO's repetition, tit for tat.
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
from zopa.talks.protocols import NONE, Paths, alternate, alternate_many
from zopa.talks.tactics import EXPONENTS, NEGMAS_SLACK, Preferences, aspirations, bidder

SIZES = {1_000: 3, 10_000: 4, 1_000_000: 6}
PARTIES = (2, 3, 5)
ROUNDS = 100
RUNS = 100_000


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


def batch(worth: np.ndarray) -> tuple[float, float, Callable[[int], tuple[int, int]]]:
    """Seconds to sort and work out the paths, talks per second in a batch, and one pair of Boulware step by step."""
    n = len(worth)

    def prepare() -> tuple[list[Preferences], Paths]:
        own = [Preferences.of(u, np.ones(u.size, dtype=bool), NEGMAS_SLACK) for u in worth]
        levels = np.array([aspirations(e, ROUNDS) for e in EXPONENTS.values()])
        offers = np.array([[o.worst_at(x) for o in own] for x in levels])
        return own, Paths(np.repeat(levels[:, None, :], n, axis=1), offers)

    first, (own, paths) = clock(prepare)
    rng = np.random.default_rng(2)
    picks = rng.integers(3, size=(RUNS, n))
    orders = rng.permuted(np.tile(np.arange(n), (RUNS, 1)), axis=1)
    spent, (ends, _) = clock(
        lambda: alternate_many(
            paths, worth, picks, orders, lambda yes: yes.all(axis=1), np.full(RUNS, ROUNDS + 1)
        )
    )
    assert (ends != NONE).any()

    def alone(_seed: int) -> tuple[int, int]:
        bidders = [bidder("boulware", o, p, ROUNDS, rng) for p, o in enumerate(own)]
        return alternate(bidders, range(n), ROUNDS, all)

    return first, RUNS / spent, alone


def beside(vals: np.ndarray, w: np.ndarray) -> dict[str, Any] | None:
    """Two or more Boulware negotiators of NegMAS on the same arrays; None where it is not installed."""
    peer = os.environ.get("ZOPA_PEERS", "").split(":")[0]
    if not peer:
        return None
    script = Path(__file__).with_name("_negmas_talks.py")
    data = json.dumps({"values": vals.tolist(), "weights": w.tolist(), "rounds": ROUNDS})
    done = subprocess.run([peer, str(script)], input=data, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-500:], file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    order_of_steps()
    example()
    for size, k in SIZES.items():
        for n in PARTIES:
            vals, w = arrays(k, 10, n)
            worth = utilities(vals, w)
            first, rate, alone = batch(worth)
            spent, (package, step) = clock(lambda alone=alone: alone(0))
            print(f"{size:>9,} packages, {n} parties: sorted once {first:.3f} s; {rate:,.0f} talks a second in a batch; "
                  f"one by one {1 / max(spent, 1e-9):,.0f} a second; Boulware agree in round {step}", end="")  # fmt: skip
            theirs = beside(vals, w)
            if theirs:
                same = theirs["agreement"] is not None and np.allclose(
                    theirs["utilities"], worth[:, package], atol=1e-9
                )
                print(f"; NegMAS {theirs['rate']:.2f} a second: {rate * theirs['seconds']:,.0f}x in a batch, "
                      f"{theirs['seconds'] / (spent + first):,.0f}x alone with sorting; agreement {'equal' if same else 'DIFFERS'}", end="")  # fmt: skip
            print(flush=True)


if __name__ == "__main__":
    main()
