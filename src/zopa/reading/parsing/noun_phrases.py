"""Noun phrases to the left and to the right of a token, with their appositions."""

from __future__ import annotations

from .segment import DASHES
from .tags import PUNCT, Words

__all__ = ["Phrases"]

FARTHEST = 45
"""Tokens that a walk over a noun phrase may take."""


class Phrases(Words):
    """Walks over noun phrases."""

    # ------------------------------------------------------------ to the left

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
                and self.lower[x - 1] in self.lex["who_which"]
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
                    if k > a and (self.words[k - 1] not in PUNCT or self.words[k - 1] == ")"):
                        head = self.left_phrase(k, a)
                        if head:
                            return self._whose(head[0], a), j
                    return None
                if nxt in self.lex["joining"] and mark == "," and not any(self.finite[k + 1 : j - 1]):
                    head = self.left_phrase(k, a)
                    return (head[0], j) if head else None
                if nxt in self.lex["joining"] or self.is_name(k + 1):
                    k -= 1
                    continue
            if self.words[k] in ";:.!?" and mark != "(" and self.quote_of[k] < 0:
                return None
            k -= 1
        return None

    def _before_time(self, j: int, a: int) -> int:
        """``SRC on Saturday said``: skip the time between subject and verb."""
        k = j
        weekdays = self.lex["weekdays"]
        while k > a and (self.lower[k - 1] in weekdays or self.lower[k - 1] in self.lex["subject_times"]):
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
            if self.lower[c] in self.lex["who_whose"] and self.words[c - 1] == ",":
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
        if w in self.specifiers or self.words[k][0].isdigit() or self.is_name(k):
            return True
        if w in lex["titles"]:
            return True
        if self.is_name(k - 2) and self.is_noun(k) and w not in lex.forms and not self.is_adverb(k):
            return True
        last = self.lower[min(k + 2, stop - 1)]
        return (
            w.endswith((*self.person_endings, *self.ing, *self.past))
            or last in lex["people"]
            or last.endswith(self.person_endings)
        )

    def _walk_left(self, j: int, a: int) -> int:
        """Leftmost token of the run of phrase words that ends before ``j``."""
        lex = self.lex
        k = j
        low = max(a, j - FARTHEST)
        while k > low:
            w = self.lower[k - 1]
            if self.is_noun(k - 1) and not (self.is_adverb(k - 1) and w not in self.lex["noun_adverbs"]):
                k -= 1
            elif w in lex["determiners"] or w in lex["possessives"]:
                k -= 1
                if w in self.lex["that"] or (k > low and not self._links(k - 1)):
                    if w in self.lex["that"]:
                        k += 1
                    break
            elif (
                (self._links(k - 1) and k < j)
                or (
                    w in self.lex["joining"]
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
            and (self.is_noun(i - 1) and self.lower[i] not in self.lex["who"])
        )

    def _joins(self, i: int, low: int) -> bool:
        """Whether the "and" at ``i`` joins two parts of a subject: no verb before the left part."""
        k = i
        while k > low and (self.is_noun(k - 1) or self._links(k - 1) or self.lower[k - 1] in self.specifiers):
            k -= 1
        return (
            k <= low
            or self.words[k - 1] in PUNCT
            or self.lower[k - 1] in self.clausal
            or self.lower[k - 1] in self.lex["and"]
        )

    def _name_list(self, i: int, low: int) -> bool:
        """Whether the comma at ``i`` stands in a list of names before "and"."""
        if i - 1 < low or not self.is_name(i - 1) or i + 1 >= len(self.words) or not self.is_name(i + 1):
            return False
        return any(self.lower[k] in self.lex["and"] for k in range(i + 1, min(i + 6, len(self.words))))

    def _trim_left(self, k: int, j: int) -> tuple[int, int] | None:
        """Cut a leading preposition, time or conjunction, and a trailing weekday."""
        lex = self.lex
        while k < j and (
            self.lower[k] in lex["conjunctions"]
            or self.lower[k] in self.lex["leading_words"]
            or self.is_adverb(k)
        ):
            k += 1
        if j - k > 2 and self.lower[k] in lex["at"] and self.lower[k + 1] in lex["least"]:
            return k, j
        if k < j and self.lower[k] in lex["prepositions"]:
            k = self._after_preposition(k, j)
            while k < j and self.lower[k] in self.days:
                k += 1
        if self.lower[k] in self.lex["relative_times"] and k + 2 < j and self.lower[k + 1] in lex["times"]:
            k += 2
        while k < j and self.lower[k] in lex["weekdays"]:
            k += 1
        while j > k + 1 and (
            self.lower[j - 1] in lex["weekdays"] or self.lower[j - 1] in lex["trailing_times"]
        ):
            j -= 1
            if self.lower[j - 1] in self.lex["before_trailing_day"]:
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
            if self.lower[i] in self.specifiers:
                return (
                    i if not self._links(i - 1) and self.lower[i - 1] not in self.lex["prepositions"] else j
                )
        if i <= k + 1 and any(w in self.days for w in self.lower[k:j]):
            return next(x for x in range(k, j) if self.lower[x] in self.days) + 1
        return j

    # ------------------------------------------------------------ to the right

    def right_phrase(self, i: int, b: int, names: bool = False) -> tuple[int, int] | None:
        """The noun phrase that starts at token ``i``, with appositions; with ``names`` it must look like a speaker."""
        lex = self.lex
        if i >= b:
            return None
        w = self.lower[i]
        if w in lex["subject_pronouns"] or w in lex["object_pronouns"]:
            return i, i + 1
        owned = w in self.specifiers
        if not (self.is_noun(i) or owned):
            return None
        titled = w in lex["people"] or w in lex["titles"] or self.words[i][0].isdigit()
        if names and not (owned or titled or self.is_name(i)):
            return None
        k = i
        while k < min(b, i + FARTHEST):
            step = self._step_right(k, i, b)
            if not step:
                break
            k = step
        while k > i + 1 and (self.lower[k - 1] in lex["weekdays"] or self.lower[k - 1] in lex["before_day"]):
            k -= 1
        return (i, k) if k > i else None

    def _step_right(self, k: int, i: int, b: int) -> int:
        """The token after ``k`` when the phrase from ``i`` goes on there; 0 when it ends before ``k``."""
        if self.words[k] == "," and k > i:
            return k + 1 if self._continues(k, b) else 0
        if self.lower[k] in PUNCT or self.quote_of[k] >= 0:
            if self.words[k] != "(":
                return 0
            close = next((x for x in range(k, min(k + 8, b)) if self.words[x] == ")"), -1)
            return close + 1
        return 0 if self._ends_phrase(k, i) else k + 1

    def _ends_phrase(self, k: int, i: int) -> bool:
        w = self.lower[k]
        lex = self.lex
        if w in lex["weekdays"] or w in self.lex["phrase_ends"]:
            return True
        if w in self.lex["phrase_end_prepositions"] and k + 1 < len(self.words):
            nxt = self.lower[k + 1]
            return (
                nxt in self.specifiers
                or nxt in lex["weekdays"]
                or nxt in lex["networks"]
                or nxt in self.lex["phrase_end_nouns"]
            )
        if w in self.lex["who_whose"]:
            return False
        return bool(self.finite[k]) and not any(
            self.lower[x] in self.lex["who_which_whose"] for x in range(max(i, k - 14), k)
        )

    def _continues(self, k: int, b: int) -> bool:
        """Whether the comma at ``k`` opens an apposition of the phrase before it."""
        if k + 1 >= b:
            return False
        w = self.lower[k + 1]
        if (
            w in self.lex["conjunctions"]
            or (w in self.lex["prepositions"] and w not in self.lex["of"])
            or (w in self.clausal and w not in self.lex["who_whose"])
        ):
            return False
        if (
            w.endswith(self.ing)
            or (w in self.lex["subject_pronouns"] and w not in self.lex["who"])
            or w in self.lex["no_apposition"]
        ):
            return False
        if w in self.lex["who"] and any(x in self.lex["speech"] for x in self.lower[k + 2 : k + 4]):
            return False
        if self.is_adverb(k + 1) or self.quote_of[k + 1] >= 0:
            return False
        return self._opens_apposition(k + 1, min(k + 8, b))
