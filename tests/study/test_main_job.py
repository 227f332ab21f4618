"""The main job: what it proposes with a zone, without one, and when not everybody is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zopa.bargaining import winning_coalitions
from zopa.case import Case
from zopa.casefile import load
from zopa.space import compile_case
from zopa.study import explain, known_ids, run
from zopa.views.study import verdict

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


def two_of_three() -> Case:
    def party(name: str, a: float, b: float, c: float) -> dict[str, Any]:
        return {"name": name, "points": {"i": {"a": a, "b": b, "c": c}}, "reservation": 4.0}

    return Case.model_validate(
        {
            "title": "two of three",
            "issues": {"i": {"name": "i", "options": {"a": "A", "b": "B", "c": "C"}}},
            "parties": {"x": party("X", 9, 5, 0), "y": party("Y", 0, 6, 9), "z": party("Z", 9, 0, 9)},
            "agreement": {"at_least": 2, "required": ()},
        }
    )


def test_where_two_of_three_suffice_each_winning_pair_has_its_package() -> None:
    case = two_of_three()
    assert winning_coalitions(compile_case(case)) == (("x", "y"), ("x", "z"), ("y", "z"))
    study = run(case)
    assert not study.zone.empty
    assert study.zone.count == 0
    assert [(p.deal.options, p.picked_by) for p in study.proposals] == [
        ("b", ("Nash of x, y",)), ("a", ("Nash of x, z",)), ("c", ("Nash of y, z",)),
    ]  # fmt: skip


@pytest.mark.slow
def test_without_a_zone_the_packages_are_those_that_another_reading_would_allow() -> None:
    study = run(load(EXAMPLE), "E")
    assert study.zone.empty
    assert "another reading of one statement would open a zone" in verdict(study)
    assert study.proposals
    for p in study.proposals:
        changed = {r for r, x in p.readings.items() if x != study.question.readings[r]}
        assert len(changed) == 1


def test_three_sentences_are_named_where_the_strict_readings_leave_no_deal(example_study: Any) -> None:
    why = example_study.closed["E"]
    rules = [[m.rule for m in c.limits] for c in why.sentences]
    assert ["us-nato", "us-territory", "ukraine-condition"] in [
        sorted(r, key=["us-nato", "us-territory", "russia-territory", "ukraine-condition"].index)
        for r in rules
    ]  # type: ignore[arg-type]
    assert {s.reading for s in why.opens if s.rule == "ukraine-condition"} == {
        "narrow",
        "narrow-or-force",
        "wide-or-force",
    }
    assert {(s.reading, s.count) for s in why.opens} >= {("membership", 31262), ("wide-or-force", 20738)}


def test_everything_that_has_an_id_leads_to_a_sentence_or_an_open_assumption() -> None:
    case = load(EXAMPLE)
    for ident in known_ids(case):
        kinds = {step.basis for _, step in explain(case, ident).lines()}
        assert kinds & {"source", "assumed", "gap"}, ident
