"""Contacts and gestures, reported shifts of stance, and claims of the author: records beside the statements."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .kinds import Phrases

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


_PLACE = re.compile(r"\b(?:in|at)\s((?:the\s)?[A-Z][\w'’\-]+(?:\s[A-Z][\w'’\-]+){0,2})")


def contacts(text: str, sentences: Sequence[Range], phrases: Phrases) -> Iterator[ContactSpan]:
    """Contacts and gestures, sentence by sentence; one per type and sentence."""
    for a, b in sentences:
        sentence = text[a:b]
        for kind, pattern in phrases.lists["contacts"].items():
            if kind == "planned":
                continue
            for m in pattern.finditer(sentence):
                start, end = a + m.start(), a + m.end()
                stop = re.compile(r"[,.;:]\s|[.\"”]$|\s(?:who|which|that|when|after|and|but)\s").search(
                    text, end, b
                )
                end = stop.start() if stop else b
                place = _PLACE.search(text, start, min(end + 30, b))
                lead = text[max(a, start - 40) : start]
                planned = bool(
                    phrases.lists["contacts"]["planned"].search(lead[-24:])
                ) or m.group().lower().startswith("to ")
                yield ContactSpan(start, end, kind, place.group(1) if place else "", not planned)
                break


def shifts(text: str, sentences: Sequence[Range], phrases: Phrases) -> Iterator[ShiftSpan]:
    """Shifts that the text reports. "no longer" and the like count only where a stance or aid is meant."""
    nouns = re.compile(rf"\b(?:{'|'.join(phrases.lex.raw['shifts']['subject_nouns'].split())})\b", re.I)
    cut = phrases.lists["shifts"]["cut"]
    previous = ""
    for a, b in sentences:
        sentence = text[a:b]
        for direction in ("softer", "harder", "changed"):
            m = phrases.lists["shifts"][direction].search(sentence)
            if not m:
                continue
            about = nouns.search(sentence) or re.search(r"\brhetorical\b", sentence)
            back = re.match(r"(?:That|This|It)\b", sentence) and cut.search(sentence)
            if not about and not back and not m.group().lower().startswith("now "):
                continue
            owner = re.search(
                r"\b(?:of|for|in)\s((?:the\s)?[A-Z][\w.]*(?:\s[A-Z][\w.]*)?)(?:['’]s)?", sentence[m.start() :]
            )
            subject = owner.group(1) if owner else _subject(previous if back else sentence)
            end = re.compile(r"[.;]\s*$|,\swhich\b").search(text, a + m.end(), b)
            start = a + max(
                0,
                m.start() - 5
                if sentence[max(0, m.start() - 5) : m.start()].lower() == "some "
                else m.start(),
            )
            if back or sentence.startswith(("That represents", "This represents")):
                start = a
            yield ShiftSpan(start, end.start() if end else b, direction, subject)
            break
        previous = sentence


def _subject(sentence: str) -> str:
    m = re.search(r"\b(?:the\s)?(?:[A-Z][\w.]+\s?){1,2}", sentence)
    return m.group().strip() if m else ""


def claims(
    text: str, sentences: Sequence[Range], taken: Sequence[Range], phrases: Phrases
) -> Iterator[Claim]:
    """Judgments in sentences that nobody is quoted in: the author's, and never a party's."""
    order = sorted(taken)
    for a, b in sentences:
        near = order[bisect_left(order, (a - 5000, 0)) : bisect_left(order, (b, 0))]
        for kind in ("normative", "cost", "causal", "assessment"):
            m = phrases.lists["claims"][kind].search(text, a, b)
            if m and not any(x < m.end() and m.start() < y for x, y in near):
                stop = min((x for x, _ in near if x > m.end()), default=b)
                yield Claim(a, stop if stop < b else b, kind, m.group())
                break
