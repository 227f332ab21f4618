"""Words of a marked source reach nobody whose role does not open it: on no page, twin, panel, export or report."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from workbench_client import TestClient, signed_in
from zopa.casefile import digest, normalise
from zopa.workbench.rights import Role

OPEN, TALK, MEMO = (
    "Harbour dues may fall by half.",
    "Behind closed doors he swore.",
    "Off the record she yielded.",
)
TEXTS = {"note": OPEN, "talk": TALK, "memo": MEMO}
MARKS = {"note": "public", "talk": "restricted", "memo": "do-not-quote"}
SECRETS = {
    "talk": ("closed doors", "he swore", "Secret meeting"),
    "memo": ("she yielded", "Off the record she"),
}
CASE = """\
title: Harbour
as_of: 2026-02-01
parties:
  A: {name: Alpha, values: {dues: {high: 80, low: 20}}, reservation: {best: 30, stated: [s-memo]}}
  B: {name: Beta, values: {dues: {high: 10, low: 90}}, reservation: {best: 20, inferred: [s-talk], why: it follows}}
speakers:
  min: {name: The minister, party: A}
  chair: {name: The chair, party: B}
issues:
  dues: {name: Dues, options: {high: as they are, low: half}, now: high}
rules:
  low-dues: {party: B, when: {dues: high}, stated: [s-talk, s-memo]}
"""
KINDS = {"note": "position", "talk": "red_line", "memo": "position"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("marked") / "harbour"
    (place / "sources").mkdir(parents=True)
    (place / "case.yaml").write_text(CASE)
    rows, records = ["id,title,sha256,date,access"], ["statements:"]
    for n, (ident, text) in enumerate(TEXTS.items(), 1):
        (place / "sources" / f"{ident}.txt").write_text(text + "\n")
        title = "Secret meeting" if ident == "talk" else ident.title()
        rows.append(f"{ident},{title},{digest(normalise(text + chr(10)))},2026-01-0{n},{MARKS[ident]}")
        records.append(
            f"  s-{ident}: {{source: {ident}, quote: '{text[:-1]}', kind: {KINDS[ident]}, speaker: {'min' if n == 1 else 'chair'}, "
            f"said: 2026-01-0{n}, issue: dues, options: [low], stance: prefer, review: {{state: accepted}}}}"
        )
    (place / "sources" / "sources.csv").write_text("\n".join(rows) + "\n")
    (place / "statements.yaml").write_text("\n".join(records) + "\n")
    return place


def walked(client: TestClient) -> dict[str, str]:
    """Every address that pages lead to, their twins and panels, with what they answer."""
    found: dict[str, str] = {}
    ahead = [
        "/",
        "/drafts/new?on.dues=high",
        "/compare?old=2026-01-01&new=2026-02-01",
        "/report.html",
        "/parties/B",
    ]
    ahead += [f"/evidence/{i}" for i in ("s-talk", "s-memo", "low-dues", "A.reservation", "talk", "memo")]
    ahead += ["/sources/talk", "/sources/memo", "/sources/talk/in-view?kind=position", "/openapi.json"]
    while ahead:
        path = ahead.pop()
        if path in found or len(found) > 400:
            continue
        answer = client.get(path)
        assert answer.status_code in (200, 303, 403, 404, 422), path
        found[path] = html.unescape(answer.text)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        found[f"{path} (part)"] = html.unescape(client.get(path, headers={"hx-request-type": "partial"}).text)
        for link in re.findall(r'(?:href|hx-get)="([^"#]*)', answer.text):
            to = urlsplit(urljoin(f"http://here{path}", html.unescape(link)))
            if to.netloc == "here" and not to.path.startswith("/static"):
                ahead.append(to.path + (f"?{to.query}" if to.query else ""))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "closed"), [("viewer", ("talk", "memo")), ("coder", ("memo",)), ("editor", ()), ("owner", ())]
)
def test_no_address_shows_the_words_of_a_source_that_is_closed_to_a_role(
    folder: Path, role: Role, closed: tuple[str, ...]
) -> None:
    pages = walked(signed_in(folder, role=role))
    shown = "\n".join(pages.values())
    assert len(pages) > 60
    assert OPEN[:-1] in shown
    for ident, words in SECRETS.items():
        where = [path for path, text in pages.items() if any(w in text for w in words)]
        if ident in closed:
            assert where == []
        else:
            assert {f"/evidence/s-{ident}", f"/evidence/s-{ident} (part)"} <= set(where)
    exported = pages["/report.html"]
    assert (TALK[:-1] in exported) == (role == "owner")
    assert role == "owner" or MEMO[:-1] not in exported


def test_an_answer_kept_for_one_role_is_not_given_to_another(folder: Path) -> None:
    owner = signed_in(folder)
    viewer = signed_in(folder, role="viewer")
    viewer.app.state.cases = owner.app.state.cases  # type: ignore[attr-defined]
    coder = signed_in(folder, role="coder")
    coder.app.state.cases = owner.app.state.cases  # type: ignore[attr-defined]
    for path in (
        "/why-not",
        "/positions",
        "/report",
        "/evidence/low-dues",
        "/sources.json",
        "/evidence/s-memo",
        "/compare?old=2026-01-01&new=2026-02-01",
    ):
        said = [browser.get(path).text for browser in (coder, owner, viewer, coder)]
        assert said[0] == said[3]
        assert not any(w in said[2] for words in SECRETS.values() for w in words), path
        assert not any(w in said[0] for w in SECRETS["memo"]), path
