"""Who asks, and what they may do: the seam between the pages and the way people sign in.

A way to sign in is an object with the three methods of :class:`SignIn`. ``zopa serve`` for one person uses
:class:`SingleUser`: a one-time token in the printed address, exchanged for a cookie at first use.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, Protocol

from starlette.requests import HTTPConnection

__all__ = ["RIGHTS", "Act", "Member", "Role", "SignIn", "SignedIn", "SingleUser", "csrf_token"]

Role = Literal["owner", "editor", "coder", "viewer"]
Act = Literal["see", "review", "draft", "annotate", "change", "manage"]

RIGHTS: Mapping[Role, frozenset[Act]] = {
    "owner": frozenset(("see", "review", "draft", "annotate", "change", "manage")),
    "editor": frozenset(("see", "review", "draft", "annotate", "change")),
    "coder": frozenset(("see", "review")),
    "viewer": frozenset(("see",)),
}
"""What each role may do in a case: see it, review statements, draft packages, annotate, change issues, rules and
judgments, manage people and export everything."""


@dataclass(frozen=True)
class Member:
    """A person in a case."""

    user: str
    role: Role

    def may(self, act: Act) -> bool:
        """Whether the role allows it."""
        return act in RIGHTS[self.role]


@dataclass(frozen=True)
class SignedIn:
    """A session: whose, and its secret id, which never leaves the cookie."""

    user: str
    id: str = field(repr=False)


class SignIn(Protocol):
    """How people sign in."""

    cookie: str
    """The name of the cookie that holds the session's id."""

    def exchange(self, token: str) -> SignedIn | None:
        """A new session for a one-time token in the address; None where it is not right or used up."""

    def entry(self, connection: HTTPConnection) -> SignedIn | None:
        """The session of a request; None where there is none."""

    def role(self, user: str, case: str) -> Role | None:
        """The role of a person in a case; None where the case is none of theirs."""


class SingleUser:
    """One person, the owner of every case served; a token of 256 bits that works once."""

    def __init__(self, cookie: str = "zopa", user: str = "owner") -> None:
        self.token = secrets.token_urlsafe(32)
        self.cookie, self.user = cookie, user
        self._unused = True
        self._session = ""

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
        """Owner."""
        return "owner"


def csrf_token(session: str) -> str:
    """The token that every changing request of a session carries; it tells nothing about the session's id."""
    return hmac.new(session.encode(), b"csrf", sha256).hexdigest()
