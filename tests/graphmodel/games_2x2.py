"""The 78 strictly ordinal 2x2 games and their equilibria, as a page of the documentation.

``python tests/graphmodel/games_2x2.py`` writes the page anew; a test checks that it is current.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from zopa.graphmodel.concepts import equilibria
from zopa.graphmodel.graph_model import GraphModel, yes_no
from zopa.graphmodel.limited_move import nonmyopic

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "games-2x2.md"

# Payoffs (row player, column player) at top left, top right, bottom left, bottom right; 4 is best.
NAMES = {
    ((3, 3), (1, 4), (4, 1), (2, 2)): "prisoner's dilemma",
    ((3, 3), (2, 4), (4, 2), (1, 1)): "chicken",
    ((4, 4), (1, 3), (3, 1), (2, 2)): "stag hunt",
    ((2, 2), (1, 4), (4, 1), (3, 3)): "deadlock",
}

HEAD = """# The 78 ordinal 2x2 games

Two parties with two options each, and a strict ranking of the four outcomes (4 is best): up to the names of
parties and options there are 78 such games (Rapoport & Guyer 1966). Each is a graph model in which a party
can change its own option at any time. The table shows which outcomes are equilibria under which concept;
an outcome is written as the row player's and the column player's rank of it. Numbers run in the order of
this table and are not those of another catalogue. Non-myopic: Brams & Wittman 1981; ties and other
conventions as in `zopa.graphmodel`.

This page is written by `python tests/graphmodel/games_2x2.py`; a test compares it with the engine, and the
engine with the definitions taken literally.

| no. | top row | bottom row | name | Nash | SSEQ | SEQ | SMR | GMR | SIM | non-myopic |
|--:|---|---|---|---|---|---|---|---|---|---|
"""


def variants(game):
    """The same game with rows, columns or players exchanged."""
    for rows, columns, players in itertools.product((0, 1), repeat=3):
        a, b, c, d = game
        if rows:
            a, b, c, d = c, d, a, b
        if columns:
            a, b, c, d = b, a, d, c
        if players:
            a, b, c, d = (x[::-1] for x in (a, c, b, d))
        yield (a, b, c, d)


def games():
    """One representative each, in a fixed order: the row player's best outcome stands top left."""
    orders = list(itertools.permutations((4, 3, 2, 1)))
    every = [tuple(zip(row, column, strict=True)) for row in orders for column in orders]
    return sorted({max(variants(g)) for g in every}, reverse=True)


def model(game):
    """State 0 is top left, 1 bottom left (the row player changed), 2 top right, 3 bottom right."""
    a, b, c, d = game
    ranks = np.array([(a[i], c[i], b[i], d[i]) for i in (0, 1)])
    return GraphModel(("Row", "Column"), np.ones(4, bool), ranks, (yes_no("row", 0), yes_no("column", 1)))


def page():
    known = {max(variants(g)): name for g, name in NAMES.items()}
    lines = []
    for n, game in enumerate(games(), 1):
        m = model(game)
        outcome = [f"{r},{c}" for r, c in m.ranks.T + 1]
        sets = [equilibria(m, c) for c in ("nash", "sseq", "seq", "smr", "gmr", "sim")]
        cells = [
            "; ".join(sorted((outcome[s] for s in np.flatnonzero(x)), reverse=True)) or "none"
            for x in [*sets, nonmyopic(m).all(axis=0)]
        ]
        rows = [f"{x[0]},{x[1]} · {y[0]},{y[1]}" for x, y in (game[:2], game[2:])]
        lines.append(f"| {n} | {rows[0]} | {rows[1]} | {known.get(game, '')} | " + " | ".join(cells) + " |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
