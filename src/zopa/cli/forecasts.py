"""The command ``forecast``: where pressure leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from zopa.cli.options import (
    CaseArgument,
    JsonOption,
    ReadingsOption,
    console,
    open_case,
    pick_readings,
    print_json,
    progress,
    stopper,
    time_left,
)

if TYPE_CHECKING:
    from zopa.spatial import Outlook

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
    json: JsonOption = False,
) -> None:
    """Where pressure leads on an issue's line, as a calibrated distribution; what moves it most."""
    from zopa.spatial import forecast as ask

    case, chosen = open_case(name), pick_readings(readings)
    steps: dict[str, Callable[[str, float], None]] = {}
    with stopper(None) as stop, progress(json) as tell:
        answer = ask(
            case, issue, model=model, reading=reading, rounds=rounds, readings=chosen, level=level, draws=draws, seed=seed,
            sensitivity=sensitivity, progress=lambda step, done: steps.setdefault(step, time_left(tell))(step, done), stop=stop,
        )  # fmt: skip
    if json:
        print_json(answer.to_dict())
        return
    out = console()
    out.print(answer.title, style="bold", markup=False)
    for o in answer.outlooks:
        _print_outlook(o)
        for other, moves in o.traces.items() if trace else ():
            if model in (other, "compromise"):
                out.print(f"  moves, {other}:", markup=False)
                for step in moves:
                    out.print(f"    {step}", markup=False)
    out.print()
    for warning in answer.warnings:
        out.print(f"warning: {warning}", markup=False)
    first = answer.outlooks[0]
    more = "--model pressure --trace" if model == "compromise" else "--json"
    out.print(f"next: zopa forecast {name} --issue {first.issue} {more}", markup=False)


def _print_outlook(o: Outlook) -> None:
    out = console()
    labels = {k: label for k, label, _ in o.line.options}
    out.print(f"\n{o.line.name} ({o.line.scale or '0 to 100'})", style="bold", markup=False)
    out.print(f"  outcome {o.outcome:.1f}, nearest option {o.nearest}: {labels[o.nearest]}", markup=False)
    if o.interval is not None:
        low, high = o.interval
        out.print(f"  {100 * o.level:.0f} % interval {low:.0f} to {high:.0f}, {o.contains}", markup=False)
    else:
        out.print(f"  no interval: {o.contains}", markup=False)
    if o.option_shares:
        shares = ", ".join(f"{k} {100 * v:.0f} %" for k, v in o.option_shares.items())
        out.print(f"  nearest option by this model's calibrated distribution: {shares}", markup=False)
    low, _, high = o.input_band
    if o.draws:
        band = f"{low:.0f} to {high:.0f}"
    else:
        band = "not drawn" if o.uncertain else "none, because no number entered has an interval"
    out.print(f"  input uncertainty only (80 %): {band}", markup=False)
    least, most = o.readings_band
    told = ", ".join(f"{label} {place:.0f}" for label, place in o.readings)
    out.print(f"  models and readings: {least:.0f} to {most:.0f} ({told})", markup=False)
    if (top := o.matters_most) is not None:
        ids = ", ".join(top.statements) or top.basis
        out.print(
            f"  matters most: {top.what} of {top.party} ({top.low:g} to {top.high:g} moves the outcome "
            f"{top.outcome_low:.0f} to {top.outcome_high:.0f})  [{ids}]",
            markup=False,
        )
