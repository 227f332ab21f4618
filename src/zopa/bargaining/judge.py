"""Judge a draft: who accepts, who refuses and by which statement, and the cheapest swaps that win them.

A full draft is judged package by package; a partial one by what its completions allow. A party refuses a
package when its utility is below its reservation value, or when the package breaks a rule of its own.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from zopa.bargaining.deals import Deal, deal, deals, marked
from zopa.bargaining.engines import Engine, Stop, engine_for, never
from zopa.bargaining.why_not import Limit, WhyNot, blocked, limits_of
from zopa.case import MOST_UNSOURCED, Case, OnRecord, WorthRanges, breaks, on_record, values, weights
from zopa.errors import UnknownName
from zopa.space import Answer, IntArray, Package, Problem, Readings, Space, Why, decimal
from zopa.space.table import BoolArray

__all__ = ["Logroll", "Swap", "Verdict", "Views", "judge"]

MOST_SWAPS = 3
MOST_PAIRS = 2_000_000
MOST_PARTIES_COUNTED = 8


@dataclass(frozen=True)
class Verdict:
    """One party's answer to a draft, and why.

    For a partial draft ``accepts`` says whether any allowed completion is acceptable to the party, and
    ``utility`` is the best that a completion gives it. ``range`` is the least and the greatest utility within the
    intervals of the judgments; for a partial draft, of that completion.
    """

    party: str
    accepts: bool
    utility: Fraction
    reservation: Fraction
    why: tuple[Why, ...]
    range: tuple[Fraction, Fraction] | None = None

    @property
    def gain(self) -> Fraction:
        """Points above (or, negative, below) no agreement."""
        return self.utility - self.reservation


@dataclass(frozen=True)
class Swap:
    """A change of one or two issues, and what it does to each party's utility."""

    changes: Mapping[str, str]
    instead_of: Mapping[str, str]
    gains: Mapping[str, Fraction]
    accepted_by: tuple[str, ...]
    wins: tuple[str, ...] = ()

    def __str__(self) -> str:
        moves = ", ".join(f"{i}: {self.instead_of[i]} → {o}" for i, o in self.changes.items())
        effect = ", ".join(f"{p} {'+' if g >= 0 else ''}{decimal(g)}" for p, g in self.gains.items())
        return f"{moves} ({effect})"


@dataclass(frozen=True)
class Logroll:
    """Two issues that two parties weigh differently: each gives on one and gains on the other."""

    first: str
    second: str
    swap: Swap


@dataclass(frozen=True)
class Views(Answer):
    """What everybody says to a draft.

    Attributes
    ----------
    draft : issue -> option, as given.
    full : bool
        Whether the draft settles every issue.
    verdicts : one per party.
    broken : the rules that the draft breaks (for a partial draft: whatever the open issues are).
    swaps : refuser -> cheapest changes of one or two issues that win it and lose nobody who accepts.
    agreements : changes of one or two issues after which everybody accepts, cheapest first.
    improvements : packages at least as good for all and better for one, that break no rule; best first.
    improvable : how many such packages there are (None where too many to list).
    logrolls : swaps of two issues from which two parties gain though each single change costs one of them.
    completions, acceptable : allowed completions (a full draft has one), and those that enough parties accept.
    at_least : which of these two numbers are lower bounds, since counting would take too long or was stopped.
    conflict : for a draft without acceptable completion, why.
    suggestion : for a partial draft, the completion with the largest smallest gain.
    notes : what must be said about the numbers.
    record : what the case rests on; a verdict that rests on too little is none.
    against : accepted refusals and red lines that no rule carries and that the draft goes against, by statement id.
    """

    draft: Mapping[str, str]
    full: bool
    verdicts: tuple[Verdict, ...]
    broken: tuple[Limit, ...]
    swaps: Mapping[str, tuple[Swap, ...]]
    agreements: tuple[Swap, ...]
    improvements: tuple[Deal, ...]
    improvable: int | None
    logrolls: tuple[Logroll, ...]
    completions: int
    acceptable: int
    conflict: WhyNot | None = None
    suggestion: Deal | None = None
    notes: tuple[str, ...] = ()
    record: OnRecord | None = None
    against: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Not enough on record, accepted, refused, against a refusal (the numbers alone would accept), or not known.

        It is not known where the search was stopped before it found out.
        """
        if self.record is not None and not self.record.enough:
            return "not enough on record"
        if not self.acceptable and "acceptable" in self.at_least and all(v.accepts for v in self.verdicts):
            return "not known"
        if self.accepted and self.against:
            return "against a refusal"
        return "accepted" if self.accepted else "refused"

    @property
    def accepted(self) -> bool:
        """Enough parties accept and no rule is broken (for a partial draft: that holds for some completion)."""
        return self.acceptable > 0


def judge(
    case: Case | Problem,
    draft: Mapping[str, str],
    readings: Readings = None,
    *,
    most_unsourced: Fraction | float = MOST_UNSOURCED,
    stop: Stop = never,
    quick: bool = False,
) -> Views:
    """Who accepts this draft, who refuses it and by which statement, and the cheapest swaps that win them.

    Parameters
    ----------
    case : Case or Problem
    draft : issue -> option
        A full or partial package.
    readings : str, mapping or None
    most_unsourced : number between 0 and 1
        The largest share of judgments without any source with which a verdict is given.
    stop : callable, optional
        Asked during long work in spaces too large to list; True ends it with what is known.
    quick : bool
        In spaces too large to list: one improvement instead of all, and no count that takes more than a moment.

    Raises
    ------
    UnknownName
        An issue, option or reading that the case does not have.
    """
    problem = Problem.of(case, readings)
    space = problem.space
    settled = {}
    for issue, option in draft.items():
        if issue not in space.issues:
            raise UnknownName("issue", issue, space.issues)
        i = space.issues.index(issue)
        if option not in space.options[i]:
            raise UnknownName(f"option of {issue}", option, space.options[i])
        settled[i] = space.options[i].index(option)
    engine = engine_for(problem, "judge", stop=stop)
    found = (
        _partial(problem, draft, settled, engine, quick)
        if len(settled) < len(space.issues)
        else _full(problem, space.package(draft), engine, quick)
    )
    against = breaks(problem.case, found.draft)
    return replace(found, record=on_record(problem.case, most_unsourced), against=against)


def _full(problem: Problem, package: Package, engine: Engine, quick: bool) -> Views:
    space = problem.space
    near = _Neighbours(problem, package)
    clauses = [m for m in limits_of(problem) if m.kind == "rule"]
    broken = tuple(m for m, c in zip(clauses, space.clauses, strict=True) if not c.allows(package))
    utilities = space.utility(package)
    ranges = WorthRanges(problem.case, space.names(package), space.parties)
    verdicts = tuple(
        Verdict(
            name,
            bool(near.now[p]),
            space.points(utilities[p]),
            space.points(space.reservation[p]),
            _reasons(problem.case, space, package, p, broken, utilities[p]),
            ranges[name],
        )
        for p, name in enumerate(space.parties)
    )
    improvements, improvable = _improvements(engine, package, quick)
    improvements = marked(problem.case, improvements)
    return Views(
        problem.question("judge", draft=space.names(package)),
        draft=space.names(package),
        full=True,
        verdicts=verdicts,
        broken=broken,
        swaps={name: near.winning(p) for p, name in enumerate(space.parties) if not near.now[p]},
        agreements=near.agreements(),
        improvements=improvements,
        improvable=improvable,
        logrolls=near.logrolls(),
        completions=int(not broken),
        acceptable=int(space.agreed(near.now.tolist()) and not broken),
        notes=problem.remarks,
    )


def _holds(space: Space, packages: IntArray, terms: Sequence[tuple[int, int]]) -> BoolArray:
    ok = np.ones(len(packages), dtype=bool)
    for i, mask in terms:
        lookup = np.array([bool(mask >> k & 1) for k in range(space.sizes[i])])
        ok &= lookup[packages[:, i]]
    return ok


def _utilities(space: Space, packages: IntArray) -> IntArray:
    """Of packages given as option indices, shape (n, n_issues); shape (n_parties, n)."""
    total = np.zeros((len(space.parties), len(packages)), dtype=np.int64 if space.compact else object)
    for i, scores in enumerate(space.scores):
        total += scores[:, packages[:, i]]
    for b in space.bonuses:
        total[b.party, _holds(space, packages, b.terms)] += b.points
    return total


def _breaks(space: Space, packages: IntArray) -> BoolArray:
    """Which clauses each package breaks, shape (n_clauses, n)."""
    rows = np.zeros((len(space.clauses), len(packages)), dtype=bool)
    for c, clause in enumerate(space.clauses):
        bad = _holds(space, packages, clause.when)
        for alternative in clause.only_if:
            bad = bad & ~_holds(space, packages, alternative)
        rows[c] = bad
    return rows


class _Neighbours:
    """All packages that differ from a draft in one or two issues, and what they change for whom."""

    def __init__(self, problem: Problem, package: Package) -> None:
        space = self.space = problem.space
        self.package = package
        self.holders = tuple(problem.rules[c.rule].party for c in space.clauses)
        here = np.array([package], dtype=np.int64)
        self.now = self._accepting(here)[:, 0]
        self.candidates, self.singles = _changes(space, package)
        base = np.array(space.utility(package), dtype=np.int64 if space.compact else object)
        self.worth = _utilities(space, self.candidates) - base[:, None]
        self.accepting = self._accepting(self.candidates)
        self.broken = _breaks(space, self.candidates)
        self.sound: BoolArray = np.logical_not((self.broken & ~_breaks(space, here)).any(axis=0))
        self.keeps: BoolArray = (self.accepting | ~self.now[:, None]).all(axis=0) & self.sound
        cost = np.where(self.worth < 0, -self.worth, 0).sum(axis=0)
        changed = np.where(np.arange(len(self.candidates)) < self.singles, 1, 2)
        self.order = sorted(range(len(self.candidates)), key=lambda k: (changed[k], cost[k], k))

    def _accepting(self, packages: IntArray) -> BoolArray:
        """Utility >= reservation, and no rule of the party's own broken; shape (n_parties, n)."""
        limits = np.array(self.space.reservation, dtype=np.int64 if self.space.compact else object)
        ok: BoolArray = _utilities(self.space, packages) >= limits[:, None]
        broken = _breaks(self.space, packages)
        for c, holder in enumerate(self.holders):
            if holder in self.space.parties:
                ok[self.space.parties.index(holder)] &= ~broken[c]
        return ok

    def swap(self, k: int, wins: tuple[str, ...] = ()) -> Swap:
        """One change in words."""
        space, after = self.space, self.candidates[k]
        changed = [i for i, option in enumerate(self.package) if after[i] != option]
        return Swap(
            {space.issues[i]: space.options[i][after[i]] for i in changed},
            {space.issues[i]: space.options[i][self.package[i]] for i in changed},
            {name: space.points(self.worth[p, k]) for p, name in enumerate(space.parties)},
            tuple(name for p, name in enumerate(space.parties) if self.accepting[p, k]),
            wins,
        )

    def winning(self, p: int) -> tuple[Swap, ...]:
        """Cheapest changes that win a party and lose nobody who accepts."""
        found = (k for k in self.order if self.keeps[k] and self.accepting[p, k])
        return tuple(self.swap(k, (self.space.parties[p],)) for k in itertools.islice(found, MOST_SWAPS))

    def agreements(self) -> tuple[Swap, ...]:
        """Cheapest changes after which everybody accepts and no rule is broken."""
        if self.now.all():
            return ()
        fine = self.sound & self.accepting.all(axis=0) & ~self.broken.any(axis=0)
        return tuple(self.swap(k) for k in itertools.islice((k for k in self.order if fine[k]), MOST_SWAPS))

    def logrolls(self) -> tuple[Logroll, ...]:
        """Pairs of changes that help two parties although each single change costs one of them."""
        return _logrolls(
            self.space,
            self.package,
            self.candidates,
            singles=self.singles,
            worth=self.worth,
            sound=self.sound,
            swap=self.swap,
        )


def _reasons(
    case: Case, space: Space, package: Package, p: int, broken: Sequence[Limit], utility: int
) -> tuple[Why, ...]:
    name = space.parties[p]
    found = [
        Why(f"it breaks: {b.says or b.text}", b.statements, (b.rule or "",), b.basis)
        for b in broken
        if b.party == name
    ]
    lacking = space.reservation[p] - utility
    if lacking > 0:
        found.append(
            Why(
                f"its utility is {decimal(space.points(lacking))} points below its reservation value",
                basis="assumed",
            )
        )
    if not found:
        return ()
    # The issues on which the package gives the party least of what it could get there.
    missing = []
    for i, option in enumerate(package):
        column = space.scores[i][p]
        missing.append((int(column.max() - column[option]), i))
    for lost, i in sorted(missing, key=lambda m: (-m[0], m[1]))[:3]:
        if not lost:
            continue
        issue = space.issues[i]
        option_id = space.options[i][package[i]]
        cell = values(case, name, issue)[option_id]
        weight = weights(case, name)[issue]
        noun = case.issues[issue]
        label = noun.options[option_id].label
        text = f"{noun.name}: “{label}” is {decimal(space.points(lost))} points below its best option there"
        ids = tuple(dict.fromkeys(cell.basis.statements + weight.basis.statements))
        found.append(Why(text, ids, basis=cell.basis.kind))
    return tuple(found)


def _changes(space: Space, package: Package) -> tuple[IntArray, int]:
    """All packages that differ in one issue, then those that differ in two; and how many of the first."""
    moves = [(i, k) for i, size in enumerate(space.sizes) for k in range(size) if k != package[i]]
    rows = [moves[j : j + 1] for j in range(len(moves))]
    if len(moves) ** 2 / 2 <= MOST_PAIRS:
        rows += [list(pair) for pair in itertools.combinations(moves, 2) if pair[0][0] != pair[1][0]]
    found = np.tile(np.array(package, dtype=np.int64), (len(rows), 1))
    for r, changes in enumerate(rows):
        for i, k in changes:
            found[r, i] = k
    return found, len(moves)


def _improvements(engine: Engine, package: Package, quick: bool) -> tuple[tuple[Deal, ...], int | None]:
    """Post-settlement improvements (Raiffa 1985): nobody worse, somebody better, no rule broken.

    The frontier of what gives nobody less, the largest smallest gain first; and how many packages there are.
    """
    space, base = engine.space, engine.space.utility(package)
    better = engine.at(dataclasses.replace(space.everybody, reservation=base))
    if quick and better.name == "search":
        return _one_improvement(better, base)
    edge = better.frontier()
    ranked = _ranked(space, edge.packages, base)
    if edge.note and not ranked:
        return (), None
    return deals(space, ranked), _improvable(better, base) if ranked else 0


def _one_improvement(better: Engine, base: Sequence[int]) -> tuple[tuple[Deal, ...], int | None]:
    """Of the packages that give nobody less, that with the largest smallest gain; none where no sum is larger."""
    parties = range(len(base))
    largest = better.largest_sum(parties, base, proven=True)
    if largest is not None and largest * better.space.scale == sum(base):
        return (), 0
    ranked = _ranked(better.space, better.solve("egalitarian").packages, base)
    return deals(better.space, ranked), None


def _ranked(space: Space, packages: Sequence[Package], base: Sequence[int]) -> list[Package]:
    """The packages that give somebody more than ``base``, the largest smallest gain first."""
    if not packages:
        return []
    found = np.array(packages, dtype=np.int64)
    gains = np.sort(_utilities(space, found).T - np.array(base, dtype=np.int64 if space.compact else object))
    up = gains.any(axis=1)
    rows = zip((-gains[up]).tolist(), map(tuple, found[up].tolist()), strict=True)
    return [x for _, x in heapq.nsmallest(MOST_SWAPS, rows)]


def _improvable(better: Engine, base: Sequence[int]) -> int | None:
    """Packages that give nobody less and somebody more, by inclusion and exclusion on who gets more."""
    if better.name == "search" and len(base) > MOST_PARTIES_COUNTED:
        return None
    whole, same = better.count(base, quick=True), 0
    if not whole.exact:
        return None
    for more in itertools.product((0, 1), repeat=len(base)):
        number = better.count([b + m for b, m in zip(base, more, strict=True)], quick=True)
        if not number.exact:
            return None
        same += (-1) ** sum(more) * number.low
    return whole.low - same


def _logrolls(
    space: Space,
    package: Package,
    candidates: IntArray,
    *,
    singles: int,
    worth: IntArray,
    sound: BoolArray,
    swap: Callable[[int], Swap],
) -> tuple[Logroll, ...]:
    """Pairs of changes that help two parties although each single change costs one of them."""
    single = {tuple(candidates[k]): worth[:, k] for k in range(singles)}
    found = []
    helps = sound & ((worth > 0).sum(axis=0) >= 2) & (worth >= 0).all(axis=0)
    for k in singles + np.flatnonzero(helps[singles:]):
        gain = worth[:, k]
        winners = np.flatnonzero(gain > 0)
        i, j = (m for m in range(len(package)) if candidates[k, m] != package[m])
        parts = []
        for m in (i, j):
            row = list(package)
            row[m] = int(candidates[k, m])
            parts.append(single[tuple(row)])
        pairs = [
            (a, b)
            for a in winners
            for b in winners
            if a != b and parts[0][a] < 0 < parts[1][a] and parts[1][b] < 0 < parts[0][b]
        ]
        if pairs:
            found.append((-int(gain[winners].min()), int(k), i, j))
    found.sort()
    return tuple(Logroll(space.issues[i], space.issues[j], swap(k)) for _, k, i, j in found[:5])


def _partial(
    problem: Problem, draft: Mapping[str, str], settled: Mapping[int, int], engine: Engine, quick: bool
) -> Views:
    space = problem.space.settled(settled)
    inside = engine.at(space)
    free, nothing = space.lowest, (0,) * len(space.parties)
    clauses = [m for m in limits_of(problem) if m.kind == "rule"]

    def under(some: Sequence[int]) -> Engine:
        return inside.at(dataclasses.replace(space, clauses=tuple(space.clauses[k] for k in some)))

    broken = tuple(m for k, m in enumerate(clauses) if under([k]).highest([0], nothing, free) is None)
    verdicts = []
    for p, name in enumerate(space.parties):
        own_rules = under([k for k, m in enumerate(clauses) if m.party == name])
        mine = own_rules.highest([p], nothing, free, shown=1)
        best = mine or under([]).highest([p], nothing, free, shown=1)
        assert best is not None
        least = space.points(space.reservation[p])
        accepts = mine is not None and best.value >= least
        own = tuple(
            Why(f"it breaks: {b.says or b.text}", b.statements, (b.rule or "",), b.basis)
            for b in broken
            if b.party == name
        )
        why = own or (Why("no completion reaches its reservation value", basis="assumed"),)
        at_best = [WorthRanges(problem.case, space.names(x), space.parties)[name] for x in best.packages[:1]]
        verdicts.append(
            Verdict(name, accepts, best.value, least, () if accepts else why, at_best[0] if at_best else None)
        )
    best_for_all = inside.solve("egalitarian", agreed=True)  # first: a verdict is worth more than a count
    picked = best_for_all.packages
    allowed, acceptable = inside.count(free, quick=quick), inside.count(quick=quick)
    none = not picked and best_for_all.proven
    counted = {"completions": allowed.exact, "acceptable": acceptable.exact or none}
    suggestion = space.names(picked[0]) if picked else None
    return Views(
        problem.question("judge", draft=dict(draft)),
        draft=dict(draft),
        full=False,
        verdicts=tuple(verdicts),
        broken=broken,
        swaps={},
        agreements=(),
        improvements=(),
        improvable=None,
        logrolls=(),
        completions=max(allowed.low, int(bool(picked))),
        acceptable=max(acceptable.low, int(bool(picked))),
        at_least=tuple(name for name, exact in counted.items() if not exact),
        conflict=None if picked else blocked(problem, inside, settled),
        suggestion=marked(problem.case, (deal(problem.space, problem.space.package(suggestion)),))[0]
        if suggestion
        else None,
        notes=problem.remarks,
    )
