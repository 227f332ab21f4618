"""Whose statements bind a party: who said it, with what authority, and in public or not."""

from __future__ import annotations

from dataclasses import dataclass

from zopa.case import Case, Statement, accepted, speaks_for

__all__ = ["Commitment", "commitments"]


@dataclass(frozen=True)
class Commitment:
    """A statement in which a party moves, and whether it binds the party; ``text`` says why."""

    statement: str
    party: str
    speaker: str
    binds: bool
    text: str


MOVES = {"concession", "commitment", "offer", "conditional_offer"}
NOT_BINDING = {
    "former": "speaks for an earlier government",
    "anonymous": "is not named",
    "commentator": "speaks for no party",
    "reporter": "reports the words of others",
}


def commitments(case: Case) -> tuple[Commitment, ...]:
    """Statements in which a party moves, each with whether it binds the party and why."""
    found = []
    for ident, s in accepted(case).items():
        party = speaks_for(case, s)
        if party is not None and (s.kind in MOVES or s.stance in ("accept", "conditional")):
            binds, text = _binding(case, s)
            found.append(Commitment(ident, party, s.speaker or "", binds, text))
    return tuple(found)


def _binding(case: Case, s: Statement) -> tuple[bool, str]:
    speaker = case.speakers.get(s.speaker or "")
    name = speaker.name if speaker else "no speaker named"
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
