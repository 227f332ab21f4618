"""Whether words that name an option ask for it or refuse it: "no deal without a limit" asks for the limit.

A word such as "without", "no" or "give up" before the option's words turns round what the rest of the sentence says;
the words that turn it round are counted. Two of them make a demand; where more of them stand together, or one stands
against the rest of the statement, nothing is decided here and the review asks.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from zopa.reading.extraction.issues import Vocabulary
from zopa.reading.language.lexicon import lexicon

__all__ = ["AGAINST", "Asked", "asked"]

Asked = Literal["plain", "demanded", "refused", "allowed", "open"]
"""``plain``: no word turns it round, so the kind of the statement decides; ``allowed``: that it is refused is denied;
``open``: it cannot be decided."""
AGAINST = ("oppose", "red-line")
"""Stances against an option: what "refused" goes with."""
NEAR = 2
"""Words between "no" and what it denies, as in "no strict limit"."""
INNER = frozenset(["without", "dropping", "weakening"])
_SENTENCE = re.compile(r"[.!?;](?=\s)|\n\s*\n")


def asked(text: str, issue: str, options: tuple[str, ...], vocabulary: Vocabulary) -> Asked:
    """What a text says of some options of an issue, by the words that stand around the options' own words.

    Parameters
    ----------
    text : the quotation.
    issue, options : ids; options that the text does not name are ``plain``.
    vocabulary : the words of the case.
    """
    word = lexicon(vocabulary.language).patterns["reversal.word"]
    found = {
        _mention(text, m.start(), m.end(), word)
        for m, targets in vocabulary.places(text)
        if any((issue, option) in targets for option in options)
    }
    if found == {"plain"} and lexicon(vocabulary.language).patterns["reversal.again"].search(text.lower()):
        return "open"
    if not found or found == {"plain"}:
        return "plain"
    if len(found) > 1 or _gives_up(issue, options, vocabulary, word):
        return "open"
    return found.pop()


def _gives_up(issue: str, options: tuple[str, ...], vocabulary: Vocabulary, word: re.Pattern[str]) -> bool:
    """Whether an option is itself that something is left out or given up, so that "not give up" refuses it."""
    known = vocabulary.case.issues[issue].options
    named = (f"{o.replace('-', ' ')}; {known[o].label}; {'; '.join(known[o].words)}" for o in options)
    return any(m.lastgroup != "negation" for text in named for m in word.finditer(text.lower()))


def _mention(text: str, start: int, end: int, word: re.Pattern[str]) -> Asked:
    """One mention of an option's words, between two offsets."""
    ends = [0, *(m.end() for m in _SENTENCE.finditer(text)), len(text)]
    a, b = next((x, y) for x, y in pairwise(ends) if x <= start <= y and start < y)
    low = text[a:b].lower()
    start, end = start - a, end - a
    turns = [m for m in word.finditer(low) if m.end() <= start or m.start() >= end]
    inner = [m for m in turns if _turns(m, low, start)]
    if not inner:
        before = [m for m in turns if m.end() <= start and m.lastgroup != "nothing"]
        either = any(m.lastgroup == "either" for m in turns)
        if not either and _denied(before, low):
            return "allowed"
        return "open" if either or len(before) > 1 else "plain"
    if len(turns) == 1:
        return "refused" if inner[0].lastgroup == "nothing" else "open"
    last = inner[-1]
    if len(turns) > 2 or len({m.lastgroup for m in turns}) < 2 or last.lastgroup == "weakening":
        return "open"
    apart = last.lastgroup == "without" and "," in low[last.end() : start]
    between = any(last.end() <= m.start() < start for m in turns)
    return "open" if apart or between else "demanded"


def _denied(before: list[re.Match[str]], low: str) -> bool:
    """Whether what stands before the option's words is "not rule out" or "no longer oppose", and nothing else."""
    if [m.lastgroup for m in before] != ["negation", "refusing"]:
        return False
    return len(low[before[0].end() : before[1].start()].split()) <= 1


def _turns(m: re.Match[str], low: str, start: int) -> bool:
    """Whether a word turns round the option's words: it stands before them, "no" right before, or gives them up after."""
    if m.lastgroup == "nothing":
        gap = low[m.end() : start] if m.end() <= start else "."
        return len(gap.split()) <= NEAR and not re.search(r"[^\w\s’'\-]", gap)
    if m.lastgroup == "without":
        return m.end() <= start
    return m.lastgroup in INNER
