"""The words of a web page that a reader sees: its article, its data, and how many parts were hidden. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import unescape

from zopa.reading.extraction.date_phrases import plain_date
from zopa.reading.sources.text import Published

__all__ = ["day", "html_text"]

_SKIP = {"script", "style", "template", "noscript", "svg", "iframe", "object", "embed", "head", "nav", "footer", "aside",
         "form", "button", "select", "textarea", "figure", "canvas", "video", "audio"}  # fmt: skip
_BLOCK = {"p", "div", "section", "article", "main", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "br", "hr",
          "ul", "ol", "table", "header", "dd", "dt", "pre", "figcaption"}  # fmt: skip
_VOID = {
    "br",
    "hr",
    "img",
    "meta",
    "link",
    "input",
    "source",
    "wbr",
    "area",
    "base",
    "col",
    "embed",
    "track",
    "param",
}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)",
    re.I,
)
_WHITE = re.compile(
    r"(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?|rgba?\(\s*255\s*,\s*255\s*,\s*255[^)]{0,40}\)|transparent)",
    re.I,
)
_DARK = re.compile(r"background(?:-color)?\s*:\s*(?!white|#fff|transparent|none|inherit)", re.I)
_META = {"og:title": "title", "og:site_name": "publisher", "author": "byline", "article:author": "byline",
         "article:published_time": "on", "date": "on", "dc.date": "on", "datepublished": "on"}  # fmt: skip


_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])))*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s=/>]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?""")
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.I)
    for name in ("script", "style", "textarea", "iframe", "xmp", "noembed", "noframes")
}
"""Elements that hold text up to their end tag, whatever it looks like."""
_LETTER = re.compile("[a-zA-Z]")
_ENDLESS = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
LONGEST_STYLE = 5_000
_BOX = re.compile(
    r"(?:^|[\s_-])(?:newsletters?|subscribe|subscription|sign-?up|related|recommended|promo|adverts?|advertisement|sponsored"
    r"|share|social|comments?|cookies?|consent|paywall|most-read|read-more|trending|breadcrumbs?)(?=$|[\s_-])",
    re.I,
)
"""Class or id of a box beside the article."""
_REPLY = re.compile(
    r"(?:^|\s)(?:gmail_quote|gmail_quote_container|gmail_attr|gmail_extra|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra"
    r"|OutlookMessageHeader)(?=$|\s)"
)
"""Class or id of a mail that is answered."""
_ANSWERED = re.compile(
    r"<\w+\s[^<>]*\bid\s*=\s*[\"']?(?:divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION)\b", re.I
)
"""In a mail: from here on it is the one that is answered."""
_WHOLE = frozenset(["html", "body", "article", "main", "a", "span", "p"])
FEWEST_CHARACTERS = 200
"""Characters of text below which what looked like boxes was the article."""


class _Page:
    """Paragraphs of a page, with the depth of article they stand in; hidden ones are counted, not kept.

    The page is cut into tags and text as browsers do it (HTML standard, 13.2.5), in one pass: what is left open at
    the end, be it a tag, a comment or a script, takes the rest of the page with it.
    """

    def __init__(self, beside: re.Pattern[str] | None = None) -> None:
        self.beside, self.left_out = beside, 0
        self.stack: list[tuple[str, bool]] = []
        self.skipping = 0
        self.article = 0
        self.blocks: list[tuple[str, bool, str]] = []
        self.buffer: list[str] = []
        self.hidden = 0
        self.meta: dict[str, str] = {}
        self.title: list[str] = []
        self.in_title = False
        self.tag = ""

    def feed(self, page: str) -> None:
        """Read a whole page."""
        at = 0
        while at < len(page):
            start = page.find("<", at)
            self.handle_data(_plain(page[at : start if start >= 0 else len(page)]))
            if start < 0:
                break
            at = self._markup(page, start)
        self._flush("")

    def _markup(self, page: str, at: int) -> int:
        """Read what starts with the "<" at an offset; the offset after it."""
        if page.startswith("<!--", at):
            return self._past("-->", page, at + 2)
        if page[at + 1 : at + 2] in ("!", "?") or (
            page[at + 1 : at + 2] == "/" and not _LETTER.match(page, at + 2)
        ):
            return self._past(">", page, at + 2)  # a declaration, marked section or instruction
        if page[at + 1 : at + 2] != "/" and not _LETTER.match(page, at + 1):
            self.handle_data("<")
            return at + 1
        m = _TAG.match(page, at)
        if m is None:
            return self._cut_off(page)
        tag, end = m[2].lower(), m.end()
        if m[1]:
            self.handle_endtag(tag)
            return end
        self.handle_starttag(tag, m[3])
        if m[3].endswith("/") and tag not in _VOID:
            self.handle_endtag(tag)
        elif tag in _RAW:
            close = _RAW[tag].search(page, end)
            return close.start() if close else self._cut_off(page)
        return end

    def _past(self, mark: str, page: str, at: int) -> int:
        """The offset after the next mark."""
        found = page.find(mark, at)
        return found + len(mark) if found >= 0 else self._cut_off(page)

    def _cut_off(self, page: str) -> int:
        """The rest of the page is not read; it counts as a hidden part."""
        self.hidden += 1
        return len(page)

    def handle_starttag(self, tag: str, attributes: str) -> None:
        """Open a tag; decide whether what follows is seen by a reader."""
        a = _attributes(attributes)
        if tag == "meta":
            key = (a.get("property") or a.get("name") or a.get("itemprop") or "").lower()
            if key in _META and a.get("content"):
                self.meta.setdefault(_META[key], a["content"].strip())
            return
        if tag == "time" and a.get("datetime"):
            self.meta.setdefault("on", a["datetime"])
        if tag == "title":
            self.in_title = True
        if tag in _BLOCK:
            self._flush(tag)
        if tag in _VOID or len(self.stack) > 400:
            return
        concealed = _is_concealed(a)
        aside = self._is_beside(tag, a)
        self.left_out += aside and not self.skipping
        off = tag in _SKIP or concealed or aside
        self.stack.append((tag, off))
        self.skipping += off
        if concealed and tag not in _SKIP:
            self.hidden += 1
        self.article += tag in ("article", "main")

    def _is_beside(self, tag: str, a: Mapping[str, str]) -> bool:
        """Whether a tag holds a box beside the article, or in a mail the one that is answered."""
        if self.beside is None or tag in _WHOLE:
            return False
        if self.beside is _REPLY and tag == "blockquote" and a.get("type", "").lower() == "cite":
            return True
        return any(self.beside.search(a.get(name, "")[:LONGEST_STYLE]) for name in ("class", "id"))

    def handle_endtag(self, tag: str) -> None:
        """Close a tag, with those inside it that were left open."""
        if tag == "title":
            self.in_title = False
        if tag in _BLOCK:
            self._flush("")
        if tag not in (t for t, _ in self.stack):
            return
        while self.stack:
            name, off = self.stack.pop()
            self.skipping -= off
            self.article -= name in ("article", "main")
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        """Text of the page, of its title, or of nothing that is seen."""
        if self.in_title:
            self.title.append(data)
        elif not self.skipping:
            self.buffer.append(data)

    def _flush(self, tag: str) -> None:
        text = re.sub(r"\s+", " ", "".join(self.buffer)).strip()
        if text:
            self.blocks.append((text, self.article > 0, self.tag))
        self.buffer = []
        self.tag = tag


def _plain(text: str) -> str:
    """Text with its character references resolved; a number too long for any character becomes U+FFFD."""
    return unescape(_ENDLESS.sub("\ufffd", text)) if "&" in text else text


def _attributes(text: str) -> dict[str, str]:
    """The attributes of a tag; the last of two with one name counts."""
    return {m[1].lower(): _plain((m[2] or "").strip("\"'")) for m in _ATTRIBUTE.finditer(text)}


def _is_concealed(attributes: Mapping[str, str]) -> bool:
    """Whether a reader does not see what stands in the tag."""
    style = attributes.get("style", "")[:LONGEST_STYLE]
    if "hidden" in attributes or attributes.get("aria-hidden") == "true" or _HIDDEN.search(style):
        return True
    return bool(_WHITE.search(style)) and not _DARK.search(style)


def html_text(page: str, *, mail: bool = False) -> tuple[str, Published, int]:
    """Main text of a page by its tags (article and paragraphs), publication data, and how many parts were hidden.

    Boxes beside the article (newsletter, related, comments) are left out; of a ``mail`` what it answers.
    """
    cut = _ANSWERED.search(page) if mail else None
    parser = _Page(_REPLY if mail else _BOX)
    parser.feed(page[: cut.start()] if cut else page)
    text = _main_text(parser)
    if (parser.left_out or cut) and len(text) < (1 if mail else FEWEST_CHARACTERS):
        parser = _Page()
        parser.feed(page)
        text = _main_text(parser)
    title = parser.meta.get("title") or re.sub(r"\s+", " ", "".join(parser.title)).strip()
    published = Published(
        title,
        parser.meta.get("publisher", ""),
        parser.meta.get("byline", ""),
        day(parser.meta.get("on", "")),
    )
    return text, published, parser.hidden


def _main_text(parser: _Page) -> str:
    """The paragraphs of the article; of the page where it has none."""
    chosen = [text for text, inside, _ in parser.blocks if inside]
    if sum(map(len, chosen)) < FEWEST_CHARACTERS:
        paragraphs = [text for text, _, tag in parser.blocks if tag in ("p", "blockquote", "h1", "h2", "pre")]
        long = sum(map(len, paragraphs)) > FEWEST_CHARACTERS
        chosen = paragraphs if long else [text for text, _, _ in parser.blocks]
    return "\n".join(chosen)


def day(text: str) -> date | None:
    """The day in a time stamp or a line, or None."""
    m = re.match(r"(\d{4})-(\d\d)-(\d\d)", text.strip())
    try:
        return date(int(m[1]), int(m[2]), int(m[3])) if m else plain_date(text)
    except ValueError:
        return None
