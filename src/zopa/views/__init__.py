"""Answer -> document. One view per answer; every renderer shows it. No sentence for users stands elsewhere.

A floor above the study, below the renderers: a view reads answers and the case, and touches no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from zopa.case import Case
from zopa.space import Answer
from zopa.views.document import Document, Paragraph
from zopa.views.labels import Labels

__all__ = ["VIEWS", "Document", "Labels", "view", "with_settings"]

VIEWS: Mapping[str, str] = {
    "Zone": "bargaining.zone",
    "Frontier": "bargaining.frontier",
    "Solution": "bargaining.solution",
    "WhyNot": "bargaining.why_not",
    "Views": "bargaining.draft",
    "Stability": "stability.stability",
    "Forecast": "forecast.forecast",
    "Delay": "delay.delay",
    "Ratification": "ratification.ratification",
    "Divided": "division.division",
    "Stress": "stress.stress",
    "Study": "study.briefing",
}
"""Class of the answer -> the function of this room that makes its document."""


def with_settings(document: Document, answer: Answer) -> Document:
    """The document with what was set by hand said first; the document itself where nothing was."""
    changed = answer.question.settings.get("set")
    if not changed or not document.sections:
        return document
    told = "; ".join(f"{path} = {value}" for path, value in changed.items())
    first, *rest = document.sections
    note = Paragraph((f"Asked with other judgments than the case has: {told}.",), "warning")
    return replace(document, sections=(replace(first, blocks=(note, *first.blocks)), *rest))


def view(answer: Answer, case: Case | None = None) -> Document:
    """The document of an answer, with the names of the case that it is about.

    Raises
    ------
    KeyError
        There is no view of this class of answers.
    """
    module, name = VIEWS[type(answer).__name__].split(".")
    make: Any = getattr(import_module(f"zopa.views.{module}"), name)
    return with_settings(make(answer, Labels(case or answer.question.of)), answer)
