"""Phrases as patterns in lower case, and the text in lower case, letter for letter, to search them in.

A pattern that ignores case tries each of its phrases at every place; one in lower case passes over those that
start with another letter. That is most of what the rules spend, hence this pair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType

from zopa.reading.language.lexicon import NEVER, Lexicon

__all__ = ["Forms", "either", "lowered", "words_of"]


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

    A space stands for any one white space, an apostrophe for a straight or a curly one. No phrase matches nowhere.

    >>> either(["met", "met with", "meeting"])
    'me(?:eting|t(?:\\swith)?)'
    """
    listed = sorted(set(phrases))
    branches = [
        _LOOSE.get(letter, re.escape(letter)) + either(p[1:] for p in group)
        for letter, group in groupby(filter(None, listed), itemgetter(0))
    ]
    if not branches:
        return "" if listed else NEVER
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


class Forms:
    """The forms of a section of a language pack as one pattern, tried in the order of the file.

    Parameters
    ----------
    lex : Lexicon
        The language pack.
    section : str
        The section with the forms: name -> regular expression with placeholders.
    needs : mapping
        Name of each form that the code knows -> the groups that it must have.
    parts : mapping
        Placeholder -> the regular expression that it stands for.
    first : mapping, optional
        Forms that are the same in every language; they are tried before those of the pack.
    """

    def __init__(
        self,
        lex: Lexicon,
        section: str,
        needs: Mapping[str, str],
        parts: Mapping[str, str],
        first: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        forms = dict(first)
        for name in filter(lex.section(section).get, lex.section(section)):
            form = lex.pattern(section, name, **parts)
            missing = set(needs[name].split()) - set(form.groupindex)
            if missing:
                raise lex.refused(section, name, f"needs {' and '.join(f'{{{m}}}' for m in sorted(missing))}")
            forms[name] = form.pattern
        self.pattern = "|".join(_named(*form) for form in forms.items()) or NEVER
        """One alternative for each form; the name of the one that matched is the match's last group."""
        self._groups = {
            name: [(group, f"{group}_{name}") for group in re.compile(form).groupindex]
            for name, form in forms.items()
        }

    def parts(self, m: re.Match[str]) -> tuple[str, dict[str, str]]:
        """The name of the form that matched, and the words in each of its groups."""
        name = m.lastgroup or ""
        return name, {group: m[own] for group, own in self._groups[name] if m[own]}


def _named(name: str, form: str) -> str:
    """The form as one alternative: its groups carry its name, and an empty last group is the name alone."""
    return re.sub(r"[?]P<(\w+)>", rf"?P<\1_{name}>", form) + f"(?P<{name}>)"


_LOOSE = {" ": r"\s", "'": "['’]"}
