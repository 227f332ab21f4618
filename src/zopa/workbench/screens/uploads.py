"""Texts added to a case on a page: files of every format that `zopa read` takes, or words pasted into a field.

A file is opened under the limits of the reader, and never written as it came; its name is data.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import UploadFile

from zopa.casefile import acting
from zopa.errors import CaseError, ChangedMeanwhile, Finding, NotApplicable, ZopaError
from zopa.reading.ingest import Added, Ingested, ingest
from zopa.reading.sources.files import Incoming, open_bytes
from zopa.reading.sources.web import MAX_BYTES
from zopa.workbench.frame import AskedHere, Here, Page, html, needs, screen
from zopa.workbench.reviewing import TRIES, recorded
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["read"])
MOST_FILES = 20
LONGEST_NAME = 150
VIA = "workbench, upload"
FORMATS = (
    ".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".odt", ".rtf", ".eml", ".rss", ".xml", ".atom", ".srt", ".vtt", ".csv",
    ".tsv", ".json",
)  # fmt: skip
NO_DATE = "no date found"


async def uploaded(request: Request) -> tuple[list[tuple[str, bytes]], dict[str, str]]:
    """The files of a form, by name, and its other fields."""
    form = await request.form()
    files: list[tuple[str, bytes]] = []
    fields: dict[str, str] = {}
    for key, value in form.multi_items():
        if isinstance(value, UploadFile):
            if not value.filename and not value.size:
                continue  # a field for files that was left empty
            if len(files) >= MOST_FILES:
                raise NotApplicable(f"expected at most {MOST_FILES} files at a time")
            if (value.size or 0) > MAX_BYTES:
                raise NotApplicable(
                    f"{_shown(value.filename)}: expected at most {MAX_BYTES / 1e6:g} MB, saw {(value.size or 0) / 1e6:.1f} MB"
                )
            files.append((_name(value.filename or ""), await value.read()))
        elif key != "csrf":
            fields[key] = value.replace("\r\n", "\n")
    return files, fields


Uploaded = Annotated[tuple[list[tuple[str, bytes]], dict[str, str]], Depends(uploaded)]


def _shown(name: str | None) -> str:
    return ascii(name or "")[1:-1][:80]


def _name(given: str) -> str:
    """A file name that names a file and nothing else.

    Raises
    ------
    NotApplicable
        It leads elsewhere, is hidden, too long, or has characters that nobody sees.
    """
    name = unicodedata.normalize("NFC", given)
    if not name.strip(". ") or name.startswith(".") or any(c in name for c in '/\\:*?"<>|'):
        raise NotApplicable(f"expected a plain file name, saw '{_shown(given)}': rename the file")
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        raise NotApplicable(
            f"expected a file name of at most {LONGEST_NAME} bytes, saw '{_shown(given)}': rename the file"
        )
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in name):
        raise NotApplicable(
            f"the file name '{_shown(given)}' has characters that are not seen: rename the file"
        )
    return name


@screen(router, "/upload", "upload.html.j2")
def upload_form(here: AskedHere) -> Page:
    """What can be added, and how."""
    if not here.member.may("change"):
        raise PermissionError(f"your role in this case, {here.member.role}, does not allow this")
    return _page(here)


def _page(
    here: Here,
    problem: ZopaError | None = None,
    kept: Mapping[str, str] | None = None,
    added: Sequence[Added] = (),
) -> Page:
    findings = problem.findings if isinstance(problem, CaseError) else ()
    more: dict[str, Any] = {
        "formats": FORMATS,
        "most": f"{MAX_BYTES / 1e6:g} MB",
        "most_files": MOST_FILES,
        "problem": "" if problem is None or findings else str(problem),
        "findings": findings,
        "kept": kept or {},
        "added": added,
        "undated": {a.source for a in added if any(n.startswith(NO_DATE) for n in a.notes)},
        "case_now": here.cases.case(here.name),
    }
    answer = {
        "sources": [
            {"source": a.source, "notes": list(a.notes), **(a.records if a.new else {"added": 0})}
            for a in added
        ]
    }
    data = {"question": {"verb": "read"}, "answer": {**answer, "formats": FORMATS}}
    return Page(translated("Add texts"), data, more=more, status=422 if problem else 200)


@router.post("/upload", dependencies=[needs("change")])
def upload(here: AskedHere, given: Uploaded) -> Response:
    """Read files, or pasted words, into the case; all are suggestions."""
    return _upload(here, given)


@router.post("/upload.json", dependencies=[needs("change")])
def upload_json(here: AskedHere, given: Uploaded) -> Response:
    """The same, answered as `zopa read --json` does."""
    return _upload(here, given)


def _upload(here: Here, given: tuple[list[tuple[str, bytes]], dict[str, str]]) -> Response:
    files, fields = given
    try:
        done = _read_in(here, files, fields)
    except ZopaError as problem:
        if here.wants_json:
            raise
        return html(here, "upload.html.j2", _page(here, problem, fields))
    page = _page(here, added=done.sources)
    return JSONResponse(page.answer) if here.wants_json else html(here, "upload.html.j2", page)


def _read_in(here: Here, files: list[tuple[str, bytes]], fields: Mapping[str, str]) -> Ingested:
    incoming = [_with_data(item, fields) for item in _opened(files, fields)]
    if not incoming:
        raise NotApplicable("choose a file, or paste the words of a text")
    recorded(here.folder, here.member.user)
    names = ", ".join(i.name for i in incoming)
    for left in reversed(range(TRIES)):
        try:
            with acting(here.member.user, VIA, f"read {names}"):
                return ingest(incoming, here.folder, language=fields.get("language", ""))
        except ChangedMeanwhile:  # what is in already is not added again
            if not left:
                raise
    raise AssertionError


def _opened(files: list[tuple[str, bytes]], fields: Mapping[str, str]) -> list[Incoming]:
    """The texts of all files; what is wrong with any of them is told under its own name, and then none is read."""
    found: list[Incoming] = []
    problems: list[Finding] = []
    for name, raw in files:
        try:
            found += open_bytes(raw, name)
        except CaseError as error:
            problems += error.findings
    if problems:
        raise CaseError(problems, "nothing was read")
    words = fields.get("words", "")
    if words.strip():
        found.append(Incoming(fields.get("title", "").strip()[:80] or "pasted", words))
    return found


def _with_data(item: Incoming, fields: Mapping[str, str]) -> Incoming:
    """A text with the publication data that were typed beside it."""
    day = fields.get("date", "").strip()
    try:
        on = date.fromisoformat(day) if day else item.published.on
    except ValueError:
        raise NotApplicable(f"date: expected a day such as 2025-03-17, saw '{day[:40]}'") from None
    known = item.published
    title = " ".join(fields.get("title", "").split())[:400]
    publisher = " ".join(fields.get("publisher", "").split())[:400]
    data = replace(known, on=on, title=title or known.title, publisher=publisher or known.publisher)
    return replace(item, published=data)
