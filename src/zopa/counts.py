"""A number of things as people write it: 1 party, 2 parties, 51,771 packages. Every text that counts uses it."""

from __future__ import annotations

__all__ = ["be", "count", "things"]

LARGE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


def count(n: int) -> str:
    """A number of things: exact up to a million, then one decimal; powers of ten from 10^15 on.

    >>> count(51771), count(65_900_000_000), count(10**21)
    ('51,771', '65.9 billion', '1.0 × 10^21')
    """
    if n < 10**6:
        return f"{n:,}"
    if n >= 10**15:
        power = len(str(n)) - 1
        lead = n // 10 ** (power - 2)
        return f"{lead / 100:.1f} × 10^{power}"
    size, word = next(pair for pair in LARGE if n >= pair[0])
    return f"{n / size:,.1f} {word}"


def be(n: int) -> str:
    """The verb after so many things: ``is`` or ``are``."""
    return "is" if n == 1 else "are"


def things(n: int, one: str, several: str = "") -> str:
    """A number of things with their name; ``several`` where the plural is not made by -s or -ies.

    >>> things(1, "party"), things(51771, "package"), things(0, "story"), things(2, "analysis", "analyses")
    ('1 party', '51,771 packages', '0 stories', '2 analyses')
    """
    if n == 1:
        return f"1 {one}"
    head, _, rest = one.partition(" of ")
    ending = head[:-1] + "ies" if head.endswith("y") and head[-2:-1] not in "aeou" else f"{head}s"
    return f"{count(n)} {several or (f'{ending} of {rest}' if rest else ending)}"
