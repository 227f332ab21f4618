"""Answers that a case expects, and what the main job proposes and says, on cases small enough to see through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zopa.case import Case
from zopa.study import run, verify
from zopa.study.explain import sentence_around

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


def case(**more: Any) -> Case:
    def party(*points: float) -> dict[str, Any]:
        return {"name": "P", "points": {"i": dict(zip("abcd", points, strict=True))}, "reservation": 1.0}

    options = {o: o for o in "abcd"}
    issues = {"i": {"name": "i", "options": options}}
    return Case.model_validate(
        {"title": "t", "issues": issues, "parties": {"X": party(9, 8, 7, 6), "Y": party(2, 2, 3, 3)}, **more}
    )


@pytest.mark.parametrize(
    ("answer", "equals", "ok"),
    [
        ("utilitarian.value", 11, True),
        ("utilitarian.value", 11.0000005, True),
        ("utilitarian.value", 11.0005, False),
        ("egalitarian.packages", [["c"]], True),
        ("egalitarian.packages", [["d"]], False),
        ("egalitarian.utilities", [[7, 3]], True),
        ("egalitarian.utilities", [7, 3], False),
        ("zone.warnings", [], False),
        ("zone.count", 4, True),
        ("zone.nonsense", 4, False),
        ("nonsense.value", 4, False),
    ],
)
def test_an_expected_answer_is_met_to_a_millionth_or_it_is_not(answer: str, equals: Any, ok: bool) -> None:
    (checked,) = verify(case(expect=({"answer": answer, "equals": equals},)))
    assert checked.ok == ok, checked.found


def forbids(options: str) -> dict[str, Any]:
    return {"when": ({"i": tuple(options)},)}


READINGS = {"strict": forbids("abcd"), "mid": forbids("abc"), "wide": forbids("a")}
CLOSED = {"r1": {"party": "X", "readings": READINGS}}


def test_without_a_zone_the_reading_that_leaves_most_comes_first_and_no_rule_is_set_aside_in_vain() -> None:
    study = run(case(rules=CLOSED))
    # X and Y gain 7 x 1 at b, 6 x 2 at c, 5 x 2 at d
    assert [(p.deal.options, p.picked_by) for p in study.proposals] == [
        ("c", ("Nash, if r1 is read as wide",)), ("d", ("Nash, if r1 is read as mid",)),
    ]  # fmt: skip
    assert [p.tightest for p in study.proposals] == [("Y", 2), ("Y", 2)]
    assert [{o.reading for o in p.objections} for p in study.proposals] == [{"strict", "mid"}, {"strict"}]


def test_a_rule_with_one_meaning_is_set_aside_where_nothing_else_opens_a_zone() -> None:
    alone = run(case(rules={"r1": {"party": "X", **forbids("abcd")}}))
    assert [s.open for s in alone.why_not.switches] == [True]
    assert [p.picked_by for p in alone.proposals] == [("Nash, if r1 is set aside",)]


def test_of_the_named_sets_of_readings_those_without_a_deal_are_explained() -> None:
    named = {"S": {"says": "s", "choose": {"r1": "strict"}}, "W": {"says": "w", "choose": {"r1": "wide"}}}
    study = run(case(rules=CLOSED, readings=named), "W")
    assert [(r.name, r.count) for r in study.reading_rows] == [("S", 0), ("W", 3)]
    assert list(study.closed) == ["S"]
    assert study.closed["S"].empty


def test_each_further_package_is_the_one_most_unlike_those_before(example_study: Any) -> None:
    packages = [list(p.deal.package.values()) for p in example_study.proposals]

    def apart(k: int, before: int) -> int:
        return min(sum(a != b for a, b in zip(packages[k], x, strict=True)) for x in packages[:before])

    assert len(packages) > 2
    for n in range(1, len(packages)):
        assert apart(n, n) == max(apart(k, n) for k in range(n, len(packages)))


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Two", ("", "Two", " words.")),
        ("words", ("Two ", "words", ".")),
        ("Two words.", ("", "Two words.", "")),
        ("Three", ("", "Three", " more.")),
        ("One", ("", "One", ".")),
    ],
)
def test_a_quote_stands_in_its_own_sentence_and_in_no_other(quote: str, found: tuple[str, str, str]) -> None:
    text = "One. Two words. Three more."
    assert sentence_around(text, text.index(quote), len(quote)) == found
