"""Who speaks: the phrase beside the verb, or the one that an earlier or later part of the sentence names."""

from __future__ import annotations

from zopa.reading.parsing.clauses import Group

from .contents import Contents
from .cues import Range

__all__ = ["Subjects"]


class Subjects(Contents):
    """Walks from a verb to its speaker."""

    def unknown_verb(self, i: int, a: int) -> Group | None:
        """A past form outside the lexicon; it counts only beside a quotation: ``"X," SRC barked``."""
        g = self.g
        if g.lower[i].endswith(g.past) and g.lower[i] not in g.lex.forms and g.words[i].islower() and i > a:
            return Group(i, i, i + 1, g.lower[i], "past", "active", frozenset())
        return None

    def subject(self, group: Group, a: int) -> tuple[Range | None, bool]:
        """The subject beside the verb; else, for a second verb, that of the first."""
        g = self.g
        j = group.start
        source = g.left_phrase(j, a)
        if source:
            return source, False
        if j > a and (g.lower[j - 1] in self.g.lex["coordinators"] or g.words[j - 1] == ","):
            return self.earlier(j, a), True
        return None, False

    def earlier(self, j: int, a: int) -> Range | None:
        """The source of the statement before in this sentence, or the sentence's subject."""
        g = self.g
        near = next((k for k in range(j - 1, a, -1) if g.finite[k] and g.quote_of[k] < 0), -1)
        together = g.lower[j - 1] in g.lex["coordinating"] and near > 0 and not self.used[near]
        for x in reversed(self.out):
            if x.cue and x.cue[0][0] < a:
                break
            if together and x.cue[0][0] < near:
                break
            if x.source and x.cue[0][0] < j:
                return self.antecedent(x.source[0], a)
        for k in range(j - 1, a, -1) if g.lower[j - 1] in g.lex["coordinating"] else range(a, j):
            if g.quote_of[k] >= 0:
                continue
            if g.finite[k] and k > a:
                s = k
                while s > a and (g.is_adverb(s - 1)):
                    s -= 1
                return g.left_phrase(s, a)
        return None

    def antecedent(self, source: Range, a: int) -> Range:
        """For "who" or "which", the phrase that it stands for, when it is beside it."""
        g = self.g
        if g.lower[source[0]] not in g.lex["relative_subjects"] or source[1] - source[0] > 1:
            return source
        j = source[0] - (g.words[source[0] - 1] == ",")
        return (g.left_phrase(j, a) if j > a else None) or source

    def issuer(self, source: Range, a: int) -> Range:
        """``SRC released a statement saying X``: who issued the document; else the phrase as it is."""
        g = self.g
        k = source[0] - 1
        if g.lower[source[1] - 1] not in g.lex["documents"] or k <= a:
            return source
        k -= g.lower[k] in g.lex["issued_particles"]
        while k > a and not g.finite[k] and (g.is_adverb(k) or g.is_noun(k)) and k > source[0] - 3:
            k -= 1
        return (g.left_phrase(k, a) or source) if g.finite[k] else source

    def later(self, group: Group, b: int) -> Range | None:
        """``Saying X, SRC ...``: the phrase after the comma."""
        g = self.g
        for k in range(group.stop, b):
            if g.words[k] == "," and g.quote_of[k] < 0 and k + 1 < b:
                return g.right_phrase(k + 1, b, names=True)
        return None
