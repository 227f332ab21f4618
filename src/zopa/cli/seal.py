"""The commands `seal` and `verify-seal`: a line to publish now and to check later."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from zopa.cli.ask import reply
from zopa.cli.next_steps import tell_next
from zopa.cli.options import (
    CaseArgument,
    DayOption,
    JsonOption,
    ReadingsOption,
    SetOption,
    TypedOption,
    print_json,
    problem_of,
)

__all__ = ["seal", "verify_seal"]


def seal(
    name: CaseArgument,
    out: Annotated[Path | None, typer.Option("--out", help="Write the line into this file too.")] = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """One line to publish: digests of the case, of what was asked, and of all answers."""
    from zopa.space import plain
    from zopa.study import seal as make

    problem = problem_of(name, readings, changes, day, typed)
    made = make(problem)
    if out is not None:
        from zopa.casefile import one_step

        with one_step(out.parent) as files:
            files.write(out.name, f"{made}\n")
    if json:
        print_json(
            {"question": plain(problem.question("seal")), "answer": {**plain(made), "line": str(made)}}
        )
    else:
        typer.echo(str(made))
        line = str(made) if out is None else str(out)
        step = shlex.join(["verify-seal", line, "CASE"])
        tell_next(
            [step], name, problem.question("seal"), err=True
        )  # the line stands alone on standard output


def verify_seal(
    line: Annotated[str, typer.Argument(help="The line, or a file that holds it.")],
    name: CaseArgument,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Is this the case, the question and the answers that were sealed? Ends with 1 where it is not."""
    from zopa.study import verify_seal as ask

    text = line if line.startswith("zopa-seal") else _held(Path(line))
    answer = ask(text, problem_of(name, readings, changes, day, typed))
    reply(answer, name, json=json, no=not answer.holds)


def _held(file: Path) -> str:
    """The text of the file that holds the line; what is no file is no line either, and the error says what one is."""
    from zopa.casefile import read_text

    try:
        there = file.is_file()
    except (OSError, ValueError):  # too long for a path
        there = False
    if not there:
        return str(file)
    text, problems = read_text(file, str(file))
    if problems:
        from zopa.errors import CaseError

        raise CaseError(problems, "nothing was checked")
    return text
