"""A small sound folder in which every section of a case and every file is used."""

from __future__ import annotations

from pathlib import Path

from case_folder import CASE, STATEMENTS, write

MORE = """\
graph:
  preferences:
    NO: [flow = F1 or fees != E2, {holds: not fees = E1 if flow = F2, says: x}]
    SE: [fees = E2]
  never: [flow = F1 and fees = E1]
division:
  items: {isle: The isle}
  points: {NO: {isle: 60}, SE: {isle: 40}}
  coalitions: {NO: 1, SE: 2, NO + SE: 5}
costs:
  parties:
    NO: {drift: 1, prices: {table: prices.csv, item: fuel, rise: 0.2}, points_per: {"% of income": 2}}
as_of: 2025-01-01
readings:
  A: {choose: {r1: off}}
expect:
- {answer: frontier.packages, equals: [[F1, E2], [F2, E1]]}
interactions:
- {party: NO, when: {flow: [F1, F2], fees: E1}, points: 1}
agreement: {required: [NO, SE]}
"""
CASE_YAML = (
    CASE.replace("name: Flow", "name: Flow\n    holder: NO").replace(
        "name: Fees", "name: Fees\n    holder: SE"
    )
    + MORE
)
STATEMENTS_YAML = (
    STATEMENTS
    + "    issue: flow\n    options: [F1, F2]\n    when: [{flow: F1}, {flow: [F1, F2]}]\n"
    + "    only_if: {fees: E2}\n    to: NO\n    said: 2025-01\n"
)
COSTS = "party,from,low,central,high,unit,basis\nNO,2025-02,1,2,3,points per month,s1\nSE,,1,2,3,points per month,stated s1\n"
PRICES = "sector,farm,basket\nfarm,0.5,1\nfuel,0.1,0\n"


def folder_with_everything(folder: Path) -> Path:
    """Write the folder."""
    files = {
        "case.yaml": CASE_YAML,
        "statements.yaml": STATEMENTS_YAML,
        "costs.csv": COSTS,
        "prices.csv": PRICES,
    }
    return write(folder, dict(files))
