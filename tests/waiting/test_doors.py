"""Costs and division through the command line and in the report."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zopa
from zopa.cli import app

from .folders import folder

EXAMPLE = Path(str(files("zopa"))) / "examples" / "ukraine-2025"
CSV = (
    "party,from,low,central,high,unit,basis\n"
    "RUS,2025-02,0.5,1,1.5,points per month,assumed: a figure of the test\n"
    "US,2025-02,0.1,0.2,0.4,points per month,inferred author-prices: prices rise while limits stay\n"
)


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


@pytest.fixture
def example(tmp_path):
    root = tmp_path / "ukraine"
    shutil.copytree(EXAMPLE, root)
    (root / "case.yaml").write_text((EXAMPLE / "case.yaml").read_text() + "\ncosts: {clock: from-date}\n")
    (root / "costs.csv").write_text(CSV)
    return root


def test_delay_prints_months_pivots_and_the_lines_behind_them(example):
    result = run("delay", example, "--months", 60)
    assert result.exit_code == 0
    assert (
        "starting position of EUR: month 12 (2026-02); at the earliest month 3 (2025-05), "
        "at the latest month 39 (2028-05); it turns on Russia" in result.output
    )
    assert "costs.csv:2: Russia loses 1 (0.5 to 1.5) points per month from 2025-02" in result.output


def test_delay_says_that_the_source_states_no_cost_and_exits_1_when_no_zone_is_in_sight():
    result = run("delay", "ukraine-2025")
    assert result.exit_code == 0
    assert "the sources state no cost figure; only the author's remark speaks of prices" in result.output
    shut = run("delay", "ukraine-2025", "-r", "E")
    assert shut.exit_code == 1
    assert "waiting opens none" in shut.output


def test_delay_follows_a_package_and_gives_json(tmp_path):
    root = folder(tmp_path, "\ncosts: {parties: {A: {flow: 1, rising: {per_month: 0.05}}}}\n")
    answer = json.loads(run("delay", root, "line=L1", "--json").output)["answer"]
    assert answer["packages"][0]["by_party"]["A"] == {"earliest": 7, "central": 7, "latest": 7}
    assert run("delay", root, "line").exit_code == 2


def test_explain_leads_from_a_partys_costs_to_the_line_and_the_sentence(example):
    result = run("explain", example, "US.costs")
    assert result.exit_code == 0
    assert "what waiting costs United States" in result.output
    assert "costs.csv:3: United States loses" in result.output
    assert "sources/remark.txt, line 1" in result.output
    assert run("explain", "ukraine-2025", "US.costs").exit_code != 0


def test_divide_prints_the_split_item_and_its_properties(tmp_path):
    text = "\ndivision: {items: {x: X, y: Y}, points: {A: {x: 60, y: 40}, B: {x: 30, y: 70}}}\n"
    root = folder(tmp_path, text)
    result = run("divide", root, "--method", "adjusted-winner")
    assert result.exit_code == 0
    # x to A, y to B: 60 and 70; y is split at 60 + 40 t = 70 (1 - t), t = 1/11
    assert "X, 1/11 of Y" in result.output
    assert "63.6364" in result.output
    assert "envy-free: yes" in result.output
    assert json.loads(run("divide", root, "--json").output)["answer"]["splits"][0]["split"] == ["y"]


@pytest.mark.slow
def test_the_report_shows_curves_dates_win_sets_and_the_line_behind_a_figure(example, tmp_path):
    (example / "case.yaml").write_text(
        (example / "case.yaml").read_text()
        + "division: {items: {x: X, y: Y}, points: {US: {x: 60, y: 40}, RUS: {x: 30, y: 70}}}\n"
    )
    written = zopa.report(zopa.run(zopa.load(example)), tmp_path / "out")
    assert {"cost-curves.svg", "openings.svg", "line-win-sets.svg"} <= {p.name for p in written}
    page = written[0].read_text()
    assert "What waiting costs" in page
    assert "costs.csv:3: United States loses 0.2 (0.1 to 0.4) points per month from 2025-02" in page
    assert 'href="#statement-author-prices"' in page
    assert "1/11 of Y" in page
    assert "not a commitment" in page
    answers = json.loads((tmp_path / "out" / "answers.json").read_text())
    starts = [p for p in answers["lenses"]["delay"]["packages"] if p["name"] == "starting position of EUR"]
    assert [p["opening"]["central"] for p in starts] == [12]
    assert answers["lenses"]["divide"]["splits"][0]["method"] == "adjusted-winner"


def test_the_report_of_the_example_says_that_the_source_states_no_cost(example_report):
    written = example_report
    page = written[0].read_text()
    assert "the sources state no cost figure; only the author&#39;s remark speaks of prices or costs" in page
    assert not {"cost-curves.svg", "openings.svg"} & {
        p.name for p in written
    }  # nothing moves: tables will do
    assert "Taken one by one, none of these issues can move" in page
