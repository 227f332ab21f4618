"""Plain forms in a real browser, which hides their origin: they must be let in, with scripts and without."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from workbench_client import EXAMPLES
from zopa.workbench.access import SingleUser
from zopa.workbench.app import create_app
from zopa.workbench.server import listen

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_plain_form_begins_the_record_and_starts_a_job(tmp_path: Path, browser: Any, scripts: bool) -> None:
    folder = Path(shutil.copytree(EXAMPLES / "two-farms", tmp_path / "farms"))
    with listen("127.0.0.1", 0) as made:
        host = f"127.0.0.1:{made.getsockname()[1]}"
        sign_in = SingleUser()
        app = create_app({"farms": folder}, sign_in, {host})
        app.state.workers = False
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [made]}, daemon=True)
        thread.start()
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"http://{host}/record?token={sign_in.token}")
        page.click("text=Begin the record")
        assert "The record holds: 1 entry." in page.inner_text("main")
        page.goto(f"http://{host}/jobs")
        page.locator("form.starter button").first.click()
        assert page.url.endswith("/jobs/1")
        assert "This job is waiting" in page.inner_text("main")
        page.click("text=Cancel")
        page.goto(f"http://{host}/jobs/1")
        assert "This job is cancelled" in page.inner_text("main")
        context.close()
        server.should_exit = True
        thread.join(10)
