"""Every error as one page, or as JSON where JSON was asked for: what is wrong, where, and what to do instead."""

from __future__ import annotations

import logging
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from zopa.casefile import RecordConflict
from zopa.errors import (
    CannotWrite,
    CaseError,
    EditConflict,
    Finding,
    NotApplicable,
    UnknownName,
    ZopaError,
    failure,
)
from zopa.views.history import versions
from zopa.workbench.access import csrf_token
from zopa.workbench.frame import environment
from zopa.workbench.translation import translated

__all__ = ["ANSWERS", "install", "refused"]

TITLES = {
    400: "The request cannot be read",
    403: "Not allowed",
    404: "There is no such page",
    405: "This address cannot be used that way",
    409: "The case changed in between",
    413: "Too long",
    422: "This cannot be answered as it was asked",
    500: "Something went wrong here",
}
ANSWERS = {
    303: "Go on at the address in the header `location`",
    401: "Not signed in",
    421: "The Host header names another server",
    **{code: title for code, title in TITLES.items() if code != 500},
}
"""What any address may answer beside what was asked for, by status; 500 is a bug."""
BUG = "An error of zopa itself; your files were not touched. The window in which zopa serve runs has the details."
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (UnknownName, 404),
    (CannotWrite, 409),
    (EditConflict, 409),
    (CaseError, 422),
    (NotApplicable, 422),
    (ZopaError, 422),
    (PermissionError, 403),
    (LookupError, 404),
)
"""The status of an error, by the first class that it belongs to."""


def install(app: FastAPI) -> None:
    """Handle every error of an application here."""
    for kind, _ in STATUS:
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(EditConflict, _on_conflict)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_fields)
    app.add_exception_handler(Exception, _on_bug)


def _on_error(request: Request, error: Exception) -> Response:
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    findings = error.findings if isinstance(error, CaseError) else ()
    return refused(request, status, "" if findings else str(error), findings, error)


async def _on_conflict(request: Request, error: Exception) -> Response:
    """All three versions of each record; the form that was sent can be sent again on top of theirs, or edited by hand."""
    found: tuple[RecordConflict, ...] = error.conflicts if isinstance(error, EditConflict) else ()
    if request.url.path.endswith(".json"):
        told = failure(error)
        told["error"] |= {"conflicts": [vars(c) for c in found]}  # type: ignore[operator]
        return JSONResponse(told, 409)
    sent = [(k, v) for k, v in (await request.form()).multi_items() if isinstance(v, str)]
    again = [(k, v) for k, v in sent if k not in ("before", "csrf")]
    one = len(found) == 1 and any(k == "before" for k, _ in sent)
    inside = request.path_params.get("case")
    page = environment().get_template("conflict_of_records.html.j2")
    text = page.render(
        conflicts=found,
        theirs=found[0].theirs or "" if one else None,
        again=again,
        action=str(request.url.path) + ("?" + request.url.query if request.url.query else ""),
        base=f"/cases/{quote(inside, safe='')}" if inside else "",
        csrf=csrf_token(request.state.entry.id),
        versions=versions,
    )
    return HTMLResponse(text, 409)


def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return refused(request, status, "", (), error)


def _on_fields(request: Request, error: Exception) -> Response:
    """Fields of a form, or of the query, that are missing or no such value."""
    listed = error.errors() if isinstance(error, RequestValidationError) else []
    findings = [Finding(".".join(str(x) for x in e["loc"][1:]), str(e["msg"])) for e in listed]
    return refused(request, 422, "", findings, error)


def _on_bug(request: Request, error: Exception) -> Response:
    logging.getLogger("zopa.workbench").error("error in a request", exc_info=error)
    return refused(request, 500, translated(BUG), (), None)


def refused(
    request: Request,
    status: int,
    words: str,
    findings: tuple[Finding, ...] | list[Finding] = (),
    error: Exception | None = None,
) -> Response:
    """The page of an error."""
    if request.url.path.endswith(".json"):
        told = (
            failure(error)
            if isinstance(error, ZopaError)
            else {
                "error": {"kind": "Refused", "message": words or TITLES.get(status, "Error"), "findings": []}
            }
        )
        return JSONResponse(told, status)
    template = environment().get_template("failure.html.j2")
    title = translated(TITLES.get(status, "Something went wrong"))
    partial = request.headers.get("hx-request-type") == "partial"
    text = template.render(title=title, words=words, findings=findings, partial=partial, status=status)
    return HTMLResponse(text, status)
