"""An answer as JSON: one shape everywhere, an object with ``question`` and ``answer``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zopa.space import Answer
from zopa.space import plain as as_data

if TYPE_CHECKING:
    from zopa.robustness import WorthByWords

__all__ = ["answered", "text"]


def answered(answer: Answer | Sequence[Answer], by_words: Sequence[WorthByWords] = ()) -> dict[str, Any]:
    """The answer as plain data; of several answers to one question, the question of the first and all answers.

    ``by_words`` is what words say that the packages shown are worth to each party; several answers have each its own.
    """
    if isinstance(answer, Answer):
        data = answer.to_dict()
        if answer.records:
            record = answer.too_little or answer.records[0]
            data["record"] = {**as_data(record), "enough": answer.too_little is None}
        if by_words:
            data["by_words"] = as_data(by_words)
        return {"question": data.pop("question"), "answer": data}
    found = [answered(a) for a in answer]
    for f in found if by_words else ():
        own = [d["package"] for d in f["answer"].get("deals", ())]
        f["answer"]["by_words"] = [as_data(x) for x in by_words if dict(x.package) in own]
    return {"question": found[0]["question"] if found else {}, "answer": [f["answer"] for f in found]}


def text(data: object) -> str:
    """One JSON document."""
    return json.dumps(as_data(data), ensure_ascii=False, indent=2)
