"""Access marks of sources: a case without the words that must not be shown. Numbers and rules stay."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from zopa.case.model import Case

__all__ = ["HIDDEN", "hidden_records", "redacted"]

HIDDEN = "(not shown: the source is marked)"
MARKS = ("restricted", "do-not-quote")
_WORDS = ("quote", "prefix", "suffix", "cue", "condition", "consequent", "reporter_frame", "what", "of")
"""Fields of a record that hold words of its source."""
_GROUPS = ("statements", "contacts", "figures", "shifts")


def hidden_records(case: Case, marks: Collection[str] = MARKS) -> dict[str, tuple[str, ...]]:
    """Group -> ids of the records whose source has one of these marks."""
    closed = {i for i, source in case.sources.items() if source.access in marks}
    return {
        group: tuple(i for i, record in getattr(case, group).items() if record.source in closed)
        for group in _GROUPS
    }


def redacted(case: Case, marks: Collection[str] = MARKS) -> Case:
    """The case with the words of marked sources hidden; ``hidden`` counts the quotations, every number stays.

    A source marked *restricted* loses its title and address too. The digest says that the case is redacted, and how.
    """
    found = hidden_records(case, marks)
    n = sum(map(len, found.values()))
    changed: dict[str, Any] = {
        group: {i: _without_words(r) if i in ids else r for i, r in getattr(case, group).items()}
        for group, ids in ((g, frozenset(found[g])) for g in _GROUPS)
    }
    changed["sources"] = {i: _closed(s) if s.access in marks else s for i, s in case.sources.items()}
    which = "" if set(marks) == set(MARKS) else "-" + "-".join(sorted(marks))
    changed |= {"digest": f"{case.digest}-redacted{which}", "hidden": n}
    changed["whole"] = redacted(case.whole, marks) if case.whole is not None else None
    return case.model_copy(update=changed)


def _without_words(record: Any) -> Any:
    present: Mapping[str, Any] = {f: getattr(record, f) for f in _WORDS if getattr(record, f, "")}
    words = {f: HIDDEN if f in ("quote", "what", "of") else "" for f in present}
    return record.model_copy(update={**words, "start": None, "end": None})


def _closed(source: Any) -> Any:
    update = {"text": "", "sha256": "", "file": ""}
    if source.access == "restricted":
        update |= {"title": "(restricted source)", "publisher": "", "url": "", "author": ""}
    return source.model_copy(update=update)
