"""Plain forms of our own pages are let in, also where the browser hides their origin (no-referrer); others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench_client import EXAMPLES, HOST, signed_in
from zopa.workbench.access import csrf_token


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": f"http://{HOST}"}, 404),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 404),
        ({"origin": "null"}, 403),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://elsewhere.example", "sec-fetch-site": "same-origin"}, 403),
        ({}, 403),
    ],
)
def test_a_form_is_let_in_from_our_own_pages_only(headers: dict[str, str], status: int) -> None:
    browser = signed_in(Path(EXAMPLES / "ukraine-2025"))
    data = {"csrf": csrf_token(browser.cookies["zopa"]), "question": "none"}
    assert browser.post("/questions/undo", data=data, headers=headers).status_code == status
