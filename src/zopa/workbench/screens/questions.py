"""Questions: which question, put to which party, would tell most; each with what either answer would leave."""

from __future__ import annotations

from fastapi import APIRouter

from zopa.robustness import questions as ask
from zopa.views import view
from zopa.workbench.frame import AskedHere, Page, screen

__all__ = ["router"]

router = APIRouter(tags=["questions"])
DRAWS = 2048
"""As many as the command makes."""


@screen(router, "/questions", "document.html.j2")
def questions(here: AskedHere) -> Page:
    """The questions that would tell most, as `zopa questions`."""
    chosen = bool(here.asked.readings or here.asked.chosen)
    answer = here.answer(
        "questions", lambda problem: ask(problem, problem.readings if chosen else None, draws=DRAWS)
    )
    return Page("Questions", answer, view(answer), command="questions")
