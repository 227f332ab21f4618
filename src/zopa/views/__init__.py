"""Answer -> document. One view per answer; every renderer shows it. No sentence for users stands elsewhere.

A floor above the study, below the renderers: a view reads answers and the case, and touches no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from zopa.case import Case
from zopa.space import Answer
from zopa.views.document import Document
from zopa.views.labels import Labels

__all__ = ["VIEWS", "Document", "Labels", "view"]

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
    "Study": "study.briefing",
}
"""Class of the answer -> the function of this room that makes its document."""


def view(answer: Answer, case: Case | None = None) -> Document:
    """The document of an answer, with the names of the case that it is about.

    Raises
    ------
    KeyError
        There is no view of this class of answers.
    """
    module, name = VIEWS[type(answer).__name__].split(".")
    make: Any = getattr(import_module(f"zopa.views.{module}"), name)
    found: Document = make(answer, Labels(case or answer.question.of))
    return found
