"""The full report: every section as a page of the workbench, and as one file to keep."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import APIRouter, Response

from zopa.case import redacted
from zopa.render.html import page as whole_page
from zopa.render.svg import pictures
from zopa.space import Problem
from zopa.study import Study, run
from zopa.views import with_settings
from zopa.views.document import Chart
from zopa.views.labels import Labels
from zopa.views.study import study as study_view
from zopa.workbench.frame import AskedHere, Here, Page, drawn, screen
from zopa.workbench.translation import translated

__all__ = ["full_study", "router"]

router = APIRouter(tags=["report"])
PATIENCE = 30.0
"""Seconds for each long step where packages are too many to list; as in `zopa run`."""


def full_study(here: Here) -> Study:
    """The main job with all its lenses."""

    def patience() -> Callable[[], bool]:
        end = time.monotonic() + PATIENCE
        return lambda: time.monotonic() > end

    return here.answer("run", lambda problem: run(problem, patience=patience))


@screen(router, "/report", "report.html.j2")
def report(here: AskedHere) -> Page:
    """Every section of the report of `zopa run`."""
    found = full_study(here)
    document = study_view(found, Labels(found.case))
    return Page(
        translated("Report"), found, document, more={"drawn": drawn(here, "run", document)}, command="run"
    )


@router.get("/report.html", response_class=Response)
def report_file(here: AskedHere) -> Response:
    """The report as one self-contained file, as `zopa run --out` writes it; redacted but for the owner of the case."""
    if here.member.may("export unredacted"):
        found = full_study(here)
    else:
        found = here.answer("run, redacted", lambda p: run(Problem(redacted(p.case), dict(p.readings))))
    document = study_view(found, Labels(found.case))
    drawings = pictures(b for b in document.blocks() if isinstance(b, Chart))
    text = whole_page(with_settings(document, found.question), drawn=drawings)
    headers = {"content-disposition": 'attachment; filename="report.html"'}
    return Response(text, media_type="text/html", headers=headers)
