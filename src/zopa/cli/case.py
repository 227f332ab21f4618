"""Commands about the case itself: init, check, rename, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zopa.cli import completion
from zopa.cli.next_steps import tell_next
from zopa.cli.options import CaseArgument, JsonOption, bundled, console, print_answer
from zopa.counts import things

__all__ = ["check", "init", "rename", "schema"]


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; must not hold a case yet.")],
    json: JsonOption = False,
) -> None:
    """Make a commented starter case that an editor can complete and check."""
    from zopa.casefile import init as make

    made = make(folder)
    if json:
        files = sorted(p.relative_to(made).as_posix() for p in made.rglob("*") if p.is_file())
        print_answer("init", {"folder": str(folder), "files": files})
        return
    typer.echo(f"made {folder}: open {folder}/case.yaml in your editor")
    tell_next(["check CASE"], folder)


def check(name: CaseArgument, json: JsonOption = False) -> None:
    """Report every problem of a case as file:line:column, and verify its expected answers."""
    from zopa.casefile import inspect

    folder = bundled(name)
    case, findings = inspect(folder)
    if case is None:
        n = len(findings)
        if json:
            print_answer("check", {"ok": False, "findings": [f.to_dict() for f in findings]}, case=name)
        else:
            for f in findings:
                typer.echo(str(f), err=True)
            typer.echo(f"{things(n, 'problem')}; nothing was loaded.", err=True)
        raise typer.Exit(2)
    from zopa.space import plain
    from zopa.study import verify

    checked = verify(case)
    wrong = [c for c in checked if not c.ok]
    notes = _notes(case)
    if json:
        print_answer(
            "check", {"ok": not wrong, "findings": [], "notes": notes, "expected": plain(checked)}, case=name
        )
        raise typer.Exit(1 if wrong else 0)
    out = console()
    out.print(
        f"sound: {things(len(case.parties), 'party')}, {things(len(case.issues), 'issue')}, "
        f"{things(sum(len(i.options) for i in case.issues.values()), 'option')}, {things(len(case.rules), 'rule')}, "
        f"{things(len(case.statements), 'statement')}, every quote found in its source"
    )
    for note in notes:
        out.print(f"note: {note}", markup=False)
    for c in wrong:
        under = f" under readings {c.expected.readings}" if c.expected.readings else ""
        out.print(
            f"expected answer differs: {c.expected.answer}{under}: expected {c.expected.equals}, found {c.found}",
            markup=False,
        )
    if checked:
        out.print(f"{len(checked) - len(wrong)} of {things(len(checked), 'expected answer')} hold")
    waiting = any(s.review.state == "suggested" for s in case.statements.values())
    tell_next(["review CASE" if waiting else "run CASE"], name)
    raise typer.Exit(1 if wrong else 0)


def _notes(case: object) -> list[str]:
    from zopa.case import Case, gaps, voters

    assert isinstance(case, Case)
    found = []
    sides = len(voters(case))
    if sides < 2:
        found.append(
            f"{'one party' if sides else 'no party'} whose acceptance counts; a negotiation needs two parties"
        )
    named: dict[str, list[str]] = {}
    for ident, party in case.parties.items():
        named.setdefault(party.name.casefold(), []).append(ident)
    found += [
        f"the parties {', '.join(same)} are all called '{case.parties[same[0]].name}', so no text can tell them apart"
        for same in named.values()
        if len(same) > 1
    ]
    silent = [i for i, issue in case.issues.items() if issue.now is None]
    if silent and case.statements:
        found.append(f"no option marked `now:` (silent / as it is now) for {', '.join(silent)}")
    empty = gaps(case)
    if empty:
        found.append(
            f"{things(len(empty), 'cell')} with nothing that anyone said or wrote; counted as 0 to 100"
        )
    return found


def rename(
    folder: Annotated[Path, typer.Argument(help="Case folder.", metavar="CASE")],
    what: Annotated[
        str,
        typer.Argument(
            help="party.ID, speaker.ID, issue.ID, option.ISSUE.ID, rule.ID or statement.ID.",
            metavar="WHAT",
            autocompletion=completion.names,
        ),
    ],
    new: Annotated[str, typer.Argument(help="The new id.", metavar="NEW")],
    json: JsonOption = False,
) -> None:
    """Give a party, speaker, issue, option, rule or statement another id in every file of the case."""
    from zopa.casefile import rename as act

    done = act(folder, what, new)
    if json:
        print_answer("rename", done._asdict())
        return
    where = ", ".join(f"{n} in {name}" for name, n in done.places.items())
    n = sum(done.places.values())
    typer.echo(f"renamed {done.kind} {done.old} to {done.new} in {things(n, 'place')}: {where}")
    tell_next(["check CASE"], folder)


def schema(
    which: Annotated[str, typer.Argument(help="case or statements")] = "case",
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of printing.")] = None,
    json: JsonOption = False,
) -> None:
    """Print the JSON Schema of case.yaml (or statements.yaml), for editors; it is JSON with or without ``--json``."""
    from zopa.casefile import schema_text

    if which not in ("case", "statements"):
        raise typer.BadParameter(f"expected 'case' or 'statements', saw '{which}'")
    text = schema_text(which)
    if out is None:
        typer.echo(text)
    else:
        from zopa.casefile import write_file

        write_file(out, text)
        if json:
            print_answer("schema", {"written": str(out)}, which=which)
        else:
            typer.echo(f"wrote {out}")
