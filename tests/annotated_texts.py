"""Texts that somebody annotated, each beside its statements in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def annotated(folder: Path, name: str) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """A text, its statements with offsets in code points, and the names of its speakers."""
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    data = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    out, at = [], 0
    for g in data["statements"]:
        start = text.index(g["content"], at)
        at = start + 1
        span = {"content": [[start, start + len(g["content"])]]}
        for part in ("condition", "consequent"):
            if part in g:
                a = text.index(g[part], start)
                span[f"{part}_span"] = [[a, a + len(g[part])]]
        out.append(
            {"speaker": g["speaker"], "kinds": g["kinds"], "optional": g.get("optional", False), **span}
        )
    return text, out, data["speakers"]
