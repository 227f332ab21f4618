"""Judge a draft: who accepts, who refuses and by which statement, and the cheapest swaps that win them.

A full draft is judged package by package; a partial one by what its completions allow. A party refuses a
package when its utility is below its reservation value, or when the package breaks a rule of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from zopa.bargaining.conflicts import Limit, WhyNot, limits_of, why_not
from zopa.bargaining.search.break_even import improve
from zopa.bargaining.search.decomposition import additive
from zopa.bargaining.zones import Deal, ask, deal
from zopa.case import Case, all_rules, values, weights
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Answer, IntArray, Package, Readings, Space, Why, compile_case
from zopa.space.table import MAX_PACKAGES, BoolArray, Table, nondominated

__all__ = ["Holders", "Logroll", "Swap", "Verdict", "Views", "judge", "limits_of_clauses"]

MOST_SWAPS = 3
MOST_PAIRS = 2_000_000


@dataclass(frozen=True)
class Verdict:
    """One party's answer to a draft, and why.

    For a partial draft ``accepts`` says whether any allowed completion is acceptable to the party, and
    ``utility`` is the best that a completion gives it.
    """

    party: str
    accepts: bool
    utility: Fraction
    reservation: Fraction
    why: tuple[Why, ...]

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
        effect = ", ".join(f"{p} {float(g):+g}" for p, g in self.gains.items())
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
    conflict : for a draft without acceptable completion, why.
    suggestion : for a partial draft, the completion with the largest smallest gain.
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

    @property
    def accepted(self) -> bool:
        """Enough parties accept and no rule is broken (for a partial draft: that holds for some completion)."""
        return self.acceptable > 0


def judge(
    case: Case, draft: Mapping[str, str], readings: Readings = None, *, table: Table | None = None
) -> Views:
    """Who accepts this draft, who refuses it and by which statement, and the cheapest swaps that win them.

    Parameters
    ----------
    case : Case
    draft : issue -> option
        A full or partial package.
    readings : str, mapping or None

    Raises
    ------
    UnknownName
        An issue, option or reading that the case does not have.
    """
    for issue, option in draft.items():
        if issue not in case.issues:
            raise UnknownName("issue", issue, case.issues)
        if option not in case.issues[issue].options:
            raise UnknownName(f"option of {issue}", option, case.issues[issue].options)
    space = table.space if table is not None else compile_case(case, readings)
    if len(draft) < len(space.issues):
        if table is None and space.n_packages > MAX_PACKAGES:
            raise NotApplicable(
                f"a partial draft over {space.n_packages:.3g} packages cannot be completed by listing them; "
                "settle more issues, or ask `solve` for the packages that the solutions pick"
            )
        return _partial(case, draft, readings, table or Table.of(space))
    return _full(case, space.package(draft), readings, space, table)


def _full(case: Case, package: Package, readings: Readings, space: Space, table: Table | None) -> Views:
    rules = all_rules(case)
    holder = Holders(space, tuple(rules[c.rule].party for c in space.clauses))
    here = np.array([package], dtype=np.int64)
    accepts = holder.accepts(here)[:, 0]
    limits = limits_of_clauses(case, space)
    broken = tuple(limit for limit, c in zip(limits, space.clauses, strict=True) if not c.allows(package))
    utilities = space.utility(package)
    verdicts = tuple(
        Verdict(
            name,
            bool(accepts[p]),
            space.points(utilities[p]),
            space.points(space.reservation[p]),
            _reasons(case, space, package, name, p, broken, utilities[p]),
        )
        for p, name in enumerate(space.parties)
    )
    candidates, singles = _neighbours(space, package)
    worth = holder.utilities(candidates) - np.array(utilities, dtype=np.int64)[:, None]
    accepting = holder.accepts(candidates)
    new_breaks = holder.broken(candidates) & ~holder.broken(here)
    sound: BoolArray = np.logical_not(new_breaks.any(axis=0))
    keeps: BoolArray = np.logical_and((accepting | ~accepts[:, None]).all(axis=0), sound)

    def swap(k: int, wins: tuple[str, ...] = ()) -> Swap:
        changed = [i for i in range(len(package)) if candidates[k, i] != package[i]]
        return Swap(
            {space.issues[i]: space.options[i][candidates[k, i]] for i in changed},
            {space.issues[i]: space.options[i][package[i]] for i in changed},
            {name: space.points(worth[p, k]) for p, name in enumerate(space.parties)},
            tuple(name for p, name in enumerate(space.parties) if accepting[p, k]),
            wins,
        )

    cost = np.where(worth < 0, -worth, 0).sum(axis=0)
    issues_changed = np.where(np.arange(len(candidates)) < singles, 1, 2)
    order = np.lexsort((np.arange(len(candidates)), cost, issues_changed))
    swaps = {}
    for p, name in enumerate(space.parties):
        if not accepts[p]:
            winning = [int(k) for k in order if keeps[k] and accepting[p, k]]
            swaps[name] = tuple(swap(k, (name,)) for k in winning[:MOST_SWAPS])
    everybody = [
        int(k)
        for k in order
        if sound[k] and accepting[:, k].all() and not holder.broken(candidates[[k]]).any()
    ]
    improvements, improvable = _improvements(space, package, table)
    return Views(
        ask(case, "judge", readings, draft=space.names(package)),
        space.names(package),
        True,
        verdicts,
        broken,
        swaps,
        tuple(swap(k) for k in everybody[:MOST_SWAPS]) if not accepts.all() else (),
        improvements,
        improvable,
        _logrolls(space, package, candidates, singles, worth, sound, swap),
        int(not broken),
        int(space.agreed(accepts.tolist()) and not broken),
    )


def limits_of_clauses(case: Case, space: Space) -> list[Limit]:
    """The limits that are clauses of rules, one per clause of the space."""
    return [limit for limit in limits_of(case, space) if limit.kind == "rule"]


@dataclass(frozen=True)
class Holders:
    """Evaluate many packages at once: utilities, broken clauses, and who accepts.

    Packages are arrays of option indices, shape (n, n_issues).
    """

    space: Space
    holders: tuple[str | None, ...]

    def utilities(self, packages: IntArray) -> IntArray:
        """Shape (n_parties, n)."""
        total = np.zeros((len(self.space.parties), len(packages)), dtype=np.int64)
        for i, scores in enumerate(self.space.scores):
            total += scores[:, packages[:, i]]
        for b in self.space.bonuses:
            total[b.party, self._holds(packages, b.terms)] += b.points
        return total

    def _holds(self, packages: IntArray, terms: Sequence[tuple[int, int]]) -> BoolArray:
        ok = np.ones(len(packages), dtype=bool)
        for i, mask in terms:
            lookup = np.array([bool(mask >> k & 1) for k in range(self.space.sizes[i])])
            ok &= lookup[packages[:, i]]
        return ok

    def broken(self, packages: IntArray) -> BoolArray:
        """Which clauses each package breaks, shape (n_clauses, n)."""
        rows = np.zeros((len(self.space.clauses), len(packages)), dtype=bool)
        for c, clause in enumerate(self.space.clauses):
            bad = self._holds(packages, clause.when)
            for alternative in clause.only_if:
                bad = bad & ~self._holds(packages, alternative)
            rows[c] = bad
        return rows

    def accepts(self, packages: IntArray) -> BoolArray:
        """Utility >= reservation, and no rule of the party's own broken; shape (n_parties, n)."""
        ok = self.utilities(packages) >= np.array(self.space.reservation, dtype=np.int64)[:, None]
        broken = self.broken(packages)
        for c, holder in enumerate(self.holders):
            if holder in self.space.parties:
                ok[self.space.parties.index(holder)] &= ~broken[c]
        return ok


def _reasons(
    case: Case, space: Space, package: Package, name: str, p: int, broken: Sequence[Limit], utility: int
) -> tuple[Why, ...]:
    found = [
        Why(f"it breaks: {b.text}", b.statements, (b.rule or "",), b.basis) for b in broken if b.party == name
    ]
    lacking = space.reservation[p] - utility
    if lacking > 0:
        found.append(
            Why(
                f"its utility is {float(space.points(lacking)):g} points below its reservation value",
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
        text = (
            f"{issue} at {option_id} leaves it {float(space.points(lost)):g} points short of its best there"
        )
        ids = tuple(dict.fromkeys(cell.basis.statements + weight.basis.statements))
        found.append(Why(text, ids, basis=cell.basis.kind))
    return tuple(found)


def _neighbours(space: Space, package: Package) -> tuple[IntArray, int]:
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


def _improvements(space: Space, package: Package, table: Table | None) -> tuple[tuple[Deal, ...], int | None]:
    """Post-settlement improvements (Raiffa 1985): nobody worse, somebody better, no rule broken."""
    if table is None:
        if space.n_packages > MAX_PACKAGES:
            return _improved(space, package), None
        table = Table.of(space)
    base = np.array(space.utility(package), dtype=np.int64)[:, None]
    better = table.admissible & (table.utilities >= base).all(axis=0) & (table.utilities > base).any(axis=0)
    numbers = np.flatnonzero(better)
    if not numbers.size:
        return (), 0
    gains = table.utilities[:, numbers] - base
    kept = nondominated(gains)
    smallest = np.sort(gains[:, kept], axis=0)
    order = np.lexsort((np.arange(kept.size), *(-row for row in smallest[::-1])))
    return tuple(deal(space, table.package(int(numbers[k]))) for k in kept[order][:MOST_SWAPS]), int(
        numbers.size
    )


def _improved(space: Space, package: Package) -> tuple[Deal, ...]:
    """The Nash packages when everybody keeps what the package gives, where packages cannot be listed."""
    better = improve(space, package)
    base = space.utility(package)
    found = [additive(space).package(b.picks) for run in better for b in run.best]
    return tuple(deal(space, x) for x in found if space.utility(x) != base)[:MOST_SWAPS]


def _logrolls(
    space: Space,
    package: Package,
    candidates: IntArray,
    singles: int,
    worth: IntArray,
    sound: BoolArray,
    swap: object,
) -> tuple[Logroll, ...]:
    """Pairs of changes that help two parties although each single change costs one of them."""
    assert callable(swap)
    single = {tuple(candidates[k]): worth[:, k] for k in range(singles)}
    found = []
    for k in range(singles, len(candidates)):
        gain = worth[:, k]
        winners = np.flatnonzero(gain > 0)
        if not sound[k] or winners.size < 2 or (gain < 0).any():
            continue
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
            found.append((-int(gain[winners].min()), k, i, j))
    found.sort()
    return tuple(Logroll(space.issues[i], space.issues[j], swap(k)) for _, k, i, j in found[:5])


def _partial(case: Case, draft: Mapping[str, str], readings: Readings, table: Table) -> Views:
    space = table.space
    terms = [
        (space.issues.index(i), 1 << space.options[space.issues.index(i)].index(o)) for i, o in draft.items()
    ]
    within = table.holds(terms)
    allowed = within & table.admissible
    acceptable = within & table.agreed
    rules = all_rules(case)
    limits = limits_of_clauses(case, space)
    broken = tuple(
        m for m, c in zip(limits, space.clauses, strict=True) if (table.violates(c) | ~within).all()
    )
    verdicts = []
    for p, name in enumerate(space.parties):
        mine = within.copy()
        for c in space.clauses:
            if rules[c.rule].party == name:
                mine &= ~table.violates(c)
        best = table.utilities[p, mine].max() if mine.any() else table.utilities[p, within].max()
        accepts = bool(mine.any() and best >= space.reservation[p])
        why: tuple[Why, ...] = ()
        if not accepts:
            own = [
                Why(f"it breaks: {b.text}", b.statements, (b.rule or "",), b.basis)
                for b in broken
                if b.party == name
            ]
            why = tuple(own) or (Why("no completion reaches its reservation value", basis="assumed"),)
        verdicts.append(Verdict(name, accepts, space.points(best), space.points(space.reservation[p]), why))
    suggestion = None
    numbers = np.flatnonzero(acceptable)
    if numbers.size:
        gains = np.sort(table.utilities[:, numbers] - np.array(space.reservation)[:, None], axis=0)
        best_k = numbers[np.lexsort((numbers, *(-row for row in gains[::-1])))[0]]
        suggestion = deal(space, table.package(int(best_k)))
    conflict = None if numbers.size else why_not(case, readings, within=within, table=table)
    return Views(
        ask(case, "judge", readings, draft=dict(draft)),
        dict(draft), False, tuple(verdicts), broken, {}, (), (), None, (),
        int(allowed.sum()), int(numbers.size), conflict, suggestion,
    )  # fmt: skip
