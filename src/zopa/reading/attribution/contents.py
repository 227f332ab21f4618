"""Where the words of a statement stand: after the cue, before it, or on both sides of their speaker."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from zopa.reading.attribution.cues import BREAK, PAUSE, Attributions, quote_end, starts_line
from zopa.reading.parsing.clauses import clause_starts, content_end, reporting_follows
from zopa.reading.parsing.noun_phrases import left_phrase
from zopa.reading.parsing.segment import DASHES
from zopa.reading.parsing.tags import Range, Sentence
from zopa.reading.parsing.verb_groups import VerbGroup

__all__ = [
    "COLON_AHEAD", "Content", "after_cue", "clause_of", "colon_ahead", "content_after", "content_before", "is_clause", "resumed",
    "that_ahead", "verb_follows",
]  # fmt: skip

COLON_AHEAD = 22
"""Tokens within which a colon before a quotation is looked for."""


class Content(NamedTuple):
    """The words of a statement, by the rule that found them."""

    pieces: tuple[Range, ...]
    rule: str


# -------------------------------------------------------------- past the cue


def after_cue(s: Sentence, group: VerbGroup) -> int:
    """First token after the cue's recipient, medium and time."""
    k = group.stop
    told = k < s.stop and s.is_(k, "recipient_links") and group.lemma in s.lists["says_to"]
    if told or group.lemma in s.lists["recipient"]:
        k = _after_recipient(s, group, k)
    for _ in range(3):
        further = _after_medium(s, _after_time(s, k))
        if further == k:
            break
        k = further
    return k


def _after_recipient(s: Sentence, group: VerbGroup, k: int) -> int:
    """First token after the person who is told: ``told reporters | that``."""
    if k < s.stop and s.is_(k, "recipient_links") and group.lemma not in s.lists["telling_verbs"]:
        k += 1
    if k >= s.stop or s.quoted[k] or s.is_(k, "no_recipient"):
        return k
    if (s.is_(k, "object_pronouns") or s.is_(k, "short_recipients")) and not _is_owner(s, k):
        return k + 1
    if group.lemma not in s.lists["needs_recipient"] and not s.is_(k - 1, "recipient_links"):
        return k
    if s.is_(k, "subject_pronouns") or s.is_(k, "there"):
        return k
    start = k
    while k < min(s.stop, start + 12) and not _recipient_ends(s, k, start):
        k += 1
    return k


def _is_owner(s: Sentence, k: int) -> bool:
    """``her`` before what is hers."""
    return s.is_(k, "her") and k + 1 < s.stop and s.noun[k + 1] and not s.finite[k + 1]


def _recipient_ends(s: Sentence, k: int, start: int) -> bool:
    """Whether the words for the recipient end before token ``k``."""
    if s.quoted[k] or s.lower[k] in BREAK or s.is_(k, "recipient_ends"):
        return True
    if k == start:
        return False
    if s.is_(k, "subject_pronouns"):
        return not s.is_(k, "who")
    if s.is_(k, "there") or s.is_(k, "weekdays") or s.is_(k, "recipient_breaks"):
        return True
    if s.is_(k, "specifiers"):
        return not (s.is_(k - 1, "prepositions") or s.is_(k - 1, "joined"))
    if not s.name[k] or s.name[k - 1]:
        return False
    return s.lower[k - 1].endswith(s.grammar.plural) and not s.is_(k - 1, "possessive")


def _after_time(s: Sentence, k: int) -> int:
    """First token after a time: ``on Wednesday``, ``late last week``."""
    start, b = k, s.stop
    if k + 1 < b and s.is_(k, "at") and s.is_(k + 1, "at_last"):
        return k + 2
    while k < b and s.adverb[k] and not s.is_(k, "not") and k - start < 2:
        k += 1
    if k < b and s.is_(k, "time_openers"):
        x = k
        while x < min(b, k + 5) and _is_time_word(s, x, "time_words", "time_units"):
            x += 1
        if x > k and _is_time_word(s, x - 1, "time_closers"):
            return x
    while k < b and (s.is_(k, "weekdays") or s.is_(k, "day_words")):
        k += 1
    return k if k > start and s.is_(k - 1, "days") else start


def _is_time_word(s: Sentence, x: int, *more: str) -> bool:
    """A day, month or number, or a word of some further lists."""
    return (
        s.is_(x, "days") or s.is_(x, "months") or s.words[x].isdigit() or any(s.is_(x, name) for name in more)
    )


def _after_medium(s: Sentence, k: int) -> int:
    """First token after ``in a statement``, ``on Twitter``, ``at a rally in Ohio``, ``during a debate``."""
    b = s.stop
    if k + 1 >= b or not s.is_(k, "medium_openers") or (s.is_(k, "not_medium") and not s.is_(k, "to")):
        return k
    if not (s.is_(k + 1, "specifiers") or s.name[k + 1] or s.is_(k + 1, "medium_nouns")):
        return k
    for x in range(k + 1, min(b, k + 16)):
        if _medium_ends(s, x) or (x > k + 2 and _subject_starts(s, x)):
            return x
    return b if b <= k + 16 else k


def _medium_ends(s: Sentence, x: int) -> bool:
    """Whether the words for a medium end before ``x``: a mark, "that" or a pronoun."""
    if s.quoted[x] or s.lower[x] in BREAK or s.is_(x, "that"):
        return True
    return s.is_(x, "subject_pronouns") and not s.is_(x, "who")


def _subject_starts(s: Sentence, x: int) -> bool:
    """Whether a new noun phrase starts at ``x`` without a preposition before it."""
    if s.is_(x - 1, "prepositions"):
        return False
    if s.is_(x, "specifiers") and not s.is_(x - 1, "and"):
        return True
    if not s.name[x] or s.name[x - 1] or s.is_(x, "weekdays"):
        return False
    return not (s.is_(x - 1, "inside_medium") or s.is_(x - 1, "specifiers"))


# -------------------------------------------------------------- after the cue


def content_after(s: Sentence, group: VerbGroup, relative: bool = False) -> Content | None:
    """The content of ``CUE (recipient) (medium) (time) [that] X``; None when it is no statement.

    ``relative``: the source is "who" or "which".
    """
    if group.stop >= s.stop:
        return None
    for reader in _AFTER_CUE:
        found = reader(s, group, relative)
        if found:
            return found
    return None


def _infinitive(s: Sentence, group: VerbGroup, relative: bool) -> Content | None:
    """``SRC offered (on Monday) to X``, ``agreed not to X``."""
    if "infinitive" not in group.classes:
        return None
    k = _over_however(s, group.stop)
    later = _after_time(s, k)
    if later < s.stop and s.is_(later, "to"):
        k = later
    elif not (s.is_(k, "not") and k + 1 < s.stop and s.is_(k + 1, "to")):
        return None
    return Content(((k, content_end(s, k, relative, phrase=True)),), "infinitive")


def _over_however(s: Sentence, k: int) -> int:
    """``refused, however, to pay``: the first token after the aside."""
    if k + 3 < s.stop and s.words[k] == "," == s.words[k + 2] and s.is_(k + 1, "asides"):
        return k + 3
    return k


def _person(s: Sentence, group: VerbGroup, relative: bool) -> Content | None:
    """``SRC urged somebody to X``."""
    if "person" not in group.classes:
        return None
    k = group.stop
    to = _person_to(s, k)
    if not to:
        return None
    keep = group.lemma not in s.lists["recipient"] or group.lemma in s.lists["keeps_person"]
    return Content(((k if keep else to, content_end(s, to, relative, phrase=True)),), "person")


def _asked_for(s: Sentence, group: VerbGroup, _relative: bool) -> Content | None:
    """``SRC asked somebody for X``."""
    if group.lemma not in s.lists["asking_for"]:
        return None
    for x in range(group.stop + 1, min(s.stop - 1, group.stop + 7)):
        if s.is_(x, "on_behalf"):
            return Content(((x, content_end(s, x, phrase=True)),), "person")
        if (
            s.lower[x] in BREAK
            or s.quoted[x]
            or s.finite[x]
            or s.is_(x, "prepositions")
            or s.is_(x, "clausal")
        ):
            return None
    return None


def _clause(s: Sentence, group: VerbGroup, relative: bool) -> Content | None:
    """``SRC said that X``, ``SRC said X``."""
    c = clause_of(s, group) if "say" in group.classes else None
    return None if c is None else Content(((c, content_end(s, c, relative)),), "clause")


def _colon(s: Sentence, group: VerbGroup, _relative: bool) -> Content | None:
    """``SRC praised the plan: "X"``."""
    k = group.stop
    colon = colon_ahead(s, k)
    if not colon:
        return None
    lead = ((k, colon),) if colon - k > 1 and "object" in group.classes else ()
    return Content((*lead, (colon + 1, content_end(s, colon + 1))), "colon")


def _object(s: Sentence, group: VerbGroup, relative: bool) -> Content | None:
    """The noun phrase that is the content of a verb of attitude or decision."""
    if "object" not in group.classes:
        return None
    k = group.stop
    x = _after_time(s, k)
    k = x if k < x < s.stop else k
    if s.lower[k] in BREAK or _names_somebody(s, group, k):
        return None
    clausal = s.is_(k, "clausal_objects")
    opens = clausal or s.quoted[k] or s.noun[k]
    if not opens and not any(s.is_(k, name) for name in ("specifiers", "object_pronouns", "object_words")):
        return None
    return Content(((k, content_end(s, k, relative, phrase=not clausal)),), "object")


def _names_somebody(s: Sentence, group: VerbGroup, k: int) -> bool:
    """``whom SRC called NAME``."""
    called = group.lemma in s.lists["naming_verbs"] and group.slot == "past" and s.name[k]
    return called and group.start >= 2 and s.is_(group.start - 2, "before_call")


_AFTER_CUE: tuple[Callable[[Sentence, VerbGroup, bool], Content | None], ...] = (
    _infinitive,
    _person,
    _asked_for,
    _clause,
    _colon,
    _object,
)
"""Where a content may stand after its cue; the first that is there counts."""


def colon_ahead(s: Sentence, k: int) -> int:
    """A colon before a quotation within a few words; 0 when there is none."""
    stop = min(s.stop - 1, k + COLON_AHEAD)
    if ":" not in s.words[k:stop]:
        return 0
    for x in range(k, stop):
        if s.quoted[x] or (s.words[x] == "," and s.lower[x + 1].endswith(s.grammar.ing)):
            return 0
        if s.words[x] == ":":
            return x if s.quoted[x + 1] else 0
    return 0


def _person_to(s: Sentence, k: int) -> int:
    """Position of "to" in ``somebody to VERB``; 0 when there is none."""
    for x in range(k + 1, min(s.stop - 1, k + 12)):
        if s.is_(x, "to") and _is_infinitive(s, x + 1):
            return x
        if s.lower[x] in BREAK or s.quoted[x] or s.finite[x] or s.is_(x, "not_person_to"):
            return 0
    return 0


def _is_infinitive(s: Sentence, i: int) -> bool:
    """Whether the word after "to" may be a verb rather than the start of a noun phrase."""
    if s.is_(i, "be") or s.is_(i, "have") or s.is_(i, "do"):
        return True
    if any(slot == "base" for _, slot in s.grammar.forms.get(s.lower[i], ())):
        return True
    return not (s.is_(i, "specifiers") or s.name[i])


def clause_of(s: Sentence, group: VerbGroup) -> int | None:
    """Where the clause or quotation of a verb of saying starts."""
    k = after_cue(s, group)
    if k >= s.stop:
        return None
    aside = _after_aside(s, k)
    if aside:
        return aside
    if s.words[k] == ":" and _announces_words(s, group, k):
        return k + 1
    if _clause_may_follow(s, group, k):
        return _clause_after_pause(s, group, k + 1)
    if s.quoted[k]:
        return k
    if s.words[k] in BREAK:
        return None
    ends = k + 1 >= s.stop or s.words[k + 1] in BREAK
    if ends and s.lower[k].rstrip(".") in s.lists["bare_negations"]:
        return k  # "said no"
    if s.is_(k, "clause_openers"):
        return k if _may_ask(s, group, k) else None
    return _clause_beside(s, group, k)


def _clause_may_follow(s: Sentence, group: VerbGroup, k: int) -> bool:
    """Whether a comma or colon at ``k`` may stand before the content."""
    if s.words[k] not in (",", ":") or k + 1 >= s.stop:
        return False
    return s.quoted[k + 1] or k > group.stop or clause_starts(s, k + 1)


def _announces_words(s: Sentence, group: VerbGroup, k: int) -> bool:
    """``SRC wrote: No deal without us``: a colon right after the cue, and some words up to the end of the sentence."""
    if k != group.stop or group.slot not in ("past", "third") or s.stop - k < 4 or s.quoted[k + 1]:
        return False
    return s.words[k + 1][0].isupper()


def _after_aside(s: Sentence, k: int) -> int:
    """``said - on Twitter, as it happens - that X``: the "that" after the aside; 0 when there is none."""
    if s.words[k] not in PAUSE:
        return 0
    close = next((x for x in range(k + 2, min(k + 14, s.stop - 1)) if s.words[x] == s.words[k]), 0)
    return close + 1 if close and s.is_(close + 1, "that") and not s.quoted[close + 1] else 0


def _clause_after_pause(s: Sentence, group: VerbGroup, k: int) -> int | None:
    """A content after a comma or colon: a quotation, "that", or a clause where the cue allows it."""
    if s.quoted[k] or s.is_(k, "that") or (s.is_(k, "interjections") and _needs_no_that(s, group)):
        return k
    source = left_phrase(s.whole(group.head), group.start)
    as_said = source is not None and source[0] > 0 and s.is_(source[0] - 1, "as")
    allowed = as_said or (k - 1 > group.stop and _needs_no_that(s, group))
    return k if allowed and clause_starts(s, k) else None


def _may_ask(s: Sentence, group: VerbGroup, k: int) -> bool:
    """Whether the verb takes a clause that starts with the word at ``k``."""
    if s.is_(k, "question_openers") and group.lemma not in s.lists["takes_question"]:
        return False
    return not (s.is_(k, "when") and group.lemma in s.lists["not_asking_when"])


def _clause_beside(s: Sentence, group: VerbGroup, k: int) -> int | None:
    """A content right after the cue that no mark or opener shows."""
    preposition = s.is_(k, "prepositions")
    if preposition or group.lemma in s.lists["recipient"]:
        that = that_ahead(s, k)
        if that:
            return that
    if preposition:
        comma = next((x for x in range(k, min(k + 8, s.stop - 1)) if s.words[x] in BREAK), s.stop)
        if comma + 1 < s.stop and s.words[comma] == "," and s.quoted[comma + 1]:
            return comma + 1
    if s.is_(k, "to"):
        return k if group.lemma in s.lists["to_clause_verbs"] else None
    if preposition and group.lemma in s.lists["asking_telling"] and k > group.stop:
        return k
    if clause_starts(s, k) or (s.finite[k] and _needs_no_that(s, group)):
        return k
    brief = group.lemma in s.lists["brief_verbs"] and s.stop - k > 2 and not preposition
    return k if brief else None


def that_ahead(s: Sentence, k: int, within: int = 14) -> int:
    """``wrote for the Post that X``: the "that" after a prepositional phrase; 0 when there is none."""
    for x in range(k, min(k + within, s.stop - 1)):
        if s.is_(x, "that"):
            return x
        if s.words[x] in BREAK or s.quoted[x] or s.finite[x]:
            return 0
    return 0


def _needs_no_that(s: Sentence, group: VerbGroup) -> bool:
    """A verb after which a clause needs no "that"."""
    return group.lemma in s.lists["plain_say"]


# -------------------------------------------------------------- before the cue, and around its speaker


def is_clause(s: Sentence, i: int, j: int) -> bool:
    """Whether the tokens ``i`` to before ``j`` are a clause rather than an adverbial before a comma."""
    if j - i < 4 or not s.has_verb(i, j):
        return False
    if s.is_(i, "adverbial_openers"):
        comma = next((k for k in range(i, j) if s.words[k] == ","), j)
        return s.has_verb(comma, j) and not s.is_(i, "not_adverbial")
    return s.has_verb(i + 1, min(i + 6, j)) or not s.lower[i].endswith(s.grammar.ing)


def verb_follows(s: Sentence, k: int) -> bool:
    """``The two nations, Xi said, now have``: the clause goes on with its verb after the comma at ``k``."""
    if k + 1 >= s.stop or s.words[k] != ",":
        return False
    k += 1
    while k < s.stop and s.adverb[k]:
        k += 1
    return k < s.stop and s.finite[k] and not s.quoted[k]


def content_before(s: Sentence, j: int, found: Attributions, quoted: bool) -> int | None:
    """Start of the content that ends before ``j``; None when all of it is read already."""
    start = _after_dateline(s, j)
    start = next((k + 1 for k in range(j - 1, start - 1, -1) if found.used[k]), start)
    if start >= j:
        return None
    if not quoted:
        return start
    q = s.quote_of[j - 1]
    first = max(start, s.seg.quotes[q].start) if q >= 0 else start
    # words before the quotation belong to it unless they hold a speaker of their own
    lead_ends = first > start and s.words[first - 1] in (",", ":", ".") and not s.has_verb(start, first)
    return first if lead_ends or s.has("reporting", start, first) else start


def _after_dateline(s: Sentence, j: int) -> int:
    """``TARNBERG (Wire) — X``: where the sentence itself starts."""
    a = s.start
    word = s.words[a]
    if not word.isupper() or len(word) < 3 or not starts_line(s, a):
        return a
    return next((k + 1 for k in range(a + 1, min(a + 12, j)) if s.words[k] in DASHES), a)


def resumed(s: Sentence, i: int) -> tuple[Range, ...]:
    """The second half of a content that its speaker, who ends before ``i``, interrupts; empty where there is none."""
    k = _next_break(s, i)
    if k < 0:
        return ()
    if k < s.stop and s.quoted[k]:
        return ((k, quote_end(s, k)),)
    if k + 1 >= s.stop or s.words[k] == ".":
        return ()
    rest = _rest_after(s, k, i)
    return (rest,) if rest else ()


def _next_break(s: Sentence, i: int) -> int:
    """The first mark or quotation at or after ``i``; -1 when the speaker's words go on too long before it."""
    if i >= s.stop:
        return -1
    k = i
    while k < s.stop and not s.quoted[k] and s.words[k] not in BREAK:
        k += 1
        if k - i > 14:
            return -1
    return k


def _rest_after(s: Sentence, k: int, i: int) -> Range | None:
    """The range of the content that goes on after the mark at ``k``."""
    n = k + 1
    if s.quoted[n]:
        return n, content_end(s, n)
    participle = s.lower[n].endswith(s.grammar.ing)
    later = next((x for x in range(n, min(k + 14, s.stop)) if s.quoted[x]), 0)
    if later and s.words[later - 1] == "," and (participle or s.is_(n, "resumes_after_quote")):
        return later, content_end(s, later)
    if k > i:
        return None
    if _conjunction_resumes(s, n):
        return n, content_end(s, n + 1)
    if s.is_(n, "resuming") and clause_starts(s, n):
        return n, content_end(s, n)
    if participle or s.is_(n, "not_resuming") or s.is_(n, "weekdays"):
        return None
    end = content_end(s, n)
    return (n, end) if end - k > 2 else None


def _conjunction_resumes(s: Sentence, n: int) -> bool:
    """``..., SRC said, and "X"``; ``..., SRC said, while X``: no other speaker follows."""
    if n + 1 >= s.stop or not s.is_(n, "resuming_conjunctions"):
        return False
    goes_on = s.quoted[n + 1] or (s.is_(n, "while") and clause_starts(s, n + 1))
    return goes_on and not reporting_follows(s, n + 1)
