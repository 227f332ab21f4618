"""Proofs as people save and check them: of the best package, of an empty zone, of another case, tampered with."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.bargaining import check, prove_zone
from zopa.case import Judgment
from zopa.casefile import load
from zopa.cli import app
from zopa.errors import ZopaError

RUN = CliRunner()
EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


@pytest.mark.parametrize(
    "method",
    [
        "nash",
        *(
            pytest.param(m, marks=pytest.mark.slow)
            for m in ("kalai-smorodinsky", "egalitarian", "utilitarian")
        ),
    ],
)
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


@pytest.mark.slow
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
    assert "--steps 20" in short.output.splitlines()[-1]
    assert RUN.invoke(app, ["check-proof", str(file), "--steps", "5000000"]).exit_code == 0


def test_what_is_no_proof_is_a_located_message(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for text in ("{", "[]", "{}", '{"problem": {}, "claim": {}}', "null"):
        file.write_text(text, encoding="utf-8")
        done = RUN.invoke(app, ["check-proof", str(file)])
        assert done.exit_code in (1, 2)


SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "found_in_use" / "40-forged-proofs"


@pytest.mark.parametrize(
    "file", ["nash_false", "empty_by_negative_pattern", "weighted_nash_shown_as_nash", "unknown_kind"]
)
def test_a_forged_proof_that_was_accepted_once_is_refused_in_words(file: str, tmp_path: Path) -> None:
    if not SHARED.exists():
        pytest.skip("the forged proofs are not beside this checkout")
    forged = json.loads((SHARED / f"{file}.json").read_text(encoding="utf-8"))
    folder = "case" if file in ("nash_false", "empty_by_negative_pattern") else "case2"
    as_it_is = RUN.invoke(app, ["check-proof", str(SHARED / f"{file}.json"), str(SHARED / folder)])
    assert (as_it_is.exit_code, as_it_is.output[:8]) == (1, "refused:")
    # The same in today's format, which the same author would write.
    problem, claim = forged["problem"], forged["claim"]
    problem["scale"] = [problem["scale"]] * 2
    claim = {"kind": claim["kind"], "packages": claim["packages"], "complete": claim.get("ties", True)}
    if claim["kind"] == "empty":
        claim = {"kind": "empty"}
    text = json.dumps({**forged, "format": "zopa-proof 2", "claim": claim}).replace('"order"', '"walk"')
    (tmp_path / "proof.json").write_text(text, encoding="utf-8")
    for name in ([str(SHARED / folder)], []):
        today = RUN.invoke(app, ["check-proof", str(tmp_path / "proof.json"), *name])
        assert (today.exit_code, today.output[:8]) == (1, "refused:")


def test_a_proof_for_a_coalition_is_held_against_the_case_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    asked = [
        "solve",
        "ukraine-2025",
        "-r",
        "A",
        "--method",
        "nash",
        "--coalition",
        "UKR",
        "--coalition",
        "RUS",
    ]
    done = RUN.invoke(app, [*asked, "--proof", str(file)])
    assert done.exit_code == 0, done.output
    found = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "A"])
    assert found.exit_code == 0, found.output
    assert "for the coalition of UKR, RUS: all of them must accept" in " ".join(found.output.split())
    proof = json.loads(file.read_text(encoding="utf-8"))
    proof["problem"]["reservation"][0] -= 1
    file.write_text(json.dumps(proof), encoding="utf-8")
    other = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "A"])
    assert other.exit_code == 1
    assert "its reservation values differ" in " ".join(other.output.split())


def test_without_a_case_the_verdict_says_that_nothing_ties_the_numbers_to_one(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    RUN.invoke(app, ["solve", "ukraine-2025", "--method", "nash", "--proof", str(file)])
    alone = json.loads(RUN.invoke(app, ["check-proof", str(file), "--json"]).output)
    tied = json.loads(RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "--json"]).output)
    assert "Nothing ties these numbers to a case" in json.dumps(alone)
    assert "These are the numbers of the case named" in json.dumps(tied)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("proof") / "proof.json"
    RUN.invoke(
        app, ["solve", "ukraine-2025", "-r", "A", "--method", "kalai-smorodinsky", "--proof", str(file)]
    )
    return file.read_bytes()


@pytest.mark.parametrize("damage", ["cut", "twice", "bytes", "deep", "long", "swapped"])
def test_a_damaged_proof_file_ends_in_a_verdict_or_a_located_error(
    tmp_path: Path, damage: str, whole: bytes
) -> None:
    file = tmp_path / "proof.json"
    rng = random.Random(damage)
    for _ in range(12):
        at = rng.randrange(len(whole))
        file.write_bytes(
            {
                "cut": whole[:at],
                "twice": whole[:at] + whole[at // 2 :],
                "bytes": whole[:at] + rng.randbytes(3) + whole[at + 3 :],
                "deep": whole[:at] + b"[" * 5_000 + whole[at:],
                "long": whole[:at] + b"9" * 6_000 + whole[at:],
                "swapped": whole[:at] + whole[at : at + 40][::-1] + whole[at + 40 :],
            }[damage]
        )
        done = RUN.invoke(app, ["check-proof", str(file)])
        assert done.exit_code in (1, 2), done.output
        assert done.exception is None or isinstance(done.exception, SystemExit | ZopaError)
