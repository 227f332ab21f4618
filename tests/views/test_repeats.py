"""No section of a report says the same sentence again and again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

import zopa
from zopa.study import run
from zopa.views import Labels
from zopa.views.document import Bullets, Document, Paragraph, Section, plain
from zopa.views.study import study

OWN_FACTS = "talks"
"""The section whose lists hold the same facts for the opening of each party, in the same words where they are alike."""


def sentences(section: Section) -> Iterator[str]:
    for block in section.blocks:
        texts = (
            [plain(block.parts)]
            if isinstance(block, Paragraph)
            else [plain(item) for item in block.items]
            if isinstance(block, Bullets)
            else []
        )
        for text in texts:
            yield from (s for s in re.split(r"(?<=[.!?])\s+(?=[A-Z])", text) if len(s) >= 45)


def repeated(document: Document, most: int) -> list[tuple[str, str]]:
    """Sentences of a section that stand there more often than ``most``, beside quotations."""
    return [
        (section.id, text)
        for section in document.sections
        if section.id != OWN_FACTS
        for text, n in Counter(sentences(section)).items()
        if n > most and "“" not in text
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["ukraine-2025", "harbour-sport-park", "two-farms", "trade-2020", "writers-2023"]
)
def test_no_section_of_a_report_says_a_sentence_three_times_and_page_one_none_twice(name: str) -> None:
    found = run(zopa.load(name))
    document = study(found, Labels(found.case))
    assert repeated(document, 2) == []
    first = Document("", document.sections[:1])
    assert repeated(first, 1) == []
