"""Tags of single words (name, adverb, noun, finite verb), and the sentence that every walk is a function of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache

from zopa.reading.language.lexicon import Forms, Lexicon, lexicon
from zopa.reading.parsing.segment import Segments

__all__ = [
    "PUNCT",
    "Grammar",
    "Range",
    "Sentence",
    "ends_relative",
    "is_adjective",
    "is_possessive",
    "tagged",
]

PUNCT = frozenset(',;:()[]-–—.!?…/“”"„«»') | {"--", "...", "''", "``"}

Range = tuple[int, int]
"""Tokens from the first to before the second."""


@dataclass(frozen=True)
class Grammar:
    """What a language pack says about single words, ready for the walks; built once per pack.

    ``lists`` holds every list of words of the pack by name, and some joined ones; the rest are endings.
    """

    lists: Mapping[str, frozenset[str]]
    forms: Mapping[str, Forms]
    bases: Mapping[str, dict[str, str]]
    classes: Mapping[str, frozenset[str]]
    particles: Mapping[str, frozenset[str]]
    ing: tuple[str, ...]
    past: tuple[str, ...]
    plural: tuple[str, ...]
    singular: tuple[str, ...]
    adverb: tuple[str, ...]
    adjective: tuple[str, ...]
    person: tuple[str, ...]
    acts: Mapping[str, re.Pattern[str]]


@cache
def _grammar(language: str) -> Grammar:
    lex = lexicon(language)
    endings = {
        name: tuple(sorted(lex[name + "_endings"]))
        for name in ("ing", "past", "plural", "singular", "adverb", "adjective", "person")
    }
    return Grammar(
        lists=_joined_lists(lex),
        forms=dict(lex.forms),  # a plain dict is faster to look into than a proxy of one
        bases=dict(lex.bases),
        classes=dict(lex.classes),
        particles=dict(lex.particles),
        acts={
            name.partition(".")[2]: p for name, p in lex.patterns.items() if name.startswith("party_acts.")
        },
        **endings,
    )


def _joined_lists(lex: Lexicon) -> Mapping[str, frozenset[str]]:
    specifiers = lex["determiners"] | lex["possessives"]
    any_auxiliary = lex["be"] | lex["have"] | lex["do"] | lex["modals"]
    closed = (
        specifiers
        | any_auxiliary
        | lex["subject_pronouns"]
        | lex["object_pronouns"]
        | lex["prepositions"]
        | lex["subordinators"]
        | lex["conjunctions"]
        | lex["negations"]
    )
    return dict(lex.words) | {
        "specifiers": specifiers,
        "any auxiliary": any_auxiliary,
        "closed": closed,
        "no noun": closed | PUNCT,
        "no subject": closed | PUNCT | lex["plural_numbers"],
        "before a noun": specifiers | lex["prepositions"],
        "before a participle": lex["be"] | lex["have"],
        "days": lex["weekdays"] | lex["times"],
        "clausal": lex["subordinators"] | lex["relatives"],
    }


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or clause) of a tagged text: tokens ``start`` to before ``stop``; nothing in it ever changes.

    The lists are those of the whole text, indexed by token, so that a walk may look beyond the edges.

    Attributes
    ----------
    words, lower : list of str
        The tokens, and the tokens in lower case except where a name is spelled like a modal verb.
    quote_of : list of int
        Index into ``seg.quotes``, or -1.
    quoted, adverb, verbal, finite, noun, name : list of bool
        Whether a token stands in a quotation; is an adverb; may be a verb at all; is probably a finite verb or
        auxiliary; may stand inside a noun phrase; is capitalised and no closed-class word.
    cues : list of int
        The tokens that may be a cue, in order.
    """

    seg: Segments
    grammar: Grammar
    lists: Mapping[str, frozenset[str]]
    words: list[str]
    lower: list[str]
    quote_of: list[int]
    quoted: list[bool]
    adverb: list[bool]
    verbal: list[bool]
    finite: list[bool]
    noun: list[bool]
    name: list[bool]
    cues: list[int]
    start: int
    stop: int

    def is_(self, i: int, name: str) -> bool:
        """Whether token ``i`` is in a list of the language pack: ``is_(i, "that")``."""
        return self.lower[i] in self.lists[name]

    def find_by(self, i: int) -> int:
        """The token "by" right behind a passive verb, or one word later; 0 where there is none."""
        return next((k for k in range(i, min(i + 2, self.stop)) if self.is_(k, "by")), 0)

    def has(self, name: str, i: int, j: int) -> bool:
        """Whether one of the tokens ``i`` to before ``j`` is in a list of the language pack."""
        return not self.lists[name].isdisjoint(self.lower[i:j])

    def has_verb(self, i: int, j: int) -> bool:
        """Whether the tokens ``i`` to before ``j`` hold a finite verb."""
        return True in self.finite[i:j]

    def between(self, start: int, stop: int) -> Sentence:
        """The same text seen from other tokens."""
        other = object.__new__(Sentence)  # made for every sentence, and faster than dataclasses.replace
        for name in _SHARED:
            _set(other, name, getattr(self, name))
        _set(other, "start", start)
        _set(other, "stop", stop)
        return other

    def whole(self, i: int) -> Sentence:
        """The sentence of the text that token ``i`` stands in."""
        return self.between(*self.seg.sentences[self.seg.sentence_of[i]])

    def unquoted(self) -> Sentence:
        """The same sentence with its quotation marks taken as said: for reading what stands inside a content."""
        n = len(self.words)
        return replace(self, quote_of=[-1] * n, quoted=[False] * n)

    def cues_in(self, i: int, j: int) -> list[int]:
        """The tokens ``i`` to before ``j`` that may be a cue: verbs, and nouns that can be one."""
        return self.cues[bisect_left(self.cues, i) : bisect_left(self.cues, j)]


_set = object.__setattr__
_SHARED = tuple(f.name for f in fields(Sentence) if f.name not in ("start", "stop"))


def tagged(seg: Segments, lex: Lexicon) -> Sentence:
    """A segmented text with its tags, as one sentence from its first to its last token."""
    grammar = _grammar(lex.language)
    lists, words = grammar.lists, seg.words
    names = lists["capital_names"]
    lower = [
        w if w in names and (w.isupper() or (i and words[i - 1] not in PUNCT)) else low
        for i, (w, low) in enumerate(zip(words, seg.lower, strict=True))
    ]
    verbal = [w in grammar.forms or w.endswith(grammar.past) for w in lower]
    finite = [False] * len(words)
    cue_nouns, closed = lists["nouns.cue"], lists["closed"]
    s = Sentence(
        seg=seg,
        grammar=grammar,
        lists=lists,
        words=words,
        lower=lower,
        quote_of=seg.quote_of,
        quoted=[q >= 0 for q in seg.quote_of],
        adverb=_adverbs(words, lower, grammar),
        verbal=verbal,
        finite=finite,
        noun=[],
        name=[w[0].isupper() and low not in closed for w, low in zip(words, lower, strict=True)],
        cues=[i for i, w in enumerate(lower) if verbal[i] or w in cue_nouns],
        start=0,
        stop=len(words),
    )
    auxiliary = lists["any auxiliary"]
    for i, w in enumerate(lower):  # left to right: what follows a finite verb depends on it
        if w in auxiliary:
            finite[i] = w not in lists["not_finite"] and not (
                w in lists["possessive"] and is_possessive(s, i)
            )
        elif verbal[i]:
            finite[i] = _is_finite(s, i) if w in grammar.forms else _is_past_form(s, i)
    no_noun, marks = lists["no noun"], lists["owner_marks"]
    s.noun.extend([(w not in no_noun and not f) or w in marks for w, f in zip(lower, finite, strict=True)])
    return s


def _adverbs(words: list[str], lower: list[str], grammar: Grammar) -> list[bool]:
    """By list or by -ly; never a capitalised word."""
    listed, others, ending = grammar.lists["adverbs"], grammar.lists["not_adverbs"], grammar.adverb
    return [
        low in listed or (low.endswith(ending) and len(low) > 4 and low not in others and not w[0].isupper())
        for w, low in zip(words, lower, strict=True)
    ]


def is_adjective(s: Sentence, i: int) -> bool:
    """By list or ending; never a capitalised word."""
    w, lists = s.words[i], s.lists
    if w in lists["people"] or w in lists["not_adjectives"]:
        return False
    return w in lists["adjectives"] or (w.islower() and len(w) > 4 and w.endswith(s.grammar.adjective))


def is_possessive(s: Sentence, i: int) -> bool:
    """Whether the token is a possessive 's rather than a contracted verb."""
    n = len(s.words)
    if i + 1 >= n:
        return True
    if i and s.is_(i - 1, "before_contraction"):
        return False
    k = i + 1
    while k < n and k < i + 3 and (s.adverb[k] or s.is_(k, "negations")):
        k += 1
    following = s.lower[k] if k < n else ""
    if any(slot in ("participle", "ing") for _, slot in s.grammar.forms.get(following, ())):
        after = s.lower[k + 1] if k + 1 < n else "."
        noun_follows = after not in s.lists["no noun"]
        return k == i + 1 and noun_follows and not following.endswith(s.grammar.ing)
    return not (following in s.lists["after_contraction"] or k > i + 1)


def _is_past_form(s: Sentence, i: int) -> bool:
    """A past form of a verb that is not in the lexicon: no participle after an auxiliary, article or adjective."""
    if len(s.lower[i]) <= 4 or not s.words[i][0].islower() or not i:
        return False
    p = i - 2 if s.adverb[i - 1] else i - 1
    no_past = (
        s.is_(p, "before a noun")
        or s.is_(p, "before a participle")
        or s.lower[p] in PUNCT
        or s.is_(p, "joining_before_past")
    )
    return not no_past and not is_adjective(s, p)


def _is_finite(s: Sentence, i: int) -> bool:
    """A form of a verb of the lexicon, by the word before it and its adverbs."""
    if s.words[i][0].isupper() and i and s.words[i - 1] not in PUNCT:
        return False
    p = i - 1
    while p >= 0 and p > i - 4 and s.adverb[p]:
        p -= 1
    before = s.lower[p] if p >= 0 else "."
    lists, slots = s.lists, s.grammar.bases[s.lower[i]]
    if "past" in slots:
        participle = before in lists["before a noun"] or before in lists["before a participle"]
        return not participle or before in lists["that"]
    if "third" in slots:
        second_verb = p >= 0 and s.finite[p] and before not in lists["any auxiliary"]
        if second_verb or (before in lists["and"] and _is_noun_too(s, i)):
            return False
        return before not in lists["no subject"] or before in lists["before_third"]
    return "base" in slots and (before in lists["before_base"] or ends_relative(s, p, i))


def ends_relative(s: Sentence, p: int, i: int) -> bool:
    """Whether a plural's relative clause ends before ``i``: ``voters who back the mayor | want``."""
    if (
        s.lower[p] in s.lists["no subject"]
        or s.finite[p]
        or not s.lists["who"].intersection(s.lower[max(0, i - 9) : max(0, p - 1)])
    ):
        return False
    for k in range(p - 1, max(0, i - 9), -1):
        if s.lower[k] in PUNCT or s.lower[k] in s.lists["that"]:
            return False
        if s.lower[k] in s.lists["who"]:
            return p - k > 2 and s.lower[k - 1].endswith(s.grammar.plural)
    return False


def _is_noun_too(s: Sentence, i: int) -> bool:
    """Whether the form is as often a noun: "calls"."""
    return any(base in s.lists["homographs"] for base, _ in s.grammar.forms[s.lower[i]])
