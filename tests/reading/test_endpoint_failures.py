"""An endpoint that fails in every way: what is tried again, what is asked otherwise, and what the user is told."""

import email.utils
import json
import re
import socket
import time

import pytest
from typer.testing import CliRunner

from fake_endpoint import TEXT, Server, answer, item, respond
from zopa.casefile import load
from zopa.cli import app
from zopa.reading import read
from zopa.reading.chat.prompting import CONTEXT, REPLY, tokens_in
from zopa.reading.chat.replies import reply_of
from zopa.reading.llm import Dialogue, Endpoint, ask

GOOD = answer(item())


def scripted(*replies, sent=None):
    """A handler that gives one reply after another: ``(status, text, headers)``; the last one stays."""
    left = list(replies)

    def behave(handler):
        status, text, headers = left.pop(0) if len(left) > 1 else left[0]
        data = text.encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return behave


def asked(behave, text=TEXT, **options):
    """What is read with a server that behaves so; the pauses, and the dialogues."""
    pauses, kept = [], []
    with Server(behave) as url:
        found = ask(read(text), None, Endpoint(url, "m", pause=pauses.append, keep=kept.append, **options))
    return found, pauses, kept


def told(found, words):
    return any(words in n for n in found.notes)


AGREED = "1 statements as the rules"


def test_a_busy_server_is_asked_again_after_longer_and_longer_pauses():
    found, pauses, _ = asked(scripted((503, "loading", {}), (503, "loading", {}), (200, GOOD, {})))
    assert told(found, AGREED)
    assert pauses == [1.0, 2.0]
    assert told(found, "1 requests (2 tried again)")


def test_the_server_says_how_long_to_wait():
    found, pauses, _ = asked(scripted((429, "slow down", {"Retry-After": "7"}), (200, GOOD, {})))
    assert told(found, AGREED)
    assert pauses == [7.0]


def test_the_server_may_name_the_time_to_come_back():
    at = email.utils.format_datetime(
        email.utils.datetime.datetime.now(email.utils.datetime.timezone.utc)
        + email.utils.datetime.timedelta(seconds=30)
    )
    found, pauses, _ = asked(scripted((429, "", {"Retry-After": at}), (200, GOOD, {})))
    assert told(found, AGREED)
    assert 20 < pauses[0] <= 30


@pytest.mark.parametrize("header", ["soon", "-4", "", "Mon, 99 Foo"])
def test_a_time_to_wait_that_no_one_understands_is_passed_over(header):
    _, pauses, _ = asked(scripted((429, "", {"Retry-After": header}), (200, GOOD, {})))
    assert pauses == [1.0]


def test_no_one_waits_for_longer_than_the_user_allows():
    found, pauses, _ = asked(scripted((429, "quota", {"Retry-After": "9000"})), timeout=30)
    assert pauses == []
    assert told(found, "quota (the server asks to wait 9000 seconds")


def test_a_server_that_stays_busy_is_given_up_with_its_own_words():
    found, pauses, _ = asked(scripted((500, '{"error": {"message": "model runner crashed"}}', {})))
    assert pauses == [1.0, 2.0, 4.0]
    assert told(found, "500: model runner crashed (tried 4 times)")
    assert found.statements == read(TEXT).statements


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"error": {"message": "Incorrect API key", "type": "auth"}}', "401: Incorrect API key"),
        ('{"error": "model \\"m\\" not found"}', '401: model "m" not found'),
        ('{"detail": "Not Found"}', "401: Not Found"),
        ('{"object": "error", "message": "no such model"}', "401: no such model"),
        ("<h1>Proxy\nsays no</h1>", "401: <h1>Proxy says no</h1>"),
        ("", "401: Unauthorized"),
        ("x" * 5000, "401: " + "x" * 300),
        ("\x1b[31mred\x1b[0m", "401: [31mred"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words_and_nothing_more_is_sent(text, words):
    long = "\n\n".join(TEXT for _ in range(60))
    found, pauses, kept = asked(scripted((401, text, {})), long)
    assert told(found, words)
    assert pauses == []
    assert len(kept) == 1
    assert told(found, "more sentences were not sent")
    assert not any("\x1b" in n for n in found.notes)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, '{"error": {"message": "response_format json_schema is not supported"}}'),
        (422, '{"detail": "extra fields not permitted: response_format"}'),
        (500, '{"error": {"message": "failed to parse grammar"}}'),
        (400, '{"error": "bad request"}'),
    ],
)
def test_a_server_without_schemas_is_asked_without_one_from_then_on(status, words):
    long = "\n\n".join(TEXT for _ in range(60))

    def behave(handler):
        asked_with = "response_format" in handler.body
        respond(words if asked_with else GOOD, status if asked_with else 200)(handler)

    found, _, kept = asked(behave, long)
    assert told(found, "asked again without a JSON schema")
    with_schema = ["response_format" in d.request for d in kept]
    assert with_schema.count(True) <= 4  # a 500 is tried again before it is believed
    assert not any(with_schema[with_schema.index(False) :])


def test_what_is_too_long_for_the_server_is_sent_in_halves():
    sizes = []

    def behave(handler):
        n = len(re.findall(r"(?m)^\[\d+\]", json.loads(handler.body)["messages"][1]["content"]))
        sizes.append(n)
        if n > 2:
            respond('{"error": {"message": "maximum context length is 512 tokens"}}', 400)(handler)
        else:
            respond(GOOD)(handler)

    found, _, _ = asked(behave)
    assert max(sizes) == 4
    assert sizes.count(2) == 2
    assert told(found, AGREED)


def test_an_answer_that_breaks_off_is_used_as_far_as_it_goes_and_the_rest_asked_in_halves():
    whole = json.dumps({"statements": [item(), item(sentence=2)]})

    def behave(handler):
        n = len(re.findall(r"(?m)^\[\d+\]", json.loads(handler.body)["messages"][1]["content"]))
        cut = whole[:-40] if n > 1 else whole
        data = {"choices": [{"message": {"content": cut}, "finish_reason": "length" if n > 1 else "stop"}]}
        respond(json.dumps(data))(handler)

    found, _, kept = asked(behave)
    assert told(found, AGREED)
    assert len(kept) > 4


@pytest.mark.parametrize(
    "content",
    [
        'Here you are:\n```json\n{"statements": [%s]}\n```\nAnything else?',
        "<think>The mayor {maybe} says [a lot].</think>\n[%s]",
        'thoughts without a start {"statements": []}</think>{"statements": [%s]}',
        '{"statements": [%s], "note": "done", "confidence": 0.9}',
        '{"result": {"x": 1}} {"items": [%s]}',
        "%s",
        '{"Statements": null, "found": [%s]}',
    ],
)
def test_a_reply_is_understood_in_many_forms(content):
    one = item(issue=None, condition=None, confidence=0.7, content="she would not sell the dam", sentence="0")
    reply = json.dumps({"choices": [{"message": {"content": content % json.dumps(one)}}]})
    found, _, _ = asked(respond(reply))
    assert told(found, AGREED), found.notes


def test_the_reply_of_a_hostile_server_is_read_in_bounded_time():
    for content in (
        "[" * 100_000,
        '{"a":' * 50_000,
        "{" * 200_000,
        '{"content":' * 20_000,
        "<think>" * 50_000,
    ):
        start = time.process_time()
        data = json.dumps({"choices": [{"message": {"content": content}, "finish_reason": "length"}]})
        reply_of(data)
        assert time.process_time() - start < 60


def cut_connection(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def no_http(handler):
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


@pytest.mark.parametrize("behave", [cut_connection, no_http])
def test_a_connection_that_breaks_is_tried_again_and_then_told(behave):
    found, pauses, _ = asked(behave)
    assert found.statements == read(TEXT).statements
    assert told(found, "no usable answer")
    assert len(pauses) in (0, 3)


def test_a_server_that_is_not_there_is_named_so_after_four_tries():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    pauses: list[float] = []
    found = ask(read(TEXT), None, Endpoint(f"http://127.0.0.1:{port}/v1", "m", pause=pauses.append))
    assert pauses == [1.0, 2.0, 4.0]
    assert told(found, "no connection")
    assert told(found, "Connection refused")


def test_three_answers_in_a_row_that_are_of_no_use_end_it():
    long = "\n\n".join(TEXT for _ in range(100))
    found, _, kept = asked(respond("<html>busy</html>"), long)
    assert len(kept) == 4  # the first one again without a schema
    assert told(found, "the answer starts '<html>busy</html>'")
    assert told(found, "more sentences were not sent")


# ---------------------------------------------------------------- what is sent


def requests_for(text, case=None, reply=None):
    kept: list[Dialogue] = []
    found = ask(
        read(text, case),
        case,
        Endpoint("http://x/v1", "m", send=lambda *_: reply or answer(), keep=kept.append),
    )
    return [json.loads(d.request) for d in kept], found


def test_every_request_fits_a_small_context_with_room_for_its_reply():
    turn = "MR. FOX: " + " ".join(f"We could open gate {n} if the town pays {n} million." for n in range(300))
    long = "word " * 4000 + "."
    for text in (turn + "\n\nMS. HART: No.", long, "Ő" * 9000, "\n\n".join(TEXT for _ in range(80))):
        bodies, _ = requests_for(text)
        for body in bodies:
            sent = sum(tokens_in(m["content"]) for m in body["messages"])
            assert sent + REPLY <= CONTEXT


def test_the_speaker_of_a_turn_is_repeated_in_every_request():
    turn = "MR. FOX: " + " ".join(f"We could open gate {n} if the town pays {n} million." for n in range(300))
    bodies, _ = requests_for(turn + "\n\nMS. HART: We oppose the bill and all of it.")
    assert len(bodies) > 3
    for body in bodies:
        lines = re.findall(r"(?m)^\[\d+\].*", body["messages"][1]["content"])
        assert all("(MR. FOX speaks)" in x or "(MS. HART speaks)" in x for x in lines)
    numbers = [int(n) for b in bodies for n in re.findall(r"(?m)^\[(\d+)\]", b["messages"][1]["content"])]
    assert numbers == [*range(1, 301), 302]


def test_every_kind_is_defined_and_two_examples_are_given():
    bodies, _ = requests_for(TEXT)
    from zopa.case.model import KINDS

    system = bodies[0]["messages"][0]["content"]
    assert all(f"\n{kind}: " in system for kind in KINDS)
    assert system.count("<text>\n") == 2
    for example in re.findall(r"(?m)^\{\"statements.*$", system):
        (one,) = json.loads(example)["statements"]
        assert one["kind"] in KINDS
        assert all(piece in system for piece in one["content"])


@pytest.fixture
def case(tmp_path):
    (tmp_path / "case.yaml").write_text(
        """title: The dam
parties: {town: {name: Town}, mine: {name: Mine}}
speakers: {mayor: {name: Ilse Brandt, party: town, aliases: [The mayor]}}
issues:
  dam:
    name: Sale of the dam
    now: kept
    options: {kept: {label: kept, assumed: x}, sold: {label: sold to the mine, assumed: x}}
""",
        encoding="utf-8",
    )
    return load(tmp_path)


def test_the_cases_speakers_issues_and_options_are_sent_and_used(case):
    reply = answer(item(speaker="Ilse Brandt", issue="dam", option="kept"))
    bodies, found = requests_for(TEXT, case, reply)
    content = bodies[0]["messages"][1]["content"]
    assert "known speakers: Ilse Brandt" in content
    assert "dam = Sale of the dam (options kept = kept, sold = sold to the mine)" in content
    s = found.statements[0]
    assert s.who.id == "mayor"
    assert (s.issues[0].issue, s.issues[0].options) == ("dam", ("kept",))
    assert any(f.startswith("issue named by m") for f in s.flags)


@pytest.mark.parametrize(
    "bad", [item(issue="war"), item(issue="dam", option="burnt"), item(issue="", option="kept")]
)
def test_issues_and_options_that_the_case_does_not_have_are_refused(case, bad):
    _, found = requests_for(TEXT, case, answer(bad))
    assert found.statements == read(TEXT, case).statements
    assert any("is not one of" in n for n in found.notes)


def test_a_pronoun_gives_way_to_a_name_from_elsewhere_in_the_text_and_says_so():
    text = "Ilse Brandt opened the talks with Omar Faye. The mood was calm. He said the dam was not for sale."
    rules = read(text)
    _, found = requests_for(
        text, reply=answer(item(sentence=2, speaker="Omar Faye", content=["the dam was not for sale"]))
    )
    (s,) = found.statements[: len(rules.statements)]
    assert s.who.name == "Omar Faye"
    if rules.statements[0].who.name != "Omar Faye":
        assert any("speaker named by m" in f for f in s.flags)


def test_where_the_text_names_the_speaker_the_endpoint_cannot_name_another():
    _, found = requests_for(TEXT, reply=answer(item(sentence=2, speaker="The mayor", content=["the plan"])))
    assert found.statements == read(TEXT).statements
    assert any("refused 'the plan': speaker in the text: 'Rell'" in n for n in found.notes)


# ---------------------------------------------------------------- on the command line


def test_the_command_tells_requests_and_tokens_before_and_after(tmp_path):
    source = tmp_path / "story.txt"
    source.write_text(TEXT, encoding="utf-8")
    counted = json.loads(GOOD) | {"usage": {"prompt_tokens": 1234, "completion_tokens": 56}}
    with Server(respond(json.dumps(counted))) as url:
        args = ["read", str(source), "--endpoint", url, "--model", "m", "--yes", "--timeout", "20"]
        result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    assert re.search(r"1 requests?, about [\d,]+ tokens\) would be sent to http://127", result.output)
    assert "1 requests, 1,234 tokens sent, 56 received by the server" in result.output


def test_a_failure_is_told_when_the_text_goes_into_a_case_and_the_rules_reading_is_kept(tmp_path):
    source = tmp_path / "story.txt"
    source.write_text(TEXT, encoding="utf-8")
    with Server(respond('{"error": {"message": "no such model: m"}}', 404)) as url:
        args = [
            "read",
            str(source),
            "--endpoint",
            url,
            "--model",
            "m",
            "--yes",
            "--case",
            str(tmp_path / "c"),
        ]
        result = CliRunner().invoke(app, args)
        shown = CliRunner().invoke(
            app, ["read", str(source), "--endpoint", url, "--model", "m", "--yes", "--json"]
        )
    assert result.exit_code == 0, result.output
    assert "404: no such model: m" in result.output
    made = load(tmp_path / "c")
    assert (made.whole or made).statements
    answered = shown.output[shown.output.index("{") :]
    assert any("no such model" in n for n in json.loads(answered)["answer"][0]["notes"])
    (kept,) = list((tmp_path / "c" / "exchanges").iterdir())
    assert "404" in json.loads(kept.read_text(encoding="utf-8"))["problem"]


# ---------------------------------------------------------------- the dialects of three servers

OWN = json.dumps(
    {
        "model": "m",
        "message": {"role": "assistant", "content": json.loads(GOOD)["choices"][0]["message"]["content"]},
        "done_reason": "stop",
        "done": True,
        "prompt_eval_count": 700,
        "eval_count": 50,
    }
)


def test_ollama_is_asked_by_its_own_interface_where_the_address_says_so():
    seen = []

    def behave(handler):
        seen.append((handler.path, json.loads(handler.body)))
        respond(OWN)(handler)

    with Server(behave) as url:
        found = ask(read(TEXT), None, Endpoint(url.replace("/v1", "/api"), "m"))
    assert told(found, AGREED)
    assert told(found, "700 tokens sent, 50 received")
    ((path, body),) = seen
    assert path == "/api/chat"
    assert body["stream"] is False
    assert body["format"]["type"] == "object"
    assert body["options"]["num_ctx"] == CONTEXT
    assert "response_format" not in body


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("http://h:1", "http://h:1/v1/chat/completions"),
        ("http://h:1/", "http://h:1/v1/chat/completions"),
        ("http://h:1/v1/", "http://h:1/v1/chat/completions"),
        ("http://h:1/v1/chat/completions", "http://h:1/v1/chat/completions"),
        ("http://h:1/api", "http://h:1/api/chat"),
        ("http://h:1/api/chat/", "http://h:1/api/chat"),
    ],
)
def test_an_address_leads_to_the_interface_that_it_names(given, path):
    assert Endpoint(given, "m").address == path


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        (404, '{"error": "model \'m\' not found"}', "404: model 'm' not found"),
        (404, '{"error": {"message": "model \\"m\\" not found, try pulling it first", "type": "api_error", "param": null, "code": null}}', "try pulling it first"),
        (404, "404 page not found", "404: 404 page not found"),
        (404, '{"object": "error", "message": "The model `m` does not exist.", "type": "NotFoundError", "param": null, "code": 404}', "404: The model `m` does not exist."),
        (404, '{"error": {"message": "The model `m` does not exist.", "type": "NotFoundError", "param": "model", "code": 404}}', "404: The model `m` does not exist."),
        (401, '{"error": "Unauthorized"}', "401: Unauthorized"),
        (401, '{"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}', "401: Invalid API Key"),
        (404, '{"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}', "404: File Not Found"),
    ],
)  # fmt: skip
def test_what_each_server_says_about_a_wrong_model_key_or_address_is_told(status, text, words):
    found, pauses, kept = asked(scripted((status, text, {})))
    assert told(found, words)
    assert pauses == []
    assert len(kept) == 1
    assert found.statements == read(TEXT).statements


@pytest.mark.parametrize(
    "words",
    [
        '{"object": "error", "message": "This model\'s maximum context length is 512 tokens. However, you requested 900 tokens in the messages, Please reduce the length of the messages.", "type": "BadRequestError", "param": null, "code": 400}',
        '{"error": {"message": "This model\'s maximum context length is 512 tokens. However, your request has 900 input tokens.", "type": "BadRequestError", "param": null, "code": 400}}',
        '{"error": {"code": 400, "message": "the request exceeds the available context size. try increasing the context size or enable context shift", "type": "exceed_context_size_error", "n_prompt_tokens": 900, "n_ctx": 512}}',
        '{"error": "the input length exceeds the context length"}',
    ],
)  # fmt: skip
def test_what_each_server_says_about_a_context_that_is_too_small_leads_to_halves(words):
    sizes = []

    def behave(handler):
        n = len(re.findall(r"(?m)^\[\d+\]", json.loads(handler.body)["messages"][1]["content"]))
        sizes.append(n)
        respond(*((words, 400) if n > 2 else (GOOD,)))(handler)

    found, _, _ = asked(behave)
    assert max(sizes) == 4
    assert sizes.count(2) == 2
    assert told(found, AGREED)


def test_a_context_that_is_too_small_for_one_sentence_is_told_in_the_servers_words():
    words = (
        '{"error": {"code": 400, "message": "the request exceeds the available context size", "n_ctx": 64}}'
    )
    found, _, _ = asked(scripted((400, words, {})))
    assert told(found, "400: the request exceeds the available context size")


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (503, '{"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}'),
        (503, '{"error": "server busy, please try again.  maximum pending requests exceeded"}'),
        (429, '{"error": {"message": "Rate limit reached", "type": "rate_limit"}}'),
    ],
)
def test_a_server_that_loads_or_is_busy_is_asked_again_and_then_answers(status, text):
    found, pauses, _ = asked(scripted((status, text, {"Retry-After": "2"}), (200, GOOD, {})))
    assert pauses == [2.0]
    assert told(found, AGREED)


@pytest.mark.parametrize("text", ['data: {"choices": [{"delta": {"content": "["}}]}\n\ndata: [DONE]\n', '{"message": {"content": "["}, "done": false}\n{"message": {"content": "]"}, "done": true}\n'])  # fmt: skip
def test_a_server_that_streams_all_the_same_is_named(text):
    found, _, _ = asked(scripted((200, text, {})))
    assert told(found, "expected JSON, the answer starts")
    assert found.statements == read(TEXT).statements
