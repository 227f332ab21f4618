"""The command `compare`: two cases, or one at two dates or in two commits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zopa.cli.ask import reply
from zopa.cli.options import JsonOption, ReadingsOption, SetOption, TypedOption, problem_of

__all__ = ["compare"]


def compare(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A case, CASE@DATE for a case as of a day, or CASE@COMMIT for a folder as git has it.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A case, CASE@DATE or CASE@COMMIT.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the page here too, as one HTML file.")
    ] = None,
    readings: ReadingsOption = None,
    changes: SetOption = None,
    typed: TypedOption = False,
    json: JsonOption = False,
) -> None:
    """What was said since, what moved, what entered or left the zone, and which change opened or closed it."""
    from zopa.study import compare as ask
    from zopa.views import Labels, finished
    from zopa.views.compare import compare as view

    before, after = (problem_of(name, readings, changes, None, typed) for name in (old, new))
    days = [p.case.cut or p.case.as_of for p in (before, after)]
    same = before.case.folder == after.case.folder and before.case.title == after.case.title
    if same and days[0] is not None and days[1] is not None and days[0] > days[1]:
        raise typer.BadParameter(
            f"the older one comes first, and '{old}' is of {days[0]}, '{new}' of {days[1]}; write zopa compare {new} {old}"
        )
    answer = ask(before, after)
    page = view(answer, Labels(answer.question.of))
    if out is not None:
        from zopa.casefile import one_step
        from zopa.render.html import page as html

        with one_step(out.parent) as files:
            files.write(out.name, html(finished(page, answer)))
    reply(answer, new, json=json, no=False, view=page)
