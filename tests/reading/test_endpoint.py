"""An endpoint as a second reader, against a local server that also misbehaves."""

import json

import pytest

from fake_endpoint import TEXT, Server, answer, item, respond
from zopa.errors import CaseError
from zopa.reading import read
from zopa.reading.llm import Dialogue, Endpoint, ask, post


def asked(reply, **options):
    kept: list[Dialogue] = []
    send = reply if callable(reply) else (lambda *_: reply)
    endpoint = Endpoint("http://localhost:9/v1", "m", send=send, keep=kept.append, **options)
    return ask(read(TEXT), None, endpoint), kept


def test_a_grounded_answer_is_joined_with_the_rules_and_kept():
    found, kept = asked(answer(item()))
    rules = read(TEXT)
    assert len(found.statements) == len(rules.statements)
    assert any("1 statements as the rules" in n for n in found.notes)
    assert any("the endpoint reads it as red_line" in f for s in found.statements for f in s.flags)
    assert kept[0].destination == "http://localhost:9/v1/chat/completions"
    assert len(kept[0].digest) == 64


def test_what_only_the_endpoint_read_is_flagged_for_a_person():
    found, _ = asked(
        answer(
            item(
                sentence=3,
                speaker="",
                cue="",
                content=["The old gate costs $4.5 million a year to keep"],
                kind="assessment",
            )
        )
    )
    (new,) = [s for s in found.statements if s.extractor == "llm:m"]
    assert new.flags[0] == "only the endpoint read this"


@pytest.mark.parametrize(
    "bad",
    [
        item(content=["she would sell the dam"]),
        item(content=["she would not sell the dam today"]),
        item(sentence=3),
        item(sentence=99),
        item(speaker="Rell"),
        item(speaker="General Vance"),
        item(cue="thundered"),
        item(condition="the town gives in"),
        item(kind="surrender"),
        item(issue="throne"),
        item(content=[]),
        item(content=[7]),
        item(content=[["she would not sell the dam"]]),
        item(sentence="first"),
        item(sentence=True),
        item(sentence=None),
        item(content=None),
        item(option="now"),
        {"sentence": 0},
        "text",
        None,
    ],
)
def test_a_tampered_or_malformed_item_is_refused_with_the_reason(bad):
    found, _ = asked(answer(bad))
    assert found.statements == read(TEXT).statements
    assert any("refused" in n for n in found.notes)


@pytest.mark.parametrize(
    "cut",
    [
        item(content=["sell the dam"]),
        item(sentence=1, speaker="their leader", content=["accept a lower wall"]),
        item(sentence=1, speaker="their leader", content=["The miners could accept a lower wall"]),
    ],
)
def test_a_quotation_cut_at_its_negation_or_condition_never_passes_unflagged(cut):
    found, _ = asked(answer(cut))
    new = [s for s in found.statements if s.extractor.startswith("llm")]
    agreed = found.statements[: len(read(TEXT).statements)]
    assert all(any("negation" in f or "condition" in f or "hedge" in f for f in s.flags) for s in new)
    assert [s.content for s in agreed] == [s.content for s in read(TEXT).statements]


@pytest.mark.parametrize(
    "reply",
    ["", "<html>busy</html>", '{"choices": []}', '{"choices": [{"message": {"content": "{\\"statements\\": ["}}]}', "[" * 2000,
     json.dumps({"choices": [{"message": {"content": "null"}}]}), json.dumps({"choices": [{"message": {"content": "I cannot help."}}]}),
     json.dumps({"choices": [{"message": {"content": None, "refusal": "no"}}]}), json.dumps({"error": {"message": "overloaded"}}), "[]", "7"],
)  # fmt: skip
def test_an_answer_in_another_form_leaves_the_rules_reading(reply):
    found, kept = asked(reply)
    assert found.statements == read(TEXT).statements
    assert any("no usable answer" in n for n in found.notes)
    assert kept[0].problem


def test_the_request_holds_sentences_and_closed_lists_and_no_numbers_to_fill():
    _, kept = asked(answer())
    body = json.loads(kept[0].request)
    assert body["temperature"] == 0
    assert "[0] The mayor said" in body["messages"][1]["content"]
    schema = body["response_format"]["json_schema"]["schema"]
    fields = schema["properties"]["statements"]["items"]["properties"]
    assert set(fields) == {
        "sentence",
        "speaker",
        "cue",
        "content",
        "kind",
        "issue",
        "option",
        "condition",
        "consequent",
    }


def test_several_runs_say_how_often_a_statement_came():
    replies = iter(
        [
            answer(
                item(
                    sentence=3,
                    speaker="",
                    cue="",
                    content=["The old gate costs $4.5 million a year to keep"],
                    kind="",
                )
            ),
            answer(),
        ]
    )
    found, _ = asked(lambda *_: next(replies), runs=2)
    (new,) = [s for s in found.statements if s.extractor == "llm:m"]
    assert "found in 1 of 2 runs" in new.flags


# ---------------------------------------------------------------- over a real socket


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while not handler.server.over.is_set():
            handler.wfile.write(b"x" * 65536)
    except OSError:
        pass


def silent(handler):
    handler.server.over.wait()


def dripping(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while not handler.server.over.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        pass


def test_a_well_behaved_server_is_read():
    with Server(respond(answer(item()))) as url:
        found = ask(read(TEXT), None, Endpoint(url, "m"))
    assert any("1 statements as the rules" in n for n in found.notes)


@pytest.mark.parametrize("behave", [endless, silent, dripping, respond("oops", 500), respond("", 302)])
def test_a_server_that_misbehaves_is_given_up_and_the_rules_stand(behave):
    with Server(behave) as url:
        found = ask(read(TEXT), None, Endpoint(url, "m", timeout=0.5))  # these servers go on for ever
    assert found.statements == read(TEXT).statements
    assert any("no usable answer" in n for n in found.notes)


def test_only_web_addresses_are_called():
    with pytest.raises(CaseError, match="http or https"):
        post("file:///etc/passwd", "{}")
