"""Quotations that are announced: by a colon, a line of their own, a paragraph end, or a bare verb before them."""

from __future__ import annotations

from zopa.reading.parsing.clauses import Group
from zopa.reading.parsing.segment import DASHES

from .contents import COLON_AHEAD
from .cues import BREAK
from .subjects import Subjects

__all__ = ["Quotations"]

ANNOUNCED = 5
"""Tokens that may stand between a verb and the comma before the quotation that it announces."""


class Quotations(Subjects):
    """The patterns in which a quotation follows its announcement."""

    def colon_line(self, a: int, b: int) -> bool:
        """``NAME: words`` at the start of a line: an interview, a transcript, a headline."""
        g = self.g
        if ":" not in g.words[a + 1 : min(a + 30, b - 1)]:
            return False
        for k in range(a + 1, min(a + 30, b - 1)):
            if (
                g.words[k] == ":"
                and g.quote_of[k] < 0
                and g.quote_of[k + 1] >= 0
                and self.colon_name(k, a, b)
            ):
                return True
            if g.quote_of[k] >= 0:
                break
        for k in range(a + 1, min(a + 7, b - 1)):
            if g.words[k] == ":" and (a == self.line_start(a) or g.quote_of[k + 1] >= 0):
                w = g.words[k + 1]
                name = all(
                    g.is_name(x) or g.lower[x] in g.lex["name_links"] or g.words[x].isupper()
                    for x in range(a, k)
                )
                if (
                    not name
                    or g.quote_of[a] >= 0
                    or not (w[0].isupper() or g.quote_of[k + 1] >= 0)
                    or g.words[a][0].isdigit()
                ):
                    return False
                if not (g.quote_of[k + 1] >= 0 or g.words[a].isupper() or g.has_verb(k + 1, b)):
                    return False
                self.add((a, k), (k, k + 1), [(k + 1, b)], "line", ":")
                return True
            if g.words[k] in ",.;?!" or g.quote_of[k] >= 0:
                return False
        return False

    def colon_name(self, k: int, a: int, b: int) -> bool:
        """``... - NAME: "X"``: nothing but a name between a dash or the start and the colon."""
        g = self.g
        source = g.left_phrase(k, a)
        if not source or not any(g.is_name(x) for x in range(*source)):
            return False
        if source[0] > a and g.words[source[0] - 1] not in DASHES:
            return False
        if any(g.lower[x] in g.lex.forms and not g.is_name(x) for x in range(*source)):
            return False
        self.add(source, (k, k + 1), [(k + 1, b)], "line", ":")
        return True

    def signed(self, a: int, b: int) -> bool:
        """``- NAME`` on a line of its own, under a quotation."""
        g = self.g
        if g.words[a] not in DASHES or not 1 < b - a < 14 or a == 0 or g.quote_of[a - 1] < 0:
            return False
        source = g.right_phrase(a + 1, b, names=True)
        q = g.seg.quotes[g.quote_of[a - 1]]
        if not source or not g.is_name(a + 1) or any(self.used[q.start : q.stop]):
            return False
        self.add(source, (a, a + 1), [(q.start, q.stop)], "signed", "-")
        return True

    def announced_block(self, group: Group, a: int, b: int) -> bool:
        """``SRC wrote:`` at the end of a paragraph: the next paragraph is the content."""
        g = self.g
        if (
            g.words[b - 1] != ":"
            or b >= len(g.words)
            or b - group.stop > 12
            or group.voice not in ("active", "participle")
        ):
            return False
        if "say" not in group.classes and g.quote_of[b] < 0:
            return False
        if any(g.finite[x] for x in range(group.stop, b)):
            return False
        source, inherited = (
            self.subject(group, a) if group.voice == "active" else (self.earlier(group.start, a), True)
        )
        if not source:
            return False
        stop = b
        for n in range(g.seg.sentence_of[b], len(g.seg.sentences)):
            x, y = g.seg.sentences[n]
            if x > b and (
                (g.quote_of[b] >= 0 and not (self.quoted(x, y) and g.quote_of[y - 1] >= 0))
                or g.seg.text[g.seg.end[x - 1] : g.seg.begin[x]].find("\n") >= 0
            ):
                break
            stop = y
            if stop - b > 300:
                break
        self.add(source, (group.start, b), [(b, stop)], "block", group.lemma, inherited=inherited)
        return True

    def announced_quote(self, group: Group, a: int, b: int) -> None:
        """Any verb before a colon and a quotation: ``SRC continued: "X"``."""
        g = self.g
        if group.voice == "passive" or group.voice == "infinitive":
            return
        k = group.stop
        if max(g.quote_of[k : min(b, k + ANNOUNCED + COLON_AHEAD + 1)], default=-1) < 0:
            return
        while (
            k < min(b, group.stop + ANNOUNCED)
            and g.quote_of[k] < 0
            and g.words[k] not in BREAK
            and not g.finite[k]
        ):
            k += 1
        direct = k + 1 < b and g.words[k] == "," and g.quote_of[k + 1] >= 0 and self.full_quote(k + 1)
        if (
            direct
            and k > group.stop
            and not (
                g.lower[group.stop] in g.lex["prepositions"]
                or g.lower[group.stop] in g.lex["before_quotation"]
            )
        ):
            direct = False
        if not direct:
            k = group.stop
        colon = self.colon_ahead(k, b)
        if colon and any(g.words[x] == "," or g.finite[x] for x in range(k, colon)):
            colon = 0
        if not colon and not direct:
            return
        source, inherited = (
            self.subject(group, a) if group.voice == "active" else (self.earlier(group.start, a), True)
        )
        if source:
            c = colon + 1 if colon else k + 1
            self.add(
                source,
                (group.start, c - 1),
                [(c, g.content_end(c, b))],
                "colon",
                group.lemma,
                inherited=inherited,
            )

    def bare(self, group: Group, a: int, b: int) -> bool:
        """``SRC agreed. "X"``: the quotation after the full stop is the content."""
        g = self.g
        if b >= len(g.words) or g.quote_of[b] < 0 or group.slot == "ing" or b - group.stop > 8:
            return False
        if any(
            g.words[x] in BREAK or g.finite[x] or g.quote_of[x] >= 0 or g.lower[x] in g.lex["that"]
            for x in range(group.stop, b - 1)
        ):
            return False
        n = g.seg.sentence_of[b]
        x, y = g.seg.sentences[n]
        w = g.lower[group.stop]
        if group.stop < b - 1 and not (
            g.is_adverb(group.stop) or w in g.lex["prepositions"] or w in g.lex["object_pronouns"]
        ):
            return False
        if (
            not self.quoted(x, y)
            or g.quote_of[y - 1] < 0
            or "\n" in g.seg.text[g.seg.end[b - 1] : g.seg.begin[b]]
        ):
            return False
        source, inherited = self.subject(group, a)
        if source:
            self.add(source, (group.start, group.stop), [(x, y)], "bare", group.lemma, inherited=inherited)
        return bool(source)

    def opening_inversion(self, group: Group, a: int, b: int) -> bool:
        """``Said SRC, "X"`` at the start of a sentence."""
        g = self.g
        if group.start != a or group.slot not in ("past", "third") or "say" not in group.classes:
            return False
        source = g.right_phrase(group.stop, b, names=True)
        pause = next(
            (x for x in range(group.stop + 1, min(group.stop + 25, b - 1)) if g.quote_of[x + 1] >= 0), 0
        )
        if (
            source
            and g.words[b - 1] == ":"
            and b < len(g.words)
            and b - group.stop < 12
            and g.quote_of[b] >= 0
        ):
            self.add(
                (source[0], b - 1),
                (a, group.stop),
                [(b, g.seg.sentences[g.seg.sentence_of[b]][1])],
                "block",
                group.lemma,
            )
            return True
        if not source or not pause or g.words[pause] not in (",", ":"):
            return False
        self.add(
            (source[0], pause),
            (a, group.stop),
            [(pause + 1, g.content_end(pause + 1, b))],
            "inverted",
            group.lemma,
        )
        return True
