"""``zopa serve --team``: people sign in with a name and a password, and have roles in cases.

The pages outside any case: sign in, sign out, the list of one's own cases; and in a case the people of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from zopa.errors import UnknownName
from zopa.workbench.access import SignedIn, csrf_token
from zopa.workbench.frame import environment
from zopa.workbench.rights import Role
from zopa.workbench.store import (
    Database,
    Refused,
    TeamSession,
    cases_of,
    log_in,
    log_out,
    must_not_see,
    role_of,
    session_of,
)
from zopa.workbench.store.accounts import account_named
from zopa.workbench.translation import translated

if TYPE_CHECKING:
    from zopa.workbench.identity_provider import IdentityProvider

__all__ = ["BACK", "THERE", "TeamSignIn", "let_in", "login_form", "router"]

CODING = "/coding"
THERE, BACK = "/login/provider", "/login/return"
"""Where signing in at a provider begins, and where it comes back to."""


class TeamSignIn:
    """Sessions of the store, behind a cookie; see :class:`zopa.workbench.access.SignIn`."""

    entrance = "/login"
    navigation: tuple[tuple[str, str, str], ...] = (
        ("Coding", "/coding", "c"),
        ("Comments", "/comments", "m"),
        ("People", "/people", "o"),
    )

    def __init__(
        self,
        database: Database,
        cookie: str = "zopa-team",
        secure: bool = False,
        provider: IdentityProvider | None = None,
    ) -> None:
        self.database, self.cookie, self.secure, self.provider = database, cookie, secure, provider
        self.open_paths = frozenset((self.entrance, *((THERE, BACK) if provider else ())))

    def exchange(self, token: str) -> SignedIn | None:  # noqa: ARG002
        """No tokens in addresses here."""
        return None

    def entry(self, connection: HTTPConnection) -> SignedIn | None:
        """Whose session the cookie is."""
        found = session_of(self.database, connection.cookies.get(self.cookie, ""))
        return SignedIn(found.account.name, found.id) if found else None

    def role(self, user: str, case: str) -> Role | None:
        """The role of a person in a case."""
        number = self.number(user)
        return None if number is None else role_of(self.database, case, number)

    def allows(self, user: str, case: str, path: str) -> bool:
        """A blind coder opens the coding only."""
        number = self.number(user)
        open_ = path in (CODING, CODING + ".json") or path.startswith(CODING + "/")
        return open_ or number is None or not must_not_see(self.database, case, number)

    def number(self, user: str) -> int | None:
        """The account's number; None where it is gone."""
        try:
            return account_named(self.database, user).id
        except UnknownName:
            return None


router = APIRouter(tags=["team"])


def _sign_in(request: Request) -> TeamSignIn:
    found: TeamSignIn = request.app.state.sign_in
    return found


def _page(template: str, status: int = 200, **more: Any) -> HTMLResponse:
    return HTMLResponse(environment().get_template(template).render(more), status)


@router.get("/login", response_class=HTMLResponse)
def login_page(request: Request) -> Response:
    """The form to sign in."""
    if request.state.entry is not None:
        return RedirectResponse("/", 303)
    return login_form(request)


def login_form(
    request: Request, said: str = "", status: int = 200, command: str = "", name: str = ""
) -> Response:
    """The form to sign in, with what went wrong; ``command`` is what who runs the server would type to link."""
    provider = _sign_in(request).provider
    host = provider.host if provider else ""
    return _page(
        "login.html.j2", status, said=translated(said), name=name, provider=host, there=THERE, command=command
    )


def let_in(sign_in: TeamSignIn, session: TeamSession) -> Response:
    """Send who signed in to the list of cases, with the session in the cookie."""
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        sign_in.cookie, session.id, path="/", httponly=True, samesite="lax", secure=sign_in.secure
    )
    return answer


@router.post("/login", response_class=HTMLResponse)
async def login(
    request: Request, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    """Begin a session with a new id, whatever id the browser had."""
    sign_in = _sign_in(request)
    address = request.client.host if request.client else ""
    old = request.cookies.get(sign_in.cookie, "")
    try:
        session = await run_in_threadpool(log_in, sign_in.database, name, password, address, old)
    except Refused as refused:
        return login_form(request, str(refused), 403, name=name)
    return let_in(sign_in, session)


@router.post("/logout")
def logout(request: Request) -> Response:
    """End the session at the server."""
    sign_in = _sign_in(request)
    log_out(sign_in.database, request.state.entry.id)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(sign_in.cookie, path="/")
    return answer


def _cases(request: Request) -> list[Mapping[str, str]]:
    sign_in = _sign_in(request)
    number = sign_in.number(request.state.entry.user)
    served = request.app.state.cases
    own = cases_of(sign_in.database, number) if number is not None else []
    return [{"id": c.id, "role": c.role} for c in own if served.known(c.id)]


@router.get("/", response_class=HTMLResponse)
def cases_page(request: Request) -> Response:
    """The cases in which one has a role."""
    entry = request.state.entry
    return _page("cases.html.j2", cases=_cases(request), user=entry.user, csrf=csrf_token(entry.id))


@router.get("/cases.json")
def cases_json(request: Request) -> Response:
    """The same as JSON."""
    return JSONResponse({"question": {"verb": "cases"}, "answer": {"cases": _cases(request)}})
