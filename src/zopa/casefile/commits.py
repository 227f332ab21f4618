"""A case folder as it was in a commit of its git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from datetime import date
from pathlib import Path

from zopa.case import Case
from zopa.casefile.read import load
from zopa.errors import CaseError, Finding

__all__ = ["at_commit", "committed_on"]

SECONDS = 60
MAX_BYTES = 200_000_000


def at_commit(folder: str | Path, revision: str) -> Case:
    """The case that a folder held in a commit: a hash, a tag, a branch, ``HEAD~3``.

    Nothing in the folder or in the repository is changed.

    Raises
    ------
    CaseError
        The folder is in no git repository, the commit is not in it, or held no sound case there.
    """
    root = Path(folder).resolve()
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    if not commit:
        raise _not_found(folder, revision)
    inside = _git(root, "rev-parse", "--show-prefix").decode().strip()
    packed = _git(root, "archive", "--format=tar", commit.decode().strip(), "--", ".")
    if not packed or len(packed) > MAX_BYTES:
        raise _not_found(folder, f"{revision}:{inside}")
    with tempfile.TemporaryDirectory() as place, tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(place, filter="data")
        return load(Path(place))


def committed_on(path: str | Path) -> date | None:
    """The day of the last commit that changed a file; None where it is in no repository or differs from that."""
    place = Path(path).resolve()
    said = _git(place.parent, "log", "-1", "--format=%cs", "--", place.name).decode().strip()
    if not said or _git(place.parent, "status", "--porcelain", "--", place.name):
        return None
    return date.fromisoformat(said)


def _git(root: Path, *words: str) -> bytes:
    """What git answers, or nothing where it refuses."""
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout if done.returncode == 0 else b""


def _not_found(folder: str | Path, revision: str) -> CaseError:
    what = f"expected a date or a commit after @, saw '{revision}'"
    hint = "a date such as 2025-02-13, or a commit of the git repository that holds the folder"
    return CaseError([Finding("", what, hint, str(folder))])
