"""Labels before a speaker's words: ``MR. X:``, ``X (Seat):``, ``Q:``, ``@name``, ``[10:02] Ana:``, initials in minutes.

A label is believed by its own form (a title, a seat in brackets, a time, a handle), or by what the text does with it:
it comes back, or most lines have one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from zopa.reading.language.lexicon import Lexicon

__all__ = ["Label", "SpeakerLabels", "stamped"]

Range = tuple[int, int]
LONGEST_LABEL = 90
FEWEST_BELIEVED = 3
"""Labels that must be believed before one that stands once may be."""
FEWEST_HEADINGS = 2
LONGEST_OFFICE = 6
"""Words of an office or address behind a name with a title, before its colon."""
LONGEST_NICK = 4
"""Words of a name as a chat shows it, behind the time: ``Jo & Lena``, ``Mehmet 3rd floor``."""
_FULL = re.compile(r"\b(?P<first>[^\W\d_][\w'’\-]+)\s(?=(?P<last>[^\W\d_][\w'’\-]+))")
_HOUR = r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?(?:\s?[AaPp]\.?[Mm]\.?)?"
_DAY = r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?,?"
_STAMP = rf"[\[(<]?(?:{_DAY}\s)?{_HOUR}[\])>]?"
_STAMPED = re.compile(rf"{_STAMP}\s*(?:[-–—|]\s)?\s*")
_NICK = re.compile(r"<(?:v(?:\.\w+)?\s)?(?P<name>[@+~]?[\w .'’\-]{1,40})>\s*")
_HANDLE = re.compile(
    r"(?:(?P<shown>[^\s@:(][^@:(\n]{0,40}?)\s+)?\(?@(?P<handle>\w[\w.]{1,30})\)?(?:\s*[·•|–—-][^:\n]{0,40})?(?P<end>\s*:\s*|\s*$)"
)
_COLON = re.compile(r"(?P<name>[^\s:?!;\"“”«»][^:?!;\"“”«»\n]{0,88}?)\s*:(?=\s|$)\s*")
_DOT = re.compile(r"(?P<name>(?:[A-Z][\w'’\-]*\.?\s){1,3}[A-Z][A-Za-z'’\-]+)\.(?:\s*[—–-]+)?\s+(?=[A-Z\"“(])")
_LETTER = re.compile(r"(?P<name>[QA])(?:\s?\d{1,3})?[.:)]\s+")
_ALONE = re.compile(rf"(?P<name>[^\d\W][^:\d\n]{{1,50}}?)\s*[-–—·|,]?\s*{_STAMP}\s*$")
_TIMED = re.compile(rf"(?P<name>[^\s:\[(][^:\[(\n]{{0,40}}?)\s*[\[(]{_HOUR}[\])]\s*:\s*")
"""A name with the time behind it: ``Nadia [18:40]: words``."""
_SMALL = re.compile(r"\b[^\W\d_A-Z][\w’'\-]+")
_USER = re.compile(r"[a-z][\w.\-]{1,24}")
"""A user name, as chats print it above its messages."""
_DASHED = re.compile(r"(?:[A-Z]\d{1,2}\s+)?(?P<name>[A-Z]{2,4}(?:/[A-Z]{2,4})?)\s*[-–—]\s+(?=\w)")
_ACTION = re.compile(r"(?:[A-Z]\d{1,2}\s+)?(?P<name>[A-Z]{2,4}(?:/[A-Z]{2,4})?)\s+(?=to [a-z])")
_ADDRESS = re.compile(r"\d{1,4}[a-zA-Z]?(?:\s[A-Z][\w'’\-]+){1,3}")
_BRACKET = re.compile(r"\s*\((?P<inner>[^()]{1,60})\)")
_BRACKETS = re.compile(r"(?:\s*\([^()]{1,60}\))+\s*")
_WORD = re.compile(r"[^\W\d_][\w.'’&/\-]*|\d+|\S")


def stamped(line: str) -> bool:
    """Whether a line starts with a time, as what a chat says by itself does."""
    return _STAMPED.match(line) is not None


@dataclass(frozen=True, slots=True)
class Label:
    """A label of one line: where the speaker's name stands in it, where it ends, and how far it is to be believed.

    ``name`` is the name by which it is counted; ``sure`` by its own form; ``asks`` that its speaker only asks or leads.
    """

    span: Range
    stop: int
    name: str
    sure: bool
    asks: bool = False
    alone: bool = False


class SpeakerLabels:
    """The labels of a text, decided together.

    Parameters
    ----------
    lines : sequence of str
        The lines without leading marks.
    lex : Lexicon
        Its titles, and its patterns for labels that are no speakers and for those who only ask.
    """

    def __init__(
        self, lines: Sequence[str], lex: Lexicon, *, titled: bool = False, apart: Sequence[bool] = ()
    ) -> None:
        self.lex, self.patterns = lex, lex.patterns
        self.initials = _initials(lines)
        found = [self._label(line) for line in lines]
        if titled and found[0] and not found[1] and lines[0][-1:] not in "?!":
            found[0] = None  # a headline: "Berg: the port stays ours"
        if found and found[-1] and found[-1].alone:  # names below the words, not above them
            found = [None if x and x.alone else x for x in found]
        if not any(x and x.name == "Q" for x in found):  # "A." is then the letter of an item
            found = [None if x and x.name == "A" and not x.sure else x for x in found]
        else:
            found = [replace(x, sure=True) if x and x.name == "A" else x for x in found]
        self.count = Counter(x.name for x in found if x)
        share = sum(x is not None for x in found) / max(1, len(lines))
        share = share if sum(x is not None for x in found) > 1 else 0.0
        several = len({x.name for x in found if x and " " in x.name and x.name[:1].isupper()}) > 1
        questions = self._askers(found, lines)
        self.of: list[Label | None] = [
            replace(x, asks=x.asks or x.name in questions)
            if x and self._believed(x, share, several)
            else None
            for x in found
        ]
        self._add_known(found, lines, questions)
        if not any(self.of):
            self._add_headings(lines, apart)

    def _add_known(self, found: list[Label | None], lines: Sequence[str], questions: set[str]) -> None:
        """Among believed labels, also a surname that stands once: of a person whom the text names in full."""
        if sum(x is not None for x in self.of) < FEWEST_BELIEVED or len(self.of) == sum(map(bool, self.of)):
            return
        known = {
            m["last"].lower()
            for line in lines
            for m in _FULL.finditer(line)
            if m["first"][0].isupper() and m["last"][0].isupper()
        }
        for k, x in enumerate(found):
            if x and not self.of[k] and not x.alone and x.name in known:
                self.of[k] = replace(x, asks=x.name in questions)

    def _add_headings(self, lines: Sequence[str], apart: Sequence[bool]) -> None:
        """Headings with the name of a speaker, each right above words in the first person; at least two of them."""
        speaks, small = self.patterns["layout.speaks"], {w for line in lines for w in _SMALL.findall(line)}
        heads = [
            k
            for k in range(len(apart) - 1)
            if apart[k]
            and not apart[k + 1]
            and self._is_heading(lines[k], small)
            and lines[k + 1][-1:] in ".!?”\"’'"
        ]
        bodies = {k: " ".join(lines[k + 1 : k + 3]) for k in heads}
        spoken = sum(bool(speaks.search(words)) for words in bodies.values())
        if len(heads) < FEWEST_HEADINGS or spoken < 0.6 * len(heads):
            return
        for k in heads:
            self.of[k] = Label((0, len(lines[k])), len(lines[k]), lines[k].lower(), True, alone=True)

    def _is_heading(self, line: str, small: set[str]) -> bool:
        """A name on a line of its own; words that the text has in small letters too are a topic."""
        words = [w.lower() for w in _WORD.findall(line) if len(w) > 2]
        if all(w in small or w in self.lex["name_links"] for w in words):
            return False
        named = line[-1:] not in ".!?:;,…" and len(line) <= LONGEST_LABEL and not self._not_label(line)
        return named and self._is_name(line.partition(",")[0])

    def _believed(self, x: Label, share: float, several: bool) -> bool:
        if x.sure or x.name in self.initials:
            return True
        if x.alone:
            return self.count[x.name] > 1 or share > 0.3
        return (
            share >= 0.4
            or (self.count[x.name] > 1 and share >= 0.15)
            or (several and " " in x.name and share >= 0.25)
        )

    def _askers(self, found: list[Label | None], lines: Sequence[str]) -> set[str]:
        """Those who ask in nearly all their turns, and at least twice."""
        asked: Counter[str] = Counter(
            x.name for x, line in zip(found, lines, strict=True) if x and line.rstrip().endswith("?")
        )
        askers = {name for name, n in asked.items() if n > 1 and n >= 0.7 * self.count[name]}
        once = {name for name, n in asked.items() if n == self.count[name]}
        whole = {
            name
            for name in once
            if any(set(name.split()) & set(other.split()) for other in (once | askers) - {name})
        }
        return askers | whole

    # ------------------------------------------------------------ one line

    def _label(self, line: str) -> Label | None:
        for form in self._forms(line[: LONGEST_LABEL + 60]):
            if form:
                return form
        return None

    def _forms(self, line: str) -> Iterator[Label | None]:
        stamped = _STAMPED.match(line)
        at = stamped.end() if stamped else 0
        stamp = stamped is not None and at < len(line)
        at = at if stamp else len(line) - len(line.lstrip('“"'))
        if m := _NICK.match(line, at):
            yield Label(m.span("name"), m.end(), m["name"].lower(), stamp or line.startswith("<v"))
        if (m := _HANDLE.match(line, at)) and self._is_name(m["shown"] or "A"):
            span = m.span("shown") if m["shown"] else (m.start("handle") - 1, m.end("handle"))
            yield Label(span, m.end(), line[slice(*span)].lower(), True, alone=m.end() >= len(line.rstrip()))
        if m := _TIMED.match(line):
            yield Label(m.span("name"), m.end(), m["name"].lower(), True)
        if m := _LETTER.match(line, at):
            sure = m["name"] == "Q" or "." not in m.group()
            yield Label(m.span("name"), m.end(), m["name"], sure, asks=m["name"] == "Q")
        if m := _COLON.match(line, at):
            yield self._named(line, m, sure=stamp)
        if (m := _DOT.match(line, at)) and self._has_title(m["name"]):
            yield Label(
                m.span("name"),
                m.end(),
                m["name"].lower(),
                m["name"].partition(" ")[0].endswith("."),
                self._asks(m["name"]),
            )
        if (m := _DASHED.match(line, at)) and m["name"].partition("/")[0] in self.initials:
            yield Label(m.span("name"), m.end(), m["name"], True)
        if (m := _ACTION.match(line, at)) and m["name"].partition("/")[0] in self.initials:
            yield Label(m.span("name"), m.end(), m["name"], True)
        if (m := _ALONE.match(line)) and _USER.fullmatch(m["name"]):
            yield Label(m.span("name"), len(line), m["name"], False, alone=True)
        if (m := _ALONE.match(line)) and self._is_name(m["name"]) and not self._not_label(m["name"]):
            yield Label(m.span("name"), len(line), m["name"].lower(), len(m["name"].split()) > 1, alone=True)

    def _named(self, line: str, m: re.Match[str], sure: bool) -> Label | None:
        """``Name, Office (Seat):``; of the words in brackets only a person's name is the speaker."""
        name = m["name"]
        if len(name) > LONGEST_LABEL or self._not_label(name):
            return None
        start, end = m.span("name")
        bracket = next(_BRACKET.finditer(line, start, end), None)
        bare_end = bracket.start() if bracket else end
        comma = line.find(",", start, bare_end)
        outer = line[start : comma if comma > 0 else bare_end].strip()
        if not self._is_name(outer) or not self._may_follow(line, bracket, (comma, bare_end), end):
            nick = sure and outer[:1].isupper() and len(outer.split()) <= LONGEST_NICK
            return Label((start, end), m.end(), name.lower(), False) if nick else None
        span = (start, start + len(outer))
        inner = bracket["inner"] if bracket else ""
        if bracket and (inner in self.initials or self._is_seat(inner, outer)):
            span = bracket.span("inner")
        sure = sure or bool(bracket) or comma > 0 or self._has_title(outer) or name in self.initials
        sure = sure or self._asks(outer) or (outer.isupper() and " " in outer)
        alone = m.end() >= len(line)
        return Label(span, m.end(), line[slice(*span)].lower(), sure, self._asks(outer), alone)

    def _may_follow(self, line: str, bracket: re.Match[str] | None, comma: Range, end: int) -> bool:
        """Whether only brackets stand between a name and its colon, and only an office behind its comma."""
        if bracket and not _BRACKETS.fullmatch(line, bracket.start(), end):
            closed = _BRACKETS.match(line, bracket.start(), end)
            return closed is not None and self._is_for_others(line[closed.end() : end])
        office = line[comma[0] + 1 : comma[1]].strip() if comma[0] > 0 else ""
        return (
            not office
            or (self._has_title(line[:30]) and len(office.split()) < LONGEST_OFFICE)
            or _ADDRESS.fullmatch(office) is not None
            or self._is_for_others(office)
            or self._is_name(office)
            or self._is_office(office)
        )

    def _is_for_others(self, words: str) -> bool:
        """``MR. X (Zambia), for the G-77/China:``: for whom else somebody speaks."""
        return self.patterns["layout.on_behalf"].fullmatch(words.strip(" ,")) is not None

    def _is_office(self, words: str) -> bool:
        return len(words.split()) < 7 and bool(self.patterns["speakers.office"].search(words))

    def _is_seat(self, inner: str, outer: str) -> bool:
        """``The Minister for Transport (Mr. Penn)``: the person stands in brackets, the office before them."""
        article = outer.partition(" ")[0].lower() in self.lex["articles"]
        return article and self._is_name(inner) and (self._has_title(inner) or len(inner.split()) > 1)

    def _is_name(self, name: str) -> bool:
        """Capitalised words, joined by small ones; at most eight."""
        words = [w for w in _WORD.findall(name) if w[0].isalpha() or w[0].isdigit()]
        if not words or len(words) > 8 or not words[0][0].isalpha():
            return False
        if any(
            words[0].lower() in self.lex[name]
            for name in ("prepositions", "subordinators", "adverbs", "times")
        ):
            return False
        small = self.lex["name_links"] | self.lex["articles"] | {"and", "for", "side"}
        return (
            all(w[0].isupper() or w[0].isdigit() or w.lower() in small for w in words)
            and words[0][0].isupper()
        )

    def _not_label(self, name: str) -> bool:
        return bool(self.patterns["layout.no_label"].search(name.strip()))

    def _has_title(self, name: str) -> bool:
        titles, words = self.lex["titles"] - self.lex["articles"], [w.lower() for w in name.split()[:2]]
        return any(w in titles or w.rstrip(".") + "." in titles for w in words)

    def _asks(self, name: str) -> bool:
        return bool(self.patterns["layout.asks"].search(name.strip()))


_LISTED = re.compile(
    r"(?:^|[\s,(;])([A-Z]\.?(?:\s?[A-Z]\.)?\s[A-Z][\w'’\-]+|[A-Z][\w'’\-]+(?:\s[A-Z][\w'’\-]+){1,2})"
)
_SHORT = re.compile(r"(?<![\w&])[A-Z]{2,3}(?![\w&])")


def _initials(lines: Sequence[str]) -> dict[str, str]:
    """Initials that stand in the text for one of its names: ``LM`` for ``L. Marchetti``."""
    short = Counter(m.group() for line in lines for m in _SHORT.finditer(line))
    if not short:
        return {}
    out: dict[str, str | None] = {}
    for line in lines:
        for m in _LISTED.finditer(line):
            name = m[1]
            key = "".join(w[0] for w in name.split())
            if key in short and out.setdefault(key, name) != name:
                out[key] = None
    return {k: v for k, v in out.items() if v}
