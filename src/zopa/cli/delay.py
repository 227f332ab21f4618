"""The command ``delay``: what waiting costs, and when the zone opens."""

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
    from zopa.waiting import Curve, Delay

__all__ = ["delay"]


def delay(
    name: CaseArgument,
    package: Annotated[
        list[str] | None,
        typer.Argument(help="A full package to follow: ISSUE=OPTION ...", metavar="[ISSUE=OPTION...]"),
    ] = None,
    months: Annotated[int, typer.Option(help="How many months to look at")] = 12,
    readings: ReadingsOption = None,
    json: JsonOption = False,
) -> None:
    """What waiting costs, when the zone opens and on whom that turns."""
    from zopa.waiting import delay as ask

    pairs = {}
    for item in package or ():
        issue, sign, option = item.partition("=")
        if not sign:
            raise typer.BadParameter(f"expected ISSUE=OPTION, saw '{item}'")
        pairs[issue] = option
    answer = ask(open_case(name), pairs or None, pick_readings(readings), months=months)
    if json:
        print_json(answer.to_dict())
    else:
        _print(answer, name)
    in_sight = answer.zone is not None and answer.zone.opening.earliest is not None
    raise typer.Exit(0 if in_sight else 1)


def _print(answer: Delay, name: str) -> None:
    from zopa.waiting import month_name, summary, when

    out = console()
    out.print(summary(answer), markup=False)
    for note in answer.notes if not answer.costless else answer.notes[1:]:
        out.print(f"note: {note.text}", markup=False)
    last = answer.months
    rows = [
        [c.party, c.source or "none on file", _loss(c), str(c.values[0]), str(c.values[last])]
        for c in answer.curves
    ]
    out.print("\nWhat no agreement is worth:", markup=False)
    table(["party", "cost from", "loses a month", "now", f"in month {last}"], rows)
    out.print("\nWhen a package becomes acceptable to all, if nobody moves:", markup=False)
    for p in answer.packages:
        turns = f"; it turns on {' and '.join(p.pivotal)}" if p.pivotal else ""
        barred = "" if p.allowed else " (a rule forbids it)"
        out.print(f"  {p.name}{barred}: {when(answer.as_of, p.opening)}{turns}", markup=False)
        for party, month in p.leaves.items():
            name_of = month_name(answer.as_of, month)
            out.print(f"    from month {month} ({name_of}) on waiting is worth more to {party}", markup=False)
    _print_obstacles(answer)
    if answer.why:
        out.print("\nThe figures rest on:", markup=False)
        for w in answer.why:
            out.print(f"  - {w.text}", markup=False)
    out.print(f"next: zopa judge {name} ISSUE=OPTION ...", markup=False)


def _loss(c: Curve) -> str:
    first, last = c.loss
    if not c.source:
        return "–"
    return f"{first} {c.unit}" if first == last else f"{first}, later {last} {c.unit}"


def _print_obstacles(answer: Delay) -> None:
    from zopa.waiting import contest_words

    out = console()
    r = answer.ripeness
    hurting = ", ".join(f"{c.party} {v}" for c, v in zip(answer.curves, r.hurting, strict=True))
    out.print(f"\nRipe: {r.ripe} (waiting hurts: {hurting}; way out: {r.way_out})", markup=False)
    out.print(f"Obstacle in these months: {answer.obstacle}", markup=False)
    for end, o in zip(("low", "central", "high"), answer.contest, strict=False):
        out.print(f"  contest, {end} figures: {contest_words(o)}", markup=False)
    if answer.attrition:
        out.print(
            f"War of attrition: {float(answer.attrition.mean_months):.3g} months on average", markup=False
        )
