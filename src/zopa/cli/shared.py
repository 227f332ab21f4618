"""Options and small habits that the commands have in common."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from zopa.case import Case

CaseArgument = Annotated[
    str, typer.Argument(help="Case folder, or the name of a bundled example.", metavar="CASE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
ReadingsOption = Annotated[
    list[str] | None,
    typer.Option("--readings", "-r", help="A named set of readings (B), or RULE=READING; may be repeated."),
]


def console() -> Console:
    """Where people read."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 120
    return Console(highlight=False, width=width, soft_wrap=width is not None)


def examples() -> Path:
    """The folder of the bundled cases."""
    from importlib.resources import files

    return Path(str(files("zopa") / "examples"))


def bundled(name: str) -> Path:
    """The path that a user named: a bundled example where nothing of that name lies here."""
    path = Path(name)
    if not path.exists() and (examples() / name / "case.yaml").exists():
        return examples() / name
    return path


def open_case(name: str) -> Case:
    """Load a case folder, a bundled example by its name, or a file of any format that zopa reads."""
    from zopa.formats import load

    return load(bundled(name))


def pick_readings(chosen: Iterable[str] | None) -> Any:
    """``B`` -> the named set; ``rule=reading`` -> a mapping."""
    listed = list(chosen or ())
    if not listed:
        return None
    if len(listed) == 1 and "=" not in listed[0]:
        return listed[0]
    pairs = {}
    for item in listed:
        rule, sign, reading = item.partition("=")
        if not sign:
            raise typer.BadParameter(f"expected RULE=READING, saw '{item}'; a named set stands alone")
        pairs[rule] = reading
    return pairs


def print_json(data: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


@contextmanager
def progress(quiet: bool) -> Iterator[Any]:
    """A callable that shows the step at work on standard error; silent for --json and pipes."""
    from rich.console import Console

    err = Console(stderr=True, highlight=False)
    if quiet or not err.is_terminal:
        yield lambda _step: None
        return
    with err.status("starting") as status:
        yield lambda step: status.update(step)


TimeOption = Annotated[
    float | None,
    typer.Option(
        "--time", min=0.0, help="Stop a long search after this many seconds with the best found and its gap."
    ),
]


def deadline(seconds: float) -> Callable[[], bool]:
    """A callable that turns True after some seconds."""
    import time

    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


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


def points(value: object) -> str:
    """A number of points as people write it."""
    return "–" if value is None else f"{float(value):.4g}"  # type: ignore[arg-type]


def table(head: list[str], rows: list[list[Any]]) -> None:
    """A plain table: two columns of words, then numbers."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for k, title in enumerate(head):
        grid.add_column(Text(title), justify="left" if k < 2 else "right", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    console().print(grid)
