"""A page is cut into tags and text in one pass, whatever it is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.reading.sources.files import open_source
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


ARTICLE = "<p>The mayor said she would not sell the dam.</p>" * 6


@pytest.mark.parametrize(
    "box",
    [
        '<div class="newsletter-box"><p>Sign up: Tom said he likes it.</p></div>',
        '<section id="related"><p>Also: Tom said he likes it.</p></section>',
        '<div class="article__social share"><p>Tom said he likes it.</p></div>',
        '<ul class="comments"><li>Tom said he likes it.</li></ul>',
        "<!-- <p>Tom said he likes it.</p> -->",
    ],
)
def test_boxes_beside_the_article_are_left_out(box):
    text, _, _ = html_text(
        f"<html><body class='has-comments'><article>{ARTICLE}{box}</article></body></html>"
    )
    assert "Tom" not in text
    assert text.count("mayor") == 6


def test_a_page_that_is_all_box_is_read_all_the_same():
    text, _, _ = html_text(f'<body><div class="comments">{ARTICLE}</div></body>')
    assert text.count("mayor") == 6


@pytest.mark.parametrize(
    "reply",
    [
        '<blockquote type="cite"><p>We could pay half.</p></blockquote>',
        '<div class="gmail_quote"><div class="gmail_attr">On Monday Tom wrote:</div><blockquote>We could pay half.</blockquote></div>',
        '<div id="divRplyFwdMsg"><b>From:</b> Tom</div><div>We could pay half.</div>',
        '<div class="yahoo_quoted"><p>We could pay half.</p></div>',
        '<div class="gmail_quote">' * 300 + "We could pay half." + "</div>" * 300,
    ],
)
def test_what_a_mail_answers_is_left_out(reply, tmp_path):
    mail = tmp_path / "m.eml"
    mail.write_text(
        "From: Ada Holm <a@b.example>\nTo: Tom\nSubject: port\nContent-Type: text/html; charset=utf-8\n\n"
        f"<html><body><p>We cannot accept the port fee.</p>{reply}</body></html>",
        encoding="utf-8",
    )
    (item,) = open_source(str(mail))
    assert "cannot accept" in item.text
    assert "pay half" not in item.text
