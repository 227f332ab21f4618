"""Every error that zopa raises on purpose, split by whose move is next.

::

    ZopaError
    ├── CaseError(ValueError)       your file; carries .findings
    ├── UnknownName(KeyError)       not on the list; shows the nearest
    ├── NotApplicable(ValueError)   right method, wrong kind of case; says which kind it needs
    ├── CannotWrite                 a path that cannot be written; says which and why
    │   └── ChangedMeanwhile        the file is not the one that was read
    ├── CannotShare                 workers, or a run folder, that cannot be used; says why
    ├── EditConflict                the same record was changed by someone else; carries .conflicts
    └── MissingExtra(ImportError)   pip install 'zopa[...]'

Anything else that escapes is a bug of ours. The bottom floor: imports nothing of zopa.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = [
    "CannotShare",
    "CannotWrite",
    "CaseError",
    "ChangedMeanwhile",
    "EditConflict",
    "Finding",
    "MissingExtra",
    "NotApplicable",
    "UnknownName",
    "ZopaError",
    "failure",
    "nearest",
]


MOST_NAMED = 24
"""How many known names a message lists; further ones are counted."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like ``word``, or None when none is close.

    >>> nearest("forze", ["nato", "force"])
    'force'
    """
    names = list(known)[:5_000]
    if len(str(word)) > 200:
        return None
    found = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6)
    if found:
        return found[0]
    folded = {name.casefold(): name for name in names}
    return folded.get(str(word).casefold())


def _visible(text: str, most: int = 500) -> str:
    """Control characters of a hostile or damaged file, made visible (they could rewrite a terminal); never a page."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(
        c if c.isprintable() or c == " " else c.encode("unicode_escape").decode("ascii") for c in text
    )


@dataclass(frozen=True)
class Finding:
    """One problem in a user's file: where, what was expected and seen, and one thing to do."""

    path: str
    what: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    @property
    def place(self) -> str:
        """``case.yaml:10:7``, 1-based; just the file where no line is known."""
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"

    def __str__(self) -> str:
        head = ": ".join(_visible(part) for part in (self.place, self.path, self.what) if part)
        return head + (f"\n    hint: {_visible(self.hint)}" if self.hint else "")

    def to_dict(self) -> dict[str, object]:
        """The finding as plain data."""
        return asdict(self)


class ZopaError(Exception):
    """Base of all errors that zopa raises on purpose. Not raised itself."""


class CaseError(ZopaError, ValueError):
    """The user's file is not sound; ``findings`` holds every problem, in file order."""

    def __init__(self, findings: Sequence[Finding], state: str = "nothing was loaded") -> None:
        self.findings = tuple(findings)
        self.state = state
        super().__init__(str(self))

    def __str__(self) -> str:
        n = len(self.findings)
        lines = [str(f) for f in self.findings]
        return "\n".join([*lines, f"{n} problem{'s' if n != 1 else ''}; {self.state}."])


class UnknownName(ZopaError, KeyError):
    """A name that is not on the list; the message shows the nearest one, or the list."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(str(self))

    def __str__(self) -> str:
        if not self.name:
            return f"no {self.kind} is given; one of: {', '.join(self.known[:MOST_NAMED])}"
        close = nearest(self.name, self.known)
        more = f" and {len(self.known) - MOST_NAMED} more" if len(self.known) > MOST_NAMED else ""
        known = "known: " + (", ".join(self.known[:MOST_NAMED]) + more if self.known else "none yet")
        tail = f"did you mean '{close}'?" if close else known
        return f"no {self.kind} called '{self.name}'; {tail}"


class NotApplicable(ZopaError, ValueError):
    """The method is fine but this case does not have what it needs; the message says what."""


class CannotWrite(ZopaError):
    """A file or folder could not be written; nothing was changed."""

    def __init__(self, path: str, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{_visible(path)} cannot be written: {why}; nothing was changed")


class CannotShare(ZopaError):
    """Workers that do not answer, or a run folder of another run; the message says which and what to do."""


class ChangedMeanwhile(CannotWrite):
    """A file was changed by someone else since it was read; nothing was changed."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "it was changed by someone else meanwhile; read it again")


class EditConflict(ZopaError):
    """Someone else changed the same records since they were read; ``conflicts`` holds all three versions of each."""

    def __init__(self, conflicts: Sequence[Any], hint: str = "") -> None:
        self.conflicts = tuple(conflicts)
        named = ", ".join(_visible(c.record, 80) for c in self.conflicts[:MOST_NAMED])
        tail = f"; {hint}" if hint else ""
        super().__init__(f"changed by someone else since you read it: {named}; nothing was changed{tail}")


class MissingExtra(ZopaError, ImportError):
    """An optional part is not installed; the message holds the pip line."""

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs an optional part: pip install 'zopa[{extra}]'")


def failure(error: Exception) -> dict[str, object]:
    """An error as plain data: its kind, its message, and every finding of a file where there are some."""
    findings = error.findings if isinstance(error, CaseError) else ()
    kind = type(error).__name__ if isinstance(error, ZopaError) else "BadUse"
    words = getattr(error, "format_message", error.__str__)
    return {"error": {"kind": kind, "message": words(), "findings": [f.to_dict() for f in findings]}}
