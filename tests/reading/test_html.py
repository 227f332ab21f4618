"""A page is cut into tags and text in one pass, whatever it is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.reading.sources.web_pages import html_text

PARTS = (
    "<p>", "<", "<a", "<div ", "</p", "<![CDATA[", "<![CDATA[x]]", "<![if x]>", "<![foo[", "<!--", "<!-- x --", "<!DOCTYPE", "<?",
    "<a b='", '<a b="', "<a b='>", '<p style="color:rgba(255,255,255,">', "<p style='font-size:0", "<textarea>", "<title>", "&#",
    "&#x", "&#1111", "]]>", "-->", "/>", ">", "'", '"', "=", " ", "é", "x",
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_page_made_of_one_broken_part_is_read_in_one_pass(part):
    """A quadratic reader needs longer for this than the suite's limit for one test."""
    text, _, _ = html_text(part * (400_000 // len(part)) + "<p>")
    assert len(text) <= 400_000


@pytest.mark.parametrize("number", ["&#" + "1" * 5000 + ";", "&#x" + "f" * 5000, "&#1114112;", "&#0;"])
def test_a_character_reference_without_a_character_is_no_error(number):
    assert html_text(f"<p>before {number} after</p>")[0].startswith("before")


@given(st.lists(st.sampled_from(PARTS), max_size=60).map("".join))
def test_no_page_is_refused(page):
    text, _, hidden = html_text(page)
    assert isinstance(text, str)
    assert hidden >= 0


def test_what_is_left_open_takes_the_rest_of_the_page_and_is_counted():
    for opened in ("<!-- ", "<a href='", "<script>"):
        text, _, hidden = html_text(f"<p>The mayor agreed.</p>{opened}<p>not for readers")
        assert text == "The mayor agreed."
        assert hidden == 1


def test_marked_sections_comments_and_stray_marks_stand_in_nobodys_way():
    page = "<p>One &lt; <![if gte mso 9]>two<![endif]> < three <!-- no --> <b title='a>b'>four</b></p><![foo[x]><p>five"
    assert html_text(page)[0] == "One < two < three four\nfive"


def test_a_tag_that_closes_itself_holds_nothing():
    assert html_text("<script src='x'/><p>The mayor agreed.</p><textarea/><p>So did the union.")[0] == (
        "The mayor agreed.\nSo did the union."
    )
