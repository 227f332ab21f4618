"""A client of the workbench without a browser, signed in as its only user."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the workbench needs zopa[serve]")
pytest.importorskip("httpx2", reason="the test client needs httpx2")

from starlette.testclient import TestClient

from command_line import zopa
from zopa.workbench.access import SingleUser
from zopa.workbench.app import create_app
from zopa.workbench.opened_cases import OpenedCases
from zopa.workbench.rights import Role

HOST = "127.0.0.1:8765"
EXAMPLES = Path(__file__).resolve().parents[1] / "src" / "zopa" / "examples"


@cache
def _read(folders: tuple[Path, ...]) -> OpenedCases:
    """Examples as they ship, which no test changes: read and answered once for all tests."""
    return OpenedCases({f.name: f for f in folders})


def served(*folders: Path, role: Role = "owner", **settings: Any) -> tuple[TestClient, SingleUser]:
    """A client without a session, and the way to sign in."""
    sign_in = SingleUser(role=role)
    app = create_app({f.name: f for f in folders}, sign_in, {HOST}, **settings)
    if folders and all(f.parent == EXAMPLES for f in folders):
        app.state.cases = _read(folders)
    return TestClient(app, base_url=f"http://{HOST}", follow_redirects=False), sign_in


def signed_in(*folders: Path, **settings: Any) -> TestClient:
    """A client with a session."""
    client, sign_in = served(*folders, **settings)
    assert client.get(f"/?token={sign_in.token}").status_code == 303
    return client


def printed(*words: str) -> str:
    """What a command prints."""
    done = zopa(*words)
    assert done.returncode in (0, 1), done.stdout
    return done.stdout
