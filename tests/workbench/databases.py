"""The databases that the tests of the store run on: SQLite, and a PostgreSQL server of our own in a folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PLACES = ("/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))


def _found(name: str) -> str | None:
    return shutil.which(name) or next(
        (f"{p}/{name}" for p in PLACES if os.access(f"{p}/{name}", os.X_OK)), None
    )


def _nobody() -> str | None:
    """A user without rights, where we are root: the server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return ""


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A fresh server that listens on a socket in its own folder; its URL. Skips, with the reason, where there is none."""
    initdb, server, control = (_found(n) for n in ("initdb", "postgres", "pg_ctl"))
    user = _nobody()
    if not (initdb and server and control) or user == "":
        reason = "no PostgreSQL server on this machine" if user != "" else "no user to run PostgreSQL as"
        if os.environ.get("ZOPA_REQUIRE_POSTGRES"):
            pytest.fail(reason)
        pytest.skip(reason)
    assert initdb
    assert control
    home = Path(tempfile.mkdtemp(prefix="zopa-pg-"))
    if user:
        shutil.chown(home, user)
    more = {"user": user} if user else {}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=home, timeout=120, **more)  # type: ignore[call-overload]

    try:
        run(
            initdb, "-D", f"{home}/data", "-U", "zopa", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"
        )
        options = f"-F -k {home} -c listen_addresses='' -c max_connections=30"
        run(control, "-D", f"{home}/data", "-l", f"{home}/log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://zopa@/postgres?host={home}"
        finally:
            run(control, "-D", f"{home}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
