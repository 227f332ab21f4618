"""A case with texts that wait for review, and a server of it for the browser."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn

from workbench_client import HOST
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
CASE = """\
# A small case: four questions, three parties.
title: Talks
basis: {assumed: made for a test}
parties:
  UKR: {name: Ukraine, weights: {territory: 60, nato: 40}, reservation: 40}  # the first
  RUS: {name: Russia, weights: {territory: 50, nato: 50}, reservation: 30}
  US:
    name: United States
    weights: {territory: 30, nato: 70}
    reservation: 20
speakers:
  zelensky: {name: Volodymyr Zelensky, party: UKR, aliases: [Zelensky]}
  trump: {name: Donald Trump, party: US, aliases: [Trump]}
  hegseth: {name: Pete Hegseth, party: US, aliases: [Hegseth]}
  putin: {name: Vladimir Putin, party: RUS, aliases: [Putin]}
issues:
  territory:
    name: Territory
    words: [territory, existing lines]
    options:
      T1: {label: ceded, words: [cede]}
      T2: {label: cease-fire on the existing lines, words: [existing lines]}  # as reported
  # what the alliance says
  nato:
    name: NATO
    words: [NATO]
    now: N1
    options:
      N1: {label: no membership}
      N3: {label: protection, words: [NATO protection]}
  aid:
    name: Aid
    words: [aid]
    options: {A1: goes on, A2: stops}
"""
WHO = ("Zelensky", "Trump", "Putin", "Hegseth")


def long_story(sentences: int) -> str:
    """A text with so many sentences to decide."""
    lines = [
        f"{WHO[n % 4]} said that point {n} of the plan must be changed." for n in range(1, sentences + 1)
    ]
    return "\n\n".join(" ".join(lines[k : k + 4]) for k in range(0, len(lines), 4)) + "\n"


def make_case(place: Path, **texts: str) -> Path:
    """A small case with texts that were read and not decided."""
    place.mkdir(parents=True)
    (place / "case.yaml").write_text(CASE, encoding="utf-8")
    folder = place
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
