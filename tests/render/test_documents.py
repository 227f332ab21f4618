"""Any document is shown by every renderer, and one bad chart never costs the rest."""

from __future__ import annotations

import json

from zopa.render.html import fragment, page
from zopa.render.svg import pictures
from zopa.render.terminal import plain_text
from zopa.views.document import (
    Bullets,
    Chart,
    Document,
    Grid,
    Heading,
    Link,
    Section,
    Shares,
    cell,
    paragraph,
)


def broken() -> dict[str, object]:
    raise ValueError("no picture of this")


GRID = Grid("Worth", ("party", "points"), (("Upper", cell("61.0", number=True, bar=0.61, mark=0.4)),))
DOCUMENT = Document(
    "A title & more",
    (
        Section(
            "one",
            "First",
            (
                paragraph("Said by ", Link("Pete", "#statement-s", "the <quote>", "s"), ".", tone="warning"),
                Heading("Inside"),
                Bullets((("an item",), ("another ", Link("link")))),
                Shares("1 stated, 2 assumed", (("stated", "stated 33 %", 1), ("assumed", "assumed", 2))),
                GRID,
                Chart("broken", "A chart", "That fails", broken, GRID),
            ),
        ),
        Section("two", "Second", (paragraph("inner words"),), fold="One line only"),
        Section("three", "Third", (paragraph("for the annex"),), annex=True),
    ),
    next=("zone CASE",),
)


def test_text_shows_paragraphs_lists_tables_and_the_key_of_a_link() -> None:
    text = plain_text(DOCUMENT)
    for words in (
        "Warning: Said by Pete [s].",
        "- another link",
        "1 stated, 2 assumed",
        "61.0",
        "One line only",
    ):
        assert words in text
    assert "inner words" not in text
    assert "for the annex" not in text


def test_a_page_shows_everything_escaped_and_a_chart_that_fails_keeps_its_table() -> None:
    html = page(DOCUMENT)
    for words in (
        "A title &amp; more",
        "the &lt;quote&gt;",
        "could not be drawn",
        "inner words",
        "for the annex",
    ):
        assert words in html
    assert html.count("<table>") == 2
    assert pictures([b for b in DOCUMENT.blocks() if isinstance(b, Chart)]) == {}


def test_a_fragment_has_no_charts_no_script_and_no_annex() -> None:
    html = fragment(DOCUMENT)
    assert "<script" not in html
    assert "<figure" not in html
    assert "for the annex" not in html


def test_every_answer_is_an_object_with_question_and_answer() -> None:
    from zopa.render.json import answered, text
    from zopa.space import Answer, Question

    one = Answer(Question("zone", "digest"))
    assert json.loads(text(answered(one))) == {
        "question": {
            "verb": "zone",
            "case": "digest",
            "readings": {},
            "settings": {},
            "seed": None,
            "version": "",
        },
        "answer": {},
    }
    assert answered([one, one])["answer"] == [{}, {}]
