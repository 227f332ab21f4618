"""What changed in a case since somebody last looked at Today: kept as a cookie in the browser, nowhere on the server.

The cookie holds two looks: the state that the person sees now, and the one before it that was another. So the changes
stay on the page when it is loaded again, until the case changes once more.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

__all__ = ["Look", "cookie_name", "looked", "looks_of"]

LONGEST = 2_000
_AT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Look:
    """One state of a case as somebody saw it.

    Attributes
    ----------
    at : when, in UTC, as 2026-02-01 14:30.
    digest : the first 16 characters of what the case is known by.
    entry : the number of the last entry of its record; 0 where none is kept.
    counts : packages that are sure, central and conceivable; empty where they were not counted.
    """

    at: str
    digest: str
    entry: int
    counts: tuple[int, ...]


def cookie_name(folder: Path) -> str:
    """The name of the cookie; cookies of one host are shared by all its ports, so each case has its own."""
    return f"zopa-seen-{sha256(str(folder.resolve()).encode('utf-8', 'replace')).hexdigest()[:10]}"


def looks_of(cookies: Mapping[str, str], name: str) -> list[Look]:
    """The looks that a cookie holds, the earlier first; none where it is none of ours."""
    given = cookies.get(name, "")[:LONGEST]
    try:
        return [_look(**row) for row in json.loads(urlsafe_b64decode(given.encode()))[:2]]
    except (ValueError, TypeError, RecursionError):
        return []


def _look(at: object, digest: object, entry: object, counts: object) -> Look:
    sound = (
        isinstance(at, str)
        and _AT.fullmatch(at)
        and isinstance(digest, str)
        and _DIGEST.fullmatch(digest)
        and type(entry) is int
        and 0 <= entry < 2**31
        and isinstance(counts, list)
        and len(counts) <= 3
        and all(type(n) is int and 0 <= n < 2**200 for n in counts)
    )
    if not sound:
        raise ValueError
    return Look(str(at), digest=str(digest), entry=int(str(entry)), counts=tuple(counts))  # type: ignore[arg-type]


def looked(before: list[Look], digest: str, entry: int, counts: tuple[int, ...]) -> tuple[Look | None, str]:
    """The last look at another state of the case, None where there is none; and what the cookie is from now on."""
    now = Look(
        datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), sha256(digest.encode()).hexdigest()[:16], entry, counts
    )
    same = bool(before) and before[-1].digest == now.digest
    other = before[:-1] if same else before
    kept = [*other[-1:], now]
    text = json.dumps([asdict(look) for look in kept], separators=(",", ":"))
    return (other[-1] if other else None), urlsafe_b64encode(text.encode()).decode()
