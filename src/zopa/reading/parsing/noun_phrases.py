"""Noun phrases to the left and to the right of a token, with their appositions."""

from __future__ import annotations

from zopa.reading.parsing.segment import DASHES
from zopa.reading.parsing.tags import PUNCT, Range, Sentence

__all__ = ["left_phrase", "right_phrase"]

FARTHEST = 45
"""Tokens that a walk over a noun phrase may take."""
SHORT_NAME = 8
"""Tokens of a quotation that may be the name of a programme."""


# -------------------------------------------------------------- to the left


def left_phrase(s: Sentence, j: int) -> Range | None:
    """The noun phrase that ends before token ``j`` (exclusive), with appositions; None if there is none."""
    a = s.start
    j = _before_time(s, j)
    if j <= a:
        return None
    if s.is_(j - 1, "subject_pronouns") or s.is_(j - 1, "bare_subjects"):
        return j - 1, j
    if s.is_(j - 1, "object_pronouns") and j - 3 >= a and s.is_(j - 2, "of") and s.noun[j - 3]:
        return j - 3, j  # "one of them said"
    w = s.words[j - 1]
    if w in (",", ")") or w in DASHES or _is_quoted_name(s, j):
        return _apposed(s, j)
    k = _walk_left(s, j)
    if k >= j:
        return None
    for x in (k, k - 1):  # "which under the last government said"
        if x > a + 1 and s.is_(x, "prepositions") and s.is_(x - 1, "who_which"):
            return x - 1, x
    return _trimmed(s, k, j)


def _is_quoted_name(s: Sentence, j: int) -> bool:
    """``host of "Morning Joe,"``: a short quotation that ends with a comma before ``j``."""
    q = s.quote_of[j - 1]
    if q < 0 or j - 2 <= s.start or s.words[j - 2] != ",":
        return False
    return s.seg.quotes[q].stop - s.seg.quotes[q].start < SHORT_NAME


def _apposed(s: Sentence, j: int) -> Range | None:
    """``X, a former Y,`` before ``j``: the partner of the mark at ``j - 1``, then the phrase before it."""
    mark = {")": "(", ",": ","}.get(s.words[j - 1], s.words[j - 1])
    if s.quoted[j - 1]:
        mark = ","
    for k in range(j - 2, max(s.start, j - FARTHEST) - 1, -1):
        if s.quoted[k]:
            continue
        if s.words[k] == mark:
            if mark != "," or _opens_apposition(s, k + 1, j - 1):
                return _apposition_of(s, k, j)
            joins = s.is_(k + 1, "joining")
            if joins and not s.has_verb(k + 1, j - 1):
                head = left_phrase(s, k)
                return (head[0], j) if head else None
            if joins or s.name[k + 1]:
                continue
        if s.words[k] in ";:.!?" and mark != "(":
            return None
    return None


def _apposition_of(s: Sentence, k: int, j: int) -> Range | None:
    """The phrase before the mark at ``k`` with its apposition up to ``j``."""
    if k <= s.start or (s.words[k - 1] in PUNCT and s.words[k - 1] != ")"):
        return None
    head = left_phrase(s, k)
    return (_whose(s, head[0]), j) if head else None


def _before_time(s: Sentence, j: int) -> int:
    """``SRC on Saturday said``: skip the time between subject and verb."""
    a, k = s.start, j
    while k > a and (s.is_(k - 1, "weekdays") or s.is_(k - 1, "subject_times")):
        k -= 1
    if k == j or k <= a:
        return j
    while k > a and s.is_(k - 1, "before_time"):
        k -= 1
    return k if k > a else j


def _whose(s: Sentence, k: int) -> int:
    """If the phrase at ``k`` ends a relative clause (``X, who led Y, a party, said``), the start of X."""
    for c in range(k - 1, max(s.start, k - 20), -1):
        if s.words[c] in ",.;:" or s.quoted[c]:
            return k
        if s.is_(c, "who_whose") and s.words[c - 1] == ",":
            head = left_phrase(s, c - 1)
            return head[0] if head else k
    return k


def _opens_apposition(s: Sentence, k: int, stop: int) -> bool:
    """Whether the words from ``k`` say who or what the phrase before them is."""
    if s.is_(k, "conjunctions"):
        return False
    if s.is_(k, "apposition_openers") or s.is_(k, "specifiers") or s.is_(k, "titles"):
        return True
    if s.words[k][0].isdigit() or s.name[k]:
        return True
    w, grammar = s.lower[k], s.grammar
    if s.name[k - 2] and s.noun[k] and w not in grammar.forms and not s.adverb[k]:
        return True
    last = s.lower[min(k + 2, stop - 1)]
    return (
        w.endswith((*grammar.person, *grammar.ing, *grammar.past))
        or last in s.lists["people"]
        or last.endswith(grammar.person)
    )


def _walk_left(s: Sentence, j: int) -> int:
    """Leftmost token of the run of phrase words that ends before ``j``."""
    k = j
    low = max(s.start, j - FARTHEST)
    while k > low:
        if s.noun[k - 1] and not (s.adverb[k - 1] and not s.is_(k - 1, "noun_adverbs")):
            k -= 1
        elif s.is_(k - 1, "specifiers"):
            if s.is_(k - 1, "that"):
                break
            k -= 1
            if k > low and not _links(s, k - 1) and not _ends_list(s, k):
                break
        elif k < j and _goes_on_left(s, k - 1, low):
            k -= 1
        else:
            break
    return k


def _ends_list(s: Sentence, k: int) -> bool:
    """``Chad, India and the EU``: whether the article at ``k`` opens the last of several names."""
    if k - 3 < s.start or not s.is_(k - 1, "and"):
        return False
    return s.words[k - 3] == "," and s.name[k - 2] and s.name[k + 1]


def _goes_on_left(s: Sentence, i: int, low: int) -> bool:
    """Whether the preposition, "and" or comma at ``i`` joins two parts of one phrase."""
    if _links(s, i):
        return True
    if s.is_(i, "joining") and i > s.start and s.noun[i - 1] and _joins(s, i, low):
        return True
    return s.words[i] == "," and _name_list(s, i, low)


def _links(s: Sentence, i: int) -> bool:
    """Prepositions that may stand inside a noun phrase."""
    return s.is_(i, "inner_prepositions") and i > 0 and s.noun[i - 1] and not s.is_(i, "who")


def _joins(s: Sentence, i: int, low: int) -> bool:
    """Whether the "and" at ``i`` joins two parts of a subject: no verb before the left part."""
    k = i
    while k > low and (s.noun[k - 1] or _links(s, k - 1) or s.is_(k - 1, "specifiers")):
        k -= 1
    return k <= low or s.words[k - 1] in PUNCT or s.is_(k - 1, "clausal") or s.is_(k - 1, "and")


def _name_list(s: Sentence, i: int, low: int) -> bool:
    """Whether the comma at ``i`` stands in a list of names before "and"."""
    if i - 1 < low or i + 1 >= len(s.words) or not (s.name[i - 1] and s.name[i + 1]):
        return False
    return s.has("and", i + 1, i + 6)


def _trimmed(s: Sentence, k: int, j: int) -> Range | None:
    """Cut a leading preposition, time or conjunction, and a trailing weekday."""
    while k < j and (s.is_(k, "conjunctions") or s.is_(k, "leading_words") or s.adverb[k]):
        k += 1
    if j - k > 2 and s.is_(k, "at") and s.is_(k + 1, "least"):
        return k, j
    if k < j and s.is_(k, "prepositions"):
        k = _after_preposition(s, k, j)
        while k < j and s.is_(k, "days"):
            k += 1
    if s.is_(k, "relative_times") and k + 2 < j and s.is_(k + 1, "times"):
        k += 2
    while k < j and s.is_(k, "weekdays"):
        k += 1
    if k == j - 1 and s.is_(k, "articles"):
        return None
    if k > s.start and s.is_(k - 1, "prepositions") and s.is_(k, "specifiers"):
        k = _after_adverbial(s, k, j)
    return _without_day(s, k, j) if k < j else None


def _after_adverbial(s: Sentence, k: int, j: int) -> int:
    """``After a break Ms Aydin``: where the name starts behind the words of an opening adverbial; ``k`` if nowhere."""
    i = j
    while i > k + 1 and s.name[i - 1]:
        i -= 1
    beside = s.is_(i - 1, "specifiers") or s.is_(i - 1, "prepositions") or s.is_(i - 1, "owner_marks")
    opens = k - 1 == s.start or s.words[k - 2] in PUNCT
    return i if opens and i < j and not beside and s.is_(i, "honorifics") else k


def _without_day(s: Sentence, k: int, j: int) -> Range:
    """The phrase without the weekday or time that ends it."""
    if j > k + 2 and s.words[j - 1].lower() in s.lists["months"] and s.is_(j - 2, "cue_medium"):
        return k, j - 2  # "the agency in May"
    while j > k + 1 and (s.is_(j - 1, "weekdays") or s.is_(j - 1, "trailing_times")):
        j -= 1
        if s.is_(j - 1, "before_trailing_day"):
            j -= 1
    return k, j


def _after_preposition(s: Sentence, k: int, j: int) -> int:
    """``In a statement Trump``: where the subject starts after the leading adverbial; ``j`` if nowhere."""
    i = j
    while i > k + 1 and (s.name[i - 1] or s.words[i - 1][-1] == "."):
        i -= 1
    if k + 1 < i < j:
        return i
    for i in range(j - 1, k + 2, -1):
        if s.is_(i, "specifiers"):
            inside = _links(s, i - 1) or s.is_(i - 1, "prepositions")
            return j if inside else i
    if i <= k + 1 and s.has("days", k, j):
        return next(x for x in range(k, j) if s.is_(x, "days")) + 1
    return j


# -------------------------------------------------------------- to the right


def right_phrase(s: Sentence, i: int, names: bool = False) -> Range | None:
    """The noun phrase that starts at token ``i``, with appositions; with ``names`` it must look like a speaker."""
    b = s.stop
    if i >= b:
        return None
    if s.is_(i, "subject_pronouns") or s.is_(i, "object_pronouns"):
        return i, i + 1
    owned = s.is_(i, "specifiers")
    if not (owned or s.noun[i]) or (names and not (owned or _is_person(s, i))):
        return None
    k = i
    while k < min(b, i + FARTHEST):
        step = _step_right(s, k, i)
        if not step:
            break
        k = step
    while k > i + 1 and any(
        s.is_(k - 1, name) for name in ("weekdays", "before_day", "conjunctions", "denials")
    ):
        k -= 1
    return (i, k) if k > i else None


def _is_person(s: Sentence, i: int) -> bool:
    """Whether a speaker may start with this word: a title, a word for a person, a number or a name."""
    return s.is_(i, "people") or s.is_(i, "titles") or s.words[i][0].isdigit() or s.name[i]


def _step_right(s: Sentence, k: int, i: int) -> int:
    """The token after ``k`` when the phrase from ``i`` goes on there; 0 when it ends before ``k``."""
    if s.words[k] == "," and k > i:
        return k + 1 if _continues(s, k) else 0
    if s.lower[k] in PUNCT or s.quoted[k]:
        if s.words[k] != "(":
            return 0
        close = next((x for x in range(k, min(k + 8, s.stop)) if s.words[x] == ")"), -1)
        return close + 1
    return 0 if _ends_phrase(s, k, i) else k + 1


def _ends_phrase(s: Sentence, k: int, i: int) -> bool:
    """Whether the phrase from ``i`` ends before the word at ``k``."""
    if s.is_(k, "weekdays") or s.is_(k, "phrase_ends"):
        return True
    if s.is_(k, "phrase_end_prepositions") and k + 1 < len(s.words):
        if s.words[k + 1][0].isdigit() or s.is_(k + 1, "months"):
            return True
        return any(s.is_(k + 1, x) for x in ("specifiers", "weekdays", "networks", "phrase_end_nouns"))
    if s.is_(k, "who_whose"):
        return False
    return s.finite[k] and not s.has("who_which_whose", max(i, k - 14), k)


def _continues(s: Sentence, k: int) -> bool:
    """Whether the comma at ``k`` opens an apposition of the phrase before it."""
    n = k + 1
    if n >= s.stop or s.adverb[n] or s.quoted[n] or s.lower[n].endswith(s.grammar.ing):
        return False
    if s.is_(n, "conjunctions") or s.is_(n, "no_apposition"):
        return False
    if s.is_(n, "prepositions") and not s.is_(n, "of"):
        return False
    if s.is_(n, "clausal") and not s.is_(n, "who_whose"):
        return False
    if s.is_(n, "subject_pronouns") and not s.is_(n, "who"):
        return False
    if s.is_(n, "who") and s.has("speech", n + 1, n + 3):
        return False
    return _opens_apposition(s, n, min(k + 8, s.stop))
