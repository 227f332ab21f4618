"""Ratification in sentences. Parties are described by what they accept on record, not by motives."""

from __future__ import annotations

from collections.abc import Mapping

from .two_level import Ratification, Ratifier, Spoiler

__all__ = ["ratifier_sentence", "spoiler_sentence", "tied_hand_sentences", "verdict"]


def verdict(answer: Ratification) -> str:
    """Whether an agreement would be ratified."""
    sets = answer.win_sets
    if not sets.admissible:
        return "The rules leave no package, so there is nothing to ratify."
    if not sets.at_table:
        return f"None of the {sets.admissible:,} allowed packages is acceptable to all at the table."
    left = f"{sets.agreed:,} of {sets.admissible:,} allowed packages make an agreement"
    if not answer.ratifiers:
        return f"{left}; no party of the case is a ratifier."
    lost = f"{sets.at_table:,} are acceptable to all at the table"
    return f"{left} that would be ratified; {lost}."


def ratifier_sentence(r: Ratifier, names: Mapping[str, str]) -> str:
    """How much a ratifier accepts, and how much of the zone remains."""
    lost = "" if not r.at_table else f" ({100 * (1 - r.ratified / r.at_table):.0f} % are not ratified)"
    return (
        f"{names[r.party]} would ratify {r.accepts:,} of {r.admissible:,} allowed packages; of the "
        f"{r.at_table:,} that are acceptable to all at the table, {r.ratified:,} remain{lost}"
    )


def tied_hand_sentences(r: Ratifier, names: Mapping[str, str]) -> list[str]:
    """What the need to ratify brings the party at the table, by proposer."""
    return [
        f"If {names[proposer]} makes the last offer, the need to ratify changes what {names[r.ratifies]} "
        f"gets by {float(gain):+g} points"
        for proposer, gain in r.gains.items()
        if gain is not None and r.ratifies is not None
    ]


def spoiler_sentence(s: Spoiler, names: Mapping[str, str]) -> str:
    """Whether an agreement needs a party, and how much of the zone it would refuse."""
    seat = "" if s.seat else ", no seat at the table"
    needed = "its acceptance is needed" if s.needed else "an agreement can be made without it"
    share = (
        "nothing is on record about what no agreement is worth to it"
        if s.refuses is None
        else f"{100 * float(s.refuses):.0f} % of the zone is worth less to it than no agreement"
    )
    return f"{names[s.party]} ({s.role}{seat}): {needed}; {share}"
