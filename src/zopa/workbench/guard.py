"""The one security layer around every request: host, origin, session, CSRF, size, and headers of the answer.

What it refuses never reaches a screen. The rules and their reasons:

- the Host header must name the address that the server listens on: a page elsewhere whose name is made to lead here
  (DNS rebinding) gets nothing;
- a changing request must come from our own origin and carry the session's CSRF token, as a header or a form field;
- everything but the style sheet and scripts needs a session; a one-time token in the address is exchanged for it and
  taken out of the address at once;
- nothing runs, loads, frames or is sent anywhere but from and to this server, and no page is kept by a cache.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Collection
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zopa.casefile import acting, acting_now
from zopa.workbench.access import SignedIn, SignIn, csrf_token
from zopa.workbench.translation import Catalogue, speaking

__all__ = ["HEADERS", "MOST_BODY", "POLICY", "Guard", "require_token"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
MOST_BODY = 64_000_000
"""Bytes of a request, uploads included; the application stops reading there whatever length was announced."""
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
TOKEN_FIELD, TOKEN_HEADER = "csrf", "x-csrf-token"


class Guard:
    """ASGI middleware; see the head of this module.

    Parameters
    ----------
    hosts : values of the Host header that are ours, with the port: ``127.0.0.1:8765``.
    secure : whether cookies are sent over TLS only.
    catalogue : of the language that is spoken; None is English.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        sign_in: SignIn,
        hosts: Collection[str],
        secure: bool = False,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.app, self.sign_in, self.secure, self.catalogue = app, sign_in, secure, catalogue
        self.hosts = frozenset(h.lower() for h in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, exchange a token, or hand on with the session in ``request.state``."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        guarded = _with_headers(send, scope["path"])
        request = Request(scope)
        refusal = self._refusal(request) or self._admission(request)
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        entry = getattr(request.state, "entry", None)
        who = entry.user if entry is not None and self.sign_in.entrance else acting_now().who
        # What a screen changes stands in the record of the case under this name.
        with acting(who, "zopa serve"), speaking(self.catalogue):
            await self.app(scope, receive, guarded)

    def _refusal(self, request: Request) -> Response | None:
        headers = request.headers
        if headers.get("host", "").lower() not in self.hosts:
            return _refuse(421, "This address is not the one that zopa serve printed.")
        if request.method not in SAFE and not self._own_origin(headers):
            return _refuse(403, "The request comes from another page.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > MOST_BODY:
            return _refuse(413, f"At most {MOST_BODY // 1_000_000} MB fit into one request.")
        return None

    def _own_origin(self, headers: Headers) -> bool:
        origin = headers.get("origin", "").lower()
        if origin == "null":  # a plain form under `no-referrer`; the other header is one that no page can set
            return headers.get("sec-fetch-site") == "same-origin"
        scheme, _, host = origin.partition("://")
        return scheme in ("http", "https") and host == headers.get("host", "").lower()

    def _admission(self, request: Request) -> Response | None:
        """None for who may go on; a redirect for who brings a token; else a refusal in words."""
        if request.url.path.startswith("/static/"):
            return None
        query = parse_qsl(request.url.query, keep_blank_values=True)
        tokens = [v for k, v in query if k == "token"]
        entry = self.sign_in.entry(request)
        if tokens and request.method == "GET":
            rest = urlencode([(k, v) for k, v in query if k != "token"])
            return self._exchange(request.url.path, rest, tokens[0], entry)
        if request.url.path in self.sign_in.open_paths:
            request.state.entry = entry
            return None
        if entry is None and self.sign_in.entrance and request.method == "GET":
            twin = request.url.path.endswith(".json")
            return _refuse(401, "Sign in first.") if twin else RedirectResponse(self.sign_in.entrance, 303)
        if entry is None:
            return _refuse(
                401, "Open the address that zopa serve printed; its token works once, in one browser."
            )
        request.state.entry = entry
        return None

    def _exchange(self, path: str, query: str, token: str, known: SignedIn | None) -> Response:
        entry = known or self.sign_in.exchange(token)
        if entry is None:
            return _refuse(
                401, "This token is not right, or was used before. Start zopa serve again for a new one."
            )
        onward = "/" + path.lstrip("/\\") + ("?" + query if query else "")
        answer = RedirectResponse(onward, 303)
        answer.set_cookie(
            self.sign_in.cookie, entry.id, path="/", httponly=True, samesite="lax", secure=self.secure
        )
        return answer


async def require_token(request: Request) -> AsyncIterator[None]:
    """Dependency of every route: a changing request carries the CSRF token of its session. Closes the files of forms.

    Raises
    ------
    PermissionError
        It does not.
    """
    try:
        await _with_token(request)
        yield
    finally:
        await request.close()


async def _with_token(request: Request) -> None:
    if request.method in SAFE or request.state.entry is None:  # who signs in: the origin was checked
        return
    given = request.headers.get(TOKEN_HEADER)
    if given is None:
        field = (await request.form()).get(TOKEN_FIELD)
        given = field if isinstance(field, str) else ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), csrf_token(request.state.entry.id).encode()):
        raise PermissionError("the form is out of date: open the page again and repeat what you did")


def _refuse(status: int, words: str) -> Response:
    return PlainTextResponse(words + "\n", status)


def _with_headers(send: Send, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers["cache-control"] = "no-cache" if path.startswith("/static/") else "no-store"
        await send(message)

    return sending
