"""Values of a case by their address, both ways: ``parties.UKR.reservation.best`` <-> ``case.yaml:10:7``.

A change is made in the text, so that comments and order stay; the case is checked as it would stand before
anything is saved; and nothing is saved over a file that somebody else changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from zopa.case.model import NOT_WRITTEN, Case
from zopa.case.records import Records
from zopa.casefile.folder import CaseFiles
from zopa.casefile.read import CASE_FILE, RECORDS_FILE, inspect
from zopa.casefile.write import fingerprint, one_step
from zopa.casefile.yamldoc import Path_, read_yaml
from zopa.casefile.yamltext import YamlText
from zopa.errors import CaseError, UnknownName

__all__ = [
    "REMOVED",
    "Place",
    "address_at",
    "changed_texts",
    "file_of",
    "locate",
    "place_of",
    "remove",
    "save_texts",
    "set_value",
    "set_values",
]


class Place(NamedTuple):
    """Where a value stands: file, 1-based line and column."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class _Removed:
    def __repr__(self) -> str:
        return "REMOVED"


REMOVED: Final = _Removed()
"""Given as a value: the entry is taken out."""

Address = str | Path_


def file_of(path: Path_) -> str:
    """The file in which a path stands; :class:`UnknownName` where its first part is no section."""
    known = [n for n in Case.model_fields if n not in NOT_WRITTEN] + list(Records.model_fields)
    if not path or path[0] not in known:
        raise UnknownName("section of a case", str(path[0]) if path else "", known)
    return RECORDS_FILE if path[0] in Records.model_fields else CASE_FILE


def locate(folder: str | Path, address: Address) -> Path_:
    """An address as a path of keys and list positions, as the file has them.

    An id may hold dots: the longest key that is there wins. What is not there yet is cut at the dots.
    """
    if isinstance(address, tuple):
        return address
    parts = address.split(".")
    name = file_of((parts[0],))
    return _resolve(read_yaml(CaseFiles(Path(folder)), name).data, parts)


def place_of(folder: str | Path, address: Address) -> Place:
    """Where a value stands, or the nearest entry around it that is written."""
    path = locate(folder, address)
    name = file_of(path)
    return Place(name, *read_yaml(CaseFiles(Path(folder)), name).place(path))


def address_at(folder: str | Path, file: str, line: int, column: int = 10**9) -> str:
    """The address of what is written at a place of a file; of the last entry that begins at or before it."""
    doc = read_yaml(CaseFiles(Path(folder)), file)
    before = [(at, path) for path, at in doc.places.items() if path and at <= (line, column)]
    if not before:
        return ""
    return ".".join(map(str, max(before, key=lambda b: (b[0], len(b[1])))[1]))


def set_value(
    folder: str | Path, address: Address, value: object, was: Mapping[str, str] | None = None
) -> Place:
    """Give one value of a case, or make the entry; where it stands now. See :func:`set_values`."""
    path = locate(folder, address)
    set_values(folder, {path: value}, was)
    return place_of(folder, path)


def remove(folder: str | Path, address: Address, was: Mapping[str, str] | None = None) -> None:
    """Take one entry out of a case. See :func:`set_values`."""
    set_values(folder, {locate(folder, address): REMOVED}, was)


def set_values(
    folder: str | Path, values: Mapping[Address, object], was: Mapping[str, str] | None = None
) -> None:
    """Change values of ``case.yaml`` and ``statements.yaml`` in one act.

    Parameters
    ----------
    folder : path
        The case folder.
    values : mapping
        Address -> plain value (texts, numbers, dates, lists, mappings), or :data:`REMOVED`.
    was : mapping, optional
        File -> :func:`zopa.casefile.fingerprint` of the file as the user saw it.

    Raises
    ------
    CaseError
        The case would have a fault that it does not have now, or the place cannot be changed; nothing is saved.
    CannotWrite
        A file is not as ``was`` says any more, or the disk refuses.
    UnknownName
        The first part of an address is no section of a case.
    """
    texts, seen = changed_texts(folder, values)
    save_texts(folder, texts, {**seen, **(was or {})})


def changed_texts(
    folder: str | Path, values: Mapping[Address, object]
) -> tuple[dict[str, str], dict[str, str]]:
    """The files as :func:`set_values` would leave them, and the fingerprints of those that they are made from.

    Raises
    ------
    CaseError, UnknownName
        As ``set_values``; whether the case would be sound is not looked at.
    """
    root = Path(folder)
    files = CaseFiles(root)
    texts: dict[str, YamlText] = {}
    seen: dict[str, str] = {}
    for address, value in values.items():
        path = locate(root, address)
        name = file_of(path)
        if name not in texts:
            seen[name] = fingerprint(root / name)
            text, findings = files.text(name) if files.has(name) else ("", [])
            if findings:
                raise CaseError(findings, "nothing was changed")
            texts[name] = YamlText(text, name)
        if value is REMOVED:
            _take_out(texts[name], path)
        else:
            _put(texts[name], path, value)
    return {name: text.text for name, text in texts.items()}, seen


def save_texts(folder: str | Path, texts: Mapping[str, str | None], was: Mapping[str, str]) -> None:
    """Save edited files of a case (None: the file goes) in one act, unless the case would have faults that it does not have now."""
    root = Path(folder)
    _, after = inspect(root, dict(texts))
    if after:
        known = {(f.file, f.path, f.what) for f in inspect(root)[1]}
        fresh = [f for f in after if (f.file, f.path, f.what) not in known]
        if fresh:
            raise CaseError(fresh, "nothing was changed")
    with one_step(root) as act:
        for name, text in texts.items():
            if text is None:
                act.remove(name)
            else:
                act.write(name, text, was.get(name))


def _resolve(data: Any, parts: Iterable[str]) -> Path_:
    left, path = list(parts), list[str | int]()
    while left:
        if isinstance(data, dict):
            n = next((n for n in range(len(left), 0, -1) if ".".join(left[:n]) in data), 1)
            key: str | int = ".".join(left[:n])
            data = data.get(key)
        else:
            n, key = 1, left[0]
            listed = isinstance(data, tuple) and left[0].isdigit()
            if listed:
                key = int(left[0])
                data = data[key] if key < len(data) else None
            elif left[0] == "0" and len(left) > 1 and data is not None:  # one entry where a list may stand
                left = left[1:]
                continue
            else:
                data = None
        path.append(key)
        left = left[n:]
    return tuple(path)


def _take_out(text: YamlText, path: Path_) -> None:
    if _at(text.data, path) is _Removed:
        what = "there is no such entry"
        raise CaseError([text.doc.finding(path, what)], "nothing was changed")
    text.remove(path)


def _at(data: Any, path: Path_) -> Any:
    """The data at a path; the class of ``REMOVED`` where there is nothing."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return _Removed
    return data


_SHORT = {"options": "label", "items": "name", "never": "never", "preferences": "holds"}
"""Section -> the field that a bare text in it stands for."""


def _put(text: YamlText, path: Path_, value: object) -> None:
    """Set a value; a short form on the way becomes the long one, and its own field stays short."""
    depth = next(
        (k for k in range(1, len(path)) if not isinstance(_at(text.data, path[:k]), dict | tuple)), None
    )
    above = _at(text.data, path[:depth]) if depth is not None else None
    if depth is not None and depth == len(path) - 1 and above is not None and above is not _Removed:
        name = path[-1]
        long = _long_form(path[:depth], above)
        if list(long) == [name]:
            text.set(path[:depth], value)
        else:
            text.set(path[:depth], {**long, str(name): value})
        return
    pair = _at(text.data, path[:-1]) if len(path) > 1 else None
    if isinstance(pair, tuple) and isinstance(path[-1], str):
        if path[-1] in ("low", "high") and len(pair) == 2:
            text.set((*path[:-1], 0 if path[-1] == "low" else 1), value)
        elif len(pair) == 2:
            text.set(path[:-1], {"low": pair[0], "high": pair[1], path[-1]: value})
        else:
            text.set(path, value)
        return
    text.set(path, value)


def _long_form(path: Path_, value: object) -> dict[str, object]:
    if isinstance(value, str):
        field = next((_SHORT[str(p)] for p in reversed(path) if str(p) in _SHORT), "word")
        return {field: value}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"best": value}
    return {"from": value, "to": value}
