"""A case with texts that wait for review, and a server of it for the browser."""

from __future__ import annotations

import html
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn

from workbench_client import EXAMPLES, HOST
from zopa.reading.ingest import ingest
from zopa.reading.sources.files import Incoming
from zopa.reading.sources.text import Published
from zopa.workbench.access import SingleUser, csrf_token
from zopa.workbench.app import create_app
from zopa.workbench.server import listen

SCRIPT = "<script>alert(1)</script>"
STORY = f"""Talks resume 🕊 {SCRIPT}

Zelensky said on Tuesday that Ukraine would accept a cease-fire on the existing lines only if it gets NATO protection. 🕊 "We will never cede territory," Zelensky said.

Trump said that aid would go on if Ukraine shares its minerals. "There will be no American soldiers," Hegseth said.

Putin said that he hoped for a quick end. Zelensky said that Russia must leave the occupied territory.

Trump called Putin on Wednesday. Hegseth said that European troops should stand behind a security guarantee.
"""
WHO = ("Zelensky", "Trump", "Putin", "Hegseth")


def long_story(sentences: int) -> str:
    """A text with so many sentences to decide."""
    lines = [f'{WHO[n % 4]} said that point {n} of the plan must be changed.' for n in range(1, sentences + 1)]
    return "\n\n".join(" ".join(lines[k : k + 4]) for k in range(0, len(lines), 4)) + "\n"


def make_case(place: Path, **texts: str) -> Path:
    """A copy of the example with further texts that were read and not decided."""
    folder = Path(shutil.copytree(EXAMPLES / "ukraine-2025", place))
    given = texts or {"talks": STORY}
    for day, (name, text) in enumerate(given.items(), 5):
        published = Published(f"{name.title()} {SCRIPT}", "The Paper", "", date(2025, 3, day))
        ingest([Incoming(name, text, published)], folder)
    return folder


def fields(page: str) -> dict[str, str]:
    """Record and text of the open record, as the forms of the page have them."""
    names = ("record", "before")
    return {n: html.unescape(re.search(rf'name="{n}" value="([^"]*)"', page)[1]) for n in names}  # type: ignore[index]


def post(client: Any, path: str, files: Any = None, **form: Any) -> Any:
    """Send a form as the page does."""
    data = {k.replace("__", "."): v for k, v in form.items()}
    data["csrf"] = csrf_token(client.cookies["zopa"])
    return client.post(path, data=data, files=files, headers={"origin": f"http://{HOST}"})


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, SingleUser]]:
    """A real server on a free port."""
    with listen("127.0.0.1", 0) as made:
        host = f"127.0.0.1:{made.getsockname()[1]}"
        sign_in = SingleUser()
        config = uvicorn.Config(create_app({"talks": folder}, sign_in, {host}), log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [made]}, daemon=True)
        thread.start()
        yield f"http://{host}", sign_in
        server.should_exit = True
        thread.join(10)
