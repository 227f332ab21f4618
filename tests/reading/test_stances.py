"""Which stance a statement suggests: a named party's own words for an option, and nothing weaker."""

from dataclasses import replace

import pytest

from zopa.case import Case
from zopa.reading import read, to_records

ISSUE = {
    "name": "the dam",
    "words": ("dam",),
    "options": {"sell": {"label": "sell", "words": ("sale of the dam",)}, "keep": {"label": "keep"}},
}
CASE = Case.model_validate({
    "title": "t",
    "parties": {"town": {"name": "Town"}, "union": {"name": "Union"}},
    "speakers": {
        "berg": {"name": "Ann Berg", "party": "town", "authority": "official"},
        "somebody": {"name": "an official", "party": "town", "authority": "anonymous"},
        "rell": {"name": "Otto Rell", "party": "union", "authority": "official"},
    },
    "issues": {"dam": ISSUE},
})  # fmt: skip


def stances(text: str) -> list[str | None]:
    return [s.stance for s in to_records(read(text, CASE), "a", CASE).statements.values()]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Ann Berg demanded the sale of the dam.", "demand"),
        ("Ann Berg opposed the sale of the dam.", "oppose"),
        ("Ann Berg hoped for the sale of the dam.", "prefer"),
        ("An official demanded the sale of the dam.", None),  # anonymous
        ("Experts demanded the sale of the dam.", None),  # of no party
        ("Ann Berg demanded a lower wall at the dam.", None),  # no option is named
    ],
)
def test_the_stance_of_one_statement(text, stance):
    assert stances(text) == [stance]


def test_words_that_another_party_reports_are_no_stance_of_the_party():
    found = read("Otto Rell said Ann Berg demanded the sale of the dam.", CASE)
    records = list(to_records(found, "a", CASE).statements.values())
    inner = [s for s in records if s.speaker == "berg"]
    assert inner
    assert all(s.stance is None for s in inner)


def test_words_of_an_earlier_government_are_no_stance_of_the_party_today():
    found = read("Ann Berg demanded the sale of the dam.", CASE)
    old = replace(found.statements[0], who=replace(found.statements[0].who, voice="the last council"))
    (record,) = to_records(replace(found, statements=(old,)), "a", CASE).statements.values()
    assert record.stance is None
