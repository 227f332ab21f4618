"""Verb groups: a verb with its auxiliaries, negation, adverbs and particle, and the reading that fits."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from zopa.reading.parsing.noun_phrases import left_phrase
from zopa.reading.parsing.tags import PUNCT, Range, Sentence, ends_relative, is_adjective, is_possessive

__all__ = ["VerbGroup", "unknown_verb", "verb_group"]

_NO_READING = ("", "")


class VerbGroup(NamedTuple):
    """A verb with its auxiliaries, negation and adverbs: tokens ``start`` to before ``stop``."""

    start: int
    head: int
    stop: int
    lemma: str
    slot: str
    voice: str
    """active, passive, participle (-ing or reduced) or infinitive"""
    classes: frozenset[str]

    @property
    def span(self) -> Range:
        """Its tokens."""
        return self.start, self.stop


def verb_group(s: Sentence, i: int, inverted: bool = False) -> VerbGroup | None:
    """The verb group whose main verb is token ``i``; None if that is no verb here.

    ``inverted``: its subject may follow, so nothing is asked of the words before it.
    """
    bases = s.grammar.bases.get(s.lower[i])
    if bases is None or (s.words[i][0].isupper() and i > s.start and not _may_open(s, i)):
        return None
    j = _over_adverbs(s, i)
    before = s.lower[j - 1] if j > s.start else ""
    slot, voice = _reading(s, bases, before, j)
    if not slot:
        return None
    lemma = bases[slot]
    plain = voice == "active" and j == i and j > s.start and before not in s.lists["any auxiliary"]
    if plain and not inverted and slot in ("base", "third", "past") and _is_noun_here(s, j, slot, lemma):
        return None
    start = _group_start(s, j, before)
    if start is None:
        return None
    stop, classes = _particle(s, i, lemma)
    if lemma in s.lists["negated"] and s.has("negations", start, i):
        classes = frozenset(["say", "object"])
    if voice == "infinitive" and start < j - 1:  # a chain: "declined to say"
        voice = "active"
    return VerbGroup(start=start, head=i, stop=stop, lemma=lemma, slot=slot, voice=voice, classes=classes)


def unknown_verb(s: Sentence, i: int) -> VerbGroup | None:
    """A past form outside the lexicon; it counts only beside a quotation: ``"X," SRC barked``."""
    w = s.lower[i]
    known = w in s.grammar.forms or not w.endswith(s.grammar.past)
    if known or not s.words[i].islower() or i <= s.start:
        return None
    return VerbGroup(start=i, head=i, stop=i + 1, lemma=w, slot="past", voice="active", classes=frozenset())


def _is_noun_here(s: Sentence, j: int, slot: str, lemma: str) -> bool:
    """Whether the form at ``j`` is a noun: after an adjective, or where it is often one and has no sound subject."""
    if is_adjective(s, j - 1) and not s.is_(j - 1, "quantifiers"):
        return True
    return slot != "past" and lemma in s.lists["homographs"] and not _has_sound_subject(s, j, slot)


def _has_sound_subject(s: Sentence, j: int, slot: str) -> bool:
    """For a form that is as often a noun: its subject must be a pronoun or stand at the start of a clause."""
    if s.is_(j - 1, "subject_pronouns") or s.is_(j - 1, "plain_subjects"):
        return slot == "third" or not s.is_(j - 1, "that")
    if slot == "base" and ends_relative(s, j - 1, j):
        return True
    phrase = left_phrase(s, j)
    if not phrase or (slot == "third" and _ends_like_plural(s, j - 1) and not s.name[j - 1]):
        return False
    k = phrase[0]
    while k > s.start and (s.adverb[k - 1] or s.is_(k - 1, "conjunctions")):
        k -= 1
    return k == s.start or s.words[k - 1] in PUNCT or s.is_(k - 1, "clausal") or s.quoted[k - 1]


def _ends_like_plural(s: Sentence, i: int) -> bool:
    w = s.lower[i]
    return w.endswith(s.grammar.plural) and not w.endswith(s.grammar.singular)


def _may_open(s: Sentence, i: int) -> bool:
    return s.words[i - 1] in PUNCT and s.lower[i].endswith(s.grammar.ing)


def _over_adverbs(s: Sentence, i: int) -> int:
    j = i
    while j > s.start and (s.adverb[j - 1] or s.is_(j - 1, "denials")) and j > i - 4:
        j -= 1
    return j


def _reading(s: Sentence, slots: Container[str], before: str, j: int) -> tuple[str, str]:
    """Slot and voice that fit the word before the verb and its adverbs; both empty where none does."""
    lists = s.lists
    if before in lists["modals"] or before in lists["do"] or before in lists["to"]:
        if "base" in slots:
            return "base", "infinitive" if before in lists["to"] else "active"
        if before not in lists["would"]:
            return _NO_READING
    if before in lists["possessive"] and is_possessive(s, j - 1):
        return _NO_READING
    if "participle" in slots and _after_have(s, before, j):
        return "participle", "active"
    if before in lists["be"]:
        found = ("ing", "active") if "ing" in slots else ("participle", "passive")
        return found if found[0] in slots else _NO_READING
    if "ing" in slots:
        return "ing", "participle"
    return _NO_READING if _before_noun(s, before) else _plain_reading(s, slots, j)


def _after_have(s: Sentence, before: str, j: int) -> bool:
    """``has said``, ``had said``, ``have since said``."""
    if before in s.lists["have"] or before in s.lists["had"]:
        return True
    return before in s.lists["since"] and s.is_(j - 2, "have")


def _before_noun(s: Sentence, before: str) -> bool:
    """Whether what follows this word is a noun."""
    if before in s.lists["possessives"] or before in s.lists["prepositions"]:
        return True
    return before in s.lists["determiners"] and before not in s.lists["pronoun_determiners"]


def _plain_reading(s: Sentence, slots: Container[str], j: int) -> tuple[str, str]:
    """The reading of a verb without auxiliary."""
    if "past" in slots:
        return "past", "active"
    if "third" in slots:
        w = s.lower[j - 1] if j > s.start else ""
        counts = w[:1].isdigit() or w in s.lists["plural_numbers"] or w in s.lists["noun_specifiers"]
        return _NO_READING if counts else ("third", "active")
    if "base" in slots and _is_plural_subject(s, j - 1):
        return "base", "active"
    return _NO_READING


def _is_plural_subject(s: Sentence, k: int) -> bool:
    """Whether the word before a bare verb form may be its plural subject."""
    if k < s.start:
        return False
    if s.words[k][0].isdigit() or s.words[k] in (",", ")") or s.is_(k, "plural_subjects"):
        return True
    if s.is_(k, "and") or _is_plural_noun(s, k) or ends_relative(s, k, k + 1):
        return True
    phrase = left_phrase(s, k + 1)
    if not phrase:
        return False
    if s.has("and", *phrase):
        return True
    inner = range(phrase[0] + 1, phrase[1])
    link = next((x for x in inner if s.is_(x, "prepositions") or s.is_(x, "subject_links")), 0)
    return any(_is_plural_noun(s, x) for x in range(phrase[0], link))


def _is_plural_noun(s: Sentence, k: int) -> bool:
    if s.is_(k, "plural_nouns"):
        return True
    return _ends_like_plural(s, k) and s.noun[k] and len(s.lower[k]) > 3 and not s.is_(k, "possessive")


def _group_start(s: Sentence, j: int, before: str) -> int | None:
    """Left end of the group: over auxiliaries, negation and adverbs, and chains such as "going to".

    None when the verb is an infinitive that no chain introduces.
    """
    a, k = s.start, j
    if before in s.lists["to"]:
        c = _over_adverbs(s, k - 1)
        if c - 2 >= a and s.is_(c - 1, "on") and s.is_(c - 2, "went"):
            return c - 2
        if c - 1 < a or not s.is_(c - 1, "chains"):
            return None
        k = c - 1
    while k > a and (step := _group_step(s, k)):
        k -= step
    while k < j and s.adverb[k] and s.is_(k, "times"):
        k += 1
    return k


def _group_step(s: Sentence, k: int) -> int:
    """How many tokens before ``k`` belong to the verb group that goes on there."""
    if s.is_(k - 1, "possessive") and is_possessive(s, k - 1):
        return 0
    if s.is_(k - 1, "any auxiliary") or s.is_(k - 1, "denials") or s.adverb[k - 1]:
        return 1
    two = k - 2 >= s.start
    if two and s.is_(k - 1, "since") and s.is_(k - 2, "have"):
        return 1
    return 2 if two and s.is_(k - 1, "to") and s.is_(k - 2, "chains") else 0


def _particle(s: Sentence, i: int, lemma: str) -> tuple[int, frozenset[str]]:
    """End of the group with its particle, and the classes that then hold."""
    classes = s.grammar.classes.get(lemma, frozenset())
    particles = s.grammar.particles.get(lemma)
    if not particles or i + 1 >= s.stop:
        return i + 1, classes
    k = i + 1
    if k + 1 < s.stop and s.adverb[k]:
        k += 1
    if s.lower[k] not in particles:
        return i + 1, classes
    second = k + 1 < s.stop and s.is_(k, "double_particles") and s.is_(k + 1, "second_particles")
    firm = frozenset(["object", "say"]) if s.is_(k, "strong_particles") else frozenset(["object"])
    return k + 1 + second, firm
