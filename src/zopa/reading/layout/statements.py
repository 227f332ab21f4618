"""What turns and clauses state: the same records that the walks over prose give.

In a turn every sentence may be a statement of its speaker, without a verb of saying; questions, greetings and what
leads the talk are none. In a clause of an agreement the subject undertakes what follows its verb; a clause in
brackets is what its proposer asks for, and one without a subject that can act binds the parties together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import cached_property

from zopa.reading.attribution.attribute import Attribution, attribute
from zopa.reading.attribution.party_acts import opening_verb
from zopa.reading.extraction.speech_acts import condition, kind_of, phrases_of
from zopa.reading.language.lexicon import Lexicon
from zopa.reading.language.patterns import lowered
from zopa.reading.layout.passages import Layout, TextPassage
from zopa.reading.parsing.segment import DASHES, Segments

__all__ = ["read_passages"]

Range = tuple[int, int]
FEWEST_WORDS, SHORT = 3, 7
"""Words of a sentence in a turn that can state something; below the second number it must also do something."""


def read_passages(seg: Segments, layout: Layout, lex: Lexicon) -> list[Attribution]:
    """All statements of a text, outer ones in order, each followed by those nested in its content."""
    kinds = [p.kind if (p := layout.at(seg.begin[a])) else "silent" for a, _ in seg.sentences]
    if (
        all(kind == "prose" for kind in kinds)
        and not any(p.head for p in layout.passages)
        and layout.author is None
    ):
        return attribute(seg, lex, record=layout.record)
    reader = _PassageReader(seg, layout, lex)
    own: list[Attribution] = []
    skipped = set()
    unless_told: dict[int, Attribution | None] = {}
    for n, ((a, b), kind) in enumerate(zip(seg.sentences, kinds, strict=True)):
        x = reader.listed(a, b)
        if x is None and kind == "prose" and (argued := reader.argued(a, b)):
            unless_told[n] = argued
            continue
        if x is None and kind == "turn" and (layout.declared or reader.tells(a, b)):
            unless_told[n] = reader.read(kind, a, b)
            continue
        cut = reader.second(a, b) if kind == "turn" and x is None else b
        if cut < b and (x := reader.read(kind, a, cut)):
            own.append(x)
        x = reader.read(kind, cut if cut < b else a, b) if cut < b or x is None else x
        if kind != "prose" or x or (seg.words[b - 1] == ":" and reader.is_head(a)):
            skipped.add(n)
        if x and own and reader.goes_on(own[-1], a, b):
            own[-1] = replace(own[-1], content=((own[-1].content[0][0], x.content[-1][1]),))
        elif x:
            own.append(x)
    return attribute(
        seg, lex, own=own, skipped=frozenset(skipped), unless_told=unless_told, record=layout.record
    )


class _PassageReader:
    def __init__(self, seg: Segments, layout: Layout, lex: Lexicon) -> None:
        self.seg, self.layout, self.patterns, self.lex = seg, layout, lex.patterns, lex
        self.text = seg.text
        self.phrases = phrases_of(lex.language)
        self.list_heads = {p.head for p in layout.passages if p.head}
        self.heads: dict[tuple[object, ...], tuple[Range, Range, str] | None] = {}
        m = self.patterns["layout.parties"].search(self.text)
        self.parties = m.span() if m else None

    def tokens(self, span: Range) -> Range:
        """The tokens that a span of code points covers."""
        first = bisect_right(self.seg.end, span[0])
        return first, max(bisect_left(self.seg.begin, span[1]), first + 1)

    def read(self, kind: str, a: int, b: int) -> Attribution | None:
        """The statement of one sentence of a turn or clause."""
        passage = self.layout.at(self.seg.begin[a])
        if passage is None or kind not in ("turn", "clause"):
            return None
        return self.turn(passage, a, b) if kind == "turn" else self.clause(passage, a, b)

    # ------------------------------------------------------------ lists

    def listed(self, a: int, b: int) -> Attribution | None:
        """An item of a list, said by whom the line above the list names, as that line says it: ``We demand:``."""
        passage = self.layout.at(self.seg.begin[a])
        if passage is None or passage.head is None or passage.kind not in ("prose", "turn"):
            return None
        head = self._head(passage)
        last = b
        while last > a and self.seg.words[last - 1] in _CLOSERS:
            last -= 1
        if head is None or last - a < 2:
            return None
        source, cue, lemma = head
        return Attribution((source,), (cue,), ((a, last),), "listed", lemma, inherited=True)

    def argued(self, a: int, b: int) -> Attribution | None:
        """A sentence of an opinion in which its author argues for something: ``The city should drop the suit.``"""
        author = self.layout.author
        if author is None or self.seg.begin[a] < author[1] or self.seg.words[b - 1] == "?":
            return None
        said = lowered(self.text[self.seg.begin[a] : self.seg.end[b - 1]]).replace("’", "'")
        if '"' in said or "“" in said or not self.patterns["layout.argues"].search(said):
            return None
        return Attribution((self.tokens(author),), (), ((a, b - 1),), "turn", "", inherited=True)

    def is_head(self, a: int) -> bool:
        """Whether a sentence is the line above a list whose items are read by it."""
        line = self.layout.at(self.seg.begin[a])
        return line is not None and (line.start, line.end) in self.read_heads

    @cached_property
    def read_heads(self) -> frozenset[Range]:
        """The lines above lists that say whose the items are."""
        return frozenset(p.head for p in self.layout.passages if p.head and self._head(p))

    def _head(self, passage: TextPassage) -> tuple[Range, Range, str] | None:
        """Who speaks in the line above a list, its cue, and the base form that says the kind; read once per list."""
        assert passage.head
        key = (*passage.head, passage.speaker)
        if key not in self.heads:
            self.heads[key] = self._read_head(passage.head, passage.speaker)
        return self.heads[key]

    def _read_head(self, head: Range, speaker: Range | None) -> tuple[Range, Range, str] | None:
        words = lowered(self.text[slice(*head)]).replace("’", "'")
        m = self.patterns["layout.list_head"].search(words if words[-1] in ":?" else f"{words}:")
        if not m:
            return None
        lemma = next(
            name
            for name in ("demand", "offer", "red_line", "commitment", "refusal")
            if m.groupdict().get(name)
        )
        who = m.span("who")
        ours = m["who"] in _OURS or words[: max(0, who[0])].rpartition(" ")[0].rpartition(" ")[2] in _OURS
        own = who[0] >= 0 and not ours
        if speaker is None and who[0] < 0:
            return None
        source = speaker if speaker and not own else (head[0] + who[0], head[0] + who[1])
        at = m.span(lemma)
        return self.tokens(source), self.tokens((head[0] + at[0], head[0] + at[1])), _LISTED[lemma]

    # ------------------------------------------------------------ turns

    def goes_on(self, before: Attribution, a: int, b: int) -> bool:
        """Whether a sentence is nothing but a condition of the one before: ``But only if the inspectors leave.``"""
        if before.rule != "turn" or not 0 <= a - before.content[-1][1] <= 2:
            return False
        if self.layout.at(self.seg.begin[before.content[0][0]]) is not self.layout.at(self.seg.begin[a]):
            return False
        said = lowered(self.text[self.seg.begin[a] : self.seg.end[b - 1]])
        return bool(self.patterns["layout.bare_condition"].match(said))

    def tells(self, a: int, b: int) -> bool:
        """Whether a sentence of a turn tells what somebody else said: ``The landlord says the heating stays off.``"""
        said = lowered(self.text[self.seg.begin[a] : self.seg.end[b - 1]]).replace("’", "'")
        return bool(self.patterns["layout.of_teller"].match(said))

    def second(self, a: int, b: int) -> int:
        """Where a second thing is said in a sentence: ``I'd ask him to show it, and if he won't, we'll go``; else its end."""
        words, lower = self.seg.words, self.seg.lower
        for k in range(a + SHORT, b - SHORT):
            if words[k] == "," and lower[k + 1] in ("and", "but") and lower[k + 2] == "if":
                return k + 1
        return b

    def turn(self, passage: TextPassage, a: int, b: int) -> Attribution | None:
        """A sentence of a turn as a statement of its speaker."""
        words = self.seg.words
        while a + 2 < b and words[a] == "@":
            a += 2
        while a < b and not words[a][0].isalnum() and self.seg.quote_of[a] < 0:
            a += 1
        a = self._after_topic(a, b)
        last = b
        while last > a and words[last - 1] in _CLOSERS:
            last -= 1
        if last - a < 1 or passage.speaker is None or words[b - 1] in DASHES:
            return None
        if words[b - 1] == ":" and b - a < LONGEST_HEAD and (passage.start, passage.end) in self.list_heads:
            return None
        first, end = self.seg.begin[a], self.seg.end[last - 1]
        said = lowered(self.text[first:end]).replace("’", "'")
        asks = words[last : last + 1] == ["?"] or words[b - 1] == "?"
        if asks and not self.patterns["layout.offers_by_asking"].match(said):
            return None
        if self.patterns["layout.phatic"].match(said):
            return None
        if lemma := self._elliptical(a, last):
            cue, rest = (a, a + 1), (a + 1, last)
            return Attribution(
                (self.tokens(passage.speaker),), (cue,), (rest,), "turn", lemma, inherited=True
            )
        comments = passage.speaker == self.layout.post
        if not comments and (told := self._of_another(said, a, last)):
            return told
        action = self.patterns["layout.action"].match(said)
        few = sum(w[0].isalnum() for w in words[a:last])
        if (
            few < (FEWEST_WORDS if comments else SHORT)
            and not action
            and not self.patterns["layout.brief"].match(said)
            and (few < FEWEST_WORDS or self._says_nothing(said))
        ):
            return None
        return Attribution(
            (self.tokens(passage.speaker),),
            (),
            ((a, last),),
            "action" if action else "comment" if comments else "turn",
            "undertake" if action else "propose" if asks else "",
            inherited=True,
        )

    def _of_another(self, said: str, a: int, last: int) -> Attribution | None:
        """``She could renew half of them``: in a turn, what somebody else would do, told without a verb of saying."""
        m = self.patterns["layout.of_another"].match(said)
        if not m:
            return None
        at = self.seg.begin[a] + m.start("who")
        return Attribution(
            (self.tokens((at, at + len(m["who"]))),), (), ((a, last),), "of_another", "", inherited=True
        )

    def _elliptical(self, a: int, b: int) -> str:
        """``Proposed to start with the sick``: the base form of a verb of saying that opens a record; empty if none."""
        if b - a < 3:
            return ""
        after = self.seg.lower[a + 1]
        opens = any(after in self.lex[name] for name in ("kept_links", "determiners", "possessives"))
        return opening_verb(self.seg.lower[a], opens, self.lex.forms, self.lex.classes)

    def _says_nothing(self, said: str) -> bool:
        """Whether a short sentence does nothing that matters in a negotiation: no offer, demand, denial."""
        if condition(said, said, [(0, len(said))], self.phrases):
            return False
        kind = kind_of("", "", said, self.phrases).kind
        return kind in ("report", "assessment", "expectation") and not self.phrases.says("negative", said)

    def _after_topic(self, a: int, b: int) -> int:
        """Where a sentence starts after its topic: ``Rent: we can ...``."""
        words = self.seg.words
        for k in range(a + 1, min(a + 4, b - 3)):
            if words[k] in (":", "-", "–", "—") and words[a][0].isupper():
                return a if self.seg.lower[k - 1] in self.lex["nouns.act"] else k + 1
        return a

    # ------------------------------------------------------------ clauses

    def clause(self, passage: TextPassage, a: int, b: int) -> Attribution | None:
        """A sentence of an agreement: who undertakes what, or who proposes it."""
        first, end = self.seg.begin[a], self.seg.end[b - 1]
        text = self.text[first:end]
        low = lowered(text)
        if passage.speaker is not None:
            return self._statement(
                passage.speaker, None, (first, self._end(text, first)), "proposal", "propose"
            )
        m = self.patterns["layout.undertaking"].search(low)
        if not m or self.patterns["layout.recital"].match(low):
            return None
        subject, cue = m.span("who"), m.span("cue")
        stop = self._end(text, first)
        if self.patterns["layout.impersonal"].match(m["who"]):
            return None
        if self.patterns["layout.actor"].search(m["who"]) or self._is_named(text, subject):
            content = (first + cue[1], stop)
            if m.start("who") > 0 or m["cue"].startswith(("may", "agree", "undertake", "commit")):
                content = (first if m.start("who") > 0 else first + m.start("rest"), stop)
            who = (first + subject[0], first + subject[1])
            if self.parties and self.patterns["layout.any_party"].fullmatch(m["who"]):
                return self._statement(self.parties, None, content, "clause", "shall")
            return self._statement(who, (first + cue[0], first + cue[1]), content, "clause", "shall")
        if self.parties is None:
            return None
        return self._statement(self.parties, None, (first, stop), "joint", "shall")

    def _is_named(self, text: str, subject: Range) -> bool:
        """Whether the subject of a clause is a name; one word before a passive only opens the sentence: ``Disputes``."""
        name = text[slice(*subject)]
        if " " in name or subject[0] > 0:
            return name.istitle()
        return name.istitle() and not self.patterns["layout.passive"].match(lowered(text), subject[1])

    def _end(self, text: str, first: int) -> int:
        return first + len(text.rstrip(" ].;:"))

    def _statement(
        self, who: Range, cue: Range | None, content: Range, rule: str, lemma: str
    ) -> Attribution | None:
        if content[1] - content[0] < 4:
            return None
        a, b = self.tokens(content)
        x = Attribution((self.tokens(who),), (self.tokens(cue),) if cue else (), ((a, b),), rule, lemma)
        return replace(x, inherited=cue is None)


_OURS = frozenset(["we", "i", "our", "my", "us"])
LONGEST_HEAD = 16
"""Tokens of a line above a list that says no more than what the list is."""
_LISTED = {
    "demand": "demand",
    "offer": "offer",
    "red_line": "reject",
    "commitment": "agree",
    "refusal": "refuse",
}
_CLOSERS = frozenset([".", "!", ";", ":", ",", "…", "...", ")", "]"])
