"""Quotations that are announced: by a colon, a line of their own, a paragraph end, or a bare verb before them."""

from __future__ import annotations

from zopa.reading.attribution.contents import COLON_AHEAD, colon_ahead
from zopa.reading.attribution.cues import (
    BREAK,
    Attribution,
    Attributions,
    is_quoted,
    is_sentence_quoted,
    starts_line,
    statement,
)
from zopa.reading.attribution.subjects import subject
from zopa.reading.parsing.clauses import content_end
from zopa.reading.parsing.noun_phrases import left_phrase, right_phrase
from zopa.reading.parsing.segment import DASHES
from zopa.reading.parsing.tags import Range, Sentence
from zopa.reading.parsing.verb_groups import VerbGroup

__all__ = [
    "agreed_line",
    "announced_block",
    "announced_quotation",
    "bare",
    "colon_line",
    "opening_inversion",
    "signed",
]

ANNOUNCED = 5
"""Tokens that may stand between a verb and the comma before the quotation that it announces."""
NAME_AHEAD, QUOTED_NAME_AHEAD = 7, 30
"""Tokens of a line that may stand before the colon after its speaker; before a colon and a quotation."""
FURTHEST_AGREED = 12
"""Tokens before the colon after what was agreed."""
LONGEST_KNOWN = 4
"""Tokens of a name before a colon inside a paragraph."""
LONGEST_BLOCK = 300
"""Tokens after which an announced block takes up no further sentence."""


# -------------------------------------------------------------- lines


def colon_line(s: Sentence, found: Attributions) -> Attribution | None:
    """``NAME: words`` at the start of a line: an interview, a transcript, a headline."""
    first, last = s.start + 1, s.stop - 1
    if ":" not in s.words[first : min(s.start + QUOTED_NAME_AHEAD, last)]:
        return None
    for k in range(first, min(s.start + QUOTED_NAME_AHEAD, last)):
        if s.quoted[k]:
            break
        if s.words[k] == ":" and s.quoted[k + 1]:
            source = _name_before_colon(s, k)
            if source:
                return statement(source, (k, k + 1), (k + 1, s.stop), rule="line", lemma=":")
    for k in range(first, min(s.start + NAME_AHEAD, last)):
        if s.words[k] == ":" and _is_known(s, k, found):
            return statement((s.start, k), (k, k + 1), (k + 1, s.stop), rule="line", lemma=":")
        if s.words[k] == ":" and (s.quoted[k + 1] or starts_line(s, s.start)):
            if not _is_speaker_label(s, k):
                return None
            return statement((s.start, k), (k, k + 1), (k + 1, s.stop), rule="line", lemma=":")
        if s.words[k] in ",.;?!" or s.quoted[k]:
            return None
    return None


def _is_speaker_label(s: Sentence, k: int) -> bool:
    """Whether the words before the colon at ``k`` are a name, and those after it words that somebody says."""
    a = s.start
    if s.quoted[a] or s.words[a][0].isdigit():
        return False
    if not all(s.name[x] or s.is_(x, "name_links") or s.words[x].isupper() for x in range(a, k)):
        return False
    if s.quoted[k + 1]:
        return True
    return s.words[k + 1][0].isupper() and (s.words[a].isupper() or s.has_verb(k + 1, s.stop))


def agreed_line(s: Sentence, _found: Attributions) -> Attribution | None:
    """``Resolved: that X`` and ``Both sides agreed: X``: what is settled together stands after the colon."""
    words = s.words[s.start : min(s.start + FURTHEST_AGREED, s.stop - 2)]
    if ":" not in words:
        return None
    k = s.start + words.index(":")
    settled = next((x for x in range(max(s.start, k - 2), k) if s.is_(x, "settled")), -1)
    if settled < 0 or s.quoted[k + 1]:
        return None
    source = left_phrase(s, settled) if settled > s.start else None
    if source is None and settled > s.start:
        return None
    return statement(source, (settled, k), (k + 1, s.stop), rule="line", lemma="agree")


def _is_known(s: Sentence, k: int, found: Attributions) -> bool:
    """Whether the words before the colon at ``k`` are a name that the text has elsewhere too: ``Calder: no duty.``"""
    a = s.start
    return (
        k + 1 < s.stop
        and k - a < LONGEST_KNOWN
        and s.name[k - 1]
        and all(s.words[x][0].isupper() for x in range(a, k))
        and not any(s.is_(x, name) for x in range(a, k) for name in ("days", "adverbs", "determiners"))
        and found.comes_back(s, s.words[k - 1])
        and s.lower[k - 1] not in s.grammar.forms
    )


def _name_before_colon(s: Sentence, k: int) -> Range | None:
    """``... - NAME: "X"``: nothing but a name between a dash or the start and the colon."""
    source = left_phrase(s, k)
    if not source or True not in s.name[slice(*source)]:
        return None
    if source[0] > s.start and s.words[source[0] - 1] not in DASHES:
        return None
    if any(s.lower[x] in s.grammar.forms and not s.name[x] for x in range(*source)):
        return None
    return source


def signed(s: Sentence, found: Attributions) -> Attribution | None:
    """``- NAME`` on a line of its own, under a quotation."""
    a = s.start
    if s.words[a] not in DASHES or not 1 < s.stop - a < 14 or a == 0 or not s.quoted[a - 1]:
        return None
    source = right_phrase(s, a + 1, names=True)
    q = s.seg.quotes[s.quote_of[a - 1]]
    if not source or not s.name[a + 1] or found.takes(q.start, q.stop):
        return None
    return statement(source, (a, a + 1), (q.start, q.stop), rule="signed", lemma="-")


# -------------------------------------------------------------- the next paragraph, the next sentence


def announced_block(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``SRC wrote:`` at the end of a paragraph: the next paragraph is the content."""
    b = s.stop
    if s.words[b - 1] != ":" or b >= len(s.words) or b - group.stop > 12 or s.has_verb(group.stop, b):
        return None
    if "say" not in group.classes and not s.quoted[b]:
        return None
    source, inherited = subject(s, group, found)
    if not source:
        return None
    return statement(
        source, (group.start, b), (b, _block_end(s)), rule="block", lemma=group.lemma, inherited=inherited
    )


def _block_end(s: Sentence) -> int:
    """Where the block that starts after the sentence ends: with its line, or with its quotations."""
    b, seg = s.stop, s.seg
    stop = b
    for n in range(seg.sentence_of[b], len(seg.sentences)):
        x, y = seg.sentences[n]
        if x > b and ((s.quoted[b] and not _is_whole_quotation(s, x, y)) or starts_line(s, x)):
            break
        stop = y
        if stop - b > LONGEST_BLOCK:
            break
    return stop


def _is_whole_quotation(s: Sentence, x: int, y: int) -> bool:
    """Whether the tokens are a quotation to their end."""
    return is_quoted(s, x, y) and s.quoted[y - 1]


def announced_quotation(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """Any verb before a colon and a quotation: ``SRC continued: "X"``."""
    if group.voice in ("passive", "infinitive"):
        return None
    if True not in s.quoted[group.stop : min(s.stop, group.stop + ANNOUNCED + COLON_AHEAD + 1)]:
        return None
    comma = _announcing_comma(s, group)
    k = comma or group.stop
    colon = colon_ahead(s, k)
    if colon and ("," in s.words[k:colon] or s.has_verb(k, colon)):
        colon = 0
    mark = colon or comma
    source, inherited = subject(s, group, found) if mark else (None, False)
    if not source:
        return None
    content = (mark + 1, content_end(s, mark + 1))
    return statement(
        source, (group.start, mark), content, rule="colon", lemma=group.lemma, inherited=inherited
    )


def _announcing_comma(s: Sentence, group: VerbGroup) -> int:
    """The comma between a verb and the quotation that it announces; 0 when there is none."""
    k = group.stop
    while k < min(s.stop, group.stop + ANNOUNCED) and not _is_pause(s, k):
        k += 1
    if k + 1 >= s.stop or s.words[k] != "," or not s.quoted[k + 1] or not is_sentence_quoted(s, k + 1):
        return 0
    beside = k == group.stop or s.is_(group.stop, "prepositions") or s.is_(group.stop, "before_quotation")
    return k if beside else 0


def _is_pause(s: Sentence, k: int) -> bool:
    """A mark, quotation or verb, at which the words after a verb end."""
    return s.quoted[k] or s.finite[k] or s.words[k] in BREAK


def bare(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``SRC agreed. "X"``: the quotation after the full stop is the content."""
    b = s.stop
    if "say" not in group.classes or b >= len(s.words) or not s.quoted[b]:
        return None
    if group.slot == "ing" or not _ends_soon(s, group) or starts_line(s, b):
        return None
    x, y = s.seg.sentences[s.seg.sentence_of[b]]
    source, inherited = subject(s, group, found) if _is_whole_quotation(s, x, y) else (None, False)
    if not source:
        return None
    return statement(source, group.span, (x, y), rule="bare", lemma=group.lemma, inherited=inherited)


def _ends_soon(s: Sentence, group: VerbGroup) -> bool:
    """Whether no more than an adverb or an adverbial stands between the verb and the end of the sentence."""
    k, last = group.stop, s.stop - 1
    if last - k > 7 or any(_is_pause(s, x) or s.is_(x, "that") for x in range(k, last)):
        return False
    return k >= last or s.adverb[k] or s.is_(k, "prepositions") or s.is_(k, "object_pronouns")


def opening_inversion(s: Sentence, group: VerbGroup, _found: Attributions) -> Attribution | None:
    """``Said SRC, "X"`` at the start of a sentence."""
    if group.start != s.start or group.slot not in ("past", "third") or "say" not in group.classes:
        return None
    source = right_phrase(s, group.stop, names=True)
    if not source:
        return None
    b = s.stop
    if s.words[b - 1] == ":" and b < len(s.words) and b - group.stop < 12 and s.quoted[b]:
        block = (b, s.seg.sentences[s.seg.sentence_of[b]][1])
        return statement((source[0], b - 1), group.span, block, rule="block", lemma=group.lemma)
    ahead = range(group.stop + 1, min(group.stop + 25, b - 1))
    pause = next((x for x in ahead if s.quoted[x + 1]), 0)
    if not pause or s.words[pause] not in (",", ":"):
        return None
    content = (pause + 1, content_end(s, pause + 1))
    return statement((source[0], pause), group.span, content, rule="inverted", lemma=group.lemma)
