"""From the spec of a tactic to the party that plays it."""

from __future__ import annotations

import numpy as np

from zopa.errors import NotApplicable
from zopa.talks.acceptance_conditions import Accepting, condition
from zopa.talks.opponent_model import Everyone, Seeker, TradeOff
from zopa.talks.tactics import (
    AveragedTitForTat,
    Bidder,
    FloatArray,
    Micro,
    Preferences,
    RandomBidder,
    RandomTitForTat,
    Spec,
    Timed,
    TitForTat,
    UserTactic,
    named,
)

__all__ = ["UNLISTED", "bidder", "check_spec"]

UNLISTED = (
    "time-dependent",
    "hardliner",
    "tit-for-tat",
    "relative-tit-for-tat",
    "averaged-tit-for-tat",
    "random-tit-for-tat",
)
"""Tactics that need no list of all packages."""


def check_spec(spec: Spec) -> None:
    """Refuse a spec that no party could play.

    Raises
    ------
    UnknownName
        No tactic or acceptance condition of that name.
    NotApplicable
        A number that it cannot have.
    """
    if isinstance(spec, str):
        named(spec)
        _, sign, accept = spec.partition("+")
        if sign:
            condition(accept.strip())


def bidder(
    spec: Spec,
    own: Preferences,
    me: int,
    rounds: int,
    rng: np.random.Generator,
    *,
    everyone: Everyone | None = None,
    floors: FloatArray | None = None,
) -> Bidder:
    """The bidder of a spec.

    Parameters
    ----------
    spec, own, me, rounds, rng : the tactic, the party's preferences and number, the deadline, its chance
    everyone : needed by tactics that model the others or seek a solution
    floors : what no agreement is worth per round and at the deadline; None where waiting costs nothing

    Raises
    ------
    UnknownName, NotApplicable
        As :func:`check_spec`; no solution to seek.
    """
    given = (own, me, rounds, rng, floors)
    if not isinstance(spec, str):
        return UserTactic(spec, *given)
    plain, sign, accept = spec.partition("+")
    found = _plain(plain.strip(), everyone, given)
    return Accepting(found, condition(accept.strip())) if sign else found


def _plain(spec: str, everyone: Everyone | None, given: tuple[object, ...]) -> Bidder:
    name, number = named(spec)
    if name == "time-dependent":
        return Timed(number, *given)
    if name in ("averaged-tit-for-tat", "relative-tit-for-tat"):
        return AveragedTitForTat(number or 1, *given)
    if name == "random-tit-for-tat":
        return RandomTitForTat(number, *given)
    plain: dict[str, type[Bidder]] = {
        "hardliner": Bidder,
        "random": RandomBidder,
        "micro": Micro,
        "tit-for-tat": TitForTat,
    }
    if name in plain:
        return plain[name](*given)  # type: ignore[arg-type]
    if everyone is None:
        raise NotApplicable(f"{name} needs the preferences of all parties")
    if name in ("log-rolling", "frequency"):
        return TradeOff(number, name == "log-rolling", everyone.sizes, *given)
    solution = everyone.nash if name == "nash-seeker" else everyone.kalai
    if solution is None:
        raise NotApplicable(
            f"{name}: no package is at or above no agreement for all, so there is none to seek"
        )
    return Seeker(number, solution, *given)
