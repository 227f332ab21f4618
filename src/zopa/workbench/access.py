"""Who asks, and what they may do: the seam between the pages and the way people sign in.

A way to sign in is an object with the three methods of :class:`SignIn`. ``zopa serve`` for one person uses
:class:`SingleUser`: a one-time token in the printed address, exchanged for a cookie at first use.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from starlette.requests import HTTPConnection

from zopa.workbench.rights import Role, may

__all__ = ["Member", "SignIn", "SignedIn", "SingleUser", "csrf_token"]


@dataclass(frozen=True)
class Member:
    """A person in a case."""

    user: str
    role: Role

    def may(self, act: str) -> bool:
        """Whether the role allows it."""
        return may(self.role, act)

    @property
    def closed(self) -> tuple[str, ...]:
        """The access marks of sources whose words this person does not see."""
        marks = {"restricted": "see restricted", "do-not-quote": "review"}
        return tuple(mark for mark, act in marks.items() if not self.may(act))


@dataclass(frozen=True)
class SignedIn:
    """A session: whose, and its secret id, which never leaves the cookie."""

    user: str
    id: str = field(repr=False)


class SignIn(Protocol):
    """How people sign in."""

    cookie: str
    """The name of the cookie that holds the session's id."""

    entrance: str
    """The path at which people sign in; empty where there is none."""

    open_paths: frozenset[str]
    """The paths that are open without a session: the entrance, and those of a provider."""

    navigation: tuple[tuple[str, str, str], ...]
    """Further screens in the head of every page: name, path, key."""

    def allows(self, user: str, case: str, path: str) -> bool:
        """Whether a person may open a path of a case at all: a blind coder opens the coding only."""

    def exchange(self, token: str) -> SignedIn | None:
        """A new session for a one-time token in the address; None where it is not right or used up."""

    def entry(self, connection: HTTPConnection) -> SignedIn | None:
        """The session of a request; None where there is none."""

    def role(self, user: str, case: str) -> Role | None:
        """The role of a person in a case; None where the case is none of theirs."""


class SingleUser:
    """One person with one role in every case served; a token of 256 bits that works once."""

    def __init__(self, cookie: str = "zopa", user: str = "owner", role: Role = "owner") -> None:
        self.token = secrets.token_urlsafe(32)
        self.cookie, self.user, self._role = cookie, user, role
        self._unused = True
        self._session = ""

    entrance = ""
    open_paths: frozenset[str] = frozenset()
    navigation: tuple[tuple[str, str, str], ...] = ()

    def allows(self, user: str, case: str, path: str) -> bool:  # noqa: ARG002
        """Everything."""
        return True

    def exchange(self, token: str) -> SignedIn | None:
        """A session for the token, at its first use."""
        right = hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())
        if not right or not self._unused:
            return None
        self._unused, self._session = False, secrets.token_urlsafe(32)
        return SignedIn(self.user, self._session)

    def entry(self, connection: HTTPConnection) -> SignedIn | None:
        """The owner, where the cookie is the session's."""
        given = connection.cookies.get(self.cookie, "").encode("utf-8", "replace")
        known = bool(self._session) and hmac.compare_digest(given, self._session.encode())
        return SignedIn(self.user, self._session) if known else None

    def role(self, user: str, case: str) -> Role | None:  # noqa: ARG002
        """The same everywhere."""
        return self._role


def csrf_token(session: str) -> str:
    """The token that every changing request of a session carries; it tells nothing about the session's id."""
    return hmac.new(session.encode(), b"csrf", sha256).hexdigest()
