"""A small sound case folder, to be spoiled one way at a time."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from zopa.casefile import digest, inspect, normalise
from zopa.errors import Finding

CASE = """\
title: Water of two rivers
parties:
  NO:
    name: Norway
    weights: {flow: 60, fees: 40}
    values:
      flow: {F1: 100, F2: 0}
      fees: {E1: 0, E2: 100}
    reservation: 30
  SE:
    name: Sweden
    weights: {flow: high, fees: low}
    values:
      flow: {F1: oppose, F2: demand}
      fees: {E1: [20, 60], E2: {best: 10, stated: s1}}
speakers:
  min: {name: Minister, party: SE}
issues:
  flow:
    name: Flow
    options: {F1: high, F2: low}
  fees:
    name: Fees
    options: {E1: one, E2: two}
rules:
  r1:
    party: SE
    when: {flow: F1}
    only_if: {fees: E2}
    stated: s1
"""
STATEMENTS = """\
statements:
  s1:
    source: note
    quote: high flow only with shared fees
    kind: conditional_offer
    speaker: min
"""
SOURCE = "The minister said: high flow only with shared fees.\nNothing else was said.\n"


def table(text: str = SOURCE) -> str:
    """sources.csv with the right digest."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [("id", "title", "sha256"), ("note", "A note", digest(normalise(text)))]
    )
    return out.getvalue()


def write(folder: Path, files: dict[str, str | bytes] | None = None, **main: str) -> Path:
    """The sound case in a folder, with some of its files given otherwise."""
    every: dict[str, str | bytes] = {
        "case.yaml": CASE,
        "statements.yaml": STATEMENTS,
        "sources/note.txt": SOURCE,
        "sources/sources.csv": table(),
    }
    for name, content in (every | (files or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def findings(folder: Path, files: dict[str, str | bytes] | None = None) -> list[Finding]:
    """What is wrong with the case so spoiled; each finding can be printed anywhere."""
    case, found = inspect(write(folder, files))
    assert (case is None) == bool(found)
    for f in found:
        assert len(str(f)) < 2_000
        assert str(f).encode()
        assert f.file
        assert not any(c < " " and c != "\n" for c in str(f))
    return found


def spoiled(old: str, new: str, text: str = CASE) -> str:
    """The text with one place changed; the place must stand once."""
    assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times"
    return text.replace(old, new)
