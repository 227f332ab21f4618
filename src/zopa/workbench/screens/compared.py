"""Compare: the case at two dates; what was said since, what moved, what opened or closed the zone."""

from __future__ import annotations

import shlex
from dataclasses import replace

from fastapi import APIRouter

from zopa.case import Case, accepted
from zopa.study import compare as ask
from zopa.views import Labels
from zopa.views.compare import compare as view
from zopa.workbench.frame import AskedHere, Here, Page, screen
from zopa.workbench.translation import translated

__all__ = ["days_of", "router"]

router = APIRouter(tags=["compare"])


@screen(router, "/compare", "compare.html.j2")
def compare(here: AskedHere) -> Page:
    """Two dates of the case, as `zopa compare`: `old` and `new` in the query; its own day and the last on record if left out."""
    days = _days(here)
    opened = str(here.case.as_of or "")
    old = here.request.query_params.get("old") or opened or (days[0] if days else "")
    new = here.request.query_params.get("new") or (days[-1] if days else "")
    before, after = (
        here.cases.problem(here.name, replace(here.asked, day=day), here.member.closed) for day in (old, new)
    )
    answer = here.answer(("compare", old, new), lambda _: ask(before, after))
    terminal = shlex.join(["zopa", "compare", f"{here.name}@{old}", f"{here.name}@{new}"])
    more = {"old": old, "new": new, "days": days, "terminal": terminal}
    return Page(translated("Compare"), answer, view(answer, Labels(answer.question.of)), more)


def _days(here: Here) -> list[str]:
    """The days on which something was said, in order."""
    case = here.cases.case(here.name)
    return days_of(case.whole or case)


def days_of(case: Case) -> list[str]:
    """Every day by which something on record was said, as 2025-02-13; the earliest first."""
    said = [s.said.end or s.said.start for s in accepted(case).values() if s.said is not None]
    return sorted({day.isoformat() for day in said if day is not None})
