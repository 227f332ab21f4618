"""What changed between two cases: zones against brute force, each change undone against the case made so."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from typer.testing import CliRunner

import zopa
from oracles import Oracle
from strategies import case_of, for_all, rules, small_cases
from zopa.case import Case
from zopa.cli import app
from zopa.render import html_of
from zopa.render.json import answered
from zopa.study import Comparison

OLD: dict[str, Any] = {
    "title": "Two rivers",
    "as_of": date(2025, 2, 1),
    "parties": {
        "A": {"name": "Avon", "points": {"i": {"p": 10, "q": 0}, "j": {"p": 5, "q": 0}}, "reservation": 5},
        "B": {"name": "Brue", "points": {"i": {"p": 0, "q": 10}, "j": {"p": 5, "q": 0}}, "reservation": 5},
    },
    "issues": {i: {"name": f"Issue {i}", "options": {"p": f"{i} high", "q": f"{i} low"}} for i in ("i", "j")},
    "sources": {"s": {"date": "2025-02-01"}, "t": {"date": "2025-06-01"}},
    "statements": {
        "first": {"source": "s", "quote": "we could take it high", "kind": "offer", "party": "A", "issue": "i",
                  "options": ("p",), "stance": "accept", "said": date(2025, 1, 5)},
    },
}  # fmt: skip
SECOND = {"source": "t", "quote": "never high on the second", "kind": "refusal", "party": "A", "issue": "j",
          "options": ("p",), "stance": "red-line", "said": date(2025, 5, 5)}  # fmt: skip
MOVED = {"source": "t", "quote": "we could take it low", "kind": "offer", "party": "A", "issue": "i",
         "options": ("q",), "stance": "accept", "said": date(2025, 5, 6)}  # fmt: skip
NEW = {
    **OLD,
    "as_of": date(2025, 6, 1),
    "statements": {**OLD["statements"], "second": SECOND, "moved": MOVED},
}


def zone_of(spec: dict[str, Any]) -> set[tuple[str, ...]]:
    """The packages that no rule forbids and everybody accepts, one by one."""
    oracle = Oracle(spec)
    return {
        tuple(oracle.packages[k].values())
        for k in oracle.admissible
        if all(w >= r for w, r in zip(oracle.worth[k], oracle.limits, strict=True))
    }


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case, and the same with other rules or reservation values."""
    old = draw(small_cases(voting=False))
    new = {**old, "parties": {k: dict(v) for k, v in old["parties"].items()}}
    table = {i: list(x["options"]) for i, x in old["issues"].items()}
    if draw(st.booleans()):
        more = draw(rules(table, list(old["parties"]), []))
        new["rules"] = {**old["rules"], "extra": more}
    for party in draw(st.lists(st.sampled_from(sorted(new["parties"])), unique=True)):
        new["parties"][party]["reservation"] = float(draw(st.integers(0, 60)))
    for spec in (old, new):
        for p in spec["parties"].values():
            r = p.get("reservation")
            p["reservation"] = (
                {"best": r if isinstance(r, float) else r["best"]} if r is not None else {"best": -1000.0}
            )
    return old, new


@for_all(pairs(), examples=60, thorough=400)
def test_packages_that_enter_and_leave_are_those_found_one_by_one(pair: tuple[dict[str, Any], Any]) -> None:
    old, new = pair
    c = zopa.compare(case_of(old), case_of(new))
    before, after = zone_of(old), zone_of(new)
    assert (c.kept, c.entered, c.left) == (len(before & after), len(after - before), len(before - after))
    assert c.entered_with_new_options == 0
    assert {tuple(d.package.values()) for d in c.newcomers} <= after - before
    assert {tuple(d.package.values()) for d in c.leavers} <= before - after
    assert c.turned == {(True, True): "stayed open", (False, False): "stayed closed",
                        (True, False): "closed", (False, True): "opened"}[bool(before), bool(after)]  # fmt: skip


@for_all(pairs(), examples=40, thorough=300)
def test_each_change_undone_alone_is_the_case_made_so(pair: tuple[dict[str, Any], Any]) -> None:
    old, new = pair
    c = zopa.compare(case_of(old), case_of(new))
    after = len(zone_of(new))
    told = {(e.kind, e.address): e for e in c.effects}
    undone = {}
    for party in new["parties"]:
        back = {**new, "parties": {**new["parties"], party: old["parties"][party]}}
        undone["judgments", party] = len(zone_of(back))
    if "extra" in new.get("rules", {}) and "extra" not in old.get("rules", {}):
        undone["rule", "extra"] = len(zone_of({**new, "rules": old["rules"]}))
    for key, count in undone.items():
        assert (key in told) == (count != after)
        if key in told:
            assert told[key].count_without == count
            assert told[key].decides == (
                bool(zone_of(old)) != bool(after) and bool(count) == bool(zone_of(old))
            )
    assert set(told) <= set(undone)


def closed() -> Comparison:
    return zopa.compare(Case.model_validate(OLD), Case.model_validate(NEW))


def test_what_closed_the_zone_is_named_with_its_sentence() -> None:
    c = closed()
    assert c.turned == "closed"
    assert [(e.address, e.decides, e.statements) for e in c.effects] == [("second", True, ("second",))]
    assert c.said == ("second", "moved")
    assert {(m.party, m.issue, m.before, m.after) for m in c.moves} == {
        ("A", "j", "", "second"), ("A", "i", "first", "moved"),
    }  # fmt: skip
    text = str(c)
    assert "The zone closed" in text
    assert "What closed it" in text
    assert "never high on the second" in text
    assert "we could take it high" in text
    assert "we could take it low" in text
    assert "could accept i low" in text


def test_the_other_way_round_the_rule_is_gone_and_its_absence_opened_it() -> None:
    c = zopa.compare(Case.model_validate(NEW), Case.model_validate(OLD))
    assert c.turned == "opened"
    assert [(e.kind, e.address, e.count_without) for e in c.effects if e.decides] == [("rule", "second", 0)]
    assert c.withdrawn == ("second", "moved")
    assert "What opened it" in str(c)


def test_a_case_and_itself_have_nothing_different() -> None:
    case = Case.model_validate(NEW)
    c = zopa.compare(case, case)
    assert (c.said, c.moves, c.changes, c.effects, c.entered, c.left) == ((), (), (), (), 0, 0)
    assert "Nothing that counts is different" in str(c)


def test_two_dates_of_one_case_are_the_two_cases() -> None:
    case = Case.model_validate(NEW)
    c = zopa.compare(case.at("2025-02-01"), case)
    assert (c.turned, c.said, c.entered, c.left) == ("closed", closed().said, closed().entered, closed().left)


def test_a_new_option_is_counted_as_one_and_can_be_what_opened_the_zone() -> None:
    old = {**NEW, "title": "before"}
    new = {**NEW, "issues": {**NEW["issues"], "j": {"name": "Issue j", "options": {"p": "p", "q": "q", "r": {"label": "shared"}}}},
           "parties": {k: {**p, "points": {**p["points"], "j": {**p["points"]["j"], "r": 5}}} for k, p in NEW["parties"].items()}}  # fmt: skip
    c = zopa.compare(Case.model_validate(old), Case.model_validate(new))
    assert c.turned == "opened"
    # i high gives A 10 + 5 and B 0 + 5; i low gives A 0 + 5 and B 10 + 5: both with j shared.
    assert (c.entered, c.entered_with_new_options) == (2, 2)
    assert ("option", "j.r", True) in [(e.kind, e.address, e.decides) for e in c.effects]
    assert "shared" in str(c)


def test_a_comparison_as_json_leaves_the_older_case_out() -> None:
    data = json.loads(json.dumps(answered(closed())))
    assert "earlier" not in data["answer"]
    assert data["answer"]["old"]["as_of"] == "2025-02-01"
    assert data["question"]["as_of"] == "2025-06-01"


def test_the_command_compares_two_dates_and_writes_one_page(tmp_path: Path) -> None:
    page = tmp_path / "since.html"
    done = CliRunner().invoke(
        app, ["compare", "ukraine-2025@2025-01-31", "ukraine-2025", "--out", str(page), "--json"]
    )
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)["answer"]
    assert answer["old"]["as_of"] == "2025-01-31"
    assert "us-nato" in answer["said"]
    assert "United States did not regard Ukraine" in page.read_text(encoding="utf-8")


def test_the_examples_two_dates_name_what_moved_and_the_sentences() -> None:
    case = zopa.load("ukraine-2025")
    c = zopa.compare(case.at("2025-02-13"), case.at("2025-11-25"))
    assert (c.old.as_of, c.new.as_of) == (date(2025, 2, 13), date(2025, 11, 25))
    assert set(c.said) == {"draft-nato", "draft-territory", "e3-nato", "e3-territory"}
    assert {(m.party, m.issue, m.before, m.after) for m in c.moves} >= {
        ("US", "territory", "us-private", "draft-territory"),
        ("US", "nato", "us-nato", "draft-nato"),
        ("EUR", "territory", "", "e3-territory"),
    }
    assert [(d.kind, d.address) for d in c.changes] == [("option", "territory.T5"), ("rule", "europe-line")]
    assert [(e.address, e.statements) for e in c.effects] == [("europe-line", ("e3-territory",))]
    assert c.effects[0].count_without == zopa.zone(case.at("2025-11-25"), {"europe-line": "off"}).count
    page = html_of(c)
    assert "It named the territory that would be left to Russia." in page
    assert "talks start from the line of contact" in page
    assert len(str(c).splitlines()) < 80


def test_the_example_is_opened_in_february_and_its_answers_are_those_of_that_day() -> None:
    case = zopa.load("ukraine-2025")
    assert (case.as_of, case.cut) == (date(2025, 2, 13), None)
    assert "T5" not in case.issues["territory"].options
    assert "november" not in case.sources
    assert all("T5" not in p.values["territory"] for p in case.parties.values() if p.values)
    assert zopa.zone(case).count == zopa.zone(case.at("2025-02-13")).count
    november = case.at("2025-11-25")
    assert "T5" in november.issues["territory"].options
    assert "november" in november.sources
    assert case.with_({"parties.UKR.reservation": 55}).at("2025-11-25").changed == {
        "parties.UKR.reservation": 55
    }
