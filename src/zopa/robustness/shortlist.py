"""A shortlist of packages that together represent readings and draws best: an approval committee, chosen exactly.

Voters are scenarios, a reading together with a draw; a scenario approves the packages that are in its zone. The
committee leaves as few scenarios as possible without an approved member (Chamberlin & Courant 1983), or maximises the
sum of 1 + 1/2 + ... over approved members (proportional approval voting, Thiele 1895).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zopa.robustness.compatible_set import Compatible
from zopa.robustness.shares import accepted_by
from zopa.space import Problem

__all__ = ["Committee", "ShortlistMember", "committee", "score", "shortlist", "undominated"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
SIZES = (3, 4, 5)
LITTLE = 0.01
"""A further member that covers no more of the scenarios than this is not worth its place."""
MOST_CANDIDATES = 1000
"""Packages that approvals are worked out for; all of them where the rules allow no more."""
MOST_EXACT = 100
"""Candidates that the exact choice is made among: those that most scenarios approve, and the greedy ones."""
MOST_DRAWS = 96
NODES = 20
"""Branches of the exact choice, after which the best found is given with its bound: the same on every machine."""
RARE = 0.01


@dataclass(frozen=True)
class ShortlistMember:
    """One package of the shortlist.

    Attributes
    ----------
    alone : share of the scenarios in which it is acceptable to all.
    added : share that it covers beyond the members before it.
    readings : those under which the rules allow it.
    forbidden : the other readings, each with the rules that forbid it there.
    parties : share of the draws in which each party accepts it.
    breaks : party -> the issue on which it loses most in the draws in which it refuses; for parties that refuse.
    ask : the party whose answer to this package is least certain, empty where all accept in nearly all draws.
    """

    package: Mapping[str, str]
    alone: float
    added: float
    readings: tuple[str, ...]
    forbidden: Mapping[str, tuple[str, ...]]
    parties: Mapping[str, float]
    breaks: Mapping[str, str]
    ask: str


@dataclass(frozen=True)
class Committee:
    """The shortlist.

    Attributes
    ----------
    members : in the order in which they cover most.
    covered : share of the scenarios in which at least one member is acceptable to all.
    possible : share of the scenarios in which any candidate is.
    scenarios, candidates : how many were looked at; ``complete`` tells whether these are all packages.
    proven : whether no other committee of this size covers more; else ``most`` bounds what one could cover.
    """

    members: tuple[ShortlistMember, ...]
    covered: float
    possible: float
    scenarios: int
    candidates: int
    complete: bool
    proven: bool
    most: float


def committee(
    approves: BoolArray, size: int, rule: Literal["coverage", "pav"] = "coverage", nodes: int = NODES
) -> tuple[tuple[int, ...], float, bool]:
    """Candidates of the best committee, a bound on its score, and whether it is proven best.

    Parameters
    ----------
    approves : array of bool, shape (n_candidates, n_voters)
    size : number of members; all candidates where there are fewer.
    rule : ``coverage`` counts voters with an approved member; ``pav`` gives 1 + 1/2 + ... for each approved member.
    nodes : branches after which the best found is given.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    n = len(approves)
    size = min(size, n)
    voters, weights = np.unique(approves.T, axis=0, return_counts=True)
    keep = voters.any(axis=1)
    voters, weights = voters[keep], weights[keep]
    if not len(voters) or size == n:
        chosen = tuple(range(size))
        return chosen, score(approves[list(chosen)], rule), True
    steps = 1 if rule == "coverage" else size
    gains = np.concatenate([weights / (j + 1) for j in range(steps)])
    rows, columns = np.nonzero(voters)
    m = len(voters)
    at = n + np.arange(m * steps)
    matrix = coo_array(
        (
            np.concatenate([np.ones(len(rows)), -np.ones(m * steps)]),
            (np.concatenate([rows, np.tile(np.arange(m), steps)]), np.concatenate([columns, at])),
        ),
        shape=(m, n + m * steps),
    ).tocsr()
    count = coo_array((np.ones(n), (np.zeros(n, dtype=int), np.arange(n))), shape=(1, n + m * steps)).tocsr()
    done = milp(
        np.concatenate([np.zeros(n), -gains]),
        constraints=[LinearConstraint(matrix, lb=0), LinearConstraint(count, lb=size, ub=size)],
        integrality=np.concatenate([np.ones(n), np.zeros(m * steps)]),
        bounds=Bounds(0, 1),
        options={"node_limit": nodes, "mip_rel_gap": 0.0},
    )
    greedy = _greedy(approves, size)
    if done.x is None:
        return greedy, float(gains.sum()), False
    best = tuple(int(k) for k in np.flatnonzero(done.x[:n] > 0.5))
    bound = -float(done.mip_dual_bound) if done.mip_dual_bound is not None else -float(done.fun)
    if done.status != 0 and score(approves[list(greedy)], rule) > score(approves[list(best)], rule):
        best = greedy
    return best, bound, bool(done.status == 0)


def score(chosen: BoolArray, rule: str = "coverage") -> float:
    """What a committee is worth under a rule; ``chosen`` are its rows of approvals."""
    counts = chosen.sum(axis=0)
    if rule == "coverage":
        return float((counts > 0).sum())
    return float(sum(sum(1 / j for j in range(1, int(c) + 1)) for c in counts))


def _greedy(approves: BoolArray, size: int) -> tuple[int, ...]:
    """Largest further coverage first; within 1 - 1/e of the best."""
    chosen: list[int] = []
    covered = np.zeros(approves.shape[1], dtype=bool)
    for _ in range(size):
        further = (approves & ~covered).sum(axis=1)
        further[chosen] = -1
        chosen.append(int(further.argmax()))
        covered |= approves[chosen[-1]]
    return tuple(chosen)


def undominated(approves: BoolArray) -> NDArray[np.int64]:
    """Candidates whose approval set is in no other's; of equal sets the first."""
    order = np.lexsort((np.arange(len(approves)), -approves.sum(axis=1)))
    kept: list[int] = []
    rows = np.zeros((0, approves.shape[1]), dtype=bool)
    for k in order:
        if approves[k].any() and not (rows | ~approves[k]).all(axis=1).any():
            kept.append(int(k))
            rows = np.vstack([rows, approves[k]])
    return np.array(sorted(kept), dtype=np.int64)


def shortlist(
    problems: Mapping[str, Problem],
    words: Mapping[str, Compatible],
    points: Mapping[str, FloatArray],
    candidates: Sequence[int] = (),
    seed: int = 1,
    without: int | None = None,
) -> Committee | None:
    """Three to five packages that leave as few scenarios as possible without one acceptable to all.

    Parameters
    ----------
    problems : name of readings -> problem
    words, points : party -> what its words allow, and its draws.
    candidates : numbers of packages to look at in any case; all allowed ones where there are few, else a sample more.
    without : number of a package that does not count: the one that leaves everything as it is.
    """
    first = next(iter(problems.values()))
    space = first.space
    allowed = {name: p.table.admissible for name, p in problems.items()}
    union = np.flatnonzero(np.logical_or.reduce(list(allowed.values())))
    union = union[union != (-1 if without is None else without)]
    if not union.size:
        return None
    complete = union.size <= MOST_CANDIDATES
    looked = union if complete else _sample(union, candidates, seed)
    packages = np.array(np.unravel_index(looked, space.sizes)).T
    n = min(MOST_DRAWS, *(len(p) for p in points.values()))
    by = {p: accepted_by(w, packages, points[p][:n]) for p, w in words.items()}
    stacked = np.stack([by[p] for p in space.parties])
    needed = np.array(space.required)
    together = stacked[needed].all(axis=0) & (stacked.sum(axis=0) >= space.at_least)
    approves = np.concatenate([together & allowed[name][looked][:, None] for name in problems], axis=1)
    kept = undominated(approves)
    if not kept.size:
        return None
    if kept.size > MOST_EXACT:
        greedy = _greedy(approves[kept], MOST_EXACT // 4)
        often = np.argsort(-approves[kept].sum(axis=1), kind="stable")[: MOST_EXACT - len(greedy)]
        kept, complete = kept[np.unique([*greedy, *often])], False
    chosen, bound, proven = _smallest_worthwhile(approves[kept])
    members = _in_order(approves, [int(kept[k]) for k in chosen])
    found: list[ShortlistMember] = []
    covered = np.zeros(approves.shape[1], dtype=bool)
    for k in members:
        package = tuple(int(x) for x in packages[k])
        shares = {p: float(by[p][k].mean()) for p in words}
        unsure = min(shares, key=lambda p: shares[p])
        found.append(
            ShortlistMember(
                space.names(package),
                alone=float(approves[k].mean()),
                added=float((approves[k] & ~covered).mean()),
                readings=tuple(name for name in problems if allowed[name][looked[k]]),
                forbidden={
                    name: tuple(dict.fromkeys(c.rule for c in p.space.clauses if not c.allows(package)))
                    for name, p in problems.items()
                    if not allowed[name][looked[k]]
                },
                parties=shares,
                breaks={
                    p: _loses_on(w, space.issues, package, points[p][:n][~by[p][k]])
                    for p, w in words.items()
                    if shares[p] < 1 - RARE
                },
                ask=unsure if shares[unsure] < 1 - RARE else "",
            )
        )
        covered |= approves[k]
    return Committee(
        tuple(found),
        covered=float(covered.mean()),
        possible=float(approves.any(axis=0).mean()),
        scenarios=approves.shape[1],
        candidates=len(looked),
        complete=complete,
        proven=proven,
        most=bound / approves.shape[1],
    )


def _sample(union: NDArray[np.int64], candidates: Sequence[int], seed: int) -> NDArray[np.int64]:
    known = np.intersect1d(np.array(candidates, dtype=np.int64), union)[:MOST_CANDIDATES]
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    more = rng.choice(union, MOST_CANDIDATES - len(known), replace=False)
    return np.unique(np.concatenate([known, more]))


def _smallest_worthwhile(approves: BoolArray) -> tuple[tuple[int, ...], float, bool]:
    """The committee of three; a larger one as long as a further member covers more than a little."""
    best = committee(approves, SIZES[0])
    for size in SIZES[1:]:
        worth = score(approves[list(best[0])])
        if len(approves) <= len(best[0]) or worth >= approves.any(axis=0).sum():
            break
        more = committee(approves, size)
        if score(approves[list(more[0])]) - worth <= LITTLE * approves.shape[1]:
            break
        best = more
    return best


def _in_order(approves: BoolArray, members: Sequence[int]) -> list[int]:
    """Members by what they add; those that add nothing are left out."""
    found: list[int] = []
    left, covered = list(members), np.zeros(approves.shape[1], dtype=bool)
    while left:
        k = max(left, key=lambda k: (int((approves[k] & ~covered).sum()), -k))
        left.remove(k)
        if (approves[k] & ~covered).any() or not found:
            found.append(k)
        covered |= approves[k]
    return found


def _loses_on(words: Compatible, issues: Sequence[str], package: Sequence[int], refusing: FloatArray) -> str:
    """The issue whose option is worth least to the party, on average over the draws in which it refuses."""
    worth = [
        refusing[:, words.at[i][k]].mean() if words.at[i][k] >= 0 else 0.0 for i, k in enumerate(package)
    ]
    return issues[int(np.argmin(worth))]
