"""The command ``convert``: other programs' files to a case folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zopa.cli.options import open_case

__all__ = ["convert"]

ENDINGS = (".csv", ".xml", ".gmcr")


def convert(
    source: Annotated[str, typer.Argument(help="A file of KTAB (.csv, .xml) or GMCR+ (.gmcr), or a case.")],
    target: Annotated[Path, typer.Argument(help="The case folder to make, or the file to write.")],
) -> None:
    """Turn a KTAB scenario or a graph model of GMCR+ into a case folder, or a case into one of these files."""
    if Path(source).suffix.lower() in ENDINGS and Path(source).is_file():
        _read(Path(source), target)
    else:
        _write(source, target)


def _read(source: Path, target: Path) -> None:
    from zopa.formats import gmcr, ktab

    if (target / "case.yaml").exists():
        typer.echo(f"{target}/case.yaml exists already; nothing was changed", err=True)
        raise typer.Exit(2)
    text, kind = source.read_text(encoding="utf-8-sig", errors="replace"), source.suffix.lower()
    if kind == ".gmcr":
        case = gmcr.read_gmcr(text, str(source))
        _write_case(case.model_dump(mode="json", exclude_defaults=True, by_alias=True), target)
        typer.echo(f"made {target}: {len(case.parties)} parties, {len(case.issues)} actions")
        typer.echo(f"next: zopa stability {target}")
        return
    scenario = (ktab.read_csv if kind == ".csv" else ktab.read_xml)(text, str(source))
    _write_case(ktab.to_case(scenario), target)
    typer.echo(f"made {target}: {len(scenario.parties)} parties, {len(scenario.issues)} lines")
    typer.echo(f"next: zopa forecast {target} --model ktab")


def _write(source: str, target: Path) -> None:
    from zopa.casefile import write_file
    from zopa.formats import gmcr, ktab

    kind = target.suffix.lower()
    if kind not in ENDINGS:
        raise typer.BadParameter(f"expected a target that ends in .csv, .xml or .gmcr, saw '{target}'")
    case = open_case(source)
    if kind == ".gmcr":
        write_file(target, gmcr.write_gmcr(case))
        typer.echo(f"wrote {target}: the graph model of the case")
        return
    found = ktab.from_case(case)
    write_file(target, (ktab.write_csv if kind == ".csv" else ktab.write_xml)(found))
    typer.echo(f"wrote {target}: {len(found.parties)} parties, {len(found.issues)} lines")


def _write_case(data: dict[str, Any], folder: Path) -> None:
    from zopa.casefile import write_file, yaml_of

    write_file(folder / "case.yaml", yaml_of(data))
