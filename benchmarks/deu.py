"""Accuracy of every forecast model on the DEU data: 351 issues of European legislation.

    python -m benchmarks.deu [deu3.csv] [--model package.module:function] [--coverage [--of MODEL]] [--fit] [--quick]

The file is the DEU III data set, Javier Arregui and Clément Perarnaud (2021), doi:10.34810/data53, CC BY 4.0.
A model of one's own is a function of positions 0-100, saliences 0-1 and capabilities that returns a place. Each
is shown beside the compromise with a paired interval, clustered by proposal.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zopa.spatial import calibration, exchange, expected_utility, ktab, models, one_shot

FILE = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "forecast" / "deu" / "deu3.csv"

LEVELS = calibration.LEVELS
SEEDS = 5
"""Cross-validations, each with its own folds; figures are their means."""
SOURCE = "DEU I-III: issues of EU legislation, 1996-2019, Arregui & Perarnaud 2021, doi:10.34810/data53"
PRE_NICE = dict(de=10, fr=10, it=10, uk=10, es=8, be=5, el=5, nl=5, pt=5, at=4, se=4, dk=3, ie=3, fi=3, lu=2)
NICE = dict(
    de=29, fr=29, it=29, uk=29, es=27, pl=27, ro=14, nl=13, be=12, cz=12, el=12, hu=12, pt=12, at=10, bu=10,
    se=10, dk=7, ie=7, lt=7, sk=7, fi=7, cr=7, ee=4, lv=4, si=4, cy=4, lu=4, mt=3,
)  # fmt: skip
POPULATION = dict(
    de=83.12, uk=67.79, fr=67.44, it=58.97, es=48.95, pl=37.84, ro=19.19, nl=17.61, be=11.57, pt=10.75,
    cz=10.57, el=10.38, se=10.37, hu=9.73, at=8.93, bu=6.92, dk=5.83, fi=5.53, sk=5.42, ie=5.01, cr=4.04,
    lt=2.80, si=2.11, lv=1.86, ee=1.33, cy=0.90, lu=0.63, mt=0.52,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Issue:
    """One scored issue: arrays over the actors that have a position and a salience."""

    proposal: str
    name: str
    year: int
    actors: tuple[str, ...]
    x: np.ndarray
    s: np.ndarray
    c: np.ndarray
    gdp: np.ndarray
    reference: float
    outcome: float
    commission: float
    parliament: float

    @property
    def w(self) -> np.ndarray:
        return weights(self.s, self.c)


def load(path: Path = FILE) -> list[Issue]:
    """The issues with an outcome and at least three actors, in file order."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        header, gdp_row, *rows = list(csv.reader(file, delimiter="\t"))
    col = {name: k for k, name in enumerate(header)}
    actors = [h[1:] for h in header if h[0] == "p" and "s" + h[1:] in col]
    gdp = {a: number(gdp_row, col["p" + a]) for a in actors}
    issues = []
    for row in rows:
        out = number(row, col["out"])
        place = {a: (number(row, col["p" + a]), number(row, col["s" + a])) for a in actors}
        held = [a for a in actors if not np.isnan(place[a]).any()]
        if np.isnan(out) or len(held) < 3:
            continue
        digits = int(row[col["isnr"]][1:3])
        year = digits + (1900 if digits >= 90 else 2000)
        council = _council(year, not np.isnan(place["cz"][0]))
        top = max(council.values())
        issues.append(
            Issue(
                proposal=row[col["prnr"]],
                name=row[col["isnr"]],
                year=year,
                actors=tuple(held),
                x=np.array([place[a][0] for a in held]),
                s=np.array([place[a][1] / 100 for a in held]),
                c=np.array([1.0 if a in ("com", "ep") else council.get(a, 0) / top for a in held]),
                gdp=np.array([gdp[a] for a in held]),
                reference=number(row, col["rp"]),
                outcome=out,
                commission=place["com"][0],
                parliament=place["ep"][0],
            )
        )
    return issues


def number(row: list[str], k: int) -> float:
    try:
        value = float(row[k])
    except (ValueError, IndexError):
        return float("nan")
    return value if 0 <= value <= 100 else float("nan")


def _council(year: int, czech: bool) -> dict[str, float]:
    if year >= 2014:
        return POPULATION
    return NICE if year >= 2004 or czech else PRE_NICE


def weights(s: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Salience times capability; all alike where everything is zero."""
    w = s * c
    return w if w.sum() > 0 else np.ones_like(w)


Model = Callable[[Issue], float]


def pressed(reading: str, rounds: int, statistic: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Model:
    def model(i: Issue) -> float:
        s, c = np.maximum(i.s, 1e-6), np.maximum(i.c, 1e-6)
        played = expected_utility.play(i.x, s, c, reading=expected_utility.READINGS[reading], rounds=rounds)
        return float(statistic(played[-1].after if played else i.x, s * c))

    return model


def settled(i: Issue, statistic: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> float:
    """KTAB's model run to its end."""
    c, s = np.maximum(i.c * 100, 0.1), np.maximum(i.s, 0.01) * 0.999
    turns = ktab.play(i.x[:, None], s[:, None], c, turns=30)
    return float(statistic(turns[-1].after[:, 0], c * s))


def heaviest(x: np.ndarray, mass: np.ndarray) -> float:
    """The place with the largest mass, the lowest of ties (up to rounding)."""
    places = np.unique(x)
    masses = np.array([mass[x == v].sum() for v in places])
    return float(places[np.argmax(masses >= masses.max() * (1 - 1e-9))])


def elected(i: Issue) -> np.ndarray:
    return one_shot.condorcet_election(i.x, i.w)


def mean_of(i: Issue, w: np.ndarray | None = None) -> float:
    return float(one_shot.compromise(i.x, i.w if w is None else w))


def held(i: Issue, place: float) -> float:
    """A fixed place, or the compromise where the data have none."""
    return mean_of(i) if np.isnan(place) else place


def nash_reference(x: np.ndarray, w: np.ndarray, reference: float) -> float:
    """Nash bargaining point when no agreement means the ``reference`` place; one situation, ``(n,)``.

    Utility falls linearly with distance. Only places that everybody prefers to the reference are
    feasible; when there is none (somebody on each side of it, or on it) the reference is the answer.
    """
    reach = np.abs(x - reference)
    low, high = float(np.max(x - reach)), float(np.min(x + reach))
    if low >= high - 1e-12:
        return float(reference)

    def uphill(z: np.ndarray) -> np.ndarray:
        gain = np.maximum(reach - np.abs(x - z), 1e-300)
        return np.asarray(np.sum(w * np.sign(x - z) / gain) > 0)

    return float(one_shot.bisect(uphill, np.asarray(low), np.asarray(high)))


def table() -> dict[str, Model]:
    """The point forecasts of the table, by the names that it prints."""
    mean, median = one_shot.compromise, one_shot.weighted_median
    nash, toward = one_shot.nash_point, nash_reference
    return {
        "constant 50": lambda _: 50.0,
        "unweighted mean": lambda i: float(i.x.mean()),
        "salience mean": lambda i: mean_of(i, weights(i.s, np.ones_like(i.s))),
        "compromise": mean_of,
        "capability-only mean": lambda i: mean_of(i, weights(i.c, np.ones_like(i.c))),
        "GDP x salience mean": lambda i: mean_of(i, weights(i.s, i.gdp)),
        "midpoint of hull": lambda i: float((i.x.min() + i.x.max()) / 2),
        "Nash, bad disagreement": lambda i: float(nash(i.x, i.w)),
        "Nash, salience in the loss, d = 0": lambda i: float(
            nash(i.x, weights(i.c, np.ones_like(i.c)), stake=i.s, disagreement=0.0)
        ),
        "Nash, disagreement = reference": lambda i: (
            mean_of(i) if np.isnan(i.reference) else toward(i.x, i.w, i.reference)
        ),
        "weighted median": lambda i: float(median(i.x, i.w)),
        "unweighted median": lambda i: float(median(i.x, np.ones_like(i.x))),
        "largest weight": lambda i: heaviest(i.x, i.w),
        "pressure, code, median, round 1": pressed("scholz-code", 1, median),
        "pressure, code, median, round 5": pressed("scholz-code", 5, median),
        "pressure, code, median, round 10": pressed("scholz-code", 10, median),
        "pressure, code, mean, round 5": pressed("scholz-code", 5, mean),
        "pressure, paper, median, round 10": pressed("scholz-paper", 10, median),
        "Condorcet election, modal": lambda i: heaviest(i.x, elected(i)),
        "Condorcet election, mean": lambda i: float(elected(i) @ i.x),
        "half compromise, half median": lambda i: (mean_of(i) + float(median(i.x, i.w))) / 2,
        "reference point": lambda i: held(i, i.reference),
        "Commission": lambda i: held(i, i.commission),
        "Parliament": lambda i: held(i, i.parliament),
        "KTAB, mean": lambda i: settled(i, mean),
        "KTAB, median": lambda i: settled(i, median),
    }


def forecasts(issues: list[Issue], model: Model) -> np.ndarray:
    return np.array([model(i) for i in issues])


def exchanged(issues: list[Issue], rounds: int) -> np.ndarray:
    """Voting outcome of the exchange model per issue; NaN for proposals with one scored issue."""
    found = np.full(len(issues), np.nan)
    proposals: dict[str, list[int]] = {}
    for k, issue in enumerate(issues):
        proposals.setdefault(issue.proposal, []).append(k)
    for members in proposals.values():
        if len(members) < 2:
            continue
        actors = sorted({a for k in members for a in issues[k].actors})
        x, s, c = (np.full((len(actors), len(members)), np.nan) for _ in range(3))
        for col, k in enumerate(members):
            rows = [actors.index(a) for a in issues[k].actors]
            x[rows, col], s[rows, col], c[rows, col] = issues[k].x, issues[k].s, issues[k].c
        played = exchange.play(x, np.maximum(s, 0.01), np.maximum(c, 0.005), rounds=rounds)
        found[members] = [float(v) for v in played[-1].outcome]
    return found


def clustered(
    values: np.ndarray, groups: np.ndarray, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the mean, resampling whole proposals."""
    names, place = np.unique(groups, return_inverse=True)
    total, count = np.bincount(place, values), np.bincount(place)
    pick = np.random.default_rng(seed).integers(0, len(names), (draws, len(names)))
    means = total[pick].sum(axis=1) / count[pick].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def scores(errors: np.ndarray) -> tuple[float, float, float, float, float]:
    """MAE, RMSE, median, share within 5, share within 10."""
    e = np.abs(errors)
    return (
        float(e.mean()),
        float(np.sqrt((e**2).mean())),
        float(np.median(e)),
        float((e <= 5).mean()),
        float((e <= 10).mean()),
    )


def line(name: str, guess: np.ndarray, base: np.ndarray, issues: list[Issue]) -> str:
    use = ~np.isnan(guess)
    out = np.array([i.outcome for i in issues])[use]
    groups = np.array([i.proposal for i in issues])[use]
    errors, ours = guess[use] - out, np.abs(base[use] - out)
    mae, rmse, med, five, ten = scores(errors)
    low, high = clustered(np.abs(errors), groups)
    d_low, d_high = clustered(np.abs(errors) - ours, groups)
    diff = float((np.abs(errors) - ours).mean())
    return (
        f"{name:36s} {mae:6.2f} [{low:4.1f}, {high:4.1f}] {rmse:6.1f} {med:6.1f} {five:6.3f} {ten:6.3f}"
        f"  {diff:+5.1f} [{d_low:+.1f}, {d_high:+.1f}]  n={use.sum()}"
    )


def folds(groups: np.ndarray, seed: int, k: int = 5) -> np.ndarray:
    """A fold per issue, whole proposals together."""
    names, place = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    return (order % k)[place]


def point(place: float) -> calibration.Distribution:
    return calibration.Distribution(np.array([place]), np.ones(1))


def spread(x: np.ndarray, mass: np.ndarray) -> calibration.Distribution:
    order = np.argsort(x)
    return calibration.Distribution(x[order], mass[order] / mass.sum())


def said_by(issues: list[Issue], name: str) -> np.ndarray:
    """What a shipped model says in its default reading, per issue; NaN where it cannot be asked."""
    model = models.MODELS[name]
    setting = models.Setting(model.readings[0] if model.readings else "", model.rounds)
    if name == "exchange":
        return exchanged(issues, model.rounds)
    if name == "ktab":
        return np.array([settled(i, one_shot.compromise) for i in issues])
    if name == "compromise":
        return np.array([mean_of(i) for i in issues])
    assert model.single is not None
    return np.array(
        [model.single(i.x, np.maximum(i.s, 1e-6), np.maximum(i.c, 1e-6), setting) for i in issues]
    )


def fit(issues: list[Issue], said: np.ndarray | None = None) -> calibration.Calibration:
    """The calibration of a model that says ``said``; of the compromise when left out."""
    said = said_by(issues, "compromise") if said is None else said
    use = [k for k, place in enumerate(said) if not np.isnan(place)]
    return calibration.fit(
        [issues[k].x for k in use],
        [issues[k].w for k in use],
        np.array([issues[k].outcome for k in use]),
        places=[float(said[k]) for k in use],
        source=SOURCE,
    )


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Per issue, from calibrations that have not seen its proposal: CRPS by distribution, interval by level."""

    scores: dict[str, np.ndarray]
    low: dict[float, np.ndarray]
    high: dict[float, np.ndarray]

    def inside(self, issues: list[Issue], level: float) -> np.ndarray:
        out = np.array([i.outcome for i in issues])
        return (self.low[level] - 1e-9 <= out) & (out <= self.high[level] + 1e-9)


def cross_validated(issues: list[Issue], seed: int, said: np.ndarray | None = None) -> OutOfFold:
    """Five folds of whole proposals; nothing about an issue's proposal is known to what judges it."""
    said = said_by(issues, "compromise") if said is None else said
    fold = folds(np.array([i.proposal for i in issues]), seed)
    parts = {"ends of the range": (0, 0, 1), "place and its errors": (0, 1, 0), "the default": None}
    scored = {name: np.full(len(issues), np.nan) for name in parts}
    low, high = ({level: np.full(len(issues), np.nan) for level in LEVELS} for _ in range(2))
    for k in np.unique(fold):
        table = fit([i for i, f in zip(issues, fold, strict=True) if f != k], said[fold != k])
        for m in np.flatnonzero((fold == k) & ~np.isnan(said)):
            i = issues[m]
            for name, shares in parts.items():
                mixed = table if shares is None else replace(table, shares=shares)
                d = calibration.distribution(i.x, i.w, place=float(said[m]), calibration=mixed)
                scored[name][m] = calibration.crps(d, i.outcome)
            for level in LEVELS:
                low[level][m], high[level][m] = table.interval(d, level)
    return OutOfFold(scored, low, high)


def camps(i: Issue) -> bool:
    """Two camps at the ends: at least 3/4 of the weight at 0 and 100, at least 1/5 at each."""
    at = [float(i.w[i.x == end].sum() / i.w.sum()) for end in (0.0, 100.0)]
    return sum(at) >= 0.75 and min(at) >= 0.2


def subsets(issues: list[Issue]) -> dict[str, np.ndarray]:
    """Groups of issues by how far the positions are apart; masks over the issues."""
    by_weight = np.array([calibration.spread(i.x, i.w) for i in issues])
    plain = np.array([i.x.std() for i in issues])
    found = {"all": np.ones(len(issues), dtype=bool)}
    for name, spread_ in (("spread by weight", by_weight), ("spread unweighted", plain)):
        quarter = np.digitize(spread_, np.quantile(spread_, (0.25, 0.5, 0.75)))
        for q, word in enumerate(("smallest", "second", "third", "largest")):
            inside = spread_[quarter == q]
            found[f"{name}, {word} quarter ({inside.min():.0f}-{inside.max():.0f})"] = quarter == q
    found["two camps at the ends"] = np.array([camps(i) for i in issues])
    found["two places only"] = np.array([len(np.unique(i.x)) == 2 for i in issues])
    found["range below 50"] = np.array([np.ptp(i.x) < 50 for i in issues])
    found["all agree"] = np.array([np.ptp(i.x) == 0 for i in issues])
    return found


def coverage(issues: list[Issue], runs: list[OutOfFold]) -> list[str]:
    """Coverage of the intervals out of fold by subset, over several cross-validations."""
    out, lowest, highest = (
        np.array([f(i) for i in issues])
        for f in (lambda i: i.outcome, lambda i: i.x.min(), lambda i: i.x.max())
    )
    told = [
        f"{'issues':42s} {'n':>4s}  80 % covers [least, most]  width  misses both ends   50 %   90 %   95 %"
    ]
    for name, mask in subsets(issues).items():
        if not mask.any():
            told.append(f"{name:42s} {0:4d}")
            continue
        inside = [float(r.inside(issues, 0.8)[mask].mean()) for r in runs]
        width = np.mean([(r.high[0.8] - r.low[0.8])[mask].mean() for r in runs])
        missed = np.mean([((r.low[0.8] > lowest) & (r.high[0.8] < highest))[mask].mean() for r in runs])
        rest = "  ".join(
            f"{np.mean([r.inside(issues, level)[mask].mean() for r in runs]):.3f}"
            for level in (0.5, 0.9, 0.95)
        )
        told.append(
            f"{name:42s} {mask.sum():4d}  {np.mean(inside):.3f} [{min(inside):.3f}, {max(inside):.3f}]"
            f"        {width:5.1f}  {missed:.3f}            {rest}"
        )
    held = (lowest - 1e-9 <= out) & (out <= highest + 1e-9)
    told.append(f"outcomes within the range of positions held: {held.sum()} of {len(issues)}")
    return told


def distributions(issues: list[Issue], seeds: int = SEEDS) -> tuple[dict[str, np.ndarray], list[OutOfFold]]:
    """CRPS per issue of each distribution; fitted ones are means over ``seeds`` cross-validations."""

    def score(make: Callable[[Issue], calibration.Distribution]) -> np.ndarray:
        return np.array([calibration.crps(make(i), i.outcome) for i in issues])

    found = {
        "compromise as a point": score(lambda i: point(mean_of(i))),
        "positions, equal weights": score(lambda i: spread(i.x, np.ones_like(i.x))),
        "positions, weighted": score(lambda i: spread(i.x, i.w)),
        "Condorcet election": score(lambda i: spread(i.x, elected(i))),
    }
    runs = [cross_validated(issues, seed) for seed in range(seeds)]
    return found | {
        name: np.mean([run.scores[name] for run in runs], axis=0) for name in runs[0].scores
    }, runs


def literal(table: calibration.Calibration) -> str:
    """A calibration as it is written in ``zopa.spatial.calibration``."""
    rows = [
        f"errors=({', '.join(f'{v:g}' for v in table.errors)})",
        f"ends=({', '.join(f'{v:g}' for v in table.ends)})",
        f"shares=({', '.join(f'{v:g}' for v in table.shares)})",
        f"masses=({', '.join(f'({level:g}, {mass:g})' for level, mass in table.masses)})",
    ]
    return (
        f"Calibration(source=SOURCE, issues={table.issues},\n        " + ",\n        ".join(rows) + ",\n    )"
    )


def main(words: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--model", help="package.module:function of (x, s, c), to be scored too")
    parser.add_argument(
        "--fit", action="store_true", help="print the tables of zopa.spatial.calibration anew"
    )
    parser.add_argument(
        "--coverage", action="store_true", help="print only where the intervals hold, by subset"
    )
    parser.add_argument("--of", choices=list(models.MODELS), help="with --coverage: of which model")
    parser.add_argument("--quick", action="store_true", help="leave out KTAB")
    args = parser.parse_args(words)
    if not args.file.is_file():
        print(f"the DEU data set is not at {args.file}: give its path")
        return
    issues = load(args.file)
    print(f"{len(issues)} issues of {len({i.proposal for i in issues})} proposals, {args.file.name}")
    if args.fit:
        for name in models.MODELS:
            print(f"    {name!r}: {literal(fit(issues, said_by(issues, name)))},")
        return
    if args.coverage:
        for name in (args.of,) if args.of else ("compromise",):
            said = said_by(issues, name)
            held = [i for i, place in zip(issues, said, strict=True) if not np.isnan(place)]
            told = said[~np.isnan(said)]
            print(f"{name}, out of fold: 5 folds of whole proposals, seeds 0 to {SEEDS - 1}")
            print("\n".join(coverage(held, [cross_validated(held, seed, told) for seed in range(SEEDS)])))
        return
    start = time.perf_counter()
    shown = table()
    if args.quick:
        shown = {k: v for k, v in shown.items() if not k.startswith("KTAB")}
    if args.model:
        module, _, function = args.model.partition(":")
        own = getattr(importlib.import_module(module), function)
        shown[args.model] = lambda i: float(own(i.x, i.s, i.c))
    base = forecasts(issues, shown["compromise"])
    print(f"{'model':36s}    MAE [95 %]       RMSE median   <= 5  <= 10  minus compromise [paired 95 %]")
    for name, model in shown.items():
        print(line(name, forecasts(issues, model), base, issues))
    for rounds in (1, 2):
        print(line(f"exchange, round {rounds}", exchanged(issues, rounds), base, issues))
    spreads, runs = distributions(issues)
    groups = np.array([i.proposal for i in issues])
    print(f"\n{'distribution':36s}   CRPS  minus weighted positions [paired 95 %]")
    for name, values in spreads.items():
        gap = values - spreads["positions, weighted"]
        low, high = clustered(gap, groups)
        print(f"{name:36s} {values.mean():6.2f}  {gap.mean():+5.2f} [{low:+.2f}, {high:+.2f}]")
    print()
    print("\n".join(coverage(issues, runs)))
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
