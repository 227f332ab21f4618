"""One problem per case and readings: compiled once, resolved once, shared between readings, changed by path."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import zopa
from zopa.case import Case, all_rules, values
from zopa.casefile import load
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Problem
from zopa.space import problem as problem_module
from zopa.space.compilation import compile_utilities

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


@pytest.fixture(scope="module")
def example() -> Case:
    return load(EXAMPLE)


class Counting(dict[Any, Any]):
    """A memory that counts how often each thing is worked out."""

    def __init__(self) -> None:
        super().__init__()
        self.times: Counter[Any] = Counter()

    def __setitem__(self, key: Any, value: Any) -> None:
        self.times[key] += 1
        super().__setitem__(key, value)


@pytest.mark.slow
def test_a_run_compiles_a_case_once_and_resolves_each_estimate_and_the_rules_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = load(EXAMPLE)
    memory = case.__dict__["_derived"] = (id(case), Counting())
    compiled: list[Case] = []

    def compile_counted(some: Case) -> Any:
        compiled.append(some)
        return compile_utilities(some)

    monkeypatch.setattr(problem_module, "compile_utilities", compile_counted)
    zopa.run(case)
    times = memory[1].times
    assert set(times.values()) == {1}
    assert {"all_rules", "values", "weights", "reservation"} <= {key[0] for key in times}
    # Besides the case itself only the variant with other parties at the table (who could spoil).
    assert len(compiled) <= 2
    assert compiled[0] is case
    assert all(some is not case for some in compiled[1:])


def test_a_copy_with_other_contents_remembers_nothing_of_the_first(example: Case) -> None:
    assert all_rules(example)
    assert (
        all_rules(example.model_copy(update={"rules": {}, "statements": {}})).keys()
        < all_rules(example).keys()
    )


def test_other_readings_share_the_utilities(example: Case) -> None:
    problem = Problem(example)
    other = problem.with_readings("E")
    assert other.table.utilities is problem.table.utilities
    assert other.readings != problem.readings
    assert other.space.clauses == Problem(example, "E").space.clauses
    rule, now = next(iter(problem.readings.items()))
    assert problem.with_readings({rule: "off"}).readings == {**problem.readings, rule: "off"}
    assert problem.with_readings({rule: now}).readings == problem.readings
    assert Problem.of(problem) is problem
    assert Problem.of(problem, "E").readings == other.readings


def test_a_problem_answers_as_its_case_does(example: Case) -> None:
    problem = Problem(example, "B")
    assert zopa.zone(problem).to_dict() == zopa.zone(example, "B").to_dict()
    assert zopa.solve(problem, "nash").to_dict() == zopa.solve(example, "nash", "B").to_dict()
    assert zopa.frontier(problem).points == zopa.frontier(example, "B").points


def test_judgments_are_changed_by_their_path(example: Case) -> None:
    problem = Problem(example)
    party = problem.space.parties[0]
    issue = problem.space.issues[0]
    option = problem.space.options[0][0]
    rule = next(iter(problem.rules))
    changed = problem.with_values(
        {
            f"parties.{party}.reservation": 90,
            f"parties.{party}.values.{issue}.{option}": 12.5,
            f"rules.{rule}.reading": "off",
        }
    )
    assert changed.space.points(changed.space.reservation[0]) == 90
    assert float(values(changed.case, party, issue)[option].best) == 12.5
    assert changed.readings[rule] == "off"
    assert changed.question("zone").settings["set"][f"parties.{party}.reservation"] == 90
    assert zopa.zone(changed).count < zopa.zone(problem).count
    assert problem.space.points(problem.space.reservation[0]) != 90  # the first is as it was


def test_what_cannot_be_set_is_said(example: Case) -> None:
    problem = Problem(example)
    party = problem.space.parties[0]
    with pytest.raises(UnknownName, match="party"):
        problem.with_values({"party.X.reservation": 1})
    with pytest.raises(UnknownName, match="nobody"):
        problem.with_values({"parties.nobody.reservation": 1})
    with pytest.raises(NotApplicable, match="path"):
        problem.with_values({f"parties.{party}": 1})
    with pytest.raises(NotApplicable, match="reservation"):
        problem.with_values({f"parties.{party}.reservation": "plenty"})
    with pytest.raises(NotApplicable, match="add up"):
        problem.with_values({f"parties.{party}.weights.{problem.space.issues[0]}": 99.5})
    with pytest.raises(NotApplicable, match="numbers"):
        problem.with_values({"numbers": "as I like"})


def test_a_settled_issue_leaves_the_other_packages_as_they_were(example: Case) -> None:
    space = Problem(example, "B").space
    package = tuple(size - 1 for size in space.sizes)
    part = space.settled({0: package[0], 3: package[3]})
    inside = tuple(0 if i in (0, 3) else k for i, k in enumerate(package))
    assert part.names(inside) == space.names(package)
    assert part.utility(inside) == space.utility(package)
    assert [c.allows(inside) for c in part.clauses] == [c.allows(package) for c in space.clauses]
