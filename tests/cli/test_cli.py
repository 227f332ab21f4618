"""The commands as people type them: output, exit codes, errors without tracebacks."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from command_line import zopa
from zopa.cli import COMMANDS, app

RUN = CliRunner()
SRC = Path(__file__).resolve().parents[2] / "src"


def process(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A process of its own; where that is not the point, :func:`command_line.zopa` is the same in this one."""
    environment = {**os.environ, "PYTHONPATH": str(SRC), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "zopa", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment,
        check=False,
    )


@pytest.mark.slow
def test_demo_ends_with_the_verdict_and_the_report(tmp_path: Path) -> None:
    done = process("demo", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "There is a zone of possible agreement" in done.stdout
    assert "next:" in done.stdout
    assert (tmp_path / "report.html").exists()
    assert (tmp_path / "answers.json").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["zone", "ukraine-2025"], 0, "51,771 of 72,900"),
        (["zone", "ukraine-2025", "-r", "E"], 1, "No deal under these readings"),
        (["solve", "ukraine-2025"], 0, "no membership in this"),
        (["solve", "ukraine-2025", "-r", "E"], 1, "no solution can pick one"),
        (["frontier", "ukraine-2025", "--most", "3"], 0, "727 distinct points"),
        (["why-not", "ukraine-2025", "-r", "E"], 1, "ukr-condition"),
        (["why-not", "ukraine-2025"], 0, "A deal exists"),
        (["judge", "ukraine-2025", "nato=N4"], 1, "refuses"),
        (["judge", "ukraine-2025", "nato=N3", "territory=T2"], 0, "completions are acceptable to all"),
        (["explain", "ukraine-2025", "ukraine-condition"], 0, "sources/report.txt, line"),
        (["explain", "ukraine-2025", "UKR.values.nato.N3"], 0, "[inferred]"),
        (["explain", "ukraine-2025", "nash"], 0, "largest product of gains"),
        (["check", "harbour-sport-park"], 0, "expected answers hold"),
        (["zone", "ukraine-2025", "-r", "H"], 2, "no set of readings called 'H'"),
        (["judge", "ukraine-2025", "natto=N3"], 2, "did you mean 'nato'?"),
        (["explain", "ukraine-2025", "nothing.here"], 2, "no party, issue, rule, statement or number"),
        (["zone", "no-such-folder"], 2, "zopa init"),
        (["zone", "ukraine-2025", "--set", "parties.UKR.reservation=55"], 0, "17,833 of 72,900"),
        (["zone", "ukraine-2025", "--set", "parties.UKR.reservatio=55"], 2, "did you mean 'reservation'?"),
        (["zone", "ukraine-2025", "--as-typed"], 0, "numbers = as typed"),
        (["zone", "ukraine-2025@2025-02-12"], 1, "As of 12 February 2025"),
        (["zone", "ukraine-2025@2020-01-01", "--as-of", "2025-02-12"], 2, "expected one date"),
        (["show", "ukraine-2025", "--as-of", "soon"], 2, "a day such as 2025-02-13"),
        (["solve", "ukraine-2025", "--method", "nashh"], 2, "did you mean"),
        (["zone"], 2, "Missing argument"),
    ],
)
def test_each_command_answers_and_says_what_its_exit_code_means(
    words: list[str], code: int, said: str
) -> None:
    done = zopa(*words)
    assert said in done.stdout + done.stderr
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [(["judge", "ukraine-2025", "nato=N4"], 1), (["zone", "no-such-folder"], 2), (["zone", "no-such-folder", "--json"], 2)],
)  # fmt: skip
def test_a_process_says_and_ends_as_the_same_words_do_in_this_one(words: list[str], code: int) -> None:
    alone, here = process(*words), zopa(*words)
    assert (alone.returncode, alone.stdout, alone.stderr) == (code, here.stdout, here.stderr)
    assert here.returncode == code
    assert alone.stdout + alone.stderr


@pytest.mark.parametrize(
    "words",
    [["zone", "ukraine-2025"], ["solve", "ukraine-2025"], ["frontier", "ukraine-2025"], ["why-not", "ukraine-2025", "-r", "E"],
     ["judge", "ukraine-2025", "nato=N4"], ["explain", "ukraine-2025", "us-nato"], ["check", "ukraine-2025"], ["schema"]],
)  # fmt: skip
def test_every_answer_comes_as_json_too(words: list[str]) -> None:
    done = zopa(*words, *([] if words[0] == "schema" else ["--json"]))
    found = json.loads(done.stdout)
    assert words[0] == "schema" or set(found) == {"question", "answer"}


def test_a_starter_case_is_sound_runs_and_is_not_overwritten(tmp_path: Path) -> None:
    assert zopa("init", "mine", cwd=tmp_path).returncode == 0
    assert zopa("check", "mine", cwd=tmp_path).returncode == 0
    assert zopa("run", "mine", "--out", "out", cwd=tmp_path).returncode == 0
    first = (tmp_path / "mine" / "case.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./case.schema.json"
    assert json.loads((tmp_path / "mine" / "case.schema.json").read_text(encoding="utf-8"))["properties"][
        "parties"
    ]
    again = zopa("init", "mine", cwd=tmp_path)
    assert again.returncode == 2
    assert "nothing was changed" in again.stderr


def test_help_starts_without_numpy() -> None:
    code = "import sys; sys.argv=['zopa','--help']\nimport zopa.cli\ntry: zopa.cli.main()\nexcept SystemExit: pass\nprint(sorted({m.split('.')[0] for m in sys.modules} & {'numpy','scipy','pandas','pydantic','jinja2','vl_convert'}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        check=True,
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [["zone", "no-such-folder"], ["zone"], ["zone", "ukraine-2025", "-r", "H"]])
def test_an_error_comes_as_json_too_with_exit_code_2(words: list[str]) -> None:
    done = zopa(*words, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["message"]


def test_what_is_set_changes_the_answer_and_stands_in_it_and_in_its_digest() -> None:
    plain = json.loads(zopa("zone", "ukraine-2025", "--json").stdout)
    done = json.loads(zopa("zone", "ukraine-2025", "--set", "parties.UKR.reservation=55", "--json").stdout)
    assert done["question"]["settings"]["set"] == {"parties.UKR.reservation": 55}
    assert done["question"]["case"] != plain["question"]["case"]
    assert done["answer"]["count"] < plain["answer"]["count"]


def test_show_lists_what_can_be_typed_and_what_is_missing() -> None:
    shown = zopa("show", "ukraine-2025").stdout
    for words in (
        "Ukraine [UKR]",
        "NATO status [nato]",
        "membership [N4]",
        "protection-too",
        "What is missing",
    ):
        assert words in shown


def test_every_command_has_json() -> None:
    assert [n for n, c in COMMANDS.items() if "json" not in inspect.signature(c).parameters] == []


def test_commands_that_make_and_review_a_case_answer_as_json_too(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(
        "13 February 2025\n\nAnna Ruiz, of the Council, said that the Council would accept a park.\n",
        encoding="utf-8",
    )
    made = json.loads(RUN.invoke(app, ["init", str(tmp_path / "mine"), "--json"]).stdout)
    assert "case.yaml" in made["answer"]["files"]
    assert (
        RUN.invoke(
            app, ["read", str(tmp_path / "story.txt"), "--case", str(tmp_path / "new"), "--json"]
        ).exit_code
        == 0
    )
    asked = RUN.invoke(app, ["review", str(tmp_path / "new"), "--json"], input="rhearsay\nq")
    assert json.loads(asked.stdout)["answer"]["states"]["rejected"] == 1
    all_of_them = json.loads(
        RUN.invoke(app, ["review", str(tmp_path / "new"), "--accept-all", "--json"]).stdout
    )
    assert all_of_them["answer"]["left"] == 0
