"""Texts in: a file, or a URL that the user names. One of the room's three modules that touch the world.

Whatever comes in is data. Nothing in it is executed, and nothing that it links to is fetched. Hidden text is
taken out and reported; archives, XML and PDF are opened under limits.
"""

from __future__ import annotations

import email
import email.policy
import http.client
import io
import ipaddress
import re
import socket
import ssl
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree
from xml.parsers import expat

from zopa.errors import CaseError, Finding, MissingExtra

from .dates import plain_date
from .text import Published

__all__ = ["Incoming", "fetch", "html_text", "open_source"]

MAX_BYTES = 20_000_000
MAX_SECONDS = 20.0
MAX_REDIRECTS = 5
PDF_SECONDS = 30
PDF_MEMORY = 800_000_000
ZIP_MEMBERS, ZIP_BYTES, ZIP_RATIO = 2_000, 60_000_000, 200
XML_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text as it came in: a name for it, its words, publication data, and what was taken out."""

    name: str
    text: str
    published: Published = field(default_factory=Published)
    url: str = ""
    notes: tuple[str, ...] = ()


def open_source(source: str) -> list[Incoming]:
    """The text or texts of a file or of a URL (http and https only).

    Raises
    ------
    CaseError
        If it cannot be read safely; the finding says why.
    MissingExtra
        If it is a PDF and ``zopa[text]`` is not installed.
    """
    if re.match(r"[a-z][a-z0-9+.\-]*://", source, re.I):
        raw, kind, url = fetch(source)
        name = Path(urlsplit(url).path).stem or urlsplit(url).hostname or "page"
        return [
            replace(i, url=i.url or url)
            for i in _read(raw, name, kind or _kind(urlsplit(url).path, raw), source)
        ]
    path = Path(source)
    if not path.is_file():
        raise _refused(source, "expected a file or an http(s) address, saw nothing there")
    if path.stat().st_size > MAX_BYTES:
        raise _refused(
            source, f"expected at most {MAX_BYTES / 1e6:g} MB, saw {path.stat().st_size / 1e6:.1f} MB"
        )
    raw = path.read_bytes()
    return _read(raw, path.stem, _kind(path.name, raw), source)


def _refused(source: str, what: str, hint: str = "") -> CaseError:
    return CaseError([Finding("", what, hint, source)], "nothing was read")


def _kind(name: str, raw: bytes) -> str:
    """The format, by what the bytes say first and by the name second."""
    head = raw[:1024].lstrip().lower()
    suffix = Path(name).suffix.lower()
    if raw.startswith(b"%PDF"):
        return "pdf"
    if raw.startswith(b"PK\x03\x04"):
        return "docx"
    if head.startswith((b"<!doctype html", b"<html")) or suffix in (".html", ".htm", ".xhtml"):
        return "html"
    if head.startswith(b"<?xml") or suffix in (".xml", ".rss", ".atom"):
        return "html" if b"<html" in head else "feed"
    if head.startswith((b"<rss", b"<feed")):
        return "feed"
    if suffix in (".eml", ".mht") or re.match(
        rb"(?:from|received|return-path|mime-version|delivered-to|date|subject): ", head
    ):
        return "mail"
    return "text"


def _read(raw: bytes, name: str, kind: str, source: str) -> list[Incoming]:
    if kind == "text" and b"\x00" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(source, "expected text, saw binary data", "zopa reads txt, html, pdf, docx, eml, rss")
    readers = {"html": _html, "pdf": _pdf, "docx": _docx, "mail": _mail, "feed": _feed, "text": _text}
    return readers[kind](raw, name, source)


# ---------------------------------------------------------------- plain text


def _decode(raw: bytes, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """Bytes as text: by BOM, UTF-8, the declared charset, and last Windows-1252, which is then noted."""
    for bom, charset in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(bom):
            return raw.decode(charset, "replace"), ()
    for charset in ("utf-8", declared):
        if charset:
            try:
                return raw.decode(charset), ()
            except (UnicodeDecodeError, LookupError):
                continue
    return raw.decode("cp1252", "replace"), ("not UTF-8: read as Windows-1252",)


def _text(raw: bytes, name: str, _source: str) -> list[Incoming]:
    text, notes = _decode(raw)
    return [Incoming(name, text, notes=notes)]


# ---------------------------------------------------------------- HTML

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
    r"(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?|rgba?\(\s*255\s*,\s*255\s*,\s*255[^)]*\)|transparent)", re.I
)
_DARK = re.compile(r"background(?:-color)?\s*:\s*(?!white|#fff|transparent|none|inherit)", re.I)
_META = {"og:title": "title", "og:site_name": "publisher", "author": "byline", "article:author": "byline",
         "article:published_time": "on", "date": "on", "dc.date": "on", "datepublished": "on"}  # fmt: skip


class _Page(HTMLParser):
    """Paragraphs of a page, with the depth of article they stand in; hidden ones are counted, not kept."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag; decide whether what follows is seen by a reader."""
        a = {k: v or "" for k, v in attrs}
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
        style = a.get("style", "")
        concealed = (
            bool(_HIDDEN.search(style))
            or (bool(_WHITE.search(style)) and not _DARK.search(style))
            or "hidden" in a
            or a.get("aria-hidden") == "true"
        )
        off = tag in _SKIP or concealed
        self.stack.append((tag, off))
        self.skipping += off
        if concealed and tag not in _SKIP:
            self.hidden += 1
        self.article += tag in ("article", "main")

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


def _html(raw: bytes, name: str, source: str) -> list[Incoming]:
    declared = re.search(rb"charset=[\"']?([\w-]+)", raw[:2048], re.I)
    text, notes = _decode(raw, declared.group(1).decode("ascii") if declared else "")
    body, published, hidden = html_text(text)
    if hidden:
        notes = (*notes, f"{hidden} hidden parts of the page left out")
    if not body:
        raise _refused(source, "expected a page with text, saw none")
    return [Incoming(name, body, published, notes=notes)]


def html_text(page: str) -> tuple[str, Published, int]:
    """Main text of a page by its tags (article and paragraphs), publication data, and how many parts were hidden."""
    parser = _Page()
    parser.feed(page)
    parser.close()
    parser._flush("")
    chosen = [text for text, inside, _ in parser.blocks if inside]
    if sum(map(len, chosen)) < 200:
        paragraphs = [text for text, _, tag in parser.blocks if tag in ("p", "blockquote", "h1", "h2", "pre")]
        chosen = paragraphs if sum(map(len, paragraphs)) > 200 else [text for text, _, _ in parser.blocks]
    title = parser.meta.get("title") or re.sub(r"\s+", " ", "".join(parser.title)).strip()
    published = Published(
        title,
        parser.meta.get("publisher", ""),
        parser.meta.get("byline", ""),
        _day(parser.meta.get("on", "")),
    )
    return "\n".join(chosen), published, parser.hidden


def _day(text: str) -> date | None:
    m = re.match(r"(\d{4})-(\d\d)-(\d\d)", text.strip())
    try:
        return date(int(m[1]), int(m[2]), int(m[3])) if m else plain_date(text)
    except ValueError:
        return None


# ---------------------------------------------------------------- PDF, in a process of its own

_PDF_CHILD = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
    resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
except ImportError:
    pass
import logging
logging.disable(logging.CRITICAL)
from pypdf import PdfReader
from io import BytesIO
reader = PdfReader(BytesIO(sys.stdin.buffer.read()), strict=False)
out = []
for page in reader.pages[:2000]:
    out.append(page.extract_text() or "")
    if sum(map(len, out)) > 8_000_000:
        break
sys.stdout.buffer.write("\\n\\n".join(out).encode("utf-8", "replace"))
"""


def _pdf(raw: bytes, name: str, source: str) -> list[Incoming]:
    from importlib.util import find_spec

    if find_spec("pypdf") is None:
        raise MissingExtra("text", "reading a PDF")
    script = _PDF_CHILD.format(memory=PDF_MEMORY, seconds=PDF_SECONDS)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", script],
            input=raw,
            capture_output=True,
            timeout=PDF_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refused(
            source, f"expected a PDF that can be read in {PDF_SECONDS} seconds", "save it as text"
        ) from None
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it stopped"]
        raise _refused(source, f"expected a readable PDF: {last[0][:120]}", "save it as text")
    text = _unwrap(done.stdout.decode("utf-8", "replace"))
    if not text.strip():
        raise _refused(
            source, "expected a PDF with text, saw none", "a scanned page needs text recognition first"
        )
    return [Incoming(name, text)]


def _unwrap(text: str) -> str:
    """Lines of a page joined into paragraphs; hyphens at line ends closed where a small letter follows."""
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    paragraphs = re.split(r"\n\s*\n", text)
    return "\n".join(re.sub(r"\s*\n\s*", " ", p).strip() for p in paragraphs if p.strip())


# ---------------------------------------------------------------- DOCX, e-mail, feeds


def _docx(raw: bytes, name: str, source: str) -> list[Incoming]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            total = sum(m.file_size for m in members)
            if len(members) > ZIP_MEMBERS or total > ZIP_BYTES or total > ZIP_RATIO * max(1, len(raw)):
                raise _refused(
                    source, "expected an ordinary document, saw an archive that unpacks to far more"
                )
            if "word/document.xml" not in archive.namelist():
                raise _refused(
                    source,
                    "expected a Word document, saw another archive",
                    "zopa reads txt, html, pdf, docx, eml, rss",
                )
            body = _xml(archive.read("word/document.xml"), source)
            core = (
                _xml(archive.read("docProps/core.xml"), source)
                if "docProps/core.xml" in archive.namelist()
                else None
            )
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _refused(source, f"expected a Word document: {error}") from None
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    hidden = 0
    paragraphs = []
    for p in body.iter(f"{w}p"):
        parts = []
        for run in p.iter(f"{w}r"):
            if run.find(f"{w}rPr/{w}vanish") is not None:
                hidden += 1
                continue
            parts += [
                "\t" if node.tag == f"{w}tab" else " " if node.tag == f"{w}br" else node.text or ""
                for node in run
                if node.tag in (f"{w}t", f"{w}tab", f"{w}br")
            ]
        paragraphs.append("".join(parts).strip())
    title = author = ""
    if core is not None:
        title = next((e.text or "" for e in core.iter() if e.tag.endswith("}title")), "")
        author = next((e.text or "" for e in core.iter() if e.tag.endswith("}creator")), "")
    notes = (f"{hidden} hidden parts of the document left out",) if hidden else ()
    return [Incoming(name, "\n".join(p for p in paragraphs if p), Published(title, "", author), notes=notes)]


def _xml(raw: bytes, source: str) -> ElementTree.Element:
    """Parse XML with no entities, no document type and bounded depth."""
    depth = 0

    def opened(_name: str, _attrs: object) -> None:
        nonlocal depth
        depth += 1
        if depth > XML_DEPTH:
            raise _refused(source, f"expected XML at most {XML_DEPTH} levels deep")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> int:
        raise _refused(source, "expected XML without a document type or entities", "it could hide a bomb")

    guard = expat.ParserCreate()
    guard.StartElementHandler, guard.EndElementHandler = opened, closed
    guard.StartDoctypeDeclHandler = guard.EntityDeclHandler = guard.ExternalEntityRefHandler = refuse
    try:
        guard.Parse(raw, True)
        return ElementTree.fromstring(raw)
    except (expat.ExpatError, ElementTree.ParseError) as error:
        raise _refused(source, f"expected XML: {error}") from None


def _mail(raw: bytes, name: str, source: str) -> list[Incoming]:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain", "html"))
    if part is None:
        raise _refused(source, "expected a message with text, saw none")
    try:
        content = part.get_content()
    except (LookupError, UnicodeDecodeError):
        content = _decode(part.get_payload(decode=True) or b"")[0]  # type: ignore[arg-type]
    text, hidden = (str(content), 0)
    if part.get_content_type() == "text/html":
        text, _, hidden = html_text(text)
    text = re.sub(r"(?m)^>.*\n?", "", text)
    try:
        on = parsedate_to_datetime(str(message["date"])).date() if message["date"] else None
    except (ValueError, TypeError):
        on = None
    published = Published(str(message["subject"] or ""), "", str(message["from"] or ""), on)
    attachments = sum(1 for _ in message.iter_attachments())
    notes = [f"{attachments} attachments not opened"] if attachments else []
    notes += [f"{hidden} hidden parts of the message left out"] if hidden else []
    return [Incoming(name, text, published, notes=tuple(notes))]


def _feed(raw: bytes, name: str, source: str) -> list[Incoming]:
    """Each item of an RSS or Atom file as a text of its own; links in it are not followed."""
    root = _xml(raw, source)

    def words(item: ElementTree.Element, *tags: str) -> str:
        for tag in tags:
            for e in item.iter():
                if e.tag.rpartition("}")[2] == tag:
                    return "".join(e.itertext()).strip()
        return ""

    items = [e for e in root.iter() if e.tag.rpartition("}")[2] in ("item", "entry")]
    out = []
    channel = words(root, "title")
    for n, item in enumerate(items[:200], 1):
        body, _, hidden = html_text(words(item, "encoded", "content", "description", "summary"))
        stamp = words(item, "pubDate", "published", "updated", "date")
        try:
            on = parsedate_to_datetime(stamp).date() if "," in stamp else _day(stamp)
        except (ValueError, TypeError):
            on = None
        title = words(item, "title")
        link = words(item, "link") or next(
            (e.get("href", "") for e in item.iter() if e.tag.endswith("link")), ""
        )
        if body or title:
            notes = (f"{hidden} hidden parts left out",) if hidden else ()
            out.append(
                Incoming(
                    f"{name}-{n}",
                    f"{title}\n{body}" if title else body,
                    Published(title, channel, words(item, "author", "creator"), on),
                    link,
                    notes,
                )
            )
    if not out:
        raise _refused(source, "expected an RSS or Atom file with items, saw none")
    return out


# ---------------------------------------------------------------- the network


def fetch(url: str) -> tuple[bytes, str, str]:
    """One page that the user named: its bytes, its format if the server says so, and the final address.

    http and https only. Every hop is resolved first, and refused when it leads to a private, loopback or
    link-local address; the connection goes to the address that was checked.
    """
    deadline = time.monotonic() + MAX_SECONDS
    for _ in range(MAX_REDIRECTS + 1):
        status, headers, body = _get(url, deadline)
        if status in (301, 302, 303, 307, 308) and headers.get("location"):
            url = urljoin(url, headers["location"])
            continue
        if status != 200:
            raise _refused(url, f"expected a page, the server answered {status}")
        kind = {"application/pdf": "pdf", "text/html": "html", "text/plain": "text"}.get(
            headers.get("content-type", "").split(";")[0].strip().lower(), ""
        )
        return body, kind, url
    raise _refused(url, f"expected at most {MAX_REDIRECTS} redirects")


def _get(url: str, deadline: float) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused(url, f"expected an http or https address, saw '{parts.scheme}:'")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _public_address(parts.hostname, port, url)
    left = max(0.1, deadline - time.monotonic())
    try:
        sock = socket.create_connection((address, port), timeout=left)
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=left)
        connection.sock = sock
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "GET",
            path,
            headers={"User-Agent": "zopa (reads one page on request)", "Accept-Encoding": "identity"},
        )
        response = connection.getresponse()
        body = b""
        while chunk := response.read(65536):
            body += chunk
            if len(body) > MAX_BYTES:
                raise _refused(url, f"expected at most {MAX_BYTES / 1e6:g} MB")
            if time.monotonic() > deadline:
                raise _refused(url, f"expected an answer within {MAX_SECONDS:g} seconds")
        headers = {k.lower(): v for k, v in response.getheaders()}
        connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise _refused(url, f"could not be fetched: {error}") from None
    return response.status, headers, body


def _public_address(host: str, port: int, url: str) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _refused(url, f"could not be found: {error}") from None
    for *_, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not mapped.is_global or mapped.is_multicast:
            raise _refused(
                url, f"expected a public address, saw {address}", "save the page and read the file"
            )
    return str(found[0][4][0])
