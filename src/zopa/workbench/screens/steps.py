"""Path: in which order the steps to a package can be taken so that no party falls far below its floor."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zopa.errors import UnknownName
from zopa.study.talks import path as ask
from zopa.views import view
from zopa.workbench.frame import AskedHere, Page, drawn, screen
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["path"])
TARGETS = {
    "nash": "the largest product of gains",
    "kalai-smorodinsky": "equal shares of what each could gain",
    "egalitarian": "the most for who gains least",
    "utilitarian": "the largest sum",
}
MODES = {
    "package": "nothing is agreed until everything is",
    "interim": "every stop on the way obeys the rules",
}


@screen(router, "/path", "steps.html.j2")
def path(here: AskedHere) -> Page:
    """The order of steps to a draft or a solution, as `zopa path`: `to`, `from`, `mode` and `together` in the query."""
    query = here.request.query_params
    to, start, mode = query.get("to", "nash"), query.get("from", ""), query.get("mode", "package")
    together = query.get("together", "2")
    for kind, word, known in (
        ("solution", to, TARGETS),
        ("mode", mode, MODES),
        ("number of issues", together, "123"),
    ):
        if word not in tuple(known):
            raise UnknownName(kind, word, known)
    draft = dict(here.asked.options)
    what = ("path", tuple(draft.items()) or to, start, mode, together)
    answer = here.answer(
        what,
        lambda problem: ask(problem, draft or to, start or None, together=int(together), mode=mode),
    )
    more: dict[str, Any] = {
        "to": to, "start": start, "mode": mode, "together": together, "draft": draft,
        "targets": {k: translated(words) for k, words in TARGETS.items()},
        "modes": {k: translated(words) for k, words in MODES.items()},
    }  # fmt: skip
    words = [] if draft else [f"--to {to}"]
    words += [f"--from {start}"] if start else []
    words += [f"--mode {mode}"] if mode != "package" else []
    words += [f"--together {together}"] if together != "2" else []
    document = view(answer)
    more["drawn"] = drawn(here, what, document)
    return Page(translated("Path"), answer, document, more, command=" ".join(["path", *words]))
