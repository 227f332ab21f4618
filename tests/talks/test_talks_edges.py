"""Talks that are stopped go on where they stood, and the edges of talks and paths have clear answers."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import zopa
from zopa.case import Case
from zopa.parallel import Spread
from zopa.space import Problem

TALKS = [
    sys.executable, "-m", "zopa", "simulate", "harbour-sport-park", "--tactic", "random", "--tactic", "tit-for-tat",
    "--protocol", "alternating", "--runs", "1500", "--rounds", "8", "--seed", "6", "--json",
]  # fmt: skip


def told(out: str) -> Any:
    return json.loads(out)["answer"]


@pytest.mark.slow
def test_talks_killed_on_the_way_go_on_where_they_stood_with_the_same_bits_for_any_number_of_workers(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "run"
    running = subprocess.Popen(
        [*TALKS, "--run-folder", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 120
    while not list(folder.glob("*.part")) and running.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = {p.name: p.read_bytes() for p in folder.glob("*.part")}
    assert 1 <= len(kept) < 6
    again = subprocess.run(
        [*TALKS, "--run-folder", str(folder), "--workers", "2"], capture_output=True, text=True, check=False
    )
    assert again.returncode in (0, 1), again.stderr
    assert all((folder / name).read_bytes() == raw for name, raw in kept.items())
    assert len(list(folder.glob("*.part"))) == 6
    whole = zopa.simulate(
        zopa.load("harbour-sport-park"),
        ("random", "tit-for-tat"),
        protocols=["alternating"],
        runs=1500,
        rounds=8,
        seed=6,
    )
    assert told(again.stdout)["protocols"] == json.loads(json.dumps(whole.to_dict()))["protocols"]


@pytest.mark.parametrize("protocol", ["annealed-text", "alternating"])
def test_workers_change_nothing_where_parties_may_leave_and_texts_are_annealed(protocol: str) -> None:
    case = zopa.load("harbour-sport-park")
    given: dict[str, Any] = {"runs": 510, "rounds": 4, "protocols": [protocol], "breakdown": 0.02}
    falling = {p: [30.0, -50.0] for p in case.parties}
    alone = zopa.talks.simulate(case, walk_away=True, no_agreement=falling, **given)
    shared = zopa.talks.simulate(case, walk_away=True, no_agreement=falling, spread=Spread(2), **given)
    assert alone == shared


# -- Edges


def game(points: dict[str, list[list[int]]], reservation: int = 0, rule: bool = False) -> Case:
    sizes = [len(row) for row in next(iter(points.values()))]
    issues = {
        f"i{k}": {"name": f"i{k}", "options": {f"o{j}": f"o{j}" for j in range(n)}}
        for k, n in enumerate(sizes)
    }
    parties = {
        p: {
            "name": p,
            "reservation": reservation,
            "points": {f"i{k}": {f"o{j}": v for j, v in enumerate(row)} for k, row in enumerate(rows)},
        }
        for p, rows in points.items()
    }
    given: dict[str, Any] = {"title": "t", "parties": parties, "issues": issues}
    if rule:  # the middle of the way and the start are ruled out, the target is not
        given["rules"] = {
            "r": {
                "says": "never o0 of i1",
                "readings": {"plain": {"says": "never o0 of i1", "when": ({"i1": ("o0",)},)}},
            }
        }
    return Case.model_validate(given)


TIED = {"A": [[5, 5], [5, 5]], "B": [[5, 5], [5, 5]]}


def test_a_start_that_no_rule_allows_is_exempt_and_said_and_stops_on_the_way_name_the_rule() -> None:
    case = game({"A": [[0, 1], [1, 0]], "B": [[1, 0], [0, 1]]}, rule=True)
    goal, start = {"i0": "o1", "i1": "o1"}, {"i0": "o0", "i1": "o0"}
    (free,) = zopa.path(case, goal, start, together=1).routes
    assert free.start_broken == ("r",)
    assert free.height is not None
    (bound,) = zopa.path(case, goal, start, together=1, mode="interim").routes
    assert bound.start_broken == ("r",)
    assert [c.issue for c in bound.stops[0].changes] == ["i1"]  # the only first step that a rule lets stand
    assert not any(s.broken for s in bound.stops)
    worst = zopa.path(case, {"i0": "o1", "i1": "o0"}, start, together=1).routes[0]
    assert worst.stops[0].broken == ("r",)
    assert "breaks" in str(zopa.path(case, {"i0": "o1", "i1": "o0"}, start, together=1))


def test_where_everything_is_tied_every_order_is_as_good_and_talks_end_at_once() -> None:
    case = game(TIED, reservation=4)
    (route,) = zopa.path(case, {"i0": "o1", "i1": "o1"}, {"i0": "o0", "i1": "o0"}, together=1).routes
    assert route.tied
    assert len(route.first_steps) == 2
    assert route.height == -6
    for spec in (
        "boulware",
        "hardliner",
        "tit-for-tat",
        "micro",
        "log-rolling",
        "nash-seeker",
        "linear+AC_next",
    ):
        (found,) = zopa.simulate(case, spec, protocols=["alternating"], runs=4, rounds=5).protocols
        assert found.agreed == found.efficient == 4, spec
        assert found.rounds == 0


def test_everybody_exactly_at_no_agreement_accepts() -> None:
    (found,) = zopa.simulate(
        game(TIED, reservation=10), "linear", protocols=["alternating"], runs=3
    ).protocols
    assert (found.agreed, found.in_zone) == (3, 3)


@pytest.mark.parametrize(
    "spec",
    [
        "linear",
        "random",
        "micro",
        "log-rolling",
        "frequency",
        "nash-seeker",
        "kalai-seeker",
        "boulware+AC_combi",
    ],
)
def test_zero_and_one_rounds_and_a_party_that_never_concedes_end_without_error(spec: str) -> None:
    case = game({"A": [[9, 0]], "B": [[0, 9]]}, reservation=1)
    for rounds in (0, 1, 2):
        (found,) = (
            zopa.simulate(
                case, {"A": spec, "B": "hardliner"}, protocols=["alternating"], runs=3, rounds=rounds
            ).protocols
            if not spec.endswith("seeker")
            else zopa.simulate(
                game(TIED), {"A": spec, "B": "hardliner"}, protocols=["alternating"], runs=3, rounds=rounds
            ).protocols
        )
        assert found.agreed + sum(found.stalls.values()) == 3
        if rounds == 0:
            assert found.stalls == {"deadline": 3}


def test_an_empty_zone_leaves_seekers_without_a_solution_and_says_so() -> None:
    case = game({"A": [[9, 0]], "B": [[0, 9]]}, reservation=5)
    with pytest.raises(zopa.errors.NotApplicable, match="none to seek"):
        zopa.simulate(case, "nash-seeker", protocols=["alternating"], runs=2)
    assert zopa.simulate(case, "linear", protocols=["alternating"], runs=2).agreed == 0


def test_a_start_below_the_rules_with_no_way_out_names_what_blocks() -> None:
    case = game({"A": [[0, 1], [1, 0]], "B": [[1, 0], [0, 1]]}, rule=True)
    with pytest.raises(zopa.errors.NotApplicable, match="breaks a rule"):
        zopa.path(case, {"i0": "o1", "i1": "o0"}, {"i0": "o0", "i1": "o1"}, mode="interim")
    assert Problem(case).space.clauses
