"""A text cut into passages: prose, turns with their speaker, clauses of an agreement, and what says nothing.

Nothing is moved: the body keeps its length and every offset. Marks that are no words (``>`` of a quoted reply, the
times of subtitles, list numbers) become spaces, the break of a hard-wrapped line becomes a space, and the space after
a speaker's label becomes a break. What was blanked is kept as ``gaps``, so that a quotation can leave it out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from zopa.reading.language.lexicon import Lexicon
from zopa.reading.layout.marks import one_form
from zopa.reading.layout.speaker_labels import Label, SpeakerLabels, stamped

__all__ = ["Layout", "TextPassage", "laid_out"]

Range = tuple[int, int]
WIDEST, NARROWEST = 100, 40
"""Characters of a hard-wrapped line, at most and at least; longer lines are paragraphs."""

_TIMES = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}.*")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,60}>|\{\\[^{}\n]{1,30}\}|>>+|^-\s")
_REPLY = re.compile(r"(?:[ \t]{0,3}>)+[ \t]?")
_ITEM = re.compile(
    r"\s*(?:#{1,6}\s|[-*•·‣▪●○–—]\s|\d{1,2}/(?:\d{1,2})?\s|\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])\)\s|\d{1,2}(?:\.\d{1,2}){1,3}\.?\s|\d{1,2}\.\s)\s*"
)
_LINE_NUMBER = re.compile(r"[ \t]{0,6}(\d{1,5})(?:[ \t]+|$)")
FEWEST_NUMBERED = 6
_BRACKETS = re.compile(r"(?<=[.;]\])\s+(?=\[\w)")
"""Between two bracketed proposals on one line."""
_MARKS = re.compile(r"\*\*|__")
_LOGGED = re.compile(
    r"[ \t]{0,4}\[?(?:[01]\d|2[0-3])(?:[.:h]?[0-5]\d)(?::[0-5]\d)?\]?(?:\s?(?:hrs|h|Z|UTC|hours|local))?[ \t]*[-–—|]?[ \t]+(?=\S)"
)
"""The time at the start of a line of a log."""
FEWEST_LOGGED = 3
FEWEST_OURS = 3
LONG_ENTRY = 80
"""Characters of an entry in which more than one sentence may stand."""
_ALONE = re.compile(r"\bI\b")
_DIGITS, _LETTERS = re.compile(r"\d+"), re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class TextPassage:
    """A line read in one way: ``prose``, ``turn``, ``clause`` or ``silent``; offsets ``start`` to ``end``.

    ``speaker`` are the offsets of the name of a turn's speaker, or of who proposes a clause. ``opens`` says that it
    does not go on with the line before.
    """

    kind: str
    start: int
    end: int
    speaker: Range | None = None
    opens: bool = True
    head: Range | None = None
    """Of an item of a list, the line above the list that says whose items they are: ``We demand:``."""


@dataclass(frozen=True)
class Layout:
    """The body as it is to be read, its passages in order, and what was blanked inside them."""

    body: str
    passages: tuple[TextPassage, ...]
    gaps: tuple[Range, ...] = ()
    initials: dict[str, str] = field(default_factory=dict)
    post: Range | None = None
    """The embassy that writes a cable, whose own comment in it is read as a turn."""
    author: Range | None = None
    """Who writes an opinion, where the text says so; what it argues for is its author's."""
    declared: bool = False
    """Whether turns are those of who declares or writes the whole text, in which others are quoted too."""
    record: bool = False
    """Whether it is the record of a meeting: numbered or timed entries, where what somebody said goes on for sentences."""

    @cached_property
    def _starts(self) -> list[int]:
        return [p.start for p in self.passages]

    def at(self, offset: int) -> TextPassage | None:
        """The passage in which an offset lies."""
        k = bisect_right(self._starts, offset) - 1
        return self.passages[k] if k >= 0 and offset < self.passages[k].end else None

    def without_gaps(self, a: int, b: int) -> list[Range]:
        """A span as the pieces between what was blanked inside it."""
        out: list[Range] = []
        at = a
        for x, y in self.gaps[max(0, bisect_right(self.gaps, (a, a)) - 1) :]:
            if x >= b:
                break
            if y > at:
                out.append(_stripped(self.body, at, max(at, x)))
                at = y
        out.append(_stripped(self.body, min(at, b), b))
        return [p for p in out if p[1] > p[0]] or [(a, b)]

    def counts(self) -> dict[str, int]:
        """How many passages of each kind there are."""
        return dict(Counter(p.kind for p in self.passages))


@dataclass(slots=True)
class _Line:
    """One line: its offsets without leading marks, how deep it is quoted, what stands before it."""

    start: int
    end: int
    text: str
    depth: int
    after_blank: bool
    item: bool
    caption: bool
    marker: str = ""
    """The form of its list mark: ``1.`` for any number with a stop, ``(a)`` for any letter in brackets."""


def laid_out(body: str, lex: Lexicon) -> Layout:
    """Cut a body into passages. Linear in its length."""
    if "“" in lex["quotes.opening"] and "”" in lex["quotes.closing"]:
        body = one_form(body)
    blanks: list[Range] = []
    lines = list(_lines(body, blanks))
    labels = SpeakerLabels(
        [line.text for line in lines],
        lex,
        titled=len(lines) > 2 and lines[1].after_blank,
        apart=[line.after_blank for line in lines],
    )
    cutter = _Cutter(lines, labels, lex)
    passages, record = cutter.passages, _is_record(lines)
    if all(p.kind == "prose" for p in passages) and not blanks:
        joined = _joined(lines, passages)
        return (
            Layout(_written(body, [], joined, []), tuple(passages), record=record, author=cutter.argues)
            if joined
            else Layout(body, tuple(passages), record=record, author=cutter.argues)
        )
    breaks = [
        (p.start - 1, p.start) for p in passages if p.start and p.opens and p.kind in ("turn", "clause")
    ]
    text = _written(body, blanks, _joined(lines, passages), breaks)
    return Layout(
        body=text,
        passages=tuple(passages),
        gaps=tuple(sorted(blanks)),
        initials=labels.initials,
        post=cutter.post,
        author=cutter.argues,
        declared=cutter.declares,
        record=record,
    )


def _written(body: str, blanks: list[Range], joined: list[Range], breaks: list[Range]) -> str:
    """The body with blanks, joined lines and breaks after labels; as long as it was."""
    letters = list(body)
    for a, b in blanks:
        letters[a:b] = [c if c == "\n" else " " for c in letters[a:b]]
    for a, b in joined:
        letters[a:b] = " " * (b - a)
    for a, b in breaks:
        if letters[a].isspace() or letters[a] in ":>":
            letters[a:b] = "\n"
    return "".join(letters)


def _stripped(text: str, a: int, b: int) -> Range:
    while a < b and text[a].isspace():
        a += 1
    while b > a and text[b - 1].isspace():
        b -= 1
    return a, b


# ---------------------------------------------------------------- lines


def _lines(body: str, blanks: list[Range]) -> Iterator[_Line]:
    """The lines with words in them; what is no word is blanked."""
    captions = "-->" in body and any(map(_TIMES.match, body.split("\n")))
    blank, at = True, 0
    rows = body.split("\n")
    numbered = not captions and _are_numbered(rows)
    logged = not captions and not numbered and _is_log(rows)
    for n, row in enumerate(rows):
        a, b = at, at + len(row)
        at = b + 1
        if not row or row.isspace():
            blank = True
            continue
        if captions and _is_caption_mark(rows, n):
            blanks.append((a, b))
            continue
        m = None if captions else _REPLY.match(row)
        start, depth = (a + m.end(), m.group().count(">")) if m else (a, 0)
        if numbered and (number := _LINE_NUMBER.match(row)):
            blanks.append((a, a + number.end()))
            start = a + number.end()
        if logged and (time := _LOGGED.match(row)):
            blanks.append((a, a + time.end()))
            start = a + time.end()
        item = None if captions else _ITEM.match(body, start, b)
        blanks += [(a, start)] if depth else []
        if item and item.end() < b:
            blanks.append(item.span())
            start = item.end()
        for mark in _TAG.finditer(row) if captions else _MARKS.finditer(row):
            if not mark.group().startswith("<v"):
                blanks.append((a + mark.start(), a + mark.end()))
                start = a + mark.end() if a + mark.start() <= start else start
        start, end = _stripped(body, start, b)
        if start < end:
            text = body[start:end] if captions else body[start:end].replace("**", "  ").replace("__", "  ")
            cuts = [0, *(m.end() for m in _BRACKETS.finditer(text)), len(text)]
            for one, other in pairwise(cuts):
                part = text[one:other].rstrip()
                yield _Line(
                    start=start + one,
                    end=start + one + len(part),
                    text=part,
                    depth=depth,
                    after_blank=blank and one == 0,
                    item=(bool(item) or logged) and one == 0,
                    caption=captions,
                    marker=_form(item.group()) if item and one == 0 else "",
                )
            blank = False


def _form(mark: str) -> str:
    """The form of a list mark, whatever number or letter it has."""
    return _LETTERS.sub("a", _DIGITS.sub("1", mark.strip()))


def _are_numbered(rows: list[str]) -> bool:
    """Whether the lines carry numbers that count up, page by page, as in the record of a hearing."""
    numbers = [int(m[1]) for row in rows if (m := _LINE_NUMBER.match(row))]
    if len(numbers) < FEWEST_NUMBERED or len(numbers) < 0.6 * sum(bool(r.strip()) for r in rows):
        return False
    steps = sum(y - x == 1 or y == 1 for x, y in pairwise(numbers))
    return steps >= 0.9 * (len(numbers) - 1)


def _is_log(rows: list[str]) -> bool:
    """Whether most lines are entries of a log: a time, and words that are no turn of a chat."""
    times = [(row, m.end()) for row in rows if (m := _LOGGED.match(row))]
    turns = sum(":" in row[end : end + 30].partition(" ")[0] for row, end in times)
    return (
        len(times) >= FEWEST_LOGGED
        and len(times) >= 0.4 * sum(bool(r.strip()) for r in rows)
        and turns < 0.5 * len(times)
    )


def _is_record(lines: list[_Line]) -> bool:
    """Whether most words stand in numbered or timed entries of more than a few words."""
    long = [line for line in lines if len(line.text) > LONG_ENTRY]
    return sum(line.item for line in long) >= max(FEWEST_LOGGED, 0.5 * len(long))


def _is_caption_mark(rows: list[str], n: int) -> bool:
    """A line of times, the number above it, or the head of a WebVTT file."""
    if _TIMES.match(rows[n]) or (n == 0 and rows[n].startswith("WEBVTT")):
        return True
    return rows[n].strip().isdigit() and n + 1 < len(rows) and bool(_TIMES.match(rows[n + 1]))


def _joined(lines: list[_Line], passages: list[TextPassage]) -> list[Range]:
    """Breaks inside hard-wrapped paragraphs: the first word of the next line had no room on this one."""
    width = max((len(line.text) for line in lines), default=0)
    wrapped = NARROWEST <= width <= WIDEST
    out = []
    for k in range(len(lines) - 1):
        line, after = lines[k], lines[k + 1]
        if passages[k + 1].opens or passages[k].kind != passages[k + 1].kind:
            continue
        beside = not after.after_blank and not after.item and line.depth == after.depth and not line.caption
        named = beside and passages[k].kind == "prose" and _is_unfinished(line, after)
        if (line.caption and after.caption) or (wrapped and _goes_on(line, after, width)) or named:
            out.append((line.end, after.start))
    return out


def _goes_on(line: _Line, after: _Line, width: int) -> bool:
    """Whether two lines are one paragraph."""
    if after.after_blank or after.item or line.depth != after.depth:
        return False
    first = after.text.partition(" ")[0]
    if len(line.text) + 1 + len(first) > width - 2:
        return True
    return len(line.text) > NARROWEST and _is_unfinished(line, after)


def _is_unfinished(line: _Line, after: _Line) -> bool:
    """A line without a mark at its end, and one below it that starts with a small letter."""
    return after.text[0].islower() and line.text[-1] not in ".!?:;"


# ---------------------------------------------------------------- passages


class _Cutter:
    """Walks over the lines once and says what each is; the state is whose turn it is, and in which mail."""

    def __init__(self, lines: list[_Line], labels: SpeakerLabels, lex: Lexicon) -> None:
        self.lines, self.labels, self.patterns = lines, labels, lex.patterns
        self.passages: list[TextPassage] = []
        self.speaker: Range | None = None
        self.writer: Range | None = None
        """Who wrote the mail or letter in which the line stands."""
        self.asks = False
        self.headers = False
        self.ended = False
        texts = [line.text for line in lines]
        self.mail = _is_mail(texts, self.patterns)
        self.letter = bool(texts) and any(self.patterns["layout.greeting"].match(t) for t in texts[:6])
        self.articles = self._has_articles(texts)
        labelled = sum(x is not None for x in labels.of)
        self.minutes = any(
            x is not None and texts[k][slice(*x.span)] in labels.initials for k, x in enumerate(labels.of)
        )
        self.interviewee = None if labelled > 1 else self._interviewee(texts)
        self.transcript = labelled >= 3 and labelled >= 0.25 * len(lines)
        if not (self.mail or self.letter or labelled > 1 or self.interviewee):
            self.writer = self._declarant(texts)
        self.declares = self.writer is not None
        self.argues = self._opinion(texts) if not (labelled > 1 or self.writer) else None
        self.post = next((self._at(k, m.span("who")) for k, m in self._heads("post", texts)), None)
        self.articles = self.articles and not self.declares
        self.head: Range | None = None
        self.head_marker = ""
        for k, line in enumerate(lines):
            self.passages.append(self._listed(k, line, self._passage(k, line)))

    def _has_articles(self, texts: list[str]) -> bool:
        """Whether the text is an agreement or a draft of one: at least two signs of it."""
        found = self.patterns["layout.article"]
        signs = sum(bool(found.search(t)) for t in texts)
        return signs > 1 and signs >= 0.2 * len(texts)

    def _heads_list(self, k: int, line: _Line) -> bool:
        """A heading without a colon right above a list: ``OUR DEMANDS``."""
        short = len(line.text.split()) < 5 and line.text[-1].isalpha()
        below = self.lines[k + 1] if k + 1 < len(self.lines) else None
        return (
            short
            and below is not None
            and below.item
            and not line.item
            and bool(self.patterns["layout.list_head"].search(line.text.lower() + ":"))
        )

    def _listed(self, k: int, line: _Line, passage: TextPassage) -> TextPassage:
        """An item of a list carries the line above it that ends with a colon."""
        ends = bool(line.marker) and line.marker == self.head_marker
        if self.head and line.item and not ends and passage.kind in ("prose", "turn"):
            return replace(passage, head=self.head, opens=True)
        if (
            self.head
            and not line.after_blank
            and not line.item
            and passage.kind == "prose"
            and line.text[0].islower()
        ):
            return passage
        asks = line.text[-1] == "?" and self.patterns["layout.list_head"].search(line.text.lower())
        opens = bool(asks) or (line.text[-1] == ":" and len(line.text) > 3) or self._heads_list(k, line)
        self.head = (line.start, line.end) if opens else None
        self.head_marker = line.marker
        return passage

    def _heads(self, name: str, texts: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """The first lines that match a pattern of the pack."""
        for k, text in enumerate(texts[:8]):
            if m := self.patterns[f"layout.{name}"].match(text):
                yield k, m

    def _at(self, k: int, span: Range) -> Range:
        return self.lines[k].start + span[0], self.lines[k].start + span[1]

    def _opinion(self, texts: list[str]) -> Range | None:
        """The author of an opinion, named below its heading."""
        if not any(True for _ in self._heads("opinion", texts[:4])):
            return None
        return next((self._at(k, m.span("who")) for k, m in self._heads("byline", texts)), None)

    def _declarant(self, texts: list[str]) -> Range | None:
        """Who speaks in a declaration, leaflet or manifesto in the first person plural; None where it is none."""
        p = self.patterns
        long = [line.text for line in self.lines if len(line.text.split()) > 5 and not line.item]
        ours = sum(bool(p["layout.we"].search(t)) for t in long)
        quoting = sum(t.count("“") + t.count('"') > 1 for t in long)
        if ours < 3 or ours < 0.4 * len(long) or quoting > 0.3 * len(long):
            return None
        for name in ("we_the", "declaration"):
            for k, text in enumerate(texts[: 12 if name == "we_the" else 4]):
                if m := p[f"layout.{name}"].search(text):
                    return self.lines[k].start + m.start("who"), self.lines[k].start + m.end("who")
        for k in (*range(len(texts) - 1, max(-1, len(texts) - 4), -1), *range(min(4, len(texts)))):
            m = p["layout.on_behalf_line"].search(texts[k]) or p["layout.body_line"].search(texts[k])
            if m:
                return self.lines[k].start + m.start("who"), self.lines[k].start + m.end("who")
        first = next(k for k, t in enumerate(texts) if p["layout.we"].search(t))
        m = p["layout.we"].search(texts[first])
        return (self.lines[first].start + m.start(), self.lines[first].start + m.end()) if m else None

    def _interviewee(self, texts: list[str]) -> Range | None:
        """Who answers in an interview whose questions stand alone on their lines: the name in its head."""
        asked = [k for k, t in enumerate(texts) if t.endswith("?")]
        first_person = self.patterns["layout.first_person"]
        answers = sum(
            k + 1 < len(texts) and not texts[k + 1].endswith("?") and bool(first_person.search(texts[k + 1]))
            for k in asked
        )
        if len(asked) < 2 or answers < 0.5 * len(asked) or len(asked) < 0.15 * len(texts):
            return None
        for k, text in enumerate(texts[: min(asked[0], 4)]):
            m = self.patterns["layout.interviewee"].search(text)
            if m:
                return self.lines[k].start + m.start("who"), self.lines[k].start + m.end("who")
        return None

    def _passage(self, k: int, line: _Line) -> TextPassage:
        said = self._mail_line(k, line)
        if said:
            return said
        if self.interviewee and line.start > self.interviewee[1]:
            if line.text.endswith("?"):
                self.speaker = self.interviewee
                return TextPassage("silent", line.start, line.end)
            if self.speaker and not self.patterns["layout.narrative"].match(line.text):
                return TextPassage("turn", line.start, line.end, self.speaker, line.after_blank or line.item)
        head = line.text.partition(":")[0]
        if line.text.isupper() and head != line.text and self.patterns["layout.no_label"].search(head):
            return TextPassage("silent", line.start, line.end)
        label = self.labels.of[k]
        if label and not (self.writer and not label.sure) and not (self.articles and self._is_clause(line)):
            return self._turn(line, label)
        if self.articles and not self.writer:
            return self._clause(line)
        if self.transcript and stamped(line.text):
            return TextPassage("silent", line.start, line.end)
        if self._is_heading(line):
            if not line.caption:
                self.speaker = self.speaker if line.text[0] in "([" else None
            return TextPassage("silent", line.start, line.end)
        return self._continued(line)

    # ------------------------------------------------------------ turns

    def _turn(self, line: _Line, label: Label) -> TextPassage:
        a, b = label.span
        self.speaker, self.asks = (line.start + a, line.start + b), label.asks
        start = line.start + label.stop
        if start >= line.end:
            return TextPassage("silent", line.start, line.end)
        if self.asks:
            return TextPassage("silent", line.start, line.end)
        return TextPassage("turn", start, line.end, self.speaker)

    def _continued(self, line: _Line) -> TextPassage:
        """A line without a label: it goes on with the turn before, or is prose."""
        own = self.speaker or self.writer
        if own is None and self.post and self.patterns["layout.own_comment"].match(line.text):
            return TextPassage("turn", line.start, line.end, self.post)
        if own is None:
            return TextPassage("prose", line.start, line.end, opens=line.after_blank or line.item)
        if self.speaker and not self._is_spoken(line):
            self.speaker = None
            return TextPassage("prose", line.start, line.end)
        if self.asks and self.speaker:
            return TextPassage("silent", line.start, line.end)
        before = self.passages[-1] if self.passages else None
        opens = (
            line.after_blank or line.item or before is None or before.kind != "turn" or before.speaker != own
        )
        return TextPassage(
            "turn",
            line.start,
            line.end,
            own,
            opens and not (line.caption and before is not None and before.speaker == own),
        )

    def _is_spoken(self, line: _Line) -> bool:
        """Whether a line after a turn is spoken too: right below its label, or with the words of somebody who speaks."""
        before = self.passages[-1]
        if line.item and self.labels.initials:
            return False
        if line.caption or before.kind == "silent" or not line.after_blank:
            return True
        if self.patterns["layout.narrative"].match(line.text):
            return False
        return self.transcript

    # ------------------------------------------------------------ mails and letters

    def _mail_line(self, k: int, line: _Line) -> TextPassage | None:
        """Heads, greetings, closings of a mail, and who writes what follows."""
        p, text = self.patterns, line.text
        silent = TextPassage("silent", line.start, line.end)
        if self.mail and (m := p["layout.mail_head"].match(text)):
            self.headers, self.speaker, self.ended = True, None, False
            if m["sender"]:
                self.writer = _person(text, m.span("sender"), line.start)
            return silent
        if m := p["layout.reply"].search(text):
            self.writer, self.speaker, self.ended = _person(text, m.span("sender"), line.start), None, False
            return silent
        if self.letter and not self.writer and p["layout.greeting"].match(text):
            body = self._letterhead(k)
            self.writer, self.declares = body or self._signature(k), body is not None
            return silent
        if not self.writer:
            return None
        if (self.ended and line.depth == 0) or (len(text) < 60 and p["layout.greeting"].match(text)):
            return silent
        if p["layout.closing"].match(text) and len(text) < 60:
            self.ended = True
            return silent
        few = len(text.split()) < 3 and text[-1] not in ".!?" and not (self.head and line.item)
        return silent if few else None

    def _letterhead(self, k: int) -> Range | None:
        """The body named above the greeting of a letter that says "we": ``TRAMWORKERS' UNION, LOCAL 9``."""
        texts = [line.text for line in self.lines]
        ours = sum(bool(self.patterns["layout.we"].search(t)) for t in texts[k:])
        if ours < FEWEST_OURS or ours < sum(bool(_ALONE.search(t)) for t in texts[k:]):
            return None
        for line in self.lines[: min(k, 3)]:
            if m := self.patterns["layout.body_line"].match(line.text.title()):
                return line.start + m.start("who"), line.start + m.end("who")
        return None

    def _signature(self, k: int) -> Range | None:
        """The name below the closing words of a letter, or on its last line."""
        closing = next(
            (
                n
                for n in range(k + 1, len(self.lines))
                if self.patterns["layout.closing"].match(self.lines[n].text)
            ),
            None,
        )
        at = closing + 1 if closing is not None and closing + 1 < len(self.lines) else len(self.lines) - 1
        line = self.lines[at]
        if at <= k or len(line.text.split()) > 5 or not line.text[0].isupper():
            return None
        return line.start, line.start + len(line.text.partition(",")[0])

    # ------------------------------------------------------------ clauses, headings

    def _is_clause(self, line: _Line) -> bool:
        return bool(self.patterns["layout.article"].search(line.text))

    def _clause(self, line: _Line) -> TextPassage:
        text = line.text
        if self.patterns["layout.heading"].match(text) or text[-1] not in ".;]":
            return TextPassage("silent", line.start, line.end)
        m = self.patterns["layout.proposes"].match(text)
        if not m and not self.patterns["layout.undertaking"].search(text.lower()):
            return TextPassage("prose", line.start, line.end, opens=line.after_blank or line.item)
        if m:
            speaker = (line.start + m.start("who"), line.start + m.end("who"))
            return TextPassage("clause", line.start + m.end(), line.end, speaker)
        return TextPassage("clause", line.start, line.end, opens=line.after_blank or line.item)

    def _is_heading(self, line: _Line) -> bool:
        """A short line without a stop, or one in brackets, of a text with turns or of minutes."""
        text = line.text
        if not (self.transcript or self.writer or self.minutes) or (self.head and line.item):
            return False
        if (
            (self.declares or (self.letter and len(text.split()) < 13))
            and line.after_blank
            and not line.item
            and text[-1] not in ".!?…”\"'’:;,)—"
        ):
            return True
        if text[0] in "([" and text[-1] in ")]":
            return True
        if line.caption or (self.speaker and not line.after_blank):
            return False
        if self.patterns["layout.heading"].match(text):
            return True
        short = len(text.split()) < 8 and text[-1] not in ".!?…”\"'’:;,)"
        return short and not self.patterns["layout.first_person"].search(text) and not self.speaker


def _is_mail(texts: list[str], patterns: Mapping[str, re.Pattern[str]]) -> bool:
    """Two header lines beside each other."""
    head = patterns["layout.mail_head"]
    flags = [bool(head.match(t)) for t in texts]
    return any(a and b for a, b in pairwise(flags))


def _person(text: str, span: Range, at: int) -> Range:
    """The name of a sender without its address."""
    a, b = span
    for mark in "<(":
        end = text.find(mark, a, b)
        if end > a:
            b = end
    while b > a and text[b - 1] in " \"'<(,":
        b -= 1
    while a < b and text[a] in " \"'<":
        a += 1
    return at + a, at + b
