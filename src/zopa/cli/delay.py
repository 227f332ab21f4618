"""The command ``delay``: what waiting costs, and when the zone opens."""

from __future__ import annotations

from typing import Annotated

import typer

from zopa.cli.ask import reply
from zopa.cli.options import (
    CaseArgument,
    DayOption,
    JsonOption,
    PackageArgument,
    PackageOption,
    ReadingsOption,
    SetOption,
    TypedOption,
    package_of,
    problem_of,
)

__all__ = ["delay"]


def delay(
    name: CaseArgument,
    package: PackageArgument = None,
    option: PackageOption = None,
    months: Annotated[int, typer.Option(help="How many months to look at")] = 12,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """What waiting costs, when the zone opens and on whom that turns."""
    from zopa.waiting import delay as ask

    given = package_of(package, option)
    answer = ask(problem_of(name, readings, changes, day, typed), given, months=months)
    in_sight = answer.zone is not None and answer.zone.opening.earliest is not None
    reply(answer, name, json=json, no=not in_sight)
