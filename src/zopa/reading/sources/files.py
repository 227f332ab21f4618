"""Texts in: a file, or a URL that the user names.

Whatever comes in is data. Nothing in it is executed, and nothing that it links to is fetched. Hidden text is
taken out and reported; archives, XML and PDF are opened under limits.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import io
import itertools
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.parsers import expat

from zopa.counts import things
from zopa.errors import MissingExtra, ZopaError
from zopa.reading.sources.tables import SPEAKER, WORDS, TableError, csv_turns, json_turns
from zopa.reading.sources.text import LIMITS, MAX_BYTES, Published
from zopa.reading.sources.web import fetch, refused
from zopa.reading.sources.web_pages import day, html_text

__all__ = ["Incoming", "open_bytes", "open_source"]

PDF_SECONDS = 30
PDF_MEMORY = 800_000_000
ZIP_MEMBERS, ZIP_BYTES, ZIP_RATIO = 2_000, 60_000_000, 200
XML_DEPTH, XML_ELEMENTS = 200, 1_000_000
MAIL_PARTS, MAIL_HEADER = 5_000, 5_000
_CHARSETS = ("utf-8", "utf-16", "utf-32", "ascii", "iso8859", "cp", "koi8", "mac-", "big5", "gb", "euc", "shift_jis", "iso2022", "hz",
             "johab", "tis", "ptcp", "kz")  # fmt: skip
_HEADER = re.compile(rb"(?im)^(?:content-[a-z-]+|from|subject|date)[ \t]*+:(?:[^\n]*+\n(?=[ \t]))*+[^\n]*+")


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
    if source == "-":
        raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise refused("-", f"expected at most {MAX_BYTES / 1e6:g} MB, saw more", LIMITS)
        return _read(raw, "stdin", _kind("", raw), "-")
    path = Path(source)
    if path.is_dir():
        return _folder(path, source)
    raw = _bytes(path, source)
    return _read(raw, path.stem, _kind(path.name, raw), source)


def open_bytes(raw: bytes, name: str) -> list[Incoming]:
    """The text or texts of a file that came as bytes under a name; its ending and the bytes say the format.

    Raises
    ------
    CaseError, MissingExtra
        As :func:`open_source`.
    """
    if len(raw) > MAX_BYTES:
        raise refused(name, f"expected at most {MAX_BYTES / 1e6:g} MB, saw {len(raw) / 1e6:.1f} MB", LIMITS)
    return _read(raw, Path(name).stem, _kind(name, raw), name)


def _folder(path: Path, source: str) -> list[Incoming]:
    """The files of a folder, in the order of their names; what cannot be read is noted."""
    files = sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith("."))
    if not files:
        raise refused(source, "expected a folder with texts, saw no file in it")
    out: list[Incoming] = []
    problems: list[str] = []
    for file in files:
        try:
            out += open_source(str(file))
        except ZopaError as error:
            problems.append(f"{file.name} was left out: {str(error).partition(chr(10))[0][:200]}")
    if not out:
        raise refused(
            source, f"expected a text among {len(files)} files, saw none that can be read", problems[0]
        )
    return [replace(out[0], notes=(*out[0].notes, *problems)), *out[1:]]


def _bytes(path: Path, source: str) -> bytes:
    """A file's bytes, if it is one that can be read and not too large."""
    try:
        if not path.is_file():
            saw = "a device or a pipe" if path.exists() else "nothing there"
            raise refused(source, f"expected a file, a folder or an http(s) address, saw {saw}")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise refused(source, f"expected at most {MAX_BYTES / 1e6:g} MB, saw {size / 1e6:.1f} MB", LIMITS)
        return path.read_bytes()
    except OSError as error:
        raise refused(source, f"expected a file that can be read: {error.strerror}") from None


_MAGIC = (
    (b"%PDF", "pdf"), (b"{\\rtf", "rtf"), (b"\xd0\xcf\x11\xe0", "old"), (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"), (b"II*\x00", "picture"), (b"MM\x00*", "picture"), (b"ID3", "sound"), (b"OggS", "sound"), (b"fLaC", "sound"),
)  # fmt: skip
_SUFFIXES = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".eml": "mail", ".mht": "mail", ".csv": "csv", ".tsv": "csv", ".json": "json",
    ".mp3": "sound", ".wav": "sound", ".m4a": "sound", ".mp4": "sound", ".mov": "sound", ".avi": "sound", ".mkv": "sound",
    ".xls": "sheet", ".ppt": "old", ".doc": "old", ".msg": "message", ".7z": "other archive", ".gz": "other archive", ".rar": "other archive",
}  # fmt: skip
_READ = "zopa reads txt, md, html, pdf, docx, odt, rtf, eml, rss, srt, vtt, and csv or json with a speaker and words in each row"
_REFUSED = {
    "old": ("expected a text, saw an old Office file", "open it and save it as .docx or .odt"),
    "picture": (
        "expected a text, saw a picture",
        "a scanned page needs text recognition first (ocrmypdf, tesseract)",
    ),
    "sound": (
        "expected a text, saw sound or film",
        "make a transcript first, with the speaker's name before each turn",
    ),
    "sheet": (
        "expected a text, saw a spreadsheet",
        "save the sheet as .csv with a column for the speaker and one for the words",
    ),
    "slides": ("expected a text, saw slides", "save them as .pdf or text"),
    "message": ("expected a text, saw an Outlook message", "save it as .eml or text"),
    "other archive": ("expected a text, saw an archive", "unpack it and name the folder"),
}


def _kind(name: str, raw: bytes) -> str:
    """The format, by what the bytes say first and by the name second."""
    head = raw[:1024].lstrip().lower()
    suffix = Path(name).suffix.lower()
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            return kind
    if raw.startswith(b"PK\x03\x04"):
        return _zipped(raw)
    if head.startswith((b"<!doctype html", b"<html")):
        return "html"
    if head.startswith(b"<?xml") or suffix in (".xml", ".rss", ".atom"):
        return "html" if b"<html" in head else "feed"
    if head.startswith((b"<rss", b"<feed")):
        return "feed"
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if re.match(rb"(?:received|return-path|mime-version|delivered-to): ", head):
        return "mail"
    if re.match(rb"(?:from|date|subject): ", head) and re.search(
        rb"(?im)^(?:mime-version|message-id|content-type):", raw[:8192]
    ):
        return "mail"
    return "text"


def _zipped(raw: bytes) -> str:
    """What a zip archive holds, by the names of its members."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        return "docx"
    if "content.xml" in names:
        return "odt"
    for member, kind in (
        ("xl/workbook.xml", "sheet"),
        ("ppt/presentation.xml", "slides"),
        ("word/document.xml", "docx"),
    ):
        if member in names:
            return kind
    return "other archive"


def _read(raw: bytes, name: str, kind: str, source: str) -> list[Incoming]:
    if not raw.strip():
        raise refused(source, "expected a text, saw an empty file", "save it again, or name another file")
    if kind in _REFUSED:
        raise refused(source, *_REFUSED[kind])
    if (
        kind in ("text", "csv", "json", "html", "mail", "feed")
        and b"\x00" in raw[:4096]
        and not raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise refused(source, "expected text, saw binary data", _READ)
    readers = {
        "html": _html,
        "pdf": _pdf,
        "docx": _docx,
        "mail": _mail,
        "feed": _feed,
        "text": _text,
        "odt": _odt,
        "rtf": _rtf,
        "csv": _table,
        "json": _table,
    }
    try:
        return readers[kind](raw, name, source)
    except ZopaError:
        raise
    except TableError as error:
        raise refused(
            source,
            f"expected a speaker and words in each row, saw {error}",
            f"name the columns, as in '{SPEAKER[0]},{WORDS[0]}'",
        ) from None
    except Exception as error:  # what the parsers of foreign formats throw at damaged bytes is not bounded
        what = str(error).partition("\n")[0][:80] or type(error).__name__
        raise refused(
            source, f"expected a sound {kind} file: {what}", "open it in its own program and save it as text"
        ) from None


def _table(raw: bytes, name: str, _source: str) -> list[Incoming]:
    """Rows with a speaker and words, as turns."""
    text, notes = _decode(raw)
    turns = json_turns(text) if text.lstrip()[:1] in "[{" else csv_turns(text)
    return [Incoming(name, turns, notes=notes)]


def _rtf(raw: bytes, name: str, source: str) -> list[Incoming]:
    from importlib.util import find_spec

    if find_spec("striprtf") is None:
        raise MissingExtra("text", "reading RTF")
    from striprtf.striprtf import rtf_to_text

    text = rtf_to_text(raw.decode("latin-1"), errors="ignore")  # type: ignore[no-untyped-call]
    if not text.strip():
        raise refused(source, "expected an RTF file with text, saw none", "open it and save it as text")
    return [Incoming(name, text)]


def _odt(raw: bytes, name: str, source: str) -> list[Incoming]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        _bounded(archive, raw, source)
        kind = (
            archive.read("mimetype")[:80].decode("ascii", "replace")
            if "mimetype" in archive.namelist()
            else ""
        )
        if "spreadsheet" in kind:
            raise refused(source, *_REFUSED["sheet"])
        body = _xml(archive.read("content.xml"), source)
    text_ns = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    lines = []
    for node in body.iter():
        if node.tag in (f"{text_ns}p", f"{text_ns}h"):
            lines.append("".join(_odt_words(node, text_ns)).strip())
    return [Incoming(name, "\n".join(line for line in lines if line))]


def _odt_words(node: ElementTree.Element, ns: str) -> Iterator[str]:
    """The words of a paragraph, without notes, comments and what a tracked change removed."""
    yield node.text or ""
    for child in node:
        tag = child.tag.rpartition("}")[2]
        if tag in ("s", "tab", "line-break"):
            yield " "
        elif tag not in ("note", "annotation", "tracked-changes", "p"):
            yield from _odt_words(child, ns)
        yield child.tail or ""


def _bounded(archive: zipfile.ZipFile, raw: bytes, source: str) -> None:
    """Refuse an archive that unpacks to far more than a document does."""
    members = archive.infolist()
    total = sum(m.file_size for m in members)
    if len(members) > ZIP_MEMBERS or total > ZIP_BYTES or total > ZIP_RATIO * max(1, len(raw)):
        raise refused(source, "expected an ordinary document, saw an archive that unpacks to far more")


# ---------------------------------------------------------------- plain text


def _decode(raw: bytes, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """Bytes as text: by BOM, UTF-8, the declared charset, and last Windows-1252, which is then noted."""
    for bom, charset in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(bom):
            return raw.decode(charset, "replace"), ()
    for charset in ("utf-8", declared):
        if _is_charset(charset):
            try:
                return raw.decode(charset), ()
            except UnicodeError:
                continue
    return raw.decode("cp1252", "replace"), ("not UTF-8: read as Windows-1252",)


def _is_charset(name: str) -> bool:
    """Whether this names an encoding of text; Python knows others, which are slow or none."""
    try:
        return codecs.lookup(name).name.startswith(_CHARSETS)
    except (LookupError, ValueError):
        return False


def _text(raw: bytes, name: str, _source: str) -> list[Incoming]:
    text, notes = _decode(raw)
    return [Incoming(name, text, notes=notes)]


# ---------------------------------------------------------------- HTML


def _html(raw: bytes, name: str, source: str) -> list[Incoming]:
    declared = re.search(rb"charset=[\"']?([\w-]+)", raw[:2048], re.I)
    text, notes = _decode(raw, declared.group(1).decode("ascii") if declared else "")
    body, published, hidden = html_text(text)
    if hidden:
        notes = (*notes, f"{things(hidden, 'hidden part')} of the page left out")
    if not body:
        raise refused(source, "expected a page with text, saw none")
    return [Incoming(name, body, published, notes=notes)]


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
sys.stdout.buffer.write("\\f".join(out).encode("utf-8", "replace"))
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
        raise refused(
            source, f"expected a PDF that can be read in {PDF_SECONDS} seconds", "save it as text"
        ) from None
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it stopped"]
        raise refused(source, f"expected a readable PDF: {last[0][:120]}", "save it as text")
    pages = _without_heads(done.stdout.decode("utf-8", "replace").translate(_LIGATURES).split("\f"))
    text = _unwrap("\n\n".join(pages))
    if not text.strip():
        raise refused(
            source, "expected a PDF with text, saw none", "a scanned page needs text recognition first"
        )
    return [Incoming(name, text)]


_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"})
_PAGE_NUMBER = re.compile(
    r"\s*(?:[-–—]\s*)?(?:(?:page|p\.)\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?(?:\s*[-–—])?\s*", re.I
)


def _without_heads(pages: list[str]) -> list[str]:
    """Pages without page numbers and without first and last lines that half of them share, and at least three."""
    rows = [[line for line in page.split("\n")] for page in pages]
    for row in rows:
        while row and (not row[0].strip() or _PAGE_NUMBER.fullmatch(row[0])):
            row.pop(0)
        while row and (not row[-1].strip() or _PAGE_NUMBER.fullmatch(row[-1])):
            row.pop()
    for place in (0, -1):
        seen = Counter(re.sub(r"\d+", "#", row[place].strip()) for row in rows if row)
        repeated = {line for line, n in seen.items() if n >= max(3, len(rows) / 2)}
        for row in rows:
            if row and re.sub(r"\d+", "#", row[place].strip()) in repeated:
                row.pop(place)
    return ["\n".join(row) for row in rows]


def _unwrap(text: str) -> str:
    """Lines of a page joined into paragraphs; hyphens at line ends closed where a small letter follows."""
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    paragraphs = re.split(r"\n(?:[^\S\n]*+\n)++", text)
    return "\n".join(
        " ".join(line.strip() for line in p.split("\n")).strip() for p in paragraphs if p.strip()
    )


# ---------------------------------------------------------------- DOCX, e-mail, feeds


def _docx(raw: bytes, name: str, source: str) -> list[Incoming]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _bounded(archive, raw, source)
            if "word/document.xml" not in archive.namelist():
                raise refused(
                    source,
                    "expected a Word document, saw another archive",
                    _READ,
                )
            body = _xml(archive.read("word/document.xml"), source)
            core = (
                _xml(archive.read("docProps/core.xml"), source)
                if "docProps/core.xml" in archive.namelist()
                else None
            )
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise refused(source, f"expected a Word document: {error}") from None
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
    notes = (f"{things(hidden, 'hidden part')} of the document left out",) if hidden else ()
    return [Incoming(name, "\n".join(p for p in paragraphs if p), Published(title, "", author), notes=notes)]


def _xml(raw: bytes, source: str) -> ElementTree.Element:
    """Parse XML with no entities, no document type and bounded depth."""
    depth = elements = 0

    def opened(_name: str, _attrs: object) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > XML_DEPTH:
            raise refused(source, f"expected XML at most {XML_DEPTH} levels deep")
        if elements > XML_ELEMENTS:
            raise refused(source, f"expected XML with at most {XML_ELEMENTS:,} elements")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> int:
        raise refused(source, "expected XML without a document type or entities", "it could hide a bomb")

    guard = expat.ParserCreate()
    guard.StartElementHandler, guard.EndElementHandler = opened, closed
    guard.StartDoctypeDeclHandler = guard.EntityDeclHandler = guard.ExternalEntityRefHandler = refuse
    try:
        guard.Parse(raw, True)
        return ElementTree.fromstring(raw)
    except (expat.ExpatError, ElementTree.ParseError) as error:
        raise refused(source, f"expected XML: {error}") from None


def _mail(raw: bytes, name: str, source: str) -> list[Incoming]:
    if raw.count(b"\n--") > MAIL_PARTS:
        raise refused(source, f"expected a message with at most {MAIL_PARTS:,} parts")
    if any(m.end() - m.start() > MAIL_HEADER for m in _HEADER.finditer(raw)):
        raise refused(source, f"expected no header of a message above {MAIL_HEADER:,} characters")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain", "html"))
    if part is None:
        raise refused(source, "expected a message with text, saw none")
    payload = part.get_payload(decode=True)
    text, decoded = _decode(payload if isinstance(payload, bytes) else b"", part.get_content_charset() or "")
    hidden = 0
    if part.get_content_type() == "text/html":
        text, _, hidden = html_text(text, mail=True)
    try:
        on = parsedate_to_datetime(str(message["date"])).date() if message["date"] else None
    except (ValueError, TypeError):
        on = None
    published = Published(str(message["subject"] or ""), "", str(message["from"] or ""), on)
    attachments = sum(1 for _ in message.iter_attachments())
    notes = [*decoded, *([f"{things(attachments, 'attachment')} not opened"] if attachments else [])]
    notes += [f"{things(hidden, 'hidden part')} of the message left out"] if hidden else []
    if not _ANSWERED.search(text):  # words of nobody who is named
        text = re.sub(r"(?m)^>.*\n?", "", text)
    heads = [
        f"{h}: {' '.join(str(message[h]).split())}" for h in ("From", "To", "Date", "Subject") if message[h]
    ]
    return [Incoming(name, "\n".join(heads) + "\n\n" + text, published, notes=tuple(notes))]


_ANSWERED = re.compile(r"(?m)^(?:>\s?)*[^\n>].{0,150}wrote:\s*$")


def _items(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The items of a feed; one inside another is part of it."""
    if element.tag.rpartition("}")[2] in ("item", "entry"):
        yield element
        return
    for child in element:
        yield from _items(child)


def _feed(raw: bytes, name: str, source: str) -> list[Incoming]:
    """Each item of an RSS or Atom file as a text of its own; links in it are not followed."""
    root = _xml(raw, source)

    def words(item: ElementTree.Element, *tags: str) -> str:
        for tag in tags:
            for e in item.iter():
                if e.tag.rpartition("}")[2] == tag:
                    return "".join(e.itertext()).strip()
        return ""

    out = []
    channel = words(root, "title")
    for n, item in enumerate(itertools.islice(_items(root), 200), 1):
        body, _, hidden = html_text(words(item, "encoded", "content", "description", "summary"))
        stamp = words(item, "pubDate", "published", "updated", "date")
        try:
            on = parsedate_to_datetime(stamp).date() if "," in stamp else day(stamp)
        except (ValueError, TypeError):
            on = None
        title = words(item, "title")
        link = words(item, "link") or next(
            (e.get("href", "") for e in item.iter() if e.tag.endswith("link")), ""
        )
        if body or title:
            notes = (f"{things(hidden, 'hidden part')} left out",) if hidden else ()
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
        raise refused(source, "expected an RSS or Atom file with items, saw none")
    return out
