"""Options and small habits that the commands have in common: the same name for the same thing everywhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zopa.cli import completion

if TYPE_CHECKING:
    from rich.console import Console

    from zopa.case import Case
    from zopa.parallel import Spread
    from zopa.space import Problem

__all__ = [
    "CaseArgument",
    "DaskOption",
    "DayOption",
    "JsonOption",
    "PackageArgument",
    "PackageOption",
    "ReadingsOption",
    "RunFolderOption",
    "SetOption",
    "TimeOption",
    "TypedOption",
    "UnsourcedOption",
    "WorkersOption",
    "bundled",
    "console",
    "deadline",
    "examples",
    "open_case",
    "package_of",
    "pairs_of",
    "pick_readings",
    "print_answer",
    "print_json",
    "problem_of",
    "progress",
    "spreading",
    "still_working",
    "stopper",
    "time_left",
]


CaseArgument = Annotated[
    str,
    typer.Argument(
        help="Case folder, or the name of a bundled example.", metavar="CASE", autocompletion=completion.cases
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
ReadingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--readings",
        "--reading",
        "-r",
        help="A named set of readings (B), or RULE=READING; may be repeated.",
        autocompletion=completion.readings,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="PATH=VALUE: another judgment, as parties.A.reservation=55 or rules.R.reading=NAME; may be repeated.",
        autocompletion=completion.settings,
    ),
]
TypedOption = Annotated[
    bool,
    typer.Option(
        "--as-typed", help="Take numbers as they are typed, with their binary noise (14.719999999999999)."
    ),
]
DayOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="Leave out what was said, published, found or judged later, e.g. 2025-02-13; CASE@DATE is the same. "
        "said:2025-02-13 counts what was said by then and published later.",
    ),
]
UnsourcedOption = Annotated[
    float,
    typer.Option(
        "--most-unsourced",
        min=0.0,
        max=1.0,
        help="A verdict is given while at most this share of the judgments was neither said, inferred nor assumed by anybody.",
    ),
]
PackageArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="A package or a draft: ISSUE=OPTION ...",
        metavar="[ISSUE=OPTION...]",
        autocompletion=completion.packages,
    ),
]
PackageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--package",
        "-p",
        help="One option of the package, as ISSUE=OPTION; may be repeated.",
        autocompletion=completion.packages,
    ),
]
WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers", min=1, help="Processes that share the work; the answer is the same for any number."
    ),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask", metavar="ADDRESS", help="Let the workers of a Dask scheduler do it, as tcp://HOST:8786."
    ),
]
RunFolderOption = Annotated[
    Path | None,
    typer.Option(
        "--run-folder", help="Keep finished parts here; the same command goes on where a stopped one stood."
    ),
]
TimeOption = Annotated[
    float | None,
    typer.Option(
        "--time", min=0.0, help="Stop a long search after this many seconds with the best found and its gap."
    ),
]


def console() -> Console:
    """Where people read."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 120
    return Console(highlight=False, emoji=False, width=width, soft_wrap=width is not None)


def examples() -> Path:
    """The folder of the bundled cases."""
    from importlib.resources import files

    return Path(str(files("zopa") / "examples"))


def bundled(name: str) -> Path:
    """The path that a user named: a bundled example where nothing of that name lies here."""
    path = Path(name)
    try:
        if not path.exists() and (examples() / name / "case.yaml").exists():
            return examples() / name
    except (OSError, ValueError):  # no path at all; whoever reads it says so
        pass
    return path


def open_case(name: str, day: str | None = None) -> Case:
    """Load a case folder, a bundled example by its name, or a file of any format that zopa reads; as of a day.

    ``CASE@DATE`` is the case as of a day (``CASE@said:DATE`` by the day of saying alone), ``CASE@COMMIT`` the folder as it was in a commit of its git repository.
    """
    from zopa.casefile import at_commit
    from zopa.formats import load

    head, sign, when = name.rpartition("@")
    if sign and head and not Path(name).exists():
        if bundled(head).is_dir() and not re.fullmatch(r"(said:)?\d{4}(-\d{1,2}){0,2}", when):
            case = at_commit(bundled(head), when)
            return case if day is None else _at(case, day)
        if day is not None:
            raise typer.BadParameter(f"expected one date, saw '{name}' and --as-of {day}")
        name, day = head, when
    case = load(bundled(name))
    return case if day is None else _at(case, day)


def _at(case: Case, day: str) -> Case:
    """The case as of a day, with a word on standard error on what was said by it and published later."""
    then = case.at(day)
    if (n := then.published_later) and not then.by_saying:
        were, them = ("entry was", "it") if n == 1 else ("entries were", "them")
        typer.echo(
            f"{n} {were} said by {then.cut} and published later, and left out; --as-of said:{then.cut} counts {them}",
            err=True,
        )
    return then


def pairs_of(items: Iterable[str], what: str) -> dict[str, str]:
    """``["a=b", "c=d"]`` as a mapping; ``what`` names the form in the error."""
    pairs: dict[str, str] = {}
    for item in items:
        key, sign, value = item.partition("=")
        if not sign:
            raise typer.BadParameter(f"expected {what}, saw '{item}'")
        if key in pairs:
            raise typer.BadParameter(
                f"'{key}' is given twice, as '{pairs[key]}' and as '{value}'; give it once"
            )
        pairs[key] = value
    return pairs


def pick_readings(chosen: Iterable[str] | None) -> str | Mapping[str, str] | None:
    """``B`` -> the named set; ``rule=reading`` -> a mapping."""
    listed = list(chosen or ())
    if not listed:
        return None
    if len(listed) == 1 and "=" not in listed[0]:
        return listed[0]
    return pairs_of(listed, "RULE=READING (a named set stands alone)")


def problem_of(
    name: str,
    readings: Iterable[str] | None,
    changes: Iterable[str] | None = None,
    day: str | None = None,
    typed: bool = False,
) -> Problem:
    """The case of this name, as of a day, with other judgments, under these readings, where some are given."""
    from zopa.space import Problem

    problem = Problem.of(open_case(name, day), pick_readings(readings))
    values = {"numbers": "as typed"} if typed else {}
    values |= pairs_of(changes or (), "PATH=VALUE")
    return problem.with_typed(values) if values else problem


def package_of(argument: Iterable[str] | None, option: Iterable[str] | None) -> dict[str, str] | None:
    """The package given as arguments, as options or as both; None where none is given."""
    given = [*(argument or ()), *(option or ())]
    return pairs_of(given, "ISSUE=OPTION") if given else None


def print_json(data: object) -> None:
    """One JSON document on standard output."""
    from zopa.render.json import text

    typer.echo(text(data))


def print_answer(verb: str, data: object, **settings: object) -> None:
    """What a command found out, in the one shape of JSON: an object with ``question`` and ``answer``."""
    print_json({"question": {"verb": verb, "settings": settings}, "answer": data})


@contextmanager
def progress(quiet: bool) -> Iterator[Any]:
    """A callable that shows the step at work on standard error; silent for --json and pipes."""
    from rich.console import Console

    err = Console(stderr=True, highlight=False, emoji=False)
    if quiet or not err.is_terminal:
        yield lambda _step: None
        return
    with err.status("starting") as status:
        yield lambda step: status.update(step)


@contextmanager
def still_working(quiet: bool, what: str, after: float = 2.0) -> Iterator[None]:
    """Says on standard error what takes so long: in a terminal with the seconds so far, in a pipe once."""
    import threading
    import time

    from rich.console import Console

    done, began = threading.Event(), time.monotonic()
    err = Console(stderr=True, highlight=False, emoji=False)

    def tell() -> None:
        if done.wait(after):
            return
        if not err.is_terminal:
            typer.echo(f"{what} ...", err=True)
            return
        with err.status(what) as status:
            while not done.wait(1):
                status.update(f"{what}: {time.monotonic() - began:.0f} s so far; Ctrl-C stops")

    worker = threading.Thread(target=tell, daemon=True)
    if not quiet:
        worker.start()
    try:
        yield
    finally:
        done.set()
        if not quiet:
            worker.join()


@contextmanager
def spreading(workers: int, dask: str | None, run_folder: Path | None) -> Iterator[Spread]:
    """How the work is shared out; on Ctrl-C it says what was kept and how to go on."""
    from zopa.parallel import Spread

    try:
        yield Spread(workers, dask, run_folder)
    except KeyboardInterrupt:
        kept = (
            f"finished parts are kept in {run_folder}; the same command goes on from there"
            if run_folder is not None
            else "nothing was kept; with --run-folder FOLDER finished parts are, and the same command goes on"
        )
        typer.echo(kept, err=True)
        raise


def deadline(seconds: float) -> Callable[[], bool]:
    """A callable that turns True after some seconds."""
    import time

    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def time_left(tell: Callable[[str], None], after: float = 2.0) -> Callable[[str, float], None]:
    """Tells a step and the share that is done (0 to 1) as the step and, after some seconds, the time left."""
    import time

    began = time.monotonic()

    def report(step: str, done: float) -> None:
        spent = time.monotonic() - began
        known = spent > after and 0 < done < 1
        tell(f"{step}; about {spent * (1 - done) / done:.0f} s left" if known else step)

    return report


@contextmanager
def stopper(seconds: float | None) -> Iterator[Any]:
    """A callable that turns True after some seconds, or when the user presses Ctrl-C (once)."""
    import signal

    over = deadline(seconds) if seconds is not None else (lambda: False)
    pressed = False

    def press(_signal: int, _frame: object) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def stop() -> bool:
        return pressed or over()

    before = signal.signal(signal.SIGINT, press)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
