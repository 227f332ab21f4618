"""The cases of a team and who has which role in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select, update

from zopa.errors import NotApplicable, UnknownName
from zopa.workbench.rights import ROLES, Role
from zopa.workbench.store.accounts import account_named
from zopa.workbench.store.database import Database
from zopa.workbench.store.tables import accounts, cases, members

__all__ = [
    "Membership",
    "TeamCase",
    "add_case",
    "cases_of",
    "end_blindness",
    "folders",
    "people",
    "remove_person",
    "role_of",
    "set_role",
]

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


@dataclass(frozen=True)
class TeamCase:
    """A case of the team, as one person has it."""

    id: str
    folder: Path
    role: Role
    blind: bool


@dataclass(frozen=True)
class Membership:
    """A person with a role in a case; ``blind``: codes without seeing what others coded."""

    name: str
    full_name: str
    role: Role
    blind: bool


def add_case(database: Database, folder: str | Path, owner: str, ident: str = "") -> str:
    """Register a case folder with its owner; the id under which it stands in every address.

    Raises
    ------
    NotApplicable
        The folder is no case, or the id cannot be used or is taken.
    UnknownName
        There is no such account.
    """
    place = Path(folder).resolve()
    if not (place / "case.yaml").is_file():
        raise NotApplicable(f"{folder} is no case folder: it has no case.yaml")
    name = ident or re.sub(r"[^a-z0-9]+", "-", place.name.lower()).strip("-")[:80]
    if not _ID.fullmatch(name):
        raise NotApplicable("expected an id of small letters, digits and -, at most 80 characters")
    account = account_named(database, owner)
    with database.write() as c:
        if c.execute(select(cases.c.id).where(cases.c.id == name)).first():
            raise NotApplicable(f"there is a case '{name}' already; give another id")
        c.execute(insert(cases).values(id=name, folder=str(place)))
        c.execute(insert(members).values(case=name, account=account.id, role="owner", blind=False))
    return name


def cases_of(database: Database, account: int) -> list[TeamCase]:
    """The cases in which an account has a role, by id; of all others it learns nothing."""
    found = (
        select(cases.c.id, cases.c.folder, members.c.role, members.c.blind)
        .join(members, members.c.case == cases.c.id)
        .where(members.c.account == account)
        .order_by(cases.c.id)
    )
    with database.read() as c:
        return [TeamCase(r.id, Path(r.folder), r.role, r.blind) for r in c.execute(found)]


def role_of(database: Database, case: str, account: int) -> Role | None:
    """The role of an account in a case; None where it has none or there is no such case."""
    found = select(members.c.role).where(members.c.case == case, members.c.account == account)
    with database.read() as c:
        return c.execute(found).scalar()


def people(database: Database, case: str) -> list[Membership]:
    """Everybody with a role in a case."""
    found = (
        select(accounts.c.name, accounts.c.full_name, members.c.role, members.c.blind)
        .join(members, members.c.account == accounts.c.id)
        .where(members.c.case == case)
        .order_by(accounts.c.name)
    )
    with database.read() as c:
        return [Membership(r.name, r.full_name, r.role, r.blind) for r in c.execute(found)]


def set_role(database: Database, case: str, name: str, role: str, blind: bool = False) -> None:
    """Give a person a role in a case; a blind coder sees nobody else's coding until :func:`unblind`.

    Raises
    ------
    NotApplicable
        The case would have no owner, or somebody who is no coder would be blind.
    UnknownName
        No such case, account or role.
    """
    if role not in ROLES:
        raise UnknownName("role", role, ROLES)
    if blind and role != "coder":
        raise NotApplicable("only a coder can be blind")
    account = account_named(database, name).id
    with database.write() as c:
        known = [r.id for r in c.execute(select(cases.c.id))]
        if case not in known:
            raise UnknownName("case", case, known)
        here = (members.c.case == case) & (members.c.account == account)
        c.execute(delete(members).where(here))
        c.execute(insert(members).values(case=case, account=account, role=role, blind=blind))
        _owned(c, case)


def remove_person(database: Database, case: str, name: str) -> None:
    """Take a person's role in a case away; :class:`NotApplicable` where nobody would own it."""
    account = account_named(database, name).id
    with database.write() as c:
        c.execute(delete(members).where(members.c.case == case, members.c.account == account))
        _owned(c, case)


def _owned(c: Connection, case: str) -> None:
    owners = select(func.count()).where(members.c.case == case, members.c.role == "owner")
    if not c.execute(owners).scalar_one():
        raise NotApplicable("a case needs an owner: make somebody else owner first")


def end_blindness(database: Database, case: str, account: int) -> None:
    """Let a coder see the others' work."""
    here = (members.c.case == case) & (members.c.account == account)
    with database.write() as c:
        c.execute(update(members).where(here).values(blind=False))


def folders(database: Database) -> dict[str, Path]:
    """All cases of the team with their folders."""
    with database.read() as c:
        return {r.id: Path(r.folder) for r in c.execute(select(cases.c.id, cases.c.folder))}
