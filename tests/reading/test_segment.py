"""Tokens, quotations and sentences keep their place in the text."""

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.reading import read
from zopa.reading.language.lexicon import languages, lexicon
from zopa.reading.parsing.segment import segment

LEX = lexicon("en")
ALPHABET = "abc Mr. said “”\"'‘’,.!?:;—-()\n\t U.S. 20% $5 not if אבג 😀 é é«» to that he"


def test_a_language_pack_is_one_file():
    assert languages() == ("de", "en", "uk")
    assert ("say", "past") in LEX.forms["said"]
    assert LEX.classes["reject"] == {"object"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*ALPHABET.split(" "), " ", "\n", "  "]), max_size=60).map("".join))
def test_every_token_stands_where_its_offsets_say(text):
    seg = segment(text, LEX)
    assert [seg.text[a:b] for a, b in zip(seg.begin, seg.end, strict=True)] == seg.words
    assert all(a <= b for a, b in zip(seg.begin, seg.begin[1:], strict=False))
    covered = [i for a, b in seg.sentences for i in range(a, b)]
    assert covered == list(range(len(seg.words)))
    for q in seg.quotes:
        assert 0 <= q.start < q.stop <= len(seg.words)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=300))
def test_any_text_is_read_and_every_span_is_inside_it(text):
    found = read(text)
    for s in found.statements:
        for a, b in (*s.mention, *s.cue, *s.content, s.span):
            assert 0 <= a < b <= len(found.text.text)


def test_a_quotation_mark_that_wraps_the_article_does_not_pair():
    seg = segment('"The mayor said the gate is "safe enough" for now.\n"We know it," the mayor said.', LEX)
    quotes = [seg.text[slice(*seg.span(q.start, q.stop))] for q in seg.quotes]
    assert quotes == ['"safe enough"', '"We know it,"']


def test_an_open_quotation_runs_to_the_end_of_its_paragraph_only():
    seg = segment("“The gate will be shut for the whole of the winter.\nThe mayor left.", LEX)
    assert len(seg.quotes) == 1
    assert not seg.quotes[0].closed
    assert seg.quotes[0].stop == seg.sentences[0][1]


def test_one_quotation_inside_another_does_not_end_it():
    seg = segment("“He called it “a good wall” and left,” said the mayor.", LEX)
    assert (
        seg.text[slice(*seg.span(seg.quotes[0].start, seg.quotes[0].stop))]
        == "“He called it “a good wall” and left,”"
    )


def test_abbreviations_and_initials_do_not_end_a_sentence():
    seg = segment("Mr. J. Rell met Sen. Brix (R-Fla.) at 7 p.m. The U.S. team left.", LEX)
    assert len(seg.sentences) == 2


def _cpu(text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


def test_the_work_grows_with_the_length_whatever_the_text():
    """Sixteen times the text may take at most about sixteen times the work, also for texts made to be hard."""
    rng = random.Random(1)
    words = [
        "said",
        "“",
        "”",
        ",",
        ".",
        "and",
        "that",
        "who",
        "Rell",
        "the",
        "if",
        "not",
        "told",
        ",",
        "according",
        "to",
        ":",
        "—",
        "(",
        ")",
        '"',
        "'",
        "of",
        "in",
    ]
    hard = {
        "one endless sentence": "the mayor said and " * 150,
        "only quotation marks": '“ " ” ’ ' * 200,
        "only commas": "Rell, " * 300,
        "nested openers": "“he said " * 150,
        "random cues": " ".join(rng.choice(words) for _ in range(900)),
        "one long word": "a-" * 1500,
        "digits": "1,000.5 % 12 " * 120,
        "one long number": "1" * 2000,
        "one long number in groups": ",000" * 500,
        "spaces": "\n" + " " * 3000,
        "joiners": "\u200d" * 3000,
        "capitals": "Aa Bb Cc " * 150,
        "lines": "Rell:\n" * 300,
        "quoted lines": "“Yes.”\n" * 200,
    }
    read("Warm up, she said.")
    for name, text in hard.items():
        once, often = _cpu(text), _cpu(text * 16)
        if often >= 16 * 4 * max(once, 0.004):  # a collection of garbage may fall into one run
            once, often = max(once, _cpu(text)), min(often, _cpu(text * 16), _cpu(text * 16))
        assert often < 16 * 4 * max(once, 0.004), f"{name}: {once:.3f} s, then {often:.3f} s"
