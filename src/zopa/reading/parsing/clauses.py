"""Shallow grammar over tokens; the face of the walks.

Everything is a walk inside one sentence, whose length is bounded; so the whole is linear in the text.
"""

from __future__ import annotations

from .segment import DASHES
from .tags import PUNCT
from .verb_groups import Group, Verbs

__all__ = ["Grammar", "Group"]


class Grammar(Verbs):
    """Tags, phrases, verb groups and clause ends of one text."""

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
                or word in self.lex["but"]
                or (word in self.lex["and"] and k + 1 < b and self.finite[k + 1])
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
        seg, joining, coordinating = self.seg, self.lex["and"], self.lex["coordinating"]
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
                w in joining
                and k > i
                and k + 1 < b
                and self.lower[k + 1] in self.lex["reduced"]
                and not self.has_verb(i, k)
            ) or (
                w in coordinating
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
        if quoted and w.endswith(self.ing) and self.words[k + 1].islower():
            return True
        if w.endswith(self.ing) and any(
            s == "ing" and self.lex.classes.get(base) and "say" in self.lex.classes[base]
            for base, s in lex.forms.get(w, ())
        ):
            return True
        if w in self.lex["according"] or w in self.lex["contrast"]:
            return True
        if w in self.lex["circumstance_openers"] and self.words[k] == ",":
            comma = next((x for x in range(k + 2, min(k + 9, b)) if self.words[x] == ","), 0)
            return not (comma and comma + 1 < b and self.finite[comma + 1])
        if self.words[k] == "," and (
            w in self.lex["who_which"]
            or (w in lex["prepositions"] and not lex["relative_after"].isdisjoint(self.lower[k + 2 : k + 3]))
        ):
            comma = next(
                (x for x in range(k + 2, min(k + 18, b)) if self.words[x] == "," and self.quote_of[x] < 0), 0
            )
            return not (comma and comma + 1 < b and self.finite[comma + 1])
        if w in self.lex["second_clause"]:
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
                self.words[x] in PUNCT and not (self.words[x] == "," and self.is_name(k))
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
                or w in self.lex["before_said"]
                or (adverbial and w in self.lex["prepositions"])
            ):
                return False
        return False
