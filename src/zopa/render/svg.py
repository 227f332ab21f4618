"""Charts to inline SVG that is safe to embed, quiet for screen readers, and shows notes on hover."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, unescape

from zopa.views.document import Chart

__all__ = ["draw", "pictures"]

CONFIG: dict[str, Any] = {
    "background": None,
    "font": "Source Sans 3, Helvetica, Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": "#1b1b1b", "titleColor": "#1b1b1b",
             "gridColor": "#e3e3e0", "domainColor": "#767676", "tickColor": "#767676", "labelLimit": 460,
             "titleFontWeight": "normal"},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 460, "titleFontWeight": "normal"},
    "header": {"labelFontSize": 12, "titleFontSize": 12},
}  # fmt: skip


def pictures(charts: Iterable[Chart]) -> dict[str, str]:
    """Name -> picture of every chart that can be drawn. One that fails costs its picture, never its table."""
    found = {}
    for chart in charts:
        try:
            found[chart.name] = draw(chart.spec())
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # foreign code, fed with the user's names: even a panic of it leaves the table
            continue
    return found


def draw(spec: dict[str, Any]) -> str:
    """One Vega-Lite spec as an ``<svg>`` element.

    The chart as a whole is hidden from screen readers (its figure carries a description and a table);
    the ``description`` of each mark becomes a ``<title>``, which browsers show on hover.
    """
    import vl_convert

    full = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": CONFIG, **spec}
    try:
        svg = str(vl_convert.vegalite_to_svg(full))
    except ValueError:  # it cuts long labels between the halves of a character outside the basic plane
        svg = str(vl_convert.vegalite_to_svg(_basic(full)))
    return _quiet(svg)


def _basic(value: Any) -> Any:
    """The spec with every character outside the basic plane, such as emoji, as an empty box."""
    if isinstance(value, dict):
        return {_basic(k): _basic(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_basic(v) for v in value]
    return re.sub("[\U00010000-\U0010ffff]", "\u25a1", value) if isinstance(value, str) else value


def _quiet(svg: str) -> str:
    svg = re.sub(r'(<(?:path|circle|rect|text|line)\b[^>]*?) aria-label="([^"]*)"([^>]*?)/>', _title, svg)
    svg = re.sub(r'(<text\b[^>]*?) aria-label="([^"]*)"([^>]*?)>', r"\1\3>", svg)
    svg = re.sub(r' (?:role|aria-roledescription|aria-label|aria-hidden|tabindex)="[^"]*"', "", svg)
    # Ids are made unique within a page of several pictures.
    mark = f"f{zlib.crc32(svg.encode()):08x}-"
    svg = re.sub(r'(\bid="|url\(#)', rf"\g<1>{mark}", svg)
    return re.sub(r"<svg ", '<svg aria-hidden="true" focusable="false" ', svg, count=1)


def _title(match: re.Match[str]) -> str:
    head, note, tail = match.groups()
    if not note or note.startswith(("Title text", "X-axis", "Y-axis")):
        return f"{head}{tail}/>"
    tag = head[1:].split(" ", 1)[0].split("\n")[0]
    text = escape(unescape(note, {"&quot;": '"', "&#39;": "'"}))
    return f"{head}{tail}><title>{text}</title></{tag}>"
