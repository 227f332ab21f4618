"""Published and computed cases from the data folder beside the checkout, as zopa cases."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zopa.case import Case
from zopa.space import Space

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def data(name: str) -> dict[str, Any]:
    """One JSON file of the data folder; skips the test, with the reason, where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs the data file ../shared/data/{name}, which is not shipped")
    return json.loads(path.read_text())


def scorable(d: dict[str, Any]) -> Case:
    """A scorable game: points that add up, reservation values, vetoes."""
    issues = {
        i["id"]: {
            "name": i.get("name") or i["id"],
            "options": {o["id"]: o.get("label") or o["id"] for o in i["options"]},
        }
        for i in d["issues"]
    }
    parties = {}
    for p in d["parties"]:
        points = d["points"][p["id"]]
        parties[p["id"]] = {
            "name": p.get("name") or p["id"],
            "points": {
                i["id"]: (
                    {o["id"]: float(points[i["id"]][o["id"]]) for o in i["options"]}
                    if isinstance(points[i["id"]], dict)
                    else {o["id"]: float(v) for o, v in zip(i["options"], points[i["id"]], strict=True)}
                )
                for i in d["issues"]
            },
            **({"reservation": p["reservation"]} if p.get("reservation") is not None else {}),
        }
    case = {"title": d["title"], "issues": issues, "parties": parties}
    vetoes = tuple(p["id"] for p in d["parties"] if p.get("veto"))
    if vetoes:
        case["agreement"] = {"required": vetoes, "at_least": len(parties) - 1}
    return Case.model_validate(case)


def items(d: dict[str, Any]) -> Case:
    """Indivisible items between two parties: one issue per item, whole to the one or to the other."""
    parties = d["parties"]
    ids = [p["id"] if isinstance(p, dict) else p for p in parties]
    issues = {i: {"name": i, "options": {p: f"to {p}" for p in ids}} for i in d["items"]}
    return Case.model_validate(
        {
            "title": d["title"],
            "issues": issues,
            "parties": {
                p: {
                    "name": p,
                    "points": {
                        i: {q: float(d["points"][p][i]) if q == p else 0.0 for q in ids} for i in d["items"]
                    },
                    "reservation": 0,
                }
                for p in ids
            },
        }
    )


def barter(d: dict[str, Any]) -> Case:
    """Goods that two people own: one issue per good, who has it in the end; no agreement is to keep one's own."""
    ids = list(d["endowment"])
    goods = list(d["values"][ids[0]])
    return Case.model_validate(
        {
            "title": d["title"],
            "issues": {g: {"name": g, "options": {p: f"to {p}" for p in ids}} for g in goods},
            "parties": {
                p: {
                    "name": p,
                    "points": {
                        g: {q: float(d["values"][p][g]) if q == p else 0.0 for q in ids} for g in goods
                    },
                    "reservation": sum(d["values"][p][g] for g in d["endowment"][p]),
                }
                for p in ids
            },
        }
    )


def decimal(x: float | str) -> Fraction:
    """The decimal text of a number in a file, exactly."""
    return Fraction(str(x))


def genius(d: dict[str, Any], scale: str) -> Space:
    """A Genius file as a space: ``raw`` is weight x evaluation, ``genius`` divides each issue by its best."""
    ids = [p["id"] for p in d["parties"]]
    rows = []
    for issue in d["issues"]:
        row = []
        for p in ids:
            given = d["raw"][p][issue["id"]]
            scores = {o: decimal(given["weight"]) * decimal(e) for o, e in given["evaluation"].items()}
            if scale == "genius":
                top = max(decimal(e) for e in given["evaluation"].values())
                scores = {o: s / top for o, s in scores.items()}
            row.append([round(scores[o["id"]] * 10**15) for o in issue["options"]])
        rows.append(np.array(row, dtype=np.int64))
    return Space(
        tuple(ids),
        tuple(i["id"] for i in d["issues"]),
        tuple(tuple(o["id"] for o in i["options"]) for i in d["issues"]),
        tuple(rows),
        (0,) * len(ids),
        scale=10**15,
    )


BASE = {
    "C1": "as stated",
    "C2": "as stated",
    "C4": "as stated",
    "C5": "as stated",
    "C6": "as stated",
    "C7": "as stated",
}
READINGS = {
    "A": {},
    "B": BASE | {"C3": "plain"},
    "C": BASE | {"C3": "plain", "C8": "as stated"},
    "D": BASE | {"C3": "or-force", "C8": "as stated"},
    "E": BASE | {"C3w": "plain", "C8": "as stated"},
    "F": BASE | {"C3w": "plain"},
    "G": BASE | {"C3w": "or-force", "C8": "as stated"},
}


def example_conflict() -> Case:
    """The example conflict rule by rule, as the reference computed it, with its readings A to G."""
    d = data("cases/seed_case.json")
    issues = {
        i["id"]: {"name": i["name"], "options": {o["id"]: o["label"] for o in i["options"]}}
        for i in d["issues"]
    }
    parties = {
        p["id"]: {
            "name": p["name"],
            "weights": {k: float(v) for k, v in p["weights"].items()},
            "values": {
                i["id"]: {
                    o["id"]: round(100 * v, 6)
                    for o, v in zip(i["options"], d["values"][p["id"]][i["id"]], strict=True)
                }
                for i in d["issues"]
            },
            "reservation": {
                "best": float(p["reservation"]["central"]),
                "low": float(p["reservation"]["low"]),
                "high": float(p["reservation"]["high"]),
            },
            "start": dict(zip((i["id"] for i in d["issues"]), p["starting_position"], strict=True)),
        }
        for p in d["parties"]
    }
    rules: dict[str, Any] = {}
    force = {"force": ("F3", "F4")}
    for r in d["rules"]:
        if r["id"] == "C9":
            continue
        when = {k: tuple(v) for k, v in (r.get("if") or r.get("forbid") or {}).items()}
        if "require" in r:
            need = {k: tuple(v) for k, v in r["require"].items()}
            if r["id"].startswith("C3"):
                rules[r["id"]] = {
                    "party": r["party"],
                    "readings": {
                        "plain": {"when": when, "only_if": need},
                        "or-force": {"when": when, "only_if": (need, force)},
                    },
                }
            else:
                rules[r["id"]] = {"party": r["party"], "when": when, "only_if": need}
        else:
            rules[r["id"]] = {"party": r["party"], "when": {k: tuple(v) for k, v in r["forbid"].items()}}
    sets = {name: {"choose": chosen, "all": "off"} for name, chosen in READINGS.items()}
    return Case.model_validate(
        {"title": d["title"], "issues": issues, "parties": parties, "rules": rules, "readings": sets}
    )
