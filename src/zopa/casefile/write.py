"""The one writer of files: whole or not at all, on a full disk, a read-only one, or when the process is killed.

A file is written beside its place, flushed to the disk, then swapped in. Files of one act are first all
written beside their places, then listed in a journal, then swapped in; a stop before the journal leaves the
old files, a stop after it is completed by whoever reads or writes the folder next (:func:`finish`).
Symbolic links are followed; permissions, owner and line ends of a file that is replaced are kept.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zopa.casefile.change_log import RECORD, following
from zopa.errors import CannotWrite, ChangedMeanwhile

__all__ = ["JOURNAL", "FileSet", "fingerprint", "finish", "one_step", "refuse_if_there", "write_file"]

JOURNAL = ".zopa-journal"
"""Names the files of an act that is being swapped in; gone when it is done."""
_TEMPORARY = re.compile(r"\.zopa-[0-9a-f]{16}-\d+\.tmp")
_STALE = 3600.0
"""Seconds after which a temporary file belongs to nobody who is still alive."""
_BOM = b"\xef\xbb\xbf"
_WHY = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota of the disk is used up",
    errno.EFBIG: "the file would be larger than allowed",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links lead in a circle",
    errno.ENOENT: "no such folder can be made",
}


def _refused(path: Path, error: Exception) -> CannotWrite:
    number = getattr(error, "errno", None)
    why = _WHY.get(number or 0) or (getattr(error, "strerror", None) or str(error)).lower()
    return CannotWrite(str(path), why)


@dataclass
class FileSet:
    """Files of one act, by path relative to ``root``; None removes a file."""

    root: Path
    contents: dict[str, bytes | str | None] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, content: str | bytes, was: str | None = None) -> None:
        """Plan a file. A text takes on the line ends of the file that it replaces.

        ``was`` is the :func:`fingerprint` of the file that the new content was made from; if it differs
        when the act is done, nothing is written.
        """
        self.contents[name] = content
        if was is not None:
            self.known[name] = was

    def remove(self, name: str) -> None:
        """Plan the removal of a file inside ``root``."""
        self.contents[name] = None


def fingerprint(path: str | Path) -> str:
    """What the bytes of a file are known by; empty where there is none."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""


def write_file(path: str | Path, content: str | bytes) -> None:
    """Write one file whole; folders on the way to it are made.

    Raises
    ------
    CannotWrite
        The disk is full or read-only, or the path is not one of a file; the old file is untouched.
    """
    place = Path(path)
    with _as_words(place):
        if place.exists() and not place.is_file() and not place.is_dir():  # a pipe or a device
            place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
            return
    with one_step(place.parent) as files:
        files.write(place.name, content)


def refuse_if_there(path: str | Path, hint: str = "") -> None:
    """Raise :class:`CannotWrite` when something stands at a path that must be new."""
    if os.path.lexists(path):
        raise CannotWrite(str(path), "it exists already" + (f"; {hint}" if hint else ""))


@contextmanager
def one_step(root: str | Path) -> Iterator[FileSet]:
    """Files planned inside the block appear together when it ends, or not at all.

    Raises
    ------
    CannotWrite
        See :func:`write_file`; also when a file changed since it was read.
    """
    files = FileSet(Path(root))
    yield files
    if files.contents:
        _commit(files)


def finish(root: str | Path) -> bool:
    """Complete an act that was stopped while its files were swapped in; whether there was one."""
    place = Path(root)
    try:
        if not (place / JOURNAL).is_file():
            return False
    except (OSError, ValueError):
        return False
    with _as_words(place), _locked(place):
        return _finish(place)


def _commit(files: FileSet) -> None:
    root, made = files.root, list[Path]()
    staged: list[tuple[str, Path, Path]] = []
    journal = False
    try:
        with _as_words(root):
            _make_folders(root, made)
        with _as_words(root), _locked(root):
            _finish(root)
            _as_known(files)
            token = os.urandom(8).hex()
            with _as_words(root):
                contents = _with_record(files)
            for number, (name, content) in enumerate(contents.items()):
                if content is None:
                    continue
                with _as_words(root / name):
                    target = _target(root / name)
                    _make_folders(target.parent, made)
                    _sweep(target.parent)
                    temporary = target.parent / f".zopa-{token}-{number}.tmp"
                    if _stage(temporary, target, content):
                        staged.append((name, temporary, target))
            removed = [n for n, content in files.contents.items() if content is None and _removable(root, n)]
            _as_known(files)  # again: an editor may have saved while the new files were written
            if len(staged) + len(removed) > 1:
                _stage(root / f".zopa-{token}-j.tmp", None, _journal(staged, removed))
                (root / f".zopa-{token}-j.tmp").replace(root / JOURNAL)
                journal = True
                _sync(root)
            _swap(root, [(temporary, target) for _, temporary, target in staged], removed)
    except BaseException:
        if not journal:
            for _, temporary, _ in staged:
                temporary.unlink(missing_ok=True)
            for folder in reversed(made):
                with suppress(OSError):
                    folder.rmdir()
        raise


def _as_known(files: FileSet) -> None:
    for name, known in files.known.items():
        if fingerprint(files.root / name) != known:
            raise ChangedMeanwhile(str(files.root / name))


def _with_record(files: FileSet) -> dict[str, bytes | str | None]:
    """The files of an act, and the record of the case with a line about it where one is kept."""
    root = files.root
    if not (root / RECORD).is_file():
        return files.contents
    planned: dict[str, bytes | None] = {}
    for name, content in files.contents.items():
        if isinstance(content, str):
            old = (root / name).read_bytes() if (root / name).is_file() else None
            content = _with_line_ends(content, old)
        planned[name] = content
    record = following(root, planned)
    return files.contents if record is None else {**planned, RECORD: record}


def _journal(staged: list[tuple[str, Path, Path]], removed: list[str]) -> str:
    return json.dumps({"files": {name: temporary.name for name, temporary, _ in staged}, "removed": removed})


def _swap(root: Path, staged: list[tuple[Path, Path]], removed: list[str]) -> None:
    for temporary, target in staged:
        with _as_words(target):
            temporary.replace(target)
    for name in removed:
        (root / name).unlink(missing_ok=True)
    for folder in {target.parent for _, target in staged}:
        _sync(folder)
    (root / JOURNAL).unlink(missing_ok=True)


def _finish(root: Path) -> bool:
    """Swap in what the journal names. A journal can do nothing outside its folder but move files it made."""
    try:
        raw: Any = json.loads((root / JOURNAL).read_bytes()[:10_000_000])
        files = dict(raw["files"])
        removed = [n for n in raw["removed"] if isinstance(n, str) and _removable(root, n)]
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError, RecursionError):
        (root / JOURNAL).unlink(missing_ok=True)
        return False
    staged = []
    for name, temporary in files.items():
        if isinstance(name, str) and isinstance(temporary, str) and _TEMPORARY.fullmatch(temporary):
            target = _target(root / name)
            if (target.parent / temporary).is_file() and not (target.parent / temporary).is_symlink():
                staged.append((target.parent / temporary, target))
    _swap(root, staged, removed)
    return True


def _removable(root: Path, name: str) -> bool:
    place = root / name
    return place.is_file() and place.parent.resolve().is_relative_to(root.resolve())


def _target(path: Path) -> Path:
    """Where a path leads through its links; it is a file or nothing yet."""
    try:
        target = path.resolve()
    except RuntimeError:  # links in a circle, before Python 3.13
        raise OSError(errno.ELOOP, "") from None
    if target.is_symlink():
        raise OSError(errno.ELOOP, "")
    if target.is_dir():
        raise OSError(errno.EISDIR, "")
    if target.exists() and not os.access(target, os.W_OK):
        raise OSError(errno.EACCES, "")
    return target


def _stage(temporary: Path, target: Path | None, content: str | bytes) -> bool:
    """Write the content beside its target, with the target's looks; False when it stands there already."""
    old: bytes | None = None
    if target is not None and target.exists():
        old = target.read_bytes()
    raw = content if isinstance(content, bytes) else _with_line_ends(content, old)
    if raw == old:
        return False
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        if target is not None and old is not None:
            _same_looks(target, temporary)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _with_line_ends(text: str, old: bytes | None) -> bytes:
    raw = text.encode("utf-8")
    if old is None:
        return raw
    if old.count(b"\r\n") * 2 > old.count(b"\n"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return _BOM + raw if old.startswith(_BOM) and not raw.startswith(_BOM) else raw


def _same_looks(old: Path, new: Path) -> None:
    """Permissions, access lists and (where allowed) the owner of a file that is replaced."""
    looks = old.stat()
    if hasattr(os, "chown") and (looks.st_uid, looks.st_gid) != (new.stat().st_uid, new.stat().st_gid):
        with suppress(OSError):
            os.chown(new, looks.st_uid, looks.st_gid)
    new.chmod(stat.S_IMODE(looks.st_mode))
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(old):
                os.setxattr(new, name, os.getxattr(old, name))


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = []
    at = folder
    while not at.exists() and at != at.parent:
        missing.append(at)
        at = at.parent
    for at in reversed(missing):
        with suppress(FileExistsError):
            at.mkdir()
            made.append(at)
    if not folder.is_dir():
        raise OSError(errno.ENOTDIR, "")


def _sweep(folder: Path) -> None:
    """Remove what a killed process left behind long ago."""
    for left in folder.glob(".zopa-*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                left.unlink()


def _sync(folder: Path) -> None:
    """Make the names in a folder last; not every system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One act at a time in a folder, where the system has locks."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _as_words(path: Path) -> Iterator[None]:
    """What the system says about a path, as an error of ours."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise _refused(path, error) from None
