"""What has been read so far in one text: the statements found, and the tokens that they take up."""

from __future__ import annotations

from dataclasses import dataclass, field

from zopa.reading.parsing.clauses import Grammar
from zopa.reading.parsing.segment import DASHES

__all__ = ["BREAK", "PAUSE", "Attribution", "Marks", "Range"]

Range = tuple[int, int]
BREAK = DASHES | {",", ".", ";", ":", "?", "!", ")", "(", "...", "…"}
"""Marks that end a phrase."""
PAUSE = DASHES | {","}
OPEN_END = DASHES | {",", "?", "!", "...", "…"}
"""Marks before a closing quotation mark after which the sentence may go on to its speaker."""
_TRAILING = frozenset([",", ";", ":", ".", "?", "!", "--", "—", "–", "..."])


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


@dataclass
class Marks:
    """The state of one pass over a text."""

    g: Grammar
    out: list[Attribution] = field(default_factory=list)
    used: list[bool] = field(default_factory=list)

    def take(self, a: int, b: int) -> None:
        """Mark tokens as read."""
        self.used[a:b] = [True] * (b - a)

    def add(
        self, source: Range | None, cue: Range, content: list[Range], rule: str, lemma: str, **more: bool
    ) -> None:
        """Keep a statement, unless no word of a content is left after trimming."""
        content = [self.trim(p) for p in content if p[1] > p[0]]
        content = sorted(p for p in content if p[1] > p[0])
        if not content or not any(w[0].isalnum() for p in content for w in self.g.words[p[0] : p[1]]):
            return
        self.out.append(Attribution((source,) if source else (), (cue,), tuple(content), rule, lemma, **more))
        for p in (*([source] if source and not more.get("inherited") else []), cue, *content):
            self.take(*p)

    def trim(self, p: Range) -> Range:
        """Cut leading commas and conjunctions and trailing marks that are not quoted."""
        a, b = p
        g = self.g
        while (
            a < b
            and g.quote_of[a] < 0
            and (g.words[a] in ",;:—–--" or g.lower[a] in g.lex["trimmed_openers"])
        ):
            a += 1
        while a < b and g.quote_of[b - 1] < 0 and g.words[b - 1] in _TRAILING:
            b -= 1
        return a, b

    def line_start(self, a: int) -> int:
        """The token itself when it is the first of its line, else -1."""
        seg = self.g.seg
        between = seg.text[seg.end[a - 1] : seg.begin[a]] if a else "\n"
        return a if "\n" in between else -1

    def quote_end(self, k: int, b: int) -> int:
        """End of the quotation that token ``k`` stands in, inside the sentence."""
        return min(b, self.g.seg.quotes[self.g.quote_of[k]].stop)

    def quoted(self, a: int, b: int) -> bool:
        """At least 85 % of the sentence stands inside quotation marks."""
        inside = b - a - self.g.quote_of[a:b].count(-1)
        return inside >= 0.85 * (b - a) and b - a > 2

    def full_quote(self, k: int) -> bool:
        """A quotation that is a sentence rather than a phrase."""
        q = self.g.seg.quotes[self.g.quote_of[k]]
        return q.stop - q.start > 8 or self.g.words[q.stop - 2] in (".", "!", "?", ",")
