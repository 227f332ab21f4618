"""Writing suggestions and decisions into a case folder.

Files are written whole and swapped in one step, so that a stop in the middle leaves the old ones.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from zopa.case.model import Records
from zopa.errors import CaseError, Finding
from zopa.reading.sources.text import Text

__all__ = ["add_records", "add_source", "save_records", "source_id", "write_text"]

_COLUMNS = ("id", "title", "publisher", "date", "url", "sha256", "licence", "access")


def write_text(path: Path, text: str) -> None:
    """Write a file whole: first beside it, then swapped in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".zopa-", suffix=path.suffix)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def source_id(folder: Path, text: Text, name: str) -> tuple[str, bool]:
    """The id under which a text is or would be registered, and whether it is new."""
    rows = _rows(folder / "sources" / "sources.csv")
    for row in rows:
        if row.get("sha256") == text.sha256:
            return row["id"], False
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "text"
    taken = {row["id"] for row in rows} | {p.stem for p in (folder / "sources").glob("*.txt")}
    return next(i for i in [base, *(f"{base}-{n}" for n in range(2, 10_000))] if i not in taken), True


def add_source(folder: Path, ident: str, text: Text, url: str = "") -> None:
    """Register a text under ``sources/``, with its publication data in ``sources.csv``."""
    table = folder / "sources" / "sources.csv"
    rows = _rows(table)
    p = text.published
    rows.append({
        "id": ident, "title": p.title, "publisher": p.publisher, "date": p.on.isoformat() if p.on else "", "url": url,
        "sha256": text.sha256, "licence": "", "access": "restricted",
    })  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(
        out, list(dict.fromkeys([*_COLUMNS, *(k for row in rows for k in row)])), lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    write_text(folder / "sources" / f"{ident}.txt", text.text)
    write_text(table, out.getvalue())


def _rows(table: Path) -> list[dict[str, str]]:
    if not table.exists():
        return []
    return [dict(row) for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")))]


def add_records(folder: Path, records: Records) -> int:
    """Append records to ``statements.yaml``, keeping what stands there with its comments; the number added."""
    added = 0
    path = folder / "statements.yaml"
    yaml, data = _open(path)
    for group in Records.model_fields:
        for ident, item in getattr(records, group).items():
            data.setdefault(group, {})
            if data[group] is None:
                data[group] = {}
            if ident not in data[group]:
                data[group][ident] = _plain(item)
                added += 1
    _save(path, yaml, data)
    return added


def save_records(folder: Path, changed: Mapping[str, Any], group: str = "statements") -> None:
    """Write changed records back in place: only the fields that differ are touched; None removes one."""
    path = folder / "statements.yaml"
    yaml, data = _open(path)
    listed = data.setdefault(group, {})
    for ident, s in changed.items():
        if s is None:
            listed.pop(ident, None)
            continue
        new = _plain(s)
        old = listed.get(ident)
        if old is None:
            listed[ident] = new
            continue
        for key in [k for k in old if k not in new]:
            del old[key]
        for key, value in new.items():
            if key not in old or _bare(old[key]) != _bare(value):
                old[key] = value
    _save(path, yaml, data)


def _open(path: Path) -> tuple[YAML, Any]:
    yaml = YAML()
    yaml.width = 110
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = False
    yaml.representer.ignore_aliases = lambda *_: True  # a case file holds no anchors
    data: Any = yaml.load(path.read_text(encoding="utf-8-sig")) if path.exists() else None
    if data is None:
        data = yaml.load("statements: {}\n")
        data["statements"] = None
    if not isinstance(data, dict):
        raise CaseError(
            [
                Finding(
                    "",
                    "expected 'statements:', saw something else",
                    "run `zopa check`",
                    "statements.yaml",
                    1,
                    1,
                )
            ]
        )
    return yaml, data


def _save(path: Path, yaml: YAML, data: Any) -> None:
    out = io.StringIO()
    yaml.dump(data, out)
    write_text(path, out.getvalue())


def _plain(item: Any) -> dict[str, Any]:
    """A record as YAML data: no defaults, short forms where they exist, long quotations folded."""
    raw = item.model_dump(by_alias=True, exclude_defaults=True)
    out: dict[str, Any] = {}
    for key, value in raw.items():
        if (
            key in ("said", "when", "as_of")
            and isinstance(value, dict)
            and not isinstance(getattr(item, key, None), tuple)
        ):
            first, last = value.get("from"), value.get("to")
            out[key] = (
                first
                if first is not None and first == last
                else {k: v for k, v in value.items() if v is not None}
            )
        else:
            out[key] = _listed(value)
    quote = out.get("quote")
    if isinstance(quote, str):
        out["quote"] = _long(quote)
    return out


def _long(quote: str) -> str:
    """A folded block where it survives the round trip; quoted otherwise."""
    if "\n" in quote:
        return LiteralScalarString(quote) if not quote.endswith("\n") and quote == quote.strip() else quote
    if len(quote) > 90 and "  " not in quote and quote == quote.strip() and "\t" not in quote:
        return FoldedScalarString(quote)
    return quote


def _listed(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_listed(v) for v in value]
    if isinstance(value, dict):
        return {k: _listed(v) for k, v in value.items()}
    return value


def _bare(value: Any) -> Any:
    """Comparable plain data of a value from the file or from a noun."""
    if isinstance(value, dict):
        return {str(k): _bare(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(v) for v in value]
    return value.strip() if isinstance(value, str) else value
