"""What everybody says to a draft, against brute force over all changes of one or two issues."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from oracles import Oracle, dominates
from strategies import Spec, case_of, for_all, small_cases
from zopa.bargaining import judge
from zopa.errors import UnknownName

PICK = st.integers(0, 10**6)


class Table:
    """The oracle seen from one draft: who would say yes to package ``k``, rules of their own included."""

    def __init__(self, spec: Spec, draft: int) -> None:
        self.truth = Oracle(spec)
        self.draft = draft % len(self.truth.packages)
        self.package = self.truth.packages[self.draft]
        self.rules = spec.get("rules", {})

    def broken(self, k: int) -> list[str]:
        return [name for name, bad in self.truth.bounds if bad(k)]

    def says(self, k: int) -> dict[str, bool]:
        own = {self.rules[b.split("/")[0]].get("party") for b in self.broken(k)}
        accepts = zip(self.truth.parties, self.truth.accepts(k), strict=True)
        return {p: yes and p not in own for p, yes in accepts}

    def changed(self, k: int) -> int:
        return sum(self.package[i] != o for i, o in self.truth.packages[k].items())

    def change(self, k: int) -> dict[str, Fraction]:
        here, there = self.truth.worth[self.draft], self.truth.worth[k]
        return {p: b - a for p, a, b in zip(self.truth.parties, here, there, strict=True)}

    def price(self, k: int) -> tuple[int, Fraction]:
        """Issues changed, then what the losers lose in all."""
        return self.changed(k), sum((-g for g in self.change(k).values() if g < 0), Fraction(0))

    @property
    def near(self) -> list[int]:
        """Packages one or two issues away that break no rule which the draft keeps."""
        before = set(self.broken(self.draft))
        every = range(len(self.truth.packages))
        return [k for k in every if self.changed(k) in (1, 2) and set(self.broken(k)) <= before]

    def after(self, swap: Any) -> int:
        return self.truth.packages.index({**self.package, **swap.changes})


@for_all(small_cases(most_issues=4), PICK)
def test_verdicts_and_broken_rules(spec: Spec, draft: int) -> None:
    t = Table(spec, draft)
    views = judge(case_of(spec), t.package)
    assert views.full
    assert {v.party: v.accepts for v in views.verdicts} == t.says(t.draft)
    assert [b.id for b in views.broken] == t.broken(t.draft)
    for v, u, r in zip(views.verdicts, t.truth.worth[t.draft], t.truth.limits, strict=True):
        assert (v.utility, v.reservation, v.gain) == (u, r, u - r)
        assert bool(v.why) == (not v.accepts)
    passes = t.truth.passes(t.draft)
    assert views.accepted == (passes and not t.broken(t.draft))


@for_all(small_cases(most_issues=4, tight=True), PICK)
def test_the_cheapest_swaps_that_win_a_refuser_and_lose_nobody(spec: Spec, draft: int) -> None:
    t = Table(spec, draft)
    views, now = judge(case_of(spec), t.package), t.says(t.draft)
    assert set(views.swaps) == {p for p, yes in now.items() if not yes}
    for p, swaps in views.swaps.items():
        winning = [k for k in t.near if all(t.says(k)[q] for q, yes in now.items() if yes) and t.says(k)[p]]
        assert [t.price(t.after(s)) for s in swaps] == sorted(map(t.price, winning))[:3]
        for s in swaps:
            k = t.after(s)
            assert k in winning
            assert s.gains == t.change(k)
            assert set(s.accepted_by) == {q for q, yes in t.says(k).items() if yes}
            assert s.instead_of == {i: t.package[i] for i in s.changes}
    everybody = [k for k in t.near if all(t.says(k).values()) and not t.broken(k)]
    expected = [] if all(now.values()) else sorted(map(t.price, everybody))[:3]
    assert [t.price(t.after(s)) for s in views.agreements] == expected
    assert all(t.after(s) in everybody for s in views.agreements)


@for_all(small_cases(most_issues=4), PICK)
def test_post_settlement_improvements(spec: Spec, draft: int) -> None:
    t = Table(spec, draft)
    views, worth = judge(case_of(spec), t.package), t.truth.worth
    better = [k for k in t.truth.admissible if dominates(worth[k], worth[t.draft])]
    assert views.improvable == len(better)
    best = {worth[k] for k in better if not any(dominates(worth[m], worth[k]) for m in better)}
    shown = [tuple(d.utilities.values()) for d in views.improvements]
    assert set(shown) <= best
    ranked = sorted(
        (sorted(b - a for a, b in zip(worth[t.draft], w, strict=True)) for w in best), reverse=True
    )
    assert [sorted(b - a for a, b in zip(worth[t.draft], w, strict=True)) for w in shown] == ranked[:3]


@for_all(small_cases(most_issues=4), PICK)
def test_a_logroll_helps_two_parties_where_each_single_change_costs_one_of_them(
    spec: Spec, draft: int
) -> None:
    t = Table(spec, draft)
    views = judge(case_of(spec), t.package)

    def single(issue: str, option: str) -> dict[str, Fraction]:
        return t.change(t.truth.packages.index({**t.package, issue: option}))

    found = 0
    for k in t.near:
        moves = {i: o for i, o in t.truth.packages[k].items() if t.package[i] != o}
        if len(moves) != 2 or min(t.change(k).values()) < 0:
            continue
        one, two = (single(i, o) for i, o in moves.items())
        winners = [p for p, g in t.change(k).items() if g > 0]
        found += any(one[a] < 0 < two[a] and two[b] < 0 < one[b] for a in winners for b in winners)
    assert len(views.logrolls) == min(found, 5)
    for roll in views.logrolls:
        assert set(roll.swap.changes) == {roll.first, roll.second}
        gains = roll.swap.gains
        assert min(gains.values()) >= 0
        assert sum(g > 0 for g in gains.values()) >= 2


@for_all(small_cases(most_issues=4), PICK, PICK)
def test_a_partial_draft_is_judged_by_what_its_completions_allow(spec: Spec, draft: int, left: int) -> None:
    t = Table(spec, draft)
    issues = list(t.package)
    fixed = {i: t.package[i] for i in issues if i != issues[left % len(issues)]}
    views = judge(case_of(spec), fixed)
    inside = [k for k, p in enumerate(t.truth.packages) if fixed.items() <= p.items()]
    allowed = [k for k in inside if k in t.truth.admissible]
    agreed = [k for k in inside if k in t.truth.agreed]
    assert not views.full
    assert (views.completions, views.acceptable) == (len(allowed), len(agreed))
    assert views.accepted == bool(agreed)
    for n, v in enumerate(views.verdicts):
        own = [
            k for k in inside if v.party not in {t.rules[b.split("/")[0]].get("party") for b in t.broken(k)}
        ]
        best = max(t.truth.worth[k][n] for k in own or inside)
        assert (v.utility, v.accepts) == (best, bool(own) and best >= t.truth.limits[n])
    if agreed:
        assert views.conflict is None
        assert views.suggestion is not None
        top = max(sorted(t.truth.gain(k)) for k in agreed)
        assert sorted(views.suggestion.gains.values()) == top
    else:
        assert views.suggestion is None
        assert views.conflict is not None
        assert views.conflict.empty


@for_all(small_cases(), PICK)
def test_a_full_draft_and_its_only_completion_are_accepted_alike(spec: Spec, draft: int) -> None:
    t = Table(spec, draft)
    case = case_of(spec)
    views = judge(case, t.package)
    assert views.acceptable == int(t.draft in t.truth.agreed)
    assert views.completions == int(t.draft in t.truth.admissible)


def test_a_draft_that_names_an_unknown_issue_or_option_is_refused_with_the_nearest() -> None:
    spec = {
        "title": "t",
        "issues": {"nato": {"name": "n", "options": {"N1": "a", "N2": "b"}}},
        "parties": {"A": {"name": "A", "points": {"nato": {"N1": 1.0, "N2": 0.0}}}},
    }
    with pytest.raises(UnknownName, match="did you mean 'nato'"):
        judge(case_of(spec), {"natto": "N1"})
    with pytest.raises(UnknownName, match="option of nato"):
        judge(case_of(spec), {"nato": "N3"})


def test_a_draft_that_all_accept_but_a_rule_of_nobody_forbids_says_so() -> None:
    spec = {
        "title": "t",
        "issues": {"seat": {"name": "n", "options": {"U1": "a", "U2": "b"}}},
        "parties": {
            n: {"name": n, "points": {"seat": {"U1": 1.0, "U2": 1.0}}, "reservation": 1} for n in "AB"
        },
        "rules": {"r": {"when": {"seat": "U1"}, "says": "the host sets no such table"}},
    }
    views = judge(case_of(spec), {"seat": "U1"})
    assert not views.accepted
    assert str(views).startswith("All parties accept, but the draft breaks a rule.")
    assert "the host sets no such table" in str(views)
    assert str(judge(case_of(spec), {"seat": "U2"})).startswith("All parties accept.")


def test_a_draft_that_enough_parties_accept_is_accepted_although_one_refuses() -> None:
    row = {"seat": {"U1": 1.0, "U2": 0.0}}
    spec = {
        "title": "t",
        "issues": {"seat": {"name": "n", "options": {"U1": "a", "U2": "b"}}},
        "parties": {
            n: {"name": n, "points": row, "reservation": r} for n, r in (("A", 1), ("B", 1), ("C", 2))
        },
        "agreement": {"required": ("A",), "at_least": 2},
    }
    views = judge(case_of(spec), {"seat": "U1"})
    assert views.accepted
    assert [v.accepts for v in views.verdicts] == [True, True, False]
    assert not judge(case_of(spec), {"seat": "U2"}).accepted
