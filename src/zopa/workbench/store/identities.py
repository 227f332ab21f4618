"""Identities at a provider (OpenID Connect) that an administrator linked to accounts, and sign-ins under way there.

An identity is an issuer and a subject, never an e-mail address: addresses are given to other people. No account is
made and none is linked by signing in. The browser alone has the secret of a sign-in under way; the database has its
digest, which is good for one return within ``PATIENCE`` seconds.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from zopa.errors import NotApplicable
from zopa.workbench.store.accounts import (
    MOST_PER_ADDRESS,
    Account,
    Refused,
    TeamSession,
    account_named,
    attempt_key,
    begin_session,
    digest_of,
    too_many,
)
from zopa.workbench.store.database import Database
from zopa.workbench.store.tables import accounts, handshakes, identities, sessions

__all__ = [
    "PATIENCE",
    "begin_handshake",
    "end_handshake",
    "identities_of",
    "link_identity",
    "log_in_as",
    "unlink_identities",
]

PATIENCE = 600.0
"""Seconds that a person may take at the provider."""
LONGEST_ISSUER, LONGEST_SUBJECT = 500, 255


def link_identity(database: Database, name: str, issuer: str, subject: str) -> None:
    """Let who has this identity sign in to an account; all else of the account stays.

    Raises
    ------
    NotApplicable
        The identity is linked to an account already, or is no identity.
    UnknownName
        There is no such account.
    """
    account = account_named(database, name)
    sound = issuer.startswith(("https://", "http://")) and len(issuer) <= LONGEST_ISSUER
    if not sound or not subject.strip() or len(subject) > LONGEST_SUBJECT:
        raise NotApplicable(
            "expected the address of an issuer, as in https://id.example.org, and the subject that it gives the person"
        )
    try:
        with database.write() as c:
            c.execute(insert(identities).values(issuer=issuer, subject=subject, account=account.id))
    except IntegrityError:
        raise NotApplicable(
            "this identity is linked to an account already; unlink that account first"
        ) from None


def unlink_identities(database: Database, name: str) -> int:
    """Take all identities of an account away and end its sessions; how many they were."""
    account = account_named(database, name).id
    with database.write() as c:
        c.execute(delete(sessions).where(sessions.c.account == account))
        return c.execute(delete(identities).where(identities.c.account == account)).rowcount


def identities_of(database: Database, name: str) -> list[tuple[str, str]]:
    """Issuer and subject of each identity of an account."""
    account = account_named(database, name).id
    found = select(identities.c.issuer, identities.c.subject).where(identities.c.account == account)
    with database.read() as c:
        return [(r.issuer, r.subject) for r in c.execute(found.order_by(identities.c.issuer))]


def begin_handshake(database: Database, address: str = "") -> str:
    """Begin a sign-in at the provider: a secret for the browser, from which all else is derived.

    Raises
    ------
    Refused
        Too many were begun from this address.
    """
    now, secret = database.clock(), secrets.token_urlsafe(32)
    with database.write() as c:
        if too_many(c, {attempt_key("provider", address): MOST_PER_ADDRESS}, now):
            raise Refused("there were too many tries from here; wait a quarter of an hour")
        c.execute(delete(handshakes).where(handshakes.c.began < now - PATIENCE))
        c.execute(insert(handshakes).values(digest=digest_of(secret), began=now))
    return secret


def end_handshake(database: Database, secret: str) -> bool:
    """Use up a sign-in under way; False where it never was, is used or is too old."""
    here = handshakes.c.digest == digest_of(secret)
    with database.write() as c:
        young = handshakes.c.began >= database.clock() - PATIENCE
        return bool(secret) and c.execute(delete(handshakes).where(here & young)).rowcount == 1


def log_in_as(database: Database, issuer: str, subject: str, old: str = "") -> TeamSession | None:
    """Begin a session of the account that an identity is linked to; None where it is linked to no open account."""
    found = (
        select(accounts.c.id, accounts.c.name, accounts.c.full_name)
        .join(identities, identities.c.account == accounts.c.id)
        .where(identities.c.issuer == issuer, identities.c.subject == subject, accounts.c.active)
    )
    with database.write() as c:
        row = c.execute(found).first()
        if row is None:
            return None
        token = begin_session(c, row.id, issuer, database.clock(), old)
    return TeamSession(token, Account(row.id, row.name, row.full_name))
