"""A raw text made safe and addressable once: cleaned, normalised, cut into blocks, with its publication data.

Offsets everywhere are code points of ``Text.text``. What was taken out is reported, never silently lost.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from zopa.casefile.anchors import digest, normalise
from zopa.errors import CaseError, Finding
from zopa.reading.extraction.date_phrases import plain_date
from zopa.reading.language.detect import NAMES, detected
from zopa.reading.language.lexicon import languages, lexicon

__all__ = ["Block", "Published", "Text", "prepare", "reanchor"]

MAX_BYTES = 20_000_000
"""Of a file or page, with its markup and pictures."""
LONGEST = 8_000_000
"""Code points. A longer text is refused rather than read in part."""
LIMITS = (
    f"a file may have {MAX_BYTES / 1e6:g} MB, and the text in it {LONGEST:,} characters: read it in parts"
)

_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_INVISIBLE = {
    0x00AD,
    0x034F,
    0x180E,
    0x200B,
    0x2060,
    0x2061,
    0x2062,
    0x2063,
    0x2064,
    0xFEFF,
    0xFFF9,
    0xFFFA,
    0xFFFB,
}
_TAGS = range(0xE0000, 0xE0080)
_JOINERS = "\u200c\u200d"
_NEEDLESS = re.compile(rf"(?<=[\x00-\u052f])[{_JOINERS}]+|(?<![{_JOINERS}])[{_JOINERS}]+(?=[\x00-\u052f])")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text: ``body``, ``title``, ``reference`` or ``footer``; offsets ``start`` to ``end``."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Published:
    """Publication data as far as the text states them."""

    title: str = ""
    publisher: str = ""
    byline: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A normalised text (no BOM, LF, NFC, nothing invisible) with its sha256.

    ``removed`` says what was taken out, as (what, how many); ``wrapped`` whether one quotation mark
    opens the whole article. ``language`` is the language pack with which it was prepared.
    """

    text: str
    sha256: str
    removed: tuple[tuple[str, int], ...]
    blocks: tuple[Block, ...]
    published: Published
    language: str = "en"

    @property
    def body(self) -> str:
        """The text with every reference list and footer blanked, same length and offsets."""
        out, at = [], 0
        for block in self.blocks:
            if block.kind in ("reference", "footer"):
                out += [
                    self.text[at : block.start],
                    re.sub(r"[^\n]", " ", self.text[block.start : block.end]),
                ]
                at = block.end
        return "".join([*out, self.text[at:]])


def prepare(raw: str, published: Published | None = None, language: str = "") -> Text:
    """Clean and normalise a text; find its blocks and, where it stands in the text, its publication data.

    ``language`` is the language pack whose words for dates, bylines and outlets are looked for; left out, the one of
    the language in which the text is written, where such a pack is installed.

    Raises
    ------
    CaseError
        If the text is longer than ``LONGEST`` code points.
    """
    if len(raw) > LONGEST:
        what = f"expected a text of at most {LONGEST:,} characters, saw {len(raw):,}"
        raise CaseError([Finding("", what, LIMITS)], "nothing was read")
    cleaned, removed = _clean(normalise(raw))
    text = unicodedata.normalize("NFC", cleaned)
    found_language = detected(text)
    language = language or (found_language if found_language in languages() else "") or "en"
    _in_language(found_language, language)
    blocks = _blocks(text, language)
    found = _published(text, blocks, language)
    known = published or Published()
    merged = Published(
        known.title or found.title,
        known.publisher or found.publisher,
        known.byline or found.byline,
        known.on or found.on,
    )
    return Text(text, digest(text), removed, blocks, merged, language)


def _in_language(found: str | None, language: str) -> None:
    """Refuse a text that is clearly in another language than that of an installed pack.

    Raises
    ------
    CaseError
        If it is; the hint says what can be done.
    """
    if language not in languages():  # a pack of one's own may be of any language
        return
    if found and found != language:
        what = f"expected a text in {NAMES.get(language, language)}, saw {NAMES[found]}"
        ways = (
            f"--language {found}"
            if found in languages()
            else "--language FILE with a language pack for it (docs/how-to/language-pack.md)"
        )
        raise CaseError([Finding("", what, f"translate it first, or use {ways}")], "nothing was read")


def _clean(text: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    counts: dict[str, int] = {}
    drop: dict[int, None] = {}
    for ch in set(text):
        what = _unwanted(ch)
        if what:
            counts[what] = counts.get(what, 0) + text.count(ch)
            drop[ord(ch)] = None
    if drop:
        text = text.translate(drop)
    if any(ch in text for ch in _JOINERS):
        joined = _NEEDLESS.sub("", text)
        if len(joined) != len(text):
            counts["invisible"] = counts.get("invisible", 0) + len(text) - len(joined)
        text = joined
    return text, tuple(sorted(counts.items()))


def _unwanted(ch: str) -> str:
    code = ord(ch)
    if code in _BIDI:
        return "direction marks"
    if code in _INVISIBLE or code in _TAGS:
        return "invisible"
    if unicodedata.category(ch) == "Cc" and ch not in "\n\t":
        return "control characters"
    return ""


_REFERENCE = re.compile(r"^\s*(?:\[?\d{1,3}[\].)]\s+)(?=\S)")
_MARKER = re.compile(r"\[\d{1,3}\]")
# the words of a site around an article, in its own language rather than the article's: one list for all
_COMMENT = re.compile(
    r"^\s*(?:\d+\s+)?(?:no )?(?:comments?|responses?|replies|leave a (?:reply|comment)|share this|related|komentar\w+"
    r"|rašyti komentarą|комментари\w+|коментар\w+|kommentare?|commentaires?|comentarios?|commenti|التعليقات)\b",
    re.I,
)


def _blocks(text: str, language: str) -> tuple[Block, ...]:
    """Title, body, reference list and footer, from the last line upwards."""
    lines = _lines(text)
    kinds = ["body"] * len(lines)
    last = len(lines) - 1
    while last > 0 and _is_footer(text[slice(*lines[last])]):
        kinds[last] = "footer"
        last -= 1
    cited = bool(_MARKER.search(text))
    while last > 0 and _is_reference(text[slice(*lines[last])], cited, language):
        kinds[last] = "reference"
        last -= 1
    if all(
        k != "reference" for k in kinds
    ):  # short unfinished lines are a footer only below a reference or a known word
        kinds = [
            k if k != "footer" or _COMMENT.match(text[slice(*lines[i])]) else "body"
            for i, k in enumerate(kinds)
        ]
        first = next((i for i, k in enumerate(kinds) if k == "footer"), len(kinds))
        kinds[first:] = ["footer"] * (len(kinds) - first)
    if len(lines) > 2 and _is_title(text, lines):
        kinds[0] = "title"
    return tuple(Block(kind, a, b) for kind, (a, b) in zip(kinds, lines, strict=True))


def _lines(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"[^\n]+", text) if not m.group().isspace()]


def _is_footer(line: str) -> bool:
    s = line.strip()
    return bool(_COMMENT.match(s)) or (len(s) < 45 and s[-1] not in ".!?”\"'’»)" and len(s.split()) < 7)


def _is_reference(line: str, cited: bool, language: str) -> bool:
    """A numbered line of a source list: outlet, place, date, page."""
    if not _REFERENCE.match(line):
        return False
    return cited and (plain_date(line, language) is not None or "http" in line or len(line.split(". ")) > 3)


def _is_title(text: str, lines: list[tuple[int, int]]) -> bool:
    first, second = text[slice(*lines[0])].strip(), text[slice(*lines[1])]
    return (
        len(first) < 150
        and first[-1] not in '.!?"”:;,]'
        and len(second) > len(first)
        and first[0] not in '"“'
    )


def _published(text: str, blocks: tuple[Block, ...], language: str) -> Published:
    written = lexicon(language).patterns["page.byline"]
    title = publisher = byline = ""
    on: date | None = None
    for block in blocks:
        line = text[block.start : block.end].strip()
        if block.kind == "title" and not title:
            title = line
        elif block.kind == "reference" and on is None:
            on = plain_date(line, language)
            title, byline, publisher = _citation(_REFERENCE.sub("", line), language)
        elif block.kind == "body" and len(line) < 90:
            if (m := written.match(line)) and not byline and line[m.end() : m.end() + 1].isupper():
                byline, outlet, signed_on = _signed(line[m.end() :], language)
                publisher, on = publisher or outlet, on or signed_on
            elif on is None and len(line) < 60:
                on = plain_date(line, language)
    top = _head(text, blocks, language)
    if on is None and blocks:
        head = text[blocks[0].start : blocks[0].start + 400]
        dateline = re.search(r"\(([A-Z][A-Za-z ]{1,20})\)\s*[-–—]", head)
        publisher = publisher or (dateline.group(1) if dateline else "")
    return Published(
        top.title or title, publisher or top.publisher, byline or top.byline, top.on if on is None else on
    )


_FIELD = re.compile(
    r"^(?:(?P<title>title|headline)|(?P<publisher>publisher|published by|newspaper|outlet)|(?P<byline>author|by)"
    r"|(?P<on>date|published(?: on)?|dated))\s*:\s*(?P<value>\S.*)$",
    re.I,
)
_DATELINE = re.compile(
    r"^[A-Z][A-Z .'’\-]{2,40}[,:]?\s+(?P<on>[^—–]{4,30}?)\s*(?:\([^)]{2,30}\)\s*)?(?:—|–|\s-\s)"
)
_NAME_LINE = re.compile(r"(?:[A-Z][\w.'’&\-]+|of|the|and)(?:\s(?:[A-Z][\w.'’&\-]+|of|the|and)){1,5}")
HEAD_LINES = 8


def _head(text: str, blocks: tuple[Block, ...], language: str) -> Published:
    """Publication data from the first lines: ``Date: ...``, a title above a byline, an outlet below it, a dateline."""
    byline_of = lexicon(language).patterns["page.byline"]
    lines = [text[b.start : b.end].strip() for b in blocks[:HEAD_LINES]]
    found: dict[str, str] = {}
    on: date | None = None
    signed = next(
        (
            k
            for k, s in enumerate(lines)
            if len(s) < 90 and (m := byline_of.match(s)) and s[m.end() : m.end() + 1].isupper()
        ),
        None,
    )
    for k, line in enumerate(lines):
        if field := _FIELD.match(line):
            name = next(n for n in ("title", "publisher", "byline", "on") if field[n])
            on = on or (plain_date(field["value"], language) if name == "on" else None)
            found.setdefault(name, field["value"])
        elif on is None and (dateline := _DATELINE.match(line)):
            on = plain_date(dateline["on"], language)
        elif k == 0 and signed in (1, 2) and len(line) < 150 and line[-1] not in ".:;,":
            found.setdefault("title", line)
        elif signed is not None and 0 < k - signed <= 2 and len(line) < 50 and _NAME_LINE.fullmatch(line):
            found.setdefault("publisher", line)
    return Published(found.get("title", ""), found.get("publisher", ""), found.get("byline", ""), on)


def _signed(line: str, language: str) -> tuple[str, str, date | None]:
    """A byline taken apart: ``Author, Outlet, 3 June 2025`` or ``Author | June 3, 2025``; else the whole is the author."""
    parts = re.split(r"\s*(?:,|\||·|—|–)\s+", line)
    for k in range(len(parts) - 1, 0, -1):
        on = plain_date(", ".join(parts[k:]), language)
        if on is not None:
            return parts[0], ", ".join(parts[1:k]), on
    return line, "", None


def _citation(line: str, language: str) -> tuple[str, str, str]:
    """``Title --- deck. Authors. Outlet; place. date`` taken apart, as far as it goes."""
    title, _, rest = line.partition(" --- ")
    if not rest:
        title, _, rest = line.partition(". ")
    parts = [p.strip() for p in re.split(r"\.+ ", rest)]
    outlet = next(
        (p for p in parts if ";" in p and plain_date(p, language) is None and p.count(",") <= 2), ""
    )
    place = next((i for i, p in enumerate(parts) if p == outlet), -1)
    authors = parts[place - 1] if place > 0 else ""
    outlet = next(
        (p for p in parts if lexicon(language).patterns["page.outlet"].search(p)),
        outlet,
    )
    if outlet and authors == outlet and place > 1:
        authors = parts[place - 2]
    author = next((p for p in parts if ";" in p and p != outlet and p.count(",") >= 1), authors)
    return title.strip(), author, outlet.split(",")[0].strip()


def reanchor(
    text: str, quote: str, prefix: str = "", suffix: str = "", start: int | None = None
) -> tuple[str, int | None]:
    """Where a quote stands in an edited text: ``("same" | "moved" | "ambiguous" | "changed", offset or None)``.

    A quote whose words changed is never guessed: it is ``changed``, and the analyst decides.
    """
    if start is not None and text[start : start + len(quote)] == quote:
        return "same", start
    places = [m.start() for m in re.finditer(re.escape(quote), text)]
    if not places:
        return "changed", None
    for before, after in ((prefix, suffix), (prefix, ""), ("", suffix)):
        if not (before or after):
            continue
        fit = [p for p in places if text.endswith(before, 0, p) and text.startswith(after, p + len(quote))]
        if len(fit) == 1:
            return "moved", fit[0]
    return ("moved", places[0]) if len(places) == 1 else ("ambiguous", None)
