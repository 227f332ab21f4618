"""What sources say, added to a case folder and changed in it: texts, their table, and ``statements.yaml``.

One call is one act: a text is never registered without what was found in it. An entry that changes is cut out
of the file, changed and put back, so that a decision costs the same whatever the size of the file. Entries of
``case.yaml`` that a decision makes or changes (a rule, a speaker, a party, an issue) go the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zopa.case.records import Records, decided
from zopa.casefile import csvdoc
from zopa.casefile.anchors import digest, normalise
from zopa.casefile.folder import MAX_BYTES, CaseFiles
from zopa.casefile.read import CASE_FILE, RECORDS_FILE, SOURCE_COLUMNS, SOURCES_FILE, examine, inspect
from zopa.casefile.write import FileSet, fingerprint, one_step
from zopa.casefile.yamltext import YamlText, dump, scalar
from zopa.errors import CaseError, Finding

__all__ = ["NewSource", "drop_missing_names", "save_records", "source_id", "with_sources", "written_form"]

Changes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class NewSource:
    """A normalised text and the row that registers it (columns of ``sources.csv``)."""

    ident: str
    text: str
    row: Mapping[str, str] = field(default_factory=dict)


def source_id(folder: str | Path, sha256: str, name: str) -> tuple[str, bool]:
    """The id under which a text is or would be registered, and whether it is new."""
    files = CaseFiles(Path(folder))
    table = _table(files)
    _, lines = csvdoc.rows(table)
    columns = [c.text for c in lines[0]] if lines else []
    rows = [dict(zip(columns, (c.text for c in cells), strict=False)) for cells in lines[1:]]
    for row in rows:
        if row.get("sha256") == sha256 and row.get("id"):
            return row["id"], False
    for found in files.names("sources/*.txt"):  # texts without a row, or with one that has no digest
        kept, problems = files.text(found)
        if not problems and digest(normalise(kept)) == sha256:
            return found[8:-4], False
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "text"
    taken = {row.get("id", "") for row in rows} | {n[8:-4] for n in files.names("sources/*.txt")}
    return next(i for i in [base, *(f"{base}-{n}" for n in range(2, 100_000))] if i not in taken), True


def save_records(
    folder: str | Path,
    *,
    sources: Sequence[NewSource] = (),
    added: Records | None = None,
    changed: Changes | None = None,
    was: Mapping[str, str] | None = None,
) -> int:
    """Register texts, append records, write changed entries back (None removes one); the number appended.

    The groups of ``changed`` are those of the records, and ``parties``, ``speakers``, ``issues`` and ``rules``.

    Comments and the order of entries stay; of a changed record only the fields that differ are touched. ``was`` holds
    :func:`zopa.casefile.fingerprint` by file name, of the files that the changed entries were made from.

    Raises
    ------
    CaseError
        ``statements.yaml`` or ``sources.csv`` cannot be read.
    CannotWrite
        The disk is full or read-only, or a file was changed meanwhile; nothing was changed.
    """
    root = Path(folder)
    files = CaseFiles(root)
    new = {g: dict(getattr(added, g)) for g in Records.model_fields} if added is not None else {}
    with one_step(root) as act:
        _add_sources(files, sources, act)
        if not changed and not any(new.values()):
            return 0
        split = {g: records for g, records in (changed or {}).items() if g not in Records.model_fields}
        _write_back(files, CASE_FILE, split, {}, act)
        split = {g: records for g, records in (changed or {}).items() if g in Records.model_fields}
        count = _write_back(files, RECORDS_FILE, split, new, act)
        act.known.update(was or {})
        return count


def with_sources(
    folder: str | Path, new: Sequence[NewSource], filled: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """The files of a case with new sources, and with cells of ``sources.csv`` filled; nothing is written.

    Parameters
    ----------
    filled : mapping
        Id -> column -> what the empty cell is to say.

    Returns
    -------
    The texts by file name, and the fingerprints of the files that they are made from.

    Raises
    ------
    CaseError
        ``sources.csv`` cannot be read, or not changed without touching other rows.
    """
    files = CaseFiles(Path(folder))
    if not new and not filled:
        return {}, {}
    was = fingerprint(files.root / SOURCES_FILE)
    table = _table(files).replace("\r\n", "\n")
    texts = {f"sources/{source.ident}.txt": source.text for source in new}
    for ident, cells in filled.items():
        before = table
        table = csvdoc.fill_row(table, ident, cells, SOURCE_COLUMNS)
        if table == before:
            what = f"the row of '{ident}' cannot be changed without touching others"
            raise CaseError(
                [Finding(ident, what, "fill the cells by hand", SOURCES_FILE)], "nothing was changed"
            )
    for source in new:
        table = csvdoc.add_row(table, {**source.row, "id": source.ident}, SOURCE_COLUMNS)
    return {**texts, SOURCES_FILE: table}, {SOURCES_FILE: was}


def drop_missing_names(folder: str | Path) -> int:
    """Take names that the case does not have any more out of suggestions that nobody has decided on; how many change.

    A case that was drafted and then corrected by hand can so be read anew. A sound case is left as it is.

    Raises
    ------
    CaseError
        The case would still not be sound, such as where a record that a person decided on uses a name that is gone;
        nothing is changed.
    """
    case, pieces = examine(folder)
    if case is not None:
        return 0
    files = CaseFiles(Path(folder))
    fields: dict[tuple[str, str], set[str]] = {}
    for use in pieces.references:
        if use.file == RECORDS_FILE and pieces.misses(use.group, use.name):
            also = {"options", "stance"} if use.path[2] == "issue" else set()
            fields.setdefault((str(use.path[0]), str(use.path[1])), set()).update({str(use.path[2])} | also)
    before, findings = files.text(RECORDS_FILE) if fields else ("", pieces.findings)
    if findings:
        raise CaseError(findings)
    was, text, count = fingerprint(files.root / RECORDS_FILE), before.replace("\r\n", "\n"), 0
    for (group, ident), names in fields.items():
        record = pieces.record_groups[group][ident]
        if not decided(record):
            none = {n: f.get_default() for n, f in type(record).model_fields.items() if n in names}
            text = _changed(text, (group, ident), record.model_copy(update=none), {}, RECORDS_FILE)
            count += 1
    left = inspect(folder, {RECORDS_FILE: text})[1]
    if left:
        raise CaseError(left)
    with one_step(files.root) as act:
        act.write(RECORDS_FILE, text, was)
    return count


def _write_back(
    files: CaseFiles, name: str, changed: Changes, new: dict[str, dict[str, Any]], act: FileSet
) -> int:
    """One file with its changed and new entries, planned in the act; how many entries are new in it."""
    if not any(changed.values()) and not any(new.values()):
        return 0
    was = fingerprint(files.root / name)
    before, findings = files.text(name) if files.has(name) else ("", [])
    if findings:
        raise CaseError(findings, "nothing was changed")
    text = before.replace("\r\n", "\n")
    for group, entries in changed.items():
        for ident, item in entries.items():
            text = _changed(text, (group, ident), item, new, name)
    text, count = _appended(text, new, name)
    size = len(text.encode("utf-8"))
    if size > MAX_BYTES:
        what = f"expected at most {MAX_BYTES / 1e6:g} MB, would have {size / 1e6:.1f} MB with what is added"
        hint = "read the text in parts, each into a case of its own"
        raise CaseError([Finding("", what, hint, name)], "nothing was changed")
    if text != before:
        act.write(name, text, was)
    return count


def _table(files: CaseFiles) -> str:
    text, findings = files.text(SOURCES_FILE) if files.has(SOURCES_FILE) else ("", [])
    if findings:
        raise CaseError(findings, "nothing was changed")
    return text


def _add_sources(files: CaseFiles, sources: Sequence[NewSource], act: FileSet) -> None:
    if not sources:
        return
    was = fingerprint(files.root / SOURCES_FILE)
    table = _table(files).replace("\r\n", "\n")
    _, lines = csvdoc.rows(table)
    at = next((k for k, c in enumerate(lines[0] if lines else ()) if c.text == "id"), 0)
    listed = {cells[at].text for cells in lines[1:] if at < len(cells)}
    for source in sources:
        act.write(f"sources/{source.ident}.txt", source.text.encode("utf-8"))
        if source.ident not in listed:
            table = csvdoc.add_row(table, {**source.row, "id": source.ident}, SOURCE_COLUMNS)
    act.write(SOURCES_FILE, table, was)


def _appended(text: str, new: Mapping[str, Mapping[str, Any]], name: str) -> tuple[str, int]:
    listed = {g: {i: written_form(r) for i, r in records.items()} for g, records in new.items() if records}
    if not listed:
        return text, 0
    if not text.strip():  # a first file is parsed once, not once for each group: that takes most of the time
        first = "".join(f"{g}:{dump(r, 2)}\n" for g, r in listed.items())
        if repr(_bare(YamlText(first, name).data)) == repr(_bare(listed)):
            return first, sum(map(len, listed.values()))
    whole = YamlText(text, name)
    count = 0
    for group, records in listed.items():
        there = (whole.data or {}).get(group) or {}
        fresh = {i: r for i, r in records.items() if i not in there}
        whole.update((group,), fresh)
        count += len(fresh)
    return whole.text, count


def _changed(text: str, at: tuple[str, str], item: Any, new: dict[str, dict[str, Any]], name: str) -> str:
    """The text with one entry changed, taken out or put in; noted among the new ones where its section is no plain block."""
    group, ident = at
    place = _entry(text, group, ident)
    if place is not None:
        start, end = place
        try:
            part = YamlText(text[start:end], name)
        except CaseError:
            part = None
        if part is not None and isinstance(part.data, dict) and list(part.data) == [ident]:
            if item is None:
                left = text[:start] + text[start:end][_entry_end(part) :] + text[end:]
                return left if _section(left, group) else _without_group(left, group, name)
            _write_fields(part, (ident,), item)
            return text[:start] + part.text + text[end:]
    elif item is not None and (put_in := _inserted(text, group, ident, written_form(item))) is not None:
        return put_in
    whole = YamlText(text, name)
    if ident not in ((whole.data or {}).get(group) or {}):
        if item is not None:
            new.setdefault(group, {})[ident] = item
        return text
    if item is None:
        whole.remove((group, ident))
    else:
        _write_fields(whole, (group, ident), item)
    return whole.text


def _without_group(text: str, group: str, name: str) -> str:
    """The text without a group whose last entry was taken out."""
    whole = YamlText(text, name)
    if (whole.data or {}).get(group, ()) is None:
        whole.remove((group,))
    return whole.text


def _section(text: str, group: str) -> tuple[int, int, int] | None:
    """Where the entries of a group begin and end, and how far they are indented; None where it is no plain block."""
    head = re.search(
        rf"^{re.escape(group)}:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( +)[^\s{{\[?&*!|>-]", text, re.M
    )
    if head is None:
        return None
    section = re.compile(r"\n[^\s#]").search(text, head.end())  # a search from "\n" on is fast, "^" is not
    return head.start(1), section.start() + 1 if section else len(text), len(head[1])


def _inserted(text: str, group: str, ident: str, data: Mapping[str, Any]) -> str | None:
    """The text with a new entry at the end of its group; None where that takes a closer look at the file."""
    section = _section(text, group)
    if section is None:
        return None
    start, stop, indent = section
    if re.compile(rf"{re.escape(ident)}[\"']?\s*:").search(text, start, stop):  # perhaps there, in some form
        return None
    end = stop
    while end > start:  # back over empty lines and remarks of what follows
        line = text.rfind("\n", start, end) + 1 or start
        if text[line:end].strip() and text[line] != "#":
            break
        end = line - 1
    return f"{text[:end]}\n{' ' * indent}{scalar(ident)}:{dump(data, indent + 2)}\n{text[end:].removeprefix(chr(10))}"


def _entry(text: str, group: str, ident: str) -> tuple[int, int] | None:
    """Where the lines of an entry begin and end, in a file of plain blocks."""
    section = _section(text, group)
    if section is None:
        return None
    start, stop, indent = section
    key = re.compile(rf"\n {{{indent}}}{re.escape(scalar(ident))}:(?=\s)").search(text, start - 1, stop)
    if key is None:
        return None
    after = re.compile(rf"\n {{0,{indent}}}[^\s]").search(text, key.end(), stop)
    return key.start() + 1, after.start() + 1 if after else stop


def _entry_end(part: YamlText) -> int:
    """Where the entry itself ends; empty lines and remarks after it are not its own."""
    end = part.end(next(iter(part.data)))
    return min(part.text.find("\n", end) + 1 or len(part.text), len(part.text))


def _write_fields(text: YamlText, path: tuple[str, ...], item: Any) -> None:
    new = written_form(item)
    old: Any = text.data
    for part in path:
        old = old[part]
    if not isinstance(old, dict):
        text.set(path, new)
        return
    for key in [k for k in old if k not in new]:
        text.remove((*path, key))
    for key, value in new.items():
        if key not in old or not _alike(old[key], value):
            if isinstance(value, dict) and isinstance(old.get(key), dict) and set(old[key]) <= set(value):
                for inner, one in value.items():
                    if inner not in old[key] or not _alike(old[key][inner], one):
                        text.set((*path, key, inner), one)
            else:
                text.set((*path, key), value)


def _alike(old: Any, new: Any) -> bool:
    """Whether a value of the file means the same as one of a noun; a bare text stands for its label, one id for a list."""
    if isinstance(old, str) and isinstance(new, dict):
        return new == {"label": old}
    if isinstance(new, list | tuple) and not isinstance(old, list | tuple):
        return _bare([old]) == _bare(new)
    return bool(_bare(old) == _bare(new))


def written_form(item: Any) -> dict[str, Any]:
    """A record as YAML data: no defaults, and short forms where they exist."""
    out: dict[str, Any] = {}
    for key, value in item.model_dump(by_alias=True, exclude_defaults=True).items():
        moment = key in ("said", "when", "as_of") and not isinstance(getattr(item, key, None), tuple)
        if moment and isinstance(value, dict):
            first, last = value.get("from"), value.get("to")
            short = first is not None and first == last
            out[key] = first if short else {k: v for k, v in value.items() if v is not None}
        else:
            out[key] = value
    return out


def _bare(value: Any) -> Any:
    """Comparable plain data of a value from the file or from a noun."""
    if isinstance(value, Mapping):
        return {str(k): _bare(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(v) for v in value]
    return value.strip() if isinstance(value, str) else value
