"""The pages of a team: by the rules of WCAG, with hostile words in every field, and asked whatever their description allows."""

from __future__ import annotations

import html
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher

import workbench_client
from every_address import HOSTILE, ask, operations
from zopa.casefile import acting, digest, load, normalise, set_values, start_record
from zopa.workbench.server import listen, team_app
from zopa.workbench.store import Database, accounts, add_case, add_person, code, comment, opened, set_role
from zopa.workbench.store.accounts import account_named

HOST = workbench_client.HOST
GOOD = "correct horse battery"
NAME = "a b&c'd"
"""The file name of a source: as hostile as the rules for ids allow."""
PAGES = (
    "/",
    "/sources",
    "/coding",
    "/comments",
    "/people",
    "/record",
    "/jobs",
    "/edit",
    "/drafts/new",
    "/report",
    "/compare",
)


def quick(patch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(accounts, "HASHER", hasher)
    patch.setattr(accounts, "_NOBODY", hasher.hash("nobody"))


def team_of(place: Path, words: str) -> Database:
    """A team with one case, words of somebody's choice wherever words can be put."""
    database = opened(str(place / "team.db"))
    add_person(database, "anna", GOOD, full_name=words)
    add_person(database, "cleo", GOOD, full_name=words)
    folder = Path(shutil.copytree(workbench_client.EXAMPLES / "two-farms", place / "farms"))
    start_record(folder)
    case = load(folder)
    text = f"{words} he said of the water."
    (folder / "sources" / f"{NAME}.txt").write_text(text + "\n", encoding="utf-8")
    table = folder / "sources" / "sources.csv"
    row = [NAME, words, digest(normalise(text + "\n"))]
    cells = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
    table.write_text(f"id,title,sha256\n{cells}\n", encoding="utf-8")
    issue, party = next(iter(case.issues)), next(iter(case.parties))
    with acting(words, words, words):
        set_values(
            folder,
            {
                ("title",): words,
                ("parties", party, "name"): words,
                ("issues", issue, "name"): words,
                ("statements", "hostile"): {
                    "source": NAME, "quote": text, "kind": "position", "party": party, "issue": issue,
                    "condition": words, "review": {"state": "suggested", "why": words},
                },
            },
        )  # fmt: skip
    add_case(database, folder, "anna")
    set_role(database, "farms", "cleo", "coder")
    number = account_named(database, "cleo").id
    for record in ("statements.hostile", words[:200]):
        comment(database, "farms", record, number, words)
    code(database, "farms", number, "hostile", "party", words[:200])
    return database


def browser_of(database: Database, name: str = "anna") -> Any:
    made = workbench_client.TestClient(
        team_app(database, {HOST}), base_url=f"http://{HOST}", follow_redirects=False
    )
    made.app.state.workers = False  # type: ignore[attr-defined]
    answer = made.post("/login", data={"name": name, "password": GOOD}, headers={"origin": f"http://{HOST}"})
    assert answer.status_code == 303
    return made


def test_hostile_words_in_every_field_and_file_name_stay_text_on_the_pages_of_a_team(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    database = team_of(tmp_path, HOSTILE)
    browser = browser_of(database)
    typed = quote(HOSTILE, safe="")
    inside = [
        *PAGES[:8],
        f"/sources/{quote(NAME)}",
        f"/comments?record={typed}",
        f"/coding?as-of={typed}",
        f"/people/{typed}",
    ]
    shown = ""
    for path in ("/", "/cases.json", f"/login?next={typed}", *(f"/cases/farms{p}" for p in inside)):
        text = browser.get(path).text
        shown += text
        for bad in ("<script>alert", "<img src=x", "onerror=alert(2)>"):
            assert bad not in text, (path, bad)
    assert html.unescape(shown).count("<script>alert(1)") > 10, "the words are there, as text"
    refused = browser.post(
        "/login", data={"name": HOSTILE, "password": "x"}, headers={"origin": f"http://{HOST}"}
    )
    assert "<script>alert" not in refused.text
    database.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_address_of_a_team_fails_or_answers_what_is_not_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis: pip install 'zopa[e2e]'")
    quick(monkeypatch)
    database = team_of(tmp_path, "plain")
    browser = browser_of(database)
    browser.cookies.set(
        "zopa", browser.cookies["zopa-team"]
    )  # where the shared questions look for the session
    raw = browser.get("/openapi.json").json()
    team = re.compile(r"/(login|cases\.json|cases/\{case\}/(coding|comments|people|record|jobs))?(\b|\.)")
    mine = [
        o
        for o in operations(schemathesis.openapi.from_dict(raw))
        if team.match(o.path) and "logout" not in o.path
    ]
    assert {o.path for o in mine} >= {
        "/login",
        "/cases/{case}/coding",
        "/cases/{case}/comments",
        "/cases/{case}/people",
    }
    few = [o for o in mine if re.search(r"login|coding|comments|people|cases\.json", o.path)]
    assert sum(ask(browser, raw, operation) for operation in few) > 100
    database.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A real server, and the session of an owner."""
    uvicorn = pytest.importorskip("uvicorn")
    with pytest.MonkeyPatch.context() as patch:
        quick(patch)
        database = team_of(tmp_path_factory.mktemp("team"), "A long name that has no end in sight")
        with listen("127.0.0.1", 0, accounts=True) as made:
            host = f"127.0.0.1:{made.getsockname()[1]}"
            app = team_app(database, {host})
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [made]}, daemon=True)
            thread.start()
            try:
                yield f"http://{host}", GOOD
            finally:
                server.should_exit = True
                thread.join(10)
        database.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_a_team_keeps_to_wcag_fits_the_screen_and_breaks_no_policy(
    served: tuple[str, str], browser: Any, axe: Any, width: int
) -> None:
    home, password = served
    context = browser.new_context(viewport={"width": width, "height": 900})
    page, problems = context.new_page(), []
    page.set_default_timeout(60_000)
    page.on("console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None)
    page.on("request", lambda r: None if r.url.startswith((home, "data:")) else problems.append(r.url))

    def look(where: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert axe(page) == [], where
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        assert problems == [], where

    page.goto(f"{home}/login")
    look("/login")
    page.keyboard.press("Tab")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Your cases")
    look("/")
    for path in (*PAGES, f"/sources/{quote(NAME)}", "/edit/issues/water-share"):
        page.goto(f"{home}/cases/farms{path}")
        look(path)
    context.close()
