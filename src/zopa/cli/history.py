"""The command `record`: who changed what in a case, when and why; undo; and whether the record was tampered with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zopa.cli.ask import show_document
from zopa.cli.options import JsonOption, print_answer

__all__ = ["record"]


def record(
    folder: Annotated[Path, typer.Argument(help="Case folder.", metavar="CASE")],
    start: Annotated[
        bool, typer.Option("--start", help="Begin the record with the folder as it stands.")
    ] = False,
    check: Annotated[
        str | None,
        typer.Option(
            "--check", metavar="HASH", help="The hash of an entry noted elsewhere: it must be in the record."
        ),
    ] = None,
    undo: Annotated[
        int | None, typer.Option("--undo", metavar="NUMBER", help="Take back what an entry did.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="The reason, kept in the record.")] = "",
    json: JsonOption = False,
) -> None:
    """Who changed what, when and why, as a chain of entries; ends with 1 where an entry was changed or removed."""
    from zopa.casefile import acting, acting_now, check_record, start_record
    from zopa.casefile import undo as take_back
    from zopa.errors import EditConflict
    from zopa.views.history import conflicts, history

    act = acting_now()
    with acting(act.who, act.via, why):
        if start:
            start_record(folder)
        if undo is not None:
            try:
                take_back(folder, undo)
            except EditConflict as error:
                if not json:
                    show_document(conflicts(error.conflicts), str(folder))
                raise
    found = check_record(folder, check or "")
    if json:
        print_answer("record", found.to_dict(), check=check or "")
    else:
        show_document(history(found), str(folder))
    raise typer.Exit(0 if found.holds else 1)
