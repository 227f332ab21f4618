"""The range of what a package is worth: exact within the intervals, held against every corner of them."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from strategies import for_all
from zopa.bargaining import deal, marked
from zopa.case import Case, assumed_worth, values, weights, worth_range
from zopa.space import Problem

OPTIONS = "ab"


@st.composite
def judged(draw: st.DrawFn) -> dict[str, Any]:
    """A case of one party: words, ranks, numbers or intervals for weights and values."""
    issues = [f"i{k}" for k in range(draw(st.integers(1, 4)))]

    def interval() -> dict[str, Any]:
        low, best, high = sorted(draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
        return {"low": low, "best": best, "high": high, "assumed": "a guess"}

    def value() -> dict[str, Any]:
        return draw(st.sampled_from([interval(), {"word": "prefer"}, {"best": 40, "stated": ("s",)}]))

    kind = draw(st.sampled_from(["words", "ranks", "intervals", "none"]))
    weight: dict[str, Any] = {}
    if kind == "words":
        weight = {i: {"word": draw(st.sampled_from(["low", "medium", "high"]))} for i in issues}
    elif kind == "ranks":
        weight = {i: {"rank": k + 1} for k, i in enumerate(issues)}
    elif kind == "intervals":
        weight = {i: {k: v for k, v in interval().items() if k != "best"} for i in issues}
    party: dict[str, Any] = {"name": "P", "values": {i: {o: value() for o in OPTIONS} for i in issues}}
    party |= {"weights": weight} if weight else {}
    party |= {"reservation": {"best": 10}}
    found: dict[str, Any] = {
        "title": "t",
        "issues": {i: {"name": i, "options": {o: o for o in OPTIONS}} for i in issues},
        "parties": {"P": party},
    }
    if draw(st.booleans()):
        found["interactions"] = (
            {"party": "P", "when": {issues[0]: ("a",)}, "points": draw(st.integers(-9, 9))},
        )
    return found


@for_all(judged())
def test_a_range_is_that_of_all_corners_of_the_intervals_and_holds_the_central_worth(
    given: dict[str, Any],
) -> None:
    case = Case.model_validate(given)
    package = dict.fromkeys(case.issues, "a")
    low, high = worth_range(case, "P", package)
    heavy = weights(case, "P")
    ends = [
        [(heavy[i].low, heavy[i].high) for i in case.issues],
        [values(case, "P", i)["a"] for i in case.issues],
    ]
    bonus = sum(b.points for b in case.interactions)
    corners = [w for w in itertools.product(*ends[0]) if sum(w)]
    for pick, found in ((min, low), (max, high)):
        worth = [v.low if pick is min else v.high for v in ends[1]]
        means = [sum(x * v for x, v in zip(w, worth, strict=True)) / sum(w) for w in corners]
        assert found == pick(means) + Fraction(bonus)
    central = deal(Problem.of(case).space, (0,) * len(case.issues)).utilities["P"]
    assert low <= central <= high
    outward = marked(case, (deal(Problem.of(case).space, (0,) * len(case.issues)),))[0].ranges["P"]
    assert outward[0] <= low <= outward[0] + Fraction(1, 100)
    assert outward[1] - Fraction(1, 100) <= high <= outward[1]


def test_points_have_no_range_and_interactions_add_to_both_ends() -> None:
    case = Case.model_validate(
        {
            "title": "t",
            "issues": {i: {"name": i, "options": {"a": "a", "b": "b"}} for i in "xy"},
            "parties": {"P": {"name": "P", "points": {"x": {"a": "5/9", "b": 0}, "y": {"a": 3, "b": 1}}}},
            "interactions": ({"party": "P", "when": {"x": ("a",), "y": ("a",)}, "points": 2},),
        }
    )
    assert worth_range(case, "P", {"x": "a", "y": "a"}) == (Fraction(50, 9), Fraction(50, 9))
    assert worth_range(case, "P", {"x": "b", "y": "a"}) == (3, 3)


def test_a_worth_is_assumed_where_one_number_behind_it_is() -> None:
    said = {"stated": ("s",)}
    case = Case.model_validate(
        {
            "title": "t",
            "issues": {i: {"name": i, "options": {"a": "a", "b": "b"}} for i in "xy"},
            "parties": {
                "P": {
                    "name": "P",
                    "weights": {i: {"best": 50, **said} for i in "xy"},
                    "values": {
                        "x": {"a": {"best": 100, **said}, "b": {"best": 0, "assumed": "a guess"}},
                        "y": {"a": {"best": 100, **said}, "b": {"best": 0, **said}},
                    },
                }
            },
        }
    )
    assert not assumed_worth(case, "P", {"x": "a", "y": "b"})
    assert assumed_worth(case, "P", {"x": "b", "y": "b"})
