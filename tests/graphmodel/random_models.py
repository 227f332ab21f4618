"""Small random conflicts, each as an engine's model and as the literal definitions' sets."""

from __future__ import annotations

import itertools

import numpy as np

from graphmodel.literal import States
from zopa.graphmodel.graph_model import GraphIssue, GraphModel, yes_no


def product_model(seed, parties=None, most_states=48):
    """2 to 4 parties, issues of two or three options, ties, infeasible states, irreversible changes."""
    rng = np.random.default_rng(seed)
    n = parties or int(rng.integers(2, 5))
    issues, size = [], 1
    for k in range(int(rng.integers(2, 7))):
        options = 3 if rng.random() < 0.15 else 2
        if size * options > most_states:
            break
        size *= options
        holder = int(rng.integers(-1 if rng.random() < 0.1 else 0, n))
        if options == 2:
            issues.append(yes_no(f"i{k}", holder, str(rng.choice(["both", "both", "fwd", "back"]))))
        else:
            ladder = np.triu(np.ones((3, 3), dtype=bool))
            issues.append(
                GraphIssue(f"i{k}", ("a", "b", "c"), holder, ladder if rng.random() < 0.5 else None)
            )
    feasible = rng.random(size) > rng.choice([0.0, 0.2, 0.4])
    feasible[rng.integers(size)] = True
    values = int(rng.choice([2, 4, size]))
    ranks = rng.integers(0, values, size=(n, size))
    model = GraphModel(tuple(f"P{i}" for i in range(n)), feasible, ranks, tuple(issues))
    return model, as_sets(model, ranks)


def graph_model(seed, parties=None):
    """Arbitrary arcs: not transitive, so the rule that nobody moves twice running matters."""
    rng = np.random.default_rng(seed)
    n, size = parties or int(rng.integers(2, 5)), int(rng.integers(3, 13))
    feasible = rng.random(size) > 0.1
    feasible[0] = True
    arcs = []
    for _ in range(n):
        pairs = rng.integers(0, size, size=(int(rng.integers(0, 2 * size)), 2))
        arcs.append((pairs[:, 0], pairs[:, 1]))
    ranks = rng.integers(0, int(rng.choice([2, 4, size])), size=(n, size))
    model = GraphModel(tuple(f"P{i}" for i in range(n)), feasible, ranks, arcs=tuple(arcs))
    states = {int(s) for s in np.flatnonzero(feasible)}
    sets = [
        {(int(a), int(b)) for a, b in zip(*pair, strict=True) if a != b and {int(a), int(b)} <= states}
        for pair in arcs
    ]
    return model, States(states, sets, [{s: int(row[s]) for s in states} for row in ranks])


def answers(model):
    """State number -> tuple of options, the first issue running fastest."""
    tuples = itertools.product(*(range(len(i.options)) for i in reversed(model.issues)))
    return {s: t[::-1] for s, t in enumerate(tuples)}


def as_sets(model, ranks):
    told = answers(model)
    states = {s for s in told if model.feasible[s]}
    arcs = [set() for _ in model.parties]
    for s, t in itertools.permutations(states, 2):
        differ = [k for k in range(len(model.issues)) if told[s][k] != told[t][k]]
        holders = {model.issues[k].holder for k in differ}
        legal = all(
            model.issues[k].permitted is None or model.issues[k].permitted[told[s][k], told[t][k]]
            for k in differ
        )
        if len(holders) == 1 and holders != {-1} and legal:
            arcs[holders.pop()].add((s, t))
    return States(states, arcs, [{s: int(row[s]) for s in states} for row in ranks])
