"""Stability through its doors: the command, the main job and its report."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from graphmodel.test_verb import held
from zopa.case import Case
from zopa.casefile import load
from zopa.cli import app
from zopa.errors import CaseError, NotApplicable
from zopa.formats.gmcr import write_gmcr
from zopa.graphmodel import MEANING, stability
from zopa.render import report
from zopa.render.terminal import plain_text
from zopa.study import run
from zopa.views import Labels
from zopa.views.document import Bullets, Document, Section
from zopa.views.stability import LEVELS, SHORT, blocks, state_graph

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


def zopa(*words):
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def study():
    """What the section reads of a study."""
    case = load(EXAMPLE)
    return SimpleNamespace(case=case, lenses={"stability": stability(case, draws=50)})


def section_of(study):
    """The answer's blocks as one section."""
    return Section("stability", "", blocks(study.lenses["stability"], Labels(study.case)))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-p", "compromise"], 0, "It takes all 4 parties moving together"),
        (["-p", "compromise", "--concept", "nash"], 1, "'accession to NATO stays open' did not count"),
        (["-p", "continued-war"], 0, "no party could gain by leaving it alone"),
        (["-p", "status-quo"], 1, "It does not hold"),
        (["-p", "US_AID=yes", "-p", "UA_MIN=yes", "-p", "EU_AID=yes"], 0, "continued-war"),
        ([], 0, "nash 2, sseq 104, seq 114, smr 172, gmr 240"),
    ],
)
def test_the_command_answers_and_its_exit_code_says_whether_it_holds(words, code, said):
    done = zopa("stability", "ukraine-2025", "--draws", "0", *words)
    assert done.exit_code == code, done.output
    assert said in done.output
    assert "next:" in done.output


def test_the_command_gives_json():
    done = zopa("stability", "ukraine-2025", "-p", "compromise", "--draws", "10", "--json")
    answer = json.loads(done.stdout)
    assert answer["answer"]["examined"][0]["strength"] == "sseq"
    assert answer["answer"]["perturbed"] == 10


def test_the_command_reads_a_file_of_another_program(tmp_path):
    file = tmp_path / "model.gmcr"
    file.write_text(write_gmcr(load(EXAMPLE)), encoding="utf-8")
    done = zopa("stability", str(file), "--draws", "0")
    assert "nash 2, sseq 104, seq 114, smr 172, gmr 240" in done.output


def test_a_file_becomes_a_case_folder_and_the_folder_a_file_with_the_same_answer(tmp_path):
    first, folder, second = (tmp_path / n for n in ("first.gmcr", "talks", "second.gmcr"))
    lost = zopa("convert", "ukraine-2025", str(first))
    assert lost.exit_code == 1
    assert "rules" in lost.output
    made = zopa("convert", str(first), str(folder))
    assert made.exit_code == 0, made.output
    assert "next: zopa stability" in made.output
    assert zopa("convert", str(folder), str(second)).exit_code == 0
    a, b = (json.loads(f.read_text(encoding="utf-8")) for f in (first, second))
    for key in ("options", "infeasibles", "useManualPreferenceRanking"):
        assert a[key] == b[key]
    for x, y in zip(a["decisionMakers"], b["decisionMakers"], strict=True):
        assert x["preferenceRanking"] == y["preferenceRanking"]
        assert x["options"] == y["options"]
    again = zopa("stability", str(folder), "--draws", "0")
    assert "nash 2, sseq 104, seq 114, smr 172, gmr 240" in again.output
    there = zopa("convert", str(first), str(folder)).exception  # the command line says it and ends with 2
    assert isinstance(there, NotApplicable)
    assert "exists" in str(there)
    first.write_text("{", encoding="utf-8")
    broken = zopa("convert", str(first), str(tmp_path / "new"))
    assert isinstance(broken.exception, CaseError)
    assert not (tmp_path / "new").exists()


def test_hostile_text_in_the_section_stays_text(tmp_path):
    hostile = '</script><img src=x onerror=alert(2)> {{ 7*7 }} "quoted"'
    case = Case.model_validate({
        "title": "t", "parties": {"A": {"name": hostile}, "B": {"name": "B"}},
        "issues": {"i": {"name": "i", "options": {"x": "x", "y": "y"}}},
        "graph": {
            "about": hostile, "status_quo": "now",
            "actions": {"a": {"holder": "A", "yes": hostile, "assumed": hostile}, "b": {"holder": "B", "yes": "b"}},
            "preferences": {"A": ({"holds": "b", "says": hostile, "assumed": hostile}, "not a"), "B": ("a", "not b")},
            "states": {"now": {}, hostile: {"says": hostile, "yes": ("a", "b")}},
        },
    })  # fmt: skip
    report(run(case), tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Will these packages hold" in page
    assert "<img" not in page
    assert "</script><img" not in page
    assert "{{ 7*7 }}" in page
    for picture in (tmp_path / "figures").glob("*.svg"):
        assert "<img" not in picture.read_text(encoding="utf-8")


def test_half_an_answer_is_bad_use():
    done = zopa("stability", "ukraine-2025", "-p", "US_AID=yes", "-p", "compromise")
    assert done.exit_code == 2
    assert "a named state stands alone" in done.output


def test_the_report_says_whether_it_holds_in_sentences(study):
    section = section_of(study)
    words = plain_text(Document("", (section,)), width=10_000)
    for said in (
        "no party could gain by leaving it alone",
        "In answer, Russia would break off its cease-fire, which would be an improvement for itself",
        "It takes all 4 parties moving together: no smaller group would gain",
        "Every party ranks it above the status quo",
    ):
        assert said in words
    heads = [t.caption for t in section.grids]
    assert any("with what its preferences rest on" in h for h in heads)


def test_every_link_of_the_section_leads_to_a_statement(study):
    section = section_of(study)
    said = [item for b in section.blocks if isinstance(b, Bullets) for item in b.items]
    cells = [c.parts for t in section.grids for row in t.rows for c in row if not isinstance(c, str)]
    links = [p.to for parts in [*said, *cells] for p in parts if not isinstance(p, str) and p.to]
    assert links
    assert {re.sub("^#statement-", "", link) for link in links} <= set(study.case.statements)


def test_the_state_graph_shows_the_drift_and_the_way_to_the_package(study):
    answer = study.lenses["stability"]
    nodes = {n.id: n for n in answer.picture.nodes}
    edges = {(e.source, e.target) for e in answer.picture.edges}
    assert {n.label for n in nodes.values()} >= {"status-quo", "continued-war", "compromise"}
    assert nodes[1281].strength == "nash"
    assert (1, 1025) in edges
    assert (1025, 1281) in edges
    figure = state_graph(answer.picture, {p: p for p in answer.basis})
    assert len(figure.grid.rows) == len(answer.picture.edges)
    layers = figure.spec()["layer"]
    assert len(layers[2]["data"]["values"]) == len(nodes)
    assert {e["kind"] for e in layers[0]["data"]["values"]} == {
        "an improvement for it", "no improvement by itself"
    }  # fmt: skip


def test_every_strength_has_words_everywhere():
    assert set(LEVELS) == set(SHORT) == set(MEANING)


def test_the_main_job_asks_of_its_first_proposal_where_issues_have_holders():
    found = run(held(1))
    answer = found.lenses["hold"]
    assert answer.form == "issues"
    assert answer.examined[0].package == found.proposals[0].deal.package
    assert blocks(answer, Labels(found.case))


def test_the_main_job_says_what_a_case_would_need_in_which_nobody_can_act_alone():
    case = held(1)
    issues = {n: i.model_copy(update={"holder": None}) for n, i in case.issues.items()}
    found = run(case.model_copy(update={"issues": issues}))
    assert "who can do what alone" in found.not_asked["hold"]
    assert "stability" not in found.lenses


def test_the_verb_of_the_package_is_the_verb_of_the_room():
    import zopa as package

    assert package.stability is stability
