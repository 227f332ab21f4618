"""The record of a case: one line of ``record.jsonl`` per act, each chained to the line before by its hash.

A line says when, who, by what and why, and holds every record that changed, before and after; so every state of
the folder since the start of the record can be had again. The writer of files adds the line in the same act as
the change (:mod:`zopa.casefile.write`); what was changed by other programs is noted as such at the next act.
The folder stays the truth: without the record nothing of the case is lost.

Whoever can write the folder can write a new chain. A hash noted elsewhere (in a report, in a letter) shows that.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zopa.casefile.pieces import ByRecord, RecordChange, applied, changes, joined, split
from zopa.errors import CaseError, Finding, NotApplicable

__all__ = [
    "RECORD",
    "Act",
    "Fault",
    "RecordCheck",
    "RecordEntry",
    "acting",
    "acting_now",
    "check_record",
    "digest",
    "first_line",
    "following",
    "kept",
    "outside",
    "read_record",
    "texts_at",
    "tracked",
]

RECORD = "record.jsonl"
_OUTSIDE = "another program"
"""What changed the folder when no act of zopa did."""
_TRACKED = re.compile(r"[^/]+\.(?:yaml|yml|csv)|sources/[^/]+\.(?:txt|csv)")
_MOST = 500
"""Characters of a name or a reason that are kept."""


@dataclass(frozen=True)
class Act:
    """Who changes a case now, by which command or page, and why; ``undoes`` is the entry that is taken back."""

    who: str
    via: str = ""
    why: str = ""
    undoes: int | None = None


@dataclass(frozen=True)
class RecordEntry:
    """One line of the record."""

    number: int
    at: str
    act: Act
    files: Mapping[str, str]
    changes: tuple[RecordChange, ...]
    previous: str
    hash: str

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain data, its texts by their hashes only."""
        return {
            "number": self.number,
            "at": self.at,
            "who": self.act.who,
            "via": self.act.via,
            "why": self.act.why,
            "undoes": self.act.undoes,
            "changes": [
                {"file": c.file, "record": c.record, "before": digest(c.before), "after": digest(c.after)}
                for c in self.changes
            ],
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Fault:
    """An entry that is not as it was written, and how: changed, missing, moved, repeated, unreadable, cut."""

    number: int
    what: str


@dataclass(frozen=True)
class RecordCheck:
    """What a look at the whole record found."""

    entries: tuple[RecordEntry, ...]
    faults: tuple[Fault, ...]
    outside: tuple[RecordChange, ...]
    """What another program changed since the last entry."""

    @property
    def holds(self) -> bool:
        """Whether every entry is as it was written."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """What was found, as plain data."""
        return {
            "holds": self.holds,
            "head": self.head,
            "faults": [{"number": f.number, "what": f.what} for f in self.faults],
            "outside": [c.record for c in self.outside],
            "entries": [e.to_dict() for e in self.entries],
        }

    @property
    def head(self) -> str:
        """The hash of the last entry: note it elsewhere."""
        return self.entries[-1].hash if self.entries else ""


_ACT: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def acting(who: str, via: str = "", why: str = "", undoes: int | None = None) -> Iterator[None]:
    """Whose changes those inside the block are."""
    token = _ACT.set(Act(who[:_MOST], via[:_MOST], why[:_MOST], undoes))
    try:
        yield
    finally:
        _ACT.reset(token)


def acting_now() -> Act:
    """Who changes a case now; the user of the computer where nobody said."""
    act = _ACT.get()
    if act is not None:
        return act
    try:
        return Act(getpass.getuser())
    except (KeyError, OSError, ImportError):
        return Act("")


def digest(text: str | None) -> str:
    """What a record is known by; empty where there is none."""
    return "" if text is None else hashlib.sha256(_raw(text)).hexdigest()


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "surrogateescape")


def kept(root: Path) -> bool:
    """Whether a folder has a record."""
    return (root / RECORD).is_file()


def tracked(root: Path) -> list[str]:
    """The files of a case folder that the record follows."""
    here = [p.name for p in root.iterdir() if p.is_file()]
    texts = [f"sources/{p.name}" for p in (root / "sources").glob("*.*")]
    return sorted(n for n in [*here, *texts] if _TRACKED.fullmatch(n))


def first_line(root: Path) -> bytes:
    """The first line of a record: the folder as it stands."""
    now = {n: _on_disk(root, n) for n in tracked(root)}
    found = [c for n, text in now.items() for c in changes(n, None, text)]
    return _line(1, acting_now(), {n: digest(t) for n, t in now.items()}, found, "")


def following(root: Path, planned: Mapping[str, bytes | None]) -> bytes | None:
    """The record after an act that will change these files (None: it keeps no record, or nothing changes)."""
    if RECORD in planned or not kept(root):
        return None
    names = sorted(n for n in planned if _TRACKED.fullmatch(n))
    before = {n: _on_disk(root, n) for n in names}
    after = {n: _text(planned[n]) for n in names}
    found = [c for n in names for c in changes(n, before[n], after[n])]
    if not found:
        return None
    raw = (root / RECORD).read_bytes()
    if raw and not raw.endswith(b"\n"):
        raw += b"\n"
    raw += _noted(raw, before)
    number, previous = _last(raw)
    return raw + _line(number + 1, acting_now(), {n: digest(after[n]) for n in names}, found, previous)


def outside(root: Path) -> bytes | None:
    """The record with what other programs changed noted in it; None where nothing is to be noted."""
    if not kept(root):
        return None
    raw = (root / RECORD).read_bytes()
    known: set[str] = set()
    for entry in _entries(raw):
        known |= set(entry.files)
    more = _noted(raw, {n: _on_disk(root, n) for n in sorted(known | set(tracked(root)))})
    return raw + more if more else None


def _noted(raw: bytes, now: Mapping[str, str | None]) -> bytes:
    """A line about what is not as the record has it; empty where all is."""
    last: dict[str, str] = {}
    for line in reversed(raw.splitlines()):
        missing = [n for n in now if n not in last]
        if not missing:
            break
        if any(json.dumps(n).encode() in line for n in missing):
            entry = _entry(line)
            last |= {n: entry.files[n] for n in missing if entry is not None and n in entry.files}
    strange = [n for n, text in now.items() if last.get(n, "") != digest(text)]
    if not strange:
        return b""
    then = texts_at(_entries(raw))
    found = [c for n in strange for c in changes(n, then.get(n), now[n])]
    if not found:
        return b""
    number, previous = _last(raw)
    return _line(number + 1, Act("", _OUTSIDE), {n: digest(now[n]) for n in strange}, found, previous)


def _on_disk(root: Path, name: str) -> str | None:
    try:
        return _text((root / name).read_bytes())
    except (OSError, ValueError):
        return None


def _line(
    number: int, act: Act, files: Mapping[str, str], found: Iterable[RecordChange], previous: str
) -> bytes:
    body = {
        "number": number,
        "at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "who": act.who,
        "via": act.via,
        "why": act.why,
        "undoes": act.undoes,
        "files": dict(files),
        "changes": [
            {
                "file": c.file,
                "record": c.record,
                "was": digest(c.before),
                "is": digest(c.after),
                "before": c.before,
                "after": c.after,
                "follows": c.follows,
            }
            for c in found
        ],
        "previous": previous,
    }
    return _canonical({**body, "hash": _hash(body)}) + b"\n"


def _canonical(data: Mapping[str, Any]) -> bytes:
    """One line of ASCII: line breaks, terminal codes and direction characters are escaped."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical({k: v for k, v in body.items() if k != "hash"})).hexdigest()


def _entry(line: bytes) -> RecordEntry | None:
    """A line as an entry; None where it is no line of a record."""
    try:
        data: Any = json.loads(line)
        act = Act(str(data["who"]), str(data["via"]), str(data["why"]), data["undoes"])
        found = tuple(
            RecordChange(c["file"], c["record"], c["before"], c["after"], c["follows"])
            for c in data["changes"]
        )
        same = data["hash"] == _hash(data)
        hashes = all(
            c["was"] == digest(c["before"]) and c["is"] == digest(c["after"]) for c in data["changes"]
        )
        return RecordEntry(
            number=int(data["number"]),
            at=str(data["at"]),
            act=act,
            files={str(k): str(v) for k, v in data["files"].items()},
            changes=found,
            previous=str(data["previous"]),
            hash=str(data["hash"]) if same and hashes else "",
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _entries(raw: bytes) -> Iterator[RecordEntry]:
    return (e for line in raw.split(b"\n") if line.strip() and (e := _entry(line)) is not None)


def _last(raw: bytes) -> tuple[int, str]:
    """Number and hash of the last entry."""
    for line in reversed(raw.splitlines()):
        try:
            data: Any = json.loads(line)
            return int(data["number"]), str(data["hash"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return 0, ""


def texts_at(entries: Iterable[RecordEntry], number: int | None = None) -> dict[str, str]:
    """The files of the folder after an entry (the last one by default)."""
    state: dict[str, ByRecord] = {}
    for entry in entries:
        if number is not None and entry.number > number:
            break
        _play(state, entry)
    return {name: joined(pieces) for name, pieces in state.items()}


def _play(state: dict[str, ByRecord], entry: RecordEntry) -> None:
    for name in {c.file for c in entry.changes}:
        found = [c for c in entry.changes if c.file == name]
        if found[0].record != name:
            state[name] = applied(state.get(name, {}), found)
        elif found[0].after is None:
            state.pop(name, None)
        else:
            state[name] = split(name, found[0].after)


def read_record(root: str | Path) -> tuple[RecordEntry, ...]:
    """The entries of a record that holds.

    Raises
    ------
    CaseError
        An entry was changed, removed or moved.
    NotApplicable
        The folder keeps no record.
    """
    check = check_record(root)
    if check.faults:
        found = [Finding("", f"entry {f.number}: {f.what}", "", RECORD, f.number, 1) for f in check.faults]
        raise CaseError(found, "nothing was changed")
    return check.entries


def check_record(root: str | Path, noted: str = "") -> RecordCheck:
    """Look at every entry of a record, at the order of all, and at the folder.

    Parameters
    ----------
    root : path
        The case folder.
    noted : str, optional
        The hash of an entry, or the first 12 characters or more of it, as noted elsewhere: it must be there.

    Raises
    ------
    NotApplicable
        The folder keeps no record.
    """
    place = Path(root)
    if not kept(place):
        raise NotApplicable(f"no record is kept in {place}; start one: zopa record {place} --start")
    raw = (place / RECORD).read_bytes()
    faults: dict[int, str] = {}
    entries: list[RecordEntry] = []
    for number, line in enumerate((part for part in raw.split(b"\n") if part.strip()), 1):
        entry = _entry(line)
        if entry is None:
            faults[number] = "it cannot be read"
        else:
            entries.append(entry)
    _chain(entries, faults)
    if noted and not any(e.hash.startswith(noted) for e in entries if len(noted) >= 12):
        faults.setdefault(
            len(entries) + 1,
            "the entry with the noted hash is not there: entries at the end were removed, or it was changed",
        )
    then = {} if faults else texts_at(entries)
    now = {} if faults else {n: _on_disk(place, n) for n in sorted({*then, *tracked(place)})}
    found = tuple(c for n, text in now.items() for c in changes(n, then.get(n), text))
    return RecordCheck(tuple(entries), tuple(Fault(n, w) for n, w in sorted(faults.items())), found)


def _chain(entries: list[RecordEntry], faults: dict[int, str]) -> None:
    """Name what is wrong with single entries and with their order."""
    there = [e.number for e in entries]
    for n in sorted(set(range(1, max(there, default=0) + 1)) - set(there) - set(faults)):
        faults[n] = "it was removed"
    hashes: dict[int, str] = {}
    highest = 0
    for entry in entries:
        n = entry.number
        if n in hashes:
            faults[n] = "it stands twice"
        elif n < highest:
            faults[n] = "it was moved"
        if not entry.hash:
            faults[n] = "it was changed"
        hashes[n] = entry.hash
        highest = max(highest, n)
    for entry in entries:
        before = hashes.get(entry.number - 1, "" if entry.number == 1 else None)
        if (
            before is not None
            and before != ""
            and entry.previous != before
            and entry.number - 1 not in faults
        ):
            faults[entry.number - 1] = f"it is not the one that entry {entry.number} was written after"
        if entry.number == 1 and entry.previous:
            faults.setdefault(1, "it was changed")
    if not faults:
        _replayed(entries, faults)


def _replayed(entries: list[RecordEntry], faults: dict[int, str]) -> None:
    """Every change must begin with what the changes before it left."""
    state: dict[str, ByRecord] = {}
    for entry in entries:
        for c in entry.changes:
            old = state.get(c.file)
            was = (
                (joined(old) if old is not None else None)
                if c.record == c.file
                else (old or {}).get(c.record)
            )
            if was != c.before:
                faults.setdefault(entry.number, f"it does not begin with what {c.record} was before")
        _play(state, entry)
        for name, known in entry.files.items():
            if digest(joined(state[name]) if name in state else None) != known:
                faults.setdefault(entry.number, f"it does not lead to {name} as noted in it")
