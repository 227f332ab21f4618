"""Names in Latin letters, for ids: Ukrainian and Russian letters by the usual romanisation, German ones in two letters."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["latin"]

_CYRILLIC = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёъыэ",
        [
            "a",
            "b",
            "v",
            "h",
            "g",
            "d",
            "e",
            "ie",
            "zh",
            "z",
            "y",
            "i",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "iu",
            "ia",
            "e",
            "",
            "y",
            "e",
        ],
        strict=True,
    )
)
_LETTERS = str.maketrans(_CYRILLIC | {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_INNER = re.compile(r"(?<=[а-яіїєґ])['’ʼ](?=[а-яіїєґ])")


def latin(name: str) -> str:
    """A name in lower-case Latin letters, digits and hyphens; letters of other scripts are left out.

    >>> latin("Україна"), latin("Köln-Süd"), latin("Лук'янівка")
    ('ukraina', 'koeln-sued', 'lukianivka')
    """
    plain = unicodedata.normalize("NFKD", _INNER.sub("", name.lower()).translate(_LETTERS))
    return re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")
