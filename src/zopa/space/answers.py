"""What every answer has in common: it remembers its question and turns into plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from pydantic import BaseModel

__all__ = ["Answer", "Question", "Why", "plain"]


@dataclass(frozen=True)
class Question:
    """What was asked: verb, case digest, readings, settings, seed, version."""

    verb: str
    case: str = ""
    readings: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    version: str = ""


@dataclass(frozen=True)
class Why:
    """One reason: a sentence, the statements and the rules that it rests on, and its basis."""

    text: str
    statements: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class Answer:
    """Base of all answers. ``str()`` is for people, ``to_dict()`` for JSON."""

    question: Question

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data: numbers, texts, lists, mappings."""
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}


def plain(value: Any) -> Any:
    """Anything found in an answer as JSON-ready data; fractions become numbers, decimals where they end."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(v) for v in value)
    return value.isoformat() if isinstance(value, date) else value
