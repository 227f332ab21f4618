"""The main job: run, and demo, which runs it on the bundled example."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from zopa.cli.ask import reply, show_document
from zopa.cli.next_steps import tell_next
from zopa.cli.options import (
    CaseArgument,
    DayOption,
    JsonOption,
    ReadingsOption,
    SetOption,
    TypedOption,
    UnsourcedOption,
    deadline,
    problem_of,
    progress,
)
from zopa.counts import things

__all__ = ["demo", "run"]

OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder for report.html, answers.json and the charts; `out` inside a case folder if left out.",
    ),
]
AnnexOption = Annotated[
    bool,
    typer.Option("--annex", help="Print the report with every option, rule, judgment, statement and source."),
]


def run(
    name: CaseArgument,
    out: OutOption = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    day: DayOption = None,
    typed: TypedOption = False,
    most_unsourced: UnsourcedOption = 0.75,
    seconds: Annotated[
        float,
        typer.Option(
            "--time", min=0.0, help="Seconds for each long step where packages are too many to list."
        ),
    ] = 30.0,
    annex: AnnexOption = False,
    redact: Annotated[
        bool,
        typer.Option(
            "--redacted", help="Hide the words of restricted and do-not-quote sources; numbers stay."
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """The main job: the briefing in the terminal, report.html, answers.json and charts in a folder."""
    from zopa.render import report
    from zopa.study import run as study
    from zopa.views import view

    problem = problem_of(name, readings, changes, day, typed)
    if redact:
        from zopa.case import redacted
        from zopa.space import Problem

        problem = Problem(redacted(problem.case), dict(problem.readings))
    case = problem.case
    if out is None and Path(name).exists() and case.folder:
        out = Path(case.folder) / "out"
    with progress(json) as tell:
        found = study(
            problem, most_unsourced=most_unsourced, progress=tell, patience=lambda: deadline(seconds)
        )
        tell("writing the report")
        written = report(found, out, annex=annex) if out is not None else []
    if json:
        reply(found, name, json=True, no=not found.zone.yes)
    document = view(found)
    show_document(replace(document, next=()), name)
    if written:
        charts = things(len(written) - 2, "chart")
        typer.echo(f"wrote {written[0]}, {written[1]} and {charts}; open {written[0]} in a browser")
    page = () if written else ("run CASE --out report",)
    tell_next((*page, *document.next), name, found.question)
    raise typer.Exit(0 if found.zone.yes else 1)


def demo(out: OutOption = Path("out/demo"), annex: AnnexOption = False, json: JsonOption = False) -> None:
    """Run the main job on the bundled example, the opening talks of February 2025."""
    run("ukraine-2025", out, annex=annex, json=json)
