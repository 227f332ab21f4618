"""Today: the verdict, the three counts, packages and who could block them, what to ask, what was said last, what changed."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter

from zopa.case import accepted
from zopa.casefile import RecordEntry, check_record
from zopa.errors import NotApplicable
from zopa.robustness import Stress
from zopa.space import Problem
from zopa.study import Study, run
from zopa.views import view
from zopa.views.numbers import listed
from zopa.workbench.asked import UrlQuery
from zopa.workbench.frame import AskedHere, Here, Page, screen
from zopa.workbench.last_look import Look, cookie_name, looked, looks_of
from zopa.workbench.screens.report import full_study
from zopa.workbench.translation import translated

__all__ = ["briefing", "router"]

router = APIRouter(tags=["today"])
FIRST = ("stress", "questions")
"""The lenses that page one shows."""
MOST_RECENT = 5
MOST_CHANGES = 8


def briefing(problem: Problem) -> Study:
    """The main job as far as page one needs it."""
    return run(problem, lenses=FIRST)


@screen(router, "/", "today.html.j2")
def today(here: AskedHere) -> Page:
    """The briefing of the main job. Its JSON is that of `zopa run`, all lenses included."""
    study = full_study(here) if here.wants_json else here.answer("today", briefing)
    found = study.lenses.get("stress")
    words = found if isinstance(found, Stress) else None
    then, cookies = _since(here, words)
    more = {
        "words": words,
        "recent": _recent(here),
        "then": then,
        "since": _changes(here, then) if then else [],
    }
    return Page(translated("Today"), study, view(study), more, command="run", cookies=cookies)


def _since(here: Here, words: Stress | None) -> tuple[Look | None, dict[str, str]]:
    """The last look at another state of the case, and the cookie from now on; no look where another question is asked."""
    if here.wants_json or here.asked.key != UrlQuery().key:
        return None, {}
    name = cookie_name(here.folder)
    counts = (words.agreements, words.central, words.conceivable) if words else ()
    numbers = tuple(n for n in counts if isinstance(n, int))
    entry = entries[-1].number if (entries := _entries(here)) else 0
    then, cookie = looked(looks_of(here.request.cookies, name), here.problem.case.digest, entry, numbers)
    return then, {name: cookie}


def _entries(here: Here) -> tuple[RecordEntry, ...]:
    try:
        return check_record(here.folder).entries
    except NotApplicable:
        return ()


def _changes(here: Here, then: Look) -> list[tuple[RecordEntry, str]]:
    """The entries of the record since a look, the latest first, each with what it changed; for who sees every source."""
    with suppress(PermissionError):
        here.open_all()
        since = [e for e in reversed(_entries(here)) if e.number > then.entry][:MOST_CHANGES]
        return [(e, listed(list(dict.fromkeys(c.record for c in e.changes))[:MOST_RECENT])) for e in since]
    return []


def _recent(here: Here) -> list[tuple[str, str]]:
    """What was said last: statement id and day, the latest first."""
    case = here.problem.case
    dated = [(str(s.said), k) for k, s in accepted(case).items() if s.said]
    return [(k, on) for on, k in sorted(dated, reverse=True)[:MOST_RECENT]]
