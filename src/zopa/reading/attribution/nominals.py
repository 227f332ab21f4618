"""Cues that are no plain verb of saying: nouns, adjectives, light verbs, passives, and what only seems."""

from __future__ import annotations

from zopa.reading.parsing.verb_groups import Group

from .cues import BREAK, Range
from .quotations import Quotations

__all__ = ["Nominals"]


class Nominals(Quotations):
    """The patterns around a noun, an adjective, a light verb or a passive."""

    def nominal(self, i: int, a: int, b: int) -> bool:
        """``her claim that X``, ``SRC's opposition to X``: a noun with its owner."""
        g = self.g
        j = i
        while j > a and (g.is_adjective(j - 1) or g.is_adverb(j - 1)) and j > i - 3:
            j -= 1
        if j <= a or self.used[j - 1]:
            return False
        if g.lower[j - 1] in g.lex["possessives"]:
            source: Range | None = (j - 1, j)
        elif g.lower[j - 1] in g.lex["owner_marks"] and j - 2 >= a:
            source = g.left_phrase(j - 1, a)
            source = (source[0], j) if source else None
        else:
            return False
        k = i + 1
        if not source or k + 1 >= b or any(self.used[source[0] : source[1]]):
            return False
        if g.lower[k] not in self.g.lex["nominal_links"]:
            that = self.that_ahead(k, min(b, k + 8)) if g.lower[k] in g.lex["prepositions"] else 0
            if not that:
                return False
            k = that
        if (g.lower[k] in g.lex["that"] and g.finite[k + 1]) or (
            g.lower[k] not in g.lex["that"]
            and g.quote_of[k + 1] < 0
            and g.quote_of[k + 2 : k + 3] in ([-1], [])
        ):
            return False
        c = k if g.lower[k] in g.lex["kept_links"] else k + 1
        self.add(
            source,
            (j, c),
            [(c, g.content_end(c, b, False, g.lower[k] not in g.lex["that"]))],
            "nominal",
            g.lower[i],
        )
        return True

    def impersonal(self, group: Group, a: int, b: int) -> None:
        """``X seems to VERB``: content on both sides of the cue, and nobody as its source."""
        g = self.g
        k = group.stop
        subject = g.left_phrase(group.start, a)
        if not subject or group.voice != "active" or k >= b or g.words[k] in BREAK:
            return
        if (
            g.lower[k] in g.lex["to"]
            or g.lower[k] in g.lex["that"]
            or g.is_adjective(k)
            or g.lower[k] in g.lex["seeming"]
        ):
            self.add(
                None,
                (group.start, k),
                [subject, (k, g.content_end(k, b, False, True))],
                "impersonal",
                group.lemma,
            )

    def adjective(self, group: Group, a: int, b: int) -> bool:
        """``SRC is reluctant to X``, ``SRC remains opposed to X``."""
        g = self.g
        if group.lemma not in g.lex["adjectives.copulas"]:
            return False
        k = group.stop
        while (
            k < b and (g.is_adverb(k) or g.lower[k] in self.g.lex["before_adjective"]) and k < group.stop + 4
        ):
            k += 1
        if k + 1 >= b or g.lower[k] not in g.lex["adjectives.cue"] or g.quote_of[k] >= 0:
            return False
        c = k + 1
        follows = g.lower[c] in g.lex["adjectives.follow"]
        if not follows and not (g.clause_starts(c, b) and g.words[c] not in BREAK):
            return False
        source, inherited = self.subject(group, a)
        if not source or group.voice == "participle":
            return False
        if g.lower[source[0]] in g.lex["impersonal_subjects"]:
            source = None
        keep = g.lower[c] in self.g.lex["kept_openers"] or not follows
        self.add(
            source,
            (group.start, c),
            [(c if keep else c + 1, g.content_end(c, b, False, g.lower[c] not in g.lex["that"]))],
            "adjective",
            g.lower[k],
            inherited=inherited,
        )
        return True

    def light(self, group: Group, a: int, b: int) -> bool:
        """``SRC expressed concern about X``, ``SRC made a promise to X``: verb and noun are the cue."""
        g = self.g
        if group.lemma not in g.lex["light"]:
            return False
        k = group.stop
        while k < min(b - 2, group.stop + 6) and g.quote_of[k] < 0 and g.words[k] not in BREAK:
            n = k + 1
            while n < b - 2 and g.is_adverb(n):
                n += 1
            if g.lower[k] in g.lex["nouns.cue"] and g.lower[n] in self.g.lex["light_links"]:
                source, inherited = (
                    self.subject(group, a)
                    if group.voice == "active"
                    else (self.earlier(group.start, a), True)
                )
                if not source:
                    return False
                c = n if g.lower[n] in g.lex["kept_links"] else n + 1
                self.add(
                    source,
                    (group.start, c),
                    [(c, g.content_end(c, b, False, True))],
                    "light",
                    group.lemma,
                    inherited=inherited,
                )
                return True
            if g.finite[k] or g.lower[k] in g.lex["prepositions"]:
                return False
            k += 1
        return False

    def was_asked(self, group: Group, a: int, b: int) -> bool:
        """``Asked whether X, SRC said``: nobody is named as asking."""
        g = self.g
        j, k = group.start, group.stop
        if j > a and not (g.lower[j - 1] in g.lex["before_asked"] or g.words[j - 1] == ","):
            return False
        if k >= b or g.lower[k] not in self.g.lex["asked_openers"]:
            return False
        comma = next((x for x in range(k, b) if g.words[x] == "," and g.quote_of[x] < 0), b)
        source = None
        if g.lower[k] in g.lex["by"]:
            source = g.right_phrase(k + 1, comma)
            k = next(
                (x for x in range(k, comma) if g.lower[x] in self.g.lex["asked_questions"]),
                comma,
            )
        if k < comma:
            self.add(
                source, (j, group.stop), [(k + (g.lower[k] in g.lex["about"]), comma)], "asked", group.lemma
            )
        return k < comma

    def passive(self, group: Group, a: int, b: int) -> None:
        """``X was criticized by SRC``; ``X is expected to``: the agent, or nobody."""
        g = self.g
        if not group.classes & {"object", "say", "person"}:
            return
        subject = g.left_phrase(group.start, a)
        if not subject:
            return
        k = group.stop
        if k < b and g.lower[k] in g.lex["by"]:
            source = g.right_phrase(k + 1, b)
            if source and "object" in group.classes and not g.lower[k + 1].endswith(g.ing):
                self.add(source, (group.start, k + 1), [subject], "passive", group.lemma)
            return
        if k < b and (g.lower[k] in g.lex["agentless_links"] and group.lemma in self.g.lex["agentless"]):
            self.add(
                None,
                (group.start, group.stop),
                [subject, (k, g.content_end(k, b, False, True))],
                "passive",
                group.lemma,
            )
        elif (
            group.lemma in g.lex["asking_telling"]
            and (k := self.after_cue(group, b) if g.lex["told_topics"].isdisjoint(g.lower[k : k + 1]) else k)
            < b
            and g.lower[k] in self.g.lex["told_openers"]
        ):
            self.add(None, (group.start, group.stop), [(k, g.content_end(k, b))], "passive", group.lemma)
        elif group.lemma in g.lex["passive"] and (
            k >= b or g.words[k] in BREAK or g.lower[k] in g.lex["after_passive"]
        ):
            self.add(None, (group.start, group.stop), [subject], "passive", group.lemma)
        elif k < b and g.quote_of[k] >= 0 and "say" in group.classes:
            self.add(subject, (group.start, group.stop), [(k, g.content_end(k, b))], "passive", group.lemma)
