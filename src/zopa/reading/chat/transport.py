"""One request to an endpoint: sent without redirects, limited in size and time, tried again where that helps."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from zopa.errors import CaseError, Finding

__all__ = ["EndpointError", "persistently", "post"]

MAX_ANSWER = 2_000_000
TRIES = 4
FIRST_WAIT = 1.0
"""Seconds before the second try; doubled before each further one."""
AGAIN = frozenset([408, 425, 429, 500, 502, 503, 504])
"""HTTP answers after which the same request may succeed."""
LONGEST_QUOTE = 300


class EndpointError(CaseError):
    """A request without a usable answer, in the server's own words where it had any.

    ``status`` is the HTTP status, 0 where there was none; ``wait`` the seconds that the server asks to wait.
    """

    def __init__(
        self, words: str, *, status: int = 0, wait: float | None = None, reached: bool = True
    ) -> None:
        self.words, self.status, self.wait, self.reached = words, status, wait, reached
        super().__init__([Finding("", words)], "the rules' reading stands")

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in AGAIN or not self.reached

    def __str__(self) -> str:
        return self.words


def persistently(
    send: Callable[[], str], limit: float, pause: Callable[[float], None] = time.sleep
) -> tuple[str, int]:
    """Send until there is an answer, waiting longer each time, or as long as the server asks.

    Parameters
    ----------
    send : callable
        One try; raises :class:`EndpointError` or OSError.
    limit : float
        Seconds that may be waited between tries, all together.
    pause : callable
        Waits some seconds.

    Returns
    -------
    tuple
        The answer, and how often it was tried.

    Raises
    ------
    EndpointError
        The last failure, when another try is of no use.
    """
    wait, left = FIRST_WAIT, limit
    for tried in range(1, TRIES + 1):
        try:
            return send(), tried
        except (OSError, http.client.HTTPException) as error:
            failure = EndpointError(f"no connection: {error or type(error).__name__}", reached=False)
        except EndpointError as error:
            failure = error
        delay = wait if failure.wait is None else failure.wait
        if not failure.passing or tried == TRIES:
            break
        if delay > left:
            if failure.wait is not None:
                words = (
                    f"{failure.words} (the server asks to wait {delay:g} seconds; --timeout sets how long to)"
                )
                failure = EndpointError(words, status=failure.status)
            break
        pause(delay)
        left, wait = left - delay, wait * 2
    if tried > 1:
        words = f"{failure.words} (tried {tried} times)"
        failure = EndpointError(words, status=failure.status, reached=failure.reached)
    raise failure


def post(url: str, body: str, key: str = "", *, seconds: float = 120.0) -> str:
    """Send one request; the answer's text. No redirects; size and time are limited.

    Raises
    ------
    CaseError
        If the address is not http(s).
    EndpointError
        If the answer is too long, too slow or not 200; with the server's words.
    OSError
        If there is no connection.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CaseError([Finding("", f"expected an http or https address, saw {url!r}")], "nothing was sent")
    deadline = time.monotonic() + seconds
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=seconds, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=seconds)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body.encode(), headers)
        with connection.getresponse() as response:
            answer = _all_of(response, connection, deadline, seconds)
    except TimeoutError:
        raise _too_slow(seconds) from None
    finally:
        connection.close()
    text = answer.decode("utf-8", "replace")
    if response.status != 200:
        wait = _wait(response.getheader("Retry-After"))
        words = f"the endpoint answered {response.status}{_said(text, response.reason)}"
        raise EndpointError(words, status=response.status, wait=wait)
    return text


def _all_of(
    response: http.client.HTTPResponse,
    connection: http.client.HTTPConnection,
    deadline: float,
    seconds: float,
) -> bytes:
    answer = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_slow(seconds)
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = response.read1(65536)
        if not chunk:
            return answer
        answer += chunk
        if len(answer) > MAX_ANSWER:
            raise EndpointError(f"expected at most {MAX_ANSWER / 1e6:g} MB, the answer went on")


def _too_slow(seconds: float) -> EndpointError:
    return EndpointError(f"expected an answer within {seconds:g} seconds; --timeout allows more")


def _wait(header: str | None) -> float | None:
    """The seconds of a ``Retry-After`` header: a number, or the time until a date."""
    if not header:
        return None
    header = header.strip()
    if header.isdecimal():
        return float(header[:9])
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _said(text: str, reason: str) -> str:
    """What a server says about a failure: the message in its JSON, else its text, on one line, shortened."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    for name in ("error", "message", "detail", "msg"):
        if isinstance(data, dict) and data.get(name):
            data = data[name]
    words = data if isinstance(data, str) else text if data is None else json.dumps(data, ensure_ascii=False)
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split()) or reason
    return f": {line[:LONGEST_QUOTE]}" if line else ""
