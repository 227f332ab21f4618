"""Statements kept as a table or list: a CSV file or JSON objects with a speaker and words, as turns of speakers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["SPEAKER", "WORDS", "TableError", "csv_turns", "json_turns"]

SPEAKER = ("speaker", "name", "author", "user", "from", "who", "sender", "username")
WORDS = ("text", "message", "content", "statement", "body", "words", "said", "quote", "comment")
MAX_ROWS = 200_000


class TableError(ValueError):
    """A table without a column for the speaker and one for the words."""


def csv_turns(text: str) -> str:
    """The rows of a CSV file as ``Speaker: words``, one to a line.

    Raises
    ------
    TableError
        If no column holds the speaker, or none the words.
    """
    sample = text[:4096]
    try:
        dialect: Any = csv.Sniffer().sniff(sample, delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    return _turns(csv.DictReader(io.StringIO(text), dialect=dialect))


def json_turns(text: str) -> str:
    """The objects of a JSON list, or of the one list in a JSON object, as ``Speaker: words``, one to a line.

    Raises
    ------
    TableError
        If it is no such list, or too deep to be read.
    """
    try:
        data = json.loads(text)
    except RecursionError:
        raise TableError("lists inside lists too deep to be read") from None
    if isinstance(data, dict):
        lists = [v for v in data.values() if isinstance(v, list)]
        data = lists[0] if len(lists) == 1 else None
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise TableError("no list of objects")
    return _turns(data)


def _turns(rows: Iterable[Mapping[str, Any]]) -> str:
    out: list[str] = []
    speaker = words = ""
    for n, row in enumerate(rows):
        if n >= MAX_ROWS:
            raise TableError(f"more than {MAX_ROWS:,} rows")
        if not n:
            names = {str(k).strip().lower(): str(k) for k in row if k}
            speaker = next((names[k] for k in SPEAKER if k in names), "")
            words = next((names[k] for k in WORDS if k in names), "")
            if not speaker or not words:
                raise TableError(f"columns {', '.join(names) or 'without names'}")
        who, said = (" ".join(str(row.get(k) or "").split()) for k in (speaker, words))
        if said:
            out.append(f"{who}: {said}" if who else said)
    if not out:
        raise TableError("no row with words")
    return "\n".join(out)
