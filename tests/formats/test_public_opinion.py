"""Public opinion put into a case that is there: the groups of a Polis conversation as ratifiers."""

import json

import pytest
from typer.testing import CliRunner

from formats import seeds
from zopa.cli import app
from zopa.errors import CaseError, NotApplicable
from zopa.formats import convert, load, plan

CASE = """# My case, with remarks
title: Lake
issues:   # what is open
  quota: {name: Quota, options: {low: Low, high: High}}
  pump:
    name: Pump   # the old one
    options: {half: 50 %, all: 100 %}
parties:
  s: {name: South, weights: {quota: 50, pump: 50}, values: {quota: {low: 0, high: 100}, pump: {half: 100, all: 0}},
      reservation: 20, basis: {assumed: a game}}
  # the second
  n: {name: North, weights: {quota: 50, pump: 50}, values: {quota: {low: 100, high: 0}, pump: {half: 0, all: 100}},
      reservation: 20, basis: {assumed: a game}}
agreement: {required: [n, s]}  # both
"""
COMMENTS = seeds.COMMENTS + '3,2,1,2,0,1,"half, they say"\n'
VOTES = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2\n1,0,0,2,2,0,1,,1\n2,1,0,3,0,2,-1,-1,0\n3,1,0,1,1,0,1,,\n"


@pytest.fixture
def polis(tmp_path):
    folder = tmp_path / "polis"
    folder.mkdir()
    (folder / "comments.csv").write_text(COMMENTS)
    (folder / "participants-votes.csv").write_text(VOTES)
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.yaml").write_text(CASE)
    (tmp_path / "codes.yaml").write_text(
        '"0": {issue: QUOTA, option: high}\n"2": {issue: pump, option: 50 %}\n'
    )
    return folder


def test_groups_become_ratifiers_of_the_case_and_its_text_stays(polis, tmp_path):
    given = ["convert", str(polis), str(tmp_path / "case"), "--codes", str(tmp_path / "codes.yaml")]
    done = CliRunner().invoke(app, [*given, "--lossy"])
    assert done.exit_code == 0
    said = done.output
    assert "2 parties added (group-0, group-1)" in said
    assert "added to" in said
    text = (tmp_path / "case" / "case.yaml").read_text()
    before, _, after = text.partition("  group-0:")
    assert before + after[after.index("agreement:") :] == CASE
    case = load(tmp_path / "case")
    assert [(p.name, p.role, p.seat) for p in case.parties.values()][2:] == [
        ("Opinion group 0 (1 members)", "ratifier", False),
        ("Opinion group 1 (2 members)", "ratifier", False),
    ]
    shares = {
        g: {(i, o): v.best for i, x in case.parties[g].values.items() for o, v in x.items()}
        for g in ("group-0", "group-1")
    }
    assert shares == {
        "group-0": {("quota", "high"): 100, ("pump", "half"): 100},
        "group-1": {("quota", "high"): 50, ("pump", "half"): 0},
    }
    assert "half, they say" in case.sources["polis"].text
    report = json.loads((tmp_path / "case" / "polis.fidelity.json").read_text())
    assert any("silent" in r["what"] and r["count"] == 2 for r in report["changed"])
    rows = (tmp_path / "case" / "acceptance.csv").read_text().splitlines()
    assert rows[1].startswith("high,50 %,0,1,1,1.0000")


def test_the_same_opinion_is_not_added_twice(polis, tmp_path):
    convert(polis, tmp_path / "case", codes=tmp_path / "codes.yaml")
    text = (tmp_path / "case" / "case.yaml").read_text()
    with pytest.raises(NotApplicable, match="already"):
        convert(polis, tmp_path / "case", codes=tmp_path / "codes.yaml")
    assert (tmp_path / "case" / "case.yaml").read_text() == text


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (None, "which comment speaks for which option"),
        ('"0": {issue: Qota, option: high}\n', "saw 'Qota'"),
        ('"0": {issue: quota, option: most}\n', "an option of quota, saw 'most'"),
        ('"9": {issue: quota, option: high}\n', "comments with an issue"),
    ],
)
def test_a_file_of_codes_that_does_not_fit_the_case_is_refused(codes, said, polis, tmp_path):
    path = ""
    if codes:
        path = tmp_path / "other.yaml"
        path.write_text(codes)
    with pytest.raises(CaseError, match=said):
        plan(polis, tmp_path / "case", codes=path)
    assert (tmp_path / "case" / "case.yaml").read_text() == CASE


def test_a_format_that_makes_a_case_of_its_own_says_what_can_be_added(polis, tmp_path):
    (tmp_path / "f.csv").write_text(seeds.KTAB)
    with pytest.raises(NotApplicable, match="polis, csl-json, bibtex"):
        plan(tmp_path / "f.csv", tmp_path / "case")


def test_a_case_that_somebody_changed_meanwhile_is_not_written_over(polis, tmp_path):
    found = plan(polis, tmp_path / "case", codes=tmp_path / "codes.yaml")
    (tmp_path / "case" / "case.yaml").write_text(CASE + "# mine\n")
    with pytest.raises(Exception, match="changed"):
        found.save()
    assert (tmp_path / "case" / "case.yaml").read_text() == CASE + "# mine\n"
    assert not (tmp_path / "case" / "sources").exists()
