"""The files of a case folder as they stand, or as they would stand after an edit that is not saved yet."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zopa.errors import Finding

__all__ = ["MAX_BYTES", "CaseFiles", "read_text"]

MAX_BYTES = 8_000_000


@dataclass(frozen=True)
class CaseFiles:
    """Files below ``root`` by relative path; ``instead`` holds texts that take their place (None: no file)."""

    root: Path
    instead: Mapping[str, str | None] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether something stands there; it may still be no file, or not readable."""
        if name in self.instead:
            return self.instead[name] is not None
        path = self.root / name
        try:
            return path.exists() or path.is_symlink()
        except (OSError, ValueError):
            return False

    def is_file(self, name: str) -> bool:
        """Whether a file of that name can be read."""
        if name in self.instead:
            return self.instead[name] is not None
        try:
            return (self.root / name).is_file()
        except (OSError, ValueError):
            return False

    def text(self, name: str, limit: int = MAX_BYTES) -> tuple[str, list[Finding]]:
        """The text of a file without its byte order mark, or a finding that says why it cannot be read."""
        given = self.instead.get(name)
        if given is not None:
            return given.removeprefix("\ufeff"), []
        return read_text(self.root / name, name, limit)

    def raw(self, name: str) -> bytes:
        """The bytes of a file; empty where none can be read."""
        given = self.instead.get(name, "")
        if name in self.instead:
            return (given or "").encode("utf-8", "surrogatepass")
        try:
            return (self.root / name).read_bytes()
        except (OSError, ValueError):
            return b""

    def names(self, pattern: str) -> list[str]:
        """Relative paths that match ``folder/*.ending``, sorted."""
        folder, _, last = pattern.rpartition("/")
        found = {
            n for n in self.instead if fnmatch.fnmatchcase(n, pattern) and n.rpartition("/")[0] == folder
        }
        found = {n for n in found if self.instead[n] is not None}
        try:
            here = (
                [p.name for p in (self.root / folder).glob(last)]
                if folder
                else [p.name for p in self.root.glob(last)]
            )
        except OSError:
            here = []
        found |= {n for n in (f"{folder}/{h}" if folder else h for h in here) if n not in self.instead}
        return sorted(found)


def read_text(path: Path, name: str, limit: int = MAX_BYTES) -> tuple[str, list[Finding]]:
    """A UTF-8 text file, or a finding that says why it cannot be read."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            return "", [Finding("", "expected a text file, saw a folder or a device", "", name)]
        if size > limit:
            what = f"expected at most {limit / 1e6:g} MB, saw {size / 1e6:.1f} MB"
            return "", [Finding("", what, "split the file", name)]
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        return "", [Finding("", f"cannot be read: {getattr(error, 'strerror', None) or error}", "", name)]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        what = f"expected UTF-8 text, saw byte 0x{raw[error.start]:02x}"
        return "", [Finding("", what, "save the file as UTF-8", name, line, column)]
    if "\x00" in text:
        return "", [Finding("", "expected text, saw a NUL character", "save the file as UTF-8", name)]
    return text, []
