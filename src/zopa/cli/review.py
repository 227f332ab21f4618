"""review: decisions by a person on what was read, one key each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext, redirect_stdout
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zopa.cli.next_steps import tell_next
from zopa.cli.options import JsonOption, print_answer
from zopa.counts import things

if TYPE_CHECKING:
    from zopa.case.model import Review
    from zopa.reading.review import Session
    from zopa.reading.shown import ShownRecords

__all__ = ["review"]


def review(
    folder: Annotated[Path, typer.Argument(help="Case folder.", metavar="CASE")],
    by: Annotated[str, typer.Option(help="Whose decisions these are.")] = "",
    accept_all: Annotated[
        bool, typer.Option("--accept-all", help="Accept every suggestion without looking; each is marked so.")
    ] = False,
    json: JsonOption = False,
) -> None:
    r"""Walk through the suggestions by single keys; ? lists them. Every key is checked, saved at once, and can be undone.

    In a pipe, a key and the answers that it asks for are one after another, each answer ended by a line end; a line end
    directly after e, f, s, i, d, A or / is no answer: printf 'f\nrejected\nq' is as good as printf 'frejected\nq'.
    """
    from datetime import date

    from zopa.case import UNREAD
    from zopa.casefile import load
    from zopa.reading.review import Session
    from zopa.reading.shown import ShownRecords

    shown = ShownRecords(folder)
    case = load(folder)
    session = Session(case.whole or case, by or _user(), date.today())
    if not accept_all and not session.queue and session.filter("unread") and not json:
        n = len(session.queue)
        typer.echo(f"{things(n, 'record')} accepted together, unread; a accepts the one that was read")
    if not json and not session.queue and (accept_all or not any(session.listed("all"))):
        typer.echo("nothing is waiting for review")
        tell_next(["run CASE"], folder)
        return
    if accept_all:
        n = session.accept_all(UNREAD)
        while shown.save(session):
            n = session.accept_all(UNREAD)
        if not json:
            typer.echo(f"accepted {things(n, 'record')}, unread")
    else:
        said = redirect_stdout(sys.stderr) if json else nullcontext()  # the dialogue is not the answer
        with said, _keys() as keys:
            _walk(shown, session, keys)
    if json:
        print_answer("review", {"left": session.left, "states": _states(session)}, case=str(folder))
        return
    typer.echo(", ".join(f"{n} {state}" for state, n in _states(session).items()))
    if session.left:
        typer.echo("the next review goes on where you stopped")
    unread = not session.left and bool(session.listed("unread"))
    tell_next(["review CASE" if session.left or unread else "run CASE"], folder)


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


def _walk(shown: ShownRecords, session: Session, keys: Iterator[str]) -> None:
    from zopa.reading.review import KEYS

    typer.echo("  ".join(f"[{k}] {what}" for k, what in KEYS.items()))
    _present(session)
    try:
        for key in keys:
            if key in "\r\n \t":
                continue
            if key == "q" or not _act(key, session, keys):
                break
            _save(shown, session)
            _present(session)
    except (KeyboardInterrupt, EOFError):
        _save(shown, session)
        typer.echo("\nstopped; every decision so far is kept")


def _act(key: str, session: Session, keys: Iterator[str]) -> bool:
    """One key; False ends the walk. What the case would refuse is said, and changes nothing."""
    from zopa.errors import ZopaError

    if key == "\x04":
        return False
    act = ACTS.get(key)
    if act is None:
        typer.echo(f"no key '{key if key.isprintable() else ascii(key)}'; ? lists them")
        return True
    if session.item is None and key not in "bufoAd/?":
        typer.echo("nothing is left to decide here: b goes back, f filters, q stops")
        return True
    try:
        act(session, _after_key(keys) if key in ASKS and not sys.stdin.isatty() else keys)
    except ZopaError as error:
        typer.echo(f"not changed: {error}")
    return True


def _after_key(keys: Iterator[str]) -> Iterator[str]:
    """What follows a key in a pipe: a line end directly after the key belongs to the key and answers nothing."""
    first = next(keys, "")
    return keys if first in ("", "\r", "\n") else chain([first], keys)


def _accept(session: Session, keys: Iterator[str]) -> None:
    """Accept; ask whose words they are where no one is named, and make a rule of what binds."""
    if session.nobody:
        _whose(session, keys)
    if session.partyless:
        typer.echo("  ".join(f"{n} {p.name}" for n, p in enumerate(session.entries["parties"].values(), 1)))
        name = session.entries["speakers"][session.partyless].name
        session.speaks_for(
            _line(f"{name} speaks for which party? number, name, +New name, Enter: none ", keys)
        )
    if session.binds:
        _rule(session, keys)
    else:
        session.accept()


def _whose(session: Session, keys: Iterator[str]) -> None:
    people = [session.entries[p.group][p.ident].name for p in session.people()]
    typer.echo("  ".join(f"{n} {name}" for n, name in enumerate(people, 1)))
    who = _line("whose words? number, name, +New name, Enter: no one's ", keys)
    if who in ("", "-"):
        return
    party = ""
    if who.startswith("+"):
        typer.echo("  ".join(p.name for p in session.entries["parties"].values()))
        party = _line("speaks for which party? name, +New name, Enter: none ", keys)
    n = session.says(who, party)
    if n > 1:
        typer.echo(f"the same for {n - 1} more by the same words")


def _rule(session: Session, keys: Iterator[str], *, decided: bool = False) -> None:
    """Two short questions, and whether the words could also bind no one."""
    offered, asked = session.sides()
    _list_options(session)
    if session.unclear:
        typer.echo(
            "  whether its words ask for these options or refuse them cannot be told: nothing is suggested"
        )
    when = _line(f"when which options? {_proposed(offered)}=: as in the rule before; -: no rule ", keys)
    if when == "=":
        typer.echo(f"added to rule {session.same_rule()}")
        return
    if when == "-" or not (when or offered):
        if decided:
            session.skip()
        else:
            session.accept()
        return
    condition = session.item.condition if session.open_condition else ""
    never = f"its condition is '{condition}'; -: never; " if condition else "Enter: never; "
    only_if = _line(f"acceptable only if which options? {_proposed(asked) or never}", keys)
    also = _line("other reading: Enter: none, w: also that it binds no one ", keys)
    if not only_if and not asked and not condition:
        only_if = "-"
    typer.echo(f"rule {session.make_rule(when, only_if, or_not=also.startswith('w'))}")


def _proposed(options: dict[str, tuple[str, ...]]) -> str:
    named = ", ".join(f"{i} {o}" for i, chosen in options.items() for o in chosen)
    return f"Enter: {named}; " if named else ""


def _list_options(session: Session) -> None:
    issues = session.entries["issues"]
    for n, (issue, option) in enumerate(session.choices(), 1):
        typer.echo(f"  {n} {issues[issue].name}: {issues[issue].options[option].label}")
    typer.echo("  type numbers, or ISSUE: OPTION by name, or ISSUE=OPTION; +ISSUE: OPTION makes a new one")


def _about(session: Session, keys: Iterator[str]) -> None:
    _list_options(session)
    text = _line("about which options? ", keys)
    if text:
        session.about(text)


def _drop(session: Session, keys: Iterator[str]) -> None:
    typer.echo("  ".join(issue.name for issue in session.entries["issues"].values()))
    name = _line("drop which issue? ", keys)
    if name:
        typer.echo(f"dropped {session.drop(name)}")


def _reject(session: Session, keys: Iterator[str]) -> None:
    session.reject(_line("why? ", keys))


def _edit(session: Session, keys: Iterator[str]) -> None:
    import shlex

    from zopa.errors import NotApplicable

    line = _line("field=value ... (? lists fields and values): ", keys)
    if line == "?":
        _choices(session, keys)
        return
    fields: dict[str, str] = {}
    try:
        parts = shlex.split(line)
    except ValueError as error:
        raise NotApplicable(f"{str(error).lower()}: put a value with spaces in quotation marks") from None
    for part in parts:
        name, sign, value = part.partition("=")
        if not sign:
            raise NotApplicable(f"expected field=value, saw '{part}'")
        fields[name] = value
    if fields:
        bound, at = session.binds, session.at
        session.edit_text(fields)
        session.at = at
        if bound or not session.binds:
            session.skip()
        else:
            _rule(session, keys, decided=True)


def _split(session: Session, keys: Iterator[str]) -> None:
    words = _line("first words of the second part: ", keys)
    at = session.item.quote.find(words) if words else -1
    done = at > 0 and session.split((session.item.start or 0) + at)
    typer.echo("split" if done else "these words are not inside the quotation")


def _filter(session: Session, keys: Iterator[str]) -> None:
    words = _line("show which? state, group, kind, party, issue or source; Enter: suggested ", keys)
    n = session.filter(*words.split())
    typer.echo(things(n, "record"))


def _search(session: Session, keys: Iterator[str]) -> None:
    words = _line("words: ", keys)
    if words and not session.find(words):
        typer.echo("no record has these words; b goes back to the one that was shown")
        session.leave()


def _accept_all(session: Session, keys: Iterator[str]) -> None:
    from zopa.case import UNREAD

    n = sum(
        session.entries[r.group][r.ident].review.state == "suggested"
        for r in session.queue
        if r.ident in session.entries[r.group]
    )
    if _line(f"accept {things(n, 'record')} without reading? y/n ", keys).casefold() in ("y", "yes"):
        typer.echo(f"accepted {session.accept_all(UNREAD)}")
    else:
        typer.echo("not changed")


def _choices(session: Session, _: Iterator[str]) -> None:
    """The keys, and the values that each field of this record may have."""
    from zopa.reading.review import KEYS

    typer.echo("  ".join(f"[{k}] {what}" for k, what in KEYS.items()))
    if session.item is not None:
        for field in session.fields():
            known = session.allowed(field)
            typer.echo(f"  {field}: {', '.join(known) if known else 'any text'}")
        _list_options(session)


ACTS: dict[str, Callable[[Session, Iterator[str]], object]] = {
    "a": _accept, "e": _edit, "r": _reject, "i": _about, "w": _whose, "c": _rule,
    "d": _drop, "s": _split, "f": _filter, "/": _search,
    "A": _accept_all, "?": _choices,
    "m": lambda s, _: typer.echo("joined" if s.merge() else "there is nothing before it to join with"),
    "u": lambda s, _: typer.echo("undone" if s.undo() else "nothing to undo"),
    "o": lambda s, _: typer.echo("reopened" if s.reopen() else "it was not decided yet"),
    "n": lambda s, _: s.skip(),
    "b": lambda s, _: s.back(),
}  # fmt: skip
"""Key -> what it does to the session."""
ASKS = "efsidA/"
"""Keys that ask for a line and to which a line end alone says nothing (after r it says: no reason)."""


def _line(prompt: str, keys: Iterator[str]) -> str:
    """A line typed key by key, with backspace; the same for a terminal and a pipe."""
    typer.echo(prompt, nl=False)
    typed: list[str] = []
    for key in keys:
        if key in "\r\n":
            break
        if key in "\x7f\b":
            del typed[-1:]
        elif key.isprintable():
            typed.append(key)
            if sys.stdin.isatty():
                typer.echo(key, nl=False)
    else:  # the input ended in the middle of a question: that is no answer
        raise EOFError
    typer.echo("")
    return "".join(typed).strip()


def _present(session: Session) -> None:
    from zopa.views.numbers import in_marks

    here, item = session.current, session.item
    if here is None or item is None:
        typer.echo(
            f"\n{session.left} left to decide; b goes back, f filters, q stops"
            if session.left
            else "\nall is decided; q stops"
        )
        return
    typer.secho(f"\n{session.at + 1} of {len(session.queue)}  {here.ident}  {item.review.state}", bold=True)
    typer.echo(in_marks(item.quote))
    for line in _facts(session, here.group, item):
        typer.echo(line)


def _facts(session: Session, group: str, item: Any) -> Iterator[str]:
    if group != "statements":
        told = (
            "type",
            "what",
            "who",
            "where",
            "when",
            "value",
            "unit",
            "of",
            "as_of",
            "party",
            "issue",
            "direction",
        )
        shown = [
            f"{k}: {v if not isinstance(v, tuple) else ', '.join(v)}"
            for k in told
            if (v := getattr(item, k, None))
        ]
        yield f"{group.removesuffix('s')}  " + "  ".join(shown)
        return
    speakers = session.entries["speakers"]
    speaker = speakers[item.speaker].name if item.speaker else item.party or "(no one named)"
    guess = session.guess()
    issue = f"{item.issue} {', '.join(item.options)}" if item.issue else "none"
    if guess:
        issue = f"by its words {guess[0]} {', '.join(guess[1])}"
    yield (
        f"speaker: {speaker}  kind: {item.kind}  said: {item.said or 'not stated'}  channel: {item.channel}  "
        f"issue: {issue}  stance: {item.stance or 'none'}"
    )
    if item.condition:
        yield f"condition: {item.condition}\nfor: {item.consequent or 'not stated'}"
    if item.why:
        yield f"why: {item.why}"


def _save(shown: ShownRecords, session: Session) -> None:
    """Save the decision; where somebody else changed its record since it was shown, say what it is now instead."""
    for here in shown.save(session):
        item = session.entries[here.group].get(here.ident)
        review = getattr(item, "review", None)
        now = "removed" if item is None else f"{review.state}{_by(review)}" if review else "another one"
        typer.echo(
            f"not saved: {here.ident} was changed in the file since it was shown; it is now {now}"
            f"{'' if item is None else '. Decide on it as it is now, or n to leave it so'}"
        )


def _by(review: Review) -> str:
    who = f" by {review.by}" if review.by else ""
    return f"{who} on {review.on}" if review.on else who


def _states(session: Session) -> dict[str, int]:
    """How many records of each state there are."""
    groups = ("statements", "contacts", "figures", "shifts")
    states = [r.review.state for g in groups for r in session.entries[g].values()]
    return {k: states.count(k) for k in ("accepted", "edited", "rejected", "suggested")}
