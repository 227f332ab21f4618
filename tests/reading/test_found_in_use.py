"""Small texts that people brought and that were once read wrongly; each says what is right."""

import pytest

from zopa.reading import prepare, read
from zopa.reading.sources.files import open_source


def outer(shared, name: str) -> list[tuple[str, str, str]]:
    folder = shared / "data" / "found_in_use" / name
    if not folder.exists():
        pytest.skip("the texts found in use are not beside the project")
    (item,) = open_source(str(next(folder.glob("input.*"))))
    found = read(prepare(item.text, item.published))
    return [
        (s.who.name, s.kind.kind, found.words(*s.content)) for s in found.statements if s.nested_in is None
    ]


SPEAKERS = {
    "07-speaker-labels": [
        "Speaker 1",
        "Ms. Hart",
        "Maria Stone",
        "Ana Duarte",
        "Lee Park",
        "Maria Stone",
        "A.",
    ],
    "08-middle-initial": ["James B. Cole", "James B. Cole", "J. R. Smith", "Ann K. Lee"],
    "10-stray-mark-swallows-quotes": ["Carla Stone", "Carla Stone"],
    "23-pronoun-of-the-only-person": ["Sara Lund", "Sara Lund", "Sara Lund", "Maria Lopez"],
    "25-nobody-said": [],
    "26-letter-and-mail": ["Ana Duarte", "Ana Duarte", "Ana Duarte"],
    "38-dispute-of-a-firm-and-a-union": ["Acme", "The drivers’ union", "Sam Fox"],
}


@pytest.mark.parametrize("name", SPEAKERS)
def test_the_speakers_are_those_whom_the_text_names(shared, name):
    assert [who for who, _, _ in outer(shared, name)] == SPEAKERS[name]


def test_the_us_is_no_pronoun_and_the_who_no_question(shared):
    found = outer(shared, "01-us-is-not-us")
    assert [who for who, _, _ in found[:3]] == ["The US"] * 3
    assert found[3][0].endswith("Omar Faye")
    assert found[4][0].endswith("Sara Lund")
    assert found[5][0] == "The WHO"


def test_we_inside_a_quotation_is_its_speaker(shared):
    folder = shared / "data" / "found_in_use" / "02-we-goes-to-another-speaker"
    if not folder.exists():
        pytest.skip("the texts found in use are not beside the project")
    found = read((folder / "input.txt").read_text(encoding="utf-8"))
    assert {s.who.name for s in found.statements if "port" in found.words(*s.content)} == {"Berg"}


def test_wrapped_lines_are_one_paragraph(shared):
    found = outer(shared, "04-hard-wrapped-lines")
    assert ("Sam Fox", "red_line", "the offer") in found
    assert any(who == "Ana Duarte" and words.endswith('to the table."') for who, _, words in found)


def test_single_marks_quote_and_apostrophes_do_not(shared):
    found = outer(shared, "05-single-quotation-marks")
    assert [who for who, _, _ in found] == ["Olga Brandt", "Paul Lee", "Holm"] or [w for w, _, _ in found][
        :2
    ] == ["Olga Brandt", "Paul Lee"]
    assert "‘It’s over.’" in found[0][2]


def test_the_marks_of_other_languages_quote(shared):
    assert {"Max Vogel", "Eva Novak", "Lars Holm", "Ana Duarte"} <= {
        w for w, _, _ in outer(shared, "11-other-quotation-marks")
    }


def test_what_was_announced_is_the_clause(shared):
    assert outer(shared, "13-announced-by") == [
        ("the ministry", "commitment", "that the base would be closed")
    ]


def test_until_now_is_no_condition(shared):
    assert "conditional_offer" not in {kind for _, kind, _ in outer(shared, "14-until-that-is-no-condition")}


def test_a_rejection_that_is_only_a_condition_is_no_statement(shared):
    assert "red_line" not in {kind for _, kind, _ in outer(shared, "17-if-rejected-is-no-red-line")}


def test_to_call_on_somebody_is_to_demand(shared):
    assert [kind for _, kind, _ in outer(shared, "19-called-on")] == ["demand"] * 3


SAID = {
    "05-single-quotation-marks": ["Olga Brandt", "Paul Lee", "Mr Holm"],
    "11-other-quotation-marks": ["Max Vogel", "Eva Novak", "Lars Holm", "Ana Duarte"],
    "16-relative-clause-subject": ["Thousands of drivers", "Voters", "Voters"],
    "20-names-of-papers-and-bodies": [
        "The Wall Street Journal",
        "Leaders of the International Union of Drivers and Allied Workers",
        "Norway’s power agency",
        "Oslo",
        "Acme Inc. North America",
    ],
    "22-quote-without-a-verb-of-saying": ["Omar Faye", "Sam Fox", "Kaja Tamm"],
}


@pytest.mark.parametrize("name", SAID)
def test_nobody_else_is_said_to_speak(shared, name):
    assert [who for who, _, _ in outer(shared, name) if who][: len(SAID[name])] == SAID[name]
    assert not [
        kind
        for _, kind, _ in outer(shared, "17-if-rejected-is-no-red-line")
        if kind in ("threat", "red_line")
    ]


def test_a_quotation_that_nobody_says_is_noted():
    found = read(
        "The meeting opened late. “The lake stays ours and we will not share it.” Then all of them left."
    )
    assert "1 quotation without a speaker" in str(found)
