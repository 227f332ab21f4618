"""Questions: which question, put to which party, would tell most; and their answers, each with the statement that gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from zopa.case import Case, accepted
from zopa.casefile import REMOVED, Version, acting, acting_now, save_values, version_of
from zopa.errors import NotApplicable, UnknownName
from zopa.robustness import Questions, answer_row, refuse_others
from zopa.robustness import questions as ask
from zopa.views import view
from zopa.views.document import Document, Paragraph, Section
from zopa.views.stress import question_items
from zopa.workbench.frame import AskedHere, Here, Page, needs, screen
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["questions"])
DRAWS = 2048
"""As many as the command makes."""
RECORD = "comparisons"
"""Where answers stand in the case."""


@screen(router, "/questions", "questions.html.j2")
def questions(here: AskedHere) -> Page:
    """The questions that would tell most, as `zopa questions`; whoever may change the case answers them here."""
    answer = _found(here)
    spans = question_items(answer, here.labels)
    each = [Section(q.id, q.id, (Paragraph(s),)) for q, s in zip(answer.best, spans, strict=True)]
    blocks = view(answer).sections[0].blocks
    k = (
        len(blocks) - 2
    )  # what is asked, and what to think of an answer; before them the draft, and what the record lacks
    first, last = Section("target", "", blocks[:k]), Section("note", "", blocks[k if not each else k + 1 :])
    more = {
        "asked": {q.id: q for q in answer.best},
        "said": _said(here),
        "answered": _answered(here),
        "may_change": here.member.may("change") and here.folder.is_dir(),
        "before": version_of(here.folder, (RECORD,)).text if here.folder.is_dir() else "",
    }
    return Page(
        translated("Questions"), answer, Document("", (first, *each, last)), more, command="questions"
    )


def _found(here: Here) -> Questions:
    chosen = bool(here.asked.readings or here.asked.chosen)
    return here.answer(
        "questions", lambda problem: ask(problem, problem.readings if chosen else None, draws=DRAWS)
    )


def _said(here: Here) -> Mapping[str, list[tuple[str, str]]]:
    """The accepted statements that can give an answer, by who spoke: a party's own first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for ident, s in accepted(here.case).items():
        quote = s.quote if len(s.quote) <= 70 else s.quote[:69] + "…"
        found.setdefault(s.party or s.speaker or "", []).append((ident, f"{ident}: {quote}"))
    return found


def _whole(here: Here) -> Case:
    """The case of all days: what is written does not depend on the cut."""
    return here.cases.case(here.name)


def _answered(here: Here) -> list[Mapping[str, Any]]:
    """The questions that have their answer in the case, with what was written."""
    if here.member.closed:
        return []
    return [
        {"id": row.answers, "party": row.party, "statements": tuple(row.stated)}
        for row in _whole(here).comparisons
        if row.answers
    ]


@router.post("/questions/answer", dependencies=[needs("change"), needs("see restricted")])
def write(
    here: AskedHere,
    question: Annotated[str, Form(max_length=200)],
    says: Annotated[str, Form(max_length=10)],
    stated: Annotated[str, Form(max_length=200)] = "",
    before: Annotated[str, Form(max_length=2_000_000)] = "",
) -> Response:
    """Write an answer into the case as `zopa answer` does, with the statement that gives it."""
    if says not in ("yes", "no"):
        raise NotApplicable("expected the answer yes or no")
    case = _whole(here)
    if stated not in accepted(case):
        raise NotApplicable("choose the statement that gives the answer; without one it would have no basis")
    if any(row.answers == question for row in case.comparisons):
        raise NotApplicable(f"{question} is answered already: take that answer out first")
    refuse_others(case, _found(here).best, question, [stated])
    row = answer_row(_found(here).best, question, says == "yes", [stated])
    rows = len(case.comparisons)
    _save(
        here, {(RECORD, rows): row} if rows else {(RECORD,): [row]}, before, f"answer to {question}: {says}"
    )
    return RedirectResponse(here.url("/questions"), 303)


@router.post("/questions/undo", dependencies=[needs("change"), needs("see restricted")])
def take_out(
    here: AskedHere,
    question: Annotated[str, Form(max_length=200)],
    before: Annotated[str, Form(max_length=2_000_000)] = "",
) -> Response:
    """Take the answer to a question out again."""
    case = _whole(here)
    rows = [k for k, row in enumerate(case.comparisons) if row.answers == question]
    if not question or not rows:
        raise UnknownName("answered question", question, [r.answers for r in case.comparisons if r.answers])
    at = (RECORD,) if len(case.comparisons) == 1 else (RECORD, rows[-1])
    _save(here, {at: REMOVED}, before, f"answer to {question} taken out")
    return RedirectResponse(here.url("/questions"), 303)


def _save(here: Here, values: Mapping[Any, object], before: str, why: str) -> None:
    """Against the answers as they were seen: whoever answered meanwhile loses nothing."""
    seen = Version(RECORD, before.replace("\r\n", "\n") or None)
    with acting(acting_now().who, "workbench", why):
        save_values(here.folder, values, {RECORD: seen})
