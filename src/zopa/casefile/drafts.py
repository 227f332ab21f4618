"""Drafts that people keep: the file `drafts.yaml` of a case folder, one named package with the question it answers each.

::

    drafts:
      phased:
        name: Phased withdrawal
        package: {nato: none, line: frozen}
        read: {us-nato: membership}
        note: shown to both delegations on Tuesday

A draft is no part of the case: no lens reads it, and the case has the same digest with or without it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from zopa.case.basis import Noun, Text
from zopa.casefile.concurrent_edit import save_text
from zopa.casefile.folder import CaseFiles
from zopa.casefile.messages import validate
from zopa.casefile.yamldoc import parse_yaml
from zopa.casefile.yamltext import YamlText
from zopa.errors import CaseError, Finding, NotApplicable, UnknownName

__all__ = ["DRAFTS_FILE", "SavedDraft", "read_drafts", "remove_draft", "save_draft"]

DRAFTS_FILE = "drafts.yaml"
MOST_DRAFTS = 1_000
_TAKEN = ("new", "compare", "hold", "save")
"""Names that mean something else where drafts have addresses."""


class SavedDraft(Noun):
    """A package or part of one under a name, with the readings and judgments under which it was looked at."""

    name: Text
    package: dict[str, str] = Field(default_factory=dict)
    as_of: str = ""
    readings: str = ""
    read: dict[str, str] = Field(default_factory=dict)
    set: dict[str, str] = Field(default_factory=dict)
    note: str = Field("", max_length=20_000)
    by: str = ""
    saved: str = ""


def _text(folder: Path) -> str | None:
    files = CaseFiles(folder)
    if not files.has(DRAFTS_FILE):
        return None
    text, findings = files.text(DRAFTS_FILE)
    if findings:
        raise CaseError(findings)
    return text


def read_drafts(folder: str | Path) -> Mapping[str, SavedDraft]:
    """The drafts kept in a case folder, by id; none where there is no such file.

    Raises
    ------
    CaseError
        The file is not sound; every problem is located.
    """
    text = _text(Path(folder)) if Path(folder).is_dir() else None
    if text is None:
        return {}
    document = parse_yaml(text, DRAFTS_FILE)
    findings = list(document.findings)
    data = document.data if isinstance(document.data, dict) else {}
    listed = data.get("drafts") or {}
    if not findings and (set(data) - {"drafts"} or not isinstance(listed, dict)):
        findings.append(Finding("", "expected 'drafts:' with one entry per draft", "", DRAFTS_FILE, 1, 1))
        listed = {}
    if findings:
        raise CaseError(findings)
    found = {k: validate(document, ("drafts", k), SavedDraft, entry) for k, entry in listed.items()}
    if document.findings:
        raise CaseError(document.findings)
    return {k: draft for k, draft in found.items() if draft is not None}


def save_draft(folder: str | Path, draft: SavedDraft, ident: str = "") -> str:
    """Keep a draft under its id, or under a new one made from its name; other drafts and remarks stay as they are.

    Raises
    ------
    NotApplicable
        The case is no folder, or has very many drafts already.
    EditConflict
        Someone else changed the same draft meanwhile.
    CannotWrite
        The file cannot be written.
    """
    root = Path(folder)
    if not root.is_dir():
        raise NotApplicable("drafts are kept in a case folder; zopa convert makes one of this file")
    known = read_drafts(root)
    if ident and ident not in known:
        raise UnknownName("draft", ident, known)
    if not ident and len(known) >= MOST_DRAFTS:
        raise NotApplicable(f"a case keeps at most {MOST_DRAFTS:,} drafts; remove some")
    chosen = ident or _new_id(draft.name, known)
    before = _text(root)
    edited = YamlText(before or "", DRAFTS_FILE)
    edited.set(("drafts", chosen), draft.model_dump(exclude_defaults=True))
    save_text(root, DRAFTS_FILE, edited.text, before)
    return chosen


def remove_draft(folder: str | Path, ident: str) -> None:
    """Take a draft out.

    Raises
    ------
    UnknownName
        There is no such draft.
    """
    root = Path(folder)
    known = read_drafts(root)
    if ident not in known:
        raise UnknownName("draft", ident, known)
    before = _text(root) or ""
    edited = YamlText(before, DRAFTS_FILE)
    edited.remove(("drafts", ident))
    save_text(root, DRAFTS_FILE, edited.text, before)


def _new_id(name: str, known: Mapping[str, SavedDraft]) -> str:
    """An id made from a name, for addresses and files: letters without accents, digits, hyphens; always new.

    >>> _new_id("Accès au Nord / 2", {})
    'acces-au-nord-2'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "draft"
    if base in _TAKEN:
        base += "-draft"
    number, found = 2, base
    while found in known:
        found, number = f"{base}-{number}", number + 1
    return found
