"""The report as a person meets it: in a real browser, by keyboard, and by the rules of WCAG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zopa.casefile import load
from zopa.render import report
from zopa.study import run

EXAMPLES = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples"


@pytest.fixture(
    scope="module",
    params=["ukraine-2025", "ukraine-2025 read strictly", "typewriters-1975", "harbour-sport-park"],
)
def page(
    request: pytest.FixtureRequest, browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    name, _, strict = str(request.param).partition(" ")
    out = tmp_path_factory.mktemp("report")
    report(run(load(EXAMPLES / name), "E" if strict else None), out)
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    tab = context.new_page()
    tab.problems, tab.outside = [], []
    tab.on("console", lambda m: tab.problems.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda e: tab.problems.append(str(e)))
    tab.on(
        "request", lambda r: tab.outside.append(r.url) if not r.url.startswith(("file:", "data:")) else None
    )
    tab.goto((out / "report.html").as_uri())
    yield tab
    context.close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_report_opens_without_console_errors_or_outside_requests(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.problems == []
    assert page.outside == []


def test_axe_finds_no_wcag_violation_even_with_everything_unfolded(page: Any, axe: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert axe(page) == []


def test_every_link_of_the_report_leads_somewhere_on_the_page(page: Any) -> None:
    dead = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => decodeURIComponent(a.hash.slice(1)))"
        ".filter(id => !document.getElementById(id))"
    )
    assert dead == []


def test_following_a_number_unfolds_what_it_rests_on(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    link = page.evaluate(
        "[...document.querySelectorAll('#zone a')].map(a => a.hash).find(h => h.endsWith('.reservation'))"
    )
    page.evaluate("h => { location.hash = h }", link)
    page.wait_for_function("document.querySelector('details.fold[open]') !== null")
    assert (
        page.evaluate(
            "h => document.getElementById(decodeURIComponent(h.slice(1))).getClientRects().length", link
        )
        > 0
    )


def test_the_print_edition_has_at_most_six_pages(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))
    assert 1 <= sheets <= 6


def test_nothing_is_wider_than_a_phone(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = "[...document.querySelectorAll('.chart svg')].filter(s => s.getBoundingClientRect().width > 390).length"
    assert page.evaluate(wide) == 0
    page.set_viewport_size({"width": 1200, "height": 900})
