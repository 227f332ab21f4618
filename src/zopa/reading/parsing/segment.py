"""A text cut into tokens, paragraphs, quotations and sentences; every list is indexed by token."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zopa.reading.language.lexicon import STRAIGHT, Lexicon

__all__ = ["DASHES", "Quote", "Segments", "segment"]

SHORTEST_OPEN = 10
"""Characters of a quotation that no mark closes; below it the mark is a stray one."""
LONGEST_SENTENCE = 400
"""Tokens. A longer run without a stop is cut, so that the work per token stays bounded."""

_TOKEN = re.compile(
    r"[^\W\d_]\.(?:[^\W\d_]\.)+"  # U.S.
    r"|[$€£¥]?\d+(?:[.,:/]\d+)*(?:-\w+)?%?"  # 65.9, $65.9, 20%, 42-year-old
    r"|[^\W_]+(?:['’.\-&/][^\W_]+)*"  # words with inner marks
    r"|--+|\.\.\.|''|``|\S"
)
DASHES = frozenset(["-", "--", "—", "–"])
"""Dashes as tokens of their own; a hyphen inside a word is part of it."""
_OPENERS = ("determiners", "subject_pronouns", "prepositions", "conjunctions")
_STOPS = frozenset([".", "!", "?", "...", "…"])


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation: tokens from its opening mark to after its closing mark."""

    start: int
    stop: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Segments:
    """The tokens of a text with everything that is known by position.

    ``words`` and ``lower`` are the tokens; ``begin`` and ``end`` their code-point offsets;
    ``quote_of`` the index into ``quotes`` (or -1), marks included; ``sentences`` and ``paragraphs``
    are half-open token ranges; ``sentence_of`` the sentence of each token.
    """

    text: str
    words: list[str]
    lower: list[str]
    begin: list[int]
    end: list[int]
    paragraphs: list[tuple[int, int]]
    quotes: list[Quote]
    quote_of: list[int]
    sentences: list[tuple[int, int]]
    sentence_of: list[int]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Code-point offsets of the tokens ``start`` to before ``stop``."""
        return self.begin[start], self.end[stop - 1]


def segment(text: str, lex: Lexicon) -> Segments:
    """Cut a normalised text. Linear in its length."""
    words: list[str] = []
    begin: list[int] = []
    end: list[int] = []
    paragraphs: list[tuple[int, int]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        first = len(words)
        _tokens(line, start, lex, words, begin, end)
        start += len(line)
        if len(words) > first:
            paragraphs.append((first, len(words)))
    lower = [w.lower() for w in words]
    if "’" in text:
        lower = [w.replace("’", "'") for w in lower]
    quotes: list[Quote] = []
    for a, b in paragraphs:
        quotes.extend(_quotes(words, begin, end, a, b, lex))
    quote_of = [-1] * len(words)
    for k, q in enumerate(quotes):
        quote_of[q.start : q.stop] = [k] * (q.stop - q.start)
    sentences: list[tuple[int, int]] = []
    for a, b in paragraphs:
        sentences.extend(_sentences(words, lower, quote_of, quotes, (a, b), lex))
    sentence_of = [0] * len(words)
    for k, (a, b) in enumerate(sentences):
        sentence_of[a:b] = [k] * (b - a)
    return Segments(
        text=text,
        words=words,
        lower=lower,
        begin=begin,
        end=end,
        paragraphs=paragraphs,
        quotes=quotes,
        quote_of=quote_of,
        sentences=sentences,
        sentence_of=sentence_of,
    )


def _tokens(line: str, offset: int, lex: Lexicon, words: list[str], begin: list[int], end: list[int]) -> None:
    """Append the tokens of one line. Contractions are split; abbreviations keep their stop."""
    abbreviations, split, names = lex["abbreviations"], lex.patterns["tokens.contraction"], lex["no_initials"]
    ordinal = lex.patterns["tokens.ordinal"]
    apostrophes, stops = "'" in line or "’" in line, "." in line
    scan = _TOKEN.finditer(line)
    while m := next(scan, None):
        a, b = m.span()
        word = line[a:b]
        if stops and line[b : b + 1] == "." and word[0].isalpha():
            initial = word[-1].isupper() and (len(word) == 1 or word[-2] in ".-") and word not in names
            if initial or word.rpartition("-")[2].lower() in abbreviations:
                b += 1
                word = line[a:b]
                scan = _TOKEN.finditer(line, b)
        elif stops and word.isdecimal() and ordinal.match(line, a):  # 12. Mai
            b += 1
            word = line[a:b]
            scan = _TOKEN.finditer(line, b)
        begin.append(offset + a)
        if apostrophes and len(word) > 2 and ("'" in word or "’" in word) and (cut := split.search(word, 1)):
            words.append(word[: cut.start()])
            end.append(offset + a + cut.start())
            begin.append(end[-1])
            word = cut.group()
        words.append(word)
        end.append(offset + b)


def _quotes(words: list[str], begin: list[int], end: list[int], a: int, b: int, lex: Lexicon) -> list[Quote]:
    """Pair the quotation marks of one paragraph; pairing never crosses a paragraph."""
    marks = lex["quotes.marks"]
    found = [i for i in range(a, b) if words[i] in marks]
    if not found:
        return []
    straight = [i for i in found if words[i] in STRAIGHT]
    wrapper = -1
    if straight and straight[0] == a and len(straight) % 2 and len(straight) > 1 and b - 1 != straight[-1]:
        nxt = straight[1]
        if begin[nxt] > end[nxt - 1]:  # white space before it: an opener, so the first one wraps the article
            wrapper = a
    signs = [(i, _direction(words, begin, end, i, (a, b), lex)) for i in found if i != wrapper]
    balanced = sum(sign for _, sign in signs) == 0
    out: list[Quote] = []
    opened, depth = -1, 0
    for i, sign in signs:
        if sign > 0 or (sign == 0 and opened < 0):
            depth += 1
            if opened < 0 or not balanced:  # else one quotation inside another
                opened, depth = i, 1
        elif opened >= 0:
            depth -= 1
            if depth == 0 or sign == 0:
                out.append(Quote(opened, i + 1, True))
                opened, depth = -1, 0
    if opened >= 0 and end[b - 1] - begin[opened] > SHORTEST_OPEN:
        out.append(Quote(opened, b, False))
    return out


def _direction(
    words: list[str], begin: list[int], end: list[int], i: int, paragraph: tuple[int, int], lex: Lexicon
) -> int:
    """+1 for an opening mark, -1 for a closing one, 0 for a straight mark, which may be either."""
    a, b = paragraph
    if words[i] in STRAIGHT:
        return 0
    opens = words[i] in lex["quotes.opening"]
    glued_left = i > a and begin[i] == end[i - 1]
    glued_right = i + 1 < b and begin[i + 1] == end[i]
    if opens and glued_left and not glued_right and words[i - 1][-1] not in "([":  # typed the wrong way round
        return -1
    return 1 if opens else -1


def _sentences(
    words: list[str],
    lower: list[str],
    quote_of: list[int],
    quotes: list[Quote],
    paragraph: tuple[int, int],
    lex: Lexicon,
) -> list[tuple[int, int]]:
    """Sentence ranges of one paragraph; no break inside a quotation."""
    a, b = paragraph
    out: list[tuple[int, int]] = []
    titles = lex["titles"]
    start = i = a
    while i < b:
        q = quote_of[i]
        stop = 0
        if q >= 0:
            quote = quotes[q]
            i = quote.stop
            inner = i - 2 if quote.closed else i - 1
            if words[inner] in _STOPS and not _goes_on(words, lower, quote, i, b, lex):
                stop = i
        else:
            if words[i] in _STOPS:
                stop = i + 1
                while stop < b and (words[stop] in _STOPS or words[stop] in ")]'’"):
                    stop += 1
                if words[i] in ("...", "…") and stop < b and words[stop][0].islower():
                    stop = 0
            elif (
                words[i][-1] == "."
                and i + 1 < b
                and words[i + 1][0].isupper()
                and any(lower[i + 1] in lex[name] for name in _OPENERS)
                and (lower[i] not in titles or lower[i] in lex["titles_that_end"])
            ):
                stop = i + 1
            i += 1
        if stop:
            i = stop
        if stop or i - start >= LONGEST_SENTENCE:
            cut = stop or i
            out.extend(_chunks(start, cut))
            start = i = cut
    if start < b:
        out.extend(_chunks(start, b))
    return out


def _chunks(start: int, stop: int) -> list[tuple[int, int]]:
    step = 2 * LONGEST_SENTENCE
    return [(k, min(k + step, stop)) for k in range(start, stop, step)]


def _goes_on(words: list[str], lower: list[str], quote: Quote, i: int, b: int, lex: Lexicon) -> bool:
    """Whether the sentence continues after a quotation that ends with a stop: ``"..." Trump said``."""
    if i >= b:
        return False
    if words[i][0].islower() or words[i] in DASHES or words[i] in (",", ";"):
        return True
    if quote.stop - quote.start < 4 or words[quote.stop - 2] == "." or lower[i] in lex["new_speakers"]:
        return False
    for k in range(i, min(i + 13, b)):
        if words[k] in _STOPS or words[k] in lex["quotes.marks"]:
            return False
        if lower[k] in lex["speech"]:
            return words[k - 1] != "," or k == i
    return False
