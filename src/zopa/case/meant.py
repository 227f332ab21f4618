"""Which readings of a rule are left where its party has said what it meant, or did not mean."""

from __future__ import annotations

from collections.abc import Mapping

from zopa.case.estimates import all_rules, once
from zopa.case.model import Case

__all__ = ["fits_what_was_meant", "readings_left"]


@once
def readings_left(case: Case) -> dict[str, tuple[str, ...]]:
    """Rule -> its readings that fit the ``means`` and ``means_not`` of ``comparisons``, in file order.

    Rules with alternative readings only. Of two rows that leave nothing between them, both are set aside: the check of
    the folder names them.
    """
    found = {}
    for name, rule in all_rules(case).items():
        if not rule.readings:
            continue
        meant = {row.means[name] for row in case.comparisons if name in row.means}
        other = {row.means_not[name] for row in case.comparisons if name in row.means_not}
        left = tuple(r for r in rule.readings if meant <= {r} and r not in other)
        found[name] = left or tuple(rule.readings)
    return found


def fits_what_was_meant(case: Case, readings: Mapping[str, str]) -> bool:
    """Whether a choice of readings gives no rule a reading that its party has said it did not mean; `off` fits."""
    left = readings_left(case)
    return all(reading in (*left[rule], "off") for rule, reading in readings.items() if rule in left)
