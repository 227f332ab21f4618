"""Workbench: from a click in the draft to its answer, in CPU time of the server and of the test client beside it.

``python -m benchmarks.workbench``. The bundled example, and a case with 10^12 packages: changes of one option, of a
reading, of a reservation value; the first look at a page; the same look again; decisions in Read.

``python -m benchmarks.workbench load [SECONDS]``: 50 people at once for two minutes on a server in a process of its own;
each looks at a page or changes an option of a draft, thinks for one to nine seconds, and goes on. Wall time, since that is
what people wait for: run it on a quiet machine; the load of the machine is printed too.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
from starlette.testclient import TestClient

from zopa import load as zopa_load
from zopa.bargaining.search import load_kernels
from zopa.casefile import version_of
from zopa.workbench.access import SingleUser, csrf_token
from zopa.workbench.app import create_app

HOST = "127.0.0.1:8765"
CLICKS = 12


def large(issues: int = 12, options: int = 10, parties: int = 4, seed: int = 3) -> dict[str, Any]:
    """A case of options ** issues packages, with one rule per party."""
    chance = random.Random(seed)
    table = {f"i{k}": [f"o{j}" for j in range(options)] for k in range(issues)}
    return {
        "title": "large",
        "issues": {i: {"name": i, "options": {o: o for o in names}} for i, names in table.items()},
        "parties": {
            f"P{p}": {
                "name": f"P{p}",
                "points": {i: {o: chance.randint(0, 20) for o in names} for i, names in table.items()},
                "reservation": 110 + 10 * p,
            }
            for p in range(parties)
        },
        "rules": {
            f"r{p}": {"party": f"P{p}", "when": {f"i{p}": f"o{p % options}"}, "only_if": {f"i{p + 3}": "o1"}}
            for p in range(parties)
        },
    }


def client_of(folder: Path) -> TestClient:
    sign_in = SingleUser()
    app = create_app({folder.name: folder}, sign_in, {HOST})
    client = TestClient(app, base_url=f"http://{HOST}")
    client.get(f"/positions?token={sign_in.token}")
    return client


def spent(act: Callable[[], Any]) -> float:
    began = time.process_time()
    answer = act()
    assert answer.status_code == 200, answer.text[:300]
    return 1000 * (time.process_time() - began)


def clicks(client: TestClient, issues: dict[str, list[str]], rule: str, party: str) -> dict[str, list[float]]:
    chance = random.Random(1)
    draft = {f"on.{i}": names[0] for i, names in issues.items()}

    def ask(**more: str) -> float:
        query = urlencode(draft | {k.replace("__", "."): v for k, v in more.items()})
        return spent(lambda: client.get(f"/drafts/new?{query}", headers={"hx-request-type": "partial"}))

    print(f"{'':14} {'the first click':22} {ask():10.0f}")
    found: dict[str, list[float]] = {"an option": [], "a reading": [], "a reservation value": []}
    for n in range(CLICKS):
        i = chance.choice(list(issues))
        draft[f"on.{i}"] = chance.choice(issues[i])
        found["an option"].append(ask())
        if n < 4:
            found["a reading"].append(ask(**{f"read.{rule}": "off"}))
            found["a reservation value"].append(ask(**{f"set.parties.{party}.reservation": str(40 + n)}))
    return found


def decisions(folder: Path) -> list[float]:
    """Statements rejected and opened again, one request each: CPU time until the answer."""
    client, case = client_of(folder), zopa_load(folder)
    token = csrf_token(client.cookies["zopa"])
    found = []
    for ident, said in list(case.statements.items())[:CLICKS]:
        for act, reason in (("reject", "hearsay"), ("reopen", "")):
            form = {"csrf": token, "record": f"statements.{ident}", "act": act, "reason": reason}
            form["before"] = version_of(folder, ("statements", ident)).text
            path = f"/sources/{said.source}/decide.json"
            found.append(
                spent(lambda p=path, f=form: client.post(p, data=f, headers={"origin": f"http://{HOST}"}))
            )
    return found


PEOPLE, PAGES = (
    50,
    (
        "/",
        "/why-not",
        "/questions",
        "/positions",
        "/path",
        "/compare",
        "/evidence/zone",
        "/jobs",
        "/today.json",
    ),
)


def load(seconds: float) -> None:
    """Answers under load: errors, median, 95th percentile."""
    example = Path(str(files("zopa") / "examples" / "ukraine-2025"))
    words = [sys.executable, "-m", "zopa", "serve", str(example), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[1]
        home, _, token = address.partition("/?token=")
        try:
            first = httpx2.get(f"{home}/?token={token}", timeout=300)
            cookies = dict(first.cookies)
            issues = {i: list(x.options) for i, x in zopa_load(example).issues.items()}
            for path in (*PAGES, "/drafts/new"):  # what everybody looks at is worked out once
                httpx2.get(home + path, cookies=cookies, timeout=300)
            with ThreadPoolExecutor(PEOPLE) as pool:
                visits = [pool.submit(_visit, home, cookies, issues, n, seconds) for n in range(PEOPLE)]
            found = [t for v in visits for t in v.result()]
        finally:
            server.terminate()
    times = sorted(1000 * t for t, _ in found)
    bad = sum(status != 200 for _, status in found)
    print(
        f"{PEOPLE} people, {seconds:.0f} s, {len(times):,} answers, {bad} errors; median {statistics.median(times):.0f} ms, "
        f"95 % within {times[int(0.95 * len(times))]:.0f} ms, largest {times[-1]:.0f} ms; load of the machine {os.getloadavg()[0]:.1f}"
    )


def _visit(
    home: str, cookies: dict[str, str], issues: dict[str, list[str]], n: int, seconds: float
) -> list[tuple[float, int]]:
    chance, found = random.Random(n), []
    draft = {f"on.{i}": chance.choice(names) for i, names in issues.items()}
    end = time.monotonic() + seconds
    with httpx2.Client(cookies=cookies, timeout=60) as client:
        time.sleep(chance.uniform(0, 5))
        while time.monotonic() < end:
            path = chance.choice(PAGES)
            if chance.random() < 0.5:
                i = chance.choice(list(issues))
                draft[f"on.{i}"] = chance.choice(issues[i])
                path = f"/drafts/new?{urlencode(draft)}"
            began = time.perf_counter()
            try:
                status = client.get(home + path, headers={"hx-request-type": "partial"}).status_code
            except httpx2.TransportError:
                status = 0
            found.append((time.perf_counter() - began, status))
            time.sleep(chance.uniform(1, 9))
    return found


def main() -> None:
    if sys.argv[1:2] == ["load"]:
        load(float(sys.argv[2]) if len(sys.argv) > 2 else 120)
        return
    example = Path(str(files("zopa") / "examples" / "ukraine-2025"))
    load_kernels()  # as zopa serve does beside its first page
    with tempfile.TemporaryDirectory() as place:
        big = Path(place) / "large"
        big.mkdir()
        (big / "case.yaml").write_text(json.dumps(large()), encoding="utf-8")
        print(f"{'case':14} {'click on':22} {'median ms':>10} {'largest ms':>11}")
        for folder, rule, party in ((example, "us-nato", "UKR"), (big, "r0", "P0")):
            client = client_of(folder)
            case = client.app.state.cases.case(folder.name)  # type: ignore[attr-defined]
            issues = {i: list(issue.options) for i, issue in case.issues.items()}
            for what, times in clicks(client, issues, rule, party).items():
                print(f"{folder.name:14} {what:22} {statistics.median(times):10.0f} {max(times):11.0f}")
            partial = spent(lambda c=client: c.get("/drafts/new", headers={"hx-request-type": "partial"}))
            print(f"{folder.name:14} {'every issue open':22} {partial:10.0f}")
        kept = Path(shutil.copytree(example, Path(place) / "decided"))
        times = decisions(kept)
        print(
            f"{'ukraine-2025':14} {'a decision in Read':22} {statistics.median(times):10.0f} {max(times):11.0f}"
        )
        client = client_of(example)
        first, again = (spent(lambda: client.get("/")) for _ in range(2))
        print(
            f"{'ukraine-2025':14} {'Today, first look':22} {first:10.0f}\n{'':14} {'Today, again':22} {again:10.0f}"
        )


if __name__ == "__main__":
    main()
