"""What a party's words say about its values: exact homogeneous inequalities, each with the words behind it.

The variables of a party are the *marginals* g(o): what option o is worth to it instead of the way things are on
that issue (0 for the option ``now``), and ``c``, what staying without agreement costs it beyond that. No agreement
is worth -c, so a package is acceptable when its gain plus c is at least 0, and no reservation value is needed.
Every row reads "expression >= 0" (weak) or "> 0" (strict). After Jacquet-Lagreze & Siskos 1982 and Greco, Mousseau
& Slowinski 2008, for several parties. Leaving a row out only enlarges the set.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm, prod
from typing import Any, Literal

from zopa.case import (
    WEIGHT_WORDS,
    Basis,
    Case,
    Interval,
    Judgment,
    PackageWords,
    Rule,
    Statement,
    accepted,
    all_rules,
    estimate,
    number_of,
    speaks_for,
    weights,
)
from zopa.robustness.inequalities import Vector, settle
from zopa.space import Problem, Space

__all__ = ["COST", "Compatible", "Taken", "Unused", "WordRow", "WordSettings", "compatible", "consistent"]

Taken = Literal["stated", "inferred", "assumed"]
COST = "c"
MOST_ALTERNATIVES = 64
MOST_COMPLETIONS = 4096
NO_ROW = frozenset({
    "goal", "hope", "intention", "expectation", "assessment", "belief", "threat", "criticism", "report",
    "reluctance", "no_position", "author_claim",
})  # fmt: skip
"""Kinds of statement that say nothing about what a party could accept."""
CLASSES: Mapping[str, int] = {"demand": 5, "prefer": 4, "accept": 3, "oppose": 1, "red-line": 0}
GOOD = 3


@dataclass(frozen=True)
class WordSettings:
    """How words are taken.

    Attributes
    ----------
    taken : which judgments count beside the statements: those ``stated``, those ``inferred`` as well, or those
        ``assumed`` as well.
    waiting : ``costly``: no agreement is no better than the status quo; ``as-now``: it is just that;
        ``open``: it may be better.
    hedged : whether words such as "could" and "hopes" count.
    offers : whether an offer says that its author could accept it (else it may be positioning).
    refusals : whether a refusal says that no agreement is better (else it may be below its hopes).
    """

    taken: Taken = "stated"
    waiting: Literal["costly", "as-now", "open"] = "costly"
    hedged: bool = False
    offers: bool = True
    refusals: bool = True


@dataclass(frozen=True)
class WordRow:
    """One inequality. ``units`` are the statements or places of the case without which it would not be there."""

    kind: str
    vector: Vector
    strict: bool
    units: tuple[str, ...]


@dataclass(frozen=True)
class Unused:
    """Words that gave no row, and why: a key that the view puts into words."""

    unit: str
    why: str


@dataclass(frozen=True)
class Compatible:
    """The values of one party that its words allow: the union of ``alternatives``, each a set of rows.

    Attributes
    ----------
    variables : names: (issue, option), ("top", issue), ("c", "").
    at : per issue and option the position of its variable, or -1 where it is 0.
    cost : position of ``c``, or -1.
    alternatives : rows; more than one where the best answer to an open question is not known.
    better : per issue the matrix "o is no worse than o'" that the words give, transitively closed.
    """

    party: str
    variables: tuple[tuple[str, str], ...]
    at: tuple[tuple[int, ...], ...]
    cost: int
    alternatives: tuple[tuple[WordRow, ...], ...]
    better: tuple[tuple[tuple[bool, ...], ...], ...]
    unused: tuple[Unused, ...] = ()

    def gain(self, package: Sequence[int]) -> Vector:
        """The row "gain of the package + c"."""
        return self.partial(dict(enumerate(package)))

    def partial(self, chosen: Mapping[int, int], cost: bool = True) -> Vector:
        """The same for some issues only."""
        row = [0] * len(self.variables)
        for i, k in chosen.items():
            if self.at[i][k] >= 0:
                row[self.at[i][k]] += 1
        if cost and self.cost >= 0:
            row[self.cost] += 1
        return tuple(row)

    @property
    def statements(self) -> tuple[str, ...]:
        """All units that gave a row."""
        return tuple(dict.fromkeys(u for rows in self.alternatives for r in rows for u in r.units))

    @property
    def left_open(self) -> tuple[str, ...]:
        """Offers and acceptances of which it is not known how the issues that they leave open are answered best."""
        first, *others = self.alternatives
        settled = {r for r in first if all(r in rows for rows in others)}
        units = (
            u
            for rows in self.alternatives
            for r in rows
            if r.kind == "accepts" and r not in settled
            for u in r.units
        )
        return tuple(dict.fromkeys(units))

    def central(self, problem: Problem) -> tuple[Fraction, ...]:
        """The central judgments of the case as a point: gain + c is the utility less the reservation value."""
        space = problem.space
        p = space.parties.index(self.party)
        point = [Fraction(0)] * len(self.variables)
        cost = -space.reservation[p]
        for i, issue in enumerate(space.issues):
            zero = _now(problem.case, space, i)
            base = int(space.scores[i][p, zero]) if zero is not None else 0
            cost += base
            gains = [int(s) - base for s in space.scores[i][p]]
            for k, gain in enumerate(gains):
                if self.at[i][k] >= 0:
                    point[self.at[i][k]] = space.points(gain)
            if ("top", issue) in self.variables:
                point[self.variables.index(("top", issue))] = space.points(max(gains))
        if self.cost >= 0:
            point[self.cost] = space.points(cost)
        return tuple(point)


def _now(case: Case, space: Space, issue: int) -> int | None:
    now = case.issues[space.issues[issue]].now
    return None if now is None else space.options[issue].index(now)


def compatible(
    problem: Problem, party: str, settings: WordSettings | None = None, without: Iterable[str] = ()
) -> Compatible:
    """The values of a party that are compatible with its words.

    Parameters
    ----------
    problem : Problem
    party : id of a party
    settings : WordSettings, optional
    without : units (statement ids, places) to be left out
    """
    return _RowBuilder(problem, party, settings or WordSettings(), frozenset(without)).build()


Order = list[list[bool]]


@dataclass
class _RowBuilder:
    problem: Problem
    party: str
    settings: WordSettings
    without: frozenset[str]
    rows: list[WordRow] = field(default_factory=list)
    choices: list[list[tuple[WordRow, ...]]] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.case, self.space = self.problem.case, self.problem.space
        self.now = [_now(self.case, self.space, i) for i in range(len(self.space.issues))]
        names: list[tuple[str, str]] = []
        at: list[list[int]] = []
        for i, options in enumerate(self.space.options):
            at.append([])
            for k, option in enumerate(options):
                at[i].append(-1 if k == self.now[i] else len(names))
                names += [] if k == self.now[i] else [(self.space.issues[i], option)]
        self.cost = -1
        if self.settings.waiting != "as-now" or self._reservation() is not None:
            self.cost = len(names)
            names.append((COST, ""))
        self.names, self.at = names, at
        rules = all_rules(self.case)
        self.own = tuple(c for c in self.space.clauses if c.rule not in rules or self._binds(rules[c.rule]))
        self.said = {
            k: s
            for k, s in accepted(self.case).items()
            if speaks_for(self.case, s) == self.party and k not in self.without and self._counts(k, s)
        }

    # ---- what counts ------------------------------------------------------------------------------------------
    def _counts(self, ident: str, s: Statement) -> bool:
        if s.kind in NO_ROW:
            return False
        speaker = self.case.speakers.get(s.speaker or "")
        if speaker is not None and speaker.authority in ("former", "commentator", "reporter"):
            self.unused.append(Unused(ident, "former"))
            return False
        if s.firmness == "hedged" and not self.settings.hedged:
            self.unused.append(Unused(ident, "hedged"))
            return False
        return True

    def _basis(self, *given: Basis | None) -> Basis:
        for basis in (*given, self.case.parties[self.party].basis, self.case.basis):
            if basis is not None and basis.kind != "none":
                return basis
        return Basis(assumed="no reason given")

    def _units(self, place: str, *given: Basis | None) -> tuple[str, ...]:
        """What a judgment rests on, or nothing where its basis does not count."""
        basis = self._basis(*given)
        kinds = ("stated", "inferred", "assumed")
        if place in self.without or basis.kind not in kinds[: kinds.index(self.settings.taken) + 1]:
            return ()
        return (place,)

    def _reservation(self) -> Judgment | None:
        judgment = self.case.parties[self.party].reservation
        return judgment if judgment and self._units(self._path("reservation"), judgment) else None

    def _path(self, *parts: str) -> str:
        return ".".join(("parties", self.party, *parts))

    # ---- rows -------------------------------------------------------------------------------------------------
    def _vector(
        self, terms: Iterable[tuple[int, int, int]], cost: int = 0, tops: Iterable[int] = ()
    ) -> Vector:
        row = [0] * (len(self.names) + len(list(tops)))
        for i, k, factor in terms:
            if self.at[i][k] >= 0:
                row[self.at[i][k]] += factor
        if self.cost >= 0:
            row[self.cost] += cost
        return tuple(row)

    def _better(self, i: int, a: int, b: int, units: tuple[str, ...], strict: bool) -> None:
        if a != b or strict:
            row = WordRow("order", self._vector([(i, a, 1), (i, b, -1)]), strict, units)
            self.rows += [] if row in self.rows else [row]

    def build(self) -> Compatible:
        """All rows, in the order in which one kind needs another."""
        for i in range(len(self.space.issues)):
            self._stances(i)
            self._judged_values(i)
            self._line(i)
        comparisons = [
            (k, c, units)
            for k, c in enumerate(self.case.comparisons)
            if c.party == self.party and (units := self._units(f"comparisons.{k}", c))
        ]
        for _, c, units in comparisons:
            if c.prefers:
                self._prefers(c, units)
        self.order = [self._closure(i) for i in range(len(self.space.issues))]
        for _, c, units in comparisons:
            self._rank(c.ranks, units)
        self._weights()
        self._intervals()
        self._waiting()
        for _, c, units in comparisons:
            if c.refuses:
                self._refuses(self._indices(c.refuses), units)
        for _, c, units in comparisons:
            if c.accepts:
                self._accepts([self._indices(c.accepts)], units)
        for ident, s in self.said.items():
            self._acceptance(ident, s)
        width = len(self.names)
        common = [_padded(r, width) for r in self.rows]
        members = tuple(
            (*common, *(_padded(r, width) for rows in chosen for r in rows))
            for chosen in itertools.product(*self.choices)
        )
        return Compatible(
            self.party,
            variables=tuple(self.names),
            at=tuple(map(tuple, self.at)),
            cost=self.cost,
            alternatives=members,
            better=tuple(tuple(map(tuple, m)) for m in self.order),
            unused=tuple(dict.fromkeys(self.unused)),
        )

    # ---- orders within an issue -------------------------------------------------------------------------------
    def _stances(self, i: int) -> None:
        issue, options = self.space.issues[i], self.space.options[i]
        held = [
            (ident, options.index(o), s.stance)
            for ident, s in self.said.items()
            if s.issue == issue and s.stance in CLASSES
            for o in s.options
        ]
        everything = range(len(options))
        against = {k for _, k, stance in held if CLASSES[stance] < GOOD}  # type: ignore[index]
        for ident, s in self.said.items():
            mine = [options.index(o) for o in s.options] if s.issue == issue else []
            others = [k for k in everything if k not in mine]
            if s.stance == "demand":
                for a, b in itertools.product(mine, others):
                    self._better(i, a, b, (ident,), strict=False)
            elif s.stance == "oppose":
                for a, b in itertools.product([k for k in everything if k not in against], mine):
                    self._better(i, a, b, (ident,), strict=True)
        for (x, a, high), (y, b, low) in itertools.permutations(held, 2):
            first, second = CLASSES[high], CLASSES[low]  # type: ignore[index]
            if first > second:
                self._better(i, a, b, tuple(dict.fromkeys((x, y))), strict=first >= GOOD > second)

    def _judged_values(self, i: int) -> None:
        """Words, ranks and numbers in the case give an order; numbers by their size, equal ones nothing."""
        issue, options = self.space.issues[i], self.space.options[i]
        party = self.case.parties[self.party]
        if party.points.get(issue) and self._units(self._path("points", issue)):
            number = number_of(self.case)
            row = party.points[issue]
            levels = {o: number(row.get(o, 0)) for o in options}
            self._by_level(i, levels, {o: (self._path("points", issue),) for o in options})
            return
        given = {
            o: (j, units)
            for o, j in party.values.get(issue, {}).items()
            if o in options and (units := self._units(self._path("values", issue, o), j))
        }
        for pick in ("word", "rank", "best"):
            levels = {
                o: Fraction(CLASSES[j.word or ""])
                if pick == "word"
                else Fraction(-j.rank)
                if pick == "rank" and j.rank
                else estimate(self.case, j, self.party).best
                for o, (j, _) in given.items()
                if getattr(j, pick) is not None and (pick != "word" or j.word in CLASSES)
            }
            self._by_level(i, levels, {o: units for o, (_, units) in given.items()}, weak=pick == "word")

    def _by_level(
        self, i: int, levels: Mapping[str, Fraction], units: Mapping[str, tuple[str, ...]], weak: bool = False
    ) -> None:
        options = self.space.options[i]
        for a, b in itertools.permutations(levels, 2):
            if levels[a] > levels[b]:
                strict = not weak or levels[a] >= GOOD > levels[b]
                both = tuple(dict.fromkeys((*units[a], *units[b])))
                self._better(i, options.index(a), options.index(b), both, strict)

    def _line(self, i: int) -> None:
        """Single-peaked around the party's place: on one side of it, nearer is no worse."""
        issue = self.space.issues[i]
        place = self.case.parties[self.party].places.get(issue)
        units = self._units(self._path("places", issue), place) if place else ()
        if place is None or not units:
            return
        z = estimate(self.case, place, self.party)
        nouns = self.case.issues[issue].options
        spots = {
            k: number_of(self.case)(at)
            for k, o in enumerate(self.space.options[i])
            if (at := nouns[o].at) is not None
        }
        for a, b in itertools.permutations(spots, 2):
            if spots[b] < spots[a] <= z.low or z.high <= spots[a] < spots[b]:
                self._better(i, a, b, units, strict=False)

    def _closure(self, i: int) -> Order:
        """Which option is no worse than which, by the rows of this issue."""
        n = len(self.space.options[i])
        at = {self.at[i][k]: k for k in range(n) if self.at[i][k] >= 0}
        better = [[a == b for b in range(n)] for a in range(n)]
        for row in self.rows:
            used = [v for v, x in enumerate(row.vector) if x]
            if row.kind != "order" or not used or not set(used) <= set(at):
                continue
            plus = [at[v] for v in used if row.vector[v] > 0]
            minus = [at[v] for v in used if row.vector[v] < 0]
            zero = [self.now[i]] if self.now[i] is not None else []
            for a, b in itertools.product(plus or zero, minus or zero):
                better[a][b] = True  # type: ignore[index]
        for k, a, b in itertools.product(range(n), repeat=3):
            better[a][b] = better[a][b] or (better[a][k] and better[k][b])
        return better

    def _end(self, i: int, best: bool) -> int | None:
        """The option that is no worse (or no better) than all others, where the words give one."""
        order = self.order[i]
        everything = range(len(order))
        found = [k for k in everything if all((order[k][o] if best else order[o][k]) for o in everything)]
        return found[0] if found else None

    # ---- between issues ---------------------------------------------------------------------------------------
    def _indices(self, package: Mapping[str, str]) -> dict[int, int]:
        issues = {self.space.issues.index(i): o for i, o in package.items()}
        return {i: self.space.options[i].index(o) for i, o in issues.items()}

    def _prefers(self, c: PackageWords, units: tuple[str, ...]) -> None:
        more, less = self._indices(c.prefers), self._indices(c.to)
        if len(more) == 1:
            (i,) = more
            self._better(i, more[i], less[i], units, strict=not c.weakly)
            return
        terms = [(i, k, 1) for i, k in more.items()] + [(i, k, -1) for i, k in less.items()]
        self.rows.append(WordRow("prefers", self._vector(terms), not c.weakly, units))

    def _rank(self, issues: Sequence[str], units: tuple[str, ...], numbers: bool = False) -> None:
        """More is at stake in each issue than in the next: by words and ranks in its range, by ``numbers`` in its weight,
        which is its range over the difference between the values of its best and its worst option.
        """
        for first, second in itertools.pairwise(issues):
            i, j = self.space.issues.index(first), self.space.issues.index(second)
            top, low = self._end(i, True), self._end(i, False)
            if top is None or low is None:
                self.unused += [Unused(u, f"rank:{first}") for u in units]
                continue
            n = range(len(self.space.options[j]))
            high, least = self._end(j, True), self._end(j, False)
            pairs = (
                [(high, least)] if high is not None and least is not None else itertools.permutations(n, 2)
            )
            more, less = Fraction(1), Fraction(1)
            if numbers:
                best, worst = self._anchors(i, top, low)
                if best.low <= worst.high:
                    self.unused += [Unused(u, "range") for u in units]
                    continue
                more = 1 / (best.low - worst.high)
                less = Fraction(1, 100)
                if high is not None and least is not None:
                    best, worst = self._anchors(j, high, least)
                    less = 1 / (best.high - worst.low)
            scale = lcm(more.denominator, less.denominator)
            a, b = int(more * scale), int(less * scale)
            a, b = a // gcd(a, b), b // gcd(a, b)
            for o, p in pairs:
                terms = [(i, top, a), (i, low, -a), (j, o, -b), (j, p, b)]
                self.rows.append(WordRow("ranks", self._vector(terms), False, units))

    def _weights(self) -> None:
        """Ranks, words and numbers of weights as an order of issues."""
        given = {
            i: (j, units)
            for i, j in self.case.parties[self.party].weights.items()
            if (units := self._units(self._path("weights", i), j))
        }
        for pick in ("rank", "word", "best"):
            levels = {
                i: Fraction(-j.rank)
                if pick == "rank" and j.rank
                else Fraction(WEIGHT_WORDS[j.word])
                if pick == "word" and j.word
                else estimate(self.case, j, self.party).best
                for i, (j, _) in given.items()
                if getattr(j, pick) is not None
            }
            for a, b in itertools.pairwise(sorted(levels, key=lambda i: -levels[i])):
                if levels[a] > levels[b]:
                    self._rank((a, b), (*given[a][1], *given[b][1]), numbers=pick == "best")

    def _intervals(self) -> None:
        """Intervals of values, weights and the reservation value, where the order fixes best and worst."""
        party = self.case.parties[self.party]
        ends = [(self._end(i, True), self._end(i, False)) for i in range(len(self.space.issues))]
        for issue, row in party.values.items():
            i = self.space.issues.index(issue)
            for option, j in row.items():
                units = self._units(self._path("values", issue, option), j)
                if units and j.low is not None and None not in ends[i]:
                    self._value_rows(j, i, self.space.options[i].index(option), ends[i], units)
        if any(None in e for e in ends):
            if self._reservation() is not None:
                self.unused.append(Unused(self._path("reservation"), "range"))
            return
        for issue, j in party.weights.items():
            units = self._units(self._path("weights", issue), j)
            i = self.space.issues.index(issue)
            if units and j.low is not None:
                self._weight_rows(i, ends, units)
        reservation = self._reservation()
        if reservation is not None:
            self._reservation_rows(reservation, ends)

    def _reservation_rows(self, j: Judgment, ends: Sequence[Any]) -> None:
        """``low <= utility of no agreement <= high``, on the scale of the case's values and weights.

        With D the difference between the values of the best and the worst option of an issue and R its range in
        marginals, weight x value / 100 of the worst option is R worst / D, and 100 points are the sum of the R / D
        times 100. Where the values leave D open, each row takes the end that excludes less.
        """
        anchors = [self._anchors(i, *e) for i, e in enumerate(ends)]
        if any(best.low <= worst.high for best, worst in anchors):
            self.unused.append(Unused(self._path("reservation"), "range"))
            return
        e = estimate(self.case, j, self.party)
        for bound, sign in ((e.low, 1), (e.high, -1)):
            factors = []
            for best, worst in anchors:
                spans = [(b - w, w) for b in (best.low, best.high) for w in (worst.low, worst.high)]
                factors.append(max(sign * (w - bound) / d for d, w in spans))
            scale = lcm(*(f.denominator for f in factors))
            terms = []
            for i, ((top, low), f) in enumerate(zip(ends, factors, strict=True)):
                whole = int(f * scale)
                terms += [(i, top, whole), (i, low, -whole), (i, low, -sign * scale)]
            row = self._vector(terms, cost=-sign * scale)
            self.rows.append(WordRow("interval", row, False, (self._path("reservation"),)))

    def _anchors(self, i: int, best: int, worst: int) -> tuple[Interval, Interval]:
        """Values of the best and the worst option; 100 and 0, the whole scale, where the case gives none."""
        party, issue, options = self.case.parties[self.party], self.space.issues[i], self.space.options[i]
        found = []
        for k, whole in ((best, 100), (worst, 0)):
            judgment = party.values.get(issue, {}).get(options[k])
            counts = judgment and self._units(self._path("values", issue, options[k]), judgment)
            given = judgment is not None and counts and not party.points
            found.append(
                estimate(self.case, judgment, self.party).interval
                if given and judgment is not None
                else Interval.of(whole)
            )
        return found[0], found[1]

    def _value_rows(self, j: Judgment, i: int, k: int, ends: tuple[Any, Any], units: tuple[str, ...]) -> None:
        """``low <= value <= high`` of an option, on the scale of the case's values of the issue.

        Where the best and the worst option of the issue are worth 100 and 0, that is a share of its range. Where their
        values are open, each row takes the ends that exclude less.
        """
        best, worst = self._anchors(i, *ends)
        if best.low <= worst.high:
            self.unused += [Unused(u, "range") for u in units]
            return
        e = estimate(self.case, j, self.party)
        for bound, sign, pick in ((e.low, 1, min), (e.high, -1, max)):
            share = pick(
                (bound - w) / (b - w) for b in (best.low, best.high) for w in (worst.low, worst.high)
            )
            scale, part = share.denominator, share.numerator
            terms = [(i, k, scale), (i, ends[1], -scale), (i, ends[0], -part), (i, ends[1], part)]
            self._interval([(a, o, sign * f) for a, o, f in terms], units)

    def _weight_rows(self, i: int, ends: Sequence[Any], units: tuple[str, ...]) -> None:
        """``low <= weight <= high`` of an issue, of 100 for all: the range of an issue is its weight times the
        difference D between the values of its best and its worst option, so that weights are ranges / D.
        """
        anchors = [self._anchors(n, *e) for n, e in enumerate(ends)]
        wide = [(best.low - worst.high, best.high - worst.low) for best, worst in anchors]
        if any(low <= 0 for low, _ in wide):
            self.unused += [Unused(u, "range") for u in units]
            return
        e = weights(self.case, self.party)[self.space.issues[i]]
        for bound, sign in ((e.low, 1), (e.high, -1)):
            factors = []
            for n, (small, large) in enumerate(wide):
                whole = sign * (Fraction(100 * (n == i)) - bound)
                factors.append(whole / (small if whole > 0 else large))
            scale = lcm(*(f.denominator for f in factors))
            terms = []
            for n, f in enumerate(factors):
                terms += [(n, ends[n][0], int(f * scale)), (n, ends[n][1], -int(f * scale))]
            self._interval(terms, units)

    def _interval(self, terms: list[tuple[int, int, int]], units: tuple[str, ...]) -> None:
        self.rows.append(WordRow("interval", self._vector(terms), False, units))

    def _waiting(self) -> None:
        if self.cost >= 0 and self.settings.waiting == "costly" and self._reservation() is None:
            self.rows.append(WordRow("waiting", self._vector([], cost=1), False, ("waiting",)))

    # ---- no agreement -----------------------------------------------------------------------------------------
    def _refuses(self, draft: Mapping[int, int], units: tuple[str, ...]) -> None:
        """No agreement is better, however the open questions are answered."""
        if not self.settings.refusals:
            self.unused += [Unused(u, "refusal") for u in units]
            return
        terms = [(i, k, -1) for i, k in draft.items()]
        tops = []
        for i in range(len(self.space.issues)):
            if i in draft:
                continue
            best = self._end(i, True)
            if best is None:
                tops.append(self._top(i))
            else:
                terms.append((i, best, -1))
        row = list(self._vector(terms, cost=-1))
        for t in tops:
            row[t] -= 1
        self.rows.append(WordRow("refuses", tuple(row), True, units))

    def _top(self, i: int) -> int:
        """A variable that is no less than any option of the issue."""
        name = ("top", self.space.issues[i])
        if name not in self.names:
            self.names.append(name)
            t = self.names.index(name)
            for k in range(len(self.space.options[i])):
                row = list(self._vector([(i, k, -1)]))
                row[t] += 1
                self.rows.append(WordRow("top", tuple(row), False, ()))
        return self.names.index(name)

    def _acceptance(self, ident: str, s: Statement) -> None:
        """Rows 5, 8 and 9: what a party said that it could accept, or offered."""
        issues = self.space.issues
        if s.kind == "conditional_offer" and s.when and s.only_if:
            drafts = []
            for x, y in itertools.product(s.when, s.only_if):
                both = {**x, **y}
                drafts += [
                    dict(zip(both, chosen, strict=True)) for chosen in itertools.product(*both.values())
                ]
            self._accepts([self._indices(d) for d in drafts[:MOST_COMPLETIONS]], (ident,))
        elif s.issue in issues and s.stance == "accept":
            if s.kind == "offer" and not self.settings.offers:
                self.unused.append(Unused(ident, "positioning"))
                return
            for option in s.options:
                self._accepts([self._indices({s.issue: option})], (ident,))

    def _accepts(self, drafts: Sequence[dict[int, int]], units: tuple[str, ...]) -> None:
        """The best completion of one of the drafts is no worse than no agreement."""
        if not self.settings.offers and units[0].startswith("comparisons."):
            self.unused += [Unused(u, "positioning") for u in units]
            return
        full = [p for d in drafts for p in self._completions(d)] if self._few(drafts) else []
        full = self._undominated(full)
        members = prod(len(c) for c in self.choices) * len(full)
        if not full or members > MOST_ALTERNATIVES:
            self.unused += [Unused(u, "completion") for u in units]
            return
        rows = [
            (WordRow("accepts", self._vector([(i, k, 1) for i, k in enumerate(p)], cost=1), False, units),)
            for p in full
        ]
        if len(rows) == 1:
            self.rows += rows[0]
        else:
            self.choices.append(list(rows))

    def _few(self, drafts: Sequence[dict[int, int]]) -> bool:
        return sum(prod(len(c) for c in self._open(d)) for d in drafts) <= MOST_COMPLETIONS

    def _open(self, draft: Mapping[int, int]) -> list[list[int]]:
        """Per issue what a completion may take: all of an issue that an own rule mentions, else what nothing beats."""
        touched = {i for c in self.own for i in c.issues}
        found = []
        for i, options in enumerate(self.space.options):
            if i in draft:
                found.append([draft[i]])
            elif i in touched:
                found.append(list(range(len(options))))
            else:
                found.append(self._tops(i))
        return found

    def _tops(self, i: int) -> list[int]:
        """Options that no other is at least as good as; of equals the first."""
        order, kept = self.order[i], list[int]()
        for k in range(len(order)):
            beaten = any(order[o][k] and (not order[k][o] or o < k) for o in range(len(order)) if o != k)
            kept += [] if beaten else [k]
        return kept

    def _completions(self, draft: Mapping[int, int]) -> list[tuple[int, ...]]:
        return [p for p in itertools.product(*self._open(draft)) if all(c.allows(p) for c in self.own)]

    def _binds(self, rule: Rule) -> bool:
        """Whether the party's own words mean packages within a rule: its own, and rules that no party made.

        Another party's red line says nothing about this party's values: an offer that leaves the issue open must not
        become consent to what the other asks for.
        """
        said = self.case.statements
        owners = (
            {rule.party}
            if rule.party
            else {speaks_for(self.case, said[s]) for s in rule.statements if s in said}
        )
        return not owners - {None} or self.party in owners

    def _undominated(self, packages: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
        kept: list[tuple[int, ...]] = []
        for x in dict.fromkeys(packages):
            if any(self._covers(y, x) for y in kept):
                continue
            kept = [y for y in kept if not self._covers(x, y)] + [x]
        return kept

    def _covers(self, x: Sequence[int], y: Sequence[int]) -> bool:
        return all(self.order[i][a][b] for i, (a, b) in enumerate(zip(x, y, strict=True)))


def _padded(row: WordRow, width: int) -> WordRow:
    return WordRow(row.kind, row.vector + (0,) * (width - len(row.vector)), row.strict, row.units)


def consistent(rows: Sequence[WordRow], width: int) -> tuple[Vector | None, list[Fraction]]:
    """A point that satisfies all rows; else factors, in the order of the rows, that show there is none."""
    weak = [r for r in rows if not r.strict]
    strict = [r for r in rows if r.strict]
    point, factors = settle([r.vector for r in weak], [r.vector for r in strict], width)
    if point is not None:
        return point, []
    given = iter(factors)
    by_row = {id(r): next(given) for r in (*weak, *strict)}
    return None, [by_row[id(r)] for r in rows]
