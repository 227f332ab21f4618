"""Parties on an issue's line: where each stands and since when, how strongly it can press.

A position is the party's own entry ``places``; else the latest accepted statement in which it demands,
prefers or accepts an option with a place; else its starting option.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from zopa.case.basis import Judgment
from zopa.case.estimates import Estimate, _basis, _numbers, accepted, fraction, speaks_for, start
from zopa.case.model import Basis, Case

__all__ = ["Snapshot", "latest", "place", "pressing", "quantity", "snapshots"]

WISHES = ("demand", "prefer", "accept")
"""Stances that say where a party stands, strongest first; on one day the strongest counts."""


@dataclass(frozen=True)
class Snapshot:
    """Where a statement put a party, 0-100; ``former`` when a predecessor in office said it."""

    on: date
    party: str
    place: Fraction
    low: Fraction
    high: Fraction
    statement: str
    says: str
    former: bool = False


def pressing(case: Case) -> tuple[str, ...]:
    """Who presses on lines: every party, and ratifiers and spoilers that have a capability; file order."""
    return tuple(
        name
        for name, party in case.parties.items()
        if party.role == "party"
        or (party.role in ("ratifier", "spoiler") and (party.capability is not None or party.capabilities))
    )


def quantity(
    case: Case, name: str, what: Literal["capability", "flexibility", "places", "saliences"], issue: str = ""
) -> Estimate | None:
    """A party's number with its interval and basis, or None where nobody entered it.

    ``places`` and ``saliences`` are per issue: where the party stands on the issue's 0-100 line, and how
    much the issue matters to it, 0-100. ``capability`` is that on the issue where the party has one of its
    own there.
    """
    party = case.parties[name]
    judgment: Judgment | None
    if what in ("places", "saliences"):
        judgment = getattr(party, what).get(issue)
    else:
        judgment = getattr(party, what)
        if what == "capability":
            judgment = party.capabilities.get(issue, judgment)
    if judgment is None:
        return None
    low, best, high = _numbers(case, judgment)
    return Estimate(best, low, high, _basis(case, party, judgment))


def snapshots(case: Case, issue: str) -> tuple[Snapshot, ...]:
    """Dated places on an issue's line, in order of date, none after the case's ``as_of``.

    A statement that names several options stands in their middle, with their ends as the interval. Of
    several statements of a party on one day the strongest stance counts, of equal ones the last in the file.
    """
    at = {k: fraction(o.at) for k, o in case.issues[issue].options.items() if o.at is not None}
    found: dict[tuple[date, str], tuple[int, Snapshot]] = {}
    for ident, s in accepted(case).items():
        party, said = speaks_for(case, s), s.said
        places = [at[o] for o in s.options if o in at]
        if s.issue != issue or s.stance not in WISHES or party is None or not places or said is None:
            continue
        on = said.end or said.start
        if on is None or (case.as_of is not None and on > case.as_of):
            continue
        speaker = case.speakers.get(s.speaker or "")
        former = speaker is not None and speaker.authority == "former"
        middle = sum(places, Fraction(0)) / len(places)
        shot = Snapshot(
            on=on,
            party=party,
            place=middle,
            low=min(places),
            high=max(places),
            statement=ident,
            says=s.about or s.quote,
            former=former,
        )
        rank = WISHES.index(s.stance)
        if (on, party) not in found or rank <= found[on, party][0]:
            found[on, party] = (rank, shot)
    return tuple(shot for _, (_, shot) in sorted(found.items(), key=lambda item: item[0][0]))


def place(case: Case, name: str, issue: str) -> tuple[Estimate, str] | None:
    """Where a party stands on an issue's line and how that reads in words; None where nobody says.

    What a predecessor in office said is history, not a position.
    """
    entered = quantity(case, name, "places", issue)
    if entered is not None:
        return entered, entered.basis.why or entered.basis.assumed or "entered as a place on the line"
    own = [s for s in snapshots(case, issue) if s.party == name]
    if own and not own[-1].former:
        last = own[-1]
        return Estimate(last.place, last.low, last.high, Basis(stated=(last.statement,))), last.says
    option, basis = start(case, name).get(issue, ("", Basis()))
    noun = case.issues[issue].options.get(option)
    if noun is None or noun.at is None:
        return None
    at = fraction(noun.at)
    return Estimate(at, at, at, basis), f"opens with: {noun.label}"


def latest(case: Case, party: str, issue: str) -> tuple[str, tuple[str, ...]] | None:
    """A party's latest position on an issue: the statement and its options; ("", option) where only its start is known.

    Statements count in which it demands, prefers or accepts options, unless they were rejected in review; of one
    day the last in the file. What a predecessor in office said counts only where nothing else was said.
    """

    def now(name: str | None) -> bool:
        return name not in case.speakers or case.speakers[name].authority != "former"

    found = [
        (now(s.speaker), str((s.said.end or s.said.start) if s.said else ""), n, k)
        for n, (k, s) in enumerate(case.statements.items())
        if s.issue == issue
        and s.options
        and s.review.state != "rejected"
        and s.stance in WISHES
        and (s.party or (case.speakers[s.speaker].party if s.speaker in case.speakers else None)) == party
    ]
    if found:
        ident = max(found)[3]
        return ident, case.statements[ident].options
    begun = case.parties[party].start.get(issue)
    return ("", (begun,)) if begun else None
