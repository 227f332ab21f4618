"""The verbs beyond what can be listed, on the example conflict and on a case of 10 ** 40 packages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zopa
from zopa.bargaining import exact
from zopa.bargaining.large import describe, prove
from zopa.case import Case, load
from zopa.cli import app
from zopa.errors import NotApplicable
from zopa.space import compile_case

EXAMPLES = Path(zopa.__file__).parent / "examples"
RUN = CliRunner()


@pytest.fixture(scope="module")
def conflict() -> Case:
    return load(EXAMPLES / "ukraine-2025")


def many_issues(n: int = 40, k: int = 10) -> Case:
    """Two parties who value n issues in opposite directions, k options each; one option is ruled out."""
    spec = {
        "title": "many issues",
        "issues": {
            f"i{m}": {"name": f"i{m}", "options": {f"i{m}o{j}": f"option {j}" for j in range(k)}}
            for m in range(n)
        },
        "parties": {},
        "rules": {"R1": {"when": ({"i0": ("i0o0",)},)}},
    }
    for p, name in enumerate(("a", "b")):
        points = {
            f"i{m}": {
                f"i{m}o{j}": (1 + (m * (7 + p)) % 5) * (j if (m + p) % 2 else k - 1 - j) for j in range(k)
            }
            for m in range(n)
        }
        spec["parties"][name] = {
            "name": name,
            "points": points,
            "reservation": {"best": 400, "low": 390, "high": 410},
        }
    return Case.model_validate(spec)


@pytest.mark.parametrize("readings", ["A", "B", "C", "F", "G"])
@pytest.mark.parametrize("method", ["nash", "kalai-smorodinsky", "egalitarian", "utilitarian"])
def test_the_example_gives_the_same_from_the_list_and_from_the_engines(
    conflict: Case, readings: str, method: str
) -> None:
    listed = zopa.solve(conflict, method, readings)
    found = prove(conflict, method, readings)
    assert found.proven
    assert {d.options for d in found.solution.deals} == {d.options for d in listed.deals}
    assert found.solution.value == listed.value
    if found.proof:
        exact.check(dict(found.proof))


@pytest.mark.parametrize("readings", ["A", "C", "E", "G"])
def test_zone_count_and_frontier_of_the_example_are_those_of_the_list(conflict: Case, readings: str) -> None:
    space = compile_case(conflict, readings)
    zone = zopa.zone(conflict, readings)
    assert exact.is_empty(space).empty == zone.empty
    front = zopa.frontier(conflict, readings)
    assert len(exact.frontier(space).points) == front.points


def test_a_case_too_large_to_list_is_solved_by_the_same_verbs() -> None:
    case = many_issues()
    assert compile_case(case).n_packages == 10**40
    solution = zopa.solve(case, "nash")
    front = zopa.frontier(case)
    assert solution.deals
    products = [d.gains["a"] * d.gains["b"] for d in front.deals]
    assert max(products) == solution.value
    best = max(min(d.gains.values()) for d in front.deals)
    assert best == zopa.solve(case, "egalitarian").value
    assert "i0o0" not in solution.deals[0].options.split()
    assert "merged staircases" in str(describe(case))


def test_powers_are_ratios_and_a_method_that_needs_them_says_so(conflict: Case) -> None:
    names = list(conflict.parties)
    equal = prove(conflict, "weighted-nash", "A", powers=dict.fromkeys(names, 0.5))
    assert [d.options for d in equal.solution.deals] == [
        d.options for d in prove(conflict, "nash", "A").solution.deals
    ]
    with pytest.raises(NotApplicable, match="one positive number per party"):
        prove(conflict, "weighted-nash", "A")


def test_a_proof_is_written_checked_and_refused_for_another_reading(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    done = RUN.invoke(app, ["prove", "ukraine-2025", "-r", "A", "--save", str(file)])
    assert done.exit_code == 0, done.output
    assert "proven" in done.output
    right = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "A"])
    assert right.exit_code == 0
    assert right.output.startswith("right: no package has a larger product")
    other = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "B"])
    assert other.exit_code == 1
    assert "another case or other readings" in other.output
    proof = json.loads(file.read_text(encoding="utf-8"))
    proof["claim"]["product"] += 1
    file.write_text(json.dumps(proof), encoding="utf-8")
    wrong = RUN.invoke(app, ["check-proof", str(file)])
    assert wrong.exit_code == 1
    assert wrong.output.startswith("wrong: product")


def test_no_deal_is_an_answer_with_a_proof_of_emptiness(conflict: Case) -> None:
    found = prove(conflict, "egalitarian", "E")
    assert found.solution.deals == ()
    space = compile_case(conflict, "E")
    answer = exact.is_empty(space, proof=True)
    assert answer.empty


def test_describe_names_an_engine_for_every_question(conflict: Case) -> None:
    said = str(describe(conflict, "A"))
    assert [line.split(":")[0] for line in said.splitlines()[1:]] == [
        "frontier",
        "count",
        "nash",
        "max-min",
        "emptiness",
    ]
    done = RUN.invoke(app, ["describe", "ukraine-2025", "--json"])
    assert json.loads(done.output)["size"] == 373_248
