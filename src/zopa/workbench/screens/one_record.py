"""One record of a file of the case, written by hand after two people changed it; see the page of a conflict."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from zopa.casefile import RecordConflict, acting, acting_now, save_text
from zopa.casefile.drafts import DRAFTS_FILE
from zopa.casefile.pieces import joined, split
from zopa.casefile.read import CASE_FILE, RECORDS_FILE
from zopa.errors import EditConflict, UnknownName
from zopa.workbench.frame import AskedHere, needs

__all__ = ["router"]

router = APIRouter(tags=["record"])
FILES = (CASE_FILE, RECORDS_FILE, DRAFTS_FILE)


@router.post("/one-record", dependencies=[needs("change"), needs("see restricted")])
def write(
    here: AskedHere,
    file: Annotated[str, Form(max_length=100)],
    record: Annotated[str, Form(max_length=500)],
    text: Annotated[str, Form(max_length=2_000_000)] = "",
    before: Annotated[str, Form(max_length=2_000_000)] = "",
) -> Response:
    """Put this text in the place of a record that is still as it was shown; an empty one takes the record out."""
    if file not in FILES:
        raise UnknownName("file of the case", file, FILES)
    path = here.folder / file
    whole = path.read_bytes().decode("utf-8", "surrogateescape") if path.is_file() else ""
    pieces = split(file, whole)
    now = pieces.get(record)
    if _lines(now or "") != _lines(before):
        raise EditConflict([RecordConflict(file, record, before, now, text)])
    if not text.strip():
        pieces.pop(record, None)
    else:
        pieces[record] = _lines(text).rstrip("\n") + "\n"
    with acting(acting_now().who, "workbench", f"{record} written by hand"):
        save_text(here.folder, file, joined(pieces), whole or None)
    return RedirectResponse(here.url("/"), 303)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
