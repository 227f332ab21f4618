"""Record: who changed what, when and why; undo of any entry. The words of entries are for who may see all sources."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from zopa.casefile import acting, check_record, start_record, undo
from zopa.casefile.change_log import kept
from zopa.views.history import history as view
from zopa.workbench.frame import AskedHere, Page, needs, screen
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["record"], dependencies=[needs("see restricted")])
VIA = "workbench"


@screen(router, "/record", "history.html.j2")
def record(here: AskedHere) -> Page:
    """The entries, the hash of the last one, and whether all of them hold; as `zopa record`."""
    here.open_all()
    folder = here.folder
    more = {"may_undo": here.member.may("undo"), "started": kept(folder)}
    question = {"verb": "record", "settings": {"check": ""}}
    if not more["started"]:
        return Page(translated("Record"), {"question": question, "answer": None}, more=more, command="record")
    found = check_record(folder)
    return Page(
        translated("Record"), {"question": question, "answer": found.to_dict()}, view(found), more, "record"
    )


@router.post("/record/start", dependencies=[needs("undo")])
def begin(here: AskedHere) -> Response:
    """Begin the record with the folder as it stands."""
    with acting(here.member.user, VIA):
        start_record(here.folder)
    return RedirectResponse(f"{here.base}/record", 303)


@router.post("/record/undo", dependencies=[needs("undo")])
def take_back(here: AskedHere, number: Annotated[int, Form()], why: Annotated[str, Form()] = "") -> Response:
    """Take back what an entry did."""
    with acting(here.member.user, VIA, why):
        undo(here.folder, number)
    return RedirectResponse(f"{here.base}/record", 303)
