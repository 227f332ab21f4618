"""Zones against outcomes on the DEU data: issues of European legislation with a reference point.

    python -m benchmarks.deu_zones [deu3.csv] [--write PAGE.md]

An actor accepts a place that is no farther from its position than the reference point, which stands for no agreement;
who has no position accepts everything. Size is the share of a grid of 101 places. Beside each zone stands the band of
the same size about the salience-weighted mean. Gates: ``benchmarks/gates.toml``.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import casino, deu
from zopa.spatial import calibration

GRID = np.arange(101.0)
INSTITUTIONS = ("com", "ep")
Row = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Settled:
    """An issue with its reference point and outcome; arrays over all actors, NaN where nothing is known."""

    proposal: str
    unanimous: bool
    x: np.ndarray
    salience: np.ndarray
    member: np.ndarray
    reference: float
    outcome: float


@dataclass(frozen=True)
class AgreementRule:
    """Who must be no worse off: a share of the members with a position, the institutions, or every actor."""

    name: str
    share: float
    institutions: bool

    def holds(self, i: Settled, places: np.ndarray) -> np.ndarray:
        near = np.abs(i.x[:, None] - places) <= np.abs(i.x - i.reference)[:, None] + 1e-9
        content = near | np.isnan(i.x)[:, None]
        asked = i.member & ~np.isnan(i.x)
        ok = content[asked].mean(axis=0) >= self.share - 1e-9 if asked.any() else np.ones(len(places), bool)
        return ok & content[~i.member].all(axis=0) if self.institutions else ok


RULES = (
    AgreementRule("every actor", 1.0, True),
    AgreementRule("every member", 1.0, False),
    *(AgreementRule(f"at least {q} % of members + both", q / 100, True) for q in (80, 72, 62, 50)),
    *(AgreementRule(f"at least {q} % of members", q / 100, False) for q in (80, 72, 62, 50)),
)


def load(path: Path = deu.FILE) -> list[Settled]:
    """The issues with an outcome and a reference point, in file order."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        header, _, *rows = list(csv.reader(file, delimiter="\t"))
    col = {name: k for k, name in enumerate(header)}
    actors = [h[1:] for h in header if h[0] == "p" and "s" + h[1:] in col]
    member = np.array([a not in INSTITUTIONS for a in actors])
    found = []
    for row in rows:
        reference, outcome = deu.number(row, col["rp"]), deu.number(row, col["out"])
        if not np.isnan(reference) and not np.isnan(outcome):
            x, s = (np.array([deu.number(row, col[k + a]) for a in actors]) for k in "ps")
            unanimous = row[col["counvte"]].startswith("Unan")
            found.append(Settled(row[col["prnr"]], unanimous, x, s, member, reference, outcome))
    return found


def band(i: Settled, size: int) -> bool:
    """Whether the outcome lies in as many places about the salience-weighted mean, an unknown salience being 50."""
    w = np.where(np.isnan(i.x), 0.0, np.where(np.isnan(i.salience), 50.0, i.salience))
    if not w.sum():
        return False
    mean = float(w @ np.nan_to_num(i.x) / w.sum())
    places = GRID[np.argsort(np.abs(GRID - mean), kind="stable")[:size]]
    return bool(places.size) and bool(places.min() <= i.outcome <= places.max())


def against(issues: Sequence[Settled], rule: AgreementRule) -> np.ndarray:
    """Per issue: covered, size, covered by the band of the same size."""
    rows = []
    for i in issues:
        zone = rule.holds(i, GRID)
        inside = bool(rule.holds(i, np.array([i.outcome]))[0])
        rows.append((inside, zone.mean(), band(i, int(zone.sum()))))
    return np.array(rows, dtype=float)


def by_zone(issues: list[deu.Issue], seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """CRPS of the calibrated forecast, and of the same with its masses times a power of the share of actors no
    worse off; the power is fitted on the other folds. Both out of fold, issues with a reference point only.
    """
    powers = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
    fold = deu.folds(np.array([i.proposal for i in issues]), seed)
    scores = np.full((len(issues), len(powers)), np.nan)
    for k in np.unique(fold):
        table = deu.fit([i for i, f in zip(issues, fold, strict=True) if f != k])
        for m in np.flatnonzero(fold == k):
            i = issues[m]
            if np.isnan(i.reference):
                continue
            d = calibration.distribution(i.x, i.w, place=deu.mean_of(i), calibration=table)
            near = np.abs(i.x[:, None] - d.places) <= np.abs(i.x - i.reference)[:, None] + 1e-9
            share = np.maximum(near.mean(axis=0), 1e-3)
            for n, power in enumerate(powers):
                masses = d.masses * share**power
                scores[m, n] = calibration.crps(
                    calibration.Distribution(d.places, masses / masses.sum()), i.outcome
                )
    chosen, kept = np.zeros(len(issues), dtype=int), ~np.isnan(scores[:, 0])
    for k in np.unique(fold):
        chosen[fold == k] = np.argmin(scores[kept & (fold != k)].mean(axis=0))
    own = scores[np.arange(len(issues)), chosen]
    return scores[kept, 0], own[kept], sorted({powers[k] for k in chosen})


def page(issues: Sequence[Settled], scored: list[deu.Issue]) -> str:
    """The figures as Markdown."""
    raw = casino.GATES.read_bytes()
    rules = tomllib.loads(raw.decode())
    draws, seed = rules["resamples"], rules["seed"]
    groups = np.array([i.proposal for i in issues])
    zones: list[Row] = []
    missed: list[str] = []
    for rule in RULES:
        v = against(issues, rule)
        low, high = deu.clustered(v[:, 0] - v[:, 2], groups, draws, seed)
        gain = float((v[:, 0] - v[:, 2]).mean())
        if rule.name in rules["deu"]["rules"] and low <= 0:
            missed.append(rule.name)
        means = v.mean(axis=0)
        zones.append((rule.name, *(f"{x:.3f}" for x in means), f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]"))
    parts: list[Row] = []
    for name, rule, unanimous in (
        ("unanimity", RULES[1], True),
        ("unanimity", RULES[7], True),
        ("qualified majority", RULES[1], False),
        ("qualified majority", RULES[7], False),
    ):
        some = [i for i in issues if i.unanimous == unanimous]
        v = against(some, rule).mean(axis=0)
        parts.append((name, str(len(some)), rule.name, f"{v[0]:.3f}", f"{v[1]:.3f}"))
    runs = [deu.cross_validated(scored, k) for k in range(deu.SEEDS)]
    crps = np.mean([r.scores["the default"] for r in runs], axis=0)
    low, high = deu.clustered(crps, np.array([i.proposal for i in scored]), draws, seed)
    levels = [
        (f"{level:.0%}", f"{np.mean([r.inside(scored, level).mean() for r in runs]):.3f}",
         f"{np.mean([(r.high[level] - r.low[level]).mean() for r in runs]):.1f}")
        for level in deu.LEVELS
    ]  # fmt: skip
    plain, weighed, powers = by_zone(scored)
    with_reference = np.array([i.proposal for i in scored if not np.isnan(i.reference)])
    w_low, w_high = deu.clustered(weighed - plain, with_reference, draws, seed)
    added = float((weighed - plain).mean())
    gates = [
        ("coverage minus that of the same-size band, each rule", "> 0, interval too",
         "each rule" if not missed else "not " + ", ".join(missed), "met" if not missed else "**missed**"),
        ("CRPS of the forecast, 351 issues", "<= 16.1", f"{crps.mean():.2f} [{low:.2f}, {high:.2f}]",
         "met" if crps.mean() <= 16.1 else "**missed**"),
        ("CRPS added by weighting with the zone", "<= 0", f"{added:+.3f} [{w_low:+.3f}, {w_high:+.3f}]",
         "met" if added <= 0 else "**missed**"),
    ]  # fmt: skip
    lines = [
        f"{len(issues)} issues with an outcome and a reference point; intervals from whole proposals drawn again.",
        f"Gates: `benchmarks/gates.toml`, SHA-256 `{hashlib.sha256(raw).hexdigest()[:16]}`.",
        "",
        *casino.bars(("gate", "asked", "found", ""), gates),
        *casino.bars(("zone", "covers", "size", "band of the same size covers", "gain"), zones),
        "By the rule of decision in the Council.",
        "",
        *casino.bars(("decision by", "issues", "zone", "covers", "size"), parts),
        f"Calibrated forecast beside it, {len(scored)} issues, out of fold: CRPS {crps.mean():.2f}.",
        "",
        *casino.bars(("stated", "observed", "mean width"), levels),
        f"On the {len(plain)} of them with a reference point the forecast scores {plain.mean():.2f}. Its masses times "
        "a power of the share of actors that are no worse off than without agreement, the power fitted on the other "
        f"folds (chosen: {', '.join(f'{p:g}' for p in powers)}), change that by {added:+.3f} [{w_low:+.3f}, {w_high:+.3f}].",
        "",
    ]
    return "\n".join(lines)


def main(words: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", type=Path, default=deu.FILE)
    parser.add_argument("--write", type=Path, help="write the figures to this page, between its marks")
    args = parser.parse_args(words)
    if not args.file.is_file():
        print(f"the DEU data set is not at {args.file}: give its path")
        return
    text = page(load(args.file), deu.load(args.file))
    print(text)
    if args.write:
        casino.put(args.write, "deu", text)


if __name__ == "__main__":
    main(sys.argv[1:])
