"""Faults put into the code on purpose, to see whether the tests of the room notice.

``python tests/mutants.py`` copies the project, changes one place at a time in the copy, runs the tests of the room
there and says which faults were caught, once these tests have passed without any. ``--only 12`` runs one of them,
``--room spatial`` those of one room, ``--jobs 2`` two at a time. The exit code is 1 where more than three survive.
The checkout is never changed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("src", "tests", "benchmarks", "docs", "pyproject.toml", "README.md", "CHANGELOG.md")
MOST_SURVIVORS = 3
PATIENCE = 900
"""Seconds for the tests of one mutant; a mutant that hangs them has been noticed."""


class Mutant(NamedTuple):
    """One fault: the file in ``src/zopa``, the text there, what stands there instead, and who should notice."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]


SPACE = ("space/test_space.py", "space/test_numbers.py")
ZONE = ("bargaining/test_brute_force.py",)
SAID = ("bargaining/test_zone.py",)
JUDGE = ("bargaining/test_judge.py",)
CASE = ("case/test_judgments.py", "case/test_dates.py", "case/test_positions.py", "case/test_rules.py")
STUDY = ("study/test_expected.py", "study/test_main_job.py")
GRAPH = ("graphmodel/test_definitions.py", "graphmodel/test_paths_and_changes.py")
RANKS = ("graphmodel/test_preferences.py",)
ONE_SHOT = ("spatial/test_one_shot.py",)
CHALLENGE = ("spatial/test_expected_utility.py",)
EXCHANGE = ("spatial/test_exchange.py",)
WAITING = ("waiting/test_no_agreement.py",)
OPENING = ("waiting/test_opening.py",)
COSTS = ("waiting/test_delay.py",)
CRISIS = ("waiting/test_crisis_bargaining.py",)
LOSSES = ("waiting/test_income_loss.py",)
RATIFY = ("ratification/test_win_sets.py", "ratification/test_two_level.py")

MUTANTS = (
    # space
    Mutant("space/table.py", "self.utilities >= np.array(floors", "self.utilities > np.array(floors", SPACE),
    Mutant("space/table.py", "accepts.sum(axis=0) >= self.space.at_least", "accepts.sum(axis=0) > self.space.at_least", SPACE),
    Mutant("space/table.py", "ok = ok & self.accepts[p]", "ok = ok | self.accepts[p]", SPACE),
    Mutant("space/table.py", "second[1:] > np.maximum", "second[1:] >= np.maximum", SPACE),
    Mutant("space/table.py", "bad = bad & ~self.holds(alternative)", "bad = bad & self.holds(alternative)", SPACE),
    Mutant("space/table.py", "np.sort(np.stack(list(columns)), axis=0)", "np.stack(list(columns))", SPACE),
    Mutant("space/compiled.py", "low[b.party] += min(b.points, 0)", "low[b.party] += max(b.points, 0)", SPACE),
    Mutant("space/compiled.py", "or self.at_least >= len(self.parties)", "or self.at_least > len(self.parties)", SPACE),
    Mutant("space/compiled.py", "return vetoes and sum(accepting)", "return sum(accepting)", SPACE),
    Mutant("space/compiled.py", "mask >> chosen[i] & 1 if i in chosen", "mask & 1 if i in chosen", SPACE),
    Mutant("space/compilation.py", "math.ceil(rounded(getattr(r, end)) * scale)", "math.floor(rounded(getattr(r, end)) * scale)", SPACE),
    Mutant("space/compilation.py", "+= min(b.points, 0)", "+= max(b.points, 0)", SPACE),
    Mutant("space/problem.py", "chosen = {**self.readings, **{rule", "chosen = {**chosen, **{rule", SPACE),
    # bargaining
    Mutant("bargaining/solutions.py", "positive = gains > 0", "positive = gains >= 0", ZONE),
    Mutant("bargaining/solutions.py", "for g in gains.max(axis=1)]", "for g in gains.min(axis=1)]", ZONE),
    Mutant("bargaining/solutions.py", "gains[:, picked].min()", "gains[:, picked].max()", ZONE),
    Mutant("bargaining/zone.py", "free[q] if q == p else", "free[q] if q != p else", ZONE),
    Mutant("bargaining/zone.py", "shortfall=-short.value", "shortfall=short.value", ZONE),
    Mutant("bargaining/zone.py", "share > LARGE_SHARE", "share < LARGE_SHARE", SAID),
    Mutant("bargaining/deals.py", "totals.T - limits", "limits - totals.T", SAID),
    Mutant("bargaining/listing.py", "[-u for u in rows[n]]", "[u for u in rows[n]]", ZONE),
    Mutant("bargaining/listing.py", "if space.at_least > sum(space.required):", "if space.at_least >= sum(space.required):", ZONE),
    Mutant("bargaining/solve.py", "strict=True) if u <= r]", "strict=True) if u < r]", SAID),
    Mutant("bargaining/why_not.py", 'self.empty and s.open and s.reading != "off"', "self.empty and s.open", SAID),
    Mutant("bargaining/why_not.py", "if not self.empty and not s.open", "if not s.open", SAID),
    Mutant("bargaining/why_not.py", "(c.statements, c.firmness, c.shift", "(c.firmness, c.statements, c.shift", SAID),
    Mutant("bargaining/why_not.py", "found = smallest(hit + sorted(grown, key=sorted))", "found = hit + sorted(grown, key=sorted)", ZONE),
    Mutant("bargaining/judge.py", "if lacking > 0:", "if lacking >= 0:", JUDGE),
    Mutant("bargaining/judge.py", "self.accepting.all(axis=0) & ~self.broken.any(axis=0)", "self.accepting.all(axis=0)", (*SAID, *JUDGE)),
    Mutant("bargaining/judge.py", "if self.keeps[k] and self.accepting[p, k]", "if self.accepting[p, k]", JUDGE),
    Mutant("bargaining/judge.py", " & (worth >= 0).all(axis=0)\n", "\n", JUDGE),
    Mutant("bargaining/judge.py", "same += (-1) ** sum(more)", "same -= (-1) ** sum(more)", JUDGE),
    Mutant("bargaining/judge.py", "best.value >= least", "best.value > least", JUDGE),
    # case
    Mutant("case/estimates.py", "(floor[k] - exact[k],", "(exact[k] - floor[k],", CASE),
    Mutant("case/estimates.py", "if ranks > 1 else Fraction(100)", "if ranks > 1 else Fraction(0)", CASE),
    Mutant("case/estimates.py", "range(min(j.rank, n), n + 1)", "range(min(j.rank, n), n)", CASE),
    Mutant("case/estimates.py", 's.review.state in ("accepted", "edited")', 's.review.state in ("accepted",)', CASE),
    Mutant("case/estimates.py", "party is None or ident in cited or ident in rules", "party is None or ident in rules", CASE),
    Mutant("case/estimates.py", "sorted(statements.items(), key=when)", "sorted(statements.items(), key=when, reverse=True)", CASE),
    Mutant("case/estimates.py", "max(wished, key=lambda w: w[0])", "min(wished, key=lambda w: w[0])", CASE),
    Mutant("case/positions.py", "on > case.as_of", "on >= case.as_of", CASE),
    Mutant("case/positions.py", "rank <= found[on, party][0]", "rank < found[on, party][0]", CASE),
    Mutant("case/positions.py", "if own and not own[-1].former:", "if own:", CASE),
    Mutant("case/positions.py", 'party.role in ("ratifier", "spoiler")', 'party.role in ("ratifier",)', CASE),
    Mutant("case/dates.py", "        return last <= day\n    return", "        return last < day\n    return", CASE),
    Mutant("case/dates.py", "case.outcome.date > day", "case.outcome.date >= day", CASE),
    Mutant("case/interval.py", "low=min(ends), high=max(ends)", "low=ends[0], high=ends[-1]", CASE),
    Mutant("case/basis.py", "(low if best is None else best) <= high", "(low if best is None else best) < high", CASE),
    Mutant("case/basis.py", "self.end < self.start", "self.end <= self.start", CASE),
    # study
    Mutant("study/run.py", "if not r.count and fits_what_was_meant", "if r.count and fits_what_was_meant", STUDY),
    Mutant("study/run.py", "tightest=min((", "tightest=max((", STUDY),
    Mutant("study/run.py", '(s.reading == "off", -(s.count or 0))', '(s.reading == "off", s.count or 0)', STUDY),
    Mutant("study/run.py", 'if not switch.open or (switch.reading == "off" and opened):', "if not switch.open:", STUDY),
    Mutant("study/run.py", "reading == readings[rule] and reading == chosen[rule]", "reading == readings[rule] or reading == chosen[rule]", STUDY),
    Mutant("study/run.py", "rest[apart.index(max(apart))]", "rest[apart.index(min(apart))]", STUDY),
    Mutant("study/expected.py", "<= Fraction(1, 10**6)", "<= Fraction(1, 10**3)", STUDY),
    Mutant("study/expected.py", "if len(found) != len(expected):", "if len(found) < len(expected):", STUDY),
    Mutant("study/explain.py", '[-1:] not in ".!?"', '[-1:] in ".!?"', STUDY),
    # graphmodel
    Mutant("graphmodel/concepts.py", "_reply(model, party) <= model.ranks[party]", "_reply(model, party) < model.ranks[party]", GRAPH),
    Mutant("graphmodel/concepts.py", "return _answered_for_good(model, party, improving=True)", "return _answered_for_good(model, party, improving=False)", GRAPH),
    Mutant("graphmodel/concepts.py", "                if other != k:\n", "                if other >= 0:\n", GRAPH),
    Mutant("graphmodel/concepts.py", "rank[met] <= rank[s]", "rank[met] < rank[s]", GRAPH),
    Mutant("graphmodel/preferences.py", "payoff * (len(members) + 1) + members", "payoff * len(members) + members", RANKS),
    Mutant("graphmodel/preferences.py", "len(listed) - place", "place", RANKS),
    Mutant("graphmodel/moves.py", "keep = rank[self.dst] > rank[self.src]", "keep = rank[self.dst] >= rank[self.src]", GRAPH),
    Mutant("graphmodel/moves.py", "        if permitted[1, 0]:\n", "        if permitted[0, 1]:\n", GRAPH),
    Mutant("graphmodel/moves.py", "permitted.all() and axes[-1][0].all() and", "permitted.all() and", GRAPH),
    Mutant("graphmodel/coalitions.py", "sets.reach(here.preferred(coalition), coalition, backwards=True)", "here.preferred(coalition)", GRAPH),
    # spatial
    Mutant("spatial/voting.py", "for_low = against_high - against_low", "for_low = against_low - against_high", (*CHALLENGE, *ONE_SHOT)),
    Mutant("spatial/one_shot.py", "reached >= 0.5 - 1e-12", "reached > 0.5 + 1e-12", ONE_SHOT),
    Mutant("spatial/one_shot.py", "if disagreement > 0:", "if disagreement >= 0:", ONE_SHOT),
    Mutant("spatial/one_shot.py", "return w / total, c * pull, s * pull", "return w / total, s * pull, c * pull", ONE_SHOT),
    Mutant("spatial/one_shot.py", "    p = p / together\n", "", ONE_SHOT),
    Mutant("spatial/expected_utility.py", "(other > own) & (own > 0)", "(other > own)", CHALLENGE),
    Mutant("spatial/expected_utility.py", "(1 - risk / 3) / (1 + risk / 3)", "(1 + risk / 3) / (1 - risk / 3)", CHALLENGE),
    Mutant("spatial/exchange.py", "s(a, p) * s(b, q) < s(b, p) * s(a, q)", "s(a, p) * s(b, q) > s(b, p) * s(a, q)", EXCHANGE),
    Mutant("spatial/exchange.py", "_within_outcome(t, c, i, j, 1 / k)", "_within_outcome(t, c, i, j, k)", EXCHANGE),
    # waiting
    Mutant("waiting/no_agreement.py", "low=min(lows), high=max(highs)", "low=lows[0], high=highs[0]", WAITING),
    Mutant("waiting/no_agreement.py", "all(c >= 0 for c in tail) or", "any(c >= 0 for c in tail) or", WAITING),
    Mutant("waiting/no_agreement.py", "utility.high >= r.low", "utility.high > r.low", WAITING),
    Mutant("waiting/opening_month.py", "range(agreed_in + 1, len(curve))", "range(agreed_in, len(curve))", OPENING),
    Mutant("waiting/opening_month.py", "if all(a >= b for now", "if any(a >= b for now", OPENING),
    Mutant("waiting/opening_month.py", "elif value.high <= offer:", "elif value.high < offer:", OPENING),
    Mutant("waiting/party_costs.py", "+ day.month - as_of.month", "- day.month + as_of.month", COSTS),
    Mutant("waiting/party_costs.py", 'if row.per == "year" else', 'if row.per == "month" else', COSTS),
    Mutant("waiting/crisis_bargaining.py", "if b - a > surplus)", "if b - a >= surplus)", CRISIS),
    Mutant("waiting/crisis_bargaining.py", "if surplus < 0:", "if surplus <= 0:", CRISIS),
    Mutant("waiting/income_loss.py", "return 1.0 if rho <= 0 else", "return 1.0 if rho < 0 else", LOSSES),
    # ratification
    Mutant("ratification/win_sets.py", "return max(lo for lo, _ in sets)", "return min(lo for lo, _ in sets)", RATIFY),
    Mutant("ratification/win_sets.py", "else Fraction(tied - free)", "else Fraction(free - tied)", RATIFY),
    Mutant("ratification/win_sets.py", "mine[other == other.max()].min()", "mine[other == other.max()].max()", RATIFY),
    Mutant("ratification/two_level.py", "if issue.now is None or len(places) < len(issue.options):", "if issue.now is None:", RATIFY),
    Mutant("ratification/two_level.py", "(not party.seat or name not in needed)", "(not party.seat)", RATIFY),
    Mutant("ratification/two_level.py", "if not e.gap}", "}", RATIFY),
)  # fmt: skip


def mutated(m: Mutant, root: Path = ROOT) -> str:
    """The file with the fault in it.

    Raises
    ------
    ValueError
        The text to change does not stand there exactly once.
    """
    source = (root / "src/zopa" / m.file).read_text(encoding="utf-8")
    if source.count(m.old) != 1:
        raise ValueError(f"{m.file}: expected {m.old!r} once, found it {source.count(m.old)} times")
    return source.replace(m.old, m.new)


def copy_of_the_project(into: Path) -> Path:
    """What the tests need; compiled files keep the time stamps of their sources and so stay valid."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns(".hypothesis"))
        else:
            shutil.copy2(ROOT / name, into / name)
    return into


def caught(m: Mutant, copy: Path) -> bool:
    """Whether a test of the room fails with the fault in place, or does not come to an end."""
    target, kept = copy / "src/zopa" / m.file, copy / "as_it_was"
    fault = mutated(m, copy)
    shutil.copy2(target, kept)
    target.write_text(fault, encoding="utf-8")
    try:
        return fails([*m.tests], copy)
    finally:
        shutil.move(kept, target)


def fails(tests: Sequence[str], copy: Path) -> bool:
    """Whether one of these tests fails in the copy as it is, or does not come to an end."""
    env = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    options.append("--hypothesis-profile=first failure")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *(f"tests/{t}" for t in tests)],
            cwd=copy,
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode > pytest.ExitCode.INTERRUPTED:  # 2 is also a module that cannot be imported any more
        raise RuntimeError(f"pytest did not run: {done.stdout}{done.stderr}")
    return done.returncode != 0


def tried(numbers: Sequence[int], jobs: int) -> Iterator[tuple[int, bool, float]]:
    """Number, whether it was caught, and the seconds it took; in the order of the table."""
    own = threading.local()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:

        def one(number: int) -> tuple[int, bool, float]:
            if not hasattr(own, "copy"):
                own.copy = copy_of_the_project(Path(tempfile.mkdtemp(dir=folder)))
            began = time.monotonic()
            return number, caught(MUTANTS[number - 1], own.copy), time.monotonic() - began

        yield from pool.map(one, numbers)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=int, action="append", metavar="N", help="this mutant; may be repeated")
    parser.add_argument("--room", help="the mutants of one room, such as spatial")
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    numbers = asked.only or [
        n for n, m in enumerate(MUTANTS, 1) if not asked.room or m.file.startswith(f"{asked.room}/")
    ]
    for m in MUTANTS:
        mutated(m)
    with tempfile.TemporaryDirectory() as folder:
        needed = dict.fromkeys(t for n in numbers for t in MUTANTS[n - 1].tests)
        if fails([*needed], copy_of_the_project(Path(folder))):
            print("a test fails without any fault, so nothing can be said:", *needed)
            return 2
    survived = 0
    for number, noticed, seconds in tried(numbers, asked.jobs):
        m = MUTANTS[number - 1]
        survived += not noticed
        print(f"{number:3} {'caught' if noticed else 'SURVIVED'} {seconds:5.1f} s  {m.file}: {' '.join(m.old.split())} -> {' '.join(m.new.split())}", flush=True)  # fmt: skip
    print(f"{len(numbers) - survived} of {len(numbers)} caught")
    return int(survived > MOST_SURVIVORS)


if __name__ == "__main__":
    sys.exit(main())
