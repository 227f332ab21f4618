"""Contacts and gestures, reported shifts of stance, and claims of the author: records beside the statements."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zopa.reading.extraction.speech_acts import Phrases

__all__ = ["Claim", "ContactSpan", "ShiftSpan", "claims", "contacts", "shifts"]

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ContactSpan:
    """A contact or gesture: offsets, type, place if named, and whether it has taken place."""

    start: int
    end: int
    type: str
    where: str
    realised: bool


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """A change of stance that the reporter reports: offsets, direction, and the words for whose it is."""

    start: int
    end: int
    direction: str
    subject: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A judgment of the author: offsets and kind (causal, normative, cost, assessment)."""

    start: int
    end: int
    kind: str
    words: str


def _found(
    section: str, text: str, sentences: Sequence[Range], phrases: Phrases
) -> Iterator[tuple[int, str, int, int]]:
    """Each phrase of a section: the number of its sentence, the name of its list, where it starts and ends."""
    starts = [a for a, _ in sentences]
    for name, (start, stop) in phrases.find(section, text):
        n = bisect_right(starts, start) - 1
        if n >= 0:
            yield n, name, start, stop


def contacts(text: str, sentences: Sequence[Range], phrases: Phrases) -> Iterator[ContactSpan]:
    """Contacts and gestures, in text order; one per type and sentence."""
    patterns = phrases.lex.patterns
    seen: set[tuple[int, str]] = set()
    for n, kind, start, stop in _found("contacts", text, sentences, phrases):
        if (n, kind) in seen:
            continue
        seen.add((n, kind))
        a, b = sentences[n]
        close = patterns["events.contact_end"].search(text, stop, b)
        end = close.start() if close else b
        place = patterns["events.place"].search(text, start, min(end + 30, b))
        planned = patterns["events.planned"].match(text[start:stop].lower()) or phrases.planned.search(
            text, max(a, start - 24), start
        )
        yield ContactSpan(start, end, kind, place["place"] if place else "", not planned)


def shifts(text: str, sentences: Sequence[Range], phrases: Phrases) -> Iterator[ShiftSpan]:
    """Shifts that the text reports. "no longer" and the like count only where a stance or aid is meant."""
    patterns = phrases.lex.patterns
    last = -1
    for n, direction, start, stop in _found("shifts", text, sentences, phrases):
        if n == last:
            continue
        a, b = sentences[n]
        sentence = text[a:b]
        back = patterns["events.points_back"].match(sentence) and phrases.cut.search(sentence)
        about = phrases.subject_nouns.search(sentence) or patterns["events.about_words"].search(sentence)
        now = patterns["events.now"].match(text[start:stop].lower())
        if not about and not back and not now:
            continue
        last = n
        previous = text[slice(*sentences[n - 1])] if n else ""
        owner = patterns["events.owner"].search(text, start, b) or patterns["events.subject"].search(
            previous if back else sentence
        )
        end = patterns["events.shift_end"].search(text, stop, b)
        if quantifier := patterns["events.quantifier"].search(text[max(a, start - 12) : start].lower()):
            start -= len(quantifier.group())
        if back or now or patterns["events.whole_sentence"].match(sentence):
            start = a
        yield ShiftSpan(start, end.start() if end else b, direction, owner["who"].strip() if owner else "")


def claims(
    text: str, sentences: Sequence[Range], taken: Sequence[Range], phrases: Phrases
) -> Iterator[Claim]:
    """Judgments outside everybody's words: the author's, and never a party's."""
    order = sorted(taken)
    last = -1
    for n, kind, start, stop in _found("claims", text, sentences, phrases):
        if n == last:
            continue
        a, b = sentences[n]
        near = order[bisect_left(order, (a - 5000, 0)) : bisect_left(order, (b, 0))]
        if any(x < stop and start < y for x, y in near):
            continue
        last = n
        end = min((x for x, _ in near if x > stop), default=b)
        yield Claim(a, end, kind, text[start:stop])
