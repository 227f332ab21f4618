"""The walks over a sentence, each by itself: tags, noun phrases, verb groups, clauses."""

import dataclasses

import pytest

from zopa.reading.attribution.attribute import ANY_VERB, REPORTING_VERB
from zopa.reading.attribution.contents import content_after
from zopa.reading.language.lexicon import lexicon
from zopa.reading.parsing.clauses import clause_starts, content_end
from zopa.reading.parsing.noun_phrases import left_phrase, right_phrase
from zopa.reading.parsing.segment import segment
from zopa.reading.parsing.tags import Sentence, tagged
from zopa.reading.parsing.verb_groups import verb_group


def sentence(words: str) -> Sentence:
    lex = lexicon("en")
    seg = segment(words, lex)
    return tagged(seg, lex).between(*seg.sentences[0])


def words(s: Sentence, span: tuple[int, int] | None) -> str:
    return " ".join(s.words[slice(*span)]) if span else ""


def at(s: Sentence, word: str) -> int:
    return s.words.index(word)


def test_a_sentence_cannot_be_changed_and_its_parts_share_its_tags():
    s = sentence("The mayor said the dam was safe.")
    with pytest.raises(dataclasses.FrozenInstanceError):
        s.start = 3
    part = s.between(2, 5)
    assert (part.start, part.stop) == (2, 5)
    assert part.finite is s.finite
    assert part.whole(3) == s


def test_taken_as_said_a_sentence_has_no_quotations_and_the_first_keeps_its_own():
    s = sentence('The mayor said "the dam is safe" on Monday.')
    assert True in s.quoted
    assert True not in s.unquoted().quoted
    assert True in s.quoted


@pytest.mark.parametrize(
    ("text", "verb", "phrase"),
    [
        ("The mayor of the old town said no.", "said", "The mayor of the old town"),
        ("Ann Berg, the chief negotiator, said no.", "said", "Ann Berg , the chief negotiator ,"),
        ("The union on Saturday said no.", "said", "The union"),
        ("On Monday the union said no.", "said", "the union"),
        ("Rell, who led the union, said no.", "said", "Rell , who led the union ,"),
        ("Ann and Otto Berg said no.", "said", "Ann and Otto Berg"),
    ],
)
def test_the_phrase_to_the_left_of_a_verb(text, verb, phrase):
    s = sentence(text)
    assert words(s, left_phrase(s, at(s, verb))) == phrase


def test_the_phrase_to_the_right_ends_where_the_next_thing_starts():
    s = sentence("It was denied by Ann Berg, the chief negotiator, on Monday.")
    assert words(s, right_phrase(s, at(s, "Ann"))) == "Ann Berg , the chief negotiator"
    assert right_phrase(s, at(s, "on"), names=True) is None


@pytest.mark.parametrize(
    ("text", "verb", "group", "voice"),
    [
        ("The mayor had not yet said so.", "said", "had not yet said", "active"),
        ("The plan was rejected by the union.", "rejected", "was rejected", "passive"),
        ("She declined to say why.", "say", "declined to say", "active"),
        ("He left, saying no.", "saying", "saying", "participle"),
    ],
)
def test_a_verb_group_holds_its_auxiliaries_negation_and_chain(text, verb, group, voice):
    s = sentence(text)
    found = verb_group(s, at(s, verb))
    assert found is not None
    assert words(s, found.span) == group
    assert found.voice == voice


def test_a_noun_that_looks_like_a_verb_is_no_verb_group():
    s = sentence("His claims surprised the union.")
    assert verb_group(s, at(s, "claims")) is None


def test_a_clause_has_a_finite_verb_of_its_own():
    s = sentence("He thinks the town can pay and a lower wall.")
    assert clause_starts(s, at(s, "the"))
    assert not clause_starts(s, at(s, "a"))


def test_a_content_ends_before_the_next_speaker():
    s = sentence("She said the dam was safe, and the union said it was not.")
    start = at(s, "the")
    assert words(s, (start, content_end(s, start))) == "the dam was safe"


@pytest.mark.parametrize(
    ("text", "verb", "content", "rule"),
    [
        ("She told the miners on Monday that it was safe.", "told", "that it was safe", "clause"),
        ("She promised to pay for the wall.", "promised", "to pay for the wall", "infinitive"),
        ("She urged the miners to wait for spring.", "urged", "to wait for spring", "person"),
        ("She rejected the plan of the union.", "rejected", "the plan of the union", "object"),
    ],
)
def test_where_the_content_stands_after_its_cue(text, verb, content, rule):
    s = sentence(text)
    group = verb_group(s, at(s, verb))
    found = content_after(s, group)
    assert found.rule == rule
    assert words(s, found.pieces[-1]) == content


def test_every_voice_has_its_rules():
    assert set(ANY_VERB) == set(REPORTING_VERB) == {"active", "participle", "passive", "infinitive"}
