"""Blind second coding: a coder judges statements by their words, and sees nobody else's judgment until unblinded."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, insert, select

from zopa.casefile import Coding, acting, add_codings
from zopa.casefile.coders import CODED
from zopa.errors import UnknownName
from zopa.workbench.store.database import Database
from zopa.workbench.store.members import end_blindness
from zopa.workbench.store.tables import accounts, cases, codings, members

__all__ = ["code", "codings_for", "must_not_see", "unblind"]


def must_not_see(database: Database, case: str, account: int) -> bool:
    """Whether an account codes a case blind: then it may open its own coding, and no other page of the case."""
    found = select(members.c.blind).where(members.c.case == case, members.c.account == account)
    with database.read() as c:
        return bool(c.execute(found).scalar())


def code(database: Database, case: str, account: int, statement: str, field: str, value: str) -> None:
    """Keep one judgment of a coder; a later one takes its place."""
    if field not in CODED:
        raise UnknownName("field of a statement", field, CODED)
    here = (
        (codings.c.case == case)
        & (codings.c.account == account)
        & (codings.c.statement == statement)
        & (codings.c.field == field)
    )
    row = {"case": case, "account": account, "statement": statement, "field": field, "value": value}
    with database.write() as c:
        c.execute(delete(codings).where(here))
        c.execute(insert(codings).values(**row, at=database.clock()))


def codings_for(database: Database, case: str, account: int) -> list[Coding]:
    """The codings that an account may see: its own while anything of it or of the other is blind, else all.

    What a blind coder judged is shown to nobody else either, so that no one steers or is steered.
    """
    found = (
        select(codings, accounts.c.name.label("who"), members.c.blind)
        .join(accounts, accounts.c.id == codings.c.account)
        .outerjoin(members, (members.c.case == codings.c.case) & (members.c.account == codings.c.account))
        .where(codings.c.case == case)
        .order_by(codings.c.id)
    )
    blind = must_not_see(database, case, account)
    with database.read() as c:
        rows = c.execute(found).all()
    return [
        Coding(r.who, r.statement, r.field, r.value)
        for r in rows
        if r.account == account or not (blind or r.blind)
    ]


def unblind(database: Database, case: str, account: int) -> int:
    """End the blindness of a coder and write the codings into ``codings.csv`` of the case; how many there are."""
    end_blindness(database, case, account)
    with database.read() as c:
        folder = c.execute(select(cases.c.folder).where(cases.c.id == case)).scalar_one()
        name = c.execute(select(accounts.c.name).where(accounts.c.id == account)).scalar_one()
    own = [k for k in codings_for(database, case, account) if k.coder == name]
    if own:
        with acting(name, "workbench", "second coding, unblinded"):
            add_codings(Path(folder), own)
    return len(own)
