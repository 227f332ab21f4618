"""The commands ``convert`` and ``formats``: other programs' files to a case folder, and back."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zopa.cli.next_steps import tell_next
from zopa.cli.options import JsonOption, bundled, console, print_answer
from zopa.counts import things

if TYPE_CHECKING:
    from zopa.formats.conversion import Conversion

__all__ = ["convert", "formats"]


def convert(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A file or folder of another tool, or a case.")
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TO", help="The case folder to make or to add to, or the file or folder to write."
        ),
    ],
    source_format: Annotated[
        str | None,
        typer.Option("--from", help="The format that is read; recognised by content when left out."),
    ] = None,
    target_format: Annotated[
        str | None, typer.Option("--to", help="The format to write; from the ending of TO when left out.")
    ] = None,
    lossy: Annotated[
        bool, typer.Option("--lossy", help="Exit with 0 although something was left out.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Write nothing if anything would be left out.")
    ] = False,
    party: Annotated[
        list[str] | None, typer.Option("--party", help="A profile that becomes a party; may be repeated.")
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option("--steps", min=2, max=1000, help="Cut a continuous issue into so many options."),
    ] = None,
    codes: Annotated[
        Path | None,
        typer.Option(
            "--codes", help="What the codes of a project are read as: a codes.yaml that was written before."
        ),
    ] = None,
    roles: Annotated[
        list[str] | None,
        typer.Option(
            "--roles",
            help="What a column of a position table is, as COLUMN=issue, party, position, agreed, number or leave; may be repeated.",
        ),
    ] = None,
    package: Annotated[
        list[str] | None,
        typer.Option("--package", help="What an article of a draft says, as ISSUE=OPTION; may be repeated."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Turn another tool's file into a case folder, or a case into such a file; all that is not carried is listed.

    Exit code 1 when something was left out, unless --lossy.
    """
    from zopa.formats import plan

    found = plan(
        bundled(source),
        target,
        source_format=source_format,
        target_format=target_format,
        parties=party or (),
        steps=steps,
        codes=codes or "",
        roles=roles or (),
        package=package or (),
    )
    lost = not found.fidelity.lossless
    refused = strict and lost
    if not refused:
        found.save()
    if json:
        print_answer(
            "convert",
            {
                "from": found.source_format,
                "to": found.target_format,
                "written": not refused,
                **found.fidelity.to_dict(),
            },
        )
    else:
        typer.echo(str(found.fidelity))
        typer.echo(
            f"nothing was written: {things(len(found.fidelity.left_out), 'thing')} would be left out"
            if refused
            else f"{'added to' if found.adds else 'made' if found.target_format == 'case' else 'wrote'} {target}"
        )
        tell_next(_next(found, source, target, refused=refused), target)
    if lost and not lossy:
        raise typer.Exit(1)


def _next(found: Conversion, source: str, target: Path, *, refused: bool) -> list[str]:
    """What leads on: the question that the new case answers, or the file read back where zopa reads its format."""
    from zopa.formats import FORMATS

    if refused:
        return [shlex.join(["convert", source, str(target), "--lossy"])]
    case = found.case
    if found.target_format != "case":
        known = FORMATS[found.target_format]
        return (
            ["show CASE"] if known.read is not None and known.add is None else [shlex.join(["show", source])]
        )
    if any(s.review.state == "suggested" for s in case.statements.values()):
        return ["review CASE"]
    if case.graph is not None:
        return ["stability CASE"]
    return ["forecast CASE --model ktab" if found.source_format.startswith("ktab") else "run CASE"]


def formats(json: JsonOption = False) -> None:
    """List the formats of other tools that can be read and written, and what they carry."""
    from rich.table import Table

    from zopa.formats import FORMATS

    if json:
        print_answer(
            "formats",
            [
                {
                    "name": name,
                    "label": f.label,
                    "endings": list(f.endings),
                    "folder": f.folder,
                    "read": f.read is not None,
                    "written": f.write is not None,
                    "carries": f.carries,
                    "not_in": f.not_in,
                    "not_out": f.not_out,
                }
                for name, f in FORMATS.items()
            ],
        )
        return
    ways = {(True, True): "in, out", (True, False): "in", (False, True): "out"}
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "what it is", "ways", "what is carried", "what is not"):
        grid.add_column(title, overflow="fold")
    for name, f in FORMATS.items():
        lost = "; ".join(f"{way}: {said}" for way, said in (("in", f.not_in), ("out", f.not_out)) if said)
        grid.add_row(name, f.label, ways[f.read is not None, f.write is not None], f.carries, lost)
    console().print(grid)
    typer.echo("every conversion lists what it leaves out, with its place")
    tell_next(["convert harbour-sport-park harbour.xlsx"])
