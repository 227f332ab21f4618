"""A file of a case cut into its records, as text: what two versions differ in, and three versions merged.

The pieces of a text, one after another, are the text. A piece of a YAML file is an entry of a section with the
remarks above it (``statements.s12``), the head of a section (``statements``) or a section without entries; of a
CSV table a row (``sources.un-1``); any other file is one piece, named like the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = [
    "ByRecord",
    "RecordChange",
    "RecordConflict",
    "applied",
    "changes",
    "joined",
    "merged",
    "record_of",
    "split",
]

ByRecord = dict[str, str]
"""Record -> its text, in the order of the file."""

HEAD = "(head)"
"""The record of what stands above the first section or row."""
_SECTION = re.compile(r"([^\s#\-{\[&*!|>%@`][^\n]*?):(?=\s|$)([^\n]*)")
_ENTRY = re.compile(r"( +)([^\s#\-{\[&*!|>%@`][^\n]*?):(?=\s|$)")
_REMARK = re.compile(r"( *)#")


@dataclass(frozen=True)
class RecordChange:
    """One record before and after an act, None where there is none; ``follows`` is the record above a new one."""

    file: str
    record: str
    before: str | None
    after: str | None
    follows: str = ""


@dataclass(frozen=True)
class RecordConflict:
    """A record that two people changed: what both had before them, what stands there now, what was to be saved."""

    file: str
    record: str
    before: str | None
    theirs: str | None
    yours: str | None


def split(name: str, text: str) -> ByRecord:
    r"""The pieces of a file.

    >>> list(split("case.yaml", "# a case\ntitle: T\nparties:\n  A: {name: a}\n  # the other\n  B: {name: b}\n"))
    ['title', 'parties', 'parties.A', 'parties.B']
    """
    if name.endswith((".yaml", ".yml")):
        found = _yaml(text)
    elif name.endswith(".csv"):
        found = _rows(name.rpartition("/")[2].removesuffix(".csv"), text)
    else:
        return {name: text}
    pieces: ByRecord = {}
    for record, part in found:
        same, number = record, 2
        while same in pieces:  # a key twice: a fault of the file, kept apart all the same
            same, number = f"{record}#{number}", number + 1
        pieces[same] = part
    return pieces


def joined(pieces: Mapping[str, str]) -> str:
    """The text that these pieces make; a line is ended where another piece follows."""
    parts = [p for p in pieces.values() if p]
    return "".join(p if p.endswith("\n") else p + "\n" for p in parts[:-1]) + (parts[-1] if parts else "")


def _yaml(text: str) -> Iterator[tuple[str, str]]:
    record, section, indent = HEAD, "", -1
    lines: list[str] = []
    waiting: list[str] = []  # remarks and empty lines: part of what comes after them
    for line in _lines(text):
        remark = _REMARK.match(line)
        if not line.strip() or (remark and (indent == 0 or len(remark[1]) <= max(indent, 0))):
            waiting.append(line)
            continue
        begins = _SECTION.match(line)
        if begins:
            open_ = not begins[2].strip() or begins[2].lstrip().startswith("#")
            section, indent = _key(begins[1]), 0 if open_ else -1
            new = section
        else:
            entry = _ENTRY.match(line) if indent >= 0 else None
            if indent == 0:  # the first line of a section says how its entries stand
                indent = len(entry[1]) if entry else -1
            new = f"{section}.{_key(entry[2])}" if entry and len(entry[1]) == indent else ""
        if new:
            if lines:
                yield record, "".join(lines)
            record, lines = new, []
        lines += [*waiting, line]
        waiting = []
    if lines or waiting:
        yield record, "".join(lines + waiting)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _key(written: str) -> str:
    key = written.strip()
    return key[1:-1] if len(key) > 1 and key[0] == key[-1] and key[0] in "'\"" else key


def _rows(table: str, text: str) -> Iterator[tuple[str, str]]:
    row, first = "", True
    for line in _lines(text):
        row += line
        if row.count('"') % 2:  # a cell of several lines
            continue
        yield (HEAD if first else f"{table}.{_key(row.split(',', 1)[0])}"), row
        row, first = "", False
    if row:
        yield f"{table}.{_key(row.split(',', 1)[0])}", row


def record_of(path: tuple[str | int, ...], pieces: Mapping[str, str]) -> str:
    """The record in which the value at a path stands, or will stand."""
    section = str(path[0])
    if len(path) > 1:
        entry = f"{section}.{path[1]}"
        whole = section in pieces and not any(r.startswith(section + ".") for r in pieces)
        if entry in pieces or not whole:
            return entry
    return section


def changes(file: str, before: str | None, after: str | None) -> tuple[RecordChange, ...]:
    """What differs between two versions of a file (None: there is none); applied to the first they give the second."""
    if before == after:
        return ()
    if before is not None and after is not None:
        old, new = split(file, before), split(file, after)
        found = [RecordChange(file, r, t, None) for r, t in old.items() if r not in new]
        above = ""
        for record, text in new.items():
            if record not in old:
                found.append(RecordChange(file, record, None, text, above))
            elif old[record] != text:
                found.append(RecordChange(file, record, old[record], text))
            above = record
        if file not in new and list(applied(old, found).items()) == list(new.items()):
            return tuple(found)
    return (RecordChange(file, file, before, after),)


def applied(pieces: Mapping[str, str], found: list[RecordChange] | tuple[RecordChange, ...]) -> ByRecord:
    """The pieces after changes of single records."""
    out = dict(pieces)
    for change in found:
        if change.after is None:
            out.pop(change.record, None)
        elif change.record in out:
            out[change.record] = change.after
        else:
            out = _put_in(out, change.record, change.after, change.follows)
    return out


def _put_in(pieces: ByRecord, record: str, text: str, above: str) -> ByRecord:
    listed = list(pieces.items())
    at = next((k for k, (r, _) in enumerate(listed, 1) if r == above), 0 if not above else len(listed))
    return dict([*listed[:at], (record, text), *listed[at:]])


def merged(
    file: str, before: str | None, theirs: str | None, yours: str | None
) -> tuple[str | None, tuple[RecordConflict, ...]]:
    """Two changed versions of one file as one: records that one side changed are taken from it.

    A record that both changed, each in another way, is a conflict, and then nothing is merged.
    """
    if yours in (before, theirs):
        return theirs, ()
    if theirs == before:
        return yours, ()
    if before is None or theirs is None or yours is None:
        return None, (RecordConflict(file, file, before, theirs, yours),)
    old, there, new = split(file, before), split(file, theirs), split(file, yours)
    clash = tuple(
        RecordConflict(file, r, old.get(r), there.get(r), new.get(r))
        for r in dict.fromkeys([*old, *there, *new])
        if len({old.get(r), there.get(r), new.get(r)}) == 3
    )
    if clash:
        return None, clash
    kept = {
        r for r in [*there, *new] if (new.get(r) if there.get(r) == old.get(r) else there.get(r)) is not None
    }
    kept |= {
        s for s in (r.split(".", 1)[0] for r in kept if "." in r) if s in old
    }  # a section keeps its head
    out: ByRecord = {}
    for record, text in there.items():
        if record in kept:
            out[record] = new.get(record, text) if text == old.get(record) else text
    above = ""
    for record, text in new.items():
        if record in kept and record not in out:
            out = _put_in(out, record, text, above)
        above = record if record in out else above
    return joined(out), ()
