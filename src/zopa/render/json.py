"""An answer as JSON: one shape everywhere, an object with ``question`` and ``answer``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from zopa.space import Answer
from zopa.space import plain as as_data

__all__ = ["answered", "text"]


def answered(answer: Answer | Sequence[Answer]) -> dict[str, Any]:
    """The answer as plain data; of several answers to one question, the question of the first and all answers."""
    if isinstance(answer, Answer):
        data = answer.to_dict()
        if answer.records:
            record = answer.too_little or answer.records[0]
            data["record"] = {**as_data(record), "enough": answer.too_little is None}
        return {"question": data.pop("question"), "answer": data}
    found = [answered(a) for a in answer]
    return {"question": found[0]["question"] if found else {}, "answer": [f["answer"] for f in found]}


def text(data: object) -> str:
    """One JSON document."""
    return json.dumps(as_data(data), ensure_ascii=False, indent=2)
