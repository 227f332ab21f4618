"""Protocols over packages that are never listed, beside the same over a list and beside counting by hand."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import zopa
from zopa.case import Case
from zopa.cli import app
from zopa.errors import NotApplicable
from zopa.space import Bonus, Clause, Package, Problem, Space, Table
from zopa.study.talks import _ZoneOf
from zopa.talks.protocols import ListedText, fallback_orders, raiffa_package, single_text, single_text_ends
from zopa.talks.text_proposals import TextProposals, ranges


def a_space(seed: int, *, parties: int = 0, quota: bool = False) -> Space:
    """Two or three parties over a few issues, with rules, interactions and now and then a quota with a veto."""
    rng = np.random.default_rng(seed)
    n = parties or int(rng.integers(2, 4))
    sizes = rng.integers(2, 4, int(rng.integers(2, 5))).tolist()
    a, b = rng.choice(len(sizes), 2, replace=False).tolist()
    masks = [int(rng.integers(1, 1 << sizes[i])) for i in (a, b)]
    required = (True, *rng.integers(0, 2, n - 1).astype(bool).tolist()) if quota else ()
    return Space(
        parties=tuple("PQR"[:n]),
        issues=tuple(f"i{k}" for k in range(len(sizes))),
        options=tuple(tuple(f"o{j}" for j in range(s)) for s in sizes),
        scores=tuple(rng.integers(0, 8, (n, s)) for s in sizes),
        reservation=tuple(rng.integers(0, 9, n).tolist()),
        required=required,
        at_least=n - 1 if quota else 0,
        clauses=(Clause("r", ((a, masks[0]),), (((b, masks[1]),),)),) if rng.integers(2) else (),
        bonuses=(Bonus(0, ((a, 1), (b, 2)), int(rng.integers(-5, 6))),) if rng.integers(2) else (),
    )


@pytest.mark.parametrize("quota", [False, True])
@given(seed=st.integers(0, 10_000), together=st.integers(1, 2))
def test_proposals_that_pass_are_those_found_by_trying_every_package(
    quota: bool, seed: int, together: int
) -> None:
    space = a_space(seed, quota=quota)
    text, listed = TextProposals(space, together), ListedText(Table.of(space), together)
    draft = tuple(int(k) for k in np.random.default_rng(seed).integers(0, space.sizes))
    found = {tuple(text.after(np.array(draft), int(m)).tolist()) for m in text.passing(np.array([draft]))[0]}
    here = space.utility(draft)
    by_hand = set()
    for x in space.packages():
        u = space.utility(x)
        yes = [b >= a for a, b in zip(here, u, strict=True)]
        changed = sum(a != b for a, b in zip(draft, x, strict=True))
        if (
            1 <= changed <= together
            and space.allows(x)
            and space.agreed(yes)
            and any(map(int.__gt__, u, here))
        ):
            by_hand.add(x)
    assert found == by_hand
    number = listed.table.number(draft)
    again = [listed.after(number, int(m)) for m in listed.passing(np.array([number]))[0]]
    assert {listed.table.package(x) for x in again} == by_hand


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_a_text_without_a_list_takes_the_same_changes_as_with_one(seed: int) -> None:
    space = a_space(seed)
    table = Table.of(space)
    starts = np.random.default_rng(seed).integers(0, space.sizes, (6, len(space.sizes)))
    numbers = np.ravel_multi_index(tuple(starts.T), space.sizes)
    ends, made = single_text(TextProposals(space, 2), starts, np.random.default_rng(seed))
    listed, times = single_text(ListedText(table, 2), numbers, np.random.default_rng(seed))
    assert [table.number(x) for x in ends.tolist()] == listed.tolist()
    assert made.tolist() == times.tolist()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        assert tuple(end) in single_text_ends(table, tuple(start), 2)


@given(seed=st.integers(0, 10_000))
def test_the_range_of_a_party_is_that_of_all_packages(seed: int) -> None:
    space = a_space(seed)
    worth = Table.of(space).utilities
    assert ranges(space) == [max(int(w.max() - w.min()), 1) for w in worth]


@given(seed=st.integers(0, 10_000))
def test_fallback_bargaining_goes_down_until_enough_for_an_agreement_have_come_to_an_option(
    seed: int,
) -> None:
    space = a_space(seed, quota=True)
    for scores, order in zip(space.scores, fallback_orders(space), strict=True):
        ranks = [[sum(int(b > a) for b in row) for a in row] for row in scores.tolist()]
        depth = [
            next(d for d in itertools.count() if space.agreed([own[k] <= d for own in ranks]))
            for k in range(scores.shape[1])
        ]
        assert order == sorted(range(scores.shape[1]), key=lambda k: (depth[k], sum(r[k] for r in ranks), k))


# -- Raiffa's discrete path over packages


class ByHand:
    """What the path asks, by looking at every package."""

    def __init__(self, space: Space) -> None:
        self.all = [(x, space.utility(x)) for x in space.packages() if space.allows(x)]

    def reaching(self, floors: Sequence[int]) -> list[tuple[Package, tuple[int, ...]]]:
        return [(x, u) for x, u in self.all if all(map(int.__ge__, u, floors))]

    def frontier(self) -> Sequence[Package]:
        raise AssertionError

    def best(self, party: int, floors: Sequence[int]) -> int | None:
        return max((u[party] for _, u in self.reaching(floors)), default=None)

    def fairest(self, floors: Sequence[int]) -> Package:
        left = self.reaching(floors)
        ideal = [max(u[p] for _, u in left) - f for p, f in enumerate(floors)]

        def shares(u: tuple[int, ...]) -> list[Fraction]:
            return sorted(
                Fraction(a - f, i) if i else Fraction(1) for a, f, i in zip(u, floors, ideal, strict=True)
            )

        most = max(shares(u) for _, u in left)
        return min(x for x, u in left if shares(u) == most)


def a_case(space: Space) -> Case:
    """The space as a case without rules and interactions."""
    issues = {
        i: {"name": i, "options": {o: o for o in os}}
        for i, os in zip(space.issues, space.options, strict=True)
    }
    parties = {}
    for p, name in enumerate(space.parties):
        points = {
            i: {o: int(s[p, k]) for k, o in enumerate(os)}
            for i, os, s in zip(space.issues, space.options, space.scores, strict=True)
        }
        parties[name] = {"name": name, "points": points, "reservation": space.reservation[p]}
    return Case.model_validate({"title": "t", "parties": parties, "issues": issues})


@given(seed=st.integers(0, 10_000))
def test_the_path_of_raiffa_ends_where_looking_at_every_package_ends(seed: int) -> None:
    problem = Problem(a_case(a_space(seed)))
    space = problem.space
    expected, steps = raiffa_package(space, ByHand(space), 200)
    assert raiffa_package(space, _ZoneOf(problem), 200) == (expected, steps)
    if expected is None:
        assert not ByHand(space).reaching(space.reservation)
        return
    worth = space.utility(expected)
    assert all(map(int.__ge__, worth, space.reservation))
    assert not any(u != worth and all(map(int.__ge__, u, worth)) for _, u in ByHand(space).all)


def test_two_parties_share_what_can_be_shared_and_a_rescaled_party_changes_nothing() -> None:
    one = {f"o{k}": k for k in range(11)}
    for factor in (1, 7):
        parties = {
            "A": {"name": "A", "points": {"i": one}},
            "B": {"name": "B", "points": {"i": {o: factor * (10 - k) for o, k in one.items()}}},
        }
        case = Case.model_validate(
            {"title": "t", "parties": parties, "issues": {"i": {"name": "i", "options": {o: o for o in one}}}}
        )
        (found,) = zopa.simulate(case, protocols=["raiffa"]).protocols
        assert found.ends[0].package == {"i": "o5"}
        assert found.rounds == 1  # from (0, 0) to (5, 5), which nothing betters
        (cut,) = zopa.simulate(case, protocols=["raiffa"], rounds=0).protocols
        assert (cut.agreed, cut.stalls) == (0, {"deadline": 1})


# -- Large spaces


def wide(issues: int, parties: int = 2, rule: bool = False) -> Case:
    rng = np.random.default_rng(issues)
    names = {
        f"i{k}": {"name": f"i{k}", "options": {f"o{j}": f"o{j}" for j in range(10)}} for k in range(issues)
    }
    made = {
        p: {
            "name": p,
            "points": {i: {f"o{j}": int(rng.integers(0, 100)) for j in range(10)} for i in names},
            "reservation": 10,
        }
        for p in "ABC"[:parties]
    }
    given: dict[str, Any] = {"title": "t", "parties": made, "issues": names}
    if rule:
        given["rules"] = {
            "r": {
                "says": "r",
                "readings": {"x": {"says": "x", "when": {"i0": ("o0", "o1")}, "only_if": ({"i1": ("o1",)},)}},
            }
        }
    return Case.model_validate(given)


ALL_BUT_OFFERS = ["single-text", "issue-by-issue", "zeuthen", "annealed-text", "raiffa"]


@pytest.mark.slow
def test_every_protocol_but_one_runs_over_ten_to_the_twenty_packages() -> None:
    case = wide(20, rule=True)
    answer = zopa.simulate(case, protocols=ALL_BUT_OFFERS, runs=3, rounds=1000)
    assert not answer.not_run
    space = Problem(case).space
    for found in answer.protocols:
        assert found.agreed == found.in_zone == found.runs
        for end in found.ends:
            assert space.allows(space.package(end.package))
            assert tuple(end.utilities.values()) == space.utility(space.package(end.package))
    text = TextProposals(space, 2)
    for protocol in (answer.protocols[0], answer.protocols[3]):
        for end in protocol.ends:  # stuck: nothing that two issues change helps without a loss
            assert not text.passing(np.array([space.package(end.package)]))[0].size
    refused = zopa.simulate(case, protocols=["raiffa", "alternating"], runs=2).not_run
    assert "a half has" in refused["alternating"]


def test_a_text_over_ten_to_the_twenty_packages_is_stuck_where_no_two_issues_help() -> None:
    case = wide(20, rule=True)
    (found,) = zopa.simulate(case, protocols=["single-text"], runs=2, rounds=1000).protocols
    space = Problem(case).space
    assert found.agreed == found.in_zone == 2
    for end in found.ends:
        assert not TextProposals(space, 2).passing(np.array([space.package(end.package)]))[0].size


def test_zeuthen_without_a_list_ends_where_it_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    case = wide(3)
    given: dict[str, Any] = {
        "protocols": ["zeuthen", "raiffa", "single-text", "annealed-text"],
        "runs": 4,
        "rounds": 5000,
    }
    listed = zopa.simulate(case, **given).protocols
    monkeypatch.setattr(Problem, "listable", False)
    unlisted = zopa.simulate(case, **given).protocols
    for one, other in zip(listed, unlisted, strict=True):
        assert [e.utilities for e in one.ends] == [e.utilities for e in other.ends]
        assert (one.stalls, one.rounds) == (other.stalls, other.rounds)


def test_too_many_proposals_are_refused_with_what_would_do() -> None:
    with pytest.raises(NotApplicable, match="--together 1"):
        zopa.simulate(wide(150), protocols=["single-text"], runs=1)
    assert zopa.simulate(wide(150), protocols=["single-text"], runs=1, together=1).protocols[0].runs == 1


# -- Deadline, breakdown and costs for all


@pytest.mark.parametrize("protocol", ["alternating", "issue-by-issue", "zeuthen", "raiffa"])
def test_zero_rounds_end_without_agreement_and_a_text_is_put_to_the_parties_as_it_stands(
    protocol: str,
) -> None:
    case = wide(3)
    (found,) = zopa.simulate(case, protocols=[protocol], runs=5, rounds=0).protocols
    assert found.stalls == {"deadline": found.runs}
    (text,) = zopa.simulate(case, protocols=["single-text"], runs=5, rounds=0).protocols
    assert text.agreed
    assert text.rounds == 0


def test_talks_break_off_under_every_protocol_that_goes_round_by_round() -> None:
    case = wide(3)
    for protocol in ("single-text", "issue-by-issue"):
        (found,) = zopa.simulate(case, protocols=[protocol], runs=200, breakdown=0.5).protocols
        assert found.stalls["broke off"] + found.agreed == 200
        assert found.agreed
        same = zopa.simulate(case, protocols=[protocol], runs=200).protocols[0]
        assert {json.dumps(dict(e.package)) for e in found.ends} <= {
            json.dumps(dict(e.package)) for e in same.ends
        }
    # Three issues in three rounds, and two times at which half of the talks break off: a quarter is left.
    left = Fraction(zopa.simulate(case, protocols=["issue-by-issue"], runs=4000, breakdown=0.5).agreed, 4000)
    assert abs(left - Fraction(1, 4)) < 4 * math.sqrt(3 / 16 / 4000)


def test_the_command_runs_all_protocols_and_says_why_one_did_not(tmp_path: Any) -> None:
    run = CliRunner().invoke(
        app, ["simulate", "ukraine-2025", "--runs", "20", "--protocol", "raiffa", "--protocol", "zeuthen"]
    )
    assert run.exit_code == 0, run.output
    assert "discrete path of Raiffa: 1 of 1" in " ".join(run.output.split())
    assert "Zeuthen's rule is for two parties" in " ".join(run.output.split())
