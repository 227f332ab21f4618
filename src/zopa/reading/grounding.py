"""The grounding gate: nothing that any engine says passes unless the text says it, at one place, with its edges.

Rejected: words that are not in the text, at word edges, in the sentence named, from the speaker named.
Flagged: words that are in the text, but beside a negation, condition, hedge or time that was left out, or
where the rules read another speaker or another extent. A flag asks a person to look; it never repairs.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from zopa.case.model import KINDS
from zopa.reading.attribution.attribute import Attribution
from zopa.reading.language.lexicon import lexicon
from zopa.reading.language.patterns import words_of
from zopa.reading.parsing.segment import Segments

__all__ = ["Candidate", "Ground", "Grounding", "fold"]

Range = tuple[int, int]

_FOLD = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'",
    "–": "-", "—": "-", "‑": "-", "−": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\n": " ", "\t": " ",
})  # fmt: skip


_APPOSED = re.compile(r"[\w’' ]{0,30},[\w ]{0,12}")
"""Between a name and what is said about it."""
_CASED = frozenset(["voice", "number_end"])
"""Patterns that look at the case of letters; the others are searched in lower case."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an engine claims: exact strings, a sentence number (0-based) or None, and closed-list attributes."""

    content: tuple[str, ...]
    speaker: str = ""
    cue: str = ""
    sentence: int | None = None
    kind: str = ""
    issue: str = ""
    option: str = ""
    condition: str = ""
    consequent: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Grounding:
    """``grounded``, ``flagged`` or ``rejected``, with every reason, and the spans found."""

    state: str
    reasons: tuple[str, ...]
    content: tuple[Range, ...] = ()
    speaker: Range | None = None
    cue: Range | None = None
    condition: Range | None = None
    consequent: Range | None = None


@dataclass
class _Check:
    rejected: list[str] = field(default_factory=list)
    flagged: list[str] = field(default_factory=list)


class Ground:
    """A text, ready to test candidates against.

    Parameters
    ----------
    seg : Segments
        The segmented text.
    found : sequence of Attribution
        What the rules read in it; a candidate that differs from them in speaker or extent is flagged.
    issues : collection of str, or mapping
        The closed list of issue ids, or issue id -> its option ids; empty means that no issue may be named.
    language : str
        The language pack whose patterns look at the edges.
    """

    def __init__(
        self,
        seg: Segments,
        found: Sequence[Attribution],
        issues: Collection[str] | Mapping[str, Collection[str]] = (),
        language: str = "en",
    ) -> None:
        self.seg, self.found, self.issues = seg, found, frozenset(issues)
        self.options = issues if isinstance(issues, Mapping) else {}
        self.text = seg.text
        lex = lexicon(language)
        self.patterns = lex.patterns
        self.first_person = lex.patterns["speakers.first_person"]
        self.open_words = lex["open_pronouns"] | lex["relatives"]
        self.sentences = [seg.span(a, b) for a, b in seg.sentences]
        self._starts = [a for a, _ in self.sentences]

    @cached_property
    def _contents(self) -> list[tuple[tuple[Range, ...], Attribution]]:
        return [(tuple(self.seg.span(*p) for p in x.content), x) for x in self.found]

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        return fold(self.text)

    # ------------------------------------------------------------ the checks

    def check(self, candidate: Candidate) -> Grounding:
        """Test one candidate; the first failing check of each part is enough to reject it."""
        result = _Check()
        if candidate.kind and candidate.kind not in KINDS:
            result.rejected.append(f"kind '{candidate.kind}' is not on the list")
        if candidate.issue and candidate.issue not in self.issues:
            result.rejected.append(f"issue '{candidate.issue}' is not one of the case")
        elif candidate.option and candidate.option not in self.options.get(candidate.issue, ()):
            result.rejected.append(f"option '{candidate.option}' is not one of issue '{candidate.issue}'")
        if candidate.sentence is not None and not 0 <= candidate.sentence < len(self.sentences):
            result.rejected.append(f"there is no sentence {candidate.sentence}")
            return Grounding("rejected", tuple(result.rejected))
        spans = self._place_content(candidate, result)
        if not spans:
            return Grounding("rejected", tuple(result.rejected))
        home = self._sentence_at(spans[0][0])
        named = "" if self._is_first_person(candidate.speaker) else candidate.speaker
        speaker = self._place_part(named, "speaker", home, result, spans)
        cue = self._place_part(candidate.cue, "cue", home, result, spans)
        condition = self._place_part(candidate.condition, "condition", home, result, spans)
        consequent = self._place_part(candidate.consequent, "consequent", home, result, spans)
        self._place_part(candidate.when, "date", home, result, spans)
        self._edges(spans, cue, speaker, lambda: condition is not None, result, candidate)
        self._against_rules(spans, speaker, candidate, result)
        state = "rejected" if result.rejected else "flagged" if result.flagged else "grounded"
        return Grounding(
            state,
            tuple(dict.fromkeys([*result.rejected, *result.flagged])),
            content=tuple(spans),
            speaker=speaker,
            cue=cue,
            condition=condition,
            consequent=consequent,
        )

    def guard(self, content: Sequence[Range], cue: Sequence[Range]) -> tuple[str, ...]:
        """Reasons to look twice at a statement that is spans of the text already: what its edges cut off."""
        result = _Check()
        spans = list(content)
        inside = self.text[spans[0][0] : spans[-1][1]]
        marked = cue[0] if cue else None
        self._edges(
            spans, marked, None, lambda: bool(self._found("condition", inside)), result, Candidate((inside,))
        )
        return tuple(dict.fromkeys(result.flagged))

    def _place_content(self, candidate: Candidate, result: _Check) -> list[Range]:
        if not candidate.content or not any(p.strip() for p in candidate.content):
            result.rejected.append("no content")
            return []
        spans: list[Range] = []
        for piece in candidate.content:
            if _hidden(piece):
                result.rejected.append("invisible or mixed-script characters in the quotation")
                return []
            places = self.places(piece)
            if not places:
                result.rejected.append(f"not verbatim: {piece[:60]!r}")
                return []
            if candidate.sentence is not None:
                a, b = self.sentences[candidate.sentence]
                places = [p for p in places if a < p[1] and (p[0] < b or spans)]
                if not places:
                    result.rejected.append(f"right words, wrong sentence: {piece[:60]!r}")
                    return []
            later = [p for p in places if not spans or p[0] >= spans[-1][1]]
            if spans and not later:
                result.rejected.append("pieces out of order")
                return []
            if spans:
                later = [
                    p for p in later if self._sentence_at(p[0]) - self._sentence_at(spans[-1][1] - 1) <= 1
                ] or later
            if len(later) > 1 and not spans:
                beside = [p for p in later if self._speaker_near(p, candidate)]
                if len(beside) != 1:
                    result.flagged.append(f"stands {len(later)} times; the place is not certain")
                later = beside or later
            spans.append(later[0])
        self._splice(spans, result)
        return spans

    def _speaker_near(self, place: Range, candidate: Candidate) -> bool:
        a, b = self.sentences[self._sentence_at(place[0])]
        return bool(candidate.speaker) and candidate.speaker in self.text[a:b]

    def places(self, words: str) -> list[Range]:
        """All places of the words in the text, quotation marks and dashes folded, at word edges."""
        folded, offsets = self._folded
        needle, _ = fold(words.strip())
        out: list[Range] = []
        at = folded.find(needle) if needle else -1
        while at >= 0 and len(out) < 50:
            a, b = offsets[at], offsets[at + len(needle) - 1] + 1
            if self._edge(a) and self._edge(b):
                out.append((a, b))
            at = folded.find(needle, at + 1)
        return out

    def _edge(self, i: int) -> bool:
        """A word boundary that does not fall inside a number, an abbreviation or a hyphenated word."""
        t = self.text
        if i <= 0 or i >= len(t):
            return True
        before, after = t[i - 1], t[i]
        if before.isalnum() and after.isalnum():
            return False
        if unicodedata.combining(after):
            return False
        if after in ".,:’'-" and i + 1 < len(t) and t[i + 1].isalnum() and before.isalnum():
            return after in ":" or (
                after in "’'"
                and not t[i + 1].isdigit()
                and t[i + 1] in "sS"
                and t[i + 2 : i + 3] in ("", " ")
            )
        if before in ".,'’-$€£¥" and i >= 2 and after.isalnum():
            return not (t[i - 2].isalnum() or before in "$€£¥")
        return True

    def _splice(self, spans: list[Range], result: _Check) -> None:
        """Pieces belong together only around their own speaker, or as quotations that follow one another."""
        for (_, left), (right, _) in itertools.pairwise(spans):
            gap = self.text[left:right]
            first, second = self._sentence_at(left - 1), self._sentence_at(right)
            together = any(
                sum(1 for p in pieces if p[0] < left and left <= p[1] + 2)
                and sum(1 for p in pieces if p[0] <= right + 2 and right < p[1])
                for pieces, _ in self._contents
            )
            if second - first > 1 or (not together and (second != first or len(gap) > 3)):
                result.rejected.append("fragments spliced: " + repr(gap.strip()[:50]))
            elif self._found("negation", gap) or self._found("condition", gap):
                result.flagged.append(f"left out between two pieces: {gap.strip()[:50]!r}")

    def _place_part(
        self, words: str, what: str, home: int, result: _Check, spans: list[Range]
    ) -> Range | None:
        """A part other than the content must stand in the same sentence, or one beside it."""
        if not words:
            return None
        if _hidden(words):
            result.rejected.append(f"invisible or mixed-script characters in the {what}")
            return None
        last = self._sentence_at(spans[-1][1] - 1)
        a, b = self.sentences[max(0, home - 2)][0], self.sentences[min(last + 1, len(self.sentences) - 1)][1]
        near = [p for p in self.places(words) if a <= p[0] < b]
        if not near and what == "speaker":  # the label of a turn may stand sentences before
            near = [p for p in self._sources_at(spans) if self._same(self.text[slice(*p)], words)]
        if not near and what == "speaker" and (elsewhere := self._names(words)):
            result.flagged.append(f"speaker named elsewhere in the text: {words[:50]!r}")
            near = elsewhere
        if not near:
            result.rejected.append(f"{what} is not in the text there: {words[:50]!r}")
            return None
        x, y = self.sentences[home]
        return min(near, key=lambda p: (not x <= p[0] < y, abs(p[0] - spans[0][0])))

    def _names(self, words: str) -> list[Range]:
        """Where a name stands in the text; other words, such as pronouns, name nobody from afar."""
        return self.places(words) if any(w[:1].isupper() for w in words.split()) and len(words) > 3 else []

    def _sources_at(self, spans: list[Range]) -> list[Range]:
        """Where the speakers of what the rules read at this place are named."""
        return [
            self.seg.span(*p)
            for pieces, x in self._contents
            if x.inherited and any(_meet(q, s) for q in pieces for s in spans)
            for p in x.source
        ]

    def _edges(
        self,
        spans: list[Range],
        cue: Range | None,
        speaker: Range | None,
        has_condition: Callable[[], bool],
        result: _Check,
        c: Candidate,
    ) -> None:
        """What stands just outside the span and changes its meaning."""
        t = self.text
        start, end = spans[0][0], spans[-1][1]
        a, _ = self.sentences[self._sentence_at(start)]
        _, b = self.sentences[self._sentence_at(end - 1)]
        before = _without(t[max(a, start - 45) : start], max(a, start - 45), cue)
        after = _without(t[end : min(b, end + 60)], end, cue)
        lead = _without(t[a:start], a, cue)
        folded_before, folded_after = before.replace("’", "'"), after.replace("’", "'")
        if words := self._found("negation", folded_before):
            result.flagged.append(f"negation or refusal just before: {words!r}")
        if words := self._found("negation", folded_after.split(". ")[0][:40]):
            result.flagged.append(f"negation or refusal just after: {words!r}")
        later, earlier = self._found("condition", folded_after), self._found("opening_condition", lead)
        if (later or earlier) and not has_condition():
            result.flagged += [f"condition just after: {later!r}"] if later else []
            result.flagged += [f"condition before: {earlier!r}"] if earlier else []
        if words := self._found("hedge", folded_before.rstrip()[-24:]):
            result.flagged.append(f"hedge or intention cut off: {words.strip()!r}")
        if not c.when and (words := self._found("voice", _without(lead, a, speaker))):
            result.flagged.append(f"time or voice left out: {words!r}")
        if (
            end
            and t[end - 1].isalnum()
            and self._found("unit", t[end : end + 16])
            and self._found("number_end", t[max(0, end - 20) : end])
        ):
            result.flagged.append(f"unit or scale word cut off: {t[end : end + 12].strip()!r}")

    def _against_rules(self, spans: list[Range], speaker: Range | None, c: Candidate, result: _Check) -> None:
        """Compare speaker and extent with what the rules read at this place."""
        covering = [
            (pieces, x) for pieces, x in self._contents if any(_meet(p, s) for p in pieces for s in spans)
        ]
        if not covering:
            result.flagged.append("the rules found no statement here")
            return
        best = max(
            covering,
            key=lambda item: (_overlap(item[0], spans) / (1 + _length(item[0])), item[1].parent is not None),
        )
        pieces, x = best
        own = [self.seg.span(*p) for p in x.source]
        if c.speaker and not self._is_first_person(c.speaker):
            self._compare_speaker(own, x, (spans, speaker), c.speaker, result)
        elif own and not c.speaker:
            result.flagged.append("speaker left out")
        outer = [item for item in covering if item[1].parent is None and item[1] is not x]
        if x.parent is not None and outer:
            result.flagged.append("said within another speaker's words")
        outside = _outside(self.text, spans, pieces)
        if len(outside) > 2:
            result.flagged.append("holds more than the speaker's words: " + repr(" ".join(outside[:8])))
        missing = _outside(self.text, list(pieces), tuple(spans))
        lost = " ".join(missing).replace("’", "'")
        if words := next(filter(None, (self._found(x, lost) for x in ("negation", "condition", "kept"))), ""):
            result.flagged.append(f"left out of the speaker's words: {words!r}")
        elif len(missing) > 2:
            result.flagged.append("only part of the speaker's words")

    def _compare_speaker(
        self,
        own: list[Range],
        x: Attribution,
        place: tuple[list[Range], Range | None],
        claimed: str,
        result: _Check,
    ) -> None:
        """Another speaker than the rules read is refused where the text names theirs, and flagged where it does not."""
        spans, speaker = place
        known = [self.text[slice(*p)] for p in own]
        if not own:
            result.flagged.append("the text names nobody as the speaker")
        elif any(speaker and _meet(speaker, p) for p in own) or any(self._same(k, claimed) for k in known):
            return
        elif (
            speaker
            and self.patterns["speakers.apposition"].match(known[0])
            and _APPOSED.fullmatch(self.text, speaker[1], own[0][0])
        ):
            return  # the name before its office: "Jo Holm, envoy of the town, said"
        elif self._is_open(known[0]) or self._reported(x, spans, speaker):
            result.flagged.append(f"the rules read another speaker: {known[0][:50]!r}")
        else:
            result.rejected.append(f"speaker in the text: {known[0][:50]!r}, not {claimed[:50]!r}")

    def _reported(self, x: Attribution, spans: list[Range], speaker: Range | None) -> bool:
        """Whether a speaker is named beside the words, in a sentence of which the rules only know whose turn it is."""
        if not x.inherited or speaker is None or any(_meet(speaker, p) for p in spans):
            return False
        return self._sentence_at(speaker[0]) == self._sentence_at(spans[0][0])

    def _is_open(self, words: str) -> bool:
        """Whether words name nobody: a pronoun, a relative."""
        return words.strip().lower() in self.open_words

    def _is_first_person(self, words: str) -> bool:
        return bool(self.first_person.fullmatch(words.strip()))

    def _found(self, name: str, text: str) -> str:
        """The words in a text that one of the gate's patterns finds first; empty where there are none."""
        pattern = self.patterns[f"gate.{name}"]
        if name in _CASED:
            m = pattern.search(text)
            return m.group() if m else ""
        return words_of(pattern, text)

    def _same(self, known: str, claimed: str) -> bool:
        """The same words, or one is the end of the other (title and name)."""
        a, b = (self.patterns["gate.frame"].sub("", s.strip().lower()) for s in (known, claimed))
        return a == b or a.endswith(" " + b) or b.endswith(" " + a) or a.startswith(b + ",")

    def _sentence_at(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)


# ---------------------------------------------------------------- helpers


def fold(text: str) -> tuple[str, list[int]]:
    """Quotation marks, dashes and spaces in one form, runs of spaces as one; with the offset of each character.

    Nothing else is changed: no case, no stems, no edits.
    """
    plain = text.translate(_FOLD)
    out: list[str] = []
    offsets: list[int] = []
    for i, ch in enumerate(plain):
        if ch == " " and out and out[-1] == " ":
            continue
        out.append(ch)
        offsets.append(i)
    return "".join(out), offsets


def _hidden(words: str) -> bool:
    """Characters that cannot be seen, or letters of two scripts in one word."""
    if any(unicodedata.category(ch) in ("Cf", "Cc", "Co", "Cs") and ch not in "\n\t" for ch in words):
        return True
    for word in re.findall(r"[^\W\d_]+", words):
        scripts = {unicodedata.name(ch, "?").split()[0] for ch in word if not unicodedata.combining(ch)}
        if len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
            return True
    return False


def _without(text: str, at: int, cue: Range | None) -> str:
    """The text with the statement's own cue blanked: its negation is the statement, not lost."""
    if cue and cue[0] < at + len(text) and cue[1] > at:
        a, b = max(0, cue[0] - at), min(len(text), cue[1] - at)
        return text[:a] + " " * (b - a) + text[b:]
    return text


def _meet(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _length(pieces: Sequence[Range]) -> int:
    return sum(b - a for a, b in pieces)


def _overlap(xs: Sequence[Range], ys: Sequence[Range]) -> float:
    shared = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in xs for b in ys)
    return shared * shared / max(1, _length(ys))


def _outside(text: str, spans: Sequence[Range], pieces: Sequence[Range]) -> list[str]:
    """Words of the spans that are in none of the pieces."""
    out = []
    for a, b in spans:
        for m in re.finditer(r"[\w'’]+", text[a:b]):
            x, y = a + m.start(), a + m.end()
            if not any(p[0] <= x and y <= p[1] for p in pieces):
                out.append(m.group())
    return out
