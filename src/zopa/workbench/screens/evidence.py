"""Evidence: from a number to its rule or judgment, to the statement, to the sentence in its source."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from zopa.case import Case
from zopa.space import plain
from zopa.study import InContext, explain, in_context
from zopa.workbench.frame import AskedHere, Page, screen

__all__ = ["router"]

router = APIRouter(tags=["evidence"])


@screen(router, "/evidence/{ident:path}", "evidence.html.j2")
def evidence(here: AskedHere, ident: str) -> Page:
    """The chain behind a number, a rule or a statement, as `zopa explain`."""
    problem = here.problem
    step = explain(problem.case, ident)
    answer = {"question": plain(problem.question("explain", id=ident)), "answer": step.to_dict()}
    said = dict.fromkeys(s.id for _, s in step.lines() if s.id in problem.case.statements)
    more = {"step": step, "words": _words(problem.case, said)}
    return Page(step.title, answer, more=more, command=f"explain {ident}")


def _words(case: Case, statements: Mapping[str, None]) -> dict[str, InContext]:
    """The words of each statement with the text around them."""
    found = {ident: in_context(case, ident) for ident in statements}
    return {ident: words for ident, words in found.items() if words is not None}
