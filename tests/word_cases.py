"""Small cases of words alone: parties P, Q with rows of ``comparisons``."""

from __future__ import annotations

from typing import Any

from zopa.case import Case
from zopa.robustness import WordSettings

Row = dict[str, Any]


def case_of(
    rows: list[Row], issues: dict[str, list[str]] | None = None, now: bool = True, **more: Any
) -> Case:
    """Party P; issues with their options, the first of which is `now`."""
    table = issues or {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"]}
    nouns = {
        i: {"name": i, "options": {o: o for o in options}} | ({"now": options[0]} if now else {})
        for i, options in table.items()
    }
    parties = {r["party"]: {"name": r["party"]} for r in rows} or {"P": {"name": "P"}}
    return Case.model_validate(
        {"title": "t", "parties": parties, "issues": nouns, "comparisons": tuple(rows), **more}
    )


def words(*rows: Row, party: str = "P") -> list[Row]:
    return [{"party": party, "assumed": "test", **r} for r in rows]


TAKEN = WordSettings(taken="assumed")
