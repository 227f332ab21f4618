"""Prose, turns, mails and clauses: which line is what, and who speaks in it; nothing is moved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.reading import Candidate, Ground, prepare, read
from zopa.reading.extraction.extract import Assembler
from zopa.reading.extraction.speakers import Roster
from zopa.reading.language.lexicon import lexicon
from zopa.reading.layout.passages import laid_out
from zopa.reading.layout.statements import read_passages

LEX = lexicon()


def outer(text: str) -> list[tuple[str, str, str]]:
    found = read(text)
    return [
        (s.who.name, s.kind.kind, found.words(*s.content)) for s in found.statements if s.nested_in is None
    ]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("[10:02] Ana Berg: We cannot accept the plan.", "Ana Berg"),
        ("10:02 <ana> we cannot accept the plan", "ana"),
        ("Ana Berg 10:02\nWe cannot accept the plan.", "Ana Berg"),
        ("Ana Berg - [7:33]\n\nWe cannot accept the plan.", "Ana Berg"),
        ("@anaberg: We cannot accept the plan.", "@anaberg"),
        ("MS. BERG (Harbour East): We cannot accept the plan.", "Ms. Berg"),
        ("Ms. Berg. We cannot accept the plan.", "Ms. Berg"),
        ("The Minister for Ports (Ms. Ana Berg): We cannot accept the plan.", "Ana Berg"),
        ("Ana Berg, Minister for Ports: We cannot accept the plan.", "Ana Berg"),
        ("**Ms. Ana Berg**: We cannot accept the plan.", "Ana Berg"),
        ("Q: And the plan?\n\nA: We cannot accept the plan.", "A"),
        ("From: Ana Berg <a@b.example>\nTo: Sam Fox\nSubject: Plan\n\nDear Sam,\n\nWe cannot accept the plan.\n\nBest,\nAna", "Ana Berg"),
        ("Dear Sam,\n\nWe cannot accept the plan.\n\nYours sincerely,\nAna Berg", "Ana Berg"),
        ("On Mon, 2 Jun 2025 at 17:40, Ana Berg <a@b.example> wrote:\n> We cannot accept\n> the plan.", "Ana Berg"),
        ("WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ana Berg>We cannot accept\nthe plan.", "Ana Berg"),
    ],
)  # fmt: skip
def test_a_turn_belongs_to_the_speaker_of_its_label(text, speaker):
    assert [(who, kind) for who, kind, _ in outer(text)] == [(speaker, "red_line")]


@pytest.mark.parametrize(
    "text",
    [
        "MODERATOR: Thank you all for coming. We will begin with the Minister.",
        "Q: Minister, will you sign the plan?",
        "MR. FOX: Thank you.",
        "ANA BERG (Oslo): Good morning, and thank you for having me.",
    ],
)
def test_moderators_questions_and_greetings_state_nothing(text):
    assert outer(text) == []


def test_in_a_clause_the_subject_undertakes_and_a_bracket_is_what_its_proposer_asks():
    text = (
        "Article 1. Water\n1. The Parties shall share the water of the lake.\n2. Velmar undertakes to repair the dam.\n"
        "[Kestrel proposes: The lake shall be a common good.]\n"
    )
    assert [(who.lower(), kind) for who, kind, _ in outer(text)] == [
        ("the parties", "commitment"),
        ("velmar", "commitment"),
        ("kestrel", "offer"),
    ]


def test_the_lines_of_a_wrapped_paragraph_are_one():
    text = (
        "OSLO, May 3 - Minister Ana Duarte said on Monday that the government would\n"
        "pay the arrears in full by the end of May, and that the strike could end\nbefore the summer if the union agreed to talk."
    )
    ((who, kind, words),) = outer(text)
    assert (who, kind) == ("Ana Duarte", "conditional_offer")
    assert words.endswith("before the summer if the union agreed to talk")


def test_what_a_text_was_read_as_is_shown():
    found = read("MODERATOR: Welcome.\n\nMS. BERG: We cannot accept the plan.")
    assert found.to_dict()["passages"] == {"silent": 1, "turn": 1}
    assert "1 lines of speakers" in str(found)


@settings(max_examples=60)
@given(st.text(alphabet="aB :.>\n“'\"‘’„*-1<@[](),?–", max_size=120))
def test_nothing_is_moved_and_every_passage_lies_in_the_text(text):
    body = prepare(text).body
    layout = laid_out(body, LEX)
    assert len(layout.body) == len(body)
    assert all(0 <= p.start < p.end <= len(body) for p in layout.passages)
    assert all(a[1].start >= a[0].end for a in zip(layout.passages, layout.passages[1:], strict=False))


TURN = "MS. BERG: We will not sign unless the port is open.\n\nMR. FOX: We could accept 4 percent."
CLAUSE = "Article 1\n1. Velmar shall not reduce the flow below 35 percent unless both Parties agree.\n2. The Parties shall meet."


@pytest.mark.parametrize(
    ("text", "content", "speaker", "cue", "state"),
    [
        (TURN, "We will not sign unless the port is open", "MS. BERG", "", "grounded"),
        (TURN, "We will sign unless the port is open", "MS. BERG", "", "rejected"),
        (TURN, "We will not sign", "MS. BERG", "", "flagged"),
        (TURN, "sign unless the port is open", "MS. BERG", "", "flagged"),
        (TURN, "We could accept 9 percent", "MR. FOX", "", "rejected"),
        (TURN, "We could accept 4 percent", "MS. BERG", "", "rejected"),
        (
            CLAUSE,
            "reduce the flow below 35 percent unless both Parties agree",
            "Velmar",
            "shall not",
            "grounded",
        ),
        (
            CLAUSE,
            "reduce the flow below 53 percent unless both Parties agree",
            "Velmar",
            "shall not",
            "rejected",
        ),
        (CLAUSE, "reduce the flow below 35 percent", "Velmar", "shall not", "flagged"),
    ],
)
def test_the_gate_guards_turns_and_clauses_too(text, content, speaker, cue, state):
    prepared = prepare(text)
    reader = Assembler(prepared, LEX, Roster(), None)
    ground = Ground(reader.seg, read_passages(reader.seg, reader.layout, LEX))
    assert ground.check(Candidate((content,), speaker=speaker, cue=cue)).state == state
