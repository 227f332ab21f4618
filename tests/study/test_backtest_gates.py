"""Lead time, calibration of stated shares, gates written before the run, and the log of test cases."""

from __future__ import annotations

import json
import math
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import zopa
from zopa.case import Case, days_of_change
from zopa.cli import app
from zopa.errors import CaseError, NotApplicable, UnknownName
from zopa.study import open_split, read_gates
from zopa.study.backtest import MEASURES, Trial, _calibration

BASIS = {"stated": "first"}


def days(*listed: tuple[str, str]) -> dict[str, Any]:
    """Two parties, one issue; on each day a red line of A against an option is drawn or, with '', nothing is."""
    statements: dict[str, Any] = {
        "first": {"source": "s", "quote": "w", "kind": "position", "party": "A", "issue": "i", "options": ("p",),
                  "stance": "accept", "said": date(2025, 1, 5)},
        "other": {"source": "s", "quote": "w", "kind": "position", "party": "B", "issue": "i", "options": ("p",),
                  "stance": "accept", "said": date(2025, 1, 5)},
    }  # fmt: skip
    parties: dict[str, Any] = {
        "A": {"name": "Avon", "basis": BASIS, "values": {"i": {"p": 100, "q": 50}}, "reservation": {"best": 20, **BASIS}},
        "B": {"name": "Brue", "basis": BASIS, "values": {"i": {"p": 60, "q": 100}}, "reservation": {"best": 20, **BASIS}},
    }  # fmt: skip
    rules: dict[str, Any] = {}
    for k, (day, option) in enumerate(listed):
        said = date.fromisoformat(day)
        statements[f"x{k}"] = {"source": "s", "quote": "w", "kind": "red_line", "party": "A", "issue": "i",
                               "options": (option,), "stance": "red-line", "said": said}  # fmt: skip
        rules[f"r{k}"] = {"party": "A", "when": ({"i": (option,)},), "stated": f"x{k}"}
    return {
        "title": "Two rivers", "as_of": date(2025, 6, 1), "parties": parties, "rules": rules, "statements": statements,
        "issues": {"i": {"name": "I", "options": {"p": "p", "q": "q"}}},
        "sources": {"s": {"date": "2025-01-05"}, "late": {"date": "2025-04-01"}},
        "outcome": {"date": date(2025, 6, 1), "agreed": {"i": "p"}},
    }  # fmt: skip


def test_the_lead_time_is_the_days_from_which_the_zone_goes_on_holding_the_outcome() -> None:
    row = zopa.backtest([Case.model_validate(days(("2025-03-01", "q")))]).rows[0]
    assert {z.since for z in row.zones.values()} == {date(2025, 1, 5)}
    assert {z.lead for z in row.zones.values()} == {147}
    missed = zopa.backtest([Case.model_validate(days(("2025-03-01", "p")))]).rows[0]
    assert {(z.covered, z.since, z.lead) for z in missed.zones.values()} == {(False, None, None)}


def test_a_zone_that_lost_the_outcome_and_found_it_again_counts_from_then() -> None:
    spec = days()
    # From 1 February a red line of A stands against p; from 10 February, published on 1 April, it is read otherwise.
    spec["statements"] |= {
        "up": {**spec["statements"]["other"], "said": date(2025, 2, 1)},
        "down": {**spec["statements"]["other"], "source": "late", "said": date(2025, 2, 10)},
    }
    spec["rules"] = {
        "closed": {"party": "A", "readings": {
            "narrow": {"when": ({"i": ("p",)},), "stated": "up"},
            "wide": {"when": ({"i": ("q",)},), "stated": "down"}}, "default": "wide"},
    }  # fmt: skip
    case = Case.model_validate(spec)
    row = zopa.backtest([case]).rows[0]
    held = {d: zopa.backtest([case], d).rows[0].zones["central"].covered for d in days_of_change(case)}
    assert held[date(2025, 1, 5)]
    assert not held[date(2025, 2, 1)]
    assert (row.zones["central"].since, row.zones["central"].lead) == (date(2025, 4, 1), 61)
    said = zopa.backtest([case], "said:before-outcome").rows[0]
    assert (said.zones["central"].since, said.as_of) == (date(2025, 2, 10), row.as_of)


def test_what_was_said_before_the_cut_and_published_after_it_is_counted_in_the_row() -> None:
    spec = days()
    spec["statements"]["told"] = {**spec["statements"]["other"], "source": "late", "said": date(2025, 2, 1)}
    case = Case.model_validate(spec)
    assert zopa.backtest([case], "2025-03-01").rows[0].published_later == 1
    assert zopa.backtest([case]).rows[0].published_later == 0


def trial(*shares: tuple[float, bool], chance: float | None = None, deal: bool = True) -> Trial:
    row = zopa.backtest([Case.model_validate(days())]).rows[0]
    return replace(row, stated={"nash": shares}, chance=chance, deal=deal)


def test_stated_shares_are_held_against_how_often_they_came_true() -> None:
    rows = [
        trial((0.72, True), (0.28, False), chance=0.9),
        trial((0.78, False), (0.22, True), chance=0.95, deal=False),
        trial((0.7, True), (0.3, False), (1.0, True), chance=0.1, deal=False),
    ]
    found = _calibration(rows)
    classes = {(c.low, c.count): c for c in found["nash"]}
    assert set(classes) == {(0.2, 2), (0.3, 1), (0.7, 3), (0.9, 1)}
    high = classes[0.7, 3]
    assert high.stated == pytest.approx((0.72 + 0.78 + 0.7) / 3)
    assert high.happened[0] == pytest.approx(2 / 3)
    assert (high.happened[1], high.happened[2]) == (0.0, 1.0)  # three cases drawn again: none to all of them
    assert [(c.low, c.count, c.happened[0]) for c in found["deal"]] == [(0.1, 1, 0.0), (0.9, 2, 0.5)]


def test_every_predictor_states_shares_that_add_up_to_one_per_issue() -> None:
    drawn = zopa.backtest([zopa.load(Path(zopa.__file__).parent / "examples" / "writers-2023")]).rows[0]
    assert drawn.chance is not None
    assert 0 <= drawn.chance <= 1
    assert drawn.stated["picks"]
    row = zopa.backtest([Case.model_validate(days())]).rows[0]
    assert row.chance is None  # its words make two things exactly equal, so there is nothing to draw from
    assert set(row.scores) <= set(row.stated)
    for name in row.scores:
        assert sum(p for p, _ in row.stated[name]) == pytest.approx(1)
        assert [came for _, came in row.stated[name]] == [True, False]


GATES = """
written = 2026-11-28

[[gates]]
name = "the central zone holds the outcome"
measure = "central.covered"
at_least = 1

[[gates]]
name = "large sums beat an even guess"
measure = "sum.log_score"
minus = "uniform.log_score"
below = 0
whole_interval = true
"""


def test_gates_are_met_or_missed_by_the_figures_of_the_run(tmp_path: Path) -> None:
    file = tmp_path / "gates.toml"
    file.write_text(GATES)
    cases = [Case.model_validate(days()), Case.model_validate(days(("2025-03-01", "p")))]
    b = zopa.backtest(cases, gates=read_gates(file))
    assert b.gates is not None
    assert (b.gates.written, b.gates.committed) == (date(2026, 11, 28), None)
    covered, better = b.gates.gates
    assert covered.found == (0.5, 0.0, 1.0)
    assert not covered.met
    gaps = [r.scores["sum"].log_score - r.scores["uniform"].log_score for r in b.rows]
    assert better.found is not None
    assert better.found == pytest.approx((np.mean(gaps), min(gaps), max(gaps)))
    assert better.met == (max(gaps) < 0)
    text = str(b)
    assert "gates" in text
    assert "missed" in text
    assert "no commit shows" in text


@pytest.mark.parametrize(
    ("bound", "whole", "figure", "met"),
    [
        ({"at_least": 0.5}, False, (0.5, 0.4, 0.6), True),
        ({"at_least": 0.5}, True, (0.5, 0.4, 0.6), False),
        ({"above": 0.5}, False, (0.5, 0.4, 0.6), False),
        ({"at_most": 0.6}, True, (0.5, 0.4, 0.6), True),
        ({"below": 0.6}, True, (0.5, 0.4, 0.6), False),
        ({"at_least": 0.4, "at_most": 0.5}, False, (0.51, 0.4, 0.6), False),
    ],
)
def test_a_bound_is_kept_by_the_mean_or_by_the_whole_interval(
    bound: dict[str, float], whole: bool, figure: tuple[float, float, float], met: bool
) -> None:
    from zopa.study.gates import Gate

    gate = Gate(name="g", measure="central.covered", whole_interval=whole, **bound)
    assert gate.keeps(figure) == met


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("written = 2026-11-28", "", "written"),
        ("at_least = 1", "", "gates.toml:4:1: gates.0: expected at_least"),
        ("at_least = 1", "atleast = 1", "gates.0.atleast"),
        ("below = 0", 'below = "low"', "gates.toml:9:1: gates.1.below"),
        ("[[gates]]", "[[gates", "expected TOML"),
    ],
)
def test_a_wrong_gates_file_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "gates.toml"
    file.write_text(GATES.replace(old, new))
    with pytest.raises(CaseError) as wrong:
        read_gates(file)
    assert said in str(wrong.value)
    with pytest.raises(CaseError, match="cannot be read"):
        read_gates(tmp_path / "none.toml")


def test_a_gate_on_no_measure_is_refused_before_test_cases_are_opened(tmp_path: Path) -> None:
    file, log = tmp_path / "gates.toml", tmp_path / "log.jsonl"
    file.write_text(GATES.replace("central.covered", "centre.covered"))
    with pytest.raises(UnknownName, match=r"central\.covered"):
        zopa.backtest([Case.model_validate(days())], gates=read_gates(file), test_log=log)
    file.write_text(GATES.replace("sum.log_score", "deal.brier"))
    assert "deal.brier" in {f"{n}.{m}" for n, ms in MEASURES.items() for m in ms}
    failed = Case.model_validate({**days(), "outcome": {"date": date(2025, 6, 1), "agreed": "none"}})
    with pytest.raises(NotApplicable, match="different cases"):
        zopa.backtest([Case.model_validate(days()), failed], gates=read_gates(file))
    file.write_text(GATES)
    nothing = zopa.backtest([failed], gates=read_gates(file)).gates
    assert nothing is not None
    assert [(g.found, g.met) for g in nothing.gates] == [(None, False), (None, False)]
    assert not log.exists()


def test_git_says_since_when_the_gates_are_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "gates.toml"
    file.write_text(GATES)

    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip

    git("init", "-q")
    assert read_gates(file).committed is None
    git("add", "gates.toml")
    git("commit", "-q", "-m", "gates", "--date", "2026-11-01T12:00:00")
    assert read_gates(file).committed is not None
    file.write_text(GATES + "# changed\n")
    assert read_gates(file).committed is None


def test_test_cases_are_opened_once_per_release_and_the_answer_says_how_often(tmp_path: Path) -> None:
    log = tmp_path / "deep" / "log.jsonl"
    cases = [Case.model_validate({**days(), "digest": "d1"})]
    first = zopa.backtest(cases, test_log=log)
    assert "for the first time" in str(first)
    with pytest.raises(NotApplicable, match="--again"):
        zopa.backtest(cases, test_log=log)
    second = zopa.backtest(cases, test_log=log, again=True)
    assert [o.again for o in second.openings] == [False, True]
    assert "opened before" in str(second)
    assert len(open_split(log, ["d1"], release="9.9")) == 3  # another release may open it
    assert len(open_split(log, ["d2"])) == 1  # other cases were never opened
    lines = [json.loads(x) for x in log.read_text().splitlines()]
    assert [(x["release"], tuple(x["opened"])) for x in lines][-2:] == [
        ("9.9", ("d1",)),
        (zopa.__version__, ("d2",)),
    ]
    log.write_text("not a log\n")
    with pytest.raises(CaseError, match="expected an opening"):
        open_split(log, ["d1"])
    assert log.read_text() == "not a log\n"


def test_the_command_ends_with_one_where_a_gate_is_missed(tmp_path: Path) -> None:
    file = tmp_path / "gates.toml"
    file.write_text(GATES)
    run = CliRunner().invoke
    missed = run(app, ["backtest", "writers-2023", "--gates", str(file), "--json"])
    data = json.loads(missed.stdout)["answer"]["gates"]
    assert missed.exit_code == (0 if all(g["met"] for g in data["gates"]) else 1)
    file.write_text(GATES.replace("at_least = 1", "at_least = 1.1"))
    text = run(app, ["backtest", "writers-2023", "--gates", str(file)])
    assert text.exit_code == 1
    assert "missed" in text.stdout
    assert run(app, ["backtest", "writers-2023", "--again"]).exit_code == 2


def test_no_lead_is_counted_before_enough_is_on_record() -> None:
    spec = days()
    early = {**spec["statements"]["first"], "source": "old", "said": date(2024, 1, 1), "options": ("q",)}
    spec["sources"]["old"] = {"date": "2024-01-01"}
    spec["statements"]["early"] = early
    row = zopa.backtest([Case.model_validate(spec)]).rows[0]
    assert row.zones["conceivable"].since == date(2025, 1, 5)  # in 2024 nothing is known of B
    assert all(math.isfinite(x) for x in row.zones["conceivable"].__dict__.values() if isinstance(x, float))
    assert date(2025, 1, 5) - timedelta(days=1) > date(2024, 1, 1)


def test_a_cut_before_enough_was_said_is_called_that() -> None:
    b = zopa.backtest([Case.model_validate(days())], "2025-01-01", allow_undated=True)
    assert not b.rows[0].enough
    assert (b.rows[0].issues, b.rows[0].issues_agreed) == (1, 1)
    assert "not enough was on record" in str(b)
    assert "not enough was on record" not in str(zopa.backtest([Case.model_validate(days())]))
