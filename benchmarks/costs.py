"""Caliendo-Parro at the size of a public world table: 65 sectors, 40 countries.

Run: ``python -m benchmarks.costs``. The yardstick in the same run is one dense solve of the
expenditure system (2,600 unknowns), which the usual implementations need once per wage round.
"""

from __future__ import annotations

import math
import resource
import time

import numpy as np

from zopa.waiting import TradeTable, trade_shock


def table(countries: int, sectors: int, seed: int = 1) -> TradeTable:
    """A made-up world table with home bias, tariffs and balanced trade; no evidence about any country."""
    g = np.random.default_rng(seed)
    n, j = countries, sectors
    size, final = g.lognormal(0, 1, n), g.dirichlet(np.ones(j), size=n)
    inputs = g.dirichlet(np.ones(j + 2), size=(n, j)).transpose(0, 2, 1)[:, :j, :] * 0.6
    shares, tariffs = g.lognormal(0, 1, (n, n, j)) * size[None, :, None], g.uniform(0, 0.1, (n, n, j))
    for c in range(n):
        shares[c, c] += 2 * shares[c].sum(axis=0)
        tariffs[c, c] = 0
    shares /= shares.sum(axis=1, keepdims=True)
    net, due = shares / (1 + tariffs), (shares * tariffs / (1 + tariffs)).sum(axis=1)
    spending = np.ones((n, j))
    for _ in range(3000):  # spend what is earned until the world is at rest
        output = np.einsum("nij,nj->ij", net, spending)
        earned = ((1 - inputs.sum(axis=1)) * output).sum(axis=1) + (due * spending).sum(axis=1)
        spending = np.einsum("nkj,nj->nk", inputs, output) + final * earned[:, None]
    return TradeTable(shares * spending[:, None, :], inputs, g.uniform(3, 9, j), tariffs)


def main() -> None:
    """Print time, memory and rounds, with one dense solve as the yardstick."""
    n, j = 40, 65
    world = table(n, j)
    ones = np.ones_like(world.flows)
    cut = ones.copy()
    cut[0, 1:], cut[1:, 0] = math.inf, math.inf
    shocks = {
        "all tariffs to zero": dict(tariffs=0 * world.tariffs),
        "trade costs +20 %": dict(barrier=np.where(np.eye(n, dtype=bool)[:, :, None], 1.0, 1.2 * ones)),
        "one country cut off": dict(barrier=cut),
    }
    start = time.process_time()
    np.linalg.solve(np.eye(n * j) + np.random.default_rng(0).random((n * j, n * j)) / (n * j), np.ones(n * j))
    solve = time.process_time() - start
    print(f"{n} countries x {j} sectors; one dense solve of {n * j} unknowns: {solve:.2f} CPU-s")
    for name, shock in shocks.items():
        wall, start = time.perf_counter(), time.process_time()
        shift = trade_shock(world, **shock)
        cpu = time.process_time() - start
        print(
            f"{name:22} {time.perf_counter() - wall:6.2f} s wall {cpu:6.2f} CPU-s = {cpu / solve:5.1f} solves, "
            f"{shift.rounds:4d} rounds, imbalance {shift.residual:.0e}, income {shift.real_income.min():+.4f} to "
            f"{shift.real_income.max():+.4f}"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
