"""Shallow grammar over tokens: word tags, verb groups, noun phrases to the left and right, clause ends.

Everything is a walk inside one sentence, whose length is bounded; so the whole is linear in the text.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property

from .lexicon import Lexicon
from .segment import DASHES, Segments

__all__ = ["Grammar", "Group"]

_PUNCT = frozenset(',;:()[]-–—.!?…/“”"„«»') | {"--", "...", "''", "``"}
_NUMBERS = frozenset(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
_TIME_WORDS = frozenset(["today", "yesterday", "night", "week", "month", "afternoon", "evening", "morning"])
FARTHEST = 45
"""Tokens that a walk over a noun phrase may take."""


@dataclass(frozen=True, slots=True)
class Group:
    """A verb with its auxiliaries, negation and adverbs: tokens ``start`` to before ``stop``."""

    start: int
    head: int
    stop: int
    lemma: str
    slot: str
    voice: str
    """active, passive, participle (-ing or reduced) or infinitive"""
    classes: frozenset[str]


class Grammar:
    """The tags of one text and the walks over them."""

    def __init__(self, seg: Segments, lex: Lexicon) -> None:
        self.seg, self.lex = seg, lex
        self.words, self.quote_of = seg.words, seg.quote_of
        self.lower = [
            w if w in ("Will", "May") and i and seg.words[i - 1] not in _PUNCT else low  # a name, no modal
            for i, (w, low) in enumerate(zip(seg.words, seg.lower, strict=True))
        ]
        self.aux = lex["be"] | lex["have"] | lex["do"] | lex["modals"]
        self.closed = (
            lex["determiners"] | lex["possessives"] | lex["subject_pronouns"] | lex["object_pronouns"]
            | lex["prepositions"] | lex["subordinators"] | lex["conjunctions"] | self.aux | lex["negations"]
        )  # fmt: skip
        self.adjective_endings = tuple(lex["adjective_endings"])
        self.clausal = lex["subordinators"] | lex["relatives"]

    def inside(self) -> Grammar:
        """The same text with no quotation marks: for reading what stands inside a content."""
        other = copy(self)
        other.quote_of = [-1] * len(self.words)
        return other

    # ------------------------------------------------------------ single tokens

    def is_name(self, i: int) -> bool:
        """Capitalised and not a closed-class word."""
        w = self.words[i]
        return w[0].isupper() and self.lower[i] not in self.closed

    def is_adverb(self, i: int) -> bool:
        w = self.lower[i]
        if w in self.lex["adverbs"]:
            return True
        return (
            w.endswith("ly")
            and len(w) > 4
            and w not in self.lex["not_adverbs"]
            and not self.words[i][0].isupper()
        )

    def is_adjective(self, i: int) -> bool:
        """By list or ending; never a capitalised word."""
        w = self.words[i]
        if w in self.lex["people"] or w in self.lex["not_adjectives"]:
            return False
        return w in self.lex["adjectives"] or (
            w.islower() and len(w) > 4 and w.endswith(self.adjective_endings)
        )

    def is_noun(self, i: int) -> bool:
        """A word that may stand inside a noun phrase: open class, number or possessive mark."""
        w = self.lower[i]
        if w in ("'s", "’s", "'"):
            return True
        return w not in _PUNCT and w not in self.closed and not self.finite[i]

    @cached_property
    def finite(self) -> list[bool]:
        """Whether each token is (probably) a finite verb or auxiliary."""
        out = [False] * len(self.words)
        noun_before = self.lex["determiners"] | self.lex["possessives"] | self.lex["prepositions"]
        forms, aux, be, have = self.lex.forms, self.aux, self.lex["be"], self.lex["have"]
        for i, w in enumerate(self.lower):
            if w in aux:
                out[i] = w not in ("being", "having", "been") and not (
                    w in ("'s", "’s") and self.is_possessive(i)
                )
                continue
            readings = forms.get(w)
            word = self.words[i]
            if not readings:
                if w.endswith("ed") and len(w) > 4 and word[0].islower() and i:
                    p = i - 2 if self.is_adverb(i - 1) else i - 1
                    before = self.lower[p]
                    out[i] = not (
                        before in noun_before
                        or before in be
                        or before in have
                        or before in _PUNCT
                        or before in ("as", "and", "or")
                    ) and not self.is_adjective(p)
                continue
            if word[0].isupper() and i and self.words[i - 1] not in _PUNCT:
                continue
            p = i - 1
            while p >= 0 and p > i - 4 and self.is_adverb(p):
                p -= 1
            before = self.lower[p] if p >= 0 else "."
            slots = {slot for _, slot in readings}
            if "past" in slots:
                out[i] = (
                    before not in noun_before and before not in be and before not in have
                ) or before in ("that",)
            elif "third" in slots:
                noun = before == "and" and any(base in self.lex["homographs"] for base, _ in readings)
                out[i] = not noun and (
                    (before not in noun_before and before not in self.closed | _PUNCT | _NUMBERS)
                    or before in self.lex["before_third"]
                )
            elif "base" in slots:
                out[i] = before in self.lex["before_base"]
        return out

    def is_possessive(self, i: int) -> bool:
        """Whether the token is a possessive 's rather than a contracted verb."""
        if i + 1 >= len(self.words):
            return True
        if i and self.lower[i - 1] in self.lex["before_contraction"]:
            return False
        k = i + 1
        while (
            k < len(self.words)
            and k < i + 3
            and (self.is_adverb(k) or self.lower[k] in self.lex["negations"])
        ):
            k += 1
        nxt = self.lower[k] if k < len(self.words) else ""
        if any(slot in ("participle", "ing") for _, slot in self.lex.forms.get(nxt, ())):
            after = self.lower[k + 1] if k + 1 < len(self.words) else "."
            return k == i + 1 and after not in _PUNCT and after not in self.closed and not nxt.endswith("ing")
        return not (nxt in self.lex["after_contraction"] or k > i + 1)

    # ------------------------------------------------------------ verb groups

    def group(self, i: int, a: int, b: int, inverted: bool = False) -> Group | None:
        """The verb group whose main verb is token ``i`` of the sentence ``a`` to ``b``.

        ``inverted``: its subject may follow, so nothing is asked of the words before it.
        """
        readings = self.lex.forms.get(self.lower[i])
        if not readings or (self.words[i][0].isupper() and i > a and not self._may_open(i)):
            return None
        j = self._over_adverbs(i, a)
        before = self.lower[j - 1] if j > a else ""
        slot, voice = self._slot(readings, before, j, a)
        if not slot:
            return None
        lemma = next(base for base, s in readings if s == slot)
        if (
            not inverted
            and voice == "active"
            and before not in self.aux
            and slot in ("base", "third", "past")
            and j == i
            and j > a
        ):
            if self.is_adjective(j - 1) and self.lower[j - 1] not in ("many", "most", "several"):
                return None
            if slot != "past" and lemma in self.lex["homographs"] and not self._sound_subject(j, a, slot):
                return None
        start = self._group_start(j, a, before)
        if start is None:
            return None
        stop, classes = self._particle(i, b, lemma)
        if lemma in self.lex["negated"] and not set(self.lower[start:i]).isdisjoint(self.lex["negations"]):
            classes = frozenset(["say", "object"])
        if voice == "infinitive" and start < j - 1:  # a chain: "declined to say"
            voice = "active"
        return Group(start, i, stop, lemma, slot, voice, classes)

    def _sound_subject(self, j: int, a: int, slot: str) -> bool:
        """For a form that is as often a noun: its subject must be a pronoun or stand at the start of a clause."""
        w = self.lower[j - 1]
        if w in self.lex["subject_pronouns"] or w in self.lex["plain_subjects"]:
            return w != "that" or slot == "third"
        phrase = self.left_phrase(j, a)
        if not phrase:
            return False
        k = phrase[0]
        while k > a and (self.is_adverb(k - 1) or self.lower[k - 1] in self.lex["conjunctions"]):
            k -= 1
        if slot == "third" and w.endswith("s") and not w.endswith("ss") and not self.is_name(j - 1):
            return False
        return (
            k == a
            or self.words[k - 1] in _PUNCT
            or self.lower[k - 1] in self.clausal
            or self.quote_of[k - 1] >= 0
        )

    def _may_open(self, i: int) -> bool:
        return self.words[i - 1] in _PUNCT and self.lower[i].endswith("ing")

    def _over_adverbs(self, i: int, a: int) -> int:
        j = i
        while j > a and (self.is_adverb(j - 1) or self.lower[j - 1] in ("not", "n't", "never")) and j > i - 4:
            j -= 1
        return j

    def _slot(self, readings: tuple[tuple[str, str], ...], before: str, j: int, a: int) -> tuple[str, str]:
        """Which reading fits the word before the verb and its adverbs."""
        slots = {s for _, s in readings}
        lex = self.lex
        if before in lex["modals"] or before in lex["do"] or before == "to":
            if "base" in slots:
                return "base", "infinitive" if before == "to" else "active"
            if before not in ("'d", "’d"):
                return "", ""
        if before in ("'s", "’s") and self.is_possessive(j - 1):
            return "", ""
        if (before in lex["have"] or (before in ("'s", "'d"))) and "participle" in slots:
            return "participle", "active"
        if before in lex["be"]:
            if "ing" in slots:
                return "ing", "active"
            return ("participle", "passive") if "participle" in slots else ("", "")
        if before == "since" and self.lower[j - 2] in lex["have"] and "participle" in slots:
            return "participle", "active"
        if "ing" in slots:
            return "ing", "participle"
        if before in lex["determiners"] and before not in self.lex["pronoun_determiners"]:
            return "", ""
        if before in lex["possessives"] or before in lex["prepositions"]:
            return "", ""
        if "past" in slots:
            return "past", "active"
        if "third" in slots:
            number = j > a and (
                self.words[j - 1][0].isdigit()
                or self.lower[j - 1] in _NUMBERS
                or self.lower[j - 1] in ("other", "own")
            )
            return ("", "") if number else ("third", "active")
        if "base" in slots and self._plural(j - 1, a):
            return "base", "active"
        return "", ""

    def _plural(self, k: int, a: int) -> bool:
        """Whether the word before a bare verb form may be its plural subject."""
        if k < a:
            return False
        w = self.lower[k]
        if self.words[k][0].isdigit() or w in self.lex["plural_subjects"]:
            return True
        if w == "," or self.words[k] == ")":
            return True
        if w == "and" or self._plural_noun(k):
            return True
        phrase = self.left_phrase(k + 1, a)
        if not phrase:
            return False
        if any(self.lower[x] == "and" for x in range(*phrase)):
            return True
        link = next(
            (
                x
                for x in range(phrase[0] + 1, phrase[1])
                if self.lower[x] in self.lex["prepositions"] or self.lower[x] in ("who", ",")
            ),
            0,
        )
        return bool(link) and any(self._plural_noun(x) for x in range(phrase[0], link))

    def _plural_noun(self, k: int) -> bool:
        w = self.lower[k]
        if w in self.lex["plural_nouns"]:
            return True
        return (
            w.endswith("s")
            and not w.endswith("ss")
            and self.is_noun(k)
            and w not in ("'s", "’s")
            and len(w) > 3
        )

    def _group_start(self, j: int, a: int, before: str) -> int | None:
        """Left end of the group: over auxiliaries, negation and adverbs, and chains such as "going to"."""
        lex = self.lex
        k = j
        if before == "to":
            c = self._over_adverbs(k - 1, a)
            if c - 2 >= a and self.lower[c - 1] == "on" and self.lower[c - 2] in self.lex["went"]:
                return c - 2
            if c - 1 < a or self.lower[c - 1] not in lex["chains"]:
                return None
            k = c - 1
        while k > a:
            w = self.lower[k - 1]
            if w in ("'s", "’s") and self.is_possessive(k - 1):
                break
            if (
                w in self.aux
                or w in ("not", "n't", "n’t", "never")
                or self.is_adverb(k - 1)
                or (w == "since" and k - 2 >= a and self.lower[k - 2] in lex["have"])
            ):
                k -= 1
            elif w == "to" and k - 2 >= a and self.lower[k - 2] in lex["chains"]:
                k -= 2
            else:
                break
        while k < j and self.is_adverb(k) and self.lower[k] in lex["times"]:
            k += 1
        return k

    def _particle(self, i: int, b: int, lemma: str) -> tuple[int, frozenset[str]]:
        """End of the group with its particle, and the classes that then hold."""
        classes = self.lex.classes.get(lemma, frozenset())
        particles = self.lex.particles.get(lemma)
        if particles and i + 1 < b:
            k = i + 1
            if k + 1 < b and self.is_adverb(k):
                k += 1
            if self.lower[k] in particles:
                two = (
                    k + 1 < b
                    and self.lower[k] in ("out", "back", "up")
                    and self.lower[k + 1] in ("against", "at", "about", "on")
                )
                extra = {"object", "say"} if self.lower[k] in ("out", "back") else {"object"}
                return k + 1 + two, frozenset(extra)
        return i + 1, classes

    # ------------------------------------------------------------ noun phrases

    def left_phrase(self, j: int, a: int) -> tuple[int, int] | None:
        """The noun phrase that ends before token ``j`` (exclusive), with appositions; None if there is none."""
        j = self._before_time(j, a)
        if j <= a:
            return None
        w = self.lower[j - 1]
        if w in self.lex["subject_pronouns"] or w in self.lex["bare_subjects"]:
            return j - 1, j
        if w in (",", ")") or w in DASHES:
            return self._apposed(j, a)
        q = self.quote_of[j - 1]
        if (
            q >= 0
            and j - 2 > a
            and self.words[j - 2] == ","
            and self.seg.quotes[q].stop - self.seg.quotes[q].start < 8
        ):
            return self._apposed(j, a)  # host of "Morning Joe,"
        k = self._walk_left(j, a)
        if k >= j:
            return None
        for x in (k, k - 1):  # "which under the last government said"
            if (
                x > a + 1
                and self.lower[x] in self.lex["prepositions"]
                and self.lower[x - 1] in ("who", "which")
            ):
                return x - 1, x
        return self._trim_left(k, j)

    def _apposed(self, j: int, a: int) -> tuple[int, int] | None:
        """``X, a former Y,`` before ``j``: the partner of the mark at ``j - 1``, then the phrase before it."""
        mark = {")": "(", ",": ","}.get(self.words[j - 1], self.words[j - 1])
        if self.quote_of[j - 1] >= 0:
            mark = ","
        low = max(a, j - FARTHEST)
        k = j - 2
        while k >= low:
            if self.words[k] == mark and self.quote_of[k] < 0:
                nxt = self.lower[k + 1]
                if mark != "," or self._opens_apposition(k + 1, j - 1):
                    if k > a and (self.words[k - 1] not in _PUNCT or self.words[k - 1] == ")"):
                        head = self.left_phrase(k, a)
                        if head:
                            return self._whose(head[0], a), j
                    return None
                if nxt in ("and", "or") and mark == "," and not any(self.finite[k + 1 : j - 1]):
                    head = self.left_phrase(k, a)
                    return (head[0], j) if head else None
                if nxt in ("and", "or") or self.is_name(k + 1):
                    k -= 1
                    continue
            if self.words[k] in ";:.!?" and mark != "(" and self.quote_of[k] < 0:
                return None
            k -= 1
        return None

    def _before_time(self, j: int, a: int) -> int:
        """``SRC on Saturday said``: skip the time between subject and verb."""
        k = j
        while k > a and self.lower[k - 1] in self.lex["weekdays"] | _TIME_WORDS:
            k -= 1
        if k == j or k <= a:
            return j
        while k > a and self.lower[k - 1] in self.lex["before_time"]:
            k -= 1
        return k if k > a else j

    def _whose(self, k: int, a: int) -> int:
        """If the phrase at ``k`` ends a relative clause (``X, who led Y, a party, said``), the start of X."""
        for c in range(k - 1, max(a, k - 20), -1):
            if self.words[c] in ",.;:" or self.quote_of[c] >= 0:
                return k
            if self.lower[c] in ("who", "whose") and self.words[c - 1] == ",":
                head = self.left_phrase(c - 1, a)
                return head[0] if head else k
        return k

    def _opens_apposition(self, k: int, stop: int) -> bool:
        w = self.lower[k]
        lex = self.lex
        if w in lex["conjunctions"]:
            return False
        if w in self.lex["apposition_openers"]:
            return True
        if w in lex["determiners"] | lex["possessives"] or self.words[k][0].isdigit() or self.is_name(k):
            return True
        if w in lex["titles"]:
            return True
        if self.is_name(k - 2) and self.is_noun(k) and w not in lex.forms and not self.is_adverb(k):
            return True
        last = self.lower[min(k + 2, stop - 1)]
        return (
            w.endswith(("er", "or", "ist", "man", "woman", "ing", "ed"))
            or last in lex["people"]
            or last.endswith(("er", "or", "ist", "man", "woman", "men"))
        )

    def _walk_left(self, j: int, a: int) -> int:
        """Leftmost token of the run of phrase words that ends before ``j``."""
        lex = self.lex
        k = j
        low = max(a, j - FARTHEST)
        while k > low:
            w = self.lower[k - 1]
            if self.is_noun(k - 1) and not (self.is_adverb(k - 1) and w not in ("only", "both")):
                k -= 1
            elif w in lex["determiners"] or w in lex["possessives"]:
                k -= 1
                if w == "that" or (k > low and not self._links(k - 1)):
                    if w == "that":
                        k += 1
                    break
            elif (
                (self._links(k - 1) and k < j)
                or (
                    w in ("and", "or")
                    and k < j
                    and k - 2 >= a
                    and self.is_noun(k - 2)
                    and self._joins(k - 1, low)
                )
                or (w == "," and k < j and self._name_list(k - 1, low))
            ):
                k -= 1
            else:
                break
        return k

    def _links(self, i: int) -> bool:
        """Prepositions that may stand inside a noun phrase."""
        return (
            self.lower[i] in self.lex["inner_prepositions"]
            and i > 0
            and (self.is_noun(i - 1) and self.lower[i] != "who")
        )

    def _joins(self, i: int, low: int) -> bool:
        """Whether the "and" at ``i`` joins two parts of a subject: no verb before the left part."""
        k = i
        while k > low and (
            self.is_noun(k - 1)
            or self._links(k - 1)
            or self.lower[k - 1] in self.lex["determiners"] | self.lex["possessives"]
        ):
            k -= 1
        return k <= low or self.words[k - 1] in _PUNCT or self.lower[k - 1] in self.clausal | {"and"}

    def _name_list(self, i: int, low: int) -> bool:
        """Whether the comma at ``i`` stands in a list of names before "and"."""
        if i - 1 < low or not self.is_name(i - 1) or i + 1 >= len(self.words) or not self.is_name(i + 1):
            return False
        return any(self.lower[k] == "and" for k in range(i + 1, min(i + 6, len(self.words))))

    def _trim_left(self, k: int, j: int) -> tuple[int, int] | None:
        """Cut a leading preposition, time or conjunction, and a trailing weekday."""
        lex = self.lex
        while k < j and (
            self.lower[k] in lex["conjunctions"] or self.lower[k] in ("'s", "’s", "then") or self.is_adverb(k)
        ):
            k += 1
        if self.lower[k : k + 2] in (["at", "least"], ["at", "most"]) and j - k > 2:
            return k, j
        if k < j and self.lower[k] in lex["prepositions"]:
            k = self._after_preposition(k, j)
            while k < j and self.lower[k] in lex["weekdays"] | lex["times"]:
                k += 1
        if self.lower[k] in self.lex["relative_times"] and k + 2 < j and self.lower[k + 1] in lex["times"]:
            k += 2
        while k < j and self.lower[k] in lex["weekdays"]:
            k += 1
        while j > k + 1 and self.lower[j - 1] in lex["weekdays"] | {
            "recently",
            "later",
            "today",
            "yesterday",
        }:
            j -= 1
            if self.lower[j - 1] in ("on", "last", "late", "early"):
                j -= 1
        return (k, j) if k < j else None

    def _after_preposition(self, k: int, j: int) -> int:
        """``In a statement Trump``: where the subject starts after the leading adverbial; ``j`` if nowhere."""
        i = j
        while i > k + 1 and (self.is_name(i - 1) or self.words[i - 1][-1] == "."):
            i -= 1
        if k + 1 < i < j:
            return i
        for i in range(j - 1, k + 2, -1):
            if self.lower[i] in self.lex["determiners"] | self.lex["possessives"]:
                return (
                    i if not self._links(i - 1) and self.lower[i - 1] not in self.lex["prepositions"] else j
                )
        if i <= k + 1 and any(w in self.lex["weekdays"] | self.lex["times"] for w in self.lower[k:j]):
            return (
                next(x for x in range(k, j) if self.lower[x] in self.lex["weekdays"] | self.lex["times"]) + 1
            )
        return j

    def right_phrase(self, i: int, b: int, names: bool = False) -> tuple[int, int] | None:
        """The noun phrase that starts at token ``i``, with appositions; with ``names`` it must look like a speaker."""
        lex = self.lex
        if i >= b:
            return None
        w = self.lower[i]
        if w in lex["subject_pronouns"] | lex["object_pronouns"]:
            return i, i + 1
        if not (self.is_noun(i) or w in lex["determiners"] | lex["possessives"]):
            return None
        if names and not (
            self.is_name(i)
            or w in lex["determiners"] | lex["possessives"]
            or w in lex["people"]
            or w in lex["titles"]
            or self.words[i][0].isdigit()
        ):
            return None
        k = i
        top = min(b, i + FARTHEST)
        while k < top:
            w = self.lower[k]
            if self.words[k] == "," and k > i:
                if not self._continues(k, b):
                    break
            elif w in _PUNCT or self.quote_of[k] >= 0:
                if self.words[k] == "(":
                    close = next((x for x in range(k, min(k + 8, b)) if self.words[x] == ")"), 0)
                    if close:
                        k = close + 1
                        continue
                break
            elif self._ends_phrase(k, i):
                break
            k += 1
        while k > i + 1 and (
            self.lower[k - 1] in lex["weekdays"] | {"on", "in", "late", "early"} or self.words[k - 1] == ","
        ):
            k -= 1
        return (i, k) if k > i else None

    def _ends_phrase(self, k: int, i: int) -> bool:
        w = self.lower[k]
        lex = self.lex
        if w in lex["weekdays"] or w in self.lex["phrase_ends"]:
            return True
        if w in ("in", "on", "at") and k + 1 < len(self.words):
            nxt = self.lower[k + 1]
            return nxt in lex["determiners"] | lex["possessives"] | lex["weekdays"] | lex[
                "networks"
            ] or nxt in ("an", "response", "front")
        if w in ("who", "whose"):
            return False
        return bool(self.finite[k]) and not any(
            self.lower[x] in ("who", "which", "whose") for x in range(max(i, k - 14), k)
        )

    def _continues(self, k: int, b: int) -> bool:
        """Whether the comma at ``k`` opens an apposition of the phrase before it."""
        if k + 1 >= b:
            return False
        w = self.lower[k + 1]
        if (
            w in self.lex["conjunctions"]
            or (w in self.lex["prepositions"] and w != "of")
            or (w in self.clausal and w not in ("who", "whose"))
        ):
            return False
        if w.endswith("ing") or (w in self.lex["subject_pronouns"] and w != "who") or w in ("adding", "then"):
            return False
        if w == "who" and any(x in self.lex["speech"] for x in self.lower[k + 2 : k + 4]):
            return False
        if self.is_adverb(k + 1) or self.quote_of[k + 1] >= 0:
            return False
        return self._opens_apposition(k + 1, min(k + 8, b))

    # ------------------------------------------------------------ clauses

    def clause_starts(self, i: int, b: int) -> bool:
        """Whether a clause (subject and finite verb) starts at ``i``."""
        lex = self.lex
        if i >= b:
            return False
        w = self.lower[i]
        if w in self.lex["clause_subjects"]:
            return True
        depth = 0
        for k in range(i, min(i + 25, b)):
            word = self.lower[k]
            if (
                word in ";:.!?"
                or word == "but"
                or (word == "and" and k + 1 < b and self.finite[k + 1])
                or (word in lex["subordinators"] and k > i)
            ):
                if word in self.lex["relative_openers"]:
                    depth += 1
                    continue
                return False
            if k > i and self.finite[k]:
                if depth:
                    depth -= 1
                    continue
                return True
        return False

    def has_verb(self, i: int, j: int) -> bool:
        """Whether the tokens ``i`` to before ``j`` hold a finite verb."""
        return any(self.finite[i:j])

    def content_end(self, i: int, b: int, relative: bool = False, phrase: bool = False) -> int:
        """Where the content that starts at ``i`` ends (exclusive), scanning to the end of the sentence.

        ``relative``: its source is "who" or "which"; ``phrase``: it is a noun phrase or an infinitive,
        so that a new clause or a second past-tense verb cannot belong to it.
        """
        seg = self.seg
        k = i
        while k < b:
            q = self.quote_of[k]
            if q >= 0 and k >= seg.quotes[q].start and seg.quotes[q].stop > k:
                k = min(seg.quotes[q].stop, b)
                if (
                    k < b
                    and self.words[k - 2] == ","
                    and seg.quotes[q].closed
                    and self._cut_after(k - 1, b, True)
                ):
                    return k
                continue
            w = self.lower[k]
            if k > i and (w in (",", ";") or w in DASHES):
                if (
                    self._cut_after(k, b)
                    and (phrase or self.has_verb(i, k) or self.quote_of[i] >= 0 or k - i > 4)
                ) or (relative and k + 1 < b and self.finite[k + 1]):
                    return k
                if phrase and self._new_clause(k, b):
                    return k
            elif (
                w == "and"
                and k > i
                and k + 1 < b
                and self.lower[k + 1] in self.lex["reduced"]
                and not self.has_verb(i, k)
            ) or (
                w in ("and", "but")
                and k > i
                and (
                    (self._reporting_follows(k + 1, b) and (phrase or self.has_verb(i, k)))
                    or (phrase and self._second_verb(k + 1, b))
                )
            ):
                return k
            k += 1
        while (
            k > i + 1
            and self.words[k - 1] in (".", "?", "!", ",", ";", ":", "...")
            and self.quote_of[k - 1] < 0
        ):
            k -= 1
        return k

    def _new_clause(self, k: int, b: int) -> bool:
        """After the comma or dash at ``k``: a conjunction or adverb with a clause, or a dash at all."""
        if self.words[k] in DASHES or self.words[k] == ";":
            return True
        if k + 2 >= b:
            return True
        w = self.lower[k + 1]
        if w in self.lex["clause_conjunctions"]:
            return self.clause_starts(k + 2, b) or self.finite[k + 2]
        return w in self.lex["subject_pronouns"] or w in self.lex["new_clause_openers"]

    def _second_verb(self, k: int, b: int) -> bool:
        """A finite verb right after "and", possibly after an adverb: the subject does a second thing."""
        while k < b and self.is_adverb(k):
            k += 1
        if k >= b or not self.finite[k]:
            return False
        return self.lower[k] in self.aux or any(
            s in ("past", "third") for _, s in self.lex.forms.get(self.lower[k], ())
        )

    def _cut_after(self, k: int, b: int, quoted: bool = False) -> bool:
        """Whether the content ends at the comma or dash at ``k``; ``quoted``: at a quotation that ends with one."""
        if k + 1 >= b:
            return True
        lex = self.lex
        w = self.lower[k + 1]
        if quoted and w.endswith("ing") and self.words[k + 1].islower():
            return True
        if w.endswith("ing") and any(
            s == "ing" and self.lex.classes.get(base) and "say" in self.lex.classes[base]
            for base, s in lex.forms.get(w, ())
        ):
            return True
        if w == "according" or w in ("while", "although", "though", "whereas"):
            return True
        if w in self.lex["circumstance_openers"] and self.words[k] == ",":
            comma = next((x for x in range(k + 2, min(k + 9, b)) if self.words[x] == ","), 0)
            return not (comma and comma + 1 < b and self.finite[comma + 1])
        if self.words[k] == "," and (
            w in ("who", "which")
            or (w in lex["prepositions"] and self.lower[k + 2 : k + 3] in (["which"], ["whom"]))
        ):
            comma = next(
                (x for x in range(k + 2, min(k + 18, b)) if self.words[x] == "," and self.quote_of[x] < 0), 0
            )
            return not (comma and comma + 1 < b and self.finite[comma + 1])
        if w in ("but", "and", "then"):
            return self._reporting_follows(k + 2, b)
        return self._speaker_said(k + 1, b)

    def _reporting_follows(self, k: int, b: int) -> bool:
        """A finite reporting verb at ``k``, or after a short subject."""
        lex = self.lex
        for x in range(k, min(k + (14 if k < b and self.is_name(k) else 7), b)):
            w = self.lower[x]
            if w in lex["speech"]:
                return True
            if self.quote_of[x] >= 0 or (
                self.words[x] in _PUNCT and not (self.words[x] == "," and self.is_name(k))
            ):
                return False
            if x == k and any(
                s == "past" and lex.classes.get(base, frozenset()) & {"say", "object"}
                for base, s in lex.forms.get(w, ())
            ):
                return True
            if w in self.clausal:
                return False
        return False

    def _speaker_said(self, k: int, b: int) -> bool:
        """``NAME said`` or ``in Ohio he said`` after a comma."""
        adverbial = self.lower[k] in self.lex["prepositions"]
        for x in range(k, min(k + (11 if adverbial else 6), b)):
            w = self.lower[x]
            if w in self.lex["speech"] and x > k:
                return True
            if not (
                self.is_noun(x)
                or w in self.lex["subject_pronouns"]
                or w in self.lex["determiners"]
                or w in ("has", "have", "also")
                or (adverbial and w in self.lex["prepositions"])
            ):
                return False
        return False
