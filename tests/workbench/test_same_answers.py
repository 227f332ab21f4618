"""What a page says is what the command says: the JSON twin byte for byte, the sentences from the same view."""

from __future__ import annotations

import html
import json
import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

from strategies import Spec, for_all, small_cases
from workbench_client import EXAMPLES, printed, signed_in
from zopa import load, why_not
from zopa.render import text_of

EXAMPLE = EXAMPLES / "ukraine-2025"


QUESTIONS = [
    ("", []),
    ("?readings=E", ["--readings", "E"]),
    ("?as-of=2025-02-12", ["--as-of", "2025-02-12"]),
    ("?read.us-nato=off", ["--readings", "us-nato=off"]),
    ("?set.parties.UKR.reservation=70&as-of=&readings=", ["--set", "parties.UKR.reservation=70"]),
]


@pytest.mark.parametrize(("query", "options"), QUESTIONS)
def test_why_not_says_what_the_command_says(query: str, options: list[str]) -> None:
    client = signed_in(EXAMPLE)
    answer = client.get(f"/why-not.json{query}")
    assert answer.text == printed("why-not", "ukraine-2025", "--json", *options)


@pytest.mark.parametrize(
    "ident", ["zone", "us-nato", "UKR.reservation", "nash", "UKR", "rules.us-nato", "statement"]
)
def test_evidence_says_what_the_command_says(ident: str) -> None:
    if ident == "statement":
        ident = next(iter(load(EXAMPLE).statements))
    client = signed_in(EXAMPLE)
    answer = client.get(f"/evidence/{quote(ident, safe='')}.json")
    assert answer.text == printed("explain", "ukraine-2025", ident, "--json")


@pytest.mark.slow
def test_today_says_what_the_main_job_says() -> None:
    client = signed_in(EXAMPLES / "typewriters-1975")
    assert client.get("/today.json").text == printed("run", "typewriters-1975", "--json")


def words(page: str) -> str:
    """The text of a page, without markup and with single spaces."""
    main = page.split("<main", 1)[1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


@pytest.mark.parametrize("query", ["", "?readings=E"])
def test_the_sentences_of_a_page_are_those_of_the_view(query: str) -> None:
    client = signed_in(EXAMPLE)
    page = words(client.get(f"/why-not{query}").text)
    told = text_of(why_not(load(EXAMPLE), "E" if query else None)).splitlines()
    sentences = [x.strip(" •-") for x in told if x.strip()]
    assert sentences[0] in page


def test_a_changed_file_is_read_again_and_a_broken_one_is_located(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(EXAMPLES / "typewriters-1975", folder)
    client = signed_in(folder)
    assert client.get("/why-not").status_code == 200
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(re.sub(r"(?m)^title: .*$", "title: Another <b>title</b>", text))
    page = client.get("/why-not").text
    assert "Another &lt;b&gt;title&lt;/b&gt;" in page
    (folder / "case.yaml").write_text(text + "\nnonsense: 1\n")
    broken = client.get("/why-not")
    assert broken.status_code == 422
    assert re.search(r"case\.yaml:\d+:\d+", broken.text)
    assert client.get("/why-not.json").json()["error"]["findings"][0]["line"] > 1
    (folder / "case.yaml").write_text(text)
    assert client.get("/why-not").status_code == 200


def write(folder: Path, spec: Spec) -> None:
    """A drawn case as a folder; JSON is YAML."""
    said = {k: spec[k] for k in ("statements",) if spec.get(k)}
    main = {k: v for k, v in spec.items() if k not in ("sources", "statements")}
    (folder / "case.yaml").write_text(json.dumps(main), encoding="utf-8")
    if said:
        (folder / "statements.yaml").write_text(json.dumps(said), encoding="utf-8")
    for ident, source in spec.get("sources", {}).items():
        (folder / "sources").mkdir(exist_ok=True)
        (folder / "sources" / f"{ident}.txt").write_text(source["text"], encoding="utf-8")


@for_all(small_cases(), examples=6, thorough=200)
def test_pages_and_commands_agree_on_any_case(spec: Spec) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "any"
        folder.mkdir()
        write(folder, spec)
        client = signed_in(folder)
        rule = next(iter(spec.get("rules", {})), None)
        asked = [("", [])] + ([(f"?read.{rule}=off", ["--readings", f"{rule}=off"])] if rule else [])
        for query, options in asked:
            assert client.get(f"/why-not.json{query}").text == printed(
                "why-not", str(folder), "--json", *options
            )
        party = next(iter(spec["parties"]))
        for ident in ("zone", party, *([rule] if rule else [])):
            assert client.get(f"/evidence/{ident}.json").text == printed(
                "explain", str(folder), ident, "--json"
            )
            assert client.get(f"/evidence/{ident}").status_code == 200
        assert client.get("/why-not").status_code == 200


def test_a_link_to_a_rule_opens_the_rule_even_where_a_statement_has_its_id() -> None:
    case = load(EXAMPLE)
    assert "us-nato" in case.statements
    client = signed_in(EXAMPLE)
    page = client.get("/why-not?readings=E").text
    link = html.unescape(re.findall(r'href="(/evidence/[^"]*us-nato[^"]*)"', page)[0])
    assert "rule us-nato" in client.get(link).text


@pytest.mark.parametrize(
    ("page", "command"),
    [
        ("/questions.json", ["questions", "ukraine-2025"]),
        ("/path.json?to=egalitarian&from=UKR", ["path", "ukraine-2025", "--to", "egalitarian", "--from", "UKR"]),
        ("/compare.json?old=2025-02-13&new=2025-11-25", ["compare", "ukraine-2025@2025-02-13", "ukraine-2025@2025-11-25"]),
    ],
)  # fmt: skip
def test_questions_path_and_compare_say_what_the_commands_say(page: str, command: list[str]) -> None:
    assert signed_in(EXAMPLE).get(page).text == printed(*command, "--json")


def test_the_table_of_positions_shows_the_words_behind_each_cell_and_a_party_over_time() -> None:
    client = signed_in(EXAMPLE)
    told = client.get("/positions.json").json()["answer"]
    case = load(EXAMPLE)
    stated = [(i, p, x) for i, row in told.items() for p, x in row.items() if x["statement"]]
    assert stated
    page = html.unescape(client.get("/positions").text)
    for issue, party, x in stated:
        s = case.statements[x["statement"]]
        assert (s.issue, s.party or case.speakers[s.speaker].party) == (issue, party)
        assert s.quote in page
    early = client.get("/parties/UKR.json?as-of=2025-01-31").json()["answer"]
    late = client.get("/parties/UKR.json?as-of=2025-11-25").json()["answer"]
    assert set(early) < set(late)
    assert client.get("/parties/nobody").status_code == 404
