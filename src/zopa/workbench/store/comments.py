"""Comments of a team on records of a case. They follow the access marks of what they are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from zopa.errors import NotApplicable
from zopa.workbench.store.database import Database
from zopa.workbench.store.tables import accounts, comments

__all__ = ["Comment", "comment", "comments_on", "resolve"]

LONGEST = 10_000


@dataclass(frozen=True)
class Comment:
    """What somebody wrote about a record; ``at`` is seconds since 1970."""

    id: int
    record: str
    author: str
    at: float
    text: str
    resolved: bool


def comment(database: Database, case: str, record: str, account: int, text: str) -> int:
    """Write a comment; its number. :class:`NotApplicable` where the text is empty or too long."""
    if not text.strip() or len(text) > LONGEST or "\x00" in text or "\x00" in record:
        raise NotApplicable(f"expected a comment of 1 to {LONGEST:,} characters")
    row = {
        "case": case,
        "record": record,
        "author": account,
        "at": database.clock(),
        "text": text,
        "resolved": False,
    }
    with database.write() as c:
        return int(c.execute(insert(comments).values(row).returning(comments.c.id)).scalar_one())


def comments_on(
    database: Database, case: str, record: str | None = None, hidden: Collection[str] = ()
) -> list[Comment]:
    """The comments on a record, or on all of a case, oldest first; none on the ``hidden`` records."""
    found = (
        select(comments, accounts.c.name.label("who"))
        .join(accounts, accounts.c.id == comments.c.author)
        .where(comments.c.case == case)
        .order_by(comments.c.id)
    )
    if record is not None:
        found = found.where(comments.c.record == record)
    with database.read() as c:
        rows = c.execute(found).all()
    return [Comment(r.id, r.record, r.who, r.at, r.text, r.resolved) for r in rows if r.record not in hidden]


def resolve(database: Database, case: str, number: int, resolved: bool = True) -> bool:
    """Mark a comment of this case as settled, or open again; whether there is one of that number in it."""
    here = (comments.c.case == case) & (comments.c.id == number)
    with database.write() as c:
        return bool(c.execute(update(comments).where(here).values(resolved=resolved)).rowcount)
