"""Addresses of the workbench asked whatever their description allows, and words that must stay text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from workbench_client import HOST
from zopa.workbench.access import csrf_token

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}${1}"


def operations(schema: Any) -> Iterator[Any]:
    for found in schema.get_all_operations():
        yield found.ok()


def ask(browser: TestClient, raw: dict[str, Any], operation: Any) -> int:
    """Ask one address many things; how many answers there were."""
    known = {int(code) for code in raw["paths"][operation.path][operation.method.lower()]["responses"]}
    headers = {"origin": f"http://{HOST}", "x-csrf-token": csrf_token(browser.cookies["zopa"])}
    asked = 0

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        nonlocal asked
        sent = case.as_transport_kwargs(base_url=f"http://{HOST}")
        kept = {k: sent[k] for k in ("method", "url", "params", "data", "json", "files") if sent.get(k)}
        try:
            answer = browser.request(**kept, headers=headers)
        except (UnicodeError, ValueError, TypeError, httpx2.InvalidURL):  # what no client can send
            return
        asked += 1
        assert answer.status_code < 500, (answer.status_code, kept, answer.text[:300])
        assert answer.status_code in known, (answer.status_code, kept)

    one()
    return asked
