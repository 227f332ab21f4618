"""Jobs beside the server: started from a page, watched, cancelled, resumed; they outlive the server."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from workbench_client import EXAMPLES, HOST, printed, signed_in
from zopa.workbench import job_worker
from zopa.workbench.access import csrf_token
from zopa.workbench.job_worker import JOB_KINDS, database_of, settings_of, work
from zopa.workbench.store import cancel, job, jobs_of

ORIGIN = {"origin": f"http://{HOST}"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "ukraine-2025", tmp_path / "talks"))


def opened(folder: Path) -> TestClient:
    browser = signed_in(folder)
    browser.app.state.workers = False  # type: ignore[attr-defined]
    return browser


def post(browser: TestClient, path: str, **data: Any) -> Any:
    token = csrf_token(browser.cookies["zopa"])
    return browser.post(path, data=data, headers={**ORIGIN, "x-csrf-token": token})


def state(browser: TestClient, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"/jobs/{number}.json").json()["answer"]
    return found


def drain(folder: Path) -> None:
    with database_of(folder.name, folder, make=False) as database:
        assert database is not None
        work(database)


def test_looking_at_the_jobs_writes_nothing(folder: Path) -> None:
    assert "No job has been started" in opened(folder).get("/jobs").text
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("form", "command"),
    [
        pytest.param(
            {"kind": "stress", "draws": "300", "seed": "7"},
            ["stress", "--draws", "300", "--seed", "7"],
            marks=pytest.mark.slow,
        ),
        (
            {"kind": "simulate", "runs": "20", "rounds": "9"},
            ["simulate", "--runs", "20", "--rounds", "9", "--seed", "1"],
        ),
    ],
)
def test_a_result_is_a_page_and_what_the_command_prints(
    folder: Path, form: dict[str, str], command: list[str]
) -> None:
    browser = opened(folder)
    answer = post(browser, "/jobs?readings=B", **form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/jobs/1")
    assert state(browser)["state"] == "waiting"
    assert browser.get("/jobs/1/result").status_code == 422
    drain(folder)
    assert state(browser)["finished"]
    told = printed(command[0], str(folder), *command[1:], "--readings", "B", "--json")
    assert browser.get("/jobs/1/result.json").text == told
    page = browser.get("/jobs/1/result")
    assert page.status_code == 200
    assert "/evidence/" in page.text
    images = re.findall(r'<img src="(/jobs/1/chart-\d+-\d+\.svg)" alt="[^"]+"', page.text)
    assert bool(images) == (form["kind"] == "simulate")  # what stress answers is a table
    for image in images:
        picture = browser.get(image)
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert ElementTree.fromstring(picture.text).tag == "{http://www.w3.org/2000/svg}svg"
    assert browser.get("/jobs/1/chart-99-0.svg").status_code == 404
    assert "result" in browser.get("/jobs").text


def test_a_job_that_cannot_be_done_says_why(folder: Path) -> None:
    browser = opened(folder)
    post(browser, "/jobs", kind="backtest")
    drain(folder)
    found = state(browser)
    assert found["state"] == "failed"
    assert "outcome" in found["says"]
    assert found["can_resume"]


@pytest.mark.parametrize(
    "form",
    [{"kind": "rm"}, {"kind": "stress", "draws": "many"}, {"kind": "stress", "draws": "9" * 9}, {}, {"kind": "stress", "draws": "-1"}],
)  # fmt: skip
def test_what_no_job_takes_is_refused(folder: Path, form: dict[str, str]) -> None:
    browser = opened(folder)
    assert post(browser, "/jobs", **form).status_code in (404, 422)
    assert not (folder / "out").exists()


def test_numbers_left_empty_are_as_usual() -> None:
    for kind, known in JOB_KINDS.items():
        assert settings_of(kind, {}) == {s.name: s.usual for s in known.settings}


@pytest.mark.slow
def test_a_cancelled_job_goes_on_from_what_it_finished(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = opened(folder)
    post(browser, "/jobs", kind="simulate", runs="400", rounds="10")
    monkeypatch.setattr(job_worker, "OFTEN", 0.0)
    parts = folder / "out" / "jobs"
    kept = job_worker.progress

    def stopping(database: Any, number: int, done: float | None = None, says: str = "") -> bool:
        if len(list(parts.glob("*/parts/*.part"))) >= 1:
            cancel(database, folder.name, number)
        return kept(database, number, done, says)

    monkeypatch.setattr(job_worker, "progress", stopping)
    drain(folder)
    assert state(browser)["state"] == "cancelled"
    before = {p: p.stat().st_mtime_ns for p in parts.glob("*/parts/*.part")}
    assert before
    monkeypatch.setattr(job_worker, "progress", kept)
    assert post(browser, "/jobs/1/resume").status_code == 303
    drain(folder)
    assert state(browser)["finished"]
    assert {p: p.stat().st_mtime_ns for p in before} == before, "what was finished is not done again"
    told = printed("simulate", str(folder), "--runs", "400", "--rounds", "10", "--json")
    assert browser.get("/jobs/1/result.json").text == told


@pytest.mark.slow
def test_a_result_that_somebody_changed_is_not_shown_and_nothing_in_it_runs(folder: Path) -> None:
    browser = opened(folder)
    post(browser, "/jobs", kind="stress", draws="0")
    drain(folder)
    (shown,) = folder.glob("out/jobs/stress-*/view.json")
    words = shown.read_text()
    shown.write_text(
        json.dumps({"title": "<script>alert(1)</script>", "sections": [{"id": "x", "title": "<script>", "blocks": [{"text": "<script>alert(1)</script>"}]}]})
    )  # fmt: skip
    assert "<script>alert" not in browser.get("/jobs/1/result").text
    for bad in ("", "[]", words[:-20], "[" * 100_000):
        shown.write_text(bad)
        assert browser.get("/jobs/1/result").status_code == 422


def test_jobs_are_never_kept_behind_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    assert post(opened(folder), "/jobs", kind="stress").status_code == 409
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_viewer_starts_cancels_and_resumes_nothing(folder: Path) -> None:
    browser = signed_in(folder, role="viewer")
    for path in ("/jobs", "/jobs/1/cancel", "/jobs/1/resume"):
        assert post(browser, path, kind="stress").status_code == 403
    assert browser.get("/jobs").status_code == 200


class Served:
    """`zopa serve` in a process of its own, and a client."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-m", "zopa", "serve", str(folder), "--port", "0"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        assert self.process.stdout is not None
        found = re.search(r"(http://[^/]+)/\?token=(\S+)", self.process.stdout.readline())
        assert found is not None
        self.home = found[1]
        jar = CookieJar()
        self.client = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        for _ in range(100):
            try:
                self.client.open(f"{self.home}/jobs?token={found[2]}")
                break
            except OSError:
                time.sleep(0.1)
        self.token = csrf_token(next(iter(jar)).value or "")

    def post(self, path: str, **data: Any) -> None:
        headers = {"origin": self.home, "x-csrf-token": self.token}
        self.client.open(urllib.request.Request(self.home + path, urlencode(data).encode(), headers))

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.load(self.client.open(f"{self.home}/jobs/1.json"))["answer"]
        return found

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


LONG = 20_000
"""Runs of a job that is still at work when its server and its worker are killed."""


def wait_for(found: Any, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_job_outlives_a_server_that_is_killed_and_a_worker_that_is_killed_with_it(folder: Path) -> None:
    first = Served(folder)
    first.post("/jobs", kind="simulate", runs=str(LONG), rounds="100")
    wait_for(lambda: list(folder.glob("out/jobs/*/parts/*.part")))
    first.kill()
    finished = len(list(folder.glob("out/jobs/*/parts/*.part")))
    wait_for(lambda: len(list(folder.glob("out/jobs/*/parts/*.part"))) > finished)  # the worker went on
    for place in Path("/proc").glob("[0-9]*"):
        words = (place / "cmdline").read_bytes() if (place / "cmdline").exists() else b""
        if b"zopa.workbench.job_worker" in words and os.path.samefile(f"{place}/cwd", os.getcwd()):
            opens = [os.readlink(p) for p in (place / "fd").iterdir()]
            if any(str(folder) in o for o in opens):
                os.kill(int(place.name), signal.SIGKILL)
    with database_of(folder.name, folder, make=False) as database:
        assert database is not None
        assert jobs_of(database, folder.name)[0].done != 1
        found = job(database, folder.name, 1)
    assert found is not None
    assert found.state == "running"
    again = Served(folder)
    wait_for(lambda: again.state()["finished"])
    told = printed("simulate", str(folder), "--runs", str(LONG), "--rounds", "100", "--json")
    assert again.client.open(f"{again.home}/jobs/1/result.json").read().decode() == told
    again.kill()
