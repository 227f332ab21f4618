"""Openings, distances, concessions and flags: the table of the reference, and what makes a flag go away."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from typer.testing import CliRunner

import zopa
from zopa.case import Case
from zopa.case.records import Review
from zopa.cli import app

CASE = zopa.load("ukraine-2025")
TABLE = {
    "US": (96.8, 13.0, 0.251, {"RUS": 39.8, "UKR": 68.8, "EUR": 42.0}),
    "RUS": (100.0, 39.8, 0.737, {"US": 39.2, "UKR": 95.6, "EUR": 65.1}),
    "UKR": (99.6, 35.7, 0.599, {"US": 50.6, "RUS": 94.6, "EUR": 25.0}),
    "EUR": (92.0, 7.3, 0.146, {"US": 24.4, "RUS": 75.6, "UKR": 6.6}),
}


def test_the_table_of_the_example() -> None:
    answer = zopa.start(CASE, "A")
    apart = {frozenset(d.parties): d for d in answer.distances}
    for o in answer.openings:
        worth, gives, share, losses = TABLE[o.party]
        assert o.utility == Fraction(str(worth))
        (nash,) = [a for a in answer.asked if a.party == o.party and a.package == "Nash"]
        assert nash.concession == Fraction(str(gives))
        assert round(float(nash.share or 0), 3) == share
        for other, loss in losses.items():
            assert apart[frozenset((o.party, other))].losses[o.party] == Fraction(str(loss))
    counts = {frozenset(d.parties): len(d.issues) for d in answer.distances}
    assert counts == {
        frozenset(("US", "RUS")): 8, frozenset(("US", "UKR")): 10, frozenset(("US", "EUR")): 9,
        frozenset(("RUS", "UKR")): 11, frozenset(("RUS", "EUR")): 11, frozenset(("UKR", "EUR")): 3,
    }  # fmt: skip


def test_distances_are_symmetric_and_zero_only_from_an_opening_to_itself() -> None:
    for d in zopa.start(CASE).distances:
        assert set(d.places) <= set(d.issues)
        assert d.issues


def kinds(case: Case) -> set[tuple[str, str, str]]:
    return {(f.kind, f.party, f.option) for f in zopa.start(case).flags}


def without(ident: str) -> Case:
    said = dict(CASE.statements)
    said[ident] = said[ident].model_copy(update={"review": Review(state="rejected")})
    return CASE.model_copy(update={"statements": said})


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        (("own-offer", "UKR", "T4"), "ukr-condition"),
        (("called-positioning", "US", "N2"), "fried-manoeuvre"),
        (("no-other-party", "UKR", "T4"), "us-territory"),
        (("left-before", "US", "M3"), "us-partnership"),
        (("own-offer", "UKR", "T4"), "ukr-territory"),
    ],
)
def test_a_flag_goes_when_its_sentence_is_rejected(flag: tuple[str, str, str], sentence: str) -> None:
    assert flag in kinds(CASE)
    assert flag not in kinds(without(sentence))


def test_a_flag_shows_the_demand_and_what_raises_the_question() -> None:
    flag = next(f for f in zopa.start(CASE).flags if f.kind == "own-offer")
    assert (flag.statements, flag.against) == (("ukr-territory",), ("ukr-condition",))
    text = str(zopa.start(CASE))
    assert "seeks all of its territory back" in text
    assert "if NATO protected the rest of Ukraine" in text


def said(**fields: Any) -> dict[str, Any]:
    if "said" in fields:
        fields["said"] = date.fromisoformat(fields["said"])
    if "options" in fields:
        fields["options"] = tuple(fields["options"])
    return {"source": "s", "quote": "q", "kind": "position", "speaker": "a", "issue": "x", **fields}


def small(statements: dict[str, Any], **more: Any) -> Case:
    issues = {
        "x": {
            "name": "X",
            "options": {"1": {"label": "one", "at": 0}, "2": {"label": "two", "at": 70.5}, "3": "three"},
        }
    }
    parties = {
        "A": {
            "name": "A",
            "values": {"x": {"1": 100, "2": 100, "3": 0}},
            "weights": {"x": 100},
            "reservation": 100,
            **more,
        },
        "B": {
            "name": "B",
            "values": {"x": {"1": 0, "2": 50, "3": 100}},
            "weights": {"x": 100},
            "reservation": 40,
        },
    }
    speakers = {
        "a": {"name": "Ann", "party": "A"},
        "old": {"name": "Old", "party": "A", "until": date(2020, 1, 1)},
        "c": {"name": "Critic", "authority": "commentator"},
    }
    return Case.model_validate(
        {
            "title": "t",
            "as_of": date(2024, 6, 1),
            "parties": parties,
            "issues": issues,
            "speakers": speakers,
            "statements": statements,
        }
    )


def opening(case: Case, as_of: date | None = None) -> Any:
    return zopa.start(case, as_of=as_of).openings[0]


def test_an_opening_comes_from_the_first_source_that_exists() -> None:
    prefer = said(stance="prefer", options=["2"], said="2024-01-01")
    demand = said(stance="demand", options=["3"], said="2023-01-01")
    assert opening(small({"p": prefer, "d": demand}, start={"x": "1"})).choices[0].source == "start"
    assert opening(small({"p": prefer, "d": demand})).package == {"x": "3"}
    assert opening(small({"p": prefer})).choices[0].source == "prefer"
    tied = opening(small({}))
    assert (tied.choices[0].source, tied.choices[0].options, tied.packages) == ("judgment", ("1", "2"), 2)


def test_the_latest_demand_counts_and_a_demand_withdrawn_since_does_not() -> None:
    early = said(stance="demand", options=["3"], said="2023-01-01")
    late = said(stance="demand", options=["1"], said="2024-01-01")
    assert opening(small({"l": late, "e": early})).package == {"x": "1"}
    withdrawn = said(stance="accept", options=["1"], said="2024-03-01")
    assert opening(small({"l": late, "e": early, "w": withdrawn})).package == {"x": "3"}
    assert opening(small({"l": late, "e": early}), date(2023, 6, 1)).package == {"x": "3"}


def test_words_of_a_former_voice_a_commentator_or_an_unreviewed_record_make_no_opening() -> None:
    for fields in (
        {"speaker": "old", "said": "2019-01-01"},
        {"speaker": "c"},
        {"review": {"state": "suggested"}},
    ):
        case = small({"d": said(stance="demand", options=["3"], **fields)})
        assert opening(case).choices[0].source == "judgment"


def test_a_share_is_undefined_where_the_opening_is_not_above_no_agreement() -> None:
    answer = zopa.start(small({}), targets={"draft": {"x": "3"}})
    (a,) = [x for x in answer.asked if x.package == "draft" and x.party == "A"]
    assert (a.concession, a.share) == (100, None)
    assert "no share" in str(answer)
    assert answer.distances[0].places in ({}, {"x": Fraction("70.5")})


def test_the_command_gives_the_openings_as_json() -> None:
    run = CliRunner().invoke(app, ["start", "ukraine-2025", "--as-of", "2025-01-31", "--json"])
    assert run.exit_code == 0, run.output
    assert '"as_of": "2025-01-31"' in run.stdout
    wrong = CliRunner().invoke(app, ["start", "ukraine-2025", "--as-of", "soon"])
    assert "expected a day such as 2025-02-13" in str(wrong.exception)
