"""Questions answered on the page: as the command writes them, against what was seen, and undone."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from workbench_client import EXAMPLES, HOST, printed, signed_in
from zopa.case import speaks_for
from zopa.casefile import check_record, load, set_value, start_record
from zopa.workbench.access import csrf_token


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = Path(shutil.copytree(EXAMPLES / "two-farms", tmp_path / "farms"))
    start_record(place)
    return place


def seen(browser: TestClient) -> str:
    found = re.search(
        r'<textarea name="before"[^>]*>\n?(.*?)</textarea>', browser.get("/questions").text, re.S
    )
    assert found is not None
    return unescape(found[1])


def post(browser: TestClient, path: str, **data: str) -> Any:
    headers = {"origin": f"http://{HOST}", "x-csrf-token": csrf_token(browser.cookies["zopa"])}
    return browser.post(path, data=data, headers=headers)


def fields(form: str) -> list[tuple[str, str]]:
    """Names and values of a form's hidden fields and text fields, as a browser sends them."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', form)
    texts = re.findall(
        r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>|<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>',
        form,
        re.S,
    )
    found = [*hidden, *((a or c, b or d) for a, b, c, d in texts)]
    return [(k, unescape(v)) for k, v in found if k != "csrf"]


def open_question(browser: TestClient, folder: Path) -> tuple[str, str]:
    """A question, and a statement of the party that it is put to."""
    best = browser.get("/questions.json").json()["answer"]["best"]
    asked = next(q for q in best if q["kind"] != "means")
    case = load(folder)
    said = (s for s, words in case.statements.items() if speaks_for(case, words) == asked["party"])
    return str(asked["id"]), next(said)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*.yaml")}


def test_an_answer_is_what_the_command_writes_and_is_undone(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "by-command"))
    browser, before = signed_in(folder), files(folder)
    question, statement = open_question(browser, folder)
    for says in ("yes", "no"):
        answer = post(
            browser, "/questions/answer", question=question, says=says, stated=statement, before=seen(browser)
        )
        assert answer.status_code == 303, answer.text
        printed("answer", str(other), question, says, "--stated", statement, "--json")
        assert files(folder) == files(other)
        assert f"Take out the answer to {question}" in browser.get("/questions").text
        assert post(browser, "/questions/undo", question=question, before=seen(browser)).status_code == 303
        printed("answer", str(other), question, "undo", "--json")
        assert files(folder) == files(other) == before
    found = check_record(folder)
    assert found.holds
    assert found.entries[-1].act.why == f"answer to {question} taken out"


def test_an_answer_needs_a_statement_of_the_case_and_a_question_that_is_asked(folder: Path) -> None:
    browser, before = signed_in(folder), files(folder)
    question, statement = open_question(browser, folder)
    good = {"question": question, "says": "yes", "stated": statement, "before": seen(browser)}
    for bad in ({"says": "perhaps"}, {"stated": ""}, {"stated": "nobody"}, {"question": "q-none"}):
        assert post(browser, "/questions/answer", **good | bad).status_code in (404, 422), bad
    assert post(browser, "/questions/undo", question=question, before="").status_code == 404
    assert files(folder) == before


def test_who_answered_meanwhile_loses_nothing_and_both_are_shown(folder: Path) -> None:
    browser = signed_in(folder)
    question, statement = open_question(browser, folder)
    old, rows = seen(browser), load(folder).comparisons
    party, issue = next(iter(load(folder).parties)), list(load(folder).issues)
    theirs = {"party": party, "ranks": issue[:2], "stated": [statement]}
    set_value(folder, ("comparisons", len(rows)) if rows else ("comparisons",), theirs if rows else [theirs])
    before = files(folder)
    answer = post(browser, "/questions/answer", question=question, says="no", stated=statement, before=old)
    assert answer.status_code == 409
    assert files(folder) == before
    assert all(t in answer.text for t in ("Theirs: in the file now", "Yours: not saved", "Before both"))
    forms = [dict(fields(f)) for f in re.findall(r"<form.*?</form>", answer.text, re.S)]
    hand = next(f for f in forms if "record" in f)
    again = next(f for f in forms if "question" in f)
    assert "ranks" in again["before"]
    written = "# by hand\n" + hand["text"]
    assert post(browser, "/one-record", **(hand | {"text": written})).status_code == 303
    assert b"# by hand" in files(folder)["case.yaml"]
    late = post(browser, "/questions/answer", **again)
    assert late.status_code == 409, "theirs changed once more"
    again = next(dict(fields(f)) for f in re.findall(r"<form.*?</form>", late.text, re.S) if "question" in f)
    assert post(browser, "/questions/answer", **again).status_code == 303
    rows = load(folder).comparisons
    assert [r.answers for r in rows][-1] == question
    assert len(rows) >= 2, "theirs and mine are both there"
    old_hand = hand | {"text": ""}
    assert post(browser, "/one-record", **old_hand).status_code == 409, "a record that is another one by now"
    for bad in ({"file": "../case.yaml"}, {"file": "sources/note.txt"}, {"file": "record.jsonl"}):
        assert post(browser, "/one-record", **(hand | bad)).status_code == 404


def test_a_viewer_sees_questions_and_answers_none(folder: Path) -> None:
    browser = signed_in(folder, role="viewer")
    assert "It says yes" not in browser.get("/questions").text
    assert post(browser, "/questions/answer", question="q", says="yes", stated="s").status_code == 403
