"""Statements found in a text: what one is, the tokens that they take up, and marks that show where one stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from zopa.reading.language.patterns import lowered
from zopa.reading.parsing.segment import DASHES
from zopa.reading.parsing.tags import Range, Sentence

__all__ = [
    "BREAK", "OPEN_END", "PAUSE", "Attribution", "Attributions", "is_quoted", "is_sentence_quoted", "quote_end", "starts_line", "statement",
]  # fmt: skip

BREAK = DASHES | {",", ".", ";", ":", "?", "!", ")", "(", "...", "…"}
"""Marks that end a phrase."""
PAUSE = DASHES | {","}
OPEN_END = DASHES | {",", "?", "!", "...", "…"}
"""Marks before a closing quotation mark after which the sentence may go on to its speaker."""
_TRAILING = frozenset([",", ";", ":", ".", "?", "!", "--", "—", "–", "..."])
PHRASE_QUOTED = 8
"""Tokens up to which a quotation is a phrase, unless it ends like a sentence."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """One statement as half-open token ranges; an empty source is an implicit one."""

    source: tuple[Range, ...]
    cue: tuple[Range, ...]
    content: tuple[Range, ...]
    rule: str
    lemma: str
    inherited: bool = False
    """The source is named elsewhere than beside this cue."""
    parent: int | None = None

    @property
    def place(self) -> Range:
        """Where it stands in the order of the text."""
        return self.cue[0] if self.cue else self.content[0]


def statement(
    source: Range | None, cue: Range, *content: Range, rule: str, lemma: str, inherited: bool = False
) -> Attribution:
    """What a rule reads, before its content is trimmed."""
    return Attribution((source,) if source else (), (cue,), content, rule, lemma, inherited)


@dataclass
class Attributions:
    """What has been read so far in one text: the statements, and which tokens they take up."""

    used: list[bool]
    statements: list[Attribution] = field(default_factory=list)
    inside: bool = False
    """Whether they are looked for inside another statement."""
    record: bool = False
    """Whether the text is the record of a meeting."""
    _times: Counter[str] = field(default_factory=Counter)

    def comes_back(self, s: Sentence, word: str) -> bool:
        """Whether a word stands in the text more than once."""
        if not self._times:
            self._times.update(s.words)
        return self._times[word] > 1

    def take(self, a: int, b: int) -> None:
        """Mark tokens as read."""
        self.used[a:b] = [True] * (b - a)

    def takes(self, a: int, b: int) -> bool:
        """Whether one of the tokens ``a`` to before ``b`` is read already."""
        return True in self.used[a:b]

    def add(self, s: Sentence, x: Attribution) -> None:
        """Keep a statement, unless no word of a content is left after trimming."""
        content = sorted(p for p in (_trimmed(s, *q) for q in x.content) if p[1] > p[0])
        if not any(w[0].isalnum() for p in content for w in s.words[p[0] : p[1]]):
            return
        if not (x.source and s.is_(x.source[0][0], "nobody")):
            self.statements.append(replace(x, content=tuple(content)))
        for p in (*(() if x.inherited else x.source), *x.cue, *content):
            self.take(*p)

    def goes_on(self, s: Sentence, k: int) -> bool:
        """Whether a sentence is nothing but a condition of the statement before it, with which it is kept."""
        x = self.statements[k]
        said = lowered(s.seg.text[slice(*s.seg.span(s.start, s.stop))]).replace("’", "'").rstrip(" .")
        if not x.content or x.content[-1][1] > s.start or starts_line(s, s.start):
            return False
        if s.start - x.content[-1][1] > 1 or not s.grammar.acts["goes_on"].match(said):
            return False
        a, _ = x.content[-1]
        self.statements[k] = replace(x, content=(*x.content[:-1], (a, s.stop - 1)))
        self.take(a, s.stop)
        return True

    def sort_from(self, first: int) -> None:
        """Put the statements from the ``first``-th on into the order of the text."""
        self.statements[first:] = sorted(self.statements[first:], key=lambda x: x.place)


def _trimmed(s: Sentence, a: int, b: int) -> Range:
    """Cut leading commas and conjunctions and trailing marks that are not quoted."""
    while a < b and not s.quoted[a] and (s.words[a] in ",;:—–--" or s.is_(a, "trimmed_openers")):
        a += 1
    while a < b and not s.quoted[b - 1] and s.words[b - 1] in _TRAILING:
        b -= 1
    return a, b


def starts_line(s: Sentence, i: int) -> bool:
    """Whether the token is the first of its line."""
    seg = s.seg
    return not i or "\n" in seg.text[seg.end[i - 1] : seg.begin[i]]


def quote_end(s: Sentence, k: int) -> int:
    """End of the quotation that token ``k`` stands in, inside the sentence."""
    return min(s.stop, s.seg.quotes[s.quote_of[k]].stop)


def is_quoted(s: Sentence, a: int, b: int) -> bool:
    """Whether at least 85 % of some tokens stand inside quotation marks."""
    return b - a > 2 and s.quoted[a:b].count(True) >= 0.85 * (b - a)


def is_sentence_quoted(s: Sentence, k: int) -> bool:
    """Whether token ``k`` stands in a quotation that is a sentence rather than a phrase."""
    q = s.seg.quotes[s.quote_of[k]]
    return q.stop - q.start > PHRASE_QUOTED or s.words[q.stop - 2] in (".", "!", "?", ",")
