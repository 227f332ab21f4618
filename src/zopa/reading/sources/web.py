"""One page that a user named, fetched with care: the part of intake that touches the network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import urljoin, urlsplit

from zopa.errors import CaseError, Finding
from zopa.reading.sources.text import MAX_BYTES

__all__ = ["MAX_BYTES", "fetch", "refused"]

MAX_SECONDS = 20.0
MAX_REDIRECTS = 5


def refused(source: str, what: str, hint: str = "") -> CaseError:
    """The error for a text that cannot be read safely."""
    return CaseError([Finding("", what, hint, source)], "nothing was read")


def fetch(url: str) -> tuple[bytes, str, str]:
    """One page that the user named: its bytes, its format if the server says so, and the final address.

    http and https only. Every hop is resolved first, and refused when it leads to a private, loopback or
    link-local address; the connection goes to the address that was checked.
    """
    deadline = time.monotonic() + MAX_SECONDS
    for _ in range(MAX_REDIRECTS + 1):
        status, headers, body = _get(url, deadline)
        if status in (301, 302, 303, 307, 308) and headers.get("location"):
            url = urljoin(url, headers["location"])
            continue
        if status != 200:
            raise refused(url, f"expected a page, the server answered {status}")
        kind = {"application/pdf": "pdf", "text/html": "html", "text/plain": "text"}.get(
            headers.get("content-type", "").split(";")[0].strip().lower(), ""
        )
        return body, kind, url
    raise refused(url, f"expected at most {MAX_REDIRECTS} redirects")


def _get(url: str, deadline: float) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise refused(url, f"expected an http or https address, saw '{parts.scheme}:'")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _public_address(parts.hostname, port, url)
    left = max(0.1, deadline - time.monotonic())
    try:
        sock = socket.create_connection((address, port), timeout=left)
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=left)
        connection.sock = sock
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "GET",
            path,
            headers={"User-Agent": "zopa (reads one page on request)", "Accept-Encoding": "identity"},
        )
        response = connection.getresponse()
        body = b""
        while chunk := response.read(65536):
            body += chunk
            if len(body) > MAX_BYTES:
                raise refused(url, f"expected at most {MAX_BYTES / 1e6:g} MB")
            if time.monotonic() > deadline:
                raise refused(url, f"expected an answer within {MAX_SECONDS:g} seconds")
        headers = {k.lower(): v for k, v in response.getheaders()}
        connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise refused(url, f"could not be fetched: {error}") from None
    return response.status, headers, body


def _public_address(host: str, port: int, url: str) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise refused(url, f"could not be found: {error}") from None
    for *_, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not mapped.is_global or mapped.is_multicast:
            raise refused(url, f"expected a public address, saw {address}", "save the page and read the file")
    return str(found[0][4][0])
