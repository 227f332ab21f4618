"""Jobs: stress runs, simulated talks and backtests beside the server; progress, cancel, resume, and the result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from zopa.errors import MissingExtra, NotApplicable
from zopa.workbench.asked import UrlQuery
from zopa.workbench.frame import AskedHere, Here, Page, needs, screen
from zopa.workbench.translation import translated

if TYPE_CHECKING:
    from zopa.workbench.store import Database, Job

__all__ = ["router"]

router = APIRouter(tags=["jobs"])
STATES = {
    "queued": "waiting",
    "running": "running",
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}
GONE = "stopped: its process is gone"
MOST_WAITING = 20


@contextmanager
def _database(here: Here, make: bool = False) -> Iterator[Database | None]:
    """The table of jobs: the team's, or that of the case which one person opened."""
    from zopa.workbench.job_worker import database_of

    team: Database | None = getattr(here.request.app.state.sign_in, "database", None)
    if team is not None:
        yield team
        return
    with database_of(here.name, here.folder, make=make) as found:
        yield found


def _told(here: Here, job: Job) -> dict[str, Any]:
    """A job in plain data, as pages and their twins show it."""
    from zopa.workbench.job_worker import JOB_KINDS
    from zopa.workbench.store.jobs import LOST

    gone = job.state == "running" and job.seen < time.time() - LOST
    known = JOB_KINDS.get(job.kind)
    numbers = {k: v for k, v in job.settings.items() if k not in ("query", "digest")}
    words = " ".join([job.kind, *(f"--{k} {v}" for k, v in numbers.items())])
    asked = UrlQuery.of(parse_qsl(str(job.settings.get("query", ""))))
    return {
        "id": job.id,
        "kind": job.kind,
        "title": known.title if known else job.kind,
        "settings": numbers,
        "command": asked.command(words, here.name),
        "state": GONE if gone else STATES.get(job.state, job.state),
        "active": job.active and not gone,
        "done": round(job.done, 4),
        "says": job.says,
        "began": datetime.fromtimestamp(job.made, UTC).strftime("%Y-%m-%d %H:%M"),
        "finished": job.state == "done",
        "can_resume": gone or job.state in ("cancelled", "failed"),
        "same_case": job.settings.get("digest") == here.cases.case(here.name).digest,
    }


def _found(here: Here, number: int) -> Job:
    from zopa.workbench.store import job

    with _database(here) as database:
        found = job(database, here.name, number) if database is not None and number < 2**31 else None
    if found is None:
        raise LookupError("there is no such page")
    return found


@screen(router, "/jobs", "jobs.html.j2")
def jobs(here: AskedHere) -> Page:
    """The jobs of the case, newest first, and what can be started."""
    here.open_all()
    question = {"verb": "jobs"}
    try:
        from zopa.workbench.job_worker import JOB_KINDS
        from zopa.workbench.store import jobs_of
    except MissingExtra as error:
        more: Mapping[str, Any] = {"jobs": [], "kinds": {}, "may_run": False, "missing": str(error)}
        return Page(translated("Jobs"), {"question": question, "answer": {"jobs": []}}, more=more)
    with _database(here) as database:
        found = [_told(here, j) for j in jobs_of(database, here.name)] if database is not None else []
    more = {"jobs": found, "kinds": JOB_KINDS, "may_run": here.member.may("run job"), "missing": ""}
    return Page(translated("Jobs"), {"question": question, "answer": {"jobs": found}}, more=more)


@screen(router, "/jobs/{number}", "job.html.j2")
def one(here: AskedHere, number: int) -> Page:
    """How far a job is."""
    here.open_all()
    told = _told(here, _found(here, number))
    more = {"job": told, "may_run": here.member.may("run job")}
    return Page(f"{told['title']}, job {number}", {"question": {"verb": "jobs"}, "answer": told}, more=more)


@screen(router, "/jobs/{number}/result", "job_result.html.j2")
def result(here: AskedHere, number: int) -> Page:
    """What a finished job found, as its command prints it."""
    from zopa.workbench.job_worker import job_folder, pictures_of, result_of

    here.open_all()
    job = _found(here, number)
    told = _told(here, job)
    if not told["finished"]:
        raise NotApplicable(f"job {number} has no result: it is {told['state']}")
    place = job_folder(here.folder, job)
    answer, document = result_of(place)
    more = {"job": told, "charts": pictures_of(place)}
    return Page(f"{told['title']}: result of job {number}", answer, document, more)


@router.get("/jobs/{number}/chart-{section}-{block}.svg", response_class=Response)
def chart(here: AskedHere, number: int, section: int, block: int) -> Response:
    """The picture of a chart of a result."""
    from zopa.workbench.job_worker import job_folder, picture_file, pictures_of

    here.open_all()
    place = job_folder(here.folder, _found(here, number))
    if (section, block) not in pictures_of(place):
        raise LookupError("there is no such page")
    return Response(picture_file(place, section, block).read_bytes(), media_type="image/svg+xml")


@router.post("/jobs", dependencies=[needs("run job"), needs("see restricted")])
async def begin(here: AskedHere, request: Request) -> Response:
    """Start a job with the numbers of the form, on what the address asks."""
    from starlette.concurrency import run_in_threadpool

    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    number = await run_in_threadpool(_begin, here, form)
    return RedirectResponse(f"{here.base}/jobs/{number}", 303)


def _begin(here: Here, form: Mapping[str, str]) -> int:
    from zopa.workbench.job_worker import new_job_folder, settings_of
    from zopa.workbench.store import add_job, jobs_of

    kind = form.get("kind", "")
    settings: dict[str, Any] = {**settings_of(kind, form)}
    problem = here.problem  # what cannot be asked is refused here, not in the job
    settings |= {"query": here.asked.without_draft().query().lstrip("?"), "digest": problem.case.digest}
    if here.asked.day:
        settings["digest"] = here.cases.case(here.name).digest
    with _database(here, make=True) as database:
        assert database is not None
        if sum(j.state == "queued" for j in jobs_of(database, here.name)) >= MOST_WAITING:
            raise NotApplicable(f"{MOST_WAITING} jobs of this case wait already: cancel some first")
        account = _account(here)
        number = add_job(database, here.name, kind, settings, account, new_job_folder(kind))
        _wake(here, database)
    return number


def _account(here: Here) -> int | None:
    number = getattr(here.request.app.state.sign_in, "number", None)
    found: int | None = number(here.member.user) if number is not None else None
    return found


def _wake(here: Here, database: Database) -> None:
    """Start a process unless one is at work; the tests of the application do without."""
    from zopa.workbench.job_worker import start_worker
    from zopa.workbench.store.jobs import LOST, waiting

    if waiting(database, LOST) and getattr(here.request.app.state, "workers", True):
        start_worker(database)


@router.post("/jobs/{number}/cancel", dependencies=[needs("run job"), needs("see restricted")])
def stop(here: AskedHere, number: int) -> Response:
    """Ask a job to stop; what it finished is kept, and it can be resumed."""
    from zopa.workbench.store import cancel

    _found(here, number)
    with _database(here) as database:
        if database is not None:
            cancel(database, here.name, number)
    return RedirectResponse(f"{here.base}/jobs/{number}", 303)


@router.post("/jobs/{number}/resume", dependencies=[needs("run job"), needs("see restricted")])
def resume(here: AskedHere, number: int) -> Response:
    """Go on with a job that was cancelled, failed, or whose process is gone."""
    from zopa.workbench.store import resume_job

    _found(here, number)
    with _database(here) as database:
        if database is not None:
            resume_job(database, here.name, number)
            _wake(here, database)
    return RedirectResponse(f"{here.base}/jobs/{number}", 303)
