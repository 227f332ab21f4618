"""What a foreign file adds to a case that is there already; comments and order of its files stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zopa.case import Case, Source
from zopa.casefile import NewSource
from zopa.casefile.edit import changed_texts
from zopa.casefile.read import SOURCE_COLUMNS
from zopa.casefile.record import with_sources
from zopa.formats.fidelity import Fidelity
from zopa.formats.names import short_ids

__all__ = ["NO_TEXT", "Additions", "added_files"]


NO_TEXT = "a reference has no text; put it into its file below sources/ where you have it"


@dataclass(frozen=True)
class Additions:
    """Sources and parties by id, parties as plain data; ids that are taken give way."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    parties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def added_files(
    folder: Path, case: Case, additions: Additions, fidelity: Fidelity
) -> tuple[dict[str, str], dict[str, str]]:
    """The files of the case with what is added, and the fingerprints of those that they are made from.

    Raises
    ------
    CaseError
        A file of the case cannot be changed.
    """
    new, filled = _sources(case, additions.sources, fidelity)
    texts, seen = with_sources(folder, new, filled)
    ids = short_ids(additions.parties, case.parties)
    if additions.parties:
        parties, known = changed_texts(
            folder, {("parties", i): data for i, data in zip(ids, additions.parties.values(), strict=True)}
        )
        texts, seen = texts | parties, seen | known
        fidelity.keep(f"parties added ({', '.join(ids)})", len(ids))
    return texts, seen


def _sources(
    case: Case, sources: Mapping[str, Source], fidelity: Fidelity
) -> tuple[list[NewSource], dict[str, dict[str, str]]]:
    """Sources that are new, and cells to fill of those that are there; a cell that says something stays.

    A source is the same by its text, its address, or its id where both have no address that speaks against it.
    """
    known = dict(case.sources)
    addresses = {_address(s.url): i for i, s in known.items() if s.url}
    texts = {s.text: i for i, s in known.items() if s.text}
    completed: dict[str, dict[str, str]] = {}
    same = 0
    for ident, source in sources.items():
        there = texts.get(source.text, "") if source.text else addresses.get(_address(source.url), "")
        if not there and not source.text and ident in known and not (source.url and known[ident].url):
            there = ident
        if not there:
            key = short_ids([ident], known)[0]
            if key != ident:
                fidelity.change(
                    f"'{ident}' is another source of the case; this one is '{key}'", f"sources.{key}"
                )
            known[key] = source
            if source.url:
                addresses[_address(source.url)] = key
            continue
        cells = _cells(known[there], source, there, fidelity)
        known[there] = known[there].model_copy(update=cells)
        if cells and there in case.sources:
            completed.setdefault(there, {}).update(cells)
        same += not cells
    new = [NewSource(i, s.text, _row(s)) for i, s in known.items() if i not in case.sources]
    if empty := sum(not one.text for one in new):
        fidelity.change(NO_TEXT, count=empty)
    counts = {"sources added": len(new), "sources completed": len(completed), "sources that were there": same}
    for what, count in counts.items():
        if count:
            fidelity.keep(what, count)
    return new, completed


def _row(source: Source) -> dict[str, str]:
    return {k: str(v) for k in SOURCE_COLUMNS if k != "id" and (v := getattr(source, k))}


def _cells(old: Source, new: Source, ident: str, fidelity: Fidelity) -> dict[str, str]:
    """What the new one says where the old one says nothing; what differs is listed."""
    found = {}
    for name, value in _row(new).items():
        if name in ("sha256", "access") or getattr(old, name) == value:
            continue
        if name == "url" and _address(old.url) == _address(value):
            continue
        if getattr(old, name):
            fidelity.leave(f"another {name} of a source that is there: {value[:60]}", f"sources.{ident}")
        else:
            found[name] = value
    return found


def _address(url: str) -> str:
    """What two spellings of an address have in common."""
    return re.sub(r"^https?://(www\.)?", "", url.strip(), flags=re.I).partition("#")[0].rstrip("/")
