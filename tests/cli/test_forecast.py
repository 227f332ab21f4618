"""The forecast through its doors: the command, the converter, the section of the report, the how-to page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spatial.cases import make, party
from zopa.case import Case
from zopa.casefile import load
from zopa.cli import app
from zopa.cli.options import open_case
from zopa.errors import NotApplicable
from zopa.render import report
from zopa.spatial import forecast
from zopa.study import run
from zopa.views import Labels
from zopa.views.document import Chart, Grid
from zopa.views.forecast import blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "forecast.md"


def zopa(*words: str):
    return CliRunner().invoke(app, list(words))


def test_the_command_prints_interval_inputs_and_what_matters_most():
    done = zopa("forecast", "ukraine-2025", "--issue", "nato", "--draws", "200")
    assert done.exit_code == 0, done.output
    for words in (
        "80 % interval",
        "calibrated",
        "input uncertainty only",
        "matters most: place of United States",
        "us-nato",
        "next:",
    ):
        assert words in done.output


def test_the_trace_says_who_moved_opposite_whom():
    done = zopa(
        "forecast", "ukraine-2025", "--issue", "seat", "--model", "pressure", "--trace", "--draws", "10"
    )
    words = " ".join(done.output.split())
    assert "gives way to the challenge" in words
    assert "0.0 to 100.0" in words


def test_json_is_the_answer_with_its_question():
    done = zopa(
        "forecast", "ukraine-2025", "--issue", "territory", "--model", "ktab", "--draws", "5", "--json"
    )
    answer = json.loads(done.output)
    assert answer["question"]["settings"]["model"] == "ktab"
    assert answer["question"]["seed"] == 1
    assert answer["answer"]["outlooks"][0]["line"]["issue"] == "territory"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--issue", "teritory"), "territory"),
        (("--model", "presure"), "pressure"),
        (("--level", "0.7"), "0.8"),
        (("--model", "pressure", "--reading", "scholz"), "scholz"),
    ],
)
def test_wrong_words_are_named(words, said):
    done = zopa("forecast", "ukraine-2025", *words)
    assert done.exit_code != 0
    assert said in str(done.exception)


def test_a_ktab_file_becomes_a_case_and_comes_back(tmp_path):
    first, second, folder = tmp_path / "one.csv", tmp_path / "two.xml", tmp_path / "case"
    assert zopa("convert", "ukraine-2025", str(first)).exit_code == 1  # a CSV holds no words
    assert zopa("convert", "ukraine-2025", str(first), "--lossy").exit_code == 0
    assert zopa("convert", str(first), str(folder)).exit_code == 0
    there = zopa("convert", str(first), str(folder)).exception  # the command line says it and ends with 2
    assert isinstance(there, NotApplicable)
    case = load(folder)
    original = forecast(open_case("ukraine-2025"), model="ktab", draws=1)
    again = forecast(case, model="ktab", draws=1)
    assert [o.outcome for o in again.outlooks] == pytest.approx([o.outcome for o in original.outlooks])
    assert zopa("convert", str(folder), str(second)).exit_code == 0
    assert "<Scenario>" in second.read_text(encoding="utf-8")
    assert zopa("convert", str(folder), str(tmp_path / "x.txt")).exit_code != 0


@pytest.fixture
def study(example_study):
    return example_study


def test_the_section_shows_positions_over_time_a_fan_and_the_sentence_on_hover(study):
    found = blocks(study.lenses["forecast"], Labels(study.case))
    record, spread = (b for b in found if isinstance(b, Chart))
    data = record.spec()["data"]["values"]
    seat = [d for d in data if d["issue"] == "Ukraine's seat in the talks"]
    shift = next(d for d in seat if d["kind"] == "shift down")
    assert shift["party"] == "United States"
    assert "from 100 to 0" in shift["note"]
    assert "would not take part" in shift["note"]
    assert {d["band"] for d in seat if d["kind"] == "fan"} == {"90 %", "80 %", "50 %"}
    assert len(spread.grid.rows) == 5
    assert {t.caption.split(" in the model ")[-1].split(",")[0] for t in found if isinstance(t, Grid) and "Round by round" in t.caption} == {
        "pressure", "ktab", "exchange",
    }  # fmt: skip


def test_a_place_that_is_a_judgment_is_not_drawn_as_a_shift(study):
    found = blocks(study.lenses["forecast"], Labels(study.case))
    data = next(b for b in found if isinstance(b, Chart)).spec()["data"]["values"]
    assert not [
        d for d in data if d["kind"].startswith("shift") and d["issue"] != "Ukraine's seat in the talks"
    ]


def test_every_link_of_the_section_leads_somewhere(study, tmp_path):
    report(study, tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    start = html.index('<section id="forecast"')
    part = html[start : html.index("</section>", start)]
    targets = set(re.findall(r'href="#([^"]+)"', part))
    assert len(targets) > 20
    assert {t for t in targets if f'id="{t}"' not in html} == set()
    assert "wants" not in part
    assert "should" not in part


def test_a_case_without_lines_says_what_a_forecast_would_need():
    bare = Case.model_validate(
        {
            "title": "t",
            "issues": {"i": {"name": "I", "options": {"a": "A", "b": "B"}}},
            "parties": {"p": {"name": "P"}},
        }
    )
    found = run(bare)
    assert "forecast" not in found.lenses
    assert "at:" in found.not_asked["forecast"]


def test_hostile_names_stay_text(tmp_path):
    bad = '</script><img src=x onerror=alert(1)> {{ 7*7 }} "'
    people = {"A": party(bad, "low"), "B": party("B", "high", places={"line": {"best": 90, "assumed": bad}})}
    report(run(make(people, as_of=None)), tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'id="forecast"' in html
    assert "<img" not in html


def test_the_how_to_page_runs(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.S)
    (tmp_path / "case.yaml").write_text(snippet, encoding="utf-8")
    o = forecast(load(tmp_path), "water", draws=100)["water"]
    assert o.outcome == pytest.approx((60 * 20 + 40 * 70) / 100)
    (python,) = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    exec(
        python.replace('zopa.load("ukraine-2025")', "case_of_the_page"),
        {"case_of_the_page": open_case("ukraine-2025")},
    )
