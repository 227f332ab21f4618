"""Accounts and sessions: who is there, and for how long.

A session's id is known to the browser only; the database has its digest. Whoever logs in gets a new id. A wrong
name, a wrong password and a closed account get the same answer after the same work; so do too many tries.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from zopa.errors import NotApplicable, UnknownName, ZopaError
from zopa.workbench.store.database import Database
from zopa.workbench.store.tables import accounts, attempts, sessions, sign_ins

__all__ = [
    "Account",
    "Refused",
    "TeamSession",
    "account_named",
    "add_person",
    "attempt_key",
    "begin_session",
    "close_account",
    "digest_of",
    "log_in",
    "log_out",
    "session_of",
    "set_password",
    "signed_in_lately",
    "too_many",
]

HASHER = PasswordHasher()
"""Argon2id with the library's present defaults."""
IDLE = 2 * 3600.0
"""Seconds after which an unused session ends."""
ABSOLUTE = 12 * 3600.0
"""Seconds after which every session ends."""
LISTED = 90 * 24 * 3600.0
"""Seconds after which a sign-in is not listed any more."""
WINDOW = 15 * 60.0
MOST_PER_ACCOUNT = 8
MOST_PER_ADDRESS = 40
"""Failed tries within ``WINDOW`` seconds after which no further one is looked at."""
SHORTEST = 12
LONGEST = 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
NONE = ""
"""In place of the hash of a password: there is none."""
_NOBODY = HASHER.hash(secrets.token_urlsafe())
REFUSED = "the name or the password is not right, or there were too many tries; wait a quarter of an hour after those"


class Refused(ZopaError):
    """A log-in that is not let in; for a password it says the same whatever was wrong."""

    def __init__(self, words: str = REFUSED) -> None:
        super().__init__(words)


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


def add_person(database: Database, name: str, password: str | None, full_name: str = "") -> Account:
    """Make an account; without a password (None) only a linked identity signs in to it.

    Raises
    ------
    NotApplicable
        The name or the password cannot be used, or the name is taken; the message says what to give instead.
    """
    _sound(name, password)
    row = {
        "name": name,
        "full_name": full_name[:200],
        "password": NONE if password is None else HASHER.hash(password),
        "active": True,
        "made": database.clock(),
    }
    try:
        with database.write() as c:
            made = c.execute(insert(accounts).values(row).returning(accounts.c.id)).scalar_one()
    except IntegrityError:
        raise NotApplicable(f"there is an account called '{name}' already") from None
    return Account(made, name, full_name[:200])


def _sound(name: str, password: str | None) -> None:
    if not _NAME.fullmatch(name):
        raise NotApplicable("expected a name of small letters, digits and . _ @ + -, at most 100 characters")
    if password is not None and not SHORTEST <= len(password) <= LONGEST:
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
    keys = {attempt_key("account", name): MOST_PER_ACCOUNT, attempt_key("address", address): MOST_PER_ADDRESS}
    with database.write() as c:
        tired = too_many(c, keys, now)
        row = c.execute(select(accounts).where(accounts.c.name == name)).first()
    known = row is not None and row.active and row.password != NONE and not tired
    right = _verified(row.password if row is not None and known else _NOBODY, password)
    if row is None or not known or not right:
        raise Refused
    with database.write() as c:
        token = begin_session(c, row.id, "password", now, old)
        c.execute(delete(attempts).where(attempts.c.whose == attempt_key("account", name)))
        if HASHER.check_needs_rehash(row.password):
            c.execute(update(accounts).where(accounts.c.id == row.id).values(password=HASHER.hash(password)))
    return TeamSession(token, Account(row.id, row.name, row.full_name))


def begin_session(c: Connection, account: int, way: str, now: float, old: str = "") -> str:
    """Begin a session with a new id, which is returned, end the one before (``old``), and list the sign-in.

    ``way`` is how the person signed in: ``password``, or the issuer of the identity.
    """
    token = secrets.token_urlsafe(32)
    c.execute(delete(attempts).where(attempts.c.at < now - WINDOW))
    c.execute(delete(sessions).where(sessions.c.digest == digest_of(old)))
    c.execute(delete(sessions).where((sessions.c.began < now - ABSOLUTE) | (sessions.c.seen < now - IDLE)))
    c.execute(insert(sessions).values(digest=digest_of(token), account=account, began=now, seen=now))
    c.execute(delete(sign_ins).where(sign_ins.c.at < now - LISTED))
    c.execute(insert(sign_ins).values(account=account, at=now, way=way))
    return token


def signed_in_lately(database: Database) -> list[tuple[float, str, str]]:
    """Sign-ins that are still listed, the last one first: when, who, and how."""
    found = (
        select(sign_ins.c.at, accounts.c.name, sign_ins.c.way)
        .join(accounts, accounts.c.id == sign_ins.c.account)
        .order_by(sign_ins.c.at.desc(), sign_ins.c.id.desc())
    )
    with database.read() as c:
        return [(r.at, r.name, r.way) for r in c.execute(found)]


def _verified(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def too_many(c: Connection, most: Mapping[str, int], now: float) -> bool:
    """Whether one of these keys had too many tries; if none had, this try counts, whatever becomes of it."""
    tired = any(_failures(c, key, now) >= limit for key, limit in most.items())
    if not tired:  # noted before anything is looked at: many tries at once count too
        c.execute(insert(attempts), [{"whose": key, "at": now} for key in most])
    return tired


def _failures(c: Connection, key: str, now: float) -> int:
    found = select(func.count()).where(attempts.c.whose == key, attempts.c.at > now - WINDOW)
    return int(c.execute(found).scalar_one())


def attempt_key(kind: str, value: str) -> str:
    """Under which tries are counted: of an account, or from an address."""
    return digest_of(f"{kind}:{value}")


def digest_of(token: str) -> str:
    """What the database keeps of a secret of the browser."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def session_of(database: Database, token: str) -> TeamSession | None:
    """The session of an id, which is used now; None where it ended or never was."""
    now = database.clock()
    if not token:
        return None
    found = (
        select(sessions.c.began, sessions.c.seen, accounts.c.id, accounts.c.name, accounts.c.full_name)
        .join(accounts, accounts.c.id == sessions.c.account)
        .where(sessions.c.digest == digest_of(token), accounts.c.active)
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
            c.execute(update(sessions).where(sessions.c.digest == digest_of(token)).values(seen=now))
    return TeamSession(token, Account(row.id, row.name, row.full_name))


def log_out(database: Database, token: str) -> None:
    """End a session at the server."""
    with database.write() as c:
        c.execute(delete(sessions).where(sessions.c.digest == digest_of(token)))
