"""An OpenID Connect provider: where a browser is sent to sign in, and who came back, as a verified identity.

Authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9207; RFC 9700).
All three are derived from one secret of the browser, so nothing of a sign-in under way is kept in memory. Of the ID
token only issuer and subject are used. Requests go to the issuer and to the addresses that its own discovery document
names; no answer, code, token or secret stands in any message. Needs the extra ``oidc``.
"""

from __future__ import annotations

import hmac
import http.client
import ipaddress
import json
import math
import ssl
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from zopa.errors import MissingExtra, NotApplicable, ZopaError

try:
    import cryptography  # noqa: F401
    import jwt
except ImportError as error:  # pragma: no cover
    raise MissingExtra("oidc", "sign-in by a provider (--oidc)") from error

__all__ = ["Identity", "IdentityProvider", "ProviderRefused", "derived"]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the provider has; never ``none``, never one keyed by a shared secret."""
LEEWAY = 60.0
"""Seconds by which the clocks of the provider and ours may differ."""
FRESH = 3600.0
"""Seconds after which the discovery document and the keys are read again."""
PAUSE = 60.0
"""Seconds between two looks for a key that is not among the known ones."""
MOST = 1_000_000
SECONDS = 15.0


class ProviderRefused(ZopaError):
    """Who came back is not let in, or the provider does not answer; the words are for the person."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a provider; the pair is never given to another person."""

    issuer: str
    subject: str


def derived(secret: str, what: str) -> str:
    """A value that belongs to a browser's secret and tells nothing about it: 256 bits, in letters, digits, - and _."""
    made = hmac.new(secret.encode("utf-8", "replace"), what.encode(), sha256).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()


@dataclass
class IdentityProvider:
    """A provider that an administrator named; nothing is asked of it before somebody signs in.

    Parameters
    ----------
    issuer : its address, exactly as it names itself: ``https://id.example.org``. Without TLS on this computer only.
    client : the id under which it knows this server.
    secret : the client's secret.

    Raises
    ------
    NotApplicable
        An address without TLS, or an empty id or secret.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    _told: dict[str, tuple[float, Mapping[str, Any] | ProviderRefused]] = field(
        default_factory=dict, repr=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be used."""
        if not _may_be_asked(self.issuer, self.issuer) or "?" in self.issuer or "#" in self.issuer:
            raise NotApplicable(
                f"expected the https address of an issuer, as in https://id.example.org, saw '{self.issuer}'"
            )
        if not self.client or not self.secret:
            raise NotApplicable("sign-in by a provider needs the client's id (--oidc-client) and its secret")

    @property
    def host(self) -> str:
        """How the provider is called on the sign-in page."""
        return urlsplit(self.issuer).hostname or self.issuer

    def address(self, secret: str, back: str) -> str:
        """Where the browser is sent; ``back`` is our address for the return."""
        challenge = urlsafe_b64encode(sha256(derived(secret, "verifier").encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self.client,
            "redirect_uri": back,
            "state": derived(secret, "state"),
            "nonce": derived(secret, "nonce"),
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        place = self._endpoint("authorization_endpoint")
        return place + ("&" if urlsplit(place).query else "?") + urlencode(asked)

    def identity(self, secret: str, back: str, answer: Mapping[str, str]) -> Identity:
        """Who came back with this answer, the query of the return.

        Raises
        ------
        ProviderRefused
            The answer is not to what was asked of this browser, or the provider does not vouch for it.
        """
        state = answer.get("state", "")
        if not secret or not hmac.compare_digest(
            state.encode("utf-8", "replace"), derived(secret, "state").encode()
        ):
            raise ProviderRefused("this sign-in was not begun here; begin again")
        named = answer.get("iss")
        must = self._discovered().get("authorization_response_iss_parameter_supported") is True
        if (named is None and must) or (named is not None and named != self.issuer):
            raise ProviderRefused("the answer comes from another provider than the one that was asked")
        if answer.get("error") == "access_denied":
            raise ProviderRefused("the provider did not let you in, or you did not agree there")
        if "error" in answer or not answer.get("code"):
            raise ProviderRefused("the provider could not sign you in; try again, or ask who runs the server")
        token = self._redeemed(answer["code"], derived(secret, "verifier"), back)
        return self._verified(token, derived(secret, "nonce"))

    def _redeemed(self, code: str, verifier: str, back: str) -> str:
        """The ID token for a code, over TLS from the provider itself."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        ways = self._discovered().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if isinstance(ways, list) and "client_secret_basic" not in ways and "client_secret_post" in ways:
            form |= {"client_id": self.client, "client_secret": self.secret}
        else:
            pair = f"{quote_plus(self.client)}:{quote_plus(self.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        told = _ask(self._endpoint("token_endpoint"), urlencode(form).encode(), headers)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("the provider's answer holds no ID token")
        return token

    def _verified(self, token: str, nonce: str) -> Identity:
        try:
            head = jwt.get_unverified_header(token)
            algorithm = head.get("alg")
            if algorithm not in ALGORITHMS:
                raise ProviderRefused("the provider's answer is not signed in a way that can be trusted")
            key = self._key(head.get("kid"), algorithm)
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self.client,
                issuer=self.issuer,
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.ExpiredSignatureError:
            raise ProviderRefused("the provider's answer is too old; sign in again") from None
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ProviderRefused(
                "the provider's answer cannot be verified; try again, or ask who runs the server"
            ) from None
        audience, party = claims["aud"], claims.get("azp")
        if party != self.client and (party is not None or (isinstance(audience, list) and len(audience) > 1)):
            raise ProviderRefused("the provider's answer is for another program")
        given = claims.get("nonce")
        if not isinstance(given, str) or not hmac.compare_digest(
            given.encode("utf-8", "replace"), nonce.encode()
        ):
            raise ProviderRefused("the provider's answer is not to what was asked; begin again")
        subject = claims["sub"]
        if not (0 < len(subject) <= 255 and subject.isascii() and subject.isprintable()):
            raise ProviderRefused("the provider's answer names no subject that can be used")
        return Identity(self.issuer, subject)

    def _key(self, ident: object, algorithm: str) -> Any:
        """The public key of a signature; a key that is not known is looked for again, once a minute."""
        kind = {"R": "RSA", "P": "RSA"}.get(algorithm[0], "OKP" if algorithm == "EdDSA" else "EC")
        for since in (FRESH, PAUSE):
            fitting = [
                k
                for k in self._key_set(since)
                if k.get("kty") == kind
                and k.get("use", "sig") == "sig"
                and (ident is None or k.get("kid") == ident)
            ]
            if len(fitting) == 1:
                return jwt.PyJWK(dict(fitting[0]), algorithm).key
        raise ProviderRefused("the provider's answer is signed with a key that the provider does not publish")

    def _key_set(self, since: float) -> list[Mapping[str, Any]]:
        listed = self._kept(self._endpoint("jwks_uri"), since).get("keys")
        return [k for k in listed if isinstance(k, dict)] if isinstance(listed, list) else []

    def _discovered(self) -> Mapping[str, Any]:
        """What the provider says of itself, under its own name."""
        told = self._kept(self.issuer.rstrip("/") + "/.well-known/openid-configuration", FRESH)
        if told.get("issuer") != self.issuer:
            raise ProviderRefused(
                "the provider calls itself otherwise than --oidc does; ask who runs the server"
            )
        return told

    def _kept(self, address: str, since: float) -> Mapping[str, Any]:
        """What stands at an address, read again after ``since`` seconds; a failure is kept for ``SECONDS``.

        So a provider that hangs holds up one request, and not one per person who tries.
        """
        with self._lock:
            now = time.monotonic()
            at, told = self._told.get(address, (-math.inf, {}))
            if now - at > (SECONDS if isinstance(told, ProviderRefused) else since):
                try:
                    told = _ask(address)
                except ProviderRefused as refused:
                    told = refused
                self._told[address] = (time.monotonic(), told)
        if isinstance(told, ProviderRefused):
            raise ProviderRefused(str(told))
        return told

    def _endpoint(self, name: str) -> str:
        place = self._discovered().get(name)
        if not isinstance(place, str) or not _may_be_asked(place, self.issuer):
            raise ProviderRefused(f"the provider names no https address as its {name.replace('_', ' ')}")
        return place


def _may_be_asked(address: str, issuer: str) -> bool:
    """Whether an address is behind TLS; without it, it is on this computer and so is the issuer."""
    if not address.isascii() or not address.isprintable() or " " in address:
        return False
    try:
        parts, base = urlsplit(address), urlsplit(issuer)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None:
        return False
    here = base.scheme == parts.scheme == "http" and _is_here(base.hostname) and _is_here(parts.hostname)
    return parts.scheme == "https" or here


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _ask(address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One request; the JSON object of the answer. No redirects; time and size are limited.

    Raises
    ------
    ProviderRefused
        No connection, another status than 200, or no JSON object; without the provider's words.
    """
    parts = urlsplit(address)
    assert parts.hostname
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "GET" if body is None else "POST", path, body, {"Accept": "application/json", **(headers or {})}
        )
        with connection.getresponse() as response:
            text = _read(response, connection)
            status = response.status
    except (OSError, http.client.HTTPException):
        raise ProviderRefused("the provider does not answer; try again in a while") from None
    finally:
        connection.close()
    if status != 200:
        raise ProviderRefused(f"the provider refused ({status}); begin again, or ask who runs the server")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ProviderRefused("the provider's answer is not what OpenID Connect expects")
    return told


def _read(response: http.client.HTTPResponse, connection: http.client.HTTPConnection) -> bytes:
    """All of an answer, within the time and the size that one may have."""
    deadline, text = time.monotonic() + SECONDS, b""
    while chunk := response.read1(65536):
        text += chunk
        left = deadline - time.monotonic()
        if len(text) > MOST or left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
    return text
