"""The command ``forecast``: where pressure leads."""

from __future__ import annotations

from collections.abc import Callable
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
    progress,
    stopper,
    time_left,
)

__all__ = ["forecast"]


def forecast(
    name: CaseArgument,
    issue: Annotated[
        list[str] | None, typer.Option(help="An issue; may be repeated. Default: all lines")
    ] = None,
    model: Annotated[
        str, typer.Option(help="compromise, median, nash, election, pressure, ktab or exchange")
    ] = "compromise",
    reading: Annotated[str | None, typer.Option(help="A reading of the model, e.g. scholz-paper")] = None,
    rounds: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Rounds, for models that have them")
    ] = None,
    level: Annotated[
        float, typer.Option(help="Level of the calibrated interval: 0.5, 0.8, 0.9 or 0.95")
    ] = 0.8,
    draws: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="Draws of the uncertain inputs. Default: some seconds' worth"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws")] = 1,
    sensitivity: Annotated[
        bool | None,
        typer.Option(
            help="What each single number does to the outcome. Default: unless the model must be played anew for each"
        ),
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Print who moved, round by round")] = False,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """Where pressure leads on an issue's line, as a calibrated distribution; what moves it most."""
    from zopa.spatial import forecast as ask
    from zopa.views import Labels
    from zopa.views.forecast import forecast as forecast_view

    problem = problem_of(name, readings, changes, day, typed)
    steps: dict[str, Callable[[str, float], None]] = {}
    with stopper(None) as stop, progress(json) as tell:
        answer = ask(
            problem,
            issue,
            model=model,
            reading=reading,
            rounds=rounds,
            level=level,
            draws=draws,
            seed=seed,
            sensitivity=sensitivity,
            progress=lambda step, done: steps.setdefault(step, time_left(tell))(step, done),
            stop=stop,
        )
    view = forecast_view(answer, Labels(problem.case), trace=model if trace else "")
    reply(answer, name, json=json, no=False, view=view)
