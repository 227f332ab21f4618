"""Who must ratify, who can spoil, and whose words bind: the two-level game of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from zopa.case import Case, Statement, accepted, fraction, speaks_for, values, voters
from zopa.space import IntArray, Problem, Readings, Space, Table

from .ratify import Segment, tied_hand_in_space, win_set, win_set_of_all

__all__ = [
    "LineWinSet",
    "Ratifier",
    "Spoiler",
    "WinSets",
    "Words",
    "line_win_sets",
    "ratifiers",
    "spoilers",
    "win_sets",
    "with_ratifiers",
    "words",
]


@dataclass(frozen=True)
class Ratifier:
    """A party without a vote at the table whose acceptance an agreement needs at home.

    Attributes
    ----------
    accepts, at_table, ratified : int
        Allowed packages that it would ratify (its win-set); that all at the table accept; both.
    gains : proposer -> points or None
        What the tied hand brings the party that it ratifies for when that proposer makes the last
        offer; below 0: it costs; None: no agreement is possible, with or without.
    """

    party: str
    ratifies: str | None
    accepts: int
    admissible: int
    at_table: int
    ratified: int
    gains: Mapping[str, Fraction | None]

    def __str__(self) -> str:
        lost = "none" if not self.at_table else f"{100 * (1 - self.ratified / self.at_table):.0f} %"
        return (
            f"{self.party} would ratify {self.accepts:,} of {self.admissible:,} allowed packages; of the "
            f"{self.at_table:,} that all at the table accept, {self.ratified:,} remain ({lost} fall at home)"
        )


@dataclass(frozen=True)
class WinSets:
    """How many allowed packages each party accepts, all at the table accept, and all ratifiers leave."""

    admissible: int
    accepts: Mapping[str, int]
    at_table: int
    agreed: int


@dataclass(frozen=True)
class LineWinSet:
    """One issue on its 0-100 line: what each party would accept there rather than how things are now.

    ``ideals`` are the places of the parties' best options, ``common`` is what all accept; it always
    holds the place of how things are now (``status_quo``), sometimes nothing else.
    """

    issue: str
    status_quo: Fraction
    ideals: Mapping[str, Fraction]
    accepts: Mapping[str, Segment]
    common: Segment


@dataclass(frozen=True)
class Spoiler:
    """A party whose acceptance is not needed, or that has no seat, and how much of the zone it would refuse."""

    party: str
    role: str
    seat: bool
    needed: bool
    refuses: Fraction | None

    def __str__(self) -> str:
        seat = "" if self.seat else ", no seat at the table"
        needed = "its acceptance is needed" if self.needed else "an agreement can be made without it"
        share = (
            "nothing is on record about what no agreement is worth to it"
            if self.refuses is None
            else f"{100 * float(self.refuses):.0f} % of the zone is worth less to it than no agreement"
        )
        return f"{self.party} ({self.role}{seat}): {needed}; {share}"


@dataclass(frozen=True)
class Words:
    """A statement in which a party moves, and whether the words bind it."""

    statement: str
    party: str
    speaker: str
    binds: bool
    text: str


def with_ratifiers(case: Case) -> Case:
    """The same case with every ratifier among those whose acceptance is needed."""
    home = [name for name, party in case.parties.items() if party.role == "ratifier"]
    if not home:
        return case
    agreement = case.agreement
    if agreement.required is not None or agreement.at_least is not None:
        needed = {"required": (*(agreement.required or ()), *home)}
        if agreement.at_least is not None:
            needed["at_least"] = agreement.at_least + len(home)  # type: ignore[assignment]
        agreement = agreement.model_copy(update=needed)
    return case.model_copy(update={"parties": _voting(case, home), "agreement": agreement})


def _voting(case: Case, names: list[str]) -> dict[str, object]:
    return {
        name: party.model_copy(update={"role": "party"}) if name in names else party
        for name, party in case.parties.items()
    }


def ratifiers(case: Case, table: Table) -> tuple[Ratifier, ...]:
    """Win-set of every ratifier, and what it brings those for whom it ratifies.

    ``table`` is that of :func:`with_ratifiers`.
    """
    space, found = table.space, []
    seats = [space.parties.index(p) for p in voters(case)]
    for name, party in case.parties.items():
        if party.role != "ratifier":
            continue
        own = space.parties.index(name)
        gains: dict[str, Fraction | None] = {}
        if party.ratifies in voters(case):
            holder = space.parties.index(party.ratifies)
            allowed = table.utilities[:, table.admissible]
            for proposer in seats:
                if proposer != holder:
                    gains[space.parties[proposer]] = _gain(space, allowed, proposer, holder, seats, own)
        found.append(
            Ratifier(
                name, party.ratifies, int(table.zone([own]).sum()), int(table.admissible.sum()),
                int(table.zone(seats).sum()), int(table.zone([*seats, own]).sum()), gains,
            )
        )  # fmt: skip
    return tuple(found)


def _gain(
    space: Space, allowed: IntArray, proposer: int, holder: int, seats: list[int], own: int
) -> Fraction | None:
    hand = tied_hand_in_space(
        allowed, space.reservation, proposer=proposer, holder=holder, table=seats, ratifiers=[own]
    )
    return None if hand.gain is None else hand.gain / space.scale


def win_sets(case: Case, table: Table) -> WinSets:
    """The win-set of every party whose acceptance counts; ``table`` is that of :func:`with_ratifiers`."""
    space = table.space
    accepts = {p: int(table.zone([k]).sum()) for k, p in enumerate(space.parties)}
    seats = [space.parties.index(p) for p in voters(case)]
    return WinSets(
        int(table.admissible.sum()), accepts, int(table.zone(seats).sum()), int(table.agreed.sum())
    )


def line_win_sets(case: Case) -> tuple[LineWinSet, ...]:
    """Win-sets issue by issue, where every option has a place and the case says how things are now.

    Each issue is taken by itself, and a party is taken to like a point the less the farther it is from
    its best option (the first of several).
    """
    found = []
    for name, issue in case.issues.items():
        places = {o: fraction(option.at) for o, option in issue.options.items() if option.at is not None}
        if issue.now is None or len(places) < len(issue.options):
            continue
        status_quo = places[issue.now]
        ideals = {}
        for party in voters(case):
            liked = {o: e.best for o, e in values(case, party, name).items() if not e.gap}
            if liked:
                ideals[party] = places[max(liked, key=lambda o: liked[o])]
        if not ideals:
            continue
        accepts = {p: win_set(ideal, status_quo) for p, ideal in ideals.items()}
        found.append(
            LineWinSet(name, status_quo, ideals, accepts, win_set_of_all(ideals.values(), status_quo))
        )
    return tuple(found)


def spoilers(case: Case, table: Table, readings: Readings) -> tuple[Spoiler, ...]:
    """Everybody who is named as a spoiler, has no seat, or whose acceptance is not needed."""
    space = table.space
    needed = {p for p, r in zip(space.parties, space.required, strict=True) if r}
    listed = [
        name
        for name, party in case.parties.items()
        if party.role == "spoiler" or (name in space.parties and (not party.seat or name not in needed))
    ]
    others = [n for n in listed if n not in space.parties and case.parties[n].reservation is not None]
    inside = table.agreed
    shares: dict[str, Fraction | None] = dict.fromkeys(listed)
    if others:
        wide = case.model_copy(update={"parties": _voting(case, [*space.parties, *others])})
        shares |= _refusing(Problem(wide, readings).table, others, inside)
    shares |= _refusing(
        table, [n for n in listed if case.parties[n].reservation and n in space.parties], inside
    )
    return tuple(
        Spoiler(n, case.parties[n].role, case.parties[n].seat, n in needed, shares[n]) for n in listed
    )


def _refusing(table: Table, names: list[str], inside: np.ndarray) -> dict[str, Fraction | None]:
    count = int(inside.sum())
    found: dict[str, Fraction | None] = {}
    for name in names:
        refuses = inside & ~table.accepts[table.space.parties.index(name)]
        found[name] = Fraction(int(refuses.sum()), count) if count else None
    return found


MOVES = {"concession", "commitment", "offer", "conditional_offer"}
NOT_BINDING = {
    "former": "speaks for an earlier government",
    "anonymous": "is not named",
    "commentator": "speaks for no party",
    "reporter": "reports the words of others",
}


def words(case: Case) -> tuple[Words, ...]:
    """Statements in which a party moves, each with whether it binds the party and why."""
    found = []
    for ident, s in accepted(case).items():
        party = speaks_for(case, s)
        if party is not None and (s.kind in MOVES or s.stance in ("accept", "conditional")):
            binds, text = _binding(case, s)
            found.append(Words(ident, party, s.speaker or "", binds, text))
    return tuple(found)


def _binding(case: Case, s: Statement) -> tuple[bool, str]:
    speaker = case.speakers.get(s.speaker or "")
    name = speaker.name if speaker else "nobody named"
    if s.channel in ("private", "leak"):
        return (
            False,
            f"said {'in private' if s.channel == 'private' else 'in a leak'} by {name}: not a commitment",
        )
    if speaker is None:
        return False, "no speaker is named: not a commitment"
    if speaker.authority in NOT_BINDING:
        return False, f"{name} {NOT_BINDING[speaker.authority]}: not a commitment"
    if speaker.until is not None and case.as_of is not None and speaker.until <= case.as_of:
        return False, f"{name} {NOT_BINDING['former']} (until {speaker.until}): not a commitment"
    if speaker.authority == "decides":
        return True, f"{name} decides for the party"
    return True, f"{name} speaks for the party and can be overruled by whoever decides"
