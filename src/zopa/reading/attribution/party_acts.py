"""What a party does in a negotiation without saying it: turns down, comes down from, reserves its position.

These are turns of phrase of several words; the language pack lists them by the kind of statement that they make.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from zopa.reading.attribution.cues import Attribution, Attributions, statement
from zopa.reading.language.lexicon import Forms
from zopa.reading.language.patterns import lowered
from zopa.reading.parsing.clauses import content_end
from zopa.reading.parsing.noun_phrases import left_phrase, right_phrase
from zopa.reading.parsing.tags import Range, Sentence

__all__ = ["ACTS", "elliptical", "opening_verb", "party_acts", "promised", "spoken_on", "undertaking"]

ACTS = ("refusal", "concession", "offer", "demand", "no_position", "position", "threat", "commitment")
"""Sections of the pack's ``party_acts``; the lemma of a statement is ``act.`` and the section."""


_SAME = {"accepted": "concession"}


def party_acts(s: Sentence, found: Attributions) -> list[Attribution]:
    """The acts of one sentence that no rule has read, in order."""
    seg = s.seg
    first, last = seg.span(s.start, s.stop)
    text = lowered(seg.text[first:last]).replace("’", "'")
    out = []
    for name in (*ACTS, *(("accepted",) if found.record else ())):
        for m in s.grammar.acts[name].finditer(text):
            i = bisect_left(seg.begin, first + m.start("cue"), s.start, s.stop)
            j = bisect_left(seg.begin, first + m.end("cue"), s.start, s.stop)
            if i >= s.stop or s.quoted[i] or found.takes(i, j):
                continue
            source = _subject(s, i) or (_first_subject(s, i) if s.is_(i - 1, "coordinating") else None)
            if source and s.is_(i - 1, "be") and (by := s.find_by(j)):
                agent = right_phrase(s, by + 1)
                if agent:
                    out.append(
                        statement(agent, (i, j), source, rule="act", lemma=f"act.{_SAME.get(name, name)}")
                    )
                    continue
            if source and s.has("subordinators", max(s.start, source[0] - 1), i):
                continue
            content = _content(s, j)
            if source and content:
                out.append(
                    statement(source, (i, j), content, rule="act", lemma=f"act.{_SAME.get(name, name)}")
                )
    return sorted(out, key=lambda x: x.place)


def undertaking(s: Sentence, found: Attributions) -> Attribution | None:
    """``The owner would sell if ...``, and ``He would not oppose ...`` right after something that he said.

    What a party would do, told without a verb of saying: with a condition by anybody who can act, without one only
    of the speaker of the sentence before.
    """
    seg = s.seg
    first, last = seg.span(s.start, s.stop)
    text = lowered(seg.text[first:last]).replace("’", "'")
    goes_on = _goes_on(s, found)
    names = ("undertaking", *(("free_indirect",) if goes_on else ()), *(("pledge",) if found.record else ()))
    for name in names:
        m = s.grammar.acts[name].search(text)
        if not m:
            continue
        i = bisect_left(seg.begin, first + m.start("cue"), s.start, s.stop)
        j = bisect_left(seg.begin, first + m.end("cue"), s.start, s.stop)
        source = None
        if i < s.stop and not s.quoted[i]:
            source = _first_subject(s, i) if s.is_(i - 1, "coordinating") else _subject(s, i)
        if not source or not (
            s.is_(source[0], "articles")
            or _acts(s, source)
            or (goes_on and s.is_(source[0], "subject_pronouns"))
        ):
            continue
        if s.has("subordinators", s.start, source[0]):
            continue
        return statement(source, (i, j), (source[0], s.stop), rule="undertaking", lemma="")
    return None


def spoken_on(s: Sentence, found: Attributions) -> Attribution | None:
    """``Rents would be held for six years.``: in the record of a meeting, more of what the same speaker said."""
    if not found.record or s.quoted[s.start] or not _goes_on(s, found) or not found.statements[-1].source:
        return None
    seg = s.seg
    first, last = seg.span(s.start, s.stop)
    m = s.grammar.acts["free_record"].search(lowered(seg.text[first:last]).replace("’", "'"))
    if not m or any(_is_said(s, i) for i in s.cues_in(s.start, s.stop)):
        return None
    i = bisect_left(seg.begin, first + m.start("cue"), s.start, s.stop)
    j = max(i + 1, bisect_left(seg.begin, first + m.end("cue"), s.start, s.stop))
    own = _named_first(s, found)
    if own and own[1] != i:
        return None
    return statement(
        own or found.statements[-1].source[0],
        (i, min(j, s.stop)),
        (s.start, s.stop),
        rule="undertaking",
        lemma="",
        inherited=own is None,
    )


def _named_first(s: Sentence, found: Attributions) -> Range | None:
    """The phrase that opens a sentence, if it is a name that the text has more than once."""
    first = right_phrase(s, s.start)
    if not first or not any(s.name[k] and found.comes_back(s, s.words[k]) for k in range(*first)):
        return None
    return first


def promised(s: Sentence, found: Attributions) -> Attribution | None:
    """``Ostrava will reopen the lock.``: in the record of a meeting, what a party named in it will do."""
    k = s.start
    if not found.record or s.quoted[k]:
        return None
    comma = next((x for x in range(k, min(k + 5, s.stop)) if s.words[x] == ","), -1)
    start = comma + 1 if comma > 0 and s.is_(k, "prepositions") else k
    i = next((x for x in range(start, min(start + 8, s.stop - 1)) if s.is_(x, "will_shall")), -1)
    source = left_phrase(s, i) if i > start else None
    if not source or source[0] != start or s.is_(i + 1, "be") or s.lower[i + 1] in ("meet", "have"):
        return None
    if not any(s.name[x] and found.comes_back(s, s.words[x]) for x in range(*source)):
        return None
    return statement(source, (i, i + 1), (source[0], s.stop), rule="undertaking", lemma="")


def _is_said(s: Sentence, i: int) -> bool:
    """Whether the token is a verb of saying in the past, by a speaker of its own."""
    return s.finite[i] and any(
        slot == "past" and "say" in s.grammar.classes.get(base, ())
        for base, slot in s.grammar.forms.get(s.lower[i], ())
    )


def opening_verb(
    word: str, opens: bool, forms: Mapping[str, Forms], classes: Mapping[str, frozenset[str]]
) -> str:
    """The base form of a verb of saying at the start of a record without a subject: ``Offers to pay``.

    ``opens``: "to", "that" or an article follows, so that a form in -s is no plural.
    """
    for base, slot in forms.get(word, ()):
        if base in classes and (slot == "past" or (slot == "third" and opens)):
            return base
    return ""


def elliptical(s: Sentence, found: Attributions) -> Attribution | None:
    """``X refuses. Offers plates instead.``: a verb of saying without a subject goes on with the speaker before it."""
    goes_on = _goes_on(s, found) and found.statements[-1].source
    source = found.statements[-1].source[0] if goes_on else _in_touch(s) if found.record else None
    if s.stop - s.start < 4 or not source:
        return None
    after = s.lower[s.start + 1]
    opens = any(
        after in s.grammar.particles.get(base, ()) for base, _ in s.grammar.forms.get(s.lower[s.start], ())
    )
    opens = (
        opens
        or s.is_(s.start + 1, "object_pronouns")
        or s.is_(s.start + 1, "kept_links")
        or s.is_(s.start + 1, "specifiers")
        or s.noun[s.start + 1]
    )
    base = opening_verb(s.lower[s.start], opens, s.grammar.forms, s.grammar.classes)
    if not base or s.quoted[s.start]:
        return None
    content = (s.start + 1, content_end(s, s.start + 1))
    return statement(source, (s.start, s.start + 1), content, rule="elliptical", lemma=base, inherited=True)


def _in_touch(s: Sentence) -> Range | None:
    """``Phone call with Capt. Ruiz. Wants the flights stopped.``: whom the sentence before says the entry is about."""
    seg, n = s.seg, s.seg.sentence_of[s.start]
    if not n:
        return None
    a, b = seg.sentences[n - 1]
    first, last = seg.span(a, b)
    if "\n" in seg.text[last : seg.begin[s.start]]:
        return None
    m = s.grammar.acts["in_touch"].match(lowered(seg.text[first:last]))
    if not m:
        return None
    k = bisect_left(seg.begin, first + m.start("cue"), a, b) if m["cue"] else a
    source = right_phrase(s.between(a, b), k)
    return source if source and True in s.name[slice(*source)] else None


def _first_subject(s: Sentence, i: int) -> Range | None:
    """For a second verb, the subject of the first: ``It has nothing to hide and will open ...``."""
    first = next((k for k in range(s.start + 1, i) if s.finite[k]), 0)
    return left_phrase(s, first) if first else None


def _goes_on(s: Sentence, found: Attributions) -> bool:
    """Whether the sentence before, on the same line, states something."""
    n = s.seg.sentence_of[s.start]
    if not found.statements or not n:
        return False
    last = s.seg.sentence_of[found.statements[-1].cue[0][0]]
    a = s.seg.sentences[n - 1][1] - 1
    return last == n - 1 and "\n" not in s.seg.text[s.seg.end[a] : s.seg.begin[s.start]]


def _acts(s: Sentence, source: Range) -> bool:
    """Whether the words name somebody who can act: a name, a party, an office."""
    return any(s.name[k] or s.is_(k, "actors") for k in range(*source)) and not s.is_(
        source[0], "who_which_whose"
    )


def _subject(s: Sentence, i: int) -> Range | None:
    """The noun phrase before the act, over an aside between commas: ``Brazil, for the G-20, could accept``."""
    if i - 1 > s.start and s.words[i - 1] == ",":
        comma = next((k for k in range(i - 2, max(s.start, i - 14), -1) if s.words[k] == ","), s.start)
        return left_phrase(s, comma) if comma > s.start else None
    return left_phrase(s, i)


def _content(s: Sentence, j: int) -> Range | None:
    """What the act is about: up to the end of its clause."""
    stop = content_end(s, j) if j < s.stop else j
    stop = next((k for k in range(j, stop) if s.words[k] == ";" and not s.quoted[k]), stop)
    return (j, stop) if stop > j else None
