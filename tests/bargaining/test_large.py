"""Where packages cannot be listed the verbs answer by search; both ways agree wherever both can answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.bargaining import SOLUTIONS, frontier, judge, solve, verbs, why_not, zone
from zopa.case import Case
from zopa.casefile import load

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Answer a verb by search, as if nothing could be listed."""

    def ask(verb: Any, *words: Any, **named: Any) -> Any:
        with monkeypatch.context() as m:
            m.setattr(verbs, "MAX_PACKAGES", 0)
            return verb(*words, **named)

    return ask


@pytest.mark.parametrize("readings", list("BEG"))
def test_the_example_has_the_same_answers_from_both_engines(readings: str, search: Any) -> None:
    case = load(EXAMPLE)
    listed, searched = zone(case, readings), search(zone, case, readings)
    for name in ("packages", "admissible", "break_even", "uniform_break_even", "empty"):
        assert getattr(listed, name) == getattr(searched, name), name
    assert searched.count == listed.count if searched.exact else 0 < searched.count <= listed.count
    for method in (m for m, s in SOLUTIONS.items() if not s.needs):
        a, b = solve(case, method, readings), search(solve, case, method, readings)
        assert [d.package for d in a.deals] == [d.package for d in b.deals], method
        assert a.value == b.value, method
        assert b.proven
    a, b = frontier(case, readings), search(frontier, case, readings)
    assert a.points == b.points
    assert [d.utilities for d in a.deals] == [d.utilities for d in b.deals]


@pytest.mark.parametrize("readings", ["B", "E"])
def test_conflicts_and_corrections_of_the_example_agree(readings: str, search: Any) -> None:
    case = load(EXAMPLE)
    a, b = why_not(case, readings), search(why_not, case, readings)
    assert a.empty == b.empty
    assert {frozenset(m.id for m in c.limits) for c in a.conflicts} == {
        frozenset(m.id for m in c.limits) for c in b.conflicts
    }
    assert {frozenset(m.id for m in c.limits) for c in a.corrections} == {
        frozenset(m.id for m in c.limits) for c in b.corrections
    }
    assert {(s.rule, s.reading, s.open) for s in a.switches} == {
        (s.rule, s.reading, s.open) for s in b.switches
    }
    assert [s.rule for s in a.opens] == [s.rule for s in b.opens]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    sizes = draw(st.lists(st.integers(2, 3), min_size=2, max_size=4))
    issues = {
        f"i{j}": {"name": f"i{j}", "options": {f"o{k}": f"o{k}" for k in range(n)}}
        for j, n in enumerate(sizes)
    }
    score = st.integers(-4, 6).map(float)
    parties = {
        p: {
            "name": p,
            "points": {i: {o: draw(score) for o in issue["options"]} for i, issue in issues.items()},
            "reservation": draw(st.integers(-6, 14).map(float)),
        }
        for p in "ABC"[: draw(st.integers(2, 3))]
    }
    chosen = draw(
        st.lists(
            st.tuples(st.integers(0, len(sizes) - 1), st.integers(0, 1)), max_size=2, unique_by=lambda t: t[0]
        )
    )
    rules = {}
    if chosen:
        when = {f"i{j}": (f"o{k}",) for j, k in chosen}
        rules["r"] = {"party": "A", "when": when, "assumed": "drawn"}
    return Case.model_validate({"title": "drawn", "issues": issues, "parties": parties, "rules": rules})


@given(cases())
@settings(max_examples=25, deadline=None)
def test_both_engines_agree_on_drawn_cases(case: Case) -> None:
    kept = verbs.MAX_PACKAGES
    listed = zone(case), why_not(case), [solve(case, m) for m, s in SOLUTIONS.items() if not s.needs]
    try:
        verbs.MAX_PACKAGES = 0
        searched = zone(case), why_not(case), [solve(case, m) for m, s in SOLUTIONS.items() if not s.needs]
    finally:
        verbs.MAX_PACKAGES = kept
    assert (listed[0].admissible, listed[0].count) == (searched[0].admissible, searched[0].count)
    assert listed[0].break_even == searched[0].break_even
    sets = [[frozenset(m.id for m in c.limits) for c in w.conflicts] for w in (listed[1], searched[1])]
    assert set(sets[0]) == set(sets[1])
    for a, b in zip(listed[2], searched[2], strict=True):
        if a.method == "nash" and a.deals and min(a.deals[0].gains.values()) == 0:
            continue  # no package gains for all: search says so in words and lists one coalition's best
        assert [d.package for d in a.deals] == [d.package for d in b.deals], a.method


def large_case(issues: int = 40, options: int = 5) -> Case:
    """10^28 packages with rules that have readings: two parties pull apart on every issue."""
    names = [f"i{j}" for j in range(issues)]
    weight = {i: 100.0 / issues for i in names}

    def values(up: bool) -> dict[str, Any]:
        return {
            i: {f"o{k}": 100.0 * (k if up else options - 1 - k) / (options - 1) for k in range(options)}
            for i in names
        }

    return Case.model_validate(
        {
            "title": "large",
            "issues": {i: {"name": i, "options": {f"o{k}": f"o{k}" for k in range(options)}} for i in names},
            "parties": {
                "A": {"name": "A", "weights": weight, "values": values(True), "reservation": 45.0},
                "B": {"name": "B", "weights": weight, "values": values(False), "reservation": 45.0},
            },
            "rules": {
                "r": {
                    "party": "A",
                    "readings": {
                        "open": {"when": {"i0": ("o0",)}},
                        "shut": {"when": {"i0": tuple(f"o{k}" for k in range(options))}},
                    },
                    "assumed": "for the test",
                }
            },
        }
    )


def test_a_case_that_nobody_can_list_is_answered_judged_and_explained() -> None:
    case = large_case()
    found = zone(case)
    assert found.packages == 5**40
    assert found.admissible == 4 * 5**39
    assert 0 < found.count < found.admissible
    # Mirrored parties: the Nash package gives both the same.
    nash = solve(case, "nash")
    assert nash.proven
    assert set(nash.deals[0].gains.values()) == {5}
    views = judge(case, nash.deals[0].package)
    assert views.accepted
    shut = why_not(case, {"r": "shut"})
    assert shut.empty
    assert [(s.rule, s.reading) for s in shut.opens] == [("r", "open")]
