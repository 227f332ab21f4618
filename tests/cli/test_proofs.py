"""Proofs as people save and check them: of the best package, of an empty zone, of another case, tampered with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.bargaining import check, prove_zone
from zopa.case import Judgment
from zopa.casefile import load
from zopa.cli import app

RUN = CliRunner()
EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


@pytest.mark.parametrize("method", ["nash", "kalai-smorodinsky", "egalitarian", "utilitarian"])
def test_a_proof_is_written_checked_and_refused_for_another_reading(tmp_path: Path, method: str) -> None:
    file = tmp_path / "proof.json"
    done = RUN.invoke(app, ["solve", "ukraine-2025", "-r", "A", "--method", method, "--proof", str(file)])
    assert done.exit_code == 0, done.output
    right = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "A"])
    assert right.output.startswith("valid: No acceptable package has a larger")
    assert right.exit_code == 0
    other = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "B"])
    assert other.exit_code == 1
    assert "another case or other readings" in other.output
    proof = json.loads(file.read_text(encoding="utf-8"))
    proof["claim"]["packages"] = [[0] * 11]
    file.write_text(json.dumps(proof), encoding="utf-8")
    wrong = RUN.invoke(app, ["check-proof", str(file)])
    assert wrong.exit_code == 1
    assert wrong.output.startswith("refused")


def test_the_number_of_acceptable_packages_and_the_frontier_can_be_checked(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for command, says in (
        ("zone", "packages obey the rules and are acceptable"),
        ("frontier", "The Pareto frontier of the acceptable packages has exactly"),
    ):
        done = RUN.invoke(app, [command, "ukraine-2025", "-r", "A", "--proof", str(file)])
        assert done.exit_code == 0, done.output
        right = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "A"])
        assert right.exit_code == 0, right.output
        assert says in right.output
        proof = json.loads(file.read_text(encoding="utf-8"))
        if command == "zone":
            proof["claim"]["number"] -= 1
        else:
            proof["claim"]["packages"].pop()
        file.write_text(json.dumps(proof), encoding="utf-8")
        assert RUN.invoke(app, ["check-proof", str(file)]).output.startswith("refused")


def test_a_proof_that_is_misshapen_or_not_whole_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_text('{"claim": {"kind": "count"}, "problem": 7}', encoding="utf-8")
    bad = RUN.invoke(app, ["check-proof", str(file)])
    assert bad.exit_code == 1
    assert "refused: format: expected zopa-proof 2" in bad.output
    file.write_text('{"claim": {"kind": "count", "number": 3.0}}', encoding="utf-8")
    fraction = RUN.invoke(app, ["check-proof", str(file)])
    assert fraction.exit_code != 0
    assert "whole numbers only" in f"{fraction.output}{fraction.exception}"


def test_a_zone_has_a_proof_whether_empty_or_not() -> None:
    case = load(EXAMPLE)
    open_zone = prove_zone(case)
    assert open_zone.empty is False
    check(open_zone.proof)
    high = {n: p.model_copy(update={"reservation": Judgment(best=85.0)}) for n, p in case.parties.items()}
    shut = prove_zone(case.model_copy(update={"parties": high}))
    assert shut.empty is True
    assert "even the package best for them leaves the parties" in shut.words or "boxes" in shut.words
    check(shut.proof)
    assert shut.proof is not None
    tampered = json.loads(json.dumps(shut.proof))
    tampered["problem"]["reservation"] = [0] * 4
    with pytest.raises(ValueError, match=r"\w"):
        check(tampered)


def test_a_check_that_was_given_up_is_no_verdict_and_says_how_to_go_on(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    RUN.invoke(app, ["solve", "ukraine-2025", "--method", "nash", "--proof", str(file)])
    short = RUN.invoke(app, ["check-proof", str(file), "--steps", "1"])
    assert short.exit_code == 1
    assert short.output.startswith("not checked: the limit of steps was reached before the proof was checked")
    assert "next: --steps 20" in " ".join(short.output.split())
    assert RUN.invoke(app, ["check-proof", str(file), "--steps", "5000000"]).exit_code == 0


def test_what_is_no_proof_is_a_located_message(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for text in ("{", "[]", "{}", '{"problem": {}, "claim": {}}', "null"):
        file.write_text(text, encoding="utf-8")
        done = RUN.invoke(app, ["check-proof", str(file)])
        assert done.exit_code in (1, 2)
