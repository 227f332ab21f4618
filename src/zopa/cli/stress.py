"""The command ``stress``: what the words alone allow."""

from __future__ import annotations

from typing import Annotated

import typer

from zopa.cli.ask import reply
from zopa.cli.options import (
    CaseArgument,
    JsonOption,
    ReadingsOption,
    SetOption,
    pick_readings,
    problem_of,
    progress,
)

__all__ = ["stress"]


def stress(
    name: CaseArgument,
    taken: Annotated[
        str,
        typer.Option(
            help="Judgments that count beside the statements: stated, inferred (and stated), assumed (all)."
        ),
    ] = "stated",
    waiting: Annotated[
        str,
        typer.Option(help="No agreement is costly (no better than now), as-now, or open (may be better)."),
    ] = "costly",
    hedged: Annotated[
        bool, typer.Option("--hedged", help="Count hedged words such as “could” as well.")
    ] = False,
    positioning: Annotated[
        bool, typer.Option("--positioning", help="An offer need not mean that its author could accept it.")
    ] = False,
    hopes: Annotated[
        bool, typer.Option("--hopes", help="A refusal need not mean that no agreement is better.")
    ] = False,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    json: JsonOption = False,
) -> None:
    """What holds whatever the numbers, what could hold, by the words alone. Readings: one or several named sets."""
    from zopa.robustness import WordSettings
    from zopa.robustness import stress as ask

    for option, given, known in (
        ("--taken", taken, ("stated", "inferred", "assumed")), ("--waiting", waiting, ("costly", "as-now", "open")),
    ):  # fmt: skip
        if given not in known:
            raise typer.BadParameter(f"expected one of {', '.join(known)}, saw '{given}'", param_hint=option)
    several = list(readings) if readings and not any("=" in r for r in readings) else None
    settings = WordSettings(
        taken=taken,  # type: ignore[arg-type]
        waiting=waiting,  # type: ignore[arg-type]
        hedged=hedged,
        offers=not positioning,
        refusals=not hopes,
    )
    problem = problem_of(name, None if several else readings, changes)
    with progress(json) as tell:
        answer = ask(problem, several or pick_readings(readings), settings=settings, progress=tell)
    reply(answer, name, json=json, no=not answer.conceivable)
