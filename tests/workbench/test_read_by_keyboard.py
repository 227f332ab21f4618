"""Read in a real browser: by keyboard alone, without scripts, by the rules of WCAG and under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from read_story import STORY, long_story, make_case, serving
from zopa import load
from zopa.casefile import check_record

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
REFUSED = "Failed to load resource: the server responded with a status of 4"


class Tab:
    """A page that notes what goes wrong and what leaves the machine."""

    def __init__(self, page: Any, home: str) -> None:
        self.page, self.home = page, home
        self.problems: list[str] = []
        page.set_default_timeout(60_000)
        page.on("console", lambda m: self.problems.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.problems.append(str(e)))
        page.on(
            "request",
            lambda r: self.problems.append(r.url) if not r.url.startswith((home, "data:")) else None,
        )

    def open(self, path: str) -> None:
        self.page.goto(self.home + path)

    def press(self, key: str) -> None:
        """A key that is answered by the server."""
        mark = self.page.evaluate(
            "() => { const x = document.querySelector('#side'); x.firstElementChild.dataset.old = '1'; return 1; }"
        )
        assert mark == 1
        self.page.keyboard.press(key)
        self.page.wait_for_function(
            "() => !document.querySelector('#side > [data-old]') && !document.querySelector('#side .htmx-request')"
        )

    def open_record(self) -> str:
        return str(self.page.get_attribute("#now", "data-record"))

    def told(self) -> str:
        return str(self.page.inner_text("#side .told")).strip()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, Any]]:
    folder = make_case(tmp_path_factory.mktemp("keys") / "case", talks=STORY, many=long_story(100))
    with serving(folder) as (home, sign_in):
        yield folder, home, sign_in


@pytest.fixture(scope="module")
def context(served: tuple[Path, str, Any], browser: Any) -> Iterator[Any]:
    _, home, sign_in = served
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.new_page().goto(f"{home}/?token={sign_in.token}")
    yield made
    made.close()


@pytest.fixture
def tab(served: tuple[Path, str, Any], context: Any) -> Iterator[Tab]:
    found = Tab(context.new_page(), served[1])
    yield found
    found.page.close()


def records(folder: Path, source: str) -> dict[str, Any]:
    case = load(folder)
    groups = ("statements", "contacts", "figures", "shifts")
    return {f"{g}.{k}": r for g in groups for k, r in getattr(case, g).items() if r.source == source}


PAGES = [
    "/sources", "/sources/talks", "/sources/talks?speaker=trump&state=suggested", "/sources/talks/in-view?speaker=trump",
    "/upload", "/edit", "/edit/issues/territory", "/edit/parties/US",
]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_keeps_to_wcag_fits_the_screen_and_breaks_no_policy(
    tab: Tab, axe: Any, width: int
) -> None:
    tab.page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        tab.open(path)
        tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert axe(tab.page) == [], path
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert tab.problems == [], path


def test_a_hundred_suggestions_are_decided_by_keyboard_alone(tab: Tab, served: tuple[Path, str, Any]) -> None:
    folder = served[0]
    waiting = [k for k, r in records(folder, "many").items() if r.review.state == "suggested"]
    assert len(waiting) >= 100
    tab.open("/")
    tab.page.keyboard.press("g")
    tab.page.keyboard.press("r")
    tab.page.wait_for_url("**/sources")
    for _ in range(40):
        tab.page.keyboard.press("Tab")
        if "Many" in tab.page.evaluate("document.activeElement.textContent"):
            break
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/sources/many**")
    done: dict[str, str] = {}
    for n in range(len(waiting)):
        at = tab.open_record()
        assert at not in done
        if n % 3:
            tab.press("a")
            done[at] = "accepted"
        else:
            tab.page.keyboard.press("r")
            tab.press("5")
            done[at] = "rejected"
    assert set(done) == set(waiting)
    assert {k: r.review.state for k, r in records(folder, "many").items()} == done
    assert check_record(folder).holds
    tab.press("u")
    assert "Undone" in tab.told()
    assert tab.page.evaluate("document.activeElement.id") == "now", "the focus stays with the open record"
    assert tab.problems == []


def test_moving_editing_and_a_quotation_by_keyboard(tab: Tab, served: tuple[Path, str, Any]) -> None:
    folder = served[0]
    tab.open("/sources/talks")
    first = tab.open_record()
    tab.press("j")
    second = tab.open_record()
    assert second != first
    tab.press("k")
    assert tab.open_record() == first
    assert first.split(".")[1] in tab.page.url, "the address follows"
    quote = tab.page.input_value("#quote")
    tab.page.keyboard.press("Alt+ArrowLeft")
    assert tab.page.input_value("#quote") == quote.rsplit(" ", 1)[0]
    tab.page.keyboard.press("Shift+ArrowRight")
    assert tab.page.input_value("#quote").split()[:-1] == quote.split()[:-1]
    tab.page.keyboard.press("e")
    tab.page.keyboard.press("Control+A")
    tab.page.keyboard.type("Zelensky says that nobody said this")
    tab.page.keyboard.press("Escape")
    tab.page.locator("details[data-fold=e] button.primary").focus()
    tab.press("Enter")
    assert "not in the text" in tab.told()
    assert [p for p in tab.problems if not p.startswith(REFUSED)] == []
    assert records(folder, "talks")[first].review.state == "suggested"


def test_selected_words_become_a_statement_where_they_were_selected(
    tab: Tab, served: tuple[Path, str, Any]
) -> None:
    folder = served[0]
    tab.open("/sources/talks")
    text = load(folder).sources["talks"].text
    start = text.index("never cede")
    tab.page.evaluate(
        """([from, to]) => {
          const walk = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          let seen = 0, node;
          while ((node = walk.nextNode())) {
            if (seen <= from && from <= seen + node.length) range.setStart(node, from - seen);
            if (seen <= to && to <= seen + node.length) { range.setEnd(node, to - seen); break; }
            seen += node.length;
          }
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        [len(text[:start].encode("utf-16-le")) // 2, len(text[: start + 10].encode("utf-16-le")) // 2],
    )
    tab.page.wait_for_timeout(100)
    tab.page.keyboard.press("s")
    assert tab.page.input_value("#new textarea[name=quote]") == "never cede"
    tab.page.locator("#new button.primary").focus()
    tab.press("Enter")
    assert "kept" in tab.told()
    made = records(folder, "talks")[tab.open_record()]
    assert (made.quote, made.start) == ("never cede", start)
    assert tab.problems == []
    tab.press("u")


def test_single_letters_can_be_switched_off(tab: Tab) -> None:
    tab.open("/sources/talks")
    at = tab.open_record()
    tab.page.keyboard.press("?")
    assert "reject, with the reason" in tab.page.inner_text("#keys")
    tab.page.locator("#letters").uncheck()
    tab.page.keyboard.press("Escape")
    for key in "jarue":
        tab.page.keyboard.press(key)
    tab.page.wait_for_timeout(300)
    assert tab.open_record() == at
    assert tab.page.locator("#side details[open]").count() == 0
    tab.page.click("#show-keys")
    tab.page.locator("#letters").check()


def test_a_person_chooses_other_keys_and_every_page_shows_them(
    tab: Tab, served: tuple[Path, str, Any], axe: Any
) -> None:
    tab.open("/sources/many?state=suggested")
    record = tab.open_record()
    tab.page.keyboard.press("?")
    for field, key in (("usual-key", "a"), ("own-key", "j")):
        tab.page.fill(f"#{field}", key)
    tab.page.click("#change-key")
    assert "does something else" in tab.page.inner_text("#key-said")
    tab.page.fill("#own-key", "z")
    tab.page.click("#change-key")
    assert axe(tab.page, "#keys") == []
    tab.page.keyboard.press("Escape")
    assert tab.page.inner_text("button[data-key=a]") == "Accept z"
    tab.page.keyboard.press("a")
    assert tab.open_record() == record, "the usual key does nothing any more"
    tab.press("z")
    group, ident = record.split(".", 1)
    assert getattr(load(served[0]), group)[ident].review.state == "accepted"
    tab.open("/sources/many")
    tab.page.keyboard.press("?")
    assert "z" in tab.page.inner_text("#keys")
    tab.page.click("#usual-keys")
    tab.page.keyboard.press("Escape")
    tab.press("u")
    assert tab.problems == []


def test_a_quotation_is_split_and_joined_by_keyboard(tab: Tab, served: tuple[Path, str, Any]) -> None:
    tab.open("/sources/talks")
    record = tab.open_record()
    words = tab.page.inner_text("#now .passage p").split(" ", 3)[3]
    tab.page.keyboard.press("x")
    tab.page.keyboard.type(words)
    tab.press("Enter")
    assert tab.told().startswith("Split"), tab.told()
    half = f"{record}.2"
    tab.open(f"/sources/talks?at={half}")
    tab.page.keyboard.press("y")
    tab.press("Enter")
    assert tab.told().startswith("Joined"), tab.told()
    assert tab.open_record() == record
    assert tab.problems == []


def test_without_scripts_a_suggestion_is_decided_by_its_form(
    served: tuple[Path, str, Any], context: Any, browser: Any
) -> None:
    folder, home, _ = served
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"{home}/sources/talks")
    name = page.get_attribute("#now", "data-record")
    page.click("details[data-fold=r] summary")
    page.click("text=hearsay")
    assert "Rejected" in page.inner_text(".told")
    assert records(folder, "talks")[name].review.why == "hearsay"
    page.click("text=Undo")
    assert "Undone" in page.inner_text(".told")
    assert records(folder, "talks")[name].review.state == "suggested"
    plain.close()


def test_a_record_that_an_editor_changed_is_shown_in_three_versions(
    tab: Tab, served: tuple[Path, str, Any], axe: Any
) -> None:
    folder = served[0]
    tab.open("/sources/talks")
    ident = tab.open_record().split(".", 1)[1]
    file = folder / "statements.yaml"
    file.write_text(file.read_text().replace(f"  {ident}:\n", f"  {ident}:  # by hand\n"))
    tab.page.keyboard.press("a")
    tab.page.wait_for_selector("text=Theirs: in the file now")
    assert "# by hand" in tab.page.inner_text("main")
    assert axe(tab.page) == []
    tab.page.click("text=Do mine again, on top of theirs")
    tab.page.wait_for_selector("#side .done")
    assert records(folder, "talks")[f"statements.{ident}"].review.state == "accepted"
    assert "# by hand" in file.read_text()
