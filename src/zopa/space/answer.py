"""What every answer has in common: it remembers its question and turns into plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np
from pydantic import BaseModel

from zopa.case import Case, OnRecord, on_record, undated
from zopa.errors import NotApplicable

__all__ = ["Answer", "Question", "Why", "plain"]


BY_NUMBERS = frozenset(
    {
        "why_not", "frontier", "compare", "delay", "ratify", "stability", "path", "simulate", "audit", "drivers", "decision_map",
    }
)  # fmt: skip
"""Verbs whose answers say something about a deal by the numbers of the case, so that the record must allow it."""
BY_WORDS = frozenset({"questions", "stress", "better"})
"""The same by the words alone, which need no number."""


@dataclass(frozen=True)
class Question:
    """What was asked: verb, case digest, readings, settings, seed, version.

    ``of`` is the case itself, by which a view finds names and sentences; it is left out of plain data.
    """

    verb: str
    case: str = ""
    readings: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    version: str = ""
    of: Case | None = field(default=None, repr=False, compare=False)

    @property
    def as_of(self) -> date | None:
        """The day that the answer is about; None for a case without one."""
        return self.of.as_of if self.of else None

    @property
    def undated(self) -> tuple[str, ...]:
        """What may be later than the day that was asked for, since nothing dates it; empty where none was asked."""
        return undated(self.of) if self.of and self.of.cut else ()

    def to_dict(self) -> dict[str, Any]:
        """The question as plain data."""
        data = {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "of"}
        if self.as_of:
            data["as_of"] = self.as_of.isoformat()
        if self.of and self.of.by_saying:
            data["by_saying"] = True
        return data | ({"undated": list(self.undated)} if self.undated else {})


@dataclass(frozen=True)
class Why:
    """One reason: a sentence, the statements and the rules that it rests on, and its basis."""

    text: str
    statements: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class Answer:
    """Base of all answers: data only. ``str()`` is its view as text, ``to_dict()`` its data for JSON."""

    question: Question

    def __init_subclass__(cls) -> None:
        cls.__repr__ = Answer.__repr__  # type: ignore[method-assign]  # before dataclass writes a long one

    def __repr__(self) -> str:
        of = self.question.of
        return f"<{type(self).__name__}: {of.title if of else self.question.case[:12] or 'no case'}>"

    def __str__(self) -> str:
        return str(_renderer().text_of(self))

    def _repr_html_(self) -> str:
        return str(_renderer().html_of(self))

    def to_columns(self) -> dict[str, list[Any]]:
        """The packages of the answer as columns of equal length: the option per issue, then the utility per party.

        Raises
        ------
        NotApplicable
            The answer holds no packages.
        """
        packages = self._packages()
        if not packages:
            raise NotApplicable("this answer holds no packages; to_dict() has all of it")
        columns: dict[str, list[Any]] = {i: [d.package[i] for d in packages] for i in packages[0].package}
        for party in packages[0].utilities:
            name = party if party not in columns else f"utility {party}"
            columns[name] = [plain(d.utilities[party]) for d in packages]
        return columns

    @property
    def records(self) -> tuple[OnRecord, ...]:
        """What each case behind the answer rests on; empty where the answer gives no verdict, or looks at it by itself."""
        asked = self.question
        return (on_record(asked.of),) if asked.of and asked.verb in BY_NUMBERS | BY_WORDS else ()

    @property
    def too_little(self) -> OnRecord | None:
        """The record on which the answer rests where it is not enough for a verdict."""
        words = self.question.verb in BY_WORDS
        return next((r for r in self.records if not (r.enough_words if words else r.enough)), None)

    def _packages(self) -> list[Any]:
        """The packages in it: its deals, else those best for each party, else its proposals."""
        found = list(getattr(self, "deals", ()))
        if not found and isinstance(best := getattr(self, "best", None), Mapping):
            found = [d for listed in best.values() for d in listed]
        return found or [p.deal for p in getattr(self, "proposals", ())]

    def to_frame(self) -> Any:
        """:meth:`to_columns` as a data frame of pandas, or of polars where pandas is not installed.

        Raises
        ------
        NotApplicable
            The answer holds no packages, or neither is installed.
        """
        columns = self.to_columns()
        for library in ("pandas", "polars"):
            try:
                return import_module(library).DataFrame(columns)
            except ImportError:
                continue
        raise NotApplicable("a data frame needs pandas or polars; to_columns() needs neither")

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data: numbers, texts, lists, mappings."""
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}


def _renderer() -> Any:
    """The room that shows answers. It is upstairs, so it is looked up by name, and only when somebody looks."""
    return import_module("zopa.render")


def plain(value: Any) -> Any:
    """Anything found in an answer as JSON-ready data; fractions become numbers, decimals where they end."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Question):
        return value.to_dict()
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
