"""A draft judged at once, where packages are too many to list: what it says is true, and what it did not count is marked."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import strategies as st

from oracles import Oracle, dominates
from strategies import Spec, case_of, for_all, small_cases
from zopa.bargaining import Views, judge
from zopa.bargaining.search import Count
from zopa.views import view

PICK = st.integers(0, 10**6)


def quickly(spec: Spec, draft: dict[str, str], stop: bool = False) -> Views:
    with patch("zopa.bargaining.engines.choose", lambda *_: "search"):
        return judge(case_of(spec), draft, quick=True, stop=lambda: stop)


@for_all(small_cases(most_issues=4), PICK, st.booleans(), examples=25)
def test_one_improvement_is_shown_and_on_the_frontier_means_that_there_is_none(
    spec: Spec, draft: int, stop: bool
) -> None:
    truth = Oracle(spec)
    k = draft % len(truth.packages)
    views = quickly(spec, truth.packages[k], stop)
    better = [m for m in truth.admissible if dominates(truth.worth[m], truth.worth[k])]
    shown = [truth.packages.index(dict(d.package)) for d in views.improvements]
    assert set(shown) <= set(better)
    if views.improvable == 0:
        assert not better
    if not stop:
        assert bool(shown) == bool(better)
        least = {m: min(b - a for a, b in zip(truth.worth[k], truth.worth[m], strict=True)) for m in better}
        assert all(least[m] == max(least.values()) for m in shown)


@for_all(small_cases(most_issues=4), PICK, st.booleans(), examples=25)
def test_a_part_of_a_draft_has_a_true_verdict_or_says_that_it_is_not_known(
    spec: Spec, draft: int, stop: bool
) -> None:
    truth = Oracle(spec)
    package = truth.packages[draft % len(truth.packages)]
    part = dict(list(package.items())[: draft % len(package)])
    views = quickly(spec, part, stop)
    inside = [m for m in truth.admissible if part.items() <= truth.packages[m].items()]
    agreed = [m for m in inside if truth.passes(m)]
    assert views.completions <= len(inside)
    assert views.acceptable <= len(agreed)
    if views.state == "accepted":
        assert agreed
    if views.state == "refused":
        assert not agreed
    if not views.at_least:
        assert (views.completions, views.acceptable) == (len(inside), len(agreed))


def test_a_number_that_was_not_counted_to_the_end_is_said_to_be_a_lower_bound() -> None:
    spec: Spec = {
        "title": "t",
        "parties": {"A": {"name": "A"}},
        "issues": {f"i{k}": {"name": "i", "options": {"a": "a", "b": "b"}} for k in range(3)},
    }
    with patch("zopa.bargaining.searching.count_form", lambda *_, **__: Count(2, 9, "bounds")):
        views = quickly(spec, {"i0": "a"})
    assert views.at_least == ("completions", "acceptable")
    assert "At least 2 completions are acceptable to all." in str(view(views))
    assert "lower bounds" in str(view(views))
