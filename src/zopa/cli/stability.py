"""The command ``stability``: will it hold, who would break it, who can answer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zopa.cli.ask import reply
from zopa.cli.options import (
    CaseArgument,
    DayOption,
    JsonOption,
    ReadingsOption,
    SetOption,
    TimeOption,
    TypedOption,
    problem_of,
    progress,
    stopper,
    time_left,
)

__all__ = ["stability"]


def stability(
    name: CaseArgument,
    state: Annotated[
        list[str] | None,
        typer.Argument(
            help="A named state, or ACTION=yes (ISSUE=OPTION for each issue).", metavar="[PACKAGE...]"
        ),
    ] = None,
    package: Annotated[
        list[str] | None,
        typer.Option(
            "--package",
            "-p",
            help="A named state, or one option of the package, as ISSUE=OPTION or ACTION=yes; may be repeated.",
        ),
    ] = None,
    concept: Annotated[
        str, typer.Option(help="What must hold for exit code 0: nash, sseq, seq, smr or gmr.")
    ] = "seq",
    draws: Annotated[
        int, typer.Option(help="Perturbed preference models behind the shares; 0 for none.")
    ] = 500,
    seed: Annotated[int, typer.Option(help="Seed of the perturbations.")] = 1,
    most: Annotated[int, typer.Option(help="How many equilibria to list.")] = 10,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    seconds: TimeOption = None,
    json: JsonOption = False,
) -> None:
    """Will a package hold, who would break it, who can answer and how credibly."""
    from zopa.graphmodel import stability as ask

    problem = problem_of(name, readings, changes, day, typed)
    with stopper(seconds) as stop, progress(json) as tell:
        answer = ask(
            problem,
            _package([*(state or ()), *(package or ())]),
            concept=concept,
            draws=draws,
            seed=seed,
            most=most,
            stop=stop,
            progress=time_left(tell),
        )
    reply(answer, name, json=json, no=not answer.holds)


def _package(given: list[str] | None) -> Any:
    """``compromise`` -> the named state; ``A=yes B=no`` -> a mapping; nothing -> None."""
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    pairs = {}
    for item in given:
        issue, sign, option = item.partition("=")
        if not sign:
            raise typer.BadParameter(
                f"expected ACTION=yes or ISSUE=OPTION, saw '{item}'; a named state stands alone"
            )
        pairs[issue] = option
    return pairs
