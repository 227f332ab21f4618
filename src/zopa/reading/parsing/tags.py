"""Tags of single words: name, adverb, adjective, noun, finite verb."""

from __future__ import annotations

from bisect import bisect_left
from copy import copy
from functools import cached_property
from typing import Self

from zopa.reading.language.lexicon import Lexicon

from .segment import Segments

__all__ = ["PUNCT", "Words"]

PUNCT = frozenset(',;:()[]-–—.!?…/“”"„«»') | {"--", "...", "''", "``"}


class Words:
    """The tags of one text, by token."""

    def __init__(self, seg: Segments, lex: Lexicon) -> None:
        self.seg, self.lex = seg, lex
        self.words, self.quote_of = seg.words, seg.quote_of
        self.lower = list(seg.lower)
        names = lex["capital_names"]
        for i, w in enumerate(seg.words):
            if w in names and i and seg.words[i - 1] not in PUNCT:
                self.lower[i] = w  # a name, no modal
        self.ing, self.past, self.plural, self.singular, adverb = (
            tuple(sorted(lex[name + "_endings"])) for name in ("ing", "past", "plural", "singular", "adverb")
        )
        self.verbal = [w in lex.forms or w.endswith(self.past) for w in self.lower]
        """Whether each token may be a verb at all: a form of the lexicon, or a past form outside it."""
        nouns = lex["nouns.cue"]
        self._cues = [i for i, w in enumerate(self.lower) if self.verbal[i] or w in nouns]
        listed, others = lex["adverbs"], lex["not_adverbs"]
        self._adverb = [
            low in listed
            or (low.endswith(adverb) and len(low) > 4 and low not in others and not w[0].isupper())
            for w, low in zip(seg.words, self.lower, strict=True)
        ]
        self.to, self.denials, self.owner_marks = lex["to"], lex["denials"], lex["owner_marks"]
        self.possessive, self.since = lex["possessive"], lex["since"]
        self.specifiers = lex["determiners"] | lex["possessives"]
        self.days = lex["weekdays"] | lex["times"]
        self.aux = lex["be"] | lex["have"] | lex["do"] | lex["modals"]
        self.closed = (
            self.specifiers | lex["subject_pronouns"] | lex["object_pronouns"]
            | lex["prepositions"] | lex["subordinators"] | lex["conjunctions"] | self.aux | lex["negations"]
        )  # fmt: skip
        self.person_endings = tuple(sorted(lex["person_endings"]))
        self.adjective_endings = tuple(sorted(lex["adjective_endings"]))
        self.clausal = lex["subordinators"] | lex["relatives"]

    def inside(self) -> Self:
        """The same text with no quotation marks: for reading what stands inside a content."""
        other = copy(self)
        other.quote_of = [-1] * len(self.words)
        return other

    def cues(self, a: int, b: int) -> list[int]:
        """The tokens from ``a`` to before ``b`` that may be a cue: verbs, and nouns that can be one."""
        return self._cues[bisect_left(self._cues, a) : bisect_left(self._cues, b)]

    def is_name(self, i: int) -> bool:
        """Capitalised and not a closed-class word."""
        w = self.words[i]
        return w[0].isupper() and self.lower[i] not in self.closed

    def is_adverb(self, i: int) -> bool:
        """By list or by -ly; never a capitalised word."""
        return self._adverb[i]

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
        if w in self.owner_marks:
            return True
        return w not in PUNCT and w not in self.closed and not self.finite[i]

    @cached_property
    def finite(self) -> list[bool]:
        """Whether each token is (probably) a finite verb or auxiliary."""
        out = [False] * len(self.words)
        noun_before = self.specifiers | self.lex["prepositions"]
        no_subject = self.closed | PUNCT | self.lex["plural_numbers"]
        forms, aux, be, have = self.lex.forms, self.aux, self.lex["be"], self.lex["have"]
        for i, w in enumerate(self.lower):
            if w in aux:
                out[i] = w not in self.lex["not_finite"] and not (
                    w in self.possessive and self.is_possessive(i)
                )
                continue
            if not self.verbal[i]:
                continue
            readings = forms.get(w)
            word = self.words[i]
            if not readings:
                if len(w) > 4 and word[0].islower() and i:
                    p = i - 2 if self.is_adverb(i - 1) else i - 1
                    before = self.lower[p]
                    out[i] = not (
                        before in noun_before
                        or before in be
                        or before in have
                        or before in PUNCT
                        or before in self.lex["joining_before_past"]
                    ) and not self.is_adjective(p)
                continue
            if word[0].isupper() and i and self.words[i - 1] not in PUNCT:
                continue
            p = i - 1
            while p >= 0 and p > i - 4 and self.is_adverb(p):
                p -= 1
            before = self.lower[p] if p >= 0 else "."
            slots = self.lex.bases[w]
            if "past" in slots:
                out[i] = (
                    before not in noun_before and before not in be and before not in have
                ) or before in self.lex["that"]
            elif "third" in slots:
                noun = before in self.lex["and"] and any(
                    base in self.lex["homographs"] for base, _ in readings
                )
                out[i] = (
                    not noun
                    and not (p >= 0 and out[p] and before not in self.aux)
                    and (
                        (before not in noun_before and before not in no_subject)
                        or before in self.lex["before_third"]
                    )
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
            return (
                k == i + 1 and after not in PUNCT and after not in self.closed and not nxt.endswith(self.ing)
            )
        return not (nxt in self.lex["after_contraction"] or k > i + 1)
