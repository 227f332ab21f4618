"""Several people and a text editor change one case at the same time: merged where the records differ, else shown.

Whoever saves says which version of a record was seen, by its hash. Where the record is still that version, the
change goes in, whatever happened to other records meanwhile; where not, nothing is saved and all three versions
are handed back. The same merge takes back any entry of the record (:func:`undo`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zopa.casefile.change_log import (
    RECORD,
    acting,
    acting_now,
    digest,
    first_line,
    kept,
    outside,
    read_record,
    texts_at,
)
from zopa.casefile.edit import REMOVED, Address, file_of, locate, save_texts, set_values
from zopa.casefile.pieces import RecordConflict, merged, record_of, split
from zopa.casefile.write import fingerprint, one_step
from zopa.casefile.yamltext import dump
from zopa.errors import ChangedMeanwhile, EditConflict, NotApplicable, UnknownName

__all__ = ["Version", "note_outside", "save_text", "save_values", "start_record", "undo", "version_of"]

TRIES = 50
"""How often an act is made anew when another one came first."""


class Version(str):
    """A record's hash as a reader saw it; ``record`` is its name, ``text`` what stood there ("" if nothing)."""

    record: str
    text: str

    def __new__(cls, record: str, text: str | None) -> Version:
        """The version of a record with this text, None where there is none."""
        made = super().__new__(cls, digest(text))
        made.record, made.text = record, text or ""
        return made


def version_of(folder: str | Path, address: Address) -> Version:
    """The version of the record in which an address stands: send it with the form, give it back when saving."""
    path = locate(folder, address)
    pieces = split(file_of(path), _text(Path(folder), file_of(path)) or "")
    record = record_of(path, pieces)
    return Version(record, pieces.get(record))


def save_values(folder: str | Path, values: Mapping[Address, object], seen: Mapping[str, str]) -> None:
    """Change values (see :func:`zopa.casefile.set_values`) of records that are as they were seen.

    Parameters
    ----------
    folder : path
        The case folder.
    values : mapping
        Address -> new value, or ``REMOVED``.
    seen : mapping
        Record -> its version. A record that is not named must be new.

    Raises
    ------
    EditConflict
        A record is another one by now; nothing was changed.
    CaseError, CannotWrite, UnknownName
        As ``set_values``.
    """
    root = Path(folder)
    paths: dict[Any, object] = {locate(root, address): value for address, value in values.items()}

    def attempt() -> None:
        was = {name: fingerprint(root / name) for name in {file_of(p) for p in paths}}
        pieces = {name: split(name, _text(root, name) or "") for name in was}
        touched = {record_of(p, pieces[file_of(p)]): file_of(p) for p in paths}
        clash = [
            RecordConflict(
                file, record, _known(root, record, seen.get(record, "")), now, _yours(paths, record)
            )
            for record, file in touched.items()
            if digest(now := pieces[file].get(record)) != seen.get(record, "")
        ]
        if clash:
            raise EditConflict(clash)
        set_values(root, paths, was)

    _until_done(attempt)


def save_text(folder: str | Path, name: str, text: str | None, before: str | None) -> None:
    """Save a whole file of the case that was made from ``before``; None: there is no such file.

    Raises
    ------
    EditConflict
        A record that differs from ``before`` was changed by someone else too; nothing was changed.
    CaseError, CannotWrite
        As ``set_values``.
    """
    _save_texts(Path(folder), {name: (before, text)})


def undo(folder: str | Path, number: int) -> int:
    """Take back what an entry of the record did, also when the entry is itself an undo; the records that changed.

    Raises
    ------
    EditConflict
        A record of it was changed since; the message names the entries that did.
    CaseError
        The case would not be sound without it, or the record is not; nothing was changed.
    NotApplicable, UnknownName
        The folder keeps no record; it has no such entry.
    """
    root = Path(folder)
    note_outside(root)
    entries = read_record(root)
    entry = next((e for e in entries if e.number == number), None)
    if entry is None:
        raise UnknownName("entry of the record", str(number), [str(e.number) for e in entries])
    if number == 1:
        raise NotApplicable("entry 1 is the folder as it stood when the record began; nothing came before it")
    files = {c.file for c in entry.changes}
    with_it, without = texts_at(entries, number), texts_at(entries, number - 1)
    act = acting_now()
    try:
        with acting(act.who, act.via, act.why, undoes=number):
            _save_texts(root, {n: (with_it.get(n), without.get(n)) for n in sorted(files)})
    except EditConflict as error:
        again = {c.record for c in error.conflicts}
        since = [e for e in entries if e.number > number and any(c.record in again for c in e.changes)]
        named = ", ".join(str(e.number) for e in since)
        raise EditConflict(error.conflicts, f"changed since by entry {named}: undo that first") from None
    return len(entry.changes)


def start_record(folder: str | Path) -> None:
    """Begin the record of a case with the folder as it stands; from now on every act of zopa adds to it.

    Raises
    ------
    NotApplicable
        The folder has a record already.
    """
    root = Path(folder)
    if kept(root):
        raise NotApplicable(f"a record is kept already in {root}")
    with one_step(root) as act:
        act.write(RECORD, first_line(root), "")


def note_outside(folder: str | Path) -> bool:
    """Note in the record what other programs changed since the last entry; whether there was anything."""
    root = Path(folder)
    done = False

    def attempt() -> None:
        nonlocal done
        was = fingerprint(root / RECORD)
        raw = outside(root)
        if raw is not None:
            with one_step(root) as act:
                act.write(RECORD, raw, was)
            done = True

    _until_done(attempt)
    return done


def _save_texts(root: Path, files: Mapping[str, tuple[str | None, str | None]]) -> None:
    """Save texts (before, after) by file, merged with what stands there."""

    def attempt() -> None:
        was = {name: fingerprint(root / name) for name in files}
        texts: dict[str, str | None] = {}
        clash: list[RecordConflict] = []
        for name, (before, after) in files.items():
            texts[name], found = merged(name, before, _text(root, name), after)
            clash += found
        if clash:
            raise EditConflict(clash)
        save_texts(root, texts, was)

    _until_done(attempt)


def _until_done(attempt: Callable[[], None]) -> None:
    for left in reversed(range(TRIES)):
        try:
            return attempt()
        except ChangedMeanwhile:
            if not left:
                raise
    return None


def _text(root: Path, name: str) -> str | None:
    try:
        return (root / name).read_bytes().decode("utf-8", "surrogateescape")
    except (OSError, ValueError):
        return None


def _known(root: Path, record: str, version: str) -> str | None:
    """The text of a version: from the version itself, or from the record of the case."""
    if isinstance(version, Version):
        return version.text or None
    if not version or not kept(root):
        return None
    for name in ("case.yaml", "statements.yaml"):
        for entry in reversed(read_record(root)):
            for c in entry.changes:
                whole = c.file == name and c.record == name
                text = split(name, c.after or "").get(record) if whole else c.after
                if (whole or c.record == record) and text is not None and digest(text) == version:
                    return text
    return None


def _yours(paths: Mapping[tuple[str | int, ...], object], record: str) -> str:
    """What was to be saved, as lines."""
    lines = []
    for path, value in paths.items():
        if ".".join(map(str, path)).startswith(record):
            name = ".".join(map(str, path))
            lines.append(f"{name}: (removed)" if value is REMOVED else f"{name}:{dump(value, 2)}")
    return "\n".join(lines) + "\n"
