"""Team mode: who is let in, what each role can do by any route, and what a blind coder can see."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from typer.testing import CliRunner

import workbench_client  # skips without the parts
from case_folder import SOURCE, write
from zopa.case import redacted
from zopa.case.access_marks import HIDDEN
from zopa.casefile import check_record, digest, load, normalise, set_value, start_record
from zopa.cli import app as cli
from zopa.errors import NotApplicable
from zopa.workbench.access import csrf_token
from zopa.workbench.server import serve_team, team_app
from zopa.workbench.store import Database, accounts, add_case, add_person, code, comment, opened, set_role
from zopa.workbench.store.accounts import MOST_PER_ACCOUNT, account_named
from zopa.workbench.store.members import cases_of

HOST = workbench_client.HOST
ORIGIN = {"origin": f"http://{HOST}"}
GOOD = "correct horse battery"
PEOPLE = {"anna": "owner", "ben": "editor", "cleo": "coder", "dora": "coder", "eva": "viewer"}
SECRET = "Words behind closed doors."
SOURCES = (
    f"id,title,sha256,access\nnote,A note,{digest(normalise(SOURCE))},public\n"
    f"talk,Closed talk,{digest(normalise(SECRET + chr(10)))},restricted\n"
)
MORE = """\
statements:
  s1:
    source: note
    quote: high flow only with shared fees
    kind: conditional_offer
    speaker: min
  s2:
    source: talk
    quote: Words behind closed doors
    kind: position
    speaker: min
    issue: fees
    options: [E1]
    stance: oppose
"""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "HASHER", quick)
    monkeypatch.setattr(accounts, "_NOBODY", quick.hash("nobody"))
    made = opened(str(tmp_path / "team.db"))
    for name in (*PEOPLE, "fred"):
        add_person(made, name, GOOD)
    files: dict[str, str | bytes] = {
        "statements.yaml": MORE, "sources/sources.csv": SOURCES, "sources/talk.txt": SECRET + "\n",
    }  # fmt: skip
    for case, owner in (("rivers", "anna"), ("lakes", "fred")):
        start_record(write(tmp_path / case, files))
        add_case(made, tmp_path / case, owner)
    for name, role in PEOPLE.items():
        if role != "owner":
            set_role(made, "rivers", name, role)
    set_role(made, "rivers", "cleo", "coder", blind=True)
    yield made
    made.close()


def client(database: Database) -> TestClient:
    return TestClient(team_app(database, {HOST}), base_url=f"http://{HOST}", follow_redirects=False)


def signed_in(database: Database, name: str) -> TestClient:
    made = client(database)
    answer = made.post("/login", data={"name": name, "password": GOOD}, headers=ORIGIN)
    assert answer.status_code == 303, answer.text
    return made


def token(browser: TestClient) -> dict[str, str]:
    return {**ORIGIN, "x-csrf-token": csrf_token(browser.cookies["zopa-team"])}


def filled(path: str, case: str) -> str:
    return re.sub(r"\{\w+(:path)?\}", "s1", path.replace("{case}", case))


def all_paths(database: Database) -> list[tuple[str, str]]:
    """Every address inside a case with every method it has."""
    schema = team_app(database, {HOST}).openapi()["paths"]
    return [(m.upper(), p) for p, item in schema.items() for m in item if p.startswith("/cases/{case}")]


def test_without_a_session_pages_lead_to_the_sign_in_and_json_is_refused(database: Database) -> None:
    browser = client(database)
    for path in ("/", "/cases/rivers/", "/cases/no/"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert browser.get("/cases/rivers/record.json").status_code == 401
    assert "<form" in browser.get("/login").text
    assert browser.post("/cases/rivers/record/undo", data={"number": 2}, headers=ORIGIN).status_code == 401


def test_an_id_chosen_beforehand_is_never_a_session_and_log_in_gives_a_new_one(database: Database) -> None:
    browser = client(database)
    browser.cookies.set("zopa-team", "fixed-by-somebody")
    answer = browser.post("/login", data={"name": "anna", "password": GOOD}, headers=ORIGIN)
    cookie = answer.headers["set-cookie"].lower()
    assert "fixed-by-somebody" not in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    browser.cookies.clear()
    browser.cookies.set("zopa-team", "fixed-by-somebody")
    assert browser.get("/").status_code == 303
    browser = signed_in(database, "anna")
    first = browser.cookies["zopa-team"]
    browser.post("/login", data={"name": "anna", "password": GOOD}, headers=token(browser))
    assert browser.cookies["zopa-team"] != first
    browser.cookies.clear()
    browser.cookies.set("zopa-team", first)
    assert browser.get("/").status_code == 303


def test_signing_out_ends_the_session_at_the_server(database: Database) -> None:
    browser = signed_in(database, "anna")
    kept = browser.cookies["zopa-team"]
    assert browser.post("/logout", headers=ORIGIN).status_code == 403  # no token of the form
    assert browser.post("/logout", headers=token(browser)).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("zopa-team", kept)
    assert browser.get("/").status_code == 303


def test_a_sign_in_from_another_page_is_refused(database: Database) -> None:
    data = {"name": "anna", "password": GOOD}
    for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
        assert client(database).post("/login", data=data, headers=headers).status_code == 403


def test_wrong_names_passwords_and_too_many_tries_get_one_answer(database: Database) -> None:
    browser = client(database)
    said = set()
    for name in ("anna", "nobody", "<script>alert(1)</script>"):
        for _ in range(MOST_PER_ACCOUNT + 1):
            answer = browser.post("/login", data={"name": name, "password": "wrong"}, headers=ORIGIN)
            assert answer.status_code == 403
            said.add(re.search(r'role="alert">(.*?)<', answer.text)[1])  # type: ignore[index]
    assert len(said) == 1
    assert "<script>alert" not in answer.text
    right = browser.post("/login", data={"name": "anna", "password": GOOD}, headers=ORIGIN)
    assert right.status_code == 403
    assert "zopa-team" not in right.cookies


def test_there_are_routes_that_change_something(database: Database) -> None:
    found = all_paths(database)
    assert {p for m, p in found if m == "POST"} >= {
        f"/cases/{{case}}/{x}" for x in ("record/undo", "record/start", "coding", "comments", "people")
    }
    assert len(found) > 10


def state(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_viewer_cannot_write_by_any_route_or_method(database: Database, tmp_path: Path) -> None:
    browser = signed_in(database, "eva")
    before = state(tmp_path / "rivers")
    fields = {
        "number": "2", "why": "x", "record": "title", "text": "x", "name": "eva", "role": "owner", "statement": "s1",
        "kind": "offer", "state": "accepted",
    }  # fmt: skip
    for _, path in all_paths(database):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = browser.request(method, filled(path, "rivers"), data=fields, headers=token(browser))
            assert answer.status_code in (403, 404, 405, 422), (method, path, answer.status_code)
            if method == "POST" and answer.status_code == 422:
                pytest.fail(f"{path} looked at the form of a viewer")
    assert state(tmp_path / "rivers") == before
    assert browser.get("/cases/rivers/comments.json").json()["answer"]["comments"] == []
    assert dict(PEOPLE)["eva"] == cases_of(database, account_named(database, "eva").id)[0].role


def test_a_coder_of_one_case_sees_nothing_of_another(database: Database, tmp_path: Path) -> None:
    comment(database, "lakes", "title", account_named(database, "fred").id, "a comment on the lakes")
    browser = signed_in(database, "dora")
    assert "lakes" not in browser.get("/").text
    assert [c["id"] for c in browser.get("/cases.json").json()["answer"]["cases"]] == ["rivers"]
    for method, path in all_paths(database):
        there = browser.request(method, filled(path, "lakes"), headers=token(browser))
        nowhere = browser.request(method, filled(path, "no-such-case"), headers=token(browser))
        assert there.status_code == nowhere.status_code, (method, path)
        assert there.status_code in (404, 422), (method, path)
        assert there.text == nowhere.text
        assert "lakes" not in there.text
    for trick in (
        "/cases/rivers/../lakes/",
        "/cases/rivers%2f..%2flakes/",
        "/cases/LAKES/",
        "/cases/lakes%00/",
    ):
        assert browser.get(trick).status_code in (303, 404)


def test_a_blind_coder_opens_the_own_coding_and_nothing_else_of_the_case(database: Database) -> None:
    dora = account_named(database, "dora").id
    code(database, "rivers", dora, "s1", "kind", "red_line")
    browser = signed_in(database, "cleo")
    opened_: set[str] = set()
    for method, path in all_paths(database):
        if method == "GET":
            answer = browser.get(filled(path, "rivers"))
            if answer.status_code == 200:
                opened_.add(path)
            else:
                assert answer.status_code == 403
                assert "red_line" not in answer.text
                assert "conditional_offer" not in answer.text
    assert opened_ == {"/cases/{case}/coding", "/cases/{case}/coding.json"}
    told = browser.get("/cases/rivers/coding.json").json()["answer"]
    assert told["agreement"] is None
    assert told["blind"]
    assert [set(s) for s in told["statements"]] == [{"id", "quote", "own"}] * 2
    assert all(s["own"] == {} for s in told["statements"])
    page = browser.get("/cases/rivers/coding").text
    assert "selected" not in page
    saved = browser.post(
        "/cases/rivers/coding", data={"statement": "s1", "kind": "offer"}, headers=token(browser)
    )
    assert saved.status_code == 303
    other = signed_in(database, "dora").get("/cases/rivers/coding.json").text
    assert "cleo" not in other
    assert browser.post("/cases/rivers/coding/done", headers=token(browser)).status_code == 303
    told = browser.get("/cases/rivers/coding.json").json()["answer"]
    assert {"cleo", "dora"} <= set(told["agreement"]["coders"])
    assert "cleo" in signed_in(database, "dora").get("/cases/rivers/coding.json").text


@pytest.mark.slow
def test_a_viewer_never_sees_the_words_of_a_restricted_source(database: Database) -> None:
    comment(database, "rivers", "statements.s2", account_named(database, "anna").id, "about the closed talk")
    words = ("Words behind closed doors", "Closed talk", "about the closed talk")
    browser, whole = signed_in(database, "eva"), ""
    for method, path in all_paths(database):
        if method == "GET":
            for ident in ("s1", "s2", "talk"):
                answer = browser.get(re.sub(r"\{\w+(:path)?\}", ident, path.replace("{case}", "rivers")))
                assert not [w for w in words if w in answer.text], (path, ident)
                whole += answer.text
    assert "high flow only with shared fees" in whole  # what is public is there
    assert "about the closed talk" in signed_in(database, "ben").get("/cases/rivers/comments").text
    assert words[0] in signed_in(database, "ben").get("/cases/rivers/evidence/s2").text
    assert (
        words[0] not in signed_in(database, "ben").get("/cases/rivers/report.html").text
    )  # exports: the owner's
    assert words[0] in signed_in(database, "anna").get("/cases/rivers/report.html").text


def test_the_record_is_undone_by_an_editor_with_name_and_reason(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "rivers"
    set_value(folder, "title", "Changed")
    browser = signed_in(database, "ben")
    told = browser.get("/cases/rivers/record.json").json()["answer"]
    assert told["head"] == check_record(folder).head
    done = browser.post(
        "/cases/rivers/record/undo", data={"number": 2, "why": "<b>no</b>"}, headers=token(browser)
    )
    assert done.status_code == 303
    last = check_record(folder).entries[-1]
    assert (last.act.who, last.act.via, last.act.why, last.act.undoes) == (
        "ben",
        "workbench",
        "<b>no</b>",
        2,
    )
    page = browser.get("/cases/rivers/record").text
    assert "&lt;b&gt;no" in page
    assert "<b>no" not in page
    assert (
        browser.post("/cases/rivers/record/undo", data={"number": 99}, headers=token(browser)).status_code
        == 404
    )
    assert browser.post("/cases/rivers/record/undo", data={"number": 3}, headers=ORIGIN).status_code == 403


def test_what_any_screen_saves_stands_in_the_record_under_the_name_of_who_saved_it(
    database: Database, tmp_path: Path
) -> None:
    browser = signed_in(database, "ben")
    saved = browser.post(
        "/cases/rivers/drafts/save", data={"name": "First", "flow": "F1"}, headers=token(browser)
    )
    assert saved.status_code in (200, 303), saved.text
    last = check_record(tmp_path / "rivers").entries[-1]
    assert (last.act.who, last.act.via) == ("ben", "workbench")
    assert {c.file for c in last.changes} == {"drafts.yaml"}


def test_an_owner_gives_and_takes_roles(database: Database) -> None:
    browser = signed_in(database, "anna")
    assert signed_in(database, "ben").get("/cases/rivers/people").status_code == 403
    given = browser.post(
        "/cases/rivers/people", data={"name": "fred", "role": "viewer"}, headers=token(browser)
    )
    assert given.status_code == 303
    assert "fred" in browser.get("/cases/rivers/people").text
    assert signed_in(database, "fred").get("/cases/rivers/comments").status_code == 200
    assert (
        browser.post("/cases/rivers/people", data={"name": "fred"}, headers=token(browser)).status_code == 303
    )
    assert signed_in(database, "fred").get("/cases/rivers/comments").status_code == 404
    refused = browser.post(
        "/cases/rivers/people", data={"name": "anna", "role": "viewer"}, headers=token(browser)
    )
    assert refused.status_code == 422


def test_a_hostile_comment_stays_text(database: Database) -> None:
    browser = signed_in(database, "ben")
    hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    data = {"record": hostile, "text": hostile}
    assert browser.post("/cases/rivers/comments", data=data, headers=token(browser)).status_code == 303
    page = browser.get("/cases/rivers/comments", params={"record": hostile}).text
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_redacted_case_keeps_its_numbers_and_counts_what_it_hides(
    database: Database, tmp_path: Path
) -> None:
    case = load(tmp_path / "rivers")
    shown = redacted(case)
    assert shown.hidden == 1
    assert shown.statements["s2"].quote == HIDDEN
    assert shown.statements["s1"] == case.statements["s1"]
    assert shown.sources["talk"].text == ""
    assert shown.parties == case.parties
    assert shown.digest != case.digest
    done = CliRunner().invoke(
        cli, ["run", str(tmp_path / "rivers"), "--redacted", "--out", str(tmp_path / "out")]
    )
    assert "1 quotation is not shown" in done.output
    report = (tmp_path / "out" / "report.html").read_text()
    assert "Words behind closed doors" not in report
    assert "1 quotation is not shown" in report
    assert "Words behind closed doors" not in (tmp_path / "out" / "answers.json").read_text()


def test_the_command_makes_a_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    db, folder = str(tmp_path / "team.db"), str(write(tmp_path / "rivers"))

    def run(*words: str, typed: str = "") -> object:
        done = CliRunner().invoke(cli, ["team", db, *words, "--json"], input=typed)
        assert done.exit_code == 0, (words, done.output, done.exception)
        return json.loads(done.output)["answer"]

    run("add-person", "anna", typed=f"{GOOD}\n")
    run("add-person", "ben", typed=f"{GOOD}\n")
    run("add-case", folder, "anna")
    run("set-role", "rivers", "ben", "coder", "--blind")
    assert run("people", "rivers") == [
        {"name": "anna", "full_name": "", "role": "owner", "blind": False},
        {"name": "ben", "full_name": "", "role": "coder", "blind": True},
    ]
    run("set-password", "ben", typed=f"{GOOD}!\n")
    run("backup", str(tmp_path / "copy.jsonl"))
    run("remove-role", "rivers", "ben")
    run("close", "ben")
    assert run("cases") == {"rivers": folder}
    assert run("migrate") == {"version": "0002"}
    db = str(tmp_path / "other.db")
    assert run("restore", str(tmp_path / "copy.jsonl")) == {"rows": 5}
    for words in (["fly"], ["add-person"], ["add-person", "x y"], ["set-role", "rivers", "ben", "boss"]):
        assert CliRunner().invoke(cli, ["team", db, *words], input="x\n").exit_code != 0


def test_passwords_do_not_travel_in_the_open(tmp_path: Path) -> None:
    with pytest.raises(NotApplicable, match="TLS"):
        serve_team(str(tmp_path / "team.db"), host="0.0.0.0")


DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def test_the_unit_of_systemd_and_the_compose_file_are_sound() -> None:
    """Read as their programs read them: the unit as an INI file, the compose file as YAML; the commands exist."""
    import configparser
    import shlex
    import shutil
    import subprocess

    from ruamel.yaml import YAML

    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "zopa.service")
    assert set(unit.sections()) == {"Unit", "Service", "Install"}
    words = shlex.split(unit["Service"]["ExecStart"])
    compose = YAML(typ="safe").load(DEPLOY / "compose.yaml")
    assert set(compose["services"]) == {"zopa", "database"}
    assert set(compose["volumes"]) == {"cases", "database"}
    assert compose["services"]["zopa"]["ports"] == ["127.0.0.1:8765:8765"]
    for command in (words[1:], compose["services"]["zopa"]["command"]):
        options = [w for w in command if w.startswith("--")]
        helped = CliRunner().invoke(cli, [command[0], "--help"]).output
        assert command[0] == "serve"
        assert all(o in helped for o in options)
    if analyze := shutil.which("systemd-analyze"):
        done = subprocess.run(
            [analyze, "verify", str(DEPLOY / "zopa.service")], capture_output=True, text=True
        )
        wrong = [x for x in done.stderr.splitlines() if "zopa.service" in x and "not executable" not in x]
        assert not [x for x in wrong if "Unknown" in x or "Failed to parse" in x], done.stderr


def test_a_case_that_is_added_while_the_server_runs_is_there_at_the_next_click(
    database: Database, tmp_path: Path
) -> None:
    app = team_app(database, {HOST})
    browser = TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)
    browser.post("/login", data={"name": "anna", "password": GOOD}, headers=ORIGIN)
    assert browser.get("/cases/seas/sources").status_code == 404
    shutil.copytree(tmp_path / "rivers", tmp_path / "seas")
    add_case(database, tmp_path / "seas", "anna")
    assert "seas" in browser.get("/").text
    assert browser.get("/cases/seas/sources").status_code == 200
    stranger = TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)
    stranger.post("/login", data={"name": "ben", "password": GOOD}, headers=ORIGIN)
    assert stranger.get("/cases/seas/sources").status_code == 404, "only who has a role there"
