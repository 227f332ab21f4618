"""What a forecast needs of a party beyond weights: capability, flexibility, places on lines."""

from __future__ import annotations

from typing import Literal

from zopa.case.judgments import Estimate, _basis, _numbers
from zopa.case.nouns import Case

__all__ = ["quantity"]


def quantity(
    case: Case, name: str, what: Literal["capability", "flexibility", "places"], issue: str = ""
) -> Estimate | None:
    """A party's number with its interval and basis, or None where nobody entered it.

    ``places`` are per issue: where the party stands on the issue's 0-100 line.
    """
    party = case.parties[name]
    judgment = party.places.get(issue) if what == "places" else getattr(party, what)
    if judgment is None:
        return None
    low, best, high = _numbers(judgment)
    return Estimate(best, low, high, _basis(case, party, judgment))
