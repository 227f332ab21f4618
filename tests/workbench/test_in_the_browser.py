"""The workbench as a person meets it: in a real browser, by keyboard alone, and by the rules of WCAG."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from read_story import serving
from workbench_client import EXAMPLES
from zopa import load
from zopa.bargaining import solve
from zopa.casefile import SavedDraft, save_draft
from zopa.workbench.access import SingleUser

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@dataclass
class Tab:
    """A page in a browser that notes what goes wrong."""

    page: Any
    home: str
    problems: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def watch(self) -> Tab:
        def noted(message: Any) -> None:
            if message.type in ("error", "warning"):
                self.problems.append(message.text)

        self.page.on("console", noted)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "request",
            lambda r: self.outside.append(r.url) if not r.url.startswith((self.home, "data:")) else None,
        )
        return self

    def open(self, path: str) -> None:
        self.page.goto(self.home + path)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, SingleUser]]:
    folder = Path(shutil.copytree(EXAMPLES / "ukraine-2025", tmp_path_factory.mktemp("served") / "talks"))
    save_draft(folder, SavedDraft(name="Phased", package=nash(), note="for Tuesday"))
    with serving(folder) as found:
        yield found


@pytest.fixture(scope="module")
def tab(served: tuple[str, SingleUser], browser: Any) -> Iterator[Tab]:
    home, sign_in = served
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(120_000)
    found = Tab(context.new_page(), home).watch()
    found.open(f"/?token={sign_in.token}")
    assert "token" not in found.page.url
    yield found
    context.close()


def nash() -> dict[str, str]:
    return dict(solve(load(EXAMPLES / "ukraine-2025"), "nash").deals[0].package)


def draft(**more: str) -> str:
    return "?" + urlencode({f"on.{i}": o for i, o in nash().items()} | more)


PAGES = [
    "/", "/why-not", "/why-not?readings=E", "/evidence/zone", "/evidence/us-nato", "/drafts/new", f"/drafts/new{draft()}",
    f"/drafts/new{draft(readings='E')}", "/drafts/phased", f"/drafts/compare/phased{draft(readings='')}", f"/drafts/hold{draft()}",
    "/report", "/questions", "/positions", "/parties/UKR", "/path", "/compare", "/record", "/jobs",
]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_keeps_to_wcag_fits_the_screen_and_asks_nothing_elsewhere(
    tab: Tab, axe: Any, width: int
) -> None:
    tab.page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        tab.problems.clear()
        tab.open(path)
        tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert axe(tab.page) == [], path
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert tab.problems == [], path
        assert tab.outside == [], path


def test_errors_are_pages_in_words(tab: Tab, axe: Any) -> None:
    tab.open("/evidence/nothing")
    assert "no such page" in tab.page.inner_text("h1").lower()
    assert axe(tab.page) == []


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_evidence_opens_at_the_side_and_gives_the_focus_back(tab: Tab, axe: Any) -> None:
    tab.page.set_viewport_size({"width": 1280, "height": 900})
    tab.open("/why-not?readings=E")
    tab.problems.clear()
    link = tab.page.locator("main a[href*='/evidence/']").first
    link.focus()
    words = focused(tab.page)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#panel:not([hidden]) .passage mark")
    assert tab.page.evaluate("document.activeElement.id") == "panel"
    assert axe(tab.page) == []
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#panel").is_hidden()
    assert focused(tab.page) == words
    assert tab.problems == []


def test_the_story_by_keyboard_alone(tab: Tab) -> None:
    """Open, put a draft together, flip a reading, see the conflict set, undo, export the report."""
    page, press = tab.page, tab.page.keyboard.press
    page.set_viewport_size({"width": 1280, "height": 900})
    tab.open("/")
    tab.problems.clear()
    press("g")
    press("d")
    page.wait_for_url("**/drafts/new")
    for _ in range(60):
        press("Tab")
        if page.evaluate("document.activeElement.closest('.issue') !== null"):
            break
    names = page.evaluate("[...document.querySelectorAll('.issue')].map(x => x.querySelector('input').name)")
    for name in names:
        assert page.evaluate("document.activeElement.name") == name
        before = page.url
        press("ArrowDown")  # from "leave open", the last, round to the first option
        page.wait_for_function("before => location.href !== before", arg=before)
        press("ArrowRight")
    assert page.url.count("on.") == len(names)
    said = page.inner_text("#answer [data-say]")
    assert "part" in said
    assert page.inner_text("#told").strip() == said.strip(), "the verdict is announced"
    while "readings=E" not in page.url:
        before = page.url
        page.locator("main h1").evaluate("x => document.activeElement.blur()")
        press("v")
        page.wait_for_url(lambda url, was=before: url != was)
    assert "These cannot all hold" in page.inner_text(".conflict")
    press("?")
    assert page.locator("#keys").is_visible()
    press("Escape")
    press("u")
    page.wait_for_url(lambda url: "readings=E" not in url)
    press("g")
    press("e")
    page.wait_for_url("**/report*")
    for _ in range(30):
        press("Tab")
        if focused(page) == "Export the report":
            break
    with page.expect_download() as started:
        press("Enter")
    assert Path(started.value.path()).read_text().startswith("<!doctype html>")
    assert tab.problems == []
    assert tab.outside == []


def test_single_letters_can_be_switched_off(tab: Tab) -> None:
    tab.open("/why-not")
    tab.page.keyboard.press("?")
    tab.page.locator("#letters").uncheck()
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("g")
    tab.page.keyboard.press("d")
    tab.page.wait_for_timeout(300)
    assert "/why-not" in tab.page.url
    tab.page.click("#show-keys")
    tab.page.locator("#letters").check()
    tab.page.keyboard.press("Escape")


def test_a_click_swaps_the_answer_and_back_brings_the_draft_before(tab: Tab) -> None:
    tab.open(f"/drafts/new{draft()}")
    tab.problems.clear()
    first, page = tab.page.url, tab.page
    page.locator(".issue").first.locator(".card").nth(3).click()
    page.wait_for_function("before => location.href !== before", arg=first)
    assert page.locator("#foot code").inner_text().startswith("zopa judge talks")
    page.go_back()
    page.wait_for_url(first)
    assert page.locator(".issue").first.locator("input:checked").get_attribute("value") == nash()["territory"]
    assert tab.problems == []


def test_without_scripts_every_page_reads_and_the_form_works(
    served: tuple[str, SingleUser], tab: Tab, browser: Any
) -> None:
    home, _ = served
    context = browser.new_context(java_script_enabled=False, storage_state=tab.page.context.storage_state())
    page = context.new_page()
    page.goto(f"{home}/drafts/new")
    page.locator(".issue").first.locator("input").first.check()
    page.click("text=Judge this draft")
    assert "on.territory" in page.url
    page.locator("#answer a[href*='/evidence/']").first.click()
    assert "/evidence/" in page.url
    context.close()
