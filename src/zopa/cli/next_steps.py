"""What to type next: commands that run as they are printed, quoted for a shell, about the question that was asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from zopa.space import Question

__all__ = ["command", "tell_next"]


def tell_next(
    steps: Iterable[str], name: object = "CASE", question: Question | None = None, *, err: bool = False
) -> None:
    """Print the steps on one line, each once.

    Parameters
    ----------
    steps : command lines without ``zopa``; ``CASE`` stands for the case's name. A word in capitals (ID, FILE) is for
        the user to fill in.
    name : the case as the user named it.
    question : what was asked; its day, readings and other judgments are asked again by every step that takes them.
    err : on standard error, where standard output is to be kept.
    """
    lines = dict.fromkeys(command(step, str(name), question) for step in steps)
    if lines:
        typer.echo(f"next: {'   or   '.join(lines)}", err=err)


def command(step: str, name: str = "CASE", question: Question | None = None) -> str:
    """One step as a user types it."""
    words = [name if word == "CASE" else word for word in shlex.split(step)]
    asked = _asked(words[0], name, question) if question is not None and name in words else ()
    return shlex.join(["zopa", *words, *asked])


def _asked(verb: str, name: str, question: Question) -> Iterator[str]:
    """The options that ask a verb about the same day, judgments and readings; those that it has."""
    import inspect

    from zopa.cli import COMMANDS
    from zopa.space import choose_readings

    case, known = question.of, inspect.signature(COMMANDS[verb]).parameters
    if case is None:
        return
    dated = "@" in name and not Path(name).exists()
    if case.cut and "day" in known and not dated:
        yield from ("--as-of", case.asked_day)
    if "changes" in known:
        for path, value in case.changed.items():
            yield from ("--set", f"{path}={value}")
    usual = choose_readings(case)
    others = {rule: r for rule, r in question.readings.items() if usual.get(rule, r) != r}
    if not others or "readings" not in known:
        return
    chosen = next((s for s in case.readings if choose_readings(case, s) == dict(question.readings)), None)
    for reading in (chosen,) if chosen else (f"{rule}={r}" for rule, r in others.items()):
        yield from ("--readings", reading)
