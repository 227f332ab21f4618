"""Where does each party stand, what separates them, what would each give up, and which demands may be positioning?

An opening is taken, issue by issue, from the first source that exists: the `start` of the case, the latest demand,
the latest preference, the best option by the central judgment. All ties are kept.

A positioning flag says that a demand may be an opening stance rather than a limit. It is never a verdict: it shows
the sentences that it rests on and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zopa.case import Basis, Case, Statement, accepted, speaks_for, values, voters
from zopa.space import Answer, Problem

__all__ = [
    "Asked",
    "Distance",
    "Flag",
    "OpeningOption",
    "OpeningPosition",
    "StartingPositions",
    "opening_of",
    "starting_positions",
]

POSITIONING = re.compile(
    r"\b(?:positioning|posturing|bluff\w*|man(?:o?eu|eu)ver\w*|manoeuvr\w*|opening (?:bid|gambit|stance|position)"
    r"|negotiating (?:ploy|tactic|position)|bargaining (?:chip|position))",
    re.IGNORECASE,
)
"""Words by which a commentator calls a stance positioning."""
HOPES = ("hope", "goal", "expectation", "belief")
"""Kinds of statements that say what would be good, not what could be left."""


@dataclass(frozen=True)
class OpeningOption:
    """What a party opens with on one issue.

    Attributes
    ----------
    issue : str
    options : ids, several where they are tied
    source : 'start', 'demand', 'prefer' or 'judgment'
    basis : as the case or the statement gives it
    """

    issue: str
    options: tuple[str, ...]
    source: str
    basis: Basis


@dataclass(frozen=True)
class OpeningPosition:
    """The package that a party starts from.

    Attributes
    ----------
    party : str
    choices : one per issue, in issue order
    package : issue -> option; of tied options the one worth most to the party by the case's judgments
    packages : number of packages that the ties allow
    utility, reservation : points on the party's own scale
    sources, bases : how many issues rest on what
    """

    party: str
    choices: tuple[OpeningOption, ...]
    package: Mapping[str, str]
    packages: int
    utility: Fraction
    reservation: Fraction
    sources: Mapping[str, int]
    bases: Mapping[str, int]


@dataclass(frozen=True)
class Distance:
    """Two openings: the issues on which they differ, places apart on lines, and what each would lose at the other's."""

    parties: tuple[str, str]
    issues: tuple[str, ...]
    places: Mapping[str, Fraction]
    losses: Mapping[str, Fraction]


@dataclass(frozen=True)
class Asked:
    """What a package asks of a party that starts from its opening.

    ``share`` is the concession over what the opening gives above the reservation value: it compares between parties,
    points do not. Above 1 the package lies below the reservation value. None where the opening is not above it.
    """

    package: str
    party: str
    utility: Fraction
    concession: Fraction
    share: Fraction | None


@dataclass(frozen=True)
class Flag:
    """A demand that may be an opening stance.

    Attributes
    ----------
    kind : 'own-offer', 'left-before', 'called-positioning' or 'no-other-party'
    party, issue, option : what is demanded
    statements : the demand's sentences
    against : the sentences that raise the question
    """

    kind: str
    party: str
    issue: str
    option: str
    statements: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class StartingPositions(Answer):
    """Openings, what separates them, what packages ask of each, and flags."""

    as_of: date | None
    openings: tuple[OpeningPosition, ...]
    distances: tuple[Distance, ...]
    targets: Mapping[str, Mapping[str, str]]
    asked: tuple[Asked, ...]
    flags: tuple[Flag, ...]
    notes: tuple[str, ...] = ()


def starting_positions(
    problem: Problem, targets: Mapping[str, Mapping[str, str]] | None = None, day: date | None = None
) -> StartingPositions:
    """Openings of all parties, distances of every pair, what each target asks, positioning flags.

    Parameters
    ----------
    problem : Problem
    targets : name -> package (issue -> option), optional
    day : date, optional
        The day of the record; a statement of a speaker whose period ended before it does not count.

    Raises
    ------
    UnknownName
        An issue or option of a target that the case does not have.
    """
    case, space = problem.case, problem.space
    day = day or case.as_of
    openings = tuple(opening_of(problem, party, day) for party in space.parties)
    asked = []
    for name, target in (targets or {}).items():
        worth = space.utility(space.package(target))
        for p, o in enumerate(openings):
            asked.append(_asked(name, o, space.points(worth[p])))
    named = tuple(_distance(problem, a, b) for k, a in enumerate(openings) for b in openings[k + 1 :])
    notes = [
        f"the opening of {case.parties[o.party].name} is tied between {o.packages} packages"
        for o in openings
        if o.packages > 1
    ]
    return StartingPositions(
        problem.question("start", as_of=day),
        as_of=day,
        openings=openings,
        distances=named,
        targets=dict(targets or {}),
        asked=tuple(asked),
        flags=_flags(case, openings, day),
        notes=(*notes, *problem.remarks),
    )


# -- Openings


def opening_of(problem: Problem, party: str, day: date | None = None) -> OpeningPosition:
    """The opening of one party, with its ties."""
    case, space = problem.case, problem.space
    p = space.parties.index(party)
    said = _counted(case, party, day)
    choices = tuple(_choice(case, party, issue, said) for issue in case.issues)
    package: dict[str, str] = {}
    packages = 1
    for i, choice in enumerate(choices):
        worth = {o: int(space.scores[i][p, space.options[i].index(o)]) for o in choice.options}
        package[choice.issue] = max(choice.options, key=lambda o: worth[o])
        packages *= len(choice.options)
    units = space.utility(space.package(package))[p]
    return OpeningPosition(
        party=party,
        choices=choices,
        package=package,
        packages=packages,
        utility=space.points(units),
        reservation=space.points(space.reservation[p]),
        sources=_counts(c.source for c in choices),
        bases=_counts(c.basis.kind for c in choices),
    )


def _counts(kinds: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in kinds:
        found[kind] = found.get(kind, 0) + 1
    return found


def _counted(case: Case, party: str, day: date | None) -> list[tuple[str, Statement]]:
    """Accepted statements that count for a party on that day, the earliest first."""
    found = [
        (ident, s)
        for ident, s in accepted(case).items()
        if speaks_for(case, s) == party and not _ended(case, s, day)
    ]
    return sorted(found, key=lambda item: _when(item[1]) or date.min)


def _ended(case: Case, s: Statement, day: date | None) -> bool:
    """Whether the speaker no longer speaks for the party on that day."""
    speaker = case.speakers.get(s.speaker or "")
    return bool(speaker and speaker.until and day and speaker.until < day)


def _when(s: Statement) -> date | None:
    """The last day on which it can have been said."""
    return (s.said.end or s.said.start) if s.said else None


def _choice(case: Case, party: str, issue: str, said: Sequence[tuple[str, Statement]]) -> OpeningOption:
    if issue in case.parties[party].start:
        given = (case.parties[party].start_basis.get(issue), case.parties[party].basis, case.basis)
        named = [b for b in given if b is not None and b.kind != "none"]
        basis = named[0] if named else Basis(assumed="no reason given", by=case.authors)
        return OpeningOption(issue, (case.parties[party].start[issue],), "start", basis)
    for stance in ("demand", "prefer"):
        # The latest words on an option count, so a demand that was withdrawn since is no longer one.
        latest = {o: (ident, s) for ident, s in said if s.issue == issue and s.stance for o in s.options}
        wished = [(ident, s) for ident, s in latest.values() if s.stance == stance]
        if wished:
            last = max(_when(s) or date.min for _, s in wished)
            kept = {ident: s for ident, s in wished if (_when(s) or date.min) == last}
            options = {o for ident, s in kept.items() for o in s.options if latest[o][0] == ident}
            ordered = tuple(o for o in case.issues[issue].options if o in options)
            return OpeningOption(issue, ordered, stance, Basis(stated=tuple(kept)))
    estimates = values(case, party, issue)
    best = max(e.best for e in estimates.values())
    top = tuple(o for o, e in estimates.items() if e.best == best)
    return OpeningOption(issue, top, "judgment", estimates[top[0]].basis)


# -- Distances and concessions


def _distance(problem: Problem, a: OpeningPosition, b: OpeningPosition) -> Distance:
    case, space = problem.case, problem.space
    apart = tuple(i for i in case.issues if a.package[i] != b.package[i])
    places = {}
    for issue in apart:
        at = [case.issues[issue].options[o.package[issue]].at for o in (a, b)]
        if at[0] is not None and at[1] is not None:
            places[issue] = abs(Fraction(str(at[0])) - Fraction(str(at[1])))
    losses = {}
    for own, other in ((a, b), (b, a)):
        p = space.parties.index(own.party)
        losses[own.party] = own.utility - space.points(space.utility(space.package(other.package))[p])
    return Distance((a.party, b.party), apart, places, losses)


def _asked(name: str, o: OpeningPosition, utility: Fraction) -> Asked:
    room = o.utility - o.reservation
    concession = o.utility - utility
    return Asked(name, o.party, utility, concession, concession / room if room > 0 else None)


# -- Positioning flags


def _flags(case: Case, openings: Sequence[OpeningPosition], day: date | None) -> tuple[Flag, ...]:
    found = []
    for o in openings:
        said = _counted(case, o.party, day)
        for choice in o.choices:
            for option in choice.options:
                found += _flags_of(case, o.party, (choice, option), said, day)
    return tuple(found)


def _flags_of(
    case: Case,
    party: str,
    demand: tuple[OpeningOption, str],
    said: Sequence[tuple[str, Statement]],
    day: date | None,
) -> list[Flag]:
    choice, option = demand
    issue = choice.issue
    known = accepted(case)
    own = tuple(s for s in choice.basis.statements if s in known)
    if not own and choice.source == "start":
        own = tuple(
            ident for ident, s in said if s.issue == issue and option in s.options and s.stance == "demand"
        )
    raised = {
        "own-offer": [
            ident for ident, s in said if any(issue in c and option not in c[issue] for c in _offered(s))
        ],
        "left-before": [
            ident
            for ident, s in said
            if ident not in own and _leaves(s, issue, option) and _not_later(s, own, case)
        ],
        "called-positioning": _called(case, issue, said),
    }
    if own and not _wanted_by_others(case, party, issue, option, day):
        others = [
            ident
            for ident, s in known.items()
            if s.issue == issue
            and speaks_for(case, s) not in (party, None)
            and not _ended(case, s, day)
            and option in s.options
        ]
        raised["no-other-party"] = others
    # A flag needs words on both sides: those of the demand, and those that raise the question.
    return [
        Flag(kind, party, issue, option, own, tuple(against))
        for kind, against in raised.items()
        if own and against
    ]


def _offered(s: Statement) -> Sequence[Mapping[str, Sequence[str]]]:
    """The options that a conditional offer would accept."""
    return s.when if s.kind == "conditional_offer" else ()


def _leaves(s: Statement, issue: str, option: str) -> bool:
    """Whether the words say that this option could be left for another."""
    if s.issue != issue or s.kind in HOPES or s.when:
        return False
    other = s.stance in ("accept", "conditional") and bool(s.options) and option not in s.options
    return other or (s.stance == "oppose" and option in s.options)


def _not_later(s: Statement, own: Sequence[str], case: Case) -> bool:
    """Not known to have been said after the demand."""
    first = (s.said.start or s.said.end) if s.said else None
    demanded = [_when(case.statements[ident]) for ident in own]
    return first is None or not demanded or any(d is None or first <= d for d in demanded)


def _called(case: Case, issue: str, said: Sequence[tuple[str, Statement]]) -> list[str]:
    """What commentators call positioning: words on this issue that name somebody who speaks for the party."""
    voices = {s.speaker for _, s in said if s.issue == issue and s.speaker}
    found = []
    for ident, s in accepted(case).items():
        speaker = case.speakers.get(s.speaker or "")
        outside = speaker is not None and speaker.party is None
        words = f"{s.quote} {s.about}"
        if outside and s.issue == issue and POSITIONING.search(words) and _names(case, voices, words):
            found.append(ident)
    return found


def _names(case: Case, voices: Iterable[str], words: str) -> bool:
    known = [case.speakers[v] for v in voices if v in case.speakers]
    names = [n for k in known for n in (k.name, *k.aliases)]
    return any(re.search(rf"\b{re.escape(n)}\b", words) for n in names)


def _wanted_by_others(case: Case, party: str, issue: str, option: str, day: date | None) -> bool:
    for s in accepted(case).values():
        other = speaks_for(case, s)
        if other in (party, None) or other not in voters(case) or _ended(case, s, day):
            continue
        if s.issue == issue and option in s.options and s.stance in ("accept", "prefer", "demand"):
            return True
        if any(option in c.get(issue, ()) for c in (*s.when, *s.only_if)):
            return True
    return False
