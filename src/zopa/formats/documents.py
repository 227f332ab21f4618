"""Foreign files as plain data, within bounds: bytes to text, XML to a tree with lines, JSON, YAML, archives.

Whatever the bytes, the answer is data or a located :class:`~zopa.errors.CaseError`, after bounded time and
memory: document types and entities are refused (so there are no entity bombs and nothing is fetched), and
so are deep nesting, numbers of extraordinary size, archives that swell or climb out of their folder.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from zopa.errors import CaseError, Finding
from zopa.formats.fidelity import Fidelity

__all__ = [
    "MAX_BYTES",
    "Element",
    "decode",
    "json_data",
    "number",
    "refuse",
    "take",
    "unzip",
    "xml_root",
    "xml_tree",
    "yaml_data",
    "zipped",
]

MAX_BYTES = 32_000_000
MAX_FILES = 500
MAX_DEPTH = 60
MAX_ELEMENTS = 1_000_000
MAX_UNPACKED = 200_000_000
MAX_XML = 64_000_000
MAX_YAML = 200_000
_DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_TEXT_ENCODINGS = {
    "utf-8", "ascii", "iso8859-1", "iso8859-15", "iso8859-2", "cp1250", "cp1251", "cp1252", "utf-16", "koi8-r",
    "utf-16-le", "utf-16-be", "shift_jis", "euc_jp", "gb2312", "gbk", "gb18030", "big5", "iso8859-5", "iso8859-9",
}  # fmt: skip
_NUMBER = re.compile(r"[-+]?(\d{1,60}\.?\d{0,60}|\.\d{1,60})([eE][-+]?\d{1,3})?")


def refuse(file: str, what: str, hint: str = "", line: int = 0, column: int = 1) -> NoReturn:
    """Raise a :class:`CaseError` with one finding."""
    raise CaseError([Finding("", what, hint, file, line, column if line else 0)], "nothing was read")


def take(path: Path) -> dict[str, bytes]:
    """The bytes of a file, or of the files that lie directly in a folder, by name; sizes are bounded.

    Raises
    ------
    CaseError
        Nothing there, not readable, too large, or too many files.
    """
    if path.is_dir():
        inside = sorted(p for p in path.iterdir() if not p.name.startswith(".") and p.is_file())
        if len(inside) > MAX_FILES:
            refuse(str(path), f"expected at most {MAX_FILES} files in the folder, saw {len(inside)}")
        return {p.name: _bytes(p) for p in inside}
    return {path.name: _bytes(path)}


def _bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            refuse(str(path), "expected a file, saw a device or a pipe")
        if status.st_size > MAX_BYTES:
            refuse(
                str(path),
                f"expected at most {MAX_BYTES / 1e6:g} MB, saw {status.st_size / 1e6:.1f} MB",
                "split the file",
            )
        return path.read_bytes()
    except CaseError:
        raise
    except FileNotFoundError:
        refuse(str(path), "expected a file or a folder, saw nothing there")
    except (OSError, ValueError) as error:
        refuse(str(path), f"cannot be read: {getattr(error, 'strerror', None) or error}")


def decode(raw: bytes, file: str, fidelity: Fidelity | None = None) -> str:
    """The text of a file: by its byte-order mark, its XML declaration, as UTF-8, else as Windows-1252.

    The last is a guess and is noted in ``fidelity``; without one it is refused.

    Raises
    ------
    CaseError
        NUL characters, or bytes that the encoding does not have; with line and column.
    """
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    declared = _DECLARED.search(raw[:400])
    named = marked or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        encoding = codecs.lookup(named).name
    except LookupError:
        refuse(file, f"expected a known encoding, saw '{named}'", "save the file as UTF-8", 1)
    if encoding not in _TEXT_ENCODINGS and not marked:
        refuse(file, f"the encoding '{named}' is not read", "save the file as UTF-8", 1)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        text = _guessed(raw, file, error, None if marked else fidelity)
    except UnicodeError as error:
        refuse(file, f"the text is not {named}: {error}", "save the file as UTF-8", 1)
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        refuse(file, "expected text, saw a NUL character", "save the file as UTF-8 text", line)
    return text


def _guessed(raw: bytes, file: str, error: UnicodeDecodeError, fidelity: Fidelity | None) -> str:
    line = raw.count(b"\n", 0, error.start) + 1
    column = error.start - raw.rfind(b"\n", 0, error.start)
    saw = f"byte 0x{raw[error.start]:02x} is no {error.encoding.upper()}"
    if fidelity is None or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        refuse(file, f"expected text, {saw}", "save the file as UTF-8", line, column)
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as other:
        line = raw.count(b"\n", 0, other.start) + 1
        column = other.start - raw.rfind(b"\n", 0, other.start)
        what = f"byte 0x{raw[other.start]:02x} is neither {error.encoding.upper()} nor Windows-1252"
        refuse(file, f"expected text, {what}", "save the file as UTF-8", line, column)
    fidelity.change(
        f"read as Windows-1252, because {saw}: check names with accents", f"{file}:{line}:{column}"
    )
    return text


def number(text: object) -> Fraction | None:
    """The decimal that stands there, exactly; None where there is none of ordinary size.

    >>> number(" 0.35 ")
    Fraction(7, 20)
    >>> number("1e999") is None
    True
    """
    if isinstance(text, bool):
        return None
    if isinstance(text, int | Fraction):
        return Fraction(text) if abs(Fraction(text)) < 10**60 else None
    word = str(text).strip()
    found = _NUMBER.fullmatch(word)
    if not found or (found[2] and abs(int(found[2][1:])) > 60):
        return None
    return Fraction(word)


# --- XML


@dataclass(slots=True)
class Element:
    """An element of an XML file: local name, attributes, children, text before the first child, place."""

    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def find(self, *tags: str) -> Element | None:
        """The first child with one of these names."""
        return next((c for c in self.children if c.tag in tags), None)

    def all(self, *path: str) -> list[Element]:
        """Every element at a path of names below this one."""
        found = [self]
        for tag in path:
            found = [c for e in found for c in e.children if c.tag == tag]
        return found

    def words(self, *path: str) -> str:
        """The text at a path, without white space around it; empty where there is none."""
        found = self.all(*path)
        return found[0].text.strip() if found else ""

    def walk(self) -> Iterator[Element]:
        """Yield this element and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += reversed(one.children)


class _Refused(Exception):
    """What a handler refuses; carries the sentence and the hint."""


def _from_first_element(text: str, file: str) -> str:
    """The text with blanks for all that stands before the first element; lines and columns stay."""
    if len(text) > MAX_XML:
        refuse(
            file,
            f"expected at most {MAX_XML / 1e6:g} MB of XML, saw {len(text) / 1e6:.0f} MB",
            "split the file",
            1,
        )
    plain = _DECLARATION.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text, count=1)
    at = plain.find("<")
    if at < 0:
        refuse(file, "expected XML, saw no element", "", 1)
    return re.sub(r"[^\n]", " ", plain[:at]) + plain[at:]


def xml_tree(text: str, file: str) -> Element:
    """The root of an XML text.

    What stands before the first element, such as blank lines before the declaration, is skipped.

    Raises
    ------
    CaseError
        Not well-formed, a document type declaration (they can explode or fetch files), too deep, too many
        elements; with line and column.
    """
    plain = _from_first_element(text, file)
    lead = len(plain) - len(plain.lstrip())
    skipped = plain.count("\n", 0, lead)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    stack: list[Element] = []
    roots: list[Element] = []
    counted = 0

    def place() -> tuple[int, int]:
        return parser.CurrentLineNumber + skipped, parser.CurrentColumnNumber + 1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal counted
        counted += 1
        if len(stack) >= MAX_DEPTH:
            raise _Refused(f"expected at most {MAX_DEPTH} levels of elements", "")
        if counted > MAX_ELEMENTS:
            raise _Refused(f"expected at most {MAX_ELEMENTS:,} elements", "split the file")
        local = {k.rpartition(":")[2] if k.count(":") == 1 else k: v for k, v in attributes.items()}
        element = Element(tag.rpartition(":")[2], local, *place())
        (stack[-1].children if stack else roots).append(element)
        stack.append(element)

    def end(_tag: str) -> None:
        stack.pop()

    def words(data: str) -> None:
        if stack:
            stack[-1].text += data

    def doctype(*_: object) -> None:
        raise _Refused("a document type declaration is not read", "delete the <!DOCTYPE ...> part")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(plain[lead:].encode("utf-8", "surrogatepass"), True)
    except _Refused as refused:
        refuse(file, refused.args[0], refused.args[1], *place())
    except expat.ExpatError as error:
        what = expat.errors.messages[error.code]
        refuse(
            file,
            f"expected XML, saw a mistake: {what}",
            "is the file cut off, or a quote or bracket left open?",
            error.lineno + skipped,
            error.offset + 1,
        )
    return roots[0]


def xml_root(raw: bytes) -> str:
    """The local name of the first element of what may be XML; empty for other files."""
    mark = next((m for m, _ in _MARKS if raw.startswith(m)), b"")
    head = raw[len(mark) : 20_000].replace(b"\x00", b"").decode("latin-1")
    bare = re.sub(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", " ", head, flags=re.S)
    found = re.match(r"[^<\w{\[]*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]", bare)
    return found[1] if found else ""


# --- JSON and YAML


def json_data(text: str, file: str) -> Any:
    """JSON as plain data; numbers with a point are exact fractions, ``-Infinity`` and ``NaN`` texts.

    Raises
    ------
    CaseError
        Not JSON, repeated keys, very deep nesting, numbers of extraordinary size.
    """

    def exact(word: str) -> Fraction:
        found = number(word)
        if found is None:
            raise _Refused(f"expected a number of ordinary size, saw {word[:30]}", "")
        return found

    def whole(word: str) -> int:
        return int(exact(word))

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            keys = [k for k, _ in items]
            twice = next(k for k in keys if keys.count(k) > 1)
            raise _Refused(
                f"expected each key once, saw '{twice[:60]}' again", "delete or rename one of the two"
            )
        return found

    try:
        return json.loads(
            text, parse_float=exact, parse_int=whole, parse_constant=str, object_pairs_hook=pairs
        )
    except _Refused as refused:
        refuse(file, refused.args[0], refused.args[1])
    except json.JSONDecodeError as error:
        refuse(
            file,
            f"expected JSON, saw a mistake: {error.msg}",
            "is the file cut off?",
            error.lineno,
            error.colno,
        )
    except RecursionError:
        refuse(file, "expected a few levels of nesting, saw very many")


def yaml_data(text: str, file: str) -> Any:
    """YAML as mappings, lists and the *text* of every scalar (None for null): nothing is guessed or built.

    Raises
    ------
    CaseError
        Not YAML, anchors, tags, repeated keys, very deep nesting.
    """
    if text.count("\n") + text.count(",") > MAX_YAML:
        refuse(file, f"expected at most {MAX_YAML:,} lines and list entries, saw more", "split the file", 1)
    deep = re.search(rf"[\[{{](?:\s*[\[{{]){{{MAX_DEPTH},}}", text)
    if deep is not None:  # the parser takes a time that grows with the square of the depth
        line = text.count("\n", 0, deep.start()) + 1
        refuse(file, f"expected at most {MAX_DEPTH} levels of nesting", "", line)
    try:
        yaml = YAML(typ="safe", pure=True)
        node = yaml.compose(text)
        return None if node is None else _plain(node, file, 0)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(p) for p in (error.context, error.problem) if p) or "not readable as YAML"
        refuse(
            file,
            f"expected YAML, saw a mistake: {what}",
            "",
            mark.line + 1 if mark else 1,
            mark.column + 1 if mark else 1,
        )
    except RecursionError:
        refuse(file, "expected a few levels of nesting, saw very many")
    except (YAMLError, ValueError) as error:
        refuse(file, f"expected YAML, saw a mistake: {str(error).splitlines()[0][:200]}")


def _plain(node: Any, file: str, depth: int) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if node.anchor is not None:
        refuse(file, "expected no anchors or aliases ('&', '*')", "write the value out", line, column)
    if depth > MAX_DEPTH:
        refuse(file, f"expected at most {MAX_DEPTH} levels of nesting", "", line, column)
    tag = str(node.tag or "")
    if not tag.startswith("tag:yaml.org,2002:") or "python" in tag:
        refuse(file, f"expected no tag, saw '{tag[:40]}'", "delete the tag", line, column)
    if isinstance(node, ScalarNode):
        return None if tag.endswith(":null") else str(node.value)
    if isinstance(node, SequenceNode):
        return [_plain(child, file, depth + 1) for child in node.value]
    assert isinstance(node, MappingNode)
    found: dict[str, Any] = {}
    for key_node, child in node.value:
        if not isinstance(key_node, ScalarNode):
            mark = key_node.start_mark
            refuse(
                file,
                "expected a text or number as key, saw a list or mapping",
                "",
                mark.line + 1,
                mark.column + 1,
            )
        key = str(key_node.value)
        if key in found:
            mark = key_node.start_mark
            refuse(
                file, f"expected each key once, saw '{key[:60]}' again", "", mark.line + 1, mark.column + 1
            )
        found[key] = _plain(child, file, depth + 1)
    return found


# --- archives


def unzip(raw: bytes, file: str, wanted: Callable[[str], bool] = lambda _: True) -> Mapping[str, bytes]:
    """The members of a zip archive, by name, within bounds.

    Raises
    ------
    CaseError
        Not an archive, names that climb out of it, encrypted members, too many or too large ones.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        refuse(file, f"expected a zip archive, saw a mistake: {error}", "is the file cut off?")
    if len(members) > 20_000:
        refuse(file, f"expected at most 20,000 files in the archive, saw {len(members):,}")
    found: dict[str, bytes] = {}
    left = MAX_UNPACKED
    for member in members:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
            refuse(file, f"a member of the archive has the unsafe name '{name[:80]}'", "pack the files anew")
        if member.is_dir() or not wanted(name):
            continue
        if member.flag_bits & 1:
            refuse(file, f"'{name[:80]}' in the archive is encrypted", "save it without a password")
        try:
            with archive.open(member) as stream:
                data = stream.read(left + 1)
        except (
            zipfile.BadZipFile,
            ValueError,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            refuse(file, f"'{name[:80]}' in the archive cannot be read: {error}", "is the file damaged?")
        except Exception as error:  # zlib.error, lzma.LZMAError: the decompressors have errors of their own
            refuse(file, f"'{name[:80]}' in the archive cannot be unpacked: {error}", "is the file damaged?")
        left -= len(data)
        if left < 0:
            refuse(
                file, f"expected at most {MAX_UNPACKED / 1e6:g} MB unpacked, saw more", "is this a zip bomb?"
            )
        found[name] = data
    return found


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of these members; the same members give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()
