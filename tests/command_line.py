"""The commands as a shell runs them, in this process: what they print on both channels, and their exit code."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import pytest


def zopa(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``zopa WORDS`` from its entry point, as a process would end."""
    from zopa.cli import main

    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["zopa", *words])
        patch.setenv("NO_COLOR", "1")
        if cwd is not None:
            patch.chdir(cwd)
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main()
    code = left.value.code
    return subprocess.CompletedProcess(
        words, code if isinstance(code, int) else 0, out.getvalue(), err.getvalue()
    )
