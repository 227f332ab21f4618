"""What is said beside an answer, and in which order: warnings, notes, switches, corrections."""

from __future__ import annotations

from fractions import Fraction
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


def test_the_only_allowed_package_gives_no_warning_of_a_large_zone() -> None:
    assert not zopa.zone(case({"A": [5], "B": [5]}, "a")).warnings


def test_a_zone_that_closes_within_an_interval_says_for_whom_and_above_which_value() -> None:
    two = case({"A": [60.0, 10.0], "B": [50.0, 10.0]}, "ab", reservation=40.0)
    assert not zopa.zone(two).closes_within
    given = {"best": 40, "low": 30, "high": 55, "assumed": "test"}
    wide = case({"A": [60.0, 10.0], "B": [50.0, 10.0]}, "ab", reservation=given)  # type: ignore[arg-type]
    found = zopa.zone(wide)
    assert found.closes_within == {"B": 50}
    assert "more than 50.0 to B (taken as 40; 30 to 55, assumed)" in str(found)


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


def test_a_gain_is_what_a_package_is_worth_above_no_agreement() -> None:
    there = case({"A": [5, 2], "B": [1.5, 4]}, "ab", reservation=1.5)
    by_option = {d.options: d for d in zopa.frontier(there).deals}
    assert by_option["a"].gains == {"A": Fraction(7, 2), "B": 0}
    assert by_option["b"].gains == {"A": Fraction(1, 2), "B": Fraction(5, 2)}
    (short,) = zopa.zone(case({"A": [0, 2], "B": [9, 0.5]}, "ab")).closest
    assert short.gains == {"A": 1, "B": Fraction(-1, 2)}


def test_a_change_after_which_all_accept_also_mends_the_rule_that_the_draft_breaks() -> None:
    def party(*points: float) -> dict[str, Any]:
        i, j = dict(zip("ab", points[:2], strict=True)), dict(zip("cd", points[2:], strict=True))
        return {"name": "P", "points": {"i": i, "j": j}, "reservation": 1.0}

    issues = {k: {"name": k, "options": {o: o for o in options}} for k, options in (("i", "ab"), ("j", "cd"))}
    there = Case.model_validate(
        {
            "title": "t", "issues": issues, "parties": {"A": party(5, 5, 0, 0), "B": party(0, 0, 0, 5)},
            "rules": {"law": {"when": ({"i": ("a",)},)}},
        }
    )  # fmt: skip
    views = zopa.judge(there, {"i": "a", "j": "c"})
    assert [v.accepts for v in views.verdicts] == [True, False]
    assert [s.changes for s in views.agreements] == [{"i": "b", "j": "d"}]
    assert {"j": "d"} in [s.changes for s in views.swaps["B"]]  # wins B, and leaves the rule broken
