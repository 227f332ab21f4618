"""Base forms of words, by a lemmatiser library (extra ``languages``), for packs whose words change with their endings."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

from zopa.errors import CaseError, Finding

__all__ = ["LONGEST_WORD", "base_forms"]

LONGEST_WORD = 40
"""Letters of a word that is looked up; a longer one is its own base form, which keeps hostile text cheap."""


@cache
def base_forms(code: str) -> Callable[[str], str]:
    """Word -> base form in lower case, for a language by its code.

    Raises
    ------
    CaseError
        If the library is not installed, or knows no such language; the hint says what to install.
    """
    try:
        from simplemma import lemmatize
    except ImportError:
        what = f"expected a lemmatiser for the language pack '{code}', saw none"
        hint = "install it with: pip install 'zopa[languages]'"
        raise CaseError([Finding("", what, hint)], "no text was read") from None

    @lru_cache(maxsize=100_000)
    def base(word: str) -> str:
        return lemmatize(word, lang=code).lower() if len(word) <= LONGEST_WORD else word.lower()

    try:
        base("a")
    except ValueError:
        what = f"the lemmatiser knows no language '{code}'"
        raise CaseError(
            [Finding("[inflection] lemmatiser", what, "see the codes of simplemma")], "no text was read"
        ) from None
    return base
