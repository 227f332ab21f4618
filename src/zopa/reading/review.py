"""The review of suggested statements as a pure state machine: one key, one step; every step can be undone.

Nothing is read from a terminal or written to a file here; the door does both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zopa.case.model import Review, Statement

__all__ = ["KEYS", "Session"]

KEYS: Mapping[str, str] = {
    "a": "accept", "e": "edit", "r": "reject", "m": "merge with the one before", "s": "split", "u": "undo",
    "n": "next, decide later", "b": "back", "A": "accept all that are left", "q": "stop; all decisions are kept",
}  # fmt: skip
"""Key -> what it does."""


@dataclass
class Session:
    """Suggested statements one by one; :meth:`pending` says what a file that was last written lacks."""

    statements: dict[str, Statement]
    by: str = ""
    on: date | None = None
    at: int = 0
    queue: list[str] = field(default_factory=list)
    past: list[tuple[dict[str, Statement], list[str], int]] = field(default_factory=list)
    written: dict[str, Statement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.written = dict(self.statements)
        self.queue = self.queue or [k for k, s in self.statements.items() if s.review.state == "suggested"]

    @property
    def current(self) -> str | None:
        """The id of the statement to decide, or None when all are decided."""
        return self.queue[self.at] if 0 <= self.at < len(self.queue) else None

    @property
    def left(self) -> int:
        """How many are still suggested."""
        return sum(s.review.state == "suggested" for s in self.statements.values())

    def pending(self) -> dict[str, Statement | None]:
        """What changed since the last call, by id; None means removed. The caller writes it."""
        out: dict[str, Statement | None] = {
            k: s for k, s in self.statements.items() if self.written.get(k) != s
        }
        out |= {k: None for k in self.written if k not in self.statements}
        self.written = dict(self.statements)
        return out

    def accept(self, why: str = "") -> None:
        """Accept the current statement as it stands."""
        self._decide("accepted", why)

    def reject(self, why: str = "") -> None:
        """Reject it; it stays on file with the reason, and never reaches the model."""
        self._decide("rejected", why)

    def edit(self, fields: Mapping[str, Any], why: str = "") -> None:
        """Accept it with other field values; the quotation itself cannot be edited.

        Raises
        ------
        ValueError
            If a field is unknown, belongs to the anchor, or has a value that the noun refuses.
        """
        ident = self.current
        if ident is None:
            return
        fixed = {"source", "quote", "prefix", "suffix", "start", "end", "review", "history"} & set(fields)
        if fixed:
            raise ValueError(f"{', '.join(sorted(fixed))} cannot be edited: split, or reject and quote anew")
        old = self.statements[ident]
        new = Statement.model_validate({**old.model_dump(exclude_unset=True, by_alias=True), **fields})
        self._keep()
        self._put(ident, self._reviewed(new, old, "edited", why))
        self.at += 1

    def accept_all(self, why: str = "accepted together") -> int:
        """Accept every statement that is still suggested; the number of them."""
        self._keep()
        n = 0
        for ident in self.queue:
            s = self.statements.get(ident)
            if s is not None and s.review.state == "suggested":
                self._put(ident, self._reviewed(s, s, "accepted", why))
                n += 1
        self.at = len(self.queue)
        return n

    def merge(self, text: str) -> str | None:
        """Join the current statement with the one before it into one quotation; the id that is kept.

        ``text`` is the source text; the joined quotation runs from the first to the last word of both.
        Returns None when there is nothing to join: another source, or offsets unknown.
        """
        ident = self.current
        before = self.queue[self.at - 1] if ident and self.at > 0 else None
        if ident is None or before is None:
            return None
        a, b = self.statements.get(before), self.statements[ident]
        if a is None or a.source != b.source or None in (a.start, a.end, b.start, b.end):
            return None
        assert a.start is not None and a.end is not None and b.start is not None and b.end is not None  # noqa: PT018
        start, end = min(a.start, b.start), max(a.end, b.end)
        self._keep()
        joined = a.model_copy(update={
            "start": start, "end": end, "quote": text[start:end], "prefix": "",
            "options": tuple(dict.fromkeys([*a.options, *b.options])) if a.issue == b.issue else a.options,
            "review": Review(state="suggested"), "why": f"{a.why}; joined with {ident}",
            "history": (*a.history, Review(state=a.review.state, by=self.by, on=self.on, why=f"joined with {ident}")),
        })  # fmt: skip
        self._put(before, joined)
        self._put(ident, None)
        self.queue.remove(ident)
        self.at -= 1
        return before

    def split(self, at: int, text: str) -> str | None:
        """Cut the quotation at a code-point offset of the source; the id of the second half, or None if not inside."""
        ident = self.current
        if ident is None:
            return None
        s = self.statements[ident]
        if s.start is None or s.end is None or not s.start < at < s.end:
            return None
        left, right = text[s.start : at].rstrip(), text[at : s.end].lstrip()
        if not left or not right:
            return None
        self._keep()
        other = next(f"{ident}.{n}" for n in range(2, 10_000) if f"{ident}.{n}" not in self.statements)
        again = Review(state="suggested")
        self._put(
            ident,
            s.model_copy(update={"quote": left, "end": s.start + len(left), "prefix": "", "review": again}),
        )
        self._put(
            other,
            s.model_copy(
                update={
                    "quote": right,
                    "start": s.end - len(right),
                    "prefix": "",
                    "review": again,
                    "why": f"split from {ident}",
                }
            ),
        )
        self.queue.insert(self.at + 1, other)
        return other

    def skip(self) -> None:
        """Leave the current one suggested and go on."""
        self.at = min(self.at + 1, len(self.queue))

    def back(self) -> None:
        """Go to the one before, whatever its state."""
        self.at = max(self.at - 1, 0)

    def undo(self) -> bool:
        """Take back the last decision; False when there is none."""
        if not self.past:
            return False
        self.statements, self.queue, self.at = self.past.pop()
        return True

    # ------------------------------------------------------------ inside

    def _decide(self, state: str, why: str) -> None:
        ident = self.current
        if ident is None:
            return
        self._keep()
        s = self.statements[ident]
        self._put(ident, self._reviewed(s, s, state, why))
        self.at += 1

    def _reviewed(self, new: Statement, old: Statement, state: str, why: str) -> Statement:
        review = Review(state=state, by=self.by, on=self.on, why=why)  # type: ignore[arg-type]
        history = old.history if old.review.state == "suggested" else (*old.history, old.review)
        return new.model_copy(update={"review": review, "history": history})

    def _keep(self) -> None:
        self.past.append((dict(self.statements), list(self.queue), self.at))

    def _put(self, ident: str, s: Statement | None) -> None:
        if s is None:
            self.statements.pop(ident, None)
        else:
            self.statements[ident] = s
