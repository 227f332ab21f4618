"""``zopa serve``: a local server, its address with a one-time token, and nothing to configure."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from zopa.bargaining.search import load_kernels
from zopa.errors import MissingExtra, NotApplicable, ZopaError
from zopa.robustness import WordDraws
from zopa.workbench.access import SingleUser
from zopa.workbench.app import create_app
from zopa.workbench.asked import UrlQuery
from zopa.workbench.opened_cases import OpenedCases
from zopa.workbench.rights import Role
from zopa.workbench.screens.today import briefing
from zopa.workbench.translation import Catalogue

if TYPE_CHECKING:
    from zopa.workbench.identity_provider import IdentityProvider
    from zopa.workbench.store import Database

__all__ = ["is_loopback", "listen", "serve", "serve_team", "team_app"]


KEEP = 75
"""Seconds that a connection is kept for who reads a page before the next click."""
BACKLOG = 512
"""Connections that wait while the server starts or is busy."""


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int, accounts: bool = False) -> socket.socket:
    """A listening socket; port 0 takes any free one. Only with ``accounts`` may others reach it.

    Raises
    ------
    NotApplicable
        The address is reachable from elsewhere, which needs accounts; or it is in use.
    """
    if not accounts and not is_loopback(host):
        raise NotApplicable(
            f"{host} can be reached from other computers, and zopa serve has no accounts: use 127.0.0.1, or zopa serve --team"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host.strip("[]"), port))
        made.listen(BACKLOG)  # who opens the printed address at once waits rather than being refused
    except OSError as error:
        made.close()
        raise NotApplicable(
            f"{host}:{port} cannot be used: {(error.strerror or str(error)).lower()}; --port 0 takes any free port"
        ) from None
    return made


def serve(
    cases: Mapping[str, Path],
    host: str = "127.0.0.1",
    port: int = 8765,
    tell: Callable[[str], None] = print,
    *,
    role: Role = "owner",
    catalogue: Catalogue | None = None,
) -> None:
    """Serve one case to the person at this computer, until Ctrl-C.

    Parameters
    ----------
    cases : case name -> folder; one.
    tell : callable
        Given the address to open, which holds the token.
    role : Role
        What the person may do; a viewer changes nothing.
    catalogue : of the language of the pages; None is English.

    Raises
    ------
    NotApplicable
        See :func:`listen`.
    """
    with listen(host, port) as made:
        bound = made.getsockname()[1]
        named = f"[{host.strip('[]')}]" if ":" in host else host
        hosts = {f"{named}:{bound}", f"127.0.0.1:{bound}", f"localhost:{bound}", f"[::1]:{bound}"}
        sign_in = SingleUser(cookie=f"zopa-{bound}", role=role)
        app = create_app(cases, sign_in, hosts, catalogue=catalogue)
        tell(f"http://{named}:{bound}/?token={sign_in.token}")
        _resume_jobs(cases)
        threading.Thread(target=_prepare, args=(app.state.cases,), daemon=True).start()
        # The access log would keep the token.
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_keep_alive=KEEP
        )
        uvicorn.Server(config).run(sockets=[made])


def team_app(
    database: Database,
    hosts: Collection[str],
    secure: bool = False,
    provider: IdentityProvider | None = None,
    catalogue: Catalogue | None = None,
) -> FastAPI:
    """The application that serves all cases of a team to its people; they may also sign in at a provider."""
    from zopa.workbench import team
    from zopa.workbench.screens import together
    from zopa.workbench.store.members import folders

    sign_in = team.TeamSignIn(database, "__Host-zopa" if secure else "zopa-team", secure, provider)
    routers = [team.router]
    if provider is not None:
        from zopa.workbench import provider_sign_in

        routers.append(provider_sign_in.router)
    return create_app(
        OpenedCases(folders(database), lambda: folders(database)),
        sign_in,
        hosts,
        several=True,
        secure=secure,
        catalogue=catalogue,
        more=routers,
        inside=[together.router],
    )


def serve_team(
    url: str,
    host: str = "127.0.0.1",
    port: int = 8765,
    names: Collection[str] = (),
    tell: Callable[[str], None] = print,
    *,
    secure: bool = False,
    provider: IdentityProvider | None = None,
    catalogue: Catalogue | None = None,
) -> None:
    """Serve the cases of a team, until Ctrl-C.

    Parameters
    ----------
    url : of the database, or the path of an SQLite file.
    names : values of the Host header under which a proxy in front makes the server known: ``zopa.example.org``.
    secure : whether people reach it over TLS; without it, an address that others can reach is refused.
    provider : where people may sign in besides passwords.
    catalogue : of the language of the pages; None is English.

    Raises
    ------
    NotApplicable
        The address is in use, or others could reach it without TLS; the database cannot be opened.
    """
    from zopa.workbench.store import opened

    if not secure and not is_loopback(host):
        raise NotApplicable(
            f"{host} can be reached from other computers, and passwords would travel in the open: "
            "put a TLS proxy in front and say --tls, or use 127.0.0.1"
        )
    database = opened(url)
    try:
        with listen(host, port, accounts=True) as made:
            bound = made.getsockname()[1]
            named = f"[{host.strip('[]')}]" if ":" in host else host
            hosts = {f"{named}:{bound}", f"127.0.0.1:{bound}", f"localhost:{bound}", *names}
            app = team_app(database, hosts, secure, provider, catalogue)
            from zopa.workbench.job_worker import start_worker
            from zopa.workbench.store.jobs import unheard, waiting

            if waiting(database) or unheard(database, 0.0):
                start_worker(database)
            tell(f"http://{named}:{bound}/")
            config = uvicorn.Config(
                app, log_level="warning", access_log=False, server_header=False, timeout_keep_alive=KEEP
            )
            uvicorn.Server(config).run(sockets=[made])
    finally:
        database.close()


def _resume_jobs(cases: Mapping[str, Path]) -> None:
    """Jobs that waited, or ran, when the server was stopped go on; without the store there are none."""
    try:
        from zopa.workbench.job_worker import go_on
    except MissingExtra:
        return
    go_on(cases)


def _prepare(cases: OpenedCases) -> None:
    """What the first clicks would wait for: the first page, draws, and compiled searches where packages are many."""
    for name in cases.folders:
        with suppress(ZopaError, OSError):  # the page itself will say it
            if not cases.problem(name, UrlQuery()).listable:
                load_kernels()
            cases.answer(name, UrlQuery(), "today", briefing)
            cases.answer(name, UrlQuery(), "word draws", WordDraws)
