"""Source texts: normalised once, addressed in code points, quotes found exactly or not at all."""

from __future__ import annotations

import hashlib
import unicodedata

__all__ = ["MOST_PLACES", "digest", "find_quote", "line_of", "normalise"]


MOST_PLACES = 1_000
"""A quote that stands more often says nothing about where it is from."""


def normalise(raw: str) -> str:
    r"""The text that all offsets refer to: no BOM, LF line ends, NFC.

    >>> normalise("\ufeffa\r\nb")
    'a\nb'
    """
    return unicodedata.normalize("NFC", raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def digest(text: str) -> str:
    """sha256 of the normalised text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def find_quote(
    text: str, quote: str, prefix: str = "", suffix: str = "", start: int | None = None
) -> list[int]:
    """All places where the quote stands, exactly, between its prefix and suffix.

    Parameters
    ----------
    text : str
        A normalised source text.
    start : int, optional
        The place noted for the quote; when it is one of those found, it is the only answer.

    Returns
    -------
    list of int
        Start offsets in code points, ascending, at most :data:`MOST_PLACES`; empty when the quote is not in the text.
    """
    found: list[int] = []
    needle = prefix + quote + suffix
    if start is not None and start >= len(prefix) and text.startswith(needle, start - len(prefix)):
        return [start]
    at = text.find(needle)
    while at >= 0 and len(found) < MOST_PLACES:
        found.append(at + len(prefix))
        at = text.find(needle, at + 1)
    return found


def line_of(text: str, offset: int) -> int:
    """1-based line of a code point offset."""
    return text.count("\n", 0, offset) + 1
