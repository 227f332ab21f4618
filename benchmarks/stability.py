"""Stability: time and memory against the number of states, and per perturbed model.

``python -m benchmarks.stability [--most OPTIONS]``. Random yes/no conflicts with prioritised statements, one
of five actions irreversible, one pair infeasible; Nash, GMR, SMR and SEQ for all parties. The last two
columns are ratios within the same run: cost per state against the smallest model, and against one pass of
``numpy.maximum`` over all payoffs. The second table is a model of the example's size (4 parties, 11 yes/no
actions) under 1,000 perturbed preferences.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from zopa.case import Case
from zopa.graphmodel import stability
from zopa.graphmodel.concepts import verdicts
from zopa.graphmodel.graph_model import GraphModel, yes_no
from zopa.graphmodel.robustness import Priorities, perturbed, shares

CONCEPTS = ("nash", "gmr", "smr", "seq")


def conflict(options: int, parties: int, seed: int = 0) -> tuple[GraphModel, list[Priorities]]:
    rng = np.random.default_rng(seed)
    holders = rng.permutation(np.arange(options) % parties)
    issues = tuple(
        yes_no(f"i{k}", int(h), "fwd" if rng.random() < 0.2 else "both") for k, h in enumerate(holders)
    )
    states = np.arange(2**options)

    def literals(n: int) -> list[np.ndarray]:
        picked = zip(rng.choice(options, n, replace=False), rng.integers(0, 2, n), strict=True)
        return [states >> k & 1 == v for k, v in picked]

    def statement() -> np.ndarray:
        a, b, c = literals(3)
        return [a, ~a | b, (a | b) & c][rng.integers(3)]

    a, b = literals(2)
    priorities = []
    for _ in range(parties):
        holding = np.stack([statement() for _ in range(options + 2)])
        supported = tuple((rng.random(len(holding)) < 0.5).tolist())
        priorities.append(Priorities(holding, tuple(range(len(holding))), supported))
    ranks = np.stack([p.payoffs() for p in priorities])
    return GraphModel(tuple(f"P{i}" for i in range(parties)), ~(a & b), ranks, issues), priorities


def pass_over(model: GraphModel) -> float:
    start = time.perf_counter()
    for row in model.ranks:
        np.maximum(row, row[::-1])
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=20, help="largest number of yes/no actions")
    most = parser.parse_args().most
    print(
        "actions  parties    states  "
        + "  ".join(f"{c:>6}" for c in CONCEPTS)
        + "   all s  peak MB  per state  passes"
    )
    first = 0.0
    sizes = [(10, 3), (12, 3), (14, 3), (16, 3), (18, 3), (20, 3), (20, 5), (20, 10), (22, 6)]
    for options, parties in [s for s in sizes if s[0] <= most]:
        model, _ = conflict(options, parties)
        spent = []
        for concept in CONCEPTS:
            start = time.perf_counter()
            verdicts(model, concept)
            spent.append(time.perf_counter() - start)
        total, live = sum(spent), int(model.feasible.sum())
        first = first or total / live
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        times = "  ".join(f"{t:6.2f}" for t in spent)
        ratio = total / live / first
        print(
            f"{options:7}  {parties:7}  {live:8}  {times}  {total:6.2f}  {peak:7.0f}  {ratio:9.2f}  {total / pass_over(model):6.0f}"
        )
    model, priorities = conflict(11, 4)
    start = time.perf_counter()
    one = [verdicts(model, c) for c in CONCEPTS]
    single = time.perf_counter() - start
    start = time.perf_counter()
    asked = np.flatnonzero(np.logical_and.reduce([v.all(axis=0) for v in one[1:]]))[:4].tolist() or [0]
    variants = perturbed(priorities, 1000, seed=1, swaps=3, drop=0.3)
    shares(model, variants, asked, status_quo=0, concepts=CONCEPTS)
    spent_all = time.perf_counter() - start
    print(
        f"1,000 perturbed models, 4 parties, 11 actions: {spent_all:.1f} s, {spent_all / single:.0f} times one model"
    )
    one_package(min(most, 20))


def one_package(actions: int, parties: int = 4) -> None:
    """CPU time of ``zopa.stability`` for one asked package among ``2 ** actions`` states."""
    rng = np.random.default_rng(1)
    names = [f"P{k}" for k in range(parties)]

    def line() -> str:
        a, b = rng.choice(actions, 2, replace=False)
        return str(rng.choice([f"a{a}", f"not a{a}", f"a{a} if a{b}", f"a{a} and a{b}", f"a{a} iff a{b}"]))

    case = Case.model_validate({
        "title": "t", "parties": {p: {"name": p} for p in names},
        "issues": {"i": {"name": "i", "options": {"x": "x"}}},
        "graph": {
            "actions": {f"a{k}": {"holder": names[k % parties], "yes": f"do {k}"} for k in range(actions)},
            "preferences": {p: tuple(line() for _ in range(actions // 2 + 4)) for p in names},
            "states": {"now": {"yes": ("a2",)}}, "status_quo": "now",
        },
    })  # fmt: skip
    asked = [f"a{k}" for k in range(actions) if rng.random() < 0.4]
    start = time.process_time()
    answer = stability(case, asked, draws=0)
    spent = time.process_time() - start
    print(f"one package among {answer.feasible:,} states, {parties} parties: {spent:.1f} s of CPU")


if __name__ == "__main__":
    main()
