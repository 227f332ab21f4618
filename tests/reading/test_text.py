"""A text is normalised once; what is taken out is reported; anchors survive."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.reading import prepare, read
from zopa.reading.sources.text import reanchor

ARTICLE = "The mayor said the gate is shut.\nNobody has a key, he said."


@pytest.mark.parametrize(
    "raw",
    [
        "\ufeff" + ARTICLE,
        ARTICLE.replace("\n", "\r\n"),
        ARTICLE.replace("\n", "\r"),
        ARTICLE.replace("gate", "ga\u200bte"),
        ARTICLE.replace("shut", "\u202eshut\u202c"),
        ARTICLE.replace("key", "k\u00ade\u2060y"),
        ARTICLE.replace("mayor", "m\u200dayor"),
        ARTICLE.replace("Nobody", "No\U000e0041body"),
    ],
)
def test_the_same_words_have_the_same_offsets_and_digest_however_they_came(raw):
    text = prepare(raw)
    assert text.text == ARTICLE
    assert text.sha256 == prepare(ARTICLE).sha256


def test_what_is_taken_out_is_reported():
    text = prepare("The ga\u200bte \u202eis\u202c shut.\x07")
    assert dict(text.removed) == {"invisible": 1, "direction marks": 2, "control characters": 1}
    assert "1 invisible removed from the text" in read("The ga\u200bte is shut.").notes


def test_joiners_that_a_script_or_an_emoji_needs_stay():
    assert prepare("می\u200cخواهم 👩\u200d👧").text == "می\u200cخواهم 👩\u200d👧"


def test_a_text_that_is_far_too_long_is_refused():
    with pytest.raises(ValueError, match="at most"):
        prepare("a" * 8_000_001)


RICH = st.text(alphabet="ab é\u0301 אב 😀 “said” \r\n \u200b\ufeff,.\"'", max_size=80)


@settings(max_examples=80, deadline=None)
@given(RICH)
def test_normalising_twice_changes_nothing(raw):
    once = prepare(raw).text
    assert prepare(once).text == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once


@settings(max_examples=80, deadline=None)
@given(RICH, RICH, st.data())
def test_a_quote_is_found_again_after_text_is_put_before_it(before, raw, data):
    text = prepare(raw).text
    if len(text) < 2:
        return
    a = data.draw(st.integers(0, len(text) - 2))
    b = data.draw(st.integers(a + 1, len(text)))
    quote = text[a:b]
    assert reanchor(text, quote, start=a) == ("same", a)
    edited = prepare(before).text + "\n" + text
    state, at = reanchor(edited, quote, text[max(0, a - 20) : a], text[b : b + 20], a)
    assert state in ("same", "moved", "ambiguous")
    if at is not None:
        assert edited[at : at + len(quote)] == quote


def test_an_edited_source_marks_what_moved_and_what_changed():
    new = "A new first line.\n" + ARTICLE.replace("Nobody has", "No one has")
    assert reanchor(new, "the gate is shut", start=15) == ("moved", new.index("the gate is shut"))
    assert reanchor(new, "Nobody has a key", start=33) == ("changed", None)
    assert reanchor("no no", "no", start=9) == ("ambiguous", None)


def test_publication_data_are_read_where_they_stand():
    text = prepare(
        "The gate is shut, the mayor said. [1]\n"
        "1. Gate Shut Over Quarrel --- Town waits. Brix, Ana; Rell, Jo. River Post, morning edition; Marra. 3 May 2024: A2.\n"
        "Comments (3):\nLeave a reply"
    )
    assert text.published.title == "Gate Shut Over Quarrel"
    assert text.published.publisher == "River Post"
    assert text.published.byline == "Brix, Ana; Rell, Jo"
    assert text.published.on == date(2024, 5, 3)
    kinds = [b.kind for b in text.blocks]
    assert kinds == ["body", "reference", "footer", "footer"]


def test_nothing_is_read_from_a_reference_line_or_a_footer():
    found = read(
        "The gate is shut, the mayor said. [1]\n1. Mayor says gate shut. A. Brix. River Post; Marra. 3 May 2024: A2.\nKomentarų nėra:"
    )
    assert len(found.statements) == 1


@pytest.mark.parametrize(
    ("line", "author", "outlet", "on"),
    [
        ("By Ines Holt, The Tarn Courier, 3 June 2025", "Ines Holt", "The Tarn Courier", date(2025, 6, 3)),
        ("By Ines Holt | June 3, 2025", "Ines Holt", "", date(2025, 6, 3)),
        ("By Ines Holt, 2025-06-03", "Ines Holt", "", date(2025, 6, 3)),
        ("By Ines Holt, The Tarn Courier", "Ines Holt, The Tarn Courier", "", None),
    ],
)
def test_a_byline_is_taken_apart_where_it_ends_with_a_day(
    line: str, author: str, outlet: str, on: date | None
) -> None:
    found = prepare(
        f"Growers and brewery divided over the spring\n{line}\n\nThe growers refused a new pipe.\n"
    ).published
    assert (found.byline, found.publisher, found.on) == (author, outlet, on)
