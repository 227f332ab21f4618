"""Pages that give no verdict where too little is on record, and drafts that go against refusals in no rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench_client import signed_in

CASE = """\
title: A well
parties:
  board: {name: Board, weights: {pumping: 50, meters: 50}, values: {pumping: {p0: 100, p1: 20}, meters: {m0: 0, m1: 100}},
    reservation: 30, basis: {assumed: for this test}}
  farmers: {name: Farmers, weights: {pumping: 60, meters: 40}, values: {pumping: {p0: 0, p1: 100}, meters: {m0: 100, m1: 10}},
    reservation: 30, basis: {assumed: for this test}}
speakers: {arden: {name: Tom Arden, party: farmers}}
issues:
  pumping: {name: Pumping, options: {p0: as now, p1: more}}
  meters: {name: Meters, options: {m0: none, m1: on every well}}
"""
REFUSAL = """\
statements:
  s1: {source: note, quote: meters were out of the question, kind: refusal, speaker: arden, issue: meters, options: [m1],
    stance: oppose, review: {state: STATE}}
"""
GREEN = ("t-yes", 'class="accepts"', "✓")
DRAFT = "/drafts/new?on.pumping=p1&on.meters="


def made(folder: Path, state: str) -> Path:
    (folder / "sources").mkdir(parents=True)
    (folder / "case.yaml").write_text(CASE)
    (folder / "sources" / "note.txt").write_text("Arden said meters were out of the question.\n")
    (folder / "statements.yaml").write_text(REFUSAL.replace("STATE", state))
    return folder


@pytest.mark.parametrize("page", ["/why-not", "/questions", "/path", DRAFT + "m0", DRAFT + "m1", DRAFT])
def test_no_page_is_green_where_too_little_is_on_record(tmp_path: Path, page: str) -> None:
    shown = signed_in(made(tmp_path / "well", "suggested")).get(page)
    assert shown.status_code == 200
    main = shown.text.partition("<main")[2]
    assert "Not enough is on record" in main
    for mark in GREEN:
        assert mark not in main


def test_a_draft_against_a_refusal_is_marked_beside_its_party_and_in_the_headline(tmp_path: Path) -> None:
    client = signed_in(made(tmp_path / "well", "accepted"))
    against, kept = (client.get(DRAFT + o).text.partition('id="answer"')[2] for o in ("m1", "m0"))
    say = re.search(r"<div data-say>(.*?)</div>", against, re.DOTALL)
    assert say is not None
    assert "refusal or red line that no rule carries" in say[1]
    assert "t-no" in say[1]
    row = re.search(r'<tr class="against">.*?</tr>', against, re.DOTALL)
    assert row is not None
    assert "Farmers" in row[0]
    assert "meters were out of the question" in row[0]
    assert '<tr class="against">' not in kept


def test_a_redraft_that_goes_against_a_refusal_says_so(tmp_path: Path) -> None:
    part = signed_in(made(tmp_path / "well", "accepted")).get("/drafts/new?on.pumping=p0&on.meters=m0").text
    offered = re.findall(r'<li><a class="button".*?</li>', part, re.DOTALL)
    assert offered
    for item in offered:
        assert ("on.meters=m1" in item) == ("breaks a refusal" in item)
