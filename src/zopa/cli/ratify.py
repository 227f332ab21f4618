"""The command ``ratify``: who must ratify, who can spoil, whose statements bind."""

from __future__ import annotations

from zopa.cli.ask import reply
from zopa.cli.options import (
    CaseArgument,
    DayOption,
    JsonOption,
    ReadingsOption,
    SetOption,
    TypedOption,
    problem_of,
)

__all__ = ["ratify"]


def ratify(
    name: CaseArgument,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Would an agreement be ratified, who could spoil it, whose statements bind a party."""
    from zopa.ratification import ratify as ask

    answer = ask(problem_of(name, readings, changes, day, typed))
    reply(answer, name, json=json, no=not answer.ratifiable)
