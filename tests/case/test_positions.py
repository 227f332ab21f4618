"""Who stands where on an issue's line, and which of several statements says so."""

from __future__ import annotations

from datetime import date
from typing import Any

from zopa.case import Case
from zopa.case.positions import place, pressing, snapshots


def said(day: int, option: str, stance: str = "prefer", speaker: str = "now") -> dict[str, Any]:
    return {
        "source": "s", "quote": f"{option} on {day}", "kind": "position", "speaker": speaker,
        "said": date(2025, 3, day), "issue": "i", "options": option, "stance": stance,
    }  # fmt: skip


def case(**statements: dict[str, Any]) -> Case:
    def party(role: str, **own: Any) -> dict[str, Any]:
        return {"name": role, "role": role} | own

    return Case.model_validate(
        {
            "title": "t",
            "as_of": date(2025, 3, 20),
            "issues": {
                "i": {"name": "i", "options": {k: {"label": k, "at": at} for k, at in PLACES.items()}}
            },
            "parties": {
                "A": party("party"),
                "strong": party("ratifier", capability=5),
                "weak": party("ratifier"),
                "armed": party("spoiler", capabilities={"i": 9}),
                "loud": party("spoiler"),
                "helper": party("mediator", capability=50),
            },
            "speakers": {
                "now": {"name": "N", "party": "A"},
                "then": {"name": "T", "party": "A", "authority": "former"},
            },
            "statements": statements,
        }
    )


PLACES = {"low": 0, "mid": 40, "high": 100}


def test_ratifiers_and_spoilers_press_where_they_have_a_capability() -> None:
    assert pressing(case()) == ("A", "strong", "armed")


def test_the_day_of_the_case_still_counts_and_the_next_does_not() -> None:
    there = case(a=said(10, "low"), b=said(20, "mid"), c=said(21, "high"))
    assert [(s.statement, s.place) for s in snapshots(there, "i")] == [("a", 0), ("b", 40)]


def test_on_one_day_the_strongest_stance_counts_and_of_equal_ones_the_last_in_the_file() -> None:
    weaker_last = case(a=said(9, "high", "demand"), b=said(9, "low", "accept"))
    assert [s.statement for s in snapshots(weaker_last, "i")] == ["a"]
    equal = case(a=said(9, "high"), b=said(9, "low"), c=said(9, "mid", "accept"))
    assert [s.statement for s in snapshots(equal, "i")] == ["b"]


def test_what_a_predecessor_in_office_said_last_is_no_position() -> None:
    now = place(case(a=said(9, "low"), b=said(12, "high")), "A", "i")
    assert now is not None
    assert (now[0].best, now[0].basis.stated) == (100, ("b",))
    # the demands on record still give a start, as an opening and not as where the party stands now
    then = place(case(b=said(12, "high", speaker="then")), "A", "i")
    assert then is not None
    assert then[1] == "opens with: high"
