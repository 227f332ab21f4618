"""What one party rules out says nothing about the values of another."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import strategies as st

from strategies import for_all
from word_cases import TAKEN, case_of, words
from zopa.robustness import compatible, stress, tabulate
from zopa.space import Problem

ISSUES = {"A": ["a0", "a1", "a2"], "B": ["b0", "b1"], "C": ["c0", "c1"]}
Q = {"prefers": {"A": "a0"}, "to": {"A": "a1"}}


def problem_of(rows: list[dict[str, Any]], *rules: dict[str, Any]) -> Problem:
    named = {f"r{k}": r for k, r in enumerate(rules)}
    return Problem(case_of(words(*rows) + words(Q, party="Q"), ISSUES, rules=named))


def certain(problem: Problem) -> set[tuple[int, ...]]:
    """The packages that the rules allow and that P accepts for all compatible values."""
    found = tabulate(compatible(problem, "P", TAKEN), problem.space).necessary
    packages = itertools.product(*map(range, problem.space.sizes))
    return {x for x, sure in zip(packages, found, strict=True) if sure and problem.space.allows(x)}


def test_an_offer_about_lorries_is_no_consent_to_the_dust_limit_of_another_party() -> None:
    offer = {"accepts": {"A": "a1", "B": "b0"}}
    dust = {"party": "Q", "when": ({"C": ("c0",)},)}
    assert not certain(problem_of([offer], dust)) - certain(problem_of([offer]))
    found = stress(problem_of([offer], dust), settings=TAKEN, draws=0).parties["P"]
    assert (found.necessary, found.left_open) == (0, ("comparisons.0",))


def test_an_offer_is_meant_within_the_rules_of_its_own_party_and_within_rules_that_no_party_made() -> None:
    offer = {"accepts": {"A": "a1", "B": "b0"}}
    for owner in ("P", None):
        rule = {"party": owner, "assumed": "test", "when": ({"C": ("c0",)},)}
        assert (1, 0, 1) in certain(problem_of([offer], rule)), owner


options = st.fixed_dictionaries({}, optional={i: st.sampled_from(o) for i, o in ISSUES.items()}).filter(len)
orders = st.sampled_from(sorted(ISSUES)).flatmap(
    lambda i: st.permutations(ISSUES[i]).map(lambda o: {"prefers": {i: o[0]}, "to": {i: o[1]}})
)
said = st.lists(st.one_of(options.map(lambda x: {"accepts": x}), orders), min_size=1, max_size=4)


@for_all(said, options, options, examples=60)
def test_a_rule_of_another_party_makes_no_package_certain_for_a_party(
    rows: list[dict[str, Any]], when: dict[str, str], only_if: dict[str, str]
) -> None:
    forbidden = {"party": "Q", "when": ({i: (o,) for i, o in when.items()},)}
    for rule in (forbidden, forbidden | {"only_if": ({i: (o,) for i, o in only_if.items()},)}):
        assert certain(problem_of(rows, rule)) <= certain(problem_of(rows))
