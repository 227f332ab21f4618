"""Positions: issue by party with the words behind each cell; and one party's words over time, with a date cut."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zopa.case import Case, accepted, latest, speaks_for
from zopa.errors import UnknownName
from zopa.space import plain
from zopa.views.positions import at_the_table, over_time, position_table
from zopa.workbench.frame import AskedHere, Page, screen
from zopa.workbench.screens.compared import days_of
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["positions"])


@screen(router, "/positions", "positions.html.j2")
def positions(here: AskedHere) -> Page:
    """The latest position of each party on each issue, and the statement behind it."""
    case = here.case
    answer = {"question": plain(here.problem.question("positions")), "answer": _table(case)}
    return Page(translated("Positions"), answer, position_table(case, here.labels))


def _table(case: Case) -> dict[str, Any]:
    agreed = case.outcome.options if case.outcome else {}
    return {
        i: {p: dict(zip(("statement", "options"), found, strict=True)) for p in at_the_table(case) if (found := latest(case, p, i))}
        | ({"agreed": agreed[i]} if i in agreed else {})
        for i in case.issues
    }  # fmt: skip


@screen(router, "/parties/{ident}", "timeline.html.j2")
def party(here: AskedHere, ident: str) -> Page:
    """What a party said on each issue over time, up to the day that was asked for."""
    case = here.case
    if ident not in case.parties:
        raise UnknownName("party", ident, case.parties)
    whole = here.cases.case(here.name)
    days = days_of(whole.whole or whole)
    own = {k: s for k, s in accepted(case).items() if speaks_for(case, s) == ident}
    said = {
        k: s.model_dump(mode="json", include={"said", "issue", "options", "stance", "kind", "speaker"})
        for k, s in own.items()
    }
    answer = {"question": plain(here.problem.question("party", party=ident)), "answer": said}
    return Page(
        case.parties[ident].name, answer, over_time(case, ident, here.labels), {"ident": ident, "days": days}
    )
