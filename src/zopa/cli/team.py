"""The command `team`: people, roles, cases and the database of `zopa serve --team`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zopa.cli.next_steps import tell_next
from zopa.cli.options import JsonOption, print_answer
from zopa.counts import things

if TYPE_CHECKING:
    from zopa.workbench.store import Database

__all__ = ["team"]

ACTS = {
    "add-person": ("NAME",), "set-password": ("NAME",), "close": ("NAME",), "add-case": ("FOLDER", "OWNER"),
    "set-role": ("CASE", "NAME", "ROLE"), "remove-role": ("CASE", "NAME"), "people": ("CASE",), "cases": (),
    "link": ("NAME", "ISSUER", "SUBJECT"), "unlink": ("NAME",), "sign-ins": (),
    "backup": ("FILE",), "restore": ("FILE",), "migrate": (),
}  # fmt: skip
"""What can be done -> the words that it needs."""


def team(
    database: Annotated[
        str, typer.Argument(metavar="DATABASE", help="An SQLite file, or postgresql://USER@HOST/NAME.")
    ],
    act: Annotated[
        str, typer.Argument(metavar="WHAT", help="; ".join(" ".join((a, *w)) for a, w in ACTS.items()))
    ],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD...]", help="What the act needs.")
    ] = None,
    blind: Annotated[bool, typer.Option("--blind", help="With set-role: a coder who codes blind.")] = False,
    full_name: Annotated[str, typer.Option("--full-name", help="With add-person.")] = "",
    no_password: Annotated[
        bool, typer.Option("--no-password", help="With add-person: who signs in at a provider only.")
    ] = False,
    ident: Annotated[str, typer.Option("--id", help="With add-case: the id in addresses.")] = "",
    json: JsonOption = False,
) -> None:
    """Who may sign in to `zopa serve --team`, in which role in which case; backup, restore and migrate its database."""
    from zopa.errors import UnknownName

    given = words or []
    if act not in ACTS:
        raise UnknownName("act", act, ACTS)
    if len(given) != len(ACTS[act]):
        raise typer.BadParameter(f"expected zopa team DATABASE {' '.join((act, *ACTS[act]))}")
    from zopa.workbench.store import opened

    store = opened(database)
    try:
        found, said = _do(
            store, act, given, blind=blind, full_name=full_name, ident=ident, password=not no_password
        )
        steps = _next(store, act, given, database)
    finally:
        store.close()
    if json:
        print_answer("team", found, act=act, words=given)
    else:
        typer.echo(said)
        tell_next(steps)


def _next(store: Database, act: str, given: list[str], database: str) -> list[str]:
    """What leads on from an act."""
    from zopa.workbench.store import members

    team, cases = ("team", database), [*members.folders(store)]
    match act, given:
        case "add-person", [name]:
            one = ("set-role", cases[0], name, "editor") if cases else ("add-case", "FOLDER", name)
            return [shlex.join((*team, *one))]
        case (("set-role" | "remove-role"), [case, *_]):
            return [shlex.join((*team, "people", case))]
        case _:
            serve = shlex.join(("serve", "--team", database))
            return [serve if cases else shlex.join((*team, "add-person", "NAME"))]


def _do(
    store: Database,
    act: str,
    given: list[str],
    *,
    blind: bool,
    full_name: str,
    ident: str,
    password: bool,
) -> tuple[Any, str]:
    """What was done: as data, and in words."""
    from zopa.workbench import store as verbs
    from zopa.workbench.store import accounts, members
    from zopa.workbench.store.database import version

    match act, given:
        case "add-person", [name]:
            verbs.add_person(store, name, _password() if password else None, full_name)
            return {"name": name}, f"{name} can sign in" if password else f"{name} can sign in once linked"
        case "set-password", [name]:
            accounts.set_password(store, name, _password())
            return {"name": name}, f"the password of {name} is another one, and all sessions ended"
        case "close", [name]:
            accounts.close_account(store, name)
            return {"name": name}, f"{name} cannot sign in any more; what {name} wrote stays"
        case "add-case", [folder, owner]:
            made = verbs.add_case(store, folder, owner, ident)
            return {"case": made, "owner": owner}, f"case {made} is served, {owner} owns it"
        case "set-role", [case, name, role]:
            verbs.set_role(store, case, name, role, blind=blind)
            return {"case": case, "name": name, "role": role}, f"{name} is {role} of {case}"
        case "remove-role", [case, name]:
            verbs.remove_person(store, case, name)
            return {"case": case, "name": name}, f"{name} has no role in {case}"
        case "people", [case]:
            found = [vars(p) for p in verbs.people(store, case)]
            lines = [f"{p['name']}: {p['role']}{', blind' if p['blind'] else ''}" for p in found]
            return found, "\n".join(lines) or "no person has a role in this case"
        case "cases", []:
            listed = {i: str(f) for i, f in members.folders(store).items()}
            return listed, "\n".join(f"{i}: {f}" for i, f in listed.items()) or "no cases"
        case (("link" | "unlink" | "sign-ins"), _):
            return _identities(store, act, given)
        case "backup", [path]:
            n = verbs.backup(store, Path(path))
            return {
                "rows": n
            }, f"wrote {things(n, 'row')} to {path}; keep the case folders too: they are not in it"
        case "restore", [path]:
            n = verbs.restore(store, path)
            return {"rows": n}, f"restored {things(n, 'row')}"
        case _:
            return {"version": version(store)}, f"the tables are of version {version(store)}"


def _identities(store: Database, act: str, given: list[str]) -> tuple[Any, str]:
    """Who signs in at a provider, and who signed in."""
    from datetime import UTC, datetime

    from zopa.workbench.store import accounts, identities

    match act, given:
        case "link", [name, issuer, subject]:
            identities.link_identity(store, name, issuer, subject)
            return {"name": name, "issuer": issuer, "subject": subject}, f"{name} can sign in at {issuer}"
        case "unlink", [name]:
            n = identities.unlink_identities(store, name)
            said = f"{name} is linked to no identity any more, and all sessions ended"
            return {"name": name, "unlinked": n}, said
        case _:
            rows = [
                {"at": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}Z", "name": name, "way": way}
                for at, name, way in accounts.signed_in_lately(store)
            ]
            return rows, "\n".join(
                f"{r['at']} {r['name']}: {r['way']}" for r in rows
            ) or "no sign-ins are listed"


def _password() -> str:
    """Typed twice without being shown, or the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
