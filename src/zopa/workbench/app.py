"""The application: cases, a way to sign in, and the screens of the table ``SCREENS``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from zopa._version import __version__
from zopa.render.html import style_sheet
from zopa.workbench import failures
from zopa.workbench.access import SignIn
from zopa.workbench.guard import MOST_BODY, Guard, require_token
from zopa.workbench.opened_cases import OpenedCases
from zopa.workbench.screens import SCREENS
from zopa.workbench.translation import Catalogue

__all__ = ["create_app"]


def create_app(
    cases: Mapping[str, Path] | OpenedCases,
    sign_in: SignIn,
    hosts: Collection[str],
    *,
    several: bool = False,
    secure: bool = False,
    catalogue: Catalogue | None = None,
    more: Collection[APIRouter] = (),
    inside: Collection[APIRouter] = (),
) -> FastAPI:
    """The application that serves these cases.

    Parameters
    ----------
    cases : case name -> folder, or the cases as opened
        One case, unless ``several``.
    sign_in : SignIn
        How people sign in, and their roles.
    hosts : values of the Host header that are ours, with the port.
    several : bool
        Whether cases are at ``/cases/NAME/`` rather than the only one at ``/``.
    secure : bool
        Whether cookies are sent over TLS only.
    catalogue : Catalogue or None
        Of the language of the pages; None is English.
    more : further routers, outside any case: sign-in pages, the list of cases.
    inside : further routers, inside a case.
    """
    app = FastAPI(
        title="zopa",
        version=__version__,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        max_body_size=MOST_BODY,
        responses={code: {"description": title} for code, title in failures.ANSWERS.items()},
        dependencies=[Depends(require_token)],
        middleware=[Middleware(Guard, sign_in=sign_in, hosts=hosts, secure=secure, catalogue=catalogue)],
    )
    app.state.cases = cases if isinstance(cases, OpenedCases) else OpenedCases(cases)
    app.state.sign_in = sign_in
    for router in more:
        app.include_router(router)
    for router in (*SCREENS, *inside):
        app.include_router(router, prefix="/cases/{case}" if several else "")
    app.add_api_route("/static/zopa.css", _style, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=str(files("zopa.workbench") / "static")), "static")
    failures.install(app)
    return app


def _style() -> Response:
    """The report's style sheet, then what only the workbench has."""
    own = (files("zopa.workbench") / "static" / "workbench.css").read_text(encoding="utf-8")
    return Response(style_sheet() + own, media_type="text/css")
