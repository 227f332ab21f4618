"""A document as one self-contained page, or as a fragment for a notebook."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from zopa.counts import things
from zopa.render.svg import pictures
from zopa.views.document import Builder, Chart, Document

__all__ = ["block_templates", "fragment", "page", "style_sheet"]


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

    live = any(isinstance(b, Builder) for b in document.blocks())
    scripts = [_file("page.js"), *([_file("builder.js")] if live else [])]
    context: dict[str, Any] = {
        "document": document,
        "annex": annex,
        # All are ours: style sheet and scripts are files of the package, the pictures come out of `render.svg`.
        "css": Markup(_file("page.css")),
        "scripts": [Markup(script) for script in scripts],
        "allowed": Markup(" ".join(map(_hash, scripts))),
        "drawn": {name: Markup(svg) for name, svg in drawn.items()},
    }
    return str(_template(name).render(context))


def style_sheet() -> str:
    """The report's style sheet, for pages that show the same blocks."""
    return _file("page.css")


def block_templates() -> dict[str, str]:
    """The template of a document's blocks, by the name under which others import it. They need the filter ``kind``."""
    return {"blocks": _file("blocks.html.j2")}


def _hash(script: str) -> str:
    """What the page's policy allows to run: this text and no other."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


@cache
def _file(name: str) -> str:
    return (files("zopa") / "render" / name).read_text(encoding="utf-8")


@cache
def _template(name: str) -> Any:
    from jinja2 import DictLoader, Environment, StrictUndefined

    parts = block_templates() | {part: _file(f"{part}.html.j2") for part in ("page", "fragment")}
    environment = Environment(
        loader=DictLoader(parts), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["things"] = things
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.get_template(name)
