"""Phrases in lower case find what they would find with the case ignored, only sooner."""

import re

import pytest
from hypothesis import strategies as st

from strategies import for_all
from zopa.reading import read
from zopa.reading.language.patterns import either, lowered

WORDS = ["a", "shift", "shifted", "shift in", "is", "is not", "isn't", "no longer", "to visit", "visit"]
PIECES = [
    *WORDS,
    *map(str.title, WORDS),
    *map(str.upper, WORDS),
    "ſhİft",
    "vıſit",
    "ISN’T",
    " ",
    " ",
    "\n",
    "-",
    "😀",
    "s",
]


@for_all(st.lists(st.sampled_from(WORDS), min_size=1), st.lists(st.sampled_from(PIECES)))
def test_phrases_in_lower_case_find_what_they_find_with_the_case_ignored(phrases, pieces):
    text = "".join(pieces)
    listed = sorted(phrases, key=len, reverse=True)
    flat = "|".join(re.escape(p).replace(r"\ ", r"\s").replace("'", "['’]") for p in listed)
    expected = [m.span() for m in re.finditer(rf"\b(?:{flat})(?!\w)", text, re.I)]
    assert [m.span() for m in re.finditer(rf"\b{either(phrases)}(?!\w)", lowered(text))] == expected


def test_lower_case_keeps_every_letter_in_its_place():
    for letter in map(chr, range(0x30000)):  # Unicode has no letters beyond
        low = lowered(letter)
        assert len(low) == 1
        assert bool(re.match("[a-z]", letter, re.I)) == bool(re.match("[a-z]", low))
        assert all(
            bool(re.match(kind, letter)) == bool(re.match(kind, low)) for kind in (r"\w", r"\s", r"\d")
        )


@pytest.mark.parametrize("word", ["viſited", "vİsited", "vısited"])
def test_a_phrase_in_old_or_foreign_letters_is_read_too(word):
    (contact,) = read(f"The mayor {word} the gate in Marra.").contacts
    assert contact.type == "visit"
