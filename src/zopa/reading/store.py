"""Texts and what was found in them, kept in a case folder: each call is one act, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zopa.case.records import Records
from zopa.casefile import NewSource, write_file
from zopa.casefile import save_records as save
from zopa.casefile import source_id as known_id
from zopa.reading.language.detect import NAMES, detected
from zopa.reading.sources.text import Text

__all__ = ["add_source", "save_changes", "source_id", "write_text"]


def write_text(path: Path, text: str) -> None:
    """Write a file whole."""
    write_file(path, text)


def source_id(folder: Path, text: Text, name: str) -> tuple[str, bool]:
    """The id under which a text is or would be registered, and whether it is new."""
    return known_id(folder, text.sha256, name)


def add_source(
    folder: Path,
    ident: str,
    text: Text,
    url: str = "",
    *,
    records: Records | None = None,
    changed: Mapping[str, Mapping[str, Any]] | None = None,
) -> int:
    """Register a text under ``sources/``, together with the records found in it and those that it changes."""
    p = text.published
    row = {
        "title": p.title,
        "publisher": p.publisher,
        "date": p.on.isoformat() if p.on else "",
        "url": url,
        "sha256": text.sha256,
        "access": "restricted",
        "language": _code(text),
    }
    return save(folder, sources=[NewSource(ident, text.text, row)], added=records, changed=changed)


def _code(text: Text) -> str:
    """The language code of a text that is not English; of one read with a pack in a file what its words show."""
    code = text.language if text.language in NAMES else detected(text.text) or ""
    return "" if code == "en" else code


def save_changes(
    folder: Path,
    changed: Mapping[str, Mapping[str, Any]],
    added: Records | None = None,
    was: Mapping[str, str] | None = None,
) -> None:
    """Write changed entries of several groups back in one act: records, and parties, speakers, issues and rules.

    ``was``: see :func:`zopa.casefile.save_records`.
    """
    save(folder, changed=changed, added=added, was=was)
