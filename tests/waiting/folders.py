"""Small case folders written for the tests."""

from __future__ import annotations

from pathlib import Path

TWO = """\
title: Two parties and one line
as_of: 2025-02-13
issues:
  line: {name: Line, options: {L0: left, L1: middle, L2: right}}
parties:
  A:
    name: Aland
    basis: {assumed: for a test}
    weights: {line: 100}
    values: {line: {L0: 100, L1: 35, L2: 0}}
    reservation: 30
    start: {line: L0}
  B:
    name: Borduria
    basis: {assumed: for a test}
    weights: {line: 100}
    values: {line: {L0: 0, L1: 33, L2: 100}}
    reservation: 30
    start: {line: L2}
"""


def folder(root: Path, extra: str = "", **files: str) -> Path:
    """A folder with the two-party case, more YAML, and more files (``costs_csv="..."`` is costs.csv)."""
    (root / "case.yaml").write_text(TWO + extra)
    for name, text in files.items():
        (root / name.replace("_csv", ".csv")).write_text(text)
    return root
