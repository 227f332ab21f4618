"""How could they get there? Openings from the record, the order of steps, talks by rule, the audit of offers.

May not enter: files, clocks, chance without a seed.
"""

from zopa.talks.audit import (
    Audit,
    Behaviour,
    Invalid,
    JointGain,
    Quality,
    TalksAudited,
    audit,
    quality,
)
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
from zopa.talks.path import Bridge, MovedIssue, OrderOfSteps, Route, Stop, UnderDraws, order_of_steps
from zopa.talks.simulate import PROTOCOLS, End, ModelError, ProtocolRuns, Simulation, simulate

__all__ = [
    "PROTOCOLS",
    "Asked",
    "Audit",
    "Behaviour",
    "Bridge",
    "Distance",
    "End",
    "Flag",
    "Invalid",
    "JointGain",
    "ModelError",
    "MovedIssue",
    "OpeningOption",
    "OpeningPosition",
    "OrderOfSteps",
    "ProtocolRuns",
    "Quality",
    "Route",
    "Simulation",
    "StartingPositions",
    "Stop",
    "TalksAudited",
    "UnderDraws",
    "audit",
    "opening_of",
    "order_of_steps",
    "quality",
    "simulate",
    "starting_positions",
]
