"""What turns and clauses state: the same records that the walks over prose give.

In a turn every sentence may be a statement of its speaker, without a verb of saying; questions, greetings and what
leads the talk are none. In a clause of an agreement the subject undertakes what follows its verb; a clause in
brackets is what its proposer asks for, and one without a subject that can act binds the parties together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from zopa.reading.attribution.attribute import Attribution, attribute
from zopa.reading.extraction.speech_acts import kind_of, phrases_of
from zopa.reading.language.lexicon import Lexicon
from zopa.reading.language.patterns import lowered
from zopa.reading.layout.passages import Layout, TextPassage
from zopa.reading.parsing.segment import Segments

__all__ = ["read_passages"]

Range = tuple[int, int]
FEWEST_WORDS, SHORT = 3, 7
"""Words of a sentence in a turn that can state something; below the second number it must also do something."""


def read_passages(seg: Segments, layout: Layout, lex: Lexicon) -> list[Attribution]:
    """All statements of a text, outer ones in order, each followed by those nested in its content."""
    kinds = [p.kind if (p := layout.at(seg.begin[a])) else "silent" for a, _ in seg.sentences]
    if all(kind == "prose" for kind in kinds):
        return attribute(seg, lex)
    reader = _PassageReader(seg, layout, lex)
    own = [x for (a, b), kind in zip(seg.sentences, kinds, strict=True) if (x := reader.read(kind, a, b))]
    return attribute(
        seg, lex, own=own, skipped=frozenset(n for n, kind in enumerate(kinds) if kind != "prose")
    )


class _PassageReader:
    def __init__(self, seg: Segments, layout: Layout, lex: Lexicon) -> None:
        self.seg, self.layout, self.patterns, self.lex = seg, layout, lex.patterns, lex
        self.text = seg.text
        self.phrases = phrases_of(lex.language)
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

    # ------------------------------------------------------------ turns

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
        if last - a < 1 or passage.speaker is None or words[last : last + 1] == ["?"] or words[b - 1] == "?":
            return None
        first, end = self.seg.begin[a], self.seg.end[last - 1]
        said = lowered(self.text[first:end]).replace("’", "'")
        if self.patterns["layout.phatic"].match(said):
            return None
        action = self.patterns["layout.action"].match(said)
        few = sum(w[0].isalnum() for w in words[a:last])
        if (
            few < SHORT
            and not action
            and not self.patterns["layout.brief"].match(said)
            and (few < FEWEST_WORDS or self._says_nothing(said))
        ):
            return None
        source = self.tokens(passage.speaker)
        return Attribution(
            (source,),
            (),
            ((a, last),),
            "action" if action else "turn",
            "undertake" if action else "",
            inherited=True,
        )

    def _says_nothing(self, said: str) -> bool:
        """Whether a short sentence does nothing that matters in a negotiation: no offer, demand, denial."""
        kind = kind_of("", "", said, self.phrases).kind
        return kind in ("report", "assessment", "expectation") and not self.phrases.says("negative", said)

    def _after_topic(self, a: int, b: int) -> int:
        """Where a sentence starts after its topic: ``Rent: we can ...``."""
        words = self.seg.words
        for k in range(a + 1, min(a + 4, b - 3)):
            if words[k] in (":", "-", "–", "—") and words[a][0].isupper():
                return k + 1
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
        if self.patterns["layout.actor"].search(m["who"]) or text[subject[0] : subject[1]].istitle():
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


_CLOSERS = frozenset([".", "!", ";", ":", ",", "…", "...", ")", "]"])
