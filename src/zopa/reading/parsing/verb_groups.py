"""Verb groups: a verb with its auxiliaries, negation, adverbs and particle, and the reading that fits."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from .noun_phrases import Phrases
from .tags import PUNCT

__all__ = ["Group", "Verbs"]


class Group(NamedTuple):
    """A verb with its auxiliaries, negation and adverbs: tokens ``start`` to before ``stop``."""

    start: int
    head: int
    stop: int
    lemma: str
    slot: str
    voice: str
    """active, passive, participle (-ing or reduced) or infinitive"""
    classes: frozenset[str]


class Verbs(Phrases):
    """Walks over verb groups."""

    def group(self, i: int, a: int, b: int, inverted: bool = False) -> Group | None:
        """The verb group whose main verb is token ``i`` of the sentence ``a`` to ``b``.

        ``inverted``: its subject may follow, so nothing is asked of the words before it.
        """
        if self.lower[i] not in self.lex.bases or (
            self.words[i][0].isupper() and i > a and not self._may_open(i)
        ):
            return None
        j = self._over_adverbs(i, a)
        before = self.lower[j - 1] if j > a else ""
        bases = self.lex.bases[self.lower[i]]
        slot, voice = self._slot(bases, before, j, a)
        if not slot:
            return None
        lemma = bases[slot]
        if (
            not inverted
            and voice == "active"
            and before not in self.aux
            and slot in ("base", "third", "past")
            and j == i
            and j > a
        ):
            if self.is_adjective(j - 1) and self.lower[j - 1] not in self.lex["quantifiers"]:
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
            return w not in self.lex["that"] or slot == "third"
        phrase = self.left_phrase(j, a)
        if not phrase:
            return False
        k = phrase[0]
        while k > a and (self.is_adverb(k - 1) or self.lower[k - 1] in self.lex["conjunctions"]):
            k -= 1
        if (
            slot == "third"
            and w.endswith(self.plural)
            and not w.endswith(self.singular)
            and not self.is_name(j - 1)
        ):
            return False
        return (
            k == a
            or self.words[k - 1] in PUNCT
            or self.lower[k - 1] in self.clausal
            or self.quote_of[k - 1] >= 0
        )

    def _may_open(self, i: int) -> bool:
        return self.words[i - 1] in PUNCT and self.lower[i].endswith(self.ing)

    def _over_adverbs(self, i: int, a: int) -> int:
        j = i
        while j > a and (self.is_adverb(j - 1) or self.lower[j - 1] in self.denials) and j > i - 4:
            j -= 1
        return j

    def _slot(self, slots: Container[str], before: str, j: int, a: int) -> tuple[str, str]:
        """Which reading fits the word before the verb and its adverbs."""
        lex = self.lex
        if before in lex["modals"] or before in lex["do"] or before in self.to:
            if "base" in slots:
                return "base", "infinitive" if before in self.to else "active"
            if before not in self.lex["would"]:
                return "", ""
        if before in self.possessive and self.is_possessive(j - 1):
            return "", ""
        since = before in self.since and self.lower[j - 2] in lex["have"]
        if "participle" in slots and (since or before in lex["have"] or before in self.lex["had"]):
            return "participle", "active"
        if before in lex["be"]:
            found = ("ing", "active") if "ing" in slots else ("participle", "passive")
            return found if found[0] in slots else ("", "")
        if "ing" in slots:
            return "ing", "participle"
        noun = before in lex["determiners"] and before not in lex["pronoun_determiners"]
        if noun or before in lex["possessives"] or before in lex["prepositions"]:
            return "", ""
        return self._plain_slot(slots, j, a)

    def _plain_slot(self, slots: Container[str], j: int, a: int) -> tuple[str, str]:
        """The reading of a verb without auxiliary."""
        if "past" in slots:
            return "past", "active"
        if "third" in slots:
            w = self.lower[j - 1] if j > a else ""
            number = w[:1].isdigit() or w in self.lex["plural_numbers"] or w in self.lex["noun_specifiers"]
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
        if w in self.lex["and"] or self._plural_noun(k):
            return True
        phrase = self.left_phrase(k + 1, a)
        if not phrase:
            return False
        if any(self.lower[x] in self.lex["and"] for x in range(*phrase)):
            return True
        link = next(
            (
                x
                for x in range(phrase[0] + 1, phrase[1])
                if self.lower[x] in self.lex["prepositions"] or self.lower[x] in self.lex["subject_links"]
            ),
            0,
        )
        return bool(link) and any(self._plural_noun(x) for x in range(phrase[0], link))

    def _plural_noun(self, k: int) -> bool:
        w = self.lower[k]
        if w in self.lex["plural_nouns"]:
            return True
        return (
            w.endswith(self.plural)
            and not w.endswith(self.singular)
            and self.is_noun(k)
            and w not in self.possessive
            and len(w) > 3
        )

    def _group_start(self, j: int, a: int, before: str) -> int | None:
        """Left end of the group: over auxiliaries, negation and adverbs, and chains such as "going to"."""
        lex = self.lex
        k = j
        if before in self.to:
            c = self._over_adverbs(k - 1, a)
            if c - 2 >= a and self.lower[c - 1] in self.lex["on"] and self.lower[c - 2] in self.lex["went"]:
                return c - 2
            if c - 1 < a or self.lower[c - 1] not in lex["chains"]:
                return None
            k = c - 1
        while k > a:
            w = self.lower[k - 1]
            if w in self.possessive and self.is_possessive(k - 1):
                break
            if (
                w in self.aux
                or w in self.denials
                or self.is_adverb(k - 1)
                or (w in self.since and k - 2 >= a and self.lower[k - 2] in lex["have"])
            ):
                k -= 1
            elif w in self.to and k - 2 >= a and self.lower[k - 2] in lex["chains"]:
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
                    and self.lower[k] in self.lex["double_particles"]
                    and self.lower[k + 1] in self.lex["second_particles"]
                )
                extra = {"object", "say"} if self.lower[k] in self.lex["strong_particles"] else {"object"}
                return k + 1 + two, frozenset(extra)
        return i + 1, classes
