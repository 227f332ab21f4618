"""A selection in a browser as a place of the source text: words found again, offsets of UTF-16 as code points."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from zopa.errors import NotApplicable

__all__ = ["code_points", "nearest_words", "selected", "utf16_units"]

LONGEST = 5_000
"""Characters of a quotation."""
CONTEXT = 60
"""Characters of a prefix or suffix that are looked at."""


def code_points(text: str, units: int) -> int:
    r"""The offset in code points of an offset in UTF-16 code units; inside a pair, the place before it.

    >>> [code_points("a\U0001f54ab", n) for n in (0, 1, 2, 3, 4, 99)]
    [0, 1, 1, 2, 3, 3]
    """
    raw = text.encode("utf-16-le", "surrogatepass")[: 2 * max(units, 0)]
    return len(raw.decode("utf-16-le", "ignore"))


def utf16_units(text: str, at: int) -> int:
    r"""The offset in UTF-16 code units of an offset in code points.

    >>> [utf16_units("a\U0001f54ab", n) for n in (0, 1, 2, 3)]
    [0, 1, 3, 4]
    """
    return len(text[:at].encode("utf-16-le", "surrogatepass")) // 2


def selected(
    text: str, quote: str, prefix: str = "", suffix: str = "", near: int | None = None
) -> tuple[int, int]:
    """Where selected words stand in a text, as start and end in code points.

    White space may differ. Where the words stand several times, the place that has more of the prefix before it and of
    the suffix after it is taken, then the one nearest to ``near``.

    Raises
    ------
    NotApplicable
        The words are not in the text; the message shows the nearest that are. Or there are none, or too many.
    """
    words = quote.split()
    if not words:
        raise NotApplicable("expected words of the text, saw none")
    if len(quote) > LONGEST:
        raise NotApplicable(f"expected a quotation of at most {LONGEST:,} characters, saw {len(quote):,}")
    together = r"\s+".join(map(re.escape, words))
    pattern = re.compile(f"(?=({together}))")  # also where they overlap
    places = [m.span(1) for m in pattern.finditer(text)]
    if not places:
        close = nearest_words(text, quote)
        raise NotApplicable(
            "these words are not in the text"
            + (f"; the nearest are: “{close}”" if close else ": copy them from it")
        )
    before, after = _flat(prefix)[-CONTEXT:], _flat(suffix)[:CONTEXT]

    def unlike(place: tuple[int, int]) -> tuple[int, int]:
        start, end = place
        left = _shared(before[::-1], _flat(text[max(0, start - 3 * CONTEXT) : start])[::-1])
        right = _shared(after, _flat(text[end : end + 3 * CONTEXT]))
        return -(left + right), abs(start - near) if near is not None else start

    return min(places, key=unlike)


def nearest_words(text: str, quote: str) -> str:
    """The words of a text that look most like a quotation; empty where none do.

    >>> nearest_words("They said that no deal was near. So it went.", "no deal is near")
    'no deal was near.'
    """
    words = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    asked, there = _plain(quote.split()), _plain(text[a:b] for a, b in words)
    matcher = SequenceMatcher(None, asked, there, autojunk=False)
    found = matcher.find_longest_match()
    if not found.size or (found.size == 1 and len(asked) > 2):
        return ""
    first = max(0, found.b - found.a)
    last = min(len(words), first + len(asked)) - 1
    return " ".join(text[words[first][0] : words[last][1]].split())


def _plain(words: Iterable[str]) -> list[str]:
    return [re.sub(r"\W+", "", w).casefold() for w in words]


def _flat(words: str) -> str:
    """Without white space and without what a browser puts for half a character."""
    return "".join(words.replace("\ufffd", "").split())


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common from their beginning."""
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n
