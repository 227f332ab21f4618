"""Today: the verdict, the three counts, packages and who could block them, what to ask, what was said last."""

from __future__ import annotations

from fastapi import APIRouter

from zopa.case import accepted
from zopa.robustness import Stress
from zopa.space import Problem
from zopa.study import Study, run
from zopa.views import view
from zopa.workbench.frame import AskedHere, Here, Page, screen
from zopa.workbench.screens.report import full_study

__all__ = ["briefing", "router"]

router = APIRouter(tags=["today"])
FIRST = ("stress", "questions")
"""The lenses that page one shows."""
MOST_RECENT = 5


def briefing(problem: Problem) -> Study:
    """The main job as far as page one needs it."""
    return run(problem, lenses=FIRST)


@screen(router, "/", "today.html.j2")
def today(here: AskedHere) -> Page:
    """The briefing of the main job. Its JSON is that of `zopa run`, all lenses included."""
    study = full_study(here) if here.wants_json else here.answer("today", briefing)
    words = study.lenses.get("stress")
    return Page(
        "Today",
        study,
        view(study),
        more={"words": words if isinstance(words, Stress) else None, "recent": _recent(here)},
        command="run",
    )


def _recent(here: Here) -> list[tuple[str, str]]:
    """What was said last: statement id and day, the latest first."""
    case = here.problem.case
    dated = [(str(s.said), k) for k, s in accepted(case).items() if s.said]
    return [(k, on) for on, k in sorted(dated, reverse=True)[:MOST_RECENT]]
