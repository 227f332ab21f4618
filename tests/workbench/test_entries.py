"""Issues, rules and parties in forms: the lines are shown first, remarks and order stay, nobody's edit is lost."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from read_story import CASE, SCRIPT, make_case, post
from workbench_client import EXAMPLES, signed_in
from zopa import load
from zopa.casefile import check_record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_case(tmp_path / "case")


def before(client: Any, path: str) -> str:
    found = re.search(r'name="before" value="([^"]*)"', client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def changed(folder: Path) -> tuple[list[str], list[str]]:
    """The lines of the case file that are new, and those that are gone."""
    old, new = CASE.split("\n"), (folder / "case.yaml").read_text().split("\n")
    return [x for x in new if x not in old], [x for x in old if x not in new]


def test_the_lines_are_shown_before_they_are_saved_and_are_the_lines_of_the_file(folder: Path) -> None:
    client = signed_in(folder)
    path = "/edit/issues/territory"
    form = {
        "value__name": "Territory and lines",
        "value__options__T2__label": "the lines as they are",
        "before": before(client, path),
    }
    shown = post(client, path, act="show", **form)
    assert (folder / "case.yaml").read_text() == CASE
    new = [html.unescape(x)[2:] for x in re.findall(r"<ins>(.*?)</ins>", shown.text)]
    old = [html.unescape(x)[2:] for x in re.findall(r"<del>(.*?)</del>", shown.text)]
    answer = post(client, path, act="save", why="as agreed", **form)
    assert answer.status_code == 303, answer.text
    assert (new, old) == changed(folder)
    assert "# as reported" in (folder / "case.yaml").read_text()
    assert load(folder).issues["territory"].options["T2"].label == "the lines as they are"
    last = check_record(folder).entries[-1]
    assert (last.act.via, last.act.why) == ("workbench, edit", "as agreed")


def test_judgments_are_typed_as_the_file_has_them(folder: Path) -> None:
    client = signed_in(folder)
    path = "/edit/parties/US"
    page = client.get(path).text
    assert 'name="value.weights.nato" value="70"' in page
    form = {
        "value__reservation": "[10, 30]",
        "value__weights__nato": "high",
        "value__weights__territory": "low",
    }
    assert post(client, path, act="save", before=before(client, path), **form).status_code == 303
    text = (folder / "case.yaml").read_text()
    assert "reservation: [10, 30]" in text
    assert "nato: high" in text


def test_a_rule_is_made_with_its_sides_and_taken_out_again(folder: Path) -> None:
    client = signed_in(folder)
    assert client.get("/edit/rules?id=r1").headers["location"] == "/edit/rules/r1"
    path = "/edit/rules/r1"
    form = {
        "value__party": "UKR", "value__says": f"No deal without it {SCRIPT}", "value__assumed": "for the test", "before": "",
        "value__when": ["territory|T2"], "value__when__shown": "1", "value__only_if": ["nato|N3"], "value__only_if__shown": "1",
    }  # fmt: skip
    assert post(client, path, act="save", **form).status_code == 303
    rule = load(folder).rules["r1"]
    assert (rule.when, rule.only_if) == (({"territory": ("T2",)},), ({"nato": ("N3",)},))
    assert SCRIPT not in client.get(path).text
    assert post(client, path, act="save", remove="1", before=before(client, path)).status_code == 303
    assert not load(folder).rules


def test_a_new_option_and_a_new_issue(folder: Path) -> None:
    client = signed_in(folder)
    path = "/edit/issues/nato"
    more = {"option-id": "N4", "option-label": "membership"}
    assert post(client, path, act="save", before=before(client, path), **more).status_code == 303
    assert load(folder).issues["nato"].options["N4"].label == "membership"
    form = {"value__name": "Prisoners", "option-id": "P1", "option-label": "exchange", "before": ""}
    assert post(client, "/edit/issues/prisoners", act="save", **form).status_code == 303
    assert list(load(folder).issues) == ["territory", "nato", "aid", "prisoners"]


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/edit/issues/territory", {"value__options__T2__at": "200"}, "case.yaml:"),
        ("/edit/issues/territory", {"value__now": "T9"}, "T9"),
        ("/edit/issues/territory", {"value__options__T2__at": "far"}, "expected a number"),
        ("/edit/parties/US", {"value__weights__nato": "hihg"}, "did you mean"),
        ("/edit/parties/US", {"value__reservation": "{best: [}"}, "expected a value"),
        ("/edit/parties/US", {"remove": "1"}, "case.yaml:"),
        ("/edit/issues/nato", {"option-id": "../x", "option-label": "y"}, "a new option needs an id"),
        ("/edit/parties/US", {}, "nothing was changed"),
    ],
)
def test_what_the_case_would_refuse_is_refused_with_its_place_and_nothing_is_saved(
    folder: Path, path: str, form: dict[str, str], said: str
) -> None:
    client = signed_in(folder)
    for act in ("show", "save"):
        answer = post(client, path, act=act, before=before(client, path), **form)
        assert answer.status_code == 422, act
        assert said.lower() in html.unescape(answer.text).lower()
        assert (folder / "case.yaml").read_text() == CASE


def test_an_entry_that_changed_meanwhile_is_shown_in_three_versions(folder: Path) -> None:
    client = signed_in(folder)
    path = "/edit/issues/territory"
    seen = before(client, path)
    file = folder / "case.yaml"
    file.write_text(CASE.replace("name: Territory", "name: The line"))
    for act in ("show", "save"):
        answer = post(client, path, act=act, before=seen, value__name="Mine")
        assert answer.status_code == 409
        columns = [html.unescape(c) for c in re.findall(r"<pre[^>]*>(.*?)</pre>", answer.text, re.S)]
        assert ["name: The line" in columns[0], "Mine" in columns[1], columns[2] == seen] == [True] * 3
    assert "Mine" not in file.read_text()


def test_an_edit_of_another_entry_meanwhile_stays(folder: Path) -> None:
    client = signed_in(folder)
    path = "/edit/issues/territory"
    seen = before(client, path)
    file = folder / "case.yaml"
    file.write_text(CASE.replace("name: Aid", "name: Help"))
    assert post(client, path, act="save", before=seen, value__name="Mine").status_code == 303
    case = load(folder)
    assert (case.issues["territory"].name, case.issues["aid"].name) == ("Mine", "Help")


def test_only_who_may_change_the_case_sees_the_forms(folder: Path) -> None:
    for role in ("coder", "viewer"):
        client = signed_in(folder, role=role)
        for path in ("/edit", "/edit/issues/nato", "/edit/issues/nato.json"):
            assert client.get(path).status_code == 403
        assert post(client, "/edit/issues/nato", act="save", before="", value__name="x").status_code == 403
    assert (folder / "case.yaml").read_text() == CASE


class Sent(HTMLParser):
    """The fields of the entry's form as a browser sends them, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.inside, self.select, self.text = False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.inside = given.get("class") == "entry"
        elif self.inside and tag == "input" and given.get("type") != "checkbox":
            self.fields[name] = [given.get("value") or ""]
        elif self.inside and tag == "select":
            self.select = name
            self.fields[name] = [] if "multiple" in given else [""]
        elif self.inside and tag == "option" and "selected" in given:
            multiple = self.fields[self.select] != [""]
            self.fields[self.select] = [*self.fields[self.select] * multiple, given.get("value") or ""]
        elif self.inside and tag == "textarea":
            self.text = name
            self.fields[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.text:
            self.fields[self.text] = [data]

    def handle_endtag(self, tag: str) -> None:
        self.text = ""
        self.inside = self.inside and tag != "form"


def as_sent(client: Any, path: str) -> dict[str, Any]:
    """Every field of the form as a browser sends it."""
    reader = Sent()
    reader.feed(client.get(path).text)
    assert "before" in reader.fields
    return {k: v for k, v in reader.fields.items() if k not in ("csrf", "why") and v}


def kept(client: Any, path: str, **changes: Any) -> None:
    answer = post(client, path, act="save", **as_sent(client, path) | changes)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[-1500:]


def test_a_rule_gets_alternatives_clauses_and_readings_in_forms(folder: Path) -> None:
    client = signed_in(folder)
    case = load(folder)
    first, second = list(case.issues)[:2]
    a, b = (f"{i}|{o}" for i in (first, second) for o in list(case.issues[i].options)[:1])
    also = f"{second}|{list(case.issues[second].options)[1]}"
    path = "/edit/rules/r-new"
    kept(
        client,
        path,
        **{
            "value.party": next(iter(case.parties)),
            "value.says": "no",
            "value.when": [a],
            "value.only_if": [b],
        },
    )
    unchanged = post(client, path, act="save", **as_sent(client, path))
    assert unchanged.status_code == 422, "nothing was changed"
    kept(client, path, **{"value.only_if.1": [also]})
    rule = load(folder).rules["r-new"]
    assert [dict(c) for c in rule.only_if] == [{second: (b.split("|")[1],)}, {second: (also.split("|")[1],)}]
    kept(client, path, **{"value.clauses.0.says": "nor <b>that</b>", "value.clauses.0.when": [also]})
    kept(client, path, **{"value.clauses.1.when": [b]})
    rule = load(folder).rules["r-new"]
    assert [c.says for c in rule.clauses] == ["nor <b>that</b>", ""]
    assert "<b>that" not in client.get(path).text
    kept(client, path, **{"value.clauses.1.(out)": "1", "value.only_if": []})
    rule = load(folder).rules["r-new"]
    assert len(rule.clauses) == 1
    assert len(rule.only_if) == 1
    refused = post(client, path, act="save", **as_sent(client, path) | {"reading-id": "narrow"})
    assert refused.status_code == 422
    assert "what it says in words" in refused.text
    kept(
        client,
        path,
        **{"reading-id": "narrow", "reading-says": "only so", "reading-when": [also], "present-id": "plain"},
    )
    read = load(folder).rules["r-new"]
    assert list(read.readings) == ["plain", "narrow"]
    assert (read.readings["plain"].when, read.readings["plain"].clauses) == (rule.when, rule.clauses)
    assert read.default == "plain"
    assert not read.when
    kept(client, path, **{"reading-id": "none", "reading-says": "binds no one"})
    kept(client, path, **{"value.readings.narrow.clauses.0.when": [a]})
    read = load(folder).rules["r-new"]
    assert list(read.readings) == ["plain", "narrow", "none"]
    assert len(read.readings["narrow"].clauses) == 1
    kept(client, path, **{"value.readings.narrow.(out)": "1"})
    assert list(load(folder).rules["r-new"].readings) == ["plain", "none"]


def test_the_rules_of_the_example_are_sent_back_unchanged() -> None:
    client = signed_in(EXAMPLES / "ukraine-2025")
    for ident in load(EXAMPLES / "ukraine-2025").rules:
        path = f"/edit/rules/{ident}"
        shown = post(client, path, act="show", **as_sent(client, path))
        assert "Nothing was changed" in shown.text, ident
