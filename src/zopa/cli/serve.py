"""The command `serve`: the workbench for one person, at an address of this computer."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zopa.cli.options import JsonOption, bundled, console, examples, print_answer

if TYPE_CHECKING:
    from zopa.workbench.identity_provider import IdentityProvider
    from zopa.workbench.translation import Catalogue

__all__ = ["serve"]

SECRET = "ZOPA_OIDC_SECRET"
"""The variable that holds the client's secret, which is never an argument: those are seen by all of a machine."""


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
    oidc: Annotated[
        str,
        typer.Option(
            "--oidc", metavar="ISSUER", help="With --team: people may sign in there too (OpenID Connect)."
        ),
    ] = "",
    client: Annotated[
        str, typer.Option("--oidc-client", metavar="ID", help="The id under which it knows this server.")
    ] = "",
    secret_file: Annotated[
        Path | None,
        typer.Option(
            "--oidc-secret-file",
            metavar="FILE",
            help=f"Holds the client's secret; else the variable {SECRET}.",
        ),
    ] = None,
    language: Annotated[
        Path | None,
        typer.Option(
            "--language",
            metavar="FILE.mo",
            help="The interface in another language: a catalogue, as in de.mo.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Open a case in the browser: verdict, drafts, evidence, on pages of this computer alone. Ctrl-C ends it."""
    from zopa.errors import MissingExtra

    if team is not None:
        provider = _provider(oidc, client, secret_file) if oidc else None
        _team(
            team, host, port, at or [], tls=tls, provider=provider, catalogue=_catalogue(language), json=json
        )
        return
    if oidc:
        raise typer.BadParameter("--oidc needs --team DATABASE: a case of one person has no accounts")
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
    role = "viewer" if ours else "owner"
    server.serve({folder.resolve().name: folder}, host, port, tell, role=role, catalogue=_catalogue(language))


def _catalogue(path: Path | None) -> Catalogue | None:
    """The catalogue that was named; None for English."""
    if path is None:
        return None
    from zopa.workbench.translation import read_catalogue

    return read_catalogue(path)


def _provider(issuer: str, client: str, secret_file: Path | None) -> IdentityProvider:
    """The provider that was named, with its secret from a file or the environment."""
    from zopa.errors import NotApplicable

    if not client:
        raise typer.BadParameter(
            "--oidc needs --oidc-client ID, the id under which the provider knows this server"
        )
    secret = os.environ.get(SECRET, "")
    if secret_file is not None:
        try:
            secret = secret_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise NotApplicable(
                f"{secret_file} cannot be read; expected a file that holds the client's secret"
            ) from None
    if not secret.strip():
        raise typer.BadParameter(
            f"expected the client's secret in the variable {SECRET}, or --oidc-secret-file FILE"
        )
    from zopa.workbench.identity_provider import IdentityProvider

    return IdentityProvider(issuer, client, secret.strip())


def _team(
    url: str,
    host: str,
    port: int,
    names: list[str],
    *,
    tls: bool,
    provider: IdentityProvider | None,
    catalogue: Catalogue | None,
    json: bool,
) -> None:
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

    server.serve_team(url, host, port, names, tell, secure=tls, provider=provider, catalogue=catalogue)
