"""The exact package search against its targets, and against general programs in the same run.

    python -m benchmarks.search                       ours alone, with the kernels that are installed
    python -m benchmarks.search plain                 ours without compiled kernels
    python -m benchmarks.search cases                 only the verbs from a loaded case
    ZOPA_PEERS=venv/bin/python python -m benchmarks.search peers
        side by side; the interpreter(s), separated by ':', have negmas, pyscipopt, highspy, ortools

Times are CPU seconds of one thread: the median of three where one run takes less than a second; beside NegMAS and
from a loaded case, the best of five. A command is run as it is installed: with its compiled modules at hand.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import zopa
from benchmarks._instances import HARD, SMOOTH, arrays, global_rules, space, space_of
from zopa.bargaining import Engine, choose
from zopa.bargaining import search as exact
from zopa.bargaining.engines import MOST_SHOWN
from zopa.bargaining.listing import Listing
from zopa.bargaining.proofs import check
from zopa.bargaining.search import branch_and_bound as tree
from zopa.bargaining.search import enumeration as walks
from zopa.bargaining.search import maxmin, pareto
from zopa.bargaining.search import multipliers as dual
from zopa.bargaining.search.decomposition import additive
from zopa.bargaining.searching import Search
from zopa.case import Case
from zopa.space import Problem, Space

FAMILIES = SMOOTH + HARD


def clock(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    times: list[float] = []
    out = None
    while len(times) < repeats:
        start = time.process_time()
        out = work()
        times.append(time.process_time() - start)
        if times[0] > 1:
            break
    return statistics.median(times), out


def row(what: str, seconds: float, target: str, note: str = "") -> None:
    print(f"  {what:<64} {seconds:9.4f} s   {target:<22} {note}", flush=True)


def frontiers() -> None:
    print("frontier of the zone, every point, exact (rho 0.4)")
    for family, P, M, K, S, target in (
        ("uniform", 2, 6, 10, 1000, ""), ("opposed", 2, 60, 10, 10**6, "0.05"), ("uniform", 2, 60, 10, 10**6, "0.05"),
        ("spatial", 2, 60, 10, 10**6, "0.05"), ("opposed", 2, 100, 50, 10**6, ""), ("opposed", 3, 60, 10, 1000, ""),
        ("spatial", 3, 100, 50, 1000, "2"), ("uniform", 4, 20, 10, 1000, ""), ("uniform", 5, 20, 10, 100, "30"),
    ):  # fmt: skip
        if dual.fast() is None and P == 4:
            continue
        form = additive(space(family, P, M, K, S, 1, 0.4))
        seconds, found = clock(lambda form=form: pareto.frontier(form))
        row(
            f"{P} {family} {M}x{K} at {S}: {len(found.points)} points",
            seconds,
            target and f"target {target}",
            found.method,
        )


def every_nash() -> None:
    print("Nash, proven: 7 families x 2, 3, 5, 8 parties x 20x10, 60x10 x seeds 11-13")
    times, proven = [], 0
    for family in FAMILIES:
        for P in (2, 3, 5, 8):
            for M in (20, 60):
                for seed in (11, 12, 13):
                    s = space(family, P, M, 10, 10**4, seed)
                    seconds, found = clock(lambda s=s: exact.solve_nash(s), 1)
                    times.append(seconds)
                    proven += found.proven
    times.sort()
    row(f"{proven} of {len(times)} proven; median", times[len(times) // 2], "")
    row("95th percentile", times[int(0.95 * len(times))], "target 0.06")
    row("largest", times[-1], "")
    for family, S in (("flat", 10**6), ("zerosum", 10**6), ("opposed", 10**6), ("subsetsum", 10**3)):
        s = space(family, 8, 100, 50, S)
        seconds, found = clock(lambda s=s: exact.solve_nash(s), 1)
        row(f"8 {family} 100x50 at {S}: proven {found.proven}", seconds, "target 3")


def every_maxmin(limit: float, parties: tuple[int, ...] = (3, 5, 8)) -> None:
    print(f"max-min of gain / (largest total - r), proven; limit {limit:g} s for 8 parties, 10 s for 5")
    for P in parties:
        times, whole, some = [], 0, 0
        for family in FAMILIES:
            good = []
            for M in (20, 60) if P == 3 else (60,):
                for seed in (11, 12, 13):
                    form = additive(space(family, P, M, 10, 10**4, seed))
                    along = [b - n for b, n in zip(form.largest, form.need, strict=True)]
                    until = time.process_time() + (limit if P == 8 else 10)
                    target = tree.toward(form, along)
                    seconds, found = clock(
                        lambda form=form, target=target, until=until: tree.search(
                            form, target, stop=lambda: time.process_time() > until
                        ),
                        1,
                    )
                    times.append(seconds)
                    good.append(found.proven)
                    if P > 3:
                        gap = "proven" if found.proven else f"gap {found.bound / float(found.value) - 1:.1e}"
                        row(f"{P} {family} {M}x10 seed {seed}: {found.nodes} nodes", seconds, "", gap)
            whole += all(good)
            some += sum(good) * 2 > len(good)
        row(
            f"{P} parties: all seeds of {whole}, most seeds of {some} of 7 families; largest",
            max(times),
            {3: "target 0.05", 5: "target 6 of 7", 8: "target 4 of 7"}[P],
        )


def counts() -> None:
    print("number of acceptable packages, to the last digit")
    for family, P, M, K, S, rho, target in (
        ("uniform", 2, 60, 10, 1000, 0.45, ""), ("opposed", 2, 100, 50, 1000, 0.55, "target 5"),
        ("opposed", 3, 60, 10, 100, 0.5, ""), ("opposed", 4, 20, 10, 100, 0.45, ""),
    ):  # fmt: skip
        s = space(family, P, M, K, S, 1, rho)
        seconds, found = clock(lambda s=s: exact.count(s), 1)
        row(
            f"{P} {family} {M}x{K} at {S}: {len(str(found.low))} digits, exact {found.exact}", seconds, target
        )


def rules() -> None:
    print("Nash under 200 random forbidden pairs and 30 conditional offers, 5 parties 60x10, certified")
    for family in SMOOTH:
        s = space(family, 5, 60, 10, 10**4)
        free = exact.solve_nash(s)
        ruled = dataclasses.replace(s, clauses=global_rules(60, 10, 200, 30, free.packages[0]))
        seconds, found = clock(lambda ruled=ruled: exact.solve_nash(ruled, proof=True), 1)
        start = time.process_time()
        try:
            check(found.proof)
            note = f"checked in {time.process_time() - start:.1f} s"
        except TimeoutError:
            note = "not checked within its limit of steps"
        lost = 1 - float(found.value / free.value)
        row(
            f"{family}: proven {found.proven}, rules cost {100 * lost:.0f}% of the product",
            seconds,
            "target 5",
            note,
        )


def case_of_size(P: int, M: int, K: int = 10, seed: int = 1) -> Case:
    """A case as people write it: weights, values, reservation values; K ** M packages."""
    rng = np.random.default_rng([seed, P, M, K])
    parties = {}
    for p in range(P):
        weight = rng.multinomial(10_000, rng.dirichlet(np.ones(M))) / 100
        parties[f"p{p}"] = {
            "name": f"p{p}", "reservation": 45.0, "weights": {f"i{m}": float(w) for m, w in enumerate(weight)},
            "values": {f"i{m}": {f"o{k}": float(v) for k, v in enumerate(rng.integers(0, 101, K))} for m in range(M)},
        }  # fmt: skip
    issues = {f"i{m}": {"name": f"i{m}", "options": {f"o{k}": f"o{k}" for k in range(K)}} for m in range(M)}
    return Case.model_validate({"title": "drawn", "issues": issues, "parties": parties})


def from_cases() -> None:
    """The verbs from a loaded case against the engine alone, whose problem has been compiled."""
    print("zopa.frontier, zone, solve from a loaded case; beside it the engine alone (target: within 3x)")
    for P in (2, 3):
        for M in (4, 5, 6, 7):
            for verb in ("frontier", "zone", "solve"):
                call = {"frontier": zopa.frontier, "zone": zopa.zone, "solve": zopa.solve}[verb]
                whole = min(clock(partial(call, case_of_size(P, M)), 1)[0] for _ in range(5))
                alone = min(clock(engine_alone(verb, case_of_size(P, M)), 1)[0] for _ in range(5))
                how = choose(Problem(case_of_size(P, M)), verb)
                row(
                    f"{verb}, {P} parties, 10^{M} packages",
                    whole,
                    f"engine {alone:.4f} s",
                    f"{how}, {whole / alone:.1f}x",
                )


def engine_alone(verb: str, case: Case) -> Callable[[], Any]:
    """What the engine that answers does, from the compiled space."""
    space, name = Problem(case).space, choose(Problem(case), verb)
    free, none = space.lowest, (0,) * len(space.parties)

    def engine() -> Engine:
        return Search(space) if name == "search" else Listing(space)

    def zone() -> None:
        """What a zone asks: both counts, per party the most with the others' limits kept and in the zone, all alike."""
        one, limits = engine(), space.reservation
        one.count(free), one.count(limits), one.shares()
        for p in range(len(none)):
            one.highest([p], none, [free[q] if q == p else limits[q] for q in range(len(none))])
            one.highest([p], none, limits, MOST_SHOWN)
        one.highest(range(len(none)), none, free)

    return {"frontier": lambda: engine().frontier(), "zone": zone, "solve": lambda: engine().solve("nash")}[
        verb
    ]


def beside_negmas() -> None:
    """The Python call and the whole command at 10^6 packages, beside NegMAS in the same run."""
    import tempfile

    from ruamel.yaml import YAML

    for P in (2, 3):
        case = case_of_size(P, 6)
        zopa.frontier(case_of_size(P, 6))
        own = min(clock(partial(zopa.frontier, case_of_size(P, 6)), 1)[0] for _ in range(5))
        space = Problem(case).space
        V, r = np.stack(space.scores, axis=1), np.array(space.reservation)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        theirs, size = peer("negmas", V, r, 600)
        theirs_whole = _spent(before)
        if theirs is None:
            print("  NegMAS is not installed: set ZOPA_PEERS")
            return
        with tempfile.TemporaryDirectory() as folder:
            data = case.model_dump(mode="json", exclude_defaults=True) | {
                "basis": {"assumed": "drawn", "by": "benchmark"}
            }
            YAML(typ="safe").dump(data, Path(folder, "case.yaml"))
            spent = []
            for _ in range(5):
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                done = subprocess.run(
                    [sys.executable, "-m", "zopa", "frontier", folder],
                    capture_output=True,
                    check=False,
                    env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
                )
                spent.append(_spent(before))
            own_whole = min(spent)
        print(
            f"  frontier, 10^6 packages, {P} parties: call {own:.4f} s, NegMAS {theirs:.2f} s ({size} points): {theirs / own:,.0f}x; "
            f"command {own_whole:.2f} s CPU (exit {done.returncode}), NegMAS script {theirs_whole:.2f} s: {theirs_whole / own_whole:,.0f}x"
        )


def _spent(before: Any) -> float:
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime


def coalitions() -> None:
    s = space("uniform", 8, 30, 8, 10**4, 1, 0.4)
    members = [m for n in range(2, 9) for m in itertools.combinations(range(8), n)]
    seconds, found = clock(lambda: [exact.solve_nash(s.coalition(m)) for m in members], 1)
    row(f"Nash of all {len(found)} coalitions of 8 parties, 30x8", seconds, "")


def example_rules() -> None:
    """Rules copied onto a large case must give the same answers from two engines."""
    print("local rules on a large case: joined issues against charges (two engines)")
    for family in SMOOTH:
        s = space(family, 3, 30, 6, 1000)
        rng = np.random.default_rng(5)
        clauses = []
        for block in range(0, 30, 3):
            for a, b in ((block, block + 1), (block + 1, block + 2)):
                clauses.append(((a, 1 << int(rng.integers(6))), (b, int(rng.integers(1, 63)))))
        from zopa.space import Clause

        ruled = dataclasses.replace(s, clauses=tuple(Clause(f"R{n}", w) for n, w in enumerate(clauses)))
        joined, charged = additive(ruled), additive(ruled, 6)
        from zopa.bargaining.search import nash

        a, b = (max(r.best[0].product for r in nash.nash(f)) for f in (joined, charged))
        front = pareto.frontier(joined).points
        need = np.array(ruled.reservation)
        c = max(math.prod(int(g) for g in u - need) for u in front if (u > need).all())
        print(
            f"  {family}: joined {a}, charged ({len(charged.rows)} rows) {b}, read off the frontier {c}: equal {a == b == c}"
        )


def peer(name: str, V: np.ndarray, r: np.ndarray, limit: float) -> tuple[float | None, Any]:
    for python in filter(None, os.environ.get("ZOPA_PEERS", "").split(":")):
        ask = json.dumps({"peer": name, "V": V.tolist(), "r": r.tolist(), "limit": limit})
        script = str(Path(__file__).with_name("_peers.py"))
        out = subprocess.run([python, script], input=ask, capture_output=True, text=True, check=False)
        if out.returncode == 0:
            said = json.loads(out.stdout.strip().splitlines()[-1])
            return said["seconds"], said["value"]
    return None, None


def side_by_side(limit: float = 20) -> None:
    print(f"side by side, wall seconds (limit {limit:g} s; '-' not installed or not finished)")
    V, r = arrays("opposed", 2, 6, 10, 1000, 1, 0.0)
    s = space_of(V, r)
    exact.frontier(s)
    start = time.perf_counter()
    for _ in range(100):
        found = exact.frontier(s)
    own = (time.perf_counter() - start) / 100
    theirs, size = peer("negmas", V, r, limit)
    if theirs is not None:
        print(
            f"  frontier, 10^6 packages, 2 parties: ours {own:.6f} ({len(found.points)} points), NegMAS {theirs:.2f} ({size}): {theirs / own:,.0f}x"
        )
    ratios: dict[str, list[float]] = {}
    for family, P, M, S in (
        ("uniform", 3, 20, 10**4), ("opposed", 5, 20, 10**4), ("flat", 5, 20, 10**6), ("opposed", 3, 60, 10**4),
        ("uniform", 5, 60, 10**6), ("zerosum", 5, 20, 10**6), ("spatial", 8, 60, 10**4), ("subsetsum", 5, 60, 10**4),
    ):  # fmt: skip
        V, r = arrays(family, P, M, 10, S)
        _versus(f"Nash {P} {family} {M}x10", ("scip", "highs", "cpsat"), V, r, limit, ratios)
    for family, P, M in (("opposed", 5, 20), ("flat", 5, 60), ("uniform", 5, 60)):
        V, r = arrays(family, P, M, 10, 10**4)
        _versus(f"max-min {P} {family} {M}x10", ("highs-maxmin", "cpsat-maxmin"), V, r, limit, ratios)
    for name, found_ratios in ratios.items():
        print(f"  {name}: median {statistics.median(found_ratios):.0f}x over {len(found_ratios)} instances")


def _versus(
    what: str,
    names: tuple[str, ...],
    V: np.ndarray,
    r: np.ndarray,
    limit: float,
    ratios: dict[str, list[float]],
) -> None:
    s = space_of(V, r)
    form = additive(s)
    along = [b - n for b, n in zip(form.largest, form.need, strict=True)]

    def ours() -> Any:
        if "max-min" in what:
            return tree.search(form, tree.toward(form, along)).value
        return exact.solve_nash(s).value

    ours()
    start = time.perf_counter()
    value = ours()
    own = time.perf_counter() - start
    said = []
    for name in names:
        seconds, picks = peer(name, V, r, limit)
        if seconds is None or picks is None:
            said.append(f"{name} -")
            continue
        gains = [int(V[p, range(V.shape[1]), picks].sum() - r[p]) for p in range(V.shape[0])]
        theirs = tree.toward(form, along).value(form.totals(picks)) if "max-min" in what else math.prod(gains)
        same = "same" if theirs == value else "WORSE" if theirs < value else "BETTER"
        said.append(f"{name} {seconds:.2f} ({seconds / own:.0f}x, {same})")
        ratios.setdefault(name, []).append(seconds / own)
    print(f"  {what}: ours {own:.4f}; {'; '.join(said)}", flush=True)


def without_kernels() -> None:
    for module in (dual, pareto, walks, tree):
        module.fast = lambda: None  # type: ignore[attr-defined]


def warm() -> None:
    """Compile or load the kernels before anything is timed."""
    for P in (2, 3, 4):
        s: Space = space("uniform", P, 5, 4, 100)
        exact.frontier(s)
        exact.solve_nash(s)
        maxmin.maxmin(additive(s), "egalitarian")


def main() -> None:
    words = sys.argv[1:]
    if "plain" in words:
        without_kernels()
    print("kernels:", "compiled" if dual.fast() is not None else "numpy alone")
    warm()
    if "peers" in words:
        beside_negmas()
        side_by_side()
        return
    from_cases()
    if "cases" in words:
        return
    frontiers()
    every_nash()
    counts()
    rules()
    coalitions()
    example_rules()
    every_maxmin(60, (3, 5, 8) if "all" in words else (3,))
    print(f"  most memory held: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB (target 2)")


if __name__ == "__main__":
    main()
