"""The command `serve`: the workbench for one person, at an address of this computer."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from zopa.cli.options import JsonOption, bundled, console, examples, print_answer

__all__ = ["serve"]


def serve(
    name: Annotated[
        str, typer.Argument(help="Case folder, or the name of a bundled example.", metavar="[CASE]")
    ] = "",
    team: Annotated[
        str | None,
        typer.Option(
            "--team",
            metavar="DATABASE",
            help="Serve the cases of a team: an SQLite file, or postgresql://...",
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="HOST", help="With --team: a name under which a proxy makes it known."),
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help="With --team: people reach it over TLS only.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8765,
    host: Annotated[
        str, typer.Option(help="The address to listen at; only this computer can reach the default.")
    ] = "127.0.0.1",
    json: JsonOption = False,
) -> None:
    """Open a case in the browser: verdict, drafts, evidence, on pages of this computer alone. Ctrl-C ends it."""
    from zopa.errors import MissingExtra

    if team is not None:
        _team(team, host, port, at or [], tls, json)
        return
    if not name:
        raise typer.BadParameter("expected a case folder, or --team DATABASE")
    folder = bundled(name)
    if not folder.exists():
        raise typer.BadParameter(f"there is no case folder '{name}', and no bundled example of that name")
    try:
        server = import_module("zopa.workbench.server")
    except ImportError as error:
        if (error.name or "").startswith("zopa"):
            raise
        raise MissingExtra("serve", "zopa serve") from None
    out = console()

    def tell(address: str) -> None:
        if json:
            print_answer("serve", {"address": address}, case=name)
            return
        out.print(f"open {address}", markup=False, soft_wrap=True)
        out.print("the address works once, in one browser; Ctrl-C ends the server", markup=False)

    ours = examples() in folder.resolve().parents  # they stay as they are
    server.serve({folder.resolve().name: folder}, host, port, tell, role="viewer" if ours else "owner")


def _team(url: str, host: str, port: int, names: list[str], tls: bool, json: bool) -> None:
    from zopa.errors import MissingExtra

    try:
        server = import_module("zopa.workbench.server")
    except ImportError as error:
        if (error.name or "").startswith("zopa"):
            raise
        raise MissingExtra("serve,team", "zopa serve --team") from None
    out = console()

    def tell(address: str) -> None:
        if json:
            print_answer("serve", {"address": address}, team=True)
            return
        out.print(f"open {address}; Ctrl-C ends the server", markup=False, soft_wrap=True)

    server.serve_team(url, host, port, names, tell, secure=tls)
