"""A draft on the page is the draft of the command; saved drafts are entries of a file that people may edit too."""

from __future__ import annotations

import html
import re
import shutil
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from workbench_client import EXAMPLES, HOST, TestClient, printed, signed_in
from zopa import load
from zopa.bargaining import solve
from zopa.casefile import check, read_drafts
from zopa.errors import CaseError
from zopa.workbench.access import csrf_token

EXAMPLE = EXAMPLES / "ukraine-2025"
PART = {"hx-request-type": "partial"}


@cache
def _nash() -> dict[str, str]:
    return dict(solve(load(EXAMPLE), "nash").deals[0].package)


def nash() -> dict[str, str]:
    return dict(_nash())


def query(package: dict[str, str], **more: str) -> str:
    return "?" + urlencode({f"on.{i}": o for i, o in package.items()} | more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "talks"))


def post(client: TestClient, path: str, **fields: str) -> object:
    token = csrf_token(client.cookies["zopa"])
    return client.post(path, data={"csrf": token, **fields}, headers={"origin": f"http://{HOST}"})


@pytest.mark.parametrize(
    ("changed", "more", "options"),
    [
        ({}, {}, []),
        ({"nato": "N4"}, {}, []),
        ({"nato": "N4", "force": "F1"}, {"readings": "E"}, ["--readings", "E"]),
        ({}, {"read.us-nato": "off"}, ["--readings", "us-nato=off"]),
        ({"nato": ""}, {"set.parties.UKR.reservation": "70"}, ["--set", "parties.UKR.reservation=70"]),
    ],
)
def test_a_draft_says_what_the_command_says(
    changed: dict[str, str], more: dict[str, str], options: list[str]
) -> None:
    package = {i: o for i, o in (nash() | changed).items() if o}
    answer = signed_in(EXAMPLE).get(f"/drafts/new.json{query(package, **more)}")
    words = [f"{i}={o}" for i, o in package.items()]
    assert answer.text == printed("judge", "ukraine-2025", *words, "--json", *options)


def test_a_click_gives_the_answer_and_an_address_that_holds_the_question() -> None:
    client = signed_in(EXAMPLE)
    part = client.get(
        f"/drafts/new{query(nash(), readings='', **{'read.us-nato': 'membership'})}", headers=PART
    )
    assert "<html" not in part.text
    assert "All parties accept" in part.text
    pushed = part.headers["hx-push-url"]
    assert "read." not in pushed, "the usual reading needs no word in the address"
    assert "readings" not in pushed
    whole = client.get(pushed).text
    first = html.unescape(re.sub(r"<[^>]*>", " ", part.text)).split()[:6]
    assert " ".join(first) in " ".join(html.unescape(re.sub(r"<[^>]*>", " ", whole)).split())


def test_flipping_to_the_strict_readings_shows_the_conflict_set() -> None:
    client = signed_in(EXAMPLE)
    before = client.get(f"/drafts/new{query(nash())}", headers=PART).text
    after = client.get(f"/drafts/new{query(nash(), readings='E')}", headers=PART).text
    assert "A deal exists under these readings." in before
    assert "On the frontier" in before
    assert "On the frontier" not in after, "a draft that breaks a rule is on no frontier"
    assert "These cannot all hold" in after


def test_without_a_script_the_form_asks_the_same_question() -> None:
    client = signed_in(EXAMPLE)
    page = client.get("/drafts/new").text
    form = page.split('id="draft-form"', 1)[1].split("</form>")[0]
    names = set(re.findall(r'name="([^"]+)"', form))
    case = load(EXAMPLE)
    assert {f"on.{i}" for i in case.issues} <= names
    assert 'method="get"' in page.split('id="draft-form"')[1][:60] or "<button>" in form
    empty = client.get("/drafts/new?" + "&".join(f"{quote(n)}=" for n in names))
    assert empty.status_code == 200


def test_every_redraft_offered_is_acceptable_to_whom_it_says() -> None:
    client = signed_in(EXAMPLE)
    worse = nash() | {"territory": "T4"}
    part = client.get(f"/drafts/new{query(worse)}", headers=PART).text
    urls = [html.unescape(u) for u in re.findall(r'class="button" href="(/drafts/new\?[^"]+)"', part)]
    assert urls
    before = client.get(f"/drafts/new.json{query(worse)}").json()["answer"]
    refusing = {v["party"] for v in before["verdicts"] if not v["accepts"]}
    for url in urls:
        after = client.get(url.replace("/new?", "/new.json?")).json()["answer"]
        still = {v["party"] for v in after["verdicts"] if not v["accepts"]}
        assert still < refusing


def test_a_draft_is_kept_changed_compared_and_removed(folder: Path) -> None:
    client = signed_in(folder)
    kept = post(
        client, f"/drafts/save{query(nash(), readings='E')}", name="Phased <i>line</i>", note="for\r\nTuesday"
    )
    assert kept.status_code == 303
    where = kept.headers["location"]
    page = client.get(where).text
    assert "Phased &lt;i&gt;line&lt;/i&gt;" in page
    assert "<i>line" not in page
    saved = read_drafts(folder)
    (ident,) = saved
    assert saved[ident].package == nash()
    assert (saved[ident].readings, saved[ident].note, saved[ident].by) == ("E", "for\nTuesday", "owner")
    assert (
        client.get(f"{where}.json").text == client.get(f"/drafts/new.json{query(nash(), readings='E')}").text
    )
    again = post(client, f"/drafts/save{query(nash() | {'nato': 'N3'})}", name="Phased", ident=ident)
    assert again.headers["location"] == where
    assert read_drafts(folder)[ident].package["nato"] == "N3"
    beside = client.get(f"/drafts/compare/{ident}{query(nash())}")
    assert beside.status_code == 200
    assert "Phased" in beside.text
    assert post(client, f"/drafts/{ident}/remove").status_code == 303
    assert read_drafts(folder) == {}
    assert client.get(where).status_code == 404


def test_keeping_a_draft_changes_nothing_of_the_case(folder: Path) -> None:
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    digest = load(folder).digest
    client = signed_in(folder)
    post(client, f"/drafts/save{query(nash())}", name="One")
    assert {p: p.read_bytes() for p in before} == before
    assert {p.name for p in folder.rglob("*")} - {p.name for p in before} <= {
        "drafts.yaml",
        "record.jsonl",
        "sources",
    }
    assert load(folder).digest == digest
    assert check(folder) == []


def test_remarks_in_the_file_of_drafts_stay(folder: Path) -> None:
    client = signed_in(folder)
    post(client, f"/drafts/save{query(nash())}", name="One")
    file = folder / "drafts.yaml"
    file.write_text("# ours\n" + file.read_text().replace("  one:", "  # shown on Tuesday\n  one:"))
    post(client, f"/drafts/save{query(nash())}", name="Two")
    text = file.read_text()
    assert text.startswith("# ours\n")
    assert "# shown on Tuesday" in text
    assert set(read_drafts(folder)) == {"one", "two"}


def test_a_broken_file_of_drafts_is_located_and_not_overwritten(folder: Path) -> None:
    broken = "drafts:\n  one: {name: 1, colour: red}\n"
    (folder / "drafts.yaml").write_text(broken)
    with pytest.raises(CaseError, match=r"drafts\.yaml:2:"):
        read_drafts(folder)
    client = signed_in(folder)
    assert "drafts.yaml:2:" in client.get("/drafts/new").text
    assert post(client, f"/drafts/save{query(nash())}", name="Two").status_code == 422
    assert (folder / "drafts.yaml").read_text() == broken


def test_drafts_of_what_is_not_in_the_case_are_refused(folder: Path) -> None:
    client = signed_in(folder)
    assert post(client, "/drafts/save?on.nato=N9", name="One").status_code == 404
    assert post(client, "/drafts/save?read.us-nato=none", name="One").status_code == 404
    assert post(client, f"/drafts/save{query(nash())}", name="   ").status_code == 422
    assert post(client, f"/drafts/save{query(nash())}").status_code == 422
    assert post(client, f"/drafts/save{query(nash())}", name="One", ident="../../case").status_code == 404
    assert not (folder / "drafts.yaml").exists()


def test_a_viewer_sees_drafts_and_keeps_none(folder: Path) -> None:
    client = signed_in(folder, role="viewer")
    page = client.get(f"/drafts/new{query(nash())}")
    assert page.status_code == 200
    assert "/drafts/save" not in page.text
    assert post(client, f"/drafts/save{query(nash())}", name="One").status_code == 403
    assert post(client, "/drafts/one/remove").status_code == 403


HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "a\x00b\r\nSet-Cookie: x",
]


@pytest.mark.parametrize(
    "word", [*HOSTILE[:1], *(pytest.param(w, marks=pytest.mark.slow) for w in HOSTILE[1:])]
)
def test_nothing_typed_becomes_markup(folder: Path, word: str) -> None:
    client = signed_in(folder)
    q = quote(word, safe="")
    post(client, f"/drafts/save{query(nash())}", name=word, note=word)
    pages = ["/drafts/new", f"/evidence/{q}", f"/drafts/{q}", f"/why-not?readings={q}", f"/why-not?as-of={q}",
             f"/why-not?set.parties.{q}.reservation=1", f"/drafts/new?on.nato={q}", f"/drafts/new?set.parties.UKR.reservation={q}",
             f"/why-not?read.{q}={q}", f"/drafts/new?on.{q}={q}"]  # fmt: skip
    for path in pages:
        answer = client.get(path)
        assert answer.status_code < 500, path
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert ">49<" not in answer.text
        assert "set-cookie" not in answer.headers
        assert not re.search(r'href="\s*javascript:', answer.text)


@pytest.mark.slow
def test_script_in_every_field_of_a_case_and_in_file_names_stays_text(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "<script>alert(2)<"))
    for name in ("case.yaml", "statements.yaml"):
        text = (folder / name).read_text()
        text = re.sub(
            r"(?m)^(\s+(?:name|label|says|question|about|what|office): )([^\"'\[{|>\n#]+)$",
            r"\1'<script>alert(1)</script> \2'",
            text,
        )
        (folder / name).write_text(text)
    if check(folder):
        pytest.fail(str(check(folder)[0]))
    client = signed_in(folder)
    base = nash()
    pages = [
        "/drafts/new",
        f"/drafts/new{query(base, readings='E')}",
        "/why-not?readings=E",
        "/evidence/zone",
        "/evidence/UKR",
        "/",
    ]
    for path in pages:
        text = client.get(path).text
        assert "<script>alert" not in text, path
        assert "&lt;script&gt;alert(1)" in text, path


@pytest.mark.parametrize("name", ["\0", " \t ", "\x1b\x07", "\u2028"])
def test_a_name_of_nothing_that_shows_is_refused_in_words(folder: Path, name: str) -> None:
    assert post(signed_in(folder), "/drafts/save", name=name).status_code == 422
    assert not (folder / "drafts.yaml").exists()
