"""Who must ratify and who can spoil: the two-level game of a case ([Putnam1988]_), and the verb ``ratify``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from zopa.case import Case, fraction, values, voters, with_ratifiers, with_votes
from zopa.space import Answer, IntArray, Problem, Readings, Space, Table

from .commitments import Commitment, commitments
from .win_sets import BoolArray, Segment, tied_hand_in_space, win_set, win_set_of_all

__all__ = ["LineWinSet", "Ratification", "Ratifier", "Spoiler", "WinSets", "line_win_sets", "ratify"]


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


@dataclass(frozen=True)
class Ratification(Answer):
    """Who accepts how much, who must ratify, who can spoil, and whose statements bind.

    Attributes
    ----------
    win_sets : WinSets
    lines : tuple of LineWinSet
        The same issue by issue, where options have places on a line.
    ratifiers, spoilers : tuple of Ratifier, of Spoiler
    commitments : tuple of Commitment
        Statements in which a party moves, and whether they bind it.
    """

    win_sets: WinSets
    lines: tuple[LineWinSet, ...]
    ratifiers: tuple[Ratifier, ...]
    spoilers: tuple[Spoiler, ...]
    commitments: tuple[Commitment, ...]

    @property
    def ratifiable(self) -> bool:
        """Whether some package makes an agreement that every ratifier accepts."""
        return self.win_sets.agreed > 0


def ratify(case: Case | Problem, readings: Readings = None) -> Ratification:
    """Would an agreement be ratified, who could spoil it, and whose statements bind a party?

    A ratifier is a party without a seat whose acceptance the agreement needs all the same
    ([Putnam1988]_); its win-set is what it accepts rather than no agreement.

    Parameters
    ----------
    case : Case or Problem
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.

    Raises
    ------
    UnknownName
        A reading that the case does not have.
    NotApplicable
        A case too large to list.
    """
    asked = Problem.of(case, readings)
    case, whole = asked.case, with_ratifiers(asked.case)
    problem = asked if whole is case else Problem(whole, asked.readings)
    table = problem.table
    return Ratification(
        asked.question("ratify"),
        win_sets=_win_sets(case, table),
        lines=line_win_sets(whole),
        ratifiers=_ratifiers(case, table),
        spoilers=_spoilers(case, problem),
        commitments=commitments(case),
    )


def _ratifiers(case: Case, table: Table) -> tuple[Ratifier, ...]:
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
                party=name,
                ratifies=party.ratifies,
                accepts=int(table.zone([own]).sum()),
                admissible=int(table.admissible.sum()),
                at_table=int(table.zone(seats).sum()),
                ratified=int(table.zone([*seats, own]).sum()),
                gains=gains,
            )
        )
    return tuple(found)


def _gain(
    space: Space, allowed: IntArray, proposer: int, holder: int, seats: list[int], own: int
) -> Fraction | None:
    hand = tied_hand_in_space(
        allowed, space.reservation, proposer=proposer, holder=holder, table=seats, ratifiers=[own]
    )
    return None if hand.gain is None else hand.gain / space.scale


def _win_sets(case: Case, table: Table) -> WinSets:
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


def _spoilers(case: Case, problem: Problem) -> tuple[Spoiler, ...]:
    """Parties named as spoilers, without a seat, or whose acceptance is not needed; ratifiers stand apart."""
    table, space = problem.table, problem.space
    needed = {p for p, r in zip(space.parties, space.required, strict=True) if r}
    listed = [
        name
        for name, party in case.parties.items()
        if party.role == "spoiler" or (name in voters(case) and (not party.seat or name not in needed))
    ]
    others = [n for n in listed if n not in space.parties and case.parties[n].reservation is not None]
    inside = table.agreed
    shares: dict[str, Fraction | None] = dict.fromkeys(listed)
    if others:
        wide = case.model_copy(update={"parties": with_votes(case, [*space.parties, *others])})
        shares |= _refusing(Problem(wide, problem.readings).table, others, inside)
    shares |= _refusing(
        table, [n for n in listed if case.parties[n].reservation and n in space.parties], inside
    )
    return tuple(
        Spoiler(n, case.parties[n].role, case.parties[n].seat, n in needed, shares[n]) for n in listed
    )


def _refusing(table: Table, names: list[str], inside: BoolArray) -> dict[str, Fraction | None]:
    count = int(inside.sum())
    found: dict[str, Fraction | None] = {}
    for name in names:
        refuses = inside & ~table.accepts[table.space.parties.index(name)]
        found[name] = Fraction(int(refuses.sum()), count) if count else None
    return found
