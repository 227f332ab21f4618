"""A YAML file of a case read entry by entry: what was read before, and did not change since, is not parsed again.

Parsing takes nearly all the time of reading a case, and a decision changes one entry of hundreds. A file is cut where
its entries begin, each piece is parsed by itself, and what a piece says is kept by its text. Where the pieces do not
make a sound file one by one, there is no answer, and the whole file is parsed in one go: every mistake, with its
place, is found there.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Any, NamedTuple

from zopa.casefile.folder import CaseFiles
from zopa.casefile.yamldoc import MAX_DEPTH, MAX_ENTRIES, Path_, YamlDocument, parse_yaml

__all__ = ["read_entries", "read_yaml"]

MOST_KEPT = 4_000_000
"""Characters of the pieces that are remembered together."""
_SECTION = re.compile(r"[^\s#\-?:{\[\]}&*!|>%@`,'\"][^\n]*?:(?=[ \n]|$)([^\n]*)")
_ENTRY = re.compile(r"( +)[^\s#\-?:{\[\]}&*!|>%@`,][^\n]*?:(?=[ \n]|$)")
_REMARKS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")
_UNSURE = re.compile("[\r\x85\u2028\u2029\ufeff]|^(?:---|\\.\\.\\.|%)", re.M)
"""Line ends, directives and documents that the cutting below does not know."""


class _OneEntry(NamedTuple):
    """What one piece says: its only key, the value, where each path below the key stands, and how large it is."""

    key: str
    value: Any
    places: tuple[tuple[Path_, int, int], ...]
    depth: int
    entries: int


class _Remembered:
    """Pieces by their text, those used last; any of them may be gone at any time."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[str, _OneEntry | None] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, text: str) -> _OneEntry | None:
        """What a piece says; None where it is no single sound entry."""
        with self._lock:
            if text in self._pieces:
                self._pieces.move_to_end(text)
                return self._pieces[text]
        made = _parsed(text)
        with self._lock:
            if text not in self._pieces:
                self._size += len(text)
            self._pieces[text] = made
            while self._size > MOST_KEPT:
                self._size -= len(self._pieces.popitem(last=False)[0])
        return made


_PIECES = _Remembered()


def read_yaml(files: CaseFiles, name: str) -> YamlDocument:
    """A YAML file as plain data, without its ``node``. Problems are in ``findings``; ``data`` is then None or partial."""
    text, findings = files.text(name)
    if findings:
        return YamlDocument(name, findings=findings)
    return read_entries(text, name) or parse_yaml(text, name)


def read_entries(text: str, name: str) -> YamlDocument | None:
    """What :func:`~zopa.casefile.yamldoc.parse_yaml` gives for a sound file, but for its ``node``; else None."""
    text = text.replace("\r\n", "\n")
    if _UNSURE.search(text):
        return None
    doc = YamlDocument(name, {}, entries=1)
    above: Path_ = ()
    for line, inside, part in _parts(text):
        found = _PIECES.get(part)
        if found is None:
            return None
        within = doc.data
        if inside:
            within = doc.data[above[0]] = doc.data[above[0]] or {}
        else:
            above = ()
        path = (*above, found.key)
        doc.entries += found.entries - 1
        if not isinstance(within, dict) or found.key in within or doc.entries > MAX_ENTRIES:
            return None
        within[found.key] = _copied(found.value)
        doc.places.setdefault((), (line + 1, 1))
        for below, row, column in found.places:
            doc.places[path + below] = (line + row, column)
        if len(path) + found.depth > MAX_DEPTH:
            return None
        above = above or path
    return doc if doc.data else None


def _parts(text: str) -> Iterator[tuple[int, bool, str]]:
    """How many lines of the file stand above each part, whether it is an entry of the section before it, and its text."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    first, begun, inside, open_, indent = True, 0, False, False, 0
    for number, line in enumerate(lines):
        section = _SECTION.match(line)
        entry = _ENTRY.match(line) if open_ else None
        if open_ and not indent and not (section or entry or _REMARKS.fullmatch(line.rstrip("\n") + "\n")):
            open_ = False  # a list, or a value that begins on a line of its own: one part
        if section is None and (entry is None or (indent and len(entry[1]) != indent)):
            continue
        part = "".join(lines[begun:number])
        if first and not _REMARKS.fullmatch(part):
            return
        if not first:
            yield begun, inside, part
        first, begun, inside = False, number, section is None
        if section is not None:
            open_, indent = not section[1].strip() or section[1].lstrip().startswith("#"), 0
        elif entry is not None:
            indent = len(entry[1])
    if not first:
        yield begun, inside, "".join(lines[begun:])


def _parsed(text: str) -> _OneEntry | None:
    doc = parse_yaml(text, "")
    if doc.findings or not isinstance(doc.data, dict) or len(doc.data) != 1:
        return None
    ((key, value),) = doc.data.items()
    places = tuple((path[1:], line, column) for path, (line, column) in doc.places.items() if path)
    depth = max(len(path) for path, _, _ in places)
    return _OneEntry(key, value, places=places, depth=depth, entries=doc.entries)


def _copied(value: Any) -> Any:
    """The same data again, since whoever reads a file may change what was read."""
    if isinstance(value, dict):
        return {k: _copied(v) for k, v in value.items()}
    return tuple(_copied(v) for v in value) if isinstance(value, tuple) else value
