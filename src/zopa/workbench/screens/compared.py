"""Compare: the case at two dates; what was said since, what moved, what opened or closed the zone."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter

from zopa.case import accepted
from zopa.study import compare as ask
from zopa.views import Labels
from zopa.views.compare import compare as view
from zopa.workbench.frame import AskedHere, Here, Page, screen

__all__ = ["router"]

router = APIRouter(tags=["compare"])


@screen(router, "/compare", "compare.html.j2")
def compare(here: AskedHere) -> Page:
    """Two dates of the case, as `zopa compare`: `old` and `new` in the query; the first and last days if left out."""
    days = _days(here)
    old = here.request.query_params.get("old") or (days[0] if days else "")
    new = here.request.query_params.get("new") or (days[-1] if days else "")
    before, after = (here.cases.problem(here.name, replace(here.asked, day=day)) for day in (old, new))
    answer = here.answer(("compare", old, new), lambda _: ask(before, after))
    more = {"old": old, "new": new, "days": days}
    return Page(
        "Compare", answer, view(answer, Labels(answer.question.of)), more, command=f"compare {old} {new}"
    )


def _days(here: Here) -> list[str]:
    """The days on which something was said, in order."""
    case = here.cases.case(here.name, "")
    return sorted({str(s.said) for s in accepted(case.whole or case).values() if s.said})
