"""A party, speaker, issue, option, rule or statement gets another id, wherever the id is used in the folder.

Where a name is used is what the checks of a case note while they look whether the name exists
(:class:`zopa.casefile.checks.Reference`): a use that is checked is a use that is renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from zopa.case.formula import renamed
from zopa.case.model import Case
from zopa.casefile import csvdoc
from zopa.casefile.checks import Pieces, Reference
from zopa.casefile.edit import save_texts
from zopa.casefile.folder import CaseFiles
from zopa.casefile.read import CASE_FILE, RECORDS_FILE, examine
from zopa.casefile.write import fingerprint
from zopa.casefile.yamldoc import Path_
from zopa.casefile.yamltext import YamlText
from zopa.errors import CannotWrite, CaseError, Finding, UnknownName

__all__ = ["KINDS", "Renamed", "rename"]

KINDS = {
    "party": "parties", "speaker": "speakers", "issue": "issues", "option": "options", "rule": "rules",
    "statement": "statements",
}  # fmt: skip
"""What can be renamed, and the group in which it is declared."""
_ID = re.compile(r"\w[\w.-]{0,80}")


class Renamed(NamedTuple):
    """What was renamed, and in how many places of which files."""

    kind: str
    old: str
    new: str
    places: dict[str, int]


def rename(folder: str | Path, what: str, new: str) -> Renamed:
    """Give something another id in all files of a case, in one act; comments, order and layout stay.

    Parameters
    ----------
    folder : path
        A sound case folder.
    what : str
        ``party.UKR``, ``speaker.trump``, ``issue.security``, ``option.security.G0``, ``rule.x``, ``statement.s1``.
    new : str
        The new id: letters, digits, ``_`` and ``-``; for a statement ``.`` too.

    Raises
    ------
    CaseError
        The case is not sound, or the new id is taken or no id; nothing is changed.
    UnknownName
        There is nothing of that kind and id.
    """
    case, pieces = examine(folder)
    if case is None:
        raise CaseError(pieces.findings, "nothing was renamed")
    root = Path(case.folder)
    if not Path(folder).exists():
        raise CannotWrite(str(folder), "it is a bundled example; copy its folder first")
    seen = {name: fingerprint(root / name) for name in (CASE_FILE, RECORDS_FILE, "costs.csv")}
    kind, group, old = _target(case, what)
    _check_new(case, group, new, what)
    texts, places = dict[str, str](), dict[str, int]()
    for name, text, count in _texts(CaseFiles(root), case, pieces, (group, old, new)):
        texts[name], places[name] = text, count
    save_texts(root, texts, seen)
    return Renamed(kind, old, new, places)


def _target(case: Case, what: str) -> tuple[str, str, str]:
    """(kind, group, id); the group of an option is ``issues.ISSUE.options``."""
    word, _, ident = what.partition(".")
    kind = next((k for k, group in KINDS.items() if word in (k, group)), None)
    if kind == "issue" and ".options." in ident:
        kind, ident = "option", ident.replace(".options.", ".", 1)
    if kind is None:
        raise UnknownName("kind of thing to rename", word, KINDS)
    if kind == "option":
        found = next(
            (
                i
                for i in case.issues
                if ident.startswith(f"{i}.") and ident[len(i) + 1 :] in case.issues[i].options
            ),
            None,
        )
        if found is None:
            raise UnknownName(
                "option", ident, [f"{i}.{o}" for i, issue in case.issues.items() for o in issue.options]
            )
        return kind, f"issues.{found}.options", ident[len(found) + 1 :]
    if ident not in getattr(case, KINDS[kind]):
        raise UnknownName(kind, ident, getattr(case, KINDS[kind]))
    return kind, KINDS[kind], ident


def _group(case: Case, group: str) -> Any:
    if group.startswith("issues."):
        return case.issues[group[len("issues.") : -len(".options")]].options
    return getattr(case, group)


def _check_new(case: Case, group: str, new: str, what: str) -> None:
    if not _ID.fullmatch(new):
        hint = "use letters, digits, '_' and '-', and begin with a letter or digit"
        raise CaseError([Finding(what, f"expected an id, saw '{new[:60]}'", hint)], "nothing was renamed")
    if "." in new and group != "statements":  # parts of a statement that was split are called s1.2
        hint = "a dot separates the parts of an address, as in --set parties.A.reservation; use '-' or '_'"
        raise CaseError(
            [Finding(what, f"expected an id without a dot, saw '{new}'", hint)], "nothing was renamed"
        )
    if new in _group(case, group):
        raise CaseError(
            [Finding(what, f"expected an id that is free, saw '{new}', which is taken")],
            "nothing was renamed",
        )


def _texts(
    files: CaseFiles, case: Case, pieces: Pieces, change: tuple[str, str, str]
) -> Iterator[tuple[str, str, int]]:
    """Each file that changes: name, new text, and in how many places."""
    group, old, new = change
    uses = [r for r in pieces.references if r.group == group and r.name == old]
    for name, doc in ((CASE_FILE, pieces.main), (RECORDS_FILE, pieces.records)):
        if doc is None:
            continue
        text = YamlText(files.text(name)[0], name)
        keys, values = set[Path_](), dict[Path_, str]()
        declared = (
            (*group.split("."), old)
            if not group.startswith("issues.")
            else ("issues", group[7:-8], "options", old)
        )
        if _has(doc.data, declared):
            keys.add(declared)
        for use in uses:
            if use.file == name:
                _places(doc.data, use, change, keys, values)
        if name == RECORDS_FILE and group in ("parties", "speakers"):
            values |= _people(doc.data, old, new)
        if name == CASE_FILE:
            values |= _packages(case, doc.data, change) | _coalitions(doc.data, change, keys)
            keys |= set(_expected_parties(doc.data, change))
        if keys or values:
            text.rename(sorted(keys, key=str), values, new)
            yield name, text.text, len(keys) + len(values)
    for name in {r.file for r in uses} - {CASE_FILE, RECORDS_FILE}:
        cells = {(int(r.path[0]), str(r.path[1])) for r in uses if r.file == name}
        yield name, _table(files.text(name)[0], cells, old, new), len(cells)


def _has(data: Any, path: Path_) -> bool:
    for part in path:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def _places(
    data: Any, use: Reference, change: tuple[str, str, str], keys: set[Path_], values: dict[Path_, str]
) -> None:
    """The keys and scalars that a noted use stands for."""
    group, old, new = change
    for node, path in _reached(data, use.path, ()):
        if use.formula:
            issue = old if group == "issues" else group[len("issues.") : -len(".options")]
            if isinstance(node, dict):
                field = "never" if "never" in node else "holds"
                node, path = node[field], (*path, field)
            option = None if group == "issues" else old
            values[path] = renamed(values.get(path, node), issue, option, new)
        elif path[-1] == old and not (old in _FIELDS and node == old):
            keys.add(path)
        elif node == old:
            values[path] = new
        elif isinstance(node, tuple):
            values.update({(*path, k): new for k, item in enumerate(node) if item == old})
        elif isinstance(node, dict) and old in node:
            keys.add((*path, old))


_FIELDS = {
    "now",
    "holder",
    "party",
    "ratifies",
    "speaker",
    "issue",
    "options",
    "before",
    "after",
    "default",
    "required",
}
"""Keys of the format that hold a name; an id may be called like one of them."""


def _reached(data: Any, path: Path_, walked: Path_) -> Iterator[tuple[Any, Path_]]:
    """The values at a path. A list position may be left out where a single entry stands, and a list then means all."""
    if not path:
        yield data, walked
        return
    part, rest = path[0], path[1:]
    if isinstance(data, dict) and part in data:
        yield from _reached(data[part], rest, (*walked, part))
    elif isinstance(data, tuple) and isinstance(part, int):
        if part < len(data):
            yield from _reached(data[part], rest, (*walked, part))
    elif isinstance(data, tuple):
        for k, item in enumerate(data):
            if isinstance(item, dict) and part in item:
                yield from _reached(item, path, (*walked, k))
    elif part == 0:
        yield from _reached(data, rest, walked)


def _people(data: Any, old: str, new: str) -> dict[Path_, str]:
    """Fields of records that may name anybody, and are therefore not checked."""
    found: dict[Path_, str] = {}
    for group, records in data.items():
        for ident, record in (records or {}).items():
            for key in ("who", "to", "reported_by"):
                value = record.get(key)
                if value == old:
                    found[group, ident, key] = new
                elif isinstance(value, tuple):
                    found.update({(group, ident, key, k): new for k, item in enumerate(value) if item == old})
    return found


def _packages(case: Case, data: Any, change: tuple[str, str, str]) -> dict[Path_, str]:
    """Options in the packages of expected answers, which are lists in the order of the issues."""
    group, old, new = change
    if not group.startswith("issues."):
        return {}
    at = list(case.issues).index(group[len("issues.") : -len(".options")])
    found: dict[Path_, str] = {}

    def visit(value: Any, path: Path_) -> None:
        if isinstance(value, tuple):
            flat = len(value) == len(case.issues) and all(isinstance(v, str) for v in value)
            if flat and value[at] == old:
                found[(*path, at)] = new
            for k, item in enumerate(value):
                visit(item, (*path, k))

    for k, entry in enumerate(data.get("expect") or ()):
        visit(entry.get("equals"), ("expect", k, "equals"))
    return found


def _expected_parties(data: Any, change: tuple[str, str, str]) -> Iterator[Path_]:
    """Parties as keys of expected utilities."""
    group, old, _ = change
    for k, entry in enumerate(data.get("expect") or () if group == "parties" else ()):
        if isinstance(entry.get("equals"), dict) and old in entry["equals"]:
            yield ("expect", k, "equals", old)


def _coalitions(data: Any, change: tuple[str, str, str], keys: set[Path_]) -> dict[Path_, str]:
    """Coalitions are keys such as ``A + B``; they are renamed as texts of their own."""
    group, old, new = change
    found: dict[Path_, str] = {}
    listed = (data.get("division") or {}).get("coalitions") or {} if group == "parties" else {}
    for name in listed:
        members = [m.strip() for m in name.split("+")]
        path: Path_ = ("division", "coalitions", name)
        keys.discard(path)
        if old in members and len(members) > 1:
            found[path] = re.sub(rf"(?<![^+\s]){re.escape(old)}(?![^+\s])", new, name)
        elif members == [old]:
            keys.add(path)
    return found


def _table(text: str, cells: set[tuple[int, str]], old: str, new: str) -> str:
    """A table with a name replaced in some cells, as a whole word."""
    _, rows = csvdoc.rows(text)
    columns = [c.text for c in rows[0]]
    lines = text.split("\n")
    word = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w-])")
    for row in reversed(rows[1:]):
        for k in range(min(len(row), len(columns)) - 1, -1, -1):
            cell = row[k]
            if (row[0].line, columns[k]) in cells:
                line, at = lines[cell.line - 1], cell.column - 1
                lines[cell.line - 1] = line[:at] + word.sub(
                    new, line[at:], count=0 if columns[k] == "basis" else 1
                )
    return "\n".join(lines)
