"""Where the words of a statement stand: after the cue, before it, or on both sides of their speaker."""

from __future__ import annotations

from zopa.reading.parsing.clauses import Group
from zopa.reading.parsing.segment import DASHES

from .cues import BREAK, PAUSE, Marks, Range

__all__ = ["COLON_AHEAD", "Contents"]

COLON_AHEAD = 22
"""Tokens within which a colon before a quotation is looked for."""


class Contents(Marks):
    """Walks from a cue to its content."""

    # -------------------------------------------------------- after the cue

    def after_cue(self, group: Group, b: int) -> int:
        """First token after the cue's recipient, medium and time."""
        g, lex = self.g, self.g.lex
        k = group.stop
        if group.lemma in lex["recipient"] or (
            k < b and g.lower[k] in lex["recipient_links"] and group.lemma in self.g.lex["says_to"]
        ):
            k = self.recipient(group, k, b)
        for _ in range(3):
            k0 = k
            k = self.time(k, b)
            k = self.medium(k, b)
            if k == k0:
                break
        return k

    def recipient(self, group: Group, k: int, b: int) -> int:
        """First token after the person who is told: ``told reporters | that``."""
        g, lex = self.g, self.g.lex
        if k < b and g.lower[k] in lex["recipient_links"] and group.lemma not in lex["telling_verbs"]:
            k += 1
        if k >= b or g.quote_of[k] >= 0 or g.lower[k] in lex["no_recipient"]:
            return k
        w = g.lower[k]
        if w in lex["object_pronouns"] or w in lex["short_recipients"]:
            owner = w in lex["her"] and k + 1 < b and g.is_noun(k + 1) and not g.finite[k + 1]
            if not owner:
                return k + 1
        if group.lemma not in lex["needs_recipient"] and g.lower[k - 1] not in lex["recipient_links"]:
            return k
        if w in lex["subject_pronouns"] or w in lex["there"]:
            return k
        start = k
        while k < min(b, start + 12) and not self.recipient_ends(k, start):
            k += 1
        return k

    def recipient_ends(self, k: int, start: int) -> bool:
        """Whether the words for the recipient end before token ``k``."""
        g, lex = self.g, self.g.lex
        w = g.lower[k]
        if g.quote_of[k] >= 0 or w in BREAK or w in lex["recipient_ends"]:
            return True
        if k == start:
            return False
        if w in lex["subject_pronouns"]:
            return w not in lex["who"]
        if w in lex["there"] or w in lex["weekdays"] or w in lex["recipient_breaks"]:
            return True
        before = g.lower[k - 1]
        if w in g.specifiers:
            return before not in lex["prepositions"] and before not in lex["joined"]
        return (
            g.is_name(k)
            and not g.is_name(k - 1)
            and before.endswith(g.plural)
            and before not in lex["possessive"]
        )

    def time(self, k: int, b: int) -> int:
        """First token after a time: ``on Wednesday``, ``late last week``."""
        g, lex = self.g, self.g.lex
        start = k
        while k < b and g.is_adverb(k) and g.lower[k] not in lex["not"] and k - start < 2:
            k += 1
        if k < b and g.lower[k] in self.g.lex["time_openers"]:
            x = k
            while x < min(b, k + 5) and (
                g.lower[x] in self.g.lex["time_words"]
                or g.lower[x] in g.days
                or g.lower[x] in lex["months"]
                or g.words[x].isdigit()
                or g.lower[x] in self.g.lex["time_units"]
            ):
                x += 1
            if x > k and (
                g.lower[x - 1] in g.days
                or g.lower[x - 1] in lex["months"]
                or g.words[x - 1].isdigit()
                or g.lower[x - 1] in self.g.lex["time_closers"]
            ):
                return x
        while k < b and (g.lower[k] in lex["weekdays"] or g.lower[k] in self.g.lex["day_words"]):
            k += 1
        if k > start and g.lower[k - 1] in g.days:
            return k
        return start

    def medium(self, k: int, b: int) -> int:
        """``in a statement``, ``on Twitter``, ``at a rally in Ohio``, ``during a debate``."""
        g, lex = self.g, self.g.lex
        if k + 1 >= b or g.lower[k] not in self.g.lex["medium_openers"]:
            return k
        if g.lower[k] in self.g.lex["not_medium"] and g.lower[k] not in lex["to"]:
            return k
        nxt = g.lower[k + 1]
        if not (nxt in g.specifiers or g.is_name(k + 1) or nxt in self.g.lex["medium_nouns"]):
            return k
        x = k + 1
        top = min(b, k + 16)
        while x < top:
            w = g.lower[x]
            if g.quote_of[x] >= 0 or w in BREAK or w in lex["that"]:
                return x
            if w in lex["subject_pronouns"] and w not in lex["who"]:
                return x
            if (
                x > k + 2
                and w in g.specifiers
                and g.lower[x - 1] not in lex["prepositions"]
                and g.lower[x - 1] not in lex["and"]
            ):
                return x
            if (
                x > k + 2
                and g.is_name(x)
                and not g.is_name(x - 1)
                and g.lower[x - 1] not in lex["prepositions"]
                and g.lower[x - 1] not in lex["inside_medium"]
                and g.lower[x - 1] not in g.specifiers
                and g.lower[x] not in lex["weekdays"]
            ):
                return x
            x += 1
        return x if x == b else k

    def content_right(
        self, group: Group, b: int, relative: bool = False
    ) -> tuple[Range, list[Range], str] | None:
        """Cue and content of ``CUE (recipient) (medium) (time) [that] X``; None when it is no statement."""
        g = self.g
        k = group.stop
        if k >= b:
            return None
        w = g.lower[k]
        x = self.time(k, b)
        if x < b and g.lower[x] in g.lex["to"] and "infinitive" in group.classes:
            k, w = x, "to"
        if ("infinitive" in group.classes and w in g.lex["to"]) or (
            "infinitive" in group.classes
            and w in g.lex["not"]
            and k + 1 < b
            and g.lower[k + 1] in g.lex["to"]
        ):
            return (group.start, group.stop), [(k, g.content_end(k, b, relative, True))], "infinitive"
        colon = self.colon_ahead(k, b)
        if "person" in group.classes:
            to = self.person_to(k, b)
            if to:
                keep = group.lemma not in g.lex["recipient"] or group.lemma in g.lex["keeps_person"]
                return (
                    (group.start, group.stop),
                    [(k if keep else to, g.content_end(to, b, relative, True))],
                    "person",
                )
        if "say" in group.classes:
            c = self.clause_at(group, b)
            if c is not None:
                return (group.start, group.stop), [(c, g.content_end(c, b, relative))], "clause"
        if colon:
            lead = [(k, colon)] if colon - k > 1 and "object" in group.classes else []
            return (group.start, group.stop), [*lead, (colon + 1, g.content_end(colon + 1, b))], "colon"
        if "object" in group.classes:
            return self.object_right(group, k, b, relative)
        return None

    def colon_ahead(self, k: int, b: int) -> int:
        """A colon before a quotation within a few words."""
        g = self.g
        stop = min(b - 1, k + COLON_AHEAD)
        if ":" not in g.words[k:stop]:
            return 0
        for x in range(k, stop):
            if g.quote_of[x] >= 0 or (g.words[x] == "," and g.lower[x + 1].endswith(g.ing)):
                return 0
            if g.words[x] == ":":
                return x if g.quote_of[x + 1] >= 0 else 0
        return 0

    def person_to(self, k: int, b: int) -> int:
        """Position of "to" in ``somebody to VERB``; 0 when there is none."""
        g = self.g
        for x in range(k + 1, min(b - 1, k + 12)):
            w = g.lower[x]
            if w in g.lex["to"] and (
                g.lower[x + 1] in g.lex["be"] | g.lex["have"] | g.lex["do"]
                or any(s == "base" for _, s in g.lex.forms.get(g.lower[x + 1], ()))
                or not (g.lower[x + 1] in g.specifiers or g.is_name(x + 1))
            ):
                return x
            if w in BREAK or g.quote_of[x] >= 0 or g.finite[x] or w in self.g.lex["not_person_to"]:
                return 0
        return 0

    def clause_at(self, group: Group, b: int) -> int | None:
        """Where the clause or quotation of a verb of saying starts."""
        g = self.g
        k = self.after_cue(group, b)
        if k >= b:
            return None
        aside = self.after_aside(k, b)
        if aside:
            return aside
        pause = g.words[k] in (",", ":") and k + 1 < b
        if pause and (g.quote_of[k + 1] >= 0 or k > group.stop or g.clause_starts(k + 1, b)):
            return self.clause_after_pause(group, k + 1, b)
        if g.quote_of[k] >= 0:
            return k
        if g.words[k] in BREAK:
            return None
        if g.lower[k] in g.lex["clause_openers"]:
            return k if self.may_ask(group, g.lower[k]) else None
        return self.clause_beside(group, k, b)

    def after_aside(self, k: int, b: int) -> int:
        """``said - on Twitter, as it happens - that X``: the "that" after the aside; 0 when there is none."""
        g = self.g
        if g.words[k] not in PAUSE:
            return 0
        close = next((x for x in range(k + 2, min(k + 14, b - 1)) if g.words[x] == g.words[k]), 0)
        return close + 1 if close and g.lower[close + 1] in g.lex["that"] and g.quote_of[close + 1] < 0 else 0

    def clause_after_pause(self, group: Group, k: int, b: int) -> int | None:
        """A content after a comma or colon: a quotation, "that", or a clause where the cue allows it."""
        g = self.g
        if g.quote_of[k] >= 0 or g.lower[k] in g.lex["that"]:
            return k
        source = g.left_phrase(group.start, g.seg.sentences[g.seg.sentence_of[group.head]][0])
        as_said = source is not None and source[0] > 0 and g.lower[source[0] - 1] in g.lex["as"]
        allowed = as_said or (k - 1 > group.stop and self.plain_say(group))
        return k if allowed and g.clause_starts(k, b) else None

    def may_ask(self, group: Group, opener: str) -> bool:
        """Whether the verb takes a clause that starts with this question word."""
        if opener in self.g.lex["question_openers"] and group.lemma not in self.g.lex["takes_question"]:
            return False
        return not (opener in self.g.lex["when"] and group.lemma in self.g.lex["not_asking_when"])

    def clause_beside(self, group: Group, k: int, b: int) -> int | None:
        """A content right after the cue that no mark or opener shows."""
        g, w = self.g, self.g.lower[k]
        preposition = w in g.lex["prepositions"]
        if preposition or group.lemma in g.lex["recipient"]:
            that = self.that_ahead(k, b)
            if that:
                return that
        if preposition:
            comma = next((x for x in range(k, min(k + 8, b - 1)) if g.words[x] in BREAK), b)
            if comma + 1 < b and g.words[comma] == "," and g.quote_of[comma + 1] >= 0:
                return comma + 1
        if w in g.lex["to"]:
            return k if group.lemma in g.lex["to_clause_verbs"] else None
        told = group.lemma in g.lex["asking_telling"] and k > group.stop and preposition
        clause = g.clause_starts(k, b) or (g.finite[k] and self.plain_say(group))
        brief = group.lemma in g.lex["brief_verbs"] and b - k > 2 and not preposition
        return k if told or clause or brief else None

    def that_ahead(self, k: int, b: int) -> int:
        """``wrote for the Post that X``: the "that" after a prepositional phrase."""
        g = self.g
        for x in range(k, min(k + 14, b - 1)):
            if g.lower[x] in g.lex["that"]:
                return x
            if g.words[x] in BREAK or g.quote_of[x] >= 0 or g.finite[x]:
                return 0
        return 0

    def plain_say(self, group: Group) -> bool:
        """A verb after which a clause needs no "that"."""
        return group.lemma in self.g.lex["plain_say"]

    def object_right(
        self, group: Group, k: int, b: int, relative: bool
    ) -> tuple[Range, list[Range], str] | None:
        """The noun phrase that is the content of a verb of attitude or decision."""
        g = self.g
        w = g.lower[k]
        x = self.time(k, b)
        if x < b and x > k:
            k, w = x, g.lower[x]
        if (
            group.lemma in g.lex["naming_verbs"]
            and group.slot == "past"
            and g.is_name(k)
            and group.start >= 2
            and g.lower[group.start - 2] in g.lex["before_call"]
        ):
            return None
        if (
            g.quote_of[k] >= 0
            or w in g.specifiers
            or w in g.lex["object_pronouns"]
            or w in g.lex["object_words"]
            or g.is_noun(k)
            or w in self.g.lex["clausal_objects"]
        ):
            if w in BREAK:
                return None
            return (
                (group.start, group.stop),
                [(k, g.content_end(k, b, relative, w not in self.g.lex["clausal_objects"]))],
                "object",
            )
        return None

    # -------------------------------------------------------- before the cue, and around its speaker

    def is_content(self, i: int, j: int) -> bool:
        """A clause rather than an adverbial before a comma."""
        g = self.g
        w = g.lower[i]
        if not g.has_verb(i, j) or j - i < 4:
            return False
        if w in self.g.lex["adverbial_openers"]:
            comma = next((k for k in range(i, j) if g.words[k] == ","), j)
            return g.has_verb(comma, j) and w not in g.lex["not_adverbial"]
        return not (w.endswith(g.ing) and not g.has_verb(i + 1, min(i + 6, j)))

    def verb_after(self, k: int, b: int) -> bool:
        """``The two nations, Xi said, now have``: the clause goes on with its verb."""
        g = self.g
        if k + 1 >= b or g.words[k] != ",":
            return False
        k += 1
        while k < b and g.is_adverb(k):
            k += 1
        return k < b and g.finite[k] and g.quote_of[k] < 0

    def left_content(self, a: int, j: int, quoted: bool) -> int | None:
        """Start of the content that ends before ``j``."""
        g = self.g
        start = self.after_dateline(a, j)
        for k in range(j - 1, start - 1, -1):
            if self.used[k]:
                start = k + 1
                break
        if start >= j:
            return None
        if quoted:
            q = g.quote_of[j - 1]
            first = max(start, g.seg.quotes[q].start) if q >= 0 else start
            # words before the quotation belong to it unless they hold a speaker of their own
            lead = any(g.lower[k] in g.lex["reporting"] for k in range(start, first))
            if lead or (
                (first - start > 0 and g.words[first - 1] in (",", ":", ".")) and not g.has_verb(start, first)
            ):
                return first
        return start

    def after_dateline(self, a: int, j: int) -> int:
        """``TARNBERG (Wire) — X``: where the sentence itself starts."""
        g = self.g
        if not g.words[a].isupper() or len(g.words[a]) < 3 or a != self.line_start(a):
            return a
        return next((k + 1 for k in range(a + 1, min(a + 12, j)) if g.words[k] in DASHES), a)

    def resumed(self, i: int, b: int) -> list[Range]:
        """The second half of a content that its speaker interrupts."""
        g = self.g
        if i >= b:
            return []
        k = i
        while k < b and g.quote_of[k] < 0 and g.words[k] not in BREAK:
            k += 1
            if k - i > 14:
                return []
        if k < b and g.quote_of[k] >= 0:
            return [(k, self.quote_end(k, b))]
        if k + 1 >= b or g.words[k] == ".":
            return []
        w = g.lower[k + 1]
        if g.quote_of[k + 1] >= 0:
            return [(k + 1, g.content_end(k + 1, b))]
        later = next((x for x in range(k + 1, min(k + 14, b)) if g.quote_of[x] >= 0), 0)
        if later and g.words[later - 1] == "," and (w.endswith(g.ing) or w in g.lex["resumes_after_quote"]):
            return [(later, g.content_end(later, b))]
        conj = w in g.lex["resuming_conjunctions"] and k + 2 < b
        if (
            k == i
            and conj
            and (g.quote_of[k + 2] >= 0 or (w in g.lex["while"] and g.clause_starts(k + 2, b)))
            and not g._reporting_follows(k + 2, b)
        ):
            return [(k + 1, g.content_end(k + 2, b))]
        if k == i and w in self.g.lex["resuming"] and g.clause_starts(k + 1, b):
            return [(k + 1, g.content_end(k + 1, b))]
        if k > i or w.endswith(g.ing) or w in self.g.lex["not_resuming"] or w in g.lex["weekdays"]:
            return []
        end = g.content_end(k + 1, b)
        return [(k + 1, end)] if end - k > 2 else []
