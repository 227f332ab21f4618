"""Where a clause starts, and where the words of a statement end.

Everything is a walk inside one sentence, whose length is bounded; so the whole is linear in the text.
"""

from __future__ import annotations

from zopa.reading.parsing.segment import DASHES
from zopa.reading.parsing.tags import PUNCT, Sentence

__all__ = ["clause_starts", "content_end", "reporting_follows"]

CLAUSE_AHEAD = 25
"""Tokens within which the finite verb of a clause is looked for."""
_TRAILING = frozenset([".", "?", "!", ",", ";", ":", "..."])


def clause_starts(s: Sentence, i: int) -> bool:
    """Whether a clause (subject and finite verb) starts at ``i``."""
    b = s.stop
    if i >= b:
        return False
    if s.is_(i, "clause_subjects"):
        return True
    inner = 0  # relative clauses whose verb is still to come
    for k in range(i, min(i + CLAUSE_AHEAD, b)):
        if _breaks_clause(s, k, i):
            if not s.is_(k, "relative_openers"):
                return False
            inner += 1
        elif k > i and s.finite[k]:
            if not inner:
                return True
            inner -= 1
    return False


def _breaks_clause(s: Sentence, k: int, i: int) -> bool:
    """Whether what started at ``i`` cannot go on at ``k`` without being another clause."""
    if s.lower[k] in ";:.!?" or s.is_(k, "but") or (k > i and s.is_(k, "subordinators")):
        return True
    return s.is_(k, "and") and k + 1 < s.stop and s.finite[k + 1]


def content_end(s: Sentence, i: int, relative: bool = False, phrase: bool = False) -> int:
    """Where the content that starts at ``i`` ends (exclusive), scanning to the end of the sentence.

    ``relative``: its source is "who" or "which"; ``phrase``: it is a noun phrase or an infinitive,
    so that a new clause or a second past-tense verb cannot belong to it.
    """
    b = s.stop
    k = i
    while k < b:
        if s.quoted[k]:
            k = min(s.seg.quotes[s.quote_of[k]].stop, b)
            if k < b and _ends_with_quotation(s, k):
                return k
            continue
        if k > i and _ends_at(s, k, i, relative, phrase):
            return k
        k += 1
    while k > i + 1 and s.words[k - 1] in _TRAILING and not s.quoted[k - 1]:
        k -= 1
    return k


def _ends_with_quotation(s: Sentence, k: int) -> bool:
    """Whether the content ends with the quotation before ``k``: it ends with a comma, and its speaker follows."""
    return (
        s.words[k - 2] == "," and s.seg.quotes[s.quote_of[k - 1]].closed and _cut_after(s, k - 1, quoted=True)
    )


def _ends_at(s: Sentence, k: int, i: int, relative: bool, phrase: bool) -> bool:
    """Whether the content from ``i`` ends before the mark or conjunction at ``k``."""
    w = s.words[k]
    if w in (",", ";") or w in DASHES:
        if relative and k + 1 < s.stop and s.finite[k + 1]:
            return True
        long_enough = phrase or k - i > 4 or s.has_verb(i, k) or s.quoted[i]
        return (long_enough and _cut_after(s, k)) or (phrase and _new_clause(s, k))
    if s.is_(k, "and") and k + 1 < s.stop and s.is_(k + 1, "reduced") and not s.has_verb(i, k):
        return True
    if not s.is_(k, "coordinating"):
        return False
    if (phrase or s.has_verb(i, k)) and reporting_follows(s, k + 1):
        return True
    return phrase and _second_verb(s, k + 1)


def _new_clause(s: Sentence, k: int) -> bool:
    """After the comma or dash at ``k``: a conjunction or adverb with a clause, or a dash at all."""
    if s.words[k] in DASHES or s.words[k] == ";" or k + 2 >= s.stop:
        return True
    if s.is_(k + 1, "clause_conjunctions"):
        return clause_starts(s, k + 2) or s.finite[k + 2]
    return s.is_(k + 1, "subject_pronouns") or s.is_(k + 1, "new_clause_openers")


def _second_verb(s: Sentence, k: int) -> bool:
    """A finite verb right after "and", possibly after an adverb: the subject does a second thing."""
    while k < s.stop and s.adverb[k]:
        k += 1
    if k >= s.stop or not s.finite[k]:
        return False
    readings = s.grammar.forms.get(s.lower[k], ())
    return s.is_(k, "any auxiliary") or any(slot in ("past", "third") for _, slot in readings)


def _cut_after(s: Sentence, k: int, quoted: bool = False) -> bool:
    """Whether the content ends at the comma or dash at ``k``; ``quoted``: at a quotation that ends with one."""
    n = k + 1
    if n >= s.stop:
        return True
    if quoted and s.lower[n].endswith(s.grammar.ing) and s.words[n].islower():
        return True
    if _is_saying(s, n) or s.is_(n, "according") or s.is_(n, "contrast"):
        return True
    if s.words[k] == "," and s.is_(n, "circumstance_openers"):
        comma = next((x for x in range(k + 2, min(k + 9, s.stop)) if s.words[x] == ","), 0)
        return not _verb_after(s, comma)
    if s.words[k] == "," and _opens_relative(s, n):
        ahead = range(k + 2, min(k + 18, s.stop))
        comma = next((x for x in ahead if s.words[x] == "," and not s.quoted[x]), 0)
        return not _verb_after(s, comma)
    if s.is_(n, "second_clause"):
        return reporting_follows(s, n + 1)
    return _speaker_said(s, n)


def _is_saying(s: Sentence, i: int) -> bool:
    """The -ing form of a verb of saying: ``..., adding``."""
    w = s.lower[i]
    return w.endswith(s.grammar.ing) and any(
        slot == "ing" and "say" in s.grammar.classes.get(base, ())
        for base, slot in s.grammar.forms.get(w, ())
    )


def _opens_relative(s: Sentence, i: int) -> bool:
    """``who``, ``which``, ``of which``."""
    return s.is_(i, "who_which") or (s.is_(i, "prepositions") and s.has("relative_after", i + 1, i + 2))


def _verb_after(s: Sentence, comma: int) -> bool:
    """Whether the content goes on with its verb after an inserted part that ends with this comma (0: none)."""
    return bool(comma) and comma + 1 < s.stop and s.finite[comma + 1]


def reporting_follows(s: Sentence, k: int) -> bool:
    """A finite reporting verb at ``k``, or after a short subject."""
    named = k < s.stop and s.name[k]
    for x in range(k, min(k + (14 if named else 7), s.stop)):
        if s.is_(x, "speech"):
            return True
        if s.quoted[x] or (s.words[x] in PUNCT and not (named and s.words[x] == ",")):
            return False
        if x == k and _is_past_report(s, x):
            return True
        if s.is_(x, "clausal"):
            return False
    return False


def _is_past_report(s: Sentence, x: int) -> bool:
    """The past form of a verb of saying or attitude."""
    return any(
        slot == "past" and not s.grammar.classes.get(base, frozenset()).isdisjoint(("say", "object"))
        for base, slot in s.grammar.forms.get(s.lower[x], ())
    )


def _speaker_said(s: Sentence, k: int) -> bool:
    """``NAME said`` or ``in Ohio he said`` after a comma."""
    adverbial = s.is_(k, "prepositions")
    for x in range(k, min(k + (11 if adverbial else 6), s.stop)):
        if x > k and s.is_(x, "speech"):
            return True
        if not (s.noun[x] or (adverbial and s.is_(x, "prepositions")) or _is_before_said(s, x)):
            return False
    return False


def _is_before_said(s: Sentence, x: int) -> bool:
    """A word other than a noun that may stand in a short subject."""
    return any(s.is_(x, name) for name in ("subject_pronouns", "determiners", "before_said"))
