"""Everything that bargaining says about a small case, against brute force over every package."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from oracles import Oracle, dominates
from strategies import Spec, case_of, for_all, small_cases
from zopa.bargaining import frontier, solve, why_not, zone
from zopa.bargaining.solutions import nash
from zopa.case import Case
from zopa.space import Problem


def picked(case: Case, method: str, **settings: Any) -> list[tuple[str, ...]]:
    answer = solve(case, method, **settings)
    assert answer.tied == len(answer.deals)
    return [tuple(d.package.values()) for d in answer.deals]


@for_all(small_cases())
def test_the_zone_is_what_counting_finds(spec: Spec) -> None:
    answer, truth = zone(case_of(spec)), Oracle(spec)
    assert answer.packages == len(truth.packages)
    assert answer.admissible == len(truth.admissible)
    assert answer.count == len(truth.zone)
    assert answer.agreed == len(truth.agreed)
    assert answer.empty == (not truth.agreed)
    if truth.admissible:
        assert answer.share == Fraction(len(truth.zone), len(truth.admissible))
    else:
        assert answer.share is None
    if all("reservation" in p for p in spec["parties"].values()):
        assert (answer.count_low, answer.count_high) == (truth.zone_at("low"), truth.zone_at("high"))


@for_all(small_cases())
def test_utilities_are_exact(spec: Spec) -> None:
    table, truth = Problem(case_of(spec)).table, Oracle(spec)
    for k, package in enumerate(truth.packages):
        chosen = table.space.package(package)
        assert table.package(k) == chosen
        assert table.number(chosen) == k
        assert tuple(table.space.points(u) for u in table.utilities[:, k]) == truth.worth[k]
        assert tuple(table.space.points(u) for u in table.space.utility(chosen)) == truth.worth[k]
        assert table.space.allows(chosen) == truth.allowed(k) == bool(table.admissible[k])
        assert list(table.space.accepting(chosen)) == truth.accepts(k)
        assert table.space.agreed(table.space.accepting(chosen)) == truth.passes(k)


@for_all(small_cases())
def test_break_even_values_are_the_last_at_which_a_deal_exists(spec: Spec) -> None:
    answer, truth = zone(case_of(spec)), Oracle(spec)
    assert answer.break_even == {p: truth.break_even(p) for p in truth.parties}
    assert answer.uniform_break_even == truth.uniform()


@for_all(small_cases())
def test_best_packages_shares_of_options_and_closest_misses(spec: Spec) -> None:
    answer, truth = zone(case_of(spec)), Oracle(spec)
    for n, p in enumerate(truth.parties):
        top = max((truth.worth[k][n] for k in truth.zone), default=None)
        best = [truth.packages[k] for k in truth.zone if truth.worth[k][n] == top]
        assert [d.package for d in answer.best[p]] == best[:20]
    if truth.zone:
        for issue, shares in answer.option_shares.items():
            uses = [truth.packages[k][issue] for k in truth.zone]
            assert shares == {o: Fraction(uses.count(o), len(uses)) for o in spec["issues"][issue]["options"]}
            assert sum(shares.values()) == 1
    if truth.admissible and not truth.agreed:
        least = min(truth.shortfall(k) for k in truth.admissible)
        assert answer.shortfall == least
        closest = [truth.packages[k] for k in truth.admissible if truth.shortfall(k) == least]
        assert [d.package for d in answer.closest] == closest[:20]


@for_all(small_cases(tight=False))
def test_the_frontier_in_points_and_in_packages(spec: Spec) -> None:
    answer, truth = frontier(case_of(spec)), Oracle(spec)
    efficient = truth.efficient()
    points = {truth.worth[k] for k in efficient}
    assert (answer.packages, answer.points) == (len(efficient), len(points))
    assert {tuple(d.utilities.values()) for d in answer.deals} == points
    assert [tuple(d.utilities.values()) for d in answer.deals] == sorted(points, reverse=True)
    first = {worth: k for k in reversed(efficient) for worth in [truth.worth[k]]}
    for d in answer.deals:
        assert d.package == truth.packages[first[tuple(d.utilities.values())]]


@for_all(small_cases())
def test_nash_with_all_ties_also_where_somebody_cannot_gain(spec: Spec) -> None:
    truth = Oracle(spec)
    assert picked(case_of(spec), "nash") == truth.options(truth.nash())


@for_all(small_cases(), st.lists(st.integers(1, 4), min_size=4, max_size=4))
def test_weighted_nash(spec: Spec, powers: list[int]) -> None:
    case, truth = case_of(spec), Oracle(spec)
    powers = powers[: len(truth.parties)]
    given = dict(zip(truth.parties, powers, strict=True))
    assert picked(case, "weighted-nash", powers=given) == truth.options(truth.nash(powers))
    halves = {p: w / 2 for p, w in given.items()}
    assert picked(case, "weighted-nash", powers=halves) == picked(case, "weighted-nash", powers=given)
    assert picked(case, "weighted-nash", powers=dict.fromkeys(given, 1)) == picked(case, "nash")


@for_all(small_cases(most_parties=2, with_rules=False, voting=False), st.integers(2, 3))
def test_an_integer_power_is_as_many_copies_of_the_party(spec: Spec, power: int) -> None:
    p, q = spec["parties"]
    copies = {f"{p}-{n}": spec["parties"][p] for n in range(power)} | {q: spec["parties"][q]}
    copied = spec | {"parties": copies}
    weighted = picked(case_of(spec), "weighted-nash", powers={p: power, q: 1})
    # With no gain for somebody the number of those who gain comes first, and copies count more often.
    truth = Oracle(spec)
    if any(min(truth.gain(k)) > 0 for k in truth.zone):
        assert picked(case_of(copied), "nash") == weighted


@for_all(small_cases())
def test_kalai_smorodinsky_in_its_discrete_form(spec: Spec) -> None:
    truth = Oracle(spec)
    assert picked(case_of(spec), "kalai-smorodinsky") == truth.options(truth.kalai_smorodinsky())


@for_all(small_cases())
def test_egalitarian_and_utilitarian(spec: Spec) -> None:
    case, truth = case_of(spec), Oracle(spec)
    assert picked(case, "egalitarian") == truth.options(truth.egalitarian())
    assert picked(case, "utilitarian") == truth.options(truth.utilitarian())


@for_all(small_cases(), st.lists(st.sampled_from(["1", "2", "0.5", "1.25"]), min_size=4, max_size=4))
def test_proportional(spec: Spec, shares: list[str]) -> None:
    case, truth = case_of(spec), Oracle(spec)
    given = dict(zip(truth.parties, shares, strict=False))
    exact = [Fraction(s) for s in given.values()]
    powers = {p: float(s) for p, s in given.items()}
    assert picked(case, "proportional", powers=powers) == truth.options(truth.proportional(exact))
    equal = dict.fromkeys(given, 1.0)
    assert picked(case, "proportional", powers=equal) == picked(case, "egalitarian")


@for_all(small_cases(), st.lists(st.sampled_from(["1", "2", "0.5", "1.25"]), min_size=4, max_size=4))
def test_the_value_beside_a_solution_is_what_it_maximises(spec: Spec, shares: list[str]) -> None:
    case, truth = case_of(spec), Oracle(spec)
    if not truth.zone:
        for method in ("nash", "egalitarian", "kalai-smorodinsky", "utilitarian"):
            answer = solve(case, method)
            assert (answer.deals, answer.tied, answer.value) == ((), 0, None)
        return
    given = dict(zip(truth.parties, shares, strict=False))
    exact = [Fraction(s) for s in given.values()]
    gains = truth.gain(truth.proportional(exact)[0])
    smallest = min(g / s for g, s in zip(gains, exact, strict=True))
    assert solve(case, "proportional", powers={p: float(s) for p, s in given.items()}).value == smallest
    assert solve(case, "egalitarian").value == min(truth.gain(truth.egalitarian()[0]))
    assert solve(case, "utilitarian").value == sum(truth.worth[truth.utilitarian()[0]])
    gains = truth.gain(truth.nash()[0])
    if min(gains) > 0:
        product = Fraction(1)
        for g in gains:
            product *= g
        assert solve(case, "nash").value == product


@for_all(small_cases())
def test_every_solution_lies_on_the_frontier(spec: Spec) -> None:
    case, truth = case_of(spec), Oracle(spec)
    efficient = set(truth.options(truth.efficient()))
    for method in ("nash", "kalai-smorodinsky", "egalitarian", "utilitarian"):
        chosen = picked(case, method)
        assert bool(chosen) == bool(truth.zone)
        assert set(chosen) <= efficient


@for_all(small_cases(most_parties=3, tight=True), examples=80)
def test_minimal_conflicts_and_corrections_are_those_of_all_subsets(spec: Spec) -> None:
    answer, truth = why_not(case_of(spec)), Oracle(spec)
    assert answer.empty == (not truth.agreed)
    if not answer.empty:
        assert (answer.conflicts, answer.corrections) == ((), ())
        return
    conflicts, corrections = truth.conflicts_and_corrections()
    assert [len(answer.conflicts), len(answer.corrections)] == [len(conflicts), len(corrections)]
    assert {frozenset(m.id for m in c.limits) for c in answer.conflicts} == conflicts
    assert {frozenset(m.id for m in c.limits) for c in answer.corrections} == corrections
    assert answer.complete


@for_all(small_cases(most_parties=3, tight=True))
def test_a_correction_says_what_it_leaves_and_what_it_costs(spec: Spec) -> None:
    answer, truth = why_not(case_of(spec)), Oracle(spec)
    named = dict(truth.named_limits())
    weight = {"hedged": 1, "stated": 2, None: 2, "firm": 3}
    costs = []
    for c in answer.corrections:
        aside = {m.id for m in c.limits}
        rules = {name for name, _ in truth.bounds} - aside
        admissible = [k for k in range(len(truth.packages)) if not any(named[r](k) for r in rules)]
        left = [k for k in admissible if not any(bad(k) for name, bad in named.items() if name not in aside)]
        assert (c.admissible, c.count) == (len(admissible), len(left))
        waived = [n for n, p in enumerate(truth.parties) if f"accept-{p}" in aside]
        shift = min(sum((max(-truth.gain(k)[n], Fraction(0)) for n in waived), Fraction(0)) for k in left)
        assert c.shift == shift
        said = {name: spec["rules"][name.split("/")[0]] for name in aside & {n for n, _ in truth.bounds}}
        assert c.statements == len({s for r in said.values() for s in r.get("stated", ())})
        assert c.firmness == sum(weight[r["firmness"]] for r in said.values() if r.get("stated"))
        costs.append((c.statements, c.firmness, c.shift, len(c.limits)))
    assert costs == sorted(costs)


@for_all(small_cases(most_parties=3))
def test_the_survey_of_readings_is_what_compiling_each_choice_gives(spec: Spec) -> None:
    case = case_of(spec)
    answer = why_not(case)
    names = {r: [*rule.get("readings", {"as stated": 0})] for r, rule in spec.get("rules", {}).items()}

    def sizes(choice: dict[str, str]) -> tuple[int, int]:
        truth = Oracle(spec, {r: c for r, c in choice.items() if c != "as stated"})
        return len(truth.admissible), len(truth.agreed)

    chosen = {r: n[0] for r, n in names.items()}
    seen = {(s.rule, s.reading): s for s in answer.switches}
    assert set(seen) == {(r, o) for r, n in names.items() for o in [*n[1:], "off"]}
    for (rule, other), s in seen.items():
        assert (s.admissible, s.count) == sizes(chosen | {rule: other})
        assert s.instead_of == chosen[rule]
    many = {r: n for r, n in names.items() if len(n) > 1}
    every = [dict(zip(many, c, strict=True)) for c in itertools.product(*many.values())]
    assert [dict(c.readings) for c in answer.combinations] == every
    for c in answer.combinations:
        assert (c.admissible, c.count) == sizes(chosen | dict(c.readings))
    if answer.empty:
        assert {(s.rule, s.reading) for s in answer.opens} == {
            k for k, s in seen.items() if s.count and k[1] != "off"
        }
    else:
        assert {(s.rule, s.reading) for s in answer.closes} == {k for k, s in seen.items() if not s.count}


@for_all(small_cases())
def test_no_member_of_the_frontier_is_dominated(spec: Spec) -> None:
    points = [tuple(d.utilities.values()) for d in frontier(case_of(spec)).deals]
    assert not any(dominates(a, b) for a in points for b in points)


def test_powers_that_are_thirds_are_compared_without_their_huge_exponents() -> None:
    gains = np.array([[3, 4, 12, 12], [8, 6, 2, 2]], dtype=np.int64)
    third, rest = Fraction(str(1 / 3)), Fraction(str(2 / 3))
    # 3 * 8**2 = 192, 4 * 6**2 = 144, 12 * 2**2 = 48
    assert nash(gains, [third, rest])[0].tolist() == [True, False, False, False]
    assert nash(gains, [rest, third])[0].tolist() == [False, False, True, True]
    # 2**3 * 8 = 4**3 * 1: a tie that only exact or very long arithmetic keeps
    tied = np.array([[2, 4, 3], [8, 1, 2]], dtype=np.int64)
    assert nash(tied, [Fraction("0.75"), Fraction("0.25")])[0].tolist() == [True, True, False]
    assert nash(tied, [Fraction(3), Fraction(1)])[0].tolist() == [True, True, False]
