"""Kinds of sentences that were once read wrongly, in other words than those that were found in use."""

from datetime import date

import pytest

from zopa.reading import Published, prepare, read


def said(text: str) -> list[tuple[str, str]]:
    """Speakers and words of the outer statements."""
    found = read(text)
    return [(s.who.name, found.words(*s.content)) for s in found.statements if s.nested_in is None]


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("Officials who run the port say the gate stays.", "Officials", "the gate stays"),
        ("Members who fund the league want a vote.", "Members", "a vote"),
        (
            "Hundreds of nurses who staff the wards were planning to walk out.",
            "Hundreds of nurses",
            "to walk out",
        ),
        ("The union which represents the drivers rejected the offer.", "The union", "the offer"),
    ],
)
def test_the_subject_of_a_main_clause_is_not_the_object_of_its_relative_clause(text, speaker, words):
    assert (speaker, words) in said(text)


def test_what_a_relative_clause_says_ends_with_it():
    assert ("Voters", "the mayor") in said("Voters who back the mayor want the tunnel.")
    assert [w for _, w in said("But Bergen, which called the plan “rash,” has been calm.")] == [
        "the plan “rash,”"
    ]


@pytest.mark.parametrize(
    "text",
    ["The blockade, which saw nine ships turn back, had seemed endless.", "The talks seemed hopeless."],
)
def test_what_only_seems_is_no_ones_statement(text):
    assert not [s for s in read(text).statements if s.rule == "impersonal"]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The Bergen Evening Post reported that it would pay.", "The Bergen Evening Post"),
        ("Members of the Federation of Dockers and Allied Trades praised the minister.", "Members of the Federation of Dockers and Allied Trades"),
        ("Chile’s water board in June said that its stock was full.", "Chile’s water board"),
        ("And Bergen, which called the plan “rash,” waited.", "Bergen"),
        ("Nordlys Ltd. South Africa said it would hire.", "Nordlys Ltd. South Africa"),
        ("Talks end on Friday. Delegates said no deal was near.", "Delegates"),
        ("In a post on X, Minister Kaja Tamm wrote: No deal about us without us.", "Kaja Tamm"),
    ],
)  # fmt: skip
def test_a_name_has_all_its_words_and_no_others(text, speaker):
    assert said(text)[0][0] == speaker


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        (
            "The offer is, in the words of mayor Ada Holm, “an insult to us all.”",
            "Ada Holm",
            "“an insult to us all.”",
        ),
        (
            "Minister Lars Holm wrote: The port stays ours for good.",
            "Lars Holm",
            "The port stays ours for good",
        ),
        ("T. R. Sand said no.", "T. R. Sand", "no."),
        ("The war, she went on, must end now.", "she", "The war … must end now"),
    ],
)
def test_words_are_found_without_a_plain_verb_of_saying(text, speaker, words):
    assert (speaker, words) in said(text)


def test_a_quotation_beside_a_sentence_about_somebody_is_a_weak_suggestion():
    (s,) = [
        s
        for s in read(
            'Mayor Ada Holm left the room. "The dam is ours. We will not sell it." Nobody spoke.'
        ).statements
        if s.nested_in is None
    ]
    assert s.who.name.endswith("Ada Holm")
    assert s.who.weak
    assert not read('The mayor left. The sign stayed "exit" in red.').statements


def test_quotations_in_single_marks_go_on_over_paragraphs():
    assert said("Ms Sand said: ‘We will wait.\n\n‘We need time.’")[0][0] == "Ms Sand"
    assert len(said("Ms Sand said: ‘We will wait.\n\n‘We need time.’")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Members must decide whether to strike if the offer is rejected.",
        "The board will decide whether to sue if the report is late.",
    ],
)
def test_an_open_question_is_no_threat(text):
    assert not {s.kind.kind for s in read(text).statements} & {"threat", "conditional_offer", "red_line"}


def test_what_is_not_given_up_is_no_concession():
    assert read("MR. FOX: We are not willing to give up the port.\nMS. HART: No deal.").statements[
        0
    ].kind.kind in (
        "refusal",
        "red_line",
    )


# ---------------------------------------------------------------- for whom else


@pytest.mark.parametrize(
    ("text", "speaker", "others"),
    [
        ("Zambia, on behalf of the African Group, opposed the text.", "Zambia", {"the African Group"}),
        ("Speaking for the Alliance, Samoa said it would wait.", "Samoa", {"the Alliance"}),
        ("Brazil, for the G-77/China, supported by India and Egypt, demanded new finance.", "Brazil", {"the G-77/China", "India", "Egypt"}),
        ("France, Chad and Togo supported the text.", "France", {"Chad", "Togo"}),
        ("The text was opposed by Chad, Togo and Mali.", "Chad", {"Togo", "Mali"}),
        ("CHAD, INDIA and the EU supported the draft.", "CHAD", {"INDIA", "the EU"}),
        ("MR. BANDA (Zambia), for the African Group: We cannot accept the text.", "Mr. Banda", {"the African Group"}),
        ("The mayor said she would wait.", "The mayor", set()),
    ],
)  # fmt: skip
def test_a_group_and_all_of_a_list_are_recorded_as_spoken_for(text, speaker, others):
    s = read(text).statements[0]
    assert s.who.name == speaker
    assert set(s.spoken_for) == others


def test_groups_spoken_for_are_parties_of_a_first_case(tmp_path):
    from zopa.casefile import load
    from zopa.reading.ingest import ingest
    from zopa.reading.sources.files import Incoming

    text = (
        "Zarovia, on behalf of the Upland Group, opposed the text on fishing quotas. "
        "Belmark, supported by Tornia and Quell, said the quotas must stay. Zarovia said it could accept lower quotas."
    )
    ingest([Incoming("talks", text)], tmp_path)
    case = load(tmp_path)
    assert {"Upland Group", "Tornia", "Quell"} <= {p.name for p in case.parties.values()}
    records = (case.whole or case).statements
    assert any("also for the Upland Group" in s.why for s in records.values())


# ---------------------------------------------------------------- a threat, or an offer


def kinds(text: str) -> list[str]:
    """Kinds of the outer statements."""
    return [s.kind.kind for s in read(text).statements if s.nested_in is None]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The drivers warned that they would leave the talks if the list is read out.", "threat"),
        ("The mayor warned the tenants that their contracts would be cancelled if they went on strike.", "threat"),
        ("Orvel threatened to shut the mill if the fee is lowered.", "threat"),
        ("The broker warned that prices would rise if the canal was closed.", "assessment"),
        ("The port could shut the loud crane at night if the town lowers the levy.", "conditional_offer"),
        ("The club promised to cancel the concert if the neighbours sign the paper.", "conditional_offer"),
        ("The port will shut the crane unless the town lowers the levy.", "threat"),
        ("The port will shut the crane if the town raises the levy.", "threat"),
    ],
)  # fmt: skip
def test_the_verb_of_the_frame_and_who_wanted_it_decide_between_threat_and_offer(text, kind):
    assert kinds(text) == [kind]


def test_what_may_be_a_threat_or_an_offer_is_marked_as_a_guess():
    (offer,) = read("The port could shut the loud crane at night if the town lowers the levy.").statements
    assert any("may be a threat" in flag for flag in offer.flags)
    (sure,) = read("The union offered to end the strike if the town lowers the levy.").statements
    assert not sure.flags


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("Our children cannot sleep", False),
        ("We cannot breathe in this smoke", False),
        ("My mother could not walk to the clinic", False),
        ("We cannot accept the second paragraph", True),
        ("Our members cannot support this text", True),
        ("We are not paying for the new roof", True),
    ],
)
def test_what_somebody_is_unable_to_do_is_no_refusal(words, refused):
    (kind,) = kinds(f"{words}, a delegate from the valley said.")
    assert (kind in ("refusal", "red_line")) == refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The parties agreed to meet again on 2 April.", (None, date(2026, 3, 10))),
        ("The guild met on 4 March and agreed to strike on 2 April.", (date(2026, 3, 4), date(2026, 3, 4))),
        (
            "On 3 March the mayor said that the port would open on 2 April.",
            (date(2026, 3, 3), date(2026, 3, 3)),
        ),
    ],
)
def test_a_date_in_what_is_said_is_not_the_day_on_which_it_was_said(text, said):
    first = read(prepare(text, Published(on=date(2026, 3, 10)))).statements[0]
    assert first.said == said


def test_he_and_she_are_told_apart_where_the_text_shows_it():
    text = "Nora Feld said she would wait. Paul Grau told the board that he would resign. She added that the fee was too high."
    found = read(text).statements
    assert found[-1].who.name == "Nora Feld"


@pytest.mark.parametrize("mark", ["“{}”", "„{}“", "«{}»", '"{}"', "‘{}’", "``{}''"])
def test_a_quotation_in_any_marks_keeps_its_speaker_and_its_kind(mark):
    quoted = mark.format("We will not sign a text without the islands,")
    (kind,) = kinds(f"{quoted} Minister Ada Holm said on Monday.")
    assert kind in ("refusal", "red_line", "conditional_offer")


def test_in_somebodys_words_he_and_she_are_somebody_else():
    text = (
        "From: Rosa Lind <r@l.example>\nTo: The Ministry <m@m.example>\nDate: Mon, 9 Jun 2025 10:00\nSubject: islands\n\n"
        "Governor Ada Reyes said that the boats must leave. I saw the captain later. "
        "She could renew half of the licences if the boats leave first. She insisted that the quay stays closed.\n"
    )
    found = read(text).statements
    offer = next(s for s in found if s.kind.kind == "conditional_offer")
    assert offer.who.name == "Ada Reyes"
    assert offer.who.weak
    demand = next(s for s in found if s.lemma == "insist")
    assert demand.who.name == "Ada Reyes"
    assert not any(s.who.name == "Rosa Lind" for s in (offer, demand))


def test_a_record_without_subjects_keeps_the_speaker_of_its_label():
    text = "ANA: Proposed to start with the sick.\nBEN: Cannot accept a link with the bridge.\nANA: Reiterated that the lists come first.\n"
    assert [(s.who.name, s.kind.kind) for s in read(text).statements if s.nested_in is None] == [
        ("ANA", "offer"),
        ("BEN", "red_line"),
        ("ANA", "demand"),
    ]


def test_the_items_of_a_list_are_what_its_head_says():
    text = "The Rowers' League demands:\n- a dry boathouse\n- paid coaches\n- two seats on the board\n"
    assert [(s.who.name, s.kind.kind) for s in read(text).statements] == [
        ("The Rowers' League", "demand")
    ] * 3
