"""The command ``divide``: how to split what can be split."""

from __future__ import annotations

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
    table,
)

if TYPE_CHECKING:
    from zopa.division import Divided, Split

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
    json: JsonOption = False,
) -> None:
    """How to split what can be split: adjusted winner, whole items, sealed bids, claims, coalitions."""
    from zopa.division import divide as ask

    answer = ask(open_case(name), method, pick_readings(readings))
    if json:
        print_json(answer.to_dict())
    else:
        _print(answer)
    raise typer.Exit(0 if answer.divided else 1)


def _print(answer: Divided) -> None:
    out = console()
    if not answer.divided:
        out.print("Nothing is divided. What stands in the way, by method:", markup=False)
    for split in answer.splits:
        _print_split(split)
    if answer.why:
        out.print("The numbers rest on:", markup=False)
        for w in answer.why:
            out.print(f"  - {w.text}", markup=False)


def _print_split(split: Split) -> None:
    out = console()
    out.print(split.title + (f" ({split.unit})" if split.unit else ""), markup=False, style="bold")
    rows = []
    for party, worth in split.gets.items():
        items = ", ".join(i if s == 1 else f"{s} of {i}" for i, s in split.shares.get(party, {}).items())
        cash = f"{float(split.pays[party]):+.6g}" if split.pays else ""
        rows.append([party, items, f"{float(worth):.6g}", cash])
    if rows:
        table(["party", "items", "gets", "money" if split.pays else ""], rows)
    held = [f"{name}: {'yes' if ok else 'no'}" for name, ok in split.properties.items()]
    for line in (*held, *split.notes):
        out.print(f"  {line}", markup=False)
    out.print()
