"""How could they get there? Openings from the record, the order of steps, talks by rule, the audit of offers.

May not enter: files, clocks, chance without a seed.
"""

from zopa.talks.openings import (
    Asked,
    Distance,
    Flag,
    OpeningOption,
    OpeningPosition,
    StartingPositions,
    opening_of,
    starting_positions,
)
from zopa.talks.path import Bridge, MovedIssue, OrderOfSteps, Route, Stop, order_of_steps

__all__ = [
    "Asked",
    "Bridge",
    "Distance",
    "Flag",
    "MovedIssue",
    "OpeningOption",
    "OpeningPosition",
    "OrderOfSteps",
    "Route",
    "StartingPositions",
    "Stop",
    "opening_of",
    "order_of_steps",
    "starting_positions",
]
