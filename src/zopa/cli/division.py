"""The command ``divide``: how to split what can be split."""

from __future__ import annotations

from typing import Annotated

import typer

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

__all__ = ["divide"]


def divide(
    name: CaseArgument,
    method: Annotated[
        str | None,
        typer.Option(
            help="adjusted-winner, max-nash, leximin, knaster, claims, coalitions, side-payments; default all"
        ),
    ] = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """How to split what can be split: adjusted winner, whole items, sealed bids, claims, coalitions."""
    from zopa.division import divide as ask

    answer = ask(problem_of(name, readings, changes, day, typed), method)
    reply(answer, name, json=json, no=not answer.divided)
