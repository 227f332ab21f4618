"""What a party does in a negotiation without saying it: turns down, comes down from, reserves its position.

These are turns of phrase of several words; the language pack lists them by the kind of statement that they make.
"""

from __future__ import annotations

from bisect import bisect_left

from zopa.reading.attribution.cues import Attribution, Attributions, statement
from zopa.reading.language.patterns import lowered
from zopa.reading.parsing.clauses import content_end
from zopa.reading.parsing.noun_phrases import left_phrase
from zopa.reading.parsing.tags import Range, Sentence

__all__ = ["ACTS", "party_acts"]

ACTS = ("refusal", "concession", "offer", "demand", "no_position")
"""Sections of the pack's ``party_acts``; the lemma of a statement is ``act.`` and the section."""


def party_acts(s: Sentence, found: Attributions) -> list[Attribution]:
    """The acts of one sentence that no rule has read, in order."""
    seg = s.seg
    first, last = seg.span(s.start, s.stop)
    text = lowered(seg.text[first:last]).replace("’", "'")
    out = []
    for name in ACTS:
        for m in s.grammar.acts[name].finditer(text):
            i = bisect_left(seg.begin, first + m.start("cue"), s.start, s.stop)
            j = bisect_left(seg.begin, first + m.end("cue"), s.start, s.stop)
            if i >= s.stop or s.quoted[i] or found.takes(i, j) or s.has("subordinators", s.start, i):
                continue
            source = _subject(s, i)
            content = _content(s, j)
            if source and content:
                out.append(statement(source, (i, j), content, rule="act", lemma=f"act.{name}"))
    return sorted(out, key=lambda x: x.place)


def _subject(s: Sentence, i: int) -> Range | None:
    """The noun phrase before the act, over an aside between commas: ``Brazil, for the G-20, could accept``."""
    if i - 1 > s.start and s.words[i - 1] == ",":
        comma = next((k for k in range(i - 2, max(s.start, i - 14), -1) if s.words[k] == ","), s.start)
        return left_phrase(s, comma) if comma > s.start else None
    return left_phrase(s, i)


def _content(s: Sentence, j: int) -> Range | None:
    """What the act is about: up to the end of its clause."""
    stop = content_end(s, j) if j < s.stop else j
    return (j, stop) if stop > j else None
