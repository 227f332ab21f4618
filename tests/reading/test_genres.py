"""Turns, mails, minutes, agreements: how much of what they state could be accepted unchanged."""

import json
from pathlib import Path

import pytest

from zopa.reading import read
from zopa.reading.evaluation.ready import Readiness, ready

OWN = Path(__file__).parent / "genres"


def annotated(name: str) -> tuple[str, list[dict], dict]:
    """One of this folder's texts, its statements with offsets, and the names of its speakers."""
    text = (OWN / f"{name}.txt").read_text(encoding="utf-8")
    data = json.loads((OWN / f"{name}.json").read_text(encoding="utf-8"))
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


def scored(text: str, gold: list[dict], names: dict) -> Readiness:
    found = read(text).to_dict()
    return ready(text, gold, [*found["attributions"], *found["nested"]], names)


@pytest.mark.parametrize("name", ["chat", "parliament"])
def test_a_genre_that_was_annotated_before_the_first_run_is_read(name):
    rates = scored(*annotated(name)).rates()
    assert rates["found"] >= 0.85
    assert rates["precision"] >= 0.85
    assert rates["ready"] >= 0.75


def test_the_development_half_of_the_genres_reaches_the_bar(shared):
    folder = shared / "data" / "reading_genres"
    if not folder.exists():
        pytest.skip("the genre texts are not beside the project")
    total = Readiness()
    for path in sorted(folder.glob("?_*.json")):
        d = json.loads(path.read_text(encoding="utf-8"))
        gold = [
            {k: [v] if k.endswith("_span") and v and isinstance(v[0], int) else v for k, v in g.items()}
            for g in d["attributions"]
        ]
        text = (folder / d["doc"]).read_text(encoding="utf-8")
        total += scored(text, gold, {k: v["aliases"] for k, v in d["speakers"].items()})
    rates = total.rates()
    assert rates["found"] >= 0.85
    assert rates["precision"] >= 0.85
    assert rates["condition"] >= 0.75
    assert rates["ready"] >= 0.60
