"""The API as its own description says: whatever is sent, no address fails, and none answers what is not documented."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from browser_fixtures import REQUIRED
from every_address import HOSTILE, ask, operations
from workbench_client import EXAMPLES, signed_in


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = shutil.copytree(EXAMPLES / "two-farms", tmp_path_factory.mktemp("api") / "farms")
    made = signed_in(Path(folder))
    made.app.state.workers = False  # type: ignore[attr-defined]
    return made


def described(browser: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = browser.get("/openapi.json").json()
    return found


def test_the_description_lists_every_address_and_every_error(browser: TestClient) -> None:
    paths = described(browser)["paths"]
    for path in (
        "/",
        "/jobs",
        "/jobs.json",
        "/questions/answer",
        "/one-record",
        "/record/undo",
        "/drafts/save",
    ):
        assert path in paths
    for item in paths.values():
        for operation in item.values():
            assert {"303", "401", "403", "404", "405", "409", "413", "421", "422"} <= set(
                operation["responses"]
            )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_address_fails_or_answers_what_is_not_described(browser: TestClient) -> None:
    if not REQUIRED:
        pytest.importorskip("schemathesis", reason="the API test needs schemathesis: pip install 'zopa[e2e]'")
    import schemathesis

    raw = described(browser)
    asked = sum(ask(browser, raw, operation) for operation in operations(schemathesis.openapi.from_dict(raw)))
    assert asked > 200


@pytest.mark.parametrize("words", [HOSTILE, pytest.param(None, marks=pytest.mark.slow)])
def test_what_anybody_types_stays_text_on_every_page(tmp_path: Path, words: str | None) -> None:
    """In titles, names, labels, quotes, draft names, notes, reasons of the record, and in addresses."""
    if words is not None:
        stays_text(tmp_path / "one", words)
        return
    made = iter(range(10**6))

    @settings(max_examples=12, deadline=None, database=None)
    @given(st.text(st.sampled_from("<>\"'&/= abscriptonload{}%\u202e\\;:#-"), min_size=1, max_size=60))
    def many(more: str) -> None:
        stays_text(tmp_path / str(next(made)), f"<script>{more}</script><b onload=x>")

    many()


def stays_text(place: Path, words: str) -> None:
    from urllib.parse import quote

    from zopa.casefile import SavedDraft, acting, load, save_draft, set_values, start_record

    folder = Path(shutil.copytree(EXAMPLES / "two-farms", place / "farms"))
    start_record(folder)
    case = load(folder)
    values: dict[Any, object] = {("title",): words}
    values |= {("parties", p, "name"): f"{words} {p}" for p in case.parties}
    values |= {("issues", i, "name"): f"{words} {i}" for i in case.issues}
    with acting(words, words, words):
        set_values(folder, values)
        issue = next(iter(case.issues))
        save_draft(
            folder,
            SavedDraft(name=words, package={issue: next(iter(case.issues[issue].options))}, note=words),
        )
    browser = signed_in(folder)
    browser.app.state.workers = False  # type: ignore[attr-defined]
    typed = quote(words, safe="")
    paths = [
        "/", "/why-not", "/questions", "/positions", "/path", "/compare", "/report", "/record", "/jobs", "/drafts/new",
        f"/evidence/{typed}", f"/drafts/{typed}", f"/parties/{typed}", f"/?as-of={typed}", f"/why-not?readings={typed}",
        f"/drafts/new?on.{typed}={typed}", f"/compare?old={typed}", f"/?set.{typed}={typed}", f"/nothing/{typed}",
        *(f"/parties/{p}" for p in case.parties),
    ]  # fmt: skip
    for path in paths:
        text = browser.get(path).text
        for bad in ("<script>", "<img src=x", "<b onload", "onerror=alert(2)>"):
            assert bad not in text, (path, bad)
