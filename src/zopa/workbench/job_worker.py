"""Long jobs in a process beside the server: what can be run, the process that runs it, and where results are kept.

The server puts a job into the table (:mod:`zopa.workbench.store.jobs`) and starts a worker, a session of its own that
outlives the server; it takes jobs until none waits, one at a time. Each job has a folder ``out/jobs/NAME`` in its case:
finished parts (see :mod:`zopa.parallel`), so that a job goes on where it stood, and at the end the answer and its view as
JSON. What is read back from there is data: checked, escaped, never evaluated.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError

from zopa.case import Case
from zopa.casefile import write_file
from zopa.errors import CannotWrite, NotApplicable, UnknownName, ZopaError
from zopa.formats import load
from zopa.parallel import Progress, Spread
from zopa.render.json import answered, text
from zopa.render.svg import pictures
from zopa.space import Answer
from zopa.views import view
from zopa.views.document import Chart, Document
from zopa.workbench.asked import UrlQuery
from zopa.workbench.store import Database, Job, claim, finish, job, opened, progress
from zopa.workbench.store.jobs import LOST, unheard, waiting
from zopa.workbench.store.members import folders

__all__ = [
    "JOB_KINDS",
    "JobKind",
    "JobSetting",
    "database_of",
    "go_on",
    "job_folder",
    "new_job_folder",
    "result_of",
    "settings_of",
    "start_worker",
    "work",
]

BEAT = 5.0
"""Seconds between two signs of life."""
OFTEN = 0.3
"""Seconds between two notes of progress, at least."""
BUG = "an error of zopa itself; the window in which zopa serve runs has the details"
FOLDER = re.compile(r"[a-z]+-[0-9a-f]{12}")
_DOCUMENT = TypeAdapter(Document)
_PICTURES = TypeAdapter(list[tuple[tuple[int, int], str]])


@dataclass(frozen=True)
class JobSetting:
    """A whole number that a job is started with: an option of the command."""

    name: str
    words: str
    usual: int
    low: int
    high: int


@dataclass(frozen=True)
class JobKind:
    """What can be run beside the server; ``run`` answers for a case, what is asked of it, and numbers."""

    title: str
    says: str
    settings: tuple[JobSetting, ...]
    run: Callable[[Case, UrlQuery, Mapping[str, int], Spread, Progress], Answer]


def _cut(case: Case, asked: UrlQuery) -> Case:
    """The case as of the day that was asked for."""
    return case.at(asked.day) if asked.day else case


def _stress(
    case: Case, asked: UrlQuery, numbers: Mapping[str, int], spread: Spread, tell: Progress
) -> Answer:
    from zopa.robustness import stress

    named = asked.readings and not asked.chosen
    problem = replace(asked, readings="" if named else asked.readings).problem_of(_cut(case, asked))
    readings = [asked.readings] if named else (dict(asked.chosen) or None)
    return stress(problem, readings, **numbers, spread=spread, progress=tell)  # type: ignore[arg-type]


def _simulate(
    case: Case, asked: UrlQuery, numbers: Mapping[str, int], spread: Spread, tell: Progress
) -> Answer:
    from zopa.study.talks import simulate

    return simulate(asked.problem_of(_cut(case, asked)), **numbers, spread=spread, progress=tell)  # type: ignore[arg-type]


def _backtest(
    case: Case, asked: UrlQuery, _numbers: Mapping[str, int], spread: Spread, tell: Progress
) -> Answer:
    from zopa.study import backtest

    if asked.readings or asked.chosen or asked.values:
        raise NotApplicable(
            "a backtest takes the case with its own readings and judgments: go back to the case as it is"
        )
    return backtest([case], asked.day or "before-outcome", spread=spread, progress=tell)


SEED = JobSetting("seed", "Seed", usual=1, low=0, high=2**31)
JOB_KINDS: Mapping[str, JobKind] = {
    "stress": JobKind(
        "Stress run",
        "What holds whatever the numbers, and what could hold, by the words alone.",
        (JobSetting("draws", "Draws", usual=20_000, low=0, high=1_000_000), SEED),
        run=_stress,
    ),
    "simulate": JobKind(
        "Simulated talks",
        "Where talks end under named tactics and protocols, and why they stall.",
        (
            JobSetting("runs", "Runs per protocol", usual=1_000, low=1, high=1_000_000),
            JobSetting("rounds", "Rounds until the deadline", usual=100, low=0, high=10_000),
            SEED,
        ),
        run=_simulate,
    ),
    "backtest": JobKind(
        "Backtest",
        "For a case with a known outcome: was the agreement in the zone, as of the day before?",
        (),
        run=_backtest,
    ),
}
"""Verb of the command -> what it is."""


def settings_of(kind: str, given: Mapping[str, str]) -> dict[str, int]:
    """The numbers of a job from the fields of its form; those left empty as usual.

    Raises
    ------
    UnknownName
        No such kind of job.
    NotApplicable
        Not a whole number, or too large or small.
    """
    if kind not in JOB_KINDS:
        raise UnknownName("kind of job", kind, JOB_KINDS)
    found = {}
    for s in JOB_KINDS[kind].settings:
        said = given.get(s.name, "").strip() or str(s.usual)
        if not re.fullmatch(r"[0-9]{1,10}", said) or not s.low <= int(said) <= s.high:
            raise NotApplicable(
                f"{s.name}: expected a whole number from {s.low:,} to {s.high:,}, saw '{said[:40]}'"
            )
        found[s.name] = int(said)
    return found


# ---- where jobs are kept ----------------------------------------------------------------------------------------
def _place(folder: Path) -> Path:
    """Where the jobs of a case are; never behind a link, which could lead out of the folder."""
    found = folder / "out" / "jobs"
    for path in (found.parent, found):
        if path.is_symlink():
            raise CannotWrite(str(path), "it is a link; jobs are kept in a folder of the case")
    return found


@contextmanager
def database_of(name: str, folder: Path, *, make: bool) -> Iterator[Database | None]:
    """The table of jobs of a case that one person opened: a file in ``out/jobs``. None where there is none yet.

    Raises
    ------
    CannotWrite
        The folder of the case cannot be written.
    """
    path = _place(folder) / "jobs.db"
    if not make and not path.is_file():
        yield None
        return
    if make and not path.parent.is_dir():
        write_file(path.parent / ".gitignore", "*\n")  # results hold confidential words
    database = opened(str(path))
    try:
        if make:
            _register(database, name, folder)
        yield database
    finally:
        database.close()


def _register(database: Database, name: str, folder: Path) -> None:
    """Enter the only case of a single person's table, or note that it moved."""
    from sqlalchemy import insert, update

    from zopa.workbench.store.tables import cases

    known, place = folders(database).get(name), folder.resolve()
    if known is None:
        with database.write() as c:
            c.execute(insert(cases).values(id=name, folder=str(place)))
    elif known != place:
        with database.write() as c:
            c.execute(update(cases).where(cases.c.id == name).values(folder=str(place)))


def new_job_folder(kind: str) -> str:
    """A name for the folder of a new job."""
    return f"{kind}-{secrets.token_hex(6)}"


def job_folder(case_folder: Path, job: Job) -> Path:
    """The folder of a job.

    Raises
    ------
    LookupError
        The table names a folder that is none of a job's.
    """
    if not FOLDER.fullmatch(job.folder):
        raise LookupError("there is no such page")
    return _place(case_folder) / job.folder


def result_of(folder: Path) -> tuple[Mapping[str, Any], Document]:
    """The answer of a finished job, as the command prints it under ``--json``, and its view.

    Raises
    ------
    NotApplicable
        The files are gone or were changed.
    """
    try:
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        document = _DOCUMENT.validate_json((folder / "view.json").read_bytes())
    except (OSError, ValueError, ValidationError, RecursionError):
        raise NotApplicable(f"the result in {folder} is gone or was changed; run the job again") from None
    return answer, document


def pictures_of(folder: Path) -> dict[tuple[int, int], str]:
    """Section and block of the view -> the words under the picture of its chart, for charts that were drawn."""
    try:
        kept = _PICTURES.validate_json((folder / "pictures.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return {at: told for at, told in kept if picture_file(folder, *at).is_file()}


def picture_file(folder: Path, section: int, block: int) -> Path:
    """Where the picture of a chart is kept."""
    return folder / f"chart-{section}-{block}.svg"


def _draw(folder: Path, shown: Document) -> None:
    """Charts as files of their own, which a page shows as images: nothing in them is run."""
    told = []
    for s, section in enumerate(shown.sections):
        for b, block in enumerate(section.blocks):
            if isinstance(block, Chart) and (drawn := pictures([block])):
                write_file(picture_file(folder, s, b), drawn[block.name])
                told.append(((s, b), f"{block.title}. {block.description}"))
    write_file(folder / "pictures.json", _PICTURES.dump_json(told))


def _keep(folder: Path, answer: Answer) -> None:
    """Charts are kept as pictures and as the tables behind them: their recipe would have to be run when it is read."""
    shown = view(answer)
    _draw(folder, shown)
    sections = tuple(
        replace(s, blocks=tuple(b.grid if isinstance(b, Chart) else b for b in s.blocks))
        for s in shown.sections
    )
    write_file(folder / "view.json", _DOCUMENT.dump_json(replace(shown, sections=sections)))
    write_file(folder / "answer.json", text(answered(answer)) + "\n")


# ---- the process ------------------------------------------------------------------------------------------------
def start_worker(database: Database) -> None:
    """Start a process that takes the jobs that wait. It outlives the server; the address of the table is not in its
    arguments, where every user of the computer could read a password.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "zopa.workbench.job_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = database.engine.url.render_as_string(hide_password=False).encode()
    threading.Thread(target=process.communicate, args=(address,), daemon=True).start()


def go_on(cases: Mapping[str, Path]) -> None:
    """Start a worker for each case of a single person where jobs wait, or ran when everything was stopped."""
    for name, folder in cases.items():
        with suppress(ZopaError, OSError), database_of(name, folder, make=False) as database:
            if database is not None and (waiting(database) or unheard(database, 0.0)):
                start_worker(database)


def work(database: Database) -> int:
    """Run the jobs that wait, one after another, also those of a process that is gone; how many there were."""
    done, until = 0, time.monotonic() + LOST + BEAT
    while True:
        taken = claim(database)
        if taken is not None:
            if _run(database, taken) == "queued":
                return done
            done, until = done + 1, time.monotonic() + LOST + BEAT
        elif (
            unheard(database, 0.0) and time.monotonic() < until
        ):  # what runs may be of a process that is gone
            time.sleep(LOST / 30)  # LOST seconds without a sign of life make it sure
        else:
            return done


class _Stopped(Exception):
    """The job was cancelled, or the process is to end."""


def _run(database: Database, taken: Job) -> str:
    """Run one job; the state in which it ends. Queued again where the process was told to end, not the job."""
    over = threading.Event()
    beating = threading.Thread(target=_beat, args=(database, taken, over), daemon=True)
    before = signal.signal(signal.SIGTERM, _stop)
    beating.start()
    try:
        _answer(database, taken)
        state, says = "done", ""
    except _Stopped:
        found = job(database, taken.case, taken.id)
        asked = found is not None and found.cancel
        state, says = ("cancelled", "what was finished is kept") if asked else ("queued", "")
    except (ZopaError, LookupError) as error:
        state, says = "failed", str(error)
    except Exception:
        logging.getLogger("zopa.workbench").exception("error in job %d", taken.id)
        state, says = "failed", BUG
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        over.set()
        beating.join()
        signal.signal(signal.SIGTERM, before)
    finish(database, taken.id, state, says)
    return state


def _stop(_signal: int, _frame: object) -> None:
    raise _Stopped


def _beat(database: Database, job: Job, over: threading.Event) -> None:
    """Show that the process lives; a job that is cancelled is stopped also within a long step."""
    while not over.wait(BEAT):
        if not progress(database, job.id):
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _answer(database: Database, job: Job) -> None:
    place = folders(database)[job.case]
    folder = job_folder(place, job)
    numbers = {k: v for k, v in job.settings.items() if k not in ("query", "digest")}
    asked = UrlQuery.of(parse_qsl(str(job.settings.get("query", ""))))
    told = 0.0

    def tell(step: str, share: float) -> None:
        nonlocal told
        if time.monotonic() - told > OFTEN:
            told = time.monotonic()
            if not progress(database, job.id, share, step):
                raise _Stopped

    answer = JOB_KINDS[job.kind].run(load(place), asked, numbers, Spread(run_folder=folder / "parts"), tell)
    _keep(folder, answer)


def main() -> None:
    """The worker: the address of the table comes on standard input."""
    os.nice(10)  # pages come first
    database = opened(sys.stdin.read())
    try:
        work(database)
    finally:
        database.close()


if __name__ == "__main__":
    main()
