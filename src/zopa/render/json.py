"""An answer as JSON: one shape everywhere, an object with ``question`` and ``answer``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from zopa.errors import CaseError, Finding, ZopaError
from zopa.space import Answer
from zopa.space import plain as as_data

__all__ = ["answered", "failed", "text"]


def answered(answer: Answer | Sequence[Answer]) -> dict[str, Any]:
    """The answer as plain data; of several answers to one question, the question of the first and all answers."""
    if isinstance(answer, Answer):
        data = answer.to_dict()
        return {"question": data.pop("question"), "answer": data}
    found = [answered(a) for a in answer]
    return {"question": found[0]["question"] if found else {}, "answer": [f["answer"] for f in found]}


def failed(error: Exception) -> dict[str, Any]:
    """An error as plain data, with every finding of a file where there are some."""
    findings: Sequence[Finding] = error.findings if isinstance(error, CaseError) else ()
    kind = type(error).__name__ if isinstance(error, ZopaError) else "UsageError"
    return {"error": {"kind": kind, "message": str(error), "findings": [f.to_dict() for f in findings]}}


def text(data: object) -> str:
    """One JSON document."""
    return json.dumps(as_data(data), ensure_ascii=False, indent=2)
