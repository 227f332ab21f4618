"""The command ``ratify``: who must ratify, who can spoil, whose statements bind."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from zopa.case import Case
    from zopa.ratification import Ratification

__all__ = ["ratify"]


def ratify(name: CaseArgument, readings: ReadingsOption = None, json: JsonOption = False) -> None:
    """Would an agreement be ratified, who could spoil it, whose statements bind a party."""
    from zopa.ratification import ratify as ask

    case = open_case(name)
    answer = ask(case, pick_readings(readings))
    if json:
        print_json(answer.to_dict())
    else:
        _print(answer, case)
    raise typer.Exit(0 if answer.ratifiable else 1)


def _print(answer: Ratification, case: Case) -> None:
    from zopa.ratification import ratifier_sentence, spoiler_sentence, tied_hand_sentences, verdict

    out, names = console(), {p: party.name for p, party in case.parties.items()}
    out.print(verdict(answer), markup=False)
    total = answer.win_sets.admissible
    rows = [
        [names[p], f"{n:,}", f"{100 * n / total:.0f} %"] for p, n in answer.win_sets.accepts.items() if total
    ]
    table(["party", "accepts", "of the allowed packages"], rows)
    for r in answer.ratifiers:
        for line in (ratifier_sentence(r, names), *tied_hand_sentences(r, names)):
            out.print(f"  {line}", markup=False)
    for s in answer.spoilers:
        out.print(f"  {spoiler_sentence(s, names)}", markup=False)
    for issue in answer.lines:
        low, high = (float(x) for x in issue.common)
        now = float(issue.status_quo)
        reach = (
            f"only the status quo ({now:g}) is"
            if low == high
            else f"{low:g} to {high:g} is (status quo {now:g})"
        )
        out.print(f"  {case.issues[issue.issue].name} alone: {reach} acceptable to all", markup=False)
    for c in answer.commitments:
        if not c.binds:
            out.print(f"  {c.statement} ({names[c.party]}): {c.text}", markup=False)
