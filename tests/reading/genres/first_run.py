"""The genre texts of this folder read and scored: ``python tests/reading/genres/first_run.py [--show]``."""

import json
import sys
from pathlib import Path

from zopa.reading import read
from zopa.reading.evaluation.ready import Readiness, ready

HERE = Path(__file__).parent


def annotated(name: str) -> tuple[str, list[dict], dict]:
    """A text, its statements with offsets, and the names of its speakers."""
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    data = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    out, at = [], 0
    for g in data["statements"]:
        start = text.index(g["content"], at)
        at = start + 1
        span = {"content": [[start, start + len(g["content"])]]}
        for part in ("condition", "consequent"):
            if part in g:
                a = text.index(g[part], start)
                span[f"{part}_span"] = [[a, a + len(g[part])]]
        out.append({"speaker": g["speaker"], "kinds": g["kinds"], "optional": g.get("optional", False), **span})
    return text, out, data["speakers"]


def scored(name: str) -> Readiness:
    """The figures of one text."""
    text, gold, names = annotated(name)
    found = read(text).to_dict()
    return ready(text, gold, [*found["attributions"], *found["nested"]], names)


if __name__ == "__main__":
    for name in sorted(p.stem for p in HERE.glob("*.json")):
        print(name, scored(name).rates())
        if "--show" in sys.argv:
            print(read((HERE / f"{name}.txt").read_text(encoding="utf-8")))
