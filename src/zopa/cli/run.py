"""The main job: run, and demo, which runs it on the bundled example."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zopa.cli.options import (
    CaseArgument,
    JsonOption,
    ReadingsOption,
    console,
    deadline,
    open_case,
    pick_readings,
    points,
    print_json,
    progress,
)

if TYPE_CHECKING:
    from zopa.study import Study

__all__ = ["demo", "run"]

OutOption = Annotated[
    Path, typer.Option("--out", help="Folder for report.html, answers.json and the figures.")
]


def run(
    name: CaseArgument,
    out: OutOption = Path("out/report"),
    readings: ReadingsOption = None,
    seconds: Annotated[
        float,
        typer.Option(
            "--time", min=0.0, help="Seconds for each long step where packages are too many to list."
        ),
    ] = 30.0,
    json: JsonOption = False,
) -> None:
    """The main job: verdict in the terminal, report.html, answers.json and figures in a folder."""
    from zopa.reports import report
    from zopa.study import run as study

    case = open_case(name)
    with progress(json) as tell:
        found = study(case, pick_readings(readings), progress=tell, patience=lambda: deadline(seconds))
        tell("writing the report")
        written = report(found, out)
    if json:
        print_json(found.to_dict())
    else:
        show(found)
        typer.echo(
            "\nwrote " + ", ".join(str(p) for p in written[:2]) + f" and {len(written) - 2} figures in {out}"
        )
        typer.echo(f"next: open {written[0]} in a browser; then try  zopa judge {name} ISSUE=OPTION ...")
    raise typer.Exit(1 if found.zone.empty else 0)


def demo(out: OutOption = Path("out/demo"), json: JsonOption = False) -> None:
    """Run the main job on the bundled example, the opening talks of February 2025."""
    run("ukraine-2025", out, json=json)


def show(found: Study) -> None:
    """The verdict for people."""
    out = console()
    z = found.zone
    out.print(f"\n{found.case.title}", style="bold", markup=False)
    out.print(found.verdict, style="bold green" if not z.empty else "bold red", markup=False)
    out.print(str(z), markup=False)
    for warning in z.warnings:
        out.print(f"warning: {warning}", style="yellow", markup=False)
    _show_readings(found)
    _show_proposals(found)
    if z.empty:
        for c in found.why_not.sentences[:1]:
            out.print("\nThese cannot all hold:", markup=False)
            for m in c.limits:
                out.print(f"  - {m.party}: {m.text}  [{', '.join(m.statements) or m.basis}]", markup=False)
    counts = {
        k: sum(row[k] for row in found.basis.values()) for k in ("stated", "inferred", "assumed", "gap")
    }
    total = sum(counts.values()) or 1
    shares = ", ".join(
        f"{100 * n / total:.0f} % {'said by nobody' if k == 'gap' else k}" for k, n in counts.items()
    )
    out.print(f"\nThe {total} judgments behind this are {shares}.", markup=False)


def _show_readings(found: Study) -> None:
    from rich.table import Table
    from rich.text import Text

    if not found.reading_rows:
        return
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title="\nWhat each set of readings leaves",
        title_justify="left",
    )
    for title in ("", "allowed", "acceptable to all", "reading"):
        table.add_column(
            Text(title), justify="right" if title in ("allowed", "acceptable to all") else "left"
        )
    for r in found.reading_rows:
        table.add_row(r.name, f"{r.admissible:,}", f"{r.count:,}" if r.count else "no deal", Text(r.says))
    console().print(table)


def _show_proposals(found: Study) -> None:
    from rich.table import Table
    from rich.text import Text

    if not found.proposals:
        return
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title="\nPackages worth discussing",
        title_justify="left",
    )
    table.add_column("package")
    for party in found.space.parties:
        table.add_column(Text(party), justify="right")
    table.add_column("picked by")
    for p in found.proposals:
        table.add_row(
            Text(p.deal.options),
            *(points(u) for u in p.deal.utilities.values()),
            Text(", ".join(p.picked_by)),
        )
    out = console()
    out.print(table)
    for o in found.proposals[0].objections[:3]:
        ids = ", ".join(o.statements) or o.basis
        out.print(
            f"  {o.party} could block the first, reading {o.rule} as '{o.reading}': {o.text}  [{ids}]",
            markup=False,
        )
