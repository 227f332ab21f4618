"""The example conflict's draft graph model, read from the reference data."""

import json
from pathlib import Path

import numpy as np

from zopa.case.formula import holds, parse
from zopa.graphmodel.graph_model import GraphModel, yes_no
from zopa.graphmodel.robustness import Priorities

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "gmcr" / "ukraine_2025_draft.json"


def load():
    """(data, model, priorities per party)."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    parties = data["dms"]
    issues = tuple(yes_no(o["id"], parties.index(o["owner"]), o["direction"]) for o in data["options"])
    names = [i.name for i in issues]
    codes = np.arange(2 ** len(issues))

    def answered(issue, option):
        return (codes >> names.index(issue) & 1 == 1) == (option == "yes")

    feasible = np.ones(len(codes), bool)
    for rule in data["infeasible"]:
        feasible &= ~np.logical_and.reduce([answered(name, "yes") for name in rule])
    priorities = []
    for party in parties:
        rows = sorted(data["preferences"][party], key=lambda r: r["rank"])
        holding = np.stack([holds(parse(r["expr"]), answered) for r in rows])
        supported = tuple(r["basis"] != "inferred" for r in rows)
        priorities.append(Priorities(holding, tuple(r["rank"] for r in rows), supported))
    model = GraphModel(tuple(parties), feasible, np.stack([p.payoffs() for p in priorities]), issues)
    return data, model, priorities
