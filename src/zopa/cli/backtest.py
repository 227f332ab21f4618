"""The command `backtest`: zones and predictors against outcomes that are known by now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zopa.cli.ask import reply
from zopa.cli.options import (
    DaskOption,
    JsonOption,
    RunFolderOption,
    WorkersOption,
    open_case,
    progress,
    spreading,
    time_left,
)

__all__ = ["backtest"]


def backtest(
    names: Annotated[list[str], typer.Argument(metavar="CASE...", help="Cases with an `outcome:`.")],
    day: Annotated[
        str,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="Cut every case at this day, or `before-outcome`; `said:` before either counts what was published later.",
        ),
    ] = "before-outcome",
    allow_undated: Annotated[
        bool,
        typer.Option(
            "--allow-undated", help="Let judgments count that nothing dates; they may be hindsight."
        ),
    ] = False,
    gates: Annotated[
        Path | None,
        typer.Option(
            "--gates",
            metavar="FILE",
            help="Figures asked for, in TOML written before the run; ends with 1 if one is missed.",
        ),
    ] = None,
    test_log: Annotated[
        Path | None,
        typer.Option(
            "--test-log",
            metavar="FILE",
            help="These are test cases: note in this log that they are opened, once per release.",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Open test cases once more in the same release; the log says so.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the page here too, as one HTML file.")
    ] = None,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    run_folder: RunFolderOption = None,
    json: JsonOption = False,
) -> None:
    """Did the agreement lie in the zone, how much did the zone exclude, and did any theory do better?"""
    from zopa.study import backtest as ask
    from zopa.study import read_gates
    from zopa.views import view

    if again and test_log is None:
        raise typer.BadParameter("--again belongs to --test-log FILE")
    with progress(json) as tell, spreading(workers, dask, run_folder) as spread:
        answer = ask(
            [open_case(name) for name in names],
            day,
            allow_undated=allow_undated,
            gates=read_gates(gates) if gates is not None else None,
            test_log=test_log,
            again=again,
            spread=spread,
            progress=time_left(tell),
        )
    if out is not None:
        from zopa.casefile import one_step
        from zopa.render.html import page

        with one_step(out.parent) as files:
            files.write(out.name, page(view(answer)))
    reply(answer, names[0], json=json, no=answer.gates is not None and answer.gates.missed > 0)
