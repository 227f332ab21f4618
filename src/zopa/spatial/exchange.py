"""Exchange of voting positions with equal gain (Stokman & van Oosten 1994), with a ruling on ties.

Two parties on opposite sides of two issues each move on the issue that matters less to them. All arithmetic
is plain, so floats and exact fractions both work. Gains within 1e-9 of each other are a tie, and ties go to
the candidate that was enumerated first: issue pairs in order, then parties in order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable

__all__ = ["ExchangeRound", "Limits", "PositionExchange", "play"]

Number: TypeAlias = float
"""Or Fraction: nothing below leaves the field that the input is in."""
Grid = Sequence[Sequence[Number | None]]
SLACK = 1e-9
LEAST = 1e-10


@dataclass(frozen=True)
class PositionExchange:
    """Party ``i`` moves on issue ``q`` and party ``j`` on issue ``p``, each for the other's move.

    ``gain`` is the same for both, in salience times places. ``others`` are the gains of all parties from
    the two shifts of outcome, 0 for i and j: what third parties get or suffer.
    """

    i: int
    q: int
    i_from: Number
    i_to: Number
    j: int
    p: int
    j_from: Number
    j_to: Number
    gain: Number
    others: tuple[Number, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class ExchangeRound:
    """One round: ``before`` and ``voting`` positions, the next round's ``start``, and the outcomes.

    Grids are party by issue with None where a party has no position; ``outcome`` has one number per
    issue, at voting positions.
    """

    before: tuple[tuple[Number | None, ...], ...]
    voting: tuple[tuple[Number | None, ...], ...]
    start: tuple[tuple[Number | None, ...], ...]
    outcome: tuple[Number, ...]
    candidates: int
    executed: tuple[PositionExchange, ...]


@dataclass(frozen=True)
class Limits:
    """How far parties may be moved: red lines and conditional offers.

    Attributes
    ----------
    low, high : party by issue
        A party's voting position never leaves [low, high]; a longer move is cut and the partner's is cut
        in proportion, so that gains stay equal.
    permits : callable (party, issue, to, partner, other issue, partner's to) -> bool, optional
        Asked for both movers of every candidate; the exchange is dropped when one answer is no.
    """

    low: Sequence[Sequence[Number]]
    high: Sequence[Sequence[Number]]
    permits: Callable[[int, int, Number, int, int, Number], bool] | None = None


@dataclass
class _Role:
    """One side of a candidate: who moves where, from which voting position, and what it has noted."""

    party: int
    supply: int
    demand: int
    at: Number
    goal: Number
    to: Number = 0.0
    shift: Number = 0.0
    tried: list[Number] = field(default_factory=list)
    seen: dict[int, Number] = field(default_factory=dict)


@dataclass
class _Candidate:
    index: int
    i: _Role
    j: _Role
    gain: Number = 0.0
    valid: bool = True


class _Table:
    """One round's start positions and weights, with the outcomes that they give."""

    def __init__(self, x: Grid, s: Grid, c: Grid, limits: Limits | None) -> None:
        self.x, self.s, self.limits = x, s, limits
        self.parties, self.issues = range(len(x)), range(len(x[0]))
        self.w = [
            [(s[a][p] or 0) * (c[a][p] or 0) if x[a][p] is not None else 0 for p in self.issues]
            for a in self.parties
        ]
        self.total = [sum(self.w[a][p] for a in self.parties) for p in self.issues]
        self.moment = [
            sum(self.w[a][p] * place for a in self.parties if (place := x[a][p]) is not None)
            for p in self.issues
        ]
        for p in self.issues:
            if not self.total[p] > 0:
                raise NotApplicable(
                    f"issue number {p + 1} has no party with a position and a weight above zero"
                )

    def outcome(self, p: int, moved: dict[int, Number] | None = None) -> Number:
        """Weighted mean of the positions on p, some of them replaced by ``moved``."""
        total: Number = self.moment[p]
        for a, place in (moved or {}).items():
            start = self.x[a][p]
            if start is not None:
                total = total + self.w[a][p] * (place - start)
        return total / self.total[p]

    def power(self, a: int, p: int) -> Number:
        """Shift of the outcome on p per unit that party a moves."""
        return self.w[a][p] / self.total[p]

    def saliences(self, a: int, p: int) -> Number:
        value = self.s[a][p]
        assert value is not None
        return value


def _enumerate(t: _Table) -> list[_Candidate]:
    outcome = [t.outcome(p) for p in t.issues]
    found: list[_Candidate] = []
    for p in t.issues:
        for q in range(p + 1, len(t.issues)):
            groups: dict[tuple[bool, bool], list[int]] = {
                (a, b): [] for a in (True, False) for b in (True, False)
            }
            for a in t.parties:
                if t.x[a][p] is not None and t.x[a][q] is not None:
                    groups[t.x[a][p] <= outcome[p], t.x[a][q] <= outcome[q]].append(a)  # type: ignore[operator]
            for one, two in (((False, False), (True, True)), ((True, False), (False, True))):
                found += [
                    _candidate(t, a, b, p, q, len(found) + k)
                    for k, (a, b) in enumerate((a, b) for a in groups[one] for b in groups[two])
                ]
    return found


def _candidate(t: _Table, a: int, b: int, p: int, q: int, index: int) -> _Candidate:
    s = t.saliences
    if s(a, p) * s(b, q) < s(b, p) * s(a, q):
        a, b = b, a
    x = t.x
    new = _Candidate(index, _Role(a, q, p, x[a][q], x[b][q]), _Role(b, p, q, x[b][p], x[a][p]))  # type: ignore[arg-type]
    if not (t.w[a][q] > 0 and t.w[b][p] > 0 and s(a, p) + s(b, p) > 0):
        new.valid = False  # a move without weight shifts nothing
        return new
    _price(t, new)
    return new


def _rate(t: _Table, c: _Candidate) -> Number:
    """k: units of outcome on p that are worth one unit on q to both together."""
    s, i, j = t.saliences, c.i, c.j
    return (s(i.party, i.supply) + s(j.party, i.supply)) / (s(i.party, j.supply) + s(j.party, j.supply))


def _price(t: _Table, c: _Candidate) -> None:
    """Set the moves and the gain from the voting positions that the candidate knows."""
    i, j, k = c.i, c.j, _rate(t, c)
    power_i, power_j = t.power(i.party, i.supply), t.power(j.party, j.supply)
    full_i, full_j = _reach(t, i), _reach(t, j)
    i.shift, j.shift = full_j * power_j / k, full_j * power_j
    if i.shift / power_i > full_i:
        i.shift, j.shift = full_i * power_i, k * full_i * power_i
    _settle(t, c)
    i.tried.append(i.to - i.at)
    j.tried.append(j.to - j.at)
    c.valid = _sound(t, c) and _within_outcome(t, c, i, j, 1 / k) and _within_outcome(t, c, j, i, k)


def _reach(t: _Table, role: _Role) -> Number:
    """The longest move: all the way to the partner's place, or to the party's own limit."""
    goal = role.goal
    if t.limits is not None:
        low, high = t.limits.low[role.party][role.supply], t.limits.high[role.party][role.supply]
        goal = min(max(goal, low), high)
        if (goal - role.at) * (role.goal - role.at) < 0:
            return 0
    return abs(goal - role.at)


def _settle(t: _Table, c: _Candidate) -> None:
    for role in (c.i, c.j):
        step = role.shift / t.power(role.party, role.supply)
        role.to = role.at + step if role.goal >= role.at else role.at - step
    i = c.i
    c.gain = abs(c.j.shift * t.saliences(i.party, i.demand) - i.shift * t.saliences(i.party, i.supply))


def _sound(t: _Table, c: _Candidate) -> bool:
    for role in (c.i, c.j):
        step = abs(role.to - role.at)
        if not (LEAST < step <= 100 + SLACK and -SLACK <= role.to <= 100 + SLACK):
            return False
        if len({v > 0 for v in role.tried}) > 1 or sum(role.tried) > 100 + SLACK:
            return False
    return c.gain >= LEAST and _permitted(t, c)


def _permitted(t: _Table, c: _Candidate) -> bool:
    if t.limits is None or t.limits.permits is None:
        return True
    i, j, ask = c.i, c.j, t.limits.permits
    return ask(i.party, i.supply, i.to, j.party, j.supply, j.to) and ask(
        j.party, j.supply, j.to, i.party, i.supply, i.to
    )


def _within_outcome(t: _Table, c: _Candidate, me: _Role, other: _Role, ratio: Number) -> bool:
    """Cut my move where the outcome would jump over the partner's own place on my supply issue.

    ``ratio`` turns a shift on my issue into the equally good shift on the partner's: k for j, 1/k for i.
    """
    place, known = me.goal, me.seen
    before = t.outcome(me.supply, {**known, me.party: me.at})
    after = t.outcome(me.supply, {**known, me.party: me.to})
    if (place >= before - SLACK and place >= after - SLACK) or (
        place <= before + SLACK and place <= after + SLACK
    ):
        return True
    me.shift = abs(place - before)
    other.shift = me.shift / ratio
    _settle(t, c)
    return _sound(t, c)


def _react(t: _Table, f: _Candidate, e: _Candidate) -> None:
    """Re-examine ``f`` after ``e`` was executed."""
    same_supply = noted = False
    for mine in (f.i, f.j):
        partner = f.j if mine is f.i else f.i
        for done, other in ((e.i, e.j), (e.j, e.i)):
            if mine.party != done.party:
                continue
            if mine.supply == done.supply:
                mine.at = done.to
                mine.tried.append(done.to - done.at)
                same_supply = True
            if mine.demand == done.demand:
                # someone else has moved on the issue that f's partner would move on
                start, old = t.x[other.party][other.supply], partner.seen.get(other.party)
                new = other.to
                if old is not None:
                    new = min(old, new) if start <= old else max(old, new)  # type: ignore[operator]
                partner.seen[other.party] = new
                noted = True
    if not (same_supply or noted):
        return
    f.i.tried.pop()
    f.j.tried.pop()
    _price(t, f)


def _play_round(t: _Table) -> tuple[int, list[_Candidate]]:
    queue = _enumerate(t)
    involved: dict[int, list[_Candidate]] = {}
    for c in queue:
        for role in (c.i, c.j):
            involved.setdefault(role.party, []).append(c)
    gains = np.array([float(c.gain) if c.valid else -np.inf for c in queue])
    executed: list[_Candidate] = []
    while gains.size and (top := gains.max()) > -np.inf:
        # the queue keeps the enumeration order, so the first of a tie is the one enumerated first
        e = queue[int(np.argmax(gains >= top - SLACK))]
        executed.append(e)
        gains[e.index] = -np.inf
        touched = {f.index for role in (e.i, e.j) for f in involved[role.party] if gains[f.index] > -np.inf}
        for index in touched:
            f = queue[index]
            _react(t, f, e)
            gains[index] = float(f.gain) if f.valid else -np.inf
    return len(queue), executed


def _describe(
    t: _Table, executed: list[_Candidate]
) -> tuple[list[list[Number | None]], list[PositionExchange]]:
    """Voting positions after all exchanges, and each exchange with its effect on third parties."""
    voting = [list(row) for row in t.x]
    outcome = [t.outcome(p) for p in t.issues]
    told: list[PositionExchange] = []
    for e in executed:
        i, j = e.i, e.j
        before = outcome[i.supply], outcome[j.supply]
        for role in (i, j):
            a, p = role.party, role.supply
            outcome[p] = outcome[p] + t.power(a, p) * (role.to - voting[a][p])  # type: ignore[operator]
            voting[a][p] = role.to
        after = outcome[i.supply], outcome[j.supply]
        others: list[Number] = []
        for a in t.parties:
            effect: Number = 0
            for p, o0, o1 in zip((i.supply, j.supply), before, after, strict=True):
                place = t.x[a][p]
                if place is not None and a not in (i.party, j.party):
                    effect = effect + t.saliences(a, p) * (abs(o0 - place) - abs(o1 - place))
            others.append(effect)
        told.append(
            PositionExchange(
                i=i.party,
                q=i.supply,
                i_from=i.at,
                i_to=i.to,
                j=j.party,
                p=j.supply,
                j_from=j.at,
                j_to=j.to,
                gain=e.gain,
                others=tuple(others),
            )
        )
    return voting, told


def play(
    x: NDArray[np.float64] | Grid,
    s: NDArray[np.float64] | Grid,
    c: NDArray[np.float64] | Grid,
    *,
    rounds: int = 1,
    limits: Limits | None = None,
) -> tuple[ExchangeRound, ...]:
    """Rounds of exchanges; each starts where the last one's voting positions have drawn the parties.

    Parameters
    ----------
    x : array or grid, shape (n, k)
        Positions 0-100; NaN or None where a party has none. At least two issues.
    s, c : same shape
        Salience in (0, 1] and power >= 0 per party and issue.
    rounds : int
        The model does not converge; its authors use few rounds.
    limits : Limits, optional
        Red lines and conditional offers.

    Raises
    ------
    NotApplicable
        Fewer than two issues, or an issue on which nobody has weight.
    """
    grid = tuple(tuple(_clean(v) for v in row) for row in x)
    sal = tuple(tuple(_clean(v) for v in row) for row in s)
    power = tuple(tuple(_clean(v) for v in row) for row in c)
    if not grid or len(grid[0]) < 2:
        raise NotApplicable("an exchange needs at least two issues whose options have a place 'at'")
    played: list[ExchangeRound] = []
    for _ in range(rounds):
        t = _Table(grid, sal, power, limits)
        count, done = _play_round(t)
        voting, told = _describe(t, done)
        outcome = tuple(
            t.outcome(p, {a: v for a in t.parties if (v := voting[a][p]) is not None}) for p in t.issues
        )
        start = tuple(tuple(_drawn(grid[a][p], voting[a][p], sal[a][p]) for p in t.issues) for a in t.parties)
        played.append(ExchangeRound(grid, tuple(map(tuple, voting)), start, outcome, count, tuple(told)))
        grid = start
    return tuple(played)


def _clean(value: object) -> Number | None:
    if value is None or isinstance(value, Fraction):
        return value  # type: ignore[return-value]
    number = float(value)  # type: ignore[arg-type]
    return None if number != number else number


def _drawn(x: Number | None, y: Number | None, s: Number | None) -> Number | None:
    """Next start: a moved position is followed the more, the less the issue matters."""
    if x is None or y is None or s is None or x == y:
        return x
    tenth = Fraction(1, 10) if isinstance(x, Fraction) else 0.1
    return x + (tenth + 4 * tenth * (1 - s)) * (y - x)
