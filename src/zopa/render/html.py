"""A document as one self-contained page, or as a fragment for a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zopa.render.svg import pictures
from zopa.views.document import Chart, Document

__all__ = ["fragment", "page"]


def page(document: Document, *, drawn: Mapping[str, str] | None = None, annex: bool = False) -> str:
    """The document as a page that needs no network and no other file.

    Parameters
    ----------
    drawn : chart name -> SVG, optional
        The pictures, when the caller has them already.
    annex : bool
        Whether the annex is printed too; on screen it is always there.
    """
    if drawn is None:
        drawn = pictures(b for b in document.blocks() if isinstance(b, Chart))
    return _fill("page", document, drawn, annex)


def fragment(document: Document) -> str:
    """The document's sections without charts, for a notebook."""
    return _fill("fragment", document, {}, False)


def _fill(name: str, document: Document, drawn: Mapping[str, str], annex: bool) -> str:
    from markupsafe import Markup

    context: dict[str, Any] = {
        "document": document,
        "annex": annex,
        # Both are ours: the style sheet is a file of the package, the pictures come out of `render.svg`.
        "css": Markup(_file("page.css")),
        "drawn": {name: Markup(svg) for name, svg in drawn.items()},
    }
    return str(_template(name).render(context))


@cache
def _file(name: str) -> str:
    return (files("zopa") / "render" / name).read_text(encoding="utf-8")


@cache
def _template(name: str) -> Any:
    from jinja2 import DictLoader, Environment, StrictUndefined

    parts = {part: _file(f"{part}.html.j2") for part in ("blocks", "page", "fragment")}
    environment = Environment(
        loader=DictLoader(parts), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.get_template(name)
