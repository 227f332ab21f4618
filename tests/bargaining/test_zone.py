"""What is said beside an answer, and in which order: warnings, notes, switches, corrections."""

from __future__ import annotations

from typing import Any

import pytest

import zopa
from zopa.case import Case

OPTIONS = "abcdefghij"


def case(values: dict[str, list[float]], options: str, *, reservation: float = 1.0, **more: Any) -> Case:
    """One issue; per party its points for the options."""
    return Case.model_validate(
        {
            "title": "t",
            "issues": {"i": {"name": "i", "options": {o: o for o in options}}},
            "parties": {
                p: {
                    "name": p,
                    "points": {"i": dict(zip(options, v, strict=True))},
                    "reservation": reservation,
                }
                for p, v in values.items()
            },
            **more,
        }
    )


@pytest.mark.parametrize(("fine", "warned"), [(2, False), (3, False), (4, True), (10, True)])
def test_a_zone_of_more_than_three_in_ten_packages_is_said_to_say_little(fine: int, warned: bool) -> None:
    found = zopa.zone(case({"A": [1.0] * fine + [0.0] * (10 - fine), "B": [1.0] * 10}, OPTIONS))
    assert found.count == fine
    assert any("the zone says little" in w for w in found.warnings) == warned


def test_who_stays_at_the_reservation_value_under_nash_is_named() -> None:
    stays = zopa.solve(case({"A": [3, 1], "B": [1, 1]}, "ab"), "nash")
    assert (stays.deals[0].options, stays.note) == ("a", "B cannot gain together with the others")
    nobody = zopa.solve(case({"A": [1, 0], "B": [1, 1]}, "ab"), "nash")
    assert nobody.note.startswith("no package gives any party a gain")
    assert zopa.solve(case({"A": [3, 1], "B": [2, 1]}, "ab"), "nash").note == ""


def rule(*forbidden: str, **own: Any) -> dict[str, Any]:
    return {"party": "A", "when": ({"i": forbidden},), **own}


def test_another_reading_opens_a_zone_and_setting_a_rule_aside_is_not_one() -> None:
    readings = {"strict": {"when": ({"i": ("a", "b")},)}, "wide": {"when": ({"i": ("a",)},)}}
    why = zopa.why_not(
        case({"A": [5, 5], "B": [5, 5]}, "ab", rules={"r": {"party": "A", "readings": readings}})
    )
    assert why.empty
    assert {(s.reading, s.open) for s in why.switches} == {("wide", True), ("off", True)}
    assert [s.reading for s in why.opens] == ["wide"]


def test_what_closes_a_zone_is_listed_only_where_there_is_one() -> None:
    readings = {"wide": {"when": ({"i": ("a",)},)}, "strict": {"when": ({"i": ("a", "b")},)}}
    there = case({"A": [5, 5], "B": [5, 5]}, "ab", rules={"r": {"party": "A", "readings": readings}})
    assert [s.reading for s in zopa.why_not(there).closes] == ["strict"]
    closed = zopa.why_not(there, {"r": "strict"})
    never = zopa.why_not(
        case({"A": [0, 0], "B": [5, 5]}, "ab", rules={"r": {"party": "A", "readings": readings}})
    )
    assert (closed.empty, closed.closes) == (never.empty, never.closes) == (True, ())


def test_fewer_statements_come_before_less_firm_ones() -> None:
    said = {k: {"source": "s", "quote": k, "kind": "position", "party": "A"} for k in ("s1", "s2", "s3")}
    rules = {
        "soft": rule("a", firmness="hedged", stated=("s1", "s2")),
        "firm": rule("b", firmness="firm", stated="s3"),
    }
    why = zopa.why_not(case({"A": [5, 5], "B": [5, 5]}, "ab", rules=rules, statements=said))
    assert [(c.limits[0].id, c.statements, c.firmness) for c in why.corrections] == [
        ("firm", 1, 3),
        ("soft", 2, 1),
    ]
