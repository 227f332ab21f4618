"""Signing in at a provider (OpenID Connect): a provider of our own in this process, honest or not."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.testclient import TestClient
from typer.testing import CliRunner

import workbench_client  # skips without the parts
from zopa.cli import app as cli
from zopa.errors import NotApplicable, UnknownName
from zopa.workbench.access import csrf_token
from zopa.workbench.identity_provider import IdentityProvider
from zopa.workbench.server import team_app
from zopa.workbench.store import Database, accounts, add_person, backup, opened, restore
from zopa.workbench.store.accounts import close_account, signed_in_lately
from zopa.workbench.store.identities import PATIENCE, identities_of, link_identity, unlink_identities

HOST = workbench_client.HOST
ORIGIN = {"origin": f"http://{HOST}"}
GOOD = "correct horse battery"
CLIENT, SECRET = "zopa at work", "a secret/of the client: 100%"
ANNA = "00u-anna"
KEYS = {kid: rsa.generate_private_key(65537, 2048) for kid in ("first", "stranger")}


def public(kid: str) -> dict[str, Any]:
    made: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(KEYS[kid].public_key(), as_dict=True)
    return {**made, "kid": kid, "use": "sig", "alg": "RS256"}


class FakeProvider:
    """A provider that keeps the rules, unless ``claims``, ``sign`` or ``says`` are changed."""

    def __init__(self) -> None:
        self.issuer, self.codes, self.asked, self.spent = "", {}, [], set()  # type: ignore[var-annotated]
        self.subject: Any = ANNA
        self.claims: dict[str, Any] = {}
        self.says: dict[str, Any] = {}
        self.keys = [public("first")]
        self.sign: Callable[[dict[str, Any]], Any] = lambda c: jwt.encode(
            c, KEYS["first"], "RS256", headers={"kid": "first"}
        )

    def agreed(self, address: str) -> dict[str, str]:
        """Somebody signed in at this address: the query of the return."""
        query = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
        assert query.keys() == {
            "response_type", "scope", "client_id", "redirect_uri", "state", "nonce", "code_challenge",
            "code_challenge_method",
        }  # fmt: skip
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        assert query["scope"] == "openid"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def document(self) -> dict[str, Any]:
        places = {f"{n}_endpoint": f"{self.issuer}/{n}" for n in ("authorization", "token")}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **places, **self.says}

    def token(self, form: dict[str, list[str]], authorization: str) -> tuple[int, dict[str, Any]]:
        code = form["code"][0]
        asked = self.codes.get(code)
        challenge = (
            urlsafe_b64encode(sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=").decode()
        )
        pair = b64decode(authorization.removeprefix("Basic ")).decode()
        right = pair == "zopa+at+work:a+secret%2Fof+the+client%3A+100%25" or (
            form.get("client_id"),
            form.get("client_secret"),
        ) == ([CLIENT], [SECRET])
        if not right or asked is None or code in self.spent or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant", "error_description": "<b>words of a provider</b>"}
        assert form["redirect_uri"] == [asked["redirect_uri"]]
        self.spent.add(code)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"],
        }  # fmt: skip
        claims |= self.claims
        return 200, {
            "id_token": self.sign({k: v for k, v in claims.items() if v is not None}),
            "access_token": "at-1",
        }


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    fake = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status: int, told: object) -> None:
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            fake.asked.append(self.path)
            if self.path.startswith("/authorization?"):
                asked = dict(parse_qsl(urlsplit(self.path).query))
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(fake.agreed(self.path))}")
                self.end_headers()
                return
            documents = {"/.well-known/openid-configuration": fake.document(), "/keys": {"keys": fake.keys}}
            told = documents.get(self.path)
            self.answer(200 if told else 404, told or {})

        def do_POST(self) -> None:
            fake.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(*fake.token(parse_qs(body), self.headers.get("Authorization", "")))

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    fake.issuer = f"http://127.0.0.1:{server.server_port}"
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()


class Clock:
    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two people, made once and copied for each test."""
    place = tmp_path_factory.mktemp("team") / "team.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "HASHER", QUICK)
        made = opened(str(place))
        add_person(made, "anna", None)
        add_person(made, "ben@example.org", GOOD)
        made.close()
    return place


@pytest.fixture
def database(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: FakeProvider
) -> Iterator[Database]:
    monkeypatch.setattr(accounts, "HASHER", QUICK)
    monkeypatch.setattr(accounts, "_NOBODY", QUICK.hash("nobody"))
    made = opened(str(shutil.copy(fresh, tmp_path / "team.db")), Clock())
    link_identity(made, "anna", provider.issuer, ANNA)
    yield made
    made.close()


def client(database: Database, provider: FakeProvider, secure: bool = False) -> TestClient:
    app = team_app(database, {HOST}, secure, IdentityProvider(provider.issuer, CLIENT, SECRET))
    scheme = "https" if secure else "http"
    return TestClient(app, base_url=f"{scheme}://{HOST}", follow_redirects=False)


def sent(browser: TestClient) -> str:
    """Where the browser is sent to sign in."""
    answer = browser.get("/login/provider")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def back(browser: TestClient, query: dict[str, str]) -> Any:
    return browser.get("/login/return", params=query)


def refused(answer: Any, words: str, browser: TestClient) -> None:
    assert answer.status_code == 403
    assert words in answer.text
    assert "zopa-team" not in browser.cookies
    assert browser.get("/").headers["location"] == "/login"


def test_a_linked_person_signs_in_at_the_provider_and_out_again(
    database: Database, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = client(database, provider)
    assert "Sign in at 127.0.0.1" in browser.get("/login").text
    assert provider.asked == []  # nothing is asked before somebody signs in
    address = sent(browser)
    assert address.startswith(f"{provider.issuer}/authorization?")
    answer = back(browser, provider.agreed(address))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "zopa-team-under-way" not in browser.cookies
    assert "Signed in as anna" in browser.get("/").text
    assert set(provider.asked) == {"/.well-known/openid-configuration", "/keys", "/token"}
    assert [(who, way) for _, who, way in signed_in_lately(database)] == [("anna", provider.issuer)]
    kept = browser.cookies["zopa-team"]
    out = browser.post("/logout", headers={**ORIGIN, "x-csrf-token": csrf_token(kept)})
    assert out.status_code == 303
    browser.cookies.set("zopa-team", kept)
    assert browser.get("/").status_code == 303
    ours = "".join(r.getMessage() for r in caplog.records if r.name.startswith(("zopa", "uvicorn")))
    assert ours == ""
    assert SECRET not in repr(IdentityProvider(provider.issuer, CLIENT, SECRET))


def test_the_session_is_a_new_one_and_its_cookie_as_after_a_password(
    database: Database, provider: FakeProvider
) -> None:
    browser = client(database, provider)
    browser.cookies.set("zopa-team", "fixed-by-somebody")
    cookie = back(browser, provider.agreed(sent(browser))).headers["set-cookie"].lower()
    assert "fixed-by-somebody" not in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    browser = client(database, provider, secure=True)
    answer = browser.get("/login/provider")
    assert "__Host-zopa-under-way=" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
    query = provider.agreed(answer.headers["location"])
    assert provider.codes[query["code"]]["redirect_uri"] == f"https://{HOST}/login/return"
    secure = back(browser, query).headers["set-cookie"]
    assert "__Host-zopa=" in secure
    assert secure.lower().count("; secure") == 2  # the session, and the end of what was under way


def test_signing_in_again_ends_the_session_before(database: Database, provider: FakeProvider) -> None:
    browser = client(database, provider)
    back(browser, provider.agreed(sent(browser)))
    first = browser.cookies["zopa-team"]
    back(browser, provider.agreed(sent(browser)))
    assert browser.cookies["zopa-team"] != first
    other = client(database, provider)
    other.cookies.set("zopa-team", first)
    assert other.get("/").status_code == 303


def test_an_answer_counts_once_in_the_browser_that_asked_and_not_for_long(
    database: Database, provider: FakeProvider
) -> None:
    browser, other = client(database, provider), client(database, provider)
    mine, theirs = provider.agreed(sent(browser)), provider.agreed(sent(other))
    refused(back(other, mine), "was not begun here", other)  # the state of another browser
    refused(back(client(database, provider), theirs), "was not begun here", other)  # no cookie at all
    for wrong in ({"state": ""}, {"state": "é"}, {"state": theirs["state"]}):
        browser.cookies.clear()
        query = provider.agreed(sent(browser))
        refused(back(browser, query | wrong), "was not begun here", browser)
    query = provider.agreed(sent(browser))
    secret = browser.cookies["zopa-team-under-way"]
    assert back(browser, query).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("zopa-team-under-way", secret)
    refused(back(browser, query), "was used already", browser)  # the whole answer again
    query = provider.agreed(sent(browser))
    used = next(iter(provider.spent))
    refused(back(browser, query | {"code": used}), "refused (400)", browser)  # a used code in a new answer
    assert "words of a provider" not in back(browser, query | {"code": used}).text
    query = provider.agreed(sent(browser))
    database.clock.ahead = PATIENCE + 1  # type: ignore[attr-defined]
    refused(back(browser, query), "took too long", browser)
    twice = f"/login/return?state={query['state']}&state=x&code=c"
    assert browser.get(twice).status_code == 403


def unsigned(claims: dict[str, Any]) -> str:
    return str(jwt.encode(claims, None, "none"))


def by(kid: str, algorithm: str = "RS256", named: str = "first") -> Callable[[dict[str, Any]], str]:
    return lambda claims: str(jwt.encode(claims, KEYS[kid], algorithm, headers={"kid": named}))


def by_shared_secret(claims: dict[str, Any]) -> str:
    """Signed with what everybody knows: the public key, as if it were a secret."""
    head = urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "first"}).encode()).rstrip(b"=")
    body = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    import hmac

    mark = hmac.new(json.dumps(public("first")).encode(), head + b"." + body, sha256).digest()
    return b".".join((head, body, urlsafe_b64encode(mark).rstrip(b"="))).decode()


SAYS_OTHERWISE: list[tuple[dict[str, Any], str]] = [
    ({"nonce": "another"}, "not to what was asked"),
    ({"nonce": None}, "not to what was asked"),
    ({"nonce": ["another"]}, "not to what was asked"),
    ({"aud": "another program"}, "cannot be verified"),
    ({"aud": None}, "cannot be verified"),
    ({"aud": [CLIENT, "another"]}, "for another program"),
    ({"azp": "another"}, "for another program"),
    ({"exp": 1_700_000_000}, "too old"),
    ({"exp": None}, "cannot be verified"),
    ({"iat": 4_000_000_000}, "cannot be verified"),
    ({"iss": "https://evil.example"}, "cannot be verified"),
    ({"iss": None}, "cannot be verified"),
    ({"sub": None}, "cannot be verified"),
    ({"sub": 7}, "cannot be verified"),
    ({"sub": ""}, "names no subject"),
    ({"sub": "a\u0000b"}, "names no subject"),
    ({"sub": "x" * 256}, "names no subject"),
]


def test_a_token_that_says_something_else_lets_nobody_in(database: Database, provider: FakeProvider) -> None:
    browser = client(database, provider)
    for claims, words in SAYS_OTHERWISE:
        provider.claims = claims
        refused(back(browser, provider.agreed(sent(browser))), words, browser)


SIGNED_OTHERWISE: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (unsigned, "not signed in a way"),
    (by_shared_secret, "not signed in a way"),
    (by("stranger"), "cannot be verified"),
    (by("stranger", named="stranger"), "does not publish"),
    (lambda c: by("first")(c)[:-8] + "AAAAAAAA", "cannot be verified"),
    (lambda c: "no token", "cannot be verified"),
    (lambda c: 7, "holds no ID token"),
]


def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    database: Database, provider: FakeProvider
) -> None:
    browser = client(database, provider)
    for sign, words in SIGNED_OTHERWISE:
        provider.sign = sign
        refused(back(browser, provider.agreed(sent(browser))), words, browser)


def test_only_a_linked_identity_is_an_account_whatever_the_e_mail_address(
    database: Database, provider: FakeProvider
) -> None:
    browser = client(database, provider)
    for subject, verified in (("<b>ben</b>", True), ("ben@example.org", False), ("anna", True)):
        provider.subject = subject
        provider.claims = {
            "email": "ben@example.org",
            "email_verified": verified,
            "preferred_username": "anna",
        }
        answer = back(browser, provider.agreed(sent(browser)))
        refused(answer, "You have no account here, or it is not linked yet.", browser)
        assert f"zopa team DATABASE link NAME {provider.issuer}" in answer.text
        assert "<b>ben" not in answer.text
    provider.subject = ANNA
    close_account(database, "anna")
    refused(back(browser, provider.agreed(sent(browser))), "no account here", browser)
    names = [who for _, who, _ in signed_in_lately(database)]
    assert names == []


def test_the_answer_of_another_provider_is_refused(database: Database, provider: FakeProvider) -> None:
    browser = client(database, provider)
    query = provider.agreed(sent(browser))
    refused(back(browser, query | {"iss": "https://evil.example"}), "another provider", browser)
    assert back(browser, provider.agreed(sent(browser)) | {"iss": provider.issuer}).status_code == 303
    provider.says = {"authorization_response_iss_parameter_supported": True}
    browser = client(database, provider)
    refused(back(browser, provider.agreed(sent(browser))), "another provider", browser)
    for says in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
    ):
        provider.says, browser = says, client(database, provider)
        answer = browser.get("/login/provider")
        if answer.status_code == 303:
            answer = back(browser, provider.agreed(answer.headers["location"]))
        assert answer.status_code == 403, says
        assert "The provider " in answer.text
        assert "evil" not in answer.text


def test_no_address_leads_anywhere_but_to_the_provider_and_home(
    database: Database, provider: FakeProvider
) -> None:
    browser = client(database, provider)
    evil = "next=https://evil.example&redirect_uri=https://evil.example&return_to=//evil.example"
    address = browser.get(f"/login/provider?{evil}").headers["location"]
    assert "evil" not in address
    query = provider.agreed(address)
    assert provider.codes[query["code"]]["redirect_uri"] == f"http://{HOST}/login/return"
    answer = back(browser, query | dict(parse_qsl(evil)))
    assert answer.headers["location"] == "/"
    assert browser.get("/login/provider", headers={"host": "evil.example"}).status_code == 421


def test_a_refusal_at_the_provider_is_told_in_our_words(database: Database, provider: FakeProvider) -> None:
    browser = client(database, provider)
    for error, words in (("access_denied", "did not let you in"), ("<b>x", "could not sign you in")):
        state = provider.agreed(sent(browser))["state"]
        answer = back(browser, {"state": state, "error": error, "error_description": "call 555-0100"})
        refused(answer, words, browser)
        assert "555" not in answer.text
        assert "<b>x" not in answer.text


def test_sign_ins_begun_are_counted_by_address(
    database: Database, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zopa.workbench.store.identities.MOST_PER_ADDRESS", 5)
    browser = client(database, provider)
    answers = [browser.get("/login/provider") for _ in range(6)]
    assert [a.status_code for a in answers] == [303] * 5 + [403]
    assert "too many tries" in answers[-1].text


def test_keys_may_change_and_a_secret_may_travel_in_the_form(
    database: Database, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zopa.workbench.identity_provider.PAUSE", 0.0)
    provider.says = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    browser = client(database, provider)
    assert back(browser, provider.agreed(sent(browser))).status_code == 303
    provider.keys, provider.sign = [public("stranger")], by("stranger", named="stranger")
    assert back(browser, provider.agreed(sent(browser))).status_code == 303


def test_without_a_provider_its_addresses_are_not_there_and_no_password_fits_no_password(
    database: Database,
) -> None:
    browser = TestClient(team_app(database, {HOST}), base_url=f"http://{HOST}", follow_redirects=False)
    for path in ("/login/provider", "/login/return"):
        assert browser.get(path).headers["location"] == "/login"
    assert "Sign in at" not in browser.get("/login").text
    for typed in ("", GOOD):
        answer = browser.post("/login", data={"name": "anna", "password": typed}, headers=ORIGIN)
        assert answer.status_code == 403
    assert (
        browser.post("/login", data={"name": "ben@example.org", "password": GOOD}, headers=ORIGIN).status_code
        == 303
    )
    assert [(who, way) for _, who, way in signed_in_lately(database)] == [("ben@example.org", "password")]


def test_a_provider_that_does_not_answer_is_said_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = FakeProvider()
    gone.issuer = "http://127.0.0.1:9"
    browser = client(database, gone)
    answer = browser.get("/login/provider")
    assert answer.status_code == 403
    assert "The provider does not answer" in answer.text
    asked = []
    monkeypatch.setattr("zopa.workbench.identity_provider._ask", asked.append)
    assert browser.get("/login/provider").text == answer.text
    assert asked == []  # who tries next does not wait for it again
    for issuer in (
        "http://id.example.org",
        "id.example.org",
        "https://",
        "https://u:p@id.example.org",
        "https://x y",
    ):
        with pytest.raises(NotApplicable, match="https address of an issuer"):
            IdentityProvider(issuer, CLIENT, SECRET)


def test_the_commands_link_unlink_and_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = str(tmp_path / "team.db")

    def run(*words: str) -> Any:
        done = CliRunner().invoke(cli, ["team", db, *words, "--json"])
        assert done.exit_code == 0, (words, done.output, done.exception)
        return json.loads(done.output)["answer"]

    run("add-person", "anna", "--no-password")
    run("link", "anna", "https://id.example.org", ANNA)
    assert run("unlink", "anna") == {"name": "anna", "unlinked": 1}
    assert run("sign-ins") == []
    monkeypatch.delenv("ZOPA_OIDC_SECRET", raising=False)
    oidc = ["--oidc", "https://id.example.org"]
    for more, words in (
        ([], "--oidc-client"),
        (["--oidc-client", "zopa"], "ZOPA_OIDC_SECRET"),
        (["--oidc-client", "zopa", "--oidc-secret-file", str(tmp_path / "none")], "cannot be read"),
    ):
        done = CliRunner().invoke(cli, ["serve", "--team", db, *oidc, *more])
        assert done.exit_code != 0
        assert words in done.output + str(done.exception)
    assert CliRunner().invoke(cli, ["serve", "ukraine-2025", *oidc]).exit_code == 2


def test_an_identity_is_of_one_account_and_has_an_issuer_and_a_subject(
    database: Database, provider: FakeProvider
) -> None:
    with pytest.raises(NotApplicable, match="linked to an account already"):
        link_identity(database, "ben@example.org", provider.issuer, ANNA)
    for issuer, subject in (("id.example.org", "x"), ("https://a.b", " "), ("https://a.b", "x" * 256)):
        with pytest.raises(NotApplicable, match="expected the address of an issuer"):
            link_identity(database, "anna", issuer, subject)
    with pytest.raises(UnknownName):
        link_identity(database, "eva", "https://a.b", "x")
    link_identity(database, "anna", "https://a.b", ANNA)
    assert identities_of(database, "anna") == [(provider.issuer, ANNA), ("https://a.b", ANNA)]


def test_a_backup_holds_identities_and_one_of_the_version_before_is_still_restored(
    database: Database, provider: FakeProvider, tmp_path: Path
) -> None:
    backup(database, tmp_path / "now.jsonl")
    text = (tmp_path / "now.jsonl").read_text()
    (tmp_path / "before.jsonl").write_text(
        "".join(x for x in text.replace('"0002"', '"0001"').splitlines(True) if '"identities"' not in x)
    )
    for name, linked in (("now", [(provider.issuer, ANNA)]), ("before", [])):
        other = opened(str(tmp_path / f"{name}.db"))
        restore(other, tmp_path / f"{name}.jsonl")
        assert identities_of(other, "anna") == linked
        other.close()


def test_unlinking_ends_the_sessions(database: Database, provider: FakeProvider) -> None:
    browser = client(database, provider)
    back(browser, provider.agreed(sent(browser)))
    assert browser.get("/").status_code == 200
    assert unlink_identities(database, "anna") == 1
    assert browser.get("/").status_code == 303


@pytest.mark.slow
def test_a_real_browser_goes_there_and_back_in_another_language(
    database: Database, provider: FakeProvider, browser: Any, axe: Any, tmp_path: Path
) -> None:
    import uvicorn

    from case_folder import write
    from zopa.workbench.message_template import messages
    from zopa.workbench.server import listen
    from zopa.workbench.store import add_case
    from zopa.workbench.translation import Catalogue

    provider.issuer = provider.issuer.replace("127.0.0.1", "localhost")  # another site than ours
    link_identity(database, "anna", provider.issuer, ANNA)
    add_case(database, write(tmp_path / "rivers"), "anna")
    german = Catalogue("de", {m: f"Ä{m}" for m in messages()})
    with listen("127.0.0.1", 0, accounts=True) as made:
        home = f"http://127.0.0.1:{made.getsockname()[1]}"
        known = IdentityProvider(provider.issuer, CLIENT, SECRET)
        app = team_app(database, {home.removeprefix("http://")}, provider=known, catalogue=german)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [made]}, daemon=True)
        thread.start()
        try:
            page, problems = browser.new_page(), []
            page.set_default_timeout(60_000)
            page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
            provider.subject = "a stranger"
            page.goto(f"{home}/login")
            assert page.evaluate("document.documentElement.lang") == "de"
            assert axe(page) == []
            page.click("text=ÄSign in at localhost")
            page.wait_for_selector("text=Äyou have no account here")
            assert axe(page) == []
            provider.subject = ANNA
            problems.clear()  # the refusal has the status 403, which chromium notes
            page.click("text=ÄSign in at localhost")
            page.wait_for_selector("text=ÄSigned in as anna")
            assert page.url == f"{home}/"
            for path in ("/", "/cases/rivers/", "/cases/rivers/drafts/new", "/cases/rivers/record"):
                page.goto(home + path)
                assert axe(page) == [], path
            assert problems == []
            page.goto(f"{home}/")
            page.click("text=ÄSign out")
            page.wait_for_selector("text=ÄPassword")
            page.close()
        finally:
            server.should_exit = True
            thread.join(10)
