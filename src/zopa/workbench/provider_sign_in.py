"""The two addresses of signing in at a provider: the way there and the return.

The way there takes nothing from the address and the return always leads to the list of cases, so no one can be led
elsewhere. Nobody is let in whose identity no administrator linked to an account.
"""

from __future__ import annotations

import shlex

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from zopa.workbench.identity_provider import IdentityProvider, ProviderRefused
from zopa.workbench.store import Refused
from zopa.workbench.store.identities import PATIENCE, begin_handshake, end_handshake, log_in_as
from zopa.workbench.team import BACK, THERE, TeamSignIn, let_in, login_form
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["team"])


def _parts(request: Request) -> tuple[TeamSignIn, IdentityProvider, str, str]:
    """The way to sign in, the provider, our address for the return, and the name of the cookie."""
    sign_in: TeamSignIn = request.app.state.sign_in
    assert sign_in.provider is not None
    scheme = "https" if sign_in.secure else "http"
    back = f"{scheme}://{request.headers['host'].lower()}{BACK}"  # the guard knows the host as ours
    return sign_in, sign_in.provider, back, f"{sign_in.cookie}-under-way"


@router.get(THERE, response_class=HTMLResponse)
def there(request: Request) -> Response:
    """Send the browser to the provider, with a secret of its own in a cookie."""
    sign_in, provider, back, cookie = _parts(request)
    address = request.client.host if request.client else ""
    try:
        secret = begin_handshake(sign_in.database, address)
        place = provider.address(secret, back)
    except (Refused, ProviderRefused) as refused:
        return login_form(request, str(refused), 403)
    answer = RedirectResponse(place, 303)
    answer.set_cookie(
        cookie,
        secret,
        max_age=int(PATIENCE),
        path="/",
        httponly=True,
        samesite="lax",
        secure=sign_in.secure,
    )
    return answer


@router.get(BACK, response_class=HTMLResponse)
def back(request: Request) -> Response:
    """Begin a session with a new id for who comes back from the provider with a linked identity."""
    sign_in, provider, place, cookie = _parts(request)
    secret = request.cookies.get(cookie, "")
    try:
        answer = _returned(request, sign_in, provider, place, secret)
    except ProviderRefused as refused:
        answer = login_form(request, str(refused), 403)
    answer.delete_cookie(cookie, path="/", secure=sign_in.secure, httponly=True, samesite="lax")
    return answer


def _returned(
    request: Request, sign_in: TeamSignIn, provider: IdentityProvider, place: str, secret: str
) -> Response:
    given = request.query_params.multi_items()
    query = dict(given)
    if len(query) != len(given):
        raise ProviderRefused("the provider's answer says something twice; begin again")
    if not end_handshake(sign_in.database, secret):
        raise ProviderRefused(
            "this sign-in was not begun here, was used already or took too long; begin again"
        )
    who = provider.identity(secret, place, query)
    old = request.cookies.get(sign_in.cookie, "")
    session = log_in_as(sign_in.database, who.issuer, who.subject, old)
    if session is None:
        command = shlex.join(["zopa", "team", "DATABASE", "link", "NAME", who.issuer, who.subject])
        return login_form(
            request, translated("you have no account here, or it is not linked yet"), 403, command
        )
    return let_in(sign_in, session)
