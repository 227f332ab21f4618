"""Who speaks: the phrase beside the verb, or the one that an earlier or later part of the sentence names."""

from __future__ import annotations

from zopa.reading.attribution.cues import Attributions
from zopa.reading.parsing.noun_phrases import left_phrase, right_phrase
from zopa.reading.parsing.tags import PUNCT, Range, Sentence
from zopa.reading.parsing.verb_groups import VerbGroup

__all__ = ["before_adverbs", "earlier_subject", "issuer", "later_subject", "subject"]


def subject(s: Sentence, group: VerbGroup, found: Attributions) -> tuple[Range | None, bool]:
    """The speaker of a verb, and whether it is inherited.

    The phrase beside an active verb; for a second verb that of the first; for a participle the one before it.
    """
    j = group.start
    if group.voice != "active":
        return earlier_subject(s, j, found), True
    source = left_phrase(s, j)
    if source:
        return _over_behalf(s, _over_relative(s, source)), False
    if j > s.start and (s.is_(j - 1, "coordinators") or s.words[j - 1] == ","):
        return earlier_subject(s, j, found), True
    return None, False


def _over_relative(s: Sentence, source: Range) -> Range:
    """``Voters who back the mayor want ...``: the phrase before the relative clause that ``source`` is the object of."""
    if s.is_(source[0], "relatives") or s.is_(source[0], "subject_pronouns"):
        return source
    for k in range(source[0] - 1, max(s.start, source[0] - 5), -1):
        if s.words[k] in PUNCT or s.quoted[k] or s.is_(k, "speech"):
            return source
        if s.is_(k, "who_which"):
            beside = k < source[0] - 1 and s.words[k - 1] not in PUNCT
            return (left_phrase(s, k) if beside else None) or source
    return source


def _over_behalf(s: Sentence, source: Range) -> Range:
    """``Brazil, for the group, supported by India, demanded``: the phrase with what it says of the speaker."""
    k = source[0] - 1
    if k - 2 < s.start or not s.is_(k, "on_behalf") or s.words[k - 1] != ",":
        return source
    head = left_phrase(s, k - 1)
    return (head[0], source[1]) if head and s.name[head[1] - 1] else source


def earlier_subject(s: Sentence, j: int, found: Attributions) -> Range | None:
    """The source of the statement before ``j`` in this sentence, or the sentence's subject."""
    a = s.start
    second = s.is_(j - 1, "coordinating")
    near = next((k for k in range(j - 1, a, -1) if s.finite[k] and not s.quoted[k]), -1)
    together = second and near > 0 and not found.used[near]
    for x in reversed(found.statements):
        at = x.cue[0][0]
        if at < a or (together and at < near):
            break
        if x.source and at < j:
            return _antecedent(s, x.source[0])
    for k in range(j - 1, a, -1) if second else range(a + 1, j):
        if s.finite[k] and not s.quoted[k]:
            return left_phrase(s, before_adverbs(s, k))
    return None


def before_adverbs(s: Sentence, k: int) -> int:
    """The first of the adverbs that end before ``k``, or ``k``."""
    while k > s.start and s.adverb[k - 1]:
        k -= 1
    return k


def _antecedent(s: Sentence, source: Range) -> Range:
    """For "who" or "which", the phrase that it stands for, when it is beside it."""
    i, stop = source
    if stop - i > 1 or not s.is_(i, "relative_subjects"):
        return source
    j = i - (s.words[i - 1] == ",")
    return (left_phrase(s, j) if j > s.start else None) or source


def issuer(s: Sentence, source: Range) -> Range:
    """``SRC released a statement saying X``: who issued the document; else the phrase as it is."""
    a, k = s.start, source[0] - 1
    if not s.is_(source[1] - 1, "documents") or k <= a:
        return source
    k -= s.is_(k, "issued_particles")
    while k > a and not s.finite[k] and (s.adverb[k] or s.noun[k]) and k > source[0] - 3:
        k -= 1
    return (left_phrase(s, k) or source) if s.finite[k] else source


def later_subject(s: Sentence, group: VerbGroup) -> Range | None:
    """``Saying X, SRC ...``: the phrase after the comma."""
    for k in range(group.stop, s.stop - 1):
        if s.words[k] == "," and not s.quoted[k]:
            return right_phrase(s, k + 1, names=True)
    return None
