"""A real browser for the tests of pages, and the rules of WCAG as axe checks them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

REQUIRED = os.environ.get("ZOPA_REQUIRE_E2E") == "1"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def _need(reason: str) -> None:
    if REQUIRED:
        pytest.fail(f"ZOPA_REQUIRE_E2E=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        _need("no chromium is installed (Debian: apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _need("playwright is not installed: pip install 'zopa[e2e]'")
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def axe() -> Callable[..., list[tuple[str, str]]]:
    """What breaks WCAG on a page, or in a part of it: (rule, the first element)."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        _need("axe is not installed: pip install 'zopa[e2e]'")

    def check(page: Any, part: str | None = None) -> list[tuple[str, str]]:
        found = (
            Axe()
            .run(page, context=part, options={"runOnly": {"type": "tag", "values": TAGS}})
            .response["violations"]
        )
        return [(v["id"], v["nodes"][0]["html"][:200]) for v in found]

    return check
