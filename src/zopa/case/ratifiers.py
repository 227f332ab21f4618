"""Parties that are not at the table and whose acceptance an agreement needs all the same (Putnam 1988)."""

from __future__ import annotations

from collections.abc import Iterable

from zopa.case.model import Case, Party

__all__ = ["with_ratifiers", "with_votes"]


def with_ratifiers(case: Case) -> Case:
    """The same case with every ratifier among those whose acceptance is needed."""
    home = [name for name, party in case.parties.items() if party.role == "ratifier"]
    if not home:
        return case
    agreement = case.agreement
    if agreement.required is not None or agreement.at_least is not None:
        needed: dict[str, object] = {"required": (*(agreement.required or ()), *home)}
        if agreement.at_least is not None:
            needed["at_least"] = agreement.at_least + len(home)
        agreement = agreement.model_copy(update=needed)
    return case.model_copy(update={"parties": with_votes(case, home), "agreement": agreement})


def with_votes(case: Case, names: Iterable[str]) -> dict[str, Party]:
    """The parties of the case, those named among them with the role of a party at the table."""
    listed = set(names)
    return {
        name: party.model_copy(update={"role": "party"}) if name in listed else party
        for name, party in case.parties.items()
    }
