"""Speed of the forecast models: ratios against plain loops over the same definitions, in one run.

python -m benchmarks.spatial
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from zopa.spatial import exchange, expected_utility, ktab, models, one_shot
from zopa.spatial.expected_utility import READINGS


def clock(work: Callable[[], object], repeats: int = 3) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def crowd(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 100, n), rng.uniform(0.05, 1, n), rng.uniform(0.05, 1, n)


def loops(x: np.ndarray, s: np.ndarray, c: np.ndarray, everything: bool) -> list[list[float]]:
    """One round of expected utilities E[i][j] and risk, pair by pair as the definitions are printed."""
    n, span = len(x), float(np.ptp(x))
    place, sal, cap = x.tolist(), s.tolist(), c.tolist()

    def vote(k: int, a: int, b: int, r: float) -> float:
        return (
            cap[k]
            * sal[k]
            * ((abs(place[k] - place[b]) / span) ** r - (abs(place[k] - place[a]) / span) ** r)
        )

    def wins(i: int, j: int, r: list[float], total: float) -> float:
        votes = [vote(k, i, j, r[k]) for k in range(n)]
        ours, theirs = sum(max(v, 0.0) for v in votes), sum(max(-v, 0.0) for v in votes)
        return ours / (total if everything else ours + theirs) if ours + theirs else 0.0

    def all_votes(r: list[float]) -> float:
        if not everything:
            return 0.0
        return sum(abs(vote(k, a, b, r[k])) for k in range(n) for a in range(n) for b in range(n))

    def expects(i: int, j: int, p: float, r: float) -> float:
        d = abs(place[i] - place[j]) / span
        win, lose = 2 - 4 * (0.5 - 0.5 * d) ** r, 2 - 4 * (0.5 + 0.5 * d) ** r
        return sal[j] * (p * win + (1 - p) * lose) + (1 - sal[j]) * win - (2 - 4 * 0.5**r)

    plain = [1.0] * n
    total = all_votes(plain)
    first = [
        [expects(i, j, wins(i, j, plain, total), 1.0) if i != j else 0.0 for j in range(n)] for i in range(n)
    ]
    security = [sum(first[j][i] for j in range(n) if j != i) for i in range(n)]
    top, low = max(security), min(security)
    risk = [(2 * v - top - low) / (top - low) for v in security]
    r = [(1 - v / 3) / (1 + v / 3) for v in risk]
    used = r if everything else plain
    total = all_votes(used)
    return [
        [expects(i, j, wins(i, j, used, total), r[i]) if i != j else 0.0 for j in range(n)] for i in range(n)
    ]


def row(name: str, ours: float, theirs: float | None = None, note: str = "") -> None:
    ratio = f"{theirs / ours:9.0f} x" if theirs else " " * 11
    print(f"{name:58s} {1e3 * ours:10.2f} ms {ratio}  {note}")


def main() -> None:
    print(f"{'what':58s} {'CPU time':>13s} {'plain loops':>11s}")
    for reading, everything in (("scholz-code", True), ("scholz-paper", False)):
        for n in (10, 14, 50):
            x, s, c = crowd(n)
            ours = clock(
                lambda x=x, s=s, c=c, r=reading: expected_utility.play(x, s, c, reading=READINGS[r], rounds=1)
            )  # type: ignore[misc]
            theirs = clock(lambda x=x, s=s, c=c, e=everything: loops(x, s, c, e), 1)  # type: ignore[misc]
            row(f"{reading}, one round, {n} parties", ours, theirs)
    for n in (200, 500, 1000, 2000):
        x, s, c = crowd(n)
        ours = clock(
            lambda x=x, s=s, c=c: expected_utility.play(x, s, c, reading=READINGS["scholz-paper"], rounds=1),
            2,
        )  # type: ignore[misc]
        row(
            f"scholz-paper, one round, {n} parties",
            ours,
            note="goal: 1,000 parties under 1 s" if n == 1000 else "",
        )
    rng = np.random.default_rng(1)
    draws = 10_000
    x, s, c = (
        rng.uniform(0, 100, (draws, 5)),
        rng.uniform(0.1, 1, (draws, 5)),
        rng.uniform(0.1, 1, (draws, 5)),
    )
    row("compromise, 10,000 draws, 5 parties", clock(lambda: one_shot.compromise(x, s * c)))
    row("scholz-code, 10 rounds, 10,000 draws, 5 parties", clock(lambda: expected_utility.settle(x, s, c), 1))
    x, s, c = crowd(500)
    row(
        "scholz-code, 10 rounds, 500 parties",
        clock(lambda: expected_utility.play(x, s, c, reading=READINGS["scholz-code"]), 1),
        note="goal: under 5 s",
    )
    for n, k in ((7, 3), (27, 6), (30, 1), (80, 1)):
        at, sal = rng.uniform(0, 100, (n, k)), rng.uniform(0.05, 1, (n, k)) / k
        cap = rng.uniform(10, 100, n)
        turns = len(ktab.play(at, sal, cap))
        row(
            f"KTAB's model, {n} parties x {k} issues, {turns} turns",
            clock(lambda a=at, b=sal, d=cap: ktab.play(a, b, d), 1),
        )  # type: ignore[misc]
    for n, k in ((10, 4), (20, 4), (30, 4), (15, 13), (500, 2)):
        at, sal, power = rng.uniform(0, 100, (n, k)), rng.uniform(0.1, 1, (n, k)), rng.uniform(0.1, 1, (n, k))
        count = exchange.play(at, sal, power)[0].candidates
        row(
            f"exchange, {n} parties x {k} issues, {count} candidates",
            clock(lambda a=at, b=sal, d=power: exchange.play(a, b, d), 1),
        )  # type: ignore[misc]
    example()


def example() -> None:
    """The bundled case: the band of input uncertainty for all its lines."""
    from importlib.resources import files
    from pathlib import Path

    from zopa.casefile import load
    from zopa.spatial import forecast

    case = load(Path(str(files("zopa") / "examples" / "ukraine-2025")))
    for name in models.MODELS:
        start = time.perf_counter()
        answer = forecast(case, model=name)
        used = answer.question.settings["draws"]
        row(
            f"forecast of the example, {name}, {used:,} draws",
            time.perf_counter() - start,
            note="goal: under 2 s" if used == 10_000 else "",
        )


if __name__ == "__main__":
    main()
