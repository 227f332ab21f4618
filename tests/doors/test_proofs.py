"""Proofs as people save and check them: of the best package, of an empty zone, of another case, tampered with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.cli import app

RUN = CliRunner()


@pytest.mark.parametrize("method", ["nash", "kalai-smorodinsky", "egalitarian", "utilitarian"])
def test_a_proof_is_written_checked_and_refused_for_another_reading(tmp_path: Path, method: str) -> None:
    file = tmp_path / "proof.json"
    done = RUN.invoke(app, ["solve", "ukraine-2025", "-r", "A", "--method", method, "--proof", str(file)])
    assert done.exit_code == 0, done.output
    right = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "A"])
    assert right.output.startswith("right: no package")
    assert right.exit_code == 0
    other = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", "B"])
    assert other.exit_code == 1
    assert "another case or other readings" in other.output
    proof = json.loads(file.read_text(encoding="utf-8"))
    proof["claim"]["packages"] = [[0] * 11]
    file.write_text(json.dumps(proof), encoding="utf-8")
    wrong = RUN.invoke(app, ["check-proof", str(file)])
    assert wrong.exit_code == 1
    assert wrong.output.startswith("wrong")


@pytest.mark.parametrize(
    ("readings", "said"),
    [("B", "the package obeys the rules"), ("strict", "no package that the rules allow")],
)
def test_a_zone_has_a_proof_whether_empty_or_not(tmp_path: Path, readings: str, said: str) -> None:
    file = tmp_path / "zone.json"
    # Read strictly no package is left at all, which needs no weights; a reservation value too high does.
    chosen = "E" if readings == "strict" else readings
    RUN.invoke(app, ["zone", "ukraine-2025", "-r", chosen, "--proof", str(file)])
    if chosen == "E":
        assert not file.exists()
        return
    done = RUN.invoke(app, ["check-proof", str(file), "ukraine-2025", "-r", chosen])
    assert said in done.output
    assert done.exit_code == 0


def test_what_is_no_proof_is_a_located_message(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for text in ("{", "[]", "{}", '{"problem": {}, "claim": {}}', "null"):
        file.write_text(text, encoding="utf-8")
        done = RUN.invoke(app, ["check-proof", str(file)])
        assert done.exit_code in (1, 2)
