"""Words, ranks and intervals become exact numbers by the conventions that the documentation names."""

from __future__ import annotations

import calendar
import itertools
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from case_folder import STATEMENTS, findings, spoiled, write
from strategies import for_all
from zopa.case import (
    STANCES,
    WEIGHT_WORDS,
    Case,
    Statement,
    gaps,
    reservation,
    share_by_basis,
    values,
    weights,
)
from zopa.casefile import load


def case_with(**party: Any) -> Case:
    """One party over as many issues as its weights name (three otherwise), each with three options."""
    names = list(party.get("weights", {})) or ["i", "j", "k"]
    options = {o: o for o in "abc"}
    issues = {i: {"name": i, "options": options} for i in names}
    return Case.model_validate({"title": "t", "issues": issues, "parties": {"P": {"name": "P", **party}}})


def weighed(given: dict[str, Any]) -> list[Fraction]:
    return [w.best for w in weights(case_with(weights=given), "P").values()]


def valued(given: Any) -> tuple[Fraction, Fraction, Fraction]:
    v = values(case_with(values={"i": given}), "P", "i")["a"]
    return v.low, v.best, v.high


# -- weights

# Barron & Barrett 1996, Management Science 42(11), table 2: rank order centroid weights, four places.
CENTROIDS = {
    2: ["0.7500", "0.2500"],
    3: ["0.6111", "0.2778", "0.1111"],
    4: ["0.5208", "0.2708", "0.1458", "0.0625"],
    5: ["0.4567", "0.2567", "0.1567", "0.0900", "0.0400"],
}


@pytest.mark.parametrize("n", CENTROIDS)
def test_ranks_become_rank_order_centroid_weights(n: int) -> None:
    found = weighed({f"i{k}": {"rank": k} for k in range(1, n + 1)})
    # Two places of a percentage, by largest remainder: within one step of the published four places.
    assert [
        abs(w / 100 - Fraction(c)) <= Fraction(1, 10_000) for w, c in zip(found, CENTROIDS[n], strict=True)
    ] == ([True] * n)
    assert sum(found) == 100


def test_the_centroids_of_three_ranks_are_the_published_figures_digit_by_digit() -> None:
    assert weighed({"a": {"rank": 1}, "b": {"rank": 2}, "c": {"rank": 3}}) == [
        Fraction("61.11"), Fraction("27.78"), Fraction("11.11"),
    ]  # fmt: skip


def test_equal_ranks_weigh_the_same() -> None:
    first, second, third = weighed({"a": {"rank": 1}, "b": {"rank": 1}, "c": {"rank": 3}})
    assert abs(first - second) <= Fraction(1, 100)
    assert first > third


def test_words_for_weights_are_ratios_each_twice_the_one_below() -> None:
    assert weighed({"a": "vital", "b": "high", "c": "medium", "d": "low", "e": "low", "f": "none"}) == [
        50, 25, Fraction("12.5"), Fraction("6.25"), Fraction("6.25"), 0,
    ]  # fmt: skip
    ladder = [WEIGHT_WORDS[w] for w in ("low", "medium", "high", "vital")]
    assert all(b == 2 * a for a, b in itertools.pairwise(ladder))


def test_plain_weights_are_taken_as_typed() -> None:
    assert weighed({"a": 33.3, "b": 66.7}) == [Fraction("33.3"), Fraction("66.7")]
    assert weighed({"a": 0.1, "b": 0.2, "c": 99.7}) == [Fraction("0.1"), Fraction("0.2"), Fraction("99.7")]


def test_intervals_of_weights_enter_with_their_middle() -> None:
    case = case_with(weights={"a": [20, 60], "b": [50, 70]})
    found = weights(case, "P")
    assert [w.best for w in found.values()] == [40, 60]
    assert [(w.low, w.high) for w in found.values()] == [(20, 60), (50, 70)]


def test_weights_of_nothing_are_equal_and_a_gap() -> None:
    found = weights(case_with(), "P")
    assert [w.best for w in found.values()] == [Fraction("33.34"), Fraction("33.33"), Fraction("33.33")]
    assert all(w.gap and (w.low, w.high) == (0, 100) for w in found.values())
    assert {issue for _, issue, option in gaps(case_with()) if not option} == {"i", "j", "k"}


@for_all(
    st.lists(st.sampled_from(list(WEIGHT_WORDS)), min_size=1, max_size=12)
    | st.lists(st.integers(1, 12).map(lambda r: {"rank": r}), min_size=1, max_size=12)
    | st.lists(st.tuples(st.integers(0, 50), st.integers(50, 90)), min_size=1, max_size=12),
)
def test_weights_add_up_to_one_hundred_exactly_and_lie_in_their_intervals(given: list[Any]) -> None:
    found = weights(case_with(weights={f"i{n}": g for n, g in enumerate(given)}), "P")
    assert sum(w.best for w in found.values()) == 100
    assert all(0 <= w.low <= w.best <= w.high for w in found.values())
    assert all((w.best * 100).denominator == 1 for w in found.values())


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("{flow: 60, fees: 41}", "weights add up to 101, expected 100"),
        ("{flow: 99.9, fees: 0.05}", "weights add up to 99.95, expected 100"),
        ("{flow: high, fees: {rank: 1}}", "expected ranks for all issues or for none"),
        ("{flow: 60, fees: high}", "expected words for all issues or for none"),
    ],
)
def test_weights_that_do_not_fit_together_are_reported(tmp_path: Path, given: str, what: str) -> None:
    found = findings(tmp_path, {"case.yaml": spoiled("{flow: 60, fees: 40}", given)})
    assert [f.what for f in found] == [what]


def test_tenths_add_up_as_decimals_do(tmp_path: Path) -> None:
    text = spoiled("{flow: 60, fees: 40}", "{flow: 99.7, fees: 0.3}")
    assert findings(tmp_path, {"case.yaml": text}) == []


# -- values

SHORT_FORMS: list[tuple[Any, tuple[Any, Any, Any]]] = [
    (45, (45, 45, 45)),
    (0, (0, 0, 0)),
    (62.5, (Fraction("62.5"),) * 3),
    ([20, 60], (20, 40, 60)),
    ([0.1, 0.2], (Fraction("0.1"), Fraction("0.15"), Fraction("0.2"))),
    ({"best": 45}, (45, 45, 45)),
    ({"low": 20, "high": 60}, (20, 40, 60)),
    ({"best": 25, "low": 20, "high": 60}, (20, 25, 60)),
    ({"word": "prefer"}, (70, 80, 90)),
    *((word, STANCES[word]) for word in STANCES),
]


@pytest.mark.parametrize(("given", "numbers"), SHORT_FORMS, ids=str)
def test_every_short_form_of_a_value(given: Any, numbers: tuple[Any, Any, Any]) -> None:
    assert valued({"a": given}) == numbers


def test_every_stance_keeps_its_place_in_the_order_of_the_words() -> None:
    best = [STANCES[w][1] for w in ("red-line", "oppose", "conditional", "accept", "prefer", "demand")]
    assert best == sorted(best)
    assert all(0 <= low <= middle <= high <= 100 for low, middle, high in STANCES.values())
    assert STANCES["silent"] == (0, 50, 100)


def test_ranks_of_options_are_evenly_spaced() -> None:
    case = case_with(values={"i": {"a": {"rank": 1}, "b": {"rank": 2}, "c": {"rank": 3}}})
    found = values(case, "P", "i")
    assert [v.best for v in found.values()] == [100, 50, 0]
    assert [(v.low, v.high) for v in found.values()] == [(50, 100), (0, 100), (0, 50)]


def test_options_that_share_the_only_rank_are_worth_everything() -> None:
    for ranked in ({"a": {"rank": 1}}, {"a": {"rank": 1}, "b": {"rank": 1}}):
        found = values(case_with(values={"i": ranked}), "P", "i")
        assert [(v.best, v.high) for o, v in found.items() if o in ranked] == [(100, 100)] * len(ranked)


def test_what_nobody_said_is_anywhere_between_nothing_and_all_and_counts_as_a_gap() -> None:
    v = values(case_with(values={"i": {"a": 10}}), "P", "i")["b"]
    assert ((v.low, v.best, v.high), v.gap, v.basis.kind) == ((0, 50, 100), True, "assumed")


@pytest.mark.parametrize(
    "given",
    [None, True, "likes", [1], [1, 2, 3], ["a", "b"], [2, 1], {}, {"low": 1}, {"best": 1, "rank": 1},
     {"best": 5, "low": 6, "high": 7}, {"best": "5"}, {"word": "likes"}, {"rank": 0}, {"rank": 1.5},
     float("nan"), float("inf"), 1e300, [float("nan"), 1.0]],
    ids=str,
)  # fmt: skip
def test_what_is_no_judgment_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        case_with(values={"i": {"a": given}})


@pytest.mark.parametrize(
    ("given", "numbers"),
    [(30, (30, 30, 30)), ([20, 40], (20, 30, 40)), ({"best": 25, "low": 20, "high": 40}, (20, 25, 40))],
    ids=str,
)
def test_every_short_form_of_a_reservation_value(given: Any, numbers: tuple[int, int, int]) -> None:
    r = reservation(case_with(reservation=given), "P")
    assert r is not None
    assert (r.low, r.best, r.high) == numbers


@pytest.mark.parametrize("given", ["high", {"word": "demand"}])
def test_a_reservation_value_is_not_a_word(given: Any) -> None:
    with pytest.raises(ValidationError):
        case_with(reservation=given)


def test_without_a_reservation_value_there_is_none() -> None:
    assert reservation(case_with(), "P") is None


# -- statements speak where the case is silent


def test_a_stance_of_an_accepted_statement_counts_unless_a_value_is_written(tmp_path: Path) -> None:
    stance = STATEMENTS + "    issue: flow\n    options: F1\n    stance: accept\n"
    silent = spoiled("      flow: {F1: oppose, F2: demand}\n", "")
    case = load(write(tmp_path / "a", {"statements.yaml": stance, "case.yaml": silent}))
    found = values(case, "SE", "flow")
    assert (found["F1"].best, found["F1"].basis.stated, found["F2"].gap) == (60, ("s1",), True)
    written = load(write(tmp_path / "b", {"statements.yaml": stance}))
    assert values(written, "SE", "flow")["F1"].best == STANCES["oppose"][1]
    rejected = stance + "    review: {state: rejected}\n"
    case = load(write(tmp_path / "c", {"statements.yaml": rejected, "case.yaml": silent}))
    assert values(case, "SE", "flow")["F1"].gap


def test_the_later_of_two_stances_counts(tmp_path: Path) -> None:
    def said(ident: str, day: str, stance: str) -> str:
        return (
            f"  {ident}:\n    source: note\n    quote: high flow\n    kind: position\n    party: SE\n"
            f"    said: {day}\n    issue: flow\n    options: [F1]\n    stance: {stance}\n"
        )

    text = STATEMENTS + said("new", "2025-02", "oppose") + said("old", "2024-12-31", "demand")
    silent = spoiled("      flow: {F1: oppose, F2: demand}\n", "")
    case = load(write(tmp_path, {"statements.yaml": text, "case.yaml": silent}))
    assert values(case, "SE", "flow")["F1"].basis.stated == ("new",)


def test_the_share_by_basis_counts_every_judgment_once(tmp_path: Path) -> None:
    case = load(write(tmp_path))
    counts = share_by_basis(case, "SE")
    # Four values, two weights, a missing reservation value.
    assert sum(counts.values()) == 7
    assert counts == {"stated": 1, "inferred": 0, "assumed": 5, "gap": 1}


# -- dates


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2025-02-12", date(2025, 2, 12), date(2025, 2, 12)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("{from: 2025-01-20}", date(2025, 1, 20), None),
        ("{from: 2025-01-20, to: 2025-02-01}", date(2025, 1, 20), date(2025, 2, 1)),
    ],
)
def test_every_short_form_of_a_date(tmp_path: Path, said: str, first: date, last: date | None) -> None:
    case = load(write(tmp_path, {"statements.yaml": STATEMENTS + f"    said: {said}\n"}))
    moment = case.statements["s1"].said
    assert moment is not None
    assert (moment.start, moment.end) == (first, last)


@for_all(st.integers(1000, 9998), st.integers(1, 12))
def test_a_month_is_all_its_days(year: int, month: int) -> None:
    said = {"source": "s", "quote": "q", "kind": "report", "said": f"{year}-{month:02}"}
    moment = Statement.model_validate(said).said
    assert moment is not None
    assert moment.start == date(year, month, 1)
    assert moment.end == date(year, month, calendar.monthrange(year, month)[1])
    assert str(moment) == f"{year}-{month:02}"


@pytest.mark.parametrize(
    "said", ["yesterday", "2025-13", "12", "true", "{from: 2025-02-02, to: 2025-01-01}", "9999-12"]
)
def test_what_is_no_date_is_one_message(tmp_path: Path, said: str) -> None:
    found = findings(tmp_path, {"statements.yaml": STATEMENTS + f"    said: {said}\n"})
    assert [f.path for f in found] == ["statements.s1.said"]
