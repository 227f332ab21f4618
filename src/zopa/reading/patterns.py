"""Phrases as patterns in lower case, and the text in lower case, letter for letter, to search them in.

A pattern that ignores case tries each of its phrases at every place; one in lower case passes over those that
start with another letter. That is most of what the rules spend, hence this pair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

__all__ = ["either", "lowered", "words_of"]


def lowered(text: str) -> str:
    """The text in lower case with every letter in its place: what ``re.IGNORECASE`` takes for a to z is a to z.

    >>> lowered("İF THE MAYOR")
    'if the mayor'
    """
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s")


def either(phrases: Iterable[str]) -> str:
    r"""One pattern for some phrases, the longest first; what they share at the start is read once.

    A space stands for any one white space, an apostrophe for a straight or a curly one.

    >>> either(["met", "met with", "meeting"])
    'me(?:eting|t(?:\\swith)?)'
    """
    listed = sorted(set(phrases))
    branches = [
        _LOOSE.get(letter, re.escape(letter)) + either(p[1:] for p in group)
        for letter, group in groupby(filter(None, listed), itemgetter(0))
    ]
    if not branches:
        return ""
    whole = "|".join(branches)
    if "" in listed:
        return f"(?:{whole})?"
    return whole if len(branches) == 1 else f"(?:{whole})"


def words_of(pattern: re.Pattern[str], text: str) -> str:
    r"""The words of a text that a pattern in lower case finds first, as they stand; empty where there are none.

    >>> words_of(re.compile(r"\bnot\b"), "It is NOT so.")
    'NOT'
    """
    m = pattern.search(lowered(text))
    return text[slice(*m.span())] if m else ""


_LOOSE = {" ": r"\s", "'": "['’]"}
