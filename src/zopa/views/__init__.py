"""Answer -> document. One view per answer; every renderer shows it. No sentence for users stands elsewhere.

A floor above the study, below the renderers: a view reads answers and the case, and touches no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

from zopa.case import Case
from zopa.space import Answer, Question
from zopa.views.document import Document, Paragraph, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import day, listed

__all__ = ["VIEWS", "Document", "Labels", "finished", "view", "with_settings"]

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
    "LargeStress": "stress.large",
    "Stress": "stress.stress",
    "Questions": "stress.questions",
    "Better": "stress.better",
    "Drivers": "what_drives.drivers",
    "DecisionMap": "what_drives.decision_map",
    "Comparison": "compare.compare",
    "StartingPositions": "talks.openings",
    "OrderOfSteps": "talks.path",
    "SealCheck": "seal.check",
    "Audit": "talks.audit",
    "Simulation": "talks.simulation",
    "Backtest": "backtest.backtest",
    "CoderAgreement": "agreement.agreement",
    "Study": "study.briefing",
}
"""Class of the answer -> the function of this room that makes its document."""


KINDS = {
    "reservation": "reservation values",
    "start_basis": "starting positions",
    "capability": "capabilities",
    "flexibility": "limits of flexibility",
}
"""Field of a party -> its judgments in words."""


def with_settings(document: Document, question: Question) -> Document:
    """The document with the day that was asked for and what was set by hand said first; itself where nothing was."""
    notes = tuple(_settings(question))
    if not notes or not document.sections:
        return document
    first, *rest = document.sections
    return replace(document, sections=(replace(first, blocks=(*notes, *first.blocks)), *rest))


def _settings(question: Question) -> Iterator[Paragraph]:
    if question.of is not None and question.of.cut:
        yield _cut(question.of, question.of.cut)
    if question.of is not None and question.of.hidden:
        n = question.of.hidden
        yield paragraph(
            f"{n} quotation{'s are' if n != 1 else ' is'} not shown: the access marks of the sources forbid it. "
            "The numbers are those of the whole case.",
            tone="note",
        )
    n = len(question.undated)
    if n:
        kinds = Counter(KINDS.get(kind, kind) for kind in map(_kind, question.undated))
        named = listed(
            [f"{count} {kind if count != 1 else kind.removesuffix('s')}" for kind, count in kinds.items()]
        )
        yield paragraph(
            f"{n} {'entry has' if n == 1 else 'entries have'} no date and may be later: {named} "
            "(`undated` under --json names them). A statement as basis dates a judgment.",
            tone="warning",
        )
    if changed := question.settings.get("set"):
        told = "; ".join(f"{path} = {value}" for path, value in changed.items())
        yield paragraph(f"Asked with other judgments than the case has: {told}.", tone="warning")


def _cut(case: Case, cut: date) -> Paragraph:
    """Which day; nothing of what is left out, since what came later must change no answer."""
    if case.by_saying:
        return paragraph(
            f"As of {day(cut)} by the day of saying: what was said, found or judged later is left out; what was said "
            "by then counts also where it was published later.",
            tone="note",
        )
    return paragraph(
        f"As of {day(cut)}: what was said, published, found or judged later is left out.", tone="note"
    )


def _kind(address: str) -> str:
    """``parties.A.weights.i`` -> ``weights``, ``statements.s1`` -> ``statements``."""
    group, _, *rest = address.split(".")
    return rest[0] if group == "parties" and rest else group


def view(answer: Answer, case: Case | None = None) -> Document:
    """The document of an answer, with the names of the case that it is about.

    Raises
    ------
    KeyError
        There is no view of this class of answers.
    """
    module, name = VIEWS[type(answer).__name__].split(".")
    make: Any = getattr(import_module(f"zopa.views.{module}"), name)
    return finished(make(answer, Labels(case or answer.question.of)), answer)


def finished(document: Document, answer: Answer) -> Document:
    """The document with what must stand before it: that too little is on record for a verdict, the day, what was set by hand."""
    short = answer.too_little
    if short is not None:
        from zopa.views import standing

        document = standing.gated(document, short, Labels(answer.question.of))
    return with_settings(document, answer.question)
