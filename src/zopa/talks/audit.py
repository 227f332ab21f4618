"""The audit of a record of offers: what was agreed, what it left on the table, and how the parties moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.case import Case
from zopa.errors import NotApplicable, nearest
from zopa.formats.chat_offers import is_chat, read_chats
from zopa.formats.negmas_trace import offers_of
from zopa.formats.offers import Offer, with_ids
from zopa.space import Answer, IntArray, Package, Problem, Readings
from zopa.talks.move_classes import CLASSES, awareness, correlation, move_class, sensitivity, signs

__all__ = ["Audit", "Behaviour", "Invalid", "JointGain", "Quality", "TalksAudited", "audit", "quality"]

WORTH_A_CHANGE = Fraction(1, 100)
"""Share of its range that an improvement with few changes still gives every party."""
OWN_PREFERENCES = "each chat is held against the preferences of its own people"
MEASURES = ("nash", "egalitarian", "kalai-smorodinsky", "utilitarian")

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class JointGain:
    """A package that leaves no party worse, and what each would gain by changing to it, in points.

    ``smallest`` is the least of the gains.
    """

    package: Mapping[str, str]
    before: Mapping[str, str]
    changed: tuple[str, ...]
    gains: Mapping[str, Fraction]
    smallest: Fraction


@dataclass(frozen=True)
class Quality:
    """How good a package is.

    Attributes
    ----------
    package, utilities : in points
    in_zone : allowed by the rules and acceptable to all parties
    agreed : allowed by the rules and acceptable to as many as the agreement rule needs
    broken, below : rules that it breaks; parties for which it is below the reservation value
    efficient : no allowed package gives some party more and none less
    shares : solution -> its measure here over the largest in the zone (product, smallest gain, smallest share of the
        ideal gain, sum of gains); 1 means that the package is one that the solution picks. Empty outside the zone.
    joint : sum of utilities over the largest of any allowed package; None where that is not positive
    efficiency : 1 / t, t the largest factor on all gains that some package of the zone still reaches; None where no
        gain is positive or a party is below its reservation value
    witness : that package
    joint_gain : the package that gives the least gaining party most, none worse; None where nothing is left
    smallest_change : the fewest changed issues that still give every party 1 % of its range
    fairness : the smallest share of its ideal gain that a party gets, and the largest
    """

    package: Mapping[str, str]
    utilities: Mapping[str, Fraction]
    in_zone: bool
    broken: tuple[str, ...]
    below: tuple[str, ...]
    efficient: bool
    shares: Mapping[str, Fraction]
    joint: Fraction | None
    efficiency: Fraction | None
    witness: Mapping[str, str] | None
    joint_gain: JointGain | None
    smallest_change: JointGain | None
    fairness: tuple[Fraction, Fraction] | None
    agreed: bool = False


@dataclass(frozen=True)
class Behaviour:
    """How one party moved, from its first complete offer to its last.

    ``conceded`` and ``largest`` are drops of own utility in points: in all, and in one move. ``classes`` counts moves by
    class (against several others a move counts once for each). ``awareness`` and ``correlation`` are towards the
    other party of two, None with more.
    """

    party: str
    offers: int
    conceded: Fraction
    largest: Fraction
    conceding: Fraction | None
    classes: Mapping[str, int]
    sensitivity: Fraction | None
    awareness: Fraction | None
    correlation: Fraction | None


@dataclass(frozen=True)
class Invalid:
    """An offer that the case cannot hold: where it stands and what is wrong."""

    place: str
    party: str
    why: str


@dataclass(frozen=True)
class TalksAudited:
    """One run of talks.

    ``outcome`` is 'agreed', 'walk-away' or 'open'. ``first_in_zone`` is the number of the first offer that all parties
    would have accepted; ``rounds_after`` the offers made after it. ``partial`` is how many left issues open.
    """

    run: str
    offers: int
    outcome: str
    at: str
    by: str
    agreement: Quality | None
    first_in_zone: int | None
    first_party: str
    rounds_after: int | None
    behaviour: tuple[Behaviour, ...]
    invalid: tuple[Invalid, ...]
    partial: int = 0


@dataclass(frozen=True)
class Audit(Answer):
    """All runs of a record, and what they have in common: means over the agreements.

    ``frontier`` holds, for two parties, what the efficient packages of the zone are worth in points, from the best for
    the first party on; empty for more parties and where every run has preferences of its own.
    """

    runs: tuple[TalksAudited, ...]
    agreed: int
    efficient: Fraction | None
    joint: Fraction | None
    equals: Mapping[str, int]
    frontier: tuple[Mapping[str, Fraction], ...] = ()
    notes: tuple[str, ...] = ()


def audit(case: Case | Problem | None, offers: Any, readings: Readings = None) -> Audit:
    """How efficient was what was agreed, what was left on the table, when was a deal first within reach, who moved?

    Parameters
    ----------
    case : Case, Problem or None
        None for chats that bring their own preferences (CaSiNo).
    offers : path of a CSV or YAML file, of a chat log (JSON), of a saved run of NegMAS or its trace, or a sequence of
        :class:`Offer`
    readings : str, mapping or None

    Raises
    ------
    NotApplicable
        A case with too many packages to list; a record without any offer; chats that bring their own preferences beside
        a case, or none without a case.
    CaseError
        A file that cannot be read.
    """
    talks = _talks(case, offers, readings)
    if not talks:
        raise NotApplicable("the record holds no offer")
    grounds: dict[int, _Ground] = {}
    runs = []
    for problem, name, rows in talks:
        if id(problem) not in grounds:
            grounds[id(problem)] = _Ground(problem)
        runs.append(grounds[id(problem)].run(name, rows))
    made = [r.agreement for r in runs if r.agreement is not None]
    joint = [q.joint for q in made if q.joint is not None]
    first = talks[0][0]
    own = case is None
    return Audit(
        first.question("audit"),
        runs=tuple(runs),
        agreed=len(made),
        efficient=Fraction(sum(q.efficient for q in made), len(made)) if made else None,
        joint=sum(joint, Fraction(0)) / len(joint) if joint else None,
        equals={m: sum(q.shares.get(m) == 1 for q in made) for m in MEASURES},
        frontier=() if own else grounds[id(first)].frontier(),
        notes=((OWN_PREFERENCES,) if own else ()) + _left_out(talks) + first.remarks,
    )


def _talks(
    case: Case | Problem | None, offers: Any, readings: Readings
) -> list[tuple[Problem, str, list[Offer]]]:
    """Per run of talks: what it is held against, its name, its offers."""
    if (isinstance(offers, str) or not isinstance(offers, Sequence)) and is_chat(offers):
        chats = read_chats(offers)
        if case is None and not all(c.case for c in chats):
            raise NotApplicable(
                "these chats bring no preferences of their own: name the case that they belong to"
            )
        if case is not None and any(c.case for c in chats):
            raise NotApplicable(
                "these chats bring the preferences of their own people; give the file in place of the case, too"
            )
        if case is None:
            problems = {id(c.case): Problem(c.case) for c in chats if c.case}
            return [(problems[id(c.case)], c.name, list(c.offers)) for c in chats if c.offers]
        problem = Problem.of(case, readings)
        return [(problem, c.name, list(with_ids(c.offers, problem.case))) for c in chats if c.offers]
    if case is None:
        raise NotApplicable("the record brings no preferences of its own: name the case that it belongs to")
    problem = Problem.of(case, readings)
    if isinstance(offers, str) or not isinstance(offers, Sequence):
        offers = offers_of(offers, problem.case)
    grouped: dict[str, list[Offer]] = {}
    for offer in offers:
        grouped.setdefault(offer.run, []).append(offer)
    return [(problem, name, rows) for name, rows in grouped.items()]


def _left_out(talks: Sequence[tuple[Problem, str, Sequence[Offer]]]) -> tuple[str, ...]:
    """Columns of the file that are no issue of the case."""
    found = dict.fromkeys(c for _, _, rows in talks for o in rows for c in sorted(o.left_out))
    issues = talks[0][0].case.issues
    said = []
    for column in found:
        close = nearest(column, [*issues, *(i.name for i in issues.values())])
        tail = f"; did you mean '{close}'?" if close else ""
        said.append(f"the column '{column}' is no issue of the case and was left out{tail}")
    return tuple(said)


def quality(problem: Problem, package: Mapping[str, str]) -> Quality:
    """How good one complete package is.

    Raises
    ------
    UnknownName
        An issue or option that the case does not have.
    """
    return _Ground(problem).quality(problem.space.package(package))


class _Ground:
    """What every package of a case is held against: all packages, the zone, the best of each measure."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.space = problem, problem.space
        table = problem.table
        self.table, self.worth = table, table.utilities
        kind = self.worth.dtype
        self.floor = np.array(self.space.reservation, dtype=kind)[:, None]
        self.allowed: BoolArray = table.admissible
        self.zone: BoolArray = self.allowed & (self.worth >= self.floor).all(axis=0)
        self.inside = np.flatnonzero(self.zone)
        self.gains = (self.worth[:, self.inside] - self.floor).astype(object if self._wide() else kind)
        self.ideal = self.gains.max(axis=1) if self.inside.size else None
        low = [int(self.worth[p].min()) for p in range(len(self.space.parties))]
        high = [int(self.worth[p].max()) for p in range(len(self.space.parties))]
        self.range = [max(h - x, 1) for h, x in zip(high, low, strict=True)]
        self.known: dict[Package, Quality] = {}

    def _wide(self) -> bool:
        """Whether products of gains are beyond 64 bits."""
        most = 1
        for p, floor in enumerate(self.space.reservation):
            most *= max(int(self.worth[p].max()) - floor, 1)
        return most >= 2**62

    def frontier(self) -> tuple[dict[str, Fraction], ...]:
        """Two parties: what the efficient packages of the zone are worth, from the best for the first party on."""
        if len(self.space.parties) != 2 or not self.inside.size:
            return ()
        one, two = self.worth[:, self.inside]
        order = (
            np.lexsort((-two, -one))
            if self.space.compact
            else sorted(range(self.inside.size), key=lambda j: (-one[j], -two[j]))
        )
        points, best = [], None
        for j in order:
            if best is None or two[j] > best:
                best = two[j]
                points.append((one[j], two[j]))
        return tuple(
            dict(zip(self.space.parties, (self.space.points(a), self.space.points(b)), strict=True))
            for a, b in points
        )

    # -- One package

    def quality(self, package: Package) -> Quality:
        """How good a package is."""
        if package not in self.known:
            self.known[package] = self._quality(package)
        return self.known[package]

    def _quality(self, package: Package) -> Quality:
        space, worth = self.space, self.worth
        number = self.table.number(package)
        here = worth[:, number]
        broken = tuple(dict.fromkeys(c.rule for c in space.clauses if not c.allows(package)))
        below = tuple(q for q, u, r in zip(space.parties, here, space.reservation, strict=True) if u < r)
        better = self.allowed & (worth >= here[:, None]).all(axis=0)
        gain = worth[:, better] - here[:, None]
        joint, most = (
            int(here.sum()),
            int(worth[:, self.allowed].sum(axis=0).max()) if self.allowed.any() else 0,
        )
        stretched = self._stretch(here) if not below else None
        shares = self._shares(here) if self.zone[number] else {}
        return Quality(
            package=space.names(package),
            utilities={q: space.points(u) for q, u in zip(space.parties, here, strict=True)},
            in_zone=bool(self.zone[number]),
            broken=broken,
            below=below,
            efficient=not bool((gain > 0).any()),
            shares=shares,
            joint=Fraction(joint, most) if most > 0 else None,
            efficiency=stretched[0] if stretched else None,
            witness=space.names(self.table.package(stretched[1])) if stretched else None,
            joint_gain=self._left(package, np.flatnonzero(better), gain),
            smallest_change=self._few(package, np.flatnonzero(better), gain),
            fairness=self._fair(here) if self.zone[number] else None,
            agreed=not broken and space.agreed([q not in below for q in space.parties]),
        )

    def _shares(self, here: IntArray) -> dict[str, Fraction]:
        """The package's product, smallest gain, smallest share of the ideal and sum, over the largest in the zone."""
        assert self.ideal is not None
        own = [int(u - f) for u, f in zip(here, self.floor[:, 0], strict=True)]
        gains = self.gains
        product = Fraction(int(np.prod(own, dtype=object)), max(int(gains.prod(axis=0).max()), 1))
        found = {"nash": product if gains.prod(axis=0).max() > 0 else Fraction(1)}
        found["egalitarian"] = _over(min(own), int(gains.min(axis=0).max()))
        found["utilitarian"] = _over(sum(own), int(gains.sum(axis=0).max()))
        # Shares of the ideal gain, compared by cross-multiplication: each party's gain times all other ideals.
        ideals = [max(int(i), 1) for i in self.ideal]
        rest = [
            int(np.prod([x for q, x in enumerate(ideals) if q != p], dtype=object))
            for p in range(len(ideals))
        ]
        scaled = np.array([g.astype(object) * r for g, r in zip(gains, rest, strict=True)], dtype=object)
        found["kalai-smorodinsky"] = _over(
            min(g * r for g, r in zip(own, rest, strict=True)), int(scaled.min(axis=0).max())
        )
        return {m: found[m] for m in MEASURES}

    def _fair(self, here: IntArray) -> tuple[Fraction, Fraction] | None:
        assert self.ideal is not None
        parts = [
            Fraction(int(u - f), int(i))
            for u, f, i in zip(here, self.floor[:, 0], self.ideal, strict=True)
            if i > 0
        ]
        return (min(parts), max(parts)) if parts else None

    def _stretch(self, here: IntArray) -> tuple[Fraction, int] | None:
        """1 / t for the largest t at which t times all gains are still reached in the zone, and where."""
        own = [int(u - f) for u, f in zip(here, self.floor[:, 0], strict=True)]
        some = [p for p, g in enumerate(own) if g > 0]
        if not some or not self.inside.size:
            return None
        rough = np.min([self.gains[p].astype(float) / own[p] for p in some], axis=0)
        close = np.flatnonzero(rough >= rough.max() * (1 - 1e-9))
        exact = {int(k): min(Fraction(int(self.gains[p, k]), own[p]) for p in some) for k in close}
        best = max(exact, key=lambda k: exact[k])
        return (1 / exact[best], int(self.inside[best])) if exact[best] > 0 else None

    def _left(self, package: Package, numbers: IntArray, gain: IntArray) -> JointGain | None:
        """Leximin of the gains among packages that leave no party worse."""
        if not (gain > 0).any():
            return None
        kept = np.arange(gain.shape[1])
        for rows in np.sort(gain, axis=0):
            kept = kept[rows[kept] == rows[kept].max()]
        return self._change(package, int(numbers[kept[0]]))

    def _few(self, package: Package, numbers: IntArray, gain: IntArray) -> JointGain | None:
        """The fewest changed issues that give every party a hundredth of its range; then the largest smallest gain."""
        least = [-(-r * WORTH_A_CHANGE.numerator // WORTH_A_CHANGE.denominator) for r in self.range]
        enough = (gain >= np.array(least, dtype=gain.dtype)[:, None]).all(axis=0)
        if not enough.any():
            return None
        numbers, gain = numbers[enough], gain[:, enough]
        changed = np.sum([self.table.option(i, numbers) != k for i, k in enumerate(package)], axis=0)
        few = np.flatnonzero(changed == changed.min())
        return self._change(package, int(numbers[few[np.argmax(gain.min(axis=0)[few])]]))

    def _change(self, package: Package, number: int) -> JointGain:
        space, there = self.space, self.table.package(number)
        gains = {
            q: space.points(b - a)
            for q, a, b in zip(space.parties, space.utility(package), space.utility(there), strict=True)
        }
        changed = tuple(
            space.issues[i] for i, (a, b) in enumerate(zip(package, there, strict=True)) if a != b
        )
        return JointGain(space.names(there), space.names(package), changed, gains, min(gains.values()))

    # -- One run

    def run(self, name: str, offers: Sequence[Offer]) -> TalksAudited:
        """One run of talks."""
        made: list[tuple[int, str, Package]] = []  # (number of the offer, party, package)
        invalid = []
        final: Offer | None = None
        standing: Offer | None = None
        closed_by = ""
        for n, typed in enumerate(offers, start=1):
            # Who accepts without naming a package accepts the offer that stands.
            accepts = typed.answer == "accepted" and not typed.package and standing is not None
            offer = replace(typed, package=standing.package) if accepts and standing else typed
            standing = offer if offer.package else standing
            package, why = self._valid(offer)
            if why:
                invalid.append(Invalid(offer.place, offer.party, why))
            if package is not None and not accepts:
                made.append((n, offer.party, package))
            if offer.answer in ("accepted", "walk-away"):
                final, closed_by = offer, typed.party if accepts else ""
        agreed = final is not None and final.answer == "accepted"
        package = self._valid(final)[0] if final is not None and agreed else None
        zone = [(n, party) for n, party, x in made if self.zone[self.table.number(x)]]
        first = zone[0] if zone else (None, "")
        return TalksAudited(
            run=name,
            offers=len(offers),
            outcome="agreed" if package is not None else "walk-away" if final and not agreed else "open",
            at=final.at if final else "",
            by=(final.by or closed_by) if final else "",
            agreement=self.quality(package) if package is not None else None,
            first_in_zone=first[0],
            first_party=first[1],
            rounds_after=len(offers) - first[0] if first[0] else None,
            behaviour=self._behaviour(made),
            invalid=tuple(invalid),
            partial=sum(
                0 < len(o.package) < len(self.space.issues) and self._valid(o) == (None, "") for o in offers
            ),
        )

    def _valid(self, offer: Offer) -> tuple[Package | None, str]:
        """The package of an offer, where it is complete; and why the offer is invalid, where it is."""
        space, case = self.space, self.problem.case
        if offer.party and offer.party not in space.parties:
            return None, _no("party", offer.party, {p: x.name for p, x in case.parties.items()})
        for issue, option in offer.package.items():
            if issue not in space.issues:
                return None, _no("issue", issue, {i: x.name for i, x in case.issues.items()})
            if option not in space.options[space.issues.index(issue)]:
                known = {o: x.label for o, x in case.issues[issue].options.items()}
                return None, _no(f"option of {case.issues[issue].name}", option, known)
        if len(offer.package) < len(space.issues):
            left = ", ".join(case.issues[i].name for i in space.issues if i not in offer.package)
            wrong = f"an agreement must settle all issues; {left} left open"
            return None, wrong if offer.answer == "accepted" and offer.package else ""
        package = space.package(offer.package)
        broken = dict.fromkeys(c.rule for c in space.clauses if not c.allows(package))
        return package, f"breaks {', '.join(broken)}" if broken else ""

    def _behaviour(self, made: Sequence[tuple[int, str, Package]]) -> tuple[Behaviour, ...]:
        space = self.space
        own = {party: [space.utility(x) for _, q, x in made if q == party] for party in space.parties}
        classes = {party: self._classes(p, own[party]) for p, party in enumerate(space.parties)}
        two = len(space.parties) == 2
        found = []
        for p, party in enumerate(space.parties):
            worth = [u[p] for u in own[party]]
            drops = [a - b for a, b in pairwise(worth)]
            moves = [c for move in classes[party] for c in move]
            counts = {c: moves.count(c) for c in CLASSES if c in moves}
            other = space.parties[1 - p] if two else ""
            mine, theirs = [signs([m[0] for m in classes[q]]) for q in (party, other)] if two else ([], [])
            found.append(
                Behaviour(
                    party=party,
                    offers=len(worth),
                    conceded=space.points(worth[0] - worth[-1]) if worth else Fraction(0),
                    largest=space.points(max([*drops, 0])),
                    conceding=Fraction(sum(m[0] == "concession" for m in classes[party]), len(drops))
                    if two and drops
                    else Fraction(sum(_positive(m) for m in classes[party]), len(drops))
                    if drops
                    else None,
                    classes=counts,
                    sensitivity=sensitivity(counts),
                    awareness=awareness(theirs, mine) if two else None,
                    correlation=correlation(theirs, mine) if two else None,
                )
            )
        return tuple(found)

    def _classes(self, p: int, worth: Sequence[tuple[int, ...]]) -> list[list[str]]:
        """Per move, its class against each other party."""
        others = [q for q in range(len(self.space.parties)) if q != p]
        found = []
        for a, b in pairwise(worth):
            change = [Fraction(y - x, r) for x, y, r in zip(a, b, self.range, strict=True)]
            found.append([move_class(change[p], change[q]) for q in others])
        return found


def _no(kind: str, typed: str, known: Mapping[str, str]) -> str:
    """That a name is not known, with the nearest that is, or all."""
    close = nearest(typed, [*known, *known.values()])
    tail = f"did you mean '{close}'?" if close else f"known: {', '.join(known)}"
    return f"no {kind} called '{typed}'; {tail}"


def _positive(move: Sequence[str]) -> bool:
    """Positive against at least one other party and negative against none (our convention for more than two)."""
    return all(s > 0 for s in signs(move))


def _over(value: int, most: int) -> Fraction:
    return Fraction(value, most) if most > 0 else Fraction(int(value == most))
