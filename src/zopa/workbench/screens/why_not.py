"""Why not: the smallest conflicts as sentences, what each repair leaves, and which reading decides."""

from __future__ import annotations

from fastapi import APIRouter

from zopa.bargaining import why_not as ask
from zopa.views import view
from zopa.workbench.frame import AskedHere, Page, screen
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["why-not"])


@screen(router, "/why-not", "why_not.html.j2")
def why_not(here: AskedHere) -> Page:
    """What rules a deal out, as `zopa why-not`."""
    answer = here.answer("why-not", ask)
    return Page(translated("Why not"), answer, view(answer), command="why-not")
