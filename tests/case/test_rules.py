"""What follows from statements: rules, starting positions, and whether a statement may speak at all."""

from __future__ import annotations

import itertools
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from zopa.case import Case, all_rules, start, values
from zopa.case.interval import Interval
from zopa.casefile import load


def case(statements: dict[str, dict[str, Any]], **more: Any) -> Case:
    given = {
        k: {"source": "s", "quote": k, "kind": "position", "party": "A"} | s for k, s in statements.items()
    }
    return Case.model_validate(
        {
            "title": "t",
            "issues": {"i": {"name": "i", "options": {"p": "P", "q": "Q", "r": "R"}}},
            "parties": {"A": {"name": "A"}},
            "statements": given,
            **more,
        }
    )


RED = {"issue": "i", "options": "p", "stance": "red-line"}


def test_a_red_line_binds_unless_a_rule_of_the_case_speaks_for_its_statement() -> None:
    assert set(all_rules(case({"s1": RED}))) == {"s1"}
    written = {"party": "A", "when": ({"i": ("q",)},)}
    assert set(all_rules(case({"s1": RED}, rules={"own": {**written, "stated": "s1"}}))) == {"own"}
    below = {"party": "A", "readings": {"narrow": {"when": ({"i": ("q",)},), "inferred": "s1", "why": "w"}}}
    assert set(all_rules(case({"s1": RED}, rules={"own": below}))) == {"own"}
    assert set(all_rules(case({"s1": RED}, rules={"own": written}))) == {"own", "s1"}


@pytest.mark.parametrize(
    ("state", "speaks"), [("accepted", True), ("edited", True), ("suggested", False), ("rejected", False)]
)
def test_only_accepted_and_edited_statements_reach_the_model(state: str, speaks: bool) -> None:
    stance = {"issue": "i", "options": "p", "stance": "demand", "review": {"state": state}}
    assert values(case({"s1": stance}), "A", "i")["p"].gap != speaks
    assert bool(all_rules(case({"s1": RED | {"review": {"state": state}}}))) == speaks


def test_a_party_starts_from_the_option_it_holds_to_most() -> None:
    said = {
        "s1": {"issue": "i", "options": "p", "stance": "accept"},
        "s2": {"issue": "i", "options": "q", "stance": "demand"},
        "s3": {"issue": "i", "options": "r", "stance": "prefer"},
    }
    option, basis = start(case(said), "A")["i"]
    assert (option, basis.stated) == ("q", ("s2",))


def test_an_outcome_is_there_from_its_own_day() -> None:
    agreed = case({}, outcome={"date": date(2025, 5, 1), "agreed": {"i": "p"}})
    assert agreed.at(date(2025, 4, 30)).outcome is None
    assert agreed.at(date(2025, 5, 1)).outcome == agreed.outcome


def test_a_product_of_intervals_holds_every_product_of_their_ends() -> None:
    ends = [(a, b) for a in range(-2, 3) for b in range(a, 3)]
    for x, y in itertools.product(ends, ends):
        products = [Fraction(a * b) for a in x for b in y]
        product = Interval.of(*x) * Interval.of(*y)
        assert (product.low, product.high) == (min(products), max(products))


def test_a_copy_of_a_copy_keeps_nothing_that_was_worked_out_for_a_case_that_is_gone():
    """A third case may lie where the first lay in memory; what follows from it is worked out anew."""
    base = load(Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "trade-2020")
    again = 0
    for _ in range(200):
        first = base.model_copy()
        assert all_rules(first)
        place = id(first)
        second = first.model_copy()
        del first
        third = second.model_copy(update={"rules": {}, "statements": {}})
        again += id(third) == place
        assert not all_rules(third)
        del second, third
    assert again  # it does happen
