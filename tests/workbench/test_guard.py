"""What the one security layer lets through, and what it does not."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from workbench_client import EXAMPLES, HOST, served, signed_in
from zopa.workbench import guard
from zopa.workbench.access import SingleUser, csrf_token

CASE = EXAMPLES / "typewriters-1975"
PAGES = ["/", "/why-not", "/evidence/zone", "/today.json", "/why-not.json", "/openapi.json", "/nothing-here"]


def test_the_token_has_256_bits_and_is_never_the_same() -> None:
    one, two = SingleUser().token, SingleUser().token
    assert one != two
    assert len(one) >= 43  # 256 bits in base64


def test_without_a_session_nothing_but_style_and_scripts_is_answered() -> None:
    client, _ = served(CASE)
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert CASE.name not in answer.text
    assert client.get("/static/zopa.css").status_code == 200
    assert client.get("/static/htmx-4.0.1.min.js").status_code == 200


def test_the_token_opens_one_session_and_leaves_the_address() -> None:
    client, sign_in = served(CASE)
    first = client.get(f"/why-not?readings=&token={sign_in.token}&as-of=")
    assert first.status_code == 303
    assert sign_in.token not in first.headers["location"]
    assert first.headers["location"].startswith("/why-not")
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert sign_in.token not in cookie
    assert client.get("/why-not").status_code == 200
    client.cookies.clear()
    assert client.get(f"/?token={sign_in.token}").status_code == 401, "it works once"


def test_a_used_token_in_the_address_of_who_is_signed_in_only_goes_away() -> None:
    client, sign_in = served(CASE)
    client.get(f"/?token={sign_in.token}")
    again = client.get(f"/?token={sign_in.token}")
    assert (again.status_code, again.headers["location"]) == (303, "/")


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "%ff%fe", "a" * 10_000])
def test_a_wrong_token_is_refused_and_leaves_the_right_one_good(token: str) -> None:
    client, sign_in = served(CASE)
    assert client.get("/", params={"token": token}).status_code == 401
    assert client.get(f"/?token={sign_in.token}").status_code == 303


def test_a_session_fixed_beforehand_is_none() -> None:
    client, sign_in = served(CASE)
    client.cookies.set(sign_in.cookie, "chosen by somebody else")
    assert client.get("/").status_code == 401
    made = client.get(f"/?token={sign_in.token}")
    assert "chosen" not in made.headers["set-cookie"]


def test_tokens_are_compared_in_constant_time() -> None:
    """By reading: no secret is compared with ``==``."""
    for name in ("access.py", "guard.py"):
        text = (Path(guard.__file__).parent / name).read_text()
        assert not re.search(
            r"(token|_session|csrf|cookie)\w*\s*(==|!=)|(==|!=)\s*self\.\w*(token|session)", text
        )
        assert "compare_digest" in text


def test_the_exchange_never_leads_to_another_server() -> None:
    client, sign_in = served(CASE)
    answer = client.get(f"//evil.example/x?token={sign_in.token}")
    assert answer.headers.get("location", "/").startswith("/")
    assert not answer.headers.get("location", "/").startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8765.evil.example", ""],
)
def test_another_host_name_is_refused_even_with_a_session(host: str) -> None:
    client = signed_in(CASE)
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "typewriters" not in answer.text.lower()


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:9", "file://", "https://x"]
)
def test_a_changing_request_from_elsewhere_is_refused(origin: str | None) -> None:
    client = signed_in(CASE)
    token = csrf_token(client.cookies["zopa"])
    headers = {"x-csrf-token": token} | ({"origin": origin} if origin else {})
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.request(method, "/drafts/new", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_that_names_no_origin_is_ours_only_where_the_browser_says_so(site: str) -> None:
    client = signed_in(CASE)
    headers = {"x-csrf-token": csrf_token(client.cookies["zopa"]), "origin": "null"}
    assert client.post("/drafts/new", headers={**headers, "sec-fetch-site": site}).status_code == 403
    assert client.post("/drafts/new", headers={**headers, "sec-fetch-site": "same-origin"}).status_code == 405


def changing(app: Any) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        if isinstance(route, APIRoute):
            found += [(m, re.sub(r"\{[^}]*\}", "x", route.path)) for m in route.methods - guard.SAFE]
    return found


def test_every_changing_route_wants_the_csrf_token() -> None:
    client = signed_in(CASE)
    origin = {"origin": f"http://{HOST}"}
    other = csrf_token(secrets.token_urlsafe(32))
    for method, path in changing(client.app):
        for extra, form in (({}, {}), ({"x-csrf-token": other}, {}), ({}, {"csrf": other})):
            answer = client.request(method, path, headers=origin | extra, data=form)
            assert answer.status_code == 403, (method, path)


def test_no_route_that_changes_something_answers_get() -> None:
    client = signed_in(CASE)
    for route in client.app.routes:
        if isinstance(route, APIRoute):
            assert len({"GET", "POST"} & route.methods) < 2, route.path


def test_every_answer_carries_the_policy_and_no_page_is_cached() -> None:
    client = signed_in(CASE)
    for path in [*PAGES, "/static/zopa.css", "/static/../app.py", "/evidence/nothing"]:
        headers = client.get(path).headers
        for name, value in guard.HEADERS.items():
            assert headers[name] == value, (path, name)
        assert headers["cache-control"] == (
            "no-cache" if path.startswith("/static/z") else headers["cache-control"]
        )
    assert client.get("/").headers["cache-control"] == "no-store"


def test_the_policy_allows_this_server_only_and_nothing_inline() -> None:
    rules = dict(part.strip().split(" ", 1) for part in guard.POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in guard.POLICY
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert {v for rule, value in rules.items() for v in value.split()} == {"'none'", "'self'", "data:"}


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fapp.py", "/static//etc/passwd", "/static/%2fetc%2fpasswd",
     "/static/....//app.py", "/static/..\\app.py"],
)  # fmt: skip
def test_no_path_leaves_the_static_folder(path: str) -> None:
    client = signed_in(CASE)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_a_request_that_is_too_long_is_refused_before_it_is_read() -> None:
    client = signed_in(CASE)
    headers = {"origin": f"http://{HOST}", "content-length": str(guard.MOST_BODY + 1)}
    assert client.post("/drafts/new", headers=headers).status_code == 413
    assert client.post("/drafts/new", headers=headers | {"content-length": "-1"}).status_code == 413


def test_a_question_with_too_many_parts_is_refused_in_words() -> None:
    client = signed_in(CASE)
    many = "&".join(f"on.i{n}=x" for n in range(1_001))
    answer = client.get(f"/why-not?{many}")
    assert answer.status_code == 422
    assert "at most 1000 parts" in answer.text


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.evil.example", ""]
)
def test_the_server_does_not_listen_wider_than_this_computer(host: str) -> None:
    from zopa.errors import NotApplicable
    from zopa.workbench.server import listen

    with pytest.raises(NotApplicable, match="--team"):
        listen(host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_the_server_listens_to_this_computer(host: str) -> None:
    from zopa.workbench.server import listen

    with listen(host, 0) as made:
        assert made.getsockname()[0].startswith("127.")


def test_an_address_in_use_is_said_with_what_to_do() -> None:
    from zopa.errors import NotApplicable
    from zopa.workbench.server import listen

    with listen("127.0.0.1", 0) as made:
        made.listen()
        with pytest.raises(NotApplicable, match="--port 0"):
            listen("127.0.0.1", made.getsockname()[1])


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from zopa.cli import serve
    from zopa.errors import MissingExtra

    def missing(name: str) -> None:
        raise ImportError(f"no module for {name}", name="fastapi")

    monkeypatch.setattr(serve, "import_module", missing)
    with pytest.raises(MissingExtra, match=r"pip install 'zopa\[serve\]'"):
        serve.serve("typewriters-1975")


def test_a_bundled_example_is_served_to_a_viewer_and_an_own_folder_to_its_owner(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import shutil

    from zopa.cli import serve

    served_to = []
    server = type("Server", (), {"serve": staticmethod(lambda *_, role, **__: served_to.append(role))})
    monkeypatch.setattr(serve, "import_module", lambda _name: server)
    serve.serve("typewriters-1975")
    serve.serve(str(shutil.copytree(CASE, tmp_path / "own")))
    assert served_to == ["viewer", "owner"]


def test_the_address_is_told_in_words_or_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    from zopa.cli import serve

    server = type(
        "Server",
        (),
        {
            "serve": staticmethod(lambda _cases, _host, _port, tell, role, **_: tell(f"http://here/{role}")),
            "serve_team": staticmethod(lambda *told, secure, **_: told[-1](f"https://there/{secure}")),
        },
    )
    monkeypatch.setattr(serve, "import_module", lambda _name: server)
    serve.serve("typewriters-1975")
    assert "open http://here/viewer" in capsys.readouterr().out
    serve.serve("typewriters-1975", json=True)
    assert json.loads(capsys.readouterr().out)["answer"] == {"address": "http://here/viewer"}
    serve.serve(team="team.sqlite", json=True)
    assert json.loads(capsys.readouterr().out)["answer"] == {"address": "https://there/False"}
