"""What the ``division`` section says about the rest of a case, and about itself."""

from __future__ import annotations

from collections.abc import Iterator

from zopa.case.division import Division
from zopa.casefile.checks import Pieces, Range, bases, declared, known, within
from zopa.casefile.yamldoc import Path_
from zopa.errors import Finding

__all__ = ["division_findings"]

WORTH = Range(0, 1e9, "0 or more")
ABOVE_ZERO = Range(1e-9, 1e9, "above 0")


def division_findings(p: Pieces, division: Division) -> Iterator[Finding]:
    """What the ``division`` section says about parties and items that are not there, and its numbers."""
    yield from bases(p, ("division",), division)
    for key in ("points", "bids"):
        for party, row in getattr(division, key).items():
            path: Path_ = ("division", key, party)
            yield from declared(p, p.main, path, "parties", party)
            for item, worth in row.items():
                at = (*path, item)
                yield from known(p.main, at, "item", item, division.items)
                if worth.word is None:
                    yield from within(p, at, worth, WORTH)
            for item in division.items:
                if item not in row:
                    yield p.main.finding(
                        path, f"expected {key} on every item, saw none on '{item}'", f"write {item}: 0"
                    )
    for party, worth in division.points_per_money.items():
        path = ("division", "points_per_money", party)
        yield from declared(p, p.main, path, "parties", party)
        yield from within(p, path, worth, ABOVE_ZERO)
    if division.claims is not None:
        for party, worth in division.claims.of.items():
            path = ("division", "claims", "of", party)
            yield from declared(p, p.main, path, "parties", party)
            yield from within(p, path, worth, WORTH)
    for coalition in division.coalitions:
        for party in coalition.split("+"):
            yield from declared(p, p.main, ("division", "coalitions", coalition), "parties", party.strip())
