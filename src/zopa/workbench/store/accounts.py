"""Accounts and sessions: who is there, and for how long.

A session's id is known to the browser only; the database has its digest. Whoever logs in gets a new id. A wrong
name, a wrong password and a closed account get the same answer after the same work; so do too many tries.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from zopa.errors import NotApplicable, UnknownName, ZopaError
from zopa.workbench.store.database import Database
from zopa.workbench.store.tables import accounts, attempts, sessions

__all__ = [
    "Account",
    "Refused",
    "TeamSession",
    "account_named",
    "add_person",
    "close_account",
    "log_in",
    "log_out",
    "session_of",
    "set_password",
]

HASHER = PasswordHasher()
"""Argon2id with the library's present defaults."""
IDLE = 2 * 3600.0
"""Seconds after which an unused session ends."""
ABSOLUTE = 12 * 3600.0
"""Seconds after which every session ends."""
WINDOW = 15 * 60.0
MOST_PER_ACCOUNT = 8
MOST_PER_ADDRESS = 40
"""Failed tries within ``WINDOW`` seconds after which no further one is looked at."""
SHORTEST = 12
LONGEST = 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
_NOBODY = HASHER.hash(secrets.token_urlsafe())
REFUSED = "the name or the password is not right, or there were too many tries; wait a quarter of an hour after those"


class Refused(ZopaError):
    """A log-in that is not let in; it says the same whatever was wrong."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


@dataclass(frozen=True)
class Account:
    """A person of the team."""

    id: int
    name: str
    full_name: str


@dataclass(frozen=True)
class TeamSession:
    """A log-in that holds; ``id`` is for the browser only."""

    id: str
    account: Account


def add_person(database: Database, name: str, password: str, full_name: str = "") -> Account:
    """Make an account.

    Raises
    ------
    NotApplicable
        The name or the password cannot be used, or the name is taken; the message says what to give instead.
    """
    _sound(name, password)
    row = {
        "name": name,
        "full_name": full_name[:200],
        "password": HASHER.hash(password),
        "active": True,
        "made": database.clock(),
    }
    try:
        with database.write() as c:
            made = c.execute(insert(accounts).values(row).returning(accounts.c.id)).scalar_one()
    except IntegrityError:
        raise NotApplicable(f"there is an account called '{name}' already") from None
    return Account(made, name, full_name[:200])


def _sound(name: str, password: str) -> None:
    if not _NAME.fullmatch(name):
        raise NotApplicable("expected a name of small letters, digits and . _ @ + -, at most 100 characters")
    if not SHORTEST <= len(password) <= LONGEST:
        raise NotApplicable(f"expected a password of {SHORTEST} to {LONGEST} characters")


def account_named(database: Database, name: str) -> Account:
    """The account of a name; :class:`UnknownName` where there is none."""
    with database.read() as c:
        rows = c.execute(
            select(accounts.c.id, accounts.c.name, accounts.c.full_name).order_by(accounts.c.name)
        ).all()
    for row in rows:
        if row.name == name:
            return Account(row.id, row.name, row.full_name)
    raise UnknownName("account", name, [r.name for r in rows])


def set_password(database: Database, name: str, password: str) -> None:
    """Give an account another password; all its sessions end."""
    _sound(name, password)
    account = account_named(database, name)
    with database.write() as c:
        c.execute(
            update(accounts)
            .where(accounts.c.id == account.id)
            .values(password=HASHER.hash(password), active=True)
        )
        c.execute(delete(sessions).where(sessions.c.account == account.id))


def close_account(database: Database, name: str) -> None:
    """Let nobody log in by this name any more; all its sessions end. What it wrote stays."""
    account = account_named(database, name)
    with database.write() as c:
        c.execute(update(accounts).where(accounts.c.id == account.id).values(active=False))
        c.execute(delete(sessions).where(sessions.c.account == account.id))


def log_in(database: Database, name: str, password: str, address: str = "", old: str = "") -> TeamSession:
    """Begin a session with a new id; a session that the browser had before (``old``) ends.

    Raises
    ------
    Refused
        Whatever is wrong; see the module.
    """
    now = database.clock()
    keys = {_key("account", name): MOST_PER_ACCOUNT, _key("address", address): MOST_PER_ADDRESS}
    with database.write() as c:
        tired = any(_failures(c, key, now) >= most for key, most in keys.items())
        row = c.execute(select(accounts).where(accounts.c.name == name)).first()
        if not tired:  # noted before the password is looked at: many tries at once count too
            c.execute(insert(attempts), [{"whose": key, "at": now} for key in keys])
    known = row is not None and row.active and not tired
    right = _verified(row.password if row is not None and known else _NOBODY, password)
    if row is None or not known or not right:
        raise Refused
    token = secrets.token_urlsafe(32)
    with database.write() as c:
        c.execute(delete(attempts).where(attempts.c.whose == _key("account", name)))
        c.execute(delete(attempts).where(attempts.c.at < now - WINDOW))
        c.execute(delete(sessions).where(sessions.c.digest == _digest(old)))
        c.execute(
            delete(sessions).where((sessions.c.began < now - ABSOLUTE) | (sessions.c.seen < now - IDLE))
        )
        c.execute(insert(sessions).values(digest=_digest(token), account=row.id, began=now, seen=now))
        if HASHER.check_needs_rehash(row.password):
            c.execute(update(accounts).where(accounts.c.id == row.id).values(password=HASHER.hash(password)))
    return TeamSession(token, Account(row.id, row.name, row.full_name))


def _verified(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def _failures(c: Connection, key: str, now: float) -> int:
    found = select(func.count()).where(attempts.c.whose == key, attempts.c.at > now - WINDOW)
    return int(c.execute(found).scalar_one())


def _key(kind: str, value: str) -> str:
    return _digest(f"{kind}:{value}")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def session_of(database: Database, token: str) -> TeamSession | None:
    """The session of an id, which is used now; None where it ended or never was."""
    now = database.clock()
    if not token:
        return None
    found = (
        select(sessions.c.began, sessions.c.seen, accounts.c.id, accounts.c.name, accounts.c.full_name)
        .join(accounts, accounts.c.id == sessions.c.account)
        .where(sessions.c.digest == _digest(token), accounts.c.active)
    )
    with database.read() as c:
        row = c.execute(found).first()
    if row is None:
        return None
    if now - row.began > ABSOLUTE or now - row.seen > IDLE:
        log_out(database, token)
        return None
    if now - row.seen > 60:  # a minute is fine enough, and spares a write per page
        with database.write() as c:
            c.execute(update(sessions).where(sessions.c.digest == _digest(token)).values(seen=now))
    return TeamSession(token, Account(row.id, row.name, row.full_name))


def log_out(database: Database, token: str) -> None:
    """End a session at the server."""
    with database.write() as c:
        c.execute(delete(sessions).where(sessions.c.digest == _digest(token)))
