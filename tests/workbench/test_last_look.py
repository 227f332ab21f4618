"""Today says what changed since the last look; the cookie that tells is data, whatever stands in it."""

from __future__ import annotations

import json
import shutil
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench_client import EXAMPLES, signed_in
from zopa.casefile import acting, set_values, start_record
from zopa.workbench.last_look import Look, cookie_name, looked, looks_of

SINCE = "Since you last looked"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "two-farms", tmp_path / "farms"))


def test_a_change_stays_on_the_page_until_the_next_one_with_who_made_it_and_why(folder: Path) -> None:
    start_record(folder)
    client = signed_in(folder)
    assert SINCE not in client.get("/").text, "the first look has nothing before it"
    assert SINCE not in client.get("/").text, "nothing changed"
    with acting("Anna", "test", "a <b>typo</b>"):
        set_values(folder, {("title",): "Two farms, corrected"})
    for _ in range(2):
        page = client.get("/").text
        assert SINCE in page
        assert "Anna, a &lt;b&gt;typo&lt;/b&gt;" in page
    assert SINCE not in client.get("/?as-of=2030-01-01").text, (
        "another question is no look at the case as it is"
    )
    with acting("Ben", "test", "again"):
        set_values(folder, {("title",): "Two farms"})
    page = client.get("/").text
    assert "Ben, again" in page
    assert "Anna" not in page.partition(SINCE)[2].partition("</section>")[0]


def test_without_a_record_the_counts_then_and_now_are_told(folder: Path) -> None:
    client = signed_in(folder)
    client.get("/")
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    (folder / "case.yaml").write_text(text.replace("title:", "# seen\ntitle:", 1), encoding="utf-8")
    page = client.get("/").text
    assert SINCE in page
    assert "as before" in page


@given(
    st.one_of(
        st.text(max_size=60),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=6),
    )
)
def test_any_cookie_gives_looks_or_none(content: object) -> None:
    raw = content if isinstance(content, str) else urlsafe_b64encode(json.dumps(content).encode()).decode()
    assert looks_of({"c": raw}, "c") == []
    for entry in (True, -1, 1.5, "1"):
        row = {"at": "2026-01-01 10:00", "digest": "0" * 16, "entry": entry, "counts": []}
        given_ = urlsafe_b64encode(json.dumps([row]).encode()).decode()
        assert looks_of({"c": given_}, "c") == []


def test_what_is_kept_is_read_back(folder: Path) -> None:
    name = cookie_name(folder)
    then, cookie = looked([], "abc", 3, (1, 2, 3))
    assert then is None
    (look,) = looks_of({name: cookie}, name)
    assert isinstance(look, Look)
    assert (look.entry, look.counts) == (3, (1, 2, 3))
    then, cookie = looked([look], "other", 4, ())
    assert then == look
    assert looks_of({name: cookie}, name)[0] == look
