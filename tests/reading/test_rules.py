"""Who said what, pattern by pattern, on sentences of our own."""

import pytest

from zopa.reading import read

CASES = [
    # text, speaker mention, cue, content
    ("The mayor said the bridge would be closed.", "The mayor", "said", "the bridge would be closed"),
    ("“The bridge is unsafe,” the mayor told reporters on Tuesday.", "the mayor", "told", "“The bridge is unsafe,”"),
    ("“We will not wait,” said Ana Brix, a farmer from the valley.", "Ana Brix, a farmer from the valley", "said", "“We will not wait,”"),
    ("The dam, she said, would flood the valley.", "she", "said", "The dam … would flood the valley"),
    ("According to the ministry, the talks will resume in May.", "the ministry", "According to", "the talks will resume in May"),
    ("The talks will resume in May, according to the ministry.", "the ministry", "according to", "The talks will resume in May"),
    ("Rell rejected the plan to move the border.", "Rell", "rejected", "the plan to move the border"),
    ("The union refused to sign the paper.", "The union", "refused", "to sign the paper"),
    ("Rell urged the council to accept the offer.", "Rell", "urged", "to accept the offer"),
    ("Rell did not describe what the council would get.", "Rell", "did not describe", "what the council would get"),
    ("The council was reluctant to vote on the offer.", "The council", "was reluctant", "to vote on the offer"),
    ("Rell expressed concern about the price.", "Rell", "expressed concern about", "the price"),
    ("Rell's claim that the wall is safe was printed.", "Rell's", "claim", "that the wall is safe was printed"),
    ("The offer was criticized by the miners.", "the miners", "was criticized by", "The offer"),
    ("Eventual membership wasn't ruled out.", "", "wasn't ruled out", "Eventual membership"),
    ("Rell: “There is no plan for the gate.”", "Rell", ":", "“There is no plan for the gate.”"),
    ("The minister continued: “Nobody has signed anything yet.”", "The minister", "continued", "“Nobody has signed anything yet.”"),
    ("As the envoy put it, “peace has a price and nobody pays.”", "the envoy", "put it", "“peace has a price and nobody pays.”"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "mention", "cue", "content"), CASES)
def test_each_pattern_finds_its_speaker_cue_and_content(text, mention, cue, content):
    found = read(text)
    first = found.statements[0]
    assert found.words(*first.mention) == mention
    assert found.words(*first.cue) == cue
    assert found.words(*first.content) == content


def test_a_second_verb_has_the_speaker_of_the_first():
    found = read("Rell said he would meet the miners and indicated that the gate would stay shut.")
    assert [found.words(*s.mention) for s in found.statements if s.nested_in is None] == ["Rell", "Rell"]


def test_words_added_by_a_participle_belong_to_the_same_speaker():
    found = read(
        "Rell rejected sending guards to the dam, adding that any fence “must be paid for by others.”"
    )
    outer = [s for s in found.statements if s.nested_in is None]
    assert [(found.words(*s.mention), found.words(*s.cue)) for s in outer] == [
        ("Rell", "rejected"),
        ("Rell", "adding"),
    ]


def test_a_quotation_goes_on_in_the_next_sentence_and_paragraph():
    found = read("“The gate is shut,” Rell said. “It stays shut.”\n“Nobody has a key.”")
    (s,) = [s for s in found.statements if s.nested_in is None]
    assert found.words(*s.content) == "“The gate is shut,” … “It stays shut.” … “Nobody has a key.”"


def test_a_statement_inside_a_statement_is_its_own_and_names_its_parent():
    found = read("Rell said that the miners wanted half of the water.")
    inner = [s for s in found.statements if s.nested_in is not None]
    assert [found.words(*s.mention) for s in inner] == ["the miners"]
    assert inner[0].nested_in == 0


def test_a_plain_action_is_no_statement():
    assert read("The miners walked to the dam and closed the gate.").statements == ()


def test_a_noun_that_looks_like_a_verb_is_no_cue():
    assert read("The claims of the last two states were filed in the offers box.").statements == ()


@pytest.mark.parametrize(
    ("text", "condition", "consequent"),
    [
        ("Rell said he could accept a lower wall if the town paid for the gate.", "the town paid for the gate", "a lower wall"),
        ("Rell said the town would not hold talks without the miners at the table.", "the miners at the table", None),
        ("Rell said he wants access to the mine in return for clean water.", "access to the mine", "clean water"),
        ("Rell said that if the town paid, the gate would open.", "the town paid", "the gate would open"),
        ("Rell said the town would open the gate unless the river rose.", "the river rose", "the town would open the gate"),
    ],
)  # fmt: skip
def test_a_condition_is_kept_with_what_depends_on_it(text, condition, consequent):
    found = read(text)
    c = found.statements[0].condition
    assert c is not None
    assert found.words(c.condition) == condition
    if consequent:
        assert c.consequent is not None
        assert found.words(c.consequent) == consequent


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Rell said he could accept a lower wall if the town paid.", "conditional_offer"),
        ("Rell ruled out a lower wall.", "red_line"),
        ("Rell insisted that the wall must stay.", "demand"),
        ("Rell conceded that the wall had cracks.", "concession"),
        ("Rell threatened to close the road.", "threat"),
        ("Rell promised to open the gate.", "commitment"),
        ("Rell hopes the talks will go on.", "hope"),
        ("Rell declined to comment on the wall.", "no_position"),
        ("Rell did not say whether the gate would open.", "no_position"),
        ("The council was reluctant to vote.", "reluctance"),
        ("Rell said he was open to talks.", "position"),
        ("Rell said they discussed the wall.", "report"),
    ],
)
def test_the_kind_follows_from_the_words(text, kind):
    s = read(text).statements[0]
    assert s.kind.kind == kind
    assert s.kind.why


def test_a_negation_turns_the_strength_round():
    yes, no = read("Rell said he was open to talks.").statements[0], read("Rell opposes talks.").statements[0]
    assert yes.kind.strength > 0 > no.kind.strength


def test_what_is_said_in_private_is_marked():
    assert (
        read("Officials had only privately conceded that the wall leaks.").statements[0].channel == "private"
    )


def test_a_judgment_without_a_speaker_is_the_authors():
    found = read("Rell said the wall is safe. A compromise is needed in order to end the quarrel.")
    assert [c.kind for c in found.claims] == ["normative"]
    assert all("compromise" not in found.words(*s.content) for s in found.statements)
