"""Who said what, by transparent patterns: source, cue and content as token ranges, with the rule that fired.

Each sentence is read in passes: announced quotations, ``according to``, speakers after or inside their
words (``X, said SRC``), then speakers before their words, left to right. What is taken is not read again.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from zopa.reading.language.lexicon import Lexicon
from zopa.reading.parsing.clauses import Grammar, Group
from zopa.reading.parsing.segment import Segments

from .cues import BREAK, OPEN_END, PAUSE, Attribution, Range
from .nominals import Nominals

__all__ = ["Attribution", "attribute"]


LONGEST_QUOTATION = 200
"""Sentences of one quotation that are kept together; a bound, so that the work stays linear."""


class _Reader(Nominals):
    """One pass over a text."""

    def read(self) -> list[Attribution]:
        seg = self.g.seg
        self.used = [False] * len(seg.words)
        last = -1
        last_sentence = -9
        for n, (a, b) in enumerate(seg.sentences):
            before = len(self.out)
            if self.used[a]:  # a block that the sentence before announced
                last_sentence = n
                continue
            self.sentence(a, b)
            if len(self.out) > before:
                self.out[before:] = sorted(
                    self.out[before:], key=lambda x: x.cue[0] if x.cue else x.content[0]
                )
                last, last_sentence = len(self.out) - 1, n
            elif last >= 0 and n == last_sentence + 1 and (self.quoted(a, b) or self.g.quote_of[a] >= 0):
                whole = self.quoted(a, b)
                self.extend(self.quoting(last), a, b if whole else self.quote_end(a, b))
                last_sentence = n if whole else last_sentence
        return self.out

    def within(self, x: Attribution) -> list[Attribution]:
        """The statements inside a content: the same patterns, its quotation marks taken as said."""
        self.used = self.used or [False] * len(self.g.seg.words)
        self.out = []
        for a, b in x.content:
            for i, j in self._clauses(a, b):
                if j - i > 3:
                    self.used[i:j] = [False] * (j - i)
                    self.sentence(i, j)
        return sorted(self.out, key=lambda y: y.cue[0] if y.cue else y.content[0])

    def _clauses(self, a: int, b: int) -> list[Range]:
        cuts = [a, *(i + 1 for i in range(a, b) if self.g.words[i] in (".", "!", "?")), b]
        return [(i, j) for i, j in itertools.pairwise(cuts) if j > i]

    def quoting(self, last: int) -> int:
        """Of the statements of one sentence, the last one that quotes."""
        g = self.g
        sentence = g.seg.sentence_of[self.out[last].cue[0][0]]
        for k in range(last, max(-1, last - 6), -1):
            x = self.out[k]
            if g.seg.sentence_of[x.cue[0][0]] != sentence:
                break
            if any(g.quote_of[p[1] - 1] >= 0 or g.quote_of[p[0]] >= 0 for p in x.content):
                return k
        return last

    def extend(self, k: int, a: int, b: int) -> None:
        """A quoted sentence directly after a statement goes on with it."""
        x = self.out[k]
        if len(x.content) > LONGEST_QUOTATION:
            return
        self.out[k] = replace(x, content=(*x.content, (a, b)))
        self.take(a, b)

    def sentence(self, a: int, b: int) -> None:
        if self.signed(a, b) or self.colon_line(a, b):
            return
        self.according(a, b)
        self.after_words(a, b)
        g = self.g
        nouns = g.lex["nouns.cue"]
        for i in g.cues(a, b):
            if g.quote_of[i] >= 0 or self.used[i]:
                continue
            if not (g.lower[i] in nouns and self.nominal(i, a, b)) and g.verbal[i]:
                self.before_words(i, a, b)

    def after_words(self, a: int, b: int) -> None:
        """Speakers after or inside their words: only after a pause or a quotation can one stand."""
        g = self.g
        first = next((k for k in range(a, b) if g.words[k] in PAUSE or g.quote_of[k] >= 0), b)
        for i in g.cues(first + 1, b):
            if g.quote_of[i] >= 0 or self.used[i]:
                continue
            group = g.group(i, a, b, inverted=True) or self.unknown_verb(i, a)
            if group and group.voice == "active" and (self.can_follow(group) or self.beside_quote(group, a)):
                self.inverted(group, a, b) or self.final(group, a, b)

    def beside_quote(self, group: Group, a: int) -> bool:
        """``"X," SRC CUE``: the quotation ends with a mark that leaves the sentence open."""
        g = self.g
        if (
            group.slot not in ("past", "third")
            or group.head != group.start
            or group.lemma in g.lex["auxiliaries"]
            or max(g.quote_of[a : group.start], default=-1) < 0
        ):
            return False
        source = g.left_phrase(group.start, a)
        k = source[0] if source else group.start
        return (k - 2 >= a and g.quote_of[k - 1] >= 0 and g.words[k - 2] in OPEN_END) or (
            k - 2 >= a and g.words[k - 1] == "," and g.quote_of[k - 2] >= 0 and "say" in group.classes
        )

    def can_follow(self, group: Group) -> bool:
        return "say" in group.classes and group.slot in ("past", "third", "participle", "base", "ing")

    def inverted(self, group: Group, a: int, b: int) -> bool:
        """``"X," said SRC`` and ``X, said SRC``."""
        g = self.g
        j = group.start
        if group.slot not in ("past", "third") or group.head != group.start or j <= a:
            return False
        quoted = g.quote_of[j - 1] >= 0
        if not quoted and g.words[j - 1] not in PAUSE:
            return False
        source = g.right_phrase(
            group.stop, b, names=not quoted or group.lemma not in g.lex["free_order_verbs"]
        )
        if not source or (
            not quoted and not (g.is_name(source[0]) or g.lower[source[0]] in g.lex["determiners"])
        ):
            return False
        if not quoted and group.lemma not in self.g.lex["inverting"]:
            return False
        if (
            not quoted
            and source[1] < b
            and g.words[source[1]] not in BREAK
            and g.lower[source[1]] not in g.lex["prepositions"]
            and g.lower[source[1]] not in g.lex["weekdays"]
            and g.lower[source[1]] not in g.lex["after_inverted"]
        ):
            return False
        if g.lower[source[0]] in g.lex["object_pronouns"] or g.lower[source[0]] in g.lex["relative_subjects"]:
            return False
        start = self.left_content(a, j, quoted)
        if start is None:
            return False
        if not quoted and not g.has_verb(start, j):
            return False
        self.add(source, (j, group.stop), [(start, j), *self.resumed(source[1], b)], "inverted", group.lemma)
        return True

    def final(self, group: Group, a: int, b: int) -> bool:
        """``"X," SRC said`` and ``X, SRC said, Y``."""
        g = self.g
        source = g.left_phrase(group.start, a)
        if (
            not source
            or source[0] <= a
            or (source[1] != group.start and not self.only_time(source[1], group.start))
        ):
            return False
        c = source[0]
        while c > a and (g.lower[c - 1] in g.lex["as"] or g.is_adverb(c - 1)):
            c -= 1
        quoted = g.quote_of[c - 1] >= 0
        if not quoted and (g.words[c - 1] not in PAUSE or g.lower[source[0]] in g.lex["relative_subjects"]):
            return False
        stop = self.after_cue(group, b)
        open_quote = quoted and c - 2 >= a and g.words[c - 2] in OPEN_END
        if (
            (
                not open_quote
                and stop < b
                and g.words[stop] not in BREAK
                and not (
                    quoted
                    and g.quote_of[stop] < 0
                    and g.lower[stop] in g.lex["prepositions"] | self.g.lex["after_quoted_speaker"]
                )
            )
            and not (quoted and g.quote_of[stop] >= 0)
            and not (not quoted and self.adjunct(group, stop, a, c, b))
        ):
            return False
        if (
            stop < b
            and g.words[stop] in (",", ":")
            and stop + 1 < b
            and g.quote_of[stop + 1] >= 0
            and not quoted
        ):
            return False
        start = self.left_content(a, c, quoted)
        if start is None:
            return False
        # On "This Week," SRC said that
        if quoted and c - start < 7 and not g.lex["that"].isdisjoint(g.lower[stop : stop + 1]):
            return False
        if not quoted and not self.is_content(start, c) and not self.verb_after(stop, b):
            ends = (
                stop >= b - 1
                and c - start > 5
                and g.lower[start] not in g.lex["prepositions"] | g.lex["subordinators"]
            )
            if ends:
                self.add(source, (group.start, group.stop), [(start, c)], "final", group.lemma)
                return True
            inside = stop == group.stop and stop + 1 < b and g.words[stop] == "," == g.words[c - 1]
            if not inside or not g.clause_starts(stop + 1, b):
                return False
            self.add(
                source,
                (group.start, group.stop),
                [(start, c), (stop + 1, g.content_end(stop + 1, b))],
                "inside",
                group.lemma,
            )
            return True
        cue_stop = max(group.stop, stop if self.medium_only(group, stop) else group.stop)
        self.add(source, (group.start, cue_stop), [(start, c), *self.resumed(stop, b)], "final", group.lemma)
        return True

    def adjunct(self, group: Group, stop: int, a: int, c: int, b: int) -> bool:
        """``X, SRC said after two days of talks``: what follows the cue is circumstance, no content."""
        g = self.g
        circumstance = (
            g.lower[stop] in g.lex["prepositions"] or g.lower[stop] in g.lex["circumstance"]
        ) and g.lower[stop] not in g.lex["no_circumstance"]
        return (
            circumstance
            and g.words[c - 1] == ","
            and self.is_content(a, c)
            and self.clause_at(group, b) is None
        )

    def medium_only(self, group: Group, stop: int) -> bool:
        """A medium ("in a statement") belongs to the cue, a recipient or a time does not."""
        k = group.stop
        return (
            stop - k <= 8
            and stop > k
            and self.g.lower[k] in self.g.lex["cue_medium"]
            and not (set(self.g.lower[k:stop]) & self.g.lex["weekdays"])
        )

    def only_time(self, i: int, j: int) -> bool:
        return all(w in self.g.days or w in self.g.lex["time_fillers"] for w in self.g.lower[i:j])

    def according(self, a: int, b: int) -> None:
        g = self.g
        if g.lex["according"].isdisjoint(g.lower[a:b]):
            return
        for i in range(a, b - 2):
            if (
                g.lower[i] not in g.lex["according"]
                or g.lower[i + 1] not in g.lex["to"]
                or self.used[i]
                or g.quote_of[i] >= 0
            ):
                continue
            source = g.right_phrase(i + 2, b)
            if not source:
                continue
            opens = i == a + 2 and g.words[i - 1] == "," and g.lower[a] in g.lex["before_according_comma"]
            if i == a or opens or g.lower[i - 1] in g.lex["before_according"]:
                source = self.according_source(i + 2, source[1], b)
                if source[1] + 1 < b:
                    end = g.content_end(source[1] + 1, b)
                    self.add(source, (i, i + 2), [(source[1] + 1, end)], "according", "according")
                continue
            start = self.left_content(a, i, g.quote_of[i - 1] >= 0)
            if start is None:
                continue
            rest: list[Range] = []
            if (
                source[1] + 2 < b
                and g.words[source[1]] == ","
                and not g.lower[source[1] + 1].endswith(g.ing)
                and g.lower[source[1] + 1] not in self.g.lex["not_resuming_source"]
            ):
                rest = [(source[1] + 1, g.content_end(source[1] + 1, b))]
            self.add(source, (i, i + 2), [(start, i), *rest], "according", "according")

    def according_source(self, i: int, j: int, b: int) -> Range:
        """``According to SRC, X``: the source ends at the first comma after which a clause starts."""
        g = self.g
        for k in range(i + 1, min(j, b - 1)):
            if g.words[k] == "," and g.lower[k + 1] not in g.lex["who_which_whose"]:
                comma = next((x for x in range(k + 1, b) if g.words[x] in BREAK or g.quote_of[x] >= 0), b)
                if g.has_verb(k + 1, comma) and not any(
                    g.lower[x] in g.lex["who_which_whose"] for x in range(k + 1, comma)
                ):
                    return i, k
        return i, j

    def before_words(self, i: int, a: int, b: int) -> None:
        """Read the verb at token ``i`` with its speaker to the left and its content to the right."""
        g = self.g
        group = g.group(i, a, b) or self.unknown_verb(i, a)
        if not group or any(self.used[group.start : group.stop]):
            return
        if group.lemma in g.lex["impersonal"]:
            self.impersonal(group, a, b)
            return
        finite = group.voice in ("active", "participle")
        if (finite and (self.adjective(group, a, b) or self.light(group, a, b))) or self.announced_block(
            group, a, b
        ):
            return
        if not group.classes:
            if not self.unknown_clause(group, b):
                self.announced_quote(group, a, b)
                return
            group = group._replace(classes=frozenset(["say"]))
        if self.opening_inversion(group, a, b):
            return
        if group.voice == "participle":
            self.participle(group, a, b)
        elif group.voice == "passive":
            self.passive(group, a, b)
        elif group.voice == "active":
            self.active(group, a, b)

    def unknown_clause(self, group: Group, b: int) -> bool:
        """A past form outside the lexicon before "that" and a clause."""
        g = self.g
        return (
            group.lemma.endswith(g.past)
            and not g.lex["that"].isdisjoint(g.lower[group.stop : group.stop + 1])
            and g.clause_starts(group.stop + 1, b)
        )

    def active(self, group: Group, a: int, b: int) -> None:
        """``SRC CUE X`` with a verb in the active voice."""
        g = self.g
        if "say" in group.classes and self.bare(group, a, b):
            return
        if group.lemma in g.lex["asking_verbs"] and group.slot == "past" and self.was_asked(group, a, b):
            return
        source, inherited = self.subject(group, a)
        if source is None or (
            g.lower[source[0]] in g.lex["indefinite"] and g.lower[group.start] in g.lex["modals"]
        ):
            return
        found = self.content_right(group, b, g.lower[source[0]] in g.lex["who_which"])
        if not found:
            self.announced_quote(group, a, b)
            return
        cue, content, rule = found
        gap = source[0] - 1
        if rule == "clause" and gap >= a and not inherited and g.lower[gap] in g.lex["relative_objects"]:
            content = [(gap, gap + 1), *content]
        self.add(source, cue, content, rule, group.lemma, inherited=inherited)

    def participle(self, group: Group, a: int, b: int) -> None:
        """``..., adding X``; ``a letter saying X``; ``by saying X``."""
        g = self.g
        j = group.start
        if group.slot != "ing" or any(
            not g.is_adverb(k) and g.lower[k] not in g.lex["plain_denials"] for k in range(j, group.head)
        ):
            return
        inherited = True
        source: Range | None
        if j == a or g.words[j - 1] in PAUSE or g.lower[j - 1] in self.g.lex["before_participle"]:
            if g.lower[j - 1] in self.g.lex["gerund_prepositions"] and "say" not in group.classes and j > a:
                return
            source = self.earlier(j, a) if j > a else self.later(group, b)
        elif (
            g.quote_of[j - 1] < 0
            and g.is_noun(j - 1)
            and g.lower[group.head] in g.lex["reduced"]
            and not g.is_adjective(j - 1)
            and g.lower[j - 1] not in g.lex["possessive"]
        ):
            source, inherited = g.left_phrase(j, a), False
            source = self.issuer(source, a) if source else None
        elif (
            g.quote_of[j - 1] < 0
            and g.is_noun(j - 1)
            and (phrase := g.left_phrase(j, a))
            and phrase[0] > a
            and g.lower[phrase[0] - 1] in g.lex["with"]
        ):
            source, inherited = phrase, False
        elif g.quote_of[j - 1] >= 0:
            source = self.earlier(j, a)
        else:
            return
        if not source:
            return
        found = self.content_right(group, source[0] - 1 if source[0] > group.stop else b)
        if found:
            cue, content, rule = found
            self.add(source, cue, content, rule, group.lemma, inherited=inherited)


def attribute(seg: Segments, lex: Lexicon, nested: bool = True) -> list[Attribution]:
    """All statements of a segmented text, outer ones in order, each followed by those nested in its content."""
    grammar = Grammar(seg, lex)
    outer = _Reader(grammar).read()
    if not nested:
        return outer
    out: list[Attribution] = []
    inside = _Reader(grammar.inside())
    for x in outer:
        out.append(x)
        out += [replace(y, parent=len(out) - 1 - k) for k, y in enumerate(inside.within(x))]
    return out
