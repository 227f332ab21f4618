"""A case from whatever the user names: a case folder, or a file of another tool."""

from __future__ import annotations

from pathlib import Path

from zopa import casefile
from zopa.case import Case

__all__ = ["is_case", "load"]


def is_case(path: Path) -> bool:
    """Whether a path is a case folder or the main file of one."""
    return (path / "case.yaml").exists() or path.name in ("case.yaml", "statements.yaml")


def load(folder: str | Path) -> Case:
    """Load a case: a case folder, its ``case.yaml``, or a file or folder of any format that zopa reads.

    Raises
    ------
    CaseError
        It is not sound, or of no known format; ``findings`` holds every problem, located. Nothing is
        half-loaded.
    """
    path = Path(folder)
    try:
        case_folder = is_case(path) or not path.exists()
    except (OSError, ValueError):  # no name of a path; whoever loads says so
        case_folder = True
    if case_folder:
        return casefile.load(path)
    from zopa.formats.conversion import read_any  # every format, which a case folder does not need

    return read_any(path)
