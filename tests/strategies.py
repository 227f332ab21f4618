"""Hypothesis strategies for small cases, as plain mappings that ``Case.model_validate`` takes.

A *spec* is what a person would write: points or weights and values, reservation values, rules with readings,
interactions, vetoes, k of n. The oracles in ``oracles.py`` read the same spec and share no code with zopa.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zopa.case import Case

Spec = dict[str, Any]

FIRMNESS = (None, "hedged", "stated", "firm")


def for_all(*drawn: st.SearchStrategy[Any], examples: int = 40, thorough: int = 250) -> Callable[..., Any]:
    """Check a property on ``examples`` drawn inputs, the same each time, and on ``thorough`` fresh ones (slow)."""

    def wrap(check: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("examples", [examples, pytest.param(thorough, marks=pytest.mark.slow)])
        def test(examples: int) -> None:
            chosen = settings(
                max_examples=examples,
                deadline=None,
                derandomize=examples < thorough,
                database=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            )
            chosen(given(*drawn)(check))()

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return wrap


def case_of(spec: Spec) -> Case:
    """The spec as a case."""
    return Case.model_validate(spec)


@st.composite
def issues(draw: st.DrawFn, most: int = 4, options: int = 4) -> dict[str, list[str]]:
    """Two or more issues with two or more options each."""
    sizes = draw(st.lists(st.integers(2, options), min_size=2, max_size=most))
    return {f"i{n}": [f"{'pqrs'[n]}{k}" for k in range(size)] for n, size in enumerate(sizes)}


@st.composite
def conditions(draw: st.DrawFn, table: dict[str, list[str]], most: int = 2) -> dict[str, tuple[str, ...]]:
    """One or two issues, each with some of its options."""
    chosen = draw(st.lists(st.sampled_from(sorted(table)), min_size=1, max_size=most, unique=True))
    return {
        i: tuple(draw(st.lists(st.sampled_from(table[i]), min_size=1, max_size=2, unique=True)))
        for i in chosen
    }


@st.composite
def clauses(draw: st.DrawFn, table: dict[str, list[str]]) -> dict[str, Any]:
    """``when`` with up to two alternatives, ``only_if`` with none to two."""
    return {
        "when": tuple(draw(st.lists(conditions(table), min_size=1, max_size=2))),
        "only_if": tuple(draw(st.lists(conditions(table), max_size=2))),
    }


@st.composite
def rules(
    draw: st.DrawFn, table: dict[str, list[str]], parties: list[str], statements: list[str]
) -> dict[str, Any]:
    """A rule with one meaning, or with two readings of which the first is the default."""
    rule: dict[str, Any] = {"firmness": draw(st.sampled_from(FIRMNESS))}
    holder = draw(st.sampled_from([*parties, None]))
    if holder:
        rule["party"] = holder
    if statements and draw(st.booleans()):
        rule["stated"] = tuple(
            draw(st.lists(st.sampled_from(statements), min_size=1, max_size=2, unique=True))
        )
    if draw(st.integers(0, 3)):
        return rule | draw(clauses(table))
    wide = draw(clauses(table))
    if draw(st.booleans()):
        wide["clauses"] = (draw(clauses(table)),)
    rule["readings"] = {"narrow": draw(clauses(table)), "wide": wide, "not binding": {"says": "binds nobody"}}
    return rule


@st.composite
def small_cases(
    draw: st.DrawFn,
    *,
    most_issues: int = 3,
    most_options: int = 3,
    most_parties: int = 4,
    with_rules: bool = True,
    voting: bool = True,
    tight: bool = False,
) -> Spec:
    """A small case: ties, negative scores, clauses with alternatives, interactions, k of n, vetoes.

    ``tight`` makes reservation values high, so that most of these cases have no deal.
    """
    table = draw(issues(most_issues, most_options))
    parties = [f"P{n}" for n in range(draw(st.integers(2, most_parties)))]
    weighed = draw(st.integers(0, 3)) == 0
    low = draw(st.sampled_from([0, 0, -4]))
    score = st.integers(low, draw(st.sampled_from([2, 6, 40])))
    spec: Spec = {
        "title": "small",
        "issues": {i: {"name": i, "options": {o: o for o in names}} for i, names in table.items()},
        "parties": {p: {"name": p} for p in parties},
    }
    for p in parties:
        party = spec["parties"][p]
        if weighed:
            cuts = sorted(
                draw(st.lists(st.integers(0, 100), min_size=len(table) - 1, max_size=len(table) - 1))
            )
            edges = [0, *cuts, 100]
            party["weights"] = {i: float(b - a) for i, a, b in zip(table, edges, edges[1:], strict=False)}
            grid = st.sampled_from([0.0, 25.0, 50.0, 62.5, 100.0])
            party["values"] = {i: {o: draw(grid) for o in names} for i, names in table.items()}
            middle, span = draw(st.integers(20, 90 if tight else 60)), draw(st.integers(0, 15))
            party["reservation"] = {
                "best": float(middle),
                "low": float(middle - span),
                "high": float(middle + 5),
            }
            continue
        party["points"] = {i: {o: float(draw(score)) for o in names} for i, names in table.items()}
        if tight or draw(st.integers(0, 5)):
            best = sum(max(row.values()) for row in party["points"].values())
            worst = sum(min(row.values()) for row in party["points"].values())
            middle = worst + (best - worst) * draw(st.integers(3 if tight else 0, 5)) // 5
            party["reservation"] = {
                "best": middle,
                "low": middle - draw(st.integers(0, 3)),
                "high": middle + 1,
            }
    if with_rules:
        _more(draw, spec, table, parties, tight)
    if voting and draw(st.integers(0, 2)) == 0:
        required = draw(st.lists(st.sampled_from(parties), unique=True))
        spec["agreement"] = {"required": tuple(required), "at_least": draw(st.integers(1, len(parties)))}
    return spec


def _more(draw: st.DrawFn, spec: Spec, table: dict[str, list[str]], parties: list[str], tight: bool) -> None:
    said = [f"s{n}" for n in range(draw(st.integers(0, 3)))]
    spec["sources"] = {"text": {"text": "words"}} if said else {}
    spec["statements"] = {
        s: {"source": "text", "quote": "words", "kind": "position", "party": parties[0]} for s in said
    }
    some = st.lists(rules(table, parties, said), min_size=1 if tight else 0, max_size=3)
    spec["rules"] = {f"r{n}": r for n, r in enumerate(draw(some))}
    spec["interactions"] = tuple(
        {
            "party": draw(st.sampled_from(parties)),
            "when": draw(conditions(table)),
            "points": float(draw(st.integers(-5, 5))),
        }
        for _ in range(draw(st.integers(0, 2)))
    )
