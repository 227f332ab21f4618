"""Boulware negotiators of NegMAS on arrays from standard input; run by an interpreter that has NegMAS.

Prints one line of JSON: the agreement, its utilities, CPU seconds per negotiation.
"""

import json
import sys
import time

from negmas import BoulwareTBNegotiator, SAOMechanism, make_issue
from negmas.preferences import LinearAdditiveUtilityFunction as Additive
from negmas.preferences.value_fun import TableFun

data = json.load(sys.stdin)
values, weights = data["values"], data["weights"]
k, v = len(values[0]), len(values[0][0])
issues = [make_issue([f"v{j}" for j in range(v)], f"i{i}") for i in range(k)]
start = time.process_time()
mechanism = SAOMechanism(issues=issues, n_steps=data["rounds"])
for p, row in enumerate(values):
    tables = {f"i{i}": TableFun({f"v{j}": x for j, x in enumerate(cells)}) for i, cells in enumerate(row)}
    scale = {f"i{i}": w for i, w in enumerate(weights[p])}
    worth = Additive(values=tables, weights=scale, issues=issues, reserved_value=0.0)
    mechanism.add(BoulwareTBNegotiator(name=f"n{p}"), preferences=worth)
state = mechanism.run()
seconds = time.process_time() - start
agreement = state.agreement
utilities = []
if agreement is not None:
    chosen = [int(x[1:]) for x in agreement]
    utilities = [
        sum(weights[p][i] * values[p][i][j] for i, j in enumerate(chosen)) for p in range(len(values))
    ]
print(
    json.dumps(
        {
            "agreement": agreement,
            "utilities": utilities,
            "step": state.step,
            "seconds": seconds,
            "rate": 1 / seconds,
        }
    )
)
