"""A case put together from lines of a document: the text grows line by line, statements quote from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zopa.case import Case
from zopa.casefile import digest, normalise
from zopa.formats.fidelity import Fidelity
from zopa.formats.names import label, short_ids

__all__ = ["TextCase"]


class TextCase:
    """The parts of a case from one file: its text, parties by name, issues and suggested statements by id.

    Parameters
    ----------
    file : name of the file; its stem becomes the id of the one source and the title.
    fidelity : what was read, changed and left out.
    """

    def __init__(self, file: str, fidelity: Fidelity) -> None:
        self.file, self.fidelity = file, fidelity
        self.source = short_ids([Path(file).stem])[0]
        self.lines: list[str] = []
        self.length = 0
        self.parties: dict[str, str] = {}
        self.issues: dict[str, Any] = {}
        self.statements: dict[str, Any] = {}

    def say(self, line: str) -> int:
        """Add a line to the text; the offset in code points at which it begins."""
        at, plain = self.length, normalise(line)
        self.lines.append(plain)
        self.length += len(plain) + 1
        return at

    def party(self, name: str) -> str:
        """The id of a party by its name, made where it is new."""
        if name not in self.parties:
            self.parties[name] = short_ids([name], self.parties.values())[0]
        return self.parties[name]

    def whole(self, outcome: Mapping[str, str] | None = None) -> Case:
        """The case, with the text as its one source."""
        text = "\n".join(self.lines) + "\n"
        source = {
            "title": label(self.file), "text": text, "sha256": digest(text), "file": f"sources/{self.source}.txt",
        }  # fmt: skip
        return Case.model_validate(
            {
                "title": label(Path(self.file).stem),
                "parties": {ident: {"name": name} for name, ident in self.parties.items()},
                "issues": self.issues,
                "statements": self.statements,
                "outcome": dict(outcome or {}),
                "sources": {self.source: source},
            }
        )
