"""One question put to one general program, run by an interpreter that has it installed.

    PYTHON _peers.py  <  {"peer": "scip", "V": ..., "r": ..., "limit": 30}   prints   {"seconds": ..., "value": ...}

Peers: negmas (frontier by enumeration); scip, highs, cpsat (Nash product); cpsat-maxmin, highs-maxmin.
One thread each. Only their public interfaces are used.
"""

import json
import math
import sys
import time


def negmas(V, _r, _limit):
    from negmas import make_issue
    from negmas.preferences import LinearAdditiveUtilityFunction as Additive
    from negmas.preferences.ops import pareto_frontier

    P, M, K = len(V), len(V[0]), len(V[0][0])
    issues = [make_issue([str(k) for k in range(K)], f"i{m}") for m in range(M)]
    ufuns = [
        Additive(
            values={f"i{m}": {str(k): float(V[p][m][k]) for k in range(K)} for m in range(M)},
            issues=issues,
        )
        for p in range(P)
    ]
    start = time.process_time()
    points, _ = pareto_frontier(ufuns, issues=issues)
    return time.process_time() - start, len({tuple(p) for p in points})


def scip(V, r, limit):
    from pyscipopt import Model, log, quicksum

    P, M, K = len(V), len(V[0]), len(V[0][0])
    m = Model()
    m.hideOutput()
    m.setParam("limits/time", limit)
    m.setParam("limits/gap", 0.0)
    m.setParam("parallel/maxnthreads", 1)
    x = [[m.addVar(vtype="B") for _ in range(K)] for _ in range(M)]
    for i in range(M):
        m.addCons(quicksum(x[i]) == 1)
    total = []
    for p in range(P):
        ideal = sum(max(row) for row in V[p]) - r[p]
        g, t = m.addVar(lb=1e-4, ub=1.0), m.addVar(lb=None)
        m.addCons(g * ideal == quicksum(V[p][i][k] * x[i][k] for i in range(M) for k in range(K)) - r[p])
        m.addCons(t <= log(g))
        total.append(t)
    m.setObjective(quicksum(total), "maximize")
    start = time.perf_counter()
    m.optimize()
    seconds = time.perf_counter() - start
    picks = [max(range(K), key=lambda k: m.getVal(x[i][k])) for i in range(M)]
    return seconds, picks if m.getStatus() in ("optimal", "gaplimit") else None


def _highs_model(V, r):
    import highspy

    P, M, K = len(V), len(V[0]), len(V[0][0])
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    x = [[h.addBinary() for _ in range(K)] for _ in range(M)]
    for i in range(M):
        h.addConstr(sum(x[i]) == 1)
    ideal = [sum(max(row) for row in V[p]) - r[p] for p in range(P)]
    gains = [
        (sum(V[p][i][k] / ideal[p] * x[i][k] for i in range(M) for k in range(K)), r[p] / ideal[p])
        for p in range(P)
    ]
    return h, x, gains


def highs(V, r, limit):
    """Log tangents, added until the bound meets the value or it stalls."""
    P, M, K = len(V), len(V[0]), len(V[0][0])
    h, x, gains = _highs_model(V, r)
    h.setOptionValue("mip_rel_gap", 1e-9)
    g = [h.addVariable(lb=1e-4, ub=1.0) for _ in range(P)]
    t = [h.addVariable(lb=-20.0, ub=0.0) for _ in range(P)]
    for p in range(P):
        h.addConstr(gains[p][0] - g[p] == gains[p][1])
        for n in range(25):
            a = 0.02 * 50 ** (n / 24)
            h.addConstr(t[p] - (1 / a) * g[p] <= math.log(a) - 1)
    start = time.perf_counter()
    last = None
    while time.perf_counter() - start < limit:
        h.setOptionValue("time_limit", limit)
        h.maximize(sum(t))
        value = [h.val(v) for v in g]
        bound = sum(h.val(v) for v in t)
        true = sum(math.log(max(v, 1e-9)) for v in value)
        picks = [max(range(K), key=lambda k: h.val(x[i][k])) for i in range(M)]
        if bound - true < 1e-9 or last == (picks, round(bound, 12)):
            break
        last = (picks, round(bound, 12))
        for p in range(P):
            a = value[p]
            h.addConstr(t[p] - (1 / a) * g[p] <= math.log(a) - 1)
    seconds = time.perf_counter() - start
    return seconds, picks if seconds < limit else None


def highs_maxmin(V, r, limit):
    M, K = len(V[0]), len(V[0][0])
    h, x, gains = _highs_model(V, r)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("mip_abs_gap", 1e-9)
    h.setOptionValue("time_limit", float(limit))
    t = h.addVariable(lb=-1.0, ub=1.0)
    for left, right in gains:
        h.addConstr(left - t >= right)
    start = time.perf_counter()
    h.maximize(t)
    seconds = time.perf_counter() - start
    picks = [max(range(K), key=lambda k: h.val(x[i][k])) for i in range(M)]
    return seconds, picks if seconds < limit else None


def _cpsat(V, r, limit, product):
    from ortools.sat.python import cp_model

    P, M, K = len(V), len(V[0]), len(V[0][0])
    scale = 10**6
    m = cp_model.CpModel()
    x = [[m.new_bool_var("") for _ in range(K)] for _ in range(M)]
    for i in range(M):
        m.add_exactly_one(x[i])
    gain, ideal = [], []
    for p in range(P):
        ideal.append(int(sum(max(row) for row in V[p]) - r[p]))
        g = m.new_int_var(1 if product else -int(r[p]), ideal[p], "")
        m.add(g == sum(int(V[p][i][k]) * x[i][k] for i in range(M) for k in range(K)) - int(r[p]))
        gain.append(g)
    if product:
        logs = []
        for p in range(P):
            t = m.new_int_var(-20 * scale, 0, "")
            for n in range(60):
                a = max(1, round(ideal[p] * 0.02 * 50 ** (n / 59)))
                # t / scale <= log(a / ideal) + (g - a) / a, times a
                m.add(a * t <= math.ceil(scale * a * (math.log(a / ideal[p]) - 1)) + scale * gain[p])
            logs.append(t)
        m.maximize(sum(logs))
    else:
        t = m.new_int_var(-(10**9), 10**9, "")
        for p in range(P):
            m.add(t * ideal[p] <= 10**9 * gain[p])
        m.maximize(t)
    s = cp_model.CpSolver()
    s.parameters.num_workers = 1
    s.parameters.max_time_in_seconds = limit
    start = time.perf_counter()
    status = s.solve(m)
    seconds = time.perf_counter() - start
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return seconds, None
    picks = [max(range(K), key=lambda k: s.value(x[i][k])) for i in range(M)]
    return seconds, picks if status == cp_model.OPTIMAL else None


def cpsat(V, r, limit):
    return _cpsat(V, r, limit, True)


def cpsat_maxmin(V, r, limit):
    return _cpsat(V, r, limit, False)


PEERS = {
    "negmas": negmas, "scip": scip, "highs": highs, "cpsat": cpsat,
    "highs-maxmin": highs_maxmin, "cpsat-maxmin": cpsat_maxmin,
}  # fmt: skip


if __name__ == "__main__":
    ask = json.load(sys.stdin)
    seconds, value = PEERS[ask["peer"]](ask["V"], ask["r"], ask["limit"])
    print(json.dumps({"seconds": seconds, "value": value}))
