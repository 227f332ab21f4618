"""Ids and labels of a case from the names of a foreign file."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["label", "short_ids"]

MAX_LABEL = 2_000


def label(text: str, fallback: str = "?") -> str:
    """A text without control characters and half characters, which no case may hold; never empty."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return plain[:MAX_LABEL] if plain.strip() else fallback


def short_ids(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Short ids of plain letters, digits and hyphens, in the order of the names, each once.

    >>> short_ids(["Médine", "medine", "50 %", "50%", ""])
    ['medine', 'medine-2', '50', '50-2', 'x']
    """
    used = set(taken)
    found: list[str] = []
    for name in names:
        folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
        word = re.sub(r"[^A-Za-z0-9]+", "-", folded).strip("-").lower()[:60].rstrip("-") or "x"
        one = next(
            w for w in (word if k == 1 else f"{word}-{k}" for k in itertools.count(1)) if w not in used
        )
        used.add(one)
        found.append(one)
    return found
