"""The command `agreement`: how far coders of the same statements agree."""

from __future__ import annotations

from typing import Annotated

import typer

from zopa.cli.ask import reply
from zopa.cli.options import JsonOption, open_case, pairs_of

__all__ = ["agreement"]


def agreement(
    names: Annotated[
        list[str], typer.Argument(metavar="CASE...", help="One case with its coders, or one case per coder.")
    ],
    level: Annotated[
        list[str] | None,
        typer.Option(
            "--level", metavar="FIELD=LEVEL", help="strength=interval: nominal, ordinal, interval or ratio."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """How far coders agree, per field, issue and kind: percent and Krippendorff's alpha; and where they differ."""
    from zopa.errors import UnknownName
    from zopa.study import agreement as ask
    from zopa.study.reliability import LEVELS

    levels = pairs_of(level or (), "FIELD=LEVEL")
    for one in levels.values():
        if one not in LEVELS:
            raise UnknownName("level", one, LEVELS)
    first, *others = [open_case(name) for name in names]
    reply(ask(first, *others, level=levels), names[0], json=json, no=False)  # type: ignore[arg-type]
