"""What the shell completes: as bash and zsh ask for it, once in a process of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"


def asked(line: str, shell: str) -> dict[str, str]:
    """What a shell puts into the environment of the command to have a line completed."""
    words = line.split() + ([""] if line.endswith(" ") else [])
    how = (
        {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        if shell == "bash"
        else {"_TYPER_COMPLETE_ARGS": line}
    )
    return {**how, "_ZOPA_COMPLETE": f"complete_{shell}"}


def completed(line: str, shell: str = "bash", cwd: Path | None = None) -> str:
    from zopa.cli import app

    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in asked(line, shell).items():
            patch.setenv(name, value)
        if cwd is not None:
            patch.chdir(cwd)
        with contextlib.redirect_stdout(said), pytest.raises(SystemExit):
            app(prog_name="zopa")
    return said.getvalue()


def test_a_process_completes_as_it_is_done_here() -> None:
    line = "zopa judge ukraine-2025 nat"
    done = subprocess.run(
        [sys.executable, "-c", "from zopa.cli import app; app(prog_name='zopa')"],
        capture_output=True,
        text=True,
        env={**os.environ, **asked(line, "bash"), "PYTHONPATH": str(SRC)},
        check=False,
    )
    assert not done.stderr
    assert done.stdout == completed(line)
    assert "nato=N1" in done.stdout


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("zopa zone ukr", ["ukraine-2025"]),
        ("zopa zone ukraine-2025 -r us", ["us-nato=membership", "us-nato=protection-too"]),
        ("zopa judge ukraine-2025 nat", ["nato=N1", "nato=N2", "nato=N3", "nato=N4"]),
        ("zopa judge ukraine-2025 nato = N", ["N1", "N2", "N3", "N4"]),
        ("zopa zone ukraine-2025 --set parties.UKR.res", ["parties.UKR.reservation="]),
        ("zopa explain ukraine-2025 ukraine-c", ["ukraine-condition"]),
        ("zopa rename ukraine-2025 option.nato.N1", ["option.nato.N1"]),
        ("zopa judge no-such-case nat", []),
    ],
)
def test_bash_is_offered_what_the_case_holds(line: str, found: list[str]) -> None:
    assert completed(line).split() == found


def test_zsh_is_offered_readings_and_a_folder_here_is_a_case(tmp_path: Path) -> None:
    assert "us-nato=membership" in completed("zopa zone ukraine-2025 -r us-nato=", "zsh")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "case.yaml").write_text("title: x\n", encoding="utf-8")
    assert completed("zopa zone mi", cwd=tmp_path).split() == ["mine"]
    assert completed("zopa judge mine nat", cwd=tmp_path).split() == []
