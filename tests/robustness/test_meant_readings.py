"""Which reading did it mean: asked, answered with a statement, obeyed everywhere, and taken out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from case_folder import CASE, findings, spoiled, write
from workbench_client import HOST, printed, signed_in
from zopa import load, zone
from zopa.bargaining import standing
from zopa.case import readings_left
from zopa.casefile import rename
from zopa.robustness import questions, stress
from zopa.space import Problem
from zopa.study import run
from zopa.workbench.access import csrf_token

RULE = """\
rules:
  r1:
    party: SE
    when: {flow: F1}
    only_if: {fees: E2}
    stated: s1
"""
READ = """\
rules:
  r1:
    party: SE
    says: no high flow without something for it
    readings:
      shared: {says: only with shared fees, when: {flow: F1}, only_if: {fees: E2}, stated: s1}
      never: {says: never, when: {flow: F1}, stated: s1}
      free: {says: binds to nothing, stated: s1}
readings:
  A: {says: set aside, all: off}
  B: {says: as shared, choose: {r1: shared}}
  C: {says: as never, choose: {r1: never}}
  D: {says: as free, choose: {r1: free}}
comparisons:
  - {party: NO, prefers: {flow: F1}, to: {flow: F2}, assumed: said so}
"""
SAID = "      fees: {E1: [20, 60], E2: {best: 10, stated: s1}}\n"
TEXT = spoiled(
    "reservation: 30", "reservation: 70", spoiled(SAID, f"{SAID}    reservation: 0\n", spoiled(RULE, READ))
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "case", {"case.yaml": TEXT})


def asked(folder: Path) -> dict[str, str]:
    """Reading -> the question that asks for it."""
    found = questions(load(folder), draws=100, most=100, draft={"flow": "F1", "fees": "E2"})
    return {q.content["reading"]: q.id for q in found.best if q.kind == "means"}


def answer(folder: Path, *words: str) -> dict[str, Any]:
    draft = ["--package", "flow=F1", "--package", "fees=E2", "--draws", "100"] if words[-1] != "undo" else []
    return json.loads(printed("answer", str(folder), *words, *draft, "--json"))


def test_a_reading_that_was_meant_is_the_one_used_and_the_others_are_out(folder: Path) -> None:
    before = (folder / "case.yaml").read_text()
    questions_ = asked(folder)
    assert set(questions_) == {"shared", "never", "free"}
    assert [z.name for z in stress(load(folder), draws=0).readings] == ["B", "C", "D"]
    assert standing(load(folder)).state == "depends on a reading"
    noted = answer(folder, questions_["never"], "yes", "--stated", "s1")["answer"]["noted"]
    assert noted == {
        "party": "SE", "means": {"r1": "never"}, "stated": ["s1"], "answers": questions_["never"],
    }  # fmt: skip
    case = load(folder)
    assert readings_left(case) == {"r1": ("never",)}
    assert Problem.of(case).readings == {"r1": "never"}
    assert zone(case).admissible == 2
    assert [z.name for z in stress(case, draws=0).readings] == ["C"]
    assert not asked(folder)
    assert [t.set for t in standing(case).turns] == ["A"], "setting all rules aside is no reading of one"
    assert zone(case, "B").admissible == 3, "another reading can still be asked for"
    assert answer(folder, questions_["never"], "undo")["answer"]["removed"] == questions_["never"]
    assert (folder / "case.yaml").read_text().strip() == before.strip()


def test_a_reading_that_was_not_meant_is_out_and_the_next_one_is_used(folder: Path) -> None:
    answer(folder, asked(folder)["shared"], "no", "--stated", "s1")
    case = load(folder)
    assert readings_left(case) == {"r1": ("never", "free")}
    assert Problem.of(case).readings == {"r1": "never"}
    assert [z.name for z in stress(case, draws=0).readings] == ["C", "D"]
    assert {t.reading for t in standing(case).turns} <= {"", "free", None}
    found = run(case, lenses=())
    assert {c.readings["r1"] for c in found.why_not.combinations} <= {"never", "free"}
    assert all(o.reading != "shared" for p in found.proposals for o in p.objections)
    answer(folder, asked(folder)["never"], "no", "--stated", "s1")
    assert readings_left(load(folder)) == {"r1": ("free",)}


def test_the_page_writes_what_the_command_writes(folder: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"case.yaml": TEXT})
    browser = signed_in(folder)
    best = browser.get("/questions.json").json()["answer"]["best"]
    q = next(x for x in best if x["kind"] == "means")
    headers = {"origin": f"http://{HOST}", "x-csrf-token": csrf_token(browser.cookies["zopa"])}
    before = TEXT[TEXT.index("comparisons:") :]
    data = {"question": q["id"], "says": "no", "stated": "s1", "before": before}
    assert browser.post("/questions/answer", data=data, headers=headers).status_code == 303
    printed("answer", str(other), q["id"], "no", "--stated", "s1", "--json")
    assert (folder / "case.yaml").read_text() == (other / "case.yaml").read_text()
    assert f"Take out the answer to {q['id']}" in browser.get("/questions").text


def test_a_rule_that_is_renamed_is_renamed_in_what_was_said_of_it(folder: Path) -> None:
    answer(folder, asked(folder)["free"], "yes", "--stated", "s1")
    rename(folder, "rule.r1", "on-flow")
    assert load(folder).comparisons[-1].means == {"on-flow": "free"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{party: SE, means: {r9: never}, stated: s1}", "no rule called 'r9'"),
        ("{party: SE, means: {r1: nearer}, stated: s1}", "no reading called 'nearer'"),
        ("{party: SE, means: {r1: never}, ranks: [flow], stated: s1}", "expected one of"),
        ("{party: SE, means: {r1: never}, stated: s1}\n  - {party: SE, means_not: {r1: never}, stated: s1}", "none left"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_rule_is_said_with_its_place(tmp_path: Path, row: str, says: str) -> None:
    found = findings(tmp_path, {"case.yaml": TEXT + f"  - {row}\n"})
    assert any(says in str(f) for f in found), found
    assert all(f.line for f in found)


def test_a_rule_of_one_reading_has_none_to_choose(tmp_path: Path) -> None:
    text = CASE + "comparisons:\n  - {party: SE, means: {r1: never}, stated: s1}\n"
    assert any("just one" in str(f) for f in findings(tmp_path, {"case.yaml": text}))
