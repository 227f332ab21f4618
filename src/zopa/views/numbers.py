"""Numbers, dates, lists and sentences as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from zopa.counts import be, count, things

__all__ = [
    "be",
    "count",
    "day",
    "gain",
    "in_marks",
    "listed",
    "percent",
    "points",
    "sentence",
    "short",
    "things",
]

Number = Fraction | int | float
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def points(x: Number | None) -> str:
    """Points of a party's scale with one decimal; more digits where they would vanish.

    >>> points(Fraction(61)), points(84.56), points(0.04), points(None)
    ('61.0', '84.6', '0.04', '–')
    """
    if x is None:
        return "–"
    value = float(x)
    if value and abs(value) < 0.05:
        return f"{value:.1g}"
    return f"{value:,.1f}"


def short(x: Number | None) -> str:
    """As :func:`points`, without a decimal that is 0.

    >>> short(45), short(45.25)
    ('45', '45.2')
    """
    return points(x).removesuffix(".0")


def gain(x: Number) -> str:
    """Points above (+) or below (-) no agreement."""
    return ("+" if x > 0 else "") + points(x)


def percent(share: Number | None) -> str:
    """A share of one as a percentage; never 0 or 100 % unless it is.

    >>> percent(Fraction(51771, 72900)), percent(0.0001), percent(1), percent(None)
    ('71 %', 'under 1 %', '100 %', '–')
    """
    if share is None:
        return "–"
    value = 100 * float(share)
    if share > 0 and value < 0.5:
        return "under 1 %"
    if value >= 99.5 and share < 1:
        return "over 99 %"
    return f"{value:.0f} %"


def listed(items: Iterable[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    *head, last = list(items) or [""]
    return f"{', '.join(head)} {word} {last}" if head else last


def sentence(text: str) -> str:
    """A remark as a sentence.

    >>> sentence("no cost is recorded"), sentence("Done.")
    ('No cost is recorded.', 'Done.')
    """
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def in_marks(quote: str) -> str:
    """A quotation in quotation marks, unless it is in marks of its own already.

    >>> in_marks("no deal"), in_marks("“no deal”"), in_marks('"no" and "never"')
    ('“no deal”', '“no deal”', '“"no" and "never"”')
    """
    pairs = {"“": "”", '"': '"', "«": "»", "„": "“"}
    last = pairs.get(quote[:1])
    whole = last is not None and len(quote) > 1 and quote[-1] == last and last not in quote[1:-1]
    return quote if whole else f"“{quote}”"


def day(on: object) -> str:
    """A date or a period with months in words; anything else as it is written.

    >>> day("2025-02-12"), day("2025-01"), day("by 2025-02-12"), day(None)
    ('12 February 2025', 'January 2025', 'by 12 February 2025', '')
    """
    if on is None:
        return ""
    return ISO.sub(_in_words, on.isoformat() if isinstance(on, date) else str(on))


ISO = re.compile(r"(?<!\d)(\d{4})-(0[1-9]|1[0-2])(?:-(\d{2}))?(?!\d)")


def _in_words(found: re.Match[str]) -> str:
    year, month, on = found.groups()
    words = f"{MONTHS[int(month) - 1]} {year}"
    return f"{int(on)} {words}" if on else words
