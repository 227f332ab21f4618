"""Questions: which question, put to which party, would tell most; each with what either answer would leave."""

from __future__ import annotations

from fastapi import APIRouter

from zopa.robustness import questions as ask
from zopa.views import view
from zopa.workbench.frame import AskedHere, Page, screen

__all__ = ["router"]

router = APIRouter(tags=["questions"])


@screen(router, "/questions", "document.html.j2")
def questions(here: AskedHere) -> Page:
    """The questions that would tell most, as `zopa questions`."""
    answer = here.answer("questions", ask)
    return Page("Questions", answer, view(answer), command="questions")
