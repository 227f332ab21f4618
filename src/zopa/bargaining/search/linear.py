"""Rules that span many issues: a general LP solver proposes, integers decide elsewhere.

The LP over mixtures of packages gives charges for the rules (its duals) that make the bound of ``tree`` and
``nash`` tight where rules bite. Nothing that it says is shown unchecked:
every bound is recomputed in integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zopa.bargaining.search.decomposition import Additive
from zopa.bargaining.search.enumeration import rows_matrix
from zopa.bargaining.search.multipliers import Flat, FloatArray, flatten

__all__ = ["maxmin_charges", "nash_charges"]

TANGENTS = 25
ROUNDS = 8


def _matrices(form: Additive, flat: Flat) -> tuple[Any, Any, FloatArray]:
    """One-of rows and rule rows over the choices, and the right-hand side of the rules."""
    from scipy.sparse import csr_matrix

    n = len(flat.v)
    one_of = csr_matrix((np.ones(n), (flat.group, np.arange(n))), shape=(flat.n_groups, n))
    member = csr_matrix(rows_matrix(form.rows, flat).T.astype(float))
    return one_of, member, np.array([len(row.parts) - 1.0 for row in form.rows])


def _charges(marginals: FloatArray) -> FloatArray:
    mu = np.maximum(0.0, -np.asarray(marginals))
    return np.where(mu > 1e-9, mu, 0.0)


def maxmin_charges(form: Additive, scale: FloatArray, t: FloatArray) -> FloatArray:
    """Duals of the rule rows in: largest z with (u_p - t_p) / scale_p >= z for a mixture of packages."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, hstack, vstack

    flat = flatten(form.tables)
    one_of, member, most = _matrices(form, flat)
    n, parties = len(flat.v), form.n_parties
    gain = hstack([csr_matrix(-(flat.v / scale).T), csr_matrix(np.ones((parties, 1)))])
    rules = hstack([member, csr_matrix((len(form.rows), 1))])
    out = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=vstack([gain, rules]),
        b_ub=np.concatenate([-t / scale, most]),
        A_eq=hstack([one_of, csr_matrix((flat.n_groups, 1))]),
        b_eq=np.ones(flat.n_groups),
        bounds=[(0, 1)] * n + [(None, None)],
        method="highs",
    )
    return _charges(out.ineqlin.marginals[parties:]) if out.status == 0 else np.zeros(len(form.rows))


def _log_model(
    form: Additive,
    members: Sequence[int],
    weights: Sequence[int],
    floors: Sequence[int],
    points: list[list[float]],
) -> dict[str, Any]:
    """Maximise sum w_p t_p with t_p under the tangents of log(gain) at ``points``; variables x, g, t."""
    from scipy.sparse import csr_matrix, hstack, vstack

    flat = flatten(form.tables)
    one_of, member, most = _matrices(form, flat)
    n, m = len(flat.v), len(members)
    ideal = np.array([max(1, form.largest[p] - form.need[p]) for p in members], float)
    s = flat.v[:, list(members)] / ideal
    zero = csr_matrix((len(form.rows), 2 * m))
    tangent_rows, rhs = [], []
    for j, where in enumerate(points):
        for a in where:
            row = np.zeros(2 * m)
            row[j], row[m + j] = -1.0 / a, 1.0
            tangent_rows.append(row)
            rhs.append(np.log(a) - 1.0)
    tangents = hstack([csr_matrix((len(rhs), n)), csr_matrix(np.array(tangent_rows))])
    low = hstack([csr_matrix(-flat.v.T.astype(float)), csr_matrix((form.n_parties, 2 * m))])
    gains = hstack([csr_matrix(s.T), csr_matrix(-np.eye(m)), csr_matrix((m, m))])
    return {
        "c": np.concatenate([np.zeros(n + m), -np.array(weights, float)]),
        "A_ub": vstack([hstack([member, zero]), tangents, low]).tocsr(),
        "b_ub": np.concatenate([most, rhs, -np.array(floors, float)]),
        "A_eq": vstack([hstack([one_of, csr_matrix((flat.n_groups, 2 * m))]), gains]).tocsr(),
        "b_eq": np.concatenate([np.ones(flat.n_groups), np.array([form.need[p] for p in members]) / ideal]),
        "bounds": [(0, 1)] * n + [(1e-4, None)] * m + [(-20, None)] * m,
        "flat": flat,
    }


def _start_points(m: int) -> list[list[float]]:
    return [list(np.geomspace(0.02, 1.0, TANGENTS)) for _ in range(m)]


def nash_charges(
    form: Additive, members: Sequence[int], weights: Sequence[int], floors: Sequence[int]
) -> tuple[FloatArray, FloatArray]:
    """Duals of the rule rows in the Nash relaxation, and its mixture (for rounding)."""
    from scipy.optimize import linprog

    points = _start_points(len(members))
    mu, x = np.zeros(len(form.rows)), np.zeros(0)
    for _ in range(ROUNDS):
        model = _log_model(form, members, weights, floors, points)
        flat = model.pop("flat")
        out = linprog(method="highs", **model)
        if out.status != 0:
            break
        n, m = len(flat.v), len(members)
        solved = np.asarray(out.x)
        mu, x = _charges(np.asarray(out.ineqlin.marginals)[: len(form.rows)]), solved[:n]
        g, t = solved[n : n + m], solved[n + m :]
        if float((t - np.log(g)).max()) < 1e-10:
            break
        for j, a in enumerate(g):
            points[j].append(float(a))
    return mu, x
