"""Amounts in the words of a talk: who would get how many of what, in sentences of many forms."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from strategies import for_all
from zopa.reading.spoken_splits import ItemWords, spoken

ITEMS = {
    "bread": ItemWords(("bread", "breads"), ("hungry",), units=3),
    "milk": ItemWords(("milk",), units=3),
    "wood": ItemWords(("wood", "firewood"), units=3),
    "time": ItemWords(("time",)),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I would like 2 bread and one milk.", {"bread": 2, "milk": 1}),
        ("You can have 2 bread, and I keep all the milk", {"bread": 1, "milk": 3}),
        ("3 bread 1 wood for me. 3 milk and 2 wood for you", {"bread": 3, "wood": 1, "milk": 0}),
        ("I can give you two wood if you give me 3 milk", {"wood": 1, "milk": 3}),
        ("I will trade you 2 wood for 2 bread", {"wood": 1, "bread": 2}),
        ("I'd give up 1 milk in exchange for all of the wood.", {"milk": 2, "wood": 3}),
        ("Let me have 1 of each", {"bread": 1, "milk": 1, "wood": 1}),
        ("You'd take 2/3 of the wood", {"wood": 1}),
        ("May I have 9 bread?", {"bread": 3}),
        ("I have no milk", {"milk": 0}),
        ("Milk is fine. How many do you need?", {}),
        ("I need two days of time and some hungry bread", {}),
        ("", {}),
    ],
)
def test_amounts_go_to_whom_the_sentence_says(text: str, expected: dict[str, int]) -> None:
    kept: dict[str, int] = {}
    for s in spoken(text, ITEMS):
        kept.setdefault(s.item, s.amount)
    assert kept == expected


WORDS = st.sampled_from(
    [
        "i",
        "you",
        "me",
        "for",
        "to",
        "give",
        "get",
        "3",
        "2",
        "1",
        "no",
        "all",
        "each",
        "bread",
        "milk",
        "wood",
        ",",
        ".",
        "?",
        "in",
        "exchange",
        "let",
        "a",
        "1/3",
        "²",
        "99999999999",
    ]
)


@for_all(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=60), examples=60)
def test_any_text_gives_amounts_that_exist(text: str) -> None:
    for s in spoken(text, ITEMS):
        assert ITEMS[s.item].units >= s.amount >= 0
