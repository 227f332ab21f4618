"""review: decisions by a person on what was read, one key each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zopa.cli.options import console

if TYPE_CHECKING:
    from zopa.case import Case
    from zopa.reading.review import Session

__all__ = ["review"]


def review(
    folder: Annotated[Path, typer.Argument(help="Case folder.", metavar="CASE")],
    by: Annotated[str, typer.Option(help="Whose decisions these are.")] = "",
    accept_all: Annotated[
        bool, typer.Option("--accept-all", help="Accept every suggestion without looking; each is marked so.")
    ] = False,
) -> None:
    """Walk through the suggestions by single keys: accept, edit, reject, merge, split, undo. Every key is saved at once."""
    from datetime import date

    from zopa.casefile import load
    from zopa.reading.review import Session

    case = load(folder)
    case = case.whole or case
    session = Session(dict(case.statements), by or _user(), date.today())
    if not session.queue:
        typer.echo("nothing is waiting for review")
        return
    if accept_all:
        n = session.accept_all("accepted together, unread")
        _save(folder, session)
        typer.echo(f"accepted {n} statements, unread")
    else:
        with _keys() as keys:
            _walk(folder, case, session, keys)
    typer.echo(_summary(session))
    typer.echo(
        f"next: zopa run {folder}"
        if not session.left
        else f"next: zopa review {folder} goes on where you stopped"
    )


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class _keys:  # noqa: N801
    """Single keys from a terminal (restored whatever happens), or characters from a pipe."""

    def __enter__(self) -> Iterator[str]:
        self.old: Any = None
        if sys.stdin.isatty():
            import termios
            import tty

            self.old = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return iter(lambda: sys.stdin.read(1), "")

    def __exit__(self, *_: object) -> None:
        self.cooked()

    def cooked(self) -> None:
        if self.old is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.old)


def _walk(folder: Path, case: Case, session: Session, keys: Iterator[str]) -> None:
    from zopa.reading.review import KEYS

    typer.echo("  ".join(f"[{k}] {what}" for k, what in KEYS.items()))
    _present(case, session)
    try:
        for key in keys:
            if key in "\r\n \t":
                continue
            if key == "q" or not _act(key, case, session, keys):
                break
            _save(folder, session)
            _present(case, session)
            if session.current is None:
                break
    except KeyboardInterrupt:
        typer.echo("\nstopped; every decision so far is kept")


def _act(key: str, case: Case, session: Session, keys: Iterator[str]) -> bool:
    """One key; False ends the walk."""
    ident = session.current
    text = case.sources[session.statements[ident].source].text if ident else ""
    if key == "a":
        session.accept()
    elif key == "r":
        session.reject(_line("why? ", keys))
    elif key == "n":
        session.skip()
    elif key == "b":
        session.back()
    elif key == "u":
        typer.echo("undone" if session.undo() else "nothing to undo")
    elif key == "A":
        session.accept_all()
    elif key == "m":
        typer.echo("joined" if session.merge(text) else "there is nothing before it to join with")
    elif key == "s" and ident:
        words = _line("first words of the second part: ", keys)
        s = session.statements[ident]
        at = s.quote.find(words) if words else -1
        done = at > 0 and session.split((s.start or 0) + at, text)
        typer.echo("split" if done else "these words are not inside the quotation")
    elif key == "e" and ident:
        _edit(session, _line("field=value ... (stance=accept issue=nato options=N2,N3): ", keys))
    elif key == "\x04":
        return False
    else:
        typer.echo(f"no key '{key}'")
    return True


def _edit(session: Session, line: str) -> None:
    import shlex

    fields: dict[str, Any] = {}
    try:
        for part in shlex.split(line):
            name, sign, value = part.partition("=")
            if not sign:
                raise ValueError(f"expected field=value, saw '{part}'")
            fields[name] = (
                tuple(value.split(","))
                if name == "options"
                else int(value)
                if name == "strength"
                else value or None
            )
        if fields:
            session.edit(fields)
    except ValueError as error:
        typer.echo(f"not changed: {str(error).splitlines()[0]}")


def _line(prompt: str, keys: Iterator[str]) -> str:
    """A line typed key by key, with backspace; the same for a terminal and a pipe."""
    typer.echo(prompt, nl=False)
    typed: list[str] = []
    for key in keys:
        if key in "\r\n":
            break
        if key in "\x7f\b":
            del typed[-1:]
        else:
            typed.append(key)
            if sys.stdin.isatty():
                typer.echo(key, nl=False)
    typer.echo("")
    return "".join(typed).strip()


def _present(case: Case, session: Session) -> None:
    ident = session.current
    out = console()
    if ident is None:
        return
    s = session.statements[ident]
    speaker = case.speakers[s.speaker].name if s.speaker else s.party or "(no one named)"
    out.print(
        f"\n{session.at + 1} of {len(session.queue)}  {ident}  {s.review.state}", markup=False, style="bold"
    )
    out.print(f"“{s.quote}”", markup=False)
    facts = [
        f"speaker: {speaker}",
        f"kind: {s.kind}",
        f"said: {s.said or 'not stated'}",
        f"channel: {s.channel}",
    ]
    facts += [
        f"issue: {s.issue} {', '.join(s.options)}" if s.issue else "issue: none",
        f"stance: {s.stance or 'none'}",
    ]
    out.print("  ".join(facts), markup=False)
    if s.condition:
        out.print(f"condition: {s.condition}\nfor: {s.consequent or 'not stated'}", markup=False)
    if s.why:
        out.print(f"why: {s.why}", markup=False)


def _save(folder: Path, session: Session) -> None:
    from zopa.reading.store import save_records

    save_records(folder, session.pending())


def _summary(session: Session) -> str:
    states = [s.review.state for s in session.statements.values()]
    return ", ".join(f"{states.count(k)} {k}" for k in ("accepted", "edited", "rejected", "suggested"))
