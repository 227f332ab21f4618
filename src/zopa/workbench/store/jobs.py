"""Long jobs beside the server: a table that server and workers share, so that a restart loses nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from zopa.workbench.store.database import Database
from zopa.workbench.store.tables import jobs

__all__ = [
    "Job",
    "add_job",
    "cancel",
    "claim",
    "finish",
    "job",
    "jobs_of",
    "progress",
    "resume_job",
    "unheard",
    "waiting",
]

LOST = 30.0
"""Seconds of silence after which a running job belongs to a worker that is gone."""


@dataclass(frozen=True)
class Job:
    """A stress run, talks or a backtest; ``done`` goes from 0 to 1, ``folder`` is where it can be resumed."""

    id: int
    case: str
    account: int | None
    kind: str
    settings: Mapping[str, Any]
    folder: str
    state: str
    done: float
    says: str
    cancel: bool
    made: float
    seen: float = 0.0

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("queued", "running")


def _job(row: Any) -> Job:
    return Job(
        id=row.id,
        case=row.case,
        account=row.account,
        kind=row.kind,
        settings=json.loads(row.settings),
        folder=row.folder,
        state=row.state,
        done=row.done,
        says=row.says,
        cancel=row.cancel,
        made=row.made,
        seen=row.seen,
    )


def add_job(
    database: Database,
    case: str,
    kind: str,
    settings: Mapping[str, Any],
    account: int | None = None,
    folder: str = "",
) -> int:
    """Put a job into the queue; its number."""
    now = database.clock()
    row: dict[str, Any] = {
        "case": case,
        "account": account,
        "kind": kind,
        "settings": json.dumps(dict(settings)),
        "folder": folder,
    }
    row |= {"state": "queued", "done": 0.0, "cancel": False, "made": now, "seen": now}
    with database.write() as c:
        return int(c.execute(insert(jobs).values(row).returning(jobs.c.id)).scalar_one())


def claim(database: Database) -> Job | None:
    """Take the oldest job that waits, or whose worker is gone; None where there is none. Nobody else gets it."""
    now = database.clock()
    free = (jobs.c.state == "queued") | ((jobs.c.state == "running") & (jobs.c.seen < now - LOST))
    oldest = (
        select(jobs)
        .where(free, ~jobs.c.cancel)
        .order_by(jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with database.write() as c:
        row = c.execute(oldest).first()
        if row is None:
            return None
        c.execute(update(jobs).where(jobs.c.id == row.id).values(state="running", seen=now))
    return job(database, row.case, row.id)


def job(database: Database, case: str, number: int) -> Job | None:
    """A job of a case; None where the case has none of that number."""
    with database.read() as c:
        row = c.execute(select(jobs).where(jobs.c.case == case, jobs.c.id == number)).first()
    return _job(row) if row is not None else None


def jobs_of(database: Database, case: str) -> list[Job]:
    """The jobs of a case, newest first."""
    with database.read() as c:
        return [
            _job(r) for r in c.execute(select(jobs).where(jobs.c.case == case).order_by(jobs.c.id.desc()))
        ]


def progress(database: Database, number: int, done: float | None = None, says: str = "") -> bool:
    """Note how far a running job is, or only that it lives; whether it should go on."""
    here = (jobs.c.id == number) & (jobs.c.state == "running")
    values: dict[str, Any] = {"seen": database.clock()}
    if done is not None:
        values |= {"done": done, "says": says}
    with database.write() as c:
        c.execute(update(jobs).where(here).values(values))
        row = c.execute(select(jobs.c.cancel, jobs.c.state).where(jobs.c.id == number)).first()
    return row is not None and row.state == "running" and not row.cancel


def unheard(database: Database, seconds: float) -> bool:
    """Whether a job runs whose process gave no sign of life for so long."""
    silent = (jobs.c.state == "running") & (jobs.c.seen < database.clock() - seconds) & ~jobs.c.cancel
    with database.read() as c:
        return c.execute(select(jobs.c.id).where(silent).limit(1)).first() is not None


def waiting(database: Database, seconds: float = LOST) -> bool:
    """Whether a job waits and none runs, or only such as gave no sign of life for so long."""
    alive = (jobs.c.state == "running") & (jobs.c.seen >= database.clock() - seconds)
    with database.read() as c:
        queued = c.execute(select(jobs.c.id).where(jobs.c.state == "queued").limit(1)).first()
        return queued is not None and c.execute(select(jobs.c.id).where(alive).limit(1)).first() is None


def resume_job(database: Database, case: str, number: int) -> bool:
    """Put a job that was cancelled, failed or lost into the queue again; whether there was one."""
    lost = (jobs.c.state == "running") & (jobs.c.seen < database.clock() - LOST)
    here = (jobs.c.case == case) & (jobs.c.id == number)
    ended = jobs.c.state.in_(("cancelled", "failed")) | lost
    values = {"state": "queued", "cancel": False, "done": 0.0, "says": "", "seen": database.clock()}
    with database.write() as c:
        return bool(c.execute(update(jobs).where(here, ended).values(values)).rowcount)


def cancel(database: Database, case: str, number: int) -> bool:
    """Ask a job to stop; what it has done so far stays in its folder. Whether there was one to stop."""
    here = (jobs.c.case == case) & (jobs.c.id == number)
    with database.write() as c:
        waiting = c.execute(
            update(jobs).where(here, jobs.c.state == "queued").values(state="cancelled", cancel=True)
        )
        running = c.execute(update(jobs).where(here, jobs.c.state == "running").values(cancel=True))
        return bool(waiting.rowcount + running.rowcount)


def finish(database: Database, number: int, state: str, says: str = "") -> None:
    """A job ended: ``done``, ``failed`` or ``cancelled``."""
    values: dict[str, Any] = {"state": state, "says": says, "seen": database.clock()}
    if state == "done":
        values["done"] = 1.0
    with database.write() as c:
        c.execute(update(jobs).where(jobs.c.id == number).values(values))
