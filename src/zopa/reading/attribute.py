"""Who said what, by transparent patterns: source, cue and content as token ranges, with the rule that fired.

Each sentence is read in three passes: speakers after or inside their words (``X, said SRC``),
``according to``, then speakers before their words, left to right. What is taken is not read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .grammar import Grammar, Group
from .lexicon import Lexicon
from .segment import DASHES, Segments

__all__ = ["Attribution", "attribute"]

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attribution:
    """One statement as half-open token ranges; an empty source is an implicit one."""

    source: tuple[Range, ...]
    cue: tuple[Range, ...]
    content: tuple[Range, ...]
    rule: str
    lemma: str
    inherited: bool = False
    """The source is named elsewhere than beside this cue."""
    parent: int | None = None


@dataclass
class _Reader:
    """The state of one pass over a text."""

    g: Grammar
    out: list[Attribution] = field(default_factory=list)
    used: list[bool] = field(default_factory=list)

    # -------------------------------------------------------- the passes

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
                self.out[before:] = sorted(self.out[before:], key=lambda x: x.cue[0] if x.cue else x.content[0])
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
        return [(i, j) for i, j in zip(cuts, cuts[1:], strict=False) if j > i]

    def quoted(self, a: int, b: int) -> bool:
        """At least 85 % of the sentence stands inside quotation marks."""
        inside = sum(self.g.quote_of[i] >= 0 for i in range(a, b))
        return inside >= 0.85 * (b - a) and b - a > 2

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
        self.out[k] = replace(x, content=(*x.content, (a, b)))
        self.take(a, b)

    def take(self, a: int, b: int) -> None:
        self.used[a:b] = [True] * (b - a)

    def add(self, source: Range | None, cue: Range, content: list[Range], rule: str, lemma: str, **more: bool) -> None:
        content = [self.trim(p) for p in content if p[1] > p[0]]
        content = sorted(p for p in content if p[1] > p[0])
        if not content or not any(w[0].isalnum() for p in content for w in self.g.words[p[0] : p[1]]):
            return
        self.out.append(Attribution((source,) if source else (), (cue,), tuple(content), rule, lemma, **more))
        for p in (*([source] if source and not more.get("inherited") else []), cue, *content):
            self.take(*p)

    def trim(self, p: Range) -> Range:
        """Cut leading commas and conjunctions and trailing marks that are not quoted."""
        a, b = p
        g = self.g
        while a < b and g.quote_of[a] < 0 and (g.words[a] in ",;:—–--" or g.lower[a] in ("but", "and", "or")):
            a += 1
        while a < b and g.quote_of[b - 1] < 0 and g.words[b - 1] in (",", ";", ":", ".", "?", "!", "--", "—", "–", "..."):
            b -= 1
        return a, b

    def sentence(self, a: int, b: int) -> None:
        if self.signed(a, b) or self.colon_line(a, b):
            return
        self.according(a, b)
        self.after_words(a, b)
        g = self.g
        i = a
        while i < b:
            q = self.g.quote_of[i]
            if q >= 0:
                i = max(i + 1, min(self.g.seg.quotes[q].stop, b))
                continue
            if not self.used[i] and not (g.lower[i] in g.lex["nouns.cue"] and self.nominal(i, a, b)):
                self.before_words(i, a, b)
            i += 1
        self.orphan_quotes(a, b)

    # -------------------------------------------------------- SRC: "X"

    def colon_line(self, a: int, b: int) -> bool:
        """``NAME: words`` at the start of a line: an interview, a transcript, a headline."""
        g = self.g
        for k in range(a + 1, min(a + 30, b - 1)):
            if g.words[k] == ":" and g.quote_of[k] < 0 and g.quote_of[k + 1] >= 0 and self.colon_name(k, a, b):
                return True
            if g.quote_of[k] >= 0:
                break
        for k in range(a + 1, min(a + 7, b - 1)):
            if g.words[k] == ":" and (a == self.line_start(a) or g.quote_of[k + 1] >= 0):
                w = g.words[k + 1]
                name = all(g.is_name(x) or g.lower[x] in ("of", "the", "(", ")", "-", "de", "von") or g.words[x].isupper() for x in range(a, k))
                if not name or g.quote_of[a] >= 0 or not (w[0].isupper() or g.quote_of[k + 1] >= 0) or g.words[a][0].isdigit():
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

    def line_start(self, a: int) -> int:
        t = self.g.seg.text
        x = self.g.seg.begin[a]
        return a if x == 0 or t[:x].rstrip(" ")[-1:] in ("\n", "") else -1

    # -------------------------------------------------------- "X," SRC CUE / "X," CUE SRC

    def after_words(self, a: int, b: int) -> None:
        g = self.g
        i = a + 1
        while i < b:
            if g.quote_of[i] >= 0 or self.used[i]:
                i += 1
                continue
            group = g.group(i, a, b, inverted=True) or self.unknown_verb(i, a)
            if group and group.voice == "active" and (self.can_follow(group) or self.beside_quote(group, a)):
                self.inverted(group, a, b) or self.final(group, a, b)
            i += 1

    def unknown_verb(self, i: int, a: int) -> Group | None:
        """A past form outside the lexicon; it counts only beside a quotation: ``"X," SRC barked``."""
        g = self.g
        if g.lower[i].endswith("ed") and g.lower[i] not in g.lex.forms and g.words[i].islower() and i > a:
            return Group(i, i, i + 1, g.lower[i], "past", "active", frozenset())
        return None

    def beside_quote(self, group: Group, a: int) -> bool:
        """``"X," SRC CUE``: the quotation ends with a mark that leaves the sentence open."""
        g = self.g
        if group.slot not in ("past", "third") or group.head != group.start or group.lemma in ("be", "have", "do"):
            return False
        source = g.left_phrase(group.start, a)
        k = source[0] if source else group.start
        return k - 2 >= a and g.quote_of[k - 1] >= 0 and g.words[k - 2] in (",", "?", "!", "--", "—", "...", "…") or (
            k - 2 >= a and g.words[k - 1] == "," and g.quote_of[k - 2] >= 0 and "say" in group.classes)

    def can_follow(self, group: Group) -> bool:
        return "say" in group.classes and group.slot in ("past", "third", "participle", "base", "ing")

    def inverted(self, group: Group, a: int, b: int) -> bool:
        """``"X," said SRC`` and ``X, said SRC``."""
        g = self.g
        j = group.start
        if group.slot not in ("past", "third") or group.head != group.start or j <= a:
            return False
        quoted = g.quote_of[j - 1] >= 0
        if not quoted and g.words[j - 1] not in _PAUSE:
            return False
        source = g.right_phrase(group.stop, b, names=not quoted or group.lemma not in ("say", "add", "write", "ask"))
        if not source or not quoted and not (g.is_name(source[0]) or g.lower[source[0]] in g.lex["determiners"]):
            return False
        if not quoted and group.lemma not in ("say", "add", "note", "write", "report", "explain", "argue", "tweet"):
            return False
        if not quoted and source[1] < b and g.words[source[1]] not in _BREAK and g.lower[source[1]] not in g.lex["prepositions"] | g.lex["weekdays"] | {"when", "after", "as"}:
            return False
        if g.lower[source[0]] in g.lex["object_pronouns"] or g.lower[source[0]] in ("who", "which", "that"):
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
        if not source or source[0] <= a or source[1] != group.start and not self.only_time(source[1], group.start):
            return False
        c = source[0]
        while c > a and (g.lower[c - 1] == "as" or g.is_adverb(c - 1)):
            c -= 1
        quoted = g.quote_of[c - 1] >= 0
        if not quoted and (g.words[c - 1] not in _PAUSE or g.lower[source[0]] in ("who", "which", "that")):
            return False
        stop = self.after_cue(group, b)
        open_quote = quoted and c - 2 >= a and g.words[c - 2] in (",", "?", "!", "--", "—", "...", "…", "-")
        if not open_quote and stop < b and g.words[stop] not in _BREAK and not (quoted and g.quote_of[stop] < 0 and g.lower[stop] in g.lex["prepositions"] | {"when", "as", "while", "after", "before", "to", "and", "but", "because"}):
            if not (quoted and g.quote_of[stop] >= 0) and not (not quoted and self.adjunct(group, stop, a, c, b)):
                return False
        if stop < b and g.words[stop] in (",", ":") and stop + 1 < b and g.quote_of[stop + 1] >= 0 and not quoted:
            return False
        start = self.left_content(a, c, quoted)
        if start is None:
            return False
        if quoted and c - start < 7 and g.lower[stop : stop + 1] == ["that"]:  # On "This Week," SRC said that
            return False
        if not quoted and not self.is_content(start, c) and not self.verb_after(stop, b):
            ends = stop >= b - 1 and c - start > 5 and g.lower[start] not in g.lex["prepositions"] | g.lex["subordinators"]
            if ends:
                self.add(source, (group.start, group.stop), [(start, c)], "final", group.lemma)
                return True
            inside = stop == group.stop and stop + 1 < b and g.words[stop] == "," == g.words[c - 1]
            if not inside or not g.clause_starts(stop + 1, b):
                return False
            self.add(source, (group.start, group.stop), [(start, c), (stop + 1, g.content_end(stop + 1, b))], "inside", group.lemma)
            return True
        cue_stop = max(group.stop, stop if self.medium_only(group, stop) else group.stop)
        self.add(source, (group.start, cue_stop), [(start, c), *self.resumed(stop, b)], "final", group.lemma)
        return True

    def adjunct(self, group: Group, stop: int, a: int, c: int, b: int) -> bool:
        """``X, SRC said after two days of talks``: what follows the cue is circumstance, no content."""
        g = self.g
        circumstance = g.lower[stop] in g.lex["prepositions"] | {"as", "when"} and g.lower[stop] not in ("of", "about", "to", "with")
        return circumstance and g.words[c - 1] == "," and self.is_content(a, c) and self.clause_at(group, b) is None

    def medium_only(self, group: Group, stop: int) -> bool:
        """A medium ("in a statement") belongs to the cue, a recipient or a time does not."""
        k = group.stop
        return stop - k <= 8 and stop > k and self.g.lower[k] in ("in", "on", "at", "via") and not (set(self.g.lower[k:stop]) & self.g.lex["weekdays"])

    def only_time(self, i: int, j: int) -> bool:
        times = self.g.lex["weekdays"] | self.g.lex["times"] | {"on", "late", "early", "in", "a"}
        return all(w in times for w in self.g.lower[i:j])

    def is_content(self, i: int, j: int) -> bool:
        """A clause rather than an adverbial before a comma."""
        g = self.g
        w = g.lower[i]
        if not g.has_verb(i, j) or j - i < 4:
            return False
        if w in ("when", "after", "asked", "while", "as", "since", "before", "until", "where", "following", "though", "although", "who", "which"):
            comma = next((k for k in range(i, j) if g.words[k] == ","), j)
            return g.has_verb(comma, j) and w not in ("asked", "following", "who", "which")
        return not (w.endswith("ing") and not g.has_verb(i + 1, min(i + 6, j)))

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
            if lead or (first - start > 0 and g.words[first - 1] in (",", ":", ".")) and not g.has_verb(start, first):
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
        while k < b and g.quote_of[k] < 0 and g.words[k] not in _BREAK:
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
        if later and g.words[later - 1] == "," and (w.endswith("ing") or w in ("who", "a", "the")):
            return [(later, g.content_end(later, b))]
        conj = w in ("but", "and", "while") and k + 2 < b
        if k == i and conj and (g.quote_of[k + 2] >= 0 or w == "while" and g.clause_starts(k + 2, b)) and not g._reporting_follows(k + 2, b):
            return [(k + 1, g.content_end(k + 2, b))]
        if k == i and w in ("a", "an", "the", "that", "because") and g.clause_starts(k + 1, b):
            return [(k + 1, g.content_end(k + 1, b))]
        if k > i or w.endswith("ing") or w in ("the", "an", "and", "but", "who", "which", "according", "while", "as", "after", "when", "in", "during", "at", "a", "before", "then", "referring", "with", "though", "although", "whose") or w in g.lex["weekdays"]:
            return []
        end = g.content_end(k + 1, b)
        return [(k + 1, end)] if end - k > 2 else []

    def quote_end(self, k: int, b: int) -> int:
        return min(b, self.g.seg.quotes[self.g.quote_of[k]].stop)

    # -------------------------------------------------------- according to SRC

    def according(self, a: int, b: int) -> None:
        g = self.g
        for i in range(a, b - 2):
            if g.lower[i] != "according" or g.lower[i + 1] != "to" or self.used[i] or g.quote_of[i] >= 0:
                continue
            source = g.right_phrase(i + 2, b)
            if not source:
                continue
            opens = i == a + 2 and g.words[i - 1] == "," and g.lower[a] in ("but", "and", "still", "yet")
            if i == a or opens or g.lower[i - 1] in ("but", "and", "that"):
                source = self.according_source(i + 2, source[1], b)
                if source[1] + 1 < b:
                    end = g.content_end(source[1] + 1, b)
                    self.add(source, (i, i + 2), [(source[1] + 1, end)], "according", "according")
                continue
            start = self.left_content(a, i, g.quote_of[i - 1] >= 0)
            if start is None:
                continue
            rest: list[Range] = []
            if source[1] + 2 < b and g.words[source[1]] == "," and not g.lower[source[1] + 1].endswith("ing") and g.lower[source[1] + 1] not in ("who", "which", "and", "but", "a", "the", "while", "compared"):
                rest = [(source[1] + 1, g.content_end(source[1] + 1, b))]
            self.add(source, (i, i + 2), [(start, i), *rest], "according", "according")

    def according_source(self, i: int, j: int, b: int) -> Range:
        """``According to SRC, X``: the source ends at the first comma after which a clause starts."""
        g = self.g
        for k in range(i + 1, min(j, b - 1)):
            if g.words[k] == "," and g.lower[k + 1] not in ("who", "which", "whose"):
                comma = next((x for x in range(k + 1, b) if g.words[x] in _BREAK or g.quote_of[x] >= 0), b)
                if g.has_verb(k + 1, comma) and not any(g.lower[x] in ("who", "which", "whose") for x in range(k + 1, comma)):
                    return i, k
        return i, j

    # -------------------------------------------------------- SRC CUE X

    def before_words(self, i: int, a: int, b: int) -> None:
        g = self.g
        group = g.group(i, a, b) or self.unknown_verb(i, a)
        if not group or any(self.used[group.start : group.stop]):
            return
        if group.lemma in g.lex["impersonal"]:
            self.impersonal(group, a, b)
            return
        if group.voice in ("active", "participle") and (self.adjective(group, a, b) or self.light(group, a, b)):
            return
        if self.announced_block(group, a, b):
            return
        if not group.classes:
            if group.lemma.endswith("ed") and g.lower[group.stop : group.stop + 1] == ["that"] and g.clause_starts(group.stop + 1, b):
                group = replace(group, classes=frozenset(["say"]))
            else:
                self.announced_quote(group, a, b)
                return
        if self.opening_inversion(group, a, b):
            return
        if group.voice == "participle":
            self.participle(group, a, b)
            return
        if group.voice == "passive":
            self.passive(group, a, b)
            return
        if group.voice == "infinitive":
            return
        if "say" in group.classes and self.bare(group, a, b):
            return
        if group.lemma == "ask" and group.slot == "past" and self.was_asked(group, a, b):
            return
        source, inherited = self.subject(group, a)
        if source is None or g.lower[source[0]] in ("any", "every") and g.lower[group.start] in g.lex["modals"]:
            return
        found = self.content_right(group, b, g.lower[source[0]] in ("who", "which"))
        if not found:
            self.announced_quote(group, a, b)
            return
        cue, content, rule = found
        gap = source[0] - 1
        if rule == "clause" and gap >= a and g.lower[gap] in ("that", "which", "what", "whom") and not inherited:
            content = [(gap, gap + 1), *content]
        self.add(source, cue, content, rule, group.lemma, inherited=inherited)

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
        elif g.lower[j - 1] in ("'s", "'") and j - 2 >= a:
            source = g.left_phrase(j - 1, a)
            source = (source[0], j) if source else None
        else:
            return False
        k = i + 1
        if not source or k + 1 >= b or any(self.used[source[0] : source[1]]):
            return False
        if g.lower[k] not in ("that", "to", "for", "against", "about", "on", "of", "over"):
            that = self.that_ahead(k, min(b, k + 8)) if g.lower[k] in g.lex["prepositions"] else 0
            if not that:
                return False
            k = that
        if g.lower[k] == "that" and g.finite[k + 1] or g.lower[k] != "that" and g.quote_of[k + 1] < 0 and g.quote_of[k + 2 : k + 3] in ([-1], []):
            return False
        c = k if g.lower[k] in ("that", "to") else k + 1
        self.add(source, (j, c), [(c, g.content_end(c, b, False, g.lower[k] != "that"))], "nominal", g.lower[i])
        return True

    def impersonal(self, group: Group, a: int, b: int) -> None:
        """``X seems to VERB``: content on both sides of the cue, and nobody as its source."""
        g = self.g
        k = group.stop
        subject = g.left_phrase(group.start, a)
        if not subject or group.voice != "active" or k >= b or g.words[k] in _BREAK:
            return
        if g.lower[k] == "to" or g.lower[k] == "that" or g.is_adjective(k) or g.lower[k] in ("like", "as"):
            self.add(None, (group.start, k), [subject, (k, g.content_end(k, b, False, True))], "impersonal", group.lemma)

    def opening_inversion(self, group: Group, a: int, b: int) -> bool:
        """``Said SRC, "X"`` at the start of a sentence."""
        g = self.g
        if group.start != a or group.slot not in ("past", "third") or "say" not in group.classes:
            return False
        source = g.right_phrase(group.stop, b, names=True)
        pause = next((x for x in range(group.stop + 1, min(group.stop + 25, b - 1)) if g.quote_of[x + 1] >= 0), 0)
        if source and g.words[b - 1] == ":" and b < len(g.words) and b - group.stop < 12 and g.quote_of[b] >= 0:
            self.add((source[0], b - 1), (a, group.stop), [(b, g.seg.sentences[g.seg.sentence_of[b]][1])], "block", group.lemma)
            return True
        if not source or not pause or g.words[pause] not in (",", ":"):
            return False
        self.add((source[0], pause), (a, group.stop), [(pause + 1, g.content_end(pause + 1, b))], "inverted", group.lemma)
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

    def full_quote(self, k: int) -> bool:
        """A quotation that is a sentence rather than a phrase."""
        q = self.g.seg.quotes[self.g.quote_of[k]]
        return q.stop - q.start > 8 or self.g.words[q.stop - 2] in (".", "!", "?", ",")

    def adjective(self, group: Group, a: int, b: int) -> bool:
        """``SRC is reluctant to X``, ``SRC remains opposed to X``."""
        g = self.g
        if group.lemma not in g.lex["adjectives.copulas"]:
            return False
        k = group.stop
        while k < b and (g.is_adverb(k) or g.lower[k] in ("not", "n't", "more", "less", "much")) and k < group.stop + 4:
            k += 1
        if k + 1 >= b or g.lower[k] not in g.lex["adjectives.cue"] or g.quote_of[k] >= 0:
            return False
        c = k + 1
        follows = g.lower[c] in g.lex["adjectives.follow"]
        if not follows and not (g.clause_starts(c, b) and g.words[c] not in _BREAK):
            return False
        source, inherited = self.subject(group, a)
        if not source or group.voice == "participle":
            return False
        if g.lower[source[0]] in ("it", "that", "this"):
            source = None
        keep = g.lower[c] in ("that", "to", "if", "whether", "how") or not follows
        self.add(source, (group.start, c), [(c if keep else c + 1, g.content_end(c, b, False, g.lower[c] != "that"))], "adjective", g.lower[k], inherited=inherited)
        return True

    def light(self, group: Group, a: int, b: int) -> bool:
        """``SRC expressed concern about X``, ``SRC made a promise to X``: verb and noun are the cue."""
        g = self.g
        if group.lemma not in g.lex["light"]:
            return False
        k = group.stop
        while k < min(b - 2, group.stop + 6) and g.quote_of[k] < 0 and g.words[k] not in _BREAK:
            n = k + 1
            while n < b - 2 and g.is_adverb(n):
                n += 1
            if g.lower[k] in g.lex["nouns.cue"] and g.lower[n] in ("that", "to", "for", "about", "of", "on", "against", "over", "with", "at"):
                source, inherited = self.subject(group, a) if group.voice == "active" else (self.earlier(group.start, a), True)
                if not source:
                    return False
                c = n if g.lower[n] in ("that", "to") else n + 1
                self.add(source, (group.start, c), [(c, g.content_end(c, b, False, True))], "light", group.lemma, inherited=inherited)
                return True
            if g.finite[k] or g.lower[k] in g.lex["prepositions"]:
                return False
            k += 1
        return False

    def announced_block(self, group: Group, a: int, b: int) -> bool:
        """``SRC wrote:`` at the end of a paragraph: the next paragraph is the content."""
        g = self.g
        if g.words[b - 1] != ":" or b >= len(g.words) or b - group.stop > 12 or group.voice not in ("active", "participle"):
            return False
        if "say" not in group.classes and g.quote_of[b] < 0:
            return False
        if any(g.finite[x] for x in range(group.stop, b)):
            return False
        source, inherited = self.subject(group, a) if group.voice == "active" else (self.earlier(group.start, a), True)
        if not source:
            return False
        stop = b
        for x, y in g.seg.sentences[g.seg.sentence_of[b] :]:
            if x > b and (g.quote_of[b] >= 0 and not (self.quoted(x, y) and g.quote_of[y - 1] >= 0) or g.seg.text[g.seg.end[x - 1] : g.seg.begin[x]].find("\n") >= 0):
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
        while k < min(b, group.stop + 5) and g.quote_of[k] < 0 and g.words[k] not in _BREAK and not g.finite[k]:
            k += 1
        direct = k + 1 < b and g.words[k] == "," and g.quote_of[k + 1] >= 0 and self.full_quote(k + 1)
        if direct and k > group.stop and g.lower[group.stop] not in g.lex["prepositions"] | {"it", "back"}:
            direct = False
        if not direct:
            k = group.stop
        colon = self.colon_ahead(k, b)
        if colon and any(g.words[x] == "," or g.finite[x] for x in range(k, colon)):
            colon = 0
        if not colon and not direct:
            return
        source, inherited = self.subject(group, a) if group.voice == "active" else (self.earlier(group.start, a), True)
        if source:
            c = colon + 1 if colon else k + 1
            self.add(source, (group.start, c - 1), [(c, g.content_end(c, b))], "colon", group.lemma, inherited=inherited)

    def bare(self, group: Group, a: int, b: int) -> bool:
        """``SRC agreed. "X"``: the quotation after the full stop is the content."""
        g = self.g
        if b >= len(g.words) or g.quote_of[b] < 0 or group.slot == "ing" or b - group.stop > 8:
            return False
        if any(g.words[x] in _BREAK or g.finite[x] or g.quote_of[x] >= 0 or g.lower[x] == "that" for x in range(group.stop, b - 1)):
            return False
        n = g.seg.sentence_of[b]
        x, y = g.seg.sentences[n]
        w = g.lower[group.stop]
        if group.stop < b - 1 and not (g.is_adverb(group.stop) or w in g.lex["prepositions"] or w in g.lex["object_pronouns"]):
            return False
        if not self.quoted(x, y) or g.quote_of[y - 1] < 0 or "\n" in g.seg.text[g.seg.end[b - 1] : g.seg.begin[b]]:
            return False
        source, inherited = self.subject(group, a)
        if source:
            self.add(source, (group.start, group.stop), [(x, y)], "bare", group.lemma, inherited=inherited)
        return bool(source)

    def was_asked(self, group: Group, a: int, b: int) -> bool:
        """``Asked whether X, SRC said``: nobody is named as asking."""
        g = self.g
        j, k = group.start, group.stop
        if j > a and not (g.lower[j - 1] in ("when", "if", "while") or g.words[j - 1] == ","):
            return False
        if k >= b or g.lower[k] not in ("if", "whether", "about", "why", "how", "what", "to", "by"):
            return False
        comma = next((x for x in range(k, b) if g.words[x] == "," and g.quote_of[x] < 0), b)
        source = None
        if g.lower[k] == "by":
            source = g.right_phrase(k + 1, comma)
            k = next((x for x in range(k, comma) if g.lower[x] in ("if", "whether", "about", "why", "how", "what", "to")), comma)
        if k < comma:
            self.add(source, (j, group.stop), [(k + (g.lower[k] == "about"), comma)], "asked", "ask")
        return k < comma

    def subject(self, group: Group, a: int) -> tuple[Range | None, bool]:
        """The subject beside the verb; else, for a second verb, that of the first."""
        g = self.g
        j = group.start
        source = g.left_phrase(j, a)
        if source:
            return source, False
        if j > a and (g.lower[j - 1] in ("and", "but", "then", "or", "also") or g.words[j - 1] == ","):
            return self.earlier(j, a), True
        return None, False

    def earlier(self, j: int, a: int) -> Range | None:
        """The source of the statement before in this sentence, or the sentence's subject."""
        g = self.g
        near = next((k for k in range(j - 1, a, -1) if g.finite[k] and g.quote_of[k] < 0), -1)
        together = g.lower[j - 1] in ("and", "but") and near > 0 and not self.used[near]
        for x in reversed(self.out):
            if x.cue and x.cue[0][0] < a:
                break
            if together and x.cue[0][0] < near:
                break
            if x.source and x.cue[0][0] < j:
                return self.antecedent(x.source[0], a)
        for k in range(j - 1, a, -1) if g.lower[j - 1] in ("and", "but") else range(a, j):
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
        if g.lower[source[0]] not in ("who", "which", "that") or source[1] - source[0] > 1:
            return source
        j = source[0] - (g.words[source[0] - 1] == ",")
        return (g.left_phrase(j, a) if j > a else None) or source

    def issuer(self, source: Range, a: int) -> Range:
        """``SRC released a statement saying X``: who issued the document; else the phrase as it is."""
        g = self.g
        k = source[0] - 1
        if g.lower[source[1] - 1] not in g.lex["documents"] or k <= a:
            return source
        k -= g.lower[k] in ("out", "up")
        while k > a and not g.finite[k] and (g.is_adverb(k) or g.is_noun(k)) and k > source[0] - 3:
            k -= 1
        return (g.left_phrase(k, a) or source) if g.finite[k] else source

    def participle(self, group: Group, a: int, b: int) -> None:
        """``..., adding X``; ``a letter saying X``; ``by saying X``."""
        g = self.g
        j = group.start
        if group.slot != "ing" or any(not g.is_adverb(k) and g.lower[k] not in ("not", "never") for k in range(j, group.head)):
            return
        inherited = True
        source: Range | None
        if j == a or g.words[j - 1] in _PAUSE or g.lower[j - 1] in ("by", "while", "and", "in", "or", "when", "after", "before", "without", "but", "for"):
            if g.lower[j - 1] in ("by", "in", "for", "without", "before") and "say" not in group.classes and j > a:
                return
            source = self.earlier(j, a) if j > a else self.later(group, b)
        elif g.quote_of[j - 1] < 0 and g.is_noun(j - 1) and g.lower[group.head] in g.lex["reduced"] and not g.is_adjective(j - 1) and g.lower[j - 1] != "'s":
            source, inherited = g.left_phrase(j, a), False
            source = self.issuer(source, a) if source else None
        elif g.quote_of[j - 1] < 0 and g.is_noun(j - 1) and (phrase := g.left_phrase(j, a)) and phrase[0] > a and g.lower[phrase[0] - 1] == "with":
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

    def later(self, group: Group, b: int) -> Range | None:
        """``Saying X, SRC ...``: the phrase after the comma."""
        g = self.g
        for k in range(group.stop, b):
            if g.words[k] == "," and g.quote_of[k] < 0 and k + 1 < b:
                return g.right_phrase(k + 1, b, names=True)
        return None

    def passive(self, group: Group, a: int, b: int) -> None:
        """``X was criticized by SRC``; ``X is expected to``: the agent, or nobody."""
        g = self.g
        if not group.classes & {"object", "say", "person"}:
            return
        subject = g.left_phrase(group.start, a)
        if not subject:
            return
        k = group.stop
        if k < b and g.lower[k] == "by":
            source = g.right_phrase(k + 1, b)
            if source and "object" in group.classes and not g.lower[k + 1].endswith("ing"):
                self.add(source, (group.start, k + 1), [subject], "passive", group.lemma)
            return
        if k < b and (g.lower[k] in ("to", "as") and group.lemma in ("expect", "see", "consider", "believe", "know", "view", "think", "say", "regard", "predict", "describe", "project", "suppose", "perceive", "report", "portray")) :
            self.add(None, (group.start, group.stop), [subject, (k, g.content_end(k, b, False, True))], "passive", group.lemma)
        elif group.lemma in ("tell", "ask") and (k := self.after_cue(group, b) if g.lower[k : k + 1] not in (["to"], ["about"]) else k) < b and g.lower[k] in ("that", "to", "if", "whether", "about"):
            self.add(None, (group.start, group.stop), [(k, g.content_end(k, b))], "passive", group.lemma)
        elif group.lemma in g.lex["passive"] and (k >= b or g.words[k] in _BREAK or g.lower[k] in ("in", "on", "at", "by")):
            self.add(None, (group.start, group.stop), [subject], "passive", group.lemma)
        elif k < b and g.quote_of[k] >= 0 and "say" in group.classes:
            self.add(subject, (group.start, group.stop), [(k, g.content_end(k, b))], "passive", group.lemma)

    # -------------------------------------------------------- what follows the cue

    def after_cue(self, group: Group, b: int) -> int:
        """First token after the cue's recipient, medium and time."""
        g, lex = self.g, self.g.lex
        k = group.stop
        if group.lemma in lex["recipient"] or (k < b and g.lower[k] in ("to", "of") and group.lemma in ("say", "explain", "write", "suggest", "announce", "complain")):
            k = self.recipient(group, k, b)
        for _ in range(3):
            k0 = k
            k = self.time(k, b)
            k = self.medium(k, b)
            if k == k0:
                break
        return k

    def recipient(self, group: Group, k: int, b: int) -> int:
        g, lex = self.g, self.g.lex
        if k < b and g.lower[k] in ("to", "of") and group.lemma not in ("tell",):
            k += 1
        if k >= b or g.quote_of[k] >= 0 or g.lower[k] in ("that", "to", "if", "whether", "how", "what", "why", "where"):
            return k
        w = g.lower[k]
        if w in lex["object_pronouns"] | {"her", "you", "it", "himself", "herself", "themselves", "reporters", "me"}:
            if w == "her" and k + 1 < b and g.is_noun(k + 1) and not g.finite[k + 1]:
                pass
            else:
                return k + 1
        if group.lemma not in ("tell", "remind", "assure", "inform", "warn", "ask", "notify", "convince", "persuade", "reassure", "advise", "promise", "show", "teach", "urge") and g.lower[k - 1] not in ("to", "of"):
            return k
        if w in lex["subject_pronouns"] or w in ("there",):
            return k
        start = k
        top = min(b, k + 12)
        while k < top:
            w = g.lower[k]
            if g.quote_of[k] >= 0 or w in _BREAK or w in ("that", "to", "if", "whether", "how", "what", "why", "when", "as", "because", "where", "while"):
                break
            if k > start and (w in lex["subject_pronouns"] and w != "who" or w in ("there",) or w in lex["weekdays"]):
                break
            if w in ("in", "on", "at", "during", "after", "about", "not") and k > start:
                break
            if k > start and w in lex["determiners"] | lex["possessives"] and g.lower[k - 1] not in lex["prepositions"] and g.lower[k - 1] not in ("and", ","):
                break
            if k > start and g.is_name(k) and not g.is_name(k - 1) and g.lower[k - 1].endswith("s") and g.lower[k - 1] != "'s":
                break
            k += 1
        return k

    def time(self, k: int, b: int) -> int:
        g, lex = self.g, self.g.lex
        start = k
        while k < b and g.is_adverb(k) and g.lower[k] not in ("not",) and k - start < 2:
            k += 1
        if k < b and g.lower[k] in ("on", "in", "late", "early", "earlier", "last", "this", "of", "a", "an", "two", "three", "over", "several"):
            x = k
            while x < min(b, k + 5) and (g.lower[x] in ("on", "in", "late", "early", "earlier", "last", "this", "the", "of", "a", "an", "past", "over", "few", "several", "two", "three", "later", "ago") or g.lower[x] in lex["times"] | lex["weekdays"] | lex["months"] or g.words[x].isdigit() or g.lower[x] in ("weeks", "months", "years", "days", "hour", "hours", "minutes", "day")):
                x += 1
            if x > k and (g.lower[x - 1] in lex["times"] | lex["weekdays"] | lex["months"] or g.words[x - 1].isdigit() or g.lower[x - 1] in ("ago", "weeks", "days", "day", "months")):
                return x
        while k < b and (g.lower[k] in lex["weekdays"] or g.lower[k] in ("today", "yesterday", "tonight", "earlier", "later", "recently", "night", "morning", "afternoon", "evening")):
            k += 1
        if k > start and (g.lower[k - 1] in lex["weekdays"] | lex["times"]):
            return k
        return start

    def medium(self, k: int, b: int) -> int:
        """``in a statement``, ``on Twitter``, ``at a rally in Ohio``, ``during a debate``."""
        g, lex = self.g, self.g.lex
        if k + 1 >= b or g.lower[k] not in ("in", "on", "at", "during", "via", "from", "to", "after", "before", "through", "outside", "when", "of", "about", "with", "following"):
            return k
        if g.lower[k] in ("when", "of", "about", "with", "to") and g.lower[k] != "to":
            return k
        nxt = g.lower[k + 1]
        if not (nxt in lex["determiners"] | lex["possessives"] or g.is_name(k + 1) or nxt in ("an", "response", "comments", "remarks", "testimony", "interviews", "reporters", "part", "stage", "air", "social")):
            return k
        x = k + 1
        top = min(b, k + 16)
        while x < top:
            w = g.lower[x]
            if g.quote_of[x] >= 0 or w in _BREAK or w == "that":
                return x
            if w in lex["subject_pronouns"] and w != "who":
                return x
            if x > k + 2 and (w in lex["determiners"] | lex["possessives"]) and g.lower[x - 1] not in lex["prepositions"] and g.lower[x - 1] not in ("and",):
                return x
            if x > k + 2 and g.is_name(x) and not g.is_name(x - 1) and g.lower[x - 1] not in lex["prepositions"] | {"and", "the", "'s"} and not g.lower[x - 1] in lex["determiners"] | lex["possessives"] and g.lower[x] not in lex["weekdays"]:
                return x
            x += 1
        return x if x == b else k

    def content_right(self, group: Group, b: int, relative: bool = False) -> tuple[Range, list[Range], str] | None:
        """Cue and content of ``CUE (recipient) (medium) (time) [that] X``; None when it is no statement."""
        g = self.g
        k = group.stop
        if k >= b:
            return None
        w = g.lower[k]
        x = self.time(k, b)
        if x < b and g.lower[x] == "to" and "infinitive" in group.classes:
            k, w = x, "to"
        if "infinitive" in group.classes and w == "to" or "infinitive" in group.classes and w == "not" and k + 1 < b and g.lower[k + 1] == "to":
            return (group.start, group.stop), [(k, g.content_end(k, b, relative, True))], "infinitive"
        colon = self.colon_ahead(k, b)
        if "person" in group.classes:
            to = self.person_to(k, b)
            if to:
                keep = group.lemma not in g.lex["recipient"] or group.lemma in ("want", "expect")
                return (group.start, group.stop), [(k if keep else to, g.content_end(to, b, relative, True))], "person"
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
        for x in range(k, min(b - 1, k + 22)):
            if g.quote_of[x] >= 0 or g.words[x] == "," and g.lower[x + 1].endswith("ing"):
                return 0
            if g.words[x] == ":":
                return x if g.quote_of[x + 1] >= 0 else 0
        return 0

    def person_to(self, k: int, b: int) -> int:
        """Position of "to" in ``somebody to VERB``; 0 when there is none."""
        g = self.g
        for x in range(k + 1, min(b - 1, k + 12)):
            w = g.lower[x]
            if w == "to" and (g.lower[x + 1] in g.lex["be"] | g.lex["have"] | g.lex["do"] or any(s == "base" for _, s in g.lex.forms.get(g.lower[x + 1], ())) or not (g.lower[x + 1] in g.lex["determiners"] | g.lex["possessives"] or g.is_name(x + 1))):
                return x
            if w in _BREAK or g.quote_of[x] >= 0 or g.finite[x] or w in ("that", "about", "for", "of", "in", "on", "at", "with"):
                return 0
        return 0

    def clause_at(self, group: Group, b: int) -> int | None:
        """Where the clause or quotation of a verb of saying starts."""
        g = self.g
        k = self.after_cue(group, b)
        if k < b and g.words[k] in _PAUSE:
            close = next((x for x in range(k + 2, min(k + 14, b - 1)) if g.words[x] == g.words[k]), 0)
            if close and g.lower[close + 1] == "that" and g.quote_of[close + 1] < 0:
                return close + 1
        if k >= b:
            return None
        if g.words[k] in (",", ":") and k + 1 < b and (g.quote_of[k + 1] >= 0 or k > group.stop or g.clause_starts(k + 1, b)):
            k += 1
            if g.quote_of[k] < 0 and g.lower[k] == "that":
                return k
            if g.quote_of[k] < 0:
                source = g.left_phrase(group.start, g.seg.sentences[g.seg.sentence_of[group.head]][0])
                as_said = bool(source) and source[0] > 0 and g.lower[source[0] - 1] == "as"
                if not g.clause_starts(k, b) or not (k - 1 > group.stop and self.plain_say(group) or as_said):
                    return None
                return k
        w = g.lower[k]
        if g.quote_of[k] >= 0:
            return k
        if w in _BREAK:
            return None
        if w in ("that", "whether", "if", "how", "why", "what", "who", "where", "when", "which"):
            if w in ("when", "where", "who", "which", "if") and group.lemma not in ("ask", "wonder", "say", "know", "explain", "tell", "question", "see", "describe"):
                return None
            if w == "when" and group.lemma in ("say", "see", "tell"):
                return None
            return k
        if w in g.lex["prepositions"] or group.lemma in g.lex["recipient"]:
            that = self.that_ahead(k, b)
            if that:
                return that
        if w in g.lex["prepositions"]:
            comma = next((x for x in range(k, min(k + 8, b - 1)) if g.words[x] in _BREAK), b)
            if comma + 1 < b and g.words[comma] == "," and g.quote_of[comma + 1] >= 0:
                return comma + 1
        if w == "to":
            return k if group.lemma in ("say", "tell", "urge", "ask") else None
        if group.lemma in ("tell", "ask") and k > group.stop and w in g.lex["prepositions"] | {"about"}:
            return k
        if g.clause_starts(k, b) or g.finite[k] and self.plain_say(group):
            return k
        if self.plain_say(group) and group.lemma in ("say", "write", "tweet") and b - k > 2 and w not in g.lex["prepositions"]:
            return k
        return None

    def that_ahead(self, k: int, b: int) -> int:
        """``wrote for the Post that X``: the "that" after a prepositional phrase."""
        g = self.g
        for x in range(k, min(k + 14, b - 1)):
            if g.lower[x] == "that":
                return x
            if g.words[x] in _BREAK or g.quote_of[x] >= 0 or g.finite[x]:
                return 0
        return 0

    def plain_say(self, group: Group) -> bool:
        return group.lemma in ("say", "tell", "add", "write", "note", "argue", "tweet", "claim", "state", "insist", "announce", "warn", "explain", "report", "acknowledge", "suggest", "declare", "believe", "think")

    def object_right(self, group: Group, k: int, b: int, relative: bool) -> tuple[Range, list[Range], str] | None:
        g = self.g
        w = g.lower[k]
        x = self.time(k, b)
        if x < b and x > k:
            k, w = x, g.lower[x]
        if group.lemma == "call" and group.slot == "past" and g.is_name(k) and group.start >= 2 and g.lower[group.start - 2] in ("a", "an", "one", "called", "named"):
            return None
        if g.quote_of[k] >= 0 or w in g.lex["determiners"] | g.lex["possessives"] | g.lex["object_pronouns"] | {"it", "you", "her"} or g.is_noun(k) or w in ("that", "what", "how", "whether", "why"):
            if w in _BREAK:
                return None
            return (group.start, group.stop), [(k, g.content_end(k, b, relative, w not in ("that", "what", "how", "whether", "why")))], "object"
        return None

    # -------------------------------------------------------- quotations that nobody took

    def orphan_quotes(self, a: int, b: int) -> None:
        """A quotation without a cue beside it belongs to the speaker of its sentence."""
        return None


_BREAK = DASHES | {",", ".", ";", ":", "?", "!", ")", "(", "...", "…"}
_PAUSE = DASHES | {","}


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
